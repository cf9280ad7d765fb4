//! Floating-point numbers that are rounded outward.
//!
//! Every entry lies between a lower and an upper end, each with [`DIGITS`] binary digits wherever its point is: what is small
//! is known as well as what is large. Before entries are subtracted they are brought to one power of two, those of one state for the
//! comparisons of a leaf, where each state has its own ratio of mass to score, or all.
//!
//! **No overflow.** A mantissa is below `2^112`, and the ends of a sum of `n < 2^16` products below `2^16` times that. With one power of two for
//! the scores of a state these are integers up to `2^112`, with one for all states up to `2^112 / n + 1`; so scores, differences of two of them and
//! their sums are below `2^115`. The upper ends of masses add up to `1` at the root, and each of the 4096 tokens multiplies that by at most
//! `1 + 2^-90`; as integers over `2^digits`, with `digits = 125 − (bits of n)`, they add up to less than `2^125`. Exponents stay
//! below `2^33` in size: numbers in certificates have at most 100000 digits.

use std::{borrow::Cow, ops::Range};

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, ToPrimitive, Zero};

use super::arithmetic::{Arithmetic, Doubt, End, Exact, Group, Vectors, View};
use crate::{failure::Rejection, number::Dyadic};

/// The binary digits of a mantissa.
const DIGITS: u32 = 112;

/// Products with ratios end here: no probability has as many units.
const MOST: u128 = 1 << 125;

/// The lower half of a number.
const LOW: u128 = (1 << 64) - 1;

/// Lower and upper ends, in this order.
type Ends<T> = [T; 2];

/// `mantissa · 2^exponent`; the mantissa has exactly [`DIGITS`] digits, or both are 0.
#[derive(Clone, Copy)]
pub(super) struct Float {
    mantissa: u128,
    exponent: i64,
}

/// Floating-point numbers.
pub(super) struct Floating {
    states: usize,
    /// The bits of `n`.
    bits: u32,
    /// The entries of `A` row by row.
    transition: Ends<Vec<Float>>,
    /// Those of `W`.
    emission: Ends<Vec<Float>>,
    root: Ends<Vec<Float>>,
}

impl Floating {
    pub fn new(exact: &Exact) -> Result<Self, Rejection> {
        let states = exact.states();
        let bits = u16::try_from(states).map_err(|_| Rejection::TooLarge { field: "initial" })?.ilog2() + 1;
        let ends = [End::Lower, End::Upper];
        let matrices = ends.map(|end| exact.matrices(|a, scale| Float::of(a, scale, end)));
        let root =
            ends.map(|end| exact.fractions().map(|(value, scale)| Float::of(value, &scale, end)).collect());
        let [[transition_below, emission_below], [transition_above, emission_above]] = matrices;
        Ok(Self {
            states,
            bits,
            transition: [transition_below, transition_above],
            emission: [emission_below, emission_above],
            root,
        })
    }

    /// Masses are integers over two to the power of this.
    fn digits(&self) -> u32 {
        125 - self.bits
    }

    /// The largest exponents of the scores of both groups at some states, 0 where all are zero.
    fn exponents(vectors: &Vectors<Float>, states: Range<usize>) -> [i64; 2] {
        [Group::Task, Group::Head].map(|group| {
            let entries =
                vectors.parts(group).flat_map(|index| &vectors.row(End::Upper, index)[states.clone()]);
            entries.filter(|x| x.mantissa > 0).map(|x| x.exponent).max().unwrap_or(0)
        })
    }

    /// Masses over `2^-digits`, scores over these powers of two.
    fn view<'v>(&self, vectors: &Vectors<Float>, exponents: Vec<[i64; 2]>) -> View<'v, i128> {
        let mut integers = [End::Lower, End::Upper].map(|end| {
            let masses = vectors.row(end, 0).iter().map(|x| x.over(-i64::from(self.digits()), end));
            masses.collect::<Vec<i128>>()
        });
        for group in [Group::Task, Group::Head] {
            for index in vectors.parts(group) {
                for (end, integers) in [End::Lower, End::Upper].into_iter().zip(&mut integers) {
                    let entries = vectors.row(end, index).iter().zip(&exponents);
                    integers.extend(entries.map(|(x, exponents)| x.over(exponents[group as usize], end)));
                }
            }
        }
        let [lower, upper] = integers;
        View { vectors: Cow::Owned(Vectors::new(self.states, lower, Some(upper))), exponents }
    }
}

impl Arithmetic for Floating {
    type Entry = Float;
    type Number = i128;

    fn root(&self) -> Vectors<Float> {
        let [lower, upper] = self.root.clone();
        Vectors::new(self.states, lower, Some(upper))
    }

    fn advance(&self, vectors: &Vectors<Float>) -> Vectors<Float> {
        vectors.each(|end, r, ahead| {
            let rows = self.transition[end as usize].chunks_exact(self.states);
            ahead.extend(rows.map(|row| product(row, r, end)));
        })
    }

