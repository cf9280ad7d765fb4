//! What can be wrong with a model.

use std::fmt;

use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive};
use thiserror::Error;

use super::Shape;

/// A part of a model, by its key in model files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `initial`
    Initial,
    /// `transition`
    Transition,
    /// `emission`
    Emission,
    /// `task.weights`
    Weights,
    /// `states`
    States,
    /// `tokens`
    Tokens,
    /// `head`, of a construction
    Head,
    /// `prompt`, of a construction
    Prompt,
    /// `memory_prior.product`
    Product,
    /// `memory_prior.joint`
    Joint,
    /// `attention.keys`, of a construction
    Keys,
    /// `attention.query`
    Query,
    /// `attention.position.first`
    FirstPosition,
    /// `attention.position.other`
    OtherPositions,
    /// `attention.values`
    AttentionValues,
    /// `attention.b`
    AttentionWeights,
}

impl Field {
    /// The key's path in a model file.
    pub fn key(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Transition => "transition",
            Self::Emission => "emission",
            Self::Weights => "task.weights",
            Self::States => "states",
            Self::Tokens => "tokens",
            Self::Head => "head",
            Self::Prompt => "prompt",
            Self::Product => "memory_prior.product",
            Self::Joint => "memory_prior.joint",
            Self::Keys => "attention.keys",
            Self::Query => "attention.query",
            Self::FirstPosition => "attention.position.first",
            Self::OtherPositions => "attention.position.other",
            Self::AttentionValues => "attention.values",
            Self::AttentionWeights => "attention.b",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A line of a matrix, as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A whole list (`initial`).
    Whole,
    /// A row, from 0.
    Row(usize),
    /// A column, from 0.
    Column(usize),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Row(row) => write!(f, "row {row} of "),
            Self::Column(column) => write!(f, "column {column} of "),
        }
    }
}

