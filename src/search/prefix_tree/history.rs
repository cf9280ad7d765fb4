//! A search as it is written down, to go on with it later.
//!
//! The order in which nodes were worked on leads to the same tree again, floats included. Exact looks take long, so what they found is kept. Nothing is
//! believed: the checker computes every leaf of the tree that comes out.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Functionals, PrefixTree, look::Assessment};

/// What a search did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The nodes that were worked on, in order; `null` where it was tried to close leaves with regions.
    pub steps: Vec<Option<u32>>,
    /// What was found where numbers were exact, in order.
    pub looks: Vec<ExactLook>,
}

/// What an exact look at a prefix found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExactLook {
    proportional: bool,
    labels: (usize, usize),
    certain: bool,
    /// The bits of floats: margin, both bounds of the mass, doubt, ratios.
    numbers: Vec<u64>,
}

impl ExactLook {
    pub(super) fn new(found: &Assessment, proportional: bool) -> Self {
        let numbers = [found.margin, found.mass.0, found.mass.1, found.doubt];
        Self {
            proportional,
            labels: found.labels,
            certain: found.certain,
            numbers: numbers.iter().chain(&found.ratios).map(|number| number.to_bits()).collect(),
        }
    }

    /// Whether the scores of the head are a positive multiple of those of the task.
    pub(super) fn is_proportional(&self) -> bool {
        self.proportional
    }

    pub(super) fn assessment(&self) -> Assessment {
        let number = |at: usize| f64::from_bits(self.numbers[at]);
        Assessment {
            labels: self.labels,
            certain: self.certain,
            margin: number(0),
            size: number(0),
            mass: (number(1), number(2)),
            doubt: number(3),
            ratios: self.numbers[4..].iter().map(|&bits| f64::from_bits(bits)).collect(),
            blurred: false,
        }
    }

    /// Whether it can be one of a search with these functionals.
    fn fits(&self, functionals: &Functionals) -> bool {
        let within = |bits: &u64, most: f64| (0.0..=most).contains(&f64::from_bits(*bits));
        let labels = functionals.comparisons().labels();
        self.labels.0.max(self.labels.1) < labels
            && self.numbers.len() == 4 + 2 * functionals.contrasts()
            && !f64::from_bits(self.numbers[0]).is_nan()
            && self.numbers[1..4].iter().all(|bits| within(bits, 2.0))
            && self.numbers[4..].iter().all(|bits| within(bits, f64::MAX))
    }
}

impl PrefixTree {
    /// What the search did so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The search that did this, about inputs of one length if one is given.
    ///
    /// # Errors
    /// The index of the first step that no search does after those before it, or, for a look that cannot be one, the number of steps.
    pub fn resumed(functionals: Functionals, length: Option<usize>, history: History) -> Result<Self, usize> {
        let end = history.steps.len();
        if !history.looks.iter().all(|look| look.fits(&functionals)) {
            return Err(end);
        }
        let mut tree = Self::new(functionals).at_length(length);
        tree.recorded = VecDeque::from(history.looks);
        let mut waiting = BTreeMap::new();
        for (index, step) in history.steps.into_iter().enumerate() {
            waiting.extend(tree.heap.drain().map(|leaf| (leaf.node, leaf)));
            match step {
                Some(node) => tree.work_on(waiting.remove(&node).ok_or(index)?),
                None => {
                    tree.heap = std::mem::take(&mut waiting).into_values().collect();
                    tree.try_to_close();
                }
            }
        }
        tree.heap.extend(waiting.into_values());
        tree.reorder(tree.order); // to compare may have begun in between
        if tree.recorded.is_empty() { Ok(tree) } else { Err(end) }
    }
}
