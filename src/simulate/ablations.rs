//! What the released code does that the paper does not say (theory, section 11), each change by itself.
//!
//! | ablation | what is compared | how |
//! |---|---|---|
//! | inputs cut off | the head sees the first tokens of each input, its labels are those of the whole input | of a sample: the task's own label of the cut input, and a learned head |
//! | prompts | learned prompts of several lengths, 0 for a head alone | certified at every length of inputs, and of a sample |
//! | start law | the posterior of `H_0` as `transmat @ P[H_1\|x]`, which is Bayes' rule for uniform laws, against Bayes | of a sample in `f64`, for start laws of several temperatures |
//! | tasks | the first task drawn, against the first whose label can change | certified, and of a sample |
//!
//! `transmat @ P[H_1|x]` is `Aᵀ (π_1 ⊙ W_{x_1} ⊙ β(x_2 …))` up to scale, where Bayes has `π0 ⊙ Aᵀ (W_{x_1} ⊙ β(x_2 …))`.

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::{
    figure3::{Measured, Plan},
    study::Study,
    subject::Subject,
};
use crate::{
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS, is_one_sided},
        dataset::{Dataset, sample},
    },
    model::{Model, Token},
    number::Scalar,
    oracle::Batch,
    tuning::Examples,
};

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AblationPlan {
    /// Lengths to which inputs are cut.
    pub cuts: Vec<usize>,
    /// Lengths of prompts; 0 for a head alone.
    pub prompts: Vec<usize>,
    /// Temperatures of start laws; 10 in the paper.
    pub temperatures: Vec<f64>,
    /// Models, inputs, and how to learn; its prompt does not count.
    pub common: Plan,
}

impl AblationPlan {
    /// Cut to 79 and 59 tokens, prompts of 1 and 20.
    pub fn of(common: Plan) -> Self {
        Self { cuts: vec![79, 59], prompts: vec![0, 1, 20], temperatures: vec![10.0, 1.0, 0.1], common }
    }

    /// In full.
    pub fn full() -> Self {
        Self::of(Plan::full())
    }

    /// A first look.
    pub fn quick() -> Self {
        Self::of(Plan { states: vec![4, 10], seeds: 2, ..Plan::quick() })
    }
}

/// What came out of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AblationRun {
    /// The number of states.
    pub states: usize,
    /// The seed.
    pub seed: u64,
    /// For each cut.
    pub cuts: Vec<Cut>,
    /// For each length of prompts.
    pub prompts: Vec<Measured>,
    /// For each temperature.
    pub starts: Vec<Start>,
    /// Whether the label of the first task drawn could not change.
    pub one_sided: bool,
    /// A learned head for the first task drawn.
    pub not_redrawn: Measured,
}

/// Inputs that are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// For how many of the test inputs the task's label of what is left is that of the whole input.
    pub same_label: usize,
    /// How many labels of whole inputs a head has that was learned on what is left.
    pub right: usize,
}

/// Two posteriors for one start law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// For how many of the test inputs the task's label is the same.
    pub same_label: usize,
    /// The mean distance (total variation) of the two posteriors.
    pub distance: f64,
}

impl Study for AblationPlan {
    type Case = (usize, u64);
    type Run = AblationRun;

    fn cases(&self) -> Vec<(usize, u64)> {
        self.common.cases()
    }

    fn case(run: &AblationRun) -> (usize, u64) {
        (run.states, run.seed)
    }

    /// # Panics
    /// If the plan has no inputs to test on or inputs of no token.
    fn run(&self, (states, seed): (usize, u64), stop: &AtomicBool) -> Option<AblationRun> {
        let plan = &self.common;
        let family = Family { states, tokens: TOKENS, redraw: true };
        let model = family.model(seed);
        let subject = Subject::draw(plan, &model, seed)?;
        let prompts: Option<Vec<_>> =
            self.prompts.iter().map(|&length| subject.measure(plan, length, stop)).collect();
        let first = Family { redraw: false, ..family }.model(seed);
        let one_sided = first.task().is_some_and(is_one_sided);
        let not_redrawn = match first.task() == model.task() {
            true => prompts
                .as_ref()?
                .iter()
                .zip(&self.prompts)
                .find(|(_, length)| **length == 0)
                .map(|(found, _)| *found),
            false => None,
        };
        let not_redrawn = match not_redrawn {
            Some(found) => found,
            None => Subject::draw(plan, &first, seed)?.measure(plan, 0, stop)?,
        };
        let temperatures = self.temperatures.iter();
        Some(AblationRun {
            states,
            seed,
            cuts: self.cuts.iter().map(|&length| cut(plan, &subject, length)).collect(),
            prompts: prompts?,
            starts: temperatures.map(|&t| start(plan, &family.with_start(seed, t), seed)).collect(),
            one_sided,
            not_redrawn,
        })
    }
}

