//! Assertions for the tests of other crates: what is expected of a statement on a model, and a failure that says why it is otherwise.
//!
//! | assertion | passes if |
//! |---|---|
//! | [`assert_proved!`](crate::assert_proved) | the statement is proved, and gives its accepted certificate |
//! | [`assert_refuted!`](crate::assert_refuted) | it is refuted, and gives that certificate |
//! | [`assert_not_applicable!`](crate::assert_not_applicable) | exactly the hypotheses that are named fail |
//!
//! The functions [`proved`], [`refuted`] and [`not_applicable`] return the failure instead: inside `proptest!` a `?` after them makes a failing case,
//! which shrinks. The failure has the verdict, every hypothesis with its witness in words, and the model as a file that
//! `recoverable check` reads. With the feature `proptest`, `recoverable::strategies` makes models.
//!
//! ```
//! use recoverable::{assert_not_applicable, assert_proved, assert_refuted, model::builtin, testing::{Statement, proved}};
//! let [casino, cpg, ..] = &builtin::all()[..] else { panic!() };
//! assert_proved!(Statement::Theorem33, casino);
//! assert_refuted!(Statement::Assumption31, cpg);
//! assert_not_applicable!(Statement::Theorem33, cpg, Statement::Assumption31);
//! let failure = proved(Statement::Theorem33, cpg).unwrap_err().to_string();
//! assert!(failure.starts_with("cpg: theorem-3.3 was expected to be proved and is not-applicable: assumption-3.1 fails\n"));
//! assert!(failure.contains("W v = 0 for v = ("));
//! assert!(failure.contains("kind = \"hmm\""));
//! ```

use std::fmt;

pub use recoverable_checker::{Accepted, certificate::Statement};

use crate::{
    audit::{Selection, examine, examine_memory},
    model::{AnyModel, MemoryModel, Model, file},
    report::text::{self, check_text, memory_check_text},
    theorem::Verdict,
};

/// What can be examined: a model of either kind.
pub trait Subject {
    /// Examines one statement.
    fn examine(&self, statement: Statement) -> Examined;
}

/// What was found of one statement on one model.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The name of the model.
    pub name: String,
    /// The verdict; `None` if the statement is not one about this kind of model, or needs a task.
    pub verdict: Option<Verdict>,
    /// What `recoverable check` prints of it.
    pub report: String,
    /// The model as a file in TOML.
    pub model: String,
}

impl Subject for Model {
    fn examine(&self, statement: Statement) -> Examined {
        let found = examine(self, &Selection::only([statement.into()]));
        let verdict = found.verdict(statement);
        let report = check_text(self, None, &found, text::Options::default());
        Examined { name: self.name().to_owned(), verdict, report, model: file::to_toml(self) }
    }
}

impl Subject for MemoryModel {
    fn examine(&self, statement: Statement) -> Examined {
        let found = examine_memory(self, &Selection::only([statement.into()]));
        let verdict = found.verdict(statement);
        let report = memory_check_text(self, None, &found, text::Options::default());
        Examined { name: self.name().to_owned(), verdict, report, model: file::memory_to_toml(self) }
    }
}

impl Subject for AnyModel {
    fn examine(&self, statement: Statement) -> Examined {
        match self {
            Self::Hmm(model) => model.examine(statement),
            Self::Memory(model) => model.examine(statement),
        }
    }
}

/// A statement is not what was expected; [`Display`](fmt::Display) says what it is and why.
#[derive(Clone, Debug)]
pub struct Unexpected {
    /// Which statement.
    pub statement: Statement,
    /// What was expected of it: "proved", "refuted", or which hypotheses fail.
    pub expected: String,
    /// What was found.
    pub found: Box<Examined>,
}

