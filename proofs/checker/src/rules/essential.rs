//! Assumption 3.5, both answers, and Theorem 3.6.
//!
//! For states `B` let `H*(B) = ∪_{h∈B} supp(A[:,h])`: the states that one step from `B` may lead to. Assumption 3.5 asks for a `B`
//! such that `H*(B)` contains the support of the task and the columns of `W` there are independent. With several classes
//! the support is that of all `μ_k − μ_0` together.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use super::{
    ergodic,
    head::{contrasts, gaps_behind, identity},
    independence::{distinct, in_kernel, independent},
};
use crate::{
    certificate::{EssentialStates, NoEssentialStates, PromptedHead},
    cleared::{Cleared, below, dot, is_zero},
    failure::Rejection,
    matrix::vector,
    model::Hmm,
    number::Rational,
    rules::labels::seen_law,
};

/// The most elementary steps that a search may take.
const MAX_STEPS: u64 = 1 << 34;

/// A set of states.
#[derive(Clone)]
struct States(Vec<u64>);

impl States {
    fn of(states: usize, members: impl Iterator<Item = usize>) -> Self {
        let mut set = Self(vec![0; states.div_ceil(64)]);
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
}

/// `supp(A[:,h])` for every state `h`.
fn reached(hmm: &Hmm) -> Vec<States> {
    let n = hmm.states();
    (0..n).map(|from| States::of(n, (0..n).filter(|&to| hmm.has_step(from, to)))).collect()
}

/// The support of all contrasts of the task together.
fn wanted(hmm: &Hmm) -> Result<States, Rejection> {
    if hmm.tasks.is_empty() {
        return Err(Rejection::NoTask);
    }
    let weighs = |state: &usize| hmm.tasks.iter().any(|task| !task.numerators[*state].is_zero());
    Ok(States::of(hmm.states(), (0..hmm.states()).filter(weighs)))
}

/// Rule `essential-states`. Assumption 3.5 holds, with these `B`.
///
/// # Soundness
/// The definition, with `H* = H*(B)`.
/// Lemma: `essential_states_sound`.
pub(crate) fn essential_states(hmm: &Hmm, evidence: &EssentialStates) -> Result<(), Rejection> {
    let EssentialStates { sources, independence } = evidence;
    let (n, wanted, reached) = (hmm.states(), wanted(hmm)?, reached(hmm));
    distinct("sources", sources, n)?;
    let essential = sources.iter().fold(States::of(n, [].into_iter()), |set, &h| set.with(&reached[h]));
    if let Some(state) = (0..n).find(|&state| wanted.has(state) && !essential.has(state)) {
        return Err(Rejection::NotCovered { state });
    }
    let matrix = &hmm.emission_matrix;
    let columns: Vec<_> = (0..n).filter(|&h| essential.has(h)).map(|h| &matrix.columns[h]).collect();
    independent("independence", &columns, matrix.height(), independence)
}

/// Rule `no-essential-states`. Assumption 3.5 fails.
///
/// # Soundness
/// See [`Search::refute`], at the root: no `B` at all, none excluded. Relations with a token of their own each are independent, so that
/// the rank of `W` is at most the number of tokens less theirs, and more columns than that are dependent. So are columns that
/// include the support of a kernel vector.
/// Lemma: `no_essential_states_sound`.
pub(crate) fn no_essential_states(hmm: &Hmm, evidence: &NoEssentialStates) -> Result<(), Rejection> {
    let NoEssentialStates { relations, kernel, branches } = evidence;
    let n = hmm.states();
    let wanted = wanted(hmm)?;
    let kernel = kernel.iter().map(|v| support(hmm, v)).collect::<Result<Vec<_>, _>>()?;
    let per_branch = n as u64 * (n + kernel.len()) as u64 * n.div_ceil(64) as u64;
    if per_branch.saturating_mul(branches.len() as u64) > MAX_STEPS {
        return Err(Rejection::TooLarge { field: "branches" });
    }
    let reached = reached(hmm);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&h| reached[h].count()); // stable
    let (most, branches) = (rank_limit(hmm, relations)?, branches.iter());
    let mut search =
        Search { wanted, reached, order, kernel, most, branches, taken: 0, excluded: Vec::new() };
    search.refute(&States::of(n, [].into_iter()))?;
    match search.branches.next() {
        Some(_) => Err(Rejection::Leftover { field: "branches", position: search.taken }),
        None => Ok(()),
    }
}

/// The support of a nonzero vector of the kernel of `W`.
fn support(hmm: &Hmm, kernel: &[Rational]) -> Result<States, Rejection> {
    let v = vector("kernel", hmm.states(), kernel)?.numerators;
    if is_zero(&v) {
        return Err(Rejection::ZeroVector);
    }
    in_kernel(&hmm.emission_matrix, &v)?;
    Ok(States::of(v.len(), (0..v.len()).filter(|&state| !v[state].is_zero())))
}

