//! Rules `solution`, `inconsistency`, `nonnegative-solution` and `separating-functional`.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection};

fn spoilt(name: &str, pointer: &str, value: Value) -> R {
    rejection(&edited(name, [(pointer, value)]))
}

#[test]
fn accepts_each_answer() {
    for name in ["solution", "inconsistency", "nonnegative-solution", "separating-functional"] {
        accepts(&certificate(name));
    }
}

#[test]
fn accepts_any_positive_multiple_of_a_functional() {
    accepts(&edited("inconsistency", [("/evidence/functional", json!(["2/7", "-1/7", "0"]))]));
    accepts(&edited("separating-functional", [("/evidence/functional", json!(["5/3", "5/3"]))]));
}

#[test]
fn accepts_the_zero_right_side_without_columns() {
    let edits = [
        ("/model/entries", json!([[], []])),
        ("/model/rhs", json!(["0", "0"])),
        ("/evidence/solution", json!([])),
    ];
    accepts(&edited("solution", edits));
}

#[test]
fn rejects_a_vector_that_solves_only_some_equations() {
    let found = spoilt("solution", "/evidence/solution", json!(["5/3", "-1/3"]));
    assert_eq!(found, R::NotSolved { row: 1 });
    let found = spoilt("solution", "/model/rhs/2", json!("1"));
    assert_eq!(found, R::NotSolved { row: 2 });
}

#[test]
fn rejects_a_multiple_of_a_solution() {
    assert_eq!(spoilt("solution", "/evidence/solution", json!(["4", "-1"])), R::NotSolved { row: 0 });
}

#[test]
fn rejects_a_solution_of_the_wrong_length() {
    for name in ["solution", "nonnegative-solution"] {
        let found = spoilt(name, "/evidence/solution", json!([]));
        assert!(matches!(found, R::Length { field: "solution", found: 0, .. }));
    }
}

#[test]
fn rejects_a_negative_solution() {
    let edits = [("/evidence/solution", json!(["-5", "2", "0"])), ("/model/rhs", json!(["-1", "2"]))];
    let expected = R::NegativeWeight { field: "solution", index: 0 };
    assert_eq!(rejection(&edited("nonnegative-solution", edits)), expected);
}

#[test]
fn rejects_a_nonnegative_vector_that_is_no_solution() {
    let found = spoilt("nonnegative-solution", "/evidence/solution", json!(["1", "1", "2"]));
    assert_eq!(found, R::NotSolved { row: 0 });
}

#[test]
fn rejects_a_functional_that_does_not_vanish_on_a_column() {
    let found = spoilt("inconsistency", "/evidence/functional/2", json!("1"));
    assert_eq!(found, R::WrongSign { column: 0 });
}

#[test]
fn rejects_a_functional_that_vanishes_on_the_right_side() {
    assert_eq!(spoilt("inconsistency", "/model/rhs/1", json!("2")), R::WrongSignAtRhs);
    assert_eq!(spoilt("inconsistency", "/evidence/functional", json!(["0", "0", "0"])), R::WrongSignAtRhs);
    assert_eq!(spoilt("separating-functional", "/model/rhs", json!(["1", "-1"])), R::WrongSignAtRhs);
}

#[test]
fn rejects_a_functional_that_is_negative_at_a_column() {
    let found = spoilt("separating-functional", "/model/entries/1/0", json!("-2"));
    assert_eq!(found, R::WrongSign { column: 0 });
}

#[test]
fn rejects_a_functional_that_is_positive_at_the_right_side() {
    assert_eq!(spoilt("separating-functional", "/model/rhs", json!(["3", "-1"])), R::WrongSignAtRhs);
}

#[test]
fn rejects_a_functional_of_the_wrong_length() {
    for name in ["inconsistency", "separating-functional"] {
        let found = spoilt(name, "/evidence/functional", json!(["1"]));
        assert!(matches!(found, R::Length { field: "functional", found: 1, .. }));
    }
}
