//! `recoverable tune`

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::Args;
use recoverable::{
    generate::{Random, Stream, dataset::Dataset},
    model::{
        AnyModel, MemoryModel, Model,
        file::{MAX_BYTES, Source},
    },
    oracle::{Batch, MemoryBatch},
    report::json::{attention_value, construction_value},
    tuning::{
        Effort, Examples, Progress,
        attention::{AttentionExamples, learn_attention_on},
        learn_on,
    },
};

use serde_json::{Value, json};

use super::{
    Exit, ModelOptions,
    error::{CliError, Place},
    generate::{draw, positive},
    interrupt_sets, note_correction,
    output::{print, write_file},
    stdin_once, with_memory_task, with_task,
};

#[derive(Args)]
pub struct TuneArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// Learn a soft prompt of so many tokens, too; without it a head alone. Models with memory get an attention head without a prompt
    #[arg(long, value_name = "TOKENS", value_parser = positive)]
    prompt: Option<usize>,
    /// Learn from these inputs (JSON Lines, as `generate --data` writes them) instead of drawing some
    #[arg(long, value_name = "FILE", conflicts_with_all = ["train", "length"])]
    data: Option<String>,
    /// Inputs to learn from
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = positive)]
    train: usize,
    /// Inputs that choose between what was learned
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = positive)]
    validation: usize,
    /// Tokens in each input
    #[arg(long, value_name = "T", default_value_t = 128, value_parser = positive)]
    length: usize,
    /// Prompts to start from
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = positive)]
    starts: usize,
    /// Steps of descent for each penalty and start
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = positive)]
    steps: usize,
    /// The same seed gives the same head
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Write here, after every stage, how far learning has come; Ctrl-C ends it after the stage with the best head so far
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Go on from such a file, of the same command
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// The file of the head, for `bound --head`; stdout if absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    options: ModelOptions,
}

pub fn run(args: &TuneArgs) -> Result<Exit, CliError> {
    stdin_once([&args.model].into_iter().chain(&args.data))?;
    let loaded = args.options.read_any(&args.model)?;
    note_correction(&loaded);
    let model = &loaded.model;
    let tokens = (model.tokens(), labels(model)?);
    if let (AnyModel::Memory(model), Some(_)) = (model, args.prompt) {
        let message =
            format!("the model `{}` has a memory: --prompt is for models without one", model.name());
        return Err(CliError::Usage(message));
    }
    let training = match &args.data {
        Some(file) => read(file, tokens, args.options.max_bytes)?,
        None => draw(model, args.train, args.length, &mut Random::new(args.seed, Stream::Training))?,
    };
    let length = training.words.first().map_or(args.length, Vec::len);
    let validation = draw(model, args.validation, length, &mut Random::new(args.seed, Stream::Validation))?;
    let mut session = Session::open(args, &training)?;
    let found = match model {
        AnyModel::Hmm(model) => linear(args, model, &training, &validation, &mut session)?,
        AnyModel::Memory(model) => attention(args, model, training, validation, &mut session)?,
    };
    session.written?;
    let [training, validation] = found.right;
    anstream::eprintln!(
        "right on {:.1} % of the training inputs, {:.1} % of the validation inputs",
        100.0 * training,
        100.0 * validation
    );
    match &args.output {
        Some(path) => write_file(path, &found.text)?,
        None => print(&found.text)?,
    }
    if session.stop.load(Ordering::Relaxed) {
        anstream::eprintln!(
            "stopped after {} stages; this is the best head of these",
            session.progress.stages()
        );
        return Ok(Exit::Undecided);
    }
    Ok(Exit::Proved)
}

/// Where learning stands, for the disk.
struct Session {
    progress: Progress,
    plan: Value,
    save: Option<PathBuf>,
    written: Result<(), CliError>,
    stop: Arc<AtomicBool>,
}

impl Session {
    fn open(args: &TuneArgs, training: &Dataset) -> Result<Self, CliError> {
        let plan = json!({
            "model": args.model, "prompt": args.prompt, "starts": args.starts, "steps": args.steps, "seed": args.seed,
            "inputs": [training.words.len(), args.validation], "length": training.words.first().map(Vec::len),
        });
        let progress = args.resume.as_ref().map_or(Ok(Progress::default()), |path| resumed(path, &plan))?;
        let stop = Arc::new(AtomicBool::new(false));
        interrupt_sets(&stop)?;
        Ok(Self { progress, plan, save: args.save.clone(), written: Ok(()), stop })
    }

