#![doc = include_str!("attention_bound.md")]

use std::ops::ControlFlow;

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::Accepted;

use super::{
    bound::Bracket,
    wrong_label::{Labels, certify_attention},
};
use crate::{
    certify::Limit,
    model::{AttentionConstruction, MemoryModel, MemoryTask, Token},
    oracle::{MemoryExact, TooManyStates},
    search::{Ended, Scope},
    theorem::{theorem_4_3, theorem_4_6},
};

/// Inputs of at most this length are gone through, and coverage is computed up to it.
const LONGEST: usize = 64;

/// … unless that takes more products of long numbers.
const PRODUCTS: usize = 1 << 27;

/// What is known of an attention head on all inputs.
#[derive(Clone, Debug)]
pub struct AttentionBound {
    /// The inputs on which it is certainly right, if it is a head that a theorem promises.
    pub right: Option<RightOn>,
    /// The disagreement at the lengths 1, 2, …, exactly, as far as all inputs were gone through.
    pub exact: Vec<BigRational>,
    /// The first input on which the labels differ, in order of length.
    pub witness: Option<Vec<Token>>,
    /// The certificate that they do.
    pub refuted: Option<Result<Accepted, Limit>>,
    /// For the lengths 1, 2, …; the last one holds for every greater length.
    pub brackets: Vec<Bracket>,
    /// Inputs looked at.
    pub inputs: usize,
    /// Why no more.
    pub ended: Ended,
}

/// The scope of the theorem that a head is one of.
#[derive(Clone, Debug)]
pub struct RightOn {
    /// The syntax states that the head singles out.
    pub states: Vec<usize>,
    /// The certificate of the theorem for this head.
    pub accepted: Accepted,
    /// Whether these are all hidden states, so that every possible input is in the scope.
    pub everywhere: bool,
    /// The probability of the scope, for the lengths 1, 2, …
    pub coverage: Vec<BigRational>,
    /// Why no more.
    pub limit: Option<Limit>,
}

impl AttentionBound {
    /// Whether the head is proved to be right on every possible input.
    pub fn proved(&self) -> bool {
        self.right.as_ref().is_some_and(|right| right.everywhere)
    }

    /// Every accepted certificate.
    pub fn accepted(&self) -> impl Iterator<Item = &Accepted> {
        let refuted = self.refuted.iter().filter_map(|refuted| refuted.as_ref().ok());
        self.right.iter().map(|right| &right.accepted).chain(refuted)
    }
}

/// Bounds how often a head errs. All inputs of each length, up to 64, are gone through as long as they are at most `most` in all and `observe`, which
/// is told their number, does not end it.
///
/// Cost: for each input one pass of the exact oracle.
///
/// # Errors
/// [`TooManyStates`] for a model that is too large.
pub fn bound(
    model: &MemoryModel,
    task: &MemoryTask,
    construction: &AttentionConstruction,
    most: usize,
    observe: &mut impl FnMut(usize) -> ControlFlow<()>,
) -> Result<AttentionBound, TooManyStates> {
    let oracle = MemoryExact::new(model.memory())?;
    let right = right_on(model, task, construction);
    if right.as_ref().is_some_and(|right| right.everywhere) {
        let zero = Bracket { lower: BigRational::zero(), upper: BigRational::zero() };
        return Ok(AttentionBound {
            right,
            exact: Vec::new(),
            witness: None,
            refuted: None,
            brackets: vec![zero],
            inputs: 0,
            ended: Ended::Settled,
        });
    }
    let mut trial = Trial { model, task, construction, oracle, inputs: 0, witness: None };
    let (exact, ended) = trial.lengths(most, observe);
    let brackets = brackets(&exact, right.as_ref());
    let Trial { inputs, witness, .. } = trial;
    let certify =
        |(word, labels): &(Vec<Token>, Labels)| certify_attention(model, construction, word, *labels);
    let refuted = witness.as_ref().map(certify);
    let witness = witness.map(|(word, _)| word);
    Ok(AttentionBound { right, exact, witness, refuted, brackets, inputs, ended })
}

