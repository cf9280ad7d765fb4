//! The rules about heads and labels.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    certificate::{Hmm, NoProportionalHead, Statement, Term, Weights, WrongLabel},
    number::Rational,
};

use super::{
    super::literal::{Data, cleared, common, plain, plain_rows},
    Asked, Subject, classes, task_rows,
};

/// States and tokens without one each, the class with the largest index, and the task.
struct Labelled {
    sizes: String,
    last: usize,
    task: Vec<Vec<BigRational>>,
    binary: bool,
}

impl Labelled {
    fn new(subject: &Subject) -> Option<Self> {
        let hmm = subject.hmm?;
        let task = task_rows(hmm)?;
        let binary = matches!(hmm.task.as_ref()?.weights, Weights::Binary(_));
        let sizes = format!("{} {} data_model", subject.columns - 1, subject.entries.len() - 1);
        Some(Self { sizes, last: task.len() - 1, task, binary })
    }

    /// The class of a label: 1 of a binary task is class 0.
    fn class(&self, label: usize) -> usize {
        if self.binary { usize::from(label == 0) } else { label }
    }

    /// `recovers` or `proportional` of some prompt and head.
    fn about(&self, what: &str, prompt: &str, head: &str) -> String {
        format!("@{what} R _ _ (M R) {} {prompt} {head} (mx R data_task)", self.last)
    }
}

pub fn proportional_head(subject: &Subject, statement: Statement, head: &[Vec<Rational>]) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let says = match statement {
        Statement::ProportionalHead => labelled.about("proportional", "[::]", "(mx R data_head)"),
        Statement::LinearHead => format!("exists b, {}", labelled.about("recovers", "[::]", "b")),
        _ => labelled.about("recovers", "[::]", "(mx R data_head)"),
    };
    let asked = Asked::new(says, "by case: (proportional_identity_checked R data_valid checked)")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::matrix("head", &classes(head)))
        .check(format!("gaps_check {} {} data_head data_task", labelled.sizes, labelled.last));
    Some(asked)
}

pub fn no_proportional_head(subject: &Subject, evidence: &NoProportionalHead) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let says = format!("~ exists b, {}", labelled.about("proportional", "[::]", "b"));
    let asked = Asked::by(&says, "no_proportional_head_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::lists("words", &evidence.words))
        .data(Data::vector("weights", &plain(&evidence.weights)))
        .check(format!(
            "no_proportional_check {} {} data_task {} data_words data_weights",
            labelled.sizes, labelled.last, evidence.class
        ));
    Some(asked)
}

pub fn wrong_label(subject: &Subject, evidence: &WrongLabel) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let prompt = plain_rows(evidence.construction.prompt.as_deref().unwrap_or_default());
    let behind = format!("(prompt_of R {} data_prompt)", subject.columns - 1);
    let says = format!("~ {}", labelled.about("recovers", &behind, "(mx R data_head)"));
    let asked = Asked::by(&says, "wrong_label_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::matrix("head", &classes(&evidence.construction.head)))
        .data(Data::vectors("prompt", &prompt))
        .data(Data::naturals("tokens", &evidence.tokens))
        .check(format!(
            "wrong_label_check {} {} data_head data_prompt data_task data_tokens {} {}",
            labelled.sizes,
            labelled.last,
            labelled.class(evidence.task),
            labelled.class(evidence.head)
        ));
    Some(asked)
}

pub fn no_linear_head(subject: &Subject, terms: &[Term]) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let words: Vec<_> = terms.iter().map(|term| term.tokens.clone()).collect();
    let labels: Vec<_> = terms.iter().map(|term| labelled.class(term.label)).collect();
    let rivals: Vec<_> = terms.iter().map(|term| labelled.class(term.rival)).collect();
    let says = format!("~ exists b, {}", labelled.about("recovers", "[::]", "b"));
    let asked = Asked::by(&says, "no_linear_head_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::lists("words", &words))
        .data(Data::naturals("labels", &labels))
        .data(Data::naturals("rivals", &rivals))
        .data(Data::integers("weights", &unnormalised(subject.hmm?, terms)))
        .check(format!(
            "contradiction_check {} {} data_task\n  (terms_of data_words data_labels data_rivals data_weights)",
            labelled.sizes, labelled.last
        ));
    Some(asked)
}

/// The weights of the terms, as integers, for the numerators of `W (π_1 ⊙ β(x))` in the place of the model's outputs.
fn unnormalised(hmm: &Hmm, terms: &[Term]) -> Vec<BigInt> {
    let (_, transition) = cleared(&plain_rows(&hmm.transition));
    let (_, emission) = cleared(&plain_rows(&hmm.emission));
    let (_, initial) = cleared(&[plain(&hmm.initial)]);
    let pi_1: Vec<BigInt> = transition.iter().map(|row| dot(row, &initial[0])).collect();
    let backward = |tokens: &[usize]| {
        tokens.iter().rev().fold(vec![BigInt::from(1); pi_1.len()], |beta, &token| {
            let weighted: Vec<BigInt> = emission[token].iter().zip(&beta).map(|(w, b)| w * b).collect();
            let column =
                |state: usize| transition.iter().zip(&weighted).map(|(row, w)| &row[state] * w).sum();
            (0..beta.len()).map(column).collect()
        })
    };
    let weight = |term: &Term| {
        let mass = dot(&pi_1, &backward(&term.tokens));
        if mass.is_zero() { term.weight.0.clone() } else { &term.weight.0 / mass }
    };
    let weights: Vec<BigRational> = terms.iter().map(weight).collect();
    let denominator = common(&weights);
    weights.iter().map(|weight| weight.numer() * (&denominator / weight.denom())).collect()
}

fn dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
