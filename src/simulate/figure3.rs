//! Figure 3, the panel of vanilla models: accuracy against the number of hidden states.
//!
//! For each number of states and each seed a model of [Appendix D](crate::generate::appendix_d) is drawn with a task whose label can change, and
//!
//! | series | what | its accuracy |
//! |---|---|---|
//! | constructed, exact | the head of Theorem 3.3, where the theorem applies | 1 at every length, proved |
//! | constructed, `f64` | the same head, evaluated in `f64` on the model's output in `f64` | of a sample |
//! | learned head | [`learn`] without a prompt | certified by [`bound`](mod@crate::question::bound), and of a sample |
//! | learned prompt | [`learn`] with a prompt | the same |
//!
//! Runs are independent of one another: whatever the number of threads, and wherever a study was interrupted, the same plan gives the same runs.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use num_rational::BigRational;
use num_traits::{One, ToPrimitive};
use serde::{Deserialize, Serialize};

use super::statistics::contradicts;
use crate::{
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS},
        dataset::Dataset,
    },
    model::{Construction, Model, Task},
    oracle::Batch,
    question::bound::bound,
    search::Limits,
    theorem::{Verdict, theorem_3_3},
    tuning::{Effort, Examples, learn},
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
            prefixes: 200_000,
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

    /// Every run, by its number of states and its seed.
    pub fn runs(&self) -> Vec<(usize, u64)> {
        let seeds = || (0..self.seeds).map(|index| self.seed.wrapping_add(index));
        self.states.iter().flat_map(|&states| seeds().map(move |seed| (states, seed))).collect()
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

/// Does one run; `None` if it was stopped.
///
/// # Panics
/// If the plan has no inputs to test on or inputs of no token.
pub fn run(plan: &Plan, states: usize, seed: u64, stop: &AtomicBool) -> Option<Run> {
    let model = Family { states, tokens: TOKENS, redraw: true }.model(seed);
    let (hmm, task) = (model.hmm(), model.task()?);
    let batch = Batch::new(hmm);
    let examples = |inputs: usize, stream: Stream| {
        let drawn = Dataset::draw(hmm, task, inputs, plan.length, &mut Random::new(seed, stream));
        Examples::new(&batch, &drawn.expect("what is drawn is possible"))
    };
    let [training, validation, test] = plan.inputs;
    let training = examples(training, Stream::Training);
    let validation = examples(validation, Stream::Validation);
    let test = examples(test, Stream::Test);
    let found = theorem_3_3::decide(&model);
    let constructed = match (found.head, &found.verdict) {
        (Some(head), Some(Verdict::Proved(_))) => {
            Some(test.right(&batch, hmm, task, &Construction::from(head)))
        }
        _ => None,
    };
    let measured = |prompt: usize| {
        let effort = Effort { prompt, starts: plan.starts, steps: plan.steps };
        let mut random = Random::new(seed, Stream::Starts);
        let learned = learn(hmm, task, &training, &validation, effort, &mut random);
        let (lower, upper) = accuracy(plan, &model, task, &learned.construction, stop)?;
        Some(Measured { lower, upper, right: test.right(&batch, hmm, task, &learned.construction) })
    };
    Some(Run { states, seed, constructed, head: measured(0)?, prompt: measured(plan.prompt)? })
}

/// The certified accuracy on inputs of the plan's length; `None` if it was stopped.
fn accuracy(
    plan: &Plan,
    model: &Model,
    task: &Task,
    construction: &Construction,
    stop: &AtomicBool,
) -> Option<(f64, f64)> {
    let limits = Limits { prefixes: plan.prefixes, bytes: 1 << 30, target: plan.width, decide: false };
    let mut observe = |_| match stop.load(Ordering::Relaxed) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let found = bound(model, task, construction, limits, &mut observe);
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let Ok(found) = found.disagreement else { return Some((0.0, 1.0)) };
    let bracket = &found.brackets[plan.length.min(found.from_length()) - 1];
    let right = |wrong: &BigRational| (BigRational::one() - wrong).to_f64().unwrap_or(f64::NAN);
    Some((right(&bracket.upper).next_down().max(0.0), right(&bracket.lower).next_up().min(1.0)))
}

/// Does all runs of a plan that are not done yet, on some threads, and returns them with those that are, in the plan's order. Each one is shown
/// to `finished` at once. If it is stopped, some are missing.
pub fn run_all(
    plan: &Plan,
    done: Vec<Run>,
    threads: usize,
    stop: &AtomicBool,
    finished: &mut (dyn FnMut(&Run) + Send),
) -> Vec<Run> {
    let known =
        |&(states, seed): &(usize, u64)| done.iter().any(|run| (run.states, run.seed) == (states, seed));
    let open: Vec<_> = plan.runs().into_iter().filter(|run| !known(run)).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new((done.clone(), finished)));
    let work = || {
        while let Some(&(states, seed)) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = (!stop.load(Ordering::Relaxed)).then(|| run(plan, states, seed, stop)).flatten();
            let Some(run) = run else { return };
            let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            (found.1)(&run);
            found.0.push(run);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let (runs, _) = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let place = |states: usize, seed: u64| runs.iter().find(|run| (run.states, run.seed) == (states, seed));
    plan.runs().into_iter().filter_map(|(states, seed)| place(states, seed).cloned()).collect()
}
