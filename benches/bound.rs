//! The certified disagreement of a head: prefixes per second with and without the checker, and all inputs up to a length.
//!
//! `cargo bench --bench bound`. Models of the family of the paper's Appendix D: a few transitions and tokens of each state have almost all
//! of its mass. The head is right on a part of the inputs only.

use std::ops::ControlFlow;

use divan::{Bencher, black_box, counter::ItemsCount};
use num_rational::BigRational;
use recoverable::{
    model::{Construction, Hmm, Model, Names, Task},
    question::bound::bound,
    search::{Functionals, Limits, PrefixTree, exact_disagreements},
};

fn main() {
    divan::main();
}

/// A linear congruential generator: the same models on every machine.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `softmax(u / temperature)` of uniform `u`, over one denominator of at most 40 bits.
    fn softmax(&mut self, length: usize, temperature: f64) -> Vec<BigRational> {
        let logits: Vec<f64> = (0..length).map(|_| self.unit() / temperature).collect();
        let largest = logits.iter().copied().fold(f64::MIN, f64::max);
        let weights: Vec<u64> =
            logits.iter().map(|logit| ((logit - largest).exp() * f64::from(1 << 20)) as u64 + 1).collect();
        let total: u64 = weights.iter().sum();
        weights.iter().map(|&weight| BigRational::new(weight.into(), total.into())).collect()
    }

    fn integers(&mut self, length: usize) -> Vec<BigRational> {
        (0..length).map(|_| BigRational::from_integer(((self.unit() * 41.0) as i64 - 20).into())).collect()
    }
}

fn case(states: usize, tokens: usize) -> (Model, Construction) {
    let mut random = Random(states as u64);
    let columns = |random: &mut Random, height: usize| -> Vec<Vec<BigRational>> {
        let columns: Vec<_> = (0..states).map(|_| random.softmax(height, 0.05)).collect();
        (0..height).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
    };
    let initial = random.softmax(states, 10.0);
    let (transition, emission) = (columns(&mut random, states), columns(&mut random, tokens));
    let hmm = Hmm::new(initial, transition, emission).expect("laws");
    let task = Task::binary(random.integers(states));
    let head = vec![random.integers(tokens)];
    let construction = Construction::new(&hmm, &task, head, Vec::new()).expect("a head");
    (Model::new("family", hmm, Some(task), Names::default()).expect("a model"), construction)
}

fn limits(prefixes: usize) -> Limits {
    Limits { prefixes, bytes: 1 << 31, target: 0.0, decide: true }
}

/// The search alone: intervals in floats.
#[divan::bench(args = [10, 30], sample_count = 5, sample_size = 1)]
fn grow_20000_prefixes(bencher: Bencher, states: usize) {
    let (model, construction) = case(states, 10);
    let functionals = Functionals::new(model.hmm(), model.task().expect("a task"), Some(&construction));
    bencher.counter(ItemsCount::new(20_000_usize)).bench(|| {
        let mut tree = PrefixTree::new(black_box(functionals.clone()));
        tree.grow(limits(20_000), &mut |_| ControlFlow::Continue(()))
    });
}

/// With the certificate, which the checker reads and computes again in integers.
#[divan::bench(args = [10, 30], sample_count = 5, sample_size = 1)]
fn bound_with_20000_prefixes(bencher: Bencher, states: usize) {
    let (model, construction) = case(states, 10);
    let task = model.task().expect("a task");
    bencher.counter(ItemsCount::new(20_000_usize)).bench(|| {
        let found =
            bound(black_box(&model), task, &construction, limits(20_000), &mut |_| ControlFlow::Continue(()));
        assert!(found.disagreement.is_ok());
        found
    });
}

/// The 87,380 inputs of up to 8 of 4 tokens, exactly.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn all_inputs_up_to_length_8(bencher: Bencher) {
    let (model, construction) = case(8, 4);
    let functionals = Functionals::new(model.hmm(), model.task().expect("a task"), Some(&construction));
    bencher
        .counter(ItemsCount::new(87_380_usize))
        .bench(|| exact_disagreements(black_box(&functionals), 8, |_, _| {}));
}
