//! What Theorems [4.3](super::theorem_4_3) and [4.6](super::theorem_4_6) have in common: the head, its certificate, the recovery of the posterior.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{Aperiodicity, AttentionEvidence, Evidence, Statement},
};

use crate::{
    certify::certify_proof,
    hypothesis::{Decision, RecoverableSet, assumption_3_2},
    linear::Matrix,
    model::{AttentionHead, MemoryHmm, MemoryModel, MemoryTask, Task, Token, inner},
    search::Counted,
};

/// The rows `θ_{(c,s)}` as a head: `Θ_V` has them at `(c, j*, s)`, `Θ_K` their sums over `c` at `(j*, s)`, `q` is the indicator of `H*`.
pub(super) fn construct(memory: &MemoryHmm, task: &MemoryTask, set: &RecoverableSet) -> AttentionHead {
    let (shape, k) = (memory.shape(), memory.tokens());
    let mut keys = Matrix::from_fn(shape.states(), k, |_, _| BigRational::zero());
    let mut values = Matrix::from_fn(shape.columns(), k, |_, _| BigRational::zero());
    let mut query = vec![BigRational::zero(); shape.states()];
    let contrasts = task.task.contrasts();
    let mut b = vec![vec![BigRational::zero(); shape.columns()]; contrasts.len()];
    for syntax in set.states() {
        let state = shape.state(task.cell, syntax);
        query[state] = BigRational::one();
        let rows = set.functionals(syntax).unwrap_or_default();
        for (&value, row) in set.counted.values.iter().zip(rows) {
            let column = shape.column(value, state);
            for (token, entry) in row.iter().enumerate() {
                keys[(state, token)] += entry;
                values[(column, token)].clone_from(entry);
            }
            b.iter_mut().zip(&contrasts).for_each(|(b, mu)| b[column].clone_from(&mu[value]));
        }
    }
    if let Task::Classes(_) = task.task {
        b.insert(0, vec![BigRational::zero(); shape.columns()]); // labels see only differences of rows
    }
    let zero = vec![BigRational::zero(); shape.states()];
    AttentionHead { keys, query, first_position: zero.clone(), other_positions: zero, values, b }
}

/// The head with one more coordinate, which keeps the first position out: `q` is 1 there, `Θ_K` is 0, and `β_1` has this entry.
pub(super) fn with_position(
    head: AttentionHead,
    keys: Matrix<BigRational>,
    low: BigRational,
) -> AttentionHead {
    let extended = |vector: &[BigRational], entry| [vector, &[entry]].concat();
    AttentionHead {
        query: extended(&head.query, BigRational::one()),
        first_position: extended(&head.first_position, low),
        other_positions: extended(&head.other_positions, BigRational::zero()),
        keys: with_row(&keys, vec![BigRational::zero(); keys.columns()]),
        ..head
    }
}

fn with_row(matrix: &Matrix<BigRational>, row: Vec<BigRational>) -> Matrix<BigRational> {
    let rows = matrix.to_rows().into_iter().chain([row]).collect();
    Matrix::from_rows(rows).expect("rows of equal length")
}

/// The largest entry of `Θ_Kᵀ q` in absolute value.
pub(super) fn reach(head: &AttentionHead) -> BigRational {
    head.score_functional().iter().map(Signed::abs).max().unwrap_or_else(BigRational::zero)
}

/// The evidence for a head, for these syntax states.
pub(super) fn evidence(ergodic: Aperiodicity, states: Vec<usize>, head: &AttentionHead) -> AttentionEvidence {
    AttentionEvidence { ergodic, states, head: head.certificate() }
}

/// A head that was given, as one that a theorem promises: for the states of the task's cell at which its score is certain to be 1.
///
/// `None` unless the checker accepts that it gives the task's label on every input of the theorem's scope for these states.
pub(super) fn certify_given(
    model: &MemoryModel,
    counted: &Counted,
    head: &AttentionHead,
    claim: impl Fn(AttentionEvidence) -> (Statement, Evidence),
) -> Option<(Vec<usize>, Accepted)> {
    let (memory, shape) = (model.memory(), model.memory().shape());
    let seen = head.score_functional();
    let certain = |syntax: &usize| {
        let column = |&value: &usize| shape.column(value, shape.state(counted.cell, *syntax));
        let score = |at: usize| {
            let column: Vec<_> = memory.emission().column(at).cloned().collect();
            inner(&seen, &column)
        };
        counted.values.iter().map(column).all(|at| score(at).is_one())
    };
    let states: Vec<_> = (0..shape.syntax).filter(certain).collect();
    let ergodic = ergodic(&assumption_3_2::of_chain(model, memory.chain()).whole)?;
    let (statement, evidence) = claim(evidence(ergodic, states.clone(), head));
    Some((states, certify_proof(model, statement, evidence).ok()?))
}

/// The trees and walks of an accepted Assumption 3.2.
pub(super) fn ergodic(decision: &Decision) -> Option<Aperiodicity> {
    match &decision.accepted()?.certificate().evidence {
        Evidence::Ergodic(ergodic) => Some(ergodic.clone()),
        _ => None,
    }
}

/// The posterior of the task's cell from the output at one attended position:
/// `P[M_{j*} = c | x] ∝ Σ_{s ∈ S*} (θ_{(c,s)}·G_i) W[x_i, (c, j*, s)]`, for the values that count; 0 for all others.
///
/// `None` if the masses are not those of a law: the position is not one at which the theorem speaks, or every value that counts is impossible.
pub(super) fn posterior(
    memory: &MemoryHmm,
    set: &RecoverableSet,
    output: &[BigRational],
    token: Token,
) -> Option<Vec<BigRational>> {
    let shape = memory.shape();
    let mut masses = vec![BigRational::zero(); shape.values];
    for syntax in set.states() {
        let state = shape.state(set.counted.cell, syntax);
        let rows = set.functionals(syntax).unwrap_or_default();
        for (&value, row) in set.counted.values.iter().zip(rows) {
            masses[value] += inner(row, output) * &memory.emission()[(token.0, shape.column(value, state))];
        }
    }
    let total: BigRational = masses.iter().sum();
    let valid = total.is_positive() && !masses.iter().any(Signed::is_negative);
    valid.then(|| masses.into_iter().map(|mass| mass / &total).collect())
}
