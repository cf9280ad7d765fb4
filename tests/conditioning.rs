//! Certified bounds on singular values, ranks, margins of labels, and how `check` reports them.

mod brute;

use std::fs;

use assert_cmd::cargo::cargo_bin_cmd;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use proptest::{collection::vec, prelude::*};
use recoverable::{
    certify::certify_matrix,
    linear::{Fractions, Matrix, numeric, smallest_singular_value},
    model::{Hmm, LinearHead, Model, Task, Token},
    number::{Rational, parse},
    oracle::Exact,
    question::{
        conditioning::{self, HeadFound},
        linear_head::{self, Proportional},
        margins::{Margins, enumerated_length, margins},
    },
    strategies::{Break, model, planted},
};
use recoverable_checker::certificate::{Claim, Evidence, MatrixProblem, Outcome, SingularValue, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;

fn q(text: &str) -> BigRational {
    parse(text).unwrap()
}

fn matrix(rows: &[&[&str]]) -> Matrix<BigRational> {
    Matrix::from_rows(rows.iter().map(|row| row.iter().map(|entry| q(entry)).collect()).collect()).unwrap()
}

/// What the checker says of a fact about a matrix.
fn accepted(matrix: &Matrix<BigRational>, statement: Statement, evidence: Evidence) -> bool {
    let entries = matrix.to_rows().into_iter().map(|row| row.into_iter().map(Rational).collect()).collect();
    let problem = MatrixProblem { entries, rhs: None, split: None };
    certify_matrix(problem, Claim { statement, verdict: Outcome::Proved }, evidence).is_ok()
}

/// Bounds that the checker has accepted.
fn bounds(matrix: &Matrix<BigRational>) -> SingularValue {
    let found = smallest_singular_value(matrix).unwrap();
    assert!(accepted(matrix, Statement::SingularValue, Evidence::SingularValue(found.clone())));
    found
}

fn close(found: &SingularValue) -> bool {
    found.upper.0 <= &found.lower.0 * q("1.00001")
}

// ---------------------------------------------------------------------------------------------
// Singular values

/// `diag(1, σ) Q` and `σ Q` with `Q` orthogonal.
#[test]
fn planted_singular_values() {
    let rotation = matrix(&[&["3/5", "-4/5"], &["4/5", "3/5"]]);
    for size in ["1", "2/7", "1e-9", "1e-20", "1e-300", "1e-1000", "12345", "1e300"] {
        let size = q(size);
        let second = Matrix::from_fn(2, 2, |row, column| {
            &rotation[(row, column)] * if row == 0 { q("1") } else { size.clone() }
        });
        for (planted, sigma) in
            [(second, size.clone().min(q("1"))), (rotation.map(|entry| entry * &size), size)]
        {
            let found = bounds(&planted);
            assert!(found.lower.0 <= sigma && sigma <= found.upper.0, "{sigma}");
            assert!(close(&found), "{sigma}");
        }
    }
}

/// The singular values of a product of reflections and a diagonal, in eight dimensions and two decades of clusters.
#[test]
fn clustered_singular_values() {
    for gap in ["1/10", "1/1000", "1/1000000", "0"] {
        let n = 8;
        // I − 2vvᵀ/8 with v = (1, −1, 1, …)
        let reflection = |i: usize, j: usize| {
            let sign = if (i + j).is_multiple_of(2) { q("-1/4") } else { q("1/4") };
            if i == j { sign + q("1") } else { sign }
        };
        let sigma = |i: usize| q("1/3") + q(gap) * BigRational::from_integer(i.into());
        let found = bounds(&Matrix::from_fn(n, n, |i, j| sigma(i) * reflection(i, j)));
        assert!(found.lower.0 <= q("1/3") && q("1/3") <= found.upper.0 && close(&found), "{gap}");
    }
}

/// The smallest eigenvalues of Hilbert matrices; `f64` cannot see them from 13 rows on.
#[test]
fn hilbert_matrices() {
    let hilbert =
        |n: usize| Matrix::from_fn(n, n, |i, j| BigRational::new(1.into(), (i as i64 + j as i64 + 1).into()));
    for (n, known) in [(2, 6.574_145_408_933_506e-2), (5, 3.287_928_772_173e-6), (10, 1.093_153_819_4e-13)] {
        let found = bounds(&hilbert(n));
        let (lower, upper) = (found.lower.0.to_f64().unwrap(), found.upper.0.to_f64().unwrap());
        assert!(
            lower < known * 1.000_000_1 && known < upper * 1.000_000_1 && close(&found),
            "{n}: {lower} {upper}"
        );
    }
    for n in 11..=20 {
        assert!(close(&bounds(&hilbert(n))), "{n}");
    }
    let twenty = bounds(&hilbert(20));
    assert!(twenty.upper.0 < q("7.778e-29") && twenty.lower.0 > q("7.776e-29"));
    assert!(numeric(&hilbert(20)).unwrap().numerical_rank.rank < 20);
}

#[test]
fn dependent_columns_have_the_value_zero_and_a_kernel_vector() {
    let dependent = [
        matrix(&[&["1/2", "1/2"], &["1/2", "1/2"]]),
        matrix(&[&["1/2", "1/3", "1/6"]]),
        matrix(&[&["0"]]),
        matrix(&[&["0", "1"], &["0", "2"]]),
        matrix(&[&["1/2", "1/3", "5/12"], &["1/2", "2/3", "7/12"]]),
    ];
    for matrix in dependent {
        let found = bounds(&matrix);
        assert!(found.lower.0.is_zero() && found.upper.0.is_zero() && found.factor.is_empty());
        for row in 0..matrix.rows() {
            let terms = matrix.row(row).iter().zip(&found.vector);
            let image: BigRational = terms.map(|(m, v)| m * BigRational::from_integer(v.0.clone())).sum();
            assert!(image.is_zero());
        }
    }
}

#[test]
fn degenerate_shapes() {
    let one = bounds(&matrix(&[&["-7/3"]]));
    assert!(one.lower.0 <= q("7/3") && q("7/3") <= one.upper.0 && close(&one));
    let column = bounds(&matrix(&[&["3"], &["4"]]));
    assert!(column.lower.0 <= q("5") && column.upper.0 == q("5"));
    assert_eq!(smallest_singular_value(&matrix(&[])), None);
    assert_eq!(smallest_singular_value(&matrix(&[&[], &[]])), None);
}

/// Small fractions, some of them tiny.
fn entries() -> impl Strategy<Value = (usize, usize, Vec<BigRational>)> {
    let entry = (-9_i64..=9, 1_i64..=9, prop_oneof![9 => Just(0_u32), 1 => 1_u32..30]);
    let value = |(n, d, e): (i64, i64, u32)| BigRational::new(n.into(), d.into()) / q(&format!("1e{e}"));
    (1_usize..=6, 1_usize..=6, vec(entry.prop_map(value), 36))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn bounds_are_accepted_and_hold_what_f64_finds((rows, columns, entries) in entries()) {
        let matrix = Matrix::from_fn(rows, columns, |row, column| entries[row * 6 + column].clone());
        let found = smallest_singular_value(&matrix).unwrap();
        let evidence = Evidence::SingularValue(found.clone());
        prop_assert!(accepted(&matrix, Statement::SingularValue, evidence));
        prop_assert!(found.upper.0.is_zero() || found.lower.0.is_positive() && close(&found));
        let numeric = numeric(&matrix).unwrap();
        if numeric.condition.is_some_and(|condition| condition < 1e8) {
            let (lower, upper) = (found.lower.0.to_f64().unwrap(), found.upper.0.to_f64().unwrap());
            let last = numeric.singular_values[columns - 1];
            prop_assert!(lower <= last * (1.0 + 1e-6) && last <= upper * (1.0 + 1e-6), "{lower} {last} {upper}");
        }
    }

    #[test]
    fn ranks_are_accepted_and_right((rows, columns, entries) in entries(), copies in vec(any::<usize>(), 6)) {
        // Some columns are copies of earlier ones, times a number.
        let source = |column: usize| if copies[column] % 2 == 0 { column } else { copies[column] / 2 % (column + 1) };
        let matrix = Matrix::from_fn(rows, columns, |row, column| {
            &entries[row * 6 + source(column)] * BigRational::new((1 + column).into(), 2.into())
        });
        let fractions = Fractions::new(&matrix);
        let found = fractions.kernel().unwrap().evidence(&fractions).unwrap();
        prop_assert_eq!(found.columns.len(), brute::rank(matrix.to_rows()));
        prop_assert_eq!(found.kernel.len(), columns - found.columns.len());
        prop_assert!(accepted(&matrix, Statement::Rank, Evidence::Rank(found)));
    }
}

// ---------------------------------------------------------------------------------------------
// Margins

/// `‖b_y − b_c‖₁` and `(b_y − b_c)·g` for all classes that can win against the label `y`.
fn rivals(task: &Task, rows: &[Vec<BigRational>], output: &[BigRational]) -> (usize, Vec<Vec<BigRational>>) {
    let dot = |row: &[BigRational]| row.iter().zip(output).map(|(b, g)| b * g).sum::<BigRational>();
    let label = task.label(&rows.iter().map(|row| dot(row)).collect::<Vec<_>>());
    let against = match task {
        Task::Binary(_) if label == 1 => rows.to_vec(),
        Task::Binary(_) => vec![rows[0].iter().map(|b| -b).collect()],
        Task::Classes(_) => {
            let difference =
                |row: &Vec<BigRational>| rows[label].iter().zip(row).map(|(a, b)| a - b).collect();
            let others = rows.iter().enumerate().filter(|(class, _)| *class != label);
            others.map(|(_, row)| difference(row)).collect()
        }
    };
    (label, against.into_iter().filter(|row| row.iter().any(|b| !b.is_zero())).collect())
}

/// Margins straight from the definition: one full output of the oracle for each input.
fn margins_by_definition(
    model: &Model,
    rows: &[Vec<BigRational>],
) -> Vec<(BigRational, Option<BigRational>)> {
    let (hmm, task) = (model.hmm(), model.task().unwrap());
    let oracle = Exact::new(hmm);
    let words = brute::lists(hmm.tokens(), enumerated_length(hmm)).into_iter();
    let inputs = words.map(|word| word.into_iter().map(|token| Some(Token(token))).collect::<Vec<_>>());
    inputs
        .map(|tokens| (oracle.probability(&tokens).unwrap(), oracle.head_input(&tokens).unwrap()))
        .filter(|(probability, _)| !probability.is_zero())
        .map(|(probability, output)| {
            let (_, rivals) = rivals(task, rows, &output);
            let margin = |row: &Vec<BigRational>| {
                let norm: BigRational = row.iter().map(Signed::abs).sum();
                row.iter().zip(&output).map(|(b, g)| b * g).sum::<BigRational>() / norm
            };
            (probability, rivals.iter().map(margin).min())
        })
        .collect()
}

fn check_margins(model: &Model, rows: &[Vec<BigRational>], found: &Margins) {
    let mut expected = margins_by_definition(model, rows);
    assert_eq!((found.inputs, found.length), (expected.len(), enumerated_length(model.hmm())));
    let at = |wanted: &dyn Fn(&Option<BigRational>) -> bool| -> BigRational {
        expected.iter().filter(|(_, margin)| wanted(margin)).map(|(p, _)| p).sum()
    };
    assert_eq!(found.ties, at(&|margin| margin.as_ref().is_some_and(Zero::is_zero)));
    if let Some(median) = &found.median {
        assert!(at(&|margin| margin.as_ref().is_some_and(|margin| margin <= median)) >= q("1/2"));
        assert!(at(&|margin| margin.as_ref().is_some_and(|margin| margin < median)) < q("1/2"));
    } else {
        assert!(at(&|margin| margin.is_none()) > q("1/2"));
    }
    expected.retain(|(_, margin)| margin.as_ref().is_some_and(Signed::is_positive));
    assert_eq!(found.smallest, expected.into_iter().filter_map(|(_, margin)| margin).min());
    assert!(found.wrong_off_ties <= found.wrong_in_f64 && found.wrong_in_f64 <= q("1"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn margins_are_those_of_the_definition(model in prop_oneof![planted(Break::Nothing), model()]) {
        if let Some(Proportional::Exists { head, .. }) = linear_head::decide(&model).proportional {
            let found = margins(model.hmm(), model.task().unwrap(), &head).unwrap();
            check_margins(&model, head.rows(), &found);
            prop_assert!(found.wrong_off_ties.is_zero(), "small models are easy in f64");
        }
    }

    /// Below the margin no error changes the label; just above it one does.
    #[test]
    fn margins_are_sharp(model in planted(Break::Nothing)) {
        let Some(Proportional::Exists { head, .. }) = linear_head::decide(&model).proportional else { panic!() };
        let task = model.task().unwrap();
        for token in model.hmm().vocabulary() {
            let output = Exact::new(model.hmm()).head_input(&[Some(token)]).unwrap();
            let (label, rivals) = rivals(task, head.rows(), &output);
            let margin = |row: &Vec<BigRational>| {
                let norm: BigRational = row.iter().map(Signed::abs).sum();
                row.iter().zip(&output).map(|(b, g)| b * g).sum::<BigRational>() / norm
            };
            let Some(worst) = rivals.iter().min_by_key(|row| margin(row)) else { continue };
            let moved = |size: BigRational| -> Vec<BigRational> {
                output.iter().zip(worst).map(|(g, b)| g - b.signum() * &size).collect()
            };
            prop_assert_eq!(head.label(task, &moved(margin(worst) * q("999/1000"))), label);
            let beyond = margin(worst) * q("1001/1000") + q("1e-30");
            prop_assert_ne!(head.label(task, &moved(beyond)), label);
        }
    }

    /// The scores of the least head are those of any other; only its norm is smaller.
    #[test]
    fn the_least_head_is_certified_and_least(model in planted(Break::Nothing)) {
        let heads = linear_head::decide(&model);
        let HeadFound::Exists(found) = conditioning::decide(&model, heads.proportional.as_ref()).head else { panic!() };
        let least = found.least.unwrap();
        prop_assert!(least.norms.iter().zip(&found.norms).all(|(least, own)| least <= own));
        let oracle = Exact::new(model.hmm());
        let Some(Proportional::Exists { head, .. }) = heads.proportional else { panic!() };
        for token in model.hmm().vocabulary() {
            let output = oracle.head_input(&[Some(token)]).unwrap();
            prop_assert_eq!(head.scores(&output), least.head.scores(&output));
        }
    }
}

/// A cycle of three states, each seen as it is: behind a blank the input `0, 1, …` is impossible, the model outputs 0, and so does
/// every head. That is a tie for all heads but 0, whose labels no error can change.
#[test]
fn outputs_that_are_zero_are_ties_unless_the_head_is() {
    let unit = |at: usize| (0..3).map(|i| q(if i == at { "1" } else { "0" })).collect::<Vec<_>>();
    let hmm = Hmm::new(unit(2), vec![unit(2), unit(0), unit(1)], vec![unit(0), unit(1), unit(2)]).unwrap();
    let task = Task::binary_from_integers(&[1, -1, 1]);
    let found =
        |row: Vec<BigRational>| margins(&hmm, &task, &LinearHead::from_contrasts(&task, vec![row])).unwrap();
    let (tied, free) = (found(unit(0)), found(vec![q("0"); 3]));
    assert_eq!((tied.inputs, tied.ties, tied.median, tied.smallest), (1, q("1"), Some(q("0")), None));
    assert_eq!((free.inputs, free.ties, free.median, free.smallest), (1, q("0"), None, None));
}

// ---------------------------------------------------------------------------------------------
// The report

fn stdout(args: &[&str]) -> String {
    let mut command = cargo_bin_cmd!("recoverable");
    String::from_utf8(command.args(args).assert().get_output().stdout.clone()).unwrap()
}

fn line(args: &[&str]) -> Value {
    serde_json::from_str(&stdout(&[args, &["--format", "json"]].concat())).unwrap()
}

fn file(folder: &TempDir, model: &Value) -> String {
    let path = folder.path().join("model.json");
    fs::write(&path, model.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Two states whose emissions differ by `2·10⁻ᵈ`.
fn nearly_equal(digits: usize) -> Value {
    let (more, less) = (format!("0.5{}1", "0".repeat(digits - 2)), format!("0.4{}", "9".repeat(digits - 1)));
    json!({ "kind": "hmm", "initial": ["1/2", "1/2"], "transition": [["3/4", "1/3"], ["1/4", "2/3"]],
            "emission": [[more, less], [less, more]], "task": { "weights": [1, -1] } })
}

#[test]
fn a_theorem_may_hold_and_be_useless() {
    let folder = TempDir::new().unwrap();
    let report = line(&["check", &file(&folder, &nearly_equal(20))]);
    assert_eq!(report["statements"][0]["verdict"], "proved");
    let found = &report["findings"]["conditioning"];
    assert_eq!((&found["in_f64"], &report["findings"]["rank_emission"]), (&json!("hopeless"), &json!(2)));
    assert_eq!(found["numerical_rank"]["rank"], 1);
    let lower = q(found["sigma_min"]["lower"].as_str().unwrap());
    let upper = q(found["sigma_min"]["upper"].as_str().unwrap());
    assert!(lower <= q("2e-20") && q("2e-20") <= upper); // the eigenvalue of (1, −1)
    let words = found["in_words"].as_str().unwrap();
    assert!(
        words.starts_with("exact: yes; in f64: hopeless (") && words.contains("rank 1 of W, not 2"),
        "{words}"
    );
    assert_eq!(
        line(&["check", &file(&folder, &nearly_equal(2))])["findings"]["conditioning"]["in_f64"],
        "fine"
    );
    assert_eq!(
        line(&["check", &file(&folder, &nearly_equal(6))])["findings"]["conditioning"]["in_f64"],
        "fragile"
    );
}

#[test]
fn it_is_part_of_everything_and_can_be_asked_for_alone() {
    let everything = line(&["check", "casino"]);
    let alone = line(&["check", "casino", "--statement", "conditioning"]);
    let theorem = line(&["check", "casino", "--statement", "theorem-3.3"]);
    assert_eq!(alone["statements"], json!([]));
    for key in ["conditioning", "rank_certificate"] {
        assert_eq!(alone["findings"][key], everything["findings"][key]);
        assert!(alone["findings"][key].is_object() && theorem["findings"].get(key).is_none(), "{key}");
    }
    assert!(alone["findings"].get("proportional_head").is_none());
    let text = stdout(&["check", "casino", "--statement", "conditioning"]);
    for words in ["exact: yes; in f64: fine", "rank of W", "σ_min(W)", "amplification", "margins"] {
        assert!(text.contains(words), "{words} is missing:\n{text}");
    }
    assert!(!stdout(&["check", "casino", "--statement", "theorem-3.3"]).contains("Conditioning"));
    assert!(stdout(&["explain", "conditioning"]).contains("hopeless"));
}

/// Findings do not change the exit code, and a model without a task or without a head has them too.
#[test]
fn without_a_task_or_a_head() {
    let folder = TempDir::new().unwrap();
    let mut model = nearly_equal(3);
    model.as_object_mut().unwrap().remove("task");
    let found = &line(&["check", &file(&folder, &model)])["findings"]["conditioning"];
    assert_eq!(found["in_words"], "no task: only W is measured");
    assert!(
        found.get("margins").is_none() && found.get("head_norm").is_none() && found["sigma_min"].is_object()
    );
    let cpg = line(&["check", "cpg", "--statement", "conditioning"]);
    let found = &cpg["findings"]["conditioning"];
    assert_eq!(found["in_words"], "exact: no, no head has scores proportional to the task's");
    assert_eq!((&found["sigma_min"]["lower"], &found["sigma_min"]["upper"]), (&json!("0"), &json!("0")));
    assert!(found.get("condition_f64").is_none(), "fewer tokens than states");
    let mut command = cargo_bin_cmd!("recoverable");
    command.args(["check", "cpg", "--statement", "conditioning"]).assert().code(0);
}

#[test]
fn certificates_are_written_and_verified() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_str().unwrap();
    stdout(&["check", "casino", "--statement", "conditioning", "--certificates", path]);
    for claim in ["emission-rank", "emission-singular-value", "least-head"] {
        let file = format!("{path}/casino.{claim}.cert.json");
        let mut command = cargo_bin_cmd!("recoverable");
        command.args(["verify", &file]).assert().code(0);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

/// The first two independent tokens tell the states apart by 2⁻⁶⁰ only, the others easily: the constructed head is useless in `f64`,
/// the least one is not.
#[test]
fn the_least_head_may_save_what_the_first_rows_spoil() {
    let folder = TempDir::new().unwrap();
    let tiny = format!("1/{}", 1_u64 << 60);
    let (more, less) = (q("1/4") + q(&tiny), q("1/2") - q(&tiny));
    let model = json!({
        "kind": "hmm",
        "initial": ["1/3", "2/3"],
        "transition": [["1/2", "1/4"], ["1/2", "3/4"]],
        "emission": [["1/4", more.to_string()], ["1/4", "1/4"], ["1/2", "0"], ["0", less.to_string()]],
        "task": {"weights": [-2, 1]},
    });
    let path = file(&folder, &model);
    let found = line(&["check", &path, "--statement", "conditioning"]);
    let conditioning = &found["findings"]["conditioning"];
    assert_eq!(
        (&conditioning["in_f64"], &conditioning["least_head"]["in_f64"]),
        (&json!("hopeless"), &json!("fine"))
    );
    let words = conditioning["in_words"].as_str().unwrap();
    assert!(words.starts_with("exact: yes; in f64: fine with the least head ("), "{words}");
    assert!(words.ends_with("), hopeless with the one constructed"), "{words}");
    let least = |key: &str| q(conditioning["least_head"]["margins"][key].as_str().unwrap());
    let own = |key: &str| q(conditioning["margins"][key].as_str().unwrap());
    assert!(least("median") > own("median") * q("1000000000000") && least("wrong_in_f64").is_zero());
}
