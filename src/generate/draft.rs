//! Models as small whole weights, which can be planted, mutated and made smaller.
//!
//! A [`Draft`] has a nonnegative whole weight in the place of every probability. [`build`](Draft::build) divides each law by its sum, so that whatever
//! is done to the weights, what comes out is a model or, where a law has no weight left, nothing. A *change* makes a draft smaller
//! ([`smaller`](Draft::smaller): fewer states, tokens, values or cells, then smaller weights); [`shrink`] goes on with changes as long as a property stays.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::Random;
use crate::{
    linear::{Fractions, Matrix},
    model::{
        AnyModel, Cell, Hmm, MemoryHmm, MemoryModel, MemoryPrior, MemoryTask, Model, Names, Shape, Task,
    },
};

/// The largest weight that is drawn.
const LARGEST: usize = 9;

/// A model as whole weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// One for each hidden state. Not looked at where the start is stationary.
    pub initial: Vec<u32>,
    /// Whether the start law is the stationary one, whatever `initial` says.
    pub stationary: bool,
    /// `transition[current][next]`
    pub transition: Vec<Vec<u32>>,
    /// `emission[column][token]`, with a column for each state, or each value and state.
    pub emission: Vec<Vec<u32>>,
    /// `μ`, or a row for each of several classes.
    pub task: Vec<Vec<i32>>,
    /// What a model with memory has beside these.
    pub memory: Option<MemoryDraft>,
}

/// The memory of a draft; the task is about its first cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryDraft {
    /// Values, cells, syntax states.
    pub shape: Shape,
    /// `prior[cell][value]`
    pub prior: Vec<Vec<u32>>,
}

impl Random {
    /// A weight from 1 to 9, most of them small; 0 with the probability `zeros` in 10.
    pub fn weight(&mut self, zeros: usize) -> u32 {
        if self.below(10) < zeros {
            return 0;
        }
        let drawn = 1 + self.below(LARGEST).min(self.below(LARGEST));
        u32::try_from(drawn).unwrap_or(1)
    }

    /// So many weights, at least one of them not 0.
    pub fn weights(&mut self, length: usize, zeros: usize) -> Vec<u32> {
        let mut weights: Vec<u32> = (0..length).map(|_| self.weight(zeros)).collect();
        if weights.iter().all(|&weight| weight == 0) {
            weights[self.below(length)] = 1;
        }
        weights
    }

    /// A row of task weights from −5 to 5, not all 0.
    pub fn task_row(&mut self, length: usize) -> Vec<i32> {
        let mut row: Vec<i32> = (0..length).map(|_| i32::try_from(self.below(11)).unwrap_or(0) - 5).collect();
        if row.iter().all(|&weight| weight == 0) {
            row[self.below(length)] = 1;
        }
        row
    }
}

impl Draft {
    /// Any model without memory: of ten weights, `zeros` are 0 on average.
    pub fn vanilla(random: &mut Random, states: usize, tokens: usize, zeros: usize) -> Self {
        Self {
            initial: random.weights(states, zeros),
            stationary: false,
            transition: (0..states).map(|_| random.weights(states, zeros)).collect(),
            emission: (0..states).map(|_| random.weights(tokens, zeros)).collect(),
            task: vec![random.task_row(states)],
            memory: None,
        }
    }

    /// Any model with memory.
    pub fn with_memory(random: &mut Random, shape: Shape, tokens: usize, zeros: usize) -> Self {
        let states = shape.states();
        Self {
            initial: random.weights(states, zeros),
            stationary: false,
            transition: (0..states).map(|_| random.weights(states, zeros)).collect(),
            emission: (0..shape.columns()).map(|_| random.weights(tokens, zeros)).collect(),
            task: vec![random.task_row(shape.values)],
            memory: Some(MemoryDraft {
                shape,
                prior: (0..shape.cells).map(|_| random.weights(shape.values, zeros / 2)).collect(),
            }),
        }
    }

