//! Euclid's algorithm on long integers: greatest common divisors and rational reconstruction.
//!
//! Both follow Lehmer: the quotients of a stretch of about 31 bits are found from the leading words alone, and the
//! long numbers are updated once for all of them. Digits are words, the lowest first.

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// The greatest common divisor, not negative.
///
/// ```
/// assert_eq!(recoverable::number::gcd(&12.into(), &(-18).into()), 6.into());
/// ```
pub fn gcd(a: &BigInt, b: &BigInt) -> BigInt {
    if let (Some(a), Some(b)) = (a.magnitude().to_u64(), b.magnitude().to_u64()) {
        return a.gcd(&b).into();
    }
    let (mut a, mut b) = (a.magnitude().to_u64_digits(), b.magnitude().to_u64_digits());
    if compare(&a, &b).is_lt() {
        std::mem::swap(&mut a, &mut b);
    }
    while b.len() > 1 {
        match Stretch::of(&a, &b) {
            Some(stretch) => stretch.apply(&mut a, &mut b),
            None => {
                divide(&mut a, &mut b);
            }
        }
    }
    match b.first() {
        None => number(&a).into(),
        Some(&small) => {
            let rest = remainder(&a, small);
            BigInt::from(rest.gcd(&small))
        }
    }
}

/// `numerator / denominator` in lowest terms, the denominator not zero.
pub(crate) fn ratio(numerator: BigInt, denominator: BigInt) -> BigRational {
    let (numerator, denominator) =
        if denominator.is_negative() { (-numerator, -denominator) } else { (numerator, denominator) };
    let divisor = gcd(&numerator, &denominator);
    if divisor.is_one() {
        return BigRational::new_raw(numerator, denominator);
    }
    BigRational::new_raw(numerator / &divisor, denominator / divisor)
}

/// `n/d ≡ residue` modulo `modulus` with `|n| ≤ bound` and `0 < d`; the `d` is the smallest there is. The caller looks
/// at whether it is small enough.
///
/// # Panics
/// If the residue is not below the modulus.
fn fraction(residue: &BigUint, modulus: &BigUint, bound: &BigUint) -> (BigInt, BigUint) {
    assert!(residue < modulus, "a residue is below its modulus");
    let (mut r0, mut r1) = (modulus.to_u64_digits(), residue.to_u64_digits());
    let (mut s0, mut s1) = (BigUint::zero(), BigUint::one()); // magnitudes; the signs alternate
    let mut negative = false;
    let (limit, bound) = (bound.bits() + 64, bound.to_u64_digits());
    while compare(&r1, &bound).is_gt() {
        // A stretch lowers its first number by at most 32 bits: far from the bound it cannot pass by.
        let stretch = if bits(&r1) > limit { Stretch::of(&r0, &r1) } else { None };
        if let Some(stretch) = stretch {
            stretch.apply(&mut r0, &mut r1);
            let next = &s0 * stretch.a.unsigned_abs() + &s1 * stretch.b.unsigned_abs();
            s1 = s0 * stretch.c.unsigned_abs() + s1 * stretch.d.unsigned_abs();
            s0 = next;
            negative ^= stretch.odd;
        } else {
            let next = s0 + divide(&mut r0, &mut r1) * &s1;
            (s0, s1) = (s1, next);
            negative = !negative;
        }
    }
    let numerator = BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, number(&r1));
    (numerator, s1)
}

/// A fraction that is congruent to the residue, its numerator within the bound; integers of either sign come first.
pub(crate) fn reconstruct(residue: BigUint, modulus: &BigUint, bound: &BigUint) -> (BigInt, BigUint) {
    let negative = modulus - &residue;
    if &negative <= bound {
        return (-BigInt::from(negative), BigUint::one());
    }
    fraction(&residue, modulus, bound)
}

/// The effect of several division steps: `(x, y) → (a x + b y, c x + d y)`.
struct Stretch {
    a: i64,
    b: i64,
    c: i64,
    d: i64,
    /// Whether the number of steps is odd.
    odd: bool,
}

