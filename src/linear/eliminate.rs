//! Elimination modulo a prime, in blocks that the processor's vector units work on.
//!
//! What happens modulo a prime only proposes. Independence modulo `p` carries over to the rationals; everything else
//! is verified in integers by the caller, who takes another prime when the verification fails.
//!
//! Vocabulary: a *pivot block* is a square block that is invertible; its rows and columns are the pivot rows and
//! columns. Pivot columns are the leftmost ones possible, pivot rows stand in the order of the columns they belong to.

use pulp::{Arch, WithSimd};

use super::{Matrix, prime::Prime};

/// Columns that are eliminated together.
const PANEL: usize = 32;

/// Entries in the longest vector register.
const VECTOR: usize = 8;

/// Entries of a row that are combined together: their sums stay in the fastest cache.
const LANES: usize = 256;

/// As many rows and columns as the rank; their block is invertible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pivots {
    /// Pivot rows, in the order of the columns they belong to.
    pub rows: Vec<usize>,
    /// Pivot columns, ascending.
    pub columns: Vec<usize>,
}

impl Pivots {
    /// The rank.
    pub fn rank(&self) -> usize {
        self.columns.len()
    }

    /// The columns below `columns` that are not pivot columns, ascending.
    pub fn free(&self, columns: usize) -> impl Iterator<Item = usize> + '_ {
        (0..columns).filter(|column| self.columns.binary_search(column).is_err())
    }
}

/// How far an elimination goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To echelon form: the pivots only.
    Echelon,
    /// To reduced echelon form: columns that are not pivot columns become their coordinates in terms of those that are.
    Reduced,
    /// Reduced, and the inverse of the pivot block stands where the pivot columns were.
    Inverse,
}

/// A matrix after elimination.
#[derive(Clone, Debug)]
pub(crate) struct Eliminated {
    /// Where the pivots were.
    pub pivots: Pivots,
    /// The determinant of the block of [`Pivots::rows`] and [`Pivots::columns`], in these orders, after
    /// [`Extent::Reduced`] or [`Extent::Inverse`].
    pub determinant: u32,
    /// Pivot rows first, in their order, then the others.
    table: Matrix<u32>,
}

impl Eliminated {
    /// The inverse of the pivot block, `rank × rank`, after [`Extent::Inverse`]: `inverse · block = 1`.
    pub fn inverse(&self) -> Matrix<u32> {
        let rank = self.pivots.rank();
        Matrix::from_fn(rank, rank, |row, column| self.table[(row, self.pivots.columns[column])])
    }

    /// The inverse with its columns in the order of the rows of the matrix, which is square and invertible.
    pub fn natural_inverse(&self) -> Matrix<u32> {
        let mut natural = Matrix::from_fn(self.pivots.rank(), self.pivots.rank(), |_, _| 0);
        for (&column, &original) in self.pivots.columns.iter().zip(&self.pivots.rows) {
            for row in 0..self.pivots.rank() {
                natural[(row, original)] = self.table[(row, column)];
            }
        }
        natural
    }

    /// The determinant of the pivot block with its rows in ascending order.
    pub fn natural_determinant(&self, prime: Prime) -> u32 {
        let rows = &self.pivots.rows;
        let inversions =
            |(index, row): (usize, &usize)| rows[index..].iter().filter(|&other| other < row).count();
        let odd = rows.iter().enumerate().map(inversions).sum::<usize>() % 2 == 1;
        if odd { prime.negate(self.determinant) } else { self.determinant }
    }

    /// The coordinates of a column that is not a pivot column in terms of the pivot columns, after [`Extent::Reduced`].
    pub fn coordinates(&self, column: usize) -> impl Iterator<Item = u32> + '_ {
        (0..self.pivots.rank()).map(move |row| self.table[(row, column)])
    }

    /// Whether rows that are not pivot rows vanish from a column on, after [`Extent::Reduced`].
    pub fn vanishes_from(&self, column: usize) -> bool {
        (self.pivots.rank()..self.table.rows())
            .all(|row| self.table.row(row)[column..].iter().all(|&x| x == 0))
    }
}

/// Eliminates with pivots among the first `columns` columns; the others are carried along.
pub(crate) fn eliminate(matrix: Matrix<u32>, columns: usize, extent: Extent, prime: Prime) -> Eliminated {
    eliminate_within(matrix, usize::MAX, columns, extent, prime)
}

