//! The paper's simulations with the exact model in place of a pretrained one, and with certified accuracy in place of a sampled one.
//!
//! - [`figure3`]: heads and prompts on random models of growing size.
//! - [`memory`]: attention heads on models with memory.
//! - [`ablations`]: what the released code does to inputs, prompts, start laws and tasks.
//! - [`noise`]: how large an error of the model each head survives.
//! - `pretrain`, with the feature of this name: the same for a network that was pretrained.
//! - [`family`]: whether the theorems apply to the random models, and survive floating point.
//! - [`study`]: runs on some threads that can be stopped and gone on with.
//! - [`statistics`]: means with intervals, and when a sample contradicts a bracket.
//!
//! Everything here returns data; [`report::figure3`](crate::report::figure3) and [`report::studies`](crate::report::studies) write tables, CSV and SVG.

pub mod ablations;
pub mod family;
pub mod figure3;
pub mod memory;
pub mod noise;
#[cfg(feature = "pretrain")]
pub mod pretrain;
pub mod statistics;
pub mod study;
mod subject;
