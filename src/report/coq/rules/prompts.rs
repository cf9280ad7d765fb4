//! The rules about Assumption 3.5, Theorem 3.6 and prompts.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    certificate::{
        EssentialStates, NoEssentialStates, NoPrompt, PromptedHead, StateRatio, UnequalPromptedPosterior,
        UnequalShiftedPosterior, UnseenCombination,
    },
    number::Rational,
};

use super::{
    super::literal::{Data, plain, plain_rows},
    Asked, Subject, classes, independence_term,
    labels::Labelled,
};

/// One shift, input and state at which Claim A.1 fails.
pub fn unequal_shifted(subject: &Subject, evidence: &UnequalShiftedPosterior) -> Asked {
    let UnequalShiftedPosterior { tokens, shift, state } = evidence;
    Asked::by("~ claim_A1_of (M R)", "unequal_shifted_posterior_checked")
        .data(Data::naturals("tokens", tokens))
        .check(format!("unequal_shifted_check {} {shift} data_tokens {state}", subject.sizes("data_model")))
}

/// One embedding, input and state at which Lemma B.2 fails.
pub fn unequal_prompted(subject: &Subject, evidence: &UnequalPromptedPosterior) -> Asked {
    let UnequalPromptedPosterior { embedding, tokens, state } = evidence;
    Asked::by("~ lemma_B2_of (M R)", "unequal_prompted_posterior_checked")
        .data(Data::vector("embedding", &plain(embedding)))
        .data(Data::naturals("tokens", tokens))
        .check(format!(
            "unequal_prompted_check {} data_embedding data_tokens {state}",
            subject.sizes("data_model")
        ))
}

pub fn essential_states(subject: &Subject, evidence: &EssentialStates) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let says = format!("exists B, @essential R _ _ (M R) {} (mx R data_task) B", labelled.last);
    let asked = Asked::by(&says, "own_essential_states_checked")
        .data(Data::matrix("task", &labelled.task))
        .essential(subject, evidence)
        .check(format!(
            "own_essential_check {} {} data_task data_sources {}",
            labelled.own,
            labelled.last,
            independence_term("")
        ));
    Some(asked)
}

pub fn prompted_head(subject: &Subject, evidence: &PromptedHead) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let (states, tokens, last) = (subject.columns, subject.entries.len(), labelled.last);
    let sources = format!("(states {} data_sources)", states - 1);
    let prompt = format!("[:: indicator R {sources}]");
    let says = format!(
        "\n  [/\\ assumption_3_2 (M R), @essential R _ _ (M R) {last} (mx R data_task) {sources},\n      \
         forall blank x, supp (M R) x ->\n        \
         @agree R _ _ (M R) {last} {prompt} (mx R data_head) (mx R data_task) blank x\n    \
         & exists f : ('I_{tokens} -> R) -> 'I_{states} -> R, forall blank x, supp (M R) x ->\n        \
         exists2 C, (0 < C)%R & forall h, h \\in reached (M R) {sources} ->\n          \
         f (Gbar (M R) 2 (prompted (M R) {prompt} blank x)) h = (C * posterior (M R) x h)%R]"
    );
    let asked = Asked::by(&says, "own_prompted_head_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::matrix("head", &classes(&evidence.head)))
        .essential(subject, &evidence.essential)
        .aperiodicity(&evidence.ergodic)
        .check(format!(
            "own_prompted_head_check {} {last} data_head data_task data_sources\n  {}\n  \
             data_forward data_backward data_walks",
            labelled.own,
            independence_term("")
        ));
    Some(asked)
}

/// States with fewer successors come first, as in the checker's search.
pub fn no_essential_states(subject: &Subject, evidence: &NoEssentialStates) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let steps = &subject.hmm?.transition;
    let successors = |state: &usize| steps.iter().filter(|row| !row[*state].0.is_zero()).count();
    let mut order: Vec<usize> = (0..subject.columns).collect();
    order.sort_by_key(successors); // stable
    let relations = plain_rows(&evidence.relations);
    let own: Vec<_> = (0..relations.len()).map(|relation| own_token(&relations, relation)).collect();
    let says = format!("~ exists B, @essential R _ _ (M R) {} (mx R data_task) B", labelled.last);
    let asked = Asked::by(&says, "no_essential_states_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::matrix("relations", &relations))
        .data(Data::naturals("own_tokens", &own))
        .data(Data::matrix("kernel", &plain_rows(&evidence.kernel)))
        .data(Data::naturals("order", &order))
        .data(Data::naturals("branches", &evidence.branches))
        .check(format!(
            "no_essential_check {} {} data_task\n  data_relations data_own_tokens data_kernel data_order data_branches",
            labelled.sizes, labelled.last
        ));
    Some(asked)
}

/// The first token at which this relation alone is not zero.
fn own_token(relations: &[Vec<BigRational>], relation: usize) -> usize {
    let alone = |token: &usize| {
        relations.iter().enumerate().all(|(other, row)| row[*token].is_zero() != (other == relation))
    };
    (0..relations[relation].len()).find(alone).unwrap_or_default()
}

/// The kernel vectors of all classes, that of class 0 being zero; that of a binary task has the other sign, as its scores have.
pub fn no_prompt(subject: &Subject, evidence: &NoPrompt) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let sign = |kernel: &Vec<Rational>| -> Vec<BigRational> {
        plain(kernel).into_iter().map(|entry| if labelled.binary { -entry } else { entry }).collect()
    };
    let zeros = vec![BigRational::zero(); subject.columns];
    let kernels: Vec<_> = std::iter::once(zeros).chain(evidence.kernels.iter().map(sign)).collect();
    let ratios = &evidence.ratios;
    let states = |state: fn(&StateRatio) -> usize| ratios.iter().map(state).collect::<Vec<_>>();
    let numbers = |number: fn(&StateRatio) -> &Rational| -> Vec<BigRational> {
        ratios.iter().map(|ratio| number(ratio).0.clone()).collect()
    };
    let ones = vec![BigInt::from(1); evidence.words.len()];
    let says = format!("~ {}", labelled.some_prompt());
    let asked = Asked::by(&says, "no_prompt_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::lists("words", &evidence.words))
        .independence("", &evidence.words_independent, &ones)
        .data(Data::matrix("kernels", &kernels))
        .data(Data::naturals("above", &states(|ratio| ratio.above)))
        .data(Data::naturals("below", &states(|ratio| ratio.below)))
        .data(Data::vector("ratios", &numbers(|ratio| &ratio.ratio)))
        .data(Data::vector("ratio_weights", &numbers(|ratio| &ratio.weight)))
        .check(format!(
            "no_prompt_check {} {} data_task data_words\n  {}\n  data_kernels (Bounds data_above data_below data_ratios data_ratio_weights)",
            labelled.sizes,
            labelled.last,
            independence_term("")
        ));
    Some(asked)
}

pub fn unseen_combination(subject: &Subject, evidence: &UnseenCombination) -> Option<Asked> {
    let labelled = Labelled::new(subject)?;
    let says = format!("~ {}", labelled.some_prompt());
    let asked = Asked::by(&says, "unseen_combination_checked")
        .data(Data::matrix("task", &labelled.task))
        .data(Data::lists("words", &evidence.words))
        .data(Data::vector("weights", &plain(&evidence.weights)))
        .check(format!(
            "unseen_check {} {} data_task {} data_words data_weights",
            labelled.sizes, labelled.last, evidence.class
        ));
    Some(asked)
}
