#![doc = include_str!("robustness.md")]

mod chain;
mod emission;
mod proposal;

use num_bigint::BigInt;
use num_rational::BigRational;
use recoverable_checker::{
    Accepted,
    certificate::{ClosedSet, Periods},
};

use super::conditioning::{Bounds, Certified};
use crate::{
    certify::Limit,
    model::{Hmm, Model},
};

/// The sizes `ε` of repairs: a column is `1 − ε` times what it was.
pub const SIZES: [(u32, u32); 3] = [(1, 1000), (1, 100), (1, 10)];

/// How firmly each hypothesis of Theorem 3.3 stands.
#[derive(Clone, Debug)]
pub struct Robustness {
    /// The columns of `W` are independent.
    pub assumption_3_1: Standing<EmissionRadius, DependentEmission>,
    /// The chain is irreducible and aperiodic, and `π0` has full support.
    pub assumption_3_2: Standing<ChainRadius, ChainRepair>,
    /// Of 3.2: the chain is irreducible.
    pub irreducible: Standing<BigRational, ClosedSet>,
    /// Of 3.2: the chain is aperiodic; `None` if it is not irreducible.
    pub aperiodic: Option<Standing<BigRational, Periods>>,
    /// Of 3.2: `π0` has full support; if it fails, the states that it misses.
    pub full_support: Standing<BigRational, Vec<usize>>,
}

/// A hypothesis that holds with its radius `R`, or fails with its repair or witness `F`.
#[derive(Clone, Debug)]
pub enum Standing<R, F> {
    /// It holds.
    Holds {
        /// The certificate. For a part of 3.2 all its steps have at least the probability of the radius.
        accepted: Accepted,
        /// Every change smaller than this leaves it true.
        radius: Result<R, Limit>,
    },
    /// It fails.
    Fails {
        /// The certificate.
        accepted: Accepted,
        /// What is wrong, or what would repair it.
        failure: F,
    },
    /// Neither is known.
    Undecided(Limit),
}

impl<R, F> Standing<R, F> {
    /// `Some(true)` if the hypothesis holds, `Some(false)` if it fails.
    pub fn holds(&self) -> Option<bool> {
        match self {
            Self::Holds { .. } => Some(true),
            Self::Fails { .. } => Some(false),
            Self::Undecided(_) => None,
        }
    }

    /// The certificate, either way.
    pub fn accepted(&self) -> Option<&Accepted> {
        match self {
            Self::Holds { accepted, .. } | Self::Fails { accepted, .. } => Some(accepted),
            Self::Undecided(_) => None,
        }
    }

    /// The radius, if the hypothesis holds and one is known.
    pub fn radius(&self) -> Option<&R> {
        match self {
            Self::Holds { radius, .. } => radius.as_ref().ok(),
            Self::Fails { .. } | Self::Undecided(_) => None,
        }
    }

    /// What is wrong, if the hypothesis fails.
    pub fn failure(&self) -> Option<&F> {
        match self {
            Self::Fails { failure, .. } => Some(failure),
            Self::Holds { .. } | Self::Undecided(_) => None,
        }
    }
}

/// The columns of every `W'` with `‖W' − W‖_F < σ_min(W)` are independent.
#[derive(Clone, Debug)]
pub struct EmissionRadius {
    /// `σ_min(W)`. Its lower bound, which is positive, is the radius in the Frobenius norm, and in the spectral norm as well; some
    /// matrix (which need not be an emission matrix) at the distance of the upper bound at most has dependent columns.
    pub singular_value: Certified<Bounds>,
    /// The columns of every `W'` that differs from `W` by less than this in each entry are independent: the radius over
    /// `√(k n)`, rounded down.
    pub entrywise: BigRational,
}

/// Dependent columns of `W`.
#[derive(Clone, Debug)]
pub struct DependentEmission {
    /// Coprime integers `v`, not all zero, with `W v = 0`.
    pub kernel: Vec<BigInt>,
    /// What would make them independent.
    pub repair: EmissionRepair,
}

