//! The best linear head for a task, and what no linear head can do better than.
//!
//! Inputs of one length whose labels no head has all together are a hitting set problem: each contradiction (theory B2) has an input on
//! which the head errs. Contradictions are taken one after the other; each takes the same share of what is left of the probability of
//! its inputs, and an input with nothing left is given up (the *local ratio* method, Bar-Yehuda and Even 1985). What remains fits a head.
//! The shares pack the contradictions, so their sum is a lower bound for every head; the head's own disagreement at all lengths is
//! certified by [`bound`]. Contradictions of prefixes that [last](crate::search::Lasting), whatever continues them, bound every head at all lengths from some on.

use std::{collections::BTreeMap, ops::ControlFlow};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{
        Evidence, LastingContradiction, LastingContradictions, PackedContradiction, PackedContradictions,
        Statement,
    },
    number::Rational,
};

use super::{
    bound::{Bound, bound},
    labels::certified_terms,
    linear_head::{self, Proportional},
};
use crate::{
    certify::{Limit, certify_proof},
    model::{Construction, LinearHead, Model, Task, Token},
    search::{
        Fit, Functionals, Limits, Observations, PrefixTree, Progress, WeightedComparison,
        exact_disagreements, inputs_of, lasting_contradictions,
    },
};

/// A head, and how far it can be from the best.
#[derive(Clone, Debug)]
pub struct BestHead {
    /// The head.
    pub head: LinearHead,
    /// Its certified disagreement.
    pub bound: Bound,
    /// What every linear head gets wrong at least.
    pub any_head: Result<AnyHead, Limit>,
}

/// Lower bounds for every linear head.
#[derive(Clone, Debug)]
pub struct AnyHead {
    /// The length of the inputs.
    pub length: usize,
    /// Every linear head errs with at least this probability on inputs of this length.
    pub lower: BigRational,
    /// The probability with which the best head found errs on them, exactly.
    pub reached: BigRational,
    /// The certificate; none for the lower bound 0.
    pub accepted: Option<Accepted>,
    /// A lower bound that holds at all lengths from some on, if one was found.
    pub lasting: Option<LastingBound>,
}

/// What every linear head gets wrong at least, at every length from some on.
#[derive(Clone, Debug)]
pub struct LastingBound {
    /// The shortest length for which it holds.
    pub from_length: usize,
    /// Every linear head errs with at least this probability; positive.
    pub lower: BigRational,
    /// The certificate.
    pub accepted: Accepted,
}

impl AnyHead {
    /// The certificates.
    pub fn accepted(&self) -> impl Iterator<Item = &Accepted> {
        self.accepted.iter().chain(self.lasting.iter().map(|lasting| &lasting.accepted))
    }
}

/// At most this many inputs of one length.
const INPUTS: usize = 300;

/// The longest inputs.
const LONGEST: usize = 8;

/// Prefixes for a first look at each head.
const SCREENING: usize = 4000;

