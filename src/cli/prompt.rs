//! `recoverable prompt`

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use num_rational::BigRational;
use num_traits::{One, Signed};
use recoverable::{
    certify::Limit,
    hypothesis::{Decision, assumption_3_5},
    model::{
        Model, State, Task,
        file::{Source, read_prompt},
    },
    number,
    question::{
        bound::Answer as Labels,
        linear_head::Proportional,
        prompt::{Answer, Approximation, ApproximationError, approximate, given, search},
    },
    report::prompt::{Found, prompt_json, prompt_text},
    search::Effort as PromptEffort,
    theorem::{Verdict, theorem_3_6},
};
use recoverable_checker::Accepted;

use super::{
    Exit, ModelOptions, OutputFormat,
    bound::{Effort, end_progress},
    error::CliError,
    note_correction,
    output::{certificate_path, print, write_certificates},
    stdin_once, with_task,
};

#[derive(Args)]
pub struct PromptArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// Ask about this prompt: {"prompt": [[...], ...]}
    #[arg(long, value_name = "FILE", conflicts_with = "threshold")]
    prompt: Option<String>,
    /// Use Theorem 3.6 for the model with smaller transitions set to zero, and bound how often its prompt and head err
    #[arg(long, value_name = "T", value_parser = threshold)]
    threshold: Option<BigRational>,
    /// What the starting points of the search are drawn from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Starting points for each set of states that the search looks at
    #[arg(long, value_name = "COUNT", default_value_t = PromptEffort::default().starts)]
    starts: usize,
    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
    /// Write the certificates into this folder
    #[arg(long, value_name = "DIR")]
    certificates: Option<PathBuf>,
    /// Write states and tokens by their names
    #[arg(long)]
    names: bool,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    options: ModelOptions,
}

fn threshold(text: &str) -> Result<BigRational, String> {
    let value = number::parse(text).map_err(|why| why.to_string())?;
    let inside = value.is_positive() && value <= BigRational::one();
    if inside { Ok(value) } else { Err("expected a probability above 0".to_owned()) }
}

pub fn run(args: &PromptArgs) -> Result<Exit, CliError> {
    stdin_once([&args.model].into_iter().chain(&args.prompt))?;
    let loaded = args.options.read(&args.model)?;
    if args.format == OutputFormat::Text {
        note_correction(&loaded);
    }
    let (model, correction) = (&loaded.model, loaded.correction.as_ref());
    let task = with_task(model)?;
    let answered = |found: &Found<'_>, certificates: &[&Accepted]| {
        if let Some(dir) = &args.certificates {
            let named = certificates.iter().map(|accepted| (accepted.statement(), *accepted));
            write_certificates(dir, model.name(), named)?;
        }
        let place = |accepted: &Accepted| place(args.certificates.as_deref()?, model, accepted);
        print(&match args.format {
            OutputFormat::Json => format!("{}\n", prompt_json(model, task, correction, found, &place)),
            OutputFormat::Text => prompt_text(model, task, found, args.names),
        })
    };
    match (&args.prompt, &args.threshold) {
        (Some(file), _) => of_given(args, model, task, file, answered),
        (None, Some(threshold)) => of_threshold(args, model, task, threshold, answered),
        (None, None) => of_all(args, model, task, answered),
    }
}

/// Where the certificate of a statement is written.
fn place(dir: &Path, model: &Model, accepted: &Accepted) -> Option<String> {
    Some(certificate_path(dir, model.name(), accepted.statement()).display().to_string())
}

fn exit(exists: Option<bool>) -> Exit {
    match exists {
        Some(true) => Exit::Proved,
        Some(false) => Exit::Refuted,
        None => Exit::Undecided,
    }
}

/// Theorem 3.6, and the search where it does not apply.
fn of_all(
    args: &PromptArgs,
    model: &Model,
    task: &Task,
    answered: impl Fn(&Found<'_>, &[&Accepted]) -> Result<(), CliError>,
) -> Result<Exit, CliError> {
    let theorem = theorem_3_6::decide(model);
    let verdict = theorem.verdict.unwrap_or(Verdict::NotApplicable { violated: Vec::new() });
    let effort = PromptEffort { seed: args.seed, starts: args.starts, ..PromptEffort::default() };
    let proved = matches!(verdict, Verdict::Proved(_));
    let prompts = (!proved).then(|| search(model, task, effort));
    let theorem = (&verdict, theorem.construction.as_ref());
    let answer = prompts.as_ref().map(|prompts| &prompts.answer);
    let certificates: Vec<_> =
        verdict.accepted().into_iter().chain(answer.and_then(Answer::accepted)).collect();
    answered(&Found::Search { theorem, prompts: prompts.as_ref(), effort }, &certificates)?;
    Ok(answer.map_or(Exit::Proved, |answer| exit(answer.exists())))
}

fn of_given(
    args: &PromptArgs,
    model: &Model,
    task: &Task,
    file: &str,
    answered: impl Fn(&Found<'_>, &[&Accepted]) -> Result<(), CliError>,
) -> Result<Exit, CliError> {
    let prompt = read_prompt(&Source::open(file, args.options.max_bytes)?, model.hmm())?;
    let found = given(model, task, &prompt);
    let certificates: Vec<_> = found.proportional.accepted().into_iter().collect();
    answered(&Found::Given(&prompt, &found), &certificates)?;
    Ok(exit(Proportional::exists(&found.proportional)))
}

fn of_threshold(
    args: &PromptArgs,
    model: &Model,
    task: &Task,
    threshold: &BigRational,
    answered: impl Fn(&Found<'_>, &[&Accepted]) -> Result<(), CliError>,
) -> Result<Exit, CliError> {
    let (start, limits, mut observer) = (Instant::now(), args.effort.limits(), args.effort.observer()?);
    let found = approximate(model, task, threshold, &sources, limits, &mut observer);
    end_progress(start);
    let found = found.map_err(|why| CliError::Usage(refusal(model, threshold, &why)))?;
    let transferred = found.found.as_ref();
    let certificates: Vec<_> = transferred.iter().flat_map(|found| found.bound.accepted()).collect();
    answered(&Found::Threshold(threshold, &found), &certificates)?;
    Ok(exit(labels(&found)))
}

/// The `B` of Assumption 3.5 that Theorem 3.6 uses.
fn sources(model: &Model) -> Result<Option<Vec<State>>, Limit> {
    let Some(found) = assumption_3_5::decide(model) else { return Ok(None) };
    match found.decision {
        Decision::Undecided(limit) => Err(limit),
        Decision::Holds(_) | Decision::Fails(_) => Ok(found.choice.map(|choice| choice.sources)),
    }
}

/// Whether the head that was taken over has the task's labels everywhere.
fn labels(found: &Approximation) -> Option<bool> {
    match found.found.as_ref().map(|transferred| &transferred.bound.answer) {
        Some(Labels::Proved(_)) => Some(true),
        Some(Labels::Refuted(_)) | None => Some(false),
        Some(Labels::Undecided(_)) => None,
    }
}

fn refusal(model: &Model, threshold: &BigRational, why: &ApproximationError) -> String {
    match why {
        ApproximationError::Emptied(state) => {
            format!(
                "with the threshold {threshold} no transition out of state {} would be left",
                model.state_name(*state)
            )
        }
        ApproximationError::Undecided(limit) => limit.to_string(),
    }
}
