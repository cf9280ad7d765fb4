//! Questions about a matrix that is given on its own, each answered by a certificate that the checker has accepted.
//!
//! The theorems rest on these questions; here they can be asked of any rational matrix, to audit a claim about one or
//! to keep the answer with its proof.
//!
//! ```
//! use recoverable::{linear::Matrix, number::parse, question::matrix::{Question, decide}};
//! use recoverable_checker::certificate::Outcome;
//! let matrix = Matrix::from_rows(vec![vec!["1/2", "1/3"], vec!["1/2", "2/3"]]).unwrap();
//! let accepted = decide(&matrix.map(|entry| parse(entry).unwrap()), &Question::Independent).unwrap();
//! assert_eq!(accepted.claim().verdict, Outcome::Proved);
//! assert!(recoverable_checker::check(accepted.text()).is_ok());
//! ```

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    Accepted,
    certificate::{
        BlockFunctionals, Claim, Dependence, Evidence, Functional, Independence, Intersection, LeftInverse,
        MatrixProblem, Motzkin, Outcome, Solution, Statement,
    },
    number::Rational,
};

use crate::{
    certify::{Limit, certify_matrix},
    linear::{
        Alternative, Columns, ConeMembership, Fractions, Matrix, Separation, cone_membership, intersection,
        motzkin, smallest_singular_value,
    },
};

/// What is asked of a matrix `M`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Are the columns independent?
    Independent,
    /// What is the rank?
    Rank,
    /// Between what bounds is `σ_min = min ‖M v‖/‖v‖` (theory B6)?
    SingularValue,
    /// Is there an `L` with `L M = 1`?
    LeftInverse,
    /// Is there an `x` with `M x = rhs`?
    Solvable(Vec<BigRational>),
    /// Is there an `x ≥ 0` with `M x = rhs`?
    SolvableNonnegative(Vec<BigRational>),
    /// What do the spans of the first columns, as many as this, and of the others have in common?
    SpanIntersection(usize),
    /// Does the rank exceed that of the other columns by the number of the first ones, as many as this (theory B4)?
    BlockRecoverable(usize),
    /// Is there a `b` with `b·g < 0` for the first columns, as many as this, and `b·g ≥ 0` for the others (theory B2)?
    Halfspace(usize),
}

impl Question {
    /// The statement that the question is about.
    pub fn statement(&self) -> Statement {
        match self {
            Self::Independent => Statement::ColumnsIndependent,
            Self::Rank => Statement::Rank,
            Self::SingularValue => Statement::SingularValue,
            Self::LeftInverse => Statement::LeftInverse,
            Self::Solvable(_) => Statement::SystemSolvable,
            Self::SolvableNonnegative(_) => Statement::SystemSolvableNonnegative,
            Self::SpanIntersection(_) => Statement::SpanIntersection,
            Self::BlockRecoverable(_) => Statement::BlockRecoverable,
            Self::Halfspace(_) => Statement::Halfspace,
        }
    }
}

/// Answers the question and has the checker accept the answer.
///
/// # Errors
/// [`Limit::Primes`] if no prime serves (no matrix is known that needs more than are tried) or bounds on `σ_min` are out of
/// reach, [`Limit::Refused`] if the checker refuses: a matrix without rows, for one.
///
/// # Panics
/// If a right-hand side has not one entry for each row, or a block more columns than there are.
pub fn decide(matrix: &Matrix<BigRational>, question: &Question) -> Result<Accepted, Limit> {
    let (verdict, evidence) = answer(matrix, question).ok_or(Limit::Primes)?;
    let (rhs, split) = match question {
        Question::Solvable(rhs) | Question::SolvableNonnegative(rhs) => (Some(written(rhs)), None),
        Question::SpanIntersection(split)
        | Question::BlockRecoverable(split)
        | Question::Halfspace(split) => (None, Some(*split)),
        Question::Independent | Question::Rank | Question::SingularValue | Question::LeftInverse => {
            (None, None)
        }
    };
    let problem = MatrixProblem { entries: rows(matrix), rhs, split };
    certify_matrix(problem, Claim { statement: question.statement(), verdict }, evidence)
}

