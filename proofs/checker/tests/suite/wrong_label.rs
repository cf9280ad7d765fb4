//! Rule `wrong-label`.
//!
//! `W = [[3/4, 1/4], [1/4, 3/4]]`, and the chain stays in its state with probability 2/3. The task asks which state was the
//! first; the head (1, -2) asks for more than the input tells.

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection, without};

const NAME: &str = "wrong-label";
const PROMPT: &str = "wrong-label-prompt";

fn spoilt<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited(NAME, edits))
}

fn prompted(prompt: Value) -> R {
    rejection(&edited(PROMPT, [("/evidence/construction/prompt", prompt)]))
}

#[test]
fn accepts_an_input_with_different_labels() {
    accepts(&certificate(NAME));
    accepts(&edited(NAME, [("/evidence/tokens", json!([0]))]));
}

#[test]
fn accepts_classes_behind_a_prompt() {
    accepts(&certificate(PROMPT));
}

/// Scores of zero are ties: label 1, or the first class.
#[test]
fn accepts_ties() {
    let zero =
        [("/model/task/weights", json!(["0", "0"])), ("/evidence/construction/head", json!([["-1", "-1"]]))];
    accepts(&edited(NAME, zero));
    let zero = [
        ("/evidence/construction/head", json!([["1", "1"], ["1", "1"], ["0", "0"]])),
        ("/evidence/tokens", json!([1])),
        ("/evidence/task", json!(1)),
        ("/evidence/head", json!(0)),
    ];
    accepts(&edited(PROMPT, zero));
}

/// What the prompt makes impossible is label 1, or the first class.
#[test]
fn accepts_a_prompt_that_leaves_nothing() {
    let nothing = [
        ("/evidence/construction/prompt", json!([["0", "0"]])),
        ("/evidence/tokens", json!([1])),
        ("/evidence/task", json!(1)),
        ("/evidence/head", json!(0)),
    ];
    accepts(&edited(PROMPT, nothing));
}

#[test]
fn rejects_a_wrong_label_without_a_task() {
    assert_eq!(rejection(&without(NAME, "/model", "task")), R::NoTask);
}

#[test]
fn rejects_an_input_with_equal_labels() {
    let equal = [("/evidence/tokens", json!([1])), ("/evidence/task", json!(0))];
    assert_eq!(spoilt(equal), R::SameLabel);
}

#[test]
fn rejects_labels_that_are_not_those_found() {
    assert_eq!(spoilt([("/evidence/task", json!(0))]), R::Label { field: "task", expected: 1, found: 0 });
    assert_eq!(spoilt([("/evidence/head", json!(1))]), R::Label { field: "head", expected: 0, found: 1 });
    let found = usize::MAX;
    assert_eq!(spoilt([("/evidence/head", json!(found))]), R::Label { field: "head", expected: 0, found });
}

#[test]
fn rejects_an_impossible_input() {
    let silent = json!([["3/4", "1/4"], ["1/4", "3/4"], ["0", "0"]]);
    let head = json!([["1", "-2", "0"]]);
    let edits = [
        ("/model/emission", silent),
        ("/evidence/construction/head", head),
        ("/evidence/tokens", json!([0, 2])),
    ];
    assert_eq!(spoilt(edits), R::ImpossibleInput);
}

#[test]
fn rejects_words_that_are_none() {
    assert_eq!(spoilt([("/evidence/tokens", json!([]))]), R::EmptyWord { field: "tokens" });
    let expected = R::OutOfRange { field: "tokens", found: 2, limit: 2 };
    assert_eq!(spoilt([("/evidence/tokens", json!([0, 2]))]), expected);
    let expected = R::LongWord { field: "tokens", found: MAX_WORD + 1, limit: MAX_WORD };
    assert_eq!(spoilt([("/evidence/tokens", long_word())]), expected);
}

#[test]
fn rejects_a_head_of_the_wrong_shape() {
    for (head, expected, found) in [
        (json!([]), 1, 0),
        (json!([["1", "-2"], ["0", "0"]]), 1, 2),
        (json!([["1"]]), 2, 1),
        (json!([["1", "-2", "0"]]), 2, 3),
    ] {
        let expected = R::Length { field: "head", expected, found };
        assert_eq!(spoilt([("/evidence/construction/head", head)]), expected);
    }
}

#[test]
fn rejects_a_prompt_that_is_none() {
    assert_eq!(prompted(json!([])), R::NoEvidence { field: "prompt" });
    assert_eq!(prompted(json!([["1"]])), R::Length { field: "prompt", expected: 2, found: 1 });
    assert_eq!(
        prompted(json!([["1", "1"], ["1", "1", "1"]])),
        R::Length { field: "prompt", expected: 2, found: 3 }
    );
    assert_eq!(prompted(json!([["1", "0"], ["1/2", "-1/2"]])), R::Embedding { row: 1, state: 1 });
    assert_eq!(prompted(json!([["4/3", "1"]])), R::Embedding { row: 0, state: 0 });
}

#[test]
fn rejects_a_prompt_of_numbers_that_are_too_large() {
    let long = format!("1/{}", "7".repeat(100_000));
    assert_eq!(prompted(json!(vec![[long, "1".to_owned()]; 13])), R::TooLarge { field: "prompt" });
}
