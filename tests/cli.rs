//! The command line as others rely on it: what each command prints, its exit codes, its files.

mod cases;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};

use assert_cmd::{
    Command,
    cargo::{cargo_bin, cargo_bin_cmd},
};
use recoverable::{model::builtin, report::model_hash};
use recoverable_checker::certificate;
use serde_json::{Value, json};
use tempfile::TempDir;

fn recoverable(args: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("recoverable");
    command.args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").timeout(Duration::from_secs(20));
    command
}

fn run(args: &[&str]) -> Output {
    recoverable(args).output().unwrap()
}

fn code(args: &[&str]) -> Option<i32> {
    run(args).status.code()
}

/// What a successful run prints; nothing else is printed.
fn stdout(args: &[&str]) -> String {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), stderr.as_ref()), (Some(0), ""), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The JSON Lines of a run, whatever its exit code; nothing is on stderr.
fn lines(args: &[&str]) -> Vec<Value> {
    let output = run(&[args, &["--format", "json"]].concat());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn line(args: &[&str]) -> Value {
    let mut lines = lines(args);
    assert_eq!(lines.len(), 1, "{args:?}");
    lines.remove(0)
}

/// The statement with this id in a report.
fn statement<'a>(report: &'a Value, id: &str) -> &'a Value {
    let statements = report["statements"].as_array().unwrap();
    statements.iter().find(|found| found["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn ids(report: &Value) -> Vec<&str> {
    report["statements"].as_array().unwrap().iter().map(|found| found["id"].as_str().unwrap()).collect()
}

fn hash(file: &str) -> String {
    line(&["check", file, "--statement", "assumption-3.2"])["model"]["sha256"].as_str().unwrap().to_owned()
}

/// Files of one test.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

/// Names and contents of the files in a folder.
fn contents(folder: &str) -> BTreeMap<String, String> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
    };
    fs::read_dir(folder).unwrap().map(entry).collect()
}

/// The statements that `check` takes certificates of where everything holds, in the order of the file names.
const CLAIMS: [&str; 16] = [
    "assumption-3.1",
    "assumption-3.2.aperiodic",
    "assumption-3.2",
    "assumption-3.2.full-support",
    "assumption-3.2.irreducible",
    "assumption-3.5",
    "claim-a.1",
    "emission-rank",
    "emission-singular-value",
    "least-head",
    "lemma-b.1",
    "lemma-b.2",
    "proportional-head",
    "proposition-3.4",
    "theorem-3.3",
    "theorem-3.6",
];

const COIN: &str = r#"
kind = "hmm"
initial = ["1/2", "1/2"]
transition = [["3/4", "1/3"], ["1/4", "2/3"]]
emission = [["2/3", "1/4"], ["1/3", "3/4"]]
"#;

/// Three classes on three states that are seen as they are.
const WEATHER: &str = r#"
kind = "hmm"
states = ["rain", "clouds", "sun"]
tokens = ["wet", "grey", "bright"]
initial = ["1/3", "1/3", "1/3"]
transition = [["1/2", "1/4", "1/4"], ["1/4", "1/2", "1/4"], ["1/4", "1/4", "1/2"]]
emission = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
task.weights = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
"#;

/// Nothing holds: a closed set, equal columns of `W`, a point mass for `H_0`.
const STUCK: &str = r#"
kind = "hmm"
initial = [1, 0]
transition = [["1", "1/2"], ["0", "1/2"]]
emission = [["1/2", "1/2"], ["1/2", "1/2"]]
task.weights = [1, -1]
"#;

// ---------------------------------------------------------------------------------------------
// check

#[test]
fn check_prints_one_line_for_each_built_in_model() {
    let reports = lines(&["check"]);
    let model = |report: &Value| {
        let model = &report["model"];
        let size = |key: &str| model[key].as_u64().unwrap();
        (model["name"].as_str().unwrap().to_owned(), size("states"), size("tokens"))
    };
    let models: Vec<_> = reports.iter().map(model).collect();
    let expected = [
        ("casino", 2, 6),
        ("cpg", 8, 4),
        ("ice-cream", 2, 3),
        ("vowels", 2, 27),
        ("whisper", 3, 2),
        ("sentences", 6, 11),
        ("printed-prompt", 3, 4),
    ];
    assert_eq!(models, expected.map(|(name, states, tokens)| (name.to_owned(), states, tokens)));
    for report in &reports {
        assert_eq!(report["schema"], "recoverable.report/1");
        assert_eq!(report["tool"], json!({"name": "recoverable", "version": env!("CARGO_PKG_VERSION")}));
        if report["model"]["kind"] == "memory-hmm" {
            assert_eq!(ids(report), ["theorem-4.3", "theorem-4.6"]);
        } else {
            assert_eq!(report["model"]["kind"], "hmm");
            let expected =
                ["theorem-3.3", "proposition-3.4", "claim-a.1", "theorem-3.6", "lemma-b.1", "lemma-b.2"];
            assert_eq!(ids(report), expected);
        }
        assert_eq!(report["model"].get("normalized"), None);
    }
}

#[test]
fn check_says_which_statements_are_proved() {
    let verdicts = |report: &Value| -> Vec<String> {
        let statements = report["statements"].as_array().unwrap();
        statements.iter().map(|found| found["verdict"].as_str().unwrap().to_owned()).collect()
    };
    for report in lines(&["check", "casino", "cpg", "ice-cream", "vowels", "whisper"]) {
        let rank_is_full = report["model"]["name"] != "cpg" && report["model"]["name"] != "whisper";
        let first = if rank_is_full { "proved" } else { "not-applicable" };
        let expected = [first, "proved", "proved", first, "proved", "proved"];
        assert_eq!(verdicts(&report), expected, "{}", report["model"]["name"]);
        assert_eq!(report["findings"]["proportional_head"]["exists"], rank_is_full);
    }
}

