//! Many statements on many models; what comes back is data.
//!
//! [`examine`] asks every statement that fits a model, and what is known beyond them.

mod examine;
mod topic;

pub use examine::{Examination, Findings, Hypothesis, Part, StatementFound, examine};
pub use topic::{Selection, Topic};
