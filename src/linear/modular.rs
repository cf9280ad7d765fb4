//! Linear algebra modulo a prime below 2²⁸: pivots and inverses.
//!
//! What happens modulo a prime only proposes. Independence modulo `p` carries over to the
//! rationals; everything else is verified in integers by the caller, who takes another prime when
//! the verification fails.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::Matrix;

/// Primes are below this bound, which certificates share.
const LIMIT: u64 = 1 << 28;

/// How many primes are tried before a question is given up.
pub(crate) const ATTEMPTS: usize = 32;

/// The [`ATTEMPTS`] largest primes below 2²⁸, from the largest down.
pub(crate) fn primes() -> impl Iterator<Item = u64> {
    (2..LIMIT).rev().filter(|&candidate| is_prime(candidate)).take(ATTEMPTS)
}

fn is_prime(candidate: u64) -> bool {
    (2..).take_while(|d| d * d <= candidate).all(|d| !candidate.is_multiple_of(d))
}

/// The residue in `0..p`.
pub(crate) fn residue(value: &BigInt, p: u64) -> u64 {
    if let Some(small) = value.to_i64() {
        return small.rem_euclid(p.cast_signed()).cast_unsigned();
    }
    let word = u32::try_from(p).expect("primes are below 2^28");
    (value % word).to_i64().map_or(0, |rest| rest.rem_euclid(p.cast_signed()).cast_unsigned())
}

/// Every entry's residue.
pub(crate) fn residues(matrix: &Matrix<BigInt>, p: u64) -> Matrix<u64> {
    matrix.map(|entry| residue(entry, p))
}

/// `base^exponent mod p`.
fn power(mut base: u64, mut exponent: u64, p: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * base % p;
        }
        base = base * base % p;
        exponent /= 2;
    }
    result
}

/// The inverse of a nonzero residue.
pub(crate) fn invert(value: u64, p: u64) -> u64 {
    power(value, p - 2, p)
}

/// `row[i] += factor · other[i]`.
pub(crate) fn add_multiple(row: &mut [u64], factor: u64, other: &[u64], p: u64) {
    for (x, y) in row.iter_mut().zip(other) {
        *x = (*x + factor * y) % p;
    }
}

/// `Σ a_i b_i mod p`.
pub(crate) fn dot(a: &[u64], b: &[u64], p: u64) -> u64 {
    // 256 products below 2^56 fit into 64 bits.
    let blocks = a.chunks(128).zip(b.chunks(128));
    blocks.fold(0, |sum, (a, b)| (sum + a.iter().zip(b).map(|(x, y)| x * y).sum::<u64>()) % p)
}

/// As many rows and columns as the rank; their block is invertible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pivots {
    /// Pivot rows, in the order of the columns they belong to.
    pub rows: Vec<usize>,
    /// Pivot columns, ascending.
    pub columns: Vec<usize>,
}

/// Pivot rows and columns by elimination.
pub(crate) fn pivots(mut matrix: Matrix<u64>, p: u64) -> Pivots {
    let mut free: Vec<usize> = (0..matrix.rows()).collect();
    let mut pivots = Pivots { rows: Vec::new(), columns: Vec::new() };
    for column in 0..matrix.columns() {
        let Some(index) = free.iter().position(|&row| matrix[(row, column)] != 0) else { continue };
        let pivot = free.remove(index);
        let inverse = invert(matrix[(pivot, column)], p);
        for &row in &free {
            let entry = matrix[(row, column)];
            if entry != 0 {
                let factor = (p - entry) * inverse % p;
                let (target, source) = matrix.two_rows(row, pivot);
                add_multiple(&mut target[column..], factor, &source[column..], p);
            }
        }
        pivots.rows.push(pivot);
        pivots.columns.push(column);
        if free.is_empty() {
            break;
        }
    }
    pivots
}

/// The inverse of a square matrix, or `None` if it is singular modulo `p`.
pub(crate) fn inverse(matrix: &Matrix<u64>, p: u64) -> Option<Matrix<u64>> {
    let size = matrix.rows();
    let entry = |row: usize, column: usize| match column.checked_sub(size) {
        None => matrix[(row, column)],
        Some(column) => u64::from(row == column),
    };
    let mut both = Matrix::from_fn(size, 2 * size, entry);
    let mut order = Vec::with_capacity(size);
    let mut free: Vec<usize> = (0..size).collect();
    for column in 0..size {
        let pivot = free.remove(free.iter().position(|&row| both[(row, column)] != 0)?);
        order.push(pivot);
        let scale = invert(both[(pivot, column)], p);
        for entry in 0..2 * size {
            both[(pivot, entry)] = both[(pivot, entry)] * scale % p;
        }
        for row in (0..size).filter(|&row| row != pivot) {
            let factor = (p - both[(row, column)]) % p;
            if factor != 0 {
                let (target, source) = both.two_rows(row, pivot);
                add_multiple(&mut target[column..], factor, &source[column..], p);
            }
        }
    }
    Some(Matrix::from_fn(size, size, |row, column| both[(order[row], size + column)]))
}

/// Vectors that are inserted one by one while they are independent.
pub(crate) struct Echelon {
    /// Rows with their pivots, where they are 1.
    rows: Vec<(usize, Vec<u64>)>,
    p: u64,
}

impl Echelon {
    pub fn new(p: u64) -> Self {
        Self { rows: Vec::new(), p }
    }

    /// Whether the vector is independent of the earlier ones; if so it is kept.
    pub fn insert(&mut self, mut vector: Vec<u64>) -> bool {
        let p = self.p;
        for (pivot, row) in &self.rows {
            let factor = (p - vector[*pivot]) % p;
            if factor != 0 {
                add_multiple(&mut vector, factor, row, p);
            }
        }
        let Some(pivot) = vector.iter().position(|&entry| entry != 0) else { return false };
        let scale = invert(vector[pivot], p);
        vector.iter_mut().for_each(|entry| *entry = *entry * scale % p);
        self.rows.push((pivot, vector));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_prime_is_the_largest_below_the_limit() {
        let found: Vec<u64> = primes().take(3).collect();
        assert_eq!(found, [268_435_399, 268_435_367, 268_435_361]);
    }

    #[test]
    fn an_inverse_multiplies_to_one() {
        let p = primes().next().unwrap();
        let matrix = Matrix::from_fn(7, 7, |i, j| ((i * 31 + j * j * 17 + 3 * i * j * j + 1) as u64) % p);
        let pivots = pivots(matrix.clone(), p);
        assert!(pivots.rows.len() < 7 && inverse(&matrix, p).is_none());
        let matrix = Matrix::from_fn(7, 7, |i, j| invert((i + j + 1) as u64, p)); // Hilbert's
        let inverse = inverse(&matrix, p).unwrap().transpose();
        for i in 0..7 {
            for j in 0..7 {
                assert_eq!(dot(matrix.row(i), inverse.row(j), p), u64::from(i == j));
            }
        }
    }
}
