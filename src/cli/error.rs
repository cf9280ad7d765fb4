//! Errors of the command line, all with exit code 2.

use recoverable::{
    model::file::FileError,
    oracle::SequenceError,
    report::json::{error_line, file_error_line},
};

use super::OutputFormat;

/// What went wrong before an answer could be given.
#[derive(Debug)]
pub enum CliError {
    /// Arguments that make no sense together or name what does not exist.
    Usage(String),
    /// A model file.
    File(FileError),
    /// A sequence; `place` names the file and line, or the argument.
    Sequence { place: String, why: SequenceError },
    /// A token that can't be read.
    Token { place: String, found: String, expected: String },
    /// A file that can't be read as what it should be.
    Unreadable { file: String, why: String },
    /// A certificate that is none.
    Malformed { file: String, why: String },
    /// A file that can't be written.
    Unwritable { file: String, why: String },
}

impl From<FileError> for CliError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl CliError {
    /// Writes the error to stderr.
    pub fn print(&self, format: OutputFormat) {
        match format {
            OutputFormat::Json => anstream::eprintln!("{}", self.json()),
            OutputFormat::Text => match self {
                Self::File(error) => match error.excerpt() {
                    Some(excerpt) => anstream::eprintln!("{excerpt}"),
                    None => anstream::eprintln!("error: {error}"),
                },
                _ => anstream::eprintln!("error: {}", self.message()),
            },
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Usage(message) => message.clone(),
            Self::File(error) => error.to_string(),
            Self::Sequence { place, why } => format!("{place}: {why}"),
            Self::Token { place, found, expected } => {
                format!("{place}: `{found}` is no token, expected {expected}")
            }
            Self::Unreadable { file, why } => format!("{file}: cannot be read: {why}"),
            Self::Malformed { file, why } => format!("{file}: {why}"),
            Self::Unwritable { file, why } => format!("{file}: cannot be written: {why}"),
        }
    }

    fn json(&self) -> String {
        let message = self.message();
        match self {
            Self::File(error) => file_error_line(error),
            Self::Usage(_) => error_line("usage", &message, None, None, None),
            Self::Sequence { place, why } => {
                let (code, found, expected) = match why {
                    SequenceError::Empty => {
                        ("empty-sequence", "[]".to_owned(), "at least one token".to_owned())
                    }
                    SequenceError::UnknownToken { token, limit, .. } => {
                        ("unknown-token", token.to_string(), format!("a token below {limit}"))
                    }
                    SequenceError::Impossible { .. } => (
                        "impossible-sequence",
                        "probability 0".to_owned(),
                        "a positive probability".to_owned(),
                    ),
                };
                error_line(code, &message, Some(place), Some(&found), Some(&expected))
            }
            Self::Token { place, found, expected } => {
                error_line("unknown-token", &message, Some(place), Some(found), Some(expected))
            }
            Self::Unreadable { file, .. } => error_line("unreadable", &message, Some(file), None, None),
            Self::Malformed { file, .. } => {
                error_line("malformed-certificate", &message, Some(file), None, None)
            }
            Self::Unwritable { file, .. } => error_line("unwritable", &message, Some(file), None, None),
        }
    }
}
