//! Theorem 3.6 and its lemmas: constructed prompts and heads against brute force over hidden paths, and near misses.

mod brute;
mod cases;

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use proptest::prelude::*;
use recoverable::{
    model::{Construction, Hmm, Model, Names, Task, Token, builtin},
    number::parse,
    oracle::{Exact, Float},
    strategies::{BREAKS, Break, Obstacle, model, planted, prompted, tokens, words},
    theorem::{Verdict, lemma_b_1, lemma_b_2, theorem_3_6},
};
use recoverable_checker::certificate::{Evidence, Statement};

fn some(word: &[usize]) -> Vec<Option<Token>> {
    word.iter().map(|&token| Some(Token(token))).collect()
}

/// All words of up to this length, possible or not.
fn all_words(hmm: &Hmm, longest: usize) -> Vec<Vec<Option<Token>>> {
    (1..=longest).flat_map(|length| brute::lists(hmm.tokens(), length)).map(|word| some(&word)).collect()
}

fn short(hmm: &Hmm) -> usize {
    if hmm.states().max(hmm.tokens()) <= 3 { 3 } else { 2 }
}

/// `ρ = A (u ⊙ A π0)`.
fn law(hmm: &Hmm, u: &[BigRational]) -> Vec<BigRational> {
    let step = |v: &[BigRational]| -> Vec<BigRational> {
        (0..hmm.states())
            .map(|next| v.iter().enumerate().map(|(h, p)| &hmm.transition()[(next, h)] * p).sum())
            .collect()
    };
    let passed: Vec<_> = step(hmm.initial()).iter().zip(u).map(|(p, u)| p * u).collect();
    step(&passed)
}

/// `bᵀ W diag(ρ) = (μ⊙π0)ᵀ` for every contrast, multiplied out here.
fn satisfies_identity(model: &Model, construction: &Construction) -> bool {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let [u] = construction.prompt() else { panic!("one prompt token") };
    let rho = law(hmm, u);
    let rows = construction.head().contrasts();
    rows.iter().zip(task.contrasts()).all(|(b, mu)| {
        (0..hmm.states()).all(|h| {
            let score: BigRational = b.iter().zip(hmm.emission().column(h)).map(|(b, w)| b * w).sum();
            score * &rho[h] == &mu[h] * &hmm.initial()[h]
        })
    })
}

