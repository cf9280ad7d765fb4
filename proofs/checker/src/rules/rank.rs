//! The exact rank of a matrix or of a block of its columns, and the intersection of two column spaces.

use std::ops::Range;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::independence::{distinct, independent};
use crate::{
    certificate::{Intersection, Rank},
    cleared::{clear, dot, length},
    failure::Rejection,
    matrix::{Matrix, Problem, vector},
    number::Rational,
};

/// What the parts of a proof of a rank are called.
pub(crate) struct Fields {
    columns: &'static str,
    independence: &'static str,
    kernel: &'static str,
}

/// The proof is all of the evidence.
pub(crate) const RANK: Fields = Fields { columns: "columns", independence: "independence", kernel: "kernel" };
const LEFT: Fields =
    Fields { columns: "left.columns", independence: "left.independence", kernel: "left.kernel" };
const RIGHT: Fields =
    Fields { columns: "right.columns", independence: "right.independence", kernel: "right.kernel" };
const BOTH: Fields =
    Fields { columns: "both.columns", independence: "both.independence", kernel: "both.kernel" };

/// Rule `rank`. The rank of a block of columns of `M` is the number of columns listed.
///
/// # Soundness
/// The listed columns are independent. For every other column `f` there is `v` with `M v = 0`, `v[f] ≠ 0` and no other column
/// than `f` and listed ones in it, so `f` is a combination of the listed columns, and they are a basis.
/// Lemma: `rank_sound`.
pub(crate) fn rank(
    fields: &Fields,
    matrix: &Matrix,
    block: Range<usize>,
    evidence: &Rank,
) -> Result<(), Rejection> {
    let Rank { columns, independence, kernel } = evidence;
    let listed = distinct(fields.columns, columns, block.len())?;
    if let Some(position) = columns.windows(2).position(|pair| pair[0] > pair[1]) {
        return Err(Rejection::NotAscending { field: fields.columns, position: position + 1 });
    }
    length(fields.kernel, block.len() - columns.len(), kernel.len())?;
    let basis: Vec<_> = columns.iter().map(|&column| &matrix.columns[block.start + column]).collect();
    independent(fields.independence, &basis, matrix.height(), independence)?;
    let others = (0..block.len()).filter(|&column| !listed[column]);
    others.zip(kernel).enumerate().try_for_each(|(index, (own, combination))| {
        let v = vector(fields.kernel, block.len(), combination)?.numerators;
        expresses(fields.kernel, matrix, &block, &listed, index, own, &v)
    })
}

/// `v` expresses the column `own` of the block by the listed columns.
fn expresses(
    field: &'static str,
    matrix: &Matrix,
    block: &Range<usize>,
    listed: &[bool],
    index: usize,
    own: usize,
    v: &[BigInt],
) -> Result<(), Rejection> {
    let wrong = |column: &usize| !listed[*column] && v[*column].is_zero() == (*column == own);
    if let Some(column) = (0..block.len()).find(wrong) {
        return Err(Rejection::Support { field, index, column });
    }
    let vanishes = |numerators: &[BigInt]| dot(&numerators[block.clone()], v).is_zero();
    match matrix.rows.iter().position(|row| !vanishes(&row.numerators)) {
        Some(row) => Err(Rejection::OutsideKernel { field, index, row }),
        None => Ok(()),
    }
}

/// Rule `intersection`. The vectors `M_1 x` are a basis of the intersection of the column spaces of both blocks.
///
/// # Soundness
/// `dim(U ∩ V) = dim U + dim V − dim(U + V)`, and the three dimensions are the ranks proved. Each `M_1 x = M_2 y` lies in both
/// spaces; the vectors are independent and as many as the dimension.
/// Lemma: `intersection_sound`.
pub(crate) fn intersection(problem: &Problem, evidence: &Intersection) -> Result<(), Rejection> {
    let Intersection { left, right, both, combinations, independence } = evidence;
    let (matrix, split) = (&problem.matrix, problem.split);
    rank(&LEFT, matrix, 0..split, left)?;
    rank(&RIGHT, matrix, split..matrix.width(), right)?;
    rank(&BOTH, matrix, 0..matrix.width(), both)?;
    let dimension = (left.columns.len() + right.columns.len()).saturating_sub(both.columns.len());
    length("combinations", dimension, combinations.len())?;
    let indexed = combinations.iter().enumerate();
    let basis: Vec<_> =
        indexed.map(|(index, combination)| shared(problem, index, combination)).collect::<Result<_, _>>()?;
    independent("independence", &basis, matrix.height(), independence)
}

/// `M_1 x` times its least common denominator, if it equals `M_2 y` for a combination `(x, −y)`.
fn shared(problem: &Problem, index: usize, combination: &[Rational]) -> Result<Vec<BigInt>, Rejection> {
    let (matrix, split) = (&problem.matrix, problem.split);
    let weights = vector("combinations", matrix.width(), combination)?;
    let (x, minus_y) = weights.numerators.split_at(split);
    let mut values = Vec::with_capacity(matrix.height());
    for (row, cleared) in matrix.rows.iter().enumerate() {
        let (first, second) = cleared.numerators.split_at(split);
        let value = dot(first, x);
        if !(&value + dot(second, minus_y)).is_zero() {
            return Err(Rejection::OutsideKernel { field: "combinations", index, row });
        }
        values.push(Rational(BigRational::new(value, &cleared.denominator * &weights.denominator)));
    }
    Ok(clear(values.iter()).numerators)
}