/// Learns on inputs that are cut to a length.
fn cut(plan: &Plan, subject: &Subject<'_>, length: usize) -> Cut {
    let shortened = |data: &Dataset| -> Vec<Vec<Token>> {
        data.words.iter().map(|word| word[..length.min(word.len())].to_vec()).collect()
    };
    let words = subject.data.each_ref().map(shortened);
    let backward = words.each_ref().map(|words| subject.batch.backward(words));
    let own = subject.batch.labels(subject.hmm(), subject.task, &words[2], &backward[2]);
    let own = own.expect("a prefix of a possible input is possible");
    let same =
        own.iter().zip(&subject.data[2].labels).filter(|(cut, whole)| cut.label == whole.label).count();
    let mut labels = subject.examples.each_ref().map(|examples| examples.labels.clone()).into_iter();
    let examples = backward.map(|backward| Examples { backward, labels: labels.next().unwrap_or_default() });
    let learned = subject.learn(plan, 0, &examples);
    let right = examples[2].right(&subject.batch, subject.hmm(), subject.task, &learned.construction);
    Cut { same_label: same, right }
}

/// Compares the two posteriors of `H_0`.
fn start(plan: &Plan, model: &Model, seed: u64) -> Start {
    let (hmm, tests) = (model.hmm(), plan.inputs[2]);
    let words = sample(hmm, tests, plan.length, &mut Random::new(seed, Stream::Test));
    let posteriors = posteriors_of_h0(model, &words);
    let Some(task) = model.task() else { return Start { same_label: 0, distance: 0.0 } };
    let rows: Vec<_> = task.scores().iter().map(|row| f64::common_scale(row).0).collect();
    let label = |posterior: &Vec<f64>| {
        let score = |row: &Vec<f64>| row.iter().zip(posterior).map(|(m, p)| m * p).sum::<f64>();
        task.label(&rows.iter().map(score).collect::<Vec<_>>())
    };
    let distance = |[bayes, released]: &[Vec<f64>; 2]| {
        bayes.iter().zip(released).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0
    };
    Start {
        same_label: posteriors.iter().filter(|[bayes, released]| label(bayes) == label(released)).count(),
        distance: posteriors.iter().map(distance).sum::<f64>() / tests.max(1) as f64,
    }
}

/// For each word `P[H_0 | x]` by Bayes' rule, and as the released code computes it; in `f64`.
///
/// # Panics
/// If the words have several lengths, none, or a token that is not of the vocabulary.
pub fn posteriors_of_h0(model: &Model, words: &[Vec<Token>]) -> Vec<[Vec<f64>; 2]> {
    let (hmm, batch) = (model.hmm(), Batch::new(model.hmm()));
    let initial = f64::common_scale(hmm.initial()).0;
    let tails: Vec<Vec<Token>> = words.iter().map(|word| word[1..].to_vec()).collect();
    let (backward, transition) = (batch.backward(&tails), batch.transition());
    let n = batch.states();
    let transposed = |vector: &[f64]| -> Vec<f64> {
        let entry = |state: usize| transition.column(state).zip(vector).map(|(a, v)| a * v).sum();
        (0..n).map(entry).collect()
    };
    let both = |(index, word): (usize, &Vec<Token>)| {
        let row = batch.emission().row(word[0].0);
        let seen: Vec<f64> = row.iter().zip(backward.values.row(index)).map(|(w, b)| w * b).collect();
        let weighted: Vec<f64> = seen.iter().zip(batch.first_law()).map(|(s, p)| s * p).collect();
        let bayes = transposed(&seen).iter().zip(&initial).map(|(s, p)| s * p).collect();
        [normalised(bayes), normalised(transposed(&weighted))]
    };
    words.iter().enumerate().map(both).collect()
}

fn normalised(mut values: Vec<f64>) -> Vec<f64> {
    let total: f64 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= total);
    values
}
