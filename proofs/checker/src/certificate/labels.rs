//! Evidence about labels: where a head agrees with the task, where it does not, and that no head can.

use serde::{Deserialize, Serialize};

use super::Aperiodicity;
use crate::number::{Dyadic, Rational};

/// A linear head, and the prompt in front of the input, if there is one. With the prompt `u_1, …, u_l` the head looks at
/// position `l + 1` of `(u_1, …, u_l, blank, x)`, without one at position 1 of `(blank, x)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Construction {
    /// One row `b` for a binary task, else a row for each class; each has an entry for each token.
    pub head: Vec<Vec<Rational>>,
    /// At least one embedding `u`, each with an entry in [0, 1] for each state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Vec<Vec<Rational>>>,
}

/// A finite tree of prefixes; every input either is a node or continues a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// Whether leaves that do not ask for exact numbers are checked in floating-point numbers, rounded outward; absent: no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rounded: bool,
    /// How many tokens `by-state` leaves look ahead; absent if there is no such leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<usize>,
    /// In preorder from the empty prefix; after a `split` its children for tokens 0, 1, … follow.
    pub nodes: Vec<Node>,
    /// What `region` leaves refer to; absent if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
}

/// Rows of which a few linear facts are known: enough to know the label, and the same of all continuations.
///
/// A fact is a row of numbers that belong to the masses, and then to each score in turn, one for each state; its product with the masses and the
/// scores of a prefix is not negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The label of every prefix here.
    pub label: usize,
    /// First those of the comparisons that the label has to win, then others.
    pub facts: Vec<Vec<Rational>>,
    /// For each token, where a prefix is after it.
    pub next: Vec<Next>,
}

/// The region that one more token leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// Its index.
    pub region: usize,
    /// For each of its facts, facts of this region by index with the weights, none negative, that it follows with.
    pub weights: Vec<Vec<(usize, Rational)>>,
}

/// One prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// One more token of every kind follows.
    Split,
    /// A leaf whose whole mass is in doubt.
    Open,
    /// A leaf on which the scores of the head are one positive multiple of those of the task, exactly.
    Proportional,
    /// A leaf with nominal labels and bounds on the mass where they change.
    Settled(Leaf),
    /// The same, computed exactly even if `rounded`.
    Exact(Leaf),
    /// A leaf whose continuations have the labels of the state that emits their first token, but for what the tokens to come cannot tell apart;
    /// states with less of the mass than a part of two to the power of minus this are not looked at.
    ByState(u32),
    /// A leaf on which the exact scores of the task and those of the head satisfy the facts of this region.
    Region(usize),
}

/// The nominal labels of a leaf, and what bounds the mass of the continuations that have other labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// The task's label: 0 or 1 for a binary task, else a class.
    pub task: usize,
    /// The head's label.
    pub head: usize,
    /// The `r ≥ 0` of each comparison: first those of the task, then those of the head. A binary task has one comparison
    /// each, `c` classes have `c − 1`, with the other classes in ascending order. A ratio is one of probability to score, where
    /// the scores of the task (or of the head) are integers over their least common denominator, divided by the least power of two
    /// above all their absolute values.
    pub ratios: Vec<Dyadic>,
}

/// The head has the task's label on every possible input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelsAgree {
    /// The head.
    pub construction: Construction,
    /// Without doubt or disagreement anywhere.
    pub tree: Tree,
}

/// Bounds on the probability that the head's label is not the task's, for every length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// The head.
    pub construction: Construction,
    /// The depth of the tree, where `by-state` leaves look ahead from theirs; 1 at least.
    pub from_length: usize,
    /// For each length from `from_length` on.
    pub bracket: Bracket,
    /// For the lengths 1, 2, …, `from_length − 1`.
    pub shorter: Vec<Bracket>,
    /// What the bounds follow from.
    pub tree: Tree,
}

/// `lower ≤ p ≤ upper`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// Not negative.
    pub lower: Rational,
    /// At least `lower`.
    pub upper: Rational,
}

/// A possible input on which the head's label is not the task's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongLabel {
    /// The head.
    pub construction: Construction,
    /// The input.
    pub tokens: Vec<usize>,
    /// The task's label.
    pub task: usize,
    /// The head's label.
    pub head: usize,
}

/// No linear head has the labels of these inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoLinearHead {
    /// The weighted comparisons, whose sum contradicts itself.
    pub terms: Vec<Term>,
}

/// A comparison that a head has to win: on `tokens` its score for `label` against that for `rival`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// A possible input.
    pub tokens: Vec<usize>,
    /// The task's label.
    pub label: usize,
    /// Another label.
    pub rival: usize,
    /// Positive.
    pub weight: Rational,
}

/// Contradictions that share the inputs of one length: every linear head is wrong on an input of each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedContradictions {
    /// The length of all inputs here.
    pub length: usize,
    /// The probability that every linear head errs with at least, on inputs of this length.
    pub lower: Rational,
    /// Each with its share of the probability of its inputs.
    pub contradictions: Vec<PackedContradiction>,
}

/// A contradiction and its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedContradiction {
    /// Positive; the shares of the contradictions that an input is in add up to its probability at most.
    pub share: Rational,
    /// As in [`NoLinearHead`].
    pub terms: Vec<Term>,
}

/// Contradictions of prefixes that share the masses of these: every linear head is wrong on an input of each of them, whatever continues
/// the prefixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastingContradictions {
    /// The length of all prefixes here.
    pub length: usize,
    /// The probability that every linear head errs with at least, on inputs of this length or any greater one.
    pub lower: Rational,
    /// Each with its share of the masses of its prefixes.
    pub contradictions: Vec<LastingContradiction>,
}

/// A contradiction of prefixes and its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastingContradiction {
    /// For each state, none negative; the shares of the contradictions that a prefix is in add up to its mass at most.
    pub shares: Vec<Rational>,
    /// As in [`NoLinearHead`], with prefixes for inputs: the label is that of all possible inputs that continue one, and the weights are those of
    /// the rows that a head compares, before they are normalised.
    pub terms: Vec<Term>,
}

/// Assumption 3.2 with every step of the evidence, and every entry of `π0`, at least the radius.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErgodicRadius {
    /// Positive.
    pub radius: Rational,
    /// Assumption 3.2.
    pub ergodic: Aperiodicity,
}
