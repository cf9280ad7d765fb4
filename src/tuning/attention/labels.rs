//! The labels of an attention head.
//!
//! | looked at in | which inputs |
//! |---|---|
//! | `f64` | all; known if the positions that might have the largest score all have values that give one label beyond doubt |
//! | a thousand binary digits ([`MemoryNear`]) | those that floats do not know, by the same rule: on a chain that is almost periodic, outputs differ far behind their last digit |
//! | integers | those that are not known even so, such as true ties |

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{AttentionExamples, inner};
use crate::{
    linear::Matrix,
    model::{AttentionHead, MemoryHmm, Task, Token},
    number::{Scalar, clear},
    oracle::{MemoryExact, MemoryNear, Outputs, largest},
};

/// The labels of an attention head: in `f64` as they come, or exactly.
#[derive(Clone, Debug)]
pub struct Labeller<'a> {
    memory: &'a MemoryHmm,
    task: &'a Task,
    /// `Θ_Kᵀ q`, and `q·β_i` of the first position and of the others, over one denominator.
    scores: Vec<BigInt>,
    offsets: [BigInt; 2],
    tables: Vec<Table>,
    float_scores: Vec<f64>,
    float_offsets: [f64; 2],
    /// `N_c[z]`, for each row of `b`.
    float_tables: Vec<Matrix<f64>>,
}

/// `N_c[z]` of one token, a row for each row of `b`, over one denominator.
#[derive(Clone, Debug)]
struct Table {
    rows: Vec<Vec<BigInt>>,
    denominator: BigInt,
}

/// An estimate with a bound on its error.
type Estimate<N> = (N, N);

impl<'a> Labeller<'a> {
    /// For a head on a model.
    ///
    /// # Panics
    /// If the head has other shapes than the model.
    pub fn new(memory: &'a MemoryHmm, task: &'a Task, head: &AttentionHead) -> Self {
        let product = |beta: &Vec<BigRational>| head.query.iter().zip(beta).map(|(q, b)| q * b).sum();
        let offsets: [BigRational; 2] = [&head.first_position, &head.other_positions].map(product);
        let exact: Vec<_> = head.score_functional().into_iter().chain(offsets).collect();
        let (mut scores, _) = clear(&exact);
        let [first, other] = [exact.len() - 2, exact.len() - 1];
        let float = |value: &BigRational| f64::common_scale(std::slice::from_ref(value)).0[0];
        let (values, emission) = (&head.values, memory.emission());
        let table = |b: &Vec<BigRational>| {
            Matrix::from_fn(emission.rows(), values.columns(), |z, token| {
                let terms = b.iter().enumerate().filter(|(_, b)| !b.is_zero());
                let terms = terms.map(|(column, b)| (b * &emission[(z, column)]) * &values[(column, token)]);
                terms.sum::<BigRational>()
            })
        };
        let tables: Vec<Matrix<BigRational>> = head.b.iter().map(table).collect();
        let of_token = |z: usize| {
            let (entries, denominator) = clear(tables.iter().flat_map(|table| table.row(z)));
            Table { rows: entries.chunks(values.columns()).map(<[_]>::to_vec).collect(), denominator }
        };
        Self {
            float_scores: exact[..first].iter().map(float).collect(),
            float_offsets: [float(&exact[first]), float(&exact[other])],
            float_tables: tables.iter().map(|table| table.map(float)).collect(),
            tables: (0..emission.rows()).map(of_token).collect(),
            offsets: [scores[first].clone(), scores[other].clone()],
            scores: scores.drain(..first).collect(),
            memory,
            task,
        }
    }

    /// How many labels of the examples the head has in `f64`: with the positions whose scores are largest as floats.
    pub fn estimate(&self, examples: &AttentionExamples) -> usize {
        let label = |word: usize| {
            let scores: Vec<f64> = self.scored(examples, word).into_iter().map(|(score, _)| score).collect();
            let largest = scores.iter().copied().fold(f64::MIN, f64::max);
            let attended = || examples.word(word).zip(&scores).filter(|(_, score)| **score >= largest);
            let value = |table: &Matrix<f64>| {
                attended().map(|((g, token), _)| inner(table.row(token.0), g)).sum::<f64>()
            };
            self.task.label(&self.float_tables.iter().map(value).collect::<Vec<_>>())
        };
        (0..examples.labels.len()).filter(|&word| label(word) == examples.labels[word]).count()
    }

    /// How many labels of the examples the head has, exactly, and how many inputs floats did not know the label of.
    ///
    /// # Panics
    /// If the examples are of another model.
    pub fn right(&self, examples: &AttentionExamples) -> (usize, usize) {
        let near = MemoryNear::new(self.memory).expect("as many states as the examples' model");
        let exact = MemoryExact::new(self.memory).expect("as many states as the examples' model");
        let (mut right, mut looked_at) = (0, 0);
        for (word, &expected) in examples.labels.iter().enumerate() {
            let label = self.certain(examples, word).unwrap_or_else(|| {
                looked_at += 1;
                let word = &examples.words[word];
                self.nearly(&near, word).unwrap_or_else(|| self.exactly(&exact, word))
            });
            right += usize::from(label == expected);
        }
        (right, looked_at)
    }

