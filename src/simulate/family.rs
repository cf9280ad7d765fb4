//! How often the paper's hypotheses hold on the random models of its own simulations.
//!
//! Decisions are exact; the share of small margins and it alone is of a sample.
//!
//! ```
//! use recoverable::simulate::family::{FamilyPlan, rows};
//! let plan = FamilyPlan { states: vec![4], values: vec![2], seeds: 2, lengths: vec![8], inputs: 10, length: 8 };
//! let found = rows(&plan);
//! assert_eq!(found.vanilla[0].assumption_3_1, 2);
//! assert_eq!(found.memory[0].coverage[0].largest, 1.0);
//! ```

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use serde::{Deserialize, Serialize};

use crate::{
    certify::Limit,
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS},
        dataset::Dataset,
        memory::MemoryFamily,
    },
    hypothesis::{assumption_3_1, assumption_3_2, assumption_3_5, assumption_4_2},
    linear::smallest_singular_value,
    model::{MemoryModel, MemoryTask, Model},
    question::scope::coverage_within,
};

/// What is to be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyPlan {
    /// Numbers of states of vanilla models.
    pub states: Vec<usize>,
    /// Numbers of values of models with memory.
    pub values: Vec<usize>,
    /// Models of each, with the seeds 0, 1, ….
    pub seeds: u64,
    /// Lengths at which the coverage of Theorem 4.3 is computed.
    pub lengths: Vec<usize>,
    /// Inputs whose margins are looked at, for each model.
    pub inputs: usize,
    /// Tokens in each.
    pub length: usize,
}

impl FamilyPlan {
    /// The paper's sizes, five models of each.
    pub fn paper() -> Self {
        Self {
            states: vec![4, 8, 10, 15, 25, 30],
            values: vec![2, 3, 5, 7],
            seeds: 5,
            lengths: vec![8, 128],
            inputs: 200,
            length: 128,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyRows {
    /// A row for each number of states.
    pub vanilla: Vec<VanillaRow>,
    /// A row for each number of values.
    pub memory: Vec<MemoryRow>,
}

/// Vanilla models with one number of states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VanillaRow {
    /// `n`
    pub states: usize,
    /// How many models.
    pub models: usize,
    /// In how many the columns of `W` are independent.
    pub assumption_3_1: usize,
    /// In how many the chain is ergodic and `π0` has full support.
    pub assumption_3_2: usize,
    /// In how many some essential states have independent columns.
    pub assumption_3_5: usize,
    /// In how many that is not known: the search reached a limit.
    pub assumption_3_5_undecided: usize,
    /// For each model `log10` of a lower and an upper bound of `σ_min(W)`; `None` where that is 0, in both or below.
    pub singular_values: Vec<[Option<f64>; 2]>,
    /// The share of inputs with a margin `|μ·P[H_0|x]|` below `1e-6`; of a sample.
    pub tiny_margins: f64,
}

/// Models with one number of values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryRow {
    /// `m`
    pub values: usize,
    /// How many models.
    pub models: usize,
    /// In how many the hidden chain is ergodic and `π0` has full support.
    pub assumption_3_2: usize,
    /// In how many some syntax state is recoverable.
    pub assumption_4_2: usize,
    /// Of the models in which it is, for each length.
    pub coverage: Vec<Coverage>,
    /// The share of inputs with a margin `|μ·P[M|x]|` below `1e-6`; of a sample.
    pub tiny_margins: f64,
}

/// The probability that an input of one length is in the scope of Theorem 4.3, over models.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The length.
    pub length: usize,
    /// The least (0 in a model without recoverable states).
    pub least: f64,
    /// The mean.
    pub mean: f64,
    /// The largest.
    pub largest: f64,
    /// In how many models it would have taken too long.
    pub undecided: usize,
}

/// Decides every row.
///
/// # Panics
/// If inputs have no token.
pub fn rows(plan: &FamilyPlan) -> FamilyRows {
    FamilyRows {
        vanilla: plan.states.iter().map(|&states| vanilla(plan, states)).collect(),
        memory: plan.values.iter().map(|&values| memory(plan, values)).collect(),
    }
}

/// Margins below this are tiny.
const TINY: f64 = 1e-6;

