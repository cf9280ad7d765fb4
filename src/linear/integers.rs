//! Integer matrices in the form that arithmetic modulo primes wants.

use num_bigint::{BigInt, Sign};
use num_traits::Zero;
use pulp::{Arch, Simd, WithSimd};

use super::{Matrix, prime::Prime};
use crate::number::euclid::number;

/// Bits of a piece.
pub(crate) const PIECE: u32 = 24;

/// How many products of a piece and a residue (below 2⁵²) are added up in 63 bits.
const TERMS: usize = 1 << 10;

/// An integer matrix, entry by entry `Σ pieces[k] · 2^(24k)`; the pieces of an entry have its sign.
///
/// Small entries take one piece, entries born as `f64` about three. Residues and products with digits are then
/// sums of products of half-words, whatever the size of the entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Integers {
    rows: usize,
    columns: usize,
    /// The most significant one has a nonzero entry, unless this is a block of a larger matrix.
    pieces: Vec<Matrix<i32>>,
    /// Every entry is below `2^bits` in absolute value.
    bits: u64,
}

impl Integers {
    /// The zero matrix, to be filled in by [`set`](Self::set).
    pub fn zero(rows: usize, columns: usize) -> Self {
        Self { rows, columns, pieces: Vec::new(), bits: 0 }
    }

    /// The same matrix in pieces.
    pub fn new(matrix: &Matrix<BigInt>) -> Self {
        let mut integers = Self::zero(matrix.rows(), matrix.columns());
        for row in 0..matrix.rows() {
            for (column, entry) in matrix.row(row).iter().enumerate() {
                integers.set(row, column, entry);
            }
        }
        integers
    }

    /// Sets an entry that is zero.
    pub fn set(&mut self, row: usize, column: usize, value: &BigInt) {
        let digits = value.magnitude().iter_u64_digits();
        self.set_digits(row, column, value.sign() == Sign::Minus, digits);
    }

    /// Sets an entry that is zero; its digits are words, the lowest first.
    pub fn set_digits(
        &mut self,
        row: usize,
        column: usize,
        negative: bool,
        digits: impl IntoIterator<Item = u64>,
    ) {
        let (mut buffer, mut held, mut index) = (0_u128, 0, 0);
        for digit in digits {
            buffer |= u128::from(digit) << held;
            held += 64;
            while held >= PIECE {
                self.set_piece(index, row, column, negative, buffer);
                buffer >>= PIECE;
                held -= PIECE;
                index += 1;
            }
        }
        self.set_piece(index, row, column, negative, buffer);
    }

    /// Sets an entry that is zero to a double word.
    pub fn set_small(&mut self, row: usize, column: usize, negative: bool, mut value: u128) {
        let mut index = 0;
        while value > 0 {
            self.set_piece(index, row, column, negative, value);
            value >>= PIECE;
            index += 1;
        }
    }

