//! Every input, as a finite tree of prefixes with bounds (theory B3).
//!
//! For a prefix `w` the columns of `M_w` have masses `m_j` and, for each functional `v`, values `v_j`. Where `w` itself has a
//! label, its continuations of one length have another one with probability at most
//! `Σ_j max(0, m_j − r v_j)`, for the difference `v` of scores that the label needs and every `r ≥ 0`; with probability 0 if no `v_j`
//! has the wrong sign. So a leaf says how much of its mass is in *doubt*, and the most doubtful leaf is split next; before that it is looked at
//! exactly, where floats do not tell enough. Nobody hears of the bounds before the checker has computed them once more in integers.
//!
//! [`look`] is what is known of one prefix, [`certificate`] what the checker reads, [`witness`] which inputs have different labels.

mod certificate;
mod look;
mod witness;

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
    num::NonZeroU32,
    ops::ControlFlow,
};

use recoverable_checker::MAX_WORD;

use super::{Functionals, Rows};
use crate::model::Token;
use look::{Assessment, Look, Scratch};

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// At most this many prefixes.
    pub prefixes: usize,
    /// At most about this many bytes.
    pub bytes: usize,
    /// A bracket of this width is narrow enough.
    pub target: f64,
    /// Whether to go on beyond that until an input with different labels is known, or that there is none.
    pub decide: bool,
}

/// Why the tree is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is in doubt.
    Settled,
    /// The bracket is as narrow as asked for.
    Target,
    /// A limit on prefixes or bytes.
    Limit,
    /// The observer asked to stop.
    Stopped,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Prefixes so far.
    pub prefixes: usize,
    /// The lower end of the bracket.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// Inputs with different labels so far.
    pub witnesses: usize,
}

/// What is known of the continuations of a leaf.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// Both scores agree up to one positive factor, exactly.
    Proportional,
    /// They have the leaf's own labels but for what its doubt leaves; the ratios are of masses to values.
    Settled { exact: bool, ratios: Box<[f64]> },
}

/// One prefix.
#[derive(Clone, Debug)]
struct Node {
    parent: u32,
    token: u32,
    depth: u32,
    /// The first of as many children as there are tokens; none for a leaf.
    children: Option<NonZeroU32>,
    kind: Kind,
    /// The labels of task and head on the prefix as an input of its own.
    labels: (usize, usize),
    /// Whether both are certain.
    certain: bool,
    /// Whether nothing is in doubt.
    settled: bool,
    /// Whether exact numbers may tell more.
    unsure: bool,
    /// Whether the checker's numbers of a fixed width may find some doubt of a leaf where there is none.
    faint: bool,
    /// Whether they may find much more than there is.
    fine: bool,
    /// The binary logarithm of the least score of the prefix as an input of its own.
    margin: f32,
    /// Bounds of the probability of the prefix.
    mass: (f64, f64),
    /// Bounds of what a leaf contributes to the disagreement.
    lower: u128,
    upper: u128,
}

impl Node {
    /// What is known of a leaf.
    fn know(&mut self, found: Assessment, exact: bool) {
        let (low, high) = found.mass;
        self.labels = found.labels;
        self.certain = found.certain;
        self.settled = found.doubt == 0.0;
        (self.faint, self.fine) = (found.faint, found.fine);
        self.margin = found.margin as f32;
        self.mass = found.mass;
        self.unsure = !exact && (found.blurred || !found.certain);
        (self.lower, self.upper) =
            if self.differs() { (down(low - found.doubt), up(high)) } else { (0, up(found.doubt)) };
        self.kind = Kind::Settled { exact, ratios: found.ratios };
    }

    fn depth(&self) -> usize {
        self.depth as usize
    }

    fn differs(&self) -> bool {
        self.labels.0 != self.labels.1
    }

    /// How much of a leaf is in doubt, in units.
    fn doubt(&self) -> u128 {
        if self.settled { 0 } else { (self.upper - self.lower).max(1) }
    }
}

/// Which leaf in doubt is split next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// The most doubtful one.
    Doubt,
    /// The most probable one.
    Mass,
    /// The shortest one.
    Depth,
}

/// A leaf that can be split, with the rows of its prefix.
struct Doubtful {
    priority: u128,
    node: usize,
    rows: Box<[f64]>,
}

