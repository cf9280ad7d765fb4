//! Many words at once, in `f64`.
//!
//! Eight words go through the chain side by side, so that each step is a product of `Aᵀ` with an `n × 8` matrix. No operation depends on the
//! instruction set or on how many words there are: the same words have the same bits everywhere.
//!
//! Backward vectors are sums of products of nonnegative numbers, so each entry has a small *relative* error, that of as many roundings as stand
//! on one path through the computation, as long as nothing underflows. From that follows which labels are certain; the others are looked
//! at [exactly](super::Exact).

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use pulp::{Arch, Simd, WithSimd};

use super::{Exact, SequenceError};
use crate::{
    linear::Matrix,
    model::{Hmm, Task, Token},
    number::Scalar,
};

/// Words side by side.
const LANES: usize = 8;

/// Rows of `Aᵀ` that are worked on together.
const TILE: usize = 4;

type Lanes = [f64; LANES];

/// Message passing on one model for many words of one length.
#[derive(Clone, Debug)]
pub struct Batch {
    initial: Vec<f64>,
    first: Vec<f64>,
    /// `[(current, next)]`, with rows of zeros up to whole tiles.
    transition_transposed: Matrix<f64>,
    /// `[(token, state)]`
    emission: Matrix<f64>,
    /// After so many steps messages are scaled.
    period: usize,
    /// Whether entries above `2^-400` stay clear of underflow until they are scaled.
    safe: bool,
}

/// The backward vectors of many words.
#[derive(Clone, Debug)]
pub struct Backward {
    /// `[(word, state)]`, each row `β(x)` times a power of two.
    pub values: Matrix<f64>,
    /// Whether nothing underflowed on the way, for each word.
    pub reliable: Vec<bool>,
    /// The length of the words.
    pub length: usize,
}

/// What is known of the label of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labelled {
    /// The task's label.
    pub label: usize,
    /// By how much the score `μ·P[H_0|x]` of the label leads the next one, for a binary task `|μ·P[H_0|x]|`; an estimate.
    pub margin: f64,
}

impl Batch {
    /// For a model.
    pub fn new(hmm: &Hmm) -> Self {
        let float = |values: &[BigRational]| f64::common_scale(values).0;
        let (n, k) = (hmm.states(), hmm.tokens());
        let (transition, emission) = (float(hmm.transition().entries()), float(hmm.emission().entries()));
        let exact = hmm.transition().entries().iter().chain(hmm.emission().entries());
        let positive = exact.zip(transition.iter().chain(&emission)).filter(|(exact, _)| !exact.is_zero());
        // Bits that a step can take away from a positive entry; infinitely many if one becomes 0 as a float.
        let bits = -2.0 * positive.map(|(_, float)| float.log2()).fold(0.0, f64::min);
        let entry = |row: usize, column: usize| if row < n { transition[column * n + row] } else { 0.0 };
        Self {
            initial: float(hmm.initial()),
            first: float(&hmm.first_law()),
            transition_transposed: Matrix::from_fn(n.next_multiple_of(TILE), n, entry),
            emission: Matrix::from_fn(k, n, |token, state| emission[token * n + state]),
            period: (600.0 / bits.max(600.0 / 16.0)).max(1.0) as usize,
            safe: bits < 590.0,
        }
    }

    /// `n`, the number of states.
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// `π_1`
    pub fn first_law(&self) -> &[f64] {
        &self.first
    }

    /// `A`, `[(next, current)]`
    pub fn transition(&self) -> Matrix<f64> {
        let n = self.states();
        Matrix::from_fn(n, n, |next, current| self.transition_transposed[(current, next)])
    }

    /// `W`, `[(token, state)]`
    pub fn emission(&self) -> &Matrix<f64> {
        &self.emission
    }

