//! x
#![forbid(unsafe_code)]
pub mod audit;
pub mod certify;
pub mod hypothesis;
pub mod linear;
pub mod model;
pub mod number;
pub mod oracle;
pub mod question;
pub mod report;
pub mod search;
pub mod theorem;
