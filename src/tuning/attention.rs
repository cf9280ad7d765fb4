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

use std::ops::ControlFlow;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

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
    number::{Scalar, clear, to_binary_digits},
    oracle::{MemoryBatch, MemoryExact, Outputs},
};

/// Stages of learning.
const SHARPNESS: [f64; 4] = [4.0, 16.0, 64.0, 256.0];

/// Weight of the penalty.
const PENALTY: f64 = 1e-7;

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
        let positions = || self.examples.word(word);
        let mut weights: Vec<f64> = positions().map(|(g, _)| self.sharpness * inner(scores, g)).collect();
        let largest = weights.iter().copied().fold(f64::MIN, f64::max);
        weights.iter_mut().for_each(|score| *score = libm::exp(*score - largest));
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        let value = |table: &Matrix<f64>| -> Vec<f64> {
            positions().map(|(g, token)| inner(table.row(token.0), g)).collect()
        };
        let values: Vec<_> = tables.iter().map(value).collect();
        let attended: Vec<f64> = values.iter().map(|values| inner(values, &weights)).collect();
        let share = 1.0 / self.examples.labels.len() as f64;
        let (loss, residuals) = cross_entropy(&attended, self.examples.labels[word]);
        for (position, (g, token)) in positions().enumerate() {
            let weight = weights[position] * share;
            let mut slope = 0.0;
            for (class, residual) in residuals.iter().enumerate() {
                let d = residual * weight;
                slope += d * (values[class][position] - attended[class]);
                slopes[class].row_mut(token.0).iter_mut().zip(g).for_each(|(sum, g)| *sum += d * g);
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

/// The labels of an attention head: in `f64` as they come, or exactly.
///
/// The exact label of an input is known from floats if all positions that might have the largest score have values that give the same label beyond doubt;
/// otherwise the input is looked at in integers.
#[derive(Clone, Debug)]
pub struct Labeller<'a> {
    memory: &'a MemoryHmm,
    task: &'a Task,
    /// `Θ_Kᵀ q`, and `q·β_i` of the first position and of the others.
    scores: Vec<BigRational>,
    offsets: [BigRational; 2],
    /// `N_c[z]`, for each row of `b`.
    tables: Vec<Matrix<BigRational>>,
    float_scores: Vec<f64>,
    float_offsets: [f64; 2],
    float_tables: Vec<Matrix<f64>>,
}

/// An estimate with a bound on its error.
type Estimate = (f64, f64);

impl<'a> Labeller<'a> {
    /// For a head on a model.
    ///
    /// # Panics
    /// If the head has other shapes than the model.
    pub fn new(memory: &'a MemoryHmm, task: &'a Task, head: &AttentionHead) -> Self {
        let scores = head.score_functional();
        let product = |beta: &Vec<BigRational>| head.query.iter().zip(beta).map(|(q, b)| q * b).sum();
        let offsets = [&head.first_position, &head.other_positions].map(product);
        let (values, emission) = (&head.values, memory.emission());
        let table = |b: &Vec<BigRational>| {
            Matrix::from_fn(emission.rows(), values.columns(), |z, token| {
                let terms = b.iter().enumerate().filter(|(_, b)| !b.is_zero());
                let terms = terms.map(|(column, b)| (b * &emission[(z, column)]) * &values[(column, token)]);
                terms.sum::<BigRational>()
            })
        };
        let tables: Vec<Matrix<BigRational>> = head.b.iter().map(table).collect();
        let float = |value: &BigRational| f64::common_scale(std::slice::from_ref(value)).0[0];
        Self {
            float_scores: scores.iter().map(float).collect(),
            float_offsets: [float(&offsets[0]), float(&offsets[1])],
            float_tables: tables.iter().map(|table| table.map(float)).collect(),
            memory,
            task,
            scores,
            offsets,
            tables,
        }
    }

    /// How many labels of the examples the head has in `f64`: with the positions whose scores are largest as floats.
    pub fn estimate(&self, examples: &AttentionExamples) -> usize {
        let label = |word: usize| {
            let scores: Vec<f64> = self.scored(examples, word).into_iter().map(|(score, _)| score).collect();
            let largest = scores.iter().copied().fold(f64::MIN, f64::max);
            let attended = || examples.word(word).zip(&scores).filter(|(_, score)| **score >= largest);
            let value = |table: &Matrix<f64>| {
                attended().map(|((g, token), _)| inner(table.row(token.0), g)).sum::<f64>()
            };
            self.task.label(&self.float_tables.iter().map(value).collect::<Vec<_>>())
        };
        (0..examples.labels.len()).filter(|&word| label(word) == examples.labels[word]).count()
    }

    /// How many labels of the examples the head has, exactly, and how many inputs had to be looked at in integers.
    ///
    /// # Panics
    /// If the examples are of another model.
    pub fn right(&self, examples: &AttentionExamples) -> (usize, usize) {
        let exact = MemoryExact::new(self.memory).expect("as many states as the examples' model");
        let (mut right, mut looked_at) = (0, 0);
        for (word, &expected) in examples.labels.iter().enumerate() {
            let label = self.certain(examples, word).unwrap_or_else(|| {
                looked_at += 1;
                self.exactly(&exact, &examples.words[word])
            });
            right += usize::from(label == expected);
        }
        (right, looked_at)
    }

    /// The score at each position.
    fn scored(&self, examples: &AttentionExamples, word: usize) -> Vec<Estimate> {
        let error = self.error(examples);
        let score = |(position, (g, _)): (usize, (&[f64], Token))| {
            let offset = self.float_offsets[usize::from(position > 0)];
            let (score, bound) = estimate(&self.float_scores, g, error);
            (score + offset, bound + f64::EPSILON * (score.abs() + offset.abs()))
        };
        examples.word(word).enumerate().map(score).collect()
    }

    /// The relative error of a product with an output.
    fn error(&self, examples: &AttentionExamples) -> f64 {
        examples.outputs.relative_error + 2.0 * (self.scores.len() + 4) as f64 * f64::EPSILON
    }

    /// The label of an input, if floats know it.
    fn certain(&self, examples: &AttentionExamples, word: usize) -> Option<usize> {
        if !examples.outputs.reliable[word] {
            return None;
        }
        let scores = self.scored(examples, word);
        let reached = scores.iter().map(|(score, bound)| score - bound).fold(f64::MIN, f64::max);
        let error = self.error(examples);
        let mut label = None;
        for ((g, token), (score, bound)) in examples.word(word).zip(&scores) {
            if score + bound >= reached {
                let value = |table: &Matrix<f64>| estimate(table.row(token.0), g, error);
                let found = self.decided(&self.float_tables.iter().map(value).collect::<Vec<_>>())?;
                if *label.get_or_insert(found) != found {
                    return None;
                }
            }
        }
        label
    }

    /// The label of values with errors, if it is certain.
    fn decided(&self, values: &[Estimate]) -> Option<usize> {
        match self.task {
            Task::Binary(_) => {
                let (value, bound) = values[0];
                (value.abs() > bound).then(|| usize::from(value > 0.0))
            }
            Task::Classes(_) => {
                let (label, best) = values.iter().enumerate().max_by(|a, b| a.1.0.total_cmp(&b.1.0))?;
                let mut others = values.iter().enumerate().filter(|(other, _)| *other != label);
                others.all(|(_, other)| best.0 - other.0 > best.1 + other.1).then_some(label)
            }
        }
    }

    /// The label of an input in exact arithmetic.
    ///
    /// # Panics
    /// If the word is empty or has a token that is not of the vocabulary.
    pub fn exactly(&self, exact: &MemoryExact, word: &[Token]) -> usize {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let outputs = exact.integer_outputs(&tokens).expect("a word of the vocabulary");
        let all: Vec<_> = self.scores.iter().chain(&self.offsets).cloned().collect();
        let (cleared, _) = clear(&all);
        let (scores, offsets) = cleared.split_at(self.scores.len());
        let score = |(position, g): (usize, &Vec<BigInt>)| {
            let total: BigInt = g.iter().sum();
            let offset = &offsets[usize::from(position > 0)];
            if total.is_zero() {
                return (offset.clone(), BigInt::from(1));
            }
            let products = BigInt::dot(scores.iter().zip(g));
            (products + offset * &total, total)
        };
        let scores: Vec<_> = outputs.iter().enumerate().map(score).collect();
        let above = |a: &(BigInt, BigInt), b: &(BigInt, BigInt)| (&a.0 * &b.1).cmp(&(&b.0 * &a.1));
        let largest = scores.iter().max_by(|a, b| above(a, b)).expect("an input has a position");
        let attended = (0..scores.len()).filter(|&position| above(&scores[position], largest).is_eq());
        let attended: Vec<usize> = attended.collect();
        let value = |position: usize| {
            let value = |table: &Matrix<BigRational>| {
                let (row, scale) = clear(table.row(word[position].0));
                let total: BigInt = outputs[position].iter().sum();
                let total = if total.is_zero() { BigInt::from(1) } else { total };
                BigRational::new_raw(BigInt::dot(row.iter().zip(&outputs[position])), total * scale)
            };
            self.tables.iter().map(value).collect::<Vec<_>>()
        };
        let values: Vec<Vec<BigRational>> = attended.into_iter().map(value).collect();
        // Where all attended positions have the same strict sign or winner, so has their mean.
        let labels: Vec<_> = values.iter().map(|values| self.strict(values)).collect();
        match labels[0] {
            Some(label) if labels.iter().all(|other| *other == Some(label)) => label,
            _ => {
                let sum = |row: usize| values.iter().map(|values| values[row].reduced()).sum::<BigRational>();
                self.task.label(&(0..self.tables.len()).map(sum).collect::<Vec<_>>())
            }
        }
    }

    /// The label of exact values, if no other is as good.
    fn strict(&self, values: &[BigRational]) -> Option<usize> {
        match self.task {
            Task::Binary(_) => {
                (!values[0].numer().is_zero()).then(|| usize::from(values[0].numer().is_positive()))
            }
            Task::Classes(_) => {
                let less =
                    |a: &BigRational, b: &BigRational| (a.numer() * b.denom()).cmp(&(b.numer() * a.denom()));
                let label = (0..values.len()).max_by(|&a, &b| less(&values[a], &values[b]))?;
                let ties = values.iter().filter(|other| less(other, &values[label]).is_eq()).count();
                (ties == 1).then_some(label)
            }
        }
    }
}

/// `a·g` for an output `g` with a relative error.
fn estimate(a: &[f64], g: &[f64], error: f64) -> Estimate {
    let (mut value, mut size, mut whole) = (0.0, 0.0, 0.0);
    for (a, g) in a.iter().zip(g) {
        value += a * g;
        size += (a * g).abs();
        whole += a.abs();
    }
    (value, error * size + Outputs::LOST * whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        generate::{Stream, memory::MemoryFamily},
        model::MemoryModel,
        tuning::assert_gradient,
    };

    fn examples(model: &MemoryModel, task: &MemoryTask, inputs: usize) -> (MemoryBatch, AttentionExamples) {
        let batch = MemoryBatch::new(model.memory()).unwrap();
        let mut random = Random::new(5, Stream::Inputs);
        let drawn = Dataset::draw_memory(model.memory(), task, inputs, 7, &mut random).unwrap();
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
            let (batch, examples) = examples(&model, &task, 30);
            let mut random = Random::new(4, Stream::Starts);
            let mut objective = AttentionObjective::new(&batch, &task.task, &examples);
            (objective.sharpness, objective.penalty) = (2.0, 0.01);
            let mut at = objective.start(&mut random);
            at.iter_mut().for_each(|x| *x += random.normal() / 2.0);
            let gradient = assert_gradient(|at| objective.at(at), &at, "");
            assert!(gradient.iter().filter(|slope| slope.abs() > 1e-3).count() > at.len() / 2);
        }
    }

    /// Labels from floats, where they are certain, and from integers are those of the head in rationals.
    #[test]
    fn labels_are_those_of_the_head() {
        let model = MemoryFamily { tokens: 4, ..MemoryFamily::new(2) }.model(2);
        let (memory, task) = (model.memory(), model.task().unwrap());
        let (batch, examples) = examples(&model, task, 8);
        let objective = AttentionObjective::new(&batch, &task.task, &examples);
        let mut random = Random::new(9, Stream::Starts);
        let head = objective.head(&task.task, &objective.start(&mut random));
        let zero = AttentionHead { keys: head.keys.map(|_| BigRational::zero()), ..head.clone() };
        let exact = MemoryExact::new(memory).unwrap();
        let mut known = 0;
        for head in [head, zero] {
            let labeller = Labeller::new(memory, &task.task, &head);
            for (index, word) in examples.words.iter().enumerate() {
                let tokens: Vec<_> = word.iter().copied().map(Some).collect();
                let embeddings: Vec<_> = tokens.iter().map(|&token| memory.embedding(token)).collect();
                let attention = head.attend(&exact.model_output(None, &tokens).unwrap(), &embeddings);
                let label = head.label(&task.task, &attention);
                assert_eq!(labeller.exactly(&exact, word), label);
                known += usize::from(labeller.certain(&examples, index) == Some(label));
                assert!(labeller.certain(&examples, index).is_none_or(|found| found == label));
            }
        }
        assert!(known > 6, "{known}");
    }
}
