//! The matrix inside a certificate, validated and with its denominators cleared.
//!
//! Row by row and column by column, each over its own least common denominator: what is asked of a matrix is a
//! product with a vector on one side, and one common denominator would make every number longer.

use num_bigint::{BigInt, Sign};
use num_traits::Zero;

use crate::{
    certificate::{MatrixProblem, Statement},
    cleared::{Cleared, below, clear, dot, length},
    failure::Rejection,
    number::Rational,
};

/// A matrix `M` of at least one row.
pub(crate) struct Matrix {
    /// As many lists as rows, each as long as there are columns.
    pub rows: Vec<Cleared>,
    /// As many lists as columns, each as long as there are rows.
    pub columns: Vec<Cleared>,
}

impl Matrix {
    /// Of rows that all have this width.
    pub fn new(entries: &[Vec<Rational>], width: usize) -> Self {
        let column = |index: usize| clear(entries.iter().map(|row| &row[index]));
        Self {
            rows: entries.iter().map(|row| clear(row.iter())).collect(),
            columns: (0..width).map(column).collect(),
        }
    }

    /// The number of rows.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The first row of `M v` that is not zero.
    pub fn outside_kernel(&self, v: &[BigInt]) -> Option<usize> {
        self.rows.iter().position(|row| !dot(&row.numerators, v).is_zero())
    }

    /// The sign of `y · g` for every column `g`.
    pub fn signs(&self, y: &[BigInt]) -> impl Iterator<Item = Sign> {
        self.columns.iter().map(|column| dot(y, &column.numerators).sign())
    }
}

/// A matrix with what the statement about it needs.
pub(crate) struct Problem {
    pub matrix: Matrix,
    /// One entry for each row; empty if the statement does not speak of a right side.
    pub rhs: Cleared,
    /// How many columns form the first block; 0 if the statement does not speak of blocks.
    pub split: usize,
}

impl Problem {
    pub fn new(model: &MatrixProblem, statement: Statement) -> Result<Self, Rejection> {
        let Some(first) = model.entries.first() else { return Err(Rejection::NoRows) };
        model.entries.iter().try_for_each(|row| length("entries", first.len(), row.len()))?;
        needed("rhs", statement.needs_rhs(), model.rhs.is_some())?;
        needed("split", statement.needs_split(), model.split.is_some())?;
        let rhs = model.rhs.as_deref().unwrap_or_default();
        let split = model.split.unwrap_or_default();
        if statement.needs_rhs() {
            length("rhs", model.entries.len(), rhs.len())?;
        }
        below("split", split, first.len() + 1)?;
        Ok(Self { matrix: Matrix::new(&model.entries, first.len()), rhs: clear(rhs.iter()), split })
    }
}

/// Fails unless a field is there exactly if it has to be.
fn needed(field: &'static str, needed: bool, found: bool) -> Result<(), Rejection> {
    match (needed, found) {
        (true, false) => Err(Rejection::Missing { field }),
        (false, true) => Err(Rejection::Superfluous { field }),
        _ => Ok(()),
    }
}

/// A vector of the expected length, over its least common denominator.
pub(crate) fn vector(
    field: &'static str,
    expected: usize,
    values: &[Rational],
) -> Result<Cleared, Rejection> {
    length(field, expected, values.len())?;
    Ok(clear(values.iter()))
}
