//! Rules `essential-states`, `no-essential-states` and `prompted-head`.
//!
//! The first and the last: from state 2 the chain goes to the states 0 and 1, whose columns of `W`, times 4, are (3, 1) and (1, 3); that of
//! state 2 is their mean. `π_1 = (3/8, 7/16, 3/16)` and `ρ = (3/32, 3/32, 0)`.
//!
//! The second: `W` has rank 4 of 5 rows, as (1, 1, 1, 1, −4) shows, and the states 0 and 1 emit alike. Wanted are the states 0 and 3. To state 0 lead
//! state 0 (to 0, 1: alike), state 2 (to 0, 2), state 1 (to 0, 2, 4: all that state 2 leads to) and state 3 (to 0, 2, 3, 4, 5: too many).
//! Behind state 2 the states 4 (to 1, 3: with 0 alike) and 3 (too many) lead to state 3.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection, without};

fn holds<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("essential-states", edits))
}

fn fails<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("no-essential-states", edits))
}

fn head<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("prompted-head", edits))
}

#[test]
fn accepts_essential_states() {
    accepts(&certificate("essential-states"));
}

/// The task weighs state 1 in class 1 and state 0 in class 2; together both are needed.
#[test]
fn accepts_essential_states_of_several_classes() {
    let classes = json!([["0", "0", "1"], ["0", "1", "1"], ["1", "0", "1"]]);
    accepts(&edited("essential-states", [("/model/task/weights", classes)]));
}

#[test]
fn accepts_no_state_for_the_zero_task() {
    let none = json!({"rows": [], "modulus": 7, "inverse": []});
    let edits = [
        ("/model/task/weights", json!(["0", "0", "0"])),
        ("/evidence/sources", json!([])),
        ("/evidence/independence", none),
    ];
    accepts(&edited("essential-states", edits.clone()));
    let equal = json!([["1", "2", "3"], ["1", "2", "3"]]);
    let edits = [("/model/task/weights", equal), edits[1].clone(), edits[2].clone()];
    accepts(&edited("essential-states", edits));
}

#[test]
fn rejects_essential_states_without_a_task() {
    for name in ["essential-states", "no-essential-states", "prompted-head"] {
        assert_eq!(rejection(&without(name, "/model", "task")), R::NoTask);
    }
}

#[test]
fn rejects_an_uncovered_state() {
    assert_eq!(holds([("/model/task/weights", json!(["1", "0", "1"]))]), R::NotCovered { state: 2 });
    assert_eq!(holds([("/evidence/sources", json!([]))]), R::NotCovered { state: 0 });
    let last = json!([["0", "1", "0"], ["0", "1", "1/2"]]);
    assert_eq!(holds([("/model/task/weights", last)]), R::NotCovered { state: 2 });
}

#[test]
fn rejects_sources_that_are_no_states() {
    let expected = R::OutOfRange { field: "sources", found: 3, limit: 3 };
    assert_eq!(holds([("/evidence/sources", json!([3]))]), expected);
    assert_eq!(holds([("/evidence/sources", json!([2, 2]))]), R::Repeated { field: "sources", index: 2 });
}

/// State 1 leads everywhere, and three columns of two entries are dependent.
#[test]
fn rejects_sources_that_lead_too_far() {
    let expected = R::Length { field: "independence", expected: 3, found: 2 };
    assert_eq!(holds([("/evidence/sources", json!([1]))]), expected);
}

#[test]
fn rejects_dependent_essential_columns() {
    let alike = json!([["3/4", "3/4", "1/2"], ["1/4", "1/4", "1/2"]]);
    let expected = R::NotInverse { field: "independence", row: 0, column: 1 };
    assert_eq!(holds([("/model/emission", alike)]), expected);
}

#[test]
fn rejects_a_wrong_inverse() {
    let expected = R::NotInverse { field: "independence", row: 0, column: 0 };
    assert_eq!(holds([("/evidence/independence/inverse/0/0", json!(4))]), expected);
}

#[test]
fn accepts_a_refutation() {
    accepts(&certificate("no-essential-states"));
}

