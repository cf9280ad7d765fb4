//! Attention heads learned from labelled inputs of a model with memory.
//!
//! On the outputs `g_i = G_i(x)` a head has the scores `κ·g_i`, `κ = Θ_Kᵀ q`, and the values `N_c[x_i]·g_i`, where `N_c[z]` is
//! `Σ b_c[(c', h)] W[z, (c', h)] Θ_V[(c', h), :]`. Learning replaces the argmax by a softmax with a *sharpness* that grows from stage to stage:
//!
//! | what | how |
//! |---|---|
//! | weights | `w_i ∝ exp(γ κ·g_i)`, with `κ` on outputs of deviation 1 |
//! | loss | cross-entropy of the labels under the softmax of `0, A_1, A_2, …`, `A_c = Σ w_i N_c[x_i]·g_i`, and `λ/2` of the squares of all parameters |
//! | stages | `γ` = 4, 16, 64, 256; L-BFGS in each, from where the last one ended |
//! | choice | the validation inputs, with the argmax itself |
//!
//! With one contrast `b` is all ones (`Θ_V` says the rest). What a head does on a test input is [`Labeller`]'s to say, exactly.

mod labels;

pub use labels::Labeller;

use std::ops::ControlFlow;

use num_rational::BigRational;
use num_traits::Zero;

use super::{
    Effort, Progress,
    course::{Course, follow},
    minimise,
    objective::cross_entropy,
};
use crate::{
    generate::{Random, dataset::Dataset},
    linear::Matrix,
    model::{AttentionHead, MemoryHmm, MemoryTask, Task, Token},
    number::to_binary_digits,
    oracle::{MemoryBatch, Outputs},
};

/// Stages of learning.
const SHARPNESS: [f64; 4] = [4.0, 16.0, 64.0, 256.0];

/// Weight of the penalty.
const PENALTY: f64 = 1e-7;

/// `e^-FAR` is below the last digit of 1: a weight that is less beside the largest does not count.
const FAR: f64 = 40.0;

/// Binary digits of what is learned.
const DIGITS: i32 = 40;

/// Inputs with the model's outputs at all positions.
#[derive(Clone, Debug)]
pub struct AttentionExamples {
    /// The inputs.
    pub words: Vec<Vec<Token>>,
    /// Of the words.
    pub outputs: Outputs,
    /// The label of each.
    pub labels: Vec<usize>,
}

impl AttentionExamples {
    /// Passes the words of a dataset through the model.
    ///
    /// # Panics
    /// If the words have several lengths.
    pub fn new(batch: &MemoryBatch, dataset: Dataset) -> Self {
        let labels = dataset.labels.iter().map(|labelled| labelled.label).collect();
        Self { outputs: batch.outputs(&dataset.words), words: dataset.words, labels }
    }

    /// The outputs of one word with its tokens.
    fn word(&self, word: usize) -> impl Iterator<Item = (&[f64], Token)> + Clone {
        let first = word * self.outputs.length;
        let tokens = self.words[word].iter().copied().enumerate();
        tokens.map(move |(position, token)| (self.outputs.values.row(first + position), token))
    }
}

/// A learned attention head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedAttention {
    /// The head.
    pub head: AttentionHead,
    /// How many labels of the training inputs it has, in `f64`.
    pub training: usize,
    /// The same for the validation inputs.
    pub validation: usize,
}

/// The mean loss on examples as a function of `κ` (an entry for each token), `Θ_V` row by row, and with several contrasts a row of `b` for each.
#[derive(Clone, Debug)]
pub struct AttentionObjective<'a> {
    batch: &'a MemoryBatch,
    examples: &'a AttentionExamples,
    contrasts: usize,
    /// One over the deviation of each entry of the outputs.
    scales: Vec<f64>,
    /// `γ`
    pub sharpness: f64,
    /// `λ`
    pub penalty: f64,
}

