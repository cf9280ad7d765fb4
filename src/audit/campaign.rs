//! Thousands of random models, each with every statement that fits it.
//!
//! Models are numbered, and each has random numbers of its own: whichever thread or machine examines it, the result is the same. They have 3 to 8 hidden
//! states and come in turn from these families:
//!
//! | family | what is planted |
//! |---|---|
//! | `planted` | Assumptions 3.1 and 3.2; with memory 4.2, 3.2 and 4.4 |
//! | `near-miss-…` | the same, and one of them broken |
//! | `prompted` | Assumptions 3.5 and 3.2; with memory 4.5, 3.2 and 4.4 |
//! | `adversarial` | nothing: sparse laws, a third to two thirds of all entries zero |

use std::collections::BTreeMap;

use recoverable_checker::certificate::Statement;

use super::{
    Examination, Hypothesis, MemoryExamination, Selection, examine, examine_memory,
    trial::{Campaign, Counts, HypothesisTally, ModelResult, Refutation, Tally, Verdicts},
};
use crate::{
    generate::{Draft, Facet, Random},
    model::{AnyModel, Shape, certificate_model, model_hash},
    theorem::Verdict,
};

/// Random numbers of the campaign's models have this purpose.
const PURPOSE: u32 = 1;

/// The statements of vanilla models and of those with memory.
const STATEMENTS: [&[Statement]; 2] = [
    &[
        Statement::Theorem33,
        Statement::Proposition34,
        Statement::ClaimA1,
        Statement::Theorem36,
        Statement::LemmaB1,
        Statement::LemmaB2,
    ],
    &[Statement::Theorem43, Statement::Theorem46],
];

/// The name of a family, what is planted, and what is broken then.
type Family = (&'static str, &'static [Facet], Option<Facet>);

const ERGODIC: [Facet; 3] = [Facet::Irreducible, Facet::Aperiodic, Facet::FullSupport];

const HEADS: [Facet; 4] = [Facet::Independent, ERGODIC[0], ERGODIC[1], ERGODIC[2]];

const VANILLA: [Family; 8] = [
    ("planted", &HEADS, None),
    ("near-miss-independent", &HEADS, Some(Facet::Independent)),
    ("near-miss-irreducible", &HEADS, Some(Facet::Irreducible)),
    ("near-miss-aperiodic", &HEADS, Some(Facet::Aperiodic)),
    ("near-miss-full-support", &HEADS, Some(Facet::FullSupport)),
    ("prompted", &[Facet::Essential, ERGODIC[0], ERGODIC[1], ERGODIC[2]], None),
    ("near-miss-essential", &HEADS, Some(Facet::Essential)),
    ("adversarial", &[], None),
];

const ATTENTION: [Facet; 5] = [Facet::Recoverable, ERGODIC[0], ERGODIC[1], ERGODIC[2], Facet::Stationary];

const MEMORY: [Family; 6] = [
    ("planted", &ATTENTION, None),
    ("near-miss-recoverable", &ATTENTION, Some(Facet::Recoverable)),
    ("near-miss-irreducible", &ATTENTION, Some(Facet::Irreducible)),
    ("near-miss-stationary", &ATTENTION, Some(Facet::Stationary)),
    (
        "prompted",
        &[Facet::RecoverableBehindPrompt, ERGODIC[0], ERGODIC[1], ERGODIC[2], Facet::Stationary],
        None,
    ),
    ("adversarial", &[], None),
];

