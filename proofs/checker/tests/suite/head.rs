//! Rule `invertible-head`.
//!
//! `π_1 = (1/3, 2/3)`, so `Wᵀ b = μ ⊙ π0 / π_1 = (3/2, -3/4)` for `μ = (1, -1)`, and `b = (6, -15/2)`.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection, without};

fn binary(head: Value) -> Value {
    edited("invertible-head", [("/evidence/head", head)])
}

fn classes(head: Value) -> Value {
    edited("invertible-head-classes", [("/evidence/head", head)])
}

#[test]
fn accepts_the_head_of_the_theorem() {
    accepts(&certificate("invertible-head"));
}

#[test]
fn accepts_a_head_for_each_class() {
    accepts(&certificate("invertible-head-classes"));
}

#[test]
fn accepts_a_common_shift_of_all_classes() {
    accepts(&classes(json!([["9/2", "-9/2"], ["-3/2", "3"], ["7/4", "-5/4"]])));
    accepts(&classes(json!([["0", "0"], ["-6", "15/2"], ["-11/4", "13/4"]])));
}

#[test]
fn accepts_a_task_without_content() {
    let constant = [("/model/task/weights", json!(["0", "0"])), ("/evidence/head", json!([["0", "0"]]))];
    accepts(&edited("invertible-head", constant));
}

#[test]
fn accepts_one_state_and_one_token() {
    accepts(&edited(
        "invertible-head",
        [
            ("/model", json!({"kind": "hmm", "initial": ["1"], "transition": [["1"]], "emission": [["1"]]})),
            ("/model/task", json!({"weights": ["-1"]})),
            ("/evidence/independence", json!({"rows": [0], "modulus": 2, "inverse": [[1]]})),
            ("/evidence/ergodic", json!({"trees": {"forward": [], "backward": []}, "walks": [[0]]})),
            ("/evidence/head", json!([["-1"]])),
        ],
    ));
}

#[test]
fn rejects_a_head_without_a_task() {
    assert_eq!(rejection(&without("invertible-head", "/model", "task")), R::NoTask);
}

#[test]
fn rejects_a_wrong_entry_of_the_head() {
    let found = rejection(&binary(json!([["6", "-7"]])));
    assert_eq!(found, R::Identity { class: 1, state: 0 });
}

#[test]
fn rejects_a_head_that_fails_at_the_last_state_only() {
    let found = rejection(&binary(json!([["5", "-11/2"]])));
    assert_eq!(found, R::Identity { class: 1, state: 1 });
}

#[test]
fn rejects_a_negated_head() {
    let found = rejection(&binary(json!([["-6", "15/2"]])));
    assert_eq!(found, R::Identity { class: 1, state: 0 });
}

#[test]
fn rejects_a_doubled_head() {
    let found = rejection(&binary(json!([["12", "-15"]])));
    assert_eq!(found, R::Identity { class: 1, state: 0 });
}

#[test]
fn rejects_the_head_of_another_task() {
    let found = rejection(&edited("invertible-head", [("/model/task/weights", json!(["1", "1"]))]));
    assert_eq!(found, R::Identity { class: 1, state: 1 });
}

#[test]
fn rejects_the_head_of_another_initial_law() {
    let found = rejection(&edited("invertible-head", [("/model/initial", json!(["1/4", "3/4"]))]));
    assert!(matches!(found, R::Identity { class: 1, .. }));
}

#[test]
fn rejects_a_wrong_number_of_rows() {
    for (head, found) in [(json!([]), 0), (json!([["6", "-15/2"], ["0", "0"]]), 2)] {
        let expected = R::Length { field: "head", expected: 1, found };
        assert_eq!(rejection(&binary(head)), expected);
    }
    let expected = R::Length { field: "head", expected: 3, found: 2 };
    assert_eq!(rejection(&classes(json!([["11/2", "-4"], ["-1/2", "7/2"]]))), expected);
}

#[test]
fn rejects_a_row_of_the_wrong_length() {
    for (row, found) in [(json!([]), 0), (json!(["6"]), 1), (json!(["6", "-15/2", "0"]), 3)] {
        let expected = R::Length { field: "head", expected: 2, found };
        assert_eq!(rejection(&binary(json!([row]))), expected);
    }
}

#[test]
fn rejects_exchanged_classes() {
    let found = rejection(&classes(json!([["11/2", "-4"], ["11/4", "-3/4"], ["-1/2", "7/2"]])));
    assert_eq!(found, R::Identity { class: 1, state: 0 });
}

#[test]
fn rejects_a_shift_of_one_class_alone() {
    let found = rejection(&classes(json!([["11/2", "-4"], ["-1/2", "7/2"], ["15/4", "-3/4"]])));
    assert_eq!(found, R::Identity { class: 2, state: 0 });
}

#[test]
fn rejects_a_head_without_independent_columns() {
    let equal = json!([["2/3", "2/3"], ["1/3", "1/3"]]);
    let found = rejection(&edited("invertible-head", [("/model/emission", equal)]));
    assert!(matches!(found, R::NotInverse { field: "independence", .. }));
}

#[test]
fn rejects_a_head_with_a_broken_inverse() {
    let found = rejection(&edited("invertible-head", [("/evidence/independence/inverse/1/1", json!(1))]));
    assert!(matches!(found, R::NotInverse { field: "independence", row: 1, column: 0 }));
}

#[test]
fn rejects_a_head_without_full_support() {
    let found = rejection(&edited("invertible-head", [("/model/initial", json!(["1", "0"]))]));
    assert_eq!(found, R::Unsupported { state: 1 });
}

#[test]
fn rejects_a_head_of_a_reducible_chain() {
    let trapped = json!([["1", "1/6"], ["0", "5/6"]]);
    let found = rejection(&edited("invertible-head", [("/model/transition", trapped)]));
    assert_eq!(found, R::NoStep { field: "forward", from: 0, to: 1 });
}

#[test]
fn rejects_a_head_of_a_periodic_chain() {
    let swap = [
        ("/model/transition", json!([["0", "1"], ["1", "0"]])),
        ("/evidence/ergodic/walks", json!([[0, 1]])),
        ("/evidence/head", json!([["9", "-12"]])),
    ];
    assert_eq!(rejection(&edited("invertible-head", swap)), R::CommonDivisor(2));
}
