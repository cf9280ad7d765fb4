//! Whether the language is empty.
//!
//! Inputs are read in order of length, and of tokens. Of those that lead to one situation only the survivor sets count that contain none that was
//! there before: the first empty one belongs to a shortest member, and without one what was found is closed.

use std::collections::{BTreeMap, VecDeque};

use recoverable_checker::certificate::{EmptyScope, ScopeMember, ScopeState};

use super::{MAX_SCOPE_COST, Scope, Set, Situation};
use crate::certify::Limit;

/// So many situations, and words of them, are remembered.
const MAX_SITUATIONS: usize = 100_000;
const MAX_WORDS: usize = 1 << 22;

/// The checker reads no more pairs of a memory and a state in all sets, nor this number of entries of all states times that of pairs.
const MAX_CHECKED: usize = 1 << 28;

/// Whether the language is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeAnswer {
    /// A shortest member, with a position of (4.3), from 1 (behind a prompt its token counts).
    Member(ScopeMember),
    /// A closed set of open states.
    Empty(EmptyScope),
}

/// A situation that inputs lead to.
struct Known {
    situation: Situation,
    /// The inclusion-minimal survivor sets of these inputs; none contains all that is possible.
    survivors: Vec<Set>,
    /// For each token; `None` if it is impossible.
    next: Vec<Option<usize>>,
}

/// An input with the survivor sets that are new where it leads.
struct Visit {
    word: Vec<usize>,
    at: usize,
    survivors: Vec<Set>,
}

/// What has been found so far.
struct Search {
    known: Vec<Known>,
    numbers: BTreeMap<Situation, usize>,
    queue: VecDeque<Visit>,
}

impl Known {
    /// Adds the sets that contain no known one, and returns them.
    fn add(&mut self, sets: Vec<Set>) -> Vec<Set> {
        let mut added = Vec::new();
        for set in sets {
            if !self.survivors.iter().any(|known| set.contains(known)) {
                self.survivors.retain(|known| !known.contains(&set));
                self.survivors.push(set.clone());
                added.push(set);
            }
        }
        added
    }
}

impl Search {
    fn number(&mut self, situation: Situation) -> Result<usize, Limit> {
        let fresh = self.known.len();
        let number = *self.numbers.entry(situation.clone()).or_insert(fresh);
        if number == fresh {
            if fresh == MAX_SITUATIONS || fresh * situation.possible.0.len() > MAX_WORDS {
                return Err(Limit::Automaton { limit: fresh });
            }
            self.known.push(Known { situation, survivors: Vec::new(), next: Vec::new() });
        }
        Ok(number)
    }

    /// Reads one more token, in all ways; returns a member if there is one among these inputs.
    fn extend(&mut self, scope: &Scope<'_>, visit: &Visit) -> Result<Option<Vec<usize>>, Limit> {
        let advanced = scope.advanced(&self.known[visit.at].situation);
        let moved: Vec<_> = visit.survivors.iter().map(|set| scope.advance(set)).collect();
        let first = self.known[visit.at].next.is_empty();
        for token in 0..scope.filters.len() {
            let target = scope.read(&advanced, token);
            let Some(situation) = target else {
                if first {
                    self.known[visit.at].next.push(None);
                }
                continue;
            };
            let mut sets: Vec<_> = moved.iter().map(|set| set.clone().meet(&scope.filters[token])).collect();
            sets.extend(first.then(|| advanced.fresh.clone()));
            let word = [&visit.word[..], &[token]].concat();
            if sets.iter().any(Set::is_empty) {
                return Ok(Some(word));
            }
            sets.retain(|set| !set.contains(&situation.possible));
            let before = self.known.len();
            let at = self.number(situation)?;
            if first {
                self.known[visit.at].next.push(Some(at));
            }
            let survivors = self.known[at].add(sets);
            if at == before || !survivors.is_empty() {
                self.queue.push_back(Visit { word, at, survivors });
            }
        }
        Ok(None)
    }
}

impl Scope<'_> {
    /// Whether some input satisfies (4.3): a shortest one, or a closed set of states without any.
    ///
    /// # Errors
    /// [`Limit::Automaton`] if there is too much to remember, or to check.
    pub fn decide(&self) -> Result<ScopeAnswer, Limit> {
        let mut search = Search { known: Vec::new(), numbers: BTreeMap::new(), queue: VecDeque::new() };
        let at = search.number(self.start())?;
        search.queue.push_back(Visit { word: Vec::new(), at, survivors: Vec::new() });
        let mut cost = 0;
        while let Some(visit) = search.queue.pop_front() {
            cost += self.cost(visit.survivors.len());
            if cost > MAX_SCOPE_COST {
                return Err(Limit::Automaton { limit: search.known.len() });
            }
            if let Some(tokens) = search.extend(self, &visit)? {
                let position = self.position(&tokens).unwrap_or_default();
                let states = self.states.clone();
                return Ok(ScopeAnswer::Member(ScopeMember { states, tokens, position }));
            }
        }
        let empty = self.closed(&search.known);
        let entries = search.known.iter().map(|known| known.survivors.len() + known.next.len()).sum();
        let pairs = self.memories.len() * self.memory.states();
        if empty.sets.len().max(entries).saturating_mul(pairs) > MAX_CHECKED {
            return Err(Limit::Automaton { limit: search.known.len() });
        }
        Ok(ScopeAnswer::Empty(empty))
    }

    fn closed(&self, known: &[Known]) -> EmptyScope {
        let (mut sets, mut numbers) = (Vec::new(), BTreeMap::new());
        let mut name = |set: &Set| {
            *numbers.entry(set.clone()).or_insert_with(|| {
                sets.push(self.indices(set));
                sets.len() - 1
            })
        };
        let state = |known: &Known| ScopeState {
            possible: name(&known.situation.possible),
            source: self.prompt.as_ref().map(|_| name(&known.situation.source)),
            survivors: known.survivors.iter().map(&mut name).collect(),
            next: known.next.clone(),
        };
        let automaton = known.iter().map(state).collect();
        EmptyScope { states: self.states.clone(), sets, automaton }
    }
}