impl<'a> AttentionObjective<'a> {
    /// For the contrasts of a task.
    pub fn new(batch: &'a MemoryBatch, task: &Task, examples: &'a AttentionExamples) -> Self {
        let values = &examples.outputs.values;
        let count = values.rows().max(1) as f64;
        let scale = |token: usize| {
            let mean = values.column(token).sum::<f64>() / count;
            let square = values.column(token).map(|g| (g - mean) * (g - mean)).sum::<f64>() / count;
            if square > 1e-24 { 1.0 / square.sqrt() } else { 1.0 }
        };
        let scales = (0..values.columns()).map(scale).collect();
        let contrasts = task.contrasts().len();
        Self { batch, examples, contrasts, scales, sharpness: SHARPNESS[0], penalty: PENALTY }
    }

    fn tokens(&self) -> usize {
        self.scales.len()
    }

    fn columns(&self) -> usize {
        self.batch.emission().columns()
    }

    /// A random `κ`, and values near 0.
    pub fn start(&self, random: &mut Random) -> Vec<f64> {
        let mut parameters: Vec<f64> = (0..self.tokens()).map(|_| random.normal() / 4.0).collect();
        parameters.extend((0..self.columns() * self.tokens()).map(|_| random.normal() / 100.0));
        if self.contrasts > 1 {
            parameters.extend((0..self.contrasts * self.columns()).map(|_| 1.0 + random.normal() / 4.0));
        }
        parameters
    }

    /// `κ` on outputs as they are, `Θ_V`, and `b`.
    fn parts(&self, parameters: &[f64]) -> (Vec<f64>, Matrix<f64>, Vec<Vec<f64>>) {
        let (k, columns) = (self.tokens(), self.columns());
        let (scores, rest) = parameters.split_at(k);
        let (values, b) = rest.split_at(columns * k);
        let scores = scores.iter().zip(&self.scales).map(|(x, scale)| x * scale).collect();
        let values = Matrix::from_fn(columns, k, |column, token| values[column * k + token]);
        let ones = || vec![vec![1.0; columns]];
        let b = if b.is_empty() { ones() } else { b.chunks(columns).map(<[f64]>::to_vec).collect() };
        (scores, values, b)
    }

    /// The loss and its gradient.
    pub fn at(&self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let (k, emission) = (self.tokens(), self.batch.emission());
        let (scores, values, b) = self.parts(parameters);
        let table = |row: &Vec<f64>| table(emission, &values, row);
        let tables: Vec<Matrix<f64>> = b.iter().map(table).collect();
        let mut slopes = vec![Matrix::from_fn(k, k, |_, _| 0.0); b.len()];
        let mut score_slope = vec![0.0; k];
        let mut loss = 0.0;
        for word in 0..self.examples.labels.len() {
            loss += self.on_word(word, &scores, &tables, &mut slopes, &mut score_slope);
        }
        let mut gradient: Vec<f64> =
            score_slope.iter().zip(&self.scales).map(|(d, scale)| d * scale).collect();
        for column in 0..self.columns() {
            let mut slope = vec![0.0; k];
            for (row, d) in b.iter().zip(&slopes) {
                for token in 0..k {
                    let weight = row[column] * emission[(token, column)];
                    slope.iter_mut().zip(d.row(token)).for_each(|(sum, d)| *sum += weight * d);
                }
            }
            gradient.extend(slope);
        }
        if self.contrasts > 1 {
            for d in &slopes {
                gradient.extend((0..self.columns()).map(|column| {
                    let term =
                        |token: usize| emission[(token, column)] * inner(values.row(column), d.row(token));
                    (0..k).map(term).sum::<f64>()
                }));
            }
        }
        for (slope, x) in gradient.iter_mut().zip(parameters) {
            loss += self.penalty / 2.0 * x * x;
            *slope += self.penalty * x;
        }
        (loss, gradient)
    }

