//! Cones, separations and least norms: every answer is multiplied out, and small ones are compared
//! with an enumeration of all supports by a naive elimination of rationals, which is all that this file shares with nobody.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::{collection::vec, prelude::*};
use recoverable::linear::{Matrix, least_norm_solution};

type Vector = Vec<BigRational>;

fn rational(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

fn dot<'a>(a: impl IntoIterator<Item = &'a BigRational>, b: &[BigRational]) -> BigRational {
    a.into_iter().zip(b).map(|(x, y)| x * y).sum()
}

/// `M x`.
fn product(matrix: &Matrix<BigRational>, x: &[BigRational]) -> Vector {
    (0..matrix.rows()).map(|row| dot(matrix.row(row), x)).collect()
}

/// `yᵀ M`.
fn pairings(matrix: &Matrix<BigRational>, y: &[BigRational]) -> Vector {
    (0..matrix.columns()).map(|column| dot(matrix.column(column), y)).collect()
}

/// The solution of `Σ x_j columns[j] = rhs` whose free unknowns are 0, and the number of free unknowns.
fn eliminate(columns: &[Vector], rhs: &[BigRational]) -> Option<(Vector, usize)> {
    let mut rows: Vec<Vector> = (0..rhs.len())
        .map(|r| columns.iter().map(|column| column[r].clone()).chain([rhs[r].clone()]).collect())
        .collect();
    let (mut pivots, mut next) = (Vec::new(), 0);
    for column in 0..columns.len() {
        let Some(found) = (next..rows.len()).find(|&row| !rows[row][column].is_zero()) else { continue };
        rows.swap(next, found);
        let scale = rows[next][column].recip();
        rows[next].iter_mut().for_each(|entry| *entry *= &scale);
        let source = rows[next].clone();
        for row in (0..rows.len()).filter(|&row| row != next) {
            let factor = rows[row][column].clone();
            rows[row].iter_mut().zip(&source).for_each(|(entry, from)| *entry -= &factor * from);
        }
        pivots.push(column);
        next += 1;
    }
    let mut x = vec![BigRational::zero(); columns.len()];
    for (row, &column) in pivots.iter().enumerate() {
        x[column] = rows[row][columns.len()].clone();
    }
    rows[next..].iter().all(|row| row[columns.len()].is_zero()).then_some((x, columns.len() - pivots.len()))
}

fn columns_of(matrix: &Matrix<BigRational>) -> Vec<Vector> {
    (0..matrix.columns()).map(|column| matrix.column(column).cloned().collect()).collect()
}

fn from_columns(rows: usize, columns: &[Vector]) -> Matrix<BigRational> {
    Matrix::from_fn(rows, columns.len(), |row, column| columns[column][row].clone())
}

/// Small fractions with many zeros, repeated columns likely.
fn entries(count: usize) -> impl Strategy<Value = Vector> {
    vec(prop_oneof![2 => Just((0, 1)), 3 => (-3_i64..=3, 1_i64..=3)], count)
        .prop_map(|pairs| pairs.into_iter().map(|(p, q)| rational(p, q)).collect())
}

fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = Matrix<BigRational>> {
    entries(rows * columns).prop_map(move |entries| {
        Matrix::from_fn(rows, columns, |row, column| entries[row * columns + column].clone())
    })
}

fn check_least_norm(matrix: &Matrix<BigRational>, target: &[BigRational]) -> Option<BigRational> {
    let consistent = eliminate(&columns_of(&matrix.transpose()), target).is_some();
    let Some(least) = least_norm_solution(matrix, target) else {
        assert!(!consistent);
        return None;
    };
    assert_eq!(pairings(matrix, &least.solution), target);
    assert!(product(matrix, &least.dual).iter().all(|value| value.abs() <= BigRational::one()));
    let norm: BigRational = least.solution.iter().map(Signed::abs).sum();
    assert_eq!(dot(target, &least.dual), norm);
    Some(norm)
}

proptest! {
    /// Strong duality is the proof: nothing else needs to be compared.
    #[test]
    fn least_norms_are_proved_by_their_duals(
        (matrix, target) in (1_usize..=5, 1_usize..=4).prop_flat_map(|(k, n)| (matrix(k, n), entries(n)))
    ) {
        check_least_norm(&matrix, &target);
    }

    /// A planted solution makes the equations consistent, and bounds the norm.
    #[test]
    fn least_norms_of_planted_solutions(
        (matrix, planted) in (1_usize..=6, 1_usize..=4).prop_flat_map(|(k, n)| (matrix(k, n), entries(k)))
    ) {
        let norm = check_least_norm(&matrix, &pairings(&matrix, &planted));
        prop_assert!(norm.unwrap() <= planted.iter().map(Signed::abs).sum::<BigRational>());
    }
}
