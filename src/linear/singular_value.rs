//! Certified bounds on the smallest singular value of an exact matrix.
//!
//! For `M` (`k × n`) let `σ_min = min ‖Mv‖ / ‖v‖` over `v ≠ 0`: zero exactly if the columns are dependent,
//! always when `k < n`. Two witnesses enclose it.
//!
//! - *Above.* Any integer vector `v ≠ 0`: `σ_min ≤ ‖Mv‖ / ‖v‖`.
//! - *Below.* A lower triangular `F` for which `D = MᵀM − s²I − FFᵀ` is diagonally dominant, `D_ii ≥ Σ_{j≠i} |D_ij|`: then
//!   `D` is positive semidefinite by Gershgorin's theorem, so is `MᵀM − s²I`, and `σ_min ≥ s`. `F` has
//!   integer entries over one power of two, so that nothing has to be factored to check it.
//!
//! **How they are found.** In integers alone, so that the same matrix gives the same bounds on every
//! machine. `MᵀM` is rounded to a multiple of `4⁻ˢ`, `F` comes from its Cholesky factorisation in fixed point with `s` bits after the
//! point, `v` from inverse iteration with that factor. The rounding of the factorisation moves `D` by at most `n·max F·2⁻ˢ` in each
//! row, which is taken from the diagonal beforehand. The precision starts at two dozen bits and doubles until the factor exists and
//! `v` stands clear of the rounding; then it is set to what the bounds need, about `log₂(n σ_max² / σ_min²)` bits and twenty more. A
//! lower bound that is refused is halved back towards the last accepted one, and a factor that is accepted shifts the
//! inverse iteration, so that it converges even where the next singular value is close.
//!
//! **What it is not.** An SVD: only the smallest value, to about five digits. For all of them in `f64` see
//! [`numeric`](super::numeric).
//!
//! Source: Rump, *Verification of positive definiteness*, BIT 46 (2006), for the factorisation of a matrix that is shifted
//! by the bound on its own rounding error.

use num_bigint::BigInt;
use num_integer::{Integer as _, Roots};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero, pow};
use recoverable_checker::{
    certificate::SingularValue,
    number::{Integer, Rational},
};

use super::{Columns, Fractions, Matrix, dot};
use crate::number::clear;

/// The bounds differ by about one part in `2^GOAL` of their squares.
const GOAL: usize = 16;

/// The rounding of the factorisation is at most one part in `2^(GOAL + GUARD)` of `σ_min²`.
const GUARD: usize = 4;

/// The precision to begin with, in bits relative to the largest column.
const FIRST_PRECISION: usize = 24;

/// The largest `scale_bits` that the checker reads.
const MAX_SCALE_BITS: u32 = 65_536;

/// Significant decimal digits of the bounds.
const DIGITS: i64 = 10;

/// Factorisations at the final precision, at most; two are usual.
const ROUNDS: usize = 40;

/// Steps of inverse iteration with one factor, at most.
const STEPS: usize = 12;

/// Products of machine words that one factorisation may take.
const WORK: usize = 1 << 33;

/// Encloses `σ_min(M)` of a matrix with at least one column, with evidence for both bounds.
///
/// | columns | bounds | evidence |
/// |---|---|---|
/// | dependent | 0 and 0 | a kernel vector |
/// | independent | `0 < lower ≤ σ_min ≤ upper`, usually `upper ≤ 1.00001 lower` | a triangular factor, a vector |
///
/// Bounds are decimals of 10 digits. Cost: a few factorisations, each `n³/6` products of integers of about
/// `2 log₂(σ_max/σ_min)` bits. `None` without columns, if a factorisation would cost more than about 10¹⁰ word products,
/// or after 32 primes (as for [`Fractions::independence`]).
///
/// # Examples
/// ```
/// use recoverable::{linear::{Matrix, smallest_singular_value}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["3", "-4"], vec!["8/5", "6/5"]]).unwrap(); // diag(5, 2) times a rotation
/// let bounds = smallest_singular_value(&matrix.map(|entry| parse(entry).unwrap())).unwrap();
/// let two = parse("2").unwrap();
/// assert!(bounds.lower.0 <= two && two <= bounds.upper.0);
/// assert!(bounds.upper.0 <= bounds.lower.0 * parse("1.00001").unwrap());
/// ```
pub fn smallest_singular_value(matrix: &Matrix<BigRational>) -> Option<SingularValue> {
    let fractions = Fractions::new(matrix);
    match fractions.independence()? {
        Columns::Dependent(vector) => Some(SingularValue {
            lower: Rational(BigRational::zero()),
            upper: Rational(BigRational::zero()),
            scale_bits: 0,
            factor: Vec::new(),
            vector: integers(vector),
        }),
        Columns::Independent(_) if matrix.columns() == 0 => None,
        Columns::Independent(_) => Gram::new(&fractions).enclose(),
    }
}

