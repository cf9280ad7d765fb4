//! Lemmas B.1 and B.2: what a soft prompt token does, true of every model (of full support for B.2), and computed both ways on
//! the inputs that the certificate names.
//!
//! A first embedding `u` acts as a token `z~` that the first state emits with the probability `u`: the law `X̂` has `Pr(X̂_1=z~|H_1) = u`,
//! `Pr(X̂_1=z|H_1) = (1−u) W[z,:]`, and is that of `X` from the second position on.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{
    ergodic,
    posterior::{advance, forward},
};
use crate::{
    backward::{anything, backward, filters, probability, word},
    certificate::{FakeToken, FakeTokens, PromptedPosterior, PromptedPosteriors},
    cleared::{Cleared, dot, length},
    failure::Rejection,
    matrix::vector,
    model::Hmm,
    number::Rational,
};

/// Rule `fake-token`. Lemma B.1: `Ḡ_i(u, e(x)) = P[X̂_i | X̂_{-i} = (z~, x)_{-i}]` at every position `i > 1`, for all `u` in [0, 1]ⁿ and all `x`.
///
/// # Soundness
/// `Ḡ` has `τ_i = R_i ⊙ B_i` with `R_1 = π_1`, `R_{j+1} = A (v_j ⊙ R_j)`, and `B` likewise from the end. Written out,
/// `τ_i[h]` is the sum over the hidden paths through `H_i = h` of their probability times all `v_j[h_j]`, `j ≠ i`; `v_1 = u` is `Pr(X̂_1=z~|H_1)` and the other `v_j` are
/// `Pr(X̂_j=x_j|H_j)`, so `τ_i = P[H_i, X̂_{-i}]`. For `i > 1` the token at `i` is drawn from column `H_i` of `W` independently of all
/// else. The instances are recomputed: the left side from `τ_i`, the right from the probabilities of whole inputs.
/// Lemma: `fake_token_sound`.
pub(crate) fn fake_tokens(hmm: &Hmm, evidence: &FakeTokens) -> Result<(), Rejection> {
    some(&evidence.instances)?;
    let mut instances = evidence.instances.iter().enumerate();
    instances.try_for_each(|(index, instance)| fake_token(hmm, index, instance))
}

fn some<T>(instances: &[T]) -> Result<(), Rejection> {
    if instances.is_empty() { Err(Rejection::NoEvidence { field: "instances" }) } else { Ok(()) }
}

/// The entries of an embedding are in [0, 1], one for each state.
pub(super) fn embedding(hmm: &Hmm, instance: usize, values: &[Rational]) -> Result<Cleared, Rejection> {
    let cleared = vector("embedding", hmm.states(), values)?;
    let outside = |value: &Rational| value.0.is_negative() || value.0 > BigRational::one();
    match values.iter().position(outside) {
        Some(state) => Err(Rejection::InstanceEmbedding { instance, state }),
        None => Ok(cleared),
    }
}

fn fake_token(hmm: &Hmm, index: usize, instance: &FakeToken) -> Result<(), Rejection> {
    let FakeToken { embedding: values, tokens, position, output } = instance;
    let u = embedding(hmm, index, values)?;
    word("tokens", hmm, tokens)?;
    length("output", hmm.tokens(), output.len())?;
    if *position < 2 || *position > tokens.len() + 1 {
        return Err(Rejection::OutOfRange { field: "position", found: *position, limit: tokens.len() + 2 });
    }
    let slot = position - 1;
    let mut pattern = [vec![u.numerators.clone()], filters(hmm, tokens)].concat();
    pattern[slot] = anything(hmm);
    let total = probability(hmm, &pattern);
    let tau = passing(hmm, &u, &tokens[..slot - 1], &tokens[slot..]);
    let through_hidden: BigInt = tau.iter().sum();
    for (token, stated) in output.iter().enumerate() {
        pattern[slot].clone_from(&hmm.emission[token]);
        let expected = share(probability(hmm, &pattern), &total);
        let found = share(dot(&hmm.emission[token], &tau), &(&through_hidden * &hmm.emission_scale));
        if stated.0 != expected || stated.0 != found {
            return Err(Rejection::Value { field: "output", instance: index });
        }
    }
    Ok(())
}

