//! Errors of the command line, all with exit code 2.

use std::fmt;

use recoverable::{
    generate::dataset::LineError,
    model::file::FileError,
    oracle::SequenceError,
    report::json::{ErrorDetails, error_line, file_error_line},
};
use recoverable_checker::Failure;

use super::OutputFormat;

/// What went wrong before an answer could be given.
#[derive(Debug)]
pub enum CliError {
    /// Arguments that make no sense together or name what does not exist.
    Usage(String),
    /// A model file.
    File(FileError),
    /// A sequence that has no answer.
    Sequence { place: Place, why: SequenceError },
    /// A token that can't be read, at a position from 1.
    Token { place: Place, position: usize, found: String, expected: String },
    /// A line that is no list.
    Line { place: Place, why: String },
    /// A line that is no example of a model and its task.
    Example { place: Place, why: LineError },
    /// A text that is no certificate; line and character from 1.
    Malformed { file: String, why: String, place: (usize, usize) },
    /// A search that cannot be gone on with; line and character from 1, or 0.
    NotResumed { file: String, why: String, place: (usize, usize) },
    /// A file that can't be written.
    Unwritable { file: String, why: String },
}

/// Where a sequence stands.
#[derive(Clone, Debug)]
pub enum Place {
    /// In `--tokens`.
    Argument,
    /// In a line of a file, from 1.
    Line { file: String, line: usize },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("--tokens"),
            Self::Line { file, line } => write!(f, "{file}:{line}"),
        }
    }
}

impl From<FileError> for CliError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl CliError {
    /// A text that is no certificate.
    pub fn malformed(file: &str, failure: &Failure) -> Self {
        let place = match failure {
            Failure::Malformed(error) => (error.line(), error.column()),
            Failure::Rejected(_) => (0, 0),
        };
        Self::Malformed { file: file.to_owned(), why: failure.to_string(), place }
    }

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
            Self::Token { place, position, found, expected } => {
                format!("{place}: position {position}: `{found}` is no token, expected {expected}")
            }
            Self::Line { place, why } => {
                format!("{place}: {why}, expected a list of tokens such as [0, 2, 1]")
            }
            Self::Malformed { file, why, .. } | Self::NotResumed { file, why, .. } => {
                format!("{file}: {why}")
            }
            Self::Example { place, why } => format!("{place}: {why}"),
            Self::Unwritable { file, why } => format!("{file}: cannot be written: {why}"),
        }
    }

    fn json(&self) -> String {
        let message = self.message();
        let details = |code| ErrorDetails { code, message, ..ErrorDetails::default() };
        error_line(match self {
            Self::File(error) => return file_error_line(error),
            Self::Usage(_) => details("usage"),
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
                place.within(ErrorDetails { found: Some(found), expected: Some(expected), ..details(code) })
            }
            Self::Token { place, found, expected, .. } => place.within(ErrorDetails {
                found: Some(found.clone()),
                expected: Some(expected.clone()),
                ..details("unknown-token")
            }),
            Self::Line { place, .. } => place.within(details("syntax")),
            Self::Example { place, .. } => place.within(details("example")),
            Self::Malformed { file, place: (line, character), .. } => {
                let place = (*line > 0).then_some((*line, *character)).unzip();
                ErrorDetails { file: Some(file.clone()), place, ..details("malformed-certificate") }
            }
            Self::NotResumed { file, place: (line, character), .. } => {
                let place = (*line > 0).then_some((*line, *character)).unzip();
                ErrorDetails { file: Some(file.clone()), place, ..details("not-resumed") }
            }
            Self::Unwritable { file, .. } => {
                ErrorDetails { file: Some(file.clone()), ..details("unwritable") }
            }
        })
    }
}

impl Place {
    /// An error at this place.
    fn within(&self, details: ErrorDetails) -> ErrorDetails {
        match self {
            Self::Argument => ErrorDetails { key: Some("--tokens".to_owned()), ..details },
            Self::Line { file, line } => {
                ErrorDetails { file: Some(file.clone()), place: (Some(*line), None), ..details }
            }
        }
    }
}
