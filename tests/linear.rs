//! Exact linear algebra under attack: every answer is multiplied out, small ones are compared with a naive elimination, and
//! the checker accepts what is built from them.

mod exact;

use exact::{
    Exact, beside, check, check_intersection, check_inverse, check_left_inverse, check_rank, check_solution,
    cleared, columns_of, common_vectors, naive_pivots, of_column,
    plant::{ATTEMPTS, FIRST, Words, filled, integer, largest_primes, ones, pair, small, tiny, wild},
    product, rationals,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::{collection::vec, prelude::*};
use recoverable::{
    certify::certify_matrix,
    linear::{
        Alternative, Columns, Fractions, Matrix, Rank, alternative, columns, intersection, inverse, rank,
        rank_of_integers,
    },
    number::{Rational, gcd},
};
use recoverable_checker::certificate::{
    self as evidence, Claim, Evidence, MatrixProblem, Outcome, Statement,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn tiny_matrices_of_all_kinds(matrix in tiny()) {
        let found = check(&matrix);
        let pivots = naive_pivots(&matrix);
        prop_assert_eq!(&found.columns, &pivots);
        prop_assert_eq!(rank(&matrix), Some(pivots.len()));
        let square = matrix.rows() == matrix.columns();
        prop_assert_eq!(inverse(&matrix).is_some(), square && pivots.len() == matrix.rows());
        if pivots.len() == matrix.columns() {
            let cleared = columns(&cleared(&matrix).0).unwrap();
            prop_assert_eq!(Some(cleared), Fractions::new(&matrix).independence());
        }
    }

    #[test]
    fn systems_are_solved_or_contradicted(
        (matrix, x, noise, scale) in tiny().prop_flat_map(|matrix| {
            let (rows, columns) = (matrix.rows(), matrix.columns());
            (Just(matrix), filled(columns, 2, wild()), filled(rows, 1, wild()), wild())
        })
    ) {
        let rhs = product(&matrix, &x);
        let first: Vec<_> = (0..rhs.rows()).map(|row| rhs[(row, 0)].clone()).collect();
        prop_assert!(check_solution(&matrix, &first));
        let solvable = naive_pivots(&beside(&matrix, &noise)).len() == naive_pivots(&matrix).len();
        prop_assert_eq!(check_solution(&matrix, noise.entries()), solvable);
        // A contradiction that the first primes cannot see, or hardly.
        let nearly: Vec<_> = first.iter().zip(noise.entries()).map(|(x, y)| x + y * &scale).collect();
        let consistent = solvable || scale.is_zero();
        prop_assert_eq!(check_solution(&matrix, &nearly), consistent);

        let fractions = Fractions::new(&matrix);
        let found = fractions.solve_many(&Fractions::new(&rhs)).unwrap();
        prop_assert_eq!(product(&matrix, &found), rhs.clone());
        let found = fractions.solve_many(&Fractions::new(&beside(&rhs, &noise)));
        prop_assert_eq!(found.is_some(), solvable);
        if let Some(found) = found {
            prop_assert_eq!(product(&matrix, &found), beside(&rhs, &noise));
        }
    }

    #[test]
    fn spans_meet_where_the_dimensions_say((left, right) in pair()) {
        let found = check_intersection(&left, &right);
        let dimension = |matrix: &Exact| naive_pivots(matrix).len();
        let both = dimension(&beside(&left, &right));
        prop_assert_eq!(found.dimension(), dimension(&left) + dimension(&right) - both);
        let joined = Fractions::new(&left).beside(&Fractions::new(&right));
        prop_assert_eq!(&joined, &Fractions::new(&beside(&left, &right)));
    }

    #[test]
    fn ranks_without_blocks(
        (matrix, blocks) in tiny().prop_flat_map(|matrix| {
            let columns: Vec<usize> = (0..matrix.columns()).collect();
            let width = columns.len();
            let block = proptest::sample::subsequence(columns, 0..=width).prop_shuffle();
            (Just(matrix), vec(block, 0..4))
        })
    ) {
        let without = |block: &Vec<usize>| {
            let kept: Vec<usize> = (0..matrix.columns()).filter(|column| !block.contains(column)).collect();
            naive_pivots(&columns_of(&matrix, &kept)).len()
        };
        let expected: Vec<usize> = blocks.iter().map(without).collect();
        prop_assert_eq!(Fractions::new(&matrix).ranks_without(&blocks), Some(expected));
    }

    #[test]
    fn floats_are_dyadic_fractions(
        (rows, entries) in (1_usize..=4).prop_flat_map(|rows| {
            let float = prop_oneof![
                any::<f64>(), any::<u64>().prop_map(|bits| f64::from_bits(bits >> 12)), (-4_i32..4).prop_map(f64::from)
            ];
            (Just(rows), vec(float.prop_filter("finite", |value| value.is_finite()), 3 * rows))
        })
    ) {
        let matrix = Matrix::from_fn(rows, 3, |row, column| entries[3 * row + column]);
        let exact = matrix.map(|&value| BigRational::from_float(value).unwrap());
        let fractions = Fractions::from_f64(&matrix).unwrap();
        prop_assert_eq!(&fractions, &Fractions::new(&exact));
        prop_assert_eq!(check(&exact), fractions.kernel().unwrap());
    }

    #[test]
    fn divisors_are_those_of_euclid(
        (a, b, common) in (0_usize..12, 0_usize..12, 0_usize..5)
            .prop_flat_map(|(a, b, c)| (near(a), near(b), near(c)))
    ) {
        let (a, b) = (a * &common, b * &common);
        let (mut x, mut y) = (a.abs(), b.abs());
        while !y.is_zero() {
            (x, y) = (y.clone(), x % y);
        }
        prop_assert_eq!(gcd(&a, &b), x);
    }
}

/// Words of zeros, of ones and of anything, in one number of either sign: quotients of all lengths.
fn near(words: usize) -> impl Strategy<Value = BigInt> {
    let word = prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 63), any::<u64>()];
    (vec(word, words), any::<bool>()).prop_map(|(words, negative)| {
        let value = words.into_iter().fold(BigInt::zero(), |value, word| (value << 64) + word);
        if negative { -value } else { value }
    })
}

