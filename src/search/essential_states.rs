//! Essential states (Assumption 3.5): which states can a prompt single out?
//!
//! For states `B` let `H*(B) = ∪_{h∈B} supp(A[:,h])`. Wanted is a `B` whose `H*` covers given states and has independent columns of
//! `W`. Columns that are dependent stay so when more come in: only inclusion-minimal covers matter. The search chooses an
//! uncovered state and branches on the states that lead to it, fewest successors first; a choice is ruled out if the columns at its `H*` and at
//! the wanted states are dependent, or if these include all successors of a state that an earlier branch has chosen (that state could join
//! without a change, and all sets with it have been seen). So no `H*` comes up twice.
//!
//! Dependence is found modulo a prime and confirmed by an exact kernel vector, which serves every later choice that
//! includes its support. If nothing is found, the states branched on, in order, and these vectors are the evidence: the checker
//! walks the same tree.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{certificate::NoEssentialStates, number::Rational};

use crate::{
    linear::{Columns, Echelon, Fractions, Prime, residues},
    model::{Hmm, State},
};

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoverLimits {
    /// Choices that are branched on, at most.
    pub branches: usize,
    /// Covers that are collected, at most.
    pub covers: usize,
}

/// The most elementary steps that the checker takes for a search: for each branch the square of the number of states, and as many
/// again for each kernel vector as there are states, times the words that a set of states takes.
const MAX_STEPS: usize = 1 << 34;

impl CoverLimits {
    /// What a certificate of 1 MB has room for at 30 states, and as many covers as are worth comparing.
    pub const DEFAULT: Self = Self { branches: 1 << 18, covers: 64 };
}

impl Default for CoverLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Inclusion-minimal sets `H*`, in lexicographic order, at least one; all that there are if `complete`, else those of the ones found that include no
    /// other.
    Found {
        /// Each ascending.
        sets: Vec<Vec<State>>,
        /// Whether the search went to its end.
        complete: bool,
    },
    /// There is no such set.
    None(NoEssentialStates),
    /// The search ended before either was known.
    Open {
        /// Choices that were branched on.
        branches: usize,
    },
}

/// The largest `B` with this `H*`: all states that lead nowhere else.
pub fn sources(hmm: &Hmm, essential: &[State]) -> Vec<State> {
    let states = || (0..hmm.states()).map(State);
    let stays = |h: &State| states().all(|to| !hmm.has_step(*h, to) || essential.contains(&to));
    states().filter(stays).collect()
}

/// How many states the smallest `H*` has that covers the wanted ones, whether or not its columns of `W` are independent: with fewer tokens than that, they
/// are not. `None` if no step leads to one of them, or the search takes more branches than that.
///
/// Cost: for each branch an inclusion of sets for each state.
///
/// ```
/// use recoverable::{model::{State, builtin}, search::smallest_cover};
/// let casino = builtin::all().remove(0);
/// assert_eq!(smallest_cover(casino.hmm(), &[State(0)], 100), Some(2)); // each die leads to both
/// assert_eq!(smallest_cover(casino.hmm(), &[], 100), Some(0));
/// ```
pub fn smallest_cover(hmm: &Hmm, wanted: &[State], branches: usize) -> Option<usize> {
    let n = hmm.states();
    let successors = |from| (0..n).filter(move |&to| hmm.has_step(State(from), State(to)));
    let mut reached: Vec<Set> = (0..n).map(|from| Set::of(n, successors(from))).collect();
    reached.sort_by_key(Set::count);
    reached.dedup();
    let mut search = Smallest { wanted, reached, best: None, left: branches };
    search.descend(&Set::empty(n))?;
    search.best
}

struct Smallest<'a> {
    wanted: &'a [State],
    reached: Vec<Set>,
    best: Option<usize>,
    left: usize,
}

