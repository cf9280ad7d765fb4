//! Reports of `recoverable bound`.

use std::fmt::Write as _;

use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use serde_json::{Map, Value, json};

use super::{
    figures::short,
    json::{head_value, heading, tokens},
};
use crate::{
    certify::Limit,
    model::{Correction, LinearHead, Model, Token},
    question::{
        best_head::AnyHead,
        bound::{Answer, Bound, Bracket, Disagreements},
        histogram::Histogram,
    },
    search::Ended,
};

pub(super) fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Settled => "settled",
        Ended::Target => "target",
        Ended::Limit => "limit",
        Ended::Stopped => "stopped",
    }
}

/// Why there is no more.
pub(super) fn ended_text(ended: Ended) -> &'static str {
    match ended {
        Ended::Settled => "nothing is left in doubt",
        Ended::Target => "the bracket is as narrow as asked for",
        Ended::Limit => "the limit on prefixes or memory was reached",
        Ended::Stopped => "stopped early",
    }
}

/// A head that was looked for, and what every linear head gets wrong.
#[derive(Clone, Copy, Debug)]
pub struct Best<'a> {
    /// The head.
    pub head: &'a LinearHead,
    /// The lower bound, or why there is none.
    pub any_head: &'a Result<AnyHead, Limit>,
}

/// The report of `bound --format json`.
pub fn bound_json(
    model: &Model,
    correction: Option<&Correction>,
    found: &Bound,
    best: Option<Best<'_>>,
) -> Value {
    let mut report = heading("recoverable.bound/1", model, correction);
    if let Some(Best { head, any_head }) = best {
        report.insert("construction".to_owned(), json!({"head": head_value(model, head)}));
        let lower = any_head.as_ref().map_or(Value::Null, |any| {
            let (lower, reached) = (any.lower.to_string(), any.reached.to_string());
            let mut found = json!({"length": any.length, "lower": lower, "this_head": reached});
            if let Some(lasting) = &any.lasting {
                found["every_length"] =
                    json!({"from_length": lasting.from_length, "lower": lasting.lower.to_string()});
            }
            found
        });
        report.insert("any_head".to_owned(), lower);
    }
    report.extend(findings(found));
    report.into()
}

/// What is known of a head. The one length that was asked for stands under `at_length`, and lengths below that of the bracket under `shorter` where the disagreement is known exactly, and
/// under `shorter_bounds` where only bounds are.
pub(super) fn findings(found: &Bound) -> Map<String, Value> {
    let (witness, proved, limit) = match &found.answer {
        Answer::Proved(_) => (Value::Null, true, None),
        Answer::Refuted(wrong) => (tokens(&wrong.word), false, None),
        Answer::Undecided(limit) => (Value::Null, false, limit.as_ref()),
    };
    let mut report = Map::new();
    let (mut shorter, mut bounds) = (Map::new(), Map::new());
    match &found.disagreement {
        Ok(disagreements) => {
            report.insert("disagreement".to_owned(), disagreement(disagreements));
            if let Some(length) = found.length {
                let mut bracket = range(disagreements.at_length(length));
                bracket["length"] = length.into();
                report.insert("at_length".to_owned(), bracket);
            }
            for length in 1..disagreements.from_length() {
                match found.exactly(length) {
                    Some(value) => shorter.insert(length.to_string(), value.to_string().into()),
                    None => bounds.insert(length.to_string(), range(&disagreements.brackets[length - 1])),
                };
            }
        }
        Err(limit) => {
            report.insert("disagreement".to_owned(), Value::Null);
            report.insert("limit".to_owned(), limit.to_string().into());
            for (value, length) in found.exact.iter().zip(1..) {
                shorter.insert(length.to_string(), value.to_string().into());
            }
        }
    }
    report.insert("shorter".to_owned(), shorter.into());
    if !bounds.is_empty() {
        report.insert("shorter_bounds".to_owned(), bounds.into());
    }
    report.insert("proved".to_owned(), proved.into());
    report.insert("witness".to_owned(), witness);
    if let Some(limit) = limit {
        report.insert("limit".to_owned(), limit.to_string().into());
    }
    if let Some(margins) = &found.margins {
        let bins = margins.bins().filter(|(_, share)| !share.is_zero());
        let shares: Map<String, Value> = bins.map(|(name, share)| (name, share.to_string().into())).collect();
        report.insert("margins".to_owned(), json!({"length": found.exact.len(), "shares": shares}));
    }
    report.insert("prefixes".to_owned(), found.prefixes.into());
    report.insert("ended".to_owned(), ended(found.ended).into());
    report
}

pub(super) fn range(bracket: &Bracket) -> Value {
    json!({"lower": bracket.lower.to_string(), "upper": bracket.upper.to_string()})
}

/// The last bracket.
pub(super) fn disagreement(found: &Disagreements) -> Value {
    let mut disagreement = range(found.bracket());
    disagreement["from_length"] = found.from_length().into();
    disagreement
}

