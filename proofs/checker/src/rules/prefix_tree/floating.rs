//! Floating-point numbers that are rounded down, and how far below the truth they may be.
//!
//! Every entry is known by a lower end with [`DIGITS`] binary digits wherever its point is: what is small is known as well
//! as what is large. Nothing cancels on the way, so that at each depth one bound holds for what all entries have lost, relative to their
//! size; the upper ends follow from the lower ones. Before entries are subtracted they are brought to one power of two, those of one state for the
//! comparisons of a leaf, where each state has its own ratio of mass to score, or all.
//!
//! **What is lost.** Rounding to [`DIGITS`] digits takes less than a part of `2^-63`. One more token rounds an entry of `A`, one of `W`, the
//! sum and its product with the entry of `W`; and cutting off the terms of a sum of `n < 2^16` products takes less than `n 2^-110` of it. So after `d`
//! tokens, the root included, no entry is below `(1 − 2^-63)^(5d + 1) ≥ 1 − (5d + 1) 2^-63` of the truth, which for all `d ≤ 4096` is at most
//! `1 + (d + 1) 2^-60` times the entry. Lemmas: `rounded_ends_sound`, `integer_end_sound`. Vectors that are one step of the chain ahead of a prefix have lost less than
//! those of one token more. Lemmas: `rounded_next_sound`, `rounded_next_rows_sound`.
//!
//! **No overflow.** A mantissa is below `2^64`, so a sum of products, 16 digits less each, below `n 2^112 < 2^128`. With one power of two for
//! the scores of a state these are integers up to `2^112`, with one for all states up to `2^112 / n + 1`, and upper ends exceed that by a part of `2^-47` and
//! `2^13`; so scores, differences of two of them and their sums are below `2^115`. The masses add up to at most `1`; as integers over
//! `2^digits`, with `digits = 125 − (bits of n)`, their upper ends add up to less than `2^125`. Exponents stay
//! below `2^33` in size: numbers in certificates have at most 100000 digits.

use std::{borrow::Cow, ops::Range};

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, ToPrimitive, Zero};

use super::arithmetic::{Arithmetic, Doubt, End, Exact, Group, Vectors, View};
use crate::{failure::Rejection, number::Dyadic};

/// The binary digits of a mantissa.
const DIGITS: u32 = 64;

/// The digits that are cut off from a product in a sum.
const CUT: i64 = 16;

/// The digits of the largest score of a state, as an integer, beyond those of a mantissa.
const SPARE: i64 = 48;

/// After each token, and at the root, a part of two to the power of minus this may be lost.
const LOST: u32 = 60;

/// Products with ratios end here: no probability has as many units.
const MOST: u128 = 1 << 125;

/// The lower half of a number.
const LOW: u128 = (1 << 64) - 1;

/// `mantissa · 2^exponent`; the mantissa has exactly [`DIGITS`] digits, or it is 0 and the exponent [`NOTHING`].
#[derive(Clone, Copy)]
pub(super) struct Float {
    mantissa: u64,
    exponent: i64,
}

/// The exponent of 0: far below all others, and below them even where another one is added.
const NOTHING: i64 = -(1 << 40);

/// Floating-point numbers.
pub(super) struct Floating {
    states: usize,
    /// The bits of `n`.
    bits: u32,
    /// The entries of `A` that are not zero, row by row, each with its column.
    transition: Vec<Vec<(usize, Float)>>,
    /// Those of `W`.
    emission: Vec<Float>,
    root: Vec<Float>,
}

impl Floating {
    pub fn new(exact: &Exact) -> Result<Self, Rejection> {
        let states = exact.states();
        let bits = u16::try_from(states).map_err(|_| Rejection::TooLarge { field: "initial" })?.ilog2() + 1;
        let [transition, emission] = exact.matrices(Float::of);
        let not_zero =
            |row: &[Float]| row.iter().copied().enumerate().filter(|(_, entry)| entry.mantissa > 0).collect();
        let transition = transition.chunks_exact(states).map(not_zero).collect();
        let root = exact.fractions().map(|(value, scale)| Float::of(value, &scale)).collect();
        Ok(Self { states, bits, transition, emission, root })
    }

    /// Masses are integers over two to the power of this.
    fn digits(&self) -> u32 {
        125 - self.bits
    }

