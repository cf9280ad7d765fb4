//! Cones, separations and least norms: every answer is multiplied out, and small ones are compared with an
//! enumeration of all supports by a naive elimination of rationals, which shares no code with the library.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::{collection::vec, prelude::*};
use recoverable::linear::{
    ConeMembership, Matrix, Separation, cone_membership, least_norm_solution, motzkin, nonnegative_solution,
};

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

/// Subsets of `0..count` with at most `largest` members.
fn subsets(count: usize, largest: usize) -> impl Iterator<Item = Vec<usize>> {
    let chosen = move |set: u32| (0..count).filter(|&i| set >> i & 1 == 1).collect::<Vec<_>>();
    (0..1_u32 << count).map(chosen).filter(move |set| set.len() <= largest)
}

/// Some independent columns have nonnegative coefficients (Carathéodory).
fn inside_by_enumeration(columns: &[Vector], vector: &[BigRational]) -> bool {
    subsets(columns.len(), vector.len()).any(|set| {
        let chosen: Vec<_> = set.iter().map(|&i| columns[i].clone()).collect();
        let solution = eliminate(&chosen, vector).filter(|(_, free)| *free == 0);
        solution.is_some_and(|(x, _)| x.iter().all(|entry| !entry.is_negative()))
    })
}

/// Multiplies the answer out and returns whether it was "inside".
fn check_membership(generators: &Matrix<BigRational>, vector: &[BigRational]) -> bool {
    match cone_membership(generators, vector) {
        ConeMembership::Inside(x) => {
            assert!(x.iter().all(|entry| !entry.is_negative()));
            assert_eq!(product(generators, &x), vector);
            let columns = columns_of(generators).into_iter().zip(&x);
            let support: Vec<_> =
                columns.filter(|(_, x)| x.is_positive()).map(|(column, _)| column).collect();
            assert_eq!(eliminate(&support, vector).map(|(_, free)| free), Some(0), "an independent support");
            true
        }
        ConeMembership::Outside(y) => {
            assert!(pairings(generators, &y).iter().all(|value| !value.is_negative()));
            assert!(dot(vector, &y).is_negative());
            false
        }
    }
}

fn separates(strict: &Matrix<BigRational>, weak: &Matrix<BigRational>, b: &[BigRational]) -> bool {
    pairings(strict, b).iter().all(Signed::is_negative) && pairings(weak, b).iter().all(|v| !v.is_negative())
}

/// Multiplies the answer out, down to the columns that cannot be left out; returns whether it was a functional.
fn check_separation(strict: &Matrix<BigRational>, weak: &Matrix<BigRational>) -> bool {
    let (lambda, nu) = match motzkin(strict, weak) {
        Separation::Functional(b) => {
            assert!(separates(strict, weak, &b));
            return true;
        }
        Separation::Contradiction { strict, weak } => (strict, weak),
    };
    assert!(lambda.iter().chain(&nu).all(|weight| !weight.is_negative() && weight.is_integer()));
    assert!(lambda.iter().any(Signed::is_positive));
    assert_eq!(product(strict, &lambda), product(weak, &nu));
    let used = |matrix, weights: &[BigRational]| -> Vec<Vector> {
        let columns = columns_of(matrix).into_iter().zip(weights);
        columns.filter(|(_, weight)| weight.is_positive()).map(|(column, _)| column).collect()
    };
    let (negative, nonnegative) = (used(strict, &lambda), used(weak, &nu));
    for left_out in 0..negative.len() + nonnegative.len() {
        let (mut fewer, mut other) = (negative.clone(), nonnegative.clone());
        if left_out < fewer.len() {
            drop(fewer.remove(left_out))
        } else {
            drop(other.remove(left_out - fewer.len()))
        }
        let (fewer, other) = (from_columns(strict.rows(), &fewer), from_columns(weak.rows(), &other));
        let Separation::Functional(b) = motzkin(&fewer, &other) else {
            panic!("column {left_out} is not needed")
        };
        assert!(separates(&fewer, &other, &b));
    }
    false
}

/// Entries as they come from rounded data: numerators of 53 bits, one exponent far from the others now and then.
fn dyadic() -> impl Strategy<Value = BigRational> {
    (any::<i64>(), prop_oneof![4 => -3_i32..=3, 1 => -1020_i32..=900], 0..3_u8).prop_map(
        |(bits, exponent, zero)| {
            let numerator = if zero == 0 { 0 } else { bits >> 11 };
            num_traits::Pow::pow(rational(2, 1), exponent) * rational(numerator, 1 << 52)
        },
    )
}

fn dyadic_matrix(rows: usize, columns: usize) -> impl Strategy<Value = Matrix<BigRational>> {
    vec(dyadic(), rows * columns).prop_map(move |entries| {
        Matrix::from_fn(rows, columns, |row, column| entries[row * columns + column].clone())
    })
}