fn vanilla(plan: &FamilyPlan, states: usize) -> VanillaRow {
    let family = Family { states, tokens: TOKENS, redraw: true };
    let models: Vec<Model> = (0..plan.seeds).map(|seed| family.model(seed)).collect();
    let count = |holds: &dyn Fn(&Model) -> bool| models.iter().filter(|model| holds(model)).count();
    let essential: Vec<Option<bool>> =
        models.iter().map(|model| assumption_3_5::decide(model)?.decision.holds()).collect();
    let tiny = models.iter().zip(0..).map(|(model, seed)| {
        let (task, mut random) =
            (model.task().expect("the family has tasks"), Random::new(seed, Stream::Test));
        let drawn = Dataset::draw(model.hmm(), task, plan.inputs, plan.length, &mut random);
        share_of_tiny(&drawn.expect("what is drawn is possible"))
    });
    VanillaRow {
        states,
        models: models.len(),
        assumption_3_1: count(&|model| assumption_3_1::decide(model).holds() == Some(true)),
        assumption_3_2: count(&|model| assumption_3_2::decide(model).whole.holds() == Some(true)),
        assumption_3_5: essential.iter().filter(|found| **found == Some(true)).count(),
        assumption_3_5_undecided: essential.iter().filter(|found| found.is_none()).count(),
        singular_values: models.iter().map(singular_value).collect(),
        tiny_margins: mean(tiny.collect()),
    }
}

fn singular_value(model: &Model) -> [Option<f64>; 2] {
    let found = smallest_singular_value(model.hmm().emission());
    found.map_or([None; 2], |found| [log10(&found.lower.0), log10(&found.upper.0)])
}

/// `log10` of a positive number, however small.
fn log10(value: &BigRational) -> Option<f64> {
    if !value.is_positive() {
        return None;
    }
    let part = |integer: &BigInt| {
        let excess = integer.bits().saturating_sub(1000);
        let short: BigInt = integer >> excess;
        short.to_f64().unwrap_or(f64::NAN).log10() + excess as f64 * 2.0_f64.log10()
    };
    Some(part(value.numer()) - part(value.denom()))
}

/// Coverages that take more products than this are not computed.
const PRODUCTS: usize = 1 << 22;

fn memory(plan: &FamilyPlan, values: usize) -> MemoryRow {
    let family = MemoryFamily { redraw: true, ..MemoryFamily::new(values) };
    let models: Vec<MemoryModel> = (0..plan.seeds).map(|seed| family.model(seed)).collect();
    let task = |model: &MemoryModel| -> MemoryTask { model.task().expect("the family has tasks").clone() };
    let sets: Vec<_> = models.iter().map(|model| assumption_4_2::decide(model, &task(model))).collect();
    let longest = plan.lengths.iter().copied().max().unwrap_or(0);
    let covered = |(model, set)| coverage_within(model, &task(model), set, longest, PRODUCTS);
    let covered: Vec<Result<Vec<BigRational>, Limit>> = models.iter().zip(&sets).map(covered).collect();
    let ergodic = |model: &&MemoryModel| {
        assumption_3_2::of_chain(*model, model.memory().chain()).whole.holds() == Some(true)
    };
    let tiny = models.iter().zip(0..).map(|(model, seed)| {
        let mut random = Random::new(seed, Stream::Test);
        let drawn = Dataset::draw_memory(model.memory(), &task(model), plan.inputs, plan.length, &mut random);
        share_of_tiny(&drawn.expect("what is drawn is possible"))
    });
    MemoryRow {
        values,
        models: models.len(),
        assumption_3_2: models.iter().filter(ergodic).count(),
        assumption_4_2: sets.iter().filter(|set| set.decision.holds() == Some(true)).count(),
        coverage: plan.lengths.iter().map(|&length| coverage(&covered, length)).collect(),
        tiny_margins: mean(tiny.collect()),
    }
}

fn coverage(covered: &[Result<Vec<BigRational>, Limit>], length: usize) -> Coverage {
    let known = covered.iter().flatten().filter_map(|found| found.get(length.checked_sub(1)?)?.to_f64());
    let known: Vec<f64> = known.collect();
    Coverage {
        length,
        least: known.iter().copied().reduce(f64::min).unwrap_or(0.0),
        largest: known.iter().copied().fold(0.0, f64::max),
        undecided: covered.len() - known.len(),
        mean: mean(known),
    }
}

fn share_of_tiny(dataset: &Dataset) -> f64 {
    let tiny = dataset.labels.iter().filter(|labelled| labelled.margin < TINY).count();
    tiny as f64 / dataset.labels.len().max(1) as f64
}

/// 0 of nothing.
fn mean(values: Vec<f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.into_iter().sum::<f64>() / count
}
