//! Figure 3, the panel of models with memory: an attention head where the model has a memory, a linear head on a vanilla model with as many states.
//!
//! For each number of values `m` and each seed a [model with memory](crate::generate::memory) and a vanilla one of `4m` states are drawn, with tasks whose
//! labels can change, and
//!
//! | series | what | its accuracy |
//! |---|---|---|
//! | constructed, exact | the attention head of Theorem 4.3, where the theorem is proved and every input is in its scope | 1, proved |
//! | constructed, `f64` | the same head: argmax and value of floats | of a sample |
//! | learned attention | [`learn_attention`] | of a sample, each label exact; the exact probability of errors at small lengths |
//! | vanilla | a learned linear head on the vanilla model | certified, and of a sample |
//!
//! No bracket is known for attention heads on all inputs of one length, so their accuracy is that of a sample and the tables say so.

use std::sync::atomic::{AtomicBool, Ordering};

use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use serde::{Deserialize, Serialize};

use super::{
    figure3::{Measured, Plan},
    study::Study,
    subject::Subject,
};
use crate::{
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS},
        dataset::Dataset,
        memory::{MemoryFamily, STATES},
    },
    hypothesis::RecoverableSet,
    model::{AttentionHead, MemoryModel, MemoryTask, Token},
    oracle::{MemoryBatch, MemoryExact},
    question::scope::coverage_within,
    theorem::{Verdict, theorem_4_3},
    tuning::{
        Effort,
        attention::{AttentionExamples, Labeller, learn_attention},
    },
};

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryPlan {
    /// Numbers of values.
    pub values: Vec<usize>,
    /// Errors are enumerated up to this length.
    pub short: usize,
    /// Seeds, inputs, and how to learn; the numbers of states do not count.
    pub common: Plan,
}

impl MemoryPlan {
    /// What the paper did. One start and half the steps of the vanilla panel: each step looks at all positions.
    pub fn full() -> Self {
        Self::of(vec![2, 3, 5, 7], 3, Plan { starts: 1, steps: 100, ..Plan::full() })
    }

    /// A first look.
    pub fn quick() -> Self {
        Self::of(vec![2, 3], 2, Plan { seeds: 2, ..Plan::quick() })
    }

    /// With the states of the vanilla models.
    pub fn of(values: Vec<usize>, short: usize, common: Plan) -> Self {
        let states = values.iter().map(|values| values * STATES).collect();
        Self { values, short, common: Plan { states, ..common } }
    }
}

/// What came out of one number of values and one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryRun {
    /// The number of values.
    pub values: usize,
    /// The seed.
    pub seed: u64,
    /// Whether Assumption 4.2 holds.
    pub recoverable: bool,
    /// Whether Theorem 4.3 is proved and every input of the plan's length is in its scope.
    pub constructed_exactly: bool,
    /// Theorem 4.3's head, where the theorem is proved: how many of the test inputs it gets right in `f64`.
    pub constructed: Option<usize>,
    /// The learned attention head.
    pub attention: Sampled,
    /// The learned linear head on the vanilla model.
    pub vanilla: Measured,
}

/// The accuracy of a head whose labels are exact and whose inputs are a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampled {
    /// How many of the test inputs are right.
    pub right: usize,
    /// For how many of them floats did not know the head's label.
    pub looked_at: usize,
    /// The probability of an error at the lengths 1, 2, …, exact but for the last digit.
    pub short: Vec<f64>,
}

impl Study for MemoryPlan {
    type Case = (usize, u64);
    type Run = MemoryRun;

    fn cases(&self) -> Vec<(usize, u64)> {
        let seeds = || (0..self.common.seeds).map(|index| self.common.seed.wrapping_add(index));
        self.values.iter().flat_map(|&values| seeds().map(move |seed| (values, seed))).collect()
    }

    fn case(run: &MemoryRun) -> (usize, u64) {
        (run.values, run.seed)
    }

