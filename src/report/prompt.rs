//! Reports of `recoverable prompt`.

use std::fmt::Write as _;

use num_rational::BigRational;
use recoverable_checker::Accepted;
use serde_json::{Map, Value, json};

use super::{
    bound::{bound_text, findings},
    counterexample::construction,
    figures::short,
    json::{Place, certificate_value, heading},
};
use crate::{
    model::{Construction, Correction, Model, Prompt, State, Task},
    question::{
        linear_head::Proportional,
        prompt::{Answer, Approximation, GivenPrompt, Prompts, is_vacuous, useful_lengths},
    },
    search::Effort,
    theorem::Verdict,
};

/// What was asked of prompts, and what was found.
#[derive(Debug)]
pub enum Found<'a> {
    /// Of all prompts.
    Search {
        /// Theorem 3.6, and its construction where it applies.
        theorem: (&'a Verdict, Option<&'a Construction>),
        /// The search, where the theorem does not apply.
        prompts: Option<&'a Prompts>,
        /// How much was asked for.
        effort: Effort,
    },
    /// Of one.
    Given(&'a Prompt, &'a GivenPrompt),
    /// Of a model with transitions below a threshold set to zero.
    Threshold(&'a BigRational, &'a Approximation),
}

fn strings(values: &[BigRational]) -> Value {
    values.iter().map(ToString::to_string).collect()
}

/// The report of `prompt --format json`.
pub fn prompt_json(
    model: &Model,
    task: &Task,
    correction: Option<&Correction>,
    found: &Found<'_>,
    place: Place<'_>,
) -> Value {
    let mut report = heading("recoverable.prompt/1", model, correction);
    report.insert("vacuous_3_5".to_owned(), is_vacuous(model.hmm(), task).into());
    let lengths: Vec<_> = useful_lengths(model.hmm()).into_iter().map(|(length, _)| length).collect();
    report.insert("useful_lengths".to_owned(), lengths.into());
    let (question, keys) = match found {
        Found::Search { theorem: (verdict, of_theorem), prompts, effort } => {
            ("search", search_keys(model, verdict, *of_theorem, *prompts, *effort, place))
        }
        Found::Given(prompt, given) => ("given", given_keys(model, prompt, given, place)),
        Found::Threshold(threshold, found) => ("threshold", threshold_keys(model, threshold, found)),
    };
    report.insert("question".to_owned(), question.into());
    report.extend(keys);
    report.into()
}

fn search_keys(
    model: &Model,
    verdict: &Verdict,
    of_theorem: Option<&Construction>,
    prompts: Option<&Prompts>,
    effort: Effort,
    place: Place<'_>,
) -> Map<String, Value> {
    let mut keys = Map::new();
    keys.insert("theorem_3_6".to_owned(), verdict.word().into());
    let Some(Prompts { answer, searched }) = prompts else {
        keys.insert("exists".to_owned(), true.into());
        keys.extend(of_theorem.map(|found| ("construction".to_owned(), construction(model, found))));
        keys.extend(verdict.accepted().map(|accepted| certificate_entry(accepted, place)));
        return keys;
    };
    keys.insert("exists".to_owned(), answer.exists().into());
    if let Answer::Found { construction: found, .. } = answer {
        keys.insert("construction".to_owned(), construction(model, found));
    }
    if let Answer::Open(Some(limit)) = answer {
        keys.insert("limit".to_owned(), limit.to_string().into());
    }
    keys.extend(answer.accepted().map(|accepted| certificate_entry(accepted, place)));
    let found = json!({
        "seed": effort.seed,
        "supports": searched.supports,
        "excluded": searched.excluded,
        "more_supports": searched.cut,
        "starts": searched.starts,
        "converged": searched.converged,
    });
    keys.insert("searched".to_owned(), found);
    keys
}

fn certificate_entry(accepted: &Accepted, place: Place<'_>) -> (String, Value) {
    ("certificate".to_owned(), certificate_value(accepted, place))
}

