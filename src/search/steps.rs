//! The graph of the chain: search trees, closed sets, periods, closed walks.

use std::collections::VecDeque;

use num_integer::Integer as _;
use recoverable_checker::certificate::{ClosedSet, Periods, Trees};

use crate::model::{Hmm, State};

/// The steps of positive probability of a chain.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Where each state can go, ascending.
    successors: Vec<Vec<usize>>,
    /// Where each state can come from, ascending.
    predecessors: Vec<Vec<usize>>,
}

/// Whether every state leads to every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Two search trees from state 0.
    Irreducible(Trees),
    /// A nonempty proper set that no step leaves.
    Reducible(ClosedSet),
}

/// The period of an irreducible chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Period {
    /// Closed walks whose lengths have greatest common divisor 1.
    Aperiodic(Vec<Vec<usize>>),
    /// A class for each state, raised by 1 in each step.
    Periodic(Periods),
}

/// A breadth-first tree with root 0: parents and distances.
struct Tree {
    /// States in the order of discovery, without the root, each with its parent.
    order: Vec<(usize, usize)>,
    parent: Vec<Option<usize>>,
    distance: Vec<Option<usize>>,
}

fn breadth_first(neighbours: &[Vec<usize>]) -> Tree {
    let n = neighbours.len();
    let mut tree = Tree { order: Vec::new(), parent: vec![None; n], distance: vec![None; n] };
    tree.distance[0] = Some(0);
    let mut queue = VecDeque::from([(0, 0)]);
    while let Some((state, distance)) = queue.pop_front() {
        for &next in &neighbours[state] {
            if tree.distance[next].is_none() {
                tree.distance[next] = Some(distance + 1);
                tree.parent[next] = Some(state);
                tree.order.push((state, next));
                queue.push_back((next, distance + 1));
            }
        }
    }
    tree
}

impl Tree {
    /// The states from `state` up to the root, both included.
    fn to_root(&self, state: usize) -> Vec<usize> {
        std::iter::successors(Some(state), |&state| self.parent[state]).collect()
    }

    fn unreached(&self) -> Vec<usize> {
        (0..self.distance.len()).filter(|&state| self.distance[state].is_none()).collect()
    }

    fn reached(&self) -> Vec<usize> {
        (0..self.distance.len()).filter(|&state| self.distance[state].is_some()).collect()
    }
}

impl Steps {
    /// The graph of a model's chain.
    pub fn new(hmm: &Hmm) -> Self {
        Self::of(hmm.states(), |from, to| hmm.has_step(State(from), State(to)))
    }

    /// The graph with these steps; `step(from, to)`.
    pub fn of(states: usize, step: impl Fn(usize, usize) -> bool) -> Self {
        let states = 0..states;
        Self {
            successors: states
                .clone()
                .map(|from| states.clone().filter(|&to| step(from, to)).collect())
                .collect(),
            predecessors: states
                .clone()
                .map(|to| states.clone().filter(|&from| step(from, to)).collect())
                .collect(),
        }
    }

    /// The graph with one more step.
    pub fn with(mut self, (from, to): (usize, usize)) -> Self {
        for (list, state) in [(&mut self.successors[from], to), (&mut self.predecessors[to], from)] {
            if let Err(place) = list.binary_search(&state) {
                list.insert(place, state);
            }
        }
        self
    }

    /// The number of states.
    pub fn states(&self) -> usize {
        self.successors.len()
    }

    /// Where a state can go, ascending.
    pub fn successors(&self, state: usize) -> &[usize] {
        &self.successors[state]
    }

    /// Where a state can come from, ascending.
    pub fn predecessors(&self, state: usize) -> &[usize] {
        &self.predecessors[state]
    }

