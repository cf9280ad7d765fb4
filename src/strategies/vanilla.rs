//! Models without memory, and tasks that tie.

use num_rational::BigRational;
use num_traits::Zero;
use proptest::{collection::vec, prelude::*, sample::Index};

use super::{LARGEST, law, rows};
use crate::{
    model::{Hmm, Model, Names, Task, Token},
    oracle::Exact,
};

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
pub(super) struct Weights {
    pub(super) states: usize,
    pub(super) tokens: usize,
    initial: Vec<u32>,
    transition: Vec<u32>,
    emission: Vec<u32>,
    pub(super) task: Vec<i64>,
    classes: usize,
    pub(super) choice: usize,
}

pub(super) fn weights(fewest_states: usize) -> impl Strategy<Value = Weights> {
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

impl Weights {
    pub(super) fn initial(&self) -> Vec<u32> {
        self.initial[..self.states].to_vec()
    }

    pub(super) fn transition_column(&self, current: usize) -> Vec<u32> {
        (0..self.states).map(|next| self.transition[next * LARGEST + current]).collect()
    }

    pub(super) fn emission_column(&self, state: usize, tokens: usize) -> Vec<u32> {
        (0..tokens).map(|token| self.emission[token * LARGEST + state]).collect()
    }

    pub(super) fn task(&self) -> Task {
        let row = |class: usize| {
            let weights = &self.task[class * LARGEST..class * LARGEST + self.states];
            weights.iter().map(|&weight| BigRational::from_integer(weight.into())).collect()
        };
        Task::classes((0..self.classes).map(row).collect()).unwrap_or_else(|_| Task::binary(row(0)))
    }

    fn model(&self, initial: &[u32], transition: &[Vec<u32>], emission: &[Vec<BigRational>]) -> Model {
        self.model_with(initial, transition, emission, self.task())
    }

    pub(super) fn model_with(
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
    pub(super) fn dominant_column(&self, state: usize, tokens: usize) -> Vec<u32> {
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

/// A model and a possible input of 1 to `longest` tokens on which the scores of its task tie exactly: the score of a binary task is 0, or the
/// scores of both classes are equal. The hypotheses of Theorem 3.3 hold.
///
/// ```
/// use proptest::prelude::*;
/// use recoverable::{oracle::Exact, strategies::tied};
/// proptest!(ProptestConfig::with_cases(8), |((model, input) in tied(3))| {
///     let (task, oracle) = (model.task().unwrap(), Exact::new(model.hmm()));
///     let label = if task.scores().len() == 1 { 1 } else { 0 };
///     prop_assert_eq!(oracle.label(task, &input).unwrap(), label);
/// });
/// ```
pub fn tied(longest: usize) -> impl Strategy<Value = (Model, Vec<Option<Token>>)> {
    (weights(1), vec(any::<Index>(), 1..=longest)).prop_map(|(weights, word)| {
        let model = weights.plant(Break::Nothing);
        let input = possible(model.hmm(), &word);
        let posterior = Exact::new(model.hmm()).posterior(&input).expect("a possible input");
        let task = weights.tie(&posterior);
        let tied = Model::new("tied", model.hmm().clone(), Some(task), Names::default());
        (tied.expect("the task fits the states"), input)
    })
}

/// A possible input: what is emitted along a path of positive probability.
fn possible(hmm: &Hmm, word: &[Index]) -> Vec<Option<Token>> {
    let pick = |index: &Index, law: Vec<&BigRational>| {
        let positive: Vec<_> = (0..law.len()).filter(|&at| !law[at].is_zero()).collect();
        positive[index.index(positive.len())]
    };
    let mut state = pick(&word[0], hmm.initial().iter().collect());
    let step = |index| {
        state = pick(index, hmm.transition().column(state).collect());
        Some(Token(pick(index, hmm.emission().column(state).collect())))
    };
    word.iter().map(step).collect()
}

impl Weights {
    /// A task whose scores tie at a posterior: `μ` is corrected at one state, and is a single row or the difference of two.
    fn tie(&self, posterior: &[BigRational]) -> Task {
        let integer = |weight: i64| BigRational::from_integer(weight.into());
        let mut mu: Vec<_> = self.task[..self.states].iter().map(|&weight| integer(weight)).collect();
        let likely: Vec<_> = (0..self.states).filter(|&h| !posterior[h].is_zero()).collect();
        let corrected = likely[self.choice % likely.len()];
        let others = mu.iter().zip(posterior).enumerate().filter(|(h, _)| *h != corrected);
        let score: BigRational = others.map(|(_, (weight, p))| weight * p).sum();
        mu[corrected] = -score / &posterior[corrected];
        if self.classes == 1 {
            return Task::binary(mu);
        }
        let first: Vec<_> = self.task[LARGEST..LARGEST + self.states].iter().map(|&w| integer(w)).collect();
        let second = first.iter().zip(&mu).map(|(x, y)| x + y).collect();
        Task::classes(vec![first, second]).expect("two rows")
    }
}
