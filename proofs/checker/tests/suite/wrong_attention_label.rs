//! Rule `wrong-attention-label`, beside sums over all memories and hidden paths that share nothing with the checker.
//!
//! In `wrong-attention-label` there is one hidden state, and the value decides between `(3/4, 1/4)` and `(1/4, 3/4)`. The head (1, -2) attends to the position
//! whose output has more of token 0. In `wrong-attention-label-prompt` there are two cells and three classes; the head attends to the prompt itself, whose
//! embedding is (0, 1) at the columns of its own cell and the mean 1/2 at those of the other.

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::{
    mutation::accepted_mutants,
    paths::{Random, index},
    support::{accepts, certificate, edited, judge, long_word, rejection, without},
};

const NAME: &str = "wrong-attention-label";
const PROMPT: &str = "wrong-attention-label-prompt";

fn spoilt<const N: usize>(edits: [(&str, Value); N]) -> R {
    rejection(&edited(NAME, edits))
}

fn prompted(prompt: Value) -> R {
    rejection(&edited(PROMPT, [("/evidence/construction/memory_prompt", prompt)]))
}

#[test]
fn accepts_an_input_with_different_labels() {
    accepts(&certificate(NAME));
    accepts(&edited(NAME, [("/evidence/tokens", json!([1, 0]))]));
}

#[test]
fn accepts_classes_behind_a_prompt() {
    accepts(&certificate(PROMPT));
}

/// The outputs at all positions of a word of one token are equal, and so are the scores.
#[test]
fn accepts_a_mean_over_several_positions() {
    let several = [
        ("/evidence/tokens", json!([1, 1, 1])),
        ("/evidence/task", json!(0)),
        ("/evidence/head", json!(1)),
        ("/evidence/construction/attention/b", json!([["-1", "2"]])),
    ];
    accepts(&edited(NAME, several));
}

/// Scores of zero are ties: label 1, or the first class.
#[test]
fn accepts_ties() {
    let zero = [
        ("/model/task/weights", json!(["0", "1"])),
        ("/evidence/tokens", json!([1])),
        ("/evidence/task", json!(1)),
        ("/evidence/construction/attention/b", json!([["-1", "-1"]])),
    ];
    accepts(&edited(NAME, zero));
    let same = json!(["1", "0", "0", "1"]);
    accepts(&edited(PROMPT, [("/evidence/construction/attention/b", json!([same, same, same]))]));
}

/// Where nothing passes all outputs but that at the prompt are 0.
#[test]
fn accepts_a_prompt_that_leaves_nothing() {
    let nothing = [
        ("/evidence/construction/memory_prompt/values", json!([])),
        ("/evidence/construction/attention/position/other", json!(["9", "9"])),
    ];
    accepts(&edited(PROMPT, nothing));
}

#[test]
fn rejects_a_wrong_label_without_a_task() {
    assert_eq!(rejection(&without(NAME, "/model", "task")), R::NoTask);
}

#[test]
fn rejects_an_input_on_which_the_head_is_right() {
    let equal = [("/evidence/tokens", json!([0, 0])), ("/evidence/head", json!(1))];
    assert_eq!(spoilt(equal), R::SameLabel);
    let equal = [("/evidence/tokens", json!([1])), ("/evidence/task", json!(0))];
    assert_eq!(spoilt(equal), R::SameLabel);
}

#[test]
fn rejects_labels_that_are_not_those_found() {
    assert_eq!(spoilt([("/evidence/task", json!(0))]), R::Label { field: "task", expected: 1, found: 0 });
    assert_eq!(spoilt([("/evidence/head", json!(1))]), R::Label { field: "head", expected: 0, found: 1 });
    let found = usize::MAX;
    assert_eq!(spoilt([("/evidence/head", json!(found))]), R::Label { field: "head", expected: 0, found });
}

#[test]
fn rejects_an_impossible_input() {
    let silent = [("/model/emission", json!([["1", "0"], ["0", "1"]]))];
    assert_eq!(spoilt(silent), R::ImpossibleInput);
    let never = [
        ("/model/memory_prior", json!({"joint": {"0": "1"}})),
        ("/model/emission", json!([["1", "0"], ["0", "1"]])),
    ];
    assert_eq!(spoilt(never), R::ImpossibleInput);
}

