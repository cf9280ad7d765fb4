//! Reports of `recoverable bound` about attention heads.

use std::fmt::Write as _;

use num_rational::BigRational;
use num_traits::{One, Zero};
use serde_json::{Map, Value, json};

use super::{
    bound::{ended, ended_text, percent, range},
    figures::short,
    json::{by_length, line, memory_heading, tokens},
};
use crate::{
    model::{Correction, MemoryModel, Token},
    question::{
        attention_bound::{AttentionBound, RightOn},
        bound::Bracket,
    },
};

/// The line of `bound --format json` for an attention head. `certified` says whether the bracket rests on an accepted certificate alone; if not, it was
/// computed exactly.
pub fn attention_bound_line(
    model: &MemoryModel,
    correction: Option<&Correction>,
    found: &AttentionBound,
) -> String {
    let mut report = memory_heading("recoverable.bound/1", model, correction);
    let from = found.brackets.len();
    let mut disagreement = range(&found.brackets[from - 1]);
    disagreement["from_length"] = from.into();
    report.insert("disagreement".to_owned(), disagreement);
    report.insert("certified".to_owned(), found.proved().into());
    report.insert("right_on".to_owned(), found.right.as_ref().map_or(Value::Null, right_on));
    report.insert("shorter".to_owned(), by_length(&found.exact));
    let bounds = (1..from).skip(found.exact.len());
    let bounds: Map<_, _> =
        bounds.map(|length| (length.to_string(), range(&found.brackets[length - 1]))).collect();
    if !bounds.is_empty() {
        report.insert("shorter_bounds".to_owned(), bounds.into());
    }
    report.insert("proved".to_owned(), found.proved().into());
    report.insert("witness".to_owned(), found.witness.as_deref().map_or(Value::Null, tokens));
    if let Some(limit) = found.right.as_ref().and_then(|right| right.limit.as_ref()) {
        report.insert("limit".to_owned(), limit.to_string().into());
    }
    report.insert("prefixes".to_owned(), found.inputs.into());
    report.insert("ended".to_owned(), ended(found.ended).into());
    line(&report)
}

fn right_on(right: &RightOn) -> Value {
    let statement = right.accepted.statement().id();
    json!({ "statement": statement, "states": right.states, "coverage": by_length(&right.coverage) })
}

/// The report as text.
pub fn attention_bound_text(model: &MemoryModel, found: &AttentionBound, names: bool) -> String {
    let mut text = String::new();
    let word = |word: &[Token]| {
        let name = |token: &Token| if names { model.names().token(*token) } else { token.0.to_string() };
        word.iter().map(name).collect::<Vec<_>>().join(",")
    };
    let _ = match (&found.witness, found.proved()) {
        (_, true) => {
            writeln!(text, "proved: the head has the task's label on every possible input of every length")
        }
        (Some(witness), _) => {
            let says = if let Some(Ok(_)) = found.refuted { "refuted" } else { "computed" };
            writeln!(text, "{says}: the labels differ on {} (and perhaps elsewhere)", word(witness))
        }
        (None, _) if found.exact.is_empty() => writeln!(text, "undecided: no length was gone through"),
        (None, _) => {
            writeln!(
                text,
                "undecided: the labels are equal on every input of 1 to {} tokens",
                found.exact.len()
            )
        }
    };
    match &found.right {
        None => text += "  not a head that Theorem 4.3 or 4.6 promises: nothing is certified\n",
        Some(right) => {
            let states: Vec<_> = right.states.iter().map(ToString::to_string).collect();
            let (theorem, states) = (super::text::title(right.accepted.statement()), states.join(", "));
            let scope = format!("the scope of {theorem} for the syntax states {{{states}}}");
            let _ = writeln!(text, "  certified: the head is right on {scope}");
        }
    }
    let from = found.brackets.len();
    for (index, Bracket { lower, upper }) in found.brackets[..from - 1].iter().enumerate() {
        let _ = match index < found.exact.len() {
            true => writeln!(text, "    {:3}  {} (computed)", index + 1, short(lower, false)),
            false => writeln!(text, "    {:3}  at most {}", index + 1, short(upper, true)),
        };
    }
    let upper = &found.brackets[from - 1].upper;
    let _ = writeln!(text, "  Pr(F ≠ F*) at every length from {from} on: at most {}", short(upper, true));
    if !upper.is_zero() && !upper.is_one() {
        let certain = percent(&(BigRational::one() - upper));
        let _ = writeln!(text, "    so the head is right on {certain} of the inputs at least");
    }
    let _ = writeln!(text, "  {} inputs; {}", found.inputs, ended_text(found.ended));
    text
}
