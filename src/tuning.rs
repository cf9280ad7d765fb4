//! Heads and soft prompts learned from labelled inputs of the exact model, in `f64`.
//!
//! With the backward vectors `β(x)` at hand, the model's output behind a prompt is `W q_x`, `q_x = (ρ ⊙ β(x)) / (ρ·β(x))`, and the prompt
//! `u_1, …, u_l` is seen through `ρ = A D_{u_l} A ⋯ D_{u_1} π_1` alone ([`Construction::law`]). So words go through the chain once; learning is
//! logistic regression on `q_x`, and gradients pass back through `l` steps of the chain.
//!
//! | what | how |
//! |---|---|
//! | loss | cross-entropy of the labels under the softmax of the scores, and `λ/2` of the squares of the head on standardised outputs |
//! | head | of the scores one is kept at 0; the others are linear in the output (its entries sum to 1: no intercept is needed) |
//! | prompt | `u = 1 / (1 + e^-θ)`, from `θ` uniform on [-1/2, 1/2] |
//! | descent | L-BFGS ([`minimise`]), for each `λ` of a short list; the validation inputs choose |
//!
//! For models with memory there are [attention heads](attention) instead.
//!
//! The result is a [`Construction`] of short dyadic numbers, whose disagreement with the task [`bound`](mod@crate::question::bound)
//! certifies. Floats here propose and never decide.

pub mod attention;
mod course;
mod lbfgs;
mod objective;

pub use course::Progress;
pub use lbfgs::{Function, minimise};
pub use objective::Objective;

use std::ops::ControlFlow;

use num_rational::BigRational;

use course::{Course, follow};

use crate::{
    generate::{Random, Stream, dataset::Dataset},
    linear::Matrix,
    model::{Construction, Hmm, LinearHead, Task},
    number::{Scalar, to_binary_digits, to_binary_places},
    oracle::{Backward, Batch},
};

/// How to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// The length of the prompt; 0 for a head alone.
    pub prompt: usize,
    /// Prompts to start from.
    pub starts: usize,
    /// Steps of descent from each.
    pub steps: usize,
}

/// What was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// The head, and the prompt in front of the input.
    pub construction: Construction,
    /// The share of the training inputs that it labels as the task does, in `f64`.
    pub training: f64,
    /// The same for the validation inputs.
    pub validation: f64,
}

/// Weights of the penalty.
const PENALTIES: [f64; 4] = [1e-3, 1e-5, 1e-7, 1e-9];

/// Binary digits of what is learned.
const DIGITS: i32 = 40;

/// Inputs with their backward vectors.
#[derive(Clone, Debug)]
pub struct Examples {
    /// Of the words.
    pub backward: Backward,
    /// The label of each.
    pub labels: Vec<usize>,
}

impl Examples {
    /// Passes the words of a dataset through the chain.
    ///
    /// # Panics
    /// If the words have several lengths.
    pub fn new(batch: &Batch, dataset: &Dataset) -> Self {
        let labels = dataset.labels.iter().map(|labelled| labelled.label).collect();
        Self { backward: batch.backward(&dataset.words), labels }
    }

    /// How many labels a head behind a prompt gets right, its scores computed in `f64` from the model's output in `f64`.
    pub fn right(&self, batch: &Batch, hmm: &Hmm, task: &Task, construction: &Construction) -> usize {
        let law = f64::common_scale(&normalised(construction.law(hmm))).0;
        let outputs = batch.outputs(&law, &self.backward);
        let rows: Vec<_> = construction.head().rows().iter().map(|row| f64::common_scale(row).0).collect();
        let label = |word: usize| {
            let output = outputs.row(word);
            let score = |row: &Vec<f64>| row.iter().zip(output).map(|(b, g)| b * g).sum::<f64>();
            task.label(&rows.iter().map(score).collect::<Vec<f64>>())
        };
        (0..outputs.rows()).filter(|&word| label(word) == self.labels[word]).count()
    }

    /// The same as a share; 1 of no inputs.
    fn accuracy(&self, batch: &Batch, hmm: &Hmm, task: &Task, construction: &Construction) -> f64 {
        match self.labels.len() {
            0 => 1.0,
            count => self.right(batch, hmm, task, construction) as f64 / count as f64,
        }
    }
}

/// A law over its sum: a long prompt makes `ρ` small, and floats end.
fn normalised(law: Vec<BigRational>) -> Vec<BigRational> {
    let total: BigRational = law.iter().sum();
    if num_traits::Zero::is_zero(&total) { law } else { law.iter().map(|p| p / &total).collect() }
}

/// Learns a head, and a prompt if one is asked for, from training inputs; of what the penalties and starts lead to, the validation inputs
/// choose.
///
/// # Panics
/// If the task is over another number of states.
pub fn learn(
    hmm: &Hmm,
    task: &Task,
    training: &Examples,
    validation: &Examples,
    effort: Effort,
    random: &mut Random,
) -> Learned {
    let go_on = &mut |_: &Progress| ControlFlow::Continue(());
    learn_on(hmm, task, [training, validation], effort, random, Progress::default(), go_on)
}

