//! Rule `no-proportional-head`.
//!
//! `β(00) + β(11) − 7/12 (β(0) + β(1))` is a multiple of (1, 1, −2), which `W diag(π_1)` maps to zero.

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection, without};

const NAME: &str = "no-proportional-head";
const CLASSES: &str = "no-proportional-head-classes";

fn combination(words: Value, weights: Value) -> Value {
    edited(NAME, [("/evidence/words", words), ("/evidence/weights", weights)])
}

#[test]
fn accepts_words_of_different_lengths() {
    accepts(&certificate(NAME));
}

#[test]
fn accepts_any_multiple_of_the_weights() {
    accepts(&edited(NAME, [("/evidence/weights", json!(["7/12", "7/12", "-1", "-1"]))]));
}

#[test]
fn accepts_a_word_of_weight_zero_or_in_two_parts() {
    accepts(&combination(json!([[0], [1], [0, 0], [1, 1], [0, 1]]), json!(["-7", "-7", "12", "12", "0"])));
    accepts(&combination(json!([[0], [1], [0, 0], [1, 1], [0]]), json!(["-3", "-7", "12", "12", "-4"])));
}

#[test]
fn accepts_a_class_that_defeats_every_head() {
    accepts(&certificate(CLASSES));
}

/// A head with positive scores exists (all ones), but the ratio of the scores is not the same for all inputs.
#[test]
fn accepts_a_task_whose_labels_are_constant() {
    accepts(&edited(NAME, [("/model/task/weights", json!(["1", "2", "6"]))]));
}

#[test]
fn rejects_a_refutation_without_a_task() {
    assert_eq!(rejection(&without(NAME, "/model", "task")), R::NoTask);
}

#[test]
fn rejects_a_class_that_does_not_exist() {
    for (name, class, limit) in
        [(NAME, 0, 2), (NAME, 2, 2), (NAME, usize::MAX, 2), (CLASSES, 0, 3), (CLASSES, 3, 3)]
    {
        let found = rejection(&edited(name, [("/evidence/class", json!(class))]));
        assert_eq!(found, R::OutOfRange { field: "class", found: class, limit });
    }
}

/// `μ_1 − μ_0 = (2, 2, 2)`, a multiple of the score of the head `(2, 2)`.
#[test]
fn rejects_a_class_that_has_a_head() {
    assert_eq!(rejection(&edited(CLASSES, [("/evidence/class", json!(1))])), R::TaskVanishes);
}

#[test]
fn rejects_a_task_that_vanishes_on_the_combination() {
    let found = rejection(&edited(NAME, [("/model/task/weights", json!(["1", "1", "1"]))]));
    assert_eq!(found, R::TaskVanishes);
}

#[test]
fn rejects_no_words() {
    assert_eq!(rejection(&combination(json!([]), json!([]))), R::TaskVanishes);
}

#[test]
fn rejects_zero_weights() {
    let found = rejection(&edited(NAME, [("/evidence/weights", json!(["0", "0", "0", "0"]))]));
    assert_eq!(found, R::TaskVanishes);
}

#[test]
fn rejects_weights_that_cancel() {
    assert_eq!(rejection(&combination(json!([[0], [0]]), json!(["1", "-1"]))), R::TaskVanishes);
}

#[test]
fn rejects_too_few_or_too_many_weights() {
    for (weights, found) in [(json!([]), 0), (json!(["1"]), 1), (json!(["1", "1", "1", "1", "1"]), 5)] {
        let rejected = rejection(&edited(NAME, [("/evidence/weights", weights)]));
        assert_eq!(rejected, R::Length { field: "weights", expected: 4, found });
    }
}

#[test]
fn rejects_a_combination_that_the_head_sees() {
    let found = rejection(&edited(NAME, [("/evidence/weights/0", json!("-6"))]));
    assert_eq!(found, R::Visible { token: 0 });
    assert_eq!(rejection(&combination(json!([[0], [1]]), json!(["5", "-3"]))), R::Visible { token: 0 });
    assert_eq!(rejection(&combination(json!([[1], [0]]), json!(["4", "-4"]))), R::Visible { token: 0 });
}

/// With the weights that would be right if vectors were scaled by their length.
#[test]
fn rejects_weights_for_scaled_vectors() {
    let found = rejection(&edited(NAME, [("/evidence/weights", json!(["-56", "-56", "12", "12"]))]));
    assert_eq!(found, R::Visible { token: 0 });
}

#[test]
fn rejects_an_empty_word() {
    let found = rejection(&edited(NAME, [("/evidence/words/0", json!([]))]));
    assert_eq!(found, R::EmptyWord { field: "words" });
}

#[test]
fn rejects_a_word_that_is_too_long() {
    let found = rejection(&edited(NAME, [("/evidence/words/3", long_word())]));
    assert_eq!(found, R::LongWord { field: "words", found: MAX_WORD + 1, limit: MAX_WORD });
}

#[test]
fn rejects_a_word_with_no_such_token() {
    for token in [2, usize::MAX] {
        let found = rejection(&edited(NAME, [("/evidence/words/2", json!([0, token]))]));
        assert_eq!(found, R::OutOfRange { field: "words", found: token, limit: 2 });
    }
}

/// The chain of the squares, where token 1 cannot come first: `β(1)` alone would refute, were it possible.
#[test]
fn rejects_an_impossible_word() {
    let model = certificate("proportional-head-squares")["model"].clone();
    let found = rejection(&edited(
        NAME,
        [
            ("/model", model),
            ("/evidence/words", json!([[0], [1]])),
            ("/evidence/weights", json!(["1", "-1"])),
        ],
    ));
    assert_eq!(found, R::ImpossibleWord { word: 1 });
}

#[test]
fn rejects_a_refutation_where_the_columns_are_independent() {
    let model = certificate("invertible-head")["model"].clone();
    assert_eq!(rejection(&edited(NAME, [("/model", model)])), R::Visible { token: 0 });
}
