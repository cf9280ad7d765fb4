//! The claims of the paper that are on trial, and the theorems that answers may be derived from.
//!
//! Neither says what is needed: a claim has the hypotheses that the paper has, and the natural weakenings of each; the theorems are those of
//! `proofs/theory`, each with what it rests on and what follows. The search finds the rest.

use super::{
    claim::{Claim, Implication, Predicate, Subject},
    predicates as p,
};

/// Assumption 3.2, in its parts.
const ERGODIC: [Predicate; 3] = [p::IRREDUCIBLE, p::APERIODIC, p::FULL_SUPPORT];

/// The claims, in the order of the paper.
pub fn claims() -> Vec<Claim> {
    let irreducible = || ("irreducible", p::NO_ZERO_ROW);
    let support = || ("full-support", p::START_COVERED);
    let claim = |statement, subject, own: &[Predicate], weakenings, conclusion| Claim {
        statement,
        subject,
        hypotheses: own.iter().chain(&ERGODIC).copied().collect(),
        weakenings,
        conclusion,
    };
    let weaker = || vec![irreducible(), support()];
    let vanilla = |statement, own, weakenings, conclusion| {
        claim(statement, Subject::Vanilla, own, weakenings, conclusion)
    };
    let of_independence = || vec![("independent", p::ESSENTIAL), irreducible(), support()];
    vec![
        vanilla("theorem-3.3", &[p::INDEPENDENT], weaker(), p::LINEAR_HEAD),
        vanilla("theorem-3.3", &[p::INDEPENDENT], of_independence(), p::PROPORTIONAL_HEAD),
        vanilla("claim-a.1", &[], weaker(), p::SHIFTED_POSTERIOR),
        vanilla("theorem-3.6", &[p::ESSENTIAL], weaker(), p::PROMPTED_HEAD),
        Claim {
            statement: "lemma-b.2",
            subject: Subject::Vanilla,
            hypotheses: vec![p::FULL_SUPPORT],
            weakenings: vec![support()],
            conclusion: p::PROMPTED_POSTERIOR,
        },
        claim(
            "theorem-4.3",
            Subject::Memory,
            &[p::WHOLLY_RECOVERABLE],
            [vec![("wholly-recoverable", p::RECOVERABLE)], weaker()].concat(),
            p::SOME_ATTENTION_HEAD,
        ),
        claim("theorem-4.3", Subject::Memory, &[p::RECOVERABLE], weaker(), p::ATTENTION_HEAD),
        claim(
            "theorem-4.6",
            Subject::Memory,
            &[p::RECOVERABLE_BEHIND_PROMPT, p::STATIONARY],
            weaker(),
            p::PROMPTED_ATTENTION_HEAD,
        ),
    ]
}

/// The theorems from which answers are derived.
pub fn base() -> Vec<Implication> {
    let rule = |lemma, from: &[Predicate], to| Implication { lemma, from: from.to_vec(), to };
    vec![
        rule("irreducible_no_zero_row", &[p::IRREDUCIBLE], p::NO_ZERO_ROW),
        rule("first_law_full", &[p::NO_ZERO_ROW, p::FULL_SUPPORT], p::FIRST_LAW_FULL),
        rule("first_law_full_covered", &[p::FIRST_LAW_FULL], p::START_COVERED),
        rule("stationary_covered", &[p::STATIONARY], p::START_COVERED),
        rule("stationary_full_support", &[p::STATIONARY, p::IRREDUCIBLE], p::FULL_SUPPORT),
        rule("start_covered_task", &[p::START_COVERED], p::TASK_COVERED),
        rule("theorem_3_3_proportional", &[p::INDEPENDENT, p::TASK_COVERED], p::PROPORTIONAL_HEAD),
        rule("theorem_3_3_sharp", &[p::INDEPENDENT, p::TASK_COVERED], p::LINEAR_HEAD),
        rule("claim_A1_sharp", &[p::FULL_SUPPORT], p::SHIFTED_POSTERIOR),
        rule("theorem_3_6_long", &[p::ESSENTIAL, p::IRREDUCIBLE], p::PROMPTED_HEAD),
        rule("theorem_3_6_proportional", &[p::ESSENTIAL, p::FIRST_LAW_FULL], p::PROMPTED_HEAD),
        rule("lemma_B2", &[p::FULL_SUPPORT], p::PROMPTED_POSTERIOR),
        rule("recoverable_functionals", &[p::RECOVERABLE], p::FUNCTIONALS),
        rule("recoverable_functionals", &[p::RECOVERABLE_BEHIND_PROMPT], p::FUNCTIONALS_BEHIND_PROMPT),
        rule("attention_identities", &[p::FUNCTIONALS], p::ATTENTION_HEAD),
        rule("theorem_4_3_sharp", &[p::WHOLLY_RECOVERABLE], p::SOME_ATTENTION_HEAD),
        rule(
            "prompted_attention_identities",
            &[p::FUNCTIONALS_BEHIND_PROMPT, p::STATIONARY],
            p::PROMPTED_ATTENTION_HEAD,
        ),
    ]
}
