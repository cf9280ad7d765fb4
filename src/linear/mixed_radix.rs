//! Integers from their residues modulo many primes, and from their digits modulo powers of one.

use num_bigint::BigInt;
use pulp::{Arch, Simd, WithSimd};

use super::{eliminate::combine, prime::Prime};
use crate::number::euclid::number;

/// A vector of integers `v = d_0 + d_1 p_0 + d_2 p_0 p_1 + …` with digits `0 ≤ d_i < p_i` (Garner's form of the
/// Chinese remainder theorem).
///
/// The digits of a nonnegative integer end in zeros, those of a negative one in `p_i − 1`, once the product of the
/// primes is large enough: like the sign bits of a machine word.
pub(crate) struct MixedRadix {
    primes: Vec<Prime>,
    /// One digit of each integer, then the next digit of each.
    digits: Vec<u32>,
    length: usize,
    /// For each integer the number of digits at the end that extend its sign, and whether it is negative.
    signs: Vec<(u32, bool)>,
}

impl MixedRadix {
    /// `length` integers of which nothing is known.
    pub fn new(length: usize) -> Self {
        Self { primes: Vec::new(), digits: Vec::new(), length, signs: vec![(0, false); length] }
    }

    /// Takes in the residues modulo another prime.
    pub fn push(&mut self, prime: Prime, residues: &[u32]) {
        assert_eq!(residues.len(), self.length);
        let (mut weights, mut product) = (Vec::with_capacity(self.primes.len()), 1);
        for known in &self.primes {
            weights.push(product);
            product = prime.times(product, prime.reduce(u64::from(known.get())));
        }
        let mut next = vec![0; self.length];
        let inverse = prime.invert(product);
        Arch::new().dispatch(NextDigit {
            known: &self.digits,
            weights: &weights,
            inverse,
            residues,
            prime,
            next: &mut next,
        });
        for ((count, negative), &digit) in self.signs.iter_mut().zip(&next) {
            let (zero, last) = (digit == 0, digit == prime.get() - 1);
            if !zero && !last {
                *count = 0;
            } else if *count > 0 && *negative == last {
                *count += 1;
            } else {
                (*count, *negative) = (1, last);
            }
        }
        self.digits.extend(next);
        self.primes.push(prime);
    }

    /// The number of primes.
    pub fn primes(&self) -> u64 {
        self.primes.len() as u64
    }

    /// The number of primes at the end that have not changed any of the integers: with `s` of them, each is at most
    /// the product of the earlier primes in absolute value.
    pub fn unchanged(&self) -> u32 {
        self.signs.iter().map(|&(count, _)| count).min().unwrap_or(u32::MAX)
    }

    /// The integers, each in the range that its last digit says.
    pub fn integers(&self) -> Vec<BigInt> {
        let radices: Vec<u32> = self.primes.iter().map(|prime| prime.get()).collect();
        let integer = |(index, &(count, negative)): (usize, &(u32, bool))| {
            let digits = self.digits[index..].iter().step_by(self.length).copied();
            let known = radices.len() - count as usize;
            if count > 0 && negative {
                let complement = digits.zip(&radices).map(|(digit, radix)| radix - 1 - digit);
                -BigInt::from(number(&value(&complement.take(known).collect::<Vec<_>>(), &radices))) - 1
            } else {
                BigInt::from(number(&value(&digits.take(known).collect::<Vec<_>>(), &radices)))
            }
        };
        self.signs.iter().enumerate().map(integer).collect()
    }
}

struct NextDigit<'a> {
    known: &'a [u32],
    weights: &'a [u32],
    inverse: u32,
    residues: &'a [u32],
    prime: Prime,
    next: &'a mut [u32],
}

impl WithSimd for NextDigit<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { known, weights, inverse, residues, prime, next } = self;
        let width = residues.len();
        for (block, weights) in weights.chunks(252).enumerate() {
            combine(next, weights, &known[block * 252 * width..], width, 0, prime);
        }
        for (digit, &residue) in next.iter_mut().zip(residues) {
            *digit = prime.times(prime.minus(residue, *digit), inverse);
        }
    }
}

