//! Hidden Markov models with memory, and tasks about it.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{
    Cell, Correction, Defect, Field, Hmm, Line, Names, Task, check_names,
    hmm::{column_sums, matrix},
};
use crate::linear::Matrix;

/// How many values a cell of the memory can have, how many cells there are, and how many syntax states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// `m`.
    pub values: usize,
    /// `N`.
    pub cells: usize,
    /// `|S|`.
    pub syntax: usize,
}

impl Shape {
    /// `N|S|`, the number of hidden states `h = cell · |S| + s`.
    pub fn states(&self) -> usize {
        self.cells.saturating_mul(self.syntax)
    }

    /// `m N|S|`, the number of columns `value · N|S| + h` of `W`.
    pub fn columns(&self) -> usize {
        self.values.saturating_mul(self.states())
    }

    /// `m^N N|S|`, the number of pairs of a memory and a hidden state; saturates.
    pub fn augmented_states(&self) -> usize {
        let memories =
            u32::try_from(self.cells).map_or(usize::MAX, |cells| self.values.saturating_pow(cells));
        memories.saturating_mul(self.states())
    }

    /// The hidden state of a cell and a syntax state.
    pub fn state(&self, cell: Cell, syntax: usize) -> usize {
        cell.0 * self.syntax + syntax
    }

    /// The cell that a hidden state addresses.
    pub fn cell(&self, state: usize) -> Cell {
        Cell(state / self.syntax)
    }

    /// The column of `W` for a value and a hidden state.
    pub fn column(&self, value: usize, state: usize) -> usize {
        value * self.states() + state
    }
}

/// The law of the memory. Independent cells are always a product, so equal laws are equal values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryPrior(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// `laws[cell][value]`
    Product(Vec<Vec<BigRational>>),
    /// The positive probabilities, by the values of all cells.
    Joint(BTreeMap<Vec<usize>, BigRational>),
}

