//! Which syntax states of a cell are recoverable: the unique largest set, block by block (theory B4).

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use crate::{
    linear::{Fractions, Matrix},
    model::{Cell, MemoryHmm, MemoryTask},
};

/// The columns of `W` that count: all of them, or those that the prompt of Theorem 4.6 leaves possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// `j*`
    pub cell: Cell,
    /// The values that count, ascending.
    pub values: Vec<usize>,
    /// The columns that count, ascending.
    pub columns: Vec<usize>,
}

impl Counted {
    /// All values and columns: Assumption 4.2.
    pub fn all(memory: &MemoryHmm, task: &MemoryTask) -> Self {
        let shape = memory.shape();
        Self { cell: task.cell, values: (0..shape.values).collect(), columns: (0..shape.columns()).collect() }
    }

    /// The values `M* = supp μ` of the cell, and all values of the others: Assumption 4.5.
    pub fn prompted(memory: &MemoryHmm, task: &MemoryTask) -> Self {
        let shape = memory.shape();
        let weighed = task.support();
        let counts = |&column: &usize| {
            let (value, state) = (column / shape.states(), column % shape.states());
            shape.cell(state) != task.cell || weighed[value]
        };
        Self {
            cell: task.cell,
            values: (0..shape.values).filter(|&value| weighed[value]).collect(),
            columns: (0..shape.columns()).filter(counts).collect(),
        }
    }
}

/// What is known of one syntax state of the cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockFound {
    /// For each value that counts a functional that is 1 on its column and 0 on all others that count.
    Recoverable(Vec<Vec<BigRational>>),
    /// `v` with `W v = 0` that is not zero on the block, an entry for each column of `W`.
    Excluded(Vec<BigInt>),
}

/// Decides every syntax state of the cell. Cost: one kernel of `W`, one of each excluded block, and one lifted system for all functionals.
/// `None` if no prime serves.
pub fn recoverable_blocks(memory: &MemoryHmm, counted: &Counted) -> Option<Vec<BlockFound>> {
    let shape = memory.shape();
    let block = |syntax: usize| -> Vec<usize> {
        let state = shape.state(counted.cell, syntax);
        counted.values.iter().map(|&value| shape.column(value, state)).collect()
    };
    let emission = memory.emission();
    let tokens: Vec<usize> = (0..emission.rows()).collect();
    let kernel = spread(emission, &tokens, &counted.columns)?;
    let mut found = Vec::with_capacity(shape.syntax);
    for columns in (0..shape.syntax).map(block) {
        let meets = |vector: &Vec<BigInt>| columns.iter().any(|&column| !vector[column].is_zero());
        found.push(match kernel.iter().find(|vector| meets(vector)) {
            None => None,
            Some(shared) => {
                let own = spread(emission, &tokens, &columns)?;
                Some(own.first().unwrap_or(shared).clone())
            }
        });
    }
    let recoverable: Vec<usize> = (0..shape.syntax).filter(|&s| found[s].is_none()).collect();
    let wanted: Vec<usize> = recoverable.iter().flat_map(|&s| block(s)).collect();
    let mut functionals = read_off(emission, &tokens, &counted.columns, &wanted)?.into_iter();
    let state = |excluded: Option<Vec<BigInt>>| match excluded {
        Some(kernel) => BlockFound::Excluded(kernel),
        None => BlockFound::Recoverable(functionals.by_ref().take(counted.values.len()).collect()),
    };
    Some(found.into_iter().map(state).collect())
}

/// A basis of the kernel of some columns, with an entry for every column.
fn spread(emission: &Matrix<BigRational>, tokens: &[usize], columns: &[usize]) -> Option<Vec<Vec<BigInt>>> {
    if columns.is_empty() {
        return Some(Vec::new());
    }
    let kernel = Fractions::new(&emission.block(tokens, columns)).kernel()?.kernel;
    let widen = |vector: Vec<BigInt>| {
        let mut wide = vec![BigInt::ZERO; emission.columns()];
        columns.iter().zip(vector).for_each(|(&column, entry)| wide[column] = entry);
        wide
    };
    Some(kernel.into_iter().map(widen).collect())
}

/// For each wanted column a functional that is 1 on it and 0 on the others.
fn read_off(
    emission: &Matrix<BigRational>,
    tokens: &[usize],
    columns: &[usize],
    wanted: &[usize],
) -> Option<Vec<Vec<BigRational>>> {
    if wanted.is_empty() {
        return Some(Vec::new());
    }
    let transposed = Fractions::new(&emission.block(tokens, columns).transpose());
    let unit = Matrix::from_fn(columns.len(), wanted.len(), |row, column| {
        BigRational::from_integer(u8::from(columns[row] == wanted[column]).into())
    });
    Some(transposed.solve_many(&Fractions::new(&unit))?.transpose().to_rows())
}
