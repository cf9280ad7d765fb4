//! Every number and index of every corpus certificate, changed one at a time: rejected, or still true.

mod cases;

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable::{
    audit::{Examination, Selection, examine},
    model::file::{Options, Source, read},
    number::parse,
};
use recoverable_checker::{
    Failure,
    certificate::{Certificate, Claim, Evidence, Outcome, Statement},
    check,
};
use serde_json::Value;

/// Why a changed entry may leave a claim true, and the entries for which that is accepted. Any other accepted
/// change fails the test.
const HARMLESS: [(&str, &[&str]); 10] = [
    (
        "the claim does not speak of the task, or the score is the same on all possible inputs",
        &["model.task.weights"],
    ),
    (
        "another search tree of the same chain",
        &[
            "evidence.forward",
            "evidence.backward",
            "evidence.trees.forward",
            "evidence.trees.backward",
            "evidence.ergodic.trees.forward",
            "evidence.ergodic.trees.backward",
        ],
    ),
    ("another closed walk of the same chain", &["evidence.walks", "evidence.ergodic.walks"]),
    ("another closed set of the same chain", &["evidence.states"]),
    (
        "another instance with the same value (the token at the masked position is not looked at)",
        &["evidence.instances.tokens", "evidence.instances.position", "evidence.instances.shift"],
    ),
    (
        "the block is the identity over the integers, so its inverse is one for every modulus",
        &["evidence.modulus", "evidence.independence.modulus"],
    ),
    (
        "another row with the same entries",
        &["evidence.rows", "evidence.independence.rows", "evidence.span.words_independent.rows"],
    ),
    ("the head's entry at a token that is never seen where it matters", &["evidence.head"]),
    ("another column that is independent of the rest", &["evidence.columns"]),
    (
        "wider bounds, or another vector or factor that shows the same",
        &["evidence.lower", "evidence.upper", "evidence.vector", "evidence.factor", "evidence.scale_bits"],
    ),
];

/// Paths of all numbers and numeric strings.
fn leaves(value: &Value, path: Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let extended = |step| path.iter().cloned().chain([step]).collect();
    match value {
        Value::Object(entries) => {
            for (key, entry) in entries {
                leaves(entry, extended(Step::Key(key.clone())), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, extended(Step::Index(index)), found);
            }
        }
        Value::Number(_) => found.push(path),
        Value::String(text) if parse(text).is_ok() => found.push(path),
        _ => {}
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

fn at<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key],
        Step::Index(index) => &mut value[index],
    })
}

/// The keys of a path, without indices.
fn keys(path: &[Step]) -> String {
    let keys = path.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    keys.collect::<Vec<_>>().join(".")
}

/// Other values for one entry.
fn mutants(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            let mut other = vec![number + 1, number * 2 + 3];
            other.extend(number.checked_sub(1));
            other.into_iter().map(Value::from).collect()
        }
        Value::String(text) => {
            let number = parse(text).unwrap();
            let two = BigRational::from_integer(2.into());
            let mut other = vec![&number + BigRational::one(), -&number, BigRational::zero(), &number / two];
            other.retain(|mutant| *mutant != number);
            other.into_iter().map(|mutant| Value::String(mutant.to_string())).collect()
        }
        _ => Vec::new(),
    }
}

/// Decides the claim of a certificate from its model alone.
fn is_true(certificate: &Certificate) -> bool {
    let text = serde_json::to_string(&certificate.model).unwrap();
    let model = read(&Source::new("mutant.json", &text), Options::default()).unwrap().model;
    let found = examine(&model, &Selection::default());
    let Claim { statement, verdict } = certificate.claim;
    decided(&found, statement) == Some(verdict)
}

/// If both speak of bounds, there is a number between all of them.
fn overlap(one: &Certificate, other: &Certificate) -> bool {
    let (Evidence::SingularValue(one), Evidence::SingularValue(other)) = (&one.evidence, &other.evidence)
    else {
        return true;
    };
    one.lower.0 <= other.upper.0 && other.lower.0 <= one.upper.0
}

