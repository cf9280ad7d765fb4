//! What users ask beyond the theorems.
//!
//! - [`linear_head`]: is there a linear head whose scores are proportional to the task's (beyond the paper)?

pub mod linear_head;
