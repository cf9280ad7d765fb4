//! Linear independence by an inverse modulo `m`, and dependence by a kernel vector.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::ToPrimitive;

use crate::{
    certificate::{Dependence, Independence},
    cleared::{below, is_zero, length},
    failure::Rejection,
    matrix::{Matrix, vector},
};

/// Moduli are below this bound, so that a product of two residues is below 2⁵⁶.
const MODULUS_LIMIT: u64 = 1 << 28;

/// Rule `independent-columns`. The integer vectors `columns`, all of the length `height`, are
/// linearly independent.
///
/// # Soundness
/// Let `M` have these columns and let `M_I` be the square block of the rows `I`. `L M_I ≡ 1 (mod m)`
/// gives `det(L) det(M_I) ≡ 1`, so `det(M_I)` is a unit modulo `m ≥ 2`; zero is none, hence
/// `det(M_I) ≠ 0` and the columns are independent over the rationals. `m` need not be prime.
/// Scaling a column by a nonzero number changes nothing. No column at all is independent.
/// Lemma: `independent_columns_sound`.
pub(crate) fn independent(
    field: &'static str,
    columns: &[impl AsRef<[BigInt]>],
    height: usize,
    evidence: &Independence,
) -> Result<(), Rejection> {
    let Independence { rows, modulus, inverse } = evidence;
    shape(field, columns.len(), height, evidence)?;
    let (long, word) = (BigInt::from(*modulus), modulus.cast_signed());
    let residue = |value: &BigInt| match value.to_i64() {
        Some(small) => small.rem_euclid(word).cast_unsigned(),
        None => value.mod_floor(&long).to_u64().unwrap_or(0),
    };
    let block: Vec<Vec<u64>> = columns
        .iter()
        .map(|column| rows.iter().map(|&row| residue(&column.as_ref()[row])).collect())
        .collect();
    for (r, row) in inverse.iter().enumerate() {
        if let Some(column) = row.iter().position(|entry| entry >= modulus) {
            return Err(Rejection::Unreduced { field, row: r, column });
        }
        for (c, column) in block.iter().enumerate() {
            // 128 products below 2⁵⁶ and a residue stay below 2⁶⁴.
            let blocks = row.chunks(128).zip(column.chunks(128));
            let sum = |(xs, ys): (&[u64], &[u64])| xs.iter().zip(ys).map(|(x, y)| x * y).sum::<u64>();
            if blocks.fold(0, |total, block| (total + sum(block)) % modulus) != u64::from(r == c) {
                return Err(Rejection::NotInverse { field, row: r, column: c });
            }
        }
    }
    Ok(())
}

/// Everything about an inverse of `size` columns that does not need the columns.
pub(crate) fn shape(
    field: &'static str,
    size: usize,
    height: usize,
    evidence: &Independence,
) -> Result<(), Rejection> {
    let Independence { rows, modulus, inverse } = evidence;
    if !(2..MODULUS_LIMIT).contains(modulus) {
        return Err(Rejection::Modulus { field, found: *modulus });
    }
    length(field, size, rows.len())?;
    length(field, size, inverse.len())?;
    inverse.iter().try_for_each(|row| length(field, size, row.len()))?;
    distinct(field, rows, height).map(|_| ())
}

/// Fails unless the indices are below the limit and each stands there once.
pub(crate) fn distinct(field: &'static str, indices: &[usize], limit: usize) -> Result<Vec<bool>, Rejection> {
    let mut seen = vec![false; limit];
    for &index in indices {
        below(field, index, limit)?;
        if std::mem::replace(&mut seen[index], true) {
            return Err(Rejection::Repeated { field, index });
        }
    }
    Ok(seen)
}

/// The columns of the matrix, each times its least common denominator, are independent.
pub(crate) fn independent_columns(matrix: &Matrix, evidence: &Independence) -> Result<(), Rejection> {
    independent("independence", &matrix.columns, matrix.height(), evidence)
}

/// Rule `dependent-columns`. The columns of `M` are linearly dependent, and `M` has no left inverse.
///
/// # Soundness
/// `M v = 0` with `v ≠ 0` is the definition of dependence, and `L M = I` would give `v = L M v = 0`.
/// Lemma: `dependent_columns_sound`.
pub(crate) fn dependent_columns(matrix: &Matrix, evidence: &Dependence) -> Result<(), Rejection> {
    let v = vector("kernel", matrix.width(), &evidence.kernel)?.numerators;
    if is_zero(&v) {
        return Err(Rejection::ZeroVector);
    }
    in_kernel(matrix, &v)
}

/// `M v = 0`.
pub(crate) fn in_kernel(matrix: &Matrix, v: &[BigInt]) -> Result<(), Rejection> {
    match matrix.outside_kernel(v) {
        Some(row) => Err(Rejection::NotInKernel { row }),
        None => Ok(()),
    }
}
