//! What users ask beyond the theorems.
//!
//! - [`linear_head`]: is there a linear head with `b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x)` on every possible input?
//! - [`conditioning`]: does what is true exactly survive rounding? [`margins`] is how far labels are from changing, [`least_head`] the
//!   head that amplifies errors least.
//! - [`matrix`]: rank, inverses, systems, cones and spans of a matrix that is given on its own.

pub mod conditioning;
pub mod least_head;
pub mod linear_head;
pub mod margins;
pub mod matrix;
