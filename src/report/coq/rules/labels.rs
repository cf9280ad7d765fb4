//! The rules about heads and labels.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    certificate::{
        Hmm, LastingContradictions, LeastHead, NoProportionalHead, PackedContradictions, ProportionalHead,
        Statement, Term, Weights, WrongLabel,
    },
    number::Rational,
};

use super::{
    super::literal::{Data, cleared, common, plain, plain_rows},
    Asked, Subject, applied, class, classes, task_rows,
};

/// States and tokens without one each, the class with the largest index, and the task.
pub struct Labelled {
    /// The two sizes, and the model over common denominators.
    pub sizes: String,
    /// The two sizes, and the model whose columns have denominators of their own.
    pub own: String,
    pub last: usize,
    pub task: Vec<Vec<BigRational>>,
    pub binary: bool,
}

impl Labelled {
    pub fn new(subject: &Subject) -> Option<Self> {
        let hmm = subject.hmm?;
        let task = task_rows(hmm)?;
        let binary = matches!(hmm.task.as_ref()?.weights, Weights::Binary(_));
        let (sizes, own) = (subject.sizes("data_model"), subject.sizes("data_own"));
        Some(Self { sizes, own, last: task.len() - 1, task, binary })
    }

    /// The class of a label.
    pub fn class(&self, label: usize) -> usize {
        class(self.binary, label)
    }

    /// That some prompt has a proportional head.
    pub fn some_prompt(&self) -> String {
        format!("@some_prompt R _ _ (M R) {} (mx R data_task)", self.last)
    }

    /// `recovers` or `proportional` of some prompt and head.
    pub fn about(&self, what: &str, prompt: &str, head: &str) -> String {
        format!("@{what} R _ _ (M R) {} {prompt} {head} (mx R data_task)", self.last)
    }
}

/// The prompt that `data_prompt` is.
pub fn behind(subject: &Subject) -> String {
    format!("(prompt_of R {} data_prompt)", subject.columns - 1)
}

/// The embeddings of a prompt; none without one.
pub fn prompt_data(prompt: Option<&Vec<Vec<Rational>>>) -> Data {
    Data::vectors("prompt", &plain_rows(prompt.map_or(&[], Vec::as_slice)))
}

pub fn proportional_head(
    subject: &Subject,
    statement: Statement,
    evidence: &ProportionalHead,
) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let behind = behind(subject);
    let says = match statement {
        Statement::ProportionalHead | Statement::PromptedProportionalHead => {
            labelled.about("proportional", &behind, "(mx R data_head)")
        }
        Statement::SomePromptProportionalHead => labelled.some_prompt(),
        Statement::LinearHead => format!("exists b, {}", labelled.about("recovers", &behind, "b")),
        _ => labelled.about("recovers", &behind, "(mx R data_head)"),
    };
    let theorem = if evidence.span.is_some() {
        "span_checked R data_valid"
    } else {
        "own_identity_checked R data_sums"
    };
    let mut asked = Asked::new(&says, format!("by case: ({theorem} checked)"))
        .data(Data::matrix("task", &labelled.task))
        .data(Data::matrix("head", &classes(&evidence.head)))
        .data(prompt_data(evidence.prompt.as_ref()));
    let arguments = format!("{} data_head data_prompt data_task", labelled.last);
    let check = match &evidence.span {
        None => format!("own_identity_check {} {arguments}", labelled.own),
        Some(span) => {
            asked = asked.span(span);
            format!("span_check {} {arguments} {}\n  {SPAN}", labelled.sizes, span.squares)
        }
    };
    Some(if statement == Statement::SomePromptProportionalHead {
        asked
            .proof(applied(some_prompt_theorem(evidence)))
            .check(format!("some_prompt_check data_prompt && {check}"))
    } else {
        asked.check(check)
    })
}

/// A span, by its parts.
const SPAN: &str = "(Span data_words (Independence data_words_pivots data_words_modulus data_words_inverse data_words_scales)\n    \
                    data_zeros (Independence data_zeros_pivots data_zeros_modulus data_zeros_inverse data_zeros_scales))";

fn some_prompt_theorem(evidence: &ProportionalHead) -> &'static str {
    if evidence.span.is_some() { "some_prompt_span_checked" } else { "own_some_prompt_checked" }
}

pub fn no_proportional_head(subject: &Subject, evidence: &NoProportionalHead) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let says = format!("~ exists b, {}", labelled.about("proportional", &behind(subject), "b"));
    let asked = Asked::by(&says, "no_proportional_head_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(prompt_data(evidence.prompt.as_ref()))
        .data(Data::lists("words", &evidence.words))
        .data(Data::vector("weights", &plain(&evidence.weights)))
        .check(format!(
            "no_proportional_check {} {} data_prompt data_task {} data_words data_weights",
            labelled.sizes, labelled.last, evidence.class
        ));
    Some(asked)
}