#[test]
fn rejects_words_that_are_none() {
    assert_eq!(spoilt([("/evidence/tokens", json!([]))]), R::EmptyWord { field: "tokens" });
    let expected = R::OutOfRange { field: "tokens", found: 2, limit: 2 };
    assert_eq!(spoilt([("/evidence/tokens", json!([0, 2]))]), expected);
    let expected = R::LongWord { field: "tokens", found: MAX_WORD + 1, limit: MAX_WORD };
    assert_eq!(spoilt([("/evidence/tokens", long_word())]), expected);
}

#[test]
fn rejects_a_head_of_the_wrong_shape() {
    for (part, value, field, expected, found) in [
        ("keys", json!([["1"]]), "keys", 2, 1),
        ("query", json!([]), "query", 1, 0),
        ("position/first", json!([]), "position.first", 1, 0),
        ("position/other", json!(["0", "0"]), "position.other", 1, 2),
        ("values", json!([["1", "0"]]), "values", 2, 1),
        ("values", json!([["1", "0"], ["0"]]), "values", 2, 1),
        ("b", json!([]), "b", 1, 0),
        ("b", json!([["1", "-2"], ["1", "-2"]]), "b", 1, 2),
        ("b", json!([["1"]]), "b", 2, 1),
    ] {
        let pointer = format!("/evidence/construction/attention/{part}");
        assert_eq!(spoilt([(&pointer, value)]), R::Length { field, expected, found }, "{part}");
    }
}

#[test]
fn rejects_a_prompt_that_is_none() {
    let (cell, values) = ("memory_prompt.cell", "memory_prompt.values");
    let found = prompted(json!({"cell": 2, "values": [1]}));
    assert_eq!(found, R::OutOfRange { field: cell, found: 2, limit: 2 });
    let found = prompted(json!({"cell": 1, "values": [2]}));
    assert_eq!(found, R::OutOfRange { field: values, found: 2, limit: 2 });
    assert_eq!(prompted(json!({"cell": 1, "values": [1, 1]})), R::Repeated { field: values, index: 1 });
}

/// Too much for one number, and too much in all.
#[test]
fn rejects_numbers_that_are_too_large() {
    let long = format!("1/{}", "7".repeat(90_000));
    let values = json!([[long, "0"], ["0", "1"]]);
    let tokens = json!([vec![0; 14], vec![1; 14]].concat());
    let large = [
        ("/evidence/construction/attention/values", values),
        ("/evidence/construction/attention/keys", json!([["0", "0"]])),
        ("/evidence/tokens", tokens),
    ];
    assert_eq!(spoilt(large), R::TooLarge { field: "tokens" });
    let (above, below) = (format!("1{}7", "0".repeat(38)), format!("1{}6", "0".repeat(38)));
    let emission = json!([[format!("1/{above}"), "1/4"], [format!("{below}/{above}"), "3/4"]]);
    let all = [("/model/emission", emission), ("/evidence/tokens", json!(vec![1; 4096]))];
    assert_eq!(spoilt(all), R::TooLarge { field: "tokens" });
}

// The definitions

fn number(value: &Value) -> BigRational {
    value.as_str().unwrap().parse().unwrap()
}

fn list(value: &Value) -> Vec<BigRational> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn rows(value: &Value) -> Vec<Vec<BigRational>> {
    value.as_array().unwrap().iter().map(list).collect()
}

fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(index).collect()
}

/// All lists of so many numbers below a limit.
fn lists(limit: usize, length: usize) -> Vec<Vec<usize>> {
    (0..length).fold(vec![Vec::new()], |lists, _| {
        lists.iter().flat_map(|list| (0..limit).map(move |last| [&list[..], &[last]].concat())).collect()
    })
}

/// A certificate's model, and what its sums need.
struct Question<'c> {
    model: &'c Value,
    values: usize,
    cells: usize,
    syntax: usize,
    initial: Vec<BigRational>,
    transition: Vec<Vec<BigRational>>,
    emission: Vec<Vec<BigRational>>,
}

impl<'c> Question<'c> {
    fn new(certificate: &'c Value) -> Self {
        let model = &certificate["model"];
        Self {
            model,
            values: index(&model["values"]),
            cells: index(&model["cells"]),
            syntax: index(&model["syntax"]),
            initial: list(&model["initial"]),
            transition: rows(&model["transition"]),
            emission: rows(&model["emission"]),
        }
    }

    fn prior(&self, memory: &[usize]) -> BigRational {
        let prior = &self.model["memory_prior"];
        if let Some(laws) = prior.get("product") {
            return rows(laws).iter().zip(memory).map(|(law, &value)| law[value].clone()).product();
        }
        let key = memory.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        prior["joint"].get(key).map_or_else(BigRational::zero, number)
    }

