//! What a person reads on the terminal.

use std::{collections::BTreeSet, fmt::Write as _};

use anstyle::{AnsiColor, Style};
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{self, Evidence, Independence, Statement},
    number::Rational,
};

use super::{
    conditioning,
    figures::short,
    json::{Constructed, Labelled, Verified},
    model_hash,
};
use crate::{
    audit::{Examination, Findings, Hypothesis, StatementFound},
    hypothesis::{Decision, assumption_3_5::Choice},
    model::{Correction, LinearHead, Model, Names, State, Token, certificate_model},
    question::{
        conditioning::Conditioning,
        labels::LinearHeadAnswer,
        linear_head::{LinearHeads, Proportional},
    },
    theorem::Verdict,
};

mod memory;

pub use memory::{coverage_text, memory_check_text, memory_label_text};

/// How states and tokens are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// By name, where the model has names.
    pub names: bool,
}

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// One line about what the checker has seen.
pub(super) fn evidence_line(model: &Model, accepted: &Accepted, names: bool) -> String {
    Writer::new(model.name(), model.names(), Options { names }).evidence(accepted)
}

/// The title of a statement.
pub fn title(statement: Statement) -> &'static str {
    match statement {
        Statement::Assumption31 => "Assumption 3.1",
        Statement::Assumption32 => "Assumption 3.2",
        Statement::Assumption35 => "Assumption 3.5",
        Statement::Irreducible => "irreducible",
        Statement::Aperiodic => "aperiodic",
        Statement::FullSupport => "full support",
        Statement::Proposition34 => "Proposition 3.4",
        Statement::ClaimA1 => "Claim A.1",
        Statement::Theorem33 => "Theorem 3.3",
        Statement::Theorem36 => "Theorem 3.6",
        Statement::LemmaB1 => "Lemma B.1",
        Statement::LemmaB2 => "Lemma B.2",
        Statement::ProportionalHead => "Proportional head",
        Statement::PromptedProportionalHead => "Head behind prompt",
        Statement::SomePromptProportionalHead => "Prompt and head",
        Statement::EmissionRank => "Rank of W",
        Statement::EmissionSingularValue => "σ_min(W)",
        Statement::LeastHead => "Least head",
        Statement::LinearHead => "Linear head",
        Statement::HeadRecoversTask => "Head recovers task",
        Statement::HeadDisagreement => "Disagreement",
        Statement::AnyHeadDisagreement => "Any head's disagreement",
        Statement::AnyHeadLastingDisagreement => "Any head, all lengths",
        Statement::ErgodicRadius => "Radius of 3.2",
        Statement::Assumption42 => "Assumption 4.2",
        Statement::Assumption44 => "Assumption 4.4",
        Statement::Assumption45 => "Assumption 4.5",
        Statement::Theorem43 => "Theorem 4.3",
        Statement::Theorem46 => "Theorem 4.6",
        Statement::Scope43 => "Scope of 4.3",
        Statement::Scope46 => "Scope of 4.6",
        Statement::ColumnsIndependent => "independent columns",
        Statement::Rank => "Rank",
        Statement::SingularValue => "σ_min",
        Statement::SystemSolvable => "system solvable",
        Statement::SystemSolvableNonnegative => "nonnegative solution",
        Statement::LeftInverse => "left inverse",
        Statement::SpanIntersection => "intersection",
        Statement::BlockRecoverable => "block recoverable",
        Statement::Halfspace => "half-space",
    }
}

