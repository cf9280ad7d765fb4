//! Random models, tasks and inputs from a seed.
//!
//! - [`appendix_d`]: the family of the paper's simulations.
//! - [`draft`]: models as small whole weights, to be planted, mutated and made smaller.
//! - [`memory`]: the family with memory.
//! - [`dataset`]: labelled inputs of a model, written and read as JSON Lines.
//!
//! The same seed gives the same bytes on every platform: random bits come from ChaCha, `exp` and `ln` are computed in software, and everything
//! else rests on operations that IEEE 754 defines to the last bit.

pub mod appendix_d;
pub mod dataset;
pub mod draft;
pub mod memory;
mod plant;
mod random;

pub use draft::{Draft, MemoryDraft};
pub use plant::Facet;
pub use random::{Random, Stream};
