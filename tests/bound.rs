//! Certified disagreement of given heads, against sums over hidden paths and against sampling.

mod brute;
mod cases;

use std::ops::ControlFlow;

use brute::lists;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use recoverable::{
    certify::certify_proof,
    model::{Construction, Hmm, Model, Names, Task, Token, builtin},
    question::{
        best_head::best_head,
        bound::{Answer, Bound, NotResumed, Search, bound},
        labels::{self, LinearHeadAnswer},
        linear_head,
    },
    search::{Ended, Functionals, Limits, PrefixTree},
};
use recoverable_checker::{
    certificate::{self, Evidence, Node, Statement},
    number::Rational,
};
use serde_json::Value;

/// Small linear congruential numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn law(&mut self, length: usize, zeros: bool) -> Vec<BigRational> {
        loop {
            let weights: Vec<u64> = (0..length)
                .map(|_| if zeros && self.below(3) == 0 { 0 } else { 1 + self.below(9) })
                .collect();
            let total: u64 = weights.iter().sum();
            if total > 0 {
                return weights.iter().map(|&w| BigRational::new(w.into(), total.into())).collect();
            }
        }
    }

    fn row(&mut self, length: usize) -> Vec<BigRational> {
        (0..length).map(|_| BigRational::new((self.below(13) as i64 - 6).into(), 2.into())).collect()
    }

    /// A model with a task of one row or of as many classes, and a head that may stand behind a prompt.
    fn case(&mut self) -> (Model, Construction) {
        let (n, k) = (1 + self.below(4) as usize, 1 + self.below(3) as usize);
        let zeros = self.below(2) == 0;
        let columns = |random: &mut Self, height: usize| {
            let columns: Vec<_> = (0..n).map(|_| random.law(height, zeros)).collect();
            (0..height).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
        };
        let initial = self.law(n, zeros);
        let (transition, emission) = (columns(self, n), columns(self, k));
        let hmm = Hmm::new(initial, transition, emission).unwrap();
        let classes = [1, 1, 2, 3][self.below(4) as usize];
        let rows: Vec<_> = (0..classes).map(|_| self.row(n)).collect();
        let task = if classes == 1 { Task::binary(rows[0].clone()) } else { Task::classes(rows).unwrap() };
        let head = (0..classes).map(|_| self.row(k)).collect();
        let tokens = self.below(3);
        let prompt = (0..tokens)
            .map(|_| (0..n).map(|_| BigRational::new(self.below(4).into(), 3.into())).collect())
            .collect();
        let construction = Construction::new(&hmm, &task, head, prompt).unwrap();
        (Model::new("random", hmm, Some(task), Names::default()).unwrap(), construction)
    }
}

fn limits(prefixes: usize) -> Limits {
    Limits { prefixes, bytes: 1 << 28, target: 0.0, decide: true }
}

fn certified(model: &Model, construction: &Construction, prefixes: usize) -> Bound {
    bound(model, model.task().unwrap(), construction, limits(prefixes), &mut |_| ControlFlow::Continue(()))
}

/// `Pr(labels differ)` at a length, straight from the definitions: the law `ρ` behind the prompt, hidden paths, labels.
fn disagreement(model: &Model, construction: &Construction, length: usize) -> BigRational {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let step = |law: &[BigRational]| -> Vec<BigRational> {
        (0..hmm.states())
            .map(|to| law.iter().enumerate().map(|(from, p)| p * &hmm.transition()[(to, from)]).sum())
            .collect()
    };
    let mut seen = step(hmm.initial());
    for embedding in construction.prompt() {
        seen = step(&seen.iter().zip(embedding).map(|(p, u)| p * u).collect::<Vec<_>>());
    }
    let mut total = BigRational::zero();
    for word in lists(hmm.tokens(), length) {
        let tokens: Vec<_> = word.iter().map(|&token| Some(Token(token))).collect();
        let Some(posterior) = brute::posterior(hmm, &tokens) else { continue };
        let beta = brute::backward(hmm, &tokens);
        let hidden: Vec<_> = seen.iter().zip(&beta).map(|(p, b)| p * b).collect();
        let output: Vec<BigRational> = (0..hmm.tokens())
            .map(|token| hidden.iter().enumerate().map(|(h, p)| p * &hmm.emission()[(token, h)]).sum())
            .collect();
        let scores: Vec<BigRational> = construction
            .head()
            .rows()
            .iter()
            .map(|row| row.iter().zip(&output).map(|(b, g)| b * g).sum())
            .collect();
        if brute::label(task, &posterior) != task.label(&scores) {
            total += brute::probability(hmm, &tokens);
        }
    }
    total
}

