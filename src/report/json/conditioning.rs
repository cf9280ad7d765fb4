//! `findings.conditioning`.

use num_rational::BigRational;
use serde::Serialize;

use super::{Certificate, Head, Place, certificate, report_head, strings};
use crate::{
    model::Model,
    question::{
        conditioning::{Conditioning, HeadFound},
        margins::Margins,
    },
    report::{
        conditioning::{in_words, word},
        figures::rounded,
    },
};

#[derive(Serialize)]
pub(super) struct ConditioningReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    sigma_min: Option<BoundsReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sigma_max_f64: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_f64: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numerical_rank: Option<RankReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head_norm: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    least_head: Option<LeastHeadReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margins: Option<MarginsReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_f64: Option<&'static str>,
    in_words: String,
}

#[derive(Serialize)]
struct BoundsReport {
    lower: String,
    upper: String,
    certificate: Certificate,
}

#[derive(Serialize)]
struct RankReport {
    rank: usize,
    tolerance: f64,
}

#[derive(Serialize)]
struct LeastHeadReport {
    norm: Vec<String>,
    head: Head,
    #[serde(skip_serializing_if = "Option::is_none")]
    margins: Option<MarginsReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_f64: Option<&'static str>,
    certificate: Certificate,
}

#[derive(Serialize)]
struct MarginsReport {
    length: usize,
    inputs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    median: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest: Option<String>,
    ties: String,
    wrong_in_f64: String,
    wrong_off_ties: String,
}

pub(super) fn report(model: &Model, found: &Conditioning, place: Place<'_>) -> ConditioningReport {
    let numeric = found.numeric.as_ref().ok();
    let head = match &found.head {
        HeadFound::Exists(head) => Some(head),
        HeadFound::Impossible | HeadFound::Undecided | HeadFound::NoTask => None,
    };
    let least = head.and_then(|head| head.least.as_ref());
    let least_margins = head.and_then(|head| head.least_margins.as_ref());
    ConditioningReport {
        sigma_min: found.singular_value.as_ref().ok().map(|bounds| BoundsReport {
            lower: bounds.value.lower.to_string(),
            upper: bounds.value.upper.to_string(),
            certificate: certificate(&bounds.accepted, place),
        }),
        sigma_max_f64: numeric.and_then(|found| found.singular_values.first().copied()).map(rounded),
        condition_f64: numeric.and_then(|found| found.condition).map(rounded),
        numerical_rank: numeric.map(|found| RankReport {
            rank: found.numerical_rank.rank,
            tolerance: rounded(found.numerical_rank.tolerance),
        }),
        head_norm: head.map(|head| strings(&head.norms)),
        least_head: least.map(|least| LeastHeadReport {
            norm: strings(&least.norms),
            head: report_head(model, &least.head),
            margins: least_margins.map(margins),
            in_f64: least_margins.map(|found| word(found.in_f64())),
            certificate: certificate(&least.accepted, place),
        }),
        margins: head.and_then(|head| head.margins.as_ref()).map(margins),
        in_f64: head.and_then(|head| head.in_f64()).map(word),
        in_words: in_words(found),
    }
}

fn margins(found: &Margins) -> MarginsReport {
    let text = |value: &Option<BigRational>| value.as_ref().map(ToString::to_string);
    MarginsReport {
        length: found.length,
        inputs: found.inputs,
        median: text(&found.median),
        smallest: text(&found.smallest),
        ties: found.ties.to_string(),
        wrong_in_f64: found.wrong_in_f64.to_string(),
        wrong_off_ties: found.wrong_off_ties.to_string(),
    }
}
