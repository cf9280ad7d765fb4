//! Why no linear head has a task's labels, where a given head errs, and what becomes of the hypotheses: worked out so that a reader
//! can redo it by hand.
//!
//! [`document`] is written as text or as Markdown, [`value`] is the same as JSON. Both stand on their own: the model, the inputs, both sides of
//! the contradiction. Every number is exact; one of more than 24 characters has its size in decimals beside it.

mod calculation;
mod json;
mod words;

use num_rational::BigRational;
use serde_json::json;

use self::{
    calculation::{exact, named_weights, vector},
    words::{answer, gist},
};
use super::{
    document::{Align, Document, Line, Table, WIDTH},
    figures::short,
    json::head_value,
    model_hash, robustness,
    text::Options,
};
use crate::{
    model::{Construction, LinearHead, Model, State, Task, Token, certificate_model},
    question::{
        bound::{Answer, Bound, Disagreements, WrongInput},
        counterexample::{Counterexample, GivenHead, WorkedContradiction, WorkedInput},
        labels::{Contradiction, LinearHeadAnswer, Open},
        linear_head::Proportional,
    },
};

pub(super) use calculation::{Calculator, View, brief, named_vector, number};
pub(super) use json::construction;
pub use json::value;

/// Matrices with more states or tokens are not printed.
const SMALL: usize = 8;

/// The report of `counterexample`: its first line is the answer.
pub fn document(model: &Model, found: &Counterexample, options: Options) -> Document {
    let mut document = Document::new(answer(model, found));
    match model.task() {
        Some(task) => {
            let writer = Writer { model, task, calculator: Calculator { model, task, options } };
            writer.write(&mut document, found);
        }
        None => {
            document.paragraph("The model has no task, so that there are no labels to ask about.");
            section_on_model(&mut document, model, options);
        }
    }
    robustness::write(&mut document, model, &found.robustness, options);
    document
}

struct Writer<'a> {
    model: &'a Model,
    task: &'a Task,
    calculator: Calculator<'a>,
}

