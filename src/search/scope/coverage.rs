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

/// The automaton: for each open state where the tokens lead; state 0 is the first.
struct Automaton(Vec<Vec<Target>>);

impl Automaton {
    fn new(scope: &Scope<'_>) -> Result<Self, Limit> {
        let prospects = Prospects::new(scope)?;
        let start = State { situation: scope.start(), survivors: Vec::new() };
        let (mut numbers, mut states) = (BTreeMap::from([(start.clone(), 0)]), vec![start]);
        let (mut rows, mut cost) = (Vec::new(), 0);
        while rows.len() < states.len() {
            let state = &states[rows.len()];
            cost += scope.cost(state.survivors.len().pow(2));
            if states.len() > MAX_SCOPE_STATES || cost > MAX_SCOPE_COST {
                return Err(Limit::Automaton { limit: rows.len() });
            }
            let after = scope.step(&prospects, state);
            let target = |next| match next {
                None => Target::Lost,
                Some(Err(())) => Target::Member,
                Some(Ok(state)) => {
                    let number = *numbers.entry(state).or_insert_with_key(|state: &State| {
                        states.push(state.clone());
                        states.len() - 1
                    });
                    Target::Open(number)
                }
            };
            rows.push(after.into_iter().map(target).collect());
        }
        Ok(Self(rows))
    }
}

impl Scope<'_> {
    /// Where each token leads: nowhere, into the language, or to a state.
    fn step(&self, prospects: &Prospects, state: &State) -> Vec<Option<Result<State, ()>>> {
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
            survivors.retain(|set| prospects.hopeful(&situation, Some(set)));
            survivors.sort_unstable();
            survivors.dedup();
            let minimal = |set: &&Set| !survivors.iter().any(|other| other != *set && set.contains(other));
            let survivors: Vec<_> = survivors.iter().filter(minimal).cloned().collect();
            let open = !survivors.is_empty() || prospects.hopeful(&situation, None);
            open.then_some(Ok(State { situation, survivors }))
        };
        (0..self.filters.len()).map(next).collect()
    }

    /// `Pr(X_{1:t} satisfies (4.3))` for `t = 1, 2, …, longest`, exactly.
    ///
    /// Cost: for each length and each open state of the automaton one step of the augmented chain.
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
        let automaton = Automaton::new(self)?;
        let pairs = self.memories.len() * self.memory.states();
        let needed = automaton.0.len() * pairs * (self.memory.states() + self.filters.len());
        if needed.saturating_mul(longest) > products {
            return Err(Limit::Automaton { limit: automaton.0.len() - 1 });
        }
        let mut masses = Masses::new(self);
        let mut found = Vec::with_capacity(longest);
        for _ in 0..longest {
            masses.step(self, &automaton);
            found.push(BigRational::new(masses.member.clone(), masses.scale.clone()));
        }
        Ok(found)
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

    fn step(&mut self, scope: &Scope<'_>, automaton: &Automaton) {
        let mut after: BTreeMap<usize, Vec<BigInt>> = BTreeMap::new();
        self.member *= &self.step_scale;
        for (state, masses) in std::mem::take(&mut self.by_state) {
            let advanced = self.advance(scope, &masses);
            let mut arrived = vec![BigInt::ZERO; advanced.len()];
            for (token, target) in automaton.0[state].iter().enumerate() {
                let sum = match target {
                    Target::Lost => continue,
                    Target::Member => &mut arrived,
                    Target::Open(target) => {
                        after.entry(*target).or_insert_with(|| vec![BigInt::ZERO; advanced.len()])
                    }
                };
                self.add_filtered(scope, token, &advanced, sum);
            }
            self.member += arrived.iter().sum::<BigInt>();
        }
        self.by_state = after;
        self.scale *= &self.step_scale;
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
