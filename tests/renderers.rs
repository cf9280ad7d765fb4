//! What the renderers write, kept as snapshots: a change of any output has to be meant.
//!
//! `cargo insta review` (or INSTA_UPDATE=always) accepts new ones.

use assert_cmd::cargo::cargo_bin_cmd;
use insta::assert_snapshot;
use recoverable::{audit::trial::Audit, report::audit as report};

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

/// An audit with every kind of trial, as data.
fn audit() -> Audit {
    serde_json::from_str(include_str!("audit.json")).unwrap()
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
    assert!(html.contains("<mfrac><mn>359</mn><mn>559</mn></mfrac>"), "the weights of the contradiction");
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