    /// The share of one word in the loss, and in its slopes by `N_c[z]` and by `κ`.
    fn on_word(
        &self,
        word: usize,
        scores: &[f64],
        tables: &[Matrix<f64>],
        slopes: &mut [Matrix<f64>],
        score_slope: &mut [f64],
    ) -> f64 {
        let scores: Vec<f64> =
            self.examples.word(word).map(|(g, _)| self.sharpness * inner(scores, g)).collect();
        let largest = scores.iter().copied().fold(f64::MIN, f64::max);
        let near = self.examples.word(word).zip(&scores).filter(|(_, score)| largest - **score < FAR);
        let places: Vec<Place<'_>> = near
            .map(|((g, token), score)| Place { g, token: token.0, weight: libm::exp(score - largest) })
            .collect();
        let total: f64 = places.iter().map(|place| place.weight).sum();
        let value = |table: &Matrix<f64>| -> Vec<f64> {
            places.iter().map(|place| inner(table.row(place.token), place.g)).collect()
        };
        let values: Vec<_> = tables.iter().map(value).collect();
        let mean = |values: &Vec<f64>| {
            values.iter().zip(&places).map(|(value, place)| value * place.weight).sum::<f64>() / total
        };
        let attended: Vec<f64> = values.iter().map(mean).collect();
        let share = 1.0 / self.examples.labels.len() as f64;
        let (loss, residuals) = cross_entropy(&attended, self.examples.labels[word]);
        for (index, &Place { g, token, weight }) in places.iter().enumerate() {
            let weight = weight / total * share;
            let mut slope = 0.0;
            for (class, residual) in residuals.iter().enumerate() {
                let d = residual * weight;
                slope += d * (values[class][index] - attended[class]);
                slopes[class].row_mut(token).iter_mut().zip(g).for_each(|(sum, g)| *sum += d * g);
            }
            let slope = slope * self.sharpness;
            score_slope.iter_mut().zip(g).for_each(|(sum, g)| *sum += slope * g);
        }
        loss * share
    }

    /// The head of these parameters in short dyadic numbers, with the argmax for the softmax.
    fn head(&self, task: &Task, parameters: &[f64]) -> AttentionHead {
        let (scores, values, b) = self.parts(parameters);
        let exact = |row: Vec<f64>| -> Vec<BigRational> {
            row.into_iter().map(|x| to_binary_digits(x, DIGITS)).collect()
        };
        let mut b: Vec<_> = b.into_iter().map(exact).collect();
        if let Task::Classes(_) = task {
            b.insert(0, vec![BigRational::zero(); self.columns()]); // labels see only differences of rows
        }
        let mut key = exact(scores).into_iter();
        AttentionHead {
            keys: Matrix::from_fn(1, self.tokens(), |_, _| key.next().unwrap_or_default()),
            query: vec![BigRational::from_integer(1.into())],
            first_position: vec![BigRational::zero()],
            other_positions: vec![BigRational::zero()],
            values: values.map(|x| to_binary_digits(*x, DIGITS)),
            b,
        }
    }
}

/// A position whose weight counts.
struct Place<'e> {
    g: &'e [f64],
    token: usize,
    weight: f64,
}

