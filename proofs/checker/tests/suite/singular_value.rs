//! Rule `singular-value`.
//!
//! `MᵀM = [[25, 20], [20, 25]]` for `M = [[3, 0], [4, 5]]`, so `σ_min(M)² = 5`. With `lower = 2` and the factor
//! `[[9/2, 0], [9/2, 0]]` the rest is `[[3/4, -1/4], [-1/4, 3/4]]`.

use recoverable_checker::{MAX_SCALE_BITS, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection};

fn with<const N: usize>(edits: [(&str, Value); N]) -> Value {
    edited("singular-value-matrix", edits)
}

fn spoilt<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&with(edits))
}

#[test]
fn accepts_bounds_of_an_emission_matrix() {
    accepts(&certificate("singular-value"));
}

#[test]
fn accepts_zero_for_dependent_columns() {
    accepts(&certificate("singular-value-zero"));
}

#[test]
fn accepts_a_tight_lower_bound() {
    accepts(&with([
        ("/model/entries", json!([["0", "2"], ["-2", "0"]])),
        ("/evidence/upper", json!("2")),
        ("/evidence/scale_bits", json!(0)),
        ("/evidence/factor", json!([["0"], ["0", "0"]])),
    ]));
}

#[test]
fn accepts_the_largest_scale() {
    let entry = (num_bigint::BigInt::from(9) << (MAX_SCALE_BITS - 1)).to_string();
    let factor = json!([[entry], [entry, "0"]]);
    accepts(&with([("/evidence/scale_bits", json!(MAX_SCALE_BITS)), ("/evidence/factor", factor)]));
}

#[test]
fn rejects_a_scale_that_is_too_large() {
    let found = u32::MAX as usize;
    let expected = R::OutOfRange { field: "scale_bits", found, limit: MAX_SCALE_BITS as usize + 1 };
    assert_eq!(spoilt([("/evidence/scale_bits", json!(found))]), expected);
}

#[test]
fn rejects_a_lower_bound_that_is_too_large() {
    assert_eq!(spoilt([("/evidence/lower", json!("9/4"))]), R::NotDominant { row: 0 });
}

#[test]
fn rejects_an_upper_bound_that_is_too_small() {
    assert_eq!(spoilt([("/evidence/upper", json!("11/5"))]), R::Stretched);
}

#[test]
fn rejects_a_vector_that_is_stretched_more() {
    assert_eq!(spoilt([("/evidence/vector", json!(["1", "1"]))]), R::Stretched);
}

#[test]
fn rejects_a_negative_lower_bound() {
    assert_eq!(spoilt([("/evidence/lower", json!("-2"))]), R::Bounds);
}

#[test]
fn rejects_bounds_in_the_wrong_order() {
    assert_eq!(spoilt([("/evidence/lower", json!("3"))]), R::Bounds);
    assert_eq!(spoilt([("/evidence/upper", json!("-9/4"))]), R::Bounds);
}

#[test]
fn rejects_the_zero_vector() {
    assert_eq!(spoilt([("/evidence/vector", json!(["0", "0"]))]), R::ZeroVector);
}

#[test]
fn rejects_a_vector_of_the_wrong_length() {
    for (vector, found) in [(json!([]), 0), (json!(["1"]), 1), (json!(["1", "-1", "0"]), 3)] {
        let expected = R::Length { field: "vector", expected: 2, found };
        assert_eq!(spoilt([("/evidence/vector", vector)]), expected);
    }
}

#[test]
fn rejects_a_factor_that_is_no_lower_triangle() {
    let expected = |expected, found| R::Length { field: "factor", expected, found };
    assert_eq!(spoilt([("/evidence/factor", json!([]))]), expected(2, 0));
    assert_eq!(spoilt([("/evidence/factor", json!([["9"]]))]), expected(2, 1));
    assert_eq!(spoilt([("/evidence/factor/0", json!(["9", "0"]))]), expected(1, 2));
    assert_eq!(spoilt([("/evidence/factor/1", json!(["9"]))]), expected(2, 1));
}

#[test]
fn rejects_a_factor_that_leaves_a_negative_diagonal() {
    assert_eq!(spoilt([("/evidence/factor", json!([["10"], ["9", "0"]]))]), R::NotDominant { row: 0 });
}

#[test]
fn rejects_a_factor_that_leaves_too_much_off_the_diagonal() {
    assert_eq!(spoilt([("/evidence/factor", json!([["9"], ["8", "0"]]))]), R::NotDominant { row: 0 });
    assert_eq!(spoilt([("/evidence/factor", json!([["9"], ["-9", "0"]]))]), R::NotDominant { row: 0 });
}

#[test]
fn rejects_a_factor_at_the_wrong_scale() {
    assert_eq!(spoilt([("/evidence/scale_bits", json!(0))]), R::NotDominant { row: 0 });
}

#[test]
fn rejects_a_factor_or_scale_beside_the_lower_bound_zero() {
    let zero = |edit| rejection(&edited("singular-value-zero", [edit]));
    let factor = json!([["0"], ["0", "0"]]);
    let expected = R::Length { field: "factor", expected: 0, found: 2 };
    assert_eq!(zero(("/evidence/factor", factor)), expected);
    let expected = R::OutOfRange { field: "scale_bits", found: 1, limit: 1 };
    assert_eq!(zero(("/evidence/scale_bits", json!(1))), expected);
}

#[test]
fn rejects_a_positive_lower_bound_for_more_columns_than_rows() {
    let found = spoilt([("/model/entries", json!([["3", "0"]])), ("/evidence/vector", json!(["0", "1"]))]);
    assert_eq!(found, R::NotDominant { row: 0 });
}

#[test]
fn rejects_a_matrix_without_columns() {
    assert_eq!(rejection(&edited("singular-value-zero", [("/model/entries", json!([[]]))])), R::NoColumns);
}
