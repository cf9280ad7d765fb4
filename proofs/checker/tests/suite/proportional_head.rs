//! Rule `proportional-head`: with the full identity, with a span of backward vectors, with squares.
//!
//! In `proportional-head-span` the states 1 and 2 look alike, so that every backward vector is of the
//! form `(x, y, y)`; times 16 those of the tokens are (8, 6, 6) and (8, 10, 10). In
//! `proportional-head-squares` no possible word starts with token 1: the backward vectors are multiples
//! of (2, 1) and, on the impossible ones, of (0, 1).

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection, without};

const IDENTITY: &str = "proportional-head-identity";
const SPAN: &str = "proportional-head-span";
const SQUARES: &str = "proportional-head-squares";

/// Words, annihilator and the rows, modulus, inverse of both proofs of independence.
fn span(words: Value, words_independent: Value, annihilator: Value, annihilator_independent: Value) -> Value {
    json!({
        "squares": false,
        "words": words,
        "words_independent": words_independent,
        "annihilator": annihilator,
        "annihilator_independent": annihilator_independent,
    })
}

fn independent(rows: Value, modulus: u64, inverse: Value) -> Value {
    json!({"rows": rows, "modulus": modulus, "inverse": inverse})
}

fn nothing() -> Value {
    independent(json!([]), 2, json!([]))
}

/// A three-state model whose backward vectors span everything: (5, 3, 4), (3, 5, 4), (12, 7, 9), … up to scale.
fn in_a_model_without_twins(span: Value) -> Value {
    let model = certificate("no-proportional-head")["model"].clone();
    edited(SPAN, [("/model", model), ("/evidence/span", span)])
}

#[test]
fn accepts_the_full_identity() {
    accepts(&certificate(IDENTITY));
}

#[test]
fn accepts_a_span() {
    accepts(&certificate(SPAN));
}

#[test]
fn accepts_squares() {
    accepts(&certificate(SQUARES));
}

#[test]
fn accepts_a_span_of_everything_without_annihilator() {
    let words_independent = independent(json!([0, 1]), 5, json!([[1, 0], [3, 3]]));
    let all = span(json!([[0], [1]]), words_independent, json!([]), nothing());
    accepts(&edited(IDENTITY, [("/evidence/span", all)]));
}

#[test]
fn accepts_a_multiple_of_the_annihilator() {
    let scaled = [
        ("/evidence/span/annihilator", json!([["0", "-2", "2"]])),
        ("/evidence/span/annihilator_independent/inverse", json!([[3]])),
    ];
    accepts(&edited(SPAN, scaled));
}

#[test]
fn accepts_several_classes() {
    let classes = [
        ("/model/task/weights", json!([["0", "1", "0"], ["1", "-1", "2"], ["0", "1", "0"]])),
        ("/evidence/head", json!([["0", "0"], ["2", "-2"], ["0", "0"]])),
    ];
    accepts(&edited(SPAN, classes));
}

#[test]
fn rejects_a_head_without_a_task() {
    for name in [IDENTITY, SPAN, SQUARES] {
        assert_eq!(rejection(&without(name, "/model", "task")), R::NoTask);
    }
}

#[test]
fn rejects_a_head_of_the_wrong_shape() {
    for (head, expected, found) in
        [(json!([]), 1, 0), (json!([["2", "-2"], ["0", "0"]]), 1, 2), (json!([["2"]]), 2, 1)]
    {
        let rejected = rejection(&edited(SPAN, [("/evidence/head", head)]));
        assert_eq!(rejected, R::Length { field: "head", expected, found });
    }
}

#[test]
fn rejects_a_head_that_fails_the_identity() {
    let found = rejection(&edited(IDENTITY, [("/evidence/head/0/0", json!("5"))]));
    assert_eq!(found, R::Identity { class: 1, state: 0 });
}

#[test]
fn rejects_a_head_that_needs_its_span() {
    let found = rejection(&without(SPAN, "/evidence", "span"));
    assert_eq!(found, R::Identity { class: 1, state: 1 });
}

#[test]
fn rejects_a_head_that_differs_on_a_word() {
    let found = rejection(&edited(SPAN, [("/evidence/head", json!([["2", "-1"]]))]));
    assert_eq!(found, R::Score { class: 1, word: 0 });
    let found = rejection(&edited(SQUARES, [("/evidence/head", json!([["1", "0"]]))]));
    assert_eq!(found, R::Score { class: 1, word: 0 });
}

#[test]
fn rejects_a_head_that_differs_for_the_last_class() {
    let classes = [
        ("/model/task/weights", json!([["0", "0", "0"], ["1", "-2", "2"], ["1", "-2", "2"]])),
        ("/evidence/head", json!([["0", "0"], ["2", "-2"], ["2", "-1"]])),
    ];
    assert_eq!(rejection(&edited(SPAN, classes)), R::Score { class: 2, word: 0 });
}

