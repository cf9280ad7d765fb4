//! Strategies for [`proptest`](https://docs.rs/proptest): models that *plant* the answer.
//!
//! [`planted`] makes models on which every hypothesis of Theorem 3.3 holds, or exactly one fails;
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

    fn model(&self, initial: &[u32], transition: &[Vec<u32>], emission: &[Vec<BigRational>]) -> Model {
        let transition: Vec<_> = transition.iter().map(|column| law(column)).collect();
        let hmm =
            Hmm::new(law(initial), rows(&transition), rows(emission)).expect("normalised weights are laws");
        Model::new("generated", hmm, Some(self.task()), Names::default()).expect("the task fits the states")
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
