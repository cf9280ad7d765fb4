//! All statements on one model.

use std::collections::BTreeSet;

use recoverable_checker::{Accepted, certificate::Statement};

use super::{Selection, Topic};
use crate::{
    certify::Limit,
    hypothesis::{
        Decision, assumption_3_1,
        assumption_3_2::{self, Ergodicity},
        assumption_3_5::{self, Choice, Essential},
    },
    linear::rank,
    model::{Construction, LinearHead, Model},
    question::{
        conditioning::{self, Conditioning},
        labels::{self, LinearHeadAnswer},
        linear_head::{self, LinearHeads},
    },
    theorem::{Verdict, claim_a_1, lemma_b_1, lemma_b_2, proposition_3_4, theorem_3_3, theorem_3_6},
};

/// What was found of one model.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The statements, in the order of the paper.
    pub statements: Vec<StatementFound>,
    /// What is known beyond the statements.
    pub findings: Findings,
}

/// One statement with its hypotheses, construction and verdict.
#[derive(Clone, Debug)]
pub struct StatementFound {
    /// Which statement.
    pub statement: Statement,
    /// Its hypotheses.
    pub hypotheses: Vec<Hypothesis>,
    /// The head that it promises, and the prompt.
    pub construction: Option<Construction>,
    /// The verdict; `None` where the statement needs a task and the model has none.
    pub verdict: Option<Verdict>,
}

/// A hypothesis and its decision.
#[derive(Clone, Debug)]
pub struct Hypothesis {
    /// Which hypothesis.
    pub statement: Statement,
    /// Whether it holds.
    pub decision: Decision,
    /// Its parts, where it has any.
    pub parts: Vec<Part>,
    /// The sets of states that Assumption 3.5 asks for.
    pub choice: Option<Choice>,
}

/// A part of a hypothesis.
#[derive(Clone, Debug)]
pub struct Part {
    /// Which part.
    pub statement: Statement,
    /// Whether it holds; `None` where the question makes no sense.
    pub decision: Option<Decision>,
}

/// What is known beyond the statements; each is `None` where it was not asked for.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The rank of `W`.
    pub rank_emission: Option<usize>,
    /// The span of the backward vectors, and proportional heads.
    pub linear_heads: Option<LinearHeads>,
    /// Whether some linear head has the task's labels.
    pub labels: Option<LinearHeadAnswer>,
    /// Whether what is true exactly survives rounding.
    pub conditioning: Option<Conditioning>,
}

impl Findings {
    /// Whether a proportional head exists, where it was asked and there is a task.
    pub fn proportional(&self) -> Option<&linear_head::Proportional> {
        self.linear_heads.as_ref()?.proportional.as_ref()
    }
}

/// Examines the selected statements.
pub fn examine(model: &Model, selection: &Selection) -> Examination {
    let mut statements = Vec::new();
    let (mut ergodicity, mut head_of_theorem) = (None, None);
    if selection.has(Statement::Theorem33) {
        let theorem = theorem_3_3::decide(model);
        ergodicity = Some(theorem.assumption_3_2.clone());
        let hypotheses = vec![independence(theorem.assumption_3_1), ergodic(theorem.assumption_3_2)];
        head_of_theorem.clone_from(&theorem.head);
        let construction = theorem.head.map(Construction::from);
        let (statement, verdict) = (Statement::Theorem33, theorem.verdict);
        statements.push(StatementFound { statement, hypotheses, construction, verdict });
    }
    if selection.has(Statement::Proposition34) {
        let verdict = Some(proposition_3_4::decide(model));
        statements.push(without_construction(Statement::Proposition34, Vec::new(), verdict));
    }
    if selection.has(Statement::ClaimA1) {
        let known = ergodicity.get_or_insert_with(|| assumption_3_2::decide(model));
        let claim = claim_a_1::from_ergodicity(model, known.clone());
        let hypotheses = vec![ergodic(claim.assumption_3_2)];
        statements.push(without_construction(Statement::ClaimA1, hypotheses, Some(claim.verdict)));
    }
    statements.extend(prompts(model, selection, ergodicity));
    if selection.names(Statement::Assumption31) {
        statements.push(alone(independence(assumption_3_1::decide(model))));
    }
    if selection.names(Statement::Assumption32) {
        statements.push(alone(ergodic(assumption_3_2::decide(model))));
    }
    if selection.names(Statement::Assumption35) {
        let known = statements.iter().flat_map(|found| &found.hypotheses);
        let known = known.into_iter().find(|found| found.statement == Statement::Assumption35).cloned();
        let decide = || assumption_3_5::decide_within(model, selection.covers()).map(essential);
        let found = known.or_else(decide).map(alone);
        let no_task = || without_construction(Statement::Assumption35, Vec::new(), None);
        statements.push(found.unwrap_or_else(no_task));
    }
    Examination { statements, findings: findings(model, selection, head_of_theorem) }
}

