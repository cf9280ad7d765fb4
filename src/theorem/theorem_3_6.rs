#![doc = include_str!("theorem_3_6.md")]

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{Aperiodicity, EssentialStates, Evidence, PromptedHead, Statement},
};

use super::{Verdict, theorem_3_3::certificate_rows};
use crate::{
    certify::{Limit, certify_proof},
    hypothesis::{
        assumption_3_2::{self, Ergodicity},
        assumption_3_5::{self, Essential},
    },
    linear::{Matrix, inverse},
    model::{Construction, Hmm, Model, State, Task, inner},
    search::{CoverLimits, HeadSystem, Solved},
};

/// Theorem 3.6 for one model.
#[derive(Clone, Debug)]
pub struct Theorem36 {
    /// The chain is ergodic and `π0` has full support.
    pub assumption_3_2: Ergodicity,
    /// Some states lead to essential ones; `None` without a task.
    pub assumption_3_5: Option<Essential>,
    /// The head and the prompt that the theorem promises, where both hypotheses hold.
    pub construction: Option<Construction>,
    /// The verdict; `None` without a task.
    pub verdict: Option<Verdict>,
}

/// Decides the hypotheses, constructs prompt and head, and has the conclusion checked.
pub fn decide(model: &Model) -> Theorem36 {
    from_ergodicity(model, assumption_3_2::decide(model), CoverLimits::DEFAULT)
}

/// The same where Assumption 3.2 has been decided already, with a search for essential states within these limits.
pub fn from_ergodicity(model: &Model, assumption_3_2: Ergodicity, limits: CoverLimits) -> Theorem36 {
    let assumption_3_5 = assumption_3_5::decide_within(model, limits);
    let mut theorem = Theorem36 { assumption_3_2, assumption_3_5, construction: None, verdict: None };
    let (Some(task), Some(essential)) = (model.task(), &theorem.assumption_3_5) else { return theorem };
    let hypotheses = [
        (Statement::Assumption32, &theorem.assumption_3_2.whole),
        (Statement::Assumption35, &essential.decision),
    ];
    theorem.verdict = Verdict::of_hypotheses(&hypotheses);
    if theorem.verdict.is_none() {
        theorem.construction =
            essential.choice.as_ref().and_then(|choice| construct(model.hmm(), task, &choice.sources));
        theorem.verdict = Some(Verdict::proof(theorem.conclude(model)));
    }
    theorem
}

impl Theorem36 {
    /// The map that recovers the posterior of this very model on the essential states, where both hypotheses hold. Cost: the
    /// inverse of a block of `W`.
    pub fn recovery(&self, hmm: &Hmm) -> Option<EssentialRecovery> {
        let (essential, _) = self.evidence()?;
        let choice = self.assumption_3_5.as_ref()?.choice.as_ref()?;
        let law = self.construction.as_ref()?.law(hmm);
        EssentialRecovery::new(hmm, &essential.independence.rows, &choice.essential, &law)
    }

    /// The evidence of the hypotheses, where both hold.
    fn evidence(&self) -> Option<(EssentialStates, Aperiodicity)> {
        let essential = self.assumption_3_5.as_ref()?.decision.accepted()?;
        let ergodic = self.assumption_3_2.whole.accepted()?;
        match (&essential.certificate().evidence, &ergodic.certificate().evidence) {
            (Evidence::EssentialStates(essential), Evidence::Ergodic(ergodic)) => {
                Some((essential.clone(), ergodic.clone()))
            }
            _ => None,
        }
    }

    /// The checker recomputes the hypotheses and the identity `bᵀ W diag(ρ) = (μ⊙π0)ᵀ`.
    fn conclude(&self, model: &Model) -> Result<Accepted, Limit> {
        let construction = self.construction.as_ref().ok_or(Limit::Primes)?;
        let (essential, ergodic) = self.evidence().ok_or(Limit::Primes)?;
        let head = certificate_rows(construction.head());
        let evidence = Evidence::PromptedHead(PromptedHead { essential, ergodic, head });
        certify_proof(model, Statement::Theorem36, evidence)
    }
}

/// `u = 1_B`, and `b` with `b·W[:,h] = μ_h π0_h / ρ_h` on `H*` for each contrast of the task.
fn construct(hmm: &Hmm, task: &Task, sources: &[State]) -> Option<Construction> {
    let indicator = |h| if sources.contains(&State(h)) { BigRational::one() } else { BigRational::zero() };
    let prompt: Vec<_> = (0..hmm.states()).map(indicator).collect();
    let passed: Vec<_> = hmm.first_law().iter().zip(&prompt).map(|(p, u)| p * u).collect();
    match HeadSystem::behind(hmm, &hmm.advance(&passed)).identity(task)? {
        Solved::Head(head) => Construction::new(hmm, task, head.rows().to_vec(), vec![prompt]).ok(),
        Solved::Contradiction { .. } => None,
    }
}

/// The linear map `g ↦ (π0/ρ) ⊙ W_{H*}† g` (`|H*| × k`), which turns `Ḡ_2(ê(x))` into the posterior on the essential states, up to scale.
///
/// `W_{H*}†` is the inverse of the square block of these columns of `W` at the rows that certify independence, and zero at the other tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EssentialRecovery {
    states: Vec<State>,
    matrix: Matrix<BigRational>,
}

impl EssentialRecovery {
    /// `None` if the block of `W` at these rows and states is not invertible or `ρ` vanishes at one of the states.
    fn new(hmm: &Hmm, rows: &[usize], states: &[State], law: &[BigRational]) -> Option<Self> {
        let columns: Vec<usize> = states.iter().map(|state| state.0).collect();
        let block = inverse(&hmm.emission().block(rows, &columns))?;
        if columns.iter().any(|&h| law[h].is_zero()) {
            return None;
        }
        let entry = |index: usize, token: usize| match rows.iter().position(|&row| row == token) {
            Some(at) => &block[(index, at)] * &hmm.initial()[columns[index]] / &law[columns[index]],
            None => BigRational::zero(),
        };
        let matrix = Matrix::from_fn(states.len(), hmm.tokens(), entry);
        Some(Self { states: states.to_vec(), matrix })
    }

    /// `H*`, ascending: the rows of the matrix.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The matrix, `|H*| × k`.
    pub fn matrix(&self) -> &Matrix<BigRational> {
        &self.matrix
    }

    /// `P[H_0 = h | x, H_0 ∈ H*]` for the essential states `h`, from `Ḡ_2(ê(x))`; `None` if no essential state is possible behind `x`, that is if the
    /// output is zero, and for what is no output of the model.
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