/// Where the head is certainly right.
fn right_on(model: &MemoryModel, task: &MemoryTask, construction: &AttentionConstruction) -> Option<RightOn> {
    let (states, accepted) = match construction.prompt() {
        None => theorem_4_3::certify_given(model, construction.head())?,
        Some(prompt) if *prompt == theorem_4_6::prompt(task) => {
            theorem_4_6::certify_given(model, construction.head())?
        }
        Some(_) => return None,
    };
    let (memory, shape) = (model.memory(), model.memory().shape());
    let everywhere = states.len() == shape.states();
    let scope = Scope::new(memory, task.cell, &states, construction.prompt().cloned());
    let (coverage, limit) = match scope {
        Ok(scope) => scope.coverage_as_far_as(LONGEST, PRODUCTS),
        Err(limit) => (Vec::new(), Some(limit)),
    };
    Some(RightOn { states, accepted, everywhere, coverage, limit })
}

/// Exact values as far as they are known, then what the scope leaves.
fn brackets(exact: &[BigRational], right: Option<&RightOn>) -> Vec<Bracket> {
    let known = exact.iter().map(|p| Bracket { lower: p.clone(), upper: p.clone() });
    let coverage = right.map_or(&[][..], |right| &right.coverage);
    let rest = |p: &BigRational| Bracket { lower: BigRational::zero(), upper: BigRational::one() - p };
    let beyond: Vec<_> = coverage.iter().skip(exact.len()).map(rest).collect();
    let last = rest(coverage.last().unwrap_or(&BigRational::zero()));
    let open = beyond.is_empty().then_some(last);
    known.chain(beyond).chain(open).collect()
}

/// All inputs, one by one.
struct Trial<'m> {
    model: &'m MemoryModel,
    task: &'m MemoryTask,
    construction: &'m AttentionConstruction,
    oracle: MemoryExact,
    inputs: usize,
    witness: Option<(Vec<Token>, Labels)>,
}

impl Trial<'_> {
    /// The disagreement for each length whose inputs could all be gone through.
    fn lengths(
        &mut self,
        most: usize,
        observe: &mut impl FnMut(usize) -> ControlFlow<()>,
    ) -> (Vec<BigRational>, Ended) {
        let (mut exact, mut possible) = (Vec::new(), vec![Vec::new()]);
        loop {
            let next = possible.len().saturating_mul(self.model.memory().tokens());
            if self.inputs.saturating_add(next) > most || exact.len() == LONGEST {
                return (exact, Ended::Limit);
            }
            let (mut longer, mut total) = (Vec::new(), BigRational::zero());
            for word in &possible {
                for token in 0..self.model.memory().tokens() {
                    let word = [&word[..], &[Some(Token(token))]].concat();
                    self.inputs += 1;
                    if observe(self.inputs).is_break() {
                        return (exact, Ended::Stopped);
                    }
                    if let Some(disagreement) = self.disagreement(&word) {
                        total += disagreement;
                        longer.push(word);
                    }
                }
            }
            exact.push(total);
            possible = longer;
        }
    }

    /// The probability of an input if the labels differ, otherwise 0; `None` if it is impossible.
    fn disagreement(&mut self, word: &[Option<Token>]) -> Option<BigRational> {
        let MemoryTask { cell, task } = self.task;
        let label = task.label(&self.oracle.scores(*cell, task, word).ok()?);
        let outputs = self.oracle.model_output(self.construction.prompt(), word).ok()?;
        let (_, found) = self.construction.attend(self.model.memory(), self.task, &outputs, word);
        if label == found {
            return Some(BigRational::zero());
        }
        let labels = Labels { task: label, head: found };
        self.witness.get_or_insert_with(|| (word.iter().copied().flatten().collect(), labels));
        self.oracle.probability(word).ok()
    }
}
