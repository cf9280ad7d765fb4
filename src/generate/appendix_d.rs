//! The random models and tasks of the paper's simulations (Section 5, Appendix D).
//!
//! | part | law |
//! |---|---|
//! | `transition` | a convex combination of `n` uniformly random permutation matrices, weights `softmax(u / 0.01)` |
//! | `initial` | `softmax(u / 10)`, the law of `H_0` |
//! | `emission` | each column `softmax(u / 0.01)` |
//! | task | two rows of `n` zeros, in which six times a uniformly random place is set to a standard normal number |
//!
//! with `u` uniform on [0, 1), a number for each weight. Every `exp(u_i / T − max)` is rounded to 40 binary digits and then divided by the
//! exact sum; normal numbers are rounded to multiples of `2^-40`. Weights as small as `e^-100` keep their digits: as multiples of
//! `2^-40` those below would vanish, and with them the support that the paper's models have (most chains would not be ergodic any more, see the
//! tests).

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::{Random, Stream};
use crate::{
    linear::Matrix,
    model::{Hmm, Model, Names, Task},
    number::{to_binary_digits, to_binary_places},
};

/// Which models of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// `n`
    pub states: usize,
    /// `k`; 10 in the paper.
    pub tokens: usize,
    /// Whether tasks are drawn again until neither row of weights is at least the other in every state: the label could not change.
    pub redraw: bool,
}

/// The number of tokens in the paper.
pub const TOKENS: usize = 10;

/// Places of a task that are set.
const TASK_ENTRIES: usize = 6;

/// Temperatures of transitions and emissions, and of the start law.
pub(super) const SHARP: f64 = 0.01;
pub(super) const FLAT: f64 = 10.0;

/// Binary digits that are kept.
const DIGITS: i32 = 40;

impl Family {
    /// The model with this seed; its name says which it is.
    ///
    /// # Panics
    /// If there is no state or no token.
    ///
    /// ```
    /// use recoverable::generate::appendix_d::Family;
    /// let family = Family { states: 4, tokens: 10, redraw: false };
    /// assert_eq!(family.model(7), family.model(7));
    /// assert_eq!(family.model(7).name(), "appendix-d-n4-s7");
    /// ```
    pub fn model(&self, seed: u64) -> Model {
        let mut random = Random::new(seed, Stream::Chain);
        let (n, k) = (self.states, self.tokens);
        let transition = transition(&mut random, n, n);
        let initial = softmax(&mut random, n, FLAT);
        let emission: Vec<_> = (0..n).map(|_| softmax(&mut random, k, SHARP)).collect();
        let emission = Matrix::from_columns(k, &emission).to_rows();
        let hmm = Hmm::new(initial, transition, emission).expect("normalised weights are laws");
        let task = task(n, self.redraw, &mut Random::new(seed, Stream::Task));
        let tokens = if k == TOKENS { String::new() } else { format!("-k{k}") };
        let name = format!("appendix-d-n{n}{tokens}-s{seed}");
        Model::new(&name, hmm, Some(task), Names::default()).expect("the task is over the states")
    }

    /// The model with this seed and a start law of another temperature: `softmax(u / temperature)`, of the same `u`.
    ///
    /// # Panics
    /// As [`model`](Self::model).
    pub fn with_start(&self, seed: u64, temperature: f64) -> Model {
        let model = self.model(seed);
        let mut random = Random::new(seed, Stream::Chain);
        transition(&mut random, self.states, self.states);
        let initial = softmax(&mut random, self.states, temperature);
        let (hmm, name) = (model.hmm(), format!("{}-t{temperature}", model.name()));
        let hmm = Hmm::new(initial, hmm.transition().to_rows(), hmm.emission().to_rows());
        let hmm = hmm.expect("normalised weights are laws");
        Model::new(&name, hmm, model.task().cloned(), Names::default()).expect("the task is over the states")
    }
}

/// A task of two rows over this many states or values.
pub(super) fn task(weights: usize, redraw: bool, random: &mut Random) -> Task {
    loop {
        let mut rows = vec![vec![BigRational::zero(); weights]; 2];
        for _ in 0..TASK_ENTRIES {
            let place = random.below(2 * weights);
            rows[place / weights][place % weights] = to_binary_places(random.normal(), DIGITS);
        }
        let task = Task::classes(rows).expect("two rows");
        // With one state there is no other kind of task.
        if !redraw || weights == 1 || !is_one_sided(&task) {
            return task;
        }
    }
}

