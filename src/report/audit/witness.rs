//! Counterexamples, proofs and failures of printed steps, worked out line by line, as documents.

use num_rational::BigRational;
use recoverable_checker::{
    certificate::{Model, Weights},
    number::Rational,
};

use super::{
    answer::Answer,
    claims::{counterexample, derivation},
    model,
    words::{counted, title},
};
use crate::{
    audit::trial::{
        Condition, Counterexample, Derivation, Disproof, Finding, PrintedFailure, PrintedStep, Trial,
        WorkedInput,
    },
    model::{
        self as models, Task, Token, canonical_json,
        file::{Options, Source, read},
    },
    question::counterexample as worked,
    report::{
        counterexample::{Calculator, View, named_vector, number},
        document::{Document, Line},
        math::prose,
        text,
    },
    search::WeightedComparison,
};

/// `Theorem 3.3 without: irreducible`, with the answer.
pub fn heading(trial: &Trial) -> Line {
    let line = Line::new().plain(title(&trial.statement));
    let line = match (&trial.hypothesis, &trial.weakening) {
        (None, _) => line.plain(", as it stands"),
        (Some(dropped), None) => line.plain(format!(" without “{}”", title(&dropped.id))),
        (Some(dropped), Some(weaker)) => {
            line.plain(format!(" with “{}” for “{}”", title(&weaker.id), title(&dropped.id)))
        }
    };
    line.plain(format!(": {}", Answer::of(trial).word))
}

/// What is claimed, and what was found.
pub fn introduction(trial: &Trial) -> Document {
    let mut document = Document::new(heading(trial));
    claim(&mut document, trial);
    document
}

/// The same, and the way to it.
pub fn document(trial: &Trial) -> Document {
    let mut document = introduction(trial);
    if let Some(found) = counterexample(trial) {
        disproof(&mut document, found);
    }
    if let Some(found) = derivation(trial) {
        chain(&mut document, found);
    }
    if let Finding::Open(open) = &trial.finding {
        document.paragraph(prose(&open.why));
    }
    if trial.searched.models > 0 {
        document.paragraph(searched(trial));
    }
    document
}

fn listed(conditions: &[Condition]) -> Line {
    let last = conditions.len().saturating_sub(1);
    conditions.iter().enumerate().fold(Line::new(), |line, (at, condition)| {
        let before = match at {
            0 => "",
            _ if at == last => " and ",
            _ => ", ",
        };
        line.plain(before).join(prose(&condition.says))
    })
}

fn claim(document: &mut Document, trial: &Trial) {
    let given: Vec<Condition> = trial.others.iter().chain(&trial.weakening).cloned().collect();
    let suppose = match given.as_slice() {
        [] => Line::new().plain("Of every model: "),
        given => Line::new().plain("Suppose that ").join(listed(given)).plain(". Then: "),
    };
    document.paragraph(suppose.join(prose(&trial.conclusion.says)).plain("."));
    let answer = match (&trial.finding, &trial.hypothesis) {
        (Finding::Needed(_), Some(dropped)) => Line::new()
            .strong("False: ")
            .plain("in the model below all that is supposed holds, but not that ")
            .join(prose(&dropped.says))
            .plain("; and the conclusion does not hold."),
        (Finding::Needed(_) | Finding::Refuted(_), _) => Line::new()
            .strong("False: ")
            .plain("in the model below all that is supposed holds, and the conclusion does not."),
        (Finding::NotNeeded(_) | Finding::Holds(_), _) => Line::new()
            .strong("True: ")
            .plain("each step below is a theorem that is machine-checked in proofs/theory."),
        (Finding::Open(_), _) => Line::new().strong("Open."),
    };
    document.paragraph(answer);
}

