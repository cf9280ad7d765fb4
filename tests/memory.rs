//! Models with memory: oracle, attention heads with and without a prompt, scope and coverage, against brute force over memories
//! and hidden paths, on the corpus and on models with a planted recoverable block.

mod brute;
mod cases;

use std::{collections::BTreeMap, fs, ops::ControlFlow, path::Path};

use brute::{
    lists,
    memory::{self as by_force, masked, seen},
    normalised,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use proptest::{collection::vec, prelude::*};
use recoverable::{
    audit::{Selection, examine_memory},
    hypothesis::{Reason, assumption_4_2, assumption_4_5},
    model::{
        AnyModel, AttentionConstruction, AttentionHead, Cell, MemoryHmm, MemoryModel, MemoryPrior,
        MemoryTask, Names, PriorForm, Shape, Task, Token, builtin, file,
    },
    oracle::{MemoryExact, MemoryFloat, MemoryNear, MemoryPrompt},
    question::{attention_bound, scope},
    search::{Scope, ScopeAnswer},
    theorem::{Verdict, theorem_4_3, theorem_4_6},
};
use recoverable_checker::certificate::{Certificate, Evidence, Statement};
use serde_json::Value;

/// A model of the corpus with what is expected of it.
struct Case {
    model: MemoryModel,
    expected: Value,
    sequences: Vec<(Vec<usize>, Value)>,
}

fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/memory");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 2);
    paths.iter().map(|path| case(&fs::read_to_string(path).unwrap())).collect()
}

fn case(text: &str) -> Case {
    let json: Value = serde_json::from_str(text).unwrap();
    let count = |key: &str| usize::try_from(json[key].as_u64().unwrap()).unwrap();
    let rows = |key: &str| json[key].as_array().unwrap().iter().map(cases::list).collect();
    let numbers = |key: &str| key.split(',').map(|word| word.parse().unwrap()).collect::<Vec<usize>>();
    let entry = |(key, value): (&String, &Value)| (numbers(key), cases::number(value));
    let prior: BTreeMap<_, _> = json["P_M"].as_object().unwrap().iter().map(entry).collect();
    let shape = Shape { values: count("nM"), cells: count("N"), syntax: count("S") };
    let (initial, prior) = (cases::list(&json["P_H0"]), MemoryPrior::joint(prior));
    let memory = MemoryHmm::new(shape, initial, rows("A"), rows("W"), prior).unwrap();
    let task = MemoryTask { cell: Cell(count("jstar")), task: Task::binary(cases::list(&json["mu"])) };
    let sequences = json["sequences"].as_object().unwrap().iter();
    Case {
        model: MemoryModel::new(json["name"].as_str().unwrap(), memory, Some(task), Names::default())
            .unwrap(),
        expected: json["expected"].clone(),
        sequences: sequences.map(|(key, value)| (numbers(key), value.clone())).collect(),
    }
}

fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|entry| usize::try_from(entry.as_u64().unwrap()).unwrap()).collect()
}

fn attend(
    model: &MemoryModel,
    head: &AttentionHead,
    prompt: Option<&MemoryPrompt>,
    tokens: &[usize],
) -> recoverable::model::Attention {
    let oracle = MemoryExact::new(model.memory()).unwrap();
    let outputs = oracle.model_output(prompt, &masked(tokens)).unwrap();
    head.attend(&outputs, &embeddings(model, prompt, tokens))
}

/// That of the prompt is never read: any will do.
fn embeddings(model: &MemoryModel, prompt: Option<&MemoryPrompt>, tokens: &[usize]) -> Vec<Vec<BigRational>> {
    let prompt = prompt.map(|_| model.memory().embedding(None));
    let tokens = tokens.iter().map(|&token| model.memory().embedding(Some(Token(token))));
    prompt.into_iter().chain(tokens).collect()
}

#[test]
fn the_corpus() {
    for Case { model, expected, sequences } in corpus() {
        let (memory, task) = (model.memory(), model.task().unwrap());
        let oracle = MemoryExact::new(memory).unwrap();
        let float = MemoryFloat::new(memory).unwrap();
        let (plain, prompted) = (theorem_4_3::decide(&model), theorem_4_6::decide(&model));
        let name = model.name();
        assert_eq!(
            plain.assumption_4_2.as_ref().unwrap().states(),
            indices(&expected["max_Sstar_4_2"]),
            "{name}"
        );
        let behind = prompted.assumption_4_5.as_ref().unwrap();
        assert_eq!(behind.states(), indices(&expected["max_Sstar_C5"]), "{name}");
        assert_eq!(prompted.assumption_4_4.holds(), expected["stationary"].as_bool(), "{name}");
        assert_eq!(plain.assumption_3_2.whole.holds(), expected["assumption_3_2_on_H"].as_bool(), "{name}");
        let weighed: Vec<_> = (0..task.support().len()).filter(|&value| task.support()[value]).collect();
        assert_eq!(weighed, indices(&expected["Mstar"]), "{name}");
        let prompt = theorem_4_6::prompt(task);
        let printed = theorem_4_6::printed(memory, task, behind);
        for (tokens, expected) in &sequences {
            let what = format!("{name} {tokens:?}");
            if expected["in_support"] == false {
                assert!(oracle.posterior(task.cell, &masked(tokens)).is_err(), "{what}");
                assert!(float.posterior(task.cell, &masked(tokens)).is_err(), "{what}");
                continue;
            }
            let posterior = oracle.posterior(task.cell, &masked(tokens)).unwrap();
            assert_eq!(posterior, cases::list(&expected["post"]), "{what}");
            let margin = oracle.scores(task.cell, &task.task, &masked(tokens)).unwrap();
            assert_eq!(margin, [cases::number(&expected["margin"])], "{what}");
            assert_eq!(task.task.label(&margin) as u64, expected["label"].as_u64().unwrap(), "{what}");
            let estimate = float.posterior(task.cell, &masked(tokens)).unwrap();
            for (x, y) in estimate.iter().zip(&posterior) {
                assert!((x - y.to_f64().unwrap()).abs() < 1e-12, "{what}");
            }
            if let Some(head) = &plain.head {
                let found = attend(&model, head, None, tokens);
                assert_eq!(found.scores, cases::list(&expected["scores_4_3"]), "{what}");
                let known = indices(&expected["Ihat_4_3"]);
                if !known.is_empty() {
                    assert_eq!(found.attended, known, "{what}");
                    assert_eq!(found.value, [cases::number(&expected["attn_4_3"])], "{what}");
                }
            }
            if let Some(head) = &prompted.head {
                let found = attend(&model, &printed, Some(&prompt), tokens);
                assert_eq!(found.scores, cases::list(&expected["scores_C6_beta1_minus2"]), "{what}");
                assert_eq!(found.value, [cases::number(&expected["attn_C6_beta1_minus2"])], "{what}");
                let found = attend(&model, &head.head, Some(&prompt), tokens);
                assert_eq!(found.attended, indices(&expected["I_C6_beta1_minus20"]), "{what}");
                assert_eq!(found.value, [cases::number(&expected["attn_C6_beta1_minus20"])], "{what}");
            }
        }
    }
}

