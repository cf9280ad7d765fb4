//! One function for each rule; each states in `# Soundness` why what it checks implies the claim.

pub(crate) mod attention;
mod attention_label;
pub(crate) mod block;
pub(crate) mod contradiction;
pub(crate) mod ergodic;
pub(crate) mod essential;
pub(crate) mod fake_token;
pub(crate) mod head;
pub(crate) mod independence;
pub(crate) mod labels;
mod lasting;
pub(crate) mod least_head;
pub(crate) mod no_prompt;
pub(crate) mod posterior;
pub(crate) mod prefix_tree;
pub(crate) mod rank;
pub(crate) mod scope;
pub(crate) mod singular_value;
pub(crate) mod span;
pub(crate) mod syntax;
pub(crate) mod system;
mod unequal;

use crate::{
    certificate::{Certificate, Claim, Evidence as E, Model, Outcome, Statement as S},
    failure::Rejection,
    matrix::Problem,
    memory::Memory,
    model::Hmm,
};
use Outcome::{Proved, Refuted};

/// Whether the model is one, and the evidence establishes the claim about it.
pub(crate) fn establish(certificate: &Certificate) -> Result<(), Rejection> {
    let Certificate { claim, model, evidence, .. } = certificate;
    match model {
        _ if !claim.statement.is_about(model.kind()) => Err(Rejection::WrongKind(claim.statement)),
        Model::Hmm(model) => about_hmm(*claim, &Hmm::new(model)?, evidence),
        Model::MemoryHmm(model) => about_memory(*claim, &Memory::new(model)?, evidence),
        Model::Matrix(model) => about_matrix(*claim, &Problem::new(model, claim.statement)?, evidence),
    }
}

/// Whether the evidence establishes the claim about a hidden Markov model.
fn about_hmm(claim: Claim, hmm: &Hmm, evidence: &E) -> Result<(), Rejection> {
    let emission = &hmm.emission_matrix;
    match (claim.statement, claim.verdict, evidence) {
        (S::Assumption31, Proved, E::IndependentColumns(e)) => independence::independent_columns(emission, e),
        (S::Assumption31, Refuted, E::DependentColumns(e)) => independence::dependent_columns(emission, e),
        (S::Proposition34, Proved, E::MaskedOutput(e)) => posterior::masked_outputs(hmm, e),
        (S::ClaimA1, Proved, E::ShiftedPosterior(e)) => posterior::shifted_posteriors(hmm, e),
        (S::ClaimA1, Refuted, E::UnequalShiftedPosterior(e)) => unequal::shifted_posterior(hmm, e),
        (S::Theorem33, Proved, E::InvertibleHead(e)) => head::invertible_head(hmm, e),
        (S::HeadRecoversTask, Proved, E::ProportionalHead(e)) => head::proportional_head(hmm, e),
        (S::ProportionalHead | S::LinearHead, Proved, E::ProportionalHead(e)) => {
            no_prompt::absent(e.prompt.as_ref()).and_then(|()| head::proportional_head(hmm, e))
        }
        (S::PromptedProportionalHead | S::SomePromptProportionalHead, Proved, E::ProportionalHead(e)) => {
            no_prompt::present(e.prompt.as_ref()).and_then(|()| head::proportional_head(hmm, e))
        }
        (S::ProportionalHead, Refuted, E::NoProportionalHead(e)) => {
            no_prompt::absent(e.prompt.as_ref()).and_then(|()| head::no_proportional_head(hmm, e))
        }
        (S::PromptedProportionalHead, Refuted, E::NoProportionalHead(e)) => {
            no_prompt::present(e.prompt.as_ref()).and_then(|()| head::no_proportional_head(hmm, e))
        }
        (S::SomePromptProportionalHead, Refuted, E::NoPrompt(e)) => no_prompt::no_prompt(hmm, e),
        (S::SomePromptProportionalHead, Refuted, E::UnseenCombination(e)) => head::unseen_combination(hmm, e),
        (S::EmissionRank, Proved, E::Rank(e)) => rank::rank(&rank::RANK, emission, 0..emission.width(), e),
        (S::EmissionSingularValue, Proved, E::SingularValue(e)) => {
            singular_value::singular_value(emission, e)
        }
        (S::LeastHead, Proved, E::LeastHead(e)) => least_head::least_head(hmm, e),
        (S::LinearHead, Proved, E::LabelsAgree(e)) => labels::linear_head(hmm, e),
        (S::LinearHead, Refuted, E::NoLinearHead(e)) => contradiction::no_linear_head(hmm, e),
        (S::HeadRecoversTask, Proved, E::LabelsAgree(e)) => labels::labels_agree(hmm, e),
        (S::HeadRecoversTask, Refuted, E::WrongLabel(e)) => labels::wrong_label(hmm, e),
        (S::HeadDisagreement, Proved, E::Disagreement(e)) => labels::disagreement(hmm, e),
        (S::AnyHeadDisagreement, Proved, E::PackedContradictions(e)) => {
            contradiction::packed_contradictions(hmm, e)
        }
        (S::AnyHeadLastingDisagreement, Proved, E::LastingContradictions(e)) => {
            lasting::lasting_contradictions(hmm, e)
        }
        (S::ErgodicRadius, Proved, E::ErgodicRadius(e)) => ergodic::ergodic_radius(hmm, e),
        (S::Assumption35 | S::Theorem36 | S::LemmaB1 | S::LemmaB2, _, _) => {
            about_prompts(claim, hmm, evidence)
        }
        _ => about_chain(claim, hmm, evidence),
    }
}

