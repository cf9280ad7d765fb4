//! Bounds on `σ_min(M) = min ‖M v‖/‖v‖` over `v ≠ 0`, in integers.
//!
//! Column `j` of `M` is `C_j / c_j`, an integer vector over its least common denominator; `c` is the least common multiple of
//! all `c_j`. The lower bound is `p/q`, the upper one `P/Q`, the factor `F = G / 2^s`.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, Signed, Zero};

use crate::{
    certificate::SingularValue,
    cleared::{below, dot, is_zero, length},
    failure::Rejection,
    matrix::Matrix,
    number::Integer,
};

/// The largest number of bits by which a factor is scaled.
pub const MAX_SCALE_BITS: u32 = 65_536;

/// Rule `singular-value`. `lower ≤ σ_min(M) ≤ upper`.
///
/// # Soundness
/// A vector with `‖M v‖ ≤ upper ‖v‖` shows the upper bound. If `D = MᵀM − lower²·I − F Fᵀ` has
/// `D_ii ≥ Σ_{j≠i} |D_ij|` for every `i`, all its eigenvalues lie in discs that do not reach below 0 (Gershgorin), so `D`, which is
/// symmetric, is positive semidefinite; so is `F Fᵀ`. Hence `‖M v‖² − lower² ‖v‖² = vᵀ(D + F Fᵀ)v ≥ 0` for every `v`. The
/// lower bound 0 needs no proof.
/// Lemma: `singular_value_sound`.
pub(crate) fn singular_value(matrix: &Matrix, evidence: &SingularValue) -> Result<(), Rejection> {
    let SingularValue { lower, upper, scale_bits, factor, vector } = evidence;
    let n = matrix.width();
    if n == 0 {
        return Err(Rejection::NoColumns);
    }
    if lower.0.is_negative() || upper.0 < lower.0 {
        return Err(Rejection::Bounds);
    }
    length("vector", n, vector.len())?;
    let (height, bits) = if lower.0.is_zero() { (0, 0) } else { (n, MAX_SCALE_BITS) };
    length("factor", height, factor.len())?;
    factor.iter().enumerate().try_for_each(|(index, row)| length("factor", index + 1, row.len()))?;
    below("scale_bits", *scale_bits as usize, bits as usize + 1)?;
    let scale = matrix.columns.iter().fold(BigInt::one(), |common, column| common.lcm(&column.denominator));
    stretched(matrix, &scale, evidence)?;
    if lower.0.is_zero() { Ok(()) } else { dominant(matrix, &scale, evidence) }
}

/// `‖M v‖² ≤ upper² ‖v‖²`: with `c M v = Σ_j C_j (c/c_j) v_j` this is `Q² ‖c M v‖² ≤ P² c² ‖v‖²`.
fn stretched(matrix: &Matrix, scale: &BigInt, evidence: &SingularValue) -> Result<(), Rejection> {
    let v = integers(&evidence.vector);
    if is_zero(&v) {
        return Err(Rejection::ZeroVector);
    }
    let weights = v.iter().zip(&matrix.columns).map(|(x, column)| x * (scale / &column.denominator));
    let weights: Vec<BigInt> = weights.collect();
    let entry = |row: usize| -> BigInt {
        matrix.columns.iter().zip(&weights).map(|(column, x)| &column.numerators[row] * x).sum()
    };
    let image: Vec<BigInt> = (0..matrix.height()).map(entry).collect();
    let (numerator, denominator) = (evidence.upper.0.numer() * scale, evidence.upper.0.denom());
    let within = square(denominator) * dot(&image, &image) <= square(&numerator) * dot(&v, &v);
    if within { Ok(()) } else { Err(Rejection::Stretched) }
}

/// `D` is diagonally dominant. Its entries times `c² q² 4^s` are
/// `(c/c_i)(c/c_j) q² 4^s C_i·C_j − c² (q² G_i·G_j + p² 4^s [i = j])`.
fn dominant(matrix: &Matrix, scale: &BigInt, evidence: &SingularValue) -> Result<(), Rejection> {
    let (n, bits) = (matrix.width(), 2 * evidence.scale_bits);
    let (p, q) = (evidence.lower.0.numer(), evidence.lower.0.denom());
    let weights: Vec<BigInt> = matrix.columns.iter().map(|g| q * (scale / &g.denominator)).collect();
    let factor: Vec<Vec<BigInt>> = evidence.factor.iter().map(|row| integers(row)).collect();
    let (factor_scale, shift) = (square(&(q * scale)), square(&(p * scale)) << bits);
    let (mut diagonal, mut others) = (Vec::with_capacity(n), vec![BigInt::zero(); n]);
    for (i, left) in matrix.columns.iter().enumerate() {
        for (j, right) in matrix.columns[..=i].iter().enumerate() {
            let gram = dot(&left.numerators, &right.numerators) * &weights[i] * &weights[j];
            let entry = (gram << bits) - dot(&factor[i], &factor[j]) * &factor_scale;
            if i == j {
                diagonal.push(entry - &shift);
            } else {
                others[i] += entry.abs();
                others[j] += entry.abs();
            }
        }
    }
    match diagonal.iter().zip(&others).position(|(own, others)| own < others) {
        Some(row) => Err(Rejection::NotDominant { row }),
        None => Ok(()),
    }
}

fn square(value: &BigInt) -> BigInt {
    value * value
}

fn integers(values: &[Integer]) -> Vec<BigInt> {
    values.iter().map(|value| value.0.clone()).collect()
}
