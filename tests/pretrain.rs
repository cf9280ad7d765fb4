//! A tiny network, really pretrained: `cargo test --features pretrain --test pretrain`.

use std::{fs, ops::ControlFlow, path::Path};

use assert_cmd::cargo::cargo_bin_cmd;
use jsonschema::Registry;
use recoverable::{
    generate::{Random, Stream, appendix_d::Family, dataset::sample},
    model::{Model, Token},
    simulate::{
        figure3::Plan,
        pretrain::{
            PretrainError, PretrainPlan, PretrainRun,
            network::{Masked, Network, Sizes},
            pretrain,
            prompt::PromptTuning,
            training::{Stage, Training},
        },
    },
};
use serde_json::{Value, json};

fn model() -> Model {
    Family { states: 4, tokens: 6, redraw: true }.model(1)
}

fn plan() -> PretrainPlan {
    PretrainPlan {
        width: 16,
        heads: 2,
        layers: 1,
        training: Training { steps: 150, words: 16, rate: 1e-2 },
        prompt: PromptTuning { passes: 1, batch: 20, rate: 1e-2 },
        common: Plan { inputs: [100, 50, 200], length: 10, prompt: 2, starts: 1, steps: 20, ..Plan::quick() },
    }
}

fn run(plan: &PretrainPlan) -> PretrainRun {
    pretrain(&model(), plan, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// A network that had learned the law of tokens alone would have its entropy for a loss; a longer course ends nearer to the exact model.
#[test]
fn training_lowers_the_loss_below_the_entropy_of_a_token() {
    let found = run(&plan());
    let [first, last] = [found.course[0], *found.course.last().unwrap()];
    assert_eq!(last.steps, 150);
    assert!(last.loss < found.entropy.unigram - 0.1 && first.loss > found.entropy.unigram, "{found:?}");
    assert!(found.entropy.exact <= found.entropy.learned && found.entropy.learned < found.entropy.unigram);
    let early = run(&PretrainPlan { training: Training { steps: 15, ..plan().training }, ..plan() });
    assert!(found.first.mean < early.first.mean && found.inside.mean < early.inside.mean, "{early:?}");
    for found in [&found, &early] {
        assert!(!found.contradicts() && !found.ended_early);
        for head in &found.given {
            assert!(head.safe <= head.right.learned && head.safe_variation <= head.right.learned, "{head:?}");
        }
    }
}

#[test]
fn the_same_plan_gives_the_same_run() {
    let short = PretrainPlan { training: Training { steps: 5, ..plan().training }, ..plan() };
    assert_eq!(run(&short), run(&short));
    let other = PretrainPlan { common: Plan { seed: 1, ..short.common.clone() }, ..short.clone() };
    assert_ne!(run(&short).course, run(&other).course);
    let mut stages: Vec<Stage> = Vec::new();
    let mut stop = |stage| {
        stages.push(stage);
        ControlFlow::Break(())
    };
    let ended = pretrain(&model(), &short, &mut stop).unwrap();
    assert!(ended.ended_early && ended.course == stages && stages.len() == 1);
}

/// Outputs are laws, and see all positions but blanks; words in other company have the same output, and a prompt changes it.
#[test]
fn outputs_are_laws_of_what_is_seen() {
    let sizes = Sizes { tokens: 6, positions: 8, width: 8, heads: 2, layers: 2 };
    let network = Network::new(sizes, &mut Random::new(1, Stream::Network)).unwrap();
    let words = sample(model().hmm(), 70, 8, &mut Random::new(1, Stream::Inputs));
    let blank = |word: &Vec<Token>| -> Masked {
        std::iter::once(None).chain(word[1..].iter().copied().map(Some)).collect()
    };
    let words: Vec<Masked> = words.iter().map(blank).collect();
    let outputs = network.outputs(None, &words, &[0; 70]).unwrap();
    for word in 0..words.len() {
        let row = outputs.row(word);
        assert!(row.iter().all(|&p| p > 0.0) && (row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
    let alone = network.outputs(None, &words[69..], &[0]).unwrap();
    assert!(near(alone.row(0), outputs.row(69)));
    let mut changed = words[0].clone();
    changed[7] = Some(Token((changed[7].unwrap().0 + 1) % 6));
    assert!(!near(network.outputs(None, &[changed], &[0]).unwrap().row(0), outputs.row(0)));
    let prompt = network.parameters()[0].as_tensor().narrow(0, 0, 3).unwrap();
    assert!(!near(network.outputs(Some(&prompt), &words[..1], &[0]).unwrap().row(0), outputs.row(0)));
    assert!(Network::new(Sizes { heads: 3, ..sizes }, &mut Random::new(1, Stream::Network)).is_err());
}

#[test]
fn models_without_two_labels_and_sizes_that_do_not_fit_are_refused() {
    let drawn = model();
    let bare = Model::new("bare", drawn.hmm().clone(), None, recoverable::model::Names::default()).unwrap();
    let found = pretrain(&bare, &plan(), &mut |_| ControlFlow::Continue(()));
    assert!(matches!(found, Err(PretrainError::NoTask)));
    let found = pretrain(&model(), &PretrainPlan { width: 15, ..plan() }, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(found, Err(PretrainError::Width { width: 15, heads: 2 })));
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_command_writes_a_table_and_json() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    let small = ["--quick", "--width", "8", "--layers", "1", "--steps", "50", "--seconds", "0"];
    let short = ["--length", "6", "--train", "40", "--prompt", "2", "--output", output];
    let args = [&["simulate", "pretrain", "casino"][..], &small, &short].concat();
    let printed = cargo_bin_cmd!("recoverable").args(args).assert().success();
    let printed = String::from_utf8_lossy(&printed.get_output().stdout).into_owned();
    assert!(
        printed.contains("(1 layer of width 8), pretrained for 1 step of")
            && printed.contains("ended before step 50")
            && printed.contains("prompt of 2 and head"),
        "{printed}"
    );
    let base = "https://recoverable.invalid/schemas/";
    let add = |registry: jsonschema::RegistryBuilder<'static>, name: &str| {
        registry.add(format!("{base}{name}.schema.json"), schema(name)).unwrap()
    };
    let registry = ["figure3", "noise", "pretrain"].into_iter().fold(Registry::new(), add).prepare().unwrap();
    let whole = json!({ "$ref": format!("{base}pretrain.schema.json") });
    let valid = jsonschema::options().with_registry(&registry).build(&whole).unwrap();
    let text = fs::read_to_string(folder.path().join("pretrain.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<_> =
        valid.iter_errors(&document).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(document["run"]["ended_early"], json!(true));
    let refused = |args: &[&str]| {
        let refused =
            cargo_bin_cmd!("recoverable").args(["simulate", "pretrain"]).args(args).assert().code(2);
        String::from_utf8_lossy(&refused.get_output().stderr).into_owned()
    };
    refused(&["nowhere.toml"]);
    let said = refused(&["casino", "--width", "30", "--output", output]);
    assert!(said.contains("multiple of 4") && said.lines().count() == 1, "{said}");
}
