//! Random models with planted answers, against brute force over hidden paths.

mod brute;
mod cases;

use std::cell::RefCell;

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};
use recoverable::{
    audit::{Selection, examine_memory},
    certify::Limit,
    hypothesis::Decision,
    model::{
        AnyModel, Hmm, LinearHead, Model, Token,
        file::{Options, Source, read, read_any},
    },
    oracle::{Exact, Float, MemoryExact},
    question::linear_head::{self, Proportional},
    search::backward_span,
    strategies::{
        BREAKS, Break, FLAWS, Flaw, embeddings, memory_model, memory_tokens, model, planted, prompt,
        remembering, tied, tokens, words,
    },
    testing::{not_applicable, proved, refuted},
    theorem::{Verdict, theorem_3_3},
};
use recoverable_checker::certificate::Statement;

fn some(word: &[usize]) -> Vec<Option<Token>> {
    word.iter().map(|&token| Some(Token(token))).collect()
}

/// All possible words of up to this length.
fn possible_words(hmm: &Hmm, longest: usize) -> Vec<Vec<Option<Token>>> {
    let all = (1..=longest).flat_map(|length| brute::lists(hmm.tokens(), length));
    all.map(|word| some(&word)).filter(|word| !brute::probability(hmm, word).is_zero()).collect()
}

/// Words that are short enough for brute force.
fn short(hmm: &Hmm) -> usize {
    if hmm.states().max(hmm.tokens()) <= 3 { 3 } else { 2 }
}

/// `bᵀ W diag(π_1) = (μ⊙π0)ᵀ` for every contrast, multiplied out here.
fn satisfies_identity(model: &Model, head: &LinearHead) -> bool {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let first: Vec<BigRational> = (0..hmm.states())
        .map(|next| (0..hmm.states()).map(|h| &hmm.transition()[(next, h)] * &hmm.initial()[h]).sum())
        .collect();
    let rows = match head.rows() {
        [only] => vec![only.clone()],
        [base, others @ ..] => {
            others.iter().map(|row| row.iter().zip(base).map(|(x, y)| x - y).collect()).collect()
        }
        [] => panic!("a head without rows"),
    };
    rows.iter().zip(task.contrasts()).all(|(b, mu): (&Vec<BigRational>, _)| {
        (0..hmm.states()).all(|h| {
            let score: BigRational = b.iter().zip(hmm.emission().column(h)).map(|(b, w)| b * w).sum();
            score * &first[h] == &mu[h] * &hmm.initial()[h]
        })
    })
}

