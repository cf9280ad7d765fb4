//! Assumption 3.5 against an exhaustive search over all sets of states, with a rank of its own.

mod brute;

use std::time::{Duration, Instant};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use proptest::prelude::*;
use recoverable::{
    certify::Limit,
    hypothesis::{Decision, assumption_3_2, assumption_3_5},
    linear::{Matrix, smallest_singular_value},
    model::{Hmm, Model, Names, State, Task},
    search::CoverLimits,
    strategies::{Break, OBSTACLES, Obstacle, planted, prompted},
    theorem::{Verdict, theorem_3_6},
};
use recoverable_checker::certificate::{Evidence, Statement};

/// A linear congruential generator: the same models on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }

    fn law(&mut self, length: usize, support: &[usize], largest: usize) -> Vec<BigRational> {
        let mut weights = vec![0; length];
        support.iter().for_each(|&index| weights[index] = 1 + self.below(largest));
        law(&weights)
    }

    /// At least one number below `limit`, each with this probability in percent.
    fn some(&mut self, limit: usize, percent: usize) -> Vec<usize> {
        let mut chosen: Vec<usize> = (0..limit).filter(|_| self.below(100) < percent).collect();
        if chosen.is_empty() {
            chosen.push(self.below(limit));
        }
        chosen
    }

    /// A sparse model; columns of `W` with small entries, so that many are dependent, or copies of others.
    fn sparse(&mut self) -> Model {
        let (n, k) = (1 + self.below(8), 1 + self.below(6));
        let (dense, all) = (15 + self.below(50), (0..n).collect::<Vec<_>>());
        let initial = self.law(n, &all, 3);
        let transition: Vec<_> = (0..n)
            .map(|_| {
                let support = self.some(n, dense);
                self.law(n, &support, 5)
            })
            .collect();
        let (spread, largest) = (30 + self.below(70), [1, 2, 30][self.below(3)]);
        let mut emission: Vec<_> = (0..n)
            .map(|_| {
                let support = self.some(k, spread);
                self.law(k, &support, largest)
            })
            .collect();
        if n > 1 && self.below(3) == 0 {
            let (from, to) = (self.below(n), self.below(n));
            emission[to] = emission[from].clone();
        }
        let hmm = Hmm::new(initial, rows(n, &transition), rows(k, &emission)).unwrap();
        let task = self.task(n);
        Model::new("sparse", hmm, Some(task), Names::default()).unwrap()
    }

    /// One or two successors of each state, and states that emit alike in pairs: what fails does so late.
    fn late(&mut self) -> Model {
        let n = 6 + self.below(4);
        let all: Vec<usize> = (0..n).collect();
        let initial = self.law(n, &all, 3);
        let transition: Vec<_> = (0..n)
            .map(|_| {
                let support = [self.below(n), self.below(n)];
                self.law(n, &support, 5)
            })
            .collect();
        let mut emission: Vec<_> = (0..n).map(|h| self.law(n, &[h], 1)).collect();
        for _ in 0..2 + self.below(4) {
            let (from, to) = (self.below(n), self.below(n));
            emission[to] = emission[from].clone();
        }
        let hmm = Hmm::new(initial, rows(n, &transition), rows(n, &emission)).unwrap();
        let mut weights = vec![0; n];
        (0..3).for_each(|_| weights[self.below(n)] = 1);
        let task = Task::binary_from_integers(&weights);
        Model::new("late", hmm, Some(task), Names::default()).unwrap()
    }

    fn task(&mut self, n: usize) -> Task {
        let row = |random: &mut Self| -> Vec<BigRational> {
            let support = random.some(n, 40);
            let weight = |h: usize| if support.contains(&h) { 1 + h as i64 } else { 0 };
            (0..n).map(|h| BigRational::from_integer(weight(h).into())).collect()
        };
        let rows = vec![row(self), row(self), row(self)];
        match self.below(8) {
            0 => Task::binary(vec![BigRational::zero(); n]),
            1 | 2 => Task::classes(rows).unwrap(),
            _ => Task::binary(rows.into_iter().next().unwrap()),
        }
    }

    /// `softmax(u / temperature)` of uniform `u`, over one denominator.
    fn softmax(&mut self, length: usize, temperature: f64) -> Vec<u64> {
        let logits: Vec<f64> = (0..length).map(|_| self.unit() / temperature).collect();
        let largest = logits.iter().copied().fold(f64::MIN, f64::max);
        logits.iter().map(|logit| ((logit - largest).exp() * f64::from(1 << 20)) as u64 + 1).collect()
    }

    /// The family of the paper's Appendix D: `A` is a mixture of `n` random permutations, the task weighs 6 random entries of two rows.
    fn appendix_d(&mut self, n: usize) -> Model {
        let shares = self.softmax(n, 0.01);
        let mut transition = vec![vec![0; n]; n]; // [current][next]
        for share in shares {
            let mut permutation: Vec<usize> = (0..n).collect();
            (0..n).for_each(|at| permutation.swap(at, at + self.below(n - at)));
            permutation.iter().enumerate().for_each(|(h, &next)| transition[h][next] += share);
        }
        let transition: Vec<_> = transition.iter().map(|weights| law(weights)).collect();
        let initial = law(&self.softmax(n, 10.0));
        let emission: Vec<_> = (0..n).map(|_| law(&self.softmax(10, 0.01))).collect();
        let mut weights = vec![vec![BigRational::zero(); n]; 2];
        for _ in 0..6 {
            let (row, h) = (self.below(2), self.below(n));
            weights[row][h] = BigRational::new((self.below(4001) as i64 - 2000).into(), 1000.into());
        }
        let hmm = Hmm::new(initial, rows(n, &transition), rows(10, &emission)).unwrap();
        Model::new("family", hmm, Some(Task::classes(weights).unwrap()), Names::default()).unwrap()
    }
}

