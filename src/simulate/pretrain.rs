//! A small masked language model that is really pretrained, beside the exact one.
//!
//! A [transformer encoder](network) learns to predict masked tokens of words that a hidden Markov model emits ([`training`]). Its `Ĝ` is near the
//! exact `G`, and what becomes of heads then is measured on the same inputs:
//!
//! | | exact `G` | learned `Ĝ` |
//! |---|---|---|
//! | *given* heads: of Theorem 3.3, of least norm, learned on `G` | right there; safe by theory B6; what is predicted at this error | right with the same `b` |
//! | *tuned* heads, alone and behind a soft prompt | learned on `G`, the prompt in `[0, 1]ⁿ` | learned on `Ĝ`, the prompt in the network's own space |
//!
//! The error is that at the first position of `(∅, x)`, which heads look at. Of each test input it is known, so B6 says which labels are safe:
//! `|b·G_1| > ‖b‖₁ max|Ĝ_1 − G_1|`, or `|b·G_1| > (max b − min b)` times the distance in total variation. A safe label that is wrong on `Ĝ` would contradict
//! the theory ([`PretrainRun::contradicts`]). Predictions for random and worst errors of the mean distance are those of [`noise`](super::noise).
//!
//! The same plan gives the same run on one kind of processor; `candle` computes in `f32` and promises no more.

pub mod network;
pub mod prompt;
pub mod training;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::{
    network::{Masked, Network, Sizes},
    prompt::{Blanked, PromptTuning, tuned, tuned_prompt},
    training::{Stage, Training, train},
};
use super::{
    figure3::Plan,
    noise::{HeadNoise, Inputs, Level, NoisyHead, heads},
    subject::Subject,
};
use crate::{
    generate::{Random, Stream},
    linear::Matrix,
    model::{LinearHead, Model, Token},
    number::Scalar,
    oracle::Float,
};

/// Far above what rounding does to an entry of an output: a label that no more than this keeps from being wrong is not called safe.
const ROUNDING: f64 = 1e-9;

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PretrainPlan {
    /// Of each vector in the network.
    pub width: usize,
    /// Attention heads of each layer.
    pub heads: usize,
    /// Layers.
    pub layers: usize,
    /// How to train the network.
    pub training: Training,
    /// How to learn prompts in its space.
    pub prompt: PromptTuning,
    /// Inputs, the length of prompts, and how to learn on the exact model; its states, number of seeds and brackets do not count.
    pub common: Plan,
}

impl PretrainPlan {
    /// Two layers of width 64.
    pub fn full() -> Self {
        Self {
            width: 64,
            heads: 4,
            layers: 2,
            training: Training { steps: 4000, words: 32, rate: 2e-3 },
            prompt: PromptTuning { passes: 10, batch: 50, rate: 1e-2 },
            common: Plan { inputs: [2000, 500, 1000], length: 64, ..Plan::full() },
        }
    }

    /// A first look: narrower, shorter, less long.
    pub fn quick() -> Self {
        Self {
            width: 32,
            training: Training { steps: 1000, words: 32, rate: 4e-3 },
            prompt: PromptTuning { passes: 3, ..Self::full().prompt },
            common: Plan { inputs: [500, 200, 1000], length: 24, prompt: 5, ..Plan::quick() },
            ..Self::full()
        }
    }
}

/// Why nothing can be run.
#[derive(Debug, Error)]
pub enum PretrainError {
    /// No task.
    #[error("the model has no task, so there is no label that a head could have")]
    NoTask,
    /// Three classes or more.
    #[error("the task has {found} classes, expected a binary task or one of two classes")]
    SeveralClasses {
        /// How many.
        found: usize,
    },
    /// The attention heads do not divide the width.
    #[error(
        "the width of the network is {width}, expected a multiple of {heads}, the number of its attention heads"
    )]
    Width {
        /// The width.
        width: usize,
        /// How many heads.
        heads: usize,
    },
    /// `candle` refused something.
    #[error("the network: {0}")]
    Network(#[from] candle_core::Error),
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PretrainRun {
    /// The model's name.
    pub model: String,
    /// `n`
    pub states: usize,
    /// `k`
    pub tokens: usize,
    /// How many numbers the network learned.
    pub parameters: usize,
    /// Whether training was ended before the plan's last step.
    pub ended_early: bool,
    /// The loss on the way.
    pub course: Vec<Stage>,
    /// Of the first token, given the others.
    pub entropy: Entropy,
    /// Distances in total variation of the network's output and the exact one, at the first position of `(∅, x)`.
    pub first: Distances,
    /// The same at a random position of `x`.
    pub inside: Distances,
    /// Heads that were not made for the network.
    pub given: Vec<GivenHead>,
    /// How many test inputs are right with a head that was learned on the outputs at hand,
    pub head: Pair,
    /// and with a head and a prompt.
    pub prompt: Pair,
}

/// In nats.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entropy {
    /// Of the token's law: the loss of a model that has seen nothing else.
    pub unigram: f64,
    /// Of the exact model's output, on average over test inputs: no model has less.
    pub exact: f64,
    /// The cross-entropy of the network's output under the exact one's.
    pub learned: f64,
}