impl Stretch {
    /// The steps that the leading 62 bits of `x ≥ y` decide (Jebelean's condition), if there are any.
    fn of(x: &[u64], y: &[u64]) -> Option<Self> {
        let shift = x.last()?.leading_zeros();
        let top = |digits: &[u64]| {
            let digit =
                |back: usize| x.len().checked_sub(back).and_then(|at| digits.get(at)).copied().unwrap_or(0);
            let (high, low) = (digit(1), digit(2));
            let aligned = if shift == 0 { high } else { (high << shift) | (low >> (64 - shift)) };
            (aligned >> 2).cast_signed()
        };
        let (mut p, mut q) = (top(x), top(y));
        let mut stretch = Self { a: 1, b: 0, c: 0, d: 1, odd: false };
        while q != 0 {
            let Self { a, b, c, d, odd } = stretch;
            let quotient = p / q;
            let Some((next_c, next_d)) = bounded(a, quotient, c).zip(bounded(b, quotient, d)) else { break };
            let rest = p - quotient * q;
            // The quotient is that of the long numbers if the next remainder is away from both ends of 0..q.
            let (low, high) = if odd { (-next_c, next_d - d) } else { (-next_d, next_c - c) };
            if rest < low || q - rest < high {
                break;
            }
            (p, q) = (q, rest);
            stretch = Self { a: c, b: d, c: next_c, d: next_d, odd: !odd };
        }
        (stretch.b != 0).then_some(stretch)
    }