/// Eliminates with pivots among the first `rows` rows and `columns` columns; the others are carried along.
pub(crate) fn eliminate_within(
    matrix: Matrix<u32>,
    rows: usize,
    columns: usize,
    extent: Extent,
    prime: Prime,
) -> Eliminated {
    let (rows, columns) = (rows.min(matrix.rows()), columns.min(matrix.columns()));
    let mut work = Work {
        order: (0..matrix.rows()).collect(),
        width: matrix.columns(),
        table: padded(matrix),
        pivots: Pivots::default(),
        determinant: 1,
        rows,
        columns,
        extent,
        prime,
    };
    Arch::new().dispatch(Run(&mut work));
    let Work { mut pivots, determinant, table, order, .. } = work;
    pivots.rows = order[..pivots.columns.len()].to_vec();
    Eliminated { pivots, determinant, table }
}

/// With columns of zeros up to whole vectors, so that no entry of a row is dealt with alone.
fn padded(matrix: Matrix<u32>) -> Matrix<u32> {
    let width = matrix.columns().next_multiple_of(VECTOR);
    if width == matrix.columns() {
        return matrix;
    }
    let mut wider = Matrix::from_fn(matrix.rows(), width, |_, _| 0);
    for row in 0..matrix.rows() {
        wider.row_mut(row)[..matrix.columns()].copy_from_slice(matrix.row(row));
    }
    wider
}

struct Work {
    /// Which row of the original stands where.
    order: Vec<usize>,
    /// The columns of the original; more columns of the table are zero.
    width: usize,
    table: Matrix<u32>,
    /// Rows are filled in at the end.
    pivots: Pivots,
    determinant: u32,
    rows: usize,
    columns: usize,
    extent: Extent,
    prime: Prime,
}

/// Everything below [`Work::run`] is inlined into the body that `pulp` compiles for each instruction set.
struct Run<'a>(&'a mut Work);

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.0.run();
    }
}

impl Work {
    #[inline(always)]
    fn run(&mut self) {
        if self.rows.min(self.columns) <= PANEL {
            return self.small();
        }
        let mut start = 0;
        while start < self.columns && self.pivots.columns.len() < self.rows {
            let end = (start + PANEL).min(self.columns);
            self.panel(start, end);
            start = end;
        }
    }

    /// Row by row, without panels.
    #[inline(always)]
    fn small(&mut self) {
        let (prime, width) = (self.prime, self.table.columns());
        for column in 0..self.columns {
            let done = self.pivots.columns.len();
            let Some(pivot) = (done..self.rows).find(|&row| self.table[(row, column)] != 0) else { continue };
            if pivot != done {
                self.exchange(done, pivot);
            }
            self.pivots.columns.push(column);
            let entry = self.table[(done, column)];
            self.determinant = prime.times(self.determinant, entry);
            let scale = prime.invert(entry);
            // In whole vectors: a pivot row is zero to the left of its pivot, unless the inverse stands there.
            let (first, from) = match self.extent {
                Extent::Echelon => (done + 1, column / VECTOR * VECTOR),
                Extent::Reduced => (0, column / VECTOR * VECTOR),
                Extent::Inverse => (0, 0),
            };
            if self.extent == Extent::Inverse {
                self.table[(done, column)] = 1;
            }
            for entry in &mut self.table.row_mut(done)[from..] {
                *entry = prime.times(*entry, scale);
            }
            for row in (first..self.table.rows()).filter(|&row| row != done) {
                let factor = u64::from(prime.negate(self.table[(row, column)]));
                if factor != 0 {
                    if self.extent == Extent::Inverse {
                        self.table[(row, column)] = 0;
                    }
                    let (target, source) = self.table.two_rows(row, done);
                    add_multiple(&mut target[from..width], factor, &source[from..width], prime);
                }
            }
            if self.pivots.columns.len() == self.rows {
                break;
            }
        }
    }

