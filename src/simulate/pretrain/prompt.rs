//! Heads on outputs, and soft prompts in a network's own space.
//!
//! A prompt is learned by Adam together with the head, through the network, whose parameters stay as they are; after each pass over the training inputs the
//! head is learned anew as every other head ([`learn_outputs`]), and the validation inputs choose among the prompts.

use candle_core::{D, Device, Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, loss::cross_entropy, ops::softmax};
use serde::{Deserialize, Serialize};

use super::network::{Masked, Network};
use crate::{
    generate::{Random, dataset::Dataset},
    linear::Matrix,
    model::{LinearHead, Task, Token},
    number::Scalar,
    tuning::learn_outputs,
};

/// How to learn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptTuning {
    /// Passes over the training inputs.
    pub passes: usize,
    /// Inputs of each step.
    pub batch: usize,
    /// The learning rate of the prompt and the head.
    pub rate: f64,
}

/// A head, and how many of the test inputs it labels right.
#[derive(Clone, Debug)]
pub(super) struct Tuned {
    pub head: LinearHead,
    pub right: usize,
}

/// Inputs `(∅, x)` with the labels of `x`.
pub(super) struct Blanked {
    pub words: Vec<Masked>,
    pub labels: Vec<usize>,
}

impl Blanked {
    pub(super) fn new(dataset: &Dataset) -> Self {
        let word = |word: &Vec<Token>| std::iter::once(None).chain(word.iter().copied().map(Some)).collect();
        Self {
            words: dataset.words.iter().map(word).collect(),
            labels: dataset.labels.iter().map(|labelled| labelled.label).collect(),
        }
    }

    /// `G_1(∅, x)`, a row for each input.
    pub(super) fn outputs(&self, network: &Network, prompt: Option<&Tensor>) -> Result<Matrix<f64>> {
        network.outputs(prompt, &self.words, &vec![0; self.words.len()])
    }
}

/// How many labels a head gets right on outputs.
pub(super) fn right(head: &LinearHead, task: &Task, outputs: &Matrix<f64>, labels: &[usize]) -> usize {
    let rows: Vec<Vec<f64>> = head.rows().iter().map(|row| f64::common_scale(row).0).collect();
    let label = |output: &[f64]| {
        let score = |row: &Vec<f64>| row.iter().zip(output).map(|(b, g)| b * g).sum::<f64>();
        task.label(&rows.iter().map(score).collect::<Vec<f64>>())
    };
    (0..outputs.rows()).filter(|&word| label(outputs.row(word)) == labels[word]).count()
}

/// Learns a head on outputs of inputs to learn from and to choose with, and counts on those to test on.
pub(super) fn tuned(task: &Task, inputs: [&Blanked; 3], outputs: &[Matrix<f64>; 3], steps: usize) -> Tuned {
    let [training, validation, test] = inputs.map(|inputs| inputs.labels.as_slice());
    let head = learn_outputs(task, [(&outputs[0], training), (&outputs[1], validation)], steps);
    Tuned { right: right(&head, task, &outputs[2], test), head }
}

/// Learns a prompt of some length and a head.
pub(super) fn tuned_prompt(
    network: &Network,
    task: &Task,
    inputs: [&Blanked; 3],
    (length, tuning): (usize, PromptTuning),
    steps: usize,
    random: &mut Random,
) -> Result<Tuned> {
    let width = network.sizes().width;
    let start: Vec<f32> = (0..length * width).map(|_| (random.unit() - 0.5) as f32).collect();
    let prompt = Var::from_tensor(&Tensor::from_vec(start, (length, width), &Device::Cpu)?)?;
    let mut best: Option<(usize, Tuned)> = None;
    for pass in 0..=tuning.passes {
        let seen = |inputs: &Blanked| inputs.outputs(network, Some(prompt.as_tensor()));
        let outputs = [seen(inputs[0])?, seen(inputs[1])?, seen(inputs[2])?];
        let found = tuned(task, inputs, &outputs, steps);
        let score = right(&found.head, task, &outputs[1], &inputs[1].labels);
        if pass < tuning.passes {
            descend(network, &prompt, &found.head, inputs[0], tuning, random)?;
        }
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            best = Some((score, found));
        }
    }
    Ok(best.expect("one prompt at least").1)
}

/// One pass over the training inputs: Adam on the prompt and on a head that starts as given. Of the scores the first label's stays at 0.
fn descend(
    network: &Network,
    prompt: &Var,
    head: &LinearHead,
    inputs: &Blanked,
    tuning: PromptTuning,
    random: &mut Random,
) -> Result<()> {
    let rows: Vec<f32> =
        head.contrasts().iter().flat_map(|row| f64::common_scale(row).0).map(|b| b as f32).collect();
    let contrasts = rows.len() / network.sizes().tokens;
    let head = Var::from_tensor(&Tensor::from_vec(rows, (contrasts, ()), &Device::Cpu)?)?;
    let parameters = ParamsAdamW { lr: tuning.rate, weight_decay: 0.0, ..ParamsAdamW::default() };
    let mut adam = AdamW::new(vec![prompt.clone(), head.clone()], parameters)?;
    for batch in random.permutation(inputs.words.len()).chunks(tuning.batch) {
        let words: Vec<&Masked> = batch.iter().map(|&index| &inputs.words[index]).collect();
        let asked: Vec<(usize, usize)> = (0..batch.len()).map(|word| (word, 0)).collect();
        let outputs = softmax(&network.logits(Some(prompt.as_tensor()), &words, &asked)?, D::Minus1)?;
        let scores = outputs.matmul(&head.t()?)?;
        let scores = Tensor::cat(&[&scores.narrow(1, 0, 1)?.zeros_like()?, &scores], 1)?;
        let labels: Vec<u32> = batch.iter().map(|&index| inputs.labels[index] as u32).collect();
        adam.backward_step(&cross_entropy(&scores, &Tensor::new(labels, &Device::Cpu)?)?)?;
    }
    Ok(())
}
