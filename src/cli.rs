//! Commands, their arguments, errors and exit codes; no mathematics.

mod audit;
mod bound;
mod check;
mod convert;
mod counterexample;
mod coverage;
mod error;
mod explain;
mod export;
mod generate;
mod label;
mod output;
mod pretrain;
mod prompt;
mod simulate;
mod tune;
mod verify;

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use recoverable::{
    model::{
        AnyModel, MemoryModel, MemoryTask, Model, Task, builtin,
        file::{self, FileError, Loaded, MAX_BYTES, Source},
    },
    report::text::correction_text,
};

use error::CliError;

/// Checks theorems about heads on top of pretrained language models, on concrete hidden Markov models.
///
/// Every verdict is exact and comes with a certificate that an independent checker has accepted.
#[derive(Parser)]
#[command(name = "recoverable", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 everything asked was proved (or accepted, or does not apply), \
    1 refuted or rejected, 2 bad usage or input, 3 undecided within the limits.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check every statement that fits a model: hypotheses, construction, conclusion
    Check(check::CheckArgs),
    /// Put the whole paper on trial: which hypotheses are needed, which printed steps fail, what holds on thousands of random models
    Audit(audit::AuditArgs),
    /// Why no linear head recovers a task, where a given head errs, how far the hypotheses carry
    Counterexample(counterexample::CounterexampleArgs),
    /// Bound the probability that a given head (and prompt) errs, for all lengths
    Bound(bound::BoundArgs),
    /// Whether a soft prompt and a head recover a task: Theorem 3.6, a search over the values of prompts, a given prompt
    Prompt(prompt::PromptArgs),
    /// Which inputs Theorems 4.3 and 4.6 speak about: empty? shortest? probability for each length
    Coverage(coverage::CoverageArgs),
    /// Check certificates again with the independent checker
    Verify(verify::VerifyArgs),
    /// Probability, posterior, label and model outputs of sequences, exactly
    Label(label::LabelArgs),
    /// Print a statement: hypotheses, construction, source, a worked example
    Explain(explain::ExplainArgs),
    /// Write a model as TOML or JSON, column-stochastic, with exact fractions
    Convert(convert::ConvertArgs),
    /// Random models of the paper's simulations, and labelled inputs of a model, from a seed
    Generate(generate::GenerateArgs),
    /// Learn a head, and a soft prompt in front of the input, from labelled inputs
    Tune(tune::TuneArgs),
    /// The paper's simulations with the exact model, and certified accuracy
    Simulate(simulate::SimulateArgs),
    /// Write a certificate as a file that Coq checks by computation
    Export(export::ExportArgs),
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For people
    #[default]
    Text,
    /// JSON Lines, errors as JSON on stderr
    Json,
}

/// How a model is read.
#[derive(Args)]
struct ModelOptions {
    /// Divide each law by its sum instead of refusing sums other than 1
    #[arg(long)]
    normalize: bool,
    /// Refuse larger files
    #[arg(long, value_name = "BYTES", default_value_t = MAX_BYTES)]
    max_bytes: u64,
}

impl ModelOptions {
    /// Reads a file, standard input (`-`) or, where there is no such file, a built-in model.
    fn read(&self, file: &str) -> Result<Loaded, FileError> {
        let options = file::Options { normalize: self.normalize };
        match builtin_unless_file(file) {
            Some((name, text)) => file::read(&Source::built_in(name, text), options),
            None => file::read(&Source::open(file, self.max_bytes)?, options),
        }
    }

    /// The same for models of either kind.
    fn read_any(&self, file: &str) -> Result<Loaded<AnyModel>, FileError> {
        let options = file::Options { normalize: self.normalize };
        match builtin_unless_file(file) {
            Some((name, text)) => file::read_any(&Source::built_in(name, text), options),
            None => file::read_any(&Source::open(file, self.max_bytes)?, options),
        }
    }
}

