//! The rules about Assumption 3.2.
//!
//! The chain of `irreducible`, `aperiodic` and `ergodic` is 0 → 1 → 2 → {0, 1}, that of `periodic` the
//! ring 0 → 1 → 2 → 0, and that of `reducible` and `missing-support` 1 → {0, 1}, 0 → 0.

use recoverable_checker::Rejection as R;
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection};

fn one_state(name: &str) -> [(&'static str, Value); 4] {
    let trees = json!({"forward": [], "backward": []});
    let evidence = match name {
        "irreducible" => json!({"rule": name, "forward": [], "backward": []}),
        _ => json!({"rule": name, "trees": trees, "walks": [[0]]}),
    };
    [
        ("/model/initial", json!(["1"])),
        ("/model/transition", json!([["1"]])),
        ("/model/emission", json!([["1"]])),
        ("/evidence", evidence),
    ]
}

fn irreducible(field: &str, steps: Value) -> Value {
    edited("irreducible", [(&format!("/evidence/{field}"), steps)])
}

fn reducible(states: Value) -> Value {
    edited("reducible", [("/evidence/states", states)])
}

fn aperiodic(walks: Value) -> Value {
    edited("aperiodic", [("/evidence/walks", walks)])
}

fn periodic(period: usize, classes: Value) -> Value {
    edited("periodic", [("/evidence/period", json!(period)), ("/evidence/classes", classes)])
}

#[test]
fn accepts_search_trees() {
    accepts(&certificate("irreducible"));
}

#[test]
fn accepts_a_single_state() {
    for rule in ["irreducible", "aperiodic", "ergodic"] {
        accepts(&edited(rule, one_state(rule)));
    }
}

#[test]
fn rejects_a_step_that_the_chain_does_not_have() {
    for (field, steps) in [("forward", json!([[0, 1], [0, 2]])), ("backward", json!([[2, 0], [0, 2]]))] {
        let found = rejection(&irreducible(field, steps));
        assert_eq!(found, R::NoStep { field, from: 0, to: 2 });
    }
}

#[test]
fn rejects_steps_from_or_to_no_state() {
    for field in ["forward", "backward"] {
        for steps in [json!([[3, 0]]), json!([[0, 3]])] {
            let found = rejection(&irreducible(field, steps));
            assert_eq!(found, R::OutOfRange { field, found: 3, limit: 3 });
        }
        let found = rejection(&irreducible(field, json!([[usize::MAX, usize::MAX]])));
        assert_eq!(found, R::OutOfRange { field, found: usize::MAX, limit: 3 });
    }
}

#[test]
fn rejects_steps_in_the_wrong_order() {
    let found = rejection(&irreducible("forward", json!([[1, 2], [0, 1]])));
    assert_eq!(found, R::Unreached { field: "forward", state: 1 });
    let found = rejection(&irreducible("backward", json!([[1, 2], [2, 0]])));
    assert_eq!(found, R::Unreached { field: "backward", state: 2 });
}

#[test]
fn rejects_a_state_reached_twice() {
    let found = rejection(&irreducible("forward", json!([[0, 1], [1, 2], [2, 1]])));
    assert_eq!(found, R::Repeated { field: "forward", index: 1 });
}

#[test]
fn rejects_a_step_back_to_the_root() {
    let found = rejection(&irreducible("forward", json!([[0, 1], [1, 2], [2, 0]])));
    assert_eq!(found, R::Repeated { field: "forward", index: 0 });
    let found = rejection(&irreducible("backward", json!([[2, 0], [1, 2], [0, 1]])));
    assert_eq!(found, R::Repeated { field: "backward", index: 0 });
}

#[test]
fn rejects_a_tree_that_misses_a_state() {
    let found = rejection(&irreducible("forward", json!([[0, 1]])));
    assert_eq!(found, R::TreeMisses { field: "forward", state: 2 });
    let found = rejection(&irreducible("backward", json!([[2, 0]])));
    assert_eq!(found, R::TreeMisses { field: "backward", state: 1 });
}

#[test]
fn rejects_empty_trees() {
    for field in ["forward", "backward"] {
        assert_eq!(rejection(&irreducible(field, json!([]))), R::TreeMisses { field, state: 1 });
    }
}

#[test]
fn rejects_exchanged_trees() {
    let trees =
        [("/evidence/forward", json!([[2, 0], [1, 2]])), ("/evidence/backward", json!([[0, 1], [1, 2]]))];
    assert_eq!(rejection(&edited("irreducible", trees)), R::Unreached { field: "forward", state: 2 });
}

#[test]
fn rejects_trees_of_a_chain_with_a_trap() {
    let trapped = json!([["1", "0", "1/2"], ["0", "0", "1/2"], ["0", "1", "0"]]);
    let found = rejection(&edited("irreducible", [("/model/transition", trapped)]));
    assert_eq!(found, R::NoStep { field: "forward", from: 0, to: 1 });
}

#[test]
fn accepts_a_closed_set() {
    accepts(&certificate("reducible"));
}

#[test]
fn accepts_a_closed_set_against_the_whole_assumption() {
    accepts(&edited("reducible", [("/claim/statement", json!("assumption-3.2"))]));
}

#[test]
fn rejects_an_empty_set() {
    assert_eq!(rejection(&reducible(json!([]))), R::NoEvidence { field: "states" });
}

#[test]
fn rejects_the_set_of_all_states() {
    assert_eq!(rejection(&reducible(json!([1, 0]))), R::NotProper);
}

#[test]
fn rejects_a_set_that_the_chain_leaves() {
    assert_eq!(rejection(&reducible(json!([1]))), R::Leaves { from: 1, to: 0 });
}

#[test]
fn rejects_a_state_listed_twice() {
    assert_eq!(rejection(&reducible(json!([0, 0]))), R::Repeated { field: "states", index: 0 });
}

#[test]
fn rejects_a_set_with_no_such_state() {
    for state in [2, usize::MAX] {
        let found = rejection(&reducible(json!([0, state])));
        assert_eq!(found, R::OutOfRange { field: "states", found: state, limit: 2 });
    }
}

#[test]
fn accepts_walks_of_coprime_lengths() {
    accepts(&certificate("aperiodic"));
    accepts(&aperiodic(json!([[0, 1, 2], [2, 1], [1, 2, 1, 2]])));
}

#[test]
fn accepts_a_walk_of_length_one() {
    let looped = json!([["1/2", "0", "1/2"], ["1/2", "0", "1/2"], ["0", "1", "0"]]);
    let walks = json!([[1, 2], [0], [1, 2]]);
    accepts(&edited("aperiodic", [("/model/transition", looped), ("/evidence/walks", walks)]));
}

#[test]
fn rejects_no_walk() {
    assert_eq!(rejection(&aperiodic(json!([]))), R::CommonDivisor(0));
}

#[test]
fn rejects_an_empty_walk() {
    assert_eq!(rejection(&aperiodic(json!([[0, 1, 2], []]))), R::NoEvidence { field: "walks" });
}

#[test]
fn rejects_walks_with_a_common_divisor() {
    for (walks, divisor) in [
        (json!([[0, 1, 2]]), 3),
        (json!([[1, 2], [2, 1]]), 2),
        (json!([[0, 1, 2, 0, 1, 2], [1, 2]]), 2),
        (json!([[0, 1, 2], [0, 1, 2]]), 3),
    ] {
        assert_eq!(rejection(&aperiodic(walks)), R::CommonDivisor(divisor));
    }
}

#[test]
fn rejects_a_walk_along_a_missing_step() {
    let found = rejection(&aperiodic(json!([[0, 2, 1], [1, 2]])));
    assert_eq!(found, R::NoStep { field: "walks", from: 0, to: 2 });
}

#[test]
fn rejects_a_walk_that_does_not_close() {
    let found = rejection(&aperiodic(json!([[0, 1, 2], [0, 1]])));
    assert_eq!(found, R::NoStep { field: "walks", from: 1, to: 0 });
}

#[test]
fn rejects_a_walk_of_length_one_without_a_loop() {
    let found = rejection(&aperiodic(json!([[0]])));
    assert_eq!(found, R::NoStep { field: "walks", from: 0, to: 0 });
}

#[test]
fn rejects_a_walk_through_no_state() {
    for walk in [json!([3]), json!([0, 3]), json!([3, 0]), json!([0, 1, 3])] {
        let found = rejection(&aperiodic(json!([walk])));
        assert_eq!(found, R::OutOfRange { field: "walks", found: 3, limit: 3 });
    }
}

#[test]
fn rejects_coprime_walks_without_trees() {
    let found = rejection(&edited("aperiodic", [("/evidence/trees/backward", json!([]))]));
    assert_eq!(found, R::TreeMisses { field: "backward", state: 1 });
}

#[test]
fn accepts_the_classes_of_a_ring() {
    accepts(&certificate("periodic"));
    accepts(&edited("periodic", [("/claim/statement", json!("assumption-3.2"))]));
}

#[test]
fn accepts_classes_counted_from_another_state() {
    accepts(&periodic(3, json!([2, 0, 1])));
}

#[test]
fn rejects_a_period_below_two() {
    for period in [0, 1] {
        assert_eq!(rejection(&periodic(period, json!([0, 0, 0]))), R::Period(period));
    }
}

#[test]
fn rejects_a_period_that_the_chain_does_not_have() {
    assert_eq!(rejection(&periodic(2, json!([0, 1, 0]))), R::ClassStep { from: 2, to: 0 });
    assert_eq!(rejection(&periodic(6, json!([0, 1, 2]))), R::ClassStep { from: 2, to: 0 });
}

#[test]
fn rejects_the_largest_period_without_overflow() {
    let classes = json!([usize::MAX - 1, 0, 1]);
    assert_eq!(rejection(&periodic(usize::MAX, classes)), R::ClassStep { from: 2, to: 0 });
}

#[test]
fn rejects_a_class_that_is_not_below_the_period() {
    for class in [3, usize::MAX] {
        let found = rejection(&periodic(3, json!([0, 1, class])));
        assert_eq!(found, R::OutOfRange { field: "classes", found: class, limit: 3 });
    }
}

#[test]
fn rejects_too_few_or_too_many_classes() {
    for (classes, found) in [(json!([]), 0), (json!([0, 1]), 2), (json!([0, 1, 2, 0]), 4)] {
        let expected = R::Length { field: "classes", expected: 3, found };
        assert_eq!(rejection(&periodic(3, classes)), expected);
    }
}

#[test]
fn rejects_classes_against_one_more_step() {
    let chord = json!([["0", "0", "1/2"], ["1", "0", "1/2"], ["0", "1", "0"]]);
    let found = rejection(&edited("periodic", [("/model/transition", chord)]));
    assert_eq!(found, R::ClassStep { from: 2, to: 1 });
}

#[test]
fn accepts_a_positive_initial_law() {
    accepts(&certificate("full-support"));
}

#[test]
fn rejects_full_support_with_a_zero() {
    let found = rejection(&edited("full-support", [("/model/initial", json!(["1/2", "0", "1/2"]))]));
    assert_eq!(found, R::Unsupported { state: 1 });
}

#[test]
fn accepts_a_state_without_support() {
    accepts(&certificate("missing-support"));
    accepts(&edited("missing-support", [("/claim/statement", json!("assumption-3.2"))]));
}

#[test]
fn rejects_a_state_with_support() {
    let found = rejection(&edited("missing-support", [("/evidence/state", json!(1))]));
    assert_eq!(found, R::Supported { state: 1 });
}

#[test]
fn rejects_missing_support_at_no_state() {
    for state in [2, usize::MAX] {
        let found = rejection(&edited("missing-support", [("/evidence/state", json!(state))]));
        assert_eq!(found, R::OutOfRange { field: "state", found: state, limit: 2 });
    }
}

#[test]
fn accepts_the_whole_assumption() {
    accepts(&certificate("ergodic"));
}

#[test]
fn rejects_an_ergodic_chain_whose_initial_law_has_a_zero() {
    let found = rejection(&edited("ergodic", [("/model/initial", json!(["0", "1/2", "1/2"]))]));
    assert_eq!(found, R::Unsupported { state: 0 });
}

#[test]
fn rejects_a_periodic_chain_as_ergodic() {
    let ring = json!([["0", "0", "1"], ["1", "0", "0"], ["0", "1", "0"]]);
    let found = rejection(&edited("ergodic", [("/model/transition", ring)]));
    assert_eq!(found, R::NoStep { field: "walks", from: 2, to: 1 });
}

#[test]
fn rejects_a_reducible_chain_as_ergodic() {
    let found = rejection(&edited("ergodic", [("/evidence/trees/forward", json!([]))]));
    assert_eq!(found, R::TreeMisses { field: "forward", state: 1 });
}

fn radius<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited("ergodic-radius", edits))
}