/// The lower triangle of a symmetric matrix, or a lower triangular matrix: row `i` has `i + 1` entries.
type Triangle = Vec<Vec<BigInt>>;

/// `MᵀM`, exactly.
struct Gram {
    numerators: Matrix<BigInt>,
    denominators: Vec<BigInt>,
    /// `NᵀN` for the integers `N` of `matrix`.
    products: Triangle,
    /// The longest column has a length of about `2^magnitude`.
    magnitude: i64,
}

/// `MᵀM` in fixed point.
struct Fixed {
    /// Bits after the point of a factor; products have twice as many.
    bits: u32,
    /// Bits of a factor's largest entry, about.
    precision: usize,
    /// `⌊MᵀM · 4^bits⌋`
    gram: Triangle,
    /// What rounding may take from a diagonal entry of the remainder, in units of `4^-bits`.
    slack: BigInt,
}

/// A lower bound `s` with its factor `F`, if one was found, and the vector of the upper bound.
struct Enclosure {
    lower: Option<(BigRational, Triangle)>,
    vector: Vec<BigInt>,
}

impl Gram {
    fn new(matrix: &Fractions) -> Self {
        let (numerators, denominators) = (matrix.numerators(), matrix.denominators().to_vec());
        let columns = numerators.transpose();
        let row = |i: usize| (0..=i).map(|j| dot(columns.row(i), columns.row(j))).collect();
        let products: Triangle = (0..columns.rows()).map(row).collect();
        let size = |i: usize| length(&products[i][i]) - 2 * length(&denominators[i]);
        let magnitude = (0..products.len()).map(size).max().unwrap_or(0).div_euclid(2);
        Self { numerators, denominators, products, magnitude }
    }

    /// With at least this many bits for the longest column; `None` beyond the limits.
    fn fixed(&self, precision: usize) -> Option<Fixed> {
        let n = self.products.len();
        let bits = u32::try_from((i64::try_from(precision).ok()? - self.magnitude).max(0)).ok()?;
        let precision = usize::try_from(i64::from(bits) + self.magnitude).ok()?;
        let work = n.checked_pow(3)?.checked_mul(precision.div_ceil(64).checked_pow(2)?)? / 6;
        if work > WORK || bits > MAX_SCALE_BITS {
            return None;
        }
        let scales = &self.denominators;
        let entry = |i: usize, j: usize| {
            (&self.products[i][j] << (2 * u64::from(bits))).div_floor(&(&scales[i] * &scales[j]))
        };
        let gram: Triangle = (0..n).map(|i| (0..=i).map(|j| entry(i, j)).collect()).collect();
        let longest = gram.iter().filter_map(|row| row.last()).max().map_or(BigInt::zero(), Roots::sqrt);
        let slack = BigInt::from(n) * (longest / 2 + 3);
        Some(Fixed { bits, precision, gram, slack })
    }

    fn enclose(&self) -> Option<SingularValue> {
        let (precision, vector) = self.estimate(FIRST_PRECISION)?;
        let fixed = self.fixed(precision)?;
        let Enclosure { lower, vector } = fixed.enclose(vector)?;
        let (lower, factor) = lower.filter(|(lower, factor)| fixed.dominates(lower, factor)).unzip();
        Some(SingularValue {
            scale_bits: if factor.is_some() { fixed.bits } else { 0 },
            lower: Rational(lower.unwrap_or_else(BigRational::zero)),
            upper: Rational(self.upper(&vector)),
            factor: factor.unwrap_or_default().into_iter().map(integers).collect(),
            vector: integers(vector),
        })
    }

