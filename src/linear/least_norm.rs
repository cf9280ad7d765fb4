//! The solution of a linear system whose absolute values have the least sum.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};

use super::{
    Alternative, Fractions, Matrix, alternative,
    lp::{Outcome, Program, solve},
};
use crate::number::clear;

/// A solution of least `‖b‖₁`, and why there is no smaller one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeastNorm {
    /// `b` with `bᵀ M = tᵀ`, an entry for each row of `M`.
    pub solution: Vec<BigRational>,
    /// `y` with `|(M y)_z| ≤ 1` for each row `z` and `t·y = ‖b‖₁`, an entry for each column of `M`.
    pub dual: Vec<BigRational>,
}

/// Of all `b` with `bᵀ M = tᵀ` one with the least `‖b‖₁ = Σ |b_z|`, or `None` if there is no such `b`.
///
/// `matrix` is `k × n`: its columns are the equations, `target` has an entry for each. With
/// `M = W diag(π_1)` and `t = μ ⊙ π0` the solutions are the heads of Theorem 3.3, and the least norm is the
/// head that tolerates the largest error of the model (theory B6). Every other solution `c` has
/// `‖c‖₁ ≥ cᵀM y = t·y = ‖b‖₁` by the dual vector `y`, and both sides are equal exactly.
///
/// ```
/// use recoverable::{linear::{Matrix, least_norm_solution}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1/2"], vec!["1/4"]]).unwrap().map(|entry| parse(entry).unwrap());
/// let least = least_norm_solution(&matrix, &[parse("3").unwrap()]).unwrap();
/// assert_eq!(least.solution, [parse("6").unwrap(), parse("0").unwrap()]);
/// assert_eq!(least.dual, [parse("2").unwrap()]);
/// ```
///
/// # Panics
/// If `target` has not one entry for each column.
pub fn least_norm_solution(matrix: &Matrix<BigRational>, target: &[BigRational]) -> Option<LeastNorm> {
    let (rows, equations) = (matrix.rows(), matrix.columns());
    assert_eq!(target.len(), equations, "one target for each column");
    let cleared: Vec<(Vec<BigInt>, BigInt)> = (0..equations)
        .map(|column| clear(&matrix.column(column).chain([&target[column]]).cloned().collect::<Vec<_>>()))
        .collect();
    // Equation z is row z of the transpose, times its denominator.
    let transpose = Matrix::from_fn(equations, rows, |equation, z| cleared[equation].0[z].clone());
    let rhs: Vec<BigInt> = cleared.iter().map(|(entries, _)| entries[rows].clone()).collect();
    match alternative(&transpose.transpose(), &rhs, &BigInt::one()) {
        Some(Alternative::Witness(_)) => return None,
        Some(Alternative::Combination(solution)) if rows <= equations => {
            if let Some(dual) = dual_of_signs(matrix, &solution) {
                return Some(LeastNorm { solution, dual });
            }
        }
        _ => {}
    }
    let LeastNorm { solution, mut dual } = program(transpose, rhs)?;
    dual.iter_mut().zip(cleared).for_each(|(y, (_, denominator))| *y *= denominator);
    Some(LeastNorm { solution, dual })
}

/// A `y` with `M y = sign(b)`, if there is one: then `b` is of least norm among the solutions of its equations, and `y` proves it. So
/// it is where `b` is the only solution.
pub(crate) fn dual_of_signs(
    matrix: &Matrix<BigRational>,
    solution: &[BigRational],
) -> Option<Vec<BigRational>> {
    let signs: Vec<_> = solution.iter().map(Signed::signum).collect();
    match Fractions::new(matrix).solve(&signs)? {
        Alternative::Combination(dual) => Some(dual),
        Alternative::Witness(_) => None,
    }
}

/// `b` as a difference of nonnegative vectors, the sum of whose entries is to be small.
fn program(transpose: Matrix<BigInt>, rhs: Vec<BigInt>) -> Option<LeastNorm> {
    let rows = transpose.columns();
    let matrix = Matrix::from_fn(transpose.rows(), 2 * rows, |equation, column| {
        if column < rows {
            transpose[(equation, column)].clone()
        } else {
            -&transpose[(equation, column - rows)]
        }
    });
    match solve(Program { matrix, rhs, costs: vec![BigInt::one(); 2 * rows] }).0 {
        Outcome::Optimal { x, y } => {
            let solution = (0..rows).map(|z| &x[z] - &x[rows + z]).collect();
            Some(LeastNorm { solution, dual: y })
        }
        Outcome::Infeasible { .. } => None,
    }
}
