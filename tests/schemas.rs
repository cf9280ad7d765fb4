//! The JSON Schemas in `schemas/` describe what the program reads and writes: every document that it
//! writes validates, documents with one thing wrong do not, and every field has a description.

mod cases;

use std::{fs, path::Path};

use assert_cmd::{Command, cargo::cargo_bin_cmd};
use jsonschema::{Registry, Validator};
use recoverable::model::{builtin, file::any_to_json};
use serde_json::{Value, json};
use tempfile::TempDir;

const BASE: &str = "https://recoverable.invalid/schemas/";
const NAMES: [&str; 12] = [
    "model",
    "report",
    "certificate",
    "bound",
    "counterexample",
    "prompt",
    "audit",
    "search",
    "figure3",
    "ablations",
    "noise",
    "pretrain",
];

/// Edits that make a valid document wrong: what is wrong, where (a JSON pointer), and the new value;
/// `None` removes what is there.
type Edits = Vec<(&'static str, &'static str, Option<Value>)>;

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The validator of a schema, or of one of its definitions (`"report.schema.json#/$defs/label"`).
fn validator(reference: &str) -> Validator {
    let add = |registry: jsonschema::RegistryBuilder<'static>, name: &str| {
        registry.add(format!("{BASE}{name}.schema.json"), schema(name)).unwrap()
    };
    let registry = NAMES.into_iter().fold(Registry::new(), add).prepare().unwrap();
    let whole = json!({ "$ref": format!("{BASE}{reference}") });
    jsonschema::options().with_registry(&registry).build(&whole).unwrap()
}

fn assert_valid(validator: &Validator, what: &str, document: &Value) {
    let errors: Vec<_> = validator
        .iter_errors(document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{what} does not validate:\n{}", errors.join("\n"));
}

/// Each edit on its own makes the document invalid; the documents that result.
fn assert_each_edit_is_refused(
    validator: &Validator,
    document: &Value,
    edits: Edits,
) -> Vec<(String, Value)> {
    assert_valid(validator, "the document before the edits", document);
    let wrong: Vec<_> = edits
        .into_iter()
        .map(|(what, pointer, value)| (what.to_owned(), edited(document, pointer, value)))
        .collect();
    for (what, document) in &wrong {
        assert!(!validator.is_valid(document), "{what}: accepted by the schema\n{document}");
    }
    wrong
}

fn edited(document: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut document = document.clone();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("no {pointer}"));
    match (parent, value) {
        (Value::Object(entries), Some(value)) => drop(entries.insert(last.to_owned(), value)),
        (Value::Object(entries), None) => {
            drop(entries.remove(last).unwrap_or_else(|| panic!("no {pointer}")))
        }
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
        (Value::Array(items), None) => drop(items.remove(last.parse().unwrap())),
        (other, _) => panic!("{pointer} is in {other}"),
    }
    document
}

fn recoverable(args: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("recoverable");
    command.args(args);
    command
}

