//! The types of a certificate: what is claimed, about which model, and the evidence.
//!
//! Producers build these values and serialise them; the checker reads them back from the text and
//! trusts nothing else. Unknown fields, rules, statements and schema versions are refused while
//! reading. `FORMAT.md` describes every field and rule in prose.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::number::{Integer, Rational};

mod weights;

/// A whole certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of the format.
    pub schema: Schema,
    /// What is claimed.
    pub claim: Claim,
    /// The model that the claim is about.
    pub model: Model,
    /// What establishes the claim.
    pub evidence: Evidence,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schema {
    /// Version 1.
    #[serde(rename = "recoverable.certificate/1")]
    V1,
}

/// What a certificate claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The statement.
    pub statement: Statement,
    /// Whether it holds.
    pub verdict: Outcome,
}

/// The two verdicts that can be certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The statement holds, for all inputs of all lengths where it speaks of inputs.
    Proved,
    /// The statement is false.
    Refuted,
}

/// The statements that a certificate can speak about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Statement {
    /// The columns of `W` are linearly independent.
    #[serde(rename = "assumption-3.1")]
    Assumption31,
    /// The chain is irreducible and aperiodic, and `π0` has full support.
    #[serde(rename = "assumption-3.2")]
    Assumption32,
    /// The chain is irreducible.
    #[serde(rename = "assumption-3.2.irreducible")]
    Irreducible,
    /// The chain is irreducible and its period is 1. Refuted: its period is a multiple of some `p ≥ 2`.
    #[serde(rename = "assumption-3.2.aperiodic")]
    Aperiodic,
    /// `π0[h] > 0` for every state `h`.
    #[serde(rename = "assumption-3.2.full-support")]
    FullSupport,
    /// `G_i(x) = W P[H_i | X_{-i} = x_{-i}]`.
    #[serde(rename = "proposition-3.4")]
    Proposition34,
    /// `P[H_i | X_{i+1:i+t} = x] = r_x D P[H_0 | X_{1:t} = x]`.
    #[serde(rename = "claim-a.1")]
    ClaimA1,
    /// A linear head on `G_1` recovers the task, and a linear map the posterior of `H_0`.
    #[serde(rename = "theorem-3.3")]
    Theorem33,
    /// There are a head `b` and one constant `c > 0` with `b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x)` for every
    /// possible nonempty `x`.
    #[serde(rename = "proportional-head")]
    ProportionalHead,
}

impl Statement {
    /// All statements.
    pub const ALL: [Self; 9] = [
        Self::Theorem33,
        Self::Proposition34,
        Self::ClaimA1,
        Self::Assumption31,
        Self::Assumption32,
        Self::Irreducible,
        Self::Aperiodic,
        Self::FullSupport,
        Self::ProportionalHead,
    ];

    /// The statement's id in certificates and reports, such as `theorem-3.3`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Assumption31 => "assumption-3.1",
            Self::Assumption32 => "assumption-3.2",
            Self::Irreducible => "assumption-3.2.irreducible",
            Self::Aperiodic => "assumption-3.2.aperiodic",
            Self::FullSupport => "assumption-3.2.full-support",
            Self::Proposition34 => "proposition-3.4",
            Self::ClaimA1 => "claim-a.1",
            Self::Theorem33 => "theorem-3.3",
            Self::ProportionalHead => "proportional-head",
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proved => "proved",
            Self::Refuted => "refuted",
        })
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.statement, self.verdict)
    }
}

/// A hidden Markov model, column-stochastic, with the law of `H_0`, and perhaps a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The kind of the model.
    pub kind: Kind,
    /// `initial[state]`, the law of `H_0`, which emits nothing.
    pub initial: Vec<Rational>,
    /// `transition[next][current]`; every column sums to 1.
    pub transition: Vec<Vec<Rational>>,
    /// `emission[token][state]`; every column sums to 1.
    pub emission: Vec<Vec<Rational>>,
    /// The downstream task, where the claim needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
}

/// The kind of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A vanilla hidden Markov model.
    #[serde(rename = "hmm")]
    Hmm,
}

/// A downstream task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// `μ`.
    pub weights: Weights,
}

/// The weights `μ` of a task; in JSON a list of numbers, or a list of two or more such lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Label 1 iff `μ · P[H_0|x] ≥ 0`.
    Binary(Vec<Rational>),
    /// The label is the argmax of `μ_k · P[H_0|x]`, the smallest index on ties.
    Classes(Vec<Vec<Rational>>),
}

/// The evidence, tagged in JSON by `rule`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Evidence {
    /// Proves assumption-3.1.
    IndependentColumns(Independence),
    /// Refutes assumption-3.1.
    DependentColumns(Dependence),
    /// Proves assumption-3.2.irreducible.
    Irreducible(Trees),
    /// Refutes assumption-3.2.irreducible and assumption-3.2.
    Reducible(ClosedSet),
    /// Proves assumption-3.2.aperiodic.
    Aperiodic(Aperiodicity),
    /// Refutes assumption-3.2.aperiodic and assumption-3.2.
    Periodic(Periods),
    /// Proves assumption-3.2.full-support.
    FullSupport(Empty),
    /// Refutes assumption-3.2.full-support and assumption-3.2.
    MissingSupport(MissingSupport),
    /// Proves assumption-3.2.
    Ergodic(Aperiodicity),
    /// Proves proposition-3.4.
    MaskedOutput(MaskedOutputs),
    /// Proves claim-a.1.
    ShiftedPosterior(ShiftedPosteriors),
    /// Proves theorem-3.3.
    InvertibleHead(InvertibleHead),
    /// Proves proportional-head.
    ProportionalHead(ProportionalHead),
    /// Refutes proportional-head.
    NoProportionalHead(NoProportionalHead),
}