/// Every length up to 3 of 24 models: with prompts, ties, impossible words, several classes.
#[test]
fn brackets_contain_the_sum_over_hidden_paths() {
    let (mut proved, mut refuted, mut undecided) = (0, 0, 0);
    for seed in 0..24 {
        let (model, construction) = Random(seed).case();
        let truth: Vec<_> = (1..=3).map(|length| disagreement(&model, &construction, length)).collect();
        for prefixes in [1, 12, 200] {
            let found = certified(&model, &construction, prefixes);
            let brackets = &found.disagreement.as_ref().expect("accepted by the checker").brackets;
            for (length, truth) in (1..).zip(&truth) {
                let bracket = &brackets[length.min(brackets.len()) - 1];
                assert!(bracket.lower <= *truth && *truth <= bracket.upper, "seed {seed}, length {length}");
                if let Some(value) = found.exactly(length).filter(|_| length <= brackets.len()) {
                    assert_eq!(value, truth, "seed {seed}, length {length}");
                }
            }
            match &found.answer {
                Answer::Proved(_) => {
                    proved += 1;
                    assert!(truth.iter().all(Zero::is_zero), "seed {seed}");
                }
                Answer::Refuted(wrong) => {
                    refuted += 1;
                    if wrong.word.len() <= 3 {
                        assert!(truth[wrong.word.len() - 1].is_positive(), "seed {seed}");
                    }
                }
                Answer::Undecided(limit) => {
                    undecided += 1;
                    assert!(limit.is_none(), "seed {seed}: {limit:?}");
                }
            }
        }
    }
    assert!(proved > 10 && refuted > 8 && undecided > 0, "{proved} {refuted} {undecided}");
}

/// The bracket of a head on a model whose columns differ little, against 60,000 sampled inputs of length 12.
#[test]
fn sampled_accuracy_agrees_with_the_bracket() {
    let mut random = Random(7);
    for seed in 0..3 {
        let (model, construction) = loop {
            let (model, construction) = random.case();
            if model.hmm().states() > 2 && model.hmm().tokens() > 1 {
                break (model, construction);
            }
        };
        let found = certified(&model, &construction, 4_000);
        let found = found.disagreement.as_ref().unwrap();
        let length = found.from_length().max(12);
        let bracket = found.bracket();
        let samples = 60_000;
        let wrong = sample(&model, &construction, length, samples, &mut random);
        let share = f64::from(wrong) / f64::from(samples);
        let (lower, upper) = (bracket.lower.to_f64().unwrap(), bracket.upper.to_f64().unwrap());
        let deviation = 4.5 * (0.25 / f64::from(samples)).sqrt();
        assert!(
            lower - deviation <= share && share <= upper + deviation,
            "{seed}: {share} not in {lower}..{upper}"
        );
    }
}

/// How many of so many sampled inputs have labels that differ, in floats.
fn sample(
    model: &Model,
    construction: &Construction,
    length: usize,
    samples: u32,
    random: &mut Random,
) -> u32 {
    let hmm = model.hmm();
    let float = |value: &BigRational| value.to_f64().unwrap();
    let n = hmm.states();
    let initial: Vec<f64> = hmm.initial().iter().map(float).collect();
    let column = |h: usize| hmm.transition().column(h).map(float).collect::<Vec<_>>();
    let transition: Vec<Vec<f64>> = (0..n).map(column).collect();
    let emission: Vec<Vec<f64>> = (0..n).map(|h| hmm.emission().column(h).map(float).collect()).collect();
    let law: Vec<f64> = construction.law(hmm).iter().map(float).collect();
    let mut draw = |law: &[f64]| {
        let mut left = random.below(1 << 30) as f64 / (1_u64 << 30) as f64;
        law.iter()
            .position(|p| {
                left -= p;
                left < 0.0
            })
            .unwrap_or(law.iter().rposition(|p| *p > 0.0).unwrap())
    };
    let mut wrong = 0;
    for _ in 0..samples {
        let mut state = draw(&initial);
        let word: Vec<usize> = (0..length)
            .map(|_| {
                state = draw(&transition[state]);
                draw(&emission[state])
            })
            .collect();
        let mut beta = vec![1.0; n];
        for &token in word.iter().rev() {
            let filtered: Vec<f64> = (0..n).map(|h| emission[h][token] * beta[h]).collect();
            beta = transition
                .iter()
                .map(|column| column.iter().zip(&filtered).map(|(a, b)| a * b).sum())
                .collect();
            let largest = beta.iter().copied().fold(0.0, f64::max);
            beta.iter_mut().for_each(|entry| *entry /= largest);
        }
        let posterior: Vec<f64> = beta.iter().zip(&initial).map(|(b, p)| b * p).collect();
        let hidden: Vec<f64> = beta.iter().zip(&law).map(|(b, p)| b * p).collect();
        let score = |row: &Vec<BigRational>, values: &[f64]| {
            row.iter().zip(values).map(|(w, v)| float(w) * v).sum::<f64>()
        };
        let output: Vec<f64> =
            (0..hmm.tokens()).map(|z| (0..n).map(|h| emission[h][z] * hidden[h]).sum()).collect();
        let task = model.task().unwrap();
        let near = |x: f64| if x.abs() < 1e-13 { 0.0 } else { x };
        let own: Vec<f64> = task.scores().iter().map(|row| near(score(row, &posterior))).collect();
        let head: Vec<f64> = construction.head().rows().iter().map(|row| near(score(row, &output))).collect();
        wrong += u32::from(task.label(&own) != task.label(&head));
    }
    wrong
}

