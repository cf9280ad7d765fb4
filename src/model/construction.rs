//! A linear head, and perhaps a prompt in front of the input.

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::{Defect, Field, Hmm, LinearHead, Task};

/// A linear head behind a prompt of any length, which may be empty.
///
/// With the prompt `u_1, …, u_l` the model reads `(u_1, …, u_l, blank, x)` and the head looks at position `l + 1`. There the model's output is
/// proportional to `W (ρ ⊙ β(x))` with `ρ = A D_{u_l} A ⋯ D_{u_1} π_1` (`D_u = diag(u)`), and zero where `ρ·β(x) = 0`: a prompt is seen
/// through its [law](Self::law) `ρ` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construction {
    head: LinearHead,
    prompt: Vec<Vec<BigRational>>,
}

impl From<LinearHead> for Construction {
    fn from(head: LinearHead) -> Self {
        Self { head, prompt: Vec::new() }
    }
}

impl Construction {
    /// The head with these rows behind the prompt with these embeddings.
    ///
    /// # Errors
    /// Those of [`LinearHead::new`]; [`Defect::RowLength`] unless each embedding has an entry for each state,
    /// [`Defect::NotInUnitInterval`] for an entry outside [0, 1].
    pub fn new(
        hmm: &Hmm,
        task: &Task,
        head: Vec<Vec<BigRational>>,
        prompt: Vec<Vec<BigRational>>,
    ) -> Result<Self, Defect> {
        let head = LinearHead::new(task, hmm.tokens(), head)?;
        let (field, expected) = (Field::Prompt, hmm.states());
        for (row, embedding) in prompt.iter().enumerate() {
            if embedding.len() != expected {
                return Err(Defect::RowLength { field, row, expected, found: embedding.len() });
            }
            let outside = |entry: &BigRational| entry.is_negative() || *entry > BigRational::one();
            if let Some(column) = embedding.iter().position(outside) {
                let value = embedding[column].clone();
                return Err(Defect::NotInUnitInterval { field, row, column, value });
            }
        }
        Ok(Self { head, prompt })
    }

    /// The head.
    pub fn head(&self) -> &LinearHead {
        &self.head
    }

    /// One embedding for each token of the prompt.
    pub fn prompt(&self) -> &[Vec<BigRational>] {
        &self.prompt
    }

    /// `ρ`, not normalised; without a prompt `π_1`.
    pub fn law(&self, hmm: &Hmm) -> Vec<BigRational> {
        self.prompt.iter().fold(hmm.first_law(), |law, embedding| {
            let passed: Vec<_> = law.iter().zip(embedding).map(|(p, u)| p * u).collect();
            hmm.advance(&passed)
        })
    }
}
