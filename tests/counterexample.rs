//! Counterexamples, redone from their reports by code that shares nothing with the search: sums over hidden paths, a backward recursion of
//! its own, all inputs up to a length.

mod brute;
mod cases;

use std::{collections::BTreeSet, fs, ops::ControlFlow, path::Path, process::Output, sync::LazyLock};

use assert_cmd::cargo::cargo_bin_cmd;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use recoverable::{
    linear::{Matrix, Separation, motzkin},
    model::{
        Construction, Hmm, Model, Names, Task, Token, builtin,
        file::{Source, read_construction, to_json},
    },
    number::parse,
    question::{
        best_head::best_head,
        bound::{Answer, Bound},
        counterexample::{Counterexample, decide, examine},
        labels::LinearHeadAnswer,
    },
    report::{
        counterexample::{document, value},
        document::WIDTH,
        text::Options,
    },
    search::Limits,
    strategies::{Break, model, planted},
};
use recoverable_checker::check;
use serde_json::{Value, json};
use tempfile::TempDir;

fn q(text: &str) -> BigRational {
    parse(text).unwrap()
}

fn rationals(value: &Value) -> Vec<BigRational> {
    cases::list(value)
}

fn law(entries: &[&str]) -> Vec<BigRational> {
    entries.iter().map(|entry| q(entry)).collect()
}

fn rows(text: &[&[&str]]) -> Vec<Vec<BigRational>> {
    text.iter().map(|row| law(row)).collect()
}

const LIMITS: Limits = Limits { prefixes: 500, bytes: 1 << 28, target: 0.0, decide: true };

fn look(model: &Model, head: Option<&Construction>) -> Counterexample {
    decide(model, head, LIMITS, &mut |_| ControlFlow::Continue(()))
}

fn report(model: &Model, found: &Counterexample) -> Value {
    value(model, None, found, &|_| Some("elsewhere".to_owned()))
}

/// The corpus and the built-in models.
fn known() -> Vec<Model> {
    cases::all().into_iter().map(|case| case.model).chain(builtin::all()).collect()
}

// ---------------------------------------------------------------------------------------------
// Models with a planted answer

/// Three states of which the two tokens see one direction only: `W (1, −2, 1) = 0`.
fn middle(name: &str, task: Task) -> Model {
    let chain = [&["3/4", "1/8", "1/8"][..], &["1/8", "3/4", "1/8"], &["1/8", "1/8", "3/4"]];
    let hmm = Hmm::new(
        law(&["1/3", "1/3", "1/3"]),
        rows(&chain),
        rows(&[&["3/4", "1/2", "1/4"], &["1/4", "1/2", "3/4"]]),
    );
    Model::new(name, hmm.unwrap(), Some(task), Names::default()).unwrap()
}

/// The chain goes on from state to state; its first token is possible from `H_0`, and not one step later.
fn blind(name: &str, task: Task) -> Model {
    let hmm = Hmm::new(
        law(&["1", "0", "0"]),
        rows(&[&["0", "0", "0"], &["1", "0", "0"], &["0", "1", "1"]]),
        rows(&[&["1/2", "1", "0"], &["1/2", "0", "1"]]),
    );
    Model::new(name, hmm.unwrap(), Some(task), Names::default()).unwrap()
}

/// The tokens 0 and 1 stand for states that look alike: the model's outputs on them are equal, the labels differ.
fn alike(task: Task) -> Model {
    let names = Names {
        states: ["left", "right", "rest"].map(str::to_owned).into(),
        tokens: ["a", "b", "c"].map(str::to_owned).into(),
    };
    let hmm = Hmm::new(
        law(&["1/4", "1/4", "1/2"]),
        rows(&[&["0", "1", "1/4"], &["1", "0", "1/4"], &["0", "0", "1/2"]]),
        rows(&[&["1/2", "1/3", "0"], &["1/2", "2/3", "0"], &["0", "0", "1"]]),
    );
    Model::new("alike", hmm.unwrap(), Some(task), names).unwrap()
}

fn classes(rows: &[&[i64]]) -> Task {
    let row = |row: &&[i64]| row.iter().map(|&entry| BigRational::from_integer(entry.into())).collect();
    Task::classes(rows.iter().map(row).collect()).unwrap()
}