    fn emit(&self, token: usize, vectors: &Vectors<Float>) -> Vectors<Float> {
        vectors.each(|end, r, next| {
            let row = &self.emission[end as usize][token * self.states..][..self.states];
            next.extend(row.chunks_exact(1).zip(r.chunks_exact(1)).map(|(w, x)| product(w, x, end)));
        })
    }

    fn by_state<'v>(&self, vectors: &'v Vectors<Float>) -> View<'v, i128> {
        let exponents = (0..self.states).map(|state| Self::exponents(vectors, state..state + 1));
        self.view(vectors, exponents.collect())
    }

    fn at_once<'v>(&self, vectors: &'v Vectors<Float>) -> View<'v, i128> {
        let common = Self::exponents(vectors, 0..self.states).map(|largest| largest + i64::from(self.bits));
        self.view(vectors, vec![common; self.states])
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
    const ZERO: Self = Self { mantissa: 0, exponent: 0 };

    /// `value / scale`, rounded; neither is negative.
    fn of(value: &BigInt, scale: &BigInt, end: End) -> Self {
        if value.is_zero() {
            return Self::ZERO;
        }
        let bits = |x: &BigInt| i64::try_from(x.bits()).unwrap_or(i64::MAX);
        let exponent = bits(value) - bits(scale) - i64::from(DIGITS) - 1; // of a quotient with one or two digits to spare
        let size = exponent.unsigned_abs();
        let (value, scale) =
            if exponent < 0 { (value << size, scale.clone()) } else { (value.clone(), scale << size) };
        let (quotient, rest) = value.div_rem(&scale);
        Self::rounded(quotient.to_u128().unwrap_or(0), exponent, !rest.is_zero(), end)
    }

    /// `mantissa · 2^exponent`, or a little more than that, rounded; the mantissa is not 0.
    fn rounded(mantissa: u128, exponent: i64, more: bool, end: End) -> Self {
        let excess = i64::from(u128::BITS - mantissa.leading_zeros()) - i64::from(DIGITS);
        let up = matches!(end, End::Upper) && (more || !divisible(mantissa, excess));
        match shifted(mantissa, -excess) + u128::from(up) {
            mantissa if mantissa >> DIGITS == 0 => Self { mantissa, exponent: exponent + excess },
            mantissa => Self { mantissa: mantissa >> 1, exponent: exponent + excess + 1 },
        }
    }

    /// The number over `2^exponent`, rounded to an integer. The exponent is at most 15 less than the number's own.
    fn over(self, exponent: i64, end: End) -> i128 {
        let down = exponent - self.exponent;
        let whole = shifted(self.mantissa, -down);
        let up = matches!(end, End::Upper) && !divisible(self.mantissa, down);
        (whole.min(MOST) + u128::from(up)).cast_signed()
    }
}

/// The two halves of a number.
fn halves(x: u128) -> (u128, u128) {
    (x >> 64, x & LOW)
}

/// `⌊a x / 2^112⌋` for mantissas, and whether that is less than `a x / 2^112`.
///
/// No overflow: the upper halves are below `2^48`, so `middle` is below `2^113 + 2^64`.
fn high(a: u128, x: u128) -> (u128, bool) {
    let ((a1, a0), (x1, x0)) = (halves(a), halves(x));
    let (over, rest) = halves(a0 * x0);
    let middle = a1 * x0 + a0 * x1 + over;
    (((a1 * x1) << 16) + (middle >> 48), middle << 80 != 0 || rest != 0)
}

/// `Σ a_j x_j`: each product rounded to a multiple of a `2^-112` part of the power of two above the largest mantissas, and then their sum.
fn product(a: &[Float], x: &[Float], end: End) -> Float {
    let pairs = || a.iter().zip(x).filter(|(a, x)| a.mantissa > 0 && x.mantissa > 0);
    let Some(largest) = pairs().map(|(a, x)| a.exponent + x.exponent).max() else { return Float::ZERO };
    let mut sum = 0;
    for (a, x) in pairs() {
        let (whole, more) = high(a.mantissa, x.mantissa);
        let down = largest - a.exponent - x.exponent;
        let kept = shifted(whole, -down);
        let up = matches!(end, End::Upper) && (more || !divisible(whole, down));
        sum += kept + u128::from(up);
    }
    Float::rounded(sum, largest + i64::from(DIGITS), false, end)
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
fn shifted(x: u128, q: i64) -> u128 {
    let size = u32::try_from(q.unsigned_abs()).unwrap_or(u32::MAX);
    match q {
        _ if x == 0 => 0,
        0.. if x.leading_zeros() >= size => x << size,
        0.. => u128::MAX,
        _ => x.checked_shr(size).unwrap_or(0),
    }
}

/// Whether `x / 2^q` is whole.
fn divisible(x: u128, q: i64) -> bool {
    x == 0 || i64::from(x.trailing_zeros()) >= q
}
