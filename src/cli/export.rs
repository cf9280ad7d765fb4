//! `recoverable export`

use std::path::PathBuf;

use clap::Args;
use recoverable::{
    model::file::{MAX_BYTES, Source},
    report::coq::coq_file,
};
use recoverable_checker::{Failure, check};

use super::{
    Exit,
    error::CliError,
    output::{print, write_file},
};

#[derive(Args)]
pub struct ExportArgs {
    /// The format: a file for Coq, to be checked with the compiled files of `proofs/theory`
    #[arg(long, required = true)]
    coq: bool,
    /// The certificate (a file, or `-` for stdin)
    #[arg(value_name = "CERTIFICATE")]
    certificate: String,
    /// Where to write; stdout if absent
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Refuse larger files
    #[arg(long, value_name = "BYTES", default_value_t = MAX_BYTES)]
    max_bytes: u64,
}

pub fn run(args: &ExportArgs) -> Result<Exit, CliError> {
    debug_assert!(args.coq);
    let source = Source::open(&args.certificate, args.max_bytes)?;
    let accepted = match check(&source.text) {
        Ok(accepted) => accepted,
        Err(Failure::Rejected(rejection)) => {
            anstream::eprintln!("{}: rejected: {rejection}", source.file);
            return Ok(Exit::Refuted);
        }
        Err(failure) => return Err(CliError::malformed(&source.file, &failure)),
    };
    let text =
        coq_file(accepted.certificate()).map_err(|why| CliError::Usage(format!("{}: {why}", source.file)))?;
    match &args.output {
        Some(path) => write_file(path, &text)?,
        None => print(&text)?,
    }
    Ok(Exit::Proved)
}