/// Models for which no head exists, of every kind that the reports tell apart.
fn impossible() -> Vec<Model> {
    let unlikely = Task::binary_from_integers(&[1, -2, 1]);
    let likely = Task::binary_from_integers(&[-1, 2, -1]);
    vec![
        middle("unlikely", unlikely),
        middle("likely", likely),
        middle("two classes", classes(&[&[0, 0, 0], &[-1, 2, -1]])),
        middle("tied classes", classes(&[&[0, 0, 0], &[1, -2, 1]])),
        middle("other two classes", classes(&[&[1, -2, 1], &[0, 0, 0]])),
        middle("three classes", classes(&[&[3, -6, 4], &[0, 1, 1], &[4, -5, 2]])),
        middle("most likely state", classes(&[&[1, 0, 0], &[0, 1, 0], &[0, 0, 1]])),
        blind("blind", Task::binary_from_integers(&[-1, 1, 1])),
        blind("blind to classes", classes(&[&[0, 0, 0], &[0, 1, 0], &[1, 0, 0]])),
    ]
}

// ---------------------------------------------------------------------------------------------
// Redoing a contradiction

/// `β(x)` by a recursion of its own.
fn backward(hmm: &Hmm, word: &[usize]) -> Vec<BigRational> {
    let mut beta = vec![BigRational::one(); hmm.states()];
    for &token in word.iter().rev() {
        let entry = |from: usize| {
            let through =
                |to: usize| &hmm.transition()[(to, from)] * &hmm.emission()[(token, to)] * &beta[to];
            (0..hmm.states()).map(through).sum()
        };
        beta = (0..hmm.states()).map(entry).collect();
    }
    beta
}

fn dot(a: &[BigRational], b: &[BigRational]) -> BigRational {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn times(a: &[BigRational], b: &[BigRational]) -> Vec<BigRational> {
    a.iter().zip(b).map(|(x, y)| x * y).collect()
}

/// An input with what the definitions say of it.
struct Input {
    word: Vec<usize>,
    probability: BigRational,
    scores: Vec<BigRational>,
    label: usize,
    output: Vec<BigRational>,
}

impl Input {
    /// By hidden paths where there are few, else by the recursion; `None` if the input is impossible.
    fn new(model: &Model, law: &[BigRational], word: &[usize]) -> Option<Self> {
        let (hmm, task) = (model.hmm(), model.task().unwrap());
        let beta = backward(hmm, word);
        let tokens: Vec<_> = word.iter().map(|&token| Some(Token(token))).collect();
        let paths = u32::try_from(word.len() + 2).ok().and_then(|steps| hmm.states().checked_pow(steps));
        if paths.is_some_and(|paths| paths < 2000) {
            assert_eq!(beta, brute::backward(hmm, &tokens));
            if law == hmm.first_law() {
                assert_eq!(brute::head_input(hmm, &tokens), output(hmm, law, &beta));
            }
        }
        let posterior = brute::normalised(&times(hmm.initial(), &beta))?;
        let scores = task.scores().iter().map(|weights| dot(weights, &posterior)).collect();
        Some(Self {
            word: word.to_vec(),
            probability: dot(hmm.initial(), &beta),
            scores,
            label: brute::label(task, &posterior),
            output: output(hmm, law, &beta),
        })
    }

    /// The label that a head gives it.
    fn head_label(&self, head: &[Vec<BigRational>]) -> usize {
        label_of(&head.iter().map(|row| dot(row, &self.output)).collect::<Vec<_>>())
    }
}

/// One score is compared with 0, of several the first largest counts.
fn label_of(scores: &[BigRational]) -> usize {
    match scores {
        [score] => usize::from(!score.is_negative()),
        _ => (0..scores.len()).rev().max_by_key(|&row| &scores[row]).unwrap(),
    }
}

fn output(hmm: &Hmm, law: &[BigRational], beta: &[BigRational]) -> Vec<BigRational> {
    let seen = times(law, beta);
    let masses: Vec<_> = (0..hmm.tokens()).map(|token| dot(hmm.emission().row(token), &seen)).collect();
    brute::normalised(&masses).unwrap_or(masses)
}

/// A comparison of a report.
#[derive(Debug)]
struct Term {
    word: Vec<usize>,
    label: usize,
    rival: usize,
    weight: BigRational,
}

fn word(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|token| token.as_u64().unwrap().try_into().unwrap()).collect()
}

/// The comparisons, from either format.
fn terms(found: &Value) -> Vec<Term> {
    if let Some(list) = found.as_array() {
        let index = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        let term = |term: &Value| Term {
            word: word(&term["tokens"]),
            label: index(&term["label"]),
            rival: index(&term["rival"]),
            weight: cases::number(&term["weight"]),
        };
        return list.iter().map(term).collect();
    }
    let side = |label: usize| {
        let weights = found[format!("label_{label}")].as_object().unwrap();
        weights.iter().map(move |(key, weight)| Term {
            word: key.split(',').map(|token| token.parse().unwrap()).collect(),
            label,
            rival: 1 - label,
            weight: cases::number(weight),
        })
    };
    side(0).chain(side(1)).collect()
}

