//! The exact masked language model: backward vectors, posteriors, `G_i(x)`, labels.
//!
//! | quantity | definition |
//! |---|---|
//! | backward vector | `β(()) = 1`, `β(z·y) = Aᵀ (W[z,:]ᵀ ⊙ β(y))`, so `β(x)[h] = Pr(X_{1:t}=x \| H_0=h)` |
//! | probability | `Pr(x) = π0·β(x)` |
//! | posterior | `P[H_0 \| X_{1:t}=x] = π0 ⊙ β(x) / Pr(x)` |
//! | model output | `G_i(x) = P[X_i \| X_{-i}=x_{-i}] = W τ_i / ‖τ_i‖₁`, `τ_i = R_i ⊙ B_i`; zero where `τ_i = 0` |
//! | head input | `G_1(∅, x) ∝ W (π_1 ⊙ β(x))` |
//! | extended model | `Ḡ_i(v)` for embeddings `v_1, …, v_t`, behind a soft prompt: [`extended`] |
//!
//! One code serves two scalars: [`Exact`] works in integers with a common scale and answers in
//! rationals; [`Float`] is its `f64` twin, for estimates, and [`Batch`] the same for many words at once. A sequence is a list of tokens in which
//! `None` is a blank (any token).
//!
//! ```
//! use recoverable::{model::{Token, builtin}, oracle::Exact};
//! let casino = builtin::all().remove(0);
//! let sixes = [Some(Token(5)); 2];
//! let posterior = Exact::new(casino.hmm()).posterior(&sixes).unwrap();
//! assert_eq!(posterior.iter().map(|p| p.to_string()).collect::<Vec<_>>(), ["293/1060", "767/1060"]);
//! ```

mod batch;
pub mod extended;
mod memory;
mod memory_batch;
mod passing;

pub(crate) use batch::largest;
pub use batch::{Backward, Batch, Labelled};
pub use memory::{
    MAX_AUGMENTED_STATES, MemoryExact, MemoryFloat, MemoryNear, MemoryOracle, MemoryPrompt, MemoryReading,
    TooManyStates,
};
pub use memory_batch::{MemoryBatch, Outputs};

use num_bigint::BigInt;
use num_traits::{Zero, pow};
use thiserror::Error;

use crate::{
    linear::Matrix,
    model::{Hmm, Position, Task, Token},
    number::Scalar,
};

/// The exact oracle.
pub type Exact = Oracle<BigInt>;

/// Its floating twin; what it returns are estimates.
pub type Float = Oracle<f64>;

/// A sequence of tokens; `None` is a blank.
pub type Masked = [Option<Token>];

/// Why a question about a sequence has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SequenceError {
    /// There is no token; statements are about inputs of length 1 and more.
    #[error("the sequence is empty, expected at least one token")]
    Empty,
    /// A token is not of the vocabulary.
    #[error("position {position}: token {token} is not below {limit}")]
    UnknownToken {
        /// Where it stands.
        position: Position,
        /// What was found.
        token: Token,
        /// The size of the vocabulary.
        limit: usize,
    },
    /// The sequence has probability zero.
    #[error("the sequence has probability zero: its first {prefix} token(s) are impossible")]
    Impossible {
        /// The length of the shortest impossible prefix.
        prefix: usize,
    },
}

/// Message passing on one model over a scalar.
#[derive(Clone, Debug)]
pub struct Oracle<S> {
    initial: Vec<S>,
    initial_scale: S,
    /// `[(next, current)]`
    transition: Matrix<S>,
    /// `[(current, next)]`
    transition_transposed: Matrix<S>,
    /// `[(token, state)]`
    emission: Matrix<S>,
    /// What a blank lets pass: the scale of `emission`, for every state.
    blank: Vec<S>,
    /// The scale that each token adds to a message.
    step_scale: S,
}

/// A vector times `2^exponent`; the exponent is 0 over an exact scalar.
#[derive(Clone, Debug)]
struct Message<S> {
    values: Vec<S>,
    exponent: i32,
}

impl<S: Scalar> Message<S> {
    fn new(mut values: Vec<S>, exponent: i32) -> Self {
        let exponent = exponent + S::rescale(&mut values);
        Self { values, exponent }
    }
}

impl<S: Scalar> Oracle<S> {
    /// The oracle of a model.
    pub fn new(hmm: &Hmm) -> Self {
        let (initial, initial_scale) = S::common_scale(hmm.initial());
        let (transition, transition_scale) = scaled(hmm.transition());
        let (emission, emission_scale) = scaled(hmm.emission());
        Self {
            initial,
            initial_scale,
            transition_transposed: transition.transpose(),
            transition,
            emission,
            step_scale: transition_scale.times(&emission_scale),
            blank: vec![emission_scale; hmm.states()],
        }
    }

