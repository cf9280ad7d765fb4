//! Calculations line by line, in exact fractions; long ones have their size in decimals beside them.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use crate::{
    model::{LinearHead, Model, Task, Token},
    question::counterexample::{WorkedContradiction, WorkedInput, WorkedTerm},
    report::{figures::short, text::Options},
};

/// A number with more characters than this has its size in decimals beside it.
const LONG: usize = 24;

/// A sum with more characters than this is not written out where its vectors stand above it.
const WORKING: usize = 240;

/// A number exactly.
pub fn exact(value: &BigRational) -> String {
    value.to_string().replace('-', "−")
}

fn is_long(value: &BigRational) -> bool {
    exact(value).chars().count() > LONG
}

/// A number to six digits.
fn decimals(value: &BigRational) -> String {
    let sign = if value.is_negative() { "−" } else { "" };
    format!("{sign}{}", short(&value.abs(), false))
}

fn list(values: &[BigRational], written: impl Fn(&BigRational) -> String) -> String {
    format!("({})", values.iter().map(written).collect::<Vec<_>>().join(", "))
}

/// A vector exactly.
pub fn vector(values: &[BigRational]) -> String {
    list(values, exact)
}

/// The number itself if it is short, else its size, marked `≈`.
pub fn brief(value: &BigRational) -> String {
    if is_long(value) { format!("≈{}", decimals(value)) } else { exact(value) }
}

/// `name = working = value`.
pub fn number(name: &str, working: &str, value: &BigRational) -> String {
    let written = exact(value);
    let working = if working.is_empty() || working == written { "" } else { &format!(" = {working}") };
    let size = if is_long(value) { format!(" ≈ {}", decimals(value)) } else { String::new() };
    format!("{name}{working} = {written}{size}")
}

/// The same of a vector; decimals have a line of their own.
pub fn named_vector(name: &str, working: &str, values: &[BigRational]) -> Vec<String> {
    let working = if working.is_empty() { "" } else { &format!(" = {working}") };
    let mut lines = vec![format!("{name}{working} = {}", vector(values))];
    if values.iter().any(is_long) {
        lines.push(format!("{}≈ {}", " ".repeat(name.chars().count() + 1), list(values, decimals)));
    }
    lines
}

/// `a_0·v_0 + a_1·v_1 − …` without the terms whose coefficient is 0; nothing if that is very long.
fn products<'v>(pairs: impl IntoIterator<Item = (&'v BigRational, &'v BigRational)>) -> String {
    let mut text = String::new();
    for (factor, value) in pairs.into_iter().filter(|(factor, _)| !factor.is_zero()) {
        let sign = match (factor.is_negative(), text.is_empty()) {
            (false, true) => "",
            (true, true) => "−",
            (false, false) => " + ",
            (true, false) => " − ",
        };
        text += &format!("{sign}{}·{}", exact(&factor.abs()), exact(value));
    }
    match text.chars().count() {
        0 => "0".to_owned(),
        1..=WORKING => text,
        _ => String::new(),
    }
}

/// What a model's output is called, and the law that it is seen through.
#[derive(Clone, Debug)]
pub struct View {
    /// `π_1`, or `ρ` behind a prompt.
    pub law: &'static str,
    /// `G_1(∅,x)`, or `Ḡ_2(u,∅,x)` behind a prompt of one token.
    pub output: String,
}

impl View {
    /// Behind so many tokens of a prompt.
    pub fn behind(tokens: usize) -> Self {
        match tokens {
            0 => Self { law: "π_1", output: "G_1(∅,x)".to_owned() },
            _ => Self { law: "ρ", output: format!("Ḡ_{}(u,∅,x)", tokens + 1) },
        }
    }
}

/// Writes calculations about a model.
pub struct Calculator<'a> {
    pub model: &'a Model,
    pub task: &'a Task,
    pub options: Options,
}

