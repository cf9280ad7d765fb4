//! Every case of the corpus on every engine: exact, f64, brute force over hidden paths, command line.

mod brute;
mod cases;

use std::fs;

use assert_cmd::cargo::cargo_bin_cmd;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use recoverable::{
    audit::{Selection, examine},
    linear::rank,
    model::{Construction, Hmm, Model, Task, file},
    oracle::{Exact, Float, Masked, SequenceError},
    question::linear_head,
    theorem::{Verdict, theorem_3_3},
};
use serde_json::Value;

use cases::{Case, list, number, one_or_more};

/// What an engine says of one input; `None` if it is impossible.
struct Answer {
    probability: BigRational,
    posterior: Vec<BigRational>,
    scores: Vec<BigRational>,
    label: usize,
    head_input: Vec<BigRational>,
}

fn expected_answer(expected: &Value) -> Option<Answer> {
    expected.get("post0")?;
    Some(Answer {
        probability: number(&expected["prob"]),
        posterior: list(&expected["post0"]),
        scores: one_or_more(&expected["margin"]),
        label: usize::try_from(expected["label"].as_u64().unwrap()).unwrap(),
        head_input: list(&expected["G1"]),
    })
}

fn exact_answer(model: &Model, tokens: &Masked) -> Option<Answer> {
    let (oracle, task) = (Exact::new(model.hmm()), model.task().unwrap());
    let posterior = match oracle.posterior(tokens) {
        Err(SequenceError::Impossible { .. }) => return None,
        other => other.unwrap(),
    };
    Some(Answer {
        probability: oracle.probability(tokens).unwrap(),
        posterior,
        scores: oracle.scores(task, tokens).unwrap(),
        label: oracle.label(task, tokens).unwrap(),
        head_input: oracle.head_input(tokens).unwrap(),
    })
}

fn brute_answer(model: &Model, tokens: &Masked) -> Option<Answer> {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let posterior = brute::posterior(hmm, tokens)?;
    let score = |row: &Vec<BigRational>| row.iter().zip(&posterior).map(|(mu, p)| mu * p).sum();
    Some(Answer {
        probability: brute::probability(hmm, tokens),
        scores: task.scores().iter().map(score).collect(),
        label: brute::label(task, &posterior),
        head_input: brute::head_input(hmm, tokens),
        posterior,
    })
}

fn command_line_answer(line: &str) -> Answer {
    let json: Value = serde_json::from_str(line).unwrap();
    Answer {
        probability: number(&json["probability"]),
        posterior: list(&json["posterior"]),
        scores: one_or_more(&json["score"]),
        label: usize::try_from(json["label"].as_u64().unwrap()).unwrap(),
        head_input: list(&json["head_input"]),
    }
}

fn assert_same(found: Option<Answer>, expected: Option<Answer>, what: &str) {
    match (found, expected) {
        (None, None) => {}
        (Some(found), Some(expected)) => {
            assert_eq!(found.probability, expected.probability, "{what}: probability");
            assert_eq!(found.posterior, expected.posterior, "{what}: posterior");
            assert_eq!(found.scores, expected.scores, "{what}: scores");
            assert_eq!(found.label, expected.label, "{what}: label");
            assert_eq!(found.head_input, expected.head_input, "{what}: G_1");
        }
        (found, expected) => panic!("{what}: possible {} expected {}", found.is_some(), expected.is_some()),
    }
}

fn every_sequence(check: impl Fn(&Case, &Masked, Option<Answer>, &str)) {
    for case in cases::all() {
        for (tokens, expected) in &case.sequences {
            let what = format!("{} {tokens:?}", case.model.name());
            check(&case, tokens, expected_answer(expected), &what);
        }
    }
}

#[test]
fn exact_engine() {
    every_sequence(|case, tokens, expected, what| {
        assert_same(exact_answer(&case.model, tokens), expected, what);
    });
}

#[test]
fn brute_force_engine() {
    every_sequence(|case, tokens, expected, what| {
        assert_same(brute_answer(&case.model, tokens), expected, what);
    });
}

/// The floating twin is an estimate: close, and right about labels that are not ties.
#[test]
fn floating_engine() {
    every_sequence(|case, tokens, expected, what| {
        let (oracle, task) = (Float::new(case.model.hmm()), case.model.task().unwrap());
        let Some(expected) = expected else {
            return assert!(oracle.posterior(tokens).is_err(), "{what}");
        };
        let close = |found: &[f64], expected: &[BigRational]| {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(x, y)| (x - y.to_f64().unwrap()).abs() < 1e-12)
        };
        assert!(
            close(&[oracle.probability(tokens).unwrap()], &[expected.probability]),
            "{what}: probability"
        );
        assert!(close(&oracle.posterior(tokens).unwrap(), &expected.posterior), "{what}: posterior");
        assert!(close(&oracle.head_input(tokens).unwrap(), &expected.head_input), "{what}: G_1");
        let tie = match task {
            Task::Binary(_) => expected.scores[0].is_zero(),
            Task::Classes(_) => {
                expected.scores.iter().filter(|score| *score == expected.scores.iter().max().unwrap()).count()
                    > 1
            }
        };
        if !tie {
            assert_eq!(oracle.label(task, tokens).unwrap(), expected.label, "{what}: label");
        }
    });
}

