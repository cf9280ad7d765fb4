//! Exact decisions about rational matrices, each with evidence: independence, rank, kernel, and the Fredholm alternative.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::certificate::Independence;

use super::{
    Fractions, Matrix,
    eliminate::{Eliminated, Extent, eliminate},
    integers::Integers,
    lift::{Lifter, Solution},
    matrix::dot,
    multimodular,
    prime::Prime,
};
use crate::number::{ExactField, coprime, euclid::ratio};

/// Whether the columns of a matrix are independent, with evidence either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Columns {
    /// An inverse of a square block modulo `m`, of the matrix with each column cleared.
    Independent(Independence),
    /// A nonzero vector `v` with `M v = 0`, in coprime integers.
    Dependent(Vec<BigInt>),
}

/// Decides whether the columns of an integer matrix (rows × columns) are independent, see [`Fractions::independence`].
///
/// ```
/// use recoverable::linear::{Columns, Matrix, columns};
/// let matrix = Matrix::from_rows(vec![vec![1, 2], vec![2, 4]]).unwrap().map(|&entry: &i32| entry.into());
/// assert_eq!(columns(&matrix), Some(Columns::Dependent(vec![(-2).into(), 1.into()])));
/// ```
pub fn columns(matrix: &Matrix<BigInt>) -> Option<Columns> {
    Fractions::of_integers(matrix).independence()
}

/// The rank of a matrix and a basis of its kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// The rank.
    pub rank: usize,
    /// Independent columns, as many as the rank: the leftmost ones, ascending.
    pub columns: Vec<usize>,
    /// Independent vectors `v` with `M v = 0`, in coprime integers: for each other column, in ascending order, one that
    /// is nonzero there and at independent columns before it only.
    pub kernel: Vec<Vec<BigInt>>,
}

/// The rank of a matrix over an exact field.
///
/// `None` after 32 primes, which no matrix is known to need.
///
/// ```
/// use recoverable::{linear::{Matrix, rank}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1/2", "1/4"], vec!["1/2", "3/4"]]).unwrap();
/// assert_eq!(rank(&matrix.map(|entry| parse(entry).unwrap())), Some(2));
/// ```
pub fn rank<F: ExactField>(matrix: &Matrix<F>) -> Option<usize> {
    Fractions::new(matrix).rank()
}

/// The rank of an integer matrix and a basis of its kernel, see [`Fractions::kernel`].
pub fn rank_of_integers(matrix: &Matrix<BigInt>) -> Option<Rank> {
    Fractions::of_integers(matrix).kernel()
}

impl Fractions {
    /// Decides whether the columns are independent.
    ///
    /// Independence modulo a prime gives the evidence at once. Otherwise a kernel vector is lifted and multiplied out;
    /// should it fail, the prime divided a minor, and the next is taken. Cost: rows × columns² operations modulo a
    /// word-size prime, and one lifted system if the columns are dependent. `None` after 32 primes, which no matrix is
    /// known to need.
    pub fn independence(&self) -> Option<Columns> {
        Prime::attempts().find_map(|prime| {
            let found = eliminate(self.integers.residues(prime), self.columns(), Extent::Inverse, prime);
            let Some(free) = found.pivots.free(self.columns()).next() else {
                let inverse = found.inverse().map(|&entry| u64::from(entry)).to_rows();
                let modulus = prime.get().into();
                return Some(Columns::Independent(Independence {
                    rows: found.pivots.rows,
                    modulus,
                    inverse,
                }));
            };
            Some(Columns::Dependent(self.scaled_back(kernel_vector(&self.integers, &found, prime, free)?)))
        })
    }

    /// The rank. A minor that is nonzero modulo a prime bounds it from below; where it is less than both dimensions,
    /// exact dependences among columns or rows, whichever are fewer, bound it from above.
    pub fn rank(&self) -> Option<usize> {
        Prime::attempts().find_map(|prime| {
            let found = eliminate(self.integers.residues(prime), self.columns(), Extent::Echelon, prime);
            let rank = found.pivots.rank();
            if rank == self.rows().min(self.columns()) {
                return Some(rank);
            }
            let by_columns = self.columns() <= self.rows();
            let dependent = if by_columns {
                dependences(&self.integers, &found, prime)
            } else {
                let transposed = self.integers.transpose();
                let found = eliminate(transposed.residues(prime), self.rows(), Extent::Echelon, prime);
                dependences(&transposed, &found, prime)
            };
            dependent.map(|_| rank)
        })
    }

