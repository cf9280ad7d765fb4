//! JSON reports, one object a line (schema `recoverable.report/1`; `schemas/report.schema.json`).

use std::collections::BTreeMap;

use num_rational::BigRational;
use recoverable_checker::{
    Accepted,
    certificate::{Claim, Statement},
};
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};

mod conditioning;
mod memory;

pub use memory::{
    Covered, MemoryLabelled, attention_value, coverage_line, memory_check_line, memory_label_line,
};
pub(super) use memory::{by_length, memory_heading};

use conditioning::ConditioningReport;

use super::model_hash;
use crate::{
    audit::{Examination, Findings, Hypothesis, StatementFound},
    hypothesis::{Decision, assumption_3_5::Choice},
    model::{Correction, Line, LinearHead, Model, State, Task, Token, certificate_model, file::FileError},
    question::{
        labels::LinearHeadAnswer,
        linear_head::{LinearHeads, Proportional},
        prompt::is_vacuous,
    },
    search::WeightedComparison,
    theorem::Verdict,
};

/// The version of the report's schema.
const SCHEMA: &str = "recoverable.report/1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tool: Tool,
    model: ModelReport<'a>,
    statements: Vec<StatementReport>,
    findings: FindingsReport,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    const THIS: Self = Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
}

#[derive(Serialize)]
struct ModelReport<'a> {
    name: &'a str,
    kind: &'static str,
    states: usize,
    tokens: usize,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    normalized: Option<Normalized>,
}

#[derive(Serialize)]
struct Normalized {
    largest_correction: String,
    field: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    sum: String,
}

#[derive(Serialize)]
struct StatementReport {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    vacuous: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violated: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
    hypotheses: Vec<HypothesisReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    construction: Option<ConstructionReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
}

#[derive(Serialize)]
struct HypothesisReport {
    id: &'static str,
    holds: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<ChoiceReport>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    part_certificates: BTreeMap<&'static str, Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
}

#[derive(Default, Serialize)]
struct Parts {
    irreducible: Option<bool>,
    aperiodic: Option<bool>,
    full_support: Option<bool>,
}

#[derive(Serialize)]
struct ConstructionReport {
    head: Head,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prompt: Vec<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    essential_states: Option<Vec<usize>>,
}

/// What essential states were chosen among, and by what measure.
#[derive(Serialize)]
struct ChoiceReport {
    essential_states: Vec<usize>,
    sources: Vec<usize>,
    compared: usize,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sigma_min: Option<SigmaReport>,
}

#[derive(Serialize)]
struct SigmaReport {
    lower: String,
    upper: String,
}

/// A head: a list for a binary task, a list of rows for several classes.
#[derive(Serialize)]
#[serde(untagged)]
enum Head {
    Binary(Vec<String>),
    Classes(Vec<Vec<String>>),
}

/// A certificate: a path, or the object itself.
#[derive(Serialize)]
#[serde(untagged)]
enum Certificate {
    Path(String),
    Inline(Box<RawValue>),
}

#[derive(Serialize)]
struct FindingsReport {
    rank_emission: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank_certificate: Option<Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backward_span_dimension: Option<Option<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linear_head: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proportional_head: Option<ProportionalReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linear_head_impossible: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linear_head_certificate: Option<Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conditioning: Option<ConditioningReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<PromptReport>,
}

/// What Theorem 3.6 says of prompts; `exists` is null where it does not apply, and `recoverable prompt` has more to say.
#[derive(Serialize)]
struct PromptReport {
    vacuous_3_5: bool,
    exists: Option<bool>,
}

#[derive(Serialize)]
struct ProportionalReport {
    exists: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Head>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
}

/// Where a certificate was written; `None` puts the certificate itself into the report.
pub type Place<'a> = &'a dyn Fn(&Accepted) -> Option<String>;

/// One line of `check --format json`.
pub fn check_line(
    model: &Model,
    correction: Option<&Correction>,
    found: &Examination,
    place: Place<'_>,
) -> String {
    line(&Report {
        schema: SCHEMA,
        tool: Tool::THIS,
        model: report_model(model, correction),
        statements: found
            .statements
            .iter()
            .map(|statement| report_statement(model, statement, place))
            .collect(),
        findings: FindingsReport {
            prompt: report_prompt(model, found),
            ..report_findings(model, &found.findings, place)
        },
    })
}

/// The keys with which every report begins: `schema`, `tool` and `model`.
pub(super) fn heading(schema: &str, model: &Model, correction: Option<&Correction>) -> Map<String, Value> {
    let mut keys = Map::new();
    keys.insert("schema".to_owned(), schema.into());
    keys.insert("tool".to_owned(), value(&Tool::THIS));
    keys.insert("model".to_owned(), value(&report_model(model, correction)));
    keys
}

