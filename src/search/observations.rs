//! Inputs with their labels and what a head on `G_1` sees of them.

use std::collections::{BTreeSet, HashSet};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Comparison, Functionals, Judged, inputs};
use crate::{
    linear::{Fractions, Matrix, Separation, motzkin, widest_margin},
    model::{Hmm, LinearHead, Task, Token, inner},
    number::{clear, coprime},
};

/// A possible input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The input.
    pub word: Vec<Token>,
    /// Its probability.
    pub probability: BigRational,
    /// The task's label.
    pub label: usize,
    /// A positive multiple of `G_1(∅, x)`, or zeros.
    output: Vec<BigInt>,
}

/// A comparison that a head has to win on an input, with the weight that it has in a contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightedComparison {
    /// The input.
    pub word: Vec<Token>,
    /// The task's label.
    pub label: usize,
    /// The label to be kept behind.
    pub rival: usize,
    /// Positive; of the normalised output `G_1`.
    pub weight: BigRational,
}

/// A head with the labels of all observations, or why there is none.
#[derive(Clone, Debug)]
pub enum Fit {
    /// A head.
    Head(LinearHead),
    /// The weighted comparisons add up to `0 > 0` (theory B2). Without any one input the others do not contradict each other.
    Contradiction(Vec<WeightedComparison>),
}

/// Observations of a model and a task, each input once.
#[derive(Clone, Debug)]
pub struct Observations<'a> {
    task: &'a Task,
    functionals: Functionals,
    first: Vec<BigInt>,
    /// Tokens whose rows of `W` are a basis of all: what they see determines the rest.
    basis: Vec<usize>,
    tokens: usize,
    found: Vec<Observation>,
    words: HashSet<Vec<Token>>,
}

impl<'a> Observations<'a> {
    /// None yet. `None` if the rank of `W` stays open.
    pub fn new(hmm: &Hmm, task: &'a Task) -> Option<Self> {
        let rows = Fractions::new(&hmm.emission().transpose());
        Some(Self {
            task,
            functionals: Functionals::new(hmm, task, None),
            first: clear(&hmm.first_law()).0,
            basis: rows.kernel()?.columns,
            tokens: hmm.tokens(),
            found: Vec::new(),
            words: HashSet::new(),
        })
    }

    /// The observations, in the order of their coming.
    pub fn all(&self) -> &[Observation] {
        &self.found
    }

    /// Looks at an input, if that is possible and new.
    pub fn add(&mut self, word: &[Token]) {
        if word.is_empty() || !self.words.insert(word.to_vec()) {
            return;
        }
        let judged = self.functionals.judge(&self.functionals.of(word));
        if !judged.mass.is_zero() {
            self.observe(word, &judged);
        }
    }

    /// Takes in a possible input that is new.
    fn observe(&mut self, word: &[Token], judged: &Judged) {
        let oracle = self.functionals.oracle();
        let seen: Vec<_> =
            oracle.integer_backward(word).iter().zip(&self.first).map(|(b, p)| b * p).collect();
        let emission = oracle.matrices().1;
        let output = coprime((0..self.tokens).map(|token| inner(emission.row(token), &seen)).collect());
        self.found.push(Observation {
            word: word.to_vec(),
            probability: self.functionals.probability(&judged.mass, word.len()),
            label: judged.task,
            output,
        });
    }

    /// Adds all possible inputs of one length.
    pub fn add_all(&mut self, length: usize) {
        let mut possible = Vec::new();
        inputs(&self.functionals, length, |word, judged| {
            if word.len() == length {
                possible.push((word.to_vec(), judged.clone()));
            }
        });
        for (word, judged) in possible {
            if self.words.insert(word.clone()) {
                self.observe(&word, &judged);
            }
        }
    }

