//! Numbers as they stand in a certificate: decimal integers and `"p/q"` strings.
//!
//! Reading is strict (`-`, digits, one `/`, digits; no sign on the denominator, no blanks, no
//! exponent) and every rational is reduced, so that equal values compare equal. A number of more
//! than [`MAX_DIGITS`] digits is refused: reading decimal digits takes quadratic time.

use std::{fmt, marker::PhantomData, str::FromStr};

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

/// The longest numerator or denominator that is read, in decimal digits.
pub const MAX_DIGITS: usize = 100_000;

/// The largest `|q|` of a number `p · 2^q` that is read.
const MAX_EXPONENT: i16 = 4096;

/// A rational number; in JSON a string in lowest terms such as `"-5/3"` or `"2"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rational(pub BigRational);

/// An integer; in JSON a string of decimal digits such as `"-17"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integer(pub BigInt);

/// A number `p · 2^q` with `0 ≤ p < 2³²` and `|q| ≤ 4096`; in JSON the string of the same [`Rational`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dyadic {
    /// Odd, or 0.
    mantissa: u32,
    /// 0 if the mantissa is.
    exponent: i16,
}

impl Dyadic {
    /// `mantissa · 2^exponent`, if it is one.
    #[must_use]
    pub fn new(mantissa: u32, exponent: i32) -> Option<Self> {
        if mantissa == 0 {
            return Some(Self { mantissa, exponent: 0 });
        }
        let zeros = mantissa.trailing_zeros();
        let exponent = exponent.checked_add_unsigned(zeros)?;
        let exponent = i16::try_from(exponent).ok().filter(|exponent| exponent.abs() <= MAX_EXPONENT)?;
        Some(Self { mantissa: mantissa >> zeros, exponent })
    }

    /// `p`, odd or 0.
    #[must_use]
    pub fn mantissa(self) -> u32 {
        self.mantissa
    }

    /// `q`.
    #[must_use]
    pub fn exponent(self) -> i16 {
        self.exponent
    }

    /// The number of a text whose numerator and denominator are short, as most are; without long arithmetic.
    fn short(text: &str) -> Option<Self> {
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let (p, q) = (short(numerator)?, short(denominator)?);
        let zeros = if p == 0 { 0 } else { p.trailing_zeros() };
        let power = q.is_power_of_two().then(|| q.trailing_zeros())?;
        Self::new((p >> zeros).to_u32()?, zeros.cast_signed() - power.cast_signed())
    }

    fn of(value: &BigRational) -> Option<Self> {
        let power = value.denom().bits() - 1;
        if value.denom().trailing_zeros() != Some(power) {
            return None;
        }
        let zeros = value.numer().trailing_zeros().unwrap_or(0);
        let mantissa = (value.numer() >> zeros).to_u32()?;
        Self::new(mantissa, i32::try_from(zeros).ok()?.checked_sub(i32::try_from(power).ok()?)?)
    }
}

impl fmt::Display for Dyadic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mantissa, exponent } = self;
        let power = exponent.unsigned_abs();
        match (*exponent < 0, power) {
            (false, ..=96) => (u128::from(*mantissa) << power).fmt(f),
            (false, _) => (BigInt::from(*mantissa) << power).fmt(f),
            (true, ..=127) => write!(f, "{mantissa}/{}", 1_u128 << power),
            (true, _) => write!(f, "{mantissa}/{}", BigInt::one() << power),
        }
    }
}

impl FromStr for Dyadic {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        if let Some(found) = Self::short(text) {
            return Ok(found);
        }
        let Rational(value) = text.parse()?;
        Self::of(&value).ok_or_else(|| NotANumber::NotDyadic(text.to_owned()))
    }
}

/// Why a string is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// Something other than an optional `-` and decimal digits, or no digit at all.
    Malformed(String),
    /// More than [`MAX_DIGITS`] digits; the count is given.
    TooLong(usize),
    /// The denominator is zero.
    ZeroDenominator(String),
    /// Not the product of an integer below 2³² and a power of two, or of too large a one.
    NotDyadic(String),
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => write!(f, "`{}` is not of the form p/q", shorten(text)),
            Self::TooLong(digits) => write!(f, "a number of {digits} digits (limit {MAX_DIGITS})"),
            Self::ZeroDenominator(text) => {
                write!(f, "`{}` has the denominator zero", shorten(text))
            }
            Self::NotDyadic(text) => {
                write!(f, "`{}` is not p·2^q with 0 ≤ p < 2^32 and |q| ≤ {MAX_EXPONENT}", shorten(text))
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

/// An integer of at most 38 digits without a sign, which is below 2^128.
fn short(text: &str) -> Option<u128> {
    let is_short = (1..=38).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_short { text.parse().ok() } else { None }
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

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads a number from a string.
struct Text<N>(PhantomData<N>);

impl<N: FromStr<Err = NotANumber>> Visitor<'_> for Text<N> {
    type Value = N;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<N, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! string_serde {
    ($($number:ty),*) => {$(
        impl Serialize for $number {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $number {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text(PhantomData))
            }
        }
    )*};
}

string_serde!(Rational, Integer, Dyadic);

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
    fn short_and_long_dyadic_numbers_are_read_alike() {
        for (mantissa, power) in
            [0, 1, 3, 6, u64::from(u32::MAX)].into_iter().flat_map(|p| (0..200).map(move |q| (p, q)))
        {
            let [number, power] = [BigInt::from(mantissa), BigInt::one() << power];
            for value in
                [BigRational::new(number.clone(), power.clone()), BigRational::from_integer(number * power)]
            {
                let text = value.to_string();
                let read: Dyadic = text.parse().unwrap();
                assert_eq!(Some(read), Dyadic::of(&value), "{text}");
                assert_eq!(read.to_string(), text);
            }
        }
        for text in ["4294967297", "1/3", "1/0", "-1", "1/-2", "4294967297/2", "", "/", "1/", "+1", "3/6/1"] {
            assert_eq!(Dyadic::short(text), None, "{text}");
            assert!(text.parse::<Dyadic>().is_err(), "{text}");
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
