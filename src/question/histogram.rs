//! How margins are spread over the decades.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero, pow};

/// The probabilities of margins by decade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// That of exact ties, margin 0.
    pub ties: BigRational,
    /// That of positive margins below `10^-12`.
    pub below: BigRational,
    /// Those of margins in `[10^e, 10^(e+1))` for `e = -12, …, -1`, and of margins of 1 and more.
    pub decades: Vec<BigRational>,
}

/// The lowest decade.
const LOWEST: usize = 12;

impl Histogram {
    /// The histogram of margins (not negative) with their probabilities.
    ///
    /// ```
    /// use recoverable::{number::parse, question::histogram::Histogram};
    /// let number = |text| parse(text).unwrap();
    /// let found = Histogram::new([("0", "1/2"), ("1e-12", "1/4"), ("9e-13", "1/8"), ("7", "1/8")].map(|(m, p)| (number(m), number(p))));
    /// assert_eq!((found.ties, found.below), (number("1/2"), number("1/8")));
    /// assert_eq!((&found.decades[0], &found.decades[12]), (&number("1/4"), &number("1/8")));
    /// ```
    pub fn new(margins: impl IntoIterator<Item = (BigRational, BigRational)>) -> Self {
        let mut found = Self {
            ties: BigRational::zero(),
            below: BigRational::zero(),
            decades: vec![BigRational::zero(); LOWEST + 1],
        };
        let powers: Vec<BigInt> = (0..=LOWEST).map(|exponent| pow(BigInt::from(10), exponent)).collect();
        for (margin, probability) in margins {
            // The greatest exponent e <= 0 with margin >= 10^e.
            let reached = powers.iter().position(|power| margin.numer() * power >= *margin.denom());
            let bin = match reached {
                _ if !margin.is_positive() => &mut found.ties,
                Some(exponent) => &mut found.decades[LOWEST - exponent],
                None => &mut found.below,
            };
            *bin += probability;
        }
        found
    }

    /// The bins from ties to large margins, each with a name.
    pub fn bins(&self) -> impl Iterator<Item = (String, &BigRational)> {
        let name = |index: usize| match LOWEST - index {
            0 => "1 or more".to_owned(),
            exponent => format!("1e-{exponent:02} or more"),
        };
        let decades = self.decades.iter().enumerate().map(move |(index, share)| (name(index), share));
        [("tie".to_owned(), &self.ties), ("below 1e-12".to_owned(), &self.below)].into_iter().chain(decades)
    }
}
