//! What a person reads about models with memory.

use std::fmt::Write as _;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::{GOOD, OPEN, Options, STRONG, Writer, approximate, plural, styled};
use crate::{
    audit::{MemoryExamination, MemoryFindings, MemoryStatement},
    hypothesis::Reason,
    model::{Correction, MemoryModel, Token, certificate_model},
    question::scope::ScopeFound,
    report::json::{Covered, MemoryLabelled},
    theorem::Verdict,
};

/// What is said of a theorem that no input satisfies.
const VACUOUS: &str = "PROVED, vacuous: no input satisfies (4.3)";

/// Everything that `check` found of one model with memory.
pub fn memory_check_text(
    model: &MemoryModel,
    correction: Option<&Correction>,
    found: &MemoryExamination,
    options: Options,
) -> String {
    let mut writer = heading(model, correction, options);
    for statement in &found.statements {
        writer.memory_statement(model, statement);
    }
    writer.memory_findings(&found.findings);
    writer.text
}

fn heading<'a>(model: &'a MemoryModel, correction: Option<&Correction>, options: Options) -> Writer<'a> {
    let mut writer = Writer::new(model.name(), model.names(), options);
    let (memory, shape) = (model.memory(), model.memory().shape());
    let what = format!(
        "hidden Markov model with memory, {} of {}, {} ({} for each cell), {}",
        plural(shape.cells, "cell"),
        plural(shape.values, "value"),
        plural(memory.states(), "state"),
        shape.syntax,
        plural(memory.tokens(), "token")
    );
    writer.heading(&what, &certificate_model(model), correction);
    writer
}

impl Writer<'_> {
    fn memory_statement(&mut self, model: &MemoryModel, found: &MemoryStatement) {
        let proved =
            if found.vacuous { VACUOUS } else { "PROVED for every input with (4.3), of every length" };
        self.verdict(found.statement, found.verdict.as_ref(), Some(proved));
        for hypothesis in &found.hypotheses {
            self.hypothesis(hypothesis);
        }
        if let Some(set) = &found.recoverable {
            for (state, reason) in set.excluded(model.memory()) {
                self.line(&format!("      not recoverable: syntax state {state}, {}", words(&reason)));
            }
        }
        if let Some(prompt) = &found.prompt {
            let values: Vec<_> = (0..prompt.passes.len())
                .filter(|&value| prompt.passes[value])
                .map(|v| v.to_string())
                .collect();
            let (cell, values) = (prompt.cell, values.join(", "));
            self.line(&format!("    prompt: lets the values {{{values}}} of cell {cell} pass"));
        }
        if let Some(head) = &found.head {
            let seen: Vec<_> = head.score_functional().iter().map(approximate).collect();
            self.line(&format!("    attention score: ({})·G_i", seen.join(", ")));
            if let Some(low) = head.first_position.last().filter(|_| found.prompt.is_some()) {
                self.line(&format!("    position 1, the prompt's, scores {} less", approximate(&-low)));
            }
        }
        if let Some(Verdict::Bounded(limit)) = &found.verdict {
            self.line(&format!("    {limit}"));
        }
        if let Some(accepted) = found.verdict.as_ref().and_then(Verdict::accepted) {
            let what = self.evidence(accepted);
            self.line(&format!("    certificate accepted: {what}"));
        }
    }

    fn memory_findings(&mut self, found: &MemoryFindings) {
        let rank = found.rank_emission.map_or("undecided".to_owned(), |rank| rank.to_string());
        self.line(&format!("\n  {}  rank of W: {rank}", styled(STRONG, "Findings")));
        if let Some(scope) = &found.scope {
            self.scope("inputs with (4.3)", scope);
        }
        match &found.coverage {
            Some(Ok(coverage)) => {
                let shown: Vec<_> = coverage.iter().map(percent).collect();
                self.line(&format!(
                    "      coverage for the lengths 1 to {}: {}",
                    coverage.len(),
                    shown.join(" ")
                ));
            }
            Some(Err(limit)) => self.line(&format!("      coverage: {limit}")),
            None => {}
        }
        if let Some(scope) = &found.prompted_scope {
            self.scope("inputs with (4.3) behind the prompt", scope);
        }
    }

    fn scope(&mut self, what: &str, scope: &ScopeFound) {
        let answer = match (scope.empty(), &scope.shortest) {
            (Some(true), _) => styled(OPEN, "none at any length"),
            (Some(false), Some((word, position))) => {
                let word: Vec<_> = word.iter().map(|token| token.0).collect();
                let length = plural(word.len(), "token");
                format!(
                    "{} of {length}: {}, at position {position}",
                    styled(GOOD, "the shortest"),
                    self.word(&word)
                )
            }
            _ => styled(OPEN, "undecided"),
        };
        self.line(&format!("    {what}: {answer}"));
        match &scope.decision {
            crate::hypothesis::Decision::Undecided(limit) => self.line(&format!("      {limit}")),
            decided => {
                if let Some(accepted) = decided.accepted() {
                    let what = self.evidence(accepted);
                    self.line(&format!("      certificate accepted: {what}"));
                }
            }
        }
    }
}

