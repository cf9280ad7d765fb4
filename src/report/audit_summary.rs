//! The summary of an audit: for a terminal, and as one JSON object.

use std::fmt::Write as _;

use serde_json::json;

use crate::audit::trial::{Audit, Finding, PrintedStep, Standing, Tally, Trial, Usefulness};

/// The answer of a trial in one or two words.
pub fn answer(finding: &Finding) -> &'static str {
    match finding {
        Finding::Needed(_) => "needed",
        Finding::NotNeeded(_) => "not needed",
        Finding::Open(_) => "open",
        Finding::Refuted(_) => "refuted",
        Finding::Holds(_) => "holds",
    }
}

/// A summary for a terminal.
pub fn text(audit: &Audit) -> String {
    let mut text = format!(
        "{} models with seed {}, {} accepted certificates\n\nstatement        proved  refuted  does not apply  undecided  vacuous\n",
        audit.campaign.models, audit.plan.seed, audit.campaign.certificates
    );
    audit.statements.iter().for_each(|tally| statement(&mut text, tally));
    let mut claim = "";
    for trial in &audit.trials {
        if trial.hypothesis.is_none() {
            let _ = writeln!(text, "\n{}: {}", trial.statement, trial.conclusion.says);
            claim = &trial.id;
        }
        debug_assert!(trial.id.starts_with(claim));
        question(&mut text, trial);
    }
    if !audit.printed.is_empty() {
        text += "\nprinted steps\n";
        audit.printed.iter().for_each(|step| printed(&mut text, step));
    }
    if !audit.standings.is_empty() {
        text += "\nthe paper's simulations\n";
        audit.standings.iter().for_each(|found| standing(&mut text, found));
    }
    text
}

fn statement(text: &mut String, tally: &Tally) {
    let found = &tally.verdicts;
    let _ = writeln!(
        text,
        "{:15} {:7} {:8} {:15} {:10} {:8}",
        tally.id, found.proved, found.refuted, found.not_applicable, found.bounded, tally.vacuous
    );
}

fn question(text: &mut String, trial: &Trial) {
    let what = match (&trial.hypothesis, &trial.weakening) {
        (None, _) => "as it stands".to_owned(),
        (Some(dropped), None) => format!("without {}", dropped.id),
        (Some(dropped), Some(weaker)) => format!("with {} instead of {}", weaker.id, dropped.id),
    };
    let why = match &trial.finding {
        Finding::Needed(found) | Finding::Refuted(found) => {
            format!(
                "a model with {} states and {} tokens: certificates/{}",
                found.size[0], found.size[1], found.file
            )
        }
        Finding::NotNeeded(found) | Finding::Holds(found) => {
            found.steps.iter().map(|step| step.lemma.as_str()).collect::<Vec<_>>().join(", ")
        }
        Finding::Open(open) => open.why.clone(),
    };
    let shown = if why.is_empty() { "it is assumed".to_owned() } else { why };
    let _ = writeln!(text, "  {:11} {what} ({shown})", answer(&trial.finding));
}

fn printed(text: &mut String, step: &PrintedStep) {
    let failure = match &step.failure {
        Some(found) => {
            format!("fails, on {} of {} models: certificates/{}", step.fails, step.models, found.file)
        }
        None => format!("did not fail on {} models", step.models),
    };
    let _ = writeln!(text, "  {}: {} ({failure})", step.id, step.printed);
}

fn standing(text: &mut String, found: &Standing) {
    let word = match found.usefulness {
        Usefulness::NeverApplies => "never applies",
        Usefulness::Vacuous => "vacuous",
        Usefulness::Hopeless => "numerically hopeless",
        Usefulness::AppliesInPart => "applies in part",
        Usefulness::Applies => "applies",
    };
    let _ = writeln!(text, "  {} on {} models: {word}. {}", found.statement, found.family, found.says);
}

/// The summary as one line of JSON.
pub fn json(audit: &Audit) -> String {
    let trial = |trial: &Trial| json!({ "id": trial.id, "answer": answer(&trial.finding) });
    let step = |step: &PrintedStep| json!({ "id": step.id, "models": step.models, "fails": step.fails, "corrected_fails": step.corrected_fails });
    let summary = json!({
        "schema": "recoverable.audit-summary/1",
        "seed": audit.plan.seed,
        "campaign": audit.campaign,
        "statements": audit.statements,
        "trials": audit.trials.iter().map(trial).collect::<Vec<_>>(),
        "printed": audit.printed.iter().map(step).collect::<Vec<_>>(),
        "standings": audit.standings,
    });
    format!("{summary}\n")
}
