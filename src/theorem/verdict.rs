//! What can be said of a statement.

use recoverable_checker::{Accepted, certificate::Statement};

use crate::{certify::Limit, hypothesis::Decision};

/// The verdict on a statement for one model.
///
/// | verdict | meaning |
/// |---|---|
/// | `Proved` | holds for all inputs of all lengths; the checker has accepted a certificate |
/// | `Refuted` | false; the checker has accepted a certificate |
/// | `NotApplicable` | the listed hypotheses fail, each with its own certificate |
/// | `Bounded` | neither proved nor refuted within the limit that is named |
///
/// `Proved` and `Refuted` hold an [`Accepted`], which only the checker can make:
///
/// ```compile_fail
/// use recoverable::theorem::Verdict;
/// let claimed = Verdict::Proved(recoverable_checker::Accepted { }); // private fields
/// ```
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It holds for all inputs of all lengths.
    Proved(Accepted),
    /// It is false.
    Refuted(Accepted),
    /// Some hypotheses fail.
    NotApplicable {
        /// Those that fail.
        violated: Vec<Statement>,
    },
    /// Undecided within a limit.
    Bounded(Limit),
}

impl Verdict {
    /// `Proved` if the checker accepted, `Bounded` otherwise.
    pub(crate) fn proof(certified: Result<Accepted, Limit>) -> Self {
        certified.map_or_else(Self::Bounded, Self::Proved)
    }

    /// The verdict that follows from the hypotheses alone, if one does: `NotApplicable` if one fails,
    /// else `Bounded` if one is undecided.
    pub(crate) fn of_hypotheses(hypotheses: &[(Statement, &Decision)]) -> Option<Self> {
        let failing = hypotheses.iter().filter(|(_, decision)| decision.holds() == Some(false));
        let violated: Vec<_> = failing.map(|(statement, _)| *statement).collect();
        if !violated.is_empty() {
            return Some(Self::NotApplicable { violated });
        }
        hypotheses.iter().find_map(|(_, decision)| match decision {
            Decision::Undecided(limit) => Some(Self::Bounded(limit.clone())),
            Decision::Holds(_) | Decision::Fails(_) => None,
        })
    }

    /// The verdict in one word, as in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proved(_) => "proved",
            Self::Refuted(_) => "refuted",
            Self::NotApplicable { .. } => "not-applicable",
            Self::Bounded(_) => "bounded",
        }
    }

    /// The accepted certificate of `Proved` and `Refuted`.
    pub fn accepted(&self) -> Option<&Accepted> {
        match self {
            Self::Proved(accepted) | Self::Refuted(accepted) => Some(accepted),
            Self::NotApplicable { .. } | Self::Bounded(_) => None,
        }
    }
}