    /// A vector whose quotient is near `σ_min²`, and the precision that the bounds need.
    fn estimate(&self, precision: usize) -> Option<(usize, Vec<BigInt>)> {
        let fixed = self.fixed(precision)?;
        let found = fixed.factor(&BigInt::zero()).and_then(|factor| {
            let (vector, quotient) = fixed.iterate(&factor, start(self.products.len()));
            (&quotient >> 4 > fixed.slack).then_some((vector, quotient))
        });
        let Some((vector, quotient)) = found else { return self.estimate(2 * precision) };
        let spare = length(&quotient) - length(&fixed.slack);
        let wanted = i64::try_from(fixed.precision + GOAL + GUARD + 1).ok()? - spare;
        Some((usize::try_from(wanted.max(8)).ok()?, vector))
    }

    /// `‖Mv‖ / ‖v‖`, rounded up.
    fn upper(&self, vector: &[BigInt]) -> BigRational {
        let scales = &self.denominators;
        let divided = vector.iter().zip(scales).map(|(v, scale)| BigRational::new(v.clone(), scale.clone()));
        let (values, scale) = clear(&divided.collect::<Vec<_>>());
        let image = self.numerators.times(&values);
        root(&dot(&image, &image), &(&scale * &scale * dot(vector, vector)), Rounding::Up)
    }
}

impl Fixed {
    /// The Cholesky factor of `MᵀM − (shift + slack) I`, if that is positive definite.
    ///
    /// What remains of row `i` is about half a pivot in each place off the diagonal and at least `slack` on it.
    fn factor(&self, shift: &BigInt) -> Option<Triangle> {
        let shift = shift + &self.slack;
        let mut factor: Triangle = Vec::with_capacity(self.gram.len());
        for (i, gram) in self.gram.iter().enumerate() {
            let mut row: Vec<BigInt> = Vec::with_capacity(i + 1);
            for (j, earlier) in factor.iter().enumerate() {
                row.push(nearest(&gram[j] - dot(&row, &earlier[..j]), &earlier[j]));
            }
            let rest = &gram[i] - &shift - dot(&row, &row);
            row.push(rest.is_positive().then(|| rest.sqrt())?);
            factor.push(row);
        }
        Some(factor)
    }

    /// Brackets the smallest eigenvalue between shifts that have a factor and quotients of vectors: tries a
    /// shift just below the quotient and, when that is refused, one halfway back.
    fn enclose(&self, mut vector: Vec<BigInt>) -> Option<Enclosure> {
        let mut factor = self.factor(&BigInt::zero())?;
        let (mut bound, mut low) = (None, BigInt::zero());
        let (mut refused, mut step_back) = (None::<BigInt>, false);
        for _ in 0..ROUNDS {
            let quotient;
            (vector, quotient) = self.iterate(&factor, vector);
            if bound.is_some() && &quotient - &low <= &quotient >> GOAL {
                break;
            }
            let near = &quotient - (&quotient >> (GOAL + 1));
            let target = match &refused {
                Some(refused) if step_back || near >= *refused => (&low + refused) >> 1,
                _ => near,
            };
            let candidate = root(&target, &(BigInt::one() << (2 * self.bits)), Rounding::Down);
            let shift = self.square(&candidate);
            let found = self.factor(&shift);
            step_back = found.is_none();
            match found {
                Some(found) => (bound, low, factor) = (Some(candidate), shift, found),
                None => refused = Some(target),
            }
        }
        Some(Enclosure { lower: bound.map(|bound| (bound, factor)), vector })
    }

