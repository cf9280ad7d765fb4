//! `recoverable export --coq`: which rules have an export, and what the files look like. That Coq accepts them, and refuses them with one
//! entry of the model or of the evidence changed, is what `make -C proofs check` sees.

use std::{fs, path::Path};

use assert_cmd::cargo::cargo_bin_cmd;
use insta::assert_snapshot;
use recoverable::report::coq::{EXPORTED, coq_file};
use recoverable_checker::{
    certificate::{Certificate, Kind},
    read,
};

/// The example certificates of the checker, in the order of their names.
fn examples() -> Vec<(String, Certificate)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/tests/certificates");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), read(&fs::read_to_string(path).unwrap()).unwrap())).collect()
}

fn rule(certificate: &Certificate) -> String {
    serde_json::to_value(&certificate.evidence).unwrap()["rule"].as_str().unwrap().to_owned()
}

/// The rules of the schema, which lists them all.
fn rules() -> Vec<String> {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../schemas/certificate.schema.json")).unwrap();
    let definitions = schema["$defs"].as_object().unwrap().values();
    let rule = |definition: &serde_json::Value| {
        definition["properties"]["rule"]["const"].as_str().map(str::to_owned)
    };
    definitions.filter_map(rule).collect()
}

#[test]
fn every_rule_has_an_export_and_every_example_is_exported() {
    let mut seen: Vec<_> = examples()
        .iter()
        .map(|(name, certificate)| {
            coq_file(certificate).unwrap_or_else(|why| panic!("{name}: {why}"));
            rule(certificate)
        })
        .collect();
    let (mut rules, mut exported) = (rules(), EXPORTED.map(str::to_owned).to_vec());
    for names in [&mut seen, &mut rules, &mut exported] {
        names.sort();
        names.dedup();
    }
    assert_eq!(exported, rules, "rules with an export, and rules of the schema");
    assert_eq!(seen, rules, "rules with an example");
}

#[test]
fn evidence_about_another_kind_of_model_has_no_export() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/tests/certificates");
    let text = fs::read_to_string(folder.join("full-support.json")).unwrap();
    let other = read(&text.replace("\"rule\": \"full-support\"", "\"rule\": \"stationary\"")).unwrap();
    let why = coq_file(&other).unwrap_err();
    assert_eq!((why.rule.as_str(), why.kind), ("stationary", Kind::Hmm));
    let text = why.to_string();
    assert!(
        text.starts_with("the rule `stationary` has no export to Coq for a model without memory; "),
        "{text}"
    );
}

/// Coq has classes in the place of the labels of a binary task, and the scores of class 1 are those of the certificate with the other sign.
#[test]
fn facts_of_a_binary_task_are_about_the_scores_of_class_1() {
    let (_, certificate) = examples().into_iter().find(|(name, _)| name == "labels-agree-regions").unwrap();
    let text = coq_file(&certificate).unwrap();
    for data in [
        "Definition data_region_labels : list nat :=\n  [0; 1]%nat.",
        "[(0x4, [[0x0; 0x0; -0x4; -0x4];\n    [-0x1; 0x0; 0x4; 0x0]]); ",
    ] {
        assert!(text.contains(data), "{data}\n{text}");
    }
}

#[test]
fn a_file_has_numbers_a_boolean_and_a_statement() {
    for (name, certificate) in examples() {
        let text = coq_file(&certificate).unwrap();
        for part in [
            "Lemma checked : ",
            "Theorem certificate (R : realFieldType) : ",
            "Print Assumptions certificate.\n",
        ] {
            assert_eq!(text.matches(part).count(), 1, "{name}: {part}");
        }
        for refused in ["Admitted", "Axiom", "Parameter", "admit"] {
            assert!(!text.contains(refused), "{name}");
        }
        let (numbers, theory) = text.split_once("From mathcomp").unwrap();
        assert!(!numbers.contains("Recoverable Require"), "{name}: numbers need nothing but integers");
        for definition in numbers.split("Definition data_").skip(1) {
            let used = definition.split(' ').next().unwrap();
            assert!(theory.contains(&format!("data_{used}")), "{name}: data_{used} is not used");
        }
    }
}

#[test]
fn snapshots() {
    let examples = examples();
    for name in ["invertible-head", "no-linear-head", "intersection"] {
        let (_, certificate) = examples.iter().find(|(other, _)| other == name).unwrap();
        assert_snapshot!(name, coq_file(certificate).unwrap());
    }
}

#[test]
fn the_command() {
    let example = |name: &str| format!("proofs/checker/tests/certificates/{name}.json");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("solution.v");
    let path = path.to_str().unwrap();
    let run = |args: &[&str]| cargo_bin_cmd!("recoverable").args(args).output().unwrap();

    let printed = run(&["export", "--coq", &example("solution")]);
    assert_eq!(printed.status.code(), Some(0));
    let written = run(&["export", "--coq", &example("solution"), "-o", path]);
    assert_eq!((written.status.code(), written.stdout.len()), (Some(0), 0));
    assert_eq!(fs::read(path).unwrap(), printed.stdout);

    let text = fs::read_to_string(example("solution")).unwrap();
    for (text, code) in [(text.replace("\"2\", \"-1/2\"", "\"3\", \"-1/2\""), 1), ("{".to_owned(), 2)] {
        fs::write(path, text).unwrap();
        let refused = run(&["export", "--coq", path]);
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(code), 0));
    }
    assert_eq!(run(&["export", &example("solution")]).status.code(), Some(2));
}
