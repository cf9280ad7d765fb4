//! What can be asked of a model.

use std::collections::BTreeSet;

use recoverable_checker::certificate::Statement;

/// Something to examine or explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A statement, which the checker knows.
    Statement(Statement),
    /// Rank, certified `σ_min`, amplification and margins: measurements, not a statement.
    Conditioning,
    /// Radii and repairs of hypotheses.
    Robustness,
    /// What `recoverable counterexample` looks for.
    Counterexample,
}

impl Topic {
    /// Topics that can be explained and are no part of an examination.
    pub const EXPLAINED: [Self; 4] = [
        Self::Statement(Statement::LinearHead),
        Self::Statement(Statement::HeadDisagreement),
        Self::Counterexample,
        Self::Robustness,
    ];

    /// The id on the command line, such as `theorem-3.3`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Statement(statement) => statement.id(),
            Self::Conditioning => "conditioning",
            Self::Robustness => "robustness",
            Self::Counterexample => "counterexample",
        }
    }

    /// The statement, if it is one.
    pub fn statement(self) -> Option<Statement> {
        match self {
            Self::Statement(statement) => Some(statement),
            Self::Conditioning | Self::Robustness | Self::Counterexample => None,
        }
    }
}

impl From<Statement> for Topic {
    fn from(statement: Statement) -> Self {
        Self::Statement(statement)
    }
}

/// Which topics to examine: those of the list, or all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(BTreeSet<Topic>);

impl Selection {
    /// Topics that can be selected.
    pub const TOPICS: [Topic; 15] = [
        Topic::Statement(Statement::Theorem33),
        Topic::Statement(Statement::Proposition34),
        Topic::Statement(Statement::ClaimA1),
        Topic::Statement(Statement::Assumption31),
        Topic::Statement(Statement::Assumption32),
        Topic::Statement(Statement::ProportionalHead),
        Topic::Statement(Statement::LinearHead),
        Topic::Conditioning,
        Topic::Statement(Statement::Theorem43),
        Topic::Statement(Statement::Theorem46),
        Topic::Statement(Statement::Assumption42),
        Topic::Statement(Statement::Assumption44),
        Topic::Statement(Statement::Assumption45),
        Topic::Statement(Statement::Scope43),
        Topic::Statement(Statement::Scope46),
    ];

    /// Only these topics; all if there are none.
    pub fn only(topics: impl IntoIterator<Item = Topic>) -> Self {
        Self(topics.into_iter().collect())
    }

    pub(super) fn has(&self, topic: impl Into<Topic>) -> bool {
        self.0.is_empty() || self.0.contains(&topic.into())
    }

    /// Named on its own, not only as one of all.
    pub(super) fn names(&self, statement: Statement) -> bool {
        self.0.contains(&statement.into())
    }
}
