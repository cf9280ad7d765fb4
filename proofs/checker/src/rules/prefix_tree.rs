//! A tree of prefixes, and how much of each prefix's probability can be that of a disagreement of two labels.
//!
//! A row vector `r` becomes `r_w = r M_w` at the prefix `w`, where `β(w·y) = M_w β(y)`, and `r_{w·z} = W[z,:] ⊙ (A r_w)`.
//! At a prefix the law `π0` gives the masses `m_j ≥ 0`, with `Pr(w·y) = Σ_j m_j β_j(y)`, and a score `v` the entries `v_j`,
//! with the value `Σ_j v_j β_j(y)`; over all `y` of one length the `β_j(y)` sum to 1 for each `j`. Scores are kept as differences
//! of nonnegative vectors, so that everything can be rounded outward: in the numbers of [`arithmetic`], or those of [`floating`].

mod arithmetic;
mod by_state;
mod floating;
mod regions;

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::labels::{Comparison, Labels, Scores};
use crate::{
    backward::{MAX_BITS, MAX_WORD, fits},
    certificate::{Leaf, Node, Tree},
    cleared::{below, clear, dot},
    failure::Rejection,
    model::Hmm,
    number::Dyadic,
    overlap::{Overlaps, upper_end},
};
use arithmetic::{Arithmetic, Doubt, End, Exact, Group, Vectors, View};
use by_state::ByState;
use floating::Floating;
use regions::regions_are_closed;

/// The most bits that the vectors of all prefixes of one node may have together.
const MAX_PATH_BITS: u64 = MAX_BITS << 11;

/// Whom a doubt belongs to.
#[derive(Clone, Copy)]
struct Place {
    /// The index in preorder.
    node: usize,
    /// The length of the inputs: of the prefix, or of its continuations where it looks ahead.
    length: usize,
    /// The doubt is that of inputs of this length alone, not of all longer ones, too.
    alone: bool,
}

/// A prefix on the way to the current node.
struct Level<N> {
    /// `A r` of its vectors.
    ahead: Vectors<N>,
    /// The same exactly, once a leaf has asked for it.
    exact: Option<Vectors<BigInt>>,
    /// How many of its children have been visited.
    visited: usize,
}

/// A tree that is one, the scores that are compared in it, and its depth.
pub(crate) struct PrefixTree<'a> {
    hmm: &'a Hmm,
    labels: Labels,
    /// How many scores the task has, and how many the head.
    rows: [usize; 2],
    tree: &'a Tree,
    exact: Exact<'a>,
    overlaps: Option<Overlaps>,
    /// The length from which on all leaves have one bound each: the depth of the deepest one, but for those that look ahead.
    pub from_length: usize,
}

impl<'a> PrefixTree<'a> {
    /// Fails unless the nodes are the preorder of a tree that is not too deep.
    pub fn new(hmm: &'a Hmm, scores: &Scores, tree: &'a Tree) -> Result<Self, Rejection> {
        let [deepest, from_length] = depths(hmm.tokens(), tree)?;
        let exact = Exact::new(hmm, scores);
        let rows = [scores.task.len(), scores.head.len()];
        regions_are_closed(hmm, scores.labels, rows[0], &tree.regions)?;
        let overlaps = tree.ahead.map(|ahead| overlaps(&exact, ahead)).transpose()?;
        let found = Self { hmm, labels: scores.labels, rows, tree, exact, overlaps, from_length };
        if tree.rounded {
            found.has_room(2 * u64::from(i128::BITS), deepest)?;
        } else {
            fits("nodes", hmm, deepest)?;
            found.has_room(found.exact.bits(deepest), deepest)?;
        }
        Ok(found)
    }

    /// Fails if vectors with entries of so many bits take too much room on a path.
    fn has_room(&self, bits: u64, depth: usize) -> Result<(), Rejection> {
        let entries = (2 * self.exact.width() as u64).saturating_mul(self.exact.states() as u64);
        let path = bits.saturating_mul(entries).saturating_mul(depth as u64);
        if path > MAX_PATH_BITS { Err(Rejection::TooLarge { field: "nodes" }) } else { Ok(()) }
    }

