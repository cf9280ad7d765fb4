//! Assumption 3.2: irreducible, aperiodic, full support, and the witnesses against each.

use num_integer::Integer as _;
use num_traits::{Signed, Zero};

use super::independence::distinct;
use crate::{
    certificate::{Aperiodicity, ClosedSet, ErgodicRadius, MissingSupport, Periods, Trees},
    cleared::{below, length},
    failure::Rejection,
    model::Hmm,
};

/// Rule `irreducible`. Every state leads to every other.
///
/// # Soundness
/// The forward tree shows that state 0 leads to every state, the backward tree that every state
/// leads to state 0; paths through state 0 join any two. Each step is a positive entry of `A`.
/// Lemma: `irreducible_sound`.
pub(crate) fn irreducible(hmm: &Hmm, evidence: &Trees) -> Result<(), Rejection> {
    let Trees { forward, backward } = evidence;
    tree("forward", hmm, forward.iter().map(|&(from, to)| ((from, to), from, to)))?;
    tree("backward", hmm, backward.iter().map(|&(from, to)| ((from, to), to, from)))
}

/// Each item is a step of the chain, the state it relies on and the state it adds.
fn tree(
    field: &'static str,
    hmm: &Hmm,
    steps: impl Iterator<Item = ((usize, usize), usize, usize)>,
) -> Result<(), Rejection> {
    let mut reached = vec![false; hmm.states()];
    reached[0] = true;
    for ((from, to), known, added) in steps {
        step(field, hmm, from, to)?;
        if !reached[known] {
            return Err(Rejection::Unreached { field, state: known });
        }
        if std::mem::replace(&mut reached[added], true) {
            return Err(Rejection::Repeated { field, index: added });
        }
    }
    match reached.iter().position(|&seen| !seen) {
        Some(state) => Err(Rejection::TreeMisses { field, state }),
        None => Ok(()),
    }
}

/// Fails unless both are states and `A[to, from] > 0`.
fn step(field: &'static str, hmm: &Hmm, from: usize, to: usize) -> Result<(), Rejection> {
    below(field, from, hmm.states())?;
    below(field, to, hmm.states())?;
    if hmm.has_step(from, to) { Ok(()) } else { Err(Rejection::NoStep { field, from, to }) }
}

/// Rule `reducible`. Some state does not lead to some other.
///
/// # Soundness
/// No step leaves the set, so a state inside it never leads to one outside; the set is nonempty
/// and proper, so both exist.
/// Lemma: `reducible_sound`.
pub(crate) fn reducible(hmm: &Hmm, evidence: &ClosedSet) -> Result<(), Rejection> {
    if evidence.states.is_empty() {
        return Err(Rejection::NoEvidence { field: "states" });
    }
    let inside = distinct("states", &evidence.states, hmm.states())?;
    if inside.iter().all(|&member| member) {
        return Err(Rejection::NotProper);
    }
    for &from in &evidence.states {
        if let Some(to) = (0..hmm.states()).find(|&to| !inside[to] && hmm.has_step(from, to)) {
            return Err(Rejection::Leaves { from, to });
        }
    }
    Ok(())
}

/// Rule `aperiodic`. The chain is irreducible and the period of every state is 1.
///
/// # Soundness
/// In an irreducible chain all states have the same period, and it divides the length of every
/// closed walk; the lengths given have greatest common divisor 1.
/// Lemma: `aperiodic_sound`.
pub(crate) fn aperiodic(hmm: &Hmm, evidence: &Aperiodicity) -> Result<(), Rejection> {
    irreducible(hmm, &evidence.trees)?;
    let mut divisor = 0;
    for walk in &evidence.walks {
        let [first, .., last] = walk.as_slice() else {
            let [only] = walk.as_slice() else {
                return Err(Rejection::NoEvidence { field: "walks" });
            };
            step("walks", hmm, *only, *only)?;
            divisor = 1;
            continue;
        };
        walk.windows(2).try_for_each(|pair| step("walks", hmm, pair[0], pair[1]))?;
        step("walks", hmm, *last, *first)?;
        divisor = divisor.gcd(&walk.len());
    }
    if divisor == 1 { Ok(()) } else { Err(Rejection::CommonDivisor(divisor)) }
}

