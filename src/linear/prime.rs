//! Primes below 2²⁸ and arithmetic modulo one of them.

use std::sync::OnceLock;

/// Primes are below `2^BITS`, the bound that certificates share.
pub(crate) const BITS: u32 = 28;

/// Primes are above `2²⁸ − GAP`, so that [`Prime::reduce`] needs four folds.
const GAP: u32 = 1 << 18;

/// How many primes are tried before a question that one prime decides is given up.
const ATTEMPTS: usize = 32;

/// A prime `p = 2²⁸ − δ` with `δ < 2¹⁸`. Residues are in `0..p`.
///
/// Products of residues are below 2⁵⁶, so that 255 of them and a residue add up in 64 bits before
/// they are reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prime {
    p: u32,
    delta: u32,
}

impl Prime {
    /// The primes from the largest down: about 13,500, whose product has about 378,000 bits.
    pub fn all() -> impl Iterator<Item = Self> {
        /// The first ones are found once.
        const KEPT: usize = 512;
        static FIRST: OnceLock<Vec<Prime>> = OnceLock::new();
        let first = FIRST.get_or_init(|| Self::below(0).take(KEPT).collect());
        let last = first.last().map_or(0, |prime| prime.delta);
        first.iter().copied().chain(Self::below(last))
    }

    /// The primes for questions that one of them decides.
    pub fn attempts() -> impl Iterator<Item = Self> {
        Self::all().take(ATTEMPTS)
    }

    /// The primes with a larger `δ` than this one.
    fn below(delta: u32) -> impl Iterator<Item = Self> {
        let candidates = (delta + 1..GAP).map(|delta| Self { p: (1 << BITS) - delta, delta });
        candidates.filter(|candidate| candidate.is_prime())
    }

    /// The test of Miller and Rabin; the bases 2, 3, 5, 7 decide below 3,215,031,751.
    fn is_prime(self) -> bool {
        if [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].iter().any(|&d| self.p.is_multiple_of(d)) {
            return false;
        }
        let twos = (self.p - 1).trailing_zeros();
        [2, 3, 5, 7].into_iter().all(|base| {
            let mut power = self.power(base, (self.p - 1) >> twos);
            let mut squares = 1;
            while power != 1 && power != self.p - 1 && squares < twos {
                power = self.times(power, power);
                squares += 1;
            }
            power == self.p - 1 || (power == 1 && squares == 1)
        })
    }

    /// `p`.
    pub fn get(self) -> u32 {
        self.p
    }

    /// The residue of any word. Folding uses `2³² ≡ 16δ` and `2²⁸ ≡ δ`; unlike a division it vectorises, with products
    /// of 32 bits by 32 bits.
    #[inline(always)]
    pub fn reduce(self, value: u64) -> u32 {
        let delta = u64::from(self.delta);
        let value = (value >> 32) * (delta << (32 - BITS)) + (value & 0xFFFF_FFFF); // below 2^54 + 2^32
        let value = fold(value, delta); // below 2^44 + 2^29
        let value = fold(value, delta); // below 2^34 + 2^29
        let value = fold(value, delta); // below 2^24 + 2^28, hence below 2p
        #[allow(clippy::cast_possible_truncation)] // below 2^29
        let value = value as u32;
        value.min(value.wrapping_sub(self.p))
    }

    /// The residue of a signed word.
    #[inline(always)]
    pub fn reduce_signed(self, value: i64) -> u32 {
        let residue = self.reduce(value.unsigned_abs());
        if value < 0 { self.negate(residue) } else { residue }
    }

    /// `−a`.
    #[inline(always)]
    pub fn negate(self, a: u32) -> u32 {
        if a == 0 { 0 } else { self.p - a }
    }

    /// `a b`.
    #[inline(always)]
    pub fn times(self, a: u32, b: u32) -> u32 {
        self.reduce(u64::from(a) * u64::from(b))
    }

    /// `a − b`.
    #[inline(always)]
    pub fn minus(self, a: u32, b: u32) -> u32 {
        if a >= b { a - b } else { a + self.p - b }
    }

