//! Several systems with one matrix: solved modulo many primes, put together by the Chinese remainder theorem.
//!
//! For each prime there are residues of the solution `X` of `A X = B` and of the determinant of `A`. Two
//! denominators `D` are tried while primes are added: the determinant (then `D X` is integral by Cramer's rule), and one
//! that is reconstructed from single entries of `X`, which may be far smaller (kernels of products of small factors). For a
//! candidate `D` the integers `N = D X` are put together until more primes change none of them. Once these primes
//! outweigh the entries of the matrix, `|A N − D B|` is below the product of all primes: the congruence
//! `A N ≡ D B` is an equation. No bound on determinants is needed and nothing is multiplied out.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer as _;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{
    Matrix,
    eliminate::{Eliminated, Extent, eliminate_within},
    integers::Integers,
    mixed_radix::MixedRadix,
    prime::{BITS, Prime},
};
use crate::number::euclid::reconstruct;

/// `numerators / denominator`, the denominator positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Solutions {
    pub numerators: Matrix<BigInt>,
    pub denominator: BigInt,
}

/// Solves `A X = B` for `matrix = [A | B]`, where the first `rank` rows and columns are an invertible block and `A` is
/// the first `rank` columns: `X` is `rank × (columns − rank)`. `None` if there is no solution, because the other
/// rows contradict the first ones, or if the primes do not suffice: all of them together have about 378,000 bits.
pub(crate) fn solve(matrix: &Integers, rank: usize) -> Option<Solutions> {
    let width = matrix.columns() - rank;
    let entries = |eliminated: &Eliminated| {
        let consistent = eliminated.vanishes_from(rank);
        consistent.then(|| {
            let columns = rank..rank + width;
            let columns: Vec<Vec<u32>> =
                columns.map(|column| eliminated.coordinates(column).collect()).collect();
            Matrix::from_columns(rank, &columns)
        })
    };
    lift(matrix, rank, width, Extent::Reduced, entries)
}

/// The inverse of an invertible matrix. `None` if the primes do not suffice.
pub(crate) fn inverse(matrix: &Integers) -> Option<Solutions> {
    let size = matrix.rows();
    lift(matrix, size, size, Extent::Inverse, |eliminated| Some(eliminated.natural_inverse()))
}

/// Puts together what `entries` reads off the elimination of the first `rank` columns modulo each prime.
fn lift(
    matrix: &Integers,
    rank: usize,
    width: usize,
    extent: Extent,
    entries: impl Fn(&Eliminated) -> Option<Matrix<u32>>,
) -> Option<Solutions> {
    // |A N − D B| ≤ 2^bits (rank + 1) max(|N|, |D|), and each prime is above 2^28 − 2^18 > 2^27.99.
    let margin = matrix.bits() + u64::from(usize::BITS - (rank + 1).leading_zeros()) + 1;
    let margin = u32::try_from((margin * 100).div_ceil(u64::from(BITS) * 100 - 1)).ok()?;
    let mut known = Known { primes: Vec::new(), residues: Vec::new(), length: rank * width, width, margin };
    let expected = usize::try_from(matrix.hadamard_bits() / u64::from(BITS)).ok()? / 2;
    let (mut determinant, mut checkpoint) = (MixedRadix::new(1), 2 + margin as usize);
    for prime in Prime::all() {
        let eliminated = eliminate_within(matrix.residues(prime), rank, rank, extent, prime);
        if eliminated.pivots.rank() < rank {
            continue; // the prime divides the determinant
        }
        determinant.push(prime, &[eliminated.natural_determinant(prime)]);
        known.primes.push(prime);
        known.residues.push(entries(&eliminated)?.into_entries());
        if known.primes.len() >= checkpoint {
            // Small solutions are found early, generic ones soon after they are determined.
            checkpoint += if 2 * checkpoint < expected { checkpoint } else { 2 + checkpoint / 10 };
            let by_cramer = || determinant.integers().pop().filter(|_| determinant.unchanged() >= margin);
            let found = known.probe().and_then(|denominator| known.over(&denominator));
            if let Some(solutions) = found.or_else(|| known.over(&by_cramer()?)) {
                return Some(solutions);
            }
        }
    }
    None
}