/// The lines on stdout, each an object.
fn lines(args: &[&str]) -> Vec<Value> {
    let output = recoverable(args).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The line on stderr.
fn error(args: &[&str]) -> Value {
    let output = recoverable(args).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    serde_json::from_slice(&output.stderr).unwrap()
}

fn write(folder: &TempDir, name: &str, document: &Value) -> String {
    let path = folder.path().join(name);
    fs::write(&path, document.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A model in which every key is used, and numbers are written in every way.
fn full_model() -> Value {
    json!({
        "kind": "hmm", "orientation": "row-stochastic", "initial_of": "H1",
        "states": ["rain", "sun"], "tokens": ["a", "b", "c"],
        "initial": ["1/2", 0.5],
        "transition": [["+3/4", "2.5e-1"], [".25", "0.7_5"]],
        "emission": [["2/8", "0.25", 0.5], [1, 0, "0/1"]],
        "task": { "weights": [["-1", 1], ["5.", "1_000"], [0, -2.5e3]] }
    })
}

/// The chain has a closed set, the columns of `W` are equal, `π0` is a point mass.
fn nothing_holds() -> Value {
    json!({ "kind": "hmm", "initial": [1, 0], "transition": [["1", "1/2"], ["0", "1/2"]],
            "emission": [["1/2", "1/2"], ["1/2", "1/2"]], "task": { "weights": [1, -1] } })
}

#[test]
fn the_schemas_are_schemas() {
    for name in NAMES {
        let schema = schema(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], format!("{BASE}{name}.schema.json"));
    }
}

#[test]
fn every_field_has_a_description() {
    fn visit(place: &str, node: &Value, root: &Value, missing: &mut Vec<String>) {
        let Value::Object(entries) = node else { return };
        for group in ["properties", "$defs"] {
            let Some(Value::Object(fields)) = entries.get(group) else { continue };
            // `if` has no fields of its own, and `false` forbids one that is described elsewhere.
            for (name, field) in fields.iter().filter(|_| !place.contains("/if") && !place.contains("/else"))
            {
                let referred = field["$ref"].as_str().and_then(|at| root.pointer(at.strip_prefix('#')?));
                let described = |node: &Value| node["description"].as_str().is_some_and(|it| it.len() > 3);
                if field.is_object() && !described(field) && !referred.is_some_and(described) {
                    missing.push(format!("{place}/{name}"));
                }
            }
        }
        for (key, value) in entries {
            visit(&format!("{place}/{key}"), value, root, missing);
        }
    }
    let mut missing = Vec::new();
    for name in NAMES {
        let schema = schema(name);
        visit(name, &schema, &schema, &mut missing);
        assert!(schema["description"].is_string(), "{name}");
    }
    assert!(missing.is_empty(), "without a description: {missing:#?}");
}

#[test]
fn objects_of_the_schemas_are_closed() {
    fn visit(place: &str, node: &Value, open: &mut Vec<String>) {
        match node {
            Value::Object(entries) => {
                if entries.get("type") == Some(&json!("object"))
                    && !entries.contains_key("additionalProperties")
                {
                    open.push(place.to_owned());
                }
                entries.iter().for_each(|(key, value)| visit(&format!("{place}/{key}"), value, open));
            }
            Value::Array(items) => items.iter().for_each(|item| visit(place, item, open)),
            _ => {}
        }
    }
    let mut open = Vec::new();
    NAMES.iter().for_each(|name| visit(name, &schema(name), &mut open));
    assert!(open.is_empty(), "open objects: {open:#?}");
}

#[test]
fn model_files_validate() {
    let validator = validator("model.schema.json");
    for model in builtin::any() {
        let document = serde_json::from_str(&any_to_json(&model)).unwrap();
        assert_valid(&validator, model.name(), &document);
        let printed = recoverable(&["convert", model.name(), "--to", "json"]).output().unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), document);
    }
    let folder = TempDir::new().unwrap();
    for (name, document) in
        [("full", full_model()), ("chain", cases::beyond_the_limit()), ("nothing", nothing_holds())]
    {
        assert_valid(&validator, name, &document);
        let file = write(&folder, &format!("{name}.json"), &document);
        recoverable(&["convert", &file, "--to", "json"]).assert().success();
    }
}

#[test]
fn wrong_model_files_do_not_validate_and_are_not_read() {
    let edits: Edits = vec![
        ("an unknown kind", "/kind", Some(json!("HMM"))),
        ("no kind", "/kind", None),
        ("no transition", "/transition", None),
        ("an unknown key", "/startprob", Some(json!([1]))),
        ("an unknown key of the task", "/task/weight", Some(json!([1]))),
        ("an empty task", "/task/weights", None),
        ("a misspelt orientation", "/orientation", Some(json!("rows"))),
        ("an unknown initial_of", "/initial_of", Some(json!("H2"))),
        ("no state", "/initial", Some(json!([]))),
        ("no token", "/emission", Some(json!([]))),
        ("a row without entries", "/emission", Some(json!([[], []]))),
        ("a number for a list", "/initial", Some(json!(1))),
        ("a number for a row", "/transition/0", Some(json!("1/2"))),
        ("a boolean entry", "/transition/0/0", Some(json!(true))),
        ("a null entry", "/transition/0/0", Some(json!(null))),
        ("not a number", "/transition/0/0", Some(json!("abc"))),
        ("two fraction bars", "/transition/0/0", Some(json!("1/2/3"))),
        ("a sign below the bar", "/transition/0/0", Some(json!("1/-2"))),
        ("a zero denominator", "/transition/0/0", Some(json!("1/0_0"))),
        ("no digit", "/transition/0/0", Some(json!("."))),
        ("an empty string", "/transition/0/0", Some(json!(""))),
        ("a hexadecimal number", "/transition/0/0", Some(json!("0x1"))),
        ("NaN", "/transition/0/0", Some(json!("nan"))),
        ("a blank", "/transition/0/0", Some(json!(" 3/4"))),
        ("a comma", "/transition/0/0", Some(json!("0,75"))),
        ("one row of weights in a list", "/task/weights", Some(json!([[1, -1]]))),
        ("rows and numbers mixed", "/task/weights", Some(json!([[1, -1], 1]))),
        ("a name twice", "/states", Some(json!(["sun", "sun"]))),
        ("an empty name", "/states", Some(json!(["sun", ""]))),
        ("a number for a name", "/states", Some(json!(["sun", 1]))),
    ];
    let wrong = assert_each_edit_is_refused(&validator("model.schema.json"), &full_model(), edits);
    let folder = TempDir::new().unwrap();
    for (what, document) in wrong {
        let file = write(&folder, "wrong.json", &document);
        let code = recoverable(&["check", &file]).output().unwrap().status.code();
        assert_eq!(code, Some(2), "{what}: the program reads what the schema refuses");
    }
}

