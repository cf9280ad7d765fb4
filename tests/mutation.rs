//! Every number and index of every corpus certificate, changed one at a time: rejected, or still true.

mod algebra;
mod cases;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable::{
    audit::{Examination, Selection, examine},
    model::file::{Options, Source, read},
    number::parse,
};
use recoverable_checker::{
    Accepted, Failure,
    certificate::{Certificate, Claim, Outcome, Statement},
    check,
};
use serde_json::Value;

/// Why a changed entry may leave a claim true, and the entries for which that is accepted. Any other accepted
/// change fails the test.
const HARMLESS: [(&str, &[&str]); 14] = [
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
        &[
            "evidence.instances.tokens",
            "evidence.instances.position",
            "evidence.instances.shift",
            "evidence.instances.embedding",
        ],
    ),
    (
        "the block is the identity over the integers, so its inverse is one for every modulus",
        &["evidence.modulus", "evidence.independence.modulus", "evidence.essential.independence.modulus"],
    ),
    ("another state that has to be covered, with which the search ends as well", &["evidence.branches"]),
    (
        "another row with the same entries",
        &["evidence.rows", "evidence.independence.rows", "evidence.span.words_independent.rows"],
    ),
    ("the head's entry at a token that is never seen where it matters", &["evidence.head"]),
    ("another column that is independent of the rest", &["evidence.columns"]),
    (
        "another head with the same labels, or another ratio that bounds the same",
        &[
            "evidence.construction.head",
            "evidence.tree.nodes.settled.ratios",
            "evidence.tree.nodes.exact.ratios",
        ],
    ),
    (
        "another region that the leaf is in, or a fact that says more and still holds",
        &[
            "evidence.tree.nodes.region",
            "evidence.tree.regions.facts",
            "evidence.tree.regions.next.region",
            "evidence.tree.regions.next.weights",
        ],
    ),
    (
        "the same label has no other mass, or the input is seen alike",
        &["evidence.terms.tokens", "evidence.tree.nodes.settled.task", "evidence.tree.nodes.settled.head"],
    ),
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

fn word(verdict: Outcome) -> &'static str {
    match verdict {
        Outcome::Proved => "proved",
        Outcome::Refuted => "refuted",
    }
}

fn decided(found: &Examination, statement: Statement) -> Option<Outcome> {
    if statement == Statement::LinearHead {
        let exists = found.findings.labels.as_ref()?.exists()?;
        return Some(if exists { Outcome::Proved } else { Outcome::Refuted });
    }
    let certificates = found.certificates();
    certificates
        .iter()
        .find(|accepted| accepted.statement() == statement)
        .map(|accepted| accepted.claim().verdict)
}

#[test]
fn every_changed_entry_is_rejected_or_still_true() {
    every_change(cases::all().into_iter().step_by(2));
}

/// The other half, beside the first.
#[test]
fn every_changed_entry_of_the_other_cases_is_rejected_or_still_true() {
    every_change(cases::all().into_iter().skip(1).step_by(2));
}

fn every_change(cases: impl Iterator<Item = cases::Case>) {
    let (mut rejected, mut malformed) = (0, 0);
    let mut unlisted: Vec<String> = Vec::new();
    let mut table: BTreeMap<(Statement, &str), [usize; 3]> = BTreeMap::new(); // certificates, refused, still true
    let mut harmless: BTreeMap<(Statement, String), usize> = BTreeMap::new();
    for case in cases {
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
                            let brute = algebra::is_true(mutated.certificate());
                            assert_ne!(brute, Some(false), "accepted and false: {what}");
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
    assert!(rejected > 5_000, "only {rejected} changes were rejected");
}

/// The accepted certificates about linear algebra that stand in the checker's tests.
fn about_linear_algebra() -> Vec<Accepted> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/tests/certificates");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let accepted = paths.iter().map(|path| check(&fs::read_to_string(path).unwrap()).unwrap());
    accepted.filter(|accepted| algebra::is_true(accepted.certificate()).is_some()).collect()
}

#[test]
fn every_changed_entry_about_linear_algebra_is_rejected_or_still_true() {
    let (mut refused, mut kept) = (0, 0);
    for accepted in about_linear_algebra() {
        assert_eq!(algebra::is_true(accepted.certificate()), Some(true), "{}", accepted.claim());
        let original: Value = serde_json::from_str(accepted.text()).unwrap();
        let mut paths = Vec::new();
        leaves(&original, Vec::new(), &mut paths);
        for path in paths {
            for mutant in mutants(at(&mut original.clone(), &path)) {
                let mut changed = original.clone();
                *at(&mut changed, &path) = mutant;
                let Ok(mutated) = check(&changed.to_string()) else {
                    refused += 1;
                    continue;
                };
                let what = format!("{} {path:?}", mutated.claim());
                assert_eq!(algebra::is_true(mutated.certificate()), Some(true), "accepted and false: {what}");
                kept += 1;
            }
        }
    }
    println!("{refused:6} refused, {kept} still true");
    assert!(refused > 1_000, "only {refused} changes were refused");
}

fn rule(accepted: &Accepted) -> String {
    let json: Value = serde_json::from_str(accepted.text()).unwrap();
    json["evidence"]["rule"].as_str().unwrap().to_owned()
}

/// Both outcomes of every hypothesis and finding stand in the corpus, and every fact of linear algebra in the checker's
/// tests, so the tests above cover each rule.
#[test]
fn every_rule_is_covered() {
    let mut rules: BTreeSet<_> = about_linear_algebra().iter().map(rule).collect();
    for case in cases::all() {
        rules.extend(examine(&case.model, &Selection::default()).certificates().into_iter().map(rule));
    }
    let expected = [
        "aperiodic",
        "block-functionals",
        "block-kernel",
        "dependent-columns",
        "ergodic",
        "essential-states",
        "fake-token",
        "full-support",
        "halfspace",
        "inconsistency",
        "independent-columns",
        "intersection",
        "invertible-head",
        "irreducible",
        "labels-agree",
        "least-head",
        "left-inverse",
        "masked-output",
        "missing-support",
        "motzkin",
        "no-essential-states",
        "no-linear-head",
        "no-proportional-head",
        "nonnegative-solution",
        "periodic",
        "prompted-head",
        "prompted-posterior",
        "proportional-head",
        "rank",
        "reducible",
        "separating-functional",
        "shifted-posterior",
        "singular-value",
        "solution",
    ];
    assert_eq!(rules.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
