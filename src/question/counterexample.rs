#![doc = include_str!("counterexample.md")]

mod worked;

use std::ops::ControlFlow;

use recoverable_checker::{Accepted, certificate::Statement};

pub use worked::{Balance, WorkedContradiction, WorkedInput, WorkedTerm};

use super::{
    bound::{Answer, Bound, WrongInput, bound_tree, wrong_input},
    labels::{self, LinearHeadAnswer},
    linear_head::{self, Proportional},
    robustness::{self, Robustness},
};
use crate::{
    model::{Construction, Model, Task},
    search::{Limits, Progress},
};

/// Why Theorem 3.3 does not apply to a model, or what is left where it does not.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// Each hypothesis: a radius within which it stays true, or a witness and a repair.
    pub robustness: Robustness,
    /// Whether some linear head has scores proportional to the task's; `None` without a task.
    pub proportional: Option<Proportional>,
    /// Whether some linear head has the task's labels; `None` without a task.
    pub linear_head: Option<LinearHeadAnswer>,
    /// What is known of a given head.
    pub given: Option<GivenHead>,
}

/// A given head, and where it errs.
#[derive(Clone, Debug)]
pub struct GivenHead {
    /// The head.
    pub construction: Construction,
    /// Its certified disagreement.
    pub bound: Bound,
    /// The shortest input on which it errs, and of that length the most probable one; `None` if there is none, or the search for it was
    /// ended.
    pub shortest: Option<WrongInput>,
    /// The most probable input on which it errs.
    pub most_probable: Option<WrongInput>,
}

impl Counterexample {
    /// All certificates, each with a name of its own: those of the hypotheses, `linear-head`, `head-recovers-task.shortest`, …
    pub fn certificates(&self) -> Vec<(String, &Accepted)> {
        let mut all = self.robustness.certificates();
        let mut add = |name: &str, accepted| all.push((name.to_owned(), accepted));
        let of_answer = self.linear_head.as_ref().and_then(LinearHeadAnswer::accepted);
        let answers = self.proportional.iter().filter_map(Proportional::accepted).chain(of_answer);
        answers.for_each(|accepted| add(accepted.statement().id(), accepted));
        if let Some(given) = &self.given {
            given.bound.accepted().for_each(|accepted| add(accepted.statement().id(), accepted));
            let errors = [("shortest", &given.shortest), ("most-probable", &given.most_probable)];
            for (which, wrong) in errors {
                let name = format!("{}.{which}", Statement::HeadRecoversTask.id());
                wrong.iter().for_each(|wrong| add(&name, &wrong.accepted));
            }
        }
        all
    }

    /// Whether what was asked for is refuted (a given head errs, or no head exists, or, without a task, a hypothesis fails): `None` if
    /// that is not known.
    pub fn refuted(&self) -> Option<bool> {
        if let Some(given) = &self.given {
            return match given.bound.answer {
                Answer::Proved(_) => Some(false),
                Answer::Refuted(_) => Some(true),
                Answer::Undecided(_) => None,
            };
        }
        match &self.linear_head {
            Some(LinearHeadAnswer::Proportional | LinearHeadAnswer::Exists { .. }) => Some(false),
            Some(LinearHeadAnswer::Impossible(_)) => Some(true),
            Some(LinearHeadAnswer::Open(_)) => None,
            None => {
                let (independent, ergodic) =
                    (self.robustness.assumption_3_1.holds(), self.robustness.assumption_3_2.holds());
                if independent == Some(false) || ergodic == Some(false) {
                    Some(true)
                } else {
                    Some(!(independent? && ergodic?))
                }
            }
        }
    }
}

/// Looks for counterexamples. With a head to look at, `limits` and `observe` are those of [`bound`](super::bound::bound).
pub fn decide(
    model: &Model,
    construction: Option<&Construction>,
    limits: Limits,
    observe: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Counterexample {
    let heads = linear_head::decide(model);
    let given = model.task().zip(construction);
    Counterexample {
        robustness: robustness::decide(model),
        linear_head: labels::decide(model, heads.proportional.as_ref()),
        proportional: heads.proportional,
        given: given.map(|(task, construction)| examine(model, task, construction, limits, observe)),
    }
}

/// Where a head errs; `limits` and `observe` are those of [`bound`](super::bound::bound).
pub fn examine(
    model: &Model,
    task: &Task,
    construction: &Construction,
    limits: Limits,
    observe: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> GivenHead {
    let (bound, mut tree) = bound_tree(model, task, construction, limits, observe);
    let mut found =
        GivenHead { construction: construction.clone(), bound, shortest: None, most_probable: None };
    if let Answer::Refuted(_) = found.bound.answer {
        let shortest = tree.shortest_witness(limits.prefixes);
        let most_probable = tree.most_probable_witness(limits.prefixes);
        let certify = |word| wrong_input(model, construction, tree.functionals(), word).ok();
        found.shortest = shortest.and_then(certify);
        found.most_probable = most_probable.and_then(certify);
    }
    found
}
