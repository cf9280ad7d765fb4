//! Writing models: the same keys, one matrix row a line, exact fractions.

use num_rational::BigRational;

use crate::model::{Model, Task};

/// The model as a TOML file, column-stochastic, with the law of `H_0`.
///
/// ```
/// use recoverable::model::{builtin, file::{Options, Source, read, to_toml}};
/// let casino = builtin::all().remove(0);
/// let again = read(&Source::new("casino.toml", &to_toml(&casino)), Options::default()).unwrap();
/// assert_eq!(again.model, casino);
/// ```
pub fn to_toml(model: &Model) -> String {
    let mut text = String::from("kind = \"hmm\"\n");
    for (key, value) in pairs(model) {
        text += &format!("{key} = {value}\n");
    }
    if let Some(task) = model.task() {
        text += &format!("\n[task]\nweights = {}\n", weights(task));
    }
    text
}

/// The model as a JSON file, column-stochastic, with the law of `H_0`.
///
/// ```
/// use recoverable::model::{builtin, file::{Options, Source, read, to_json}};
/// let cpg = builtin::all().remove(1);
/// let again = read(&Source::new("cpg.json", &to_json(&cpg)), Options::default()).unwrap();
/// assert_eq!(again.model, cpg);
/// ```
pub fn to_json(model: &Model) -> String {
    let mut lines = vec!["  \"kind\": \"hmm\"".to_owned()];
    lines.extend(pairs(model).into_iter().map(|(key, value)| format!("  \"{key}\": {value}")));
    if let Some(task) = model.task() {
        lines.push(format!("  \"task\": {{ \"weights\": {} }}", weights(task)));
    }
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// Keys and values, in a notation that both formats share.
fn pairs(model: &Model) -> Vec<(&'static str, String)> {
    let (hmm, names) = (model.hmm(), model.names());
    let mut pairs = Vec::new();
    for (key, names) in [("states", &names.states), ("tokens", &names.tokens)] {
        if !names.is_empty() {
            pairs.push((key, strings(names.iter().cloned())));
        }
    }
    pairs.push(("initial", numbers(hmm.initial())));
    pairs.push(("transition", rows(&hmm.transition().to_rows())));
    pairs.push(("emission", rows(&hmm.emission().to_rows())));
    pairs
}

fn weights(task: &Task) -> String {
    match task {
        Task::Binary(weights) => numbers(weights),
        Task::Classes(classes) => rows(classes.rows()),
    }
}

fn rows(rows: &[Vec<BigRational>]) -> String {
    let lines: Vec<_> = rows.iter().map(|row| format!("    {}", numbers(row))).collect();
    format!("[\n{}\n  ]", lines.join(",\n"))
}

fn numbers(values: &[BigRational]) -> String {
    strings(values.iter().map(ToString::to_string))
}

/// A list of strings; JSON's escapes are TOML's as well, but for the delete character.
fn strings(items: impl Iterator<Item = String>) -> String {
    let quote = |item: String| serde_json::Value::String(item).to_string().replace('\u{7f}', "\\u007f");
    format!("[{}]", items.map(quote).collect::<Vec<_>>().join(", "))
}
