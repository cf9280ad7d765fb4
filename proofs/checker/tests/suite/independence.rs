//! Rules `independent-columns` and `dependent-columns`.
//!
//! `W = [[2/3, 1/4], [1/3, 1/4], [0, 1/2]]`, whose columns times their least common denominators are
//! (2, 1, 0) and (1, 1, 2); the rows 0 and 2 have the determinant 4, a unit modulo 9.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection};

const FIELD: &str = "independence";

fn independent<const N: usize>(edits: [(&str, Value); N]) -> Value {
    edited("independent-columns", edits)
}

fn dependent(kernel: Value) -> Value {
    edited("dependent-columns", [("/evidence/kernel", kernel)])
}

#[test]
fn accepts_an_inverse_modulo_a_composite() {
    accepts(&certificate("independent-columns"));
}

#[test]
fn accepts_the_rows_in_another_order() {
    accepts(&independent([
        ("/evidence/rows", json!([2, 0])),
        ("/evidence/inverse", json!([[2, 5], [5, 0]])),
    ]));
}

#[test]
fn accepts_the_largest_modulus() {
    accepts(&independent([
        ("/evidence/modulus", json!((1 << 28) - 1)),
        ("/evidence/inverse", json!([[134_217_728, 201_326_591], [0, 134_217_728]])),
    ]));
}

#[test]
fn accepts_the_smallest_modulus() {
    accepts(&independent([
        ("/evidence/rows", json!([0, 1])),
        ("/evidence/modulus", json!(2)),
        ("/evidence/inverse", json!([[1, 1], [1, 0]])),
    ]));
}

#[test]
fn rejects_a_repeated_row() {
    let found = rejection(&independent([("/evidence/rows", json!([0, 0]))]));
    assert_eq!(found, R::Repeated { field: FIELD, index: 0 });
}

#[test]
fn rejects_a_row_that_is_no_token() {
    for row in [3, usize::MAX] {
        let found = rejection(&independent([("/evidence/rows/1", json!(row))]));
        assert_eq!(found, R::OutOfRange { field: FIELD, found: row, limit: 3 });
    }
}

#[test]
fn rejects_too_few_or_too_many_rows() {
    for (rows, found) in [(json!([]), 0), (json!([0]), 1), (json!([0, 2, 1]), 3)] {
        let expected = R::Length { field: FIELD, expected: 2, found };
        assert_eq!(rejection(&independent([("/evidence/rows", rows)])), expected);
    }
}

#[test]
fn rejects_a_modulus_out_of_bounds() {
    for modulus in [0, 1, 1 << 28, 1 << 32, u64::MAX] {
        let found = rejection(&independent([("/evidence/modulus", json!(modulus))]));
        assert_eq!(found, R::Modulus { field: FIELD, found: modulus });
    }
}

#[test]
fn rejects_modulus_one_even_where_everything_is_congruent() {
    let trivial = [("/evidence/modulus", json!(1)), ("/evidence/inverse", json!([[0, 0], [0, 0]]))];
    assert_eq!(rejection(&independent(trivial)), R::Modulus { field: FIELD, found: 1 });
}

#[test]
fn rejects_a_modulus_that_shares_a_factor_with_the_determinant() {
    let entries = (0..16).map(|bits| json!([[bits & 1, bits >> 1 & 1], [bits >> 2 & 1, bits >> 3]]));
    for inverse in entries {
        let spoilt = independent([("/evidence/modulus", json!(2)), ("/evidence/inverse", inverse)]);
        assert!(matches!(rejection(&spoilt), R::NotInverse { .. }));
    }
}

#[test]
fn rejects_an_inverse_with_a_missing_or_extra_row() {
    for (inverse, found) in [(json!([]), 0), (json!([[5, 2]]), 1), (json!([[5, 2], [0, 5], [0, 0]]), 3)] {
        let expected = R::Length { field: FIELD, expected: 2, found };
        assert_eq!(rejection(&independent([("/evidence/inverse", inverse)])), expected);
    }
}

