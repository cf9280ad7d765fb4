//! From data to text: the terminal and JSON. Renderers are pure and last.
//!
//! [`json`] writes the stable formats of the interfaces, [`text`] what a person reads; [`text`] marks
//! words with ANSI styles, which the terminal layer strips where they are not wanted. Longer reports are a [`document`], which has
//! neither; [`robustness`] is a part of one.

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
pub mod studies;
pub mod text;

use std::fmt::Write as _;

use recoverable_checker::certificate;
use sha2::{Digest, Sha256};

use crate::model::canonical_json;

/// SHA-256 of the canonical JSON of a model, in hexadecimal: how reports name a model.
///
/// ```
/// use recoverable::{model::{builtin, certificate_model}, report::model_hash};
/// let models = builtin::all();
/// assert_ne!(model_hash(&certificate_model(&models[0])), model_hash(&certificate_model(&models[1])));
/// ```
pub fn model_hash(model: &certificate::Model) -> String {
    let digest = Sha256::digest(canonical_json(model).as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}
