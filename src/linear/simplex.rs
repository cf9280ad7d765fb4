//! The simplex method on one tableau, for integers (fraction-free, exact) and for floats (to propose).
//!
//! A tableau stands for `A x = p`, `x ≥ 0`, multiplied from the left by the inverse of a basis `B`: columns
//! of `A` or artificial unit columns. Over the integers it holds `det(B)·B⁻¹[A | I | p]`, whose entries are
//! minors, so that the division at the end of each pivot leaves no remainder (Bareiss 1968, Edmonds 1967).
//! A row whose basic unknown is artificial has no basic column here; artificial unknowns never come back.
//!
//! The column of steepest gain enters; after more steps than rows that gained nothing the rule is Bland's
//! until one does, and therefore the exact method ends.

use std::{cmp::Ordering, fmt::Debug};

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::Matrix;
use crate::number::clear;

/// A solution of `A x = p`, `x ≥ 0` with as large a support as any, or `None` if there is no solution.
///
/// `matrix` is rows × columns, `rhs` has an entry for each row. The solution is an average of
/// feasible points, one for each coordinate that can be positive. Exact; meant for the few dozen
/// unknowns of a start law: each step costs rows × columns integer operations.
///
/// ```
/// use recoverable::{linear::{Matrix, nonnegative_solution}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1", "1"]]).unwrap().map(|entry| parse(entry).unwrap());
/// let solution = nonnegative_solution(&matrix, &[parse("1").unwrap()]).unwrap();
/// assert_eq!(solution, [parse("1/2").unwrap(), parse("1/2").unwrap()]);
/// assert_eq!(nonnegative_solution(&matrix, &[parse("-1").unwrap()]), None);
/// ```
pub fn nonnegative_solution(matrix: &Matrix<BigRational>, rhs: &[BigRational]) -> Option<Vec<BigRational>> {
    let unknowns = matrix.columns();
    let row = |(r, value)| clear(&matrix.row(r).iter().chain([value]).cloned().collect::<Vec<_>>()).0;
    let mut tableau = Tableau::new(rhs.iter().enumerate().map(row).collect(), unknowns);
    if tableau.make_feasible(usize::MAX) != Phase::Feasible {
        return None;
    }
    tableau.drop_artificial();
    let mut points = vec![tableau.vertex()];
    for coordinate in 0..unknowns {
        if points.iter().all(|point| point[coordinate].is_zero()) {
            tableau.price((0..unknowns).map(|column| BigInt::from(u8::from(column == coordinate))));
            let end = tableau.maximise(usize::MAX);
            points.push(tableau.vertex());
            if let End::Unbounded(column) = end {
                let far = tableau.ray(column);
                let point = points[points.len() - 1].iter().zip(far).map(|(x, step)| x + step).collect();
                points.push(point);
            }
        }
    }
    let count = BigRational::from_integer(points.len().into());
    let average = |i: usize| points.iter().map(|point| point[i].clone()).sum::<BigRational>() / &count;
    Some((0..unknowns).map(average).collect())
}

/// A number that a tableau is made of.
pub(crate) trait Entry: Clone + Debug + Zero + One {
    /// Whether steps that gain nothing are worth Bland's rule; floats stop instead.
    const EXACT: bool;

    /// The sign; a float near zero has none.
    fn sign(&self) -> Ordering;

    /// `-value`.
    fn negated(&self) -> Self;

    /// The order by size, total.
    fn order(&self, other: &Self) -> Ordering;

    /// The order of two limits `value / entry`, entries positive.
    fn limits(first: (&Self, &Self), second: (&Self, &Self)) -> Ordering;

    /// Prepares the pivot row; its entry at the pivot becomes the new denominator.
    fn settle(source: &mut [Self], pivot: usize);

    /// Makes `row[pivot]` zero with the settled pivot row, and changes the denominator.
    fn eliminate(row: &mut [Self], source: &[Self], pivot: usize, denominator: &Self);
}

impl Entry for BigInt {
    const EXACT: bool = true;

    fn sign(&self) -> Ordering {
        self.cmp(&Self::ZERO)
    }

