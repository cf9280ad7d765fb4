//! The extended model `Ḡ` on embeddings (Section 3.1, Appendix B), twice.
//!
//! An input is a list of embeddings `v_1, …, v_t`, each with a number for each state; that of a token `z` is the row `W[z,:]`, and a
//! blank lets everything pass. `Ḡ_i(v) = W τ_i / ‖τ_i‖₁`, and the zero vector where `τ_i = 0`.
//!
//! | form | messages | `τ_i` |
//! |---|---|---|
//! | [without divisions](Oracle::extended_output) | `R_1 = π_1`, `R_{i+1} = A (R_i ⊙ v_i)`; `B_t = 1`, `B_{i-1} = Aᵀ (v_i ⊙ B_i)` | `R_i ⊙ B_i` |
//! | [the paper's](messages) | `R` as above; `L_t = π_t`, `L_{i-1} = P[H_{i-1}\|H_i] (L_i ⊙ v_i)` | `L_1`, `L_i ⊙ R_i / π_i`, `R_t` (`R_1` alone: `π_1`) |
//!
//! with `P[H_{i-1}|H_i][a,b] = A[b,a] π_{i-1}[a] / π_i[b]` and `0/0 = 0`. In print the ranges of the paper's recursions leave out
//! the first step of each (`1 < i < t` for both), so that they do not start; they are `1 < i ≤ t` and `1 ≤ i < t`.
//!
//! Both forms agree on every model, where some `π_i` have zeros as well. By induction `L_i = π_i ⊙ B_i`: where `π_i[b] = 0`, every
//! `A[b,a] π_{i-1}[a]` is zero, so that what `0/0 = 0` leaves out would not have counted. And `R_i` is zero where `π_i` is.

use num_rational::BigRational;
use num_traits::{Signed, Zero};
use thiserror::Error;

use super::{Masked, Message, Oracle, SequenceError, apply, entrywise};
use crate::{
    model::{Construction, Hmm, Position, State, Token},
    number::Scalar,
};

/// A point of the space of embeddings, with an entry for each state.
pub type Embedding = Vec<BigRational>;

/// Why the extended model has no output.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExtendedError {
    /// An embedding has not one entry for each state.
    #[error("the embedding at position {position} has {found} entries, expected {expected}")]
    Length {
        /// Where it stands.
        position: Position,
        /// The number of states.
        expected: usize,
        /// What was found.
        found: usize,
    },
    /// An entry of an embedding is negative.
    #[error("the embedding at position {position} is negative at state {state}")]
    Negative {
        /// Where it stands.
        position: Position,
        /// The state.
        state: State,
    },
    /// The tokens behind the embeddings are not a sequence.
    #[error(transparent)]
    Sequence(#[from] SequenceError),
}

impl<S: Scalar> Oracle<S> {
    /// `Ḡ_i(v)` at every position `i`, in order, for `v = (u_1, …, u_l, e(x_1), …, e(x_t))`: the embeddings of `prompt`, then those
    /// of `tokens`; one of the two may be empty. Each output has a probability for every token, or zeros.
    ///
    /// # Errors
    /// [`ExtendedError::Length`] and [`ExtendedError::Negative`] for the prompt, [`ExtendedError::Sequence`] for the tokens, or if there is
    /// no position at all.
    ///
    /// # Examples
    /// ```
    /// use recoverable::{model::{Token, builtin}, number::parse, oracle::Exact};
    /// let casino = builtin::all().remove(0);
    /// let oracle = Exact::new(casino.hmm());
    /// let loaded = vec![parse("0").unwrap(), parse("1").unwrap()]; // lets only the loaded die pass
    /// let output = oracle.extended_output(&[loaded], &[None, Some(Token(5))]).unwrap();
    /// assert_eq!(output.len(), 3);
    /// assert_eq!(output[1][5].to_string(), "767/1578");
    /// ```
    pub fn extended_output(
        &self,
        prompt: &[Embedding],
        tokens: &Masked,
    ) -> Result<Vec<Vec<S::Quotient>>, ExtendedError> {
        valid(self.states(), prompt)?;
        if prompt.is_empty() || !tokens.is_empty() {
            self.check(tokens)?;
        }
        Ok(self.outputs(&self.filters(prompt, tokens)))
    }

    /// `Ḡ_{l+1}(u_1, …, u_l, e(∅), e(x))`, what a head behind this prompt sees of `x`. Without a prompt it is
    /// [`head_input`](Self::head_input).
    ///
    /// # Errors
    /// As for [`extended_output`](Self::extended_output); the tokens may not be empty.
    pub fn prompted_head_input(
        &self,
        prompt: &[Embedding],
        tokens: &Masked,
    ) -> Result<Vec<S::Quotient>, ExtendedError> {
        self.check(tokens)?;
        Ok(self.extended_output(prompt, &shifted(tokens))?.swap_remove(prompt.len()))
    }