    fn column(&self, memory: &[usize], state: usize) -> usize {
        memory[state / self.syntax] * self.initial.len() + state
    }

    /// Sums of the probabilities of memories and paths, where the state at each time has a factor.
    fn sums(
        &self,
        length: usize,
        into: usize,
        factor: impl Fn(usize, &[usize], usize) -> BigRational,
        place: impl Fn(&[usize], &[usize]) -> usize,
    ) -> Vec<BigRational> {
        let mut sums = vec![BigRational::zero(); into];
        for memory in lists(self.values, self.cells) {
            for path in lists(self.initial.len(), length + 1) {
                let start = self.prior(&memory) * &self.initial[path[0]];
                let step = |time: usize| {
                    &self.transition[path[time + 1]][path[time]] * factor(time, &memory, path[time + 1])
                };
                sums[place(&memory, &path)] += start * (0..length).map(step).product::<BigRational>();
            }
        }
        sums
    }
}

fn label(scores: &[BigRational]) -> usize {
    match scores {
        [score] => usize::from(*score >= BigRational::zero()),
        _ => scores.iter().position(|score| Some(score) == scores.iter().max()).unwrap(),
    }
}

fn dot(a: &[BigRational], b: &[BigRational]) -> BigRational {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The labels of the task and of the head; `None` if the input is impossible.
fn labels(certificate: &Value) -> Option<[usize; 2]> {
    let question = Question::new(certificate);
    let Question { values, syntax, emission, initial, .. } = &question;
    let (construction, tokens) =
        (&certificate["evidence"]["construction"], indices(&certificate["evidence"]["tokens"]));
    let (n, head) = (initial.len(), &construction["attention"]);
    let prompt =
        construction.get("memory_prompt").map(|prompt| (index(&prompt["cell"]), indices(&prompt["values"])));
    let emits =
        |token: usize, memory: &[usize], state| emission[token][question.column(memory, state)].clone();
    let one_if = |holds: bool| BigRational::from_integer(u8::from(holds).into());
    let task = &certificate["model"]["task"];
    let cell = index(&task["cell"]);
    let law = question.sums(tokens.len(), *values, |time, a, h| emits(tokens[time], a, h), |a, _| a[cell]);
    if law.iter().all(Zero::is_zero) {
        return None;
    }
    let weights =
        if task["weights"][0].is_string() { json!([task["weights"]]) } else { task["weights"].clone() };
    let of_task = label(&rows(&weights).iter().map(|row| dot(row, &law)).collect::<Vec<_>>());
    let before = usize::from(prompt.is_some());
    let (mut best, mut attended) = (None, Vec::new());
    for position in 0..tokens.len() + before {
        let factor = |time: usize, a: &[usize], h: usize| match time {
            _ if time == position => BigRational::one(),
            time if time < before => {
                one_if(prompt.as_ref().is_some_and(|(cell, passes)| passes.contains(&a[*cell])))
            }
            time => emits(tokens[time - before], a, h),
        };
        let masses = question.sums(tokens.len() + before, values * n, factor, |a, path| {
            question.column(a, path[position + 1])
        });
        let total: BigRational = masses.iter().sum();
        let output: Vec<_> = match total.is_zero() {
            true => vec![BigRational::zero(); emission.len()],
            false => emission.iter().map(|row| dot(row, &masses) / &total).collect(),
        };
        let key: Vec<_> = rows(&head["keys"]).iter().map(|row| dot(row, &output)).collect();
        let beta = list(&head["position"][if position == 0 { "first" } else { "other" }]);
        let score: BigRational = dot(&list(&head["query"]), &key) + dot(&list(&head["query"]), &beta);
        let embedding: Vec<_> = match position.checked_sub(before) {
            Some(slot) => emission[tokens[slot]].clone(),
            None => {
                let (cell, passes) = prompt.as_ref().unwrap();
                let mean = BigRational::new(passes.len().into(), (*values).into());
                let own = |column: usize| column % n / syntax == *cell;
                let entry = |column: usize| {
                    if own(column) { one_if(passes.contains(&(column / n))) } else { mean.clone() }
                };
                (0..values * n).map(entry).collect()
            }
        };
        let read: Vec<_> =
            rows(&head["values"]).iter().zip(&embedding).map(|(row, e)| dot(row, &output) * e).collect();
        let value: Vec<_> = rows(&head["b"]).iter().map(|b| dot(b, &read)).collect();
        match best.as_ref().map_or(std::cmp::Ordering::Greater, |best| score.cmp(best)) {
            std::cmp::Ordering::Greater => (best, attended) = (Some(score), vec![value]),
            std::cmp::Ordering::Equal => attended.push(value),
            std::cmp::Ordering::Less => {}
        }
    }
    let classes = 0..attended[0].len();
    let sums: Vec<BigRational> =
        classes.map(|class| attended.iter().map(|value| &value[class]).sum()).collect();
    Some([of_task, label(&sums)])
}

fn is_true(certificate: &Value) -> bool {
    let evidence = &certificate["evidence"];
    let stated = [index(&evidence["task"]), index(&evidence["head"])];
    labels(certificate) == Some(stated) && stated[0] != stated[1]
}

#[test]
fn every_certificate_about_an_attention_head_is_true_however_it_is_changed() {
    for name in [NAME, PROMPT] {
        assert!(is_true(&certificate(name)), "{name}");
        for (change, certificate) in accepted_mutants(name) {
            assert!(is_true(&certificate), "{name} {change}");
        }
    }
}

/// Models with zeros in their laws, heads of small numbers, prompts: the checker finds the labels that the definitions give.
#[test]
fn the_labels_are_those_of_the_definitions() {
    let mut random = Random(6);
    let (mut differ, mut equal, mut impossible) = (0, 0, 0);
    for _ in 0..300 {
        let mut certificate = random_certificate(&mut random);
        match labels(&certificate) {
            None => {
                assert_eq!(rejection(&certificate), R::ImpossibleInput, "{certificate}");
                impossible += 1;
            }
            Some([task, head]) => {
                certificate["evidence"]["task"] = json!(task);
                certificate["evidence"]["head"] = json!(head);
                if task == head {
                    assert_eq!(rejection(&certificate), R::SameLabel, "{certificate}");
                    equal += 1;
                } else {
                    assert!(judge(&certificate).is_ok(), "{certificate}");
                    differ += 1;
                }
            }
        }
    }
    assert!(differ > 50 && equal > 50 && impossible > 10, "{differ} {equal} {impossible}");
}

/// One or two cells, up to three classes; the labels are left to be found.
fn random_certificate(random: &mut Random) -> Value {
    let (values, cells, syntax) = [(2, 1, 2), (3, 1, 1), (2, 2, 1), (2, 1, 1)][random.below(4)];
    let (n, k, r) = (cells * syntax, 3 + random.below(2), 1 + random.below(2));
    let classes = 1 + random.below(3);
    let small = ["-2", "-1", "0", "1", "2", "3/2"];
    let mut rows = |count, length| random.rows(count, length, &small);
    let mut weights = rows(classes, values);
    let weights = if classes == 1 { json!(weights.remove(0)) } else { json!(weights) };
    let (keys, query, values_rows, b) =
        (rows(r, k), rows(1, r), rows(values * n, k), rows(classes, values * n));
    let (first, other) = (rows(1, r), rows(1, r));
    let attention = json!({
        "keys": keys, "query": query[0], "position": {"first": first[0], "other": other[0]}, "values": values_rows, "b": b,
    });
    let mut construction = json!({ "attention": attention });
    if random.below(2) == 0 {
        let passing: Vec<_> = (0..values).filter(|_| random.below(3) > 0).collect();
        construction["memory_prompt"] = json!({"cell": random.below(cells), "values": passing});
    }
    let laws: Vec<_> = (0..cells).map(|_| random.law(values)).collect();
    // The last token is never seen.
    let mut emission = random.stochastic(k - 1, values * n);
    emission.push(vec!["0".to_owned(); values * n]);
    let silent = random.below(8) == 0;
    let tokens: Vec<_> =
        (0..1 + random.below(3)).map(|_| if silent { k - 1 } else { random.below(k - 1) }).collect();
    edited(
        NAME,
        [
            ("/model/values", json!(values)),
            ("/model/cells", json!(cells)),
            ("/model/syntax", json!(syntax)),
            ("/model/initial", json!(random.law(n))),
            ("/model/transition", json!(random.stochastic(n, n))),
            ("/model/emission", json!(emission)),
            ("/model/memory_prior", json!({ "product": laws })),
            ("/model/task", json!({"cell": random.below(cells), "weights": weights})),
            ("/evidence/construction", construction),
            ("/evidence/tokens", json!(tokens)),
        ],
    )
}
