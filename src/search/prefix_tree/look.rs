//! What is known of the continuations of one prefix: in floats with bounds on their errors, or exactly.
//!
//! All matrices are nonnegative and every functional is kept as a difference of two nonnegative rows: nothing cancels
//! on the way, and the relative error of a computed entry is bounded beforehand (Higham, *Accuracy and Stability of Numerical
//! Algorithms*, 3.1). What is not zero stays above [`FLOOR`], so that an entry is zero here exactly if it is; the error that this makes
//! is less than [`TINY`]. Masses are probabilities; the values of a task (or a head) are divided by the least power of two above all its
//! entries, as the checker has them.

use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use super::by_state::{Ahead, Compared, Row};
use crate::search::{Comparison, Functionals, Rows};

/// Added to every product that is not zero.
const FLOOR: f64 = 1e-295;

/// More than all that [`FLOOR`] and numbers that are too small for floats come to.
const TINY: f64 = 1e-280;

/// Where scores are compared state by state, the checker's have about so much less than the largest one for a unit: `2^-108`.
const UNIT: f64 = 1.0 / (1_u128 << 108) as f64;

/// The task, or the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Task,
    Head,
}

/// What was found of one prefix.
pub(super) struct Assessment {
    /// Of task and head, on the prefix as an input of its own.
    pub labels: (usize, usize),
    /// Whether both are certain.
    pub certain: bool,
    /// The binary logarithm of the least score of that input, where numbers are exact.
    pub margin: f64,
    /// That of the sum of what is added and subtracted for a score, where they are floats.
    pub size: f64,
    /// Bounds of the probability.
    pub mass: (f64, f64),
    /// A bound of the probability of continuations with other labels.
    pub doubt: f64,
    /// The ratio of mass to value that it holds with, for each comparison.
    pub ratios: Box<[f64]>,
    /// Whether exact numbers would settle much of it.
    pub blurred: bool,
}

