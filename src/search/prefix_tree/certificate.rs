//! What the checker reads: the tree, and the bounds that it leads to.

use std::iter::repeat_n;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use recoverable_checker::{
    certificate::{Leaf, Node as CertifiedNode, Tree},
    number::Dyadic,
};

use super::{EXACT_BITS, Kind, Node, PrefixTree, units, up};

impl PrefixTree {
    /// Bounds of the disagreement for the lengths 1, 2, …, [`from_length`](Self::from_length), as the checker finds them by its
    /// rounded arithmetic, or exactly; the last one holds for every greater length too. Rounded outward to multiples of
    /// `10⁻¹⁸`, and `slack` more, except where nothing is in doubt.
    pub fn brackets(&self, rounded: bool, slack: u32) -> Vec<(BigRational, BigRational)> {
        let depth = self.from_length();
        let (mut leaves, mut inputs) = (vec![(0_u128, 0_u128); depth + 1], vec![(0_u128, 0_u128); depth + 1]);
        let add = |sum: &mut (u128, u128), own: (u128, u128)| *sum = (sum.0 + own.0, sum.1 + own.1);
        for node in &self.nodes {
            let reach = node.depth() + self.reach(node);
            if node.is_input() {
                add(&mut inputs[node.depth()], self.itself(node, rounded));
            }
            if let Some(compared) = node.by_state() {
                let shorter = &mut inputs[node.depth() + 1..reach];
                shorter.iter_mut().for_each(|sum| add(sum, units(compared.near)));
            }
            if node.children.is_none() {
                add(&mut leaves[reach], node.contribution());
            }
        }
        let exact = if rounded { vec![None; depth] } else { self.exact_disagreements(depth) };
        let (mut lower, mut upper) = leaves[0];
        let mut brackets = Vec::with_capacity(depth);
        for (length, exact) in (1..=depth).zip(exact) {
            lower += leaves[length].0;
            upper += leaves[length].1;
            brackets.push(match exact {
                Some(value) => (value.clone(), value),
                None => outward(lower + inputs[length].0, upper + inputs[length].1, slack),
            });
        }
        brackets
    }

    /// Whether no input is in doubt, and none has different labels.
    pub fn agrees(&self) -> bool {
        let mut inputs = self.nodes.iter().filter(|node| node.is_input());
        let mut compared = self.nodes.iter().filter_map(Node::by_state);
        self.upper == 0
            && !self.nodes.iter().any(Node::is_last)
            && compared.all(|compared| compared.near.1 == 0.0 && compared.far.1 == 0.0)
            && inputs.all(|node| self.itself(node, false).1 == 0)
    }

    /// Bounds of the disagreement on one input.
    pub(super) fn itself(&self, node: &Node, rounded: bool) -> (u128, u128) {
        let certain = if rounded { node.visible } else { node.certain };
        match (certain, !node.differs()) {
            (true, true) => (0, 0),
            (true, false) => units(node.mass),
            (false, _) => (0, up(node.mass.1)),
        }
    }

    /// The disagreement at each length where it is the sum of a few inputs and settled leaves.
    fn exact_disagreements(&self, depth: usize) -> Vec<Option<BigRational>> {
        const FEW: usize = 256;
        let step = self.functionals().step_scale().bits();
        let longest = (EXACT_BITS / 16 / step.max(1)) as usize;
        // At each depth: the nodes that count, as leaves and as inputs, and whether others are in doubt.
        let mut leaves = vec![(Vec::new(), false); depth + 1];
        let mut inputs = leaves.clone();
        for (index, node) in self.nodes.iter().enumerate() {
            let leaf = node.children.is_none() && !node.is_last();
            let known = if leaf { node.settled } else { node.certain };
            let (nodes, doubtful) = &mut if leaf { &mut leaves } else { &mut inputs }[node.depth()];
            if node.mass.1 == 0.0 || leaf && matches!(node.kind, Kind::Proportional | Kind::Region(_)) {
            } else if !known {
                *doubtful = true;
            } else if node.differs() && nodes.len() <= FEW {
                nodes.push(index);
            }
            if node.is_last() {
                leaves[node.depth() + 1].1 = true;
            }
        }
        let total =
            |nodes: &[usize]| -> BigRational { nodes.iter().map(|&node| self.probability(node)).sum() };
        let mut sum = Some((total(&leaves[0].0), 0)).filter(|_| !leaves[0].1);
        let mut exact = Vec::with_capacity(depth);
        for (length, (own, alone)) in (1..).zip(leaves[1..].iter().zip(&inputs[1..])) {
            sum = sum.filter(|(_, count)| {
                !own.1 && count + own.0.len() <= FEW && (length <= longest || own.0.is_empty())
            });
            sum = sum.map(|(sum, count)| (sum + total(&own.0), count + own.0.len()));
            let few = !alone.1 && alone.0.len() <= FEW && (length <= longest || alone.0.is_empty());
            exact.push(sum.as_ref().filter(|_| few).map(|(sum, _)| sum + total(&alone.0)));
        }
        exact
    }