/// A head as in a construction.
pub(super) fn head_value(model: &Model, head: &LinearHead) -> Value {
    value(&report_head(model, head))
}

/// A file of a head, and of the prompt in front of the input if there is one.
pub fn construction_value(model: &Model, construction: &crate::model::Construction) -> Value {
    let mut found = json!({"head": head_value(model, construction.head())});
    if !construction.prompt().is_empty() {
        let embedding = |row: &Vec<BigRational>| row.iter().map(ToString::to_string).collect::<Vec<_>>();
        found["prompt"] = construction.prompt().iter().map(embedding).collect();
    }
    found
}

/// A certificate: its path, or the object itself.
pub(super) fn certificate_value(accepted: &Accepted, place: Place<'_>) -> Value {
    let inline = || serde_json::from_str(accepted.text()).expect("an accepted certificate is JSON");
    place(accepted).map_or_else(inline, Value::String)
}

fn value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).expect("strings, numbers and lists always serialise")
}

fn report_model<'a>(model: &'a Model, correction: Option<&Correction>) -> ModelReport<'a> {
    ModelReport {
        name: model.name(),
        kind: "hmm",
        states: model.hmm().states(),
        tokens: model.hmm().tokens(),
        sha256: model_hash(&certificate_model(model)),
        normalized: correction.map(normalized),
    }
}

pub(super) fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists always serialise")
}

fn normalized(correction: &Correction) -> Normalized {
    Normalized {
        largest_correction: correction.size().to_string(),
        field: correction.field.key(),
        line: match correction.line {
            Line::Whole => None,
            Line::Row(row) => Some(format!("row {row}")),
            Line::Column(column) => Some(format!("column {column}")),
        },
        sum: correction.sum.to_string(),
    }
}

fn certificate(accepted: &Accepted, place: Place<'_>) -> Certificate {
    place(accepted).map_or_else(
        || {
            let text = accepted.text().to_owned();
            Certificate::Inline(RawValue::from_string(text).expect("an accepted certificate is JSON"))
        },
        Certificate::Path,
    )
}

fn report_statement(model: &Model, found: &StatementFound, place: Place<'_>) -> StatementReport {
    let verdict = found.verdict.as_ref();
    let (violated, limit) = match verdict {
        Some(Verdict::NotApplicable { violated }) => (violated.iter().map(|id| id.id()).collect(), None),
        Some(Verdict::Bounded(limit)) => (Vec::new(), Some(limit.to_string())),
        Some(Verdict::Proved(_) | Verdict::Refuted(_)) | None => (Vec::new(), None),
    };
    StatementReport {
        id: found.statement.id(),
        verdict: verdict.map(Verdict::word),
        vacuous: false, // a model has possible inputs, and these statements speak of all of them
        violated,
        limit,
        hypotheses: found.hypotheses.iter().map(|hypothesis| report_hypothesis(hypothesis, place)).collect(),
        construction: found.construction.as_ref().map(|construction| ConstructionReport {
            head: report_head(model, construction.head()),
            prompt: construction.prompt().iter().map(|embedding| strings(embedding)).collect(),
            essential_states: found
                .hypotheses
                .iter()
                .find_map(|hypothesis| hypothesis.choice.as_ref().map(|choice| indices(&choice.essential))),
        }),
        certificate: verdict.and_then(Verdict::accepted).map(|accepted| certificate(accepted, place)),
    }
}

fn report_choice(choice: &Choice) -> ChoiceReport {
    ChoiceReport {
        essential_states: indices(&choice.essential),
        sources: indices(&choice.sources),
        compared: choice.compared,
        complete: choice.complete,
        sigma_min: choice
            .conditioning
            .as_ref()
            .map(|bounds| SigmaReport { lower: bounds.lower.to_string(), upper: bounds.upper.to_string() }),
    }
}

fn indices(states: &[State]) -> Vec<usize> {
    states.iter().map(|state| state.0).collect()
}

