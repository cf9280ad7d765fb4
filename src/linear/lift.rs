//! Dixon lifting: the exact solution of one integer system whose matrix is invertible modulo a prime.
//!
//! With `C = A⁻¹ mod p`, each step takes the digits `x = C r mod p` off the right-hand side, `r ← (r − A x)/p`, so that
//! `A (x_0 + x_1 p + …) ≡ b` modulo a growing power of `p`. A step costs two products of a matrix and a vector of
//! half-words. Now and then a fraction `N/D` is reconstructed; `A N ≡ D b` modulo `p^k` and `|A N − D b| < p^k` are a
//! proof that it is the solution, so that lifting ends as soon as the solution allows and nothing is multiplied out.

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Pow};
use pulp::{Arch, Simd, WithSimd};

use super::{
    Matrix,
    integers::{Integers, PIECE},
    mixed_radix::value,
    prime::{BITS, Prime},
};
use crate::number::euclid::{number, reconstruct};

/// How many products of a piece and a digit (below 2⁵²) are added up in 62 bits.
const TERMS: usize = 1 << 10;

/// The bits of a piece.
const MASK: i64 = (1 << PIECE) - 1;

/// `numerators / denominator`, the denominator positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Solution {
    pub numerators: Vec<BigInt>,
    pub denominator: BigInt,
}

/// A square integer matrix with its inverse modulo a prime.
pub(crate) struct Lifter<'a> {
    matrix: &'a Integers,
    inverse: Matrix<u32>,
    prime: Prime,
}

impl<'a> Lifter<'a> {
    /// `inverse · matrix = 1` modulo the prime.
    pub fn new(matrix: &'a Integers, inverse: Matrix<u32>, prime: Prime) -> Self {
        Self { matrix, inverse, prime }
    }

    /// The solution of `matrix · x = rhs`.
    pub fn solve(&self, rhs: &[BigInt]) -> Solution {
        let mut lifted = Lifted::new(self, rhs);
        let (expected, mut checkpoint) = (lifted.expected_steps(), 3);
        loop {
            lifted.step();
            let steps = lifted.digits.len();
            if steps >= checkpoint {
                // Small solutions are found early, generic ones soon after they are determined.
                checkpoint = if steps >= expected * 3 / 4 {
                    steps + 1 + expected / 12
                } else {
                    (2 * steps).min(expected * 3 / 4).max(steps + 1)
                };
                if let Some(solution) = lifted.solution() {
                    return solution;
                }
            }
        }
    }
}

/// What is known of a solution after some steps.
struct Lifted<'a> {
    lifter: &'a Lifter<'a>,
    /// The right-hand side that is left: `residual[k][row]`, weight `2^(24k)`, signed.
    residual: Vec<Vec<i64>>,
    /// `digits[step][row]`, weight `p^step`.
    digits: Vec<Vec<u32>>,
    rhs_bits: u64,
}

impl<'a> Lifted<'a> {
    fn new(lifter: &'a Lifter<'a>, rhs: &[BigInt]) -> Self {
        let mut pieces = Integers::zero(rhs.len(), 1);
        for (row, value) in rhs.iter().enumerate() {
            pieces.set(row, 0, value);
        }
        // A residual is below the matrix times the size plus the right-hand side: three pieces more than either has.
        let height = lifter.matrix.pieces().len().max(pieces.pieces().len()) + 3;
        let mut residual = vec![vec![0; rhs.len()]; height];
        for (known, piece) in residual.iter_mut().zip(pieces.pieces()) {
            known.iter_mut().zip(piece.entries()).for_each(|(to, &from)| *to = i64::from(from));
        }
        Self { lifter, residual, digits: Vec::new(), rhs_bits: pieces.bits() }
    }

