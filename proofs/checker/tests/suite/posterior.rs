//! Rules `masked-output` and `shifted-posterior`. The stated values come from an enumeration of all
//! hidden paths.

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection};

/// The certificate with one instance alone.
fn masked(tokens: Value, position: usize, output: Value) -> Value {
    let instance = json!({"tokens": tokens, "position": position, "output": output});
    edited("masked-output", [("/evidence/instances", json!([instance]))])
}

fn shifted(tokens: Value, shift: usize, ratio: &str) -> Value {
    let instance = json!({"tokens": tokens, "shift": shift, "ratio": ratio});
    edited("shifted-posterior", [("/evidence/instances", json!([instance]))])
}

#[test]
fn accepts_outputs_at_any_position() {
    accepts(&certificate("masked-output"));
}

#[test]
fn accepts_any_token_at_the_masked_position() {
    for token in [0, 1] {
        accepts(&masked(json!([0, token, 1]), 2, json!(["4/15", "11/15"])));
    }
}

#[test]
fn accepts_a_word_of_the_greatest_length() {
    let one_state = [
        ("/model/initial", json!(["1"])),
        ("/model/transition", json!([["1"]])),
        ("/model/emission", json!([["1"]])),
        (
            "/evidence/instances",
            json!([{"tokens": vec![0; MAX_WORD], "position": MAX_WORD, "output": ["1"]}]),
        ),
    ];
    accepts(&edited("masked-output", one_state));
}

#[test]
fn rejects_no_instance() {
    for name in ["masked-output", "shifted-posterior"] {
        let found = rejection(&edited(name, [("/evidence/instances", json!([]))]));
        assert_eq!(found, R::NoEvidence { field: "instances" });
    }
}

#[test]
fn rejects_an_input_without_tokens() {
    let expected = R::EmptyWord { field: "tokens" };
    assert_eq!(rejection(&masked(json!([]), 1, json!(["1", "0"]))), expected);
    assert_eq!(rejection(&shifted(json!([]), 1, "1")), expected);
}

#[test]
fn rejects_an_input_that_is_too_long() {
    let expected = R::LongWord { field: "tokens", found: MAX_WORD + 1, limit: MAX_WORD };
    assert_eq!(rejection(&masked(long_word(), 1, json!(["1", "0"]))), expected);
    assert_eq!(rejection(&shifted(long_word(), 1, "1")), expected);
}

#[test]
fn rejects_a_token_that_is_not_in_the_vocabulary() {
    for token in [2, usize::MAX] {
        let expected = R::OutOfRange { field: "tokens", found: token, limit: 2 };
        assert_eq!(rejection(&masked(json!([0, token]), 1, json!(["1", "0"]))), expected);
        assert_eq!(rejection(&masked(json!([0, token]), 2, json!(["1", "0"]))), expected);
        assert_eq!(rejection(&shifted(json!([0, token]), 1, "1")), expected);
    }
}

#[test]
fn rejects_a_position_outside_the_input() {
    for position in [0, 2, usize::MAX] {
        let found = rejection(&masked(json!([1]), position, json!(["3/8", "5/8"])));
        assert_eq!(found, R::OutOfRange { field: "position", found: position, limit: 2 });
    }
}

#[test]
fn rejects_an_output_of_the_wrong_length() {
    for (output, found) in [(json!([]), 0), (json!(["1"]), 1), (json!(["3/8", "5/8", "0"]), 3)] {
        let expected = R::Length { field: "output", expected: 2, found };
        assert_eq!(rejection(&masked(json!([1]), 1, output)), expected);
    }
}

#[test]
fn rejects_a_wrong_output() {
    for output in [["5/8", "3/8"], ["3/8", "3/8"], ["0", "1"], ["3", "5"]] {
        let found = rejection(&masked(json!([1]), 1, json!(output)));
        assert_eq!(found, R::Value { field: "output", instance: 0 });
    }
}

#[test]
fn rejects_the_output_at_another_position() {
    let found = rejection(&masked(json!([0, 1, 1]), 1, json!(["4/15", "11/15"])));
    assert_eq!(found, R::Value { field: "output", instance: 0 });
}

#[test]
fn rejects_a_wrong_output_of_a_later_instance() {
    let found = rejection(&edited("masked-output", [("/evidence/instances/2/output/0", json!("3/5"))]));
    assert_eq!(found, R::Value { field: "output", instance: 2 });
}

/// The states 0, 1, 2 follow each other and state 2 never emits token 0, so no input has three in a row.
#[test]
fn rejects_an_instance_that_conditions_on_the_impossible() {
    let found = rejection(&masked(json!([0, 0, 0, 1]), 4, json!(["0", "0"])));
    assert_eq!(found, R::ImpossibleInstance { instance: 0 });
}

#[test]
fn accepts_ratios_of_shifted_inputs() {
    accepts(&certificate("shifted-posterior"));
}

#[test]
fn rejects_a_shift_out_of_bounds() {
    for shift in [0, 65, usize::MAX] {
        let found = rejection(&shifted(json!([1]), shift, "48/49"));
        assert_eq!(found, R::OutOfRange { field: "shift", found: shift, limit: 65 });
    }
}

/// The law of the greatest shift in lowest terms would be long; from a stationary law the ratio is 1.
#[test]
fn accepts_the_greatest_shift() {
    let instance = json!([{"tokens": [0, 1], "shift": 64, "ratio": "1"}]);
    let stationary = [("/model/initial", json!(["1/4", "3/4"])), ("/evidence/instances", instance)];
    accepts(&edited("shifted-posterior", stationary));
}

#[test]
fn rejects_a_wrong_ratio() {
    for ratio in ["0", "1", "-48/49", "96/49"] {
        let found = rejection(&shifted(json!([1]), 1, ratio));
        assert_eq!(found, R::Value { field: "ratio", instance: 0 });
    }
}

#[test]
fn rejects_the_inverted_ratio() {
    let found = rejection(&shifted(json!([1]), 1, "49/48"));
    assert_eq!(found, R::Value { field: "ratio", instance: 0 });
}

#[test]
fn rejects_the_ratio_of_another_shift() {
    let found = rejection(&edited("shifted-posterior", [("/evidence/instances/1/shift", json!(2))]));
    assert_eq!(found, R::Value { field: "ratio", instance: 1 });
}

#[test]
fn rejects_an_impossible_input() {
    let silent = json!([["2/3", "1/2"], ["1/3", "1/2"], ["0", "0"]]);
    let instance = json!([{"tokens": [0, 2], "shift": 1, "ratio": "1"}]);
    let spoilt =
        edited("shifted-posterior", [("/model/emission", silent), ("/evidence/instances", instance)]);
    assert_eq!(rejection(&spoilt), R::ImpossibleInstance { instance: 0 });
}

#[test]
fn rejects_a_shift_of_a_chain_without_full_support() {
    let found = rejection(&edited("shifted-posterior", [("/model/initial", json!(["1", "0"]))]));
    assert_eq!(found, R::Unsupported { state: 1 });
}

#[test]
fn rejects_a_shift_of_a_periodic_chain() {
    let swap = json!([["0", "1"], ["1", "0"]]);
    let walks = json!([[0, 1]]);
    let edits = [("/model/transition", swap), ("/evidence/ergodic/walks", walks)];
    assert_eq!(rejection(&edited("shifted-posterior", edits)), R::CommonDivisor(2));
}

#[test]
fn rejects_a_shift_without_search_trees() {
    let found = rejection(&edited("shifted-posterior", [("/evidence/ergodic/trees/forward", json!([]))]));
    assert_eq!(found, R::TreeMisses { field: "forward", state: 1 });
}
