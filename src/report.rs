//! From data to text: the terminal, JSON, Markdown and pages. Renderers are pure and last.
//!
//! [`json`] writes the stable formats of the interfaces, [`text`] what a person reads; [`text`] marks
//! words with ANSI styles, which the terminal layer strips where they are not wanted. Longer reports are a [`document`], which has
//! neither; [`robustness`] is a part of one. Pages are [`html`] with [`plot`]s, [`graph`]s and [mathematics](math).

pub mod attention_bound;
pub mod audit;
pub mod audit_summary;
pub mod bound;
mod conditioning;
pub mod coq;
pub mod counterexample;
pub mod document;
pub mod explain;
pub mod figure3;
mod figures;
pub mod graph;
pub mod html;
pub mod json;
pub mod math;
pub mod plot;
#[cfg(feature = "pretrain")]
pub mod pretrain;
pub mod prompt;
pub mod robustness;
pub mod studies;
pub mod text;

pub use crate::model::model_hash;
