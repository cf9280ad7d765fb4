//! `recoverable verify`

use clap::Args;
use recoverable::{
    model::{certificate_model, file::Source},
    report::{
        json::{Verified, verify_line},
        model_hash,
        text::verify_text,
    },
};
use recoverable_checker::{Failure, certificate, check, read};

use super::{Exit, ModelOptions, OutputFormat, error::CliError, output::print, stdin_once};

#[derive(Args)]
pub struct VerifyArgs {
    /// Certificates
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// Accept only certificates about this model
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
    #[command(flatten)]
    options: ModelOptions,
}

pub fn run(args: &VerifyArgs) -> Result<Exit, CliError> {
    stdin_once(args.files.iter().chain(&args.model))?;
    let model = args.model.as_ref().map(|file| args.options.read_any(file)).transpose()?;
    let model = model.map(|loaded| certificate_model(&loaded.model));
    let mut exit = Exit::Proved;
    for file in &args.files {
        match verify(file, args.options.max_bytes, model.as_ref()) {
            Ok(verified) => {
                let text = match args.format {
                    OutputFormat::Json => verify_line(&verified),
                    OutputFormat::Text => verify_text(&verified),
                };
                print(&(text + "\n"))?;
                exit = exit.worse(if verified.rejection.is_none() { Exit::Proved } else { Exit::Refuted });
            }
            Err(error) => {
                error.print(args.format);
                exit = Exit::BadInput;
            }
        }
    }
    Ok(exit)
}

/// One file; an error if it is not a certificate at all.
fn verify(file: &str, max_bytes: u64, model: Option<&certificate::Model>) -> Result<Verified, CliError> {
    let source = Source::open(file, max_bytes)?;
    let certificate = read(&source.text).map_err(|failure| CliError::malformed(&source.file, &failure))?;
    let (about, claim) = (&certificate.model, certificate.claim);
    let sha256 = model_hash(about);
    let rejection = match check(&source.text) {
        Err(Failure::Rejected(rejection)) => Some(rejection.to_string()),
        Err(failure @ Failure::Malformed(_)) => return Err(CliError::malformed(&source.file, &failure)),
        Ok(_) => model
            .filter(|expected| *expected != about)
            .map(|expected| format!("it is about another model (expected sha256 {})", model_hash(expected))),
    };
    Ok(Verified { file: source.file, claim, sha256, rejection })
}
