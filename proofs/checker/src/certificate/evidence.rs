//! The evidence of every rule, and its parts for hidden Markov models.

use serde::{Deserialize, Serialize};

use super::{
    AttentionEvidence, BlockFunctionals, Disagreement, EmptyScope, ErgodicRadius, EssentialStates,
    FakeTokens, Functional, Intersection, LabelsAgree, LastingContradictions, LeastHead, LeftInverse,
    Motzkin, Moving, NoEssentialStates, NoLinearHead, NoPrompt, PackedContradictions, PromptedHead,
    PromptedPosteriors, Rank, RecoverableStates, ScopeMember, SingularValue, Solution,
    UnequalPromptedPosterior, UnseenCombination, WrongAttentionLabel, WrongLabel,
};
use crate::number::{Integer, Rational};

super::tagged::tagged_by_rule! {
/// The evidence, tagged in JSON by `rule`.
pub enum Evidence {
    /// Proves assumption-3.1 and matrix-columns-independent.
    IndependentColumns(Independence),
    /// Refutes assumption-3.1, matrix-columns-independent and matrix-left-inverse.
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
    /// Refutes claim-a.1.
    UnequalShiftedPosterior(UnequalShiftedPosterior),
    /// Proves theorem-3.3.
    InvertibleHead(InvertibleHead),
    /// Proves proportional-head, linear-head, prompted-proportional-head, some-prompt-proportional-head and head-recovers-task.
    ProportionalHead(ProportionalHead),
    /// Refutes proportional-head and prompted-proportional-head.
    NoProportionalHead(NoProportionalHead),
    /// Refutes some-prompt-proportional-head.
    NoPrompt(NoPrompt),
    /// Refutes some-prompt-proportional-head.
    UnseenCombination(UnseenCombination),
    /// Proves emission-rank and matrix-rank.
    Rank(Rank),
    /// Proves emission-singular-value and matrix-singular-value.
    SingularValue(SingularValue),
    /// Proves least-head.
    LeastHead(LeastHead),
    /// Proves linear-head and head-recovers-task.
    LabelsAgree(LabelsAgree),
    /// Refutes linear-head.
    NoLinearHead(NoLinearHead),
    /// Refutes head-recovers-task.
    WrongLabel(WrongLabel),
    /// Proves head-disagreement.
    Disagreement(Disagreement),
    /// Proves any-head-disagreement.
    PackedContradictions(PackedContradictions),
    /// Proves any-head-lasting-disagreement.
    LastingContradictions(LastingContradictions),
    /// Proves assumption-3.2.radius.
    ErgodicRadius(ErgodicRadius),
    /// Proves assumption-3.5.
    EssentialStates(EssentialStates),
    /// Refutes assumption-3.5.
    NoEssentialStates(NoEssentialStates),
    /// Proves theorem-3.6.
    PromptedHead(PromptedHead),
    /// Proves lemma-b.1.
    FakeToken(FakeTokens),
    /// Proves lemma-b.2.
    PromptedPosterior(PromptedPosteriors),
    /// Refutes lemma-b.2.
    UnequalPromptedPosterior(UnequalPromptedPosterior),
    /// Proves or refutes assumption-4.2 and assumption-4.5.
    RecoverableStates(RecoverableStates),
    /// Proves assumption-4.4.
    Stationary(Empty),
    /// Refutes assumption-4.4.
    NotStationary(Moving),
    /// Proves theorem-4.3.
    AttentionHead(AttentionEvidence),
    /// Proves theorem-4.6.
    PromptedAttentionHead(AttentionEvidence),
    /// Refutes head-recovers-task of an attention head.
    WrongAttentionLabel(WrongAttentionLabel),
    /// Proves scope-4.3 and scope-4.6.
    ScopeMember(ScopeMember),
    /// Refutes scope-4.3 and scope-4.6.
    EmptyScope(EmptyScope),
    /// Proves matrix-system-solvable.
    Solution(Solution),
    /// Refutes matrix-system-solvable.
    Inconsistency(Functional),
    /// Proves matrix-system-solvable-nonnegative.
    NonnegativeSolution(Solution),
    /// Refutes matrix-system-solvable-nonnegative.
    SeparatingFunctional(Functional),
    /// Proves matrix-left-inverse.
    LeftInverse(LeftInverse),
    /// Proves matrix-span-intersection.
    Intersection(Intersection),
    /// Proves matrix-block-recoverable.
    BlockFunctionals(BlockFunctionals),
    /// Refutes matrix-block-recoverable.
    BlockKernel(Dependence),
    /// Proves matrix-halfspace.
    Halfspace(Functional),
    /// Refutes matrix-halfspace.
    Motzkin(Motzkin),
}
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

/// The columns of `M` are dependent: a nonzero `kernel` with `M · kernel = 0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependence {
    /// One entry for each column, which for the emission matrix is a state.
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

/// An input, a shift and a state at which the two sides of Claim A.1 differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnequalShiftedPosterior {
    /// The input `x`, at least one token.
    pub tokens: Vec<usize>,
    /// The `i` of `P[H_i | X_{i+1:i+t} = x]`, at least 1.
    pub shift: usize,
    /// The state.
    pub state: usize,
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
    /// The prompt in front of the input, if there is one: its law `ρ` takes the place of `π_1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Vec<Vec<Rational>>>,
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
    /// The prompt in front of the input, if there is one: its law `ρ` takes the place of `π_1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Vec<Vec<Rational>>>,
}
