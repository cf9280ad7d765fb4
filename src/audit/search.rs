//! One trial: is a hypothesis needed, not needed, or is that open?
//!
//! *Not needed* is a derivation: the conclusion follows, by theorems of `proofs/theory`, from the hypotheses without the one. Where there is none, a
//! model is looked for on which that one alone fails, and the conclusion with it: drafts of growing size are drawn, the other hypotheses planted, the one
//! broken, some of them mutated, and whatever was planted is decided afterwards. The theorems help in this, too: what would be enough together with what stays has to
//! fail, so that it is broken as well. Where the conclusion stays unknown, tasks are tried whose label changes close to
//! some inputs. The first one found is made smaller as long as all this stays true. If none is
//! found the trial is *open*.

use num_bigint::BigInt;
use recoverable_checker::Accepted;

use super::{
    claim::{Implication, Predicate, Question, Subject, derive},
    trial::{Counterexample, Derivation, Disproof, Finding, Open, Searched, Trial},
};
use crate::{
    generate::{Draft, Random, draft::shrink},
    linear::{Fractions, Matrix},
    model::{AnyModel, Shape, Token, certificate_model, file::any_to_json},
    oracle::{Exact, MemoryExact},
};

/// How much is done for one trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Models that are looked at.
    pub models: usize,
    /// Changes that are tried on a counterexample.
    pub changes: usize,
}

/// A file that belongs to a result: its name, and its text.
pub type File = (String, String);

/// What a trial leaves behind.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The answer.
    pub trial: Trial,
    /// The model and the certificates of its counterexample.
    pub files: Vec<File>,
}

/// The purposes of random numbers: trials, from this one on.
pub(super) const FIRST_PURPOSE: u32 = 16;

/// Decides one trial; `number` says which of an audit's it is, so that each has random numbers of its own.
pub fn decide(
    question: &Question<'_>,
    base: &[Implication],
    seed: u64,
    number: u32,
    effort: Effort,
) -> Tried {
    let claim = question.claim;
    let mut searched = Searched::default();
    let mut files = Vec::new();
    let finding = match derive(&question.given(), claim.conclusion, base) {
        Some(steps) if question.dropped.is_none() => Finding::Holds(Derivation { steps }),
        Some(steps) => Finding::NotNeeded(Derivation { steps }),
        None => {
            let wanted = Wanted { question, enough: enough(question, base) };
            match wanted.find(seed, number, effort, &mut searched) {
                Some(draft) => {
                    let example = describe(question, &draft, &mut files);
                    if question.dropped.is_none() {
                        Finding::Refuted(example)
                    } else {
                        Finding::Needed(example)
                    }
                }
                None => Finding::Open(open(&searched)),
            }
        }
    };
    let trial = Trial {
        id: question.id(),
        statement: claim.statement.to_owned(),
        conclusion: claim.conclusion.condition(),
        hypothesis: question.dropped.as_ref().map(Predicate::condition),
        weakening: question.weakening.as_ref().map(Predicate::condition),
        others: question.others().iter().map(Predicate::condition).collect(),
        finding,
        searched,
    };
    Tried { trial, files }
}

fn open(searched: &Searched) -> Open {
    let why = if searched.near_misses == 0 {
        "no derivation is known, and no model was met with these hypotheses".to_owned()
    } else {
        format!(
            "no derivation is known; the conclusion was not refuted on any of {} models with these hypotheses",
            searched.near_misses
        )
    };
    Open { why }
}

/// Conditions that the theorems speak of, each of which would be enough for the conclusion together with what is given.
fn enough(question: &Question<'_>, base: &[Implication]) -> Vec<Predicate> {
    let given = question.given();
    let named = base.iter().flat_map(|rule| &rule.from).fold(Vec::new(), |mut named, condition| {
        if !named.contains(condition) && !given.contains(condition) {
            named.push(*condition);
        }
        named
    });
    let follows = |condition: &Predicate| {
        let given = [&given[..], &[*condition]].concat();
        Some(*condition) != question.dropped && derive(&given, question.claim.conclusion, base).is_some()
    };
    named.into_iter().filter(follows).collect()
}

/// How many tasks are tried on a model on which the conclusion is not known; with memory it is known on fewer inputs.
fn tasks(subject: Subject) -> usize {
    match subject {
        Subject::Vanilla => 1,
        Subject::Memory => 8,
    }
}

/// What is looked for.
struct Wanted<'q> {
    question: &'q Question<'q>,
    /// What would be enough for the conclusion.
    enough: Vec<Predicate>,
}

