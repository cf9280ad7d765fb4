//! Many words at once for models with memory, in `f64`.
//!
//! The memory never changes, so each memory of positive probability has a chain of its own, which [`Batch`](super::Batch)'s passes go through; the transition matrix
//! between pairs of a memory and a state is never built. After some tokens most memories are so improbable that their messages would underflow:
//! each chain keeps its power of two.

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

use super::{
    Labelled, MAX_AUGMENTED_STATES, MemoryExact, SequenceError, TooManyStates,
    batch::{decided, labelled, one_length},
    passing::{Chain, Kept, LANES, Lanes, Meeting, Reading, exponent, power},
};
use crate::{
    linear::Matrix,
    model::{MemoryHmm, MemoryTask, Shape, Token},
    number::Scalar,
};

/// Message passing on one model with memory for many words of one length.
#[derive(Clone, Debug)]
pub struct MemoryBatch {
    shape: Shape,
    /// Those of positive probability.
    memories: Vec<Vec<usize>>,
    prior: Vec<f64>,
    initial: Vec<f64>,
    first: Vec<f64>,
    /// The chain of each memory.
    chains: Vec<Chain>,
    /// `[(token, column)]`
    emission: Matrix<f64>,
    /// Whether no law has probabilities that only just survive as floats.
    plain: bool,
}

/// Positive probabilities of start laws below this are left to exact arithmetic.
const LEAST_LAW: f64 = 1e-100;

/// The model's outputs at all positions of many words.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// `G_i(x)`, `[(word · length + position, token)]`, positions from 0; zeros where `Pr(X_{-i} = x_{-i}) = 0`.
    pub values: Matrix<f64>,
    /// The length of the words.
    pub length: usize,
    /// Whether nothing underflowed on the way, for each word: then an entry is off by at most
    pub reliable: Vec<bool>,
    /// this times itself, and [`LOST`](Self::LOST).
    pub relative_error: f64,
}

impl Outputs {
    /// What may be left out of an output because it is far below all else.
    pub const LOST: f64 = 1e-200;
}

impl MemoryBatch {
    /// For a model.
    ///
    /// # Errors
    /// [`TooManyStates`] beyond [`MAX_AUGMENTED_STATES`].
    pub fn new(memory: &MemoryHmm) -> Result<Self, TooManyStates> {
        let found = memory.prior().memories().saturating_mul(memory.states());
        if found > MAX_AUGMENTED_STATES {
            return Err(TooManyStates { found, limit: MAX_AUGMENTED_STATES });
        }
        let float = |values: &[BigRational]| f64::common_scale(values).0;
        let (shape, emission) = (memory.shape(), memory.emission());
        let (memories, prior): (Vec<_>, Vec<_>) = memory.prior().support().into_iter().unzip();
        let chain = |values: &Vec<usize>| {
            let column = |h: usize| shape.column(values[shape.cell(h).0], h);
            let entry = |token: usize, h: usize| emission[(token, column(h))].clone();
            Chain::new(memory.chain().transition(), &Matrix::from_fn(memory.tokens(), shape.states(), entry))
        };
        let columns = emission.columns();
        let entries = float(emission.entries());
        let (initial, first) = (memory.chain().initial(), memory.chain().first_law());
        let tiny = |p: &BigRational| p.is_positive() && p.to_f64().is_none_or(|p| p < LEAST_LAW);
        Ok(Self {
            chains: memories.iter().map(chain).collect(),
            plain: !prior.iter().chain(initial).chain(&first).any(tiny),
            prior: float(&prior),
            initial: float(initial),
            first: float(&first),
            emission: Matrix::from_fn(memory.tokens(), columns, |z, column| entries[z * columns + column]),
            memories,
            shape,
        })
    }

    /// `W`, `[(token, column)]`
    pub fn emission(&self) -> &Matrix<f64> {
        &self.emission
    }