impl std::error::Error for Unexpected {}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Examined { name, verdict, report, model } = &*self.found;
        let (id, expected, found) = (self.statement.id(), &self.expected, in_words(verdict.as_ref()));
        writeln!(f, "{name}: {id} was expected to be {expected} and is {found}\n")?;
        writeln!(f, "{}", anstream::adapter::strip_str(report))?;
        write!(f, "The model, for `recoverable check FILE --statement {id}`:\n\n{model}")
    }
}

fn in_words(verdict: Option<&Verdict>) -> String {
    match verdict {
        None => "neither: it is not about this kind of model, needs a task, or stays open".to_owned(),
        Some(Verdict::Bounded(limit)) => format!("undecided: {limit}"),
        Some(Verdict::NotApplicable { violated }) => format!("not-applicable: {}", fails(violated)),
        Some(verdict) => verdict.word().to_owned(),
    }
}

/// "assumption-3.1 and assumption-3.2 fail"
fn fails(violated: &[Statement]) -> String {
    let names: Vec<_> = violated.iter().map(|statement| statement.id()).collect();
    match &names[..] {
        [] => "no hypothesis fails".to_owned(),
        [only] => format!("{only} fails"),
        several => format!("{} fail", several.join(" and ")),
    }
}

/// The accepted certificate of a statement that is proved.
///
/// # Errors
/// [`Unexpected`] if it is not.
pub fn proved(statement: Statement, model: &impl Subject) -> Result<Accepted, Unexpected> {
    match model.examine(statement) {
        Examined { verdict: Some(Verdict::Proved(accepted)), .. } => Ok(accepted),
        found => Err(unexpected(statement, "proved".to_owned(), found)),
    }
}

/// The accepted certificate of the refutation of a statement that is false.
///
/// # Errors
/// [`Unexpected`] if it is not refuted.
pub fn refuted(statement: Statement, model: &impl Subject) -> Result<Accepted, Unexpected> {
    match model.examine(statement) {
        Examined { verdict: Some(Verdict::Refuted(accepted)), .. } => Ok(accepted),
        found => Err(unexpected(statement, "refuted".to_owned(), found)),
    }
}

/// Passes if a statement does not apply because exactly these hypotheses fail, in any order.
///
/// # Errors
/// [`Unexpected`] if that is not so.
pub fn not_applicable(
    statement: Statement,
    model: &impl Subject,
    violated: &[Statement],
) -> Result<(), Unexpected> {
    let found = model.examine(statement);
    match &found.verdict {
        Some(Verdict::NotApplicable { violated: known })
            if known.len() == violated.len() && violated.iter().all(|one| known.contains(one)) =>
        {
            Ok(())
        }
        _ => Err(unexpected(statement, format!("not-applicable ({})", fails(violated)), found)),
    }
}

fn unexpected(statement: Statement, expected: String, found: Examined) -> Unexpected {
    Unexpected { statement, expected, found: Box::new(found) }
}

/// Asserts that a [`Statement`](crate::testing::Statement) is proved on a model, and gives its accepted certificate; see [`testing`](crate::testing).
#[macro_export]
macro_rules! assert_proved {
    ($statement:expr, $model:expr $(,)?) => {
        $crate::testing::proved($statement, $model).unwrap_or_else(|unexpected| panic!("{unexpected}"))
    };
}

/// Asserts that a [`Statement`](crate::testing::Statement) is refuted on a model, and gives the accepted certificate; see [`testing`](crate::testing).
#[macro_export]
macro_rules! assert_refuted {
    ($statement:expr, $model:expr $(,)?) => {
        $crate::testing::refuted($statement, $model).unwrap_or_else(|unexpected| panic!("{unexpected}"))
    };
}

/// Asserts that a [`Statement`](crate::testing::Statement) does not apply to a model because exactly these hypotheses fail; see [`testing`](crate::testing).
#[macro_export]
macro_rules! assert_not_applicable {
    ($statement:expr, $model:expr, $($violated:expr),+ $(,)?) => {
        $crate::testing::not_applicable($statement, $model, &[$($violated),+])
            .unwrap_or_else(|unexpected| panic!("{unexpected}"))
    };
}
