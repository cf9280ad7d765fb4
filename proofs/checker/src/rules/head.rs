//! Linear heads: Theorem 3.3, and heads with proportional scores (both answers).
//!
//! Let `ρ` be the law of the state that the head sees: `π_1`, or what a prompt makes of it.
//! For a head `b` and a task `μ` the *gap* is the row `f = bᵀ W diag(ρ) − (μ⊙π0)ᵀ`. On an input
//! `x` the head's score is `b·W(ρ⊙β(x)) / ρ·β(x)` and the task's `(μ⊙π0)·β(x) / Pr(x)`,
//! so `f·β(x) = 0` makes one a positive multiple of the other. Where `ρ·β(x) = 0` the model's
//! output is zero, `ρ⊙β(x) = 0` as well, and `f·β(x) = 0` says that the task's score vanishes.
//! With several classes `b_k − b_0` and `μ_k − μ_0` take the places of `b` and `μ` for all `k ≥ 1`, with the
//! same multiple for every `k`, so both argmaxes agree, ties included.

use num_bigint::BigInt;
use num_traits::Zero;

use super::{ergodic, independence, labels::seen_law};
use crate::{
    backward::{backward, word},
    certificate::{InvertibleHead, NoProportionalHead, ProportionalHead, Span, UnseenCombination},
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

/// Rule `proportional-head`. `b·W(ρ⊙β(x)) = c (μ⊙π0)·β(x)` on every possible input `x`, with `c = 1` for all of them.
///
/// # Soundness
/// Either the gap is zero, or it vanishes on the span of all backward vectors: see [`span::closed`]. So the labels of this head are the
/// task's on every possible input, which is `head-recovers-task`, and, without a prompt, some linear head has them, which is `linear-head`.
/// Lemma: `proportional_head_sound`.
pub(crate) fn proportional_head(hmm: &Hmm, evidence: &ProportionalHead) -> Result<(), Rejection> {
    let heads = contrasts(hmm, &evidence.head)?;
    let gaps = gaps_behind(hmm, &seen_law(hmm, evidence.prompt.as_deref())?, &heads);
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

/// `bᵀ W diag(ρ) = (μ⊙π0)ᵀ` for every class.
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
/// For such a head `b·W diag(ρ) β(w) = c (μ⊙π0)·β(w)` on every possible word, so the same on the
/// combination `v`; there the left side is 0 and the right is not. With several classes the same
/// for `b_k − b_0` and `μ_k − μ_0`.
/// Lemma: `no_proportional_head_sound`.
pub(crate) fn no_proportional_head(hmm: &Hmm, evidence: &NoProportionalHead) -> Result<(), Rejection> {
    let NoProportionalHead { class, words, weights, prompt } = evidence;
    let task = task_of(hmm, *class)?;
    let combined = combination(hmm, words, weights)?;
    if let Some(token) = visible(hmm, &seen_law(hmm, prompt.as_deref())?.numerators, &combined) {
        return Err(Rejection::Visible { token });
    }
    counts(hmm, task, &combined)
}

/// Rule `unseen-combination`. No prompt, of one token or more, has a head with scores `c (μ⊙π0)·β(x)` with one constant `c > 0`.
///
/// # Soundness
/// The law of a prompt is `ρ = A y = Σ_j y_j A[:,j]`, and `y_j = 0` where no step leads to `j`, since `y` is what the prompt leaves of a law `A (…)`. So
/// `W diag(ρ) v = Σ_j y_j W diag(A[:,j]) v = 0`: the combination `v` contradicts every head behind every prompt as that of [`no_proportional_head`] does.
/// Lemma: `unseen_combination_sound`.
pub(crate) fn unseen_combination(hmm: &Hmm, evidence: &UnseenCombination) -> Result<(), Rejection> {
    let UnseenCombination { class, words, weights } = evidence;
    let task = task_of(hmm, *class)?;
    let combined = combination(hmm, words, weights)?;
    let entered = |state: &usize| hmm.transition[*state].iter().any(|entry| !entry.is_zero());
    for state in (0..hmm.states()).filter(entered) {
        let column: Vec<_> = hmm.transition.iter().map(|row| row[state].clone()).collect();
        if let Some(token) = visible(hmm, &column, &combined) {
            return Err(Rejection::VisibleFrom { state, token });
        }
    }
    counts(hmm, task, &combined)
}

/// The task of a class, from 1.
fn task_of(hmm: &Hmm, class: usize) -> Result<&Cleared, Rejection> {
    if hmm.tasks.is_empty() {
        return Err(Rejection::NoTask);
    }
    let missing = Rejection::OutOfRange { field: "class", found: class, limit: hmm.tasks.len() + 1 };
    class.checked_sub(1).and_then(|index| hmm.tasks.get(index)).ok_or(missing)
}

/// The first row of `W diag(ρ)` that does not vanish on a vector.
fn visible(hmm: &Hmm, law: &[BigInt], vector: &[BigInt]) -> Option<usize> {
    let seen: Vec<_> = law.iter().zip(vector).map(|(p, v)| p * v).collect();
    hmm.emission.iter().position(|row| !dot(row, &seen).is_zero())
}

/// `(μ⊙π0) · v ≠ 0`.
fn counts(hmm: &Hmm, task: &Cleared, vector: &[BigInt]) -> Result<(), Rejection> {
    let weighted = task.numerators.iter().zip(&hmm.initial).map(|(mu, p)| mu * p);
    let score: BigInt = weighted.zip(vector).map(|(s, v)| s * v).sum();
    if score.is_zero() { Err(Rejection::TaskVanishes) } else { Ok(()) }
}

/// `Σ weight β(word)` times a positive integer; every word is possible.
fn combination(hmm: &Hmm, words: &[Vec<usize>], weights: &[Rational]) -> Result<Vec<BigInt>, Rejection> {
    length("weights", words.len(), weights.len())?;
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
