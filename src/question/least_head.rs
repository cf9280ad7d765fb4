//! The head that amplifies errors least: of all `b` with `bᵀ W diag(π_1) = (μ⊙π0)ᵀ` one with the least `‖b‖₁`.
//!
//! An error of at most `ε` in each entry of the model's output moves the score `b·g` by at most `ε ‖b‖₁`, and some error does. All these
//! heads have the same scores on true outputs. The certificate is a dual vector `y` for each contrast: `|W diag(π_1) y| ≤ 1`
//! at every token and `(μ⊙π0)·y = ‖b‖₁`, so that no other head has a smaller norm.

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{self, Evidence, Statement},
    number::Rational,
};

use super::margins::norm;
use crate::{
    certify::certify_proof,
    linear::{LeastNorm, Matrix, dual_of_signs, least_norm_solution},
    model::{Hmm, LinearHead, Model, Task},
    number::clear,
    theorem::theorem_3_3::certificate_rows,
};

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

/// Solves the linear program for each contrast of the task; where there is only one solution, it is the head that is known. `None` if
/// no head satisfies the identity in full, or the checker does not accept the evidence.
pub fn least_head(model: &Model, task: &Task, known: &LinearHead) -> Option<LeastHead> {
    let system = EmissionSystem::new(model.hmm());
    if let Some(dual) = system.duals_of_only(&known.contrasts())
        && let Some(found) = certified_least(model, known.clone(), dual)
    {
        return Some(found);
    }
    let solved: Option<Vec<LeastNorm>> = task.contrasts().iter().map(|mu| system.least(mu)).collect();
    let (rows, dual) = solved?.into_iter().map(|found| (found.solution, found.dual)).unzip();
    certified_least(model, LinearHead::from_contrasts(task, rows), dual)
}

fn certified_least(model: &Model, head: LinearHead, dual: Vec<Vec<BigRational>>) -> Option<LeastHead> {
    let dual = dual.into_iter().map(|row| row.into_iter().map(Rational).collect()).collect();
    let evidence = certificate::LeastHead { head: certificate_rows(&head), dual };
    let accepted = certify_proof(model, Statement::LeastHead, Evidence::LeastHead(evidence)).ok()?;
    Some(LeastHead { norms: contrast_norms(&head), head, accepted })
}

/// The system with numbers as short as the model's. `b` solves `bᵀ W = (μ ⊙ π0 / π_1)ᵀ`, and where `y` is a dual vector of that,
/// `y / π_1` is one of `bᵀ W diag(π_1) = (μ⊙π0)ᵀ`. A state that is impossible at `H_1` has a zero column and the divisor 1.
struct EmissionSystem<'a> {
    hmm: &'a Hmm,
    /// `k × n`
    matrix: Matrix<BigRational>,
    /// `π_1`, with 1 in place of 0.
    divisors: Vec<BigRational>,
}

impl<'a> EmissionSystem<'a> {
    fn new(hmm: &'a Hmm) -> Self {
        let (first, emission) = (hmm.first_law(), hmm.emission());
        let matrix = Matrix::from_fn(hmm.tokens(), hmm.states(), |token, h| {
            if first[h].is_zero() { BigRational::zero() } else { emission[(token, h)].clone() }
        });
        let nonzero = |law: BigRational| if law.is_zero() { BigRational::one() } else { law };
        Self { hmm, matrix, divisors: first.into_iter().map(nonzero).collect() }
    }

    /// The solution of least norm for one contrast; the right side is made integers for it.
    fn least(&self, weights: &[BigRational]) -> Option<LeastNorm> {
        let laws = self.hmm.initial().iter().zip(&self.divisors);
        let target: Vec<_> =
            weights.iter().zip(laws).map(|(mu, (law, divisor))| mu * law / divisor).collect();
        let (integers, scale) = clear(&target);
        let integers: Vec<_> = integers.into_iter().map(BigRational::from_integer).collect();
        let LeastNorm { mut solution, dual } = least_norm_solution(&self.matrix, &integers)?;
        solution.iter_mut().for_each(|b| *b /= &scale);
        Some(LeastNorm { solution, dual: self.divided(dual) })
    }

    /// For as few tokens as states: `y` with `W diag(π_1) y = sign(b)` for each row `b`, if there are such.
    fn duals_of_only(&self, rows: &[Vec<BigRational>]) -> Option<Vec<Vec<BigRational>>> {
        if self.matrix.rows() > self.matrix.columns() {
            return None;
        }
        rows.iter().map(|row| dual_of_signs(&self.matrix, row).map(|y| self.divided(y))).collect()
    }

    fn divided(&self, mut dual: Vec<BigRational>) -> Vec<BigRational> {
        dual.iter_mut().zip(&self.divisors).for_each(|(y, divisor)| *y /= divisor);
        dual
    }
}

/// `‖b‖₁` for each contrast of the task.
pub(super) fn contrast_norms(head: &LinearHead) -> Vec<BigRational> {
    head.contrasts().iter().map(|row| norm(row)).collect()
}
