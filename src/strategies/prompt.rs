//! Models for soft prompts, and prompts.

use num_rational::BigRational;
use proptest::{collection::vec, prelude::*};

use super::{
    LARGEST, law,
    vanilla::{Weights, weights},
};
use crate::model::{Hmm, Model, Prompt, Task};

/// Entries of embeddings are multiples of one over this.
const QUARTERS: u32 = 4;

/// Why Assumption 3.5 is to fail, while Assumption 3.2 holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It holds: the last state leads to essential states alone. All other columns of `W` are means of the essential ones, so that
    /// Assumption 3.1 fails unless all states are essential.
    Nothing,
    /// Two states that the task weighs emit alike.
    Alike,
    /// Every state leads everywhere, and one column of `W` is the mean of two others (or equal to the other one).
    Spread,
    /// Every state leads everywhere, and there are fewer tokens than states.
    Crowd,
}

/// All kinds of [`Obstacle`].
pub const OBSTACLES: [Obstacle; 4] = [Obstacle::Nothing, Obstacle::Alike, Obstacle::Spread, Obstacle::Crowd];

impl Weights {
    /// The task with no weight from this state on.
    fn task_on(&self, states: usize) -> Task {
        let row = |row: &Vec<BigRational>| -> Vec<BigRational> {
            let weights = row.iter().enumerate();
            weights.map(|(h, weight)| if h < states { weight.clone() } else { Default::default() }).collect()
        };
        let task = self.task();
        let rows: Vec<_> = task.scores().iter().map(row).collect();
        Task::classes(rows.clone()).unwrap_or_else(|_| Task::binary(rows[0].clone()))
    }

    /// A binary task that weighs the states 0 and 1, and others as drawn.
    fn task_of_two(&self) -> Task {
        let weights = self.task[..self.states].iter().enumerate();
        let weight = |(h, &weight): (usize, &i64)| if h < 2 { 1 + weight.abs() } else { weight };
        Task::binary_from_integers(&weights.map(weight).collect::<Vec<_>>())
    }

    fn plant_obstacle(&self, obstacle: Obstacle) -> Model {
        let n = self.states;
        let essential = match obstacle {
            Obstacle::Nothing => 1 + self.choice % n,
            Obstacle::Alike | Obstacle::Spread | Obstacle::Crowd => n,
        };
        let transition: Vec<_> =
            (0..n).map(|current| self.prompted_column(current, essential, obstacle)).collect();
        let tokens = if obstacle == Obstacle::Crowd { n - 1 } else { self.tokens.max(essential) };
        let mut emission: Vec<_> =
            (0..essential).map(|h| law(&self.dominant_column(h % tokens, tokens))).collect();
        let mean = |x: &Vec<BigRational>, y: &Vec<BigRational>| -> Vec<BigRational> {
            x.iter().zip(y).map(|(x, y)| (x + y) / BigRational::from_integer(2.into())).collect()
        };
        match obstacle {
            Obstacle::Nothing => {
                let others = mean(&emission[self.choice % essential], &emission[essential - 1]);
                emission.resize(n, others);
            }
            Obstacle::Alike => emission[1] = emission[0].clone(),
            Obstacle::Spread => emission[n - 1] = mean(&emission[self.choice % (n - 1)], &emission[n - 2]),
            Obstacle::Crowd => {}
        }
        let task = if obstacle == Obstacle::Nothing { self.task_on(essential) } else { self.task_of_two() };
        let initial: Vec<u32> = self.initial().iter().map(|weight| weight + 1).collect();
        self.model_with(&initial, &transition, &emission, task)
    }

    /// A column of `A`: as drawn with a cycle through all states and a loop at state 0, but for the last state, which leads to exactly the
    /// first ones; or positive.
    fn prompted_column(&self, current: usize, essential: usize, obstacle: Obstacle) -> Vec<u32> {
        let mut column = self.transition_column(current);
        match obstacle {
            Obstacle::Spread | Obstacle::Crowd => column.iter_mut().for_each(|weight| *weight += 1),
            Obstacle::Nothing | Obstacle::Alike if current == self.states - 1 => {
                column[..essential].iter_mut().for_each(|weight| *weight += 1);
                column[essential..].fill(0);
            }
            Obstacle::Nothing | Obstacle::Alike => {
                column[current + 1] += 1;
                column[0] += u32::from(current == 0);
            }
        }
        column
    }
}

/// Models with 2 to 5 states on which Assumption 3.2 holds, and 3.5 unless there is an obstacle; the task is binary where there is.
pub fn prompted(obstacle: Obstacle) -> impl Strategy<Value = Model> {
    weights(2).prop_map(move |weights| weights.plant_obstacle(obstacle))
}

/// Soft prompts of 1 to `longest` tokens; [`prompt`] makes them fit a model.
pub fn embeddings(longest: usize) -> impl Strategy<Value = Vec<Vec<u32>>> {
    vec(vec(0..=QUARTERS, LARGEST), 1..=longest)
}

/// The soft prompt with these embeddings, in quarters, for a model; they are repeated for more than 5 states.
///
/// ```
/// use proptest::prelude::*;
/// use recoverable::strategies::{Break, embeddings, planted, prompt};
/// proptest!(ProptestConfig::with_cases(8), |(model in planted(Break::Nothing), drawn in embeddings(2))| {
///     let prompt = prompt(model.hmm(), &drawn);
///     prop_assert_eq!(prompt.embeddings().len(), drawn.len());
/// });
/// ```
///
/// # Panics
/// If an embedding is empty or an entry is not below 5.
pub fn prompt(hmm: &Hmm, embeddings: &[Vec<u32>]) -> Prompt {
    let row = |row: &Vec<u32>| -> Vec<BigRational> {
        let entries = row.iter().cycle().take(hmm.states());
        entries.map(|&entry| BigRational::new(entry.into(), QUARTERS.into())).collect()
    };
    Prompt::new(hmm, embeddings.iter().map(row).collect()).expect("entries in [0, 1] for every state")
}
