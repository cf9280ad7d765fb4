//! Models that are none. Every certificate is read with its model first, whatever the rule.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, edited, rejection};

fn with<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("invertible-head", edits))
}

fn length(field: &'static str, expected: usize, found: usize) -> R {
    R::Length { field, expected, found }
}

#[test]
fn rejects_a_model_without_states() {
    let none = [
        ("/model/initial", json!([])),
        ("/model/transition", json!([])),
        ("/model/emission", json!([[]])),
        ("/model/task/weights", json!([])),
    ];
    assert_eq!(with(none), R::NoStates);
    assert_eq!(with([("/model/initial", json!([]))]), R::NoStates);
}

#[test]
fn rejects_a_model_without_tokens() {
    assert_eq!(with([("/model/emission", json!([]))]), R::NoTokens);
}

#[test]
fn rejects_an_initial_law_of_the_wrong_length() {
    assert_eq!(with([("/model/initial", json!(["1"]))]), length("transition", 1, 2));
    assert_eq!(with([("/model/initial", json!(["1/2", "1/2", "0"]))]), length("transition", 3, 2));
}

#[test]
fn rejects_a_transition_matrix_that_is_not_square() {
    assert_eq!(with([("/model/transition", json!([]))]), length("transition", 2, 0));
    assert_eq!(with([("/model/transition", json!([["1", "1"]]))]), length("transition", 2, 1));
    let tall = json!([["1/2", "1/6"], ["1/2", "5/6"], ["0", "0"]]);
    assert_eq!(with([("/model/transition", tall)]), length("transition", 2, 3));
}

#[test]
fn rejects_ragged_matrices() {
    for field in ["transition", "emission"] {
        for (row, found) in [(json!([]), 0), (json!(["1"]), 1), (json!(["1/2", "1/2", "0"]), 3)] {
            assert_eq!(with([(&format!("/model/{field}/1"), row)]), length(field, 2, found));
        }
    }
}

#[test]
fn rejects_negative_probabilities() {
    let initial = [("/model/initial", json!(["3/2", "-1/2"]))];
    assert_eq!(with(initial), R::Negative { field: "initial", row: 1, column: 0 });
    let transition = [("/model/transition", json!([["1/2", "-1/6"], ["1/2", "7/6"]]))];
    assert_eq!(with(transition), R::Negative { field: "transition", row: 0, column: 1 });
    let emission = [("/model/emission", json!([["4/3", "1/2"], ["-1/3", "1/2"]]))];
    assert_eq!(with(emission), R::Negative { field: "emission", row: 1, column: 0 });
}

#[test]
fn rejects_columns_that_do_not_sum_to_one() {
    let initial = [("/model/initial", json!(["1/2", "1/3"]))];
    assert_eq!(with(initial), R::ColumnSum { field: "initial", column: 0 });
    let transition = [("/model/transition/1/1", json!("2/3"))];
    assert_eq!(with(transition), R::ColumnSum { field: "transition", column: 1 });
    let emission = [("/model/emission/0/0", json!("0"))];
    assert_eq!(with(emission), R::ColumnSum { field: "emission", column: 0 });
    let zero = [("/model/initial", json!(["0", "0"]))];
    assert_eq!(with(zero), R::ColumnSum { field: "initial", column: 0 });
}

#[test]
fn rejects_a_column_sum_that_is_off_by_very_little() {
    let almost = format!("{}/{}", "9".repeat(60), "2".to_owned() + &"0".repeat(60));
    assert_eq!(with([("/model/initial/0", json!(almost))]), R::ColumnSum { field: "initial", column: 0 });
}

#[test]
fn rejects_a_row_stochastic_matrix() {
    let rows = json!([["1/2", "1/2"], ["1/6", "5/6"]]);
    assert_eq!(with([("/model/transition", rows)]), R::ColumnSum { field: "transition", column: 0 });
}

#[test]
fn rejects_a_task_of_the_wrong_length() {
    for (weights, found) in [(json!([]), 0), (json!(["1"]), 1), (json!(["1", "-1", "0"]), 3)] {
        assert_eq!(with([("/model/task/weights", weights)]), length("task.weights", 2, found));
    }
}

#[test]
fn rejects_a_class_of_the_wrong_length() {
    for (row, found) in [(json!([]), 0), (json!(["1"]), 1), (json!(["1", "-1", "0"]), 3)] {
        let weights = json!([["1", "0"], row]);
        assert_eq!(with([("/model/task/weights", weights)]), length("task.weights", 2, found));
    }
}

#[test]
fn rejects_a_task_of_a_single_class() {
    assert_eq!(with([("/model/task/weights", json!([["1", "-1"]]))]), R::TooFewClasses);
}

#[test]
fn rejects_a_broken_task_even_where_no_task_is_needed() {
    let spoilt = edited("full-support", [("/model/task", json!({"weights": ["1"]}))]);
    assert_eq!(rejection(&spoilt), length("task.weights", 3, 1));
}

#[test]
fn accepts_a_task_where_none_is_needed() {
    accepts(&edited("full-support", [("/model/task", json!({"weights": ["1", "0", "-1/2"]}))]));
}

#[test]
fn accepts_a_token_that_no_state_emits() {
    let emission = json!([["1", "1/2", "0"], ["0", "1/2", "1"], ["0", "0", "0"]]);
    accepts(&edited("full-support", [("/model/emission", emission)]));
}
