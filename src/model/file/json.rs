//! JSON to [`Node`]s. Numbers are taken from the raw text, so that no digit is lost.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::node::{Entry, Node, Value};

/// Deeper nesting than any model file has; each level is scanned anew.
const MAX_DEPTH: usize = 8;

/// A syntax error with its place.
type SyntaxError = (String, Option<Range<usize>>);

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
        (error.to_string(), Some(at..at))
    })?;
    node(text, raw, 0)
}

fn node(text: &str, raw: &RawValue, depth: usize) -> Result<Node, SyntaxError> {
    let written = raw.get();
    let start = written.as_ptr().addr() - text.as_ptr().addr(); // the raw value borrows from `text`
    let span = start..start + written.len();
    let fail = |error: serde_json::Error| (error.to_string(), Some(span.clone()));
    if depth > MAX_DEPTH {
        return Err((format!("nested more than {MAX_DEPTH} levels deep"), Some(span)));
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
    for (key, raw) in pairs {
        let node = node(text, raw, depth + 1)?;
        if entries.iter().any(|entry| entry.key == key) {
            return Err((format!("the key `{key}` stands there twice"), Some(node.span)));
        }
        // The key is the last thing before the value, behind a colon.
        let end =
            text[span.start..node.span.start].rfind(':').map_or(node.span.start, |colon| span.start + colon);
        let end = text[..end].trim_end().len();
        let start = text[..end.saturating_sub(1)].rfind('"').unwrap_or(end);
        entries.push(Entry { key, span: start..end, node });
    }
    Ok(entries)
}
