//! Fixed-point numbers that are rounded outward.
//!
//! Entries of vectors are multiples of `2^-digits` with `digits = 125 − (bits of n)`, and entries of `A` and `W` of `2^-110`.
//! Every entry lies between a lower and an upper end.
//!
//! **No overflow.** Let `S` be the sum of the upper ends of one vector. At the root masses add up to 1, and the `n` entries of a
//! part of a score are below 1 each, so `S ≤ n 2^digits`. The upper ends of a column of `A` add up to at most `2^110 + n`, and those of `W` are
//! `2^110` at most; so with one rounding up for each entry of `A r` and of `W[z,:] ⊙ r`, `S` grows to at most
//! `S (1 + n 2^-110) + 2n` by one more token. With `n < 2^16` and at most 4096 tokens it stays below
//! `n 2^digits (1 + 2^-81) + 2^30 < 2^125`, as `n 2^digits ≤ 2^125 − 2^digits` and `digits ≥ 109`. So all entries and all sums of
//! entries of one vector are below `2^125`, their differences and the differences of two of these fit an `i128`. The masses of the
//! nodes of one depth add up to `2^digits` and what is lost to rounding, which is below `2^18` for each node.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, ToPrimitive};

use super::arithmetic::{Arithmetic, Doubt, End, Exact, Group, Vectors};
use crate::{failure::Rejection, number::Dyadic};

/// The binary digits of an entry of `A` or `W` after the point.
const ENTRY: u32 = 110;

/// Products with ratios end here: no probability has as many units.
const MOST: u128 = 1 << 125;

/// The lower half of a number.
const LOW: u128 = (1 << 64) - 1;

/// Lower and upper ends, in this order.
type Ends<T> = [T; 2];

/// Fixed-point numbers.
pub(super) struct Rounded {
    states: usize,
    digits: u32,
    /// The entries of `A` row by row.
    transition: Ends<Vec<u128>>,
    /// Those of `W`.
    emission: Ends<Vec<u128>>,
    root: Ends<Vec<i128>>,
}

impl Rounded {
    pub fn new(exact: &Exact) -> Result<Self, Rejection> {
        let states = exact.states();
        let bits = u16::try_from(states).map_err(|_| Rejection::TooLarge { field: "initial" })?.ilog2() + 1;
        let digits = 125 - bits;
        let ends = [End::Lower, End::Upper];
        let matrices = ends.map(|end| exact.matrices(|a, scale| fixed(a, scale, ENTRY, end).cast_unsigned()));
        let root = ends
            .map(|end| exact.fractions().map(|(value, scale)| fixed(value, &scale, digits, end)).collect());
        let [[transition_below, emission_below], [transition_above, emission_above]] = matrices;
        Ok(Self {
            states,
            digits,
            transition: [transition_below, transition_above],
            emission: [emission_below, emission_above],
            root,
        })
    }
}

impl Arithmetic for Rounded {
    type Number = i128;

    fn root(&self) -> Vectors<i128> {
        let [lower, upper] = self.root.clone();
        Vectors::new(self.states, lower, Some(upper))
    }

    fn advance(&self, vectors: &Vectors<i128>) -> Vectors<i128> {
        vectors.each(|end, r, ahead| {
            let rows = self.transition[end as usize].chunks_exact(self.states);
            ahead.extend(rows.map(|row| product(row, r, end)));
        })
    }

    fn emit(&self, token: usize, vectors: &Vectors<i128>) -> Vectors<i128> {
        vectors.each(|end, r, next| {
            let row = &self.emission[end as usize][token * self.states..][..self.states];
            next.extend(row.chunks_exact(1).zip(r.chunks_exact(1)).map(|(w, x)| product(w, x, end)));
        })
    }

    fn excess(&self, _: Group, mass: &i128, ratio: Dyadic, score: &i128) -> i128 {
        let size = score.unsigned_abs();
        if *score < 0 {
            mass + scaled(size, ratio, End::Upper)
        } else {
            (mass - scaled(size, ratio, End::Lower)).max(0)
        }
    }