/// `part / whole`, and 0 where nothing is possible.
pub(super) fn share(part: BigInt, whole: &BigInt) -> BigRational {
    if whole.is_zero() { BigRational::zero() } else { BigRational::new(part, whole.clone()) }
}

/// `τ_i = R_i ⊙ B_i`, times an integer, for the tokens between the embedding and position `i` and those behind it.
pub(super) fn passing(hmm: &Hmm, embedding: &Cleared, before: &[usize], after: &[usize]) -> Vec<BigInt> {
    let rows = before.iter().map(|&token| &hmm.emission[token]);
    let filters = [&embedding.numerators].into_iter().chain(rows);
    let law = filters.fold(hmm.first(), |law, filter| {
        let passed: Vec<_> = law.iter().zip(filter).map(|(p, v)| p * v).collect();
        advance(hmm, &passed)
    });
    law.iter().zip(backward(hmm, after)).map(|(r, b)| r * b).collect()
}

/// Rule `prompted-posterior`. Lemma B.2, for all `u` in [0, 1]ⁿ and all `x` with `Pr(X̂_1=z~, X̂_{3:t+2}=x) > 0`:
/// `P[H_2 | X̂_1=z~, X̂_{3:t+2}=x] = r'_x diag(1/π0) (P[X̂_1=z~, H_2] ⊙ P[H_0 | X_{1:t}=x])`, `r'_x > 0`.
///
/// # Soundness
/// With `ρ = A (u⊙π_1) = P[X̂_1=z~, H_2]` the Markov property gives `P[H_2, X̂_1=z~, X̂_{3:t+2}=x] = ρ⊙β(x)`, and
/// `P[H_0, X_{1:t}=x] = π0⊙β(x)`. `π0` has full support, so `diag(1/π0)` exists, and `β(x) ≠ 0` makes `Pr(X_{1:t}=x)` positive; divide. The instances
/// are recomputed: the left side forward from each state, the right side by `β`.
/// Lemma: `prompted_posterior_sound`.
pub(crate) fn prompted_posteriors(hmm: &Hmm, evidence: &PromptedPosteriors) -> Result<(), Rejection> {
    ergodic::full_support(hmm)?;
    some(&evidence.instances)?;
    let mut instances = evidence.instances.iter().enumerate();
    instances.try_for_each(|(index, instance)| prompted_posterior(hmm, index, instance))
}

fn prompted_posterior(hmm: &Hmm, index: usize, instance: &PromptedPosterior) -> Result<(), Rejection> {
    let PromptedPosterior { embedding: values, tokens, ratio } = instance;
    let u = embedding(hmm, index, values)?;
    word("tokens", hmm, tokens)?;
    let law = passing(hmm, &u, &[], &[]); // ρ times law_scale
    let law_scale = &hmm.initial_scale * &hmm.transition_scale * &hmm.transition_scale * &u.denominator;
    let left: Vec<_> = (0..hmm.states()).map(|h| &law[h] * forward(hmm, h, tokens)).collect();
    let start: Vec<_> = hmm.initial.iter().zip(backward(hmm, tokens)).map(|(p, b)| p * b).collect();
    let (left_mass, start_mass) = (left.iter().sum::<BigInt>(), start.iter().sum::<BigInt>());
    if left_mass.is_zero() {
        return Err(Rejection::ImpossibleInstance { instance: index });
    }
    // `left` carries law_scale where `start` carries initial_scale.
    let found = BigRational::new(&start_mass * &law_scale, &left_mass * &hmm.initial_scale);
    let holds = |h: usize| {
        let weight = BigRational::new(&law[h] * &hmm.initial_scale, &law_scale * &hmm.initial[h]); // ρ / π0
        share(left[h].clone(), &left_mass) == &found * weight * share(start[h].clone(), &start_mass)
    };
    if ratio.0 == found && (0..hmm.states()).all(holds) {
        Ok(())
    } else {
        Err(Rejection::Value { field: "ratio", instance: index })
    }
}
