#![doc = include_str!("labels.md")]

use std::ops::ControlFlow;

use recoverable_checker::{
    Accepted,
    certificate::{Evidence, NoLinearHead, Statement, Term},
    number::Rational,
};

use super::{
    bound::{Disagreements, certify_tree, disagreements},
    linear_head::Proportional,
};
use crate::{
    certify::{Limit, certify_refutation},
    model::{Construction, LinearHead, Model, Task},
    search::{Ended, Fit, Functionals, Limits, Observations, PrefixTree, WeightedComparison},
};

/// Whether some linear head on `G_1` has the task's label on every possible input.
#[derive(Clone, Debug)]
pub enum LinearHeadAnswer {
    /// One whose scores are proportional to the task's: see [`linear_head`](super::linear_head).
    Proportional,
    /// One that has the labels, whatever its scores are.
    Exists {
        /// The head.
        head: LinearHead,
        /// Its certificate.
        accepted: Accepted,
    },
    /// None.
    Impossible(Contradiction),
    /// Neither is known.
    Open(Box<Open>),
}

/// Inputs that contradict every head.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// The comparisons that a head would have to win, weighted so that they add up to `0 > 0`.
    pub terms: Vec<WeightedComparison>,
    /// The certificate.
    pub accepted: Accepted,
}

/// What is known where no answer was found.
#[derive(Clone, Debug)]
pub struct Open {
    /// The head with the least certified disagreement that was met, and its brackets.
    pub best: Option<(LinearHead, Disagreements)>,
    /// What stopped the search, where that is more than its effort.
    pub limit: Option<Limit>,
}

impl LinearHeadAnswer {
    /// The answer in one word, as in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proportional => "proportional",
            Self::Exists { .. } => "exists",
            Self::Impossible(_) => "impossible",
            Self::Open(_) => "open",
        }
    }

    /// Whether there is a head, where that is known.
    pub fn exists(&self) -> Option<bool> {
        match self {
            Self::Proportional | Self::Exists { .. } => Some(true),
            Self::Impossible(_) => Some(false),
            Self::Open(_) => None,
        }
    }

    /// The certificate, where there is one of this answer's own.
    pub fn accepted(&self) -> Option<&Accepted> {
        match self {
            Self::Exists { accepted, .. } | Self::Impossible(Contradiction { accepted, .. }) => {
                Some(accepted)
            }
            Self::Proportional | Self::Open(_) => None,
        }
    }
}

/// Heads that are tried.
const ROUNDS: usize = 20;

/// Prefixes of the tree of one head.
const MOST_PREFIXES: usize = 12_800;

/// Inputs that are looked at first.
const SHORT: usize = 60;

/// Among so many of the shortest inputs a contradiction is looked for, to have one that is short.
const PREFERRED: usize = 400;

/// How often it is tried to close what is left in doubt.
const ATTEMPTS: usize = 3;

/// Leaves that are continued by the same tokens again and again, where a head has no errors among short inputs.
const RECURRING: usize = 4;

/// Inputs that a failed head adds.
const LESSONS: usize = 12;

/// The answer for a model and task; a proportional head may be known. `None` without a task.
pub fn decide(model: &Model, proportional: Option<&Proportional>) -> Option<LinearHeadAnswer> {
    let task = model.task()?;
    Some(match proportional {
        Some(Proportional::Exists { .. }) => LinearHeadAnswer::Proportional,
        _ => search(model, task),
    })
}

/// A contradiction among so many of the shortest possible inputs, of short and probable ones where that can be; `None` if there is a head for these, or
/// the model has no task.
pub fn contradiction(model: &Model, inputs: usize) -> Option<Contradiction> {
    let mut observations = Observations::new(model.hmm(), model.task()?)?;
    observations.add_shortest(inputs);
    let terms = observations.preferred_contradiction()?;
    let evidence = NoLinearHead { terms: certified_terms(&terms) };
    let accepted = certify_refutation(model, Statement::LinearHead, Evidence::NoLinearHead(evidence)).ok()?;
    Some(Contradiction { terms, accepted })
}

