//! Models with memory, and their rules: `recoverable-states`, `stationary`, `not-stationary`, `attention-head`,
//! `prompted-attention-head`, `scope-member` and `empty-scope`.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, assert_malformed, certificate, edited, rejection, without};

fn spoilt(name: &str, pointer: &str, value: Value) -> R {
    rejection(&edited(name, [(pointer, value)]))
}

fn claim(statement: &str, verdict: &str) -> Value {
    json!({ "statement": statement, "verdict": verdict })
}

#[test]
fn accepts_a_joint_law_that_leaves_memories_out() {
    let joint = json!({ "joint": { "1": "2/3", "0": "1/3" } });
    accepts(&edited("scope-member", [("/model/memory_prior", joint)]));
}

#[test]
fn rejects_a_shape_that_does_not_fit() {
    let length = |field, expected, found| R::Length { field, expected, found };
    assert_eq!(spoilt("stationary", "/model/cells", json!(2)), length("initial", 4, 2));
    assert_eq!(spoilt("stationary", "/model/syntax", json!(u64::MAX)), length("initial", usize::MAX, 2));
    assert_eq!(spoilt("stationary", "/model/values", json!(3)), length("emission", 6, 4));
    assert_eq!(spoilt("stationary", "/model/values", json!(0)), R::NoValues);
    assert_eq!(spoilt("stationary", "/model/emission", json!([])), R::NoTokens);
    assert_eq!(spoilt("stationary", "/model/memory_prior/product", json!([])), length("product", 1, 0));
    let short = spoilt("stationary", "/model/memory_prior/product/0", json!(["1"]));
    assert_eq!(short, length("product", 2, 1));
    let joint = spoilt("stationary", "/model/memory_prior", json!({ "joint": { "0,1": "1" } }));
    assert_eq!(joint, length("joint", 1, 2));
}

#[test]
fn rejects_what_is_no_law() {
    let sum = spoilt("stationary", "/model/memory_prior/product/0/0", json!("1/2"));
    assert_eq!(sum, R::ColumnSum { field: "product", column: 0 });
    let negative = spoilt("stationary", "/model/memory_prior/product/0", json!(["-1/3", "4/3"]));
    assert_eq!(negative, R::Negative { field: "product", row: 0, column: 0 });
    let joint = spoilt("stationary", "/model/memory_prior", json!({ "joint": { "0": "1/2" } }));
    assert_eq!(joint, R::ColumnSum { field: "joint", column: 0 });
    let value = spoilt("stationary", "/model/memory_prior", json!({ "joint": { "2": "1" } }));
    assert_eq!(value, R::OutOfRange { field: "joint", found: 2, limit: 2 });
    let emission = spoilt("stationary", "/model/emission/0/2", json!("1/3"));
    assert_eq!(emission, R::ColumnSum { field: "emission", column: 2 });
}

#[test]
fn rejects_a_task_of_another_cell_or_length() {
    let cell = spoilt("scope-member", "/model/task/cell", json!(1));
    assert_eq!(cell, R::OutOfRange { field: "task.cell", found: 1, limit: 1 });
    let weights = spoilt("scope-member", "/model/task/weights", json!(["1", "0", "0"]));
    assert_eq!(weights, R::Length { field: "task.weights", expected: 2, found: 3 });
}

