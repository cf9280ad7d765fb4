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
    let span = backward_span(model.hmm());
    let proportional =
        model.task().map(|task| proportional(model, task, &span).unwrap_or_else(Proportional::Undecided));
    LinearHeads { span, proportional }
}

fn proportional(
    model: &Model,
    task: &Task,
    span: &Result<BackwardSpan, Bounds>,
) -> Result<Proportional, Limit> {
    let system = HeadSystem::new(model.hmm());
    if let Ok(head) = head(task, |contrast| system.identity(contrast))? {
        return exists(model, head, None);
    }
    let on = |span: &BackwardSpan| head(task, |contrast| system.on_span(contrast, span.vectors()));
    match span {
        Ok(span) => match on(span)? {
            Ok(head) => exists(model, head, span.evidence()),
            Err((class, coefficients)) => impossible(model, span, class, coefficients),
        },
        Err(Bounds { limit, lower, upper }) => {
            if let Some(upper) = upper
                && let Ok(head) = on(upper)?
            {
                return exists(model, head, upper.evidence());
            }
            if let Some(lower) = lower
                && let Err((class, coefficients)) = on(lower)?
            {
                return impossible(model, lower, class, coefficients);
            }
            Err(limit.clone())
        }
    }
}

/// A head that solves every contrast, or the class of the first contradiction with its coefficients.
type Found = Result<LinearHead, (usize, Vec<BigRational>)>;

fn head(task: &Task, solve: impl Fn(&[BigRational]) -> Option<Solved>) -> Result<Found, Limit> {
    let mut rows = Vec::new();
    for (index, contrast) in task.contrasts().iter().enumerate() {
        match solve(contrast).ok_or(Limit::Primes)? {
            Solved::Head(row) => rows.push(row),
            Solved::Contradiction(coefficients) => return Ok(Err((index + 1, coefficients))),
        }
    }
    Ok(Ok(LinearHead::from_contrasts(task, rows)))
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
            weights.push(Rational(coefficient * pow(span.step_scale().clone(), word.len())));
            words.push(word.iter().map(|token| token.0).collect());
        }
    }
    let evidence =
        Evidence::NoProportionalHead(NoProportionalHead { class, words, weights: coprime(weights) });
    let accepted = certify_refutation(model, Statement::ProportionalHead, evidence)?;
    Ok(Proportional::Impossible { accepted })
}

/// The weights times a positive number that makes them coprime integers.
fn coprime(weights: Vec<Rational>) -> Vec<Rational> {
    let values: Vec<_> = weights.into_iter().map(|weight| weight.0).collect();
    let (integers, _) = crate::number::clear(&values);
    let divisor = integers
        .iter()
        .fold(num_bigint::BigInt::ZERO, |divisor, value| num_integer::gcd(divisor, value.clone()));
    integers.into_iter().map(|value| Rational(BigRational::from_integer(value / &divisor))).collect()
}