/// Every entry of the certificates of small models, changed one at a time: rejected, or still true. What may change are tasks that the claim does
/// not depend on, other trees and walks, rows of the head that the query does not see, and inputs that are members as well.
#[test]
fn every_changed_entry_is_rejected_or_still_true() {
    let (mut refused, mut kept) = (0, 0);
    let models = [corpus().remove(0).model, builtin::memory().remove(1)];
    for accepted in models.iter().flat_map(|model| {
        let found = examine_memory(model, &Selection::default());
        found.certificates().into_iter().cloned().collect::<Vec<_>>()
    }) {
        let original: Value = serde_json::from_str(accepted.text()).unwrap();
        let mut pointers = Vec::new();
        leaves(&original, String::new(), &mut pointers);
        for pointer in pointers {
            for other in variants(original.pointer(&pointer).unwrap()) {
                let mut changed = original.clone();
                *changed.pointer_mut(&pointer).unwrap() = other;
                let Ok(mutated) = recoverable_checker::check(&changed.to_string()) else {
                    refused += 1;
                    continue;
                };
                kept += 1;
                let same = mutated.certificate().model == accepted.certificate().model;
                assert!(
                    same || is_true(mutated.certificate()),
                    "accepted and false: {} {pointer}",
                    mutated.claim()
                );
                let free = [
                    "/model/task/weights",
                    "/evidence/ergodic",
                    "/evidence/trees",
                    "/evidence/forward",
                    "/evidence/backward",
                    "/evidence/walks",
                    "/evidence/head/keys",
                    "/evidence/head/query",
                    "/evidence/head/position",
                    "/evidence/tokens",
                    "/evidence/state",
                    "/model/memory_prior",
                ];
                assert!(
                    free.iter().any(|prefix| pointer.starts_with(prefix)),
                    "accepted: {} {pointer}",
                    mutated.claim()
                );
            }
        }
    }
    assert!(refused > 1000 && kept > 10, "{refused} refused, {kept} kept");
}

