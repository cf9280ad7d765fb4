//! The paper's simulations with the exact model in place of a pretrained one, and with certified accuracy in place of a sampled one.
//!
//! - [`figure3`]: heads and prompts on random models of growing size.
//! - [`statistics`]: means with intervals, and when a sample contradicts a bracket.
//!
//! Everything here returns data; [`report::figure3`](crate::report::figure3) writes tables, CSV and SVG.

pub mod figure3;
pub mod statistics;
