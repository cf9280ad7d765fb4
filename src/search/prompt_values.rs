//! Prompts by their values: which `y ≥ 0` have a proportional head behind the law `ρ = A y`?
//!
//! A prompt token `u` behind a law `π` makes the law `A (u⊙π)`, and a head sees nothing else of it. With `s = μ⊙π0`, asked for are `y ≥ 0` and a row `a`
//! in the row space of `W` with `(a⊙ρ − s)·v = 0` for the backward vectors `v`, for each class with one `ρ`. The equations are bilinear in `a` and `y`.
//!
//! - Where the backward vectors span everything, `a_h ρ_h = s_h` at every state. With `t = 1/ρ` the row is `a = s⊙t` where `s` is not zero, and `t` lives in
//!   a linear space that is computed exactly; elsewhere `a_h = 0` unless `ρ_h = 0`. Each set of states from which `y` may start decides where that is.
//! - Otherwise the unknown row is `b` itself, and there is an equation for each vector of a basis.
//!
//! A space of dimension 0 or 1 is decided. Larger ones are searched: [`Bilinear`] proposes and rounds, and what comes out is tested exactly. That nothing
//! comes out proves nothing.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{
    BackwardSpan, HeadSystem, Solved,
    bilinear::{Bilinear, Proposal},
};
use crate::{
    linear::{Fractions, Matrix},
    model::{Hmm, State, Task},
};

/// How much is searched, counted in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Sets of states from which `y` may start.
    pub supports: usize,
    /// Starting points for each of them.
    pub starts: usize,
    /// What the starting points are drawn from.
    pub seed: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { supports: 64, starts: 12, seed: 0 }
    }
}

/// What was searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Sets of states from which `y` may start that were looked at.
    pub supports: usize,
    /// Of these the ones that are exactly known to have nothing.
    pub excluded: usize,
    /// Starting points.
    pub starts: usize,
    /// Those that came to a solution in floats.
    pub converged: usize,
    /// Whether there were more sets than were looked at.
    pub cut: bool,
}

/// A good many of the converged starting points are alike.
const PROPOSALS: usize = 3;

/// Looks for `y ≥ 0`, zero outside `allowed`, so that a proportional head exists behind the law `A y`. What was searched is added to `searched`.
pub fn prompt_values(
    hmm: &Hmm,
    task: &Task,
    span: &BackwardSpan,
    allowed: &[usize],
    effort: Effort,
    searched: &mut Searched,
) -> Option<Vec<BigRational>> {
    let problem = Problem::new(hmm, task, span);
    let supports = problem.supports(allowed, effort.supports);
    searched.cut |= supports.len() > effort.supports;
    let known = [hmm.initial().to_vec()].into_iter().filter(|y| inside(y, allowed));
    let simple = supports.iter().map(|support| problem.indicator(support));
    if let Some(y) = known.chain(simple).find(|y| problem.accepts(y)) {
        return Some(y);
    }
    let mut random = SplitMix(effort.seed);
    supports.iter().take(effort.supports).find_map(|support| {
        searched.supports += 1;
        problem.search(support, effort.starts, &mut random, searched)
    })
}

fn inside(y: &[BigRational], allowed: &[usize]) -> bool {
    y.iter().enumerate().all(|(state, value)| value.is_zero() || allowed.contains(&state))
}

struct Problem<'a> {
    hmm: &'a Hmm,
    task: &'a Task,
    span: &'a BackwardSpan,
    /// `μ⊙π0` of each class.
    scores: Vec<Vec<BigRational>>,
}

impl<'a> Problem<'a> {
    fn new(hmm: &'a Hmm, task: &'a Task, span: &'a BackwardSpan) -> Self {
        let scored = |row: &Vec<BigRational>| row.iter().zip(hmm.initial()).map(|(mu, p)| mu * p).collect();
        let scores = task.contrasts().iter().map(scored).collect();
        Self { hmm, task, span, scores }
    }

    /// Whether a head exists behind the law `A y`, exactly.
    fn accepts(&self, y: &[BigRational]) -> bool {
        let system = HeadSystem::behind(self.hmm, &self.hmm.advance(y));
        matches!(system.on_span(self.task, self.span.vectors()), Some(Solved::Head(_)))
    }

    fn indicator(&self, support: &[usize]) -> Vec<BigRational> {
        let entry = |state| BigRational::from_integer(BigInt::from(u8::from(support.contains(&state))));
        (0..self.hmm.states()).map(entry).collect()
    }

    /// Whether the task looks at a state.
    fn counts(&self, state: usize) -> bool {
        self.scores.iter().any(|row| !row[state].is_zero())
    }

    /// Where the chain can be after a step from one of these states.
    fn reached(&self, support: &[usize]) -> Vec<usize> {
        let reaches = |to: usize| support.iter().any(|&from| self.hmm.has_step(State(from), State(to)));
        (0..self.hmm.states()).filter(|&to| reaches(to)).collect()
    }

    /// Sets of states from which one step leads to every state that counts, largest first: all that are allowed, and what is left of a set
    /// when another state must not be reached. Ends after one more than `limit`.
    fn supports(&self, allowed: &[usize], limit: usize) -> Vec<Vec<usize>> {
        let mut found = vec![allowed.to_vec()];
        let mut seen: BTreeSet<_> = found.iter().cloned().collect();
        let mut next = 0;
        while next < found.len() && found.len() <= limit {
            let support = found[next].clone();
            for avoided in self.reached(&support).into_iter().filter(|&state| !self.counts(state)) {
                let leads = |from: &usize| self.hmm.has_step(State(*from), State(avoided));
                let smaller: Vec<_> = support.iter().copied().filter(|from| !leads(from)).collect();
                if self.covers(&smaller) && found.len() <= limit && seen.insert(smaller.clone()) {
                    found.push(smaller);
                }
            }
            next += 1;
        }
        found
    }

