//! What was found, in a sentence.

use num_rational::BigRational;

use super::calculation::exact;
use crate::{
    model::{Model, Task},
    question::{
        bound::Answer,
        counterexample::{Counterexample, WorkedContradiction, WorkedTerm},
        labels::LinearHeadAnswer,
    },
};

/// Weights with more characters than this are not said within a sentence.
const SHORT: usize = 8;

/// The answer in a line.
pub fn answer(model: &Model, found: &Counterexample) -> String {
    let says = match (&found.given, &found.linear_head) {
        (Some(given), _) => match given.bound.answer {
            Answer::Proved(_) => "the given head has the task's label on every possible input",
            Answer::Refuted(_) => "the given head errs",
            Answer::Undecided(_) => "no input was found on which the given head errs, and some are in doubt",
        },
        (None, Some(LinearHeadAnswer::Proportional | LinearHeadAnswer::Exists { .. })) => {
            "a linear head has the task's label on every possible input"
        }
        (None, Some(LinearHeadAnswer::Impossible(_))) => "no linear head has the task's labels",
        (None, Some(LinearHeadAnswer::Open(_))) => "whether a linear head has the task's labels is not known",
        (None, None) => match found.refuted() {
            Some(true) => "a hypothesis of Theorem 3.3 fails",
            Some(false) => "the hypotheses of Theorem 3.3 hold",
            None => "whether the hypotheses of Theorem 3.3 hold is not known",
        },
    };
    format!("{}: {says}", model.name())
}

/// Why inputs contradict every head: `these three inputs contradict every linear head: …`.
pub fn gist(task: &Task, found: &WorkedContradiction) -> String {
    let (these, contradict) = match found.inputs.len() {
        1 => ("This input".to_owned(), "contradicts"),
        count => (format!("These {} inputs", spelled(count)), "contradict"),
    };
    format!("{these} {contradict} every linear head: {}.", shape(task, found))
}

fn shape(task: &Task, found: &WorkedContradiction) -> String {
    match found.inputs.as_slice() {
        [only] => {
            let zeros = vec![BigRational::from_integer(0.into()); task.scores().len()];
            let says = task.label(&zeros);
            format!(
                "the model's output for it is the zero vector, so every head says {says}, and its label is {}",
                only.label
            )
        }
        [one, other] if one.output == other.output => {
            "the model's output is the same for both, the labels differ".to_owned()
        }
        _ => match found.two_labels() {
            Some((lower, upper)) => {
                average(task, found.won(lower.label).collect(), found.won(upper.label).collect())
            }
            None => {
                "for each label, the model's outputs for the inputs where it has to win, weighted, add up to \
                     those for the inputs where it has to lose"
                    .to_owned()
            }
        },
    }
}

/// Both sides have a weighted average in common.
fn average(task: &Task, lower: Vec<&WorkedTerm>, upper: Vec<&WorkedTerm>) -> String {
    let (many, one) = match (lower.as_slice(), upper.as_slice()) {
        (many, [one]) | ([one], many) => (many, one),
        (lower, upper) => {
            return format!(
                "the model's outputs for {} and those for {} have a weighted average in common",
                group(task, lower),
                group(task, upper)
            );
        }
    };
    let whose = match task {
        Task::Binary(_) => format!("{}'s", group(task, &[*one])),
        Task::Classes(_) => format!("that for {}", group(task, &[*one])),
    };
    format!("the model's outputs for {} average{} to {whose}", group(task, many), weights(many))
}

/// `the two positive ones`, `the one with label 2`
fn group(task: &Task, terms: &[&WorkedTerm]) -> String {
    let label = terms.first().map_or(0, |term| term.label);
    match (task, terms.len()) {
        (Task::Binary(_), count) => {
            let sign = if label == 1 { "positive" } else { "negative" };
            if count == 1 { format!("the {sign} one") } else { format!("the {} {sign} ones", spelled(count)) }
        }
        (Task::Classes(_), count) => format!("the {} with label {label}", spelled(count)),
    }
}

fn weights(terms: &[&WorkedTerm]) -> String {
    let written: Vec<_> = terms.iter().map(|term| exact(&term.weight)).collect();
    if terms.iter().all(|term| term.weight == terms[0].weight) {
        String::new()
    } else if written.iter().all(|weight| weight.chars().count() <= SHORT) {
        format!(", with the weights {},", enumerated(&written))
    } else {
        ", weighted,".to_owned()
    }
}

/// `a, b and c`
fn enumerated(words: &[String]) -> String {
    match words {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => words.concat(),
    }
}

fn spelled(count: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}