    /// Fails if a node leaves room for a disagreement of positive probability.
    pub fn without_doubt(&self) -> Result<(), Rejection> {
        if self.tree.rounded { self.settles(&Floating::new(&self.exact)?) } else { self.settles(&self.exact) }
    }

    fn settles<X: Arithmetic>(&self, arithmetic: &X) -> Result<(), Rejection> {
        self.walk(arithmetic, |place, doubt| {
            if doubt.upper.is_zero() { Ok(()) } else { Err(Rejection::InDoubt { node: place.node }) }
        })
    }

    /// The bounds for each length from 1 to [`Self::from_length`], and the denominator of both.
    pub fn lengths(
        &self,
        visit: impl FnMut(usize, Doubt<BigInt>, &BigInt) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        if self.tree.rounded {
            self.sums(&Floating::new(&self.exact)?, visit)
        } else {
            self.sums(&self.exact, visit)
        }
    }

    fn sums<X: Arithmetic>(
        &self,
        arithmetic: &X,
        mut visit: impl FnMut(usize, Doubt<BigInt>, &BigInt) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let mut leaves = vec![Doubt::none(); self.from_length + 1];
        let mut alone = leaves.clone();
        self.walk(arithmetic, |place, doubt| {
            let sums = if place.alone { &mut alone } else { &mut leaves };
            sums[place.length].add(doubt);
            Ok(())
        })?;
        let (mut scale, step) = (arithmetic.scale(), arithmetic.step());
        let mut leaves = leaves.into_iter().map(Doubt::widened);
        let mut sum = leaves.next().unwrap_or_else(Doubt::none);
        for ((length, own), alone) in (1..).zip(leaves).zip(alone.into_iter().skip(1)) {
            scale *= &step;
            sum = Doubt { lower: sum.lower * &step, upper: sum.upper * &step };
            sum.add(own);
            let mut total = alone.widened();
            total.add(sum.clone());
            visit(length, total, &scale)?;
        }
        Ok(())
    }

    /// The doubt of every leaf, and of every prefix of its own length that is split or looks ahead.
    ///
    /// # Soundness
    /// The ends of all vectors are those of their true values by induction over the depth: no vector and no matrix has a
    /// negative entry, lower ends are rounded down, and upper ends have room for all that was lost. See [`Self::settled`] for leaves with labels. On a
    /// proportional leaf the scores of the head are a positive multiple of those of the task on every continuation, or all of
    /// them are zero, so that the labels agree. A prefix itself has `β(()) = 1`, its scores are the sums of the entries.
    /// Lemma: `prefix_tree_sound`.
    fn walk<X: Arithmetic>(
        &self,
        arithmetic: &X,
        mut visit: impl FnMut(Place, Doubt<X::Number>) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let mut path: Vec<Level<X::Entry>> = Vec::new();
        for (node, kind) in self.tree.nodes.iter().enumerate() {
            let depth = path.len();
            let vectors = match path.last_mut() {
                None => arithmetic.root(),
                Some(level) => {
                    level.visited += 1;
                    arithmetic.emit(level.visited - 1, &level.ahead)
                }
            };
            let place = Place { node, length: depth, alone: matches!(kind, Node::Split) };
            match kind {
                Node::Split => {
                    path.push(Level { ahead: arithmetic.advance(&vectors), exact: None, visited: 0 });
                    if depth > 0 {
                        visit(place, self.itself(&arithmetic.at_once(depth, &vectors)))?;
                    }
                    continue;
                }
                Node::ByState(faint) => self.by_state(arithmetic, place, *faint, &vectors, &mut visit)?,
                _ => visit(place, self.leaf(arithmetic, node, kind, &vectors, &mut path)?)?,
            }
            while path.last().is_some_and(|level| level.visited == self.hmm.tokens()) {
                path.pop();
            }
        }
        Ok(())
    }

