//! Many words at once, in `f64`.
//!
//! Sixteen words go through the chain side by side, so that each step is a product of `Aᵀ` with an `n × 16` matrix. No operation depends on the
//! instruction set or on how many words there are: the same words have the same bits everywhere.
//!
//! Backward vectors are sums of products of nonnegative numbers, so each entry has a small *relative* error, that of as many roundings as stand
//! on one path through the computation, as long as nothing underflows. From that follows which labels are certain; the others are looked
//! at [exactly](super::Exact).

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use pulp::Arch;

use super::{
    CommonScores, Exact, SequenceError,
    passing::{Chain, Kept, LANES, Posteriors, Reading},
};
use crate::{
    linear::Matrix,
    model::{Hmm, Task, Token},
    number::Scalar,
};

/// Message passing on one model for many words of one length.
#[derive(Clone, Debug)]
pub struct Batch {
    initial: Vec<f64>,
    first: Vec<f64>,
    chain: Chain,
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
        Self {
            initial: float(hmm.initial()),
            first: float(&hmm.first_law()),
            chain: Chain::new(hmm.transition(), hmm.emission()),
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
        self.chain.transition()
    }

    /// `W`, `[(token, state)]`
    pub fn emission(&self) -> &Matrix<f64> {
        self.chain.emission()
    }

    /// The backward vectors of words.
    ///
    /// # Panics
    /// If the words are not all of one length, or have a token that is not of the vocabulary.
    pub fn backward(&self, words: &[Vec<Token>]) -> Backward {
        let (n, length) = (self.states(), one_length(words));
        let mut values = Vec::with_capacity(words.len() * n);
        let mut reliable = Vec::with_capacity(words.len());
        let ones = vec![1.0; n];
        for words in words.chunks(LANES) {
            let passed = self.chain.pass(words, Reading::Backwards, &ones);
            for lane in 0..words.len() {
                values.extend(passed.message[..n].iter().map(|lanes| lanes[lane]));
                reliable.push(passed.reliable[lane]);
            }
        }
        let mut values = values.into_iter();
        let values = Matrix::from_fn(words.len(), n, |_, _| values.next().unwrap_or(0.0));
        Backward { values, reliable, length }
    }

    /// `P[H_i | X_{1:t} = x]` for every position of words of one length: `words × positions × states` numbers, those of a word together and of a
    /// position together; zeros for an impossible word. Cost: `t` products with `A` each way.
    ///
    /// # Panics
    /// As [`backward`](Self::backward).
    ///
    /// ```
    /// use recoverable::{model::{Token, builtin}, oracle::Batch};
    /// let casino = builtin::all().remove(0);
    /// let posteriors = Batch::new(casino.hmm()).posteriors(&[vec![Token(5), Token(5)]]);
    /// assert_eq!(posteriors.len(), 4);
    /// assert!((posteriors[0] + posteriors[1] - 1.0).abs() < 1e-15);
    /// ```
    pub fn posteriors(&self, words: &[Vec<Token>]) -> Vec<f64> {
        let mut posteriors = Vec::new();
        self.posteriors_into(words, &mut posteriors);
        posteriors
    }

    /// The same in a buffer that is used again: for many states new memory costs about as much as the products.
    ///
    /// # Panics
    /// As [`backward`](Self::backward).
    pub fn posteriors_into(&self, words: &[Vec<Token>], posteriors: &mut Vec<f64>) {
        let (n, length) = (self.states(), one_length(words));
        posteriors.resize(words.len() * length * n, 0.0);
        let mut after = Kept::default();
        let ones = vec![1.0; n];
        let chunks = words.chunks(LANES).zip(posteriors.chunks_mut((LANES * length * n).max(1)));
        for (words, out) in chunks {
            self.chain.keep(words, Reading::Backwards, &ones, &mut after);
            let (chain, first) = (&self.chain, self.first.as_slice());
            Arch::new().dispatch(Posteriors { chain, words, after: &after, first, out });
        }
    }

    /// `W (ρ ⊙ β(x)) / ρ·β(x)`, a row for each word: with `π_1` for `ρ` that is `G_1(∅, x)`. Zeros where the denominator is zero.
    pub fn outputs(&self, law: &[f64], backward: &Backward) -> Matrix<f64> {
        let emission = self.emission();
        let k = emission.rows();
        let mut entries = Vec::with_capacity(backward.values.rows() * k);
        for word in 0..backward.values.rows() {
            let joint: Vec<f64> = law.iter().zip(backward.values.row(word)).map(|(p, b)| p * b).collect();
            let total: f64 = joint.iter().sum();
            let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
            entries.extend((0..k).map(|token| inner(emission.row(token), &joint) * scale));
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
        decided(contrasts.iter().map(score), mass)
    }
}

/// The label that scores of contrasts with these errors give, if that is certain; `mass` is what they are multiples of. Labels compare 0 with
/// the scores of the contrasts; where they are equal, nothing is certain.
pub(super) fn decided(scores: impl Iterator<Item = (f64, f64)>, mass: f64) -> Option<Labelled> {
    let scores: Vec<_> = std::iter::once((0.0, 0.0)).chain(scores).collect();
    let label = largest(&scores).filter(|_| mass > 0.0)?;
    let others = scores.iter().enumerate().filter(|(other, _)| *other != label);
    let next = others.map(|(_, other)| other.0).fold(f64::MIN, f64::max);
    Some(Labelled { label, margin: (scores[label].0 - next) / mass })
}

/// The index of the value that is larger than all others beyond doubt, if there is one. Each value has a bound on its error.
pub(crate) fn largest<N: Signed + PartialOrd + Clone>(values: &[(N, N)]) -> Option<usize> {
    let order = |&a: &usize, &b: &usize| values[a].0.partial_cmp(&values[b].0).unwrap_or(Ordering::Equal);
    let index = (0..values.len()).max_by(order)?;
    let (best, error) = &values[index];
    let mut others = values.iter().enumerate().filter(|(other, _)| *other != index);
    let less = |value: &N, bound: &N| best.clone() - value.clone() > error.clone() + bound.clone();
    others.all(|(_, (value, bound))| less(value, bound)).then_some(index)
}

/// The length of all words.
pub(super) fn one_length(words: &[Vec<Token>]) -> usize {
    let length = words.first().map_or(0, Vec::len);
    assert!(words.iter().all(|word| word.len() == length), "words of several lengths");
    length
}

/// The label of a word in exact arithmetic.
fn exactly(exact: &Exact, task: &Task, word: &[Token]) -> Result<Labelled, SequenceError> {
    let tokens: Vec<_> = word.iter().copied().map(Some).collect();
    Ok(labelled(task, &exact.common_scores(task, &tokens)?))
}

/// The label of exact scores.
pub(super) fn labelled(task: &Task, scores: &CommonScores<BigInt>) -> Labelled {
    let CommonScores { numerators, denominator } = scores;
    let label = task.label(numerators);
    let margin = match task {
        Task::Binary(_) => numerators[0].abs(),
        Task::Classes(_) => {
            let others = numerators.iter().enumerate().filter(|(other, _)| *other != label);
            others.map(|(_, other)| &numerators[label] - other).min().unwrap_or_default()
        }
    };
    let margin = BigRational::new_raw(margin, denominator.clone());
    Labelled { label, margin: margin.to_f64().unwrap_or(0.0) }
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
