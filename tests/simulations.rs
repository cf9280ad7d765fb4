//! Random models and inputs, message passing for many words at once, learned heads and prompts, and the study built from them.

mod brute;

use std::{
    collections::BTreeSet,
    fs,
    ops::ControlFlow,
    path::Path,
    process::Output,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use assert_cmd::cargo::cargo_bin_cmd;
use brute::memory as by_force;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use proptest::prelude::*;
use recoverable::{
    audit::trial::SimulationRow,
    generate::{
        Random, Stream,
        appendix_d::Family,
        dataset::{Dataset, LineError, sample, sample_memory},
        memory::MemoryFamily,
    },
    hypothesis::assumption_3_2,
    model::{
        AnyModel, Cell, Construction, Hmm, MemoryHmm, MemoryModel, MemoryPrior, MemoryTask, Model, Names,
        Position, Shape, Task, Token, builtin,
        file::{Options, Source, memory_to_json, read, read_any, to_json},
    },
    oracle::{Batch, MemoryBatch, SequenceError},
    question::bound::{Bracket, bound},
    report::{figure3, studies},
    search::Limits,
    simulate::{
        ablations::{AblationPlan, posteriors_of_h0},
        family::{FamilyPlan, Size, row},
        figure3::{Measured, Plan, Run},
        memory::{MemoryPlan, short_errors},
        noise::{NoisePlan, NoisyHead},
        study::{Study, run_all},
    },
    strategies,
    tuning::{
        Effort, Examples, Learned,
        attention::{AttentionExamples, Labeller, learn_attention},
        learn, learn_outputs,
    },
};
use serde_json::Value;

fn close(exact: &BigRational, float: f64) -> bool {
    (exact.to_f64().unwrap() - float).abs() <= 1e-13
}

fn masked(word: &[Token]) -> Vec<Option<Token>> {
    word.iter().copied().map(Some).collect()
}

/// The task's label and margin by brute force.
fn labelled(hmm: &Hmm, task: &Task, word: &[Token]) -> Option<(usize, BigRational)> {
    let posterior = brute::posterior(hmm, &masked(word))?;
    let score = |row: &Vec<BigRational>| row.iter().zip(&posterior).map(|(m, p)| m * p).sum::<BigRational>();
    let scores: Vec<BigRational> = task.scores().iter().map(score).collect();
    Some(match task {
        Task::Binary(_) => (usize::from(!scores[0].is_negative()), scores[0].abs()),
        Task::Classes(_) => {
            let best = scores.iter().max().unwrap();
            let label = scores.iter().position(|score| score == best).unwrap();
            let others = scores.iter().enumerate().filter(|(other, _)| *other != label);
            (label, others.map(|(_, other)| best - other).min().unwrap())
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Ties and zeros included: small integers make both common.
    #[test]
    fn many_words_at_once_are_as_each_by_brute_force(
        model in strategies::model(),
        length in 1_usize..=3,
        words in prop::collection::vec(strategies::words(3), 1..=20),
    ) {
        let (hmm, task) = (model.hmm(), model.task().unwrap());
        let fit = |word: &Vec<prop::sample::Index>| -> Vec<Token> {
            word.iter().cycle().take(length).map(|index| Token(index.index(hmm.tokens()))).collect()
        };
        let words: Vec<Vec<Token>> = words.iter().map(fit).collect();
        let batch = Batch::new(hmm);
        let backward = batch.backward(&words);
        let outputs = batch.outputs(batch.first_law(), &backward);
        for (index, word) in words.iter().enumerate() {
            let blank: Vec<_> = std::iter::once(None).chain(masked(word)).collect();
            let expected = brute::masked_output(hmm, &blank, 1);
            let fits = expected.iter().zip(outputs.row(index)).all(|(exact, &float)| close(exact, float));
            prop_assert!(fits, "{expected:?} {:?}", outputs.row(index));
            let found = batch.labels(hmm, task, &words[index..=index], &batch.backward(&words[index..=index]));
            match labelled(hmm, task, word) {
                Some((label, margin)) => {
                    let found = found.unwrap()[0];
                    prop_assert_eq!(found.label, label);
                    prop_assert!(close(&margin, found.margin), "{} {}", margin, found.margin);
                }
                None => {
                    let impossible = matches!(found, Err(SequenceError::Impossible { .. }));
                    prop_assert!(impossible);
                }
            }
        }
    }
}

/// A model with memory of small integers, zeros included: two cells or one, one or two syntax states.
fn memory_model(shape: Shape, weights: &[u8]) -> MemoryModel {
    let mut weights = weights.iter().cycle().map(|&weight| BigRational::from_integer((weight % 4).into()));
    let mut law = |length: usize| -> Vec<BigRational> {
        let mut law: Vec<_> = weights.by_ref().take(length).collect();
        law[0] += BigRational::from_integer(1.into());
        let total: BigRational = law.iter().sum();
        law.into_iter().map(|weight| weight / &total).collect()
    };
    let columns = |length: usize, count: usize, law: &mut dyn FnMut(usize) -> Vec<BigRational>| {
        let columns: Vec<_> = (0..count).map(|_| law(length)).collect();
        (0..length).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
    };
    let (states, tokens) = (shape.states(), 3);
    let initial = law(states);
    let transition = columns(states, states, &mut law);
    let emission = columns(tokens, shape.columns(), &mut law);
    let prior = MemoryPrior::product((0..shape.cells).map(|_| law(shape.values)).collect());
    let memory = MemoryHmm::new(shape, initial, transition, emission, prior).unwrap();
    let integers: Vec<i64> = (0..shape.values).map(|value| [1, -1, 0][value % 3]).collect();
    let task = MemoryTask { cell: Cell(shape.cells - 1), task: Task::binary_from_integers(&integers) };
    MemoryModel::new("drawn", memory, Some(task), Names::default()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Labels exactly and outputs closely as by brute force over memories and hidden paths; impossible words included.
    #[test]
    fn many_words_of_a_memory_are_as_each_by_brute_force(
        (values, cells, syntax) in (2_usize..=3, 1_usize..=2, 1_usize..=2),
        weights in prop::collection::vec(any::<u8>(), 40),
        words in prop::collection::vec(prop::collection::vec(0_usize..3, 3), 1..=10),
    ) {
        let model = memory_model(Shape { values, cells, syntax }, &weights);
        let (memory, task) = (model.memory(), model.task().unwrap());
        let batch = MemoryBatch::new(memory).unwrap();
        let typed: Vec<Vec<Token>> = words.iter().map(|word| word.iter().copied().map(Token).collect()).collect();
        let outputs = batch.outputs(&typed);
        for (index, word) in words.iter().enumerate() {
            let seen = by_force::seen(None, word);
            for position in 0..word.len() {
                let expected = by_force::output(memory, &seen, position + 1);
                let row = outputs.values.row(index * word.len() + position);
                let fits = expected.iter().zip(row).all(|(exact, &float)| close(exact, float));
                prop_assert!(fits, "{expected:?} {row:?}");
            }
            let found = batch.labels(memory, task, &typed[index..=index]);
            match by_force::posterior(memory, task.cell, &seen) {
                Some(posterior) => {
                    let score: BigRational =
                        task.task.scores()[0].iter().zip(&posterior).map(|(m, p)| m * p).sum();
                    let found = found.unwrap()[0];
                    prop_assert_eq!(found.label, usize::from(!score.is_negative()));
                    prop_assert!(close(&score.abs(), found.margin), "{} {}", score, found.margin);
                }
                None => {
                    let impossible = matches!(found, Err(SequenceError::Impossible { .. }));
                    prop_assert!(impossible);
                }
            }
        }
    }
}

/// Posteriors at all positions, by brute force over hidden paths.
#[test]
fn posteriors_at_all_positions_are_those_of_brute_force() {
    for model in builtin::all() {
        let hmm = model.hmm();
        let batch = Batch::new(hmm);
        let words = sample(hmm, 11, 3, &mut Random::new(6, Stream::Inputs));
        let posteriors = batch.posteriors(&words);
        for (word, found) in words.iter().zip(posteriors.chunks(3 * hmm.states())) {
            let tokens = masked(word);
            for (position, row) in found.chunks(hmm.states()).enumerate() {
                let exact = brute::normalised(&brute::hidden(hmm, &tokens, position + 1)).unwrap();
                assert!(
                    exact.iter().zip(row).all(|(exact, &float)| close(exact, float)),
                    "{exact:?} {row:?}"
                );
            }
        }
    }
}

/// After long words all memories but one are too improbable for floats; labels, which may depend on the others alone, stay exact.
#[test]
fn labels_of_long_words_are_those_of_integers() {
    let model = MemoryFamily::new(3).model(4);
    let memory = model.memory();
    // Weight 0 on the value that most words come from.
    let words = sample_memory(memory, 5, 40, &mut Random::new(4, Stream::Inputs));
    let batch = MemoryBatch::new(memory).unwrap();
    let exact = recoverable::oracle::MemoryExact::new(memory).unwrap();
    for weights in [[0, 1, -1], [1, 0, -1], [1, -1, 0]] {
        let task = MemoryTask { cell: Cell(0), task: Task::binary_from_integers(&weights) };
        let labels = batch.labels(memory, &task, &words).unwrap();
        for (word, found) in words.iter().zip(labels) {
            let scores = exact.scores(task.cell, &task.task, &masked(word)).unwrap();
            assert_eq!(found.label, task.task.label(&scores));
        }
    }
}

/// The same words in other company have the same bits.
#[test]
fn words_do_not_see_their_neighbours() {
    let model = Family { states: 7, tokens: 10, redraw: false }.model(2);
    let batch = Batch::new(model.hmm());
    let words = sample(model.hmm(), 21, 128, &mut Random::new(2, Stream::Inputs));
    let together = batch.backward(&words);
    for (index, word) in words.iter().enumerate() {
        let alone = batch.backward(std::slice::from_ref(word));
        assert_eq!(alone.values.row(0), together.values.row(index));
        assert!(together.reliable[index]);
    }
}

/// A step from 2^-1000 to 1: floats that underflowed must not decide, and the exact label is found.
#[test]
fn labels_survive_underflow() {
    let tiny = format!("1/{}", num_traits::pow(num_bigint::BigInt::from(2), 1000));
    let rest = format!("{}/{}", num_traits::pow(num_bigint::BigInt::from(2), 1000) - 1, &tiny[2..]);
    // Token 0 all but excludes state 1, token 1 state 0, equally: after (0, 1) both are as likely as before.
    let text = format!(
        r#"{{"kind": "hmm", "initial": ["2/5", "3/5"], "transition": [[1, 0], [0, 1]],
            "emission": [["{rest}", "{tiny}"], ["{tiny}", "{rest}"]], "task": {{"weights": [1, -1]}}}}"#
    );
    let model = read(&Source::new("tiny.json", &text), Options::default()).unwrap().model;
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let batch = Batch::new(hmm);
    let words =
        vec![[0, 1].map(Token).repeat(3), [1, 0].map(Token).repeat(3), [0, 0, 1].map(Token).repeat(2)];
    let labels = batch.labels(hmm, task, &words, &batch.backward(&words)).unwrap();
    assert_eq!(labels.iter().map(|found| found.label).collect::<Vec<_>>(), [0, 0, 1]);
    assert!((labels[0].margin - 0.2).abs() < 1e-15);
}

// random models

/// Had weights below `2^-41` vanished, most chains of four states would have lost ergodicity.
#[test]
fn small_weights_make_chains_ergodic() {
    let ergodic = |model: &Model| assumption_3_2::decide(model).whole.holds() == Some(true);
    let models: Vec<_> =
        (0..20).map(|seed| Family { states: 4, tokens: 10, redraw: false }.model(seed)).collect();
    let kept = models.iter().filter(|model| ergodic(model)).count();
    let vanished = models.iter().filter(|model| ergodic(&without_small_weights(model))).count();
    assert!(kept >= 18 && vanished <= 10, "{kept} and {vanished} of 20");
}

fn without_small_weights(model: &Model) -> Model {
    let least = BigRational::new(1.into(), (1_u64 << 41).into());
    let drop = |row: Vec<BigRational>| -> Vec<BigRational> {
        row.into_iter().map(|p| if p < least { BigRational::zero() } else { p }).collect()
    };
    let hmm = model.hmm();
    let transition = hmm.transition().to_rows().into_iter().map(drop).collect();
    let (hmm, _) = Hmm::normalized(hmm.initial().to_vec(), transition, hmm.emission().to_rows()).unwrap();
    Model::new("rounded", hmm, None, Names::default()).unwrap()
}

// data

/// Frequencies of all words of two tokens, each within five standard deviations.
#[test]
fn sampled_words_have_their_probabilities() {
    let hmm = builtin::all().remove(2).hmm().clone();
    let draws = 20_000;
    let words = sample(&hmm, draws, 2, &mut Random::new(9, Stream::Inputs));
    for list in brute::lists(hmm.tokens(), 2) {
        let word: Vec<_> = list.into_iter().map(Token).collect();
        let p = brute::probability(&hmm, &masked(&word)).to_f64().unwrap();
        let count = words.iter().filter(|found| **found == word).count() as f64;
        let (expected, deviation) = (p * draws as f64, (p * (1.0 - p) * draws as f64).sqrt());
        assert!((count - expected).abs() < 5.0 * deviation, "{word:?}: {count} of {expected}");
    }
}

#[test]
fn datasets_are_read_as_they_were_written() {
    let model = builtin::all().remove(0);
    let drawn = Dataset::draw(model.hmm(), model.task().unwrap(), 30, 7, &mut Random::new(1, Stream::Inputs));
    let drawn = drawn.unwrap();
    let text = drawn.to_json_lines();
    assert_eq!(Dataset::from_json_lines(&text, 6, 2).unwrap(), drawn);
    assert_eq!(text.lines().count(), 30);
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let keys: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["label", "margin", "tokens"]);
    assert_eq!(
        Dataset::draw(model.hmm(), model.task().unwrap(), 1, 0, &mut Random::new(1, Stream::Inputs)),
        Err(SequenceError::Empty)
    );
}

#[test]
fn lines_that_are_no_examples_are_named() {
    let good = r#"{"tokens":[0,1],"label":1,"margin":0.5}"#;
    let refused = |line: &str| {
        let (number, why) = Dataset::from_json_lines(&format!("{good}\n\n{line}\n"), 2, 2).unwrap_err();
        assert_eq!(number, 3);
        why
    };
    assert!(matches!(refused("[0, 1]"), LineError::Syntax { .. }));
    assert!(matches!(refused(r#"{"tokens":[0],"label":1}"#), LineError::Syntax { .. }));
    assert!(matches!(refused(r#"{"tokens":[0,-1],"label":1,"margin":0}"#), LineError::Syntax { .. }));
    assert!(matches!(refused(r#"{"tokens":[0,1],"label":1,"margin":0,"x":1}"#), LineError::Syntax { .. }));
    assert_eq!(refused(r#"{"tokens":[],"label":1,"margin":0}"#), LineError::Empty);
    assert_eq!(
        refused(r#"{"tokens":[0,2],"label":1,"margin":0}"#),
        LineError::UnknownToken { position: Position(2), token: 2, limit: 2 }
    );
    assert_eq!(
        refused(r#"{"tokens":[0,1],"label":2,"margin":0}"#),
        LineError::UnknownLabel { label: 2, limit: 2 }
    );
    assert_eq!(
        refused(r#"{"tokens":[0],"label":1,"margin":0}"#),
        LineError::OtherLength { expected: 2, found: 1 }
    );
    assert_eq!(refused(r#"{"tokens":[0,1],"label":1,"margin":-1}"#), LineError::NegativeMargin);
}

// learning

fn limits() -> Limits {
    Limits { prefixes: 20_000, bytes: 1 << 28, target: 1e-3, decide: false }
}

/// What a construction gets wrong at long lengths, at least and at most.
fn disagreement(model: &Model, construction: &Construction) -> (f64, f64) {
    let go_on = &mut |_| ControlFlow::Continue(());
    let found = bound(model, model.task().unwrap(), construction, limits(), go_on).disagreement.unwrap();
    let Bracket { lower, upper } = found.bracket();
    (lower.to_f64().unwrap(), upper.to_f64().unwrap())
}

/// Three states that are forgotten soon, all matrices in eighths.
fn three_states(transition: &[&[i64]], emission: &[&[i64]], weights: &[i64]) -> Model {
    let exact = |rows: &[&[i64]], denominator: i64| -> Vec<Vec<BigRational>> {
        let entry = |&value: &i64| BigRational::new(value.into(), denominator.into());
        rows.iter().map(|row| row.iter().map(entry).collect()).collect()
    };
    let hmm = Hmm::new(exact(&[&[1, 1, 1]], 3).remove(0), exact(transition, 8), exact(emission, 8)).unwrap();
    Model::new("three", hmm, Some(Task::binary_from_integers(weights)), Names::default()).unwrap()
}

fn clear_states() -> Model {
    let emission: &[&[i64]] = &[&[6, 1, 1], &[1, 6, 1], &[1, 1, 6]];
    three_states(&[&[4, 2, 2], &[2, 4, 2], &[2, 2, 4]], emission, &[3, -1, -1])
}

/// What is learned from inputs of twelve tokens.
fn learned(model: &Model, prompt: usize) -> Learned {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let batch = Batch::new(hmm);
    let examples = |inputs, stream| {
        let drawn = Dataset::draw(hmm, task, inputs, 12, &mut Random::new(3, stream)).unwrap();
        Examples::new(&batch, &drawn)
    };
    let (training, validation) = (examples(600, Stream::Training), examples(200, Stream::Validation));
    let effort = Effort { prompt, starts: 2, steps: 80 };
    learn(hmm, task, &training, &validation, effort, &mut Random::new(3, Stream::Starts))
}

/// States 0 and 1 emit alike, so that behind a prompt of the law `ρ` a head has `a_0 = a_1` in `a_h ρ_h = μ_h π0_h`. Without a prompt `ρ` is uniform and
/// `μ_0 = 4 μ_1` out of reach; the embedding (2/3, 0, 1) makes `ρ` proportional to (4, 1, 3). Learning comes close to that, with certainty.
#[test]
fn a_learned_prompt_does_what_no_head_can() {
    let emission: &[&[i64]] = &[&[6, 6, 1], &[1, 1, 1], &[1, 1, 6]];
    let model = three_states(&[&[1, 1, 6], &[1, 6, 1], &[6, 1, 1]], emission, &[4, 1, -3]);
    let [alone, one, three] = [0, 1, 3].map(|prompt| learned(&model, prompt));
    assert_eq!([&alone, &one, &three].map(|found| found.construction.prompt().len()), [0, 1, 3]);
    assert_eq!(learned(&model, 1), one);
    let [alone, one, three] = [alone, one, three].map(|found| disagreement(&model, &found.construction));
    assert!(alone.0 > 0.015 && one.1 < 0.005 && three.1 < 0.005, "{alone:?} {one:?} {three:?}");
}

/// With independent emissions the theorem promises a head, and learning comes close: certainly so, not on a sample.
#[test]
fn a_learned_head_comes_close_where_there_is_one() {
    let model = clear_states();
    let found = learned(&model, 0);
    let (_, upper) = disagreement(&model, &found.construction);
    assert!(upper < 0.02 && found.validation > 0.97, "{upper} {}", found.validation);
}

/// From outputs alone the same head is learned as through the chain.
#[test]
fn heads_are_learned_from_outputs() {
    let model = clear_states();
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let batch = Batch::new(hmm);
    let [training, validation] =
        [(600, Stream::Training), (200, Stream::Validation)].map(|(inputs, stream)| {
            let drawn = Dataset::draw(hmm, task, inputs, 12, &mut Random::new(3, stream)).unwrap();
            Examples::new(&batch, &drawn)
        });
    let outputs = |examples: &Examples| batch.outputs(batch.first_law(), &examples.backward);
    let (seen, chosen) = (outputs(&training), outputs(&validation));
    let head = learn_outputs(task, [(&seen, &training.labels), (&chosen, &validation.labels)], 80);
    let rows = head.rows().to_vec();
    let construction = Construction::new(hmm, task, rows, Vec::new()).unwrap();
    let right = |construction: &Construction| validation.right(&batch, hmm, task, construction);
    assert!(right(&construction).abs_diff(right(&learned(&model, 0).construction)) <= 2);
    assert!(right(&construction) > 194);
}

// the study

fn plan() -> Plan {
    Plan {
        states: vec![2, 3],
        seed: 0,
        seeds: 1,
        inputs: [100, 50, 200],
        length: 8,
        prompt: 2,
        starts: 1,
        steps: 20,
        width: 0.05,
        prefixes: 200,
    }
}

fn go(done: Vec<Run>, threads: usize) -> Vec<Run> {
    run_all(&plan(), done, threads, &AtomicBool::new(false), &mut |_| {})
}

static RUNS: LazyLock<Vec<Run>> = LazyLock::new(|| go(Vec::new(), 1));

#[test]
fn studies_do_not_depend_on_threads_or_interruptions() {
    let runs = RUNS.as_slice();
    assert_eq!(runs.iter().map(|run| (run.states, run.seed)).collect::<Vec<_>>(), plan().cases());
    assert_eq!(go(Vec::new(), 3), runs);
    let stop = AtomicBool::new(false);
    let some = run_all(&plan(), Vec::new(), 1, &stop, &mut |_| stop.store(true, Ordering::Relaxed));
    assert_eq!(some, runs[..1]);
    assert_eq!(go(vec![runs[1].clone()], 2), runs);
    for run in runs {
        assert!(0.0 <= run.head.lower && run.head.lower <= run.head.upper && run.head.upper <= 1.0);
        assert!(run.constructed.is_none_or(|right| right <= 200));
    }
    assert!(runs.iter().any(|run| run.constructed.is_some()));
}

#[test]
fn the_figure_shows_what_the_runs_say() {
    let mut runs = RUNS.clone();
    let points = figure3::points(&plan(), &runs);
    let csv = figure3::csv(&points);
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 11), "{csv}");
    let head = rows.iter().find(|row| row[..2] == ["3", "learned-head"]).unwrap();
    assert!((head[3].parse::<f64>().unwrap() - 100.0 * runs[1].head.middle()).abs() < 1e-3);
    let svg = figure3::svg(&points, &figure3::Series::ALL);
    assert_marks(&svg, &points);
    assert_eq!(svg.matches("<svg").count() + svg.matches("</svg>").count(), 2);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    assert!(figure3::contradictions(&plan(), &runs).is_empty());
    runs[1].head = Measured { lower: 0.9, upper: 0.95, right: 150 };
    assert_eq!(figure3::contradictions(&plan(), &runs).len(), 1);
}

fn tiny() -> Plan {
    Plan { states: vec![3], inputs: [60, 30, 100], steps: 10, ..plan() }
}

fn all<S: Study>(study: &S) -> Vec<S::Run> {
    run_all(study, Vec::new(), 2, &AtomicBool::new(false), &mut |_| {})
}

/// One memory of two values, which a token gives away: attention finds it.
#[test]
fn an_attention_head_is_learned() {
    let model = MemoryFamily { redraw: true, ..MemoryFamily::new(2) }.model(1);
    let (memory, task) = (model.memory(), model.task().unwrap());
    let batch = MemoryBatch::new(memory).unwrap();
    let examples = |inputs, stream| {
        let drawn = Dataset::draw_memory(memory, task, inputs, 10, &mut Random::new(3, stream)).unwrap();
        AttentionExamples::new(&batch, drawn)
    };
    let (training, validation) = (examples(300, Stream::Training), examples(100, Stream::Validation));
    let effort = Effort { prompt: 0, starts: 1, steps: 30 };
    let found =
        learn_attention(memory, task, &training, &validation, effort, &mut Random::new(3, Stream::Starts));
    assert!(found.validation > 90, "{}", found.validation);
    // Exact labels are those of the floats, on all but a few inputs.
    let labeller = Labeller::new(memory, &task.task, &found.head);
    let (right, _) = labeller.right(&validation);
    assert!(right.abs_diff(labeller.estimate(&validation)) <= 2);
    let errors = short_errors(&model, task, &found.head, 1);
    let expected: BigRational = (0..memory.tokens())
        .filter(|&token| {
            let posterior = by_force::posterior(memory, task.cell, &by_force::seen(None, &[token])).unwrap();
            let exact = recoverable::oracle::MemoryExact::new(memory).unwrap();
            brute::label(&task.task, &posterior) != labeller.exactly(&exact, &[Token(token)])
        })
        .map(|token| by_force::probability(memory, &by_force::seen(None, &[token])))
        .sum();
    assert_eq!(errors, [expected]);
}

#[test]
fn the_panel_with_memory_shows_what_the_runs_say() {
    let plan = MemoryPlan::of(vec![2], 1, tiny());
    let runs = all(&plan);
    assert_eq!(runs.len(), 1);
    let points = figure3::memory_points(&plan, &runs);
    let csv = figure3::csv(&points);
    assert!(csv.lines().all(|line| line.split(',').count() == 11), "{csv}");
    assert!(csv.contains("8,learned-attention,1,") && csv.contains("8,vanilla-learned-head,1,"), "{csv}");
    let text = figure3::memory_text(&plan, &runs, &points);
    assert!(text.contains("4.3 on all inputs"), "{text}");
    // With ten tokens and eight independent columns every state is recoverable, and every input in the scope.
    assert!(runs[0].recoverable && runs[0].constructed_exactly == runs[0].constructed.is_some());
    assert_marks(&figure3::svg(&points, &figure3::Series::MEMORY), &points);
    assert!(figure3::memory_contradictions(&plan, &runs).is_empty());
}

/// A mark for each point, and one in the legend for each series.
fn assert_marks(svg: &str, points: &[figure3::Point]) {
    let marks = svg.matches("<circle").count() + svg.matches("<polygon").count();
    let series: BTreeSet<&str> = points.iter().map(|point| point.series.id()).collect();
    assert_eq!(marks, points.len() + series.len());
}

/// The released rule is Bayes' where both laws are uniform, and not elsewhere; Bayes is that of brute force.
#[test]
fn the_released_posterior_is_bayes_rule_for_uniform_laws() {
    let uniform = clear_states();
    let words = sample(uniform.hmm(), 5, 3, &mut Random::new(1, Stream::Inputs));
    for [bayes, released] in posteriors_of_h0(&uniform, &words) {
        assert!(bayes.iter().zip(&released).all(|(p, q)| (p - q).abs() < 1e-14));
    }
    let casino = builtin::all().remove(0);
    let words = sample(casino.hmm(), 5, 3, &mut Random::new(1, Stream::Inputs));
    for (word, [bayes, released]) in words.iter().zip(posteriors_of_h0(&casino, &words)) {
        let exact = brute::posterior(casino.hmm(), &masked(word)).unwrap();
        assert!(exact.iter().zip(&bayes).all(|(exact, &float)| close(exact, float)));
        assert!(bayes.iter().zip(&released).any(|(p, q)| (p - q).abs() > 1e-3));
    }
}

#[test]
fn ablations_are_tabled() {
    let common = Plan { length: 6, ..tiny() };
    let plan = AblationPlan { cuts: vec![6, 2], prompts: vec![0, 1], temperatures: vec![10.0], common };
    let runs = all(&plan);
    // An input that is not cut has its own label, and the same head is learned.
    assert_eq!(runs[0].cuts[0].same_label, 100);
    assert_eq!(runs[0].cuts[0].right, runs[0].prompts[0].right);
    assert!(runs[0].cuts[1].same_label <= 100);
    let found = studies::ablations(&plan, &runs);
    let csv = studies::ablations_csv(&found);
    assert!(csv.lines().all(|line| line.split(',').count() == 6) && csv.contains("2 tokens seen"), "{csv}");
    assert!(studies::ablations_text(&plan, &found).contains("prompt of 1"));
    assert!(studies::ablation_contradictions(&plan, &runs).is_empty());
}

/// Predictions hold: a safe label survives every error that was tried.
#[test]
fn safe_labels_survive_noise() {
    let plan = NoisePlan { errors: vec![1e-1, 1e-3, 1e-9], common: tiny() };
    let runs = all(&plan);
    assert!(!runs.iter().any(recoverable::simulate::noise::NoiseRun::contradicts));
    let head = |kind| runs[0].heads.iter().find(|found| found.head == kind).unwrap();
    let (constructed, least) = (head(NoisyHead::Constructed), head(NoisyHead::Least));
    assert!(least.norm <= constructed.norm * (1.0 + 1e-12));
    for levels in [&constructed.levels, &least.levels] {
        assert!(levels[0].safe <= levels[1].safe && levels[1].safe <= levels[2].safe);
        assert!(levels[2].random >= levels[0].random);
    }
    let found = studies::noise(&plan, &runs);
    assert_eq!(studies::noise_csv(&found).lines().count(), 1 + 9);
    assert!(studies::noise_text(&plan, &runs, &found).contains("least-norm head"));
    let mut wrong = runs[0].clone();
    wrong.heads[0].levels[0].safe = 101;
    assert!(wrong.contradicts());
}

#[test]
fn the_families_are_decided() {
    let plan = FamilyPlan { first: 0, seeds: 2, lengths: vec![1, 4], inputs: 20, length: 8 };
    let found = [Size::Vanilla(4), Size::Vanilla(12), Size::Memory(2), Size::Memory(3), Size::Joint(2)]
        .map(|size| row(&plan, size));
    let [small, large, two, three, joint] = &found;
    let holds = |row: &SimulationRow, id: &str| row.hypotheses[id].holds;
    // Twelve columns of ten entries are dependent.
    assert_eq!([holds(small, "assumption-3.1"), holds(large, "assumption-3.1")], [2, 0]);
    assert_eq!(large.sigma_min.map(|sigma| (sigma.count, sigma.greatest)), Some((2, 0.0)));
    assert!(small.sigma_min.unwrap().least > 0.0 && small.sigma_min.unwrap().greatest < 3.0);
    assert!((large.rank.unwrap().median - 10.0).abs() < 0.5);
    // A block of three columns is never free of nine others in ten dimensions; of eight columns every one is.
    assert_eq!([holds(two, "assumption-4.2"), holds(three, "assumption-4.2")], [2, 0]);
    assert!(two.coverage.values().all(|share| *share >= 1.0) && two.coverage.len() == 2);
    assert!(three.coverage.values().all(|share| *share <= 0.0) && three.coverage.len() == 2);
    // No start law is exactly stationary, and a chain that never changes the value is reducible.
    assert_eq!([holds(two, "assumption-4.4"), holds(joint, "assumption-3.2")], [0, 0]);
    assert_eq!((joint.states, joint.values, joint.verdicts["theorem-3.3"].not_applicable), (8, Some(2), 2));
    assert!(joint.margins.is_empty() && joint.smallest_cover.is_some());
    for row in &found[..4] {
        assert_eq!(row.margins.iter().map(|bin| bin.count).sum::<usize>(), 40);
        let below: usize =
            row.margins.iter().take_while(|bin| bin.name != "1e-06 or more").map(|bin| bin.count).sum();
        assert!((row.small_margins["1e-06"] - below as f64 / 40.0).abs() < 1e-9);
    }
    // Whatever the sample, a head of two by four columns is far from the limits of f64 here, and a cover is no larger than the model.
    assert!(small.smallest_cover.unwrap().greatest <= 4.0 && two.smallest_cover.is_none());
    assert_eq!(row(&plan, Size::Vanilla(4)), *small);
}

// the command line

fn recoverable(args: &[&str]) -> Output {
    cargo_bin_cmd!("recoverable").args(args).output().unwrap()
}

fn stdout(args: &[&str]) -> String {
    let output = recoverable(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Bad usage or input: exit code 2, nothing on stdout, these words on stderr.
fn refused(args: &[&str], words: &str) {
    let output = recoverable(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}: {stderr}");
    assert!(stderr.contains(words), "{args:?}: {stderr}");
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn models_are_generated_from_their_seed() {
    let one = ["generate", "--family", "appendix-d", "--states", "4", "--seed", "11"];
    let text = stdout(&one);
    assert_eq!(stdout(&one), text);
    let model = read(&Source::new("model.toml", &text), Options::default()).unwrap().model;
    let family = Family { states: 4, tokens: 10, redraw: false };
    assert_eq!((model.hmm(), model.task()), (family.model(11).hmm(), family.model(11).task()));
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    let many = ["--count", "3", "--to", "json", "--tokens", "6", "--output", output];
    assert_eq!(stdout(&[&one[..], &many].concat()), "");
    let mut names: Vec<_> = fs::read_dir(output)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["11", "12", "13"].map(|seed| format!("appendix-d-n4-k6-s{seed}.json")));
    let second = Family { tokens: 6, ..family }.model(12);
    assert_eq!(fs::read_to_string(at(folder.path(), &names[1])).unwrap(), to_json(&second));
}

#[test]
fn heads_are_learned_from_files_of_inputs_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let (data, head) = (at(folder.path(), "data.jsonl"), at(folder.path(), "head.json"));
    let model = at(folder.path(), "model.json");
    fs::write(&model, to_json(&clear_states())).unwrap();
    let generate = ["generate", "--data", &model, "--inputs", "300", "--length", "20", "--seed", "4"];
    let text = stdout(&generate);
    assert_eq!(text.lines().count(), 300);
    stdout(&[&generate[..], &["--output", &data]].concat());
    assert_eq!(fs::read_to_string(&data).unwrap(), text);
    let tune = ["tune", &model, "--data", &data, "--validation", "50", "--steps", "40", "--seed", "1"];
    let learned = stdout(&tune);
    assert_eq!(stdout(&tune), learned);
    stdout(&[&tune[..], &["--prompt", "2", "--output", &head]].concat());
    // Stopped after the last stage and gone on with; a state of another command is refused.
    let state = at(folder.path(), "state.json");
    assert_eq!(stdout(&[&tune[..], &["--save", &state]].concat()), learned);
    assert_eq!(stdout(&[&tune[..], &["--resume", &state]].concat()), learned);
    refused(&[&tune[..], &["--prompt", "2", "--resume", &state]].concat(), "not of this command");
    fs::write(&state, "{").unwrap();
    refused(&[&tune[..], &["--resume", &state]].concat(), "state.json");
    let file: Value = serde_json::from_str(&fs::read_to_string(&head).unwrap()).unwrap();
    assert_eq!(file["prompt"].as_array().map(Vec::len), Some(2));
    let report = recoverable(&[
        "bound", &model, "--head", &head, "--format", "json", "--target", "0.01", "--limit", "3000",
    ]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let exact =
        |end: &str| recoverable::number::parse(report["disagreement"][end].as_str().unwrap()).unwrap();
    assert!(exact("lower") <= exact("upper") && exact("upper") < BigRational::new(1.into(), 10.into()));
}

#[test]
fn figure_3_goes_on_where_it_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    let small = ["--quick", "--states", "2", "--seeds", "2", "--train", "100", "--length", "8"];
    let short = ["--prompt", "1", "--target", "0.1", "--limit", "100", "--output", output];
    let study = [&["simulate", "figure3", "--panel", "vanilla"][..], &small, &short].concat();
    let printed = stdout(&study);
    assert!(printed.contains("learned prompt and head"), "{printed}");
    let whole = |name: &str| fs::read_to_string(at(folder.path(), name)).unwrap();
    let (runs, csv, svg) = (whole("runs.jsonl"), whole("figure3.csv"), whole("figure3.svg"));
    let page = whole("figure3.html");
    assert!(page.contains("Vanilla models") && page.contains("<svg") && !page.contains("Models with memory"));
    assert_eq!(runs.lines().count(), 3);
    // Interrupted in the middle of the second run.
    let cut = runs.len() - 9;
    fs::write(at(folder.path(), "runs.jsonl"), &runs[..cut]).unwrap();
    assert_eq!(stdout(&[&study[..], &["--threads", "1"]].concat()), printed);
    assert_eq!((whole("runs.jsonl"), whole("figure3.csv"), whole("figure3.svg")), (runs, csv, svg));
    refused(&[&study[..], &["--seed", "1"]].concat(), "another plan");
}

/// Generated, labelled, and learned from: models with memory, by the same commands.
#[test]
fn models_with_memory_have_the_same_commands() {
    let folder = tempfile::tempdir().unwrap();
    let file = at(folder.path(), "memory.json");
    let text = stdout(&[
        "generate",
        "--family",
        "appendix-d-memory",
        "--values",
        "2",
        "--seed",
        "1",
        "--to",
        "json",
    ]);
    assert_eq!(text, memory_to_json(&MemoryFamily::new(2).model(1)));
    fs::write(&file, &text).unwrap();
    let AnyModel::Memory(_) = read_any(&Source::new("m.json", &text), Options::default()).unwrap().model
    else {
        panic!("a model with memory");
    };
    let data = stdout(&["generate", "--data", &file, "--inputs", "40", "--length", "6", "--seed", "2"]);
    assert_eq!(Dataset::from_json_lines(&data, 10, 2).unwrap().words.len(), 40);
    let tune = [
        "tune",
        &file,
        "--seed",
        "1",
        "--train",
        "60",
        "--validation",
        "20",
        "--length",
        "6",
        "--steps",
        "5",
    ];
    let head: Value = serde_json::from_str(&stdout(&tune)).unwrap();
    assert_eq!(head["attention"]["values"].as_array().map(Vec::len), Some(8));
    refused(&[&tune[..], &["--prompt", "2"]].concat(), "has a memory");
    refused(&["generate", "--family", "appendix-d-memory", "--states", "2", "--seed", "1"], "--values M");
    refused(&["generate", "--family", "appendix-d", "--values", "2", "--seed", "1"], "--states N");
}

/// Archives of numpy, stored and deflated, are read as exactly their floats; what is written is read again.
#[test]
fn models_of_hmmlearn_go_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = |name: &str| format!("{}/tests/corpus/hmmlearn/{name}.npz", env!("CARGO_MANIFEST_DIR"));
    let converted = |file: &str| {
        let text = stdout(&["convert", file, "--to", "json"]);
        read(&Source::new("model.json", &text), Options::default()).unwrap().model
    };
    let (stored, deflated) = (converted(&fixture("stored")), converted(&fixture("deflated")));
    assert_eq!(stored.hmm(), deflated.hmm());
    assert_eq!(deflated.task().map(|task| task.contrasts().len()), Some(1));
    assert_eq!(stored.hmm().first_law(), ["1/4", "3/4"].map(|p| p.parse::<BigRational>().unwrap()));
    assert_eq!(stored.hmm().emission()[(2, 1)], "3/4".parse().unwrap());
    let again = at(folder.path(), "again.npz");
    let output = recoverable(&["convert", &fixture("deflated"), "--to", "npz", "--output", &again]);
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!((converted(&again).hmm(), converted(&again).task()), (deflated.hmm(), deflated.task()));
    // Rows that sum to 1 up to rounding.
    refused(&["convert", &fixture("fitted"), "--to", "json"], "--normalize");
    let output = recoverable(&["convert", &fixture("fitted"), "--to", "json", "--normalize"]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("note: "));
    // Nothing else is an archive.
    let bytes = fs::read(fixture("stored")).unwrap();
    let bad = at(folder.path(), "bad.npz");
    let refused_bytes = |bytes: &[u8], words: &str| {
        fs::write(&bad, bytes).unwrap();
        refused(&["check", &bad], words);
    };
    refused_bytes(b"", "no archive");
    refused_bytes(&bytes[..bytes.len() / 2], "no archive");
    let mut broken = bytes.clone();
    let data = bytes.windows(8).position(|window| window == 0.75_f64.to_le_bytes()).unwrap();
    broken[data] ^= 1;
    refused_bytes(&broken, "checksum");
    refused(&["check", &fixture("stored"), "--max-bytes", "100"], "expected at most 100 bytes");
    refused(&["convert", "sentences", "--to", "npz", "--output", &bad], "memory");
    refused(&["convert", "casino", "--to", "npz"], "--output FILE");
}

#[test]
fn bad_usage_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    refused(&["generate", "--seed", "1"], "--family");
    refused(&["generate", "--family", "appendix-d", "--seed", "1"], "--states");
    refused(&["generate", "--family", "appendix-d", "--states", "0", "--seed", "1"], "1 or more");
    refused(&["generate", "--family", "other", "--states", "2", "--seed", "1"], "appendix-d");
    refused(&["generate", "--family", "appendix-d", "--states", "2"], "--seed");
    refused(
        &["generate", "--family", "appendix-d", "--states", "2", "--seed", "1", "--count", "2"],
        "--output DIR",
    );
    refused(&["generate", "--data", "casino", "--seed", "1", "--inputs", "2"], "--length");
    refused(
        &["generate", "--data", "nowhere.toml", "--seed", "1", "--inputs", "2", "--length", "2"],
        "nowhere",
    );
    let bare = at(folder.path(), "bare.json");
    fs::write(&bare, r#"{"kind":"hmm","initial":["1"],"transition":[["1"]],"emission":[["1"]]}"#).unwrap();
    refused(&["generate", "--data", &bare, "--seed", "1", "--inputs", "2", "--length", "2"], "no task");
    refused(&["tune", &bare, "--seed", "1"], "no task");
    let data = at(folder.path(), "data.jsonl");
    fs::write(&data, "{\"tokens\":[0,6],\"label\":1,\"margin\":0}\n").unwrap();
    refused(&["tune", "casino", "--seed", "1", "--data", &data], "data.jsonl:1: tokens: position 2: token 6");
    fs::write(&data, "\n").unwrap();
    refused(&["tune", "casino", "--seed", "1", "--data", &data], "no inputs");
    refused(&["simulate", "figure4"], "figure4");
    #[cfg(not(feature = "pretrain"))]
    refused(&["simulate", "pretrain", "casino"], "cargo build --release --features pretrain");
    refused(&["simulate", "figure3", "--states", "4,x"], "1 or more");
}