/// A law of the memory as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriorForm<'p> {
    /// `laws[cell][value]`, independent cells.
    Product(&'p [Vec<BigRational>]),
    /// The positive probabilities, by the values of all cells.
    Joint(&'p BTreeMap<Vec<usize>, BigRational>),
}

impl MemoryPrior {
    /// Independent cells: `laws[cell][value]`.
    pub fn product(laws: Vec<Vec<BigRational>>) -> Self {
        Self(Form::Product(laws))
    }

    /// A probability for each memory, 0 for those that are absent.
    pub fn joint(law: BTreeMap<Vec<usize>, BigRational>) -> Self {
        Self(Form::Joint(law))
    }

    /// How it is written: as a product if the cells are independent.
    pub fn form(&self) -> PriorForm<'_> {
        match &self.0 {
            Form::Product(laws) => PriorForm::Product(laws),
            Form::Joint(law) => PriorForm::Joint(law),
        }
    }

    /// The probability of a memory, one value for each cell.
    pub fn probability(&self, memory: &[usize]) -> BigRational {
        match &self.0 {
            Form::Product(laws) => laws.iter().zip(memory).map(|(law, &value)| &law[value]).product(),
            Form::Joint(law) => law.get(memory).cloned().unwrap_or_else(BigRational::zero),
        }
    }

    /// The memories of positive probability, in lexicographic order, with their probabilities.
    pub fn support(&self) -> Vec<(Vec<usize>, BigRational)> {
        match &self.0 {
            Form::Joint(law) => law.iter().map(|(memory, p)| (memory.clone(), p.clone())).collect(),
            Form::Product(laws) => laws.iter().fold(vec![(Vec::new(), BigRational::one())], |known, law| {
                let possible: Vec<_> = law.iter().enumerate().filter(|(_, p)| p.is_positive()).collect();
                let extend = |(memory, probability): (Vec<usize>, BigRational)| -> Vec<_> {
                    let one = |&(value, p): &(usize, &BigRational)| {
                        ([&memory[..], &[value]].concat(), &probability * p)
                    };
                    possible.iter().map(one).collect()
                };
                known.into_iter().flat_map(extend).collect()
            }),
        }
    }

    /// How many memories have positive probability; saturates.
    pub fn memories(&self) -> usize {
        match &self.0 {
            Form::Joint(law) => law.len(),
            Form::Product(laws) => {
                let possible = laws.iter().map(|law| law.iter().filter(|p| p.is_positive()).count());
                possible.fold(1, usize::saturating_mul)
            }
        }
    }

    fn check(&self, shape: Shape) -> Result<(), Defect> {
        match &self.0 {
            Form::Product(laws) => {
                let (field, expected) = (Field::Product, shape.cells);
                if laws.len() != expected {
                    return Err(Defect::RowCount { field, expected, found: laws.len() });
                }
                for (row, law) in laws.iter().enumerate() {
                    if law.len() != shape.values {
                        return Err(Defect::RowLength {
                            field,
                            row,
                            expected: shape.values,
                            found: law.len(),
                        });
                    }
                    if let Some(column) = law.iter().position(Signed::is_negative) {
                        let value = law[column].clone();
                        return Err(Defect::Negative { field, row, column: Some(column), value });
                    }
                }
                Ok(())
            }
            Form::Joint(law) => law.iter().try_for_each(|(memory, value)| {
                let key = memory.clone();
                if memory.len() != shape.cells || memory.iter().any(|&value| value >= shape.values) {
                    return Err(Defect::NoMemory { key, values: shape.values, cells: shape.cells });
                }
                if value.is_negative() {
                    return Err(Defect::NegativeMemory { key, value: value.clone() });
                }
                Ok(())
            }),
        }
    }

    /// Each law with its sum.
    fn sums(&self) -> Vec<(Field, Line, BigRational)> {
        match &self.0 {
            Form::Product(laws) => {
                let sum = |(row, law): (usize, &Vec<_>)| (Field::Product, Line::Row(row), law.iter().sum());
                laws.iter().enumerate().map(sum).collect()
            }
            Form::Joint(law) => vec![(Field::Joint, Line::Whole, law.values().sum())],
        }
    }

    /// Each law divided by its sum, which is not zero.
    fn normalized(self) -> Self {
        let sums = self.sums();
        Self(match self.0 {
            Form::Product(laws) => {
                let divided = |(law, (.., sum)): (Vec<BigRational>, &(_, _, BigRational))| {
                    law.into_iter().map(|p| p / sum).collect()
                };
                Form::Product(laws.into_iter().zip(&sums).map(divided).collect())
            }
            Form::Joint(law) => {
                Form::Joint(law.into_iter().map(|(memory, p)| (memory, p / &sums[0].2)).collect())
            }
        })
    }

    /// A joint law of independent cells becomes a product; probabilities of 0 are left out.
    fn canonical(self, shape: Shape) -> Self {
        let Form::Joint(mut law) = self.0 else { return self };
        law.retain(|_, probability| !probability.is_zero());
        let mut laws = vec![vec![BigRational::zero(); shape.values]; shape.cells];
        for (memory, probability) in &law {
            memory.iter().enumerate().for_each(|(cell, &value)| laws[cell][value] += probability);
        }
        let product = Self(Form::Product(laws));
        let factors = product.memories() == law.len()
            && law.iter().all(|(memory, probability)| product.probability(memory) == *probability);
        if factors { product } else { Self(Form::Joint(law)) }
    }
}

/// A hidden Markov model with memory: a memory of `N` cells, drawn once, and a hidden chain of states `h = (j, s)`. Each state addresses a
/// cell `j`, and the token depends on the value of that cell, on `j` and on the syntax state `s`.
///
/// With `n = N|S|` hidden states and `k` tokens:
///
/// | part | shape | meaning | sums to 1 |
/// |---|---|---|---|
/// | `initial` | `n` | the law of `H_0`, which emits nothing | as a whole |
/// | `transition` | `n × n` | `A[next, current]` | each column |
/// | `emission` | `k × mn` | `W[token, (c, h)] = Pr(X_i = token \| M_j = c, H_i = h)`, `h = (j, s)` | each column |
/// | `prior` | | the law of the memory, independent of `H_0` | each law |
///
/// ```
/// use std::collections::BTreeMap;
/// use recoverable::{model::{MemoryHmm, MemoryPrior, Shape}, number::parse};
/// let row = |entries: &[&str]| entries.iter().map(|entry| parse(entry).unwrap()).collect::<Vec<_>>();
/// let shape = Shape { values: 2, cells: 1, syntax: 2 };
/// let memory = MemoryHmm::new(
///     shape,
///     row(&["1/2", "1/2"]),
///     vec![row(&["1/2", "1"]), row(&["1/2", "0"])],
///     vec![row(&["1", "0", "1", "1"]), row(&["0", "1", "0", "0"])],
///     MemoryPrior::product(vec![row(&["1/3", "2/3"])]),
/// ).unwrap();
/// assert_eq!(memory.shape().augmented_states(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryHmm {
    shape: Shape,
    /// The hidden chain: a model of one token, which every state emits.
    chain: Hmm,
    emission: Matrix<BigRational>,
    prior: MemoryPrior,
}

