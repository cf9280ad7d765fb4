//! Assumptions 4.2, 4.4 and 4.5: which syntax states of the task's cell are recoverable, and whether the chain is stationary.
//!
//! The *block* of a syntax state `s` are the columns `(c, j*, s)` of `W` for the values `c` that count. Without a prompt all values and all
//! columns count; behind the prompt of Theorem 4.6 the value of the cell `j*` is in `M* = supp μ`, so that of the columns of this cell only
//! those with `c ∈ M*` count, and all columns of other cells.

use num_bigint::BigInt;
use num_traits::Zero;

use super::independence::{distinct, in_kernel};
use crate::{
    certificate::{Excluded, Moving, Outcome, RecoverableStates},
    cleared::{Cleared, below, dot, is_zero, length},
    failure::Rejection,
    matrix::vector,
    memory::Memory,
    model::Hmm,
    number::Rational,
};

/// The columns that count, for the cell `j*` of a task.
pub(crate) struct Block<'m> {
    pub memory: &'m Memory,
    /// `j*`
    pub cell: usize,
    /// The values that count.
    pub values: Vec<usize>,
    /// For each column of `W`, whether it counts.
    pub counts: Vec<bool>,
    /// `μ`, or the rows `μ_k − μ_0`.
    pub tasks: &'m [Cleared],
}

impl<'m> Block<'m> {
    /// Of Assumption 4.2.
    pub fn unprompted(memory: &'m Memory) -> Result<Self, Rejection> {
        let Some((cell, tasks)) = &memory.task else { return Err(Rejection::NoTask) };
        let counts = vec![true; memory.emission.width()];
        Ok(Self { memory, cell: *cell, values: (0..memory.values).collect(), counts, tasks })
    }

    /// Of Assumption 4.5.
    pub fn prompted(memory: &'m Memory) -> Result<Self, Rejection> {
        let all = Self::unprompted(memory)?;
        let weighed = |value: usize| all.tasks.iter().any(|task| !task.numerators[value].is_zero());
        let (n, syntax) = (memory.chain.states(), memory.syntax);
        let counts = |column: usize| column % n / syntax != all.cell || weighed(column / n);
        Ok(Self {
            values: (0..memory.values).filter(|&value| weighed(value)).collect(),
            counts: (0..memory.emission.width()).map(counts).collect(),
            ..all
        })
    }

    /// The hidden state `(j*, s)`.
    pub fn state(&self, syntax: usize) -> usize {
        self.cell * self.memory.syntax + syntax
    }

    /// The column `(c, j*, s)`.
    pub fn column(&self, value: usize, syntax: usize) -> usize {
        value * self.memory.chain.states() + self.state(syntax)
    }

    /// `y · W[:, column]` is 1 where `one` says so and 0 on all other columns that count.
    pub fn reads(
        &self,
        field: &'static str,
        row: usize,
        y: &Cleared,
        one: impl Fn(usize) -> bool,
    ) -> Result<(), Rejection> {
        for (column, g) in self.memory.emission.columns.iter().enumerate().filter(|(at, _)| self.counts[*at])
        {
            let found = dot(&y.numerators, &g.numerators);
            let right = if one(column) { found == &y.denominator * &g.denominator } else { found.is_zero() };
            if !right {
                return Err(Rejection::NotInverse { field, row, column });
            }
        }
        Ok(())
    }

    /// Rows of functionals, one for each value that counts, that read off the block of a syntax state.
    fn functionals(&self, syntax: usize, rows: &[Vec<Rational>]) -> Result<(), Rejection> {
        length("functionals", self.values.len(), rows.len())?;
        for (row, (&value, functional)) in self.values.iter().zip(rows).enumerate() {
            let y = vector("functionals", self.memory.emission.height(), functional)?;
            let own = self.column(value, syntax);
            self.reads("functionals", row, &y, |column| column == own)?;
        }
        Ok(())
    }

