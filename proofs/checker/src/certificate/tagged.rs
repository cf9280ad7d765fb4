//! Reading evidence, whose `rule` says what the other fields are.
//!
//! Where the rule is the first field, as it is written, the others are read as they come; otherwise they are collected first. Trees of
//! millions of nodes are not collected that way.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{
    Evidence,
    evidence::{Collected, Rule},
};

/// Makes the enum with its readers. It is written as an object with the field `rule` and those of its content.
macro_rules! tagged_by_rule {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$doc:meta])* $rule:ident($content:ty),)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(tag = "rule", rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$doc])* $rule($content),)*
        }

        /// The names of the rules.
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum Rule {
            $($rule,)*
        }

        impl Rule {
            /// Reads the other fields.
            pub fn read<'de, D: serde::Deserializer<'de>>(self, rest: D) -> Result<$name, D::Error> {
                match self {
                    $(Self::$rule => <$content>::deserialize(rest).map($name::$rule),)*
                }
            }
        }

        /// The same enum, read from fields in any order.
        #[derive(Deserialize)]
        #[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) enum Collected {
            $($rule($content),)*
        }

        impl From<Collected> for $name {
            fn from(found: Collected) -> Self {
                match found {
                    $(Collected::$rule(content) => Self::$rule(content),)*
                }
            }
        }
    };
}
pub(super) use tagged_by_rule;

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Evidence;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a `rule`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut rest: A) -> Result<Evidence, A::Error> {
        let first = rest.next_key::<String>()?;
        if first.as_deref() == Some("rule") {
            let rule: Rule = rest.next_value()?;
            rule.read(MapAccessDeserializer::new(rest))
        } else {
            Collected::deserialize(MapAccessDeserializer::new(Again { first, rest })).map(Evidence::from)
        }
    }
}

/// An object whose first key has been read, and is given once more.
struct Again<A> {
    first: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Again<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(key) => seed.deserialize(key.into_deserializer()).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}
