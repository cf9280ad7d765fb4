//! Answers of the exact linear algebra, multiplied out: products of integers over one common denominator, and a naive
//! elimination of rationals. Shares no code with the library beyond the matrix type that its questions are asked with.

pub mod plant;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable::linear::{
    Alternative, Columns, Fractions, Intersection, Matrix, Rank, alternative, intersection, rank_of_integers,
};
use recoverable_checker::certificate::Independence;

pub type Exact = Matrix<BigRational>;

/// The rows and columns of a matrix, in this order.
pub fn select(matrix: &Exact, rows: &[usize], columns: &[usize]) -> Exact {
    Matrix::from_fn(rows.len(), columns.len(), |row, column| matrix[(rows[row], columns[column])].clone())
}

pub fn beside(left: &Exact, right: &Exact) -> Exact {
    let width = left.columns();
    Matrix::from_fn(left.rows(), width + right.columns(), |row, column| {
        if column < width { left[(row, column)].clone() } else { right[(row, column - width)].clone() }
    })
}

/// The matrix with all its columns.
pub fn columns_of(matrix: &Exact, columns: &[usize]) -> Exact {
    select(matrix, &(0..matrix.rows()).collect::<Vec<_>>(), columns)
}

/// The pivot columns of a naive elimination.
pub fn naive_pivots(matrix: &Exact) -> Vec<usize> {
    let (mut rows, mut pivots) = (matrix.to_rows(), Vec::new());
    for column in 0..matrix.columns() {
        let top = pivots.len();
        let Some(found) = (top..rows.len()).find(|&row| !rows[row][column].is_zero()) else { continue };
        rows.swap(top, found);
        let source = rows[top].clone();
        for row in &mut rows[top + 1..] {
            let factor = &row[column] / &source[column];
            row.iter_mut().zip(&source).for_each(|(entry, from)| *entry -= &factor * from);
        }
        pivots.push(column);
    }
    pivots
}

/// Numerators over one common denominator.
pub fn whole<'a>(entries: impl Iterator<Item = &'a BigRational> + Clone) -> (Vec<BigInt>, BigInt) {
    let common = entries.clone().fold(BigInt::one(), |common, entry| common.lcm(entry.denom()));
    (entries.map(|entry| entry.numer() * (&common / entry.denom())).collect(), common)
}

/// Each column times its least common denominator.
pub fn cleared(matrix: &Exact) -> (Matrix<BigInt>, Vec<BigInt>) {
    let columns: Vec<_> = (0..matrix.columns()).map(|column| whole(matrix.column(column))).collect();
    let numerators =
        Matrix::from_fn(matrix.rows(), matrix.columns(), |row, column| columns[column].0[row].clone());
    (numerators, columns.into_iter().map(|(_, denominator)| denominator).collect())
}

pub fn product(left: &Exact, right: &Exact) -> Exact {
    assert_eq!(left.columns(), right.rows());
    let ((a, d), (b, e)) = (whole(left.entries().iter()), whole(right.entries().iter()));
    let (inner, width, scale) = (left.columns(), right.columns(), d * e);
    Matrix::from_fn(left.rows(), width, |row, column| {
        let terms = (0..inner).map(|k| (&a[row * inner + k], &b[k * width + column]));
        let sum: BigInt = terms.filter(|(x, y)| !x.is_zero() && !y.is_zero()).map(|(x, y)| x * y).sum();
        BigRational::new(sum, scale.clone())
    })
}

pub fn of_column(vector: &[BigRational]) -> Exact {
    Matrix::from_fn(vector.len(), 1, |row, _| vector[row].clone())
}

pub fn rationals(vector: &[BigInt]) -> Vec<BigRational> {
    vector.iter().cloned().map(BigRational::from_integer).collect()
}

/// `M v = 0`.
fn annihilates(matrix: &Exact, vector: &[BigInt]) -> bool {
    product(matrix, &of_column(&rationals(vector))).entries().iter().all(Zero::is_zero)
}

/// `inverse · block ≡ 1` for rows of the cleared matrix, by hand.
pub fn check_inverse(matrix: &Exact, evidence: &Independence) {
    let Independence { rows, modulus, inverse } = evidence;
    let (width, modulus) = (matrix.columns(), u128::from(*modulus));
    assert!((2..1 << 28).contains(&modulus));
    assert!(rows.len() == width && inverse.len() == width);
    let mut distinct = rows.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), width);
    let numerators = cleared(matrix).0;
    let residue = |entry: &BigInt| u128::try_from(entry.mod_floor(&modulus.into())).unwrap();
    let block: Vec<Vec<u128>> =
        rows.iter().map(|&row| numerators.row(row).iter().map(residue).collect()).collect();
    for (i, left) in inverse.iter().enumerate() {
        assert!(left.len() == width && left.iter().all(|&entry| u128::from(entry) < modulus));
        for j in 0..width {
            let sum: u128 = left.iter().zip(&block).map(|(&x, row)| u128::from(x) * row[j]).sum();
            assert_eq!(sum % modulus, u128::from(i == j), "entry ({i}, {j})");
        }
    }
}

/// The columns are proved to be independent, or a vector of coprime integers shows that they are not.
pub fn check_independence(matrix: &Exact) -> bool {
    match Fractions::new(matrix).independence().unwrap() {
        Columns::Independent(evidence) => {
            check_inverse(matrix, &evidence);
            true
        }
        Columns::Dependent(vector) => {
            assert_eq!(vector.len(), matrix.columns());
            assert!(vector.iter().fold(BigInt::zero(), |divisor, value| divisor.gcd(value)).is_one());
            assert!(annihilates(matrix, &vector));
            false
        }
    }
}

