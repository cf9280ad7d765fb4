#![doc = include_str!("assumption_3_1.md")]

use num_rational::BigRational;
use recoverable_checker::{
    certificate::{Dependence, Evidence, Statement},
    number::Rational,
};

use super::Decision;
use crate::{
    certify::{Limit, certify_proof, certify_refutation},
    linear::{Columns, Fractions},
    model::Model,
};

/// Decides Assumption 3.1. Cost: one elimination of `W` (`k × n`) modulo a word-size prime, and one
/// lifted system if the columns are dependent.
pub fn decide(model: &Model) -> Decision {
    let statement = Statement::Assumption31;
    match Fractions::new(model.hmm().emission()).independence() {
        Some(Columns::Independent(evidence)) => {
            Decision::proof(certify_proof(model, statement, Evidence::IndependentColumns(evidence)))
        }
        Some(Columns::Dependent(vector)) => {
            let integer = |value| Rational(BigRational::from_integer(value));
            let kernel = vector.into_iter().map(integer).collect();
            let evidence = Evidence::DependentColumns(Dependence { kernel });
            Decision::refutation(certify_refutation(model, statement, evidence))
        }
        None => Decision::Undecided(Limit::Primes),
    }
}