fn answer(matrix: &Matrix<BigRational>, question: &Question) -> Option<(Outcome, Evidence)> {
    let fractions = Fractions::new(matrix);
    Some(match question {
        Question::Independent => match fractions.independence()? {
            Columns::Independent(evidence) => (Outcome::Proved, Evidence::IndependentColumns(evidence)),
            Columns::Dependent(kernel) => (Outcome::Refuted, dependence(&kernel)),
        },
        Question::Rank => (Outcome::Proved, Evidence::Rank(fractions.kernel()?.evidence(&fractions)?)),
        Question::SingularValue => {
            (Outcome::Proved, Evidence::SingularValue(smallest_singular_value(matrix)?))
        }
        Question::LeftInverse => match fractions.independence()? {
            Columns::Independent(_) => {
                let inverse = rows(&fractions.left_inverse()?);
                (Outcome::Proved, Evidence::LeftInverse(LeftInverse { inverse }))
            }
            Columns::Dependent(kernel) => (Outcome::Refuted, dependence(&kernel)),
        },
        Question::Solvable(rhs) => match fractions.solve(rhs)? {
            Alternative::Combination(solution) => {
                (Outcome::Proved, Evidence::Solution(Solution { solution: written(&solution) }))
            }
            Alternative::Witness(functional) => {
                let functional = integers(&functional);
                (Outcome::Refuted, Evidence::Inconsistency(Functional { functional }))
            }
        },
        Question::SolvableNonnegative(rhs) => match cone_membership(matrix, rhs) {
            ConeMembership::Inside(solution) => {
                (Outcome::Proved, Evidence::NonnegativeSolution(Solution { solution: written(&solution) }))
            }
            ConeMembership::Outside(functional) => {
                let functional = written(&functional);
                (Outcome::Refuted, Evidence::SeparatingFunctional(Functional { functional }))
            }
        },
        Question::SpanIntersection(split) => {
            let (first, others) = blocks(matrix, *split);
            (Outcome::Proved, Evidence::Intersection(common(&first, &others)?))
        }
        Question::BlockRecoverable(split) => block(&fractions, *split)?,
        Question::Halfspace(split) => {
            let (first, others) = blocks(matrix, *split);
            match motzkin(&first, &others) {
                Separation::Functional(functional) => {
                    (Outcome::Proved, Evidence::Halfspace(Functional { functional: written(&functional) }))
                }
                Separation::Contradiction { strict, weak } => {
                    let evidence = Motzkin { first: written(&strict), others: written(&weak) };
                    (Outcome::Refuted, Evidence::Motzkin(evidence))
                }
            }
        }
    })
}

fn independence(columns: &Fractions) -> Option<Independence> {
    match columns.independence()? {
        Columns::Independent(evidence) => Some(evidence),
        Columns::Dependent(_) => None,
    }
}

fn common(first: &Matrix<BigRational>, others: &Matrix<BigRational>) -> Option<Intersection> {
    let (left, right) = (Fractions::new(first), Fractions::new(others));
    let both = left.beside(&right);
    let found = intersection(&left, &right)?;
    let image = |combination: &Vec<BigInt>| -> Vec<BigRational> {
        let terms = |row: usize| first.row(row).iter().zip(combination).map(|(entry, x)| entry * x).sum();
        (0..first.rows()).map(terms).collect()
    };
    let images: Vec<_> = found.combinations.iter().map(image).collect();
    Some(Intersection {
        combinations: found.combinations.iter().map(|vector| integers(vector)).collect(),
        independence: independence(&Fractions::new(&Matrix::from_columns(first.rows(), &images)))?,
        left: found.left.evidence(&left)?,
        right: found.right.evidence(&right)?,
        both: found.both.evidence(&both)?,
    })
}

