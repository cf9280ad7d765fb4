//! Matrices that are none, and what stands beside them.

use recoverable_checker::{Rejection as R, certificate::Statement};
use serde_json::json;

use crate::support::{accepts, assert_malformed, certificate, edited, rejection, without};

#[test]
fn rejects_a_statement_about_another_kind_of_model() {
    let about = |name, statement: &str| rejection(&edited(name, [("/claim/statement", json!(statement))]));
    assert_eq!(about("rank", "matrix-rank"), R::WrongKind(Statement::Rank));
    assert_eq!(about("rank-matrix", "emission-rank"), R::WrongKind(Statement::EmissionRank));
    assert_eq!(about("dependent-columns", "matrix-left-inverse"), R::WrongKind(Statement::LeftInverse));
}

#[test]
fn rejects_the_kind_before_it_looks_at_the_model() {
    let spoilt = [("/claim/statement", json!("matrix-rank")), ("/model/emission", json!([]))];
    assert_eq!(rejection(&edited("rank", spoilt)), R::WrongKind(Statement::Rank));
}

#[test]
fn rejects_a_matrix_without_rows() {
    assert_eq!(rejection(&edited("rank-matrix", [("/model/entries", json!([]))])), R::NoRows);
}

#[test]
fn rejects_ragged_rows() {
    for (row, found) in [(json!([]), 0), (json!(["1"]), 1), (json!(["1", "2", "3", "4", "5"]), 5)] {
        let expected = R::Length { field: "entries", expected: 4, found };
        assert_eq!(rejection(&edited("rank-matrix", [("/model/entries/1", row)])), expected);
    }
}

#[test]
fn accepts_a_matrix_without_columns() {
    let nothing = json!({"rows": [], "modulus": 2, "inverse": []});
    let edits = [
        ("/model/entries", json!([[], []])),
        ("/evidence/columns", json!([])),
        ("/evidence/independence", nothing),
        ("/evidence/kernel", json!([])),
    ];
    accepts(&edited("rank-matrix", edits));
    accepts(&edited("left-inverse", [("/model/entries", json!([[]])), ("/evidence/inverse", json!([]))]));
}

#[test]
fn rejects_a_missing_right_side() {
    for name in ["solution", "inconsistency", "nonnegative-solution", "separating-functional"] {
        assert_eq!(rejection(&without(name, "/model", "rhs")), R::Missing { field: "rhs" });
    }
}

#[test]
fn rejects_a_missing_split() {
    for name in ["intersection", "block-functionals", "block-kernel", "halfspace", "motzkin"] {
        assert_eq!(rejection(&without(name, "/model", "split")), R::Missing { field: "split" });
    }
}

#[test]
fn rejects_a_superfluous_right_side() {
    for name in ["rank-matrix", "left-inverse", "halfspace"] {
        let spoilt = edited(name, [("/model/rhs", json!(["0", "0", "0"]))]);
        assert_eq!(rejection(&spoilt), R::Superfluous { field: "rhs" });
    }
}

#[test]
fn rejects_a_superfluous_split() {
    for name in ["rank-matrix", "left-inverse", "solution"] {
        let spoilt = edited(name, [("/model/split", json!(1))]);
        assert_eq!(rejection(&spoilt), R::Superfluous { field: "split" });
    }
}

#[test]
fn rejects_a_right_side_of_the_wrong_length() {
    for (rhs, found) in [(json!([]), 0), (json!(["1", "5/2"]), 2), (json!(["1", "5/2", "3/2", "0"]), 4)] {
        let expected = R::Length { field: "rhs", expected: 3, found };
        assert_eq!(rejection(&edited("solution", [("/model/rhs", rhs)])), expected);
    }
}

#[test]
fn rejects_a_split_beyond_the_columns() {
    for split in [5, usize::MAX] {
        let expected = R::OutOfRange { field: "split", found: split, limit: 5 };
        assert_eq!(rejection(&edited("halfspace", [("/model/split", json!(split))])), expected);
    }
}

#[test]
fn the_keys_of_the_other_kind_are_malformed() {
    for key in ["initial", "transition", "emission", "task", "columns"] {
        assert_malformed(&edited("rank-matrix", [(&format!("/model/{key}"), json!([]))]).to_string());
    }
    for key in ["entries", "rhs", "split"] {
        assert_malformed(&edited("rank", [(&format!("/model/{key}"), json!([]))]).to_string());
    }
    for kind in [json!("hmm"), json!("Matrix"), json!(null), json!({"matrix": null})] {
        assert_malformed(&edited("rank-matrix", [("/model/kind", kind)]).to_string());
    }
    for absent in ["rhs", "split"] {
        let null = edited("rank-matrix", [(&format!("/model/{absent}"), json!(null))]);
        assert_malformed(&null.to_string());
    }
    let list = json!(["matrix", certificate("rank-matrix")["model"]["entries"]]);
    assert_malformed(&edited("rank-matrix", [("/model", list)]).to_string());
}
