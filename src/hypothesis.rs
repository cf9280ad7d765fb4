//! The paper's assumptions, one file each, decided exactly with evidence for *holds* and for *fails*.
//!
//! | assumption | says | evidence that it holds | evidence that it fails |
//! |---|---|---|---|
//! | [3.1](assumption_3_1) | the columns of `W` are independent | an inverse modulo `m` of a square block | a kernel vector |
//! | [3.2](assumption_3_2), irreducible | every state leads to every other | two search trees | a closed set |
//! | 3.2, aperiodic | the period is 1 | closed walks of coprime lengths | a class for each state |
//! | 3.2, full support | `π0[h] > 0` for all `h` | the model | a state |
//! | [3.5](assumption_3_5) | some states lead to `H* ⊇ supp(μ)` with independent columns of `W` | these states, an inverse modulo `m` | a search tree |
//! | [4.2](assumption_4_2) | some syntax state of the task's cell is recoverable | functionals | kernel vectors |
//! | [4.4](assumption_4_4) | `A π0 = π0` | the model | a state |
//! | [4.5](assumption_4_5), C.5 | the same as 4.2 where the cell's value is in `supp μ` | functionals | kernel vectors |

pub mod assumption_3_1;
pub mod assumption_3_2;
pub mod assumption_3_5;
pub mod assumption_4_2;
pub mod assumption_4_4;
pub mod assumption_4_5;
mod recovery;

pub use recovery::{Reason, RecoverableSet};

use recoverable_checker::Accepted;

use crate::certify::Limit;

/// Whether a hypothesis holds, with the accepted certificate that says so.
#[derive(Clone, Debug)]
pub enum Decision {
    /// It holds.
    Holds(Accepted),
    /// It fails.
    Fails(Accepted),
    /// Neither is known.
    Undecided(Limit),
}

impl Decision {
    /// The outcome of asking for a proof.
    pub(crate) fn proof(certified: Result<Accepted, Limit>) -> Self {
        certified.map_or_else(Self::Undecided, Self::Holds)
    }

    /// The outcome of asking for a refutation.
    pub(crate) fn refutation(certified: Result<Accepted, Limit>) -> Self {
        certified.map_or_else(Self::Undecided, Self::Fails)
    }

    /// `Some(true)` if it holds, `Some(false)` if it fails.
    pub fn holds(&self) -> Option<bool> {
        match self {
            Self::Holds(_) => Some(true),
            Self::Fails(_) => Some(false),
            Self::Undecided(_) => None,
        }
    }

    /// The accepted certificate, either way.
    pub fn accepted(&self) -> Option<&Accepted> {
        match self {
            Self::Holds(accepted) | Self::Fails(accepted) => Some(accepted),
            Self::Undecided(_) => None,
        }
    }
}