/// Functionals that read off the coefficients of the first columns, or a dependence that involves them.
fn block(fractions: &Fractions, split: usize) -> Option<(Outcome, Evidence)> {
    assert!(split <= fractions.columns(), "a block of columns that there are");
    let kernel = fractions.kernel()?.kernel;
    if let Some(vector) = kernel.iter().find(|vector| vector[..split].iter().any(|entry| !entry.is_zero())) {
        return Some((Outcome::Refuted, Evidence::BlockKernel(Dependence { kernel: integers(vector) })));
    }
    let unit = Matrix::from_fn(fractions.columns(), split, |row, column| {
        BigRational::from_integer(u8::from(row == column).into())
    });
    let transposed = Fractions::new(&fractions.to_rationals().transpose());
    let functionals = transposed.solve_many(&Fractions::new(&unit))?.transpose();
    Some((Outcome::Proved, Evidence::BlockFunctionals(BlockFunctionals { rows: rows(&functionals) })))
}

/// The first columns, and the others.
fn blocks(matrix: &Matrix<BigRational>, split: usize) -> (Matrix<BigRational>, Matrix<BigRational>) {
    assert!(split <= matrix.columns(), "a block of columns that there are");
    let all: Vec<usize> = (0..matrix.rows()).collect();
    let columns: Vec<usize> = (0..matrix.columns()).collect();
    (matrix.block(&all, &columns[..split]), matrix.block(&all, &columns[split..]))
}

fn dependence(kernel: &[BigInt]) -> Evidence {
    Evidence::DependentColumns(Dependence { kernel: integers(kernel) })
}

fn integers(vector: &[BigInt]) -> Vec<Rational> {
    vector.iter().map(|value| Rational(BigRational::from_integer(value.clone()))).collect()
}

fn written(vector: &[BigRational]) -> Vec<Rational> {
    vector.iter().cloned().map(Rational).collect()
}

fn rows(matrix: &Matrix<BigRational>) -> Vec<Vec<Rational>> {
    (0..matrix.rows()).map(|row| written(matrix.row(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[i64]]) -> Matrix<BigRational> {
        let entry = |&entry: &i64| BigRational::new(entry.into(), 6.into());
        Matrix::from_rows(rows.iter().map(|row| row.iter().map(entry).collect()).collect()).unwrap()
    }

    /// Every question with either answer; the checker has the last word.
    #[test]
    fn each_question_both_ways() {
        let (full, deficient) = (matrix(&[&[1, 2], &[3, 4], &[0, 5]]), matrix(&[&[1, 2, 3], &[2, 4, 7]]));
        let vector =
            |entries: &[i64]| entries.iter().map(|&entry| BigRational::from_integer(entry.into())).collect();
        let cases = [
            (&full, Question::Independent, Outcome::Proved),
            (&deficient, Question::Independent, Outcome::Refuted),
            (&full, Question::Rank, Outcome::Proved),
            (&deficient, Question::Rank, Outcome::Proved),
            (&full, Question::SingularValue, Outcome::Proved),
            (&deficient, Question::SingularValue, Outcome::Proved),
            (&full, Question::LeftInverse, Outcome::Proved),
            (&deficient, Question::LeftInverse, Outcome::Refuted),
            (&deficient, Question::Solvable(vector(&[5, -1])), Outcome::Proved),
            (&full, Question::Solvable(vector(&[1, 1, 1])), Outcome::Refuted),
            (&full, Question::SolvableNonnegative(vector(&[3, 7, 5])), Outcome::Proved),
            (&full, Question::SolvableNonnegative(vector(&[-1, -3, 0])), Outcome::Refuted),
            (&deficient, Question::SpanIntersection(1), Outcome::Proved),
            (&full, Question::SpanIntersection(1), Outcome::Proved),
            (&full, Question::BlockRecoverable(2), Outcome::Proved),
            (&full, Question::BlockRecoverable(0), Outcome::Proved),
            (&deficient, Question::BlockRecoverable(1), Outcome::Refuted),
            (&full, Question::Halfspace(1), Outcome::Proved),
            (&deficient, Question::Halfspace(1), Outcome::Refuted),
        ];
        for (matrix, question, expected) in cases {
            let accepted = decide(matrix, &question).unwrap();
            assert_eq!(accepted.claim().verdict, expected, "{question:?}");
        }
    }

    #[test]
    fn a_matrix_without_rows_is_refused() {
        let empty = Matrix::from_fn(0, 0, |_, _| BigRational::zero());
        assert!(matches!(decide(&empty, &Question::Rank), Err(Limit::Refused(_))));
    }
}
