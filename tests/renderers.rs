//! What the renderers write, kept as snapshots: a change of any output has to be meant.
//!
//! `cargo insta review` (or INSTA_UPDATE=always) accepts new ones.

use assert_cmd::cargo::cargo_bin_cmd;
use insta::assert_snapshot;
use recoverable::{
    audit::{
        claim::{Claim, Subject},
        claims::base,
        predicates::{APERIODIC, FULL_SUPPORT, IRREDUCIBLE},
        search::{Effort, decide},
        trial::{Audit, Finding, Refutation},
    },
    report::audit as report,
    simulate::family::standings,
};

fn output(args: &[&str]) -> String {
    let mut command = cargo_bin_cmd!("recoverable");
    String::from_utf8(command.args(args).assert().get_output().stdout.clone()).unwrap()
}

fn error(args: &[&str], stdin: &str) -> String {
    let mut command = cargo_bin_cmd!("recoverable");
    let assert = command.args(args).write_stdin(stdin).assert().code(2);
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// JSON, one key a line.
fn pretty(line: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(line).unwrap();
    serde_json::to_string_pretty(&json).unwrap()
}

#[test]
fn check_as_text() {
    assert_snapshot!("check-text", output(&["check", "--names"]));
}

#[test]
fn check_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    for model in ["casino", "cpg"] {
        let line = output(&["check", model, "--format", "json", "--certificates", path]);
        assert_snapshot!(format!("check-json-{model}"), pretty(&line).replace(path, "DIR"));
    }
}

#[test]
fn label_as_text_and_json() {
    let by_index = ["label", "ice-cream", "--tokens", "2,_,0"];
    assert_snapshot!("label-text", output(&by_index));
    assert_snapshot!("label-json", pretty(&output(&[&by_index[..], &["--format", "json"]].concat())));
}

#[test]
fn explain() {
    assert_snapshot!("explain-theorem-3.3", output(&["explain", "theorem-3.3"]));
    assert_snapshot!("explain-list", output(&["explain"]));
}

#[test]
fn errors() {
    let rows = r#"{"kind": "hmm", "initial": ["1/2", "1/2"],
 "transition": [["3/4", "1/4"], ["1/3", "2/3"]],
 "emission": [["1/2", "1/2"], ["1/2", "1/2"]]}"#;
    assert_snapshot!("error-orientation", error(&["check", "-"], rows));
    let number = rows.replace("\"3/4\"", "\"3/0\"");
    assert_snapshot!("error-number", error(&["check", "-"], &number));
    assert_snapshot!("error-json", pretty(&error(&["check", "-", "--format", "json"], &number)));
}

/// A small audit (`recoverable audit --seed 5 --models 24 --trial-models 150 --trial-changes 200 --simulation-models 1`, without the joint models), and what it has no example of: a
/// false claim, and a statement that is refuted where its hypotheses hold.
fn audit() -> Audit {
    let mut audit: Audit = serde_json::from_str(include_str!("audit.json")).unwrap();
    let claim = Claim {
        statement: "false-claim",
        subject: Subject::Vanilla,
        hypotheses: vec![IRREDUCIBLE, FULL_SUPPORT],
        weakenings: Vec::new(),
        conclusion: APERIODIC,
    };
    let effort = Effort { models: 100, changes: 200 };
    let questions = claim.trials();
    let trials = questions
        .iter()
        .zip(0..)
        .map(|(question, number)| decide(question, &base(), 7, number, effort).trial);
    audit.trials.extend(trials);
    audit.standings = standings(&audit.simulations);
    audit.campaign.refuted.push(Refutation { index: 1, statement: "theorem-4.6".to_owned() });
    audit.statements.last_mut().unwrap().verdicts.refuted = 1;
    audit
}

/// Every kind of answer occurs.
#[test]
fn the_audit_has_every_kind_of_trial() {
    let kinds = audit().trials.iter().fold([0; 5], |mut kinds, trial| {
        let kind = match &trial.finding {
            Finding::Needed(_) => 0,
            Finding::NotNeeded(_) => 1,
            Finding::Refuted(_) => 2,
            Finding::Holds(_) => 3,
            Finding::Open(_) => 4,
        };
        kinds[kind] += 1;
        kinds
    });
    assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
}

