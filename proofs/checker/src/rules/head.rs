//! Linear heads: Theorem 3.3, and heads with proportional scores (both answers).
//!
//! For a head `b` and a task `μ` the *gap* is the row `f = bᵀ W diag(π_1) − (μ⊙π0)ᵀ`. On an input
//! `x` the head's score is `b·G_1 = b·W(π_1⊙β(x)) / π_1·β(x)` and the task's `(μ⊙π0)·β(x) / Pr(x)`,
//! so `f·β(x) = 0` makes one a positive multiple of the other. Where `π_1·β(x) = 0` the model's
//! output is zero, `π_1⊙β(x) = 0` as well, and `f·β(x) = 0` says that the task's score vanishes.
//! With several classes `b_k − b_0` and `μ_k − μ_0` take the places of `b` and `μ` for all `k ≥ 1`, with the
//! same multiple for every `k`, so both argmaxes agree, ties included.

use num_bigint::BigInt;
use num_traits::Zero;

use super::{ergodic, independence};
use crate::{
    backward::{backward, word},
    certificate::{InvertibleHead, NoProportionalHead, ProportionalHead, Span},
    cleared::{Cleared, clear, dot, length},
    failure::Rejection,
    model::{Hmm, differences},
    number::Rational,
    rules::span,
};

/// Rule `invertible-head`. Theorem 3.3: its hypotheses, and its conclusion for this head.
///
/// # Soundness
/// The gap of the head is zero, so it vanishes on every `β(x)`. Independence and full support
/// (with `π_1 > 0`, which irreducibility implies and is checked) make `W diag(π_1)` injective, and
/// `G_1 ∝ W diag(π_1) β(x)`: a left inverse of the rows `I` recovers `β(x)` up to scale and so
/// the posterior `π0⊙β(x) / Pr(x)`.
/// Lemma: `invertible_head_sound`.
pub(crate) fn invertible_head(hmm: &Hmm, evidence: &InvertibleHead) -> Result<(), Rejection> {
    independence::independent_columns(&hmm.emission_matrix, &evidence.independence)?;
    ergodic::ergodic(hmm, &evidence.ergodic)?;
    if let Some(state) = hmm.first().iter().position(Zero::is_zero) {
        return Err(Rejection::Unsupported { state });
    }
    identity(&gaps(hmm, &evidence.head)?)
}

/// Rule `proportional-head`. `b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x)` on every possible input `x`, with `c = 1` for all of them.
///
/// # Soundness
/// Either the gap is zero, or it vanishes on the span of all backward vectors: see [`span::closed`]. So the labels of this head are the
/// task's on every possible input, which is `head-recovers-task`, and some linear head has them, which is `linear-head`.
/// Lemma: `proportional_head_sound`.
pub(crate) fn proportional_head(hmm: &Hmm, evidence: &ProportionalHead) -> Result<(), Rejection> {
    let gaps = gaps(hmm, &evidence.head)?;
    let Some(span) = &evidence.span else { return identity(&gaps) };
    let words = span::closed(hmm, span)?;
    gaps.iter().enumerate().try_for_each(|(class, gap)| vanishes(hmm, span, &words, class + 1, gap))
}

/// The gap vanishes on the vector of each basis word; with squares, where the word is possible.
fn vanishes(
    hmm: &Hmm,
    span: &Span,
    words: &[Vec<BigInt>],
    class: usize,
    gap: &[BigInt],
) -> Result<(), Rejection> {
    let fails = |beta: &Vec<BigInt>| {
        let counts = !span.squares || !dot(&hmm.initial, beta).is_zero();
        counts && !dot(gap, beta).is_zero()
    };
    match words.iter().position(fails) {
        Some(word) => Err(Rejection::Score { class, word }),
        None => Ok(()),
    }
}

/// `bᵀ W diag(π_1) = (μ⊙π0)ᵀ` for every class.
pub(crate) fn identity(gaps: &[Vec<BigInt>]) -> Result<(), Rejection> {
    for (class, gap) in gaps.iter().enumerate() {
        if let Some(state) = gap.iter().position(|value| !value.is_zero()) {
            return Err(Rejection::Identity { class: class + 1, state });
        }
    }
    Ok(())
}