    /// The score at each position.
    fn scored(&self, examples: &AttentionExamples, word: usize) -> Vec<Estimate<f64>> {
        let error = self.error(examples);
        let score = |(position, (g, _)): (usize, (&[f64], Token))| {
            let offset = self.float_offsets[usize::from(position > 0)];
            let (score, bound) = estimate(&self.float_scores, g, error);
            (score + offset, bound + f64::EPSILON * (score.abs() + offset.abs()))
        };
        examples.word(word).enumerate().map(score).collect()
    }

    /// The relative error of a product with an output.
    fn error(&self, examples: &AttentionExamples) -> f64 {
        examples.outputs.relative_error + 2.0 * (self.scores.len() + 4) as f64 * f64::EPSILON
    }

    /// The label of an input, if floats know it.
    fn certain(&self, examples: &AttentionExamples, word: usize) -> Option<usize> {
        if !examples.outputs.reliable[word] {
            return None;
        }
        let error = self.error(examples);
        let positions: Vec<_> = examples.word(word).collect();
        self.agreed(&self.scored(examples, word), |position| {
            let (g, token) = positions[position];
            self.float_tables.iter().map(|table| estimate(table.row(token.0), g, error)).collect()
        })
    }

    /// The same in a thousand binary digits: everything is an integer over `2^PLACES` and the denominators of the head.
    fn nearly(&self, near: &MemoryNear, word: &[Token]) -> Option<usize> {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let outputs = near.near_outputs(&tokens).expect("a word of the vocabulary");
        let product = |row: &[BigInt], g: &[BigInt]| -> Estimate<BigInt> {
            (BigInt::dot(row.iter().zip(g)), row.iter().map(BigInt::abs).sum::<BigInt>() * 2)
        };
        let score = |(position, g): (usize, &Vec<BigInt>)| {
            let (score, bound) = product(&self.scores, g);
            (score + (&self.offsets[usize::from(position > 0)] << MemoryNear::PLACES), bound)
        };
        let scores: Vec<_> = outputs.iter().enumerate().map(score).collect();
        self.agreed(&scores, |position| {
            let table = &self.tables[word[position].0];
            table.rows.iter().map(|row| product(row, &outputs[position])).collect()
        })
    }

    /// The label that the values of all positions give which might have the largest score, if it is one and certain.
    fn agreed<N: Signed + PartialOrd + Clone>(
        &self,
        scores: &[Estimate<N>],
        values: impl Fn(usize) -> Vec<Estimate<N>>,
    ) -> Option<usize> {
        let least = scores.iter().map(|(score, bound)| score.clone() - bound.clone());
        let reached = least.reduce(|largest, score| if score > largest { score } else { largest })?;
        let mut label = None;
        for (position, (score, bound)) in scores.iter().enumerate() {
            if score.clone() + bound.clone() >= reached {
                let found = self.decided(&values(position))?;
                if *label.get_or_insert(found) != found {
                    return None;
                }
            }
        }
        label
    }

    /// The label of values with errors, if no other is as good beyond doubt.
    fn decided<N: Signed + PartialOrd + Clone>(&self, values: &[Estimate<N>]) -> Option<usize> {
        match self.task {
            Task::Binary(_) => largest(&[(N::zero(), N::zero()), values[0].clone()]),
            Task::Classes(_) => largest(values),
        }
    }

    /// The label of an input in exact arithmetic.
    ///
    /// # Panics
    /// If the word is empty or has a token that is not of the vocabulary.
    pub fn exactly(&self, exact: &MemoryExact, word: &[Token]) -> usize {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let outputs = exact.integer_outputs(&tokens).expect("a word of the vocabulary");
        // Of each position; an impossible one has zeros, which are zeros over 1 as well.
        let total = |g: &Vec<BigInt>| Some(g.iter().sum()).filter(|total: &BigInt| !total.is_zero());
        let totals: Vec<BigInt> = outputs.iter().map(|g| total(g).unwrap_or_else(BigInt::one)).collect();
        let score = |position: usize| {
            let offset = &self.offsets[usize::from(position > 0)] * &totals[position];
            BigInt::dot(self.scores.iter().zip(&outputs[position])) + offset
        };
        let scores: Vec<_> = (0..word.len()).map(score).collect();
        let above = |a: usize, b: usize| (&scores[a] * &totals[b]).cmp(&(&scores[b] * &totals[a]));
        let largest = (0..word.len()).max_by(|&a, &b| above(a, b)).expect("an input has a position");
        let attended: Vec<_> = (0..word.len()).filter(|&position| above(position, largest).is_eq()).collect();
        let table = |position: usize| &self.tables[word[position].0];
        let value = |position: usize, row: usize| {
            BigInt::dot(table(position).rows[row].iter().zip(&outputs[position]))
        };
        // Where all attended positions have the same strict sign or winner, so has their mean.
        let label = |&position: &usize| {
            let values = (0..self.float_tables.len()).map(|row| (value(position, row), BigInt::ZERO));
            self.decided(&values.collect::<Vec<_>>())
        };
        let labels: Vec<_> = attended.iter().map(label).collect();
        match labels[0] {
            Some(label) if labels.iter().all(|other| *other == Some(label)) => label,
            _ => {
                let quotient = |position: usize, row: usize| {
                    BigInt::quotient(
                        &value(position, row),
                        &(&totals[position] * &table(position).denominator),
                    )
                };
                let sum = |row: usize| {
                    attended.iter().map(|&position| quotient(position, row)).sum::<BigRational>()
                };
                self.task.label(&(0..self.float_tables.len()).map(sum).collect::<Vec<_>>())
            }
        }
    }
}

