//! What a certificate costs: finding the evidence, and checking it; reading the text is reported apart.
//!
//! `cargo bench --bench certificates`. Matrices are square, with a column denominator of three digits each (for `rank` a product of
//! two factors). `find` is the evidence alone; `read` parses a certificate; `check` parses it and checks it.

use divan::{Bencher, black_box};
use num_rational::BigRational;
use recoverable::{
    linear::{Fractions, Matrix, smallest_singular_value},
    question::matrix::{Question, decide},
};

fn main() {
    divan::main();
}

/// A linear congruential generator: the same matrices on every machine.
fn small(rows: usize, columns: usize) -> Matrix<BigRational> {
    let mut state = (rows * 1000 + columns) as u64;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let denominators: Vec<u64> = (0..columns).map(|_| 100 + below(900)).collect();
    Matrix::from_fn(rows, columns, |_, column| {
        BigRational::new((1 + below(20)).into(), denominators[column].into())
    })
}

fn deficient(size: usize) -> Matrix<BigRational> {
    let (a, b) = (small(size, size * 9 / 10), small(size * 9 / 10, size));
    Matrix::from_fn(size, size, |row, column| {
        a.row(row).iter().zip(b.column(column)).map(|(x, y)| x * y).sum()
    })
}

/// Every question with every size.
fn cases() -> impl Iterator<Item = String> {
    ["independent", "rank", "left-inverse", "singular-value"]
        .into_iter()
        .flat_map(|question| [30, 100].map(|size| format!("{question} {size}")))
}

fn case(name: &str) -> (Matrix<BigRational>, Question) {
    let (question, size) = name.split_once(' ').expect("a question and a size");
    let size = size.parse().expect("a number");
    match question {
        "independent" => (small(size, size), Question::Independent),
        "rank" => (deficient(size), Question::Rank),
        "left-inverse" => (small(size, size), Question::LeftInverse),
        _ => (small(size, size), Question::SingularValue),
    }
}

#[divan::bench(args = cases(), max_time = 1)]
fn find(bencher: Bencher, name: &str) {
    let (matrix, question) = case(name);
    bencher.bench(|| {
        let fractions = Fractions::new(black_box(&matrix));
        match question {
            Question::Independent => fractions.independence().is_some(),
            Question::Rank => fractions.kernel().and_then(|found| found.evidence(&fractions)).is_some(),
            Question::LeftInverse => fractions.left_inverse().is_some(),
            _ => smallest_singular_value(&matrix).is_some(),
        }
    });
}

#[divan::bench(args = cases(), max_time = 1)]
fn read(bencher: Bencher, name: &str) {
    let (matrix, question) = case(name);
    let accepted = decide(&matrix, &question).expect("an accepted certificate");
    bencher.bench(|| recoverable_checker::read(black_box(accepted.text())).expect("a certificate"));
}

#[divan::bench(args = cases(), max_time = 1)]
fn check(bencher: Bencher, name: &str) {
    let (matrix, question) = case(name);
    let accepted = decide(&matrix, &question).expect("an accepted certificate");
    bencher
        .bench(|| recoverable_checker::check(black_box(accepted.text())).expect("an accepted certificate"));
}
