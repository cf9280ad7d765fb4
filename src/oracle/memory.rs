//! Message passing for models with memory.
//!
//! The memory `a` never changes, so the model is the mixture over `a` of the vanilla models with the emissions
//! `W_a[z, h] = W[z, (a_j, h)]`, `h = (j, s)`. A message has an entry for each pair `(a, h)`, the *augmented states*; one token costs one step of
//! the hidden chain for each memory of positive probability, and the transition matrix between pairs is never built.
//!
//! | quantity | definition |
//! |---|---|
//! | posterior | `P[M_{j*} = c \| x] ∝ Σ_{a_{j*} = c} P[M = a] Σ_h π0[h] β_a(x)[h]` |
//! | `τ_i(x)` | `P[(M, H_i) = (a, h), X_{-i} = x_{-i}]` |
//! | model output | `G_i(x) ∝ Σ_{(c, h)} W[:, (c, h)] Σ_{a_j = c} τ_i[(a, h)]`; zero where `τ_i = 0` |
//!
//! A *prompt* is one soft token in front of the input, whose embedding lets the memories pass that have certain values in one cell
//! (theory of Theorem 4.6).

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Zero, pow};
use thiserror::Error;

use super::{CommonScores, Masked, Message, SequenceError, apply, entrywise, normalise, scaled, sum};
pub use crate::model::MemoryPrompt;
use crate::{
    linear::Matrix,
    model::{Cell, MemoryHmm, Position, Shape, Task, Token},
    number::{Scalar, Truncated},
};

/// More augmented states than this are not computed with.
pub const MAX_AUGMENTED_STATES: usize = 100_000;

/// The exact oracle.
pub type MemoryExact = MemoryOracle<BigInt>;

/// Its floating twin; what it returns are estimates.
pub type MemoryFloat = MemoryOracle<f64>;

/// Between the two: a thousand binary digits, so that what its results are off by is known and almost nothing.
pub type MemoryNear = MemoryOracle<Truncated>;

/// A model has too many pairs of a memory and a hidden state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{found} augmented states (possible memories times hidden states), expected at most {limit}")]
pub struct TooManyStates {
    /// How many there are; `usize::MAX` stands for that and more.
    pub found: usize,
    /// The largest number.
    pub limit: usize,
}

/// Message passing on one model with memory over a scalar.
#[derive(Clone, Debug)]
pub struct MemoryOracle<S> {
    shape: Shape,
    /// Those of positive probability.
    memories: Vec<Vec<usize>>,
    prior: Vec<S>,
    initial: Vec<S>,
    /// The scale of `prior` times that of `initial`.
    law_scale: S,
    transition: Columns<S>,
    /// `[(token, column)]`
    emission: Matrix<S>,
    emission_scale: S,
    /// The scale that each token adds to a message.
    step_scale: S,
}

/// A matrix of which each column has a scale of its own, so that its entries are short: the matrix times the scale of all is
/// `entries[(row, column)] · factors[column]`.
#[derive(Clone, Debug)]
struct Columns<S> {
    entries: Matrix<S>,
    transposed: Matrix<S>,
    factors: Vec<S>,
    scale: S,
}

impl<S: Scalar> Columns<S> {
    fn new(matrix: &Matrix<BigRational>) -> Self {
        let columns = (0..matrix.columns()).map(|at| matrix.column(at).cloned().collect::<Vec<_>>());
        let (columns, scales): (Vec<_>, Vec<_>) = columns.map(|column| S::common_scale(&column)).unzip();
        let (factors, scale) = S::common_multiple(&scales);
        let transposed =
            Matrix::from_fn(matrix.columns(), matrix.rows(), |column, row| columns[column][row].clone());
        Self { entries: transposed.transpose(), transposed, factors, scale }
    }

    /// The matrix times a vector.
    fn apply(&self, vector: &[S]) -> Vec<S> {
        apply(&self.entries, &entrywise(&self.factors, vector))
    }

