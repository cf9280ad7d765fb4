//! Rule `least-head`.
//!
//! `W = [[1/2, 1/4], [1/3, 1/4], [1/6, 1/2]]` has one row too many, so that heads with the identity form a line: the
//! multiples of (3, -5, 1) may be added. The least of them is zero at token 1.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection, without};

fn spoilt<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("least-head", edits))
}

#[test]
fn accepts_the_least_head() {
    accepts(&certificate("least-head"));
    accepts(&certificate("least-head-classes"));
}

#[test]
fn accepts_the_zero_head_of_the_zero_task() {
    let zero = [
        ("/model/task/weights", json!(["0", "0"])),
        ("/evidence/head", json!([["0", "0", "0"]])),
        ("/evidence/dual", json!([["0", "0"]])),
    ];
    accepts(&edited("least-head", zero));
}

#[test]
fn rejects_a_least_head_without_a_task() {
    assert_eq!(rejection(&without("least-head", "/model", "task")), R::NoTask);
}

#[test]
fn rejects_a_smaller_head_without_the_identity() {
    let head = json!([["4", "0", "-18/5"]]);
    assert_eq!(spoilt([("/evidence/head", head)]), R::Identity { class: 1, state: 0 });
}

#[test]
fn rejects_a_larger_head_with_the_identity() {
    let head = json!([["36/5", "-5", "-13/5"]]);
    assert_eq!(spoilt([("/evidence/head", head)]), R::DualValue { class: 1 });
}

#[test]
fn rejects_a_dual_vector_that_exceeds_one() {
    let dual = json!([["12", "-24/5"]]);
    assert_eq!(spoilt([("/evidence/dual", dual)]), R::DualBound { class: 1, token: 0 });
}

#[test]
fn rejects_a_dual_vector_of_smaller_value() {
    assert_eq!(spoilt([("/evidence/dual", json!([["0", "0"]]))]), R::DualValue { class: 1 });
    assert_eq!(spoilt([("/evidence/dual", json!([["-54/5", "24/5"]]))]), R::DualValue { class: 1 });
}

#[test]
fn rejects_a_missing_or_extra_dual_vector() {
    let one = json!(["54/5", "-24/5"]);
    for (dual, found) in [(json!([]), 0), (json!([one, one]), 2)] {
        let expected = R::Length { field: "dual", expected: 1, found };
        assert_eq!(spoilt([("/evidence/dual", dual)]), expected);
    }
}

#[test]
fn rejects_a_dual_vector_of_the_wrong_length() {
    let expected = R::Length { field: "dual", expected: 2, found: 3 };
    assert_eq!(spoilt([("/evidence/dual/0", json!(["54/5", "-24/5", "0"]))]), expected);
}

#[test]
fn rejects_a_second_contrast_that_is_not_least() {
    let head = json!([["1", "-1/2", "0"], ["-16/5", "-1/2", "18/5"], ["73/10", "-11/2", "1/10"]]);
    let found = rejection(&edited("least-head-classes", [("/evidence/head", head)]));
    assert_eq!(found, R::DualValue { class: 2 });
}

#[test]
fn rejects_exchanged_dual_vectors() {
    let dual = json!([["54/5", "-24/5"], ["-54/5", "24/5"]]);
    let found = rejection(&edited("least-head-classes", [("/evidence/dual", dual)]));
    assert_eq!(found, R::DualValue { class: 1 });
}