/// Why a syntax state is not recoverable.
fn words(reason: &Reason) -> String {
    let sum = |terms: &[(usize, BigInt)]| {
        let term = |(value, x): &(usize, BigInt)| format!("{x}·W[value {value}]");
        terms.iter().map(term).collect::<Vec<_>>().join(" + ")
    };
    match reason {
        Reason::Dependent(terms) => format!("its columns are dependent: {} = 0", sum(terms)),
        Reason::InBothSpans { combination, vector } => {
            let vector: Vec<_> = vector.iter().map(approximate).collect();
            format!("{} = ({}) lies in the span of the other columns", sum(combination), vector.join(", "))
        }
    }
}

/// A probability in per cent; `0` and `100` only where it is exactly that.
fn percent(p: &BigRational) -> String {
    let value = 100.0 * p.to_f64().unwrap_or(f64::NAN);
    match value {
        _ if p.numer() == &BigInt::ZERO => "0%".to_owned(),
        _ if p.numer() == p.denom() => "100%".to_owned(),
        _ if value < 0.05 => "<0.1%".to_owned(),
        _ if value > 99.95 => ">99.9%".to_owned(),
        _ => format!("{value:.1}%"),
    }
}

/// What `coverage` found of one model: a table, and a bar for each length.
pub fn coverage_text(
    model: &MemoryModel,
    correction: Option<&Correction>,
    found: &Covered,
    options: Options,
) -> String {
    const WIDTH: f64 = 40.0;
    let mut writer = heading(model, correction, options);
    let names = ["Theorem 4.3, inputs with (4.3)", "Theorem 4.6, behind the prompt"];
    let scopes = [&found.scope, &found.prompted.0];
    for ((name, scope), states) in names.iter().zip(scopes).zip(&found.recoverable) {
        let states: Vec<_> = states.iter().map(ToString::to_string).collect();
        writer.line(&format!("  recoverable syntax states: {{{}}}", states.join(", ")));
        writer.scope(name, scope);
        if scope.empty() == Some(true) {
            writer.line("    vacuous: no input satisfies (4.3)");
        }
    }
    writer.line("\n  length   Pr(4.3)  behind the prompt");
    for (index, (p, q)) in found.coverage.iter().zip(&found.prompted.1).enumerate() {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 0 and 40
        let bar = (p.to_f64().unwrap_or(0.0) * WIDTH).round() as usize;
        let row =
            format!("  {:6} {:>9} {:>9}   {}", found.first + index, percent(p), percent(q), "#".repeat(bar));
        writer.line(row.trim_end());
    }
    writer.text
}

/// What `label` found for one sequence of a model with memory.
pub fn memory_label_text(
    model: &MemoryModel,
    tokens: &[Option<Token>],
    found: &MemoryLabelled,
    options: Options,
) -> String {
    let writer = Writer::new(model.name(), model.names(), options);
    let name = |token: &Option<Token>| token.map_or("_".to_owned(), |token| writer.token(token.0));
    let list = |values: &[BigRational]| values.iter().map(approximate).collect::<Vec<_>>().join(", ");
    let mut text = String::new();
    let sequence: Vec<_> = tokens.iter().map(name).collect();
    let cell = model.task().map_or(0, |task| task.cell.0);
    let _ = writeln!(text, "{}", styled(STRONG, &sequence.join(",")));
    let _ = writeln!(text, "  Pr(x)         {}", approximate(&found.probability));
    let _ = writeln!(text, "  {:13} ({})", format!("P[M_{cell} | x]"), list(&found.posterior));
    if let Some((scores, label)) = &found.label {
        let _ = writeln!(text, "  score         {}", list(scores));
        let _ = writeln!(text, "  label         {label}");
    }
    for (index, output) in found.model_output.iter().enumerate() {
        let _ = writeln!(text, "  {:13} ({})", format!("G_{}(x)", index + 1), list(output));
    }
    let _ = writeln!(text, "  G_1(blank, x) ({})", list(&found.head_input));
    if let Some((attention, label)) = &found.attention {
        let attended: Vec<_> = attention.attended.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "  attention     ({})", list(&attention.scores));
        let _ = writeln!(text, "  attended      {}", attended.join(", "));
        let _ = writeln!(text, "  Attn          {}, label {label}", list(&attention.value));
    }
    text
}
