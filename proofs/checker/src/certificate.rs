//! The types of a certificate: what is claimed, about which model, and the evidence.
//!
//! Producers build these values and serialise them; the checker reads them back from the text and
//! trusts nothing else. Unknown fields, rules, statements and schema versions are refused while
//! reading. `FORMAT.md` describes every field and rule in prose.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::number::Rational;

mod algebra;
mod evidence;
mod labels;
mod memory;
mod no_prompt;
mod prompts;
mod statement;
mod tagged;
mod weights;

pub use algebra::*;
pub use evidence::*;
pub use labels::*;
pub use memory::*;
pub use no_prompt::*;
pub use prompts::*;
pub use statement::Statement;

/// A whole certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of the format.
    pub schema: Schema,
    /// What is claimed.
    pub claim: Claim,
    /// The model that the claim is about.
    pub model: Model,
    /// What establishes the claim.
    pub evidence: Evidence,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schema {
    /// Version 1.
    #[serde(rename = "recoverable.certificate/1")]
    V1,
}

/// What a certificate claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The statement.
    pub statement: Statement,
    /// Whether it holds.
    pub verdict: Outcome,
}

/// The two verdicts that can be certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The statement holds, for all inputs of all lengths where it speaks of inputs.
    Proved,
    /// The statement is false.
    Refuted,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proved => "proved",
            Self::Refuted => "refuted",
        })
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.statement, self.verdict)
    }
}

/// What a claim is about, tagged in JSON by `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Model {
    /// A vanilla hidden Markov model.
    Hmm(Hmm),
    /// A hidden Markov model with memory.
    MemoryHmm(MemoryHmm),
    /// A matrix by itself.
    Matrix(MatrixProblem),
}

/// The kinds of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// [`Model::Hmm`].
    Hmm,
    /// [`Model::MemoryHmm`].
    MemoryHmm,
    /// [`Model::Matrix`].
    Matrix,
}

impl Model {
    /// The kind of this model.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Hmm(_) => Kind::Hmm,
            Self::MemoryHmm(_) => Kind::MemoryHmm,
            Self::Matrix(_) => Kind::Matrix,
        }
    }
}

/// A hidden Markov model, column-stochastic, with the law of `H_0`, and perhaps a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hmm {
    /// `initial[state]`, the law of `H_0`, which emits nothing.
    pub initial: Vec<Rational>,
    /// `transition[next][current]`; every column sums to 1.
    pub transition: Vec<Vec<Rational>>,
    /// `emission[token][state]`; every column sums to 1.
    pub emission: Vec<Vec<Rational>>,
    /// The downstream task, where the claim needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
}

/// A matrix `M`, and what a statement needs beside it: a right side, or a division of the columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixProblem {
    /// `entries[row][column]`: at least one row, all of the same length, which may be 0.
    pub entries: Vec<Vec<Rational>>,
    /// The right side of `M x = rhs`, one entry for each row; there exactly if the statement speaks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhs: Option<Vec<Rational>>,
    /// How many leading columns form the first block; there exactly if the statement speaks of blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<usize>,
}

/// A downstream task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// `μ`.
    pub weights: Weights,
}

/// The weights `μ` of a task; in JSON a list of numbers, or a list of two or more such lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Label 1 iff `μ · P[H_0|x] ≥ 0`.
    Binary(Vec<Rational>),
    /// The label is the argmax of `μ_k · P[H_0|x]`, the smallest index on ties.
    Classes(Vec<Vec<Rational>>),
}

impl Certificate {
    /// The certificate as one line of JSON.
    ///
    /// # Panics
    /// Never: strings, integers and lists always serialise.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, integers and lists always serialise")
    }
}
