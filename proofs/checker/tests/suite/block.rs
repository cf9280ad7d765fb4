//! Rules `left-inverse`, `block-functionals`, `block-kernel`, `halfspace` and `motzkin`, and the rules of independence for a
//! matrix.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection};

fn spoilt(name: &str, pointer: &str, value: Value) -> R {
    rejection(&edited(name, [(pointer, value)]))
}

#[test]
fn accepts_each_answer() {
    for name in ["left-inverse", "block-functionals", "block-kernel", "halfspace", "motzkin"] {
        accepts(&certificate(name));
    }
}

#[test]
fn accepts_an_empty_first_block() {
    let edits = [("/model/split", json!(0)), ("/evidence/rows", json!([]))];
    accepts(&edited("block-functionals", edits));
    accepts(&edited("halfspace", [("/model/split", json!(0)), ("/evidence/functional", json!(["0", "0"]))]));
}

#[test]
fn rejects_an_inverse_that_is_wrong_in_one_place() {
    let found = spoilt("left-inverse", "/evidence/inverse/0", json!(["1", "0", "-1"]));
    assert_eq!(found, R::NotInverse { field: "inverse", row: 0, column: 1 });
}

#[test]
fn rejects_a_multiple_of_the_inverse() {
    let found = spoilt("left-inverse", "/evidence/inverse/1", json!(["4", "-4", "0"]));
    assert_eq!(found, R::NotInverse { field: "inverse", row: 1, column: 1 });
}

#[test]
fn rejects_an_inverse_of_the_wrong_shape() {
    let found = spoilt("left-inverse", "/evidence/inverse", json!([["2", "-1", "-3"]]));
    assert_eq!(found, R::Length { field: "inverse", expected: 2, found: 1 });
    let found = spoilt("left-inverse", "/evidence/inverse/1", json!(["2", "-2"]));
    assert_eq!(found, R::Length { field: "inverse", expected: 3, found: 2 });
}

#[test]
fn rejects_a_functional_that_sees_the_second_block() {
    let found = spoilt("block-functionals", "/model/entries/2/2", json!("1"));
    assert_eq!(found, R::NotInverse { field: "rows", row: 0, column: 2 });
}

#[test]
fn rejects_too_few_functionals() {
    let found = spoilt("block-functionals", "/evidence/rows", json!([["3", "-2", "2"]]));
    assert_eq!(found, R::Length { field: "rows", expected: 2, found: 1 });
    let found = spoilt("block-functionals", "/evidence/rows/1", json!(["1", "-1"]));
    assert_eq!(found, R::Length { field: "rows", expected: 3, found: 2 });
}

#[test]
fn rejects_functionals_in_another_order() {
    let found = spoilt("block-functionals", "/evidence/rows", json!([["1", "-1", "2"], ["3", "-2", "2"]]));
    assert_eq!(found, R::NotInverse { field: "rows", row: 0, column: 0 });
}

#[test]
fn rejects_a_kernel_vector_of_the_second_block() {
    let edits = [
        ("/model/entries", json!([["1", "1", "1"], ["0", "1", "1"]])),
        ("/evidence/kernel", json!(["0", "1", "-1"])),
    ];
    assert_eq!(rejection(&edited("block-kernel", edits)), R::ZeroVector);
}

#[test]
fn rejects_a_vector_outside_the_kernel() {
    assert_eq!(spoilt("block-kernel", "/evidence/kernel/1", json!("2")), R::NotInKernel { row: 1 });
    let found = spoilt("dependent-columns-matrix", "/evidence/kernel/2", json!("0"));
    assert_eq!(found, R::NotInKernel { row: 2 });
}

#[test]
fn rejects_a_kernel_vector_of_the_wrong_length() {
    let found = spoilt("block-kernel", "/evidence/kernel", json!(["1", "1"]));
    assert_eq!(found, R::Length { field: "kernel", expected: 3, found: 2 });
}

#[test]
fn rejects_a_zero_kernel_vector_of_a_matrix() {
    assert_eq!(spoilt("dependent-columns-matrix", "/evidence/kernel", json!(["0", "0", "0"])), R::ZeroVector);
}

#[test]
fn rejects_an_inverse_modulo_for_another_matrix() {
    let found = spoilt("independent-columns-matrix", "/model/entries/0/1", json!("2"));
    assert!(matches!(found, R::NotInverse { field: "independence", .. }));
}

#[test]
fn rejects_a_half_space_with_the_first_block_on_its_boundary() {
    let found = spoilt("halfspace", "/model/entries/1/0", json!("2"));
    assert_eq!(found, R::WrongSign { column: 0 });
}

#[test]
fn rejects_a_half_space_with_another_column_outside() {
    let found = spoilt("halfspace", "/model/entries/0/3", json!("1/2"));
    assert_eq!(found, R::WrongSign { column: 3 });
}

#[test]
fn rejects_a_half_space_for_a_larger_or_smaller_block() {
    assert_eq!(spoilt("halfspace", "/model/split", json!(3)), R::WrongSign { column: 2 });
    assert_eq!(spoilt("halfspace", "/model/split", json!(1)), R::WrongSign { column: 1 });
}

#[test]
fn rejects_a_half_space_of_the_wrong_length() {
    let found = spoilt("halfspace", "/evidence/functional", json!(["1", "1/2", "0"]));
    assert_eq!(found, R::Length { field: "functional", expected: 2, found: 3 });
}

#[test]
fn rejects_cones_that_meet_in_zero_only() {
    let zero = [("/evidence/first", json!(["0", "0"])), ("/evidence/others", json!(["0", "0"]))];
    assert_eq!(rejection(&edited("motzkin", zero)), R::ZeroVector);
}

#[test]
fn rejects_negative_weights() {
    let first = spoilt("motzkin", "/evidence/first/1", json!("-1"));
    assert_eq!(first, R::NegativeWeight { field: "first", index: 1 });
    let others = spoilt("motzkin", "/evidence/others/0", json!("-1"));
    assert_eq!(others, R::NegativeWeight { field: "others", index: 0 });
}

#[test]
fn rejects_different_points_of_the_cones() {
    assert_eq!(spoilt("motzkin", "/evidence/first/0", json!("2")), R::NotInKernel { row: 0 });
    assert_eq!(spoilt("motzkin", "/evidence/others/1", json!("1")), R::NotInKernel { row: 1 });
}

#[test]
fn rejects_weights_for_another_split() {
    for (split, field, expected) in [(1, "first", 1), (3, "first", 3)] {
        let found = spoilt("motzkin", "/model/split", json!(split));
        assert_eq!(found, R::Length { field, expected, found: 2 });
    }
    let found = spoilt("motzkin", "/evidence/others", json!(["1"]));
    assert_eq!(found, R::Length { field: "others", expected: 2, found: 1 });
}
