//! The linear system of a head: `bᵀ W diag(ρ) v = (μ⊙π0)·v` for all `v` of a space.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::{
    linear::{Alternative, Fractions, Matrix, alternative},
    model::{Hmm, LinearHead, Task},
    number::clear,
};

/// The matrix `W diag(ρ)` with small entries, for the law `ρ` of the state that the head sees: `π_1`, or what a prompt makes of it.
///
/// Column `h` is `W[:,h]` times its least common denominator, or zero where `ρ[h] = 0`; `factors[h]` is
/// what the true column is of that one.
#[derive(Clone, Debug)]
pub struct HeadSystem {
    /// `k × n`
    matrix: Matrix<BigInt>,
    factors: Vec<BigRational>,
    initial: Vec<BigRational>,
}

/// What a space of vectors says about heads for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solved {
    /// A head `b` with `bᵀ W diag(ρ) v = (μ⊙π0)·v` on the space, for each contrast of the task.
    Head(LinearHead),
    /// There is none for one contrast.
    Contradiction {
        /// Its class, from 1.
        class: usize,
        /// Of a combination `v` of the given vectors with `W diag(ρ) v = 0` and `(μ⊙π0)·v ≠ 0`.
        coefficients: Vec<BigRational>,
    },
}

impl HeadSystem {
    /// The system of a model without a prompt.
    pub fn new(hmm: &Hmm) -> Self {
        Self::behind(hmm, &hmm.first_law())
    }

    /// That behind a prompt with this law.
    pub fn behind(hmm: &Hmm, law: &[BigRational]) -> Self {
        let emission = Fractions::new(hmm.emission());
        let factor = |(h, law): (usize, &BigRational)| {
            if law.is_zero() {
                BigRational::one()
            } else {
                law / BigRational::from_integer(emission.denominators()[h].clone())
            }
        };
        let mut matrix = emission.numerators();
        for h in (0..hmm.states()).filter(|&h| law[h].is_zero()) {
            (0..hmm.tokens()).for_each(|token| matrix[(token, h)] = BigInt::zero());
        }
        let factors = law.iter().enumerate().map(factor).collect();
        Self { matrix, factors, initial: hmm.initial().to_vec() }
    }

    /// On the whole space: the identity `bᵀ W diag(ρ) = (μ⊙π0)ᵀ`. `None` if no prime serves.
    pub fn identity(&self, task: &Task) -> Option<Solved> {
        let states = self.factors.len();
        let unit = |h: usize| {
            (0..states).map(move |i| if i == h { self.factors[h].recip() } else { BigRational::zero() })
        };
        let units: Vec<Vec<BigRational>> = (0..states).map(|h| unit(h).collect()).collect();
        self.solve(task, &units)
    }

    /// On the span of these vectors, each of length `n`. `None` if no prime serves.
    pub fn on_span(&self, task: &Task, vectors: &[Vec<BigInt>]) -> Option<Solved> {
        let rational = |vector: &Vec<BigInt>| vector.iter().cloned().map(BigRational::from_integer).collect();
        self.solve(task, &vectors.iter().map(rational).collect::<Vec<_>>())
    }

    /// One contrast after the other; what the model shows of the vectors is the same for all of them.
    fn solve(&self, task: &Task, vectors: &[Vec<BigRational>]) -> Option<Solved> {
        let (columns, scales): (Vec<_>, Vec<_>) = vectors.iter().map(|vector| self.weighted(vector)).unzip();
        let images: Vec<_> = columns.iter().map(|column| self.matrix.times(column)).collect();
        let matrix = Matrix::from_columns(self.matrix.rows(), &images);
        let mut rows = Vec::new();
        for (index, weights) in task.contrasts().iter().enumerate() {
            let values: Vec<_> = vectors
                .iter()
                .zip(&scales)
                .map(|(vector, scale)| self.score(weights, vector) * scale)
                .collect();
            let (target, denominator) = clear(&values);
            match alternative(&matrix, &target, &denominator)? {
                Alternative::Combination(row) => rows.push(row),
                Alternative::Witness(vector) => {
                    let terms = vector.into_iter().zip(scales);
                    let coefficients = terms.map(|(y, scale)| BigRational::from_integer(y * scale)).collect();
                    return Some(Solved::Contradiction { class: index + 1, coefficients });
                }
            }
        }
        Some(Solved::Head(LinearHead::from_contrasts(task, rows)))
    }

    /// `(μ⊙π0)·v`.
    fn score(&self, weights: &[BigRational], vector: &[BigRational]) -> BigRational {
        let terms = vector.iter().zip(weights).zip(&self.initial);
        terms.filter(|((v, _), _)| !v.is_zero()).map(|((v, mu), p)| v * mu * p).sum()
    }

    /// `factors ⊙ vector` times its least common denominator, and that.
    fn weighted(&self, vector: &[BigRational]) -> (Vec<BigInt>, BigInt) {
        let weighted: Vec<_> = vector.iter().zip(&self.factors).map(|(v, factor)| v * factor).collect();
        clear(&weighted)
    }
}
