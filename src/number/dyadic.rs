//! Floats rounded to short dyadic numbers.

use num_rational::BigRational;
use num_traits::{Pow, Zero};

/// The finite number rounded to so many binary digits, however small it is.
///
/// # Panics
/// If the value is not finite.
///
/// ```
/// assert_eq!(recoverable::number::to_binary_digits(0.1, 3).to_string(), "3/32"); // 0.000110 in binary
/// ```
pub fn to_binary_digits(value: f64, digits: i32) -> BigRational {
    let (mantissa, exponent) = libm::frexp(value);
    shifted(libm::ldexp(mantissa, digits).round(), exponent - digits)
}

/// The finite number rounded to a multiple of `2^-digits`.
///
/// # Panics
/// If the value is not finite.
///
/// ```
/// assert_eq!(recoverable::number::to_binary_places(0.1, 3).to_string(), "1/8");
/// ```
pub fn to_binary_places(value: f64, digits: i32) -> BigRational {
    shifted(libm::ldexp(value, digits).round(), -digits)
}

/// `whole · 2^exponent`
fn shifted(whole: f64, exponent: i32) -> BigRational {
    if whole == 0.0 {
        return BigRational::zero();
    }
    let whole = BigRational::from_float(whole).expect("the value is finite");
    whole * BigRational::from_integer(2.into()).pow(exponent)
}
