//! Hidden Markov models.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{Defect, Field, Line, State, Token};
use crate::{
    linear::{Matrix, dot, inverse, nonnegative_solution},
    number::clear,
};

/// A hidden Markov model, column-stochastic, with exact entries. See the [module](super) for the parts.
///
/// ```
/// use recoverable::{model::Hmm, number::parse};
/// let exact = |rows: &[&[&str]]| -> Vec<Vec<_>> {
///     rows.iter().map(|row| row.iter().map(|entry| parse(entry).unwrap()).collect()).collect()
/// };
/// let hmm = Hmm::new(
///     exact(&[&["1/2", "1/2"]]).remove(0),
///     exact(&[&["3/4", "1/3"], &["1/4", "2/3"]]),
///     exact(&[&["2/3", "1/4"], &["1/3", "3/4"]]),
/// ).unwrap();
/// assert_eq!(hmm.first_law()[0].to_string(), "13/24");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hmm {
    initial: Vec<BigRational>,
    transition: Matrix<BigRational>,
    emission: Matrix<BigRational>,
}

/// The largest change that normalising made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The part with the largest deviation.
    pub field: Field,
    /// Its line.
    pub line: Line,
    /// The sum that was divided by.
    pub sum: BigRational,
}

impl Correction {
    /// `|sum − 1|`.
    pub fn size(&self) -> BigRational {
        (&self.sum - BigRational::one()).abs()
    }

    /// The same correction of the transposed matrices.
    pub(crate) fn transposed(self) -> Self {
        let Defect::ZeroSum { field, line } =
            (Defect::ZeroSum { field: self.field, line: self.line }).transposed()
        else {
            return self;
        };
        Self { field, line, sum: self.sum }
    }
}

impl Hmm {
    /// The model with these parts: `initial[state]`, `transition[next][current]`, `emission[token][state]`.
    ///
    /// # Errors
    /// A [`Defect`] if there is no state or token, a shape is wrong, an entry is negative, or `initial`
    /// or a column does not sum to exactly 1.
    pub fn new(
        initial: Vec<BigRational>,
        transition: Vec<Vec<BigRational>>,
        emission: Vec<Vec<BigRational>>,
    ) -> Result<Self, Defect> {
        let hmm = Self::shaped(initial, transition, emission)?;
        hmm.sums()?;
        Ok(hmm)
    }

    /// As [`new`](Self::new), but every law is divided by its sum first. Returns the largest correction,
    /// or `None` if nothing had to change.
    ///
    /// # Errors
    /// As for [`new`](Self::new); [`Defect::ZeroSum`] for a law that sums to 0. A matrix whose rows all sum to
    /// exactly 1 while its columns do not is refused: whoever wrote it meant the transpose.
    pub fn normalized(
        initial: Vec<BigRational>,
        transition: Vec<Vec<BigRational>>,
        emission: Vec<Vec<BigRational>>,
    ) -> Result<(Self, Option<Correction>), Defect> {
        let mut hmm = Self::shaped(initial, transition, emission)?;
        let mut largest: Option<Correction> = None;
        let mut note = |field, line, sum: &BigRational| {
            let correction = Correction { field, line, sum: sum.clone() };
            if !sum.is_one() && largest.as_ref().is_none_or(|found| found.size() < correction.size()) {
                largest = Some(correction);
            }
            if sum.is_zero() { Err(Defect::ZeroSum { field, line }) } else { Ok(()) }
        };
        let total: BigRational = hmm.initial.iter().sum();
        note(Field::Initial, Line::Whole, &total)?;
        hmm.initial.iter_mut().for_each(|entry| *entry /= &total);
        for (field, matrix) in
            [(Field::Transition, &mut hmm.transition), (Field::Emission, &mut hmm.emission)]
        {
            if let Err(defect @ Defect::Sum { transposed: true, .. }) = column_sums(field, matrix) {
                return Err(defect);
            }
            for column in 0..matrix.columns() {
                let total: BigRational = matrix.column(column).sum();
                note(field, Line::Column(column), &total)?;
                for row in 0..matrix.rows() {
                    matrix[(row, column)] /= &total;
                }
            }
        }
        Ok((hmm, largest))
    }