    /// Sets one piece of an entry to the low bits of a word.
    #[inline(always)]
    fn set_piece(&mut self, index: usize, row: usize, column: usize, negative: bool, word: u128) {
        let piece = i32::try_from(word & ((1 << PIECE) - 1)).expect("24 bits");
        if piece == 0 {
            return;
        }
        while self.pieces.len() <= index {
            self.pieces.push(Matrix::from_fn(self.rows, self.columns, |_, _| 0));
        }
        self.pieces[index][(row, column)] = if negative { -piece } else { piece };
        let bits =
            u64::from(PIECE) * index as u64 + u64::from(u32::BITS - piece.unsigned_abs().leading_zeros());
        self.bits = self.bits.max(bits);
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Every entry is below `2^bits` in absolute value.
    pub fn bits(&self) -> u64 {
        self.bits
    }

    /// About the bits of the determinant of a square matrix, by Hadamard's inequality. An estimate in floating point, for
    /// schedules alone.
    pub fn hadamard_bits(&self) -> u64 {
        let mut logarithm = 0.0;
        for column in 0..self.columns {
            let square = |row: usize| {
                let piece = |(sum, scale): (f64, f64), piece: &Matrix<i32>| {
                    (sum + f64::from(piece[(row, column)]) * scale, scale * f64::from(1 << PIECE))
                };
                let top = self.pieces.len().saturating_sub(8); // eight pieces are enough, and do not overflow
                self.pieces[top..].iter().fold((0.0, 1.0), piece).0.powi(2)
            };
            let norm: f64 = (0..self.rows).map(square).sum();
            logarithm +=
                norm.max(1.0).log2() / 2.0 + f64::from(PIECE) * self.pieces.len().saturating_sub(8) as f64;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // not negative, and saturating
        let bits = logarithm as u64;
        bits
    }

    /// The pieces, the lowest first.
    pub fn pieces(&self) -> &[Matrix<i32>] {
        &self.pieces
    }

    /// One entry.
    pub fn entry(&self, row: usize, column: usize) -> BigInt {
        let (mut digits, mut buffer, mut held, mut negative) = (Vec::new(), 0_u128, 0, false);
        for piece in &self.pieces {
            let piece = piece[(row, column)];
            negative |= piece < 0;
            buffer |= u128::from(piece.unsigned_abs()) << held;
            held += PIECE;
            if held >= 64 {
                digits.push(u64::try_from(buffer & u128::from(u64::MAX)).expect("64 bits"));
                buffer >>= 64;
                held -= 64;
            }
        }
        digits.push(u64::try_from(buffer).expect("fewer than 64 bits"));
        let magnitude = BigInt::from(number(&digits));
        if negative { -magnitude } else { magnitude }
    }

    /// The block of these rows and columns, in this order.
    pub fn block(&self, rows: &[usize], columns: &[usize]) -> Self {
        let pieces = self.pieces.iter().map(|piece| piece.block(rows, columns)).collect();
        Self { rows: rows.len(), columns: columns.len(), pieces, bits: self.bits }
    }

    /// The columns of this matrix, then those of the other.
    pub fn beside(&self, other: &Self) -> Self {
        let width = self.columns;
        let count = self.pieces.len().max(other.pieces.len());
        let entry = |pieces: &[Matrix<i32>], index: usize, row, column| {
            pieces.get(index).map_or(0, |piece: &Matrix<i32>| piece[(row, column)])
        };
        let piece = |index: usize| {
            Matrix::from_fn(self.rows, width + other.columns, |row, column| match column.checked_sub(width) {
                None => entry(&self.pieces, index, row, column),
                Some(column) => entry(&other.pieces, index, row, column),
            })
        };
        let pieces = (0..count).map(piece).collect();
        Self { rows: self.rows, columns: width + other.columns, pieces, bits: self.bits.max(other.bits) }
    }

    /// The transpose.
    pub fn transpose(&self) -> Self {
        let pieces = self.pieces.iter().map(Matrix::transpose).collect();
        Self { rows: self.columns, columns: self.rows, pieces, bits: self.bits }
    }

    /// Every entry's residue.
    pub fn residues(&self, prime: Prime) -> Matrix<u32> {
        let mut result = Matrix::from_fn(self.rows, self.columns, |_, _| 0);
        Arch::new().dispatch(Residues { integers: self, prime, result: result.entries_mut() });
        result
    }

    /// `M v`.
    pub fn times(&self, vector: &[BigInt]) -> Vec<BigInt> {
        let row = |row: usize| {
            let terms = vector.iter().enumerate().filter(|(_, value)| !value.is_zero());
            terms.map(|(column, value)| self.entry(row, column) * value).sum()
        };
        (0..self.rows).map(row).collect()
    }
}

/// Every entry's residue.
pub(crate) fn residues(matrix: &Matrix<BigInt>, prime: Prime) -> Matrix<u32> {
    Integers::new(matrix).residues(prime)
}

struct Residues<'a> {
    integers: &'a Integers,
    prime: Prime,
    result: &'a mut [u32],
}

impl WithSimd for Residues<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { integers, prime, result } = self;
        let mut weight = 1_i32;
        let mut sums = vec![0_i64; result.len()];
        for (index, piece) in integers.pieces.iter().enumerate() {
            if index > 0 && index % TERMS == 0 {
                sums.iter_mut().for_each(|sum| *sum = i64::from(prime.reduce_signed(*sum)));
            }
            for (sum, &entry) in sums.iter_mut().zip(piece.entries()) {
                *sum += i64::from(entry) * i64::from(weight);
            }
            weight = prime.times(weight.cast_unsigned(), 1 << PIECE).cast_signed();
        }
        for (entry, &sum) in result.iter_mut().zip(&sums) {
            *entry = prime.reduce_signed(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_integer::Integer as _;

    /// More pieces than are added up at once, all as large as they can be, and edges of pieces and words.
    #[test]
    fn residues_of_numbers_of_all_lengths() {
        let mut values = vec![BigInt::ZERO];
        for bits in
            [1_u32, 23, 24, 25, 47, 48, 49, 63, 64, 65, 72, 128, 192, 24 * 1024, 24 * 1025, 24 * 6300 + 5]
        {
            let power = BigInt::from(1) << bits;
            values.extend([&power - 1, power.clone(), &power + 1].into_iter().flat_map(|x| [-&x, x]));
        }
        let matrix = Matrix::from_fn(values.len(), 1, |row, _| values[row].clone());
        let integers = Integers::new(&matrix);
        assert!((0..values.len()).all(|row| integers.entry(row, 0) == values[row]));
        assert_eq!(integers.bits(), 24 * 6300 + 6);
        for prime in [Prime::all().next().unwrap(), Prime::all().last().unwrap()] {
            let modulus = BigInt::from(prime.get());
            let expected: Vec<BigInt> = values.iter().map(|value| value.mod_floor(&modulus)).collect();
            let found = integers.residues(prime);
            assert!(
                found
                    .entries()
                    .iter()
                    .zip(&expected)
                    .all(|(&found, expected)| BigInt::from(found) == *expected)
            );
        }
    }
}
