//! The statements, and the kind of model that each is about.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Kind;

/// The statements that a certificate can speak about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Statement {
    /// The columns of `W` are linearly independent.
    #[serde(rename = "assumption-3.1")]
    Assumption31,
    /// The chain is irreducible and aperiodic, and `π0` has full support.
    #[serde(rename = "assumption-3.2")]
    Assumption32,
    /// Some states `B` lead, in one step, to states `H*` that contain the support of the task and have independent columns of `W`.
    #[serde(rename = "assumption-3.5")]
    Assumption35,
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
    /// A linear head on `Ḡ_2` behind one soft prompt token recovers the task, and a linear map the posterior of `H_0` on `H*`.
    #[serde(rename = "theorem-3.6")]
    Theorem36,
    /// A first embedding `u` acts as a token that the first state emits with the probability `u`.
    #[serde(rename = "lemma-b.1")]
    LemmaB1,
    /// `P[H_2 | X̂_1=z~, X̂_{3:t+2}=x] = r'_x diag(1/π0) (P[X̂_1=z~, H_2] ⊙ P[H_0 | X_{1:t}=x])`, and `π0` has full support.
    #[serde(rename = "lemma-b.2")]
    LemmaB2,
    /// There are a head `b` and one constant `c > 0` with `b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x)` for every
    /// possible nonempty `x`.
    #[serde(rename = "proportional-head")]
    ProportionalHead,
    /// Behind the prompt of the evidence there are a head `b` and one constant `c > 0` with `b·W(ρ⊙β(x)) = c (μ⊙π0)·β(x)` for
    /// every possible nonempty `x`.
    #[serde(rename = "prompted-proportional-head")]
    PromptedProportionalHead,
    /// The same behind some prompt of one token or more.
    #[serde(rename = "some-prompt-proportional-head")]
    SomePromptProportionalHead,
    /// The rank of `W` is the number of columns that the evidence lists.
    #[serde(rename = "emission-rank")]
    EmissionRank,
    /// `lower ≤ σ_min(W) ≤ upper`, with the bounds of the evidence.
    #[serde(rename = "emission-singular-value")]
    EmissionSingularValue,
    /// The head of the evidence satisfies `bᵀ W diag(π_1) = (μ⊙π0)ᵀ`, and no head that does has a smaller `‖b‖₁`.
    #[serde(rename = "least-head")]
    LeastHead,
    /// Some linear head on `G_1` has the task's label on every possible input.
    #[serde(rename = "linear-head")]
    LinearHead,
    /// The head of the evidence has the task's label on every possible input.
    #[serde(rename = "head-recovers-task")]
    HeadRecoversTask,
    /// The bounds of the evidence hold for the probability that its head's label is not the task's, for every length.
    #[serde(rename = "head-disagreement")]
    HeadDisagreement,
    /// On inputs of the evidence's length every linear head's label differs from the task's with at least its probability.
    #[serde(rename = "any-head-disagreement")]
    AnyHeadDisagreement,
    /// The same on inputs of the evidence's length and of every greater one.
    #[serde(rename = "any-head-lasting-disagreement")]
    AnyHeadLastingDisagreement,
    /// Assumption 3.2 holds for every model whose `π0` and `A` differ from this one's by less than the evidence's radius in
    /// each entry.
    #[serde(rename = "assumption-3.2.radius")]
    ErgodicRadius,
    /// Some syntax state of the task's cell is recoverable; the evidence says which are.
    #[serde(rename = "assumption-4.2")]
    Assumption42,
    /// `A π0 = π0`.
    #[serde(rename = "assumption-4.4")]
    Assumption44,
    /// Some syntax state of the task's cell is recoverable once its value is known to be in `supp μ`; the evidence says which are.
    #[serde(rename = "assumption-4.5")]
    Assumption45,
    /// The attention head of the evidence has the task's label on every input with (4.3).
    #[serde(rename = "theorem-4.3")]
    Theorem43,
    /// The attention head of the evidence has the task's label behind the prompt on every input with (4.3).
    #[serde(rename = "theorem-4.6")]
    Theorem46,
    /// Some possible input satisfies (4.3), for the syntax states of the evidence.
    #[serde(rename = "scope-4.3")]
    Scope43,
    /// The same behind the prompt of Theorem 4.6.
    #[serde(rename = "scope-4.6")]
    Scope46,
    /// The columns of `M` are linearly independent.
    #[serde(rename = "matrix-columns-independent")]
    ColumnsIndependent,
    /// The rank of `M` is the number of columns that the evidence lists.
    #[serde(rename = "matrix-rank")]
    Rank,
    /// `lower ≤ σ_min(M) ≤ upper`, with the bounds of the evidence.
    #[serde(rename = "matrix-singular-value")]
    SingularValue,
    /// `M x = rhs` for some `x`.
    #[serde(rename = "matrix-system-solvable")]
    SystemSolvable,
    /// `M x = rhs` for some `x ≥ 0`.
    #[serde(rename = "matrix-system-solvable-nonnegative")]
    SystemSolvableNonnegative,
    /// `L M = I` for some `L`.
    #[serde(rename = "matrix-left-inverse")]
    LeftInverse,
    /// The `M_1 x` of the evidence are a basis of the intersection of the column spaces of the two blocks.
    #[serde(rename = "matrix-span-intersection")]
    SpanIntersection,
    /// The rank of `M` exceeds that of its second block by the number of columns of the first.
    #[serde(rename = "matrix-block-recoverable")]
    BlockRecoverable,
    /// Some `b` has `b·g < 0` for every column `g` of the first block and `b·g ≥ 0` for every other.
    #[serde(rename = "matrix-halfspace")]
    Halfspace,
}

