//! Rule `lasting-contradictions`: prefixes that contradict every head, whatever continues them.
//!
//! State 0 is left for state 1, and that for state 2, which stays. All that a head ever sees is a multiple of one vector, so it has one label for all inputs. The first
//! token tells whether state 0 was likely, and behind the second one all is forgotten: of the inputs that begin with a 1, and of
//! those that begin with a 0, one kind is wrong.

use num_rational::BigRational;
use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection, without};

const NAME: &str = "lasting-contradictions";

fn spoilt<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited(NAME, edits))
}

#[test]
fn accepts_contradictions_that_last() {
    accepts(&certificate(NAME));
    let first = certificate(NAME)["evidence"]["contradictions"][0].clone();
    accepts(&edited(
        NAME,
        [("/evidence/contradictions", json!([first])), ("/evidence/lower", json!("64/225"))],
    ));
}

/// Two classes are the binary task, with the labels exchanged; 0 is the one that a tie goes to.
#[test]
fn accepts_classes() {
    let mut classes = edited(NAME, [("/model/task/weights", json!([["-2", "1", "1"], ["0", "0", "0"]]))]);
    for contradiction in 0..2 {
        for term in 0..2 {
            let label = json!(term);
            let at = format!("/evidence/contradictions/{contradiction}/terms/{term}");
            *classes.pointer_mut(&format!("{at}/rival")).unwrap() = json!(1 - term);
            *classes.pointer_mut(&format!("{at}/label")).unwrap() = label;
        }
    }
    accepts(&classes);
}

/// The inputs that continue the prefixes, by sums over hidden paths: whichever label a head has for all of them, it is wrong with this probability.
#[test]
fn one_label_for_all_inputs_errs_as_often() {
    let number = |value: &Value| value.as_str().unwrap().parse::<BigRational>().unwrap();
    let model = &certificate(NAME)["model"];
    let entry = |key: &str, row: usize, column: usize| number(&model[key][row][column]);
    for length in 2..=5_usize {
        let mut wrong = [BigRational::from_integer(0.into()), BigRational::from_integer(0.into())];
        for code in 0..1_usize << length {
            let (mut score, mut mass) =
                (BigRational::from_integer(0.into()), BigRational::from_integer(0.into()));
            for start in 0..3 {
                let (mut state, mut path) = (start, number(&model["initial"][start]));
                for position in 0..length {
                    state = (state + 1).min(2);
                    path *= entry("emission", code >> position & 1, state);
                }
                score += &path * number(&model["task"]["weights"][start]);
                mass += path;
            }
            let label = usize::from(score >= BigRational::from_integer(0.into()));
            wrong[1 - label] += mass;
        }
        let lower = number(&certificate(NAME)["evidence"]["lower"]);
        assert_eq!(wrong.iter().min(), Some(&lower), "length {length}");
    }
}

#[test]
fn rejects_a_model_without_a_task() {
    assert_eq!(rejection(&without(NAME, "/model", "task")), R::NoTask);
}

#[test]
fn rejects_what_is_empty() {
    assert_eq!(spoilt([("/evidence/contradictions", json!([]))]), R::NoEvidence { field: "contradictions" });
    assert_eq!(spoilt([("/evidence/contradictions/1/terms", json!([]))]), R::NoEvidence { field: "terms" });
}

#[test]
fn rejects_shares_that_are_none() {
    for shares in [["0", "0", "0"], ["-1/9", "0", "16/225"], ["0", "1/9", "-1/9"]] {
        assert_eq!(
            spoilt([("/evidence/contradictions/1/shares", json!(shares))]),
            R::Share { contradiction: 1 }
        );
    }
    let found = spoilt([("/evidence/contradictions/1/shares", json!(["0", "16/225"]))]);
    assert_eq!(found, R::Length { field: "shares", expected: 3, found: 2 });
}

#[test]
fn rejects_shares_beyond_the_masses() {
    let more = [("/evidence/contradictions/0/shares/2", json!("13/45"))];
    assert_eq!(spoilt(more), R::Overpacked { word: vec![1, 0] });
    // There is room in all, and none at this state.
    let elsewhere = [("/evidence/contradictions/0/shares", json!(["0", "1/225", "7/25"]))];
    assert_eq!(spoilt(elsewhere), R::Overpacked { word: vec![0, 0] });
    let first = certificate(NAME)["evidence"]["contradictions"][0].clone();
    let twice = [("/evidence/contradictions", json!([first, first]))];
    assert_eq!(spoilt(twice), R::Overpacked { word: vec![0, 0] });
}

#[test]
fn rejects_another_sum_of_shares() {
    for lower in ["17/45", "1/3"] {
        assert_eq!(spoilt([("/evidence/lower", json!(lower))]), R::SharesSum);
    }
}

