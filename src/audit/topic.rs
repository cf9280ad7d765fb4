//! What can be asked of a model.

use std::collections::BTreeSet;

use recoverable_checker::certificate::Statement;

use crate::search::CoverLimits;

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
    /// What `recoverable prompt` looks for.
    Prompt,
}

impl Topic {
    /// Topics that can be explained and are no part of an examination.
    pub const EXPLAINED: [Self; 5] = [
        Self::Statement(Statement::LinearHead),
        Self::Statement(Statement::HeadDisagreement),
        Self::Counterexample,
        Self::Prompt,
        Self::Robustness,
    ];

    /// The id on the command line, such as `theorem-3.3`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Statement(statement) => statement.id(),
            Self::Conditioning => "conditioning",
            Self::Robustness => "robustness",
            Self::Counterexample => "counterexample",
            Self::Prompt => "prompt",
        }
    }

    /// The statement, if it is one.
    pub fn statement(self) -> Option<Statement> {
        match self {
            Self::Statement(statement) => Some(statement),
            Self::Conditioning | Self::Robustness | Self::Counterexample | Self::Prompt => None,
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
pub struct Selection {
    topics: BTreeSet<Topic>,
    covers: CoverLimits,
}

impl Selection {
    /// Topics that can be selected.
    pub const TOPICS: [Topic; 19] = [
        Topic::Statement(Statement::Theorem33),
        Topic::Statement(Statement::Proposition34),
        Topic::Statement(Statement::ClaimA1),
        Topic::Statement(Statement::Theorem36),
        Topic::Statement(Statement::LemmaB1),
        Topic::Statement(Statement::LemmaB2),
        Topic::Statement(Statement::Assumption31),
        Topic::Statement(Statement::Assumption32),
        Topic::Statement(Statement::Assumption35),
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
        Self { topics: topics.into_iter().collect(), covers: CoverLimits::DEFAULT }
    }

    /// The same with a search for essential states within these limits.
    #[must_use]
    pub fn within(self, covers: CoverLimits) -> Self {
        Self { covers, ..self }
    }

    pub(super) fn covers(&self) -> CoverLimits {
        self.covers
    }

    pub(super) fn has(&self, topic: impl Into<Topic>) -> bool {
        self.topics.is_empty() || self.topics.contains(&topic.into())
    }

    /// Named on its own, not only as one of all.
    pub(super) fn names(&self, statement: Statement) -> bool {
        self.topics.contains(&statement.into())
    }
}