    /// Adds all possible inputs, the shortest first and of one length the most probable ones first, until there are about `count`.
    pub fn add_shortest(&mut self, count: usize) {
        let mut layer = vec![Vec::new()];
        while !layer.is_empty() && self.found.len() < count {
            let start = self.found.len();
            for word in &layer {
                for token in 0..self.tokens {
                    self.add(&[word.as_slice(), &[Token(token)]].concat());
                }
            }
            let added = &mut self.found[start..];
            added.sort_by(|a, b| b.probability.cmp(&a.probability).then_with(|| a.word.cmp(&b.word)));
            layer = added.iter().map(|observation| observation.word.clone()).collect();
            if self.found.len() > count {
                self.found.truncate(count.max(start));
                self.words = self.found.iter().map(|observation| observation.word.clone()).collect();
            }
        }
    }

    /// A head with the labels of all observations: by the widest margin if that is wide enough for floats, else any.
    pub fn fit(&self) -> Fit {
        self.fit_of(&(0..self.found.len()).collect::<Vec<_>>())
    }

    /// The same for some of them.
    pub fn fit_of(&self, some: &[usize]) -> Fit {
        self.proposal(some).map_or_else(|| self.exact_fit(some), Fit::Head)
    }

    /// A contradiction of inputs that come as early as possible in this order: shorter first, then the more probable ones. `None` if
    /// there is a head.
    pub fn preferred_contradiction(&mut self) -> Option<Vec<WeightedComparison>> {
        let order = |a: &Observation, b: &Observation| {
            let lengths = a.word.len().cmp(&b.word.len());
            lengths.then_with(|| b.probability.cmp(&a.probability)).then_with(|| a.word.cmp(&b.word))
        };
        self.found.sort_by(order);
        let (mut fits, mut contradicts) = (0, self.found.len());
        let all: Vec<usize> = (0..contradicts).collect();
        let mut found = match self.fit_of(&all) {
            Fit::Contradiction(terms) => terms,
            Fit::Head(_) => return None,
        };
        // The first observations contradict each other from some number on.
        while fits + 1 < contradicts {
            let middle = fits.midpoint(contradicts);
            match self.fit_of(&all[..middle]) {
                Fit::Contradiction(terms) => (contradicts, found) = (middle, terms),
                Fit::Head(_) => fits = middle,
            }
        }
        Some(found)
    }

    /// The comparisons of some observations.
    fn columns(&self, some: &[usize]) -> impl Iterator<Item = (&Observation, Comparison)> {
        let comparisons = self.functionals.comparisons();
        some.iter().map(|&index| &self.found[index]).flat_map(|observation| {
            comparisons.of(observation.label).iter().map(move |comparison| (observation, *comparison))
        })
    }

    /// Where a comparison has the entry of a row and a basis token, and with which sign.
    fn signed<T: Clone + Zero + std::ops::Neg<Output = T>>(
        comparison: Comparison,
        row: usize,
        value: T,
    ) -> T {
        if comparison.plus == Some(row) {
            value
        } else if comparison.minus == Some(row) {
            -value
        } else {
            T::zero()
        }
    }

    fn proposal(&self, some: &[usize]) -> Option<LinearHead> {
        const MARGIN: f64 = 1e-7;
        let contrasts = self.functionals.contrasts();
        let column = |(observation, comparison): (&Observation, Comparison)| {
            let total: BigInt = observation.output.iter().sum();
            let share = |&token: &usize| {
                if total.is_zero() {
                    return 0.0;
                }
                BigRational::new_raw(observation.output[token].clone(), total.clone()).to_f64().unwrap_or(0.0)
            };
            let shares: Vec<f64> = self.basis.iter().map(share).collect();
            (0..contrasts)
                .flat_map(|row| {
                    shares.iter().map(move |&s| Self::signed(comparison, row, s)).collect::<Vec<_>>()
                })
                .collect()
        };
        let columns: Vec<Vec<f64>> = self.columns(some).map(column).collect();
        let functional = widest_margin(&columns)?;
        let margin = |column: &Vec<f64>| column.iter().zip(&functional).map(|(x, b)| x * b).sum::<f64>();
        if columns.iter().map(margin).fold(f64::INFINITY, f64::min) < MARGIN {
            return None;
        }
        let digits =
            |value: &f64| BigRational::new(BigInt::from((value * 1e9).round() as i64), 1_000_000_000.into());
        Some(self.head(functional.iter().map(digits).collect()))
    }