    /// Decides irreducibility in time linear in the number of steps.
    pub fn reach(&self) -> Reach {
        let forward = breadth_first(&self.successors);
        if !forward.unreached().is_empty() {
            return Reach::Reducible(ClosedSet { states: forward.reached() });
        }
        let backward = breadth_first(&self.predecessors);
        let stuck = backward.unreached(); // no step leads from them to a state that reaches 0
        if !stuck.is_empty() {
            return Reach::Reducible(ClosedSet { states: stuck });
        }
        let backward = backward.order.into_iter().map(|(to, from)| (from, to)).collect();
        Reach::Irreducible(Trees { forward: forward.order, backward })
    }

    /// The period of an irreducible chain: the gcd of `distance[u] + 1 − distance[v]` over all steps `u → v`.
    ///
    /// # Panics
    /// If the chain is not irreducible, or is a single state without a step.
    pub fn period(&self) -> Period {
        let forward = breadth_first(&self.successors);
        let backward = breadth_first(&self.predecessors);
        let distance = |tree: &Tree, state: usize| tree.distance[state].expect("the chain is irreducible");
        let mut period = 0;
        for (from, to) in self.all() {
            period = period.gcd(&(distance(&forward, from) + 1).abs_diff(distance(&forward, to)));
        }
        if period != 1 {
            let classes =
                (0..self.successors.len()).map(|state| distance(&forward, state) % period).collect();
            return Period::Periodic(Periods { period, classes });
        }
        Period::Aperiodic(self.coprime_walks(&forward, &backward))
    }

    fn all(&self) -> impl Iterator<Item = (usize, usize)> {
        self.successors.iter().enumerate().flat_map(|(from, next)| next.iter().map(move |&to| (from, to)))
    }

    /// Short closed walks whose lengths have gcd 1: a loop, or walks through state 0, shortest first.
    fn coprime_walks(&self, forward: &Tree, backward: &Tree) -> Vec<Vec<usize>> {
        if let Some((state, _)) = self.all().find(|(from, to)| from == to) {
            return vec![vec![state]];
        }
        // 0 → … → from → to → … → 0, without repeating 0 at the end.
        let walk = |(from, to): (usize, usize)| -> Vec<usize> {
            let out = forward.to_root(from).into_iter().rev();
            let home = backward.to_root(to);
            out.chain(home.iter().copied().take(home.len() - 1)).collect()
        };
        let mut candidates: Vec<_> = self.all().map(walk).collect();
        candidates.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        let (mut divisor, mut walks) = (0, Vec::new());
        for candidate in candidates {
            let smaller = divisor.gcd(&candidate.len());
            if smaller != divisor {
                divisor = smaller;
                walks.push(candidate);
            }
        }
        walks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(edges: &[(usize, usize)], n: usize) -> Steps {
        let mut steps = Steps { successors: vec![Vec::new(); n], predecessors: vec![Vec::new(); n] };
        for &(from, to) in edges {
            steps.successors[from].push(to);
            steps.predecessors[to].push(from);
        }
        steps
    }

    #[test]
    fn a_six_cycle_with_a_chord_has_the_gcd_of_its_cycles() {
        let cycle: Vec<_> = (0..6).map(|i| (i, (i + 1) % 6)).collect();
        let chord = |from, to| steps(&[cycle.clone(), vec![(from, to)]].concat(), 6).period();
        assert!(matches!(chord(3, 0), Period::Periodic(Periods { period: 2, .. }))); // cycles 6 and 4
        assert!(matches!(chord(2, 0), Period::Periodic(Periods { period: 3, .. }))); // cycles 6 and 3
        let Period::Aperiodic(walks) = chord(4, 0) else { panic!("cycles 6 and 5") };
        assert_eq!(walks.iter().map(Vec::len).collect::<Vec<_>>(), [5, 6]);
    }

    #[test]
    fn closed_sets_on_either_side_of_state_0() {
        let absorbing = steps(&[(0, 0), (1, 0)], 2).reach();
        assert_eq!(absorbing, Reach::Reducible(ClosedSet { states: vec![0] }));
        let escaping = steps(&[(0, 1), (1, 1)], 2).reach();
        assert_eq!(escaping, Reach::Reducible(ClosedSet { states: vec![1] }));
    }
}
