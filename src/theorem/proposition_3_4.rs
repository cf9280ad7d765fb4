#![doc = include_str!("proposition_3_4.md")]

use num_traits::Zero;
use recoverable_checker::{
    certificate::{Evidence, MaskedOutput, MaskedOutputs, Statement},
    number::Rational,
};

use super::Verdict;
use crate::{
    certify::certify_proof,
    model::{Model, Token},
    oracle::Exact,
    search::short_words,
};

/// Proposition 3.4 for one model. It holds for every model; the certificate has instances on which the
/// checker computes both sides.
pub fn decide(model: &Model) -> Verdict {
    let oracle = Exact::new(model.hmm());
    let mut instances = Vec::new();
    for word in short_words(model.hmm()) {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let outputs = oracle.model_output(&tokens).unwrap_or_default();
        for (index, output) in outputs.into_iter().enumerate() {
            if output.iter().any(|entry| !entry.is_zero()) {
                let tokens = word.iter().map(|&Token(token)| token).collect();
                let output = output.into_iter().map(Rational).collect();
                instances.push(MaskedOutput { tokens, position: index + 1, output });
            }
        }
    }
    let evidence = Evidence::MaskedOutput(MaskedOutputs { instances });
    Verdict::proof(certify_proof(model, Statement::Proposition34, evidence))
}
