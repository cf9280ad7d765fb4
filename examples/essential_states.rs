//! How fast is Assumption 3.5 decided? Random models with 10 tokens, a task that weighs 6 states, and 5 to 20 successors of each state.
//!
//! `cargo run --release --example essential_states [STATES [SEEDS]]` decides it for the seeds `0..SEEDS` (30 states and 100 seeds unless
//! told otherwise), each answer checked, and prints what was found and how long that took.

use std::time::{Duration, Instant};

use num_rational::BigRational;
use recoverable::{
    hypothesis::assumption_3_5,
    linear::Matrix,
    model::{Hmm, Model, Names, Task},
};

/// The number of tokens.
const TOKENS: usize = 10;

/// How many states the task weighs.
const WEIGHED: usize = 6;

/// A linear congruential generator: the same models on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Distinct numbers below `limit`.
    fn choose(&mut self, count: usize, limit: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..limit).collect();
        (0..count).for_each(|index| all.swap(index, index + self.below(limit - index)));
        all.truncate(count);
        all
    }

    /// A law with positive entries at these places.
    fn law(&mut self, length: usize, support: &[usize]) -> Vec<BigRational> {
        let mut weights = vec![0; length];
        support.iter().for_each(|&index| weights[index] = 1 + self.below(100));
        let total: usize = weights.iter().sum();
        weights.into_iter().map(|weight| BigRational::new(weight.into(), total.into())).collect()
    }

    fn model(&mut self, n: usize) -> Model {
        let everywhere: Vec<usize> = (0..n.max(TOKENS)).collect();
        let initial = self.law(n, &everywhere[..n]);
        let successors: Vec<_> = (0..n)
            .map(|_| {
                let count = (5 + self.below(16)).min(n);
                self.choose(count, n)
            })
            .collect();
        let transition: Vec<_> = successors.iter().map(|support| self.law(n, support)).collect();
        let emission: Vec<_> = (0..n).map(|_| self.law(TOKENS, &everywhere[..TOKENS])).collect();
        let mut weights = vec![0; n];
        self.choose(WEIGHED.min(n), n).into_iter().for_each(|state| weights[state] = 1);
        let rows = |height: usize, columns: &[Vec<BigRational>]| {
            Matrix::from_fn(height, n, |row, column| columns[column][row].clone()).to_rows()
        };
        let hmm = Hmm::new(initial, rows(n, &transition), rows(TOKENS, &emission)).expect("laws");
        let task = Task::binary_from_integers(&weights);
        Model::new("random", hmm, Some(task), Names::default()).expect("a task over the states")
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let (states, seeds) = (numbers.next().unwrap_or(30), numbers.next().unwrap_or(100));
    let (mut times, mut counts, mut longest): (Vec<Duration>, _, _) = (Vec::new(), [0; 3], 0);
    for seed in 0..seeds {
        let model = Random(seed as u64).model(states);
        let start = Instant::now();
        let found = assumption_3_5::decide(&model).expect("there is a task");
        times.push(start.elapsed());
        let answer = match found.decision.holds() {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        counts[answer] += 1;
        let bytes = found.decision.accepted().map_or(0, |accepted| accepted.text().len());
        longest = longest.max(bytes);
    }
    times.sort();
    println!("{states} states: {} hold, {} fail, {} open", counts[0], counts[1], counts[2]);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("median {:?}, 95 % within {:?}, the slowest {:?}", at(50), at(95), at(100));
    println!("the longest certificate has {longest} bytes");
}
