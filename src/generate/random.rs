//! Numbers from a seed.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// What numbers are drawn for: each purpose has a stream of its own, so that drawing more for one changes nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Transitions, start laws and emissions.
    Chain,
    /// Tasks.
    Task,
    /// Inputs.
    Inputs,
    /// Inputs to learn from.
    Training,
    /// Inputs that choose.
    Validation,
    /// Inputs to test on.
    Test,
    /// Prompts to start from.
    Starts,
    /// A network's parameters before it has learned.
    Network,
    /// What a network is trained on.
    Pretraining,
}

/// A stream of random numbers; the same on every platform.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// One of the independent streams of a seed.
    pub fn new(seed: u64, stream: Stream) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream as u64);
        Self(generator)
    }

    /// The stream of one of many things that are drawn for a purpose: none of them depends on another. Purposes count from 1, apart from the
    /// [`Stream`]s.
    pub fn numbered(seed: u64, purpose: u32, index: u32) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream((u64::from(purpose) << 32) | u64::from(index));
        Self(generator)
    }

    /// Uniform on the multiples of `2^-53` in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below a limit: of the draws those are left out that would favour some values.
    ///
    /// # Panics
    /// If the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = limit as u64;
        let whole = u64::MAX - u64::MAX % limit;
        loop {
            let drawn = self.0.next_u64();
            if drawn < whole {
                return (drawn % limit) as usize;
            }
        }
    }

    /// A uniformly random permutation (Fisher and Yates).
    pub fn permutation(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..length).collect();
        for last in (1..length).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }

    /// Standard normal (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// An index with these probabilities.
    ///
    /// # Panics
    /// If no probability is positive.
    pub fn index(&mut self, law: &[f64]) -> usize {
        let mut left = self.unit();
        for (index, &probability) in law.iter().enumerate() {
            if left < probability {
                return index;
            }
            left -= probability;
        }
        law.iter().rposition(|&probability| probability > 0.0).expect("some index is possible")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moments of 20 000 draws, each within five standard deviations.
    #[test]
    fn draws_have_the_moments_of_their_laws() {
        let mut random = Random::new(1, Stream::Chain);
        let (mut unit, mut normal, mut square, mut counts) = (0.0, 0.0, 0.0, [0_u32; 3]);
        let draws = 20_000;
        for _ in 0..draws {
            unit += random.unit() - 0.5;
            let value = random.normal();
            (normal, square) = (normal + value, square + value * value - 1.0);
            counts[random.below(3)] += 1;
        }
        let root = f64::from(draws).sqrt();
        assert!(unit.abs() < 5.0 * root / 12.0_f64.sqrt(), "{unit}");
        assert!(normal.abs() < 5.0 * root && square.abs() < 5.0 * root * 2.0_f64.sqrt(), "{normal} {square}");
        for count in counts {
            assert!((f64::from(count) - f64::from(draws) / 3.0).abs() < 5.0 * root * (2.0_f64 / 9.0).sqrt());
        }
    }

    #[test]
    fn indices_are_possible_ones() {
        let mut random = Random::new(2, Stream::Chain);
        assert!((0..1000).all(|_| random.index(&[0.0, 0.25, 0.0, 0.75, 0.0]) % 2 == 1));
        assert!((0..100).all(|_| random.index(&[0.1, 0.1, 0.0]) < 2)); // what is missing goes to the last possible one
        let mut order = random.permutation(50);
        order.sort_unstable();
        assert!(order.into_iter().eq(0..50));
    }

    #[test]
    fn streams_of_a_seed_differ_and_can_be_had_again() {
        let draw = |seed, stream| Random::new(seed, stream).unit();
        assert!(
            draw(1, Stream::Chain) != draw(1, Stream::Task)
                && draw(1, Stream::Chain) != draw(2, Stream::Chain)
        );
        assert!((draw(1, Stream::Task) - draw(1, Stream::Task)).abs() == 0.0);
    }
}
