//! Errors of model files: one clear message with file, key, place, what was found and what was expected.

use std::{error::Error, fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::{
    model::{
        Defect, Field, Line,
        defect::{count, memory_key, show_sum},
    },
    number::{MAX_DIGITS, MAX_EXPONENT, NumberError},
};

/// What is wrong with a model file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file can't be read.
    Unreadable(String),
    /// The file has more bytes than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
        /// The size, where it is known.
        found: Option<u64>,
    },
    /// The file is not UTF-8.
    NotUtf8 {
        /// The first offending byte.
        offset: usize,
    },
    /// The text is not TOML (or JSON).
    Syntax {
        /// What the parser says.
        message: String,
        /// The key, where one stands there twice.
        key: Option<String>,
    },
    /// The file is a list or a single value.
    NotATable {
        /// What it is.
        found: &'static str,
    },
    /// A key that no model file has.
    UnknownKey {
        /// Its path.
        key: String,
        /// A key with a similar name, or with the same meaning elsewhere.
        suggestion: Option<String>,
    },
    /// A key that has to be there is not.
    MissingKey {
        /// Its path.
        key: String,
    },
    /// A value of another type.
    WrongType {
        /// The path of the value.
        key: String,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: &'static str,
    },
    /// A word that is not one of those allowed.
    Choice {
        /// The path of the value.
        key: &'static str,
        /// The words allowed.
        expected: &'static str,
        /// The word found.
        found: String,
    },
    /// `kind = "memory-hmm"` where a vanilla model is asked for.
    UnsupportedKind,
    /// An entry is not a number.
    Number {
        /// The path of the entry.
        key: String,
        /// The text found.
        found: String,
        /// Why it is not a number.
        why: NumberError,
    },
    /// An archive that is none, or has no array where one is expected.
    Array {
        /// The array, or what else.
        member: String,
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The parts are readable and do not make a model.
    Invalid {
        /// What is wrong, in the file's own layout.
        defect: Defect,
        /// Whether the other orientation would do better.
        hint: Option<Hint>,
    },
}

