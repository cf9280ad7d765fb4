//! Labelled inputs, written and read as JSON Lines.
//!
//! ```json
//! {"tokens":[3,0,2],"label":1,"margin":0.25}
//! ```
//!
//! Labels are exact; the margin says by how much the score `μ·P[H_0|x]` (with memory `μ·P[M_{j*}|x]`) of the label leads the next one (for a binary task it is
//! `|μ·P[H_0|x]|`), as a float.

use num_rational::BigRational;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Random;
use crate::{
    linear::Matrix,
    model::{Hmm, MemoryHmm, MemoryTask, Position, Task, Token},
    number::Scalar,
    oracle::{Batch, Labelled, MemoryBatch, SequenceError, TooManyStates},
};

/// Inputs of one length with their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The inputs.
    pub words: Vec<Vec<Token>>,
    /// The label of each.
    pub labels: Vec<Labelled>,
}

/// Why a line is no example of a model and a task. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LineError {
    /// No JSON object with the keys of an example.
    #[error("{why}, expected {{\"tokens\": [...], \"label\": ..., \"margin\": ...}}")]
    Syntax {
        /// What was found.
        why: String,
    },
    /// No token.
    #[error("tokens is empty, expected at least one token")]
    Empty,
    /// A token is not of the vocabulary.
    #[error("tokens: position {position}: token {token} is not below {limit}")]
    UnknownToken {
        /// Where it stands.
        position: Position,
        /// What was found.
        token: usize,
        /// The size of the vocabulary.
        limit: usize,
    },
    /// A label is not one of the task's.
    #[error("label is {label}, expected one below {limit}")]
    UnknownLabel {
        /// What was found.
        label: usize,
        /// The number of labels.
        limit: usize,
    },
    /// An input is not as long as the first.
    #[error("tokens: {found} of them, expected {expected} as in the first line")]
    OtherLength {
        /// The length of the first.
        expected: usize,
        /// The length of this one.
        found: usize,
    },
    /// A margin is negative.
    #[error("margin is negative")]
    NegativeMargin,
}

/// Why no inputs can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DrawError {
    /// The inputs would have no label.
    #[error(transparent)]
    Sequence(#[from] SequenceError),
    /// The model is too large to be computed with.
    #[error(transparent)]
    Large(#[from] TooManyStates),
}

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    tokens: Vec<usize>,
    label: usize,
    margin: f64,
}

/// Draws inputs from a model, as `X_1, X_2, …` are emitted by `H_1, H_2, …`.
///
/// ```
/// use recoverable::{generate::{Random, Stream, dataset::sample}, model::builtin};
/// let casino = builtin::all().remove(0);
/// let words = sample(casino.hmm(), 3, 5, &mut Random::new(1, Stream::Inputs));
/// assert_eq!(words.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5]);
/// ```
pub fn sample(hmm: &Hmm, inputs: usize, length: usize, random: &mut Random) -> Vec<Vec<Token>> {
    let initial = f64::common_scale(hmm.initial()).0;
    let (transition, emission) = (columns(hmm.transition()), columns(hmm.emission()));
    let mut word = || {
        let mut state = random.index(&initial);
        let mut next = || {
            state = random.index(&transition[state]);
            Token(random.index(&emission[state]))
        };
        (0..length).map(|_| next()).collect()
    };
    (0..inputs).map(|_| word()).collect()
}

/// The same from a model with memory: a memory for each input, and then as above.
///
/// # Panics
/// If the memory has no law, which no valid model has.
pub fn sample_memory(
    memory: &MemoryHmm,
    inputs: usize,
    length: usize,
    random: &mut Random,
) -> Vec<Vec<Token>> {
    let (memories, law): (Vec<_>, Vec<_>) = memory.prior().support().into_iter().unzip();
    let (law, initial) = (f64::common_scale(&law).0, f64::common_scale(memory.chain().initial()).0);
    let (transition, emission) = (columns(memory.chain().transition()), columns(memory.emission()));
    let shape = memory.shape();
    let mut word = || {
        let values = &memories[random.index(&law)];
        let mut state = random.index(&initial);
        let mut next = || {
            state = random.index(&transition[state]);
            Token(random.index(&emission[shape.column(values[shape.cell(state).0], state)]))
        };
        (0..length).map(|_| next()).collect()
    };
    (0..inputs).map(|_| word()).collect()
}

