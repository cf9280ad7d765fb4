//! Rules `no-linear-head` and `packed-contradictions`.
//!
//! The model has two tokens, so that `G_1` is a point of a segment and a linear head separates it at one point at most. The
//! inputs 0, 01, 1 lie on it in this order, and their labels are 1, 0, 1.

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection, without};

const NAME: &str = "no-linear-head";
const CLASSES: &str = "no-linear-head-classes";
const PACKED: &str = "packed-contradictions";

fn spoilt<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited(NAME, edits))
}

fn packed<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited(PACKED, edits))
}

fn term(tokens: &[usize], label: usize, rival: usize, weight: &str) -> Value {
    json!({"tokens": tokens, "label": label, "rival": rival, "weight": weight})
}

fn terms(terms: &[Value]) -> Value {
    edited(NAME, [("/evidence/terms", json!(terms))])
}

#[test]
fn accepts_a_label_between_two_others() {
    accepts(&certificate(NAME));
}

#[test]
fn accepts_a_contradiction_of_two_classes() {
    accepts(&certificate(CLASSES));
}

/// The last class in the place of the first, whose score is zero, and a little less of it: on a tie the first would win.
#[test]
fn accepts_a_contradiction_with_the_first_class() {
    let weights = json!([["2", "2", "199/100"], ["3", "3", "0"], ["2", "3", "0"]]);
    let rotated = json!([term(&[0], 1, 0, "19"), term(&[1], 1, 0, "1"), term(&[0, 1], 0, 1, "20")]);
    accepts(&edited(CLASSES, [("/model/task/weights", weights), ("/evidence/terms", rotated)]));
}

#[test]
fn accepts_any_multiple_of_the_weights_and_a_term_in_two_parts() {
    let halves = [term(&[0], 1, 0, "19/20"), term(&[1], 1, 0, "1/20"), term(&[0, 1], 0, 1, "1/3")];
    accepts(&terms(&[&halves[..], &[term(&[0, 1], 0, 1, "2/3")]].concat()));
}

/// 0 → 1 → 2 → 2, and the states 1 and 2 emit tokens 0 and 1: after `H_1` the token 0 is impossible, so that the head sees the
/// zero vector, with a score of zero and the label 1.
fn unseen(task: &str) -> Value {
    let model = json!({
        "kind": "hmm",
        "initial": ["1", "0", "0"],
        "transition": [["0", "0", "0"], ["1", "0", "0"], ["0", "1", "1"]],
        "emission": [["0", "1", "0"], ["1", "0", "1"]],
        "task": {"weights": [task, "0", "0"]}
    });
    let label = usize::from(task == "1");
    let terms = json!([term(&[0], label, 1 - label, "1")]);
    edited(NAME, [("/model", model), ("/evidence/terms", terms)])
}

#[test]
fn accepts_an_input_that_the_head_cannot_see() {
    accepts(&unseen("-1"));
}

#[test]
fn rejects_terms_that_ties_satisfy() {
    assert_eq!(rejection(&unseen("1")), R::NoStrictTerm { contradiction: 0 });
}

#[test]
fn rejects_a_contradiction_without_a_task() {
    assert_eq!(rejection(&without(NAME, "/model", "task")), R::NoTask);
    assert_eq!(rejection(&without(PACKED, "/model", "task")), R::NoTask);
}

#[test]
fn rejects_no_term() {
    assert_eq!(spoilt([("/evidence/terms", json!([]))]), R::NoEvidence { field: "terms" });
    assert_eq!(packed([("/evidence/contradictions/1/terms", json!([]))]), R::NoEvidence { field: "terms" });
}

#[test]
fn rejects_terms_that_do_not_cancel() {
    let expected = R::NotZero { contradiction: 0, class: 1, token: 0 };
    assert_eq!(spoilt([("/evidence/terms/0/weight", json!("18"))]), expected);
    assert_eq!(spoilt([("/evidence/terms/2/tokens", json!([1, 0]))]), expected);
    let found = rejection(&edited(CLASSES, [("/evidence/terms/0/weight", json!("18"))]));
    assert_eq!(found, expected);
    let found = rejection(&edited(CLASSES, [("/evidence/terms/0/rival", json!(0))]));
    assert_eq!(found, R::NotZero { contradiction: 0, class: 2, token: 0 });
    let expected = R::NotZero { contradiction: 1, class: 1, token: 0 };
    assert_eq!(packed([("/evidence/contradictions/1/terms/0/weight", json!("3"))]), expected);
}

#[test]
fn rejects_terms_that_cancel_at_some_tokens_only() {
    let edits = [
        ("/model/emission", json!([["0", "0", "0"], ["1", "1", "1"]])),
        ("/evidence/terms", json!([term(&[1], 1, 0, "1")])),
    ];
    assert_eq!(spoilt(edits), R::NotZero { contradiction: 0, class: 1, token: 1 });
}

#[test]
fn rejects_a_label_that_is_not_the_tasks() {
    let found = terms(&[term(&[0], 0, 1, "19"), term(&[1], 1, 0, "1"), term(&[0, 1], 0, 1, "20")]);
    assert_eq!(rejection(&found), R::TermLabel { contradiction: 0, term: 0 });
    let found = rejection(&edited(CLASSES, [("/evidence/terms/2/label", json!(0))]));
    assert_eq!(found, R::TermLabel { contradiction: 0, term: 2 });
    let found = packed([("/evidence/contradictions/1/terms/1/tokens", json!([0, 0]))]);
    assert_eq!(found, R::TermLabel { contradiction: 1, term: 1 });
}

