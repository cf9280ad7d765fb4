//! Rules `labels-agree` and `disagreement`: the tree of prefixes, and what its nodes leave in doubt.
//!
//! In `labels-agree` the first token and the fact that a second one follows settle both labels; the scores (1, -1) and (41, -37)
//! are not proportional.

use num_rational::BigRational;
use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, rejection, without};

const AGREE: &str = "labels-agree";
const PROMPT: &str = "labels-agree-prompt";
const CLASSES: &str = "disagreement-classes";
const BY_STATE: &str = "disagreement-by-state";
const NAME: &str = "disagreement";

fn spoilt<const N: usize>(name: &str, edits: [(&str, Value); N]) -> R {
    rejection(&edited(name, edits))
}

fn nodes(name: &str, nodes: Value) -> R {
    spoilt(name, [("/evidence/tree/nodes", nodes)])
}

fn settled(task: usize, head: usize, ratios: [&str; 2]) -> Value {
    json!({"settled": {"task": task, "head": head, "ratios": ratios}})
}

/// `labels-agree` as a bound on the disagreement.
fn bounds(nodes: Value, shorter: &[[&str; 2]], [lower, upper]: [&str; 2]) -> Value {
    let agree = certificate(AGREE);
    let shorter = shorter.iter().map(|[lower, upper]| json!({"lower": lower, "upper": upper}));
    let shorter: Vec<_> = shorter.collect();
    let evidence = json!({
        "rule": "disagreement",
        "construction": agree["evidence"]["construction"],
        "from_length": shorter.len() + 1,
        "bracket": {"lower": lower, "upper": upper},
        "shorter": shorter,
        "tree": {"nodes": nodes},
    });
    let claim = json!({"statement": "head-disagreement", "verdict": "proved"});
    edited(AGREE, [("/claim", claim), ("/evidence", evidence)])
}

#[test]
fn accepts_labels_that_agree() {
    accepts(&certificate(AGREE));
}

#[test]
fn accepts_classes_behind_a_prompt_in_rounded_arithmetic() {
    accepts(&certificate(PROMPT));
}

#[test]
fn accepts_each_tree_in_either_arithmetic() {
    accepts(&without(PROMPT, "/evidence/tree", "rounded"));
    accepts(&without(NAME, "/evidence/tree", "rounded"));
    accepts(&edited(AGREE, [("/evidence/tree/rounded", json!(true))]));
    let wide = json!({"lower": "1/5", "upper": "97/100"});
    let shorter = json!([{"lower": "49/100", "upper": "51/100"}]);
    let edits = [("/evidence/tree/rounded", json!(true)), ("/evidence/bracket", wide)];
    let mut classes = edited(CLASSES, edits);
    assert_eq!(rejection(&classes), R::Bracket { length: 1 });
    classes["evidence"]["shorter"] = shorter;
    accepts(&classes);
}

#[test]
fn accepts_exact_leaves_in_exact_arithmetic() {
    accepts(&edited(
        AGREE,
        [("/evidence/tree/nodes/2", json!({"exact": {"task": 1, "head": 1, "ratios": ["0", "0"]}}))],
    ));
}

#[test]
fn accepts_a_proportional_head_at_the_root() {
    for tree in [json!({"nodes": ["proportional"]}), json!({"rounded": true, "nodes": ["proportional"]})] {
        let head = [("/evidence/construction/head", json!([["7", "-7"]])), ("/evidence/tree", tree)];
        accepts(&edited(AGREE, head));
    }
}

/// All entries are zero: both labels are 1 on every input.
#[test]
fn accepts_scores_that_vanish() {
    let zero = [
        ("/model/task/weights", json!(["0", "0"])),
        ("/evidence/construction/head", json!([["0", "0"]])),
        ("/evidence/tree/nodes", json!(["proportional"])),
    ];
    accepts(&edited(AGREE, zero.clone()));
    let [task, head, _] = zero;
    accepts(&edited(AGREE, [task, head, ("/evidence/tree/nodes", json!([settled(1, 1, ["0", "0"])]))]));
}

#[test]
fn accepts_bounds_for_every_length() {
    accepts(&certificate(NAME));
    accepts(&certificate(CLASSES));
}