/// Whether one of two rows is at least the other in every state.
pub fn is_one_sided(task: &Task) -> bool {
    task.contrasts()
        .iter()
        .any(|row| !row.iter().any(Signed::is_negative) || !row.iter().any(Signed::is_positive))
}

/// A mixture of so many permutations of `n` states.
pub(super) fn transition(random: &mut Random, n: usize, permutations: usize) -> Vec<Vec<BigRational>> {
    let permutations: Vec<_> = (0..permutations).map(|_| random.permutation(n)).collect();
    let weights = softmax(random, permutations.len(), SHARP);
    let mut rows = vec![vec![BigRational::zero(); n]; n];
    for (permutation, weight) in permutations.iter().zip(&weights) {
        for (current, &next) in permutation.iter().enumerate() {
            rows[next][current] += weight;
        }
    }
    rows
}

/// `softmax(u / temperature)` for uniform `u`.
pub(super) fn softmax(random: &mut Random, length: usize, temperature: f64) -> Vec<BigRational> {
    let logits: Vec<f64> = (0..length).map(|_| random.unit() / temperature).collect();
    let largest = logits.iter().copied().fold(f64::MIN, f64::max);
    let weights: Vec<_> =
        logits.iter().map(|logit| to_binary_digits(libm::exp(logit - largest), DIGITS)).collect();
    let total: BigRational = weights.iter().sum();
    weights.into_iter().map(|weight| weight / &total).collect()
}

#[cfg(test)]
mod tests {
    use num_traits::One;

    use super::*;

    const FAMILY: Family = Family { states: 4, tokens: TOKENS, redraw: false };

    /// The draws of the first models, digit for digit: whoever changes them changes everybody's models.
    #[test]
    fn the_first_models_stay_as_they_are() {
        let small = Family { states: 1, tokens: 2, redraw: false }.model(0);
        let shown: Vec<_> = small.hmm().emission().entries().iter().map(ToString::to_string).collect();
        let denominator = "340282366920938463463374607492251407231";
        let numerators = ["340282366920938463463374607431768211456", "60483195775"];
        assert_eq!(shown, numerators.map(|numerator| format!("{numerator}/{denominator}")));
        let weights: Vec<_> = small.task().unwrap().contrasts()[0].iter().map(ToString::to_string).collect();
        assert_eq!(weights, ["1472429690097/1099511627776"]);
    }

    /// Each state has every token; a column of the transitions has no more steps than there are permutations.
    #[test]
    fn every_token_is_possible_and_transitions_are_doubly_stochastic() {
        for states in [1, 2, 5, 30] {
            let model = Family { states, ..FAMILY }.model(3);
            let hmm = model.hmm();
            assert!(hmm.emission().entries().iter().chain(hmm.initial()).all(Signed::is_positive));
            for row in 0..states {
                assert!(hmm.transition().row(row).iter().sum::<BigRational>().is_one());
            }
        }
    }

    /// Weights keep 40 digits, however small: before they are normalised they have at most 40 bits between first and last.
    #[test]
    fn weights_keep_forty_digits() {
        for value in [1.0, 0.3, libm::exp(-99.7), libm::exp(-1e-9)] {
            let rounded = to_binary_digits(value, DIGITS);
            let odd = rounded.numer().clone() >> rounded.numer().trailing_zeros().unwrap();
            assert!(odd.bits() <= 40, "{rounded}");
            let error =
                (rounded - BigRational::from_float(value).unwrap()) / BigRational::from_float(value).unwrap();
            assert!(error.abs() <= BigRational::new(1.into(), (1_u64 << 40).into()));
        }
    }

    #[test]
    fn redrawn_tasks_have_both_signs() {
        let one_sided = |redraw| {
            let models = (0..40).map(|seed| Family { states: 2, redraw, ..FAMILY }.model(seed));
            models.filter(|model| is_one_sided(model.task().unwrap())).count()
        };
        assert!(one_sided(false) > 0);
        assert_eq!(one_sided(true), 0);
        // A redrawn task leaves the chain as it is.
        assert_eq!(Family { redraw: true, ..FAMILY }.model(5).hmm(), FAMILY.model(5).hmm());
    }
}