/// What a statement says, in a line.
fn says(statement: Statement) -> &'static str {
    match statement {
        Statement::Assumption31 => "the columns of W are independent",
        Statement::Assumption32 => "the chain is ergodic, π0 has full support",
        Statement::Assumption35 => "some states lead to H* ⊇ supp(μ) with independent columns of W",
        Statement::Irreducible => "every state leads to every other",
        Statement::Aperiodic => "the period is 1",
        Statement::FullSupport => "π0[h] > 0 for every state",
        Statement::Proposition34 => "G_i(x) = W P[H_i | x without position i]",
        Statement::ClaimA1 => "P[H_i | x after i] = r D P[H_0 | x]",
        Statement::Theorem33 => "a linear head on G_1 recovers the task and the posterior",
        Statement::Theorem36 => "behind one soft prompt token a linear head on Ḡ_2 recovers the task",
        Statement::LemmaB1 => "a first embedding u acts as a token that state h emits with probability u[h]",
        Statement::LemmaB2 => "P[H_2 | prompt, x] = r D (P[prompt, H_2] ⊙ P[H_0 | x])",
        Statement::ProportionalHead => "some b has b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x) on every possible input",
        Statement::PromptedProportionalHead => "some b has b·W(ρ⊙β(x)) = c (μ⊙π0)·β(x) behind this prompt",
        Statement::SomePromptProportionalHead => "some prompt and b have b·W(ρ⊙β(x)) = c (μ⊙π0)·β(x)",
        Statement::EmissionRank => "the rank of W is known",
        Statement::EmissionSingularValue => "σ_min(W) lies between two bounds",
        Statement::LeastHead => "no head with bᵀ W diag(π_1) = (μ⊙π0)ᵀ has a smaller ‖b‖₁",
        Statement::LinearHead => "some linear head has the task's label on every possible input",
        Statement::HeadRecoversTask => "this head has the task's label on every possible input",
        Statement::HeadDisagreement => "bounds on the probability that this head's label is not the task's",
        Statement::AnyHeadDisagreement => "every linear head errs with this probability at least",
        Statement::AnyHeadLastingDisagreement => {
            "every linear head errs with this probability at least, at every length from some on"
        }
        Statement::ErgodicRadius => "3.2 holds for every model whose entries differ by less than the radius",
        Statement::Assumption42 => "some syntax state of the task's cell is recoverable",
        Statement::Assumption44 => "A π0 = π0",
        Statement::Assumption45 => "some syntax state is recoverable where the cell's value is in supp μ",
        Statement::Theorem43 => {
            "an attention head recovers the task and the posterior on every input with (4.3)"
        }
        Statement::Theorem46 => "a prompt and an attention head recover the task on every input with (4.3)",
        Statement::Scope43 => "some input satisfies (4.3)",
        Statement::Scope46 => "some input satisfies (4.3) behind the prompt",
        Statement::ColumnsIndependent => "the columns are independent",
        Statement::Rank => "the rank is known",
        Statement::SingularValue => "σ_min lies between two bounds",
        Statement::SystemSolvable => "M x = rhs for some x",
        Statement::SystemSolvableNonnegative => "M x = rhs for some x ≥ 0",
        Statement::LeftInverse => "L M = I for some L",
        Statement::SpanIntersection => "a basis of the intersection of both column spaces is known",
        Statement::BlockRecoverable => "the first block adds its number of columns to the rank",
        Statement::Halfspace => "some b has b·g < 0 on the first block and b·g ≥ 0 elsewhere",
    }
}

fn is_assumption(statement: Statement) -> bool {
    use Statement::*;
    matches!(
        statement,
        Assumption31 | Assumption32 | Assumption35 | Assumption42 | Assumption44 | Assumption45
    )
}

struct Writer<'a> {
    name: &'a str,
    names: &'a Names,
    options: Options,
    text: String,
    /// Hypotheses whose parts have been shown.
    shown: BTreeSet<Statement>,
}

impl<'a> Writer<'a> {
    fn new(name: &'a str, names: &'a Names, options: Options) -> Self {
        Self { name, names, options, text: String::new(), shown: BTreeSet::new() }
    }
}