#[test]
fn an_audit_as_markdown_and_latex() {
    assert_snapshot!("audit-markdown", report::markdown(&audit()));
    assert_snapshot!("audit-latex", report::latex(&audit()));
}

#[test]
fn an_audit_as_json_is_its_data() {
    let json = report::json(&audit());
    assert_eq!(serde_json::from_str::<Audit>(&json).unwrap(), audit());
    assert_eq!(json, report::json(&audit()));
    assert_eq!(json.lines().count(), 1);
}

/// The page is kept for `.ci/browser`, which tries it out.
#[test]
fn an_audit_as_a_page() {
    let (audit, html) = (audit(), report::html(&audit()));
    assert_eq!(html, report::html(&audit));
    for trial in &audit.trials {
        assert!(html.contains(&format!("id=\"{}\"", trial.id)), "{} can be linked to", trial.id);
    }
    for step in &audit.printed {
        assert!(html.contains(&format!("<article id=\"{}\">", step.id)));
    }
    let drawings = html.matches("<svg").count();
    assert!(drawings > 10 && drawings == html.matches("<desc>").count());
    assert_eq!(drawings, html.matches("<svg xmlns=").count());
    assert!(html.contains("Both sides"), "the contradiction of two labels is worked out");
    for found in &audit.standings {
        assert!(html.contains(found.says.split('.').next().unwrap()), "{}", found.says);
    }
    let (said, _) = html.split_once("<script>").unwrap();
    assert!(!said.contains("NaN") && !said.contains(">inf<"));
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/audit.html"), &html).unwrap();
}

/// Replaces every string of the data that is not a number, a model or one of a fixed set of words.
fn renamed(value: &mut serde_json::Value, words: &str) {
    const FREE: [&str; 14] = [
        "id",
        "statement",
        "title",
        "says",
        "why",
        "lemma",
        "file",
        "place",
        "printed",
        "corrected",
        "quantity",
        "family",
        "name",
        "version",
    ];
    match value {
        serde_json::Value::Object(entries) => {
            for (key, entry) in entries.iter_mut() {
                match entry {
                    // The bins of a histogram are written where a figure has room for their names.
                    serde_json::Value::Array(_) if key == "margins" => {}
                    serde_json::Value::String(text) if FREE.contains(&key.as_str()) => text.push_str(words),
                    serde_json::Value::Array(list) if matches!(key.as_str(), "commands" | "certificates") => {
                        list.iter_mut()
                            .for_each(|item| *item = format!("{}{words}", item.as_str().unwrap()).into());
                    }
                    serde_json::Value::Object(_) if matches!(key.as_str(), "model") => {}
                    entry => renamed(entry, words),
                }
            }
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(|item| renamed(item, words)),
        _ => {}
    }
}

/// The names of all elements and attributes, in order.
fn structure(html: &str) -> Vec<String> {
    let mut names = Vec::new();
    for tag in html.split('<').skip(1) {
        let mut quoted = false;
        let plain: String = tag
            .chars()
            .take_while(|c| {
                quoted ^= *c == '"';
                quoted || *c != '>'
            })
            .collect();
        names.push(plain.split('"').step_by(2).collect::<String>());
    }
    names
}

#[test]
fn no_name_changes_the_structure_of_a_page() {
    let page = |words: &str| {
        let mut value = serde_json::to_value(audit()).unwrap();
        renamed(&mut value, words);
        report::html(&serde_json::from_value(value).unwrap())
    };
    let expected = structure(&page(" harmless words"));
    for words in [
        " <script>alert(1)</script>",
        " \"onclick=\"alert(1)",
        " </title></style><b>",
        " '><img src=x>",
        " &lt;i&gt;",
    ] {
        let html = page(words);
        assert!(!html.contains(words.trim()), "{words} is written as it is");
        let found = structure(&html);
        // Notation may be set differently, so that only what is no mathematics is compared.
        let own = |names: &[String]| -> Vec<String> {
            let set = |name: &&String| {
                let name = name.trim_start_matches('/');
                !["m", "code"].iter().any(|prefix| name.starts_with(prefix))
                    || name.starts_with("main")
                    || name.starts_with("meta")
            };
            names.iter().filter(set).cloned().collect()
        };
        assert_eq!(own(&found), own(&expected), "{words}");
        assert!(
            found.iter().all(|name| !name.starts_with("b ") && !name.starts_with("img") && name != "i"),
            "{words}"
        );
    }
}