/// Whether the evidence establishes the claim about prompts for a hidden Markov model.
fn about_prompts(claim: Claim, hmm: &Hmm, evidence: &E) -> Result<(), Rejection> {
    match (claim.statement, claim.verdict, evidence) {
        (S::Assumption35, Proved, E::EssentialStates(e)) => essential::essential_states(hmm, e),
        (S::Assumption35, Refuted, E::NoEssentialStates(e)) => essential::no_essential_states(hmm, e),
        (S::Theorem36, Proved, E::PromptedHead(e)) => essential::prompted_head(hmm, e),
        (S::LemmaB1, Proved, E::FakeToken(e)) => fake_token::fake_tokens(hmm, e),
        (S::LemmaB2, Proved, E::PromptedPosterior(e)) => fake_token::prompted_posteriors(hmm, e),
        (S::LemmaB2, Refuted, E::UnequalPromptedPosterior(e)) => unequal::prompted_posterior(hmm, e),
        _ => Err(Rejection::WrongRule(claim)),
    }
}

/// Whether the evidence establishes the claim about a hidden Markov model with memory.
fn about_memory(claim: Claim, memory: &Memory, evidence: &E) -> Result<(), Rejection> {
    match (claim.statement, claim.verdict, evidence) {
        (S::Assumption42, verdict, E::RecoverableStates(e)) => syntax::unprompted(memory, verdict, e),
        (S::Assumption45, verdict, E::RecoverableStates(e)) => syntax::prompted(memory, verdict, e),
        (S::Assumption44, Proved, E::Stationary(_)) => syntax::stationary(&memory.chain),
        (S::Assumption44, Refuted, E::NotStationary(e)) => syntax::not_stationary(&memory.chain, e),
        (S::Theorem43, Proved, E::AttentionHead(e)) => attention::unprompted(memory, e),
        (S::Theorem46, Proved, E::PromptedAttentionHead(e)) => attention::prompted(memory, e),
        (S::HeadRecoversTask, Refuted, E::WrongAttentionLabel(e)) => attention_label::wrong_label(memory, e),
        (S::Scope43, Proved, E::ScopeMember(e)) => scope::member(memory, false, e),
        (S::Scope43, Refuted, E::EmptyScope(e)) => scope::empty(memory, false, e),
        (S::Scope46, Proved, E::ScopeMember(e)) => scope::member(memory, true, e),
        (S::Scope46, Refuted, E::EmptyScope(e)) => scope::empty(memory, true, e),
        _ => about_chain(claim, &memory.chain, evidence),
    }
}

/// Whether the evidence establishes what is claimed of the hidden chain, with memory or without.
fn about_chain(claim: Claim, hmm: &Hmm, evidence: &E) -> Result<(), Rejection> {
    match (claim.statement, claim.verdict, evidence) {
        (S::Irreducible, Proved, E::Irreducible(e)) => ergodic::irreducible(hmm, e),
        (S::Irreducible | S::Assumption32, Refuted, E::Reducible(e)) => ergodic::reducible(hmm, e),
        (S::Aperiodic, Proved, E::Aperiodic(e)) => ergodic::aperiodic(hmm, e),
        (S::Aperiodic | S::Assumption32, Refuted, E::Periodic(e)) => ergodic::periodic(hmm, e),
        (S::FullSupport, Proved, E::FullSupport(_)) => ergodic::full_support(hmm),
        (S::FullSupport | S::Assumption32, Refuted, E::MissingSupport(e)) => ergodic::missing_support(hmm, e),
        (S::Assumption32, Proved, E::Ergodic(e)) => ergodic::ergodic(hmm, e),
        _ => Err(Rejection::WrongRule(claim)),
    }
}

/// Whether the evidence establishes the claim about a matrix.
fn about_matrix(claim: Claim, problem: &Problem, evidence: &E) -> Result<(), Rejection> {
    let matrix = &problem.matrix;
    match (claim.statement, claim.verdict, evidence) {
        (S::ColumnsIndependent, Proved, E::IndependentColumns(e)) => {
            independence::independent_columns(matrix, e)
        }
        (S::ColumnsIndependent | S::LeftInverse, Refuted, E::DependentColumns(e)) => {
            independence::dependent_columns(matrix, e)
        }
        (S::Rank, Proved, E::Rank(e)) => rank::rank(&rank::RANK, matrix, 0..matrix.width(), e),
        (S::SingularValue, Proved, E::SingularValue(e)) => singular_value::singular_value(matrix, e),
        (S::SystemSolvable, Proved, E::Solution(e)) => system::solution(problem, e),
        (S::SystemSolvable, Refuted, E::Inconsistency(e)) => system::inconsistency(problem, e),
        (S::SystemSolvableNonnegative, Proved, E::NonnegativeSolution(e)) => {
            system::nonnegative_solution(problem, e)
        }
        (S::SystemSolvableNonnegative, Refuted, E::SeparatingFunctional(e)) => {
            system::separating_functional(problem, e)
        }
        (S::LeftInverse, Proved, E::LeftInverse(e)) => block::left_inverse(matrix, e),
        (S::SpanIntersection, Proved, E::Intersection(e)) => rank::intersection(problem, e),
        (S::BlockRecoverable, Proved, E::BlockFunctionals(e)) => block::block_functionals(problem, e),
        (S::BlockRecoverable, Refuted, E::BlockKernel(e)) => block::block_kernel(problem, e),
        (S::Halfspace, Proved, E::Halfspace(e)) => block::halfspace(problem, e),
        (S::Halfspace, Refuted, E::Motzkin(e)) => block::motzkin(problem, e),
        _ => Err(Rejection::WrongRule(claim)),
    }
}
