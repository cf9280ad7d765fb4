//! Robustness in words and in JSON: radii, witnesses, repairs and their prices.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::{Accepted, certificate::Evidence};
use serde_json::{Map, Value, json};

use super::{
    document::{Align, Document, Line, Table},
    figures::{figure, short},
    json::{Place, certificate_value},
    text::Options,
};
use crate::{
    certify::Limit,
    model::{Model, State, Token, file::to_json},
    question::{
        conditioning::{Bounds, Certified},
        robustness::{
            ChainRadius, ChainRepair, DependentEmission, EmissionRadius, EmissionRepair, RepairedChain,
            RepairedEmission, Robustness, Standing,
        },
    },
};

/// More terms than this are not written out.
const TERMS: usize = 6;

/// More states than this are not listed.
const STATES: usize = 24;

/// Adds a section on robustness: for each hypothesis its radius, or why it fails and what a repair costs.
pub fn write(document: &mut Document, model: &Model, found: &Robustness, options: Options) {
    let words = Words { model, options };
    document.section("How far the hypotheses carry");
    document.subsection("Assumption 3.1: the columns of W are independent");
    words.emission(document, &found.assumption_3_1);
    document.subsection("Assumption 3.2: the chain is ergodic, π0 has full support");
    words.chain(document, found);
}

/// Why Assumption 3.1 fails, in a sentence: `column 2 of W is the sum of 1/2 column 0 and 1/2 column 1`.
pub fn dependence(model: &Model, kernel: &[BigInt], options: Options) -> String {
    Words { model, options }.dependence(kernel)
}

struct Words<'a> {
    model: &'a Model,
    options: Options,
}

