//! Data flows one way: a file imports only from floors below its own.

use std::{fs, path::Path};

/// Floors from the ground up; modules of one floor may use each other.
const FLOORS: [&[&str]; 10] = [
    &["number"],
    &["linear"],
    &["model"],
    &["certify"],
    &["oracle", "generate", "tuning", "strategies"],
    &["search"],
    &["hypothesis"],
    &["theorem"],
    &["question"],
    &["audit", "simulate"],
];

/// Above all of them.
const ROOF: [&str; 3] = ["report", "testing", "cli"];

fn floor(module: &str) -> usize {
    let found = FLOORS.iter().position(|floor| floor.contains(&module));
    let roof = ROOF.iter().position(|name| *name == module).map(|index| FLOORS.len() + index);
    found.or(roof).unwrap_or_else(|| panic!("the module `{module}` has no floor"))
}

/// Every Rust file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    nested.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The modules that a text imports from its own crate, by any of the ways in which one can.
fn imports(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for prefix in ["crate::", "recoverable::"] {
        for (at, _) in code.match_indices(prefix) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = code[at + prefix.len()..].trim_start();
            if let Some(group) = rest.strip_prefix('{') {
                found.extend(top_level(group));
            } else {
                found.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
            }
        }
    }
    found
}

/// The first segment of each item of a braced import.
fn top_level(group: &str) -> Vec<String> {
    let (mut depth, mut items, mut item) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(std::mem::take(&mut item)),
            _ if depth == 0 => item.push(c),
            _ => {}
        }
    }
    items.push(item);
    let first = |item: &String| item.trim().split("::").next().unwrap_or_default().to_owned();
    items.iter().map(first).filter(|name| !name.is_empty()).collect()
}

#[test]
fn files_import_only_from_floors_below() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for path in files(&source) {
        let relative = path.strip_prefix(&source).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let own = first.trim_end_matches(".rs").to_owned();
        if own == "lib" || own == "main" {
            continue;
        }
        for import in imports(&fs::read_to_string(&path).unwrap()) {
            seen += 1;
            let (here, there) = (floor(&own), floor(&import));
            assert!(there <= here, "{}: `{own}` imports from `{import}`, a floor above", relative.display());
            let same_module = own == import;
            assert!(
                there < here || same_module || FLOORS[here].len() > 1,
                "{}: {import}",
                relative.display()
            );
        }
    }
    assert!(seen > 50, "the scan saw only {seen} imports");
}

#[test]
fn the_scan_sees_imports() {
    let text = "use crate::{model::{Hmm, Model}, number::clear};\nuse crate::linear;\nlet x = crate::oracle::Exact::new();";
    assert_eq!(imports(text), ["model", "number", "linear", "oracle"]);
    assert!(imports("// use crate::cli::run;\nuse recoverable_checker::check;").is_empty());
}

/// The checker shares nothing with the producers.
#[test]
fn the_checker_stands_alone() {
    let manifest = include_str!("../proofs/checker/Cargo.toml");
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names: Vec<_> = dependencies
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .collect();
    let allowed = ["num-bigint", "num-integer", "num-rational", "num-traits", "serde", "serde_json"];
    assert_eq!(names, allowed);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/src");
    for path in files(&source) {
        let text = fs::read_to_string(&path).unwrap();
        for forbidden in
            ["f64", "f32", "HashMap", "HashSet", "thread::", "unreachable!", "recoverable::", ".unwrap()"]
        {
            let code = text.split("#[cfg(test)]").next().unwrap();
            let found =
                code.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(forbidden));
            assert!(!found, "{} contains {forbidden}", path.display());
        }
    }
}

/// The example of a crate that tests a claim of its own uses what is public, with plain `cargo test`.
#[test]
fn the_example_crate_is_a_default_member() {
    let manifest = include_str!("../Cargo.toml");
    let members = manifest.lines().find_map(|line| line.strip_prefix("default-members = ")).unwrap();
    assert!(members.contains("\"examples/claim-of-your-own\""));
    let example = include_str!("../examples/claim-of-your-own/Cargo.toml");
    assert!(example.contains("publish = false"));
}