/// What would make the columns of `W` independent.
#[derive(Clone, Debug)]
pub enum EmissionRepair {
    /// Nothing: the rank is at most `k < n`, whatever the entries.
    TooFewTokens {
        /// `k`
        tokens: usize,
        /// `n`
        states: usize,
    },
    /// One emission matrix for each size, ascending, as far as one was found.
    Sizes(Vec<RepairedEmission>),
    /// Nothing was found.
    Undecided(Limit),
}

/// An emission matrix `W' = (1 − ε)W + εE` with independent columns; the columns of `E` are unit vectors, or those of `W`.
#[derive(Clone, Debug)]
pub struct RepairedEmission {
    /// No entry changes by more than this `ε`.
    pub size: BigRational,
    /// `(state, token)`: what the state shows more often. Other states are as before.
    pub moved: Vec<(usize, usize)>,
    /// The model with `W'`.
    pub model: Model,
    /// The largest `|W'[z,h] − W[z,h]|`.
    pub largest_change: BigRational,
    /// `‖W' − W‖_F`, rounded both ways.
    pub distance: Bounds,
    /// `σ_min(W')`.
    pub singular_value: Certified<Bounds>,
    /// Assumption 3.1 for the model with `W'`.
    pub accepted: Accepted,
}

impl RepairedEmission {
    /// A lower bound of `σ_min(W') / ‖W' − W‖_F`. It is at most 1: no matrix with a singular value of `s` or more is nearer to a
    /// singular one than `s` (Weyl).
    pub fn efficiency(&self) -> BigRational {
        &self.singular_value.value.lower / &self.distance.upper
    }
}

/// Assumption 3.2 holds for every model whose `π0` and `A` differ by less than a radius in each entry.
#[derive(Clone, Debug)]
pub struct ChainRadius {
    /// The largest `τ` such that the steps of probability `τ` or more make the chain ergodic and every entry of `π0` is at least `τ`.
    pub radius: Certified<BigRational>,
    /// A model that differs by exactly the radius and fails; if there is one, no larger radius is true.
    pub nearest: Option<Broken>,
}

/// A model on which Assumption 3.2 fails.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The model.
    pub model: Model,
    /// The refutation.
    pub accepted: Accepted,
}

/// What would make all of Assumption 3.2 true.
#[derive(Clone, Debug)]
pub struct ChainRepair {
    /// New steps `(from, to)` of the chain, as few as join its components.
    pub joins: Vec<(usize, usize)>,
    /// A state that gets a step to itself, where the chain would be periodic otherwise.
    pub pause: Option<usize>,
    /// States that `π0` misses.
    pub starts: Vec<usize>,
    /// One model for each size, ascending.
    pub sizes: Result<Vec<RepairedChain>, Limit>,
}

/// A model that satisfies Assumption 3.2. Changed columns of `A`, and `π0` where it changes, are `1 − ε` times what they
/// were, and `ε` is shared by what is new.
#[derive(Clone, Debug)]
pub struct RepairedChain {
    /// No entry changes by more than this `ε`.
    pub size: BigRational,
    /// The model.
    pub model: Model,
    /// The largest change of an entry of `A` or `π0`.
    pub largest_change: BigRational,
    /// The radius that the repaired model has.
    pub radius: Certified<BigRational>,
    /// Assumption 3.2 for it.
    pub accepted: Accepted,
}

impl RepairedChain {
    /// The radius over the largest change. It is at most 1: the model that is repaired lies outside the radius.
    pub fn efficiency(&self) -> BigRational {
        &self.radius.value / &self.largest_change
    }
}

/// Decides the hypotheses of Theorem 3.3, measures those that hold and repairs those that fail. Cost: the bounds of `σ_min` for
/// `W`, or for a few repairs of each size; for `A` some two dozen searches of its graph.
pub fn decide(model: &Model) -> Robustness {
    let chain::Found { whole, irreducible, aperiodic, full_support } = chain::decide(model);
    Robustness {
        assumption_3_1: emission::decide(model),
        assumption_3_2: whole,
        irreducible,
        aperiodic,
        full_support,
    }
}