    /// Finds the pivots among the columns `start..end` and eliminates with all of them at once.
    #[inline(always)]
    fn panel(&mut self, start: usize, end: usize) {
        let (known, prime) = (self.pivots.columns.len(), self.prime);
        let found = self.search(start, end);
        let size = found.len();
        if size == 0 {
            return;
        }
        for (index, &(row, column)) in found.iter().enumerate() {
            self.exchange(known + index, row);
            self.pivots.columns.push(column);
        }
        if self.extent == Extent::Echelon && end == self.width {
            return; // nobody looks at what is left
        }
        let columns = self.pivots.columns[known..].to_vec();
        let block = Matrix::from_fn(size, size, |row, column| self.table[(known + row, columns[column])]);
        let (inverse, determinant) = invert(block, prime);
        self.determinant = prime.times(self.determinant, determinant);

        // Pivot rows: the inverse of their block times what they were, and the inverse itself at the pivot columns.
        let width = self.table.columns();
        let from = if self.extent == Extent::Inverse { 0 } else { start };
        let mut sources = vec![0; size * (width - from)];
        for (index, row) in sources.chunks_exact_mut(width - from).enumerate() {
            combine(row, inverse.row(index), self.table.rows_from(known, size), width, from, prime);
            for (at, &column) in columns.iter().enumerate() {
                row[column - from] = if self.extent == Extent::Inverse {
                    inverse[(index, at)]
                } else {
                    u32::from(at == index)
                };
            }
        }
        for (index, row) in sources.chunks_exact(width - from).enumerate() {
            self.table.row_mut(known + index)[from..].copy_from_slice(row);
        }

        // Other rows: minus their entries at the pivot columns times the new pivot rows.
        let first = if self.extent == Extent::Echelon { known + size } else { 0 };
        let mut factors = [0; PANEL];
        for other in (first..self.table.rows()).filter(|other| !(known..known + size).contains(other)) {
            let row = self.table.row_mut(other);
            for (factor, &column) in factors.iter_mut().zip(&columns) {
                *factor = prime.negate(row[column]);
                if self.extent == Extent::Inverse {
                    row[column] = 0;
                }
            }
            if factors[..size].iter().any(|&factor| factor != 0) {
                combine(&mut row[from..], &factors[..size], &sources, width - from, 0, prime);
            }
        }
    }

    /// The pivots of a panel: rows of the table with the columns, by elimination on a copy.
    #[inline(always)]
    fn search(&mut self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let (known, prime, width) = (self.pivots.columns.len(), self.prime, end - start);
        let mut rows: Vec<usize> = (known..self.rows).collect();
        let mut copy: Vec<[u32; PANEL]> = Vec::with_capacity(rows.len());
        for &row in &rows {
            let mut entries = [0; PANEL];
            entries[..width].copy_from_slice(&self.table.row(row)[start..end]);
            copy.push(entries);
        }
        let mut found = Vec::new();
        for column in 0..width {
            let done = found.len();
            let Some(index) = (done..rows.len()).find(|&index| copy[index][column] != 0) else { continue };
            copy.swap(done, index);
            rows.swap(done, index);
            found.push((rows[done], start + column));
            let pivot = copy[done];
            let scale = prime.negate(prime.invert(pivot[column]));
            for row in &mut copy[done + 1..] {
                let factor = u64::from(prime.times(row[column], scale));
                if factor != 0 {
                    add_multiple(row, factor, &pivot, prime);
                }
            }
            if done + 1 == rows.len() {
                break;
            }
        }
        self.places(found, known)
    }

    /// Rows of the table are exchanged one after the other: where each will be when its turn comes.
    #[inline(always)]
    fn places(&self, found: Vec<(usize, usize)>, known: usize) -> Vec<(usize, usize)> {
        let mut moved: Vec<usize> = (0..self.table.rows()).collect(); // original place of what stands here
        let mut places = Vec::with_capacity(found.len());
        for (index, (row, column)) in found.into_iter().enumerate() {
            let place = (known + index..moved.len()).find(|&place| moved[place] == row).unwrap_or(row);
            moved.swap(known + index, place);
            places.push((place, column));
        }
        places
    }

    #[inline(always)]
    fn exchange(&mut self, a: usize, b: usize) {
        if a != b {
            let (x, y) = self.table.two_rows(a, b);
            x.swap_with_slice(y);
            self.order.swap(a, b);
        }
    }
}

/// `target += factor · source`.
#[inline(always)]
fn add_multiple(target: &mut [u32], factor: u64, source: &[u32], prime: Prime) {
    for (x, &y) in target.iter_mut().zip(source) {
        *x = prime.reduce(u64::from(*x) + factor * u64::from(y));
    }
}

