//! Tables and CSV of the studies beside Figure 3: ablations and noise.

use std::fmt::Write as _;

use crate::simulate::{
    ablations::{AblationPlan, AblationRun},
    figure3::Measured,
    noise::{Level, NoisePlan, NoiseRun, NoisyHead},
    statistics::mean,
};

/// One number of an ablation, over the models of one size.
#[derive(Clone, Debug, PartialEq)]
pub struct Ablation {
    /// The number of states.
    pub states: usize,
    /// What was changed.
    pub change: String,
    /// What was measured.
    pub measure: &'static str,
    /// Models that count.
    pub runs: usize,
    /// The mean, in percent.
    pub mean: f64,
    /// Half of its 95 % interval.
    pub half: f64,
}

/// Every number of the ablations for which there is a run.
pub fn ablations(plan: &AblationPlan, runs: &[AblationRun]) -> Vec<Ablation> {
    let mut found = Vec::new();
    for &states in &plan.common.states {
        let of: Vec<&AblationRun> = runs.iter().filter(|run| run.states == states).collect();
        let mut add = |change: String, measure: &'static str, values: Vec<f64>| {
            if let Some(mean) = mean(&values) {
                let (runs, mean, half) = (values.len(), 100.0 * mean.mean, 100.0 * mean.half);
                found.push(Ablation { states, change, measure, runs, mean, half });
            }
        };
        ablations_of(plan, &of, &mut add);
    }
    found
}

fn ablations_of(
    plan: &AblationPlan,
    runs: &[&AblationRun],
    add: &mut dyn FnMut(String, &'static str, Vec<f64>),
) {
    let share = |count: usize| count as f64 / plan.common.inputs[2] as f64;
    let of =
        |value: &dyn Fn(&AblationRun) -> f64| -> Vec<f64> { runs.iter().map(|run| value(run)).collect() };
    for (index, length) in plan.prompts.iter().enumerate() {
        let change = format!("prompt of {length}");
        add(change, "certified accuracy of what is learned", of(&|run| run.prompts[index].middle()));
    }
    if let Some(index) = plan.prompts.iter().position(|&length| length == 0) {
        let change = format!("{} tokens seen", plan.common.length);
        add(change, "learned head on the sample", of(&|run| share(run.prompts[index].right)));
    }
    for (index, length) in plan.cuts.iter().enumerate() {
        let change = format!("{length} tokens seen");
        add(change.clone(), "learned head on the sample", of(&|run| share(run.cuts[index].right)));
        add(change, "same label as the whole input", of(&|run| share(run.cuts[index].same_label)));
    }
    for (index, temperature) in plan.temperatures.iter().enumerate() {
        let change = format!("start law softmax(u / {temperature})");
        add(change.clone(), "released label is Bayes'", of(&|run| share(run.starts[index].same_label)));
        add(change, "distance of the two posteriors", of(&|run| run.starts[index].distance));
    }
    add(
        "first task drawn".to_owned(),
        "certified accuracy of what is learned",
        of(&|run| run.not_redrawn.middle()),
    );
    let one_sided = |run: &AblationRun| if run.one_sided { 1.0 } else { 0.0 };
    add("first task drawn".to_owned(), "its label cannot change", of(&one_sided));
}

/// Runs in which a sample lies outside its bracket by four standard deviations.
pub fn ablation_contradictions<'a>(plan: &AblationPlan, runs: &'a [AblationRun]) -> Vec<&'a AblationRun> {
    let outside = |found: &Measured| found.is_contradicted(plan.common.inputs[2]);
    runs.iter().filter(|run| run.prompts.iter().any(outside) || outside(&run.not_redrawn)).collect()
}

/// One line for each number.
pub fn ablations_csv(found: &[Ablation]) -> String {
    let mut text = "states,change,measure,runs,mean,half_width\n".to_owned();
    for Ablation { states, change, measure, runs, mean, half } in found {
        let _ = writeln!(text, "{states},{change},{measure},{runs},{mean:.4},{half:.4}");
    }
    text
}

/// The table for people.
pub fn ablations_text(plan: &AblationPlan, found: &[Ablation]) -> String {
    let [training, _, tests] = plan.common.inputs;
    let mut text = format!(
        "What the released code changes: percent over {} seeds, {training} inputs of {} tokens to learn from, {tests} to test on,\n\
         with half of the 95 % interval over models.\n",
        plan.common.seeds, plan.common.length
    );
    let mut states = 0;
    for Ablation { states: of, change, measure, mean, half, .. } in found {
        if *of != states {
            states = *of;
            let _ = writeln!(text, "\n{states} states");
        }
        let _ = writeln!(text, "  {change:26} {measure:38} {mean:>8.3} ± {half:.2}");
    }
    text
}