/// A head with proportional scores is proved at the empty prefix, and with more doubt left than nothing never.
#[test]
fn proportional_heads_are_proved_at_once() {
    for case in cases::all() {
        let heads = linear_head::decide(&case.model);
        if let Some(linear_head::Proportional::Exists { head, .. }) = &heads.proportional {
            let found = certified(&case.model, &Construction::from(head.clone()), 1_000);
            assert!(matches!(found.answer, Answer::Proved(_)), "{}", case.model.name());
            assert!(found.disagreement.unwrap().bracket().upper.is_zero());
        }
    }
}

/// Every number of an accepted tree, changed: what is still accepted is still true.
#[test]
fn tampered_trees_are_rejected() {
    let (model, construction) = (0..)
        .map(|seed| Random(seed).case())
        .find(|(model, construction)| {
            let found = certified(model, construction, 60);
            matches!(found.answer, Answer::Refuted(_))
                && found.ended == Ended::Limit
                && model.hmm().states() == 3
        })
        .unwrap();
    let found = certified(&model, &construction, 60);
    let text = found.disagreement.as_ref().unwrap().accepted.text().to_owned();
    let certificate: Value = serde_json::from_str(&text).unwrap();
    let accepts = |changed: &Value| recoverable_checker::check(&changed.to_string()).is_ok();
    assert!(accepts(&certificate));
    let mut narrower = certificate.clone();
    let truth: Vec<_> = (1..=4).map(|length| disagreement(&model, &construction, length)).collect();
    let shorter = narrower["evidence"]["shorter"].as_array().unwrap().len();
    assert!(shorter > 0);
    for length in 1..=shorter.min(4) {
        let place = &mut narrower["evidence"]["shorter"][length - 1];
        let (kept, value) = (place.clone(), &truth[length - 1]);
        place["upper"] = (value - BigRational::new(1.into(), 1_000_000.into())).to_string().into();
        place["lower"] = "0".into();
        assert!(!accepts(&narrower), "an upper end below the truth at length {length}");
        narrower["evidence"]["shorter"][length - 1] = kept;
    }
    // A leaf less, a leaf more, a split where there was none.
    let nodes = certificate["evidence"]["tree"]["nodes"].as_array().unwrap();
    for index in 0..nodes.len() {
        let mut changed = certificate.clone();
        changed["evidence"]["tree"]["nodes"].as_array_mut().unwrap().remove(index);
        assert!(!accepts(&changed), "without node {index}");
        let mut changed = certificate.clone();
        changed["evidence"]["tree"]["nodes"].as_array_mut().unwrap().insert(index, "open".into());
        assert!(!accepts(&changed), "with one more at {index}");
    }
    // The head's sign.
    let mut changed = certificate.clone();
    for row in changed["evidence"]["construction"]["head"].as_array_mut().unwrap() {
        for entry in row.as_array_mut().unwrap() {
            let value = -cases::number(entry);
            *entry = value.to_string().into();
        }
    }
    assert!(!accepts(&changed));
}

/// A bound on every linear head never exceeds what some head reaches, and is what remains where the outputs are all the same.
#[test]
fn no_head_is_better_than_the_lower_bound() {
    let (mut positive, mut models) = (0, 0);
    for seed in 0..14 {
        let (model, other) = Random(seed).case();
        let task = model.task().unwrap();
        let found = best_head(&model, task, limits(300), &mut |_| ControlFlow::Continue(())).unwrap();
        let any = found.any_head.expect("accepted");
        let own = Construction::from(found.head.clone());
        if any.length <= 3 {
            assert_eq!(any.reached, disagreement(&model, &own, any.length), "seed {seed}");
        }
        assert!(any.lower <= any.reached, "seed {seed}");
        let length = any.length;
        if length <= 3 {
            let unprompted = Construction::from(other.head().clone());
            assert!(any.lower <= disagreement(&model, &unprompted, length), "seed {seed}");
        }
        positive += u32::from(any.lower.is_positive());
        models += 1;
        if model.hmm().tokens() == 1 && task.scores().len() == 1 {
            // One token, one input of each length: some constant label is right.
            assert!(any.reached.is_zero());
        }
    }
    assert!(positive > 0 && models == 14, "{positive}");
}

