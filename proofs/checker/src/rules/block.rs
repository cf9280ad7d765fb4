//! Two blocks of columns: whether the coefficients of the first can be read off, and half-spaces between them.

use num_bigint::Sign;
use num_traits::Zero;

use super::{independence::in_kernel, system::nonnegative};
use crate::{
    certificate::{BlockFunctionals, Dependence, Functional, LeftInverse, Motzkin},
    cleared::{dot, is_zero, length},
    failure::Rejection,
    matrix::{Matrix, Problem, vector},
    number::Rational,
};

/// Rule `left-inverse`. `L M = I`.
///
/// # Soundness
/// The definition.
/// Lemma: `left_inverse_sound`.
pub(crate) fn left_inverse(matrix: &Matrix, evidence: &LeftInverse) -> Result<(), Rejection> {
    reads_off("inverse", matrix, matrix.width(), &evidence.inverse)
}

/// Rule `block-functionals`. The rank of `M` exceeds that of its second block by `s`, the number of columns of the first.
///
/// # Soundness
/// The functionals `Θ` vanish on the span `V` of the second block and send the columns of the first to the unit vectors. So
/// a combination of the first block that lies in `V` has the coefficients 0, and these `s` columns are independent modulo `V`.
/// Lemma: `block_functionals_sound`.
pub(crate) fn block_functionals(problem: &Problem, evidence: &BlockFunctionals) -> Result<(), Rejection> {
    reads_off("rows", &problem.matrix, problem.split, &evidence.rows)
}

/// `functionals · M = [I | 0]`, with an identity of this size.
fn reads_off(
    field: &'static str,
    matrix: &Matrix,
    size: usize,
    functionals: &[Vec<Rational>],
) -> Result<(), Rejection> {
    length(field, size, functionals.len())?;
    for (row, functional) in functionals.iter().enumerate() {
        let y = vector(field, matrix.height(), functional)?;
        for (column, g) in matrix.columns.iter().enumerate() {
            let found = dot(&y.numerators, &g.numerators);
            let right =
                if row == column { found == &y.denominator * &g.denominator } else { found.is_zero() };
            if !right {
                return Err(Rejection::NotInverse { field, row, column });
            }
        }
    }
    Ok(())
}

/// Rule `block-kernel`. The rank of `M` exceeds that of its second block by less than the number of columns of the first.
///
/// # Soundness
/// A combination of the first block with a coefficient other than 0 equals one of the second, so those columns are dependent
/// modulo the span of the second block.
/// Lemma: `block_kernel_sound`.
pub(crate) fn block_kernel(problem: &Problem, evidence: &Dependence) -> Result<(), Rejection> {
    let v = vector("kernel", problem.matrix.width(), &evidence.kernel)?.numerators;
    if is_zero(&v[..problem.split]) {
        return Err(Rejection::ZeroVector);
    }
    in_kernel(&problem.matrix, &v)
}

/// Rule `halfspace`. Some `b` has `b·g < 0` for the columns of the first block and `b·g ≥ 0` for all others.
///
/// # Soundness
/// The definition.
/// Lemma: `halfspace_sound`.
pub(crate) fn halfspace(problem: &Problem, evidence: &Functional) -> Result<(), Rejection> {
    let b = vector("functional", problem.matrix.height(), &evidence.functional)?.numerators;
    let negative = problem.matrix.signs(&b).map(|sign| sign == Sign::Minus);
    match negative.enumerate().find(|&(column, negative)| negative != (column < problem.split)) {
        Some((column, _)) => Err(Rejection::WrongSign { column }),
        None => Ok(()),
    }
}

/// Rule `motzkin`. No `b` has `b·g < 0` for the columns of the first block and `b·g ≥ 0` for all others.
///
/// # Soundness
/// Such a `b` would be negative on `Σ λ_x g_x`, where `λ ≥ 0` and `λ ≠ 0`, and not negative on `Σ ν_y g_y`, where `ν ≥ 0`; the two
/// vectors are equal.
/// Lemma: `motzkin_sound`.
pub(crate) fn motzkin(problem: &Problem, evidence: &Motzkin) -> Result<(), Rejection> {
    let Motzkin { first, others } = evidence;
    let (matrix, split) = (&problem.matrix, problem.split);
    length("first", split, first.len())?;
    length("others", matrix.width() - split, others.len())?;
    let joined = [first.as_slice(), others].concat();
    let mut weights = vector("first", matrix.width(), &joined)?.numerators;
    nonnegative("first", &weights[..split])?;
    nonnegative("others", &weights[split..])?;
    if is_zero(&weights[..split]) {
        return Err(Rejection::ZeroVector);
    }
    weights[split..].iter_mut().for_each(|weight| *weight = -std::mem::take(weight));
    in_kernel(matrix, &weights)
}
