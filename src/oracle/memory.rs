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
use num_traits::pow;
use thiserror::Error;

use super::{Masked, Message, SequenceError, apply, entrywise, normalise, scaled, sum};
pub use crate::model::MemoryPrompt;
use crate::{
    linear::Matrix,
    model::{Cell, MemoryHmm, Position, Shape, Task, Token},
    number::Scalar,
};

/// More augmented states than this are not computed with.
pub const MAX_AUGMENTED_STATES: usize = 100_000;

/// The exact oracle.
pub type MemoryExact = MemoryOracle<BigInt>;

/// Its floating twin; what it returns are estimates.
pub type MemoryFloat = MemoryOracle<f64>;

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
    /// `[(next, current)]`
    transition: Matrix<S>,
    /// `[(current, next)]`
    transition_transposed: Matrix<S>,
    /// `[(token, column)]`
    emission: Matrix<S>,
    emission_scale: S,
    /// The scale that each token adds to a message.
    step_scale: S,
}

/// What one position lets pass.
#[derive(Clone, Copy)]
enum Filter<'f> {
    Token(Option<Token>),
    Prompt(&'f MemoryPrompt),
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
        let (transition, transition_scale) = scaled(memory.chain().transition());
        let (emission, emission_scale) = scaled(memory.emission());
        Ok(Self {
            shape: memory.shape(),
            memories,
            prior,
            initial,
            law_scale: prior_scale.times(&initial_scale),
            transition_transposed: transition.transpose(),
            transition,
            step_scale: transition_scale.times(&emission_scale),
            emission,
            emission_scale,
        })
    }

    /// `n`, the number of hidden states.
    fn states(&self) -> usize {
        self.initial.len()
    }

    /// The filter of one position for one memory, for each hidden state.
    fn passes(&self, filter: Filter<'_>, memory: &[usize]) -> Vec<S> {
        let blank = |passes: bool| if passes { self.emission_scale.clone() } else { S::zero() };
        match filter {
            Filter::Token(None) => vec![blank(true); self.states()],
            Filter::Prompt(prompt) => vec![blank(prompt.passes[memory[prompt.cell.0]]); self.states()],
            Filter::Token(Some(token)) => {
                let row = self.emission.row(token.0);
                let column = |h: usize| self.shape.column(memory[self.shape.cell(h).0], h);
                (0..self.states()).map(|h| row[column(h)].clone()).collect()
            }
        }
    }

    /// `M (filter ⊙ v)` for each memory, where `M` is `A` or its transpose.
    fn step(&self, matrix: &Matrix<S>, filter: Filter<'_>, message: &Message<S>) -> Message<S> {
        let blocks = self.memories.iter().zip(message.values.chunks(self.states()));
        let values =
            blocks.flat_map(|(memory, block)| apply(matrix, &entrywise(&self.passes(filter, memory), block)));
        Message::new(values.collect(), message.exponent)
    }

    fn ones(&self) -> Message<S> {
        Message { values: vec![S::one(); self.memories.len() * self.states()], exponent: 0 }
    }

    fn backward_message(&self, tokens: &Masked) -> Message<S> {
        let step = |beta, &token| self.step(&self.transition_transposed, Filter::Token(token), &beta);
        tokens.iter().rev().fold(self.ones(), step)
    }

    /// `P[(M, H_0) = (a, h)] β_a(x)[h]`, summed over `h`, for each memory.
    fn joint(&self, beta: &Message<S>) -> Vec<S> {
        let blocks = self.prior.iter().zip(beta.values.chunks(self.states()));
        blocks.map(|(p, block)| S::dot(self.initial.iter().zip(block)).times(p)).collect()
    }

    /// `P[(M, H_1) = (a, h)]`.
    fn first_law(&self) -> Message<S> {
        let first = apply(&self.transition, &self.initial);
        let values = self.prior.iter().flat_map(|p| first.iter().map(|q| p.times(q)).collect::<Vec<_>>());
        Message { values: values.collect(), exponent: 0 }
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
        let beta = self.backward_message(tokens);
        let scale = pow(self.step_scale.clone(), tokens.len()).times(&self.law_scale);
        Ok(S::shift(S::quotient(&sum(&self.joint(&beta)), &scale), beta.exponent))
    }

    /// The unnormalised posterior of one cell, with what its sum is for.
    fn masses(&self, cell: Cell, tokens: &Masked) -> Result<Vec<S>, SequenceError> {
        self.check(tokens)?;
        let mut masses = vec![S::zero(); self.shape.values];
        let joint = self.joint(&self.backward_message(tokens));
        for (memory, mass) in self.memories.iter().zip(joint) {
            let entry = &mut masses[memory[cell.0]];
            *entry = std::mem::replace(entry, S::zero()) + mass;
        }
        if masses.iter().all(num_traits::Zero::is_zero) {
            return Err(SequenceError::Impossible { prefix: self.impossible_prefix(tokens) });
        }
        Ok(masses)
    }

    fn impossible_prefix(&self, tokens: &Masked) -> usize {
        let mut law = self.first_law();
        for (index, &token) in tokens.iter().enumerate() {
            law = self.step(&self.transition, Filter::Token(token), &law);
            if law.values.iter().all(num_traits::Zero::is_zero) {
                return index + 1;
            }
        }
        tokens.len()
    }

    /// `P[M_j | X_{1:t} = x]`, a probability for each value of the cell.
    ///
    /// # Errors
    /// Any [`SequenceError`]; an impossible sequence has no posterior.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn posterior(&self, cell: Cell, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        let masses = self.masses(cell, tokens)?;
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
        let masses = self.masses(cell, tokens)?;
        let total = sum(&masses);
        let score = |weights: &Vec<BigRational>| {
            assert_eq!(weights.len(), masses.len(), "a task over other values");
            let (weights, scale) = S::common_scale(weights);
            S::quotient(&S::dot(weights.iter().zip(&masses)), &scale.times(&total))
        };
        Ok(task.scores().iter().map(score).collect())
    }

    /// For every position `i` the masses `Σ_{a_j = c} τ_i[(a, h)]` of the columns `(c, h)`, up to one positive factor for each position. With a
    /// prompt, its position is the first. Cost: `t` steps each way.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    fn position_masses(
        &self,
        prompt: Option<&MemoryPrompt>,
        tokens: &Masked,
    ) -> Result<Vec<Vec<S>>, SequenceError> {
        self.check(tokens)?;
        let tokens = tokens.iter().map(|&token| Filter::Token(token));
        let filters: Vec<_> = prompt.map(Filter::Prompt).into_iter().chain(tokens).collect();
        let mut after = vec![self.ones()];
        for &filter in filters[1..].iter().rev() {
            after.push(self.step(&self.transition_transposed, filter, &after[after.len() - 1]));
        }
        let mut before = self.first_law();
        let mut found = Vec::with_capacity(filters.len());
        for &filter in &filters {
            let beta = after.pop().unwrap_or_else(|| self.ones());
            found.push(self.addressed(&before.values, &beta.values));
            before = self.step(&self.transition, filter, &before);
        }
        Ok(found)
    }

    /// `R ⊙ B`, summed down to the columns of `W`.
    fn addressed(&self, before: &[S], beta: &[S]) -> Vec<S> {
        let mut masses = vec![S::zero(); self.shape.columns()];
        let blocks = before.chunks(self.states()).zip(beta.chunks(self.states()));
        for (memory, (before, beta)) in self.memories.iter().zip(blocks) {
            for (h, (r, b)) in before.iter().zip(beta).enumerate() {
                let entry = &mut masses[self.shape.column(memory[self.shape.cell(h).0], h)];
                *entry = std::mem::replace(entry, S::zero()) + r.times(b);
            }
        }
        masses
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
        Ok(self.position_masses(prompt, tokens)?.iter().map(|masses| self.emit(masses)).collect())
    }

    /// `G_1(∅, x)`, the output at a blank in front: a probability for every token, or zeros.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn head_input(&self, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        self.check(tokens)?;
        let masses = self.addressed(&self.first_law().values, &self.backward_message(tokens).values);
        Ok(self.emit(&masses))
    }

    /// `W` times the masses, over their sum; zeros if that is zero.
    fn emit(&self, masses: &[S]) -> Vec<S::Quotient> {
        let entries = apply(&self.emission, masses);
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
        let law = |masses: Vec<S>| {
            let of_state = |h: usize| masses.iter().skip(h).step_by(n).fold(S::zero(), |t, m| t + m.clone());
            let law: Vec<_> = (0..n).map(of_state).collect();
            normalise(&law).unwrap_or_else(|| vec![<S::Quotient as num_traits::Zero>::zero(); n])
        };
        Ok(self.position_masses(prompt, tokens)?.into_iter().map(law).collect())
    }
}

impl MemoryExact {
    /// `G_i(x)` for every position `i` times a positive integer of its own, or zeros: integers without their gcds, for long inputs.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn integer_outputs(&self, tokens: &Masked) -> Result<Vec<Vec<BigInt>>, SequenceError> {
        let masses = self.position_masses(None, tokens)?;
        Ok(masses.iter().map(|masses| apply(&self.emission, masses)).collect())
    }
}
