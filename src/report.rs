//! From data to text: the terminal and JSON. Renderers are pure and last.
//!
//! [`json`] writes the stable formats of the interfaces, [`text`] what a person reads; [`text`] marks
//! words with ANSI styles, which the terminal layer strips where they are not wanted. Longer reports are a [`document`], which has
//! neither; [`robustness`] is a part of one.

pub mod audit_summary;
pub mod bound;
mod conditioning;
pub mod coq;
pub mod counterexample;
pub mod document;
pub mod explain;
pub mod figure3;
mod figures;
pub mod json;
pub mod prompt;
pub mod robustness;
pub mod text;

pub use crate::model::model_hash;
