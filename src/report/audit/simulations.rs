//! The paper's simulations on trial, as a table.

use std::collections::BTreeSet;

use super::words::title;
use crate::{
    audit::trial::{Audit, Counts, SimulationRow, Spread, Verdicts},
    report::html::{Html, table},
};

/// Headings and rows: words, and what a cell is sorted by.
pub struct Rows {
    pub headings: Vec<String>,
    pub rows: Vec<Vec<(String, Option<f64>)>>,
}

/// The rows of the table.
pub fn rows(audit: &Audit) -> Rows {
    let rows = &audit.simulations;
    let hypotheses: BTreeSet<&String> = rows.iter().flat_map(|row| row.hypotheses.keys()).collect();
    let statements: BTreeSet<&String> = rows.iter().flat_map(|row| row.verdicts.keys()).collect();
    let fixed = ["family", "states", "models"].map(str::to_owned);
    let measured = ["rank W", "σ_min(W)", "‖b‖₁", "margin", "wrong in f64"].map(str::to_owned);
    let names = hypotheses.iter().map(|id| title(id));
    let proofs = statements.iter().map(|id| format!("{} proved", title(id)));
    let headings = fixed.into_iter().chain(names).chain(proofs).chain(measured).collect();
    let row = |row: &SimulationRow| {
        let fixed = [(row.family.clone(), None), number(row.states), number(row.models)];
        let holds = hypotheses.iter().map(|id| held(row.hypotheses.get(*id).copied()));
        let proves = statements.iter().map(|id| proved(row.verdicts.get(*id).copied()));
        let spreads = [row.rank, row.sigma_min, row.amplification, row.margin, row.wrong_in_f64].map(spread);
        fixed.into_iter().chain(holds).chain(proves).chain(spreads).collect()
    };
    Rows { headings, rows: rows.iter().map(row).collect() }
}

fn number(value: usize) -> (String, Option<f64>) {
    (value.to_string(), Some(value as f64))
}

fn of(part: usize, whole: usize) -> (String, Option<f64>) {
    (format!("{part} of {whole}"), (whole > 0).then(|| part as f64 / whole as f64))
}

fn held(counts: Option<Counts>) -> (String, Option<f64>) {
    counts.map_or((String::new(), None), |counts| {
        of(counts.holds, counts.holds + counts.fails + counts.undecided)
    })
}

fn proved(found: Option<Verdicts>) -> (String, Option<f64>) {
    let all = |found: Verdicts| found.proved + found.refuted + found.not_applicable + found.bounded;
    found.map_or((String::new(), None), |found| of(found.proved, all(found)))
}

fn spread(found: Option<Spread>) -> (String, Option<f64>) {
    found.map_or((String::new(), None), |found| (short(found.median), Some(found.median)))
}

/// Three significant digits.
pub fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{value:.2e}");
    }
    let places = if size >= 100.0 || value.fract() == 0.0 { 0 } else { 3 };
    format!("{value:.places$}")
}

/// The table of a page.
pub fn html(audit: &Audit) -> Html {
    let found = rows(audit);
    let columns = found.headings.iter().enumerate().map(|(at, heading)| {
        table::Column::new(heading.as_str(), if at == 0 { table::Kind::Choice } else { table::Kind::Number })
    });
    let caption =
        "Models of the paper's simulations, by their number of hidden states; medians over the models.";
    let mut written = table::Table::new("simulation-rows", caption, columns).sortable();
    for row in found.rows {
        written.row(row.into_iter().map(|(words, key)| {
            let cell = table::Cell::from(words);
            match key {
                Some(key) => cell.key(key),
                None => cell,
            }
        }));
    }
    written.html()
}
