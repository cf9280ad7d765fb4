//! The audit as one page.

use super::{
    answer::{self, Answer},
    campaign,
    claims::{Claim, claims, conditions, counterexample, derivation, hypotheses},
    figures, model, simulations, witness,
    words::{counted, grouped, title},
};
use crate::{
    audit::trial::{Audit, Condition, Counterexample, PrintedStep, Standing, Trial},
    report::{
        document::{Document, Line},
        html::{
            Element, Html, element,
            page::{Page, command},
            table::{Cell, Column, Kind, Table, scrolling},
        },
        math::prose,
    },
};

/// The page, a file of its own.
pub fn html(audit: &Audit) -> String {
    let mut page = Page::new("The paper on trial", lead(audit));
    page.section("summary", "Summary", summary(audit));
    page.section("hypotheses", "Which hypotheses are needed", map(audit));
    page.section("trials", "All trials", trials(audit));
    page.section(
        "counterexamples",
        "Counterexamples",
        articles(audit, |trial| counterexample(trial).is_some()),
    );
    page.section("proofs", "Proofs", articles(audit, |trial| derivation(trial).is_some()));
    page.section("printed", "The text of the paper", printed(audit));
    page.section("simulations", "The simulations of the paper", simulated(audit));
    page.section("campaign", "The campaign", campaign_section(audit));
    page.section("reading", "How to read and check this", reading(audit));
    page.foot(element("p").text(format!(
        "{} {}, seed {}. The same seed gives the same bytes.",
        audit.tool.name, audit.tool.version, audit.plan.seed
    )));
    page.render()
}

/// A line in a page.
fn words(line: Line) -> Html {
    let mut document = Document::new("");
    document.paragraph(line);
    document.blocks_to_html()
}

fn paragraph(text: impl std::fmt::Display) -> Element {
    element("p").text(text)
}

fn lead(audit: &Audit) -> Html {
    let what = "An audit of Wei, Xie and Ma, Why Do Pretrained Language Models Help in Downstream Tasks? (NeurIPS 2021): each statement on concrete \
                hidden Markov models, each hypothesis dropped in turn, each printed construction beside the corrected one. Verdicts rest on integers and \
                fractions, and on certificates that an independent checker accepts.";
    let mut html = Html::from(paragraph(what));
    html.push(element("p").with(command(&campaign::command(audit))));
    html
}

fn tile(count: usize, words: &str) -> Element {
    element("li").with(element("b").text(grouped(count))).text(words)
}

fn summary(audit: &Audit) -> Html {
    let count =
        |wanted: &[Answer]| audit.trials.iter().filter(|trial| wanted.contains(&Answer::of(trial))).count();
    let failing = audit.printed.iter().filter(|step| step.failure.is_some()).count();
    let tiles = element("ul").class("tiles").with_all([
        tile(audit.campaign.models, "models examined"),
        tile(audit.campaign.certificates, "certificates accepted"),
        tile(count(&[answer::NEEDED]), "hypotheses needed"),
        tile(count(&[answer::NOT_NEEDED]), "hypotheses not needed"),
        tile(count(&[answer::OPEN]), "trials open"),
        tile(failing, "printed steps that fail"),
    ]);
    let mut html = Html::from(tiles);
    html.push(statements(audit));
    html.push(in_brief(audit));
    html
}

/// Statement × verdict.
fn statements(audit: &Audit) -> Html {
    let fixed = [Column::new("statement", Kind::Words), Column::new("over all models", Kind::Choice)];
    let counts = campaign::COUNTED.map(|name| Column::new(name, Kind::Number));
    let caption = "Each statement of the paper on the models of the campaign.";
    let mut table = Table::new("statements", caption, fixed.into_iter().chain(counts)).sortable();
    for tally in &audit.statements {
        let name = element("div").with(element("strong").text(title(&tally.id)));
        let mut name = Html::from(name);
        name.push(element("div").class("faint small").with(inline(prose(&tally.title))));
        let (_, _, outcome) = campaign::outcome(tally);
        let fixed =
            [Cell::from(name).key(title(&tally.id)), Cell::from(campaign::outcome_html(tally)).key(outcome)];
        let counts = campaign::counts(tally).map(|count| Cell::from(grouped(count)).key(count));
        table.row(fixed.into_iter().chain(counts));
    }
    table.html()
}

