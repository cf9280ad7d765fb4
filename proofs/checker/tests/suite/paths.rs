//! Labels and probabilities once more, by summing over all hidden paths: what the checker accepts about labels is true.
//!
//! Everything here is an `i128` over a common denominator, and nothing is shared with the checker.

use serde_json::{Value, json};

use crate::{
    mutation::accepted_mutants,
    support::{accepts, certificate, edited, judge},
};

/// A certificate's model, task, head and prompt.
struct Question {
    initial: Vec<i128>,
    transition: Vec<Vec<i128>>,
    emission: Vec<Vec<i128>>,
    /// What one token multiplies the denominator of a probability by, and the denominator of that of no token.
    scales: [i128; 2],
    task: Vec<Vec<i128>>,
    head: Vec<Vec<i128>>,
    prompt: Vec<Vec<i128>>,
}

/// Numbers `p/q`, over a common denominator.
fn integers(rows: &Value) -> (Vec<Vec<i128>>, i128) {
    let parse = |number: &Value| -> (i128, i128) {
        let (p, q) = number.as_str().unwrap().split_once('/').unwrap_or((number.as_str().unwrap(), "1"));
        (p.parse().unwrap(), q.parse().unwrap())
    };
    let rows = rows.as_array().unwrap().iter().map(|row| row.as_array().unwrap().iter().map(parse).collect());
    let rows: Vec<Vec<(i128, i128)>> = rows.collect();
    let common = rows.iter().flatten().fold(1, |common, (_, q)| common / gcd(common, *q) * q);
    let rows = rows.iter().map(|row| row.iter().map(|(p, q)| p * (common / q)).collect());
    (rows.collect(), common)
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl Question {
    fn new(certificate: &Value) -> Self {
        let (model, construction) = (&certificate["model"], &certificate["evidence"]["construction"]);
        let (mut initial, initial_scale) = integers(&json!([model["initial"]]));
        let (transition, transition_scale) = integers(&model["transition"]);
        let (emission, emission_scale) = integers(&model["emission"]);
        let weights = &model["task"]["weights"];
        let rows = if weights[0].is_string() { json!([weights]) } else { weights.clone() };
        Self {
            initial: initial.remove(0),
            transition,
            emission,
            scales: [transition_scale * emission_scale, initial_scale],
            task: integers(&rows).0,
            head: construction.get("head").map_or(Vec::new(), |head| integers(head).0),
            prompt: construction.get("prompt").map_or(Vec::new(), |prompt| integers(prompt).0),
        }
    }

    /// The weight of all hidden paths by their state at one time, where the state at each time has a factor.
    fn weights(&self, factors: &[Vec<i128>], at: usize) -> Vec<i128> {
        let mut totals = vec![0; self.initial.len()];
        let mut paths: Vec<_> =
            self.initial.iter().enumerate().map(|(h, p)| (vec![h], p * factors[0][h])).collect();
        while let Some((path, weight)) = paths.pop() {
            if weight == 0 {
                continue;
            }
            if path.len() == factors.len() {
                totals[path[at]] += weight;
                continue;
            }
            for (next, factor) in factors[path.len()].iter().enumerate() {
                let step = self.transition[next][path[path.len() - 1]] * factor;
                paths.push(([&path[..], &[next]].concat(), weight * step));
            }
        }
        totals
    }

    fn label(rows: &[Vec<i128>], values: &[i128]) -> usize {
        let scores = rows.iter().map(|row| row.iter().zip(values).map(|(r, v)| r * v).sum::<i128>());
        let scores: Vec<_> = scores.collect();
        match scores.as_slice() {
            [score] => usize::from(*score >= 0),
            _ => scores.iter().position(|score| Some(score) == scores.iter().max()).unwrap(),
        }
    }

    /// The probability of an input, times its denominator, and the labels of the task and of the head.
    fn labels(&self, tokens: &[usize]) -> (i128, usize, usize) {
        let anything = || vec![1; self.initial.len()];
        let emitted = || tokens.iter().map(|&token| self.emission[token].clone());
        let first = self.weights(&[anything()].into_iter().chain(emitted()).collect::<Vec<_>>(), 0);
        let prompt = [anything()].into_iter().chain(self.prompt.iter().cloned()).chain([anything()]);
        let seen = self.weights(&prompt.chain(emitted()).collect::<Vec<_>>(), self.prompt.len() + 1);
        let output: Vec<i128> =
            self.emission.iter().map(|row| row.iter().zip(&seen).map(|(w, p)| w * p).sum()).collect();
        (first.iter().sum(), Self::label(&self.task, &first), Self::label(&self.head, &output))
    }

    /// All inputs of one length.
    fn inputs(&self, length: usize) -> Vec<Vec<usize>> {
        let longer = |inputs: Vec<Vec<usize>>| -> Vec<Vec<usize>> {
            let tokens = 0..self.emission.len();
            inputs.iter().flat_map(|x| tokens.clone().map(|token| [&x[..], &[token]].concat())).collect()
        };
        (0..length).fold(vec![Vec::new()], |inputs, _| longer(inputs))
    }

    /// The probability that the labels differ, as a fraction.
    fn disagreement(&self, length: usize) -> (i128, i128) {
        let wrong = |tokens: &Vec<usize>| match self.labels(tokens) {
            (_, task, head) if task == head => 0,
            (mass, ..) => mass,
        };
        let power = self.scales[0].pow(u32::try_from(length).unwrap());
        (self.inputs(length).iter().map(wrong).sum(), self.scales[1] * power)
    }
}

/// Whether the claim is true, as far as the inputs of up to 4 tokens tell.
fn is_true(certificate: &Value) -> bool {
    let question = Question::new(certificate);
    let evidence = &certificate["evidence"];
    match evidence["rule"].as_str().unwrap() {
        "labels-agree" => (1..=4).all(|length| question.disagreement(length).0 == 0),
        "wrong-label" => {
            let tokens: Vec<_> = evidence["tokens"].as_array().unwrap().iter().map(index).collect();
            let (mass, task, head) = question.labels(&tokens);
            mass > 0 && task == index(&evidence["task"]) && head == index(&evidence["head"]) && task != head
        }
        "disagreement" => (1..=4).all(|length| {
            let bracket = evidence["shorter"].get(length - 1).unwrap_or(&evidence["bracket"]);
            let (numerator, denominator) = question.disagreement(length);
            let (bounds, scale) = integers(&json!([[bracket["lower"], bracket["upper"]]]));
            let [lower, upper] = bounds[0][..] else { panic!("two bounds") };
            lower * denominator <= numerator * scale && numerator * scale <= upper * denominator
        }),
        other => panic!("{other} is not about a head"),
    }
}

pub fn index(number: &Value) -> usize {
    usize::try_from(number.as_u64().unwrap()).unwrap()
}

#[test]
fn every_certificate_about_a_head_is_true_however_it_is_changed() {
    let agree = ["labels-agree", "labels-agree-prompt"];
    let disagreement = ["disagreement", "disagreement-classes", "disagreement-by-state"];
    let wrong = ["wrong-label", "wrong-label-prompt"];
    for name in agree.into_iter().chain(disagreement).chain(wrong) {
        assert!(is_true(&certificate(name)), "{name}");
        for (change, certificate) in accepted_mutants(name) {
            assert!(is_true(&certificate), "{name} {change}");
        }
    }
}

/// A generator of small numbers (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn choose<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }

    /// Sixths that sum to 1, in about half of the cases with zeros.
    pub fn law(&mut self, size: usize) -> Vec<String> {
        let mut sixths = vec![0; size];
        (0..6).for_each(|_| sixths[self.below(size)] += 1);
        sixths.iter().map(|count| ["0", "1/6", "1/3", "1/2", "2/3", "5/6", "1"][*count].to_owned()).collect()
    }

    /// A matrix whose columns sum to 1.
    pub fn stochastic(&mut self, rows: usize, columns: usize) -> Vec<Vec<String>> {
        let columns: Vec<_> = (0..columns).map(|_| self.law(rows)).collect();
        (0..rows).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
    }

    pub fn rows(&mut self, rows: usize, columns: usize, entries: &[&str]) -> Vec<Vec<String>> {
        let row = |random: &mut Self| (0..columns).map(|_| random.choose(entries).to_owned()).collect();
        (0..rows).map(|_| row(self)).collect()
    }

    /// The preorder of a tree of depth 3 at most; a leaf has the labels of its prefix and any ratios.
    fn nodes(&mut self, question: &Question, prefix: &[usize], nodes: &mut Vec<Value>) {
        if prefix.len() < 3 && self.below(5) > prefix.len() {
            nodes.push(json!("split"));
            for token in 0..question.emission.len() {
                self.nodes(question, &[prefix, &[token]].concat(), nodes);
            }
            return;
        }
        let (_, task, head) = question.labels(prefix);
        let comparisons = if question.task.len() == 1 { 1 } else { question.task.len() - 1 };
        let ratios = ["0", "1/8", "1", "3/2", "5", "16", "256"];
        let ratios = self.rows(1, 2 * comparisons, &ratios).remove(0);
        let leaf = json!({"task": task, "head": head, "ratios": ratios});
        nodes.push(match self.below(12) {
            0 => json!("open"),
            1..4 => json!({"exact": leaf}),
            _ => json!({"settled": leaf}),
        });
    }

    /// Lets some leaves look ahead, in half of all trees.
    fn look_ahead(&mut self, tree: &mut Value) {
        if self.below(2) == 0 {
            return;
        }
        tree["ahead"] = json!(1 + self.below(3));
        for node in tree["nodes"].as_array_mut().unwrap() {
            if *node != "split" && self.below(3) > 0 {
                let faint = [0, 1, 2, 20, 200][self.below(5)];
                *node = json!({"by-state": faint});
            }
        }
    }

    /// `labels-agree` with a model, a head and a tree of its own; whether the claim holds is open.
    fn certificate(&mut self) -> Value {
        let (n, k) = (1 + self.below(3), 1 + self.below(3));
        let classes = [1, 1, 2, 3][self.below(4)];
        let small = ["-2", "-1", "0", "1", "2", "3"];
        let (mut weights, head) = (self.rows(classes, n, &small), self.rows(classes, k, &small));
        let weights = if classes == 1 { json!(weights.remove(0)) } else { json!(weights) };
        let mut certificate = edited(
            "labels-agree",
            [
                ("/claim/statement", json!("head-recovers-task")),
                ("/model/initial", json!(self.law(n))),
                ("/model/transition", json!(self.stochastic(n, n))),
                ("/model/emission", json!(self.stochastic(k, n))),
                ("/model/task/weights", weights),
                ("/evidence/construction/head", json!(head)),
            ],
        );
        if self.below(3) == 0 {
            let rows = 1 + self.below(2);
            let prompt = self.rows(rows, n, &["0", "1/2", "1"]);
            certificate["evidence"]["construction"]["prompt"] = json!(prompt);
        }
        let mut nodes = Vec::new();
        self.nodes(&Question::new(&certificate), &[], &mut nodes);
        certificate["evidence"]["tree"] = json!({"nodes": nodes});
        if self.below(2) == 0 {
            certificate["evidence"]["tree"]["rounded"] = json!(true);
            self.look_ahead(&mut certificate["evidence"]["tree"]);
        }
        certificate
    }
}