#[test]
fn accepts_bounds_that_are_not_tight() {
    accepts(&edited(NAME, [("/evidence/bracket", json!({"lower": "0", "upper": "1"}))]));
    accepts(&edited(NAME, [("/evidence/shorter/0", json!({"lower": "1/3", "upper": "5"}))]));
}

/// Thirds are rounded up to more than 1 together, which no probability is.
#[test]
fn accepts_an_upper_bound_of_1_where_rounding_exceeds_it() {
    let tree = |upper| {
        let mut tree = bounds(json!(["open"]), &[], ["0", upper]);
        tree["model"]["initial"] = json!(["1/3", "2/3"]);
        tree["evidence"]["tree"]["rounded"] = json!(true);
        tree
    };
    accepts(&tree("1"));
    assert_eq!(rejection(&tree("999999/1000000")), R::Bracket { length: 1 });
}

#[test]
fn accepts_a_root_that_is_open() {
    accepts(&bounds(json!(["open"]), &[], ["0", "1"]));
}

/// A nominal label that is wrong makes the bounds worse, not false.
#[test]
fn accepts_nominal_labels_that_differ() {
    let wrong = settled(1, 0, ["0", "2"]);
    let right = settled(1, 1, ["0", "0"]);
    let tree = json!(["split", "split", right, right, "split", wrong, wrong]);
    assert_eq!(rejection(&bounds(tree.clone(), &[["0", "0"]], ["1/3", "1/2"])), R::Bracket { length: 2 });
    accepts(&bounds(tree, &[["0", "0"]], ["0", "1/2"]));
}

#[test]
fn rejects_a_tree_without_a_task() {
    for name in [AGREE, NAME] {
        assert_eq!(rejection(&without(name, "/model", "task")), R::NoTask);
    }
}

#[test]
fn rejects_a_prompt_for_a_linear_head() {
    let found = spoilt(AGREE, [("/evidence/construction/prompt", json!([["1", "1"]]))]);
    assert_eq!(found, R::Prompted);
}

#[test]
fn rejects_a_head_or_a_prompt_that_is_none() {
    let found = spoilt(AGREE, [("/evidence/construction/head", json!([["20"]]))]);
    assert_eq!(found, R::Length { field: "head", expected: 2, found: 1 });
    let found = spoilt(PROMPT, [("/evidence/construction/prompt", json!([]))]);
    assert_eq!(found, R::NoEvidence { field: "prompt" });
}

#[test]
fn rejects_a_list_of_nodes_that_is_no_preorder() {
    assert_eq!(nodes(AGREE, json!([])), R::Preorder { node: 0 });
    assert_eq!(nodes(AGREE, json!(["split"])), R::Preorder { node: 1 });
    assert_eq!(nodes(AGREE, json!(["split", "open"])), R::Preorder { node: 2 });
    assert_eq!(nodes(AGREE, json!(["split", "split", "open", "open"])), R::Preorder { node: 4 });
    assert_eq!(nodes(AGREE, json!(["open", "open"])), R::Preorder { node: 1 });
    assert_eq!(nodes(AGREE, json!(["split", "open", "open", "open"])), R::Preorder { node: 3 });
    assert_eq!(nodes(AGREE, json!(["open", "split", "open", "open"])), R::Preorder { node: 1 });
}

#[test]
fn rejects_a_tree_that_is_too_deep() {
    let one = [
        ("/model/emission", json!([["1", "1"]])),
        ("/evidence/construction/head", json!([["1"]])),
        ("/model/task/weights", json!(["1", "1"])),
    ];
    let chain = |depth: usize| {
        let mut nodes = vec![json!("split"); depth];
        nodes.push(json!("proportional"));
        let mut certificate = edited(AGREE, one.clone());
        certificate["evidence"]["tree"] = json!({"nodes": nodes});
        certificate
    };
    accepts(&chain(MAX_WORD));
    let expected = R::LongWord { field: "nodes", found: MAX_WORD + 1, limit: MAX_WORD };
    assert_eq!(rejection(&chain(MAX_WORD + 1)), expected);
}

