//! Sets of prefixes that continuations do not leave.
//!
//! The masses and the scores of a prefix, each divided by its unit, are one row `x` of `(1 + c) n` numbers, where `c` is the number of scores; one more token acts
//! on each of the `1 + c` blocks alike. A *fact* is a column `f` with `x · f ≥ 0`. Facts of a region entail facts of the next one: `f` holds after
//! the token `z` if `M_z f`, block by block, is a nonnegative combination of facts that hold before, and of masses.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use crate::{
    certificate::Region,
    cleared::{below, length},
    failure::Rejection,
    model::Hmm,
    number::Rational,
    rules::labels::{Comparison, Labels},
};

/// Fails unless each region has the facts of its label, and each token leads from it to a region whose facts follow.
///
/// # Soundness
/// Let the row of a prefix satisfy the facts of a region. The row after one more token satisfies those of the next region: its product with `f` is that of
/// the first row with `M_z f`, a sum of products with facts and with masses, which are not negative. So by induction for every
/// continuation. The facts of the comparisons say that the value of each, which is the sum of its row, is at least a nonnegative multiple of all
/// masses, a positive one of each if the comparison is strict; the input is possible if one of the masses is positive. So the label wins
/// wherever the input is possible.
/// Lemma: `region_sound`.
pub(super) fn regions_are_closed(
    hmm: &Hmm,
    labels: Labels,
    scores: usize,
    regions: &[Region],
) -> Result<(), Rejection> {
    for (index, region) in regions.iter().enumerate() {
        for fact in &region.facts {
            length("facts", (1 + scores) * hmm.states(), fact.len())?;
        }
        has_its_label(hmm.states(), labels, index, region)?;
        length("next", hmm.tokens(), region.next.len())?;
    }
    for (index, region) in regions.iter().enumerate() {
        for (token, next) in region.next.iter().enumerate() {
            below("region", next.region, regions.len())?;
            leads_to(hmm, [index, token], region, &next.weights, &regions[next.region])?;
        }
    }
    Ok(())
}

/// Fails unless the facts of the next region follow.
fn leads_to(
    hmm: &Hmm,
    [index, token]: [usize; 2],
    region: &Region,
    weights: &[Vec<(usize, Rational)>],
    next: &Region,
) -> Result<(), Rejection> {
    length("weights", next.facts.len(), weights.len())?;
    for (fact, (row, weights)) in next.facts.iter().zip(weights).enumerate() {
        if !follows(hmm.states(), &region.facts, weights, ahead(hmm, token, row))? {
            return Err(Rejection::RegionStep { region: index, token, fact });
        }
    }
    Ok(())
}

/// Fails unless the first facts are those of the comparisons of the label.
fn has_its_label(states: usize, labels: Labels, index: usize, region: &Region) -> Result<(), Rejection> {
    if region.label >= labels.count() {
        return Err(Rejection::RegionLabel { region: index });
    }
    for (fact, comparison) in labels.comparisons(region.label).enumerate() {
        let found = region.facts.get(fact);
        if !found.is_some_and(|found| is_fact_of(states, &comparison, found)) {
            return Err(Rejection::RegionComparison { region: index, fact });
        }
    }
    Ok(())
}

/// Whether a fact says that a comparison is won.
fn is_fact_of(states: usize, comparison: &Comparison, fact: &[Rational]) -> bool {
    let (masses, scores) = fact.split_at(states);
    let small = |Rational(mass): &Rational| mass.is_negative() || !comparison.strict && mass.is_zero();
    let sign = |row| i8::from(comparison.plus == Some(row)) - i8::from(comparison.minus == Some(row));
    let is_sign = |row, entry: &Rational| entry.0 == BigRational::from_integer(sign(row).into());
    masses.iter().all(small)
        && scores.chunks(states).enumerate().all(|(row, chunk)| chunk.iter().all(|entry| is_sign(row, entry)))
}

/// `M_z f`, block by block, with `M_z = Aᵀ D_z`.
fn ahead(hmm: &Hmm, token: usize, fact: &[Rational]) -> Vec<BigRational> {
    let (n, step) = (hmm.states(), &hmm.transition_scale * &hmm.emission_scale);
    let blocks = fact.chunks(n).flat_map(|block| {
        let seen: Vec<BigRational> =
            block.iter().zip(&hmm.emission[token]).map(|(Rational(f), w)| f * w / &step).collect();
        (0..n).map(move |h| seen.iter().zip(&hmm.transition).map(|(f, row)| f * &row[h]).sum())
    });
    blocks.collect()
}

/// Whether a vector is the weighted sum of facts, and more only of masses.
fn follows(
    states: usize,
    facts: &[Vec<Rational>],
    weights: &[(usize, Rational)],
    mut rest: Vec<BigRational>,
) -> Result<bool, Rejection> {
    for (index, Rational(weight)) in weights {
        below("weights", *index, facts.len())?;
        if weight.is_negative() {
            return Err(Rejection::NegativeWeight { field: "weights", index: *index });
        }
        rest.iter_mut().zip(&facts[*index]).for_each(|(entry, fact)| *entry -= weight * &fact.0);
    }
    let (masses, scores) = rest.split_at(states);
    Ok(masses.iter().all(|entry| !entry.is_negative()) && scores.iter().all(Zero::is_zero))
}
