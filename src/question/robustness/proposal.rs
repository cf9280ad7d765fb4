//! Which states should show which tokens more often, so that the columns of `W` become independent: proposals, in floats.
//!
//! Let `V` be an orthonormal basis of the kernel of `W`, `P` the projection off its column space. To first order in `ε` the smallest
//! singular value of `(1 − ε)W + εE` is `ε σ_min(P E V)`: with `E[:,h]` the unit vector of a token it grows with what these vectors
//! see outside the column space, weighted by the kernel. Columns of `E` that are those of `W` add nothing to `P E V`.
//!
//! Nothing here is trusted. There is no sum whose order depends on the machine, so that the same `W` has the same proposals everywhere.

use std::cmp::Ordering;

use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::linear::{Fractions, Matrix};

/// For each state the token that it shows more often, if it changes.
pub(super) type Moves = Vec<Option<usize>>;

/// More products than this are not spent on one improvement.
const WORK: usize = 1 << 26;

/// More states than this, and a single proposal is made.
const MANY_STATES: usize = 48;

/// Rounds of improvement, at most.
const ROUNDS: usize = 4;

/// A few ways to move columns of `W`, without repetition.
pub(super) fn proposals(emission: &Matrix<BigRational>) -> Vec<Moves> {
    let matched = matched(emission);
    let mut all = Vec::new();
    if let Some(view) = View::new(emission) {
        let fewest = view.fewest();
        if emission.columns() <= MANY_STATES {
            all.push(view.improved(fewest.clone()));
            all.push(view.improved(matched.clone()));
        }
        all.push(fewest);
    }
    if all.is_empty() || emission.columns() <= MANY_STATES {
        all.push(matched);
    }
    let mut distinct: Vec<Moves> = Vec::new();
    all.into_iter().for_each(|moves| {
        if !distinct.contains(&moves) {
            distinct.push(moves);
        }
    });
    distinct
}

/// Every state gets a token of its own, the likeliest first.
fn matched(emission: &Matrix<BigRational>) -> Moves {
    let (tokens, states) = (emission.rows(), emission.columns());
    let mut pairs: Vec<_> =
        (0..states).flat_map(|state| (0..tokens).map(move |token| (token, state))).collect();
    pairs.sort_by(|a, b| emission[*b].cmp(&emission[*a]).then_with(|| a.cmp(b)));
    let (mut moves, mut taken) = (vec![None; states], vec![false; tokens]);
    for (token, state) in pairs {
        if moves[state].is_none() && !taken[token] {
            (moves[state], taken[token]) = (Some(token), true);
        }
    }
    moves
}

/// What floats see of `W`.
struct View {
    /// `V`, a row for each state.
    kernel: Vec<Vec<f64>>,
    /// An orthonormal basis of the column space.
    span: Vec<Vec<f64>>,
    tokens: usize,
}

impl View {
    /// `None` if the columns are independent, or numbers are beyond floats.
    fn new(emission: &Matrix<BigRational>) -> Option<Self> {
        let found = Fractions::new(emission).kernel()?;
        let float = |value: &BigRational| value.to_f64().filter(|float| float.is_finite());
        let mut kernel = Vec::new();
        for vector in &found.kernel {
            let largest = vector.iter().map(|value| value.magnitude()).max()?;
            let scaled = vector.iter().map(|v| float(&BigRational::new(v.clone(), largest.clone().into())));
            extend(&mut kernel, scaled.collect::<Option<Vec<f64>>>()?);
        }
        let mut span = Vec::new();
        for &column in &found.columns {
            extend(&mut span, emission.column(column).map(float).collect::<Option<Vec<f64>>>()?);
        }
        let dimension = kernel.len();
        let row = |state: usize| kernel.iter().map(|vector: &Vec<f64>| vector[state]).collect();
        let kernel = (0..emission.columns()).map(row).collect();
        (dimension > 0).then_some(Self { kernel, span, tokens: emission.rows() })
    }

    fn dimension(&self) -> usize {
        self.kernel.first().map_or(0, Vec::len)
    }

