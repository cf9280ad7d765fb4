//! Linear programs with exact data: floats propose a basis, exact arithmetic disposes.
//!
//! The program is `min c·x` subject to `A x = p`, `x ≥ 0`, with integers and `c ≥ 0`. The simplex method
//! on rounded entries, scaled by powers of two, names a basis; the exact solution and multipliers of that
//! basis come from [`alternative`], by lifting. They are the answer if their signs are right. If not, the
//! floats try once more with perturbed values, against stalling on steps that gain nothing. Failing that too,
//! the exact tableau starts from the columns of the proposal and decides.
//!
//! The float method is our own tableau because what is needed is a *basis*. A published solver such as
//! `microlp` returns the values of the unknowns alone: no basis and no multipliers (at a degenerate vertex, which is
//! the common case here, the values do not determine them), and its only limit is a clock.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{
    Alternative, Matrix, alternative, dot,
    simplex::{Entry, Phase, Tableau},
};
use crate::number::clear;

/// `min costs·x` subject to `matrix · x = rhs`, `x ≥ 0`; `costs ≥ 0`.
pub(crate) struct Program {
    /// Rows are equations, columns unknowns.
    pub matrix: Matrix<BigInt>,
    pub rhs: Vec<BigInt>,
    pub costs: Vec<BigInt>,
}

/// What is true of a program with `costs ≥ 0`, which is bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// `x` solves it, its support are independent columns; `yᵀA ≤ c` and `y·p = c·x`.
    Optimal { x: Vec<BigRational>, y: Vec<BigRational> },
    /// `yᵀA ≥ 0` and `y·p < 0` (Farkas).
    Infeasible { y: Vec<BigRational> },
}

/// Who found the basis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The float proposal held.
    Proposed,
    /// The exact simplex method.
    Exact,
}

/// Solves the program.
pub(crate) fn solve(program: Program) -> (Outcome, Route) {
    let (program, divisors) = program.primitive();
    let mut scaled = Scaled::new(&program);
    let mut proposal = Proposal::new(&program, &scaled);
    let mut found = program.dispose(&proposal);
    if found.is_none() {
        scaled.perturb();
        let perturbed = Proposal::new(&program, &scaled);
        found = program.dispose(&perturbed);
        if perturbed.feasible || !proposal.feasible {
            proposal = perturbed;
        }
    }
    let (mut outcome, route) = match found {
        Some(outcome) => (outcome, Route::Proposed),
        None => (program.decide(&proposal), Route::Exact),
    };
    let (Outcome::Optimal { y, .. } | Outcome::Infeasible { y }) = &mut outcome;
    y.iter_mut().zip(divisors).for_each(|(y, divisor)| *y /= divisor);
    (outcome, route)
}

impl Program {
    /// Each equation over the greatest common divisor of its entries, and those divisors.
    fn primitive(self) -> (Self, Vec<BigInt>) {
        let divisor = |row: usize| {
            let entries = self.matrix.row(row).iter().chain([&self.rhs[row]]);
            let mut divisor = BigInt::zero();
            for entry in entries {
                if divisor.is_one() {
                    break;
                }
                divisor = divisor.gcd(entry);
            }
            if divisor.is_zero() { BigInt::one() } else { divisor }
        };
        let divisors: Vec<BigInt> = (0..self.rhs.len()).map(divisor).collect();
        if divisors.iter().all(One::is_one) {
            return (self, divisors);
        }
        let (height, width) = (self.matrix.rows(), self.matrix.columns());
        let matrix =
            Matrix::from_fn(height, width, |row, column| &self.matrix[(row, column)] / &divisors[row]);
        let rhs = self.rhs.iter().zip(&divisors).map(|(value, divisor)| value / divisor).collect();
        (Self { matrix, rhs, costs: self.costs }, divisors)
    }

    /// The exact answer of the proposed basis, if its signs are right.
    fn dispose(&self, proposal: &Proposal) -> Option<Outcome> {
        if proposal.feasible {
            self.optimal(proposal).or_else(|| self.infeasible(proposal))
        } else {
            self.infeasible(proposal).or_else(|| self.optimal(proposal))
        }
    }