impl Words<'_> {
    fn state(&self, state: usize) -> String {
        if self.options.names { self.model.state_name(State(state)) } else { state.to_string() }
    }

    fn token(&self, token: usize) -> String {
        if self.options.names { self.model.token_name(Token(token)) } else { token.to_string() }
    }

    /// "state 1", "states 1, 2 and 5"
    fn states(&self, states: &[usize]) -> String {
        let names: Vec<_> = states.iter().take(STATES).map(|&state| self.state(state)).collect();
        let what = if states.len() == 1 { "state" } else { "states" };
        match names.as_slice() {
            _ if states.len() > STATES => {
                format!("{what} {}, … ({} of them)", names.join(", "), states.len())
            }
            [others @ .., last] if !others.is_empty() => format!("{what} {} and {last}", others.join(", ")),
            _ => format!("{what} {}", names.join("")),
        }
    }

    fn emission(&self, document: &mut Document, found: &Standing<EmissionRadius, DependentEmission>) {
        match found {
            Standing::Holds { radius: Ok(radius), .. } => {
                let Bounds { lower, upper } = &radius.singular_value.value;
                let (lower, upper) = (short(lower, false), short(upper, true));
                document.paragraph(Line::new().strong("Holds").plain(format!(
                    ", and stays true for every W' with ‖W' − W‖_F < {lower}, so for every change of entries below \
                     {}. Some matrix, at a distance of at most {upper}, has dependent columns. Certificate accepted.",
                    short(&radius.entrywise, false)
                )));
            }
            Standing::Holds { radius: Err(limit), .. } => holds_only(document, limit),
            Standing::Fails { failure, .. } => {
                let why = self.dependence(&failure.kernel);
                let line = Line::new().strong("Fails").plain(format!(": {why}. Certificate accepted."));
                document.paragraph(line);
                self.emission_repair(document, &failure.repair);
            }
            Standing::Undecided(limit) => undecided(document, limit),
        }
    }

    /// A column with a nonzero weight as a combination of the others, without negative weights if that is possible.
    fn dependence(&self, kernel: &[BigInt]) -> String {
        let terms: Vec<_> = kernel.iter().enumerate().filter(|(_, weight)| !weight.is_zero()).collect();
        let alone = |sign: bool| {
            let mut own = terms.iter().filter(|(_, weight)| weight.is_positive() == sign);
            own.next().filter(|_| own.next().is_none())
        };
        let Some(&(own, weight)) = alone(true).or_else(|| alone(false)).or_else(|| terms.last()) else {
            return "the columns of W are independent".to_owned(); // of the kernel vector 0
        };
        let share = |other: &BigInt| -BigRational::new(other.clone(), weight.clone());
        let others = terms.iter().filter(|(other, _)| *other != own);
        let others: Vec<_> = others.map(|&(other, weight)| (other, share(weight))).collect();
        let column = |state| format!("column {}", self.state(state));
        let own = column(own);
        let term = |(other, share): &(usize, BigRational)| {
            if share.is_one() { column(*other) } else { format!("{} {}", figure(share), column(*other)) }
        };
        match others.as_slice() {
            [] => format!("{own} of W is zero"),
            [(other, share)] if share.is_one() => format!("{own} of W equals {}", column(*other)),
            [single] => format!("{own} of W is {}", term(single)),
            [first @ .., last] if others.len() <= TERMS => {
                let first: Vec<_> = first.iter().map(term).collect();
                format!("{own} of W is the sum of {} and {}", first.join(", "), term(last))
            }
            _ => {
                let first: Vec<_> = others.iter().take(TERMS).map(term).collect();
                format!("{own} of W is a sum of {} columns: {}, …", others.len(), first.join(", "))
            }
        }
    }

    fn emission_repair(&self, document: &mut Document, repair: &EmissionRepair) {
        match repair {
            EmissionRepair::TooFewTokens { tokens, states } => document.paragraph(format!(
                "There is no repair: with {tokens} tokens the rank of W is at most {tokens}, whatever its entries, and \
                 there are {states} states."
            )),
            EmissionRepair::Undecided(limit) => document.paragraph(format!("No repair is known: {limit}.")),
            EmissionRepair::Sizes(sizes) => {
                document.paragraph(
                    "A repair lets some states show a token more often: the column of such a state becomes 1 − ε of what it was, with \
                     ε more at its token. The columns of this W' are independent, as the checker has accepted.",
                );
                let headings = ["ε", "state: token", "largest change", "‖W' − W‖_F", "σ_min(W')", "efficiency"];
                let mut table = table(headings, 1);
                for found in sizes {
                    let moved = found.moved.iter().map(|&(state, token)| {
                        format!("{}: {}", self.state(state), self.token(token))
                    });
                    table.row([
                        found.size.to_string(),
                        moved.collect::<Vec<_>>().join(", "),
                        figure(&found.largest_change),
                        short(&found.distance.upper, true),
                        short(&found.singular_value.value.lower, false),
                        short(&found.efficiency(), false),
                    ]);
                }
                document.table(table);
                document.paragraph(
                    "The efficiency is σ_min(W') / ‖W' − W‖_F. It is at most 1: no W' with σ_min(W') ≥ s is nearer than s.",
                );
            }
        }
    }

    fn chain(&self, document: &mut Document, found: &Robustness) {
        match &found.assumption_3_2 {
            Standing::Holds { radius: Ok(found), .. } => {
                let radius = figure(&found.radius.value);
                document.paragraph(Line::new().strong("Holds").plain(format!(
                    ", and stays true for every model whose π0 and A differ by less than {radius} in each entry. {} \
                     Certificate accepted.",
                    self.exactness(found)
                )));
            }
            Standing::Holds { radius: Err(limit), .. } => holds_only(document, limit),
            Standing::Fails { .. } => {
                let failing = [found.irreducible.holds(), found.full_support.holds()];
                let failing = failing.into_iter().chain([found.aperiodic.as_ref().and_then(Standing::holds)]);
                let parts = failing.filter(|holds| *holds == Some(false)).count();
                let parts = if parts == 1 { "one of its parts does" } else { "two of its parts do" };
                document.paragraph(
                    Line::new().strong("Fails").plain(format!(": {parts}. Certificate accepted.")),
                );
            }
            Standing::Undecided(limit) => undecided(document, limit),
        }
        document.list(self.parts(found));
        if let Some(repair) = found.assumption_3_2.failure() {
            self.chain_repair(document, repair);
        }
    }

    fn exactness(&self, found: &ChainRadius) -> String {
        let lost = found.nearest.as_ref().map(|broken| self.lost(&broken.accepted));
        match lost {
            Some(lost) => {
                format!(
                    "No larger radius is true: there is a model that differs by exactly that much, and in it {lost}."
                )
            }
            None if self.model.hmm().states() == 1 => "With one state it is true of every model.".to_owned(),
            None => "A larger radius may be true.".to_owned(),
        }
    }

    /// What a refutation of 3.2 says.
    fn lost(&self, accepted: &Accepted) -> String {
        match &accepted.certificate().evidence {
            Evidence::Reducible(found) => format!("no step leaves the {}", self.states(&found.states)),
            Evidence::Periodic(found) => format!("the chain has period {}", found.period),
            Evidence::MissingSupport(found) => {
                format!("π0 gives state {} probability 0", self.state(found.state))
            }
            _ => "Assumption 3.2 fails".to_owned(), // no other rule refutes it
        }
    }

    fn parts(&self, found: &Robustness) -> Vec<Line> {
        let irreducible = part(&found.irreducible, "irreducible", "A", |found| {
            format!("no step leaves the {}", self.states(&found.states))
        });
        let aperiodic = match &found.aperiodic {
            None => Line::new().strong("aperiodic").plain(" is asked of irreducible chains only"),
            Some(standing) => part(standing, "aperiodic", "A", |found| {
                let class = |class| -> Vec<usize> {
                    (0..found.classes.len()).filter(|&state| found.classes[state] == class).collect()
                };
                let classes: Vec<_> =
                    (0..found.period.min(STATES)).map(|index| self.states(&class(index))).collect();
                let more = if found.period > STATES { ", …" } else { "" };
                format!("the period is {}, its classes are {}{more}", found.period, classes.join("; "))
            }),
        };
        let full_support = part(&found.full_support, "full support", "π0", |missing| {
            format!("π0 gives the {} probability 0", self.states(missing))
        });
        vec![irreducible, aperiodic, full_support]
    }

    fn chain_repair(&self, document: &mut Document, repair: &ChainRepair) {
        let ChainRepair { joins, pause, starts, sizes } = repair;
        document.paragraph("A repair changes what is named here; whatever else a changed column has becomes 1 − ε of what it was.");
        let step = |&(from, to): &(usize, usize)| format!("{} → {}", self.state(from), self.state(to));
        let steps: Vec<_> = joins.iter().take(STATES).map(step).collect();
        let more =
            if joins.len() > STATES { format!(", … ({} of them)", joins.len()) } else { String::new() };
        let mut items = Vec::new();
        if !joins.is_empty() {
            items.push(format!(
                "New steps of probability ε, the fewest that make the chain irreducible: {}{more}.",
                steps.join(", ")
            ));
        }
        if let Some(state) = pause {
            let state = self.state(*state);
            items.push(format!("A new step {state} → {state} of probability ε makes the chain aperiodic."));
        }
        if !starts.is_empty() {
            items.push(format!("π0 gives ε to the {}.", self.states(starts)));
        }
        document.list(items);
        let sizes = match sizes {
            Ok(sizes) => sizes,
            Err(limit) => {
                return document.paragraph(format!("The repaired models were not certified: {limit}."));
            }
        };
        let mut table = table(["ε", "largest change", "radius reached", "efficiency"], usize::MAX);
        for found in sizes {
            table.row([
                found.size.to_string(),
                figure(&found.largest_change),
                figure(&found.radius.value),
                short(&found.efficiency(), false),
            ]);
        }
        document.table(table);
        document.paragraph(
            "All of Assumption 3.2 holds for these models, and for all that differ from them by less than the radius, as the \
             checker has accepted. The efficiency is the radius over the change, at most 1.",
        );
    }
}

