//! The probability of the language, for each length.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::{MAX_SCOPE_COST, MAX_SCOPE_STATES, Scope, Set, Situation, prospects::Prospects};
use crate::{certify::Limit, linear::Matrix, number::clear};

/// What is known of an input that does not satisfy (4.3) yet and still can.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    situation: Situation,
    /// The inclusion-minimal ones of those that can become empty.
    survivors: Vec<Set>,
}

/// Where a token leads from an open state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The input is impossible, or no continuation satisfies (4.3).
    Lost,
    /// The input satisfies (4.3), and so does every possible continuation.
    Member,
    /// Neither yet.
    Open(usize),
}

/// The automaton, as far as it was needed; state 0 is the first.
struct Automaton {
    /// `None` if there are too many: then nothing is known to be hopeless.
    prospects: Option<Prospects>,
    numbers: BTreeMap<State, usize>,
    states: Vec<State>,
    /// For each open state where the tokens lead.
    rows: Vec<Option<Vec<Target>>>,
    cost: usize,
}

impl Automaton {
    fn new(scope: &Scope<'_>) -> Self {
        let start = State { situation: scope.start(), survivors: Vec::new() };
        Self {
            prospects: Prospects::new(scope).ok(),
            numbers: BTreeMap::from([(start.clone(), 0)]),
            states: vec![start],
            rows: vec![None],
            cost: 0,
        }
    }

    fn limit(&self) -> Limit {
        Limit::Automaton { limit: self.states.len() }
    }

    /// Where each token leads.
    fn row(&mut self, scope: &Scope<'_>, at: usize) -> Result<Vec<Target>, Limit> {
        if let Some(row) = &self.rows[at] {
            return Ok(row.clone());
        }
        self.cost += scope.cost(self.states[at].survivors.len().pow(2));
        if self.states.len() > MAX_SCOPE_STATES || self.cost > MAX_SCOPE_COST {
            return Err(self.limit());
        }
        let after = scope.step(self.prospects.as_ref(), &self.states[at]);
        let row: Vec<_> = after.into_iter().map(|next| self.target(next)).collect();
        self.rows[at] = Some(row.clone());
        Ok(row)
    }

    fn target(&mut self, next: Option<Result<State, ()>>) -> Target {
        match next {
            None => Target::Lost,
            Some(Err(())) => Target::Member,
            Some(Ok(state)) => {
                let fresh = self.states.len();
                let number = *self.numbers.entry(state.clone()).or_insert(fresh);
                if number == fresh {
                    self.states.push(state);
                    self.rows.push(None);
                }
                Target::Open(number)
            }
        }
    }
}

impl Scope<'_> {
    /// Where each token leads: nowhere, into the language, or to a state.
    fn step(&self, prospects: Option<&Prospects>, state: &State) -> Vec<Option<Result<State, ()>>> {
        let hopeful = |situation: &Situation, set: Option<&Set>| match prospects {
            Some(prospects) => prospects.hopeful(situation, set),
            None => set.is_none_or(|set| !set.contains(&situation.possible)),
        };
        let advanced = self.advanced(&state.situation);
        let moved: Vec<_> = state.survivors.iter().map(|set| self.advance(set)).collect();
        let next = |token: usize| {
            let situation = self.read(&advanced, token)?;
            let mut survivors: Vec<_> =
                moved.iter().map(|set| set.clone().meet(&self.filters[token])).collect();
            survivors.push(advanced.fresh.clone());
            if survivors.iter().any(Set::is_empty) {
                return Some(Err(()));
            }
            survivors.retain(|set| hopeful(&situation, Some(set)));
            survivors.sort_unstable();
            survivors.dedup();
            let minimal = |set: &&Set| !survivors.iter().any(|other| other != *set && set.contains(other));
            let survivors: Vec<_> = survivors.iter().filter(minimal).cloned().collect();
            let open = !survivors.is_empty() || hopeful(&situation, None);
            open.then_some(Ok(State { situation, survivors }))
        };
        (0..self.filters.len()).map(next).collect()
    }

    /// `Pr(X_{1:t} satisfies (4.3))` for `t = 1, 2, …, longest`, exactly.
    ///
    /// Cost: for each length and each open state of the automaton that an input of this length can be in, one step of the augmented chain.
    ///
    /// # Errors
    /// [`Limit::Automaton`] beyond [`MAX_SCOPE_STATES`].
    pub fn coverage(&self, longest: usize) -> Result<Vec<BigRational>, Limit> {
        self.coverage_within(longest, usize::MAX)
    }

    /// The same, unless that takes more than so many products of long numbers.
    ///
    /// # Errors
    /// [`Limit::Automaton`] beyond [`MAX_SCOPE_STATES`] or that number of products.
    pub fn coverage_within(&self, longest: usize, products: usize) -> Result<Vec<BigRational>, Limit> {
        match self.coverage_as_far_as(longest, products) {
            (found, None) => Ok(found),
            (_, Some(limit)) => Err(limit),
        }
    }

    /// The same for as many lengths as it takes, with the limit that was met if these are fewer.
    pub fn coverage_as_far_as(&self, longest: usize, products: usize) -> (Vec<BigRational>, Option<Limit>) {
        self.covered(Automaton::new(self), longest, products)
    }

    fn covered(
        &self,
        mut automaton: Automaton,
        longest: usize,
        products: usize,
    ) -> (Vec<BigRational>, Option<Limit>) {
        let mut masses = Masses::new(self);
        let pairs = self.memories.len() * self.memory.states();
        let step = pairs * (self.memory.states() + self.filters.len());
        let (mut found, mut left) = (Vec::with_capacity(longest), products);
        for _ in 0..longest {
            match left.checked_sub(step.saturating_mul(masses.by_state.len())) {
                None => return (found, Some(automaton.limit())),
                Some(rest) => left = rest,
            }
            if let Err(limit) = masses.step(self, &mut automaton) {
                return (found, Some(limit));
            }
            found.push(BigRational::new(masses.member.clone(), masses.scale.clone()));
        }
        (found, None)
    }
}

