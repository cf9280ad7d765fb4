//! Pretraining: cross-entropy of masked tokens of words that a model emits.

use std::ops::ControlFlow;

use candle_core::{Device, Result, Tensor};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, loss::cross_entropy};
use serde::{Deserialize, Serialize};

use super::network::{Masked, Network};
use crate::{
    generate::{Random, dataset::sample},
    model::{Hmm, Token},
};

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Steps of Adam.
    pub steps: usize,
    /// Words of each step; every step has new ones.
    pub words: usize,
    /// The highest learning rate: it rises to it during the first twentieth, and falls to 0 in a straight line.
    pub rate: f64,
}

/// The mean loss over some steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Steps so far.
    pub steps: usize,
    /// The mean cross-entropy of masked tokens since the stage before, in nats.
    pub loss: f64,
}

/// Stages of a whole course.
const STAGES: usize = 50;

/// Each word has its own share of blanks, uniform up to this.
const MOST_BLANKS: f64 = 0.3;

/// Trains a network on words as long as it has positions. `observe` sees every step, with the mean loss of the stage it is in, and can end the course there.
///
/// # Errors
/// None that a network of this vocabulary can meet; `candle` has them everywhere.
pub fn train(
    network: &Network,
    hmm: &Hmm,
    training: Training,
    random: &mut Random,
    observe: &mut dyn FnMut(Stage) -> ControlFlow<()>,
) -> Result<Vec<Stage>> {
    let parameters = ParamsAdamW { weight_decay: 0.0, ..ParamsAdamW::default() };
    let mut adam = AdamW::new(network.parameters().to_vec(), parameters)?;
    let mut course = Vec::new();
    let (mut total, mut since) = (0.0, 0);
    for step in 1..=training.steps {
        adam.set_learning_rate(training.rate * share(step, training.steps));
        let words = sample(hmm, training.words, network.sizes().positions, random);
        let loss = masked_loss(network, &words, random)?;
        adam.backward_step(&loss)?;
        total += f64::from(loss.to_scalar::<f32>()?);
        since += 1;
        let stage = Stage { steps: step, loss: total / f64::from(since) };
        let ended = observe(stage).is_break();
        if ended || step * STAGES / training.steps > (step - 1) * STAGES / training.steps {
            (total, since) = (0.0, 0);
            course.push(stage);
        }
        if ended {
            break;
        }
    }
    Ok(course)
}

/// Of the highest learning rate, at a step that counts from 1.
fn share(step: usize, steps: usize) -> f64 {
    let (at, rise) = (step as f64 / steps as f64, 0.05);
    if at < rise { at / rise } else { ((1.0 - at) / (1.0 - rise)).max(0.01) }
}

/// The mean cross-entropy of what blanks hide in some words.
fn masked_loss(network: &Network, words: &[Vec<Token>], random: &mut Random) -> Result<Tensor> {
    let (mut masked, mut asked, mut hidden) = (Vec::new(), Vec::new(), Vec::new());
    for (index, word) in words.iter().enumerate() {
        let blanks = blanks(word.len(), random);
        masked.push(word.iter().zip(&blanks).map(|(&token, blank)| (!blank).then_some(token)).collect());
        for (place, token) in word.iter().enumerate().filter(|(place, _)| blanks[*place]) {
            asked.push((index, place));
            hidden.push(token.0 as u32);
        }
    }
    let masked: Vec<&Masked> = masked.iter().collect();
    cross_entropy(&network.logits(None, &masked, &asked)?, &Tensor::new(hidden, &Device::Cpu)?)
}

/// Which positions are blank: the first, which heads look at, in half of the words; each other one with the word's own share; one at least.
fn blanks(length: usize, random: &mut Random) -> Vec<bool> {
    let (share, first) = (MOST_BLANKS * random.unit(), random.below(2) == 0);
    let mut blanks: Vec<bool> =
        (0..length).map(|place| random.unit() < share || (first && place == 0)).collect();
    if !blanks.contains(&true) {
        blanks[random.below(length)] = true;
    }
    blanks
}
