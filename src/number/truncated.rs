//! Numbers of a thousand binary digits, between `f64` and exact integers.

use std::{
    cmp::Ordering,
    ops::{Add, Mul},
};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::Scalar;

/// A number of at most [`BITS`](Self::BITS) binary digits times a power of two, which never underflows.
///
/// What has more digits is cut off. So the sum, the product or the quotient of numbers that are not negative is at most what it stands for, and a result of
/// `c` operations is `1 − θ` times the exact one, `0 ≤ θ ≤ c · 2^(1 − BITS)`; it is zero just where the exact one is.
///
/// ```
/// use recoverable::number::{Scalar, Truncated, parse};
/// let (thirds, _) = Truncated::common_scale(&[parse("1/3").unwrap(), parse("2/3").unwrap()]);
/// let sum = thirds[0].clone() + thirds[1].clone();
/// assert_eq!(thirds[0].floor_over(&thirds[1], 10), 512.into());
/// assert_eq!(sum.floor_over(&1.into(), 10), 1023.into()); // just below 1
/// ```
#[derive(Clone, Debug)]
pub struct Truncated {
    digits: BigInt,
    exponent: i64,
}

impl Truncated {
    /// How many binary digits are kept.
    pub const BITS: u64 = 1024;

    fn new(digits: BigInt, exponent: i64) -> Self {
        let excess = digits.bits().saturating_sub(Self::BITS);
        if excess == 0 {
            return Self { digits, exponent };
        }
        let (sign, magnitude) = digits.into_parts();
        Self {
            digits: BigInt::from_biguint(sign, magnitude >> excess),
            exponent: exponent + excess.cast_signed(),
        }
    }

    /// `e` with `2^(e - 1) ≤ |x| < 2^e`
    fn size(&self) -> i64 {
        self.digits.bits().cast_signed() + self.exponent
    }

    /// The digits of both at the smaller exponent of the two.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let digits = |x: &Self| &x.digits << (x.exponent - exponent);
        (digits(self), digits(other), exponent)
    }

    /// `⌊2^places · self / other⌋` for two numbers that are not negative, the second not zero.
    pub fn floor_over(&self, other: &Self, places: u32) -> BigInt {
        let shift = self.exponent - other.exponent + i64::from(places);
        if shift < 0 {
            &self.digits / (&other.digits << -shift)
        } else {
            (&self.digits << shift) / &other.digits
        }
    }
}

impl From<u32> for Truncated {
    fn from(value: u32) -> Self {
        Self { digits: value.into(), exponent: 0 }
    }
}

impl PartialEq for Truncated {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Truncated {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let (sign, others) = (self.digits.sign(), other.digits.sign());
        if sign != others || self.digits.is_zero() {
            return Some(sign.cmp(&others));
        }
        if self.size() != other.size() {
            let larger = self.size().cmp(&other.size());
            return Some(if self.digits < BigInt::ZERO { larger.reverse() } else { larger });
        }
        let (a, b, _) = self.aligned(other);
        Some(a.cmp(&b))
    }
}

impl Add for Truncated {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return if self.is_zero() { other } else { self };
        }
        let (large, small) = if self.size() < other.size() { (other, self) } else { (self, other) };
        if large.size() - small.size() > Self::BITS.cast_signed() + 1 {
            return large;
        }
        let (a, b, exponent) = large.aligned(&small);
        Self::new(a + b, exponent)
    }
}

impl Mul for Truncated {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.times(&other)
    }
}

impl Zero for Truncated {
    fn zero() -> Self {
        0.into()
    }

    fn is_zero(&self) -> bool {
        self.digits.is_zero()
    }
}

impl One for Truncated {
    fn one() -> Self {
        1.into()
    }
}

impl Scalar for Truncated {
    type Quotient = Self;

    fn common_scale(values: &[BigRational]) -> (Vec<Self>, Self) {
        let exactly = |integer: &BigInt| Self { digits: integer.clone(), exponent: 0 };
        let value = |value: &BigRational| Self::quotient(&exactly(value.numer()), &exactly(value.denom()));
        (values.iter().map(value).collect(), Self::one())
    }

    fn dot<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        pairs.map(|(a, b)| a.times(b)).fold(Self::zero(), Add::add)
    }

    fn times(&self, other: &Self) -> Self {
        Self::new(&self.digits * &other.digits, self.exponent + other.exponent)
    }

    fn quotient(numerator: &Self, denominator: &Self) -> Self {
        let missing = (Self::BITS + denominator.digits.bits()).saturating_sub(numerator.digits.bits());
        let quotient = (&numerator.digits << missing) / &denominator.digits;
        Self::new(quotient, numerator.exponent - denominator.exponent - missing.cast_signed())
    }

    fn shift(value: Self, exponent: i32) -> Self {
        Self { exponent: value.exponent + i64::from(exponent), ..value }
    }
}

#[cfg(test)]
mod tests {
    use num_traits::Signed;
    use proptest::prelude::*;

    use super::*;

    /// An integer of up to 3,000 binary digits, often far fewer, times `2^exponent`.
    fn number() -> impl Strategy<Value = (BigInt, i64)> {
        let digits = (prop::collection::vec(any::<u32>(), 0..94), 0_u64..3000);
        (digits, -4000_i64..4000).prop_map(|((digits, shift), exponent)| {
            (BigInt::from(num_bigint::BigUint::new(digits)) >> shift, exponent)
        })
    }

    fn rational(digits: &BigInt, exponent: i64) -> BigRational {
        let power = BigRational::from_integer(BigInt::one() << exponent.unsigned_abs());
        let power = if exponent < 0 { power.recip() } else { power };
        power * BigRational::from_integer(digits.clone())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Each operation against rationals.
        #[test]
        fn operations_cut_off_less_than_the_last_digit(a in number(), b in number()) {
            let exact = [&a, &b].map(|(digits, exponent)| rational(digits, *exponent));
            let (near, _) = Truncated::common_scale(&exact);
            let unit = rational(&BigInt::one(), 1 - Truncated::BITS.cast_signed());
            let below = |near: &Truncated, exact: &BigRational, operations: u32| {
                let off = exact - rational(&near.digits, near.exponent);
                let most = exact * &unit * BigRational::from_integer(operations.into());
                !off.is_negative() && off <= most && near.is_zero() == exact.is_zero()
            };
            prop_assert!(near.iter().zip(&exact).all(|(near, exact)| below(near, exact, 1)));
            prop_assert!(below(&(near[0].clone() + near[1].clone()), &(&exact[0] + &exact[1]), 2));
            prop_assert!(below(&near[0].times(&near[1]), &(&exact[0] * &exact[1]), 3));
            let cut = [&near[0], &near[1]].map(|near| rational(&near.digits, near.exponent));
            prop_assert_eq!(near[0].partial_cmp(&near[1]), cut[0].partial_cmp(&cut[1]));
            if !near[1].is_zero() {
                let quotient = &cut[0] / &cut[1];
                prop_assert!(below(&Truncated::quotient(&near[0], &near[1]), &quotient, 1));
                let places = rational(&BigInt::one(), 100);
                prop_assert_eq!(near[0].floor_over(&near[1], 100), (quotient * places).floor().to_integer());
            }
        }
    }
}
