//! Many statements on many models; what comes back is data.
//!
//! [`examine`] asks every statement that fits a model, and what is known beyond them; [`examine_memory`] does so for a model with memory.
//! What a whole audit found is described in [`trial`].

mod examine;
mod memory;
mod topic;
pub mod trial;

pub use examine::{Examination, Findings, Hypothesis, Part, StatementFound, examine};
pub use memory::{MemoryExamination, MemoryFindings, MemoryStatement, examine_memory};
pub use topic::{Selection, Topic};
