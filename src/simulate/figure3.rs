//! Figure 3, the panel of vanilla models: accuracy against the number of hidden states.
//!
//! For each number of states and each seed a model of [Appendix D](crate::generate::appendix_d) is drawn with a task whose label can change, and
//!
//! | series | what | its accuracy |
//! |---|---|---|
//! | constructed, exact | the head of Theorem 3.3, where the theorem applies | 1 at every length, proved |
//! | constructed, `f64` | the same head, evaluated in `f64` on the model's output in `f64` | of a sample |
//! | learned head | [`learn`](crate::tuning::learn) without a prompt | certified by [`bound`](mod@crate::question::bound), and of a sample |
//! | learned prompt | `learn` with a prompt | the same |
//!
//! The other panel is [`memory`](super::memory).

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::{statistics::contradicts, study::Study, subject::Subject};
use crate::{
    generate::appendix_d::{Family, TOKENS},
    model::Construction,
    theorem::{Verdict, theorem_3_3},
};

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Numbers of states.
    pub states: Vec<usize>,
    /// The first seed.
    pub seed: u64,
    /// How many seeds.
    pub seeds: u64,
    /// Inputs to learn from, to choose with, and to test on.
    pub inputs: [usize; 3],
    /// Tokens in each.
    pub length: usize,
    /// Tokens of the learned prompt.
    pub prompt: usize,
    /// Prompts to start from.
    pub starts: usize,
    /// Steps of descent for each.
    pub steps: usize,
    /// Brackets of this width are narrow enough.
    pub width: f64,
    /// At most this many prefixes for each.
    pub prefixes: usize,
}

impl Plan {
    /// What the paper did, with brackets of width `1e-4`.
    pub fn full() -> Self {
        Self {
            states: vec![4, 8, 10, 15, 25, 30],
            seed: 0,
            seeds: 20,
            inputs: [5000, 500, 1000],
            length: 128,
            prompt: 20,
            starts: 3,
            steps: 200,
            width: 1e-4,
            prefixes: 2_000_000,
        }
    }

    /// A first look.
    pub fn quick() -> Self {
        Self {
            states: vec![4, 10, 30],
            seeds: 3,
            inputs: [1000, 200, 1000],
            starts: 1,
            steps: 60,
            width: 1e-3,
            prefixes: 50_000,
            ..Self::full()
        }
    }
}

/// What came out of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The number of states.
    pub states: usize,
    /// The seed.
    pub seed: u64,
    /// Theorem 3.3's head, where the theorem is proved: how many of the test inputs it gets right in `f64`. Exactly, it gets all right.
    pub constructed: Option<usize>,
    /// The learned head.
    pub head: Measured,
    /// The learned prompt with its head.
    pub prompt: Measured,
}

/// The accuracy of something learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Certified: on inputs of the plan's length it is at least this …
    pub lower: f64,
    /// … and at most this.
    pub upper: f64,
    /// How many of the test inputs are right.
    pub right: usize,
}

impl Measured {
    /// The middle of the bracket.
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.lower, self.upper)
    }

    /// Whether the sample lies outside the bracket by four standard deviations.
    pub fn is_contradicted(&self, tests: usize) -> bool {
        contradicts((self.lower, self.upper), self.right, tests)
    }
}

impl Study for Plan {
    type Case = (usize, u64);
    type Run = Run;

    fn cases(&self) -> Vec<(usize, u64)> {
        let seeds = || (0..self.seeds).map(|index| self.seed.wrapping_add(index));
        self.states.iter().flat_map(|&states| seeds().map(move |seed| (states, seed))).collect()
    }

    fn case(run: &Run) -> (usize, u64) {
        (run.states, run.seed)
    }

    /// # Panics
    /// If the plan has no inputs to test on or inputs of no token.
    fn run(&self, (states, seed): (usize, u64), stop: &AtomicBool) -> Option<Run> {
        let model = Family { states, tokens: TOKENS, redraw: true }.model(seed);
        let subject = Subject::draw(self, &model, seed)?;
        let found = theorem_3_3::decide(&model);
        let constructed = match (found.head, &found.verdict) {
            (Some(head), Some(Verdict::Proved(_))) => Some(subject.right(&Construction::from(head))),
            _ => None,
        };
        let head = subject.measure(self, 0, stop)?;
        Some(Run { states, seed, constructed, head, prompt: subject.measure(self, self.prompt, stop)? })
    }
}