/// Looks for the best head among those that fit most of the inputs of one length.
///
/// # Errors
/// [`Limit::Primes`] if the rank of `W` stays open.
pub fn best_head(
    model: &Model,
    task: &Task,
    limits: Limits,
    observe: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<BestHead, Limit> {
    let tokens = model.hmm().tokens();
    let few = |length: &u32| tokens.checked_pow(*length).is_some_and(|count| count <= INPUTS);
    let longest = (2..=LONGEST as u32).take_while(few).last().unwrap_or(1) as usize;
    if let Some(Proportional::Exists { head, .. }) = linear_head::decide(model).proportional {
        let bound = bound(model, task, &Construction::from(head.clone()), limits, observe);
        let zero = BigRational::zero;
        let any_head =
            AnyHead { length: longest, lower: zero(), reached: zero(), accepted: None, lasting: None };
        return Ok(BestHead { head, bound, any_head: Ok(any_head) });
    }
    let mut best: Option<(f64, LinearHead)> = None;
    let mut packed = None;
    for length in 1..=longest {
        let mut observations = Observations::new(model.hmm(), task).ok_or(Limit::Primes)?;
        observations.add_all(length);
        let found = pack(&observations);
        let construction = Construction::from(found.head.clone());
        let mut tree = PrefixTree::new(Functionals::new(model.hmm(), task, Some(&construction)));
        tree.grow(Limits { prefixes: limits.prefixes.min(SCREENING), ..limits }, observe);
        let upper = tree.progress().upper;
        if best.as_ref().is_none_or(|(least, _)| upper <= *least) {
            best = Some((upper, found.head.clone()));
        }
        packed = Some(found);
    }
    let (Some((_, head)), Some(packed)) = (best, packed) else { return Err(Limit::Primes) };
    let construction = Construction::from(head.clone());
    let bound = bound(model, task, &construction, limits, observe);
    let reached = bound.exact.get(longest - 1).cloned().unwrap_or_else(|| {
        let functionals = Functionals::new(model.hmm(), task, Some(&construction));
        exact_disagreements(&functionals, longest, |_, _| {}).pop().unwrap_or_default()
    });
    let any_head = any_head(model, longest, &packed, reached);
    let any_head = any_head.map(|any| AnyHead { lasting: lasting(model, task), ..any });
    Ok(BestHead { head, bound, any_head })
}

/// A head, and the contradictions of the inputs that were given up for it.
struct Packed {
    head: LinearHead,
    contradictions: Vec<(BigRational, Vec<WeightedComparison>)>,
}

fn pack(observations: &Observations<'_>) -> Packed {
    let all = observations.all();
    let index: BTreeMap<&[Token], usize> =
        all.iter().enumerate().map(|(index, found)| (found.word.as_slice(), index)).collect();
    let mut left: Vec<BigRational> = all.iter().map(|found| found.probability.clone()).collect();
    let mut kept: Vec<usize> = (0..all.len()).collect();
    let mut given_up: Vec<usize> = Vec::new();
    let mut contradictions = Vec::new();
    let mut head = loop {
        match observations.fit_of(&kept) {
            Fit::Head(head) => break head,
            Fit::Contradiction(terms) => {
                let members: Vec<usize> = inputs_of(&terms).iter().map(|word| index[word]).collect();
                let share = members.iter().map(|&member| &left[member]).min().cloned().unwrap_or_default();
                members.iter().for_each(|&member| left[member] -= &share);
                given_up.extend(members.iter().filter(|&&member| left[member].is_zero()));
                kept.retain(|member| !left[*member].is_zero());
                contradictions.push((share, terms));
            }
        }
    };
    // What was given up too early comes back, the most probable inputs first.
    given_up.sort_by(|&a, &b| all[b].probability.cmp(&all[a].probability).then(a.cmp(&b)));
    for candidate in given_up {
        kept.push(candidate);
        match observations.fit_of(&kept) {
            Fit::Head(better) => head = better,
            Fit::Contradiction(_) => drop(kept.pop()),
        }
    }
    Packed { head, contradictions }
}

/// Has the packing accepted, with shares rounded down to short numbers.
fn any_head(model: &Model, length: usize, packed: &Packed, reached: BigRational) -> Result<AnyHead, Limit> {
    let unit: BigInt = BigInt::from(1) << 64;
    let short = |share: &BigRational| {
        BigRational::new(Integer::div_floor(&(share.numer() * &unit), share.denom()), unit.clone())
    };
    let contradictions: Vec<_> = packed
        .contradictions
        .iter()
        .map(|(share, terms)| (short(share), terms))
        .filter(|(share, _)| share.is_positive())
        .map(|(share, terms)| PackedContradiction { share: Rational(share), terms: certified_terms(terms) })
        .collect();
    let lower: BigRational = contradictions.iter().map(|found| &found.share.0).sum();
    if contradictions.is_empty() {
        return Ok(AnyHead { length, lower, reached, accepted: None, lasting: None });
    }
    let evidence = PackedContradictions { length, lower: Rational(lower.clone()), contradictions };
    let accepted =
        certify_proof(model, Statement::AnyHeadDisagreement, Evidence::PackedContradictions(evidence))?;
    Ok(AnyHead { length, lower, reached, accepted: Some(accepted), lasting: None })
}

/// Has contradictions accepted that last; a bound that is refused is none.
fn lasting(model: &Model, task: &Task) -> Option<LastingBound> {
    let found = lasting_contradictions(model.hmm(), task)?;
    let (from_length, lower) = (found.length, found.lower());
    let contradictions = found.contradictions.iter().map(|(shares, terms)| LastingContradiction {
        shares: shares.iter().cloned().map(Rational).collect(),
        terms: certified_terms(terms),
    });
    let evidence = LastingContradictions {
        length: from_length,
        lower: Rational(lower.clone()),
        contradictions: contradictions.collect(),
    };
    let evidence = Evidence::LastingContradictions(evidence);
    let accepted = certify_proof(model, Statement::AnyHeadLastingDisagreement, evidence).ok()?;
    Some(LastingBound { from_length, lower, accepted })
}