    /// Steps after which a generic solution is determined, by Hadamard's bound.
    fn expected_steps(&self) -> usize {
        let minors = self.lifter.matrix.hadamard_bits();
        let bits = 2 * minors + self.rhs_bits.saturating_sub(self.lifter.matrix.bits()) + self.margin();
        usize::try_from(bits / u64::from(BITS)).unwrap_or(usize::MAX / 4)
    }

    fn step(&mut self) {
        let mut digits = vec![0; self.lifter.matrix.rows()];
        Arch::new().dispatch(Step { lifter: self.lifter, residual: &mut self.residual, digits: &mut digits });
        self.digits.push(digits);
        let enough = self.lifter.matrix.pieces().len() + 3;
        while self.residual.len() > enough
            && self.residual.last().is_some_and(|top| top.iter().all(|&d| d == 0 || d == -1))
        {
            let top = self.residual.pop().unwrap_or_default();
            let next = self.residual.last_mut().expect("more than enough are left");
            next.iter_mut().zip(top).for_each(|(to, from)| *to += from << PIECE);
        }
    }

    /// The bits of a power of the prime, rounded down.
    fn bits_of(steps: usize) -> u64 {
        // log2 p ≥ 28 − 2⁻⁹
        let steps = steps as u64;
        steps * u64::from(BITS) - steps.div_ceil(512)
    }

    /// `x_i` modulo `p^steps`.
    fn known(&self, row: usize, steps: usize) -> BigUint {
        let digits: Vec<u32> = self.digits[..steps].iter().map(|digits| digits[row]).collect();
        number(&value(&digits, &vec![self.lifter.prime.get(); steps]))
    }

    /// Bits that a product with the matrix adds.
    fn margin(&self) -> u64 {
        self.lifter.matrix.bits() + u64::from(usize::BITS - self.lifter.matrix.rows().leading_zeros()) + 1
    }

    /// The solution, if the digits determine and prove it.
    fn solution(&self) -> Option<Solution> {
        let Some(last) = self.lifter.matrix.rows().checked_sub(1) else {
            return Some(Solution { numerators: Vec::new(), denominator: BigInt::one() });
        };
        let steps = self.digits.len();
        let bits = Self::bits_of(steps);
        // A numerator has more bits than the denominator by about as many as the right-hand side has more than the matrix.
        let skew = self.rhs_bits.saturating_sub(self.lifter.matrix.bits());
        if bits < skew + 2 * self.margin() {
            return None;
        }
        let numerator_bits = (bits + skew - self.margin()) / 2;
        let denominator_bits = bits - numerator_bits - 2;
        let modulus = BigUint::from(self.lifter.prime.get()).pow(u32::try_from(steps).ok()?);
        let bound = BigUint::one() << numerator_bits;
        let (first, denominator) = reconstruct(self.known(last, steps), &modulus, &bound);
        if denominator.bits() > denominator_bits {
            return None;
        }
        self.over(&denominator, first.bits(), steps)
            .or_else(|| self.together(denominator, (&modulus, &bound), denominator_bits))
    }

    /// All numerators over a denominator that is expected to serve them all; a numerator needs fewer digits than a
    /// fraction. They are proved if they are about as short as expected.
    fn over(&self, denominator: &BigUint, expected: u64, steps: usize) -> Option<Solution> {
        let skew = self.rhs_bits.saturating_sub(self.lifter.matrix.bits());
        let numerator_bits = expected.max(denominator.bits() + skew) + 64;
        let needed = (numerator_bits + self.margin()).max(denominator.bits() + self.rhs_bits) + 2;
        let needed_steps = usize::try_from(needed / (u64::from(BITS) - 1)).ok()?;
        let fewer = (0..3)
            .map(|more| needed_steps + more)
            .find(|&fewer| Self::bits_of(fewer) >= needed)
            .unwrap_or(steps)
            .min(steps);
        if Self::bits_of(fewer) < needed {
            return None;
        }
        let modulus = BigUint::from(self.lifter.prime.get()).pow(u32::try_from(fewer).ok()?);
        let half = &modulus >> 1_u32;
        let numerator = |row: usize| {
            let value = self.known(row, fewer) * denominator % &modulus;
            let value = if value > half { -BigInt::from(&modulus - value) } else { value.into() };
            (value.bits() <= numerator_bits).then_some(value)
        };
        let numerators: Option<Vec<BigInt>> = (0..self.lifter.matrix.rows()).map(numerator).collect();
        Some(Solution { numerators: numerators?, denominator: denominator.clone().into() })
    }