/// The columns of a matrix as floats.
fn columns(matrix: &Matrix<BigRational>) -> Vec<Vec<f64>> {
    let transposed = matrix.transpose();
    (0..matrix.columns()).map(|column| f64::common_scale(transposed.row(column)).0).collect()
}

impl Dataset {
    /// Draws inputs of one length and labels them.
    ///
    /// # Errors
    /// [`SequenceError::Empty`] for the length 0.
    ///
    /// # Panics
    /// If the task is over another number of states.
    pub fn draw(
        hmm: &Hmm,
        task: &Task,
        inputs: usize,
        length: usize,
        random: &mut Random,
    ) -> Result<Self, SequenceError> {
        if length == 0 {
            return Err(SequenceError::Empty);
        }
        let words = sample(hmm, inputs, length, random);
        let batch = Batch::new(hmm);
        let labels = batch.labels(hmm, task, &words, &batch.backward(&words))?;
        Ok(Self { words, labels })
    }

    /// The same for a model with memory.
    ///
    /// # Errors
    /// [`DrawError::Sequence`] for the length 0, [`DrawError::Large`] for a model with too many memories.
    ///
    /// # Panics
    /// If the task is over other values.
    pub fn draw_memory(
        memory: &MemoryHmm,
        task: &MemoryTask,
        inputs: usize,
        length: usize,
        random: &mut Random,
    ) -> Result<Self, DrawError> {
        if length == 0 {
            return Err(SequenceError::Empty.into());
        }
        let batch = MemoryBatch::new(memory)?;
        let words = sample_memory(memory, inputs, length, random);
        let labels = batch.labels(memory, task, &words)?;
        Ok(Self { words, labels })
    }

    /// As JSON Lines.
    pub fn to_json_lines(&self) -> String {
        let line = |(word, labelled): (&Vec<Token>, &Labelled)| {
            let tokens = word.iter().map(|token| token.0).collect();
            let example = Example { tokens, label: labelled.label, margin: labelled.margin };
            serde_json::to_string(&example).expect("numbers and lists always serialise") + "\n"
        };
        self.words.iter().zip(&self.labels).map(line).collect()
    }

    /// From JSON Lines; blank lines are skipped.
    ///
    /// # Errors
    /// The number of the first line that is no example, from 1, and why it is none.
    pub fn from_json_lines(text: &str, tokens: usize, labels: usize) -> Result<Self, (usize, LineError)> {
        let mut dataset = Self { words: Vec::new(), labels: Vec::new() };
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let (word, labelled) = example(line, tokens, labels).map_err(|why| (number, why))?;
            let expected = dataset.words.first().map_or(word.len(), Vec::len);
            if word.len() != expected {
                return Err((number, LineError::OtherLength { expected, found: word.len() }));
            }
            dataset.words.push(word);
            dataset.labels.push(labelled);
        }
        Ok(dataset)
    }
}

fn example(line: &str, tokens: usize, labels: usize) -> Result<(Vec<Token>, Labelled), LineError> {
    let found: Example = serde_json::from_str(line).map_err(|error| {
        let message = error.to_string();
        LineError::Syntax { why: message.split(" at line 1").next().unwrap_or(&message).to_owned() }
    })?;
    if found.tokens.is_empty() {
        return Err(LineError::Empty);
    }
    if let Some(index) = found.tokens.iter().position(|&token| token >= tokens) {
        let (position, token) = (Position(index + 1), found.tokens[index]);
        return Err(LineError::UnknownToken { position, token, limit: tokens });
    }
    if found.label >= labels {
        return Err(LineError::UnknownLabel { label: found.label, limit: labels });
    }
    if found.margin < 0.0 {
        return Err(LineError::NegativeMargin);
    }
    let word = found.tokens.into_iter().map(Token).collect();
    Ok((word, Labelled { label: found.label, margin: found.margin }))
}
