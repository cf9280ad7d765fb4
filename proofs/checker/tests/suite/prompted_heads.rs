//! Heads behind a prompt: `proportional-head` and `no-proportional-head` with one, `no-prompt` and `unseen-combination` about all of them.
//!
//! The chain of `proportional-head-prompt` stays with 1/2; state 2 emits either token. The prompt lets state 2 alone pass, so that
//! `ρ = (1/12, 1/12, 1/6)`, and `b·W = (8, −4, 2)`. In `no-prompt` every law has `ρ_1 ≥ ρ_0 / 2`, so that `t_0 ≥ t_1 / 2` for `t = 1/ρ`, and
//! `κ = (1, 1, −2)` asks for `3 t_0 = t_1`. In `unseen-combination` nothing leads to state 0, of which the task asks.

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection, without};

const PROMPT: &str = "proportional-head-prompt";
const NONE: &str = "no-proportional-head-prompt";
const NO_PROMPT: &str = "no-prompt";
const UNSEEN: &str = "unseen-combination";

fn claimed(name: &str, statement: &str) -> Value {
    edited(name, [("/claim/statement", json!(statement))])
}

fn ratio(above: usize, below: usize, ratio: &str, weight: &str) -> Value {
    json!({"above": above, "below": below, "ratio": ratio, "weight": weight})
}

fn ratios(ratios: Value) -> Value {
    edited(NO_PROMPT, [("/evidence/ratios", ratios)])
}

#[test]
fn accepts_what_a_prompt_proves_and_refutes() {
    for name in [PROMPT, NONE, NO_PROMPT, UNSEEN] {
        accepts(&certificate(name));
    }
}

/// The same head behind two tokens: the first lets everything pass, and the chain is stationary.
#[test]
fn accepts_a_longer_prompt() {
    accepts(&edited(PROMPT, [("/evidence/prompt", json!([["1", "1", "1"], ["0", "0", "1"]]))]));
}

/// Only the ratios of a prompt count, if the head makes up for it.
#[test]
fn accepts_a_weaker_prompt_with_a_stronger_head() {
    let weaker =
        [("/evidence/prompt", json!([["0", "0", "1/3"]])), ("/evidence/head", json!([["24", "-12"]]))];
    accepts(&edited(PROMPT, weaker));
}

#[test]
fn accepts_several_classes_behind_a_prompt() {
    let classes = [
        ("/model/task/weights", json!([["0", "0", "0"], ["2", "-1", "1"], ["-2", "1", "-1"]])),
        ("/evidence/head", json!([["1", "1"], ["9", "-3"], ["-7", "5"]])),
    ];
    accepts(&edited(PROMPT, classes));
}

#[test]
fn a_head_behind_a_prompt_recovers_the_task() {
    for statement in ["head-recovers-task", "some-prompt-proportional-head"] {
        accepts(&claimed(PROMPT, statement));
    }
}

#[test]
fn rejects_a_prompt_for_a_head_without_one() {
    for statement in ["proportional-head", "linear-head"] {
        assert_eq!(rejection(&claimed(PROMPT, statement)), R::Prompted);
    }
    assert_eq!(rejection(&claimed(NONE, "proportional-head")), R::Prompted);
}

#[test]
fn rejects_a_head_without_a_prompt_for_one_behind_it() {
    for statement in ["prompted-proportional-head", "some-prompt-proportional-head"] {
        assert_eq!(rejection(&claimed("proportional-head-identity", statement)), R::Unprompted);
    }
    let found = rejection(&claimed("no-proportional-head", "prompted-proportional-head"));
    assert_eq!(found, R::Unprompted);
}

#[test]
fn rejects_a_head_behind_another_prompt() {
    let found = rejection(&edited(PROMPT, [("/evidence/prompt", json!([["0", "1", "1"]]))]));
    assert_eq!(found, R::Identity { class: 1, state: 0 });
    let found = rejection(&edited(PROMPT, [("/evidence/head", json!([["8", "-5"]]))]));
    assert_eq!(found, R::Identity { class: 1, state: 1 });
}

