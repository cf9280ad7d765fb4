//! That a given head is wrong on one input, as a certificate: the checker computes both labels from the definitions.

use num_rational::BigRational;
use recoverable_checker::{
    Accepted,
    certificate::{self, Evidence, Statement, WrongAttentionLabel, WrongLabel},
    number::Rational,
};

use crate::{
    certify::{Limit, certify_refutation},
    model::{AttentionConstruction, Construction, MemoryModel, Model, Token},
    theorem::theorem_3_3::certificate_rows,
};

/// The labels of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// That of the task.
    pub task: usize,
    /// That of the head.
    pub head: usize,
}

/// Certifies that a linear head, perhaps behind a prompt, has these labels on an input, which differ.
///
/// # Errors
/// [`Limit::Refused`] if the checker does not accept that.
pub fn certify(
    model: &Model,
    construction: &Construction,
    word: &[Token],
    labels: Labels,
) -> Result<Accepted, Limit> {
    let Labels { task, head } = labels;
    let construction = certificate_construction(construction);
    let evidence = WrongLabel { construction, tokens: indices(word), task, head };
    certify_refutation(model, Statement::HeadRecoversTask, Evidence::WrongLabel(evidence))
}

/// The same of an attention head.
///
/// # Errors
/// [`Limit::Refused`] if the checker does not accept that.
pub fn certify_attention(
    model: &MemoryModel,
    construction: &AttentionConstruction,
    word: &[Token],
    labels: Labels,
) -> Result<Accepted, Limit> {
    let Labels { task, head } = labels;
    let construction = construction.certificate();
    let evidence = WrongAttentionLabel { construction, tokens: indices(word), task, head };
    certify_refutation(model, Statement::HeadRecoversTask, Evidence::WrongAttentionLabel(evidence))
}

fn indices(word: &[Token]) -> Vec<usize> {
    word.iter().map(|token| token.0).collect()
}

/// A linear head, and its prompt, as they stand in a certificate.
pub(super) fn certificate_construction(construction: &Construction) -> certificate::Construction {
    let prompt = construction.prompt();
    let row = |row: &Vec<BigRational>| row.iter().cloned().map(Rational).collect();
    certificate::Construction {
        head: certificate_rows(construction.head()),
        prompt: (!prompt.is_empty()).then(|| prompt.iter().map(row).collect()),
    }
}