    /// Writes the progress, and says whether to go on.
    fn observe(&mut self, progress: &Progress) -> ControlFlow<()> {
        self.progress = progress.clone();
        if let Some(path) = &self.save {
            self.written =
                write_file(path, &format!("{}\n", json!({"plan": self.plan, "progress": progress})));
        }
        match self.stop.load(Ordering::Relaxed) || self.written.is_err() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// The progress that a file of this plan has.
fn resumed(path: &Path, plan: &Value) -> Result<Progress, CliError> {
    let source = Source::open(&path.to_string_lossy(), MAX_BYTES)?;
    let fail = |why: String, place| CliError::NotResumed { file: source.file.clone(), why, place };
    let mut found: Value = serde_json::from_str(&source.text)
        .map_err(|error| fail(error.to_string(), (error.line(), error.column())))?;
    if found["plan"] != *plan {
        return Err(fail("is not of this command, or of another model or data".to_owned(), (0, 0)));
    }
    serde_json::from_value(found["progress"].take()).map_err(|error| fail(error.to_string(), (0, 0)))
}

/// The file of a head, and the shares of training and validation inputs that it gets right.
struct Found {
    text: String,
    right: [f64; 2],
}

/// The number of labels of a model's task.
fn labels(model: &AnyModel) -> Result<usize, CliError> {
    let task = match model {
        AnyModel::Hmm(model) => with_task(model)?,
        AnyModel::Memory(model) => &with_memory_task(model)?.task,
    };
    Ok(task.contrasts().len() + 1)
}

fn linear(
    args: &TuneArgs,
    model: &Model,
    training: &Dataset,
    validation: &Dataset,
    session: &mut Session,
) -> Result<Found, CliError> {
    let batch = Batch::new(model.hmm());
    let effort = Effort { prompt: args.prompt.unwrap_or(0), starts: args.starts, steps: args.steps };
    let mut random = Random::new(args.seed, Stream::Starts);
    let (training, validation) = (Examples::new(&batch, training), Examples::new(&batch, validation));
    let (examples, progress) = ([&training, &validation], session.progress.clone());
    let observe = &mut |progress: &Progress| session.observe(progress);
    let found = learn_on(model.hmm(), with_task(model)?, examples, effort, &mut random, progress, observe);
    let text = format!("{}\n", construction_value(model, &found.construction));
    Ok(Found { text, right: [found.training, found.validation] })
}

fn attention(
    args: &TuneArgs,
    model: &MemoryModel,
    training: Dataset,
    validation: Dataset,
    session: &mut Session,
) -> Result<Found, CliError> {
    let batch = MemoryBatch::new(model.memory()).map_err(|why| CliError::Usage(why.to_string()))?;
    let effort = Effort { prompt: 0, starts: args.starts, steps: args.steps };
    let mut random = Random::new(args.seed, Stream::Starts);
    let counts = [training.labels.len(), validation.labels.len()];
    let [training, validation] = [training, validation].map(|data| AttentionExamples::new(&batch, data));
    let task = with_memory_task(model)?;
    let (examples, progress) = ([&training, &validation], session.progress.clone());
    let observe = &mut |progress: &Progress| session.observe(progress);
    let found = learn_attention_on(model.memory(), task, examples, effort, &mut random, progress, observe);
    let share = |right: usize, count: usize| right as f64 / count.max(1) as f64;
    Ok(Found {
        text: format!("{}\n", attention_value(model, &found.head)),
        right: [share(found.training, counts[0]), share(found.validation, counts[1])],
    })
}

/// Reads examples of a model with so many tokens and labels.
fn read(file: &str, (tokens, labels): (usize, usize), max_bytes: u64) -> Result<Dataset, CliError> {
    let source = Source::open(file, max_bytes)?;
    let dataset = Dataset::from_json_lines(&source.text, tokens, labels).map_err(|(line, why)| {
        CliError::Example { place: Place::Line { file: source.file.clone(), line }, why }
    })?;
    if dataset.words.is_empty() {
        return Err(CliError::Usage(format!("{}: no inputs, expected at least one line", source.file)));
    }
    Ok(dataset)
}