impl Smallest<'_> {
    /// `None` if there are no branches left.
    fn descend(&mut self, covered: &Set) -> Option<()> {
        let count = covered.count();
        if self.best.is_some_and(|best| count >= best) {
            return Some(());
        }
        let Some(state) = self.wanted.iter().find(|state| !covered.has(state.0)) else {
            self.best = Some(count);
            return Some(());
        };
        self.left = self.left.checked_sub(1)?;
        for index in 0..self.reached.len() {
            if self.reached[index].has(state.0) {
                self.descend(&covered.with(&self.reached[index]))?;
            }
        }
        Some(())
    }
}

/// Searches for the sets `H*` that cover the wanted states. `None` if no prime serves.
///
/// Cost: for each choice that is branched on `n (n + v)` inclusions of sets, with `v` dependences found so far, and an
/// elimination of at most `k` columns for each of its branches.
pub fn essential_states(hmm: &Hmm, wanted: &[State], limits: CoverLimits) -> Option<Covers> {
    let mut search = Search::new(hmm, wanted, limits)?;
    let ended = search.descend(&Set::empty(hmm.states()));
    if ended == Err(Stop::NoPrime) {
        return None;
    }
    let complete = ended.is_ok() && search.branches.len() <= search.most_branches();
    if !search.covers.is_empty() {
        let found = &search.covers;
        let minimal = |set: &&Set| !found.iter().any(|other| other != *set && set.includes(other));
        let states = |set: &Set| set.members().map(State).collect();
        let mut sets: Vec<Vec<State>> = found.iter().filter(minimal).map(states).collect();
        sets.sort();
        return Some(Covers::Found { sets, complete });
    }
    if !complete {
        return Some(Covers::Open { branches: search.branches.len() });
    }
    let written = |vector: Vec<BigInt>| -> Vec<Rational> {
        vector.into_iter().map(|value| Rational(BigRational::from_integer(value))).collect()
    };
    Some(Covers::None(NoEssentialStates {
        relations: search.relations.into_iter().map(written).collect(),
        kernel: search.kernel.into_iter().map(|(_, vector)| written(vector)).collect(),
        branches: search.branches,
    }))
}

/// A set of states.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn empty(states: usize) -> Self {
        Self(vec![0; states.div_ceil(64)])
    }

    fn of(states: usize, members: impl Iterator<Item = usize>) -> Self {
        let mut set = Self::empty(states);
        members.for_each(|state| set.0[state / 64] |= 1 << (state % 64));
        set
    }

    fn has(&self, state: usize) -> bool {
        self.0[state / 64] >> (state % 64) & 1 == 1
    }

    fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn with(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(x, y)| x | y).collect())
    }

    fn includes(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(x, y)| y & !x == 0)
    }

    fn members(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len() * 64).filter(|&state| self.has(state))
    }
}

/// Why a search ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Limit,
    NoPrime,
}

struct Search {
    emission: Fractions,
    /// The columns of `W`, cleared, modulo `prime`.
    columns: Vec<Vec<u32>>,
    prime: Prime,
    wanted: Vec<usize>,
    all_wanted: Set,
    /// `supp(A[:,h])` for every state.
    reached: Vec<Set>,
    /// All states, those with fewer successors first.
    order: Vec<usize>,
    /// No more columns of `W` are independent.
    rank: usize,
    /// Independent rows `y` with `yᵀ W = 0`, as many as it takes to see the rank.
    relations: Vec<Vec<BigInt>>,
    /// Vectors of the kernel with their supports.
    kernel: Vec<(Set, Vec<BigInt>)>,
    branches: Vec<usize>,
    excluded: Vec<usize>,
    covers: Vec<Set>,
    limits: CoverLimits,
}

