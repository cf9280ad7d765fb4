//! All statements on one model with memory.

use std::collections::BTreeSet;

use num_rational::BigRational;
use recoverable_checker::{Accepted, certificate::Statement};

use super::{
    Hypothesis, Selection,
    examine::{ergodic, outcome, simple},
};
use crate::{
    certify::Limit,
    hypothesis::{Decision, RecoverableSet, assumption_3_2, assumption_4_2, assumption_4_4, assumption_4_5},
    linear::rank,
    model::{AttentionHead, MemoryModel, MemoryTask},
    oracle::MemoryPrompt,
    question::scope::{self, ScopeFound},
    theorem::{Verdict, theorem_4_3, theorem_4_6},
};

/// Coverage is computed up to this length.
const LENGTHS: usize = 8;

/// … unless that takes more products of long numbers.
const PRODUCTS: usize = 1 << 24;

/// What was found of one model with memory.
#[derive(Clone, Debug)]
pub struct MemoryExamination {
    /// The statements, in the order of the paper.
    pub statements: Vec<MemoryStatement>,
    /// What is known beyond the statements.
    pub findings: MemoryFindings,
}

/// One statement with its hypotheses, construction and verdict.
#[derive(Clone, Debug)]
pub struct MemoryStatement {
    /// Which statement.
    pub statement: Statement,
    /// Its hypotheses.
    pub hypotheses: Vec<Hypothesis>,
    /// The recoverable states that it speaks about.
    pub recoverable: Option<RecoverableSet>,
    /// The head that it promises.
    pub head: Option<AttentionHead>,
    /// The prompt in front of it.
    pub prompt: Option<MemoryPrompt>,
    /// Whether no input at all satisfies its condition.
    pub vacuous: bool,
    /// The verdict; `None` where the statement needs a task and the model has none.
    pub verdict: Option<Verdict>,
}

impl MemoryStatement {
    fn new(statement: Statement, hypotheses: Vec<Hypothesis>, verdict: Option<Verdict>) -> Self {
        Self { statement, hypotheses, verdict, recoverable: None, head: None, prompt: None, vacuous: false }
    }
}

/// What is known beyond the statements; each is `None` where it was not asked for.
#[derive(Clone, Debug)]
pub struct MemoryFindings {
    /// The rank of `W`.
    pub rank_emission: Option<usize>,
    /// The inputs with (4.3).
    pub scope: Option<ScopeFound>,
    /// Those behind the prompt of Theorem 4.6.
    pub prompted_scope: Option<ScopeFound>,
    /// The probability of the inputs with (4.3), for the lengths 1, 2, …
    pub coverage: Option<Result<Vec<BigRational>, Limit>>,
}

/// Examines the selected statements.
pub fn examine_memory(model: &MemoryModel, selection: &Selection) -> MemoryExamination {
    let mut found = MemoryExamination {
        statements: Vec::new(),
        findings: MemoryFindings {
            rank_emission: rank(model.memory().emission()),
            scope: None,
            prompted_scope: None,
            coverage: None,
        },
    };
    found.unprompted(model, selection);
    found.prompted(model, selection);
    if selection.names(Statement::Assumption32) {
        let hypothesis = ergodic(assumption_3_2::of_chain(model, model.memory().chain()));
        found.statements.push(alone(hypothesis, None));
    }
    if selection.names(Statement::Assumption44) {
        let decision = assumption_4_4::decide(model);
        found.statements.push(alone(simple(Statement::Assumption44, decision), None));
    }
    let Some(task) = model.task() else { return found };
    if selection.names(Statement::Assumption42) {
        let set = assumption_4_2::decide(model, task);
        let hypothesis = simple(Statement::Assumption42, set.decision.clone());
        found.statements.push(alone(hypothesis, Some(set)));
    }
    if selection.names(Statement::Assumption45) {
        let set = assumption_4_5::decide(model, task);
        let hypothesis = simple(Statement::Assumption45, set.decision.clone());
        found.statements.push(alone(hypothesis, Some(set)));
    }
    found
}

/// A hypothesis that was asked for on its own is a statement.
fn alone(hypothesis: Hypothesis, recoverable: Option<RecoverableSet>) -> MemoryStatement {
    let (statement, verdict) = (hypothesis.statement, outcome(hypothesis.decision.clone()));
    MemoryStatement { recoverable, ..MemoryStatement::new(statement, vec![hypothesis], Some(verdict)) }
}

impl MemoryExamination {
    /// Theorem 4.3 and its scope.
    fn unprompted(&mut self, model: &MemoryModel, selection: &Selection) {
        let (asked, scoped) = (selection.has(Statement::Theorem43), selection.has(Statement::Scope43));
        if !asked && !scoped {
            return;
        }
        let theorem = theorem_4_3::decide(model);
        if let (Some(task), Some(set)) = (model.task(), &theorem.assumption_4_2) {
            let scope = scope::decide(model, task, set, None);
            if scoped {
                self.findings.coverage = Some(coverage(model, task, set));
            }
            self.findings.scope = Some(scope);
        }
        if asked {
            let mut hypotheses = vec![ergodic(theorem.assumption_3_2)];
            let set = theorem.assumption_4_2;
            hypotheses.extend(set.iter().map(|set| simple(Statement::Assumption42, set.decision.clone())));
            self.statements.push(MemoryStatement {
                recoverable: set,
                head: theorem.head,
                vacuous: is_vacuous(theorem.verdict.as_ref(), self.findings.scope.as_ref()),
                ..MemoryStatement::new(Statement::Theorem43, hypotheses, theorem.verdict)
            });
        }
    }

