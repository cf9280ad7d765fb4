#![doc = include_str!("assumption_4_4.md")]

use recoverable_checker::certificate::{Empty, Evidence, Moving, Statement};

use super::Decision;
use crate::{
    certify::{certify_proof, certify_refutation},
    model::MemoryModel,
};

/// Decides Assumption 4.4.
pub fn decide(model: &MemoryModel) -> Decision {
    let (chain, statement) = (model.memory().chain(), Statement::Assumption44);
    let (first, initial) = (chain.first_law(), chain.initial());
    match (0..chain.states()).find(|&state| first[state] != initial[state]) {
        None => Decision::proof(certify_proof(model, statement, Evidence::Stationary(Empty {}))),
        Some(state) => {
            let evidence = Evidence::NotStationary(Moving { state });
            Decision::refutation(certify_refutation(model, statement, evidence))
        }
    }
}
