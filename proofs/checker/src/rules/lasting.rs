//! Prefixes whose continuations contradict every linear head, whatever they are.
//!
//! For a prefix `w` and a row vector `r` let `r_w` be the row vector with `r_w · β(y) = r · β(w·y)` for every continuation `y`; so
//! `r_{w·z} = W[z,:] ⊙ (A r_w)`. The vector of `π0` is the mass `m_w`, with `Pr(w·y) = m_w · β(y)`; those of `μ_k ⊙ π0` are the scores of the
//! task; those of `W[z,:] ⊙ π_1` what a head sees of token `z`, but for a positive factor that depends on the input alone.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::labels::{Labels, task_scores};
use crate::{
    backward::{MAX_BITS, word},
    certificate::{LastingContradictions, Term},
    cleared::{clear, dot, length},
    failure::Rejection,
    model::Hmm,
    number::Rational,
};

/// The most bits that all vectors of the terms of a contradiction may have together.
const MAX_VECTOR_BITS: u64 = MAX_BITS << 4;

/// Rule `lasting-contradictions`. On inputs of this length, and of every greater one, every linear head errs with at least this probability.
///
/// # Soundness
/// Let `y` be any word, perhaps empty, and `u` the shares of a contradiction. If `u · β(y) > 0`, each of its prefixes `w` has `m_w ≥ u`, so `w·y`
/// is possible, and a head errs on one of these inputs: see [`Task::contradiction`]. The probability of the inputs `w·y` on which it errs is at
/// least the sum of the `u · β(y)` that they hold, and each is held by one of them. The `β(y)` of all `y` of one length add up to 1 at each state.
/// Lemma: `lasting_contradictions_sound`.
pub(crate) fn lasting_contradictions(hmm: &Hmm, evidence: &LastingContradictions) -> Result<(), Rejection> {
    let task = Task { hmm, labels: Labels::of(hmm.task_rows)?, scores: task_scores(hmm) };
    if evidence.contradictions.is_empty() {
        return Err(Rejection::NoEvidence { field: "contradictions" });
    }
    let mut sum = BigRational::zero();
    let mut held: BTreeMap<&[usize], Vec<BigRational>> = BTreeMap::new();
    for (contradiction, lasting) in evidence.contradictions.iter().enumerate() {
        length("shares", hmm.states(), lasting.shares.len())?;
        let own: BigRational = lasting.shares.iter().map(|share| &share.0).sum();
        if lasting.shares.iter().any(|share| share.0.is_negative()) || own.is_zero() {
            return Err(Rejection::Share { contradiction });
        }
        let words: BTreeSet<&[usize]> = lasting.terms.iter().map(|term| term.tokens.as_slice()).collect();
        words.iter().try_for_each(|tokens| length("tokens", evidence.length, tokens.len()))?;
        task.contradiction(contradiction, &lasting.terms)?;
        for tokens in words {
            let shares = held.entry(tokens).or_insert_with(|| vec![BigRational::zero(); hmm.states()]);
            shares.iter_mut().zip(&lasting.shares).for_each(|(held, share)| *held += &share.0);
        }
        sum += own;
    }
    held.iter().try_for_each(|(tokens, shares)| task.has_room(tokens, shares))?;
    if evidence.lower.0 == sum { Ok(()) } else { Err(Rejection::SharesSum) }
}

/// The task of a model.
struct Task<'a> {
    hmm: &'a Hmm,
    labels: Labels,
    scores: Vec<Vec<BigInt>>,
}

