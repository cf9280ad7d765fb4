//! Prompts: given ones against brute force over hidden paths, the search on planted and impossible models, thresholds, and the command.

mod brute;
mod cases;

use std::ops::ControlFlow;

use assert_cmd::cargo::cargo_bin_cmd;
use brute::lists;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable::{
    hypothesis::assumption_3_5,
    model::{Construction, Hmm, Model, Names, Prompt, State, Task, Token, builtin},
    number::parse,
    question::{
        bound::{self, bound},
        labels::{self, LinearHeadAnswer},
        linear_head::{self, Proportional},
        prompt::{Answer, ApproximationError, approximate, given, is_vacuous, search, useful_lengths},
    },
    search::{Effort, Limits},
};
use recoverable_checker::{
    certificate::{Evidence, Outcome, Statement},
    check,
};
use serde_json::{Value, json};

type Row = Vec<BigRational>;

fn number(value: i64, over: i64) -> BigRational {
    BigRational::new(value.into(), over.into())
}

fn list(texts: &[&str]) -> Row {
    texts.iter().map(|text| parse(text).unwrap()).collect()
}

fn dot(a: &[BigRational], b: &[BigRational]) -> BigRational {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Small linear congruential numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as i64
    }

    fn law(&mut self, length: usize, zeros: bool) -> Row {
        loop {
            let weights: Vec<i64> = (0..length)
                .map(|_| if zeros && self.below(3) == 0 { 0 } else { 1 + self.below(6) })
                .collect();
            let total: i64 = weights.iter().sum();
            if total > 0 {
                return weights.iter().map(|&weight| number(weight, total)).collect();
            }
        }
    }

    /// A matrix by rows whose columns are laws.
    fn columns(&mut self, rows: usize, columns: usize, zeros: bool) -> Vec<Row> {
        let laws: Vec<_> = (0..columns).map(|_| self.law(rows, zeros)).collect();
        (0..rows).map(|row| laws.iter().map(|law| law[row].clone()).collect()).collect()
    }

    fn hmm(&mut self, states: usize, tokens: usize, zeros: bool) -> Hmm {
        let initial = self.law(states, zeros);
        Hmm::new(initial, self.columns(states, states, zeros), self.columns(tokens, states, zeros)).unwrap()
    }

    fn embedding(&mut self, states: usize) -> Row {
        (0..states).map(|_| number(self.below(4), 3)).collect()
    }
}

fn model(hmm: Hmm, task: Task) -> Model {
    Model::new("random", hmm, Some(task), Names::default()).unwrap()
}

fn classes(rows: Vec<Row>) -> Task {
    if rows.len() == 1 { Task::binary(rows[0].clone()) } else { Task::classes(rows).unwrap() }
}

/// The masses of the states that a head behind a prompt sees, summed over hidden paths: `Pr̂(prompt passes, H_{l+1} = h, x)`.
fn seen(hmm: &Hmm, prompt: &[Row], word: &[usize]) -> Row {
    let length = prompt.len() + 1 + word.len();
    let mut masses = vec![BigRational::zero(); hmm.states()];
    for path in lists(hmm.states(), length + 1) {
        let mut weight = hmm.initial()[path[0]].clone();
        for position in 1..=length {
            let state = path[position];
            weight *= &hmm.transition()[(state, path[position - 1])];
            if let Some(embedding) = prompt.get(position - 1) {
                weight *= &embedding[state];
            } else if position > prompt.len() + 1 {
                weight *= &hmm.emission()[(word[position - prompt.len() - 2], state)];
            }
        }
        masses[path[prompt.len() + 1]] += weight;
    }
    masses
}

/// `W` times masses.
fn emitted(hmm: &Hmm, masses: &[BigRational]) -> Row {
    (0..hmm.tokens()).map(|token| dot(hmm.emission().row(token), masses)).collect()
}

/// Possible words up to a length, with `P[H_0 = h, x]`.
fn possible(hmm: &Hmm, longest: usize) -> Vec<(Vec<usize>, Row)> {
    let words = (1..=longest).flat_map(|length| lists(hmm.tokens(), length));
    let told = words.map(|word| {
        let tokens: Vec<_> = word.iter().map(|&token| Some(Token(token))).collect();
        let hidden = brute::hidden(hmm, &tokens, 0);
        (word, hidden)
    });
    told.filter(|(_, hidden)| !hidden.iter().all(Zero::is_zero)).collect()
}