/// Of distances, one for each test input.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distances {
    /// Their mean.
    pub mean: f64,
    /// A tenth, half and nine tenths are at most this.
    pub quantiles: [f64; 3],
    /// The largest.
    pub largest: f64,
}

/// The same thing on both models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// On the exact one.
    pub exact: usize,
    /// On the network.
    pub learned: usize,
}

/// One head `b` on the exact model and on the network. Counts are of test inputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenHead {
    /// Which.
    pub head: NoisyHead,
    /// `‖b‖₁`
    pub norm: f64,
    /// Right on each.
    pub right: Pair,
    /// Right on the exact model, and safe in the face of the network's largest error of an entry,
    pub safe: usize,
    /// or in that of its distance in total variation.
    pub safe_variation: usize,
    /// Safe in one way or the other, and wrong on the network all the same: 0 unless the theory is wrong.
    pub broken: usize,
    /// What is predicted for errors of the mean distance.
    pub predicted: Level,
}

impl PretrainRun {
    /// Whether a label that is safe did not survive.
    pub fn contradicts(&self) -> bool {
        self.given.iter().any(|head| head.broken > 0)
    }
}

/// Pretrains a network on words of a model and measures it. `observe` sees each step of training and can end it; what is learned by then is measured.
///
/// # Errors
/// [`PretrainError`]
///
/// # Panics
/// If the plan has no inputs or inputs of no token.
pub fn pretrain(
    model: &Model,
    plan: &PretrainPlan,
    observe: &mut dyn FnMut(Stage) -> ControlFlow<()>,
) -> Result<PretrainRun, PretrainError> {
    let (common, hmm, seed) = (&plan.common, model.hmm(), plan.common.seed);
    let subject = Subject::draw(common, model, seed).ok_or(PretrainError::NoTask)?;
    let contrasts = subject.task.contrasts().len();
    if contrasts != 1 {
        return Err(PretrainError::SeveralClasses { found: contrasts + 1 });
    }
    let &PretrainPlan { width, heads, layers, .. } = plan;
    if heads == 0 || !width.is_multiple_of(heads) {
        return Err(PretrainError::Width { width, heads });
    }
    let (tokens, positions) = (hmm.tokens(), common.length + 1);
    let sizes = Sizes { tokens, positions, width, heads, layers };
    let network = Network::new(sizes, &mut Random::new(seed, Stream::Network))?;
    let random = &mut Random::new(seed, Stream::Pretraining);
    let course = train(&network, hmm, plan.training, random, observe)?;

    let inputs = subject.data.each_ref().map(Blanked::new);
    let inputs = inputs.each_ref();
    let [training, validation, test] = inputs.map(|inputs| inputs.outputs(&network, None));
    let learned = [training?, validation?, test?];
    let first_law = subject.batch.first_law();
    let exact = subject.examples.each_ref().map(|seen| subject.batch.outputs(first_law, &seen.backward));
    let first = Distances::new(&exact[2], &learned[2]);
    let random = &mut Random::new(seed, Stream::Starts);
    let prompted =
        tuned_prompt(&network, subject.task, inputs, (common.prompt, plan.prompt), common.steps, random)?;
    let tuned = |outputs| tuned(subject.task, inputs, outputs, common.steps).right;
    Ok(PretrainRun {
        model: model.name().to_owned(),
        states: hmm.states(),
        tokens,
        parameters: network.count(),
        ended_early: course.last().is_none_or(|stage| stage.steps < plan.training.steps),
        course,
        entropy: entropy(&first_token(&subject), &exact[2], &learned[2]),
        inside: inside(&network, &subject)?,
        given: given(plan, &subject, &learned[2], first.mean),
        first,
        head: Pair { exact: tuned(&exact), learned: tuned(&learned) },
        prompt: Pair {
            exact: subject.right(&subject.learn(common, common.prompt, &subject.examples).construction),
            learned: prompted.right,
        },
    })
}

