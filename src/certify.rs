//! From evidence to an accepted certificate: the only way to a `Proved` or a `Refuted`.
//!
//! A producer hands over a claim and its evidence; this module puts them beside the model, writes
//! the certificate and has the independent checker read the very text that will be stored. What
//! comes back can't be made in any other way, so a wrong producer can lose an answer but not state one.
//! A claim is about a model, or about a matrix that a model or a question leads to.

use recoverable_checker::{
    Accepted,
    certificate::{self, Certificate, Claim, Evidence, MatrixProblem, Outcome, Schema, Statement},
};
use thiserror::Error;

use crate::model::{Canonical, certificate_model};

/// Why a question was left undecided.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Limit {
    /// Every prime that was tried divided an important minor.
    #[error("no suitable prime was found")]
    Primes,
    /// A vector space is larger than what is searched.
    #[error("a space of dimension {dimension} is beyond the limit of {limit}")]
    Dimension {
        /// Its dimension.
        dimension: usize,
        /// The largest that is searched.
        limit: usize,
    },
    /// A search through the ways to cover states has ended.
    #[error("no answer within {branches} partial covers of the task's states")]
    Covers {
        /// How many were branched on.
        branches: usize,
    },
    /// A model has too many pairs of a memory and a hidden state.
    #[error(
        "{found} augmented states (possible memories times hidden states) are beyond the limit of {limit}"
    )]
    Augmented {
        /// How many there are.
        found: usize,
        /// The largest number that is computed with.
        limit: usize,
    },
    /// The automaton of the inputs with (4.3) is too large.
    #[error("the automaton of the inputs has more than {limit} states, too many to go through")]
    Automaton {
        /// The largest number that is searched.
        limit: usize,
    },
    /// A bound needs more digits than are computed with.
    #[error("more digits would be needed than are computed with")]
    Digits,
    /// The checker did not accept the evidence: a defect of this program.
    #[error("the checker refused the evidence ({0}); please report this")]
    Refused(String),
}

/// The statement holds: asks the checker to accept it.
///
/// # Errors
/// [`Limit::Refused`] if the checker does not accept the evidence.
pub fn certify_proof(
    model: &impl Canonical,
    statement: Statement,
    evidence: Evidence,
) -> Result<Accepted, Limit> {
    certify(certificate_model(model), Claim { statement, verdict: Outcome::Proved }, evidence)
}

/// The statement is false: asks the checker to accept that.
///
/// # Errors
/// [`Limit::Refused`] if the checker does not accept the evidence.
pub fn certify_refutation(
    model: &impl Canonical,
    statement: Statement,
    evidence: Evidence,
) -> Result<Accepted, Limit> {
    certify(certificate_model(model), Claim { statement, verdict: Outcome::Refuted }, evidence)
}

/// The claim about a matrix: asks the checker to accept it.
///
/// # Errors
/// [`Limit::Refused`] if the checker does not accept the evidence.
///
/// # Examples
/// ```
/// use recoverable::{certify::certify_matrix, number::Rational};
/// use recoverable_checker::certificate::{Claim, Evidence, MatrixProblem, Outcome, Solution, Statement};
/// let list = |entries: &[&str]| entries.iter().map(|entry| entry.parse().unwrap()).collect::<Vec<Rational>>();
/// let problem = MatrixProblem { entries: vec![list(&["2", "1"])], rhs: Some(list(&["1"])), split: None };
/// let claim = Claim { statement: Statement::SystemSolvable, verdict: Outcome::Proved };
/// let evidence = |solution: &[&str]| Evidence::Solution(Solution { solution: list(solution) });
/// assert!(certify_matrix(problem.clone(), claim, evidence(&["1/2", "0"])).is_ok());
/// assert!(certify_matrix(problem, claim, evidence(&["1", "1"])).is_err());
/// ```
pub fn certify_matrix(problem: MatrixProblem, claim: Claim, evidence: Evidence) -> Result<Accepted, Limit> {
    certify(certificate::Model::Matrix(problem), claim, evidence)
}

fn certify(model: certificate::Model, claim: Claim, evidence: Evidence) -> Result<Accepted, Limit> {
    let certificate = Certificate { schema: Schema::V1, claim, model, evidence };
    recoverable_checker::check(&certificate.to_json()).map_err(|failure| Limit::Refused(failure.to_string()))
}
