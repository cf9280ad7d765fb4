//! A whole audit: its parts, done on some threads, and put together.
//!
//! The parts of a plan (trials, printed steps, sizes of simulations, models of the campaign) are independent of one another. Each gives one
//! [`Outcome`], a line of JSON, and perhaps files. Outcomes may come in any order, from several runs or machines; [`assemble`] brings them into the order of
//! the plan, so that the same plan gives the same bytes.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use serde::{Deserialize, Serialize};

use super::{
    campaign,
    claim::Question,
    claims::{base, claims},
    printed::{self, TEXTS},
    search::{self, Effort, File},
    trial::{Audit, ModelResult, Plan, PrintedStep, SCHEMA, SimulationRow, Tool, Trial},
};
use crate::simulate::family::{self, FamilyPlan, Size};

/// A part of an audit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A trial, by its number.
    Trial(usize),
    /// A printed step, by its number.
    Printed(usize),
    /// A size of the simulations, by its number.
    Simulation(usize),
    /// A model of the campaign, by its number.
    Model(usize),
}

/// What came out of a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "part", content = "result", rename_all = "kebab-case")]
pub enum Outcome {
    /// A trial.
    Trial(Box<Trial>),
    /// A printed step.
    Printed(Box<PrintedStep>),
    /// A size of the simulations.
    Simulation(Box<SimulationRow>),
    /// A model of the campaign.
    Model(Box<ModelResult>),
}

impl Outcome {
    /// One line of `results.jsonl`, with its end.
    ///
    /// # Panics
    /// Never: what outcomes are made of always serialises.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and lists always serialise") + "\n"
    }

    /// Which part of an audit it is; `None` if of none.
    pub fn part(&self, parts: &Parts) -> Option<Part> {
        match self {
            Self::Trial(trial) => parts.trials.iter().position(|id| *id == trial.id).map(Part::Trial),
            Self::Printed(step) => TEXTS.iter().position(|text| text.id() == step.id).map(Part::Printed),
            Self::Simulation(row) => {
                let is = |size: &Size| (size.family(), size.states()) == (row.family.as_str(), row.states);
                Size::PAPER.iter().position(is).map(Part::Simulation)
            }
            Self::Model(result) => (result.index < parts.models).then_some(Part::Model(result.index)),
        }
    }
}

/// The parts of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    trials: Vec<String>,
    models: usize,
}

impl Parts {
    /// The parts of this plan.
    pub fn of(plan: &Plan) -> Self {
        let claims = claims();
        let trials =
            claims.iter().flat_map(|claim| claim.trials().iter().map(Question::id).collect::<Vec<_>>());
        Self { trials: trials.collect(), models: plan.models }
    }

    /// All of them, in order: those that take longest first.
    pub fn all(&self) -> Vec<Part> {
        let trials = (0..self.trials.len()).map(Part::Trial);
        let printed = (0..TEXTS.len()).map(Part::Printed);
        let simulations = (0..Size::PAPER.len()).rev().map(Part::Simulation);
        trials.chain(printed).chain(simulations).chain((0..self.models).map(Part::Model)).collect()
    }
}

/// Does one part.
pub fn run(plan: &Plan, part: &Part) -> (Outcome, Vec<File>) {
    match *part {
        Part::Trial(number) => {
            let (claims, base) = (claims(), base());
            let questions: Vec<_> = claims.iter().flat_map(|claim| claim.trials()).collect();
            let effort = Effort { models: plan.trial_models, changes: plan.trial_changes };
            let stream = u32::try_from(number).unwrap_or(u32::MAX);
            let tried = search::decide(&questions[number], &base, plan.seed, stream, effort);
            (Outcome::Trial(Box::new(tried.trial)), tried.files)
        }
        Part::Printed(number) => {
            let stream = u32::try_from(number).unwrap_or(u32::MAX);
            let (step, files) =
                printed::decide(&TEXTS[number], plan.seed, stream, plan.trial_models, plan.trial_changes);
            (Outcome::Printed(Box::new(step)), files)
        }
        Part::Simulation(number) => {
            let family = FamilyPlan::paper(plan.seed, plan.simulation_models as u64);
            let row = family::row(&family, Size::PAPER[number]);
            (Outcome::Simulation(Box::new(row)), Vec::new())
        }
        Part::Model(index) => (Outcome::Model(Box::new(campaign::examined(plan.seed, index))), Vec::new()),
    }
}

/// Does these parts on some threads; each outcome is shown to `finished` at once, in any order. If it is stopped, some are missing.
pub fn run_all(
    plan: &Plan,
    parts: &[Part],
    threads: usize,
    stop: &AtomicBool,
    finished: &mut (dyn FnMut(&Outcome, &[File]) + Send),
) {
    let (next, finished) = (AtomicUsize::new(0), Mutex::new(finished));
    let work = || {
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let (outcome, files) = run(plan, part);
            let mut finished = finished.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            finished(&outcome, &files);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
}

/// The outcomes in the order of the plan, each part once; parts that are not of this plan are left out. The first part that is missing, if one is.
///
/// # Errors
/// How many parts are missing.
pub fn ordered(plan: &Plan, outcomes: Vec<Outcome>) -> Result<Vec<Outcome>, usize> {
    let parts = Parts::of(plan);
    let placed = outcomes.into_iter().filter_map(|outcome| Some((outcome.part(&parts)?, outcome)));
    let found: std::collections::BTreeMap<Part, Outcome> = placed.collect();
    let missing = parts.all().len() - found.len();
    if missing > 0 { Err(missing) } else { Ok(found.into_values().collect()) }
}

/// The audit that these outcomes, all of them and in order, are the parts of.
pub fn assemble(plan: &Plan, outcomes: Vec<Outcome>) -> Audit {
    let (mut trials, mut printed, mut simulations, mut results) = (vec![], vec![], vec![], vec![]);
    for outcome in outcomes {
        match outcome {
            Outcome::Trial(trial) => trials.push(*trial),
            Outcome::Printed(step) => printed.push(*step),
            Outcome::Simulation(row) => simulations.push(*row),
            Outcome::Model(result) => results.push(*result),
        }
    }
    let (campaign, statements) = campaign::summary(&results);
    Audit {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        plan: plan.clone(),
        campaign,
        statements,
        trials,
        printed,
        standings: family::standings(&simulations),
        simulations,
    }
}
