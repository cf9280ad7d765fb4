//! Assumption 3.1: how far the columns of `W` are from being dependent, or what would make them independent.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::certificate::Evidence;

use super::{
    DependentEmission, EmissionRadius, EmissionRepair, RepairedEmission, Standing,
    proposal::{Moves, proposals},
    sizes, with_parts,
};
use crate::{
    certify::Limit,
    hypothesis::{Decision, assumption_3_1},
    linear::{Matrix, Rounding, root, smallest_singular_value},
    model::{Hmm, Model},
    question::conditioning::{Bounds, certified_singular_value},
};

/// Decides Assumption 3.1, with its radius or its repair.
pub(super) fn decide(model: &Model) -> Standing<EmissionRadius, DependentEmission> {
    match assumption_3_1::decide(model) {
        Decision::Holds(accepted) => Standing::Holds { accepted, radius: radius(model) },
        Decision::Fails(accepted) => {
            let kernel = match &accepted.certificate().evidence {
                Evidence::DependentColumns(found) => found.kernel.iter().map(|v| v.0.to_integer()).collect(),
                _ => Vec::new(), // no other rule refutes 3.1
            };
            Standing::Fails { accepted, failure: DependentEmission { kernel, repair: repair(model) } }
        }
        Decision::Undecided(limit) => Standing::Undecided(limit),
    }
}

/// By Weyl, `σ_min(W') ≥ σ_min(W) − ‖W' − W‖₂`, and `‖·‖₂ ≤ ‖·‖_F ≤ √(k n) max |entry|`.
fn radius(model: &Model) -> Result<EmissionRadius, Limit> {
    let singular_value = certified_singular_value(model)?;
    let lower = &singular_value.value.lower;
    if !lower.is_positive() {
        return Err(Limit::Digits);
    }
    let entries = BigInt::from(model.hmm().tokens()) * BigInt::from(model.hmm().states());
    let entrywise = square_root(&(lower * lower / entries), Rounding::Down);
    Ok(EmissionRadius { singular_value, entrywise })
}

/// For each size the best of what is proposed, and never less than a smaller one has reached.
fn repair(model: &Model) -> EmissionRepair {
    let (tokens, states) = (model.hmm().tokens(), model.hmm().states());
    if tokens < states {
        return EmissionRepair::TooFewTokens { tokens, states };
    }
    let proposals = proposals(model.hmm().emission());
    let (mut found, mut limit) = (Vec::<RepairedEmission>::new(), Limit::Digits);
    for size in sizes() {
        let emissions = proposals.iter().map(|moves| (moves, moved(model.hmm().emission(), moves, &size)));
        let reached = |emission: &Matrix<BigRational>| Some(smallest_singular_value(emission)?.lower.0);
        let measured = emissions.filter_map(|(moves, emission)| Some((reached(&emission)?, moves, emission)));
        let measured = measured.filter(|(reached, ..)| reached.is_positive());
        let best = measured.reduce(|best, other| if other.0 > best.0 { other } else { best });
        let smaller = found.last().cloned();
        let best = best.map(|(_, moves, emission)| repaired(model, &size, moves, emission));
        match (best, smaller) {
            (Some(Ok(best)), Some(smaller)) if reached_by(&best) < reached_by(&smaller) => {
                found.push(RepairedEmission { size, ..smaller });
            }
            (Some(Ok(best)), _) => found.push(best),
            (Some(Err(reason)), _) => limit = reason,
            (None, Some(smaller)) => found.push(RepairedEmission { size, ..smaller }),
            (None, None) => {}
        }
    }
    if found.is_empty() { EmissionRepair::Undecided(limit) } else { EmissionRepair::Sizes(found) }
}

fn reached_by(found: &RepairedEmission) -> &BigRational {
    &found.singular_value.value.lower
}

/// `(1 − ε)W + εE`, where column `h` of `E` is the unit vector of its token, or column `h` of `W`.
fn moved(emission: &Matrix<BigRational>, moves: &Moves, size: &BigRational) -> Matrix<BigRational> {
    let kept = BigRational::one() - size;
    Matrix::from_fn(emission.rows(), emission.columns(), |token, state| match moves[state] {
        None => emission[(token, state)].clone(),
        Some(to) if to == token => &emission[(token, state)] * &kept + size,
        Some(_) => &emission[(token, state)] * &kept,
    })
}

fn repaired(
    model: &Model,
    size: &BigRational,
    moves: &Moves,
    emission: Matrix<BigRational>,
) -> Result<RepairedEmission, Limit> {
    let before = model.hmm().emission();
    let changes = emission.entries().iter().zip(before.entries()).map(|(after, before)| after - before);
    let changes: Vec<BigRational> = changes.collect();
    let square: BigRational = changes.iter().map(|change| change * change).sum();
    let largest = changes.iter().map(Signed::abs).max();
    let hmm = model.hmm();
    let hmm = Hmm::new(hmm.initial().to_vec(), hmm.transition().to_rows(), emission.to_rows())
        .expect("a mixture of laws is a law");
    let model = with_parts(model, hmm);
    let accepted = match assumption_3_1::decide(&model) {
        Decision::Holds(accepted) => accepted,
        Decision::Fails(_) => return Err(Limit::Digits), // not where σ_min has a positive lower bound
        Decision::Undecided(limit) => return Err(limit),
    };
    let moved = moves.iter().enumerate().filter_map(|(state, token)| token.map(|token| (state, token)));
    Ok(RepairedEmission {
        size: size.clone(),
        moved: moved.collect(),
        singular_value: certified_singular_value(&model)?,
        largest_change: largest.unwrap_or_else(BigRational::zero),
        distance: Bounds {
            lower: square_root(&square, Rounding::Down),
            upper: square_root(&square, Rounding::Up),
        },
        accepted,
        model,
    })
}

/// To ten digits.
fn square_root(value: &BigRational, rounding: Rounding) -> BigRational {
    if value.is_positive() { root(value.numer(), value.denom(), rounding) } else { BigRational::zero() }
}
