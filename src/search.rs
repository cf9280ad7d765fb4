//! Searches that produce evidence; nothing here is trusted.
//!
//! [`backward_span`] finds words whose backward vectors span all of them (what a proportional head rests on), [`HeadSystem`] is
//! the linear system that a head has to solve, [`Steps`] walks the graph of the chain.

mod backward_span;
mod head_system;
mod steps;
mod words;

pub use backward_span::{BackwardSpan, Bounds, backward_span};
pub use head_system::{HeadSystem, Solved};
pub use steps::{Period, Reach, Steps};
pub use words::short_words;
