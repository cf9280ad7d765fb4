//! How far the tokens to come tell the states apart, and what that says of a leaf.
//!
//! After one more step of the chain each column of a prefix is that of a state which emits the next token. What comes from it has the labels of the
//! column, but for continuations that look as if they came from a column with another label; how much that is at most
//! is the [overlap](recoverable_checker::overlap) of the two states. So a prefix with a few likely states that have different labels can be a leaf, where the
//! bound without looking ahead has all states but those of one label in doubt.

use num_bigint::BigInt;
use recoverable_checker::overlap::{ONE, Overlaps, THRESHOLDS, Words, threshold, upper_end};

use crate::{linear::Matrix, search::Functionals};

/// Tables are made with about so many additions at most.
const WORK: usize = 30_000_000;

/// There are none for larger models: with so many states they have 50 MB.
const STATES: usize = 128;

/// No more tokens are looked at.
const LONGEST: usize = 8;

/// What is left out is less than this part of the doubt without a comparison.
const FAINT: f64 = 1.0 / 256.0;

/// At most this many binary digits are looked at.
const DIGITS: f64 = 48.0;

/// The checker has ratios with 31 binary digits.
const RATIO: f64 = 1.0 + 1.0 / (1_u64 << 27) as f64;

/// The overlaps of all states.
pub(super) struct Ahead {
    states: usize,
    tokens_ahead: usize,
    /// For each state, each threshold and each other state the sums over the words of the threshold and those over the others, for one token and for
    /// all; with few digits, so that more of them are near at hand.
    sums: Vec<[(f32, f32); 2]>,
}

/// The lower ends of the row of a comparison at the states, and what they and the rows that are subtracted are uncertain by.
pub(super) struct Row {
    pub values: Vec<f64>,
    pub spread: f64,
}

/// Bounds of the probability of a disagreement on continuations.
pub(super) type Bounds = (f64, f64);

/// What is found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Compared {
    /// For continuations by any number of tokens.
    pub near: Bounds,
    /// For those by as many as are looked at or more.
    pub far: Bounds,
    /// States with less of the mass, and rivals with smaller ratios, than two to the power of minus this were not looked at.
    pub faint: u32,
}

impl Ahead {
    /// The tables of a model, unless it is too large.
    pub fn new(functionals: &Functionals) -> Option<Self> {
        let n = functionals.states();
        if n > STATES {
            return None;
        }
        let (transposed, emission) = functionals.oracle().matrices();
        // Columns sum to their common denominators.
        let ends = |matrix: &Matrix<BigInt>| -> Vec<u64> {
            let scale = matrix.column(0).sum();
            matrix.entries().iter().map(|entry| upper_end(entry, &scale)).collect()
        };
        let (transition, emission) = (ends(&transposed.transpose()), ends(emission));
        let near = Words::new(&transition, &emission, n);
        if !near.are_few() {
            return None;
        }
        let (mut far, mut ahead) = (near.clone(), 1);
        while ahead < LONGEST {
            let longer = far.longer();
            if !longer.are_few() || longer.count() * n * n > WORK {
                break;
            }
            (far, ahead) = (longer, ahead + 1);
        }
        let overlaps = Overlaps::between(&near, &far, ahead);
        let real = |sum: u64| (sum as f32 / ONE as f32).next_up();
        let thresholds = (0..n).flat_map(|h| (0..THRESHOLDS).map(move |threshold| (h, threshold)));
        let of_all = |(h, threshold)| (0..n).map(move |i| ((h, i), threshold));
        let found = thresholds.flat_map(of_all).map(|(pair, threshold)| overlaps.sums(pair, threshold));
        let sums = found.map(|sums| sums.map(|(own, others)| (real(own), real(others)))).collect();
        Some(Self { states: n, tokens_ahead: ahead, sums })
    }

    /// How many tokens are looked at.
    pub fn tokens_ahead(&self) -> usize {
        self.tokens_ahead
    }

    /// Compares the states of a leaf: from the masses ahead, and for task and head the rows of the comparisons of each label. The error is relative;
    /// the doubt is that without a comparison.
    pub fn compare(&self, masses: &[f64], rows: &[Vec<Vec<Row>>; 2], error: f64, doubt: f64) -> Compared {
        let mut bounds = [(0.0, 0.0); 2];
        let all: f64 = masses.iter().sum();
        let few = doubt * FAINT / self.states as f64;
        let faint = (all / few).log2().ceil().clamp(0.0, DIGITS) as u32;
        // A little more than the checker's, so that it looks at every state that is looked at here.
        let least_mass = all * (1.0 + 1e-9) / (1_u64 << faint) as f64;
        for (state, &mass) in masses.iter().enumerate() {
            let (least, most) = (mass * (1.0 - 2.0 * error), mass * (1.0 + 2.0 * error));
            let wins = |label: &Vec<Row>| label.iter().all(|row| row.values[state] > row.spread);
            let labels = rows.each_ref().map(|labels| labels.iter().position(wins));
            let ([Some(task), Some(head)], true) = (labels, mass > least_mass) else {
                bounds.iter_mut().for_each(|bound| bound.1 += most);
                continue;
            };
            let parts = self.parts(state, rows[0][task].iter().chain(&rows[1][head]), faint);
            for (bound, part) in bounds.iter_mut().zip(parts) {
                if task == head {
                    bound.1 += most * part;
                } else {
                    *bound = (bound.0 + least * (1.0 - part), bound.1 + most);
                }
            }
        }
        let [near, far] = bounds.map(|bound| (bound.0 * (1.0 - error), bound.1 * (1.0 + error)));
        Compared { near, far, faint }
    }

    /// The parts of what comes from a state that have other labels than those that win these comparisons.
    fn parts<'r>(&self, state: usize, rows: impl Iterator<Item = &'r Row>, faint: u32) -> [f64; 2] {
        let mut parts = [0.0; 2];
        for row in rows {
            let own = row.values[state] - row.spread;
            let inverse = RATIO / own;
            for (rival, value) in row.values.iter().enumerate() {
                let size = row.spread - value;
                if size <= 0.0 || *value == 0.0 {
                    continue;
                }
                let ratio = size * inverse;
                let digits = [size, own].map(exponent);
                let close = digits[0] - digits[1] >= -i64::from(faint);
                let found = threshold(digits[0], digits[1])
                    .filter(|_| close)
                    .map(|threshold| self.sums[(state * THRESHOLDS + threshold) * self.states + rival]);
                for (part, (own, others)) in parts.iter_mut().zip(found.unwrap_or([(0.0, 1.0); 2])) {
                    *part += f64::from(own) + ratio * f64::from(others);
                }
                if parts[0].min(parts[1]) >= 1.0 {
                    return [1.0; 2];
                }
            }
        }
        parts.map(|part| part.min(1.0))
    }
}

/// The exponent of a positive number that is not tiny, as it is written.
fn exponent(x: f64) -> i64 {
    (x.to_bits() >> 52) as i64
}
