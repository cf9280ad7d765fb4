//! Models that are compiled into the binary: four published ones, one made for prompts, and two with memory.
//!
//! | name | model | source |
//! |---|---|---|
//! | `casino` | the occasionally dishonest casino | Durbin et al., *Biological Sequence Analysis* (1998), 3.2 |
//! | `cpg` | CpG islands, 8 states over 4 letters | the same, 3.1 and 3.2 |
//! | `ice-cream` | weather from ice creams | Eisner (2002) |
//! | `vowels` | vowels and consonants of English | Stamp, *A Revealing Introduction to Hidden Markov Models* |
//! | `whisper` | no head alone has the labels, but behind a prompt one has | made for this program |
//! | `sentences` | subject, place and mood of a text, remembered | in the spirit of Wei, Xie, Ma (2021), Example 4.1 |
//! | `printed-prompt` | where Lemma C.9 as printed goes wrong | constructed |
//!
//! Each file says at its top what was printed and what was chosen here, above all the start law, or how it was made.
//!
//! ```
//! let models = recoverable::model::builtin::all();
//! assert_eq!(models[1].hmm().states(), 8);
//! ```

use super::{AnyModel, MemoryModel, Model, file};

/// Names and texts of the built-in model files.
pub const FILES: [(&str, &str); 5] = [
    ("casino", include_str!("builtin/casino.toml")),
    ("cpg", include_str!("builtin/cpg.toml")),
    ("ice-cream", include_str!("builtin/ice-cream.toml")),
    ("vowels", include_str!("builtin/vowels.toml")),
    ("whisper", include_str!("builtin/whisper.toml")),
];

/// Names and texts of the built-in files of models with memory.
pub const MEMORY_FILES: [(&str, &str); 2] = [
    ("sentences", include_str!("builtin/sentences.toml")),
    ("printed-prompt", include_str!("builtin/printed-prompt.toml")),
];

/// The built-in models without memory.
///
/// # Panics
/// Never: a test reads every file.
pub fn all() -> Vec<Model> {
    let read = |(name, text)| file::read(&file::Source::built_in(name, text), file::Options::default());
    FILES.map(|entry| read(entry).expect("the built-in model files are valid").model).into()
}

/// The built-in models with memory.
///
/// # Panics
/// Never: a test reads every file.
pub fn memory() -> Vec<MemoryModel> {
    let read = |(name, text)| {
        let read = file::read_any(&file::Source::built_in(name, text), file::Options::default());
        match read.expect("the built-in model files are valid").model {
            AnyModel::Memory(model) => model,
            AnyModel::Hmm(_) => panic!("the built-in file {name} has no memory"),
        }
    };
    MEMORY_FILES.map(read).into()
}

/// All of them.
pub fn any() -> Vec<AnyModel> {
    let vanilla = all().into_iter().map(AnyModel::Hmm);
    vanilla.chain(memory().into_iter().map(AnyModel::Memory)).collect()
}
