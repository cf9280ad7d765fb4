//! The inputs that Theorems 4.3 and 4.6 speak about: one of them, or none at any length.
//!
//! A *set* is one of pairs `(a, h)` of a memory of positive probability and a hidden state, numbered `a·n + h`. The *survivor set* of position `i` of an input:
//! the pairs that are possible at its end if `H_i ∉ H*` and the token at `i` is left free. The support of `P[H_i, X_{-i} = x_{-i}]` is within `H*` exactly if this
//! set is empty.

use num_traits::{Signed, Zero};

use super::independence::distinct;
use crate::{
    backward::MAX_WORD,
    certificate::{EmptyScope, ScopeMember, ScopeState},
    cleared::{below, length},
    failure::Rejection,
    memory::Memory,
};

/// For each pair whether it is in the set.
type Set = Vec<bool>;

/// What is asked of the pairs.
struct Scope<'m> {
    memory: &'m Memory,
    memories: Vec<Vec<usize>>,
    /// For each hidden state whether it is in `H*`.
    addressed: Vec<bool>,
    /// For each memory, whether the prompt lets it pass; `None` without a prompt.
    passes: Option<Vec<bool>>,
}

impl<'m> Scope<'m> {
    fn new(memory: &'m Memory, states: &[usize], prompted: bool) -> Result<Self, Rejection> {
        let Some((cell, tasks)) = &memory.task else { return Err(Rejection::NoTask) };
        let inside = distinct("states", states, memory.syntax)?;
        let memories = memory.memories()?;
        let addressed = |h: usize| h / memory.syntax == *cell && inside[h % memory.syntax];
        let weighed = |a: &Vec<usize>| tasks.iter().any(|task| !task.numerators[a[*cell]].is_zero());
        Ok(Self {
            memory,
            addressed: (0..memory.chain.states()).map(addressed).collect(),
            passes: prompted.then(|| memories.iter().map(weighed).collect()),
            memories,
        })
    }

    fn set(&self, holds: impl Fn(usize, usize) -> bool) -> Set {
        let n = self.memory.chain.states();
        (0..self.memories.len() * n).map(|at| holds(at / n, at % n)).collect()
    }

    /// The pairs at time 0, and those from which survivor sets come.
    fn start(&self) -> (Set, Set) {
        let chain = &self.memory.chain;
        let possible = self.set(|_, h| chain.initial[h].is_positive());
        let Some(passes) = &self.passes else { return (possible.clone(), possible) };
        let first = chain.first();
        let source = self.set(|a, h| passes[a] && first[h].is_positive());
        (possible, source)
    }

    /// Where the chain leads from a set.
    fn advance(&self, set: &Set) -> Set {
        let (chain, n) = (&self.memory.chain, self.memory.chain.states());
        self.set(|a, to| (0..n).any(|from| set[a * n + from] && chain.has_step(from, to)))
    }

    /// What of a set emits the token.
    fn filter(&self, set: &Set, token: usize) -> Set {
        let n = self.memory.chain.states();
        self.set(|a, h| set[a * n + h] && self.memory.emits(&self.memories[a], h, token))
    }

    /// What of a set is outside of `H*`.
    fn outside(&self, set: &Set) -> Set {
        let n = self.memory.chain.states();
        self.set(|a, h| set[a * n + h] && !self.addressed[h])
    }

    fn read(&self, set: &Set, tokens: &[usize]) -> Set {
        tokens.iter().fold(set.clone(), |set, &token| self.filter(&self.advance(&set), token))
    }
}

fn is_empty(set: &Set) -> bool {
    !set.contains(&true)
}

fn contains(set: &Set, other: &Set) -> bool {
    set.iter().zip(other).all(|(&a, &b)| a || !b)
}

/// Rule `scope-member`. The input is possible and satisfies (4.3) at this position.
///
/// # Soundness
/// The definition: supports follow the positive entries of the model. Behind a prompt an impossible condition has an empty support, and counts.
/// Lemma: `scope_member_sound`.
pub(crate) fn member(memory: &Memory, prompted: bool, evidence: &ScopeMember) -> Result<(), Rejection> {
    let ScopeMember { states, tokens, position } = evidence;
    let scope = Scope::new(memory, states, prompted)?;
    match tokens.len() {
        0 => return Err(Rejection::EmptyWord { field: "tokens" }),
        found if found > MAX_WORD => {
            return Err(Rejection::LongWord { field: "tokens", found, limit: MAX_WORD });
        }
        _ => tokens.iter().try_for_each(|&token| below("tokens", token, memory.emission.height()))?,
    }
    let index = position.checked_sub(1 + usize::from(prompted)).unwrap_or(tokens.len());
    below("position", index, tokens.len())?;
    let (possible, source) = scope.start();
    if is_empty(&scope.read(&possible, tokens)) {
        return Err(Rejection::ImpossibleInput);
    }
    let free = scope.outside(&scope.advance(&scope.read(&source, &tokens[..index])));
    if is_empty(&scope.read(&free, &tokens[index + 1..])) { Ok(()) } else { Err(Rejection::Survivor) }
}