/// `d_0 + r_0 (d_1 + r_1 (d_2 + …))` in words, the lowest first. Digits and radices are below 2²⁸; two digits are taken
/// at a time.
pub(crate) fn value(digits: &[u32], radices: &[u32]) -> Vec<u64> {
    let mut words: Vec<u64> = Vec::with_capacity(digits.len() * 28 / 64 + 1);
    let mut from = digits.len();
    while from > 0 {
        let pair = from >= 2;
        from -= if pair { 2 } else { 1 };
        let (low, radix) = (u64::from(digits[from]), u64::from(radices[from]));
        let (add, factor) = if pair {
            (low + radix * u64::from(digits[from + 1]), radix * u64::from(radices[from + 1]))
        } else {
            (low, radix)
        };
        let mut carry = u128::from(add);
        for word in &mut words {
            carry += u128::from(*word) * u128::from(factor);
            *word = low_word(carry);
            carry >>= 64;
        }
        if carry > 0 {
            words.push(low_word(carry));
        }
    }
    words
}

#[allow(clippy::cast_possible_truncation)] // the low word is what is wanted
fn low_word(value: u128) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use num_integer::Integer as _;

    use super::*;

    #[test]
    fn integers_of_both_signs_come_back() {
        let expected: Vec<BigInt> =
            ["0", "-1", "1", "268435398", "-268435399", "123456789012345678901234567890"]
                .iter()
                .chain(&["-98765432109876543210987654321098765432109876543210"])
                .map(|text| text.parse().unwrap())
                .collect();
        let mut found = MixedRadix::new(expected.len());
        for (count, prime) in Prime::all().take(9).enumerate() {
            let modulus = BigInt::from(prime.get());
            let residue = |value: &BigInt| ((value % &modulus + &modulus) % &modulus).try_into().unwrap();
            found.push(prime, &expected.iter().map(residue).collect::<Vec<u32>>());
            if count == 0 {
                assert_eq!(found.unchanged(), 0);
            }
        }
        assert_eq!(found.unchanged(), 3);
        assert_eq!(found.integers(), expected);
    }

    fn residues(values: &[BigInt], prime: Prime) -> Vec<u32> {
        let modulus = BigInt::from(prime.get());
        values.iter().map(|value| value.mod_floor(&modulus).try_into().unwrap()).collect()
    }

    /// Values at the ends of every range, with runs of digits that extend a sign in the middle.
    #[test]
    fn signs_at_the_ends_of_ranges() {
        let primes: Vec<Prime> = Prime::all().take(7).collect();
        let product =
            |count: usize| primes[..count].iter().map(|prime| BigInt::from(prime.get())).product::<BigInt>();
        let mut values = Vec::new();
        for count in 0..6 {
            for near in -2..=2 {
                values.extend([product(count) + near, near - product(count)]);
                values.extend([product(5) + product(count) + near, near - product(5) + product(count)]);
            }
        }
        for value in values {
            let mut found = MixedRadix::new(1);
            for (index, &prime) in primes.iter().enumerate() {
                found.push(prime, &residues(std::slice::from_ref(&value), prime));
                let (count, known) = (index + 1, found.integers().remove(0));
                assert_eq!(known.mod_floor(&product(count)), value.mod_floor(&product(count)));
                let unchanged = found.unchanged() as usize;
                let range = |count: usize| -product(count)..product(count);
                if unchanged > 0 {
                    assert!(range(count - unchanged).contains(&known));
                }
                if let Some(least) = (0..count).find(|&least| range(least).contains(&value)) {
                    assert_eq!((&known, unchanged), (&value, count - least), "{value} of {count} primes");
                }
            }
        }
    }

    /// More primes than weights are combined at once.
    #[test]
    fn hundreds_of_primes() {
        let long: BigInt = (BigInt::from(1) << 8300) / 3;
        let values = [long.clone(), -long, BigInt::from(-1), BigInt::from(0)];
        let mut found = MixedRadix::new(values.len());
        for prime in Prime::all().take(300) {
            found.push(prime, &residues(&values, prime));
        }
        assert_eq!(found.unchanged(), 3);
        assert_eq!(found.integers(), values);
    }
}