/// The same from where it was stopped; training and validation inputs are the two examples. `observe` sees each stage and can stop after it: then what
/// is best so far is returned.
///
/// # Panics
/// If the task is over another number of states.
pub fn learn_on(
    hmm: &Hmm,
    task: &Task,
    examples: [&Examples; 2],
    effort: Effort,
    random: &mut Random,
    progress: Progress,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Learned {
    let batch = Batch::new(hmm);
    let objective = Objective::new(&batch, task, examples[0], effort.prompt);
    let mut course = Heads { hmm, task, batch: &batch, objective, examples, steps: effort.steps };
    let starts = if effort.prompt == 0 { 1 } else { effort.starts };
    let parameters = follow(&mut course, starts, random, progress, observe).expect("something is tried");
    let construction = exact(hmm, task, &course.objective, &parameters);
    let accuracy = |examples: &Examples| examples.accuracy(&batch, hmm, task, &construction);
    let [training, validation] = examples.map(accuracy);
    Learned { construction, training, validation }
}

/// Learns a head on the outputs of any model, `[(input, token)]`, with the inputs' labels: outputs to learn from and to choose with.
///
/// That is [`learn`] on a chain that shows its states, whose output is the backward vector over its sum.
///
/// # Panics
/// If the outputs are over different numbers of tokens.
pub fn learn_outputs(
    task: &Task,
    [training, validation]: [(&Matrix<f64>, &[usize]); 2],
    steps: usize,
) -> LinearHead {
    let tokens = training.0.columns();
    let share = BigRational::new(1.into(), tokens.into());
    let entry = |row: usize, column: usize| BigRational::from_integer(u8::from(row == column).into());
    let emission = Matrix::from_fn(tokens, tokens, entry).to_rows();
    let shown = Hmm::new(vec![share.clone(); tokens], vec![vec![share; tokens]; tokens], emission)
        .expect("uniform laws and the identity");
    let rows = vec![vec![BigRational::default(); tokens]; task.scores().len()];
    let task = match task {
        Task::Binary(_) => Task::binary(rows.concat()),
        Task::Classes(_) => Task::classes(rows).expect("as many classes"),
    };
    let examples = |(outputs, labels): (&Matrix<f64>, &[usize])| Examples {
        backward: Backward { values: outputs.clone(), reliable: vec![true; labels.len()], length: 1 },
        labels: labels.to_vec(),
    };
    let effort = Effort { prompt: 0, starts: 1, steps };
    let mut random = Random::new(0, Stream::Starts); // a head starts at 0
    let learned = learn(&shown, &task, &examples(training), &examples(validation), effort, &mut random);
    learned.construction.head().clone()
}

/// Heads behind prompts, penalty by penalty.
struct Heads<'a> {
    hmm: &'a Hmm,
    task: &'a Task,
    batch: &'a Batch,
    objective: Objective<'a>,
    examples: [&'a Examples; 2],
    steps: usize,
}

impl Course for Heads<'_> {
    fn start(&self, random: &mut Random) -> Vec<f64> {
        self.objective.start(random)
    }

    fn stages(&self) -> usize {
        PENALTIES.len()
    }

    fn descend(&mut self, stage: usize, parameters: Vec<f64>) -> Vec<f64> {
        self.objective.penalty = PENALTIES[stage];
        minimise(parameters, self.steps, &mut |at| self.objective.at(at))
    }

    fn score(&self, parameters: &[f64]) -> (usize, usize) {
        let construction = exact(self.hmm, self.task, &self.objective, parameters);
        let right = |examples: &Examples| examples.right(self.batch, self.hmm, self.task, &construction);
        let [training, validation] = self.examples.map(right);
        (validation, training)
    }
}

/// What was learned, in short dyadic numbers.
fn exact(hmm: &Hmm, task: &Task, objective: &Objective<'_>, parameters: &[f64]) -> Construction {
    let row = |row: Vec<f64>| row.into_iter().map(|b| to_binary_digits(b, DIGITS)).collect();
    let contrasts = objective.head(parameters).into_iter().map(row).collect();
    let embedding = |row: Vec<f64>| row.into_iter().map(|u| to_binary_places(u, DIGITS)).collect::<Vec<_>>();
    let prompt = objective.prompt(parameters).into_iter().map(embedding).collect();
    let head = LinearHead::from_contrasts(task, contrasts).rows().to_vec();
    Construction::new(hmm, task, head, prompt).expect("a row for each class, embeddings in [0, 1]")
}

/// `M v`
fn apply(matrix: &Matrix<f64>, vector: &[f64]) -> Vec<f64> {
    let entry = |row: usize| matrix.row(row).iter().zip(vector).map(|(m, v)| m * v).sum();
    (0..matrix.rows()).map(entry).collect()
}

/// The gradient of a function at a point, which is that of finite differences.
#[cfg(test)]
fn assert_gradient(function: impl Fn(&[f64]) -> (f64, Vec<f64>), at: &[f64], what: &str) -> Vec<f64> {
    let gradient = function(at).1;
    assert_eq!(gradient.len(), at.len());
    for index in 0..at.len() {
        let moved = |by: f64| {
            let mut at = at.to_vec();
            at[index] += by;
            function(&at).0
        };
        let step = 1e-4;
        let slope = (moved(step) - moved(-step)) / (2.0 * step);
        let error = (slope - gradient[index]).abs();
        assert!(error < 1e-6 * (1.0 + slope.abs()), "{what} {index}: {slope} {}", gradient[index]);
    }
    gradient
}
