//! The head of least `‖b‖₁` among those that satisfy the identity of Theorem 3.3.

use num_bigint::BigInt;
use num_traits::Signed;

use super::head::{gaps, identity};
use crate::{
    certificate::LeastHead,
    cleared::{Cleared, dot, length},
    failure::Rejection,
    matrix::vector,
    model::{Hmm, differences},
};

/// Rule `least-head`. The head satisfies `bᵀ W diag(π_1) = (μ⊙π0)ᵀ`, and no head that does has a smaller `‖b‖₁`. With several
/// classes the same for each `b_k − b_0` and `μ_k − μ_0`.
///
/// # Soundness
/// Every head `a` with the identity has `(μ⊙π0)·y = aᵀ W diag(π_1) y ≤ ‖a‖₁ max |W diag(π_1) y| ≤ ‖a‖₁`, and the left side
/// is `‖b‖₁` (weak duality).
/// Lemma: `least_head_sound`.
pub(crate) fn least_head(hmm: &Hmm, evidence: &LeastHead) -> Result<(), Rejection> {
    identity(&gaps(hmm, &evidence.head)?)?;
    length("dual", hmm.tasks.len(), evidence.dual.len())?;
    let contrasts = differences(&evidence.head).into_iter().zip(&hmm.tasks).zip(&evidence.dual);
    contrasts.enumerate().try_for_each(|(index, ((head, task), dual))| {
        let y = vector("dual", hmm.states(), dual)?;
        least(hmm, index + 1, &head, task, &y)
    })
}

/// `|W diag(π_1) y| ≤ 1` at every token, and `(μ⊙π0)·y = ‖b‖₁`.
fn least(hmm: &Hmm, class: usize, head: &Cleared, task: &Cleared, y: &Cleared) -> Result<(), Rejection> {
    let product = |(x, y): (&BigInt, &BigInt)| x * y;
    let seen: Vec<_> = hmm.first().iter().zip(&y.numerators).map(product).collect();
    let state_scale = &hmm.initial_scale * &y.denominator;
    let bound = &state_scale * &hmm.transition_scale * &hmm.emission_scale;
    if let Some(token) = hmm.emission.iter().position(|row| dot(row, &seen).abs() > bound) {
        return Err(Rejection::DualBound { class, token });
    }
    let initial: Vec<_> = hmm.initial.iter().zip(&y.numerators).map(product).collect();
    let norm: BigInt = head.numerators.iter().map(Signed::abs).sum();
    let reached =
        dot(&task.numerators, &initial) * &head.denominator == norm * &task.denominator * state_scale;
    if reached { Ok(()) } else { Err(Rejection::DualValue { class }) }
}
