//! The rank of a rational matrix, as evidence that a checker can read.

use num_rational::BigRational;
use recoverable_checker::{certificate, number::Rational};

use super::{Columns, Fractions, Rank};

impl Rank {
    /// The answer of [`Fractions::kernel`] for this matrix as evidence: the independent columns with an inverse modulo
    /// `m`, and for every other column a vector of the kernel that writes it as a combination of them. `None` after 32
    /// primes.
    ///
    /// # Examples
    /// ```
    /// use recoverable::{linear::{Fractions, Matrix}, number::parse};
    /// let matrix = Matrix::from_rows(vec![vec!["1/2", "1/4", "1/2"], vec!["1/2", "3/4", "1/2"]]).unwrap();
    /// let fractions = Fractions::new(&matrix.map(|entry| parse(entry).unwrap()));
    /// let evidence = fractions.kernel().unwrap().evidence(&fractions).unwrap();
    /// assert_eq!(evidence.columns, [0, 1]);
    /// assert_eq!(evidence.kernel[0].iter().map(|v| v.to_string()).collect::<Vec<_>>(), ["-1", "0", "1"]);
    /// ```
    pub fn evidence(self, matrix: &Fractions) -> Option<certificate::Rank> {
        let Columns::Independent(independence) = matrix.select(&self.columns).independence()? else {
            return None;
        };
        let integer = |value| Rational(BigRational::from_integer(value));
        let kernel =
            self.kernel.into_iter().map(|vector| vector.into_iter().map(integer).collect()).collect();
        Some(certificate::Rank { columns: self.columns, independence, kernel })
    }
}
