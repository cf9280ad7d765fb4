//! `M x = rhs`, with any `x` or with `x ≥ 0`: a solution, or a functional against all of them.

use num_bigint::{BigInt, Sign};
use num_traits::Signed;

use crate::{
    certificate::{Functional, Solution},
    cleared::{Cleared, dot},
    failure::Rejection,
    matrix::{Problem, vector},
};

/// Rule `solution`. `M x = rhs` for some `x`.
///
/// # Soundness
/// The definition.
/// Lemma: `solution_sound`.
pub(crate) fn solution(problem: &Problem, evidence: &Solution) -> Result<(), Rejection> {
    let x = vector("solution", problem.matrix.width(), &evidence.solution)?;
    solves(problem, &x)
}

/// Rule `nonnegative-solution`. `M x = rhs` for some `x ≥ 0`.
///
/// # Soundness
/// The definition.
/// Lemma: `nonnegative_solution_sound`.
pub(crate) fn nonnegative_solution(problem: &Problem, evidence: &Solution) -> Result<(), Rejection> {
    let x = vector("solution", problem.matrix.width(), &evidence.solution)?;
    nonnegative("solution", &x.numerators)?;
    solves(problem, &x)
}

fn solves(problem: &Problem, x: &Cleared) -> Result<(), Rejection> {
    let Cleared { numerators: values, denominator: scale } = &problem.rhs;
    let holds = |(row, value): (&Cleared, &BigInt)| {
        dot(&row.numerators, &x.numerators) * scale == value * &row.denominator * &x.denominator
    };
    match problem.matrix.rows.iter().zip(values).position(|pair| !holds(pair)) {
        Some(row) => Err(Rejection::NotSolved { row }),
        None => Ok(()),
    }
}

/// Fails if an entry is negative.
pub(crate) fn nonnegative(field: &'static str, vector: &[BigInt]) -> Result<(), Rejection> {
    match vector.iter().position(Signed::is_negative) {
        Some(index) => Err(Rejection::NegativeWeight { field, index }),
        None => Ok(()),
    }
}

/// Rule `inconsistency`. `M x = rhs` has no solution.
///
/// # Soundness
/// A solution would give `0 = (yᵀM) x = y · rhs ≠ 0`.
/// Lemma: `inconsistency_sound`.
pub(crate) fn inconsistency(problem: &Problem, evidence: &Functional) -> Result<(), Rejection> {
    separates(problem, evidence, |sign| sign == Sign::NoSign, |sign| sign != Sign::NoSign)
}

/// Rule `separating-functional`. `M x = rhs` has no solution `x ≥ 0` (Farkas).
///
/// # Soundness
/// A solution would give `0 ≤ (yᵀM) x = y · rhs < 0`.
/// Lemma: `separating_functional_sound`.
pub(crate) fn separating_functional(problem: &Problem, evidence: &Functional) -> Result<(), Rejection> {
    separates(problem, evidence, |sign| sign != Sign::Minus, |sign| sign == Sign::Minus)
}

/// The signs of `y` at the columns and at the right side are as they have to be.
fn separates(
    problem: &Problem,
    evidence: &Functional,
    at_column: impl Fn(Sign) -> bool,
    at_rhs: impl Fn(Sign) -> bool,
) -> Result<(), Rejection> {
    let y = vector("functional", problem.matrix.height(), &evidence.functional)?.numerators;
    if let Some(column) = problem.matrix.signs(&y).position(|sign| !at_column(sign)) {
        return Err(Rejection::WrongSign { column });
    }
    if at_rhs(dot(&y, &problem.rhs.numerators).sign()) { Ok(()) } else { Err(Rejection::WrongSignAtRhs) }
}