/// A probability in percent, to a few digits.
pub(super) fn percent(value: &BigRational) -> String {
    let hundred = BigRational::from_integer(100.into());
    let text = short(&(value * hundred), false);
    format!("{} %", text.get(..6).filter(|_| !text.contains('e')).unwrap_or(&text))
}

/// The head that was found, and how far from the best it can be.
fn best_text(best: Best<'_>) -> String {
    let mut text = "the best linear head that was found:\n".to_owned();
    for (index, row) in best.head.rows().iter().enumerate() {
        let name = if best.head.rows().len() == 1 { "b".to_owned() } else { format!("b_{index}") };
        let entries: Vec<_> = row.iter().map(ToString::to_string).collect();
        text += &format!("    {name} = ({})\n", entries.join(", "));
    }
    text += &match best.any_head {
        Ok(any) => format!(
            "  on inputs of length {}: this head errs with probability {}, every linear head with at least {}\n",
            any.length,
            short(&any.reached, true),
            short(&any.lower, false)
        ),
        Err(limit) => format!("  no lower bound for every linear head: {limit}\n"),
    };
    if let Some(lasting) = best.any_head.as_ref().ok().and_then(|any| any.lasting.as_ref()) {
        let (from, lower) = (lasting.from_length, short(&lasting.lower, false));
        text += &format!(
            "  at every length from {from} on every linear head errs with probability {lower} at least\n"
        );
    }
    text
}

/// The bracket at some lengths.
fn bracket_text(lengths: &str, Bracket { lower, upper }: &Bracket) -> String {
    let (least, most) = (short(lower, false), short(upper, true));
    let mut text = format!("  Pr(F ≠ F*) {lengths}:\n    at least {least}\n    at most  {most}\n");
    if !upper.is_zero() {
        let certain = percent(&(BigRational::one() - upper));
        text += &format!("    so the head is right on {certain} of the inputs at least\n");
    }
    text
}

/// The bins that have something, with bars.
fn histogram(length: usize, margins: &Histogram) -> String {
    let mut text = format!("  margins of the task's labels on inputs of length {length}:\n");
    let filled: Vec<_> = margins.bins().collect();
    let first = filled.iter().position(|(_, share)| !share.is_zero()).unwrap_or(0);
    for (name, share) in &filled[first..] {
        let part = share.to_f64().unwrap_or(0.0);
        let bar = "█".repeat((part * 40.0).round() as usize);
        let line = format!("    {name:14} {:>8} {bar}", percent(share));
        text += &format!("{}\n", line.trim_end());
    }
    text
}

/// The report as text.
pub fn bound_text(model: &Model, found: &Bound, best: Option<Best<'_>>, names: bool) -> String {
    let mut text = best.map_or(String::new(), |best| best_text(best));
    let word = |word: &[Token]| {
        let name = |token: &Token| if names { model.token_name(*token) } else { token.0.to_string() };
        word.iter().map(name).collect::<Vec<_>>().join(",")
    };
    let prefixes = found.prefixes;
    let _ = match &found.answer {
        Answer::Proved(_) => {
            writeln!(text, "proved: the head has the task's label on every possible input of every length")
        }
        Answer::Refuted(wrong) => {
            writeln!(text, "refuted: the labels differ on {} (and perhaps elsewhere)", word(&wrong.word))
        }
        Answer::Undecided(None) => {
            writeln!(text, "undecided: no input with different labels was found, and some stay in doubt")
        }
        Answer::Undecided(Some(limit)) => writeln!(text, "undecided: {limit}"),
    };
    match &found.disagreement {
        Ok(disagreements) => {
            let from = disagreements.from_length();
            if let Some(length) = found.length {
                text += &bracket_text(&format!("at length {length}"), disagreements.at_length(length));
            }
            text += &bracket_text(&format!("at every length from {from} on"), disagreements.bracket());
            if from > 1 {
                let _ = writeln!(text, "  shorter inputs:");
            }
            for length in 1..from {
                let _ = match (found.exactly(length), &disagreements.brackets[length - 1]) {
                    (Some(value), _) if value.is_zero() => writeln!(text, "    {length:3}  0"),
                    (Some(value), _) => {
                        writeln!(text, "    {length:3}  {} (exactly known)", short(value, false))
                    }
                    (None, Bracket { lower, upper }) => {
                        writeln!(text, "    {length:3}  {} to {}", short(lower, false), short(upper, true))
                    }
                };
            }
        }
        Err(limit) => {
            let _ = writeln!(text, "  no bracket: {limit}");
        }
    }
    if let Some(margins) = &found.margins {
        text += &histogram(found.exact.len(), margins);
    }
    let reason = ended_text(found.ended);
    let _ = writeln!(text, "  {prefixes} prefixes; {reason}");
    text
}