#[test]
fn every_report_line_validates() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, document: Value| write(&folder, name, &document);
    let mut no_task = full_model();
    no_task.as_object_mut().unwrap().remove("task");
    let mut loose_row = full_model();
    loose_row["emission"] = json!([["0.3", "0.3", "0.3"], [1, 0, 0]]);
    let (full, chain, nothing) = (
        file("full.json", full_model()),
        file("chain.json", cases::beyond_the_limit()),
        file("nothing.json", nothing_holds()),
    );
    let (no_task, loose_row) = (file("no-task.json", no_task), file("loose-row.json", loose_row));
    let certificates = folder.path().join("certificates");
    let runs: [&[&str]; 8] = [
        &["check", "--format", "json"],
        &["check", "--format", "json", "--names"],
        &["check", "--format", "json", "--certificates", certificates.to_str().unwrap()],
        &["check", "--format", "json", &full, &no_task, &nothing],
        &["check", "--format", "json", &chain],
        &["check", "--format", "json", "--normalize", &loose_row],
        &["check", "--format", "json", "--statement", "claim-a.1", "--statement", "assumption-3.1"],
        &[
            "check",
            "--format",
            "json",
            "--statement",
            "assumption-3.2",
            "--statement",
            "proportional-head",
            &nothing,
        ],
    ];
    let validator = validator("report.schema.json");
    for args in runs {
        let lines = lines(args);
        assert!(!lines.is_empty(), "{args:?}");
        lines.iter().for_each(|line| assert_valid(&validator, &format!("{args:?}"), line));
    }
}

#[test]
fn the_report_of_a_normalised_list_validates() {
    let folder = TempDir::new().unwrap();
    let loose = edited(&full_model(), "/initial", Some(json!(["1/2", "49/100"])));
    let loose = write(&folder, "loose.json", &loose);
    let report = lines(&["check", "--format", "json", "--normalize", &loose]).remove(0);
    assert_valid(&validator("report.schema.json"), "--normalize", &report);
}

#[test]
fn wrong_report_lines_do_not_validate() {
    let report = lines(&["check", "casino", "--format", "json"]).remove(0);
    let edits: Edits = vec![
        ("another version", "/schema", Some(json!("recoverable.report/2"))),
        ("an unknown key", "/time", Some(json!(3))),
        ("no findings", "/findings", None),
        ("a hash that is none", "/model/sha256", Some(json!("6be6"))),
        ("no state", "/model/states", Some(json!(0))),
        ("an unknown verdict", "/statements/0/verdict", Some(json!("true"))),
        ("a proof without a certificate", "/statements/0/certificate", None),
        ("a refutation of nothing", "/statements/0/verdict", Some(json!("not-applicable"))),
        ("a violated hypothesis of a proof", "/statements/0/violated", Some(json!(["assumption-3.1"]))),
        ("a bare word for a hypothesis", "/statements/0/hypotheses/0/holds", Some(json!("yes"))),
        ("an unknown hypothesis", "/statements/0/hypotheses/0/id", Some(json!("assumption-9.9"))),
        ("a part left out", "/statements/0/hypotheses/1/parts/aperiodic", None),
        ("a float in a head", "/statements/0/construction/head/0", Some(json!(0.5))),
        ("a fraction not in lowest terms", "/statements/0/construction/head/0", Some(json!("3/1"))),
        ("a wrong certificate", "/statements/0/certificate/evidence/rule", Some(json!("trust-me"))),
        ("a state twice", "/statements/3/construction/essential_states", Some(json!([1, 1]))),
        ("a prompt without a token", "/statements/3/construction/prompt", Some(json!([]))),
        ("a float in a prompt", "/statements/3/construction/prompt/0/0", Some(json!(0.5))),
        ("a choice without its sources", "/statements/3/hypotheses/1/choice/sources", None),
        ("a choice among none", "/statements/3/hypotheses/1/choice/compared", Some(json!(0))),
        ("a bound of 0", "/statements/3/hypotheses/1/choice/sigma_min/lower", Some(json!("0"))),
        ("a head that exists without itself", "/findings/proportional_head/head", None),
        ("an undecided head with a certificate", "/findings/proportional_head/exists", Some(json!(null))),
        ("a float for a rank", "/findings/rank_emission", Some(json!(1.5))),
        ("a rank for its certificate", "/findings/rank_certificate", Some(json!(2))),
        ("an uncertified bound", "/findings/conditioning/sigma_min/certificate", None),
        ("a float for a bound", "/findings/conditioning/sigma_min/lower", Some(json!(0.2))),
        ("a string for an estimate", "/findings/conditioning/condition_f64", Some(json!("2.7"))),
        ("a rank without its tolerance", "/findings/conditioning/numerical_rank/tolerance", None),
        ("a least head without its norm", "/findings/conditioning/least_head/norm", None),
        ("no norm", "/findings/conditioning/head_norm", Some(json!([]))),
        ("margins of no length", "/findings/conditioning/margins/length", Some(json!(0))),
        ("margins without the head's norm", "/findings/conditioning/head_norm", None),
        ("an unknown word", "/findings/conditioning/in_f64", Some(json!("proved"))),
        ("no words", "/findings/conditioning/in_words", None),
    ];
    assert_each_edit_is_refused(&validator("report.schema.json"), &report, edits);
}