/// All that a head ever sees is a multiple of one vector, and the first token tells the label of all that continues two of them: the best head reaches what
/// lasts, at every length.
#[test]
fn the_best_head_reaches_what_lasts() {
    let model = written("1/3 1/3 1/3", &["0 0 0", "1 0 0", "0 1 1"], &["1 1/3 4/5", "0 2/3 1/5"], "-2 1 1");
    let found =
        best_head(&model, model.task().unwrap(), limits(300), &mut |_| ControlFlow::Continue(())).unwrap();
    let lasting = found.any_head.expect("accepted").lasting.expect("found");
    assert_eq!(lasting.from_length, 2);
    let tiny = BigRational::new(1.into(), (1_u64 << 60).into());
    for length in 2..=4 {
        let best = disagreement(&model, &Construction::from(found.head.clone()), length);
        assert_eq!(best, BigRational::new(16.into(), 45.into()), "length {length}");
        assert!(lasting.lower <= best && best <= &lasting.lower + &tiny, "length {length}");
    }
}

/// What is said of linear heads is true of all inputs up to length 3.
#[test]
fn answers_about_linear_heads_hold_on_short_inputs() {
    let mut words = std::collections::BTreeMap::new();
    for seed in 100..140 {
        let (model, _) = Random(seed).case();
        let heads = linear_head::decide(&model);
        let answer = labels::decide(&model, heads.proportional.as_ref()).unwrap();
        *words.entry(answer.word()).or_insert(0) += 1;
        match &answer {
            LinearHeadAnswer::Exists { head, accepted } => {
                let Evidence::LabelsAgree(evidence) = &accepted.certificate().evidence else { panic!() };
                assert!(!evidence.tree.nodes.iter().any(|node| matches!(node, Node::Open)));
                let construction = Construction::from(head.clone());
                for length in 1..=3 {
                    assert!(disagreement(&model, &construction, length).is_zero(), "seed {seed}");
                }
            }
            LinearHeadAnswer::Impossible(found) => {
                let strict: BigRational = found
                    .terms
                    .iter()
                    .filter(|term| {
                        if let Some(Task::Binary(_)) = model.task() {
                            term.label == 0
                        } else {
                            term.rival < term.label
                        }
                    })
                    .map(|term| &term.weight)
                    .sum();
                assert!(strict.is_one(), "weights of strict comparisons sum to 1");
            }
            LinearHeadAnswer::Proportional | LinearHeadAnswer::Open(_) => {}
        }
    }
    assert!(words.len() >= 3, "{words:?}");
}

fn numbers(rows: &[&str]) -> Vec<Vec<BigRational>> {
    rows.iter()
        .map(|row| row.split(' ').map(|entry| recoverable::number::parse(entry).unwrap()).collect())
        .collect()
}

/// A model from its laws, one column for each state but written by rows, and a binary task.
fn written(initial: &str, transition: &[&str], emission: &[&str], task: &str) -> Model {
    let hmm = Hmm::new(numbers(&[initial]).remove(0), numbers(transition), numbers(emission)).unwrap();
    Model::new("written", hmm, Some(Task::binary(numbers(&[task]).remove(0))), Names::default()).unwrap()
}

/// The label is 1 until the first token 0: after `1…1` that is never settled, since state 0 decays for ever without vanishing.
fn absorbing() -> (Model, Construction) {
    let model = written("1/2 1/2", &["1/2 0", "1/2 1"], &["1/2 0", "1/2 1"], "-1 2");
    let head = Construction::new(model.hmm(), model.task().unwrap(), numbers(&["-3 1"]), Vec::new()).unwrap();
    (model, head)
}

fn regions(accepted: &recoverable_checker::Accepted) -> usize {
    match &accepted.certificate().evidence {
        Evidence::LabelsAgree(evidence) => evidence.tree.regions.len(),
        _ => 0,
    }
}

