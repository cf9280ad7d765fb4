//! Models with memory.

use num_rational::BigRational;
use proptest::{collection::vec, prelude::*};

use super::{law, rows};
use crate::model::{Cell, MemoryHmm, MemoryModel, MemoryPrior, MemoryTask, Names, Shape, Task};

/// The largest numbers of values, cells and syntax states.
const VALUES: usize = 3;
const CELLS: usize = 3;
const SYNTAX: usize = 2;

/// The largest number of hidden states, and of tokens: one for each value at each planted state, and two for all others.
const STATES: usize = CELLS * SYNTAX;
const TOKENS: usize = VALUES * SYNTAX + 2;

/// Which hypothesis of Theorems 4.3 and 4.6 is to fail, all others holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// None: both theorems apply.
    Nothing,
    /// Assumption 3.2: the chain falls into two parts.
    Reducible,
    /// Assumption 3.2: the chain goes round in a circle.
    Periodic,
    /// Assumption 4.4: the chain does not start from its stationary law.
    Drifting,
    /// Assumption 4.2 and not 4.5: a value that the task gives no weight looks like another one, wherever the task's cell is addressed.
    Alike,
    /// Assumption 4.5, and so 4.2: two values that the task weighs look alike.
    WeighedAlike,
}

/// All kinds of [`Flaw`].
pub const FLAWS: [Flaw; 6] =
    [Flaw::Nothing, Flaw::Reducible, Flaw::Periodic, Flaw::Drifting, Flaw::Alike, Flaw::WeighedAlike];

/// Small integers from which a model with memory is built.
#[derive(Clone, Debug)]
struct Weights {
    shape: Shape,
    cell: usize,
    flow: Vec<u32>,
    initial: Vec<u32>,
    prior: Vec<u32>,
    joint: bool,
    emission: Vec<u32>,
    mixture: Vec<usize>,
    task: Vec<i64>,
    classes: usize,
    choice: usize,
}

fn weights(flaw: Flaw) -> impl Strategy<Value = Weights> {
    let entries = |count: usize| vec(prop_oneof![2 => Just(0_u32), 1 => 1_u32..=4], count);
    let syntax = if flaw == Flaw::Nothing { 1..=SYNTAX } else { 2..=SYNTAX };
    (
        (2..=VALUES, 1..=CELLS, syntax, 0..CELLS),
        (entries(STATES * STATES), entries(STATES), entries(VALUES.pow(3)), any::<bool>()),
        (entries(VALUES * STATES * TOKENS), vec(0_usize..3, VALUES * STATES)),
        (vec(-3_i64..=3, VALUES * VALUES), 1_usize..=3, 0..STATES),
    )
        .prop_map(|(shape, chain, emission, task)| Weights {
            shape: Shape { values: shape.0, cells: shape.1, syntax: shape.2 },
            cell: shape.3 % shape.1,
            flow: chain.0,
            initial: chain.1,
            prior: chain.2,
            joint: chain.3,
            emission: emission.0,
            mixture: emission.1,
            task: task.0,
            classes: task.1,
            choice: task.2,
        })
}

impl Weights {
    /// How much flows along each step, `[from][to]`: as much enters each state as leaves it, so that the chain is stationary at what enters. There
    /// is a loop at state 0, a way round through all states, and as much back as forth along every other step.
    fn circulation(&self, flaw: Flaw) -> Vec<Vec<u32>> {
        let n = self.shape.states();
        let parts = match flaw {
            Flaw::Reducible => vec![0..1 + self.choice % (n - 1), 1 + self.choice % (n - 1)..n],
            _ => vec![0..n; 1],
        };
        let mut flow = vec![vec![0; n]; n];
        for part in parts {
            for from in part.clone() {
                let next = if from + 1 == part.end { part.start } else { from + 1 };
                flow[from][next] += 1;
                for to in (part.start..=from).filter(|_| flaw != Flaw::Periodic) {
                    let weight = self.flow[from * STATES + to];
                    flow[from][to] += weight;
                    flow[to][from] += if from == to { 0 } else { weight };
                }
            }
        }
        flow[0][0] += u32::from(flaw != Flaw::Periodic);
        flow
    }

    /// The syntax states of the task's cell that are planted are the first ones.
    fn planted(&self) -> usize {
        1 + self.choice % self.shape.syntax
    }

    /// Weights of the column with this number, whose entry at its own token outweighs all others: such columns are independent.
    fn dominant(&self, number: usize, tokens: usize) -> Vec<BigRational> {
        let mut column = self.emission[number * TOKENS..number * TOKENS + tokens].to_vec();
        column[number] += 1 + column.iter().sum::<u32>();
        law(&column)
    }

    /// The columns of the planted states come first among the independent ones; all other columns are one of the last two, or their mean.
    fn emission(&self, flaw: Flaw) -> Vec<Vec<BigRational>> {
        let Shape { values, syntax, .. } = self.shape;
        let (n, blocks) = (self.shape.states(), values * self.planted());
        let tokens = blocks + 2;
        let others = [self.dominant(blocks, tokens), self.dominant(blocks + 1, tokens)];
        let half = BigRational::new(1.into(), 2.into());
        let mean: Vec<_> = others[0].iter().zip(&others[1]).map(|(x, y)| (x + y) * &half).collect();
        let column = |at: usize| {
            let (value, h) = (self.looks_like(at / n, at % n, flaw), at % n);
            if h / syntax == self.cell && h % syntax < self.planted() {
                return self.dominant(h % syntax * values + value, tokens);
            }
            let mixture = self.mixture[value * STATES + h];
            others.get(mixture).unwrap_or(&mean).clone()
        };
        rows(&(0..values * n).map(column).collect::<Vec<_>>())
    }