/// Prompt and head, multiplied out on all short inputs: the raw scores are those of the task times one constant, and so the labels agree.
fn assert_recovers(model: &Model, construction: &Construction, longest: usize) {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let contrasts = |rows: &[Row]| -> Vec<Row> {
        match rows {
            [only] => vec![only.clone()],
            [base, others @ ..] => {
                others.iter().map(|row| row.iter().zip(base).map(|(x, y)| x - y).collect()).collect()
            }
            [] => Vec::new(),
        }
    };
    let (weights, heads) = (contrasts(task.scores()), contrasts(construction.head().rows()));
    for (word, hidden) in possible(hmm, longest) {
        let masses = seen(hmm, construction.prompt(), &word);
        let output = emitted(hmm, &masses);
        for (mu, b) in weights.iter().zip(&heads) {
            assert_eq!(dot(b, &output), dot(mu, &hidden), "{} on {word:?}", model.name());
        }
        let total: BigRational = masses.iter().sum();
        let normal = |values: &[BigRational], total: &BigRational| -> Row {
            values
                .iter()
                .map(|value| if total.is_zero() { BigRational::zero() } else { value / total })
                .collect()
        };
        let probability: BigRational = hidden.iter().sum();
        let expected = brute::label(task, &normal(&hidden, &probability));
        let scores: Row =
            construction.head().rows().iter().map(|b| dot(b, &normal(&output, &total))).collect();
        let found = match task {
            Task::Binary(_) => usize::from(!scores[0].is_negative()),
            Task::Classes(_) => {
                let most = scores.iter().max().unwrap();
                scores.iter().position(|score| score == most).unwrap()
            }
        };
        assert_eq!(found, expected, "{} on {word:?}", model.name());
    }
}

/// Whether on these inputs some head has scores that are the task's times one constant, by ranks alone.
fn exists_by_ranks(model: &Model, prompt: &[Row], longest: usize) -> bool {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let inputs = possible(hmm, longest);
    let outputs: Vec<Row> = inputs.iter().map(|(word, _)| emitted(hmm, &seen(hmm, prompt, word))).collect();
    let rank = brute::rank(outputs.clone());
    task.contrasts().iter().all(|mu| {
        let scored =
            outputs.iter().zip(&inputs).map(|(row, (_, hidden))| [&row[..], &[dot(mu, hidden)]].concat());
        brute::rank(scored.collect()) == rank
    })
}

#[test]
fn given_prompts_are_decided_as_by_brute_force() {
    let mut random = Random(5);
    let mut answers = [0; 2];
    for round in 0..60 {
        let (states, tokens) = (2 + random.below(2) as usize, 1 + random.below(2) as usize);
        let hmm = random.hmm(states, tokens, round % 2 == 0);
        let rows = 1 + random.below(3) as usize;
        let task = classes(
            (0..rows).map(|_| (0..states).map(|_| number(random.below(5) - 2, 1)).collect()).collect(),
        );
        let prompt: Vec<_> = (0..1 + random.below(2)).map(|_| random.embedding(states)).collect();
        let model = model(hmm, task);
        let task = model.task().unwrap();
        let found = given(&model, task, &Prompt::new(model.hmm(), prompt.clone()).unwrap());
        assert_eq!(found.law, seen(model.hmm(), &prompt, &[]), "the law, over hidden paths");
        let exists = found.proportional.exists().expect("small models are decided");
        let longest = if states == 2 { 4 } else { 3 };
        if states == 2 {
            assert_eq!(exists, exists_by_ranks(&model, &prompt, longest), "{round}: {model:?} {prompt:?}");
        } else if exists {
            assert!(exists_by_ranks(&model, &prompt, longest), "{round}: {model:?} {prompt:?}");
        }
        if let Proportional::Exists { head, .. } = &found.proportional {
            let rows = head.rows().to_vec();
            assert_recovers(&model, &Construction::new(model.hmm(), task, rows, prompt).unwrap(), longest);
        }
        answers[usize::from(exists)] += 1;
    }
    assert!(answers[0] > 10 && answers[1] > 10, "{answers:?}");
}