/// `N[z] = Σ b[column] W[z, column] Θ_V[column, :]`, a row for each token `z`.
fn table(emission: &Matrix<f64>, values: &Matrix<f64>, b: &[f64]) -> Matrix<f64> {
    let mut table = Matrix::from_fn(emission.rows(), values.columns(), |_, _| 0.0);
    for token in 0..emission.rows() {
        for (column, (w, b)) in emission.row(token).iter().zip(b).enumerate() {
            let weight = w * b;
            let entries = table.row_mut(token).iter_mut().zip(values.row(column));
            entries.for_each(|(sum, v)| *sum += weight * v);
        }
    }
    table
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Learns an attention head from training inputs; of what the starts and stages lead to, the validation inputs choose. The effort's prompt is not
/// used.
///
/// # Panics
/// If the task is over other values, or the examples are of another model.
pub fn learn_attention(
    memory: &MemoryHmm,
    task: &MemoryTask,
    training: &AttentionExamples,
    validation: &AttentionExamples,
    effort: Effort,
    random: &mut Random,
) -> LearnedAttention {
    let go_on = &mut |_: &Progress| ControlFlow::Continue(());
    learn_attention_on(memory, task, [training, validation], effort, random, Progress::default(), go_on)
}

/// The same from where it was stopped, as [`learn_on`](super::learn_on).
///
/// # Panics
/// As [`learn_attention`].
pub fn learn_attention_on(
    memory: &MemoryHmm,
    task: &MemoryTask,
    examples: [&AttentionExamples; 2],
    effort: Effort,
    random: &mut Random,
    progress: Progress,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> LearnedAttention {
    let batch = MemoryBatch::new(memory).expect("as many states as the examples' model");
    let objective = AttentionObjective::new(&batch, &task.task, examples[0]);
    let mut course = Heads { memory, task: &task.task, objective, examples, steps: effort.steps };
    let parameters =
        follow(&mut course, effort.starts, random, progress, observe).expect("something is tried");
    let (validation, training) = course.score(&parameters);
    LearnedAttention { head: course.objective.head(&task.task, &parameters), training, validation }
}

/// Attention heads of growing sharpness.
struct Heads<'a> {
    memory: &'a MemoryHmm,
    task: &'a Task,
    objective: AttentionObjective<'a>,
    examples: [&'a AttentionExamples; 2],
    steps: usize,
}

impl Course for Heads<'_> {
    fn start(&self, random: &mut Random) -> Vec<f64> {
        self.objective.start(random)
    }

    fn stages(&self) -> usize {
        SHARPNESS.len()
    }

    fn descend(&mut self, stage: usize, parameters: Vec<f64>) -> Vec<f64> {
        self.objective.sharpness = SHARPNESS[stage];
        minimise(parameters, self.steps, &mut |at| self.objective.at(at))
    }

    fn score(&self, parameters: &[f64]) -> (usize, usize) {
        let head = self.objective.head(self.task, parameters);
        let labeller = Labeller::new(self.memory, self.task, &head);
        let [training, validation] = self.examples.map(|examples| labeller.estimate(examples));
        (validation, training)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        generate::{Stream, memory::MemoryFamily},
        model::MemoryModel,
        tuning::assert_gradient,
    };

    pub(super) fn examples(
        model: &MemoryModel,
        task: &MemoryTask,
        inputs: usize,
        length: usize,
    ) -> (MemoryBatch, AttentionExamples) {
        let batch = MemoryBatch::new(model.memory()).unwrap();
        let mut random = Random::new(5, Stream::Inputs);
        let drawn = Dataset::draw_memory(model.memory(), task, inputs, length, &mut random).unwrap();
        let examples = AttentionExamples::new(&batch, drawn);
        (batch, examples)
    }

    /// One contrast, and three classes with a `b` that is learned.
    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let model = MemoryFamily { tokens: 4, ..MemoryFamily::new(3) }.model(1);
        let row = |weights: [i32; 3]| weights.map(|w| BigRational::from_integer(w.into())).to_vec();
        let classes = Task::classes(vec![row([1, 0, -1]), row([0, 2, 0]), row([-1, 0, 1])]).unwrap();
        let task = model.task().unwrap();
        for task in [task.clone(), MemoryTask { task: classes, ..task.clone() }] {
            let (batch, examples) = examples(&model, &task, 30, 7);
            let mut random = Random::new(4, Stream::Starts);
            let mut objective = AttentionObjective::new(&batch, &task.task, &examples);
            (objective.sharpness, objective.penalty) = (2.0, 0.01);
            let mut at = objective.start(&mut random);
            at.iter_mut().for_each(|x| *x += random.normal() / 2.0);
            let gradient = assert_gradient(|at| objective.at(at), &at, "");
            assert!(gradient.iter().filter(|slope| slope.abs() > 1e-3).count() > at.len() / 2);
        }
    }
}