fn written(vector: &[BigRational]) -> Vec<Rational> {
    vector.iter().cloned().map(Rational).collect()
}

fn problem(matrix: &Exact) -> MatrixProblem {
    let entries = (0..matrix.rows()).map(|row| written(matrix.row(row))).collect();
    MatrixProblem { entries, rhs: None, split: None }
}

fn accepted(problem: MatrixProblem, statement: Statement, verdict: Outcome, evidence: Evidence) {
    let accepted = certify_matrix(problem, Claim { statement, verdict }, evidence);
    assert!(accepted.is_ok(), "{statement:?}: {:?}", accepted.err());
}

fn rank_evidence(matrix: &Exact, found: &Rank) -> evidence::Rank {
    let Some(Columns::Independent(independence)) =
        Fractions::new(&columns_of(matrix, &found.columns)).independence()
    else {
        panic!("the columns of a rank are independent")
    };
    let kernel = found.kernel.iter().map(|vector| written(&rationals(vector))).collect();
    evidence::Rank { columns: found.columns.clone(), independence, kernel }
}

/// Whether the coefficients of the first columns can be read off.
fn block_evidence(matrix: &Exact, split: usize) -> (Outcome, Evidence) {
    let transpose = Fractions::new(&matrix.transpose());
    let mut rows = Vec::new();
    for index in 0..split {
        let unit: Vec<_> = (0..matrix.columns()).map(|column| integer((column == index).into())).collect();
        match transpose.solve(&unit).unwrap() {
            Alternative::Combination(functional) => rows.push(written(&functional)),
            Alternative::Witness(kernel) => {
                let kernel = written(&rationals(&kernel));
                return (Outcome::Refuted, Evidence::BlockKernel(evidence::Dependence { kernel }));
            }
        }
    }
    (Outcome::Proved, Evidence::BlockFunctionals(evidence::BlockFunctionals { rows }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_checker_accepts_what_is_answered(
        (left, right, rhs) in pair()
            .prop_filter("a matrix of a certificate has a row", |(left, _)| left.rows() > 0)
            .prop_flat_map(|(left, right)| {
                let rows = left.rows();
                (Just(left), Just(right), prop_oneof![filled(rows, 1, small()), filled(rows, 1, wild())])
            })
    ) {
        let (matrix, split) = (beside(&left, &right), left.columns());
        let fractions = Fractions::new(&matrix);
        match fractions.independence().unwrap() {
            Columns::Independent(found) => {
                let evidence = Evidence::IndependentColumns(found);
                accepted(problem(&matrix), Statement::ColumnsIndependent, Outcome::Proved, evidence);
                let inverse = fractions.left_inverse().unwrap().to_rows();
                let inverse = inverse.iter().map(|row| written(row)).collect();
                let evidence = Evidence::LeftInverse(evidence::LeftInverse { inverse });
                accepted(problem(&matrix), Statement::LeftInverse, Outcome::Proved, evidence);
            }
            Columns::Dependent(kernel) => {
                let kernel = written(&rationals(&kernel));
                let evidence = Evidence::DependentColumns(evidence::Dependence { kernel });
                for statement in [Statement::ColumnsIndependent, Statement::LeftInverse] {
                    accepted(problem(&matrix), statement, Outcome::Refuted, evidence.clone());
                }
                prop_assert_eq!(fractions.left_inverse(), None);
            }
        }
        let evidence = Evidence::Rank(rank_evidence(&matrix, &fractions.kernel().unwrap()));
        accepted(problem(&matrix), Statement::Rank, Outcome::Proved, evidence);

        let (verdict, evidence) = match fractions.solve(rhs.entries()).unwrap() {
            Alternative::Combination(x) => {
                (Outcome::Proved, Evidence::Solution(evidence::Solution { solution: written(&x) }))
            }
            Alternative::Witness(y) => {
                let functional = written(&rationals(&y));
                (Outcome::Refuted, Evidence::Inconsistency(evidence::Functional { functional }))
            }
        };
        let system = MatrixProblem { rhs: Some(written(rhs.entries())), ..problem(&matrix) };
        accepted(system, Statement::SystemSolvable, verdict, evidence);

        let blocks = MatrixProblem { split: Some(split), ..problem(&matrix) };
        let (verdict, evidence) = block_evidence(&matrix, split);
        let without = fractions.ranks_without(&[(0..split).collect()]).unwrap()[0];
        let recoverable = fractions.rank() == Some(without + split);
        prop_assert_eq!(verdict == Outcome::Proved, recoverable);
        accepted(blocks.clone(), Statement::BlockRecoverable, verdict, evidence);

        let found = intersection(&Fractions::new(&left), &Fractions::new(&right)).unwrap();
        let common = common_vectors(&left, &found);
        let Some(Columns::Independent(independence)) = Fractions::new(&common).independence() else {
            panic!("common vectors are independent")
        };
        let evidence = Evidence::Intersection(evidence::Intersection {
            left: rank_evidence(&left, &found.left),
            right: rank_evidence(&right, &found.right),
            both: rank_evidence(&matrix, &found.both),
            combinations: found.combinations.iter().map(|vector| written(&rationals(vector))).collect(),
            independence,
        });
        accepted(blocks, Statement::SpanIntersection, Outcome::Proved, evidence);
    }
}

/// Columns are eliminated 32 at a time: on both sides of every boundary, in all shapes and of many ranks.
#[test]
fn ranks_across_the_panels() {
    let mut words = Words(1);
    let shapes = [(31, 31), (32, 33), (33, 32), (33, 33), (40, 64), (64, 40), (65, 63), (34, 97), (97, 34)];
    for (rows, columns) in shapes {
        let full = rows.min(columns);
        for r in [0, 1, full / 2, 32.min(full), full - 1, full] {
            let matrix = words.of_rank(rows, columns, r);
            let found = check_rank(&matrix);
            assert_eq!(found.rank, r, "{rows} × {columns}");
        }
    }
}

#[test]
fn solutions_and_inverses_across_the_panels() {
    let mut words = Words(2);
    for (rows, columns, r) in [(33, 33, 33), (64, 40, 40), (40, 65, 39), (65, 34, 33), (70, 70, 66)] {
        let matrix = words.of_rank(rows, columns, r);
        assert_eq!(exact::check_independence(&matrix), r == columns);
        check_left_inverse(&matrix, r == columns);
        let x: Vec<_> = (0..columns).map(|_| integer(words.next() as i64 % 7 - 3)).collect();
        let mut rhs = product(&matrix, &of_column(&x)).entries().to_vec();
        assert!(check_solution(&matrix, &rhs));
        let many = Fractions::new(&matrix).solve_many(&Fractions::new(&of_column(&rhs))).unwrap();
        assert_eq!(product(&matrix, &many).entries(), rhs);
        if r < rows {
            // One entry of a vector of the span is changed: outside it, unless the unit vector is inside.
            rhs[rows - 1] += integer(1) / BigInt::from(FIRST[1]);
            let solved = check_solution(&matrix, &rhs);
            let many = Fractions::new(&matrix).solve_many(&Fractions::new(&of_column(&rhs)));
            assert_eq!(many.is_some(), solved);
        }
    }
}

/// Intersections and blocks of spans that share a planted part.
#[test]
fn spans_across_the_panels() {
    let mut words = Words(3);
    let matrix = words.of_rank(50, 45, 40);
    let columns = |range: std::ops::Range<usize>| columns_of(&matrix, &range.collect::<Vec<_>>());
    let (left, right) = (columns(0..36), columns(9..45));
    let found = check_intersection(&left, &right);
    assert!(found.dimension() >= 27 - 5);
    let blocks: Vec<Vec<usize>> = vec![(0..9).collect(), (9..45).collect(), vec![44, 3], vec![]];
    let without = |block: &Vec<usize>| {
        rank(&columns_of(&matrix, &(0..45).filter(|column| !block.contains(column)).collect::<Vec<_>>()))
            .unwrap()
    };
    let expected = blocks.iter().map(without).collect();
    assert_eq!(Fractions::new(&matrix).ranks_without(&blocks), Some(expected));
}

/// Entries are huge and the determinant is ±1: solutions are short where bounds on minors are long.
#[test]
fn unimodular_disguises() {
    let mut words = Words(4);
    for (size, operations, bits) in [(2, 8, 500), (3, 30, 200), (7, 40, 60), (12, 60, 30), (34, 100, 12)] {
        let (forth, back) = words.unimodular(size, operations, bits);
        assert_eq!(inverse(&forth).as_ref(), Some(&back));
        let x: Vec<_> = (0..size).map(|_| BigRational::from_integer(words.small())).collect();
        let rhs = product(&forth, &of_column(&x));
        assert_eq!(Fractions::new(&forth).solve(rhs.entries()), Some(Alternative::Combination(x)));
        // Of rank r, with short kernel vectors behind long entries: M = U [1_r 0; 0 0] with columns added to columns.
        let r = size - 1 - words.below(size / 2);
        let short = words.of_rank(size, size, r);
        let matrix = product(&forth, &short);
        assert_eq!(check_rank(&matrix), check_rank(&short));
        // From the other side the kernel is long.
        let (other, _) = words.unimodular(size, operations, bits);
        assert_eq!(check_rank(&product(&matrix, &other)).rank, r);
    }
}

/// Every entry of the solution has a denominator of its own, coprime to the others, and that of the last one is 1.
#[test]
fn solutions_with_many_denominators() {
    let primes = largest_primes(ATTEMPTS + 40).split_off(ATTEMPTS);
    let mut words = Words(5);
    for size in [5, 40] {
        let (forth, _) = words.unimodular(size, 2 * size, 5);
        let diagonal = Matrix::from_fn(size, size, |i, j| match i == j {
            true if i + 1 == size => integer(1),
            true => BigRational::from_integer(primes[i].clone()),
            false => integer(0),
        });
        let matrix = product(&forth, &diagonal);
        let rhs = product(&forth, &of_column(&vec![integer(1); size]));
        assert!(check_solution(&matrix, rhs.entries()));
        check_left_inverse(&matrix, true);
        let wide = beside(&matrix, &rhs);
        assert_eq!(check_rank(&wide).rank, size);
        assert!(!exact::check_independence(&wide));
    }
}

/// Right-hand sides that are far longer, and far shorter, than the matrix.
#[test]
fn lengths_of_all_combinations() {
    let mut words = Words(6);
    for matrix_bits in [1, 2, 23, 24, 25, 48, 200] {
        for rhs_bits in [1, 24, 27, 28, 56, 300] {
            let mut random = |bits: usize| {
                let long = (0..=bits / 31).fold(BigInt::zero(), |value, _| (value << 31) + words.next());
                let value = (long % (BigInt::one() << bits)) - (BigInt::one() << (bits - 1));
                BigRational::from_integer(value)
            };
            for size in 1..=4 {
                let matrix = Matrix::from_fn(size, size, |_, _| random(matrix_bits));
                let rhs: Vec<_> = (0..size).map(|_| random(rhs_bits)).collect();
                check_solution(&matrix, &rhs);
            }
        }
    }
}

/// Solutions with a run of digits 0 or p − 1 that does not end the number: `x_0 = c`, `x_(i+1) = p_i x_i`, and `x_n + d`
/// last, whose digits are `d, 0, …, 0, c`, for the powers of the first prime and for the first primes.
#[test]
fn digits_that_pause() {
    let primes = largest_primes(12);
    for length in [2, 5, 12] {
        for mixed in [false, true] {
            for (c, d) in [(1, 7), (-1, 7), (3, -1), (3, 0)] {
                let factor = |i: usize| -primes[if mixed { i } else { 0 }].clone();
                let matrix = Matrix::from_fn(length + 1, length + 1, |i, j| match i.checked_sub(j) {
                    Some(0) => integer(1),
                    Some(1) => BigRational::from_integer(factor(j)),
                    _ => integer(0),
                });
                let mut rhs = vec![integer(0); length + 1];
                (rhs[0], rhs[length]) = (integer(c), integer(d));
                assert!(check_solution(&matrix, &rhs));
                let other: Vec<_> = rhs.iter().map(|value| -value).collect();
                let both = beside(&of_column(&rhs), &of_column(&other));
                let solved = Fractions::new(&matrix).solve_many(&Fractions::new(&both)).unwrap();
                assert_eq!(product(&matrix, &solved), both);
                assert_eq!(check_rank(&beside(&matrix, &both)).rank, length + 1);
                check_left_inverse(&matrix, true);
            }
        }
    }
}

fn integers(rows: &[&[i64]]) -> Exact {
    Matrix::from_fn(rows.len(), rows[0].len(), |row, column| integer(rows[row][column]))
}

/// The first prime does not see the first column, so that a later one seems to be further left.
#[test]
fn the_leftmost_columns_are_found_behind_an_unlucky_prime() {
    let p = i64::from(FIRST[0]);
    assert_eq!(check_rank(&integers(&[&[p, 1]])).columns, [0]);
    assert_eq!(check_rank(&integers(&[&[1, 1, 0], &[0, p, 1]])).columns, [0, 1]);
    assert_eq!(check_rank(&integers(&[&[1, 1, 0, 5], &[0, p, 1, 5]])).columns, [0, 1]);
}

#[test]
fn an_intersection_behind_an_unlucky_prime() {
    let p = i64::from(FIRST[0]);
    let found = check_intersection(&integers(&[&[p], &[0]]), &integers(&[&[1, 0], &[0, 1]]));
    assert_eq!(found.combinations.len(), 1);
}

/// A determinant that the first primes divide is decided by the next one; all of them are too many.
#[test]
fn as_many_unlucky_primes_as_are_tried() {
    let primes = largest_primes(ATTEMPTS + 1);
    for count in [1, 5, ATTEMPTS - 1] {
        let product: BigInt = primes[..count].iter().product();
        let matrix = Matrix::from_fn(3, 3, |i, j| match (i, j) {
            (0, 0) => BigRational::from_integer(product.clone()),
            _ => integer((i == j).into()),
        });
        let Some(Columns::Independent(found)) = Fractions::new(&matrix).independence() else { panic!() };
        assert_eq!(BigInt::from(found.modulus), primes[count]);
        check(&matrix);
        assert!(check_solution(&matrix, &[integer(1), integer(2), integer(3)]));
    }
    let all: BigInt = primes[..ATTEMPTS].iter().product();
    let matrix = Matrix::from_fn(1, 1, |_, _| BigRational::from_integer(all.clone()));
    let fractions = Fractions::new(&matrix);
    assert_eq!(fractions.independence(), None);
    assert_eq!(fractions.rank(), None);
    assert_eq!(fractions.kernel(), None);
    assert_eq!(fractions.left_inverse(), None);
    assert_eq!(fractions.solve(&[integer(1)]), None);
    // Of the shape that a fraction clears to, it is nothing special.
    assert_eq!(check(&matrix.map(|entry| entry / &all / &all)).rank, 1);
}

/// No prime that is tried sees this contradiction, but each sees the rank.
#[test]
fn a_right_hand_side_that_vanishes_modulo_all_primes() {
    let all: BigInt = largest_primes(ATTEMPTS).iter().product();
    let matrix = integers(&[&[1], &[1]]);
    assert!(!check_solution(&matrix, &[integer(0), BigRational::from_integer(all.clone())]));
    assert_eq!(
        Fractions::new(&matrix).solve_many(&Fractions::new(&of_column(&[integer(0), all.into()]))),
        None
    );
}

/// Rows and columns without entries, in every shape.
#[test]
fn degenerate_shapes() {
    for (rows, columns) in [(0, 0), (0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (2, 3), (40, 40), (3, 70)] {
        let zero = Matrix::from_fn(rows, columns, |_, _| BigRational::zero());
        let found = check(&zero);
        assert_eq!((found.rank, found.kernel.len()), (0, columns));
        assert!(check_solution(&zero, &vec![integer(0); rows]));
        assert_eq!(check_solution(&zero, &vec![integer(1); rows]), rows == 0);
        let fractions = Fractions::new(&zero);
        assert_eq!(
            fractions.solve_many(&fractions),
            Some(Matrix::from_fn(columns, columns, |_, _| integer(0)))
        );
        assert_eq!(check_intersection(&zero, &zero).dimension(), 0);
        assert_eq!(fractions.ranks_without(&[vec![], (0..columns).collect()]), Some(vec![0, 0]));
        assert_eq!(inverse(&zero).is_some(), rows == 0 && columns == 0);
    }
    for value in [-1, 1, i64::from(FIRST[0]), i64::MIN] {
        assert_eq!(check(&integers(&[&[value]])).rank, 1);
        assert!(check_solution(&integers(&[&[value]]), &[integer(i64::MIN)]));
    }
}

#[test]
#[should_panic(expected = "as many entries as columns")]
fn a_target_of_another_length() {
    let empty = Matrix::from_fn(0, 0, |_, _| BigInt::zero());
    alternative(&empty, &[1.into()], &1.into());
}

/// Sums of products of pieces and digits, all of them as large as they can be and of one sign: 1,024 fit into 62 bits, and
/// 2,100 do not fit into 63.
#[test]
fn more_columns_than_products_that_are_added_up() {
    for (size, pieces, sign) in [(1100, 2, -1), (2100, 1, 1), (2100, 1, -1)] {
        let long: BigInt = ones(24 * pieces) * sign;
        let entry = |i: usize, j: usize| if i == 0 { long.clone() } else { BigInt::from(u8::from(i == j)) };
        // The digits of −1 are all p − 1.
        let x = vec![integer(-1); size];
        let mut rhs = vec![integer(-1); size];
        rhs[0] = BigRational::from_integer(&long * BigInt::from(size) * -1);
        let fractions = Fractions::of_integers(&Matrix::from_fn(size, size, entry));
        assert_eq!(fractions.solve(&rhs), Some(Alternative::Combination(x)));
    }
}

/// A right-hand side of 6,250 pieces, all of them as large as they can be: their residues are more than one sum.
#[test]
fn a_right_hand_side_of_many_pieces() {
    let rhs = BigRational::from_integer(ones(150_000));
    let x = vec![&rhs / BigInt::from(3)];
    let found = Fractions::new(&integers(&[&[3]])).solve(&[rhs]);
    assert_eq!(found, Some(Alternative::Combination(x)));
}

/// Numbers of more than 1,024 pieces, all of them as large as they can be.
#[test]
fn numbers_of_thirty_thousand_bits() {
    let long = ones(30_000);
    let rows: [[BigInt; 3]; 3] = [
        [long.clone(), -&long, 1.into()],
        [1.into(), long.clone(), &long >> 1],
        [-&long, 7.into(), long.clone()],
    ];
    let matrix = Matrix::from_fn(3, 3, |i, j| BigRational::from_integer(rows[i][j].clone()));
    let Some(Columns::Independent(found)) = Fractions::new(&matrix).independence() else { panic!() };
    check_inverse(&matrix, &found);
    let x = [integer(-1), integer(5), integer(0)];
    let rhs = product(&matrix, &of_column(&x));
    assert_eq!(Fractions::new(&matrix).solve(rhs.entries()), Some(Alternative::Combination(x.to_vec())));
    assert!(check_solution(&matrix, &[integer(1), integer(0), integer(0)]));
    let wide = beside(&matrix, &rhs);
    assert_eq!(check_rank(&wide).kernel, [[1, -5, 0, 1].map(BigInt::from)]);
    assert_eq!(rank_of_integers(&cleared(&wide).0).unwrap().rank, 3);
}