/// What another orientation would do for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The file would be right.
    Right(&'static str),
    /// This matrix would be right, others not.
    OneMatrix(&'static str),
    /// The shapes would fit.
    Shapes(&'static str),
}

/// A problem with its file and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError(Box<Located>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Located {
    file: String,
    problem: Problem,
    /// Line and character, from 1.
    place: Option<(usize, usize)>,
    excerpt: Option<String>,
}

impl FileError {
    /// A problem of the whole file.
    pub(super) fn without_place(file: &str, problem: Problem) -> Self {
        Self(Box::new(Located { file: file.to_owned(), problem, place: None, excerpt: None }))
    }

    /// A problem at a place of the text.
    pub(super) fn at(file: &str, text: &str, span: Range<usize>, problem: Problem) -> Self {
        let start = floor_char_boundary(text, span.start.min(text.len()));
        let end = floor_char_boundary(text, span.end.clamp(start, text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let place = (text[..start].matches('\n').count() + 1, text[line_start..start].chars().count() + 1);
        let excerpt = Some(excerpt(file, text, start..end, place, &problem));
        Self(Box::new(Located { file: file.to_owned(), problem, place: Some(place), excerpt }))
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    /// Line and character (both from 1) of the offending text.
    pub fn place(&self) -> Option<(usize, usize)> {
        self.0.place
    }

    /// The offending lines with a mark, where there is a place to show.
    pub fn excerpt(&self) -> Option<&str> {
        self.0.excerpt.as_deref()
    }

    /// A stable word for the kind of error.
    pub fn code(&self) -> &'static str {
        match &self.0.problem {
            Problem::Unreadable(_) => "unreadable",
            Problem::TooLarge { .. } => "too-large",
            Problem::NotUtf8 { .. } => "not-utf8",
            Problem::Syntax { .. } => "syntax",
            Problem::UnknownKey { .. } => "unknown-key",
            Problem::MissingKey { .. } => "missing-key",
            Problem::WrongType { .. } | Problem::NotATable { .. } => "wrong-type",
            Problem::Choice { .. } => "bad-choice",
            Problem::UnsupportedKind => "unsupported-kind",
            Problem::Number { .. } => "bad-number",
            Problem::Array { .. } => "bad-array",
            Problem::Invalid { .. } => "invalid-model",
        }
    }

    /// The path of the offending key or entry, such as `transition[0][1]`.
    pub fn key(&self) -> Option<String> {
        match &self.0.problem {
            Problem::UnknownKey { key, .. }
            | Problem::MissingKey { key }
            | Problem::WrongType { key, .. }
            | Problem::Number { key, .. } => Some(key.clone()),
            Problem::Choice { key, .. } => Some((*key).to_owned()),
            Problem::Syntax { key, .. } => key.clone(),
            Problem::UnsupportedKind => Some("kind".to_owned()),
            Problem::Array { member, .. } => Some(member.clone()),
            Problem::Invalid { defect, .. } => Some(defect.key()),
            _ => None,
        }
    }

    /// Row and column (from 0) inside the key, where the problem is in one line or entry.
    pub fn row_and_column(&self) -> (Option<usize>, Option<usize>) {
        match &self.0.problem {
            Problem::Invalid { defect, .. } => defect.row_and_column(),
            Problem::Number { key, .. } | Problem::WrongType { key, .. } => {
                let mut indices = key.split(['[', ']']).filter_map(|part| part.parse().ok());
                (indices.next(), indices.next())
            }
            _ => (None, None),
        }
    }

    /// What was found.
    pub fn found(&self) -> Option<String> {
        match &self.0.problem {
            Problem::TooLarge { found, .. } => found.map(|found| format!("{found} bytes")),
            Problem::UnknownKey { key, .. } => Some(key.clone()),
            Problem::WrongType { found, .. } | Problem::NotATable { found } => Some((*found).to_owned()),
            Problem::Choice { found, .. } | Problem::Number { found, .. } => Some(shorten(found)),
            Problem::UnsupportedKind => Some("memory-hmm".to_owned()),
            Problem::Array { found, .. } => Some(shorten(found)),
            Problem::Invalid { defect, .. } => defect.found(),
            _ => None,
        }
    }

    /// What was expected.
    pub fn expected(&self) -> Option<String> {
        match &self.0.problem {
            Problem::TooLarge { limit, .. } => Some(format!("at most {limit} bytes")),
            Problem::WrongType { expected, .. }
            | Problem::Choice { expected, .. }
            | Problem::Array { expected, .. } => Some((*expected).to_owned()),
            Problem::NotATable { .. } => Some("a table of keys".to_owned()),
            Problem::UnsupportedKind => Some("hmm".to_owned()),
            Problem::Number { why, .. } => Some(number_expected(why)),
            Problem::Invalid { defect, .. } => defect.expected(),
            Problem::NotUtf8 { .. } => Some("UTF-8".to_owned()),
            Problem::UnknownKey { suggestion, .. } => suggestion.clone(),
            _ => None,
        }
    }
}

fn number_expected(why: &NumberError) -> String {
    match why {
        NumberError::Malformed => "\"p/q\", a decimal or an integer".to_owned(),
        NumberError::NotFinite => "a finite number".to_owned(),
        NumberError::ZeroDenominator => "a denominator other than zero".to_owned(),
        NumberError::Exponent => format!("an exponent of at most {MAX_EXPONENT}"),
        NumberError::TooLong => format!("at most {MAX_DIGITS} digits"),
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::TooLarge { limit, found } => {
                let found = found.map_or("more".to_owned(), |bytes| format!("{bytes} bytes"));
                write!(f, "{found}, expected at most {limit} bytes (--max-bytes raises the limit)")
            }
            Self::NotUtf8 { offset } => write!(f, "byte {offset} is not UTF-8"),
            Self::Syntax { message, .. } => write!(f, "{}", message.trim_end()),
            Self::NotATable { found } => write!(f, "the file is {found}, expected a table of keys"),
            Self::UnknownKey { key, suggestion: None } => write!(f, "unknown key `{key}`"),
            Self::UnknownKey { key, suggestion: Some(other) } => {
                write!(f, "unknown key `{key}`, did you mean `{other}`?")
            }
            Self::MissingKey { key } => write!(f, "the key `{key}` is missing"),
            Self::WrongType { key, expected, found } => write!(f, "{key} is {found}, expected {expected}"),
            Self::Choice { key, expected, found } => {
                write!(f, "{key} is \"{}\", expected {expected}", shorten(found))
            }
            Self::UnsupportedKind => {
                write!(
                    f,
                    "kind is \"memory-hmm\", expected \"hmm\": this question is about models without memory"
                )
            }
            Self::Number { key, found, why } => {
                write!(f, "{key} is `{}`: {why}, expected {}", shorten(found), number_expected(why))
            }
            Self::Array { member, found, expected } => {
                write!(f, "{member}: {}, expected {expected}", shorten(found))
            }
            Self::Invalid { defect, hint } => {
                write!(f, "{defect}")?;
                match hint {
                    Some(Hint::Right(other)) => {
                        write!(f, "; the transposes are right, so add orientation = \"{other}\"")
                    }
                    Some(Hint::OneMatrix(other)) => {
                        write!(
                            f,
                            "; its transpose is right (orientation = \"{other}\" would transpose every matrix)"
                        )
                    }
                    Some(Hint::Shapes(other)) => {
                        write!(f, "; the transposes have the right shapes, is it orientation = \"{other}\"?")
                    }
                    None if matches!(defect, Defect::Sum { .. }) => {
                        write!(f, " (--normalize divides by the sum)")
                    }
                    None if matches!(defect, Defect::NoInitialLaw) => {
                        write!(f, "; use the stationary law with initial_of = \"H0\" instead (another model)")
                    }
                    None => Ok(()),
                }
            }
        }
    }
}

impl fmt::Display for FileError {
    /// One line: file, line, character and the message; the [excerpt](FileError::excerpt) is apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.place {
            Some((line, character)) => write!(f, "{}:{line}:{character}: {}", self.0.file, self.0.problem),
            None => write!(f, "{}: {}", self.0.file, self.0.problem),
        }
    }
}