/// A model in which the head `b` behind a law `A y` has the scores of the task: `μ_h = (b·W[:,h]) ρ_h / π0_h`.
fn planted(random: &mut Random, states: usize, tokens: usize, rows: usize, zeros: bool) -> Model {
    let initial = random.law(states, false);
    let transition = random.columns(states, states, zeros);
    let emission = random.columns(tokens, states, false);
    let y: Row = (0..states).map(|_| number(1 + random.below(4), 4)).collect();
    let law: Row = transition.iter().map(|row| dot(row, &y)).collect();
    let mut weights = Vec::new();
    for _ in 0..rows {
        let b: Row = (0..tokens).map(|_| number(random.below(9) - 4, 1)).collect();
        let score = |h: usize| (0..tokens).map(|z| &b[z] * &emission[z][h]).sum::<BigRational>();
        weights.push((0..states).map(|h| score(h) * &law[h] / &initial[h]).collect());
    }
    if rows > 1 {
        weights.insert(0, vec![BigRational::zero(); states]);
    }
    model(Hmm::new(initial, transition, emission).unwrap(), classes(weights))
}

#[test]
fn planted_prompts_are_found() {
    let mut random = Random(1);
    let mut without = 0;
    for round in 0..36 {
        let (states, tokens) = (3 + (round % 3) as usize, 2 + random.below(2) as usize);
        let rows = 1 + usize::from(round % 4 == 3);
        let model = planted(&mut random, states, tokens, rows, round % 5 == 4);
        let task = model.task().unwrap();
        let found = search(&model, task, Effort::default());
        let Answer::Found { construction, accepted } = &found.answer else {
            panic!("{round}: {:?} {:?}", found.answer, found.searched)
        };
        assert_eq!(accepted.statement(), Statement::SomePromptProportionalHead);
        assert_eq!(construction.prompt().len(), 1);
        assert_recovers(&model, construction, if states > 4 { 1 } else { 2 });
        let alone = linear_head::decide(&model).proportional.unwrap().exists();
        without += usize::from(alone == Some(false));
    }
    assert!(without > 15, "only {without} of the models need their prompt");
}

/// The same seed finds the same, and other seeds find prompts as well.
#[test]
fn the_seed_is_an_argument() {
    let whisper = builtin::all().pop().unwrap();
    let found = |seed| {
        let effort = Effort { seed, ..Effort::default() };
        match search(&whisper, whisper.task().unwrap(), effort).answer {
            Answer::Found { construction, .. } => construction,
            other => panic!("seed {seed}: {other:?}"),
        }
    };
    for seed in 0..8 {
        assert_eq!(found(seed), found(seed));
        assert_recovers(&whisper, &found(seed), 2);
    }
}

#[test]
fn the_built_in_model_needs_its_prompt() {
    let whisper = builtin::all().pop().unwrap();
    let task = whisper.task().unwrap();
    assert!(is_vacuous(whisper.hmm(), task));
    let assumption = assumption_3_5::decide(&whisper).unwrap();
    assert_eq!(assumption.decision.holds(), Some(false));
    let alone = linear_head::decide(&whisper).proportional;
    assert!(matches!(labels::decide(&whisper, alone.as_ref()), Some(LinearHeadAnswer::Impossible(_))));
    assert!(
        !include_str!("../src/model/builtin/whisper.toml").contains("prompt ="),
        "the answer is not typed in"
    );
    let Answer::Found { construction, accepted } = search(&whisper, task, Effort::default()).answer else {
        panic!("no prompt for the built-in model")
    };
    assert_recovers(&whisper, &construction, 4);
    let Evidence::ProportionalHead(evidence) = &accepted.certificate().evidence else {
        panic!("{accepted:?}")
    };
    assert_eq!(evidence.prompt.as_ref().unwrap().len(), 1);
    // Given, it is the same answer, and `bound` needs no tree for it.
    let prompt = Prompt::new(whisper.hmm(), construction.prompt().to_vec()).unwrap();
    assert_eq!(given(&whisper, task, &prompt).proportional.exists(), Some(true));
    let none = Limits { prefixes: 0, bytes: 1 << 20, target: 0.0, decide: true };
    let bounded = bound(&whisper, task, &construction, none, &mut |_| ControlFlow::Continue(()));
    let bound::Answer::Proved(accepted) = &bounded.answer else { panic!("{:?}", bounded.answer) };
    assert!(matches!(&accepted.certificate().evidence, Evidence::ProportionalHead(_)));
}