impl Search {
    fn new(hmm: &Hmm, wanted: &[State], limits: CoverLimits) -> Option<Self> {
        let n = hmm.states();
        let emission = Fractions::new(hmm.emission());
        let rank = emission.rank()?;
        let relations = if rank < hmm.tokens().min(n) {
            Fractions::new(&hmm.emission().transpose()).kernel()?.kernel
        } else {
            Vec::new()
        };
        let prime = Prime::attempts().next()?;
        let residues = residues(&emission.numerators(), prime);
        let successors = |from| (0..n).filter(move |&to| hmm.has_step(State(from), State(to)));
        let reached: Vec<Set> = (0..n).map(|from| Set::of(n, successors(from))).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&h| reached[h].count()); // stable, as in the checker
        Some(Self {
            columns: (0..n).map(|h| residues.column(h).copied().collect()).collect(),
            emission,
            prime,
            wanted: wanted.iter().map(|state| state.0).collect(),
            all_wanted: Set::of(n, wanted.iter().map(|state| state.0)),
            reached,
            order,
            rank,
            relations,
            kernel: Vec::new(),
            branches: Vec::new(),
            excluded: Vec::new(),
            covers: Vec::new(),
            limits,
        })
    }

    /// Sees all choices that include those made so far, which lead to `covered`, and none of the excluded states.
    fn descend(&mut self, covered: &Set) -> Result<(), Stop> {
        let needed = covered.with(&self.all_wanted);
        if self.ruled_out(&needed) || !self.independent(&needed)? {
            return Ok(());
        }
        let Some(state) = self.branch(covered) else {
            self.covers.push(covered.clone());
            let enough = self.covers.len() >= self.limits.covers;
            return if enough { Err(Stop::Limit) } else { Ok(()) };
        };
        if self.branches.len() >= self.most_branches() {
            return Err(Stop::Limit);
        }
        self.branches.push(state);
        let depth = self.excluded.len();
        for index in 0..self.order.len() {
            let h = self.order[index];
            if self.reached[h].has(state) && !self.excluded.contains(&h) {
                self.descend(&covered.with(&self.reached[h]))?;
                self.excluded.push(h);
            }
        }
        self.excluded.truncate(depth);
        Ok(())
    }

    /// What the limits allow, and the checker.
    fn most_branches(&self) -> usize {
        let n = self.columns.len();
        self.limits.branches.min(MAX_STEPS / (n * (n + self.kernel.len()) * n.div_ceil(64)))
    }

    /// Whether no choice will do whose `H*` includes these states, among them those that are wanted.
    fn ruled_out(&self, needed: &Set) -> bool {
        needed.count() > self.rank
            || self.kernel.iter().any(|(support, _)| needed.includes(support))
            || self.excluded.iter().any(|&e| needed.includes(&self.reached[e]))
    }

    /// The uncovered state with the fewest ways to cover it; `None` if all are covered.
    fn branch(&self, covered: &Set) -> Option<usize> {
        let uncovered: Vec<usize> = self.wanted.iter().copied().filter(|&s| !covered.has(s)).collect();
        if uncovered.len() < 2 {
            return uncovered.first().copied();
        }
        let needed = covered.with(&self.all_wanted);
        let mut ways = vec![0; uncovered.len()];
        let allowed = self.order.iter().filter(|h| !self.excluded.contains(h));
        for reached in allowed.map(|&h| &self.reached[h]) {
            if uncovered.iter().any(|&s| reached.has(s)) && !self.ruled_out(&needed.with(reached)) {
                ways.iter_mut().zip(&uncovered).for_each(|(ways, &s)| *ways += usize::from(reached.has(s)));
            }
        }
        let best = (0..uncovered.len()).min_by_key(|&index| ways[index])?;
        Some(uncovered[best])
    }

    /// Whether the columns of `W` at these states are independent; if not, a kernel vector says so from now on.
    fn independent(&mut self, states: &Set) -> Result<bool, Stop> {
        let mut echelon = Echelon::new(self.prime);
        if states.members().all(|h| echelon.insert(self.columns[h].clone())) {
            return Ok(true);
        }
        let members: Vec<usize> = states.members().collect();
        match self.emission.select(&members).independence().ok_or(Stop::NoPrime)? {
            Columns::Independent(_) => Ok(true), // the prime divides a minor
            Columns::Dependent(coefficients) => {
                let mut vector = vec![BigInt::zero(); self.columns.len()];
                members.iter().zip(coefficients).for_each(|(&h, value)| vector[h] = value);
                let support = (0..vector.len()).filter(|&h| !vector[h].is_zero());
                self.kernel.push((Set::of(vector.len(), support), vector));
                Ok(false)
            }
        }
    }
}