fn law<N: Copy + Into<BigInt>>(weights: &[N]) -> Vec<BigRational> {
    let total: BigInt = weights.iter().map(|&weight| weight.into()).sum();
    weights.iter().map(|&weight| BigRational::new(weight.into(), total.clone())).collect()
}

fn rows(height: usize, columns: &[Vec<BigRational>]) -> Vec<Vec<BigRational>> {
    Matrix::from_fn(height, columns.len(), |row, column| columns[column][row].clone()).to_rows()
}

/// Where `B` leads.
fn led_to(hmm: &Hmm, sources: &[usize]) -> Vec<usize> {
    let positive = |to: usize| sources.iter().any(|&from| !hmm.transition()[(to, from)].is_zero());
    (0..hmm.states()).filter(|&to| positive(to)).collect()
}

/// The states whose weights differ between two scores; all that weigh for a binary task.
fn support(task: &Task) -> Vec<usize> {
    let scores = task.scores();
    let weighs = |&h: &usize| match scores {
        [only] => !only[h].is_zero(),
        rows => rows.iter().any(|row| row[h] != rows[0][h]),
    };
    (0..scores[0].len()).filter(weighs).collect()
}

fn independent(hmm: &Hmm, states: &[usize]) -> bool {
    let columns = states.iter().map(|&h| hmm.emission().column(h).cloned().collect()).collect();
    brute::rank(columns) == states.len()
}

/// Every `B` that satisfies Assumption 3.5, with its `H*`.
fn every_choice(model: &Model) -> Vec<(Vec<usize>, Vec<usize>)> {
    let (hmm, wanted) = (model.hmm(), support(model.task().unwrap()));
    let sets =
        (0..1_usize << hmm.states()).map(|bits| (0..hmm.states()).filter(|h| bits >> h & 1 == 1).collect());
    let choices = sets.map(|sources: Vec<usize>| (led_to(hmm, &sources), sources));
    choices
        .filter(|(essential, _)| wanted.iter().all(|h| essential.contains(h)) && independent(hmm, essential))
        .map(|(essential, sources)| (sources, essential))
        .collect()
}

fn numbers(states: &[State]) -> Vec<usize> {
    states.iter().map(|state| state.0).collect()
}

fn columns(hmm: &Hmm, states: &[usize]) -> Matrix<BigRational> {
    Matrix::from_fn(hmm.tokens(), states.len(), |token, index| hmm.emission()[(token, states[index])].clone())
}

