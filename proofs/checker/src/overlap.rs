//! How far the tokens to come can tell the states apart.
//!
//! For a word `y` let `B(y)[h]` be its probability if the state `h` emits its first token: `B(z) = W[z,:]` and
//! `B(z·y) = W[z,:] ⊙ (Aᵀ B(y))`. The *overlap* of two states over the words of `r` tokens,
//!
//! ```text
//! Σ_{|y| = r} min(B(y)[h], ϱ B(y)[i])   for ϱ ≥ 0,
//! ```
//!
//! bounds how much of the probability of what comes from `h` looks as if it came from `i`, and does not grow with `r`: a minimum of sums is
//! at least the sum of the minima. For any set of words it is at most the sum of `B(y)[h]` over the set and `ϱ B(y)[i]` over the others; here the
//! sets are those of the words on which the one is at most about a power of two times the other.
//!
//! All numbers are upper ends, integers over [`ONE`]. Lemmas: `overlap_sound`, `overlap_table_sound`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

use crate::failure::Rejection;

/// The binary digits of a probability.
pub const DIGITS: u32 = 63;

/// What 1 stands for.
pub const ONE: u64 = 1 << DIGITS;

/// The powers of two that are thresholds begin at two to the power of minus this and end before its inverse.
const REACH: i64 = 32;

/// The number of thresholds, `2 REACH`.
pub const THRESHOLDS: usize = 64;

/// Words with less than this for every state are taken together.
const FAINT: u64 = ONE >> 20;

/// The most words of one length that are not faint, times tokens.
const MAX_WORDS: usize = 1 << 20;

/// The most of them times pairs of states.
const MAX_WORK: usize = 1 << 28;

/// The most pairs of states.
const MAX_PAIRS: usize = 1 << 17;

/// The most tokens.
const MAX_AHEAD: usize = 64;

/// What is added up for two states `h` and `i`, a threshold and a length of words: upper ends of `Σ B(y)[h]` over the words of the set, and of
/// `Σ B(y)[i]` over the others.
pub type Sums = (u64, u64);

/// Upper ends of the overlaps of all pairs of states, over words of one token and over those of a few.
///
/// # No overflow
/// `B(y)[h]` sums to 1 over the words of one length. With each token an upper end exceeds it by `n + 4` more at most, so that sums over `2^20` words
/// with 64 tokens stay below `2^63 + 2^37`.
pub struct Overlaps {
    states: usize,
    /// How many tokens are looked at.
    ahead: usize,
    /// For each state, each threshold and each other state those of one token and of all.
    sums: Vec<[Sums; 2]>,
}

/// The upper end of `value / scale`, which is a probability.
#[must_use]
pub fn upper_end(value: &BigInt, scale: &BigInt) -> u64 {
    Integer::div_ceil(&(value << DIGITS), scale).to_u64().unwrap_or(ONE)
}

/// The threshold for a ratio of two numbers of so many binary digits, unless it is beyond all of them.
#[must_use]
pub fn threshold(digits: i64, of: i64) -> Option<usize> {
    usize::try_from(digits - of + REACH).ok().filter(|threshold| *threshold < THRESHOLDS)
}

/// The words of one length, with `B` of each.
#[derive(Clone)]
pub struct Words<'m> {
    /// Upper ends of the entries of `A` and of `W`, both row by row.
    transition: &'m [u64],
    emission: &'m [u64],
    states: usize,
    /// `B` of those that are not faint, one after the other.
    likely: Vec<u64>,
    /// The sum of `B` over all others.
    faint: Vec<u64>,
}

impl<'m> Words<'m> {
    /// The words of one token.
    #[must_use]
    pub fn new(transition: &'m [u64], emission: &'m [u64], states: usize) -> Self {
        let mut words = Self { transition, emission, states, likely: Vec::new(), faint: vec![0; states] };
        emission.chunks_exact(states).for_each(|word| words.add(word));
        words
    }

    fn add(&mut self, word: &[u64]) {
        if word.iter().all(|b| *b < FAINT) {
            self.faint.iter_mut().zip(word).for_each(|(sum, b)| *sum += b);
        } else {
            self.likely.extend(word);
        }
    }

    /// How many are not faint.
    #[must_use]
    pub fn count(&self) -> usize {
        self.likely.len() / self.states
    }

    /// Whether they are not too many.
    #[must_use]
    pub fn are_few(&self) -> bool {
        let (states, tokens) = (self.states, self.emission.len() / self.states);
        self.count() <= MAX_WORDS / tokens && self.count() <= MAX_WORK / (states * states)
    }

