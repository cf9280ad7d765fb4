//! What the walk along a tree of prefixes asks of the numbers that it computes with, and exact numbers.

use std::{borrow::Cow, ops::Range};

use num_bigint::BigInt;
use num_traits::{One, Signed};

use crate::{cleared::dot, model::Hmm, number::Dyadic, rules::labels::Scores};

/// Whose scores.
#[derive(Clone, Copy)]
pub(super) enum Group {
    Task,
    Head,
}

/// Which end of what is known of a number.
#[derive(Clone, Copy)]
pub(super) enum End {
    Lower,
    Upper,
}

impl End {
    pub fn other(self) -> Self {
        match self {
            Self::Lower => Self::Upper,
            Self::Upper => Self::Lower,
        }
    }
}

/// The vectors of one prefix `w`: `π0 M_w`, then the positive and the negative part of each score, those of the task first.
/// No entry is negative.
#[derive(Clone)]
pub(super) struct Vectors<N> {
    states: usize,
    /// One vector after the other.
    entries: Vec<N>,
}

impl<N> Vectors<N> {
    pub fn new(states: usize, entries: Vec<N>) -> Self {
        Self { states, entries }
    }

    /// The entries of all vectors, one vector after the other.
    pub fn all(&self) -> &[N] {
        &self.entries
    }

    /// The vector with this index.
    pub fn row(&self, index: usize) -> &[N] {
        &self.entries[index * self.states..][..self.states]
    }

    /// The indices of the parts of the scores of a group; both have as many.
    pub fn parts(&self, group: Group) -> Range<usize> {
        let half = self.entries.len() / self.states / 2;
        match group {
            Group::Task => 1..1 + half,
            Group::Head => 1 + half..1 + 2 * half,
        }
    }

    /// What becomes of each vector, which is appended to a list.
    pub fn each(&self, append: impl Fn(&[N], &mut Vec<N>)) -> Self {
        let mut images = Vec::with_capacity(self.entries.len());
        self.entries.chunks_exact(self.states).for_each(|row| append(row, &mut images));
        Self { states: self.states, entries: images }
    }
}

/// Vectors whose entries can be subtracted, each between two ends, or known exactly: the entries of the scores of a group at a state
/// are over the unit of the scores times `2^exponent`.
pub(super) struct View<'v, N: Clone> {
    pub lower: Cow<'v, Vectors<N>>,
    pub upper: Cow<'v, Vectors<N>>,
    /// For each state those of both groups.
    pub exponents: Vec<[i64; 2]>,
}

impl<N: Clone> View<'_, N> {
    /// The vector with this index between its ends of one kind.
    pub fn row(&self, end: End, index: usize) -> &[N] {
        match end {
            End::Lower => self.lower.row(index),
            End::Upper => self.upper.row(index),
        }
    }
}

/// Bounds on the probability of a disagreement, in the unit of masses.
#[derive(Clone)]
pub(crate) struct Doubt<N> {
    pub lower: N,
    pub upper: N,
}

impl<N: Signed> Doubt<N> {
    pub fn none() -> Self {
        Self { lower: N::zero(), upper: N::zero() }
    }

    pub fn add(&mut self, other: Self) {
        self.lower = std::mem::replace(&mut self.lower, N::zero()) + other.lower;
        self.upper = std::mem::replace(&mut self.upper, N::zero()) + other.upper;
    }

    /// In integers of any size.
    pub fn widened(self) -> Doubt<BigInt>
    where
        N: Into<BigInt>,
    {
        Doubt { lower: self.lower.into(), upper: self.upper.into() }
    }
}

/// The entries of vectors, and integers that stand for them. The *unit* of masses is what 1 stands for in the first vector, those of the
/// two groups of scores are the same for the other vectors. All may depend on the depth.
pub(super) trait Arithmetic {
    type Entry;
    type Number: Signed + Ord + Clone + From<i128> + Into<BigInt>;

    /// The vectors of the empty prefix.
    fn root(&self) -> Vectors<Self::Entry>;

    /// `A r` for each vector.
    fn advance(&self, vectors: &Vectors<Self::Entry>) -> Vectors<Self::Entry>;

    /// `W[token,:] ⊙ r` for each vector.
    fn emit(&self, token: usize, vectors: &Vectors<Self::Entry>) -> Vectors<Self::Entry>;

    /// The vectors at a depth as integers, rounded outward, with an exponent for each state.
    fn by_state<'v>(&self, depth: usize, vectors: &'v Vectors<Self::Entry>) -> View<'v, Self::Number>;

    /// The same with one exponent for all states, so that scores can be added.
    fn at_once<'v>(&self, depth: usize, vectors: &'v Vectors<Self::Entry>) -> View<'v, Self::Number>;

    /// The same, if the numbers are those of the machine and their unit does not depend on the depth.
    fn in_words<'v>(&self, depth: usize, vectors: &'v Vectors<Self::Entry>) -> Option<View<'v, i128>>;

    /// `max(0, mass − ratio · score · 2^exponent)` or more, where the ratio is that of a [`Leaf`](crate::certificate::Leaf).
    fn excess(
        &self,
        group: Group,
        exponent: i64,
        mass: &Self::Number,
        ratio: Dyadic,
        score: &Self::Number,
    ) -> Self::Number;

    /// How many units of masses are 1 at depth 0.
    fn scale(&self) -> BigInt;

    /// And how many times more at each depth than at that before.
    fn step(&self) -> BigInt;

    /// The vectors, if they are exact.
    fn exact<'v>(&self, vectors: &'v Vectors<Self::Entry>) -> Option<&'v Vectors<BigInt>>;

    /// A doubt in the unit of [`Exact`] at a depth, rounded outward.
    fn rounded(&self, doubt: Doubt<BigInt>, exact: &Exact, depth: usize) -> Doubt<Self::Number>;
}

