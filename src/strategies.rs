//! Strategies for [`proptest`](https://docs.rs/proptest): models that *plant* the answer.
//!
//! [`planted`] makes models on which every hypothesis of Theorem 3.3 holds, or exactly one fails; [`prompted`] does so for
//! Assumption 3.5 of Theorem 3.6;
//! [`model`] makes any valid model, zeros included; [`words`] makes sequences for a vocabulary that is
//! known only later. Everything is built from small integer weights that are normalised afterwards,
//! so that failures shrink to few states, few tokens and small numbers.
//!
//! ```
//! use proptest::prelude::*;
//! use recoverable::{strategies::{Break, planted}, theorem::{Verdict, theorem_3_3}};
//! proptest!(ProptestConfig::with_cases(8), |(model in planted(Break::Nothing))| {
//!     prop_assert!(matches!(theorem_3_3::decide(&model).verdict, Some(Verdict::Proved(_))));
//! });
//! ```

use num_rational::BigRational;
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::{
    linear::Matrix,
    model::{Hmm, Model, Names, Task, Token},
};

/// The largest number of states and of tokens.
const LARGEST: usize = 5;

/// Which hypothesis of Theorem 3.3 is to fail, all others holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// None: the theorem applies.
    Nothing,
    /// Assumption 3.1: one column of `W` is the mean of two others (or equal to the other one).
    Independence,
    /// Assumption 3.2: a set of states is closed.
    Irreducibility,
    /// Assumption 3.2: the states fall into classes that are visited in turn.
    Aperiodicity,
    /// Assumption 3.2: some state has initial probability 0.
    FullSupport,
}

/// All kinds of [`Break`].
pub const BREAKS: [Break; 5] =
    [Break::Nothing, Break::Independence, Break::Irreducibility, Break::Aperiodicity, Break::FullSupport];

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

/// Small integers from which a model is built.
#[derive(Clone, Debug)]
struct Weights {
    states: usize,
    tokens: usize,
    initial: Vec<u32>,
    transition: Vec<u32>,
    emission: Vec<u32>,
    task: Vec<i64>,
    classes: usize,
    choice: usize,
}

fn weights(fewest_states: usize) -> impl Strategy<Value = Weights> {
    let entries = || vec(prop_oneof![2 => 0_u32..=9, 1 => Just(0_u32)], LARGEST * LARGEST);
    (
        fewest_states..=LARGEST,
        1..=LARGEST,
        vec(prop_oneof![3 => 0_u32..=9, 1 => Just(0_u32)], LARGEST),
        entries(),
        entries(),
        vec(-5_i64..=5, 3 * LARGEST),
        1_usize..=3,
        0..LARGEST,
    )
        .prop_map(|(states, tokens, initial, transition, emission, task, classes, choice)| Weights {
            states,
            tokens,
            initial,
            transition,
            emission,
            task,
            classes,
            choice,
        })
}

/// A law with these weights; if all are zero, the point mass on the first.
fn law(weights: &[u32]) -> Vec<BigRational> {
    let total: u32 = weights.iter().sum();
    let share = |(index, &weight): (usize, &u32)| match total {
        0 => BigRational::from_integer(u32::from(index == 0).into()),
        _ => BigRational::new(weight.into(), total.into()),
    };
    weights.iter().enumerate().map(share).collect()
}

/// The rows of the matrix whose columns are these laws.
fn rows(columns: &[Vec<BigRational>]) -> Vec<Vec<BigRational>> {
    let height = columns.first().map_or(0, Vec::len);
    Matrix::from_columns(height, columns).to_rows()
}

impl Weights {
    fn initial(&self) -> Vec<u32> {
        self.initial[..self.states].to_vec()
    }

    fn transition_column(&self, current: usize) -> Vec<u32> {
        (0..self.states).map(|next| self.transition[next * LARGEST + current]).collect()
    }

    fn emission_column(&self, state: usize, tokens: usize) -> Vec<u32> {
        (0..tokens).map(|token| self.emission[token * LARGEST + state]).collect()
    }

    fn task(&self) -> Task {
        let row = |class: usize| {
            let weights = &self.task[class * LARGEST..class * LARGEST + self.states];
            weights.iter().map(|&weight| BigRational::from_integer(weight.into())).collect()
        };
        Task::classes((0..self.classes).map(row).collect()).unwrap_or_else(|_| Task::binary(row(0)))
    }

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

