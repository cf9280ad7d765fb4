//! Inputs whose labels no linear head has: what the head would have to win contradicts itself.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::labels::{Labels, label_at, task_scores};
use crate::{
    backward::{MAX_BITS, backward, word},
    certificate::{NoLinearHead, PackedContradictions, Term},
    cleared::{clear, dot, length},
    failure::Rejection,
    model::Hmm,
    number::Rational,
};

/// Rule `no-linear-head`. No linear head on `G_1` has the task's label on every possible input.
///
/// # Soundness
/// No head has the labels of all inputs of a contradiction: see [`Task::contradiction`].
/// Lemma: `no_linear_head_sound`.
pub(crate) fn no_linear_head(hmm: &Hmm, evidence: &NoLinearHead) -> Result<(), Rejection> {
    let task = Task { hmm, labels: Labels::of(hmm.task_rows)?, scores: task_scores(hmm) };
    task.contradiction(0, &evidence.terms)
}

/// Rule `packed-contradictions`. On inputs of one length every linear head errs with at least this probability.
///
/// # Soundness
/// A head errs on an input of each contradiction, or it would have the labels of all of them: see [`Task::contradiction`]. The
/// probability of the inputs on which it errs is at least the sum of the shares that they hold, and every share is held by one.
/// Lemma: `packed_contradictions_sound`.
pub(crate) fn packed_contradictions(hmm: &Hmm, evidence: &PackedContradictions) -> Result<(), Rejection> {
    let task = Task { hmm, labels: Labels::of(hmm.task_rows)?, scores: task_scores(hmm) };
    if evidence.contradictions.is_empty() {
        return Err(Rejection::NoEvidence { field: "contradictions" });
    }
    let mut sum = BigRational::zero();
    let mut held: BTreeMap<&[usize], BigRational> = BTreeMap::new();
    for (contradiction, packed) in evidence.contradictions.iter().enumerate() {
        let share = &packed.share.0;
        if !share.is_positive() {
            return Err(Rejection::Share { contradiction });
        }
        let words: BTreeSet<&[usize]> = packed.terms.iter().map(|term| term.tokens.as_slice()).collect();
        words.iter().try_for_each(|tokens| length("tokens", evidence.length, tokens.len()))?;
        task.contradiction(contradiction, &packed.terms)?;
        for tokens in words {
            *held.entry(tokens).or_insert_with(BigRational::zero) += share;
        }
        sum += share;
    }
    let step = &hmm.transition_scale * &hmm.emission_scale;
    let scale = &hmm.initial_scale * num_traits::pow(step, evidence.length);
    for (tokens, shares) in held {
        let probability = dot(&hmm.initial, &backward(hmm, tokens));
        if shares.numer() * &scale > probability * shares.denom() {
            return Err(Rejection::Overpacked { word: tokens.to_vec() });
        }
    }
    if evidence.lower.0 == sum { Ok(()) } else { Err(Rejection::SharesSum) }
}

/// The task of a model.
struct Task<'a> {
    hmm: &'a Hmm,
    labels: Labels,
    scores: Vec<Vec<BigInt>>,
}

/// What a term adds to the sum, but for a positive factor that all terms share.
struct Seen {
    /// `W (π_1⊙β(x))`, times an integer.
    output: Vec<BigInt>,
    /// The weight over the sum of `output`.
    factor: Rational,
}

impl Task<'_> {
    /// Fails unless no head wins all terms.
    ///
    /// # Soundness
    /// A head with the labels of the terms would win every comparison, a strict one without a tie, so that the weighted sum of the
    /// differences of its scores would be positive. As a linear form in the rows of the head this sum is zero.
    /// Lemma: `contradiction_sound`.
    fn contradiction(&self, contradiction: usize, terms: &[Term]) -> Result<(), Rejection> {
        if terms.is_empty() {
            return Err(Rejection::NoEvidence { field: "terms" });
        }
        let tokens = terms.iter().fold(0, |sum: u64, term| sum.saturating_add(term.tokens.len() as u64));
        let bits = self.hmm.transition_scale.bits() + self.hmm.emission_scale.bits();
        if tokens.saturating_mul(bits) > MAX_BITS {
            return Err(Rejection::TooLarge { field: "terms" });
        }
        let seen = terms.iter().enumerate().map(|(term, evidence)| self.term(contradiction, term, evidence));
        let seen: Vec<Seen> = seen.collect::<Result<_, _>>()?;
        let factors = clear(seen.iter().map(|seen| &seen.factor)).numerators;
        let comparisons = || terms.iter().map(|term| self.labels.comparison(term.label, term.rival));
        for class in 0..self.scores.len() {
            for token in 0..self.hmm.tokens() {
                let mut sum = BigInt::ZERO;
                for ((comparison, seen), factor) in comparisons().zip(&seen).zip(&factors) {
                    if comparison.plus == Some(class) {
                        sum += factor * &seen.output[token];
                    } else if comparison.minus == Some(class) {
                        sum -= factor * &seen.output[token];
                    }
                }
                if !sum.is_zero() {
                    return Err(Rejection::NotZero { contradiction, class: class + 1, token });
                }
            }
        }
        let strict = comparisons().any(|comparison| comparison.strict);
        if strict { Ok(()) } else { Err(Rejection::NoStrictTerm { contradiction }) }
    }

    /// Fails unless the input is possible and a head has to win this comparison there.
    fn term(&self, contradiction: usize, term: usize, evidence: &Term) -> Result<Seen, Rejection> {
        let Term { tokens, label, rival, weight } = evidence;
        word("tokens", self.hmm, tokens)?;
        if !weight.0.is_positive() {
            return Err(Rejection::TermWeight { contradiction, term });
        }
        if rival == label || *rival >= self.labels.count() {
            return Err(Rejection::Rival { contradiction, term });
        }
        let beta = backward(self.hmm, tokens);
        if dot(&self.hmm.initial, &beta).is_zero() {
            return Err(Rejection::ImpossibleTerm { contradiction, term });
        }
        if *label != label_at(self.labels, &self.scores, &beta) {
            return Err(Rejection::TermLabel { contradiction, term });
        }
        let law: Vec<_> = self.hmm.first().iter().zip(&beta).map(|(p, b)| p * b).collect();
        let total: BigInt = law.iter().sum();
        let factor = if total.is_zero() {
            BigRational::zero() // the model's output is zero
        } else {
            &weight.0 / total
        };
        let output = self.hmm.emission.iter().map(|row| dot(row, &law)).collect();
        Ok(Seen { output, factor: Rational(factor) })
    }
}