/// With one row `b`, label 1 has to be at least 0; with rows `b_0, b_1, …` (`b_0 = 0`) the label's has to be largest, and larger than those before it.
/// The column `±output` in the blocks of the rows, and whether 0 is not enough.
fn comparison(classes: usize, input: &Input, rival: usize) -> (Vec<BigRational>, bool) {
    let k = input.output.len();
    if classes == 1 {
        let sign = BigRational::from_integer(if input.label == 1 { 1.into() } else { (-1).into() });
        return (input.output.iter().map(|entry| entry * &sign).collect(), input.label == 0);
    }
    let mut column = vec![BigRational::zero(); (classes - 1) * k];
    for (token, entry) in input.output.iter().enumerate() {
        if input.label > 0 {
            column[(input.label - 1) * k + token] += entry;
        }
        if rival > 0 {
            column[(rival - 1) * k + token] -= entry;
        }
    }
    (column, rival < input.label)
}

/// A head with the labels of these inputs, by Motzkin's alternative; `None` if there is none.
fn head_for(classes: usize, inputs: &[&Input]) -> Option<Vec<Vec<BigRational>>> {
    let k = inputs.first().map_or(1, |input| input.output.len());
    let labels = classes.max(2);
    let columns: Vec<_> = inputs
        .iter()
        .flat_map(|input| {
            (0..labels)
                .filter(|&rival| rival != input.label)
                .map(move |rival| comparison(classes, input, rival))
        })
        .collect();
    let block = |of: bool| {
        let columns: Vec<_> =
            columns.iter().filter(|(_, strict)| *strict == of).map(|(column, _)| column).collect();
        let sign = BigRational::from_integer(if of { (-1).into() } else { 1.into() });
        Matrix::from_fn((labels - 1) * k, columns.len(), |at, column| &columns[column][at] * &sign)
    };
    let Separation::Functional(functional) = motzkin(&block(true), &block(false)) else { return None };
    let mut head: Vec<Vec<_>> = functional.chunks(k).map(<[_]>::to_vec).collect();
    if classes > 1 {
        head.insert(0, vec![BigRational::zero(); k]);
    }
    Some(head)
}

/// Redoes a report by hand: possible inputs, right labels, positive weights, both sides equal, and no input too many.
fn redo(model: &Model, report: &Value) {
    let (hmm, classes) = (model.hmm(), model.task().unwrap().scores().len());
    assert_eq!((&report["linear_head"], &report["refuted"]), (&json!("impossible"), &json!(true)));
    let terms = terms(&report["linear_head_impossible"]);
    let words: BTreeSet<_> = terms.iter().map(|term| term.word.clone()).collect();
    let inputs: Vec<_> = words
        .iter()
        .map(|word| Input::new(model, &hmm.first_law(), word).expect("a possible input"))
        .collect();
    let find = |word: &[usize]| inputs.iter().find(|input| input.word == word).unwrap();
    let mut sum = vec![BigRational::zero(); (classes.max(2) - 1) * hmm.tokens()];
    let mut any_strict = false;
    for Term { word, label, rival, weight } in &terms {
        let input = find(word);
        assert!(weight.is_positive() && input.label == *label && rival != label && *rival < classes.max(2));
        let (column, strict) = comparison(classes, input, *rival);
        any_strict |= strict;
        sum.iter_mut().zip(column).for_each(|(entry, value)| *entry += weight * value);
    }
    assert!(any_strict && sum.iter().all(Zero::is_zero), "{}: {terms:?}", model.name());
    let all: Vec<_> = inputs.iter().collect();
    assert!(head_for(classes, &all).is_none());
    for (without, _) in inputs.iter().enumerate() {
        let rest: Vec<_> =
            inputs.iter().enumerate().filter(|(at, _)| *at != without).map(|(_, it)| it).collect();
        let head = head_for(classes, &rest).unwrap_or_else(|| panic!("{}: an input too many", model.name()));
        for input in rest {
            assert_eq!(input.head_label(&head), input.label, "{}", model.name());
        }
    }
    assert_eq!(report["inputs"].as_array().unwrap().len(), inputs.len());
    for told in report["inputs"].as_array().unwrap() {
        let input = find(&word(&told["tokens"]));
        assert_eq!(cases::number(&told["probability"]), input.probability);
        assert_eq!(told["label"], input.label);
        assert_eq!(rationals(&told["scores"]), input.scores);
        assert_eq!(rationals(&told["head_input"]), input.output);
    }
}

#[test]
fn contradictions_of_planted_models_hold_by_hand() {
    for model in impossible() {
        redo(&model, &report(&model, &look(&model, None)));
    }
}