    /// The doubts of a leaf that looks ahead: of the prefix alone, of its continuations by fewer tokens than it looks at, and of the others.
    fn by_state<X: Arithmetic>(
        &self,
        arithmetic: &X,
        place: Place,
        faint: u32,
        vectors: &Vectors<X::Entry>,
        visit: &mut impl FnMut(Place, Doubt<X::Number>) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let ahead = arithmetic.advance(vectors);
        let view = arithmetic.in_words(place.length + 1, &ahead).zip(self.overlaps.as_ref());
        let Some((view, overlaps)) = view else { return Err(Rejection::Ahead { node: place.node }) };
        let mut visit = |length, alone, Doubt { lower, upper }: Doubt<i128>| {
            visit(
                Place { node: place.node, length, alone },
                Doubt { lower: lower.into(), upper: upper.into() },
            )
        };
        if place.length > 0 {
            visit(place.length, true, self.itself(&view))?;
        }
        let [near, far] = ByState::new(self, overlaps, &view).doubts(&view, faint);
        let reach = place.length + overlaps.ahead();
        for length in place.length + 1..reach {
            visit(length, true, near.clone())?;
        }
        visit(reach, false, far)
    }

    /// The doubt of a leaf that does not look ahead.
    fn leaf<X: Arithmetic>(
        &self,
        arithmetic: &X,
        node: usize,
        kind: &Node,
        vectors: &Vectors<X::Entry>,
        path: &mut [Level<X::Entry>],
    ) -> Result<Doubt<X::Number>, Rejection> {
        let view = || arithmetic.by_state(path.len(), vectors);
        match kind {
            Node::Split | Node::ByState(_) | Node::Open => {
                Ok(Doubt { lower: X::Number::zero(), upper: mass(&view(), End::Upper) })
            }
            Node::Settled(leaf) => self.settled(arithmetic, node, &view(), leaf),
            Node::Exact(_) | Node::Proportional | Node::Region(_) => {
                let doubt = match arithmetic.exact(vectors) {
                    Some(exact) => self.exactly(node, kind, exact)?,
                    None => self.exactly(node, kind, &self.along(path)?)?,
                };
                Ok(arithmetic.rounded(doubt, &self.exact, path.len()))
            }
        }
    }

    /// The doubt of a leaf that asks for exact numbers.
    fn exactly(
        &self,
        node: usize,
        kind: &Node,
        vectors: &Vectors<BigInt>,
    ) -> Result<Doubt<BigInt>, Rejection> {
        match kind {
            Node::Exact(leaf) => self.settled(&self.exact, node, &self.exact.by_state(0, vectors), leaf),
            Node::Region(region) => self.within(node, *region, vectors),
            _ => self.proportional(node, vectors),
        }
    }

    /// The exact vectors at the end of a path.
    fn along<N>(&self, path: &mut [Level<N>]) -> Result<Vectors<BigInt>, Rejection> {
        fits("nodes", self.hmm, path.len())?;
        self.has_room(self.exact.bits(path.len()), path.len())?;
        let mut vectors = self.exact.root();
        let known = path.iter().take_while(|level| level.exact.is_some()).count();
        for level in path.iter_mut().skip(known.saturating_sub(1)) {
            let ahead = level.exact.take().unwrap_or_else(|| self.exact.advance(&vectors));
            vectors = self.exact.emit(level.visited - 1, &ahead);
            level.exact = Some(ahead);
        }
        Ok(vectors)
    }

    /// The ends of one kind of a score at a state.
    fn score<N: Signed + Clone>(
        &self,
        view: &View<'_, N>,
        group: Group,
        row: usize,
        state: usize,
        end: End,
    ) -> N {
        let positive = self.positive(group, row);
        let part = |end, index| view.row(end, index)[state].clone();
        part(end, positive) - part(end.other(), positive + 1)
    }

    /// The lower ends of the row of a comparison, state by state.
    fn least<N: Signed + Clone>(&self, view: &View<'_, N>, group: Group, comparison: &Comparison) -> Vec<N> {
        let least = |state| {
            let at = |row, end| self.score(view, group, row, state, end);
            comparison.least(|row| at(row, End::Lower), |row| at(row, End::Upper))
        };
        (0..self.exact.states()).map(least).collect()
    }

    /// The index of the positive part of a score; its negative part is the next vector.
    fn positive(&self, group: Group, row: usize) -> usize {
        match group {
            Group::Task => 1 + 2 * row,
            Group::Head => 1 + 2 * (self.rows[0] + row),
        }
    }

