//! The numeric twin of an exact matrix: what `f64` arithmetic sees of it.
//!
//! | quantity | meaning |
//! |---|---|
//! | singular values | `σ_1 ≥ σ_2 ≥ …`, as many as the shorter side has entries, from the SVD of faer |
//! | condition number | `σ_1 / σ_n`, `n` the number of columns: by how much `v` in `Mv = w` can be worse than `w` |
//! | numerical rank | how many singular values exceed a tolerance, which the result carries along |
//!
//! Every entry of the matrix is rounded to the nearest `f64` (ties to even), and the singular values carry
//! the errors of the routine on top. These are estimates for reports: no verdict rests on them. The exact
//! rank is [`rank`](super::rank), certified bounds are those of
//! [`smallest_singular_value`](super::smallest_singular_value).
//!
//! One thread is used whatever the host program prefers; the instructions are chosen at run time, so the
//! last digits may differ from processor to processor.

use faer::{
    Mat, Par,
    diag::Diag,
    dyn_stack::{MemBuffer, MemStack},
    linalg::svd::{ComputeSvdVectors::No, svd, svd_scratch},
};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use thiserror::Error;

use super::Matrix;

/// What `f64` sees of a matrix (`k × n`).
#[derive(Clone, Debug, PartialEq)]
pub struct Numeric {
    /// `min(k, n)` of them, from the largest to the smallest.
    pub singular_values: Vec<f64>,
    /// `σ_1 / σ_n`; `None` where it is infinite or undefined: `k < n`, `σ_n = 0`, or no column.
    pub condition: Option<f64>,
    /// The rank as `f64` sees it.
    pub numerical_rank: NumericalRank,
}

/// How many singular values exceed a tolerance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumericalRank {
    /// That number.
    pub rank: usize,
    /// The tolerance.
    pub tolerance: f64,
}

/// Why there is no numeric twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NumericError {
    /// An entry or a singular value is beyond the largest `f64`.
    #[error("a number is beyond the range of f64")]
    Overflow,
    /// The iteration of the SVD did not converge.
    #[error("the SVD did not converge")]
    NoConvergence,
}

/// The singular values, condition number and numerical rank of a matrix, in `f64`.
///
/// The rank counts the singular values above `eps · max(k, n) · σ_1`, where `eps = 2⁻⁵²`: the customary
/// tolerance, within which rounding the entries alone can move them. See
/// [`rank_above`](Numeric::rank_above) for another.
///
/// | shape | singular values | condition | rank |
/// |---|---|---|---|
/// | no row or no column | none | `None` | 0 |
/// | all entries zero | zeros | `None` | 0 |
/// | fewer rows than columns | `k` of them | `None` | at most `k` |
///
/// # Errors
/// [`NumericError`]. Entries below the smallest `f64` round to zero, which is no error.
///
/// # Examples
/// ```
/// use recoverable::{linear::{Matrix, numeric}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["3", "0"], vec!["0", "1/2"]]).unwrap();
/// let found = numeric(&matrix.map(|entry| parse(entry).unwrap())).unwrap();
/// assert!((found.condition.unwrap() - 6.0).abs() < 1e-12);
/// assert_eq!(found.numerical_rank.rank, 2);
/// ```
pub fn numeric(matrix: &Matrix<BigRational>) -> Result<Numeric, NumericError> {
    let floats = matrix.map(|entry| entry.to_f64().unwrap_or(f64::NAN));
    let largest = floats.entries().iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
    if !floats.entries().iter().all(|entry| entry.is_finite()) {
        return Err(NumericError::Overflow);
    }
    let scale = power_of_two_near(largest);
    let mut singular_values = singular_values(&floats.map(|entry| entry / scale))?;
    singular_values.iter_mut().for_each(|value| *value *= scale);
    if !singular_values.iter().all(|value| value.is_finite()) {
        return Err(NumericError::Overflow);
    }
    #[allow(clippy::cast_precision_loss)] // sides of matrices are far below 2⁵³
    let longer = matrix.rows().max(matrix.columns()) as f64;
    let first = singular_values.first().copied().unwrap_or(0.0);
    let last = matrix.columns().checked_sub(1).and_then(|last| singular_values.get(last));
    let condition = last.map(|last| first / last).filter(|ratio| ratio.is_finite());
    let tolerance = f64::EPSILON * longer * first;
    let mut found =
        Numeric { singular_values, condition, numerical_rank: NumericalRank { rank: 0, tolerance } };
    found.numerical_rank = found.rank_above(tolerance);
    Ok(found)
}