/// For each claim what its trials say, and which printed steps fail.
fn in_brief(audit: &Audit) -> Html {
    let mut html = Html::from(element("h3").text("In brief"));
    let items = claims(audit).into_iter().map(|claim| {
        let names = |wanted: Answer| {
            let found =
                claim.trials.iter().filter(|trial| trial.weakening.is_none() && Answer::of(trial) == wanted);
            found.filter_map(|trial| Some(title(&trial.hypothesis.as_ref()?.id))).collect::<Vec<_>>()
        };
        let parts = [answer::NOT_NEEDED, answer::NEEDED, answer::OPEN].map(|wanted| (wanted, names(wanted)));
        let item = element("li").with(element("strong").text(title(claim.statement)));
        let item = item.text(" (").with(inline(prose(&claim.conclusion.says))).text("): ");
        let item = claim
            .whole
            .iter()
            .fold(item, |item, trial| item.with(Answer::of(trial).html()).text(" as it stands; "));
        let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
        let parts: Vec<String> =
            parts.map(|(answer, names)| format!("{}: {}", answer.word, names.join(", "))).collect();
        item.text(format!("{}.", parts.join("; ")))
    });
    html.push(element("ul").with_all(items));
    let failing = audit
        .printed
        .iter()
        .filter(|step| step.failure.is_some())
        .map(|step| element("li").with(element("a").link(&step.id).text(&step.place)));
    let failing: Vec<Element> = failing.collect();
    if !failing.is_empty() {
        html.push(paragraph("Of the text of the paper, these steps fail as they are printed:"));
        html.push(element("ul").with_all(failing));
    }
    html
}

/// A line without a paragraph around it.
fn inline(line: Line) -> Html {
    line.to_html()
}

/// Claim × hypothesis.
fn map(audit: &Audit) -> Html {
    let claims = claims(audit);
    // Hypotheses of most claims have columns of their own.
    let common =
        |found: &&Condition| 2 * claims.iter().filter(|claim| claim.has(&found.id)).count() > claims.len();
    let hypotheses: Vec<&Condition> = hypotheses(audit).into_iter().filter(common).collect();
    let mut html = Html::from(paragraph(
        "Each row is a claim; the columns are the hypotheses of the paper, first those that a claim does not share with most others. A cell says what becomes of the claim if that hypothesis is \
         dropped; below it, what becomes of it with a weaker one in its place. Every answer is a link to its model or its proof.",
    ));
    html.push(legend());
    let heading = |condition: &&Condition| {
        element("th").attr("scope", "col").attr("title", &condition.says).text(title(&condition.id))
    };
    let head = element("tr")
        .with(element("th").attr("scope", "col").text("claim"))
        .with(element("th").attr("scope", "col").text("as it stands"))
        .with(element("th").attr("scope", "col").text("its own"))
        .with_all(hypotheses.iter().map(heading));
    let rows = claims.iter().map(|claim| row(claim, &hypotheses));
    let table = element("table")
        .class("map")
        .id("map")
        .with(element("caption").id("map-caption").with(element("span").text("The map of hypotheses.")))
        .with(element("thead").with(head))
        .with(element("tbody").with_all(rows));
    html.push(scrolling("map-caption", table));
    html.push(glossary(audit));
    html
}

fn legend() -> Element {
    let entry = |answer: &Answer| element("li").with(answer.html()).text(format!(" {}", answer.meaning));
    let list = element("ul").with_all(answer::ALL.iter().map(entry));
    element("details").with(element("summary").text("What the signs mean")).with(list)
}

