//! The parts of a chain within which every state leads to every other, and the fewest steps that join them.

use super::Steps;

/// The strongly connected components of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// Each ascending; ordered by their first states.
    parts: Vec<Vec<usize>>,
    /// Where each leads to, in one step.
    successors: Vec<Vec<usize>>,
    /// Whether one leads to it.
    entered: Vec<bool>,
}

/// The states that can be reached, the start included.
fn reached<'g>(states: usize, start: usize, neighbours: impl Fn(usize) -> &'g [usize]) -> Vec<bool> {
    let mut seen = vec![false; states];
    let mut open = vec![start];
    seen[start] = true;
    while let Some(state) = open.pop() {
        for &next in neighbours(state) {
            if !std::mem::replace(&mut seen[next], true) {
                open.push(next);
            }
        }
    }
    seen
}

impl Components {
    /// The components of a chain. Cost: two searches for each.
    pub fn new(steps: &Steps) -> Self {
        let n = steps.states();
        let (mut part, mut parts) = (vec![None; n], Vec::new());
        for start in 0..n {
            if part[start].is_some() {
                continue;
            }
            let forward = reached(n, start, |state| steps.successors(state));
            let backward = reached(n, start, |state| steps.predecessors(state));
            let members: Vec<usize> = (start..n).filter(|&state| forward[state] && backward[state]).collect();
            members.iter().for_each(|&state| part[state] = Some(parts.len()));
            parts.push(members);
        }
        let mut entered = vec![false; parts.len()];
        let mut successors = vec![Vec::new(); parts.len()];
        for (index, members) in parts.iter().enumerate() {
            let others = members.iter().flat_map(|&state| steps.successors(state)).filter_map(|&to| part[to]);
            let mut others: Vec<usize> = others.filter(|&other| other != index).collect();
            others.sort_unstable();
            others.dedup();
            others.iter().for_each(|&other| entered[other] = true);
            successors[index] = others;
        }
        Self { parts, successors, entered }
    }

    /// The states of each component, ascending; the components in the order of their first states.
    pub fn parts(&self) -> &[Vec<usize>] {
        &self.parts
    }

    /// The components that no step leaves.
    pub fn sinks(&self) -> impl Iterator<Item = usize> {
        (0..self.parts.len()).filter(|&part| self.successors[part].is_empty())
    }

    /// The components that no step enters.
    pub fn sources(&self) -> impl Iterator<Item = usize> {
        (0..self.parts.len()).filter(|&part| !self.entered[part])
    }

    /// The fewest steps `(from, to)` between components that make them one: as many as there are sources, or sinks if
    /// these are more, since each needs one. None if there is but one component.
    ///
    /// Sources are paired with sinks that they lead to, so that every other source leads to a paired sink and every other
    /// sink is led to by a paired source. A ring through the pairs makes them one; each sink that is left is joined to a
    /// source that is left, and what remains to the first pair.
    ///
    /// Source: Eswaran and Tarjan, *Augmentation problems*, SIAM J. Comput. 5 (1976), with the search of Raghavan
    /// (2005), which stops at the first sink.
    pub fn joined(&self) -> Vec<(usize, usize)> {
        if self.parts.len() < 2 {
            return Vec::new();
        }
        let (mut seen, mut pairs) = (vec![false; self.parts.len()], Vec::new());
        for source in self.sources() {
            pairs.extend(self.first_sink(source, &mut seen).map(|sink| (source, sink)));
        }
        let single = |part: &usize, paired: &dyn Fn(&(usize, usize)) -> usize| {
            !pairs.iter().any(|pair| paired(pair) == *part)
        };
        let sources: Vec<usize> = self.sources().filter(|part| single(part, &|pair| pair.0)).collect();
        let sinks: Vec<usize> = self.sinks().filter(|part| single(part, &|pair| pair.1)).collect();
        let ring = pairs.iter().zip(pairs.iter().cycle().skip(1)).map(|(pair, next)| (pair.1, next.0));
        let mut steps: Vec<_> = ring.collect();
        let Some(&(first_source, first_sink)) = pairs.first() else { return steps };
        for index in 0..sources.len().max(sinks.len()) {
            let from = sinks.get(index).copied().unwrap_or(first_sink);
            steps.push((from, sources.get(index).copied().unwrap_or(first_source)));
        }
        steps
    }

    /// The first sink that a depth-first search meets on components that were not seen before.
    fn first_sink(&self, source: usize, seen: &mut [bool]) -> Option<usize> {
        if std::mem::replace(&mut seen[source], true) {
            return None;
        }
        let mut path = vec![(source, 0)];
        while let Some((part, next)) = path.pop() {
            let Some(&successor) = self.successors[part].get(next) else {
                if self.successors[part].is_empty() {
                    return Some(part);
                }
                continue;
            };
            path.push((part, next + 1));
            if !std::mem::replace(&mut seen[successor], true) {
                path.push((successor, 0));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Reach;

    fn graph(n: usize, bits: u32) -> Steps {
        Steps::of(n, |from, to| bits >> (from * n + to) & 1 == 1)
    }

    fn irreducible(steps: &Steps) -> bool {
        matches!(steps.reach(), Reach::Irreducible(_))
    }

    /// Whether some set of that many further steps makes the graph irreducible.
    fn can_be_joined(steps: &Steps, by: usize) -> bool {
        let n = steps.states();
        irreducible(steps)
            || by > 0
                && (0..n * n)
                    .map(|pair| (pair / n, pair % n))
                    .filter(|&(from, to)| from != to && !steps.successors(from).contains(&to))
                    .any(|step| can_be_joined(&steps.clone().with(step), by - 1))
    }

    /// All graphs of three states, and every seventh of four without loops: joined, and by the fewest steps.
    #[test]
    fn the_steps_join_and_are_the_fewest() {
        let looped = (0..512).map(|bits| graph(3, bits));
        let four = (0_u32..4096).step_by(7).map(|bits| {
            let place = |from: usize, to: usize| 3 * from + if to < from { to } else { to - 1 };
            Steps::of(4, |from, to| from != to && bits >> place(from, to) & 1 == 1)
        });
        let mut sizes = [0; 5];
        for steps in looped.chain(four) {
            let components = Components::new(&steps);
            let added = components.joined();
            let representative = |part: usize| components.parts()[part][0];
            let joined = added.iter().fold(steps.clone(), |joined, &(from, to)| {
                joined.with((representative(from), representative(to)))
            });
            assert!(irreducible(&joined), "{steps:?} with {added:?}");
            assert!(added.is_empty() || !can_be_joined(&steps, added.len() - 1), "{steps:?} with {added:?}");
            sizes[added.len()] += 1;
        }
        assert!(sizes.iter().all(|&count| count > 0), "{sizes:?}");
    }

    /// The sources a and b lead to the middle, the middle to the sinks y and z; a search that goes on after it has found
    /// a sink pairs a with y and leaves b without one.
    #[test]
    fn sources_that_share_their_way() {
        let steps = [(0, 2), (1, 2), (2, 3), (2, 4)];
        let steps = Steps::of(5, |from, to| steps.contains(&(from, to)));
        let components = Components::new(&steps);
        assert_eq!((components.sources().count(), components.sinks().count()), (2, 2));
        let added = components.joined();
        assert_eq!(added.len(), 2);
        let joined = added.into_iter().fold(steps, Steps::with);
        assert!(irreducible(&joined));
    }
}