/// Evidence without content: the model itself decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// The columns of an integer matrix `M` (rows × columns) are independent: `inverse · M[rows, :] ≡ 1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Independence {
    /// As many distinct rows of `M` as it has columns.
    pub rows: Vec<usize>,
    /// At least 2 and below 2²⁸; need not be prime.
    pub modulus: u64,
    /// `inverse[column][position in rows]`, each entry below the modulus.
    pub inverse: Vec<Vec<u64>>,
}

/// The columns of `W` are dependent: a nonzero `kernel` with `W · kernel = 0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependence {
    /// One entry for each state.
    pub kernel: Vec<Rational>,
}

/// Two search trees with root state 0, each a list of steps `[from, to]` of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trees {
    /// `from` was reached before, `to` is reached by this step.
    pub forward: Vec<(usize, usize)>,
    /// `to` is known to lead to state 0, so `from` does as well.
    pub backward: Vec<(usize, usize)>,
}

/// A nonempty proper set of states that the chain cannot leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedSet {
    /// Distinct states.
    pub states: Vec<usize>,
}

/// An irreducible chain with closed walks whose lengths have greatest common divisor 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aperiodicity {
    /// The chain is irreducible.
    pub trees: Trees,
    /// Each walk is a list of states; a step leads from each to the next and from the last to the first.
    pub walks: Vec<Vec<usize>>,
}

/// The class of each state modulo the period: every step leads from class `c` to class `c + 1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Periods {
    /// At least 2.
    pub period: usize,
    /// The class of each state, below the period.
    pub classes: Vec<usize>,
}

/// A state that `π0` gives the probability zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingSupport {
    /// The state.
    pub state: usize,
}

/// Inputs on which Proposition 3.4 is computed both ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskedOutputs {
    /// At least one.
    pub instances: Vec<MaskedOutput>,
}

/// One input, one masked position, and the model's output there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskedOutput {
    /// The input `x`, at least one token.
    pub tokens: Vec<usize>,
    /// Counts from 1; the token there is not looked at.
    pub position: usize,
    /// `G_position(tokens)`.
    pub output: Vec<Rational>,
}

/// Inputs on which Claim A.1 is computed both ways, under Assumption 3.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftedPosteriors {
    /// Assumption 3.2 (with full support, read off the model).
    pub ergodic: Aperiodicity,
    /// At least one.
    pub instances: Vec<ShiftedPosterior>,
}

/// One input, one shift, and the ratio `r_x` of Claim A.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftedPosterior {
    /// The input `x`, at least one token.
    pub tokens: Vec<usize>,
    /// The `i` of `P[H_i | X_{i+1:i+t} = x]`, at least 1.
    pub shift: usize,
    /// `Pr(X_{1:t} = x) / Pr(X_{i+1:i+t} = x)`.
    pub ratio: Rational,
}

/// The hypotheses of Theorem 3.3 and its head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvertibleHead {
    /// Assumption 3.1.
    pub independence: Independence,
    /// Assumption 3.2 (with full support, read off the model).
    pub ergodic: Aperiodicity,
    /// One row `b` for a binary task, else a row for each class.
    pub head: Vec<Vec<Rational>>,
}

/// A head whose scores are proportional to those of the task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProportionalHead {
    /// One row `b` for a binary task, else a row for each class.
    pub head: Vec<Vec<Rational>>,
    /// Absent when the identity `bᵀ W diag(π_1) = (μ⊙π0)ᵀ` holds in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// The span of the backward vectors of all nonempty words (or of their squares), with a proof
/// that it is closed under one more token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// False: vectors `β(w)`. True: the products `β(w)_i β(w)_j`, `i ≤ j`, in lexicographic order of `(i, j)`.
    pub squares: bool,
    /// Nonempty words whose vectors form a basis.
    pub words: Vec<Vec<usize>>,
    /// Of the matrix whose columns are the vectors of `words`.
    pub words_independent: Independence,
    /// Rows that vanish on the span, as many as its codimension.
    pub annihilator: Vec<Vec<Integer>>,
    /// Of the matrix whose columns are the rows of `annihilator`.
    pub annihilator_independent: Independence,
}

/// A combination `v = Σ weight β(word)` of possible words with `W diag(π_1) v = 0` and `(μ⊙π0)·v ≠ 0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoProportionalHead {
    /// 1 for a binary task; for several classes the `k ≥ 1` whose `μ_k − μ_0` takes the place of `μ`.
    pub class: usize,
    /// Nonempty words of positive probability.
    pub words: Vec<Vec<usize>>,
    /// The weight of each word.
    pub weights: Vec<Rational>,
}

impl Certificate {
    /// The certificate as one line of JSON.
    ///
    /// # Panics
    /// Never: strings, integers and lists always serialise.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, integers and lists always serialise")
    }
}