#[test]
fn rejects_a_tree_of_numbers_that_are_too_large() {
    let digits = "9".repeat(5_000);
    let one_less = format!("{}8", &digits[1..]);
    let long = json!([[format!("1/{digits}"), "1"], [format!("{one_less}/{digits}"), "0"]]);
    let head = json!([["1", "1"]]);
    let deep = |nodes: Vec<Value>| {
        let edits = [
            ("/model/emission", long.clone()),
            ("/evidence/construction/head", head.clone()),
            ("/evidence/tree/nodes", json!(nodes)),
        ];
        edited(AGREE, edits)
    };
    let chain = |depth: usize| {
        let mut nodes: Vec<_> = (0..depth).flat_map(|_| [json!("split"), json!("open")]).collect();
        nodes.push(json!("open"));
        nodes
    };
    assert_eq!(rejection(&deep(chain(2))), R::InDoubt { node: 1 });
    assert_eq!(rejection(&deep(chain(300))), R::TooLarge { field: "nodes" });
    let mut rounded = deep(chain(300));
    rounded["evidence"]["tree"]["rounded"] = json!(true);
    assert_eq!(rejection(&rounded), R::InDoubt { node: 1 });
}

#[test]
fn rejects_labels_that_do_not_exist() {
    for leaf in [settled(2, 1, ["0", "0"]), settled(1, 2, ["0", "0"]), settled(usize::MAX, 1, ["0", "0"])] {
        assert_eq!(spoilt(AGREE, [("/evidence/tree/nodes/2", leaf)]), R::NodeLabel { node: 2 });
    }
    assert_eq!(spoilt(PROMPT, [("/evidence/tree/nodes/5/settled/head", json!(3))]), R::NodeLabel { node: 5 });
}

#[test]
fn rejects_a_wrong_number_of_ratios() {
    for (ratios, found) in [(json!([]), 0), (json!(["0"]), 1), (json!(["0", "0", "0"]), 3)] {
        let spoilt = spoilt(AGREE, [("/evidence/tree/nodes/3/settled/ratios", ratios)]);
        assert_eq!(spoilt, R::Ratios { node: 3, expected: 2, found });
    }
    let found = spoilt(PROMPT, [("/evidence/tree/nodes/3/settled/ratios", json!(["0", "0"]))]);
    assert_eq!(found, R::Ratios { node: 3, expected: 4, found: 2 });
}

#[test]
fn rejects_a_doubt_that_remains() {
    assert_eq!(spoilt(AGREE, [("/evidence/tree/nodes/2", json!("open"))]), R::InDoubt { node: 2 });
    let wrong = settled(0, 0, ["1000", "1000"]);
    assert_eq!(spoilt(AGREE, [("/evidence/tree/nodes/2", wrong)]), R::InDoubt { node: 2 });
    assert_eq!(nodes(AGREE, json!([settled(1, 1, ["64", "64"])])), R::InDoubt { node: 0 });
}

#[test]
fn rejects_different_labels_where_they_have_to_agree() {
    for leaf in [settled(1, 0, ["0", "999"]), settled(0, 1, ["999", "0"])] {
        assert_eq!(spoilt(AGREE, [("/evidence/tree/nodes/2", leaf)]), R::InDoubt { node: 2 });
    }
}

/// At the prefix 0 alone the scores of the head (0, 5) have another sign.
#[test]
fn rejects_an_input_at_a_split_whose_labels_differ() {
    let found = spoilt(AGREE, [("/evidence/construction/head", json!([["-20", "19"]]))]);
    assert_eq!(found, R::InDoubt { node: 1 });
}

/// Each state emits its own token and is left for either; the head's scores cancel up to a part of 2^-200.
fn faint(rounded: bool, nodes: Value) -> Value {
    let tree = if rounded { json!({"rounded": true, "nodes": nodes}) } else { json!({"nodes": nodes}) };
    let power = num_bigint::BigInt::from(1) << 200_u32;
    let nearly = format!("-{}/{power}", &power + 1);
    let edits = [
        ("/model/transition", json!([["1/2", "1/2"], ["1/2", "1/2"]])),
        ("/model/emission", json!([["1", "0"], ["0", "1"]])),
        ("/model/task/weights", json!(["1", "-2"])),
        ("/evidence/construction/head", json!([["1", nearly]])),
        ("/evidence/tree", tree),
    ];
    edited(AGREE, edits)
}