#[test]
fn contradictions_of_known_models_hold_by_hand() {
    let mut count = 0;
    for model in known() {
        let report = report(&model, &look(&model, None));
        match report["linear_head"].as_str().unwrap() {
            "impossible" => {
                redo(&model, &report);
                count += 1;
            }
            word => assert_eq!(report["linear_head_impossible"], Value::Null, "{word}"),
        }
    }
    assert!(count >= 2, "only {count}");
}

/// The label of `0…0` changes after 132 tokens: there are more paths and more inputs of that length than an integer of the machine counts.
#[test]
fn contradictions_of_very_long_inputs_hold_by_hand() {
    let hmm = Hmm::new(
        law(&["1/13", "4/13", "8/13"]),
        rows(&[&["13/17", "4/9", "17/37"], &["4/17", "5/9", "0"], &["0", "0", "20/37"]]),
        rows(&[&["0", "3/5", "3/5"], &["3/7", "0", "0"], &["4/7", "2/5", "2/5"]]),
    );
    let task = Task::binary_from_integers(&[-2, 0, 4]);
    let model = Model::new("late", hmm.unwrap(), Some(task), Names::default()).unwrap();
    let report = report(&model, &look(&model, None));
    assert!(terms(&report["linear_head_impossible"]).iter().any(|term| term.word.len() > 64));
    redo(&model, &report);
}

#[test]
fn ties_have_the_label_of_the_definition() {
    // A score of exactly 0 on an input of the contradiction: label 1, and with two classes label 0.
    for (name, tied) in [("likely", 1), ("tied classes", 0)] {
        let model = impossible().into_iter().find(|model| model.name() == name).unwrap();
        let report = report(&model, &look(&model, None));
        let zero = |input: &&Value| rationals(&input["scores"]).iter().all(Zero::is_zero);
        let ties: Vec<_> = report["inputs"].as_array().unwrap().iter().filter(zero).collect();
        assert!(!ties.is_empty(), "{report}");
        assert!(ties.iter().all(|input| input["label"] == tied));
        let text = document(&model, &look(&model, None), Options::default()).to_text();
        let words = if tied == 1 {
            "this is exactly 0, and 0 ≥ 0: the label is 1"
        } else {
            "the scores of 0 and 1 are equal"
        };
        assert!(text.contains(words), "{text}");
    }
    // A head that is 0 says 1, or class 0, wherever the model is.
    let model = middle("unlikely", Task::binary_from_integers(&[1, -2, 1]));
    let zero =
        Construction::new(model.hmm(), model.task().unwrap(), rows(&[&["0", "0"]]), Vec::new()).unwrap();
    let found = report(&model, &look(&model, Some(&zero)));
    assert_eq!(found["given"]["shortest"]["head_label"], 1);
    assert_eq!(found["given"]["shortest"]["head_scores"], json!(["0"]));
}

#[test]
fn a_zero_output_is_a_contradiction_of_its_own() {
    for (name, label) in [("blind", 0), ("blind to classes", 2)] {
        let model = impossible().into_iter().find(|model| model.name() == name).unwrap();
        let found = look(&model, None);
        let report = report(&model, &found);
        assert_eq!(report["inputs"].as_array().unwrap().len(), 1);
        assert_eq!(report["inputs"][0]["head_input"], json!(["0", "0"]));
        assert_eq!(report["inputs"][0]["label"], label);
        assert!(report["in_words"].as_str().unwrap().contains("zero vector"), "{report}");
        assert!(document(&model, &found, Options::default()).to_text().contains("zero vector"));
    }
}

/// Whatever a report says of a model is right; its text keeps to its width and its certificates are accepted.
fn check_answer(model: &Model) {
    let found = look(model, None);
    let report = report(model, &found);
    let answer = found.linear_head.as_ref().unwrap();
    assert_eq!(report["linear_head"], answer.word());
    match answer {
        LinearHeadAnswer::Impossible(_) => redo(model, &report),
        LinearHeadAnswer::Proportional | LinearHeadAnswer::Exists { .. } => {
            let head = &report["head"];
            let head: Vec<_> = match model.task().unwrap() {
                Task::Binary(_) => vec![rationals(head)],
                Task::Classes(_) => head.as_array().unwrap().iter().map(rationals).collect(),
            };
            for input in all_inputs(model, &model.hmm().first_law(), 4) {
                assert_eq!(input.head_label(&head), input.label, "{} on {:?}", model.name(), input.word);
            }
        }
        LinearHeadAnswer::Open(_) => assert!(report["refuted"].is_null()),
    }
    let text = document(model, &found, Options { names: true }).to_text();
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    assert!(found.certificates().iter().all(|(_, accepted)| check(accepted.text()).is_ok()));
}

