//! Task weights in JSON: `["1", "-1"]`, or rows `[["1", "0"], ["0", "1"]]`.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor, value::SeqAccessDeserializer},
};

use super::Weights;
use crate::number::{NotANumber, Rational};

/// One element of the list: a number of a binary task, or a row of a task with several classes.
enum Element {
    Number(Rational),
    Row(Vec<Rational>),
}

impl Serialize for Weights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Binary(weights) => weights.serialize(serializer),
            Self::Classes(rows) => rows.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Weights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (mut numbers, mut rows) = (Vec::new(), Vec::new());
        for element in Vec::deserialize(deserializer)? {
            match element {
                Element::Number(number) => numbers.push(number),
                Element::Row(row) => rows.push(row),
            }
        }
        match (numbers.is_empty(), rows.is_empty()) {
            (false, false) => Err(D::Error::custom("weights mix numbers and rows")),
            (_, true) => Ok(Self::Binary(numbers)),
            (true, false) => Ok(Self::Classes(rows)),
        }
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rational as a string, or a row of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Element, E> {
        let number = text.parse().map_err(|why: NotANumber| E::custom(why))?;
        Ok(Element::Number(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, row: A) -> Result<Element, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(row)).map(Element::Row)
    }
}
