#![doc = include_str!("theorem_4_6.md")]

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{Evidence, Statement},
};

use super::{Verdict, attention};
use crate::{
    certify::{Limit, certify_proof},
    hypothesis::{
        Decision, RecoverableSet,
        assumption_3_2::{self, Ergodicity},
        assumption_4_4, assumption_4_5,
    },
    linear::Matrix,
    model::{AttentionHead, MemoryHmm, MemoryModel, MemoryTask, Token},
    oracle::MemoryPrompt,
    search::Counted,
};

/// Theorem 4.6 for one model.
#[derive(Clone, Debug)]
pub struct Theorem46 {
    /// The hidden chain is ergodic and `π0` has full support.
    pub assumption_3_2: Ergodicity,
    /// The chain is stationary.
    pub assumption_4_4: Decision,
    /// The recoverable syntax states behind the prompt; `None` without a task.
    pub assumption_4_5: Option<RecoverableSet>,
    /// The prompt and the head that the theorem promises, where the hypotheses hold.
    pub head: Option<PromptedHead>,
    /// The verdict; `None` without a task.
    pub verdict: Option<Verdict>,
}

/// An attention head behind the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptedHead {
    /// The prompt.
    pub prompt: MemoryPrompt,
    /// The head.
    pub head: AttentionHead,
}

/// The prompt that a task asks for.
pub fn prompt(task: &MemoryTask) -> MemoryPrompt {
    MemoryPrompt { cell: task.cell, passes: task.support() }
}

/// Decides the hypotheses, constructs the head, and has the conclusion checked.
pub fn decide(model: &MemoryModel) -> Theorem46 {
    from_ergodicity(model, assumption_3_2::of_chain(model, model.memory().chain()))
}

/// The same with a known answer on Assumption 3.2.
pub fn from_ergodicity(model: &MemoryModel, ergodicity: Ergodicity) -> Theorem46 {
    let mut theorem = Theorem46 {
        assumption_3_2: ergodicity,
        assumption_4_4: assumption_4_4::decide(model),
        assumption_4_5: None,
        head: None,
        verdict: None,
    };
    let Some(task) = model.task() else { return theorem };
    let set = assumption_4_5::decide(model, task);
    let hypotheses = [
        (Statement::Assumption32, &theorem.assumption_3_2.whole),
        (Statement::Assumption44, &theorem.assumption_4_4),
        (Statement::Assumption45, &set.decision),
    ];
    theorem.verdict = Verdict::of_hypotheses(&hypotheses);
    if theorem.verdict.is_none() {
        let head = corrected(model.memory(), task, &set);
        theorem.verdict = Some(Verdict::proof(theorem.conclude(model, &set, &head)));
        theorem.head = Some(PromptedHead { prompt: prompt(task), head });
    }
    theorem.assumption_4_5 = Some(set);
    theorem
}

/// The head with `β_1 = −2 − max_z |(Θ_Kᵀ q)_z|` in its last coordinate.
pub fn corrected(memory: &MemoryHmm, task: &MemoryTask, set: &RecoverableSet) -> AttentionHead {
    let head = attention::construct(memory, task, set);
    let low = -BigRational::from_integer(2.into()) - attention::reach(&head);
    let keys = head.keys.clone();
    attention::with_position(head, keys, low)
}

/// The head as Lemma C.9 prints it: `β_1 = −2`, and `Θ_K` puts the mass outside of `H*` on one row outside of it (section 12 of the theory), if there is one.
pub fn printed(memory: &MemoryHmm, task: &MemoryTask, set: &RecoverableSet) -> AttentionHead {
    let head = attention::construct(memory, task, set);
    let mut keys: Matrix<BigRational> = head.keys.clone();
    if let Some(outside) = head.query.iter().position(Zero::is_zero) {
        let seen = head.score_functional();
        seen.iter()
            .enumerate()
            .for_each(|(token, entry)| keys[(outside, token)] = BigRational::one() - entry);
    }
    attention::with_position(head, keys, -BigRational::from_integer(2.into()))
}

/// Whether a head that was given, behind the prompt that the task asks for, is right on the scope of Theorem 4.6 for the syntax states that it singles out:
/// these states, and the accepted certificate. `None` if it is not, or Assumption 3.2 or 4.4 fails.
pub fn certify_given(model: &MemoryModel, head: &AttentionHead) -> Option<(Vec<usize>, Accepted)> {
    let counted = Counted::prompted(model.memory(), model.task()?);
    let claim = |evidence| (Statement::Theorem46, Evidence::PromptedAttentionHead(evidence));
    attention::certify_given(model, &counted, head, claim)
}

impl Theorem46 {
    /// The checker recomputes the hypotheses, the identities, and that the prompt's position is never attended.
    fn conclude(
        &self,
        model: &MemoryModel,
        set: &RecoverableSet,
        head: &AttentionHead,
    ) -> Result<Accepted, Limit> {
        let ergodic = attention::ergodic(&self.assumption_3_2.whole).ok_or(Limit::Primes)?;
        let evidence = Evidence::PromptedAttentionHead(attention::evidence(ergodic, set.states(), head));
        certify_proof(model, Statement::Theorem46, evidence)
    }

    /// `P[M_{j*} | x, M_{j*} ∈ M*]` from the output `Ḡ_i` at an attended position and the token there; on `M*` it is proportional to `P[M_{j*} | x]`.
    /// `None` where the prompt makes the input impossible.
    ///
    /// # Panics
    /// If the output has another length than the vocabulary.
    pub fn posterior(
        &self,
        memory: &MemoryHmm,
        output: &[BigRational],
        token: Token,
    ) -> Option<Vec<BigRational>> {
        attention::posterior(memory, self.assumption_4_5.as_ref()?, output, token)
    }
}