    /// `n`, the number of states.
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// What lets pass at one position, for each state.
    fn filter(&self, token: Option<Token>) -> &[S] {
        token.map_or(&self.blank, |token| self.emission.row(token.0))
    }

    /// `Aᵀ (filter ⊙ β)`.
    fn prepend(&self, token: Option<Token>, beta: &Message<S>) -> Message<S> {
        Message::new(
            apply(&self.transition_transposed, &entrywise(self.filter(token), &beta.values)),
            beta.exponent,
        )
    }

    /// `A (filter ⊙ R)`.
    fn append(&self, token: Option<Token>, law: &Message<S>) -> Message<S> {
        Message::new(apply(&self.transition, &entrywise(self.filter(token), &law.values)), law.exponent)
    }

    fn backward_message(&self, tokens: &Masked) -> Message<S> {
        let ones = Message { values: vec![S::one(); self.states()], exponent: 0 };
        tokens.iter().rev().fold(ones, |beta, &token| self.prepend(token, &beta))
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

    /// `β(x)`, a probability for each state of `H_0`.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn backward(&self, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        self.check(tokens)?;
        let beta = self.backward_message(tokens);
        let scale = pow(self.step_scale.clone(), tokens.len());
        Ok(beta.values.iter().map(|value| S::shift(S::quotient(value, &scale), beta.exponent)).collect())
    }

    /// `Pr(X_{1:t} = x)`.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn probability(&self, tokens: &Masked) -> Result<S::Quotient, SequenceError> {
        self.check(tokens)?;
        let beta = self.backward_message(tokens);
        let scale = pow(self.step_scale.clone(), tokens.len()).times(&self.initial_scale);
        let mass = S::dot(self.initial.iter().zip(&beta.values));
        Ok(S::shift(S::quotient(&mass, &scale), beta.exponent))
    }

    /// `P[H_0 | X_{1:t} = x]`, a probability for each state.
    ///
    /// # Errors
    /// Any [`SequenceError`]; an impossible sequence has no posterior.
    pub fn posterior(&self, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        self.check(tokens)?;
        let joint = entrywise(&self.initial, &self.backward_message(tokens).values);
        normalise(&joint).ok_or_else(|| SequenceError::Impossible { prefix: self.impossible_prefix(tokens) })
    }

    fn impossible_prefix(&self, tokens: &Masked) -> usize {
        let initial = Message { values: apply(&self.transition, &self.initial), exponent: 0 };
        let mut law = initial;
        for (index, &token) in tokens.iter().enumerate() {
            if entrywise(self.filter(token), &law.values).iter().all(Zero::is_zero) {
                return index + 1;
            }
            law = self.append(token, &law);
        }
        tokens.len()
    }

    /// The task's scores `μ·P[H_0 | x]`: one for a binary task, one for each class otherwise.
    ///
    /// # Errors
    /// Any [`SequenceError`].
    ///
    /// # Panics
    /// If the task is over another number of states.
    pub fn scores(&self, task: &Task, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        Ok(self.common_scores(task, tokens)?.quotients())
    }

    /// The same over one denominator: nothing is reduced, which for long sequences takes longer than all else.
    fn common_scores(&self, task: &Task, tokens: &Masked) -> Result<CommonScores<S>, SequenceError> {
        self.check(tokens)?;
        let joint = entrywise(&self.initial, &self.backward_message(tokens).values);
        if sum(&joint).is_zero() {
            return Err(SequenceError::Impossible { prefix: self.impossible_prefix(tokens) });
        }
        Ok(CommonScores::new(task, &joint))
    }

    /// The task's label `F*(x)`.
    ///
    /// # Errors
    /// Any [`SequenceError`].
    pub fn label(&self, task: &Task, tokens: &Masked) -> Result<usize, SequenceError> {
        self.common_scores(task, tokens).map(|scores| task.label(&scores.numerators))
    }

    /// `G_i(x)` for every position `i` (in order), each a probability for every token, or zeros where
    /// `Pr(X_{-i} = x_{-i}) = 0`. Cost: `t` matrix-vector products each way.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn model_output(&self, tokens: &Masked) -> Result<Vec<Vec<S::Quotient>>, SequenceError> {
        self.check(tokens)?;
        let ones = Message { values: vec![S::one(); self.states()], exponent: 0 };
        let mut after = vec![ones];
        for &token in tokens[1..].iter().rev() {
            after.push(self.prepend(token, &after[after.len() - 1]));
        }
        let mut before = Message::new(apply(&self.transition, &self.initial), 0);
        let mut outputs = Vec::with_capacity(tokens.len());
        for (&token, beta) in tokens.iter().zip(after.iter().rev()) {
            outputs.push(self.emit(&entrywise(&before.values, &beta.values)));
            before = self.append(token, &before);
        }
        Ok(outputs)
    }

    /// `G_1(∅, x)`, what a head on the first position sees: a probability for every token, or zeros.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    pub fn head_input(&self, tokens: &Masked) -> Result<Vec<S::Quotient>, SequenceError> {
        self.check(tokens)?;
        let first = apply(&self.transition, &self.initial);
        Ok(self.emit(&entrywise(&first, &self.backward_message(tokens).values)))
    }

    /// `W τ / ‖τ‖₁`, or zeros.
    fn emit(&self, tau: &[S]) -> Vec<S::Quotient> {
        let tokens = apply(&self.emission, tau);
        normalise(&tokens).unwrap_or_else(|| vec![S::Quotient::zero(); tokens.len()])
    }
}

