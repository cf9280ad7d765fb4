//! The model inside a certificate, validated and with its denominators cleared.
//!
//! Vocabulary: `n` states, `k` tokens; `transition[next][current]`, `emission[token][state]`, both
//! integers over one common denominator each; `initial[state]` likewise.

use num_bigint::BigInt;
use num_traits::Signed;

use crate::{
    certificate::{self, Weights},
    cleared::{Cleared, clear, dot, length},
    failure::Rejection,
    matrix::Matrix,
    number::Rational,
};

/// A valid hidden Markov model over the integers.
pub(crate) struct Hmm {
    /// `π0`, times `initial_scale`.
    pub initial: Vec<BigInt>,
    pub initial_scale: BigInt,
    /// `A`, times `transition_scale`.
    pub transition: Vec<Vec<BigInt>>,
    pub transition_scale: BigInt,
    /// `W`, times `emission_scale`.
    pub emission: Vec<Vec<BigInt>>,
    pub emission_scale: BigInt,
    /// `W` once more, each row and each column over its own denominator.
    pub emission_matrix: Matrix,
    /// `μ`, or the rows `μ_k − μ_0` for `k = 1, 2, …`, each over its own denominator.
    pub tasks: Vec<Cleared>,
    /// 0 without a task, 1 for a binary one, else the number of classes.
    pub task_rows: usize,
}

impl Hmm {
    pub fn new(model: &certificate::Hmm) -> Result<Self, Rejection> {
        let (n, k) = (model.initial.len(), model.emission.len());
        if n == 0 {
            return Err(Rejection::NoStates);
        }
        if k == 0 {
            return Err(Rejection::NoTokens);
        }
        let column: Vec<_> = model.initial.iter().map(|value| vec![value.clone()]).collect();
        stochastic("initial", &column, n, 1)?;
        stochastic("transition", &model.transition, n, n)?;
        stochastic("emission", &model.emission, k, n)?;
        let initial = clear(model.initial.iter());
        let (transition, transition_scale) = clear_matrix(&model.transition);
        let (emission, emission_scale) = clear_matrix(&model.emission);
        Ok(Self {
            initial: initial.numerators,
            initial_scale: initial.denominator,
            transition,
            transition_scale,
            emission,
            emission_scale,
            emission_matrix: Matrix::new(&model.emission, n),
            tasks: model.task.as_ref().map_or(Ok(Vec::new()), |task| tasks(&task.weights, n))?,
            task_rows: model.task.as_ref().map_or(0, |task| rows(&task.weights)),
        })
    }

    /// `n`, the number of states.
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// `k`, the number of tokens.
    pub fn tokens(&self) -> usize {
        self.emission.len()
    }

    /// Whether the chain has a step from one state to another.
    pub fn has_step(&self, from: usize, to: usize) -> bool {
        self.transition[to][from].is_positive()
    }

    /// `π_1 = A π0`, times `transition_scale` and `initial_scale`.
    pub fn first(&self) -> Vec<BigInt> {
        self.transition.iter().map(|row| dot(row, &self.initial)).collect()
    }
}

/// The shape is rows × columns, no entry is negative, every column sums to exactly 1.
pub(crate) fn stochastic(
    field: &'static str,
    matrix: &[Vec<Rational>],
    rows: usize,
    columns: usize,
) -> Result<(), Rejection> {
    length(field, rows, matrix.len())?;
    for (r, row) in matrix.iter().enumerate() {
        length(field, columns, row.len())?;
        if let Some(column) = row.iter().position(|value| value.0.is_negative()) {
            return Err(Rejection::Negative { field, row: r, column });
        }
    }
    for column in 0..columns {
        let cleared = clear(matrix.iter().map(|row| &row[column]));
        if cleared.numerators.iter().sum::<BigInt>() != cleared.denominator {
            return Err(Rejection::ColumnSum { field, column });
        }
    }
    Ok(())
}

/// A matrix over the least common denominator of all its entries.
pub(crate) fn clear_matrix(matrix: &[Vec<Rational>]) -> (Vec<Vec<BigInt>>, BigInt) {
    let mut entries = clear(matrix.iter().flatten());
    let mut numerators = entries.numerators.drain(..);
    let rows = matrix.iter().map(|row| numerators.by_ref().take(row.len()).collect()).collect();
    (rows, entries.denominator)
}

/// 1 for a binary task, else the number of classes.
pub(crate) fn rows(weights: &Weights) -> usize {
    match weights {
        Weights::Binary(_) => 1,
        Weights::Classes(rows) => rows.len(),
    }
}

/// `μ` for a binary task, `μ_k − μ_0` for several classes.
pub(crate) fn tasks(weights: &Weights, n: usize) -> Result<Vec<Cleared>, Rejection> {
    match weights {
        Weights::Binary(row) => {
            length("task.weights", n, row.len())?;
            Ok(vec![clear(row.iter())])
        }
        Weights::Classes(rows) => {
            rows.iter().try_for_each(|row| length("task.weights", n, row.len()))?;
            if rows.len() < 2 {
                return Err(Rejection::TooFewClasses);
            }
            Ok(differences(rows))
        }
    }
}

/// `row_k − row_0` for `k = 1, 2, …`; a single row stands for itself.
pub(crate) fn differences(rows: &[Vec<Rational>]) -> Vec<Cleared> {
    let [base, others @ ..] = rows else { return Vec::new() };
    if others.is_empty() {
        return vec![clear(base.iter())];
    }
    let minus_base = |row: &Vec<Rational>| -> Vec<Rational> {
        row.iter().zip(base).map(|(x, y)| Rational(&x.0 - &y.0)).collect()
    };
    others.iter().map(|row| clear(minus_base(row).iter())).collect()
}