#[test]
fn rejects_what_is_no_prompt() {
    for name in [PROMPT, NONE] {
        let with = |prompt: Value| rejection(&edited(name, [("/evidence/prompt", prompt)]));
        assert_eq!(with(json!([])), R::NoEvidence { field: "prompt" });
        let found = with(json!([["0", "1"]]));
        assert_eq!(found, R::Length { field: "prompt", expected: 3, found: 2 });
        for entry in ["-1/2", "3/2"] {
            let found = with(json!([["1", "1", "1"], ["0", "0", entry]]));
            assert_eq!(found, R::Embedding { row: 1, state: 2 });
        }
    }
}

/// Behind no prompt, or another one, the combination is seen.
#[test]
fn rejects_a_combination_that_is_seen_behind_another_prompt() {
    let found = rejection(&edited(NONE, [("/evidence/prompt", json!([["1", "1", "1"]]))]));
    assert_eq!(found, R::Visible { token: 0 });
}

#[test]
fn rejects_evidence_about_all_prompts_without_a_task() {
    for name in [NO_PROMPT, UNSEEN] {
        assert_eq!(rejection(&without(name, "/model", "task")), R::NoTask);
    }
}

#[test]
fn accepts_ratios_that_are_not_needed() {
    accepts(&ratios(json!([ratio(1, 0, "1/2", "2/3"), ratio(2, 0, "1/2", "0"), ratio(2, 2, "1", "5")])));
    accepts(&ratios(json!([ratio(1, 0, "1/2", "1/3"), ratio(1, 0, "1/2", "1/3")])));
}

/// A worse bound is one as well.
#[test]
fn accepts_a_worse_bound_that_suffices() {
    accepts(&ratios(json!([ratio(1, 0, "2/5", "5/6")])));
    assert_eq!(rejection(&ratios(json!([ratio(1, 0, "1/3", "1")]))), R::ZeroVector);
    assert_eq!(rejection(&ratios(json!([ratio(1, 0, "1/4", "1")]))), R::NegativeSum { state: 1 });
}

/// No bound is needed where the signs of the scores contradict the kernel: `t_0 + t_1 = 0`.
#[test]
fn accepts_signs_alone() {
    let signs = [("/model/task/weights", json!(["1", "1", "0"])), ("/evidence/ratios", json!([]))];
    accepts(&edited(NO_PROMPT, signs));
}

/// The classes ask for `t_0 = 2 t_1` and for `2 t_0 = t_1`: each has a prompt, and together they ask for `3 t_0 + 3 t_1 = 0` less.
#[test]
fn accepts_classes_that_contradict_each_other() {
    let classes = [
        ("/model/task/weights", json!([["0", "0", "0"], ["1", "-2", "0"], ["-2", "1", "0"]])),
        ("/evidence/kernels", json!([["-1", "-1", "2"], ["-1", "-1", "2"]])),
        ("/evidence/ratios", json!([])),
    ];
    accepts(&edited(NO_PROMPT, classes.clone()));
    let [task, ..] = classes;
    let single = [
        task,
        ("/evidence/kernels", json!([["-1", "-1", "2"], ["0", "0", "0"]])),
        ("/evidence/ratios", json!([])),
    ];
    assert_eq!(rejection(&edited(NO_PROMPT, single)), R::NegativeSum { state: 0 });
}

#[test]
fn rejects_words_that_do_not_span() {
    let words = |words: Value| rejection(&edited(NO_PROMPT, [("/evidence/words", words)]));
    assert_eq!(words(json!([[0], [1]])), R::Length { field: "words", expected: 3, found: 2 });
    let found = words(json!([[0], [1], [0]]));
    assert!(matches!(found, R::NotInverse { field: "words_independent", .. }), "{found:?}");
    assert_eq!(words(json!([[0], [1], []])), R::EmptyWord { field: "words" });
    assert_eq!(words(json!([[0], [1], [2]])), R::OutOfRange { field: "words", found: 2, limit: 2 });
    let found = words(json!([[0], [1], long_word()]));
    assert_eq!(found, R::LongWord { field: "words", found: MAX_WORD + 1, limit: MAX_WORD });
}

#[test]
fn rejects_an_inverse_of_another_shape() {
    let found = rejection(&edited(NO_PROMPT, [("/evidence/words_independent/rows", json!([0, 1]))]));
    assert_eq!(found, R::Length { field: "words_independent", expected: 3, found: 2 });
}