/// All possible inputs up to a length.
fn all_inputs(model: &Model, law: &[BigRational], longest: usize) -> Vec<Input> {
    let words = (1..=longest).flat_map(|length| brute::lists(model.hmm().tokens(), length));
    words.filter_map(|word| Input::new(model, law, &word)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn answers_for_any_model(model in model()) {
        check_answer(&model);
    }
}

proptest! {
    // Labels of such models are searched for, which takes seconds.
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn answers_for_dependent_columns(model in planted(Break::Independence)) {
        check_answer(&model);
    }
}

// ---------------------------------------------------------------------------------------------
// Given heads

/// What is known of these models where no head is given, looked for once.
fn looked_at() -> &'static [(Model, Counterexample)] {
    static FOUND: LazyLock<Vec<(Model, Counterexample)>> = LazyLock::new(|| {
        let models = known().into_iter().filter(|model| model.hmm().tokens() <= 3);
        models.map(|model| (model.clone(), look(&model, None))).collect()
    });
    &FOUND
}

/// The errors of a head on all inputs up to a length.
fn errors(model: &Model, head: &Construction, longest: usize) -> Vec<Input> {
    let inputs = all_inputs(model, &head.law(model.hmm()), longest);
    inputs.into_iter().filter(|input| input.head_label(head.head().rows()) != input.label).collect()
}

/// The shortest and the most probable error are what going through all inputs finds. What is known without a head is known.
fn check_given(model: &Model, known: &Counterexample, head: &Construction, longest: usize) -> Option<bool> {
    let given = examine(model, model.task().unwrap(), head, LIMITS, &mut |_| ControlFlow::Continue(()));
    let found = Counterexample { given: Some(given), ..known.clone() };
    let given = found.given.as_ref().unwrap();
    let errors = errors(model, head, longest);
    let report = report(model, &found);
    let told = |key: &str| {
        let told = &report["given"][key];
        (!told.is_null()).then(|| {
            let input = Input::new(model, &head.law(model.hmm()), &word(&told["tokens"])).expect("possible");
            let scores: Vec<_> = head.head().rows().iter().map(|row| dot(row, &input.output)).collect();
            assert_eq!(cases::number(&told["probability"]), input.probability);
            assert_eq!(
                (&told["task_label"], &told["head_label"]),
                (&json!(input.label), &json!(label_of(&scores)))
            );
            assert_ne!(told["task_label"], told["head_label"]);
            assert_eq!(rationals(&told["task_scores"]), input.scores);
            assert_eq!(rationals(&told["head_scores"]), scores);
            input
        })
    };
    let (shortest, most_probable) = (told("shortest"), told("most_probable"));
    let length = errors.iter().map(|error| error.word.len()).min();
    match &given.bound.answer {
        Answer::Proved(_) => assert!(errors.is_empty()),
        Answer::Undecided(why) => {
            let missed = errors.first().map(|error| &error.word);
            assert_eq!(missed, None, "{}, {head:?}: a short error was missed, {why:?}", model.name());
        }
        Answer::Refuted(_) => {}
    }
    if let Some(length) = length {
        let shortest = shortest.as_ref().expect("a shortest error");
        assert_eq!(shortest.word.len(), length, "{}", model.name());
        let of_length = errors.iter().filter(|error| error.word.len() == length);
        assert_eq!(Some(&shortest.probability), of_length.map(|error| &error.probability).max());
    } else if let Some(shortest) = &shortest {
        assert!(shortest.word.len() > longest);
    }
    if let Some(found) = &most_probable {
        let best = errors.iter().map(|error| &error.probability).max();
        assert!(best.is_none_or(|best| found.probability >= *best), "{}", model.name());
        let equal = errors.iter().filter(|error| error.probability == found.probability);
        let first = equal.map(|error| error.word.len()).min();
        assert!(first.is_none_or(|first| found.word.len() <= first), "of equal ones the shortest");
    }
    let text = document(model, &found, Options::default()).to_text();
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    found.refuted()
}

fn errs_everywhere(found: &Bound) -> bool {
    found.disagreement.as_ref().is_ok_and(|found| found.bracket().lower.is_one())
}

/// The labels of the empty prefix, which is no input, are settled and differ.
#[test]
fn a_head_that_errs_everywhere() {
    let model = cases::named("c02_impossible_words_do_not_count").model;
    let task = model.task().unwrap();
    let head = Construction::new(model.hmm(), task, rows(&[&["2", "1"]]), rows(&[&["1/2", "1"]])).unwrap();
    let found = look(&model, Some(&head));
    assert!(errs_everywhere(&found.given.as_ref().unwrap().bound));
    assert_eq!(found.refuted(), Some(true));
    let shortest = found.given.unwrap().shortest.unwrap();
    assert_eq!(shortest.word, [Token(0)]);
}

