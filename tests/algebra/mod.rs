//! Statements of linear algebra decided by brute force: elimination over the rationals, and every subset of the columns.
//! Shares no code with the library, nor with the checker beyond the types of a certificate.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::certificate::{
    Certificate, Evidence, Hmm, Intersection, LeastHead, MatrixProblem, Model, Outcome, SingularValue,
    Statement as S, Weights,
};
use recoverable_checker::number::Rational;

type Row = Vec<BigRational>;

/// Whether the claim of a certificate is true, where it is about linear algebra. Parts of the evidence that belong to the claim
/// (a number of columns, bounds, a head, common vectors) are read; everything else is decided anew.
pub fn is_true(certificate: &Certificate) -> Option<bool> {
    let statement = certificate.claim.statement;
    let holds = match &certificate.model {
        Model::Hmm(model) => about_hmm(statement, model, &certificate.evidence)?,
        Model::MemoryHmm(_) => return None,
        Model::Matrix(model) => about_matrix(statement, model, &certificate.evidence)?,
    };
    Some(holds == (certificate.claim.verdict == Outcome::Proved))
}

fn about_hmm(statement: S, model: &Hmm, evidence: &Evidence) -> Option<bool> {
    let emission = rows(&model.emission);
    match (statement, evidence) {
        (S::EmissionRank, Evidence::Rank(found)) => Some(rank(&emission) == found.columns.len()),
        (S::EmissionSingularValue, Evidence::SingularValue(found)) => Some(within(&emission, found)),
        (S::LeastHead, Evidence::LeastHead(found)) => Some(is_least(model, found)),
        _ => None,
    }
}

fn about_matrix(statement: S, model: &MatrixProblem, evidence: &Evidence) -> Option<bool> {
    let matrix = rows(&model.entries);
    let width = matrix[0].len();
    let rhs = || list(model.rhs.as_deref().unwrap());
    let split = || model.split.unwrap();
    match (statement, evidence) {
        (S::ColumnsIndependent | S::LeftInverse, _) => Some(rank(&matrix) == width),
        (S::Rank, Evidence::Rank(found)) => Some(rank(&matrix) == found.columns.len()),
        (S::SingularValue, Evidence::SingularValue(found)) => Some(within(&matrix, found)),
        (S::SystemSolvable, _) => Some(in_span(&matrix, &rhs())),
        (S::SystemSolvableNonnegative, _) => Some(in_cone(&matrix, &rhs())),
        (S::SpanIntersection, Evidence::Intersection(found)) => {
            Some(is_common_basis(&matrix, split(), found))
        }
        (S::BlockRecoverable, _) => {
            Some(rank(&matrix) == split() + rank(&block(&matrix, |column| column >= split())))
        }
        (S::Halfspace, _) => Some(!cones_meet(&matrix, split())),
        _ => None,
    }
}

fn list(values: &[Rational]) -> Row {
    values.iter().map(|value| value.0.clone()).collect()
}

fn rows(values: &[Vec<Rational>]) -> Vec<Row> {
    values.iter().map(|row| list(row)).collect()
}

