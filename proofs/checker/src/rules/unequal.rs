//! Claim A.1 and Lemma B.2 fail: one input on which both sides are computed, and differ.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::pow;

use super::{
    fake_token::{embedding, passing, share},
    posterior::{MAX_SHIFT, advance, forward},
};
use crate::{
    backward::{backward, word},
    certificate::{UnequalPromptedPosterior, UnequalShiftedPosterior},
    cleared::{Cleared, below},
    failure::Rejection,
    model::Hmm,
};

/// Rule `unequal-shifted-posterior`. Claim A.1 is false, for this shift, input and state.
///
/// # Soundness
/// The claim says that both sides are equal for every state wherever the input is possible; they are computed as in `shifted-posterior`, with
/// `x/0 = 0`, and differ.
/// Lemma: `unequal_shifted_posterior_sound`.
pub(crate) fn shifted_posterior(hmm: &Hmm, evidence: &UnequalShiftedPosterior) -> Result<(), Rejection> {
    let UnequalShiftedPosterior { tokens, shift, state } = evidence;
    if *shift == 0 || *shift > MAX_SHIFT {
        return Err(Rejection::OutOfRange { field: "shift", found: *shift, limit: MAX_SHIFT + 1 });
    }
    let numerators = (0..*shift).fold(hmm.initial.clone(), |law, _| advance(hmm, &law));
    let denominator = &hmm.initial_scale * pow(hmm.transition_scale.clone(), *shift);
    differ(hmm, &Cleared { numerators, denominator }, tokens, *state)
}

/// Rule `unequal-prompted-posterior`. Lemma B.2 is false, for this embedding, input and state.
///
/// # Soundness
/// As for `unequal-shifted-posterior`, with `ρ = A (u⊙π_1)` for `π_i`.
/// Lemma: `unequal_prompted_posterior_sound`.
pub(crate) fn prompted_posterior(hmm: &Hmm, evidence: &UnequalPromptedPosterior) -> Result<(), Rejection> {
    let UnequalPromptedPosterior { embedding: values, tokens, state } = evidence;
    let u = embedding(hmm, 0, values)?;
    let denominator = &hmm.initial_scale * &hmm.transition_scale * &hmm.transition_scale * &u.denominator;
    let law = Cleared { numerators: passing(hmm, &u, &[], &[]), denominator };
    differ(hmm, &law, tokens, *state)
}

/// With this law of a later state, the law of that state given the tokens after it is not `r · (law / π0) ⊙ P[H_0 | x]`.
fn differ(hmm: &Hmm, law: &Cleared, tokens: &[usize], state: usize) -> Result<(), Rejection> {
    word("tokens", hmm, tokens)?;
    below("state", state, hmm.states())?;
    let later: Vec<_> = (0..hmm.states()).map(|h| &law.numerators[h] * forward(hmm, h, tokens)).collect();
    let start: Vec<_> = hmm.initial.iter().zip(backward(hmm, tokens)).map(|(p, b)| p * b).collect();
    let (later_mass, start_mass) = (later.iter().sum::<BigInt>(), start.iter().sum::<BigInt>());
    if later_mass == BigInt::ZERO || start_mass == BigInt::ZERO {
        return Err(Rejection::ImpossibleInput);
    }
    let ratio = BigRational::new(&start_mass * &law.denominator, &later_mass * &hmm.initial_scale);
    let change =
        share(&law.numerators[state] * &hmm.initial_scale, &(&law.denominator * &hmm.initial[state]));
    let right = ratio * change * share(start[state].clone(), &start_mass);
    if share(later[state].clone(), &later_mass) == right { Err(Rejection::EqualSides) } else { Ok(()) }
}