/// `W π_1`
fn first_token(subject: &Subject<'_>) -> Vec<f64> {
    let emission = subject.batch.emission();
    let entry = |token| emission.row(token).iter().zip(subject.batch.first_law()).map(|(w, p)| w * p).sum();
    (0..emission.rows()).map(entry).collect()
}

fn entropy(unigram: &[f64], exact: &Matrix<f64>, learned: &Matrix<f64>) -> Entropy {
    let cross = |p: &[f64], q: &[f64]| -> f64 {
        let terms = p.iter().zip(q).filter(|(p, _)| **p > 0.0);
        -terms.map(|(p, q)| p * libm::log(q.max(f64::MIN_POSITIVE))).sum::<f64>()
    };
    let mean = |other: &Matrix<f64>| {
        let rows = exact.rows();
        (0..rows).map(|word| cross(exact.row(word), other.row(word))).sum::<f64>() / rows as f64
    };
    Entropy { unigram: cross(unigram, unigram), exact: mean(exact), learned: mean(learned) }
}

impl Distances {
    fn new(exact: &Matrix<f64>, learned: &Matrix<f64>) -> Self {
        let mut found: Vec<f64> =
            (0..exact.rows()).map(|word| variation(exact.row(word), learned.row(word))).collect();
        found.sort_by(f64::total_cmp);
        let quantile = |tenths: usize| found[(found.len() * tenths / 10).min(found.len() - 1)];
        Self {
            mean: found.iter().sum::<f64>() / found.len() as f64,
            quantiles: [quantile(1), quantile(5), quantile(9)],
            largest: found[found.len() - 1],
        }
    }
}

fn variation(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0
}

/// At a random position of each test input.
fn inside(network: &Network, subject: &Subject<'_>) -> Result<Distances, PretrainError> {
    let mut random = Random::new(subject.seed, Stream::Inputs);
    let words = &subject.data[2].words;
    let places: Vec<usize> = words.iter().map(|word| random.below(word.len())).collect();
    let blank = |(word, &place): (&Vec<Token>, &usize)| -> Masked {
        word.iter().enumerate().map(|(at, &token)| (at != place).then_some(token)).collect()
    };
    let words: Vec<Masked> = words.iter().zip(&places).map(blank).collect();
    let oracle = Float::new(subject.hmm());
    let exact = |word: usize| {
        oracle.model_output(&words[word]).expect("tokens of the model").swap_remove(places[word])
    };
    let exact: Vec<Vec<f64>> = (0..words.len()).map(exact).collect();
    let exact = Matrix::from_fn(words.len(), subject.hmm().tokens(), |word, token| exact[word][token]);
    Ok(Distances::new(&exact, &network.outputs(None, &words, &places)?))
}

/// The heads of the noise study on the network's outputs for the test inputs.
fn given(plan: &PretrainPlan, subject: &Subject<'_>, learned: &Matrix<f64>, distance: f64) -> Vec<GivenHead> {
    let inputs = Inputs::new(subject);
    let heads = heads(&plan.common, subject);
    heads.iter().map(|(kind, head)| given_head(subject, &inputs, learned, (*kind, head), distance)).collect()
}

fn given_head(
    subject: &Subject<'_>,
    inputs: &Inputs<'_>,
    learned: &Matrix<f64>,
    (kind, head): (NoisyHead, &LinearHead),
    distance: f64,
) -> GivenHead {
    let HeadNoise { norm, levels, .. } = inputs.measure(&[distance], kind, head);
    let b = f64::common_scale(&head.contrasts()[0]).0;
    let spread = b.iter().copied().fold(f64::MIN, f64::max) - b.iter().copied().fold(f64::MAX, f64::min);
    let mut found = GivenHead {
        head: kind,
        norm,
        right: Pair { exact: 0, learned: 0 },
        safe: 0,
        safe_variation: 0,
        broken: 0,
        predicted: levels[0],
    };
    for (word, &label) in subject.examples[2].labels.iter().enumerate() {
        let (seen, exact) = (learned.row(word), inputs.outputs.row(word));
        let survives = inputs.says_one(b.iter().zip(seen).map(|(b, g)| b * g).sum()) == (label == 1);
        found.right.learned += usize::from(survives);
        let score = inputs.score(kind, &b, word);
        if inputs.says_one(score) != (label == 1) {
            continue;
        }
        let entry = seen.iter().zip(exact).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max);
        let rounding = norm * ROUNDING;
        let safe = score.abs() > norm * entry + rounding;
        let safe_variation = score.abs() > spread * variation(seen, exact) + rounding;
        found.right.exact += 1;
        found.safe += usize::from(safe);
        found.safe_variation += usize::from(safe_variation);
        found.broken += usize::from((safe || safe_variation) && !survives);
    }
    found
}
