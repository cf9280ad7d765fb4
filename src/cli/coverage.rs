//! `recoverable coverage`

use std::path::PathBuf;

use clap::Args;
use recoverable::{
    certify::Limit,
    hypothesis::{RecoverableSet, assumption_4_2, assumption_4_5},
    model::{AnyModel, MemoryModel, MemoryTask, file::Loaded},
    oracle::MemoryPrompt,
    question::scope::{self, ScopeFound},
    report::{
        json::{Covered, coverage_line},
        text::{self, coverage_text},
    },
    theorem::theorem_4_6,
};
use recoverable_checker::Accepted;

use super::{
    Exit, ModelOptions, OutputFormat,
    error::CliError,
    output::{certificate_path, print, write_certificates},
};

/// The longest length that is asked for.
const LONGEST: usize = 4096;

#[derive(Args)]
pub struct CoverageArgs {
    /// The model with memory (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// Lengths of the inputs, such as 12 or 1..64
    #[arg(long, value_name = "LENGTHS", default_value = "1..16", value_parser = lengths)]
    lengths: (usize, usize),
    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
    /// Write the certificates into this folder
    #[arg(long, value_name = "DIR")]
    certificates: Option<PathBuf>,
    /// Write tokens by their names
    #[arg(long)]
    names: bool,
    #[command(flatten)]
    options: ModelOptions,
}

/// One length, or the first and the last.
fn lengths(text: &str) -> Result<(usize, usize), String> {
    let number = |word: &str| word.trim().parse::<usize>().ok();
    let range = match text.split_once("..") {
        Some((first, last)) => number(first).zip(number(last.trim_start_matches('='))),
        None => number(text).map(|length| (length, length)),
    };
    let valid = range.filter(|&(first, last)| 1 <= first && first <= last && last <= LONGEST);
    valid.ok_or_else(|| format!("expected a length from 1 to {LONGEST}, or two such as 1..64"))
}

pub fn run(args: &CoverageArgs) -> Result<Exit, CliError> {
    let Loaded { model, correction } = args.options.read_any(&args.model)?;
    let AnyModel::Memory(model) = model else {
        let name = model.name();
        return Err(CliError::Usage(format!(
            "`{name}` has no memory: coverage is a question about models of kind \"memory-hmm\""
        )));
    };
    let Some(task) = model.task() else {
        let name = model.name();
        return Err(CliError::Usage(format!("`{name}` has no task: coverage depends on the task's cell")));
    };
    let (plain, behind) = (assumption_4_2::decide(&model, task), assumption_4_5::decide(&model, task));
    let (scope, coverage) = covered(&model, task, &plain, None, args.lengths)?;
    let prompted = covered(&model, task, &behind, Some(theorem_4_6::prompt(task)), args.lengths)?;
    let recoverable = [plain.states(), behind.states()];
    let found = Covered { scope, coverage, first: args.lengths.0, prompted, recoverable };
    if let Some(dir) = &args.certificates {
        let decisions =
            [&plain.decision, &behind.decision, &found.scope.decision, &found.prompted.0.decision];
        let accepted = decisions.into_iter().filter_map(|decision| decision.accepted());
        write_certificates(dir, model.name(), accepted.map(|accepted| (accepted.statement(), accepted)))?;
    }
    let place = |accepted: &Accepted| {
        let dir = args.certificates.as_ref()?;
        Some(certificate_path(dir, model.name(), accepted.statement()).display().to_string())
    };
    print(&match args.format {
        OutputFormat::Json => coverage_line(&model, correction.as_ref(), &found, &place) + "\n",
        OutputFormat::Text => {
            coverage_text(&model, correction.as_ref(), &found, text::Options { names: args.names })
        }
    })?;
    let known = found.scope.empty().is_some() && found.prompted.0.empty().is_some();
    Ok(if known { Exit::Proved } else { Exit::Undecided })
}

/// The scope and its probability for each length.
fn covered(
    model: &MemoryModel,
    task: &MemoryTask,
    set: &RecoverableSet,
    prompt: Option<MemoryPrompt>,
    (first, last): (usize, usize),
) -> Result<(ScopeFound, Vec<num_rational::BigRational>), CliError> {
    let scope = scope::decide(model, task, set, prompt.clone());
    let mut coverage = scope::coverage(model, task, set, prompt, last)
        .map_err(|limit: Limit| CliError::Usage(format!("`{}`: {limit}", model.name())))?;
    Ok((scope, coverage.split_off(first - 1)))
}