/// What was searched, in a sentence.
pub fn searched(trial: &Trial) -> String {
    let found = &trial.searched;
    let what =
        if trial.hypothesis.is_some() { "on which it alone fails" } else { "that satisfy all hypotheses" };
    let mut line = format!(
        "Searched: {}, {} of them {what}; of these the conclusion holds on {}",
        counted(found.models, "model"),
        found.near_misses,
        found.holds
    );
    if found.undecided > 0 {
        line += &format!(" and is not known on {}", found.undecided);
    }
    if found.changes > 0 {
        line += &format!("; {} tried to make the counterexample smaller", counted(found.changes, "change"));
    }
    line + "."
}

fn disproof(document: &mut Document, found: &Counterexample) {
    document.section(format!("The model: {}", model::size(&found.model, found.size)));
    for matrix in model::matrices(&found.model) {
        document.table(matrix.table());
    }
    evidence(document, found);
    reproduce(document, &found.commands);
}

/// How the conclusion fails.
pub fn evidence(document: &mut Document, found: &Counterexample) {
    document.section("Worked out");
    let reader = Reader::new(&found.model);
    match &found.evidence {
        Disproof::NoHead { inputs } => {
            document.paragraph(no_head(&found.model));
            inputs.iter().for_each(|input| reader.input(document, input));
            reader.contradiction(document, inputs);
        }
        Disproof::Unseen { inputs } => {
            document.paragraph(
                "With these weights, the backward vectors of these inputs add up to a vector that no head can see and the task does, so that \
                 no head has scores proportional to the task's.",
            );
            inputs.iter().for_each(|input| reader.input(document, input));
        }
        Disproof::WrongLabel { input } => {
            document.paragraph("On this input the promised head says another label than the task.");
            reader.input(document, input);
        }
        Disproof::Unequal { tokens, quantity, claimed, actual } => {
            document.paragraph(on_input(tokens).plain("two quantities differ: ").join(prose(quantity)).plain("."));
            document.calculation(values("claimed", claimed).into_iter().chain(values("true", actual)));
        }
        Disproof::Certificate => document.paragraph(
            "The certificate below says it by itself: it holds the model and the evidence, and the checker accepts it.",
        ),
    }
    if !found.certificates.is_empty() {
        let files = found.certificates.iter().enumerate();
        let line = files.fold(Line::new().plain("Certificates, all accepted: "), |line, (at, file)| {
            line.plain(if at == 0 { "" } else { ", " }).code(file)
        });
        document.paragraph(line.plain("."));
    }
}

/// Why inputs contradict every head.
fn no_head(model: &Model) -> Line {
    match model {
        Model::MemoryHmm(_) => Line::new()
            .plain("Each of these inputs looks the same at each of its positions, so that an attention head reads ")
            .math("b·((Θ_V g) ⊙ e)")
            .plain(" there wherever it attends: a linear function of all products of an entry of the output ")
            .math("g")
            .plain(" and one of the embedding ")
            .math("e")
            .plain(". With these weights the products add up to the same for both labels, so that no attention head has these labels."),
        Model::Hmm(hmm) if hmm.task.as_ref().is_some_and(|task| matches!(task.weights, Weights::Classes(_))) => {
            Line::new().plain(
                "The outputs of the model on these inputs contradict every linear head: on each, the row of its label would have to beat another row, and with these weights what \
                 the rows would have to win adds up to nothing.",
            )
        }
        _ => Line::new().plain(
            "The outputs of the model on these inputs contradict every linear head: weighted and added up, those of one label are those of \
             the other.",
        ),
    }
}

fn on_input(tokens: &[usize]) -> Line {
    if tokens.is_empty() {
        return Line::new().plain("In this model ");
    }
    Line::new().plain("On the input ").code(word(tokens)).plain(" ")
}

/// The commands that reproduce a finding.
pub fn reproduce(document: &mut Document, commands: &[String]) {
    if !commands.is_empty() {
        document.paragraph("To redo it, in the folder of this report:");
        document.commands(commands);
    }
}