impl Error for FileError {}

/// At most 60 characters of a long text.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The offending line with the mark below it; of a very long line only what is near the mark.
fn excerpt(file: &str, text: &str, span: Range<usize>, place: (usize, usize), problem: &Problem) -> String {
    const CONTEXT: usize = 200;
    let line_start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[span.start..].find('\n').map_or(text.len(), |newline| span.start + newline);
    let from = floor_char_boundary(text, line_start.max(span.start.saturating_sub(CONTEXT)));
    let to = floor_char_boundary(text, line_end.min(span.start + CONTEXT)).max(span.start);
    let window = &text[from..to];
    let mark = span.start - from..span.end.clamp(span.start, to) - from;
    let label = problem.label();
    let snippet = Snippet::source(window)
        .line_start(place.0)
        .annotation(AnnotationKind::Primary.span(mark).label(label.as_str()));
    let message = problem.to_string();
    let title = Level::ERROR.primary_title(message.as_str());
    let report = if from == line_start {
        [title.element(snippet.path(file))]
    } else {
        // The window does not begin where the line does: its own count of characters would be wrong.
        [title.element(Origin::path(file).line(place.0).char_column(place.1)).element(snippet)]
    };
    Renderer::plain().render(&report)
}

impl Problem {
    /// A few words beside the mark.
    fn label(&self) -> String {
        match self {
            Self::Syntax { .. } => "here".to_owned(),
            Self::NotATable { .. } => "expected a table of keys".to_owned(),
            Self::UnknownKey { .. } => "no such key".to_owned(),
            Self::Number { why, .. } => why.to_string(),
            Self::Invalid { defect: Defect::Sum { sum, line, .. }, .. } => match line {
                Line::Column(column) => format!("column {column} sums to {}", show_sum(sum)),
                Line::Whole | Line::Row(_) => format!("sums to {}", show_sum(sum)),
            },
            Self::WrongType { expected, .. } | Self::Choice { expected, .. } => {
                format!("expected {expected}")
            }
            Self::Invalid { defect, .. } => {
                defect.expected().map_or(String::new(), |what| format!("expected {what}"))
            }
            _ => String::new(),
        }
    }
}

impl Defect {
    /// The path of the offending key or entry.
    pub fn key(&self) -> String {
        let at = |field: Field, row: usize, column: Option<usize>| {
            column.map_or(format!("{field}[{row}]"), |column| format!("{field}[{row}][{column}]"))
        };
        match self {
            Self::NoStates | Self::NoInitialLaw | Self::StateCount { .. } => Field::Initial.key().to_owned(),
            Self::NoValues => "values".to_owned(),
            Self::NoMemory { key, .. } | Self::NegativeMemory { key, .. } => {
                format!("{}.{}", Field::Joint, memory_key(key))
            }
            Self::TaskCell { .. } => "task.cell".to_owned(),
            Self::NoTokens => Field::Emission.key().to_owned(),
            Self::RowCount { field, .. } | Self::NameCount { field, .. } => field.key().to_owned(),
            Self::Sum { field, .. } | Self::ZeroSum { field, .. } => field.key().to_owned(),
            Self::RowLength { field, row, .. } => at(*field, *row, None),
            Self::Negative { field, row, column, .. } | Self::NotFinite { field, row, column } => {
                at(*field, *row, *column)
            }
            Self::NotInUnitInterval { field, row, column, .. } => at(*field, *row, Some(*column)),
            Self::TaskLength { row, .. } | Self::TaskValues { row, .. } => {
                row.map_or("task.weights".to_owned(), |row| at(Field::Weights, row, None))
            }
            Self::TooFewClasses { .. } => Field::Weights.key().to_owned(),
            Self::EmptyName { field, index } | Self::DuplicateName { field, index, .. } => {
                at(*field, *index, None)
            }
        }
    }

