//! What the checker accepts, and every way to be wrong that it has to notice.
//!
//! The certificates stand as JSON text in `tests/certificates`, at least one for each rule; all of them
//! are accepted. A test takes one, spoils it in one place, and names the defect; it compares the
//! [`Rejection`](recoverable_checker::Rejection), never a sentence. The models have two or three states, the matrices
//! as many rows, small enough to check the numbers by hand.

mod binary;
mod block;
mod claims;
mod contradiction;
mod disagreement;
mod documents;
mod ergodic;
mod essential;
mod fake_token;
mod head;
mod independence;
mod lasting;
mod least_head;
mod malformed;
mod matrix;
mod memory;
mod model;
mod mutation;
mod no_proportional_head;
mod paths;
mod posterior;
mod prompted_heads;
mod proportional_head;
mod rank;
mod regions;
mod singular_value;
mod support;
mod system;
mod unequal;
mod wrong_attention_label;
mod wrong_label;
