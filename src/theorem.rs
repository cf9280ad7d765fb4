//! The paper's statements, one file each: Hypotheses → Construction → Conclusion = [`Verdict`].
//!
//! - [Theorem 3.3](theorem_3_3): a linear head on the masked output recovers the task.
//! - [Theorem 4.3](theorem_4_3): with a memory, an attention head recovers a task about one cell, on the inputs of its scope;
//!   [Theorem 4.6](theorem_4_6): behind a prompt.
//! - [Proposition 3.4](proposition_3_4) and [Claim A.1](claim_a_1): the two steps of its proof.
//! - [Theorem 3.6](theorem_3_6): so do a soft prompt and a linear head, under weaker conditions on `W`.
//! - [Lemma B.1](lemma_b_1) and [Lemma B.2](lemma_b_2): the two steps of its proof.

mod attention;
pub mod claim_a_1;
pub mod lemma_b_1;
pub mod lemma_b_2;
pub mod proposition_3_4;
pub mod theorem_3_3;
pub mod theorem_3_6;
pub mod theorem_4_3;
pub mod theorem_4_6;
mod verdict;

pub use verdict::Verdict;