fn report_hypothesis(hypothesis: &Hypothesis, place: Place<'_>) -> HypothesisReport {
    let mut parts = Parts::default();
    let mut part_certificates = BTreeMap::new();
    for part in &hypothesis.parts {
        let holds = part.decision.as_ref().and_then(Decision::holds);
        let name = match part.statement {
            Statement::Irreducible => {
                parts.irreducible = holds;
                "irreducible"
            }
            Statement::Aperiodic => {
                parts.aperiodic = holds;
                "aperiodic"
            }
            Statement::FullSupport => {
                parts.full_support = holds;
                "full_support"
            }
            _ => continue,
        };
        if let Some(accepted) = part.decision.as_ref().and_then(Decision::accepted) {
            part_certificates.insert(name, certificate(accepted, place));
        }
    }
    HypothesisReport {
        id: hypothesis.statement.id(),
        holds: hypothesis.decision.holds(),
        parts: (!hypothesis.parts.is_empty()).then_some(parts),
        choice: hypothesis.choice.as_ref().map(report_choice),
        part_certificates,
        certificate: hypothesis.decision.accepted().map(|accepted| certificate(accepted, place)),
    }
}

fn report_head(model: &Model, head: &LinearHead) -> Head {
    let rows: Vec<_> = head.rows().iter().map(|row| strings(row)).collect();
    match model.task() {
        Some(Task::Classes(_)) => Head::Classes(rows),
        Some(Task::Binary(_)) | None => Head::Binary(rows.into_iter().flatten().collect()),
    }
}

fn report_findings(model: &Model, findings: &Findings, place: Place<'_>) -> FindingsReport {
    let heads: Option<&LinearHeads> = findings.linear_heads.as_ref();
    let proportional = findings.proportional();
    let measured = findings.conditioning.as_ref();
    let labels = findings.labels.as_ref();
    FindingsReport {
        rank_emission: findings.rank_emission,
        rank_certificate: measured
            .and_then(|found| found.rank.as_ref().ok())
            .map(|rank| certificate(&rank.accepted, place)),
        backward_span_dimension: heads.map(|heads| heads.span.as_ref().ok().map(|span| span.dimension())),
        linear_head: labels.map(LinearHeadAnswer::word),
        proportional_head: proportional.map(|found| ProportionalReport {
            exists: found.exists(),
            head: match found {
                Proportional::Exists { head, .. } => Some(report_head(model, head)),
                Proportional::Impossible { .. } | Proportional::Undecided(_) => None,
            },
            certificate: found.accepted().map(|accepted| certificate(accepted, place)),
        }),
        linear_head_impossible: labels.zip(model.task()).map(|(answer, task)| match answer {
            LinearHeadAnswer::Impossible(found) => contradiction(task, &found.terms),
            _ => Value::Null,
        }),
        linear_head_certificate: labels
            .and_then(LinearHeadAnswer::accepted)
            .map(|accepted| certificate(accepted, place)),
        conditioning: measured.map(|found| conditioning::report(model, found, place)),
        prompt: None,
    }
}

/// There if Theorem 3.6 was examined and the model has a task.
fn report_prompt(model: &Model, found: &Examination) -> Option<PromptReport> {
    let theorem = found.statements.iter().find(|found| found.statement == Statement::Theorem36)?;
    let proved = matches!(theorem.verdict, Some(Verdict::Proved(_)));
    let vacuous_3_5 = is_vacuous(model.hmm(), model.task()?);
    Some(PromptReport { vacuous_3_5, exists: proved.then_some(true) })
}

/// The tokens of an input.
pub(super) fn tokens(word: &[Token]) -> Value {
    word.iter().map(|token| token.0).collect()
}

/// The weighted inputs of a contradiction: by label where there are two, else as a list of comparisons.
pub(super) fn contradiction(task: &Task, terms: &[WeightedComparison]) -> Value {
    let key = |term: &WeightedComparison| {
        term.word.iter().map(|token| token.0.to_string()).collect::<Vec<_>>().join(",")
    };
    if task.scores().len() > 2 {
        let comparison = |term: &WeightedComparison| {
            let (tokens, weight) = (tokens(&term.word), term.weight.to_string());
            json!({"tokens": tokens, "label": term.label, "rival": term.rival, "weight": weight})
        };
        return terms.iter().map(comparison).collect();
    }
    let side = |label: usize| -> Value {
        let terms = terms.iter().filter(|term| term.label == label);
        Value::Object(terms.map(|term| (key(term), term.weight.to_string().into())).collect())
    };
    json!({"label_0": side(0), "label_1": side(1)})
}

fn strings(values: &[BigRational]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// What `label` found for one sequence.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// `Pr(x)`.
    pub probability: BigRational,
    /// `P[H_0 | x]`, for each state.
    pub posterior: Vec<BigRational>,
    /// The task's scores and label.
    pub label: Option<(Vec<BigRational>, usize)>,
    /// `G_i(x)` for each position, for each token.
    pub model_output: Vec<Vec<BigRational>>,
    /// `G_1(∅, x)`, for each token.
    pub head_input: Vec<BigRational>,
    /// What a given head says.
    pub construction: Option<Constructed>,
}

