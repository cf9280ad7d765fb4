#![doc = include_str!("lemma_b_1.md")]

use recoverable_checker::{
    certificate::{Evidence, FakeToken, FakeTokens, Statement},
    number::Rational,
};

use super::Verdict;
use crate::{
    certify::certify_proof,
    model::{Model, Token},
    oracle::{Exact, extended::Embedding},
    search::short_words,
};

/// Lemma B.1 for one model. It holds for every model; the certificate has instances on which the checker computes both sides.
pub fn decide(model: &Model) -> Verdict {
    let oracle = Exact::new(model.hmm());
    let mut instances = Vec::new();
    for (index, word) in short_words(model.hmm()).into_iter().enumerate() {
        let embedding = embedding(model.hmm().states(), index);
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let outputs = oracle.extended_output(std::slice::from_ref(&embedding), &tokens).unwrap_or_default();
        for (index, output) in outputs.into_iter().enumerate().skip(1) {
            instances.push(FakeToken {
                embedding: embedding.iter().cloned().map(Rational).collect(),
                tokens: word.iter().map(|&Token(token)| token).collect(),
                position: index + 1,
                output: output.into_iter().map(Rational).collect(),
            });
        }
    }
    let evidence = Evidence::FakeToken(FakeTokens { instances });
    Verdict::proof(certify_proof(model, Statement::LemmaB1, evidence))
}

/// One of a few embeddings with the entries 0, 1/2 and 1, another for each number.
pub(super) fn embedding(states: usize, number: usize) -> Embedding {
    let entry = |h: usize| num_rational::BigRational::new(((h + number) % 3).into(), 2.into());
    (0..states).map(entry).collect()
}
