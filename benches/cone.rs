//! Cone membership, Motzkin's alternative and least norms: `cargo bench --bench cone`.
//!
//! Columns are positive laws whose entries are fractions of three digits, or (`doubles`) numbers of 53 bits.

use divan::{Bencher, black_box};
use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable::linear::{
    ConeMembership, Matrix, Separation, cone_membership, least_norm_solution, motzkin,
};

fn main() {
    divan::main();
}

/// A linear congruential generator: the same data on every machine.
struct Random(u64);

impl Random {
    fn bits(&mut self, count: u32) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> (64 - count)).expect("at most 63 bits")
    }

    fn fractions(&mut self, rows: usize, columns: usize) -> Matrix<BigRational> {
        let denominators: Vec<i64> = (0..columns).map(|_| 1000 - self.bits(8)).collect();
        Matrix::from_fn(rows, columns, |_, column| {
            BigRational::new((1 + self.bits(9)).into(), denominators[column].into())
        })
    }

    fn doubles(&mut self, rows: usize, columns: usize) -> Matrix<BigRational> {
        Matrix::from_fn(rows, columns, |_, _| BigRational::new(self.bits(53).into(), (1_i64 << 53).into()))
    }

    /// A sum of a tenth of the columns.
    fn planted(&mut self, matrix: &Matrix<BigRational>) -> Vec<BigRational> {
        let chosen: Vec<usize> = (0..matrix.columns()).filter(|_| self.bits(10) < 102).collect();
        (0..matrix.rows()).map(|row| chosen.iter().map(|&column| &matrix[(row, column)]).sum()).collect()
    }
}

fn data(dimension: usize, generators: usize, doubles: bool) -> (Matrix<BigRational>, Vec<BigRational>) {
    let mut random = Random((dimension * generators) as u64);
    let matrix =
        if doubles { random.doubles(dimension, generators) } else { random.fractions(dimension, generators) };
    let planted = random.planted(&matrix);
    (matrix, planted)
}

const SHAPES: [(usize, usize); 4] = [(10, 50), (30, 100), (30, 200), (60, 200)];

#[divan::bench(args = SHAPES, sample_count = 10, sample_size = 1)]
fn inside(bencher: Bencher, (dimension, generators): (usize, usize)) {
    let (matrix, vector) = data(dimension, generators, false);
    bencher.bench(|| {
        assert!(matches!(cone_membership(black_box(&matrix), &vector), ConeMembership::Inside(_)));
    });
}

#[divan::bench(args = SHAPES, sample_count = 10, sample_size = 1)]
fn outside(bencher: Bencher, (dimension, generators): (usize, usize)) {
    let (matrix, mut vector) = data(dimension, generators, false);
    vector[0] = BigRational::zero();
    bencher.bench(|| {
        assert!(matches!(cone_membership(black_box(&matrix), &vector), ConeMembership::Outside(_)));
    });
}

#[divan::bench(args = SHAPES, sample_count = 10, sample_size = 1)]
fn inside_doubles(bencher: Bencher, (dimension, generators): (usize, usize)) {
    let (matrix, vector) = data(dimension, generators, true);
    bencher.bench(|| {
        assert!(matches!(cone_membership(black_box(&matrix), &vector), ConeMembership::Inside(_)));
    });
}

/// Half of the vectors are to be negative, half not: random ones contradict each other.
#[divan::bench(args = SHAPES, sample_count = 10, sample_size = 1)]
fn contradiction(bencher: Bencher, (dimension, generators): (usize, usize)) {
    let (strict, _) = data(dimension, generators, false);
    let (weak, _) = data(dimension, generators + 1, false);
    bencher.bench(|| {
        assert!(matches!(motzkin(black_box(&strict), &weak), Separation::Contradiction { .. }));
    });
}

/// Labels of a planted functional.
#[divan::bench(args = SHAPES, sample_count = 10, sample_size = 1)]
fn functional(bencher: Bencher, (dimension, generators): (usize, usize)) {
    let (matrix, _) = data(dimension, generators, false);
    let value = |column: usize| -> BigRational {
        let signed = matrix.column(column).enumerate();
        signed.map(|(row, entry)| if row % 2 == 0 { entry.clone() } else { -entry }).sum()
    };
    let (positive, negative): (Vec<_>, Vec<_>) =
        (0..generators).partition(|&column| value(column) >= BigRational::zero());
    let part =
        |columns: &[usize]| Matrix::from_fn(dimension, columns.len(), |r, c| matrix[(r, columns[c])].clone());
    let (strict, weak) = (part(&negative), part(&positive));
    bencher.bench(|| {
        assert!(matches!(motzkin(black_box(&strict), &weak), Separation::Functional(_)));
    });
}

/// `k × n`: unknowns and equations.
#[divan::bench(args = [(10, 10), (30, 30), (60, 60), (30, 10), (100, 30)], sample_count = 10, sample_size = 1)]
fn least_norm(bencher: Bencher, (unknowns, equations): (usize, usize)) {
    let (matrix, _) = data(unknowns, equations, false);
    let target = vec![BigRational::one(); equations];
    bencher.bench(|| least_norm_solution(black_box(&matrix), &target).expect("independent columns"));
}

/// All generators are one float: nothing but the exact simplex method can tell them apart.
#[divan::bench(args = [(4, 20), (10, 50), (20, 80)], sample_count = 5, sample_size = 1)]
fn beyond_floats(bencher: Bencher, (dimension, generators): (usize, usize)) {
    let (noise, vector) = data(dimension, generators, false);
    let small = BigRational::new(1.into(), (1_i64 << 60).into());
    let matrix = Matrix::from_fn(dimension, generators, |row, column| {
        BigRational::one() + &noise[(row, column)] * &small
    });
    let count = vector.len();
    let mean: Vec<BigRational> = (0..count).map(|row| matrix.row(row).iter().sum::<BigRational>()).collect();
    bencher.bench(|| {
        assert!(matches!(cone_membership(black_box(&matrix), &mean), ConeMembership::Inside(_)));
    });
}