    /// As many states as the kernel has dimensions, those that weigh most in it, each with one of the tokens that stand out
    /// furthest from the column space.
    fn fewest(&self) -> Moves {
        let mut moves = vec![None; self.kernel.len()];
        let (mut states, mut tokens) = (Vec::<Vec<f64>>::new(), self.span.clone());
        for _ in 0..self.dimension() {
            let rest = |state: usize| {
                let row = &self.kernel[state];
                dot(row, row) - states.iter().map(|basis| dot(basis, row).powi(2)).sum::<f64>()
            };
            let state = largest((0..moves.len()).filter(|&state| moves[state].is_none()), rest);
            let outside = |token: usize| 1.0 - tokens.iter().map(|basis| basis[token].powi(2)).sum::<f64>();
            let free = (0..self.tokens).filter(|&token| !moves.contains(&Some(token)));
            let (Some(state), Some(token)) = (state, largest(free, outside)) else { break };
            extend(&mut states, self.kernel[state].clone());
            extend(&mut tokens, (0..self.tokens).map(|other| f64::from(u8::from(other == token))).collect());
            moves[state] = Some(token);
        }
        moves
    }

    /// Moves one state after the other to the token that is best for it, while that helps.
    fn improved(&self, mut moves: Moves) -> Moves {
        let (states, dimension) = (moves.len(), self.dimension());
        let tokens = self.candidates(&moves);
        let each = (states + self.span.len() + dimension) * dimension * dimension;
        if states.saturating_mul(tokens.len()).saturating_mul(each).saturating_mul(ROUNDS) > WORK {
            return moves;
        }
        let mut value = self.value(&moves);
        for _ in 0..ROUNDS {
            let before = value;
            for state in 0..states {
                for choice in tokens.iter().map(|&token| Some(token)).chain([None]) {
                    let own = std::mem::replace(&mut moves[state], choice);
                    let other = self.value(&moves);
                    if other > value * (1.0 + 1e-9) {
                        value = other;
                    } else {
                        moves[state] = own;
                    }
                }
            }
            if value <= before {
                break;
            }
        }
        moves
    }