/// Name and text of a built-in model.
fn builtin_unless_file(name: &str) -> Option<(&'static str, &'static str)> {
    let mut files = builtin::FILES.into_iter().chain(builtin::MEMORY_FILES);
    files.find(|(built_in, _)| *built_in == name).filter(|_| !std::path::Path::new(name).exists())
}

/// What the process says to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked was proved, accepted, or does not apply.
    Proved,
    /// Something was refuted or rejected, or a required statement does not apply.
    Refuted,
    /// Bad usage or input.
    BadInput,
    /// Undecided within the limits.
    Undecided,
}

impl Exit {
    /// Of two outcomes the one to report: bad input, then refuted, then undecided, then proved.
    fn worse(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Proved => 0,
            Self::Undecided => 1,
            Self::Refuted => 2,
            Self::BadInput => 3,
        };
        if rank(self) >= rank(other) { self } else { other }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Proved => 0,
            Exit::Refuted => 1,
            Exit::BadInput => 2,
            Exit::Undecided => 3,
        })
    }
}

/// Runs the command that the arguments name.
pub fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let (format, result) = match cli.command {
        Command::Check(args) => (args.format, check::run(&args)),
        Command::Audit(args) => (args.format(), audit::run(&args)),
        Command::Counterexample(args) => (args.format.into(), counterexample::run(&args)),
        Command::Bound(args) => (args.format, bound::run(&args)),
        Command::Prompt(args) => (args.format, prompt::run(&args)),
        Command::Coverage(args) => (args.format, coverage::run(&args)),
        Command::Verify(args) => (args.format, verify::run(&args)),
        Command::Label(args) => (args.format, label::run(&args)),
        Command::Explain(args) => (OutputFormat::Text, explain::run(&args)),
        Command::Convert(args) => (OutputFormat::Text, convert::run(&args)),
        Command::Generate(args) => (OutputFormat::Text, generate::run(&args)),
        Command::Tune(args) => (OutputFormat::Text, tune::run(&args)),
        Command::Simulate(args) => (OutputFormat::Text, simulate::run(&args)),
        Command::Export(args) => (OutputFormat::Text, export::run(&args)),
    };
    result.unwrap_or_else(|error| {
        error.print(format);
        Exit::BadInput
    })
}

/// What `--normalize` changed, for a person who reads stderr.
fn note_correction<M>(loaded: &Loaded<M>) {
    if let Some(correction) = &loaded.correction {
        anstream::eprintln!("note: {}", correction_text(correction));
    }
}

/// The task, which questions about heads need.
fn with_task(model: &Model) -> Result<&Task, CliError> {
    model.task().ok_or_else(|| no_task(model.name()))
}

/// The same for models with memory.
fn with_memory_task(model: &MemoryModel) -> Result<&MemoryTask, CliError> {
    model.task().ok_or_else(|| no_task(model.name()))
}

fn no_task(name: &str) -> CliError {
    CliError::Usage(format!("the model `{name}` has no task, so there is no label that a head could have"))
}

/// The first Ctrl-C sets the flag, the second ends the process.
fn interrupt_sets(flag: &Arc<AtomicBool>) -> Result<(), CliError> {
    let flag = Arc::clone(flag);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .map_err(|why| CliError::Usage(format!("Ctrl-C cannot be watched for: {why}")))
}

/// Standard input can be read once.
fn stdin_once<'a>(files: impl IntoIterator<Item = &'a String>) -> Result<(), CliError> {
    if files.into_iter().filter(|file| *file == "-").count() > 1 {
        return Err(CliError::Usage(
            "`-` stands there twice, but standard input can be read only once".to_owned(),
        ));
    }
    Ok(())
}

/// Help and version go to stdout; wrong usage goes to stderr, as JSON if that was asked for.
fn usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Proved;
    }
    let arguments: Vec<_> = std::env::args().collect();
    let json = arguments.iter().any(|argument| argument == "--format=json")
        || arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json");
    if json {
        let message = error.render().to_string();
        let message = message.trim().trim_start_matches("error: ");
        CliError::Usage(message.to_owned()).print(OutputFormat::Json);
    } else {
        let _ = error.print();
    }
    Exit::BadInput
}