    /// Those with one more token. What is faint stays so, and the `B` of its continuations add up to `Aᵀ` of the sum.
    #[must_use]
    pub fn longer(&self) -> Self {
        let mut words = Self { likely: Vec::new(), faint: behind(self.transition, &self.faint), ..*self };
        for word in self.likely.chunks_exact(self.states) {
            let behind = behind(self.transition, word);
            for row in self.emission.chunks_exact(self.states) {
                let passed = row.iter().zip(&behind).map(|(w, b)| product(u128::from(*w) * u128::from(*b)));
                words.add(&passed.collect::<Vec<_>>());
            }
        }
        words
    }

    /// All of them; the last one stands for those that are faint.
    fn all(&self) -> impl Iterator<Item = &[u64]> {
        self.likely.chunks_exact(self.states).chain([self.faint.as_slice()])
    }
}

impl Overlaps {
    /// From upper ends of the entries of `A` and of `W`, both row by row.
    ///
    /// # Errors
    /// If there are too many words or states.
    pub fn new(transition: &[u64], emission: &[u64], states: usize, ahead: usize) -> Result<Self, Rejection> {
        let too_large = Err(Rejection::TooLarge { field: "ahead" });
        let pairs = states.saturating_mul(states);
        let near = Words::new(transition, emission, states);
        if pairs > MAX_PAIRS || !(1..=MAX_AHEAD).contains(&ahead) || !near.are_few() {
            return too_large;
        }
        let mut far = near.clone();
        for _ in 1..ahead {
            far = far.longer();
            if !far.are_few() {
                return too_large;
            }
        }
        Ok(Self::between(&near, &far, ahead))
    }

    /// From the words of one token and those of as many as are looked at.
    #[must_use]
    pub fn between(near: &Words, far: &Words, ahead: usize) -> Self {
        let sums = counted(near).into_iter().zip(counted(far)).map(|(near, far)| [near, far]).collect();
        Self { states: near.states, ahead, sums }
    }

    /// How many tokens are looked at.
    #[must_use]
    pub fn ahead(&self) -> usize {
        self.ahead
    }

    /// Those of words of one token, and of [`Self::ahead`] tokens.
    #[must_use]
    pub fn sums(&self, (h, i): (usize, usize), threshold: usize) -> [Sums; 2] {
        self.sums[(h * THRESHOLDS + threshold) * self.states + i]
    }
}

/// The sums over the words of one length: for each state, each threshold and each other state.
fn counted(words: &Words) -> Vec<Sums> {
    let n = words.states;
    // Words by the first threshold at which they are in the set; those at the end are in none.
    let first = by_threshold(words);
    let mut sums = vec![(0, 0); n * n * THRESHOLDS];
    for (pair, counts) in first.chunks_exact(THRESHOLDS + 1).enumerate() {
        let (mut own, mut others) = (0, counts.iter().map(|(_, other)| other).sum());
        for (threshold, count) in counts[..THRESHOLDS].iter().enumerate() {
            (own, others) = (own + count.0, others - count.1);
            sums[(pair / n * THRESHOLDS + threshold) * n + pair % n] = (own, others);
        }
    }
    sums
}

/// For each pair of states and each threshold the sums of both `B` over the words that are in the set from there on, and then over all others.
fn by_threshold(words: &Words) -> Vec<Sums> {
    let n = words.states;
    let mut sums = vec![(0, 0); n * n * (THRESHOLDS + 1)];
    for word in words.all() {
        let digits = |(h, b): (usize, &u64)| (h, *b, i64::from(u64::BITS - b.leading_zeros()));
        let seen: Vec<_> = word.iter().enumerate().map(digits).filter(|(_, b, _)| *b > 0).collect();
        for (h, own, size) in &seen {
            for (i, other, rival) in &seen {
                let first = usize::try_from((size - rival + REACH).clamp(0, 2 * REACH)).unwrap_or(0);
                let sum: &mut Sums = &mut sums[(h * n + i) * (THRESHOLDS + 1) + first];
                *sum = (sum.0 + own, sum.1 + other);
            }
        }
    }
    sums
}

/// `Aᵀ B` of a word.
fn behind(transition: &[u64], word: &[u64]) -> Vec<u64> {
    let mut sums = vec![0_u128; word.len()];
    for (row, b) in transition.chunks_exact(word.len()).zip(word).filter(|(_, b)| **b > 0) {
        for (sum, a) in sums.iter_mut().zip(row) {
            *sum += u128::from(*a) * u128::from(*b);
        }
    }
    sums.into_iter().map(product).collect()
}

