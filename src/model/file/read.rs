//! From the tree of a file to a [`Model`].

use std::ops::Range;

use num_rational::BigRational;

use super::{
    FileError, Format, Hint, Problem, Source, json,
    node::{Node, Step, SyntaxError, Value},
    toml,
};
use crate::{
    linear::Matrix,
    model::{AnyModel, Correction, Defect, Field, Hmm, Line, Model, Names, Task},
    number::parse,
};

/// How to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Divide every law by its sum instead of refusing sums other than 1.
    pub normalize: bool,
}

/// A model as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded<M = Model> {
    /// The model.
    pub model: M,
    /// The largest correction, if normalising changed anything.
    pub correction: Option<Correction>,
}

/// Reads the file of a vanilla model; one with memory is refused ([`Problem::UnsupportedKind`]).
///
/// # Errors
/// A [`FileError`] for whatever makes the text not a model; see [`Problem`].
pub fn read(source: &Source, options: Options) -> Result<Loaded, FileError> {
    Reader { source, root: &root(source)? }.model(options)
}

/// Reads a model file of either kind.
///
/// # Errors
/// As for [`read`].
///
/// ```
/// use recoverable::model::{AnyModel, file::{Options, Source, read_any}};
/// let text = r#"{"kind": "memory-hmm", "values": 2, "cells": 1, "syntax": 1, "initial": [1], "transition": [[1]],
///     "emission": [["0.75", "0.25"], ["0.25", "0.75"]], "memory_prior": {"product": [["1/2", "1/2"]]}}"#;
/// let loaded = read_any(&Source::new("coin.json", text), Options::default()).unwrap();
/// assert!(matches!(loaded.model, AnyModel::Memory(_)));
/// ```
pub fn read_any(source: &Source, options: Options) -> Result<Loaded<AnyModel>, FileError> {
    let reader = Reader { source, root: &root(source)? };
    if reader.has_memory()? {
        let Loaded { model, correction } = reader.memory_model(options)?;
        return Ok(Loaded { model: AnyModel::Memory(model), correction });
    }
    let Loaded { model, correction } = reader.model(options)?;
    Ok(Loaded { model: AnyModel::Hmm(model), correction })
}

/// The tree of a text.
pub(super) fn root(source: &Source) -> Result<Node, FileError> {
    let parsed = match source.format {
        Format::Toml => toml::parse(&source.text),
        Format::Json | Format::Npz => json::parse(&source.text),
    };
    parsed.map_err(|SyntaxError { message, span, key }| {
        let problem = Problem::Syntax { message, key };
        match span {
            Some(span) => FileError::at(&source.file, &source.text, span, problem),
            None => FileError::without_place(&source.file, problem),
        }
    })
}

const KEYS: [&str; 9] =
    ["kind", "orientation", "initial_of", "states", "tokens", "initial", "transition", "emission", "task"];

/// Words that people write for a key.
const SYNONYMS: [(&str, &str); 9] = [
    ("startprob", "initial"),
    ("startprob_", "initial"),
    ("pi", "initial"),
    ("transmat", "transition"),
    ("transmat_", "transition"),
    ("emissionprob", "emission"),
    ("emissionprob_", "emission"),
    ("weights", "task.weights"),
    ("mu", "task.weights"),
];

pub(super) struct Reader<'a> {
    pub source: &'a Source,
    pub root: &'a Node,
}

pub(super) type Rows = Vec<Vec<BigRational>>;

/// The matrices of a file in the file's own layout.
#[derive(Clone)]
struct Parts {
    initial: Vec<BigRational>,
    transition: Rows,
    emission: Rows,
}

impl Parts {
    fn transposed(self) -> Self {
        let transpose = |rows: Rows| match Matrix::from_rows(rows) {
            Ok(matrix) => matrix.transpose().to_rows(),
            Err(_) => Vec::new(), // shapes have been checked
        };
        Self { transition: transpose(self.transition), emission: transpose(self.emission), ..self }
    }

