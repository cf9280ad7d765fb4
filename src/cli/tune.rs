//! `recoverable tune`

use std::path::PathBuf;

use clap::Args;
use recoverable::{
    generate::{Random, Stream, dataset::Dataset},
    model::{Model, Task, file::Source},
    oracle::Batch,
    report::json::construction_value,
    tuning::{Effort, Examples, learn},
};

use super::{
    Exit, ModelOptions,
    error::{CliError, Place},
    generate::positive,
    note_correction,
    output::{print, write_file},
    stdin_once, with_task,
};

#[derive(Args)]
pub struct TuneArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// Learn a soft prompt of so many tokens, too; without it a head alone
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
    /// The file of the head, for `bound --head`; stdout if absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    options: ModelOptions,
}

pub fn run(args: &TuneArgs) -> Result<Exit, CliError> {
    stdin_once([&args.model].into_iter().chain(&args.data))?;
    let loaded = args.options.read(&args.model)?;
    note_correction(&loaded);
    let (model, task) = (&loaded.model, with_task(&loaded.model)?);
    let training = match &args.data {
        Some(file) => read(file, model, task, args.options.max_bytes)?,
        None => draw(model, task, args.train, args.length, args.seed, Stream::Training)?,
    };
    let length = training.words.first().map_or(args.length, Vec::len);
    let validation = draw(model, task, args.validation, length, args.seed, Stream::Validation)?;
    let batch = Batch::new(model.hmm());
    let examples = |dataset: &Dataset| Examples::new(&batch, dataset);
    let effort = Effort { prompt: args.prompt.unwrap_or(0), starts: args.starts, steps: args.steps };
    let mut random = Random::new(args.seed, Stream::Starts);
    let (training, validation) = (examples(&training), examples(&validation));
    let found = learn(model.hmm(), task, &training, &validation, effort, &mut random);
    anstream::eprintln!(
        "right on {:.1} % of the training inputs, {:.1} % of the validation inputs",
        100.0 * found.training,
        100.0 * found.validation
    );
    let text = format!("{}\n", construction_value(model, &found.construction));
    match &args.output {
        Some(path) => write_file(path, &text)?,
        None => print(&text)?,
    }
    Ok(Exit::Proved)
}

fn draw(
    model: &Model,
    task: &Task,
    inputs: usize,
    length: usize,
    seed: u64,
    stream: Stream,
) -> Result<Dataset, CliError> {
    Dataset::draw(model.hmm(), task, inputs, length, &mut Random::new(seed, stream))
        .map_err(|why| CliError::Usage(why.to_string()))
}

fn read(file: &str, model: &Model, task: &Task, max_bytes: u64) -> Result<Dataset, CliError> {
    let source = Source::open(file, max_bytes)?;
    let labels = task.contrasts().len() + 1;
    let dataset =
        Dataset::from_json_lines(&source.text, model.hmm().tokens(), labels).map_err(|(line, why)| {
            CliError::Example { place: Place::Line { file: source.file.clone(), line }, why }
        })?;
    if dataset.words.is_empty() {
        return Err(CliError::Usage(format!("{}: no inputs, expected at least one line", source.file)));
    }
    Ok(dataset)
}
