//! Numbers: reading them exactly, writing them as `"p/q"`, and the kinds of scalar.
//!
//! Exact values are [`BigRational`] at every interface; [`Rational`] is
//! the same value as the `"p/q"` string of files, reports and certificates. [`parse`] reads what
//! people write ("1/3", "0.1", "2.5e-3") as exactly that number. A [`Scalar`] is what message
//! passing runs on, exact, [`Truncated`] or `f64`; an [`ExactField`] is what a verdict may rest on, and `f64` is
//! not one.
//!
//! ```
//! use recoverable::number::parse;
//! assert_eq!(parse("0.1").unwrap(), parse("1/10").unwrap());
//! assert!(parse("1/0").is_err());
//! ```

mod dyadic;
pub(crate) mod euclid;
mod parse;
mod scalar;
mod truncated;

pub use dyadic::{to_binary_digits, to_binary_places};
pub use euclid::gcd;
pub use parse::{MAX_EXPONENT, NumberError, parse};
pub use recoverable_checker::number::{Integer, MAX_DIGITS, Rational};
pub use scalar::{ExactField, Scalar};
pub use truncated::Truncated;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// The rationals over their least common denominator: `(numerators, denominator)`.
///
/// ```
/// use recoverable::number::{clear, parse};
/// let values = [parse("1/2").unwrap(), parse("2/3").unwrap()];
/// let (numerators, denominator) = clear(&values);
/// assert_eq!((numerators, denominator), (vec![3.into(), 4.into()], 6.into()));
/// ```
pub fn clear<'a>(
    values: impl IntoIterator<Item = &'a BigRational, IntoIter: Clone>,
) -> (Vec<BigInt>, BigInt) {
    let values = values.into_iter();
    let denominator = values.clone().fold(BigInt::one(), |common, value| {
        let remainder = &common % value.denom(); // first, as `common` may be far longer
        if remainder.is_zero() { common } else { common * (value.denom() / gcd(&remainder, value.denom())) }
    });
    let numerators = values.map(|value| value.numer() * (&denominator / value.denom())).collect();
    (numerators, denominator)
}

/// The integers over their greatest common divisor; zeros stay as they are.
///
/// ```
/// assert_eq!(recoverable::number::coprime(vec![4.into(), (-6).into()]), [2.into(), (-3).into()]);
/// ```
pub fn coprime(integers: Vec<BigInt>) -> Vec<BigInt> {
    let divisor = integers.iter().fold(BigInt::zero(), |divisor, value| gcd(&divisor, value));
    if divisor.is_zero() {
        return integers;
    }
    integers.into_iter().map(|value| value / &divisor).collect()
}
