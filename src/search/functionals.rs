//! The row vectors that decide about a prefix.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::Comparisons;
use crate::{
    model::{Construction, Hmm, Task, Token, inner},
    number::clear,
    oracle::Exact,
};

/// The rows `r` whose products `r·β(x)` decide about an input `x`: `π0` (its probability), the contrasts of the task times `π0`
/// (its label), and `diag(ρ) Wᵀ b` for the contrasts `b` of a head (the head's label).
///
/// For a prefix `w` and `M_w = Π AᵀD_{w_i}`, `β(w·y) = M_w β(y)`, so the row `r M_w` decides about every continuation. It
/// comes forward: `r M_{wz} = W_z ⊙ (A (r M_w))`.
#[derive(Clone, Debug)]
pub struct Functionals {
    oracle: Exact,
    comparisons: Comparisons,
    /// `π0`, then the rows of the task, then those of the head: each group over one common denominator.
    rows: Vec<Vec<BigInt>>,
    contrasts: usize,
    mass_scale: BigInt,
    task_scale: BigInt,
    head_scale: BigInt,
    /// `A` by columns and `W` by rows.
    transition: Vec<f64>,
    emission: Vec<f64>,
}

/// The rows `r M_w` of a prefix `w`, as integers times `step_scale^{|w|}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows(pub Vec<Vec<BigInt>>);

impl Functionals {
    /// Those of a task and, unless there is none, a head.
    pub fn new(hmm: &Hmm, task: &Task, construction: Option<&Construction>) -> Self {
        let (initial, mass_scale) = clear(hmm.initial());
        let times = |row: &[BigRational], law: &[BigRational]| {
            row.iter().zip(law).map(|(x, p)| x * p).collect::<Vec<_>>()
        };
        let of_task: Vec<_> = task.contrasts().iter().map(|row| times(row, hmm.initial())).collect();
        let contrasts = of_task.len();
        let mut rows = vec![initial];
        let (task_rows, task_scale) = over_one_denominator(&of_task);
        rows.extend(task_rows);
        let mut head_scale = BigInt::one();
        if let Some(construction) = construction {
            let law = construction.law(hmm);
            let of_head = construction.head().contrasts();
            let seen: Vec<_> = of_head.iter().map(|row| times(&images(hmm, row), &law)).collect();
            let (head_rows, scale) = over_one_denominator(&seen);
            rows.extend(head_rows);
            head_scale = scale;
        }
        let float = |entry: &BigRational| {
            let least = if entry.is_zero() { 0.0 } else { f64::MIN_POSITIVE };
            entry.to_f64().unwrap_or(0.0).max(least)
        };
        Self {
            oracle: Exact::new(hmm),
            comparisons: Comparisons::new(task),
            rows,
            contrasts,
            mass_scale,
            task_scale,
            head_scale,
            transition: hmm.transition().transpose().entries().iter().map(float).collect(),
            emission: hmm.emission().entries().iter().map(float).collect(),
        }
    }

    /// `n`, the number of states.
    pub fn states(&self) -> usize {
        self.oracle.states()
    }

    /// `k`, the number of tokens.
    pub fn tokens(&self) -> usize {
        self.oracle.matrices().1.rows()
    }

    /// What decides labels.
    pub fn comparisons(&self) -> &Comparisons {
        &self.comparisons
    }

    /// How many contrast rows the task has; the head, if there is one, has as many.
    pub fn contrasts(&self) -> usize {
        self.contrasts
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// What the row of masses is multiplied by.
    pub fn mass_scale(&self) -> &BigInt {
        &self.mass_scale
    }

    /// The factor of each token.
    pub fn step_scale(&self) -> &BigInt {
        self.oracle.step_scale()
    }

    /// The oracle of the model.
    pub fn oracle(&self) -> &Exact {
        &self.oracle
    }

    /// The rows of the empty prefix.
    pub fn root(&self) -> Rows {
        Rows(self.rows.clone())
    }

    /// `A r` for each row, which the children of a prefix share.
    pub fn advanced(&self, rows: &Rows) -> Rows {
        Rows(rows.0.iter().map(|row| self.oracle.integer_advance(row)).collect())
    }

    /// The rows of a child from those that its siblings share.
    pub fn child(&self, advanced: &Rows, token: Token) -> Rows {
        Rows(advanced.0.iter().map(|row| self.oracle.integer_filter(token, row)).collect())
    }

    /// The rows of a prefix.
    pub fn of(&self, word: &[Token]) -> Rows {
        word.iter().fold(self.root(), |rows, &token| self.child(&self.advanced(&rows), token))
    }

    /// The rows of the task and those of the head.
    pub fn split<'r, T>(&self, rows: &'r [T]) -> (&'r [T], &'r [T]) {
        rows[1..].split_at(self.contrasts)
    }