/// Heads with small entries, one for each seed.
fn heads(model: &Model, seeds: std::ops::Range<u64>) -> Vec<Construction> {
    let task = model.task().unwrap();
    let head = |seed: u64| {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut entry = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            BigRational::from_integer((i64::try_from(state % 9).unwrap() - 4).into())
        };
        let rows: Vec<Vec<_>> =
            task.scores().iter().map(|_| (0..model.hmm().tokens()).map(|_| entry()).collect()).collect();
        let prompt = if seed.is_multiple_of(3) {
            vec![
                (0..model.hmm().states())
                    .map(|_| entry().abs() / BigRational::from_integer(4.into()))
                    .collect(),
            ]
        } else {
            Vec::new()
        };
        Construction::new(model.hmm(), task, rows, prompt).unwrap()
    };
    seeds.map(head).collect()
}

#[test]
fn errors_of_given_heads_are_the_shortest_and_the_most_probable() {
    let mut refuted = 0;
    let impossible = impossible().into_iter().step_by(3).map(|model| (model.clone(), look(&model, None)));
    let impossible: Vec<_> = impossible.filter(|(model, _)| model.hmm().tokens() <= 3).collect();
    for (model, known) in looked_at().iter().chain(&impossible) {
        for head in heads(model, 0..3) {
            refuted += usize::from(check_given(model, known, &head, 5) == Some(true));
        }
    }
    assert!(refuted > 20, "only {refuted} heads erred");
}

/// Heads that are right up to a tie, and heads that are nearly right.
#[test]
fn errors_of_heads_that_are_nearly_right() {
    for (model, known) in looked_at() {
        let report = report(model, known);
        let Some(head) = report.get("head") else { continue };
        let source = |head: &Value| Source::new("head.json", &json!({ "head": head }).to_string());
        let task = model.task().unwrap();
        let right = read_construction(&source(head), model.hmm(), task).unwrap();
        assert_ne!(check_given(model, known, &right, 5), Some(true), "{}", model.name());
        let nearly = right.head().rows().iter().enumerate().map(|(row, entries)| {
            let share = |(at, entry): (usize, &BigRational)| {
                if at == 0 && row + 1 == right.head().rows().len() {
                    entry + q("1/50")
                } else {
                    entry.clone()
                }
            };
            entries.iter().enumerate().map(share).collect()
        });
        let nearly = Construction::new(model.hmm(), task, nearly.collect(), Vec::new()).unwrap();
        check_given(model, known, &nearly, 5);
    }
}

// ---------------------------------------------------------------------------------------------
// Every head

/// What lasts is a bound for every head, and at every length from where it begins.
#[test]
fn no_head_is_better_than_what_lasts() {
    let model = middle("unlikely", Task::binary_from_integers(&[1, -2, 1]));
    let task = model.task().unwrap();
    let found = best_head(&model, task, LIMITS, &mut |_| ControlFlow::Continue(())).unwrap();
    let lasting = found.any_head.unwrap().lasting.expect("prefixes that contradict every head");
    let from = lasting.from_length;
    assert!(lasting.lower.is_positive() && (6..=7).contains(&from));
    assert!(check(lasting.accepted.text()).is_ok());
    let mut candidates = heads(&model, 0..9);
    candidates.retain(|head| head.prompt().is_empty());
    candidates.push(Construction::from(found.head));
    for head in candidates {
        let errors = errors(&model, &head, from + 1);
        for length in [from, from + 1] {
            let wrong = errors.iter().filter(|error| error.word.len() == length);
            let total: BigRational = wrong.map(|error| &error.probability).sum();
            assert!(lasting.lower <= total, "{head:?} at length {length}");
        }
    }
    // Where some head is right on all inputs, nothing lasts.
    for name in ["casino", "ice-cream"] {
        let model = builtin::all().into_iter().find(|model| model.name() == name).unwrap();
        let task = model.task().unwrap();
        let found = best_head(&model, task, LIMITS, &mut |_| ControlFlow::Continue(())).unwrap();
        assert!(found.any_head.unwrap().lasting.is_none(), "{name}");
    }
}

// ---------------------------------------------------------------------------------------------
// The reports as they are written

/// A head behind a prompt of two tokens, with an error.
fn prompted(model: &Model) -> Construction {
    let prompt = rows(&[&["1/2", "1"], &["1", "1/3"]]);
    Construction::new(model.hmm(), model.task().unwrap(), rows(&[&["-5", "0", "0", "0", "0", "4"]]), prompt)
        .unwrap()
}