    /// Inverse iteration until the quotient settles: the vector and its quotient.
    fn iterate(&self, factor: &Triangle, mut vector: Vec<BigInt>) -> (Vec<BigInt>, BigInt) {
        let mut quotient = self.quotient(&vector);
        for _ in 0..STEPS {
            let next = self.shortened(solve(factor, &vector));
            let smaller = self.quotient(&next);
            let settled = &quotient - &smaller <= &quotient >> (GOAL + GUARD);
            if smaller <= quotient {
                (vector, quotient) = (next, smaller);
            }
            if settled {
                break;
            }
        }
        (vector, quotient)
    }

    /// The vector over a power of two: half as many bits as the eigenvalues span, and some.
    fn shortened(&self, vector: Vec<BigInt>) -> Vec<BigInt> {
        let longest = vector.iter().map(BigInt::bits).max().unwrap_or(0);
        let excess = longest.saturating_sub(self.precision as u64 / 2 + 14);
        vector.into_iter().map(|value| value >> excess).collect()
    }

    /// `⌊vᵀ(MᵀM)v / vᵀv⌋` in units of `4^-bits`.
    fn quotient(&self, vector: &[BigInt]) -> BigInt {
        let term = |(i, row): (usize, &Vec<BigInt>)| {
            &vector[i] * ((dot(&row[..i], &vector[..i]) << 1) + &row[i] * &vector[i])
        };
        self.gram.iter().enumerate().map(term).sum::<BigInt>().div_floor(&dot(vector, vector))
    }

    /// The square of a bound in units of `4^-bits`, rounded up.
    fn square(&self, bound: &BigRational) -> BigInt {
        let (numerator, denominator) = (pow(bound.numer().clone(), 2), pow(bound.denom().clone(), 2));
        (numerator << (2 * self.bits)).div_ceil(&denominator)
    }

    /// Whether `MᵀM − lower² I − FFᵀ` is diagonally dominant. Exact, and on the safe side by what rounding `MᵀM` and the
    /// square may have changed: less than one unit in each entry.
    fn dominates(&self, lower: &BigRational, factor: &Triangle) -> bool {
        let shift = self.square(lower);
        let mut margins = vec![BigInt::zero(); factor.len()];
        for (i, (gram, row)) in self.gram.iter().zip(factor).enumerate() {
            for (j, other) in factor[..i].iter().enumerate() {
                let rest = (&gram[j] - dot(&row[..=j], other)).abs() + 1;
                margins[i] -= &rest;
                margins[j] -= rest;
            }
            margins[i] += &gram[i] - dot(row, row) - &shift;
        }
        !margins.iter().any(Signed::is_negative)
    }
}

/// `(FFᵀ)⁻¹ v` times a positive number, with a relative error of about the last bit of `v`.
fn solve(factor: &Triangle, vector: &[BigInt]) -> Vec<BigInt> {
    let raise = factor.iter().filter_map(|row| row.last()).map(BigInt::bits).max().unwrap_or(0);
    let mut solution: Vec<BigInt> = Vec::with_capacity(vector.len());
    for (i, (row, value)) in factor.iter().zip(vector).enumerate() {
        solution.push(nearest((value << raise) - dot(&row[..i], &solution), &row[i]));
    }
    solution.iter_mut().for_each(|value| *value <<= raise);
    for (i, row) in factor.iter().enumerate().rev() {
        let (earlier, later) = solution.split_at_mut(i);
        later[0] = nearest(std::mem::take(&mut later[0]), &row[i]);
        earlier.iter_mut().zip(row).for_each(|(value, entry)| *value -= entry * &later[0]);
    }
    solution
}

/// Small integers in no particular direction, the same each time.
fn start(length: usize) -> Vec<BigInt> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        BigInt::from(1 + (state >> 48)) - BigInt::from(1 << 15)
    };
    (0..length).map(|_| next()).collect()
}

/// Which way a number is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// `√(numerator / denominator)` to [`DIGITS`] significant decimal digits or one more, for positive numbers.
pub(crate) fn root(numerator: &BigInt, denominator: &BigInt, rounding: Rounding) -> BigRational {
    let before_point = ((length(numerator) - length(denominator)) * 30_103).div_euclid(200_000); // log10 of the root
    let places = DIGITS - before_point;
    let power = pow(BigInt::from(10), usize::try_from(places.unsigned_abs()).unwrap_or(usize::MAX));
    let square = &power * &power;
    let (numerator, denominator) = if places < 0 {
        (numerator.clone(), denominator * square)
    } else {
        (numerator * square, denominator.clone())
    };
    let mut value = (&numerator / &denominator).sqrt();
    if rounding == Rounding::Up && &value * &value * denominator < numerator {
        value += 1;
    }
    if places < 0 { BigRational::from_integer(value * power) } else { BigRational::new(value, power) }
}

