#![doc = include_str!("prompt.md")]

use std::ops::ControlFlow;

use num_rational::BigRational;
use num_traits::{Signed, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{Evidence, Statement, UnseenCombination},
};

use super::{
    bound::{Bound, bound},
    linear_head::{self, Proportional, weighted_words},
};
use crate::{
    certify::{Limit, certify_proof, certify_refutation},
    linear::Matrix,
    model::{Construction, Hmm, LinearHead, Model, Prompt, State, Task},
    search::{
        BackwardSpan, Bounds, Effort, HeadSystem, Limits, Progress, Searched, Solved, backward_span,
        no_prompt, prompt_values, unseen_combination,
    },
};

/// What is known of a given prompt.
#[derive(Clone, Debug)]
pub struct GivenPrompt {
    /// The law `ρ` through which a head sees the prompt.
    pub law: Vec<BigRational>,
    /// Whether a proportional head exists behind it.
    pub proportional: Proportional,
}

/// Decides whether a head behind this prompt has scores proportional to the task's: the weakest condition for a given prompt.
///
/// # Panics
/// If the prompt has no token.
pub fn given(model: &Model, task: &Task, prompt: &Prompt) -> GivenPrompt {
    let span = backward_span(model.hmm());
    let proportional = linear_head::behind(model, task, prompt, &span);
    GivenPrompt { law: prompt.law(model.hmm()), proportional }
}

/// What is known of all prompts.
#[derive(Clone, Debug)]
pub struct Prompts {
    /// Whether some prompt has a proportional head.
    pub answer: Answer,
    /// What was searched for that.
    pub searched: Searched,
}

/// Whether some prompt has a proportional head.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This one has, with this head.
    Found {
        /// Prompt and head.
        construction: Construction,
        /// The certificate of both.
        accepted: Accepted,
    },
    /// None has, of any length and with any values.
    Impossible(Accepted),
    /// None was found.
    Open(Option<Limit>),
}

impl Answer {
    /// `Some(true)` if there is one, `Some(false)` if there is none.
    pub fn exists(&self) -> Option<bool> {
        match self {
            Self::Found { .. } => Some(true),
            Self::Impossible(_) => Some(false),
            Self::Open(_) => None,
        }
    }

    /// The accepted certificate, either way.
    pub fn accepted(&self) -> Option<&Accepted> {
        match self {
            Self::Found { accepted, .. } | Self::Impossible(accepted) => Some(accepted),
            Self::Open(_) => None,
        }
    }
}

/// Looks for a prompt with a proportional head, or for the proof that there is none.
pub fn search(model: &Model, task: &Task, effort: Effort) -> Prompts {
    let span = backward_span(model.hmm());
    let mut searched = Searched::default();
    let answer = decide(model, task, &span, effort, &mut searched);
    Prompts { answer: answer.unwrap_or_else(|limit| Answer::Open(Some(limit))), searched }
}

fn decide(
    model: &Model,
    task: &Task,
    span: &Result<BackwardSpan, Bounds>,
    effort: Effort,
    searched: &mut Searched,
) -> Result<Answer, Limit> {
    let hmm = model.hmm();
    let basis = match span {
        Ok(basis) => basis,
        // A head that is right on more than the possible inputs is right on these.
        Err(Bounds { limit, upper, .. }) => upper.as_deref().ok_or_else(|| limit.clone())?,
    };
    let possible = match span {
        Ok(basis) => Some(basis),
        Err(Bounds { lower, .. }) => lower.as_deref(),
    };
    if let Some(evidence) = possible.and_then(|basis| excluded(hmm, task, basis)) {
        let refuted = certify_refutation(model, Statement::SomePromptProportionalHead, evidence)?;
        return Ok(Answer::Impossible(refuted));
    }
    for (length, law) in useful_lengths(hmm) {
        let allowed: Vec<_> = (0..hmm.states()).filter(|&state| !law[state].is_zero()).collect();
        if let Some(y) = prompt_values(hmm, task, basis, &allowed, effort, searched) {
            return found(model, task, span, with_law(hmm, length, &law, &y));
        }
    }
    Ok(Answer::Open(span.as_ref().err().map(|bounds| bounds.limit.clone())))
}