    /// Numerators and their common denominator, found one after the other; proved if they are short enough together.
    fn together(
        &self,
        mut denominator: BigUint,
        (modulus, bound): (&BigUint, &BigUint),
        denominator_bits: u64,
    ) -> Option<Solution> {
        let (steps, mut numerators) = (self.digits.len(), Vec::<BigInt>::new());
        for row in 0..self.lifter.matrix.rows() {
            let residue = self.known(row, steps) * &denominator % modulus;
            let (numerator, extra) = reconstruct(residue, modulus, bound);
            if !extra.is_one() {
                denominator *= &extra;
                if denominator.bits() > denominator_bits {
                    return None;
                }
                let extra = BigInt::from(extra);
                numerators.iter_mut().for_each(|earlier| *earlier *= &extra);
            }
            numerators.push(numerator);
        }
        let largest = numerators.iter().map(BigInt::bits).max().unwrap_or(0);
        let needed = (largest + self.margin()).max(denominator.bits() + self.rhs_bits) + 1;
        let proved = needed < Self::bits_of(steps);
        proved.then(|| Solution { numerators, denominator: denominator.into() })
    }
}

struct Step<'a> {
    lifter: &'a Lifter<'a>,
    residual: &'a mut [Vec<i64>],
    digits: &'a mut [u32],
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { lifter, residual, digits } = self;
        let (prime, size) = (lifter.prime, digits.len());
        let residues = residues(residual, size, prime);
        for (row, digit) in digits.iter_mut().enumerate() {
            *digit = prime.dot(lifter.inverse.row(row), &residues);
        }
        let mut carries = vec![0_i64; size];
        let (p, inverse) = (i64::from(prime.get()), inverse_of_piece(prime));
        let top = residual.len() - 1;
        let signed: Vec<i32> = digits.iter().map(|digit| digit.cast_signed()).collect();
        for (index, piece) in residual.iter_mut().enumerate() {
            piece.iter_mut().zip(&carries).for_each(|(value, carry)| *value += carry);
            carries.fill(0);
            if let Some(matrix) = lifter.matrix.pieces().get(index) {
                for (row, (value, carry)) in piece.iter_mut().zip(&mut carries).enumerate() {
                    for (entries, digits) in matrix.row(row).chunks(TERMS).zip(signed.chunks(TERMS)) {
                        *value -= product(entries, digits);
                        *carry += *value >> PIECE;
                        *value &= MASK;
                    }
                }
            }
            if index < top {
                for (value, carry) in piece.iter_mut().zip(&mut carries) {
                    let quotient = value.wrapping_mul(inverse) & MASK;
                    *carry += (*value - quotient * p) >> PIECE;
                    *value = quotient;
                }
            } else {
                piece.iter_mut().for_each(|value| *value /= p);
            }
        }
    }
}

/// The residual modulo the prime.
#[inline(always)]
fn residues(residual: &[Vec<i64>], size: usize, prime: Prime) -> Vec<u32> {
    let (mut sums, mut weight) = (vec![0_i64; size], 1_u32);
    for (index, piece) in residual.iter().enumerate() {
        if index % 256 == 255 {
            sums.iter_mut().for_each(|sum| *sum = i64::from(prime.reduce_signed(*sum)));
        }
        for (sum, &value) in sums.iter_mut().zip(piece) {
            *sum += value * i64::from(weight);
        }
        weight = prime.times(weight, 1 << PIECE);
    }
    sums.into_iter().map(|sum| prime.reduce_signed(sum)).collect()
}

