//! The inputs that Theorems 4.3 and 4.6 speak about, as a regular language (theory B5).
//!
//! A *set* is one of pairs `(a, h)` of a memory and a hidden state. While an input is read, `F` are the pairs that are possible. A *survivor
//! set* belongs to a position `i`: the pairs that are possible if `H_i ∉ H*` and the token at `i` is left free. The input satisfies (4.3) if and only if
//! it is possible and some survivor set is empty. Reading a token `z`, every set is advanced by the chain and filtered by `z`; one survivor set
//! is added, what `F` leads to outside of `H*`, not filtered. Only inclusion-minimal survivor sets are kept, and none that contains `F`: it cannot
//! become empty on a possible input. Once a survivor set is empty the input is in the language as long as it is possible.
//!
//! Behind the prompt of Theorem 4.6 survivor sets come from the pairs that the prompt leaves possible, which are a set of their own.

use std::collections::{BTreeMap, VecDeque};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::certificate::{EmptyScope, ScopeMember, ScopeState};

use crate::{
    certify::Limit,
    linear::Matrix,
    model::{Cell, MemoryHmm},
    number::clear,
    oracle::{MAX_AUGMENTED_STATES, MemoryPrompt},
};

/// States of the automaton are not searched beyond this number.
pub const MAX_SCOPE_STATES: usize = 20_000;

/// The search ends when it has looked at about this many words of sets.
const MAX_SCOPE_COST: usize = 1 << 32;

/// Pairs of a memory and a hidden state: for each memory as many words as its states need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Set(Vec<u64>);

impl Set {
    fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    fn contains(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| b & !a == 0)
    }

    fn meet(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
        self
    }
}

/// What is known of an input that does not satisfy (4.3) yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    possible: Set,
    /// Where survivor sets come from: the same without a prompt.
    source: Set,
    survivors: Vec<Set>,
}

/// What the tokens after a state share.
struct Advanced {
    possible: Set,
    source: Set,
    fresh: Set,
    survivors: Vec<Set>,
}

/// Where a token leads.
enum Next {
    /// The input is impossible.
    Impossible,
    /// The input satisfies (4.3).
    Member,
    /// Neither yet.
    Open(State),
}

/// The language of the inputs with (4.3) for some recoverable states of a cell.
#[derive(Clone, Debug)]
pub struct Scope<'m> {
    memory: &'m MemoryHmm,
    /// `S*`
    states: Vec<usize>,
    prompt: Option<MemoryPrompt>,
    memories: Vec<Vec<usize>>,
    weights: Vec<BigRational>,
    /// Words for each memory.
    width: usize,
    /// For each hidden state where it can go.
    successors: Vec<Vec<u64>>,
    /// For each token what it lets pass.
    filters: Vec<Set>,
    outside: Set,
}

/// The automaton: its open states in the order of discovery, and where the tokens lead.
#[derive(Clone, Debug)]
pub struct ScopeAutomaton {
    states: Vec<State>,
    /// For each open state and token.
    next: Vec<Vec<Target>>,
}

/// Where a token leads from an open state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Impossible,
    Member,
    Open(usize),
}

/// Whether the language is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeAnswer {
    /// A shortest member, with a position of (4.3), from 1 (behind a prompt its token counts).
    Member(ScopeMember),
    /// A closed set of open states.
    Empty(EmptyScope),
}

impl<'m> Scope<'m> {
    /// The language for these recoverable states.
    ///
    /// # Errors
    /// [`Limit::Augmented`] for too many pairs of a memory and a hidden state.
    pub fn new(
        memory: &'m MemoryHmm,
        cell: Cell,
        states: &[usize],
        prompt: Option<MemoryPrompt>,
    ) -> Result<Self, Limit> {
        let found = memory.prior().memories().saturating_mul(memory.states());
        if found > MAX_AUGMENTED_STATES {
            return Err(Limit::Augmented { found, limit: MAX_AUGMENTED_STATES });
        }
        let (memories, weights) = memory.prior().support().into_iter().unzip();
        let (n, shape) = (memory.states(), memory.shape());
        let width = n.div_ceil(64);
        let chain = memory.chain().transition();
        let mut successors = vec![vec![0; width]; n];
        for (from, mask) in successors.iter_mut().enumerate() {
            (0..n)
                .filter(|&to| chain[(to, from)].is_positive())
                .for_each(|to| mask[to / 64] |= 1 << (to % 64));
        }
        let empty = Set(Vec::new());
        let mut scope = Self {
            memory,
            states: states.to_vec(),
            prompt,
            memories,
            weights,
            width,
            successors,
            filters: Vec::new(),
            outside: empty,
        };
        let within = |h: usize| shape.cell(h) == cell && states.contains(&(h % shape.syntax));
        scope.outside = scope.set(|_, h| !within(h));
        let emits = |token: usize, a: &[usize], h: usize| {
            memory.emission()[(token, shape.column(a[shape.cell(h).0], h))].is_positive()
        };
        scope.filters = (0..memory.tokens()).map(|token| scope.set(|a, h| emits(token, a, h))).collect();
        Ok(scope)
    }

