//! A vanilla model with inputs to learn from, to choose with and to test on: what every study of learned heads starts with.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
};

use num_rational::BigRational;
use num_traits::{One, ToPrimitive};

use super::figure3::{Measured, Plan};
use crate::{
    generate::{Random, Stream, dataset::Dataset},
    model::{Construction, Hmm, Model, Task},
    oracle::Batch,
    question::bound::Search,
    search::Limits,
    tuning::{Effort, Examples, Learned, learn},
};

/// A model and its inputs.
pub(super) struct Subject<'m> {
    pub model: &'m Model,
    pub task: &'m Task,
    pub batch: Batch,
    pub seed: u64,
    /// To learn from, to choose with, to test on.
    pub data: [Dataset; 3],
    pub examples: [Examples; 3],
}

impl<'m> Subject<'m> {
    /// `None` for a model without a task.
    ///
    /// # Panics
    /// If inputs have no token.
    pub(super) fn draw(plan: &Plan, model: &'m Model, seed: u64) -> Option<Self> {
        let (hmm, task) = (model.hmm(), model.task()?);
        let batch = Batch::new(hmm);
        let draw = |inputs: usize, stream: Stream| {
            let drawn = Dataset::draw(hmm, task, inputs, plan.length, &mut Random::new(seed, stream));
            drawn.expect("what is drawn is possible")
        };
        let [training, validation, test] = plan.inputs;
        let data = [
            draw(training, Stream::Training),
            draw(validation, Stream::Validation),
            draw(test, Stream::Test),
        ];
        let examples = data.each_ref().map(|data| Examples::new(&batch, data));
        Some(Self { model, task, batch, seed, data, examples })
    }

    pub(super) fn hmm(&self) -> &Hmm {
        self.model.hmm()
    }

    /// Learns a head, behind a prompt of this length, from some examples.
    pub(super) fn learn(&self, plan: &Plan, prompt: usize, examples: &[Examples; 3]) -> Learned {
        let effort = Effort { prompt, starts: plan.starts, steps: plan.steps };
        let mut random = Random::new(self.seed, Stream::Starts);
        let [training, validation, _] = examples;
        learn(self.hmm(), self.task, training, validation, effort, &mut random)
    }

    /// How many of the test inputs are right.
    pub(super) fn right(&self, construction: &Construction) -> usize {
        self.examples[2].right(&self.batch, self.hmm(), self.task, construction)
    }

    /// Learns a head behind a prompt of this length, and certifies it; `None` if that was stopped.
    pub(super) fn measure(&self, plan: &Plan, prompt: usize, stop: &AtomicBool) -> Option<Measured> {
        let learned = self.learn(plan, prompt, &self.examples);
        let (lower, upper) = self.accuracy(plan, &learned.construction, stop)?;
        Some(Measured { lower, upper, right: self.right(&learned.construction) })
    }

    /// The certified accuracy on inputs of the plan's length; `None` if it was stopped.
    fn accuracy(&self, plan: &Plan, construction: &Construction, stop: &AtomicBool) -> Option<(f64, f64)> {
        let limits = Limits { prefixes: plan.prefixes, bytes: 1 << 30, target: plan.width, decide: false };
        let mut observe = |_| match stop.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let mut search = Search::new(self.model, self.task, construction).at_length(plan.length);
        search.run(limits, &mut observe);
        let found = search.finish().0;
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let Ok(found) = found.disagreement else { return Some((0.0, 1.0)) };
        let bracket = found.at_length(plan.length);
        let right = |wrong: &BigRational| (BigRational::one() - wrong).to_f64().unwrap_or(f64::NAN);
        Some((right(&bracket.upper).next_down().max(0.0), right(&bracket.lower).next_up().min(1.0)))
    }
}