/// `Σ a_i b_i` of at most [`TERMS`] pieces and digits.
#[inline(always)]
fn product(a: &[i32], b: &[i32]) -> i64 {
    let mut sum = 0_i64;
    for (&x, &y) in a.iter().zip(b) {
        sum += i64::from(x) * i64::from(y);
    }
    sum
}

/// `p⁻¹` modulo `2²⁴`, by Newton's iteration.
fn inverse_of_piece(prime: Prime) -> i64 {
    let p = i64::from(prime.get());
    let inverse = (0..4).fold(p, |x, _| x.wrapping_mul(2 - p.wrapping_mul(x)));
    inverse & MASK
}

#[cfg(test)]
mod tests {
    use num_traits::Signed;

    use super::*;
    use crate::linear::eliminate::{Extent, eliminate};

    fn lift(matrix: &Matrix<BigInt>, rhs: &[BigInt]) -> Solution {
        let integers = Integers::new(matrix);
        let prime = Prime::all().next().unwrap();
        let found = eliminate(integers.residues(prime), rhs.len(), Extent::Inverse, prime);
        Lifter::new(&integers, found.natural_inverse(), prime).solve(rhs)
    }

    #[test]
    fn a_hilbert_system_is_solved_exactly() {
        // Hilbert's matrix of order 12 in integers: times the least common multiple of 1 to 23.
        let common = (1..=23).fold(BigInt::one(), |common, i| num_integer::lcm(common, BigInt::from(i)));
        let matrix = Matrix::from_fn(12, 12, |i, j| &common / BigInt::from(i + j + 1));
        let expected: Vec<BigInt> = (0..12).map(|i| BigInt::from(i * i - 40)).collect();
        let rhs = Integers::new(&matrix).times(&expected);
        assert_eq!(lift(&matrix, &rhs), Solution { numerators: expected, denominator: BigInt::one() });
        let unit: Vec<BigInt> = (0..12).map(|i| BigInt::from(u8::from(i == 0)) * &common).collect();
        let solution = lift(&matrix, &unit); // the first column of the inverse: integers, the first is 144
        assert_eq!(
            (solution.numerators[0].clone(), solution.denominator),
            (BigInt::from(144), BigInt::one())
        );
    }

    #[test]
    fn zero_and_negative_right_hand_sides() {
        let matrix = Matrix::from_fn(2, 2, |i, j| BigInt::from([[3, 1], [1, -2]][i][j]));
        assert_eq!(lift(&matrix, &[0.into(), 0.into()]).numerators, [BigInt::ZERO, BigInt::ZERO]);
        let solution = lift(&matrix, &[(-1).into(), (-1).into()]);
        assert_eq!((solution.numerators, solution.denominator), (vec![(-3).into(), 2.into()], 7.into()));
    }

    /// Long entries and longer right-hand sides, multiplied out.
    #[test]
    fn solutions_multiply_out() {
        let mut state = 1_u64;
        let mut random = |bits: u32| {
            (0..bits.div_ceil(32)).fold(BigInt::ZERO, |value, _| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (value << 32) + BigInt::from(state >> 32)
            }) - (BigInt::one() << (bits - 1))
        };
        for (size, bits, rhs_bits) in
            [(1, 7, 3), (3, 7, 700), (5, 24, 24), (7, 60, 2), (13, 113, 113), (40, 9, 200)]
        {
            let matrix = Matrix::from_fn(size, size, |_, _| random(bits));
            let rhs: Vec<BigInt> = (0..size).map(|_| random(rhs_bits)).collect();
            let solution = lift(&matrix, &rhs);
            let product = Integers::new(&matrix).times(&solution.numerators);
            assert!(product.iter().zip(&rhs).all(|(left, right)| *left == right * &solution.denominator));
            assert!(solution.denominator.is_positive());
        }
    }
}
