#![doc = include_str!("assumption_3_2.md")]

use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::certificate::{Aperiodicity, Empty, Evidence, MissingSupport, Statement, Trees};

use super::Decision;
use crate::{
    certify::{certify_proof, certify_refutation},
    model::{Canonical, Hmm, Model},
    search::{Period, Reach, Steps},
};

/// Assumption 3.2 and its three parts, each with evidence.
#[derive(Clone, Debug)]
pub struct Ergodicity {
    /// The chain is irreducible.
    pub irreducible: Decision,
    /// The chain is aperiodic; `None` if it is not irreducible.
    pub aperiodic: Option<Decision>,
    /// `π0` has full support.
    pub full_support: Decision,
    /// All of Assumption 3.2.
    pub whole: Decision,
}

/// Decides Assumption 3.2. Cost: a few searches of the graph of `A` (`n²` comparisons), exact throughout.
pub fn decide(model: &Model) -> Ergodicity {
    of_chain(model, model.hmm())
}

/// Decides Assumption 3.2 for the hidden chain of a model, which is that of `chain`.
pub fn of_chain(model: &impl Canonical, chain: &Hmm) -> Ergodicity {
    let steps = Steps::new(chain);
    let initial = chain.initial();
    let (irreducible, chain) = match steps.reach() {
        Reach::Irreducible(trees) => {
            let (aperiodic, chain) = period(model, &steps, &trees);
            let evidence = Evidence::Irreducible(trees);
            let irreducible = Decision::proof(certify_proof(model, Statement::Irreducible, evidence));
            (irreducible, Chain { aperiodic: Some(aperiodic), evidence: chain })
        }
        Reach::Reducible(set) => {
            let evidence = Evidence::Reducible(set);
            let refuted = certify_refutation(model, Statement::Irreducible, evidence.clone());
            (Decision::refutation(refuted), Chain { aperiodic: None, evidence: Err(evidence) })
        }
    };
    let full_support = full_support_of(model, initial);
    let missing = missing_support(initial);
    let whole = match (chain.evidence, missing) {
        (Ok(evidence), None) => {
            Decision::proof(certify_proof(model, Statement::Assumption32, Evidence::Ergodic(evidence)))
        }
        (Err(evidence), _) | (Ok(_), Some(evidence)) => {
            Decision::refutation(certify_refutation(model, Statement::Assumption32, evidence))
        }
    };
    Ergodicity { irreducible, aperiodic: chain.aperiodic, full_support, whole }
}

/// Decides one part, the full support of `π0`.
pub fn full_support(model: &Model) -> Decision {
    full_support_of(model, model.hmm().initial())
}

fn full_support_of(model: &impl Canonical, initial: &[BigRational]) -> Decision {
    match missing_support(initial) {
        None => {
            Decision::proof(certify_proof(model, Statement::FullSupport, Evidence::FullSupport(Empty {})))
        }
        Some(evidence) => Decision::refutation(certify_refutation(model, Statement::FullSupport, evidence)),
    }
}

/// A state that `π0` gives the probability zero, if there is one.
fn missing_support(initial: &[BigRational]) -> Option<Evidence> {
    let missing = initial.iter().position(Zero::is_zero);
    missing.map(|state| Evidence::MissingSupport(MissingSupport { state }))
}

/// What is known of the chain apart from `π0`.
struct Chain {
    aperiodic: Option<Decision>,
    /// Evidence that it is irreducible and aperiodic, or that it is not.
    evidence: Result<Aperiodicity, Evidence>,
}

fn period(
    model: &impl Canonical,
    steps: &Steps,
    trees: &Trees,
) -> (Decision, Result<Aperiodicity, Evidence>) {
    match steps.period() {
        Period::Aperiodic(walks) => {
            let evidence = Aperiodicity { trees: trees.clone(), walks };
            let proved = certify_proof(model, Statement::Aperiodic, Evidence::Aperiodic(evidence.clone()));
            (Decision::proof(proved), Ok(evidence))
        }
        Period::Periodic(classes) => {
            let evidence = Evidence::Periodic(classes);
            let refuted = certify_refutation(model, Statement::Aperiodic, evidence.clone());
            (Decision::refutation(refuted), Err(evidence))
        }
    }
}
