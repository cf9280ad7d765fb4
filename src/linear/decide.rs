//! Exact decisions about integer matrices, each with evidence: independence, rank and kernel,
//! and the Fredholm alternative.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::certificate::Independence;

use super::{
    Matrix,
    lift::{Lifter, Solution},
    matrix::dot,
    modular::{self, Pivots, pivots, primes, residues},
};
use crate::number::ExactField;

/// Whether the columns of an integer matrix are independent, with evidence either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Columns {
    /// An inverse of a square block modulo `m`.
    Independent(Independence),
    /// A nonzero vector `v` with `M v = 0`.
    Dependent(Vec<BigInt>),
}

/// Decides whether the columns of `matrix` (rows × columns) are independent.
///
/// Independence modulo a prime gives the evidence at once. Otherwise a kernel vector found by
/// lifting is multiplied out; should it fail, the prime divided a minor, and the next is taken.
/// `None` after 32 primes, which no matrix is known to need.
///
/// ```
/// use recoverable::linear::{Columns, Matrix, columns};
/// let matrix = Matrix::from_rows(vec![vec![1, 2], vec![2, 4]]).unwrap().map(|&entry: &i32| entry.into());
/// assert_eq!(columns(&matrix), Some(Columns::Dependent(vec![(-2).into(), 1.into()])));
/// ```
pub fn columns(matrix: &Matrix<BigInt>) -> Option<Columns> {
    primes().find_map(|p| {
        let reduced = residues(matrix, p);
        let pivots = pivots(reduced.clone(), p);
        if pivots.rows.len() == matrix.columns() {
            let inverse = modular::inverse(&reduced.block(&pivots.rows, &pivots.columns), p)?.to_rows();
            return Some(Columns::Independent(Independence { rows: pivots.rows, modulus: p, inverse }));
        }
        let free = (0..matrix.columns()).find(|column| !pivots.columns.contains(column))?;
        kernel(matrix, &pivots, p, [free])?.pop().map(Columns::Dependent)
    })
}

/// The rank of an integer or rational matrix and a basis of its kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// The rank.
    pub rank: usize,
    /// Independent vectors `v` with `M v = 0`, as many as columns minus rank.
    pub kernel: Vec<Vec<BigInt>>,
}

/// The rank of a matrix over an exact field. Denominators are cleared by column, so that the
/// kernel is not that of `matrix` itself; use [`rank_of_integers`] for kernels.
///
/// `None` after 32 primes, as for [`columns`].
///
/// ```
/// use recoverable::{linear::{Matrix, rank}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1/2", "1/4"], vec!["1/2", "3/4"]]).unwrap();
/// assert_eq!(rank(&matrix.map(|entry| parse(entry).unwrap())), Some(2));
/// ```
pub fn rank<F: ExactField>(matrix: &Matrix<F>) -> Option<usize> {
    rank_of_integers(&matrix.cleared_columns()).map(|found| found.rank)
}

/// The rank of an integer matrix: a minor that is nonzero modulo a prime bounds it from below,
/// kernel vectors that are multiplied out bound it from above.
pub fn rank_of_integers(matrix: &Matrix<BigInt>) -> Option<Rank> {
    primes().find_map(|p| {
        let pivots = pivots(residues(matrix, p), p);
        let rank = pivots.columns.len();
        let free = (0..matrix.columns()).filter(|column| pivots.columns.binary_search(column).is_err());
        Some(Rank { rank, kernel: kernel(matrix, &pivots, p, free)? })
    })
}

/// For each free column the kernel vector that is nonzero there and at pivot columns only; `None` if one of
/// them does not exist, because the prime was unlucky.
fn kernel(
    matrix: &Matrix<BigInt>,
    pivots: &Pivots,
    p: u64,
    free: impl IntoIterator<Item = usize>,
) -> Option<Vec<Vec<BigInt>>> {
    let block = matrix.block(&pivots.rows, &pivots.columns);
    let lifter = Lifter::new(&block, p)?;
    let vector = |free: usize| {
        let rhs: Vec<_> = pivots.rows.iter().map(|&row| -&matrix[(row, free)]).collect();
        let Solution { numerators, denominator } = lifter.solve(&rhs);
        let mut vector = vec![BigInt::zero(); matrix.columns()];
        pivots.columns.iter().zip(numerators).for_each(|(&column, value)| vector[column] = value);
        vector[free] = denominator;
        (0..matrix.rows()).all(|row| dot(matrix.row(row), &vector).is_zero()).then_some(vector)
    };
    free.into_iter().map(vector).collect()
}

