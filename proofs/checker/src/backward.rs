//! Backward vectors and probabilities, straight from the definition, in integers.
//!
//! `β(()) = 1`, `β(z·y) = Aᵀ (W[z,:]ᵀ ⊙ β(y))`; here times `(transition_scale · emission_scale)`
//! to the power of the number of tokens.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use crate::{
    cleared::{below, dot},
    failure::Rejection,
    model::Hmm,
};

/// The longest word or input that is read, in tokens.
pub const MAX_WORD: usize = 4096;

/// The most bits that the integers of one backward vector may have.
pub(crate) const MAX_BITS: u64 = 1 << 22;

/// What a position asks of its state: `filter[h]` is the probability that it passes at `h`, times `emission_scale`.
type Filter = Vec<BigInt>;

/// Fails unless the word has 1 to [`MAX_WORD`] tokens of the model.
pub(crate) fn word(field: &'static str, hmm: &Hmm, tokens: &[usize]) -> Result<(), Rejection> {
    match tokens.len() {
        0 => Err(Rejection::EmptyWord { field }),
        found if found > MAX_WORD => Err(Rejection::LongWord { field, found, limit: MAX_WORD }),
        found => {
            fits(field, hmm, found)?;
            tokens.iter().try_for_each(|&token| below(field, token, hmm.tokens()))
        }
    }
}

/// Fails if so many tokens lead to numbers of more than [`MAX_BITS`].
pub(crate) fn fits(field: &'static str, hmm: &Hmm, tokens: usize) -> Result<(), Rejection> {
    let bits = hmm.transition_scale.bits() + hmm.emission_scale.bits();
    if bits.saturating_mul(tokens as u64) > MAX_BITS { Err(Rejection::TooLarge { field }) } else { Ok(()) }
}

/// `Aᵀ (filter ⊙ β)`.
pub(crate) fn prepend(hmm: &Hmm, filter: &[BigInt], beta: &[BigInt]) -> Vec<BigInt> {
    let filtered: Vec<_> = filter.iter().zip(beta).map(|(passes, value)| passes * value).collect();
    let column = |h: usize| {
        let entries = hmm.transition.iter().map(|row| &row[h]);
        entries.zip(&filtered).map(|(a, value)| a * value).sum()
    };
    (0..hmm.states()).map(column).collect()
}

/// `β` of one more token in front.
pub(crate) fn prepend_token(hmm: &Hmm, token: usize, beta: &[BigInt]) -> Vec<BigInt> {
    prepend(hmm, &hmm.emission[token], beta)
}

/// `β` of the empty word: all ones.
pub(crate) fn ones(hmm: &Hmm) -> Vec<BigInt> {
    vec![BigInt::one(); hmm.states()]
}

/// `β(tokens)`.
pub(crate) fn backward(hmm: &Hmm, tokens: &[usize]) -> Vec<BigInt> {
    tokens.iter().rev().fold(ones(hmm), |beta, &token| prepend_token(hmm, token, &beta))
}

/// The probability that every position passes its filter, from the law `π0` of `H_0`.
pub(crate) fn probability(hmm: &Hmm, filters: &[Filter]) -> BigInt {
    let beta = filters.iter().rev().fold(ones(hmm), |beta, filter| prepend(hmm, filter, &beta));
    dot(&hmm.initial, &beta)
}

/// The filters of a sequence of tokens.
pub(crate) fn filters(hmm: &Hmm, tokens: &[usize]) -> Vec<Filter> {
    tokens.iter().map(|&token| hmm.emission[token].clone()).collect()
}

/// The filter that only one state passes.
pub(crate) fn only(hmm: &Hmm, state: usize) -> Filter {
    let mut filter = vec![BigInt::zero(); hmm.states()];
    filter[state].clone_from(&hmm.emission_scale);
    filter
}

/// The filter that every state passes.
pub(crate) fn anything(hmm: &Hmm) -> Filter {
    vec![hmm.emission_scale.clone(); hmm.states()]
}