/// The words do span all backward vectors, but the head is wrong on the impossible one, and only squares
/// may leave it out.
#[test]
fn rejects_an_impossible_word_without_squares() {
    let words_independent = independent(json!([0, 1]), 7, json!([[4, 0], [3, 1]]));
    let all = span(json!([[0], [1]]), words_independent, json!([]), nothing());
    let found = rejection(&edited(SQUARES, [("/evidence/span", all)]));
    assert_eq!(found, R::Score { class: 1, word: 1 });
}

#[test]
fn rejects_squares_against_an_initial_law_that_makes_every_word_possible() {
    let found = rejection(&edited(SQUARES, [("/model/initial", json!(["1/2", "1/2"]))]));
    assert!(matches!(found, R::Score { class: 1, .. }));
}

#[test]
fn rejects_a_missing_word() {
    let found = rejection(&edited(SPAN, [("/evidence/span/words", json!([[0]]))]));
    assert_eq!(found, R::Dimension { expected: 3, found: 2 });
}

#[test]
fn rejects_a_word_too_many() {
    let found = rejection(&edited(SPAN, [("/evidence/span/words", json!([[0], [1], [0, 0]]))]));
    assert_eq!(found, R::Dimension { expected: 3, found: 4 });
}

#[test]
fn rejects_a_missing_annihilator() {
    let found = rejection(&edited(SPAN, [("/evidence/span/annihilator", json!([]))]));
    assert_eq!(found, R::Dimension { expected: 3, found: 2 });
}

#[test]
fn rejects_an_empty_span() {
    let empty = span(json!([]), nothing(), json!([]), nothing());
    let found = rejection(&edited(SPAN, [("/evidence/span", empty)]));
    assert_eq!(found, R::Dimension { expected: 3, found: 0 });
}

#[test]
fn rejects_squares_in_place_of_vectors() {
    let found = rejection(&edited(SPAN, [("/evidence/span/squares", json!(true))]));
    assert_eq!(found, R::Dimension { expected: 6, found: 3 });
}

#[test]
fn rejects_vectors_in_place_of_squares() {
    let found = rejection(&edited(SQUARES, [("/evidence/span/squares", json!(false))]));
    assert_eq!(found, R::Dimension { expected: 2, found: 3 });
}

#[test]
fn rejects_an_annihilator_of_the_wrong_length() {
    for (row, found) in [(json!([]), 0), (json!(["1", "-1"]), 2), (json!(["0", "1", "-1", "0"]), 4)] {
        let rejected = rejection(&edited(SPAN, [("/evidence/span/annihilator/0", row)]));
        assert_eq!(rejected, R::Length { field: "annihilator", expected: 3, found });
    }
}

#[test]
fn rejects_an_annihilator_that_misses_a_token() {
    let found = rejection(&edited(
        SPAN,
        [
            ("/evidence/span/annihilator", json!([["3", "-4", "0"]])),
            ("/evidence/span/annihilator_independent", independent(json!([0]), 7, json!([[5]]))),
        ],
    ));
    assert_eq!(found, R::NotAnnihilated { row: 0, word: vec![1] });
}