    /// `n`, the number of hidden states.
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// `k`, the number of tokens.
    pub fn tokens(&self) -> usize {
        self.emission.first().map_or(0, Vec::len)
    }

    /// The model with these weights; `None` if a law has no weight, or the stationary law is not unique.
    pub fn build(&self, name: &str) -> Option<AnyModel> {
        let transition = rows(&self.transition)?;
        let emission = rows(&self.emission)?;
        let initial = if self.stationary { stationary_law(&transition)? } else { law(&self.initial)? };
        let task = self.built_task()?;
        let names = Names::default();
        match &self.memory {
            None => {
                let hmm = Hmm::new(initial, transition, emission).ok()?;
                Model::new(name, hmm, Some(task), names).ok().map(AnyModel::Hmm)
            }
            Some(MemoryDraft { shape, prior }) => {
                let prior =
                    MemoryPrior::product(prior.iter().map(|weights| law(weights)).collect::<Option<_>>()?);
                let memory = MemoryHmm::new(*shape, initial, transition, emission, prior).ok()?;
                let task = MemoryTask { cell: Cell(0), task };
                MemoryModel::new(name, memory, Some(task), names).ok().map(AnyModel::Memory)
            }
        }
    }

    fn built_task(&self) -> Option<Task> {
        let weight = |&weight: &i32| BigRational::from_integer(weight.into());
        let mut rows: Vec<Vec<_>> = self.task.iter().map(|row| row.iter().map(weight).collect()).collect();
        if rows.len() == 1 { rows.pop().map(Task::binary) } else { Task::classes(rows).ok() }
    }

    /// One random change of one weight, or of a whole law.
    pub fn mutate(&mut self, random: &mut Random) {
        let zeros = 3;
        let (n, k) = (self.states(), self.tokens());
        match random.below(6) {
            0 => self.initial[random.below(n)] = random.weight(zeros),
            1 => self.transition[random.below(n)][random.below(n)] = random.weight(zeros + 2),
            2 => {
                let column = random.below(self.emission.len());
                self.emission[column][random.below(k)] = random.weight(zeros);
            }
            3 => {
                let values = self.task[0].len();
                let row = random.below(self.task.len());
                self.task[row] = random.task_row(values);
            }
            4 => self.transition[random.below(n)] = random.weights(n, zeros + 2),
            _ => {
                let column = random.below(self.emission.len());
                self.emission[column] = random.weights(k, zeros);
            }
        }
    }

