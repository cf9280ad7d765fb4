//! Numbers as they stand in a certificate: decimal integers and `"p/q"` strings.
//!
//! Reading is strict (`-`, digits, one `/`, digits; no sign on the denominator, no blanks, no
//! exponent) and every rational is reduced, so that equal values compare equal. A number of more
//! than [`MAX_DIGITS`] digits is refused: reading decimal digits takes quadratic time.

use std::{fmt, str::FromStr};

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The longest numerator or denominator that is read, in decimal digits.
pub const MAX_DIGITS: usize = 100_000;

/// A rational number; in JSON a string in lowest terms such as `"-5/3"` or `"2"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rational(pub BigRational);

/// An integer; in JSON a string of decimal digits such as `"-17"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integer(pub BigInt);

/// Why a string is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// Something other than an optional `-` and decimal digits, or no digit at all.
    Malformed(String),
    /// More than [`MAX_DIGITS`] digits; the count is given.
    TooLong(usize),
    /// The denominator is zero.
    ZeroDenominator(String),
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => write!(f, "`{}` is not of the form p/q", shorten(text)),
            Self::TooLong(digits) => write!(f, "a number of {digits} digits (limit {MAX_DIGITS})"),
            Self::ZeroDenominator(text) => {
                write!(f, "`{}` has the denominator zero", shorten(text))
            }
        }
    }
}

impl NotANumber {
    /// The same of the whole text of which a part was read.
    fn of(self, text: &str) -> Self {
        match self {
            Self::Malformed(_) => Self::Malformed(text.to_owned()),
            other => other,
        }
    }
}

/// At most 40 characters of a hostile string.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn digits(text: &str) -> Result<BigInt, NotANumber> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotANumber::Malformed(text.to_owned()));
    }
    if text.len() > MAX_DIGITS {
        return Err(NotANumber::TooLong(text.len()));
    }
    if text.len() <= 18
        && let Ok(small) = text.parse::<u64>()
    {
        return Ok(BigInt::from(small));
    }
    BigInt::from_str(text).map_err(|_| NotANumber::Malformed(text.to_owned()))
}

fn signed(text: &str) -> Result<BigInt, NotANumber> {
    match text.strip_prefix('-') {
        Some(magnitude) => digits(magnitude).map(|value| -value),
        None => digits(text),
    }
}

impl FromStr for Integer {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        signed(text).map(Self).map_err(|why| why.of(text))
    }
}

impl FromStr for Rational {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let Some((numerator, denominator)) = text.split_once('/') else {
            return signed(text)
                .map(|value| Self(BigRational::from_integer(value)))
                .map_err(|why| why.of(text));
        };
        let numerator = signed(numerator).map_err(|why| why.of(text))?;
        let denominator = digits(denominator).map_err(|why| why.of(text))?;
        if denominator.is_zero() {
            return Err(NotANumber::ZeroDenominator(text.to_owned()));
        }
        Ok(Self(reduced(numerator, denominator)))
    }
}

/// The fraction in lowest terms; the denominator is positive. Most numbers are words, whose divisor is found without
/// long arithmetic.
fn reduced(numerator: BigInt, denominator: BigInt) -> BigRational {
    match (numerator.magnitude().to_u64(), denominator.to_u64()) {
        (Some(p), Some(q)) => match p.gcd(&q) {
            1 => BigRational::new_raw(numerator, denominator),
            divisor => BigRational::new_raw(numerator / divisor, denominator / divisor),
        },
        _ => BigRational::new(numerator, denominator),
    }
}

macro_rules! string_serde {
    ($($number:ty),*) => {$(
        impl fmt::Display for $number {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $number {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $number {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|why: NotANumber| D::Error::custom(why))
            }
        }
    )*};
}

string_serde!(Rational, Integer);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_reduces() {
        assert_eq!("-2/4".parse::<Rational>().unwrap().to_string(), "-1/2");
        assert_eq!("6/3".parse::<Rational>().unwrap().to_string(), "2");
        assert_eq!("-0".parse::<Integer>().unwrap().to_string(), "0");
        let long = "12345678901234567890123";
        assert_eq!(long.parse::<Integer>().unwrap().to_string(), long);
    }

    #[test]
    fn words_and_long_numbers_are_reduced_alike() {
        let texts = ["0", "1", "-6", "18446744073709551615", "-18446744073709551614", "18446744073709551616"];
        for (p, q) in texts.iter().flat_map(|p| texts.iter().map(move |q| (p, q.trim_start_matches('-')))) {
            if q != "0" {
                let expected = BigRational::new(p.parse().unwrap(), q.parse().unwrap());
                let found = format!("{p}/{q}").parse::<Rational>().unwrap().0;
                assert_eq!((found.numer(), found.denom()), (expected.numer(), expected.denom()));
            }
        }
    }

    #[test]
    fn refuses_what_is_not_a_fraction() {
        let malformed = ["", "-", "/", "1/", "/2", "1/-2", "+1", " 1", "1 ", "0.5", "1e3", "1/2/3"];
        for text in malformed.iter().chain(&["NaN", "inf", "--1", "1_0", "0x1", "½"]) {
            assert!(matches!(text.parse::<Rational>(), Err(NotANumber::Malformed(_))), "{text} was read");
        }
    }

    #[test]
    fn refuses_a_zero_denominator() {
        for text in ["1/0", "0/0", "-3/000"] {
            assert!(matches!(text.parse::<Rational>(), Err(NotANumber::ZeroDenominator(_))));
        }
    }

    #[test]
    fn refuses_too_many_digits() {
        let text = "1".repeat(MAX_DIGITS + 1);
        assert_eq!(text.parse::<Integer>(), Err(NotANumber::TooLong(MAX_DIGITS + 1)));
    }
}
