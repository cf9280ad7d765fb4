//! Matrices of rational numbers, held as integer columns over one denominator each.

use num_bigint::{BigInt, Sign};
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive};

use super::{Matrix, integers::Integers};
use crate::number::{ExactField, clear};

/// A matrix of rational numbers: column `j` is a column of integers over a positive denominator.
///
/// A stochastic matrix clears by column: its columns have small denominators of their own, its rows have not. Rank and
/// independence do not see the denominators at all; solutions and kernels are scaled back. Build it once where several
/// questions are asked of one matrix.
///
/// ```
/// use recoverable::{linear::{Fractions, Matrix}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1/2", "1/3"], vec!["1/2", "2/3"]]).unwrap();
/// let fractions = Fractions::new(&matrix.map(|entry| parse(entry).unwrap()));
/// assert_eq!(fractions.denominators(), [2.into(), 3.into()]);
/// assert_eq!(fractions.rank(), Some(2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fractions {
    pub(super) integers: Integers,
    denominators: Vec<BigInt>,
}

impl Fractions {
    /// The least common denominator of each column.
    pub fn new<F: ExactField>(matrix: &Matrix<F>) -> Self {
        let mut integers = Integers::zero(matrix.rows(), matrix.columns());
        let small = small_denominators(matrix);
        for row in 0..matrix.rows() {
            for (column, value) in matrix.row(row).iter().enumerate() {
                if let Some(common) = small[column] {
                    let (negative, numerator, denominator) =
                        words(value.as_rational()).expect("looked at before");
                    let product = u128::from(numerator) * u128::from(common / denominator);
                    integers.set_small(row, column, negative, product);
                }
            }
        }
        let denominator = |(column, common): (usize, Option<u64>)| {
            common.map_or_else(|| fill(&mut integers, matrix, column), BigInt::from)
        };
        let denominators = small.into_iter().enumerate().map(denominator).collect();
        Self { integers, denominators }
    }

    /// Every denominator is 1.
    pub fn of_integers(matrix: &Matrix<BigInt>) -> Self {
        Self { integers: Integers::new(matrix), denominators: vec![BigInt::one(); matrix.columns()] }
    }

    /// The exact value of each float, a dyadic fraction. `None` if one is infinite or not a number.
    ///
    /// ```
    /// use recoverable::linear::{Fractions, Matrix};
    /// let matrix = Matrix::from_rows(vec![vec![0.1, 0.5]]).unwrap();
    /// let fractions = Fractions::from_f64(&matrix).unwrap();
    /// assert_eq!(fractions.denominators(), [(1_i64 << 55).into(), 2.into()]);
    /// assert_eq!(Fractions::from_f64(&Matrix::from_rows(vec![vec![f64::NAN]]).unwrap()), None);
    /// ```
    pub fn from_f64(matrix: &Matrix<f64>) -> Option<Self> {
        let mut integers = Integers::zero(matrix.rows(), matrix.columns());
        let mut denominators = Vec::with_capacity(matrix.columns());
        for column in 0..matrix.columns() {
            let dyadic: Option<Vec<_>> = matrix.column(column).map(|&value| dyadic(value)).collect();
            let dyadic = dyadic?;
            let lowest = dyadic.iter().filter(|(word, _)| *word != 0).map(|&(_, exponent)| exponent).min();
            let lowest = lowest.unwrap_or(0).min(0);
            for (row, (word, exponent)) in dyadic.into_iter().enumerate().filter(|(_, (word, _))| *word != 0)
            {
                let shift = (exponent - lowest).unsigned_abs();
                let digits = shifted(word.unsigned_abs(), shift);
                integers.set_digits(row, column, word < 0, digits);
            }
            denominators.push(BigInt::one() << lowest.unsigned_abs());
        }
        Some(Self { integers, denominators })
    }

    pub(super) fn from_parts(integers: Integers, denominators: Vec<BigInt>) -> Self {
        Self { integers, denominators }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.integers.rows()
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.integers.columns()
    }

    /// The denominator of each column.
    pub fn denominators(&self) -> &[BigInt] {
        &self.denominators
    }

