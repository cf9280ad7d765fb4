//! Nonnegative solutions of `A x = p`, by an exact simplex method with Bland's rule.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::Matrix;

/// A solution of `A x = p`, `x ≥ 0` with as large a support as any, or `None` if there is no solution.
///
/// `matrix` is rows × columns, `rhs` has an entry for each row. The solution is an average of
/// vertices, one for each coordinate that can be positive. Exact and terminating (Bland's rule), meant
/// for the few dozen unknowns of a start law: each step costs rows × columns rational operations.
///
/// ```
/// use recoverable::{linear::{Matrix, nonnegative_solution}, number::parse};
/// let matrix = Matrix::from_rows(vec![vec!["1", "1"]]).unwrap().map(|entry| parse(entry).unwrap());
/// let solution = nonnegative_solution(&matrix, &[parse("1").unwrap()]).unwrap();
/// assert_eq!(solution, [parse("1/2").unwrap(), parse("1/2").unwrap()]);
/// assert_eq!(nonnegative_solution(&matrix, &[parse("-1").unwrap()]), None);
/// ```
pub fn nonnegative_solution(matrix: &Matrix<BigRational>, rhs: &[BigRational]) -> Option<Vec<BigRational>> {
    let mut tableau = Tableau::feasible(matrix, rhs)?;
    let mut vertices = vec![tableau.vertex()];
    for coordinate in 0..matrix.columns() {
        if vertices.iter().all(|vertex| vertex[coordinate].is_zero()) {
            tableau.maximise(&|column| BigRational::from_integer(u8::from(column == coordinate).into()));
            vertices.push(tableau.vertex());
        }
    }
    let count = BigRational::from_integer(vertices.len().into());
    let average = |i: usize| vertices.iter().map(|vertex| vertex[i].clone()).sum::<BigRational>() / &count;
    Some((0..matrix.columns()).map(average).collect())
}

/// Rows `x_basis + Σ a_j x_j = value` with `value ≥ 0`.
struct Tableau {
    rows: Vec<Vec<BigRational>>,
    values: Vec<BigRational>,
    basis: Vec<usize>,
    unknowns: usize,
}

impl Tableau {
    /// A feasible tableau without artificial unknowns, or `None`.
    fn feasible(matrix: &Matrix<BigRational>, rhs: &[BigRational]) -> Option<Self> {
        let (height, unknowns) = (matrix.rows(), matrix.columns());
        let mut tableau = Self { rows: Vec::new(), values: Vec::new(), basis: Vec::new(), unknowns };
        for (r, value) in rhs.iter().enumerate() {
            let sign = |entry: &BigRational| if value.is_negative() { -entry } else { entry.clone() };
            let artificial =
                (0..height).map(|i| if i == r { BigRational::one() } else { BigRational::zero() });
            tableau.rows.push(matrix.row(r).iter().map(sign).chain(artificial).collect());
            tableau.values.push(value.abs());
            tableau.basis.push(unknowns + r);
        }
        let cost = |column: usize| if column < unknowns { BigRational::zero() } else { -BigRational::one() };
        if tableau.maximise(&cost).is_negative() {
            return None;
        }
        tableau.drop_artificial();
        Some(tableau)
    }

    /// Pivots artificial unknowns (all zero by now) out of the basis and forgets them.
    fn drop_artificial(&mut self) {
        let mut row = 0;
        while row < self.rows.len() {
            if self.basis[row] >= self.unknowns {
                match (0..self.unknowns).find(|&column| !self.rows[row][column].is_zero()) {
                    Some(column) => self.pivot(row, column),
                    None => {
                        self.rows.remove(row);
                        self.values.remove(row);
                        self.basis.remove(row);
                        continue;
                    }
                }
            }
            row += 1;
        }
        self.rows.iter_mut().for_each(|row| row.truncate(self.unknowns));
    }

    /// Maximises a linear function that is bounded on the feasible set; returns the maximum.
    fn maximise(&mut self, cost: &dyn Fn(usize) -> BigRational) -> BigRational {
        while let Some(column) = self.improving(cost) {
            let Some(row) = self.leaving(column) else { break };
            self.pivot(row, column);
        }
        self.basis.iter().zip(&self.values).map(|(&column, value)| cost(column) * value).sum()
    }

    /// The first column whose reduced cost is positive (Bland).
    fn improving(&self, cost: &dyn Fn(usize) -> BigRational) -> Option<usize> {
        let width = self.rows.first().map_or(0, Vec::len);
        (0..width).filter(|column| !self.basis.contains(column)).find(|&column| {
            let priced = self.basis.iter().zip(&self.rows).map(|(&basic, row)| cost(basic) * &row[column]);
            cost(column) > priced.sum()
        })
    }

    /// The row that limits the column first; the smallest basic unknown on ties (Bland).
    fn leaving(&self, column: usize) -> Option<usize> {
        let limits = (0..self.rows.len()).filter(|&row| self.rows[row][column].is_positive());
        limits.min_by_key(|&row| (&self.values[row] / &self.rows[row][column], self.basis[row]))
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let scale = self.rows[row][column].recip();
        self.rows[row].iter_mut().for_each(|entry| *entry *= &scale);
        self.values[row] *= &scale;
        let (source, value) = (self.rows[row].clone(), self.values[row].clone());
        for other in (0..self.rows.len()).filter(|&other| other != row) {
            let factor = self.rows[other][column].clone();
            if !factor.is_zero() {
                self.rows[other].iter_mut().zip(&source).for_each(|(entry, from)| *entry -= &factor * from);
                self.values[other] -= &factor * &value;
            }
        }
        self.basis[row] = column;
    }

    fn vertex(&self) -> Vec<BigRational> {
        let mut vertex = vec![BigRational::zero(); self.unknowns];
        for (&column, value) in self.basis.iter().zip(&self.values) {
            vertex[column].clone_from(value);
        }
        vertex
    }
}