    fn optimal(&self, proposal: &Proposal) -> Option<Outcome> {
        let columns = proposal.columns();
        let mut x = vec![BigRational::zero(); self.matrix.columns()];
        if columns.is_empty() {
            self.rhs.iter().all(Zero::is_zero).then_some(())?;
        } else {
            let system = Matrix::from_fn(columns.len(), self.rhs.len(), |i, row| {
                self.matrix[(row, columns[i])].clone()
            });
            let Alternative::Combination(values) = alternative(&system, &self.rhs, &BigInt::one())? else {
                return None;
            };
            values.iter().all(|value| !value.is_negative()).then_some(())?;
            columns.into_iter().zip(values).for_each(|(column, value)| x[column] = value);
        }
        let y = self.multipliers(&proposal.basis, |basic| {
            basic.map_or_else(|_| BigInt::zero(), |column| self.costs[column].clone())
        })?;
        let (numerators, denominator) = clear(&y);
        let fits = |column: usize| self.value(&numerators, column) <= &self.costs[column] * &denominator;
        (0..self.matrix.columns()).all(fits).then_some(Outcome::Optimal { x, y })
    }

    fn infeasible(&self, proposal: &Proposal) -> Option<Outcome> {
        proposal.basis.iter().any(Option::is_none).then_some(())?;
        let y = self.multipliers(&proposal.basis, |basic| {
            basic.map_or_else(|row| proposal.artificial(row), |_| BigInt::zero())
        })?;
        let numerators = clear(&y).0;
        let separates = dot(&numerators, &self.rhs).is_negative()
            && (0..self.matrix.columns()).all(|column| !self.value(&numerators, column).is_negative());
        separates.then_some(Outcome::Infeasible { y })
    }

    /// `y · A[:, column]`.
    fn value(&self, y: &[BigInt], column: usize) -> BigInt {
        y.iter().zip(self.matrix.column(column)).map(|(y, entry)| y * entry).sum()
    }

    /// The `y` with the given products with the basic columns, and with unit columns (`Err(row)`) where the
    /// basic unknown is artificial.
    fn multipliers(
        &self,
        basis: &[Option<usize>],
        price: impl Fn(Result<usize, usize>) -> BigInt,
    ) -> Option<Vec<BigRational>> {
        let basic = |i: usize| basis[i].ok_or(i);
        let prices: Vec<BigInt> = (0..basis.len()).map(|i| price(basic(i))).collect();
        if prices.iter().all(Zero::is_zero) {
            return Some(vec![BigRational::zero(); basis.len()]);
        }
        let square = Matrix::from_fn(basis.len(), basis.len(), |row, i| match basic(i) {
            Ok(column) => self.matrix[(row, column)].clone(),
            Err(unit) => BigInt::from(u8::from(row == unit)),
        });
        match alternative(&square, &prices, &BigInt::one())? {
            Alternative::Combination(y) => Some(y),
            Alternative::Witness(_) => None,
        }
    }

    /// The exact simplex method, from the columns of the proposal.
    fn decide(&self, proposal: &Proposal) -> Outcome {
        let unit = |row: usize, i: usize| BigInt::from(u8::from(row == i));
        let height = self.rhs.len();
        let row = |row: usize| {
            let units = (0..height).map(|i| unit(row, i));
            self.matrix.row(row).iter().cloned().chain(units).chain([self.rhs[row].clone()]).collect()
        };
        let mut tableau = Tableau::new((0..height).map(row).collect(), self.matrix.columns());
        tableau.enter(proposal.columns().into_iter());
        if tableau.make_feasible(usize::MAX) == Phase::Infeasible {
            return Outcome::Infeasible { y: tableau.carried().into_iter().map(|y| -y).collect() };
        }
        tableau.drop_artificial();
        tableau.price(self.costs.iter().map(|cost| -cost));
        tableau.maximise(usize::MAX);
        Outcome::Optimal { x: tableau.vertex(), y: tableau.carried() }
    }
}

/// A basis that the float method ended with.
struct Proposal {
    /// The basic column of each row, or `None` for the row's artificial unknown.
    basis: Vec<Option<usize>>,
    feasible: bool,
    /// `sign(p_i)` and the exponent by which the row was scaled.
    signs: Vec<bool>,
    shifts: Vec<i64>,
}

impl Proposal {
    fn new(program: &Program, scaled: &Scaled) -> Self {
        let (height, unknowns) = (scaled.rows.len(), program.matrix.columns());
        let signs = program.rhs.iter().map(Signed::is_negative).collect();
        let steps = 100 + 10 * (height + unknowns);
        let mut tableau = Tableau::new(scaled.rows.clone(), unknowns);
        let feasible = tableau.make_feasible(steps) == Phase::Feasible;
        if feasible && scaled.costs.iter().any(|&cost| cost > 0.0) {
            tableau.drop_artificial();
            tableau.price(scaled.costs.iter().map(|cost| -cost));
            tableau.maximise(steps);
        }
        Self { basis: tableau.basis().to_vec(), feasible, signs, shifts: scaled.shifts.clone() }
    }

    fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<_> = self.basis.iter().flatten().copied().collect();
        columns.sort_unstable();
        columns.dedup(); // floats that are no numbers could name one twice
        columns
    }

    /// `y · e_row` for the Farkas vector of the float method: the scaled artificial unknown costs 1.
    fn artificial(&self, row: usize) -> BigInt {
        let largest = self.shifts.iter().max().copied().unwrap_or(0);
        let size = BigInt::one() << u64::try_from(largest - self.shifts[row]).unwrap_or(0);
        if self.signs[row] { size } else { -size }
    }
}

/// The program in floats, rows and columns scaled by powers of two.
struct Scaled {
    /// Entries of a row, then its value.
    rows: Vec<Vec<f64>>,
    costs: Vec<f64>,
    /// Row `i` was divided by two to this power.
    shifts: Vec<i64>,
}

impl Scaled {
    fn new(program: &Program) -> Self {
        let Program { matrix, rhs, costs } = program;
        let shifts: Vec<i64> = (0..rhs.len())
            .map(|row| {
                let sizes = || matrix.row(row).iter().filter_map(size);
                sizes().max().zip(sizes().min()).map_or(0, |(most, least)| i64::midpoint(most, least))
            })
            .collect();
        let largest = |entries: &mut dyn Iterator<Item = &BigInt>| {
            let sizes = entries.zip(&shifts).filter_map(|(entry, shift)| Some(size(entry)? - shift));
            sizes.max().unwrap_or(0)
        };
        let width = matrix.columns();
        let columns: Vec<i64> = (0..width).map(|column| largest(&mut matrix.column(column))).collect();
        let value = largest(&mut rhs.iter());
        let row = |row: usize| {
            let entries = matrix.row(row).iter().zip(&columns);
            entries.chain([(&rhs[row], &value)]).map(|(e, shift)| float(e, shift + shifts[row])).collect()
        };
        let dearest = costs.iter().zip(&columns).filter_map(|(cost, shift)| Some(size(cost)? - shift));
        let dearest = dearest.max().unwrap_or(0);
        let costs = costs.iter().zip(&columns).map(|(cost, shift)| float(cost, shift + dearest)).collect();
        Self { rows: (0..rhs.len()).map(row).collect(), costs, shifts }
    }

    /// Moves each value a little away from zero, so that steps gain where many values are zero.
    fn perturb(&mut self) {
        let mut fraction: f64 = 0.0;
        for value in self.rows.iter_mut().filter_map(|row| row.last_mut()) {
            fraction = (fraction + 0.618_033_988_75).fract();
            *value += (1.0 + fraction) * 1e-6_f64.copysign(*value);
        }
    }
}

/// The length in bits of what is not zero.
fn size(value: &BigInt) -> Option<i64> {
    if value.is_zero() { None } else { i64::try_from(value.bits()).ok() }
}

/// About `value / 2^shift`; zero where a float ends.
fn float(value: &BigInt, shift: i64) -> f64 {
    let cut = value.bits().saturating_sub(64);
    let leading = (value >> cut).to_f64().unwrap_or(0.0);
    let exponent = i64::try_from(cut).unwrap_or(i64::MAX).saturating_sub(shift);
    leading * 2.0_f64.powi(i32::try_from(exponent.clamp(-2000, 900)).unwrap_or(0))
}

/// Smaller floats count as zero: entries are at most about 1.
const TOLERANCE: f64 = 1e-9;

impl Entry for f64 {
    const EXACT: bool = false;

    fn sign(&self) -> Ordering {
        if *self > TOLERANCE {
            Ordering::Greater
        } else if *self < -TOLERANCE {
            Ordering::Less
        } else {
            Ordering::Equal // NaN too: the method ends, and the proposal fails
        }
    }

    fn negated(&self) -> Self {
        -self
    }