    /// The numerators: each column times its denominator.
    pub fn numerators(&self) -> Matrix<BigInt> {
        Matrix::from_fn(self.rows(), self.columns(), |row, column| self.integers.entry(row, column))
    }

    /// The matrix itself.
    pub fn to_rationals(&self) -> Matrix<BigRational> {
        Matrix::from_fn(self.rows(), self.columns(), |row, column| {
            crate::number::euclid::ratio(self.integers.entry(row, column), self.denominators[column].clone())
        })
    }
}

/// Clears one column with long entries; returns its denominator.
fn fill<F: ExactField>(integers: &mut Integers, matrix: &Matrix<F>, column: usize) -> BigInt {
    let (numerators, denominator) = clear(matrix.column(column).map(ExactField::as_rational));
    for (row, value) in numerators.iter().enumerate() {
        integers.set(row, column, value);
    }
    denominator
}

/// The least common denominator of each column, if it and all numerators are words.
fn small_denominators<F: ExactField>(matrix: &Matrix<F>) -> Vec<Option<u64>> {
    let mut commons = vec![Some(1_u64); matrix.columns()];
    for row in 0..matrix.rows() {
        for (common, value) in commons.iter_mut().zip(matrix.row(row)) {
            let Some(known) = *common else { continue };
            *common = words(value.as_rational()).and_then(|(_, _, denominator)| {
                if known.is_multiple_of(denominator) {
                    Some(known)
                } else {
                    known.checked_mul(denominator / known.gcd(&denominator))
                }
            });
        }
    }
    commons
}

/// Whether a fraction is negative, its numerator and its denominator, if they are words.
#[inline]
fn words(value: &BigRational) -> Option<(bool, u64, u64)> {
    let numerator = value.numer().magnitude().to_u64()?;
    let denominator = value.denom().magnitude().to_u64()?;
    Some((value.numer().sign() == Sign::Minus, numerator, denominator))
}

/// `word · 2^shift`, the lowest word first.
fn shifted(word: u64, shift: u32) -> Vec<u64> {
    let mut digits = vec![0; shift as usize / 64];
    let (low, high) = (word << (shift % 64), word.checked_shr(64 - shift % 64).unwrap_or(0));
    digits.extend([low, high]);
    digits
}

/// A float as `word · 2^exponent`, the word odd or zero.
fn dyadic(value: f64) -> Option<(i64, i32)> {
    if !value.is_finite() {
        return None;
    }
    let (mantissa, exponent, sign) = num_traits::Float::integer_decode(value);
    if mantissa == 0 {
        return Some((0, 0));
    }
    let zeros = mantissa.trailing_zeros();
    let word = (mantissa >> zeros).cast_signed() * i64::from(sign);
    Some((word, i32::from(exponent) + zeros.cast_signed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_their_exact_values() {
        let values = [[0.1, -3.0, 5e-324], [1e300, 0.75, -1.5e-310], [0.0, -0.0, f64::MAX]];
        let matrix = Matrix::from_fn(3, 3, |i, j| values[i][j]);
        let exact = Fractions::from_f64(&matrix).unwrap().to_rationals();
        let expected = matrix.map(|&value| BigRational::from_float(value).unwrap());
        assert_eq!(exact, expected);
        assert_eq!(Fractions::new(&expected).to_rationals(), expected);
    }

    #[test]
    fn long_and_short_columns() {
        let long: BigInt = BigInt::one() << 200;
        let rows = vec![
            vec![BigRational::new(3.into(), 7.into()), BigRational::new(1.into(), long.clone())],
            vec![BigRational::new((-5).into(), 14.into()), BigRational::new(-long - 1, 3.into())],
        ];
        let matrix = Matrix::from_rows(rows).unwrap();
        let fractions = Fractions::new(&matrix);
        assert_eq!(fractions.denominators()[0], 14.into());
        assert_eq!(fractions.to_rationals(), matrix);
        assert_eq!(fractions.numerators()[(0, 0)], 6.into());
    }
}
