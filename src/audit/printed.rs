//! The paper's text on trial: steps as they are printed, run beside the corrected ones on random models until they part.
//!
//! A step is a comparison: on a model it does not apply, or both forms agree, or the printed form fails, or the corrected one does. What fails is made
//! as small as it can be made while it fails.

use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{Accepted, number::Rational};

use super::{
    claim::Predicate,
    heads::{Asked, Seen, Which},
    predicates as p,
    search::{File, label_command, size, verify_command},
    trial::{PrintedFailure, PrintedStep, WorkedInput},
};
use crate::{
    generate::{Draft, Random, draft::shrink},
    linear::{Fractions, rank},
    model::{AnyModel, Hmm, Model, Shape, Token, certificate_model, file::any_to_json},
    oracle::{Exact, extended},
    search::short_words,
};

/// What a comparison says of a model.
enum Compared {
    /// The step is not about this model.
    NotApplicable,
    /// Both forms are right.
    Agree,
    /// The printed form is wrong, or has no value.
    PrintedFails(Box<Failure>),
    /// The corrected form is wrong.
    CorrectedFails,
}

/// How a printed form fails.
#[derive(Default)]
struct Failure {
    tokens: Vec<usize>,
    position: Option<usize>,
    quantity: String,
    printed: Vec<BigRational>,
    corrected: Vec<BigRational>,
    input: Option<Box<WorkedInput>>,
    /// That a label is wrong.
    accepted: Option<Accepted>,
}

/// A step of the text.
pub struct Text {
    id: &'static str,
    place: &'static str,
    printed: &'static str,
    corrected: &'static str,
    draft: fn(&mut Random) -> Draft,
    compare: fn(&AnyModel) -> Compared,
}

impl Text {
    /// Its id.
    pub fn id(&self) -> &'static str {
        self.id
    }
}

/// Every step, in the order of the paper.
pub const TEXTS: [Text; 6] = [
    Text {
        id: "theorem-3.3.row-rank",
        place: "Proof of Theorem 3.3",
        printed: "W has full row rank (rank W = k), so that W†W = I",
        corrected: "W has full column rank (rank W = n), so that W†W = I",
        draft: vanilla,
        compare: row_rank,
    },
    Text {
        id: "claim-a.1.ratio",
        place: "(A.1)",
        printed: "r = Pr(X₍ᵢ₊₁₎…₍ᵢ₊ₜ₎ = x) / Pr(X₁…ₜ = x)",
        corrected: "r = Pr(X₁…ₜ = x) / Pr(X₍ᵢ₊₁₎…₍ᵢ₊ₜ₎ = x)",
        draft: full_support,
        compare: ratio,
    },
    Text {
        id: "appendix-b.range",
        place: "Appendix B and C.2, the recursions of Ḡ",
        printed: "both recursions for 1 < i < t",
        corrected: "right to left for 1 < i ≤ t, left to right for 1 ≤ i < t",
        draft: vanilla,
        compare: range,
    },
    Text {
        id: "lemma-b.1.position",
        place: "Lemma B.1",
        printed: "Ḡᵢ(u, e(x₂), …) is the law of the token at i, given all others, for every position i",
        corrected: "… for every position i ≥ 2",
        draft: vanilla,
        compare: first_position,
    },
    Text {
        id: "lemma-c.9.attended",
        place: "Lemma C.9",
        printed: "the attended set I is exactly Î",
        corrected: "I contains Î",
        draft: any_memory,
        compare: attended,
    },
    Text {
        id: "lemma-c.9.position",
        place: "Lemma C.9, the position embedding of the prompt",
        printed: "β₁ = (0, …, 0, −2)",
        corrected: "the last entry of β₁ is −2 − max |qᵀΘ_K|",
        draft: memory,
        compare: position,
    },
];

/// Random numbers for texts have purposes from this one on.
const FIRST_PURPOSE: u32 = 4096;

