//! Every certificate with one entry changed, one element of a list left out, or one given twice: rejected
//! or malformed, or listed below with the reason why it is still true.

mod algebra;
mod attention_labels;
mod labels;
mod memory;
mod prompted_heads;
mod prompts;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{CERTIFICATES, certificate, judge};

/// The fields that name things; `claims` and `malformed` change those.
const NAMES: [&str; 5] = ["schema", "statement", "verdict", "kind", "rule"];

/// Certificate, pointer, changes, and why the changed certificate is still true.
const STILL_TRUE: &[(&str, &str, &str, &str)] = &[
    ("aperiodic", "/evidence/walks", "0 twice, 1 twice", "a walk may be given twice"),
    ("ergodic", "/evidence/walks", "0 twice, 1 twice", "a walk may be given twice"),
    ("invertible-head", "/evidence/ergodic/walks", "0 twice", "a walk may be given twice"),
    ("invertible-head", "/evidence/ergodic/walks/0/0", "1", "state 1 has a loop as well"),
    ("invertible-head-classes", "/evidence/ergodic/walks", "0 twice", "a walk may be given twice"),
    ("invertible-head-classes", "/evidence/ergodic/walks/0/0", "1", "state 1 has a loop as well"),
    (
        "masked-output",
        "/evidence/instances",
        "0 twice, 1 twice, 2 twice, without 0, without 1, without 2",
        "each instance stands for itself",
    ),
    (
        "masked-output",
        "/evidence/instances/0/tokens/1",
        "0",
        "the token at the masked position is not looked at",
    ),
    (
        "masked-output",
        "/evidence/instances/1/tokens/0",
        "0",
        "the token at the masked position is not looked at",
    ),
    (
        "masked-output",
        "/evidence/instances/2/tokens/1",
        "1",
        "the token at the masked position is not looked at",
    ),
    (
        "no-proportional-head",
        "/model/task/weights/0",
        "-1, 0, 1/2, 2, 7/5",
        "the combination does not vanish under this task either",
    ),
    (
        "no-proportional-head",
        "/model/task/weights/1",
        "-1, 0, 1/2, 2, 7/5",
        "the combination does not vanish under this task either",
    ),
    (
        "no-proportional-head",
        "/model/task/weights/2",
        "0, 1/2, 2, 7/5",
        "the combination does not vanish under this task either",
    ),
    ("no-proportional-head-classes", "/model/task/weights", "2 twice", "class 2 is where it was"),
    (
        "no-proportional-head-classes",
        "/model/task/weights/0/0",
        "-1, 0, 1/2, 2, 7/5",
        "class 2 minus class 0 does not vanish on the combination either",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/0/1",
        "-1, 1, 1/2, 2, 7/5, 3",
        "class 2 minus class 0 does not vanish on the combination either",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/0/2",
        "-1, 1, 1/2, 2, 7/5, 3",
        "class 2 minus class 0 does not vanish on the combination either",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/1/0",
        "-1, -3, 0, 1, 1/2, 2, 7/5",
        "the class is 2, and this changes class 1 alone",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/1/1",
        "-1, -2, 0, 1, 1/2, 7/5",
        "the class is 2, and this changes class 1 alone",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/1/2",
        "-1, -2, 0, 1, 1/2, 7/5",
        "the class is 2, and this changes class 1 alone",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/2/0",
        "-1, 1, 1/2, 2, 7/5",
        "class 2 minus class 0 does not vanish on the combination either",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/2/1",
        "-1, 1, 1/2, 2, 7/5",
        "class 2 minus class 0 does not vanish on the combination either",
    ),
    (
        "no-proportional-head-classes",
        "/model/task/weights/2/2",
        "-1, 0, 1/2, 2, 7/5",
        "class 2 minus class 0 does not vanish on the combination either",
    ),
    (
        "proportional-head-span",
        "/evidence/span/annihilator_independent/modulus",
        "6, 8, 9",
        "the block is the number 1, whose inverse is 1 modulo anything",
    ),
    (
        "proportional-head-span",
        "/evidence/span/words_independent/rows/1",
        "2",
        "the states 1 and 2 look alike",
    ),
    (
        "proportional-head-squares",
        "/evidence/head/0/1",
        "-1, 1, 1/2, 2, 7/5, 3",
        "the state that emits token 1 has probability 0 under π_1",
    ),
    (
        "proportional-head-squares",
        "/evidence/span/annihilator_independent/modulus",
        "6, 8, 9",
        "the block is the number 1, whose inverse is 1 modulo anything",
    ),
    (
        "proportional-head-squares",
        "/evidence/span/words/0",
        "0 twice",
        "in integers β(00) is β(0), namely (2, 1)",
    ),
    (
        "proportional-head-squares",
        "/model/task/weights/1",
        "-1, 1, 1/2, 2, 7/5, 3",
        "π0 gives state 1 the probability 0",
    ),
    ("shifted-posterior", "/evidence/ergodic/walks", "0 twice", "a walk may be given twice"),
    ("shifted-posterior", "/evidence/ergodic/walks/0/0", "1", "state 1 has a loop as well"),
    (
        "shifted-posterior",
        "/evidence/instances",
        "0 twice, 1 twice, without 0, without 1",
        "each instance stands for itself",
    ),
];