    /// Its transpose times a vector.
    fn apply_transposed(&self, vector: &[S]) -> Vec<S> {
        entrywise(&self.factors, &apply(&self.transposed, vector))
    }
}

/// What one position lets pass.
#[derive(Clone, Copy)]
enum Filter<'f> {
    Token(Option<Token>),
    Prompt(&'f MemoryPrompt),
}

/// What one pass over an input finds; each up to one positive factor.
struct Pass<S> {
    /// `P[M = a, X = x]`, for each memory. (Behind a prompt: that it lets the memory pass as well.)
    joint: Message<S>,
    /// The masses of the columns at a blank in front of the input.
    front: Message<S>,
    /// For every position `i` the masses `Σ_{a_j = c} τ_i[(a, h)]` of the columns `(c, h)`. With a prompt, its position is the first.
    positions: Vec<Message<S>>,
}

/// All that [`MemoryOracle`] says of one input.
#[derive(Clone, Debug)]
pub struct MemoryReading<Q> {
    /// `Pr(X_{1:t} = x)`.
    pub probability: Q,
    /// `P[M_j | X_{1:t} = x]`.
    pub posterior: Vec<Q>,
    /// The task's scores.
    pub scores: Option<Vec<Q>>,
    /// `G_i(x)` for every position.
    pub model_output: Vec<Vec<Q>>,
    /// `G_1(∅, x)`.
    pub head_input: Vec<Q>,
}

impl<S: Scalar> MemoryOracle<S> {
    /// The oracle of a model.
    ///
    /// # Errors
    /// [`TooManyStates`] beyond [`MAX_AUGMENTED_STATES`].
    pub fn new(memory: &MemoryHmm) -> Result<Self, TooManyStates> {
        let found = memory.prior().memories().saturating_mul(memory.states());
        if found > MAX_AUGMENTED_STATES {
            return Err(TooManyStates { found, limit: MAX_AUGMENTED_STATES });
        }
        let (memories, prior): (Vec<_>, Vec<_>) = memory.prior().support().into_iter().unzip();
        let (prior, prior_scale) = S::common_scale(&prior);
        let (initial, initial_scale) = S::common_scale(memory.chain().initial());
        let transition = Columns::<S>::new(memory.chain().transition());
        let (emission, emission_scale) = scaled(memory.emission());
        Ok(Self {
            shape: memory.shape(),
            memories,
            prior,
            initial,
            law_scale: prior_scale.times(&initial_scale),
            step_scale: transition.scale.times(&emission_scale),
            transition,
            emission,
            emission_scale,
        })
    }

    /// `n`, the number of hidden states.
    fn states(&self) -> usize {
        self.initial.len()
    }

    /// The column of `W` that a hidden state reads with a memory.
    fn column(&self, memory: &[usize], h: usize) -> usize {
        self.shape.column(memory[self.shape.cell(h).0], h)
    }

    /// The filter of one position for one memory, for each hidden state.
    fn passes(&self, filter: Filter<'_>, memory: &[usize]) -> Vec<S> {
        let blank = |passes: bool| if passes { self.emission_scale.clone() } else { S::zero() };
        match filter {
            Filter::Token(None) => vec![blank(true); self.states()],
            Filter::Prompt(prompt) => vec![blank(prompt.passes[memory[prompt.cell.0]]); self.states()],
            Filter::Token(Some(token)) => {
                let row = self.emission.row(token.0);
                (0..self.states()).map(|h| row[self.column(memory, h)].clone()).collect()
            }
        }
    }

    /// `Aᵀ (filter ⊙ β)`, with one memory.
    fn prepend(&self, memory: &[usize], filter: Filter<'_>, beta: &Message<S>) -> Message<S> {
        let passed = entrywise(&self.passes(filter, memory), &beta.values);
        Message::new(self.transition.apply_transposed(&passed), beta.exponent)
    }

    /// `A (filter ⊙ R)`, with one memory.
    fn append(&self, memory: &[usize], filter: Filter<'_>, law: &Message<S>) -> Message<S> {
        let passed = entrywise(&self.passes(filter, memory), &law.values);
        Message::new(self.transition.apply(&passed), law.exponent)
    }

