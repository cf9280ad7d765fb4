//! Strategies for [`proptest`](https://docs.rs/proptest): models that *plant* the answer.
//!
//! | strategy | what it makes |
//! |---|---|
//! | [`planted`] | models on which every hypothesis of Theorem 3.3 holds, or exactly one fails ([`Break`]) |
//! | [`prompted`] | the same for Assumption 3.5 of Theorem 3.6 ([`Obstacle`]) |
//! | [`remembering`] | models with memory on which every hypothesis of Theorems 4.3 and 4.6 holds, or one fails ([`Flaw`]) |
//! | [`tied`] | a model and an input on which the scores of its task tie exactly |
//! | [`model()`], [`memory_model`] | any valid model, zeros included |
//! | [`words`], [`embeddings`] | sequences and soft prompts for a model that is known only later ([`tokens`], [`memory_tokens`], [`prompt()`]) |
//!
//! Everything is built from small integer weights that are normalised afterwards, so that failures shrink to few states, few tokens and
//! small numbers. `recoverable::testing` has assertions to go with them, and `examples/claim-of-your-own` tests a claim with both.
//!
//! ```
//! use proptest::prelude::*;
//! use recoverable::{assert_proved, strategies::{Break, planted}, testing::Statement};
//! proptest!(ProptestConfig::with_cases(8), |(model in planted(Break::Nothing))| {
//!     assert_proved!(Statement::Theorem33, &model);
//! });
//! ```

use num_rational::BigRational;
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::{
    linear::Matrix,
    model::{Hmm, MemoryHmm, Token},
};

mod memory;
mod prompt;
mod vanilla;

pub use memory::{FLAWS, Flaw, memory_model, remembering};
pub use prompt::{OBSTACLES, Obstacle, embeddings, prompt, prompted};
pub use vanilla::{BREAKS, Break, model, planted, tied};

/// The largest number of states and of tokens of a model without memory.
const LARGEST: usize = 5;

/// A law with these weights; if all are zero, the point mass on the first.
fn law(weights: &[u32]) -> Vec<BigRational> {
    let total: u32 = weights.iter().sum();
    let share = |(index, &weight): (usize, &u32)| match total {
        0 => BigRational::from_integer(u32::from(index == 0).into()),
        _ => BigRational::new(weight.into(), total.into()),
    };
    weights.iter().enumerate().map(share).collect()
}

/// The rows of the matrix whose columns are these laws.
fn rows(columns: &[Vec<BigRational>]) -> Vec<Vec<BigRational>> {
    let height = columns.first().map_or(0, Vec::len);
    Matrix::from_columns(height, columns).to_rows()
}

/// Sequences of 1 to `longest` tokens; [`tokens`] makes them fit a vocabulary.
pub fn words(longest: usize) -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 1..=longest)
}

/// A sequence over the vocabulary of a model.
pub fn tokens(hmm: &Hmm, word: &[Index]) -> Vec<Option<Token>> {
    below(hmm.tokens(), word)
}

/// A sequence over the vocabulary of a model with memory.
pub fn memory_tokens(memory: &MemoryHmm, word: &[Index]) -> Vec<Option<Token>> {
    below(memory.tokens(), word)
}

fn below(limit: usize, word: &[Index]) -> Vec<Option<Token>> {
    word.iter().map(|index| Some(Token(index.index(limit)))).collect()
}