    /// Theorem 4.6 and its scope.
    fn prompted(&mut self, model: &MemoryModel, selection: &Selection) {
        let (asked, scoped) = (selection.has(Statement::Theorem46), selection.has(Statement::Scope46));
        if !asked && !scoped {
            return;
        }
        let theorem = theorem_4_6::decide(model);
        if let (Some(task), Some(set)) = (model.task(), &theorem.assumption_4_5) {
            let prompt = theorem_4_6::prompt(task);
            self.findings.prompted_scope = Some(scope::decide(model, task, set, Some(prompt)));
        }
        if asked {
            let mut hypotheses = vec![
                ergodic(theorem.assumption_3_2),
                simple(Statement::Assumption44, theorem.assumption_4_4),
            ];
            let set = theorem.assumption_4_5;
            hypotheses.extend(set.iter().map(|set| simple(Statement::Assumption45, set.decision.clone())));
            let (head, prompt) = theorem.head.map(|found| (found.head, found.prompt)).unzip();
            self.statements.push(MemoryStatement {
                recoverable: set,
                head,
                prompt,
                vacuous: is_vacuous(theorem.verdict.as_ref(), self.findings.prompted_scope.as_ref()),
                ..MemoryStatement::new(Statement::Theorem46, hypotheses, theorem.verdict)
            });
        }
    }

    /// Every accepted certificate, each claim once, in a fixed order.
    pub fn certificates(&self) -> Vec<&Accepted> {
        let mut found: Vec<&Accepted> = Vec::new();
        for statement in &self.statements {
            found.extend(statement.verdict.as_ref().and_then(Verdict::accepted));
            found.extend(statement.hypotheses.iter().flat_map(Hypothesis::accepted));
        }
        let scopes = [&self.findings.scope, &self.findings.prompted_scope];
        found.extend(scopes.into_iter().flatten().filter_map(|scope| scope.decision.accepted()));
        let mut seen = BTreeSet::new();
        found.retain(|accepted| seen.insert(accepted.statement()));
        found
    }

    /// Whether a statement, hypothesis or scope is proved, as [`Examination::proved`](super::Examination::proved) says.
    pub fn proved(&self, statement: Statement) -> Option<Option<bool>> {
        let scopes = [&self.findings.scope, &self.findings.prompted_scope];
        let scope = scopes.into_iter().flatten().find(|scope| scope.statement == statement);
        if let Some(scope) = scope {
            return Some(scope.decision.holds());
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

    /// The verdict on a statement, hypothesis or scope that was asked for on its own; `None` if it was not examined or needs a task.
    pub fn verdict(&self, statement: Statement) -> Option<Verdict> {
        let scopes = [&self.findings.scope, &self.findings.prompted_scope];
        let scope = scopes.into_iter().flatten().find(|scope| scope.statement == statement);
        match scope {
            Some(scope) => Some(outcome(scope.decision.clone())),
            None => self.statements.iter().find(|found| found.statement == statement)?.verdict.clone(),
        }
    }

    /// Whether some statement was refuted.
    pub fn any_refuted(&self) -> bool {
        self.statements.iter().any(|found| matches!(found.verdict, Some(Verdict::Refuted(_))))
    }

    /// The first limit that left something undecided.
    pub fn undecided(&self) -> Option<&Limit> {
        let verdicts = self.statements.iter().filter_map(|found| match &found.verdict {
            Some(Verdict::Bounded(limit)) => Some(limit),
            _ => None,
        });
        let hypotheses = self.statements.iter().flat_map(|found| &found.hypotheses);
        let scopes = [&self.findings.scope, &self.findings.prompted_scope];
        let decisions = hypotheses
            .map(|found| &found.decision)
            .chain(scopes.into_iter().flatten().map(|scope| &scope.decision));
        let undecided = decisions.filter_map(|decision| match decision {
            Decision::Undecided(limit) => Some(limit),
            Decision::Holds(_) | Decision::Fails(_) => None,
        });
        verdicts.chain(undecided).next()
    }
}

/// Whether a theorem that is proved speaks about no input.
fn is_vacuous(verdict: Option<&Verdict>, scope: Option<&ScopeFound>) -> bool {
    matches!(verdict, Some(Verdict::Proved(_))) && scope.and_then(ScopeFound::empty) == Some(true)
}

fn coverage(model: &MemoryModel, task: &MemoryTask, set: &RecoverableSet) -> Result<Vec<BigRational>, Limit> {
    scope::coverage_within(model, task, set, LENGTHS, PRODUCTS)
}
