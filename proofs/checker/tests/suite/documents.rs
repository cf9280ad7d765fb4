//! `FORMAT.md` says what the checker does.

use crate::support::{CERTIFICATES, certificate};

const FORMAT: &str = include_str!("../../FORMAT.md");

#[test]
fn the_example_is_accepted() {
    let (_, rest) = FORMAT.split_once("```json\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("an end of the example");
    if let Err(failure) = recoverable_checker::check(example) {
        panic!("{failure}");
    }
}

#[test]
fn every_rule_has_a_section() {
    for (name, _) in CERTIFICATES {
        let rule = certificate(name)["evidence"]["rule"].as_str().unwrap().to_owned();
        assert!(FORMAT.contains(&format!("### `{rule}`\n")), "{rule}");
    }
}

#[test]
fn the_limits_are_those_of_the_code() {
    let scale = usize::try_from(recoverable_checker::MAX_SCALE_BITS).unwrap();
    for limit in [recoverable_checker::number::MAX_DIGITS, recoverable_checker::MAX_WORD, scale] {
        assert!(FORMAT.contains(&format!("| {limit} |")), "{limit}");
    }
}
