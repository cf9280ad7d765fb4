//! Numbers as Coq reads them: hexadecimal integers, lists, and rationals over common denominators.

use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::One;
use recoverable_checker::number::Rational;

/// One definition of numbers.
pub struct Data {
    name: String,
    kind: &'static str,
    text: String,
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Definition data_{} : {} :=\n  {}.", self.name, self.kind, self.text)
    }
}

impl Data {
    /// A list of natural numbers: indices, in decimal.
    pub fn naturals(name: impl Into<String>, numbers: &[usize]) -> Self {
        let text = format!("{}%nat", list(numbers.iter().map(ToString::to_string)));
        Self { name: name.into(), kind: "list nat", text }
    }

    /// Lists of indices.
    pub fn lists(name: impl Into<String>, lists: &[Vec<usize>]) -> Self {
        let lines = lists.iter().map(|numbers| list(numbers.iter().map(ToString::to_string)));
        Self { name: name.into(), kind: "list (list nat)", text: format!("{}%nat", list(lines)) }
    }

    /// Pairs of indices.
    pub fn pairs(name: impl Into<String>, pairs: &[(usize, usize)]) -> Self {
        let text = format!("{}%nat", list(pairs.iter().map(|(from, to)| format!("({from}, {to})"))));
        Self { name: name.into(), kind: "list (nat * nat)", text }
    }

    /// An integer.
    pub fn integer(name: impl Into<String>, integer: &BigInt) -> Self {
        Self { name: name.into(), kind: "Z", text: hexadecimal(integer) }
    }

    /// Whatever has this type and is written like this.
    pub fn term(name: impl Into<String>, kind: &'static str, text: String) -> Self {
        Self { name: name.into(), kind, text }
    }

    /// A list of integers.
    pub fn integers(name: impl Into<String>, integers: &[BigInt]) -> Self {
        Self { name: name.into(), kind: "list Z", text: row(integers) }
    }

    /// Rows of integers.
    pub fn rows(name: impl Into<String>, rows: &[Vec<BigInt>]) -> Self {
        Self { name: name.into(), kind: "list (list Z)", text: table(rows) }
    }

    /// A rational: denominator and numerator.
    pub fn rational(name: impl Into<String>, rational: &BigRational) -> Self {
        let text = format!("({}, {})", hexadecimal(rational.denom()), hexadecimal(rational.numer()));
        Self { name: name.into(), kind: "Z * Z", text }
    }

    /// A vector over its least common denominator.
    pub fn vector(name: impl Into<String>, entries: &[BigRational]) -> Self {
        let (denominator, rows) = cleared(&[entries.to_vec()]);
        let text = format!("({}, {})", hexadecimal(&denominator), row(&rows[0]));
        Self { name: name.into(), kind: "Z * list Z", text }
    }

    /// Vectors, each over its least common denominator.
    pub fn vectors(name: impl Into<String>, vectors: &[Vec<BigRational>]) -> Self {
        let vector = |entries: &Vec<BigRational>| {
            let (denominator, rows) = cleared(std::slice::from_ref(entries));
            format!("({}, {})", hexadecimal(&denominator), row(&rows[0]))
        };
        Self { name: name.into(), kind: "list (Z * list Z)", text: list(vectors.iter().map(vector)) }
    }

    /// A matrix over its least common denominator.
    pub fn matrix(name: impl Into<String>, entries: &[Vec<BigRational>]) -> Self {
        let (denominator, rows) = cleared(entries);
        let text = format!("({}, {})", hexadecimal(&denominator), table(&rows));
        Self { name: name.into(), kind: "Z * list (list Z)", text }
    }

    /// A matrix whose columns have denominators of their own, behind the least common one.
    pub fn columns(name: impl Into<String>, entries: &[Vec<BigRational>]) -> Self {
        let columns = 0..entries.first().map_or(0, Vec::len);
        let own: Vec<_> = columns.map(|column| common(entries.iter().map(|row| &row[column]))).collect();
        let denominator = own.iter().fold(BigInt::one(), |denominator, own| denominator.lcm(own));
        let numerator = |(entry, own): (&BigRational, &BigInt)| entry.numer() * (own / entry.denom());
        let rows: Vec<Vec<_>> =
            entries.iter().map(|entries| entries.iter().zip(&own).map(numerator).collect()).collect();
        let text = format!("({}, {},\n   {})", hexadecimal(&denominator), row(&own), table(&rows));
        Self { name: name.into(), kind: "Z * list Z * list (list Z)", text }
    }

    /// Matrices, each over its least common denominator.
    pub fn matrices(name: impl Into<String>, matrices: &[Vec<Vec<BigRational>>]) -> Self {
        let matrix = |entries: &Vec<Vec<BigRational>>| {
            let (denominator, rows) = cleared(entries);
            format!("({}, {})", hexadecimal(&denominator), table(&rows))
        };
        Self { name: name.into(), kind: "list (Z * list (list Z))", text: list(matrices.iter().map(matrix)) }
    }

    /// Lists of lists of indices.
    pub fn tables(name: impl Into<String>, tables: &[Vec<Vec<usize>>]) -> Self {
        let row = |numbers: &Vec<usize>| list(numbers.iter().map(ToString::to_string));
        let lines = tables.iter().map(|table| list(table.iter().map(row)));
        Self { name: name.into(), kind: "list (list (list nat))", text: format!("{}%nat", list(lines)) }
    }

    /// Lists of indices, some of which are absent.
    pub fn options(name: impl Into<String>, lists: &[Vec<Option<usize>>]) -> Self {
        let entry = |index: &Option<usize>| index.map_or("None".to_owned(), |index| format!("Some {index}"));
        let lines = lists.iter().map(|entries| list(entries.iter().map(entry)));
        Self { name: name.into(), kind: "list (list (option nat))", text: format!("{}%nat", list(lines)) }
    }
}

/// The numbers without their wrapper.
pub fn plain(entries: &[Rational]) -> Vec<BigRational> {
    entries.iter().map(|entry| entry.0.clone()).collect()
}

/// The rows without wrappers.
pub fn plain_rows(rows: &[Vec<Rational>]) -> Vec<Vec<BigRational>> {
    rows.iter().map(|row| plain(row)).collect()
}

/// The least common denominator of these numbers.
pub fn common<'a>(numbers: impl IntoIterator<Item = &'a BigRational>) -> BigInt {
    numbers.into_iter().fold(BigInt::one(), |denominator, number| denominator.lcm(number.denom()))
}

/// Rows of numerators over the least common denominator of all entries.
pub fn cleared(rows: &[Vec<BigRational>]) -> (BigInt, Vec<Vec<BigInt>>) {
    let denominator = common(rows.iter().flatten());
    let numerator = |entry: &BigRational| entry.numer() * (&denominator / entry.denom());
    let rows = rows.iter().map(|row| row.iter().map(numerator).collect()).collect();
    (denominator, rows)
}

/// An integer.
pub fn hexadecimal(integer: &BigInt) -> String {
    format!("{integer:#x}")
}

/// A list.
pub fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join("; "))
}

/// A list of integers.
pub fn row(integers: &[BigInt]) -> String {
    list(integers.iter().map(hexadecimal))
}

fn table(rows: &[Vec<BigInt>]) -> String {
    let rows: Vec<_> = rows.iter().map(|entries| row(entries)).collect();
    format!("[{}]", rows.join(";\n    "))
}