#[test]
fn accepts_any_radius_up_to_the_least_entry() {
    accepts(&certificate("ergodic-radius"));
    accepts(&edited("ergodic-radius", [("/evidence/radius", json!("1/7"))]));
    let least = [("/model/initial", json!(["1/2", "1/4", "1/4"])), ("/evidence/radius", json!("1/4"))];
    accepts(&edited("ergodic-radius", least));
}

/// The loop of state 0 has probability 1/9.
#[test]
fn accepts_weak_steps_that_are_not_used() {
    let loops = json!([["1/9", "0", "1/2"], ["8/9", "0", "1/2"], ["0", "1", "0"]]);
    accepts(&edited("ergodic-radius", [("/model/transition", loops)]));
}

#[test]
fn rejects_a_radius_that_is_not_positive() {
    for found in ["0", "-1/6"] {
        assert_eq!(radius([("/evidence/radius", json!(found))]), R::Radius);
    }
}

#[test]
fn rejects_a_radius_above_an_initial_probability() {
    assert_eq!(radius([("/evidence/radius", json!("1/5"))]), R::WeakState { state: 2 });
}

#[test]
fn rejects_a_radius_above_a_step() {
    let uniform = ("/model/initial", json!(["1/3", "1/3", "1/3"]));
    let third = ("/evidence/radius", json!("1/3"));
    let backward = json!([["0", "0", "1/4"], ["1", "0", "3/4"], ["0", "1", "0"]]);
    let found = radius([uniform.clone(), third.clone(), ("/model/transition", backward)]);
    assert_eq!(found, R::WeakStep { from: 2, to: 0 });
    let forward = json!([["3/4", "0", "1/2"], ["1/4", "0", "1/2"], ["0", "1", "0"]]);
    let found = radius([uniform.clone(), third.clone(), ("/model/transition", forward)]);
    assert_eq!(found, R::WeakStep { from: 0, to: 1 });
    let walk = json!([["0", "0", "3/4"], ["1", "0", "1/4"], ["0", "1", "0"]]);
    let found = radius([uniform.clone(), third.clone(), ("/model/transition", walk.clone())]);
    assert_eq!(found, R::WeakStep { from: 2, to: 1 });
    let quarter = ("/evidence/radius", json!("1/4"));
    accepts(&edited("ergodic-radius", [uniform, quarter, ("/model/transition", walk)]));
}

