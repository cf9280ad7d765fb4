//! Proportional heads behind prompts: which statements speak of one, and that no prompt at all has such a head.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::independence::{independent, shape};
use crate::{
    backward::{backward, word},
    certificate::{NoPrompt, StateRatio},
    cleared::{Cleared, below, dot, length},
    failure::Rejection,
    matrix::vector,
    model::Hmm,
    number::Rational,
};

/// The statement speaks of the head alone.
pub(crate) fn absent(prompt: Option<&Vec<Vec<Rational>>>) -> Result<(), Rejection> {
    if prompt.is_none() { Ok(()) } else { Err(Rejection::Prompted) }
}

/// The statement speaks of a prompt.
pub(crate) fn present(prompt: Option<&Vec<Vec<Rational>>>) -> Result<(), Rejection> {
    if prompt.is_some() { Ok(()) } else { Err(Rejection::Unprompted) }
}

/// Rule `no-prompt`. No prompt, of one token or more, has a head with scores `c (μ⊙π0)·β(x)` with one constant `c > 0`.
///
/// # Soundness
/// The law of a prompt is `ρ = A y` for some `y ≥ 0`. Let `b_k` be a head behind it, scaled so that `c = 1`. The words are possible and
/// their vectors span everything, so `(b_k·W[:,h]) ρ_h = s_k,h` for all `h`, with `s_k = μ_k⊙π0`. Hence `ρ_h > 0` where some `s_k,h ≠ 0`, and where
/// `A[h,j] > 0` for all `j` with `A[g,j] > 0`, for a `g` of this kind: such states are *in sight*, and `b_k·W[:,h] = s_k,h t_h` there with `t_h = 1/ρ_h`.
/// From `A[h,j] ≥ m A[g,j]` follow `ρ_h ≥ m ρ_g` and `t_g ≥ m t_h`. The sum `p = Σ κ_k⊙s_k − Σ λ (e_g − m e_h)` lives in sight, is not negative and not
/// zero, so `0 = Σ b_k·W κ_k = Σ_h Σ_k κ_k,h s_k,h t_h = p·t + Σ λ (t_g − m t_h) > 0`, a contradiction.
/// Lemma: `no_prompt_sound`.
pub(crate) fn no_prompt(hmm: &Hmm, evidence: &NoPrompt) -> Result<(), Rejection> {
    if hmm.tasks.is_empty() {
        return Err(Rejection::NoTask);
    }
    spanning(hmm, evidence)?;
    let in_sight = in_sight(hmm);
    let mut sum = seen_kernels(hmm, &evidence.kernels, &in_sight)?;
    for (index, bound) in evidence.ratios.iter().enumerate() {
        holds(hmm, &in_sight, index, bound)?;
        sum[bound.below] -= &bound.weight.0;
        sum[bound.above] += &bound.weight.0 * &bound.ratio.0;
    }
    if let Some(state) = sum.iter().position(Signed::is_negative) {
        return Err(Rejection::NegativeSum { state });
    }
    if sum.iter().all(Zero::is_zero) { Err(Rejection::ZeroVector) } else { Ok(()) }
}

/// The vectors of the words, all of them possible, span everything.
fn spanning(hmm: &Hmm, evidence: &NoPrompt) -> Result<(), Rejection> {
    let NoPrompt { words, words_independent, .. } = evidence;
    length("words", hmm.states(), words.len())?;
    shape("words_independent", hmm.states(), hmm.states(), words_independent)?;
    words.iter().try_for_each(|tokens| word("words", hmm, tokens))?;
    let vectors: Vec<Vec<BigInt>> = words.iter().map(|tokens| backward(hmm, tokens)).collect();
    if let Some(word) = vectors.iter().position(|beta| dot(&hmm.initial, beta).is_zero()) {
        return Err(Rejection::ImpossibleWord { word });
    }
    independent("words_independent", &vectors, hmm.states(), words_independent)
}

/// The states with positive probability under the law of every prompt that has a proportional head.
fn in_sight(hmm: &Hmm) -> Vec<bool> {
    let counts =
        |g: usize| !hmm.initial[g].is_zero() && hmm.tasks.iter().any(|task| !task.numerators[g].is_zero());
    let counting: Vec<_> = (0..hmm.states()).filter(|&g| counts(g)).collect();
    let covers = |h: usize, g: usize| (0..hmm.states()).all(|j| hmm.has_step(j, h) || !hmm.has_step(j, g));
    (0..hmm.states()).map(|h| counting.iter().any(|&g| covers(h, g))).collect()
}

/// `Σ κ_k ⊙ s_k`, where `W κ_k = 0` and `κ_k` lives in sight.
fn seen_kernels(
    hmm: &Hmm,
    kernels: &[Vec<Rational>],
    in_sight: &[bool],
) -> Result<Vec<BigRational>, Rejection> {
    length("kernels", hmm.tasks.len(), kernels.len())?;
    let mut sum = vec![BigRational::zero(); hmm.states()];
    for (index, (kernel, task)) in kernels.iter().zip(&hmm.tasks).enumerate() {
        let kernel = vector("kernels", hmm.states(), kernel)?;
        if let Some(row) = hmm.emission_matrix.outside_kernel(&kernel.numerators) {
            return Err(Rejection::OutsideKernel { field: "kernels", index, row });
        }
        let hidden = |state: &usize| !in_sight[*state] && !kernel.numerators[*state].is_zero();
        if let Some(state) = (0..hmm.states()).find(hidden) {
            return Err(Rejection::OutOfSight { field: "kernels", index, state });
        }
        let score = |h: usize| task_score(hmm, task, h) * &kernel.numerators[h] / &kernel.denominator;
        sum.iter_mut().enumerate().for_each(|(h, total)| *total += score(h));
    }
    Ok(sum)
}

/// `μ_h π0_h`
fn task_score(hmm: &Hmm, task: &Cleared, h: usize) -> BigRational {
    BigRational::new(&task.numerators[h] * &hmm.initial[h], &task.denominator * &hmm.initial_scale)
}

/// The weight is not negative, both states are in sight, and the bound holds in every column of `A`.
fn holds(hmm: &Hmm, in_sight: &[bool], index: usize, bound: &StateRatio) -> Result<(), Rejection> {
    for state in [bound.above, bound.below] {
        below("ratios", state, hmm.states())?;
        if !in_sight[state] {
            return Err(Rejection::OutOfSight { field: "ratios", index, state });
        }
    }
    if bound.weight.0.is_negative() {
        return Err(Rejection::NegativeWeight { field: "ratios", index });
    }
    let (above, below) = (&hmm.transition[bound.above], &hmm.transition[bound.below]);
    let fails = |(a, b): (&BigInt, &BigInt)| a * bound.ratio.0.denom() < b * bound.ratio.0.numer();
    match above.iter().zip(below).position(fails) {
        Some(column) => Err(Rejection::StateRatio { index, column }),
        None => Ok(()),
    }
}