    /// The backward vectors of words.
    ///
    /// # Panics
    /// If the words are not all of one length, or have a token that is not of the vocabulary.
    pub fn backward(&self, words: &[Vec<Token>]) -> Backward {
        let length = words.first().map_or(0, Vec::len);
        assert!(words.iter().all(|word| word.len() == length), "words of several lengths");
        let n = self.states();
        let mut values = Vec::with_capacity(words.len() * n);
        let mut reliable = Vec::with_capacity(words.len());
        for words in words.chunks(LANES) {
            let mut message = vec![[1.0; LANES]; n.next_multiple_of(TILE)];
            let fine = Arch::new().dispatch(Passing { batch: self, words, message: &mut message });
            for lane in 0..words.len() {
                values.extend(message[..n].iter().map(|lanes| lanes[lane]));
                reliable.push(fine[lane]);
            }
        }
        let mut values = values.into_iter();
        let values = Matrix::from_fn(words.len(), n, |_, _| values.next().unwrap_or(0.0));
        Backward { values, reliable, length }
    }

    /// `W (ρ ⊙ β(x)) / ρ·β(x)`, a row for each word: with `π_1` for `ρ` that is `G_1(∅, x)`. Zeros where the denominator is zero.
    pub fn outputs(&self, law: &[f64], backward: &Backward) -> Matrix<f64> {
        let k = self.emission.rows();
        let mut entries = Vec::with_capacity(backward.values.rows() * k);
        for word in 0..backward.values.rows() {
            let joint: Vec<f64> = law.iter().zip(backward.values.row(word)).map(|(p, b)| p * b).collect();
            let total: f64 = joint.iter().sum();
            let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
            entries.extend((0..k).map(|token| inner(self.emission.row(token), &joint) * scale));
        }
        Matrix::from_fn(backward.values.rows(), k, |word, token| entries[word * k + token])
    }

    /// The task's labels. They are exact: where rounding could change one, the word is looked at exactly.
    ///
    /// # Errors
    /// [`SequenceError::Impossible`] for a word of probability zero, [`SequenceError::Empty`] for empty ones.
    ///
    /// # Panics
    /// If the task is over another number of states, or as [`backward`](Self::backward).
    pub fn labels(
        &self,
        hmm: &Hmm,
        task: &Task,
        words: &[Vec<Token>],
        backward: &Backward,
    ) -> Result<Vec<Labelled>, SequenceError> {
        let contrasts: Vec<_> = task.contrasts().iter().map(|row| f64::common_scale(row).0).collect();
        let exact = Exact::new(hmm);
        let label = |(index, word): (usize, &Vec<Token>)| {
            let known = backward.reliable[index].then(|| self.certain(&contrasts, backward, index)).flatten();
            known.map_or_else(|| exactly(&exact, task, word), Ok)
        };
        words.iter().enumerate().map(label).collect()
    }

    /// The label of a word, if rounding cannot have changed it.
    fn certain(&self, contrasts: &[Vec<f64>], backward: &Backward, word: usize) -> Option<Labelled> {
        let joint: Vec<f64> =
            self.initial.iter().zip(backward.values.row(word)).map(|(p, b)| p * b).collect();
        let mass: f64 = joint.iter().sum();
        // Of the matrices, a product and a sum of n at each step; of the start law, the weights and the last sum; twice that.
        let roundings = 2 * (backward.length * (self.states() + 5) + 2 * self.states() + 8);
        let unit = roundings as f64 * f64::EPSILON;
        let score = |row: &Vec<f64>| {
            let size: f64 = row.iter().zip(&joint).map(|(weight, p)| weight.abs() * p).sum();
            let underflow: f64 = row.iter().map(|weight| (1.0 + weight.abs()) * f64::MIN_POSITIVE).sum();
            (inner(row, &joint), unit * size + underflow)
        };
        // Labels compare 0 with the scores of the contrasts; where they are equal, nothing is certain.
        let scores: Vec<_> = std::iter::once((0.0, 0.0)).chain(contrasts.iter().map(score)).collect();
        let (label, best) = scores.iter().enumerate().max_by(|a, b| a.1.0.total_cmp(&b.1.0))?;
        let others =
            || scores.iter().enumerate().filter(|(other, _)| *other != label).map(|(_, other)| other);
        let certain = mass > 0.0 && others().all(|other| best.0 - other.0 > best.1 + other.1);
        let next = others().map(|other| other.0).fold(f64::MIN, f64::max);
        certain.then(|| Labelled { label, margin: (best.0 - next) / mass })
    }
}

