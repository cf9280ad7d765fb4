//! The random models with memory of the paper's simulations (Section 5, Appendix D).
//!
//! One cell with `m` values, four hidden states, ten tokens.
//!
//! | part | law |
//! |---|---|
//! | `transition` | a convex combination of `4m` uniformly random permutation matrices of the four states, weights `softmax(u / 0.01)` |
//! | start law | `softmax(u / 10)` over the `4m` pairs of a value and a state |
//! | `emission` | for each pair `softmax(u / 0.01)` |
//! | task | two rows of `m` zeros, in which six times a uniformly random place is set to a standard normal number |
//!
//! as in [`appendix_d`](super::appendix_d), with the same rounding. The start law is the released code's: value and state are not independent in it, as they are in
//! the paper's text and in a [`MemoryHmm`]. So there are two models of a seed: [`model`](MemoryFamily::model) has the product of the two marginals, and
//! [`joint`](MemoryFamily::joint) is the released one, a vanilla model whose states are the pairs, with block diagonal transitions and equal weights
//! on the pairs of a value. (The code takes the start law for that of the first state which emits; here it is that of `H_0` in both families.)

use num_rational::BigRational;
use num_traits::Zero;

use super::{
    Random, Stream,
    appendix_d::{FLAT, SHARP, TOKENS, softmax, task, transition},
};
use crate::{
    linear::Matrix,
    model::{Cell, Hmm, MemoryHmm, MemoryModel, MemoryPrior, MemoryTask, Model, Names, Shape, Task},
};

/// The number of hidden states in the paper.
pub const STATES: usize = 4;

/// Which models of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryFamily {
    /// `m`
    pub values: usize,
    /// `k`; 10 in the paper.
    pub tokens: usize,
    /// Whether tasks are drawn again until neither row of weights is at least the other in every value.
    pub redraw: bool,
}

/// What both models of a seed are made of.
struct Drawn {
    transition: Vec<Vec<BigRational>>,
    /// Of the pairs, value by value.
    start: Vec<BigRational>,
    /// `emission[token][pair]`
    emission: Vec<Vec<BigRational>>,
    task: Task,
}

impl MemoryFamily {
    /// The family of the paper with so many values.
    pub fn new(values: usize) -> Self {
        Self { values, tokens: TOKENS, redraw: false }
    }

    fn draw(&self, seed: u64) -> Drawn {
        let mut random = Random::new(seed, Stream::Chain);
        let pairs = self.values * STATES;
        let transition = transition(&mut random, STATES, pairs);
        let start = softmax(&mut random, pairs, FLAT);
        let emission: Vec<_> = (0..pairs).map(|_| softmax(&mut random, self.tokens, SHARP)).collect();
        Drawn {
            transition,
            start,
            emission: Matrix::from_columns(self.tokens, &emission).to_rows(),
            task: task(self.values, self.redraw, &mut Random::new(seed, Stream::Task)),
        }
    }

    fn name(&self, what: &str, seed: u64) -> String {
        let tokens = if self.tokens == TOKENS { String::new() } else { format!("-k{}", self.tokens) };
        format!("appendix-d-{what}-m{}{tokens}-s{seed}", self.values)
    }

    /// The model with this seed, value and first state independent; its name says which it is.
    ///
    /// # Panics
    /// If there is no value or no token.
    ///
    /// ```
    /// use recoverable::generate::memory::MemoryFamily;
    /// let model = MemoryFamily::new(3).model(7);
    /// assert_eq!(model.name(), "appendix-d-memory-m3-s7");
    /// assert_eq!(model.memory().shape().columns(), 12);
    /// ```
    pub fn model(&self, seed: u64) -> MemoryModel {
        let Drawn { transition, start, emission, task } = self.draw(seed);
        let shape = Shape { values: self.values, cells: 1, syntax: STATES };
        let prior = start.chunks(STATES).map(|law| law.iter().sum()).collect();
        let initial = (0..STATES).map(|h| start.iter().skip(h).step_by(STATES).sum()).collect();
        let prior = MemoryPrior::product(vec![prior]);
        let memory = MemoryHmm::new(shape, initial, transition, emission, prior);
        let memory = memory.expect("normalised weights are laws");
        let task = MemoryTask { cell: Cell(0), task };
        let name = self.name("memory", seed);
        MemoryModel::new(&name, memory, Some(task), Names::default()).expect("the task is over the values")
    }

    /// The same with the joint start law, as a vanilla model: state `4c + h` is value `c` with hidden state `h`.
    ///
    /// # Panics
    /// If there is no value or no token.
    pub fn joint(&self, seed: u64) -> Model {
        let Drawn { transition, start, emission, task } = self.draw(seed);
        let pairs = start.len();
        let entry = |next: usize, current: usize| match next / STATES == current / STATES {
            true => transition[next % STATES][current % STATES].clone(),
            false => BigRational::zero(),
        };
        let transition = Matrix::from_fn(pairs, pairs, entry).to_rows();
        let hmm = Hmm::new(start, transition, emission).expect("normalised weights are laws");
        let repeated = |row: &Vec<BigRational>| {
            row.iter().flat_map(|weight| std::iter::repeat_n(weight.clone(), STATES)).collect()
        };
        let task = Task::classes(task.scores().iter().map(repeated).collect()).expect("two rows");
        Model::new(&self.name("joint", seed), hmm, Some(task), Names::default())
            .expect("the task is over the pairs")
    }
}

#[cfg(test)]
mod tests {
    use num_traits::{One, Signed};

    use super::*;

    #[test]
    fn both_models_of_a_seed_share_all_but_the_start_law() {
        for values in [2, 5] {
            let family = MemoryFamily::new(values);
            let (model, joint) = (family.model(3), family.joint(3));
            let (memory, hmm) = (model.memory(), joint.hmm());
            assert_eq!(memory.emission(), hmm.emission());
            for h in 0..STATES {
                assert!(memory.chain().transition().row(h).iter().sum::<BigRational>().is_one());
                let marginal: BigRational = hmm.initial().iter().skip(h).step_by(STATES).sum();
                assert_eq!(memory.chain().initial()[h], marginal);
            }
            for value in 0..values {
                let marginal: BigRational = hmm.initial()[value * STATES..][..STATES].iter().sum();
                assert_eq!(memory.prior().probability(&[value]), marginal);
                let block = |row: usize| &hmm.transition().row(row)[value * STATES..][..STATES];
                assert!((0..STATES).all(|h| block(value * STATES + h) == memory.chain().transition().row(h)));
            }
            assert!(hmm.initial().iter().chain(hmm.emission().entries()).all(Signed::is_positive));
            let weights = &model.task().unwrap().task.contrasts()[0];
            let of_pairs = &joint.task().unwrap().contrasts()[0];
            assert!(of_pairs.iter().enumerate().all(|(pair, weight)| *weight == weights[pair / STATES]));
        }
    }

    /// The first digits of a model, so that seeds keep their meaning.
    #[test]
    fn the_first_model_stays_as_it_is() {
        let model = MemoryFamily { values: 2, tokens: 3, redraw: false }.model(0);
        let weights: Vec<_> =
            model.task().unwrap().task.contrasts()[0].iter().map(ToString::to_string).collect();
        assert_eq!(weights, ["1402328708437/549755813888", "88506737355/549755813888"]);
    }
}