    /// The task's labels. They are exact: where rounding could change one, the word is looked at exactly.
    ///
    /// # Errors
    /// [`SequenceError::Impossible`] for a word of probability zero, [`SequenceError::Empty`] for empty ones.
    ///
    /// # Panics
    /// If this is the batch of another model, the task is over other values, or the words are not all of one length, or have a token that is not of the
    /// vocabulary.
    pub fn labels(
        &self,
        memory: &MemoryHmm,
        task: &MemoryTask,
        words: &[Vec<Token>],
    ) -> Result<Vec<Labelled>, SequenceError> {
        let length = one_length(words);
        let contrasts: Vec<_> = task.task.contrasts().iter().map(|row| f64::common_scale(row).0).collect();
        let exact = MemoryExact::new(memory).expect("as many states as the batch has");
        let exactly = |word: &Vec<Token>| {
            let tokens: Vec<_> = word.iter().copied().map(Some).collect();
            Ok(labelled(&task.task, &exact.common_scores(task.cell, &task.task, &tokens)?))
        };
        let ones = vec![1.0; self.initial.len()];
        let mut labels = Vec::with_capacity(words.len());
        for words in words.chunks(LANES) {
            let pass = |chain: &Chain| chain.pass(words, Reading::Backwards, &ones);
            let passed: Vec<_> = self.chains.iter().map(pass).collect();
            for (lane, word) in words.iter().enumerate() {
                let reliable = self.plain && passed.iter().all(|passed| passed.reliable[lane]);
                let masses = passed.iter().zip(&self.prior).map(|(passed, prior)| {
                    let start = self.initial.iter().zip(&passed.message);
                    let mass: f64 = start.map(|(p, lanes)| p * lanes[lane]).sum();
                    (mass * prior, passed.exponents[lane])
                });
                let masses: Vec<_> = masses.collect();
                let known =
                    reliable.then(|| self.certain(&contrasts, task.cell.0, &masses, length)).flatten();
                labels.push(known.map_or_else(|| exactly(word), Ok)?);
            }
        }
        Ok(labels)
    }

    /// The label of a word with these probabilities of the memories, each a number with a power of two, if rounding cannot have changed it.
    fn certain(
        &self,
        contrasts: &[Vec<f64>],
        cell: usize,
        masses: &[(f64, i32)],
        length: usize,
    ) -> Option<Labelled> {
        let weight = |row: &[f64], memory: usize| row[self.memories[memory][cell]];
        let counts = |memory: &usize| contrasts.iter().any(|row| weight(row, *memory) != 0.0);
        let highest = |memories: &mut dyn Iterator<Item = usize>| {
            let size = |memory: usize| masses[memory].1.saturating_add(exponent(masses[memory].0));
            memories.filter(|&memory| masses[memory].0 > f64::MIN_POSITIVE).map(size).max()
        };
        let top = highest(&mut (0..masses.len()).filter(counts))?;
        let scaled = |memory: usize, top: i32| {
            let (mass, exponent) = masses[memory];
            mass * power(exponent.saturating_sub(top))
        };
        let n = self.initial.len();
        let unit = (2 * (length * (n + 5) + 2 * n + masses.len() + 8)) as f64 * f64::EPSILON;
        let score = |row: &Vec<f64>| {
            let terms = || (0..masses.len()).map(|memory| weight(row, memory) * scaled(memory, top));
            let size: f64 = terms().map(f64::abs).sum();
            // What is lost below is far smaller than the largest term of all, which is 1 at least.
            let lost: f64 = row.iter().map(|weight| (1.0 + weight.abs()) * Outputs::LOST).sum();
            (terms().sum::<f64>(), unit * size + lost)
        };
        let all = highest(&mut (0..masses.len()))?;
        let mass: f64 = (0..masses.len()).map(|memory| scaled(memory, all)).sum();
        let found = decided(contrasts.iter().map(score), mass)?;
        Some(Labelled { margin: found.margin * power(top.saturating_sub(all)), ..found })
    }

