//! `recoverable convert`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use recoverable::model::{
    AnyModel,
    file::{any_to_json, any_to_toml, to_npz},
};

use super::{
    Exit, ModelOptions,
    error::CliError,
    note_correction,
    output::{print, write_bytes, write_file},
};

#[derive(Args)]
pub struct ConvertArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// The format to write; `npz` has hmmlearn's arrays, as the nearest floats
    #[arg(long, value_enum)]
    to: Format,
    /// Where to write; stdout if absent, which `npz` cannot be
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

/// Text formats, and hmmlearn's.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Toml,
    Json,
    Npz,
}

pub fn run(args: &ConvertArgs) -> Result<Exit, CliError> {
    let loaded = args.options.read_any(&args.model)?;
    note_correction(&loaded);
    let model = loaded.model;
    let text = match args.to {
        Format::Toml => any_to_toml(&model),
        Format::Json => any_to_json(&model),
        Format::Npz => return archive(args, &model),
    };
    match &args.output {
        Some(path) => write_file(path, &text)?,
        None => print(&text)?,
    }
    Ok(Exit::Proved)
}

fn archive(args: &ConvertArgs, model: &AnyModel) -> Result<Exit, CliError> {
    let AnyModel::Hmm(model) = model else {
        let message = format!("the model `{}` has a memory, which hmmlearn's models have not", model.name());
        return Err(CliError::Usage(message));
    };
    let Some(path) = &args.output else {
        return Err(CliError::Usage("--to npz needs --output FILE, the archive to write".to_owned()));
    };
    let (bytes, error) = to_npz(model);
    write_bytes(path, &bytes)?;
    if error > 0.0 {
        anstream::eprintln!(
            "note: entries are rounded to the nearest floats, the largest relative change is {error:.1e}"
        );
    }
    Ok(Exit::Proved)
}
