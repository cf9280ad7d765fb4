//! Dixon lifting: the exact solution of an integer system whose matrix is invertible modulo a prime.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Matrix, modular};

/// `numerators / denominator`, the denominator positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Solution {
    pub numerators: Vec<BigInt>,
    pub denominator: BigInt,
}

/// A square integer matrix with its inverse modulo a prime.
pub(crate) struct Lifter<'a> {
    matrix: &'a Matrix<BigInt>,
    /// The same matrix, if every entry is a machine word.
    small: Option<Matrix<i64>>,
    inverse: Matrix<u64>,
    p: u64,
}

impl<'a> Lifter<'a> {
    /// `None` if the matrix is singular modulo `p`.
    pub fn new(matrix: &'a Matrix<BigInt>, p: u64) -> Option<Self> {
        let inverse = modular::inverse(&modular::residues(matrix, p), p)?;
        let words: Option<Vec<i64>> = matrix.entries().iter().map(ToPrimitive::to_i64).collect();
        let columns = matrix.columns();
        let small =
            words.map(|words| Matrix::from_fn(columns, columns, |row, column| words[row * columns + column]));
        Some(Self { matrix, small, inverse, p })
    }

    /// One row times a vector of digits below 2²⁸; without big integers where the row is small (a sum of
    /// fewer than 2³⁵ products below 2⁹¹ fits into 127 bits).
    fn row_times(&self, row: usize, digits: &[u64]) -> BigInt {
        match &self.small {
            Some(small) => {
                let products =
                    small.row(row).iter().zip(digits).map(|(&a, &x)| i128::from(a) * i128::from(x));
                BigInt::from(products.sum::<i128>())
            }
            None => self.matrix.row(row).iter().zip(digits).map(|(a, &x)| a * x).sum(),
        }
    }

    /// The solution `x` of `matrix · x = rhs`, which exists and is unique.
    ///
    /// Digits of `x` in base `p` are found one by one; at growing intervals a rational vector is
    /// reconstructed from them and multiplied out. It ends because a matrix that is invertible
    /// modulo `p` is invertible, and enough digits determine the solution.
    pub fn solve(&self, rhs: &[BigInt]) -> Solution {
        let p = u32::try_from(self.p).expect("primes are below 2^28");
        let mut residual = rhs.to_vec();
        let mut digits_known = vec![BigInt::zero(); rhs.len()];
        let mut modulus = BigInt::one();
        let (mut count, mut checkpoint) = (0_u32, 3_u32);
        loop {
            let residues: Vec<u64> = residual.iter().map(|value| modular::residue(value, self.p)).collect();
            let size = self.inverse.rows();
            let digits: Vec<u64> =
                (0..size).map(|row| modular::dot(self.inverse.row(row), &residues, self.p)).collect();
            for (row, value) in residual.iter_mut().enumerate() {
                *value -= self.row_times(row, &digits);
                *value /= p;
            }
            for (known, digit) in digits_known.iter_mut().zip(&digits) {
                *known += &modulus * digit;
            }
            modulus *= p;
            count += 1;
            if count >= checkpoint || residual.iter().all(Zero::is_zero) {
                checkpoint = count + 2 + count / 3;
                if let Some(solution) = reconstruct(&digits_known, &modulus)
                    && self.verify(&solution, rhs)
                {
                    return solution;
                }
            }
        }
    }

    fn verify(&self, solution: &Solution, rhs: &[BigInt]) -> bool {
        let product = self.matrix.times(&solution.numerators);
        product.iter().zip(rhs).all(|(left, right)| *left == right * &solution.denominator)
    }
}

/// The vector of small fractions over one denominator that is congruent to `residues`, if there is one.
fn reconstruct(residues: &[BigInt], modulus: &BigInt) -> Option<Solution> {
    let bound = (modulus / 2_u32).sqrt();
    let mut denominator = BigInt::one();
    let mut numerators: Vec<BigInt> = Vec::with_capacity(residues.len());
    for residue in residues {
        let (numerator, extra) = fraction(&(residue * &denominator), modulus, &bound)?;
        if !extra.is_one() {
            denominator *= &extra;
            if denominator > bound {
                return None;
            }
            numerators.iter_mut().for_each(|earlier| *earlier *= &extra);
        }
        numerators.push(numerator);
    }
    Some(Solution { numerators, denominator })
}

/// `n/d ≡ residue` with `|n|, d ≤ bound`, by the extended Euclidean algorithm.
fn fraction(residue: &BigInt, modulus: &BigInt, bound: &BigInt) -> Option<(BigInt, BigInt)> {
    let residue = residue.mod_floor(modulus);
    let (mut r0, mut r1) = (modulus.clone(), residue.clone());
    if &(modulus - &residue) <= bound {
        return Some((residue - modulus, BigInt::one()));
    }
    let (mut s0, mut s1) = (BigInt::zero(), BigInt::one());
    while &r1 > bound {
        let (quotient, remainder) = r0.div_rem(&r1);
        let next = &s0 - &quotient * &s1;
        (r0, r1) = (r1, remainder);
        (s0, s1) = (s1, next);
    }
    if s1.is_zero() || s1.abs() > *bound {
        return None;
    }
    Some(if s1.is_negative() { (-r1, -s1) } else { (r1, s1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::modular::primes;

    #[test]
    fn a_hilbert_system_is_solved_exactly() {
        // Hilbert's matrix of order 12 times 12!·…: entries 27720·… are integers over lcm(1..=23).
        let common = (1..=23).fold(BigInt::one(), |common, i| common.lcm(&BigInt::from(i)));
        let matrix = Matrix::from_fn(12, 12, |i, j| &common / BigInt::from(i + j + 1));
        let expected: Vec<BigInt> = (0..12).map(|i| BigInt::from(i * i - 40)).collect();
        let rhs = matrix.times(&expected);
        let lifter = Lifter::new(&matrix, primes().next().unwrap()).unwrap();
        assert_eq!(lifter.solve(&rhs), Solution { numerators: expected, denominator: BigInt::one() });
        let unit: Vec<BigInt> = (0..12).map(|i| BigInt::from(u8::from(i == 0)) * &common).collect();
        let solution = lifter.solve(&unit); // the first column of the inverse: integers, the first is 144
        assert_eq!(
            (solution.numerators[0].clone(), solution.denominator),
            (BigInt::from(144), BigInt::one())
        );
    }

    #[test]
    fn zero_and_negative_right_hand_sides() {
        let matrix = Matrix::from_fn(2, 2, |i, j| BigInt::from([[3, 1], [1, -2]][i][j]));
        let lifter = Lifter::new(&matrix, primes().next().unwrap()).unwrap();
        assert_eq!(lifter.solve(&[0.into(), 0.into()]).numerators, [BigInt::zero(), BigInt::zero()]);
        let solution = lifter.solve(&[(-1).into(), (-1).into()]);
        assert_eq!((solution.numerators, solution.denominator), (vec![(-3).into(), 2.into()], 7.into()));
    }
}