/// The label of a word in exact arithmetic.
fn exactly(exact: &Exact, task: &Task, word: &[Token]) -> Result<Labelled, SequenceError> {
    let tokens: Vec<_> = word.iter().copied().map(Some).collect();
    let scores = exact.scores(task, &tokens)?;
    let label = task.label(&scores);
    let margin = match task {
        Task::Binary(_) => scores[0].abs(),
        Task::Classes(_) => {
            let others = scores.iter().enumerate().filter(|(other, _)| *other != label);
            others.map(|(_, other)| &scores[label] - other).min().unwrap_or_default()
        }
    };
    Ok(Labelled { label, margin: margin.to_f64().unwrap_or(0.0) })
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Up to eight words on their way through the chain.
struct Passing<'a> {
    batch: &'a Batch,
    words: &'a [Vec<Token>],
    /// `β` of what was read so far, for each state, with zeros or anything else beyond the last.
    message: &'a mut [Lanes],
}

/// Everything below is inlined into the body that `pulp` compiles for each instruction set.
impl WithSimd for Passing<'_> {
    type Output = [bool; LANES];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Self::Output {
        let n = self.batch.states();
        let mut reliable = [self.batch.safe; LANES];
        let mut filtered = vec![[0.0; LANES]; n];
        let length = self.words.first().map_or(0, Vec::len);
        for step in 0..length {
            for (lane, word) in self.words.iter().enumerate() {
                let row = self.batch.emission.row(word[length - 1 - step].0);
                for (state, &weight) in row.iter().enumerate() {
                    filtered[state][lane] = weight * self.message[state][lane];
                }
            }
            self.batch.prepend(&filtered, self.message);
            if (step + 1) % self.batch.period == 0 || step + 1 == length {
                rescale(&mut self.message[..n], &mut reliable);
            }
        }
        reliable
    }
}

impl Batch {
    /// `Aᵀ` times the filtered messages.
    #[inline(always)]
    fn prepend(&self, filtered: &[Lanes], message: &mut [Lanes]) {
        let n = self.states();
        for (tile, out) in message.chunks_exact_mut(TILE).enumerate() {
            let rows = self.transition_transposed.rows_from(tile * TILE, TILE);
            let (first, rest) = rows.split_at(n);
            let (second, rest) = rest.split_at(n);
            let (third, fourth) = rest.split_at(n);
            let mut sums = [[0.0; LANES]; TILE];
            let columns = first.iter().zip(second).zip(third.iter().zip(fourth));
            for (((a, b), (c, d)), lanes) in columns.zip(filtered) {
                for lane in 0..LANES {
                    sums[0][lane] += a * lanes[lane];
                    sums[1][lane] += b * lanes[lane];
                    sums[2][lane] += c * lanes[lane];
                    sums[3][lane] += d * lanes[lane];
                }
            }
            out.copy_from_slice(&sums);
        }
    }
}

/// Brings the largest entry of each lane near 1 by a power of two, and notes lanes in which a positive entry is far below.
#[inline(always)]
fn rescale(message: &mut [Lanes], reliable: &mut [bool; LANES]) {
    let (mut largest, mut least) = ([0.0_f64; LANES], [f64::MAX; LANES]);
    for lanes in message.iter() {
        for lane in 0..LANES {
            largest[lane] = if lanes[lane] > largest[lane] { lanes[lane] } else { largest[lane] };
            let positive = if lanes[lane] > 0.0 { lanes[lane] } else { f64::MAX };
            least[lane] = if positive < least[lane] { positive } else { least[lane] };
        }
    }
    let mut scale = [1.0; LANES];
    for lane in 0..LANES {
        scale[lane] = inverse_power(largest[lane]);
        reliable[lane] &= least[lane] * scale[lane] > FAR_BELOW;
    }
    for lanes in message {
        for lane in 0..LANES {
            lanes[lane] *= scale[lane];
        }
    }
}

/// `2^-400`
const FAR_BELOW: f64 = f64::from_bits((1023 - 400) << 52);

/// `2^-e` for a normal number `2^e ≤ x < 2^{e+1}`, otherwise 1.
#[inline(always)]
fn inverse_power(x: f64) -> f64 {
    let exponent = x.to_bits() >> 52;
    if exponent == 0 || exponent >= 2046 { 1.0 } else { f64::from_bits((2046 - exponent) << 52) }
}
