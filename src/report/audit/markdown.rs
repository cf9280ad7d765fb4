//! The audit as a document, in Markdown.

use super::{
    answer::{self, Answer},
    campaign,
    claims::{Claim, claims, conditions, counterexample, derivation, hypotheses},
    simulations, witness,
    words::{counted, grouped, title},
};
use crate::{
    audit::trial::{Audit, Trial},
    report::{
        document::{Align, Document, Line, Table},
        math::prose,
    },
};

/// Markdown as GitHub reads it.
pub fn markdown(audit: &Audit) -> String {
    let mut document = summary(audit);
    map(&mut document, audit);
    document.section("What the conditions say");
    document.list(
        conditions(audit).into_iter().map(|condition| {
            Line::new().strong(title(&condition.id)).plain(": ").join(prose(&condition.says))
        }),
    );
    details(&mut document, audit, "Counterexamples", |trial| counterexample(trial).is_some());
    details(&mut document, audit, "Proofs", |trial| derivation(trial).is_some());
    let open = |trial: &Trial| counterexample(trial).is_none() && derivation(trial).is_none();
    details(&mut document, audit, "Open", open);
    if !audit.printed.is_empty() {
        document.section("The text of the paper");
        audit.printed.iter().for_each(|step| document.append(witness::printed(step)));
    }
    simulated(&mut document, audit);
    document.to_markdown()
}

fn summary(audit: &Audit) -> Document {
    let mut document = Document::new("The paper on trial");
    document.paragraph(
        "An audit of Wei, Xie and Ma, Why Do Pretrained Language Models Help in Downstream Tasks? (NeurIPS 2021), by recoverable. Verdicts rest on integers and fractions, and \
         on certificates that an independent checker accepts.",
    );
    document.commands([campaign::command(audit)]);
    document.paragraph(campaign::totals(audit));
    statements(&mut document, audit);
    if !audit.trials.is_empty() {
        document.section("Hypotheses");
        document.table(claims_table(audit));
    }
    printed(&mut document, audit);
    document
}

fn statements(document: &mut Document, audit: &Audit) {
    document.section("Statements");
    let fixed = [("statement", Align::Left), ("over all models", Align::Left)];
    let counts = campaign::COUNTED.map(|name| (name, Align::Right));
    let mut table = Table::new(fixed.into_iter().chain(counts));
    for tally in &audit.statements {
        let (_, sign, words) = campaign::outcome(tally);
        let fixed = [title(&tally.id), format!("{sign} {words}")];
        table.row(fixed.into_iter().chain(campaign::counts(tally).map(grouped)));
    }
    document.table(table);
}

/// For each claim, what its trials say.
fn claims_table(audit: &Audit) -> Table {
    let headings = ["claim", "as it stands", "not needed", "needed", "open"];
    let mut table = Table::new(headings.map(|heading| (heading, Align::Left)));
    for claim in claims(audit) {
        let dropped = |wanted: Answer| {
            let of =
                claim.trials.iter().filter(|trial| trial.weakening.is_none() && Answer::of(trial) == wanted);
            of.filter_map(|trial| Some(title(&trial.hypothesis.as_ref()?.id))).collect::<Vec<_>>().join(", ")
        };
        let whole = claim.whole.map(|trial| Answer::of(trial).words()).unwrap_or_default();
        let answers = [answer::NOT_NEEDED, answer::NEEDED, answer::OPEN].map(dropped);
        table.row([name(&claim), whole].into_iter().chain(answers));
    }
    table
}

/// `Theorem 3.3: linear head`
fn name(claim: &Claim) -> String {
    format!("{}: {}", title(claim.statement), title(&claim.conclusion.id))
}

fn printed(document: &mut Document, audit: &Audit) {
    if audit.printed.is_empty() {
        return;
    }
    document.section("Printed steps");
    let headings = [("place", Align::Left), ("as printed", Align::Left)];
    let counts = ["models", "printed fails", "corrected fails"].map(|name| (name, Align::Right));
    let mut table = Table::new(headings.into_iter().chain(counts));
    for step in &audit.printed {
        let answer = if step.failure.is_some() { "✗ fails" } else { "? no failure found" };
        let fixed = [step.place.clone(), answer.to_owned()];
        table.row(fixed.into_iter().chain([step.models, step.fails, step.corrected_fails].map(grouped)));
    }
    document.table(table);
}

/// Claim × hypothesis, with the weaker ones below.
fn map(document: &mut Document, audit: &Audit) {
    let hypotheses = hypotheses(audit);
    if hypotheses.is_empty() {
        return;
    }
    document.section("The map of hypotheses");
    document.list(
        answer::ALL.map(|answer| Line::new().strong(answer.words()).plain(format!(": {}", answer.meaning))),
    );
    let names = hypotheses.iter().map(|condition| (title(&condition.id), Align::Left));
    let mut table = Table::new([("claim".to_owned(), Align::Left)].into_iter().chain(names));
    for claim in claims(audit) {
        let cells = hypotheses.iter().map(|hypothesis| {
            let answers = claim.about(&hypothesis.id).into_iter().map(|trial| match &trial.weakening {
                Some(weaker) => format!("{}: {}", title(&weaker.id), Answer::of(trial).words()),
                None => Answer::of(trial).words(),
            });
            answers.collect::<Vec<_>>().join("; ")
        });
        table.row([name(&claim)].into_iter().chain(cells));
    }
    document.table(table);
}

fn details(document: &mut Document, audit: &Audit, heading: &str, wanted: impl Fn(&Trial) -> bool) {
    let found: Vec<&Trial> = audit.trials.iter().filter(|trial| wanted(trial)).collect();
    if !found.is_empty() {
        document.section(format!("{heading}: {}", counted(found.len(), "trial")));
        found.into_iter().for_each(|trial| document.append(witness::document(trial)));
    }
}

fn simulated(document: &mut Document, audit: &Audit) {
    if audit.simulations.is_empty() {
        return;
    }
    document.section("The simulations of the paper");
    document.paragraph(format!("Families: {}", simulations::FAMILIES));
    document.list(audit.standings.iter().map(|found| {
        let (_, sign, words) = simulations::useful(found);
        let line = Line::new().strong(simulations::subject(found));
        line.plain(format!(": {sign} {words}. ")).join(prose(&found.says))
    }));
    let align = |at: usize| if at == 0 { Align::Left } else { Align::Right };
    for found in simulations::tables(audit) {
        document.paragraph(found.caption);
        let headings = found.headings.into_iter().enumerate();
        let mut table = Table::new(headings.map(|(at, heading)| (heading, align(at))));
        for row in found.rows {
            table.row(row.into_iter().map(|(words, _)| words));
        }
        document.table(table);
    }
}
