//! Rules `unequal-shifted-posterior` and `unequal-prompted-posterior`.
//!
//! The chain starts in state 0 and forgets where it was; both states emit both tokens. State 1 is possible at time 1, and `1 / π0` has no entry for it.

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection};

const SHIFTED: &str = "unequal-shifted-posterior";
const PROMPTED: &str = "unequal-prompted-posterior";

fn spoilt(name: &str, pointer: &str, value: Value) -> R {
    rejection(&edited(name, [(pointer, value)]))
}

#[test]
fn accepts_sides_that_differ() {
    for name in [SHIFTED, PROMPTED] {
        accepts(&certificate(name));
        accepts(&edited(name, [("/evidence/tokens", json!([0, 1, 1]))]));
    }
    accepts(&edited(SHIFTED, [("/evidence/shift", json!(64))]));
}

/// At a state that has a start probability, and at every state if all have one.
#[test]
fn rejects_sides_that_are_equal() {
    for name in [SHIFTED, PROMPTED] {
        assert_eq!(spoilt(name, "/evidence/state", json!(0)), R::EqualSides);
        assert_eq!(spoilt(name, "/model/initial", json!(["2/3", "1/3"])), R::EqualSides);
    }
}

/// The state has no start probability, and is not possible later either.
#[test]
fn rejects_a_state_that_is_never_possible() {
    for name in [SHIFTED, PROMPTED] {
        assert_eq!(spoilt(name, "/model/transition", json!([["1", "1"], ["0", "0"]])), R::EqualSides);
    }
}

#[test]
fn rejects_an_impossible_input() {
    let silent = json!([["1", "1/2"], ["0", "1/2"]]);
    for name in [SHIFTED, PROMPTED] {
        let staying = json!([["1", "0"], ["0", "1"]]);
        let edits = [("/model/emission", silent.clone()), ("/model/transition", staying)];
        let mut impossible = edited(name, edits);
        impossible["evidence"]["tokens"] = json!([1]);
        assert_eq!(rejection(&impossible), R::ImpossibleInput);
    }
    assert_eq!(spoilt(PROMPTED, "/evidence/embedding", json!(["0", "0"])), R::ImpossibleInput);
}

#[test]
fn rejects_what_is_out_of_range() {
    for name in [SHIFTED, PROMPTED] {
        let found = spoilt(name, "/evidence/state", json!(2));
        assert_eq!(found, R::OutOfRange { field: "state", found: 2, limit: 2 });
        let found = spoilt(name, "/evidence/tokens", json!([2]));
        assert_eq!(found, R::OutOfRange { field: "tokens", found: 2, limit: 2 });
        assert_eq!(spoilt(name, "/evidence/tokens", json!([])), R::EmptyWord { field: "tokens" });
        let found = spoilt(name, "/evidence/tokens", long_word());
        assert_eq!(found, R::LongWord { field: "tokens", found: MAX_WORD + 1, limit: MAX_WORD });
    }
    for shift in [0, 65] {
        let found = spoilt(SHIFTED, "/evidence/shift", json!(shift));
        assert_eq!(found, R::OutOfRange { field: "shift", found: shift, limit: 65 });
    }
}

#[test]
fn rejects_what_is_no_embedding() {
    let found = spoilt(PROMPTED, "/evidence/embedding", json!(["1"]));
    assert_eq!(found, R::Length { field: "embedding", expected: 2, found: 1 });
    for entry in ["-1/2", "3/2"] {
        let found = spoilt(PROMPTED, "/evidence/embedding", json!(["1", entry]));
        assert_eq!(found, R::InstanceEmbedding { instance: 0, state: 1 });
    }
}
