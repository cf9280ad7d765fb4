//! Four published models, compiled into the binary.
//!
//! | name | model | source |
//! |---|---|---|
//! | `casino` | the occasionally dishonest casino | Durbin et al., *Biological Sequence Analysis* (1998), 3.2 |
//! | `cpg` | CpG islands, 8 states over 4 letters | the same, 3.1 and 3.2 |
//! | `ice-cream` | weather from ice creams | Eisner (2002) |
//! | `vowels` | vowels and consonants of English | Stamp, *A Revealing Introduction to Hidden Markov Models* |
//!
//! Each file says at its top what was printed and what was chosen here, above all the start law.
//!
//! ```
//! let models = recoverable::model::builtin::all();
//! assert_eq!(models[1].hmm().states(), 8);
//! ```

use super::{Model, file};

/// Names and texts of the built-in model files.
pub const FILES: [(&str, &str); 4] = [
    ("casino", include_str!("builtin/casino.toml")),
    ("cpg", include_str!("builtin/cpg.toml")),
    ("ice-cream", include_str!("builtin/ice-cream.toml")),
    ("vowels", include_str!("builtin/vowels.toml")),
];

/// All built-in models.
///
/// # Panics
/// Never: a test reads every file.
pub fn all() -> Vec<Model> {
    let read = |(name, text)| file::read(&file::Source::built_in(name, text), file::Options::default());
    FILES.map(|entry| read(entry).expect("the built-in model files are valid").model).into()
}
