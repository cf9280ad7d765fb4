//! The scalars of message passing, exact and floating, behind one trait.

use std::fmt::Debug;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::clear;

/// A number that messages are made of: products and sums, and a quotient at the very end.
///
/// The exact scalar is [`BigInt`]: a model's entries are brought to a common scale once, messages
/// are integers, and [`quotient`](Scalar::quotient) gives a [`BigRational`] at the interface. The
/// floating one is `f64`, whose results are estimates and never decide anything; between them are
/// [`Truncated`](super::Truncated) numbers, whose errors are known.
pub trait Scalar: Clone + Debug + PartialOrd + Zero + One {
    /// What a quotient of two scalars is.
    type Quotient: Clone + Debug + PartialEq + PartialOrd + Zero + One;

    /// The values times a common positive scale, and that scale.
    fn common_scale(values: &[BigRational]) -> (Vec<Self>, Self);

    /// A common multiple of positive scales, behind what each has to be multiplied by; where the only scale is 1, that.
    fn common_multiple(scales: &[Self]) -> (Vec<Self>, Self) {
        (vec![Self::one(); scales.len()], Self::one())
    }

    /// `Σ a_i b_i`.
    fn dot<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self
    where
        Self: 'a;

    /// `a b`.
    fn times(&self, other: &Self) -> Self;

    /// `numerator / denominator`, where the denominator is not zero.
    fn quotient(numerator: &Self, denominator: &Self) -> Self::Quotient;

    /// Divides all entries by a power of two that brings the largest near 1, and returns its
    /// exponent; scalars that cannot underflow stay as they are (0).
    fn rescale(_: &mut [Self]) -> i32 {
        0
    }

    /// Divides all entries by `2^exponent`, at least 0; it is 0 for scalars that cannot underflow, which stay as they are.
    fn lower(_: &mut [Self], _exponent: i32) {}

    /// `value · 2^exponent`.
    fn shift(value: Self::Quotient, exponent: i32) -> Self::Quotient;
}

impl Scalar for BigInt {
    type Quotient = BigRational;

    fn common_scale(values: &[BigRational]) -> (Vec<Self>, Self) {
        clear(values)
    }

    fn common_multiple(scales: &[Self]) -> (Vec<Self>, Self) {
        let parts: Vec<_> =
            scales.iter().map(|scale| BigRational::new(BigInt::one(), scale.clone())).collect();
        clear(&parts)
    }

    fn dot<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        let mut sum = BigInt::ZERO;
        for (a, b) in pairs {
            if !a.is_zero() && !b.is_zero() {
                sum += a * b;
            }
        }
        sum
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn quotient(numerator: &Self, denominator: &Self) -> BigRational {
        super::euclid::ratio(numerator.clone(), denominator.clone())
    }

    fn shift(value: BigRational, exponent: i32) -> BigRational {
        value * num_traits::Pow::pow(BigRational::from_integer(2.into()), exponent)
    }
}

impl Scalar for f64 {
    type Quotient = f64;

    fn common_scale(values: &[BigRational]) -> (Vec<Self>, Self) {
        (values.iter().map(|value| value.to_f64().unwrap_or(f64::NAN)).collect(), 1.0)
    }

    fn dot<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        pairs.map(|(a, b)| a * b).sum()
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn quotient(numerator: &Self, denominator: &Self) -> f64 {
        numerator / denominator
    }

    fn rescale(values: &mut [Self]) -> i32 {
        let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if largest == 0.0 || !largest.is_finite() {
            return 0;
        }
        #[allow(clippy::cast_possible_truncation)] // log2 of a finite f64 is within ±1074
        let exponent = largest.log2().floor() as i32;
        let half = exponent / 2; // in two factors: 2^-exponent alone may overflow
        let (first, second) = (2.0_f64.powi(-half), 2.0_f64.powi(half - exponent));
        values.iter_mut().for_each(|value| *value *= first * second);
        exponent
    }

    fn lower(values: &mut [Self], exponent: i32) {
        let factor = 2.0_f64.powi(-exponent);
        values.iter_mut().for_each(|value| *value *= factor);
    }

    fn shift(value: f64, exponent: i32) -> f64 {
        value * 2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2)
    }
}

/// A field in which equality means equality. Rank, kernels and solutions are offered for these
/// alone, so that no verdict can rest on a float.
///
/// ```compile_fail
/// use recoverable::linear::{Matrix, rank};
/// let floats = Matrix::from_rows(vec![vec![1.0, 0.5]]).unwrap();
/// rank(&floats); // f64 is not an ExactField
/// ```
pub trait ExactField: Clone + Debug + Eq {
    /// The value as a rational number.
    fn as_rational(&self) -> &BigRational;
}

impl ExactField for BigRational {
    fn as_rational(&self) -> &BigRational {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescaling_a_float_is_exact() {
        let mut values = [3.0e-300, 1.5e-300, 0.0];
        let before = values;
        let exponent = f64::rescale(&mut values);
        assert!((0.5..=2.0).contains(&values[0]));
        for (value, original) in values.iter().zip(before) {
            assert!((f64::shift(*value, exponent) - original).abs() == 0.0);
        }
    }
}
