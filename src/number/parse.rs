//! An exact reader for the numbers that people write in model files.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero, pow};
use thiserror::Error;

use super::{MAX_DIGITS, euclid::ratio};

/// The largest exponent of ten (in absolute value) that is read, so that `1e999999999` is an error and not an hour.
pub const MAX_EXPONENT: u32 = 4096;

/// Why a text is not a number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Not `p/q`, a decimal or an integer.
    #[error("not a number")]
    Malformed,
    /// NaN or an infinity.
    #[error("not a finite number")]
    NotFinite,
    /// The denominator is zero.
    #[error("the denominator is zero")]
    ZeroDenominator,
    /// The exponent is beyond [`MAX_EXPONENT`].
    #[error("the exponent is beyond {MAX_EXPONENT}")]
    Exponent,
    /// More than [`MAX_DIGITS`] digits.
    #[error("more than {MAX_DIGITS} digits")]
    TooLong,
}

/// Reads `"p/q"`, a decimal such as `"0.25"` or `"2.5e-3"`, or an integer, as exactly the number written.
///
/// One sign may stand in front. Single underscores between digits are allowed, as in TOML.
///
/// # Errors
/// [`NumberError`], which says what is wrong with the text.
///
/// # Examples
/// ```
/// use recoverable::number::{NumberError, parse};
/// assert_eq!(parse("-5/10").unwrap().to_string(), "-1/2");
/// assert_eq!(parse("2.50e-1").unwrap().to_string(), "1/4");
/// assert_eq!(parse("nan"), Err(NumberError::NotFinite));
/// ```
pub fn parse(text: &str) -> Result<BigRational, NumberError> {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if ["nan", "inf", "infinity"].contains(&magnitude.to_ascii_lowercase().as_str()) {
        return Err(NumberError::NotFinite);
    }
    let value = match magnitude.split_once('/') {
        Some((numerator, denominator)) => fraction(numerator, denominator)?,
        None => decimal(magnitude)?,
    };
    Ok(if negative { -value } else { value })
}

fn fraction(numerator: &str, denominator: &str) -> Result<BigRational, NumberError> {
    let (numerator, denominator) = (integer(numerator)?, integer(denominator)?);
    if denominator.is_zero() { Err(NumberError::ZeroDenominator) } else { Ok(ratio(numerator, denominator)) }
}

fn decimal(text: &str) -> Result<BigRational, NumberError> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, self::exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if decimals.is_empty() && mantissa.contains('.') && whole.is_empty() {
        return Err(NumberError::Malformed);
    }
    let digits = match (whole.is_empty(), decimals.is_empty()) {
        (true, true) => return Err(NumberError::Malformed),
        (true, false) => integer(decimals)?,
        (false, true) => integer(whole)?,
        (false, false) => {
            integer(whole)?;
            integer(decimals)?;
            integer(&format!("{whole}{decimals}"))?
        }
    };
    let decimals = decimals.bytes().filter(u8::is_ascii_digit).count();
    let exponent = exponent - i64::try_from(decimals).map_err(|_| NumberError::TooLong)?;
    let power = |size: u64| pow(BigInt::from(10), usize::try_from(size).unwrap_or(usize::MAX));
    Ok(if exponent < 0 {
        ratio(digits, power(exponent.unsigned_abs()))
    } else {
        BigRational::new(digits * power(exponent.unsigned_abs()), BigInt::one())
    })
}

fn exponent(text: &str) -> Result<i64, NumberError> {
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = integer(magnitude)?;
    let value = u32::try_from(magnitude).map_err(|_| NumberError::Exponent)?;
    if value > MAX_EXPONENT { Err(NumberError::Exponent) } else { Ok(sign * i64::from(value)) }
}

/// Decimal digits, with single underscores between them.
fn integer(text: &str) -> Result<BigInt, NumberError> {
    let parts_are_digits =
        text.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !parts_are_digits {
        return Err(NumberError::Malformed);
    }
    let digits: String = text.chars().filter(|&c| c != '_').collect();
    if digits.len() > MAX_DIGITS {
        return Err(NumberError::TooLong);
    }
    if digits.len() <= 18
        && let Ok(small) = digits.parse::<u64>()
    {
        return Ok(BigInt::from(small));
    }
    digits.parse().map_err(|_| NumberError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_the_numbers_written() {
        let same = [
            ("0.1", "1/10"),
            ("-.5", "-1/2"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1.25E-2", "1/80"),
            ("+3", "3"),
            ("1_000.5", "2001/2"),
            (
                "0.10000000000000000000000000001",
                "10000000000000000000000000001/100000000000000000000000000000",
            ),
        ];
        for (written, value) in same {
            assert_eq!(parse(written).unwrap().to_string(), value, "{written}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "", "-", ".", "e5", "1e", "0x10", "1/-2", "1//2", "1/2/3", "1.5/2", "--1", "1 ", "1__0", "_1",
            "½", "1,5",
        ] {
            assert_eq!(parse(text), Err(NumberError::Malformed), "{text}");
        }
        for text in ["nan", "NaN", "inf", "-Infinity"] {
            assert_eq!(parse(text), Err(NumberError::NotFinite), "{text}");
        }
        assert_eq!(parse("1/0"), Err(NumberError::ZeroDenominator));
        assert_eq!(parse("1e4097"), Err(NumberError::Exponent));
        assert_eq!(parse("1e99999999999999999999"), Err(NumberError::Exponent));
        assert_eq!(parse(&"7".repeat(MAX_DIGITS + 1)), Err(NumberError::TooLong));
    }
}
