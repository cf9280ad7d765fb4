//! What the renderers write, kept as snapshots: a change of any output has to be meant.
//!
//! `cargo insta review` (or INSTA_UPDATE=always) accepts new ones.

use assert_cmd::cargo::cargo_bin_cmd;
use insta::assert_snapshot;

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