#[test]
fn label_verify_and_error_lines_validate() {
    let folder = TempDir::new().unwrap();
    let full = write(&folder, "full.json", &full_model());
    let label = validator("report.schema.json#/$defs/label");
    let head =
        write(&folder, "head.json", &json!({ "head": [-10, 0, 0, 0, 0, 4], "prompt": [["1/2", 0], [1, 1]] }));
    let runs: [&[&str]; 5] = [
        &["label", "casino", "--tokens", "0,_,5", "--head", &head, "--format", "json"],
        &["label", "casino", "--tokens", "0,_,5", "--format", "json"],
        &["label", "sentences", "--tokens", "0,_,2", "--format", "json"],
        &["label", "cpg", "--tokens", "A,C", "--names", "--format", "json"],
        &["label", &full, "--tokens", "2,1,0", "--format", "json"],
    ];
    for args in runs {
        lines(args).iter().for_each(|line| assert_valid(&label, &format!("{args:?}"), line));
    }
    let edits: Edits = vec![
        ("a score without a label", "/label", None),
        ("a float", "/probability", Some(json!(0.25))),
        ("a head without a label", "/construction/label", None),
        ("outputs of too few positions", "/construction/model_output", Some(json!([["1", "0"]]))),
        ("an unknown key", "/tokens", Some(json!([0]))),
    ];
    assert_each_edit_is_refused(&label, &lines(runs[0])[0], edits);

    let coverage = lines(&["coverage", "sentences", "--lengths", "2..5", "--format", "json"]);
    assert_valid(&validator("report.schema.json#/$defs/coverage"), "coverage", &coverage[0]);

    let certificates = folder.path().join("certificates");
    recoverable(&["check", "casino", "--certificates", certificates.to_str().unwrap()]).assert().success();
    let good = certificates.join("casino.theorem-3.3.cert.json");
    let text = fs::read_to_string(&good).unwrap();
    let bad = write(&folder, "bad.json", &serde_json::from_str(&text.replace("\"-10\"", "\"-11\"")).unwrap());
    let verify = validator("report.schema.json#/$defs/verify");
    let found = lines(&["verify", good.to_str().unwrap(), &bad, "--format", "json"]);
    assert_eq!(found.len(), 2);
    found.iter().for_each(|line| assert_valid(&verify, "a line of verify", line));
    let edits: Edits = vec![
        ("accepted for a reason", "/reason", Some(json!("it looks right"))),
        ("accepted without a claim", "/claim", None),
        ("rejected without a reason", "/accepted", Some(json!(false))),
    ];
    assert_each_edit_is_refused(&verify, &found[0], edits);

    let validator = validator("report.schema.json#/$defs/error");
    let wrong = write(&folder, "wrong.json", &edited(&full_model(), "/transition/0/0", Some(json!("abc"))));
    let runs: [&[&str]; 7] = [
        &["check", &wrong, "--format", "json"],
        &["check", "nowhere.toml", "--format", "json"],
        &["check", "--nonsense", "--format", "json"],
        &["label", "casino", "--tokens", "", "--format", "json"],
        &["label", "casino", "--tokens", "6", "--format", "json"],
        &["verify", &full, "--format", "json"],
        &["check", "casino", "--certificates", &full, "--format", "json"],
    ];
    for args in runs {
        assert_valid(&validator, &format!("{args:?}"), &error(args));
    }
    let edits: Edits = vec![
        ("no code", "/error/code", None),
        ("no message", "/error/message", None),
        ("a line 0", "/error/position/line", Some(json!(0))),
        ("an empty position", "/error/position", Some(json!({}))),
    ];
    assert_each_edit_is_refused(&validator, &error(runs[0]), edits);
}

/// `W` has equal columns, two tokens and two states that lead to each other: something fails, and can be repaired.
fn dependent() -> Value {
    json!({ "kind": "hmm", "initial": [1, 0], "transition": [["0", "1"], ["1", "0"]],
            "emission": [["1/2", "1/2"], ["1/2", "1/2"]], "task": { "weights": [1, -1] } })
}

/// Two tokens see one direction of three states only.
fn no_head(weights: Value) -> Value {
    json!({ "kind": "hmm", "initial": ["1/3", "1/3", "1/3"],
            "transition": [["3/4", "1/8", "1/8"], ["1/8", "3/4", "1/8"], ["1/8", "1/8", "3/4"]],
            "emission": [["3/4", "1/2", "1/4"], ["1/4", "1/2", "3/4"]], "task": { "weights": weights } })
}

