//! The cases of `tests/corpus`.
#![allow(dead_code)] // each test uses a part

use std::{fs, path::Path};

use num_rational::BigRational;
use recoverable::{
    model::{Hmm, Model, Names, Task, Token},
    number::parse,
};
use serde_json::{Value, json};

/// A model with what is expected of it.
pub struct Case {
    pub model: Model,
    pub expected: Value,
    /// Inputs with what is expected of each.
    pub sequences: Vec<(Vec<Option<Token>>, Value)>,
}

/// All cases, by name.
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(paths.len() >= 16, "only {} cases in the corpus", paths.len());
    paths.iter().map(|path| read(&fs::read_to_string(path).unwrap())).collect()
}

/// The case with this name.
pub fn named(name: &str) -> Case {
    all().into_iter().find(|case| case.model.name() == name).unwrap_or_else(|| panic!("no case {name}"))
}

fn read(text: &str) -> Case {
    let json: Value = serde_json::from_str(text).unwrap();
    assert_eq!(json["kind"], "vanilla");
    let rows = |key: &str| json[key].as_array().unwrap().iter().map(list).collect();
    let hmm = Hmm::new(list(&json["P_H0"]), rows("A"), rows("W")).unwrap();
    let task = if json["mu"][0].is_array() {
        Task::classes(rows("mu")).unwrap()
    } else {
        Task::binary(list(&json["mu"]))
    };
    let name = json["name"].as_str().unwrap();
    let token = |word: &str| Some(Token(word.parse().unwrap()));
    let sequence = |(key, value): (&String, &Value)| (key.split(',').map(token).collect(), value.clone());
    Case {
        model: Model::new(name, hmm, Some(task), Names::default()).unwrap(),
        expected: json["expected"].clone(),
        sequences: json["sequences"].as_object().unwrap().iter().map(sequence).collect(),
    }
}

/// One rational, a string or an integer.
pub fn number(value: &Value) -> BigRational {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    parse(&text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// A list of rationals.
pub fn list(value: &Value) -> Vec<BigRational> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// A list of rationals, or a single one.
pub fn one_or_more(value: &Value) -> Vec<BigRational> {
    if value.is_array() { list(value) } else { vec![number(value)] }
}

/// Whether a proportional head exists is beyond a limit: 21 states, of which the chain knows where it starts.
///
/// The states 0 and 1 show the same token, and only the one after them tells which it was: a head that serves
/// state 0 fails behind state 1. The chain never starts there, but to prove that no input sees the
/// difference takes the squares of the backward vectors, of which there are too many.
pub fn beyond_the_limit() -> Value {
    let n = 21;
    let law = |length: usize, support: &[usize]| -> Vec<_> {
        let share = if support.len() == 1 { "1" } else { "1/2" };
        (0..length).map(|at| if support.contains(&at) { share } else { "0" }).collect()
    };
    let next = |state| if state == 0 { vec![0, 1] } else { vec![(state + 1) % n] };
    let transition: Vec<_> = (0..n).map(|state| law(n, &next(state))).collect();
    let emission: Vec<_> = (0..n).map(|state| law(n - 1, &[state.max(1) - 1])).collect();
    json!({ "kind": "hmm", "orientation": "row-stochastic", "initial": law(n, &[0]), "transition": transition,
            "emission": emission, "task": { "weights": vec![1; n] } })
}