#[test]
fn rejects_a_ragged_inverse() {
    for (row, found) in [(json!([]), 0), (json!([0]), 1), (json!([0, 5, 0]), 3)] {
        let expected = R::Length { field: FIELD, expected: 2, found };
        assert_eq!(rejection(&independent([("/evidence/inverse/1", row)])), expected);
    }
}

#[test]
fn rejects_an_entry_that_is_not_reduced() {
    for entry in [9, 14, 1 << 28, u64::MAX] {
        let found = rejection(&independent([("/evidence/inverse/1/1", json!(entry))]));
        assert_eq!(found, R::Unreduced { field: FIELD, row: 1, column: 1 });
    }
}

#[test]
fn rejects_a_wrong_entry() {
    let found = rejection(&independent([("/evidence/inverse/0/1", json!(3))]));
    assert_eq!(found, R::NotInverse { field: FIELD, row: 0, column: 1 });
}

#[test]
fn rejects_a_zero_inverse() {
    let found = rejection(&independent([("/evidence/inverse", json!([[0, 0], [0, 0]]))]));
    assert_eq!(found, R::NotInverse { field: FIELD, row: 0, column: 0 });
}

#[test]
fn rejects_a_transposed_inverse() {
    let found = rejection(&independent([("/evidence/inverse", json!([[5, 0], [2, 5]]))]));
    assert_eq!(found, R::NotInverse { field: FIELD, row: 0, column: 1 });
}

#[test]
fn rejects_an_inverse_for_other_rows() {
    let found = rejection(&independent([("/evidence/rows", json!([0, 1]))]));
    assert_eq!(found, R::NotInverse { field: FIELD, row: 0, column: 0 });
}

/// Modulo 7 the block of `12 W` has the inverse [[1, 3], [0, 6]], that of the scaled columns [[4, 5], [0, 4]].
#[test]
fn rejects_an_inverse_for_one_common_denominator() {
    let scaled = |inverse| independent([("/evidence/modulus", json!(7)), ("/evidence/inverse", inverse)]);
    accepts(&scaled(json!([[4, 5], [0, 4]])));
    assert!(matches!(rejection(&scaled(json!([[1, 3], [0, 6]]))), R::NotInverse { .. }));
}

#[test]
fn rejects_equal_columns() {
    let equal = json!([["2/3", "2/3"], ["1/3", "1/3"], ["0", "0"]]);
    let found = rejection(&independent([("/model/emission", equal)]));
    assert_eq!(found, R::NotInverse { field: FIELD, row: 0, column: 1 });
}

#[test]
fn rejects_more_states_than_tokens() {
    let found = rejection(&independent([("/model/emission", json!([["1", "1"]]))]));
    assert_eq!(found, R::OutOfRange { field: FIELD, found: 2, limit: 1 });
}

#[test]
fn accepts_any_multiple_of_a_kernel_vector() {
    for kernel in [["1", "1", "-2"], ["-2", "-2", "4"], ["1/7", "1/7", "-2/7"]] {
        accepts(&dependent(json!(kernel)));
    }
}

#[test]
fn rejects_the_zero_vector() {
    assert_eq!(rejection(&dependent(json!(["0", "0", "0"]))), R::ZeroVector);
}

#[test]
fn rejects_a_vector_outside_the_kernel() {
    assert_eq!(rejection(&dependent(json!(["1", "1", "-1"]))), R::NotInKernel { row: 0 });
    assert_eq!(rejection(&dependent(json!(["1", "2", "-2"]))), R::NotInKernel { row: 1 });
}

#[test]
fn rejects_a_kernel_vector_of_the_wrong_length() {
    for kernel in [json!([]), json!(["1", "1"]), json!(["1", "1", "-2", "0"])] {
        let expected = R::Length { field: "kernel", expected: 3, found: kernel.as_array().unwrap().len() };
        assert_eq!(rejection(&dependent(kernel)), expected);
    }
}

#[test]
fn rejects_a_kernel_vector_of_independent_columns() {
    let emission = json!([["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]);
    let found = rejection(&edited("dependent-columns", [("/model/emission", emission)]));
    assert_eq!(found, R::NotInKernel { row: 0 });
}