/// A state that nothing leads to cannot be covered: a node without branches.
#[test]
fn accepts_a_state_that_nothing_leads_to() {
    let edits = [
        ("/model/transition", json!([["1/2", "1/2", "1/2"], ["1/2", "1/2", "1/2"], ["0", "0", "0"]])),
        ("/model/task/weights", json!(["0", "0", "1"])),
        ("/model/initial", json!(["1/4", "1/4", "1/2"])),
        ("/model/emission", json!([["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]])),
        ("/evidence", json!({"rule": "no-essential-states", "relations": [], "kernel": [], "branches": [2]})),
    ];
    accepts(&edited("no-essential-states", edits));
}

/// The first `H*` that comes to mind is the right one in this model: state 2 leads to both.
#[test]
fn rejects_a_refutation_of_what_holds() {
    let evidence = |branches: Value| json!({"rule": "no-essential-states", "relations": [], "kernel": [["1", "1", "-2"]], "branches": branches});
    let claim = json!({"statement": "assumption-3.5", "verdict": "refuted"});
    for (branches, expected) in [
        (json!([]), R::NotRefuted { position: 0 }),
        (json!([0]), R::NotRefuted { position: 1 }),
        (json!([1]), R::NotRefuted { position: 1 }),
        (json!([0, 1]), R::Branch { position: 1, state: 1 }),
        (json!([0, 2]), R::Branch { position: 1, state: 2 }),
    ] {
        let edits = [("/claim", claim.clone()), ("/evidence", evidence(branches))];
        assert_eq!(rejection(&edited("essential-states", edits)), expected);
    }
}

/// The states that have to be covered are counted from the start: those that emit alike rule everything out, and so do too many.
#[test]
fn accepts_a_refutation_without_branches() {
    let alike = [("/model/task/weights/1", json!("1")), ("/evidence/branches", json!([]))];
    accepts(&edited("no-essential-states", alike));
    let crowd = json!(["1", "0", "1", "1", "1", "1"]);
    let edits =
        [("/model/task/weights", crowd), ("/evidence/branches", json!([])), ("/evidence/kernel", json!([]))];
    accepts(&edited("no-essential-states", edits));
}

#[test]
fn rejects_a_missing_branch() {
    assert_eq!(fails([("/evidence/branches", json!([]))]), R::NotRefuted { position: 0 });
    assert_eq!(fails([("/evidence/branches", json!([0]))]), R::NotRefuted { position: 1 });
}

#[test]
fn rejects_a_branch_too_many() {
    let expected = R::Leftover { field: "branches", position: 2 };
    assert_eq!(fails([("/evidence/branches", json!([0, 3, 3]))]), expected);
}

#[test]
fn rejects_a_branch_that_is_no_state() {
    let expected = R::OutOfRange { field: "branches", found: 6, limit: 6 };
    assert_eq!(fails([("/evidence/branches", json!([6]))]), expected);
}

#[test]
fn rejects_a_branch_that_is_covered_or_need_not_be() {
    assert_eq!(fails([("/evidence/branches", json!([0, 0]))]), R::Branch { position: 1, state: 0 });
    assert_eq!(fails([("/evidence/branches", json!([1]))]), R::Branch { position: 0, state: 1 });
}

/// Nothing has to be covered, and so nothing can be branched on.
#[test]
fn rejects_a_refutation_for_the_zero_task() {
    let zero = json!(["0", "0", "0", "0", "0", "0"]);
    assert_eq!(fails([("/model/task/weights", zero.clone())]), R::Branch { position: 0, state: 0 });
    let edits = [("/model/task/weights", zero), ("/evidence/branches", json!([]))];
    assert_eq!(fails(edits), R::NotRefuted { position: 0 });
}

/// Without the relation five columns might be independent: those at 0, 2, 3, 4 and 5.
#[test]
fn rejects_a_crowd_without_a_relation() {
    assert_eq!(fails([("/evidence/relations", json!([]))]), R::NotRefuted { position: 2 });
}

/// Behind state 0 the search goes on with the next branch, state 3, and has none left behind that.
#[test]
fn rejects_alike_columns_without_a_kernel_vector() {
    assert_eq!(fails([("/evidence/kernel", json!([]))]), R::NotRefuted { position: 2 });
}

#[test]
fn rejects_a_relation_that_is_none() {
    let expected = R::NoRelation { index: 0, column: 0 };
    assert_eq!(fails([("/evidence/relations/0", json!(["1", "1", "1", "1", "-3"]))]), expected);
    let expected = R::Length { field: "relations", expected: 5, found: 3 };
    assert_eq!(fails([("/evidence/relations/0", json!(["1", "1", "1"]))]), expected);
}

/// The same relation twice does not lower the rank twice, nor does zero.
#[test]
fn rejects_relations_that_are_not_seen_to_be_independent() {
    let twice = json!([["1", "1", "1", "1", "-4"], ["2", "2", "2", "2", "-8"]]);
    assert_eq!(fails([("/evidence/relations", twice)]), R::NoOwnToken { index: 0 });
    assert_eq!(
        fails([("/evidence/relations/0", json!(["0", "0", "0", "0", "0"]))]),
        R::NoOwnToken { index: 0 }
    );
}

#[test]
fn rejects_a_kernel_vector_that_is_none() {
    assert_eq!(fails([("/evidence/kernel/0", json!(["0", "0", "0", "0", "0", "0"]))]), R::ZeroVector);
    assert_eq!(fails([("/evidence/kernel/0/1", json!("1"))]), R::NotInKernel { row: 0 });
    let expected = R::Length { field: "kernel", expected: 6, found: 4 };
    assert_eq!(fails([("/evidence/kernel/0", json!(["1", "-1", "0", "0"]))]), expected);
}

/// State 1 would have to be looked at if state 2 had not been before: with a step less from state 2 it is not.
#[test]
fn rejects_where_no_earlier_branch_has_all_successors() {
    let column = [
        ("/model/transition/0/1", json!("1/2")),
        ("/model/transition/2/1", json!("0")),
        ("/model/transition/4/1", json!("1/2")),
    ];
    assert_eq!(fails(column), R::NotRefuted { position: 2 });
}

/// With so many states and kernel vectors each branch takes 2³⁰ steps.
#[test]
fn rejects_a_search_that_takes_too_long() {
    let n = 200;
    let (ones, one) = (vec!["1"; n], |index: usize| -> Vec<_> {
        (0..n).map(|i| if i == index { "1" } else { "0" }).collect()
    });
    let alike: Vec<&str> = one(0).iter().zip(one(1)).map(|(x, y)| if y == "1" { "-1" } else { *x }).collect();
    let model = json!({"kind": "hmm", "initial": one(0), "emission": [ones], "task": {"weights": one(0)},
                       "transition": (0..n).map(one).collect::<Vec<_>>()});
    let evidence = json!({"rule": "no-essential-states", "relations": [], "kernel": vec![alike; 800],
                          "branches": vec![0; 1 << 15]});
    let found = fails([("/model", model), ("/evidence", evidence)]);
    assert_eq!(found, R::TooLarge { field: "branches" });
}

#[test]
fn accepts_a_prompted_head() {
    accepts(&certificate("prompted-head"));
    accepts(&certificate("prompted-head-classes"));
}

#[test]
fn accepts_the_zero_prompt_of_the_zero_task() {
    let none = json!({"sources": [], "independence": {"rows": [], "modulus": 7, "inverse": []}});
    let edits = [
        ("/model/task/weights", json!(["0", "0", "0"])),
        ("/evidence/essential", none),
        ("/evidence/head", json!([["1", "7"]])), // any
    ];
    accepts(&edited("prompted-head", edits));
}

#[test]
fn rejects_another_head() {
    let found = head([("/evidence/head/0/0", json!("5"))]);
    assert_eq!(found, R::Identity { class: 1, state: 0 });
    let second = json!([["1", "1"], ["-13/3", "19/3"], ["5", "-4/3"]]);
    let found = rejection(&edited("prompted-head-classes", [("/evidence/head", second)]));
    assert_eq!(found, R::Identity { class: 2, state: 0 });
}

/// Behind another prompt the same head is another head.
#[test]
fn rejects_the_head_of_another_prompt() {
    let edits = [
        ("/evidence/essential/sources", json!([0])),
        ("/model/task/weights", json!(["0", "1", "0"])),
        ("/model/transition", json!([["0", "1/2", "1/2"], ["1", "1/4", "1/2"], ["0", "1/4", "0"]])),
    ];
    let expected = R::Length { field: "independence", expected: 1, found: 2 };
    assert_eq!(head(edits), expected);
}

#[test]
fn rejects_a_head_of_the_wrong_shape() {
    let expected = R::Length { field: "head", expected: 1, found: 2 };
    assert_eq!(head([("/evidence/head", json!([["0", "0"], ["16/3", "-16/3"]]))]), expected);
    let expected = R::Length { field: "head", expected: 2, found: 3 };
    assert_eq!(head([("/evidence/head/0", json!(["16/3", "-16/3", "0"]))]), expected);
}

#[test]
fn rejects_a_prompted_head_without_essential_states() {
    assert_eq!(head([("/model/task/weights", json!(["1", "-1", "1"]))]), R::NotCovered { state: 2 });
    assert_eq!(head([("/evidence/essential/sources", json!([]))]), R::NotCovered { state: 0 });
}

#[test]
fn rejects_a_prompted_head_on_a_chain_that_is_not_ergodic() {
    assert_eq!(head([("/model/initial", json!(["1/2", "1/2", "0"]))]), R::Unsupported { state: 2 });
    let expected = R::TreeMisses { field: "forward", state: 1 };
    assert_eq!(head([("/evidence/ergodic/trees/forward", json!([[0, 2]]))]), expected);
    assert_eq!(head([("/evidence/ergodic/walks", json!([[0, 1]]))]), R::CommonDivisor(2));
}
