//! Files of an attention head, and perhaps a prompt: the `construction` of a report about a model with memory.

use num_rational::BigRational;

use super::{
    FileError, Problem, Source,
    node::{Node, Value},
    read::{Reader, root},
};
use crate::{
    linear::Matrix,
    model::{AttentionConstruction, AttentionHead, Cell, Defect, Field, MemoryHmm, MemoryPrompt, MemoryTask},
};

const KEYS: [&str; 4] = ["attention", "memory_prompt", "prompt", "recoverable_states"];
const PARTS: [&str; 5] = ["keys", "query", "position", "values", "b"];

/// Reads `{"attention": {"keys", "query", "position": {"first", "other"}, "values", "b"}, "memory_prompt": {"cell", "values"}}`: `b` is a list for
/// a binary task (or that list in a list), a list of rows for several classes; the prompt may be absent. A report has its embedding
/// as `prompt` as well, which has to be that of `memory_prompt`.
///
/// # Errors
/// A [`FileError`] if the text is no construction for this model and task.
///
/// ```
/// use recoverable::model::{AnyModel, file::{Options, Source, read_any, read_attention}};
/// let text = r#"{"kind": "memory-hmm", "values": 2, "cells": 1, "syntax": 1, "initial": [1], "transition": [[1]],
///     "emission": [[1, 0], [0, 1]], "memory_prior": {"product": [["1/2", "1/2"]]}, "task": {"cell": 0, "weights": [1, -1]}}"#;
/// let AnyModel::Memory(model) = read_any(&Source::new("coin.json", text), Options::default()).unwrap().model else { panic!() };
/// let read = |b| {
///     let head = format!(r#"{{"attention": {{"keys": [[1, 1]], "query": [1], "position": {{"first": [0], "other": [0]}},
///         "values": [[1, 0], [0, 1]], "b": {b}}}}}"#);
///     read_attention(&Source::new("head.json", &head), model.memory(), model.task().unwrap())
/// };
/// assert!(read("[1, -1]").is_ok());
/// assert_eq!(read("[1]").unwrap_err().key().unwrap(), "attention.b[0]");
/// ```
pub fn read_attention(
    source: &Source,
    memory: &MemoryHmm,
    task: &MemoryTask,
) -> Result<AttentionConstruction, FileError> {
    let root = root(source)?;
    let reader = Reader { source, root: &root };
    reader.table()?;
    reader.known_keys(&root, "", &KEYS)?;
    let node = reader.required("attention")?;
    let Value::Table(_) = node.value else {
        return reader.wrong_type(node, "attention", "a table with keys, query, position, values and b");
    };
    reader.known_keys(node, "attention.", &PARTS)?;
    let position = reader.part(node, "attention.position")?;
    let Value::Table(_) = position.value else {
        return reader.wrong_type(position, "attention.position", "a table with first and other");
    };
    reader.known_keys(position, "attention.position.", &["first", "other"])?;
    let list = |node, key| reader.list(reader.part(node, key)?, key);
    let head = AttentionHead {
        keys: reader.matrix(node, Field::Keys, memory.tokens())?,
        query: list(node, "attention.query")?,
        first_position: list(position, "attention.position.first")?,
        other_positions: list(position, "attention.position.other")?,
        values: reader.matrix(node, Field::AttentionValues, memory.tokens())?,
        b: reader.one_or_more(reader.part(node, "attention.b")?, "attention.b")?,
    };
    let prompt = root.get("memory_prompt").map(|node| reader.memory_prompt(node, memory)).transpose()?;
    if let Some(node) = root.get("prompt") {
        let found = reader.rows(node, "prompt")?;
        if prompt.as_ref().is_none_or(|prompt| found != [prompt.embedding(memory.shape())]) {
            return reader.wrong_type(node, "prompt", "the embedding of `memory_prompt`, or nothing");
        }
    }
    AttentionConstruction::new(memory, task, head, prompt).or_else(|defect| reader.invalid(defect, None))
}

impl Reader<'_> {
    /// The value of the last key of a path, which has to be there.
    fn part<'n>(&self, table: &'n Node, path: &str) -> Result<&'n Node, FileError> {
        let key = path.rsplit('.').next().unwrap_or(path);
        match table.get(key) {
            Some(node) => Ok(node),
            None => self.fail(table.span.clone(), Problem::MissingKey { key: path.to_owned() }),
        }
    }

    /// Rows of this length, perhaps none.
    fn matrix(&self, table: &Node, field: Field, expected: usize) -> Result<Matrix<BigRational>, FileError> {
        let rows = self.rows(self.part(table, field.key())?, field.key())?;
        if let Some(row) = rows.iter().position(|row| row.len() != expected) {
            return self.invalid(Defect::RowLength { field, row, expected, found: rows[row].len() }, None);
        }
        Ok(Matrix::from_fn(rows.len(), expected, |row, column| rows[row][column].clone()))
    }

    /// A list of numbers, or a list of rows.
    pub(super) fn one_or_more(&self, node: &Node, key: &str) -> Result<Vec<Vec<BigRational>>, FileError> {
        let items = self.items(node, key, "a list of numbers or of rows")?;
        if items.iter().any(|item| matches!(item.value, Value::List(_))) {
            self.rows(node, key)
        } else {
            Ok(vec![self.list(node, key)?])
        }
    }

    fn memory_prompt(&self, node: &Node, memory: &MemoryHmm) -> Result<MemoryPrompt, FileError> {
        let Value::Table(_) = node.value else {
            return self.wrong_type(node, "memory_prompt", "a table with cell and values");
        };
        self.known_keys(node, "memory_prompt.", &["cell", "values"])?;
        let shape = memory.shape();
        let below = |node: &Node, key: &'static str, limit: usize, expected: &'static str| match self
            .count(key, node)?
        {
            found if found < limit => Ok(found),
            found => {
                let problem = Problem::Choice { key, expected, found: found.to_string() };
                self.fail(node.span.clone(), problem)
            }
        };
        let cell = self.part(node, "memory_prompt.cell")?;
        let cell = below(cell, "memory_prompt.cell", shape.cells, "a cell of the model")?;
        let values = self.part(node, "memory_prompt.values")?;
        let mut passes = vec![false; shape.values];
        for item in self.items(values, "memory_prompt.values", "a list of values")? {
            passes[below(item, "memory_prompt.values", shape.values, "values of the cell")?] = true;
        }
        Ok(MemoryPrompt { cell: Cell(cell), passes })
    }
}