/// The gap of each class, times a positive integer.
pub(crate) fn gaps(hmm: &Hmm, head: &[Vec<Rational>]) -> Result<Vec<Vec<BigInt>>, Rejection> {
    let denominator = &hmm.initial_scale * &hmm.transition_scale;
    let law = Cleared { numerators: hmm.first(), denominator };
    Ok(gaps_behind(hmm, &law, &contrasts(hmm, head)?))
}

/// The same with the law `ρ` of the state that the head sees for `π_1`.
pub(crate) fn gaps_behind(hmm: &Hmm, law: &Cleared, heads: &[Cleared]) -> Vec<Vec<BigInt>> {
    heads.iter().zip(&hmm.tasks).map(|(head, task)| gap(hmm, law, head, task)).collect()
}

/// `b`, or `b_k − b_0` for every class.
pub(crate) fn contrasts(hmm: &Hmm, head: &[Vec<Rational>]) -> Result<Vec<Cleared>, Rejection> {
    if hmm.tasks.is_empty() {
        return Err(Rejection::NoTask);
    }
    length("head", hmm.task_rows, head.len())?;
    head.iter().try_for_each(|row| length("head", hmm.tokens(), row.len()))?;
    Ok(differences(head))
}

fn gap(hmm: &Hmm, law: &Cleared, head: &Cleared, task: &Cleared) -> Vec<BigInt> {
    let left_scale = &task.denominator * &hmm.initial_scale;
    let right_scale = &head.denominator * &hmm.emission_scale * &law.denominator;
    let at = |h: usize| {
        let score: BigInt = hmm.emission.iter().zip(&head.numerators).map(|(row, b)| &row[h] * b).sum();
        score * &law.numerators[h] * &left_scale - &task.numerators[h] * &hmm.initial[h] * &right_scale
    };
    (0..hmm.states()).map(at).collect()
}

/// Rule `no-proportional-head`. No head has scores `c (μ⊙π0)·β(x)` with one constant `c > 0`.
///
/// # Soundness
/// For such a head `b·W diag(π_1) β(w) = c (μ⊙π0)·β(w)` on every possible word, so the same on the
/// combination `v`; there the left side is 0 and the right is not. With several classes the same
/// for `b_k − b_0` and `μ_k − μ_0`.
/// Lemma: `no_proportional_head_sound`.
pub(crate) fn no_proportional_head(hmm: &Hmm, evidence: &NoProportionalHead) -> Result<(), Rejection> {
    let NoProportionalHead { class, words, weights } = evidence;
    if hmm.tasks.is_empty() {
        return Err(Rejection::NoTask);
    }
    let Some(task) = class.checked_sub(1).and_then(|index| hmm.tasks.get(index)) else {
        return Err(Rejection::OutOfRange { field: "class", found: *class, limit: hmm.tasks.len() + 1 });
    };
    length("weights", words.len(), weights.len())?;
    let combined = combination(hmm, words, weights)?;
    let seen: Vec<_> = hmm.first().iter().zip(&combined).map(|(p, v)| p * v).collect();
    if let Some(token) = hmm.emission.iter().position(|row| !dot(row, &seen).is_zero()) {
        return Err(Rejection::Visible { token });
    }
    let weighted = task.numerators.iter().zip(&hmm.initial).map(|(mu, p)| mu * p);
    if weighted.zip(&combined).map(|(s, v)| s * v).sum::<BigInt>().is_zero() {
        return Err(Rejection::TaskVanishes);
    }
    Ok(())
}

/// `Σ weight β(word)` times a positive integer; every word is possible.
fn combination(hmm: &Hmm, words: &[Vec<usize>], weights: &[Rational]) -> Result<Vec<BigInt>, Rejection> {
    words.iter().try_for_each(|tokens| word("words", hmm, tokens))?;
    let weights = clear(weights.iter()).numerators;
    let longest = words.iter().map(Vec::len).max().unwrap_or(0);
    let step = &hmm.transition_scale * &hmm.emission_scale;
    let mut sum = vec![BigInt::ZERO; hmm.states()];
    for (index, (tokens, weight)) in words.iter().zip(&weights).enumerate() {
        let beta = backward(hmm, tokens);
        if dot(&hmm.initial, &beta).is_zero() {
            return Err(Rejection::ImpossibleWord { word: index });
        }
        let scale = weight * num_traits::pow(step.clone(), longest - tokens.len());
        sum.iter_mut().zip(&beta).for_each(|(total, value)| *total += &scale * value);
    }
    Ok(sum)
}