/// A changed certificate, and what has been done to it.
struct Mutant {
    pointer: String,
    change: String,
    certificate: Value,
}

/// Other values for one entry.
fn variants(entry: &Value) -> Vec<Value> {
    match entry {
        Value::Bool(flag) => vec![json!(!flag)],
        Value::Number(number) => {
            let index = number.as_u64().expect("indices are not negative");
            vec![
                json!(0),
                json!(1),
                json!(index + 1),
                json!(index.wrapping_sub(1)),
                json!(index + 2),
                json!(u64::MAX),
            ]
        }
        Value::String(number) => {
            let negated = match number.strip_prefix('-') {
                Some(magnitude) => magnitude.to_owned(),
                None if number == "0" => "3".to_owned(),
                None => format!("-{number}"),
            };
            ["0", "1", "-1", "2", "1/2", "7/5", &negated].iter().map(|number| json!(number)).collect()
        }
        _ => Vec::new(),
    }
}

/// The list without each of its elements, and with each of them twice.
fn lists(list: &[Value]) -> Vec<(String, Value)> {
    let edit =
        |index: usize, elements: &[Value]| json!([&list[..index], elements, &list[index + 1..]].concat());
    (0..list.len())
        .flat_map(|index| {
            let twice = [list[index].clone(), list[index].clone()];
            [(format!("without {index}"), edit(index, &[])), (format!("{index} twice"), edit(index, &twice))]
        })
        .collect()
}

fn collect(original: &Value, pointer: &str, mutants: &mut Vec<Mutant>) {
    let value = original.pointer(pointer).expect("a pointer into the certificate");
    let mut push = |change: String, new: Value| {
        let mut certificate = original.clone();
        *certificate.pointer_mut(pointer).expect("the same pointer") = new;
        mutants.push(Mutant { pointer: pointer.to_owned(), change, certificate });
    };
    match value {
        Value::Object(object) => {
            let keys = object.keys().filter(|key| !NAMES.contains(&key.as_str()));
            keys.for_each(|key| collect(original, &format!("{pointer}/{key}"), mutants));
        }
        Value::Array(list) => {
            lists(list).into_iter().for_each(|(change, new)| push(change, new));
            (0..list.len()).for_each(|index| collect(original, &format!("{pointer}/{index}"), mutants));
        }
        entry => {
            let others = variants(entry).into_iter().filter(|other| other != entry);
            others.for_each(|other| push(other.to_string().replace('"', ""), other));
        }
    }
}

fn mutants(name: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    collect(&certificate(name), "", &mut mutants);
    mutants
}

/// The accepted mutants, with `pointer change`.
pub fn accepted_mutants(name: &str) -> Vec<(String, Value)> {
    let accepted = mutants(name).into_iter().filter(|mutant| judge(&mutant.certificate).is_ok());
    accepted
        .map(|Mutant { pointer, change, certificate }| (format!("{pointer} {change}"), certificate))
        .collect()
}

/// The accepted mutants of all certificates, as `certificate pointer change`.
fn survivors() -> BTreeSet<String> {
    let of = |name: &str| accepted_mutants(name).into_iter().map(|(change, _)| change);
    let named =
        |(name, _): &(&str, &str)| of(name).map(|change| format!("{name} {change}")).collect::<Vec<_>>();
    CERTIFICATES.iter().flat_map(named).collect()
}

#[test]
fn one_change_is_rejected_or_still_true() {
    let listed = [
        STILL_TRUE,
        algebra::STILL_TRUE,
        attention_labels::STILL_TRUE,
        labels::STILL_TRUE,
        memory::STILL_TRUE,
        prompted_heads::STILL_TRUE,
        prompts::STILL_TRUE,
    ];
    let listed = listed.into_iter().flatten().flat_map(|(name, pointer, changes, _)| {
        changes.split(", ").map(move |change| format!("{name} {pointer} {change}"))
    });
    let (listed, found) = (listed.collect::<BTreeSet<_>>(), survivors());
    assert_eq!(found.difference(&listed).collect::<Vec<_>>(), [""; 0], "accepted without a reason");
    assert_eq!(listed.difference(&found).collect::<Vec<_>>(), [""; 0], "rejected after all");
}

#[test]
fn there_are_many_mutants() {
    for (name, _) in CERTIFICATES {
        assert!(mutants(name).len() > 50, "{name}");
    }
}