    fn scale(&self) -> BigInt {
        BigInt::one() << self.digits
    }

    fn step(&self) -> BigInt {
        BigInt::one()
    }

    fn exact<'v>(&self, _: &'v Vectors<i128>) -> Option<&'v Vectors<BigInt>> {
        None
    }

    fn rounded(&self, doubt: Doubt<BigInt>, exact: &Exact, depth: usize) -> Doubt<i128> {
        let scale = exact.scale() * num_traits::pow(exact.step(), depth);
        Doubt {
            lower: fixed(&doubt.lower, &scale, self.digits, End::Lower),
            upper: fixed(&doubt.upper, &scale, self.digits, End::Upper),
        }
    }
}

/// A number from 0 to 1.
fn fixed(value: &BigInt, scale: &BigInt, digits: u32, end: End) -> i128 {
    let value: BigInt = value << digits;
    match end {
        End::Lower => value.div_floor(scale).to_i128().unwrap_or(0),
        End::Upper => value.div_ceil(scale).to_i128().unwrap_or(1 << digits),
    }
}

/// The two halves of a number.
fn halves(x: u128) -> (u128, u128) {
    (x >> 64, x & LOW)
}

/// `Σ a_j x_j / 2^110`, rounded once. At most `2^16` terms with `a_j ≤ 2^110` and `x_j ≥ 0`; the sum of the `x_j` is below `2^125`.
///
/// No overflow: `a_j` has an upper half of `2^46` at most, and the upper halves of the `x_j` add up to less than `2^61`. So
/// `high < 2^107`, `middle < 2^61 2^64 + 2^16 2^64 2^46 + 2^16 2^64 + 2^16 < 2^127`, and `low < 2^80`.
fn product(a: &[u128], x: &[i128], end: End) -> i128 {
    let (mut high, mut middle, mut low) = (0, 0, 0);
    for (&a, &x) in a.iter().zip(x) {
        let ((a1, a0), (x1, x0)) = (halves(a), halves(x.cast_unsigned()));
        let (over, rest) = halves(a0 * x0);
        high += a1 * x1;
        middle += a1 * x0 + a0 * x1 + over;
        low += rest;
    }
    let (over, rest) = halves(low);
    middle += over;
    let beyond: u128 = (middle & ((1 << (ENTRY - 64)) - 1)) | rest;
    let whole = (high << (128 - ENTRY)) + (middle >> (ENTRY - 64));
    match end {
        End::Lower => whole.cast_signed(),
        End::Upper => (whole + u128::from(beyond != 0)).cast_signed(),
    }
}

/// `ratio · x`, rounded, at most [`MOST`].
fn scaled(x: u128, ratio: Dyadic, end: End) -> i128 {
    let ((x1, x0), p) = (halves(x), u128::from(ratio.mantissa()));
    let (over, low) = halves(x0 * p);
    let high = x1 * p + over; // the product is 2^64 high + low, and high < 2^96
    let q = i32::from(ratio.exponent()) + 64; // of high
    let floor = shifted(high, q).saturating_add(shifted(low, q - 64));
    let exact = divisible(high, -q) && divisible(low, 64 - q);
    let rounded = match end {
        End::Lower => floor,
        End::Upper => floor.saturating_add(u128::from(!exact)),
    };
    rounded.min(MOST).cast_signed()
}

/// `⌊x 2^q⌋`, or the largest number if it is more.
fn shifted(x: u128, q: i32) -> u128 {
    let size = q.unsigned_abs();
    match q {
        0.. if x.leading_zeros() >= size => x << size,
        0.. if x == 0 => 0,
        0.. => u128::MAX,
        _ => x.checked_shr(size).unwrap_or(0),
    }
}

/// Whether `x / 2^q` is whole.
fn divisible(x: u128, q: i32) -> bool {
    x == 0 || i64::from(x.trailing_zeros()) >= i64::from(q)
}