#[test]
fn lines_of_counterexample_and_bound_validate() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, document: Value| write(&folder, name, &document);
    let mut bare = dependent();
    bare.as_object_mut().unwrap().remove("task");
    let (dependent, bare) = (file("dependent.json", dependent()), file("bare.json", bare));
    let nothing = file("nothing.json", nothing_holds());
    let two = file("two.json", no_head(json!([1, -2, 1])));
    let three = file("three.json", no_head(json!([[1, 0, 0], [0, 1, 0], [0, 0, 1]])));
    let right = file("right.json", json!({ "head": [-10, 0, 0, 0, 0, 4] }));
    let wrong = file("wrong.json", json!({ "head": [-10, 0, 0, 0, 0, "3.5"], "prompt": [["1/2", 1]] }));
    let certificates = folder.path().join("certificates");
    // In files: the reports then hold their paths.
    let run = |args: &[&str]| {
        let more = ["--format", "json", "--certificates", certificates.to_str().unwrap()];
        let mut found = lines(&[args, &more].concat());
        assert_eq!(found.len(), 1, "{args:?}");
        found.remove(0)
    };
    let valid = validator("counterexample.schema.json");
    for model in ["casino", "cpg", &dependent, &bare, &nothing, &two, &three] {
        assert_valid(&valid, model, &run(&["counterexample", model]));
    }
    let given = |head: &str| run(&["counterexample", "casino", "--limit", "2000", "--head", head]);
    let erring = given(&wrong);
    assert_valid(&valid, "a right head", &given(&right));
    let edits: Edits = vec![
        ("another version", "/schema", Some(json!("recoverable.counterexample/2"))),
        ("no answer", "/answer", None),
        ("an unknown key", "/seconds", Some(json!(1))),
        ("heads without a word", "/linear_head", None),
        ("a head that does not exist", "/linear_head", Some(json!("impossible"))),
        ("no head that exists", "/head", None),
        ("no most probable error", "/given/most_probable", None),
        ("an error without its labels", "/given/shortest/head_label", None),
        ("an error of no length", "/given/shortest/tokens", Some(json!([]))),
        ("an impossible error", "/given/shortest/probability", Some(json!("0"))),
        ("an error of what is proved", "/given/proved", Some(json!(true))),
        ("a prompt of no token", "/given/construction/prompt", Some(json!([]))),
        ("a radius that is 0", "/hypotheses/0/radius/entrywise", Some(json!("0"))),
        ("what holds without its radius", "/hypotheses/0/radius", None),
        ("what holds with a witness", "/hypotheses/0/witness", Some(json!({ "period": 2 }))),
        ("what holds without a certificate", "/hypotheses/0/certificate", None),
    ];
    assert_each_edit_is_refused(&valid, &erring, edits);
    let edits: Edits = vec![
        ("no contradiction", "/linear_head_impossible", Some(json!(null))),
        ("a side left out", "/linear_head_impossible/label_1", None),
        ("a negative weight", "/linear_head_impossible/label_0/0,1", Some(json!("-1"))),
        ("a word that is none", "/linear_head_impossible/label_0/0,", Some(json!("1"))),
        ("no inputs", "/inputs", None),
        ("a float", "/inputs/0/probability", Some(json!(0.25))),
        ("no words", "/in_words", None),
        ("no certificate", "/certificate", None),
    ];
    assert_each_edit_is_refused(&valid, &run(&["counterexample", &two]), edits);

    let valid = validator("bound.schema.json");
    for head in [&right, &wrong] {
        for limit in ["1", "60", "2000"] {
            let line = run(&["bound", "casino", "--limit", limit, "--head", head]);
            assert_valid(&valid, &format!("bound --limit {limit} --head {head}"), &line);
        }
    }
    let at_length = run(&["bound", "casino", "--limit", "60", "--length", "3", "--head", &wrong]);
    let edits: Edits = vec![
        ("a bracket at no length", "/at_length/length", None),
        ("at the empty input", "/at_length/length", Some(json!(0))),
        ("a float for a probability", "/at_length/upper", Some(json!(0.5))),
    ];
    assert_each_edit_is_refused(&valid, &at_length, edits);
    let edits: Edits = vec![
        ("another version", "/schema", Some(json!("recoverable.bound/2"))),
        ("no model", "/model", None),
        ("half a bracket", "/disagreement/upper", None),
        ("a bracket from nowhere", "/disagreement/from_length", Some(json!(0))),
        ("a float for a probability", "/disagreement/lower", Some(json!(0.1))),
        ("a negative probability", "/disagreement/lower", Some(json!("-1/2"))),
        ("a length that is none", "/shorter/0", Some(json!("1/2"))),
        ("a witness of what is proved", "/proved", Some(json!(true))),
        ("an unknown end", "/ended", Some(json!("tired"))),
    ];
    assert_each_edit_is_refused(&valid, &run(&["bound", "casino", "--limit", "60", "--head", &wrong]), edits);

    let report =
        lines(&["check", "printed-prompt", "--statement", "theorem-4.6", "--format", "json"]).remove(0);
    let head = file("attention.json", report["statements"][0]["construction"].clone());
    let bound = run(&["bound", "printed-prompt", "--limit", "40", "--head", &head]);
    let edits: Edits = vec![
        ("another theorem", "/right_on/statement", Some(json!("theorem-3.3"))),
        ("right nowhere", "/right_on/states", Some(json!([]))),
        ("a coverage above 1", "/right_on/coverage/1", Some(json!(2))),
        ("certified by a word", "/certified", Some(json!("yes"))),
    ];
    assert_each_edit_is_refused(&valid, &bound, edits);
}

