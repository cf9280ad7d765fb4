#![doc = include_str!("assumption_3_5.md")]

use std::cmp::Reverse;

use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    Accepted,
    certificate::{Claim, EssentialStates, Evidence, MatrixProblem, Outcome, SingularValue, Statement},
    number::Rational,
};

use super::Decision;
use crate::{
    certify::{Limit, certify_matrix, certify_proof, certify_refutation},
    linear::{Columns, Fractions, Matrix, smallest_singular_value},
    model::{Hmm, Model, State, Task},
    search::{CoverLimits, Covers, essential_states, sources},
};

/// Assumption 3.5 for one model and task.
#[derive(Clone, Debug)]
pub struct Essential {
    /// Whether it holds.
    pub decision: Decision,
    /// The sets chosen, where it holds.
    pub choice: Option<Choice>,
}

/// `H*` and `B`, and what they were chosen among.
#[derive(Clone, Debug)]
pub struct Choice {
    /// `H*`, ascending.
    pub essential: Vec<State>,
    /// `B`, ascending: all states whose successors are essential.
    pub sources: Vec<State>,
    /// How many inclusion-minimal `H*` were compared.
    pub compared: usize,
    /// Whether these are all that there are.
    pub complete: bool,
    /// Bounds on `σ_min(W[:,H*])`, accepted by the checker; `None` if `H*` is empty, or they are out of reach.
    pub conditioning: Option<Conditioned>,
}

/// `lower ≤ σ_min ≤ upper`.
#[derive(Clone, Debug)]
pub struct Conditioned {
    /// Positive.
    pub lower: BigRational,
    /// At least `lower`.
    pub upper: BigRational,
    /// About the matrix of these columns.
    pub accepted: Accepted,
}

/// The states that some contrast of the task weighs.
pub fn support(task: &Task) -> Vec<State> {
    let contrasts = task.contrasts();
    let states = contrasts.first().map_or(0, Vec::len);
    let weighs = |&h: &usize| contrasts.iter().any(|contrast| !contrast[h].is_zero());
    (0..states).filter(weighs).map(State).collect()
}

/// Decides Assumption 3.5; `None` without a task. Cost: see [`essential_states`], and bounds on the least singular value of each
/// `H*` that is compared.
pub fn decide(model: &Model) -> Option<Essential> {
    decide_within(model, CoverLimits::DEFAULT)
}

/// The same within these limits.
pub fn decide_within(model: &Model, limits: CoverLimits) -> Option<Essential> {
    let wanted = support(model.task()?);
    let statement = Statement::Assumption35;
    let (decision, choice) = match essential_states(model.hmm(), &wanted, limits) {
        Some(Covers::Found { sets, complete }) => {
            let choice = choose(model.hmm(), sets, complete);
            match evidence(model.hmm(), &choice) {
                Some(found) => {
                    let proof = certify_proof(model, statement, Evidence::EssentialStates(found));
                    (Decision::proof(proof), Some(choice))
                }
                None => (Decision::Undecided(Limit::Primes), None),
            }
        }
        Some(Covers::None(found)) => {
            let refutation = certify_refutation(model, statement, Evidence::NoEssentialStates(found));
            (Decision::refutation(refutation), None)
        }
        Some(Covers::Open { branches }) => (Decision::Undecided(Limit::Covers { branches }), None),
        None => (Decision::Undecided(Limit::Primes), None),
    };
    Some(Essential { decision, choice })
}

/// The best conditioned of these sets.
fn choose(hmm: &Hmm, sets: Vec<Vec<State>>, complete: bool) -> Choice {
    let compared = sets.len();
    let measured = sets.into_iter().map(|set| {
        let bounds = if set.is_empty() { None } else { smallest_singular_value(&columns(hmm, &set)) };
        (set, bounds)
    });
    let lower = |bounds: &Option<SingularValue>| bounds.as_ref().map(|bounds| bounds.lower.0.clone());
    // The sets are in lexicographic order, and of equals the first is kept.
    let best = measured.min_by_key(|(set, bounds)| (Reverse(lower(bounds)), set.len()));
    let (essential, bounds) = best.unwrap_or_default();
    Choice {
        sources: sources(hmm, &essential),
        conditioning: bounds.and_then(|bounds| conditioned(&columns(hmm, &essential), bounds)),
        essential,
        compared,
        complete,
    }
}

/// `W[:,H*]`.
fn columns(hmm: &Hmm, essential: &[State]) -> Matrix<BigRational> {
    Matrix::from_fn(hmm.tokens(), essential.len(), |token, index| {
        hmm.emission()[(token, essential[index].0)].clone()
    })
}

/// The bounds, if the checker accepts them.
fn conditioned(columns: &Matrix<BigRational>, bounds: SingularValue) -> Option<Conditioned> {
    let (lower, upper) = (bounds.lower.0.clone(), bounds.upper.0.clone());
    let entries = columns.to_rows().into_iter().map(|row| row.into_iter().map(Rational).collect()).collect();
    let claim = Claim { statement: Statement::SingularValue, verdict: Outcome::Proved };
    let problem = MatrixProblem { entries, rhs: None, split: None };
    let accepted = certify_matrix(problem, claim, Evidence::SingularValue(bounds)).ok()?;
    Some(Conditioned { lower, upper, accepted })
}

/// `B`, and that the columns at `H*` are independent.
fn evidence(hmm: &Hmm, choice: &Choice) -> Option<EssentialStates> {
    let essential: Vec<usize> = choice.essential.iter().map(|state| state.0).collect();
    match Fractions::new(hmm.emission()).select(&essential).independence()? {
        Columns::Independent(independence) => {
            let sources = choice.sources.iter().map(|state| state.0).collect();
            Some(EssentialStates { sources, independence })
        }
        Columns::Dependent(_) => None,
    }
}