/// One head, one error, over the models of one size.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// The number of states.
    pub states: usize,
    /// Which head.
    pub head: NoisyHead,
    /// The error in total variation.
    pub error: f64,
    /// Models that have this head.
    pub runs: usize,
    /// Shares of inputs in percent: safe by `‖b‖₁`, safe in total variation, right behind the worst error, right behind a random one.
    pub shares: [f64; 4],
}

impl NoisyHead {
    const ALL: [Self; 3] = [Self::Constructed, Self::Least, Self::Learned];

    /// Its name in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Constructed => "constructed",
            Self::Least => "least-norm",
            Self::Learned => "learned",
        }
    }
}

/// Every head at every error for which there is a run.
pub fn noise(plan: &NoisePlan, runs: &[NoiseRun]) -> Vec<Noise> {
    let mut found = Vec::new();
    for &states in &plan.common.states {
        for head in NoisyHead::ALL {
            for (index, &error) in plan.errors.iter().enumerate() {
                let levels = heads(runs, states, head).map(|head| &head.levels[index]);
                let levels: Vec<&Level> = levels.collect();
                let share = |count: fn(&Level) -> usize| {
                    let total: usize = levels.iter().map(|level| count(level)).sum();
                    100.0 * total as f64 / (levels.len() * plan.common.inputs[2]) as f64
                };
                if !levels.is_empty() {
                    let shares = [
                        share(|level| level.safe),
                        share(|level| level.safe_variation),
                        share(|level| level.worst),
                        share(|level| level.random),
                    ];
                    found.push(Noise { states, head, error, runs: levels.len(), shares });
                }
            }
        }
    }
    found
}

/// What was found of one head in models of one size.
fn heads(
    runs: &[NoiseRun],
    states: usize,
    head: NoisyHead,
) -> impl Iterator<Item = &crate::simulate::noise::HeadNoise> {
    let of = runs.iter().filter(move |run| run.states == states);
    of.flat_map(|run| &run.heads).filter(move |found| found.head == head)
}

/// One line for each head and error.
pub fn noise_csv(found: &[Noise]) -> String {
    let mut text = "states,head,error,runs,safe,safe_variation,right_worst,right_random\n".to_owned();
    for Noise { states, head, error, runs, shares: [safe, variation, worst, random] } in found {
        let _ = writeln!(
            text,
            "{states},{},{error:e},{runs},{safe:.3},{variation:.3},{worst:.3},{random:.3}",
            head.id()
        );
    }
    text
}

/// The table for people.
pub fn noise_text(plan: &NoisePlan, runs: &[NoiseRun], found: &[Noise]) -> String {
    let mut text = format!(
        "A model that is off by ε in total variation: percent of {} inputs of {} tokens that have the task's label, over {} seeds.\n\
         safe: |b·G| > ε‖b‖₁; safe in variation: |b·G| > ε(max b − min b); worst, random: behind the worst and behind a random error.\n",
        plan.common.inputs[2], plan.common.length, plan.common.seeds
    );
    let mut last = None;
    for Noise { states, head, error, runs: count, shares: [safe, variation, worst, random] } in found {
        if last != Some((*states, *head)) {
            last = Some((*states, *head));
            let norms: Vec<_> = heads(runs, *states, *head).map(|head| head.norm.log10()).collect();
            let margins: Vec<_> = heads(runs, *states, *head).map(|head| head.margins[1].log10()).collect();
            let average = |values: &[f64]| mean(values).map_or(f64::NAN, |found| found.mean);
            let _ = writeln!(
                text,
                "\n{states} states, {} head ({count} models): ‖b‖₁ about 1e{:.0}, half of the labels safe up to about 1e{:.0}\n\
                 {:>8} {:>8} {:>8} {:>8} {:>8}",
                head.id(),
                average(&norms),
                average(&margins),
                "ε",
                "safe",
                "variation",
                "worst",
                "random"
            );
        }
        let _ = writeln!(text, "{error:>8.0e} {safe:>8.1} {variation:>8.1} {worst:>8.1} {random:>8.1}");
    }
    text
}
