//! Convex cones: membership (Farkas) and strict separation (Motzkin), with a vector that proves either answer.
//!
//! | question | yes | no |
//! |---|---|---|
//! | is `v` in the cone of the columns of `M`? | `x ≥ 0`, `M x = v` | `y` with `yᵀM ≥ 0`, `y·v < 0` |
//! | is there `b` with `b·g < 0` (strict) and `b·g ≥ 0` (weak)? | `b` | `λ ≥ 0`, `λ ≠ 0`, `ν ≥ 0` with `Σ λ_x g_x = Σ ν_y g_y` |
//!
//! Either answer is multiplied out or is the end of an exact simplex method; floats only propose.
//! Schrijver, *Theory of Linear and Integer Programming*, 7.1 (Carathéodory) and 7.8 (Farkas, Motzkin).

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::{
    Fractions, Matrix,
    lp::{Outcome, Program, Route, solve},
};
use crate::number::{ExactField, clear, coprime};

/// Whether a vector is a nonnegative combination of generators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConeMembership {
    /// `x ≥ 0` with `M x = v`; the generators with positive coefficients are independent.
    Inside(Vec<BigRational>),
    /// Coprime integers `y` with `yᵀM ≥ 0` and `y·v < 0`.
    Outside(Vec<BigRational>),
}

/// Whether a linear functional is negative on some vectors and nonnegative on others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Separation {
    /// Coprime integers `b`: `b·g < 0` for each strict column, `b·g ≥ 0` for each weak one.
    Functional(Vec<BigRational>),
    /// `Σ λ_x g_x = Σ ν_y g_y`, all weights nonnegative integers, coprime, some `λ_x` positive.
    ///
    /// Without any one of the columns of positive weight the others could be separated.
    Contradiction {
        /// `λ`, for each strict column.
        strict: Vec<BigRational>,
        /// `ν`, for each weak column.
        weak: Vec<BigRational>,
    },
}

/// Decides whether `vector` is a nonnegative combination of the columns of `generators`.
///
/// `generators` is dimension × count; without columns the cone is `{0}`, of any dimension.
///
/// ```
/// use recoverable::{linear::{ConeMembership, Matrix, cone_membership}, number::parse};
/// let numbers = |texts: &[&str]| texts.iter().map(|text| parse(text).unwrap()).collect::<Vec<_>>();
/// let generators = Matrix::from_rows(vec![numbers(&["1", "1"]), numbers(&["0", "1"])]).unwrap();
/// assert_eq!(cone_membership(&generators, &numbers(&["3", "1"])), ConeMembership::Inside(numbers(&["2", "1"])));
/// assert_eq!(cone_membership(&generators, &numbers(&["1", "3"])), ConeMembership::Outside(numbers(&["1", "-1"])));
/// ```
///
/// # Panics
/// If `vector` has not one entry for each row.
pub fn cone_membership<F: ExactField>(generators: &Matrix<F>, vector: &[F]) -> ConeMembership {
    membership(generators, vector).0
}

fn membership<F: ExactField>(generators: &Matrix<F>, vector: &[F]) -> (ConeMembership, Route) {
    let count = generators.columns();
    assert!(count == 0 || generators.rows() == vector.len(), "one entry for each row");
    let cleared = Fractions::new(generators);
    let (rhs, scale) = clear(vector.iter().map(ExactField::as_rational));
    // Without generators the cone has as many dimensions as the vector.
    let matrix =
        if count == 0 { Matrix::from_fn(rhs.len(), 0, |_, _| BigInt::zero()) } else { cleared.numerators() };
    let (outcome, route) = solve(Program { matrix, rhs, costs: vec![BigInt::zero(); count] });
    let answer = match outcome {
        Outcome::Optimal { x, .. } => {
            let coefficient = |(x, own): (BigRational, &BigInt)| x * own / &scale;
            ConeMembership::Inside(x.into_iter().zip(cleared.denominators()).map(coefficient).collect())
        }
        Outcome::Infeasible { y } => ConeMembership::Outside(primitive(&y)),
    };
    (answer, route)
}

/// Looks for `b` with `b·g < 0` for every column of `strict` and `b·g ≥ 0` for every column of `weak`
/// (Motzkin's theorem of the alternative; theory B2: inputs with label 0 are strict, with label 1 weak).
///
/// Both matrices are dimension × count, and one without columns may have any number of rows. If
/// there is no such `b`, the contradiction uses as few columns as none of them can be left out.
///
/// ```
/// use recoverable::{linear::{Matrix, Separation, motzkin}, number::parse};
/// let numbers = |texts: &[&str]| texts.iter().map(|text| parse(text).unwrap()).collect::<Vec<_>>();
/// let strict = Matrix::from_rows(vec![numbers(&["1/2"]), numbers(&["1/2"])]).unwrap();
/// let weak = Matrix::from_rows(vec![numbers(&["1", "0"]), numbers(&["0", "1"])]).unwrap();
/// let mixed = Separation::Contradiction { strict: numbers(&["2"]), weak: numbers(&["1", "1"]) };
/// assert_eq!(motzkin(&strict, &weak), mixed);
/// let Separation::Functional(b) = motzkin(&weak, &Matrix::from_fn(2, 0, |_, _| unreachable!())) else { panic!() };
/// assert_eq!(b, numbers(&["-1", "-1"]));
/// ```
///
/// # Panics
/// If both have columns and their rows differ in number.
pub fn motzkin<F: ExactField>(strict: &Matrix<F>, weak: &Matrix<F>) -> Separation {
    separation(strict, weak).0
}

