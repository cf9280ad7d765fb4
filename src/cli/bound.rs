//! `recoverable bound`

use std::{
    io::{IsTerminal, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Args;
use recoverable::{
    model::{
        AnyModel, Construction, MemoryModel, MemoryTask, Model, Task,
        file::{Loaded, Source, read_attention, read_construction},
    },
    number,
    question::{
        attention_bound::{self, AttentionBound},
        best_head::{AnyHead, best_head},
        bound::{Answer, SavedSearch, Search},
    },
    report::{
        attention_bound::{attention_bound_line, attention_bound_text},
        bound::{Best, bound_json, bound_text},
    },
    search::{Limits, Progress},
};

use super::{
    Exit, ModelOptions, OutputFormat,
    error::CliError,
    interrupt_sets, note_correction,
    output::{print, write_certificates},
    stdin_once, with_memory_task, with_task,
};

#[derive(Args)]
pub struct BoundArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// The head, and perhaps a prompt: {"head": [...], "prompt": [[...], ...]}, or the `construction` of a report; without it, the best linear head is looked for
    #[arg(long, value_name = "FILE")]
    head: Option<String>,
    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
    /// Write the certificates into this folder
    #[arg(long, value_name = "DIR")]
    certificates: Option<PathBuf>,
    /// Look for a narrow bracket at this length of the inputs alone
    #[arg(long, value_name = "T", requires = "head", conflicts_with = "resume", value_parser = clap::value_parser!(u32).range(1..))]
    length: Option<u32>,
    /// Go on with the search in this file, which `--save` has written for the same model and head
    #[arg(long, value_name = "FILE", requires = "head")]
    resume: Option<String>,
    /// Write the search into this file, to go on with it later
    #[arg(long, value_name = "FILE", requires = "head")]
    save: Option<PathBuf>,
    /// Write tokens by their names
    #[arg(long)]
    names: bool,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    options: ModelOptions,
}

/// How much to do.
#[derive(Args)]
pub struct Effort {
    /// A bracket of this width is narrow enough
    #[arg(long, value_name = "WIDTH", default_value = "1e-6", value_parser = width)]
    target: f64,
    /// Look at no more than this many prefixes [default: 200000; inputs of a model with memory: 5000]
    #[arg(long, value_name = "PREFIXES")]
    limit: Option<usize>,
    /// End after this many seconds with what is known by then
    #[arg(long, value_name = "S", value_parser = seconds)]
    seconds: Option<Duration>,
    /// Use no more than about this many MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    memory: usize,
}

/// The part of the given time that is for the search. With 30 states the certificate and the checker, which computes the whole tree
/// again, take up to twice as long.
const SEARCH: f64 = 0.33;

/// A probability.
pub(super) fn width(text: &str) -> Result<f64, String> {
    let value = real(text)?;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err("expected a width between 0 and 1".to_owned()) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(real(text)?).map_err(|why| format!("expected a number of seconds ({why})"))
}

/// The numbers that model files know.
fn real(text: &str) -> Result<f64, String> {
    use num_traits::ToPrimitive;
    let value = number::parse(text).map_err(|why| why.to_string())?;
    value.to_f64().ok_or_else(|| "expected a number".to_owned())
}

impl Effort {
    pub fn limits(&self) -> Limits {
        let bytes = self.memory.saturating_mul(1 << 20);
        Limits { prefixes: self.limit.unwrap_or(200_000), bytes, target: self.target, decide: true }
    }

    /// Ends a search after the given time or on Ctrl-C, and shows how far it has come on a terminal.
    pub fn observer(&self) -> Result<impl FnMut(Progress) -> ControlFlow<()> + use<>, CliError> {
        let (start, seconds) = (Instant::now(), self.seconds);
        let interrupted = Arc::new(AtomicBool::new(false));
        interrupt_sets(&interrupted)?;
        let (terminal, mut shown) = (std::io::stderr().is_terminal(), start);
        Ok(move |progress: Progress| {
            let now = Instant::now();
            if terminal && now - shown > Duration::from_millis(200) {
                shown = now;
                let Progress { prefixes, lower, upper, witnesses } = progress;
                let known = if witnesses > 0 { "labels differ" } else { "no difference yet" };
                let _ =
                    write!(std::io::stderr(), "\r{prefixes} prefixes, {lower:.3e} to {upper:.3e}, {known}  ");
            }
            let late = seconds.is_some_and(|seconds| now - start > seconds.mul_f64(SEARCH));
            if late || interrupted.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }
}

/// Ends the line of progress.
pub fn end_progress(start: Instant) {
    if std::io::stderr().is_terminal() && start.elapsed() > Duration::from_millis(200) {
        let _ = write!(std::io::stderr(), "\r{:79}\r", "");
    }
}

pub fn run(args: &BoundArgs) -> Result<Exit, CliError> {
    stdin_once([&args.model].into_iter().chain(&args.head).chain(&args.resume))?;
    let Loaded { model, correction } = match args.options.read_any(&args.model)? {
        Loaded { model: AnyModel::Hmm(model), correction } => Loaded { model, correction },
        Loaded { model: AnyModel::Memory(model), correction } => {
            return with_memory(args, &Loaded { model, correction });
        }
    };
    let loaded = Loaded { model, correction };
    if args.format == OutputFormat::Text {
        note_correction(&loaded);
    }
    let model = loaded.model;
    let given = args.head.as_ref().map(|file| read_head(file, &model, &args.options)).transpose()?;
    let task = with_task(&model)?;
    let (start, limits, mut observer) = (Instant::now(), args.effort.limits(), args.effort.observer()?);
    let (found, best) = match given {
        Some(construction) => {
            let mut search = match &args.resume {
                Some(file) => resumed(file, &model, task, &construction, args.options.max_bytes)?,
                None => match args.length {
                    Some(length) => Search::new(&model, task, &construction).at_length(length as usize),
                    None => Search::new(&model, task, &construction),
                },
            };
            search.run(limits, &mut observer);
            if let Some(file) = &args.save {
                save(file, &search)?;
            }
            (search.finish().0, None)
        }
        None => {
            let best = best_head(&model, task, limits, &mut observer)
                .map_err(|why| CliError::Usage(why.to_string()))?;
            (best.bound, Some((best.head, best.any_head)))
        }
    };
    end_progress(start);
    let best = best.as_ref().map(|(head, any_head)| Best { head, any_head });
    if let Some(dir) = &args.certificates {
        let any = best.and_then(|best| best.any_head.as_ref().ok());
        let by_statement = found
            .accepted()
            .chain(any.into_iter().flat_map(AnyHead::accepted))
            .map(|accepted| (accepted.statement(), accepted));
        write_certificates(dir, model.name(), by_statement)?;
    }
    print(&match args.format {
        OutputFormat::Json => {
            format!("{}\n", bound_json(&model, loaded.correction.as_ref(), &found, best))
        }
        OutputFormat::Text => bound_text(&model, &found, best, args.names),
    })?;
    Ok(match found.answer {
        Answer::Proved(_) => Exit::Proved,
        Answer::Refuted(_) => Exit::Refuted,
        Answer::Undecided(_) => Exit::Undecided,
    })
}

/// An attention head.
fn with_memory(args: &BoundArgs, loaded: &Loaded<MemoryModel>) -> Result<Exit, CliError> {
    let (model, usage) =
        (&loaded.model, |what: &str| CliError::Usage(format!("`{}` {what}", loaded.model.name())));
    let task = with_memory_task(model)?;
    let Some(file) = &args.head else {
        return Err(usage("has a memory: an attention head is asked for, `--head FILE`"));
    };
    if args.save.is_some() || args.resume.is_some() {
        return Err(usage("has a memory: searches about attention heads are not saved"));
    }
    if args.length.is_some() {
        return Err(usage(
            "has a memory: inputs are gone through length by length, as many as `--limit` says",
        ));
    }
    if args.format == OutputFormat::Text {
        note_correction(loaded);
    }
    let certificates = args.certificates.as_deref();
    let found = look_at_attention(model, task, file, &args.effort, &args.options, certificates)?;
    print(&match args.format {
        OutputFormat::Json => attention_bound_line(model, loaded.correction.as_ref(), &found) + "\n",
        OutputFormat::Text => attention_bound_text(model, &found, args.names),
    })?;
    Ok(attention_exit(&found))
}

/// How often the attention head in a file errs; its certificates are written where they are asked for.
pub fn look_at_attention(
    model: &MemoryModel,
    task: &MemoryTask,
    file: &str,
    effort: &Effort,
    options: &ModelOptions,
    certificates: Option<&Path>,
) -> Result<AttentionBound, CliError> {
    let source = Source::open(file, options.max_bytes)?;
    let construction = read_attention(&source, model.memory(), task)?;
    let start = Instant::now();
    let mut observer = effort.observer()?;
    let mut observe = |inputs| observer(Progress { prefixes: inputs, lower: 0.0, upper: 1.0, witnesses: 0 });
    let most = effort.limit.unwrap_or(5_000);
    let found = attention_bound::bound(model, task, &construction, most, &mut observe);
    end_progress(start);
    let found = found.map_err(|why| CliError::Usage(format!("`{}` has {why}", model.name())))?;
    if let Some(dir) = certificates {
        let accepted = found.accepted().map(|accepted| (accepted.statement(), accepted));
        write_certificates(dir, model.name(), accepted)?;
    }
    Ok(found)
}

/// What is known of an attention head.
pub fn attention_exit(found: &AttentionBound) -> Exit {
    match &found.refuted {
        _ if found.proved() => Exit::Proved,
        Some(Ok(_)) => Exit::Refuted,
        Some(Err(_)) | None => Exit::Undecided,
    }
}

/// The search in a file.
fn resumed<'a>(
    file: &str,
    model: &'a Model,
    task: &Task,
    construction: &'a Construction,
    max_bytes: u64,
) -> Result<Search<'a>, CliError> {
    let source = Source::open(file, max_bytes)?;
    let why = |why: String, place| CliError::NotResumed { file: source.file.clone(), why, place };
    let saved: SavedSearch = serde_json::from_str(&source.text).map_err(|error| {
        let place = (error.line(), error.column());
        why(format!("not a saved search: {error}"), place)
    })?;
    Search::resume(model, task, construction, saved).map_err(|error| why(error.to_string(), (0, 0)))
}

/// Writes a search into a file.
fn save(file: &Path, search: &Search<'_>) -> Result<(), CliError> {
    let unwritable = |why: String| CliError::Unwritable { file: file.display().to_string(), why };
    let text = serde_json::to_string(&search.saved()).map_err(|why| unwritable(why.to_string()))?;
    std::fs::write(file, text + "\n").map_err(|why| unwritable(why.to_string()))
}

/// Reads the file of a head for the task of a model.
pub fn read_head(file: &str, model: &Model, options: &ModelOptions) -> Result<Construction, CliError> {
    let task = with_task(model)?;
    let source = Source::open(file, options.max_bytes)?;
    Ok(read_construction(&source, model.hmm(), task)?)
}
