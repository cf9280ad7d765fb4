//! Searches that produce evidence; nothing here is trusted.
//!
//! [`backward_span`] finds words whose backward vectors span all of them (what a proportional head rests on), [`HeadSystem`] is
//! the linear system that a head has to solve, [`Steps`] walks the graph of the chain, [`Components`] are
//! the parts of it within which every state leads to every other. [`essential_states`] are what a prompt can single out,
//! [`prompt_values`] the prompts that have a head by their values, and [`no_prompt`] and [`unseen_combination`] why there are none.

mod backward_span;
mod bilinear;
mod blocks;
mod comparison;
mod components;
mod essential_states;
mod functionals;
mod head_system;
mod inputs;
mod lasting;
mod no_prompt;
mod observations;
mod prefix_tree;
mod prompt_values;
mod scope;
mod steps;
mod words;

pub use backward_span::{BackwardSpan, Bounds, backward_span};
pub use blocks::{BlockFound, Counted, recoverable_blocks};
pub use comparison::{Comparison, Comparisons};
pub use components::Components;
pub use essential_states::{CoverLimits, Covers, essential_states, smallest_cover, sources};
pub use functionals::{Functionals, Judged, Rows};
pub use head_system::{HeadSystem, Solved};
pub use inputs::{affordable_length, exact_disagreements, inputs};
pub use lasting::{Lasting, lasting_contradictions};
pub use no_prompt::{no_prompt, unseen_combination};
pub use observations::{Fit, Observation, Observations, WeightedComparison, inputs_of};
pub use prefix_tree::{Ended, History, Limits, PrefixTree, Progress};
pub use prompt_values::{Effort, Searched, prompt_values};
pub use scope::{MAX_SCOPE_STATES, Scope, ScopeAnswer};
pub use steps::{Period, Reach, Steps};
pub use words::{short_words, short_words_behind};