impl Robustness {
    /// The model with every failing hypothesis repaired at this size; `None` if all of them hold, or one can't be repaired or decided.
    pub fn repaired(&self, size: &BigRational) -> Option<Model> {
        let emission = match &self.assumption_3_1 {
            Standing::Holds { .. } => None,
            Standing::Fails { failure, .. } => Some(failure.repair.sized(size)?),
            Standing::Undecided(_) => return None,
        };
        let chain = match &self.assumption_3_2 {
            Standing::Holds { .. } => None,
            Standing::Fails { failure, .. } => {
                Some(failure.sizes.as_ref().ok()?.iter().find(|found| found.size == *size)?)
            }
            Standing::Undecided(_) => return None,
        };
        match (emission.map(|found| &found.model), chain.map(|found| &found.model)) {
            (None, None) => None,
            (Some(model), None) | (None, Some(model)) => Some(model.clone()),
            (Some(emission), Some(chain)) => {
                let hmm = chain.hmm();
                let transition = hmm.transition().to_rows();
                let hmm = Hmm::new(hmm.initial().to_vec(), transition, emission.hmm().emission().to_rows());
                Some(with_parts(chain, hmm.ok()?))
            }
        }
    }

    /// All certificates, each with a name of its own: `assumption-3.1`, `assumption-3.2.repair-1-100.radius`, …
    pub fn certificates(&self) -> Vec<(String, &Accepted)> {
        let decisions = [
            self.assumption_3_1.accepted(),
            self.assumption_3_2.accepted(),
            self.irreducible.accepted(),
            self.aperiodic.as_ref().and_then(Standing::accepted),
            self.full_support.accepted(),
            self.assumption_3_1.radius().map(|found| &found.singular_value.accepted),
            self.assumption_3_2.radius().map(|found| &found.radius.accepted),
        ];
        let mut all: Vec<_> = decisions
            .into_iter()
            .flatten()
            .map(|accepted| (accepted.statement().id().to_owned(), accepted))
            .collect();
        let nearest = self.assumption_3_2.radius().and_then(|found| found.nearest.as_ref());
        all.extend(nearest.map(|broken| ("assumption-3.2.nearest".to_owned(), &broken.accepted)));
        if let Some(EmissionRepair::Sizes(sizes)) = self.assumption_3_1.failure().map(|found| &found.repair) {
            for found in sizes {
                let name = format!("assumption-3.1.repair-{}", dashed(&found.size));
                all.push((format!("{name}.singular-value"), &found.singular_value.accepted));
                all.push((name, &found.accepted));
            }
        }
        if let Some(Ok(sizes)) = self.assumption_3_2.failure().map(|found| &found.sizes) {
            for found in sizes {
                let name = format!("assumption-3.2.repair-{}", dashed(&found.size));
                all.push((format!("{name}.radius"), &found.radius.accepted));
                all.push((name, &found.accepted));
            }
        }
        all
    }
}

impl EmissionRepair {
    /// The repair of this size.
    pub fn sized(&self, size: &BigRational) -> Option<&RepairedEmission> {
        match self {
            Self::Sizes(sizes) => sizes.iter().find(|found| found.size == *size),
            Self::TooFewTokens { .. } | Self::Undecided(_) => None,
        }
    }
}

/// `1-100` for `1/100`.
fn dashed(size: &BigRational) -> String {
    size.to_string().replace('/', "-")
}

/// [`SIZES`] as rationals.
fn sizes() -> impl Iterator<Item = BigRational> {
    SIZES.iter().map(|&(numerator, denominator)| BigRational::new(numerator.into(), denominator.into()))
}

/// The name, task and names of a model with other matrices of the same shape.
fn with_parts(model: &Model, hmm: Hmm) -> Model {
    Model::new(model.name(), hmm, model.task().cloned(), model.names().clone())
        .expect("the shape is that of a model with this task and these names")
}
