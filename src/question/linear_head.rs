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
    model::{LinearHead, Model, Task},
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
    let proportional = model
        .task()
        .map(|task| proportional(model, task, known, &span).unwrap_or_else(Proportional::Undecided));
    LinearHeads { span, proportional }
}

fn proportional(
    model: &Model,
    task: &Task,
    known: Option<LinearHead>,
    span: &Result<BackwardSpan, Bounds>,
) -> Result<Proportional, Limit> {
    if let Some(head) = known {
        return exists(model, head, None);
    }
    let system = HeadSystem::new(model.hmm());
    if let Solved::Head(head) = system.identity(task).ok_or(Limit::Primes)? {
        return exists(model, head, None);
    }
    let on = |span: &BackwardSpan| system.on_span(task, span.vectors()).ok_or(Limit::Primes);
    match span {
        Ok(span) => match on(span)? {
            Solved::Head(head) => exists(model, head, span.evidence()),
            Solved::Contradiction { class, coefficients } => impossible(model, span, class, coefficients),
        },
        Err(Bounds { limit, lower, upper }) => {
            if let Some(upper) = upper
                && let Solved::Head(head) = on(upper)?
            {
                return exists(model, head, upper.evidence());
            }
            if let Some(lower) = lower
                && let Solved::Contradiction { class, coefficients } = on(lower)?
            {
                return impossible(model, lower, class, coefficients);
            }
            Err(limit.clone())
        }
    }
}

fn exists(model: &Model, head: LinearHead, span: Option<&Span>) -> Result<Proportional, Limit> {
    let evidence = ProportionalHead { head: certificate_rows(&head), span: span.cloned() };
    let accepted = certify_proof(model, Statement::ProportionalHead, Evidence::ProportionalHead(evidence))?;
    Ok(Proportional::Exists { head, accepted })
}

fn impossible(
    model: &Model,
    span: &BackwardSpan,
    class: usize,
    coefficients: Vec<BigRational>,
) -> Result<Proportional, Limit> {
    let (mut words, mut weights) = (Vec::new(), Vec::new());
    for (word, coefficient) in span.words().iter().zip(coefficients) {
        if !coefficient.is_zero() {
            weights.push(coefficient * pow(span.step_scale().clone(), word.len()));
            words.push(word.iter().map(|token| token.0).collect());
        }
    }
    let evidence =
        Evidence::NoProportionalHead(NoProportionalHead { class, words, weights: coprime_weights(&weights) });
    let accepted = certify_refutation(model, Statement::ProportionalHead, evidence)?;
    Ok(Proportional::Impossible { accepted })
}

/// The weights times a positive number that makes them coprime integers.
fn coprime_weights(weights: &[BigRational]) -> Vec<Rational> {
    coprime(clear(weights).0).into_iter().map(|value| Rational(BigRational::from_integer(value))).collect()
}