fn separation<F: ExactField>(strict: &Matrix<F>, weak: &Matrix<F>) -> (Separation, Route) {
    let dimension = match (strict.columns(), weak.columns()) {
        (0, 0) => strict.rows().max(weak.rows()),
        (0, _) => weak.rows(),
        (_, 0) => strict.rows(),
        _ => {
            assert_eq!(strict.rows(), weak.rows(), "one space for both");
            strict.rows()
        }
    };
    if strict.columns() == 0 {
        return (Separation::Functional(vec![BigRational::zero(); dimension]), Route::Proposed);
    }
    let (negative, nonnegative) = (Fractions::new(strict), Fractions::new(weak));
    let (below, above) = (negative.numerators(), nonnegative.numerators());
    let first = strict.columns();
    // Σ λ g − Σ ν g = 0 and Σ λ = 1: is the last unit vector in the cone of (g, 1) and (−g, 0)?
    let matrix = Matrix::from_fn(dimension + 1, first + weak.columns(), |row, column| {
        match (column.checked_sub(first), row < dimension) {
            (None, true) => below[(row, column)].clone(),
            (None, false) => negative.denominators()[column].clone(),
            (Some(column), true) => -&above[(row, column)],
            (Some(_), false) => BigInt::zero(),
        }
    });
    let rhs = (0..=dimension).map(|row| BigInt::from(u8::from(row == dimension))).collect();
    let costs = vec![BigInt::zero(); matrix.columns()];
    let (outcome, route) = solve(Program { matrix, rhs, costs });
    let answer = match outcome {
        Outcome::Optimal { x, .. } => {
            let denominators = negative.denominators().iter().chain(nonnegative.denominators());
            let weights: Vec<_> = x.into_iter().zip(denominators).map(|(x, own)| x * own).collect();
            let mut strict = primitive(&weights);
            let weak = strict.split_off(first);
            Separation::Contradiction { strict, weak }
        }
        Outcome::Infeasible { mut y } => {
            y.truncate(dimension);
            y.iter_mut().for_each(|entry| *entry = -&*entry);
            Separation::Functional(primitive(&y))
        }
    };
    (answer, route)
}

