//! Conditioning in words: the rows of the terminal report and the sentence.

use num_rational::BigRational;
use num_traits::Zero;

use super::figures::{figure, rounded, short};
use crate::question::{
    conditioning::{Conditioning, HeadConditioning, HeadFound},
    margins::{InF64, Margins},
};

/// The word for what the margins say.
pub(super) fn word(judged: InF64) -> &'static str {
    match judged {
        InF64::Fine => "fine",
        InF64::Fragile => "fragile",
        InF64::Hopeless => "hopeless",
    }
}

/// One sentence; see `conditioning.md` for the criteria.
pub(super) fn in_words(found: &Conditioning) -> String {
    match &found.head {
        HeadFound::NoTask => "no task: only W is measured".to_owned(),
        HeadFound::Undecided => "exact: undecided".to_owned(),
        HeadFound::Impossible => "exact: no, no head has scores proportional to the task's".to_owned(),
        HeadFound::Exists(head) => match &head.margins {
            None => "exact: yes; in f64: not measured, the vocabulary is too large".to_owned(),
            Some(margins) => {
                let own = word(margins.in_f64());
                let (judged, otherwise) = match head.better() {
                    None => (own.to_owned(), String::new()),
                    Some(least) => {
                        let judged = format!("{} with the least head", word(least.in_f64()));
                        (judged, format!(", {own} with the one constructed"))
                    }
                };
                let survived = survived(head.better().unwrap_or(margins));
                format!("exact: yes; in f64: {judged} ({survived}{}){otherwise}", missed_rank(found))
            }
        },
    }
}

fn survived(margins: &Margins) -> String {
    let inputs = format!("inputs of length {}", margins.length);
    let half = match &margins.median {
        None => format!("no error changes the labels of half of the {inputs}"),
        Some(median) if median.is_zero() => format!("half of the {inputs} are exact ties"),
        Some(median) => {
            format!("half of the {inputs} keep their labels under errors up to {}", short(median, false))
        }
    };
    if margins.wrong_off_ties.is_zero() {
        half
    } else {
        format!("{half}; labels of probability {} come out wrong", figure(&margins.wrong_off_ties))
    }
}

fn missed_rank(found: &Conditioning) -> String {
    match (&found.rank, &found.numeric) {
        (Ok(exact), Ok(numeric)) if numeric.numerical_rank.rank != exact.value => {
            format!("; f64 sees rank {} of W, not {}", numeric.numerical_rank.rank, exact.value)
        }
        _ => String::new(),
    }
}

/// Rows of the terminal report, each with its name.
pub(super) fn rows(found: &Conditioning) -> Vec<(&'static str, String)> {
    let mut rows = vec![("rank of W", rank(found)), ("σ_min(W)", singular_value(found))];
    if let HeadFound::Exists(head) = &found.head {
        rows.push(("amplification", amplification(head)));
        rows.extend(head.margins.as_ref().map(|found| ("margins", margins(found))));
        rows.extend(head.least_margins.as_ref().map(|found| ("of the least", margins(found))));
    }
    rows
}

fn rank(found: &Conditioning) -> String {
    let exact = match &found.rank {
        Ok(rank) => format!("{}, certificate accepted", rank.value),
        Err(limit) => format!("undecided, {limit}"),
    };
    match &found.numeric {
        Ok(numeric) => {
            let seen = numeric.numerical_rank;
            format!("{exact}; in f64 {} (above ≈{:.1e})", seen.rank, seen.tolerance)
        }
        Err(error) => format!("{exact}; none in f64: {error}"),
    }
}

fn singular_value(found: &Conditioning) -> String {
    let exact = match &found.singular_value {
        Ok(bounds) if bounds.value.upper.is_zero() => "0, certificate accepted".to_owned(),
        Ok(bounds) => {
            let (lower, upper) = (short(&bounds.value.lower, false), short(&bounds.value.upper, true));
            format!("{lower} to {upper}, certificate accepted")
        }
        Err(limit) => format!("undecided, {limit}"),
    };
    let condition = found.numeric.as_ref().ok().and_then(|numeric| numeric.condition);
    condition.map_or(exact.clone(), |condition| {
        format!("{exact}; condition number ≈{} in f64", rounded(condition))
    })
}

fn amplification(head: &HeadConditioning) -> String {
    let list = |norms: &[BigRational]| norms.iter().map(figure).collect::<Vec<_>>().join(", ");
    let own = format!("‖b‖₁ {}", list(&head.norms));
    match &head.least {
        Some(least) if least.norms == head.norms => {
            format!("{own}, which is the least; certificate accepted")
        }
        Some(least) => format!("{own}, the least is {}; certificate accepted", list(&least.norms)),
        None => own,
    }
}

fn margins(found: &Margins) -> String {
    let Margins { length, inputs, .. } = found;
    let value = |margin: &Option<BigRational>| margin.as_ref().map_or("none".to_owned(), figure);
    let (median, smallest) = (value(&found.median), value(&found.smallest));
    let (ties, wrong) = (figure(&found.ties), figure(&found.wrong_in_f64));
    format!(
        "{inputs} inputs of length {length}: median {median}, smallest {smallest}; probability of ties {ties}, wrong in f64 {wrong}"
    )
}