    fn ones(&self) -> Message<S> {
        Message { values: vec![S::one(); self.states()], exponent: 0 }
    }

    /// `β(x)`, with one memory.
    fn backward(&self, memory: &[usize], tokens: &Masked) -> Message<S> {
        let prepend = |beta, &token| self.prepend(memory, Filter::Token(token), &beta);
        tokens.iter().rev().fold(self.ones(), prepend)
    }

    /// `P[M = a, H_1]` for a memory of this probability.
    fn first_law(&self, prior: &S) -> Message<S> {
        let passed: Vec<_> = self.initial.iter().map(|p| p.times(prior)).collect();
        Message { values: self.transition.apply(&passed), exponent: 0 }
    }

    /// `P[M = a, X = x]` from `β(x)`.
    fn mass(&self, prior: &S, beta: &Message<S>) -> Message<S> {
        let mass = S::dot(self.initial.iter().zip(&beta.values)).times(prior);
        Message { values: vec![mass], exponent: beta.exponent }
    }

    /// The same for each memory.
    fn joint(&self, tokens: &Masked) -> Message<S> {
        let mut joint = Message::nothing(self.memories.len());
        for (index, (memory, prior)) in self.memories.iter().zip(&self.prior).enumerate() {
            joint.add(self.mass(prior, &self.backward(memory, tokens)), |_| index);
        }
        joint
    }

    fn check(&self, tokens: &Masked) -> Result<(), SequenceError> {
        let limit = self.emission.rows();
        for (index, token) in tokens.iter().enumerate() {
            if let Some(token) = token.filter(|token| token.0 >= limit) {
                return Err(SequenceError::UnknownToken { position: Position(index + 1), token, limit });
            }
        }
        if tokens.is_empty() { Err(SequenceError::Empty) } else { Ok(()) }
    }