impl Task<'_> {
    /// `r_w`, times the scale of every token.
    fn along(&self, row: &[BigInt], tokens: &[usize]) -> Vec<BigInt> {
        tokens.iter().fold(row.to_vec(), |row, &token| {
            let advanced = self.hmm.transition.iter().map(|a| dot(a, &row));
            advanced.zip(&self.hmm.emission[token]).map(|(r, w)| r * w).collect()
        })
    }

    /// Fails if the shares of a prefix exceed its mass at some state.
    fn has_room(&self, tokens: &[usize], shares: &[BigRational]) -> Result<(), Rejection> {
        let step = &self.hmm.transition_scale * &self.hmm.emission_scale;
        let scale = &self.hmm.initial_scale * num_traits::pow(step, tokens.len());
        let masses = self.along(&self.hmm.initial, tokens);
        let fits = |(share, mass): (&BigRational, &BigInt)| share.numer() * &scale <= mass * share.denom();
        if shares.iter().zip(&masses).all(fits) {
            Ok(())
        } else {
            Err(Rejection::Overpacked { word: tokens.to_vec() })
        }
    }

    /// Fails unless, whatever continues the prefixes, no head wins all terms on the inputs where these are possible.
    ///
    /// # Soundness
    /// Let `y` be a continuation with which all prefixes are possible. A head with the labels of the terms would win every comparison, a strict
    /// one without a tie. What it compares on `w·y` are, but for a positive factor, the products of its rows with the `(W[z,:] ⊙ π_1)_w · β(y)`, or zeros
    /// where these are zero for all `z`. So the weighted sum of the differences of these products would be positive; but it is the product
    /// of the head's rows with a sum of vectors that is zero, times `β(y)`.
    fn contradiction(&self, contradiction: usize, terms: &[Term]) -> Result<(), Rejection> {
        let (n, k, classes) = (self.hmm.states(), self.hmm.tokens(), self.scores.len());
        if terms.is_empty() {
            return Err(Rejection::NoEvidence { field: "terms" });
        }
        let tokens = terms.iter().fold(0, |sum: u64, term| sum.saturating_add(term.tokens.len() as u64));
        let bits = self.hmm.transition_scale.bits() + self.hmm.emission_scale.bits();
        if tokens.saturating_mul(bits).saturating_mul((n * k) as u64) > MAX_VECTOR_BITS {
            return Err(Rejection::TooLarge { field: "terms" });
        }
        let weights = clear(terms.iter().map(|term| &term.weight)).numerators;
        let mut sums = vec![BigInt::ZERO; classes * k * n];
        let mut strict = false;
        for (term, (evidence, weight)) in terms.iter().zip(&weights).enumerate() {
            self.term(contradiction, term, evidence)?;
            let comparison = self.labels.comparison(evidence.label, evidence.rival);
            strict |= comparison.strict;
            let seen = self.seen(&evidence.tokens);
            for (class, sign) in [(comparison.plus, 1), (comparison.minus, -1)] {
                let own = class.map_or(0..0, |class| class * k * n..(class + 1) * k * n);
                sums[own].iter_mut().zip(&seen).for_each(|(sum, entry)| *sum += weight * entry * sign);
            }
        }
        if let Some(at) = sums.iter().position(|sum| !sum.is_zero()) {
            return Err(Rejection::NotZero { contradiction, class: at / (k * n) + 1, token: at / n % k });
        }
        if strict { Ok(()) } else { Err(Rejection::NoStrictTerm { contradiction }) }
    }

    /// `(W[z,:] ⊙ π_1)_w` for all tokens `z`, one after the other.
    fn seen(&self, tokens: &[usize]) -> Vec<BigInt> {
        let first = self.hmm.first();
        let row = |w: &Vec<BigInt>| w.iter().zip(&first).map(|(w, p)| w * p).collect::<Vec<_>>();
        self.hmm.emission.iter().flat_map(|w| self.along(&row(w), tokens)).collect()
    }

    /// Fails unless every possible continuation of the prefix has the label of the term.
    ///
    /// # Soundness
    /// The value of a comparison is `Σ_j v_j β_j(y)` with `β_j(y) ≥ 0`. If no `v_j` is negative, it is not. If also `v_j > 0` wherever the mass is
    /// positive, it is positive where `Σ_j m_j β_j(y)` is.
    fn term(&self, contradiction: usize, term: usize, evidence: &Term) -> Result<(), Rejection> {
        let Term { tokens, label, rival, weight: Rational(weight) } = evidence;
        word("tokens", self.hmm, tokens)?;
        if !weight.is_positive() {
            return Err(Rejection::TermWeight { contradiction, term });
        }
        if rival == label || *rival >= self.labels.count() {
            return Err(Rejection::Rival { contradiction, term });
        }
        let masses = self.along(&self.hmm.initial, tokens);
        let scores: Vec<_> = self.scores.iter().map(|row| self.along(row, tokens)).collect();
        let lasts = *label < self.labels.count()
            && self.labels.comparisons(*label).all(|comparison| {
                masses.iter().enumerate().all(|(state, mass)| {
                    let score = |row: usize| scores[row][state].clone();
                    let value = comparison.least(score, score);
                    comparison.won(&value) || value.is_zero() && mass.is_zero()
                })
            });
        if lasts { Ok(()) } else { Err(Rejection::TermLabel { contradiction, term }) }
    }
}