    fn apply(&self, x: &mut Vec<u64>, y: &mut Vec<u64>) {
        y.resize(x.len(), 0);
        let (mut carry_x, mut carry_y) = (0_i128, 0_i128);
        for (u, v) in x.iter_mut().zip(y.iter_mut()) {
            let (p, q) = (i128::from(*u), i128::from(*v));
            carry_x += i128::from(self.a) * p + i128::from(self.b) * q;
            carry_y += i128::from(self.c) * p + i128::from(self.d) * q;
            (*u, *v) = (low(carry_x), low(carry_y));
            carry_x >>= 64;
            carry_y >>= 64;
        }
        trim(x);
        trim(y);
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the low word is what is wanted
fn low(value: i128) -> u64 {
    value as u64
}

/// `a − quotient · c`, unless it leaves 31 bits.
fn bounded(a: i64, quotient: i64, c: i64) -> Option<i64> {
    let value = a - quotient.checked_mul(c)?;
    (value.abs() < 1 << 31).then_some(value)
}

fn trim(digits: &mut Vec<u64>) {
    while digits.last() == Some(&0) {
        digits.pop();
    }
}

fn bits(digits: &[u64]) -> u64 {
    digits.last().map_or(0, |top| 64 * digits.len() as u64 - u64::from(top.leading_zeros()))
}

fn compare(a: &[u64], b: &[u64]) -> std::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// One division step on long numbers: `(a, b) → (b, a mod b)`. Returns the quotient.
fn divide(a: &mut Vec<u64>, b: &mut Vec<u64>) -> BigUint {
    let (quotient, rest) = number(a).div_rem(&number(b));
    *a = std::mem::replace(b, rest.to_u64_digits());
    quotient
}

/// The remainder of a long number by a word.
fn remainder(digits: &[u64], word: u64) -> u64 {
    let step = |rest: u64, &digit: &u64| {
        let value = (u128::from(rest) << 64 | u128::from(digit)) % u128::from(word);
        u64::try_from(value).expect("a remainder is below the divisor")
    };
    digits.iter().rev().fold(0, step)
}

/// The number with these digits.
pub(crate) fn number(digits: &[u64]) -> BigUint {
    #[allow(clippy::cast_possible_truncation)] // both halves are taken
    let halves = digits.iter().flat_map(|&digit| [digit as u32, (digit >> 32) as u32]);
    BigUint::new(halves.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seed: u64, words: usize) -> BigInt {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut word = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        number(&(0..words).map(|_| word()).collect::<Vec<_>>()).into()
    }

    #[test]
    fn the_divisor_is_that_of_the_library() {
        for seed in 0..300 {
            let common = sample(seed, (seed % 5) as usize);
            let (a, b) =
                (sample(seed + 1000, (seed % 7) as usize), sample(seed + 2000, (seed % 11) as usize));
            let (a, b) = (a * &common, -b * &common);
            assert_eq!(gcd(&a, &b), num_integer::Integer::gcd(&a, &b), "{a} and {b}");
        }
    }

    /// Fibonacci numbers make every quotient 1; powers of two make one quotient huge.
    #[test]
    fn extreme_quotients() {
        let (mut a, mut b) = (BigInt::one(), BigInt::one());
        for _ in 0..2000 {
            (a, b) = (&a + &b, a);
            assert!(gcd(&a, &b).is_one());
        }
        for shift in [1, 31, 32, 63, 64, 65, 500] {
            let power: BigInt = BigInt::one() << shift;
            assert_eq!(gcd(&(&power * &power), &power), power);
            assert!(gcd(&(&power + 1), &power).is_one());
            assert_eq!(gcd(&(&b * (&power - 1)), &(&b * &power)), b);
        }
        assert_eq!(gcd(&BigInt::zero(), &BigInt::zero()), BigInt::zero());
        assert_eq!(gcd(&BigInt::zero(), &(-5).into()), 5.into());
    }

    #[test]
    fn fractions_come_back() {
        for seed in 1..200 {
            let words = 1 + (seed % 9) as usize;
            let value =
                ratio(sample(seed, words) * if seed % 2 == 0 { 1 } else { -1 }, sample(seed + 500, words));
            let modulus = (sample(seed + 900, 2 * words + 1) | BigInt::one()).magnitude().clone();
            let signed = BigInt::from(modulus.clone());
            let Some(inverse) = value.denom().modinv(&signed) else { continue };
            let residue = (value.numer() * inverse).mod_floor(&signed).magnitude().clone();
            let (numerator, denominator) = fraction(&residue, &modulus, value.numer().magnitude());
            assert_eq!((&numerator, &BigInt::from(denominator)), (value.numer(), value.denom()));
        }
    }

    /// Long numbers of words that are all zeros, all ones, or anything.
    fn patterned(seed: u64, words: usize) -> BigInt {
        let noise = sample(seed, words.max(1)).magnitude().to_u64_digits();
        let word = |index: usize| match (seed >> index) % 5 {
            0 => 0,
            1 => u64::MAX,
            2 => 1 << (seed % 64),
            _ => noise.get(index).copied().unwrap_or(1),
        };
        number(&(0..words).map(word).collect::<Vec<_>>()).into()
    }

    /// A stretch leads from one pair of neighbouring remainders to a later one, whatever the lengths.
    #[test]
    fn stretches_follow_the_remainders() {
        let mut taken = 0;
        for seed in 0..4000_u64 {
            let length = 2 + (seed % 4) as usize;
            let other = (length as u64).saturating_sub(seed / 4 % 4) as usize;
            let (x, y) = (patterned(seed * 77, length), patterned(seed * 31 + 5, other));
            let (x, y) = if x < y { (y, x) } else { (x, y) };
            let (mut a, mut b) = (x.magnitude().to_u64_digits(), y.magnitude().to_u64_digits());
            if a.len() < 2 {
                continue;
            }
            let Some(stretch) = Stretch::of(&a, &b) else { continue };
            stretch.apply(&mut a, &mut b);
            let (a, b) = (BigInt::from(number(&a)), BigInt::from(number(&b)));
            let (mut r0, mut r1, mut odd) = (x.clone(), y.clone(), false);
            while r0 != a {
                (r0, r1, odd) = (r1.clone(), &r0 % &r1, !odd);
            }
            assert_eq!((&r1, odd), (&b, stretch.odd), "{x} and {y}");
            taken += 1;
        }
        assert!(taken > 500, "{taken}");
    }

    /// The smallest denominator, by Euclid's algorithm one step at a time.
    #[test]
    fn fractions_have_the_smallest_denominator() {
        for seed in 0..3000_u64 {
            let length = 1 + (seed % 6) as usize;
            let modulus = patterned(seed * 13 + 1, length).magnitude() + 3_u32;
            let residue = patterned(seed * 7 + 2, length + 1).magnitude() % &modulus;
            let bound = &modulus >> (seed % (modulus.bits() + 1));
            let (numerator, denominator) = fraction(&residue, &modulus, &bound);
            let (mut r0, mut r1) = (BigInt::from(modulus.clone()), BigInt::from(residue.clone()));
            let (mut s0, mut s1) = (BigInt::zero(), BigInt::one());
            while r1 > BigInt::from(bound.clone()) {
                let quotient = &r0 / &r1;
                (r0, r1) = (r1.clone(), r0 - &quotient * r1);
                (s0, s1) = (s1.clone(), s0 - quotient * s1);
            }
            let expected = if s1.is_negative() { (-r1, -s1) } else { (r1, s1) };
            assert_eq!((numerator, denominator.into()), expected);
            let (numerator, denominator) = reconstruct(residue.clone(), &modulus, &bound);
            assert!(numerator.magnitude() <= &bound);
            let difference = numerator - BigInt::from(denominator * residue);
            assert!(difference.is_multiple_of(&modulus.into()));
        }
    }
}