#[test]
fn rejects_prefixes_of_different_lengths() {
    let found = spoilt([("/evidence/length", json!(3))]);
    assert_eq!(found, R::Length { field: "tokens", expected: 3, found: 2 });
    let found = spoilt([("/evidence/contradictions/0/terms/0/tokens", json!([0]))]);
    assert_eq!(found, R::Length { field: "tokens", expected: 2, found: 1 });
}

#[test]
fn rejects_words_that_are_none() {
    let pointer = "/evidence/contradictions/0/terms/0/tokens";
    assert_eq!(spoilt([(pointer, json!([0, 2]))]), R::OutOfRange { field: "tokens", found: 2, limit: 2 });
    let one = |word: Value, length: usize| {
        let terms = json!([{"tokens": word, "label": 1, "rival": 0, "weight": "1"}]);
        let contradictions = json!([{"shares": ["0", "0", "1"], "terms": terms}]);
        spoilt([("/evidence/contradictions", contradictions), ("/evidence/length", json!(length))])
    };
    assert_eq!(one(json!([]), 0), R::EmptyWord { field: "tokens" });
    let expected = R::LongWord { field: "tokens", found: MAX_WORD + 1, limit: MAX_WORD };
    assert_eq!(one(json!(vec![0; MAX_WORD + 1]), MAX_WORD + 1), expected);
}

#[test]
fn rejects_terms_that_lead_to_numbers_that_are_too_large() {
    let power = "0".repeat(290);
    let emission =
        json!([["1", "1/3", format!("1/1{power}")], ["0", "2/3", format!("{}/1{power}", "9".repeat(290))]]);
    let term = json!({"tokens": vec![0; MAX_WORD], "label": 1, "rival": 0, "weight": "1"});
    let contradictions = json!([{"shares": ["0", "0", "1"], "terms": vec![term; 3]}]);
    let edits = [
        ("/model/emission", emission),
        ("/evidence/contradictions", contradictions),
        ("/evidence/length", json!(MAX_WORD)),
    ];
    assert_eq!(spoilt(edits), R::TooLarge { field: "terms" });
}

#[test]
fn rejects_a_label_that_does_not_last() {
    // That of the prefix itself, and of some continuations only: state 1 comes before state 2.
    let before = [
        ("/model/transition", json!([["1/2", "0", "0"], ["1/2", "0", "0"], ["0", "1", "1"]])),
        ("/model/task/weights", json!(["-1", "1", "1"])),
    ];
    assert_eq!(spoilt(before), R::TermLabel { contradiction: 0, term: 0 });
    for label in [2, usize::MAX] {
        let found = spoilt([("/evidence/contradictions/1/terms/0/label", json!(label))]);
        assert_eq!(found, R::TermLabel { contradiction: 1, term: 0 });
    }
    let exchanged = [
        ("/evidence/contradictions/0/terms/0/label", json!(0)),
        ("/evidence/contradictions/0/terms/0/rival", json!(1)),
    ];
    assert_eq!(spoilt(exchanged), R::TermLabel { contradiction: 0, term: 0 });
}

/// Where ties are lost, a score of zero is not enough at a state with mass: for two classes with equal weights the label is 0.
#[test]
fn rejects_a_tie_that_is_lost() {
    let edits = [("/model/task/weights", json!(["0", "0", "0"]))];
    assert_eq!(spoilt(edits), R::TermLabel { contradiction: 0, term: 1 });
}

#[test]
fn rejects_a_rival_that_is_no_other_label() {
    for rival in [1, 2, usize::MAX] {
        let found = spoilt([("/evidence/contradictions/0/terms/0/rival", json!(rival))]);
        assert_eq!(found, R::Rival { contradiction: 0, term: 0 });
    }
}

#[test]
fn rejects_a_weight_that_is_not_positive() {
    for weight in ["0", "-1"] {
        let found = spoilt([("/evidence/contradictions/1/terms/1/weight", json!(weight))]);
        assert_eq!(found, R::TermWeight { contradiction: 1, term: 1 });
    }
}

#[test]
fn rejects_terms_that_do_not_cancel() {
    let found = spoilt([("/evidence/contradictions/1/terms/1/weight", json!("2"))]);
    assert_eq!(found, R::NotZero { contradiction: 1, class: 1, token: 0 });
    let found = spoilt([("/model/emission", json!([["1", "1/3", "3/4"], ["0", "2/3", "1/4"]]))]);
    assert_eq!(found, R::NotZero { contradiction: 0, class: 1, token: 0 });
}

/// The model's output on what begins with the token 0 is zero, and the task's label 1.
#[test]
fn rejects_contradictions_that_a_tie_satisfies() {
    let edits = [
        ("/model/initial", json!(["1", "0", "0"])),
        ("/model/emission", json!([["1/2", "1", "0"], ["1/2", "0", "1"]])),
        ("/model/task/weights", json!(["1", "1", "1"])),
        (
            "/evidence/contradictions/0/terms",
            json!([{"tokens": [0, 1], "label": 1, "rival": 0, "weight": "1"}]),
        ),
    ];
    assert_eq!(spoilt(edits), R::NoStrictTerm { contradiction: 0 });
}