fn faint_leaf(kind: &str) -> Value {
    let ratio = (num_bigint::BigInt::from(1) << 201_u32).to_string();
    json!({kind: {"task": 0, "head": 0, "ratios": ["4", ratio]}})
}

/// A score that is too small beside what is subtracted has a sign all the same.
#[test]
fn a_leaf_is_exact_among_rounded_ones() {
    let nodes = |kind: &str| json!(["split", faint_leaf(kind), faint_leaf(kind)]);
    accepts(&faint(false, nodes("settled")));
    accepts(&faint(true, nodes("exact")));
    assert_eq!(rejection(&faint(true, nodes("settled"))), R::InDoubt { node: 1 });
}

#[test]
fn rejects_an_input_at_a_split_whose_labels_are_not_certain() {
    let leaf = || faint_leaf("exact");
    let nodes = json!(["split", "split", leaf(), leaf(), leaf()]);
    accepts(&faint(false, nodes.clone()));
    assert_eq!(rejection(&faint(true, nodes)), R::InDoubt { node: 1 });
}

/// Where nothing cancels, scores of any size have their sign: here 2^-100000 of the others and of the masses.
#[test]
fn small_scores_are_rounded_as_well_as_large_ones() {
    let tiny = format!("-1/{}", (num_bigint::BigInt::from(1) << 100_000_u32) - 1);
    let ratio = (num_bigint::BigInt::from(1) << 4_096_u32).to_string();
    let identity = json!([["1", "0"], ["0", "1"]]);
    let leaf = |ratio: &str| json!({"settled": {"task": 0, "head": 0, "ratios": ["2", ratio]}});
    let with = |transition: Value, ratio: &str| {
        let nodes = json!(["split", settled(1, 1, ["0", "0"]), leaf(ratio)]);
        let edits = [
            ("/model/transition", transition),
            ("/model/emission", identity.clone()),
            ("/model/task/weights", json!(["1", "-1"])),
            ("/evidence/construction/head", json!([["1", tiny]])),
            ("/evidence/tree", json!({"rounded": true, "nodes": nodes})),
        ];
        edited(AGREE, edits)
    };
    // State 0 has no score behind the token 1, and no mass, so that a ratio has to show it; the largest one is too small.
    assert_eq!(rejection(&with(identity.clone(), &ratio)), R::InDoubt { node: 2 });
    let short = format!("-1/{}", (num_bigint::BigInt::from(1) << 4_000_u32) - 1);
    let mut certificate = with(identity.clone(), &(num_bigint::BigInt::from(1) << 4_001_u32).to_string());
    certificate["evidence"]["construction"]["head"] = json!([["1", short]]);
    accepts(&certificate);
}

/// Where a tie is lost, a state without a score is harmless if it has no mass either, and the ratio shows it.
#[test]
fn a_ratio_settles_what_no_sign_does() {
    let vectors = [
        ("/model/transition", json!([["1", "0"], ["0", "1"]])),
        ("/model/emission", json!([["1", "0"], ["0", "1"]])),
        ("/evidence/construction/head", json!([["1", "-1"]])),
    ];
    for rounded in [false, true] {
        // What is rounded is known up to a part of 2^-59.
        let above = [("4194305/4194304", true), ("65536", true)];
        for (ratio, settles) in [("0", false), ("31/32", false), ("1", !rounded)].into_iter().chain(above) {
            let nodes = json!(["split", settled(1, 1, ["0", "0"]), settled(0, 0, ["2", ratio])]);
            let tree =
                if rounded { json!({"rounded": true, "nodes": nodes}) } else { json!({"nodes": nodes}) };
            let mut certificate = edited(AGREE, vectors.clone());
            certificate["evidence"]["tree"] = tree;
            if settles {
                accepts(&certificate);
            } else {
                assert_eq!(rejection(&certificate), R::InDoubt { node: 2 }, "{ratio}");
            }
        }
    }
}

#[test]
fn rejects_leaves_that_are_not_proportional() {
    assert_eq!(nodes(AGREE, json!(["proportional"])), R::NotProportional { node: 0 });
    let head = [
        ("/evidence/construction/head", json!([["-7", "7"]])),
        ("/evidence/tree/nodes", json!(["proportional"])),
    ];
    assert_eq!(spoilt(AGREE, head), R::NotProportional { node: 0 });
    let head = [
        ("/evidence/construction/head", json!([["0", "0"]])),
        ("/evidence/tree/nodes", json!(["proportional"])),
    ];
    assert_eq!(spoilt(AGREE, head), R::NotProportional { node: 0 });
    let task =
        [("/model/task/weights", json!(["0", "0"])), ("/evidence/tree/nodes", json!(["proportional"]))];
    assert_eq!(spoilt(AGREE, task), R::NotProportional { node: 0 });
}