/// The most entries that all sets, and all sets that have to be computed, may have.
const MAX_ENTRIES: usize = 1 << 28;

/// The sets of the evidence.
fn sets(scope: &Scope<'_>, evidence: &EmptyScope) -> Result<Vec<Set>, Rejection> {
    let pairs = scope.memories.len() * scope.memory.chain.states();
    let computed = evidence.automaton.iter().map(|state| state.survivors.len() + state.next.len());
    if pairs.saturating_mul(evidence.sets.len().max(computed.sum())) > MAX_ENTRIES {
        return Err(Rejection::TooLarge { field: "automaton" });
    }
    evidence.sets.iter().map(|set| distinct("sets", set, pairs)).collect()
}

/// Rule `empty-scope`. No possible input satisfies (4.3).
///
/// # Soundness
/// By induction over the input, after each of its parts that is possible some state of the automaton has exactly the possible pairs, and behind a prompt exactly the
/// pairs that it leaves possible; and every survivor set contains a set of its list, or all possible pairs. The start is checked. Reading a token is
/// monotone: what contained a set of the list then contains what that set leads to, what contained the possible pairs contains the new ones; and the set of the
/// new position is computed. Each of these is checked to contain a set of the next state's list, or its possible pairs. No set of a list is empty, nor are the
/// possible pairs: no survivor set ever is.
/// Lemma: `empty_scope_sound`.
pub(crate) fn empty(memory: &Memory, prompted: bool, evidence: &EmptyScope) -> Result<(), Rejection> {
    let scope = Scope::new(memory, &evidence.states, prompted)?;
    let sets = sets(&scope, evidence)?;
    for state in &evidence.automaton {
        shape(&scope, state, sets.len(), evidence.automaton.len())?;
        if state.survivors.iter().any(|&survivor| is_empty(&sets[survivor])) {
            return Err(Rejection::EmptySurvivor);
        }
    }
    let Some(first) = evidence.automaton.first() else {
        return Err(Rejection::NoEvidence { field: "automaton" });
    };
    let (possible, source) = scope.start();
    if sets[first.possible] != possible || first.source.is_some_and(|at| sets[at] != source) {
        return Err(Rejection::Start);
    }
    let states = 0..evidence.automaton.len();
    states.into_iter().try_for_each(|state| closed(&scope, &sets, evidence, state))
}

/// Indices are in range, and there is a source exactly if there is a prompt.
fn shape(scope: &Scope<'_>, state: &ScopeState, sets: usize, states: usize) -> Result<(), Rejection> {
    let prompted = scope.passes.is_some();
    if state.source.is_some() != prompted {
        let field = "source";
        return Err(if prompted { Rejection::Missing { field } } else { Rejection::Superfluous { field } });
    }
    let named = [state.possible].into_iter().chain(state.source).chain(state.survivors.iter().copied());
    named.into_iter().try_for_each(|set| below("sets", set, sets))?;
    length("next", scope.memory.emission.height(), state.next.len())?;
    state.next.iter().flatten().try_for_each(|&next| below("next", next, states))
}

/// Every token leads from the state to the next one that it names.
fn closed(scope: &Scope<'_>, sets: &[Set], evidence: &EmptyScope, at: usize) -> Result<(), Rejection> {
    let state = &evidence.automaton[at];
    let possible = scope.advance(&sets[state.possible]);
    let source = scope.advance(&sets[state.source.unwrap_or(state.possible)]);
    let fresh = scope.outside(&source);
    let survivors: Vec<_> = state.survivors.iter().map(|&set| scope.advance(&sets[set])).collect();
    let right = |token: usize, next: Option<usize>| {
        let reached = scope.filter(&possible, token);
        let Some(next) = next.map(|next| &evidence.automaton[next]) else { return is_empty(&reached) };
        let covered = |set: &Set| {
            contains(set, &reached) || next.survivors.iter().any(|&known| contains(set, &sets[known]))
        };
        !is_empty(&reached)
            && sets[next.possible] == reached
            && next.source.is_none_or(|set| sets[set] == scope.filter(&source, token))
            && covered(&fresh)
            && survivors.iter().all(|set| covered(&scope.filter(set, token)))
    };
    match state.next.iter().enumerate().position(|(token, &next)| !right(token, next)) {
        Some(token) => Err(Rejection::Transition { state: at, token }),
        None => Ok(()),
    }
}