impl Writer<'_> {
    fn write(&self, document: &mut Document, found: &Counterexample) {
        let contradiction = match &found.linear_head {
            Some(LinearHeadAnswer::Impossible(Contradiction { terms, .. })) => {
                Some(WorkedContradiction::new(self.model.hmm(), self.task, terms))
            }
            _ => None,
        };
        if let Some(given) = &found.given {
            document.paragraph(self.about_given(given));
        }
        if let Some(worked) = &contradiction {
            let before = if found.given.is_some() { "In fact no linear head has these labels. " } else { "" };
            let gist = format!("{before}{} Certificate accepted.", gist(self.task, worked));
            document.paragraph(gist);
            document.table(self.summary(worked));
        }
        section_on_model(document, self.model, self.calculator.options);
        self.notation(document);
        if let Some(given) = &found.given {
            self.given(document, given);
        }
        match (&found.linear_head, &contradiction) {
            (_, Some(worked)) => self.contradiction(document, worked),
            (Some(answer), None) => self.answer(document, answer, found.proportional.as_ref()),
            (None, None) => {}
        }
    }

    /// What the symbols in the calculations are.
    fn notation(&self, document: &mut Document) {
        let label = match self.task {
            Task::Binary(_) => {
                "The label of x is 1 if μ·P[H_0|x] ≥ 0 and 0 otherwise; a head b says 1 if b·G_1(∅,x) ≥ 0 and 0 otherwise."
            }
            Task::Classes(_) => {
                "The label of x is the c with the largest μ_c·P[H_0|x], the smallest such c on ties; a head says the c with the \
                 largest b_c·G_1(∅,x) in the same way."
            }
        };
        document.paragraph(format!(
            "H_0 has the law π0 and emits nothing; each token x_i comes with a step of the chain. β(x)[h] is the probability of x from \
             H_0 = h on, ⊙ the entrywise product, W_z the row of W for the token z. A head sees the model's output G_1(∅,x): its \
             prediction of the token before x. {label} Inputs of probability 0 do not count."
        ));
    }

    fn summary(&self, worked: &WorkedContradiction) -> Table {
        let two = worked.two_labels().is_some();
        let rival = (!two).then_some(("to beat", Align::Right));
        let columns = [("input", Align::Left), ("Pr(x)", Align::Right), ("label", Align::Right)];
        let mut table = Table::new(columns.into_iter().chain(rival).chain([("weight", Align::Right)]));
        for term in &worked.terms {
            let input = &worked.inputs[term.input];
            let cells = [
                Line::new().code(self.calculator.word(&input.word)),
                brief(&input.probability).into(),
                term.label.to_string().into(),
            ];
            let rival = (!two).then(|| Line::from(term.rival.to_string()));
            table.row(cells.into_iter().chain(rival).chain([brief(&term.weight).into()]));
        }
        table
    }

    /// One input from the matrices to the model's output.
    fn input(&self, document: &mut Document, found: &WorkedInput, view: &View, head: Option<&LinearHead>) {
        let calculator = &self.calculator;
        let mut lines = calculator.posterior(found, is_small(self.model));
        lines.extend(calculator.scores(found));
        lines.extend(calculator.output(found, view));
        lines.extend(head.iter().flat_map(|head| calculator.head(found, view, head)));
        document.calculation(lines);
    }

    fn contradiction(&self, document: &mut Document, worked: &WorkedContradiction) {
        document.section("The inputs");
        for input in &worked.inputs {
            document.subsection(Line::new().plain("Input ").code(self.calculator.word(&input.word)));
            self.input(document, input, &View::behind(0), None);
        }
        document.section("The contradiction");
        if let [only] = worked.inputs.as_slice()
            && only.is_blind()
        {
            let why = "The product of any b with the zero vector is 0";
            return document.paragraph(format!("{why}, so that no head can have the label {}.", only.label));
        }
        document.calculation(named_weights(worked));
        match worked.two_labels() {
            Some((lower, upper)) => {
                let mut lines = self.calculator.side("left", worked, worked.won(lower.label), &lower.won);
                lines.extend(self.calculator.side("right", worked, worked.won(upper.label), &upper.won));
                document.calculation(lines);
                document.paragraph(self.two_sides(lower.label, upper.label));
            }
            None => {
                for balance in &worked.balances {
                    let (won, lost) =
                        (format!("won by {}", balance.label), format!("lost by {}", balance.label));
                    let (winning, losing) = (worked.won(balance.label), worked.lost(balance.label));
                    let mut lines = self.calculator.side(&won, worked, winning, &balance.won);
                    lines.extend(self.calculator.side(&lost, worked, losing, &balance.lost));
                    document.calculation(lines);
                }
                document.paragraph(
                    "Both sums are equal for each label. Suppose a head had these labels. Then in each row of the table its score \
                     (b_label − b_to beat)·G is at least 0, and positive if the label is the larger of the two, as it is at least once. So the sum of these \
                     scores with their weights is positive. But in this sum each b_c is multiplied with what c wins minus what it loses, which \
                     is 0.",
                );
            }
        }
    }

    /// Why no head has one label on the left and the other on the right.
    fn two_sides(&self, lower: usize, upper: usize) -> String {
        match self.task {
            Task::Binary(_) => {
                "Here G(x) stands for G_1(∅,x). Both sides are equal. Suppose a head b had these labels. On the left the labels are 0, so \
                 b·G < 0 for each input and, as the weights are positive, b·left < 0. On the right the labels are 1, so b·G ≥ 0 and \
                 b·right ≥ 0. Then b·left < 0 ≤ b·right, but left = right."
                    .to_owned()
            }
            Task::Classes(_) => {
                let b = format!("(b_{upper} − b_{lower})");
                format!(
                    "Here G(x) stands for G_1(∅,x). Both sides are equal. Suppose a head had these labels. On the left {lower} wins, so \
                     {b}·G ≤ 0 for each input and, as the weights are positive, {b}·left ≤ 0. On the right {upper} wins, although ties would go to \
                     {lower}, so {b}·right > 0. Then {b}·left ≤ 0 < {b}·right, but left = right."
                )
            }
        }
    }

    fn answer(&self, document: &mut Document, answer: &LinearHeadAnswer, known: Option<&Proportional>) {
        document.section("Linear heads");
        match answer {
            LinearHeadAnswer::Proportional => {
                document.paragraph(
                    "This head has the task's label on every possible input of every length, because its scores are proportional to the \
                     task's. Certificate accepted.",
                );
                if let Some(Proportional::Exists { head, .. }) = known {
                    document.calculation([self.file(head)]);
                }
            }
            LinearHeadAnswer::Exists { head, accepted } => {
                let nodes = match &accepted.certificate().evidence {
                    recoverable_checker::certificate::Evidence::LabelsAgree(found) => found.tree.nodes.len(),
                    _ => 0, // no other rule proves it
                };
                document.paragraph(format!(
                    "This head has the task's label on every possible input of every length. The proof is a tree of {nodes} prefixes: each \
                     input is one of them or continues one on which both labels are settled. Certificate accepted."
                ));
                document.calculation([self.file(head)]);
            }
            LinearHeadAnswer::Open(open) => self.open(document, open),
            LinearHeadAnswer::Impossible(_) => {} // has sections of its own
        }
    }

    fn open(&self, document: &mut Document, Open { best, limit }: &Open) {
        document.paragraph("Neither a linear head with the task's labels nor a contradiction was found.");
        if let Some(limit) = limit {
            document.paragraph(format!("What stopped the search: {limit}."));
        }
        if let Some((head, bounds)) = best {
            document.paragraph(format!("The best head that was met: {}.", bracket(bounds)));
            document.calculation([self.file(head)]);
        }
    }

    /// A head as `--head` reads it.
    fn file(&self, head: &LinearHead) -> String {
        spaced(&json!({ "head": head_value(self.model, head) }))
    }

    fn about_given(&self, given: &GivenHead) -> Line {
        match &given.bound.answer {
            Answer::Proved(_) => Line::from(
                "On every possible input of every length both labels are the same. Certificate accepted.",
            ),
            Answer::Refuted(_) => {
                let say = |line: Line, (title, wrong): (&str, &WrongInput)| {
                    line.plain(format!("{title} is ")).code(self.calculator.word(&wrong.word)).plain(". ")
                };
                errors(given).into_iter().fold(Line::new(), say).plain("Certificate accepted.")
            }
            Answer::Undecided(limit) => {
                let why = limit.as_ref().map(|limit| format!(" ({limit})")).unwrap_or_default();
                format!("Neither an error nor a proof that there is none was found{why}.").into()
            }
        }
    }

    fn given(&self, document: &mut Document, given: &GivenHead) {
        let construction = &given.construction;
        document.section("The given head");
        document.calculation([spaced(&json::construction(self.model, construction))]);
        let view = View::behind(construction.prompt().len());
        document.calculation(self.prompt(construction));
        disagreement(document, &given.bound);
        for (title, wrong) in errors(given) {
            let line = Line::new().plain(title).plain(": ").code(self.calculator.word(&wrong.word));
            document.subsection(line);
            let hmm = self.model.hmm();
            let worked = WorkedInput::new(hmm, self.task, &construction.law(hmm), &wrong.word);
            self.input(document, &worked, &view, Some(construction.head()));
        }
    }

    /// The law behind a prompt, token by token.
    fn prompt(&self, construction: &Construction) -> Vec<String> {
        let hmm = self.model.hmm();
        let prompt = construction.prompt();
        let mut lines = Vec::new();
        let mut before = "π_1".to_owned();
        for tokens in 1..=prompt.len() {
            let name = if tokens == prompt.len() { "ρ".to_owned() } else { format!("ρ_{tokens}") };
            let law = Construction::new(
                hmm,
                self.task,
                construction.head().rows().to_vec(),
                prompt[..tokens].to_vec(),
            );
            if let Ok(found) = law {
                lines.push(format!("u_{tokens} = {}", vector(&prompt[tokens - 1])));
                lines.push(format!("{name} = A(u_{tokens}⊙{before}) = {}", vector(&found.law(hmm))));
            }
            before = name;
        }
        if !lines.is_empty() {
            let output = View::behind(prompt.len()).output;
            lines.push(format!("the head sees {output} ∝ W(ρ⊙β(x)) in the place of G_1(∅,x)"));
        }
        lines
    }
}

