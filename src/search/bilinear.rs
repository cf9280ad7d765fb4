//! Bilinear equations `cᵀ T_i y = r_i` with `y ≥ 0`: floats propose, one side is rounded to short fractions, and the other is solved for exactly.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::linear::{ConeMembership, Matrix, cone_membership};

/// The equations. Unknown are `c`, of any sign, and `y ≥ 0`.
#[derive(Clone, Debug)]
pub struct Bilinear {
    /// `T_i`, entries of `c` × entries of `y`.
    slices: Vec<Matrix<BigRational>>,
    rhs: Vec<BigRational>,
}

/// Floats that nearly satisfy the equations, with every `y` positive; the largest `|c|` and the largest `y` are 1.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub c: Vec<f64>,
    pub y: Vec<f64>,
}

/// The largest error of an equation that counts as satisfied, where its largest coefficient is 1.
const SATISFIED: f64 = 1e-9;

/// How strongly `y` is drawn towards equal entries, in turn: a solution far inside survives rounding.
const DRAWN: [f64; 6] = [1.0, 0.3, 0.1, 0.03, 0.01, 0.0];

/// Steps for each of them.
const STEPS: usize = 60;

/// How far entries are rounded, in turn.
const ROUNDED: [f64; 9] = [0.3, 0.1, 0.03, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 1e-11];

impl Bilinear {
    /// The equations with these matrices and right sides.
    pub fn new(slices: Vec<Matrix<BigRational>>, rhs: Vec<BigRational>) -> Self {
        Self { slices, rhs }
    }

    /// How many entries `c` has.
    pub fn coefficients(&self) -> usize {
        self.slices.first().map_or(0, Matrix::rows)
    }

    /// How many entries `y` has.
    fn unknowns(&self) -> usize {
        self.slices.first().map_or(0, Matrix::columns)
    }

    /// Some `y ≥ 0` that satisfies the equations with this `c`, if there is one.
    pub fn completed(&self, c: &[BigRational]) -> Option<Vec<BigRational>> {
        let entry = |i: usize, j: usize| {
            c.iter().zip(self.slices[i].column(j)).map(|(c, t)| c * t).sum::<BigRational>()
        };
        let matrix = Matrix::from_fn(self.rhs.len(), self.unknowns(), entry);
        match cone_membership(&matrix, &self.rhs) {
            ConeMembership::Inside(y) => Some(y),
            ConeMembership::Outside(_) => None,
        }
    }

    /// Looks for exact solutions near proposals: those of the shortest fractions first, of which the first that `accept` takes is returned.
    pub fn round(
        &self,
        proposals: &[Proposal],
        mut accept: impl FnMut(&[BigRational]) -> bool,
    ) -> Option<Vec<BigRational>> {
        let mut try_all = |error: f64| {
            proposals.iter().find_map(|Proposal { c, y }| {
                let rounded = |values: &[f64]| values.iter().map(|&value| short(value, error)).collect();
                let (c, y): (Vec<_>, Vec<_>) = (rounded(c), rounded(y));
                self.completed(&c).into_iter().chain([y]).find(|y| accept(y))
            })
        };
        ROUNDED.into_iter().find_map(&mut try_all)
    }

    /// Levenberg's method from a start with the given logarithms of `y`; `None` if it does not come to a solution.
    pub fn propose(&self, logarithms: Vec<f64>) -> Option<Proposal> {
        let floats = Floats::new(self);
        let mut point = Point { c: vec![0.0; self.coefficients()], z: logarithms };
        for drawn in DRAWN {
            point = floats.descend(point, drawn);
        }
        let error = floats.residuals(&point, 0.0).into_iter().fold(0.0_f64, |most, r| most.max(r.abs()));
        point.c.iter_mut().zip(&floats.scales).for_each(|(c, scale)| *c /= scale);
        (error < SATISFIED).then(|| point.proposal()).filter(Proposal::is_finite)
    }
}

impl Proposal {
    fn is_finite(&self) -> bool {
        self.c.iter().chain(&self.y).all(|value| value.is_finite())
    }
}