fn product(a: &[BigRational], b: &[BigRational]) -> BigRational {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The columns with these indices.
fn block(matrix: &[Row], keep: impl Fn(usize) -> bool) -> Vec<Row> {
    let kept = |row: &Row| row.iter().enumerate().filter(|(j, _)| keep(*j)).map(|(_, x)| x.clone()).collect();
    matrix.iter().map(kept).collect()
}

fn beside(matrix: &[Row], column: &[BigRational]) -> Vec<Row> {
    matrix.iter().zip(column).map(|(row, last)| row.iter().chain([last]).cloned().collect()).collect()
}

/// The reduced row echelon form and its pivots.
fn reduced(matrix: &[Row]) -> (Vec<Row>, Vec<usize>) {
    let (mut matrix, mut pivots) = (matrix.to_vec(), Vec::new());
    for column in 0..matrix.first().map_or(0, Vec::len) {
        let top = pivots.len();
        let Some(row) = (top..matrix.len()).find(|&row| !matrix[row][column].is_zero()) else { continue };
        matrix.swap(top, row);
        let pivot = matrix[top][column].clone();
        matrix[top].iter_mut().for_each(|value| *value /= &pivot);
        let basis = matrix[top].clone();
        for row in (0..matrix.len()).filter(|&row| row != top) {
            let factor = matrix[row][column].clone();
            matrix[row].iter_mut().zip(&basis).for_each(|(value, x)| *value -= &factor * x);
        }
        pivots.push(column);
    }
    (matrix, pivots)
}

fn rank(matrix: &[Row]) -> usize {
    reduced(matrix).1.len()
}

fn in_span(matrix: &[Row], vector: &[BigRational]) -> bool {
    rank(&beside(matrix, vector)) == rank(matrix)
}

/// All solutions of `M x = rhs` whose columns with `x_j ≠ 0` are independent; the entries of independent subsets of the columns.
fn basic_solutions(matrix: &[Row], rhs: &[BigRational]) -> Vec<Row> {
    let width = matrix[0].len();
    let solution = |subset: u32| {
        let chosen = block(matrix, |column| subset >> column & 1 == 1);
        let size = subset.count_ones() as usize;
        let (form, pivots) = reduced(&beside(&chosen, rhs));
        (pivots == (0..size).collect::<Vec<_>>())
            .then(|| form[..size].iter().map(|row| row[size].clone()).collect())
    };
    (0..1 << width).filter_map(solution).collect()
}

/// Carathéodory: a vector of a cone is a combination of independent columns.
fn in_cone(matrix: &[Row], vector: &[BigRational]) -> bool {
    basic_solutions(matrix, vector).iter().any(|x| x.iter().all(|value| !value.is_negative()))
}

/// `Σ λ_x g_x = Σ ν_y g_y` for some `λ, ν ≥ 0` with `Σ λ = 1`.
fn cones_meet(matrix: &[Row], split: usize) -> bool {
    let signed = |row: &Row| -> Row {
        row.iter().enumerate().map(|(j, x)| if j < split { x.clone() } else { -x }).collect()
    };
    let mut system: Vec<Row> = matrix.iter().map(signed).collect();
    let total = |j| if j < split { BigRational::one() } else { BigRational::zero() };
    system.push((0..matrix[0].len()).map(total).collect());
    let mut rhs = vec![BigRational::zero(); matrix.len()];
    rhs.push(BigRational::one());
    in_cone(&system, &rhs)
}

fn is_common_basis(matrix: &[Row], split: usize, found: &Intersection) -> bool {
    let (first, second) = (block(matrix, |j| j < split), block(matrix, |j| j >= split));
    let image = |x: &Vec<Rational>| -> Row { first.iter().map(|row| product(row, &list(x))).collect() };
    let vectors: Vec<Row> = found.combinations.iter().map(image).collect();
    let dimension = rank(&first) + rank(&second) - rank(matrix);
    let common = |vector: &Row| in_span(&first, vector) && in_span(&second, vector);
    vectors.len() == dimension && rank(&vectors) == dimension && vectors.iter().all(common)
}

/// By Laplace's rule.
fn determinant(matrix: &[Row]) -> BigRational {
    let Some((top, rest)) = matrix.split_first() else { return BigRational::one() };
    let term = |(j, x): (usize, &BigRational)| {
        let minor = x * determinant(&block(rest, |column| column != j));
        if j % 2 == 0 { minor } else { -minor }
    };
    top.iter().enumerate().map(term).sum()
}

/// `lower ≤ σ_min(M) ≤ upper`: with `lower` no principal minor of `MᵀM − s²I` is negative, with `upper` some leading one is not
/// positive (Sylvester).
fn within(matrix: &[Row], found: &SingularValue) -> bool {
    let width = matrix[0].len();
    let column = |j: usize| -> Row { matrix.iter().map(|row| row[j].clone()).collect() };
    let shifted = |s: &BigRational| -> Vec<Row> {
        let shift = |i, j| if i == j { s * s } else { BigRational::zero() };
        let row = |i| (0..width).map(|j| product(&column(i), &column(j)) - shift(i, j)).collect();
        (0..width).map(row).collect()
    };
    let minor = |matrix: &[Row], subset: u32| {
        let inside = |i: usize| subset >> i & 1 == 1;
        let kept: Vec<Row> =
            matrix.iter().enumerate().filter(|(i, _)| inside(*i)).map(|(_, row)| row.clone()).collect();
        determinant(&block(&kept, inside))
    };
    let (low, high) = (shifted(&found.lower.0), shifted(&found.upper.0));
    let semidefinite = (0..1 << width).all(|subset| !minor(&low, subset).is_negative());
    let definite = (1..=width).all(|size| minor(&high, (1 << size) - 1).is_positive());
    semidefinite && !definite && !found.upper.0.is_negative()
}

/// For each contrast the head satisfies the identity, and no basic solution has a smaller norm: the least is taken at one.
fn is_least(model: &Hmm, found: &LeastHead) -> bool {
    let initial = list(&model.initial);
    let first: Row = rows(&model.transition).iter().map(|row| product(row, &initial)).collect();
    let emission = rows(&model.emission);
    let system: Vec<Row> =
        (0..initial.len()).map(|h| emission.iter().map(|row| &row[h] * &first[h]).collect()).collect();
    let tasks = match &model.task.as_ref().unwrap().weights {
        Weights::Binary(weights) => vec![list(weights)],
        Weights::Classes(classes) => contrasts(&rows(classes)),
    };
    let heads = if found.head.len() == 1 { rows(&found.head) } else { contrasts(&rows(&found.head)) };
    let norm = |head: &Row| head.iter().map(Signed::abs).sum::<BigRational>();
    heads.iter().zip(&tasks).all(|(head, task)| {
        let rhs: Row = task.iter().zip(&initial).map(|(mu, p)| mu * p).collect();
        let identity = system.iter().zip(&rhs).all(|(row, value)| product(row, head) == *value);
        identity && basic_solutions(&system, &rhs).iter().all(|other| norm(head) <= norm(other))
    })
}

fn contrasts(classes: &[Row]) -> Vec<Row> {
    classes[1..].iter().map(|row| row.iter().zip(&classes[0]).map(|(x, y)| x - y).collect()).collect()
}