    /// The rank with a basis of the kernel. The entries of a generic kernel vector are as long as minors of the
    /// size of the rank; all of them are found modulo many primes together. `None` after 32 primes, or if there
    /// are several vectors, and their entries are longer than all primes above 2²⁸ − 2¹⁸ together (370,000 bits).
    ///
    /// ```
    /// use recoverable::{linear::{Fractions, Matrix}, number::parse};
    /// let matrix = Matrix::from_rows(vec![vec!["1/2", "1/3", "0"]]).unwrap();
    /// let found = Fractions::new(&matrix.map(|entry| parse(entry).unwrap())).kernel().unwrap();
    /// assert_eq!(found.columns, [0]);
    /// assert_eq!(found.kernel, [[(-2).into(), 3.into(), 0.into()], [0.into(), 0.into(), 1.into()]]);
    /// ```
    pub fn kernel(&self) -> Option<Rank> {
        Prime::attempts().find_map(|prime| {
            let found = eliminate(self.integers.residues(prime), self.columns(), Extent::Echelon, prime);
            let kernel = dependences(&self.integers, &found, prime)?;
            // A prime that divides a minor can have the right rank with columns further right.
            let leftmost =
                |(vector, free): (&Vec<BigInt>, usize)| vector[free + 1..].iter().all(Zero::is_zero);
            if !kernel.iter().zip(found.pivots.free(self.columns())).all(leftmost) {
                return None;
            }
            let kernel = kernel.into_iter().map(|vector| self.scaled_back(vector)).collect();
            Some(Rank { rank: found.pivots.rank(), columns: found.pivots.columns, kernel })
        })
    }

    /// From the kernel of the cleared columns to that of the matrix, in coprime integers.
    fn scaled_back(&self, vector: Vec<BigInt>) -> Vec<BigInt> {
        coprime(
            vector
                .into_iter()
                .zip(self.denominators())
                .map(|(value, denominator)| value * denominator)
                .collect(),
        )
    }

    /// Solves `M x = rhs`, or shows that there is no solution: [`Alternative`] of the transposed matrix. Entries of `x`
    /// outside a maximal independent set of columns are zero.
    ///
    /// ```
    /// use recoverable::{linear::{Alternative, Fractions, Matrix}, number::parse};
    /// let matrix = Matrix::from_rows(vec![vec!["1/2", "1/3"], vec!["1/2", "2/3"]]).unwrap();
    /// let fractions = Fractions::new(&matrix.map(|entry| parse(entry).unwrap()));
    /// let rhs = [parse("1").unwrap(), parse("3/2").unwrap()];
    /// let Some(Alternative::Combination(x)) = fractions.solve(&rhs) else { panic!() };
    /// assert_eq!(x, [parse("1").unwrap(), parse("3/2").unwrap()]);
    /// ```
    ///
    /// # Panics
    /// If `rhs` has another length than the matrix has rows.
    pub fn solve(&self, rhs: &[BigRational]) -> Option<Alternative> {
        assert_eq!(rhs.len(), self.rows(), "a right-hand side has an entry for each row");
        let (target, denominator) = crate::number::clear(rhs);
        fredholm(&self.integers.transpose(), &target, &denominator, Some(self.denominators()))
    }

    /// Solves `M X = B` for several right-hand sides at once: `X` has a row for each column of `M`. `None` if one of the
    /// systems has no solution (or where [`kernel`](Self::kernel) is).
    ///
    /// # Panics
    /// If the two matrices have different numbers of rows.
    pub fn solve_many(&self, rhs: &Fractions) -> Option<Matrix<BigRational>> {
        assert_eq!(rhs.rows(), self.rows(), "right-hand sides have an entry for each row");
        let both = self.integers.beside(&rhs.integers);
        Prime::attempts().find_map(|prime| {
            let found = eliminate(self.integers.residues(prime), self.columns(), Extent::Echelon, prime);
            let columns: Vec<usize> =
                found.pivots.columns.iter().copied().chain(self.columns()..both.columns()).collect();
            let solved = multimodular::solve(
                &both.block(&rows_first(&found, self.rows()), &columns),
                found.pivots.rank(),
            )?;
            Some(Matrix::from_fn(self.columns(), rhs.columns(), |row, column| {
                match found.pivots.columns.binary_search(&row) {
                    Ok(index) => {
                        let numerator = &solved.numerators[(index, column)] * &self.denominators()[row];
                        ratio(numerator, &solved.denominator * &rhs.denominators()[column])
                    }
                    Err(_) => BigRational::zero(),
                }
            }))
        })
    }
}