    fn head(&self, functional: Vec<BigRational>) -> LinearHead {
        let row = |values: &[BigRational]| {
            let mut row = vec![BigRational::zero(); self.tokens];
            self.basis.iter().zip(values).for_each(|(&token, value)| row[token] = value.clone());
            row
        };
        LinearHead::from_contrasts(self.task, functional.chunks(self.basis.len()).map(row).collect())
    }

    /// Motzkin's alternative, exactly.
    fn exact_fit(&self, some: &[usize]) -> Fit {
        let dimension = self.functionals.contrasts() * self.basis.len();
        let (strict, weak): (Vec<_>, Vec<_>) =
            self.columns(some).partition(|(_, comparison)| comparison.strict);
        let matrix = |columns: &[(&Observation, Comparison)], negate: bool| {
            Matrix::from_fn(dimension, columns.len(), |at, column| {
                let (observation, comparison) = columns[column];
                let (row, token) = (at / self.basis.len(), self.basis[at % self.basis.len()]);
                let value = Self::signed(comparison, row, observation.output[token].clone());
                BigRational::from_integer(if negate { -value } else { value })
            })
        };
        match motzkin(&matrix(&strict, true), &matrix(&weak, false)) {
            Separation::Functional(functional) => {
                let wins = |short: &[BigInt]| {
                    let value = |(observation, comparison): &(&Observation, Comparison)| {
                        let entries = (0..dimension).map(|at| {
                            let entry = &observation.output[self.basis[at % self.basis.len()]];
                            Self::signed(*comparison, at / self.basis.len(), entry * &short[at])
                        });
                        entries.sum::<BigInt>()
                    };
                    strict.iter().all(|column| value(column).is_positive())
                        && weak.iter().all(|column| !value(column).is_negative())
                };
                Fit::Head(self.head(shortened(functional, wins)))
            }
            Separation::Contradiction { strict: lambda, weak: nu } => {
                let terms = strict.iter().zip(lambda).chain(weak.iter().zip(nu));
                Fit::Contradiction(normalised(terms.filter(|(_, weight)| weight.is_positive())))
            }
        }
    }
}

/// The functional with fewer digits, if it wins all the same.
fn shortened(functional: Vec<BigRational>, wins: impl Fn(&[BigInt]) -> bool) -> Vec<BigRational> {
    let integers = clear(&functional).0;
    let longest = integers.iter().map(BigInt::bits).max().unwrap_or(0);
    for digits in [24, 48, 96, 192, 384, 768].into_iter().take_while(|digits| *digits < longest) {
        let excess = longest - digits;
        let half = BigInt::from(1) << (excess - 1);
        let short: Vec<BigInt> = integers.iter().map(|value| (value + &half) >> excess).collect();
        if wins(&short) {
            return short.into_iter().map(BigRational::from_integer).collect();
        }
    }
    functional
}

/// Weights of normalised outputs, so that those of strict comparisons sum to 1.
fn normalised<'o>(
    terms: impl Iterator<Item = (&'o (&'o Observation, Comparison), BigRational)>,
) -> Vec<WeightedComparison> {
    let mut total = BigRational::zero();
    let mut found: Vec<_> = terms
        .map(|((observation, comparison), weight)| {
            let size: BigInt = observation.output.iter().sum();
            let size = if size.is_zero() { BigInt::one() } else { size };
            let weight = weight * size;
            if comparison.strict {
                total += &weight;
            }
            let (word, label) = (observation.word.clone(), observation.label);
            WeightedComparison { word, label, rival: comparison.rival, weight }
        })
        .collect();
    found.iter_mut().for_each(|term| term.weight /= &total);
    found.sort_by(|a, b| {
        (a.label, a.word.len(), &a.word, a.rival).cmp(&(b.label, b.word.len(), &b.word, b.rival))
    });
    found
}

/// The inputs of a contradiction.
pub fn inputs_of(terms: &[WeightedComparison]) -> BTreeSet<&[Token]> {
    terms.iter().map(|term| term.word.as_slice()).collect()
}