/// A head whose scores are a multiple of the task's is scaled before it is certified; one more or less is not proportional.
#[test]
fn bound_knows_heads_behind_prompts_up_to_a_factor() {
    let whisper = builtin::all().pop().unwrap();
    let task = whisper.task().unwrap();
    let prompt = vec![list(&["1/2", "1/8", "1/2"])];
    let of = |head: &[&str]| {
        let construction = Construction::new(whisper.hmm(), task, vec![list(head)], prompt.clone()).unwrap();
        let limits = Limits { prefixes: 2000, bytes: 1 << 24, target: 0.0, decide: true };
        bound(&whisper, task, &construction, limits, &mut |_| ControlFlow::Continue(())).answer
    };
    assert!(matches!(of(&["-28", "20"]), bound::Answer::Proved(_)));
    assert!(matches!(of(&["28", "-20"]), bound::Answer::Refuted(_)));
    assert!(matches!(of(&["-28", "25"]), bound::Answer::Refuted(_)));
}

#[test]
fn the_corpus_is_decided_and_what_is_found_is_multiplied_out() {
    let mut found = [0; 2];
    for case in cases::all() {
        let task = case.model.task().unwrap();
        let answer = search(&case.model, task, Effort::default()).answer;
        let exists = answer.exists().unwrap_or_else(|| panic!("{}: {answer:?}", case.model.name()));
        let alone = linear_head::decide(&case.model).proportional.unwrap().exists();
        // π_1 itself is a law that a prompt makes, wherever a prompt can start as H_0 does.
        if alone == Some(true) && case.model.hmm().first_law().iter().all(Signed::is_positive) {
            assert!(exists, "{}", case.model.name());
        }
        if let Answer::Found { construction, .. } = &answer {
            assert_recovers(&case.model, construction, 3);
        }
        found[usize::from(exists)] += 1;
    }
    let exists = |name: &str| {
        let case = cases::named(name);
        search(&case.model, case.model.task().unwrap(), Effort::default()).answer.exists()
    };
    assert_eq!(exists("v06_prompt_35_with_zero_prob"), Some(true));
    for name in ["v03_rankdef_no_head", "v08_allpositive_no_prompt_head", "v09_zero_row_unichain"] {
        assert_eq!(exists(name), Some(false), "{name}");
    }
    assert!(found[0] >= 3 && found[1] >= 9, "{found:?}");
}

/// Behind the prompt of Theorem 3.6 the input (0, 2) is impossible: the output is zero, and so is the task's score.
#[test]
fn inputs_that_a_prompt_makes_impossible_have_the_score_zero() {
    let case = cases::named("v06_prompt_35_with_zero_prob");
    let (hmm, task) = (case.model.hmm(), case.model.task().unwrap());
    let prompt = Prompt::new(hmm, vec![list(&["0", "0", "1", "0"])]).unwrap();
    let Proportional::Exists { head, .. } = given(&case.model, task, &prompt).proportional else {
        panic!("3.5 holds")
    };
    let construction = Construction::behind(prompt, head);
    assert_recovers(&case.model, &construction, 3);
    assert!(seen(hmm, construction.prompt(), &[0, 2]).iter().all(Zero::is_zero));
    // A task that looks where the prompt does not lead has no head behind it: its score on that input is not zero.
    let other = model(hmm.clone(), Task::binary(list(&["0", "0", "1", "0"])));
    let prompt = Prompt::new(hmm, vec![list(&["0", "0", "1", "0"])]).unwrap();
    assert_eq!(given(&other, other.task().unwrap(), &prompt).proportional.exists(), Some(false));
    assert!(!exists_by_ranks(&other, prompt.embeddings(), 2));
}

/// Where all prompts are excluded, each one that is tried is.
#[test]
fn excluded_prompts_are_all_refuted() {
    let mut random = Random(3);
    for name in ["v03_rankdef_no_head", "v08_allpositive_no_prompt_head", "v09_zero_row_unichain"] {
        let case = cases::named(name);
        let (hmm, task) = (case.model.hmm(), case.model.task().unwrap());
        for round in 0..40 {
            let embeddings: Vec<_> = (0..1 + round % 3).map(|_| random.embedding(hmm.states())).collect();
            let prompt = Prompt::new(hmm, embeddings).unwrap();
            assert_eq!(
                given(&case.model, task, &prompt).proportional.exists(),
                Some(false),
                "{name} {prompt:?}"
            );
        }
    }
}