/// Backward vectors as integers, `β(x)` times [`step_scale`](Self::step_scale) to the power of the length,
/// for searches that go on computing with them.
impl Exact {
    /// The factor that each token adds.
    pub(crate) fn step_scale(&self) -> &BigInt {
        &self.step_scale
    }

    /// `Aᵀ`, `[(current, next)]`, and `W`, `[(token, state)]`, each times its common denominator.
    pub(crate) fn matrices(&self) -> (&Matrix<BigInt>, &Matrix<BigInt>) {
        (&self.transition_transposed, &self.emission)
    }

    /// The integer vector of a word.
    pub(crate) fn integer_backward(&self, word: &[Token]) -> Vec<BigInt> {
        let ones = vec![BigInt::from(1); self.states()];
        word.iter().rev().fold(ones, |beta, &token| self.integer_prepend(token, beta))
    }

    /// The integer vector of a word with one more token in front.
    pub(crate) fn integer_prepend(&self, token: Token, beta: Vec<BigInt>) -> Vec<BigInt> {
        self.prepend(Some(token), &Message { values: beta, exponent: 0 }).values
    }

    /// `A r`.
    pub(crate) fn integer_advance(&self, row: &[BigInt]) -> Vec<BigInt> {
        apply(&self.transition, row)
    }

    /// `W_z ⊙ r`.
    pub(crate) fn integer_filter(&self, token: Token, row: &[BigInt]) -> Vec<BigInt> {
        entrywise(self.emission.row(token.0), row)
    }

    /// Whether a word with this vector has positive probability.
    pub(crate) fn is_possible(&self, beta: &[BigInt]) -> bool {
        !BigInt::dot(self.initial.iter().zip(beta)).is_zero()
    }
}

fn scaled<S: Scalar>(matrix: &Matrix<num_rational::BigRational>) -> (Matrix<S>, S) {
    let (entries, scale) = S::common_scale(matrix.entries());
    let columns = matrix.columns();
    (Matrix::from_fn(matrix.rows(), columns, |row, column| entries[row * columns + column].clone()), scale)
}

fn apply<S: Scalar>(matrix: &Matrix<S>, vector: &[S]) -> Vec<S> {
    (0..matrix.rows()).map(|row| S::dot(matrix.row(row).iter().zip(vector))).collect()
}

/// A task's scores of a posterior.
struct CommonScores<S> {
    numerators: Vec<S>,
    /// Positive.
    denominator: S,
}

impl<S: Scalar> CommonScores<S> {
    /// Of the posterior that is in proportion to `masses`.
    fn new(task: &Task, masses: &[S]) -> Self {
        let rows = task.scores();
        assert!(rows.iter().all(|row| row.len() == masses.len()), "a task over something else");
        let (weights, scale) = S::common_scale(&rows.concat());
        let score = |row: &[S]| S::dot(row.iter().zip(masses));
        let numerators = weights.chunks(masses.len()).map(score).collect();
        Self { numerators, denominator: scale.times(&sum(masses)) }
    }

    fn quotients(&self) -> Vec<S::Quotient> {
        self.numerators.iter().map(|score| S::quotient(score, &self.denominator)).collect()
    }
}

fn entrywise<S: Scalar>(a: &[S], b: &[S]) -> Vec<S> {
    a.iter().zip(b).map(|(x, y)| x.times(y)).collect()
}

fn sum<S: Scalar>(values: &[S]) -> S {
    values.iter().fold(S::zero(), |total, value| total + value.clone())
}

/// The values over their sum, or `None` if that is zero.
fn normalise<S: Scalar>(values: &[S]) -> Option<Vec<S::Quotient>> {
    let total = sum(values);
    (!total.is_zero()).then(|| values.iter().map(|value| S::quotient(value, &total)).collect())
}
