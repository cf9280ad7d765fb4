//! What can still become of a situation, and of a survivor set in it.

use std::collections::BTreeMap;

use super::{MAX_SCOPE_COST, MAX_SCOPE_STATES, Scope, Set, Situation};
use crate::certify::Limit;

/// What is hopeless is not worth more words of sets than this.
const MAX_COST: usize = MAX_SCOPE_COST >> 5;

/// A situation by itself, or one survivor set in it.
type Prospect = (Situation, Option<Set>);

/// From where an empty survivor set can be reached.
pub(super) struct Prospects {
    numbers: BTreeMap<Prospect, usize>,
    hopeful: Vec<bool>,
}

impl Prospects {
    /// # Errors
    /// [`Limit::Automaton`] if there are too many.
    pub(super) fn new(scope: &Scope<'_>) -> Result<Self, Limit> {
        let start = (scope.start(), None);
        let (mut numbers, mut known) = (BTreeMap::from([(start.clone(), 0)]), vec![start]);
        let (mut before, mut hopeful) = (vec![Vec::new()], vec![false]);
        let mut at = 0;
        while at < known.len() {
            if known.len() > MAX_SCOPE_STATES || at.saturating_mul(scope.cost(1)) > MAX_COST {
                return Err(Limit::Automaton { limit: known.len() });
            }
            let (after, member) = scope.outlook(&known[at]);
            hopeful[at] = member;
            for prospect in after {
                let number = *numbers.entry(prospect.clone()).or_insert(known.len());
                if number == known.len() {
                    known.push(prospect);
                    before.push(Vec::new());
                    hopeful.push(false);
                }
                before[number].push(at);
            }
            at += 1;
        }
        let mut open: Vec<_> = (0..known.len()).filter(|&at| hopeful[at]).collect();
        while let Some(at) = open.pop() {
            for &earlier in &before[at] {
                if !std::mem::replace(&mut hopeful[earlier], true) {
                    open.push(earlier);
                }
            }
        }
        Ok(Self { numbers, hopeful })
    }

    /// Whether a survivor set (without one, that of a later position) can become empty on a possible input.
    pub(super) fn hopeful(&self, situation: &Situation, survivor: Option<&Set>) -> bool {
        let number = self.numbers.get(&(situation.clone(), survivor.cloned()));
        number.is_some_and(|&number| self.hopeful[number])
    }
}

impl Scope<'_> {
    /// Where one token leads, and whether it can empty a survivor set.
    fn outlook(&self, (situation, survivor): &Prospect) -> (Vec<Prospect>, bool) {
        let advanced = self.advanced(situation);
        let moved = survivor.as_ref().map(|set| self.advance(set));
        let (mut after, mut member) = (Vec::new(), false);
        for token in 0..self.filters.len() {
            let Some(next) = self.read(&advanced, token) else { continue };
            let set = match &moved {
                Some(set) => set.clone().meet(&self.filters[token]),
                None => {
                    after.push((next.clone(), None));
                    advanced.fresh.clone()
                }
            };
            if set.is_empty() {
                member = true;
            } else if !set.contains(&next.possible) {
                after.push((next, Some(set)));
            }
        }
        (after, member)
    }
}