/// `target += Σ factors[t] · sources[t]`, where source `t` is the row `t` of width `width`, from the column `from` on.
/// At most 255 factors. The loops over columns are what the compiler turns into vector instructions.
#[inline(always)]
pub(crate) fn combine(
    target: &mut [u32],
    factors: &[u32],
    sources: &[u32],
    width: usize,
    from: usize,
    prime: Prime,
) {
    debug_assert!(factors.len() < 256);
    let mut sums = [0_u64; LANES];
    for (chunk, target) in target.chunks_mut(LANES).enumerate() {
        let (length, from) = (target.len(), from + chunk * LANES);
        let sums = &mut sums[..length];
        sums.fill(0);
        let source = |t: usize| &sources[t * width + from..][..length];
        let mut quads = factors.chunks_exact(4);
        for (quad, f) in quads.by_ref().enumerate() {
            let f = [u64::from(f[0]), u64::from(f[1]), u64::from(f[2]), u64::from(f[3])];
            let (a, b, c, d) =
                (source(4 * quad), source(4 * quad + 1), source(4 * quad + 2), source(4 * quad + 3));
            for i in 0..length {
                sums[i] += f[0] * u64::from(a[i])
                    + f[1] * u64::from(b[i])
                    + f[2] * u64::from(c[i])
                    + f[3] * u64::from(d[i]);
            }
        }
        let done = factors.len() - quads.remainder().len();
        for (t, &factor) in quads.remainder().iter().enumerate() {
            for (sum, &x) in sums.iter_mut().zip(source(done + t)) {
                *sum += u64::from(factor) * u64::from(x);
            }
        }
        for (x, &sum) in target.iter_mut().zip(&*sums) {
            *x = prime.reduce(u64::from(*x) + sum);
        }
    }
}