/// What is to be shown of the errors of a head.
fn errors(given: &GivenHead) -> Vec<(&'static str, &WrongInput)> {
    match (&given.shortest, &given.most_probable, &given.bound.answer) {
        (Some(short), Some(probable), _) if short.word == probable.word => {
            vec![("The shortest and most probable input on which it errs", short)]
        }
        (None, None, Answer::Refuted(wrong)) => vec![("An input on which it errs", wrong)],
        (short, probable, _) => {
            let short = short.as_ref().map(|wrong| ("The shortest input on which it errs", wrong));
            let probable = probable.as_ref().map(|wrong| ("The most probable input on which it errs", wrong));
            short.into_iter().chain(probable).collect()
        }
    }
}

/// How often a head errs.
fn disagreement(document: &mut Document, found: &Bound) {
    match &found.disagreement {
        Ok(bounds) => {
            document.paragraph(format!("Of the given head it is certified that {}.", bracket(bounds)))
        }
        Err(limit) => document.paragraph(format!("There is no bound on how often it errs: {limit}.")),
    }
}

fn bracket(bounds: &Disagreements) -> String {
    let (found, from) = (bounds.bracket(), bounds.from_length());
    format!(
        "it errs with a probability of at least {} and at most {} at each length from {from} on",
        short(&found.lower, false),
        short(&found.upper, true)
    )
}

