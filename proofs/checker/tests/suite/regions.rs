//! Leaves of a tree of prefixes that are in a region.
//!
//! State 0 emits both tokens and may end in state 1, which stays and emits the token 1 alone. An input has the label 1 until its first 0, then the label 0:
//! after `1…1` a column is negative for ever, and its label is never settled.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, assert_malformed, certificate, edited, judge, rejection, without};

const NAME: &str = "labels-agree-regions";
const TREE: &str = "/evidence/tree";

fn spoilt(path: &str, value: Value) -> R {
    rejection(&edited(NAME, [(&format!("{TREE}{path}"), value)]))
}

#[test]
fn accepts_labels_that_depend_on_the_next_token_for_ever() {
    accepts(&certificate(NAME));
}

#[test]
fn accepts_them_in_rounded_arithmetic_and_at_the_root() {
    accepts(&edited(NAME, [(&format!("{TREE}/rounded"), json!(true))]));
    accepts(&edited(NAME, [(&format!("{TREE}/nodes"), json!([{"region": 0}]))]));
}

/// No bound without it: whatever is settled, the prefix `1…1` is in doubt.
#[test]
fn such_a_head_is_not_proved_by_settled_leaves() {
    let leaf = |label: usize| {
        let ratio = ["2", "0"][label];
        json!({"settled": {"task": label, "head": label, "ratios": [ratio, ratio]}})
    };
    let tree = json!({"nodes": ["split", leaf(0), "split", leaf(0), "split", leaf(0), leaf(1)]});
    assert_eq!(rejection(&edited(NAME, [(TREE, tree)])), R::InDoubt { node: 6 });
}

#[test]
fn accepts_a_region_in_a_bound() {
    let bracket = json!({"lower": "0", "upper": "0"});
    let agree = certificate(NAME);
    let evidence = json!({
        "rule": "disagreement",
        "construction": agree["evidence"]["construction"],
        "from_length": 1,
        "bracket": bracket,
        "shorter": [],
        "tree": agree["evidence"]["tree"],
    });
    let claim = json!({"statement": "head-disagreement", "verdict": "proved"});
    accepts(&edited(NAME, [("/claim", claim), ("/evidence", evidence)]));
}

#[test]
fn rejects_a_region_that_the_scores_are_not_in() {
    assert_eq!(spoilt("/nodes/1", json!({"region": 0})), R::OutsideRegion { node: 1, fact: 0 });
    assert_eq!(spoilt("/nodes/2", json!({"region": 1})), R::OutsideRegion { node: 2, fact: 0 });
}

/// The head says 0 where the task says 1.
#[test]
fn rejects_a_head_that_is_not_in_the_region_of_the_task() {
    let head = edited(NAME, [("/evidence/construction/head", json!([["-3", "-1"]]))]);
    assert_eq!(rejection(&head), R::OutsideRegion { node: 2, fact: 0 });
}

#[test]
fn rejects_a_region_that_does_not_exist() {
    let missing = R::OutOfRange { field: "region", found: 2, limit: 2 };
    assert_eq!(spoilt("/nodes/1", json!({"region": 2})), missing);
    assert_eq!(spoilt("/regions/0/next/0/region", json!(2)), missing);
    let none = without(NAME, TREE, "regions");
    assert_eq!(rejection(&none), R::OutOfRange { field: "region", found: 1, limit: 0 });
}

#[test]
fn rejects_a_label_that_does_not_exist() {
    assert_eq!(spoilt("/regions/1/label", json!(2)), R::RegionLabel { region: 1 });
}

#[test]
fn rejects_a_label_that_the_first_facts_do_not_win() {
    let lost = |region| R::RegionComparison { region, fact: 0 };
    assert_eq!(spoilt("/regions/0/label", json!(0)), lost(0));
    assert_eq!(spoilt("/regions/0/facts", json!([])), lost(0));
    assert_eq!(spoilt("/regions/0/facts/0", json!(["0", "0", "1", "2"])), lost(0));
    assert_eq!(spoilt("/regions/0/facts/0", json!(["1/4", "0", "1", "1"])), lost(0));
}

/// A label that does not win ties has to win by something wherever there is mass.
#[test]
fn rejects_a_strict_comparison_that_may_tie() {
    let tie = json!(["-1/4", "0", "-1", "-1"]);
    assert_eq!(spoilt("/regions/1/facts/0", tie), R::RegionComparison { region: 1, fact: 0 });
}

#[test]
fn rejects_lists_of_the_wrong_length() {
    let wrong = |field, expected, found| R::Length { field, expected, found };
    assert_eq!(spoilt("/regions/0/facts/1", json!(["0", "0", "-1"])), wrong("facts", 4, 3));
    assert_eq!(spoilt("/regions/0/next", json!([])), wrong("next", 2, 0));
    assert_eq!(spoilt("/regions/0/next/0/weights", json!([[]])), wrong("weights", 3, 1));
}

#[test]
fn rejects_facts_that_do_not_follow() {
    let step = |region, token, fact| R::RegionStep { region, token, fact };
    assert_eq!(spoilt("/regions/0/next/1/weights/0", json!([[0, "1"]])), step(0, 1, 0));
    assert_eq!(spoilt("/regions/0/next/1/weights/1", json!([[1, "1/2"]])), step(0, 1, 1));
    assert_eq!(spoilt("/regions/1/next/1/weights/2", json!([[2, "1"]])), step(1, 1, 2));
    // More of the masses than there is.
    assert_eq!(spoilt("/regions/0/facts/1", json!(["0", "0", "-1", "0"])), step(0, 0, 0));
}

#[test]
fn rejects_weights_that_are_negative_or_of_no_fact() {
    let weights = "/regions/0/next/1/weights/1";
    let negative = R::NegativeWeight { field: "weights", index: 1 };
    assert_eq!(spoilt(weights, json!([[1, "1/2"], [1, "-1/4"]])), negative);
    let missing = R::OutOfRange { field: "weights", found: 2, limit: 2 };
    assert_eq!(spoilt(weights, json!([[2, "1/4"]])), missing);
}

/// An index may stand twice: its weights add up.
#[test]
fn accepts_weights_in_parts() {
    accepts(&edited(
        NAME,
        [(&format!("{TREE}/regions/0/next/1/weights/1"), json!([[1, "1/8"], [1, "1/8"]]))],
    ));
}

#[test]
fn a_region_has_one_notation() {
    let tree = |path: &str, value| edited(NAME, [(&format!("{TREE}{path}"), value)]).to_string();
    for (path, value) in [
        ("/regions", json!([])),
        ("/nodes/1", json!({"region": "1"})),
        ("/nodes/1", json!({"region": -1})),
        ("/nodes/1", json!("region")),
        ("/regions/0/next/1/weights/1/0", json!({"0": "1/4"})),
        ("/regions/0/next/1/weights/1/0", json!([1, "1/4", "1"])),
        ("/regions/0/facts/0/0", json!(0)),
    ] {
        assert_malformed(&tree(path, value));
    }
    assert!(judge(&certificate(NAME)).is_ok());
}