/// The rows of one prefix.
#[derive(Clone, Copy)]
enum View<'a> {
    /// Masses, then the positive and the negative part of each contrast row.
    Float { rows: &'a [f64], error: f64 },
    /// Integers, and what masses and values are over.
    Exact { rows: &'a Rows, scale: &'a BigInt, step: &'a BigInt },
}

/// The value of a comparison in a column.
struct Value {
    /// At most the value.
    low: f64,
    /// Its sign, if that is known.
    sign: Option<Sign>,
}

/// What a comparison is worth for the prefix as an input of its own.
struct Total {
    /// Whether it is won for sure.
    won: bool,
    /// At most its value.
    value: f64,
    /// What is added and subtracted for that, together.
    size: f64,
}

/// What a comparison loses at most.
#[derive(Default)]
struct Flip {
    bound: f64,
    ratio: f64,
    /// How much of the bound is that of columns whose signs are not known.
    blurred: f64,
}

/// How prefixes are looked at.
pub(super) struct Look {
    pub functionals: Functionals,
    /// The entries of `A` that are not zero by columns, each with its row, and `W` by rows.
    transition: Vec<Vec<(usize, f64)>>,
    emission: Vec<f64>,
    /// The values of task and head are integers over these powers of two.
    units: [u64; 2],
}

/// Room for the columns of one comparison.
#[derive(Default)]
pub(super) struct Scratch {
    masses: Vec<f64>,
    columns: Vec<Column>,
    /// Ratios of mass to value, and values.
    candidates: Vec<(f64, f64)>,
}

/// A column of a comparison.
struct Column {
    mass: f64,
    /// At most the value.
    low: f64,
    /// Whether its sign is not known.
    blurred: bool,
}

/// A bound on the relative error of an entry after `depth` steps: as many roundings as are made, and as many again.
fn relative_error(depth: usize, states: usize) -> f64 {
    (depth + 2) as f64 * (states + 8) as f64 * f64::EPSILON
}

impl Look {
    /// # Panics
    /// If the functionals are without a head.
    pub fn new(functionals: Functionals) -> Self {
        let rows = functionals.root();
        let (task, head) = functionals.split(&rows.0);
        assert!(!head.is_empty(), "a tree compares a task with a head");
        let units = [task, head].map(|rows| rows.iter().flatten().map(BigInt::bits).max().unwrap_or(0));
        let (transition, emission) = functionals.float_matrices();
        let not_zero =
            |column: &[f64]| column.iter().copied().enumerate().filter(|(_, entry)| *entry > 0.0).collect();
        let transition = transition.chunks_exact(functionals.states()).map(not_zero).collect();
        Self { functionals, transition, emission, units }
    }

    /// The binary logarithms of what the values of task and head are over.
    pub fn units(&self) -> [u64; 2] {
        self.units
    }

    /// How many numbers the rows of a prefix have.
    pub fn width(&self) -> usize {
        (1 + 4 * self.functionals.contrasts()) * self.functionals.states()
    }

    /// The rows of the empty prefix.
    pub fn root(&self) -> Vec<f64> {
        let rows = self.functionals.root();
        let (task, head) = self.functionals.split(&rows.0);
        let mut floats: Vec<f64> =
            rows.0[0].iter().map(|mass| quotient(mass, self.functionals.mass_scale())).collect();
        for (group, unit) in [task, head].into_iter().zip(self.units) {
            let unit = BigInt::from(1) << unit;
            for row in group {
                let values: Vec<f64> = row.iter().map(|value| quotient(value, &unit)).collect();
                floats.extend(values.iter().map(|value| value.max(0.0)));
                floats.extend(values.iter().map(|value| (-value).max(0.0)));
            }
        }
        floats
    }

    /// `A r` for each row.
    pub fn advance(&self, rows: &[f64]) -> Vec<f64> {
        let n = self.functionals.states();
        let mut advanced = vec![0.0; rows.len()];
        for (from, to) in rows.chunks_exact(n).zip(advanced.chunks_exact_mut(n)) {
            for (value, column) in from.iter().zip(&self.transition).filter(|(value, _)| **value != 0.0) {
                for (row, a) in column {
                    to[*row] += value * a + FLOOR;
                }
            }
        }
        advanced
    }

    /// The rows of a child from those that its siblings share.
    pub fn emit(&self, token: usize, advanced: &[f64], rows: &mut Vec<f64>) {
        let n = self.functionals.states();
        let filter = &self.emission[token * n..][..n];
        let passed = |(r, w): (&f64, &f64)| if *r == 0.0 || *w == 0.0 { 0.0 } else { r * w + FLOOR };
        rows.clear();
        rows.extend(advanced.chunks_exact(n).flat_map(|row| row.iter().zip(filter)).map(passed));
    }

    /// Looks at a prefix in floats.
    pub fn in_floats(&self, depth: usize, rows: &[f64], scratch: &mut Scratch) -> Assessment {
        let error = relative_error(depth, self.functionals.states());
        self.assess(View::Float { rows, error }, scratch)
    }

    /// Compares the states of a prefix with so much doubt, from the rows that its children share.
    pub fn by_state(&self, depth: usize, doubt: f64, advanced: &[f64], ahead: &Ahead) -> Compared {
        let n = self.functionals.states();
        let error = relative_error(depth + 1, n);
        let view = View::Float { rows: advanced, error };
        let comparisons = self.functionals.comparisons();
        let rows = [Group::Task, Group::Head].map(|group| {
            let base = n + 2 * n * self.functionals.contrasts() * group as usize;
            let parts = &advanced[base..][..2 * n * self.functionals.contrasts()];
            // The checker has integers over this power of two at most.
            let unit = parts.iter().fold(0.0_f64, |most, part| most.max(*part)) * n as f64 * UNIT;
            let spread = unit * (depth + 3) as f64;
            let row = |comparison| {
                let values = (0..n).map(|column| view.value(self, group, comparison, column).low).collect();
                Row { values, spread }
            };
            (0..comparisons.labels()).map(|label| comparisons.of(label).iter().map(row).collect()).collect()
        });
        ahead.compare(&advanced[..n], &rows, error, doubt)
    }

    /// Looks at a prefix exactly.
    pub fn exactly(&self, depth: usize, rows: &Rows, scratch: &mut Scratch) -> Assessment {
        let step = num_traits::pow(self.functionals.step_scale().clone(), depth);
        let scale = &step * self.functionals.mass_scale();
        self.assess(View::Exact { rows, scale: &scale, step: &step }, scratch)
    }

    /// Whether the scores of the head may be one positive multiple of those of the task: a screening, not a verdict.
    pub fn looks_proportional(&self, rows: &[f64]) -> bool {
        let n = self.functionals.states();
        let (task, head) = rows[n..].split_at(2 * n * self.functionals.contrasts());
        let value = |rows: &[f64], at: usize| {
            let at = at / n * 2 * n + at % n;
            (rows[at] - rows[at + n], rows[at] + rows[at + n])
        };
        let all = || 0..task.len() / 2;
        let size = |at: &usize| value(task, *at).0.abs();
        let Some(largest) = all().max_by(|a, b| size(a).total_cmp(&size(b))).filter(|at| size(at) > 0.0)
        else {
            return true;
        };
        let factor = value(head, largest).0 / value(task, largest).0;
        let close = |at: usize| {
            let (s, g) = (value(task, at), value(head, at));
            (g.0 - factor * s.0).abs() <= 1e-9 * (g.1 + factor * s.1)
        };
        factor > 0.0 && all().all(close)
    }

    fn assess(&self, view: View<'_>, scratch: &mut Scratch) -> Assessment {
        scratch.masses.clear();
        scratch.masses.extend((0..self.functionals.states()).map(|column| view.mass(column)));
        let total: f64 = scratch.masses.iter().sum();
        let (error, tiny) = (view.error(), if total > 0.0 { TINY } else { 0.0 });
        let mass = ((total * (1.0 - 2.0 * error) - tiny).max(0.0), total * (1.0 + 2.0 * error) + tiny);
        let labels = [Group::Task, Group::Head].map(|group| view.label(self, group));
        let comparisons = self.functionals.comparisons();
        let of = |group: Group| comparisons.of(labels[group as usize]).iter().map(move |c| (group, c));
        let (mut certain, mut margin, mut size) = (true, f64::INFINITY, f64::NEG_INFINITY);
        let (mut doubt, mut blurred) = (0.0, 0.0);
        let ratios = of(Group::Task).chain(of(Group::Head)).map(|(group, comparison)| {
            let total = view.total(self, group, comparison);
            certain &= total.won;
            (margin, size) = (margin.min(total.value.log2()), size.max(total.size.log2()));
            let flip = self.flip(view, group, comparison, scratch);
            doubt += flip.bound;
            blurred += flip.blurred;
            flip.ratio
        });
        let ratios: Box<[f64]> = ratios.collect();
        Assessment {
            labels: labels.into(),
            certain,
            margin,
            size,
            mass,
            doubt: doubt.min(mass.1),
            ratios,
            blurred: doubt > 0.0 && blurred >= doubt / 2.0,
        }
    }

    /// The bound of one comparison.
    fn flip(&self, view: View<'_>, group: Group, comparison: &Comparison, scratch: &mut Scratch) -> Flip {
        let Scratch { masses, columns, candidates } = scratch;
        let (error, mut lost) = (view.error(), false);
        columns.clear();
        for (column, &mass) in masses.iter().enumerate() {
            let Value { low, sign } = view.value(self, group, comparison, column);
            lost |= match sign {
                Some(Sign::Plus) => false,
                Some(Sign::NoSign) => comparison.strict,
                Some(Sign::Minus) | None => true,
            };
            columns.push(Column { mass, low, blurred: sign.is_none() });
        }
        if !lost {
            return Flip::default();
        }
        let ratio = round_up(best_ratio(columns, candidates) * (1.0 + 8.0 * error));
        let mut flip = Flip { ratio, ..Flip::default() };
        for column in columns.iter() {
            let tiny = if column.mass > 0.0 { view.tiny() } else { 0.0 };
            let excess = (column.mass * (1.0 + 2.0 * error) + tiny - ratio * column.low).max(0.0);
            flip.bound += excess * (1.0 + 8.0 * error);
            flip.blurred += if column.blurred { excess } else { 0.0 };
        }
        flip
    }
}

/// The `r ≥ 0` for which `Σ max(0, m_j − r v_j)` is least. With growing `r` that falls as long as the `v_j > 0` with `m_j > r v_j` exceed
/// the sum of the negative `|v_j|`.
fn best_ratio(columns: &[Column], candidates: &mut Vec<(f64, f64)>) -> f64 {
    let against: f64 = columns.iter().map(|column| (-column.low).max(0.0)).sum();
    let positive = columns.iter().filter(|column| column.low > 0.0);
    candidates.clear();
    candidates.extend(positive.map(|column| (column.mass / column.low, column.low)));
    candidates.retain(|(ratio, _)| *ratio < f64::MAX / 2.0);
    candidates.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut ahead = 0.0;
    let decisive = candidates.iter().find(|(_, low)| {
        ahead += low;
        ahead > against
    });
    decisive.map_or(0.0, |(ratio, _)| *ratio)
}

impl View<'_> {
    /// The relative error of masses, and of values but for their spread.
    fn error(&self) -> f64 {
        match self {
            Self::Float { error, .. } => *error,
            Self::Exact { .. } => 4.0 * f64::EPSILON,
        }
    }

    /// The absolute error of what is not zero.
    fn tiny(&self) -> f64 {
        match self {
            Self::Float { .. } => TINY,
            Self::Exact { .. } => 0.0,
        }
    }

    /// The label of the prefix as an input of its own; of floats a guess.
    fn label(&self, look: &Look, group: Group) -> usize {
        let comparisons = look.functionals.comparisons();
        match self {
            Self::Float { .. } => {
                let sum = |row: usize| {
                    let row = Comparison { plus: Some(row), minus: None, strict: false, rival: 0 };
                    let parts = |column| self.parts(look, group, &row, column);
                    (0..look.functionals.states()).map(parts).map(|(plus, minus)| plus - minus).sum()
                };
                comparisons.label(&(0..look.functionals.contrasts()).map(sum).collect::<Vec<f64>>())
            }
            Self::Exact { rows, .. } => comparisons.label(&sums(look, rows, group)),
        }
    }

    /// How the prefix itself fares in a comparison.
    fn total(&self, look: &Look, group: Group, comparison: &Comparison) -> Total {
        match self {
            Self::Float { error, .. } => {
                let parts = (0..look.functionals.states()).map(|c| self.parts(look, group, comparison, c));
                let (plus, minus) = parts.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
                let size = plus + minus;
                if size == 0.0 {
                    return Total { won: !comparison.strict, value: f64::INFINITY, size };
                }
                let value = plus - minus - 2.0 * error * size - TINY;
                Total { won: value > 0.0, value: value.max(0.0), size }
            }
            Self::Exact { rows, step, .. } => {
                let value = comparison.value(&sums(look, rows, group));
                let value = quotient(&value, &(*step << look.units[group as usize])).max(0.0);
                Total { won: true, value, size: value }
            }
        }
    }

    fn mass(&self, column: usize) -> f64 {
        match self {
            Self::Float { rows, .. } => rows[column],
            Self::Exact { rows, scale, .. } => quotient(&rows.0[0][column], scale),
        }
    }

    /// What is added and what is subtracted, in floats. (There is none in exact rows.)
    fn parts(&self, look: &Look, group: Group, comparison: &Comparison, column: usize) -> (f64, f64) {
        let Self::Float { rows, .. } = self else { return (0.0, 0.0) };
        let n = look.functionals.states();
        let base = n + 2 * n * look.functionals.contrasts() * group as usize + column;
        let part = |row: Option<usize>, negative: usize| {
            row.map_or(0.0, |row| rows[base + (2 * row + negative) * n])
        };
        let plus = part(comparison.plus, 0) + part(comparison.minus, 1);
        (plus, part(comparison.plus, 1) + part(comparison.minus, 0))
    }

    /// The value of a comparison in one column.
    fn value(&self, look: &Look, group: Group, comparison: &Comparison, column: usize) -> Value {
        match self {
            Self::Float { error, .. } => {
                let (plus, minus) = self.parts(look, group, comparison, column);
                if plus + minus == 0.0 {
                    return Value { low: 0.0, sign: Some(Sign::NoSign) };
                }
                let (value, spread) = (plus - minus, error * (plus + minus) + TINY);
                let sign = match value {
                    _ if value > spread => Some(Sign::Plus),
                    _ if value < -spread => Some(Sign::Minus),
                    _ => None,
                };
                Value { low: value - spread, sign }
            }
            Self::Exact { rows, step, .. } => {
                let rows: Vec<BigInt> =
                    group_of(look, rows, group).iter().map(|row| row[column].clone()).collect();
                let value = comparison.value(&rows);
                let low = quotient(&value, &(*step << look.units[group as usize]));
                // What is too small for a float is rounded away from 0, so that it is not lost: a negative value may be.
                let low = if low == f64::MIN_POSITIVE { 0.0 } else { low - 4.0 * f64::EPSILON * low.abs() };
                Value { low, sign: Some(value.sign()) }
            }
        }
    }
}

fn group_of<'r>(look: &Look, rows: &'r Rows, group: Group) -> &'r [Vec<BigInt>] {
    let (task, head) = look.functionals.split(&rows.0);
    match group {
        Group::Task => task,
        Group::Head => head,
    }
}

/// The values of the prefix as an input of its own.
fn sums(look: &Look, rows: &Rows, group: Group) -> Vec<BigInt> {
    group_of(look, rows, group).iter().map(|row| row.iter().sum()).collect()
}

/// The nearest float, and not 0 unless the numerator is.
fn quotient(numerator: &BigInt, denominator: &BigInt) -> f64 {
    if numerator.is_zero() {
        return 0.0;
    }
    let size = BigRational::new_raw(numerator.abs(), denominator.clone()).to_f64().unwrap_or(0.0);
    let size = size.max(f64::MIN_POSITIVE);
    if numerator.is_negative() { -size } else { size }
}

/// The next float with a mantissa of 24 bits.
fn round_up(value: f64) -> f64 {
    const LOST: u64 = (1 << 29) - 1;
    if value > 0.0 { f64::from_bits((value.max(f64::MIN_POSITIVE).to_bits() | LOST) + 1) } else { value }
}