    /// # Panics
    /// If the plan has no inputs to test on or inputs of no token.
    fn run(&self, (values, seed): (usize, u64), stop: &AtomicBool) -> Option<MemoryRun> {
        let model = MemoryFamily { redraw: true, ..MemoryFamily::new(values) }.model(seed);
        let vanilla = Family { states: values * STATES, tokens: TOKENS, redraw: true }.model(seed);
        let vanilla = Subject::draw(&self.common, &vanilla, seed)?.measure(&self.common, 0, stop)?;
        let task = model.task()?;
        let batch = MemoryBatch::new(model.memory()).ok()?;
        let examples = |inputs: usize, stream: Stream| {
            let random = &mut Random::new(seed, stream);
            let drawn = Dataset::draw_memory(model.memory(), task, inputs, self.common.length, random);
            AttentionExamples::new(&batch, drawn.expect("what is drawn is possible"))
        };
        let [training, validation, test] = self.common.inputs;
        let training = examples(training, Stream::Training);
        let validation = examples(validation, Stream::Validation);
        let test = examples(test, Stream::Test);
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let found = theorem_4_3::decide(&model);
        let proved = matches!(found.verdict, Some(Verdict::Proved(_)));
        let set = found.assumption_4_2.as_ref();
        let constructed = found.head.filter(|_| proved);
        let right = |head: &AttentionHead| Labeller::new(model.memory(), &task.task, head).estimate(&test);
        let effort = Effort { prompt: 0, starts: self.common.starts, steps: self.common.steps };
        let mut random = Random::new(seed, Stream::Starts);
        let learned = learn_attention(model.memory(), task, &training, &validation, effort, &mut random);
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let (hits, looked_at) = Labeller::new(model.memory(), &task.task, &learned.head).right(&test);
        Some(MemoryRun {
            values,
            seed,
            recoverable: set.is_some_and(|set| set.decision.holds() == Some(true)),
            constructed_exactly: proved && set.is_some_and(|set| self.covers_all(&model, task, set)),
            constructed: constructed.as_ref().map(right),
            attention: Sampled {
                right: hits,
                looked_at,
                short: self.short_errors(&model, task, &learned.head),
            },
            vanilla,
        })
    }
}

/// Coverages that take more products than this are not computed.
const PRODUCTS: usize = 1 << 22;

impl MemoryPlan {
    /// Whether every input of the plan's length is in the scope of the theorem.
    fn covers_all(&self, model: &MemoryModel, task: &MemoryTask, set: &RecoverableSet) -> bool {
        let coverage = coverage_within(model, task, set, self.common.length, PRODUCTS);
        coverage.is_ok_and(|found| found.last().is_some_and(One::is_one))
    }

    /// The probability of a wrong label at each small length.
    fn short_errors(&self, model: &MemoryModel, task: &MemoryTask, head: &AttentionHead) -> Vec<f64> {
        short_errors(model, task, head, self.short)
            .iter()
            .map(|error| error.to_f64().unwrap_or(f64::NAN))
            .collect()
    }
}

/// The probability that an attention head has another label than the task, for the lengths 1, 2, …, up to `longest`: all words are enumerated.
///
/// # Panics
/// If the model has too many states to be computed with, or head or task are of another model.
pub fn short_errors(
    model: &MemoryModel,
    task: &MemoryTask,
    head: &AttentionHead,
    longest: usize,
) -> Vec<BigRational> {
    let memory = model.memory();
    let exact = MemoryExact::new(memory).expect("few enough states");
    let labeller = Labeller::new(memory, &task.task, head);
    let mut words: Vec<Vec<Token>> = vec![Vec::new()];
    let mut errors = Vec::with_capacity(longest);
    for _ in 0..longest {
        let longer = |word: &Vec<Token>| {
            let word = word.clone();
            (0..memory.tokens()).map(move |token| [&word[..], &[Token(token)]].concat())
        };
        words = words.iter().flat_map(longer).collect();
        let error = |word: &Vec<Token>| {
            let tokens: Vec<_> = word.iter().copied().map(Some).collect();
            let Ok(scores) = exact.scores(task.cell, &task.task, &tokens) else { return BigRational::zero() };
            if task.task.label(&scores) == labeller.exactly(&exact, word) {
                return BigRational::zero();
            }
            exact.probability(&tokens).unwrap_or_default()
        };
        errors.push(words.iter().map(error).sum());
    }
    errors
}