    fn negated(&self) -> Self {
        -self
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn limits(first: (&Self, &Self), second: (&Self, &Self)) -> Ordering {
        (first.0 * second.1).cmp(&(second.0 * first.1))
    }

    fn settle(_: &mut [Self], _: usize) {}

    fn eliminate(row: &mut [Self], source: &[Self], pivot: usize, denominator: &Self) {
        let (scale, factor) = (&source[pivot], row[pivot].clone());
        if factor.is_zero() && scale == denominator {
            return;
        }
        for (entry, from) in row.iter_mut().zip(source) {
            let mut next = if entry.is_zero() { Self::ZERO } else { &*entry * scale };
            if !from.is_zero() && !factor.is_zero() {
                next -= &factor * from;
            }
            debug_assert!(next.is_multiple_of(denominator), "entries are minors");
            *entry = if denominator.is_one() || next.is_zero() { next } else { next / denominator };
        }
    }
}

/// Rows `Σ a_j x_j = value` over a common denominator.
pub(crate) struct Tableau<S> {
    /// Entries of the unknowns, then of columns that are only carried along, then the value.
    rows: Vec<Vec<S>>,
    /// The basic unknown of each row; `None` where it is artificial.
    basis: Vec<Option<usize>>,
    /// What a unit of each unknown gains, as a row; empty before there is an objective.
    objective: Vec<S>,
    /// Positive.
    denominator: S,
    unknowns: usize,
}

/// How a search for a feasible basis ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Feasible,
    Infeasible,
    /// The limit of steps was reached, or floats made no progress.
    Stopped,
}

/// How a maximisation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Optimal,
    /// Nothing limits this column.
    Unbounded(usize),
    /// The limit of steps was reached, or floats made no progress.
    Stopped,
}

impl<S: Entry> Tableau<S> {
    /// All basic unknowns artificial. Each row has the entries of the unknowns first and its value last.
    pub fn new(rows: Vec<Vec<S>>, unknowns: usize) -> Self {
        let basis = vec![None; rows.len()];
        Self { rows, basis, objective: Vec::new(), denominator: S::one(), unknowns }
    }

    pub fn basis(&self) -> &[Option<usize>] {
        &self.basis
    }

    /// Takes independent columns into the basis, whatever the signs of the values become; a
    /// column that depends on earlier ones stays outside.
    pub fn enter(&mut self, columns: impl Iterator<Item = usize>) {
        for column in columns {
            let free = |&row: &usize| self.basis[row].is_none() && !self.rows[row][column].is_zero();
            if let Some(row) = (0..self.rows.len()).find(free) {
                self.pivot(row, column);
            }
        }
    }

    /// Looks for a basis with values `≥ 0` and no positive artificial unknown. If there is none, the
    /// objective is a combination of the rows without a positive entry and with a positive value.
    pub fn make_feasible(&mut self, steps: usize) -> Phase {
        for row in 0..self.rows.len() {
            if self.value(row).order(&S::zero()).is_lt() {
                self.negate(row);
                self.basis[row] = None;
            }
        }
        let width = self.rows.first().map_or(0, Vec::len);
        let artificial: Vec<_> = (0..self.rows.len()).filter(|&row| self.basis[row].is_none()).collect();
        let sum = |column: usize| artificial.iter().fold(S::zero(), |s, &r| s + self.rows[r][column].clone());
        self.objective = (0..width).map(sum).collect();
        if self.maximise(steps) == End::Stopped {
            Phase::Stopped
        } else if self.objective.last().is_some_and(|missing| missing.sign() == Ordering::Greater) {
            Phase::Infeasible
        } else {
            Phase::Feasible
        }
    }

    /// Replaces artificial unknowns, all zero by now, where an unknown can take their place.
    pub fn drop_artificial(&mut self) {
        for row in 0..self.rows.len() {
            if self.basis[row].is_none() {
                let entries = &self.rows[row][..self.unknowns];
                if let Some(column) = entries.iter().position(|entry| entry.sign().is_ne()) {
                    self.pivot(row, column);
                }
            }
        }
    }

