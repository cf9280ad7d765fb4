//! The random models of the paper's own simulations on trial: do the theorems apply to them, do they speak about any input, and do they survive floating point?
//!
//! | family | models | theorems |
//! |---|---|---|
//! | `vanilla` | those of [`appendix_d`](crate::generate::appendix_d), by their number of states | 3.3 and 3.6 |
//! | `memory` | those of [`memory`](crate::generate::memory), by their number of values | 4.3 and 4.6 |
//! | `joint` | the same as the released code has them, without memory, every pair of a value and a state being a state | 3.3 and 3.6 |
//!
//! Hypotheses, verdicts and coverage are decided exactly. Margins, and what becomes of heads in `f64`, are of a sample of inputs; of `joint` models, which are those with
//! memory once more, there is none.
//!
//! ```
//! use recoverable::simulate::family::{FamilyPlan, Size, row};
//! let plan = FamilyPlan { first: 0, seeds: 2, lengths: vec![8], inputs: 10, length: 8 };
//! let (vanilla, memory) = (row(&plan, Size::Vanilla(4)), row(&plan, Size::Memory(2)));
//! assert_eq!(vanilla.hypotheses["assumption-3.1"].holds, 2);
//! assert_eq!(memory.coverage[&8], 1.0);
//! ```

mod measured;
mod standing;

use recoverable_checker::certificate::Statement;
use serde::{Deserialize, Serialize};

use self::measured::Measured;
pub use self::standing::standings;
use crate::{
    audit::trial::SimulationRow,
    generate::{
        appendix_d::{Family, TOKENS},
        memory::{MemoryFamily, STATES},
    },
};

/// Models of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Of the vanilla family, with so many states.
    Vanilla(usize),
    /// With memory, and so many values.
    Memory(usize),
    /// The same without memory.
    Joint(usize),
}

impl Size {
    /// The paper's.
    pub const PAPER: [Self; 14] = [
        Self::Vanilla(4),
        Self::Vanilla(8),
        Self::Vanilla(10),
        Self::Vanilla(15),
        Self::Vanilla(25),
        Self::Vanilla(30),
        Self::Memory(2),
        Self::Memory(3),
        Self::Memory(5),
        Self::Memory(7),
        Self::Joint(2),
        Self::Joint(3),
        Self::Joint(5),
        Self::Joint(7),
    ];

    /// `vanilla`, `memory` or `joint`.
    pub fn family(self) -> &'static str {
        match self {
            Self::Vanilla(_) => "vanilla",
            Self::Memory(_) => "memory",
            Self::Joint(_) => "joint",
        }
    }

    /// Hidden states; with memory, values times states.
    pub fn states(self) -> usize {
        match self {
            Self::Vanilla(states) => states,
            Self::Memory(values) | Self::Joint(values) => values * STATES,
        }
    }

    /// The number of values, where there is a memory.
    pub fn values(self) -> Option<usize> {
        match self {
            Self::Vanilla(_) => None,
            Self::Memory(values) | Self::Joint(values) => Some(values),
        }
    }
}

/// What is done with each size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyPlan {
    /// The first seed.
    pub first: u64,
    /// How many models: with this seed, the next one, ….
    pub seeds: u64,
    /// Lengths at which the coverage of Theorem 4.3 is computed.
    pub lengths: Vec<usize>,
    /// Inputs of each model that are sampled.
    pub inputs: usize,
    /// Tokens in each.
    pub length: usize,
}

impl FamilyPlan {
    /// Inputs of 128 tokens as in the paper, 200 of each model.
    pub fn paper(first: u64, seeds: u64) -> Self {
        Self { first, seeds, lengths: vec![1, 2, 4, 8, 16, 32, 64, 128], inputs: 200, length: 128 }
    }
}

/// Theorems of models without memory, and of those with it.
const THEOREMS: [[Statement; 2]; 2] =
    [[Statement::Theorem33, Statement::Theorem36], [Statement::Theorem43, Statement::Theorem46]];

/// Decides one row.
///
/// # Panics
/// If inputs have no token.
pub fn row(plan: &FamilyPlan, size: Size) -> SimulationRow {
    let mut measured = Measured::new(plan);
    for seed in (0..plan.seeds).map(|index| plan.first.wrapping_add(index)) {
        let with_memory = |values| MemoryFamily { redraw: true, ..MemoryFamily::new(values) };
        match size {
            Size::Vanilla(states) => {
                let family = Family { states, tokens: TOKENS, redraw: true };
                measured.vanilla(&family.model(seed), seed);
            }
            Size::Memory(values) => measured.memory(&with_memory(values).model(seed), seed),
            Size::Joint(values) => measured.decided(&with_memory(values).joint(seed)),
        }
    }
    SimulationRow {
        family: size.family().to_owned(),
        states: size.states(),
        values: size.values(),
        models: usize::try_from(plan.seeds).unwrap_or(usize::MAX),
        ..measured.row()
    }
}