fn row(claim: &Claim, hypotheses: &[&Condition]) -> Element {
    let name = Html::from(element("strong").text(title(claim.statement)));
    let says = element("div").class("faint small").attr("title", &claim.conclusion.says);
    let says = says.text(title(&claim.conclusion.id));
    let heading = element("th").attr("scope", "row").with(name).with(says);
    let whole = element("td").with_all(claim.whole.iter().map(|trial| linked(trial)));
    let own = claim.trials.iter().filter_map(|trial| trial.hypothesis.as_ref());
    let mut own: Vec<&Condition> =
        own.filter(|own| !hypotheses.iter().any(|known| known.id == own.id)).collect();
    own.dedup_by(|a, b| a.id == b.id);
    let named = own.iter().map(|hypothesis| {
        let name = element("div").class("small").attr("title", &hypothesis.says).text(title(&hypothesis.id));
        element("div").with(name).with_all(answers(claim, hypothesis))
    });
    let cells = [element("td").with_all(named)].into_iter();
    let cells = cells.chain(hypotheses.iter().map(|hypothesis| {
        let answers = answers(claim, hypothesis);
        if answers.is_empty() {
            return element("td")
                .with(element("span").class("faint").attr("title", "no hypothesis of this claim").text("–"));
        }
        element("td").with_all(answers)
    }));
    element("tr").with(heading).with(whole).with_all(cells)
}

/// What becomes of a claim without a hypothesis, and with a weaker one.
fn answers(claim: &Claim, hypothesis: &Condition) -> Vec<Element> {
    let entry = |trial: &Trial| {
        let entry = element("div").with(linked(trial));
        match &trial.weakening {
            Some(weaker) => entry.class("small").with(element("div").class("faint").text(title(&weaker.id))),
            None => entry,
        }
    };
    claim.about(&hypothesis.id).into_iter().map(entry).collect()
}

/// An answer that leads to its model, its proof or its row.
fn linked(trial: &Trial) -> Element {
    element("a").link(&trial.id).with(Answer::of(trial).html())
}

/// What every named condition says.
fn glossary(audit: &Audit) -> Html {
    let entries = conditions(audit).into_iter().map(|condition| {
        let mut entry = Html::from(element("dt").text(title(&condition.id)));
        entry.push(element("dd").with(inline(prose(&condition.says))));
        entry
    });
    let list = element("dl").class("facts").with_all(entries);
    element("details").with(element("summary").text("What the conditions say")).with(list).into()
}

fn trials(audit: &Audit) -> Html {
    let columns = [
        Column::new("statement", Kind::Choice),
        Column::new("conclusion", Kind::Choice),
        Column::new("dropped", Kind::Choice),
        Column::new("in its place", Kind::Words),
        Column::new("answer", Kind::Choice),
        Column::new("states\u{a0}× tokens", Kind::Number),
        Column::new("models searched", Kind::Number),
        Column::new("near misses", Kind::Number),
        Column::new("to redo it", Kind::Words),
    ];
    let mut table =
        Table::new("trial-rows", "Every trial, with the size of its counterexample.", columns).sortable();
    audit.trials.iter().for_each(|trial| table.row(trial_row(audit, trial)));
    table.html()
}

fn trial_row(audit: &Audit, trial: &Trial) -> [Cell; 9] {
    let answer = Answer::of(trial);
    let found = counterexample(trial);
    let size = match found {
        Some(Counterexample { size: [states, tokens], .. }) => {
            Cell::from(format!("{states} × {tokens}")).key(states * 1000 + tokens)
        }
        None => Cell::from("").key(""),
    };
    // An open trial has no article of its own: its row is what links lead to.
    let id = if found.is_none() && derivation(trial).is_none() { Some(&trial.id) } else { None };
    let place = element("span").class("nowrap").text(title(&trial.statement));
    let place = id.into_iter().fold(place, |place, id| place.id(id));
    let linked = if id.is_some() { Html::from(answer.html()) } else { linked(trial).into() };
    let redo = found.and_then(|found| found.commands.first().cloned());
    let name =
        |condition: &Option<Condition>| condition.as_ref().map(|found| title(&found.id)).unwrap_or_default();
    let dropped = if trial.hypothesis.is_some() { name(&trial.hypothesis) } else { "none".to_owned() };
    [
        Cell::from(place).key(title(&trial.statement)),
        Cell::from(title(&trial.conclusion.id)),
        Cell::from(dropped),
        Cell::from(name(&trial.weakening)),
        Cell::from(linked).key(answer.word),
        size,
        Cell::from(grouped(trial.searched.models)).key(trial.searched.models),
        Cell::from(grouped(trial.searched.near_misses)).key(trial.searched.near_misses),
        Cell::from(command(&redo.unwrap_or_else(|| campaign::command(audit)))),
    ]
}

