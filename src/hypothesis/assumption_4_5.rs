#![doc = include_str!("assumption_4_5.md")]

use recoverable_checker::certificate::Statement;

use super::RecoverableSet;
use crate::{
    model::{MemoryModel, MemoryTask},
    search::Counted,
};

/// Decides Assumption 4.5 (with several cells C.5) for a task of the model.
pub fn decide(model: &MemoryModel, task: &MemoryTask) -> RecoverableSet {
    RecoverableSet::decide(model, Statement::Assumption45, Counted::prompted(model.memory(), task))
}