/// Three states and two tokens with every transition positive: a prompt exists iff a sum over `κ⊙s` changes its sign on the cone, or is zero on it. On a
/// fine grid of the cone the sum tells which; near the boundary neither is demanded.
#[test]
fn the_search_agrees_with_a_grid_over_the_cone() {
    let mut random = Random(8);
    let mut answers = [0; 2];
    for _ in 0..60 {
        let transition = random.columns(3, 3, false);
        let emission = vec![list(&["3/4", "1/2", "1/4"]), list(&["1/4", "1/2", "3/4"])];
        let initial = list(&["1/3", "1/3", "1/3"]);
        let mu: Row = (0..3).map(|_| number([-3, -2, -1, 1, 2, 3][random.below(6) as usize], 1)).collect();
        let signed = [mu[0].clone(), &mu[1] * number(-2, 1), mu[2].clone()];
        let sum = |y: [i64; 3]| -> BigRational {
            let law = |h: usize| (0..3).map(|j| &transition[h][j] * number(y[j], 1)).sum::<BigRational>();
            (0..3).map(|h| &signed[h] / law(h)).sum()
        };
        let grid = (0..=12).flat_map(|a| (0..=12 - a).map(move |b| [a, b, 12 - a - b]));
        let sums: Vec<_> = grid.map(sum).collect();
        let crosses = sums.iter().any(Signed::is_positive) && sums.iter().any(Signed::is_negative);
        let hmm = Hmm::new(initial, transition.clone(), emission).unwrap();
        let model = model(hmm, Task::binary(mu));
        let found = search(&model, model.task().unwrap(), Effort::default()).answer.exists();
        if crosses {
            assert_eq!(found, Some(true), "{model:?}");
        }
        // Bounds on ratios of two entries are all that the proof knows, so a small gap may stay open.
        if found == Some(false) {
            let positive = sums.iter().all(Signed::is_positive);
            assert!(positive || sums.iter().all(Signed::is_negative), "{model:?}");
        }
        answers[usize::from(found == Some(true))] += 1;
    }
    assert!(answers[0] > 15 && answers[1] > 10, "{answers:?}");
}

/// What is known of lengths: prompts of any length make laws `A y` with the support of `y` within that of the `π_l` of a useful length.
#[test]
fn other_lengths_have_nothing_to_add() {
    let mut random = Random(2);
    let mut longer = 0;
    for _ in 0..60 {
        let states = 2 + random.below(3) as usize;
        let hmm = random.hmm(states, 2, true);
        let lengths = useful_lengths(&hmm);
        let support = |law: &[BigRational]| law.iter().map(|p| !p.is_zero()).collect::<Vec<_>>();
        let within = |small: &[bool], large: &[bool]| small.iter().zip(large).all(|(s, l)| !s || *l);
        // π_l by hidden paths: what a head sees behind l − 1 blanks.
        let blank = vec![BigRational::one(); states];
        let laws: Vec<Row> = (0..6).map(|l| seen(&hmm, &vec![blank.clone(); l], &[])).collect();
        for (length, law) in &lengths {
            if *length <= 6 {
                assert_eq!(laws[length - 1], *law);
            }
        }
        for law in &laws {
            assert!(lengths.iter().any(|(_, useful)| within(&support(law), &support(useful))));
        }
        let shrinking = within(&support(&laws[1]), &support(&laws[0]));
        if shrinking {
            assert_eq!(lengths.len(), 1, "one token is as good as any number");
        }
        if hmm.initial().iter().all(Signed::is_positive) {
            assert!(shrinking, "full support of π0 suffices, even where a state is never entered");
        }
        longer += usize::from(lengths.len() > 1);
        for (extra, length) in [(1, 1), (2, 2)] {
            let prompt: Vec<_> = (0..length).map(|_| random.embedding(states)).collect();
            let passed = seen(&hmm, &prompt[..length - 1], &[]);
            let y: Row = passed.iter().zip(&prompt[length - 1]).map(|(p, u)| p * u).collect();
            assert!(within(&support(&y), &support(&laws[extra - 1])));
        }
    }
    assert!(longer > 3, "only {longer} chains where length matters");
}