/// Puts one step on trial on so many models, and makes the first failure small with so many changes.
pub fn decide(
    text: &Text,
    seed: u64,
    number: u32,
    models: usize,
    changes: usize,
) -> (PrintedStep, Vec<File>) {
    let (mut looked, mut fails, mut corrected_fails, mut first) = (0, 0, 0, None);
    for index in 0..models {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let draft = (text.draft)(&mut Random::numbered(seed, FIRST_PURPOSE + number, index));
        let Some(model) = draft.build(text.id) else { continue };
        match (text.compare)(&model) {
            Compared::NotApplicable => continue,
            Compared::Agree => {}
            Compared::CorrectedFails => corrected_fails += 1,
            Compared::PrintedFails(_) => {
                fails += 1;
                first.get_or_insert(draft);
            }
        }
        looked += 1;
    }
    let mut files = Vec::new();
    let failure = first.and_then(|draft| {
        let keep = |draft: &Draft| draft.build(text.id).is_some_and(|model| failure(text, &model).is_some());
        let (small, _) = shrink(draft, changes, keep);
        let model = small.build(text.id)?;
        let found = failure(text, &model)?;
        let file = format!("{}.json", text.id);
        files.push((file.clone(), any_to_json(&model)));
        let name = format!("{}.refuted.cert.json", text.id);
        let certificate = found.accepted.as_ref().map(|accepted| {
            files.push((name.clone(), format!("{}\n", accepted.text())));
            name
        });
        Some(described(&model, file, found, certificate))
    });
    let step = PrintedStep {
        id: text.id.to_owned(),
        place: text.place.to_owned(),
        printed: text.printed.to_owned(),
        corrected: text.corrected.to_owned(),
        models: looked,
        fails,
        corrected_fails,
        failure,
    };
    (step, files)
}

fn failure(text: &Text, model: &AnyModel) -> Option<Failure> {
    match (text.compare)(model) {
        Compared::PrintedFails(failure) => Some(*failure),
        Compared::NotApplicable | Compared::Agree | Compared::CorrectedFails => None,
    }
}

fn described(model: &AnyModel, file: String, found: Failure, certificate: Option<String>) -> PrintedFailure {
    let written = |values: Vec<BigRational>| values.into_iter().map(Rational).collect();
    let path = format!("certificates/{file}");
    let command = if found.tokens.is_empty() {
        format!("recoverable check {path}")
    } else {
        label_command(&path, &found.tokens)
    };
    let verify = certificate.as_ref().map(|name| verify_command(name, Some(&path)));
    PrintedFailure {
        model: certificate_model(model),
        size: size(model),
        tokens: found.tokens,
        position: found.position,
        quantity: found.quantity,
        printed: written(found.printed),
        corrected: written(found.corrected),
        input: found.input,
        file,
        certificates: certificate.into_iter().collect(),
        commands: [command].into_iter().chain(verify).collect(),
    }
}

fn vanilla(random: &mut Random) -> Draft {
    let (states, tokens) = (1 + random.below(3), 1 + random.below(3));
    Draft::vanilla(random, states, tokens, 2)
}

fn full_support(random: &mut Random) -> Draft {
    let (states, tokens) = (1 + random.below(3), 1 + random.below(3));
    Draft::vanilla(random, states, tokens, 0)
}

/// The same as [`any_memory`], with every memory possible.
fn memory(random: &mut Random) -> Draft {
    let mut draft = any_memory(random);
    let prior = draft.memory.iter_mut().flat_map(|memory| memory.prior.iter_mut().flatten());
    prior.for_each(|weight| *weight = (*weight).max(1));
    draft
}

/// Models on which the hypotheses of Theorem 4.6 are planted.
fn any_memory(random: &mut Random) -> Draft {
    let shape = Shape { values: 2 + random.below(2), cells: 1, syntax: 2 + random.below(2) };
    let tokens = 2 + random.below(3);
    let zeros = [2, 5, 7][random.below(3)];
    let mut draft = Draft::with_memory(random, shape, tokens, zeros);
    for predicate in HYPOTHESES {
        if let Some(facet) = predicate.facet {
            facet.plant(&mut draft, random);
        }
    }
    draft
}

/// The hypotheses of Theorem 4.6.
const HYPOTHESES: [Predicate; 5] =
    [p::RECOVERABLE_BEHIND_PROMPT, p::IRREDUCIBLE, p::APERIODIC, p::FULL_SUPPORT, p::STATIONARY];

fn of_hmm(model: &AnyModel) -> Option<&Model> {
    match model {
        AnyModel::Hmm(model) => Some(model),
        AnyModel::Memory(_) => None,
    }
}

fn integers(values: &[usize]) -> Vec<BigRational> {
    values.iter().map(|&value| BigRational::from_integer(value.into())).collect()
}

fn row_rank(model: &AnyModel) -> Compared {
    let Some(hmm) = of_hmm(model).map(Model::hmm) else { return Compared::NotApplicable };
    let Some(rank) = rank(hmm.emission()) else { return Compared::NotApplicable };
    let inverse = Fractions::new(hmm.emission()).left_inverse().is_some();
    if inverse != (rank == hmm.states()) {
        return Compared::CorrectedFails;
    }
    if rank != hmm.tokens() || inverse {
        return Compared::Agree;
    }
    Compared::PrintedFails(Box::new(Failure {
        quantity:
            "rank W is the number of tokens, and no W† has W†W = I; it would have to be the number of states"
                .to_owned(),
        printed: integers(&[rank]),
        corrected: integers(&[hmm.states()]),
        ..Failure::default()
    }))
}