/// Pivot rows first, then the others.
fn rows_first(found: &Eliminated, rows: usize) -> Vec<usize> {
    let mut order = found.pivots.rows.clone();
    order.extend((0..rows).filter(|row| !found.pivots.rows.contains(row)));
    order
}

/// For each column that is not a pivot column the kernel vector that is nonzero there and at pivot columns only; `None`
/// if one of them does not exist, because the prime was unlucky. A single one is lifted, several share the primes.
fn dependences(matrix: &Integers, found: &Eliminated, prime: Prime) -> Option<Vec<Vec<BigInt>>> {
    let pivots = &found.pivots;
    let free: Vec<usize> = pivots.free(matrix.columns()).collect();
    match free[..] {
        [] => return Some(Vec::new()),
        [free] => {
            let found = eliminate(matrix.residues(prime), matrix.columns(), Extent::Inverse, prime);
            return Some(vec![kernel_vector(matrix, &found, prime, free)?]);
        }
        _ => {}
    }
    let columns: Vec<usize> = pivots.columns.iter().chain(&free).copied().collect();
    let solved =
        multimodular::solve(&matrix.block(&rows_first(found, matrix.rows()), &columns), pivots.rank())?;
    let vector = |(index, &free): (usize, &usize)| {
        let mut vector = vec![BigInt::zero(); matrix.columns()];
        for (row, &column) in pivots.columns.iter().enumerate() {
            vector[column] = -&solved.numerators[(row, index)];
        }
        vector[free] = solved.denominator.clone();
        coprime(vector)
    };
    Some(free.iter().enumerate().map(vector).collect())
}