impl Wanted<'_> {
    /// Whether the one hypothesis fails and everything else that is given holds.
    fn is_near_miss(&self, model: &AnyModel) -> bool {
        let fails = self.question.dropped.is_none_or(|dropped| (dropped.holds)(model) == Some(false));
        fails && self.question.given().iter().all(|given| (given.holds)(model) == Some(true))
    }

    /// Whether the conclusion holds; it fails only for a reason that can be shown.
    fn concludes(&self, model: &AnyModel) -> Option<bool> {
        let conclusion = self.question.claim.conclusion;
        if self.enough.iter().any(|enough| (enough.holds)(model) == Some(true)) {
            return Some(true);
        }
        match (conclusion.holds)(model) {
            Some(false) => (conclusion.disprove)(model).map(|_| false),
            known => known,
        }
    }

    fn is_counterexample(&self, draft: &Draft) -> bool {
        let model = draft.build("draft");
        model.is_some_and(|model| self.is_near_miss(&model) && self.concludes(&model) == Some(false))
    }

    /// A counterexample, made small.
    fn find(&self, seed: u64, number: u32, effort: Effort, searched: &mut Searched) -> Option<Draft> {
        let found = (0..effort.models).find_map(|index| {
            let mut random = Random::numbered(seed, FIRST_PURPOSE + number, u32::try_from(index).ok()?);
            let draft = self.planted(&mut random, index);
            searched.models += 1;
            let model = draft.build("draft")?;
            if !self.is_near_miss(&model) {
                return None;
            }
            searched.near_misses += 1;
            match self.concludes(&model) {
                Some(false) => return Some(draft),
                Some(true) => searched.holds += 1,
                None => {
                    searched.undecided += 1;
                    let tried = 0..tasks(self.question.claim.subject);
                    let mut harder = tried.filter_map(|_| with_close_labels(&draft, &model, &mut random));
                    return harder.find(|harder| self.is_counterexample(harder));
                }
            }
            None
        })?;
        let (small, changes) = shrink(found, effort.changes, |draft| self.is_counterexample(draft));
        searched.changes = changes;
        Some(small)
    }

    /// A draft on which what is given was planted and the dropped hypothesis broken, sometimes what would be enough and the conclusion too; larger ones come later.
    fn planted(&self, random: &mut Random, index: usize) -> Draft {
        let mut draft = drawn(self.question.claim.subject, random, index);
        // One in four is left as it was drawn.
        if random.below(4) > 0 {
            for facet in self.question.given().iter().filter_map(|given| given.facet) {
                facet.plant(&mut draft, random);
            }
            let also = random.below(2); // what is given may suffer from it
            let broken = self.question.dropped.iter().chain(self.enough.iter().filter(|_| also == 1));
            for facet in broken.filter_map(|broken| broken.facet) {
                facet.spoil(&mut draft, random);
            }
        }
        let conclusion = self.question.claim.conclusion.facet;
        if let Some(facet) = conclusion.filter(|_| random.below(2) == 0) {
            facet.spoil(&mut draft, random);
        } else {
            (0..random.below(3)).for_each(|_| draft.mutate(random));
        }
        draft
    }
}

/// The same draft with a task whose score is 0, or nearly so, on some short inputs, one fewer than it has weights, so that the label changes close to each of them. Often the inputs
/// begin with the same token.
fn with_close_labels(draft: &Draft, model: &AnyModel, random: &mut Random) -> Option<Draft> {
    let weights = draft.task.first()?.len();
    let common = (random.below(2) == 0).then(|| random.below(model.tokens()));
    let word = |random: &mut Random| -> Vec<Option<Token>> {
        let (token, length) = (common.unwrap_or_else(|| random.below(model.tokens())), 1 + random.below(6));
        let other = random.below(2) * random.below(model.tokens());
        (0..length)
            .map(|at| Some(Token(if at == 0 { token } else { (token + other) % model.tokens() })))
            .collect()
    };
    let words: Vec<_> = (1..weights).map(|_| word(random)).collect();
    let posteriors: Option<Vec<_>> = match model {
        AnyModel::Hmm(model) => {
            let oracle = Exact::new(model.hmm());
            words.iter().map(|word| oracle.posterior(word).ok()).collect()
        }
        AnyModel::Memory(model) => {
            let (oracle, cell) = (MemoryExact::new(model.memory()).ok()?, model.task()?.cell);
            words.iter().map(|word| oracle.posterior(cell, word).ok()).collect()
        }
    };
    let matrix = Matrix::from_rows(posteriors.filter(|rows| !rows.is_empty())?).ok()?;
    let kernel = Fractions::new(&matrix).kernel()?.kernel;
    let vector = kernel.first()?;
    let excess = vector.iter().map(BigInt::bits).max()?.saturating_sub(24);
    let sign = if random.below(2) == 0 { 1 } else { -1 };
    let row = vector.iter().map(|entry| i32::try_from(entry >> excess).ok()?.checked_mul(sign));
    Some(Draft { task: vec![row.collect::<Option<_>>()?], ..draft.clone() })
}

