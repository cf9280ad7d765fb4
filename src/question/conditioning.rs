#![doc = include_str!("conditioning.md")]

use num_rational::BigRational;
use recoverable_checker::{
    Accepted,
    certificate::{Evidence, Statement},
};

use super::{
    least_head::{LeastHead, contrast_norms, least_head},
    linear_head::Proportional,
    margins::{InF64, Margins, margins},
};
use crate::{
    certify::{Limit, certify_proof},
    linear::{Fractions, Numeric, NumericError, numeric, smallest_singular_value},
    model::{LinearHead, Model, Task},
};

/// What is known of the conditioning of a model.
#[derive(Clone, Debug)]
pub struct Conditioning {
    /// The rank of `W`.
    pub rank: Result<Certified<usize>, Limit>,
    /// `σ_min(W)`.
    pub singular_value: Result<Certified<Bounds>, Limit>,
    /// What `f64` sees of `W`.
    pub numeric: Result<Numeric, NumericError>,
    /// The head, or why there is none.
    pub head: HeadFound,
}

/// A value that the checker has accepted.
#[derive(Clone, Debug)]
pub struct Certified<T> {
    /// The value.
    pub value: T,
    /// The certificate.
    pub accepted: Accepted,
}

/// `lower ≤ σ_min ≤ upper`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Not negative.
    pub lower: BigRational,
    /// At least `lower`.
    pub upper: BigRational,
}

/// Whether there is a head to speak of.
#[derive(Clone, Debug)]
pub enum HeadFound {
    /// One with scores proportional to the task's.
    Exists(Box<HeadConditioning>),
    /// No head has such scores.
    Impossible,
    /// It is not known whether one has.
    Undecided,
    /// The model has no task.
    NoTask,
}

/// What is known of a head on every input of every length, and of its labels on those of one length.
#[derive(Clone, Debug)]
pub struct HeadConditioning {
    /// `‖b‖₁` for each contrast of the task (`b_c − b_0` for several classes, where `b_0 = 0`).
    pub norms: Vec<BigRational>,
    /// The head for which that is least; `None` if no head satisfies the identity in full, or its certificate was not accepted.
    pub least: Option<LeastHead>,
    /// The margins of labels; `None` for very large vocabularies.
    pub margins: Option<Margins>,
    /// Those of the head [`least`](Self::least), where its norms are smaller.
    pub least_margins: Option<Margins>,
}

impl HeadConditioning {
    /// A word for what the margins say; not a verdict.
    pub fn in_f64(&self) -> Option<InF64> {
        self.margins.as_ref().map(Margins::in_f64)
    }

    /// The margins of the least head, if they say something better.
    pub fn better(&self) -> Option<&Margins> {
        let own = self.in_f64()?;
        self.least_margins.as_ref().filter(|margins| margins.in_f64() < own)
    }
}

impl Conditioning {
    /// The certificates of what is certified.
    pub fn accepted(&self) -> impl Iterator<Item = &Accepted> {
        let least = match &self.head {
            HeadFound::Exists(head) => head.least.as_ref().map(|least| &least.accepted),
            HeadFound::Impossible | HeadFound::Undecided | HeadFound::NoTask => None,
        };
        let rank = self.rank.as_ref().ok().map(|found| &found.accepted);
        let bounds = self.singular_value.as_ref().ok().map(|found| &found.accepted);
        [rank, bounds, least].into_iter().flatten()
    }
}

/// Measures the emission matrix, and the head if one was found. Cost: the bounds of `σ_min` (`n³/6` products of
/// integers, a few times) and the enumeration of at most 1024 inputs.
pub fn decide(model: &Model, proportional: Option<&Proportional>) -> Conditioning {
    let emission = model.hmm().emission();
    Conditioning {
        rank: certified_rank(model),
        singular_value: certified_singular_value(model),
        numeric: numeric(emission),
        head: match (model.task(), proportional) {
            (None, _) | (_, None) => HeadFound::NoTask,
            (Some(task), Some(Proportional::Exists { head, .. })) => {
                HeadFound::Exists(Box::new(measure(model, task, head)))
            }
            (_, Some(Proportional::Impossible { .. })) => HeadFound::Impossible,
            (_, Some(Proportional::Undecided(_))) => HeadFound::Undecided,
        },
    }
}

fn certified_rank(model: &Model) -> Result<Certified<usize>, Limit> {
    let emission = Fractions::new(model.hmm().emission());
    let evidence = emission.kernel().and_then(|found| found.evidence(&emission)).ok_or(Limit::Primes)?;
    let value = evidence.columns.len();
    let accepted = certify_proof(model, Statement::EmissionRank, Evidence::Rank(evidence))?;
    Ok(Certified { value, accepted })
}

pub(super) fn certified_singular_value(model: &Model) -> Result<Certified<Bounds>, Limit> {
    let evidence = smallest_singular_value(model.hmm().emission()).ok_or(Limit::Digits)?;
    let value = Bounds { lower: evidence.lower.0.clone(), upper: evidence.upper.0.clone() };
    let accepted = certify_proof(model, Statement::EmissionSingularValue, Evidence::SingularValue(evidence))?;
    Ok(Certified { value, accepted })
}

fn measure(model: &Model, task: &Task, head: &LinearHead) -> HeadConditioning {
    let least = least_head(model, task, head);
    let norms = contrast_norms(head);
    let other = least.as_ref().filter(|least| least.norms != norms);
    HeadConditioning {
        margins: margins(model.hmm(), task, head),
        least_margins: other.and_then(|least| margins(model.hmm(), task, &least.head)),
        least,
        norms,
    }
}