fn given_keys(model: &Model, prompt: &Prompt, given: &GivenPrompt, place: Place<'_>) -> Map<String, Value> {
    let mut keys = Map::new();
    keys.insert("prompt".to_owned(), prompt.embeddings().iter().map(|row| strings(row)).collect());
    keys.insert("law".to_owned(), strings(&given.law));
    keys.insert("exists".to_owned(), given.proportional.exists().into());
    match &given.proportional {
        Proportional::Exists { head, .. } => {
            let found = Construction::behind(prompt.clone(), head.clone());
            keys.insert("construction".to_owned(), construction(model, &found));
        }
        Proportional::Impossible { .. } => {}
        Proportional::Undecided(limit) => {
            keys.insert("limit".to_owned(), limit.to_string().into());
        }
    }
    keys.extend(given.proportional.accepted().map(|accepted| certificate_entry(accepted, place)));
    keys
}

fn threshold_keys(model: &Model, threshold: &BigRational, found: &Approximation) -> Map<String, Value> {
    let mut keys = Map::new();
    keys.insert("threshold".to_owned(), threshold.to_string().into());
    keys.insert("removed".to_owned(), found.removed.into());
    keys.insert("lost".to_owned(), found.lost.to_string().into());
    keys.insert("assumption_3_5".to_owned(), found.found.is_some().into());
    if let Some(transferred) = &found.found {
        let sources: Vec<_> = transferred.sources.iter().map(|state| state.0).collect();
        keys.insert("sources".to_owned(), sources.into());
        keys.insert("construction".to_owned(), construction(model, &transferred.construction));
        keys.extend(findings(&transferred.bound));
    }
    keys
}

/// The report as text.
pub fn prompt_text(model: &Model, task: &Task, found: &Found<'_>, names: bool) -> String {
    let writer = Writer { model, names };
    let mut text = match found {
        Found::Search { theorem: (verdict, of_theorem), prompts, effort } => {
            writer.search(verdict, *of_theorem, *prompts, *effort)
        }
        Found::Given(prompt, given) => writer.given(prompt, given),
        Found::Threshold(threshold, found) => writer.threshold(threshold, found),
    };
    if is_vacuous(model.hmm(), task) {
        text += "  Assumption 3.5 says nothing new here: every transition is positive, so H* has to be the set of all states, and 3.5 is 3.1.\n";
    }
    text += &lengths_text(&useful_lengths(model.hmm()).iter().map(|(length, _)| *length).collect::<Vec<_>>());
    text
}

fn lengths_text(lengths: &[usize]) -> String {
    if lengths == [1] {
        return "  One prompt token is as good as any number: more of them make no law that one does not make.\n".to_owned();
    }
    let lengths: Vec<_> = lengths.iter().map(ToString::to_string).collect();
    format!(
        "  The laws that a prompt can make depend on its length; worth looking at: {} tokens.\n",
        lengths.join(", ")
    )
}

struct Writer<'a> {
    model: &'a Model,
    names: bool,
}