/// Proposes a head for the labels of finitely many inputs, looks for inputs on which it errs, adds them, and so on: until a head has no such
/// inputs, or no head is left.
fn search(model: &Model, task: &Task) -> LinearHeadAnswer {
    let Some(mut observations) = Observations::new(model.hmm(), task) else {
        return LinearHeadAnswer::Open(Box::new(Open { best: None, limit: Some(Limit::Primes) }));
    };
    observations.add_shortest(SHORT);
    let mut tried: Vec<(LinearHead, PrefixTree)> = Vec::new();
    let (mut limit, mut attempts) = (None, ATTEMPTS);
    for round in 0..ROUNDS {
        let head = match observations.fit() {
            Fit::Head(head) => head,
            Fit::Contradiction(terms) => return impossible(model, task, &mut observations, terms),
        };
        let construction = Construction::from(head.clone());
        // What is known of a head that comes again is kept, and more is asked of it.
        let known = tried.iter().position(|(other, _)| *other == head).map(|at| tried.swap_remove(at).1);
        let mut tree = known
            .unwrap_or_else(|| PrefixTree::new(Functionals::new(model.hmm(), task, Some(&construction))));
        let prefixes = (2 * tree.progress().prefixes).clamp(400 << (round / 5), MOST_PREFIXES);
        let effort = Limits { prefixes, bytes: 1 << 30, target: 0.0, decide: true };
        // A few errors are enough to learn from.
        let mut ended = tree.grow(effort, &mut |progress| {
            if progress.witnesses > LESSONS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let mut witnesses = tree.witnesses();
        if witnesses.is_empty() && ended != Ended::Settled {
            witnesses = tree.recurring_witnesses(RECURRING);
        }
        if witnesses.is_empty() && ended == Ended::Limit && attempts > 0 {
            ended = tree.close();
            attempts -= 1;
        }
        if ended == Ended::Settled && witnesses.is_empty() {
            match certify_tree(model, Statement::LinearHead, &construction, &tree) {
                Ok(accepted) => return LinearHeadAnswer::Exists { head, accepted },
                Err(why) => limit = Some(why),
            }
        }
        witnesses.iter().take(LESSONS).for_each(|word| observations.add(word));
        if witnesses.is_empty() {
            tree.doubtful(LESSONS).iter().for_each(|word| observations.add(word));
        }
        tried.push((head, tree));
    }
    let upper = |(_, tree): &(LinearHead, PrefixTree)| tree.progress().upper;
    let best = tried.into_iter().min_by(|a, b| upper(a).total_cmp(&upper(b))).and_then(|(head, tree)| {
        let found = disagreements(model, &Construction::from(head.clone()), &tree).ok()?;
        Some((head, found))
    });
    LinearHeadAnswer::Open(Box::new(Open { best, limit }))
}

/// Looks for a contradiction of short and probable inputs and has it accepted.
fn impossible(
    model: &Model,
    task: &Task,
    observations: &mut Observations<'_>,
    mut terms: Vec<WeightedComparison>,
) -> LinearHeadAnswer {
    if let Some(mut short) = Observations::new(model.hmm(), task) {
        short.add_shortest(PREFERRED);
        let shorter = short.preferred_contradiction().or_else(|| observations.preferred_contradiction());
        terms = shorter.unwrap_or(terms);
    }
    let evidence = NoLinearHead { terms: certified_terms(&terms) };
    match certify_refutation(model, Statement::LinearHead, Evidence::NoLinearHead(evidence)) {
        Ok(accepted) => LinearHeadAnswer::Impossible(Contradiction { terms, accepted }),
        Err(limit) => LinearHeadAnswer::Open(Box::new(Open { best: None, limit: Some(limit) })),
    }
}

/// The terms as the checker reads them.
pub(super) fn certified_terms(terms: &[WeightedComparison]) -> Vec<Term> {
    let term = |term: &WeightedComparison| Term {
        tokens: term.word.iter().map(|token| token.0).collect(),
        label: term.label,
        rival: term.rival,
        weight: Rational(term.weight.clone()),
    };
    terms.iter().map(term).collect()
}
