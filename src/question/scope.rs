#![doc = include_str!("scope.md")]

use num_rational::BigRational;
use recoverable_checker::certificate::{Evidence, Statement};

use crate::{
    certify::{Limit, certify_proof, certify_refutation},
    hypothesis::{Decision, RecoverableSet},
    model::{MemoryModel, MemoryTask, Token},
    oracle::MemoryPrompt,
    search::{Scope, ScopeAnswer},
};

/// What is known of the inputs that a theorem speaks about.
#[derive(Clone, Debug)]
pub struct ScopeFound {
    /// [`Statement::Scope43`] or [`Statement::Scope46`].
    pub statement: Statement,
    /// Whether some input satisfies the condition; it holds if the scope is *not* empty.
    pub decision: Decision,
    /// A shortest input, and the position at which it satisfies the condition (from 1; behind a prompt its token counts).
    pub shortest: Option<(Vec<Token>, usize)>,
}

impl ScopeFound {
    /// Whether no input satisfies the condition; `None` if that is not known.
    pub fn empty(&self) -> Option<bool> {
        self.decision.holds().map(|holds| !holds)
    }
}

/// The language, without a prompt that of (4.3).
fn scope<'m>(
    model: &'m MemoryModel,
    task: &MemoryTask,
    set: &RecoverableSet,
    prompt: Option<MemoryPrompt>,
) -> Result<Scope<'m>, Limit> {
    Scope::new(model.memory(), task.cell, &set.states(), prompt)
}

/// Decides whether the scope of Theorem 4.3 (with a prompt, of Theorem 4.6) is empty, at all lengths, and has the answer checked.
pub fn decide(
    model: &MemoryModel,
    task: &MemoryTask,
    set: &RecoverableSet,
    prompt: Option<MemoryPrompt>,
) -> ScopeFound {
    let statement = if prompt.is_some() { Statement::Scope46 } else { Statement::Scope43 };
    let mut found = ScopeFound { statement, decision: Decision::Undecided(Limit::Primes), shortest: None };
    found.decision = match scope(model, task, set, prompt).and_then(|scope| scope.decide()) {
        Err(limit) => Decision::Undecided(limit),
        Ok(ScopeAnswer::Member(member)) => {
            let tokens = member.tokens.iter().map(|&token| Token(token)).collect();
            found.shortest = Some((tokens, member.position));
            Decision::proof(certify_proof(model, statement, Evidence::ScopeMember(member)))
        }
        Ok(ScopeAnswer::Empty(empty)) => {
            Decision::refutation(certify_refutation(model, statement, Evidence::EmptyScope(empty)))
        }
    };
    found
}

/// The probability that `X_{1:t}` is in the scope, for `t = 1, 2, …, longest`, exactly.
///
/// # Errors
/// [`Limit::Augmented`] or [`Limit::Automaton`] if the model is too large.
pub fn coverage(
    model: &MemoryModel,
    task: &MemoryTask,
    set: &RecoverableSet,
    prompt: Option<MemoryPrompt>,
    longest: usize,
) -> Result<Vec<BigRational>, Limit> {
    scope(model, task, set, prompt)?.coverage(longest)
}

/// The same without a prompt, unless that takes more than so many products of long numbers.
///
/// # Errors
/// [`Limit::Augmented`] or [`Limit::Automaton`] if the model is too large.
pub fn coverage_within(
    model: &MemoryModel,
    task: &MemoryTask,
    set: &RecoverableSet,
    longest: usize,
    products: usize,
) -> Result<Vec<BigRational>, Limit> {
    scope(model, task, set, None)?.coverage_within(longest, products)
}