impl MemoryHmm {
    /// The model with these parts: `initial[state]`, `transition[next][current]`, `emission[token][column]`.
    ///
    /// # Errors
    /// A [`Defect`] if there is no value, state or token, a shape is wrong, an entry is negative, or a law does not sum to exactly 1.
    pub fn new(
        shape: Shape,
        initial: Vec<BigRational>,
        transition: Vec<Vec<BigRational>>,
        emission: Vec<Vec<BigRational>>,
        prior: MemoryPrior,
    ) -> Result<Self, Defect> {
        Self::made(shape, initial, transition, emission, prior, false).map(|(memory, _)| memory)
    }

    /// As [`new`](Self::new), but every law is divided by its sum first. Returns the largest correction, or `None` if nothing had to
    /// change.
    ///
    /// # Errors
    /// As for [`new`](Self::new); [`Defect::ZeroSum`] for a law that sums to 0, and as for [`Hmm::normalized`] a matrix whose rows sum to 1.
    pub fn normalized(
        shape: Shape,
        initial: Vec<BigRational>,
        transition: Vec<Vec<BigRational>>,
        emission: Vec<Vec<BigRational>>,
        prior: MemoryPrior,
    ) -> Result<(Self, Option<Correction>), Defect> {
        Self::made(shape, initial, transition, emission, prior, true)
    }

    fn made(
        shape: Shape,
        initial: Vec<BigRational>,
        transition: Vec<Vec<BigRational>>,
        emission: Vec<Vec<BigRational>>,
        prior: MemoryPrior,
        normalize: bool,
    ) -> Result<(Self, Option<Correction>), Defect> {
        if shape.values == 0 {
            return Err(Defect::NoValues);
        }
        if shape.states() != initial.len() {
            return Err(Defect::StateCount { shape, found: initial.len() });
        }
        let alone = vec![vec![BigRational::one(); initial.len()]];
        let mut corrections = Corrections::default();
        let chain = if normalize {
            let (chain, correction) = Hmm::normalized(initial, transition, alone)?;
            corrections.largest = correction;
            chain
        } else {
            Hmm::new(initial, transition, alone)?
        };
        if emission.is_empty() {
            return Err(Defect::NoTokens);
        }
        let mut emission = matrix(Field::Emission, emission, shape.columns())?;
        prior.check(shape)?;
        if normalize {
            corrections.divide_columns(Field::Emission, &mut emission)?;
            for (field, line, sum) in prior.sums() {
                corrections.note(field, line, &sum)?;
            }
        } else {
            column_sums(Field::Emission, &emission)?;
            if let Some((field, line, sum)) = prior.sums().into_iter().find(|(.., sum)| !sum.is_one()) {
                return Err(Defect::Sum { field, line, sum, transposed: false });
            }
        }
        let prior = if normalize { prior.normalized() } else { prior };
        Ok((Self { shape, chain, emission, prior: prior.canonical(shape) }, corrections.largest))
    }

    /// The same model, where the law given so far was that of `H_1`; see [`Hmm::with_first_law`].
    ///
    /// # Errors
    /// [`Defect::NoInitialLaw`] if no law of `H_0` fits.
    pub fn with_first_law(self) -> Result<Self, Defect> {
        Ok(Self { chain: self.chain.with_first_law()?, ..self })
    }

    /// Values, cells and syntax states.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// `n`, the number of hidden states.
    pub fn states(&self) -> usize {
        self.chain.states()
    }

    /// `k`, the number of tokens.
    pub fn tokens(&self) -> usize {
        self.emission.rows()
    }

    /// The hidden chain by itself: a model of one token, which every state emits.
    pub fn chain(&self) -> &Hmm {
        &self.chain
    }

    /// `W`, `k × mn`, `emission[(token, column)]`; columns sum to 1.
    pub fn emission(&self) -> &Matrix<BigRational> {
        &self.emission
    }

