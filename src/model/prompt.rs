//! A soft prompt.

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::{Defect, Field, Hmm};

/// Embeddings in front of an input, none at all perhaps: each has an entry in [0, 1] for each state.
///
/// With the prompt `u_1, …, u_l` the model reads `(u_1, …, u_l, blank, x)`. At position `l + 1` its output is proportional to `W (ρ ⊙ β(x))`,
/// and zero where `ρ·β(x) = 0`: a prompt is seen through its [law](Self::law) `ρ` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt(Vec<Vec<BigRational>>);

impl Prompt {
    /// The prompt with these embeddings.
    ///
    /// # Errors
    /// [`Defect::RowLength`] unless each embedding has an entry for each state, [`Defect::NotInUnitInterval`] for an entry outside [0, 1].
    pub fn new(hmm: &Hmm, embeddings: Vec<Vec<BigRational>>) -> Result<Self, Defect> {
        let (field, expected) = (Field::Prompt, hmm.states());
        for (row, embedding) in embeddings.iter().enumerate() {
            if embedding.len() != expected {
                return Err(Defect::RowLength { field, row, expected, found: embedding.len() });
            }
            let outside = |entry: &BigRational| entry.is_negative() || *entry > BigRational::one();
            if let Some(column) = embedding.iter().position(outside) {
                let value = embedding[column].clone();
                return Err(Defect::NotInUnitInterval { field, row, column, value });
            }
        }
        Ok(Self(embeddings))
    }

    /// One for each token of the prompt.
    pub fn embeddings(&self) -> &[Vec<BigRational>] {
        &self.0
    }

    /// `ρ = A D_{u_l} A ⋯ D_{u_1} π_1`, not normalised (`D_u = diag(u)`); without a token `π_1`.
    pub fn law(&self, hmm: &Hmm) -> Vec<BigRational> {
        self.0.iter().fold(hmm.first_law(), |law, embedding| {
            let passed: Vec<_> = law.iter().zip(embedding).map(|(p, u)| p * u).collect();
            hmm.advance(&passed)
        })
    }
}
