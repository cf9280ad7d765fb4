#![doc = include_str!("theorem_3_3.md")]

use num_rational::BigRational;
use num_traits::{Signed, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{Aperiodicity, Evidence, Independence, InvertibleHead, Statement},
    number::Rational,
};

use super::Verdict;
use crate::{
    certify::{Limit, certify_proof},
    hypothesis::{
        Decision, assumption_3_1,
        assumption_3_2::{self, Ergodicity},
    },
    linear::{Matrix, inverse},
    model::{Hmm, LinearHead, Model, Task, inner},
    search::{HeadSystem, Solved},
};

/// Theorem 3.3 for one model.
#[derive(Clone, Debug)]
pub struct Theorem33 {
    /// The columns of `W` are independent.
    pub assumption_3_1: Decision,
    /// The chain is ergodic and `π0` has full support.
    pub assumption_3_2: Ergodicity,
    /// The head that the theorem promises, where both hypotheses hold and there is a task.
    pub head: Option<LinearHead>,
    /// The verdict; `None` without a task.
    pub verdict: Option<Verdict>,
}

/// Decides the hypotheses, constructs the head, and has the conclusion checked.
pub fn decide(model: &Model) -> Theorem33 {
    let (independent, ergodic) = (assumption_3_1::decide(model), assumption_3_2::decide(model));
    let hypotheses = [(Statement::Assumption31, &independent), (Statement::Assumption32, &ergodic.whole)];
    let early = Verdict::of_hypotheses(&hypotheses);
    let mut theorem = Theorem33 {
        head: None,
        verdict: model.task().and(early.clone()),
        assumption_3_1: independent,
        assumption_3_2: ergodic,
    };
    if early.is_some() {
        return theorem;
    }
    let Some((independence, ergodic)) = theorem.evidence() else { return theorem };
    if let Some(task) = model.task() {
        theorem.head = construct(model.hmm(), task);
        theorem.verdict = Some(Verdict::proof(conclude(model, theorem.head.as_ref(), independence, ergodic)));
    }
    theorem
}

impl Theorem33 {
    /// The map that recovers the posterior of this very model, where both hypotheses hold. Cost: the
    /// inverse of an `n × n` block of `W`.
    pub fn recovery(&self, hmm: &Hmm) -> Option<RecoveryMap> {
        RecoveryMap::new(hmm, &self.evidence()?.0.rows)
    }

    /// The evidence of the hypotheses, where both hold.
    fn evidence(&self) -> Option<(Independence, Aperiodicity)> {
        let evidence =
            |decision: &Decision| decision.accepted().map(|found| found.certificate().evidence.clone());
        match (evidence(&self.assumption_3_1)?, evidence(&self.assumption_3_2.whole)?) {
            (Evidence::IndependentColumns(independence), Evidence::Ergodic(ergodic)) => {
                Some((independence, ergodic))
            }
            _ => None,
        }
    }
}

/// `b` with `Wᵀ b = μ ⊙ π0 / π_1`, for each contrast of the task.
fn construct(hmm: &Hmm, task: &Task) -> Option<LinearHead> {
    match HeadSystem::new(hmm).identity(task)? {
        Solved::Head(head) => Some(head),
        Solved::Contradiction { .. } => None,
    }
}

/// The checker recomputes the hypotheses and the identity `bᵀ W diag(π_1) = (μ⊙π0)ᵀ`.
fn conclude(
    model: &Model,
    head: Option<&LinearHead>,
    independence: Independence,
    ergodic: Aperiodicity,
) -> Result<Accepted, Limit> {
    let head = certificate_rows(head.ok_or(Limit::Primes)?);
    let evidence = Evidence::InvertibleHead(InvertibleHead { independence, ergodic, head });
    certify_proof(model, Statement::Theorem33, evidence)
}

/// The rows of a head as they stand in a certificate.
pub(crate) fn certificate_rows(head: &LinearHead) -> Vec<Vec<Rational>> {
    head.rows().iter().map(|row| row.iter().cloned().map(Rational).collect()).collect()
}

/// The linear map `g ↦ (π0/π_1) ⊙ W† g` (`n × k`), which turns `G_1(x')` into the posterior up to scale.
///
/// `W†` is the inverse of the square block of `W` at the rows that certify independence, and zero at
/// the other tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryMap {
    matrix: Matrix<BigRational>,
}

impl RecoveryMap {
    /// `None` if the block of `W` at these rows is not invertible or `π_1` has a zero entry.
    fn new(hmm: &Hmm, rows: &[usize]) -> Option<Self> {
        let all: Vec<usize> = (0..hmm.states()).collect();
        let block = inverse(&hmm.emission().block(rows, &all))?;
        let first = hmm.first_law();
        if first.iter().any(Zero::is_zero) {
            return None;
        }
        let entry = |h: usize, token: usize| match rows.iter().position(|&row| row == token) {
            Some(index) => &block[(h, index)] * &hmm.initial()[h] / &first[h],
            None => BigRational::zero(),
        };
        Some(Self { matrix: Matrix::from_fn(hmm.states(), hmm.tokens(), entry) })
    }

    /// The matrix, `n × k`.
    pub fn matrix(&self) -> &Matrix<BigRational> {
        &self.matrix
    }

    /// `P[H_0 | x]` from `G_1(x')`; `None` if that is no output of the model on a possible input.
    ///
    /// # Panics
    /// If the output has another length than the vocabulary.
    pub fn posterior(&self, output: &[BigRational]) -> Option<Vec<BigRational>> {
        let masses: Vec<_> = (0..self.matrix.rows()).map(|h| inner(self.matrix.row(h), output)).collect();
        let total: BigRational = masses.iter().sum();
        let valid = total.is_positive() && !masses.iter().any(Signed::is_negative);
        valid.then(|| masses.into_iter().map(|mass| mass / &total).collect())
    }
}