    /// The largest exponents of the scores of both groups at some states, 0 where all are zero.
    fn exponents(vectors: &Vectors<Float>, states: Range<usize>) -> [i64; 2] {
        [Group::Task, Group::Head].map(|group| {
            let entries = vectors.parts(group).flat_map(|index| &vectors.row(index)[states.clone()]);
            let largest = entries.map(|x| x.exponent).max().unwrap_or(NOTHING);
            if largest == NOTHING { 0 } else { largest - SPARE }
        })
    }

    /// Masses over `2^-digits`, scores over these powers of two.
    fn view<'v>(&self, depth: usize, vectors: &Vectors<Float>, exponents: Vec<[i64; 2]>) -> View<'v, i128> {
        let places = vectors.row(0).iter().map(|x| x.over(-i64::from(self.digits())));
        let mut lower: Vec<u128> = places.collect();
        for group in [Group::Task, Group::Head] {
            for index in vectors.parts(group) {
                let entries = vectors.row(index).iter().zip(&exponents);
                lower.extend(entries.map(|(x, exponents)| x.over(exponents[group as usize])));
            }
        }
        let above = vectors.all().iter().zip(&lower).map(|(x, lower)| x.above(*lower, depth));
        let upper = above.map(u128::cast_signed).collect();
        let lower = lower.into_iter().map(u128::cast_signed).collect();
        let [lower, upper] = [lower, upper].map(|all| Cow::Owned(Vectors::new(self.states, all)));
        View { lower, upper, exponents }
    }
}

impl Arithmetic for Floating {
    type Entry = Float;
    type Number = i128;

    fn root(&self) -> Vectors<Float> {
        Vectors::new(self.states, self.root.clone())
    }

    fn advance(&self, vectors: &Vectors<Float>) -> Vectors<Float> {
        vectors.each(|r, ahead| ahead.extend(self.transition.iter().map(|row| sum_of_products(row, r))))
    }

    fn emit(&self, token: usize, vectors: &Vectors<Float>) -> Vectors<Float> {
        let row = &self.emission[token * self.states..][..self.states];
        vectors.each(|r, next| next.extend(row.iter().zip(r).map(|(w, x)| product(*w, *x))))
    }

    fn by_state<'v>(&self, depth: usize, vectors: &'v Vectors<Float>) -> View<'v, i128> {
        let exponents = (0..self.states).map(|state| Self::exponents(vectors, state..state + 1));
        self.view(depth, vectors, exponents.collect())
    }

    fn at_once<'v>(&self, depth: usize, vectors: &'v Vectors<Float>) -> View<'v, i128> {
        let common = Self::exponents(vectors, 0..self.states).map(|largest| largest + i64::from(self.bits));
        self.view(depth, vectors, vec![common; self.states])
    }

    fn in_words<'v>(&self, depth: usize, vectors: &'v Vectors<Float>) -> Option<View<'v, i128>> {
        Some(self.at_once(depth, vectors))
    }

    fn excess(&self, _: Group, exponent: i64, mass: &i128, ratio: Dyadic, score: &i128) -> i128 {
        let (size, exponent) = (score.unsigned_abs(), exponent + i64::from(self.digits()));
        if *score < 0 {
            mass + scaled(size, ratio, exponent, End::Upper)
        } else {
            (mass - scaled(size, ratio, exponent, End::Lower)).max(0)
        }
    }

    fn scale(&self) -> BigInt {
        BigInt::one() << self.digits()
    }

    fn step(&self) -> BigInt {
        BigInt::one()
    }

    fn exact<'v>(&self, _: &'v Vectors<Float>) -> Option<&'v Vectors<BigInt>> {
        None
    }

    fn rounded(&self, doubt: Doubt<BigInt>, exact: &Exact, depth: usize) -> Doubt<i128> {
        let scale = exact.scale() * num_traits::pow(exact.step(), depth);
        let lower = (doubt.lower << self.digits()).div_floor(&scale).to_i128();
        let upper = (doubt.upper << self.digits()).div_ceil(&scale).to_i128();
        Doubt { lower: lower.unwrap_or(0), upper: upper.unwrap_or(MOST.cast_signed()) }
    }
}

impl Float {
    const ZERO: Self = Self { mantissa: 0, exponent: NOTHING };

    /// `value / scale`, rounded down; neither is negative.
    fn of(value: &BigInt, scale: &BigInt) -> Self {
        if value.is_zero() {
            return Self::ZERO;
        }
        let bits = |x: &BigInt| i64::try_from(x.bits()).unwrap_or(i64::MAX);
        let exponent = bits(value) - bits(scale) - i64::from(DIGITS); // of a quotient with no digit or one to spare
        let size = exponent.unsigned_abs();
        let quotient = if exponent < 0 { (value << size) / scale } else { value / (scale << size) };
        Self::rounded(quotient.to_u128().unwrap_or(0), exponent)
    }