    /// Every draft that is smaller by one change, the largest changes first.
    pub fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        match &self.memory {
            None => found.extend((0..self.states()).filter_map(|state| self.without_state(state))),
            Some(memory) => {
                let Shape { values, cells, syntax } = memory.shape;
                found.extend((1..cells).filter_map(|cell| self.without_cell(cell)));
                found.extend((0..syntax).filter_map(|s| self.without_syntax(s)));
                found.extend((0..values).filter_map(|value| self.without_value(value)));
            }
        }
        found.extend((0..self.tokens()).filter_map(|token| self.without_token(token)));
        found.extend((0..self.task.len()).filter_map(|row| self.without_class(row)));
        let entries = self.clone().weights_mut().len();
        for smaller in [|_: u32| 0, |_| 1, |weight| weight / 2, |weight: u32| weight.saturating_sub(1)] {
            found.extend((0..entries).filter_map(|entry| self.with_weight(entry, smaller)));
        }
        for smaller in [|_: i32| 0, i32::signum, |weight| weight / 2, |weight: i32| weight - weight.signum()]
        {
            for row in 0..self.task.len() {
                for at in 0..self.task[row].len() {
                    let (old, mut draft) = (self.task[row][at], self.clone());
                    draft.task[row][at] = smaller(old);
                    if smaller(old) != old {
                        found.push(draft);
                    }
                }
            }
        }
        found
    }

    /// All weights but those of the task, in a fixed order.
    fn weights_mut(&mut self) -> Vec<&mut u32> {
        let prior = self.memory.iter_mut().flat_map(|memory| memory.prior.iter_mut().flatten());
        let initial = self.initial.iter_mut().filter(|_| !self.stationary);
        let matrices = self.transition.iter_mut().chain(&mut self.emission).flatten();
        initial.chain(matrices).chain(prior).collect()
    }

    fn with_weight(&self, entry: usize, smaller: fn(u32) -> u32) -> Option<Self> {
        let mut draft = self.clone();
        let mut weights = draft.weights_mut();
        let old = *weights[entry];
        *weights[entry] = smaller(old);
        (smaller(old) < old).then_some(draft)
    }

    fn without_state(&self, state: usize) -> Option<Self> {
        let mut draft = self.clone();
        draft.drop_states(&[state])?;
        draft.emission.remove(state);
        draft.task.iter_mut().for_each(|row| {
            row.remove(state);
        });
        Some(draft)
    }

    /// Leaves out hidden states of the chain, listed in ascending order.
    fn drop_states(&mut self, states: &[usize]) -> Option<()> {
        if self.states() <= states.len() {
            return None;
        }
        for &state in states.iter().rev() {
            self.initial.remove(state);
            self.transition.remove(state);
            self.transition.iter_mut().for_each(|column| {
                column.remove(state);
            });
        }
        Some(())
    }

    fn without_token(&self, token: usize) -> Option<Self> {
        let mut draft = self.clone();
        draft.emission.iter_mut().for_each(|column| {
            column.remove(token);
        });
        (self.tokens() > 1).then_some(draft)
    }

    fn without_class(&self, row: usize) -> Option<Self> {
        let mut draft = self.clone();
        draft.task.remove(row);
        (self.task.len() > 1).then_some(draft)
    }

    /// The columns of the emissions for which a property of `(value, state)` holds.
    fn keep_columns(&mut self, shape: Shape, keep: impl Fn(usize, usize) -> bool) {
        let n = shape.states();
        let mut at = 0;
        self.emission.retain(|_| {
            at += 1;
            keep((at - 1) / n, (at - 1) % n)
        });
    }

    fn without_syntax(&self, syntax: usize) -> Option<Self> {
        let shape = self.memory.as_ref()?.shape;
        let mut draft = self.clone();
        let dropped: Vec<usize> = (0..shape.states()).filter(|h| h % shape.syntax == syntax).collect();
        draft.drop_states(&dropped)?;
        draft.keep_columns(shape, |_, h| h % shape.syntax != syntax);
        draft.memory.as_mut()?.shape.syntax -= 1;
        Some(draft)
    }

    fn without_cell(&self, cell: usize) -> Option<Self> {
        let shape = self.memory.as_ref()?.shape;
        let mut draft = self.clone();
        let dropped: Vec<usize> = (0..shape.states()).filter(|h| h / shape.syntax == cell).collect();
        draft.drop_states(&dropped)?;
        draft.keep_columns(shape, |_, h| h / shape.syntax != cell);
        let memory = draft.memory.as_mut()?;
        memory.shape.cells -= 1;
        memory.prior.remove(cell);
        Some(draft)
    }

    fn without_value(&self, value: usize) -> Option<Self> {
        let shape = self.memory.as_ref()?.shape;
        let mut draft = self.clone();
        draft.keep_columns(shape, |c, _| c != value);
        draft.task.iter_mut().for_each(|row| {
            row.remove(value);
        });
        let memory = draft.memory.as_mut()?;
        memory.shape.values -= 1;
        memory.prior.iter_mut().for_each(|law| {
            law.remove(value);
        });
        (shape.values > 1).then_some(draft)
    }
}

/// Makes a draft smaller, one change after the other, as long as the property stays; asks for it at most so many times. Returns what is left, and how
/// often the property was asked for.
pub fn shrink(mut draft: Draft, most: usize, mut keep: impl FnMut(&Draft) -> bool) -> (Draft, usize) {
    let mut asked = 0;
    'changed: loop {
        for smaller in draft.smaller() {
            if asked == most {
                return (draft, asked);
            }
            asked += 1;
            if keep(&smaller) {
                draft = smaller;
                continue 'changed;
            }
        }
        return (draft, asked);
    }
}

