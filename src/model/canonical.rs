//! The canonical form of a model: what certificates carry and hashes are taken of.

use std::fmt::Write as _;

use num_rational::BigRational;
use recoverable_checker::certificate;
use sha2::{Digest, Sha256};

use super::{AnyModel, MemoryModel, Model, PriorForm, Shape, Task};
use crate::{linear::Matrix, number::Rational};

/// What a certificate can be about.
pub trait Canonical {
    /// The model as it stands in a certificate: no names, lowest terms, column-stochastic, the law of `H_0`.
    fn certificate_model(&self) -> certificate::Model;
}

/// The model as it stands in a certificate.
pub fn certificate_model(model: &impl Canonical) -> certificate::Model {
    model.certificate_model()
}

impl Canonical for Model {
    fn certificate_model(&self) -> certificate::Model {
        certificate::Model::Hmm(certificate::Hmm {
            initial: list(self.hmm().initial()),
            transition: rows(self.hmm().transition()),
            emission: rows(self.hmm().emission()),
            task: self.task().map(|task| certificate::Task { weights: weights(task) }),
        })
    }
}

impl Canonical for MemoryModel {
    fn certificate_model(&self) -> certificate::Model {
        let memory = self.memory();
        let Shape { values, cells, syntax } = memory.shape();
        let memory_prior = match memory.prior().form() {
            PriorForm::Product(laws) => {
                certificate::MemoryPrior::Product(laws.iter().map(|law| list(law)).collect())
            }
            PriorForm::Joint(law) => {
                let entry = |(values, p): (&Vec<usize>, &BigRational)| (values.clone(), Rational(p.clone()));
                certificate::MemoryPrior::Joint(certificate::JointLaw(law.iter().map(entry).collect()))
            }
        };
        certificate::Model::MemoryHmm(certificate::MemoryHmm {
            values,
            cells,
            syntax,
            initial: list(memory.chain().initial()),
            transition: rows(memory.chain().transition()),
            emission: rows(memory.emission()),
            memory_prior,
            task: self
                .task()
                .map(|task| certificate::MemoryTask { cell: task.cell.0, weights: weights(&task.task) }),
        })
    }
}

impl Canonical for AnyModel {
    fn certificate_model(&self) -> certificate::Model {
        match self {
            Self::Hmm(model) => model.certificate_model(),
            Self::Memory(model) => model.certificate_model(),
        }
    }
}

fn weights(task: &Task) -> certificate::Weights {
    match task {
        Task::Binary(weights) => certificate::Weights::Binary(list(weights)),
        Task::Classes(classes) => {
            certificate::Weights::Classes(classes.rows().iter().map(|row| list(row)).collect())
        }
    }
}

/// The canonical JSON of a model: [`certificate_model`] on one line without blanks, the keys in
/// the order `kind`, `initial`, `transition`, `emission`, `task`, those of [`certificate::MemoryHmm`] for a model with memory, or `kind`, `entries`, `rhs`, `split` for a matrix.
/// The model hash of reports is its SHA-256.
pub fn canonical_json(model: &certificate::Model) -> String {
    serde_json::to_string(model).expect("strings and lists always serialise")
}

/// SHA-256 of the canonical JSON of a model, in hexadecimal: how reports name a model.
///
/// ```
/// use recoverable::model::{builtin, certificate_model, model_hash};
/// let models = builtin::all();
/// assert_ne!(model_hash(&certificate_model(&models[0])), model_hash(&certificate_model(&models[1])));
/// ```
pub fn model_hash(model: &certificate::Model) -> String {
    let digest = Sha256::digest(canonical_json(model).as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

fn list(values: &[BigRational]) -> Vec<Rational> {
    values.iter().cloned().map(Rational).collect()
}

fn rows(matrix: &Matrix<BigRational>) -> Vec<Vec<Rational>> {
    (0..matrix.rows()).map(|row| list(matrix.row(row))).collect()
}
