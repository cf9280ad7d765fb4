#![doc = include_str!("linear_head.md")]

use num_rational::BigRational;
use num_traits::{Zero, pow};
use recoverable_checker::{
    Accepted,
    certificate::{Evidence, NoProportionalHead, ProportionalHead, Span, Statement},
    number::Rational,
};

use crate::{
    certify::{Limit, certify_proof, certify_refutation},
    model::{LinearHead, Model, Prompt, Task},
    number::{clear, coprime},
    search::{BackwardSpan, Bounds, HeadSystem, Solved, backward_span},
    theorem::theorem_3_3::certificate_rows,
};

/// What is known of linear heads for a model.
#[derive(Clone, Debug)]
pub struct LinearHeads {
    /// The span of all backward vectors.
    pub span: Result<BackwardSpan, Bounds>,
    /// Whether there is a proportional head; `None` without a task.
    pub proportional: Option<Proportional>,
}

/// Whether there is a head with scores proportional to the task's.
#[derive(Clone, Debug)]
pub enum Proportional {
    /// There is.
    Exists {
        /// One of them.
        head: LinearHead,
        /// Its certificate.
        accepted: Accepted,
    },
    /// There is none.
    Impossible {
        /// The contradiction's certificate.
        accepted: Accepted,
    },
    /// Neither is known.
    Undecided(Limit),
}

impl Proportional {
    /// `Some(true)` if there is one, `Some(false)` if there is none.
    pub fn exists(&self) -> Option<bool> {
        match self {
            Self::Exists { .. } => Some(true),
            Self::Impossible { .. } => Some(false),
            Self::Undecided(_) => None,
        }
    }

    /// The accepted certificate, either way.
    pub fn accepted(&self) -> Option<&Accepted> {
        match self {
            Self::Exists { accepted, .. } | Self::Impossible { accepted } => Some(accepted),
            Self::Undecided(_) => None,
        }
    }
}

/// Decides whether a proportional head exists.
pub fn decide(model: &Model) -> LinearHeads {
    from_identity(model, None)
}

/// The same where a head may be known that satisfies `bᵀ W diag(π_1) = (μ⊙π0)ᵀ`, such as that of Theorem 3.3.
pub fn from_identity(model: &Model, known: Option<LinearHead>) -> LinearHeads {
    let span = backward_span(model.hmm());
    let found = model.task().map(|task| match known {
        Some(head) => Question::without(model).exists(head, None),
        None => Question::without(model).decide(task, &span),
    });
    LinearHeads { span, proportional: found.map(|found| found.unwrap_or_else(Proportional::Undecided)) }
}

/// Decides the same behind a prompt of one token or more, with its law `ρ` for `π_1`: the weakest condition for a given prompt.
///
/// # Panics
/// If the prompt has no token.
pub fn behind(
    model: &Model,
    task: &Task,
    prompt: &Prompt,
    span: &Result<BackwardSpan, Bounds>,
) -> Proportional {
    assert!(!prompt.embeddings().is_empty(), "a prompt has a token");
    Question { model, prompt: Some(prompt) }.decide(task, span).unwrap_or_else(Proportional::Undecided)
}

/// A model, and perhaps a prompt in front of its input.
struct Question<'a> {
    model: &'a Model,
    prompt: Option<&'a Prompt>,
}

impl<'a> Question<'a> {
    fn without(model: &'a Model) -> Self {
        Self { model, prompt: None }
    }

    fn decide(&self, task: &Task, span: &Result<BackwardSpan, Bounds>) -> Result<Proportional, Limit> {
        let law =
            self.prompt.map_or_else(|| self.model.hmm().first_law(), |prompt| prompt.law(self.model.hmm()));
        let system = HeadSystem::behind(self.model.hmm(), &law);
        if let Solved::Head(head) = system.identity(task).ok_or(Limit::Primes)? {
            return self.exists(head, None);
        }
        let on = |span: &BackwardSpan| system.on_span(task, span.vectors()).ok_or(Limit::Primes);
        match span {
            Ok(span) => match on(span)? {
                Solved::Head(head) => self.exists(head, span.evidence()),
                Solved::Contradiction { class, coefficients } => self.impossible(span, class, coefficients),
            },
            Err(Bounds { limit, lower, upper }) => {
                if let Some(upper) = upper
                    && let Solved::Head(head) = on(upper)?
                {
                    return self.exists(head, upper.evidence());
                }
                if let Some(lower) = lower
                    && let Solved::Contradiction { class, coefficients } = on(lower)?
                {
                    return self.impossible(lower, class, coefficients);
                }
                Err(limit.clone())
            }
        }
    }

    fn statement(&self) -> Statement {
        match self.prompt {
            None => Statement::ProportionalHead,
            Some(_) => Statement::PromptedProportionalHead,
        }
    }

    fn exists(&self, head: LinearHead, span: Option<&Span>) -> Result<Proportional, Limit> {
        let evidence = ProportionalHead {
            head: certificate_rows(&head),
            prompt: self.prompt.map(certificate_prompt),
            span: span.cloned(),
        };
        let accepted = certify_proof(self.model, self.statement(), Evidence::ProportionalHead(evidence))?;
        Ok(Proportional::Exists { head, accepted })
    }

    fn impossible(
        &self,
        span: &BackwardSpan,
        class: usize,
        coefficients: Vec<BigRational>,
    ) -> Result<Proportional, Limit> {
        let (words, weights) = weighted_words(span, coefficients);
        let prompt = self.prompt.map(certificate_prompt);
        let evidence = Evidence::NoProportionalHead(NoProportionalHead { class, words, weights, prompt });
        let accepted = certify_refutation(self.model, self.statement(), evidence)?;
        Ok(Proportional::Impossible { accepted })
    }
}

/// The words of a combination of the integer vectors of a span, and the weights of their true vectors.
pub(super) fn weighted_words(
    span: &BackwardSpan,
    coefficients: Vec<BigRational>,
) -> (Vec<Vec<usize>>, Vec<Rational>) {
    let (mut words, mut weights) = (Vec::new(), Vec::new());
    for (word, coefficient) in span.words().iter().zip(coefficients) {
        if !coefficient.is_zero() {
            weights.push(coefficient * pow(span.step_scale().clone(), word.len()));
            words.push(word.iter().map(|token| token.0).collect());
        }
    }
    (words, coprime_weights(&weights))
}

/// The embeddings as a certificate has them.
pub(super) fn certificate_prompt(prompt: &Prompt) -> Vec<Vec<Rational>> {
    let row = |row: &Vec<BigRational>| row.iter().cloned().map(Rational).collect();
    prompt.embeddings().iter().map(row).collect()
}

/// The weights times a positive number that makes them coprime integers.
fn coprime_weights(weights: &[BigRational]) -> Vec<Rational> {
    coprime(clear(weights).0).into_iter().map(|value| Rational(BigRational::from_integer(value))).collect()
}
