//! Whether a text is the one that a certificate is written as, but for white space.
//!
//! Texts that differ from it otherwise (by the order of keys, by escapes in strings) may still be in canonical notation; this one
//! comparison needs no memory, and most certificates pass it.

use std::io::{Error, ErrorKind, Result, Write};

use serde::Serialize;

/// Whether `text` without the white space outside of its strings is what `value` is written as. No escape passes.
pub(crate) fn is_as_written(value: &impl Serialize, text: &str) -> bool {
    let mut expected = Text { rest: text.as_bytes(), quoted: false };
    serde_json::to_writer(&mut expected, value).is_ok() && expected.rest.trim_ascii().is_empty()
}

/// A text that is compared with what is written to it.
struct Text<'t> {
    rest: &'t [u8],
    /// Whether the rest starts within a string.
    quoted: bool,
}

impl Write for Text<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        for &byte in bytes {
            if !self.quoted {
                self.rest = self.rest.trim_ascii_start();
            }
            self.quoted ^= byte == b'"';
            match self.rest.split_first() {
                Some((found, rest)) if *found == byte && byte != b'\\' => self.rest = rest,
                _ => return Err(Error::from(ErrorKind::InvalidData)),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_alone_may_differ() {
        let value = (7, "a b", [1, 2]);
        for text in ["[7,\"a b\",[1,2]]", " [ 7 ,\n\"a b\"\t,[1, 2]\r\n]\n"] {
            assert!(is_as_written(&value, text), "{text}");
        }
        let others = [
            "[7,\"ab\",[1,2]]",
            "[7,\"a  b\",[1,2]]",
            "[7,\"a b \",[1,2]]",
            "[7,\"a b\",[1,2]",
            "[7,\"a b\",[1,2]]]",
        ];
        for text in others.into_iter().chain([
            "[7,\"\\u0061 b\",[1,2]]",
            "[70,\"a b\",[1,2]]",
            "[7.0,\"a b\",[1,2]]",
            "",
        ]) {
            assert!(!is_as_written(&value, text), "{text}");
        }
        assert!(!is_as_written(&"\"", r#""\"""#), "an escape is left to the other comparison");
    }
}
