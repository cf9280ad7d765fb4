//! What both formats parse to: a tree of tables, lists and raw scalars, each with its place in the text.

use std::ops::Range;

/// A text that can't be parsed, and where.
#[derive(Clone, Debug)]
pub(super) struct SyntaxError {
    pub message: String,
    pub span: Option<Range<usize>>,
    /// The key, where one stands there twice.
    pub key: Option<String>,
}

/// A value and where it stands (byte offsets).
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub span: Range<usize>,
    pub value: Value,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Table(Vec<Entry>),
    List(Vec<Node>),
    /// A string, unescaped.
    Text(String),
    /// A number, digit for digit.
    Number(String),
    /// Anything else, by the name of its type.
    Other(&'static str),
}

/// A key of a table with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub span: Range<usize>,
    pub node: Node,
}

/// One step on the way to a node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Key(&'static str),
    Index(usize),
}

impl Node {
    /// The type's name, for errors.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Table(_) => "a table",
            Value::List(_) => "a list",
            Value::Text(_) => "a string",
            Value::Number(_) => "a number",
            Value::Other(kind) => kind,
        }
    }

    /// The value of a key, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node),
            _ => None,
        }
    }

    /// The deepest node on the path that exists.
    pub fn locate(&self, path: &[Step]) -> &Node {
        let [step, rest @ ..] = path else { return self };
        let next = match (step, &self.value) {
            (Step::Key(key), _) => self.get(key),
            (Step::Index(index), Value::List(items)) => items.get(*index),
            (Step::Index(_), _) => None,
        };
        next.map_or(self, |node| node.locate(rest))
    }
}