/// Theorem 3.6 and its lemmas.
fn prompts(model: &Model, selection: &Selection, ergodicity: Option<Ergodicity>) -> Vec<StatementFound> {
    let mut statements = Vec::new();
    if selection.has(Statement::Theorem36) {
        let known = ergodicity.unwrap_or_else(|| assumption_3_2::decide(model));
        let theorem = theorem_3_6::from_ergodicity(model, known, selection.covers());
        let hypotheses = [ergodic(theorem.assumption_3_2)].into_iter();
        statements.push(StatementFound {
            statement: Statement::Theorem36,
            hypotheses: hypotheses.chain(theorem.assumption_3_5.map(essential)).collect(),
            construction: theorem.construction,
            verdict: theorem.verdict,
        });
    }
    if selection.has(Statement::LemmaB1) {
        statements.push(without_construction(Statement::LemmaB1, Vec::new(), Some(lemma_b_1::decide(model))));
    }
    if selection.has(Statement::LemmaB2) {
        let lemma = lemma_b_2::decide(model);
        let hypotheses = vec![simple(Statement::FullSupport, lemma.full_support)];
        statements.push(without_construction(Statement::LemmaB2, hypotheses, Some(lemma.verdict)));
    }
    statements
}

fn without_construction(
    statement: Statement,
    hypotheses: Vec<Hypothesis>,
    verdict: Option<Verdict>,
) -> StatementFound {
    StatementFound { statement, hypotheses, construction: None, verdict }
}

/// A head of Theorem 3.3 need not be solved for again.
fn findings(model: &Model, selection: &Selection, head: Option<LinearHead>) -> Findings {
    let asked = selection.has(Statement::ProportionalHead);
    let measured = selection.has(Topic::Conditioning);
    let wanted = selection.has(Statement::LinearHead);
    let heads = (asked || measured || wanted).then(|| linear_head::from_identity(model, head));
    let proportional = heads.as_ref().and_then(|heads| heads.proportional.as_ref());
    let labels = wanted.then(|| labels::decide(model, proportional)).flatten();
    let conditioning = measured.then(|| conditioning::decide(model, proportional));
    Findings {
        rank_emission: rank(model.hmm().emission()),
        linear_heads: heads.filter(|_| asked || wanted),
        labels,
        conditioning,
    }
}

fn independence(decision: Decision) -> Hypothesis {
    simple(Statement::Assumption31, decision)
}

fn essential(found: Essential) -> Hypothesis {
    Hypothesis { choice: found.choice, ..simple(Statement::Assumption35, found.decision) }
}

/// A hypothesis without parts.
pub(super) fn simple(statement: Statement, decision: Decision) -> Hypothesis {
    Hypothesis { statement, decision, parts: Vec::new(), choice: None }
}

pub(super) fn ergodic(found: Ergodicity) -> Hypothesis {
    let parts = vec![
        Part { statement: Statement::Irreducible, decision: Some(found.irreducible) },
        Part { statement: Statement::Aperiodic, decision: found.aperiodic },
        Part { statement: Statement::FullSupport, decision: Some(found.full_support) },
    ];
    Hypothesis { parts, ..simple(Statement::Assumption32, found.whole) }
}

/// A hypothesis that was asked for on its own is a statement.
fn alone(hypothesis: Hypothesis) -> StatementFound {
    let verdict = outcome(hypothesis.decision.clone());
    without_construction(hypothesis.statement, vec![hypothesis], Some(verdict))
}

/// The verdict on a hypothesis by itself.
pub(super) fn outcome(decision: Decision) -> Verdict {
    match decision {
        Decision::Holds(accepted) => Verdict::Proved(accepted),
        Decision::Fails(accepted) => Verdict::Refuted(accepted),
        Decision::Undecided(limit) => Verdict::Bounded(limit),
    }
}

impl Hypothesis {
    /// The accepted certificates of the hypothesis and its parts.
    pub fn accepted(&self) -> impl Iterator<Item = &Accepted> {
        let parts = self.parts.iter().filter_map(|part| part.decision.as_ref());
        [&self.decision].into_iter().chain(parts).filter_map(Decision::accepted)
    }
}

