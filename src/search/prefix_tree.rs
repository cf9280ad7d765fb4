//! Every input, as a finite tree of prefixes with bounds (theory B3).
//!
//! For a prefix `w` the columns of `M_w` have masses `m_j` and, for each functional `v`, values `v_j`. Where `w` itself has a
//! label, its continuations of one length have another one with probability at most
//! `Σ_j max(0, m_j − r v_j)`, for the difference `v` of scores that the label needs and every `r ≥ 0`; with probability 0 if no `v_j`
//! has the wrong sign. So a leaf says how much of its mass is in *doubt*, and the most doubtful leaf is split next; before that it is looked at
//! exactly, where floats do not tell enough. In large trees leaves are also compared state by state ([`by_state`]), which takes longer and leaves far less
//! in doubt. Nobody hears of the bounds before the checker has computed them once more in integers.
//!
//! A tree may be about [one length](PrefixTree::at_length) alone: then it is no deeper, and nothing is said of what continues its deepest prefixes. Where
//! states cannot be told apart for thousands of tokens, only that gives narrow brackets.
//!
//! [`look`] is what is known of one prefix, [`certificate`] what the checker reads, [`witness`] which inputs have different labels.

mod by_state;
mod certificate;
mod history;
mod look;
mod regions;
mod witness;

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BinaryHeap, VecDeque},
    num::NonZeroU32,
    ops::ControlFlow,
    rc::Rc,
};

use recoverable_checker::{MAX_WORD, certificate::Region};

use super::{Functionals, Rows};
use crate::model::Token;
use by_state::{Ahead, Bounds, Compared};
use history::ExactLook;
pub use history::History;
use look::{Assessment, Look, Scratch};
use regions::Regions;

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
    /// Task and head are in the region with this index.
    Region(usize),
    /// What is known of the disagreement from the states.
    ByState(Compared),
    /// They have the leaf's own labels but for what its doubt leaves; the ratios are of masses to values.
    Settled { exact: bool, ratios: Box<[f64]> },
    /// Nothing: the prefix is of the one length that the tree is about, and counts as an input of its own.
    Last { exact: bool },
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
    labels: (u32, u32),
    /// Whether both are certain.
    certain: bool,
    /// Whether nothing is in doubt; if the prefix is of the one length that the tree is about, as to its own labels.
    settled: bool,
    /// Whether exact numbers may tell more.
    unsure: bool,
    /// Whether its states were compared.
    compared: bool,
    /// Whether the checker's rounded numbers show both labels.
    visible: bool,
    /// The binary logarithm of the sum of what is added and subtracted for a score of the prefix as an input of its own.
    size: f32,
    /// Bounds of the probability of the prefix.
    mass: (f64, f64),
    /// A bound of the probability of a leaf's continuations with other labels.
    doubt: f64,
}

impl Node {
    /// What is known of a leaf.
    fn know(&mut self, found: Assessment, exact: bool) {
        self.labels = (found.labels.0 as u32, found.labels.1 as u32);
        self.certain = found.certain;
        self.settled = found.doubt == 0.0;
        if exact {
            let lost = f64::from(self.depth + 1).log2() + VISIBLE;
            self.visible |= found.margin - f64::from(self.size) > lost;
        } else {
            (self.visible, self.size) = (found.certain, found.size as f32);
        }
        self.mass = found.mass;
        self.unsure = !exact && (found.blurred || !found.certain);
        self.doubt = found.doubt;
        self.kind = Kind::Settled { exact, ratios: found.ratios };
    }

    fn depth(&self) -> usize {
        self.depth as usize
    }

    /// What is known of a leaf whose states were compared.
    fn by_state(&self) -> Option<&Compared> {
        match &self.kind {
            Kind::ByState(compared) if self.children.is_none() => Some(compared),
            _ => None,
        }
    }

    /// Whether nothing is known of what continues a leaf.
    fn is_last(&self) -> bool {
        matches!(self.kind, Kind::Last { .. })
    }

    /// Whether the leaf itself was looked at exactly.
    fn is_exact(&self) -> bool {
        matches!(self.kind, Kind::Settled { exact: true, .. } | Kind::Last { exact: true })
    }

