//! Reading the certificates of `tests/certificates`, spoiling them, and asking the checker.

use recoverable_checker::{Accepted, Failure, Rejection, check};
use serde_json::{Value, json};

macro_rules! certificates {
    ($($name:literal),* $(,)?) => {
        /// The name and the text of every certificate.
        pub const CERTIFICATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../certificates/", $name, ".json")))),*];
    };
}

certificates!(
    "independent-columns",
    "dependent-columns",
    "irreducible",
    "reducible",
    "aperiodic",
    "periodic",
    "full-support",
    "missing-support",
    "ergodic",
    "masked-output",
    "shifted-posterior",
    "unequal-shifted-posterior",
    "invertible-head",
    "invertible-head-classes",
    "proportional-head-identity",
    "proportional-head-span",
    "proportional-head-squares",
    "no-proportional-head",
    "no-proportional-head-classes",
    "proportional-head-prompt",
    "no-proportional-head-prompt",
    "no-prompt",
    "unseen-combination",
    "rank",
    "rank-matrix",
    "singular-value",
    "singular-value-matrix",
    "singular-value-zero",
    "least-head",
    "least-head-classes",
    "labels-agree",
    "labels-agree-prompt",
    "labels-agree-regions",
    "disagreement",
    "disagreement-classes",
    "disagreement-by-state",
    "wrong-label",
    "wrong-label-prompt",
    "no-linear-head",
    "no-linear-head-classes",
    "packed-contradictions",
    "lasting-contradictions",
    "ergodic-radius",
    "essential-states",
    "no-essential-states",
    "prompted-head",
    "prompted-head-classes",
    "fake-token",
    "prompted-posterior",
    "unequal-prompted-posterior",
    "recoverable-states",
    "recoverable-states-prompt",
    "no-recoverable-states",
    "stationary",
    "not-stationary",
    "attention-head",
    "attention-head-classes",
    "prompted-attention-head",
    "wrong-attention-label",
    "wrong-attention-label-prompt",
    "scope-member",
    "scope-member-prompt",
    "empty-scope",
    "empty-scope-prompt",
    "ergodic-memory",
    "independent-columns-matrix",
    "dependent-columns-matrix",
    "solution",
    "inconsistency",
    "nonnegative-solution",
    "separating-functional",
    "left-inverse",
    "intersection",
    "block-functionals",
    "block-kernel",
    "halfspace",
    "motzkin",
);

/// A list that is one token longer than the checker reads.
pub fn long_word() -> Value {
    json!(vec![0; recoverable_checker::MAX_WORD + 1])
}

pub fn text(name: &str) -> &'static str {
    CERTIFICATES.iter().find(|(candidate, _)| *candidate == name).expect("a certificate of this name").1
}

pub fn certificate(name: &str) -> Value {
    serde_json::from_str(text(name)).expect("the certificates are JSON")
}

/// The certificate with these values at these JSON pointers; a key that is not there yet is added.
pub fn edited<const N: usize>(name: &str, edits: [(&str, Value); N]) -> Value {
    let mut certificate = certificate(name);
    for (pointer, value) in edits {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer starts with a slash");
        match certificate.pointer_mut(parent).expect("the pointer leads to a list or an object") {
            Value::Array(list) => list[key.parse::<usize>().expect("an index")] = value,
            Value::Object(object) => _ = object.insert(key.to_owned(), value),
            other => panic!("{other} has no elements"),
        }
    }
    certificate
}

pub fn without(name: &str, parent: &str, key: &str) -> Value {
    let mut certificate = certificate(name);
    let object = certificate.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    object.remove(key).expect("the key is there");
    certificate
}

pub fn judge(certificate: &Value) -> Result<Accepted, Failure> {
    check(&certificate.to_string())
}

#[track_caller]
pub fn accepts(certificate: &Value) {
    if let Err(failure) = judge(certificate) {
        panic!("{failure}");
    }
}

/// Why a text that is a certificate is rejected.
#[track_caller]
pub fn rejection(certificate: &Value) -> Rejection {
    match judge(certificate) {
        Err(Failure::Rejected(rejection)) => rejection,
        Err(malformed) => panic!("{malformed}"),
        Ok(accepted) => panic!("accepted: {}", accepted.claim()),
    }
}

/// Fails unless the text is no certificate at all.
#[track_caller]
pub fn assert_malformed(text: &str) {
    match check(text) {
        Err(Failure::Malformed(_)) => {}
        Err(rejected) => panic!("read, and {rejected}"),
        Ok(accepted) => panic!("accepted: {}", accepted.claim()),
    }
}
