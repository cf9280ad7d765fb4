//! Numbers as people read them.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{Signed, Zero, pow};

/// Significant digits.
const DIGITS: i64 = 6;

/// A number of at least 0 to six significant digits, rounded towards zero, or away from it if `up`: `0.012345`,
/// `1.2345e-30`, `14`. Any size will do.
pub(super) fn short(value: &BigRational, up: bool) -> String {
    if !value.is_positive() {
        return "0".to_owned();
    }
    let mut exponent = digits(value.numer()) - digits(value.denom()); // or one less
    let mut mantissa = scaled(value, DIGITS - 1 - exponent, up);
    if digits(&mantissa) < DIGITS {
        exponent -= 1;
        mantissa = scaled(value, DIGITS - 1 - exponent, up);
    }
    if digits(&mantissa) > DIGITS {
        exponent += 1;
        mantissa /= 10; // 99999.5 has become 100000
    }
    let text = mantissa.to_string();
    let text = text.trim_end_matches('0');
    let (first, rest) = text.split_at(1);
    match exponent {
        -4..0 => format!("0.{}{text}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0))),
        0..DIGITS => {
            let whole = usize::try_from(exponent + 1).unwrap_or(1);
            let padded = format!("{text:0<whole$}");
            let (whole, decimals) = padded.split_at(whole);
            if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") }
        }
        _ if rest.is_empty() => format!("{first}e{exponent}"),
        _ => format!("{first}.{rest}e{exponent}"),
    }
}

/// The number itself if that is short, else its size, marked `≈`.
pub(super) fn figure(value: &BigRational) -> String {
    let exact = value.to_string();
    if exact.len() <= 8 { exact } else { format!("≈{}", short(value, false)) }
}

/// `value · 10^power`, rounded to an integer.
fn scaled(value: &BigRational, power: i64, up: bool) -> BigInt {
    let ten = pow(BigInt::from(10), usize::try_from(power.unsigned_abs()).unwrap_or(usize::MAX));
    let (numerator, denominator) = match power {
        0.. => (value.numer() * ten, value.denom().clone()),
        _ => (value.numer().clone(), value.denom() * ten),
    };
    let (floor, rest) = numerator.div_rem(&denominator);
    if up && !rest.is_zero() { floor + 1 } else { floor }
}

fn digits(value: &BigInt) -> i64 {
    i64::try_from(value.to_string().len()).unwrap_or(i64::MAX)
}

/// A float to six significant digits: the rest differs from machine to machine.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::parse;

    #[test]
    fn numbers_are_short_and_rounded_as_asked() {
        let cases = [
            ("0", "0", "0"),
            ("14", "14", "14"),
            ("1/3", "0.333333", "0.333334"),
            ("1/64", "0.015625", "0.015625"),
            ("1234565.5", "1.23456e6", "1.23457e6"),
            ("999999.5", "999999", "1e6"),
            ("123450", "123450", "123450"),
            ("0.0000999999999", "9.99999e-5", "0.0001"),
            ("1e-400", "1e-400", "1e-400"),
            ("7.891234e-31", "7.89123e-31", "7.89124e-31"),
            ("1e30", "1e30", "1e30"),
        ];
        for (value, down, up) in cases {
            let value = parse(value).unwrap();
            assert_eq!((short(&value, false), short(&value, true)), (down.to_owned(), up.to_owned()));
        }
    }

    #[test]
    fn floats_keep_six_digits() {
        assert!((rounded(1.234_567_89e-20) - 1.234_57e-20).abs() < 1e-40);
    }
}