/// How many columns of `W` may be independent at most.
fn rank_limit(hmm: &Hmm, relations: &[Vec<Rational>]) -> Result<usize, Rejection> {
    let matrix = &hmm.emission_matrix;
    let rows = relations.iter().map(|y| Ok(vector("relations", matrix.height(), y)?.numerators));
    let rows: Vec<_> = rows.collect::<Result<_, Rejection>>()?;
    let mut seen = vec![0; matrix.height()];
    for (index, y) in rows.iter().enumerate() {
        if let Some(column) = matrix.columns.iter().position(|g| !dot(y, &g.numerators).is_zero()) {
            return Err(Rejection::NoRelation { index, column });
        }
        seen.iter_mut().zip(y).for_each(|(count, entry)| *count += usize::from(!entry.is_zero()));
    }
    let own = |y: &Vec<BigInt>| y.iter().zip(&seen).any(|(entry, &count)| count == 1 && !entry.is_zero());
    match rows.iter().position(|y| !own(y)) {
        Some(index) => Err(Rejection::NoOwnToken { index }),
        None => Ok(matrix.height() - rows.len()),
    }
}

/// The search through all sets `B`, in the order that the model gives.
struct Search<'a> {
    wanted: States,
    reached: Vec<States>,
    /// All states, those with fewer successors first.
    order: Vec<usize>,
    /// The supports of vectors of the kernel.
    kernel: Vec<States>,
    /// More columns are dependent.
    most: usize,
    branches: std::slice::Iter<'a, usize>,
    taken: usize,
    /// States that the sets that remain do not have.
    excluded: Vec<usize>,
}

impl Search<'_> {
    /// Fails unless no `B` that satisfies Assumption 3.5 includes the states chosen so far, which lead to `covered`, and none of the excluded ones.
    ///
    /// # Soundness
    /// By induction on the number of branches that remain. `H*(B)` includes `covered` and the states wanted for every such `B`. If these are more than
    /// `most`, or include the support of a kernel vector, the columns are dependent. If they include `supp(A[:,e])` for an excluded `e`, then `B ∪ {e}` has
    /// the same `H*` and was ruled out where `e` was chosen. Otherwise `B` has a state that leads to the branch: of those the first in the order is
    /// chosen in one of the branches, where the ones before it are excluded.
    /// Lemma: `search_sound`.
    fn refute(&mut self, covered: &States) -> Result<(), Rejection> {
        if self.ruled_out(covered) {
            return Ok(());
        }
        let position = self.taken;
        let Some(&state) = self.branches.next() else {
            return Err(Rejection::NotRefuted { position });
        };
        self.taken += 1;
        below("branches", state, self.reached.len())?;
        if covered.has(state) || !self.wanted.has(state) {
            return Err(Rejection::Branch { position, state });
        }
        let depth = self.excluded.len();
        for index in 0..self.order.len() {
            let h = self.order[index];
            if self.reached[h].has(state) && !self.excluded.contains(&h) {
                self.refute(&covered.with(&self.reached[h]))?;
                self.excluded.push(h);
            }
        }
        self.excluded.truncate(depth);
        Ok(())
    }

    fn ruled_out(&self, covered: &States) -> bool {
        let covered = covered.with(&self.wanted);
        covered.count() > self.most
            || self.kernel.iter().any(|support| covered.includes(support))
            || self.excluded.iter().any(|&e| covered.includes(&self.reached[e]))
    }
}

/// Rule `prompted-head`. Theorem 3.6: its hypotheses, and its conclusion for this head behind the indicator of `B`.
///
/// # Soundness
/// The head looks at `W (ρ⊙β(x))` up to scale with `ρ = A (1_B ⊙ π_1)`, and its gap with `ρ` for `π_1` is zero, so its score is a positive multiple of the
/// task's, or both are zero where `ρ·β(x) = 0`. `π_1` has no zero, so that `supp(ρ) = H*`; a left inverse of the columns of `W` there recovers
/// `ρ⊙β(x)`, and with it the posterior on `H*`, up to scale.
/// Lemma: `prompted_head_sound`.
pub(crate) fn prompted_head(hmm: &Hmm, evidence: &PromptedHead) -> Result<(), Rejection> {
    let PromptedHead { essential, ergodic, head } = evidence;
    essential_states(hmm, essential)?;
    ergodic::ergodic(hmm, ergodic)?;
    if let Some(state) = hmm.first().iter().position(Zero::is_zero) {
        return Err(Rejection::Unsupported { state });
    }
    let indicator =
        |h: usize| Rational(if essential.sources.contains(&h) { One::one() } else { Zero::zero() });
    let prompt = [(0..hmm.states()).map(indicator).collect()];
    let law: Cleared = seen_law(hmm, Some(&prompt))?;
    identity(&gaps_behind(hmm, &law, &contrasts(hmm, head)?))
}