impl Writer<'_> {
    fn search(
        &self,
        verdict: &Verdict,
        of_theorem: Option<&Construction>,
        prompts: Option<&Prompts>,
        effort: Effort,
    ) -> String {
        let Some(Prompts { answer, searched }) = prompts else {
            let found = of_theorem.map_or(String::new(), |found| self.construction(found));
            return format!("proved: Theorem 3.6 applies, with this prompt and head\n{found}");
        };
        let theorem = theorem_line(verdict);
        match answer {
            Answer::Found { construction, .. } => format!(
                "proved: behind this prompt the head has the task's label on every possible input of every length\n{}{theorem}",
                self.construction(construction)
            ),
            Answer::Impossible(accepted) => format!(
                "refuted: behind no prompt, of any length and with any values, has a head scores proportional to the task's\n    {}\n{theorem}",
                super::text::evidence_line(self.model, accepted, self.names)
            ),
            Answer::Open(limit) => {
                let mut text = format!(
                    "open: no prompt was found, and no proof that there is none\n  searched: {} sets of states to start from{}, of which {} certainly have nothing; \
                     {} starting points (seed {}), {} solved in floats\n",
                    searched.supports,
                    if searched.cut { " (there are more)" } else { "" },
                    searched.excluded,
                    searched.starts,
                    effort.seed,
                    searched.converged
                );
                if let Some(limit) = limit {
                    let _ = writeln!(text, "  limit: {limit}");
                }
                text + &theorem
            }
        }
    }

    fn given(&self, prompt: &Prompt, given: &GivenPrompt) -> String {
        let law = format!("    ρ = {}\n", vector(&given.law));
        match &given.proportional {
            Proportional::Exists { head, .. } => {
                let found = Construction::behind(prompt.clone(), head.clone());
                format!(
                    "proved: behind this prompt a head has scores proportional to the task's, and its label on every possible input\n{}{law}",
                    self.construction(&found)
                )
            }
            Proportional::Impossible { accepted } => format!(
                "refuted: behind this prompt no head has scores proportional to the task's\n    {}\n{law}",
                super::text::evidence_line(self.model, accepted, self.names)
            ),
            Proportional::Undecided(limit) => format!("undecided: {limit}\n{law}"),
        }
    }

    fn threshold(&self, threshold: &BigRational, found: &Approximation) -> String {
        let Approximation { removed, lost, found } = found;
        let plural = if *removed == 1 { "transition" } else { "transitions" };
        let mut text = format!(
            "{removed} {plural} below {} set to zero; the state that lost most lost {}\n",
            short(threshold, false),
            short(lost, true)
        );
        match found {
            None => text += "  Assumption 3.5 fails for the model that results, so there is nothing to try\n",
            Some(transferred) => {
                let sources: Vec<_> = transferred.sources.iter().map(|state| self.state(*state)).collect();
                let _ = writeln!(
                    text,
                    "  Theorem 3.6 for the model that results, with B = {{{}}}:",
                    sources.join(", ")
                );
                text += &self.construction(&transferred.construction);
                text += "on the model itself:\n";
                text += &bound_text(self.model, &transferred.bound, None, self.names);
            }
        }
        text
    }

    fn construction(&self, found: &Construction) -> String {
        let mut text = String::new();
        let (prompt, rows) = (found.prompt(), found.head().rows());
        for (index, embedding) in prompt.iter().enumerate() {
            let name = if prompt.len() == 1 { "u".to_owned() } else { format!("u_{}", index + 1) };
            let _ = writeln!(text, "    {name} = {}", vector(embedding));
        }
        for (index, row) in rows.iter().enumerate() {
            let name = if rows.len() == 1 { "b".to_owned() } else { format!("b_{index}") };
            let _ = writeln!(text, "    {name} = {}", vector(row));
        }
        text
    }

    fn state(&self, state: State) -> String {
        if self.names { self.model.state_name(state) } else { state.0.to_string() }
    }
}

fn theorem_line(verdict: &Verdict) -> String {
    match verdict {
        Verdict::NotApplicable { violated } => {
            let violated: Vec<_> = violated.iter().map(|id| super::text::title(*id)).collect();
            format!("  Theorem 3.6 does not apply: {} fails.\n", violated.join(" and "))
        }
        Verdict::Bounded(limit) => format!("  Theorem 3.6 is undecided: {limit}.\n"),
        Verdict::Proved(_) | Verdict::Refuted(_) => format!("  Theorem 3.6: {}.\n", verdict.word()),
    }
}

fn vector(values: &[BigRational]) -> String {
    let entries: Vec<_> = values.iter().map(ToString::to_string).collect();
    format!("({})", entries.join(", "))
}
