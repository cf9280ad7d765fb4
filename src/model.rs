//! Models, tasks and their files; a value of these types is always valid.
//!
//! An [`Hmm`] is a hidden chain `H_0, H_1, …` with tokens `X_1, X_2, …`; `H_0` emits nothing. With `n`
//! states and `k` tokens its parts are
//!
//! | part | shape | meaning | sums to 1 |
//! |---|---|---|---|
//! | `initial` | `n` | `π0[h] = Pr(H_0 = h)` | as a whole |
//! | `transition` | `n × n` | `A[next, current] = Pr(H_{i+1} = next \| H_i = current)` | each column |
//! | `emission` | `k × n` | `W[token, state] = Pr(X_i = token \| H_i = state)` | each column |
//!
//! exact rationals throughout. A [`Task`] is the vector `μ` (or a row for each class) of the paper's (3.1).
//! A [`Model`] is both, with a name and perhaps names for states and tokens; [`mod@file`] reads and writes
//! it, [`builtin`] has four published ones.
//!
//! A [`MemoryHmm`] has a memory beside the chain, and a [`MemoryTask`] asks for one cell of it; together they are a
//! [`MemoryModel`]. [`AnyModel`] is a model of either kind.

use std::collections::BTreeMap;

mod attention;
pub mod builtin;
mod canonical;
mod construction;
mod defect;
pub mod file;
mod head;
mod hmm;
mod index;
mod memory;
mod prompt;
mod task;

pub use attention::{Attention, AttentionConstruction, AttentionHead, MemoryPrompt};
pub use canonical::{Canonical, canonical_json, certificate_model, model_hash};
pub use construction::Construction;
pub use defect::{Defect, Field, Line};
pub use head::LinearHead;
pub(crate) use head::inner;
pub use hmm::{Correction, Hmm};
pub use index::{Cell, Position, State, Token};
pub use memory::{AnyModel, MemoryHmm, MemoryModel, MemoryPrior, MemoryTask, PriorForm, Shape};
pub use prompt::Prompt;
pub use task::Task;

/// A hidden Markov model with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    name: String,
    hmm: Hmm,
    task: Option<Task>,
    names: Names,
}

/// Names of states and tokens; empty lists where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// One for each state, or none.
    pub states: Vec<String>,
    /// One for each token, or none.
    pub tokens: Vec<String>,
}

impl Names {
    /// The name of a state, or its index.
    pub fn state(&self, state: State) -> String {
        self.states.get(state.0).cloned().unwrap_or_else(|| state.0.to_string())
    }

    /// The name of a token, or its index.
    pub fn token(&self, token: Token) -> String {
        self.tokens.get(token.0).cloned().unwrap_or_else(|| token.0.to_string())
    }
}

impl Model {
    /// Puts a model together.
    ///
    /// # Errors
    /// [`Defect::TaskLength`] if the task is not over the model's states; [`Defect::NameCount`],
    /// [`Defect::EmptyName`] or [`Defect::DuplicateName`] if a list of names is neither empty nor one for each.
    ///
    /// ```
    /// use recoverable::model::{Hmm, Model, Names, Task};
    /// let hmm = Hmm::from_f64(&[0.5, 0.5], &[&[0.75, 0.25], &[0.25, 0.75]], &[&[1.0, 1.0]]).unwrap();
    /// let task = Task::binary_from_integers(&[1, -1]);
    /// assert!(Model::new("coin", hmm, Some(task), Names::default()).is_ok());
    /// ```
    pub fn new(name: &str, hmm: Hmm, task: Option<Task>, names: Names) -> Result<Self, Defect> {
        if let Some(task) = &task {
            task.fits(hmm.states())?;
        }
        check_names(Field::States, &names.states, hmm.states())?;
        check_names(Field::Tokens, &names.tokens, hmm.tokens())?;
        Ok(Self { name: name.to_owned(), hmm, task, names })
    }

    /// A short name, such as the file's stem.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hidden Markov model.
    pub fn hmm(&self) -> &Hmm {
        &self.hmm
    }

    /// The downstream task, if there is one; its length is that of the model's states.
    pub fn task(&self) -> Option<&Task> {
        self.task.as_ref()
    }

    /// The names of states and tokens.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The name of a state, or its index.
    pub fn state_name(&self, state: State) -> String {
        self.names.state(state)
    }

    /// The name of a token, or its index.
    pub fn token_name(&self, token: Token) -> String {
        self.names.token(token)
    }
}

fn check_names(field: Field, names: &[String], expected: usize) -> Result<(), Defect> {
    if names.is_empty() {
        return Ok(());
    }
    if names.len() != expected {
        return Err(Defect::NameCount { field, expected, found: names.len() });
    }
    let mut seen = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(Defect::EmptyName { field, index });
        }
        if let Some(first) = seen.insert(name, index) {
            return Err(Defect::DuplicateName { field, first, index, name: name.clone() });
        }
    }
    Ok(())
}
