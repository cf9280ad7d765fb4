//! Every rule of the checker names the lemma that justifies it; the lemma stands in `proofs/theory`.

use std::{collections::BTreeSet, fs, path::Path};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// All files of a folder, and of those inside, whose names end so.
fn files(folder: &Path, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.flat_map(|path| match path.is_dir() {
        true => files(&path, extension),
        false if path.extension().is_some_and(|found| found == extension) => {
            vec![fs::read_to_string(path).unwrap()]
        }
        false => Vec::new(),
    });
    nested.collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// The names of lemmas that a text speaks of.
fn named(text: &str) -> BTreeSet<&str> {
    words(text).filter(|word| word.len() > "_sound".len() && word.ends_with("_sound")).collect()
}

/// The names that a text of Coq gives to what it proves.
fn proved(text: &str) -> BTreeSet<&str> {
    let statements =
        text.lines().filter_map(|line| line.strip_prefix("Lemma ").or(line.strip_prefix("Theorem ")));
    statements.filter_map(|statement| words(statement).next()).collect()
}

fn theory() -> Vec<String> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/theory"), "v")
}

/// Lemmas that are named and not yet proved; `proofs/README.md` names them too.
const MISSING: [&str; 0] = [];

#[test]
fn every_lemma_of_the_format_is_proved_or_listed_as_missing() {
    let (format, readme, theory) = (read("proofs/checker/FORMAT.md"), read("proofs/README.md"), theory());
    let proved: BTreeSet<_> = theory.iter().flat_map(|text| proved(text)).collect();
    let missing: BTreeSet<_> = named(&format).into_iter().filter(|name| !proved.contains(name)).collect();
    assert_eq!(missing, BTreeSet::from(MISSING));
    let told = named(&readme);
    assert!(MISSING.iter().all(|name| told.contains(name)));
}

#[test]
fn the_source_of_the_checker_and_the_format_name_the_same_lemmas() {
    let format = read("proofs/checker/FORMAT.md");
    let sources = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/src"), "rs");
    let in_source: BTreeSet<_> = sources.iter().flat_map(|text| named(text)).collect();
    assert_eq!(in_source, named(&format));
}

/// The golden file has a line for every theorem, and no theorem assumes anything.
#[test]
fn theorems_are_closed() {
    let (golden, theory) = (read("proofs/theory/assumptions.txt"), theory());
    let lines: Vec<_> = golden.lines().map(|line| line.split_once(": ").unwrap()).collect();
    assert!(lines.iter().all(|(_, assumes)| *assumes == "Closed under the global context"));
    let listed: BTreeSet<_> = lines.iter().map(|(name, _)| name.split_once(' ').unwrap().1).collect();
    for text in &theory {
        for name in proved(text).into_iter().filter(|name| name.ends_with("_sound")) {
            assert!(listed.contains(name), "{name}");
        }
    }
}

/// Every name in the second column of a table of `proofs/README.md` is proved.
#[test]
fn the_readme_names_theorems_that_exist() {
    let (readme, theory) = (read("proofs/README.md"), theory());
    let proved: BTreeSet<_> = theory.iter().flat_map(|text| proved(text)).collect();
    let rows = readme.lines().filter(|line| line.starts_with('|') && !line.starts_with("|-"));
    let mut seen = 0;
    for row in rows {
        let column = row.split('|').nth(2).unwrap();
        for name in column.split('`').skip(1).step_by(2) {
            assert!(proved.contains(name), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}