    /// `Pr(X_{1:t} = x)`.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn probability(&self, tokens: &Masked) -> Result<S::Quotient, SequenceError> {
        self.check(tokens)?;
        Ok(self.total(&self.joint(tokens), tokens.len()))
    }

    fn total(&self, joint: &Message<S>, length: usize) -> S::Quotient {
        let scale = pow(self.step_scale.clone(), length).times(&self.law_scale);
        S::shift(S::quotient(&sum(&joint.values), &scale), joint.exponent)
    }

    /// The unnormalised posterior of one cell.
    fn masses(&self, cell: Cell, tokens: &Masked, joint: &Message<S>) -> Result<Vec<S>, SequenceError> {
        let mut masses = vec![S::zero(); self.shape.values];
        for (memory, mass) in self.memories.iter().zip(&joint.values) {
            add(&mut masses[memory[cell.0]], mass.clone());
        }
        if masses.iter().all(num_traits::Zero::is_zero) {
            return Err(SequenceError::Impossible { prefix: self.impossible_prefix(tokens) });
        }
        Ok(masses)
    }

    /// The shortest prefix that is impossible with every memory.
    fn impossible_prefix(&self, tokens: &Masked) -> usize {
        let prefix = |(memory, prior): (&Vec<usize>, &S)| {
            let mut law = self.first_law(prior);
            let impossible = |&token: &Option<Token>| {
                law = self.append(memory, Filter::Token(token), &law);
                law.is_zero()
            };
            tokens.iter().position(impossible).map_or(tokens.len(), |index| index + 1)
        };
        self.memories.iter().zip(&self.prior).map(prefix).max().unwrap_or(tokens.len())
    }

    /// `P[M_j | X_{1:t} = x]`, a probability for each value of the cell.
    ///
    /// # Errors
    /// Any [`SequenceError`]; an impossible sequence has no posterior.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn posterior(&self, cell: Cell, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        self.check(tokens)?;
        let masses = self.masses(cell, tokens, &self.joint(tokens))?;
        Ok(normalise(&masses).unwrap_or_default())
    }

    /// The task's scores `μ·P[M_{j*} | x]`: one for a binary task, one for each class otherwise.
    ///
    /// # Errors
    /// Any [`SequenceError`].
    ///
    /// # Panics
    /// If the task is over another number of values, or there is no such cell.
    pub fn scores(
        &self,
        cell: Cell,
        task: &Task,
        tokens: &Masked,
    ) -> Result<Vec<S::Quotient>, SequenceError> {
        Ok(self.common_scores(cell, task, tokens)?.quotients())
    }

    /// The same over one denominator.
    pub(super) fn common_scores(
        &self,
        cell: Cell,
        task: &Task,
        tokens: &Masked,
    ) -> Result<CommonScores<S>, SequenceError> {
        self.check(tokens)?;
        Ok(CommonScores::new(task, &self.masses(cell, tokens, &self.joint(tokens))?))
    }

    /// One memory after the other, so that only its messages are there at a time. Cost: `t` steps each way for each of them.
    fn pass(&self, prompt: Option<&MemoryPrompt>, tokens: &Masked) -> Result<Pass<S>, SequenceError> {
        self.check(tokens)?;
        let tokens = tokens.iter().map(|&token| Filter::Token(token));
        let filters: Vec<_> = prompt.map(Filter::Prompt).into_iter().chain(tokens).collect();
        let nothing = Message::nothing(self.shape.columns());
        let mut pass = Pass {
            joint: Message::nothing(self.memories.len()),
            front: nothing.clone(),
            positions: vec![nothing; filters.len()],
        };
        for (index, (memory, prior)) in self.memories.iter().zip(&self.prior).enumerate() {
            let column = |h: usize| self.column(memory, h);
            let mut after = vec![self.ones()];
            for &filter in filters.iter().rev() {
                after.push(self.prepend(memory, filter, &after[after.len() - 1]));
            }
            let whole = after.pop().unwrap_or_else(|| self.ones());
            let mut before = self.first_law(prior);
            pass.joint.add(self.mass(prior, &whole), |_| index);
            pass.front.add(before.meet(&whole), column);
            for (&filter, masses) in filters.iter().zip(&mut pass.positions) {
                let beta = after.pop().unwrap_or_else(|| self.ones());
                masses.add(before.meet(&beta), column);
                before = self.append(memory, filter, &before);
            }
        }
        Ok(pass)
    }

    /// All that is known of an input without a prompt, in one pass.
    ///
    /// # Errors
    /// Any [`SequenceError`].
    ///
    /// # Panics
    /// If the task is over another number of values, or there is no such cell.
    pub fn read(
        &self,
        cell: Cell,
        task: Option<&Task>,
        tokens: &Masked,
    ) -> Result<MemoryReading<S::Quotient>, SequenceError> {
        let Pass { joint, front, positions } = self.pass(None, tokens)?;
        let masses = self.masses(cell, tokens, &joint)?;
        Ok(MemoryReading {
            probability: self.total(&joint, tokens.len()),
            scores: task.map(|task| CommonScores::new(task, &masses).quotients()),
            posterior: normalise(&masses).unwrap_or_default(),
            model_output: positions.iter().map(|masses| self.emit(masses)).collect(),
            head_input: self.emit(&front),
        })
    }

    /// `G_i(x)` for every position `i` (in order), each a probability for every token, or zeros where `Pr(X_{-i} = x_{-i}) = 0`.
    /// With a prompt the first is that of its position.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn model_output(
        &self,
        prompt: Option<&MemoryPrompt>,
        tokens: &Masked,
    ) -> Result<Vec<Vec<S::Quotient>>, SequenceError> {
        Ok(self.pass(prompt, tokens)?.positions.iter().map(|masses| self.emit(masses)).collect())
    }

    /// `G_1(∅, x)`, the output at a blank in front: a probability for every token, or zeros.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn head_input(&self, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        self.check(tokens)?;
        let mut front = Message::nothing(self.shape.columns());
        for (memory, prior) in self.memories.iter().zip(&self.prior) {
            let met = self.first_law(prior).meet(&self.backward(memory, tokens));
            front.add(met, |h| self.column(memory, h));
        }
        Ok(self.emit(&front))
    }

    /// `W` times the masses, over their sum; zeros if that is zero.
    fn emit(&self, masses: &Message<S>) -> Vec<S::Quotient> {
        let entries = apply(&self.emission, &masses.values);
        let zeros = || vec![<S::Quotient as num_traits::Zero>::zero(); entries.len()];
        normalise(&entries).unwrap_or_else(zeros)
    }

    /// `P[H_i | X_{-i} = x_{-i}]` for every position, or zeros where the condition is impossible.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn hidden_laws(
        &self,
        prompt: Option<&MemoryPrompt>,
        tokens: &Masked,
    ) -> Result<Vec<Vec<S::Quotient>>, SequenceError> {
        let n = self.states();
        let law = |masses: Message<S>| {
            let of_state = |h: usize| {
                masses.values.iter().skip(h).step_by(n).fold(S::zero(), |total, mass| total + mass.clone())
            };
            let law: Vec<_> = (0..n).map(of_state).collect();
            normalise(&law).unwrap_or_else(|| vec![<S::Quotient as num_traits::Zero>::zero(); n])
        };
        Ok(self.pass(prompt, tokens)?.positions.into_iter().map(law).collect())
    }
}