/// Where a preorder ends, and how deep its tree is, where some leaves look ahead.
fn depth(nodes: &[Value], ahead: usize, tokens: usize, start: usize) -> (usize, usize) {
    if nodes[start] != "split" {
        return (start + 1, if nodes[start].get("by-state").is_some() { ahead } else { 0 });
    }
    let children = (0..tokens).fold((start + 1, 0), |(start, deepest), _| {
        let (end, below) = depth(nodes, ahead, tokens, start);
        (end, deepest.max(below))
    });
    (children.0, children.1 + 1)
}

/// The certificate with the bounds `[0, 9]` for every length but one.
fn bracket(agree: &Value, deepest: usize, length: usize, lower: &str, upper: &str) -> Value {
    let mut certificate = agree.clone();
    let brackets = (1..=deepest).map(|other| match other == length.min(deepest) {
        true => json!({"lower": lower, "upper": upper}),
        false => json!({"lower": "0", "upper": "9"}),
    });
    let mut brackets: Vec<_> = brackets.collect();
    let bracket = brackets.pop().unwrap();
    certificate["claim"]["statement"] = json!("head-disagreement");
    certificate["evidence"] = json!({
        "rule": "disagreement",
        "construction": agree["evidence"]["construction"],
        "from_length": deepest,
        "bracket": bracket,
        "shorter": brackets,
        "tree": agree["evidence"]["tree"],
    });
    certificate
}