#[test]
fn check_reports_hypotheses_construction_and_findings() {
    let casino = line(&["check", "casino"]);
    let theorem = statement(&casino, "theorem-3.3");
    assert_eq!(theorem["vacuous"], false);
    let [independence, ergodicity] = theorem["hypotheses"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!((&independence["id"], &independence["holds"]), (&json!("assumption-3.1"), &json!(true)));
    assert_eq!((&ergodicity["id"], &ergodicity["holds"]), (&json!("assumption-3.2"), &json!(true)));
    assert_eq!(ergodicity["parts"], json!({"irreducible": true, "aperiodic": true, "full_support": true}));
    // The only head that looks at the faces 1 and 6 alone: b W diag(π_1) = μ⊙π0, with π_1 = (2/3, 1/3).
    assert_eq!(theorem["construction"]["head"], json!(["-10", "0", "0", "0", "0", "4"]));
    let findings = &casino["findings"];
    assert_eq!((&findings["rank_emission"], &findings["backward_span_dimension"]), (&json!(2), &json!(2)));
    assert_eq!(findings["linear_head"], "proportional");
    assert_eq!(findings["linear_head_impossible"], Value::Null);

    let cpg = line(&["check", "cpg"]);
    let theorem = statement(&cpg, "theorem-3.3");
    assert_eq!(theorem["violated"], json!(["assumption-3.1"]));
    assert_eq!((theorem.get("construction"), theorem.get("certificate")), (None, None));
    let findings = &cpg["findings"];
    assert_eq!((&findings["rank_emission"], &findings["backward_span_dimension"]), (&json!(4), &json!(8)));
    assert_eq!(findings["proportional_head"]["exists"], false);
    assert_ne!(findings["linear_head"], "proportional");
}

#[test]
fn check_without_any_hypothesis() {
    let files = Files::new();
    let stuck = files.write("stuck.toml", STUCK);
    let report = line(&["check", &stuck]);
    let theorem = statement(&report, "theorem-3.3");
    assert_eq!(theorem["violated"], json!(["assumption-3.1", "assumption-3.2"]));
    let parts = &theorem["hypotheses"][1]["parts"];
    assert_eq!(*parts, json!({"irreducible": false, "aperiodic": null, "full_support": false}));
    assert_eq!(statement(&report, "proposition-3.4")["verdict"], "proved");
    assert_eq!(statement(&report, "claim-a.1")["violated"], json!(["assumption-3.2"]));
    // The conclusion of Theorem 3.3 holds all the same; the verdict is that of the theorem.
    assert_eq!(report["findings"]["linear_head"], "proportional");
    assert_eq!(code(&["check", &stuck]), Some(0), "what does not apply is no failure");
}

#[test]
fn check_without_a_task() {
    let files = Files::new();
    let coin = files.write("coin.toml", COIN);
    let report = line(&["check", &coin]);
    let theorem = statement(&report, "theorem-3.3");
    assert_eq!((theorem.get("verdict"), theorem.get("construction")), (None, None));
    assert_eq!(theorem["hypotheses"][0]["holds"], true);
    assert_eq!(statement(&report, "proposition-3.4")["verdict"], "proved");
    assert_eq!(report["findings"].get("linear_head"), None);
    assert_eq!(report["findings"].get("proportional_head"), None);
    assert_eq!(code(&["check", &coin]), Some(0));
    assert_eq!(code(&["check", &coin, "--require", "claim-a.1"]), Some(0));
    assert_eq!(code(&["check", &coin, "--require", "theorem-3.3"]), Some(1));
}

#[test]
fn check_of_several_classes() {
    let files = Files::new();
    let weather = files.write("weather.toml", WEATHER);
    let report = line(&["check", &weather]);
    // One row for each class; W is the identity and π_1 = π0, so only differences of rows are determined.
    let head = json!([["0", "0", "0"], ["-1", "1", "0"], ["-1", "0", "1"]]);
    assert_eq!(statement(&report, "theorem-3.3")["construction"]["head"], head);
    assert_eq!(report["findings"]["proportional_head"]["head"], head);
}

#[test]
fn check_as_text() {
    let text = stdout(&["check"]);
    for words in [
        "casino",
        "cpg",
        "ice-cream",
        "vowels",
        "whisper",
        "PROVED",
        "NOT APPLICABLE",
        "Theorem 3.3",
        "Claim A.1",
    ] {
        assert!(text.contains(words), "{words} is missing:\n{text}");
    }
    let casino = stdout(&["check", "casino"]);
    assert!(casino.contains("PROVED") && !casino.contains("NOT APPLICABLE"));
    assert!(casino.contains("(-10, 0, 0, 0, 0, 4)"), "the head:\n{casino}");
    assert!(casino.contains(&hash("casino")));
    let cpg = stdout(&["check", "cpg"]);
    assert!(cpg.contains("Assumption 3.1   fails"), "{cpg}");
    assert!(cpg.contains("none exists"), "{cpg}");
}

#[test]
fn check_takes_the_models_in_their_order() {
    let files = Files::new();
    let coin = files.write("coin.toml", COIN);
    let reports = lines(&["check", "vowels", &coin, "casino", "vowels"]);
    let names: Vec<_> = reports.iter().map(|report| report["model"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["vowels", "coin", "casino", "vowels"]);
    assert_eq!(reports[0], reports[3]);
}

#[test]
fn a_file_hides_the_built_in_model_of_its_name() {
    let files = Files::new();
    files.write("casino", COIN);
    let output =
        recoverable(&["check", "casino", "--format", "json"]).current_dir(&files.0).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["model"]["tokens"], 2);
}

#[test]
fn statement_restricts_the_work() {
    let args = |wanted: &[&'static str]| -> Vec<&'static str> {
        ["check", "cpg"].into_iter().chain(wanted.iter().flat_map(|id| ["--statement", id])).collect()
    };
    for id in [
        "theorem-3.3",
        "proposition-3.4",
        "claim-a.1",
        "theorem-3.6",
        "lemma-b.1",
        "lemma-b.2",
        "assumption-3.1",
        "assumption-3.2",
        "assumption-3.5",
    ] {
        let report = line(&args(&[id]));
        assert_eq!(ids(&report), [id]);
        assert_eq!(report["findings"].get("proportional_head"), None, "{id}");
    }
    assert_eq!(ids(&line(&args(&["claim-a.1", "theorem-3.3"]))), ["theorem-3.3", "claim-a.1"]);
    let heads = line(&args(&["proportional-head"]));
    assert_eq!(ids(&heads), [""; 0]);
    assert_eq!(heads["findings"]["proportional_head"]["exists"], false);
    // What is required is examined, even where it was not selected.
    let both = line(&["check", "casino", "--statement", "claim-a.1", "--require", "theorem-3.3"]);
    assert_eq!(ids(&both), ["theorem-3.3", "claim-a.1"]);
    assert!(stdout(&["check", "casino", "--statement", "claim-a.1"]).contains("Claim A.1"));
    assert!(!stdout(&["check", "casino", "--statement", "claim-a.1"]).contains("Theorem 3.3"));
}

#[test]
fn exit_codes_of_check() {
    let files = Files::new();
    let (stuck, limit) =
        (files.write("stuck.toml", STUCK), files.write("limit.json", &cases::beyond_the_limit().to_string()));
    for (args, expected) in [
        (vec!["check"], 0),
        (vec!["check", "cpg"], 0),
        (vec!["check", "casino", "--require", "theorem-3.3"], 0),
        (vec!["check", "casino", "--require", "theorem-3.3", "--require", "proportional-head"], 0),
        (vec!["check", "casino", "--require", "assumption-3.1"], 0),
        (vec!["check", "whisper", "--require", "theorem-3.3"], 1),
        (vec!["check", "whisper", "--require", "claim-a.1"], 0),
        (vec!["check", "whisper", "--require", "claim-a.1", "--require", "theorem-3.3"], 1),
        (vec!["check", "whisper", "--require", "assumption-3.1"], 1),
        (vec!["check", "whisper", "--require", "proportional-head"], 1),
        (vec!["check", "casino", "whisper", "--require", "theorem-3.3"], 1),
        (vec!["check", "casino", "vowels", "--require", "theorem-3.3"], 0),
        (vec!["check", "casino", "--statement", "assumption-3.1"], 0),
        (vec!["check", "cpg", "--statement", "assumption-3.1"], 1),
        (vec!["check", &stuck, "--statement", "assumption-3.2"], 1),
        (vec!["check", &stuck, "--require", "claim-a.1"], 1),
        (vec!["check", &limit], 3),
        (vec!["check", &limit, "--statement", "proposition-3.4"], 0),
        (vec!["check", &limit, "--require", "proportional-head"], 3),
        (vec!["check", &limit, "--require", "theorem-3.3"], 1),
        (vec!["check", &limit, "casino"], 3),
        (vec!["check", &limit, "no such file"], 2),
    ] {
        assert_eq!(code(&args), Some(expected), "{args:?}");
        assert_eq!(code(&[&args[..], &["--format", "json"]].concat()), Some(expected), "{args:?} as JSON");
    }
}

#[test]
fn what_is_beyond_a_limit_is_said_to_be_undecided() {
    let files = Files::new();
    let limit = files.write("limit.json", &cases::beyond_the_limit().to_string());
    let findings = &line(&["check", &limit])["findings"];
    assert_eq!(findings["backward_span_dimension"], Value::Null);
    assert_eq!(
        *findings["proportional_head"].as_object().unwrap(),
        *json!({"exists": null}).as_object().unwrap()
    );
    assert_eq!(findings["linear_head"], "exists", "the label never changes");
    let text = String::from_utf8(run(&["check", &limit]).stdout).unwrap();
    assert!(text.contains("undecided") && text.contains("limit"), "{text}");
}

#[test]
fn names_are_written_where_they_are_asked_for() {
    let with = stdout(&["check", "whisper", "--names"]);
    let without = stdout(&["check", "whisper"]);
    assert!(with.contains("quiet | loud | quiet,quiet"), "{with}");
    assert!(without.contains("0 | 1 | 0,0"), "{without}");
    assert_eq!(
        lines(&["check", "whisper", "--names"]),
        lines(&["check", "whisper"]),
        "JSON always uses indices"
    );
    let ergodic = ["check", "cpg", "--statement", "assumption-3.2"];
    assert!(stdout(&[&ergodic[..], &["--names"]].concat()).contains("A+→A+"));
    assert!(stdout(&ergodic).contains("0→0"));
    let files = Files::new();
    let coin = files.write("coin.toml", COIN);
    assert_eq!(stdout(&["check", &coin, "--names"]), stdout(&["check", &coin]), "without names: the indices");
}

// ---------------------------------------------------------------------------------------------
// Certificates

#[test]
fn certificates_are_written_and_verified() {
    let files = Files::new();
    let folder = files.path("certificates");
    let reports = lines(&["check", "casino", "cpg", "--certificates", &folder]);
    let written = contents(&folder);
    let expected = |model: &str, claims: &[&str]| -> Vec<String> {
        claims.iter().map(|claim| format!("{model}.{claim}.cert.json")).collect()
    };
    let names: Vec<_> = written.keys().cloned().collect();
    let mut without_head = [&CLAIMS[..9], &CLAIMS[10..14]].concat();
    without_head.insert(11, "linear-head");
    assert_eq!(names, [expected("casino", &CLAIMS), expected("cpg", &without_head)].concat());

    let paths: Vec<_> = names.iter().map(|name| format!("{folder}/{name}")).collect();
    let args: Vec<_> = ["verify"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let verified = lines(&args);
    assert_eq!((code(&args), verified.len()), (Some(0), 30));
    for (found, name) in verified.iter().zip(&names) {
        let (model, claim) = name.strip_suffix(".cert.json").unwrap().split_once('.').unwrap();
        let report = &reports[usize::from(model == "cpg")];
        let refuted = model == "cpg"
            && ["assumption-3.1", "assumption-3.5", "linear-head", "proportional-head"].contains(&claim);
        let verdict = if refuted { "refuted" } else { "proved" };
        assert_eq!(found["accepted"], true, "{name}");
        assert_eq!(found["claim"], json!({"statement": claim, "verdict": verdict}), "{name}");
        assert_eq!(found["sha256"], report["model"]["sha256"], "{name}");
        assert_eq!(found["file"], format!("{folder}/{name}"));
    }
    let text = stdout(&args);
    assert_eq!(text.lines().count(), 30);
    for ((line, name), found) in text.lines().zip(&names).zip(&verified) {
        let hash = found["sha256"].as_str().unwrap();
        assert!(line.contains(name) && line.contains("accepted") && line.contains(hash), "{line}");
    }
}

#[test]
fn reports_name_the_certificates_by_their_paths() {
    fn paths(node: &Value, found: &mut Vec<String>) {
        match node {
            Value::Object(entries) => {
                for (key, value) in entries {
                    if key == "certificate" {
                        found.push(value.as_str().unwrap().to_owned());
                    }
                    paths(value, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| paths(item, found)),
            _ => {}
        }
    }
    let files = Files::new();
    let folder = files.path("below/this/folder");
    let mut found = Vec::new();
    paths(&line(&["check", "cpg", "--certificates", &folder]), &mut found);
    assert_eq!(found.len(), 12, "{found:?}");
    for path in &found {
        assert!(path.starts_with(&folder), "{path}");
        assert_eq!(code(&["verify", path]), Some(0), "{path}");
    }
}

#[test]
fn certificates_are_those_of_the_restricted_work_and_replace_older_ones() {
    let files = Files::new();
    let folder = files.path("certificates");
    let args = ["check", "casino", "--statement", "theorem-3.3", "--certificates", &folder];
    stdout(&args);
    let first = contents(&folder);
    let claims = [&CLAIMS[..5], &["theorem-3.3"]].concat();
    let names: Vec<_> = first.keys().map(String::as_str).collect();
    assert_eq!(names, claims.iter().map(|claim| format!("casino.{claim}.cert.json")).collect::<Vec<_>>());
    let path = Path::new(&folder).join("casino.theorem-3.3.cert.json");
    fs::write(&path, "what was there before").unwrap();
    stdout(&args);
    assert_eq!(contents(&folder), first);
}

/// A claim about a matrix has a hash as well, and is never about a model.
#[test]
fn verify_reads_certificates_about_matrices() {
    let path =
        |name: &str| format!("{}/proofs/checker/tests/certificates/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let (rank, inverse) = (path("rank-matrix"), path("left-inverse"));
    let found = lines(&["verify", &rank, &inverse]);
    assert_eq!(found.len(), 2);
    for (line, file) in found.iter().zip([&rank, &inverse]) {
        let accepted = recoverable_checker::check(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(line["accepted"], true, "{file}");
        assert_eq!(line["sha256"], model_hash(&accepted.certificate().model), "{file}");
    }
    assert_ne!(found[0]["sha256"], found[1]["sha256"]);
    assert_eq!(code(&["verify", &rank, "--model", "casino"]), Some(1));
}

#[test]
fn inline_certificates_are_accepted_and_say_what_the_report_says() {
    let files = Files::new();
    let (stuck, weather) = (files.write("stuck.toml", STUCK), files.write("weather.toml", WEATHER));
    let claim = |certificate: &Value, report: &Value| {
        let accepted = recoverable_checker::check(&certificate.to_string()).unwrap();
        assert_eq!(model_hash(&accepted.certificate().model), report["model"]["sha256"].as_str().unwrap());
        (accepted.claim().statement.id().to_owned(), accepted.claim().verdict.to_string())
    };
    let mut count = 0;
    for report in lines(&["check", "casino", "cpg", "ice-cream", "vowels", &stuck, &weather]) {
        for found in report["statements"].as_array().unwrap() {
            if let Some(certificate) = found.get("certificate") {
                let (id, verdict) = claim(certificate, &report);
                assert_eq!((json!(id), json!(verdict)), (found["id"].clone(), found["verdict"].clone()));
                count += 1;
            }
            for hypothesis in found["hypotheses"].as_array().unwrap() {
                let (id, verdict) = claim(&hypothesis["certificate"], &report);
                let holds = json!(verdict == "proved");
                assert_eq!((json!(id), holds), (hypothesis["id"].clone(), hypothesis["holds"].clone()));
                count += 1;
            }
        }
        let head = &report["findings"]["proportional_head"];
        let (id, verdict) = claim(&head["certificate"], &report);
        assert_eq!((id.as_str(), json!(verdict == "proved")), ("proportional-head", head["exists"].clone()));
        count += 1;
    }
    assert_eq!(count, 72);
}

/// The head of the report is the one that the certificate proves.
#[test]
fn the_head_of_the_report_is_that_of_the_certificate() {
    for name in ["casino", "ice-cream", "vowels"] {
        let report = line(&["check", name]);
        let theorem = statement(&report, "theorem-3.3");
        assert_eq!(theorem["certificate"]["evidence"]["head"], json!([theorem["construction"]["head"]]));
        let head = &report["findings"]["proportional_head"];
        assert_eq!(head["certificate"]["evidence"]["head"], json!([head["head"]]));
    }
}

#[test]
fn verify_asks_for_the_model() {
    let files = Files::new();
    let folder = files.path("certificates");
    stdout(&["check", "casino", "--certificates", &folder]);
    let certificate = format!("{folder}/casino.theorem-3.3.cert.json");
    let row_stochastic = files.write(
        "same.toml",
        r#"
        kind = "hmm"
        orientation = "row-stochastic"
        initial = ["2/3", "1/3"]
        transition = [[0.95, 0.05], [0.1, 0.9]]
        emission = [["1/6", "1/6", "1/6", "1/6", "1/6", "1/6"], [0.1, 0.1, 0.1, 0.1, 0.1, 0.5]]
        task.weights = [-1, 1]
    "#,
    );
    assert_eq!(code(&["verify", &certificate, "--model", "casino"]), Some(0));
    assert_eq!(code(&["verify", &certificate, "--model", &row_stochastic]), Some(0));
    assert_eq!(code(&["verify", &certificate, "--model", "ice-cream"]), Some(1));
    let other_task = fs::read_to_string(&row_stochastic).unwrap().replace("[-1, 1]", "[-2, 2]");
    let other_task = files.write("other.toml", &other_task);
    assert_eq!(
        code(&["verify", &certificate, "--model", &other_task]),
        Some(1),
        "the task is part of the model"
    );
    let text = fs::read_to_string(&certificate).unwrap();
    let output = recoverable(&["verify", "-"]).write_stdin(text).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "a certificate on stdin");
}

// ---------------------------------------------------------------------------------------------
// Model files

#[test]
fn a_model_is_read_from_stdin() {
    let model = stdout(&["convert", "casino", "--to", "json"]);
    let output =
        recoverable(&["check", "-", "--format", "json"]).write_stdin(model.clone()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["model"]["name"], &report["model"]["sha256"]),
        (&json!("stdin"), &json!(hash("casino")))
    );
    for args in [vec!["label", "-", "--tokens", "5,5"], vec!["convert", "-", "--to", "toml"]] {
        let output = recoverable(&args).write_stdin(model.clone()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        let named = args.iter().map(|&arg| if arg == "-" { "casino" } else { arg }).collect::<Vec<_>>();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), stdout(&named), "{args:?}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let files = Files::new();
    let toml = files.write("coin.toml", &format!("\u{feff}{COIN}"));
    let json = stdout(&["convert", &toml, "--to", "json"]);
    let json = files.write("coin.json", &format!("\u{feff}{json}"));
    assert_eq!(
        code(&["check", &json]),
        Some(0),
        "{}",
        String::from_utf8_lossy(&run(&["check", &json]).stderr)
    );
    assert_eq!(hash(&json), hash(&toml));
}

#[test]
fn numbers_are_what_is_written() {
    let files = Files::new();
    let tenths = |entries: &str| {
        let text = format!(
            "kind = \"hmm\"\ninitial = {entries}\ntransition = [[1, 0], [0, 1]]\nemission = [[1, 1]]\n"
        );
        hash(&files.write("tenths.toml", &text))
    };
    let expected = tenths(r#"["1/10", "9/10"]"#);
    for entries in [
        r#"["0.1", "0.9"]"#,
        "[0.1, 0.9]",
        "[1e-1, 9e-1]",
        r#"["10/100", "1_8/2_0"]"#,
        r#"["+.1", "90E-2"]"#,
        "[0.100000000000000000000000000000000000, 0.9]",
    ] {
        assert_eq!(tenths(entries), expected, "{entries}");
    }
    // Digits far beyond those of a float count.
    let close = "[0.1000000000000000000000000000001, 0.8999999999999999999999999999999]";
    assert_ne!(tenths(close), expected);
    let rest = "\"transition\": [[1, 0], [0, 1]], \"emission\": [[1, 1]]";
    let json = format!("{{\"kind\": \"hmm\", \"initial\": {close}, {rest}}}");
    assert_eq!(hash(&files.write("tenths.json", &json)), tenths(close));
}

#[test]
fn the_hash_is_of_the_canonical_model() {
    let files = Files::new();
    let coin = files.write("coin.toml", COIN);
    let same =
        COIN.replace("\"1/2\"", "0.50") + "states = [\"a\", \"b\"]\ntokens = [\"x\", \"y\"]\n# a comment\n";
    let same = files.write("same.toml", &same);
    assert_eq!(hash(&same), hash(&coin), "names, notation and comments do not count");
    let task = files.write("task.toml", &format!("{COIN}task.weights = [1, -1]\n"));
    assert_ne!(hash(&task), hash(&coin), "the task does");
    for model in builtin::all() {
        let expected = model_hash(&recoverable::model::certificate_model(&model));
        assert_eq!(hash(model.name()), expected);
    }
}

#[test]
fn row_stochastic_files_are_the_transposes() {
    let files = Files::new();
    let columns = files.write(
        "columns.toml",
        r#"
        kind = "hmm"
        initial = ["1/2", "1/2"]
        transition = [["3/4", "1/3"], ["1/4", "2/3"]]
        emission = [["1/2", 0.2], ["1/3", 0.3], ["1/6", 0.5]]
    "#,
    );
    let rows = files.write(
        "rows.toml",
        r#"
        kind = "hmm"
        orientation = "row-stochastic"
        initial = ["1/2", "1/2"]
        transition = [["3/4", "1/4"], ["1/3", "2/3"]]
        emission = [["1/2", "1/3", "1/6"], [0.2, 0.3, 0.5]]
    "#,
    );
    assert_eq!(hash(&rows), hash(&columns));
    assert_eq!(lines(&["label", &rows, "--tokens", "0,2"]), lines(&["label", &columns, "--tokens", "0,2"]));
}

#[test]
fn the_law_of_h1_is_traced_back_to_h0_exactly() {
    let files = Files::new();
    let model = |initial: &str, transition: &str, more: &str| {
        let text = format!(
            "kind = \"hmm\"\ninitial = {initial}\ntransition = {transition}\nemission = [[1, 1]]\n{more}"
        );
        files.write("model.toml", &text)
    };
    let of_first = "initial_of = \"H1\"\n";
    let (regular, singular) = (r#"[["3/4", "1/3"], ["1/4", "2/3"]]"#, r#"[["1/2", "1/2"], ["1/2", "1/2"]]"#);
    // A (1/2, 1/2) = (13/24, 11/24).
    let given = hash(&model(r#"["1/2", "1/2"]"#, regular, ""));
    assert_eq!(hash(&model(r#"["13/24", "11/24"]"#, regular, of_first)), given);
    // Of all the laws that a singular chain takes to its stationary law, that one itself.
    let given = hash(&model("[0.5, 0.5]", singular, "initial_of = \"H0\"\n"));
    assert_eq!(hash(&model("[0.5, 0.5]", singular, of_first)), given);
    // By rows the same law is solved from the same chain.
    let rows = r#"
        kind = "hmm"
        orientation = "row-stochastic"
        initial_of = "H1"
        initial = ["13/24", "11/24"]
        transition = [["3/4", "1/4"], ["1/3", "2/3"]]
        emission = [[1], [1]]
    "#;
    let rows = files.write("rows.toml", rows);
    assert_eq!(hash(&rows), hash(&model(r#"["1/2", "1/2"]"#, regular, "")));
}

#[test]
fn normalising_is_reported() {
    let files = Files::new();
    let loose = COIN
        .replace("\"2/3\", \"1/4\"", "0.666, \"1/4\"")
        .replace("initial = [\"1/2\", \"1/2\"]", "initial = [0.501, 0.5]");
    let loose = files.write("loose.toml", &loose);
    assert_eq!(code(&["check", &loose]), Some(2));
    let report = line(&["check", &loose, "--normalize"]);
    let correction = &report["model"]["normalized"];
    // The columns of emission sum to 0.666 + 1/3 = 2998/3000; initial is off by 1/1000, which is more.
    assert_eq!(correction["largest_correction"], "1/1000");
    assert_eq!((&correction["field"], &correction["sum"]), (&json!("initial"), &json!("1001/1000")));
    let text = stdout(&["check", &loose, "--normalize"]);
    assert!(text.contains("normalised") && text.contains("1/1000") && text.contains("initial"), "{text}");
    let columns = files.write("columns.toml", &COIN.replace("\"2/3\", \"1/4\"", "\"2/3\", 0.26"));
    let correction = &line(&["check", &columns, "--normalize"])["model"]["normalized"];
    assert_eq!(
        *correction,
        json!({"largest_correction": "1/100", "field": "emission", "line": "column 1", "sum": "101/100"})
    );
    // The laws of the normalised model are those of the fractions.
    let exact = COIN.replace("\"2/3\", \"1/4\"", "\"2/3\", \"26/101\"").replace("\"3/4\"]]", "\"75/101\"]]");
    let hash_of_exact = hash(&files.write("exact.toml", &exact));
    assert_eq!(line(&["check", &columns, "--normalize"])["model"]["sha256"], hash_of_exact);
}

/// Keys that do not apply are absent: a list has no line.
#[test]
fn a_normalised_list_has_no_line() {
    let files = Files::new();
    let loose = files.write("loose.toml", &COIN.replace("initial = [\"1/2\"", "initial = [0.499"));
    let correction = &line(&["check", &loose, "--normalize"])["model"]["normalized"];
    let expected = json!({"largest_correction": "1/1000", "field": "initial", "sum": "999/1000"});
    assert_eq!(*correction, expected);
}

#[test]
fn normalising_what_is_exact_changes_nothing() {
    let files = Files::new();
    let coin = files.write("coin.toml", COIN);
    assert_eq!(lines(&["check", &coin, "--normalize"]), lines(&["check", &coin]));
    assert_eq!(stdout(&["check", &coin, "--normalize"]), stdout(&["check", &coin]));
}

#[test]
fn convert_keeps_the_model() {
    let files = Files::new();
    let weather = files.write("weather.toml", WEATHER);
    for model in ["casino", "cpg", "ice-cream", "vowels", "whisper", "sentences", "printed-prompt", &weather]
    {
        let toml = files.write("model.toml", &stdout(&["convert", model, "--to", "toml"]));
        let json = files.write("model.json", &stdout(&["convert", &toml, "--to", "json"]));
        assert_eq!((hash(&toml), hash(&json)), (hash(model), hash(model)), "{model}");
        assert_eq!(stdout(&["convert", &json, "--to", "toml"]), fs::read_to_string(&toml).unwrap());
        assert_eq!(stdout(&["convert", model, "--to", "json"]), fs::read_to_string(&json).unwrap());
    }
    let converted: Value = serde_json::from_str(&stdout(&["convert", "cpg", "--to", "json"])).unwrap();
    assert_eq!(converted["states"], json!(["A+", "C+", "G+", "T+", "A-", "C-", "G-", "T-"]));
    assert_eq!((converted.get("orientation"), converted.get("initial_of")), (None, None));
}

#[test]
fn convert_writes_columns_and_the_law_of_h0() {
    let files = Files::new();
    let rows = files.write(
        "rows.toml",
        r#"
        kind = "hmm"
        orientation = "row-stochastic"
        initial_of = "H1"
        states = ["say \"hi\"", "back\\slash\u007f", "ü"]
        initial = [0.5, 0.25, 0.25]
        transition = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
        emission = [[1, 0], [0, 1], ["1/2", "1/2"]]
    "#,
    );
    let converted: Value = serde_json::from_str(&stdout(&["convert", &rows, "--to", "json"])).unwrap();
    // The chain is the cycle 0 → 1 → 2 → 0, so H_0 = 0 leads to H_1 = 1.
    assert_eq!(converted["initial"], json!(["1/4", "1/4", "1/2"]));
    assert_eq!(converted["transition"], json!([["0", "0", "1"], ["1", "0", "0"], ["0", "1", "0"]]));
    assert_eq!(converted["emission"], json!([["1", "0", "1/2"], ["0", "1", "1/2"]]));
    let toml = files.write("again.toml", &stdout(&["convert", &rows, "--to", "toml"]));
    let again: Value = serde_json::from_str(&stdout(&["convert", &toml, "--to", "json"])).unwrap();
    assert_eq!(again["states"], json!(["say \"hi\"", "back\\slash\u{7f}", "ü"]));
    assert_eq!(again, converted);
}

#[test]
fn convert_writes_a_file() {
    let files = Files::new();
    let path = files.path("casino.json");
    for _ in 0..2 {
        assert_eq!(stdout(&["convert", "casino", "--to", "json", "--output", &path]), "");
        assert_eq!(fs::read_to_string(&path).unwrap(), stdout(&["convert", "casino", "--to", "json"]));
    }
    assert_eq!(contents(files.0.path().to_str().unwrap()).len(), 1, "no other file is left");
}

// ---------------------------------------------------------------------------------------------
// label

#[test]
fn labels_of_the_casino() {
    // By enumeration of the hidden paths.
    let sixes = json!({
        "probability": "53/540",
        "posterior": ["293/1060", "767/1060"],
        "score": "237/530",
        "label": 1,
        "model_output": [
            ["97/750", "97/750", "97/750", "97/750", "97/750", "53/150"],
            ["97/750", "97/750", "97/750", "97/750", "97/750", "53/150"],
        ],
        "head_input": ["1883/15900", "1883/15900", "1883/15900", "1883/15900", "1883/15900", "1297/3180"],
    });
    assert_eq!(line(&["label", "casino", "--tokens", "5,5"]), sixes);
    assert_eq!(line(&["label", "casino", "--tokens", " 5 , 5 "]), sixes);
    let others = line(&["label", "casino", "--tokens", "0,2,1"]);
    assert_eq!(others["probability"], "13541/4050000");
    assert_eq!(others["posterior"], json!(["457999/541640", "83641/541640"]));
    assert_eq!((&others["score"], &others["label"]), (&json!("-187179/270820"), &json!(0)));
    assert_eq!(others["model_output"][1][5], "3937/17478");
    assert_eq!(others["head_input"][5], "354461/1624920");
}

/// The construction of a report is the file of an attention head, behind its prompt if it has one.
#[test]
fn attention_heads_are_bounded() {
    let files = Files::new();
    let report = line(&["check", "printed-prompt"]);
    for (id, states) in [("theorem-4.3", json!([])), ("theorem-4.6", json!([0]))] {
        let theorem = statement(&report, id);
        if theorem["verdict"] != "proved" {
            assert_eq!(states, json!([]), "{id}");
            continue;
        }
        let construction = &theorem["construction"];
        let head = files.write("head.json", &construction.to_string());
        let arguments = ["bound", "printed-prompt", "--head", &head, "--limit", "100"];
        let found = line(&arguments);
        assert_eq!(found["right_on"]["statement"], id);
        assert_eq!(found["right_on"]["states"], construction["recoverable_states"]);
        assert_eq!((&found["certified"], &found["proved"]), (&json!(false), &json!(false)));
        assert!(found["disagreement"]["from_length"].as_u64() > Some(16));
        // Beyond the scope a head may be wrong.
        let expected = if found["witness"].is_null() { 3 } else { 1 };
        assert_eq!(code(&arguments), Some(expected), "{id}: {}", found["witness"]);
        let text = String::from_utf8(run(&arguments).stdout).unwrap();
        assert!(text.contains("certified: the head is right on the scope of Theorem 4"), "{text}");
        // Without its prompt the head is not one that a theorem promises.
        let mut bare = construction.clone();
        if bare.as_object_mut().unwrap().remove("memory_prompt").is_some() {
            bare.as_object_mut().unwrap().remove("prompt");
            let bare = files.write("bare.json", &bare.to_string());
            assert!(
                line(&["bound", "printed-prompt", "--head", &bare, "--limit", "20"])["right_on"].is_null()
            );
            let labelled = line(&["label", "printed-prompt", "--tokens", "3,0", "--head", &head]);
            assert_eq!(labelled["attention_scores"].as_array().unwrap().len(), 3);
            assert_eq!(
                (&labelled["attended"], &labelled["attention_label"]),
                (&json!([3]), &labelled["label"])
            );
        }
    }
    let everywhere = files.write("memory.json", ALL_RECOVERABLE);
    let report = line(&["check", &everywhere]);
    let head = files.write("all.json", &statement(&report, "theorem-4.3")["construction"].to_string());
    let certificates = files.0.path().join("certificates");
    let found =
        stdout(&["bound", &everywhere, "--head", &head, "--certificates", certificates.to_str().unwrap()]);
    assert!(found.starts_with("proved: "), "{found}");
    let certificate = certificates.join("memory.theorem-4.3.cert.json");
    assert_eq!(code(&["verify", certificate.to_str().unwrap(), "--model", &everywhere]), Some(0));
    let found = line(&["bound", &everywhere, "--head", &head]);
    assert_eq!(found["disagreement"], json!({"lower": "0", "upper": "0", "from_length": 1}));
    assert_eq!((&found["certified"], &found["proved"]), (&json!(true), &json!(true)));
    // Its negative is wrong, and nothing is known of long inputs.
    let negative = fs::read_to_string(&head).unwrap().replace(r#""b":["1","-1"]"#, r#""b":["-1","1"]"#);
    let negative = files.write("negative.json", &negative);
    let found = line(&["bound", &everywhere, "--head", &negative, "--limit", "9"]);
    assert_eq!((&found["witness"], &found["disagreement"]["upper"]), (&json!([0]), &json!("1")));
    // Every command that shows a wrong label says so, and writes the certificate.
    for (command, more) in
        [("bound", ["--limit", "9"]), ("counterexample", ["--limit", "9"]), ("label", ["--tokens", "0"])]
    {
        let folder = files.0.path().join(command);
        let folder = folder.to_str().unwrap();
        let given = [command, &everywhere, "--head", &negative, more[0], more[1]];
        let written = run(&[&given[..], &["--certificates", folder]].concat());
        assert_eq!(written.status.code(), Some(1), "{command}");
        let told = String::from_utf8(written.stdout).unwrap();
        assert!(told.contains("refuted"), "{command}: {told}");
        let certificate = format!("{folder}/memory.head-recovers-task.cert.json");
        assert_eq!(code(&["verify", &certificate, "--model", &everywhere]), Some(0), "{command}");
        assert_eq!(code(&[&given[..], &["--format", "json"]].concat()), Some(1), "{command}");
    }
    assert_eq!(code(&["label", &everywhere, "--tokens", "0", "--head", &head]), Some(0));
    assert_eq!(
        code(&["label", &everywhere, "--tokens", "_,0", "--head", &negative]),
        Some(0),
        "a blank is no input"
    );
    let markdown = stdout_of(&["counterexample", &everywhere, "--head", &negative, "--format", "markdown"]);
    assert!(markdown.starts_with("```\nrefuted: the labels differ on 0"), "{markdown}");
}

/// A linear head that is wrong on a sequence; the certificates of a file are told apart by its lines.
#[test]
fn wrong_labels_of_linear_heads() {
    let files = Files::new();
    let head = files.write("head.json", r#"{"head": [0, 0, 0, 0, 0, 0]}"#);
    let sequences = files.write("sequences.jsonl", "[0]\n[5, 5]\n[0, 2, 1]\n");
    let folder = files.0.path().join("wrong");
    let folder = folder.to_str().unwrap();
    let run = run(&[
        "label",
        "casino",
        "--file",
        &sequences,
        "--head",
        &head,
        "--certificates",
        folder,
        "--format",
        "json",
    ]);
    let lines: Vec<Value> = String::from_utf8(run.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let wrong: Vec<_> =
        (1..=3).filter(|line| lines[line - 1]["label"] != lines[line - 1]["construction"]["label"]).collect();
    assert!(!wrong.is_empty() && wrong.len() < 3, "{wrong:?}");
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(fs::read_dir(folder).unwrap().count(), wrong.len());
    for line in wrong {
        let certificate = format!("{folder}/casino.head-recovers-task.{line}.cert.json");
        assert_eq!(code(&["verify", &certificate, "--model", "casino"]), Some(0));
    }
}

/// What is printed, whatever the exit code.
fn stdout_of(args: &[&str]) -> String {
    String::from_utf8(run(args).stdout).unwrap()
}

/// One cell, one syntax state: every state is recoverable.
const ALL_RECOVERABLE: &str = r#"{"kind": "memory-hmm", "values": 2, "cells": 1, "syntax": 1, "initial": [1], "transition": [[1]],
    "emission": [["3/4", "1/4"], ["1/4", "3/4"]], "memory_prior": {"product": [["1/2", "1/2"]]}, "task": {"cell": 0, "weights": [1, -1]}}"#;

/// Three states and two tokens; the states 0 and 1 are what state 2 leads to, and all that the task weighs.
const NARROW: &str = r#"
kind = "hmm"
initial = ["1/4", "1/4", "1/2"]
transition = [[0, "1/2", "1/2"], ["1/2", "1/4", "1/2"], ["1/2", "1/4", 0]]
emission = [["3/4", "1/4", "1/2"], ["1/4", "3/4", "1/2"]]
task.weights = [1, -1, 0]
"#;

#[test]
fn a_prompt_is_constructed_and_looked_through() {
    let files = Files::new();
    let narrow = files.write("narrow.toml", NARROW);
    let report = line(&["check", &narrow]);
    let theorem = statement(&report, "theorem-3.6");
    assert_eq!(theorem["verdict"], "proved");
    let expected =
        json!({"head": ["16/3", "-16/3"], "prompt": [["0", "0", "1"]], "essential_states": [0, 1]});
    assert_eq!(theorem["construction"], expected);
    let choice = &theorem["hypotheses"][1]["choice"];
    assert_eq!((&choice["essential_states"], &choice["sources"]), (&json!([0, 1]), &json!([2])));
    assert_eq!((&choice["compared"], &choice["complete"]), (&json!(1), &json!(true)));
    assert_eq!(statement(&report, "theorem-3.3")["verdict"], "not-applicable");
    // The construction is a file that other commands read.
    let head = files.write("head.json", &theorem["construction"].to_string());
    assert_eq!(code(&["bound", &narrow, "--head", &head]), Some(0));
    let labelled = line(&["label", &narrow, "--tokens", "0", "--head", &head]);
    // By enumeration: behind the prompt the next state is 0 or 1, each with the mass 3/32.
    let seen = &labelled["construction"];
    assert_eq!(seen["model_output"].as_array().unwrap().len(), 3);
    assert_eq!(seen["head_input"], seen["model_output"][1]);
    assert_eq!(seen["label"], labelled["label"]);
    let sign = |value: &Value| value.as_str().unwrap().starts_with('-');
    assert_eq!(sign(&seen["score"]), sign(&labelled["score"]));
    let text = stdout(&["label", &narrow, "--tokens", "0", "--head", &head]);
    assert!(text.contains("Ḡ_2(u, blank, x)") && text.contains("head's label"), "{text}");
    let bare = files.write("bare.json", r#"{"head": ["16/3", "-16/3"]}"#);
    let found = line(&["label", &narrow, "--tokens", "0,1", "--head", &bare]);
    assert_eq!(found["construction"]["head_input"], found["head_input"]);
    assert!(!stdout(&["label", &narrow, "--tokens", "0", "--head", &bare]).contains("Ḡ"));
    assert_eq!(code(&["label", &files.write("coin.toml", COIN), "--tokens", "0", "--head", &bare]), Some(2)); // no task
    assert_eq!(code(&["label", "casino", "--tokens", "0", "--head", &bare]), Some(2)); // of another model
}

#[test]
fn exit_codes_of_prompts() {
    let files = Files::new();
    let (narrow, coin) = (files.write("narrow.toml", NARROW), files.write("coin.toml", COIN));
    for (args, expected) in [
        (vec!["check", &narrow, "--require", "theorem-3.6"], 0),
        (vec!["check", &narrow, "--statement", "assumption-3.5"], 0),
        (vec!["check", "cpg", "--statement", "assumption-3.5"], 1),
        (vec!["check", "whisper", "--require", "theorem-3.6"], 1),
        (vec!["check", "whisper", "--require", "lemma-b.2"], 0),
        (vec!["check", &narrow, "--statement", "assumption-3.5", "--limit", "0"], 3),
        (vec!["check", &narrow, "--require", "theorem-3.6", "--limit", "0"], 3),
        (vec!["check", &coin, "--statement", "theorem-3.6"], 0),
        (vec!["check", &coin, "--require", "assumption-3.5"], 1),
        (vec!["check", &narrow, "--limit", "few"], 2),
    ] {
        assert_eq!(code(&args), Some(expected), "{args:?}");
    }
    let report = line(&["check", &narrow, "--statement", "theorem-3.6", "--limit", "0"]);
    let theorem = statement(&report, "theorem-3.6");
    assert_eq!((&theorem["verdict"], &theorem["hypotheses"][1]["holds"]), (&json!("bounded"), &json!(null)));
    assert_eq!(theorem["limit"], "no answer within 0 partial covers of the task's states");
    let bare = line(&["check", &coin, "--statement", "theorem-3.6", "--statement", "assumption-3.5"]);
    assert_eq!(ids(&bare), ["theorem-3.6", "assumption-3.5"]);
    assert_eq!(statement(&bare, "theorem-3.6").get("verdict"), None);
    assert_eq!(statement(&bare, "theorem-3.6")["hypotheses"].as_array().unwrap().len(), 1);
}

#[test]
fn labels_as_text() {
    let text = stdout(&["label", "casino", "--tokens", "5,5"]);
    for words in [
        "5,5",
        "53/540",
        "(293/1060, 767/1060)",
        "237/530",
        "label         1",
        "G_1(x)",
        "G_2(x)",
        "1297/3180",
    ] {
        assert!(text.contains(words), "{words} is missing:\n{text}");
    }
    let named = stdout(&["label", "casino", "--tokens", "6,6", "--names"]);
    assert_eq!(named.replacen("6,6", "5,5", 1), text);
}

#[test]
fn a_blank_is_any_token() {
    let blank = line(&["label", "casino", "--tokens", "5,_"]);
    assert_eq!((&blank["probability"], &blank["posterior"]), (&json!("5/18"), &json!(["11/25", "14/25"])));
    // Nothing comes after the last token, so a blank there adds nothing.
    assert_eq!(blank["posterior"], line(&["label", "casino", "--tokens", "5"])["posterior"]);
    let nothing = line(&["label", "casino", "--tokens", "_,_"]);
    assert_eq!((&nothing["probability"], &nothing["posterior"]), (&json!("1"), &json!(["2/3", "1/3"])));
    // The head sees the output at a blank in front of the sequence.
    let shifted = line(&["label", "casino", "--tokens", "_,0,2,1"]);
    assert_eq!(shifted["model_output"][0], line(&["label", "casino", "--tokens", "0,2,1"])["head_input"]);
}

#[test]
fn many_sequences_are_labelled() {
    let files = Files::new();
    let sequences =
        files.write("sequences.jsonl", "[5, 5]\n\n  [0,2,1]  \r\n[5, null]\n[5, \"_\"]\n[\"5\", \"5\"]");
    let found = lines(&["label", "casino", "--file", &sequences]);
    let one = |tokens: &str| line(&["label", "casino", "--tokens", tokens]);
    assert_eq!(found, [one("5,5"), one("0,2,1"), one("5,_"), one("5,_"), one("5,5")]);
    let names = files.write("names.jsonl", "[\"A\", \"C\", null]\n[\"G\"]\n");
    let found = lines(&["label", "cpg", "--names", "--file", &names]);
    assert_eq!(
        found,
        [line(&["label", "cpg", "--tokens", "0,1,_"]), line(&["label", "cpg", "--tokens", "2"])]
    );
    let text = stdout(&["label", "casino", "--file", &sequences]);
    assert_eq!(text.matches("Pr(x)").count(), 5);
    assert_eq!(lines(&["label", "casino", "--file", &files.write("none.jsonl", "\n")]), [Value::Null; 0]);
    let output =
        recoverable(&["label", "casino", "--file", "-", "--format", "json"]).write_stdin("[5, 5]\n").output();
    assert_eq!(serde_json::from_slice::<Value>(&output.unwrap().stdout).unwrap(), one("5,5"));
}

#[test]
fn labels_of_several_classes() {
    let files = Files::new();
    let weather = files.write("weather.toml", WEATHER);
    let found = line(&["label", &weather, "--tokens", "2,0"]);
    assert_eq!((&found["score"], &found["label"]), (&json!(["1/4", "1/4", "1/2"]), &json!(2)));
    assert_eq!(line(&["label", &weather, "--names", "--tokens", "bright,wet"]), found);
    let tie = line(&["label", &weather, "--tokens", "_"]);
    assert_eq!(
        (&tie["score"], &tie["label"]),
        (&json!(["1/3", "1/3", "1/3"]), &json!(0)),
        "the smallest index"
    );
}

/// The label of a binary task is 1 exactly where the score is not negative.
#[test]
fn a_score_of_zero_has_label_one() {
    let files = Files::new();
    let coin = files.write("coin.toml", &format!("{COIN}task.weights = [1, -1]\n"));
    let tie = line(&["label", &coin, "--tokens", "_"]);
    assert_eq!((&tie["score"], &tie["label"]), (&json!("0"), &json!(1)));
}

#[test]
fn labels_without_a_task() {
    let files = Files::new();
    let coin = files.write("coin.toml", COIN);
    let found = line(&["label", &coin, "--tokens", "0"]);
    assert_eq!((found.get("score"), found.get("label")), (None, None));
    // β(0) = (3/4·2/3 + 1/4·1/4, 1/3·2/3 + 2/3·1/4) = (9/16, 7/18)
    assert_eq!(
        (&found["probability"], &found["posterior"]),
        (&json!("137/288"), &json!(["81/137", "56/137"]))
    );
    assert!(!stdout(&["label", &coin, "--tokens", "0"]).contains("label"));
}

/// `check --names` falls back to indices where there are no names, and so does `label`.
#[test]
fn without_names_the_names_are_the_indices() {
    let files = Files::new();
    let coin = files.write("coin.toml", COIN);
    assert_eq!(
        stdout(&["label", &coin, "--tokens", "0,1", "--names"]),
        stdout(&["label", &coin, "--tokens", "0,1"])
    );
}

// ---------------------------------------------------------------------------------------------
// explain, help, usage

#[test]
fn explain_lists_the_statements_and_prints_each() {
    let topics = stdout(&["explain"]);
    let ids: Vec<_> = topics.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    for id in [
        "theorem-3.3",
        "proposition-3.4",
        "claim-a.1",
        "assumption-3.1",
        "assumption-3.2",
        "proportional-head",
        "conditioning",
    ] {
        assert!(ids.contains(&id), "{id} is not listed");
    }
    for (id, topic) in ids.iter().zip(topics.lines()) {
        let text = stdout(&["explain", id]);
        let title = topic[id.len()..].trim();
        assert_eq!(text.lines().next(), Some(title), "{id}");
        for section in ["Statement", "Source"] {
            assert!(text.contains(section), "{id} has no {section}:\n{text}");
        }
        assert!(!text.contains("```") && !text.contains("**"), "{id}: marks of the source are left:\n{text}");
    }
    let theorem = stdout(&["explain", "theorem-3.3"]);
    for section in ["Hypotheses", "Construction", "Conclusion"] {
        assert!(theorem.contains(section), "{section}");
    }
}

/// Whatever id a certificate or a report shows can be asked about.
#[test]
fn explain_knows_every_id() {
    for id in certificate::Statement::ALL.map(certificate::Statement::id) {
        assert_eq!(code(&["explain", id]), Some(0), "{id}");
    }
}

#[test]
fn help_and_version() {
    for args in [vec!["--help"], vec!["-h"], vec!["help"]] {
        let text = stdout(&args);
        for command in ["check", "prompt", "verify", "label", "explain", "convert"] {
            assert!(text.contains(command), "{args:?} does not name {command}");
        }
    }
    assert!(stdout(&["--help"]).contains("Exit codes"));
    for command in ["check", "prompt", "verify", "label", "explain", "convert"] {
        assert!(stdout(&[command, "--help"]).contains("Usage: recoverable"), "{command}");
    }
    assert_eq!(stdout(&["--version"]), format!("recoverable {}\n", env!("CARGO_PKG_VERSION")));
    let output = run(&[]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "no command");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage: recoverable"));
}

#[test]
fn wrong_flags_are_bad_usage() {
    let output = run(&["check", "--nonsense"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: unexpected argument '--nonsense'"));
    for args in [["check", "--nonsense", "--format", "json"], ["--format", "json", "check", "--nonsense"]] {
        let output = run(&args);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(error["error"]["code"], "usage");
    }
}

// ---------------------------------------------------------------------------------------------
// Terminals and pipes

/// One run of each command, good and bad.
fn one_of_each() -> Vec<Vec<&'static str>> {
    vec![
        vec!["check", "whisper"],
        vec!["check", "casino", "--format", "json"],
        vec!["check", "no such file"],
        vec!["check", "--nonsense"],
        vec!["label", "casino", "--tokens", "0,5"],
        vec!["label", "casino", "--tokens", "6"],
        vec!["explain"],
        vec!["explain", "theorem-3.3"],
        vec!["convert", "cpg", "--to", "toml"],
        vec!["verify", "no such file"],
        vec!["--help"],
    ]
}

#[test]
fn no_escapes_without_a_terminal() {
    let files = Files::new();
    let wrong = files.write("wrong.toml", &COIN.replace("3/4", "x"));
    let wrong = ["check", wrong.as_str()];
    for args in one_of_each().iter().map(Vec::as_slice).chain([&wrong[..]]) {
        for no_color in [None, Some("1")] {
            let mut command = recoverable(args);
            no_color.map(|value| command.env("NO_COLOR", value));
            let output = command.env("TERM", "xterm-256color").output().unwrap();
            let has_escape = |bytes: &[u8]| bytes.contains(&0x1b);
            assert!(
                !has_escape(&output.stdout) && !has_escape(&output.stderr),
                "{args:?} NO_COLOR={no_color:?}"
            );
        }
    }
}

/// Whoever forces colours gets the same words.
#[test]
fn colours_are_all_that_forced_colours_add() {
    let forced = recoverable(&["check", "casino"]).env("CLICOLOR_FORCE", "1").output().unwrap().stdout;
    let forced = String::from_utf8(forced).unwrap();
    assert!(forced.contains("\u{1b}["));
    let mut parts = forced.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    let stripped = first + &parts.map(|part| part.split_once('m').unwrap().1).collect::<String>();
    assert_eq!(stripped, stdout(&["check", "casino"]));
}

#[test]
fn the_same_input_has_the_same_bytes_out() {
    let everything = |args: &[&str]| {
        let output = run(args);
        (output.status.code(), output.stdout, output.stderr)
    };
    let all = one_of_each();
    for args in all.iter().map(Vec::as_slice).chain([&["check", "--format", "json"][..]]) {
        assert_eq!(everything(args), everything(args), "{args:?}");
    }
    let files = Files::new();
    let (first, second) = (files.path("first"), files.path("second"));
    let [one, other] = [&first, &second].map(|folder| stdout(&["check", "--certificates", folder]));
    assert_eq!(one.replace(&first, &second), other);
    assert_eq!(contents(&first), contents(&second));
    assert_eq!(
        contents(&first).len(),
        5 * CLAIMS.len() - 2 * 3 + 2 + 11 + 10,
        "cpg and whisper have no head, and neither theorem applies; there are 11 claims about memory, one fails to apply"
    );
}

/// The reader of the output may go away at any time.
#[test]
fn closed_pipes_are_no_panic() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    for args in one_of_each() {
        let start = |stdout: Stdio, stderr: Stdio| {
            let mut command = std::process::Command::new(cargo_bin!("recoverable"));
            command.args(&args).stdout(stdout).stderr(stderr).output().unwrap()
        };
        let output = start(writer.try_clone().unwrap().into(), Stdio::piped());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), code(&args), "{args:?} with a closed stdout: {stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("ipe"), "{args:?}: {stderr}");
        let output = start(Stdio::piped(), writer.try_clone().unwrap().into());
        assert_eq!(output.status.code(), code(&args), "{args:?} with a closed stderr");
    }
}

/// A full disk is an error, not a silence.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let full = || Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    for args in one_of_each().into_iter().filter(|args| args[0] != "--help" && code(args) == Some(0)) {
        let mut command = std::process::Command::new(cargo_bin!("recoverable"));
        let output = command.args(&args).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains("stdout") && !stderr.contains("panicked"), "{args:?}: {stderr}");
    }
}

/// A certificate's claims are spelt as the checker spells them.
#[test]
fn ids_are_those_of_the_checker() {
    for id in CLAIMS {
        let statement: certificate::Statement = serde_json::from_value(json!(id)).unwrap();
        assert_eq!(statement.id(), id);
    }
}