/// Everything that `check` found of one model.
pub fn check_text(
    model: &Model,
    correction: Option<&Correction>,
    found: &Examination,
    options: Options,
) -> String {
    let mut writer = Writer::new(model.name(), model.names(), options);
    let hmm = model.hmm();
    let (states, tokens) = (plural(hmm.states(), "state"), plural(hmm.tokens(), "token"));
    let what = format!("hidden Markov model, {states}, {tokens}");
    writer.heading(&what, &certificate_model(model), correction);
    let has_head = matches!(found.findings.proportional(), Some(Proportional::Exists { .. }));
    for statement in &found.statements {
        writer.statement(statement);
        let fails = matches!(statement.verdict, Some(Verdict::NotApplicable { .. }));
        if statement.statement == Statement::Theorem33 && fails && has_head {
            writer.line("    a head with the task's labels exists all the same: see the findings");
        }
    }
    writer.findings(&found.findings);
    writer.text
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        self.text += text;
        self.text.push('\n');
    }

    fn state(&self, state: usize) -> String {
        if self.options.names { self.names.state(State(state)) } else { state.to_string() }
    }

    fn token(&self, token: usize) -> String {
        if self.options.names { self.names.token(Token(token)) } else { token.to_string() }
    }

    fn states(&self, states: &[usize]) -> String {
        states.iter().map(|&state| self.state(state)).collect::<Vec<_>>().join(" ")
    }

    fn heading(&mut self, what: &str, model: &certificate::Model, correction: Option<&Correction>) {
        let (name, hash) = (styled(STRONG, self.name), model_hash(model));
        self.line(&format!("{name}: {what}"));
        self.line(&styled(FAINT, &format!("  model sha256 {hash}")));
        if let Some(correction) = correction {
            self.line(&format!("  {}", correction_text(correction)));
        }
    }

    fn statement(&mut self, found: &StatementFound) {
        self.verdict(found.statement, found.verdict.as_ref(), None);
        for hypothesis in &found.hypotheses {
            self.hypothesis(hypothesis);
        }
        if let Some(construction) = &found.construction {
            self.prompt(construction.prompt());
            self.head(construction.head());
        }
        if let Some(Verdict::Bounded(limit)) = &found.verdict {
            self.line(&format!("    {limit}"));
        }
        if let Some(accepted) = found.verdict.as_ref().and_then(Verdict::accepted) {
            let what = self.evidence(accepted);
            self.line(&format!("    certificate accepted: {what}"));
        }
    }

    /// The title of a statement with its verdict, and what it says; `proved` are the words for what is proved.
    fn verdict(&mut self, statement: Statement, verdict: Option<&Verdict>, proved: Option<&str>) {
        let (style, word) = match verdict {
            Some(Verdict::Proved(_)) => (GOOD, proved.unwrap_or("PROVED for every input of every length")),
            Some(Verdict::Refuted(_)) => (BAD, "REFUTED"),
            Some(Verdict::NotApplicable { .. }) => (OPEN, "NOT APPLICABLE: a hypothesis fails"),
            Some(Verdict::Bounded(_)) => (OPEN, "UNDECIDED"),
            None => (FAINT, "no task: only its hypotheses can be decided"),
        };
        let hypothesis = is_assumption(statement);
        let word = match verdict {
            Some(Verdict::Proved(_)) if hypothesis => "HOLDS",
            Some(Verdict::Refuted(_)) if hypothesis => "FAILS",
            _ => word,
        };
        let name = styled(STRONG, title(statement));
        self.line(&format!("\n  {name}  {}", styled(style, word)));
        self.line(&format!("    {}", says(statement)));
    }

    fn hypothesis(&mut self, hypothesis: &Hypothesis) {
        self.decision(4, hypothesis.statement, Some(&hypothesis.decision), hypothesis.parts.is_empty());
        if !self.shown.insert(hypothesis.statement) {
            return;
        }
        for part in &hypothesis.parts {
            self.decision(6, part.statement, part.decision.as_ref(), true);
        }
        if let Some(choice) = &hypothesis.choice {
            self.choice(choice);
        }
    }

    fn decision(&mut self, indent: usize, statement: Statement, decision: Option<&Decision>, detail: bool) {
        let (style, word) = match decision {
            Some(Decision::Holds(_)) => (GOOD, "holds    "),
            Some(Decision::Fails(_)) => (BAD, "fails    "),
            Some(Decision::Undecided(_)) => (OPEN, "undecided"),
            None => (FAINT, "—        "),
        };
        let evidence = match decision {
            Some(Decision::Undecided(limit)) => limit.to_string(),
            Some(Decision::Holds(_)) if !detail => says(statement).to_owned(),
            Some(Decision::Holds(accepted) | Decision::Fails(accepted)) => self.evidence(accepted),
            None => "asked of irreducible chains only".to_owned(),
        };
        let name = title(statement);
        let width = 20 - indent;
        self.line(&format!("{:indent$}{name:width$} {} {evidence}", "", styled(style, word)));
    }

    /// What the essential states were chosen among.
    fn choice(&mut self, choice: &Choice) {
        let among = match (choice.compared, choice.complete) {
            (1, true) => "the only minimal H*".to_owned(),
            (1, false) => "the only minimal H* found; there may be others".to_owned(),
            (compared, true) => format!("the best conditioned of the {compared} minimal H*"),
            (compared, false) => {
                format!("the best conditioned of {compared} minimal H* found; there may be others")
            }
        };
        let bounds = choice.conditioning.as_ref().map_or(String::new(), |bounds| {
            let (lower, upper) = (short(&bounds.lower, false), short(&bounds.upper, true));
            format!(", with σ_min(W[:,H*]) from {lower} to {upper}")
        });
        self.line(&format!("      {among}{bounds}"));
    }

    fn prompt(&mut self, prompt: &[Vec<BigRational>]) {
        for (index, embedding) in prompt.iter().enumerate() {
            let name = if prompt.len() == 1 { "u".to_owned() } else { format!("u_{}", index + 1) };
            let entries: Vec<_> = embedding.iter().map(approximate).collect();
            self.line(&format!("    prompt {name} = ({})", entries.join(", ")));
        }
    }

    /// One line about what the checker has seen.
    fn evidence(&self, accepted: &Accepted) -> String {
        match &accepted.certificate().evidence {
            Evidence::IndependentColumns(found) => {
                let rows = found.rows.iter().map(|&row| self.token(row)).collect::<Vec<_>>().join(" ");
                format!("the rows of W (cleared) at tokens {rows} are invertible modulo {}", found.modulus)
            }
            Evidence::DependentColumns(found) => {
                let kernel: Vec<_> = found.kernel.iter().map(|value| approximate(&value.0)).collect();
                format!("W v = 0 for v = ({})", kernel.join(", "))
            }
            Evidence::Irreducible(found) => {
                format!(
                    "search trees of {} and {} steps, from state 0 and to it",
                    found.forward.len(),
                    found.backward.len()
                )
            }
            Evidence::Reducible(found) => format!("no step leaves the states {}", self.states(&found.states)),
            Evidence::Aperiodic(found) => {
                let walks: Vec<_> = found.walks.iter().map(|walk| self.walk(walk)).collect();
                format!("closed walks of coprime lengths: {}", walks.join("; "))
            }
            Evidence::Periodic(found) => {
                let classes = found.classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                format!("period {}, classes of the states: {classes}", found.period)
            }
            Evidence::FullSupport(_) => "no state has initial probability 0".to_owned(),
            Evidence::MissingSupport(found) => {
                format!("π0 gives state {} probability 0", self.state(found.state))
            }
            Evidence::Ergodic(_) => "irreducible, aperiodic, full support".to_owned(),
            Evidence::MaskedOutput(found) => {
                format!("a law of the model, and computed both ways on {} instances", found.instances.len())
            }
            Evidence::ShiftedPosterior(found) => {
                format!("follows from 3.2, and computed both ways on {} instances", found.instances.len())
            }
            Evidence::InvertibleHead(_) => "3.1, 3.2 and bᵀ W diag(π_1) = (μ⊙π0)ᵀ".to_owned(),
            Evidence::ProportionalHead(found) => match &found.span {
                None => "bᵀ W diag(π_1) = (μ⊙π0)ᵀ".to_owned(),
                Some(span) => format!(
                    "bᵀ W diag(π_1) = (μ⊙π0)ᵀ on the span of all backward vectors ({})",
                    plural(span.words.len(), "word")
                ),
            },
            Evidence::NoPrompt(found) => {
                let why = match found.ratios.len() {
                    0 => "by its signs alone".to_owned(),
                    count => format!("by {} on laws", plural(count, "bound")),
                };
                format!(
                    "a sum over the states that is 0 for every head is positive behind every prompt, {why}"
                )
            }
            Evidence::NoProportionalHead(found) => self.contradiction(&found.words, found.weights.len()),
            Evidence::UnseenCombination(found) => self.contradiction(&found.words, found.weights.len()),
            Evidence::Rank(found) => format!("rank {}", found.columns.len()),
            Evidence::SingularValue(found) => {
                format!("{} ≤ σ_min ≤ {}", approximate(&found.lower.0), approximate(&found.upper.0))
            }
            Evidence::LeastHead(_) => "a head, and a dual vector with the same value".to_owned(),
            Evidence::LabelsAgree(found) => {
                format!("a tree of {} without doubt", plural(found.tree.nodes.len(), "node"))
            }
            Evidence::Disagreement(found) => {
                format!("a tree of {} with bounds", plural(found.tree.nodes.len(), "node"))
            }
            Evidence::WrongLabel(found) => {
                let word = self.word(&found.tokens);
                format!("on {word} the label is {}, the head says {}", found.task, found.head)
            }
            Evidence::UnequalShiftedPosterior(found) => {
                format!("on {} the two sides differ at state {}", self.word(&found.tokens), found.state)
            }
            Evidence::UnequalPromptedPosterior(found) => {
                format!("on {} the two sides differ at state {}", self.word(&found.tokens), found.state)
            }
            Evidence::WrongAttentionLabel(found) => {
                let word = self.word(&found.tokens);
                format!("on {word} the label is {}, the attention head says {}", found.task, found.head)
            }
            Evidence::NoLinearHead(found) => {
                format!(
                    "{} whose weighted model outputs contradict every head",
                    plural(found.terms.len(), "input")
                )
            }
            Evidence::PackedContradictions(found) => format!(
                "{} among the inputs of length {}",
                plural(found.contradictions.len(), "contradiction"),
                found.length
            ),
            Evidence::LastingContradictions(found) => format!(
                "{} among the prefixes of length {}",
                plural(found.contradictions.len(), "contradiction"),
                found.length
            ),
            Evidence::ErgodicRadius(found) => {
                format!("every step used, and π0, is at least {}", approximate(&found.radius.0))
            }
            Evidence::EssentialStates(found) => {
                self.essential(&accepted.certificate().model, &found.sources, &found.independence)
            }
            Evidence::NoEssentialStates(found) if found.branches.is_empty() => {
                "the columns of W at the states that the task weighs are dependent".to_owned()
            }
            Evidence::NoEssentialStates(found) => {
                format!("every B is ruled out, in a search of {}", plural(found.branches.len(), "branching"))
            }
            Evidence::PromptedHead(_) => "3.2, 3.5 and bᵀ W diag(ρ) = (μ⊙π0)ᵀ".to_owned(),
            Evidence::FakeToken(found) => {
                format!("a law of the model, and computed both ways on {} instances", found.instances.len())
            }
            Evidence::PromptedPosterior(found) => format!(
                "follows from full support, and computed both ways on {} instances",
                found.instances.len()
            ),
            Evidence::RecoverableStates(found) => {
                let states: Vec<_> = found.recoverable.iter().map(|found| found.state.to_string()).collect();
                match states.as_slice() {
                    [] => "a kernel vector of W against each syntax state".to_owned(),
                    _ => format!("functionals for S* = {{{}}}, the largest set", states.join(", ")),
                }
            }
            Evidence::Stationary(_) => "the first step changes no probability".to_owned(),
            Evidence::NotStationary(found) => {
                format!("the first step changes the probability of state {}", self.state(found.state))
            }
            Evidence::AttentionHead(_) => "3.2, and θ_(c,s)·W[:,(c',h')] = δ for S*".to_owned(),
            Evidence::PromptedAttentionHead(_) => {
                "3.2, 4.4, and θ_(c,s)·W[:,(c',h')] = δ where the prompt passes".to_owned()
            }
            Evidence::ScopeMember(found) => {
                format!("the input {} at position {}", self.word(&found.tokens), found.position)
            }
            Evidence::EmptyScope(found) => {
                format!(
                    "{} of what is known of an input, none with (4.3)",
                    plural(found.automaton.len(), "state")
                )
            }
            Evidence::Solution(_) | Evidence::NonnegativeSolution(_) => "a solution".to_owned(),
            Evidence::Inconsistency(_) | Evidence::SeparatingFunctional(_) | Evidence::Halfspace(_) => {
                "a functional".to_owned()
            }
            Evidence::LeftInverse(_) => "a left inverse".to_owned(),
            Evidence::Intersection(found) => {
                format!("an intersection of dimension {}", found.combinations.len())
            }
            Evidence::BlockFunctionals(_) => "a functional for each column of the first block".to_owned(),
            Evidence::BlockKernel(_) => "a kernel vector that does not vanish on the first block".to_owned(),
            Evidence::Motzkin(_) => "a point that the cones of both blocks share".to_owned(),
        }
    }

    fn essential(
        &self,
        model: &certificate::Model,
        sources: &[usize],
        independence: &Independence,
    ) -> String {
        let rows = match model {
            certificate::Model::Hmm(hmm) => hmm.transition.as_slice(),
            certificate::Model::MemoryHmm(_) | certificate::Model::Matrix(_) => &[],
        };
        let led_to = |row: &[Rational]| sources.iter().any(|&from| !row[from].0.is_zero());
        let essential: Vec<usize> = (0..rows.len()).filter(|&to| led_to(&rows[to])).collect();
        format!(
            "B = {{{}}} leads to H* = {{{}}}, with columns of W that are invertible modulo {}",
            self.states(sources),
            self.states(&essential),
            independence.modulus
        )
    }

    fn walk(&self, walk: &[usize]) -> String {
        let first = walk.first().copied();
        walk.iter().copied().chain(first).map(|state| self.state(state)).collect::<Vec<_>>().join("→")
    }

    fn word(&self, word: &[usize]) -> String {
        word.iter().map(|&token| self.token(token)).collect::<Vec<_>>().join(",")
    }

    fn contradiction(&self, words: &[Vec<usize>], count: usize) -> String {
        let words: Vec<_> = words.iter().map(|word| self.word(word)).collect();
        format!(
            "a combination of {} ({}) that the model's outputs cannot see and the task can",
            plural(count, "input"),
            words.join(" | ")
        )
    }

    fn head(&mut self, head: &LinearHead) {
        for (index, row) in head.rows().iter().enumerate() {
            let name = if head.rows().len() == 1 { "b".to_owned() } else { format!("b_{index}") };
            let entries: Vec<_> = row.iter().map(approximate).collect();
            self.line(&format!("    head {name} = ({})", entries.join(", ")));
        }
    }

    fn findings(&mut self, findings: &Findings) {
        let rank = findings.rank_emission.map_or("undecided".to_owned(), |rank| rank.to_string());
        self.line(&format!("\n  {}  rank of W: {rank}", styled(STRONG, "Findings")));
        if let Some(heads) = &findings.linear_heads {
            self.linear_heads(heads);
        }
        if let Some(answer) = &findings.labels {
            self.labels(answer);
        }
        if let Some(found) = &findings.conditioning {
            self.conditioning(found);
        }
    }

    fn conditioning(&mut self, found: &Conditioning) {
        self.line(&format!("\n  {}  {}", styled(STRONG, "Conditioning"), conditioning::in_words(found)));
        for (name, text) in conditioning::rows(found) {
            self.line(&format!("    {name:16} {text}"));
        }
    }

    /// Only what the proportional head leaves open.
    fn labels(&mut self, answer: &LinearHeadAnswer) {
        let (style, word) = match answer {
            LinearHeadAnswer::Proportional => return,
            LinearHeadAnswer::Exists { .. } => (GOOD, "exists"),
            LinearHeadAnswer::Impossible(_) => (BAD, "impossible"),
            LinearHeadAnswer::Open(_) => (OPEN, "open"),
        };
        self.line(&format!("    b with the task's label on every input: {}", styled(style, word)));
        match answer {
            LinearHeadAnswer::Proportional => {}
            LinearHeadAnswer::Exists { head, accepted } => {
                self.head(head);
                let what = self.evidence(accepted);
                self.line(&format!("    certificate accepted: {what}"));
            }
            LinearHeadAnswer::Impossible(found) => {
                let what = self.evidence(&found.accepted);
                self.line(&format!("    certificate accepted: {what}"));
                let name = self.name;
                self.line(&format!("    `recoverable counterexample {name}` works them out"));
            }
            LinearHeadAnswer::Open(open) => {
                if let Some((_, found)) = &open.best {
                    let (bracket, from) = (found.bracket(), found.from_length());
                    let range =
                        format!("{} and {}", short(&bracket.lower, false), short(&bracket.upper, true));
                    self.line(&format!(
                        "    the best head found errs with a probability between {range} from length {from} on"
                    ));
                }
            }
        }
    }

    fn linear_heads(&mut self, heads: &LinearHeads) {
        match &heads.span {
            Ok(span) => {
                self.line(&format!("    dimension of the span of the backward vectors: {}", span.dimension()))
            }
            Err(bounds) => {
                let limit = &bounds.limit;
                self.line(&format!("    dimension of the span of the backward vectors: undecided, {limit}"));
            }
        }
        let Some(found) = &heads.proportional else { return };
        let (style, word) = match found {
            Proportional::Exists { .. } => (GOOD, "exists"),
            Proportional::Impossible { .. } => (BAD, "none exists"),
            Proportional::Undecided(_) => (OPEN, "undecided"),
        };
        self.line(&format!(
            "    b with b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x) on every input: {}",
            styled(style, word)
        ));
        match found {
            Proportional::Exists { head, accepted } => {
                self.head(head);
                let what = self.evidence(accepted);
                self.line(&format!("    certificate accepted: {what}"));
            }
            Proportional::Impossible { accepted } => {
                let what = self.evidence(accepted);
                self.line(&format!("    certificate accepted: {what}"));
            }
            Proportional::Undecided(limit) => self.line(&format!("    {limit}")),
        }
    }
}