/// `p/q` in lowest terms.
fn fraction(p: i128, q: i128) -> String {
    let divisor = gcd(p.abs(), q).max(1);
    if q == divisor { (p / divisor).to_string() } else { format!("{}/{}", p / divisor, q / divisor) }
}

/// The tightest bounds that are true are accepted, or not; tighter ones never are.
#[test]
fn no_bound_excludes_the_probability() {
    let mut random = Random(4);
    let (mut agree, mut tight, mut loose) = (0, 0, 0);
    for _ in 0..250 {
        let certificate = random.certificate();
        let question = Question::new(&certificate);
        let nodes = certificate["evidence"]["tree"]["nodes"].as_array().unwrap();
        let ahead = certificate["evidence"]["tree"].get("ahead").map_or(0, index);
        let deepest = depth(nodes, ahead, question.emission.len(), 0).1.max(1);
        accepts(&bracket(&certificate, deepest, 1, "0", "9"));
        let truths: Vec<_> = (1..=5).map(|length| question.disagreement(length)).collect();
        if judge(&certificate).is_ok() {
            agree += 1;
            assert!(truths.iter().all(|(wrong, _)| *wrong == 0), "{certificate}");
        }
        for (length, &(wrong, all)) in (1..).zip(&truths) {
            let truth = fraction(wrong, all);
            let (above, below) =
                (fraction(1000 * wrong + 1, 1000 * all), fraction(1000 * wrong - 1, 1000 * all));
            let holds = |lower: &str, upper: &str| {
                judge(&bracket(&certificate, deepest, length, lower, upper)).is_ok()
            };
            assert!(!holds(&above, "9"), "{certificate}");
            assert!(wrong == 0 || !holds("0", &below), "{certificate}");
            if holds(&truth, &truth) {
                tight += 1;
            } else {
                loose += 1;
            }
        }
    }
    assert!(agree > 20 && tight > 250 && loose > 250, "{agree} {tight} {loose}");
}

/// The head `(i, j)`, for a model with two tokens.
fn heads() -> impl Iterator<Item = Value> {
    (-7..=7).flat_map(|i| (-7..=7).map(move |j| json!([[i.to_string(), j.to_string()]])))
}

#[test]
fn no_head_has_the_labels_of_a_contradiction() {
    for head in heads() {
        let question =
            Question::new(&edited("no-linear-head", [("/evidence/construction", json!({"head": head}))]));
        let wrong = |tokens: &[usize]| matches!(question.labels(tokens), (_, task, head) if task != head);
        assert!(wrong(&[0]) || wrong(&[1]) || wrong(&[0, 1]), "{head}");
    }
}

#[test]
fn no_head_errs_less_than_the_shares_of_the_contradictions_and_one_as_little() {
    let name = "packed-contradictions";
    let questions =
        heads().map(|head| Question::new(&edited(name, [("/evidence/construction", json!({"head": head}))])));
    let errors: Vec<_> = questions.map(|question| question.disagreement(2)).collect();
    assert!(errors.iter().all(|(wrong, all)| 24 * wrong >= 7 * all));
    assert!(errors.iter().any(|(wrong, all)| 24 * wrong == 7 * all));
}