/// The same of wrong labels of attention heads, where the labels are computed once more by brute force.
#[test]
fn changed_wrong_labels_are_rejected_or_still_true() {
    let (mut refused, mut kept) = (0, 0);
    for name in ["wrong-attention-label", "wrong-attention-label-prompt"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/checker/tests/certificates");
        let text = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let original: Value = serde_json::from_str(&text).unwrap();
        let mut pointers = Vec::new();
        leaves(&original, String::new(), &mut pointers);
        for pointer in pointers {
            for other in variants(original.pointer(&pointer).unwrap()) {
                let mut changed = original.clone();
                *changed.pointer_mut(&pointer).unwrap() = other;
                match recoverable_checker::check(&changed.to_string()) {
                    Ok(mutated) => {
                        kept += 1;
                        assert!(is_true(mutated.certificate()), "accepted and false: {name} {pointer}");
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(refused > 50 && kept > 50, "{refused} refused, {kept} kept");
}

/// Pointers to all numbers and numeric strings.
fn leaves(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(key, entry)| leaves(entry, format!("{pointer}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| leaves(item, format!("{pointer}/{at}"), found));
        }
        Value::Number(_) => found.push(pointer),
        Value::String(text) if recoverable::number::parse(text).is_ok() => found.push(pointer),
        _ => {}
    }
}

/// Other values for one entry.
fn variants(value: &Value) -> Vec<Value> {
    if let Some(number) = value.as_u64() {
        return [number + 1, number * 2 + 3]
            .into_iter()
            .chain(number.checked_sub(1))
            .map(Value::from)
            .collect();
    }
    let number = cases::number(value);
    let mut other = vec![&number + BigRational::one(), -&number, BigRational::zero()];
    other.retain(|other| *other != number);
    other.into_iter().map(|other| Value::from(other.to_string())).collect()
}

/// Decides the claim of a certificate from its model alone.
fn is_true(certificate: &Certificate) -> bool {
    let text = serde_json::to_string(&certificate.model).unwrap();
    let loaded = file::read_any(&file::Source::new("mutant.json", &text), file::Options::default()).unwrap();
    let AnyModel::Memory(model) = loaded.model else { panic!("a model with memory") };
    // A scope is that of the states in the evidence, which need not be the largest set of another model.
    let member = |states: &[usize]| {
        let task = model.task().unwrap();
        let prompted = certificate.claim.statement == Statement::Scope46;
        let prompt = prompted.then(|| theorem_4_6::prompt(task));
        let language = Scope::new(model.memory(), task.cell, states, prompt).unwrap();
        matches!(language.decide().unwrap(), ScopeAnswer::Member(_))
    };
    match &certificate.evidence {
        Evidence::WrongAttentionLabel(found) => {
            let construction = serde_json::to_string(&found.construction).unwrap();
            let source = file::Source::new("head.json", &construction);
            let head = file::read_attention(&source, model.memory(), model.task().unwrap()).unwrap();
            !by_force::probability(model.memory(), &seen(None, &found.tokens)).is_zero()
                && label(&model, &found.tokens) == found.task
                && given_label(&model, &head, &found.tokens) == found.head
                && found.task != found.head
        }
        Evidence::ScopeMember(found) => member(&found.states),
        Evidence::EmptyScope(found) => !member(&found.states),
        _ => {
            let found = examine_memory(&model, &Selection::default());
            found.certificates().iter().any(|accepted| accepted.claim() == certificate.claim)
        }
    }
}

/// Two cells, two syntax states, of which one is recoverable and one is not, both for a reason.
#[test]
fn the_corpus_says_why() {
    let cases = corpus();
    let model = &cases[0].model;
    let set = assumption_4_2::decide(model, model.task().unwrap());
    let [(0, Reason::Dependent(terms))] = &set.excluded(model.memory())[..] else { panic!() };
    let column = |token: usize| -> BigRational {
        terms.iter().map(|(value, x)| &model.memory().emission()[(token, *value)] * x).sum()
    };
    assert!(!terms.is_empty() && (0..2).all(|token| column(token).is_zero()));
    let model = &cases[1].model;
    let set = assumption_4_2::decide(model, model.task().unwrap());
    assert!(matches!(&set.excluded(model.memory())[..], [(1, _)]));
}

/// Small numbers from which a model is built.
#[derive(Clone, Debug)]
struct Weights {
    shape: Shape,
    steps: (u32, u32),
    swap: bool,
    stationary: bool,
    joint: bool,
    prior: Vec<u32>,
    emission: Vec<u32>,
    task: Vec<i64>,
    classes: bool,
    cell: usize,
    planted: bool,
}

fn weights() -> impl Strategy<Value = Weights> {
    let shapes =
        prop_oneof![Just((2, 1, 2)), Just((3, 1, 2)), Just((2, 2, 1)), Just((3, 1, 1)), Just((2, 3, 1))];
    (
        shapes,
        (1_u32..4, 1_u32..4),
        any::<[bool; 5]>(),
        vec(0_u32..4, 9),
        vec(prop_oneof![Just(0_u32), 1_u32..5], 60),
        vec(-3_i64..=3, 9),
        0_usize..3,
    )
        .prop_map(|((values, cells, syntax), steps, flags, prior, emission, task, cell)| Weights {
            shape: Shape { values, cells, syntax },
            steps,
            swap: flags[0],
            stationary: flags[1],
            joint: flags[2],
            prior,
            emission,
            task,
            classes: flags[3],
            cell: cell % cells,
            planted: flags[4] || prior_is_even(steps),
        })
}

fn prior_is_even((a, b): (u32, u32)) -> bool {
    (a + b) % 2 == 0
}

fn law(weights: &[u32]) -> Vec<BigRational> {
    let total: u32 = weights.iter().sum();
    let share = |(index, &weight): (usize, &u32)| match total {
        0 => BigRational::from_integer(u32::from(index == 0).into()),
        _ => BigRational::new(weight.into(), total.into()),
    };
    weights.iter().enumerate().map(share).collect()
}

fn transposed(columns: &[Vec<BigRational>]) -> Vec<Vec<BigRational>> {
    (0..columns[0].len()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

impl Weights {
    /// The chain mixes a cycle and a permutation that fixes state 0: ergodic, and stationary if it starts from the uniform law. Behind token `m` the
    /// block of syntax state 0 of the task's cell shows its value on tokens that no other state emits, if it is planted.
    fn model(&self) -> MemoryModel {
        let (shape, n) = (self.shape, self.shape.states());
        let (values, tokens) = (shape.values, shape.values + 2);
        let other = |h: usize| if self.swap && n > 2 && h > 0 { n - h } else { h };
        let step = |from: usize| -> Vec<u32> {
            let mut column = vec![0; n];
            column[(from + 1) % n] += self.steps.0;
            column[other(from)] += self.steps.1;
            column
        };
        let initial = if self.stationary { vec![1; n] } else { (1..=u32::try_from(n).unwrap()).collect() };
        let column = |at: usize| -> Vec<BigRational> {
            let (value, h) = (at / n, at % n);
            let mut weights: Vec<u32> = (0..tokens).map(|z| self.emission[(at * 5 + z * 7) % 60]).collect();
            if self.planted {
                weights[..values].fill(0);
                weights[values] += 1;
                if h == self.cell * shape.syntax {
                    weights[value] = 1 + self.emission[at % 60];
                }
            }
            law(&weights)
        };
        let prior = if self.joint {
            let memories = lists(values, shape.cells);
            let weights: Vec<_> = (0..memories.len()).map(|at| self.prior[at % 9]).collect();
            MemoryPrior::joint(memories.into_iter().zip(law(&weights)).collect())
        } else {
            MemoryPrior::product(
                (0..shape.cells).map(|cell| law(&self.prior[cell * 3..cell * 3 + values])).collect(),
            )
        };
        let memory = MemoryHmm::new(
            shape,
            law(&initial),
            transposed(&(0..n).map(|h| law(&step(h))).collect::<Vec<_>>()),
            transposed(&(0..shape.columns()).map(column).collect::<Vec<_>>()),
            prior,
        );
        let row = |class: usize| {
            let row = &self.task[class * 3..class * 3 + values];
            row.iter().map(|&weight| BigRational::from_integer(weight.into())).collect::<Vec<_>>()
        };
        let task = if self.classes {
            Task::classes((0..3).map(row).collect()).unwrap()
        } else {
            Task::binary(row(0))
        };
        let task = MemoryTask { cell: Cell(self.cell), task };
        MemoryModel::new("random", memory.unwrap(), Some(task), Names::default()).unwrap()
    }
}

fn words(model: &MemoryModel, longest: usize) -> Vec<Vec<usize>> {
    (1..=longest).flat_map(|length| lists(model.memory().tokens(), length)).collect()
}

fn label(model: &MemoryModel, tokens: &[usize]) -> usize {
    let task = model.task().unwrap();
    let posterior = by_force::posterior(model.memory(), task.cell, &seen(None, tokens)).unwrap();
    brute::label(&task.task, &posterior)
}

fn addressed(model: &MemoryModel, states: &[usize]) -> Vec<usize> {
    let (shape, cell) = (model.memory().shape(), model.task().unwrap().cell);
    states.iter().map(|&syntax| shape.state(cell, syntax)).collect()
}

fn is_stationary(memory: &MemoryHmm) -> bool {
    let (initial, transition) = (memory.chain().initial(), memory.chain().transition());
    let after = |h: usize| initial.iter().zip(transition.row(h)).map(|(p, a)| p * a).sum::<BigRational>();
    (0..initial.len()).all(|h| after(h) == initial[h])
}

/// Each off by less than 2 in the last place, and zeros just where there are zeros.
fn is_near(found: &[BigInt], exact: &[BigRational]) -> bool {
    let places = BigRational::from_integer(BigInt::from(1) << MemoryNear::PLACES);
    let two = BigRational::from_integer(2.into());
    let near = |(found, exact): (&BigInt, &BigRational)| {
        let off = BigRational::from_integer(found.clone()) - exact * &places;
        off < two && -off < two && found.is_zero() == exact.is_zero()
    };
    found.len() == exact.len() && found.iter().zip(exact).all(near)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Probabilities, posteriors, outputs and hidden laws, with and without a prompt, are those of the joint law.
    #[test]
    fn the_oracle_is_the_joint_law(weights in weights()) {
        let model = weights.model();
        let (memory, task) = (model.memory(), model.task().unwrap());
        let oracle = MemoryExact::new(memory).unwrap();
        let float = MemoryFloat::new(memory).unwrap();
        let near = MemoryNear::new(memory).unwrap();
        let prompt = theorem_4_6::prompt(task);
        for tokens in words(&model, 2) {
            let plain = seen(None, &tokens);
            prop_assert_eq!(oracle.probability(&masked(&tokens)).unwrap(), by_force::probability(memory, &plain));
            for cell in 0..memory.shape().cells {
                let expected = by_force::posterior(memory, Cell(cell), &plain);
                prop_assert_eq!(oracle.posterior(Cell(cell), &masked(&tokens)).ok(), expected);
            }
            for (prompt, seen) in [(None, plain), (Some(&prompt), seen(Some((task.cell, &prompt.passes)), &tokens))] {
                let outputs = oracle.model_output(prompt, &masked(&tokens)).unwrap();
                let laws = oracle.hidden_laws(prompt, &masked(&tokens)).unwrap();
                let estimates = float.model_output(prompt, &masked(&tokens)).unwrap();
                if prompt.is_none() {
                    let found = near.near_outputs(&masked(&tokens)).unwrap();
                    prop_assert!(found.iter().zip(&outputs).all(|(found, exact)| is_near(found, exact)));
                }
                for position in 1..=seen.len() {
                    let expected = by_force::output(memory, &seen, position);
                    for (x, y) in estimates[position - 1].iter().zip(&expected) {
                        prop_assert!((x - y.to_f64().unwrap()).abs() < 1e-12);
                    }
                    prop_assert_eq!(&outputs[position - 1], &expected);
                    prop_assert_eq!(&laws[position - 1], &by_force::hidden(memory, &seen, position));
                }
            }
        }
    }

    /// A planted block is found, whatever else is; and each excluded state has its reason.
    #[test]
    fn the_largest_recoverable_set(weights in weights()) {
        let model = weights.model();
        let (memory, task) = (model.memory(), model.task().unwrap());
        let shape = memory.shape();
        for set in [assumption_4_2::decide(&model, task), assumption_4_5::decide(&model, task)] {
            prop_assert_eq!(set.decision.holds(), Some(!set.states().is_empty()));
            if weights.planted {
                prop_assert!(set.states().contains(&0));
            }
            let all: Vec<_> = set.counted.columns.iter().map(|&c| memory.emission().column(c).cloned().collect()).collect();
            let rank = brute::rank(all);
            for syntax in 0..shape.syntax {
                let state = shape.state(task.cell, syntax);
                let block: Vec<_> = set.counted.values.iter().map(|&value| shape.column(value, state)).collect();
                let rest = set.counted.columns.iter().filter(|column| !block.contains(column));
                let without = brute::rank(rest.map(|&c| memory.emission().column(c).cloned().collect()).collect());
                prop_assert_eq!(set.states().contains(&syntax), rank - without == block.len());
            }
            prop_assert_eq!(set.states().len() + set.excluded(memory).len(), shape.syntax);
        }
    }

    /// On every input with (4.3) the head attends exactly to its positions, gives the label, and recovers the posterior; behind the prompt it
    /// gives the label on the larger set.
    #[test]
    fn attention_heads_recover_the_task(weights in weights()) {
        let model = weights.model();
        let (memory, task) = (model.memory(), model.task().unwrap());
        let oracle = MemoryExact::new(memory).unwrap();
        let (plain, prompted) = (theorem_4_3::decide(&model), theorem_4_6::decide(&model));
        if weights.planted {
            prop_assert!(matches!(plain.verdict, Some(Verdict::Proved(_))));
            let stationary = is_stationary(memory);
            prop_assert!(stationary || !weights.stationary);
            prop_assert_eq!(matches!(prompted.verdict, Some(Verdict::Proved(_))), stationary);
        }
        let longest = if memory.states() > 2 { 2 } else { 3 };
        for tokens in words(&model, longest) {
            if by_force::probability(memory, &seen(None, &tokens)).is_zero() {
                continue;
            }
            if let Some(head) = &plain.head {
                let set = plain.assumption_4_2.as_ref().unwrap();
                let known = by_force::known_positions(memory, &seen(None, &tokens), &addressed(&model, &set.states()));
                if !known.is_empty() {
                    let found = attend(&model, head, None, &tokens);
                    prop_assert_eq!(&found.attended, &known);
                    prop_assert_eq!(head.label(&task.task, &found), label(&model, &tokens));
                    let outputs = oracle.model_output(None, &masked(&tokens)).unwrap();
                    for position in known {
                        let posterior = plain.posterior(memory, &outputs[position - 1], Token(tokens[position - 1]));
                        prop_assert_eq!(posterior, by_force::posterior(memory, task.cell, &seen(None, &tokens)));
                    }
                }
            }
            if let Some(head) = &prompted.head {
                let set = prompted.assumption_4_5.as_ref().unwrap();
                let behind = seen(Some((task.cell, &head.prompt.passes)), &tokens);
                let known = by_force::known_positions(memory, &behind, &addressed(&model, &set.states()));
                if !known.is_empty() {
                    let found = attend(&model, &head.head, Some(&head.prompt), &tokens);
                    prop_assert!(!found.attended.contains(&1));
                    prop_assert_eq!(head.head.label(&task.task, &found), label(&model, &tokens));
                    if by_force::probability(memory, &behind).is_zero() {
                        prop_assert!(found.value.iter().all(Zero::is_zero));
                    } else {
                        prop_assert_eq!(&found.attended, &known);
                        let outputs = oracle.model_output(Some(&head.prompt), &masked(&tokens)).unwrap();
                        let output = &outputs[known[0] - 1];
                        let posterior = prompted.posterior(memory, output, Token(tokens[known[0] - 2]));
                        let mut masses = by_force::posterior(memory, task.cell, &seen(None, &tokens)).unwrap();
                        masses.iter_mut().zip(&head.prompt.passes).filter(|(_, passes)| !**passes).for_each(|(p, _)| *p = BigRational::zero());
                        prop_assert_eq!(posterior, normalised(&masses));
                    }
                }
            }
        }
    }

    /// The language is (4.3), its shortest member is one and the shortest, and coverage adds up.
    #[test]
    fn the_scope_is_the_language_of_4_3(weights in weights()) {
        let model = weights.model();
        let (memory, task) = (model.memory(), model.task().unwrap());
        let longest = if memory.states() > 2 { 2 } else { 3 };
        for prompt in [None, Some(theorem_4_6::prompt(task))] {
            let states = [0];
            let passes = prompt.as_ref().map(|prompt| prompt.passes.clone());
            let language = Scope::new(memory, task.cell, &states, prompt).unwrap();
            let coverage = language.coverage(longest).unwrap();
            let mut found = vec![BigRational::zero(); longest];
            let mut shortest: Option<Vec<usize>> = None;
            for tokens in words(&model, longest) {
                let probability = by_force::probability(memory, &seen(None, &tokens));
                let behind = seen(passes.as_deref().map(|passes| (task.cell, passes)), &tokens);
                let known = by_force::known_positions(memory, &behind, &addressed(&model, &states));
                let expected = known.first().copied().filter(|_| !probability.is_zero());
                prop_assert_eq!(language.position(&tokens), expected, "{:?}", tokens);
                if expected.is_some() {
                    found[tokens.len() - 1] += probability;
                    shortest.get_or_insert(tokens);
                }
            }
            prop_assert_eq!(coverage, found);
            match language.decide().unwrap() {
                ScopeAnswer::Member(member) => {
                    if member.tokens.len() <= longest {
                        prop_assert_eq!(Some(member.tokens), shortest);
                    } else {
                        prop_assert_eq!(language.position(&member.tokens), Some(member.position));
                        prop_assert!(shortest.is_none());
                    }
                }
                ScopeAnswer::Empty(_) => prop_assert!(shortest.is_none()),
            }
        }
    }

    /// The disagreement of heads that theorems promise, and of others, is that of the joint law; it never exceeds what the scope leaves.
    #[test]
    fn attention_heads_are_bounded(weights in weights(), other in 0_usize..4) {
        let model = weights.model();
        let (memory, task) = (model.memory(), model.task().unwrap());
        let (plain, prompted) = (theorem_4_3::decide(&model), theorem_4_6::decide(&model));
        let plain = plain.head.map(|head| (head, None, plain.assumption_4_2.unwrap().states()));
        let prompted = prompted.head.map(|found| (found.head, Some(found.prompt), prompted.assumption_4_5.unwrap().states()));
        let longest = if memory.tokens() > 4 { 1 } else { 2 };
        let most: usize = (1..=longest).map(|length| memory.tokens().pow(length)).sum();
        for (mut head, prompt, states) in [plain, prompted].into_iter().flatten() {
            // Other weights, or another score: no theorem promises that.
            let changed = match (other, &task.task) {
                (0, Task::Binary(_)) => {
                    head.b.iter_mut().flatten().for_each(|b| *b = -&*b - BigRational::one());
                    true
                }
                (1, _) => {
                    let row = head.query.iter().position(|q| !q.is_zero()).unwrap();
                    head.keys[(row, 0)] += BigRational::one();
                    // Unless the token is never seen: behind the prompt that is not asked.
                    prompt.is_none() && memory.emission().row(0).iter().any(|p| !p.is_zero())
                }
                _ => false,
            };
            let certain = changed || other != 1;
            let construction = AttentionConstruction::new(memory, task, head, prompt).unwrap();
            let found = attention_bound::bound(&model, task, &construction, most, &mut |_| ControlFlow::Continue(())).unwrap();
            let truth: Vec<_> = (1..=longest as usize).map(|length| disagreement(&model, &construction, length)).collect();
            match &found.right {
                Some(right) => {
                    prop_assert!(!changed);
                    prop_assert_eq!(&right.states, &states);
                    let coverage = &right.coverage;
                    prop_assert!(truth.iter().zip(coverage).all(|(p, covered)| *p <= BigRational::one() - covered));
                    prop_assert_eq!(right.everywhere, states.len() == memory.states());
                }
                None => prop_assert!(changed || !certain),
            }
            if found.proved() {
                prop_assert!(truth.iter().all(Zero::is_zero));
                continue;
            }
            prop_assert!(found.exact.len() >= truth.len());
            prop_assert_eq!(&found.exact[..truth.len()], &truth[..]);
            for (length, bracket) in found.brackets.iter().enumerate() {
                prop_assert!(length >= truth.len() || bracket.lower == truth[length] && bracket.upper == truth[length]);
            }
            let last = &found.brackets[found.brackets.len() - 1];
            prop_assert!(found.brackets.len() > found.exact.len() && last.lower.is_zero());
            if let Some(witness) = &found.witness {
                let word: Vec<_> = witness.iter().map(|token| token.0).collect();
                prop_assert_ne!(given_label(&model, &construction, &word), label(&model, &word));
            }
        }
    }

    /// Every claim about a model is accepted, and the model survives both formats.
    #[test]
    fn everything_is_accepted_and_written_again(weights in weights()) {
        let model = weights.model();
        let found = examine_memory(&model, &Selection::default());
        prop_assert_eq!(found.undecided(), None);
        prop_assert!(found.certificates().len() >= 8);
        for text in [file::memory_to_json(&model), file::memory_to_toml(&model)] {
            let again = file::read_any(&file::Source::new("random", &text), file::Options::default()).unwrap();
            prop_assert_eq!(again.model, AnyModel::Memory(model.clone()));
        }
    }
}

/// The label that a head gives, straight from the definitions.
fn given_label(model: &MemoryModel, construction: &AttentionConstruction, tokens: &[usize]) -> usize {
    let (memory, task, head) = (model.memory(), model.task().unwrap(), construction.head());
    let (shape, n) = (memory.shape(), memory.states());
    let prompt = construction.prompt();
    let seen = seen(prompt.map(|prompt| (prompt.cell, prompt.passes.as_slice())), tokens);
    let dot = |x: &[BigRational], y: &[BigRational]| x.iter().zip(y).map(|(x, y)| x * y).sum::<BigRational>();
    let mut found: Vec<(BigRational, Vec<BigRational>)> = Vec::new();
    for (index, position) in seen.iter().enumerate() {
        let output = by_force::output(memory, &seen, index + 1);
        let offset = if index == 0 { &head.first_position } else { &head.other_positions };
        let score = (0..head.query.len())
            .map(|row| &head.query[row] * (dot(head.keys.row(row), &output) + &offset[row]))
            .sum();
        let embedding: Vec<_> = (0..shape.columns())
            .map(|at| match position {
                by_force::Seen::Token(token) => memory.emission()[(*token, at)].clone(),
                by_force::Seen::Blank => BigRational::one(),
                by_force::Seen::Value(cell, passes) => {
                    // The mean over all memories in which the addressed cell has this value.
                    let (value, addressed) = (at / n, at % n / shape.syntax);
                    let all = lists(shape.values, shape.cells)
                        .into_iter()
                        .filter(|memory| memory[addressed] == value);
                    let passing: Vec<_> = all.map(|memory| usize::from(passes[memory[cell.0]])).collect();
                    BigRational::new(passing.iter().sum::<usize>().into(), passing.len().into())
                }
            })
            .collect();
        let values: Vec<_> =
            (0..shape.columns()).map(|at| dot(head.values.row(at), &output) * &embedding[at]).collect();
        found.push((score, head.b.iter().map(|b| dot(b, &values)).collect()));
    }
    let best = found.iter().map(|(score, _)| score).max().unwrap();
    let attended: Vec<_> =
        found.iter().filter(|(score, _)| score == best).map(|(_, values)| values).collect();
    let sums: Vec<BigRational> =
        (0..head.b.len()).map(|row| attended.iter().map(|values| &values[row]).sum()).collect();
    match &task.task {
        Task::Binary(_) => usize::from(sums[0] >= BigRational::zero()),
        Task::Classes(_) => (0..sums.len()).rev().max_by_key(|&class| &sums[class]).unwrap(),
    }
}

/// `Pr(labels differ)` at a length.
fn disagreement(model: &MemoryModel, construction: &AttentionConstruction, length: usize) -> BigRational {
    let mut total = BigRational::zero();
    for word in lists(model.memory().tokens(), length) {
        let probability = by_force::probability(model.memory(), &seen(None, &word));
        if !probability.is_zero() && given_label(model, construction, &word) != label(model, &word) {
            total += probability;
        }
    }
    total
}

/// Laws over many primes: one for each column, and no two alike. Probabilities, posteriors, scores and outputs are those of the joint law, and one pass
/// finds what the others find one by one.
#[test]
fn laws_over_many_primes() {
    let primes = [101_u32, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179];
    let shape = Shape { values: 2, cells: 2, syntax: 2 };
    let n = shape.states();
    let column = |rows: usize, at: usize| -> Vec<BigRational> {
        let prime = primes[at % 16];
        let mut weights: Vec<_> =
            (1..rows).map(|row| (7 + 11 * row as u32 * (at as u32 + 3)) % (prime / 4)).collect();
        weights.push(prime - weights.iter().sum::<u32>());
        law(&weights)
    };
    let transition = transposed(&(0..n).map(|h| column(n, h)).collect::<Vec<_>>());
    let emission = transposed(&(0..shape.columns()).map(|at| column(3, at + n)).collect::<Vec<_>>());
    let prior = MemoryPrior::product(vec![column(2, 14), column(2, 15)]);
    let memory = MemoryHmm::new(shape, column(n, 13), transition, emission, prior).unwrap();
    let task = MemoryTask { cell: Cell(1), task: Task::binary_from_integers(&[5, -4]) };
    let oracle = MemoryExact::new(&memory).unwrap();
    for tokens in [vec![2, 0, 1], vec![1, 1, 0]] {
        let (plain, word) = (seen(None, &tokens), masked(&tokens));
        let read = oracle.read(task.cell, Some(&task.task), &word).unwrap();
        assert_eq!(read.probability, by_force::probability(&memory, &plain));
        assert_eq!(Some(&read.posterior), by_force::posterior(&memory, task.cell, &plain).as_ref());
        for position in 1..=tokens.len() {
            assert_eq!(read.model_output[position - 1], by_force::output(&memory, &plain, position));
        }
        assert_eq!(read.probability, oracle.probability(&word).unwrap());
        assert_eq!(read.posterior, oracle.posterior(task.cell, &word).unwrap());
        assert_eq!(read.scores, Some(oracle.scores(task.cell, &task.task, &word).unwrap()));
        assert_eq!(read.model_output, oracle.model_output(None, &word).unwrap());
        assert_eq!(read.head_input, oracle.head_input(&word).unwrap());
        let blank = [&[None], &word[..]].concat();
        assert_eq!(read.head_input, oracle.model_output(None, &blank).unwrap()[0]);
    }
}

/// The embedding of a prompt has an entry for each memory and hidden state, memories in lexicographic order.
#[test]
fn the_embedding_of_a_prompt() {
    let shape = Shape { values: 3, cells: 2, syntax: 2 };
    for cell in [Cell(0), Cell(1)] {
        let prompt = MemoryPrompt { cell, passes: vec![true, false, true] };
        let expected = lists(3, 2).into_iter().flat_map(|memory| [prompt.passes[memory[cell.0]]; 4]);
        let expected: Vec<_> =
            expected.map(|passes| BigRational::from_integer(u8::from(passes).into())).collect();
        assert_eq!(prompt.embedding(shape), expected);
    }
}

/// The head of Lemma C.9 as printed is found wrong; the corrected one is certified, and errs at most where the scope ends.
#[test]
fn printed_and_corrected_heads_are_bounded() {
    let model = builtin::memory().remove(1);
    let (memory, task) = (model.memory(), model.task().unwrap());
    let theorem = theorem_4_6::decide(&model);
    let (set, head) = (theorem.assumption_4_5.unwrap(), theorem.head.unwrap());
    let prompt = Some(head.prompt.clone());
    let bound = |head| {
        let construction = AttentionConstruction::new(memory, task, head, prompt.clone()).unwrap();
        attention_bound::bound(&model, task, &construction, 100, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let printed = bound(theorem_4_6::printed(memory, task, &set));
    assert!(printed.right.is_none() && printed.witness.is_some());
    let refuted = printed.refuted.expect("a wrong label").expect("a certificate");
    assert_eq!(refuted.claim().to_string(), "head-recovers-task refuted");
    assert!(is_true(refuted.certificate()));
    let corrected = bound(head.head);
    let right = corrected.right.expect("certified");
    assert_eq!((right.accepted.statement(), &right.states), (Statement::Theorem46, &set.states()));
    let coverage = right.coverage;
    assert_eq!((coverage.len(), corrected.brackets.len()), (64, 64));
    assert_eq!(corrected.brackets[63].upper, BigRational::one() - &coverage[63]);
    assert!(coverage.is_sorted() && coverage[63] > coverage[0]);
    let stopped = {
        let construction = AttentionConstruction::new(
            memory,
            task,
            theorem_4_6::printed(memory, task, &set),
            prompt.clone(),
        );
        attention_bound::bound(&model, task, &construction.unwrap(), 100, &mut |inputs| {
            if inputs > 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    };
    let stopped = stopped.unwrap();
    assert_eq!((stopped.exact.len(), stopped.brackets.len()), (1, 2));
    assert!(stopped.brackets[1].upper.is_one());
}

/// A joint law of independent cells is the product, and equal laws are equal.
#[test]
fn independent_cells_are_a_product() {
    let weights = Weights {
        shape: Shape { values: 2, cells: 2, syntax: 1 },
        steps: (1, 1),
        swap: false,
        stationary: true,
        joint: true,
        prior: vec![1, 3, 2, 6, 0, 0, 0, 0, 0],
        emission: vec![1; 60],
        task: vec![1; 9],
        classes: false,
        cell: 0,
        planted: true,
    };
    let joint = weights.model();
    let PriorForm::Product(laws) = joint.memory().prior().form() else { panic!("a product") };
    assert_eq!(laws, [law(&[1, 2]), law(&[1, 3])]);
    let product = Weights { joint: false, prior: vec![1, 2, 0, 1, 3, 0, 0, 0, 0], ..weights };
    assert_eq!(product.model(), joint);
}

/// The state after the marker is known only when a marker has been seen `d` steps ago: a chain that counts.
fn counter(length: usize) -> MemoryModel {
    let n = length + 1;
    let row = |entries: Vec<(usize, &str)>, width: usize| {
        let mut row = vec![BigRational::zero(); width];
        entries.into_iter().for_each(|(at, entry)| row[at] = recoverable::number::parse(entry).unwrap());
        row
    };
    // 0 → 0 or 1, 1 → 2 → … → n−1 → 0; state 1 shows the marker, state n−1 the value, all others a blank.
    let step = |from: usize| match from {
        0 => row(vec![(0, "1/2"), (1, "1/2")], n),
        _ => row(vec![((from + 1) % n, "1")], n),
    };
    let show = |value: usize, h: usize| match h {
        1 => row(vec![(0, "1/2"), (1, "1/2")], 4),
        _ if h == n - 1 => row(vec![(2 + value, "1/2"), (1, "1/2")], 4),
        _ => row(vec![(1, "1")], 4),
    };
    let shape = Shape { values: 2, cells: 1, syntax: n };
    let memory = MemoryHmm::new(
        shape,
        law(&vec![1; n]),
        transposed(&(0..n).map(step).collect::<Vec<_>>()),
        transposed(&(0..2 * n).map(|at| show(at / n, at % n)).collect::<Vec<_>>()),
        MemoryPrior::product(vec![law(&[1, 1])]),
    );
    let task = MemoryTask { cell: Cell(0), task: Task::binary_from_integers(&[1, -1]) };
    MemoryModel::new("counter", memory.unwrap(), Some(task), Names::default()).unwrap()
}

/// A member of eight tokens and none that is shorter; one more state takes one more token.
#[test]
fn a_long_shortest_member() {
    for length in [4, 7] {
        let model = counter(length);
        let task = model.task().unwrap();
        let set = assumption_4_2::decide(&model, task);
        assert_eq!(set.states(), [length]);
        let found = scope::decide(&model, task, &set, None);
        let (word, position) = found.shortest.expect("the counter has members");
        assert_eq!((word.len(), position), (length, length), "{word:?}");
        assert!(found.decision.accepted().is_some());
        let coverage = scope::coverage(&model, task, &set, None, length).unwrap();
        assert!(coverage[..length - 1].iter().all(Zero::is_zero) && !coverage[length - 1].is_zero());
    }
}

/// If every step of the chain is possible, no input satisfies (4.3) unless every state is recoverable (theory B7), and the theorem is vacuous.
#[test]
fn a_positive_chain_makes_the_theorem_vacuous() {
    let text = r#"{"kind": "memory-hmm", "values": 2, "cells": 1, "syntax": 2, "initial": ["1/4", "3/4"],
        "transition": [["1/3", "1/2"], ["2/3", "1/2"]],
        "emission": [["1/2", "1/4", 0, "1/4"], [0, "1/4", "2/3", "1/4"], ["1/2", "1/2", "1/3", "1/2"]],
        "memory_prior": {"product": [["1/3", "2/3"]]}, "task": {"cell": 0, "weights": [2, -1]}}"#;
    let loaded = file::read_any(&file::Source::new("positive.json", text), file::Options::default()).unwrap();
    let AnyModel::Memory(model) = loaded.model else { panic!() };
    let found = examine_memory(&model, &Selection::default());
    assert!(found.statements[0].vacuous);
    assert!(matches!(found.statements[0].verdict, Some(Verdict::Proved(_))));
    assert_eq!(found.findings.scope.unwrap().empty(), Some(true));
    let printed = recoverable::report::text::memory_check_text(
        &model,
        None,
        &examine_memory(&model, &Selection::default()),
        recoverable::report::text::Options::default(),
    );
    let first = printed.lines().find(|line| line.contains("Theorem 4.3")).unwrap();
    assert!(first.contains("vacuous: no input satisfies (4.3)"), "{first}");
}

/// The prompt's own position is not conditioned on the prompt, and the `−2` of Lemma C.9 does not keep it out: on this input the printed head
/// gives the wrong label. The corrected one does not, there or on any other short input.
#[test]
fn the_printed_prompt_goes_wrong() {
    let model = builtin::memory().remove(1);
    let (memory, task) = (model.memory(), model.task().unwrap());
    let theorem = theorem_4_6::decide(&model);
    assert!(matches!(theorem.verdict, Some(Verdict::Proved(_))));
    let (set, head) = (theorem.assumption_4_5.unwrap(), theorem.head.unwrap());
    let printed = theorem_4_6::printed(memory, task, &set);
    let by = |head: &AttentionHead, tokens: &[usize]| {
        let oracle = MemoryExact::new(memory).unwrap();
        let prompt = theorem_4_6::prompt(task);
        let outputs = oracle.model_output(Some(&prompt), &masked(tokens)).unwrap();
        let mut embeddings = embeddings(&model, Some(&prompt), tokens);
        // One cell: the embedding of the prompt is its indicator.
        let passes = |column: usize| BigRational::from_integer(u8::from(prompt.passes[column / 3]).into());
        embeddings[0] = (0..9).map(passes).collect();
        let found = head.attend(&outputs, &embeddings);
        (head.label(&task.task, &found), found.attended)
    };
    let wrong = [3, 0];
    assert_eq!(
        by_force::known_positions(memory, &seen(None, &wrong), &addressed(&model, &set.states())),
        [2]
    );
    assert_eq!(label(&model, &wrong), 1);
    assert_eq!(by(&printed, &wrong), (0, vec![1]));
    assert_eq!(by(&head.head, &wrong), (1, vec![3]));
    for tokens in words(&model, 3) {
        let known =
            by_force::known_positions(memory, &seen(None, &tokens), &addressed(&model, &set.states()));
        if !known.is_empty() && !by_force::probability(memory, &seen(None, &tokens)).is_zero() {
            assert_eq!(by(&head.head, &tokens).0, label(&model, &tokens), "{tokens:?}");
        }
    }
}

/// The built-in sentences: coverage rises, and (4.3) holds where the context tells that a mood word is due.
#[test]
fn the_sentences() {
    let model = builtin::memory().remove(0);
    let found = examine_memory(&model, &Selection::default());
    assert!(found.statements.iter().all(|statement| matches!(statement.verdict, Some(Verdict::Proved(_)))));
    let coverage = found.findings.coverage.unwrap().unwrap();
    assert!(coverage.is_sorted() && coverage[7] < BigRational::one());
    let (word, position) = found.findings.scope.unwrap().shortest.unwrap();
    let word: Vec<_> = word.iter().map(|token| token.0).collect();
    assert_eq!(by_force::known_positions(model.memory(), &seen(None, &word), &[5]), [position]);
    let language = Scope::new(model.memory(), Cell(2), &[1], None).unwrap();
    let oracle = MemoryExact::new(model.memory()).unwrap();
    let members = lists(11, 3).into_iter().filter(|word| language.position(word).is_some());
    let total: BigRational = members.map(|word| oracle.probability(&masked(&word)).unwrap()).sum();
    assert_eq!(coverage[2], total);
    for word in [[2, 7, 8], [0, 9, 3], [5, 0, 2], [7, 10, 4]] {
        let known = by_force::known_positions(model.memory(), &seen(None, &word), &[5]);
        let possible = !by_force::probability(model.memory(), &seen(None, &word)).is_zero();
        assert_eq!(language.position(&word), known.first().copied().filter(|_| possible), "{word:?}");
    }
}
