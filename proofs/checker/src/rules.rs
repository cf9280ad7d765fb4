//! One function for each rule; each states in `# Soundness` why what it checks implies the claim.

pub(crate) mod ergodic;
pub(crate) mod head;
pub(crate) mod independence;
pub(crate) mod posterior;
pub(crate) mod span;

use crate::{
    certificate::{Certificate, Evidence, Model, Outcome, Statement},
    failure::Rejection,
    model::Hmm,
};

/// Whether the model is one, and the evidence establishes the claim about it.
pub(crate) fn establish(certificate: &Certificate) -> Result<(), Rejection> {
    if certificate.claim.statement.kind() != certificate.model.kind() {
        return Err(Rejection::WrongKind(certificate.claim.statement));
    }
    match &certificate.model {
        Model::Hmm(model) => about_hmm(certificate, &Hmm::new(model)?),
        Model::Matrix(_) => Err(Rejection::WrongRule(certificate.claim)),
    }
}

/// Whether the evidence establishes the claim about a hidden Markov model.
fn about_hmm(certificate: &Certificate, hmm: &Hmm) -> Result<(), Rejection> {
    let claim = certificate.claim;
    use Outcome::{Proved, Refuted};
    use Statement as S;
    match (claim.statement, claim.verdict, &certificate.evidence) {
        (S::Assumption31, Proved, Evidence::IndependentColumns(e)) => {
            independence::independent_emission(hmm, e)
        }
        (S::Assumption31, Refuted, Evidence::DependentColumns(e)) => independence::dependent_emission(hmm, e),
        (S::Irreducible, Proved, Evidence::Irreducible(e)) => ergodic::irreducible(hmm, e),
        (S::Irreducible | S::Assumption32, Refuted, Evidence::Reducible(e)) => ergodic::reducible(hmm, e),
        (S::Aperiodic, Proved, Evidence::Aperiodic(e)) => ergodic::aperiodic(hmm, e),
        (S::Aperiodic | S::Assumption32, Refuted, Evidence::Periodic(e)) => ergodic::periodic(hmm, e),
        (S::FullSupport, Proved, Evidence::FullSupport(_)) => ergodic::full_support(hmm),
        (S::FullSupport | S::Assumption32, Refuted, Evidence::MissingSupport(e)) => {
            ergodic::missing_support(hmm, e)
        }
        (S::Assumption32, Proved, Evidence::Ergodic(e)) => ergodic::ergodic(hmm, e),
        (S::Proposition34, Proved, Evidence::MaskedOutput(e)) => posterior::masked_outputs(hmm, e),
        (S::ClaimA1, Proved, Evidence::ShiftedPosterior(e)) => posterior::shifted_posteriors(hmm, e),
        (S::Theorem33, Proved, Evidence::InvertibleHead(e)) => head::invertible_head(hmm, e),
        (S::ProportionalHead, Proved, Evidence::ProportionalHead(e)) => head::proportional_head(hmm, e),
        (S::ProportionalHead, Refuted, Evidence::NoProportionalHead(e)) => head::no_proportional_head(hmm, e),
        _ => Err(Rejection::WrongRule(claim)),
    }
}