/// Model number `index` of a campaign, and its family.
pub fn model(seed: u64, index: usize) -> (AnyModel, &'static str) {
    let mut random = Random::numbered(seed, PURPOSE, u32::try_from(index).unwrap_or(u32::MAX));
    let of_memory = index % 4 == 3;
    let families = if of_memory { &MEMORY[..] } else { &VANILLA[..] };
    let (name, planted, broken) = families[random.below(families.len())];
    loop {
        let zeros = if planted.is_empty() { 3 + random.below(4) } else { [0, 2, 5][random.below(3)] };
        let mut draft = if of_memory { with_memory(&mut random, zeros) } else { vanilla(&mut random, zeros) };
        planted.iter().for_each(|facet| facet.plant(&mut draft, &mut random));
        if let Some(facet) = broken {
            facet.spoil(&mut draft, &mut random);
        }
        // A stationary law that is not unique, or a law without weight: drawn again.
        if let Some(model) = draft.build(&format!("model-{index}")) {
            return (model, name);
        }
    }
}

fn vanilla(random: &mut Random, zeros: usize) -> Draft {
    let (states, tokens) = (3 + random.below(6), 2 + random.below(7));
    let mut draft = Draft::vanilla(random, states, tokens, zeros);
    for _ in 0..random.below(6).saturating_sub(3) {
        draft.task.push(random.task_row(states)); // two or three classes, now and then
    }
    draft
}

fn with_memory(random: &mut Random, zeros: usize) -> Draft {
    let cells = 1 + random.below(3) / 2;
    let (fewest, most) = if cells == 1 { (3, 8) } else { (2, 4) };
    let syntax = fewest + random.below(most - fewest + 1);
    let shape = Shape { values: 2 + random.below(2), cells, syntax };
    let tokens = 2 + random.below(6);
    Draft::with_memory(random, shape, tokens, zeros)
}

/// Examines model number `index`.
pub fn examined(seed: u64, index: usize) -> ModelResult {
    let (model, family) = model(seed, index);
    let hash = model_hash(&certificate_model(&model));
    let [kind, states] = match &model {
        AnyModel::Hmm(model) => ["hmm".to_owned(), model.hmm().states().to_string()],
        AnyModel::Memory(model) => ["memory-hmm".to_owned(), model.memory().states().to_string()],
    };
    let mut result = ModelResult {
        index,
        kind,
        family: family.to_owned(),
        states: states.parse().unwrap_or(0),
        tokens: model.tokens(),
        sha256: hash,
        verdicts: BTreeMap::new(),
        vacuous: Vec::new(),
        hypotheses: BTreeMap::new(),
        certificates: 0,
    };
    let selection = |statements: &[Statement]| Selection::only(statements.iter().map(|&s| s.into()));
    match &model {
        AnyModel::Hmm(model) => result.record(&examine(model, &selection(STATEMENTS[0]))),
        AnyModel::Memory(model) => result.record_memory(&examine_memory(model, &selection(STATEMENTS[1]))),
    }
    result
}

impl ModelResult {
    fn record(&mut self, found: &Examination) {
        self.certificates = found.certificates().len();
        for statement in &found.statements {
            self.verdict(statement.statement, statement.verdict.as_ref());
            self.record_hypotheses(&statement.hypotheses);
        }
    }

    fn record_memory(&mut self, found: &MemoryExamination) {
        self.certificates = found.certificates().len();
        for statement in &found.statements {
            self.verdict(statement.statement, statement.verdict.as_ref());
            self.record_hypotheses(&statement.hypotheses);
            if statement.vacuous {
                self.vacuous.push(statement.statement.id().to_owned());
            }
        }
    }

    fn verdict(&mut self, statement: Statement, verdict: Option<&Verdict>) {
        let word = verdict.map_or("bounded", Verdict::word);
        self.verdicts.insert(statement.id().to_owned(), word.to_owned());
    }

    fn record_hypotheses(&mut self, hypotheses: &[Hypothesis]) {
        for hypothesis in hypotheses {
            let parts = hypothesis
                .parts
                .iter()
                .map(|part| (part.statement, part.decision.as_ref().and_then(|decision| decision.holds())));
            let whole = [(hypothesis.statement, hypothesis.decision.holds())];
            let all = whole.into_iter().chain(parts);
            self.hypotheses.extend(all.map(|(statement, holds)| (statement.id().to_owned(), holds)));
        }
    }
}

