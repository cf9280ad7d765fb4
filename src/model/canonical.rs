//! The canonical form of a model: what certificates carry and hashes are taken of.

use num_rational::BigRational;
use recoverable_checker::certificate;

use super::{Model, Task};
use crate::{linear::Matrix, number::Rational};

/// The model as it stands in a certificate: no names, lowest terms, column-stochastic, the law of `H_0`.
pub fn certificate_model(model: &Model) -> certificate::Model {
    certificate::Model::Hmm(certificate::Hmm {
        initial: list(model.hmm().initial()),
        transition: rows(model.hmm().transition()),
        emission: rows(model.hmm().emission()),
        task: model.task().map(|task| certificate::Task {
            weights: match task {
                Task::Binary(weights) => certificate::Weights::Binary(list(weights)),
                Task::Classes(classes) => {
                    certificate::Weights::Classes(classes.rows().iter().map(|row| list(row)).collect())
                }
            },
        }),
    })
}

/// The canonical JSON of a model: [`certificate_model`] on one line without blanks, the keys in
/// the order `kind`, `initial`, `transition`, `emission`, `task`, or `kind`, `entries`, `rhs`, `split` for a matrix.
/// The model hash of reports is its SHA-256.
pub fn canonical_json(model: &certificate::Model) -> String {
    serde_json::to_string(model).expect("strings and lists always serialise")
}

fn list(values: &[BigRational]) -> Vec<Rational> {
    values.iter().cloned().map(Rational).collect()
}

fn rows(matrix: &Matrix<BigRational>) -> Vec<Vec<Rational>> {
    (0..matrix.rows()).map(|row| list(matrix.row(row))).collect()
}