/// A search that looks exactly (a score of the head vanishes on every prefix), as it is saved; what does not validate is not gone on with.
#[test]
fn saved_searches_validate() {
    let folder = TempDir::new().unwrap();
    let valid = validator("search.schema.json");
    let head = write(
        &folder,
        "head.json",
        &json!({ "head": [["1", 0, "-1"], ["0", 1, 0]], "prompt": [["1/2", "1"]] }),
    );
    let model = write(&folder, "model.json", &two_classes());
    let file = folder.path().join("search.json").to_str().unwrap().to_owned();
    let run = |more: &[&str]| {
        let args = ["bound", &model, "--head", &head, "--format", "json", "--target", "0", "--limit"];
        recoverable(&[&args[..], more].concat()).output().unwrap().status.code()
    };
    for limit in [&["1"][..], &["60", "--length", "4"], &["400", "--length", "3"], &["400"]] {
        assert!(matches!(run(&[limit, &["--save", &file]].concat()), Some(1 | 3)));
        let saved = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_valid(&valid, &format!("--limit {limit:?}"), &saved);
    }
    let saved: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert!(!saved["search"]["looks"].as_array().unwrap().is_empty());
    let edits: Edits = vec![
        ("another version", "/schema", Some(json!("recoverable.search/2"))),
        ("no model", "/model", None),
        ("a decimal in the model", "/model/initial/0", Some(json!("0.5"))),
        ("no head", "/construction/head", None),
        ("an unknown key", "/search/note", Some(json!("hello"))),
        ("a step that is none", "/search/steps/0", Some(json!(-1))),
        ("a step beyond all nodes", "/search/steps/0", Some(json!(4_294_967_296_u64))),
        ("a look without numbers", "/search/looks/0/numbers", None),
        ("a float", "/search/looks/0/numbers/0", Some(json!(0.5))),
        ("one label", "/search/looks/0/labels", Some(json!([1]))),
        ("inputs of no token", "/length", Some(json!(0))),
    ];
    for (what, document) in assert_each_edit_is_refused(&valid, &saved, edits) {
        let wrong = write(&folder, "wrong.json", &document);
        assert_eq!(run(&["500", "--resume", &wrong]), Some(2), "{what}: the search goes on");
    }
}

/// Two classes, equally likely in the first state whatever is seen.
fn two_classes() -> Value {
    json!({ "kind": "hmm", "initial": ["1/2", "1/2"], "transition": [["1/2", "1/3"], ["1/2", "2/3"]],
            "emission": [["1/4", "1/2"], ["1/2", "1/4"], ["1/4", "1/4"]],
            "task": { "weights": [["1", "-1"], ["-1", "1"]] } })
}

#[test]
fn lines_of_prompt_validate() {
    let folder = TempDir::new().unwrap();
    let valid = validator("prompt.schema.json");
    let run = |args: &[&str]| {
        let found = lines(&[&["prompt"], args, &["--format", "json"]].concat());
        assert_eq!(found.len(), 1, "{args:?}");
        assert_valid(&valid, &args.join(" "), &found[0]);
        found[0].clone()
    };
    run(&["casino"]);
    run(&["cpg"]);
    let none = write(&folder, "none.json", &json!({ "prompt": [["1", "1", "1"]] }));
    run(&["whisper", "--prompt", &none]);
    // Nothing is below this threshold, and the classes of the second model are three.
    run(&["whisper", "--threshold", "1/100"]);
    run(&["casino", "--threshold", "1/100", "--limit", "20"]);
    let three = write(&folder, "three.json", &no_head(json!([[1, 0, 0], [0, 1, 0], [0, 0, 1]])));
    run(&[&three]);
    let searched = run(&["whisper"]);
    let edits: Edits = vec![
        ("another version", "/schema", Some(json!("recoverable.prompt/2"))),
        ("an unknown question", "/question", Some(json!("why"))),
        ("an unknown key", "/seconds", Some(json!(1))),
        ("no construction of what exists", "/construction", None),
        ("no certificate", "/certificate", None),
        ("a construction of what does not exist", "/exists", Some(json!(false))),
        ("a prompt of no token", "/construction/prompt", Some(json!([]))),
        ("a float", "/construction/prompt/0/0", Some(json!(0.5))),
        ("no length", "/useful_lengths", Some(json!([]))),
        ("half a search", "/searched/seed", None),
        ("an unknown verdict", "/theorem_3_6", Some(json!("maybe"))),
    ];
    assert_each_edit_is_refused(&valid, &searched, edits);
    let head = write(&folder, "head.json", &searched["construction"]);
    let edits: Edits = vec![
        ("no law", "/law", None),
        ("no prompt", "/prompt", None),
        ("no certificate", "/certificate", None),
        ("nothing known, without a limit", "/exists", Some(json!(null))),
    ];
    assert_each_edit_is_refused(&valid, &run(&["whisper", "--prompt", &head]), edits);
    let edits: Edits = vec![
        ("no threshold", "/threshold", None),
        ("no bracket", "/disagreement", None),
        ("no construction", "/construction", None),
        ("a construction of nothing", "/assumption_3_5", Some(json!(false))),
    ];
    assert_each_edit_is_refused(&valid, &run(&["casino", "--threshold", "1/100", "--limit", "20"]), edits);
}