impl PartialEq for Doubtful {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Doubtful {}

impl PartialOrd for Doubtful {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Doubtful {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority.cmp(&other.priority).then(other.node.cmp(&self.node))
    }
}

/// The tree of a task and a head.
pub struct PrefixTree {
    look: Look,
    scratch: Scratch,
    nodes: Vec<Node>,
    heap: BinaryHeap<Doubtful>,
    /// Possible inputs with labels that certainly differ.
    witnesses: Vec<usize>,
    lower: u128,
    upper: u128,
    order: Order,
    /// The exact rows of the nodes that were looked at exactly not long ago.
    recent: VecDeque<(usize, Rows)>,
}

/// Longer integers are not looked at.
const EXACT_BITS: u64 = 1 << 16;

/// Bounds are sums of multiples of `2^-100`.
const UNIT: f64 = (1_u128 << 100) as f64;

impl PrefixTree {
    /// The tree with the empty prefix alone.
    ///
    /// # Panics
    /// If the functionals are without a head.
    pub fn new(functionals: Functionals) -> Self {
        let look = Look::new(functionals);
        let rows = look.root();
        let mut tree = Self {
            look,
            scratch: Scratch::default(),
            nodes: Vec::new(),
            heap: BinaryHeap::new(),
            witnesses: Vec::new(),
            lower: 0,
            upper: 0,
            order: Order::Doubt,
            recent: VecDeque::new(),
        };
        tree.add((0, 0, 0), &rows);
        tree
    }

