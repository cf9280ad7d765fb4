//! What Assumptions [4.2](super::assumption_4_2) and [4.5](super::assumption_4_5) have in common.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    certificate::{Evidence, Excluded, Recoverable, RecoverableStates, Statement},
    number::Rational,
};

use super::Decision;
use crate::{
    certify::{Limit, certify_proof, certify_refutation},
    model::{MemoryHmm, MemoryModel},
    search::{BlockFound, Counted, recoverable_blocks},
};

/// The recoverable syntax states of a task's cell: the largest set `S*`, and why the others are not in it.
#[derive(Clone, Debug)]
pub struct RecoverableSet {
    /// Whether there is one.
    pub decision: Decision,
    /// The columns that count.
    pub counted: Counted,
    /// For each syntax state, what was found; empty if nothing could be.
    pub found: Vec<BlockFound>,
}

/// Why a syntax state is not recoverable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its own columns are dependent: `Σ coefficient · W[:, (value, j*, s)] = 0`.
    Dependent(Vec<(usize, BigInt)>),
    /// `Σ coefficient · W[:, (value, j*, s)]` is not zero and lies in the span of the other columns as well.
    InBothSpans {
        /// Values with their coefficients.
        combination: Vec<(usize, BigInt)>,
        /// The vector, an entry for each token.
        vector: Vec<BigRational>,
    },
}

impl RecoverableSet {
    /// Decides the largest set within the columns that count.
    pub(super) fn decide(model: &MemoryModel, statement: Statement, counted: Counted) -> Self {
        let Some(found) = recoverable_blocks(model.memory(), &counted) else {
            return Self { decision: Decision::Undecided(Limit::Primes), counted, found: Vec::new() };
        };
        let (mut recoverable, mut excluded) = (Vec::new(), Vec::new());
        for (state, block) in found.iter().enumerate() {
            match block {
                BlockFound::Recoverable(rows) => {
                    let functionals = rows.iter().map(|row| row.iter().cloned().map(Rational).collect());
                    recoverable.push(Recoverable { state, functionals: functionals.collect() });
                }
                BlockFound::Excluded(kernel) => {
                    let integer = |value: &BigInt| Rational(BigRational::from_integer(value.clone()));
                    excluded.push(Excluded { state, kernel: kernel.iter().map(integer).collect() });
                }
            }
        }
        let holds = !recoverable.is_empty();
        let evidence = Evidence::RecoverableStates(RecoverableStates { recoverable, excluded });
        let decision = if holds {
            Decision::proof(certify_proof(model, statement, evidence))
        } else {
            Decision::refutation(certify_refutation(model, statement, evidence))
        };
        Self { decision, counted, found }
    }

    /// `S*`, ascending.
    pub fn states(&self) -> Vec<usize> {
        let blocks = self.found.iter().enumerate();
        let recoverable = blocks.filter(|(_, block)| matches!(block, BlockFound::Recoverable(_)));
        recoverable.map(|(state, _)| state).collect()
    }

    /// The functionals of a state of `S*`, one for each value that counts.
    pub fn functionals(&self, syntax: usize) -> Option<&[Vec<BigRational>]> {
        match self.found.get(syntax)? {
            BlockFound::Recoverable(rows) => Some(rows),
            BlockFound::Excluded(_) => None,
        }
    }

    /// The states outside of `S*` with the reason for each.
    pub fn excluded(&self, memory: &MemoryHmm) -> Vec<(usize, Reason)> {
        let blocks = self.found.iter().enumerate();
        let reasons = blocks.filter_map(|(state, block)| match block {
            BlockFound::Recoverable(_) => None,
            BlockFound::Excluded(kernel) => Some((state, self.reason(memory, state, kernel))),
        });
        reasons.collect()
    }

    fn reason(&self, memory: &MemoryHmm, syntax: usize, kernel: &[BigInt]) -> Reason {
        let shape = memory.shape();
        let state = shape.state(self.counted.cell, syntax);
        let column = |value: usize| shape.column(value, state);
        let coefficients = self.counted.values.iter().map(|&value| (value, kernel[column(value)].clone()));
        let combination: Vec<_> = coefficients.filter(|(_, entry)| !entry.is_zero()).collect();
        let entry = |token: usize| {
            let terms = combination.iter().map(|(value, x)| &memory.emission()[(token, column(*value))] * x);
            terms.sum::<BigRational>()
        };
        let vector: Vec<_> = (0..memory.tokens()).map(entry).collect();
        if vector.iter().all(Zero::is_zero) {
            Reason::Dependent(combination)
        } else {
            Reason::InBothSpans { combination, vector }
        }
    }
}
