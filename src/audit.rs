//! Many statements on many models; what comes back is data.
//!
//! [`examine`] asks every statement that fits a model, and what is known beyond them; [`examine_memory`] does so for a model with memory.
//!
//! [`run`] puts the whole paper on trial: [`claims`] names what it claims, [`search`] finds which hypotheses are needed, [`printed`] runs printed steps beside
//! corrected ones, [`campaign`] examines thousands of random models and [`simulate::family`](crate::simulate::family) those of the paper. What comes out is described
//! in [`trial`].

pub mod campaign;
pub mod claim;
pub mod claims;
mod examine;
mod heads;
mod memory;
pub mod predicates;
pub mod printed;
pub mod run;
pub mod search;
mod topic;
pub mod trial;

pub use examine::{Examination, Findings, Hypothesis, Part, StatementFound, examine};
pub use memory::{MemoryExamination, MemoryFindings, MemoryStatement, examine_memory};
pub use topic::{Selection, Topic};
