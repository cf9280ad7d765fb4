//! Models with memory: message passing, exactly and in `f64`, recoverable sets, heads, scope and coverage.
//!
//! `cargo bench --bench memory`. The largest model has 3 cells of 4 values and 8 syntax states: 64 memories times 24 hidden states are 1,536 augmented
//! states. Its transition matrix is dense; for scope and coverage it is sparse, as nothing is in the scope otherwise.

use divan::{Bencher, black_box};
use num_bigint::BigInt;
use num_rational::BigRational;
use recoverable::{
    hypothesis::assumption_4_2,
    model::{Cell, MemoryHmm, MemoryModel, MemoryPrior, MemoryTask, Names, Shape, Task, Token},
    number::Scalar,
    oracle::MemoryOracle,
    search::Scope,
    theorem::theorem_4_3,
};

fn main() {
    divan::main();
}

/// A linear congruential generator: the same models on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Positive everywhere, or on the first place and at most two others.
    fn law(&mut self, length: usize, first: usize, kind: Kind) -> Vec<BigRational> {
        let mut weights = vec![usize::from(kind != Kind::Sparse); length];
        match kind {
            Kind::Dense => (length..128).for_each(|_| weights[self.below(length)] += 1),
            Kind::Mixed => weights.iter_mut().for_each(|weight| *weight += self.below(9)),
            Kind::Sparse => {
                weights[first % length] += 1;
                (0..2).for_each(|_| weights[self.below(length)] += 1);
            }
        }
        let total: usize = weights.iter().sum();
        weights.into_iter().map(|weight| BigRational::new(weight.into(), total.into())).collect()
    }
}

/// How the laws of a model look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Positive, over the denominator 128.
    Dense,
    /// Positive, each law over a denominator of its own.
    Mixed,
    /// At most three entries that are not 0.
    Sparse,
}

fn rows(columns: &[Vec<BigRational>]) -> Vec<Vec<BigRational>> {
    (0..columns[0].len()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

/// The block of syntax state 0 of cell 0 has tokens of its own.
fn model(cells: usize, values: usize, syntax: usize, kind: Kind) -> MemoryModel {
    let (shape, tokens) = (Shape { values, cells, syntax }, values + 12);
    let n = shape.states();
    let mut random = Random(n as u64);
    let uniform = |length: usize| vec![BigRational::new(1.into(), length.into()); length];
    let transition: Vec<_> = (0..n).map(|h| random.law(n, h + 1, kind)).collect();
    let column = |at: usize| {
        let (value, h) = (at / n, at % n);
        let mut law = random.law(tokens, values + h, kind);
        if h == 0 {
            law = (0..tokens).map(|z| BigRational::from_integer(usize::from(z == value).into())).collect();
        } else {
            let own: BigRational = law.drain(..values).sum();
            law[0] += own;
            law.splice(0..0, vec![BigRational::default(); values]);
        }
        law
    };
    let emission: Vec<_> = (0..shape.columns()).map(column).collect();
    let prior = MemoryPrior::product(vec![uniform(values); cells]);
    let memory = MemoryHmm::new(shape, uniform(n), rows(&transition), rows(&emission), prior).expect("laws");
    let weights: Vec<i64> = (0..values).map(|value| 1 - 2 * (value % 2) as i64).collect();
    let task = MemoryTask { cell: Cell(0), task: Task::binary_from_integers(&weights) };
    MemoryModel::new("bench", memory, Some(task), Names::default()).expect("a model")
}

/// An input of dense models, on which everything but the first block can be.
fn input(model: &MemoryModel, length: usize) -> Vec<Option<Token>> {
    let (values, tokens) = (model.memory().shape().values, model.memory().tokens());
    (0..length).map(|at| Some(Token(values + at * 7 % (tokens - values)))).collect()
}

/// Cells, values, syntax states, length.
const SIZES: [(usize, usize, usize, usize); 3] = [(1, 4, 8, 128), (2, 4, 8, 128), (3, 4, 8, 128)];

fn outputs<S: Scalar>(
    bencher: Bencher<'_, '_>,
    (cells, values, syntax, length): (usize, usize, usize, usize),
    kind: Kind,
) {
    let model = model(cells, values, syntax, kind);
    let tokens = input(&model, length);
    let oracle = MemoryOracle::<S>::new(model.memory()).expect("small enough");
    bencher.bench_local(|| {
        black_box(oracle.posterior(Cell(0), &tokens).expect("possible"));
        black_box(oracle.model_output(None, &tokens).expect("possible"))
    });
}

/// Posterior and outputs at every position, exactly.
#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn exact(bencher: Bencher<'_, '_>, size: (usize, usize, usize, usize)) {
    outputs::<BigInt>(bencher, size, Kind::Dense);
}

/// The same where the laws have no common denominator but a long one.
#[divan::bench(args = SIZES, sample_count = 1, sample_size = 1)]
fn exact_mixed(bencher: Bencher<'_, '_>, size: (usize, usize, usize, usize)) {
    outputs::<BigInt>(bencher, size, Kind::Mixed);
}

/// The same in `f64`.
#[divan::bench(args = SIZES)]
fn float(bencher: Bencher<'_, '_>, size: (usize, usize, usize, usize)) {
    outputs::<f64>(bencher, size, Kind::Dense);
}

/// The largest recoverable set, with its certificate.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn recoverable(bencher: Bencher<'_, '_>) {
    let model = model(3, 4, 8, Kind::Dense);
    let task = model.task().expect("a task");
    bencher.bench_local(|| black_box(assumption_4_2::decide(&model, task)));
}

/// Theorem 4.3: hypotheses, head, certificate.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn theorem(bencher: Bencher<'_, '_>) {
    let model = model(3, 4, 8, Kind::Dense);
    bencher.bench_local(|| black_box(theorem_4_3::decide(&model).verdict));
}

/// Whether the scope is empty.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn scope(bencher: Bencher<'_, '_>) {
    let model = model(3, 4, 8, Kind::Sparse);
    let scope = Scope::new(model.memory(), Cell(0), &[0], None).expect("small enough");
    bencher.bench_local(|| black_box(scope.decide().expect("decided")));
}

/// Its probability for the lengths 1 to 8, as far as 2²⁴ products go: what `check` does.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn coverage(bencher: Bencher<'_, '_>) {
    let model = model(2, 3, 4, Kind::Sparse);
    let scope = Scope::new(model.memory(), Cell(0), &[0], None).expect("small enough");
    bencher.bench_local(|| black_box(scope.coverage_as_far_as(8, 1 << 24)));
}
