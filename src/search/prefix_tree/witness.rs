//! Inputs with different labels.

use num_rational::BigRational;

use super::{Node, Order, PrefixTree};
use crate::model::Token;

impl PrefixTree {
    /// The most doubtful leaves, up to this many.
    pub fn doubtful(&self, count: usize) -> Vec<Vec<Token>> {
        let mut leaves: Vec<_> = self.heap.iter().map(|leaf| (leaf.priority, leaf.node)).collect();
        leaves.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        leaves.truncate(count);
        leaves.into_iter().map(|(_, node)| self.word(node)).collect()
    }

    /// The shortest input with different labels, and the most probable one of that length; `None` if there is none, or none was found among
    /// this many prefixes more.
    pub fn shortest_witness(&mut self, prefixes: usize) -> Option<Vec<Token>> {
        let limit = self.nodes.len() + prefixes;
        self.reorder(Order::Depth);
        let shortest = |tree: &Self| tree.witnesses.iter().map(|&node| tree.nodes[node].depth()).min();
        let mut found = None;
        while self.nodes.len() < limit {
            let next = self.heap.peek().map(|leaf| self.nodes[leaf.node].depth());
            match (next, shortest(self)) {
                (Some(depth), Some(best)) if depth + 1 > best => found = Some(best),
                (None, best) => found = best,
                _ => {
                    let Some(leaf) = self.heap.pop() else { break };
                    self.work_on(leaf);
                    continue;
                }
            }
            break;
        }
        self.reorder(Order::Doubt);
        let depth = found?;
        self.most_probable(|node| node.depth() == depth)
    }

    /// The most probable input with different labels, the shortest of them; `None` as for
    /// [`shortest_witness`](Self::shortest_witness).
    pub fn most_probable_witness(&mut self, prefixes: usize) -> Option<Vec<Token>> {
        let limit = self.nodes.len() + prefixes;
        self.reorder(Order::Mass);
        let best =
            |tree: &Self| tree.witnesses.iter().map(|&node| tree.nodes[node].mass.0).fold(0.0, f64::max);
        let mut complete = false;
        while self.nodes.len() < limit {
            match self.heap.peek() {
                Some(leaf) if self.nodes[leaf.node].mass.1 > best(self) => {}
                _ => {
                    complete = true;
                    break;
                }
            }
            let Some(leaf) = self.heap.pop() else { break };
            self.work_on(leaf);
        }
        self.reorder(Order::Doubt);
        complete.then(|| self.most_probable(|_| true)).flatten()
    }

    /// Of the witnesses with this property the most probable one, exactly; of several the first.
    fn most_probable(&self, of: impl Fn(&Node) -> bool) -> Option<Vec<Token>> {
        let nodes = || self.witnesses.iter().copied().filter(|&node| of(&self.nodes[node]));
        let best = nodes().map(|node| self.nodes[node].mass.0).fold(0.0, f64::max);
        let near = nodes().filter(|&node| self.nodes[node].mass.1 >= best).map(|node| {
            let word = self.word(node);
            (self.probability(node), word)
        });
        let better = |a: &(BigRational, Vec<Token>), b: &(BigRational, Vec<Token>)| {
            a.0.cmp(&b.0).then(b.1.len().cmp(&a.1.len())).then(b.1.cmp(&a.1))
        };
        near.max_by(better).map(|(_, word)| word)
    }
}
