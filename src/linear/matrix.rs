//! Dense matrices, row by row.

use std::ops::{Index, IndexMut};

use num_bigint::BigInt;

/// A dense matrix; `matrix[(row, column)]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix<T> {
    rows: usize,
    columns: usize,
    entries: Vec<T>,
}

/// A row whose length differs from the first row's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ragged {
    /// The row, from 0.
    pub row: usize,
    /// The length of row 0.
    pub expected: usize,
    /// The length of this row.
    pub found: usize,
}

impl<T> Matrix<T> {
    /// The matrix with these rows; no rows give the 0 × 0 matrix.
    ///
    /// # Errors
    /// [`Ragged`] names the first row that is not as long as row 0.
    ///
    /// ```
    /// use recoverable::linear::{Matrix, Ragged};
    /// assert_eq!(Matrix::from_rows(vec![vec![1, 2], vec![3, 4]]).unwrap()[(1, 0)], 3);
    /// assert_eq!(Matrix::from_rows(vec![vec![1], vec![]]), Err(Ragged { row: 1, expected: 1, found: 0 }));
    /// ```
    pub fn from_rows(rows: Vec<Vec<T>>) -> Result<Self, Ragged> {
        let columns = rows.first().map_or(0, Vec::len);
        if let Some((row, short)) = rows.iter().enumerate().find(|(_, row)| row.len() != columns) {
            return Err(Ragged { row, expected: columns, found: short.len() });
        }
        Ok(Self { rows: rows.len(), columns, entries: rows.into_iter().flatten().collect() })
    }

    /// The rows × columns matrix with these entries.
    pub fn from_fn(rows: usize, columns: usize, mut entry: impl FnMut(usize, usize) -> T) -> Self {
        let entries = (0..rows * columns).map(|i| entry(i / columns, i % columns)).collect();
        Self { rows, columns, entries }
    }

    /// The matrix with these columns, each of the length `rows`.
    pub(crate) fn from_columns(rows: usize, columns: &[Vec<T>]) -> Self
    where
        T: Clone,
    {
        Self::from_fn(rows, columns.len(), |row, column| columns[column][row].clone())
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &[T] {
        &self.entries[row * self.columns..(row + 1) * self.columns]
    }

    /// One row, to be changed.
    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [T] {
        &mut self.entries[row * self.columns..(row + 1) * self.columns]
    }

    /// Consecutive rows, one behind the other.
    pub(crate) fn rows_from(&self, first: usize, count: usize) -> &[T] {
        &self.entries[first * self.columns..(first + count) * self.columns]
    }

    /// The entries of one column, from row 0 on.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn column(&self, column: usize) -> impl ExactSizeIterator<Item = &T> + Clone {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        (0..self.rows).map(move |row| &self[(row, column)])
    }

    /// All entries, row by row.
    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    /// All entries, row by row.
    pub(crate) fn into_entries(self) -> Vec<T> {
        self.entries
    }

    /// All entries, to be changed.
    pub(crate) fn entries_mut(&mut self) -> &mut [T] {
        &mut self.entries
    }

    /// The rows as lists.
    pub fn to_rows(&self) -> Vec<Vec<T>>
    where
        T: Clone,
    {
        (0..self.rows).map(|row| self.row(row).to_vec()).collect()
    }

    /// The same shape with another entry in each place.
    #[must_use]
    pub fn map<U>(&self, entry: impl FnMut(&T) -> U) -> Matrix<U> {
        Matrix { rows: self.rows, columns: self.columns, entries: self.entries.iter().map(entry).collect() }
    }

    /// The transpose.
    #[must_use]
    pub fn transpose(&self) -> Self
    where
        T: Clone,
    {
        Self::from_fn(self.columns, self.rows, |row, column| self[(column, row)].clone())
    }

    /// The block of these rows and columns, in this order.
    #[must_use]
    pub(crate) fn block(&self, rows: &[usize], columns: &[usize]) -> Self
    where
        T: Clone,
    {
        Self::from_fn(rows.len(), columns.len(), |row, column| self[(rows[row], columns[column])].clone())
    }

    /// Two rows of the matrix, both to be changed.
    pub(crate) fn two_rows(&mut self, a: usize, b: usize) -> (&mut [T], &mut [T]) {
        let width = self.columns;
        if a < b {
            let (front, back) = self.entries.split_at_mut(b * width);
            (&mut front[a * width..(a + 1) * width], &mut back[..width])
        } else {
            let (front, back) = self.entries.split_at_mut(a * width);
            (&mut back[..width], &mut front[b * width..(b + 1) * width])
        }
    }
}

impl<T> Index<(usize, usize)> for Matrix<T> {
    type Output = T;

    fn index(&self, (row, column): (usize, usize)) -> &T {
        &self.entries[row * self.columns + column]
    }
}

impl<T> IndexMut<(usize, usize)> for Matrix<T> {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut T {
        &mut self.entries[row * self.columns + column]
    }
}

impl Matrix<BigInt> {
    /// `M v`.
    pub(crate) fn times(&self, vector: &[BigInt]) -> Vec<BigInt> {
        (0..self.rows).map(|row| dot(self.row(row), vector)).collect()
    }
}

/// `Σ a_i b_i`.
pub(crate) fn dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
    <BigInt as crate::number::Scalar>::dot(a.iter().zip(b))
}
