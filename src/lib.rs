//! x
#![forbid(unsafe_code)]
pub mod linear;
pub mod model;
pub mod number;
pub mod oracle;