/// Each class has a multiple of its own.
#[test]
fn rejects_classes_with_different_multiples() {
    let weights = json!([["0", "0"], ["1", "-1"], ["-1", "1"]]);
    let nodes = json!(["proportional"]);
    for (head, proportional) in [
        (json!([["0", "0"], ["2", "-2"], ["-2", "2"]]), true),
        (json!([["1", "0"], ["3", "-2"], ["-1", "2"]]), true),
        (json!([["0", "0"], ["2", "-2"], ["-3", "3"]]), false),
    ] {
        let edits = [
            ("/model/task/weights", weights.clone()),
            ("/evidence/construction/head", head),
            ("/evidence/tree/nodes", nodes.clone()),
        ];
        let certificate = edited(AGREE, edits);
        if proportional {
            accepts(&certificate);
        } else {
            assert_eq!(rejection(&certificate), R::NotProportional { node: 0 });
        }
    }
}

#[test]
fn rejects_bounds_that_do_not_contain_those_found() {
    for (pointer, bound, length) in [
        ("/evidence/bracket/lower", "879/4096", 2),
        ("/evidence/bracket/upper", "145/192", 2),
        ("/evidence/shorter/0/lower", "3595/6144", 1),
        ("/evidence/shorter/0/upper", "5/6", 1),
    ] {
        assert_eq!(spoilt(NAME, [(pointer, json!(bound))]), R::Bracket { length });
        let mut exact = without(NAME, "/evidence/tree", "rounded");
        *exact.pointer_mut(pointer).unwrap() = json!(bound);
        accepts(&exact);
        // Rounding costs less than one part in 10^16, and no bound of exact numbers is beyond that.
        let fraction: BigRational = bound.parse().unwrap();
        let tiny = BigRational::new(1.into(), num_bigint::BigInt::from(10).pow(16));
        let [outer, inner] = if pointer.ends_with("lower") {
            [&fraction - &tiny, fraction + tiny]
        } else {
            [&fraction + &tiny, fraction - tiny]
        };
        accepts(&edited(NAME, [(pointer, json!(outer.to_string()))]));
        *exact.pointer_mut(pointer).unwrap() = json!(inner.to_string());
        assert_eq!(rejection(&exact), R::Bracket { length });
    }
}

#[test]
fn rejects_bounds_in_the_wrong_order() {
    for (pointer, bound) in [
        ("/evidence/bracket/lower", "-1"),
        ("/evidence/bracket/lower", "1"),
        ("/evidence/bracket/upper", "1/8"),
        ("/evidence/shorter/0/lower", "-1"),
        ("/evidence/shorter/0/upper", "-1"),
    ] {
        assert_eq!(spoilt(NAME, [(pointer, json!(bound))]), R::Bounds);
    }
}

#[test]
fn accepts_leaves_that_look_ahead() {
    accepts(&certificate(BY_STATE));
    // At the root, with nothing looked at closely: everything is in doubt from the first token on.
    let root = [
        ("/evidence/tree/nodes", json!([{"by-state": 0}])),
        ("/evidence/from_length", json!(2)),
        ("/evidence/shorter", json!([{"lower": "0", "upper": "1"}])),
        ("/evidence/bracket", json!({"lower": "0", "upper": "1"})),
    ];
    accepts(&edited(BY_STATE, root));
}

/// Beside other leaves, which count from their own depth on.
#[test]
fn accepts_leaves_that_look_ahead_beside_others() {
    let leaf = ("/evidence/tree/nodes/1", settled(1, 0, ["2", "2"]));
    assert_eq!(spoilt(BY_STATE, [leaf.clone()]), R::Bracket { length: 1 });
    let wide = json!({"lower": "0", "upper": "1"});
    let shorter = ("/evidence/shorter", json!([wide, wide, wide]));
    accepts(&edited(BY_STATE, [leaf, shorter, ("/evidence/bracket", wide)]));
}