/// Residues of a solution.
struct Known {
    primes: Vec<Prime>,
    /// For each prime the residues of all entries, row by row.
    residues: Vec<Vec<u32>>,
    length: usize,
    width: usize,
    /// Primes that have to leave the integers as they are.
    margin: u32,
}

impl Known {
    /// A common denominator of one entry of each row and column, as far as the primes determine it.
    fn probe(&self) -> Option<BigInt> {
        let modulus = self.primes.iter().fold(BigUint::one(), |product, prime| product * prime.get());
        // Numerators and denominators may share the bits of the modulus; a word less, so that chance does not pass.
        let bits = modulus.bits().checked_sub(64)? / 2;
        let bound = BigUint::one() << bits;
        let clear = |denominator: BigUint, residue: BigUint| {
            let (_, extra) = reconstruct(residue * &denominator % &modulus, &modulus, &bound);
            let denominator = denominator * extra;
            (denominator.bits() <= bits).then_some(denominator)
        };
        let Some(last) = self.length.checked_sub(1) else { return Some(BigInt::one()) };
        // One entry is cheap, and says for most denominators that they are too long.
        let first = self.at(&[last], &modulus).into_iter().try_fold(BigUint::one(), clear)?;
        // Every column has a denominator of its own, and the columns of the matrix were cleared each by its own.
        let height = self.length / self.width;
        let down = (0..height).map(|row| row * self.width + row % self.width);
        let along = (0..self.width).map(|column| (column + self.primes.len()) % height * self.width + column);
        let entries: Vec<usize> = down.chain(along).collect();
        self.at(&entries, &modulus).into_iter().try_fold(first, clear).map(BigInt::from)
    }

    /// Some entries modulo all primes.
    fn at(&self, entries: &[usize], modulus: &BigUint) -> Vec<BigUint> {
        let mut radix = MixedRadix::new(entries.len());
        for (&prime, residues) in self.primes.iter().zip(&self.residues) {
            radix.push(prime, &entries.iter().map(|&entry| residues[entry]).collect::<Vec<_>>());
        }
        let modulus = BigInt::from(modulus.clone());
        radix.integers().into_iter().map(|value| value.mod_floor(&modulus).magnitude().clone()).collect()
    }

    /// The solution over a denominator, if the primes prove that it is one.
    fn over(&self, denominator: &BigInt) -> Option<Solutions> {
        const SAMPLE: usize = 8;
        if denominator.is_zero() {
            return None;
        }
        if self.length > 4 * SAMPLE {
            let sample: Vec<usize> =
                (0..SAMPLE).map(|index| index * (self.length - 1) / (SAMPLE - 1)).collect();
            self.numerators(denominator, sample.len(), |residues| {
                sample.iter().map(|&at| residues[at]).collect()
            })?;
        }
        let all = self.numerators(denominator, self.length, <[u32]>::to_vec)?;
        let mut all = all.into_iter().map(|entry| if denominator.is_negative() { -entry } else { entry });
        let height = self.length / self.width.max(1);
        let numerators = Matrix::from_fn(height, self.width, |_, _| all.next().unwrap_or_default());
        Some(Solutions { numerators, denominator: denominator.abs() })
    }

    /// The integers `D X` of some entries, if enough primes leave them as they are.
    fn numerators(
        &self,
        denominator: &BigInt,
        length: usize,
        select: impl Fn(&[u32]) -> Vec<u32>,
    ) -> Option<Vec<BigInt>> {
        let mut found = MixedRadix::new(length);
        // The denominator itself is to be below the product of the primes before those that change nothing.
        let least = denominator.bits() / (u64::from(BITS) - 1) + 1 + u64::from(self.margin);
        for (&prime, residues) in self.primes.iter().zip(&self.residues) {
            let scale = (denominator.mod_floor(&BigInt::from(prime.get()))).to_u32().unwrap_or(0);
            let scaled: Vec<u32> =
                select(residues).into_iter().map(|entry| prime.times(entry, scale)).collect();
            found.push(prime, &scaled);
            if found.unchanged() >= self.margin && found.primes() >= least {
                return Some(found.integers());
            }
        }
        None
    }
}