    /// `G_i(x)` for every position of words of one length. Cost: `t` steps of the hidden chain each way for each memory.
    ///
    /// # Panics
    /// If the words are not all of one length, or have a token that is not of the vocabulary.
    pub fn outputs(&self, words: &[Vec<Token>]) -> Outputs {
        let length = one_length(words);
        let (n, k) = (self.initial.len(), self.emission.rows());
        let mut values = Vec::with_capacity(words.len() * length * k);
        let mut reliable = Vec::with_capacity(words.len());
        for words in words.chunks(LANES) {
            let (sides, fine) = self.sides(words);
            let (mut places, mut fine) = (vec![Place::default(); self.chains.len()], fine);
            let mut rows = vec![Vec::with_capacity(length * k); words.len()];
            for position in 0..length {
                for (place, (after, before)) in places.iter_mut().zip(&sides) {
                    place.products.resize(n, [0.0; LANES]);
                    let meeting = Meeting { after, before, states: n };
                    let (exponents, whole) = meeting.at(position, &mut place.products);
                    place.exponents = exponents;
                    fine.iter_mut().zip(whole).for_each(|(fine, whole)| *fine &= whole);
                }
                for (lane, row) in rows.iter_mut().enumerate() {
                    self.emit(&places, lane, row);
                }
            }
            values.extend(rows.into_iter().flatten());
            reliable.extend_from_slice(&fine[..words.len()]);
        }
        let roundings =
            2 * (length * (n + 5) + self.memories.len() + 2 * self.emission.columns() + 2 * n + 16);
        let mut values = values.into_iter();
        Outputs {
            values: Matrix::from_fn(words.len() * length, k, |_, _| values.next().unwrap_or(0.0)),
            length,
            reliable,
            relative_error: roundings as f64 * f64::EPSILON,
        }
    }

    /// The messages from both sides for each memory.
    fn sides(&self, words: &[Vec<Token>]) -> (Vec<(Kept, Kept)>, [bool; LANES]) {
        let mut fine = [self.plain; LANES];
        let ones = vec![1.0; self.initial.len()];
        let mut keep = |chain: &Chain, reading, start: &[f64]| {
            let mut kept = Kept::default();
            let reliable = chain.keep(words, reading, start, &mut kept);
            fine.iter_mut().zip(reliable).for_each(|(fine, reliable)| *fine &= reliable);
            kept
        };
        let mut both = |chain: &Chain| {
            let after = keep(chain, Reading::Backwards, &ones);
            (after, keep(chain, Reading::Forwards, &self.first))
        };
        let sides = self.chains.iter().map(&mut both).collect();
        (sides, fine)
    }

    /// The output at one position of one word, from what each memory has there.
    fn emit(&self, places: &[Place], lane: usize, row: &mut Vec<f64>) {
        let size = |(place, prior): (&Place, &f64)| {
            let largest = place.products.iter().map(|lanes| lanes[lane]).fold(0.0, f64::max);
            let size =
                place.exponents[lane].saturating_add(exponent(largest)).saturating_add(exponent(*prior));
            (largest > 0.0).then_some(size)
        };
        let top = places.iter().zip(&self.prior).filter_map(size).max().unwrap_or(0);
        let mut masses = vec![0.0; self.shape.columns()];
        for ((memory, place), prior) in self.memories.iter().zip(places).zip(&self.prior) {
            let shift = exponent(*prior);
            let relative = place.exponents[lane].saturating_add(shift).saturating_sub(top);
            let weight = prior * power(-shift) * power(relative);
            for (h, lanes) in place.products.iter().enumerate() {
                masses[self.shape.column(memory[self.shape.cell(h).0], h)] += weight * lanes[lane];
            }
        }
        let total: f64 = masses.iter().sum();
        let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
        let entry =
            |token: usize| self.emission.row(token).iter().zip(&masses).map(|(w, m)| w * m).sum::<f64>();
        row.extend((0..self.emission.rows()).map(|token| entry(token) * scale));
    }
}

/// What one memory has at one position: products of messages, one for each state, times powers of two.
#[derive(Clone, Default)]
struct Place {
    products: Vec<Lanes>,
    exponents: [i32; LANES],
}
