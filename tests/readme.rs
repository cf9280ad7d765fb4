//! What README shows is what the program prints.

use assert_cmd::cargo::cargo_bin_cmd;

fn output(args: &[&str]) -> String {
    String::from_utf8(cargo_bin_cmd!("recoverable").args(args).assert().success().get_output().stdout.clone())
        .unwrap()
}

/// The lines of text in the picture, without markup.
fn picture() -> Vec<String> {
    let svg = include_str!("../docs/verdict.svg");
    let lines = svg.lines().filter(|line| line.starts_with("<text"));
    lines
        .map(|line| {
            let mut plain = String::new();
            let mut markup = false;
            for c in line.chars() {
                match c {
                    '<' => markup = true,
                    '>' => markup = false,
                    c if !markup => plain.push(c),
                    _ => {}
                }
            }
            plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        })
        .collect()
}

#[test]
fn the_picture_is_the_output() {
    let picture = picture();
    let command = picture[0].strip_prefix("$ recoverable ").unwrap();
    let printed = output(&command.split(' ').collect::<Vec<_>>());
    let printed: Vec<_> = printed.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(printed, picture[1..]);
}

#[test]
fn the_model_file_is_a_model() {
    let readme = include_str!("../README.md");
    let block = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.toml");
    std::fs::write(&path, block).unwrap();
    let printed = output(&["check", "--require", "theorem-3.3", path.to_str().unwrap()]);
    assert!(printed.contains("PROVED"), "{printed}");
}

/// What the examples print is what they print, from their first line on.
#[test]
fn the_examples_are_the_output() {
    let readme = include_str!("../README.md");
    let folder = tempfile::tempdir().unwrap();
    let head = folder.path().join("head.json");
    let text = readme.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let mut file: serde_json::Value = serde_json::from_str(text).unwrap();
    file.as_object_mut().unwrap().remove("prompt").unwrap();
    std::fs::write(&head, file.to_string()).unwrap();
    let examples: Vec<_> = readme.split("```\n$ recoverable ").skip(1).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let (command, expected) = example.split("```").next().unwrap().split_once('\n').unwrap();
        let command = command.replace("head.json", head.to_str().unwrap());
        let run = cargo_bin_cmd!("recoverable").args(command.split(' ')).output().unwrap();
        let printed = String::from_utf8(run.stdout).unwrap();
        assert!(printed.starts_with(expected), "{printed}");
    }
}

/// README's last experiment: a changed digit is refused.
#[test]
fn a_changed_digit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = folder.path().to_str().unwrap();
    output(&["check", "casino", "--certificates", certificates]);
    let path = folder.path().join("casino.theorem-3.3.cert.json");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"-10\""));
    std::fs::write(&path, text.replace("\"-10\"", "\"-11\"")).unwrap();
    cargo_bin_cmd!("recoverable").arg("verify").arg(&path).assert().code(1);
}
