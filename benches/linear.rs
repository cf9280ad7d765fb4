//! Each operation of the linear floor, for column-stochastic matrices with denominators of three digits and for entries
//! born as floats. `cargo bench --bench linear`; `benches/README.md` has the comparison with FLINT.

use divan::{Bencher, black_box};
use num_rational::BigRational;
use recoverable::{
    linear::{Fractions, Matrix, intersection},
    number::gcd,
};

fn main() {
    divan::main();
}

/// A linear congruential generator: the same matrices on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn small(rows: usize, columns: usize) -> Matrix<BigRational> {
    let mut random = Random((rows * 1000 + columns) as u64);
    let denominators: Vec<u64> = (0..columns).map(|_| 100 + random.below(900)).collect();
    Matrix::from_fn(rows, columns, |_, column| {
        BigRational::new((1 + random.below(20)).into(), denominators[column].into())
    })
}

fn floats(rows: usize, columns: usize) -> Matrix<BigRational> {
    let mut random = Random((rows * 1000 + columns) as u64);
    Matrix::from_fn(rows, columns, |_, _| {
        let unit = (random.below(1 << 31) as f64 + random.below(1 << 22) as f64 / f64::from(1 << 22))
            / 2_f64.powi(31);
        BigRational::from_float((unit + 1e-3) / rows as f64).expect("a finite float")
    })
}

fn times(a: &Matrix<BigRational>, b: &Matrix<BigRational>) -> Matrix<BigRational> {
    Matrix::from_fn(a.rows(), b.columns(), |row, column| {
        a.row(row).iter().zip(b.column(column)).map(|(x, y)| x * y).sum()
    })
}

/// Makes a matrix of rows × columns.
type Make = fn(usize, usize) -> Matrix<BigRational>;

const KINDS: [(&str, Make); 2] = [("3-digit", small), ("f64", floats)];

/// Every size with either kind of entries.
fn cases() -> impl Iterator<Item = String> {
    let sizes = [10, 30, 100];
    sizes.into_iter().flat_map(|size| KINDS.map(|(kind, _)| format!("{size} {kind}")))
}

fn case(name: &str) -> (usize, Make) {
    let (size, kind) = name.split_once(' ').expect("a size and a kind");
    let make = KINDS.iter().find(|(name, _)| *name == kind).expect("a known kind").1;
    (size.parse().expect("a number"), make)
}

#[divan::bench(args = cases(), max_time = 1)]
fn clear(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let matrix = make(n, n);
    bencher.bench(|| Fractions::new(black_box(&matrix)));
}

#[divan::bench(args = cases(), max_time = 1)]
fn rank(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let matrix = Fractions::new(&make(n, n));
    bencher.bench(|| assert_eq!(black_box(&matrix).rank(), Some(n)));
}

#[divan::bench(args = cases(), max_time = 1)]
fn independence(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let matrix = Fractions::new(&make(n, n));
    bencher.bench(|| black_box(&matrix).independence());
}

#[divan::bench(args = cases(), max_time = 1)]
fn dependence(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let matrix = Fractions::new(&times(&make(n, n * 9 / 10), &make(n * 9 / 10, n)));
    bencher.bench(|| black_box(&matrix).independence());
}

#[divan::bench(args = cases(), max_time = 1)]
fn kernel(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let matrix = Fractions::new(&times(&make(n, n * 9 / 10), &make(n * 9 / 10, n)));
    bencher.bench(|| black_box(&matrix).kernel());
}

#[divan::bench(args = cases(), max_time = 1)]
fn solve(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let (matrix, rhs) = (Fractions::new(&make(n, n)), make(n, 1));
    let rhs: Vec<_> = rhs.column(0).cloned().collect();
    bencher.bench(|| black_box(&matrix).solve(&rhs));
}

#[divan::bench(args = cases(), max_time = 1)]
fn solve_many(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let (matrix, rhs) = (Fractions::new(&make(n, n)), Fractions::new(&make(n, n / 5)));
    bencher.bench(|| black_box(&matrix).solve_many(&rhs));
}

#[divan::bench(args = cases(), max_time = 1)]
fn left_inverse(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let matrix = Fractions::new(&make(2 * n, n));
    bencher.bench(|| black_box(&matrix).left_inverse());
}

#[divan::bench(args = cases(), max_time = 1)]
fn intersection_of_spans(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let (left, right) = (Fractions::new(&make(n, n / 2 + 1)), Fractions::new(&make(n, n / 2 - 1)));
    bencher.bench(|| intersection(black_box(&left), black_box(&right)));
}

#[divan::bench(args = cases(), max_time = 1)]
fn ranks_without_blocks(bencher: Bencher, name: &str) {
    let (n, make) = case(name);
    let matrix = Fractions::new(&make(n, n + 2));
    let blocks: Vec<Vec<usize>> = (0..n / 2).map(|block| vec![2 * block, 2 * block + 1]).collect();
    bencher.bench(|| black_box(&matrix).ranks_without(&blocks));
}

/// From rationals to evidence at a thousand columns.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn independence_of_1000_columns(bencher: Bencher) {
    let matrix = small(1000, 1000);
    bencher.bench(|| Fractions::new(black_box(&matrix)).independence());
}

#[divan::bench(args = [1, 10, 100, 1000], max_time = 1)]
fn greatest_common_divisor(bencher: Bencher, words: u32) {
    let number = |seed: u64| {
        let mut random = Random(seed);
        (0..2 * words).fold(num_bigint::BigInt::ZERO, |value, _| (value << 32) + random.below(1 << 31))
    };
    let (a, b) = (number(1), number(2));
    bencher.bench(|| gcd(black_box(&a), black_box(&b)));
}