    /// `Σ a_i b_i`.
    #[inline(always)]
    pub fn dot(self, a: &[u32], b: &[u32]) -> u32 {
        let block = |(a, b): (&[u32], &[u32])| {
            let mut sum = 0_u64;
            for (&x, &y) in a.iter().zip(b) {
                sum += u64::from(x) * u64::from(y);
            }
            u64::from(self.reduce(sum))
        };
        self.reduce(a.chunks(128).zip(b.chunks(128)).map(block).sum())
    }

    /// `base^exponent`.
    pub fn power(self, mut base: u32, mut exponent: u32) -> u32 {
        let mut result = 1;
        while exponent > 0 {
            if exponent % 2 == 1 {
                result = self.times(result, base);
            }
            base = self.times(base, base);
            exponent /= 2;
        }
        result
    }

    /// The inverse of a nonzero residue, by Euclid's algorithm.
    pub fn invert(self, a: u32) -> u32 {
        let (mut r0, mut r1) = (self.p, a);
        let (mut s0, mut s1) = (0_u32, 1_u32); // magnitudes; the signs alternate
        let mut negative = false;
        while r1 > 1 {
            let quotient = r0 / r1;
            (r0, r1) = (r1, r0 - quotient * r1);
            (s0, s1) = (s1, s0 + quotient * s1);
            negative = !negative;
        }
        if negative { self.p - s1 } else { s1 }
    }
}

/// The same residue, as `2²⁸ ≡ δ`, of a value below 2⁶⁰.
#[inline(always)]
fn fold(value: u64, delta: u64) -> u64 {
    const MASK: u64 = (1 << BITS) - 1;
    ((value >> BITS) & 0xFFFF_FFFF) * delta + (value & MASK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_division(candidate: u32) -> bool {
        (2..).take_while(|d| d * d <= candidate).all(|d| !candidate.is_multiple_of(d))
    }

    #[test]
    fn all_primes_from_the_largest_down() {
        let found: Vec<u32> = Prime::all().take(600).map(Prime::get).collect();
        let smallest = *found.last().unwrap();
        let expected: Vec<u32> = (smallest..1 << BITS).rev().filter(|&p| by_division(p)).collect();
        assert_eq!(found, expected);
        assert_eq!(found[..3], [268_435_399, 268_435_367, 268_435_361]);
        assert!((13_000..14_000).contains(&Prime::all().count()));
    }

    #[test]
    fn folding_agrees_with_division() {
        let last = Prime::all().last().unwrap();
        for prime in [Prime::all().next().unwrap(), last] {
            let p = u64::from(prime.p);
            let mut value = 0x9E37_79B9_7F4A_7C15_u64;
            for special in [0, 1, p - 1, p, p + 1, 2 * p - 1, (p - 1) * (p - 1), u64::MAX, u64::MAX - p] {
                assert_eq!(u64::from(prime.reduce(special)), special % p);
            }
            for _ in 0..10_000 {
                value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                assert_eq!(u64::from(prime.reduce(value)), value % p);
            }
            for signed in [i64::MIN, -1, 0, 1, i64::MAX] {
                assert_eq!(i64::from(prime.reduce_signed(signed)), signed.rem_euclid(p.cast_signed()));
            }
            assert_eq!(prime.times(prime.invert(12_345), 12_345), 1);
        }
    }

    /// Around multiples of the prime, and at the ends of the ranges between folds.
    #[test]
    fn folding_at_the_ends_of_ranges() {
        for prime in [Prime::all().next().unwrap(), Prime::all().last().unwrap()] {
            let p = u64::from(prime.p);
            let ends =
                (20..64).flat_map(|bits| [1_u64 << bits, (u64::MAX << bits) | 1, u64::MAX >> (63 - bits)]);
            let multiples = ends.clone().map(|end| end / p * p);
            for value in ends.chain(multiples) {
                for value in (0..70).flat_map(|near| [value.saturating_add(near), value.saturating_sub(near)])
                {
                    assert_eq!(u64::from(prime.reduce(value)), value % p, "{value} modulo {p}");
                }
            }
            let largest = vec![prime.p - 1; 1000];
            assert_eq!(prime.dot(&largest, &largest), 1000);
        }
    }
}