/// The first convergent of the continued fraction of a number that comes this near.
fn short(value: f64, error: f64) -> BigRational {
    let (mut before, mut now) =
        ((BigInt::one(), BigInt::zero()), (BigInt::from(value.floor() as i64), BigInt::one()));
    let mut rest = value - value.floor();
    loop {
        let found = BigRational::new(now.0.clone(), now.1.clone());
        let near = found.to_f64().is_some_and(|found| (found - value).abs() <= error);
        if near || rest < 1e-12 {
            return found;
        }
        rest = rest.recip();
        let digit = BigInt::from(rest.floor() as i64);
        rest -= rest.floor();
        let next = (&digit * &now.0 + before.0, &digit * &now.1 + before.1);
        before = std::mem::replace(&mut now, next);
    }
}

/// `c` and the logarithms of `y`.
#[derive(Clone)]
struct Point {
    c: Vec<f64>,
    z: Vec<f64>,
}

impl Point {
    fn moved(&self, step: &[f64]) -> Self {
        let add = |(x, d): (&f64, &f64)| x + d;
        let (of_c, of_z) = step.split_at(self.c.len());
        Self { c: self.c.iter().zip(of_c).map(add).collect(), z: self.z.iter().zip(of_z).map(add).collect() }
    }

    fn proposal(&self) -> Proposal {
        let scaled = |values: Vec<f64>| {
            let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
            values.into_iter().map(|value| value / largest).collect()
        };
        Proposal { c: scaled(self.c.clone()), y: scaled(self.z.iter().map(|z| z.exp()).collect()) }
    }
}

/// The equations in floats, each divided by its largest number.
struct Floats {
    /// For each equation a list for each entry of `c`.
    slices: Vec<Vec<Vec<f64>>>,
    rhs: Vec<f64>,
    /// What each entry of `c` is multiplied by first, so that its largest coefficient is 1.
    scales: Vec<f64>,
}

impl Floats {
    fn new(exact: &Bilinear) -> Self {
        let float = |value: &BigRational| value.to_f64().unwrap_or(0.0);
        let largest =
            |values: Vec<f64>| match values.into_iter().fold(0.0_f64, |most, value| most.max(value.abs())) {
                0.0 => 1.0,
                most => most,
            };
        let of_unknown =
            |a: usize| largest(exact.slices.iter().flat_map(|slice| slice.row(a)).map(float).collect());
        let scales: Vec<f64> = (0..exact.coefficients()).map(of_unknown).collect();
        let (mut slices, mut rhs) = (Vec::new(), Vec::new());
        for (slice, value) in exact.slices.iter().zip(&exact.rhs) {
            let rows = (0..slice.rows()).map(|a| slice.row(a).iter().map(|t| float(t) / scales[a]).collect());
            let rows: Vec<Vec<f64>> = rows.collect();
            let scale = largest(rows.iter().flatten().copied().chain([float(value)]).collect());
            slices.push(rows.into_iter().map(|row| row.into_iter().map(|t| t / scale).collect()).collect());
            rhs.push(float(value) / scale);
        }
        Self { slices, rhs, scales }
    }

    /// The errors of the equations, then what draws the logarithms to 0.
    fn residuals(&self, point: &Point, drawn: f64) -> Vec<f64> {
        let y: Vec<_> = point.z.iter().map(|z| z.exp()).collect();
        let error = |(slice, rhs): (&Vec<Vec<f64>>, &f64)| {
            slice.iter().zip(&point.c).map(|(row, c)| c * dot(row, &y)).sum::<f64>() - rhs
        };
        let errors = self.slices.iter().zip(&self.rhs).map(error);
        errors.chain(point.z.iter().map(|z| drawn * z)).collect()
    }