#[test]
fn every_certificate_validates() {
    let validator = validator("certificate.schema.json");
    let folder = TempDir::new().unwrap();
    let nothing = write(&folder, "nothing.json", &nothing_holds());
    let full = write(&folder, "full.json", &full_model());
    let written = folder.path().join("certificates");
    for models in [vec![], vec![nothing.as_str(), full.as_str()]] {
        let args = [vec!["check", "--certificates", written.to_str().unwrap()], models].concat();
        recoverable(&args).assert().success();
    }
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/tests/certificates");
    let mut count = 0;
    for folder in [written, corpus] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let document = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            assert_valid(&validator, &path.display().to_string(), &document);
            count += 1;
        }
    }
    assert!(count > 50, "only {count} certificates");
}

#[test]
fn audits_validate() {
    let folder = TempDir::new().unwrap();
    let plan = ["--models", "4", "--trial-models", "12", "--trial-changes", "12", "--simulation-models", "0"];
    cargo_bin_cmd!("recoverable").arg("audit").args(plan).arg("--out").arg(folder.path()).assert().success();
    let report =
        serde_json::from_str(&fs::read_to_string(folder.path().join("report.json")).unwrap()).unwrap();
    let edits: Edits = vec![
        ("another version", "/schema", Some(json!("recoverable.audit/2"))),
        ("no seed", "/plan/seed", None),
        ("an unknown answer", "/trials/0/finding/answer", Some(json!("perhaps"))),
        ("an unknown key of a step", "/printed/0/note", Some(json!("hello"))),
        ("a negative count", "/campaign/models", Some(json!(-1))),
    ];
    assert_each_edit_is_refused(&validator("audit.schema.json"), &report, edits);
}

#[test]
fn every_rule_of_the_schema_has_a_certificate_in_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/tests/certificates");
    let rule = |path: &Path| -> Value {
        let certificate: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        certificate["evidence"]["rule"].clone()
    };
    let found: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| rule(&entry.unwrap().path())).collect();
    let schema = schema("certificate");
    for reference in schema["properties"]["evidence"]["oneOf"].as_array().unwrap() {
        let at = reference["$ref"].as_str().unwrap().strip_prefix('#').unwrap();
        let rule = &schema.pointer(at).unwrap()["properties"]["rule"]["const"];
        assert!(found.contains(rule), "no certificate of the rule {rule}");
    }
}

#[test]
fn wrong_examples_do_not_validate_and_are_not_accepted() {
    let validator = validator("certificate.schema.json");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/tests/certificates");
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap()
    };
    let singular: Edits = vec![
        ("another kind", "/model/kind", Some(json!("hmm"))),
        ("a key of the other kind", "/model/emission", Some(json!([["1"]]))),
        ("no row", "/model/entries", Some(json!([]))),
        ("a split that is no index", "/model/split", Some(json!(-1))),
        ("null for an absent right side", "/model/rhs", Some(json!(null))),
        ("a fraction in the factor", "/evidence/factor/0/0", Some(json!("9/2"))),
        ("a scale that is too large", "/evidence/scale_bits", Some(json!(65537))),
        ("no upper bound", "/evidence/upper", None),
    ];
    let intersection: Edits = vec![
        ("no rank of the whole", "/evidence/both", None),
        ("an unknown key of a rank", "/evidence/left/note", Some(json!("hello"))),
        ("a repeated column", "/evidence/right/columns", Some(json!([0, 0]))),
    ];
    let tree: Edits = vec![
        ("false where it is absent", "/evidence/tree/rounded", Some(json!(false))),
        ("null where it is absent", "/evidence/tree/rounded", Some(json!(null))),
        ("a look at nothing", "/evidence/tree/ahead", Some(json!(0))),
        ("a node that looks ahead without a number", "/evidence/tree/nodes/1", Some(json!("by-state"))),
        ("null for an absent prompt", "/evidence/construction/prompt", Some(json!(null))),
        ("an empty prompt", "/evidence/construction/prompt", Some(json!([]))),
        ("an unknown node", "/evidence/tree/nodes/1", Some(json!("leaf"))),
        ("an object for a node without content", "/evidence/tree/nodes/1", Some(json!({"open": null}))),
        ("a node of two kinds", "/evidence/tree/nodes/3/settled", Some(json!({"task": 1, "head": 1}))),
        ("a negative ratio", "/evidence/tree/nodes/3/exact/ratios/0", Some(json!("-1"))),
        ("a negative bound", "/evidence/bracket/lower", Some(json!("-1/2"))),
        ("no bracket", "/evidence/bracket", None),
    ];
    let packed: Edits = vec![
        ("no contradiction", "/evidence/contradictions", Some(json!([]))),
        ("no term", "/evidence/contradictions/0/terms", Some(json!([]))),
        ("no share", "/evidence/contradictions/0/share", None),
        ("a share of zero", "/evidence/contradictions/0/share", Some(json!("0"))),
        ("a negative weight", "/evidence/contradictions/0/terms/0/weight", Some(json!("-1"))),
        ("an empty input", "/evidence/contradictions/0/terms/0/tokens", Some(json!([]))),
    ];
    for (name, edits) in [
        ("singular-value-matrix", singular),
        ("intersection", intersection),
        ("disagreement", tree),
        ("packed-contradictions", packed),
    ] {
        for (what, document) in assert_each_edit_is_refused(&validator, &read(name), edits) {
            assert!(
                recoverable_checker::check(&document.to_string()).is_err(),
                "{what}: accepted by the checker"
            );
        }
    }
}

