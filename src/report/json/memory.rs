//! Reports about models with memory.

use num_rational::BigRational;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Place, SCHEMA, Tool, certificate_value, line, normalized, report_hypothesis, strings, tokens, value,
};
use crate::{
    audit::{MemoryExamination, MemoryFindings, MemoryStatement},
    linear::Matrix,
    model::{Attention, AttentionHead, Correction, MemoryModel, MemoryTask, Task, certificate_model},
    oracle::{MAX_AUGMENTED_STATES, MemoryPrompt},
    question::scope::ScopeFound,
    report::model_hash,
    theorem::Verdict,
};

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    tool: Tool,
    model: Value,
    statements: Vec<Value>,
    findings: Value,
}

/// One line of `check --format json` for a model with memory.
pub fn memory_check_line(
    model: &MemoryModel,
    correction: Option<&Correction>,
    found: &MemoryExamination,
    place: Place<'_>,
) -> String {
    line(&Report {
        schema: SCHEMA,
        tool: Tool::THIS,
        model: model_value(model, correction),
        statements: found.statements.iter().map(|found| statement(model, found, place)).collect(),
        findings: findings(&found.findings, place),
    })
}

/// The first keys of a report.
pub(in crate::report) fn memory_heading(
    schema: &str,
    model: &MemoryModel,
    correction: Option<&Correction>,
) -> Map<String, Value> {
    let mut keys = Map::new();
    keys.insert("schema".to_owned(), schema.into());
    keys.insert("tool".to_owned(), value(&Tool::THIS));
    keys.insert("model".to_owned(), model_value(model, correction));
    keys
}

fn model_value(model: &MemoryModel, correction: Option<&Correction>) -> Value {
    let (memory, shape) = (model.memory(), model.memory().shape());
    let mut keys = json!({
        "name": model.name(), "kind": "memory-hmm", "states": memory.states(), "tokens": memory.tokens(),
        "values": shape.values, "cells": shape.cells, "syntax": shape.syntax,
        "sha256": model_hash(&certificate_model(model)),
    });
    if let Some(correction) = correction {
        keys["normalized"] = value(&normalized(correction));
    }
    keys
}

fn statement(model: &MemoryModel, found: &MemoryStatement, place: Place<'_>) -> Value {
    let mut keys = Map::new();
    let mut set = |key: &str, entry: Value| keys.insert(key.to_owned(), entry);
    set("id", found.statement.id().into());
    set("vacuous", found.vacuous.into());
    let hypotheses = found.hypotheses.iter().map(|hypothesis| value(&report_hypothesis(hypothesis, place)));
    set("hypotheses", hypotheses.collect());
    if let Some(verdict) = &found.verdict {
        set("verdict", verdict.word().into());
        match verdict {
            Verdict::NotApplicable { violated } => {
                set("violated", violated.iter().map(|id| Value::from(id.id())).collect());
            }
            Verdict::Bounded(limit) => _ = set("limit", limit.to_string().into()),
            Verdict::Proved(accepted) | Verdict::Refuted(accepted) => {
                set("certificate", certificate_value(accepted, place));
            }
        }
    }
    let construction = construction(model, found);
    if !construction.is_empty() {
        set("construction", construction.into());
    }
    keys.into()
}

fn construction(model: &MemoryModel, found: &MemoryStatement) -> Map<String, Value> {
    let mut keys = Map::new();
    if let Some(set) = &found.recoverable {
        keys.insert("recoverable_states".to_owned(), set.states().into());
    }
    if let Some(head) = &found.head {
        keys.insert("attention".to_owned(), attention_head(model.task(), head));
    }
    if let Some(prompt @ MemoryPrompt { cell, passes }) = &found.prompt {
        let shape = model.memory().shape();
        if shape.augmented_states() <= MAX_AUGMENTED_STATES {
            keys.insert("prompt".to_owned(), vec![strings(&prompt.embedding(shape))].into());
        }
        let values: Vec<_> = (0..passes.len()).filter(|&value| passes[value]).collect();
        keys.insert("memory_prompt".to_owned(), json!({ "cell": cell.0, "values": values }));
    }
    keys
}

/// A file of an attention head: the construction of a report.
pub fn attention_value(model: &MemoryModel, head: &AttentionHead) -> Value {
    json!({ "attention": attention_head(model.task(), head) })
}

fn attention_head(task: Option<&MemoryTask>, head: &AttentionHead) -> Value {
    let rows = |matrix: &Matrix<BigRational>| -> Vec<Vec<String>> {
        (0..matrix.rows()).map(|row| strings(matrix.row(row))).collect()
    };
    json!({
        "keys": rows(&head.keys),
        "query": strings(&head.query),
        "position": { "first": strings(&head.first_position), "other": strings(&head.other_positions) },
        "values": rows(&head.values),
        "b": one_or_more(task, head.b.iter().map(|row| Value::from(strings(row))).collect()),
    })
}

