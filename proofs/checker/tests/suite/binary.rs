//! The small binary: exit codes, and one line for each file.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use crate::support::text;

fn checker() -> Command {
    Command::new(env!("CARGO_BIN_EXE_recoverable-checker"))
}

/// A file of this content, under a name that no other test uses.
fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("the target directory can be written");
    path
}

fn run(paths: &[PathBuf]) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = checker().args(paths).output().expect("the checker runs");
    (status.code(), String::from_utf8(stdout).expect("the output is text"))
}

fn rejected() -> String {
    text("dependent-columns").replace("\"-2\"", "\"-1\"")
}

#[test]
fn zero_when_all_are_accepted() {
    let paths = [file("ok-1.json", text("ergodic")), file("ok-2.json", text("reducible"))];
    let (code, lines) = run(&paths);
    assert_eq!(code, Some(0));
    let expected = [
        "ok-1.json: accepted: assumption-3.2 proved",
        "ok-2.json: accepted: assumption-3.2.irreducible refuted",
    ];
    assert!(lines.lines().zip(expected).all(|(line, end)| line.ends_with(end)), "{lines}");
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn one_when_one_is_rejected() {
    let (code, lines) = run(&[file("one-ok.json", text("ergodic")), file("one-bad.json", rejected())]);
    assert_eq!(code, Some(1));
    assert!(lines.contains("one-bad.json: rejected: "), "{lines}");
}

#[test]
fn two_when_one_is_malformed_whatever_the_others_are() {
    let (code, lines) = run(&[
        file("two-bad.json", rejected()),
        file("two-broken.json", "{"),
        file("two-ok.json", text("ergodic")),
    ]);
    assert_eq!(code, Some(2));
    assert!(lines.contains("two-broken.json: not a certificate: "), "{lines}");
    assert!(lines.contains("two-ok.json: accepted: "), "{lines}");
}

#[test]
fn two_when_a_file_cannot_be_read() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    for path in [directory.join("there-is-no-such-file.json"), directory, file("no-text.json", b"\xff\xfe{}")]
    {
        assert_eq!(run(&[path]).0, Some(2));
    }
}

#[test]
fn two_and_a_usage_line_without_arguments() {
    let output = checker().output().expect("the checker runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && output.stderr.starts_with(b"usage: "));
}

#[test]
fn a_hostile_file_cannot_add_a_line() {
    let forged = text("ergodic").replacen(
        "\"claim\"",
        r#""x\nother.json: accepted: theorem-3.3 proved": 0, "claim""#,
        1,
    );
    let (code, lines) = run(&[file("forged.json", forged)]);
    assert_eq!(code, Some(2));
    assert_eq!(lines.lines().count(), 1, "{lines}");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_unicode_is_a_name() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let output =
        checker().arg(OsStr::from_bytes(b"no-such-\xff-file.json")).output().expect("the checker runs");
    assert_eq!(output.status.code(), Some(2));
}
