//! A pretrained network beside the exact model: table and JSON.

use std::fmt::Write as _;

use serde_json::json;

use super::text::plural;
use crate::simulate::pretrain::{Distances, Pair, PretrainPlan, PretrainRun};

/// The version of the JSON.
pub const SCHEMA: &str = "recoverable.pretrain/1";

/// Plan and run, as one document.
pub fn json(plan: &PretrainPlan, run: &PretrainRun) -> String {
    let document = json!({ "schema": SCHEMA, "plan": plan, "run": run });
    serde_json::to_string_pretty(&document).expect("numbers and lists always serialise") + "\n"
}

/// The table for people.
pub fn text(plan: &PretrainPlan, run: &PretrainRun) -> String {
    let [training, _, tests] = plan.common.inputs;
    let steps = run.course.last().map_or(0, |stage| stage.steps);
    let early =
        if run.ended_early { format!(", ended before step {}", plan.training.steps) } else { String::new() };
    let mut text = format!(
        "{}: a network of {} parameters ({} of width {}), pretrained for {} of {} words of {} tokens{early}\n\n",
        run.model,
        run.parameters,
        plural(plan.layers, "layer"),
        plan.width,
        plural(steps, "step"),
        plan.training.words,
        plan.common.length + 1
    );
    let entropy = run.entropy;
    let _ = writeln!(
        text,
        "loss of the first token, in nats: {:.4}; exact model {:.4}, its law alone {:.4}\n\
         distance of the outputs in total variation:  mean  tenth   half  nine tenths  largest",
        entropy.learned, entropy.exact, entropy.unigram
    );
    text += &distances("at the first position of (blank, x)", run.first);
    text += &distances("at a random position of x", run.inside);
    text += &given(run, tests);
    let percent = |count: usize| 100.0 * count as f64 / tests as f64;
    let _ = writeln!(
        text,
        "\nLearned from {training} inputs of {} tokens on the outputs at hand, percent of {tests} inputs:\n\n\
         {:30} {:>8} {:>8}",
        plan.common.length, "", "exact", "network"
    );
    let prompt = format!("prompt of {} and head", plan.common.prompt);
    for (what, Pair { exact, learned }) in [("head", run.head), (prompt.as_str(), run.prompt)] {
        let _ = writeln!(text, "{what:30} {:>8.1} {:>8.1}", percent(exact), percent(learned));
    }
    text
}

fn distances(what: &str, found: Distances) -> String {
    let [tenth, half, nine] = found.quantiles;
    format!("  {what:40} {:>7.4} {tenth:>6.4} {half:>6.4} {nine:>12.4} {:>8.4}\n", found.mean, found.largest)
}

fn given(run: &PretrainRun, tests: usize) -> String {
    let mut text = format!(
        "\nOne head on both, percent of {tests} inputs. safe: |b·G| > ‖b‖₁ max|Ĝ − G|, in variation: |b·G| > (max b − min b) TV(Ĝ, G), of each input;\n\
         worst, random: predicted for errors of the mean distance, {:.1e}.\n\n\
         {:12} {:>8} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8}\n",
        run.first.mean, "head", "‖b‖₁", "exact", "safe", "variation", "worst", "random", "network"
    );
    let percent = |count: usize| 100.0 * count as f64 / tests as f64;
    for head in &run.given {
        let _ = writeln!(
            text,
            "{:12} {:>8.1e} {:>8.1} {:>8.1} {:>10.1} {:>8.1} {:>8.1} {:>8.1}",
            head.head.id(),
            head.norm,
            percent(head.right.exact),
            percent(head.safe),
            percent(head.safe_variation),
            percent(head.predicted.worst),
            percent(head.predicted.random),
            percent(head.right.learned)
        );
    }
    text
}
