//! How often can some linear head have a task's labels? Random models of 2 to 6 states whose emission matrix is degenerate.
//!
//! `cargo run --release --example planted_models [COUNT [SEED]]` answers the question of
//! [`recoverable::question::labels`] for each model and counts the answers.

use std::collections::BTreeMap;

use num_rational::BigRational;
use recoverable::{
    linear::Matrix,
    model::{Hmm, Model, Names, Task},
    question::{labels, linear_head},
};

/// A linear congruential generator: the same models on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// A law with weights up to `largest`, a third of them 0 if `sparse`.
    fn law(&mut self, length: usize, sparse: bool, largest: usize) -> Vec<BigRational> {
        loop {
            let weight = |random: &mut Self| {
                if sparse && random.below(3) == 0 { 0 } else { 1 + random.below(largest) }
            };
            let weights: Vec<usize> = (0..length).map(|_| weight(self)).collect();
            let total: usize = weights.iter().sum();
            if total > 0 {
                return weights.iter().map(|&weight| BigRational::new(weight.into(), total.into())).collect();
            }
        }
    }

    /// Fewer tokens than states, or columns of `W` that are copies or mixtures of others.
    fn model(&mut self) -> Model {
        let n = 2 + self.below(5);
        let (sparse, largest) = (self.below(3) == 0, [2, 5, 20, 500][self.below(4)]);
        let narrow = self.below(4) == 0;
        let k = if narrow { 1 + self.below(n) } else { 2 + self.below(4) };
        let initial = self.law(n, sparse, largest);
        let transition: Vec<_> = (0..n).map(|_| self.law(n, sparse, largest)).collect();
        let mut emission: Vec<_> = (0..n).map(|_| self.law(k, sparse, largest)).collect();
        if !narrow {
            let planted = 1 + self.below(n - 1);
            for column in n - planted..n {
                let (a, b, share) = (self.below(column), self.below(column), self.below(5));
                let share = BigRational::new(share.into(), 5.into());
                let mixed = emission[a].iter().zip(&emission[b]).map(|(x, y)| x + (y - x) * &share);
                emission[column] = mixed.collect();
            }
        }
        let classes = if self.below(5) == 0 { 3 } else { 1 };
        let row = |random: &mut Self| -> Vec<BigRational> {
            (0..n).map(|_| BigRational::from_integer((random.below(9) as i64 - 4).into())).collect()
        };
        let rows: Vec<_> = (0..classes).map(|_| row(self)).collect();
        let task = if classes == 1 { Ok(Task::binary(rows[0].clone())) } else { Task::classes(rows) };
        let rows = |height: usize, columns: &[Vec<BigRational>]| {
            Matrix::from_fn(height, n, |row, column| columns[column][row].clone()).to_rows()
        };
        let hmm = Hmm::new(initial, rows(n, &transition), rows(k, &emission)).expect("laws");
        Model::new("planted", hmm, task.ok(), Names::default()).expect("a task over the states")
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let (count, seed) = (numbers.next().unwrap_or(1000), numbers.next().unwrap_or(0));
    let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
    for index in 0..count {
        let mut random = Random(seed * 1_000_003 + index * 7919 + 1);
        random.below(2);
        let model = random.model();
        let heads = linear_head::decide(&model);
        let answer = labels::decide(&model, heads.proportional.as_ref()).expect("a task");
        *answers.entry(answer.word()).or_default() += 1;
    }
    for (answer, models) in answers {
        println!("{answer:13} {models}");
    }
}