proptest! {
    #[test]
    fn membership_is_what_all_supports_say(
        (generators, vector) in (1_usize..=4, 0_usize..=6).prop_flat_map(|(d, n)| (matrix(d, n), entries(d)))
    ) {
        let expected = inside_by_enumeration(&columns_of(&generators), &vector);
        prop_assert_eq!(check_membership(&generators, &vector), expected);
        let solution = nonnegative_solution(&generators, &vector);
        prop_assert_eq!(solution.is_some(), expected);
    }

    /// The largest support: a coordinate is zero only if it is zero in every solution.
    #[test]
    fn the_largest_support_cannot_grow(
        (generators, planted) in (1_usize..=3, 1_usize..=5).prop_flat_map(|(d, n)| (matrix(d, n), entries(n)))
    ) {
        let planted: Vector = planted.iter().map(Signed::abs).collect();
        let vector = product(&generators, &planted);
        let solution = nonnegative_solution(&generators, &vector).unwrap();
        prop_assert!(solution.iter().all(|entry| !entry.is_negative()));
        prop_assert_eq!(product(&generators, &solution), vector.clone());
        // x_j can be positive iff −M_j is in the cone of the columns with x = 0 and ± the support, a ray; or now.
        let columns = columns_of(&generators);
        for (j, _) in solution.iter().enumerate().filter(|(_, x)| x.is_zero()) {
            let others = columns.iter().zip(&solution).flat_map(|(column, x)| {
                let opposite: Vector = column.iter().map(|entry| -entry).collect();
                if x.is_zero() { vec![column.clone()] } else { vec![column.clone(), opposite] }
            });
            let others: Vec<Vector> = others.collect();
            let opposite: Vector = columns[j].iter().map(|entry| -entry).collect();
            prop_assert!(!check_membership(&from_columns(generators.rows(), &others), &opposite));
        }
    }

    #[test]
    fn separations_and_contradictions_are_multiplied_out(
        (strict, weak) in (0_usize..=4, 0_usize..=4, 0_usize..=5)
            .prop_flat_map(|(d, p, q)| (matrix(d, p), matrix(d, q)))
    ) {
        let found = check_separation(&strict, &weak);
        // A contradiction has some λ_x = 1: is g_x in the cone of the weak columns and the opposites of the strict?
        let mut columns = columns_of(&weak);
        let strict_columns = columns_of(&strict);
        columns.extend(strict_columns.iter().map(|g| g.iter().map(|entry| -entry).collect::<Vector>()));
        let impossible = strict_columns.iter().any(|g| inside_by_enumeration(&columns, g));
        prop_assert_eq!(found, !impossible);
    }

    #[test]
    fn planted_inside_and_outside(
        (generators, weights, functional) in (2_usize..=6, 1_usize..=14)
            .prop_flat_map(|(d, n)| (dyadic_matrix(d, n), vec(0_i64..5, n), vec(dyadic(), d)))
    ) {
        let weights: Vector = weights.into_iter().map(|weight| rational(weight, 7)).collect();
        prop_assert!(check_membership(&generators, &product(&generators, &weights)));
        // Turn all generators to the side where the functional is nonnegative: −functional is outside.
        let turned = Matrix::from_fn(generators.rows(), generators.columns(), |row, column| {
            let side = dot(generators.column(column), &functional);
            if side.is_negative() { -&generators[(row, column)] } else { generators[(row, column)].clone() }
        });
        let opposite: Vector = functional.iter().map(|entry| -entry).collect();
        prop_assert_eq!(check_membership(&turned, &opposite), functional.iter().all(Zero::is_zero));
    }

    /// Floats cannot see these differences; the answers must.
    #[test]
    fn the_sixtieth_bit_decides(
        (base, noise, weights) in (2_usize..=4).prop_flat_map(|d| {
            (vec(1_i64..=3, d), vec(-2_i64..=2, d * 6), vec(0_i64..=2, 7))
        })
    ) {
        let d = base.len();
        let bit = num_traits::Pow::pow(rational(2, 1), -60);
        let columns: Vec<Vector> = (0..6)
            .map(|j| (0..d).map(|i| rational(base[i], 1) + rational(noise[j * d + i], 1) * &bit).collect())
            .collect();
        let generators = from_columns(d, &columns);
        let base: Vector = base.iter().map(|&entry| rational(entry, 1)).collect();
        prop_assert_eq!(check_membership(&generators, &base), inside_by_enumeration(&columns, &base));
        let weights: Vector = weights.into_iter().take(6).map(|weight| rational(weight, 1)).collect();
        prop_assert!(check_membership(&generators, &product(&generators, &weights)));
        let half = from_columns(d, &columns[..3]);
        check_separation(&half, &from_columns(d, &columns[3..]));
        check_least_norm(&generators, &weights);
    }

    #[test]
    fn least_norms_of_dyadic_data(
        (matrix, planted) in (2_usize..=6, 1_usize..=4).prop_flat_map(|(k, n)| (dyadic_matrix(k, n), vec(dyadic(), k)))
    ) {
        prop_assert!(check_least_norm(&matrix, &pairings(&matrix, &planted)).is_some());
    }
}