    fn shape(&self, row_stochastic: bool) -> Result<(), Defect> {
        let n = self.initial.len();
        if n == 0 {
            return Err(Defect::NoStates);
        }
        rows_of(Field::Transition, &self.transition, Some(n), Some(n))?;
        if self.emission.is_empty() || self.emission.iter().all(Vec::is_empty) {
            return Err(Defect::NoTokens);
        }
        let (rows, columns) = if row_stochastic { (Some(n), None) } else { (None, Some(n)) };
        rows_of(Field::Emission, &self.emission, rows, columns)
    }

    fn hmm(self, row_stochastic: bool, normalize: bool) -> Result<(Hmm, Option<Correction>), Defect> {
        self.shape(row_stochastic)?;
        let Self { initial, transition, emission } = if row_stochastic { self.transposed() } else { self };
        let read = if normalize {
            Hmm::normalized(initial, transition, emission)
        } else {
            Hmm::new(initial, transition, emission).map(|hmm| (hmm, None))
        };
        if !row_stochastic {
            return read;
        }
        read.map(|(hmm, correction)| (hmm, correction.map(Correction::transposed)))
            .map_err(Defect::transposed)
    }

    /// What the other orientation would do about a defect.
    fn hint(self, defect: &Defect, row_stochastic: bool) -> Option<Hint> {
        let other = if row_stochastic { "column-stochastic" } else { "row-stochastic" };
        if !defect.is_of_matrix() {
            return None;
        }
        let shapes_fit = self.shape(!row_stochastic).is_ok();
        if self.hmm(!row_stochastic, false).is_ok() {
            return Some(Hint::Right(other));
        }
        match defect {
            Defect::Sum { transposed, .. } => transposed.then_some(Hint::OneMatrix(other)),
            _ => shapes_fit.then_some(Hint::Shapes(other)),
        }
    }
}

/// The columns of these rows, all of the same length.
pub(super) fn transposed(field: Field, rows: &Rows) -> Result<Rows, Defect> {
    rows_of(field, rows, None, None)?;
    Ok(Matrix::from_rows(rows.clone()).map(|matrix| matrix.transpose().to_rows()).unwrap_or_default())
}

/// Fails unless the rows are as many and as long as expected (where `None`: as long as row 0).
fn rows_of(field: Field, rows: &Rows, height: Option<usize>, width: Option<usize>) -> Result<(), Defect> {
    if let Some(expected) = height.filter(|&expected| expected != rows.len()) {
        return Err(Defect::RowCount { field, expected, found: rows.len() });
    }
    let expected = width.unwrap_or(rows.first().map_or(0, Vec::len));
    match rows.iter().position(|row| row.len() != expected) {
        Some(row) => Err(Defect::RowLength { field, row, expected, found: rows[row].len() }),
        None => Ok(()),
    }
}