impl Calculator<'_> {
    pub fn token(&self, token: Token) -> String {
        if self.options.names { self.model.token_name(token) } else { token.to_string() }
    }

    pub fn word(&self, word: &[Token]) -> String {
        word.iter().map(|&token| self.token(token)).collect::<Vec<_>>().join(",")
    }

    /// From the matrices to the posterior.
    pub fn posterior(&self, found: &WorkedInput, with_backward: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let initial = self.model.hmm().initial();
        let beta = |from: usize| format!("β({})", self.word(&found.word[from..]));
        if with_backward {
            lines.push(format!("β() = {}", vector(&found.backward[0])));
            for from in (0..found.word.len()).rev() {
                let first = self.token(found.word[from]);
                let working = format!("Aᵀ(W_{first} ⊙ {})", beta(from + 1));
                lines.extend(named_vector(&beta(from), &working, &found.backward[found.word.len() - from]));
            }
        } else {
            lines.extend(named_vector("β(x)", "", &found.backward[found.word.len()]));
        }
        let working = products(initial.iter().zip(&found.backward[found.word.len()]));
        lines.push(number("Pr(x) = π0·β(x)", &working, &found.probability));
        lines.extend(named_vector("P[H_0|x] = π0⊙β(x) / Pr(x)", "", &found.posterior));
        lines
    }

    /// The scores of the task, and its label.
    pub fn scores(&self, found: &WorkedInput) -> Vec<String> {
        let rows = self.task.scores().iter().zip(&found.scores).enumerate();
        let score = |(row, (weights, value)): (usize, (&Vec<_>, _))| {
            let name = format!("{}·P[H_0|x]", self.row("μ", row));
            number(&name, &products(weights.iter().zip(&found.posterior)), value)
        };
        rows.map(score).chain([self.verdict("the label", &found.scores)]).collect()
    }

    /// What the model puts out.
    pub fn output(&self, found: &WorkedInput, view: &View) -> Vec<String> {
        let View { law, output } = view;
        let mut lines = named_vector(&format!("{law}⊙β(x)"), "", &found.seen);
        if found.is_blind() {
            lines.push(format!("{law}·β(x) = 0: the model's output {output} is the zero vector"));
        } else {
            let total: BigRational = found.seen.iter().sum();
            lines.push(number(&format!("{law}·β(x)"), "", &total));
            lines.extend(named_vector(output, &format!("W({law}⊙β(x)) / {law}·β(x)"), &found.output));
        }
        lines
    }

    /// The scores of a head, and its label.
    pub fn head(&self, found: &WorkedInput, view: &View, head: &LinearHead) -> Vec<String> {
        let scores = head.scores(&found.output);
        let rows = head.rows().iter().zip(&scores).enumerate();
        let score = |(row, (weights, value)): (usize, (&Vec<_>, _))| {
            let name = format!("{}·{}", self.row("b", row), view.output);
            number(&name, &products(weights.iter().zip(&found.output)), value)
        };
        rows.map(score).chain([self.verdict("the head's label", &scores)]).collect()
    }

    /// `μ`, or `μ_2` of several classes.
    pub fn row(&self, letter: &str, row: usize) -> String {
        match self.task {
            Task::Binary(_) => letter.to_owned(),
            Task::Classes(_) => format!("{letter}_{row}"),
        }
    }

    /// Which label scores give, and why.
    fn verdict(&self, whose: &str, scores: &[BigRational]) -> String {
        let label = self.task.label(scores);
        if let (Task::Binary(_), [score]) = (self.task, scores) {
            return match score {
                score if score.is_zero() => format!("this is exactly 0, and 0 ≥ 0: {whose} is {label}"),
                score if score.is_positive() => format!("this is positive: {whose} is {label}"),
                _ => format!("this is negative: {whose} is {label}"),
            };
        }
        let best: Vec<_> = (0..scores.len()).filter(|&row| scores[row] == scores[label]).collect();
        match best.as_slice() {
            [_] => format!("the score of {label} is the largest: {whose} is {label}"),
            [others @ .., last] => {
                let others: Vec<_> = others.iter().map(ToString::to_string).collect();
                let tied = format!("{} and {last}", others.join(", "));
                format!(
                    "the scores of {tied} are equal and the largest, the first counts: {whose} is {label}"
                )
            }
            [] => format!("{whose} is {label}"), // the label is among them
        }
    }

    /// One side of a contradiction, entry by entry.
    pub fn side<'t>(
        &self,
        name: &str,
        found: &WorkedContradiction,
        terms: impl Iterator<Item = &'t WorkedTerm>,
        sum: &[BigRational],
    ) -> Vec<String> {
        let terms: Vec<_> = terms.collect();
        let output = |term: &WorkedTerm| format!("G({})", self.word(&found.inputs[term.input].word));
        let symbols = |entry: &str| {
            let products: Vec<_> =
                terms.iter().map(|term| format!("{}·{}{entry}", weight(found, term), output(term))).collect();
            if products.is_empty() { "0".to_owned() } else { products.join(" + ") }
        };
        let mut lines = vec![format!("{name} = {}", symbols(""))];
        for (token, value) in sum.iter().enumerate() {
            let entries = terms.iter().map(|term| (&term.weight, &found.inputs[term.input].output[token]));
            let name = self.token(Token(token));
            let working = match products(entries) {
                long if long.is_empty() => symbols(&format!("[{name}]")),
                working => working,
            };
            lines.push(number(&format!("  token {name}"), &working, value));
        }
        lines
    }
}

/// A weight, or its name if it is long.
fn weight(found: &WorkedContradiction, term: &WorkedTerm) -> String {
    if !is_long(&term.weight) {
        return exact(&term.weight);
    }
    let place = found.terms.iter().position(|other| other == term).unwrap_or(0);
    format!("w_{}", place + 1)
}

/// What the weights with a name are.
pub fn named_weights(found: &WorkedContradiction) -> Vec<String> {
    let long = found.terms.iter().filter(|term| is_long(&term.weight));
    long.map(|term| number(&weight(found, term), "", &term.weight)).collect()
}