#[test]
fn rejects_a_rival_that_is_no_other_label() {
    let expected = R::Rival { contradiction: 0, term: 1 };
    for rival in [1, 2, usize::MAX] {
        assert_eq!(spoilt([("/evidence/terms/1/rival", json!(rival))]), expected);
    }
    let found = rejection(&edited(CLASSES, [("/evidence/terms/1/rival", json!(3))]));
    assert_eq!(found, expected);
}

#[test]
fn rejects_a_weight_that_is_not_positive() {
    for weight in ["0", "-19"] {
        let found = spoilt([("/evidence/terms/0/weight", json!(weight))]);
        assert_eq!(found, R::TermWeight { contradiction: 0, term: 0 });
    }
    let found = packed([("/evidence/contradictions/1/terms/2/weight", json!("0"))]);
    assert_eq!(found, R::TermWeight { contradiction: 1, term: 2 });
}

#[test]
fn rejects_an_impossible_input_of_a_term() {
    let silent = json!([["1", "0", "1/2"], ["0", "1", "1/2"], ["0", "0", "0"]]);
    let edits = [("/model/emission", silent), ("/evidence/terms/1/tokens", json!([2]))];
    assert_eq!(spoilt(edits), R::ImpossibleTerm { contradiction: 0, term: 1 });
}

#[test]
fn rejects_words_that_are_none() {
    let pointer = "/evidence/terms/1/tokens";
    assert_eq!(spoilt([(pointer, json!([]))]), R::EmptyWord { field: "tokens" });
    assert_eq!(spoilt([(pointer, json!([2]))]), R::OutOfRange { field: "tokens", found: 2, limit: 2 });
    let expected = R::LongWord { field: "tokens", found: MAX_WORD + 1, limit: MAX_WORD };
    assert_eq!(spoilt([(pointer, long_word())]), expected);
}

#[test]
fn rejects_terms_that_lead_to_numbers_that_are_too_large() {
    let long = term(&vec![0; MAX_WORD], 1, 0, "1");
    assert_eq!(rejection(&terms(&vec![long; 205])), R::TooLarge { field: "terms" });
}

#[test]
fn accepts_contradictions_that_share_inputs() {
    accepts(&certificate(PACKED));
    let one = [("/evidence/lower", json!("5/24")), ("/evidence/contradictions", json!([first()]))];
    accepts(&edited(PACKED, one));
}

/// The first contradiction of the certificate.
fn first() -> Value {
    certificate(PACKED)["evidence"]["contradictions"][0].clone()
}

#[test]
fn accepts_an_input_that_a_contradiction_has_twice() {
    let twice = json!([
        term(&[0, 0], 1, 0, "20"),
        term(&[0, 0], 1, 0, "3"),
        term(&[0, 1], 0, 1, "25"),
        term(&[1, 1], 1, 0, "2")
    ]);
    accepts(&edited(PACKED, [("/evidence/contradictions/0/terms", twice)]));
}

#[test]
fn rejects_no_contradiction() {
    let none = [("/evidence/lower", json!("0")), ("/evidence/contradictions", json!([]))];
    assert_eq!(packed(none), R::NoEvidence { field: "contradictions" });
}

#[test]
fn rejects_shares_that_exceed_the_probability_of_an_input() {
    let more = [("/evidence/contradictions/1/share", json!("1/11")), ("/evidence/lower", json!("79/264"))];
    assert_eq!(packed(more), R::Overpacked { word: vec![0, 0] });
    let more = [("/evidence/contradictions/0/share", json!("1/4")), ("/evidence/lower", json!("1/3"))];
    assert_eq!(packed(more), R::Overpacked { word: vec![0, 0] });
    let twice = [("/evidence/lower", json!("5/12")), ("/evidence/contradictions", json!([first(), first()]))];
    assert_eq!(packed(twice), R::Overpacked { word: vec![0, 0] });
    let mut alone = first();
    alone["share"] = json!("1/4");
    let alone = [("/evidence/lower", json!("1/4")), ("/evidence/contradictions", json!([alone]))];
    assert_eq!(packed(alone), R::Overpacked { word: vec![0, 1] });
}

#[test]
fn rejects_a_share_that_is_not_positive() {
    for share in ["0", "-1/12"] {
        let found = packed([("/evidence/contradictions/1/share", json!(share))]);
        assert_eq!(found, R::Share { contradiction: 1 });
    }
}

#[test]
fn rejects_a_bound_that_is_not_the_sum_of_the_shares() {
    for lower in ["0", "1/3", "5/24", "-7/24"] {
        assert_eq!(packed([("/evidence/lower", json!(lower))]), R::SharesSum);
    }
}

#[test]
fn rejects_inputs_of_another_length() {
    let expected = R::Length { field: "tokens", expected: 3, found: 2 };
    assert_eq!(packed([("/evidence/length", json!(3))]), expected);
    let expected = R::Length { field: "tokens", expected: 2, found: 1 };
    assert_eq!(packed([("/evidence/contradictions/1/terms/0/tokens", json!([0]))]), expected);
}