    /// All scores of the task, or of the head, state by state.
    fn scores<'v>(&'v self, vectors: &'v Vectors<BigInt>, group: Group) -> impl Iterator<Item = BigInt> + 'v {
        let positives = (0..self.rows[group as usize]).map(move |row| self.positive(group, row));
        positives.flat_map(|index| {
            let parts = vectors.row(index).iter().zip(vectors.row(index + 1));
            parts.map(|(positive, negative)| positive - negative)
        })
    }

    /// The prefix alone.
    fn itself<N: Signed + Ord + Clone>(&self, view: &View<'_, N>) -> Doubt<N> {
        let labels = [Group::Task, Group::Head].map(|group| {
            let sum = |row, end| {
                let states = 0..self.exact.states();
                states.fold(N::zero(), |sum, state| sum + self.score(view, group, row, state, end))
            };
            let sums = |end| (0..self.rows[group as usize]).map(|row| sum(row, end)).collect::<Vec<_>>();
            self.labels.certain(&sums(End::Lower), &sums(End::Upper))
        });
        let all = mass(view, End::Upper);
        match labels {
            [Some(task), Some(head)] if task == head => Doubt::none(),
            [Some(_), Some(_)] => Doubt { lower: mass(view, End::Lower), upper: all },
            _ => Doubt { lower: N::zero(), upper: all },
        }
    }

    /// A leaf with nominal labels.
    ///
    /// # Soundness
    /// A label is right where it wins all its comparisons, so the mass where one of the two is wrong is at most the sum of the
    /// bounds of [`Self::flip`], and that of the prefix. Elsewhere the labels are the nominal ones, which agree or do not.
    fn settled<X: Arithmetic>(
        &self,
        arithmetic: &X,
        node: usize,
        view: &View<'_, X::Number>,
        leaf: &Leaf,
    ) -> Result<Doubt<X::Number>, Rejection> {
        if leaf.task.max(leaf.head) >= self.labels.count() {
            return Err(Rejection::NodeLabel { node });
        }
        let expected = self.rows.iter().sum();
        if leaf.ratios.len() != expected {
            return Err(Rejection::Ratios { node, expected, found: leaf.ratios.len() });
        }
        let all = mass(view, End::Upper);
        let mut doubt = X::Number::zero();
        let mut ratios = leaf.ratios.iter();
        for (group, label) in [(Group::Task, leaf.task), (Group::Head, leaf.head)] {
            for (comparison, ratio) in self.labels.comparisons(label).zip(&mut ratios) {
                doubt = doubt + self.flip(arithmetic, view, group, &comparison, *ratio, &all);
                doubt = doubt.min(all.clone());
            }
        }
        Ok(if leaf.task == leaf.head {
            Doubt { lower: X::Number::zero(), upper: doubt }
        } else {
            let least = mass(view, End::Lower) - doubt;
            Doubt { lower: least.max(X::Number::zero()), upper: all }
        })
    }

    /// A bound on the probability that a label loses a comparison, or this most.
    ///
    /// # Soundness
    /// Let `v` be the difference of scores that the label needs, and `Y_j` the sum of `β_j(y)` over the continuations `y` of one
    /// length on which the comparison is lost: `0 ≤ Y_j ≤ 1`. There `Σ_j v_j β_j(y) ≤ 0`, so `Σ_j v_j Y_j ≤ 0`, and for each `r ≥ 0`
    /// their probability `Σ_j m_j Y_j` is at most `Σ_j (m_j − r v_j) Y_j ≤ Σ_j max(0, m_j − r v_j)`; also with upper ends of
    /// the `m_j` and lower ends of the `v_j`. If no `v_j` is negative, a comparison that wins ties is never lost. If all are positive,
    /// one that loses ties is lost only where all `β_j` vanish, which is impossible.
    /// Lemma: `flip_sound`.
    fn flip<X: Arithmetic>(
        &self,
        arithmetic: &X,
        view: &View<'_, X::Number>,
        group: Group,
        comparison: &Comparison,
        ratio: Dyadic,
        most: &X::Number,
    ) -> X::Number {
        let values = self.least(view, group, comparison);
        if values.iter().all(|value| comparison.won(value)) {
            return X::Number::zero();
        }
        let masses = view.row(End::Upper, 0).iter().zip(&view.exponents);
        masses.zip(&values).fold(X::Number::zero(), |sum, ((mass, exponents), value)| {
            (sum + arithmetic.excess(group, exponents[group as usize], mass, ratio, value)).min(most.clone())
        })
    }