/// A cycle that starts in state 0 is in state 1 after a step: one token makes the law of state 2 alone, three make that of state 1, and no other number
/// makes anything else.
#[test]
fn without_full_support_longer_prompts_can_do_more() {
    let cycle = vec![list(&["0", "0", "1"]), list(&["1", "0", "0"]), list(&["0", "1", "0"])];
    let emission = vec![list(&["1/2", "1/4", "1/3"]), list(&["1/2", "3/4", "2/3"])];
    let hmm = Hmm::new(list(&["1", "0", "0"]), cycle, emission).unwrap();
    let lengths: Vec<_> = useful_lengths(&hmm).into_iter().map(|(length, _)| length).collect();
    assert_eq!(lengths, [1, 2, 3]);
    // The task looks at state 0, which two tokens make; one token makes state 2, behind which state 0 is never seen.
    let model = model(hmm, Task::binary(list(&["1", "0", "0"])));
    let task = model.task().unwrap();
    let one = Prompt::new(model.hmm(), vec![list(&["1", "1", "1"])]).unwrap();
    let two = Prompt::new(model.hmm(), vec![list(&["1", "1", "1"]); 2]).unwrap();
    assert_eq!(one.law(model.hmm()), list(&["0", "0", "1"]));
    assert_eq!(two.law(model.hmm()), list(&["1", "0", "0"]));
    assert_eq!(given(&model, task, &two).proportional.exists(), Some(true));
    let exists = given(&model, task, &one).proportional.exists();
    assert_eq!(exists, Some(exists_by_ranks(&model, one.embeddings(), 4)));
    let Answer::Found { construction, .. } = search(&model, task, Effort::default()).answer else { panic!() };
    assert_recovers(&model, &construction, 4);
}

/// `v06` with so many hundredths of each column spread over all states.
fn leaking(hundredths: i64) -> Model {
    let case = cases::named("v06_prompt_35_with_zero_prob");
    let hmm = case.model.hmm();
    let leak = |entry: &BigRational| entry * number(100 - hundredths, 100) + number(hundredths, 400);
    let transition = hmm.transition().map(leak).to_rows();
    let hmm = Hmm::new(hmm.initial().to_vec(), transition, hmm.emission().to_rows()).unwrap();
    Model::new("leaking", hmm, case.model.task().cloned(), Names::default()).unwrap()
}

fn sources(model: &Model) -> Result<Option<Vec<State>>, recoverable::certify::Limit> {
    Ok(assumption_3_5::decide(model).and_then(|found| found.choice).map(|choice| choice.sources))
}

/// The bracket of a construction that was taken over contains the disagreement by hidden paths.
#[test]
fn a_threshold_costs_what_its_bracket_says() {
    for hundredths in [1, 30] {
        costs_what_its_bracket_says(&leaking(hundredths), hundredths);
    }
}

fn costs_what_its_bracket_says(model: &Model, hundredths: i64) {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    assert!(is_vacuous(hmm, task));
    assert_eq!(assumption_3_5::decide(model).unwrap().decision.holds(), Some(false));
    let limits = Limits { prefixes: 3000, bytes: 1 << 26, target: 1e-3, decide: false };
    let with = |threshold: &BigRational| {
        approximate(model, task, threshold, &sources, limits, &mut |_| ControlFlow::Continue(()))
    };
    let found = with(&number(1, 10)).unwrap();
    assert_eq!((found.removed, found.lost), (11, number(3 * hundredths, 400)));
    let transferred = found.found.expect("3.5 holds without the leaks");
    assert_eq!(transferred.construction.prompt().len(), 1);
    let disagreement = |length: usize| -> BigRational {
        let differs = |(word, hidden): &(Vec<usize>, Row)| {
            let masses = seen(hmm, transferred.construction.prompt(), word);
            let total: BigRational = masses.iter().sum();
            let score = dot(&transferred.construction.head().rows()[0], &emitted(hmm, &masses));
            let head = total.is_zero() || !score.is_negative();
            head == dot(&task.scores()[0], hidden).is_negative()
        };
        let inputs = possible(hmm, length);
        let wrong = inputs.iter().filter(|input| input.0.len() == length).filter(|input| differs(input));
        wrong.map(|(_, hidden)| hidden.iter().sum::<BigRational>()).sum()
    };
    let brackets = &transferred.bound.disagreement.as_ref().unwrap().brackets;
    for length in 1..=3 {
        let (value, bracket) =
            (disagreement(length), brackets.get(length - 1).unwrap_or(&brackets[brackets.len() - 1]));
        assert!(bracket.lower <= value && value <= bracket.upper, "{length}: {value} {bracket:?}");
    }
    // Nothing is below a tiny threshold, and nothing is left above a large one.
    let tiny = with(&number(1, 1000)).unwrap();
    assert!(tiny.removed == 0 && tiny.lost.is_zero() && tiny.found.is_none());
    assert!(matches!(with(&number(1, 1)), Err(ApproximationError::Emptied(State(0)))));
}