    /// The model whose entries are exactly the values of these floats (dyadic rationals).
    ///
    /// # Errors
    /// As for [`new`](Self::new), and [`Defect::NotFinite`].
    pub fn from_f64(initial: &[f64], transition: &[&[f64]], emission: &[&[f64]]) -> Result<Self, Defect> {
        let exact = |field, row: usize, column, value: f64| {
            BigRational::from_float(value).ok_or(Defect::NotFinite { field, row, column })
        };
        let matrix = |field, rows: &[&[f64]]| {
            let row = |(r, row): (usize, &&[f64])| {
                row.iter().enumerate().map(|(c, &value)| exact(field, r, Some(c), value)).collect()
            };
            rows.iter().enumerate().map(row).collect::<Result<Vec<Vec<_>>, _>>()
        };
        let law = initial.iter().enumerate().map(|(index, &value)| exact(Field::Initial, index, None, value));
        Self::new(
            law.collect::<Result<_, _>>()?,
            matrix(Field::Transition, transition)?,
            matrix(Field::Emission, emission)?,
        )
    }

    /// The same chain and emissions, where the law given so far was that of `H_1`: solves `A π0 = p`.
    ///
    /// Where `A` is singular and several laws of `H_0` fit, `p` itself is taken if it is stationary,
    /// else one with the largest support.
    ///
    /// # Errors
    /// [`Defect::NoInitialLaw`] if no law of `H_0` fits.
    pub fn with_first_law(mut self) -> Result<Self, Defect> {
        if self.first_law() == self.initial {
            return Ok(self);
        }
        let solution = match inverse(&self.transition) {
            Some(inverse) => Some(apply(&inverse, &self.initial)),
            None => nonnegative_solution(&self.transition, &self.initial),
        };
        self.initial =
            solution.filter(|law| !law.iter().any(Signed::is_negative)).ok_or(Defect::NoInitialLaw)?;
        Ok(self)
    }

    fn shaped(
        initial: Vec<BigRational>,
        transition: Vec<Vec<BigRational>>,
        emission: Vec<Vec<BigRational>>,
    ) -> Result<Self, Defect> {
        let n = initial.len();
        if n == 0 {
            return Err(Defect::NoStates);
        }
        if emission.is_empty() {
            return Err(Defect::NoTokens);
        }
        if let Some(row) = initial.iter().position(Signed::is_negative) {
            let value = initial[row].clone();
            return Err(Defect::Negative { field: Field::Initial, row, column: None, value });
        }
        if transition.len() != n {
            return Err(Defect::RowCount { field: Field::Transition, expected: n, found: transition.len() });
        }
        let transition = matrix(Field::Transition, transition, n)?;
        Ok(Self { initial, transition, emission: matrix(Field::Emission, emission, n)? })
    }

    fn sums(&self) -> Result<(), Defect> {
        let sum: BigRational = self.initial.iter().sum();
        if !sum.is_one() {
            return Err(Defect::Sum { field: Field::Initial, line: Line::Whole, sum, transposed: false });
        }
        column_sums(Field::Transition, &self.transition)?;
        column_sums(Field::Emission, &self.emission)
    }

    /// `n`, the number of states.
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// `k`, the number of tokens.
    pub fn tokens(&self) -> usize {
        self.emission.rows()
    }

    /// `π0`, the law of `H_0`.
    pub fn initial(&self) -> &[BigRational] {
        &self.initial
    }

    /// `A`, `n × n`, `transition[(next, current)]`; columns sum to 1.
    pub fn transition(&self) -> &Matrix<BigRational> {
        &self.transition
    }

    /// `W`, `k × n`, `emission[(token, state)]`; columns sum to 1.
    pub fn emission(&self) -> &Matrix<BigRational> {
        &self.emission
    }

    /// `π_1 = A π0`, the law of `H_1`, which emits the first token.
    pub fn first_law(&self) -> Vec<BigRational> {
        self.advance(&self.initial)
    }

    /// `A v`: one step of the chain for a law `v`.
    pub(crate) fn advance(&self, law: &[BigRational]) -> Vec<BigRational> {
        apply(&self.transition, law)
    }