#[test]
fn a_memory_is_written_in_one_way() {
    for law in [
        json!({ "joint": { "00": "1/3", "1": "2/3" } }),
        json!({ "joint": { "+0": "1/3", "1": "2/3" } }),
        json!({ "joint": { "0 ": "1/3", "1": "2/3" } }),
        json!({ "joint": { "": "1/3", "1": "2/3" } }),
        json!({ "joint": [["0", "1"]] }),
        json!({ "product": [["1/3", "2/3"]], "joint": {} }),
        json!({ "uniform": [] }),
    ] {
        assert_malformed(&edited("stationary", [("/model/memory_prior", law)]).to_string());
    }
    let text = edited("stationary", [("/model/memory_prior", json!({ "joint": { "0": "1" } }))]).to_string();
    accepts(&serde_json::from_str(&text).unwrap());
    assert_malformed(&text.replace(r#"{"0":"1"}"#, r#"{"0":"1","0":"1"}"#));
}

#[test]
fn rejects_statements_about_models_without_memory() {
    for statement in ["assumption-3.1", "theorem-3.3", "matrix-rank"] {
        let found = spoilt("stationary", "/claim", claim(statement, "proved"));
        assert!(matches!(found, R::WrongKind(_)), "{statement}");
    }
    let found = spoilt("ergodic", "/claim", claim("assumption-4.4", "proved"));
    assert!(matches!(found, R::WrongKind(_)));
}

#[test]
fn rejects_without_a_task() {
    for name in
        ["recoverable-states", "attention-head", "prompted-attention-head", "scope-member", "empty-scope"]
    {
        assert_eq!(rejection(&without(name, "/model", "task")), R::NoTask, "{name}");
    }
}

#[test]
fn rejects_functionals_that_are_wrong_in_one_place() {
    let pointer = "/evidence/recoverable/0/functionals/0/0";
    assert!(matches!(
        spoilt("recoverable-states", pointer, json!("5")),
        R::NotInverse { field: "functionals", row: 0, .. }
    ));
    let swapped = certificate("recoverable-states");
    let rows = swapped.pointer("/evidence/recoverable/0/functionals").unwrap().as_array().unwrap();
    let rows = json!([rows[1], rows[0]]);
    let found = spoilt("recoverable-states", "/evidence/recoverable/0/functionals", rows.clone());
    assert_eq!(found, R::NotInverse { field: "functionals", row: 0, column: 0 });
    let found = spoilt("recoverable-states", "/evidence/recoverable/0/functionals", json!([rows[0]]));
    assert_eq!(found, R::Length { field: "functionals", expected: 2, found: 1 });
}

#[test]
fn rejects_a_syntax_state_left_out_or_twice() {
    let found = spoilt("recoverable-states", "/evidence/excluded", json!([]));
    assert_eq!(found, R::Length { field: "states", expected: 2, found: 1 });
    let found = spoilt("recoverable-states", "/evidence/excluded/0/state", json!(0));
    assert_eq!(found, R::Repeated { field: "states", index: 0 });
    let found = spoilt("recoverable-states", "/evidence/excluded/0/state", json!(2));
    assert_eq!(found, R::OutOfRange { field: "states", found: 2, limit: 2 });
}

#[test]
fn rejects_the_other_verdict() {
    let found = spoilt("recoverable-states", "/claim/verdict", json!("refuted"));
    assert_eq!(found, R::Recoverable { found: 1 });
    let found = spoilt("no-recoverable-states", "/claim/verdict", json!("proved"));
    assert_eq!(found, R::Recoverable { found: 0 });
}

#[test]
fn rejects_a_kernel_vector_that_shows_nothing() {
    let kernel = "/evidence/excluded/0/kernel";
    let found = spoilt("recoverable-states", kernel, json!(["0", "0", "0", "0"]));
    assert_eq!(found, R::ZeroVector);
    assert!(matches!(
        spoilt("recoverable-states", kernel, json!(["0", "1", "0", "1"])),
        R::NotInKernel { .. }
    ));
    let other = json!([{ "state": 0, "kernel": ["0", "1", "0", "-1"] }, { "state": 1, "kernel": ["0", "1", "0", "-1"] }]);
    let found = rejection(&edited("no-recoverable-states", [("/evidence/excluded", other)]));
    assert_eq!(found, R::ZeroVector);
}

/// Behind the prompt value 2 does not count: a dependence with its columns shows nothing.
#[test]
fn rejects_a_kernel_vector_with_columns_that_do_not_count() {
    let found = spoilt(
        "recoverable-states-prompt",
        "/evidence/excluded/0/kernel",
        json!(["0", "1", "0", "0", "0", "-1"]),
    );
    assert_eq!(found, R::Support { field: "kernel", index: 1, column: 5 });
}

/// The functionals behind the prompt do not serve without it.
#[test]
fn rejects_functionals_of_the_prompt_without_it() {
    let found = spoilt("recoverable-states-prompt", "/claim/statement", json!("assumption-4.2"));
    assert_eq!(found, R::Length { field: "functionals", expected: 3, found: 2 });
}

#[test]
fn rejects_the_wrong_answer_about_the_first_step() {
    let found = spoilt("stationary", "/model/initial", json!(["1/2", "1/2"]));
    assert_eq!(found, R::Moves { state: 0 });
    let found = spoilt("not-stationary", "/model/initial", json!(["3/7", "4/7"]));
    assert_eq!(found, R::Rests { state: 0 });
    let found = spoilt("not-stationary", "/evidence/state", json!(2));
    assert_eq!(found, R::OutOfRange { field: "state", found: 2, limit: 2 });
}

#[test]
fn rejects_an_attention_head_that_attends_elsewhere() {
    let found = spoilt("attention-head", "/evidence/head/keys/0/0", json!("8"));
    assert!(matches!(found, R::NotInverse { field: "keys", .. }));
    let found = spoilt("attention-head", "/evidence/head/query/0", json!("2"));
    assert_eq!(found, R::NotInverse { field: "keys", row: 0, column: 0 });
    let found = rejection(&edited("attention-head", [("/evidence/head/position/first/0", json!("1"))]));
    assert_eq!(found, R::Offset);
    let found = rejection(&edited("attention-head", [("/evidence/head/position/other/0", json!("1"))]));
    assert_eq!(found, R::Offset);
    accepts(&edited(
        "attention-head",
        [("/evidence/head/position/first/0", json!("1")), ("/evidence/head/position/other/0", json!("1"))],
    ));
}

#[test]
fn rejects_an_attention_head_that_reads_something_else() {
    let found = spoilt("attention-head", "/evidence/head/values/0/0", json!("7"));
    assert!(matches!(found, R::NotInverse { field: "values", row: 0, .. }));
    let found = spoilt("attention-head", "/evidence/head/values/1/2", json!("1"));
    assert_eq!(found, R::Unread { row: 1 });
    let found = spoilt("attention-head", "/evidence/head/b/0/0", json!("3"));
    assert_eq!(found, R::Weight { class: 1, column: 0 });
    let found = spoilt("attention-head", "/evidence/head/b/0/1", json!("1"));
    assert_eq!(found, R::Weight { class: 1, column: 1 });
    let found = spoilt("attention-head-classes", "/evidence/head/b/2/2", json!("3"));
    assert_eq!(found, R::Weight { class: 2, column: 2 });
    // The same in all classes changes no label, but no head that a theorem constructs has it.
    accepts(&edited(
        "attention-head-classes",
        [0, 1, 2].map(|class| {
            let pointer = ["/evidence/head/b/0/1", "/evidence/head/b/1/1", "/evidence/head/b/2/1"][class];
            (pointer, json!("1"))
        }),
    ));
}

#[test]
fn rejects_an_attention_head_of_the_wrong_shape() {
    let length = |field, expected, found| R::Length { field, expected, found };
    let spoilt = |pointer, value| spoilt("attention-head", pointer, value);
    assert_eq!(spoilt("/evidence/head/keys/1", json!(["0"])), length("keys", 3, 1));
    assert_eq!(spoilt("/evidence/head/query", json!(["1"])), length("query", 2, 1));
    assert_eq!(spoilt("/evidence/head/position/first", json!([])), length("position.first", 2, 0));
    assert_eq!(spoilt("/evidence/head/position/other", json!(["0"])), length("position.other", 2, 1));
    assert_eq!(spoilt("/evidence/head/values", json!([])), length("values", 4, 0));
    assert_eq!(spoilt("/evidence/head/values/3", json!(["0"])), length("values", 3, 1));
    assert_eq!(spoilt("/evidence/head/b", json!([])), length("b", 1, 0));
    assert_eq!(spoilt("/evidence/head/b/0", json!(["2"])), length("b", 4, 1));
}

#[test]
fn rejects_other_states_than_those_of_the_head() {
    let found = spoilt("attention-head", "/evidence/states", json!([]));
    assert_eq!(found, R::NoEvidence { field: "states" });
    let found = spoilt("attention-head", "/evidence/states", json!([1]));
    assert_eq!(found, R::NotInverse { field: "keys", row: 0, column: 0 });
    let found = spoilt("attention-head", "/evidence/states", json!([0, 0]));
    assert_eq!(found, R::Repeated { field: "states", index: 0 });
}

#[test]
fn rejects_an_attention_head_without_its_hypotheses() {
    let found = spoilt("attention-head", "/evidence/ergodic/walks", json!([]));
    assert_eq!(found, R::CommonDivisor(0));
    let found = spoilt("attention-head", "/model/initial", json!(["1", "0"]));
    assert_eq!(found, R::Unsupported { state: 1 });
    let found = spoilt("prompted-attention-head", "/model/initial", json!(["1/2", "1/2"]));
    assert_eq!(found, R::Moves { state: 0 });
}

/// The largest entry of `φ = (9, 5, −7)` is 9: an offset of −9 lets the prompt's position draw level.
#[test]
fn rejects_a_prompt_that_can_be_attended() {
    let first = "/evidence/head/position/first/2";
    assert_eq!(spoilt("prompted-attention-head", first, json!("-9")), R::Offset);
    accepts(&edited("prompted-attention-head", [(first, json!("-91/10"))]));
    assert_eq!(spoilt("prompted-attention-head", "/evidence/head/position/other/2", json!("-2")), R::Offset);
    assert_eq!(spoilt("prompted-attention-head", "/evidence/head/query/2", json!("0")), R::Offset);
}

/// The columns of value 2 do not count behind the prompt, and do without it.
#[test]
fn rejects_a_prompted_head_without_its_prompt() {
    let edits = [
        ("/claim/statement", json!("theorem-4.3")),
        ("/evidence/rule", json!("attention-head")),
        ("/evidence/head/position/first/2", json!("0")),
    ];
    let found = rejection(&edited("prompted-attention-head", edits));
    assert!(matches!(found, R::NotInverse { field: "keys", .. }));
}

#[test]
fn rejects_an_input_that_is_no_member() {
    let found = spoilt("scope-member", "/evidence/position", json!(1));
    assert_eq!(found, R::Survivor);
    let found = spoilt("scope-member", "/evidence/tokens", json!([2, 2, 2]));
    assert_eq!(found, R::Survivor);
    let found = spoilt("scope-member", "/evidence/states", json!([]));
    assert_eq!(found, R::Survivor);
    for position in [0, 4, u64::MAX] {
        let found = spoilt("scope-member", "/evidence/position", json!(position));
        assert!(matches!(found, R::OutOfRange { field: "position", .. }), "{position}");
    }
    let found = spoilt("scope-member", "/evidence/tokens", json!([]));
    assert_eq!(found, R::EmptyWord { field: "tokens" });
    let found = spoilt("scope-member", "/evidence/tokens", json!([0, 3, 1]));
    assert_eq!(found, R::OutOfRange { field: "tokens", found: 3, limit: 3 });
    let found = spoilt("scope-member", "/evidence/tokens", crate::support::long_word());
    assert!(matches!(found, R::LongWord { field: "tokens", .. }));
}

#[test]
fn rejects_an_impossible_member() {
    let edits = [
        ("/model/emission", json!([["1", "1", "1", "1"], ["0", "0", "0", "0"], ["0", "0", "0", "0"]])),
        ("/evidence/tokens", json!([0, 1, 1])),
    ];
    assert_eq!(rejection(&edited("scope-member", edits)), R::ImpossibleInput);
}

#[test]
fn rejects_the_position_of_the_prompt() {
    let found = spoilt("scope-member-prompt", "/evidence/position", json!(1));
    assert!(matches!(found, R::OutOfRange { field: "position", .. }));
    let found = spoilt("scope-member-prompt", "/claim/statement", json!("scope-4.3"));
    assert_eq!(found, R::Survivor);
}

#[test]
fn rejects_an_automaton_that_starts_elsewhere() {
    let found = spoilt("empty-scope", "/evidence/automaton/0/possible", json!(1));
    assert_eq!(found, R::Start);
    let found = spoilt("empty-scope-prompt", "/evidence/automaton/0/source", json!(1));
    assert_eq!(found, R::Start);
    let found = spoilt("empty-scope", "/evidence/automaton", json!([]));
    assert_eq!(found, R::NoEvidence { field: "automaton" });
}

#[test]
fn rejects_an_automaton_that_is_not_closed() {
    let found = spoilt("empty-scope", "/evidence/automaton/1/next/2", json!(null));
    assert_eq!(found, R::Transition { state: 1, token: 2 });
    let found = spoilt("empty-scope", "/evidence/automaton/1/next/2", json!(0));
    assert_eq!(found, R::Transition { state: 1, token: 2 });
    let found = spoilt("empty-scope", "/evidence/automaton/0/next/0", json!(2));
    assert_eq!(found, R::Transition { state: 0, token: 0 });
    let found = spoilt("empty-scope", "/evidence/automaton/0/next", json!([1, 2]));
    assert_eq!(found, R::Length { field: "next", expected: 3, found: 2 });
    let found = spoilt("empty-scope", "/evidence/automaton/0/next/0", json!(4));
    assert_eq!(found, R::OutOfRange { field: "next", found: 4, limit: 4 });
}

/// Everything that remains possible is more than what survives outside of `H*`.
#[test]
fn rejects_survivors_that_are_too_large() {
    let found = spoilt("empty-scope", "/evidence/automaton/1/survivors", json!([]));
    assert!(matches!(found, R::Transition { token: 0, .. }));
    let found = spoilt("empty-scope", "/evidence/automaton/1/survivors/0", json!(0));
    assert!(matches!(found, R::Transition { .. }));
}

#[test]
fn rejects_an_empty_survivor_set() {
    let edits = [("/evidence/sets/2", json!([]))];
    assert_eq!(rejection(&edited("empty-scope", edits)), R::EmptySurvivor);
}

#[test]
fn rejects_names_that_are_none() {
    let found = spoilt("empty-scope", "/evidence/automaton/0/possible", json!(4));
    assert_eq!(found, R::OutOfRange { field: "sets", found: 4, limit: 4 });
    let found = spoilt("empty-scope", "/evidence/automaton/1/survivors/0", json!(9));
    assert_eq!(found, R::OutOfRange { field: "sets", found: 9, limit: 4 });
    let found = spoilt("empty-scope", "/evidence/sets/0", json!([0, 1, 2, 4]));
    assert_eq!(found, R::OutOfRange { field: "sets", found: 4, limit: 4 });
    let found = spoilt("empty-scope", "/evidence/sets/0", json!([0, 1, 2, 2]));
    assert_eq!(found, R::Repeated { field: "sets", index: 2 });
}

#[test]
fn a_source_belongs_to_a_prompt() {
    let found = spoilt("empty-scope", "/evidence/automaton/0/source", json!(0));
    assert_eq!(found, R::Superfluous { field: "source" });
    let found = rejection(&without("empty-scope-prompt", "/evidence/automaton/0", "source"));
    assert_eq!(found, R::Missing { field: "source" });
}

#[test]
fn rejects_too_many_pairs() {
    let uniform = json!(vec![vec!["1/100"; 100]; 3]);
    let emission = json!(vec![vec!["1"; 300]]);
    let edits = [
        ("/model/values", json!(100)),
        ("/model/cells", json!(3)),
        ("/model/syntax", json!(1)),
        ("/model/initial", json!(["1", "0", "0"])),
        ("/model/transition", json!([["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]])),
        ("/model/emission", emission),
        ("/model/memory_prior", json!({ "product": uniform })),
        ("/model/task", json!({ "cell": 0, "weights": vec!["1"; 100] })),
        ("/evidence/tokens", json!([0])),
        ("/evidence/position", json!(1)),
    ];
    assert_eq!(rejection(&edited("scope-member", edits)), R::TooLarge { field: "memory_prior" });
}