/// The inverse of a small matrix whose leading minors are not zero, and its determinant.
#[inline(always)]
fn invert(mut block: Matrix<u32>, prime: Prime) -> (Matrix<u32>, u32) {
    let (size, mut determinant) = (block.rows(), 1);
    for column in 0..size {
        let pivot = std::mem::replace(&mut block[(column, column)], 1);
        assert!(pivot != 0, "rows stand in the order in which they were found to be pivots");
        determinant = prime.times(determinant, pivot);
        let scale = prime.invert(pivot);
        block.row_mut(column).iter_mut().for_each(|entry| *entry = prime.times(*entry, scale));
        for row in (0..size).filter(|&row| row != column) {
            let factor = u64::from(prime.negate(block[(row, column)]));
            if factor != 0 {
                block[(row, column)] = 0;
                let (target, source) = block.two_rows(row, column);
                add_multiple(target, factor, source, prime);
            }
        }
    }
    (block, determinant)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A generator with a seed: residues, many of them zero or extreme.
    fn residues(mut state: u64, rows: usize, columns: usize, prime: Prime) -> Matrix<u32> {
        Matrix::from_fn(rows, columns, |_, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match state >> 61 {
                0 | 1 => 0,
                2 => prime.get() - 1,
                _ => prime.reduce(state >> 20),
            }
        })
    }

    fn product(left: &Matrix<u32>, right: &Matrix<u32>, prime: Prime) -> Matrix<u32> {
        let p = u128::from(prime.get());
        Matrix::from_fn(left.rows(), right.columns(), |i, j| {
            let terms = left.row(i).iter().zip(right.column(j)).map(|(&x, &y)| u128::from(x) * u128::from(y));
            u32::try_from(terms.sum::<u128>() % p).unwrap()
        })
    }

    /// Pivot columns and, of a square matrix, the determinant, by divisions row by row.
    fn naive(matrix: &Matrix<u32>, prime: Prime) -> (Vec<usize>, u32) {
        let (p, mut rows) = (u64::from(prime.get()), matrix.to_rows());
        let (mut pivots, mut determinant) = (Vec::new(), 1);
        for column in 0..matrix.columns() {
            let top = pivots.len();
            let Some(found) = (top..rows.len()).find(|&row| rows[row][column] != 0) else { continue };
            if found != top {
                rows.swap(top, found);
                determinant = (p - determinant) % p;
            }
            let source = rows[top].clone();
            determinant = determinant * u64::from(source[column]) % p;
            let scale = u64::from(prime.power(source[column], prime.get() - 2));
            for row in &mut rows[top + 1..] {
                let factor = p - u64::from(row[column]) * scale % p;
                for (x, &y) in row.iter_mut().zip(&source) {
                    *x = u32::try_from((u64::from(*x) + factor * u64::from(y)) % p).unwrap();
                }
            }
            pivots.push(column);
        }
        let full = pivots.len() == matrix.rows();
        (pivots, if full { u32::try_from(determinant).unwrap() } else { 0 })
    }

    /// What every field says, multiplied out.
    fn check(matrix: &Matrix<u32>, rows: usize, columns: usize, prime: Prime) {
        let all: Vec<usize> = (0..matrix.columns()).collect();
        let (limit, inside): (Vec<usize>, Vec<usize>) = ((0..rows).collect(), (0..columns).collect());
        let expected = naive(&matrix.block(&limit, &inside), prime).0;
        for extent in [Extent::Echelon, Extent::Reduced, Extent::Inverse] {
            let found = eliminate_within(matrix.clone(), rows, columns, extent, prime);
            let Pivots { rows: pivot_rows, columns: pivot_columns } = &found.pivots;
            assert_eq!(*pivot_columns, expected);
            let block = matrix.block(pivot_rows, pivot_columns);
            let determinant = naive(&block, prime).1;
            let mut ascending = pivot_rows.clone();
            ascending.sort_unstable();
            ascending.dedup();
            assert!(ascending.len() == expected.len() && ascending.iter().all(|&row| row < rows));
            assert!(determinant != 0);
            if extent == Extent::Echelon {
                continue;
            }
            assert_eq!(found.determinant, determinant);
            let natural = naive(&matrix.block(&ascending, pivot_columns), prime).1;
            assert_eq!(found.natural_determinant(prime), natural);
            if extent == Extent::Inverse {
                let one = Matrix::from_fn(block.rows(), block.rows(), |i, j| u32::from(i == j));
                assert_eq!(product(&found.inverse(), &block, prime), one);
            }
            let free: Vec<usize> = found.pivots.free(matrix.columns()).collect();
            let coordinates: Vec<Vec<u32>> =
                free.iter().map(|&column| found.coordinates(column).collect()).collect();
            let coordinates = Matrix::from_columns(expected.len(), &coordinates);
            assert_eq!(product(&block, &coordinates, prime), matrix.block(pivot_rows, &free));
            // Rows that are not pivot rows: what the combinations of pivot columns leave.
            let others: Vec<usize> = (0..matrix.rows()).filter(|row| !pivot_rows.contains(row)).collect();
            let combined = product(&matrix.block(&others, pivot_columns), &coordinates, prime);
            let vanishes = combined == matrix.block(&others, &free);
            let from = pivot_columns.last().map_or(0, |last| last + 1);
            let right: Vec<usize> = (0..free.len()).filter(|&index| free[index] >= from).collect();
            let rest: Vec<usize> = (0..others.len()).collect();
            let tail = combined.block(&rest, &right) == matrix.block(&others, &all[from..]);
            assert_eq!(found.vanishes_from(from), tail);
            assert!(tail || !vanishes);
        }
    }

    /// Panels without a pivot, with a few, and full; limits on the rows and columns of pivots.
    #[test]
    fn eliminations_multiply_out() {
        let last = Prime::all().nth(13_000).unwrap();
        for (seed, prime) in [(1, Prime::all().next().unwrap()), (2, last)] {
            for (rows, columns, rank) in [
                (5, 7, 5),
                (7, 5, 3),
                (32, 40, 32),
                (33, 33, 33),
                (70, 70, 70),
                (40, 101, 37),
                (101, 40, 40),
                (67, 66, 34),
                (64, 64, 1),
            ] {
                let (left, right) =
                    (residues(seed, rows, rank, prime), residues(seed + 7, rank, columns, prime));
                let matrix = product(&left, &right, prime);
                // Columns without a pivot among the first ones, and rows that are zero.
                let sparse = Matrix::from_fn(rows, columns, |i, j| {
                    if j % 5 == 2 || (20..53).contains(&j) || i % 7 == 0 { 0 } else { matrix[(i, j)] }
                });
                for matrix in [matrix, sparse] {
                    check(&matrix, rows, columns, prime);
                    check(&matrix, rows, columns.saturating_sub(3), prime);
                    check(&matrix, rows - rows / 3, columns - columns / 4, prime);
                }
            }
        }
    }
}