/// The kernel vectors and the independent columns prove the rank, and that no other columns are further left.
pub fn check_rank(matrix: &Exact) -> Rank {
    let fractions = Fractions::new(matrix);
    let found = fractions.kernel().unwrap();
    assert_rank(matrix, &found);
    assert_eq!(fractions.rank(), Some(found.rank));
    assert_eq!(recoverable::linear::rank(&matrix.transpose()), Some(found.rank));
    let integers = rank_of_integers(&cleared(matrix).0).unwrap();
    assert_eq!((integers.rank, &integers.columns), (found.rank, &found.columns));
    found
}

fn assert_rank(matrix: &Exact, found: &Rank) {
    let Rank { rank, columns, kernel } = found;
    assert_eq!((columns.len(), kernel.len()), (*rank, matrix.columns() - rank));
    assert!(columns.is_sorted_by(|a, b| a < b));
    assert!(check_independence(&columns_of(matrix, columns)));
    let free = (0..matrix.columns()).filter(|column| !columns.contains(column));
    for (column, vector) in free.zip(kernel) {
        assert!(!vector[column].is_zero());
        assert!(vector[column + 1..].iter().all(Zero::is_zero), "column {column} depends on earlier ones");
        let outside = (0..column).filter(|other| !columns.contains(other));
        assert!(outside.into_iter().all(|other| vector[other].is_zero()));
        assert!(vector.iter().fold(BigInt::zero(), |divisor, value| divisor.gcd(value)).is_one());
    }
    let basis = Matrix::from_fn(matrix.columns(), kernel.len(), |row, column| {
        BigRational::from_integer(kernel[column][row].clone())
    });
    assert!(product(matrix, &basis).entries().iter().all(Zero::is_zero));
}

/// A solution on independent columns, or a functional that contradicts. The same of the transposed matrix.
pub fn check_solution(matrix: &Exact, rhs: &[BigRational]) -> bool {
    let solved = check_alternative(matrix, rhs, &Fractions::new(matrix).solve(rhs).unwrap());
    let (numerators, denominators) = cleared(matrix);
    let (target, denominator) = whole(rhs.iter());
    let other = match alternative(&numerators.transpose(), &target, &denominator).unwrap() {
        Alternative::Combination(x) => {
            Alternative::Combination(x.iter().zip(denominators).map(|(x, d)| x * d).collect())
        }
        witness @ Alternative::Witness(_) => witness,
    };
    assert_eq!(check_alternative(matrix, rhs, &other), solved);
    solved
}

fn check_alternative(matrix: &Exact, rhs: &[BigRational], found: &Alternative) -> bool {
    match found {
        Alternative::Combination(x) => {
            assert_eq!(product(matrix, &of_column(x)).entries(), rhs);
            let support: Vec<usize> = (0..x.len()).filter(|&column| !x[column].is_zero()).collect();
            assert!(check_independence(&columns_of(matrix, &support)));
            true
        }
        Alternative::Witness(y) => {
            assert!(annihilates(&matrix.transpose(), y));
            let value: BigRational = rationals(y).iter().zip(rhs).map(|(y, b)| y * b).sum();
            assert!(!value.is_zero());
            false
        }
    }
}

/// `L M = 1` exactly if the columns are independent.
pub fn check_left_inverse(matrix: &Exact, independent: bool) {
    let found = Fractions::new(matrix).left_inverse();
    assert_eq!(found.is_some(), independent);
    if let Some(left) = found {
        let one = |row, column| BigRational::from_integer(u8::from(row == column).into());
        assert_eq!(product(&left, matrix), Matrix::from_fn(matrix.columns(), matrix.columns(), one));
    }
}

/// A basis of the intersection: common, independent and as many as the dimension.
pub fn check_intersection(left: &Exact, right: &Exact) -> Intersection {
    let found = intersection(&Fractions::new(left), &Fractions::new(right)).unwrap();
    let both = beside(left, right);
    assert_rank(left, &found.left);
    assert_rank(right, &found.right);
    assert_rank(&both, &found.both);
    assert_eq!(found.combinations.len(), found.dimension());
    assert_eq!(found.is_direct(), found.combinations.is_empty());
    assert!(found.combinations.iter().all(|combination| annihilates(&both, combination)));
    assert!(check_independence(&common_vectors(left, &found)));
    found
}

/// `M_1 x` for each combination.
pub fn common_vectors(left: &Exact, found: &Intersection) -> Exact {
    let combinations = Matrix::from_fn(left.columns(), found.combinations.len(), |row, column| {
        BigRational::from_integer(found.combinations[column][row].clone())
    });
    product(left, &combinations)
}

/// Everything that is asked of one matrix.
pub fn check(matrix: &Exact) -> Rank {
    let fractions = Fractions::new(matrix);
    let (numerators, denominators) = cleared(matrix);
    assert_eq!((fractions.rows(), fractions.columns()), (matrix.rows(), matrix.columns()));
    assert_eq!((fractions.numerators(), fractions.denominators()), (numerators, &denominators[..]));
    assert!(denominators.iter().all(Signed::is_positive));
    assert_eq!(fractions.to_rationals(), *matrix);
    let found = check_rank(matrix);
    let independent = found.rank == matrix.columns();
    assert_eq!(check_independence(matrix), independent);
    check_left_inverse(matrix, independent);
    found
}
