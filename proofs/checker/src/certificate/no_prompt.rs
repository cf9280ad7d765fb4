//! Evidence about all prompts at once.

use serde::{Deserialize, Serialize};

use super::Independence;
use crate::number::Rational;

/// No prompt has a proportional head: a sum that vanishes for every head and is positive behind every prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoPrompt {
    /// As many possible nonempty words as there are states.
    pub words: Vec<Vec<usize>>,
    /// Of the matrix whose columns are the vectors `β(w)` of `words`: they span everything.
    pub words_independent: Independence,
    /// A vector `κ` with `W κ = 0` for every class of a task of the model.
    pub kernels: Vec<Vec<Rational>>,
    /// Bounds on ratios of the law that a prompt makes.
    pub ratios: Vec<StateRatio>,
}

/// `A[above, j] ≥ ratio · A[below, j]` for every state `j`, so that the same holds of every law `ρ` that a prompt makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRatio {
    /// A state that every prompt with a proportional head reaches.
    pub above: usize,
    /// Another one, or the same.
    pub below: usize,
    /// The bound.
    pub ratio: Rational,
    /// Not negative.
    pub weight: Rational,
}

/// A combination `v = Σ weight β(word)` of possible words with `(μ⊙π0)·v ≠ 0` and `W diag(A[:,j]) v = 0` for every state `j`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnseenCombination {
    /// As in [`NoProportionalHead`](super::NoProportionalHead).
    pub class: usize,
    /// Nonempty words of positive probability.
    pub words: Vec<Vec<usize>>,
    /// The weight of each word.
    pub weights: Vec<Rational>,
}