/// Binary digits of masses beyond the denominator of `π0`, so that nothing noticeable is lost where the product of a ratio and a score
/// is rounded.
const GUARD: u32 = 128;

/// Exact numbers: integers over the denominators of the model.
pub(super) struct Exact<'a> {
    hmm: &'a Hmm,
    /// `π0` over its denominator times `2^GUARD`, then the parts of the scores, each kind over its least common denominator.
    root: Vec<BigInt>,
    /// For task and head the least `e` such that all scores are below `2^e` in absolute value.
    magnitudes: [u64; 2],
}

impl<'a> Exact<'a> {
    pub fn new(hmm: &'a Hmm, scores: &Scores) -> Self {
        let mut root: Vec<BigInt> = hmm.initial.iter().map(|mass| mass << GUARD).collect();
        for row in scores.task.iter().chain(&scores.head) {
            root.extend(row.iter().map(|score| score.max(&BigInt::ZERO).clone()));
            root.extend(row.iter().map(|score| (-score).max(BigInt::ZERO)));
        }
        let magnitudes = [&scores.task, &scores.head]
            .map(|rows| rows.iter().flatten().map(BigInt::bits).max().unwrap_or(0));
        Self { hmm, root, magnitudes }
    }

    /// `n`, the number of states.
    pub fn states(&self) -> usize {
        self.hmm.states()
    }

    /// `A` and `W`: of each entry what this makes of it and its denominator.
    pub fn matrices<N>(&self, entry: impl Fn(&BigInt, &BigInt) -> N) -> [Vec<N>; 2] {
        let Hmm { transition, transition_scale, emission, emission_scale, .. } = self.hmm;
        let all = |matrix: &[Vec<BigInt>], scale| matrix.iter().flatten().map(|a| entry(a, scale)).collect();
        [all(transition, transition_scale), all(emission, emission_scale)]
    }

    /// The entries of the root vectors with their denominators; those of scores are powers of two above them.
    pub fn fractions(&self) -> impl Iterator<Item = (&BigInt, BigInt)> {
        let n = self.states();
        let (masses, parts) = self.root.split_at(n);
        let half = parts.len() / 2;
        let one = |group: usize| BigInt::one() << self.magnitudes[group];
        let of_masses = masses.iter().map(|mass| (mass, self.scale()));
        of_masses.chain(parts.iter().enumerate().map(move |(at, part)| (part, one(usize::from(at >= half)))))
    }

    /// What the scores of a group are over, times what [`Arithmetic::step`] makes of it.
    pub fn score_unit(&self, group: Group) -> BigInt {
        BigInt::one() << self.magnitudes[group as usize]
    }

    /// The bits of the largest entry at a depth, at most.
    pub fn bits(&self, depth: usize) -> u64 {
        let root = self.root.iter().map(BigInt::bits).max().unwrap_or(0);
        let step = self.hmm.transition_scale.bits() + self.hmm.emission_scale.bits();
        step.saturating_mul(depth as u64).saturating_add(root)
    }

    /// How many vectors there are.
    pub fn width(&self) -> usize {
        self.root.len() / self.states()
    }
}

impl Arithmetic for Exact<'_> {
    type Entry = BigInt;
    type Number = BigInt;

    fn root(&self) -> Vectors<BigInt> {
        Vectors::new(self.states(), self.root.clone())
    }

    fn advance(&self, vectors: &Vectors<BigInt>) -> Vectors<BigInt> {
        vectors.each(|r, ahead| ahead.extend(self.hmm.transition.iter().map(|row| dot(row, r))))
    }

    fn emit(&self, token: usize, vectors: &Vectors<BigInt>) -> Vectors<BigInt> {
        vectors.each(|r, next| next.extend(self.hmm.emission[token].iter().zip(r).map(|(w, x)| w * x)))
    }

    fn by_state<'v>(&self, _: usize, vectors: &'v Vectors<BigInt>) -> View<'v, BigInt> {
        let exponents = vec![[0; 2]; self.states()];
        View { lower: Cow::Borrowed(vectors), upper: Cow::Borrowed(vectors), exponents }
    }

    fn at_once<'v>(&self, depth: usize, vectors: &'v Vectors<BigInt>) -> View<'v, BigInt> {
        self.by_state(depth, vectors)
    }

    fn in_words<'v>(&self, _: usize, _: &'v Vectors<BigInt>) -> Option<View<'v, i128>> {
        None
    }

    /// `ratio · score` is rounded down to a whole number of units, also where it is negative. The unit of masses is
    /// `1 / scale`, that of scores `2^-magnitude`, both over `step^depth`.
    fn excess(&self, group: Group, _: i64, mass: &BigInt, ratio: Dyadic, score: &BigInt) -> BigInt {
        let product = score * ratio.mantissa() * &self.hmm.initial_scale;
        let up = i64::from(ratio.exponent()) + i64::from(GUARD);
        let down = self.magnitudes[group as usize];
        let product = if up >= 0 {
            product << up.unsigned_abs() >> down
        } else {
            product >> (down + up.unsigned_abs())
        };
        (mass - product).max(BigInt::ZERO)
    }

    fn scale(&self) -> BigInt {
        &self.hmm.initial_scale << GUARD
    }

    fn step(&self) -> BigInt {
        &self.hmm.transition_scale * &self.hmm.emission_scale
    }

    fn exact<'v>(&self, vectors: &'v Vectors<BigInt>) -> Option<&'v Vectors<BigInt>> {
        Some(vectors)
    }

    fn rounded(&self, doubt: Doubt<BigInt>, _: &Exact, _: usize) -> Doubt<BigInt> {
        doubt
    }
}