#[test]
fn snapshots() {
    let named = |name: &str| impossible().into_iter().find(|model| model.name() == name).unwrap();
    let page = |model: &Model, names: bool| document(model, &look(model, None), Options { names });
    let unlikely = page(&named("unlikely"), false);
    insta::assert_snapshot!("average-text", unlikely.to_text());
    insta::assert_snapshot!("average-markdown", unlikely.to_markdown());
    insta::assert_snapshot!("zero-output", page(&named("blind"), false).to_text());
    insta::assert_snapshot!("two-classes", page(&named("two classes"), false).to_text());
    insta::assert_snapshot!("several-classes", page(&named("most likely state"), false).to_text());
    let casino = builtin::all().remove(0);
    let found = look(&casino, Some(&prompted(&casino)));
    // Where the bracket stands depends on the order of the search and not on what is reported.
    let text = document(&casino, &found, Options { names: true }).to_text();
    let (before, rest) = text.split_once("Of the given head").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    insta::assert_snapshot!("given-head", format!("{before}[bracket]\n\n{after}"));
}

/// Long numbers stand there exactly, with decimals beside them; matrices that are too wide stand row by row.
#[test]
fn long_numbers_are_exact_and_have_decimals() {
    let cpg = builtin::all().remove(1);
    let found = look(&cpg, None);
    let flat = |text: String| text.split_whitespace().collect::<String>();
    let text = flat(document(&cpg, &found, Options::default()).to_text());
    let report = report(&cpg, &found);
    redo(&cpg, &report);
    for input in report["inputs"].as_array().unwrap() {
        let probability = input["probability"].as_str().unwrap();
        assert!(probability.len() > 24 && text.contains(&format!("={probability}≈")), "{probability}");
        for entry in input["head_input"].as_array().unwrap() {
            assert!(text.contains(entry.as_str().unwrap()));
        }
    }
    for term in terms(&report["linear_head_impossible"]) {
        let weight = term.weight.to_string();
        let decimal = decimal_of(&text, &weight).unwrap_or_else(|| panic!("no decimal of {weight}"));
        let difference = &term.weight - q(&decimal);
        assert!(!difference.is_negative() && difference < last_place(&decimal), "{weight} ≈ {decimal}");
    }
}

/// The six significant digits at most behind the sign ≈ that follows a number, in a text without blanks: long numbers are broken.
fn decimal_of(text: &str, exact: &str) -> Option<String> {
    let sign = format!("={exact}≈");
    let rest = &text[text.find(&sign)? + sign.len()..];
    let decimal: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let first = decimal.find(|c| ('1'..='9').contains(&c))?;
    Some(decimal.chars().take(first + 6).collect())
}

/// One unit of the last of six significant digits of a decimal.
fn last_place(decimal: &str) -> BigRational {
    let value = q(decimal);
    let ten = BigRational::from_integer(10.into());
    let mut place = q("1/100000"); // of 1 to 10
    while &value / &place < q("100000") {
        place /= &ten;
    }
    while &value / &place >= q("1000000") {
        place *= &ten;
    }
    place
}

#[test]
fn a_model_without_a_task_has_hypotheses_only() {
    let model = middle("unlikely", Task::binary_from_integers(&[1, -2, 1]));
    let bare = Model::new("bare", model.hmm().clone(), None, Names::default()).unwrap();
    let found = look(&bare, None);
    assert_eq!(found.refuted(), Some(true));
    let report = report(&bare, &found);
    assert_eq!((report.get("linear_head"), report.get("given")), (None, None));
    assert_eq!(report["hypotheses"][0]["holds"], false);
    assert!(
        document(&bare, &found, Options::default())
            .to_text()
            .starts_with("bare: a hypothesis of Theorem 3.3 fails\n")
    );
}

/// Names can't break the structure of a page.
#[test]
fn hostile_names_stay_words() {
    let hmm = alike(classes(&[&[1, 0, 0], &[0, 1, 0]])).hmm().clone();
    let odd = ["a|b", "# c\n", "`*_\u{202e}"].map(str::to_owned);
    let names = Names { states: odd.clone().into(), tokens: odd.into() };
    let model = Model::new("- | \n# x", hmm, Some(classes(&[&[1, 0, 0], &[0, 1, 0]])), names).unwrap();
    let markdown = document(&model, &look(&model, None), Options { names: true }).to_markdown();
    assert!(!markdown.contains('\u{202e}'));
    let headings = markdown.lines().filter(|line| line.starts_with('#')).count();
    let plain = alike(classes(&[&[1, 0, 0], &[0, 1, 0]]));
    let plain = document(&plain, &look(&plain, None), Options { names: true }).to_markdown();
    assert_eq!(headings, plain.lines().filter(|line| line.starts_with('#')).count());
}

// ---------------------------------------------------------------------------------------------
// The command

fn run(args: &[&str]) -> Output {
    cargo_bin_cmd!("recoverable").arg("counterexample").args(args).output().unwrap()
}