/// On every possible short word the head's label behind the prompt is the task's.
fn recovers_labels(model: &Model, construction: &Construction) -> Result<(), TestCaseError> {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    for word in all_words(hmm, short(hmm)) {
        if let Some(posterior) = brute::posterior(hmm, &word) {
            let seen = brute::prompted_head_input(hmm, construction.prompt(), &word);
            let expected = brute::label(task, &posterior);
            prop_assert_eq!(construction.head().label(task, &seen), expected, "on {:?}", word);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Behind the prompt the constructed head recovers the task, and the recovery map the posterior on the essential states, exactly;
    /// where the prompt makes an input impossible, the output and the posterior there are zero.
    #[test]
    fn theorem_3_6_recovers_the_posterior(model in prompted(Obstacle::Nothing), word in words(10)) {
        let (hmm, found) = (model.hmm(), theorem_3_6::decide(&model));
        prop_assert!(matches!(found.verdict, Some(Verdict::Proved(_))), "{:?}", found.verdict);
        let construction = found.construction.as_ref().unwrap();
        prop_assert!(satisfies_identity(&model, construction));
        recovers_labels(&model, construction)?;
        let choice = found.assumption_3_5.as_ref().unwrap().choice.as_ref().unwrap();
        let recovery = found.recovery(hmm).unwrap();
        prop_assert_eq!(recovery.states(), &choice.essential);
        let on_essential = |posterior: Vec<BigRational>| {
            brute::normalised(&choice.essential.iter().map(|h| posterior[h.0].clone()).collect::<Vec<_>>())
        };
        let oracle = Exact::new(hmm);
        let long = tokens(hmm, &word);
        if let Ok(posterior) = oracle.posterior(&long) {
            let output = oracle.prompted_head_input(construction.prompt(), &long).unwrap();
            prop_assert_eq!(recovery.posterior(&output), on_essential(posterior));
        }
        for word in all_words(hmm, short(hmm)) {
            if let Some(posterior) = brute::posterior(hmm, &word) {
                let output = brute::prompted_head_input(hmm, construction.prompt(), &word);
                prop_assert_eq!(recovery.posterior(&output), on_essential(posterior));
            }
        }
    }

    /// Near misses of Assumption 3.2: the theorem does not apply. Without aperiodicity or irreducibility its construction, where there is one, has
    /// the labels all the same; the identity asks for neither.
    #[test]
    fn near_misses(
        (broken, model) in prop::sample::select(&BREAKS[2..]).prop_flat_map(|broken| (Just(broken), planted(broken)))
    ) {
        let found = theorem_3_6::decide(&model);
        prop_assert!(found.construction.is_none());
        match found.verdict {
            Some(Verdict::NotApplicable { violated }) => prop_assert!(violated.contains(&Statement::Assumption32), "{:?}", broken),
            other => prop_assert!(false, "{:?}", other),
        }
        if broken == Break::Aperiodicity {
            // `B` is every state: the prompt of ones, behind which ρ = π_2.
            let (hmm, task) = (model.hmm(), model.task().unwrap());
            let ones = vec![BigRational::from_integer(1.into()); hmm.states()];
            let rho = law(hmm, &ones);
            prop_assume!(rho.iter().all(|value| !value.is_zero()));
            let system = recoverable::search::HeadSystem::behind(hmm, &rho);
            let Some(recoverable::search::Solved::Head(head)) = system.identity(task) else { panic!("3.1 holds") };
            let construction = Construction::new(hmm, task, head.rows().to_vec(), vec![ones]).unwrap();
            prop_assert!(satisfies_identity(&model, &construction));
            recovers_labels(&model, &construction)?;
        }
    }

    /// Lemma B.1 is a law of every model; Lemma B.2 of those with full support, and of no other.
    #[test]
    fn the_lemmas(model in model()) {
        let Verdict::Proved(accepted) = lemma_b_1::decide(&model) else { panic!() };
        let Evidence::FakeToken(found) = &accepted.certificate().evidence else { panic!() };
        let hmm = model.hmm();
        for instance in found.instances.iter().filter(|instance| instance.tokens.len() < 3) {
            let u: Vec<_> = instance.embedding.iter().map(|value| value.0.clone()).collect();
            let rest = brute::embeddings(hmm, &some(&instance.tokens));
            let expected = brute::extended_output(hmm, &[vec![u], rest].concat(), instance.position);
            let stated: Vec<_> = instance.output.iter().map(|value| value.0.clone()).collect();
            prop_assert_eq!(stated, expected);
        }
        let full = hmm.initial().iter().all(|p| !p.is_zero());
        match lemma_b_2::decide(&model).verdict {
            Verdict::Proved(_) => prop_assert!(full),
            Verdict::NotApplicable { violated } => {
                prop_assert!(!full);
                prop_assert_eq!(violated, vec![Statement::FullSupport]);
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

fn list(entries: &[&str]) -> Vec<BigRational> {
    entries.iter().map(|entry| parse(entry).unwrap()).collect()
}

/// Full support is needed for Lemma B.2: the chain starts in state 0 and goes to state 1 for good, so that `P[H_2=1 | prompt, x] = 1` where
/// `P[H_0=1 | x] = 0`, and no weight on the right side makes that 1. Irreducibility is not: with a start in both states the lemma is proved.
#[test]
fn lemma_b_2_needs_full_support_and_nothing_else() {
    let with = |initial: &[&str]| {
        let (transition, emission) = (vec![list(&["0", "0"]), list(&["1", "1"])], vec![list(&["1", "1"])]);
        let hmm = Hmm::new(list(initial), transition, emission).unwrap();
        Model::new("sink", hmm, None, Names::default()).unwrap()
    };
    let (point, spread) = (with(&["1", "0"]), with(&["1/2", "1/2"]));
    let ones = vec![list(&["1", "1"])];
    let second = brute::through(
        point.hmm(),
        &[ones.clone(), brute::embeddings(point.hmm(), &[None, Some(Token(0))])].concat(),
        2,
    );
    assert_eq!(second, list(&["0", "1"])); // the joint law of H_2 and the event
    assert_eq!(brute::posterior(point.hmm(), &[Some(Token(0))]).unwrap(), list(&["1", "0"]));
    assert!(matches!(lemma_b_2::decide(&point).verdict, Verdict::NotApplicable { .. }));
    assert!(matches!(lemma_b_2::decide(&spread).verdict, Verdict::Proved(_)));
}

/// At position 1 the extended model does not give the law of the soft token: it speaks of the old vocabulary, and `u` is not in it.
#[test]
fn lemma_b_1_is_about_later_positions() {
    let casino = builtin::all().remove(0);
    let oracle = Exact::new(casino.hmm());
    let output = |u: &[&str]| oracle.extended_output(&[list(u)], &[Some(Token(0))]).unwrap();
    assert_eq!(output(&["1", "0"])[0], output(&["0", "1"])[0]);
    assert_ne!(output(&["1", "0"])[1], output(&["0", "1"])[1]);
    assert_eq!(output(&["1", "0"])[0].iter().sum::<BigRational>(), parse("1").unwrap()); // z~ has a share of it in X̂_1
}

/// Lemma B.2's words have to be possible behind the prompt: the states 0 to 5 are left at once, with six tokens that come first.
#[test]
fn lemma_b_2_finds_instances_behind_transient_states() {
    let n = 8;
    let unit = |at: usize| (0..n).map(|h| if h == at { "1" } else { "0" }).collect::<Vec<_>>();
    let columns: Vec<_> = (0..n).map(|h| list(&unit((h + 1).min(n - 1)))).collect();
    let transition = (0..n).map(|next| columns.iter().map(|column| column[next].clone()).collect()).collect();
    let emission = (0..n).map(|token| list(&unit(token))).collect();
    let hmm = Hmm::new(vec![parse("1/8").unwrap(); n], transition, emission).unwrap();
    let model = Model::new("chain", hmm, None, Names::default()).unwrap();
    assert!(matches!(lemma_b_2::decide(&model).verdict, Verdict::Proved(_)));
}

/// Without a task only what needs none is decided.
#[test]
fn without_a_task() {
    let casino = builtin::all().remove(0);
    let model = Model::new("bare", casino.hmm().clone(), None, Names::default()).unwrap();
    let found = theorem_3_6::decide(&model);
    assert_eq!(found.assumption_3_2.whole.holds(), Some(true));
    assert!(found.assumption_3_5.is_none() && found.verdict.is_none() && found.construction.is_none());
    assert!(found.recovery(model.hmm()).is_none());
}

/// `μ = 0`: the prompt lets nothing pass, the model's output is zero, and the label is 1 (or class 0) on both sides.
#[test]
fn the_zero_task_behind_the_zero_prompt() {
    let hmm = cases::named("v08_allpositive_no_prompt_head").model.hmm().clone();
    let classes = Task::classes(vec![list(&["1", "2", "3"]); 3]).unwrap();
    for (task, label) in [(Task::binary_from_integers(&[0, 0, 0]), 1), (classes, 0)] {
        let model = Model::new("zero", hmm.clone(), Some(task.clone()), Names::default()).unwrap();
        let found = theorem_3_6::decide(&model);
        assert!(matches!(found.verdict, Some(Verdict::Proved(_))), "{:?}", found.verdict);
        let construction = found.construction.unwrap();
        assert_eq!(construction.prompt(), [list(&["0", "0", "0"])]);
        let output = Exact::new(model.hmm()).prompted_head_input(construction.prompt(), &some(&[0])).unwrap();
        assert_eq!(output, list(&["0", "0"]));
        assert_eq!(construction.head().label(&task, &output), label);
    }
}

/// Every choice of the corpus, its prompt and its head, on all engines; what is found is one of these choices.
#[test]
fn the_corpus() {
    let (mut choices, mut refuted, mut impossible) = (0, 0, 0);
    for case in cases::all() {
        let (model, name, expected) = (&case.model, case.model.name(), &case.expected);
        let Some(listed) = expected["assumption_3_5"].as_array() else { continue };
        let found = theorem_3_6::decide(model);
        let essential = found.assumption_3_5.as_ref().unwrap();
        assert_eq!(essential.decision.holds(), Some(!listed.is_empty()), "{name}");
        let applies = !listed.is_empty() && expected["assumption_3_2"].as_bool().unwrap();
        assert_eq!(matches!(found.verdict, Some(Verdict::Proved(_))), applies, "{name}");
        let Some(choice) = &essential.choice else {
            refuted += 1;
            continue;
        };
        let pair = serde_json::json!({
            "B": choice.sources.iter().map(|h| h.0).collect::<Vec<_>>(),
            "Hstar": choice.essential.iter().map(|h| h.0).collect::<Vec<_>>(),
        });
        assert!(listed.contains(&pair), "{name}: {pair}");
        choices += 1;
        if let Some(construction) = &found.construction {
            recovers_labels(model, construction).unwrap();
        }
        let Some(first) = expected.get("thm36_first_solution") else { continue };
        let (hmm, task) = (model.hmm(), model.task().unwrap());
        let prompt = vec![cases::list(&first["u"])];
        let head = if first["b"][0].is_array() {
            first["b"].as_array().unwrap().iter().map(cases::list).collect()
        } else {
            vec![cases::list(&first["b"])]
        };
        let construction = Construction::new(hmm, task, head, prompt.clone()).unwrap();
        assert!(satisfies_identity(model, &construction), "{name}");
        let (exact, float) = (Exact::new(hmm), Float::new(hmm));
        for (word, value) in &case.sequences {
            let Some(output) = value.get("G2_prompt") else { continue };
            let output = cases::list(output);
            impossible += usize::from(output.iter().all(Zero::is_zero));
            assert_eq!(exact.prompted_head_input(&prompt, word).unwrap(), output, "{name} {word:?}");
            assert_eq!(brute::prompted_head_input(hmm, &prompt, word), output, "{name} {word:?}");
            let estimate = float.prompted_head_input(&prompt, word).unwrap();
            assert!(estimate.iter().zip(&output).all(|(x, y)| (x - y.to_f64().unwrap()).abs() < 1e-12));
            assert_eq!(construction.head().scores(&output), cases::one_or_more(&value["b_dot_G2"]), "{name}");
            assert_eq!(Some(construction.head().label(task, &output) as u64), value["label"].as_u64());
        }
    }
    assert!(choices >= 4 && refuted >= 2 && impossible > 0, "{choices} {refuted} {impossible}");
}
