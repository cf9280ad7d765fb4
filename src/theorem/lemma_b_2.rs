#![doc = include_str!("lemma_b_2.md")]

use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    certificate::{Evidence, PromptedPosterior, PromptedPosteriors, Statement},
    number::Rational,
};

use super::{Verdict, lemma_b_1::embedding};
use crate::{
    certify::certify_proof,
    hypothesis::{Decision, assumption_3_2},
    model::{Hmm, Model, Token, inner},
    oracle::Exact,
    search::short_words_behind,
};

/// Lemma B.2 for one model.
#[derive(Clone, Debug)]
pub struct LemmaB2 {
    /// `π0` has full support.
    pub full_support: Decision,
    /// The verdict.
    pub verdict: Verdict,
}

/// Decides the hypothesis and has the lemma checked.
pub fn decide(model: &Model) -> LemmaB2 {
    let full_support = assumption_3_2::full_support(model);
    let early = Verdict::of_hypotheses(&[(Statement::FullSupport, &full_support)]);
    let verdict = early.unwrap_or_else(|| {
        let evidence = PromptedPosteriors { instances: instances(model.hmm()) };
        Verdict::proof(certify_proof(model, Statement::LemmaB2, Evidence::PromptedPosterior(evidence)))
    });
    LemmaB2 { full_support, verdict }
}

fn instances(hmm: &Hmm) -> Vec<PromptedPosterior> {
    let (oracle, ones) = (Exact::new(hmm), vec![BigRational::from_integer(1.into()); hmm.states()]);
    let instance = |embedding: Vec<BigRational>, word: &[Token]| {
        let beta = oracle.backward(&word.iter().copied().map(Some).collect::<Vec<_>>()).ok()?;
        let passed: Vec<_> = hmm.first_law().iter().zip(&embedding).map(|(p, u)| p * u).collect();
        let joint = inner(&hmm.advance(&passed), &beta); // Pr(X̂_1=z~, X̂_{3:t+2}=x)
        (!joint.is_zero()).then(|| PromptedPosterior {
            embedding: embedding.into_iter().map(Rational).collect(),
            tokens: word.iter().map(|token| token.0).collect(),
            ratio: Rational(inner(hmm.initial(), &beta) / joint),
        })
    };
    // A word that no other embedding lets through passes the one that lets everything pass.
    let choose = |(index, word): (usize, &Vec<Token>)| {
        instance(embedding(hmm.states(), index), word).or_else(|| instance(ones.clone(), word))
    };
    short_words_behind(hmm, 2).iter().enumerate().filter_map(choose).collect()
}