    /// A leaf whose scores of both kinds satisfy the facts of a region.
    ///
    /// # Soundness
    /// By [`regions_are_closed`] task and head have the label of the region that the tokens of a continuation lead to, whatever the continuation.
    /// Lemma: `region_sound`.
    fn within(
        &self,
        node: usize,
        region: usize,
        vectors: &Vectors<BigInt>,
    ) -> Result<Doubt<BigInt>, Rejection> {
        below("region", region, self.tree.regions.len())?;
        let masses = vectors.row(0);
        for group in [Group::Task, Group::Head] {
            let [mass_unit, score_unit] = [self.exact.scale(), self.exact.score_unit(group)];
            let mut entries: Vec<BigInt> = masses.iter().map(|mass| mass * &score_unit).collect();
            entries.extend(self.scores(vectors, group).map(|score| score * &mass_unit));
            let facts = &self.tree.regions[region].facts;
            let fails = |fact: &Vec<_>| dot(&clear(fact.iter()).numerators, &entries).is_negative();
            if let Some(fact) = facts.iter().position(fails) {
                return Err(Rejection::OutsideRegion { node, fact });
            }
        }
        Ok(Doubt::none())
    }

    /// A leaf on which the exact scores of the head are one positive multiple of those of the task.
    fn proportional(&self, node: usize, vectors: &Vectors<BigInt>) -> Result<Doubt<BigInt>, Rejection> {
        let pairs = || self.scores(vectors, Group::Task).zip(self.scores(vectors, Group::Head));
        let holds = match pairs().find(|(s, _)| !s.is_zero()) {
            None => pairs().all(|(_, g)| g.is_zero()),
            Some((s0, g0)) => s0.sign() == g0.sign() && pairs().all(|(s, g)| g * &s0 == s * &g0),
        };
        if holds { Ok(Doubt::none()) } else { Err(Rejection::NotProportional { node }) }
    }
}

/// The tables of a model.
fn overlaps(exact: &Exact, ahead: usize) -> Result<Overlaps, Rejection> {
    if ahead == 0 {
        return Err(Rejection::NoEvidence { field: "ahead" });
    }
    let [transition, emission] = exact.matrices(upper_end);
    Overlaps::new(&transition, &emission, exact.states(), ahead)
}

/// The depth of the deepest node of a preorder, where a split has as many children as there are tokens; and the same, 1 at least, where some
/// leaves look ahead.
fn depths(tokens: usize, Tree { nodes, ahead, .. }: &Tree) -> Result<[usize; 2], Rejection> {
    let (mut deepest, mut farthest) = (0, 1);
    let mut missing: Vec<usize> = Vec::new(); // children, of each prefix of the next node
    let mut complete = false;
    for (node, kind) in nodes.iter().enumerate() {
        if complete {
            return Err(Rejection::Preorder { node });
        }
        deepest = deepest.max(missing.len());
        if deepest > MAX_WORD {
            return Err(Rejection::LongWord { field: "nodes", found: deepest, limit: MAX_WORD });
        }
        let further = if matches!(kind, Node::ByState(_)) { ahead.unwrap_or(0) } else { 0 };
        farthest = farthest.max(missing.len().saturating_add(further));
        if let Some(children) = missing.last_mut() {
            *children -= 1;
        }
        if matches!(kind, Node::Split) {
            missing.push(tokens);
        } else {
            while missing.last() == Some(&0) {
                missing.pop();
            }
        }
        complete = missing.is_empty();
    }
    if complete { Ok([deepest, farthest]) } else { Err(Rejection::Preorder { node: nodes.len() }) }
}

/// `Pr(w)`: the sum of the first vector.
fn mass<N: Signed + Clone>(view: &View<'_, N>, end: End) -> N {
    view.row(end, 0).iter().fold(N::zero(), |sum, mass| sum + mass.clone())
}
