//! An audit as a page, as Markdown, as a LaTeX table and as JSON: from the same data.
//!
//! | file | what |
//! |---|---|
//! | [`html`] | one page without anything from elsewhere: summary, map of hypotheses, trials, every counterexample worked out, figures |
//! | [`markdown`] | the same without figures, for an issue or a repository |
//! | [`latex`] | the map of hypotheses as a table (`booktabs`), for a paper |
//! | [`json`] | the data |
//!
//! Four signs, with a word each time: a trial has a proof (✓), a counterexample (●), neither (?), or it refutes the paper's claim (✗).
//!
//! Renderers are pure: nothing is decided here. Counterexamples of models without memory are worked out once more from the model, by
//! [`WorkedInput`](crate::question::counterexample::WorkedInput), since the data holds results and a reader wants the way to them.

mod answer;
mod campaign;
mod claims;
mod figures;
mod latex;
mod markdown;
mod model;
mod page;
mod simulations;
mod witness;
mod words;

pub use latex::latex;
pub use markdown::markdown;
pub use page::html;

use crate::audit::trial::Audit;

/// The data as one line of JSON.
///
/// # Panics
/// Never: the data has only keys that are strings or numbers.
pub fn json(audit: &Audit) -> String {
    format!("{}\n", serde_json::to_string(audit).expect("an audit always serialises"))
}