/// Exactly one of the two exists for a matrix `M` and a row `t` (the Fredholm alternative).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// `b` with `bᵀ M = tᵀ`.
    Combination(Vec<BigRational>),
    /// An integer `y` with `M y = 0` and `t·y ≠ 0`.
    Witness(Vec<BigInt>),
}

/// Solves `bᵀ M = tᵀ` for `b`, or shows that there is no solution.
///
/// `matrix` has a row for each entry of `b`, and as many columns as `t` has entries. `t` is `target`
/// over its common `denominator`, which is positive. Entries of `b` outside a maximal independent set
/// of rows are zero. `None` after 32 primes, as for [`columns`].
///
/// ```
/// use recoverable::linear::{Alternative, Matrix, alternative};
/// let matrix = Matrix::from_rows(vec![vec![1, 1]]).unwrap().map(|&entry: &i32| entry.into());
/// let found = alternative(&matrix, &[2.into(), 3.into()], &1.into()).unwrap();
/// assert_eq!(found, Alternative::Witness(vec![(-1).into(), 1.into()]));
/// ```
pub fn alternative(matrix: &Matrix<BigInt>, target: &[BigInt], denominator: &BigInt) -> Option<Alternative> {
    primes().find_map(|p| {
        let reduced = residues(matrix, p);
        let pivots = pivots(reduced.clone(), p);
        let block = matrix.block(&pivots.rows, &pivots.columns);
        let proposal = propose(&reduced, &pivots, target, p)?;
        match proposal {
            Proposal::Combination => {
                let solution = combine(matrix, &block.transpose(), &pivots, target, p)?;
                let mut combination = vec![BigRational::zero(); matrix.rows()];
                let scale = solution.denominator * denominator;
                for (&row, numerator) in pivots.rows.iter().zip(solution.numerators) {
                    combination[row] = BigRational::new(numerator, scale.clone());
                }
                Some(Alternative::Combination(combination))
            }
            Proposal::Witness(free) => {
                let vector = kernel(matrix, &pivots, p, [free])?.pop()?;
                (!dot(target, &vector).is_zero()).then_some(Alternative::Witness(vector))
            }
        }
    })
}

/// What holds modulo the prime.
enum Proposal {
    Combination,
    /// A free column whose kernel vector the target does not kill.
    Witness(usize),
}

fn propose(reduced: &Matrix<u64>, pivots: &Pivots, target: &[BigInt], p: u64) -> Option<Proposal> {
    let target: Vec<u64> = target.iter().map(|value| modular::residue(value, p)).collect();
    let inverse = modular::inverse(&reduced.block(&pivots.rows, &pivots.columns), p)?.transpose();
    let at_pivots: Vec<u64> = pivots.columns.iter().map(|&column| target[column]).collect();
    let combination: Vec<u64> =
        (0..inverse.rows()).map(|row| modular::dot(inverse.row(row), &at_pivots, p)).collect();
    let value = |column: usize| {
        let entries: Vec<u64> = pivots.rows.iter().map(|&row| reduced[(row, column)]).collect();
        modular::dot(&entries, &combination, p)
    };
    let failing = (0..reduced.columns()).find(|&column| value(column) != target[column]);
    Some(failing.map_or(Proposal::Combination, Proposal::Witness))
}

/// The entries of `b` at the pivot rows, if `b` solves all equations.
fn combine(
    matrix: &Matrix<BigInt>,
    transposed_block: &Matrix<BigInt>,
    pivots: &Pivots,
    target: &[BigInt],
    p: u64,
) -> Option<Solution> {
    let rhs: Vec<_> = pivots.columns.iter().map(|&column| target[column].clone()).collect();
    let solution = Lifter::new(transposed_block, p)?.solve(&rhs);
    let holds = |column: usize| {
        let entries = pivots.rows.iter().map(|&row| &matrix[(row, column)]);
        let value: BigInt = entries.zip(&solution.numerators).map(|(entry, b)| entry * b).sum();
        value == &target[column] * &solution.denominator
    };
    let mut free = (0..matrix.columns()).filter(|column| pivots.columns.binary_search(column).is_err());
    free.all(holds).then_some(solution)
}