/// What is wrong with a model. Rows, columns and indices count from 0.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Defect {
    /// There is no state.
    #[error("initial is empty: a model needs at least one state")]
    NoStates,
    /// There is no token.
    #[error("the vocabulary is empty: emission needs at least one token")]
    NoTokens,
    /// The cells of a memory have no value.
    #[error("values is 0: a cell of the memory needs at least one value")]
    NoValues,
    /// There are not as many states as cells times syntax states.
    #[error(
        "initial has {}, expected one for each of {} cell(s) times {} syntax state(s)",
        count(*found, "entry", "entries"), shape.cells, shape.syntax
    )]
    StateCount {
        /// Values, cells and syntax states.
        shape: Shape,
        /// How many entries the law of `H_0` has.
        found: usize,
    },
    /// A key of a joint law is not a memory.
    #[error(
        "memory_prior.joint: `{}` is no memory, expected {cells} value(s) below {values}, separated by commas",
        memory_key(key)
    )]
    NoMemory {
        /// The key.
        key: Vec<usize>,
        /// How many values a cell can have.
        values: usize,
        /// The number of cells.
        cells: usize,
    },
    /// A memory has a negative probability.
    #[error(
        "memory_prior.joint: the memory {} has {value}, expected a probability (not negative)",
        memory_key(key)
    )]
    NegativeMemory {
        /// Which memory.
        key: Vec<usize>,
        /// Its entry.
        value: BigRational,
    },
    /// The task is about a cell that there is not.
    #[error("task.cell is {cell}, expected a cell below {cells}")]
    TaskCell {
        /// The cell.
        cell: usize,
        /// The number of cells.
        cells: usize,
    },
    /// A row of task weights has the wrong length for the values of a cell.
    #[error("{} has {}, expected one for each of {}", weights_row(*row), count(*found, "weight", "weights"), count(*expected, "value", "values"))]
    TaskValues {
        /// Which row, for a task with several classes.
        row: Option<usize>,
        /// The number of values.
        expected: usize,
        /// The number of weights.
        found: usize,
    },
    /// A matrix has the wrong number of rows.
    #[error("{field} has {}, expected {expected}", count(*found, "row", "rows"))]
    RowCount {
        /// Which matrix.
        field: Field,
        /// How many rows it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A row has the wrong length.
    #[error("row {row} of {field} has {}, expected {expected}", count(*found, "entry", "entries"))]
    RowLength {
        /// Which matrix.
        field: Field,
        /// Which row.
        row: usize,
        /// How many entries it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A probability is negative.
    #[error("{field}{} is {value}, expected a probability (not negative)", place(*row, *column))]
    Negative {
        /// Which part.
        field: Field,
        /// Its row (of a list: its index).
        row: usize,
        /// Its column, if it is a matrix.
        column: Option<usize>,
        /// The entry.
        value: BigRational,
    },
    /// An entry of an embedding is negative or exceeds 1.
    #[error("{field}[{row}][{column}] is {value}, expected a number in [0, 1]")]
    NotInUnitInterval {
        /// Which part.
        field: Field,
        /// Which embedding.
        row: usize,
        /// Which entry.
        column: usize,
        /// The entry.
        value: BigRational,
    },
    /// A law does not sum to 1.
    #[error("{line}{field} sums to {}, expected exactly 1", show_sum(sum))]
    Sum {
        /// Which part.
        field: Field,
        /// Which line of it.
        line: Line,
        /// The sum found.
        sum: BigRational,
        /// Whether all lines of the other direction do sum to 1.
        transposed: bool,
    },
    /// A law sums to 0 and cannot be normalised.
    #[error("{line}{field} sums to 0 and cannot be normalised")]
    ZeroSum {
        /// Which part.
        field: Field,
        /// Which line of it.
        line: Line,
    },
    /// A float is NaN or infinite.
    #[error("{field}{} is not a finite number", place(*row, *column))]
    NotFinite {
        /// Which part.
        field: Field,
        /// Its row (of a list: its index).
        row: usize,
        /// Its column, if it is a matrix.
        column: Option<usize>,
    },
    /// The law given for `H_1` is not `A π0` for any law `π0`.
    #[error("no law of H_0 leads to this law of H_1 (A π0 = initial has no solution with π0 ≥ 0)")]
    NoInitialLaw,
    /// A row of task weights has the wrong length.
    #[error("{} has {}, expected one for each of {}", weights_row(*row), count(*found, "weight", "weights"), count(*expected, "state", "states"))]
    TaskLength {
        /// Which row, for a task with several classes.
        row: Option<usize>,
        /// The number of states.
        expected: usize,
        /// The number of weights.
        found: usize,
    },
    /// A task is given by rows, but by fewer than two.
    #[error(
        "task.weights has {found} row(s) in a list, expected two or more (a binary task is a plain list: weights = [...])"
    )]
    TooFewClasses {
        /// How many rows there are.
        found: usize,
    },
    /// There are not as many names as things to name.
    #[error("{field} has {}, expected {expected}", count(*found, "name", "names"))]
    NameCount {
        /// `states` or `tokens`.
        field: Field,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A name is empty.
    #[error("{field}[{index}] is an empty name")]
    EmptyName {
        /// `states` or `tokens`.
        field: Field,
        /// Which.
        index: usize,
    },
    /// A name stands there twice.
    #[error("{field}[{index}] repeats the name `{name}` of {field}[{first}]")]
    DuplicateName {
        /// `states` or `tokens`.
        field: Field,
        /// The first with this name.
        first: usize,
        /// The second.
        index: usize,
        /// The name.
        name: String,
    },
}

/// The values of all cells, as in model files.
pub(crate) fn memory_key(values: &[usize]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// "1 row", "2 rows".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The sum itself if it is short, else how far it is from 1.
pub(super) fn show_sum(sum: &BigRational) -> String {
    let exact = sum.to_string();
    let difference = sum - BigRational::one();
    match difference.to_f64() {
        Some(size) if exact.len() > 24 && difference.is_negative() => format!("1 - {:e}", -size),
        Some(size) if exact.len() > 24 => format!("1 + {size:e}"),
        _ => exact,
    }
}

fn place(row: usize, column: Option<usize>) -> String {
    column.map_or(format!("[{row}]"), |column| format!("[{row}][{column}]"))
}

fn weights_row(row: Option<usize>) -> String {
    row.map_or("task.weights".to_owned(), |row| format!("row {row} of task.weights"))
}

impl Defect {
    /// The same defect of the transposed matrices: what the file calls a row was a column here.
    #[must_use]
    pub(crate) fn transposed(self) -> Self {
        match self {
            Self::Negative { field, row, column: Some(column), value } => {
                Self::Negative { field, row: column, column: Some(row), value }
            }
            Self::Sum { field, line, sum, transposed } => {
                Self::Sum { field, line: line.flip(), sum, transposed }
            }
            Self::ZeroSum { field, line } => Self::ZeroSum { field, line: line.flip() },
            other => other,
        }
    }
}

impl Line {
    fn flip(self) -> Self {
        match self {
            Self::Whole => Self::Whole,
            Self::Row(index) => Self::Column(index),
            Self::Column(index) => Self::Row(index),
        }
    }
}