    /// Whether it says something of the prefix as an input of its own.
    fn is_input(&self) -> bool {
        self.depth > 0 && (self.children.is_some() || self.by_state().is_some() || self.is_last())
    }

    fn differs(&self) -> bool {
        self.labels.0 != self.labels.1
    }

    /// Bounds of what a leaf contributes to the disagreement from some length on, in units.
    fn contribution(&self) -> (u128, u128) {
        match self.kind {
            Kind::Proportional | Kind::Region(_) => (0, 0),
            Kind::ByState(ref compared) => units(compared.far),
            Kind::Last { .. } => (0, up(self.mass.1)),
            Kind::Settled { .. } if self.differs() => (down(self.mass.0 - self.doubt), up(self.mass.1)),
            Kind::Settled { .. } => (0, up(self.doubt)),
        }
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

/// A leaf that can be split.
struct Doubtful {
    priority: f64,
    node: u32,
    /// What the rows of its prefix come from: those that all children of its parent share.
    advanced: Rc<[f64]>,
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
        self.priority.total_cmp(&other.priority).then(other.node.cmp(&self.node))
    }
}

/// The tree of a task and a head.
pub struct PrefixTree {
    look: Look,
    scratch: Scratch,
    /// What leaves are compared with state by state, once the tree is large, unless the model is, too.
    ahead: Option<Ahead>,
    /// How many prefixes the tree has when that begins; none once it has.
    large: Option<usize>,
    /// The one length that the tree is about.
    length: Option<usize>,
    nodes: Vec<Node>,
    heap: BinaryHeap<Doubtful>,
    /// Possible inputs with labels that certainly differ.
    witnesses: Vec<usize>,
    lower: u128,
    upper: u128,
    order: Order,
    /// How many lists of rows the leaves in the heap share.
    shared: usize,
    /// What closes leaves that do not settle.
    regions: Vec<Region>,
    /// The exact rows of the nodes that were looked at exactly not long ago, and these nodes in the order of their coming.
    recent: BTreeMap<usize, Rows>,
    arrivals: VecDeque<usize>,
    /// What the search did.
    history: History,
    /// Looks of an earlier search that are to be taken for those of this one.
    recorded: VecDeque<ExactLook>,
}

/// Trees with so many prefixes are large.
const LARGE: usize = 4000;

/// What a comparison of the states of a leaf says is kept if it leaves less than this part in doubt.
const WORTH: f64 = 0.75;

/// To compare the states of a leaf costs less than to split it, and mostly does more: this factor makes it come earlier.
const EAGER: f64 = 16.0;

/// Longer integers are not looked at.
const EXACT_BITS: u64 = 1 << 16;

/// All rows that are remembered have about so many bits.
const REMEMBERED_BITS: usize = 1 << 27;

/// After each token the checker's rounded numbers may have lost this part of what is added and subtracted for a score, and more than that shows
/// its sign; the binary logarithm.
const VISIBLE: f64 = -59.0;

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
            ahead: None,
            large: Some(LARGE),
            length: None,
            nodes: Vec::new(),
            heap: BinaryHeap::new(),
            witnesses: Vec::new(),
            lower: 0,
            upper: 0,
            order: Order::Doubt,
            shared: 1,
            regions: Vec::new(),
            recent: BTreeMap::new(),
            arrivals: VecDeque::new(),
            history: History::default(),
            recorded: VecDeque::new(),
        };
        tree.add((0, 0, 0), &rows, &rows.as_slice().into());
        tree
    }

    /// Compares leaves state by state as soon as the tree has so many prefixes; otherwise it does when they are a few thousand, as the tables take
    /// a tenth of a second.
    pub fn comparing_from(self, prefixes: usize) -> Self {
        Self { large: Some(prefixes), ..self }
    }

    /// The tree is about inputs of so many tokens alone.
    pub fn at_length(self, length: Option<usize>) -> Self {
        Self { length, ..self }
    }

    /// The one length that the tree is about.
    pub fn length(&self) -> Option<usize> {
        self.length
    }

    /// Splits the most doubtful leaves until nothing is in doubt or there is a reason to stop. The observer is asked now and then whether
    /// to go on.
    pub fn grow(&mut self, limits: Limits, observe: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Ended {
        let k = self.functionals().tokens();
        let (rows_bytes, leaf_bytes) = (self.look.width() * size_of::<f64>() + 16, size_of::<Doubtful>());
        let node_bytes = size_of::<Node>()
            + size_of::<Option<u32>>()
            + 2 * self.functionals().contrasts() * size_of::<f64>()
            + 16;
        let prefixes = limits.prefixes.min(u32::MAX as usize);
        let mut steps = 0_usize;
        loop {
            let Some(leaf) = self.heap.pop() else { return self.at_its_end() };
            let progress = self.progress();
            let decided = !limits.decide || !self.witnesses.is_empty();
            let bytes = (self.heap.len() + k) * leaf_bytes
                + (self.nodes.len() + k) * node_bytes
                + (self.shared + 1) * rows_bytes;
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

    /// Grows the tree; on the way, where a first look has found neither an end nor different labels, it is tried once to close what is in doubt.
    /// Interrupted and gone on with, the tree becomes the same.
    pub fn explore(&mut self, limits: Limits, observe: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Ended {
        const FIRST: usize = 1000;
        if !self.history.steps.contains(&None) {
            let ended = self.grow(Limits { prefixes: limits.prefixes.min(FIRST), ..limits }, observe);
            let full = self.nodes.len() + self.functionals().tokens() > FIRST;
            if ended != Ended::Limit || !full || limits.prefixes <= FIRST {
                return ended;
            }
            self.try_to_close();
        }
        self.grow(limits, observe)
    }

    /// Closes what it can, as a step of the search.
    fn try_to_close(&mut self) {
        self.history.steps.push(None);
        self.close();
    }

    /// Tries to close what is in doubt with regions, the most doubtful leaves first, and gives up after a few failures; if no
    /// input has different labels.
    pub fn close(&mut self) -> Ended {
        const FAILURES: usize = 3;
        const FEWEST: usize = 100;
        let mut questions = 1500;
        if !self.witnesses.is_empty() || self.nodes.len() < FEWEST {
            return Ended::Limit; // not worth the effort
        }
        let mut leaves = std::mem::take(&mut self.heap).into_sorted_vec();
        let mut failures = 0;
        while let Some(leaf) = leaves.pop() {
            let node = leaf.node as usize;
            if failures < FAILURES
                && self.is_affordable(self.nodes[node].depth())
                && self.close_leaf(node, &mut questions)
            {
                self.shared -= usize::from(Rc::strong_count(&leaf.advanced) == 1);
            } else {
                failures += 1;
                self.heap.push(leaf);
            }
        }
        self.at_its_end()
    }

    /// Why nothing more is done: everything is settled, or what is not is too long to be looked at.
    fn at_its_end(&self) -> Ended {
        let settled = |node: &Node| node.children.is_some() || node.settled;
        if self.nodes.iter().all(settled) { Ended::Settled } else { Ended::Limit }
    }

    /// Closes a leaf with a region, if one is known or found.
    fn close_leaf(&mut self, node: usize, questions: &mut usize) -> bool {
        let rows = self.exact_rows(node);
        let regions = Regions::new(&self.look.functionals, self.look.units());
        let region = match regions.find(&self.regions, &rows) {
            Some(known) => known,
            None => {
                let base = self.regions.len();
                let Some(found) = regions.search(rows, base, questions) else { return false };
                self.regions.extend(found);
                base
            }
        };
        self.discount(node);
        let closed = &mut self.nodes[node];
        (closed.kind, closed.doubt, closed.settled) = (Kind::Region(region), 0.0, true);
        true
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
        self.history.steps.push(Some(leaf.node));
        if self.large.take_if(|large| self.nodes.len() >= *large).is_some() {
            self.ahead = Ahead::new(&self.look.functionals);
            self.reorder(self.order);
        }
        let rows = self.rows(&leaf);
        let node = &self.nodes[leaf.node as usize];
        let unsure =
            node.is_last() || !node.is_exact() && (node.unsure || self.look.looks_proportional(&rows));
        if unsure && self.is_affordable(node.depth()) {
            self.look_exactly(leaf);
            return;
        }
        let advanced: Rc<[f64]> = self.look.advance(&rows).into();
        if self.ahead.is_some() && !node.compared {
            self.compare_states(leaf, &advanced);
        } else {
            self.split(leaf, advanced);
        }
    }

    /// Compares the states of a leaf, and keeps what that says if it leaves less in doubt.
    fn compare_states(&mut self, leaf: Doubtful, advanced: &[f64]) {
        let index = leaf.node as usize;
        self.nodes[index].compared = true;
        if let Some(ahead) = &self.ahead {
            let node = &self.nodes[index];
            let compared = self.look.by_state(node.depth(), node.doubt, advanced, ahead);
            let (lower, upper) = self.at_the_length(node.depth(), &compared);
            let doubt = upper - lower;
            if doubt < WORTH * node.doubt {
                self.discount(index);
                let node = &mut self.nodes[index];
                (node.kind, node.doubt) = (Kind::ByState(compared), doubt);
                self.count(index);
            }
        }
        let priority = self.priority(index);
        self.heap.push(Doubtful { priority, ..leaf });
    }

    /// The rows of a leaf.
    fn rows(&self, leaf: &Doubtful) -> Vec<f64> {
        let node = &self.nodes[leaf.node as usize];
        if node.depth == 0 {
            return leaf.advanced.to_vec();
        }
        let mut rows = Vec::with_capacity(leaf.advanced.len());
        self.look.emit(node.token as usize, &leaf.advanced, &mut rows);
        rows
    }

    fn split(&mut self, leaf: Doubtful, advanced: Rc<[f64]>) {
        self.shared -= usize::from(Rc::strong_count(&leaf.advanced) == 1);
        self.discount(leaf.node as usize);
        let depth = self.nodes[leaf.node as usize].depth + 1;
        self.nodes[leaf.node as usize].children = NonZeroU32::new(self.nodes.len() as u32);
        let mut rows = Vec::with_capacity(advanced.len());
        for token in 0..self.functionals().tokens() {
            self.look.emit(token, &advanced, &mut rows);
            self.add((leaf.node, token as u32, depth), &rows, &advanced);
        }
        self.shared += usize::from(Rc::strong_count(&advanced) > 1);
    }

    fn add(&mut self, (parent, token, depth): (u32, u32, u32), rows: &[f64], advanced: &Rc<[f64]>) {
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
            compared: false,
            visible: false,
            size: 0.0,
            mass: (0.0, 0.0),
            doubt: 0.0,
        };
        node.know(found, false);
        self.nodes.push(node);
        let node = self.nodes.len() - 1;
        self.end(node, false);
        self.count(node);
        self.note_witness(node);
        if self.is_open(node) {
            let priority = self.priority(node);
            self.heap.push(Doubtful { priority, node: node as u32, advanced: Rc::clone(advanced) });
        }
    }

    /// Makes a leaf the end, if it is of the one length that counts: not what continues it is in doubt, but perhaps its own labels are.
    fn end(&mut self, node: usize, exact: bool) {
        let node = &mut self.nodes[node];
        if self.length == Some(node.depth()) && !node.settled {
            node.kind = Kind::Last { exact };
            node.settled = node.certain;
            node.doubt = if node.certain { 0.0 } else { node.mass.1 };
        }
    }

    /// What is known of a leaf whose states were compared, at the lengths that the tree is about.
    fn at_the_length(&self, depth: usize, compared: &Compared) -> Bounds {
        let near = self.length.is_some_and(|length| length < depth + self.tokens_ahead());
        if near { compared.near } else { compared.far }
    }

    /// Bounds of what a leaf contributes at the lengths that the tree is about, in units.
    fn contribution(&self, node: usize) -> (u128, u128) {
        let node = &self.nodes[node];
        match &node.kind {
            Kind::ByState(compared) => units(self.at_the_length(node.depth(), compared)),
            Kind::Last { .. } => self.itself(node, false),
            _ => node.contribution(),
        }
    }

    /// Counts what a leaf contributes.
    fn count(&mut self, node: usize) {
        let (lower, upper) = self.contribution(node);
        (self.lower, self.upper) = (self.lower + lower, self.upper + upper);
    }

    /// Takes back what a leaf contributes.
    fn discount(&mut self, node: usize) {
        let (lower, upper) = self.contribution(node);
        (self.lower, self.upper) = (self.lower - lower, self.upper - upper);
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
        let index = leaf.node as usize;
        let look = self.recorded.pop_front().unwrap_or_else(|| self.exact_look(index));
        self.discount(index);
        let node = &mut self.nodes[index];
        let witness = node.certain && node.differs();
        node.know(look.assessment(), true);
        if look.is_proportional() {
            (node.kind, node.doubt, node.settled) = (Kind::Proportional, 0.0, true);
        }
        self.end(index, true);
        self.history.looks.push(look);
        self.count(index);
        if !witness {
            self.note_witness(index);
        }
        if self.is_open(index) {
            let priority = self.priority(index);
            self.heap.push(Doubtful { priority, ..leaf });
        } else {
            self.shared -= usize::from(Rc::strong_count(&leaf.advanced) == 1);
        }
    }

    /// What an exact look at a node finds.
    fn exact_look(&mut self, index: usize) -> ExactLook {
        let rows = self.exact_rows(index);
        let found = self.look.exactly(self.nodes[index].depth(), &rows, &mut self.scratch);
        let proportional = found.doubt > 0.0 && self.look.functionals.are_proportional(&rows);
        self.remember(index, rows);
        ExactLook::new(&found, proportional)
    }

    /// The exact rows of a prefix, from those of the nearest one that is remembered.
    fn exact_rows(&self, node: usize) -> Rows {
        let (mut tokens, mut at) = (Vec::new(), node);
        let mut rows = loop {
            if let Some(rows) = self.recent.get(&at) {
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

    /// Keeps the exact rows of a node for those below it, as far as there is room.
    fn remember(&mut self, node: usize, rows: Rows) {
        let bits = self.functionals().step_scale().bits() as usize * (self.nodes[node].depth() + 1);
        let room = REMEMBERED_BITS / (bits * self.functionals().count() * self.functionals().states());
        if self.recent.insert(node, rows).is_none() {
            self.arrivals.push_back(node);
        }
        while self.arrivals.len() > room.max(8) {
            self.arrivals.pop_front().map(|oldest| self.recent.remove(&oldest));
        }
    }

    /// Whether a leaf is to be split: the empty prefix is no input, so where labels always differ one more token shows that.
    fn is_open(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        if node.is_last() {
            return !node.settled && !node.is_exact() && self.is_affordable(node.depth());
        }
        (!node.settled || node.depth() == 0 && node.differs()) && node.depth() < MAX_WORD
    }

    /// Whether exact numbers at this depth are short enough.
    fn is_affordable(&self, depth: usize) -> bool {
        self.functionals().step_scale().bits() * depth as u64 <= EXACT_BITS
    }

    fn priority(&self, node: usize) -> f64 {
        let node = &self.nodes[node];
        match self.order {
            Order::Doubt if self.ahead.is_some() && !node.compared => node.doubt * EAGER,
            Order::Doubt => node.doubt,
            Order::Mass => node.mass.1,
            Order::Depth => -f64::from(node.depth),
        }
    }

    fn reorder(&mut self, order: Order) {
        self.order = order;
        let leaves = std::mem::take(&mut self.heap).into_vec();
        let with_priority = |leaf: Doubtful| Doubtful { priority: self.priority(leaf.node as usize), ..leaf };
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

    /// The depth of the deepest leaf, where some look ahead from theirs, and 1 at least: the bracket of all leaves holds from this length on.
    pub fn from_length(&self) -> usize {
        self.nodes.iter().map(|node| node.depth() + self.reach(node)).max().unwrap_or(0).max(1)
    }

    /// From how many tokens more on a leaf has one bound for all that continues it.
    fn reach(&self, node: &Node) -> usize {
        if node.is_last() { 1 } else { node.by_state().map_or(0, |_| self.tokens_ahead()) }
    }

    /// How many tokens leaves look ahead whose states are compared.
    fn tokens_ahead(&self) -> usize {
        self.ahead.as_ref().map_or(0, Ahead::tokens_ahead)
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

/// In units of `2^-100`, rounded outward.
fn units(bounds: Bounds) -> (u128, u128) {
    (down(bounds.0), up(bounds.1))
}

/// In units of `2^-100`, rounded up.
fn up(value: f64) -> u128 {
    (value * UNIT).ceil() as u128
}

/// In units of `2^-100`, rounded down; 0 for what is negative.
fn down(value: f64) -> u128 {
    (value * UNIT) as u128
}