impl Numeric {
    /// The number of singular values above a tolerance of the caller's.
    pub fn rank_above(&self, tolerance: f64) -> NumericalRank {
        let rank = self.singular_values.iter().filter(|&&value| value > tolerance).count();
        NumericalRank { rank, tolerance }
    }
}

/// A power of two within a factor of two of a positive number, so that squares neither overflow nor
/// vanish; 1 for zero. Division by it is exact but for numbers that become subnormal.
fn power_of_two_near(largest: f64) -> f64 {
    if largest == 0.0 { 1.0 } else { largest.log2().floor().clamp(-1000.0, 1000.0).exp2() }
}

fn singular_values(matrix: &Matrix<f64>) -> Result<Vec<f64>, NumericError> {
    let (rows, columns) = (matrix.rows(), matrix.columns());
    let values = Mat::from_fn(rows, columns, |row, column| matrix[(row, column)]);
    let mut diagonal = Diag::<f64>::zeros(rows.min(columns));
    let scratch = svd_scratch::<f64>(rows, columns, No, No, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    svd(values.as_ref(), diagonal.as_mut(), None, None, Par::Seq, stack, Default::default())
        .map_err(|_| NumericError::NoConvergence)?;
    Ok(diagonal.column_vector().iter().copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::parse;

    fn exact(rows: &[&[&str]]) -> Matrix<BigRational> {
        let row = |row: &&[&str]| row.iter().map(|entry| parse(entry).unwrap()).collect();
        Matrix::from_rows(rows.iter().map(row).collect()).unwrap()
    }

    fn close(found: f64, expected: f64) -> bool {
        (found / expected - 1.0).abs() < 1e-12
    }

    /// `diag(5, 2) Q` with `Q` orthogonal.
    #[test]
    fn planted_singular_values() {
        let found = numeric(&exact(&[&["3", "-4"], &["8/5", "6/5"]])).unwrap();
        assert!(close(found.singular_values[0], 5.0) && close(found.singular_values[1], 2.0), "{found:?}");
        assert!(close(found.condition.unwrap(), 2.5));
        assert_eq!(
            found.numerical_rank,
            NumericalRank { rank: 2, tolerance: found.numerical_rank.tolerance }
        );
        assert!(close(found.numerical_rank.tolerance, 5.0 * 2.0 * f64::EPSILON));
        assert_eq!(found.rank_above(3.0).rank, 1);
    }

    #[test]
    fn degenerate_shapes() {
        let rank = |matrix: &Matrix<BigRational>| {
            let found = numeric(matrix).unwrap();
            (found.singular_values.len(), found.condition, found.numerical_rank.rank)
        };
        assert_eq!(rank(&exact(&[])), (0, None, 0));
        assert_eq!(rank(&exact(&[&[], &[]])), (0, None, 0));
        assert_eq!(rank(&exact(&[&["0"]])), (1, None, 0));
        assert_eq!(rank(&exact(&[&["-7"]])), (1, Some(1.0), 1));
        assert_eq!(rank(&exact(&[&["1", "2"]])), (1, None, 1));
        assert_eq!(rank(&exact(&[&["1"], &["2"]])), (1, Some(1.0), 1));
        assert_eq!(rank(&exact(&[&["1", "1"], &["1", "1"]])).2, 1);
    }

    #[test]
    fn tiny_and_huge_entries() {
        for size in ["1e-300", "1e300", "1e-320"] {
            let found = numeric(&exact(&[&[size, "0"], &["0", size]])).unwrap();
            assert!(close(found.condition.unwrap(), 1.0), "{size}: {found:?}");
            assert_eq!(found.numerical_rank.rank, 2, "{size}");
        }
        assert_eq!(numeric(&exact(&[&["1e309"]])), Err(NumericError::Overflow));
        assert_eq!(numeric(&exact(&[&["1e-400"]])).unwrap().numerical_rank.rank, 0);
    }
}
