//! How large an error of the model each head survives.
//!
//! A pretrained model is not exact. Here `G_1(x')` is moved by `ε` in total variation, and each head is asked for its label again: the
//! head of Theorem 3.3, one of least `‖b‖₁`, and a learned one. What is *predicted* (theory B6) is that a label is safe if
//!
//! | error of at most | safe if |
//! |---|---|
//! | `ε` in each entry | `\|b·G_1\| > ε ‖b‖₁` |
//! | `ε` in total variation | `\|b·G_1\| > ε (max b − min b)` |
//!
//! and what is seen is the label behind a random error (`ε` taken from all tokens in proportion and given to one of them), and behind the worst one (taken from
//! where the head's weight is highest and given to where it is lowest, or the other way round). A safe label survives both, so of each model
//! and error the counts grow from the first column of the table to the last; [`NoiseRun::contradicts`] says if they do not.
//!
//! Scores of the first two heads are those of the task, `(μ⊙π0)·β / π_1·β`, so that huge entries of `b` do not drown them in rounding: what breaks here
//! breaks because of the error in `G`, not because of `f64`.

use std::sync::atomic::{AtomicBool, Ordering};

use num_rational::BigRational;
use serde::{Deserialize, Serialize};

use super::{figure3::Plan, study::Study, subject::Subject};
use crate::{
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS},
    },
    linear::Matrix,
    model::{LinearHead, Task},
    number::Scalar,
    question::least_head::least_head,
    theorem::theorem_3_3,
};

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoisePlan {
    /// Errors in total variation.
    pub errors: Vec<f64>,
    /// Models, inputs, and how to learn; its prompt does not count.
    pub common: Plan,
}

impl NoisePlan {
    /// Errors of 10⁻¹, 10⁻², …, 10⁻¹², for numbers of states at which Theorem 3.3 can hold.
    pub fn of(common: Plan) -> Self {
        let errors = (1..=12).map(|digits| format!("1e-{digits}").parse().expect("a number")).collect();
        Self { errors, common }
    }

    /// In full.
    pub fn full() -> Self {
        Self::of(Plan { states: vec![4, 8, 10], ..Plan::full() })
    }

    /// A first look.
    pub fn quick() -> Self {
        Self::of(Plan { states: vec![4, 10], seeds: 3, ..Plan::quick() })
    }
}

/// What came out of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseRun {
    /// The number of states.
    pub states: usize,
    /// The seed.
    pub seed: u64,
    /// For each head.
    pub heads: Vec<HeadNoise>,
}

/// Which head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoisyHead {
    /// That of Theorem 3.3.
    Constructed,
    /// Of those with its scores one with the least `‖b‖₁`.
    Least,
    /// A learned one.
    Learned,
}

/// What one head survives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadNoise {
    /// Which.
    pub head: NoisyHead,
    /// `‖b‖₁`
    pub norm: f64,
    /// The tenth, the half and nine tenths of the test inputs have a margin `|b·G_1| / ‖b‖₁` of at most this.
    pub margins: [f64; 3],
    /// For each error.
    pub levels: Vec<Level>,
}

/// How many of the test inputs have the task's label …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// … and a score that is safe from errors in each entry,
    pub safe: usize,
    /// and one that is safe in total variation,
    pub safe_variation: usize,
    /// behind the worst error,
    pub worst: usize,
    /// behind a random one.
    pub random: usize,
}

impl NoiseRun {
    /// Whether a label that is safe did not survive.
    pub fn contradicts(&self) -> bool {
        let mut levels = self.heads.iter().flat_map(|head| &head.levels);
        levels.any(|level| {
            level.safe > level.safe_variation
                || level.safe_variation > level.worst
                || level.worst > level.random
        })
    }
}

impl Study for NoisePlan {
    type Case = (usize, u64);
    type Run = NoiseRun;

    fn cases(&self) -> Vec<(usize, u64)> {
        self.common.cases()
    }

    fn case(run: &NoiseRun) -> (usize, u64) {
        (run.states, run.seed)
    }

    /// # Panics
    /// If inputs have no token.
    fn run(&self, (states, seed): (usize, u64), stop: &AtomicBool) -> Option<NoiseRun> {
        let model = Family { states, tokens: TOKENS, redraw: true }.model(seed);
        let subject = Subject::draw(&self.common, &model, seed)?;
        let heads = heads(&self.common, &subject);
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let inputs = Inputs::new(&subject);
        let measure = |(kind, head): &(NoisyHead, LinearHead)| inputs.measure(&self.errors, *kind, head);
        let heads = heads.iter().map(measure).collect();
        Some(NoiseRun { states, seed, heads })
    }
}

/// The head of Theorem 3.3 and that of least norm, where the theorem applies, and a learned one.
pub(super) fn heads(plan: &Plan, subject: &Subject<'_>) -> Vec<(NoisyHead, LinearHead)> {
    let learned = subject.learn(plan, 0, &subject.examples).construction.head().clone();
    let constructed = theorem_3_3::decide(subject.model).head;
    let least = constructed.as_ref().and_then(|head| least_head(subject.model, subject.task, head));
    let heads = [
        (NoisyHead::Constructed, constructed),
        (NoisyHead::Least, least.map(|found| found.head)),
        (NoisyHead::Learned, Some(learned)),
    ];
    heads.into_iter().filter_map(|(kind, head)| Some((kind, head?))).collect()
}

/// The test inputs of a model.
pub(super) struct Inputs<'s> {
    subject: &'s Subject<'s>,
    /// `G_1(x')`, a row for each.
    pub(super) outputs: Matrix<f64>,
    /// The score of the task's contrast, over `π_1·β`.
    scores: Vec<f64>,
}