/// The only row of a binary task, or the list of rows.
fn one_or_more(task: Option<&MemoryTask>, mut rows: Vec<Value>) -> Value {
    match task {
        Some(MemoryTask { task: Task::Binary(_), .. }) if rows.len() == 1 => rows.remove(0),
        _ => rows.into(),
    }
}

fn findings(found: &MemoryFindings, place: Place<'_>) -> Value {
    let mut keys = json!({ "rank_emission": found.rank_emission });
    if let Some(scope) = &found.scope {
        let coverage = match &found.coverage {
            Some(Ok(coverage)) => Some(coverage.as_slice()),
            _ => None,
        };
        keys["scope"] = scope_value(scope, coverage, place);
    }
    if let Some(scope) = &found.prompted_scope {
        keys["prompted_scope"] = scope_value(scope, None, place);
    }
    keys
}

fn scope_value(scope: &ScopeFound, coverage: Option<&[BigRational]>, place: Place<'_>) -> Value {
    let mut keys = json!({ "empty": scope.empty() });
    if let Some((word, position)) = &scope.shortest {
        keys["shortest"] = tokens(word);
        keys["position"] = (*position).into();
    }
    if let Some(coverage) = coverage {
        keys["coverage"] = by_length(coverage);
    }
    if let Some(accepted) = scope.decision.accepted() {
        keys["certificate"] = certificate_value(accepted, place);
    }
    keys
}

pub(in crate::report) fn by_length(coverage: &[BigRational]) -> Value {
    let entry = |(index, p): (usize, &BigRational)| ((index + 1).to_string(), Value::from(p.to_string()));
    Value::Object(coverage.iter().enumerate().map(entry).collect())
}

/// What `coverage` found of one model.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The inputs with (4.3); `None` without a task.
    pub scope: ScopeFound,
    /// Their probability, for the lengths `first`, `first + 1`, …
    pub coverage: Vec<BigRational>,
    /// The first length.
    pub first: usize,
    /// The same behind the prompt of Theorem 4.6.
    pub prompted: (ScopeFound, Vec<BigRational>),
    /// `S*` of Theorem 4.3 and of Theorem 4.6.
    pub recoverable: [Vec<usize>; 2],
}

/// One line of `coverage --format json`.
pub fn coverage_line(
    model: &MemoryModel,
    correction: Option<&Correction>,
    found: &Covered,
    place: Place<'_>,
) -> String {
    let scope = |scope: &ScopeFound, coverage: &[BigRational], states: &[usize]| {
        let mut keys = scope_value(scope, None, place);
        let entry = |(index, p): (usize, &BigRational)| ((found.first + index).to_string(), p.to_string());
        let by_length: Map<String, Value> =
            coverage.iter().enumerate().map(entry).map(|(key, p)| (key, p.into())).collect();
        keys["coverage"] = by_length.into();
        keys["recoverable_states"] = states.into();
        keys
    };
    line(&json!({
        "schema": "recoverable.coverage/1",
        "tool": value(&Tool::THIS),
        "model": model_value(model, correction),
        "scope": scope(&found.scope, &found.coverage, &found.recoverable[0]),
        "prompted_scope": scope(&found.prompted.0, &found.prompted.1, &found.recoverable[1]),
    }))
}

/// What `label` found for one sequence of a model with memory.
#[derive(Clone, Debug)]
pub struct MemoryLabelled {
    /// `Pr(x)`.
    pub probability: BigRational,
    /// `P[M_{j*} | x]`, for each value of the task's cell (of cell 0 without a task).
    pub posterior: Vec<BigRational>,
    /// The task's scores and label.
    pub label: Option<(Vec<BigRational>, usize)>,
    /// `G_i(x)` for each position, for each token.
    pub model_output: Vec<Vec<BigRational>>,
    /// `G_1(∅, x)`, for each token.
    pub head_input: Vec<BigRational>,
    /// What the head that was given does, or that of Theorem 4.3, and the label it gives; behind a prompt its position is the first.
    pub attention: Option<(Attention, usize)>,
}

/// One line of `label --format json` for a model with memory.
pub fn memory_label_line(model: &MemoryModel, found: &MemoryLabelled) -> String {
    let list = |values: &[BigRational]| -> Vec<Value> {
        values.iter().map(|value| Value::from(value.to_string())).collect()
    };
    let outputs: Vec<Value> = found.model_output.iter().map(|output| strings(output).into()).collect();
    let mut keys = json!({
        "probability": found.probability.to_string(),
        "posterior": strings(&found.posterior),
        "model_output": outputs,
        "head_input": strings(&found.head_input),
    });
    if let Some((scores, label)) = &found.label {
        keys["score"] = one_or_more(model.task(), list(scores));
        keys["label"] = (*label).into();
    }
    if let Some((attention, label)) = &found.attention {
        keys["attended"] = attention.attended.clone().into();
        keys["attention_scores"] = strings(&attention.scores).into();
        keys["attention_value"] = one_or_more(model.task(), list(&attention.value));
        keys["attention_label"] = (*label).into();
    }
    line(&keys)
}