/// A sum of products over `ONE²` over [`ONE`], rounded up.
fn product(sum: u128) -> u64 {
    u64::try_from(sum.div_ceil(u128::from(ONE))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use num_rational::BigRational;

    use super::*;

    fn ratio(p: u64, q: u64) -> BigRational {
        BigRational::new(p.into(), q.into())
    }

    /// `B` of all words of one length, straight from the sums over hidden paths.
    fn words(transition: &[[u64; 3]; 3], emission: &[[u64; 3]; 2], length: u32) -> Vec<[BigRational; 3]> {
        let paths = |token: &dyn Fn(usize) -> usize, from: usize| -> BigRational {
            let all = (0..3_usize.pow(length - 1)).map(|code| {
                let states: Vec<_> = std::iter::once(from)
                    .chain((0..length - 1).map(|at| code / 3_usize.pow(at) % 3))
                    .collect();
                let steps: u64 = states.windows(2).map(|pair| transition[pair[1]][pair[0]]).product();
                let tokens: u64 = states.iter().enumerate().map(|(at, &h)| emission[token(at)][h]).product();
                steps * tokens
            });
            ratio(all.sum(), 12_u64.pow(2 * length - 1))
        };
        let word = |code: usize| [0, 1, 2].map(|h| paths(&|at| code >> at & 1, h));
        (0..1 << length).map(word).collect()
    }

    /// Twelfths, with zeros.
    const TRANSITION: [[u64; 3]; 3] = [[0, 3, 11], [12, 4, 1], [0, 5, 0]];
    const EMISSION: [[u64; 3]; 2] = [[12, 1, 7], [0, 11, 5]];

    #[test]
    fn overlaps_are_those_of_the_sums_over_hidden_paths_or_more() {
        let ends = |entries: &[[u64; 3]]| -> Vec<u64> {
            entries.iter().flatten().map(|&x| upper_end(&x.into(), &12.into())).collect()
        };
        let (transition, emission) = (ends(&TRANSITION), ends(&EMISSION));
        for ahead in 1..=4_u32 {
            let overlaps = Overlaps::new(&transition, &emission, 3, ahead as usize).unwrap();
            for (length, level) in [(1, 0), (2, 0), (4, 0), (ahead, 1), (4, 1)] {
                let words = words(&TRANSITION, &EMISSION, length);
                for (h, i) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)] {
                    for by in [ratio(1, 1000), ratio(1, 5), ratio(1, 1), ratio(9, 2), ratio(1 << 20, 1)] {
                        let least = |b: &[BigRational; 3]| b[h].clone().min(&b[i] * &by);
                        let truth: BigRational = words.iter().map(least).sum();
                        let ends = (0..THRESHOLDS).map(|threshold| {
                            let (own, others) = overlaps.sums((h, i), threshold)[level];
                            ratio(own, ONE) + ratio(others, ONE) * &by
                        });
                        let closest = ends.inspect(|end| assert!(*end >= truth)).min().unwrap();
                        let near = length > ahead || level == 0 && length > 1;
                        assert!(near || closest <= &truth * ratio(5, 2), "{ahead} {length} {h} {i} {by}");
                    }
                }
            }
        }
    }

    #[test]
    fn faint_words_are_taken_together() {
        let half = ONE / 2;
        let emission = [[ONE - half / 8, half], [half / 8, half]].concat();
        let transition = [half; 4];
        let mut words = Words::new(&transition, &emission, 2);
        for length in 2..=24 {
            words = words.longer();
            let sums = words.all().fold([0; 2], |sum, b| [sum[0] + b[0], sum[1] + b[1]]);
            assert!(sums.iter().all(|sum| (ONE..ONE + (1 << 40)).contains(sum)), "{length} {sums:?}");
        }
        assert!(words.count() < 1 << 20 && words.faint[0] > 0);
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let (one_word, many) = ([ONE, ONE, 0, 0], [ONE / 2; 4]);
        let refused = |emission, ahead| Overlaps::new(&many, emission, 2, ahead).is_err();
        assert!(refused(&one_word, 0) && !refused(&one_word, 1));
        assert!(!refused(&one_word, MAX_AHEAD) && refused(&one_word, MAX_AHEAD + 1));
        assert!(!refused(&many, 12) && refused(&many, MAX_AHEAD));
    }
}