/// On every possible short word the head's label is the task's.
fn recovers_labels(model: &Model, head: &LinearHead) -> Result<(), TestCaseError> {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    for word in possible_words(hmm, short(hmm)) {
        let expected = brute::label(task, &brute::posterior(hmm, &word).unwrap());
        prop_assert_eq!(head.label(task, &brute::head_input(hmm, &word)), expected, "on {:?}", word);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The constructed head recovers the task, and the recovery map the posterior, exactly.
    #[test]
    fn theorem_3_3_recovers_the_posterior(model in planted(Break::Nothing), word in words(12)) {
        let found = theorem_3_3::decide(&model);
        prop_assert!(matches!(found.verdict, Some(Verdict::Proved(_))), "{:?}", found.verdict);
        let head = found.head.as_ref().unwrap();
        prop_assert!(satisfies_identity(&model, head));
        recovers_labels(&model, head)?;
        let (oracle, recovery) = (Exact::new(model.hmm()), found.recovery(model.hmm()).unwrap());
        let long = tokens(model.hmm(), &word);
        if let Ok(posterior) = oracle.posterior(&long) {
            prop_assert_eq!(recovery.posterior(&oracle.head_input(&long).unwrap()), Some(posterior));
        }
        for word in possible_words(model.hmm(), short(model.hmm())) {
            let output = brute::head_input(model.hmm(), &word);
            prop_assert_eq!(recovery.posterior(&output), brute::posterior(model.hmm(), &word));
        }
    }

    /// Exactly the hypothesis that was broken fails, with an accepted certificate.
    #[test]
    fn exactly_the_broken_hypothesis_fails(
        (broken, model) in prop::sample::select(&BREAKS[1..]).prop_flat_map(|broken| (Just(broken), planted(broken)))
    ) {
        let found = theorem_3_3::decide(&model);
        let ergodic = &found.assumption_3_2;
        let holds = |decision: &Decision| decision.holds();
        prop_assert_eq!(holds(&found.assumption_3_1), Some(broken != Break::Independence));
        prop_assert_eq!(holds(&ergodic.irreducible), Some(broken != Break::Irreducibility));
        let aperiodic = ergodic.aperiodic.as_ref().and_then(holds);
        prop_assert_eq!(aperiodic, (broken != Break::Irreducibility).then_some(broken != Break::Aperiodicity));
        prop_assert_eq!(holds(&ergodic.full_support), Some(broken != Break::FullSupport));
        prop_assert_eq!(holds(&ergodic.whole), Some(broken == Break::Independence));
        let expected = if broken == Break::Independence { Statement::Assumption31 } else { Statement::Assumption32 };
        match found.verdict {
            Some(Verdict::NotApplicable { violated }) => prop_assert_eq!(violated, vec![expected]),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    /// Probabilities, posteriors and model outputs are those of the sum over all hidden paths.
    #[test]
    fn the_oracle_is_the_path_sum(model in model(), word in words(3), blank in any::<prop::sample::Index>()) {
        let hmm = model.hmm();
        let (exact, float) = (Exact::new(hmm), Float::new(hmm));
        let full = tokens(hmm, &word);
        let mut masked = full.clone();
        masked[blank.index(word.len())] = None;
        for x in [full, masked] {
            let probability = brute::probability(hmm, &x);
            prop_assert_eq!(exact.backward(&x).unwrap(), brute::backward(hmm, &x));
            prop_assert_eq!(exact.posterior(&x).ok(), brute::posterior(hmm, &x));
            prop_assert_eq!(exact.head_input(&x).unwrap(), brute::head_input(hmm, &x));
            let outputs = exact.model_output(&x).unwrap();
            for (index, output) in outputs.iter().enumerate() {
                prop_assert_eq!(output, &brute::masked_output(hmm, &x, index + 1));
            }
            let estimate = float.probability(&x).unwrap();
            prop_assert!((estimate - probability.to_f64().unwrap()).abs() <= 1e-14);
            prop_assert_eq!(exact.probability(&x).unwrap(), probability);
        }
    }

    /// Whether a proportional head exists, against a span of words and fractions computed here.
    #[test]
    fn proportional_heads_are_decided_right(model in model()) {
        let hmm = model.hmm();
        prop_assume!(hmm.states() <= 3 && hmm.tokens() <= 3);
        let found = linear_head::decide(&model);
        // For up to 3 states the symmetric squares have dimension 6: words of length 6 see everything.
        let longest = if hmm.tokens() == 1 { 6 } else if hmm.states() == 1 { 2 } else { 5 };
        let span: Vec<_> = possible_words(hmm, longest).iter().map(|word| brute::backward(hmm, word)).collect();
        let dimension = brute::rank(span.clone());
        prop_assert_eq!(found.span.unwrap().dimension(), dimension);
        let first: Vec<BigRational> = (0..hmm.states())
            .map(|next| (0..hmm.states()).map(|h| &hmm.transition()[(next, h)] * &hmm.initial()[h]).sum())
            .collect();
        // Columns: the words. Rows: what the model shows of each, then the task's score.
        let shown = |v: &Vec<BigRational>| -> Vec<BigRational> {
            let token = |z: usize| (0..hmm.states()).map(|h| &hmm.emission()[(z, h)] * &first[h] * &v[h]).sum();
            (0..hmm.tokens()).map(token).collect()
        };
        let seen = brute::rank(span.iter().map(shown).collect());
        let exists = model.task().unwrap().contrasts().iter().all(|mu| {
            let score = |v: &Vec<BigRational>| (0..hmm.states()).map(|h| &mu[h] * &hmm.initial()[h] * &v[h]).sum();
            let both = span.iter().map(|v| [shown(v), vec![score(v)]].concat()).collect();
            brute::rank(both) == seen
        });
        let decided = found.proportional.unwrap();
        prop_assert_eq!(decided.exists(), Some(exists));
        if let Proportional::Exists { head, .. } = &decided {
            recovers_labels(&model, head)?;
        }
    }
}

/// Without full support impossible words do not count: here the head exists only because they do not.
#[test]
fn impossible_words_do_not_count() {
    let model = cases::named("c02_impossible_words_do_not_count").model;
    let span = backward_span(model.hmm()).unwrap();
    assert!(span.evidence().is_some_and(|evidence| evidence.squares));
    let Some(Proportional::Exists { head, .. }) = linear_head::decide(&model).proportional else { panic!() };
    assert!(!satisfies_identity(&model, &head));
    recovers_labels(&model, &head).unwrap();
}

/// Too large for the squares, and beyond the bounds from above and below: undecided, and said so.
#[test]
fn beyond_the_limit_of_squares_the_answer_is_undecided() {
    let source = Source::new("large.json", &cases::beyond_the_limit().to_string());
    let found = linear_head::decide(&read(&source, Options::default()).unwrap().model);
    assert_eq!(found.span.unwrap_err().limit, Limit::Dimension { dimension: 231, limit: 210 });
    assert!(matches!(found.proportional, Some(Proportional::Undecided(Limit::Dimension { .. }))));
}

/// Beyond the limit of the squares possible words may span all the same: 24 states, of which `π0` lacks the last.
#[test]
fn possible_words_may_span_everything_without_full_support() {
    let n = 24;
    let law = |weight: &dyn Fn(usize) -> u32| -> Vec<BigRational> {
        let total: u32 = (0..n).map(weight).sum();
        (0..n).map(|i| BigRational::new(weight(i).into(), total.into())).collect()
    };
    let columns = |weight: &dyn Fn(usize, usize) -> u32| -> Vec<Vec<BigRational>> {
        let columns: Vec<_> = (0..n).map(|h| law(&|i| weight(i, h))).collect();
        (0..n).map(|i| columns.iter().map(|column| column[i].clone()).collect()).collect()
    };
    let initial = law(&|i| u32::from(i + 1 < n));
    let transition = columns(&|next, h| 1 + u32::from(next == (h + 1) % n) * 5 + u32::from(next == h));
    let emission = columns(&|token, h| 1 + u32::from(token == h) * 60);
    let hmm = Hmm::new(initial, transition, emission).unwrap();
    let span = backward_span(&hmm).unwrap();
    assert_eq!(span.dimension(), n);
    assert!(span.evidence().is_none());
}

/// "Proportional" asks for one constant. Here no such head exists, and yet one has exactly the task's score on every input:
/// the factor between the unnormalised scores, `π_1·β(x) / Pr(x)`, varies with the input.
#[test]
fn equal_scores_without_one_constant() {
    let model = cases::named("c09_equal_scores_without_one_constant").model;
    assert_eq!(linear_head::decide(&model).proportional.unwrap().exists(), Some(false));
    for word in possible_words(model.hmm(), 4) {
        let score: BigRational = brute::head_input(model.hmm(), &word).iter().sum(); // b = (1, 1)
        let posterior = brute::posterior(model.hmm(), &word).unwrap();
        assert_eq!(score, posterior.iter().sum()); // μ = (1, 1, 1)
    }
}

/// The smallest model on which a claim about generated models fails.
fn smallest<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, claim: impl Fn(&T) -> bool) -> T {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let kept = RefCell::new(None);
    let found = runner.run(&strategy, |value| {
        let holds = claim(&value);
        if !holds {
            kept.replace(Some(value));
        }
        prop_assert!(holds);
        Ok(())
    });
    assert!(matches!(found, Err(TestError::Fail(..))), "the claim is false: {found:?}");
    kept.into_inner().expect("a counterexample")
}

/// Failures shrink to the smallest sizes and to small numbers, whatever is planted.
#[test]
fn failures_shrink_to_small_models() {
    let largest = |hmm: &Hmm| {
        let entries = hmm.initial().iter().chain(hmm.transition().entries()).chain(hmm.emission().entries());
        entries.map(|entry| entry.denom().to_u64().unwrap()).max().unwrap()
    };
    for broken in BREAKS.into_iter().skip(1) {
        let found = smallest(planted(broken), |model| proved(Statement::Theorem33, model).is_ok());
        let hmm = found.hmm();
        assert_eq!((hmm.states(), hmm.tokens()), (2, 2), "{broken:?}");
        assert!(largest(hmm) <= 2, "{broken:?}: {found:?}");
    }
    for flaw in FLAWS.into_iter().skip(1) {
        let found = smallest(remembering(flaw), |model| {
            proved(Statement::Theorem43, model).and(proved(Statement::Theorem46, model)).is_ok()
        });
        let (memory, shape) = (found.memory(), found.memory().shape());
        assert_eq!((shape.values, shape.cells, shape.syntax), (2, 1, 2), "{flaw:?}");
        let entries = memory.emission().entries().iter().chain(memory.chain().transition().entries());
        assert!(entries.map(|entry| entry.denom()).max().unwrap() <= &4.into(), "{flaw:?}: {found:?}");
    }
}

/// A failed assertion names the hypothesis with its witness, and shows a model that can be read again.
#[test]
fn a_failed_assertion_can_be_acted_upon() {
    let drifting = smallest(remembering(Flaw::Drifting), |model| proved(Statement::Theorem46, model).is_ok());
    let failure = proved(Statement::Theorem46, &drifting).unwrap_err().to_string();
    assert!(failure.starts_with(
        "generated: theorem-4.6 was expected to be proved and is not-applicable: assumption-4.4 fails"
    ));
    assert!(failure.contains("Assumption 4.4   fails"), "{failure}");
    let (_, file) = failure.split_once("--statement theorem-4.6`:\n\n").unwrap();
    let read = read_any(&Source::new("generated.toml", file), Options::default()).unwrap();
    assert_eq!(read.model, AnyModel::Memory(drifting.clone()));
    let vanilla = smallest(planted(Break::Independence), |model| proved(Statement::Theorem33, model).is_ok());
    for failure in [
        not_applicable(Statement::Theorem33, &vanilla, &[]).map(|()| None),
        not_applicable(Statement::Theorem33, &vanilla, &[Statement::Assumption32]).map(|()| None),
        refuted(Statement::Theorem33, &vanilla).map(Some),
        proved(Statement::Theorem43, &vanilla).map(Some),
        refuted(Statement::Assumption32, &vanilla).map(Some),
    ] {
        assert!(failure.unwrap_err().to_string().contains("kind = \"hmm\""));
    }
    assert!(refuted(Statement::Assumption31, &vanilla).is_ok());
    assert!(proved(Statement::Assumption32, &AnyModel::Hmm(vanilla)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every flaw breaks what it says, and nothing else; a reducible or periodic chain breaks Assumption 3.2 alone.
    #[test]
    fn flaws_break_one_hypothesis(models in FLAWS.map(remembering)) {
        for (model, flaw) in models.iter().zip(FLAWS) {
            let broken: &[Statement] = match flaw {
                Flaw::Nothing => &[],
                Flaw::Reducible | Flaw::Periodic => &[Statement::Assumption32],
                Flaw::Drifting => &[Statement::Assumption44],
                Flaw::Alike => &[Statement::Assumption42],
                Flaw::WeighedAlike => &[Statement::Assumption42, Statement::Assumption45],
            };
            for (theorem, without) in [
                (Statement::Theorem43, [Statement::Assumption44, Statement::Assumption45]),
                (Statement::Theorem46, [Statement::Assumption42; 2]),
            ] {
                let violated: Vec<_> = broken.iter().copied().filter(|one| !without.contains(one)).collect();
                if violated.is_empty() {
                    proved(theorem, model)?;
                } else {
                    not_applicable(theorem, model, &violated)?;
                }
            }
        }
    }

    /// Scores tie, and the constructed head has the task's label all the same.
    #[test]
    fn ties_are_ties((model, input) in tied(4)) {
        let (oracle, task) = (Exact::new(model.hmm()), model.task().unwrap());
        let posterior = brute::posterior(model.hmm(), &input).expect("a possible input");
        for contrast in task.contrasts() {
            prop_assert!(contrast.iter().zip(&posterior).map(|(x, p)| x * p).sum::<BigRational>().is_zero());
        }
        let head = theorem_3_3::decide(&model).head.expect("the hypotheses hold");
        let output = oracle.head_input(&input).unwrap();
        prop_assert_eq!(head.label(task, &output), brute::label(task, &posterior));
    }

    /// A prompt fits every model, and lets pass what its entries say.
    #[test]
    fn prompts_fit(model in model(), drawn in embeddings(3)) {
        let prompt = prompt(model.hmm(), &drawn);
        prop_assert_eq!(prompt.embeddings().len(), drawn.len());
        for (embedding, drawn) in prompt.embeddings().iter().zip(&drawn) {
            prop_assert_eq!(embedding.len(), model.hmm().states());
            prop_assert!(embedding.iter().zip(drawn).all(|(entry, &quarters)| entry * BigRational::from_integer(4.into()) == BigRational::from_integer(quarters.into())));
        }
    }

    /// Any model with memory is decided and written again.
    #[test]
    fn any_memory_is_decided(model in memory_model(), word in words(3)) {
        let found = examine_memory(&model, &Selection::default());
        prop_assert_eq!(found.undecided(), None);
        let oracle = MemoryExact::new(model.memory()).unwrap();
        prop_assert!(oracle.probability(&memory_tokens(model.memory(), &word)).is_ok());
    }
}