/// The totals of a campaign, and the statements in the order of the paper.
pub fn summary(results: &[ModelResult]) -> (Campaign, Vec<Tally>) {
    let mut campaign = Campaign { models: results.len(), ..Campaign::default() };
    for result in results {
        *campaign.kinds.entry(result.kind.clone()).or_default() += 1;
        *campaign.families.entry(result.family.clone()).or_default() += 1;
        *campaign.states.entry(result.states).or_default() += 1;
        campaign.certificates += result.certificates;
        let with = |word: &'static str| result.verdicts.iter().filter(move |(_, found)| *found == word);
        campaign.undecided += with("bounded").count();
        let refuted =
            with("refuted").map(|(id, _)| Refutation { index: result.index, statement: id.clone() });
        campaign.refuted.extend(refuted);
    }
    let statements = STATEMENTS.concat().into_iter().map(|statement| tally(statement, results));
    (campaign, statements.collect())
}

/// The hypotheses of a statement and their parts.
fn hypotheses(statement: Statement) -> Vec<Statement> {
    let parts =
        [Statement::Assumption32, Statement::Irreducible, Statement::Aperiodic, Statement::FullSupport];
    let with = |own: &[Statement]| [own, &parts].concat();
    match statement {
        Statement::Theorem33 => with(&[Statement::Assumption31]),
        Statement::Theorem36 => with(&[Statement::Assumption35]),
        Statement::Theorem43 => with(&[Statement::Assumption42]),
        Statement::Theorem46 => with(&[Statement::Assumption44, Statement::Assumption45]),
        Statement::ClaimA1 => with(&[]),
        Statement::LemmaB2 => vec![Statement::FullSupport],
        _ => Vec::new(),
    }
}

fn title(statement: Statement) -> &'static str {
    match statement {
        Statement::Theorem33 => "A linear head on G₁ recovers the task, and the posterior of H₀",
        Statement::Proposition34 => "Gᵢ(x) = W P[Hᵢ | all other tokens]",
        Statement::ClaimA1 => "P[Hᵢ | X₍ᵢ₊₁₎…₍ᵢ₊ₜ₎ = x] = r D P[H₀ | X₁…ₜ = x]",
        Statement::Theorem36 => "Behind a soft prompt a linear head recovers the task",
        Statement::LemmaB1 => "A first embedding acts as a token of its own",
        Statement::LemmaB2 => "The posterior of H₂ behind such a token, from that of H₀",
        Statement::Theorem43 => {
            "An attention head recovers the task about a memory cell, on the inputs with (4.3)"
        }
        Statement::Theorem46 => "The same behind a prompt, with fewer columns (C.6)",
        _ => "",
    }
}

fn tally(statement: Statement, results: &[ModelResult]) -> Tally {
    let id = statement.id().to_owned();
    let about: Vec<_> = results.iter().filter(|result| result.verdicts.contains_key(&id)).collect();
    let mut verdicts = Verdicts::default();
    for result in &about {
        match result.verdicts[&id].as_str() {
            "proved" => verdicts.proved += 1,
            "refuted" => verdicts.refuted += 1,
            "not-applicable" => verdicts.not_applicable += 1,
            _ => verdicts.bounded += 1,
        }
    }
    let count = |hypothesis: Statement| {
        let mut counts = Counts::default();
        for result in &about {
            match result.hypotheses.get(hypothesis.id()).copied().flatten() {
                Some(true) => counts.holds += 1,
                Some(false) => counts.fails += 1,
                None => counts.undecided += 1,
            }
        }
        HypothesisTally { id: hypothesis.id().to_owned(), counts }
    };
    Tally {
        title: title(statement).to_owned(),
        verdicts,
        vacuous: about.iter().filter(|result| result.vacuous.contains(&id)).count(),
        hypotheses: hypotheses(statement).into_iter().map(count).collect(),
        id,
    }
}
