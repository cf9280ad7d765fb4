//! A linear head, and perhaps a prompt in front of the input.

use num_rational::BigRational;

use super::{Defect, Hmm, LinearHead, Prompt, Task};

/// A linear head behind a prompt of any length, which may be empty.
///
/// With the prompt `u_1, …, u_l` the model reads `(u_1, …, u_l, blank, x)` and the head looks at position `l + 1`. There the model's output is
/// proportional to `W (ρ ⊙ β(x))` with the [law](Prompt::law) `ρ` of the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construction {
    head: LinearHead,
    prompt: Prompt,
}

impl From<LinearHead> for Construction {
    fn from(head: LinearHead) -> Self {
        Self { head, prompt: Prompt::default() }
    }
}

impl Construction {
    /// The head with these rows behind the prompt with these embeddings.
    ///
    /// # Errors
    /// Those of [`LinearHead::new`] and of [`Prompt::new`].
    pub fn new(
        hmm: &Hmm,
        task: &Task,
        head: Vec<Vec<BigRational>>,
        prompt: Vec<Vec<BigRational>>,
    ) -> Result<Self, Defect> {
        let head = LinearHead::new(task, hmm.tokens(), head)?;
        Ok(Self { head, prompt: Prompt::new(hmm, prompt)? })
    }

    /// A head behind a prompt of the same model.
    pub fn behind(prompt: Prompt, head: LinearHead) -> Self {
        Self { head, prompt }
    }

    /// The head.
    pub fn head(&self) -> &LinearHead {
        &self.head
    }

    /// One embedding for each token of the prompt.
    pub fn prompt(&self) -> &[Vec<BigRational>] {
        self.prompt.embeddings()
    }

    /// `ρ`, not normalised; without a prompt `π_1`.
    pub fn law(&self, hmm: &Hmm) -> Vec<BigRational> {
        self.prompt.law(hmm)
    }
}