/// Evidence that no prompt has a proportional head, if it is of a kind that is known. The words of the span are possible.
fn excluded(hmm: &Hmm, task: &Task, span: &BackwardSpan) -> Option<Evidence> {
    if let Some(Solved::Contradiction { class, coefficients }) = unseen_combination(hmm, task, span) {
        let (words, weights) = weighted_words(span, coefficients);
        return Some(Evidence::UnseenCombination(UnseenCombination { class, words, weights }));
    }
    no_prompt(hmm, task, span).map(Evidence::NoPrompt)
}

/// Has the prompt and its head accepted.
fn found(
    model: &Model,
    task: &Task,
    span: &Result<BackwardSpan, Bounds>,
    prompt: Prompt,
) -> Result<Answer, Limit> {
    match linear_head::behind(model, task, &prompt, span) {
        Proportional::Exists { head, accepted } => {
            let evidence = accepted.certificate().evidence.clone();
            let accepted = certify_proof(model, Statement::SomePromptProportionalHead, evidence)?;
            Ok(Answer::Found { construction: Construction::behind(prompt, head), accepted })
        }
        Proportional::Impossible { .. } => Ok(Answer::Open(None)),
        Proportional::Undecided(limit) => Err(limit),
    }
}

/// Lengths `l` of prompts with the law `π_l` that their last embedding meets if all others are 1: those whose support is not within
/// that of a shorter one. A prompt makes the laws `A y`, `y ≥ 0` with the support of `π_l`, so that other lengths have nothing to add. Only length 1 is left if
/// no state with `π_2 > 0` has `π_1 = 0`, as in every ergodic chain whose start has full support.
pub fn useful_lengths(hmm: &Hmm) -> Vec<(usize, Vec<BigRational>)> {
    let support = |law: &[BigRational]| law.iter().map(|p| !p.is_zero()).collect::<Vec<bool>>();
    let within = |small: &[bool], large: &[bool]| small.iter().zip(large).all(|(s, l)| !s || *l);
    let mut found: Vec<(usize, Vec<BigRational>)> = Vec::new();
    let mut seen: Vec<Vec<bool>> = Vec::new();
    let (mut law, mut length) = (hmm.first_law(), 1);
    // Supports follow from one another, so after one that came before nothing is new.
    while !seen.contains(&support(&law)) {
        seen.push(support(&law));
        if !found.iter().any(|(_, other)| within(&support(&law), &support(other))) {
            found.push((length, law.clone()));
        }
        law = hmm.advance(&law);
        length += 1;
    }
    found
}

/// The prompt of this length with the law `A y`, up to scale: all embeddings are 1 but the last.
fn with_law(hmm: &Hmm, length: usize, law: &[BigRational], y: &[BigRational]) -> Prompt {
    let ratio = |(y, p): (&BigRational, &BigRational)| if p.is_zero() { BigRational::zero() } else { y / p };
    let ratios: Vec<_> = y.iter().zip(law).map(ratio).collect();
    let largest = ratios.iter().max().filter(|largest| largest.is_positive()).cloned();
    let scale = largest.unwrap_or_else(|| BigRational::from_integer(1.into()));
    let ones = vec![BigRational::from_integer(1.into()); hmm.states()];
    let mut embeddings = vec![ones; length - 1];
    embeddings.push(ratios.into_iter().map(|ratio| ratio / &scale).collect());
    Prompt::new(hmm, embeddings).expect("ratios over the largest of them are in [0, 1]")
}

/// Whether Assumption 3.5 says no more than Assumption 3.1: every transition is positive, so that one step leads everywhere, and the task
/// looks at some state, so that a step has to be taken. `H*` is then the set of all states.
pub fn is_vacuous(hmm: &Hmm, task: &Task) -> bool {
    let looks = task.contrasts().iter().flatten().any(|weight| !weight.is_zero());
    looks && hmm.transition().entries().iter().all(Signed::is_positive)
}

