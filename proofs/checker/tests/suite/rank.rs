//! Rules `rank` and `intersection`.
//!
//! `M = [[1, 2, 3, 0], [1, 2, 1/2, 5/2], [3, 6, 4, 5]]` has rank 2: column 1 is twice column 0, and column 3 is three times
//! column 0 less column 2. The planes of `intersection` share the line of (1, 1, 3/2).

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection};

fn spoilt<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("rank-matrix", edits))
}

fn shared<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("intersection", edits))
}

#[test]
fn accepts_the_ranks() {
    accepts(&certificate("rank"));
    accepts(&certificate("rank-matrix"));
}

#[test]
fn accepts_a_zero_matrix() {
    let edits = [
        ("/model/entries", json!([["0", "0"]])),
        ("/evidence/columns", json!([])),
        ("/evidence/independence", json!({"rows": [], "modulus": 2, "inverse": []})),
        ("/evidence/kernel", json!([["1", "0"], ["0", "-1/3"]])),
    ];
    accepts(&edited("rank-matrix", edits));
}

#[test]
fn rejects_a_column_that_is_none() {
    let expected = R::OutOfRange { field: "columns", found: 4, limit: 4 };
    assert_eq!(spoilt([("/evidence/columns/1", json!(4))]), expected);
}

#[test]
fn rejects_a_repeated_column() {
    assert_eq!(spoilt([("/evidence/columns", json!([0, 0]))]), R::Repeated { field: "columns", index: 0 });
}

#[test]
fn rejects_columns_that_do_not_ascend() {
    let expected = R::NotAscending { field: "columns", position: 1 };
    assert_eq!(spoilt([("/evidence/columns", json!([2, 0]))]), expected);
}

#[test]
fn rejects_dependent_columns() {
    let found = spoilt([("/evidence/columns", json!([0, 1]))]);
    assert!(matches!(found, R::NotInverse { field: "independence", .. }));
}

#[test]
fn rejects_a_rank_that_is_too_small() {
    let fewer = [
        ("/evidence/columns", json!([0])),
        ("/evidence/independence", json!({"rows": [0], "modulus": 7, "inverse": [[1]]})),
        ("/evidence/kernel", json!([["-2", "1", "0", "0"], ["0", "0", "1", "0"], ["0", "0", "0", "1"]])),
    ];
    assert_eq!(spoilt(fewer), R::OutsideKernel { field: "kernel", index: 1, row: 0 });
}

#[test]
fn rejects_a_rank_that_is_too_large() {
    let found = spoilt([
        ("/evidence/columns", json!([0, 2, 3])),
        ("/evidence/kernel", json!([["-2", "1", "0", "0"]])),
    ]);
    assert_eq!(found, R::Length { field: "independence", expected: 3, found: 2 });
}

#[test]
fn rejects_a_missing_or_extra_combination() {
    let one = json!(["-2", "1", "0", "0"]);
    for (kernel, found) in [(json!([]), 0), (json!([one]), 1), (json!([one, one, one]), 3)] {
        let expected = R::Length { field: "kernel", expected: 2, found };
        assert_eq!(spoilt([("/evidence/kernel", kernel)]), expected);
    }
}

#[test]
fn rejects_a_combination_of_the_wrong_length() {
    let expected = R::Length { field: "kernel", expected: 4, found: 2 };
    assert_eq!(spoilt([("/evidence/kernel/0", json!(["-2", "1"]))]), expected);
}

#[test]
fn rejects_a_combination_without_its_own_column() {
    let expected = R::Support { field: "kernel", index: 0, column: 1 };
    assert_eq!(spoilt([("/evidence/kernel/0", json!(["0", "0", "0", "0"]))]), expected);
}

#[test]
fn rejects_a_combination_with_a_second_column_that_is_not_listed() {
    let expected = R::Support { field: "kernel", index: 1, column: 1 };
    assert_eq!(spoilt([("/evidence/kernel/1", json!(["1", "1", "-1", "-1"]))]), expected);
}

#[test]
fn rejects_exchanged_combinations() {
    let exchanged = json!([["3", "0", "-1", "-1"], ["-2", "1", "0", "0"]]);
    let expected = R::Support { field: "kernel", index: 0, column: 1 };
    assert_eq!(spoilt([("/evidence/kernel", exchanged)]), expected);
}

#[test]
fn rejects_a_combination_that_does_not_vanish() {
    let expected = R::OutsideKernel { field: "kernel", index: 1, row: 1 };
    assert_eq!(spoilt([("/model/entries/1/3", json!("2"))]), expected);
}

#[test]
fn accepts_any_scale_of_a_common_vector() {
    accepts(&certificate("intersection"));
    accepts(&edited(
        "intersection",
        [
            ("/evidence/combinations/0", json!(["-2/3", "-2/3", "2/3", "0"])),
            ("/evidence/independence/inverse", json!([[2]])),
        ],
    ));
}

#[test]
fn rejects_a_wrong_rank_of_each_part() {
    let found = shared([("/evidence/left/columns", json!([0]))]);
    assert_eq!(found, R::Length { field: "left.kernel", expected: 1, found: 0 });
    let found = shared([("/evidence/right/columns", json!([2, 3]))]);
    assert_eq!(found, R::OutOfRange { field: "right.columns", found: 2, limit: 2 });
    let found = shared([("/evidence/both/columns", json!([0, 1, 2]))]);
    assert!(matches!(found, R::NotInverse { field: "both.independence", .. }));
    let found = shared([("/evidence/both/kernel/0", json!(["1", "1", "1", "0"]))]);
    assert_eq!(found, R::OutsideKernel { field: "both.kernel", index: 0, row: 0 });
}

#[test]
fn rejects_too_few_or_too_many_common_vectors() {
    let one = json!(["1", "1", "-1", "0"]);
    for (combinations, found) in [(json!([]), 0), (json!([one, one]), 2)] {
        let expected = R::Length { field: "combinations", expected: 1, found };
        assert_eq!(shared([("/evidence/combinations", combinations)]), expected);
    }
}

#[test]
fn rejects_a_combination_of_the_first_block_alone() {
    let expected = R::Length { field: "combinations", expected: 4, found: 2 };
    assert_eq!(shared([("/evidence/combinations/0", json!(["1", "1"]))]), expected);
}

#[test]
fn rejects_a_vector_of_the_first_block_alone() {
    let expected = R::OutsideKernel { field: "combinations", index: 0, row: 0 };
    assert_eq!(shared([("/evidence/combinations/0", json!(["1", "0", "0", "0"]))]), expected);
}

#[test]
fn rejects_the_zero_vector_as_a_common_one() {
    let found = shared([("/evidence/combinations/0", json!(["0", "0", "0", "0"]))]);
    assert_eq!(found, R::NotInverse { field: "independence", row: 0, column: 0 });
}

#[test]
fn rejects_another_split() {
    let found = shared([("/model/split", json!(3))]);
    assert_eq!(found, R::Length { field: "left.kernel", expected: 1, found: 0 });
}
