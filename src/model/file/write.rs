//! Writing models: the same keys, one matrix row a line, exact fractions.

use num_rational::BigRational;

use crate::model::{AnyModel, MemoryModel, Model, Names, PriorForm, Task, defect::memory_key};

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

/// A model with memory as a TOML file, column-stochastic, with the law of `H_0`.
pub fn memory_to_toml(model: &MemoryModel) -> String {
    let mut text = String::from("kind = \"memory-hmm\"\n");
    for (key, value) in memory_pairs(model) {
        text += &format!("{key} = {value}\n");
    }
    text += "\n[memory_prior]\n";
    match model.memory().prior().form() {
        PriorForm::Product(laws) => text += &format!("product = {}\n", rows(laws)),
        PriorForm::Joint(law) => {
            text += "\n[memory_prior.joint]\n";
            for (memory, p) in law {
                text += &format!("\"{}\" = \"{p}\"\n", memory_key(memory));
            }
        }
    }
    if let Some(task) = model.task() {
        text += &format!("\n[task]\ncell = {}\nweights = {}\n", task.cell, weights(&task.task));
    }
    text
}

/// A model with memory as a JSON file, column-stochastic, with the law of `H_0`.
pub fn memory_to_json(model: &MemoryModel) -> String {
    let mut lines = vec!["  \"kind\": \"memory-hmm\"".to_owned()];
    lines.extend(memory_pairs(model).into_iter().map(|(key, value)| format!("  \"{key}\": {value}")));
    let prior = match model.memory().prior().form() {
        PriorForm::Product(laws) => format!("\"product\": {}", rows(laws)),
        PriorForm::Joint(law) => {
            let entry =
                |(memory, p): (&Vec<usize>, &BigRational)| format!("    \"{}\": \"{p}\"", memory_key(memory));
            format!("\"joint\": {{\n{}\n  }}", law.iter().map(entry).collect::<Vec<_>>().join(",\n"))
        }
    };
    lines.push(format!("  \"memory_prior\": {{ {prior} }}"));
    if let Some(task) = model.task() {
        let (cell, weights) = (task.cell, weights(&task.task));
        lines.push(format!("  \"task\": {{ \"cell\": {cell}, \"weights\": {weights} }}"));
    }
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// A model of either kind as a TOML file.
pub fn any_to_toml(model: &AnyModel) -> String {
    match model {
        AnyModel::Hmm(model) => to_toml(model),
        AnyModel::Memory(model) => memory_to_toml(model),
    }
}

/// A model of either kind as a JSON file.
pub fn any_to_json(model: &AnyModel) -> String {
    match model {
        AnyModel::Hmm(model) => to_json(model),
        AnyModel::Memory(model) => memory_to_json(model),
    }
}

/// Keys and values, in a notation that both formats share.
fn pairs(model: &Model) -> Vec<(&'static str, String)> {
    let hmm = model.hmm();
    let mut pairs = names(model.names());
    pairs.push(("initial", numbers(hmm.initial())));
    pairs.push(("transition", rows(&hmm.transition().to_rows())));
    pairs.push(("emission", rows(&hmm.emission().to_rows())));
    pairs
}

fn memory_pairs(model: &MemoryModel) -> Vec<(&'static str, String)> {
    let (memory, shape) = (model.memory(), model.memory().shape());
    let numbers_of = [("values", shape.values), ("cells", shape.cells), ("syntax", shape.syntax)];
    let mut pairs: Vec<_> = numbers_of.into_iter().map(|(key, count)| (key, count.to_string())).collect();
    pairs.extend(names(model.names()));
    pairs.push(("initial", numbers(memory.chain().initial())));
    pairs.push(("transition", rows(&memory.chain().transition().to_rows())));
    pairs.push(("emission", rows(&memory.emission().to_rows())));
    pairs
}

fn names(names: &Names) -> Vec<(&'static str, String)> {
    let lists = [("states", &names.states), ("tokens", &names.tokens)];
    let given = lists.into_iter().filter(|(_, names)| !names.is_empty());
    given.map(|(key, names)| (key, strings(names.iter().cloned()))).collect()
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