/// One input: `G_1`, the score of the head, whether that should be positive, and the token that a random error goes to.
struct Input<'i> {
    output: &'i [f64],
    score: f64,
    positive: bool,
    token: usize,
}

impl<'s> Inputs<'s> {
    pub(super) fn new(subject: &'s Subject<'s>) -> Self {
        let (batch, backward) = (&subject.batch, &subject.examples[2].backward);
        let contrast = &subject.task.contrasts()[0];
        let weights: Vec<BigRational> =
            contrast.iter().zip(subject.hmm().initial()).map(|(mu, p)| mu * p).collect();
        let weights = f64::common_scale(&weights).0;
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let score = |word: usize| {
            let beta = backward.values.row(word);
            product(&weights, beta) / product(batch.first_law(), beta)
        };
        Self {
            outputs: batch.outputs(batch.first_law(), backward),
            scores: (0..backward.values.rows()).map(score).collect(),
            subject,
        }
    }

    /// The score of a head on an input: of the first two that of the task, where rounding cannot drown it.
    pub(super) fn score(&self, kind: NoisyHead, b: &[f64], word: usize) -> f64 {
        match kind {
            NoisyHead::Learned => b.iter().zip(self.outputs.row(word)).map(|(b, g)| b * g).sum(),
            NoisyHead::Constructed | NoisyHead::Least => self.scores[word],
        }
    }

    pub(super) fn measure(&self, errors: &[f64], kind: NoisyHead, head: &LinearHead) -> HeadNoise {
        let b = f64::common_scale(&head.contrasts()[0]).0;
        let norm: f64 = b.iter().map(|b| b.abs()).sum();
        let mut random = Random::new(self.subject.seed, Stream::Starts);
        let labels = &self.subject.examples[2].labels;
        let input = |(word, &label): (usize, &usize)| {
            let (output, score) = (self.outputs.row(word), self.score(kind, &b, word));
            Input { output, score, positive: label == 1, token: random.below(output.len()) }
        };
        let inputs: Vec<_> = labels.iter().enumerate().map(input).collect();
        let mut margins: Vec<f64> = inputs.iter().map(|input| input.score.abs() / norm).collect();
        margins.sort_by(f64::total_cmp);
        let quantile = |tenths: usize| margins.get(margins.len() * tenths / 10).copied().unwrap_or(0.0);
        let level = |&error: &f64| self.level(&inputs, &b, error);
        HeadNoise {
            head: kind,
            norm,
            margins: [quantile(1), quantile(5), quantile(9)],
            levels: errors.iter().map(level).collect(),
        }
    }

    /// Whether a score means the label 1: at 0 of a binary task, not of two classes.
    pub(super) fn says_one(&self, score: f64) -> bool {
        score > 0.0 || (matches!(self.subject.task, Task::Binary(_)) && score >= 0.0)
    }

    fn level(&self, inputs: &[Input<'_>], b: &[f64], error: f64) -> Level {
        let norm: f64 = b.iter().map(|b| b.abs()).sum();
        let spread = b.iter().copied().fold(f64::MIN, f64::max) - b.iter().copied().fold(f64::MAX, f64::min);
        let right = |input: &Input<'_>, score: f64| input.positive == self.says_one(score);
        let count = |holds: &dyn Fn(&Input<'_>) -> bool| {
            inputs.iter().filter(|input| right(input, input.score) && holds(input)).count()
        };
        Level {
            safe: count(&|input| input.score.abs() > error * norm),
            safe_variation: count(&|input| input.score.abs() > error * spread),
            worst: count(&|input| right(input, input.score + worst(b, input.output, error, input.positive))),
            random: inputs.iter().filter(|input| right(input, input.score + moved(b, input, error))).count(),
        }
    }
}

/// By how much a random error changes the score.
fn moved(b: &[f64], input: &Input<'_>, error: f64) -> f64 {
    let (g, z) = (input.output, input.token);
    let others: f64 = g.iter().enumerate().filter(|(token, _)| *token != z).map(|(_, g)| g).sum();
    if others <= 0.0 {
        return 0.0;
    }
    let share = error.min(others) / others;
    let terms = b.iter().zip(g).enumerate().filter(|(token, _)| *token != z);
    terms.map(|(_, (weight, g))| share * g * (b[z] - weight)).sum()
}

/// The largest change of the score towards the other label: `error` is taken from the tokens that speak most for the label and given to the one
/// that speaks most against it.
fn worst(b: &[f64], g: &[f64], error: f64, positive: bool) -> f64 {
    let sign = if positive { 1.0 } else { -1.0 };
    let against = b.iter().map(|b| sign * b).fold(f64::MAX, f64::min);
    let mut order: Vec<usize> = (0..b.len()).collect();
    order.sort_by(|&x, &y| (sign * b[y]).total_cmp(&(sign * b[x])));
    let (mut left, mut change) = (error, 0.0);
    for token in order {
        let taken = left.min(g[token]);
        change -= taken * (sign * b[token] - against);
        left -= taken;
    }
    sign * change
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_error_takes_from_the_heaviest_tokens() {
        let (b, g) = ([3.0, -1.0, 1.0], [0.25, 0.25, 0.5]);
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        close(worst(&b, &g, 0.125, true), -0.5);
        close(worst(&b, &g, 0.5, true), -1.5); // 1/4 from 3 to -1, 1/4 from 1 to -1
        close(worst(&b, &g, 0.125, false), 0.5);
        close(worst(&b, &g, 1.0, true), -2.0); // all of it stands at -1 then
        let input = Input { output: &g, score: 0.0, positive: true, token: 1 };
        close(moved(&b, &input, 0.375), -0.5 - 0.5);
        close(moved(&b, &input, 0.9), -2.0);
    }
}
