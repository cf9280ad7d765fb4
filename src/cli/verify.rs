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
use recoverable_checker::{Failure, certificate, check};

use super::{Exit, ModelOptions, OutputFormat, error::CliError, output::print};

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
    let model = args.model.as_ref().map(|file| args.options.read(file)).transpose()?;
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
                exit = exit.worse(if verified.outcome.is_ok() { Exit::Proved } else { Exit::Refuted });
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
    let outcome = match check(&source.text) {
        Err(failure @ Failure::Malformed(_)) => {
            return Err(CliError::Malformed { file: source.file, why: failure.to_string() });
        }
        Err(Failure::Rejected(rejection)) => Err(rejection.to_string()),
        Ok(accepted) => {
            let about = &accepted.certificate().model;
            match model {
                Some(expected) if expected != about => {
                    let (found, expected) = (model_hash(about), model_hash(expected));
                    Err(format!("it is about another model (sha256 {found}, expected {expected})"))
                }
                _ => Ok((accepted.claim(), model_hash(about))),
            }
        }
    };
    Ok(Verified { file: source.file, outcome })
}
