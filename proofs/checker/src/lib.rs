//! The independent checker of `recoverable` certificates.
//!
//! A certificate is one JSON object: a [`Claim`], the model that it is about,
//! and [`Evidence`](certificate::Evidence). [`check`] reads the text, validates the model, recomputes
//! everything that the rule of the evidence asks for, and either returns an [`Accepted`] or says
//! what is wrong. It trusts no producer: it parses, multiplies, compares and looks at signs, in
//! integers and rationals, and shares no code with the programs that find the evidence. There is no
//! elimination, no floating point, no hashing, no cache and no thread in it, and no text makes it panic.
//!
//! What every field means, and why each rule is sound, stands in `FORMAT.md` beside this crate and
//! under `# Soundness` in the source of the rules. The lemmas named there are proved in
//! `proofs/theory`; for those that `proofs/README.md` lists as not yet proved the arguments stand on their own.
//!
//! ```
//! let text = r#"{
//!     "schema": "recoverable.certificate/1",
//!     "claim": {"statement": "assumption-3.1", "verdict": "refuted"},
//!     "model": {"kind": "hmm", "initial": ["1/2", "1/2"],
//!               "transition": [["1/2", "1/2"], ["1/2", "1/2"]], "emission": [["1", "1"]]},
//!     "evidence": {"rule": "dependent-columns", "kernel": ["1", "-1"]}
//! }"#;
//! let accepted = recoverable_checker::check(text).unwrap();
//! assert_eq!(accepted.claim().statement, recoverable_checker::certificate::Statement::Assumption31);
//! assert!(recoverable_checker::check(&text.replace("-1\"", "1\"")).is_err());
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::pedantic)]

mod backward;
pub mod certificate;
mod cleared;
mod failure;
mod matrix;
mod memory;
mod model;
pub mod number;
pub mod overlap;
mod rules;
mod written;

pub use backward::MAX_WORD;
pub use failure::{Failure, Rejection};
pub use memory::MAX_PAIRS;
pub use rules::singular_value::MAX_SCALE_BITS;

use certificate::{Certificate, Claim, Statement};
use serde_json::Value;

/// A claim that the checker has accepted. Only [`check`] can make one.
#[derive(Clone, Debug)]
pub struct Accepted {
    text: String,
    certificate: Certificate,
}

impl Accepted {
    /// What has been established.
    #[must_use]
    pub fn claim(&self) -> Claim {
        self.certificate.claim
    }

    /// The statement that the claim is about.
    #[must_use]
    pub fn statement(&self) -> Statement {
        self.certificate.claim.statement
    }

    /// The certificate that was read.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The very text that was checked.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Checks one certificate.
///
/// # Errors
/// [`Failure::Malformed`] if the text is not a certificate (not JSON, truncated, an unknown schema,
/// rule, statement or field, a malformed number), [`Failure::Rejected`] if it is one and does not
/// establish its claim.
pub fn check(text: &str) -> Result<Accepted, Failure> {
    let certificate = read(text)?;
    rules::establish(&certificate)?;
    Ok(Accepted { text: text.to_owned(), certificate })
}

/// Reads a certificate without checking what it claims. It insists on the one notation: the derived readers
/// would also take lists for objects, `{"hmm": null}` for `"hmm"`, `null` for an absent field and `"2/4"`
/// for `"1/2"`.
///
/// # Errors
/// [`Failure::Malformed`].
pub fn read(text: &str) -> Result<Certificate, Failure> {
    let certificate: Certificate = serde_json::from_str(text).map_err(Failure::Malformed)?;
    if written::is_as_written(&certificate, text) {
        return Ok(certificate);
    }
    let written: Value = serde_json::from_str(text).map_err(Failure::Malformed)?;
    let canonical = serde_json::to_value(&certificate).map_err(Failure::Malformed)?;
    if canonical == written {
        return Ok(certificate);
    }
    let (found, expected) = difference(&written, &canonical);
    let found: String = found.to_string().chars().take(60).collect();
    let expected: String = expected.to_string().chars().take(60).collect();
    let message = format!("{found} is not in its canonical notation {expected}");
    Err(Failure::Malformed(serde::de::Error::custom(message)))
}

/// The first place at which two values differ.
fn difference<'v>(written: &'v Value, canonical: &'v Value) -> (&'v Value, &'v Value) {
    let different = match (written, canonical) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a.iter().zip(b).find(|(x, y)| x != y),
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            a.values().zip(b.values()).find(|(x, y)| x != y)
        }
        _ => None,
    };
    different.map_or((written, canonical), |(a, b)| difference(a, b))
}
