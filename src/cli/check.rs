//! `recoverable check`

use std::path::PathBuf;

use clap::Args;
use recoverable::{
    audit::{Examination, MemoryExamination, Selection, Topic, examine, examine_memory},
    model::{AnyModel, Correction, MemoryModel, Model, builtin, file::Loaded},
    report::{json, text},
    search::CoverLimits,
};
use recoverable_checker::{Accepted, certificate::Statement};

use super::{
    Exit, ModelOptions, OutputFormat,
    error::CliError,
    output::{certificate_path, create_folder, print, write_certificates},
    stdin_once,
};

#[derive(Args)]
pub struct CheckArgs {
    /// Model files (TOML or JSON; `-` reads JSON from stdin); without any, the built-in models
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
    /// Write one certificate for each proved or refuted claim into this folder
    #[arg(long, value_name = "DIR")]
    certificates: Option<PathBuf>,
    /// Restrict the work to this statement, or to `conditioning` (may be repeated)
    #[arg(long, value_name = "ID", value_parser = topic)]
    statement: Vec<Topic>,
    /// Demand that this statement be proved (may be repeated)
    #[arg(long, value_name = "ID", value_parser = statement)]
    require: Vec<Statement>,
    /// End the search for the essential states of Assumption 3.5 after this many partial covers
    #[arg(long, value_name = "COVERS", default_value_t = CoverLimits::DEFAULT.branches)]
    limit: usize,
    /// Write states and tokens by their names
    #[arg(long)]
    names: bool,
    #[command(flatten)]
    options: ModelOptions,
}

/// A topic by its id.
fn topic(id: &str) -> Result<Topic, String> {
    by_id(&Selection::TOPICS, id)
}

/// A statement by its id.
fn statement(id: &str) -> Result<Statement, String> {
    let statements: Vec<Topic> =
        Selection::TOPICS.into_iter().filter(|topic| topic.statement().is_some()).collect();
    by_id(&statements, id).and_then(|topic| topic.statement().ok_or_else(|| "no statement".to_owned()))
}

/// One of these topics by its id.
pub(super) fn by_id(topics: &[Topic], id: &str) -> Result<Topic, String> {
    let known = || topics.iter().map(|topic| topic.id()).collect::<Vec<_>>().join(", ");
    let found = topics.iter().copied().find(|topic| topic.id() == id);
    found.ok_or_else(|| format!("no such statement, expected one of {}", known()))
}

pub fn run(args: &CheckArgs) -> Result<Exit, CliError> {
    stdin_once(&args.models)?;
    let models = load(args)?;
    if let Some(dir) = &args.certificates {
        distinct_names(&models)?;
        create_folder(dir)?;
    }
    let mut exit = Exit::Proved;
    for (index, Loaded { model, correction }) in models.iter().enumerate() {
        let found = Found::of(model, &selection(args));
        if let Some(dir) = &args.certificates {
            let by_statement =
                found.certificates().into_iter().map(|accepted| (accepted.statement(), accepted));
            write_certificates(dir, model.name(), by_statement)?;
        }
        let place = |accepted: &Accepted| {
            let dir = args.certificates.as_ref()?;
            Some(certificate_path(dir, model.name(), accepted.statement()).display().to_string())
        };
        let report = match args.format {
            OutputFormat::Json => found.line(correction.as_ref(), &place) + "\n",
            OutputFormat::Text => {
                let options = text::Options { names: args.names };
                let separator = if index == 0 { "" } else { "\n" };
                let written = args.certificates.as_ref().map_or(String::new(), |dir| {
                    let (count, name) = (found.certificates().len(), model.name());
                    format!(
                        "    {count} certificates: {}\n",
                        dir.join(format!("{name}.*.cert.json")).display()
                    )
                });
                let report = found.text(correction.as_ref(), options);
                format!("{separator}{report}{written}")
            }
        };
        print(&report)?;
        exit = exit.worse(found.outcome(args));
    }
    Ok(exit)
}

/// A model of either kind with what was found of it.
enum Found<'m> {
    Hmm(&'m Model, Box<Examination>),
    Memory(&'m MemoryModel, Box<MemoryExamination>),
}

impl<'m> Found<'m> {
    fn of(model: &'m AnyModel, selection: &Selection) -> Self {
        match model {
            AnyModel::Hmm(model) => Self::Hmm(model, Box::new(examine(model, selection))),
            AnyModel::Memory(model) => Self::Memory(model, Box::new(examine_memory(model, selection))),
        }
    }

    fn certificates(&self) -> Vec<&Accepted> {
        match self {
            Self::Hmm(_, found) => found.certificates(),
            Self::Memory(_, found) => found.certificates(),
        }
    }

    fn line(&self, correction: Option<&Correction>, place: json::Place<'_>) -> String {
        match self {
            Self::Hmm(model, found) => json::check_line(model, correction, found, place),
            Self::Memory(model, found) => json::memory_check_line(model, correction, found, place),
        }
    }

    fn text(&self, correction: Option<&Correction>, options: text::Options) -> String {
        match self {
            Self::Hmm(model, found) => text::check_text(model, correction, found, options),
            Self::Memory(model, found) => text::memory_check_text(model, correction, found, options),
        }
    }

    fn outcome(&self, args: &CheckArgs) -> Exit {
        let (refuted, undecided) = match self {
            Self::Hmm(_, found) => {
                let mut asked = args.statement.iter().filter_map(|topic| topic.statement());
                let refuted = found.any_refuted() || asked.any(|asked| found.no_head(asked));
                (refuted, found.undecided().is_some() || found.open_labels())
            }
            Self::Memory(_, found) => (found.any_refuted(), found.undecided().is_some()),
        };
        let mut exit = match (refuted, undecided) {
            (true, _) => Exit::Refuted,
            (false, true) => Exit::Undecided,
            (false, false) => Exit::Proved,
        };
        for &statement in &args.require {
            let proved = match self {
                Self::Hmm(_, found) => found.proved(statement),
                Self::Memory(_, found) => found.proved(statement),
            };
            exit = exit.worse(match proved {
                Some(Some(true)) => Exit::Proved,
                Some(None) => Exit::Undecided,
                Some(Some(false)) | None => Exit::Refuted,
            });
        }
        exit
    }
}

/// All models are read before any is checked.
fn load(args: &CheckArgs) -> Result<Vec<Loaded<AnyModel>>, CliError> {
    if args.models.is_empty() {
        return Ok(builtin::any().into_iter().map(|model| Loaded { model, correction: None }).collect());
    }
    let loaded = args.models.iter().map(|file| args.options.read_any(file));
    Ok(loaded.collect::<Result<_, _>>()?)
}

fn distinct_names(models: &[Loaded<AnyModel>]) -> Result<(), CliError> {
    for (index, later) in models.iter().enumerate() {
        if models[..index].iter().any(|earlier| earlier.model.name() == later.model.name()) {
            let name = later.model.name();
            let message =
                format!("two models are named `{name}`: their certificates would overwrite each other");
            return Err(CliError::Usage(message));
        }
    }
    Ok(())
}

fn selection(args: &CheckArgs) -> Selection {
    let required = if args.statement.is_empty() { &[] } else { args.require.as_slice() };
    let topics = args.statement.iter().copied().chain(required.iter().copied().map(Topic::from));
    Selection::only(topics).within(CoverLimits { branches: args.limit, ..CoverLimits::DEFAULT })
}
