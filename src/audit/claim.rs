//! Claims: named hypotheses and a conclusion, each decided exactly on a model, and the implications from which derivations are made.

use recoverable_checker::Accepted;

use super::trial::{Condition, Disproof, Step};
use crate::{generate::Facet, model::AnyModel};

/// A property of a model.
///
/// Two predicates are the same if their ids are.
#[derive(Clone, Copy, Debug)]
pub struct Predicate {
    /// Its id, such as `irreducible`.
    pub id: &'static str,
    /// What it says of a model, in a few words.
    pub says: &'static str,
    /// How it can be planted and broken, a conclusion too; without one the search has to meet it by chance.
    pub facet: Option<Facet>,
    /// Whether it holds, exactly; `None` if that is not known or the model is of another kind.
    pub holds: fn(&AnyModel) -> Option<bool>,
    /// The accepted certificates of its answer, for properties that have any.
    pub certify: fn(&AnyModel) -> Vec<Accepted>,
    /// Why it fails, for conclusions; `None` if no reason can be given, and then it does not count as failing.
    pub disprove: fn(&AnyModel) -> Option<Disproof>,
}

impl Predicate {
    /// A property without certificates of its own, decided by looking at the model.
    pub const fn plain(id: &'static str, says: &'static str, holds: fn(&AnyModel) -> Option<bool>) -> Self {
        Self {
            id,
            says,
            facet: None,
            holds,
            certify: |_| Vec::new(),
            disprove: |_| Some(Disproof::Certificate),
        }
    }

    /// The predicate as data.
    pub fn condition(&self) -> Condition {
        Condition { id: self.id.to_owned(), says: self.says.to_owned() }
    }
}

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// The kind of models that a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Hidden Markov models.
    Vanilla,
    /// Those with memory.
    Memory,
}

/// A claim: where all hypotheses hold, so does the conclusion.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The statement that it is part of, such as `theorem-3.3`.
    pub statement: &'static str,
    /// What kind of models it is about.
    pub subject: Subject,
    /// The hypotheses.
    pub hypotheses: Vec<Predicate>,
    /// For some hypotheses by their ids, what is tried in their place.
    pub weakenings: Vec<(&'static str, Predicate)>,
    /// The conclusion.
    pub conclusion: Predicate,
}

impl Claim {
    /// Every trial: the claim as it stands, then without each hypothesis, and with what is weaker in its place.
    pub fn trials(&self) -> Vec<Question<'_>> {
        let question = |dropped, weakening| Question { claim: self, dropped, weakening };
        let mut found = vec![question(None, None)];
        for &hypothesis in &self.hypotheses {
            found.push(question(Some(hypothesis), None));
            let weaker = self.weakenings.iter().filter(|(id, _)| *id == hypothesis.id);
            found.extend(weaker.map(|(_, weaker)| question(Some(hypothesis), Some(*weaker))));
        }
        found
    }
}

/// Whether a claim holds without one of its hypotheses, or with something else in its place.
#[derive(Clone, Copy, Debug)]
pub struct Question<'c> {
    /// The claim.
    pub claim: &'c Claim,
    /// The hypothesis that is dropped; `None` for the claim as it stands.
    pub dropped: Option<Predicate>,
    /// What takes its place.
    pub weakening: Option<Predicate>,
}

impl Question<'_> {
    /// The id of the trial.
    pub fn id(&self) -> String {
        let parts = [self.dropped, self.weakening].into_iter().flatten().map(|part| part.id);
        let named = [self.claim.statement, self.claim.conclusion.id].into_iter().chain(parts);
        named.collect::<Vec<_>>().join(".")
    }

    /// The hypotheses that stay.
    pub fn others(&self) -> Vec<Predicate> {
        let stays = |hypothesis: &&Predicate| Some(**hypothesis) != self.dropped;
        self.claim.hypotheses.iter().filter(stays).copied().collect()
    }

    /// All that may be assumed.
    pub fn given(&self) -> Vec<Predicate> {
        self.others().into_iter().chain(self.weakening).collect()
    }
}

/// A theorem of `proofs/theory` about predicates: where all of `from` hold, so does `to`.
#[derive(Clone, Debug)]
pub struct Implication {
    /// The theorem's name.
    pub lemma: &'static str,
    /// What it rests on.
    pub from: Vec<Predicate>,
    /// What follows.
    pub to: Predicate,
}

/// What Coq has proved: `file lemma: Closed under the global context`, a line for each.
const PROVED: &str = include_str!("../../proofs/theory/assumptions.txt");

impl Implication {
    /// The file in `proofs/theory` that proves it without axioms; `None` if it is not proved there, and then nothing is derived from it.
    pub fn file(&self) -> Option<&'static str> {
        let proved = PROVED.lines().filter(|line| line.ends_with(": Closed under the global context"));
        let names = proved.filter_map(|line| line.split(':').next()?.split_once(' '));
        names.filter(|(_, lemma)| *lemma == self.lemma).map(|(file, _)| file).next()
    }

    fn step(&self, file: &str) -> Step {
        Step {
            lemma: self.lemma.to_owned(),
            file: file.to_owned(),
            from: self.from.iter().map(Predicate::condition).collect(),
            to: self.to.condition(),
        }
    }
}

/// The conclusion from what is given by forward chaining, with only those steps that it rests on; `None` if it does not follow.
pub fn derive(given: &[Predicate], conclusion: Predicate, base: &[Implication]) -> Option<Vec<Step>> {
    let mut known = given.to_vec();
    let mut used: Vec<(&Implication, &str)> = Vec::new();
    while !known.contains(&conclusion) {
        let applies = |rule: &&Implication| {
            rule.from.iter().all(|from| known.contains(from)) && !known.contains(&rule.to)
        };
        let (rule, file) = base.iter().filter(applies).find_map(|rule| Some((rule, rule.file()?)))?;
        known.push(rule.to);
        used.push((rule, file));
    }
    let mut wanted = vec![conclusion];
    let mut steps = Vec::new();
    for (rule, file) in used.into_iter().rev() {
        if wanted.contains(&rule.to) {
            wanted.extend(&rule.from);
            steps.push(rule.step(file));
        }
    }
    steps.reverse();
    Some(steps)
}