/// Every number of a certificate, changed one at a time: refused, or still true by hidden paths.
#[test]
fn changed_certificates_are_refused_or_still_true() {
    let whisper = builtin::all().pop().unwrap();
    let found = |model: &Model| {
        let answer = search(model, model.task().unwrap(), Effort::default()).answer;
        answer.accepted().expect("decided").text().to_owned()
    };
    let refuted = given(
        &whisper,
        whisper.task().unwrap(),
        &Prompt::new(whisper.hmm(), vec![list(&["1", "1", "1/2"])]).unwrap(),
    );
    let texts = [
        found(&whisper),
        refuted.proportional.accepted().unwrap().text().to_owned(),
        found(&cases::named("v08_allpositive_no_prompt_head").model),
        found(&cases::named("v09_zero_row_unichain").model),
    ];
    let mut random = Random(4);
    let (mut refused, mut kept) = (0, 0);
    for text in texts {
        let original: Value = serde_json::from_str(&text).unwrap();
        let mut pointers = Vec::new();
        numbers(&original, String::new(), &mut pointers);
        for pointer in pointers {
            for mutant in others(original.pointer(&pointer).unwrap()) {
                let mut changed = original.clone();
                *changed.pointer_mut(&pointer).unwrap() = mutant;
                match check(&changed.to_string()) {
                    Err(_) => refused += 1,
                    Ok(accepted) => {
                        assert!(
                            is_true(accepted.certificate(), &mut random),
                            "accepted and false: {pointer} {changed}"
                        );
                        kept += 1;
                    }
                }
            }
        }
    }
    assert!(refused > 200 && kept > 5, "{refused} refused, {kept} kept");
}

fn numbers(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| numbers(value, format!("{pointer}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| numbers(value, format!("{pointer}/{at}"), found));
        }
        Value::Number(_) => found.push(pointer),
        Value::String(text) if parse(text).is_ok() => found.push(pointer),
        _ => {}
    }
}

fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(index) => vec![json!(index.as_u64().unwrap() + 1), json!(0)],
        Value::String(text) => {
            let number = parse(text).unwrap();
            let mut other = vec![
                &number + BigRational::one(),
                -&number,
                BigRational::zero(),
                &number / BigRational::from_integer(2.into()),
            ];
            other.retain(|mutant| *mutant != number);
            other.into_iter().map(|mutant| json!(mutant.to_string())).collect()
        }
        _ => Vec::new(),
    }
}

/// Decides the claim by hidden paths, as far as inputs of two tokens and a few prompts go.
fn is_true(certificate: &recoverable_checker::certificate::Certificate, random: &mut Random) -> bool {
    let text = serde_json::to_string(&certificate.model).unwrap();
    let source = recoverable::model::file::Source::new("mutant.json", &text);
    let model = recoverable::model::file::read(&source, Default::default()).unwrap().model;
    let prompt_of = |prompt: &Option<Vec<Vec<recoverable::number::Rational>>>| -> Vec<Row> {
        prompt.iter().flatten().map(|row| row.iter().map(|entry| entry.0.clone()).collect()).collect()
    };
    match (&certificate.evidence, certificate.claim.verdict) {
        (Evidence::ProportionalHead(found), Outcome::Proved) => {
            exists_by_ranks(&model, &prompt_of(&found.prompt), 3)
        }
        (Evidence::NoProportionalHead(found), Outcome::Refuted) => {
            !exists_by_ranks(&model, &prompt_of(&found.prompt), 3)
        }
        (Evidence::NoPrompt(_) | Evidence::UnseenCombination(_), Outcome::Refuted) => (0..2).all(|_| {
            let mut embedding = random.embedding(model.hmm().states());
            embedding[0] = BigRational::one();
            !exists_by_ranks(&model, &[embedding], 3)
        }),
        other => panic!("{other:?}"),
    }
}