    /// Whether `A[to, from] > 0`.
    pub fn has_step(&self, from: State, to: State) -> bool {
        self.transition[(to.0, from.0)].is_positive()
    }

    /// All tokens.
    pub fn vocabulary(&self) -> impl Iterator<Item = Token> + use<> {
        (0..self.tokens()).map(Token)
    }
}

/// `M v`, each entry as one sum of integers over a common denominator.
fn apply(matrix: &Matrix<BigRational>, vector: &[BigRational]) -> Vec<BigRational> {
    let (values, scale) = clear(vector);
    let entry = |row: usize| {
        let (entries, denominator) = clear(matrix.row(row));
        BigRational::new(dot(&entries, &values), denominator * &scale)
    };
    (0..matrix.rows()).map(entry).collect()
}

/// The matrix with these rows: of this length, no entry negative.
pub(super) fn matrix(
    field: Field,
    rows: Vec<Vec<BigRational>>,
    states: usize,
) -> Result<Matrix<BigRational>, Defect> {
    for (row, entries) in rows.iter().enumerate() {
        if entries.len() != states {
            return Err(Defect::RowLength { field, row, expected: states, found: entries.len() });
        }
        if let Some(column) = entries.iter().position(Signed::is_negative) {
            let value = entries[column].clone();
            return Err(Defect::Negative { field, row, column: Some(column), value });
        }
    }
    let height = rows.len();
    let mut rows = rows.into_iter().flatten();
    Ok(Matrix::from_fn(height, states, |_, _| rows.next().unwrap_or_else(BigRational::zero)))
}

pub(super) fn column_sums(field: Field, matrix: &Matrix<BigRational>) -> Result<(), Defect> {
    let sums = (0..matrix.columns()).map(|column| matrix.column(column).sum::<BigRational>());
    for (column, sum) in sums.enumerate() {
        if !sum.is_one() {
            let transposed =
                (0..matrix.rows()).all(|row| matrix.row(row).iter().sum::<BigRational>().is_one());
            return Err(Defect::Sum { field, line: Line::Column(column), sum, transposed });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::parse;

    fn law(entries: &[&str]) -> Vec<BigRational> {
        entries.iter().map(|entry| parse(entry).unwrap()).collect()
    }

    fn first_law(initial: &[&str], transition: &[&[&str]]) -> Result<Vec<BigRational>, Defect> {
        let rows = transition.iter().map(|row| law(row)).collect();
        let emission = vec![law(&vec!["1"; initial.len()])];
        let hmm = Hmm::new(law(initial), rows, emission)?.with_first_law()?;
        assert_eq!(hmm.first_law(), law(initial));
        Ok(hmm.initial().to_vec())
    }

    #[test]
    fn the_law_of_h0_is_solved_from_that_of_h1() {
        let invertible: &[&[&str]] = &[&["0.95", "0.1"], &["0.05", "0.9"]];
        assert_eq!(first_law(&["1/2", "1/2"], invertible), Ok(law(&["8/17", "9/17"])));
        assert_eq!(first_law(&["0", "1"], invertible), Err(Defect::NoInitialLaw)); // A⁻¹p has a negative entry
        assert_eq!(first_law(&["2/3", "1/3"], invertible), Ok(law(&["2/3", "1/3"]))); // stationary
    }

    /// Columns 0 and 1 of `A` agree: of many laws of `H_0` one with the largest support is taken.
    #[test]
    fn a_singular_chain_gets_a_law_of_large_support() {
        let singular: &[&[&str]] = &[&["1/2", "1/2", "0"], &["1/2", "1/2", "0"], &["0", "0", "1"]];
        let solved = first_law(&["1/4", "1/4", "1/2"], singular).unwrap();
        assert_eq!(solved, law(&["1/4", "1/4", "1/2"])); // stationary
        let copying: &[&[&str]] = &[&["0", "0", "1"], &["1/2", "1/2", "0"], &["1/2", "1/2", "0"]];
        let solved = first_law(&["1/2", "1/4", "1/4"], copying).unwrap();
        assert!(solved.iter().all(Signed::is_positive), "{solved:?}");
        assert_eq!(first_law(&["0", "1", "0"], singular), Err(Defect::NoInitialLaw));
    }
}