/// A table of numbers, but for one column of words.
fn table<const N: usize>(headings: [&str; N], words: usize) -> Table {
    let align = |index| if index == words { Align::Left } else { Align::Right };
    Table::new(headings.into_iter().enumerate().map(|(index, heading)| (heading, align(index))))
}

fn holds_only(document: &mut Document, limit: &Limit) {
    document.paragraph(Line::new().strong("Holds").plain(format!(". No radius is known: {limit}.")));
}

fn undecided(document: &mut Document, limit: &Limit) {
    document.paragraph(Line::new().strong("Undecided").plain(format!(": {limit}.")));
}

fn part<F>(
    standing: &Standing<BigRational, F>,
    name: &str,
    what: &str,
    why: impl FnOnce(&F) -> String,
) -> Line {
    let line = Line::new().strong(name);
    match standing {
        Standing::Holds { radius: Ok(radius), .. } => {
            line.plain(format!(" holds, for changes of {what} below {}", figure(radius)))
        }
        Standing::Holds { radius: Err(_), .. } => line.plain(" holds"),
        Standing::Fails { failure, .. } => line.plain(format!(" fails: {}", why(failure))),
        Standing::Undecided(limit) => line.plain(format!(" is undecided: {limit}")),
    }
}

/// The hypotheses as JSON, an object for each: `id`, `holds` (null: a limit was hit), then `radius`, or `witness` and `repair`
/// (null: there is none). Rationals are strings, states and tokens are indices; repaired models stand in full under `model`.
pub fn value(model: &Model, found: &Robustness, place: Place<'_>) -> Value {
    let writer = Writer { model, place };
    let mut all = vec![writer.emission(&found.assumption_3_1), writer.chain(&found.assumption_3_2)];
    all.push(writer.part(
        "assumption-3.2.irreducible",
        &found.irreducible,
        |found| json!({ "closed_set": found.states }),
    ));
    all.extend(found.aperiodic.as_ref().map(|standing| {
        writer.part(
            "assumption-3.2.aperiodic",
            standing,
            |found| json!({ "period": found.period, "classes": found.classes }),
        )
    }));
    all.push(writer.part(
        "assumption-3.2.full-support",
        &found.full_support,
        |missing| json!({ "missing_states": missing }),
    ));
    Value::Array(all)
}