/// What a head says of one sequence, perhaps behind a prompt.
#[derive(Clone, Debug)]
pub struct Constructed {
    /// How many tokens the prompt has.
    pub prompt: usize,
    /// `Ḡ_i` of the prompt, a blank and the sequence, for each position, for each token.
    pub model_output: Vec<Vec<BigRational>>,
    /// That of the blank's position, which the head sees.
    pub head_input: Vec<BigRational>,
    /// The head's scores.
    pub scores: Vec<BigRational>,
    /// Its label.
    pub label: usize,
}

#[derive(Serialize)]
struct LabelReport {
    probability: String,
    posterior: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<usize>,
    model_output: Vec<Vec<String>>,
    head_input: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    construction: Option<ConstructedReport>,
}

#[derive(Serialize)]
struct ConstructedReport {
    model_output: Vec<Vec<String>>,
    head_input: Vec<String>,
    score: Score,
    label: usize,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Score {
    Binary(String),
    Classes(Vec<String>),
}

/// One line of `label --format json`.
pub fn label_line(model: &Model, found: &Labelled) -> String {
    let score = |scores: &[BigRational]| match (model.task(), scores) {
        (Some(Task::Binary(_)), [score]) => Score::Binary(score.to_string()),
        _ => Score::Classes(strings(scores)),
    };
    line(&LabelReport {
        probability: found.probability.to_string(),
        posterior: strings(&found.posterior),
        score: found.label.as_ref().map(|(scores, _)| score(scores)),
        label: found.label.as_ref().map(|(_, label)| *label),
        model_output: found.model_output.iter().map(|output| strings(output)).collect(),
        head_input: strings(&found.head_input),
        construction: found.construction.as_ref().map(|construction| ConstructedReport {
            model_output: construction.model_output.iter().map(|output| strings(output)).collect(),
            head_input: strings(&construction.head_input),
            score: score(&construction.scores),
            label: construction.label,
        }),
    })
}

/// What `verify` found of one file.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The file.
    pub file: String,
    /// What it claims.
    pub claim: Claim,
    /// The hash of the model that it is about.
    pub sha256: String,
    /// Why it was not accepted, if it was not.
    pub rejection: Option<String>,
}

#[derive(Serialize)]
struct VerifyReport<'a> {
    file: &'a str,
    accepted: bool,
    claim: Claim,
    sha256: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// One line of `verify --format json`.
pub fn verify_line(verified: &Verified) -> String {
    line(&VerifyReport {
        file: &verified.file,
        accepted: verified.rejection.is_none(),
        claim: verified.claim,
        sha256: &verified.sha256,
        reason: verified.rejection.as_deref(),
    })
}

#[derive(Serialize)]
struct ErrorReport {
    code: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
}

/// Row and column of a matrix count from 0, line and character of the text from 1.
#[derive(Serialize)]
struct Position {
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    character: Option<usize>,
}

#[derive(Serialize)]
struct ErrorLine {
    error: ErrorReport,
}

/// An error in a model file.
pub fn file_error_line(error: &FileError) -> String {
    let (row, column) = error.row_and_column();
    let (line_number, character) = error.place().unzip();
    let somewhere = row.is_some() || column.is_some() || line_number.is_some();
    line(&ErrorLine {
        error: ErrorReport {
            code: error.code().to_owned(),
            message: error.to_string(),
            file: Some(error.file().to_owned()),
            key: error.key(),
            position: somewhere.then_some(Position { row, column, line: line_number, character }),
            found: error.found(),
            expected: error.expected(),
        },
    })
}

/// Any other error, with what is known of it.
#[derive(Clone, Debug, Default)]
pub struct ErrorDetails {
    /// A stable word for the kind of error.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// The file.
    pub file: Option<String>,
    /// The argument.
    pub key: Option<String>,
    /// Line and character of the file (both from 1), as far as they are known.
    pub place: (Option<usize>, Option<usize>),
    /// What was found.
    pub found: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
}

/// An error that is not one of a model file.
pub fn error_line(details: ErrorDetails) -> String {
    let ErrorDetails { code, message, file, key, place: (line_number, character), found, expected } = details;
    let position = Position { row: None, column: None, line: line_number, character };
    let position = line_number.is_some().then_some(position);
    line(&ErrorLine {
        error: ErrorReport { code: code.to_owned(), message, file, key, position, found, expected },
    })
}