/// The integer nearest to a quotient; the divisor is positive.
fn nearest(numerator: BigInt, denominator: &BigInt) -> BigInt {
    let raised: BigInt = numerator + (denominator >> 1_u32);
    raised.div_floor(denominator)
}

/// The number of bits.
fn length(value: &BigInt) -> i64 {
    i64::try_from(value.bits()).unwrap_or(i64::MAX)
}

fn integers(values: Vec<BigInt>) -> Vec<Integer> {
    values.into_iter().map(Integer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::parse;

    fn fixed(rows: &[&[&str]], precision: usize) -> Fixed {
        let row = |row: &&[&str]| row.iter().map(|entry| parse(entry).unwrap()).collect();
        let matrix = Matrix::from_rows(rows.iter().map(row).collect()).unwrap();
        Gram::new(&Fractions::new(&matrix)).fixed(precision).unwrap()
    }

    #[test]
    fn roots_are_rounded_as_asked() {
        let root = |p: i64, q: i64, rounding| root(&p.into(), &q.into(), rounding).to_string();
        assert_eq!(
            (root(9, 4, Rounding::Down), root(9, 4, Rounding::Up)),
            ("3/2".to_owned(), "3/2".to_owned())
        );
        assert_eq!(root(2, 1, Rounding::Down), "14142135623/10000000000");
        assert_eq!(root(2, 1, Rounding::Up), "1767766953/1250000000"); // 1.4142135624
        let huge = super::root(&pow(BigInt::from(10), 80), &BigInt::one(), Rounding::Up);
        assert_eq!(huge, BigRational::from_integer(pow(BigInt::from(10), 40)));
    }

    /// A factor shows what it was made for, and neither a larger bound nor a changed factor does.
    #[test]
    fn dominance_is_verified() {
        let fixed = fixed(&[&["2/3", "1/4"], &["1/3", "3/4"]], 40);
        let bound = parse("0.4").unwrap(); // σ_min = 0.4198…
        let factor = fixed.factor(&fixed.square(&bound)).unwrap();
        assert!(fixed.dominates(&bound, &factor));
        assert!(!fixed.dominates(&parse("0.401").unwrap(), &factor));
        assert_eq!(fixed.factor(&fixed.square(&parse("0.42").unwrap())), None);
        let mut changed = factor.clone();
        changed[1][0] += BigInt::one() << 20;
        assert!(!fixed.dominates(&bound, &changed));
    }

    #[test]
    fn solving_undoes_multiplying() {
        let fixed = fixed(&[&["1", "1/2"], &["1/2", "1/3"]], 60);
        let factor = fixed.factor(&BigInt::zero()).unwrap();
        let solution = solve(&factor, &[BigInt::one() << 40, BigInt::zero()]);
        // The inverse of MᵀM = ((5/4, 2/3), (2/3, 13/36)) has the first column 144 (13/36, −2/3) = (52, −96).
        let ratio =
            BigRational::new(-&solution[1], solution[0].clone()) * BigRational::from_integer(52.into());
        let error = (ratio - BigRational::from_integer(96.into())).abs();
        assert!(error < parse("1e-6").unwrap(), "{error}");
    }

    #[test]
    fn more_digits_than_the_checker_reads_are_not_tried() {
        let tiny = BigRational::new(BigInt::one(), pow(BigInt::from(10), 12_000));
        let matrix = Matrix::from_fn(2, 2, |row, column| match (row, column) {
            (0, 0) => BigRational::one(),
            (1, 1) => tiny.clone(),
            _ => BigRational::zero(),
        });
        assert_eq!(smallest_singular_value(&matrix), None);
    }
}