/// The probability of the language and of each open state of the automaton, the latter by memory and hidden state.
struct Masses {
    /// An entry for each pair, times `scale`.
    by_state: BTreeMap<usize, Vec<BigInt>>,
    /// The probability of the language, times `scale`.
    member: BigInt,
    scale: BigInt,
    step_scale: BigInt,
    /// `A`, over its denominator.
    transition: Matrix<BigInt>,
    /// `W`, over its denominator.
    emission: Matrix<BigInt>,
}

impl Masses {
    fn new(scope: &Scope<'_>) -> Self {
        let (prior, prior_scale) = clear(&scope.weights);
        let (initial, initial_scale) = clear(scope.memory.chain().initial());
        let start = prior.iter().flat_map(|p| initial.iter().map(move |q| p * q)).collect();
        let cleared = |matrix: &Matrix<BigRational>| {
            let (entries, scale) = clear(matrix.entries());
            let columns = matrix.columns();
            let entry = |row: usize, column: usize| entries[row * columns + column].clone();
            (Matrix::from_fn(matrix.rows(), columns, entry), scale)
        };
        let (transition, transition_scale) = cleared(scope.memory.chain().transition());
        let (emission, emission_scale) = cleared(scope.memory.emission());
        Self {
            by_state: BTreeMap::from([(0, start)]),
            member: BigInt::ZERO,
            scale: prior_scale * initial_scale,
            step_scale: transition_scale * emission_scale,
            transition,
            emission,
        }
    }

    fn step(&mut self, scope: &Scope<'_>, automaton: &mut Automaton) -> Result<(), Limit> {
        let mut after: BTreeMap<usize, Vec<BigInt>> = BTreeMap::new();
        self.member *= &self.step_scale;
        for (state, masses) in std::mem::take(&mut self.by_state) {
            let advanced = self.advance(scope, &masses);
            let mut arrived = vec![BigInt::ZERO; advanced.len()];
            for (token, target) in automaton.row(scope, state)?.into_iter().enumerate() {
                let sum = match target {
                    Target::Lost => continue,
                    Target::Member => &mut arrived,
                    Target::Open(target) => {
                        after.entry(target).or_insert_with(|| vec![BigInt::ZERO; advanced.len()])
                    }
                };
                self.add_filtered(scope, token, &advanced, sum);
            }
            self.member += arrived.iter().sum::<BigInt>();
        }
        self.by_state = after;
        self.scale *= &self.step_scale;
        Ok(())
    }

    /// `A v` for each memory.
    fn advance(&self, scope: &Scope<'_>, masses: &[BigInt]) -> Vec<BigInt> {
        let blocks = masses.chunks(scope.memory.states());
        blocks.flat_map(|block| self.transition.times(block)).collect()
    }

    fn add_filtered(&self, scope: &Scope<'_>, token: usize, masses: &[BigInt], sum: &mut [BigInt]) {
        let (shape, n, row) = (scope.memory.shape(), scope.memory.states(), self.emission.row(token));
        for (at, mass) in masses.iter().enumerate().filter(|(_, mass)| !mass.is_zero()) {
            let (memory, h) = (&scope.memories[at / n], at % n);
            let passes = &row[shape.column(memory[shape.cell(h).0], h)];
            if !passes.is_zero() {
                sum[at] += mass * passes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::builtin;

    /// Where too much would have to be known to say what is hopeless, coverage is the same, and a limit leaves the first lengths.
    #[test]
    fn prospects_change_nothing() {
        for model in builtin::memory() {
            let cell = model.task().map(|task| task.cell).expect("a task");
            let scope = Scope::new(model.memory(), cell, &[0], None).expect("small");
            let blind = Automaton { prospects: None, ..Automaton::new(&scope) };
            let expected = scope.coverage(6).expect("small");
            assert_eq!(scope.covered(blind, 6, usize::MAX), (expected.clone(), None));
            let pairs = scope.memories.len() * scope.memory.states();
            let one = pairs * (scope.memory.states() + scope.filters.len());
            let (found, limit) = scope.coverage_as_far_as(6, one);
            assert_eq!(found, expected[..1]);
            assert!(matches!(limit, Some(Limit::Automaton { .. })));
        }
    }
}
