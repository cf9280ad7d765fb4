//! Sums and intersections of column spans, and what blocks of columns add to the rank.

use num_bigint::BigInt;

use super::{Fractions, Matrix, Rank};

/// Two column spans and what they have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intersection {
    /// Of the first matrix alone.
    pub left: Rank,
    /// Of the second matrix alone.
    pub right: Rank,
    /// Of both matrices side by side.
    pub both: Rank,
    /// A basis of the intersection, as many as its dimension: each is a vector over the columns of both matrices,
    /// `(x, −y)` with `M_1 x = M_2 y`, and stands for `M_1 x`.
    pub combinations: Vec<Vec<BigInt>>,
}

impl Intersection {
    /// The dimension of the intersection: `rank M_1 + rank M_2 − rank (M_1 | M_2)`.
    pub fn dimension(&self) -> usize {
        self.left.rank + self.right.rank - self.both.rank
    }

    /// Whether the spans meet in zero alone, so that their sum is direct.
    pub fn is_direct(&self) -> bool {
        self.dimension() == 0
    }
}

/// The intersection of two column spans. `None` after 32 primes, as for [`rank`](super::rank).
///
/// A dependence `(x, −y)` among all columns is one vector `M_1 x = M_2 y` that both spans contain. Those that end in a
/// column of the second matrix which is independent of the earlier ones there, but not of these and the first matrix, are a
/// basis: as many as the dimension, and their `y` live on independent columns, each with one of its own.
///
/// ```
/// use recoverable::{linear::{Fractions, Matrix, intersection}, number::parse};
/// let matrix = |rows: &[&[&str]]| {
///     let rows = rows.iter().map(|row| row.iter().map(|entry| parse(entry).unwrap()).collect()).collect();
///     Fractions::new(&Matrix::from_rows(rows).unwrap())
/// };
/// let plane = matrix(&[&["1", "0"], &["0", "1"], &["0", "0"]]);
/// let other = matrix(&[&["1", "0"], &["0", "0"], &["0", "1"]]);
/// let common = intersection(&plane, &other).unwrap();
/// assert_eq!((common.dimension(), common.is_direct()), (1, false));
/// assert_eq!(common.combinations, [[(-1).into(), 0.into(), 1.into(), 0.into()]]);
/// ```
///
/// # Panics
/// If the matrices have different numbers of rows.
pub fn intersection(left: &Fractions, right: &Fractions) -> Option<Intersection> {
    assert_eq!(left.rows(), right.rows(), "both spans are in one space");
    let both = left.beside(right).kernel()?;
    let (left, right, width) = (left.kernel()?, right.kernel()?, left.columns());
    // Dependent columns of the second matrix that are independent within it: each adds one vector of the intersection.
    let free =
        (0..width + right.columns.len() + right.kernel.len()).filter(|column| !both.columns.contains(column));
    let combinations = both
        .kernel
        .iter()
        .zip(free)
        .filter(|&(_, column)| column >= width && right.columns.contains(&(column - width)))
        .map(|(vector, _)| vector.clone())
        .collect();
    Some(Intersection { left, right, both, combinations })
}

impl Fractions {
    /// The matrix of these columns, in this order.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    pub fn select(&self, columns: &[usize]) -> Self {
        let rows: Vec<usize> = (0..self.rows()).collect();
        let denominators = columns.iter().map(|&column| self.denominators()[column].clone()).collect();
        Self::from_parts(self.integers.block(&rows, columns), denominators)
    }

    /// The columns of this matrix, then those of the other.
    ///
    /// # Panics
    /// If the matrices have different numbers of rows.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        assert_eq!(self.rows(), other.rows(), "matrices side by side have equally many rows");
        let denominators = self.denominators().iter().chain(other.denominators()).cloned().collect();
        Self::from_parts(self.integers.beside(&other.integers), denominators)
    }

    /// For each block of columns the rank of the matrix without them, at the cost of one kernel.
    ///
    /// Of the `n − r` independent dependences those that avoid a block are a space of dimension `n − r` less the rank
    /// of the block's rows in the kernel basis, so that the other `n − |block|` columns have the rank
    /// `r − |block| + rank K[block, :]` (theory B4). `None` after 32 primes.
    ///
    /// ```
    /// use recoverable::{linear::{Fractions, Matrix}, number::parse};
    /// let rows = vec![vec!["1", "0", "1"], vec!["0", "1", "0"]];
    /// let matrix = Matrix::from_rows(rows).unwrap().map(|entry| parse(entry).unwrap());
    /// assert_eq!(Fractions::new(&matrix).ranks_without(&[vec![0], vec![1], vec![0, 2]]), Some(vec![2, 1, 1]));
    /// ```
    ///
    /// # Panics
    /// If a block names a column twice or one that there is not.
    pub fn ranks_without(&self, blocks: &[Vec<usize>]) -> Option<Vec<usize>> {
        let Rank { rank, kernel, .. } = self.kernel()?;
        let without = |block: &Vec<usize>| {
            let mut seen = vec![false; self.columns()];
            block
                .iter()
                .for_each(|&column| assert!(!std::mem::replace(&mut seen[column], true), "a column twice"));
            let rows =
                Matrix::from_fn(block.len(), kernel.len(), |row, column| kernel[column][block[row]].clone());
            Some(rank + Self::of_integers(&rows).rank()? - block.len())
        };
        blocks.iter().map(without).collect()
    }
}