#[test]
fn command_line_engine() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases::all() {
        let path = folder.path().join(format!("{}.json", case.model.name()));
        fs::write(&path, file::to_json(&case.model)).unwrap();
        let sequences = folder.path().join("sequences.jsonl");
        let possible: Vec<_> =
            case.sequences.iter().filter(|(_, value)| value.get("post0").is_some()).collect();
        let line = |tokens: &Masked| {
            format!("{:?}\n", tokens.iter().flatten().map(|token| token.0).collect::<Vec<_>>())
        };
        fs::write(&sequences, possible.iter().map(|(tokens, _)| line(tokens)).collect::<String>()).unwrap();
        let mut command = cargo_bin_cmd!("recoverable");
        command.args(["label", "--format", "json", "--file"]).arg(&sequences).arg(&path);
        let output = String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap();
        assert_eq!(output.lines().count(), possible.len());
        for (line, (tokens, expected)) in output.lines().zip(possible) {
            let what = format!("{} {tokens:?}", case.model.name());
            assert_same(Some(command_line_answer(line)), expected_answer(expected), &what);
        }
    }
}

/// Rank, assumptions, span and proportional heads are those of the corpus.
#[test]
fn verdicts() {
    for case in cases::all() {
        let (name, expected, hmm) = (case.model.name(), &case.expected, case.model.hmm());
        let truth = |key: &str| expected[key].as_bool().unwrap();
        assert_eq!(rank(hmm.emission()).map(|rank| rank as u64), expected["rank_W"].as_u64(), "{name}");
        assert_eq!(hmm.first_law(), list(&expected["P_H1"]), "{name}");
        let theorem = theorem_3_3::decide(&case.model);
        assert_eq!(theorem.assumption_3_1.holds(), Some(truth("assumption_3_1")), "{name}");
        let ergodic = &theorem.assumption_3_2;
        assert_eq!(ergodic.irreducible.holds(), Some(truth("irreducible")), "{name}");
        let aperiodic = ergodic.aperiodic.as_ref().and_then(recoverable::hypothesis::Decision::holds);
        assert_eq!(aperiodic, truth("irreducible").then_some(truth("primitive")), "{name}");
        assert_eq!(ergodic.full_support.holds(), Some(truth("P_H0_full_support")), "{name}");
        assert_eq!(ergodic.whole.holds(), Some(truth("assumption_3_2")), "{name}");
        let applies = truth("assumption_3_1") && truth("assumption_3_2");
        assert_eq!(matches!(theorem.verdict, Some(Verdict::Proved(_))), applies, "{name}");
        let heads = linear_head::decide(&case.model);
        assert_eq!(heads.span.unwrap().dimension() as u64, expected["dim_V"].as_u64().unwrap(), "{name}");
        let exists = heads.proportional.as_ref().and_then(linear_head::Proportional::exists);
        assert_eq!(exists, Some(truth("proportional_head_exists")), "{name}");
    }
}

/// Constructed heads predict the task's label on every input of the corpus.
#[test]
fn heads_predict_the_labels() {
    let (mut heads_tried, mut prompts_tried) = (0, 0);
    for case in cases::all() {
        let (model, task) = (&case.model, case.model.task().unwrap());
        let found = examine(model, &Selection::default());
        let theorems = found.statements.iter().filter_map(|statement| statement.construction.clone());
        let proportional = match found.findings.linear_heads.unwrap().proportional.unwrap() {
            linear_head::Proportional::Exists { head, .. } => Some(Construction::from(head)),
            linear_head::Proportional::Impossible { .. } | linear_head::Proportional::Undecided(_) => None,
        };
        for construction in theorems.chain(proportional) {
            heads_tried += 1;
            prompts_tried += usize::from(!construction.prompt().is_empty());
            for (tokens, expected) in &case.sequences {
                if let Some(expected) = expected_answer(expected) {
                    let output = brute::prompted_head_input(model.hmm(), construction.prompt(), tokens);
                    let label = construction.head().label(task, &output);
                    assert_eq!(label, expected.label, "{} {tokens:?}", model.name());
                }
            }
        }
    }
    assert!(prompts_tried >= 4, "only {prompts_tried} prompts in the corpus");
    assert!(heads_tried >= 12, "only {heads_tried} heads in the corpus");
}

/// Both engines agree on long inputs, where probabilities are far below the smallest float.
#[test]
fn the_floating_engine_survives_long_inputs() {
    let case = cases::named("v01_fullrank_2x2");
    let tokens: Vec<_> = (0..3000).map(|i| Some(recoverable::model::Token(i * i % 7 % 2))).collect();
    let hmm: &Hmm = case.model.hmm();
    let (exact, float) =
        (Exact::new(hmm).posterior(&tokens).unwrap(), Float::new(hmm).posterior(&tokens).unwrap());
    for (x, y) in exact.iter().zip(float) {
        assert!((x.to_f64().unwrap() - y).abs() < 1e-12);
    }
}
