#![doc = include_str!("conditioning.md")]

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{self, Evidence, Statement},
    number::Rational,
};

use super::{
    linear_head::Proportional,
    margins::{InF64, Margins, margins, norm},
};
use crate::{
    certify::{Limit, certify_proof},
    linear::{
        LeastNorm, Matrix, Numeric, NumericError, least_norm_solution, numeric, rank_evidence,
        smallest_singular_value,
    },
    model::{Hmm, LinearHead, Model, Task},
    number::clear,
    theorem::theorem_3_3::certificate_rows,
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
}

/// A head with the least `‖b‖₁` for each contrast.
#[derive(Clone, Debug)]
pub struct LeastHead {
    /// The head.
    pub head: LinearHead,
    /// `‖b‖₁` for each contrast.
    pub norms: Vec<BigRational>,
    /// The certificate.
    pub accepted: Accepted,
}

impl HeadConditioning {
    /// A word for what the margins say; not a verdict.
    pub fn in_f64(&self) -> Option<InF64> {
        self.margins.as_ref().map(Margins::in_f64)
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
    let evidence = rank_evidence(model.hmm().emission()).ok_or(Limit::Primes)?;
    let value = evidence.columns.len();
    let accepted = certify_proof(model, Statement::EmissionRank, Evidence::Rank(evidence))?;
    Ok(Certified { value, accepted })
}

fn certified_singular_value(model: &Model) -> Result<Certified<Bounds>, Limit> {
    let evidence = smallest_singular_value(model.hmm().emission()).ok_or(Limit::Digits)?;
    let value = Bounds { lower: evidence.lower.0.clone(), upper: evidence.upper.0.clone() };
    let accepted = certify_proof(model, Statement::EmissionSingularValue, Evidence::SingularValue(evidence))?;
    Ok(Certified { value, accepted })
}

fn measure(model: &Model, task: &Task, head: &LinearHead) -> HeadConditioning {
    HeadConditioning {
        norms: contrast_norms(head),
        least: least_head(model, task),
        margins: margins(model.hmm(), task, head),
    }
}

/// `‖b‖₁` for each contrast; the row `b_0` of several classes is 0.
fn contrast_norms(head: &LinearHead) -> Vec<BigRational> {
    let rows = head.rows();
    rows[usize::from(rows.len() > 1)..].iter().map(|row| norm(row)).collect()
}

/// The linear program `min ‖b‖₁` subject to `bᵀ W diag(π_1) = (μ⊙π0)ᵀ`, once for each contrast.
fn least_head(model: &Model, task: &Task) -> Option<LeastHead> {
    let solved: Option<Vec<LeastNorm>> =
        task.contrasts().iter().map(|mu| least_row(model.hmm(), mu)).collect();
    let (rows, dual): (Vec<_>, Vec<_>) =
        solved?.into_iter().map(|found| (found.solution, found.dual)).unzip();
    let head = LinearHead::from_contrasts(task, rows);
    let dual = dual.into_iter().map(|row| row.into_iter().map(Rational).collect()).collect();
    let evidence = certificate::LeastHead { head: certificate_rows(&head), dual };
    let accepted = certify_proof(model, Statement::LeastHead, Evidence::LeastHead(evidence)).ok()?;
    Some(LeastHead { norms: contrast_norms(&head), head, accepted })
}

/// For one contrast, with numbers as short as the model's: `b s` solves `(b s)ᵀ W = s μ ⊙ π0 / π_1`, where `s` makes the right side
/// integers, and its dual vector is `π_1 ⊙ y`. States that are impossible at `H_1` have a zero column instead.
fn least_row(hmm: &Hmm, weights: &[BigRational]) -> Option<LeastNorm> {
    let first: Vec<Option<BigRational>> =
        hmm.first_law().into_iter().map(|law| (!law.is_zero()).then_some(law)).collect();
    let emission = hmm.emission();
    let matrix = Matrix::from_fn(hmm.tokens(), hmm.states(), |token, h| {
        if first[h].is_some() { emission[(token, h)].clone() } else { BigRational::zero() }
    });
    let target: Vec<BigRational> = (0..hmm.states())
        .map(|h| &weights[h] * &hmm.initial()[h] / first[h].clone().unwrap_or_else(BigRational::one))
        .collect();
    let (integers, scale) = clear(&target);
    let integers: Vec<_> = integers.into_iter().map(BigRational::from_integer).collect();
    let LeastNorm { mut solution, mut dual } = least_norm_solution(&matrix, &integers)?;
    solution.iter_mut().for_each(|b| *b /= &scale);
    dual.iter_mut().zip(&first).for_each(|(y, law)| *y /= law.clone().unwrap_or_else(BigRational::one));
    Some(LeastNorm { solution, dual })
}
