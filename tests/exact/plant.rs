//! Matrices that plant the answer: a rank, a solution, a unimodular disguise, primes that divide minors.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;
use proptest::{collection::vec, prelude::*, sample::Index};
use recoverable::linear::Matrix;

use super::{Exact, product, select};

/// The primes that are tried first.
pub const FIRST: [u32; 6] = [268_435_399, 268_435_367, 268_435_361, 268_435_337, 268_435_331, 268_435_313];

/// How many primes are tried.
pub const ATTEMPTS: usize = 32;

pub fn integer(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

pub fn power(exponent: u32) -> BigInt {
    BigInt::one() << exponent
}

/// So many bits, all 1.
pub fn ones(bits: u32) -> BigInt {
    power(bits) - 1
}

/// The primes below 2²⁸ from the largest down, by trial division.
pub fn largest_primes(count: usize) -> Vec<BigInt> {
    let prime = |candidate: &u32| (3..1 << 14).step_by(2).all(|d| !candidate.is_multiple_of(d));
    (1..1_u32 << 28).rev().step_by(2).filter(prime).take(count).map(BigInt::from).collect()
}

/// Products of some of the first primes: every minor that contains one vanishes modulo them.
fn unlucky() -> impl Strategy<Value = BigInt> {
    (1_u8..64, -2_i64..=2).prop_map(|(set, factor)| {
        let chosen = FIRST.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
        chosen.fold(BigInt::from(factor), |product, (_, &prime)| product * prime)
    })
}

/// Numbers of all lengths, with denominators of all kinds.
pub fn wild() -> impl Strategy<Value = BigRational> {
    let mersenne = [61, 89, 127].map(ones);
    prop_oneof![
        6 => (-3_i64..=3).prop_map(integer),
        2 => (-9_i64..=9, 1_i64..=9).prop_map(|(p, q)| BigRational::new(p.into(), q.into())),
        2 => unlucky().prop_map(BigRational::from_integer),
        1 => (1_i64..99).prop_map(|noise| BigRational::from_integer(power(3000) + noise)),
        1 => (1_i64..99).prop_map(|noise| BigRational::new((2 * noise + 1).into(), power(1000))),
        1 => any::<u64>().prop_map(|bits| BigRational::from_float(f64::from_bits(bits >> 12)).unwrap()),
        1 => (any::<i64>(), 0..3_usize)
            .prop_map(move |(p, q)| BigRational::new(p.into(), mersenne[q].clone())),
        1 => (-9_i64..=9, 0..6_usize).prop_map(|(p, q)| BigRational::new(p.into(), FIRST[q].into())),
        1 => (any::<u64>(), 0..3_u8).prop_map(|(word, back)| {
            BigRational::from_integer((BigInt::one() << (8 * (word % 40))) - i64::from(back)) // edges of pieces
        }),
    ]
}

pub fn small() -> impl Strategy<Value = BigRational> {
    (-2_i64..=2).prop_map(integer)
}

pub fn filled(
    rows: usize,
    columns: usize,
    entry: impl Strategy<Value = BigRational>,
) -> impl Strategy<Value = Exact> {
    vec(entry, rows * columns).prop_map(move |entries| {
        Matrix::from_fn(rows, columns, |row, column| entries[row * columns + column].clone())
    })
}

/// A product of factors of width `r`, some of its rows and columns scaled by wild numbers, others repeated.
fn planted(rows: usize, columns: usize, r: usize) -> impl Strategy<Value = Exact> {
    let scales = |length| vec(prop_oneof![2 => Just(BigRational::one()), 1 => wild()], length);
    let repeats = || vec((any::<Index>(), any::<Index>(), any::<bool>()), 0..3);
    (filled(rows, r, small()), filled(r, columns, small()), scales(rows), scales(columns), repeats())
        .prop_map(move |(left, right, down, along, repeats)| {
            let matrix = product(&left, &right);
            let scaled = Matrix::from_fn(rows, columns, |i, j| &matrix[(i, j)] * &down[i] * &along[j]);
            let (mut from_row, mut from_column) =
                ((0..rows).collect::<Vec<_>>(), (0..columns).collect::<Vec<_>>());
            for (to, from, of_rows) in repeats {
                let list = if of_rows { &mut from_row } else { &mut from_column };
                if !list.is_empty() {
                    let (to, from) = (to.index(list.len()), from.index(list.len()));
                    list[to] = list[from];
                }
            }
            select(&scaled, &from_row, &from_column)
        })
}

/// Up to 6 × 6, of any rank.
pub fn tiny() -> impl Strategy<Value = Exact> {
    let shape = (0_usize..=6, 0_usize..=6, 0_usize..=6);
    prop_oneof![
        (0_usize..=6, 0_usize..=6).prop_flat_map(|(rows, columns)| filled(rows, columns, wild())),
        shape.prop_flat_map(|(rows, columns, r)| planted(rows, columns, r)),
    ]
}

/// Two matrices with equally many rows.
pub fn pair() -> impl Strategy<Value = (Exact, Exact)> {
    let side = |rows| {
        prop_oneof![
            1 => (0_usize..=3).prop_flat_map(move |columns| filled(rows, columns, wild())),
            3 => (0_usize..=4, 1_usize..=3).prop_flat_map(move |(columns, r)| planted(rows, columns, r)),
        ]
    };
    (0_usize..=5).prop_flat_map(move |rows| (side(rows), side(rows)))
}

/// A word-sized generator with a seed, for what is too large for shrinking.
pub struct Words(pub u64);

impl Words {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap() % limit
    }

    pub fn small(&mut self) -> BigInt {
        BigInt::from(self.next() % 5) - 2
    }

    fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        (1..count).for_each(|last| order.swap(last, self.below(last + 1)));
        order
    }

    /// A matrix of exactly this rank: `[1; R] [1 | S]` with rows and columns in any order, and scaled columns.
    pub fn of_rank(&mut self, rows: usize, columns: usize, rank: usize) -> Exact {
        let mut factor = |outer: usize| {
            Matrix::from_fn(outer, rank, |i, k| {
                if i < rank { integer((i == k).into()) } else { self.small().into() }
            })
        };
        let (left, right) = (factor(rows), factor(columns).transpose());
        let (down, along) = (self.shuffled(rows), self.shuffled(columns));
        let mut matrix = select(&product(&left, &right), &down, &along).to_rows();
        for column in 0..columns {
            let scale = match self.below(12) {
                0 => BigRational::from_integer(FIRST[0].into()),
                1 => BigRational::from_integer((FIRST[self.below(2)]).into()) * BigInt::from(FIRST[2]),
                2 => BigRational::new(1.into(), power(70) + 1),
                3 => BigRational::new((-5).into(), 7.into()),
                _ => continue,
            };
            matrix.iter_mut().for_each(|row| row[column] *= &scale);
        }
        Matrix::from_fn(rows, columns, |i, j| matrix[i][j].clone())
    }

    /// A product of elementary operations with multipliers of up to so many bits, and its inverse.
    pub fn unimodular(&mut self, size: usize, operations: usize, bits: usize) -> (Exact, Exact) {
        let one = Matrix::from_fn(size, size, |i, j| BigInt::from(u8::from(i == j)));
        let (mut forth, mut back) = (one.to_rows(), one.to_rows());
        for _ in 0..operations {
            let (to, step) = (self.below(size), 1 + self.below(size - 1));
            let from = (to + step) % size;
            let factor = (self.small() << self.below(bits)) + 1;
            let source = forth[from].clone();
            forth[to].iter_mut().zip(&source).for_each(|(x, y)| *x += &factor * y);
            // (E_k … E_1)⁻¹ = E_1⁻¹ … E_k⁻¹: operations on columns.
            back.iter_mut().for_each(|row| {
                let change = &factor * &row[to];
                row[from] -= change;
            });
            if self.below(3) == 0 {
                forth.swap(to, from);
                back.iter_mut().for_each(|row| row.swap(to, from));
            }
        }
        let exact = |rows: Vec<Vec<BigInt>>| Matrix::from_fn(size, size, |i, j| rows[i][j].clone().into());
        (exact(forth), exact(back))
    }
}