    /// Their derivatives, a row for each.
    fn derivatives(&self, point: &Point, drawn: f64) -> Vec<Vec<f64>> {
        let y: Vec<_> = point.z.iter().map(|z| z.exp()).collect();
        let of_equation = |slice: &Vec<Vec<f64>>| {
            let by_c = slice.iter().map(|row| dot(row, &y));
            let by_z = (0..y.len())
                .map(|j| y[j] * slice.iter().zip(&point.c).map(|(row, c)| c * row[j]).sum::<f64>());
            by_c.chain(by_z).collect()
        };
        let coefficients = point.c.len();
        let of_draw = |j: usize| {
            (0..coefficients + y.len()).map(|at| if at == coefficients + j { drawn } else { 0.0 }).collect()
        };
        self.slices.iter().map(of_equation).chain((0..y.len()).map(of_draw)).collect()
    }

    /// Steps downhill, with more damping after each that fails.
    fn descend(&self, mut point: Point, drawn: f64) -> Point {
        let mut errors = self.residuals(&point, drawn);
        let mut damping = 1e-3;
        for _ in 0..STEPS {
            let step = damped_step(&self.derivatives(&point, drawn), &errors, damping);
            let moved = point.moved(&step);
            let new = self.residuals(&moved, drawn);
            if dot(&new, &new) < dot(&errors, &errors) {
                (point, errors) = (moved, new);
                damping = f64::max(damping / 5.0, 1e-14);
            } else {
                damping *= 4.0;
            }
            if damping > 1e12 || dot(&errors, &errors) < 1e-30 {
                break;
            }
        }
        point
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The `d` with `(JᵀJ + damping) d = −Jᵀ r`.
fn damped_step(derivatives: &[Vec<f64>], errors: &[f64], damping: f64) -> Vec<f64> {
    let width = derivatives.first().map_or(0, Vec::len);
    let mut system = vec![vec![0.0; width + 1]; width];
    for (row, error) in derivatives.iter().zip(errors) {
        for (i, line) in system.iter_mut().enumerate() {
            line.iter_mut().zip(row).for_each(|(entry, d)| *entry += row[i] * d);
            line[width] -= row[i] * error;
        }
    }
    (0..width).for_each(|i| system[i][i] += damping);
    solved(system)
}

/// Elimination without exchanges, which a positive definite matrix does not need.
fn solved(mut system: Vec<Vec<f64>>) -> Vec<f64> {
    let width = system.len();
    for pivot in 0..width {
        let (above, below) = system.split_at_mut(pivot + 1);
        let source = &above[pivot];
        for line in below {
            let factor = line[pivot] / source[pivot];
            line.iter_mut().zip(source).skip(pivot).for_each(|(entry, from)| *entry -= factor * from);
        }
    }
    let mut solution = vec![0.0; width];
    for row in (0..width).rev() {
        let known = dot(&system[row][row + 1..width], &solution[row + 1..]);
        solution[row] = (system[row][width] - known) / system[row][row];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_short_fractions() {
        let text = |value, error| short(value, error).to_string();
        assert_eq!(text(0.333, 1e-2), "1/3");
        assert_eq!(text(-0.25, 1e-9), "-1/4");
        assert_eq!(text(std::f64::consts::PI, 1e-2), "22/7");
        assert_eq!(text(3.0, 1e-11), "3");
        assert_eq!(text(0.999_999_999_999_9, 1e-11), "1");
    }

    /// `c y_1 = 1` and `c (y_1 + y_2) = 3`, and the other unknown fixed.
    #[test]
    fn a_product_is_solved_for() {
        let number = |value: i64| BigRational::from_integer(value.into());
        let slice = |entries: [i64; 2]| Matrix::from_rows(vec![entries.map(number).to_vec()]).unwrap();
        let equations = Bilinear::new(vec![slice([1, 0]), slice([1, 1])], vec![number(1), number(3)]);
        let proposal = equations.propose(vec![0.3, -0.4]).unwrap();
        assert!((proposal.y[0] - 0.5).abs() < 1e-9 && (proposal.y[1] - 1.0).abs() < 1e-12);
        let y = equations.round(&[proposal], |_| true).unwrap();
        assert_eq!(y, [number(1), number(2)]);
        assert_eq!(equations.completed(&[number(-1)]), None);
    }
}