#[test]
fn sparse_models_against_every_set_of_states() {
    let (mut hold, mut fail, mut compared, mut kernels, mut relations, mut deep) = (0, 0, 0, 0, 0, 0);
    for seed in 0..600 {
        let model = if seed % 2 == 0 { Random(seed).sparse() } else { Random(seed).late() };
        let (hmm, choices) = (model.hmm(), every_choice(&model));
        let found = assumption_3_5::decide(&model).unwrap();
        assert_eq!(found.decision.holds(), Some(!choices.is_empty()), "seed {seed}");
        let Some(choice) = &found.choice else {
            let Evidence::NoEssentialStates(tree) =
                &found.decision.accepted().unwrap().certificate().evidence
            else {
                panic!("seed {seed}");
            };
            (kernels, relations) = (kernels + tree.kernel.len(), relations + tree.relations.len());
            deep += usize::from(tree.branches.len() > 1);
            fail += 1;
            continue;
        };
        hold += 1;
        let chosen = (numbers(&choice.sources), numbers(&choice.essential));
        assert!(choices.contains(&chosen), "seed {seed}");
        // `B` is the largest with this `H*`.
        assert!(
            choices
                .iter()
                .filter(|(_, set)| *set == chosen.1)
                .all(|(sources, _)| sources.len() <= chosen.0.len())
        );
        // `H*` is minimal and the best conditioned of those.
        let includes = |set: &[usize], other: &[usize]| other.iter().all(|h| set.contains(h));
        let mut minimal: Vec<&Vec<usize>> = choices.iter().map(|(_, set)| set).collect();
        minimal.sort();
        minimal.dedup();
        let all = minimal.clone();
        minimal.retain(|set| all.iter().all(|other| *other == *set || !includes(set, other)));
        assert!(minimal.contains(&&chosen.1), "seed {seed}");
        assert_eq!((choice.compared, choice.complete), (minimal.len(), true), "seed {seed}");
        compared += usize::from(minimal.len() > 1);
        if let Some(bounds) = &choice.conditioning {
            let lower = |set: &Vec<usize>| smallest_singular_value(&columns(hmm, set)).unwrap().lower.0;
            assert!(minimal.iter().all(|set| lower(set) <= bounds.lower), "seed {seed}");
            assert!(bounds.lower <= bounds.upper);
        } else {
            assert!(chosen.1.is_empty());
        }
    }
    println!(
        "{hold} hold, {fail} fail, {compared} with several minimal sets, {kernels} kernel vectors, {relations} relations, {deep} deep"
    );
    assert!(hold > 100 && fail > 100 && compared > 10 && kernels > 20 && relations > 20 && deep > 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What was planted is found, and a broken model is the near miss that it is meant to be.
    #[test]
    fn obstacles_are_found(
        (obstacle, model) in prop::sample::select(&OBSTACLES[..]).prop_flat_map(|it| (Just(it), prompted(it)))
    ) {
        prop_assert_eq!(assumption_3_2::decide(&model).whole.holds(), Some(true));
        let found = assumption_3_5::decide(&model).unwrap();
        prop_assert_eq!(found.decision.holds(), Some(obstacle == Obstacle::Nothing));
        prop_assert_eq!(!every_choice(&model).is_empty(), obstacle == Obstacle::Nothing);
        match theorem_3_6::decide(&model).verdict {
            Some(Verdict::Proved(_)) => prop_assert_eq!(obstacle, Obstacle::Nothing),
            Some(Verdict::NotApplicable { violated }) => prop_assert_eq!(violated, vec![Statement::Assumption35]),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    /// Where Assumption 3.1 holds and every state is entered, 3.5 holds: all states lead to all states.
    #[test]
    fn independent_columns_are_enough(model in planted(Break::Nothing)) {
        prop_assert_eq!(assumption_3_5::decide(&model).unwrap().decision.holds(), Some(true));
    }
}

/// `μ = 0` asks for nothing: no state is essential, and no state is a source.
#[test]
fn the_zero_task() {
    let hmm = Random(1).sparse().hmm().clone();
    let task = Task::classes(vec![vec![BigRational::new(1.into(), 3.into()); hmm.states()]; 3]).unwrap();
    let model = Model::new("zero", hmm, Some(task), Names::default()).unwrap();
    let choice = assumption_3_5::decide(&model).unwrap().choice.unwrap();
    assert_eq!((choice.essential, choice.sources), (vec![], vec![]));
    assert_eq!((choice.compared, choice.complete), (1, true));
    assert!(choice.conditioning.is_none());
    let without = Model::new("none", model.hmm().clone(), None, Names::default()).unwrap();
    assert!(assumption_3_5::decide(&without).is_none());
}

/// The family of Appendix D: decided, with short certificates, and a prompt where there is one.
#[test]
fn the_family_of_the_simulations() {
    let mut answers = Vec::new();
    for n in [4, 8, 10, 15, 25, 30] {
        for seed in 0..3 {
            let model = Random(seed * 100 + n as u64).appendix_d(n);
            let found = theorem_3_6::decide(&model);
            let essential = found.assumption_3_5.as_ref().unwrap();
            let accepted = essential.decision.accepted().unwrap();
            assert!(accepted.text().len() < 1_000_000, "{} bytes", accepted.text().len());
            answers.push((n, essential.decision.holds().unwrap()));
            match found.verdict.unwrap() {
                Verdict::Proved(_) => assert!(found.construction.is_some()),
                Verdict::NotApplicable { violated } => {
                    assert_eq!(
                        violated.contains(&Statement::Assumption35),
                        essential.decision.holds() == Some(false)
                    );
                }
                other => panic!("{other:?}"),
            }
        }
    }
    println!("{answers:?}");
    assert!(answers.iter().any(|(_, holds)| *holds) && answers.iter().any(|(_, holds)| !holds));
}

/// A limit that is too small says so, and how far the search went; nothing is concluded.
#[test]
fn a_search_that_ends_early_is_undecided() {
    let branches = |model: &Model| {
        let found = assumption_3_5::decide(model)?;
        match &found.decision.accepted()?.certificate().evidence {
            Evidence::NoEssentialStates(tree) => Some(tree.branches.len()),
            _ => None,
        }
    };
    let mut tried = 0;
    for seed in 0..200 {
        let model = Random(seed).late();
        let Some(needed) = branches(&model).filter(|&needed| needed > 1) else { continue };
        let within = |branches| {
            let limits = CoverLimits { branches, ..CoverLimits::DEFAULT };
            assumption_3_5::decide_within(&model, limits).unwrap()
        };
        assert_eq!(within(needed).decision.holds(), Some(false));
        let found = within(needed - 1);
        let Decision::Undecided(limit) = &found.decision else { panic!("{:?}", found.decision) };
        assert_eq!(*limit, Limit::Covers { branches: needed - 1 });
        assert!(found.choice.is_none());
        tried += 1;
    }
    assert!(tried > 10, "only {tried} trees with several nodes");
}

/// 30 states of which each leads to three: the answer within a second in the dev build, on a certificate below 1 MB.
#[test]
fn thirty_states_with_few_successors() {
    for seed in 0..12 {
        let mut random = Random(seed);
        let n = 30;
        let transition: Vec<_> = (0..n)
            .map(|_| {
                let support = [random.below(n), random.below(n), random.below(n)];
                random.law(n, &support, 9)
            })
            .collect();
        let all: Vec<usize> = (0..10).collect();
        let emission: Vec<_> = (0..n).map(|_| random.law(10, &all, 50)).collect();
        let hmm = Hmm::new(law(&vec![1; n]), rows(n, &transition), rows(10, &emission)).unwrap();
        let weights: Vec<i64> = (0..n).map(|h| i64::from(h % 5 == 0)).collect();
        let task = Task::binary_from_integers(&weights);
        let model = Model::new("few", hmm, Some(task), Names::default()).unwrap();
        let start = Instant::now();
        let found = assumption_3_5::decide(&model).unwrap();
        let text = found.decision.accepted().unwrap().text().len();
        println!("{seed}: {:?}, {text} bytes, {:?}", found.decision.holds(), start.elapsed());
        assert!(text < 1_000_000, "{text} bytes");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