/// The chain starts in state 0 and stays where it shows token 0.
#[test]
fn rejects_an_impossible_word_that_spans() {
    let model = certificate("proportional-head-squares")["model"].clone();
    let evidence = json!({
        "rule": "no-prompt",
        "words": [[0], [1]],
        "words_independent": {"rows": [0, 1], "modulus": 7, "inverse": [[4, 0], [3, 1]]},
        "kernels": [["0", "0"]],
        "ratios": [],
    });
    let found = rejection(&edited(NO_PROMPT, [("/model", model), ("/evidence", evidence)]));
    assert_eq!(found, R::ImpossibleWord { word: 1 });
}

#[test]
fn rejects_kernels_of_another_number_or_length() {
    let kernels = |kernels: Value| rejection(&edited(NO_PROMPT, [("/evidence/kernels", kernels)]));
    assert_eq!(kernels(json!([])), R::Length { field: "kernels", expected: 1, found: 0 });
    let found = kernels(json!([["1", "1", "-2"], ["1", "1", "-2"]]));
    assert_eq!(found, R::Length { field: "kernels", expected: 1, found: 2 });
    assert_eq!(kernels(json!([["1", "1"]])), R::Length { field: "kernels", expected: 3, found: 2 });
}

#[test]
fn rejects_a_vector_outside_the_kernel() {
    let found = rejection(&edited(NO_PROMPT, [("/evidence/kernels/0/2", json!("-1"))]));
    assert_eq!(found, R::OutsideKernel { field: "kernels", index: 0, row: 0 });
    let found = rejection(&edited(NO_PROMPT, [("/evidence/kernels/0/1", json!("2"))]));
    assert_eq!(found, R::OutsideKernel { field: "kernels", index: 0, row: 1 });
}

#[test]
fn rejects_a_sum_that_is_negative() {
    assert_eq!(rejection(&ratios(json!([]))), R::NegativeSum { state: 1 });
    assert_eq!(rejection(&ratios(json!([ratio(1, 0, "1/2", "2")]))), R::NegativeSum { state: 0 });
    let found = rejection(&edited(NO_PROMPT, [("/evidence/kernels", json!([["-1", "-1", "2"]]))]));
    assert_eq!(found, R::NegativeSum { state: 0 });
}

/// `2 t_0 = t_1` is what the bound allows.
#[test]
fn rejects_a_sum_that_is_zero() {
    let found = rejection(&edited(NO_PROMPT, [("/model/task/weights", json!(["2", "-1", "0"]))]));
    assert_eq!(found, R::ZeroVector);
    let nothing = [("/evidence/kernels", json!([["0", "0", "0"]])), ("/evidence/ratios", json!([]))];
    assert_eq!(rejection(&edited(NO_PROMPT, nothing)), R::ZeroVector);
}

#[test]
fn rejects_a_bound_that_fails_in_a_column() {
    let found = rejection(&ratios(json!([ratio(1, 0, "2/3", "2/3")])));
    assert_eq!(found, R::StateRatio { index: 0, column: 0 });
    let found = rejection(&ratios(json!([ratio(1, 0, "1/2", "2/3"), ratio(2, 1, "2", "0")])));
    assert_eq!(found, R::StateRatio { index: 1, column: 0 });
    assert_eq!(rejection(&ratios(json!([ratio(0, 0, "2", "1")]))), R::StateRatio { index: 0, column: 0 });
}

#[test]
fn rejects_a_negative_weight() {
    let found = rejection(&ratios(json!([ratio(1, 0, "1/2", "2/3"), ratio(2, 0, "1/2", "-1")])));
    assert_eq!(found, R::NegativeWeight { field: "ratios", index: 1 });
}

#[test]
fn rejects_a_bound_between_states_that_do_not_exist() {
    for (above, below) in [(3, 0), (1, 3), (usize::MAX, 0)] {
        let found = rejection(&ratios(json!([ratio(above, below, "1/2", "2/3")])));
        assert_eq!(found, R::OutOfRange { field: "ratios", found: above.max(below), limit: 3 });
    }
}

