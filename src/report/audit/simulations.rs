//! The paper's simulations on trial, as tables and in plain words.

use std::collections::BTreeSet;

use super::{answer::verdict, words::title};
use crate::{
    audit::trial::{Audit, Counts, SimulationRow, Spread, Standing, Usefulness, Verdicts},
    report::html::{Element, Html, table},
};

/// Headings and rows: words, and what a cell is sorted by.
pub struct Rows {
    /// A name for it.
    pub id: &'static str,
    pub caption: &'static str,
    pub headings: Vec<String>,
    pub rows: Vec<Vec<Written>>,
}

/// Words, and what they are sorted by.
type Written = (String, Option<f64>);

/// What the families are.
pub const FAMILIES: &str = "vanilla: without memory, by the number of states; memory: one cell and four hidden states, by the number of values; joint: the same \
                            models as the released code has them, without memory, every pair of a value and a state being a state.";

/// Both tables: what applies, and what is measured.
pub fn tables(audit: &Audit) -> [Rows; 2] {
    [applies(audit), measured(audit)]
}

/// The first columns of each table.
const FIXED: [&str; 3] = ["family", "states", "models"];

fn fixed(row: &SimulationRow) -> [Written; 3] {
    [(row.family.clone(), None), number(row.states), number(row.models)]
}

fn applies(audit: &Audit) -> Rows {
    let rows = &audit.simulations;
    let hypotheses: BTreeSet<&String> = rows.iter().flat_map(|row| row.hypotheses.keys()).collect();
    let statements: BTreeSet<&String> = rows.iter().flat_map(|row| row.verdicts.keys()).collect();
    let names = hypotheses.iter().map(|id| id.replace("assumption-", ""));
    let proofs = statements.iter().map(|id| title(id));
    let headings =
        FIXED.map(str::to_owned).into_iter().chain(names).chain(proofs).chain(["vacuous".to_owned()]);
    let row = |row: &SimulationRow| {
        let holds = hypotheses.iter().map(|id| held(row.hypotheses.get(*id).copied()));
        let proves = statements.iter().map(|id| proved(row.verdicts.get(*id).copied()));
        let vacuous = if row.vacuous.is_empty() { nothing() } else { number(row.vacuous.values().sum()) };
        fixed(row).into_iter().chain(holds).chain(proves).chain([vacuous]).collect()
    };
    Rows {
        id: "simulation-rows",
        caption: "On how many models each assumption holds and each theorem is proved.",
        headings: headings.collect(),
        rows: rows.iter().map(row).collect(),
    }
}

fn measured(audit: &Audit) -> Rows {
    let rows = &audit.simulations;
    let bounds: BTreeSet<&String> = rows.iter().flat_map(|row| row.small_margins.keys()).collect();
    let mut bounds: Vec<&String> = bounds.into_iter().collect();
    bounds.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let longest = rows.iter().filter_map(|row| row.coverage.keys().max()).max();
    let headings = ["rank W", "σ_min(W)", "‖b‖₁", "smallest H*", "wrong in f64", "margin"].map(str::to_owned);
    let small = bounds.iter().map(|bound| format!("below {bound}"));
    let covered = longest.map(|length| format!("coverage at {length}"));
    let headings = FIXED.map(str::to_owned).into_iter().chain(headings).chain(small).chain(covered);
    let row = |row: &SimulationRow| {
        let wrong = row.wrong_on_sample.values().next().copied();
        let spreads = [row.rank, row.sigma_min, row.amplification, row.smallest_cover, wrong, row.margin];
        let small = bounds.iter().map(|bound| share(row.small_margins.get(*bound).copied()));
        let covered = longest.map(|length| share(row.coverage.get(length).copied()));
        fixed(row).into_iter().chain(spreads.map(spread)).chain(small).chain(covered).collect()
    };
    Rows {
        id: "simulation-numbers",
        caption: "Medians over the models (of margins: over all sampled inputs), the share of sampled inputs that the head of the theorem gets wrong in f64, and shares of inputs with \
                  small margins.",
        headings: headings.collect(),
        rows: rows.iter().map(row).collect(),
    }
}

fn size(bound: &str) -> f64 {
    bound.parse().unwrap_or(f64::INFINITY)
}

fn nothing() -> Written {
    (String::new(), None)
}

fn number(value: usize) -> Written {
    (value.to_string(), Some(value as f64))
}

fn of(part: usize, whole: usize) -> Written {
    (format!("{part} of {whole}"), (whole > 0).then(|| part as f64 / whole as f64))
}

fn held(counts: Option<Counts>) -> Written {
    counts.map_or_else(nothing, |counts| of(counts.holds, counts.holds + counts.fails + counts.undecided))
}

fn proved(found: Option<Verdicts>) -> Written {
    let all = |found: Verdicts| found.proved + found.refuted + found.not_applicable + found.bounded;
    found.map_or_else(nothing, |found| of(found.proved, all(found)))
}

fn spread(found: Option<Spread>) -> Written {
    found.map_or_else(nothing, |found| (short(found.median), Some(found.median)))
}

/// In percent.
fn share(found: Option<f64>) -> Written {
    found.map_or_else(nothing, |share| (format!("{:.1} %", 100.0 * share), Some(share)))
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

/// The tables of a page.
pub fn html(audit: &Audit) -> Html {
    tables(audit).into_iter().map(table_html).collect()
}

fn table_html(found: Rows) -> Html {
    let columns = found.headings.iter().enumerate().map(|(at, heading)| {
        table::Column::new(heading.as_str(), if at == 0 { table::Kind::Choice } else { table::Kind::Number })
    });
    let mut written = table::Table::new(found.id, found.caption, columns).sortable();
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

/// Style, sign and words of a verdict.
pub fn useful(found: &Standing) -> (&'static str, &'static str, &'static str) {
    match found.usefulness {
        Usefulness::NeverApplies => ("bad", "✗", "never applies"),
        Usefulness::Vacuous => ("open", "○", "vacuous"),
        Usefulness::Hopeless => ("bad", "✗", "numerically hopeless"),
        Usefulness::AppliesInPart => ("open", "○", "applies in part"),
        Usefulness::Applies => ("good", "✓", "applies"),
    }
}

/// The same in a page.
pub fn useful_html(found: &Standing) -> Element {
    let (class, sign, words) = useful(found);
    verdict(class, sign, words)
}

/// `Theorem 3.3 on vanilla models`
pub fn subject(found: &Standing) -> String {
    format!("{} on {} models", title(&found.statement), found.family)
}