#[test]
fn a_head_is_proved_where_nothing_settles() {
    let (model, head) = absorbing();
    for prefixes in [150, 1_500] {
        let found = certified(&model, &head, prefixes);
        let Answer::Proved(accepted) = &found.answer else { panic!("{prefixes}: {:?}", found.answer) };
        assert!(regions(accepted) > 0 && found.prefixes <= 1_000, "{prefixes}");
    }
    for length in 1..=6 {
        assert!(disagreement(&model, &head, length).is_zero());
    }
}

/// The smallest models of the planted ones whose heads no finite tree of settled leaves proves.
#[test]
fn heads_that_need_regions_exist() {
    let decaying = written(
        "59/167 108/167 0",
        &["144/367 0 33/85", "223/367 50/121 179/680", "0 71/121 237/680"],
        &["18/89 0 54/445", "202/801 0 202/1335", "437/801 1 971/1335"],
        "4 -1 -1",
    );
    let absorbed = written(
        "1/4 1/4 0 1/2",
        &["1/5 1/9 1/3 0", "0 1/3 0 5/12", "3/5 5/9 2/3 1/6", "1/5 0 0 5/12"],
        &["0 1/2 1/2 1/2", "0 1/2 1/2 1/2", "1 0 0 0"],
        "-1 2 -2 -4",
    );
    for model in [decaying, absorbed] {
        let heads = linear_head::decide(&model);
        let answer = labels::decide(&model, heads.proportional.as_ref()).unwrap();
        let LinearHeadAnswer::Exists { head, accepted } = &answer else { panic!("{}", answer.word()) };
        assert!(regions(accepted) > 0);
        let construction = Construction::from(head.clone());
        for length in 1..=5 {
            assert!(disagreement(&model, &construction, length).is_zero(), "length {length}");
        }
    }
}

/// The task's label of `0…0` changes after 132 tokens, and a head's cannot.
#[test]
fn a_label_that_changes_late_contradicts_every_head() {
    let model = written(
        "1/13 4/13 8/13",
        &["13/17 4/9 17/37", "4/17 5/9 0", "0 0 20/37"],
        &["0 3/5 3/5", "3/7 0 0", "4/7 2/5 2/5"],
        "-2 0 4",
    );
    let LinearHeadAnswer::Impossible(found) = labels::decide(&model, None).unwrap() else { panic!() };
    assert_eq!(found.terms.iter().map(|term| term.word.len()).max(), Some(133));
}

fn run(search: &mut Search, prefixes: usize) {
    search.run(limits(prefixes), &mut |_| ControlFlow::Continue(()));
}

/// The certificates of what is found, and what else is known.
fn told(search: Search) -> (Vec<String>, usize, Ended) {
    let (found, _) = search.finish();
    (found.accepted().map(|accepted| accepted.text().to_owned()).collect(), found.prefixes, found.ended)
}

/// Saved, read and gone on with: the same bytes as without interruption, whatever the model.
#[test]
fn a_search_goes_on_where_it_ended() {
    let mut cases: Vec<_> = (0..12).map(|seed| Random(seed).case()).collect();
    cases.push(absorbing());
    let mut looks = 0;
    for (model, head) in &cases {
        let task = model.task().unwrap();
        let mut whole = Search::new(model, task, head);
        run(&mut whole, 1_400);
        let mut parts = Search::new(model, task, head);
        for prefixes in [30, 400, 1_100, 1_400] {
            run(&mut parts, prefixes);
            let text = serde_json::to_string(&parts.saved()).unwrap();
            looks += text.matches("proportional").count();
            parts = Search::resume(model, task, head, serde_json::from_str(&text).unwrap()).unwrap();
        }
        run(&mut parts, 1_400);
        assert_eq!(parts.saved(), whole.saved());
        assert_eq!(told(parts), told(whole));
    }
    assert!(looks > 0, "no exact numbers were kept");
}

#[test]
fn a_search_goes_on_with_its_own_model_and_head_alone() {
    let (model, head) = absorbing();
    let task = model.task().unwrap();
    let mut search = Search::new(&model, task, &head);
    run(&mut search, 60);
    let saved = search.saved();
    let other = Construction::new(model.hmm(), task, numbers(&["-3 2"]), Vec::new()).unwrap();
    assert_eq!(Search::resume(&model, task, &other, saved.clone()).err(), Some(NotResumed::Head));
    let (third, _) = Random(3).case();
    assert_eq!(Search::resume(&third, task, &head, saved.clone()).err(), Some(NotResumed::Model));
    let changed = |path: &str, value: Value| {
        let mut json = serde_json::to_value(&saved).unwrap();
        *json.pointer_mut(path).unwrap() = value;
        Search::resume(&model, task, &head, serde_json::from_value(json).unwrap()).err()
    };
    assert_eq!(changed("/search/steps/3", 0.into()), Some(NotResumed::Step(3)));
    assert_eq!(changed("/search/steps/3", 4_000_000_000_u32.into()), Some(NotResumed::Step(3)));
    assert_eq!(
        changed("/search/steps/0", Value::Null),
        Some(NotResumed::Step(1)),
        "the root is to be split first"
    );
}

