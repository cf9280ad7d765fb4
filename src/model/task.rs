//! Downstream tasks.

use num_rational::BigRational;

use super::Defect;

/// A downstream task on the posterior `p = P[H_0 | X_{1:t} = x]`, the paper's (3.1).
///
/// | task | label of `x` |
/// |---|---|
/// | binary, weights `μ` | `1(μ·p ≥ 0)` |
/// | several classes, rows `μ_0, μ_1, …` | argmax of `μ_c·p`, the smallest index on ties |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// One weight `μ[h]` for each state.
    Binary(Vec<BigRational>),
    /// Two or more rows, each with one weight for each state.
    Classes(Classes),
}

/// Two or more rows of equally many weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes(Vec<Vec<BigRational>>);

impl Classes {
    /// The rows `μ_0, μ_1, …`.
    pub fn rows(&self) -> &[Vec<BigRational>] {
        &self.0
    }
}

impl Task {
    /// The binary task with these weights.
    pub fn binary(weights: Vec<BigRational>) -> Self {
        Self::Binary(weights)
    }

    /// The binary task with these weights.
    ///
    /// ```
    /// use recoverable::model::Task;
    /// assert_eq!(Task::binary_from_integers(&[1, -1]).scores().len(), 1);
    /// ```
    pub fn binary_from_integers(weights: &[i64]) -> Self {
        Self::Binary(weights.iter().map(|&weight| BigRational::from_integer(weight.into())).collect())
    }

    /// The task with these rows, one for each class.
    ///
    /// # Errors
    /// [`Defect::TooFewClasses`] for fewer than two rows.
    pub fn classes(rows: Vec<Vec<BigRational>>) -> Result<Self, Defect> {
        if rows.len() < 2 {
            Err(Defect::TooFewClasses { found: rows.len() })
        } else {
            Ok(Self::Classes(Classes(rows)))
        }
    }

    /// The functionals whose values decide the label: `μ`, or the rows `μ_0, μ_1, …`.
    pub fn scores(&self) -> &[Vec<BigRational>] {
        match self {
            Self::Binary(weights) => std::slice::from_ref(weights),
            Self::Classes(rows) => rows.rows(),
        }
    }

    /// The functionals that a head has to match: `μ`, or `μ_c − μ_0` for `c = 1, 2, …`
    /// (labels see only differences of rows).
    pub fn contrasts(&self) -> Vec<Vec<BigRational>> {
        match self {
            Self::Binary(weights) => vec![weights.clone()],
            Self::Classes(classes) => {
                let [base, others @ ..] = classes.rows() else { return Vec::new() };
                others.iter().map(|row| row.iter().zip(base).map(|(x, y)| x - y).collect()).collect()
            }
        }
    }

    /// Fails unless the task is over this many states.
    pub(super) fn fits(&self, states: usize) -> Result<(), Defect> {
        let several = matches!(self, Self::Classes(_));
        for (index, row) in self.scores().iter().enumerate() {
            if row.len() != states {
                let row_index = several.then_some(index);
                return Err(Defect::TaskLength { row: row_index, expected: states, found: row.len() });
            }
        }
        Ok(())
    }

    /// The label from the values of [`scores`](Self::scores), exact or floating.
    ///
    /// ```
    /// use recoverable::model::Task;
    /// let task = Task::binary_from_integers(&[1, -1]);
    /// assert_eq!((task.label(&[0.0]), task.label(&[-0.5])), (1, 0));
    /// ```
    pub fn label<Q: PartialOrd + num_traits::Zero>(&self, scores: &[Q]) -> usize {
        match self {
            Self::Binary(_) => usize::from(scores.first().is_some_and(|score| *score >= Q::zero())),
            Self::Classes(_) => {
                let mut best = 0;
                for (index, score) in scores.iter().enumerate() {
                    if *score > scores[best] {
                        best = index;
                    }
                }
                best
            }
        }
    }
}
