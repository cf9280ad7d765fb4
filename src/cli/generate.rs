//! `recoverable generate`

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use recoverable::{
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS},
        dataset::Dataset,
    },
    model::{
        Model,
        file::{to_json, to_toml},
    },
};

use super::{
    Exit, ModelOptions,
    convert::Target,
    error::CliError,
    note_correction,
    output::{create_folder, print, write_file},
    with_task,
};

#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["family", "data"])))]
pub struct GenerateArgs {
    /// Models of this family
    #[arg(long, value_enum, requires = "states", conflicts_with_all = ["inputs", "length", "normalize"])]
    family: Option<FamilyName>,
    /// Labelled inputs of this model (a file, `-` for JSON from stdin, or a built-in model), as JSON Lines
    #[arg(long, value_name = "MODEL", requires_all = ["inputs", "length"])]
    #[arg(conflicts_with_all = ["states", "tokens", "count", "redraw", "to"])]
    data: Option<String>,
    /// The number of hidden states
    #[arg(long, value_name = "N", value_parser = positive)]
    states: Option<usize>,
    /// The number of tokens; 10 if absent
    #[arg(long, value_name = "K", value_parser = positive)]
    tokens: Option<usize>,
    /// How many models, with the seeds S, S + 1, …
    #[arg(long, value_name = "C", value_parser = positive)]
    count: Option<usize>,
    /// Draw tasks again whose label could not change
    #[arg(long)]
    redraw: bool,
    /// The format of models; TOML if absent
    #[arg(long, value_enum)]
    to: Option<Target>,
    /// How many inputs
    #[arg(long, value_name = "N", value_parser = positive)]
    inputs: Option<usize>,
    /// Tokens in each input
    #[arg(long, value_name = "T", value_parser = positive)]
    length: Option<usize>,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The file to write, for several models a folder; stdout if absent
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    #[command(flatten)]
    options: ModelOptions,
}

/// A random family.
#[derive(Clone, Copy, ValueEnum)]
enum FamilyName {
    /// The models and tasks of the paper's simulations
    AppendixD,
}

/// A number above 0.
pub(super) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number, 1 or more".to_owned()),
        Ok(number) => Ok(number),
    }
}

pub fn run(args: &GenerateArgs) -> Result<Exit, CliError> {
    match (&args.data, args.states) {
        (Some(file), _) => data(args, file)?,
        (None, Some(states)) => {
            let tokens = args.tokens.unwrap_or(TOKENS);
            models(args, Family { states, tokens, redraw: args.redraw })?;
        }
        (None, None) => {} // clap asks for one of them
    }
    Ok(Exit::Proved)
}

fn models(args: &GenerateArgs, family: Family) -> Result<(), CliError> {
    let text = |model: &Model| match args.to {
        Some(Target::Json) => to_json(model),
        Some(Target::Toml) | None => to_toml(model),
    };
    let extension = if matches!(args.to, Some(Target::Json)) { "json" } else { "toml" };
    match (args.count, &args.output) {
        (None, None) => print(&text(&family.model(args.seed))),
        (None, Some(file)) => write_file(file, &text(&family.model(args.seed))),
        (Some(_), None) => {
            Err(CliError::Usage("--count needs --output DIR, the folder to write to".to_owned()))
        }
        (Some(count), Some(folder)) => {
            create_folder(folder)?;
            (0..count as u64).try_for_each(|index| {
                let model = family.model(args.seed.wrapping_add(index));
                write_file(&folder.join(format!("{}.{extension}", model.name())), &text(&model))
            })
        }
    }
}

fn data(args: &GenerateArgs, file: &str) -> Result<(), CliError> {
    let loaded = args.options.read(file)?;
    note_correction(&loaded);
    let (model, task) = (&loaded.model, with_task(&loaded.model)?);
    let (inputs, length) = (args.inputs.unwrap_or(1), args.length.unwrap_or(1));
    let dataset =
        Dataset::draw(model.hmm(), task, inputs, length, &mut Random::new(args.seed, Stream::Inputs))
            .map_err(|why| CliError::Usage(why.to_string()))?;
    let text = dataset.to_json_lines();
    match &args.output {
        Some(path) => write_file(path, &text),
        None => print(&text),
    }
}
