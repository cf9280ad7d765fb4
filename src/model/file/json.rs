//! JSON to [`Node`]s. Numbers are taken from the raw text, so that no digit is lost.

use std::{collections::BTreeSet, fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::node::{Entry, Node, SyntaxError, Value};

/// Deeper nesting than any model file has; each level is scanned anew.
const MAX_DEPTH: usize = 8;

/// The keys of an object in order, with raw values.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}

pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
        let line_start =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let at = (line_start + error.column().saturating_sub(1)).min(text.len());
        SyntaxError { message: without_place(&error), span: Some(at..at), key: None }
    })?;
    node(text, raw, 0)
}

fn node(text: &str, raw: &RawValue, depth: usize) -> Result<Node, SyntaxError> {
    let written = raw.get();
    let start = written.as_ptr().addr() - text.as_ptr().addr(); // the raw value borrows from `text`
    let span = start..start + written.len();
    let syntax = |message| SyntaxError { message, span: Some(span.clone()), key: None };
    let fail = |error: serde_json::Error| syntax(without_place(&error));
    if depth > MAX_DEPTH {
        return Err(syntax(format!("nested more than {MAX_DEPTH} levels deep")));
    }
    let value = match written.as_bytes().first() {
        Some(b'{') => {
            let Pairs(pairs) = serde_json::from_str(written).map_err(fail)?;
            Value::Table(entries(text, pairs, &span, depth)?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(written).map_err(fail)?;
            Value::List(items.into_iter().map(|item| node(text, item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::Text(serde_json::from_str(written).map_err(fail)?),
        Some(b't' | b'f') => Value::Other("a boolean"),
        Some(b'n') => Value::Other("null"),
        _ => Value::Number(written.to_owned()),
    };
    Ok(Node { span, value })
}

fn entries(
    text: &str,
    pairs: Vec<(String, &RawValue)>,
    span: &Range<usize>,
    depth: usize,
) -> Result<Vec<Entry>, SyntaxError> {
    let mut entries: Vec<Entry> = Vec::with_capacity(pairs.len());
    let mut seen = BTreeSet::new();
    let mut after = span.start; // the next key is the first thing in quotes behind this
    for (key, raw) in pairs {
        let node = node(text, raw, depth + 1)?;
        let start = text[after..node.span.start].find('"').map_or(after, |quote| after + quote);
        let end = text[start..node.span.start].trim_end().trim_end_matches(':').trim_end().len() + start;
        after = node.span.end;
        if !seen.insert(key.clone()) {
            let message = format!("the key `{key}` stands there twice");
            return Err(SyntaxError { message, span: Some(start..end), key: Some(key) });
        }
        entries.push(Entry { key, span: start..end, node });
    }
    Ok(entries)
}

/// The message of an error without the place that it ends with, which may be one inside a part of the text.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}
