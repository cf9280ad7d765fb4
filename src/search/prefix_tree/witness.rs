//! Inputs with different labels.

use num_rational::BigRational;

use super::{Node, Order, PrefixTree};
use crate::model::Token;

impl PrefixTree {
    /// The most doubtful leaves, up to this many.
    pub fn doubtful(&self, count: usize) -> Vec<Vec<Token>> {
        let mut leaves: Vec<_> = self.heap.iter().map(|leaf| (leaf.priority, leaf.node)).collect();
        leaves.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        leaves.truncate(count);
        leaves.into_iter().map(|(_, node)| self.word(node as usize)).collect()
    }

    /// Inputs with different labels among those that continue the empty prefix, or one of the most doubtful leaves, by two tokens in turn: where a score
    /// decays more slowly than another, it changes its sign only after many of them. Their labels differ for sure.
    pub fn recurring_witnesses(&mut self, leaves: usize) -> Vec<Vec<Token>> {
        let mut starts = vec![Vec::new()];
        starts.extend(self.doubtful(leaves));
        let tokens = self.functionals().tokens();
        let pairs = (0..tokens).flat_map(|first| (0..tokens).map(move |second| [first, second]));
        let pairs: Vec<[usize; 2]> = pairs.collect();
        let runs = starts.iter().flat_map(|start| pairs.iter().map(move |pair| (start, pair)));
        runs.filter_map(|(start, pair)| self.differs_along(start, *pair)).collect()
    }

    /// The first input with different labels along a prefix that is continued by two tokens in turn, if there is one among the first and this is certain.
    fn differs_along(&mut self, start: &[Token], pair: [usize; 2]) -> Option<Vec<Token>> {
        const LONGEST: usize = 256;
        let mut word = start.to_vec();
        let mut rows = self.look.root();
        let tokens = start.iter().map(|token| token.0).chain(pair.into_iter().cycle().take(LONGEST));
        for (index, token) in tokens.enumerate() {
            let advanced = self.look.advance(&rows);
            self.look.emit(token, &advanced, &mut rows);
            if index < start.len() {
                continue;
            }
            word.push(Token(token));
            let found = self.look.in_floats(word.len(), &rows, &mut self.scratch);
            if found.mass.0 == 0.0 {
                return None;
            }
            if found.certain && found.labels.0 != found.labels.1 {
                return Some(word);
            }
        }
        None
    }

    /// The shortest input with different labels, and the most probable one of that length; `None` if there is none, or none was found among
    /// this many prefixes more.
    pub fn shortest_witness(&mut self, prefixes: usize) -> Option<Vec<Token>> {
        let limit = self.nodes.len() + prefixes;
        self.reorder(Order::Depth);
        let (mut known, mut best, mut found) = (0, None, None);
        while self.nodes.len() < limit {
            let new = self.new_witnesses(&mut known).map(Node::depth).min();
            best = best.into_iter().chain(new).min();
            let next = self.heap.peek().map(|leaf| self.nodes[leaf.node as usize].depth());
            if next.is_none_or(|depth| best.is_some_and(|best| depth + 1 > best)) {
                found = best;
                break;
            }
            let Some(leaf) = self.heap.pop() else { break };
            self.work_on(leaf);
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
        let (mut known, mut best, mut complete) = (0, 0.0, false);
        while self.nodes.len() < limit {
            best = self.new_witnesses(&mut known).map(|node| node.mass.0).fold(best, f64::max);
            if self.heap.peek().is_none_or(|leaf| self.nodes[leaf.node as usize].mass.1 <= best) {
                complete = true;
                break;
            }
            let Some(leaf) = self.heap.pop() else { break };
            self.work_on(leaf);
        }
        self.reorder(Order::Doubt);
        complete.then(|| self.most_probable(|_| true)).flatten()
    }

    /// The witnesses that have come since so many were known.
    fn new_witnesses(&self, known: &mut usize) -> impl Iterator<Item = &Node> {
        let start = std::mem::replace(known, self.witnesses.len());
        self.witnesses[start..].iter().map(|&node| &self.nodes[node])
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
