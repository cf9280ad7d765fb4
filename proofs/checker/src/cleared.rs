//! What models, matrices and rules share: lists of integers over one denominator, their products, and checks of
//! lengths and indices.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::{failure::Rejection, number::Rational};

/// Integers over one positive denominator.
pub(crate) struct Cleared {
    pub numerators: Vec<BigInt>,
    pub denominator: BigInt,
}

impl AsRef<[BigInt]> for Cleared {
    fn as_ref(&self) -> &[BigInt] {
        &self.numerators
    }
}

/// Brings rationals to their least common denominator.
pub(crate) fn clear<'a>(values: impl Iterator<Item = &'a Rational> + Clone) -> Cleared {
    let denominator = values.clone().fold(BigInt::one(), |common, Rational(value)| {
        let remainder = &common % value.denom(); // first, as `common` may be far longer
        if remainder.is_zero() { common } else { common * (value.denom() / remainder.gcd(value.denom())) }
    });
    let numerators = values.map(|Rational(value)| value.numer() * (&denominator / value.denom())).collect();
    Cleared { numerators, denominator }
}

/// A common multiple of positive denominators, and what each has to be multiplied by.
pub(crate) fn common<'a>(denominators: impl Iterator<Item = &'a BigInt>) -> Cleared {
    let parts: Vec<_> =
        denominators.map(|scale| Rational(BigRational::new_raw(One::one(), scale.clone()))).collect();
    clear(parts.iter())
}

/// `Σ a_i b_i`.
pub(crate) fn dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Fails unless a list has the expected length.
pub(crate) fn length(field: &'static str, expected: usize, found: usize) -> Result<(), Rejection> {
    if expected == found { Ok(()) } else { Err(Rejection::Length { field, expected, found }) }
}

/// Fails unless `index < limit`.
pub(crate) fn below(field: &'static str, found: usize, limit: usize) -> Result<(), Rejection> {
    if found < limit { Ok(()) } else { Err(Rejection::OutOfRange { field, found, limit }) }
}

/// Whether every entry is zero.
pub(crate) fn is_zero(vector: &[BigInt]) -> bool {
    vector.iter().all(Zero::is_zero)
}