#[test]
fn rejects_a_look_ahead_in_exact_arithmetic() {
    assert_eq!(rejection(&without(BY_STATE, "/evidence/tree", "rounded")), R::Ahead { node: 1 });
}

#[test]
fn rejects_a_look_ahead_without_its_length() {
    let mut tree = without(BY_STATE, "/evidence/tree", "ahead");
    assert_eq!(rejection(&tree), R::FromLength { expected: 2, found: 4 });
    tree["evidence"]["from_length"] = json!(2);
    tree["evidence"]["shorter"] = json!([{"lower": "0", "upper": "1"}]);
    assert_eq!(rejection(&tree), R::Ahead { node: 1 });
}

#[test]
fn rejects_a_look_at_nothing_or_too_far_ahead() {
    assert_eq!(spoilt(BY_STATE, [("/evidence/tree/ahead", json!(0))]), R::NoEvidence { field: "ahead" });
    for far in [65, 1 << 40, u64::MAX] {
        assert_eq!(spoilt(BY_STATE, [("/evidence/tree/ahead", json!(far))]), R::TooLarge { field: "ahead" });
    }
}

/// One token less leaves more in doubt, and so does a state that is not looked at.
#[test]
fn rejects_bounds_that_need_a_longer_or_closer_look() {
    let near = [
        ("/evidence/tree/ahead", json!(1)),
        ("/evidence/from_length", json!(3)),
        ("/evidence/shorter", json!([{"lower": "0", "upper": "1"}, {"lower": "0", "upper": "1"}])),
    ];
    assert_eq!(spoilt(BY_STATE, near), R::Bracket { length: 3 });
    let wide = json!({"lower": "0", "upper": "1"});
    let faint = [
        ("/evidence/tree/nodes/1", json!({"by-state": 1})),
        ("/evidence/shorter", json!([wide, wide, wide])),
    ];
    assert_eq!(spoilt(BY_STATE, faint), R::Bracket { length: 4 });
}

#[test]
fn rejects_a_wrong_depth() {
    for found in [0, 1, 3, usize::MAX] {
        let spoilt = spoilt(NAME, [("/evidence/from_length", json!(found))]);
        assert_eq!(spoilt, R::FromLength { expected: 2, found });
    }
    let bracket = json!({"lower": "0", "upper": "1"});
    for (shorter, found) in [(json!([]), 0), (json!([bracket, bracket]), 2)] {
        let spoilt = spoilt(NAME, [("/evidence/shorter", shorter)]);
        assert_eq!(spoilt, R::Length { field: "shorter", expected: 1, found });
    }
}

/// A bound of a longer length does not hold for a shorter one.
#[test]
fn rejects_exchanged_brackets() {
    let [longer, shorter] =
        ["/evidence/bracket", "/evidence/shorter/0"].map(|p| certificate(NAME).pointer(p).unwrap().clone());
    let found = spoilt(NAME, [("/evidence/bracket", shorter), ("/evidence/shorter/0", longer)]);
    assert_eq!(found, R::Bracket { length: 1 });
}

/// The largest and the least one that there is. Label 0 is wrong here, so that much depends on them.
#[test]
fn any_ratio_is_harmless() {
    let power = num_bigint::BigInt::from(1) << 4096_u32;
    let odd = num_bigint::BigInt::from(u32::MAX);
    let ratios =
        [(&odd * &power).to_string(), format!("{odd}/{power}"), power.to_string(), format!("1/{power}")];
    for (nominal, rounded) in [(0, false), (0, true), (1, false), (1, true)] {
        for (task, head) in ratios.iter().flat_map(|task| ratios.iter().map(move |head| (task, head))) {
            let leaf = settled(nominal, nominal, [task, head]);
            let mut certificate = bounds(json!([leaf]), &[], ["0", "1"]);
            if rounded {
                certificate["evidence"]["tree"]["rounded"] = json!(true);
                certificate["evidence"]["bracket"]["upper"] = json!("1000001/1000000");
            }
            accepts(&certificate);
            certificate["evidence"]["bracket"]["upper"] = json!("999999/1000000");
            assert_eq!(rejection(&certificate), R::Bracket { length: 1 });
        }
    }
}
