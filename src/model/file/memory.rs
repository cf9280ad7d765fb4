//! From the tree of a file to a [`MemoryModel`].

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::Signed;

use super::{
    FileError, Hint, Problem,
    node::{Entry, Node, Value},
    read::{Loaded, Options, Reader, Rows, transposed},
};
use crate::model::{
    Cell, Correction, Defect, Field, MemoryHmm, MemoryModel, MemoryPrior, MemoryTask, Names, Shape,
};

pub(super) const KEYS: [&str; 13] = [
    "kind",
    "orientation",
    "initial_of",
    "values",
    "cells",
    "syntax",
    "states",
    "tokens",
    "initial",
    "transition",
    "emission",
    "memory_prior",
    "task",
];

/// The parts of a file in the file's own layout.
struct Parts {
    shape: Shape,
    initial: Vec<BigRational>,
    transition: Rows,
    emission: Rows,
    prior: MemoryPrior,
}

impl Parts {
    fn memory(
        &self,
        row_stochastic: bool,
        normalize: bool,
    ) -> Result<(MemoryHmm, Option<Correction>), Defect> {
        let Self { shape, initial, transition, emission, prior } = self;
        let (shape, initial, prior) = (*shape, initial.clone(), prior.clone());
        let matrix = |field, rows: &Rows| match row_stochastic {
            true => transposed(field, rows),
            false => Ok(rows.clone()),
        };
        let found = matrix(Field::Transition, transition).and_then(|transition| {
            let emission = matrix(Field::Emission, emission)?;
            if normalize {
                MemoryHmm::normalized(shape, initial, transition, emission, prior)
            } else {
                MemoryHmm::new(shape, initial, transition, emission, prior).map(|memory| (memory, None))
            }
        });
        if !row_stochastic {
            return found;
        }
        found
            .map(|(memory, correction)| (memory, correction.map(Correction::transposed)))
            .map_err(Defect::transposed)
    }

    /// Whether the file would be right with the other orientation.
    fn hint(&self, row_stochastic: bool) -> Option<Hint> {
        let other = if row_stochastic { "column-stochastic" } else { "row-stochastic" };
        self.memory(!row_stochastic, false).is_ok().then_some(Hint::Right(other))
    }
}

impl Reader<'_> {
    pub(super) fn memory_model(&self, options: Options) -> Result<Loaded<MemoryModel>, FileError> {
        self.known_keys(self.root, "", &KEYS)?;
        let (row_stochastic, of_first) = self.layout()?;
        let shape = Shape {
            values: self.count("values", self.required("values")?)?,
            cells: self.count("cells", self.required("cells")?)?,
            syntax: self.count("syntax", self.required("syntax")?)?,
        };
        let parts = Parts {
            shape,
            initial: self.list(self.required("initial")?, "initial")?,
            transition: self.rows(self.required("transition")?, "transition")?,
            emission: self.rows(self.required("emission")?, "emission")?,
            prior: self.prior(shape)?,
        };
        let names = Names { states: self.names("states")?, tokens: self.names("tokens")? };
        let task = self.memory_task()?;
        let (memory, correction) = parts
            .memory(row_stochastic, options.normalize)
            .or_else(|defect| self.invalid(defect, parts.hint(row_stochastic)))?;
        let memory = if of_first {
            memory.with_first_law().or_else(|defect| self.invalid(defect, None))?
        } else {
            memory
        };
        let model = MemoryModel::new(&self.source.name, memory, task, names)
            .or_else(|defect| self.invalid(defect, None))?;
        Ok(Loaded { model, correction })
    }

    /// A whole number.
    pub(super) fn count(&self, key: &'static str, node: &Node) -> Result<usize, FileError> {
        let expected = "a whole number";
        let Value::Number(found) = &node.value else { return self.wrong_type(node, key, expected) };
        match found.parse() {
            Ok(count) => Ok(count),
            Err(_) => self.fail(node.span.clone(), Problem::Choice { key, expected, found: found.clone() }),
        }
    }

    fn prior(&self, shape: Shape) -> Result<MemoryPrior, FileError> {
        let expected = "a table with either `product` or `joint`";
        let node = self.required("memory_prior")?;
        let Value::Table(entries) = &node.value else {
            return self.wrong_type(node, "memory_prior", expected);
        };
        self.known_keys(node, "memory_prior.", &["product", "joint"])?;
        match entries.as_slice() {
            [entry] if entry.key == "product" => {
                self.rows(&entry.node, "memory_prior.product").map(MemoryPrior::product)
            }
            [entry] => self.joint(&entry.node, shape).map(MemoryPrior::joint),
            [] => {
                let key = "memory_prior.product".to_owned();
                self.fail(node.span.clone(), Problem::MissingKey { key })
            }
            [_, second, ..] => {
                let found = "product and joint".to_owned();
                self.fail(second.span.clone(), Problem::Choice { key: "memory_prior", expected, found })
            }
        }
    }

    fn joint(&self, node: &Node, shape: Shape) -> Result<BTreeMap<Vec<usize>, BigRational>, FileError> {
        let key = "memory_prior.joint";
        let Value::Table(entries) = &node.value else {
            return self.wrong_type(node, key, "a table of memories such as \"0,1\"");
        };
        let entry = |entry: &Entry| {
            let digits = |word: &str| (word == "0" || !word.starts_with(['0', '+'])).then_some(());
            let values: Option<Vec<usize>> =
                entry.key.split(',').map(|word| digits(word).and_then(|()| word.parse().ok())).collect();
            let Some(values) = values else {
                let expected = "values separated by commas, such as \"0,1\"";
                let problem = Problem::Choice { key, expected, found: entry.key.clone() };
                return self.fail(entry.span.clone(), problem);
            };
            let Shape { values: limit, cells, .. } = shape;
            if values.len() != cells || values.iter().any(|&value| value >= limit) {
                let defect = Defect::NoMemory { key: values, values: limit, cells };
                return self.fail(entry.span.clone(), Problem::Invalid { defect, hint: None });
            }
            let probability = self.number(&entry.node, &format!("{key}.{}", entry.key))?;
            if probability.is_negative() {
                let defect = Defect::NegativeMemory { key: values, value: probability };
                return self.fail(entry.node.span.clone(), Problem::Invalid { defect, hint: None });
            }
            Ok((values, probability))
        };
        entries.iter().map(entry).collect()
    }

    fn memory_task(&self) -> Result<Option<MemoryTask>, FileError> {
        let Some(task) = self.task(&["cell", "weights"])? else { return Ok(None) };
        let Some(cell) = self.root.get("task").and_then(|table| table.get("cell")) else {
            let key = "task.cell".to_owned();
            let span = self.root.get("task").map_or(0..0, |table| table.span.clone());
            return self.fail(span, Problem::MissingKey { key });
        };
        let cell = Cell(self.count("task.cell", cell)?);
        Ok(Some(MemoryTask { cell, task }))
    }
}
