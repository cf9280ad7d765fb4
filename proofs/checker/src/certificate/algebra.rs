//! The evidence of the rules of linear algebra, about a matrix `M` or the emission matrix.

use serde::{Deserialize, Serialize};

use super::Independence;
use crate::number::{Integer, Rational};

/// The rank of a matrix: independent columns, and every other column as a combination of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    /// In ascending order, as many as the rank.
    pub columns: Vec<usize>,
    /// Of these columns, each times its least common denominator.
    pub independence: Independence,
    /// For every other column `f`, in ascending order: `v` with `M v = 0` and `v[f] ≠ 0` that is zero at the remaining
    /// columns that are not listed.
    pub kernel: Vec<Vec<Rational>>,
}

/// Bounds `lower ≤ σ_min(M) ≤ upper`, where `σ_min(M) = min ‖M v‖/‖v‖` over `v ≠ 0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingularValue {
    /// Not negative.
    pub lower: Rational,
    /// At least `lower`.
    pub upper: Rational,
    /// `F = factor / 2^scale_bits`; at most 65536, and 0 if `lower` is.
    pub scale_bits: u32,
    /// A lower triangle, row `i` with `i + 1` entries: `MᵀM − lower²·I − F Fᵀ` is diagonally dominant. Without rows
    /// if `lower` is 0.
    pub factor: Vec<Vec<Integer>>,
    /// Not zero, with `‖M v‖ ≤ upper ‖v‖`.
    pub vector: Vec<Integer>,
}

/// A head that satisfies `bᵀ W diag(π_1) = (μ⊙π0)ᵀ` with the least `‖b‖₁`, and a dual vector for each contrast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeastHead {
    /// One row `b` for a binary task, else a row for each class.
    pub head: Vec<Vec<Rational>>,
    /// For each contrast `y` with `|W diag(π_1) y| ≤ 1` at every token and `(μ⊙π0)·y = ‖b‖₁`.
    pub dual: Vec<Vec<Rational>>,
}

/// A solution of `M x = rhs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    /// One entry for each column.
    pub solution: Vec<Rational>,
}

/// A functional of the columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Functional {
    /// One entry for each row.
    pub functional: Vec<Rational>,
}

/// `inverse · M = I`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftInverse {
    /// `inverse[column][row]`.
    pub inverse: Vec<Vec<Rational>>,
}

/// The intersection of the column spaces of the two blocks `M_1` and `M_2`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intersection {
    /// The rank of the first block.
    pub left: Rank,
    /// The rank of the second block; its columns count from 0.
    pub right: Rank,
    /// The rank of the whole matrix.
    pub both: Rank,
    /// As many as the dimension of the intersection, each `(x, −y)` with `M_1 x = M_2 y`.
    pub combinations: Vec<Vec<Rational>>,
    /// Of the vectors `M_1 x`, each times its least common denominator.
    pub independence: Independence,
}

/// Functionals that read off the coefficients of the first block: `rows · M = [I | 0]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockFunctionals {
    /// One for each column of the first block, with an entry for each row of `M`.
    pub rows: Vec<Vec<Rational>>,
}

/// A point that the cones of both blocks share: `Σ first_x g_x = Σ others_y g_y`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motzkin {
    /// For each column of the first block; not negative, and not all zero.
    pub first: Vec<Rational>,
    /// For every other column; not negative.
    pub others: Vec<Rational>,
}