impl<S: Scalar> Message<S> {
    /// Zeros.
    fn nothing(length: usize) -> Self {
        Self { values: vec![S::zero(); length], exponent: 0 }
    }

    fn is_zero(&self) -> bool {
        self.values.iter().all(num_traits::Zero::is_zero)
    }

    /// The entrywise product.
    fn meet(&self, other: &Self) -> Self {
        Self::new(entrywise(&self.values, &other.values), self.exponent + other.exponent)
    }

    /// Adds the entries of a message, each at its place.
    fn add(&mut self, mut other: Self, place: impl Fn(usize) -> usize) {
        if other.is_zero() {
            return;
        }
        let exponent = if self.is_zero() { other.exponent } else { self.exponent.max(other.exponent) };
        for message in [&mut *self, &mut other] {
            S::lower(&mut message.values, exponent - message.exponent);
            message.exponent = exponent;
        }
        for (index, value) in other.values.into_iter().enumerate() {
            add(&mut self.values[place(index)], value);
        }
    }
}

fn add<S: Scalar>(sum: &mut S, value: S) {
    *sum = std::mem::replace(sum, S::zero()) + value;
}

impl MemoryExact {
    /// `G_i(x)` for every position `i` times a positive integer of its own, or zeros: integers without their gcds, for long inputs.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn integer_outputs(&self, tokens: &Masked) -> Result<Vec<Vec<BigInt>>, SequenceError> {
        let Pass { positions, .. } = self.pass(None, tokens)?;
        Ok(positions.iter().map(|masses| apply(&self.emission, &masses.values)).collect())
    }
}

impl MemoryNear {
    /// Binary places of [`near_outputs`](Self::near_outputs).
    pub const PLACES: u32 = 900;

    /// `2^PLACES · G_i(x)` for every position `i`, each entry off by less than 2; exactly zeros where `Pr(X_{-i} = x_{-i}) = 0`.
    ///
    /// An entry of `W τ` and the sum of all are less by a factor of at most `c · 2^(1 − BITS)`, with `c < 2^100` operations behind each; so their quotient is off by less
    /// than `2^-PLACES` before it is cut off.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn near_outputs(&self, tokens: &Masked) -> Result<Vec<Vec<BigInt>>, SequenceError> {
        let output = |masses: &Message<Truncated>| {
            let entries = apply(&self.emission, &masses.values);
            let total = sum(&entries);
            let place = |entry: &Truncated| entry.floor_over(&total, Self::PLACES);
            if total.is_zero() {
                vec![BigInt::ZERO; entries.len()]
            } else {
                entries.iter().map(place).collect()
            }
        };
        Ok(self.pass(None, tokens)?.positions.iter().map(output).collect())
    }
}