/// The positive multiple of the vector in coprime integers; zero stays zero.
fn primitive(vector: &[BigRational]) -> Vec<BigRational> {
    coprime(clear(vector).0).into_iter().map(|entry| BigRational::new(entry, BigInt::one())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::{Pow, Signed};

    fn rows(rows: &[&[BigRational]]) -> Matrix<BigRational> {
        Matrix::from_rows(rows.iter().map(|row| row.to_vec()).collect()).unwrap()
    }

    fn integer(value: i64) -> BigRational {
        BigRational::from_integer(value.into())
    }

    fn integers(values: &[i64]) -> Vec<BigRational> {
        values.iter().map(|&value| integer(value)).collect()
    }

    fn power(exponent: i32) -> BigRational {
        integer(2).pow(exponent)
    }

    /// Both generators round to (1, 1): the float method takes one of them and cannot see the other's use.
    #[test]
    fn generators_that_differ_beyond_a_float_are_told_apart() {
        let bit = power(-60);
        let generators = rows(&[&integers(&[1, 1]), &[integer(1) + &bit, integer(1) - &bit]]);
        let (inside, route) = membership(&generators, &integers(&[1, 1]));
        assert_eq!(route, Route::Exact);
        assert_eq!(inside, ConeMembership::Inside(vec![power(-1), power(-1)]));
        let (outside, _) = membership(&generators, &[integer(1), integer(1) + power(-59)]);
        let ConeMembership::Outside(y) = outside else { panic!("2^-60 outside") };
        assert_eq!(y, [power(60) + integer(1), -power(60)]);
    }

    /// A cone on many rays of a circle; the vector leaves it through a facet, by 2⁻⁸⁰ of its size.
    #[test]
    fn nearly_inside_is_outside() {
        let ray = |t: i64| integers(&[10_000 - t * t, 200 * t, 10_000 + t * t]); // on x² + y² = z²
        let columns: Vec<_> = (-20..=20).map(ray).collect();
        let generators = Matrix::from_fn(3, columns.len(), |row, column| columns[column][row].clone());
        let middle: Vec<_> = (0..3).map(|i| &ray(3)[i] + &ray(4)[i]).collect();
        let axis = integers(&[0, 0, 1]);
        let moved = |by: BigRational| middle.iter().zip(&axis).map(|(x, a)| x + a * &by).collect::<Vec<_>>();
        for (by, inside) in [(-power(-80), false), (integer(0), true), (power(-80), true)] {
            let vector = moved(by);
            let (answer, _) = membership(&generators, &vector);
            match answer {
                ConeMembership::Inside(x) => {
                    assert!(inside);
                    for (row, value) in vector.iter().enumerate() {
                        let sum: BigRational = generators.row(row).iter().zip(&x).map(|(g, x)| g * x).sum();
                        assert_eq!(sum, *value);
                    }
                }
                ConeMembership::Outside(y) => {
                    assert!(!inside);
                    let pair = |g: &[BigRational]| y.iter().zip(g).map(|(y, g)| y * g).sum::<BigRational>();
                    assert!(columns.iter().all(|g| !pair(g).is_negative()) && pair(&vector).is_negative());
                }
            }
        }
    }

    #[test]
    fn ordinary_data_takes_the_proposal() {
        let generators = rows(&[&integers(&[1, 0, 1]), &integers(&[0, 1, 1])]);
        for vector in [[3, 5], [5, 3], [0, 0], [0, 1], [-1, 5], [-1, -1]] {
            assert_eq!(membership(&generators, &integers(&vector)).1, Route::Proposed, "{vector:?}");
        }
    }

    /// Random vectors contradict each other in every way; nearly all steps on the way there gain nothing.
    #[test]
    fn degenerate_steps_do_not_stop_the_proposal() {
        let mut state = 7_u64;
        let mut law = |_, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            BigRational::new((1 + (state >> 55)).into(), 997.into())
        };
        let (strict, weak) = (Matrix::from_fn(15, 80, &mut law), Matrix::from_fn(15, 80, &mut law));
        let (answer, route) = separation(&strict, &weak);
        let Separation::Contradiction { strict: lambda, weak: nu } = answer else { panic!("160 vectors") };
        let sum = |matrix: &Matrix<BigRational>, weights: &[BigRational], row: usize| {
            matrix.row(row).iter().zip(weights).map(|(g, weight)| g * weight).sum::<BigRational>()
        };
        (0..15).for_each(|row| assert_eq!(sum(&strict, &lambda, row), sum(&weak, &nu, row)));
        assert_eq!(route, Route::Proposed);
    }

    /// Rows and columns of sizes from 1e-300 to 1e300, and the same answer as without the factors.
    #[test]
    fn sizes_beyond_floats_are_scaled_away() {
        let generators = rows(&[&integers(&[2, 1, 5]), &integers(&[1, 3, 5])]);
        let scales = [integer(10).pow(300), integer(10).pow(-300), power(2000)];
        let lines = [power(-1500), integer(10).pow(200)];
        let scaled = Matrix::from_fn(2, 3, |r, c| &generators[(r, c)] * &lines[r] * &scales[c]);
        for (vector, expected) in [([3, 4], true), ([1, 4], false), ([3, 9], true), ([-3, -4], false)] {
            let vector = integers(&vector).iter().zip(&lines).map(|(v, line)| v * line).collect::<Vec<_>>();
            let (answer, route) = membership(&scaled, &vector);
            assert_eq!((matches!(answer, ConeMembership::Inside(_)), route), (expected, Route::Proposed));
        }
    }

    #[test]
    fn degenerate_shapes() {
        let none = |rows| Matrix::<BigRational>::from_fn(rows, 0, |_, _| unreachable!());
        assert_eq!(cone_membership(&none(2), &integers(&[0, 0])), ConeMembership::Inside(vec![]));
        let ConeMembership::Outside(y) = cone_membership(&none(0), &integers(&[0, 7])) else { panic!() };
        assert!(y[1].is_negative());
        let flat = Matrix::from_fn(0, 2, |_, _| integer(0));
        assert_eq!(cone_membership(&flat, &[]), ConeMembership::Inside(integers(&[0, 0])));
        let zero = rows(&[&integers(&[0])]);
        assert_eq!(cone_membership(&zero, &integers(&[-2])), ConeMembership::Outside(integers(&[1])));
        assert_eq!(motzkin(&none(2), &none(2)), Separation::Functional(integers(&[0, 0])));
        assert_eq!(motzkin(&none(0), &zero), Separation::Functional(integers(&[0])));
        let impossible = Separation::Contradiction { strict: integers(&[1]), weak: vec![] };
        assert_eq!(motzkin(&zero, &none(0)), impossible);
        let Separation::Contradiction { mut strict, .. } = motzkin(&flat, &none(0)) else { panic!() };
        strict.sort();
        assert_eq!(strict, integers(&[0, 1]));
    }
}