/// Laws with entries down to 1e-300, five classes, and trees of a depth of hundreds.
fn extreme(seed: u64) -> (Model, Construction) {
    let mut random = Random(seed);
    let tiny = |random: &mut Random| {
        let digits = [1, 9, 40, 150, 300][random.below(5) as usize];
        BigRational::new((1 + random.below(9)).into(), num_bigint::BigInt::from(10).pow(digits) * 10)
    };
    let law = |random: &mut Random, first: usize| -> Vec<BigRational> {
        let mut law: Vec<_> = (0..3).map(|_| tiny(random)).collect();
        law[first] = BigRational::zero();
        law[first] = BigRational::one() - law.iter().sum::<BigRational>();
        law
    };
    let columns = |random: &mut Random, same: bool| -> Vec<Vec<BigRational>> {
        let columns: Vec<_> = (0..3).map(|h| law(random, if same { 0 } else { h })).collect();
        (0..3).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
    };
    let initial = law(&mut random, 1);
    let (transition, emission) = (columns(&mut random, false), columns(&mut random, true));
    let hmm = Hmm::new(initial, transition, emission).unwrap();
    let scale = tiny(&mut random);
    let rows = |random: &mut Random, scale: &BigRational| -> Vec<Vec<BigRational>> {
        (0..5).map(|_| random.row(3).into_iter().map(|x| x * scale).collect()).collect()
    };
    let task = Task::classes(rows(&mut random, &BigRational::one())).unwrap();
    let head = Construction::new(&hmm, &task, rows(&mut random, &scale), Vec::new()).unwrap();
    (Model::new("extreme", hmm, Some(task), Names::default()).unwrap(), head)
}

/// Asks the checker whether these are bounds of the disagreement.
fn accepted(
    model: &Model,
    head: &Construction,
    tree: &PrefixTree,
    rounded: bool,
    brackets: &[(BigRational, BigRational)],
) -> bool {
    let rational = |row: &Vec<BigRational>| row.iter().cloned().map(Rational).collect::<Vec<_>>();
    let certified = |(lower, upper): &(BigRational, BigRational)| certificate::Bracket {
        lower: Rational(lower.clone()),
        upper: Rational(upper.clone()),
    };
    let prompt: Vec<_> = head.prompt().iter().map(rational).collect();
    let mut shorter: Vec<_> = brackets.iter().map(certified).collect();
    let evidence = certificate::Disagreement {
        construction: certificate::Construction {
            head: head.head().rows().iter().map(rational).collect(),
            prompt: Some(prompt).filter(|prompt| !prompt.is_empty()),
        },
        from_length: brackets.len(),
        bracket: shorter.pop().unwrap(),
        shorter,
        tree: tree.certificate(rounded),
    };
    certify_proof(model, Statement::HeadDisagreement, Evidence::Disagreement(evidence)).is_ok()
}

/// Both arithmetics of the checker accept the bounds that the search has found in floats, and these contain the truth.
#[test]
fn rounded_and_exact_trees_agree_at_the_extremes() {
    let mut deepest = 0;
    for seed in 0..6 {
        let (model, head) = extreme(seed);
        let functionals = Functionals::new(model.hmm(), model.task().unwrap(), Some(&head));
        let mut tree = PrefixTree::new(functionals);
        tree.grow(limits(600), &mut |_| ControlFlow::Continue(()));
        deepest = deepest.max(tree.from_length());
        let truth: Vec<_> = (1..=2).map(|length| disagreement(&model, &head, length)).collect();
        let [exact, rounded] = [false, true].map(|rounded| {
            let brackets = tree.brackets(rounded, u32::from(rounded));
            for (bracket, truth) in brackets.iter().zip(&truth) {
                assert!(bracket.0 <= *truth && *truth <= bracket.1, "seed {seed}");
            }
            assert!(accepted(&model, &head, &tree, rounded, &brackets), "seed {seed}, rounded {rounded}");
            brackets
        });
        for (exact, rounded) in exact.iter().zip(&rounded) {
            assert!(exact.0 <= rounded.1 && rounded.0 <= exact.1, "seed {seed}");
        }
    }
    assert!(deepest > 150, "{deepest}");
}

