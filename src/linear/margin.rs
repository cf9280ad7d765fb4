//! The functional that is positive by the widest margin: where to look for a head, not a verdict.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{
    Matrix,
    lp::{Outcome, Program, solve},
};

/// Vectors are rounded to multiples of `2^-40`.
const UNIT: f64 = (1_u64 << 40) as f64;

/// Of all `b` with entries in [−1, 1] one with the greatest least `b·v` over the vectors `v`, which are rounded first; `None` if that is not
/// positive.
///
/// By duality the margin is the least `‖Σ λ_v v‖₁` over convex weights `λ`, a linear program with nonnegative costs.
///
/// ```
/// use recoverable::linear::widest_margin;
/// let b = widest_margin(&[vec![1.0, -0.5], vec![0.5, 0.25]]).unwrap(); // (1, 2/3), with the margin 2/3 on both
/// assert!((b[0] - 1.0).abs() < 1e-9 && (b[1] - 2.0 / 3.0).abs() < 1e-9);
/// assert_eq!(widest_margin(&[vec![1.0, -0.5], vec![-2.0, 1.0]]), None);
/// ```
pub fn widest_margin(vectors: &[Vec<f64>]) -> Option<Vec<f64>> {
    let dimension = vectors.first()?.len();
    let integer = |value: f64| BigInt::from((value * UNIT).round() as i64);
    let count = vectors.len();
    // Σ λ v + p − q = 0, Σ λ = 1, all nonnegative, at the cost Σ p + q.
    let matrix = Matrix::from_fn(dimension + 1, count + 2 * dimension, |row, column| {
        match column.checked_sub(count) {
            None if row == dimension => BigInt::one(),
            None => integer(vectors[column][row]),
            Some(slack) if slack % dimension == row => {
                if slack < dimension {
                    BigInt::from(UNIT as i64)
                } else {
                    -BigInt::from(UNIT as i64)
                }
            }
            Some(_) => BigInt::zero(),
        }
    });
    let rhs = (0..=dimension).map(|row| BigInt::from(u8::from(row == dimension))).collect();
    let costs = (0..matrix.columns()).map(|column| BigInt::from(u8::from(column >= count))).collect();
    let (Outcome::Optimal { y, .. }, _) = solve(Program { matrix, rhs, costs }) else { return None };
    let positive = y[dimension].is_positive();
    let scaled = |value: &BigRational| value.to_f64().map(|value| -value * UNIT);
    if positive { y[..dimension].iter().map(scaled).collect() } else { None }
}
