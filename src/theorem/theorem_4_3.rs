#![doc = include_str!("theorem_4_3.md")]

use num_rational::BigRational;
use recoverable_checker::{
    Accepted,
    certificate::{Evidence, Statement},
};

use super::{Verdict, attention};
use crate::{
    certify::{Limit, certify_proof},
    hypothesis::{
        RecoverableSet,
        assumption_3_2::{self, Ergodicity},
        assumption_4_2,
    },
    model::{AttentionHead, MemoryHmm, MemoryModel, MemoryTask, Token},
    search::Counted,
};

/// Theorem 4.3 for one model.
#[derive(Clone, Debug)]
pub struct Theorem43 {
    /// The hidden chain is ergodic and `π0` has full support.
    pub assumption_3_2: Ergodicity,
    /// The recoverable syntax states; `None` without a task.
    pub assumption_4_2: Option<RecoverableSet>,
    /// The head that the theorem promises, where both hypotheses hold.
    pub head: Option<AttentionHead>,
    /// The verdict; `None` without a task.
    pub verdict: Option<Verdict>,
}

/// Decides the hypotheses, constructs the head, and has the conclusion checked.
pub fn decide(model: &MemoryModel) -> Theorem43 {
    let ergodicity = assumption_3_2::of_chain(model, model.memory().chain());
    let mut theorem =
        Theorem43 { assumption_3_2: ergodicity, assumption_4_2: None, head: None, verdict: None };
    let Some(task) = model.task() else { return theorem };
    let set = assumption_4_2::decide(model, task);
    let hypotheses =
        [(Statement::Assumption32, &theorem.assumption_3_2.whole), (Statement::Assumption42, &set.decision)];
    theorem.verdict = Verdict::of_hypotheses(&hypotheses);
    if theorem.verdict.is_none() {
        let head = attention::construct(model.memory(), task, &set);
        theorem.verdict = Some(Verdict::proof(theorem.conclude(model, &set, &head)));
        theorem.head = Some(head);
    }
    theorem.assumption_4_2 = Some(set);
    theorem
}

/// Whether a head that was given, without a prompt, is right on the scope of Theorem 4.3 for the syntax states that it singles out: these states, and the
/// accepted certificate. `None` if it is not, or Assumption 3.2 fails.
pub fn certify_given(model: &MemoryModel, head: &AttentionHead) -> Option<(Vec<usize>, Accepted)> {
    let counted = Counted::all(model.memory(), model.task()?);
    let claim = |evidence| (Statement::Theorem43, Evidence::AttentionHead(evidence));
    attention::certify_given(model, &counted, head, claim)
}

/// The head for some recoverable states, whether or not the other hypotheses hold.
pub fn construct(memory: &MemoryHmm, task: &MemoryTask, set: &RecoverableSet) -> AttentionHead {
    attention::construct(memory, task, set)
}

impl Theorem43 {
    /// The checker recomputes the hypotheses and the identities `θ_{(c,s)}·W[:,(c',h')] = δ`.
    fn conclude(
        &self,
        model: &MemoryModel,
        set: &RecoverableSet,
        head: &AttentionHead,
    ) -> Result<Accepted, Limit> {
        let ergodic = attention::ergodic(&self.assumption_3_2.whole).ok_or(Limit::Primes)?;
        let evidence = Evidence::AttentionHead(attention::evidence(ergodic, set.states(), head));
        certify_proof(model, Statement::Theorem43, evidence)
    }

    /// `P[M_{j*} | x]` from the output at an attended position and the token there, where the hypotheses hold and the input satisfies (4.3);
    /// `None` where that cannot be.
    ///
    /// # Panics
    /// If the output has another length than the vocabulary.
    pub fn posterior(
        &self,
        memory: &MemoryHmm,
        output: &[BigRational],
        token: Token,
    ) -> Option<Vec<BigRational>> {
        attention::posterior(memory, self.assumption_4_2.as_ref()?, output, token)
    }
}