impl Statement {
    /// All statements.
    pub const ALL: [Self; 40] = [
        Self::Theorem33,
        Self::Proposition34,
        Self::ClaimA1,
        Self::Theorem36,
        Self::LemmaB1,
        Self::LemmaB2,
        Self::Assumption31,
        Self::Assumption32,
        Self::Assumption35,
        Self::Irreducible,
        Self::Aperiodic,
        Self::FullSupport,
        Self::ProportionalHead,
        Self::PromptedProportionalHead,
        Self::SomePromptProportionalHead,
        Self::EmissionRank,
        Self::EmissionSingularValue,
        Self::LeastHead,
        Self::LinearHead,
        Self::HeadRecoversTask,
        Self::HeadDisagreement,
        Self::AnyHeadDisagreement,
        Self::AnyHeadLastingDisagreement,
        Self::ErgodicRadius,
        Self::Theorem43,
        Self::Theorem46,
        Self::Assumption42,
        Self::Assumption44,
        Self::Assumption45,
        Self::Scope43,
        Self::Scope46,
        Self::ColumnsIndependent,
        Self::Rank,
        Self::SingularValue,
        Self::SystemSolvable,
        Self::SystemSolvableNonnegative,
        Self::LeftInverse,
        Self::SpanIntersection,
        Self::BlockRecoverable,
        Self::Halfspace,
    ];