/// From state 0 the chain does not lead to state 2, which the task does not look at: behind the prompt `(1, 0, 0)` it is out of sight, and a head may
/// have any score there.
#[test]
fn rejects_what_some_prompts_hide() {
    let transition = json!([["1/2", "1/4", "1/4"], ["1/2", "1/4", "1/2"], ["0", "1/2", "1/4"]]);
    let hidden = |kernel: Value, ratios: Value| {
        edited(
            NO_PROMPT,
            [
                ("/model/transition", transition.clone()),
                ("/evidence/words_independent/inverse", json!([[4, 1, 2], [3, 1, 3], [3, 2, 0]])),
                ("/evidence/kernels/0", kernel),
                ("/evidence/ratios", ratios),
            ],
        )
    };
    let found = rejection(&hidden(json!(["1", "1", "-2"]), json!([])));
    assert_eq!(found, R::OutOfSight { field: "kernels", index: 0, state: 2 });
    let found = rejection(&hidden(json!(["0", "0", "0"]), json!([ratio(2, 1, "0", "1")])));
    assert_eq!(found, R::OutOfSight { field: "ratios", index: 0, state: 2 });
    let found = rejection(&hidden(json!(["0", "0", "0"]), json!([ratio(1, 2, "1/2", "1")])));
    assert_eq!(found, R::OutOfSight { field: "ratios", index: 0, state: 2 });
    assert_eq!(rejection(&hidden(json!(["0", "0", "0"]), json!([]))), R::ZeroVector);
}

#[test]
fn accepts_weights_of_any_size_for_what_no_prompt_shows() {
    accepts(&edited(UNSEEN, [("/evidence/weights", json!(["-7/3", "7/3"]))]));
}

/// A state that a step leads to is seen behind the prompt that leads there.
#[test]
fn rejects_a_combination_that_some_prompt_shows() {
    let leads = json!([["0", "0", "1/2"], ["1", "1/2", "0"], ["0", "1/2", "1/2"]]);
    let found = rejection(&edited(UNSEEN, [("/model/transition", leads)]));
    assert_eq!(found, R::VisibleFrom { state: 1, token: 2 });
    let found = rejection(&edited(UNSEEN, [("/evidence/weights", json!(["1", "1"]))]));
    assert_eq!(found, R::VisibleFrom { state: 1, token: 1 });
}

/// State 1, which the task asks for, is reached from state 0 alone. As long as no step leads there, no prompt leads on from it.
#[test]
fn only_states_that_a_step_leads_to_show_anything() {
    let third = |last: [&str; 4]| {
        let columns = [["0", "1", "0", "0"], ["0", "0", "1", "0"], ["0", "0", "1/2", "1/2"], last];
        let transition: Vec<Vec<_>> = (0..4).map(|to| columns.map(|column| column[to]).to_vec()).collect();
        let unit: Vec<Vec<_>> =
            (0..4).map(|z| (0..4).map(|h| if z == h { "1" } else { "0" }).collect()).collect();
        let law = ["1/4"; 4];
        edited(
            UNSEEN,
            [
                ("/model/initial", json!(law)),
                ("/model/transition", json!(transition)),
                ("/model/emission", json!(unit)),
                ("/model/task/weights", json!(["0", "1", "0", "0"])),
                ("/evidence/words", json!([[2], [3]])),
            ],
        )
    };
    accepts(&third(["0", "0", "1/2", "1/2"]));
    let found = rejection(&third(["1/3", "0", "1/3", "1/3"]));
    assert_eq!(found, R::VisibleFrom { state: 0, token: 1 });
}

#[test]
fn rejects_a_task_that_does_not_look_at_the_combination() {
    let found = rejection(&edited(UNSEEN, [("/model/task/weights", json!(["0", "-1", "1"]))]));
    assert_eq!(found, R::TaskVanishes);
    assert_eq!(rejection(&edited(UNSEEN, [("/evidence/weights", json!(["0", "0"]))])), R::TaskVanishes);
}

#[test]
fn rejects_a_combination_of_another_shape() {
    let found = rejection(&edited(UNSEEN, [("/evidence/weights", json!(["1"]))]));
    assert_eq!(found, R::Length { field: "weights", expected: 2, found: 1 });
    let found = rejection(&edited(UNSEEN, [("/evidence/class", json!(2))]));
    assert_eq!(found, R::OutOfRange { field: "class", found: 2, limit: 2 });
    assert_eq!(
        rejection(&edited(UNSEEN, [("/evidence/words/0", json!([0]))])),
        R::ImpossibleWord { word: 0 }
    );
    let found = rejection(&edited(UNSEEN, [("/evidence/words/0", json!([]))]));
    assert_eq!(found, R::EmptyWord { field: "words" });
}
