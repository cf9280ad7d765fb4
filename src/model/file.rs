//! Model files: TOML and JSON with the same keys, read exactly, refused with a precise error.
//!
//! ```toml
//! kind        = "hmm"
//! orientation = "column-stochastic"   # or "row-stochastic": the transposes (hmmlearn's layout)
//! initial_of  = "H0"                  # or "H1": `initial` is the law of the first emitting state
//! states      = ["fair", "loaded"]    # optional, as are tokens
//! initial     = ["2/3", "1/3"]        # entries: "p/q", "0.1" or 0.1 (both exactly 1/10), integers
//! transition  = [["0.95", "0.1"], ["0.05", "0.9"]]       # transition[next][current]
//! emission    = [["1/2", "1/10"], ["1/2", "9/10"]]       # emission[token][state]
//! [task]                              # optional
//! weights     = ["-1", "1"]           # or two or more rows
//! ```
//!
//! A model with memory says so, and has a few keys more:
//!
//! ```toml
//! kind       = "memory-hmm"
//! values     = 2                      # of each cell
//! cells      = 2
//! syntax     = 1                      # a hidden state is cell · syntax + s
//! initial    = ["1/2", "1/2"]
//! transition = [["1/2", "1/2"], ["1/2", "1/2"]]
//! emission   = [["1", "0", "0", "1/2"], ["0", "1", "1", "1/2"]]   # emission[token][(value · cells + cell) · syntax + s]
//! [memory_prior]
//! product    = [["1/3", "2/3"], ["1/2", "1/2"]]           # a law for each cell; or joint = { "0,1" = "1/2", … }
//! [task]
//! cell       = 0
//! weights    = [1, -1]                # a weight for each value of the cell
//! ```
//!
//! Numbers are the decimals that were written, digit for digit: both formats are read from the raw text.
//! A file `….npz` has hmmlearn's arrays `startprob_`, `transmat_` and `emissionprob_`, and `weights` if there is a task; they are read as exactly what the floats
//! are, and written by [`to_npz`].
//!
//! [`read`] turns a [`Source`] into a [`Model`](super::Model), [`read_any`] into a model of either kind; every error is a [`FileError`] that names the file, the
//! key, the place, what was found and what was expected. [`to_toml`] and [`to_json`] write.
//!
//! ```
//! use recoverable::model::file::{Options, Source, read};
//! let text = r#"{"kind": "hmm", "initial": ["1"], "transition": [["1"]], "emission": [["0.25"], ["0.7"]]}"#;
//! let error = read(&Source::new("coin.json", text), Options::default()).unwrap_err();
//! assert_eq!(error.key().unwrap(), "emission");
//! assert_eq!(error.found().unwrap(), "19/20");
//! ```

mod archive;
mod attention;
mod construction;
mod error;
mod json;
mod memory;
mod node;
mod npz;
mod read;
mod toml;
mod write;

pub use attention::read_attention;
pub use construction::{read_construction, read_prompt};
pub use error::{FileError, Hint, Problem};
pub use npz::to_npz;
pub use read::{Loaded, Options, read, read_any};
pub use write::{any_to_json, any_to_toml, memory_to_json, memory_to_toml, to_json, to_toml};

use std::{fs::File, io::Read, path::Path};

/// Larger files are refused unless the user says otherwise.
pub const MAX_BYTES: u64 = 64 << 20;

/// The formats of model files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TOML.
    Toml,
    /// JSON.
    Json,
    /// An [archive of hmmlearn's arrays](to_npz), turned into JSON; errors have no place in it.
    Npz,
}

/// A text to be read as a model file.
#[derive(Clone, Debug)]
pub struct Source {
    /// What errors call the file.
    pub file: String,
    /// The model's name.
    pub name: String,
    /// Its content.
    pub text: String,
    /// How it is written.
    pub format: Format,
}

impl Source {
    /// A text under the name of a file; `.toml` and `.json` say what it is, otherwise its first character does.
    pub fn new(file: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text); // a byte order mark
        let path = Path::new(file);
        let name = path.file_stem().map_or(file.to_owned(), |stem| stem.to_string_lossy().into_owned());
        let format = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => Format::Toml,
            Some("json") => Format::Json,
            _ if text.trim_start().starts_with('{') => Format::Json,
            _ => Format::Toml,
        };
        Self { file: file.to_owned(), name, text: text.to_owned(), format }
    }

    /// A text that is compiled into the program.
    pub fn built_in(name: &str, text: &str) -> Self {
        Self {
            file: format!("built-in {name}"),
            name: name.to_owned(),
            text: text.to_owned(),
            format: Format::Toml,
        }
    }

    /// Reads a file of at most `max_bytes` bytes; `-` is JSON from standard input.
    ///
    /// # Errors
    /// [`Problem::Unreadable`], [`Problem::TooLarge`] (found out before the file is read, or after
    /// `max_bytes` bytes of a stream) or [`Problem::NotUtf8`]; for an archive [`Problem::Array`], [`Problem::UnknownKey`] or
    /// [`Problem::MissingKey`].
    pub fn open(file: &str, max_bytes: u64) -> Result<Self, FileError> {
        let name = if file == "-" { "stdin" } else { file };
        let fail = |problem| FileError::without_place(name, problem);
        let unreadable = |error: std::io::Error| fail(Problem::Unreadable(error.to_string()));
        let bytes = if file == "-" {
            limited(std::io::stdin().lock(), max_bytes)
        } else {
            let handle = File::open(file).map_err(unreadable)?;
            let size = handle.metadata().map_err(unreadable)?.len();
            if size > max_bytes {
                return Err(fail(Problem::TooLarge { limit: max_bytes, found: Some(size) }));
            }
            limited(handle, max_bytes)
        };
        let bytes = bytes.map_err(unreadable)?;
        let bytes = bytes.ok_or_else(|| fail(Problem::TooLarge { limit: max_bytes, found: None }))?;
        if Path::new(file).extension().is_some_and(|extension| extension == "npz") {
            let text = npz::to_text(&bytes, max_bytes).map_err(fail)?;
            return Ok(Self { format: Format::Npz, ..Self::new(file, &text) });
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| fail(Problem::NotUtf8 { offset: error.utf8_error().valid_up_to() }))?;
        Ok(match file {
            "-" => Self { format: Format::Json, ..Self::new(name, &text) },
            _ => Self::new(file, &text),
        })
    }
}

/// Everything that can be read, or `None` if that is more than the limit.
fn limited(stream: impl Read, max_bytes: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max_bytes).then_some(bytes))
}