/// The inverse of a square rational matrix, or `None` if it is singular (or after 32 primes).
///
/// ```
/// use recoverable::{linear::{Matrix, inverse}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1/2", "0"], vec!["1/2", "1"]]).unwrap();
/// let inverse = inverse(&matrix.map(|entry| parse(entry).unwrap())).unwrap();
/// assert_eq!(inverse[(1, 0)].to_string(), "-1");
/// ```
pub fn inverse<F: ExactField>(matrix: &Matrix<F>) -> Option<Matrix<BigRational>> {
    let size = matrix.rows();
    if matrix.columns() != size {
        return None;
    }
    let (entries, scale) = crate::number::clear(&matrix.map(ExactField::to_rational).entries().to_vec());
    let cleared = Matrix::from_fn(size, size, |row, column| entries[row * size + column].clone());
    primes().find_map(|p| {
        let lifter = Lifter::new(&cleared, p)?;
        let unit =
            |at: usize| (0..size).map(|i| if i == at { BigInt::one() } else { BigInt::zero() }).collect();
        let columns: Vec<Vec<BigRational>> = (0..size)
            .map(|column| {
                let unit: Vec<BigInt> = unit(column);
                let Solution { numerators, denominator } = lifter.solve(&unit);
                numerators
                    .into_iter()
                    .map(|value| BigRational::new(value * &scale, denominator.clone()))
                    .collect()
            })
            .collect();
        Some(Matrix::from_columns(size, &columns))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(rows: &[&[i64]]) -> Matrix<BigInt> {
        Matrix::from_rows(rows.iter().map(|row| row.iter().map(|&entry| entry.into()).collect()).collect())
            .unwrap()
    }

    /// The first prime divides the determinant: another one has to decide.
    #[test]
    fn an_unlucky_prime_costs_another_attempt() {
        let p = 268_435_399;
        let Some(Columns::Independent(evidence)) = columns(&integers(&[&[p, 0], &[1, 1]])) else { panic!() };
        assert_eq!(evidence.modulus, 268_435_367);
        assert_eq!(rank_of_integers(&integers(&[&[p]])).unwrap().rank, 1);
        let found = alternative(&integers(&[&[p]]), &[BigInt::from(1)], &BigInt::one());
        assert_eq!(found, Some(Alternative::Combination(vec![BigRational::new(1.into(), p.into())])));
    }

    #[test]
    fn degenerate_shapes() {
        assert_eq!(rank_of_integers(&integers(&[&[0, 0]])).unwrap().kernel.len(), 2);
        assert!(matches!(columns(&integers(&[&[0], &[0]])), Some(Columns::Dependent(_))));
        assert!(matches!(columns(&integers(&[&[1, 1]])), Some(Columns::Dependent(_))));
        let Some(Columns::Independent(evidence)) = columns(&Matrix::from_columns(3, &[])) else { panic!() };
        assert!(evidence.rows.is_empty());
    }

    /// Small matrices in a fixed disorder: every answer is multiplied out.
    #[test]
    fn alternatives_are_what_they_claim() {
        let (mut combinations, mut witnesses) = (0, 0);
        for seed in 0_i64..400 {
            let entry = |i: i64| (seed * 7 + i * i * 13 + seed * i * 5) % 7 - 3;
            let (rows, columns) = (1 + seed % 4, 1 + seed / 4 % 4);
            let matrix = integers(
                &(0..rows)
                    .map(|r| (0..columns).map(|c| entry(r * 5 + c)).collect())
                    .collect::<Vec<Vec<_>>>()
                    .iter()
                    .map(Vec::as_slice)
                    .collect::<Vec<_>>(),
            );
            let target: Vec<BigInt> = (0..columns).map(|c| entry(40 + c).into()).collect();
            match alternative(&matrix, &target, &BigInt::from(2)).unwrap() {
                Alternative::Combination(b) => {
                    combinations += 1;
                    for (column, t) in target.iter().enumerate() {
                        let value: BigRational =
                            b.iter().zip(matrix.column(column)).map(|(b, m)| b * m).sum();
                        assert_eq!(value, BigRational::new(t.clone(), 2.into()));
                    }
                }
                Alternative::Witness(y) => {
                    witnesses += 1;
                    assert!(matrix.times(&y).iter().all(Zero::is_zero) && !dot(&target, &y).is_zero());
                }
            }
        }
        assert!(combinations > 50 && witnesses > 50, "{combinations} and {witnesses}");
    }
}
