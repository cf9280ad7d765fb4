//! What the campaign counted: statements and their verdicts.

use super::{
    answer::verdict,
    words::{counted, grouped},
};
use crate::{
    audit::trial::{Audit, Tally},
    report::html::Element,
};

/// A statement over all models, in a few words: style, sign, words.
pub fn outcome(tally: &Tally) -> (&'static str, &'static str, &'static str) {
    match tally.verdicts {
        found if found.refuted > 0 => ("bad", "✗", "refuted"),
        found if found.proved > 0 && found.bounded > 0 => ("open", "?", "proved or undecided"),
        found if found.proved > tally.vacuous => ("good", "✓", "proved where it applies"),
        found if found.proved > 0 => ("open", "○", "vacuous where it applies"),
        found if found.bounded > 0 => ("open", "?", "undecided"),
        _ => ("open", "○", "never applied"),
    }
}

/// The same in a page.
pub fn outcome_html(tally: &Tally) -> Element {
    let (class, sign, words) = outcome(tally);
    verdict(class, sign, words)
}

/// How the verdicts are spread, in numbers.
pub fn counts(tally: &Tally) -> [usize; 6] {
    let found = tally.verdicts;
    let all = found.proved + found.refuted + found.not_applicable + found.bounded;
    [all, found.proved, found.refuted, found.not_applicable, found.bounded, tally.vacuous]
}

/// Headings for [`counts`].
pub const COUNTED: [&str; 6] = ["models", "proved", "refuted", "does not apply", "undecided", "vacuous"];

/// The plan and the totals, in two sentences.
pub fn totals(audit: &Audit) -> String {
    let campaign = &audit.campaign;
    let kinds: Vec<_> =
        campaign.kinds.iter().map(|(kind, count)| format!("{} {kind}", grouped(*count))).collect();
    format!(
        "The campaign examined {} ({}) and had {} accepted; {} left open because a limit was hit.",
        counted(campaign.models, "model"),
        kinds.join(", "),
        counted(campaign.certificates, "certificate"),
        counted(campaign.undecided, "answer")
    )
}

/// The command that makes the audit again.
pub fn command(audit: &Audit) -> String {
    format!("recoverable audit --seed {} --models {}", audit.plan.seed, audit.plan.models)
}