/// Rule `periodic`. The length of every closed walk is a multiple of `period ≥ 2`.
///
/// # Soundness
/// Every step raises the class by 1 modulo the period, and a closed walk ends in the class where
/// it began. Every column of `A` has a positive entry, so closed walks exist.
/// Lemma: `periodic_sound`.
pub(crate) fn periodic(hmm: &Hmm, evidence: &Periods) -> Result<(), Rejection> {
    let Periods { period, classes } = evidence;
    if *period < 2 {
        return Err(Rejection::Period(*period));
    }
    length("classes", hmm.states(), classes.len())?;
    classes.iter().try_for_each(|&class| below("classes", class, *period))?;
    for from in 0..hmm.states() {
        let next = if classes[from] + 1 == *period { 0 } else { classes[from] + 1 };
        if let Some(to) = (0..hmm.states()).find(|&to| hmm.has_step(from, to) && classes[to] != next) {
            return Err(Rejection::ClassStep { from, to });
        }
    }
    Ok(())
}

/// Rule `full-support`. `π0[h] > 0` for every state.
///
/// # Soundness
/// Read off the model, whose entries are known not to be negative.
/// Lemma: `full_support_sound`.
pub(crate) fn full_support(hmm: &Hmm) -> Result<(), Rejection> {
    match hmm.initial.iter().position(Zero::is_zero) {
        Some(state) => Err(Rejection::Unsupported { state }),
        None => Ok(()),
    }
}

/// Rule `missing-support`. `π0[h] = 0` for some state.
///
/// # Soundness
/// Read off the model.
/// Lemma: `missing_support_sound`.
pub(crate) fn missing_support(hmm: &Hmm, evidence: &MissingSupport) -> Result<(), Rejection> {
    let state = evidence.state;
    below("state", state, hmm.states())?;
    if hmm.initial[state].is_zero() { Ok(()) } else { Err(Rejection::Supported { state }) }
}

/// Rule `ergodic`. Assumption 3.2: irreducible, aperiodic, full support.
///
/// # Soundness
/// The conjunction of `aperiodic` (which includes `irreducible`) and `full-support`.
/// Lemma: `ergodic_sound`.
pub(crate) fn ergodic(hmm: &Hmm, evidence: &Aperiodicity) -> Result<(), Rejection> {
    full_support(hmm)?;
    aperiodic(hmm, evidence)
}

/// Rule `ergodic-radius`. Assumption 3.2 for every model whose `π0` and `A` differ from these by less than the radius.
///
/// # Soundness
/// What differs by less than the radius from an entry that is at least the radius is positive: such a model has all steps of
/// the evidence, and full support.
/// Lemma: `ergodic_radius_sound`.
pub(crate) fn ergodic_radius(hmm: &Hmm, evidence: &ErgodicRadius) -> Result<(), Rejection> {
    let ErgodicRadius { radius, ergodic: Aperiodicity { trees, walks } } = evidence;
    ergodic(hmm, &evidence.ergodic)?;
    let (numer, denom) = (radius.0.numer(), radius.0.denom());
    if !numer.is_positive() {
        return Err(Rejection::Radius);
    }
    let least = numer * &hmm.initial_scale;
    if let Some(state) = hmm.initial.iter().position(|p| p * denom < least) {
        return Err(Rejection::WeakState { state });
    }
    let least = numer * &hmm.transition_scale;
    let around = |walk: &'_ Vec<usize>| -> Vec<(usize, usize)> {
        let next = walk.iter().cycle().skip(1);
        walk.iter().copied().zip(next.copied()).collect()
    };
    let steps = trees.forward.iter().chain(&trees.backward).copied().chain(walks.iter().flat_map(around));
    for (from, to) in steps {
        if &hmm.transition[to][from] * denom < least {
            return Err(Rejection::WeakStep { from, to });
        }
    }
    Ok(())
}
