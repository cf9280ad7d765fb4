//! Linear heads.

use std::ops::{Add, Mul};

use num_rational::BigRational;
use num_traits::Zero;

use super::{Defect, Field, Task};

/// A linear head on a model output `g` (a vector with an entry for each token).
///
/// | task | rows | prediction |
/// |---|---|---|
/// | binary | one row `b` | `1(b·g ≥ 0)` |
/// | several classes | `b_0, b_1, …`, one for each class | argmax of `b_c·g`, the smallest index on ties |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearHead {
    rows: Vec<Vec<BigRational>>,
}

impl LinearHead {
    /// The head that matches the [contrasts](Task::contrasts) of a task row by row: for a binary task the
    /// only row, for several classes `b_1, b_2, …`, before which `b_0 = 0` is put.
    pub fn from_contrasts(task: &Task, mut rows: Vec<Vec<BigRational>>) -> Self {
        if let Task::Classes(_) = task {
            let tokens = rows.first().map_or(0, Vec::len);
            rows.insert(0, vec![BigRational::zero(); tokens]);
        }
        Self { rows }
    }

    /// The head with these rows.
    ///
    /// # Errors
    /// [`Defect::RowCount`] unless there is one row for a binary task, or one for each class; [`Defect::RowLength`] unless
    /// each has an entry for each token.
    pub fn new(task: &Task, tokens: usize, rows: Vec<Vec<BigRational>>) -> Result<Self, Defect> {
        let (field, expected) = (Field::Head, task.scores().len());
        if rows.len() != expected {
            return Err(Defect::RowCount { field, expected, found: rows.len() });
        }
        match rows.iter().position(|row| row.len() != tokens) {
            Some(row) => Err(Defect::RowLength { field, row, expected: tokens, found: rows[row].len() }),
            None => Ok(Self { rows }),
        }
    }

    /// What labels see of the rows: the only one, or `b_c − b_0` for `c = 1, 2, …`.
    pub fn contrasts(&self) -> Vec<Vec<BigRational>> {
        match self.rows.as_slice() {
            [base, others @ ..] if !others.is_empty() => {
                others.iter().map(|row| row.iter().zip(base).map(|(x, y)| x - y).collect()).collect()
            }
            rows => rows.to_vec(),
        }
    }

    /// The rows: one for a binary task, else one for each class.
    pub fn rows(&self) -> &[Vec<BigRational>] {
        &self.rows
    }

    /// `b·g` for each row.
    ///
    /// # Panics
    /// If `g` has another length than the rows.
    pub fn scores(&self, output: &[BigRational]) -> Vec<BigRational> {
        self.rows.iter().map(|row| inner(row, output)).collect()
    }

    /// The prediction on a model output, for a task of this shape.
    ///
    /// # Panics
    /// As for [`scores`](Self::scores).
    pub fn label(&self, task: &Task, output: &[BigRational]) -> usize {
        task.label(&self.scores(output))
    }
}

/// `Σ a_i b_i`.
pub(crate) fn inner<T>(a: &[T], b: &[T]) -> T
where
    T: Zero + Add<Output = T>,
    for<'a> &'a T: Mul<&'a T, Output = T>,
{
    assert_eq!(a.len(), b.len(), "vectors of different lengths");
    a.iter().zip(b).fold(T::zero(), |sum, (x, y)| sum + x * y)
}