    /// Sets the objective: a unit of unknown `j` gains the `j`-th entry.
    pub fn price(&mut self, gains: impl Iterator<Item = S>) {
        let gains: Vec<S> = gains.collect();
        let width = self.rows.first().map_or(self.unknowns, Vec::len);
        let reduced = |column: usize| {
            let gain = gains.get(column).map_or_else(S::zero, |gain| gain.clone() * self.denominator.clone());
            let basic = self.basis.iter().zip(&self.rows).filter_map(|(basic, row)| {
                let gain = &gains[(*basic)?];
                (!gain.is_zero()).then(|| gain.negated() * row[column].clone())
            });
            basic.fold(gain, |sum, term| sum + term)
        };
        self.objective = (0..width).map(reduced).collect();
    }

    /// Improves the objective from a feasible basis.
    pub fn maximise(&mut self, steps: usize) -> End {
        let mut stalled = 0;
        for _ in 0..steps {
            let bland = stalled > self.rows.len();
            let Some(column) = self.improving(bland) else { return End::Optimal };
            if bland && !S::EXACT {
                return End::Stopped;
            }
            let Some(row) = self.leaving(column) else { return End::Unbounded(column) };
            stalled = if self.value(row).sign().is_eq() { stalled + 1 } else { 0 };
            self.pivot(row, column);
        }
        End::Stopped
    }

    fn value(&self, row: usize) -> &S {
        &self.rows[row][self.rows[row].len() - 1]
    }

    /// A column that gains: the first (Bland), or the one that gains most by the unit.
    fn improving(&self, bland: bool) -> Option<usize> {
        let gains = self.objective.iter().take(self.unknowns).enumerate();
        let mut gaining = gains.filter(|(_, gain)| gain.sign() == Ordering::Greater);
        let best = if bland { gaining.next() } else { gaining.max_by(|(_, a), (_, b)| a.order(b)) };
        best.map(|(column, _)| column)
    }

    /// The row that limits the column first; on ties an artificial one, else the smallest unknown (Bland).
    fn leaving(&self, column: usize) -> Option<usize> {
        let limit = |row: usize| (self.value(row), &self.rows[row][column]);
        let limiting = (0..self.rows.len()).filter(|&row| limit(row).1.sign() == Ordering::Greater);
        limiting.min_by(|&a, &b| S::limits(limit(a), limit(b)).then(self.basis[a].cmp(&self.basis[b])))
    }

    fn negate(&mut self, row: usize) {
        self.rows[row].iter_mut().for_each(|entry| *entry = entry.negated());
    }

    fn pivot(&mut self, row: usize, column: usize) {
        if self.rows[row][column].order(&S::zero()).is_lt() {
            self.negate(row);
        }
        let mut source = std::mem::take(&mut self.rows[row]);
        S::settle(&mut source, column);
        for other in self.rows.iter_mut().chain([&mut self.objective]).filter(|other| !other.is_empty()) {
            S::eliminate(other, &source, column, &self.denominator);
        }
        self.denominator = source[column].clone();
        self.rows[row] = source;
        self.basis[row] = Some(column);
    }
}

impl Tableau<BigInt> {
    /// The values of all unknowns.
    pub fn vertex(&self) -> Vec<BigRational> {
        let mut vertex = vec![BigRational::zero(); self.unknowns];
        for (row, basic) in self.basis.iter().enumerate() {
            if let Some(column) = *basic {
                vertex[column] = BigRational::new(self.value(row).clone(), self.denominator.clone());
            }
        }
        vertex
    }

    /// The objective at the columns that are only carried along.
    pub fn carried(&self) -> Vec<BigRational> {
        let carried = self.objective.iter().skip(self.unknowns).rev().skip(1).rev();
        carried.map(|entry| BigRational::new(entry.clone(), self.denominator.clone())).collect()
    }

    /// The direction that keeps all rows while the unlimited `column` grows.
    fn ray(&self, column: usize) -> Vec<BigRational> {
        let mut ray = vec![BigRational::zero(); self.unknowns];
        ray[column] = BigRational::one();
        for (row, basic) in self.basis.iter().enumerate() {
            if let Some(basic) = *basic {
                ray[basic] = BigRational::new(-&self.rows[row][column], self.denominator.clone());
            }
        }
        ray
    }
}
