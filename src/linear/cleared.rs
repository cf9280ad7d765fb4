//! A rational matrix as an integer one and the denominators of its columns.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::Matrix;
use crate::number::{clear, coprime};

/// `M[:, h] = integers[:, h] / denominators[h]`, each denominator the least and positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cleared {
    /// The shape of `M`.
    pub(crate) integers: Matrix<BigInt>,
    /// One for each column.
    pub(crate) denominators: Vec<BigInt>,
}

impl Cleared {
    pub(crate) fn new(matrix: &Matrix<BigRational>) -> Self {
        let (columns, denominators): (Vec<_>, Vec<_>) =
            (0..matrix.columns()).map(|column| clear(matrix.column(column))).unzip();
        Self { integers: Matrix::from_columns(matrix.rows(), &columns), denominators }
    }

    /// From the kernel of the integers to that of `M`: multiply by the denominators, then take coprime
    /// integers.
    pub(crate) fn kernel_vector(&self, vector: &[BigInt]) -> Vec<BigInt> {
        coprime(vector.iter().zip(&self.denominators).map(|(value, scale)| value * scale).collect())
    }
}
