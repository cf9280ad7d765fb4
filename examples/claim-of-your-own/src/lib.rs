//! A claim that is not in the paper: **typing errors do not matter to Theorems 3.3, 4.3 and 4.6, short of pure noise.**
//!
//! A careless typist replaces each token, with probability `e`, by one that is drawn uniformly from the `k` of the vocabulary. What is then read has the emission
//! matrix `C W` with `C = (1 − e) I + (e/k) J`, where `J` has ones alone. `C` is invertible for `e < 1`: independent columns of `W` stay independent, and
//! spans that meet in 0 still do. So the theorems apply to what the typist writes if they apply to what was meant. For `e = 1` all columns are
//! equal, and nothing is left.
//!
//! `tests/claim.rs` tests this on random models on which the hypotheses hold, and shows where the claim ends.

use num_rational::BigRational;
use num_traits::One;
use recoverable::model::{Defect, Hmm, MemoryHmm, MemoryModel, Model};

/// The emissions `C W` of a typist who errs with probability `error`.
fn typed(emission: Vec<Vec<BigRational>>, error: &BigRational) -> Vec<Vec<BigRational>> {
    let stray = error / BigRational::from_integer(emission.len().into());
    let right = BigRational::one() - error;
    let entry = |p: BigRational| p * &right + &stray; // columns sum to 1
    emission.into_iter().map(|row| row.into_iter().map(entry).collect()).collect()
}

/// The model of what the typist writes.
///
/// # Errors
/// A [`Defect`] if `error` is not a probability.
pub fn careless(model: &Model, error: &BigRational) -> Result<Model, Defect> {
    let hmm = model.hmm();
    let emission = typed(hmm.emission().to_rows(), error);
    let hmm = Hmm::new(hmm.initial().to_vec(), hmm.transition().to_rows(), emission)?;
    Model::new(model.name(), hmm, model.task().cloned(), model.names().clone())
}

/// The same for a model with memory.
///
/// # Errors
/// A [`Defect`] if `error` is not a probability.
pub fn careless_with_memory(model: &MemoryModel, error: &BigRational) -> Result<MemoryModel, Defect> {
    let (memory, chain) = (model.memory(), model.memory().chain());
    let emission = typed(memory.emission().to_rows(), error);
    let (initial, transition) = (chain.initial().to_vec(), chain.transition().to_rows());
    let memory = MemoryHmm::new(memory.shape(), initial, transition, emission, memory.prior().clone())?;
    MemoryModel::new(model.name(), memory, model.task().cloned(), model.names().clone())
}
