//! Trials put in order: claims, and the hypotheses that their trials are about.

use crate::audit::trial::{Audit, Condition, Counterexample, Derivation, Finding, Trial};

/// A claim and its trials.
pub struct Claim<'a> {
    pub statement: &'a str,
    pub conclusion: &'a Condition,
    /// As it stands.
    pub whole: Option<&'a Trial>,
    /// Without one hypothesis, or with a weaker one in its place.
    pub trials: Vec<&'a Trial>,
}

/// The claims in the order of their first trials.
pub fn claims(audit: &Audit) -> Vec<Claim<'_>> {
    let mut claims: Vec<Claim> = Vec::new();
    for trial in &audit.trials {
        let (statement, conclusion) = (trial.statement.as_str(), &trial.conclusion);
        let known = claims.iter().position(|c| c.statement == statement && c.conclusion.id == conclusion.id);
        let at = known.unwrap_or_else(|| {
            claims.push(Claim { statement, conclusion, whole: None, trials: Vec::new() });
            claims.len() - 1
        });
        match trial.hypothesis {
            Some(_) => claims[at].trials.push(trial),
            None => claims[at].whole = Some(trial),
        }
    }
    claims
}

impl<'a> Claim<'a> {
    /// Whether it has this hypothesis.
    pub fn has(&self, hypothesis: &str) -> bool {
        !self.about(hypothesis).is_empty()
    }

    /// The trial that drops a hypothesis, and those that weaken it.
    pub fn about(&self, hypothesis: &str) -> Vec<&'a Trial> {
        let about = |trial: &&&Trial| trial.hypothesis.as_ref().is_some_and(|found| found.id == hypothesis);
        self.trials.iter().filter(about).copied().collect()
    }
}

/// The hypotheses that are dropped somewhere, in the order in which they are first.
pub fn hypotheses(audit: &Audit) -> Vec<&Condition> {
    distinct(audit.trials.iter().filter_map(|trial| trial.hypothesis.as_ref()))
}

/// Every condition that is named.
pub fn conditions(audit: &Audit) -> Vec<&Condition> {
    distinct(audit.trials.iter().flat_map(|trial| {
        let dropped = trial.hypothesis.iter().chain(&trial.weakening);
        dropped.chain(&trial.others).chain([&trial.conclusion])
    }))
}

fn distinct<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Vec<&'a Condition> {
    conditions.fold(Vec::new(), |mut known: Vec<&Condition>, condition| {
        if !known.iter().any(|other| other.id == condition.id) {
            known.push(condition);
        }
        known
    })
}

/// The counterexample of a trial.
pub fn counterexample(trial: &Trial) -> Option<&Counterexample> {
    match &trial.finding {
        Finding::Needed(found) | Finding::Refuted(found) => Some(found),
        Finding::NotNeeded(_) | Finding::Holds(_) | Finding::Open(_) => None,
    }
}

/// The proof of a trial.
pub fn derivation(trial: &Trial) -> Option<&Derivation> {
    match &trial.finding {
        Finding::NotNeeded(found) | Finding::Holds(found) => Some(found),
        Finding::Needed(_) | Finding::Refuted(_) | Finding::Open(_) => None,
    }
}
