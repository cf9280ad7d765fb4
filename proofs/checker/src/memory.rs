//! The model with memory inside a certificate, validated.
//!
//! Vocabulary: `m` values, `N` cells, a hidden state `h = j·|S| + s` of cell `j` and syntax state `s`, a column
//! `(c·N + j)·|S| + s = c·N|S| + h` of `W` for each value `c` and state `h`.

use num_traits::{One, Signed};

use crate::{
    certificate::{self, JointLaw, MemoryPrior},
    cleared::{Cleared, below, length},
    failure::Rejection,
    matrix::Matrix,
    model::{Hmm, rows, stochastic, tasks},
    number::Rational,
};

/// The most pairs of a memory and a hidden state that are computed with.
pub const MAX_PAIRS: usize = 100_000;

/// A valid hidden Markov model with memory.
pub(crate) struct Memory {
    /// `m`.
    pub values: usize,
    /// `|S|`.
    pub syntax: usize,
    /// The hidden chain alone: a model of one token that every state emits.
    pub chain: Hmm,
    /// `W`, tokens × columns.
    pub emission: Matrix,
    /// The law of the memory.
    prior: MemoryPrior,
    /// The task's cell and its weights `μ`, or the rows `μ_k − μ_0`, if there is a task.
    pub task: Option<(usize, Vec<Cleared>)>,
    /// 0 without a task, 1 for a binary one, else the number of classes.
    pub task_rows: usize,
}

impl Memory {
    pub fn new(model: &certificate::MemoryHmm) -> Result<Self, Rejection> {
        let &certificate::MemoryHmm { values, cells, syntax, .. } = model;
        let chain = chain(model)?;
        length("initial", cells.saturating_mul(syntax), chain.states())?;
        if values == 0 {
            return Err(Rejection::NoValues);
        }
        let (k, columns) = (model.emission.len(), values.saturating_mul(chain.states()));
        if k == 0 {
            return Err(Rejection::NoTokens);
        }
        stochastic("emission", &model.emission, k, columns)?;
        prior(&model.memory_prior, values, cells)?;
        let task = model.task.as_ref().map(|task| {
            below("task.cell", task.cell, cells)?;
            Ok((task.cell, tasks(&task.weights, values)?))
        });
        let emission = Matrix::new(&model.emission, columns);
        let task_rows = model.task.as_ref().map_or(0, |task| rows(&task.weights));
        let (task, prior) = (task.transpose()?, model.memory_prior.clone());
        Ok(Self { values, syntax, chain, emission, prior, task, task_rows })
    }

    /// The memories of positive probability, in lexicographic order; not more than [`MAX_PAIRS`] pairs with a hidden state.
    pub fn memories(&self) -> Result<Vec<Vec<usize>>, Rejection> {
        Ok(self.law()?.into_iter().map(|(memory, _)| memory).collect())
    }

    /// The same with their probabilities.
    pub fn law(&self) -> Result<Vec<(Vec<usize>, Rational)>, Rejection> {
        let most = MAX_PAIRS / self.chain.states();
        let found = match &self.prior {
            MemoryPrior::Product(laws) => product(laws, most),
            MemoryPrior::Joint(JointLaw(law)) => {
                let mut law: Vec<_> = law.iter().filter(|(_, p)| p.0.is_positive()).cloned().collect();
                law.sort_unstable_by(|(memory, _), (other, _)| memory.cmp(other));
                law
            }
        };
        if found.len() > most { Err(Rejection::TooLarge { field: "memory_prior" }) } else { Ok(found) }
    }

    /// The column of `W` that a hidden state reads with this memory.
    pub fn column(&self, memory: &[usize], state: usize) -> usize {
        memory[state / self.syntax] * self.chain.states() + state
    }

    /// Whether a hidden state emits a token, with this memory.
    pub fn emits(&self, memory: &[usize], state: usize, token: usize) -> bool {
        self.emission.columns[self.column(memory, state)].numerators[token].is_positive()
    }
}

/// The chain as a model of one token.
fn chain(model: &certificate::MemoryHmm) -> Result<Hmm, Rejection> {
    let one = Rational(One::one());
    Hmm::new(&certificate::Hmm {
        initial: model.initial.clone(),
        transition: model.transition.clone(),
        emission: vec![vec![one; model.initial.len()]],
        task: None,
    })
}

/// The law of the memory is one.
fn prior(prior: &MemoryPrior, values: usize, cells: usize) -> Result<(), Rejection> {
    match prior {
        MemoryPrior::Product(laws) => {
            length("product", cells, laws.len())?;
            laws.iter().try_for_each(|law| column("product", law.iter(), values))
        }
        MemoryPrior::Joint(JointLaw(law)) => {
            for (memory, _) in law {
                length("joint", cells, memory.len())?;
                memory.iter().try_for_each(|&value| below("joint", value, values))?;
            }
            column("joint", law.iter().map(|(_, probability)| probability), law.len())
        }
    }
}

/// A law over so many things.
fn column<'a>(
    field: &'static str,
    law: impl Iterator<Item = &'a Rational>,
    expected: usize,
) -> Result<(), Rejection> {
    let column: Vec<_> = law.map(|value| vec![value.clone()]).collect();
    stochastic(field, &column, expected, 1)
}

/// All possible memories with their probabilities, or more than `most` if there are more.
fn product(laws: &[Vec<Rational>], most: usize) -> Vec<(Vec<usize>, Rational)> {
    let mut memories = vec![(Vec::new(), Rational(One::one()))];
    for law in laws {
        let possible: Vec<_> = law.iter().enumerate().filter(|(_, p)| p.0.is_positive()).collect();
        let extend = |(memory, probability): &(Vec<usize>, Rational)| {
            let one = |&(value, p): &(usize, &Rational)| {
                ([&memory[..], &[value]].concat(), Rational(&probability.0 * &p.0))
            };
            possible.iter().map(one).collect::<Vec<_>>()
        };
        memories = memories.iter().take(most.saturating_add(1)).flat_map(extend).collect();
    }
    memories
}