/// "1 state", "2 states".
pub(super) fn plural(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What normalising changed most.
pub fn correction_text(correction: &Correction) -> String {
    let Correction { field, line, .. } = correction;
    format!("normalised: the largest correction is {} ({line}{field})", approximate(&correction.size()))
}

/// The number itself if it is short, else its size to five digits, marked `≈`.
fn approximate(value: &BigRational) -> String {
    let exact = value.to_string();
    if exact.len() <= 24 {
        return exact;
    }
    match value.to_f64() {
        Some(float) if float.is_finite() && float != 0.0 => format!("≈{float:.5e}"),
        _ => format!("≈{}…", exact.chars().take(12).collect::<String>()),
    }
}

/// What `label` found for one sequence.
pub fn label_text(model: &Model, tokens: &[Option<Token>], found: &Labelled, options: Options) -> String {
    let writer = Writer::new(model.name(), model.names(), options);
    let name = |token: &Option<Token>| token.map_or("_".to_owned(), |token| writer.token(token.0));
    let list = |values: &[BigRational]| values.iter().map(approximate).collect::<Vec<_>>().join(", ");
    let mut text = String::new();
    let sequence: Vec<_> = tokens.iter().map(name).collect();
    let _ = writeln!(text, "{}", styled(STRONG, &sequence.join(",")));
    let _ = writeln!(text, "  Pr(x)         {}", approximate(&found.probability));
    let _ = writeln!(text, "  P[H_0 | x]    ({})", list(&found.posterior));
    if let Some((scores, label)) = &found.label {
        let _ = writeln!(text, "  score         {}", list(scores));
        let _ = writeln!(text, "  label         {label}");
    }
    for (index, output) in found.model_output.iter().enumerate() {
        let _ = writeln!(text, "  {:13} ({})", format!("G_{}(x)", index + 1), list(output));
    }
    let _ = writeln!(text, "  G_1(blank, x) ({})", list(&found.head_input));
    if let Some(construction) = &found.construction {
        let Constructed { head_input, scores, label, prompt, .. } = construction;
        if *prompt > 0 {
            let position = format!("Ḡ_{}(u, blank, x)", prompt + 1);
            let _ = writeln!(text, "  {position:17} ({})", list(head_input));
        }
        let _ = writeln!(text, "  head's score  {}", list(scores));
        let _ = writeln!(text, "  head's label  {label}");
    }
    text
}

/// What `verify` found of one file.
pub fn verify_text(verified: &Verified) -> String {
    let Verified { file, claim, sha256, rejection } = verified;
    let about = format!("{claim}, model sha256 {sha256}");
    match rejection {
        None => format!("{file}: {}: {about}", styled(GOOD, "accepted")),
        Some(reason) => format!("{file}: {}: {reason} ({about})", styled(BAD, "rejected")),
    }
}