fn ratio(model: &AnyModel) -> Compared {
    let Some(hmm) = of_hmm(model).map(Model::hmm) else { return Compared::NotApplicable };
    if hmm.initial().iter().any(Zero::is_zero) {
        return Compared::NotApplicable;
    }
    let oracle = Exact::new(hmm);
    for word in short_words(hmm) {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let later = [&[None], &tokens[..]].concat();
        let known = [oracle.probability(&tokens), oracle.probability(&later)];
        let ([Ok(now), Ok(then)], Ok(posterior)) = (known, oracle.posterior(&tokens)) else { continue };
        let Ok(beta) = oracle.backward(&tokens) else { continue };
        let joint: Vec<_> = hmm.first_law().iter().zip(&beta).map(|(p, b)| p * b / &then).collect();
        let by = |r: BigRational| -> Vec<BigRational> {
            let factors = hmm.first_law().into_iter().zip(hmm.initial());
            factors.zip(&posterior).map(|((first, start), p)| first / start * p * &r).collect()
        };
        let (printed, corrected) = (by(&then / &now), by(&now / &then));
        if corrected != joint {
            return Compared::CorrectedFails;
        }
        if printed != joint {
            return Compared::PrintedFails(Box::new(Failure {
                tokens: indices(&word),
                position: Some(1),
                quantity: "P[H_1 | X_2… = x]".to_owned(),
                printed,
                corrected,
                ..Failure::default()
            }));
        }
    }
    Compared::Agree
}

fn indices(word: &[Token]) -> Vec<usize> {
    word.iter().map(|token| token.0).collect()
}

/// The messages of one recursion over some positions: what is not reached has no value.
fn right_messages(
    hmm: &Hmm,
    filters: &[Vec<BigRational>],
    from: usize,
    below: usize,
) -> Vec<Option<Vec<BigRational>>> {
    let mut messages = vec![None; filters.len()];
    messages[0] = Some(hmm.first_law());
    for i in from..below {
        // R_{i+1} from R_i; positions count from 1
        let passed = messages[i - 1].as_ref().map(|message: &Vec<BigRational>| {
            message.iter().zip(&filters[i - 1]).map(|(r, v)| r * v).collect::<Vec<_>>()
        });
        messages[i] = passed.map(|passed| hmm.advance(&passed));
    }
    messages
}

fn range(model: &AnyModel) -> Compared {
    let Some(hmm) = of_hmm(model).map(Model::hmm) else { return Compared::NotApplicable };
    let oracle = Exact::new(hmm);
    for word in short_words(hmm) {
        let (t, tokens): (_, Vec<_>) = (word.len(), word.iter().copied().map(Some).collect());
        let filters: Vec<_> = word.iter().map(|token| hmm.emission().row(token.0).to_vec()).collect();
        let Ok(outputs) = oracle.model_output(&tokens) else { continue };
        // The last position's τ is R_t.
        let output = |message: &Vec<BigRational>| normalised(&emitted(hmm, message));
        let last = |messages: &[Option<Vec<BigRational>>]| messages[t - 1].as_ref().map(output);
        let corrected = last(&right_messages(hmm, &filters, 1, t));
        let printed = last(&right_messages(hmm, &filters, 2, t));
        if corrected.as_ref() != Some(&outputs[t - 1]) || extended::messages(hmm, &filters).is_err() {
            return Compared::CorrectedFails;
        }
        if printed != corrected {
            return Compared::PrintedFails(Box::new(Failure {
                tokens: indices(&word),
                position: Some(t),
                quantity: format!("Ḡ_{t}(e(x)) from R_{t}, which the printed range never reaches"),
                printed: printed.unwrap_or_default(),
                corrected: corrected.unwrap_or_default(),
                ..Failure::default()
            }));
        }
    }
    Compared::Agree
}

fn emitted(hmm: &Hmm, law: &[BigRational]) -> Vec<BigRational> {
    let entry = |token: usize| hmm.emission().row(token).iter().zip(law).map(|(w, p)| w * p).sum();
    (0..hmm.tokens()).map(entry).collect()
}

/// A vector over its sum; zeros stay.
fn normalised(vector: &[BigRational]) -> Vec<BigRational> {
    let total: BigRational = vector.iter().sum();
    if total.is_zero() { vector.to_vec() } else { vector.iter().map(|entry| entry / &total).collect() }
}