    /// The value whose column stands for this one's.
    fn looks_like(&self, value: usize, h: usize, flaw: Flaw) -> usize {
        let alike = matches!(flaw, Flaw::Alike | Flaw::WeighedAlike);
        let [copy, of] = self.pair();
        if alike && h / self.shape.syntax == self.cell && value == copy { of } else { value }
    }

    /// Two values that may look alike.
    fn pair(&self) -> [usize; 2] {
        let copy = self.choice % self.shape.values;
        [copy, (copy + 1) % self.shape.values]
    }

    fn prior(&self) -> MemoryPrior {
        let Shape { values, cells, .. } = self.shape;
        if !self.joint {
            let of_cell = |cell: usize| law(&self.prior[cell * VALUES..cell * VALUES + values]);
            return MemoryPrior::product((0..cells).map(of_cell).collect());
        }
        let memories = values.pow(u32::try_from(cells).unwrap_or_default());
        let memory =
            |number: usize| (0..cells).rev().map(|cell| number / values.pow(cell as u32) % values).collect();
        let laws = law(&self.prior[..memories]);
        MemoryPrior::joint((0..memories).map(memory).zip(laws).collect())
    }

    /// Binary, or with 2 or 3 classes; the weights of the pair fit the flaw.
    fn task(&self, flaw: Flaw) -> MemoryTask {
        let values = self.shape.values;
        let row = |class: usize| self.task[class * VALUES..class * VALUES + values].to_vec();
        let mut rows: Vec<Vec<i64>> = (0..self.classes).map(row).collect();
        let [copy, of] = self.pair();
        let weighed = match flaw {
            Flaw::WeighedAlike => vec![copy, of],
            Flaw::Alike => vec![of],
            Flaw::Nothing | Flaw::Reducible | Flaw::Periodic | Flaw::Drifting => Vec::new(),
        };
        if flaw == Flaw::Alike {
            rows.iter_mut().for_each(|row| row[copy] = 0);
        }
        for value in weighed {
            let others: Vec<_> = rows[..self.classes - 1].iter().map(|row| row[value]).collect();
            let last = &mut rows[self.classes - 1][value];
            *last = others.first().map_or(1 + last.abs(), |first| first + 1);
        }
        let exact =
            |row: Vec<i64>| row.into_iter().map(|weight| BigRational::from_integer(weight.into())).collect();
        let rows: Vec<Vec<_>> = rows.into_iter().map(exact).collect();
        let task = Task::classes(rows.clone()).unwrap_or_else(|_| Task::binary(rows[0].clone()));
        MemoryTask { cell: Cell(self.cell), task }
    }

    fn plant(&self, flaw: Flaw) -> MemoryModel {
        let flow = self.circulation(flaw);
        let n = self.shape.states();
        let mut initial: Vec<u32> = (0..n).map(|to| flow.iter().map(|from| from[to]).sum()).collect();
        initial[self.choice % n] += u32::from(flaw == Flaw::Drifting);
        let transition: Vec<_> = flow.iter().map(|column| law(column)).collect();
        self.model(&initial, &transition, self.emission(flaw), flaw)
    }

    fn model(
        &self,
        initial: &[u32],
        transition: &[Vec<BigRational>],
        emission: Vec<Vec<BigRational>>,
        flaw: Flaw,
    ) -> MemoryModel {
        let memory = MemoryHmm::new(self.shape, law(initial), rows(transition), emission, self.prior());
        let memory = memory.expect("normalised weights are laws");
        MemoryModel::new("generated", memory, Some(self.task(flaw)), Names::default())
            .expect("the task fits the cells")
    }
}

/// Models with 1 to 3 cells of 2 or 3 values and 1 or 2 syntax states, whose prior is a product or joint, on which all of Assumptions 3.2, 4.2, 4.4
/// and 4.5 hold but for the [`Flaw`]. Each has a task, binary or with 2 or 3 classes.
///
/// ```
/// use proptest::prelude::*;
/// use recoverable::{assert_not_applicable, assert_proved, strategies::{Flaw, remembering}, testing::Statement};
/// proptest!(ProptestConfig::with_cases(4), |(model in remembering(Flaw::Nothing), drifting in remembering(Flaw::Drifting))| {
///     assert_proved!(Statement::Theorem46, &model);
///     assert_not_applicable!(Statement::Theorem46, &drifting, Statement::Assumption44);
/// });
/// ```
pub fn remembering(flaw: Flaw) -> impl Strategy<Value = MemoryModel> {
    weights(flaw).prop_map(move |weights| weights.plant(flaw))
}

/// Any valid models with memory with 1 to 3 cells of 2 or 3 values and 1 or 2 syntax states, zeros included, each with a task.
pub fn memory_model() -> impl Strategy<Value = MemoryModel> {
    (weights(Flaw::Nothing), 1..=TOKENS).prop_map(|(weights, tokens)| {
        let n = weights.shape.states();
        let step = |from: usize| law(&weights.flow[from * STATES..from * STATES + n]);
        let column = |at: usize| law(&weights.emission[at * TOKENS..at * TOKENS + tokens]);
        let transition: Vec<_> = (0..n).map(step).collect();
        let emission: Vec<_> = (0..weights.shape.columns()).map(column).collect();
        weights.model(&weights.initial[..n], &transition, rows(&emission), Flaw::Nothing)
    })
}
