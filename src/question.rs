//! What users ask beyond the theorems.
//!
//! - [`linear_head`]: is there a linear head with `b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x)` on every possible input?
//! - [`matrix`]: rank, inverses, systems, cones and spans of a matrix that is given on its own.

pub mod linear_head;
pub mod matrix;