fn first_position(model: &AnyModel) -> Compared {
    let Some(hmm) = of_hmm(model).map(Model::hmm) else { return Compared::NotApplicable };
    let oracle = Exact::new(hmm);
    let entry = |h: usize| BigRational::new(((h + 1) % 3).into(), 2.into());
    let u: Vec<_> = (0..hmm.states()).map(entry).collect();
    for word in short_words(hmm) {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let Ok(outputs) = oracle.extended_output(std::slice::from_ref(&u), &tokens) else { continue };
        let (Ok(beta), Ok(rest)) = (oracle.backward(&tokens), backward(&oracle, hmm, &tokens[1..])) else {
            continue;
        };
        // X̂_1 is the new token with probability u, else a token as before with what is left.
        let at_first: Vec<_> = hmm.first_law().iter().zip(&beta).map(|(p, b)| p * b).collect();
        let total: BigRational = at_first.iter().sum();
        let left: Vec<_> =
            at_first.iter().zip(&u).map(|(p, u)| p * (BigRational::from_integer(1.into()) - u)).collect();
        let passed: Vec<_> = hmm.first_law().iter().zip(&u).map(|(p, u)| p * u).collect();
        let second: Vec<_> = hmm.advance(&passed).iter().zip(&rest).map(|(p, b)| p * b).collect();
        if outputs[1] != normalised(&emitted(hmm, &second)) {
            return Compared::CorrectedFails;
        }
        if total.is_zero() {
            continue;
        }
        let law: Vec<_> = emitted(hmm, &left).into_iter().map(|mass| mass / &total).collect();
        if outputs[0] != law {
            return Compared::PrintedFails(Box::new(Failure {
                tokens: indices(&word),
                position: Some(1),
                quantity: "P[X̂_1 = z | X̂_2… = x] for the tokens z of the model, and Ḡ_1(u, e(x))".to_owned(),
                printed: outputs[0].clone(),
                corrected: law,
                ..Failure::default()
            }));
        }
    }
    Compared::Agree
}

/// `β`, also of no token.
fn backward(
    oracle: &Exact,
    hmm: &Hmm,
    tokens: &[Option<Token>],
) -> Result<Vec<BigRational>, crate::oracle::SequenceError> {
    if tokens.is_empty() {
        return Ok(integers(&vec![1; hmm.states()]));
    }
    oracle.backward(tokens)
}

/// A model with memory on which all hypotheses of Theorem 4.6 hold.
fn of_memory(model: &AnyModel, which: Which) -> Option<Asked<'_>> {
    let AnyModel::Memory(memory) = model else { return None };
    let holds = HYPOTHESES.iter().all(|hypothesis| (hypothesis.holds)(model) == Some(true));
    if holds { Asked::new(memory, which) } else { None }
}

/// Whether every memory is possible.
fn all_possible(model: &AnyModel) -> bool {
    let AnyModel::Memory(memory) = model else { return false };
    let shape = memory.memory().shape();
    let cells = u32::try_from(shape.cells).unwrap_or(u32::MAX);
    memory.memory().prior().memories() == shape.values.pow(cells)
}

fn attended(model: &AnyModel) -> Compared {
    let Some(asked) = of_memory(model, Which::Corrected) else { return Compared::NotApplicable };
    let compare = |seen: &Seen| {
        let attended = &seen.attention.attended;
        if !seen.conditions_possible || *attended == seen.certain {
            return None;
        }
        if !seen.certain.iter().all(|position| attended.contains(position)) {
            return Some(Compared::CorrectedFails);
        }
        Some(Compared::PrintedFails(Box::new(Failure {
            tokens: indices(&seen.word),
            position: attended.iter().find(|position| !seen.certain.contains(position)).copied(),
            quantity: "the positions of Î, and those that are attended".to_owned(),
            printed: integers(&seen.certain),
            corrected: integers(attended),
            input: Some(Box::new(asked.worked(seen))),
            accepted: None,
        })))
    };
    asked.find(compare).unwrap_or(Compared::Agree)
}

fn position(model: &AnyModel) -> Compared {
    if !all_possible(model) {
        return Compared::NotApplicable;
    }
    let Some(corrected) = of_memory(model, Which::Corrected) else { return Compared::NotApplicable };
    let wrong = |seen: &Seen| (seen.head_label != seen.label).then_some(());
    if corrected.find(wrong).is_some() {
        return Compared::CorrectedFails;
    }
    let Some(printed) = of_memory(model, Which::Printed) else { return Compared::NotApplicable };
    let compare = |seen: &Seen| {
        let failure = || Failure {
            tokens: indices(&seen.word),
            position: Some(1),
            quantity:
                "the printed head's value, and the task's score, at an input on which their labels differ"
                    .to_owned(),
            printed: seen.attention.value.clone(),
            corrected: seen.scores.clone(),
            input: Some(Box::new(printed.worked(seen))),
            accepted: printed.certify(seen),
        };
        (seen.head_label != seen.label).then(|| Compared::PrintedFails(Box::new(failure())))
    };
    printed.find(compare).unwrap_or(Compared::Agree)
}