/// With prompts, ties, impossible words, several classes: leaves that look ahead have the disagreement within their bounds at each length, the checker
/// finds the same bounds, and no others that are much narrower.
#[test]
fn leaves_that_look_ahead_contain_the_sum_over_hidden_paths() {
    let (mut ahead, mut narrower) = (0, 0);
    for seed in 0..120 {
        let (model, head) = Random(seed).case();
        let functionals = Functionals::new(model.hmm(), model.task().unwrap(), Some(&head));
        let mut tree = PrefixTree::new(functionals).comparing_from(0);
        tree.grow(limits(40), &mut |_| ControlFlow::Continue(()));
        if tree.certificate(true).ahead.is_none() {
            continue;
        }
        ahead += 1;
        let brackets = tree.brackets(true, 1);
        for length in 1..=4 {
            let truth = disagreement(&model, &head, length);
            let (lower, upper) = &brackets[length.min(brackets.len()) - 1];
            assert!(*lower <= truth && truth <= *upper, "seed {seed}, length {length}");
        }
        assert!(accepted(&model, &head, &tree, true, &brackets), "seed {seed}");
        let mut tight = brackets;
        let (lower, upper) = tight.last_mut().unwrap();
        *upper = &*upper - (&*upper - &*lower) / BigRational::from_integer(4.into());
        let wide = (&*upper - &*lower).to_f64().unwrap() > 1e-9; // otherwise most of it is what floats lose
        narrower += usize::from(wide && accepted(&model, &head, &tree, true, &tight));
    }
    assert!(ahead > 12 && narrower == 0, "{ahead} {narrower}");
}

/// With prompts, ties, impossible words, several classes: a tree about one length closes its bracket there, and contains the disagreement at all
/// others; the checker agrees, with leaves that look ahead and without.
#[test]
fn trees_about_one_length_close_their_bracket() {
    let (mut last, mut ahead) = (0, 0);
    for seed in 0..120 {
        let (model, head) = Random(seed).case();
        let length = 1 + seed as usize % 4;
        let truth: Vec<_> = (1..=5).map(|length| disagreement(&model, &head, length)).collect();
        let contains = |brackets: &[(BigRational, BigRational)]| {
            for (length, truth) in (1..).zip(&truth) {
                let (lower, upper) = &brackets[length.min(brackets.len()) - 1];
                assert!(lower <= truth && truth <= upper, "seed {seed}, length {length}");
            }
        };
        for prefixes in [15, 1000] {
            let functionals = Functionals::new(model.hmm(), model.task().unwrap(), Some(&head));
            let mut tree = PrefixTree::new(functionals).comparing_from(0).at_length(Some(length));
            let ended = tree.grow(limits(prefixes), &mut |_| ControlFlow::Continue(()));
            let rounded = tree.arithmetics()[0];
            let brackets = tree.brackets(rounded, u32::from(rounded));
            contains(&brackets);
            assert!(accepted(&model, &head, &tree, rounded, &brackets), "seed {seed}");
            ahead += usize::from(tree.certificate(true).ahead.is_some());
            let (lower, upper) = &brackets[length.min(brackets.len()) - 1];
            let found = tree.progress();
            let known = found.lower - 1e-12..=found.upper + 1e-12;
            assert!(rounded || [lower, upper].iter().all(|end| known.contains(&end.to_f64().unwrap())));
            if prefixes == 1000 {
                assert_eq!(ended, Ended::Settled, "seed {seed}");
                assert!((upper - lower).to_f64().unwrap() < 1e-12, "seed {seed}");
                last += usize::from(brackets.len() == length + 1);
            }
        }
    }
    assert!(last > 20 && ahead > 3, "{last} {ahead}");
}

/// Two states that stay where they are and emit nearly the same tell nothing apart for a long time: only at a given length the bracket is narrow.
#[test]
fn states_that_look_alike_are_settled_at_one_length() {
    let law = |entries: [&str; 2]| entries.map(|entry| recoverable::number::parse(entry).unwrap()).to_vec();
    let emission = vec![law(["1", "0.9999"]), law(["0", "0.0001"])];
    let hmm = Hmm::new(law(["1/2", "1/2"]), vec![law(["1", "0"]), law(["0", "1"])], emission).unwrap();
    let task = Task::binary(law(["-0.5", "1"]));
    let head = Construction::new(&hmm, &task, vec![law(["0", "1"])], Vec::new()).unwrap();
    let model = Model::new("alike", hmm, Some(task.clone()), Names::default()).unwrap();
    let run = |mut search: Search| {
        search.run(limits(300), &mut |_| ControlFlow::Continue(()));
        search.finish().0.disagreement.unwrap()
    };
    let wide = run(Search::new(&model, &task, &head));
    let width = |bracket: &recoverable::question::bound::Bracket| bracket.width().to_f64().unwrap();
    assert!(width(wide.bracket()) > 0.2, "{wide:?}");
    let narrow = run(Search::new(&model, &task, &head).at_length(128));
    assert!(width(narrow.at_length(128)) < 1e-12);
    assert_eq!(narrow.from_length(), 129);
}