/// The steps of a proof.
fn chain(document: &mut Document, found: &Derivation) {
    if found.steps.is_empty() {
        document.paragraph("The conclusion is one of the hypotheses that stay.");
    }
    document.list(found.steps.iter().map(|step| {
        let from =
            if step.from.is_empty() { Line::new().plain("Always: ") } else { Line::new().plain("As ") };
        let then = if step.from.is_empty() { "" } else { ", it follows that " };
        from.join(listed(&step.from))
            .plain(then)
            .join(prose(&step.to.says))
            .plain(" (")
            .code(&step.lemma)
            .plain(", ")
            .code(format!("proofs/theory/{}.v", step.file))
            .plain(")")
    }));
}

/// A step of the paper as printed, and how often it fails.
pub fn printed_introduction(step: &PrintedStep) -> Document {
    let mut document = Document::new(Line::new().plain(&step.place));
    document.list([
        Line::new().strong("Printed: ").join(prose(&step.printed)),
        Line::new().strong("Corrected: ").join(prose(&step.corrected)),
    ]);
    document.paragraph(format!(
        "Of {}, the printed form fails on {} and the corrected one on {}.",
        counted(step.models, "model"),
        step.fails,
        step.corrected_fails
    ));
    if step.failure.is_none() {
        document.paragraph("No failure of the printed form was found.");
    }
    document
}

/// The same, and the smallest failure worked out.
pub fn printed(step: &PrintedStep) -> Document {
    let mut document = printed_introduction(step);
    if let Some(found) = &step.failure {
        document.section(format!(
            "The smallest failure that was found: {}",
            model::size(&found.model, found.size)
        ));
        for matrix in model::matrices(&found.model) {
            document.table(matrix.table());
        }
        failure(&mut document, found);
        reproduce(&mut document, &found.commands);
    }
    document
}

/// Both values of a step.
pub fn failure(document: &mut Document, found: &PrintedFailure) {
    document.section("Worked out");
    let place = found.position.map(|position| format!("at position {position} ")).unwrap_or_default();
    document.paragraph(
        on_input(&found.tokens).plain(place).plain("these differ: ").join(prose(&found.quantity)).plain("."),
    );
    let printed = if found.printed.is_empty() {
        vec!["printed: no value".to_owned()]
    } else {
        values("printed", &found.printed)
    };
    document.calculation(printed.into_iter().chain(values("corrected", &found.corrected)));
    if let Some(input) = &found.input {
        Reader::new(&found.model).input(document, input);
    }
}

fn plain(values: &[Rational]) -> Vec<BigRational> {
    values.iter().map(|value| value.0.clone()).collect()
}

/// A number, or a vector.
fn values(name: &str, found: &[Rational]) -> Vec<String> {
    match found {
        [] => Vec::new(),
        [value] => vec![number(name, "", &value.0)],
        values => named_vector(name, "", &plain(values)),
    }
}