    /// Row and column (from 0), where the defect is in one line or entry.
    pub fn row_and_column(&self) -> (Option<usize>, Option<usize>) {
        match self {
            Self::Negative { row, column, .. } | Self::NotFinite { row, column, .. } => (Some(*row), *column),
            Self::NotInUnitInterval { row, column, .. } => (Some(*row), Some(*column)),
            Self::RowLength { row, .. } => (Some(*row), None),
            Self::TaskLength { row, .. } | Self::TaskValues { row, .. } => (*row, None),
            Self::EmptyName { index, .. } | Self::DuplicateName { index, .. } => (Some(*index), None),
            Self::Sum { line, .. } | Self::ZeroSum { line, .. } => match line {
                Line::Whole => (None, None),
                Line::Row(row) => (Some(*row), None),
                Line::Column(column) => (None, Some(*column)),
            },
            _ => (None, None),
        }
    }

    /// What was found.
    pub fn found(&self) -> Option<String> {
        Some(match self {
            Self::RowCount { found, .. } => count(*found, "row", "rows"),
            Self::RowLength { found, .. } => count(*found, "entry", "entries"),
            Self::Negative { value, .. }
            | Self::NotInUnitInterval { value, .. }
            | Self::NegativeMemory { value, .. } => value.to_string(),
            Self::NoValues => "0".to_owned(),
            Self::NoMemory { key, .. } => memory_key(key),
            Self::TaskCell { cell, .. } => cell.to_string(),
            Self::StateCount { found, .. } => count(*found, "entry", "entries"),
            Self::Sum { sum, .. } => sum.to_string(),
            Self::ZeroSum { .. } => "0".to_owned(),
            Self::TaskLength { found, .. } | Self::TaskValues { found, .. } => {
                count(*found, "weight", "weights")
            }
            Self::TooFewClasses { found } => count(*found, "row", "rows"),
            Self::NameCount { found, .. } => count(*found, "name", "names"),
            Self::DuplicateName { name, .. } => name.clone(),
            Self::EmptyName { .. } => "\"\"".to_owned(),
            Self::NoStates | Self::NoTokens => "[]".to_owned(),
            Self::NotFinite { .. } | Self::NoInitialLaw => return None,
        })
    }

    /// What was expected.
    pub fn expected(&self) -> Option<String> {
        Some(match self {
            Self::NoStates => "at least one state".to_owned(),
            Self::NoTokens => "at least one token".to_owned(),
            Self::NoValues => "at least one value".to_owned(),
            Self::StateCount { shape, .. } => count(shape.states(), "entry", "entries"),
            Self::NoMemory { values, cells, .. } => {
                format!("{} below {values}, separated by commas", count(*cells, "value", "values"))
            }
            Self::TaskCell { cells, .. } => format!("a cell below {cells}"),
            Self::RowCount { expected, .. } => count(*expected, "row", "rows"),
            Self::RowLength { expected, .. } => count(*expected, "entry", "entries"),
            Self::Negative { .. } | Self::NegativeMemory { .. } => "a probability (not negative)".to_owned(),
            Self::NotInUnitInterval { .. } => "a number in [0, 1]".to_owned(),
            Self::Sum { .. } => "1".to_owned(),
            Self::ZeroSum { .. } => "a positive sum".to_owned(),
            Self::TaskLength { expected, .. } | Self::TaskValues { expected, .. } => {
                count(*expected, "weight", "weights")
            }
            Self::TooFewClasses { .. } => "two or more rows, or a plain list".to_owned(),
            Self::NameCount { expected, .. } => count(*expected, "name", "names"),
            Self::DuplicateName { .. } => "distinct names".to_owned(),
            Self::EmptyName { .. } => "a name".to_owned(),
            Self::NotFinite { .. } => "a finite number".to_owned(),
            Self::NoInitialLaw => "a law of H_1 that some law of H_0 leads to".to_owned(),
        })
    }
}
