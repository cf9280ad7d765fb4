//! Attention heads: the paper's (4.1) and (4.2).

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::{Task, Token, inner};
use crate::{linear::Matrix, model::MemoryHmm, number::clear};

/// An attention head on the outputs `g_i = G_i` of the model and the embeddings `e_i` of the tokens.
///
/// ```text
/// I    = argmax_i  q·(Θ_K g_i + β_i)                 the set of all maximisers
/// Attn = (1/|I|) Σ_{i ∈ I} b·((Θ_V g_i) ⊙ e_i)
/// ```
///
/// The label is `1(Attn ≥ 0)` for a binary task; with several classes there is a row `b_k` for each, and the label is the index of the largest
/// value, the smallest on ties. Shapes: `Θ_K` is `r × k`, `q` and `β_i` have `r` entries; `Θ_V` is `mn × k`, `b` has `mn` entries, and so has the
/// embedding `e(z) = W[z, :]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttentionHead {
    /// `Θ_K`
    pub keys: Matrix<BigRational>,
    /// `q`
    pub query: Vec<BigRational>,
    /// `β_1`
    pub first_position: Vec<BigRational>,
    /// `β_i` for `i > 1`
    pub other_positions: Vec<BigRational>,
    /// `Θ_V`
    pub values: Matrix<BigRational>,
    /// `b`, or a row for each class.
    pub b: Vec<Vec<BigRational>>,
}

/// What an attention head does on one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// `q·(Θ_K g_i + β_i)` for each position.
    pub scores: Vec<BigRational>,
    /// The positions with the largest score, from 1.
    pub attended: Vec<usize>,
    /// `Attn`, for each row of `b`.
    pub value: Vec<BigRational>,
}

impl AttentionHead {
    /// Attends to a sequence of outputs and embeddings.
    ///
    /// # Panics
    /// If there is no position, or a length is not that of the head.
    pub fn attend(&self, outputs: &[Vec<BigRational>], embeddings: &[Vec<BigRational>]) -> Attention {
        let seen = self.score_functional();
        let offsets = [&self.first_position, &self.other_positions].map(|beta| product(&self.query, beta));
        let score = |(i, g): (usize, &Vec<BigRational>)| product(&seen, g) + &offsets[usize::from(i > 0)];
        let scores: Vec<_> = outputs.iter().enumerate().map(score).collect();
        let largest = scores.iter().max().expect("an input has a position");
        let attended: Vec<_> = (0..scores.len()).filter(|&i| scores[i] == *largest).collect();
        let count = BigRational::from_integer(attended.len().into());
        let value = |b: &Vec<BigRational>| {
            let values = attended.iter().map(|&i| self.value(b, &outputs[i], &embeddings[i]));
            values.sum::<BigRational>() / &count
        };
        let value = self.b.iter().map(value).collect();
        Attention { scores, attended: attended.into_iter().map(|i| i + 1).collect(), value }
    }

    /// `Θ_Kᵀ q`, one entry for each token.
    pub fn score_functional(&self) -> Vec<BigRational> {
        let keys = &self.keys;
        let entry = |token| {
            let terms = keys.column(token).zip(&self.query).filter(|(key, q)| !key.is_zero() && !q.is_zero());
            terms.map(|(key, q)| key * q).sum()
        };
        (0..keys.columns()).map(entry).collect()
    }

    /// `b·((Θ_V g) ⊙ e)`
    fn value(&self, b: &[BigRational], g: &[BigRational], e: &[BigRational]) -> BigRational {
        let mut functional = vec![BigRational::zero(); self.values.columns()];
        let rows = b.iter().zip(e).enumerate().filter(|(_, (b, e))| !b.is_zero() && !e.is_zero());
        for (row, (b, e)) in rows {
            let weight = b * e;
            functional.iter_mut().zip(self.values.row(row)).for_each(|(sum, v)| *sum += v * &weight);
        }
        product(&functional, g)
    }

    /// The label of a value, for a task with as many scores as `b` has rows.
    pub fn label(&self, task: &Task, attention: &Attention) -> usize {
        task.label(&attention.value)
    }
}

/// `a·b` as one sum of integers: model outputs on long inputs have long entries.
fn product(a: &[BigRational], b: &[BigRational]) -> BigRational {
    let ((a, a_scale), (b, b_scale)) = (clear(a), clear(b));
    BigRational::new(inner(&a, &b), a_scale * b_scale)
}

impl MemoryHmm {
    /// `e(z) = W[z, :]`, one entry for each column; of a blank, ones.
    pub fn embedding(&self, token: Option<Token>) -> Vec<BigRational> {
        match token {
            Some(token) => self.emission().row(token.0).to_vec(),
            None => vec![BigRational::one(); self.emission().columns()],
        }
    }
}