    fn model(&self, initial: &[u32], transition: &[Vec<u32>], emission: &[Vec<BigRational>]) -> Model {
        self.model_with(initial, transition, emission, self.task())
    }

    fn model_with(
        &self,
        initial: &[u32],
        transition: &[Vec<u32>],
        emission: &[Vec<BigRational>],
        task: Task,
    ) -> Model {
        let transition: Vec<_> = transition.iter().map(|column| law(column)).collect();
        let hmm =
            Hmm::new(law(initial), rows(&transition), rows(emission)).expect("normalised weights are laws");
        Model::new("generated", hmm, Some(task), Names::default()).expect("the task fits the states")
    }

    fn plant(&self, broken: Break) -> Model {
        let n = self.states;
        let mut initial: Vec<u32> = self.initial().iter().map(|weight| weight + 1).collect();
        if broken == Break::FullSupport {
            initial[self.choice % n] = 0;
        }
        let transition: Vec<_> = (0..n).map(|current| self.planted_column(current, broken)).collect();
        let tokens = self.tokens.max(n);
        let mut emission: Vec<_> = (0..n).map(|state| law(&self.dominant_column(state, tokens))).collect();
        if broken == Break::Independence {
            let mean = |x: &BigRational, y: &BigRational| (x + y) / BigRational::from_integer(2.into());
            let (first, second) = (self.choice % (n - 1), n - 2);
            emission[n - 1] =
                emission[first].iter().zip(&emission[second]).map(|(x, y)| mean(x, y)).collect();
        }
        self.model(&initial, &transition, &emission)
    }

    /// A column of `A`: as drawn with a cycle through all states and a loop at state 0, or broken.
    fn planted_column(&self, current: usize, broken: Break) -> Vec<u32> {
        let n = self.states;
        let mut column = self.transition_column(current);
        match broken {
            Break::Aperiodicity => {
                let period = 2 + self.choice % (n - 1);
                for (next, weight) in column.iter_mut().enumerate() {
                    let follows = next % period == (current % period + 1) % period;
                    *weight = if follows { *weight + 1 } else { 0 };
                }
            }
            Break::Irreducibility => {
                let closed = 1 + self.choice % (n - 1);
                if current < closed {
                    column[closed..].fill(0);
                }
                column[0] += 1;
            }
            Break::Nothing | Break::Independence | Break::FullSupport => {
                column[(current + 1) % n] += 1;
                column[0] += u32::from(current == 0);
            }
        }
        column
    }

    /// A column of `W` whose entry at the state's own token outweighs all others: such columns are independent.
    fn dominant_column(&self, state: usize, tokens: usize) -> Vec<u32> {
        let mut column = self.emission_column(state, tokens);
        column[state] += 1 + column.iter().sum::<u32>();
        column
    }
}

/// Models with 1 to 5 states (2 to 5 if something is broken) on which the hypotheses of Theorem 3.3 hold,
/// but for the one to be broken. Each has a task, binary or with 2 or 3 classes.
pub fn planted(broken: Break) -> impl Strategy<Value = Model> {
    weights(if broken == Break::Nothing { 1 } else { 2 }).prop_map(move |weights| weights.plant(broken))
}

/// Models with 2 to 5 states on which Assumption 3.2 holds, and 3.5 unless there is an obstacle; the task is binary where there is.
pub fn prompted(obstacle: Obstacle) -> impl Strategy<Value = Model> {
    weights(2).prop_map(move |weights| weights.plant_obstacle(obstacle))
}

/// Any valid models with 1 to 5 states and tokens, zeros included, each with a task.
pub fn model() -> impl Strategy<Value = Model> {
    weights(1).prop_map(|weights| {
        let transition: Vec<_> =
            (0..weights.states).map(|current| weights.transition_column(current)).collect();
        let column = |state: usize| law(&weights.emission_column(state, weights.tokens));
        let emission: Vec<_> = (0..weights.states).map(column).collect();
        weights.model(&weights.initial(), &transition, &emission)
    })
}

/// Sequences of 1 to `longest` tokens; [`tokens`] makes them fit a vocabulary.
pub fn words(longest: usize) -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 1..=longest)
}

/// A sequence over the vocabulary of a model.
pub fn tokens(hmm: &Hmm, word: &[Index]) -> Vec<Option<Token>> {
    word.iter().map(|index| Some(Token(index.index(hmm.tokens())))).collect()
}