/// The law with these weights.
fn law(weights: &[u32]) -> Option<Vec<BigRational>> {
    let total: u32 = weights.iter().sum();
    let share = |&weight: &u32| BigRational::new(weight.into(), total.into());
    (total > 0).then(|| weights.iter().map(share).collect())
}

/// The rows of the matrix with these columns.
fn rows(columns: &[Vec<u32>]) -> Option<Vec<Vec<BigRational>>> {
    let columns = columns.iter().map(|weights| law(weights)).collect::<Option<Vec<_>>>()?;
    Some(Matrix::from_columns(columns.first()?.len(), &columns).to_rows())
}

/// The law with `A π = π`, if there is exactly one.
fn stationary_law(transition: &[Vec<BigRational>]) -> Option<Vec<BigRational>> {
    let entry = |row: usize, column: usize| {
        let entry = transition[row][column].clone();
        if row == column { entry - BigRational::from_integer(1.into()) } else { entry }
    };
    let n = transition.len();
    let kernel = Fractions::new(&Matrix::from_fn(n, n, entry)).kernel()?.kernel;
    let [vector] = kernel.as_slice() else { return None };
    let total: BigInt = vector.iter().sum();
    let law: Vec<_> = vector.iter().map(|entry| BigRational::new(entry.clone(), total.clone())).collect();
    (!total.is_zero() && !law.iter().any(Signed::is_negative)).then_some(law)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Stream;

    #[test]
    fn every_change_is_a_model_or_nothing_and_makes_it_smaller() {
        let mut random = Random::new(1, Stream::Chain);
        let shape = Shape { values: 2, cells: 2, syntax: 2 };
        let drafts = [
            Draft::vanilla(&mut random, 4, 3, 3),
            Draft { stationary: true, ..Draft::vanilla(&mut random, 3, 3, 0) },
            Draft::with_memory(&mut random, shape, 4, 2),
        ];
        let size = |draft: &Draft| {
            let mut draft = draft.clone();
            let task: i32 = draft.task.iter().flatten().map(|weight| weight.abs() + 1).sum();
            let weights: u32 = draft.weights_mut().iter().map(|weight| **weight + 1).sum();
            (draft.emission.len() * draft.tokens(), weights, task)
        };
        for draft in drafts {
            assert!(draft.build("draft").is_some());
            let smaller = draft.smaller();
            assert!(smaller.len() > 20);
            for change in &smaller {
                let (old, new) = (size(&draft), size(change));
                assert!(new.0 < old.0 || new.1 < old.1 || new.2 < old.2, "{change:?}");
            }
            assert!(smaller.iter().filter(|change| change.build("draft").is_some()).count() > 10);
        }
    }

    /// A property that is about one weight leaves only that.
    #[test]
    fn shrinking_ends_with_the_smallest() {
        let draft = Draft::vanilla(&mut Random::new(3, Stream::Chain), 5, 5, 0);
        let (small, _) = shrink(draft, 10_000, |draft| draft.build("x").is_some() && draft.states() > 1);
        assert_eq!((small.states(), small.tokens()), (2, 1));
        assert_eq!(small.emission, [[1], [1]]);
        assert_eq!(small.initial.iter().sum::<u32>(), 1);
        assert_eq!(small.task, [[0, 0]]);
    }

    #[test]
    fn stationary_laws_are_solved_for() {
        let mut draft = Draft::vanilla(&mut Random::new(4, Stream::Chain), 3, 2, 0);
        draft.stationary = true;
        let Some(AnyModel::Hmm(model)) = draft.build("stationary") else { panic!("a positive chain") };
        assert_eq!(model.hmm().first_law(), model.hmm().initial());
    }
}