    /// The law of the memory.
    pub fn prior(&self) -> &MemoryPrior {
        &self.prior
    }
}

/// The largest correction so far.
#[derive(Default)]
struct Corrections {
    largest: Option<Correction>,
}

impl Corrections {
    fn note(&mut self, field: Field, line: Line, sum: &BigRational) -> Result<(), Defect> {
        if sum.is_zero() {
            return Err(Defect::ZeroSum { field, line });
        }
        let correction = Correction { field, line, sum: sum.clone() };
        if !sum.is_one() && self.largest.as_ref().is_none_or(|found| found.size() < correction.size()) {
            self.largest = Some(correction);
        }
        Ok(())
    }

    fn divide_columns(&mut self, field: Field, matrix: &mut Matrix<BigRational>) -> Result<(), Defect> {
        if let Err(defect @ Defect::Sum { transposed: true, .. }) = column_sums(field, matrix) {
            return Err(defect);
        }
        for column in 0..matrix.columns() {
            let total: BigRational = matrix.column(column).sum();
            self.note(field, Line::Column(column), &total)?;
            (0..matrix.rows()).for_each(|row| matrix[(row, column)] /= &total);
        }
        Ok(())
    }
}

/// A task on the posterior `P[M_{j*} | X_{1:t} = x]` of one cell of the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryTask {
    /// `j*`.
    pub cell: Cell,
    /// `μ`, one weight for each value; or a row for each class.
    pub task: Task,
}

impl MemoryTask {
    /// `M*`: for each value, whether some contrast of the task gives it a weight other than 0.
    pub fn support(&self) -> Vec<bool> {
        let contrasts = self.task.contrasts();
        let values = contrasts.first().map_or(0, Vec::len);
        (0..values).map(|value| contrasts.iter().any(|row| !row[value].is_zero())).collect()
    }
}

/// A hidden Markov model with memory, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryModel {
    name: String,
    memory: MemoryHmm,
    task: Option<MemoryTask>,
    names: Names,
}

impl MemoryModel {
    /// Puts a model together. The names of states are those of the hidden states `h`.
    ///
    /// # Errors
    /// [`Defect::TaskCell`] or [`Defect::TaskValues`] if the task is not about a cell of the model and its values; as for
    /// [`Model::new`](super::Model::new) if the names do not fit.
    pub fn new(
        name: &str,
        memory: MemoryHmm,
        task: Option<MemoryTask>,
        names: Names,
    ) -> Result<Self, Defect> {
        if let Some(MemoryTask { cell, task }) = &task {
            let Shape { values, cells, .. } = memory.shape;
            if cell.0 >= cells {
                return Err(Defect::TaskCell { cell: cell.0, cells });
            }
            task.fits(values).map_err(|defect| match defect {
                Defect::TaskLength { row, expected, found } => Defect::TaskValues { row, expected, found },
                other => other,
            })?;
        }
        check_names(Field::States, &names.states, memory.states())?;
        check_names(Field::Tokens, &names.tokens, memory.tokens())?;
        Ok(Self { name: name.to_owned(), memory, task, names })
    }

    /// A short name, such as the file's stem.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hidden Markov model with memory.
    pub fn memory(&self) -> &MemoryHmm {
        &self.memory
    }

    /// The downstream task, if there is one.
    pub fn task(&self) -> Option<&MemoryTask> {
        self.task.as_ref()
    }

    /// The names of hidden states and tokens.
    pub fn names(&self) -> &Names {
        &self.names
    }
}

/// A model of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyModel {
    /// A vanilla hidden Markov model.
    Hmm(super::Model),
    /// One with memory.
    Memory(MemoryModel),
}

impl AnyModel {
    /// A short name.
    pub fn name(&self) -> &str {
        match self {
            Self::Hmm(model) => model.name(),
            Self::Memory(model) => model.name(),
        }
    }

    /// The names of states and tokens.
    pub fn names(&self) -> &Names {
        match self {
            Self::Hmm(model) => model.names(),
            Self::Memory(model) => model.names(),
        }
    }

    /// `k`, the number of tokens.
    pub fn tokens(&self) -> usize {
        match self {
            Self::Hmm(model) => model.hmm().tokens(),
            Self::Memory(model) => model.memory().tokens(),
        }
    }
}