fn stdout(args: &[&str], code: i32) -> String {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), stderr.as_ref()), (Some(code), ""), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn write(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const RIGHT: &str = r#"{"head": ["-10", 0, 0, 0, 0, "4"]}"#;
const WRONG: &str = r#"{"head": ["-10", 0, 0, 0, 0, "3.5"]}"#;

#[test]
fn exit_codes() {
    let folder = TempDir::new().unwrap();
    let (right, wrong) = (write(&folder, "right.json", RIGHT), write(&folder, "wrong.json", WRONG));
    // Right on single rolls and on two, and nothing more is looked at.
    let nearly = write(&folder, "nearly.json", r#"{"head": ["-10", 0, 0, 0, 0, "4.0001"]}"#);
    let bare = Model::new("bare", builtin::all()[0].hmm().clone(), None, Names::default()).unwrap();
    let bare = write(&folder, "bare.json", &to_json(&bare));
    let stuck = middle("stuck", Task::binary_from_integers(&[1, -2, 1]));
    let stuck = write(&folder, "stuck.json", &to_json(&stuck));
    for (args, code) in [
        (vec!["casino"], 0),
        (vec!["cpg"], 1),
        (vec![stuck.as_str()], 1),
        (vec![&bare], 0),
        (vec!["casino", "--head", &right], 0),
        (vec!["casino", "--head", &wrong], 1),
        (vec!["casino", "--head", &nearly, "--limit", "10"], 3),
        (vec!["casino", "--head", "nowhere.json"], 2),
        (vec![&bare, "--head", &right], 2),
        (vec!["-", "--head", "-"], 2),
        (vec!["cpg", "--head", &right], 2),
    ] {
        // The labels of cpg are searched for, which takes seconds.
        let formats = if args == ["cpg"] { &["json"][..] } else { &["text", "markdown", "json"] };
        for format in formats {
            let output = run(&[&args[..], &["--format", format]].concat());
            assert_eq!(output.status.code(), Some(code), "{args:?} as {format}");
            assert_eq!(output.stdout.is_empty(), code == 2);
            assert_eq!(output.stderr.is_empty(), code != 2);
        }
    }
}

#[test]
fn markdown_and_text_begin_with_the_answer() {
    let folder = TempDir::new().unwrap();
    let wrong = write(&folder, "wrong.json", WRONG);
    let stuck = middle("stuck", Task::binary_from_integers(&[1, -2, 1]));
    let stuck = write(&folder, "stuck.json", &to_json(&stuck));
    for (args, answer) in [
        (vec![stuck.as_str()], "stuck: no linear head has the task's labels"),
        (vec!["casino"], "casino: a linear head has the task's label on every possible input"),
        (vec!["casino", "--head", &wrong], "casino: the given head errs"),
    ] {
        let code = if args == ["casino"] { 0 } else { 1 };
        assert_eq!(stdout(&args, code).lines().next(), Some(answer));
        let markdown = stdout(&[&args[..], &["--format", "markdown"]].concat(), code);
        assert_eq!(markdown.lines().next().unwrap(), format!("# {answer}"));
        let json: Value =
            serde_json::from_str(&stdout(&[&args[..], &["--format", "json"]].concat(), code)).unwrap();
        assert_eq!(json["answer"], answer);
        assert_eq!(json["schema"], "recoverable.counterexample/1");
    }
    assert!(stdout(&["cpg", "--names"], 1).contains("A,C,G"));
}

/// Each certificate has a file of its own, which the report names.
#[test]
fn certificates() {
    fn paths<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    match value {
                        Value::String(path) if key == "certificate" => found.push(path),
                        _ => paths(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| paths(item, found)),
            _ => {}
        }
    }
    let folder = TempDir::new().unwrap();
    let wrong = write(&folder, "wrong.json", WRONG);
    for (args, count) in [(vec!["cpg"], 8), (vec!["casino", "--head", &wrong], 13)] {
        let out = folder.path().join(args[0]);
        let dir = out.to_str().unwrap();
        let text = stdout(&[&args[..], &["--format", "json", "--certificates", dir]].concat(), 1);
        let report: Value = serde_json::from_str(&text).unwrap();
        let mut named = Vec::new();
        paths(&report, &mut named);
        let distinct: BTreeSet<_> = named.iter().collect();
        assert_eq!(distinct.len(), named.len());
        assert!(named.iter().all(|path| Path::new(path).is_file()), "{named:?}");
        let files: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() >= count, "{files:?}");
        for file in &files {
            check(&fs::read_to_string(file).unwrap())
                .unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        }
        // Without a folder they stand in the report.
        let inline: Value =
            serde_json::from_str(&stdout(&[&args[..], &["--format", "json"]].concat(), 1)).unwrap();
        assert!(check(&inline["certificate"].to_string()).is_ok());
    }
}