    /// `mantissa · 2^exponent`, rounded down; the mantissa has [`DIGITS`] digits at least, or it is 0.
    fn rounded(mantissa: u128, exponent: i64) -> Self {
        let excess = DIGITS.saturating_sub(mantissa.leading_zeros());
        Self { mantissa: low(mantissa >> excess), exponent: exponent + i64::from(excess) }
    }

    /// The number over `2^exponent`, rounded down to an integer. The exponent is less than the number's own by 48 at most, or that of masses.
    fn over(self, exponent: i64) -> u128 {
        shifted(self.mantissa.into(), self.exponent - exponent).min(MOST)
    }

    /// What the number stands for at a depth, over the power of two over which this is the integer below it: at most this.
    fn above(self, below: u128, depth: usize) -> u128 {
        if self.mantissa == 0 { 0 } else { below + ((below >> LOST) + 1) * (depth as u128 + 1) + 1 }
    }
}

/// The lower half.
pub(super) fn low(x: u128) -> u64 {
    (x & LOW) as u64
}

/// The two halves of a number.
fn halves(x: u128) -> (u128, u128) {
    (x >> 64, x & LOW)
}

/// `a x`, rounded down.
fn product(a: Float, x: Float) -> Float {
    if a.mantissa == 0 || x.mantissa == 0 {
        return Float::ZERO;
    }
    Float::rounded(u128::from(a.mantissa) * u128::from(x.mantissa), a.exponent + x.exponent)
}

/// `Σ a_j x_j`: each product without the last [`CUT`] digits of the one with the largest exponent, and the sum rounded down.
fn sum_of_products(a: &[(usize, Float)], x: &[Float]) -> Float {
    let pairs = || a.iter().map(|(j, a)| (*a, x[*j]));
    let largest = pairs().map(|(a, x)| a.exponent + x.exponent).max().unwrap_or(NOTHING);
    if largest < NOTHING / 2 {
        return Float::ZERO;
    }
    let term = |(a, x): (Float, Float)| {
        let cut = largest + CUT - a.exponent - x.exponent;
        (u128::from(a.mantissa) * u128::from(x.mantissa)) >> cut.min(127)
    };
    Float::rounded(pairs().map(term).sum(), largest + CUT)
}

/// `ratio · x · 2^exponent`, rounded, at most [`MOST`].
fn scaled(x: u128, ratio: Dyadic, exponent: i64, end: End) -> i128 {
    let ((x1, x0), p) = (halves(x), u128::from(ratio.mantissa()));
    let (over, low) = halves(x0 * p);
    let high = x1 * p + over; // the product is 2^64 high + low, and high < 2^96
    let q = i64::from(ratio.exponent()) + exponent + 64; // of high
    let floor = shifted(high, q).saturating_add(shifted(low, q - 64));
    let exact = divisible(high, -q) && divisible(low, 64 - q);
    let rounded = match end {
        End::Lower => floor,
        End::Upper => floor.saturating_add(u128::from(!exact)),
    };
    rounded.min(MOST).cast_signed()
}

/// `⌊x 2^q⌋`, or the largest number if it is more.
pub(super) fn shifted(x: u128, q: i64) -> u128 {
    let size = u32::try_from(q.unsigned_abs()).unwrap_or(u32::MAX);
    match q {
        _ if x == 0 => 0,
        0.. if x.leading_zeros() >= size => x << size,
        0.. => u128::MAX,
        _ => x.checked_shr(size).unwrap_or(0),
    }
}

