//! Inputs and contradictions worked out, so that a reader can redo them by hand.

use num_rational::BigRational;
use num_traits::Zero;

use crate::{
    model::{Hmm, Task, Token, inner},
    search::WeightedComparison,
};

/// A possible input: how its label comes about, and what the model puts out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkedInput {
    /// The input `x`.
    pub word: Vec<Token>,
    /// `β` of its suffixes, from the empty one to `x` itself.
    pub backward: Vec<Vec<BigRational>>,
    /// `Pr(x) = π0·β(x)`
    pub probability: BigRational,
    /// `P[H_0|x] = π0⊙β(x) / Pr(x)`
    pub posterior: Vec<BigRational>,
    /// `μ·P[H_0|x]`, one or one for each class.
    pub scores: Vec<BigRational>,
    /// The task's label.
    pub label: usize,
    /// `ρ⊙β(x)` for the law `ρ` that the model looks through: `π_1`, or that of a prompt.
    pub seen: Vec<BigRational>,
    /// `W(ρ⊙β(x)) / ρ·β(x)`, zeros if `ρ·β(x) = 0`.
    pub output: Vec<BigRational>,
}

impl WorkedInput {
    /// Works out an input that is possible.
    pub fn new(hmm: &Hmm, task: &Task, law: &[BigRational], word: &[Token]) -> Self {
        let backward = suffixes(hmm, word);
        let beta = &backward[word.len()];
        let joint = entrywise(hmm.initial(), beta);
        let probability: BigRational = joint.iter().sum();
        let posterior: Vec<_> = joint.iter().map(|mass| mass / &probability).collect();
        let scores: Vec<_> = task.scores().iter().map(|weights| inner(weights, &posterior)).collect();
        let seen = entrywise(law, beta);
        let total: BigRational = seen.iter().sum();
        let share = |token: Token| {
            let mass = inner(hmm.emission().row(token.0), &seen);
            if total.is_zero() { mass } else { mass / &total }
        };
        let output = hmm.vocabulary().map(share).collect();
        let label = task.label(&scores);
        Self { word: word.to_vec(), backward, probability, posterior, scores, label, seen, output }
    }

    /// Whether the model's output is the zero vector.
    pub fn is_blind(&self) -> bool {
        self.output.iter().all(Zero::is_zero)
    }
}

/// `β` of the suffixes of a word, from the empty one on: `β(z·y) = Aᵀ(W_z ⊙ β(y))`.
fn suffixes(hmm: &Hmm, word: &[Token]) -> Vec<Vec<BigRational>> {
    let mut found = vec![vec![BigRational::from_integer(1.into()); hmm.states()]];
    for &token in word.iter().rev() {
        let passed = entrywise(hmm.emission().row(token.0), &found[found.len() - 1]);
        let column = |state| inner(&hmm.transition().column(state).cloned().collect::<Vec<_>>(), &passed);
        found.push((0..hmm.states()).map(column).collect());
    }
    found
}

fn entrywise(a: &[BigRational], b: &[BigRational]) -> Vec<BigRational> {
    a.iter().zip(b).map(|(x, y)| x * y).collect()
}

/// A contradiction with its inputs worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkedContradiction {
    /// Each input once.
    pub inputs: Vec<WorkedInput>,
    /// The comparisons: each a weight, the place of an input, its label and the label to be kept behind.
    pub terms: Vec<WorkedTerm>,
    /// For each label that a comparison names, ascending: what its rows are multiplied with, which must be the same on both sides.
    pub balances: Vec<Balance>,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkedTerm {
    /// Its place among the inputs.
    pub input: usize,
    /// The task's label.
    pub label: usize,
    /// The label to be kept behind.
    pub rival: usize,
    /// Positive.
    pub weight: BigRational,
}

/// `Σ weight·output` over the comparisons that a label has to win, and over those that it has to lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The label.
    pub label: usize,
    /// Over the comparisons whose label it is.
    pub won: Vec<BigRational>,
    /// Over the comparisons whose rival it is.
    pub lost: Vec<BigRational>,
}

impl WorkedContradiction {
    /// Works out the comparisons of a contradiction.
    pub fn new(hmm: &Hmm, task: &Task, terms: &[WeightedComparison]) -> Self {
        let law = hmm.first_law();
        let mut inputs: Vec<WorkedInput> = Vec::new();
        let mut worked = Vec::new();
        for WeightedComparison { word, label, rival, weight } in terms {
            let input = inputs.iter().position(|input| input.word == *word).unwrap_or_else(|| {
                inputs.push(WorkedInput::new(hmm, task, &law, word));
                inputs.len() - 1
            });
            worked.push(WorkedTerm { input, label: *label, rival: *rival, weight: weight.clone() });
        }
        let mut labels: Vec<_> = worked.iter().flat_map(|term| [term.label, term.rival]).collect();
        labels.sort_unstable();
        labels.dedup();
        let sum = |of: &dyn Fn(&WorkedTerm) -> bool| {
            let mut sum = vec![BigRational::zero(); hmm.tokens()];
            for term in worked.iter().filter(|term| of(term)) {
                let output = &inputs[term.input].output;
                sum.iter_mut().zip(output).for_each(|(entry, share)| *entry += &term.weight * share);
            }
            sum
        };
        let balance = |&label: &usize| Balance {
            label,
            won: sum(&|term| term.label == label),
            lost: sum(&|term| term.rival == label),
        };
        let balances = labels.iter().map(balance).collect();
        Self { inputs, terms: worked, balances }
    }

    /// The two labels, if the comparisons name no more: then what one has to win is what the other has to lose.
    pub fn two_labels(&self) -> Option<(&Balance, &Balance)> {
        match self.balances.as_slice() {
            [lower, upper] => Some((lower, upper)),
            _ => None,
        }
    }

    /// The comparisons that a label has to win.
    pub fn won(&self, label: usize) -> impl Iterator<Item = &WorkedTerm> {
        self.terms.iter().filter(move |term| term.label == label)
    }

    /// The comparisons that a label has to lose.
    pub fn lost(&self, label: usize) -> impl Iterator<Item = &WorkedTerm> {
        self.terms.iter().filter(move |term| term.rival == label)
    }
}