    /// Splits the most doubtful leaves until nothing is in doubt or there is a reason to stop. The observer is asked now and then whether
    /// to go on.
    pub fn grow(&mut self, limits: Limits, observe: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Ended {
        let k = self.functionals().tokens();
        let leaf_bytes = self.look.width() * size_of::<f64>() + size_of::<Doubtful>();
        let node_bytes = size_of::<Node>() + 2 * self.functionals().contrasts() * size_of::<f64>() + 16;
        let prefixes = limits.prefixes.min(u32::MAX as usize);
        let mut steps = 0_usize;
        loop {
            let Some(leaf) = self.heap.pop() else { return Ended::Settled };
            let progress = self.progress();
            let decided = !limits.decide || !self.witnesses.is_empty();
            let bytes = (self.heap.len() + k) * leaf_bytes + (self.nodes.len() + k) * node_bytes;
            let ended = if decided && progress.upper - progress.lower <= limits.target {
                Some(Ended::Target)
            } else if self.nodes.len() + k > prefixes || bytes > limits.bytes {
                Some(Ended::Limit)
            } else if steps.is_multiple_of(64) && observe(progress).is_break() {
                Some(Ended::Stopped)
            } else {
                None
            };
            if let Some(ended) = ended {
                self.heap.push(leaf);
                return ended;
            }
            steps += 1;
            self.work_on(leaf);
        }
    }

    /// How far the search has come.
    pub fn progress(&self) -> Progress {
        let real = |units: u128| units as f64 / UNIT;
        Progress {
            prefixes: self.nodes.len(),
            lower: real(self.lower),
            upper: real(self.upper),
            witnesses: self.witnesses.len(),
        }
    }

    /// Looks at a leaf exactly if that may tell more, otherwise splits it.
    fn work_on(&mut self, leaf: Doubtful) {
        let node = &self.nodes[leaf.node];
        let exact = matches!(node.kind, Kind::Settled { exact: true, .. });
        let unsure = node.unsure || !exact && self.look.looks_proportional(&leaf.rows);
        if unsure && !exact && self.is_affordable(node.depth()) {
            self.look_exactly(leaf);
        } else {
            self.split(&leaf);
        }
    }

    fn split(&mut self, leaf: &Doubtful) {
        let node = &mut self.nodes[leaf.node];
        let depth = node.depth + 1;
        (self.lower, self.upper) = (self.lower - node.lower, self.upper - node.upper);
        self.nodes[leaf.node].children = NonZeroU32::new(self.nodes.len() as u32);
        let advanced = self.look.advance(&leaf.rows);
        let mut rows = Vec::with_capacity(advanced.len());
        for token in 0..self.functionals().tokens() {
            self.look.emit(token, &advanced, &mut rows);
            self.add((leaf.node as u32, token as u32, depth), &rows);
        }
    }

    fn add(&mut self, (parent, token, depth): (u32, u32, u32), rows: &[f64]) {
        let found = self.look.in_floats(depth as usize, rows, &mut self.scratch);
        let mut node = Node {
            parent,
            token,
            depth,
            children: None,
            kind: Kind::Proportional,
            labels: (0, 0),
            certain: false,
            settled: false,
            unsure: false,
            faint: false,
            fine: false,
            margin: 0.0,
            mass: (0.0, 0.0),
            lower: 0,
            upper: 0,
        };
        node.know(found, false);
        self.nodes.push(node);
        let node = self.nodes.len() - 1;
        self.count(node);
        self.note_witness(node);
        if self.is_open(node) {
            let priority = self.priority(node);
            self.heap.push(Doubtful { priority, node, rows: rows.into() });
        }
    }

    /// Counts what a leaf contributes.
    fn count(&mut self, node: usize) {
        let Node { lower, upper, .. } = self.nodes[node];
        (self.lower, self.upper) = (self.lower + lower, self.upper + upper);
    }

    /// Notes a possible input whose labels certainly differ.
    fn note_witness(&mut self, node: usize) {
        let Node { depth, certain, mass, .. } = self.nodes[node];
        if depth > 0 && certain && mass.0 > 0.0 && self.nodes[node].differs() {
            self.witnesses.push(node);
        }
    }

    /// Looks at a leaf exactly.
    fn look_exactly(&mut self, leaf: Doubtful) {
        let rows = self.exact_rows(leaf.node);
        let node = &mut self.nodes[leaf.node];
        (self.lower, self.upper) = (self.lower - node.lower, self.upper - node.upper);
        let (witness, certain, margin) = (node.certain && node.differs(), node.certain, node.margin);
        node.know(self.look.exactly(node.depth(), &rows, &mut self.scratch), true);
        if certain {
            node.margin = margin; // which may be that of zeros, where nothing cancels
        }
        if !node.settled && self.look.functionals.are_proportional(&rows) {
            (node.kind, node.lower, node.upper, node.settled) = (Kind::Proportional, 0, 0, true);
        }
        self.count(leaf.node);
        if !witness {
            self.note_witness(leaf.node);
        }
        if self.is_open(leaf.node) {
            let priority = self.priority(leaf.node);
            self.heap.push(Doubtful { priority, ..leaf });
        }
        self.remember(leaf.node, rows);
    }

    /// The exact rows of a prefix, from those of the nearest one that is remembered.
    fn exact_rows(&self, node: usize) -> Rows {
        let (mut tokens, mut at) = (Vec::new(), node);
        let mut rows = loop {
            if let Some((_, rows)) = self.recent.iter().find(|(other, _)| *other == at) {
                break rows.clone();
            }
            if self.nodes[at].depth == 0 {
                break self.functionals().root();
            }
            tokens.push(Token(self.nodes[at].token as usize));
            at = self.nodes[at].parent as usize;
        };
        while let Some(token) = tokens.pop() {
            rows = self.functionals().child(&self.functionals().advanced(&rows), token);
        }
        rows
    }

    fn remember(&mut self, node: usize, rows: Rows) {
        const REMEMBERED: usize = 8;
        self.recent.truncate(REMEMBERED - 1);
        self.recent.push_front((node, rows));
    }

    /// Whether a leaf is to be split: the empty prefix is no input, so where labels always differ one more token shows that.
    fn is_open(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        (!node.settled || node.depth() == 0 && node.differs()) && node.depth() < MAX_WORD
    }

    /// Whether exact numbers at this depth are short enough.
    fn is_affordable(&self, depth: usize) -> bool {
        self.functionals().step_scale().bits() * depth as u64 <= EXACT_BITS
    }

    fn priority(&self, node: usize) -> u128 {
        let node = &self.nodes[node];
        match self.order {
            Order::Doubt => node.doubt(),
            Order::Mass => up(node.mass.1),
            Order::Depth => u128::MAX - u128::from(node.depth),
        }
    }

    fn reorder(&mut self, order: Order) {
        self.order = order;
        let leaves = std::mem::take(&mut self.heap).into_vec();
        let with_priority = |leaf: Doubtful| Doubtful { priority: self.priority(leaf.node), ..leaf };
        self.heap = leaves.into_iter().map(with_priority).collect();
    }

    /// The tokens of a node.
    fn word(&self, mut node: usize) -> Vec<Token> {
        let mut word = Vec::with_capacity(self.nodes[node].depth());
        while self.nodes[node].depth > 0 {
            word.push(Token(self.nodes[node].token as usize));
            node = self.nodes[node].parent as usize;
        }
        word.reverse();
        word
    }

    /// The depth of the deepest leaf, and 1 at least: the bracket of all leaves holds from this length on.
    pub fn from_length(&self) -> usize {
        self.nodes.iter().map(Node::depth).max().unwrap_or(0).max(1)
    }

    /// The functionals.
    pub fn functionals(&self) -> &Functionals {
        &self.look.functionals
    }

    /// Inputs with different labels: shortest first, then the more probable ones.
    pub fn witnesses(&self) -> Vec<Vec<Token>> {
        let mut nodes = self.witnesses.clone();
        nodes.sort_by(|&a, &b| {
            let (a, b) = (&self.nodes[a], &self.nodes[b]);
            a.depth.cmp(&b.depth).then(b.mass.0.total_cmp(&a.mass.0))
        });
        nodes.into_iter().map(|node| self.word(node)).collect()
    }
}

/// In units of `2^-100`, rounded up.
fn up(value: f64) -> u128 {
    (value * UNIT).ceil() as u128
}

/// In units of `2^-100`, rounded down; 0 for what is negative.
fn down(value: f64) -> u128 {
    (value * UNIT) as u128
}
