//! Why no prompt at all has a proportional head: a combination of words that none shows, or a sum that vanishes for every head and is positive behind every prompt.
//!
//! See the checker's rules `unseen-combination` and `no-prompt` for the arguments. The first is a linear system. The sum is found by one linear program: kernel vectors `κ` of `W` and bounds `ρ_h ≥ m ρ_g` on
//! the laws of prompts, so that `Σ κ_k⊙s_k − Σ λ (e_g − m e_h)` is not negative and not zero. It need not exist where there is no prompt.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::{
    certificate::{NoPrompt, StateRatio},
    number::Rational,
};

use super::{BackwardSpan, Solved};
use crate::{
    linear::{
        Alternative, Columns, ConeMembership, Fractions, Matrix, alternative, columns, cone_membership,
    },
    model::{Hmm, State, Task, inner},
    number::clear,
    oracle::Exact,
};

/// A combination of the backward vectors that no prompt shows and the task looks at, as a [`Solved::Contradiction`], if there is one. `None` also if no
/// prime serves.
pub fn unseen_combination(hmm: &Hmm, task: &Task, span: &BackwardSpan) -> Option<Solved> {
    let oracle = Exact::new(hmm);
    let (transposed, emission) = oracle.matrices();
    // A prompt acts on what a step has led to.
    let entered = |state: &usize| (0..hmm.states()).any(|from| hmm.has_step(State(from), State(*state)));
    let entered: Vec<usize> = (0..hmm.states()).filter(entered).collect();
    let shown = |vector: &Vec<BigInt>| -> Vec<BigInt> {
        let behind =
            |from: usize| transposed.row(from).iter().zip(vector).map(|(a, v)| a * v).collect::<Vec<_>>();
        entered.iter().flat_map(|&from| emission.times(&behind(from))).collect()
    };
    let images: Vec<_> = span.vectors().iter().map(shown).collect();
    let matrix = Matrix::from_columns(entered.len() * hmm.tokens(), &images);
    let classes = task.contrasts();
    classes.iter().enumerate().find_map(|(index, weights)| {
        let (scores, denominator) = clear(&scored(hmm, weights));
        let target: Vec<_> = span.vectors().iter().map(|vector| inner(&scores, vector)).collect();
        match alternative(&matrix, &target, &denominator)? {
            Alternative::Combination(_) => None,
            Alternative::Witness(vector) => {
                let coefficients = vector.into_iter().map(BigRational::from_integer).collect();
                Some(Solved::Contradiction { class: index + 1, coefficients })
            }
        }
    })
}

/// `μ⊙π0`
fn scored(hmm: &Hmm, weights: &[BigRational]) -> Vec<BigRational> {
    weights.iter().zip(hmm.initial()).map(|(mu, p)| mu * p).collect()
}

/// The evidence, if the linear program has a solution; asked only where the backward vectors span everything.
pub fn no_prompt(hmm: &Hmm, task: &Task, span: &BackwardSpan) -> Option<NoPrompt> {
    if span.dimension() < hmm.states() {
        return None;
    }
    let program = Program::new(hmm, task)?;
    // Signs alone, which are far fewer unknowns, often suffice.
    let found = program.solve(&[]).or_else(|| program.solve(&program.bounds()))?;
    let vectors = Matrix::from_columns(hmm.states(), span.vectors());
    let Columns::Independent(words_independent) = columns(&vectors)? else { return None };
    let words = span.words().iter().map(|word| word.iter().map(|token| token.0).collect()).collect();
    Some(NoPrompt { words, words_independent, kernels: found.0, ratios: found.1 })
}

/// `ρ_above ≥ ratio · ρ_below` for the law `ρ` of every prompt.
struct Bound {
    above: usize,
    below: usize,
    ratio: BigRational,
}

struct Program<'a> {
    hmm: &'a Hmm,
    /// `μ⊙π0` of each class.
    scores: Vec<Vec<BigRational>>,
    /// The states that every prompt with a proportional head reaches.
    in_sight: Vec<usize>,
    /// A basis of the `κ` with `W κ = 0` that live there, an entry for each state in sight.
    kernel: Vec<Vec<BigInt>>,
}

type Evidence = (Vec<Vec<Rational>>, Vec<StateRatio>);

