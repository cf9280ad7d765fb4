//! Proposition 3.4 and Claim A.1: true of every model (under 3.2 for the claim), and computed both
//! ways on the inputs that the certificate names.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::ergodic;
use crate::{
    backward::{anything, backward, filters, only, probability, word},
    certificate::{MaskedOutput, MaskedOutputs, ShiftedPosterior, ShiftedPosteriors},
    cleared::{dot, length},
    failure::Rejection,
    model::Hmm,
};

/// Rule `masked-output`. Proposition 3.4 for `U = X_i`, `V = X_{-i}`, `Z = H_i`:
/// `G_i(x) = W P[H_i | X_{-i} = x_{-i}]` for all inputs and positions.
///
/// # Soundness
/// Given `H_i`, the token `X_i` is drawn from column `H_i` of `W` independently of all else, so
/// `P[X_i=u, H_i=h, X_{-i}] = W[u,h] P[H_i=h, X_{-i}]`: sum over `h`, divide by `Pr(X_{-i})`. This uses
/// only that the model is one (nonnegative, columns sum to 1), which is checked. The instances
/// are recomputed: the left side from `Pr` of the whole inputs, the right from `P[H_i, X_{-i}]`.
/// Lemma: `masked_output_sound`.
pub(crate) fn masked_outputs(hmm: &Hmm, evidence: &MaskedOutputs) -> Result<(), Rejection> {
    if evidence.instances.is_empty() {
        return Err(Rejection::NoEvidence { field: "instances" });
    }
    evidence
        .instances
        .iter()
        .enumerate()
        .try_for_each(|(index, instance)| masked_output(hmm, index, instance))
}

fn masked_output(hmm: &Hmm, index: usize, instance: &MaskedOutput) -> Result<(), Rejection> {
    let MaskedOutput { tokens, position, output } = instance;
    word("tokens", hmm, tokens)?;
    length("output", hmm.tokens(), output.len())?;
    let Some(slot) = position.checked_sub(1).filter(|&slot| slot < tokens.len()) else {
        return Err(Rejection::OutOfRange { field: "position", found: *position, limit: tokens.len() + 1 });
    };
    let mut pattern = filters(hmm, tokens);
    let mut mass = |filter: Vec<BigInt>| {
        pattern[slot] = filter;
        probability(hmm, &pattern)
    };
    let total = mass(anything(hmm));
    if total.is_zero() {
        return Err(Rejection::ImpossibleInstance { instance: index });
    }
    let tokens: Vec<_> = (0..hmm.tokens()).map(|u| mass(hmm.emission[u].clone())).collect();
    let hidden: Vec<_> = (0..hmm.states()).map(|h| mass(only(hmm, h))).collect();
    for (u, found) in tokens.iter().enumerate() {
        let through_hidden = dot(&hmm.emission[u], &hidden);
        let agrees = found * &hmm.emission_scale == through_hidden;
        if !agrees || output[u].0 != BigRational::new(found.clone(), total.clone()) {
            return Err(Rejection::Value { field: "output", instance: index });
        }
    }
    Ok(())
}

/// Rule `shifted-posterior`. Claim A.1, for every shift `i ≥ 1` and every input that is possible there.
///
/// # Soundness
/// By the Markov property `P[H_i, X_{i+1:i+t}=x] = π_i ⊙ β(x)`, and `P[H_0, X_{1:t}=x] = π0 ⊙ β(x)`. `π0`
/// has full support, so `D = diag(π_i/π0)` exists and turns the second into the first; `β(x) ≠ 0`
/// where the left side is defined, so `Pr(X_{1:t}=x) > 0` and `r_x > 0`. By irreducibility every
/// `π_i` has full support too, so possible inputs are possible at every shift. The instances are
/// recomputed: the left side forward from each state at time `i`, the right side by `β`.
/// Lemma: `shifted_posterior_sound`.
pub(crate) fn shifted_posteriors(hmm: &Hmm, evidence: &ShiftedPosteriors) -> Result<(), Rejection> {
    ergodic::ergodic(hmm, &evidence.ergodic)?;
    if evidence.instances.is_empty() {
        return Err(Rejection::NoEvidence { field: "instances" });
    }
    evidence
        .instances
        .iter()
        .enumerate()
        .try_for_each(|(index, instance)| shifted_posterior(hmm, index, instance))
}

fn shifted_posterior(hmm: &Hmm, index: usize, instance: &ShiftedPosterior) -> Result<(), Rejection> {
    let ShiftedPosterior { tokens, shift, ratio } = instance;
    word("tokens", hmm, tokens)?;
    if *shift == 0 || *shift > MAX_SHIFT {
        return Err(Rejection::OutOfRange { field: "shift", found: *shift, limit: MAX_SHIFT + 1 });
    }
    let law = (0..*shift).fold(hmm.initial.clone(), |law, _| advance(hmm, &law));
    let at_start: Vec<_> = hmm.initial.iter().zip(backward(hmm, tokens)).map(|(p, b)| p * b).collect();
    let at_shift: Vec<_> = (0..hmm.states()).map(|h| &law[h] * forward(hmm, h, tokens)).collect();
    let (start_mass, shift_mass) = (at_start.iter().sum::<BigInt>(), at_shift.iter().sum::<BigInt>());
    if start_mass.is_zero() || shift_mass.is_zero() {
        return Err(Rejection::ImpossibleInstance { instance: index });
    }
    // Every entry of `at_shift` and `law` carries the extra factor transition_scale^shift.
    let scale = num_traits::pow(hmm.transition_scale.clone(), *shift);
    let found = BigRational::new(&start_mass * &scale, shift_mass.clone());
    let posterior = |mass: &BigInt, total: &BigInt| BigRational::new(mass.clone(), total.clone());
    let holds = |h: usize| {
        let change = BigRational::new(law[h].clone(), &hmm.initial[h] * &scale);
        posterior(&at_shift[h], &shift_mass) == &found * change * posterior(&at_start[h], &start_mass)
    };
    if ratio.0 == found && (0..hmm.states()).all(holds) {
        Ok(())
    } else {
        Err(Rejection::Value { field: "ratio", instance: index })
    }
}

/// The largest shift that is read.
pub(super) const MAX_SHIFT: usize = 64;

/// `A law`.
pub(super) fn advance(hmm: &Hmm, law: &[BigInt]) -> Vec<BigInt> {
    hmm.transition.iter().map(|row| dot(row, law)).collect()
}

/// The probability of the tokens after the state `h`, by running the chain forward.
pub(super) fn forward(hmm: &Hmm, h: usize, tokens: &[usize]) -> BigInt {
    let mut law = vec![BigInt::zero(); hmm.states()];
    law[h] = BigInt::from(1);
    for &token in tokens {
        law = advance(hmm, &law).iter().zip(&hmm.emission[token]).map(|(p, w)| p * w).collect();
    }
    law.iter().sum()
}