pub fn wrong_label(subject: &Subject, evidence: &WrongLabel) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let says = format!("~ {}", labelled.about("recovers", &behind(subject), "(mx R data_head)"));
    let asked = Asked::by(&says, "wrong_label_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::matrix("head", &classes(&evidence.construction.head)))
        .data(prompt_data(evidence.construction.prompt.as_ref()))
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

/// The dual vectors of all classes, that of class 0 being zero.
pub fn least_head(subject: &Subject, evidence: &LeastHead) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let (states, tokens, last) = (subject.columns, subject.entries.len(), labelled.last);
    let zeros = vec![BigRational::zero(); states];
    let dual = std::iter::once(zeros).chain(plain_rows(&evidence.dual)).collect::<Vec<_>>();
    let ([task, head], order) =
        ([labelled.task.clone(), classes(&evidence.head)], |mut rows: Vec<Vec<BigRational>>| {
            if labelled.binary {
                rows.reverse();
            }
            rows
        });
    let contrast = |name, columns| format!("(contrast (@mx R {last} {columns} data_{name}) i)");
    let says = format!(
        "\n  forall i : 'I_{}, least_head (M R) {} {}",
        last + 1,
        contrast("task", states),
        contrast("head", tokens)
    );
    let asked = Asked::by(&says, "least_head_checked")
        .data(Data::matrix("task", &order(task)))
        .data(Data::matrix("head", &order(head)))
        .data(Data::matrix("dual", &dual))
        .check(format!("least_head_check {} {last} data_head data_task data_dual", labelled.sizes));
    Some(asked)
}

pub fn packed_contradictions(subject: &Subject, evidence: &PackedContradictions) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let hmm = subject.hmm?;
    let packs = &evidence.contradictions;
    let shares: Vec<_> = packs.iter().map(|packed| packed.share.0.clone()).collect();
    let says = format!(
        "\n  forall blank b, (fval R data_lower <= \
         @disagreement R _ _ (M R) {} [::] b (mx R data_task) blank {})%R",
        labelled.last, evidence.length
    );
    let asked = Asked::by(&says, "packed_contradictions_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::rational("lower", &evidence.lower.0))
        .data(Data::vector("shares", &shares));
    let asked = packs
        .iter()
        .enumerate()
        .flat_map(|(q, packed)| term_data(&labelled, q, &packed.terms, &unnormalised(hmm, &packed.terms)))
        .fold(asked, Asked::data)
        .check(format!(
            "packed_check {} {} data_task {} data_lower data_shares\n  {}",
            labelled.sizes,
            labelled.last,
            evidence.length,
            all_terms(packs.len())
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

pub fn lasting_contradictions(subject: &Subject, evidence: &LastingContradictions) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let packs = &evidence.contradictions;
    let shares: Vec<_> = packs.iter().map(|lasting| plain(&lasting.shares)).collect();
    let weights = |terms: &[Term]| {
        let weights: Vec<_> = terms.iter().map(|term| term.weight.0.clone()).collect();
        cleared(&[weights]).1.concat()
    };
    let says = format!(
        "\n  forall blank b i, ({} <= i)%N -> (fval R data_lower <= \
         @disagreement R _ _ (M R) {} [::] b (mx R data_task) blank i)%R",
        evidence.length, labelled.last
    );
    let asked = Asked::by(&says, "lasting_contradictions_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::rational("lower", &evidence.lower.0))
        .data(Data::matrix("shares", &shares));
    let terms = packs.iter().enumerate();
    let asked = terms
        .flat_map(|(q, lasting)| term_data(&labelled, q, &lasting.terms, &weights(&lasting.terms)))
        .fold(asked, Asked::data)
        .check(format!(
            "lasting_contradictions_check {} {} data_task {} data_lower data_shares\n  {}",
            labelled.sizes,
            labelled.last,
            evidence.length,
            all_terms(packs.len())
        ));
    Some(asked)
}

/// The terms of contradiction number `q`, with these weights.
fn term_data(labelled: &Labelled, q: usize, terms: &[Term], weights: &[BigInt]) -> [Data; 4] {
    let words: Vec<_> = terms.iter().map(|term| term.tokens.clone()).collect();
    let class = |label: fn(&Term) -> usize| -> Vec<usize> {
        terms.iter().map(|term| labelled.class(label(term))).collect()
    };
    [
        Data::lists(format!("words_{q}"), &words),
        Data::naturals(format!("labels_{q}"), &class(|term| term.label)),
        Data::naturals(format!("rivals_{q}"), &class(|term| term.rival)),
        Data::integers(format!("weights_{q}"), weights),
    ]
}

/// The terms of all contradictions, by their parts.
fn all_terms(count: usize) -> String {
    let name = |q: usize| format!("terms_of data_words_{q} data_labels_{q} data_rivals_{q} data_weights_{q}");
    format!("[:: {}]", (0..count).map(name).collect::<Vec<_>>().join(";\n      "))
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
