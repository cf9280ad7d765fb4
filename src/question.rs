//! What users ask beyond the theorems.
//!
//! - [`linear_head`]: is there a linear head with `b·W(π_1⊙β(x)) = c (μ⊙π0)·β(x)` on every possible input?
//! - [`conditioning`]: does what is true exactly survive rounding? [`margins`] is how far labels are from changing, [`least_head`] the
//!   head that amplifies errors least.
//! - [`labels`]: is there a linear head that has the task's labels, whatever its scores? [`mod@bound`]: how often does a given head err?
//! - [`attention_bound`]: how often does a given attention head err?
//! - [`counterexample`]: why there is none, where a given one errs, and what becomes of the hypotheses.
//! - [`robustness`]: how far the hypotheses of Theorem 3.3 carry, and what would repair those that fail?
//! - [`scope`]: which inputs do the theorems about memory speak about, and how many are they?
//! - [`wrong_label`]: a given head is wrong on a given input.
//! - [`matrix`]: rank, inverses, systems, cones and spans of a matrix that is given on its own.

pub mod attention_bound;
pub mod best_head;
pub mod bound;
pub mod conditioning;
pub mod counterexample;
pub mod histogram;
pub mod labels;
pub mod least_head;
pub mod linear_head;
pub mod margins;
pub mod matrix;
pub mod prompt;
pub mod robustness;
pub mod scope;
pub mod wrong_label;
