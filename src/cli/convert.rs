//! `recoverable convert`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use recoverable::model::file::{any_to_json, any_to_toml};

use super::{
    Exit, ModelOptions,
    error::CliError,
    note_correction,
    output::{print, write_file},
};

#[derive(Args)]
pub struct ConvertArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// The format to write
    #[arg(long, value_enum)]
    to: Target,
    /// Where to write; stdout if absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    options: ModelOptions,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Target {
    Toml,
    Json,
}

pub fn run(args: &ConvertArgs) -> Result<Exit, CliError> {
    let loaded = args.options.read_any(&args.model)?;
    note_correction(&loaded);
    let model = loaded.model;
    let text = match args.to {
        Target::Toml => any_to_toml(&model),
        Target::Json => any_to_json(&model),
    };
    match &args.output {
        Some(path) => write_file(path, &text)?,
        None => print(&text)?,
    }
    Ok(Exit::Proved)
}