#[test]
fn wrong_certificates_do_not_validate_and_are_not_accepted() {
    let report = lines(&["check", "casino", "--format", "json"]).remove(0);
    let edits: Edits = vec![
        ("another version", "/schema", Some(json!("recoverable.certificate/2"))),
        ("no claim", "/claim", None),
        ("an unknown key", "/comment", Some(json!("hello"))),
        ("an unknown key of the model", "/model/states", Some(json!(["a", "b"]))),
        ("an unknown key of the evidence", "/evidence/note", Some(json!("hello"))),
        ("an unknown statement", "/claim/statement", Some(json!("theorem-9.9"))),
        ("an undecided verdict", "/claim/verdict", Some(json!("bounded"))),
        ("another orientation", "/model/orientation", Some(json!("row-stochastic"))),
        ("a memory model", "/model/kind", Some(json!("memory-hmm"))),
        ("a float in the model", "/model/initial/0", Some(json!(0.5))),
        ("a decimal in the model", "/model/initial/0", Some(json!("0.5"))),
        ("a zero denominator", "/model/initial/0", Some(json!("1/0"))),
        ("a leading zero", "/model/initial/0", Some(json!("02/3"))),
        ("a denominator of 1", "/evidence/head/0/0", Some(json!("-10/1"))),
        ("a negative zero", "/evidence/head/0/1", Some(json!("-0"))),
        ("a list for an object", "/claim", Some(json!(["theorem-3.3", "proved"]))),
        ("null for an absent task", "/model/task", Some(json!(null))),
        ("an unknown rule", "/evidence/rule", Some(json!("trust-me"))),
        ("no rule", "/evidence/rule", None),
        ("the rule of other evidence", "/evidence/rule", Some(json!("ergodic"))),
        ("no modulus", "/evidence/independence/modulus", None),
        ("a modulus that is too large", "/evidence/independence/modulus", Some(json!(1u64 << 28))),
        ("a negative index", "/evidence/independence/rows/0", Some(json!(-1))),
        ("a step with three states", "/evidence/ergodic/trees/forward/0", Some(json!([0, 1, 0]))),
        ("a binary head that is no row", "/evidence/head", Some(json!(["1", "2"]))),
        ("one row of weights in a list", "/model/task/weights", Some(json!([["1", "-1"]]))),
    ];
    let certificate = &report["statements"][0]["certificate"];
    let wrong = assert_each_edit_is_refused(&validator("certificate.schema.json"), certificate, edits);
    for (what, document) in wrong {
        assert!(
            recoverable_checker::check(&document.to_string()).is_err(),
            "{what}: accepted by the checker"
        );
    }
}

/// The lines of a study's file: the plan, then the runs.
fn study(folder: &TempDir, args: &[&str], file: &str) -> Vec<Value> {
    let output = folder.path().join(args[1]);
    let small = ["--quick", "--states", "2", "--seeds", "1", "--train", "60", "--length", "4"];
    let short = ["--target", "0.2", "--limit", "50", "--output", output.to_str().unwrap()];
    recoverable(&[args, &small, &short].concat()).assert().success();
    let text = fs::read_to_string(output.join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_lines_of_studies_validate() {
    let folder = TempDir::new().unwrap();
    let figure = ["simulate", "figure3", "--prompt", "1", "--values", "2"];
    let cases = [
        ("figure3", study(&folder, &figure, "runs.jsonl")),
        ("figure3", study(&folder, &figure, "memory-runs.jsonl")),
        ("ablations", study(&folder, &["simulate", "ablations"], "runs.jsonl")),
        ("noise", study(&folder, &["simulate", "noise"], "runs.jsonl")),
    ];
    for (name, lines) in cases {
        let valid = validator(&format!("{name}.schema.json"));
        assert_eq!(lines.len(), 2, "{name}");
        lines.iter().for_each(|line| assert_valid(&valid, name, line));
        let wrong = [
            ("an unknown key", "/time", Some(json!(3))),
            ("a seed below 0", "/seed", Some(json!(-1))),
            ("no seed", "/seed", None),
        ];
        assert_each_edit_is_refused(&valid, &lines[1], wrong.to_vec());
        assert_each_edit_is_refused(&valid, &lines[0], wrong[..1].to_vec());
    }
}
