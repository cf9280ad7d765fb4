#![doc = include_str!("assumption_3_1.md")]

use num_bigint::BigInt;
use num_rational::BigRational;
use recoverable_checker::{
    certificate::{Dependence, Evidence, Statement},
    number::Rational,
};

use super::Decision;
use crate::{
    certify::{Limit, certify_proof, certify_refutation},
    linear::{Columns, columns},
    model::Model,
    number::{clear, coprime},
};

/// Decides Assumption 3.1. Cost: one elimination of `W` (`k × n`) modulo a word-size prime, and one
/// lifted system if the columns are dependent.
pub fn decide(model: &Model) -> Decision {
    let statement = Statement::Assumption31;
    match columns(&model.hmm().emission().cleared_columns()) {
        Some(Columns::Independent(evidence)) => {
            Decision::proof(certify_proof(model, statement, Evidence::IndependentColumns(evidence)))
        }
        Some(Columns::Dependent(vector)) => {
            let evidence = Evidence::DependentColumns(Dependence { kernel: kernel(model, vector) });
            Decision::refutation(certify_refutation(model, statement, evidence))
        }
        None => Decision::Undecided(Limit::Primes),
    }
}

/// From the kernel of `W` with cleared columns to that of `W`: multiply by the denominators, then take
/// coprime integers.
fn kernel(model: &Model, vector: Vec<BigInt>) -> Vec<Rational> {
    let scale = |h: usize| clear(model.hmm().emission().column(h)).1;
    let kernel = coprime(vector.into_iter().enumerate().map(|(h, value)| value * scale(h)).collect());
    kernel.into_iter().map(|value| Rational(BigRational::from_integer(value))).collect()
}
