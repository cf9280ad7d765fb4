#![doc = include_str!("assumption_4_2.md")]

use recoverable_checker::certificate::Statement;

use super::RecoverableSet;
use crate::{
    model::{MemoryModel, MemoryTask},
    search::Counted,
};

/// Decides Assumption 4.2 for a task of the model.
pub fn decide(model: &MemoryModel, task: &MemoryTask) -> RecoverableSet {
    RecoverableSet::decide(model, Statement::Assumption42, Counted::all(model.memory(), task))
}