fn run(args: &[&str]) -> (i32, String, String) {
    let mut command = cargo_bin_cmd!("recoverable");
    let output = command.args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn line(args: &[&str]) -> (i32, Value) {
    let (code, out, _) = run(&[args, &["--format", "json"]].concat());
    (code, serde_json::from_str(&out).unwrap())
}

#[test]
fn the_command_answers_with_code_text_and_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, value: Value| {
        std::fs::write(path(name), value.to_string()).unwrap();
        path(name)
    };
    let (code, report) = line(&["prompt", "whisper", "--certificates", &path("c")]);
    assert_eq!((code, &report["question"], &report["exists"]), (0, &json!("search"), &json!(true)));
    assert_eq!((&report["vacuous_3_5"], &report["useful_lengths"]), (&json!(true), &json!([1])));
    assert_eq!(report["theorem_3_6"], "not-applicable");
    let certificate = report["certificate"].as_str().unwrap();
    assert_eq!(run(&["verify", certificate, "--model", "whisper"]).0, 0);
    // The construction is a file for `bound` and for `prompt --prompt`.
    let head = write("head.json", report["construction"].clone());
    assert_eq!(run(&["bound", "whisper", "--head", &head]).0, 0);
    let (code, given) = line(&["prompt", "whisper", "--prompt", &head]);
    assert_eq!((code, &given["exists"], &given["construction"]), (0, &json!(true), &report["construction"]));
    let (code, text, _) = run(&["prompt", "whisper"]);
    assert!(
        code == 0 && text.starts_with("proved") && text.contains("3.5 is 3.1") && text.contains("any number"),
        "{text}"
    );

    let weak = write("weak.json", json!({"prompt": [["1", "1", "1"]]}));
    let (code, given) = line(&["prompt", "whisper", "--prompt", &weak]);
    assert_eq!(
        (code, &given["exists"], &given["law"]),
        (1, &json!(false), &json!(["1/4", "11/32", "13/32"]))
    );
    assert!(run(&["prompt", "whisper", "--prompt", &weak, "--names"]).1.starts_with("refuted"));

    let (code, report) = line(&["prompt", "cpg"]);
    assert_eq!((code, &report["exists"]), (1, &json!(false)));
    assert!(run(&["prompt", "cpg"]).1.starts_with("refuted: behind no prompt"));
    let (code, report) = line(&["prompt", "casino"]);
    assert_eq!((code, &report["theorem_3_6"], report.get("searched")), (0, &json!("proved"), None));
    assert!(run(&["prompt", "casino"]).1.starts_with("proved: Theorem 3.6"));

    let leaking =
        write("leaking.json", serde_json::from_str(&recoverable::model::file::to_json(&leaking(1))).unwrap());
    let (code, report) = line(&["prompt", &leaking, "--threshold", "0.01", "--limit", "300"]);
    assert_eq!((&report["removed"], &report["assumption_3_5"]), (&json!(11), &json!(true)));
    // The leaks are so small that the head is right all the same, and that is proved.
    assert_eq!((code, &report["proved"], &report["disagreement"]["upper"]), (0, &json!(true), &json!("0")));
    let (code, report) = line(&["prompt", &leaking, "--threshold", "0.001"]);
    assert_eq!((code, &report["assumption_3_5"]), (1, &json!(false)));
}

#[test]
fn wrong_usage_of_the_command_is_one_error() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(&path, text).unwrap();
        path
    };
    let no_task =
        write("bare.json", r#"{"kind": "hmm", "initial": [1], "transition": [[1]], "emission": [[1]]}"#);
    let short = write("short.json", r#"{"prompt": [["1", "1"]]}"#);
    let large = write("large.json", r#"{"prompt": [["1", "1", "2"]]}"#);
    let none = write("none.json", r#"{"head": ["1", "1"]}"#);
    for (args, words) in [
        (vec!["prompt", &no_task], "no task"),
        (vec!["prompt", "whisper", "--prompt", &short], "prompt"),
        (vec!["prompt", "whisper", "--prompt", &large], "prompt[0][2]"),
        (vec!["prompt", "whisper", "--prompt", &none], "prompt"),
        (vec!["prompt", "whisper", "--threshold", "0"], "probability above 0"),
        (vec!["prompt", "whisper", "--threshold", "9/10"], "no transition out of state whisper"),
        (vec!["prompt", "whisper", "--threshold", "1/2", "--prompt", &large], "cannot be used with"),
    ] {
        let (code, out, err) = run(&args);
        assert!(code == 2 && out.is_empty() && err.contains(words), "{args:?}: {err}");
    }
}