/// An article for each trial of a kind.
fn articles(audit: &Audit, wanted: impl Fn(&Trial) -> bool) -> Html {
    let found: Vec<&Trial> = audit.trials.iter().filter(|trial| wanted(trial)).collect();
    if found.is_empty() {
        return paragraph("There are none.").into();
    }
    found.into_iter().map(article).collect()
}

fn article(trial: &Trial) -> Html {
    let article = element("article").id(&trial.id);
    let html = match counterexample(trial) {
        None => article.with(witness::document(trial).to_html()),
        Some(found) => {
            let article = article.with(witness::introduction(trial).to_html()).with(drawn(found, &trial.id));
            let mut document = Document::new("");
            witness::evidence(&mut document, found);
            witness::reproduce(&mut document, &found.commands);
            document.paragraph(witness::searched(trial));
            article.with(document.blocks_to_html())
        }
    };
    html.into()
}

/// The chain beside the matrices.
fn drawn(found: &Counterexample, name: &str) -> Html {
    let heading = element("h4").text(format!("The model: {}", model::size(&found.model, found.size)));
    let matrices = element("div").with(model::matrices_html(&found.model));
    let mut html = Html::from(heading);
    html.push(match model::figure(&found.model, name) {
        Some(figure) => element("div").class("witness").with(figure).with(matrices),
        None => matrices,
    });
    html
}

fn printed(audit: &Audit) -> Html {
    let mut html = Html::from(paragraph(
        "Constructions and equations as they are printed, run beside the corrected forms on random models until they part.",
    ));
    let columns = [
        Column::new("place", Kind::Words),
        Column::new("as printed", Kind::Choice),
        Column::new("models", Kind::Number),
        Column::new("printed fails", Kind::Number),
        Column::new("corrected fails", Kind::Number),
    ];
    let mut table = Table::new("printed-rows", "Printed steps on trial.", columns).sortable();
    for step in &audit.printed {
        let (answer, word) = printed_answer(step);
        let name = element("a").link(&step.id).text(&step.place);
        let count = |count: usize| Cell::from(grouped(count)).key(count);
        let fixed = [Cell::from(name).key(&step.place), Cell::from(answer).key(word)];
        table.row(fixed.into_iter().chain([step.models, step.fails, step.corrected_fails].map(count)));
    }
    html.push(table.html());
    html.push(audit.printed.iter().map(printed_article).collect::<Html>());
    html
}

fn printed_answer(step: &PrintedStep) -> (Element, &'static str) {
    match step.failure {
        Some(_) => (answer::verdict("bad", "✗", "fails"), "fails"),
        None => (answer::verdict("open", "?", "no failure found"), "no failure found"),
    }
}

fn printed_article(step: &PrintedStep) -> Html {
    let article = element("article").id(&step.id).with(witness::printed_introduction(step).to_html());
    let Some(found) = &step.failure else { return article.into() };
    let heading = format!("The smallest failure that was found: {}", model::size(&found.model, found.size));
    let matrices = element("div").with(model::matrices_html(&found.model));
    let drawn = match model::figure(&found.model, &step.id) {
        Some(figure) => element("div").class("witness").with(figure).with(matrices),
        None => matrices,
    };
    let mut document = Document::new("");
    witness::failure(&mut document, found);
    witness::reproduce(&mut document, &found.commands);
    article.with(element("h4").text(heading)).with(drawn).with(document.blocks_to_html()).into()
}

fn simulated(audit: &Audit) -> Html {
    if audit.simulations.is_empty() {
        return paragraph("They were not part of this audit.").into();
    }
    let mut html = Html::from(paragraph(
        "Random models as in Section 5 and Appendix D: on how many of them do the theorems apply, do they speak about any input, and would they survive floating point?",
    ));
    html.push(paragraph(format!("Families: {}", simulations::FAMILIES)));
    if !audit.standings.is_empty() {
        html.push(element("ul").class("standings").with_all(audit.standings.iter().map(standing)));
    }
    html.push(paragraph("In the figures intervals reach from the least to the greatest value."));
    html.push(figures::side_by_side(figures::simulations(&audit.simulations)));
    html.push(simulations::html(audit));
    html
}