fn word(verdict: Outcome) -> &'static str {
    match verdict {
        Outcome::Proved => "proved",
        Outcome::Refuted => "refuted",
    }
}

fn decided(found: &Examination, statement: Statement) -> Option<Outcome> {
    let certificates = found.certificates();
    certificates
        .iter()
        .find(|accepted| accepted.statement() == statement)
        .map(|accepted| accepted.claim().verdict)
}

#[test]
fn every_changed_entry_is_rejected_or_still_true() {
    let (mut rejected, mut malformed) = (0, 0);
    let mut unlisted: Vec<String> = Vec::new();
    let mut table: BTreeMap<(Statement, &str), [usize; 3]> = BTreeMap::new(); // certificates, refused, still true
    let mut harmless: BTreeMap<(Statement, String), usize> = BTreeMap::new();
    for case in cases::all() {
        let found = examine(&case.model, &Selection::default());
        for accepted in found.certificates() {
            let original: Value = serde_json::from_str(accepted.text()).unwrap();
            let row = table.entry((accepted.statement(), word(accepted.claim().verdict))).or_default();
            row[0] += 1;
            let mut paths = Vec::new();
            leaves(&original, Vec::new(), &mut paths);
            for path in paths {
                for mutant in mutants(at(&mut original.clone(), &path)) {
                    let mut changed = original.clone();
                    *at(&mut changed, &path) = mutant;
                    match check(&changed.to_string()) {
                        Err(Failure::Rejected(_)) => {
                            rejected += 1;
                            row[1] += 1;
                        }
                        Err(Failure::Malformed(_)) => {
                            malformed += 1;
                            row[1] += 1;
                        }
                        Ok(mutated) => {
                            let keys = keys(&path);
                            let what = format!("{} {} {path:?}", case.model.name(), mutated.claim());
                            if !HARMLESS.iter().any(|(_, known)| known.contains(&keys.as_str())) {
                                unlisted.push(what.clone());
                            }
                            let same = mutated.certificate().model == accepted.certificate().model;
                            assert!(same || is_true(mutated.certificate()), "accepted and false: {what}");
                            assert!(
                                overlap(accepted.certificate(), mutated.certificate()),
                                "both bounds: {what}"
                            );
                            *harmless.entry((mutated.statement(), keys)).or_default() += 1;
                            row[2] += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(unlisted.is_empty(), "accepted:\n{}", unlisted.join("\n"));
    for ((statement, verdict), [count, refused, kept]) in &table {
        println!("{statement} {verdict}: {count} accepted, {refused} changes refused, {kept} still true");
    }
    for ((statement, keys), count) in &harmless {
        println!("{count:6} harmless changes of {keys} in {statement}");
    }
    println!("{rejected:6} rejected, {malformed} no longer readable (a half where an integer stands)");
    assert!(rejected > 10_000, "only {rejected} changes were rejected");
}

/// Both outcomes of every hypothesis and finding stand in the corpus, so the test above covers each rule.
#[test]
fn every_rule_is_covered() {
    let mut rules = BTreeMap::new();
    for case in cases::all() {
        for accepted in examine(&case.model, &Selection::default()).certificates() {
            let json: Value = serde_json::from_str(accepted.text()).unwrap();
            *rules.entry(json["evidence"]["rule"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    let expected = [
        "aperiodic",
        "dependent-columns",
        "ergodic",
        "full-support",
        "independent-columns",
        "invertible-head",
        "irreducible",
        "least-head",
        "masked-output",
        "missing-support",
        "no-proportional-head",
        "periodic",
        "proportional-head",
        "rank",
        "reducible",
        "shifted-posterior",
        "singular-value",
    ];
    assert_eq!(rules.keys().map(String::as_str).collect::<Vec<_>>(), expected);
}
