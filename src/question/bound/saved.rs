//! A search that goes on where another one ended.

use std::num::NonZeroUsize;

use recoverable_checker::certificate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::certificate_construction;
use crate::{
    model::{Construction, Model, Task, certificate_model},
    search::{Functionals, History, PrefixTree},
};

/// A search as it is written down: about which model and head it is, and inputs of which length if of one alone, and what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedSearch {
    schema: SearchSchema,
    model: certificate::Model,
    construction: certificate::Construction,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<NonZeroUsize>,
    search: History,
}

/// The version of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum SearchSchema {
    #[serde(rename = "recoverable.search/1")]
    V1,
}

/// Why a search cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotResumed {
    /// It is not about this model.
    #[error("the search is about another model")]
    Model,
    /// It is not about this head and prompt.
    #[error("the search is about another head or prompt")]
    Head,
    /// No search does this.
    #[error("search.steps[{0}] is none that a search of this model and head makes")]
    Step(usize),
    /// Something in `search.looks` is of another search.
    #[error("search.looks are none of a search of this model and head")]
    Looks,
}

impl SavedSearch {
    pub(super) fn new(model: &Model, construction: &Construction, tree: &PrefixTree) -> Self {
        Self {
            schema: SearchSchema::V1,
            model: certificate_model(model),
            construction: certificate_construction(construction),
            length: tree.length().and_then(NonZeroUsize::new),
            search: tree.history().clone(),
        }
    }

    /// The search again.
    pub(super) fn tree(
        self,
        model: &Model,
        task: &Task,
        construction: &Construction,
    ) -> Result<PrefixTree, NotResumed> {
        if self.model != certificate_model(model) {
            return Err(NotResumed::Model);
        }
        if self.construction != certificate_construction(construction) {
            return Err(NotResumed::Head);
        }
        let steps = self.search.steps.len();
        let functionals = Functionals::new(model.hmm(), task, Some(construction));
        let why = |step| if step < steps { NotResumed::Step(step) } else { NotResumed::Looks };
        PrefixTree::resumed(functionals, self.length.map(NonZeroUsize::get), self.search).map_err(why)
    }
}