    fn covers(&self, support: &[usize]) -> bool {
        let reached = self.reached(support);
        (0..self.hmm.states()).all(|state| !self.counts(state) || reached.contains(&state))
    }

    /// The equations, with `y` on this support.
    fn equations(&self, support: &[usize]) -> Option<Bilinear> {
        if self.span.dimension() == self.hmm.states() {
            self.at_states(support)
        } else {
            Some(self.on_vectors(support))
        }
    }

    /// `(Λc)_h (A y)_h = 1` at every state that counts; `None` if the space of `t = Λc` could not be computed.
    fn at_states(&self, support: &[usize]) -> Option<Bilinear> {
        let counting: Vec<_> = (0..self.hmm.states()).filter(|&state| self.counts(state)).collect();
        let basis = self.reciprocals(&self.reached(support), &counting)?;
        let slice = |at: usize| {
            Matrix::from_fn(basis.len(), support.len(), |a, j| {
                BigRational::from_integer(basis[a][at].clone())
                    * &self.hmm.transition()[(counting[at], support[j])]
            })
        };
        Some(Bilinear::new(
            (0..counting.len()).map(slice).collect(),
            vec![BigRational::one(); counting.len()],
        ))
    }

    /// A basis of the `t` for which `s⊙t`, zero at the other reached states, is in the row space of `W` there, for each class.
    fn reciprocals(&self, reached: &[usize], counting: &[usize]) -> Option<Vec<Vec<BigInt>>> {
        let seen = Fractions::new(self.hmm.emission()).select(reached);
        let kernel = seen.kernel()?.kernel;
        let at = |h: usize| reached.iter().position(|&state| state == h);
        let row = |dependence: &Vec<BigInt>, scores: &Vec<BigRational>| {
            let entry = |&h: &usize| at(h).map_or_else(BigRational::zero, |at| &scores[h] * &dependence[at]);
            counting.iter().map(entry).collect::<Vec<_>>()
        };
        let rows: Vec<_> = kernel
            .iter()
            .flat_map(|dependence| self.scores.iter().map(|scores| row(dependence, scores)))
            .collect();
        let matrix = Matrix::from_fn(rows.len(), counting.len(), |i, j| rows[i][j].clone());
        Some(Fractions::new(&matrix).kernel()?.kernel)
    }

    /// `b_k·W(A y ⊙ v) = s_k·v` for every class and every vector of the basis.
    fn on_vectors(&self, support: &[usize]) -> Bilinear {
        let (tokens, states) = (self.hmm.tokens(), self.hmm.states());
        let (emission, transition) = (self.hmm.emission(), self.hmm.transition());
        let (mut slices, mut rhs) = (Vec::new(), Vec::new());
        for vector in self.span.vectors() {
            let largest = vector.iter().map(Signed::abs).max().unwrap_or_else(BigInt::one);
            let vector: Vec<_> =
                vector.iter().map(|v| BigRational::new(v.clone(), largest.clone())).collect();
            let seen = Matrix::from_fn(tokens, support.len(), |z, j| {
                (0..states)
                    .map(|h| &emission[(z, h)] * &transition[(h, support[j])] * &vector[h])
                    .sum::<BigRational>()
            });
            for (class, scores) in self.scores.iter().enumerate() {
                slices.push(Matrix::from_fn(tokens * self.scores.len(), support.len(), |a, j| {
                    if a / tokens == class { seen[(a % tokens, j)].clone() } else { BigRational::zero() }
                }));
                rhs.push(scores.iter().zip(&vector).map(|(s, v)| s * v).sum());
            }
        }
        Bilinear::new(slices, rhs)
    }

    fn search(
        &self,
        support: &[usize],
        starts: usize,
        random: &mut SplitMix,
        searched: &mut Searched,
    ) -> Option<Vec<BigRational>> {
        let equations = self.equations(support)?;
        let whole = |values: &[BigRational]| {
            let mut y = vec![BigRational::zero(); self.hmm.states()];
            support.iter().zip(values).for_each(|(&state, value)| y[state].clone_from(value));
            y
        };
        if self.span.dimension() == self.hmm.states() && equations.coefficients() <= 1 {
            searched.excluded += 1;
            let signs =
                [BigRational::one(), -BigRational::one()].into_iter().take(2 * equations.coefficients());
            let found = signs
                .filter_map(|sign| equations.completed(&[sign]))
                .map(|y| whole(&y))
                .find(|y| self.accepts(y));
            searched.excluded -= usize::from(found.is_some());
            return found;
        }
        let proposals = self.proposals(&equations, support.len(), starts, random, searched);
        equations.round(&proposals, |y| self.accepts(&whole(y))).map(|y| whole(&y))
    }

    /// From equal entries first, then from random ones.
    fn proposals(
        &self,
        equations: &Bilinear,
        unknowns: usize,
        starts: usize,
        random: &mut SplitMix,
        searched: &mut Searched,
    ) -> Vec<Proposal> {
        let mut proposals = Vec::new();
        for start in 0..starts {
            let logarithm = |_| if start == 0 { 0.0 } else { 4.0 * random.unit() - 2.0 };
            searched.starts += 1;
            proposals.extend(equations.propose((0..unknowns).map(logarithm).collect()));
            if proposals.len() == PROPOSALS {
                break;
            }
        }
        searched.converged += proposals.len();
        proposals
    }
}

/// The generator of Steele, Lea and Flood (2014).
struct SplitMix(u64);

impl SplitMix {
    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