fn word(tokens: &[usize]) -> String {
    tokens.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A model that is read again, so that the way to its numbers can be shown.
struct Reader {
    model: Option<models::Model>,
}

impl Reader {
    fn new(model: &Model) -> Self {
        let Model::Hmm(_) = model else { return Self { model: None } };
        let source = Source::new("model.json", &canonical_json(model));
        Self { model: read(&source, Options::default()).ok().map(|found| found.model) }
    }

    /// Calculations about the model, if it has a task and no memory.
    fn calculator(&self) -> Option<(&models::Model, Calculator<'_>)> {
        let model = self.model.as_ref()?;
        let task = model.task()?;
        Some((model, Calculator { model, task, options: text::Options::default() }))
    }

    /// One input from the matrices to both labels.
    fn input(&self, document: &mut Document, input: &WorkedInput) {
        let weight =
            input.weight.as_ref().map(|weight| number(", weight", "", &weight.0).replacen(" =", "", 1));
        let rival = input.rival.map(|rival| format!(", against label {rival}"));
        let heading = Line::new().plain("Input ").code(word(&input.tokens));
        document.subsection(heading.plain(weight.unwrap_or_default()).plain(rival.unwrap_or_default()));
        let mut lines = self.way(input).unwrap_or_else(|| results(input));
        let scores = input.head_scores.iter().enumerate();
        let many = input.head_scores.len() > 1;
        lines.extend(scores.map(|(row, score)| {
            number(
                &if many { format!("score {row} of the head") } else { "score of the head".to_owned() },
                "",
                &score.0,
            )
        }));
        if !input.attended.is_empty() {
            lines.push(format!("attended: position {}", word(&input.attended)));
        }
        if let Some(label) = input.head_label {
            lines.push(format!("the label of the head is {label}"));
        }
        document.calculation(lines);
    }

    /// From the backward vectors on, where the model shows the way to what the data says.
    fn way(&self, input: &WorkedInput) -> Option<Vec<String>> {
        let (model, calculator) = self.calculator()?;
        let inside = input.tokens.iter().all(|token| *token < model.hmm().tokens());
        let tokens: Vec<Token> = input.tokens.iter().copied().map(Token).collect();
        let possible = input.probability.as_ref().is_some_and(|p| p.0 > BigRational::from_integer(0.into()));
        if !inside || !possible {
            return None;
        }
        let law = model.hmm().first_law();
        let found = worked::WorkedInput::new(model.hmm(), calculator.task, &law, &tokens);
        if found.posterior != plain(&input.posterior) {
            return None;
        }
        let mut lines = calculator.posterior(&found, true);
        lines.extend(calculator.scores(&found));
        if found.output == plain(&input.output) {
            lines.extend(calculator.output(&found, &View::behind(0)));
        } else {
            lines.extend(values("the output that the head reads", &input.output));
        }
        Some(lines)
    }

    /// Both sides of a contradiction about two labels.
    fn contradiction(&self, document: &mut Document, inputs: &[WorkedInput]) {
        let Some((model, calculator)) = self.calculator() else { return };
        let Task::Binary(_) = calculator.task else { return };
        let term = |input: &WorkedInput| {
            let label = input.label?;
            let word = input.tokens.iter().copied().map(Token).collect();
            let weight = input.weight.as_ref()?.0.clone();
            (label < 2).then(|| WeightedComparison { word, label, rival: 1 - label, weight })
        };
        let Some(terms) = inputs.iter().map(term).collect::<Option<Vec<_>>>() else { return };
        let found = worked::WorkedContradiction::new(model.hmm(), calculator.task, &terms);
        // Behind a prompt, outputs are others than those that are worked out here.
        let same = found.inputs.iter().zip(inputs).all(|(way, input)| way.output == plain(&input.output));
        if let Some((lower, upper)) =
            found.two_labels().filter(|_| same && found.inputs.len() == inputs.len())
        {
            document.subsection("Both sides");
            let mut lines = calculator.side("label 0", &found, found.won(lower.label), &lower.won);
            lines.extend(calculator.side("label 1", &found, found.won(upper.label), &upper.won));
            document.calculation(lines);
            document.paragraph(
                Line::new()
                    .plain("A head ")
                    .math("b")
                    .plain(" with these labels would have ")
                    .math("b·G < 0")
                    .plain(" on each input of label 0 and ")
                    .math("b·G ≥ 0")
                    .plain(" on each of label 1, so that its product with the same vector would be negative and not negative."),
            );
        }
    }
}

/// The numbers of the data.
fn results(input: &WorkedInput) -> Vec<String> {
    let mut lines: Vec<String> = input.probability.iter().map(|p| number("Pr(x)", "", &p.0)).collect();
    lines.extend(values("posterior", &input.posterior));
    let many = input.scores.len() > 1;
    let name = |row: usize| if many { format!("μ_{row}·posterior") } else { "μ·posterior".to_owned() };
    lines.extend(input.scores.iter().enumerate().map(|(row, score)| number(&name(row), "", &score.0)));
    if let Some(label) = input.label {
        lines.push(format!("the label of the task is {label}"));
    }
    lines.extend(values("output", &input.output));
    lines
}
