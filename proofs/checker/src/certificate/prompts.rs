//! Evidence about prompts: essential states, a head behind a prompt, and what a prompt does to the model.

use serde::{Deserialize, Serialize};

use super::{Aperiodicity, Independence};
use crate::number::Rational;

/// States `B` for Assumption 3.5, with `H* = ∪_{h∈B} supp(A[:,h])`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EssentialStates {
    /// `B`: distinct states, in any order, perhaps none.
    pub sources: Vec<usize>,
    /// Of the columns of `W` at the states of `H*`, ascending, each times its least common denominator.
    pub independence: Independence,
}

/// No states `B` satisfy Assumption 3.5: a search through all of them, of which only the branching is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoEssentialStates {
    /// Rows `y` with `yᵀ W = 0`, an entry for each token; each has a token at which all others are zero. More columns than
    /// there are tokens beyond these are dependent.
    pub relations: Vec<Vec<Rational>>,
    /// Nonzero `v` with `W v = 0`, an entry for each state: columns that include the support of one are dependent.
    pub kernel: Vec<Vec<Rational>>,
    /// In preorder, for each choice of states that is not ruled out: a state that has to be covered and is not yet.
    pub branches: Vec<usize>,
}

/// The hypotheses of Theorem 3.6 and its head, behind the indicator of `sources` as a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptedHead {
    /// Assumption 3.5.
    pub essential: EssentialStates,
    /// Assumption 3.2 (with full support, read off the model).
    pub ergodic: Aperiodicity,
    /// One row `b` for a binary task, else a row for each class.
    pub head: Vec<Vec<Rational>>,
}

/// Inputs on which Lemma B.1 is computed both ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FakeTokens {
    /// At least one.
    pub instances: Vec<FakeToken>,
}

/// One embedding, one input behind it, one position, and the extended model's output there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FakeToken {
    /// The embedding `u`, an entry in [0, 1] for each state.
    pub embedding: Vec<Rational>,
    /// The input `x` behind it, at least one token.
    pub tokens: Vec<usize>,
    /// Counts from 1, the position of `u`; at least 2. The token there is not looked at.
    pub position: usize,
    /// `Ḡ_position(u, e(x))`, zeros where `P[X̂ without this position]` is zero.
    pub output: Vec<Rational>,
}

/// Inputs on which Lemma B.2 is computed both ways; `π0` has full support.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptedPosteriors {
    /// At least one.
    pub instances: Vec<PromptedPosterior>,
}

/// One embedding, one input, and the ratio `r'_x` of Lemma B.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptedPosterior {
    /// The embedding `u`, an entry in [0, 1] for each state.
    pub embedding: Vec<Rational>,
    /// The input `x`, at least one token.
    pub tokens: Vec<usize>,
    /// `Pr(X_{1:t} = x) / Pr(X̂_1 = z~, X̂_{3:t+2} = x)`.
    pub ratio: Rational,
}

/// An embedding, an input and a state at which the two sides of Lemma B.2 differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnequalPromptedPosterior {
    /// The embedding `u`, an entry in [0, 1] for each state.
    pub embedding: Vec<Rational>,
    /// The input `x`, at least one token.
    pub tokens: Vec<usize>,
    /// The state.
    pub state: usize,
}