struct Writer<'a> {
    model: &'a Model,
    place: Place<'a>,
}

impl Writer<'_> {
    fn certificate(&self, accepted: &Accepted) -> Value {
        certificate_value(accepted, self.place)
    }

    /// What is common to all hypotheses, with what `more` adds.
    fn standing<R, F>(
        &self,
        id: &str,
        standing: &Standing<R, F>,
        radius: impl FnOnce(&R) -> Value,
        more: impl FnOnce(&F, &mut Map<String, Value>),
    ) -> Value {
        let mut object = Map::new();
        object.insert("id".to_owned(), id.into());
        object.insert("holds".to_owned(), standing.holds().into());
        if let Some(accepted) = standing.accepted() {
            object.insert("certificate".to_owned(), self.certificate(accepted));
        }
        match standing {
            Standing::Holds { radius: Ok(found), .. } => {
                object.insert("radius".to_owned(), radius(found));
            }
            Standing::Fails { failure, .. } => more(failure, &mut object),
            Standing::Holds { radius: Err(limit), .. } | Standing::Undecided(limit) => {
                object.insert("limit".to_owned(), limit.to_string().into());
            }
        }
        Value::Object(object)
    }

    fn part<F>(
        &self,
        id: &str,
        standing: &Standing<BigRational, F>,
        witness: impl FnOnce(&F) -> Value,
    ) -> Value {
        let radius = |radius: &BigRational| json!({ "entrywise": radius.to_string() });
        self.standing(id, standing, radius, |found, object| {
            object.insert("witness".to_owned(), witness(found));
        })
    }

    fn bounds(&self, found: &Certified<Bounds>) -> Value {
        let Bounds { lower, upper } = &found.value;
        json!({ "lower": lower.to_string(), "upper": upper.to_string(), "certificate": self.certificate(&found.accepted) })
    }

    fn emission(&self, standing: &Standing<EmissionRadius, DependentEmission>) -> Value {
        let radius = |found: &EmissionRadius| {
            json!({
                "frobenius": found.singular_value.value.lower.to_string(),
                "entrywise": found.entrywise.to_string(),
                "sigma_min": self.bounds(&found.singular_value),
            })
        };
        self.standing("assumption-3.1", standing, radius, |found, object| {
            let kernel: Vec<_> = found.kernel.iter().map(ToString::to_string).collect();
            let words = dependence(self.model, &found.kernel, Options::default());
            object.insert("witness".to_owned(), json!({ "kernel": kernel, "in_words": words }));
            let (repair, reason) = match &found.repair {
                EmissionRepair::TooFewTokens { .. } => {
                    (Value::Null, Some(("no_repair", "fewer tokens than states".to_owned())))
                }
                EmissionRepair::Undecided(limit) => (Value::Null, Some(("limit", limit.to_string()))),
                EmissionRepair::Sizes(sizes) => {
                    let sizes: Vec<_> = sizes.iter().map(|found| self.repaired_emission(found)).collect();
                    (json!({ "sizes": sizes }), None)
                }
            };
            object.insert("repair".to_owned(), repair);
            object.extend(reason.map(|(key, reason)| (key.to_owned(), reason.into())));
        })
    }

    fn repaired_emission(&self, found: &RepairedEmission) -> Value {
        let moved = found.moved.iter().map(|(state, token)| json!({ "state": state, "token": token }));
        json!({
            "size": found.size.to_string(),
            "moved": moved.collect::<Vec<_>>(),
            "largest_change": found.largest_change.to_string(),
            "distance": { "lower": found.distance.lower.to_string(), "upper": found.distance.upper.to_string() },
            "sigma_min": self.bounds(&found.singular_value),
            "efficiency": found.efficiency().to_string(),
            "model": model_value(&found.model),
            "certificate": self.certificate(&found.accepted),
        })
    }

    fn chain(&self, standing: &Standing<ChainRadius, ChainRepair>) -> Value {
        let radius = |found: &ChainRadius| {
            let mut radius = json!({
                "entrywise": found.radius.value.to_string(),
                "certificate": self.certificate(&found.radius.accepted),
                "exact": found.nearest.is_some(),
            });
            if let Some(broken) = &found.nearest {
                let certificate = self.certificate(&broken.accepted);
                radius["nearest"] =
                    json!({ "model": model_value(&broken.model), "certificate": certificate });
            }
            radius
        };
        self.standing("assumption-3.2", standing, radius, |found, object| {
            let ChainRepair { joins, pause, starts, sizes } = found;
            let mut repair = json!({ "new_steps": joins, "start_states": starts });
            if let Some(state) = pause {
                repair["pause"] = json!(state);
            }
            match sizes {
                Ok(sizes) => {
                    let sizes: Vec<_> = sizes.iter().map(|found| self.repaired_chain(found)).collect();
                    repair["sizes"] = sizes.into();
                }
                Err(limit) => repair["limit"] = limit.to_string().into(),
            }
            object.insert("repair".to_owned(), repair);
        })
    }

    fn repaired_chain(&self, found: &RepairedChain) -> Value {
        json!({
            "size": found.size.to_string(),
            "largest_change": found.largest_change.to_string(),
            "radius": { "entrywise": found.radius.value.to_string(), "certificate": self.certificate(&found.radius.accepted) },
            "efficiency": found.efficiency().to_string(),
            "model": model_value(&found.model),
            "certificate": self.certificate(&found.accepted),
        })
    }
}

/// The model file.
fn model_value(model: &Model) -> Value {
    serde_json::from_str(&to_json(model)).expect("model files in JSON are JSON")
}