    fn order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }

    /// Among nearly equal limits the one with the larger pivot comes first.
    fn limits(first: (&Self, &Self), second: (&Self, &Self)) -> Ordering {
        let (a, b) = (first.0 / first.1, second.0 / second.1);
        if (a - b).abs() <= TOLERANCE { second.1.total_cmp(first.1) } else { a.total_cmp(&b) }
    }

    fn settle(source: &mut [Self], pivot: usize) {
        let scale = source[pivot];
        source.iter_mut().for_each(|entry| *entry /= scale);
        source[pivot] = 1.0;
    }

    fn eliminate(row: &mut [Self], source: &[Self], pivot: usize, _: &Self) {
        let factor = row[pivot];
        if factor != 0.0 {
            row.iter_mut().zip(source).for_each(|(entry, from)| *entry -= factor * from);
            row[pivot] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small programs in a fixed disorder, with columns and rows that depend on each other.
    fn program(seed: i64) -> Program {
        let entry = |i: i64| (seed * 7 + i * i * 13 + seed * i * 5) % 7 - 3;
        let (height, width) =
            (1 + seed.unsigned_abs() as usize % 4, 1 + seed.unsigned_abs() as usize / 4 % 7);
        let number = |row: usize, column: usize| entry((row * 9 + column).try_into().unwrap()).into();
        let matrix =
            Matrix::from_fn(height, width, |row, column| number(if row == 2 { 0 } else { row }, column));
        let rhs = (0..height).map(|row| number(if row == 2 { 0 } else { row }, 8)).collect();
        let costs =
            (0..width).map(|column| entry(50 + i64::try_from(column).unwrap()).abs().into()).collect();
        Program { matrix, rhs, costs }
    }

    /// The optimal cost or `None`; the answer is multiplied out.
    fn optimum(program: &Program, outcome: &Outcome) -> Option<BigRational> {
        let Program { matrix, rhs, costs } = program;
        let pair = |x: &[BigRational], entries: &[BigInt]| -> BigRational {
            x.iter().zip(entries).map(|(x, entry)| x * entry).sum()
        };
        let columns: Vec<Vec<BigInt>> =
            (0..costs.len()).map(|c| matrix.column(c).cloned().collect()).collect();
        match outcome {
            Outcome::Optimal { x, y } => {
                assert!(x.iter().all(|x| !x.is_negative()));
                (0..rhs.len()).for_each(|row| assert_eq!(pair(x, matrix.row(row)), rhs[row].clone().into()));
                columns
                    .iter()
                    .zip(costs)
                    .for_each(|(column, cost)| assert!(pair(y, column) <= cost.clone().into()));
                assert_eq!(pair(x, costs), pair(y, rhs));
                Some(pair(x, costs))
            }
            Outcome::Infeasible { y } => {
                assert!(pair(y, rhs).is_negative());
                columns.iter().for_each(|column| assert!(!pair(y, column).is_negative()));
                None
            }
        }
    }

    /// Whatever is proposed, the exact method ends with the same optimum.
    #[test]
    fn a_wrong_proposal_costs_time_and_nothing_else() {
        let (mut solvable, mut infeasible, mut held) = (0, 0, 0);
        for seed in 0..300 {
            let program = program(seed);
            let width = program.costs.len();
            let proposed = |basis: Vec<Option<usize>>| {
                let height = program.rhs.len();
                Proposal { basis, feasible: true, signs: vec![false; height], shifts: vec![0; height] }
            };
            let nothing = program.decide(&proposed(vec![None; program.rhs.len()]));
            let expected = optimum(&program, &nothing);
            *(if expected.is_some() { &mut solvable } else { &mut infeasible }) += 1;
            for shift in 0..3 {
                let junk = (0..program.rhs.len()).map(|row| Some((row * 3 + shift) % width)).collect();
                let junk = proposed(junk);
                assert_eq!(optimum(&program, &program.decide(&junk)), expected, "{seed}");
                if let Some(outcome) = program.dispose(&junk) {
                    assert_eq!(optimum(&program, &outcome), expected, "{seed}");
                }
            }
            let copy = Program { matrix: program.matrix.clone(), ..self::program(seed) };
            let (outcome, route) = solve(copy);
            assert_eq!(optimum(&program, &outcome), expected);
            held += usize::from(route == Route::Proposed);
        }
        assert!(solvable > 40 && infeasible > 40, "{solvable} and {infeasible}");
        assert_eq!(held, 300, "small integers are no trouble for floats");
    }

    #[test]
    fn floats_of_long_integers() {
        let long = BigInt::from(3) << 2000_u32;
        assert_eq!(float(&long, 2000).to_bits(), 3.0_f64.to_bits());
        assert_eq!(float(&-&long, 2001).to_bits(), (-1.5_f64).to_bits());
        assert_eq!(float(&BigInt::from(5), 4000).to_bits(), 0.0_f64.to_bits());
        assert_eq!((size(&long), size(&BigInt::zero())), (Some(2002), None));
    }

    #[test]
    fn floats_that_are_none_end_the_method() {
        let rows = vec![vec![f64::NAN, 1.0, f64::INFINITY], vec![f64::INFINITY, f64::NAN, 1.0]];
        let mut tableau = Tableau::new(rows, 2);
        tableau.make_feasible(50);
        tableau.drop_artificial();
        tableau.price([f64::NAN, -1.0].into_iter());
        tableau.maximise(50);
    }
}