/// From the last state of a walk back to its first, here a loop.
#[test]
fn rejects_a_radius_above_the_step_that_closes_a_walk() {
    let edits = [
        ("/model/initial", json!(["1/3", "1/3", "1/3"])),
        ("/model/transition", json!([["1/9", "0", "1/2"], ["8/9", "0", "1/2"], ["0", "1", "0"]])),
        ("/evidence/ergodic/walks", json!([[0]])),
    ];
    assert_eq!(radius(edits), R::WeakStep { from: 0, to: 0 });
}

#[test]
fn rejects_a_radius_of_a_chain_that_is_not_ergodic() {
    let walks = [("/evidence/ergodic/walks", json!([[0, 1, 2]]))];
    assert_eq!(radius(walks), R::CommonDivisor(3));
    let initial = [("/model/initial", json!(["1/2", "1/2", "0"]))];
    assert_eq!(radius(initial), R::Unsupported { state: 2 });
}

#[test]
fn accepts_a_radius_of_a_single_state() {
    let one = [
        ("/model/initial", json!(["1"])),
        ("/model/transition", json!([["1"]])),
        ("/model/emission", json!([["1"]])),
        ("/evidence/ergodic", json!({"trees": {"forward": [], "backward": []}, "walks": [[0]]})),
        ("/evidence/radius", json!("1")),
    ];
    accepts(&edited("ergodic-radius", one));
}