    /// The set of the pairs that satisfy a condition.
    fn set(&self, holds: impl Fn(&[usize], usize) -> bool) -> Set {
        let mut words = vec![0; self.memories.len() * self.width];
        for (memory, block) in self.memories.iter().zip(words.chunks_mut(self.width)) {
            (0..self.memory.states())
                .filter(|&h| holds(memory, h))
                .for_each(|h| block[h / 64] |= 1 << (h % 64));
        }
        Set(words)
    }

    /// The pairs of a set as numbers `memory · n + state`.
    fn indices(&self, set: &Set) -> Vec<usize> {
        let n = self.memory.states();
        let inside = |at: &usize| set.0[at / n * self.width + at % n / 64] >> (at % n % 64) & 1 == 1;
        (0..self.memories.len() * n).filter(inside).collect()
    }

    /// Where the chain can go from a set.
    fn advance(&self, set: &Set) -> Set {
        let mut words = vec![0; set.0.len()];
        for (block, target) in set.0.chunks(self.width).zip(words.chunks_mut(self.width)) {
            for (index, &word) in block.iter().enumerate() {
                let mut rest = word;
                while rest != 0 {
                    let h = index * 64 + rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    target.iter_mut().zip(&self.successors[h]).for_each(|(a, b)| *a |= b);
                }
            }
        }
        Set(words)
    }

    fn start(&self) -> State {
        let chain = self.memory.chain();
        let (zeroth, first) = (chain.initial().to_vec(), chain.first_law());
        let possible = self.set(|_, h| zeroth[h].is_positive());
        let source = self.prompt.as_ref().map_or_else(
            || possible.clone(),
            |prompt| self.set(|a, h| prompt.passes[a[prompt.cell.0]] && first[h].is_positive()),
        );
        State { possible, source, survivors: Vec::new() }
    }

    /// What the tokens after a state share: every set advanced, and the survivor set of the new position.
    fn advanced(&self, state: &State) -> Advanced {
        let source = self.advance(&state.source);
        Advanced {
            possible: self.advance(&state.possible),
            fresh: source.clone().meet(&self.outside),
            source,
            survivors: state.survivors.iter().map(|set| self.advance(set)).collect(),
        }
    }

    fn read(&self, advanced: &Advanced, token: usize) -> Next {
        let filter = &self.filters[token];
        let possible = advanced.possible.clone().meet(filter);
        if possible.is_empty() {
            return Next::Impossible;
        }
        let mut survivors = vec![advanced.fresh.clone()];
        survivors.extend(advanced.survivors.iter().map(|set| set.clone().meet(filter)));
        if survivors.iter().any(Set::is_empty) {
            return Next::Member;
        }
        survivors.retain(|set| !set.contains(&possible));
        survivors.sort_unstable();
        survivors.dedup();
        let minimal = |set: &&Set| !survivors.iter().any(|other| other != *set && set.contains(other));
        let survivors = survivors.iter().filter(minimal).cloned().collect();
        Next::Open(State { possible, source: advanced.source.clone().meet(filter), survivors })
    }

    /// About how many words are looked at to find where all tokens lead from a state.
    fn cost(&self, state: &State) -> usize {
        let sets = state.survivors.len() + 3;
        let words = self.outside.0.len();
        words * sets * (self.filters.len() * sets + self.memory.states())
    }

    /// Searches the automaton breadth first, until a member is found if `shortest` says so.
    fn explore(&self, shortest: bool) -> Result<(ScopeAutomaton, Option<Vec<usize>>), Limit> {
        let start = self.start();
        let mut known = BTreeMap::from([(start.clone(), 0)]);
        let mut automaton = ScopeAutomaton { states: vec![start], next: Vec::new() };
        let mut words: Vec<Vec<usize>> = vec![Vec::new()];
        let mut queue = VecDeque::from([0]);
        let mut cost = 0;
        while let Some(at) = queue.pop_front() {
            cost += self.cost(&automaton.states[at]);
            if cost > MAX_SCOPE_COST {
                return Err(Limit::Automaton { limit: automaton.states.len() });
            }
            let advanced = self.advanced(&automaton.states[at]);
            let mut row = Vec::with_capacity(self.filters.len());
            for token in 0..self.filters.len() {
                row.push(match self.read(&advanced, token) {
                    Next::Impossible => Target::Impossible,
                    Next::Member if shortest => {
                        let word = [&words[at][..], &[token]].concat();
                        return Ok((automaton, Some(word)));
                    }
                    Next::Member => Target::Member,
                    Next::Open(state) => {
                        let fresh = automaton.states.len();
                        let index = *known.entry(state.clone()).or_insert(fresh);
                        if index == fresh {
                            if fresh == MAX_SCOPE_STATES {
                                return Err(Limit::Automaton { limit: MAX_SCOPE_STATES });
                            }
                            let word =
                                if shortest { [&words[at][..], &[token]].concat() } else { Vec::new() };
                            automaton.states.push(state);
                            words.push(word);
                            queue.push_back(fresh);
                        }
                        Target::Open(index)
                    }
                });
            }
            automaton.next.push(row);
        }
        Ok((automaton, None))
    }

