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
    model::{Construction, LinearHead, Model, Task, Token},
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

/// Among so many of the shortest inputs a contradiction is looked for, to have one that is short: if there is none, among more.
const PREFERRED: [usize; 2] = [400, 1500];

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
    let Some(observations) = Observations::new(model.hmm(), task) else {
        return LinearHeadAnswer::Open(Box::new(Open { best: None, limit: Some(Limit::Primes) }));
    };
    let mut search = Search { model, task, observations, tried: Vec::new(), attempts: ATTEMPTS, limit: None };
    search.observations.add_shortest(SHORT);
    for round in 0..ROUNDS {
        match search.observations.fit() {
            Fit::Contradiction(terms) => return search.impossible(terms),
            Fit::Head(head) => {
                if let Some(accepted) = search.try_head(&head, round) {
                    return LinearHeadAnswer::Exists { head, accepted };
                }
            }
        }
    }
    search.open()
}

struct Search<'a> {
    model: &'a Model,
    task: &'a Task,
    observations: Observations<'a>,
    /// Heads that are not proved, with what is known of them.
    tried: Vec<(LinearHead, PrefixTree)>,
    /// How often it may still be tried to close what is in doubt.
    attempts: usize,
    limit: Option<Limit>,
}

impl Search<'_> {
    /// A certificate that a head has the labels, or some inputs more to learn from.
    fn try_head(&mut self, head: &LinearHead, round: usize) -> Option<Accepted> {
        let construction = Construction::from(head.clone());
        let mut tree = self.tree(head, &construction);
        let (witnesses, ended) = self.explore(&mut tree, round);
        if ended == Ended::Settled && witnesses.is_empty() {
            match certify_tree(self.model, Statement::LinearHead, &construction, &tree) {
                Ok(accepted) => return Some(accepted),
                Err(why) => self.limit = Some(why),
            }
        }
        let lessons = if witnesses.is_empty() { tree.doubtful(LESSONS) } else { witnesses };
        lessons.iter().take(LESSONS).for_each(|word| self.observations.add(word));
        self.tried.push((head.clone(), tree));
        None
    }

    /// What is known of a head. If it comes again, more is asked of it.
    fn tree(&mut self, head: &LinearHead, construction: &Construction) -> PrefixTree {
        let known = self.tried.iter().position(|(other, _)| other == head);
        known.map(|at| self.tried.swap_remove(at).1).unwrap_or_else(|| {
            PrefixTree::new(Functionals::new(self.model.hmm(), self.task, Some(construction)))
        })
    }

    /// Inputs on which a head errs, and how the search for them ended. A few are enough to learn from.
    fn explore(&mut self, tree: &mut PrefixTree, round: usize) -> (Vec<Vec<Token>>, Ended) {
        let prefixes = (2 * tree.progress().prefixes).clamp(400 << (round / 5), MOST_PREFIXES);
        let effort = Limits { prefixes, bytes: 1 << 30, target: 0.0, decide: true };
        let mut ended = tree.grow(effort, &mut |progress| {
            if progress.witnesses > LESSONS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let mut witnesses = tree.witnesses();
        if witnesses.is_empty() && ended != Ended::Settled {
            witnesses = tree.recurring_witnesses(RECURRING);
        }
        if witnesses.is_empty() && ended == Ended::Limit && self.attempts > 0 {
            ended = tree.close();
            self.attempts -= 1;
        }
        (witnesses, ended)
    }

    /// Looks for a contradiction of short and probable inputs and has it accepted.
    fn impossible(mut self, mut terms: Vec<WeightedComparison>) -> LinearHeadAnswer {
        let mut short = PREFERRED.iter().filter_map(|&count| {
            let mut short = Observations::new(self.model.hmm(), self.task)?;
            short.add_shortest(count);
            short.preferred_contradiction()
        });
        if let Some(shorter) = short.next().or_else(|| self.observations.preferred_contradiction()) {
            terms = shorter;
        }
        let evidence = NoLinearHead { terms: certified_terms(&terms) };
        match certify_refutation(self.model, Statement::LinearHead, Evidence::NoLinearHead(evidence)) {
            Ok(accepted) => LinearHeadAnswer::Impossible(Contradiction { terms, accepted }),
            Err(limit) => LinearHeadAnswer::Open(Box::new(Open { best: None, limit: Some(limit) })),
        }
    }

    /// The head of the narrowest bracket.
    fn open(self) -> LinearHeadAnswer {
        let upper = |(_, tree): &(LinearHead, PrefixTree)| tree.progress().upper;
        let best = self.tried.into_iter().min_by(|a, b| upper(a).total_cmp(&upper(b)));
        let best = best.and_then(|(head, tree)| {
            let found = disagreements(self.model, &Construction::from(head.clone()), &tree).ok()?;
            Some((head, found))
        });
        LinearHeadAnswer::Open(Box::new(Open { best, limit: self.limit }))
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