impl Reader<'_> {
    pub fn fail<T>(&self, span: Range<usize>, problem: Problem) -> Result<T, FileError> {
        if self.source.format == Format::Npz {
            return Err(FileError::without_place(&self.source.file, problem));
        }
        Err(FileError::at(&self.source.file, &self.source.text, span, problem))
    }

    fn model(&self, options: Options) -> Result<Loaded, FileError> {
        self.vanilla()?;
        self.known_keys(self.root, "", &KEYS)?;
        self.required("kind")?;
        let (row_stochastic, of_first) = self.layout()?;
        let parts = Parts {
            initial: self.list(self.required("initial")?, "initial")?,
            transition: self.rows(self.required("transition")?, "transition")?,
            emission: self.rows(self.required("emission")?, "emission")?,
        };
        let names = Names { states: self.names("states")?, tokens: self.names("tokens")? };
        let task = self.task(&["weights"])?;
        let attempt = parts.clone().hmm(row_stochastic, options.normalize);
        let (hmm, correction) =
            attempt.or_else(|defect| self.invalid(defect.clone(), parts.hint(&defect, row_stochastic)))?;
        let hmm =
            if of_first { hmm.with_first_law().or_else(|defect| self.invalid(defect, None))? } else { hmm };
        let model =
            Model::new(&self.source.name, hmm, task, names).or_else(|defect| self.invalid(defect, None))?;
        Ok(Loaded { model, correction })
    }

    /// Fails unless the file is a table.
    pub fn table(&self) -> Result<(), FileError> {
        match self.root.value {
            Value::Table(_) => Ok(()),
            _ => self.fail(self.root.span.clone(), Problem::NotATable { found: self.root.kind() }),
        }
    }

    /// Whether the file says that it has a memory; before the keys, which depend on it.
    fn has_memory(&self) -> Result<bool, FileError> {
        self.table()?;
        self.choice("kind", &["hmm", "memory-hmm"], "\"hmm\" or \"memory-hmm\"").map(|index| index == 1)
    }

    /// Fails if the file says that it has a memory.
    fn vanilla(&self) -> Result<(), FileError> {
        match self.root.get("kind") {
            Some(node) if self.has_memory()? => self.fail(node.span.clone(), Problem::UnsupportedKind),
            _ => self.table(),
        }
    }

    /// Whether rows sum to 1, and whether `initial` is the law of `H_1`.
    pub fn layout(&self) -> Result<(bool, bool), FileError> {
        let orientations = ["column-stochastic", "row-stochastic"];
        let expected = "\"column-stochastic\" or \"row-stochastic\"";
        let row_stochastic = self.choice("orientation", &orientations, expected)? == 1;
        let of_first = self.choice("initial_of", &["H0", "H1"], "\"H0\" or \"H1\"")? == 1;
        Ok((row_stochastic, of_first))
    }

    /// The index of the word found, 0 if the key is absent.
    fn choice(&self, key: &'static str, words: &[&str], expected: &'static str) -> Result<usize, FileError> {
        let Some(node) = self.root.get(key) else { return Ok(0) };
        let Value::Text(found) = &node.value else { return self.wrong_type(node, key, expected) };
        match words.iter().position(|word| word == found) {
            Some(index) => Ok(index),
            None => self.fail(node.span.clone(), Problem::Choice { key, expected, found: found.clone() }),
        }
    }

    pub fn required(&self, key: &str) -> Result<&Node, FileError> {
        let missing =
            || FileError::without_place(&self.source.file, Problem::MissingKey { key: key.to_owned() });
        self.root.get(key).ok_or_else(missing)
    }

    pub fn known_keys(&self, table: &Node, prefix: &str, keys: &[&str]) -> Result<(), FileError> {
        let Value::Table(entries) = &table.value else { return Ok(()) };
        let Some(entry) = entries.iter().find(|entry| !keys.contains(&entry.key.as_str())) else {
            return Ok(());
        };
        let synonym = SYNONYMS.iter().find(|(word, _)| *word == entry.key && prefix.is_empty());
        let similar = keys
            .iter()
            .map(|key| (strsim::jaro_winkler(key, &entry.key), *key))
            .filter(|(similarity, _)| *similarity > 0.75)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let suggestion = match (synonym, similar) {
            (Some((_, key)), _) => Some((*key).to_owned()),
            (None, Some((_, key))) => Some(format!("{prefix}{key}")),
            (None, None) => None,
        };
        self.fail(
            entry.span.clone(),
            Problem::UnknownKey { key: format!("{prefix}{}", entry.key), suggestion },
        )
    }

    pub fn wrong_type<T>(&self, node: &Node, key: &str, expected: &'static str) -> Result<T, FileError> {
        let problem = Problem::WrongType { key: key.to_owned(), expected, found: node.kind() };
        self.fail(node.span.clone(), problem)
    }

    pub fn items<'n>(
        &self,
        node: &'n Node,
        key: &str,
        expected: &'static str,
    ) -> Result<&'n [Node], FileError> {
        match &node.value {
            Value::List(items) => Ok(items),
            _ => self.wrong_type(node, key, expected),
        }
    }

    pub fn list(&self, node: &Node, key: &str) -> Result<Vec<BigRational>, FileError> {
        let items = self.items(node, key, "a list of numbers")?;
        items.iter().enumerate().map(|(i, item)| self.number(item, &format!("{key}[{i}]"))).collect()
    }

    pub fn rows(&self, node: &Node, key: &str) -> Result<Rows, FileError> {
        let rows = self.items(node, key, "a list of rows")?;
        rows.iter().enumerate().map(|(i, row)| self.list(row, &format!("{key}[{i}]"))).collect()
    }

    pub fn number(&self, node: &Node, key: &str) -> Result<BigRational, FileError> {
        let (Value::Text(found) | Value::Number(found)) = &node.value else {
            return self.wrong_type(node, key, "a number");
        };
        parse(found).or_else(|why| {
            let problem = Problem::Number { key: key.to_owned(), found: found.clone(), why };
            self.fail(node.span.clone(), problem)
        })
    }

    pub fn names(&self, key: &str) -> Result<Vec<String>, FileError> {
        let Some(node) = self.root.get(key) else { return Ok(Vec::new()) };
        let items = self.items(node, key, "a list of names")?;
        let name = |(i, item): (usize, &Node)| match &item.value {
            Value::Text(name) => Ok(name.clone()),
            _ => self.wrong_type(item, &format!("{key}[{i}]"), "a name (a string)"),
        };
        items.iter().enumerate().map(name).collect()
    }

    pub fn task(&self, keys: &[&str]) -> Result<Option<Task>, FileError> {
        let Some(table) = self.root.get("task") else { return Ok(None) };
        let Value::Table(_) = table.value else {
            return self.wrong_type(table, "task", "a table with weights");
        };
        self.known_keys(table, "task.", keys)?;
        let Some(node) = table.get("weights") else {
            return self.fail(table.span.clone(), Problem::MissingKey { key: "task.weights".to_owned() });
        };
        let items = self.items(node, "task.weights", "a list of numbers or of rows")?;
        if items.iter().any(|item| matches!(item.value, Value::List(_))) {
            let rows = self.rows(node, "task.weights")?;
            return Task::classes(rows).map(Some).or_else(|defect| self.invalid(defect, None));
        }
        Ok(Some(Task::binary(self.list(node, "task.weights")?)))
    }

    pub fn invalid<T>(&self, defect: Defect, hint: Option<Hint>) -> Result<T, FileError> {
        let span = self.root.locate(&path(&defect)).span.clone();
        self.fail(span, Problem::Invalid { defect, hint })
    }
}