/// Any draft; one in four with a task of two or three classes.
fn drawn(subject: Subject, random: &mut Random, index: usize) -> Draft {
    let zeros = [0, 3, 5, 7][random.below(4)];
    let grown = (index / 64).min(3);
    let mut draft = match subject {
        Subject::Vanilla => {
            let states = 1 + random.below(3 + grown);
            let tokens = 1 + random.below(3 + grown);
            Draft::vanilla(random, states, tokens, zeros)
        }
        Subject::Memory => {
            let shape = Shape {
                values: 2 + random.below(2),
                cells: 1 + random.below(4) / 3,
                syntax: 1 + random.below(3),
            };
            let tokens = 2 + random.below(3);
            Draft::with_memory(random, shape, tokens, zeros)
        }
    };
    if random.below(4) == 0 {
        let weights = draft.task[0].len();
        for _ in 0..1 + random.below(2) {
            draft.task.push(random.task_row(weights));
        }
    }
    draft
}

/// The counterexample as data, and its files.
fn describe(question: &Question<'_>, draft: &Draft, files: &mut Vec<File>) -> Box<Counterexample> {
    let id = question.id();
    let model = draft.build(&id).expect("a counterexample is a model");
    let conclusion = question.claim.conclusion;
    let evidence = (conclusion.disprove)(&model).expect("a counterexample has a reason");
    let file = format!("{id}.json");
    files.push((file.clone(), any_to_json(&model)));
    let (mut certificates, mut about_model) = (Vec::new(), Vec::new());
    let canonical = certificate_model(&model);
    let mut add = |predicate: &Predicate, files: &mut Vec<File>| {
        for (at, accepted) in (predicate.certify)(&model).into_iter().enumerate() {
            let name = certificate_name(&id, predicate, at, &accepted);
            files.push((name.clone(), format!("{}\n", accepted.text())));
            about_model.push(accepted.certificate().model == canonical);
            certificates.push(name);
        }
    };
    add(&conclusion, files);
    question.dropped.iter().chain(&question.given()).for_each(|predicate| add(predicate, files));
    let first = certificates.first().zip(about_model.first().copied());
    let commands = commands(&model, &file, &evidence, first);
    Box::new(Counterexample { model: canonical, size: size(&model), evidence, certificates, file, commands })
}

fn certificate_name(id: &str, predicate: &Predicate, at: usize, accepted: &Accepted) -> String {
    let number = if at == 0 { String::new() } else { format!("-{}", at + 1) };
    format!("{id}.{}{number}.{}.cert.json", predicate.id, accepted.claim().verdict)
}

/// Hidden states and tokens.
pub(super) fn size(model: &AnyModel) -> [usize; 2] {
    let states = match model {
        AnyModel::Hmm(model) => model.hmm().states(),
        AnyModel::Memory(model) => model.memory().states(),
    };
    [states, model.tokens()]
}

/// What to type to see it again, in the folder of the audit. A certificate may be about a matrix instead of the model.
fn commands(
    model: &AnyModel,
    file: &str,
    evidence: &Disproof,
    certificate: Option<(&String, bool)>,
) -> Vec<String> {
    let file = format!("certificates/{file}");
    let mut found = match (model, evidence) {
        (_, Disproof::WrongLabel { input }) => vec![label_command(&file, &input.tokens)],
        (_, Disproof::Unequal { tokens, .. }) => vec![label_command(&file, tokens)],
        (AnyModel::Memory(_), Disproof::NoHead { inputs }) => {
            inputs.iter().map(|input| label_command(&file, &input.tokens)).collect()
        }
        (AnyModel::Hmm(_), Disproof::NoHead { .. }) => vec![format!("recoverable counterexample {file}")],
        _ => vec![format!("recoverable check {file}")],
    };
    if let Some((first, about_model)) = certificate {
        found.push(verify_command(first, about_model.then_some(&file)));
    }
    found
}

/// `recoverable verify` for a certificate, which may be about this model.
pub(super) fn verify_command(certificate: &str, model: Option<&String>) -> String {
    let model = model.map(|model| format!(" --model {model}")).unwrap_or_default();
    format!("recoverable verify certificates/{certificate}{model}")
}

/// `recoverable label` for an input.
pub(super) fn label_command(file: &str, tokens: &[usize]) -> String {
    let tokens: Vec<_> = tokens.iter().map(ToString::to_string).collect();
    format!("recoverable label {file} --tokens {}", tokens.join(","))
}
