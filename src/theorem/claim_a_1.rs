#![doc = include_str!("claim_a_1.md")]

use recoverable_checker::{
    certificate::{Evidence, ShiftedPosterior, ShiftedPosteriors, Statement},
    number::Rational,
};

use super::Verdict;
use crate::{
    certify::{Limit, certify_proof},
    hypothesis::assumption_3_2::{self, Ergodicity},
    model::{Model, Token},
    oracle::Exact,
    search::short_words,
};

/// The shifts `i` of the instances.
const SHIFTS: [usize; 2] = [1, 2];

/// Claim A.1 for one model.
#[derive(Clone, Debug)]
pub struct ClaimA1 {
    /// The chain is ergodic and `π0` has full support.
    pub assumption_3_2: Ergodicity,
    /// The verdict.
    pub verdict: Verdict,
}

/// Decides Assumption 3.2 and has the claim checked.
pub fn decide(model: &Model) -> ClaimA1 {
    from_ergodicity(model, assumption_3_2::decide(model))
}

/// The same where Assumption 3.2 has been decided already.
pub fn from_ergodicity(model: &Model, assumption_3_2: Ergodicity) -> ClaimA1 {
    let early = Verdict::of_hypotheses(&[(Statement::Assumption32, &assumption_3_2.whole)]);
    let verdict = early.unwrap_or_else(|| conclude(model, &assumption_3_2));
    ClaimA1 { assumption_3_2, verdict }
}

fn conclude(model: &Model, ergodicity: &Ergodicity) -> Verdict {
    let found = ergodicity.whole.accepted().map(|accepted| &accepted.certificate().evidence);
    let Some(Evidence::Ergodic(ergodic)) = found else { return Verdict::Bounded(Limit::Primes) };
    let evidence = ShiftedPosteriors { ergodic: ergodic.clone(), instances: instances(model) };
    Verdict::proof(certify_proof(model, Statement::ClaimA1, Evidence::ShiftedPosterior(evidence)))
}

fn instances(model: &Model) -> Vec<ShiftedPosterior> {
    let oracle = Exact::new(model.hmm());
    let words = short_words(model.hmm());
    let instance = |word: &Vec<Token>, shift: usize| {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let shifted = [vec![None; shift], tokens.clone()].concat();
        let ratio = oracle.probability(&tokens).ok()? / oracle.probability(&shifted).ok()?;
        Some(ShiftedPosterior {
            tokens: word.iter().map(|token| token.0).collect(),
            shift,
            ratio: Rational(ratio),
        })
    };
    words.iter().flat_map(|word| SHIFTS.iter().filter_map(move |&shift| instance(word, shift))).collect()
}