    /// The probability of a prefix.
    pub(super) fn probability(&self, node: usize) -> BigRational {
        let word = self.word(node);
        let mass = self.functionals().judge(&self.functionals().of(&word)).mass;
        self.functionals().probability(&mass, word.len())
    }

    /// The tree as the checker reads it, rounded or not.
    pub fn certificate(&self, rounded: bool) -> Tree {
        let mut nodes = Vec::with_capacity(self.nodes.len());
        let mut stack = vec![0];
        while let Some(index) = stack.pop() {
            let node = &self.nodes[index];
            nodes.push(match (node.children, &node.kind) {
                (Some(first), _) => {
                    let first = first.get() as usize;
                    stack.extend((first..first + self.functionals().tokens()).rev());
                    CertifiedNode::Split
                }
                (None, Kind::Last { .. }) => CertifiedNode::Split,
                (None, Kind::Proportional) => CertifiedNode::Proportional,
                (None, Kind::ByState(compared)) => CertifiedNode::ByState(compared.faint),
                (None, Kind::Region(region)) => CertifiedNode::Region(*region),
                (None, Kind::Settled { exact, ratios }) => {
                    let (task, head) = node.labels;
                    let ratios = ratios.iter().map(|ratio| dyadic(*ratio)).collect();
                    let leaf = Leaf { task: task as usize, head: head as usize, ratios };
                    if rounded && *exact { CertifiedNode::Exact(leaf) } else { CertifiedNode::Settled(leaf) }
                }
            });
            if node.is_last() {
                nodes.extend(repeat_n(CertifiedNode::Open, self.functionals().tokens()));
            }
        }
        let ahead = self.looks_ahead().then(|| self.tokens_ahead());
        Tree { rounded, ahead, nodes, regions: self.regions.clone() }
    }

    /// Whether the checker is to round: what is worth trying, the more convenient way first.
    pub fn arithmetics(&self) -> Vec<bool> {
        const MOST: f64 = (1_u64 << 32) as f64; // some seconds
        if self.looks_ahead() {
            return vec![true];
        }
        let bits = self.from_length() as u64 * self.functionals().step_scale().bits();
        match bits {
            ..=256 => vec![false, true],
            257..=EXACT_BITS if self.exact_work() < MOST => vec![!self.is_faint(), self.is_faint()],
            _ => vec![true],
        }
    }

    /// Whether there is a leaf whose states are compared.
    fn looks_ahead(&self) -> bool {
        self.nodes.iter().any(|node| node.by_state().is_some())
    }

    /// Whether there is an input at a split whose labels are certain, and rounded numbers do not show them.
    fn is_faint(&self) -> bool {
        let alone = |node: &&Node| node.children.is_some() && node.depth > 0;
        self.nodes.iter().filter(alone).any(|node| node.certain && !node.visible)
    }

    /// About how many products of words of the machine it takes to check the whole tree exactly.
    fn exact_work(&self) -> f64 {
        let (n, k) = (self.functionals().states() as f64, self.functionals().tokens() as f64);
        let rows = (1 + 4 * self.functionals().contrasts()) as f64;
        let step = (self.functionals().step_scale().bits() / 64 + 1) as f64;
        let splits = self.nodes.iter().filter(|node| node.children.is_some());
        splits.map(|node| (n + k) * n * rows * step * step * f64::from(node.depth + 1)).sum()
    }
}

/// The rationals around two numbers of units, as multiples of `10⁻¹⁸`, with so many of them to spare; the upper end stays 0.
fn outward(lower: u128, upper: u128, slack: u32) -> (BigRational, BigRational) {
    let digits = BigInt::from(10).pow(18);
    let unit = BigInt::from(1) << 100;
    let lower = ((BigInt::from(lower) * &digits).div_floor(&unit) - slack).max(BigInt::ZERO);
    let slack = if upper == 0 { 0 } else { slack };
    let upper = (Integer::div_ceil(&(BigInt::from(upper) * &digits), &unit) + slack).min(digits.clone());
    (BigRational::new(lower, digits.clone()), BigRational::new(upper, digits))
}

/// A ratio with 24 significant bits.
fn dyadic(ratio: f64) -> Dyadic {
    let bits = ratio.to_bits();
    let mantissa = ((bits & ((1 << 52) - 1)) | 1 << 52) >> 29;
    let exponent = (bits >> 52) as i32 - 1075 + 29;
    let found = if ratio > 0.0 { Dyadic::new(mantissa as u32, exponent) } else { Dyadic::new(0, 0) };
    found.expect("the exponents of floats are small")
}