/// A theorem on a family, in plain words.
fn standing(found: &Standing) -> Element {
    let name = element("strong").text(simulations::subject(found));
    element("li")
        .with(name)
        .text(" ")
        .with(simulations::useful_html(found))
        .text(" ")
        .with(inline(prose(&found.says)))
}

fn campaign_section(audit: &Audit) -> Html {
    let mut html = Html::from(paragraph(campaign::totals(audit)));
    if audit.campaign.refuted.is_empty() {
        html.push(paragraph("No statement was refuted on a model that satisfies its hypotheses."));
    } else {
        let item = |found: &crate::audit::trial::Refutation| {
            element("li").text(format!("model {}: {}", found.index, title(&found.statement)))
        };
        html.push(paragraph("Refuted although all hypotheses hold:"));
        html.push(element("ul").with_all(audit.campaign.refuted.iter().map(item)));
    }
    html.push(figures::side_by_side([figures::sizes(audit)]));
    let columns = [Column::new("family", Kind::Words), Column::new("models", Kind::Number)];
    let mut families = Table::new("families", "Where the models come from.", columns).sortable();
    for (family, count) in &audit.campaign.families {
        families.row([Cell::from(title(family)), Cell::from(grouped(*count)).key(count)]);
    }
    html.push(families.html());
    let columns = [
        Column::new("statement", Kind::Choice),
        Column::new("hypothesis", Kind::Choice),
        Column::new("holds", Kind::Number),
        Column::new("fails", Kind::Number),
        Column::new("not known", Kind::Number),
    ];
    let mut held = Table::new("hypothesis-rows", "How often each hypothesis holds.", columns).sortable();
    for tally in &audit.statements {
        for hypothesis in &tally.hypotheses {
            let found = hypothesis.counts;
            let count = |count: usize| Cell::from(grouped(count)).key(count);
            let names = [Cell::from(title(&tally.id)), Cell::from(title(&hypothesis.id))];
            held.row(names.into_iter().chain([found.holds, found.fails, found.undecided].map(count)));
        }
    }
    html.push(held.html());
    html
}

fn reading(audit: &Audit) -> Html {
    let plan = &audit.plan;
    let mut document = Document::new("");
    document.paragraph(
        "A counterexample is a model in fractions: its matrices stand here, its file and its certificates in the folder certificates beside this page. Nothing has to be \
         believed: check the certificates, or redo the calculation by hand.",
    );
    document.commands(["recoverable verify certificates/*.json", &campaign::command(audit)]);
    document.paragraph(
        "A proof is a chain of theorems that are machine-checked in proofs/theory. Open means that neither was found within the limits of the plan:",
    );
    document.list([
        format!("{} in the campaign", counted(plan.models, "model")),
        format!("{} looked at for each trial before it is left open", counted(plan.trial_models, "model")),
        format!("{} tried to make a counterexample smaller", counted(plan.trial_changes, "change")),
        format!("{} of each size of the simulations", counted(plan.simulation_models, "model")),
    ]);
    document.paragraph(
        Line::new()
            .plain("The hidden state ")
            .math("H_0")
            .plain(" has the law ")
            .math("π0")
            .plain(" and emits nothing; ")
            .math("π_1 = Aπ0")
            .plain(", ")
            .math("β(x)[h] = Pr(x|H_0=h)")
            .plain(", ")
            .math("G_1(∅,x)")
            .plain(" is the prediction of the model for the token before ")
            .math("x")
            .plain(", and ")
            .math("⊙")
            .plain(" the product entry by entry. States, tokens and values count from 0, positions from 1."),
    );
    let mut html = document.blocks_to_html();
    html.push(words(Line::new().plain("Numbers marked ≈ are abbreviated; the files have them in full.")));
    html
}