    /// Whether some input satisfies (4.3): a shortest one, or a closed set of states without any.
    ///
    /// # Errors
    /// [`Limit::Automaton`] beyond [`MAX_SCOPE_STATES`].
    pub fn decide(&self) -> Result<ScopeAnswer, Limit> {
        let (automaton, member) = self.explore(true)?;
        Ok(match member {
            Some(tokens) => {
                let position = self.position(&tokens).unwrap_or_default();
                ScopeAnswer::Member(ScopeMember { states: self.states.clone(), tokens, position })
            }
            None => ScopeAnswer::Empty(self.closed(&automaton)),
        })
    }

    /// The first position of (4.3) of an input; behind a prompt positions count from its token. `None` for an input that does not satisfy (4.3).
    pub fn position(&self, tokens: &[usize]) -> Option<usize> {
        let filtered = |set: &Set, token: &usize| self.advance(set).meet(&self.filters[*token]);
        let State { possible, mut source, .. } = self.start();
        if tokens.iter().fold(possible, |set, token| filtered(&set, token)).is_empty() {
            return None;
        }
        for (index, token) in tokens.iter().enumerate() {
            let survivor = self.advance(&source).meet(&self.outside);
            if tokens[index + 1..].iter().fold(survivor, |set, token| filtered(&set, token)).is_empty() {
                return Some(index + 1 + usize::from(self.prompt.is_some()));
            }
            source = filtered(&source, token);
        }
        None
    }

    fn closed(&self, automaton: &ScopeAutomaton) -> EmptyScope {
        let (mut sets, mut known) = (Vec::new(), BTreeMap::new());
        let mut name = |set: &Set| {
            *known.entry(set.clone()).or_insert_with(|| {
                sets.push(self.indices(set));
                sets.len() - 1
            })
        };
        let state = |(state, next): (&State, &Vec<Target>)| ScopeState {
            possible: name(&state.possible),
            source: self.prompt.as_ref().map(|_| name(&state.source)),
            survivors: state.survivors.iter().map(&mut name).collect(),
            next: next
                .iter()
                .map(|target| match target {
                    Target::Open(index) => Some(*index),
                    Target::Impossible | Target::Member => None,
                })
                .collect(),
        };
        let automaton = automaton.states.iter().zip(&automaton.next).map(state).collect();
        EmptyScope { states: self.states.clone(), sets, automaton }
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
        let (automaton, _) = self.explore(false)?;
        let pairs = self.memories.len() * self.memory.states();
        let needed = automaton.states.len() * pairs * (self.memory.states() + self.filters.len());
        if needed.saturating_mul(longest) > products {
            return Err(Limit::Automaton { limit: automaton.states.len() - 1 });
        }
        let mut masses = Masses::new(self);
        let mut found = Vec::with_capacity(longest);
        for _ in 0..longest {
            masses.step(self, &automaton);
            found.push(BigRational::one() - masses.open());
        }
        Ok(found)
    }
}

/// The probability of each open state of the automaton, by memory and hidden state.
struct Masses {
    /// An entry for each pair, times `scale`.
    by_state: BTreeMap<usize, Vec<BigInt>>,
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
            scale: prior_scale * initial_scale,
            step_scale: transition_scale * emission_scale,
            transition,
            emission,
        }
    }

    fn step(&mut self, scope: &Scope<'_>, automaton: &ScopeAutomaton) {
        let mut after: BTreeMap<usize, Vec<BigInt>> = BTreeMap::new();
        for (state, masses) in std::mem::take(&mut self.by_state) {
            let advanced = self.advance(scope, &masses);
            for (token, target) in automaton.next[state].iter().enumerate() {
                let Target::Open(target) = target else { continue };
                let sum = after.entry(*target).or_insert_with(|| vec![BigInt::ZERO; advanced.len()]);
                self.add_filtered(scope, token, &advanced, sum);
            }
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

    /// The probability of all open states.
    fn open(&self) -> BigRational {
        let total: BigInt = self.by_state.values().flatten().sum();
        BigRational::new(total, self.scale.clone())
    }
}
