//! Reports of `counterexample --format json`.

use num_rational::BigRational;
use serde_json::{Map, Value, json};

use super::words::{answer, gist};
use crate::{
    model::{Construction, Correction, Model, Task, Token},
    question::{
        counterexample::{Counterexample, GivenHead, WorkedContradiction, WorkedInput},
        labels::{LinearHeadAnswer, Open},
        linear_head::Proportional,
    },
    report::{
        bound::{disagreement, findings},
        json::{self, Place, certificate_value, head_value, heading, tokens},
        robustness,
    },
};

/// The report of `counterexample --format json`.
///
/// `linear_head` and what belongs to it are there if the model has a task, `given` if a head was given. Rationals are strings, tokens are
/// indices.
pub fn value(
    model: &Model,
    correction: Option<&Correction>,
    found: &Counterexample,
    place: Place<'_>,
) -> Value {
    let mut report = heading("recoverable.counterexample/1", model, correction);
    let mut add = |key: &str, value: Value| drop(report.insert(key.to_owned(), value));
    add("answer", answer(model, found).into());
    add("refuted", found.refuted().into());
    add("hypotheses", robustness::value(model, &found.robustness, place));
    if let Some((task, answer)) = model.task().zip(found.linear_head.as_ref()) {
        add("linear_head", answer.word().into());
        add("linear_head_impossible", Value::Null);
        let writer = Writer { model, task };
        let certificate = answer.accepted().or_else(|| found.proportional.as_ref()?.accepted());
        match answer {
            LinearHeadAnswer::Proportional => {
                if let Some(Proportional::Exists { head, .. }) = &found.proportional {
                    add("head", head_value(model, head));
                }
            }
            LinearHeadAnswer::Exists { head, .. } => add("head", head_value(model, head)),
            LinearHeadAnswer::Impossible(contradiction) => {
                let worked = WorkedContradiction::new(model.hmm(), task, &contradiction.terms);
                add("linear_head_impossible", json::contradiction(task, &contradiction.terms));
                add("inputs", worked.inputs.iter().map(|input| writer.input(input)).collect());
                add("in_words", gist(task, &worked).into());
            }
            LinearHeadAnswer::Open(open) => add("open", writer.open(open)),
        }
        if let Some(accepted) = certificate.filter(|_| !matches!(answer, LinearHeadAnswer::Open(_))) {
            add("certificate", certificate_value(accepted, place));
        }
        if let Some(given) = &found.given {
            add("given", writer.given(given));
        }
    }
    report.into()
}

struct Writer<'a> {
    model: &'a Model,
    task: &'a Task,
}

fn strings(values: &[BigRational]) -> Value {
    values.iter().map(ToString::to_string).collect()
}

impl Writer<'_> {
    fn input(&self, found: &WorkedInput) -> Value {
        json!({
            "tokens": tokens(&found.word),
            "probability": found.probability.to_string(),
            "posterior": strings(&found.posterior),
            "scores": strings(&found.scores),
            "label": found.label,
            "head_input": strings(&found.output),
        })
    }

    fn open(&self, open: &Open) -> Value {
        let mut found = Map::new();
        if let Some((head, bounds)) = &open.best {
            found.insert("head".to_owned(), head_value(self.model, head));
            found.insert("disagreement".to_owned(), disagreement(bounds));
        }
        found.extend(open.limit.iter().map(|limit| ("limit".to_owned(), limit.to_string().into())));
        found.into()
    }

    fn given(&self, given: &GivenHead) -> Value {
        let wrong = |wrong: Option<&crate::question::bound::WrongInput>| {
            wrong.map(|wrong| self.wrong(&given.construction, &wrong.word))
        };
        let mut report = findings(&given.bound);
        report.insert("construction".to_owned(), construction(self.model, &given.construction));
        report.insert("shortest".to_owned(), wrong(given.shortest.as_ref()).into());
        report.insert("most_probable".to_owned(), wrong(given.most_probable.as_ref()).into());
        report.into()
    }

    /// An input on which a head errs.
    fn wrong(&self, construction: &Construction, word: &[Token]) -> Value {
        let hmm = self.model.hmm();
        let found = WorkedInput::new(hmm, self.task, &construction.law(hmm), word);
        let scores = construction.head().scores(&found.output);
        json!({
            "tokens": tokens(word),
            "probability": found.probability.to_string(),
            "task_label": found.label,
            "head_label": self.task.label(&scores),
            "task_scores": strings(&found.scores),
            "head_scores": strings(&scores),
        })
    }
}

/// As in the file of a head.
pub fn construction(model: &Model, found: &Construction) -> Value {
    let mut file = json!({ "head": head_value(model, found.head()) });
    if !found.prompt().is_empty() {
        file["prompt"] = found.prompt().iter().map(|embedding| strings(embedding)).collect();
    }
    file
}
