//! The rank of a rational matrix, as evidence that a checker can read.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{certificate, number::Rational};

use super::{Cleared, Columns, Matrix, columns, rank_of_integers};

/// Independent columns of a matrix, as many as its rank, and for every other column a vector of the kernel
/// that writes it as a combination of them. `None` after 32 primes, as for [`columns`].
///
/// # Examples
/// ```
/// use recoverable::{linear::{Matrix, rank_evidence}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1/2", "1/4", "1/2"], vec!["1/2", "3/4", "1/2"]]).unwrap();
/// let evidence = rank_evidence(&matrix.map(|entry| parse(entry).unwrap())).unwrap();
/// assert_eq!(evidence.columns, [0, 1]);
/// assert_eq!(evidence.kernel[0].iter().map(|v| v.to_string()).collect::<Vec<_>>(), ["-1", "0", "1"]);
/// ```
pub fn rank_evidence(matrix: &Matrix<BigRational>) -> Option<certificate::Rank> {
    let cleared = Cleared::new(matrix);
    if let Columns::Independent(independence) = columns(&cleared.integers)? {
        let columns = (0..matrix.columns()).collect();
        return Some(certificate::Rank { columns, independence, kernel: Vec::new() });
    }
    let mut kernel = with_free_columns(rank_of_integers(&cleared.integers)?.kernel)?;
    kernel.sort_by_key(|(free, _)| *free);
    let listed = |column: &usize| !kernel.iter().any(|(free, _)| free == column);
    let chosen: Vec<usize> = (0..matrix.columns()).filter(listed).collect();
    let all: Vec<usize> = (0..matrix.rows()).collect();
    let Columns::Independent(independence) = columns(&cleared.integers.block(&all, &chosen))? else {
        return None;
    };
    let rational = |value| Rational(BigRational::from_integer(value));
    let kernel = kernel
        .iter()
        .map(|(_, vector)| cleared.kernel_vector(vector).into_iter().map(rational).collect())
        .collect();
    Some(certificate::Rank { columns: chosen, independence, kernel })
}

/// A column for each vector of a basis of the kernel that is nonzero in this vector alone. The other columns are independent: a
/// relation among them would be a combination of the basis that vanishes at all the chosen columns.
fn with_free_columns(basis: Vec<Vec<BigInt>>) -> Option<Vec<(usize, Vec<BigInt>)>> {
    let users = |column: usize| basis.iter().filter(|vector| !vector[column].is_zero()).count();
    let free = |vector: &Vec<BigInt>| {
        (0..vector.len()).rev().find(|&column| !vector[column].is_zero() && users(column) == 1)
    };
    let columns: Option<Vec<usize>> = basis.iter().map(free).collect();
    Some(columns?.into_iter().zip(basis).collect())
}
