//! What the linear floor answers about cones and least norms is evidence as it stands: the checker accepts it.

use num_rational::BigRational;
use proptest::{collection::vec, prelude::*};
use recoverable::{
    certify::{certify_matrix, certify_proof},
    linear::{ConeMembership, LeastNorm, Matrix, Separation, cone_membership, least_norm_solution, motzkin},
    number::Rational,
    strategies::{Break, planted},
};
use recoverable_checker::certificate::{
    Claim, Evidence, Functional, LeastHead, MatrixProblem, Motzkin, Outcome, Solution, Statement,
};

fn written(vector: &[BigRational]) -> Vec<Rational> {
    vector.iter().cloned().map(Rational).collect()
}

fn problem(columns: &Matrix<BigRational>) -> MatrixProblem {
    let entries = (0..columns.rows()).map(|row| written(columns.row(row))).collect();
    MatrixProblem { entries, rhs: None, split: None }
}

/// Fractions of one digit, zeros among them; now and then a number of 53 bits.
fn entry() -> impl Strategy<Value = BigRational> {
    let small = (-4_i64..=4, 1_i64..=9).prop_map(|(p, q)| BigRational::new(p.into(), q.into()));
    let double = any::<i64>().prop_map(|bits| BigRational::new((bits >> 10).into(), (1_i64 << 52).into()));
    prop_oneof![8 => small, 1 => double]
}

fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = Matrix<BigRational>> {
    vec(entry(), rows * columns).prop_map(move |entries| {
        Matrix::from_fn(rows, columns, |row, column| entries[row * columns + column].clone())
    })
}

proptest! {
    #[test]
    fn membership_is_evidence(
        (generators, vector) in
            (1_usize..=5, 0_usize..=9).prop_flat_map(|(d, n)| (matrix(d, n), vec(entry(), d)))
    ) {
        let (verdict, evidence) = match cone_membership(&generators, &vector) {
            ConeMembership::Inside(x) => {
                (Outcome::Proved, Evidence::NonnegativeSolution(Solution { solution: written(&x) }))
            }
            ConeMembership::Outside(y) => {
                (Outcome::Refuted, Evidence::SeparatingFunctional(Functional { functional: written(&y) }))
            }
        };
        let problem = MatrixProblem { rhs: Some(written(&vector)), ..problem(&generators) };
        let claim = Claim { statement: Statement::SystemSolvableNonnegative, verdict };
        let accepted = certify_matrix(problem, claim, evidence);
        prop_assert!(accepted.is_ok(), "{:?}", accepted.err());
    }

    #[test]
    fn separation_is_evidence(
        (strict, weak) in
            (1_usize..=5, 0_usize..=5, 0_usize..=6).prop_flat_map(|(d, p, q)| (matrix(d, p), matrix(d, q)))
    ) {
        let (verdict, evidence) = match motzkin(&strict, &weak) {
            Separation::Functional(b) => {
                (Outcome::Proved, Evidence::Halfspace(Functional { functional: written(&b) }))
            }
            Separation::Contradiction { strict, weak } => {
                let weights = Motzkin { first: written(&strict), others: written(&weak) };
                (Outcome::Refuted, Evidence::Motzkin(weights))
            }
        };
        let split = strict.columns();
        let both = Matrix::from_fn(strict.rows(), split + weak.columns(), |row, column| {
            if column < split { strict[(row, column)].clone() } else { weak[(row, column - split)].clone() }
        });
        let problem = MatrixProblem { split: Some(split), ..problem(&both) };
        let accepted = certify_matrix(problem, Claim { statement: Statement::Halfspace, verdict }, evidence);
        prop_assert!(accepted.is_ok(), "{:?}", accepted.err());
    }

    /// A head for each contrast, the base class having none.
    #[test]
    fn the_least_head_is_evidence(model in planted(Break::Nothing)) {
        let (hmm, task) = (model.hmm(), model.task().unwrap());
        let first = hmm.first_law();
        let seen = Matrix::from_fn(hmm.tokens(), hmm.states(), |z, h| &hmm.emission()[(z, h)] * &first[h]);
        let heads: Vec<LeastNorm> = task
            .contrasts()
            .iter()
            .map(|mu| mu.iter().zip(hmm.initial()).map(|(mu, law)| mu * law).collect::<Vec<_>>())
            .map(|target| least_norm_solution(&seen, &target).expect("the columns are independent"))
            .collect();
        let base = (task.scores().len() > 1).then(|| written(&vec![BigRational::default(); hmm.tokens()]));
        let head = base.into_iter().chain(heads.iter().map(|least| written(&least.solution))).collect();
        let dual = heads.iter().map(|least| written(&least.dual)).collect();
        let accepted = certify_proof(&model, Statement::LeastHead, Evidence::LeastHead(LeastHead { head, dual }));
        prop_assert!(accepted.is_ok(), "{:?}", accepted.err());
    }
}
