//! Attention heads: the paper's (4.1) and (4.2).

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable_checker::{certificate, number::Rational};

use super::{Cell, Defect, Field, MemoryHmm, MemoryTask, Shape, Task, Token, inner};
use crate::{linear::Matrix, number::clear};

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

    /// The head as it stands in a certificate.
    pub fn certificate(&self) -> certificate::AttentionHead {
        let list = |values: &[BigRational]| values.iter().cloned().map(Rational).collect::<Vec<_>>();
        let rows = |matrix: &Matrix<_>| (0..matrix.rows()).map(|row| list(matrix.row(row))).collect();
        certificate::AttentionHead {
            keys: rows(&self.keys),
            query: list(&self.query),
            position: certificate::Positions {
                first: list(&self.first_position),
                other: list(&self.other_positions),
            },
            values: rows(&self.values),
            b: self.b.iter().map(|row| list(row)).collect(),
        }
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

/// A soft token in front of an input: passed by the memories whose cell has one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryPrompt {
    /// The cell.
    pub cell: Cell,
    /// For each value, whether it passes.
    pub passes: Vec<bool>,
}

impl MemoryPrompt {
    /// The embedding `u[(a, h)] = 1(a_j passes)`, an entry for each augmented state: memories in lexicographic order, and for each of them the
    /// hidden states.
    pub fn embedding(&self, shape: Shape) -> Vec<BigRational> {
        let later = shape.cells - 1 - self.cell.0; // cells that change faster
        let block = shape.values.pow(u32::try_from(later).unwrap_or(u32::MAX)) * shape.states();
        let entry = |at: usize| one_or_zero(self.passes[at / block % shape.values]);
        (0..shape.augmented_states()).map(entry).collect()
    }

    /// The mean of the embedding over the other cells, an entry for each column of `W`: what a head sees of the prompt's position.
    pub fn token_embedding(&self, shape: Shape) -> Vec<BigRational> {
        let passing = self.passes.iter().filter(|&&passes| passes).count();
        let elsewhere = BigRational::new(passing.into(), shape.values.into());
        let entry = |at: usize| match shape.cell(at % shape.states()) {
            cell if cell == self.cell => one_or_zero(self.passes[at / shape.states()]),
            _ => elsewhere.clone(),
        };
        (0..shape.columns()).map(entry).collect()
    }
}

fn one_or_zero(one: bool) -> BigRational {
    BigRational::from_integer(u8::from(one).into())
}

/// An attention head, and perhaps a prompt in front of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttentionConstruction {
    head: AttentionHead,
    prompt: Option<MemoryPrompt>,
}

impl AttentionConstruction {
    /// The head behind the prompt, for a task of a model.
    ///
    /// # Errors
    /// [`Defect::RowCount`] or [`Defect::RowLength`] if a part has another shape than [`AttentionHead`] says.
    ///
    /// # Panics
    /// If the prompt is about a cell that the model does not have, or other values.
    pub fn new(
        memory: &MemoryHmm,
        task: &MemoryTask,
        head: AttentionHead,
        prompt: Option<MemoryPrompt>,
    ) -> Result<Self, Defect> {
        let shape = memory.shape();
        if let Some(MemoryPrompt { cell, passes }) = &prompt {
            assert!(cell.0 < shape.cells && passes.len() == shape.values, "a prompt for another model");
        }
        let rows = |field, found: usize, expected: usize| {
            if found == expected { Ok(()) } else { Err(Defect::RowCount { field, expected, found }) }
        };
        let entries = |field, row: usize, found: usize, expected: usize| {
            if found == expected { Ok(()) } else { Err(Defect::RowLength { field, row, expected, found }) }
        };
        let keys = head.keys.rows();
        entries(Field::Keys, 0, head.keys.columns(), memory.tokens())?;
        entries(Field::Query, 0, head.query.len(), keys)?;
        entries(Field::FirstPosition, 0, head.first_position.len(), keys)?;
        entries(Field::OtherPositions, 0, head.other_positions.len(), keys)?;
        rows(Field::AttentionValues, head.values.rows(), shape.columns())?;
        entries(Field::AttentionValues, 0, head.values.columns(), memory.tokens())?;
        rows(Field::AttentionWeights, head.b.len(), task.task.scores().len())?;
        for (row, b) in head.b.iter().enumerate() {
            entries(Field::AttentionWeights, row, b.len(), shape.columns())?;
        }
        Ok(Self { head, prompt })
    }

    /// The head.
    pub fn head(&self) -> &AttentionHead {
        &self.head
    }

    /// The prompt, if there is one.
    pub fn prompt(&self) -> Option<&MemoryPrompt> {
        self.prompt.as_ref()
    }

    /// Both as they stand in a certificate.
    pub fn certificate(&self) -> certificate::AttentionConstruction {
        let prompt = |prompt: &MemoryPrompt| certificate::MemoryPrompt {
            cell: prompt.cell.0,
            values: (0..prompt.passes.len()).filter(|&value| prompt.passes[value]).collect(),
        };
        certificate::AttentionConstruction {
            attention: self.head.certificate(),
            memory_prompt: self.prompt.as_ref().map(prompt),
        }
    }

    /// What the head does on an input, from the model's outputs, of which the first is the prompt's, and the label that it gives.
    ///
    /// # Panics
    /// If there is no output for some position.
    pub fn attend(
        &self,
        memory: &MemoryHmm,
        task: &MemoryTask,
        outputs: &[Vec<BigRational>],
        tokens: &[Option<Token>],
    ) -> (Attention, usize) {
        let prompt = self.prompt.as_ref().map(|prompt| prompt.token_embedding(memory.shape()));
        let embeddings: Vec<_> =
            prompt.into_iter().chain(tokens.iter().map(|&token| memory.embedding(token))).collect();
        let attention = self.head.attend(outputs, &embeddings);
        let label = self.head.label(&task.task, &attention);
        (attention, label)
    }
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