    /// A dependence that involves the block of a syntax state.
    fn kernel(&self, Excluded { state, kernel }: &Excluded) -> Result<(), Rejection> {
        let v = vector("kernel", self.memory.emission.width(), kernel)?.numerators;
        let outside = |(column, entry): (usize, &BigInt)| !self.counts[column] && !entry.is_zero();
        if let Some(column) = v.iter().enumerate().position(outside) {
            return Err(Rejection::Support { field: "kernel", index: *state, column });
        }
        let block: Vec<_> = self.values.iter().map(|&value| v[self.column(value, *state)].clone()).collect();
        if is_zero(&block) {
            return Err(Rejection::ZeroVector);
        }
        in_kernel(&self.memory.emission, &v)
    }

    /// The evidence about every syntax state.
    fn states(&self, verdict: Outcome, evidence: &RecoverableStates) -> Result<(), Rejection> {
        let RecoverableStates { recoverable, excluded } = evidence;
        let (first, second) =
            (recoverable.iter().map(|found| found.state), excluded.iter().map(|found| found.state));
        let all: Vec<_> = first.chain(second).collect();
        length("states", self.memory.syntax, all.len())?;
        distinct("states", &all, self.memory.syntax)?;
        let expected = if recoverable.is_empty() { Outcome::Refuted } else { Outcome::Proved };
        if verdict != expected {
            return Err(Rejection::Recoverable { found: recoverable.len() });
        }
        recoverable.iter().try_for_each(|found| self.functionals(found.state, &found.functionals))?;
        excluded.iter().try_for_each(|found| self.kernel(found))
    }
}

/// Rule `recoverable-states` for Assumption 4.2.
///
/// # Soundness
/// The functionals of a recoverable `s` send the columns of its block to the unit vectors and all other columns to 0. Those of all
/// recoverable states together do so for `H* = {j*} × S*`: a combination of the columns of `H*` that is a combination of the others has the
/// coefficients 0, which is the assumption for `S*`. A kernel vector of an excluded `s` that is not zero on its block shows that these columns
/// are dependent, or meet the span of the others outside of 0, as they do in every `S*` that contains `s`: the set is the largest one. If it is
/// empty, no other satisfies the assumption.
/// Lemma: `recoverable_states_sound`.
pub(crate) fn unprompted(
    memory: &Memory,
    verdict: Outcome,
    evidence: &RecoverableStates,
) -> Result<(), Rejection> {
    Block::unprompted(memory)?.states(verdict, evidence)
}

/// Rule `recoverable-states` for Assumption 4.5.
///
/// # Soundness
/// As for 4.2, within the columns that count.
/// Lemma: `recoverable_states_sound`.
pub(crate) fn prompted(
    memory: &Memory,
    verdict: Outcome,
    evidence: &RecoverableStates,
) -> Result<(), Rejection> {
    Block::prompted(memory)?.states(verdict, evidence)
}

/// The first state at which `A π0` is not `π0`.
fn moving(chain: &Hmm) -> Option<usize> {
    let first = chain.first();
    (0..chain.states()).find(|&h| first[h] != &chain.initial[h] * &chain.transition_scale)
}

/// Rule `stationary`. `A π0 = π0`.
///
/// # Soundness
/// Read off the model.
/// Lemma: `stationary_sound`.
pub(crate) fn stationary(chain: &Hmm) -> Result<(), Rejection> {
    moving(chain).map_or(Ok(()), |state| Err(Rejection::Moves { state }))
}

/// Rule `not-stationary`. `(A π0)[h] ≠ π0[h]` for some state.
///
/// # Soundness
/// Read off the model.
/// Lemma: `not_stationary_sound`.
pub(crate) fn not_stationary(chain: &Hmm, evidence: &Moving) -> Result<(), Rejection> {
    let state = evidence.state;
    below("state", state, chain.states())?;
    if chain.first()[state] == &chain.initial[state] * &chain.transition_scale {
        return Err(Rejection::Rests { state });
    }
    Ok(())
}
