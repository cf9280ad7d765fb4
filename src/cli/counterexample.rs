//! `recoverable counterexample`

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::{Args, ValueEnum};
use recoverable::{
    model::{AnyModel, Construction, MemoryModel, Model, file::Loaded},
    question::counterexample::{Counterexample, decide},
    report::{
        attention_bound::{attention_bound_line, attention_bound_text},
        counterexample::{document, value},
        text,
    },
};
use recoverable_checker::Accepted;

use super::{
    Exit, ModelOptions, OutputFormat,
    bound::{Effort, attention_exit, end_progress, look_at_attention, read_head},
    error::CliError,
    note_correction,
    output::{certificate_path, print, write_certificates},
    stdin_once, with_memory_task,
};

#[derive(Args)]
pub struct CounterexampleArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// Where this head errs: {"head": [...], "prompt": [[...], ...]}
    #[arg(long, value_name = "FILE")]
    head: Option<String>,
    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DocumentFormat,
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

/// How a longer report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// For people
    #[default]
    Text,
    /// One line, errors as JSON on stderr
    Json,
    /// As GitHub reads it
    Markdown,
}

impl From<DocumentFormat> for OutputFormat {
    /// How errors are written.
    fn from(format: DocumentFormat) -> Self {
        match format {
            DocumentFormat::Json => Self::Json,
            DocumentFormat::Text | DocumentFormat::Markdown => Self::Text,
        }
    }
}

pub fn run(args: &CounterexampleArgs) -> Result<Exit, CliError> {
    stdin_once([&args.model].into_iter().chain(&args.head))?;
    let loaded = match &args.head {
        None => args.options.read(&args.model)?,
        Some(head) => match args.options.read_any(&args.model)? {
            Loaded { model: AnyModel::Hmm(model), correction } => Loaded { model, correction },
            Loaded { model: AnyModel::Memory(model), correction } => {
                return with_memory(args, &Loaded { model, correction }, head);
            }
        },
    };
    if args.format != DocumentFormat::Json {
        note_correction(&loaded);
    }
    let model = &loaded.model;
    let head = args.head.as_ref().map(|file| read_head(file, model, &args.options)).transpose()?;
    let found = look(args, model, head.as_ref())?;
    let certificates = found.certificates();
    if let Some(dir) = &args.certificates {
        write_certificates(dir, model.name(), certificates.iter().map(|(name, accepted)| (name, *accepted)))?;
    }
    let options = text::Options { names: args.names };
    print(&match args.format {
        DocumentFormat::Text => document(model, &found, options).to_text(),
        DocumentFormat::Markdown => document(model, &found, options).to_markdown(),
        DocumentFormat::Json => {
            let dir = args.certificates.as_deref();
            let place = |accepted: &Accepted| place(dir?, model, &certificates, accepted);
            format!("{}\n", value(model, loaded.correction.as_ref(), &found, &place))
        }
    })?;
    Ok(match found.refuted() {
        Some(true) => Exit::Refuted,
        Some(false) => Exit::Proved,
        None => Exit::Undecided,
    })
}

/// Where an attention head errs.
fn with_memory(
    args: &CounterexampleArgs,
    loaded: &Loaded<MemoryModel>,
    head: &str,
) -> Result<Exit, CliError> {
    let model = &loaded.model;
    let task = with_memory_task(model)?;
    if args.format != DocumentFormat::Json {
        note_correction(loaded);
    }
    let certificates = args.certificates.as_deref();
    let found = look_at_attention(model, task, head, &args.effort, &args.options, certificates)?;
    let text = || attention_bound_text(model, &found, args.names);
    print(&match args.format {
        DocumentFormat::Text => text(),
        DocumentFormat::Markdown => format!("```\n{}```\n", text()),
        DocumentFormat::Json => attention_bound_line(model, loaded.correction.as_ref(), &found) + "\n",
    })?;
    Ok(attention_exit(&found))
}

/// Only the search for errors of a head is long enough to be watched.
fn look(
    args: &CounterexampleArgs,
    model: &Model,
    head: Option<&Construction>,
) -> Result<Counterexample, CliError> {
    let limits = args.effort.limits();
    if head.is_none() {
        return Ok(decide(model, None, limits, &mut |_| ControlFlow::Continue(())));
    }
    let start = Instant::now();
    let found = decide(model, head, limits, &mut args.effort.observer()?);
    end_progress(start);
    Ok(found)
}

/// Where one of these certificates is written.
fn place(dir: &Path, model: &Model, all: &[(String, &Accepted)], accepted: &Accepted) -> Option<String> {
    let (name, _) = all.iter().find(|(_, other)| std::ptr::eq(*other, accepted))?;
    Some(certificate_path(dir, model.name(), name).display().to_string())
}