/// Whether `x / 2^q` is whole.
pub(super) fn divisible(x: u128, q: i64) -> bool {
    x == 0 || i64::from(x.trailing_zeros()) >= q
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::{
        certificate::Model,
        model::Hmm,
        rules::labels::{Labels, Scores},
    };

    /// The certificates' own example, with scores of very different sizes.
    fn question() -> (Hmm, Scores) {
        let text = include_str!("../../../tests/certificates/disagreement.json");
        let Model::Hmm(model) = crate::read(text).unwrap().model else { panic!("not a hidden Markov model") };
        let integers = |row: [i64; 3]| row.map(BigInt::from).to_vec();
        let task = vec![integers([0, 3, 1]), integers([-1, 7, 1 << 40])];
        let head = vec![integers([5, -3, 1]), integers([1, 0, -(1 << 50)])];
        (Hmm::new(&model).unwrap(), Scores { labels: Labels::Classes(3), task, head })
    }

    /// Whether `below · 2^e ≤ value / unit ≤ above · 2^e`.
    fn encloses([below, above]: [i128; 2], exponent: i64, value: &BigInt, unit: &BigInt) -> bool {
        let power = |size: i64| BigInt::one() << u64::try_from(size.max(0)).unwrap();
        let (scale, value) = (unit * power(exponent), value * power(-exponent));
        BigInt::from(below) * &scale <= value && value <= BigInt::from(above) * scale
    }

    #[test]
    fn the_ends_enclose_the_exact_numbers_at_every_depth() {
        let (hmm, scores) = question();
        let exact = Exact::new(&hmm, &scores);
        let floating = Floating::new(&exact).unwrap();
        let (mut truth, mut floats) = (exact.root(), floating.root());
        let mut step = BigInt::one();
        for depth in 0..150_usize {
            for view in [floating.by_state(depth, &floats), floating.at_once(depth, &floats)] {
                let mass = |end| view.row(end, 0);
                for (state, value) in truth.row(0).iter().enumerate() {
                    let ends = [mass(End::Lower)[state], mass(End::Upper)[state]];
                    let digits = -i64::from(floating.digits());
                    assert!(encloses(ends, digits, value, &(exact.scale() * &step)), "{depth}");
                }
                for group in [Group::Task, Group::Head] {
                    for (index, state) in truth.parts(group).flat_map(|index| (0..3).map(move |j| (index, j)))
                    {
                        let ends = [End::Lower, End::Upper].map(|end| view.row(end, index)[state]);
                        let (value, exponent) =
                            (&truth.row(index)[state], view.exponents[state][group as usize]);
                        assert!(
                            encloses(ends, exponent, value, &(exact.score_unit(group) * &step)),
                            "{depth}"
                        );
                        assert_eq!(ends[1] == 0, value.is_zero());
                    }
                }
            }
            let token = depth * depth % 7 % 3;
            truth = exact.emit(token, &exact.advance(&truth));
            floats = floating.emit(token, &floating.advance(&floats));
            step *= exact.step();
        }
    }

    fn float(mantissa: u64, exponent: i64) -> Float {
        assert!(mantissa >> 63 == 1);
        Float { mantissa, exponent }
    }

    fn row(entries: &[Float]) -> Vec<(usize, Float)> {
        entries.iter().copied().enumerate().collect()
    }

    /// `x · 2^size`
    fn value(x: Float, size: i64) -> BigUint {
        BigUint::from(x.mantissa) << u64::try_from(x.exponent + size).unwrap()
    }

    #[test]
    fn a_product_loses_less_than_a_unit() {
        for p in [1 << 63, (1 << 63) + 1, 0xdead_beef_dead_beef, u64::MAX - 1, u64::MAX] {
            for q in [1 << 63, 0xc0ff_ee00_c0ff_ee00, u64::MAX] {
                let found = product(float(p, -5), float(q, 3));
                let (found, truth) = (value(found, 2), BigUint::from(p) * q);
                assert!(found <= truth && truth < &found + (BigUint::one() << 65_u32), "{p} {q}");
            }
        }
        assert_eq!(product(Float::ZERO, float(u64::MAX, 7)).mantissa, 0);
    }

    #[test]
    fn the_largest_sum_does_not_overflow_and_the_smallest_terms_are_cut_off() {
        let most = vec![float(u64::MAX, 0); usize::from(u16::MAX)];
        let found = value(sum_of_products(&row(&most), &most), 0);
        let truth = BigUint::from(u64::MAX) * u64::MAX * u16::MAX;
        assert!(found <= truth && truth < &found + (BigUint::one() << 81_u32));
        let large = float(1 << 63, 1000);
        for exponent in [-100_000, 800, 872, 873, 920, 936, 937, 999] {
            let small = float(u64::MAX, exponent);
            let found = sum_of_products(&row(&[small, Float::ZERO, large]), &[large, large, large]);
            let truth = value(large, 100_000) + value(small, 100_000);
            let found =
                BigUint::from(found.mantissa) << u64::try_from(found.exponent + 100_000 - 1063).unwrap();
            assert!(found <= truth && truth < &found + (&found >> 62_u32), "{exponent}");
        }
        assert_eq!(sum_of_products(&row(&[Float::ZERO, large]), &[large, Float::ZERO]).mantissa, 0);
    }
}