#[test]
fn rejects_an_annihilator_of_everything() {
    let identity = json!([["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]);
    let identity_independent = independent(json!([0, 1, 2]), 2, json!([[1, 0, 0], [0, 1, 0], [0, 0, 1]]));
    let zero = span(json!([]), nothing(), identity, identity_independent);
    let found = rejection(&edited(SPAN, [("/evidence/span", zero)]));
    assert_eq!(found, R::NotAnnihilated { row: 0, word: vec![0] });
}

#[test]
fn rejects_a_basis_that_leaves_a_token_out() {
    let annihilator_independent = independent(json!([0, 1]), 7, json!([[5, 0], [6, 1]]));
    let narrow = span(
        json!([[0]]),
        independent(json!([0]), 7, json!([[1]])),
        json!([["3", "-4", "0"], ["0", "1", "-1"]]),
        annihilator_independent,
    );
    let found = rejection(&edited(SPAN, [("/evidence/span", narrow)]));
    assert_eq!(found, R::NotAnnihilated { row: 0, word: vec![1] });
}

#[test]
fn rejects_a_span_that_is_not_closed() {
    let open = span(
        json!([[0], [1]]),
        independent(json!([0, 1]), 7, json!([[5, 4], [4, 5]])),
        json!([["1", "1", "-2"]]),
        independent(json!([0]), 7, json!([[1]])),
    );
    let found = rejection(&in_a_model_without_twins(open));
    assert_eq!(found, R::NotAnnihilated { row: 0, word: vec![0, 0] });
}

#[test]
fn rejects_a_basis_word_outside_the_kernel() {
    let outside = span(
        json!([[0, 0], [1]]),
        independent(json!([0, 1]), 7, json!([[0, 0], [0, 0]])),
        json!([["1", "1", "-2"]]),
        independent(json!([0]), 7, json!([[1]])),
    );
    let found = rejection(&in_a_model_without_twins(outside));
    assert_eq!(found, R::NotAnnihilated { row: 0, word: vec![0, 0] });
}

#[test]
fn rejects_squares_in_another_order() {
    let found = rejection(&edited(SQUARES, [("/evidence/span/annihilator", json!([["1", "0", "-2"]]))]));
    assert_eq!(found, R::NotAnnihilated { row: 0, word: vec![0] });
}

#[test]
fn rejects_a_zero_annihilator() {
    let found = rejection(&edited(SPAN, [("/evidence/span/annihilator", json!([["0", "0", "0"]]))]));
    assert_eq!(found, R::NotInverse { field: "annihilator_independent", row: 0, column: 0 });
}

#[test]
fn rejects_dependent_annihilators() {
    let twice = [
        ("/evidence/span/words", json!([[0]])),
        ("/evidence/span/words_independent", independent(json!([0]), 7, json!([[1]]))),
        ("/evidence/span/annihilator", json!([["0", "1", "-1"], ["0", "2", "-2"]])),
        ("/evidence/span/annihilator_independent", independent(json!([1, 2]), 7, json!([[1, 0], [0, 3]]))),
    ];
    let found = rejection(&edited(SPAN, twice));
    assert_eq!(found, R::NotInverse { field: "annihilator_independent", row: 0, column: 1 });
}

#[test]
fn rejects_a_repeated_word() {
    let found = rejection(&edited(SPAN, [("/evidence/span/words", json!([[0], [0]]))]));
    assert!(matches!(found, R::NotInverse { field: "words_independent", .. }));
}

#[test]
fn rejects_words_whose_vectors_are_proportional() {
    let parallel = [("/evidence/span/words", json!([[0], [0, 0]]))];
    assert!(matches!(
        rejection(&edited(SQUARES, parallel)),
        R::NotInverse { field: "words_independent", .. }
    ));
}

#[test]
fn rejects_an_empty_word() {
    let found = rejection(&edited(SPAN, [("/evidence/span/words/1", json!([]))]));
    assert_eq!(found, R::EmptyWord { field: "words" });
}

#[test]
fn rejects_a_word_that_is_too_long() {
    let found = rejection(&edited(SPAN, [("/evidence/span/words/1", long_word())]));
    assert_eq!(found, R::LongWord { field: "words", found: MAX_WORD + 1, limit: MAX_WORD });
}

#[test]
fn rejects_a_word_with_no_such_token() {
    for token in [2, usize::MAX] {
        let found = rejection(&edited(SPAN, [("/evidence/span/words/1", json!([0, token]))]));
        assert_eq!(found, R::OutOfRange { field: "words", found: token, limit: 2 });
    }
}

#[test]
fn rejects_broken_proofs_of_independence() {
    for field in ["words_independent", "annihilator_independent"] {
        let spoilt = |key: &str, value| edited(SPAN, [(&format!("/evidence/span/{field}/{key}"), value)]);
        assert_eq!(rejection(&spoilt("modulus", json!(1))), R::Modulus { field, found: 1 });
        assert!(matches!(rejection(&spoilt("rows", json!([]))), R::Length { found: 0, .. }));
        assert!(matches!(rejection(&spoilt("inverse", json!([]))), R::Length { found: 0, .. }));
        let out_of_range = R::OutOfRange { field, found: 3, limit: 3 };
        assert_eq!(rejection(&spoilt("rows/0", json!(3))), out_of_range);
        let unreduced = R::Unreduced { field, row: 0, column: 0 };
        assert_eq!(rejection(&spoilt("inverse/0/0", json!(7))), unreduced);
        let not_inverse = rejection(&spoilt("inverse/0/0", json!(0)));
        assert!(matches!(not_inverse, R::NotInverse { row: 0, column: 0, .. }));
    }
}

#[test]
fn rejects_a_span_of_another_chain() {
    let twins_no_more = json!([["1/2", "1/4", "1/3"], ["1/4", "1/2", "1/3"], ["1/4", "1/4", "1/3"]]);
    let found = rejection(&edited(SPAN, [("/model/transition", twins_no_more)]));
    assert!(matches!(found, R::NotAnnihilated { row: 0, .. }));
}
