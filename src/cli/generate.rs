//! `recoverable generate`

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use recoverable::{
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS},
        dataset::Dataset,
        memory::MemoryFamily,
    },
    model::{
        AnyModel,
        file::{any_to_json, any_to_toml},
    },
};

use super::{
    Exit, ModelOptions,
    convert::Target,
    error::CliError,
    note_correction,
    output::{create_folder, print, write_file},
    with_memory_task, with_task,
};

#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["family", "data"])))]
pub struct GenerateArgs {
    /// Models of this family: `appendix-d` asks for `--states`, `appendix-d-memory` for `--values`
    #[arg(long, value_enum, conflicts_with_all = ["inputs", "length", "normalize"])]
    family: Option<FamilyName>,
    /// Labelled inputs of this model (a file, `-` for JSON from stdin, or a built-in model), as JSON Lines
    #[arg(long, value_name = "MODEL", requires_all = ["inputs", "length"])]
    #[arg(conflicts_with_all = ["states", "values", "tokens", "count", "redraw", "to"])]
    data: Option<String>,
    /// The number of hidden states
    #[arg(long, value_name = "N", value_parser = positive)]
    states: Option<usize>,
    /// The number of values of the memory's cell
    #[arg(long, value_name = "M", value_parser = positive, conflicts_with = "states")]
    values: Option<usize>,
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
    /// Those with a memory of one cell
    AppendixDMemory,
}

/// A family with its numbers.
enum Sized {
    Vanilla(Family),
    Memory(MemoryFamily),
}

impl Sized {
    fn new(args: &GenerateArgs, name: FamilyName) -> Result<Self, CliError> {
        let (tokens, redraw) = (args.tokens.unwrap_or(TOKENS), args.redraw);
        let usage = |message: &str| CliError::Usage(message.to_owned());
        match (name, args.states, args.values) {
            (FamilyName::AppendixD, Some(states), _) => Ok(Self::Vanilla(Family { states, tokens, redraw })),
            (FamilyName::AppendixDMemory, _, Some(values)) => {
                Ok(Self::Memory(MemoryFamily { values, tokens, redraw }))
            }
            (FamilyName::AppendixD, ..) => Err(usage("--family appendix-d needs --states N")),
            (FamilyName::AppendixDMemory, ..) => Err(usage("--family appendix-d-memory needs --values M")),
        }
    }

    fn model(&self, seed: u64) -> AnyModel {
        match self {
            Self::Vanilla(family) => AnyModel::Hmm(family.model(seed)),
            Self::Memory(family) => AnyModel::Memory(family.model(seed)),
        }
    }
}

/// A number above 0.
pub(super) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number, 1 or more".to_owned()),
        Ok(number) => Ok(number),
    }
}

pub fn run(args: &GenerateArgs) -> Result<Exit, CliError> {
    match (&args.data, args.family) {
        (Some(file), _) => data(args, file)?,
        (None, Some(family)) => models(args, &Sized::new(args, family)?)?,
        (None, None) => {} // clap asks for one of them
    }
    Ok(Exit::Proved)
}

fn models(args: &GenerateArgs, family: &Sized) -> Result<(), CliError> {
    let text = |model: &AnyModel| match args.to {
        Some(Target::Json) => any_to_json(model),
        Some(Target::Toml) | None => any_to_toml(model),
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
    let loaded = args.options.read_any(file)?;
    note_correction(&loaded);
    let (inputs, length) = (args.inputs.unwrap_or(1), args.length.unwrap_or(1));
    let dataset = draw(&loaded.model, inputs, length, &mut Random::new(args.seed, Stream::Inputs))?;
    let text = dataset.to_json_lines();
    match &args.output {
        Some(path) => write_file(path, &text),
        None => print(&text),
    }
}

/// Inputs of a model of either kind with their labels.
pub(super) fn draw(
    model: &AnyModel,
    inputs: usize,
    length: usize,
    random: &mut Random,
) -> Result<Dataset, CliError> {
    let unusable = |why: &dyn std::fmt::Display| CliError::Usage(why.to_string());
    match model {
        AnyModel::Hmm(model) => {
            let drawn = Dataset::draw(model.hmm(), with_task(model)?, inputs, length, random);
            drawn.map_err(|why| unusable(&why))
        }
        AnyModel::Memory(model) => {
            let drawn =
                Dataset::draw_memory(model.memory(), with_memory_task(model)?, inputs, length, random);
            drawn.map_err(|why| unusable(&why))
        }
    }
}