/// JSON that breaks into lines at blanks.
fn spaced(value: &serde_json::Value) -> String {
    value.to_string().replace(',', ", ").replace("\":", "\": ")
}

fn is_small(model: &Model) -> bool {
    model.hmm().states() <= SMALL && model.hmm().tokens() <= SMALL
}

/// Name, hash and, if they are small, the matrices.
fn section_on_model(document: &mut Document, model: &Model, options: Options) {
    let hmm = model.hmm();
    let (states, tokens) = (hmm.states(), hmm.tokens());
    document.section("The model");
    document.paragraph(
        Line::new()
            .code(model.name())
            .plain(format!(": {states} states, {tokens} tokens, SHA-256 "))
            .code(model_hash(&certificate_model(model)))
            .plain(" (of its canonical JSON: fractions in lowest terms, no names)."),
    );
    if !is_small(model) {
        return document.paragraph(
            Line::new()
                .plain("Its matrices are too large to be printed here: ")
                .code("recoverable convert")
                .plain(" writes them, and each certificate contains them."),
        );
    }
    let state = |state: usize| if options.names { model.state_name(State(state)) } else { state.to_string() };
    let token = |token: usize| if options.names { model.token_name(Token(token)) } else { token.to_string() };
    let states: Vec<String> = (0..states).map(state).collect();
    let tokens: Vec<String> = (0..tokens).map(token).collect();
    let mut laws = vec![("π0".to_owned(), hmm.initial().to_vec()), ("π_1 = Aπ0".to_owned(), hmm.first_law())];
    if laws[0].1 == laws[1].1 {
        laws = vec![("π0 = Aπ0 = π_1".to_owned(), hmm.first_law())];
    }
    let rows = model.task().map(Task::scores).unwrap_or_default();
    for (index, row) in rows.iter().enumerate() {
        laws.push((if rows.len() == 1 { "μ".to_owned() } else { format!("μ_{index}") }, row.clone()));
    }
    let row = |name: &String, entries: &[BigRational]| (name.clone(), entries.to_vec());
    let transition = states.iter().enumerate().map(|(next, name)| row(name, hmm.transition().row(next)));
    let emission = tokens.iter().enumerate().map(|(token, name)| row(name, hmm.emission().row(token)));
    matrix(document, "state", &states, laws);
    matrix(document, "A (to, from)", &states, transition.collect());
    matrix(document, "W (token, state)", &states, emission.collect());
}

/// A table if it is narrow, else the rows as vectors.
fn matrix(document: &mut Document, corner: &str, columns: &[String], rows: Vec<(String, Vec<BigRational>)>) {
    let cells = |entries: &[BigRational]| entries.iter().map(exact).collect::<Vec<_>>();
    let length = |text: &String| text.chars().count();
    let widest = rows.iter().flat_map(|(_, entries)| cells(entries)).chain(columns.to_vec());
    let width = widest.map(|cell| length(&cell)).max().unwrap_or(0) + 2;
    if width * columns.len() + corner.len() > WIDTH {
        document.paragraph(format!("{corner}, row by row, over the states {}:", columns.join(", ")));
        return document.calculation(rows.iter().flat_map(|(name, entries)| named_vector(name, "", entries)));
    }
    let headings = columns.iter().map(|name| (name.as_str(), Align::Right));
    let mut table = Table::new([(corner, Align::Left)].into_iter().chain(headings));
    for (name, entries) in rows {
        table.row([name].into_iter().chain(cells(&entries)));
    }
    document.table(table);
}