    /// The statement's id in certificates and reports, such as `theorem-3.3`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Assumption31 => "assumption-3.1",
            Self::Assumption32 => "assumption-3.2",
            Self::Assumption35 => "assumption-3.5",
            Self::Irreducible => "assumption-3.2.irreducible",
            Self::Aperiodic => "assumption-3.2.aperiodic",
            Self::FullSupport => "assumption-3.2.full-support",
            Self::Proposition34 => "proposition-3.4",
            Self::ClaimA1 => "claim-a.1",
            Self::Theorem33 => "theorem-3.3",
            Self::Theorem36 => "theorem-3.6",
            Self::LemmaB1 => "lemma-b.1",
            Self::LemmaB2 => "lemma-b.2",
            Self::ProportionalHead => "proportional-head",
            Self::PromptedProportionalHead => "prompted-proportional-head",
            Self::SomePromptProportionalHead => "some-prompt-proportional-head",
            Self::EmissionRank => "emission-rank",
            Self::EmissionSingularValue => "emission-singular-value",
            Self::LeastHead => "least-head",
            Self::LinearHead => "linear-head",
            Self::HeadRecoversTask => "head-recovers-task",
            Self::HeadDisagreement => "head-disagreement",
            Self::AnyHeadDisagreement => "any-head-disagreement",
            Self::AnyHeadLastingDisagreement => "any-head-lasting-disagreement",
            Self::ErgodicRadius => "assumption-3.2.radius",
            Self::Assumption42 => "assumption-4.2",
            Self::Assumption44 => "assumption-4.4",
            Self::Assumption45 => "assumption-4.5",
            Self::Theorem43 => "theorem-4.3",
            Self::Theorem46 => "theorem-4.6",
            Self::Scope43 => "scope-4.3",
            Self::Scope46 => "scope-4.6",
            Self::ColumnsIndependent => "matrix-columns-independent",
            Self::Rank => "matrix-rank",
            Self::SingularValue => "matrix-singular-value",
            Self::SystemSolvable => "matrix-system-solvable",
            Self::SystemSolvableNonnegative => "matrix-system-solvable-nonnegative",
            Self::LeftInverse => "matrix-left-inverse",
            Self::SpanIntersection => "matrix-span-intersection",
            Self::BlockRecoverable => "matrix-block-recoverable",
            Self::Halfspace => "matrix-halfspace",
        }
    }

    /// The kind of model that the statement is about.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Assumption31
            | Self::Assumption32
            | Self::Assumption35
            | Self::Irreducible
            | Self::Aperiodic
            | Self::FullSupport
            | Self::Proposition34
            | Self::ClaimA1
            | Self::Theorem33
            | Self::Theorem36
            | Self::LemmaB1
            | Self::LemmaB2
            | Self::ProportionalHead
            | Self::PromptedProportionalHead
            | Self::SomePromptProportionalHead
            | Self::EmissionRank
            | Self::EmissionSingularValue
            | Self::LeastHead
            | Self::LinearHead
            | Self::HeadRecoversTask
            | Self::HeadDisagreement
            | Self::AnyHeadDisagreement
            | Self::AnyHeadLastingDisagreement
            | Self::ErgodicRadius => Kind::Hmm,
            Self::Assumption42
            | Self::Assumption44
            | Self::Assumption45
            | Self::Theorem43
            | Self::Theorem46
            | Self::Scope43
            | Self::Scope46 => Kind::MemoryHmm,
            Self::ColumnsIndependent
            | Self::Rank
            | Self::SingularValue
            | Self::SystemSolvable
            | Self::SystemSolvableNonnegative
            | Self::LeftInverse
            | Self::SpanIntersection
            | Self::BlockRecoverable
            | Self::Halfspace => Kind::Matrix,
        }
    }

    /// Whether the statement is about models of this kind. What is said of the hidden chain alone, or of a given head, is said of both kinds of
    /// hidden Markov models.
    #[must_use]
    pub fn is_about(self, kind: Kind) -> bool {
        let of_both = [
            Self::Assumption32,
            Self::Irreducible,
            Self::Aperiodic,
            Self::FullSupport,
            Self::HeadRecoversTask,
        ];
        self.kind() == kind || (kind == Kind::MemoryHmm && of_both.contains(&self))
    }

    /// Whether the statement speaks of a right side, which the model then has to have.
    #[must_use]
    pub fn needs_rhs(self) -> bool {
        matches!(self, Self::SystemSolvable | Self::SystemSolvableNonnegative)
    }

    /// Whether the statement speaks of two blocks of columns, which the model then has to have.
    #[must_use]
    pub fn needs_split(self) -> bool {
        matches!(self, Self::SpanIntersection | Self::BlockRecoverable | Self::Halfspace)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