/// `a·g` for an output `g` with a relative error.
fn estimate(a: &[f64], g: &[f64], error: f64) -> Estimate<f64> {
    let (mut value, mut size, mut whole) = (0.0, 0.0, 0.0);
    for (a, g) in a.iter().zip(g) {
        value += a * g;
        size += (a * g).abs();
        whole += a.abs();
    }
    (value, error * size + Outputs::LOST * whole)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{AttentionObjective, tests::examples},
        *,
    };
    use crate::{
        generate::{Random, Stream, memory::MemoryFamily},
        model::{MemoryModel, MemoryTask},
        oracle::MemoryBatch,
    };

    /// A head that nothing was done to.
    fn some_head(
        batch: &MemoryBatch,
        task: &MemoryTask,
        examples: &AttentionExamples,
        seed: u64,
    ) -> AttentionHead {
        let objective = AttentionObjective::new(batch, &task.task, examples);
        objective.head(&task.task, &objective.start(&mut Random::new(seed, Stream::Starts)))
    }

    /// Labels from floats and from a thousand digits, where they are certain, and from integers are those of the head in rationals.
    #[test]
    fn labels_are_those_of_the_head() {
        let model = MemoryFamily { tokens: 4, ..MemoryFamily::new(2) }.model(2);
        let (memory, task) = (model.memory(), model.task().unwrap());
        let (batch, examples) = examples(&model, task, 8, 7);
        let head = some_head(&batch, task, &examples, 9);
        let first = AttentionHead { first_position: vec![BigRational::one()], ..head.clone() };
        let zero = AttentionHead { keys: head.keys.map(|_| BigRational::zero()), ..head.clone() };
        let exact = MemoryExact::new(memory).unwrap();
        let near = MemoryNear::new(memory).unwrap();
        let (mut known, mut near_known) = (0, 0);
        for head in [head, first, zero] {
            let labeller = Labeller::new(memory, &task.task, &head);
            for (index, word) in examples.words.iter().enumerate() {
                let tokens: Vec<_> = word.iter().copied().map(Some).collect();
                let embeddings: Vec<_> = tokens.iter().map(|&token| memory.embedding(token)).collect();
                let attention = head.attend(&exact.model_output(None, &tokens).unwrap(), &embeddings);
                let label = head.label(&task.task, &attention);
                assert_eq!(labeller.exactly(&exact, word), label);
                let (certain, nearly) = (labeller.certain(&examples, index), labeller.nearly(&near, word));
                assert!(certain.into_iter().chain(nearly).all(|found| found == label));
                known += usize::from(certain.is_some());
                near_known += usize::from(nearly.is_some());
            }
        }
        assert!(known > 14 && near_known >= known, "{known} {near_known}");
    }

    /// An almost periodic chain: the best scores differ behind the last digit of floats.
    #[test]
    fn what_floats_do_not_know_a_thousand_digits_do() {
        let model: MemoryModel = MemoryFamily { redraw: true, ..MemoryFamily::new(3) }.model(9);
        let (memory, task) = (model.memory(), model.task().unwrap());
        let (batch, examples) = examples(&model, task, 12, 32);
        let (exact, near) = (MemoryExact::new(memory).unwrap(), MemoryNear::new(memory).unwrap());
        let mut compared = 0;
        for seed in 0..20 {
            let head = some_head(&batch, task, &examples, seed);
            let labeller = Labeller::new(memory, &task.task, &head);
            let unknown = (0..12).find(|&word| labeller.certain(&examples, word).is_none());
            if let Some(word) = unknown.map(|word| &examples.words[word]) {
                assert_eq!(labeller.nearly(&near, word), Some(labeller.exactly(&exact, word)));
                compared += 1;
                if compared == 2 {
                    break;
                }
            }
        }
        assert_eq!(compared, 2);
    }
}