/// Where a defect is to be shown.
fn path(defect: &Defect) -> Vec<Step> {
    use Step::{Index, Key};
    let steps = |field: Field| field.key().split('.').map(Key).collect::<Vec<_>>();
    let at = |field: Field, indices: &[usize]| {
        steps(field).into_iter().chain(indices.iter().map(|&index| Index(index))).collect()
    };
    match defect {
        Defect::NoStates | Defect::NoInitialLaw | Defect::StateCount { .. } => at(Field::Initial, &[]),
        Defect::NoValues => vec![Key("values")],
        Defect::NoMemory { .. } | Defect::NegativeMemory { .. } => at(Field::Joint, &[]),
        Defect::TaskCell { .. } => vec![Key("task"), Key("cell")],
        Defect::NoTokens => at(Field::Emission, &[]),
        Defect::RowCount { field, .. } | Defect::NameCount { field, .. } => at(*field, &[]),
        Defect::RowLength { field, row, .. } => at(*field, &[*row]),
        Defect::Negative { field, row, column, .. } | Defect::NotFinite { field, row, column } => {
            match column {
                Some(column) => at(*field, &[*row, *column]),
                None => at(*field, &[*row]),
            }
        }
        Defect::NotInUnitInterval { field, row, column, .. } => at(*field, &[*row, *column]),
        Defect::Sum { field, line, .. } | Defect::ZeroSum { field, line } => match line {
            Line::Whole => at(*field, &[]),
            Line::Row(row) => at(*field, &[*row]),
            Line::Column(column) => at(*field, &[0, *column]),
        },
        Defect::TaskLength { row, .. } | Defect::TaskValues { row, .. } => at(Field::Weights, row.as_slice()),
        Defect::TooFewClasses { .. } => at(Field::Weights, &[]),
        Defect::EmptyName { field, index } | Defect::DuplicateName { field, index, .. } => {
            at(*field, &[*index])
        }
    }
}

impl Defect {
    /// Whether another orientation could make a difference.
    fn is_of_matrix(&self) -> bool {
        let matrix = |field: &Field| matches!(field, Field::Transition | Field::Emission);
        match self {
            Self::Sum { field, .. } | Self::RowCount { field, .. } | Self::RowLength { field, .. } => {
                matrix(field)
            }
            _ => false,
        }
    }
}