/// A model with small transitions set to zero, and what Theorem 3.6 has for it.
#[derive(Clone, Debug)]
pub struct Approximation {
    /// How many transitions were set to zero.
    pub removed: usize,
    /// The most probability that a state lost, before its column was normalised again.
    pub lost: BigRational,
    /// The states `B` of Assumption 3.5 for that model, and prompt and head of Theorem 3.6; `None` if the assumption fails.
    pub found: Option<Transferred>,
}

/// The construction for one model, used on another.
#[derive(Clone, Debug)]
pub struct Transferred {
    /// `B`.
    pub sources: Vec<State>,
    /// The prompt and the head.
    pub construction: Construction,
    /// How often the head errs on the model itself.
    pub bound: Bound,
}

/// Why a threshold cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApproximationError {
    /// No transition out of this state would be left.
    Emptied(State),
    /// Whether Assumption 3.5 holds was not decided.
    Undecided(Limit),
}

impl From<Limit> for ApproximationError {
    fn from(limit: Limit) -> Self {
        Self::Undecided(limit)
    }
}

/// What finds the states `B` of Assumption 3.5, or says that there are none.
pub type FindSources<'a> = &'a dyn Fn(&Model) -> Result<Option<Vec<State>>, Limit>;

/// Sets the transitions below a threshold to zero, takes prompt and head of Theorem 3.6 for the model that results, and bounds how often they err on
/// the model itself.
///
/// # Errors
/// [`ApproximationError`] if a state would be left without transitions, or a limit was reached.
pub fn approximate(
    model: &Model,
    task: &Task,
    threshold: &BigRational,
    find: FindSources<'_>,
    limits: Limits,
    observe: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Approximation, ApproximationError> {
    let (hmm, removed, lost) = truncated(model.hmm(), threshold)?;
    let sparse = Model::new(model.name(), hmm, model.task().cloned(), model.names().clone())
        .expect("as many states and tokens as before");
    let Some(sources) = find(&sparse)? else { return Ok(Approximation { removed, lost, found: None }) };
    let (prompt, head) = indicated(&sparse, task, &sources)?;
    let construction = Construction::behind(prompt, head);
    let bound = bound(model, task, &construction, limits, observe);
    Ok(Approximation { removed, lost, found: Some(Transferred { sources, construction, bound }) })
}

/// The model without its small transitions, how many these are, and the most that a column lost.
fn truncated(hmm: &Hmm, threshold: &BigRational) -> Result<(Hmm, usize, BigRational), ApproximationError> {
    let transition = hmm.transition();
    let small = |entry: &&BigRational| entry.is_positive() && *entry < threshold;
    let lost: Vec<BigRational> =
        (0..hmm.states()).map(|from| transition.column(from).filter(small).sum()).collect();
    let one = BigRational::from_integer(1.into());
    if let Some(state) = lost.iter().position(|lost| *lost == one) {
        return Err(ApproximationError::Emptied(State(state)));
    }
    let kept = Matrix::from_fn(hmm.states(), hmm.states(), |to, from| {
        let entry = &transition[(to, from)];
        if small(&entry) { BigRational::zero() } else { entry / (&one - &lost[from]) }
    });
    let sparse = Hmm::new(hmm.initial().to_vec(), kept.to_rows(), hmm.emission().to_rows());
    let removed = transition.entries().iter().filter(small).count();
    let most = lost.into_iter().max().unwrap_or_else(BigRational::zero);
    Ok((sparse.expect("columns that are normalised again"), removed, most))
}

/// The indicator of the sources as a prompt, and the head with `b·W[:,h] ρ_h = μ_h π0_h`.
fn indicated(model: &Model, task: &Task, sources: &[State]) -> Result<(Prompt, LinearHead), Limit> {
    let hmm = model.hmm();
    let entry = |state| BigRational::from_integer(u8::from(sources.contains(&State(state))).into());
    let prompt = Prompt::new(hmm, vec![(0..hmm.states()).map(entry).collect()]).expect("zeros and ones");
    match HeadSystem::behind(hmm, &prompt.law(hmm)).identity(task) {
        Some(Solved::Head(head)) => Ok((prompt, head)),
        Some(Solved::Contradiction { .. }) => {
            Err(Limit::Refused("the states of Assumption 3.5 have no head".to_owned()))
        }
        None => Err(Limit::Primes),
    }
}