    /// Tokens worth trying: those in use and those that stand out furthest, some more than there are states.
    fn candidates(&self, moves: &Moves) -> Vec<usize> {
        let outside = |token: usize| 1.0 - self.span.iter().map(|basis| basis[token].powi(2)).sum::<f64>();
        let mut order: Vec<(f64, usize)> = (0..self.tokens).map(|token| (outside(token), token)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut tokens: Vec<usize> =
            order.into_iter().map(|(_, token)| token).take(moves.len() + 8).collect();
        tokens.extend(moves.iter().flatten());
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }

    /// `1 / tr((MᵀM)⁻¹)` for `M = P E V`, which is `σ_min(M)²` up to the dimension of the kernel; 0 if `M` has dependent columns.
    fn value(&self, moves: &Moves) -> f64 {
        let dimension = self.dimension();
        let mut used: Vec<usize> = moves.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        let mut seen = vec![vec![0.0; dimension]; used.len()];
        for (state, token) in moves.iter().enumerate() {
            let Some(row) = token.and_then(|token| used.binary_search(&token).ok()) else { continue };
            seen[row].iter_mut().zip(&self.kernel[state]).for_each(|(sum, weight)| *sum += weight);
        }
        let shadow = |basis: &Vec<f64>| -> Vec<f64> {
            let column = |at: usize| used.iter().zip(&seen).map(|(&token, row)| basis[token] * row[at]).sum();
            (0..dimension).map(column).collect()
        };
        let shadows: Vec<Vec<f64>> = self.span.iter().map(shadow).collect();
        let product =
            |rows: &[Vec<f64>], i: usize, j: usize| rows.iter().map(|row| row[i] * row[j]).sum::<f64>();
        let gram = |i: usize, j: usize| product(&seen, i, j) - product(&shadows, i, j);
        trace_of_inverse(&(0..dimension).map(|i| (0..=i).map(|j| gram(i, j)).collect()).collect::<Vec<_>>())
            .map_or(0.0, |trace| 1.0 / trace)
    }
}

/// `tr(G⁻¹)` of a positive definite matrix given by its lower triangle, from the inverse of its Cholesky factor.
fn trace_of_inverse(gram: &[Vec<f64>]) -> Option<f64> {
    let mut factor: Vec<Vec<f64>> = Vec::new();
    for (i, entries) in gram.iter().enumerate() {
        let mut row: Vec<f64> = Vec::new();
        for (j, earlier) in factor.iter().enumerate() {
            row.push((entries[j] - dot(&row, &earlier[..j])) / earlier[j]);
        }
        let rest = entries[i] - dot(&row, &row);
        if rest <= 1e-12 {
            return None;
        }
        row.push(rest.sqrt());
        factor.push(row);
    }
    let mut trace = 0.0;
    for column in 0..factor.len() {
        let mut inverse: Vec<f64> = Vec::new(); // of the factor, from row `column` on
        for row in &factor[column..] {
            let known = dot(&row[column..row.len() - 1], &inverse);
            let unit = if inverse.is_empty() { 1.0 } else { 0.0 };
            inverse.push((unit - known) / row[row.len() - 1]);
        }
        trace += dot(&inverse, &inverse);
    }
    Some(trace)
}

/// Adds what of the vector is orthogonal to the basis, at length 1, unless that is next to nothing.
fn extend(basis: &mut Vec<Vec<f64>>, mut vector: Vec<f64>) {
    let before = dot(&vector, &vector).sqrt();
    for _ in 0..2 {
        for unit in basis.iter() {
            let along = dot(unit, &vector);
            vector.iter_mut().zip(unit).for_each(|(entry, unit)| *entry -= along * unit);
        }
    }
    let length = dot(&vector, &vector).sqrt();
    if length > before * 1e-12 {
        vector.iter_mut().for_each(|entry| *entry /= length);
        basis.push(vector);
    }
}

/// The item with the largest value, the first on ties.
fn largest(items: impl Iterator<Item = usize>, value: impl Fn(usize) -> f64) -> Option<usize> {
    let valued = items.map(|item| (value(item), item));
    let best = valued
        .reduce(|best, other| if other.0.total_cmp(&best.0) == Ordering::Greater { other } else { best });
    best.map(|(_, item)| item)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::parse;

    fn matrix(rows: &[&[&str]]) -> Matrix<BigRational> {
        let row = |row: &&[&str]| row.iter().map(|entry| parse(entry).unwrap()).collect();
        Matrix::from_rows(rows.iter().map(row).collect()).unwrap()
    }

    #[test]
    fn traces_of_inverses() {
        // ((4, 2), (2, 5)) has the inverse ((5, −2), (−2, 4)) / 16.
        let found = trace_of_inverse(&[vec![4.0], vec![2.0, 5.0]]).unwrap();
        assert!((found - 9.0 / 16.0).abs() < 1e-12, "{found}");
        assert_eq!(trace_of_inverse(&[vec![1.0], vec![1.0, 1.0]]), None);
    }

    /// Tokens 0 and 1 are always as likely as each other: only a token that tells them apart helps, and states 1 and 2 agree.
    #[test]
    fn few_states_are_moved_to_tokens_outside_the_column_space() {
        let emission = matrix(&[&["1/4", "1/2", "1/2"], &["1/4", "1/2", "1/2"], &["1/2", "0", "0"]]);
        let view = View::new(&emission).unwrap();
        let fewest = view.fewest();
        assert_eq!(fewest.iter().flatten().count(), 1);
        assert!(matches!(fewest[..], [None, Some(0 | 1), None] | [None, None, Some(0 | 1)]), "{fewest:?}");
        // With both of them moved, one to each token, the singular value is twice as large.
        let improved = view.improved(fewest.clone());
        let gain = view.value(&improved) / view.value(&fewest);
        assert!((gain - 4.0).abs() < 1e-9, "{improved:?}: {gain}");
        assert_eq!(proposals(&emission)[0], improved);
    }

    #[test]
    fn matched_states_have_tokens_of_their_own() {
        let emission = matrix(&[&["1/2", "3/4"], &["1/3", "1/4"], &["1/6", "0"]]);
        assert_eq!(matched(&emission), [Some(1), Some(0)]);
    }
}