/// The kernel vector of one free column, by lifting; verified in the rows that are not pivot rows. The elimination has
/// the inverse.
fn kernel_vector(matrix: &Integers, found: &Eliminated, prime: Prime, free: usize) -> Option<Vec<BigInt>> {
    let pivots = &found.pivots;
    let block = matrix.block(&pivots.rows, &pivots.columns);
    let lifter = Lifter::new(&block, found.inverse(), prime);
    let rhs: Vec<_> = pivots.rows.iter().map(|&row| -matrix.entry(row, free)).collect();
    let Solution { numerators, denominator } = lifter.solve(&rhs);
    let mut vector = vec![BigInt::zero(); matrix.columns()];
    pivots.columns.iter().zip(numerators).for_each(|(&column, value)| vector[column] = value);
    vector[free] = denominator;
    let others: Vec<usize> = rows_first(found, matrix.rows()).split_off(pivots.rank());
    let all: Vec<usize> = (0..matrix.columns()).collect();
    matrix.block(&others, &all).times(&vector).iter().all(Zero::is_zero).then(|| coprime(vector))
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
/// of rows are zero. `None` after 32 primes, as for [`rank`].
///
/// # Panics
/// If the target has another length.
///
/// ```
/// use recoverable::linear::{Alternative, Matrix, alternative};
/// let matrix = Matrix::from_rows(vec![vec![1, 1]]).unwrap().map(|&entry: &i32| entry.into());
/// let found = alternative(&matrix, &[2.into(), 3.into()], &1.into()).unwrap();
/// assert_eq!(found, Alternative::Witness(vec![(-1).into(), 1.into()]));
/// ```
pub fn alternative(matrix: &Matrix<BigInt>, target: &[BigInt], denominator: &BigInt) -> Option<Alternative> {
    assert_eq!(target.len(), matrix.columns(), "a target has as many entries as columns");
    fredholm(&Integers::new(matrix), target, denominator, None)
}

/// [`alternative`]; entries of `b` times these scales.
fn fredholm(
    matrix: &Integers,
    target: &[BigInt],
    denominator: &BigInt,
    scales: Option<&[BigInt]>,
) -> Option<Alternative> {
    let mut row = Integers::zero(1, target.len());
    target.iter().enumerate().for_each(|(column, value)| row.set(0, column, value));
    Prime::attempts().find_map(|prime| {
        let found = eliminate(matrix.residues(prime), matrix.columns(), Extent::Inverse, prime);
        let pivots = &found.pivots;
        let residues = row.residues(prime);
        // What holds modulo the prime: the target is a combination of rows iff it agrees with its own pivot columns.
        let contradicting = pivots.free(matrix.columns()).find(|&column| {
            let terms = found.coordinates(column).zip(&pivots.columns);
            let value = terms.fold(0, |sum, (coordinate, &pivot)| {
                prime.reduce(u64::from(sum) + u64::from(coordinate) * u64::from(residues[(0, pivot)]))
            });
            value != residues[(0, column)]
        });
        let witness = |free| {
            let vector = kernel_vector(matrix, &found, prime, free)?;
            (!dot(target, &vector).is_zero()).then_some(Alternative::Witness(vector))
        };
        if let Some(free) = contradicting {
            return witness(free);
        }
        let Solution { numerators, denominator: own } = match combine(matrix, &found, target, prime) {
            Ok(solution) => solution,
            Err(free) => return witness(free), // the prime divides what contradicts
        };
        let mut combination = vec![BigRational::zero(); matrix.rows()];
        let scale = own * denominator;
        for (&row, numerator) in pivots.rows.iter().zip(numerators) {
            let numerator = match scales {
                Some(scales) => numerator * &scales[row],
                None => numerator,
            };
            combination[row] = ratio(numerator, scale.clone());
        }
        Some(Alternative::Combination(combination))
    })
}

/// The entries of `b` at the pivot rows if `b` solves all equations, or the first column where it does not.
fn combine(
    matrix: &Integers,
    found: &Eliminated,
    target: &[BigInt],
    prime: Prime,
) -> Result<Solution, usize> {
    let pivots = &found.pivots;
    let block = matrix.block(&pivots.rows, &pivots.columns).transpose();
    let rhs: Vec<_> = pivots.columns.iter().map(|&column| target[column].clone()).collect();
    let solution = Lifter::new(&block, found.inverse().transpose(), prime).solve(&rhs);
    let free: Vec<usize> = pivots.free(matrix.columns()).collect();
    let values = matrix.block(&pivots.rows, &free).transpose().times(&solution.numerators);
    let differs = |(value, column): (&BigInt, usize)| *value != &target[column] * &solution.denominator;
    match values.iter().zip(free.iter().copied()).position(differs) {
        Some(index) => Err(free[index]),
        None => Ok(solution),
    }
}

/// The inverse of a square matrix, or `None` if it is singular (or after 32 primes).
///
/// ```
/// use recoverable::{linear::{Matrix, inverse}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1/2", "0"], vec!["1/2", "1"]]).unwrap();
/// let inverse = inverse(&matrix.map(|entry| parse(entry).unwrap())).unwrap();
/// assert_eq!(inverse[(1, 0)].to_string(), "-1");
/// ```
pub fn inverse<F: ExactField>(matrix: &Matrix<F>) -> Option<Matrix<BigRational>> {
    (matrix.rows() == matrix.columns()).then(|| Fractions::new(matrix).left_inverse())?
}

impl Fractions {
    /// A matrix `L` (columns × rows) with `L M = 1`, or `None` if the columns are dependent (or where
    /// [`kernel`](Self::kernel) is).
    ///
    /// It is the inverse of an invertible block of rows, and zero elsewhere. (The other usual one, `(MᵀM)⁻¹Mᵀ`, has
    /// entries twice as long.)
    ///
    /// ```
    /// use recoverable::{linear::{Fractions, Matrix}, number::parse};
    /// let matrix = Matrix::from_rows(vec![vec!["1/2"], vec!["1/4"], vec!["1/4"]]).unwrap();
    /// let left = Fractions::new(&matrix.map(|entry| parse(entry).unwrap())).left_inverse().unwrap();
    /// assert_eq!(left.row(0), [parse("2").unwrap(), parse("0").unwrap(), parse("0").unwrap()]);
    /// ```
    pub fn left_inverse(&self) -> Option<Matrix<BigRational>> {
        let columns: Vec<usize> = (0..self.columns()).collect();
        let rows = Prime::attempts().find_map(|prime| {
            let found = eliminate(self.integers.residues(prime), self.columns(), Extent::Echelon, prime);
            (found.pivots.rank() == self.columns()).then_some(found.pivots.rows)
        })?;
        let solved = multimodular::inverse(&self.integers.block(&rows, &columns))?;
        let mut left = Matrix::from_fn(self.columns(), self.rows(), |_, _| BigRational::zero());
        for (index, &row) in rows.iter().enumerate() {
            for (column, scale) in self.denominators().iter().enumerate() {
                let numerator = &solved.numerators[(column, index)];
                if !numerator.is_zero() {
                    let numerator = if scale.is_one() { numerator.clone() } else { numerator * scale };
                    left[(column, row)] = ratio(numerator, solved.denominator.clone());
                }
            }
        }
        Some(left)
    }
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
                    assert!(
                        Integers::new(&matrix).times(&y).iter().all(Zero::is_zero)
                            && !dot(&target, &y).is_zero()
                    );
                }
            }
        }
        assert!(combinations > 50 && witnesses > 50, "{combinations} and {witnesses}");
    }
}