    /// `Ḡ_i(u_1, …, u_l, e(∅), e(x))` at every position for the prompt of a construction for this model; its head looks at position `l + 1`.
    ///
    /// # Errors
    /// [`SequenceError::Empty`], [`SequenceError::UnknownToken`].
    ///
    /// # Panics
    /// If the prompt is one for another number of states.
    pub fn constructed_output(
        &self,
        construction: &Construction,
        tokens: &Masked,
    ) -> Result<Vec<Vec<S::Quotient>>, SequenceError> {
        self.check(tokens)?;
        let prompt = construction.prompt();
        assert!(prompt.iter().all(|embedding| embedding.len() == self.states()), "a prompt for other states");
        Ok(self.outputs(&self.filters(prompt, &shifted(tokens))))
    }

    /// What lets pass at each position, times a scale of its own.
    fn filters(&self, prompt: &[Embedding], tokens: &Masked) -> Vec<Vec<S>> {
        let embeddings = prompt.iter().map(|embedding| S::common_scale(embedding).0);
        embeddings.chain(tokens.iter().map(|&token| self.filter(token).to_vec())).collect()
    }

    /// `W τ_i / ‖τ_i‖₁` at every position.
    fn outputs(&self, filters: &[Vec<S>]) -> Vec<Vec<S::Quotient>> {
        let ones = Message { values: vec![S::one(); self.states()], exponent: 0 };
        let mut after = vec![ones];
        for filter in filters[1..].iter().rev() {
            let beta = &after[after.len() - 1];
            let values = apply(&self.transition_transposed, &entrywise(filter, &beta.values));
            after.push(Message::new(values, beta.exponent));
        }
        let mut before = Message::new(apply(&self.transition, &self.initial), 0);
        let mut outputs = Vec::with_capacity(filters.len());
        for (filter, beta) in filters.iter().zip(after.iter().rev()) {
            outputs.push(self.emit(&entrywise(&before.values, &beta.values)));
            let values = apply(&self.transition, &entrywise(filter, &before.values));
            before = Message::new(values, before.exponent);
        }
        outputs
    }
}

/// The tokens behind a blank.
fn shifted(tokens: &Masked) -> Vec<Option<Token>> {
    [&[None], tokens].concat()
}

/// Fails unless each embedding has an entry for each state, none of them negative.
fn valid(states: usize, embeddings: &[Embedding]) -> Result<(), ExtendedError> {
    for (index, embedding) in embeddings.iter().enumerate() {
        let position = Position(index + 1);
        if embedding.len() != states {
            let found = embedding.len();
            return Err(ExtendedError::Length { position, expected: states, found });
        }
        if let Some(state) = embedding.iter().position(Signed::is_negative).map(State) {
            return Err(ExtendedError::Negative { position, state });
        }
    }
    Ok(())
}

/// `τ_i` at every position by the paper's messages, which divide by `π_i`: a cross-check of the other form, in rationals. No position
/// gives no `τ`.
///
/// # Errors
/// [`ExtendedError::Length`] and [`ExtendedError::Negative`].
pub fn messages(hmm: &Hmm, embeddings: &[Embedding]) -> Result<Vec<Vec<BigRational>>, ExtendedError> {
    valid(hmm.states(), embeddings)?;
    let length = embeddings.len();
    let mut laws = vec![hmm.initial().to_vec()]; // π_0, π_1, …, π_t
    for _ in 0..length {
        laws.push(hmm.advance(&laws[laws.len() - 1]));
    }
    let mut left = vec![laws[length].clone()]; // L_t, L_{t-1}, …, L_1
    let mut right = vec![laws[length.min(1)].clone()]; // R_1, R_2, …, R_t
    for i in 1..length {
        let passed = product(&right[i - 1], &embeddings[i - 1]);
        right.push(hmm.advance(&passed));
        let at = length - i; // L_at from L_{at+1}
        let passed = product(&left[i - 1], &embeddings[at]);
        left.push(step_back(hmm, &laws[at], &laws[at + 1], &passed));
    }
    left.reverse();
    let tau = |i: usize| match i {
        0 => left[0].clone(),
        _ if i == length - 1 => right[i].clone(),
        _ => divided(&product(&left[i], &right[i]), &laws[i + 1]),
    };
    Ok((0..length).map(tau).collect())
}

/// `P[H_{i-1} | H_i] v`, with the laws of `H_{i-1}` and `H_i`.
fn step_back(
    hmm: &Hmm,
    earlier: &[BigRational],
    later: &[BigRational],
    v: &[BigRational],
) -> Vec<BigRational> {
    let n = hmm.states();
    let entry = |a: usize, b: usize| ratio(&(&hmm.transition()[(b, a)] * &earlier[a]), &later[b]);
    (0..n).map(|a| (0..n).map(|b| entry(a, b) * &v[b]).sum()).collect()
}

/// `x / y`, and 0 for `0 / 0`.
fn ratio(x: &BigRational, y: &BigRational) -> BigRational {
    if y.is_zero() {
        assert!(x.is_zero(), "only 0 is divided by 0: what has probability 0 has no part");
        BigRational::zero()
    } else {
        x / y
    }
}

fn product(x: &[BigRational], y: &[BigRational]) -> Vec<BigRational> {
    x.iter().zip(y).map(|(x, y)| x * y).collect()
}

fn divided(x: &[BigRational], y: &[BigRational]) -> Vec<BigRational> {
    x.iter().zip(y).map(|(x, y)| ratio(x, y)).collect()
}