    /// Mass and labels of a prefix as an input of its own, from its rows; the mass is on the scale of the rows.
    pub fn judge(&self, rows: &Rows) -> Judged {
        let sums: Vec<BigInt> = rows.0.iter().map(|row| row.iter().sum()).collect();
        self.judge_sums(&sums)
    }

    /// The same of a prefix that is continued by a word, from the rows of the prefix and the integer `β` of the word.
    pub fn judge_before(&self, rows: &Rows, beta: &[BigInt]) -> Judged {
        let sums: Vec<BigInt> = rows.0.iter().map(|row| inner(row, beta)).collect();
        self.judge_sums(&sums)
    }

    fn judge_sums(&self, sums: &[BigInt]) -> Judged {
        let (task, head) = self.split(sums);
        let label = |rows: &[BigInt]| self.comparisons.label(rows);
        let (task_label, head_label) = (label(task), (!head.is_empty()).then(|| label(head)));
        let comparisons = self.comparisons.of(task_label).iter();
        let lead = comparisons.map(|comparison| comparison.value(task)).min();
        Judged { mass: sums[0].clone(), task: task_label, head: head_label, lead: lead.unwrap_or_default() }
    }

    /// The margin of a possible input: by how much the score `μ·P[H_0|x]` of its label leads the next one, for a binary task `|μ·P[H_0|x]|`.
    pub fn margin(&self, judged: &Judged) -> BigRational {
        BigRational::new(&judged.lead * &self.mass_scale, &judged.mass * &self.task_scale)
    }

    /// Whether the contrast rows of the head are one positive multiple of those of the task.
    pub fn are_proportional(&self, rows: &Rows) -> bool {
        let (task, head) = self.split(&rows.0);
        factor(task.iter().flatten().zip(head.iter().flatten())).is_some()
    }

    /// The `γ > 0` with which the scores of the head are `γ` times those of the task on all of these vectors, if there is one.
    pub fn factor_on(&self, vectors: &[Vec<BigInt>]) -> Option<BigRational> {
        let (task, head) = self.split(&self.rows);
        let value = |row: &Vec<BigInt>, vector: &Vec<BigInt>| inner(row, vector);
        let values: Vec<(BigInt, BigInt)> = vectors
            .iter()
            .flat_map(|vector| task.iter().zip(head).map(move |(s, g)| (value(s, vector), value(g, vector))))
            .collect();
        let found = factor(values.iter().map(|(s, g)| (s, g)))?;
        Some(found * BigRational::new(self.task_scale.clone(), self.head_scale.clone()))
    }

    /// `A` by columns and `W` by rows, rounded.
    pub(crate) fn float_matrices(&self) -> (Vec<f64>, Vec<f64>) {
        (self.transition.clone(), self.emission.clone())
    }

    /// The probability that a mass on the scale of rows at a depth stands for.
    pub fn probability(&self, mass: &BigInt, depth: usize) -> BigRational {
        BigRational::new(mass.clone(), num_traits::pow(self.step_scale().clone(), depth) * &self.mass_scale)
    }
}

/// An input with its mass and labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// On the scale of the rows.
    pub mass: BigInt,
    /// The task's label; of no account where the mass is 0.
    pub task: usize,
    /// The head's label.
    pub head: Option<usize>,
    /// By how much the task's score of its label leads the next one, times the mass, on the scale of the rows of the task.
    pub lead: BigInt,
}

impl Judged {
    /// Whether the input is possible and its labels differ.
    pub fn differs(&self) -> bool {
        !self.mass.is_zero() && self.head.is_some_and(|head| head != self.task)
    }
}

/// The factor between two lists of numbers, if that is positive; 1 between zeros.
fn factor<'n>(pairs: impl Iterator<Item = (&'n BigInt, &'n BigInt)> + Clone) -> Option<BigRational> {
    let Some((s, g)) = pairs.clone().find(|(s, _)| !s.is_zero()) else {
        return pairs.into_iter().all(|(_, g)| g.is_zero()).then(BigRational::one);
    };
    let positive = (s * g).is_positive() && pairs.into_iter().all(|(t, h)| t * g == h * s);
    positive.then(|| BigRational::new(g.clone(), s.clone()))
}

/// `Wᵀ b`.
fn images(hmm: &Hmm, head: &[BigRational]) -> Vec<BigRational> {
    let (numerators, scale) = clear(head); // entries are long and share their denominator
    let image = |h: usize| {
        let (column, own) = clear(hmm.emission().column(h));
        BigRational::new(inner(&numerators, &column), &scale * own)
    };
    (0..hmm.states()).map(image).collect()
}

fn over_one_denominator(rows: &[Vec<BigRational>]) -> (Vec<Vec<BigInt>>, BigInt) {
    let width = rows.first().map_or(1, Vec::len);
    let (entries, scale) = clear(rows.iter().flatten());
    (entries.chunks(width).map(<[BigInt]>::to_vec).collect(), scale)
}