impl Examination {
    /// Every accepted certificate, each claim once, in a fixed order.
    pub fn certificates(&self) -> Vec<&Accepted> {
        let mut found: Vec<&Accepted> = Vec::new();
        for statement in &self.statements {
            found.extend(statement.verdict.as_ref().and_then(Verdict::accepted));
            found.extend(statement.hypotheses.iter().flat_map(Hypothesis::accepted));
        }
        found.extend(self.findings.proportional().and_then(linear_head::Proportional::accepted));
        found.extend(self.findings.labels.as_ref().and_then(LinearHeadAnswer::accepted));
        found.extend(self.findings.conditioning.iter().flat_map(Conditioning::accepted));
        let mut seen = BTreeSet::new();
        found.retain(|accepted| seen.insert(accepted.statement()));
        found
    }

    /// Whether a statement, hypothesis or finding is proved: `Some(false)` if it is refuted or does not
    /// apply, `None` if it is undecided. The outer `None`: it was not examined.
    pub fn proved(&self, statement: Statement) -> Option<Option<bool>> {
        if statement == Statement::ProportionalHead {
            let heads = self.findings.linear_heads.as_ref()?;
            return Some(heads.proportional.as_ref().map_or(Some(false), linear_head::Proportional::exists));
        }
        if statement == Statement::LinearHead {
            let labels = self.findings.labels.as_ref();
            return Some(labels.map_or(Some(false), LinearHeadAnswer::exists));
        }
        if let Some(found) = self.statements.iter().find(|found| found.statement == statement) {
            return Some(match &found.verdict {
                Some(Verdict::Proved(_)) => Some(true),
                Some(Verdict::Refuted(_) | Verdict::NotApplicable { .. }) | None => Some(false),
                Some(Verdict::Bounded(_)) => None,
            });
        }
        let mut hypotheses = self.statements.iter().flat_map(|found| &found.hypotheses);
        hypotheses.find(|hypothesis| hypothesis.statement == statement).map(|found| found.decision.holds())
    }

    /// The verdict on a statement, hypothesis or finding that was asked for on its own; `None` if it was not examined or needs a task.
    pub fn verdict(&self, statement: Statement) -> Option<Verdict> {
        let heads = self.findings.proportional();
        let decided = match (statement, &self.findings.labels) {
            (Statement::LinearHead, Some(LinearHeadAnswer::Proportional)) => heads?.accepted(),
            (Statement::LinearHead, labels) => labels.as_ref()?.accepted(),
            (Statement::ProportionalHead, _) => heads?.accepted(),
            _ => return self.statements.iter().find(|found| found.statement == statement)?.verdict.clone(),
        };
        Some(match (self.proved(statement)?, decided) {
            (Some(true), Some(accepted)) => Verdict::Proved(accepted.clone()),
            (Some(false), Some(accepted)) => Verdict::Refuted(accepted.clone()),
            _ => Verdict::Bounded(self.undecided()?.clone()),
        })
    }

    /// Whether some statement was refuted.
    pub fn any_refuted(&self) -> bool {
        self.statements.iter().any(|found| matches!(found.verdict, Some(Verdict::Refuted(_))))
    }

    /// Whether it was found that no head exists, proportional or any; a finding, not the failure of a statement.
    pub fn no_head(&self, statement: Statement) -> bool {
        match statement {
            Statement::ProportionalHead => {
                matches!(self.findings.proportional(), Some(linear_head::Proportional::Impossible { .. }))
            }
            Statement::LinearHead => matches!(self.findings.labels, Some(LinearHeadAnswer::Impossible(_))),
            _ => false,
        }
    }

    /// Whether it stays open if some linear head has the task's labels.
    pub fn open_labels(&self) -> bool {
        matches!(self.findings.labels, Some(LinearHeadAnswer::Open(_)))
    }

    /// The first limit that left something undecided.
    pub fn undecided(&self) -> Option<&Limit> {
        let verdict = self.statements.iter().find_map(|found| match &found.verdict {
            Some(Verdict::Bounded(limit)) => Some(limit),
            _ => None,
        });
        let hypotheses = self.statements.iter().flat_map(|found| &found.hypotheses);
        let mut hypotheses = hypotheses.filter_map(|found| match &found.decision {
            Decision::Undecided(limit) => Some(limit),
            Decision::Holds(_) | Decision::Fails(_) => None,
        });
        let heads = self.findings.linear_heads.as_ref();
        let head = heads.and_then(|heads| match &heads.proportional {
            Some(linear_head::Proportional::Undecided(limit)) => Some(limit),
            _ => heads.span.as_ref().err().map(|bounds| &bounds.limit),
        });
        verdict.or_else(|| hypotheses.next()).or(head)
    }
}