/// A search that ends before leaves are compared and goes on is the search that never ended.
#[test]
fn a_large_search_goes_on_where_it_ended() {
    let model = builtin::all().remove(0);
    let task = model.task().unwrap();
    let row = ["-1", "-1", "-1", "-1", "-1", "1"].map(|entry| recoverable::number::parse(entry).unwrap());
    let head = Construction::new(model.hmm(), task, vec![row.to_vec()], Vec::new()).unwrap();
    let run =
        |search: &mut Search, prefixes| search.run(limits(prefixes), &mut |_| ControlFlow::Continue(()));
    let mut whole = Search::new(&model, task, &head);
    run(&mut whole, 9000);
    let mut saved = Search::new(&model, task, &head);
    for prefixes in [3000, 5000, 9000] {
        run(&mut saved, prefixes);
        saved = Search::resume(&model, task, &head, saved.saved()).unwrap();
    }
    assert_eq!(saved.saved(), whole.saved());
    let ((saved, tree), (whole, _)) = (saved.finish(), whole.finish());
    assert!(tree.certificate(true).ahead.is_some());
    assert_eq!(saved.disagreement.unwrap().brackets, whole.disagreement.unwrap().brackets);
}

fn recoverable(args: &[&str], code: i32) -> (String, String) {
    let output = assert_cmd::cargo::cargo_bin_cmd!("recoverable").args(args).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}{err}");
    (out, err)
}

#[test]
fn the_command_saves_a_search_and_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (head, other, search) = (path("head.json"), path("other.json"), path("search.json"));
    std::fs::write(&head, r#"{"head": ["-1", "-1", "-1", "-1", "-1", "1"]}"#).unwrap();
    std::fs::write(&other, r#"{"head": ["-1", "-1", "-1", "-1", "-2", "1"]}"#).unwrap();
    let run = |more: &[&str], code| {
        let args = ["bound", "casino", "--head", &head, "--format", "json", "--target", "0"];
        recoverable(&[&args[..], more].concat(), code)
    };
    let whole = run(&["--limit", "900"], 1);
    let first = run(&["--limit", "60", "--save", &search], 1);
    assert_ne!(first.0, whole.0);
    assert_eq!(run(&["--limit", "900", "--resume", &search], 1), whole);
    let at_length = run(&["--limit", "900", "--length", "3"], 1);
    let report: Value = serde_json::from_str(&at_length.0).unwrap();
    assert_eq!(
        (&report["at_length"]["length"], &report["ended"]),
        (&3.into(), &"settled".into()),
        "{report}"
    );
    assert_eq!(report["at_length"]["lower"], report["at_length"]["upper"]);
    run(&["--limit", "60", "--length", "3", "--save", &search], 1);
    assert_eq!(run(&["--limit", "900", "--resume", &search], 1), at_length);
    let none = std::fs::read_to_string(&search).unwrap().replace("\"length\":3", "\"length\":0");
    std::fs::write(&search, none).unwrap();
    assert!(run(&["--resume", &search], 2).1.contains("expected a nonzero"));
    run(&["--length", "0"], 2);
    run(&["--limit", "60", "--save", &search], 1);
    let refused = |args: &[&str], expected: &str| {
        let error: Value = serde_json::from_str(&recoverable(args, 2).1).unwrap();
        assert_eq!(error["error"]["code"], "not-resumed", "{error}");
        assert!(error["error"]["message"].as_str().unwrap().ends_with(expected), "{error}");
    };
    let resume = ["--resume", &search, "--format", "json"];
    refused(&[&["bound", "casino", "--head", &other][..], &resume].concat(), "another head or prompt");
    std::fs::write(&other, r#"{"head": ["-1", "1", "1", "1"]}"#).unwrap();
    refused(&[&["bound", "cpg", "--head", &other][..], &resume].concat(), "another model");
    std::fs::write(&search, "{\"schema\": \"recoverable.search/2\"}").unwrap();
    let error: Value = serde_json::from_str(&run(&["--resume", &search], 2).1).unwrap();
    assert_eq!(
        (&error["error"]["code"], &error["error"]["position"]["line"]),
        (&"not-resumed".into(), &1.into())
    );
}