impl<'a> Program<'a> {
    fn new(hmm: &'a Hmm, task: &Task) -> Option<Self> {
        let scores: Vec<_> = task.contrasts().iter().map(|weights| scored(hmm, weights)).collect();
        let states = hmm.states();
        let counting: Vec<_> = (0..states).filter(|&g| scores.iter().any(|row| !row[g].is_zero())).collect();
        let leads = |from: usize, to: usize| hmm.has_step(State(from), State(to));
        let covers = |h: usize, g: usize| (0..states).all(|from| leads(from, h) || !leads(from, g));
        let in_sight: Vec<_> = (0..states).filter(|&h| counting.iter().any(|&g| covers(h, g))).collect();
        let kernel = Fractions::new(hmm.emission()).select(&in_sight).kernel()?.kernel;
        Some(Self { hmm, scores, in_sight, kernel })
    }

    /// The best bound of each state in sight by each, where that is positive; a state that no step leads to is twice itself.
    fn bounds(&self) -> Vec<Bound> {
        let row = |state: usize| self.hmm.transition().row(state);
        let best = |above: usize, below: usize| {
            let pairs = row(above).iter().zip(row(below)).filter(|(_, b)| b.is_positive());
            pairs.map(|(a, b)| a / b).min().unwrap_or_else(|| BigRational::from_integer(2.into()))
        };
        let pairs =
            self.in_sight.iter().flat_map(|&above| self.in_sight.iter().map(move |&below| (above, below)));
        let bounds = pairs.map(|(above, below)| Bound { above, below, ratio: best(above, below) });
        bounds
            .filter(|bound| {
                bound.ratio.is_positive() && (bound.above != bound.below || !bound.ratio.is_one())
            })
            .collect()
    }

    /// `Σ κ_k⊙s_k − Σ λ (e_g − m e_h) − p = 0` and `Σ p = 1`, with `λ, p ≥ 0` and `κ` of either sign.
    fn solve(&self, bounds: &[Bound]) -> Option<Evidence> {
        let height = self.in_sight.len();
        let mut generators: Vec<Vec<BigRational>> = Vec::new();
        for sign in [1, -1] {
            for scores in &self.scores {
                generators.extend(self.kernel.iter().map(|kernel| self.weighted(kernel, scores, sign)));
            }
        }
        let free = generators.len();
        generators.extend(bounds.iter().map(|bound| self.bounded(bound)));
        generators.extend((0..height).map(|at| unit(height + 1, at, -1, 1)));
        let matrix =
            Matrix::from_fn(height + 1, generators.len(), |row, column| generators[column][row].clone());
        match cone_membership(&matrix, &unit(height + 1, height, 1, 1)) {
            ConeMembership::Inside(x) => Some(self.evidence(&x, free / 2, bounds)),
            ConeMembership::Outside(_) => None,
        }
    }

    /// `± κ⊙s`, and a zero for the sum of `p`.
    fn weighted(&self, kernel: &[BigInt], scores: &[BigRational], sign: i64) -> Vec<BigRational> {
        let entries = self.in_sight.iter().zip(kernel).map(|(&state, k)| &scores[state] * (k * sign));
        entries.chain([BigRational::zero()]).collect()
    }

    /// `m e_h − e_g`, and a zero.
    fn bounded(&self, bound: &Bound) -> Vec<BigRational> {
        let entry = |&state: &usize| {
            let gained = if state == bound.above { bound.ratio.clone() } else { BigRational::zero() };
            if state == bound.below { gained - BigRational::one() } else { gained }
        };
        self.in_sight.iter().map(entry).chain([BigRational::zero()]).collect()
    }

    /// What a solution stands for; the first `count` unknowns and the next are the coefficients of the kernel vectors, up and down.
    fn evidence(&self, x: &[BigRational], count: usize, bounds: &[Bound]) -> Evidence {
        let coefficient = |index: usize| &x[index] - &x[count + index];
        let kernel = |class: usize| {
            let mut kernel = vec![BigRational::zero(); self.hmm.states()];
            for (index, vector) in self.kernel.iter().enumerate() {
                let coefficient = coefficient(class * self.kernel.len() + index);
                self.in_sight.iter().zip(vector).for_each(|(&state, v)| kernel[state] += &coefficient * v);
            }
            kernel.into_iter().map(Rational).collect()
        };
        let used = bounds.iter().zip(&x[2 * count..]).filter(|(_, weight)| !weight.is_zero());
        let ratio = |(bound, weight): (&Bound, &BigRational)| StateRatio {
            above: bound.above,
            below: bound.below,
            ratio: Rational(bound.ratio.clone()),
            weight: Rational(weight.clone()),
        };
        ((0..self.scores.len()).map(kernel).collect(), used.map(ratio).collect())
    }
}

/// With `value` at an index, and `last` at the end.
fn unit(length: usize, at: usize, value: i64, last: i64) -> Vec<BigRational> {
    let mut vector = vec![BigRational::zero(); length];
    vector[length - 1] = BigRational::from_integer(last.into());
    vector[at] = BigRational::from_integer(value.into());
    vector
}
