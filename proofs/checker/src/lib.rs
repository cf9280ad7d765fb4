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
//! under `# Soundness` in the source of the rules.
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
mod failure;
mod model;
pub mod number;
mod rules;

pub use backward::MAX_WORD;
pub use failure::{Failure, Rejection};

use certificate::{Certificate, Claim, Statement};

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
    let certificate = read(text).map_err(Failure::Malformed)?;
    let hmm = model::Hmm::new(&certificate.model)?;
    rules::establish(certificate.claim, &hmm, &certificate.evidence)?;
    Ok(Accepted { text: text.to_owned(), certificate })
}

/// Reads a certificate and insists on its one notation: the derived readers would also take lists for
/// objects, `{"hmm": null}` for `"hmm"`, `null` for an absent field and `"2/4"` for `"1/2"`.
fn read(text: &str) -> Result<Certificate, serde_json::Error> {
    let certificate: Certificate = serde_json::from_str(text)?;
    let written: serde_json::Value = serde_json::from_str(text)?;
    if serde_json::to_value(&certificate)? == written {
        Ok(certificate)
    } else {
        Err(serde::de::Error::custom("a value is not in its canonical notation"))
    }
}
