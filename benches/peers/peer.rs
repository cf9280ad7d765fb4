//! Our side of `compare.py` and `posteriors.py`: reads one problem, answers and times each operation that is asked for.
//!
//! `peer FILE SECONDS OPERATION...`, where the file holds one JSON object: `matrix` (rows of "p/q" strings) and, for
//! solving, `rhs` (rows as well). Prints one JSON object a line: operation, milliseconds (the fastest of as many runs as fit
//! into the seconds, at least one), and the answer.
//!
//! `peer FILE SECONDS posteriors ANSWER`, where the file holds a model in hmmlearn's layout and `words`: the posteriors of all positions are written to the file
//! ANSWER as raw floats.

use std::{
    env, fs,
    hint::black_box,
    time::{Duration, Instant},
};

use num_rational::BigRational;
use recoverable::{
    linear::{Alternative, Columns, Fractions, Matrix},
    model::{Hmm, Token},
    oracle::Batch,
};
use serde_json::{Value, json};

fn matrix(value: &Value) -> Matrix<BigRational> {
    let entry = |value: &Value| value.as_str().expect("a string").parse().expect("a fraction");
    let row = |row: &Value| row.as_array().expect("a row").iter().map(entry).collect();
    Matrix::from_rows(value.as_array().expect("rows").iter().map(row).collect()).expect("a rectangle")
}

fn strings(rows: &Matrix<BigRational>) -> Value {
    json!(rows.map(ToString::to_string).to_rows())
}

/// The fastest run in milliseconds, and what it returned.
fn timed<T>(budget: Duration, mut run: impl FnMut() -> T) -> (f64, T) {
    let start = Instant::now();
    let mut best = f64::INFINITY;
    loop {
        let before = Instant::now();
        let answer = black_box(run());
        best = best.min(before.elapsed().as_secs_f64() * 1e3);
        if start.elapsed() >= budget {
            return (best, answer);
        }
    }
}

/// The posteriors of all positions of many words; prints the time.
fn posteriors(problem: &Value, budget: Duration, answer: &str) {
    let float = |value: &Value| BigRational::from_float(value.as_f64().expect("a float")).expect("finite");
    let row = |value: &Value| value.as_array().expect("a row").iter().map(float).collect::<Vec<_>>();
    let columns = |value: &Value| {
        let rows = value.as_array().expect("rows").iter().map(row).collect();
        Matrix::from_rows(rows).expect("a rectangle").transpose().to_rows()
    };
    let parts = (columns(&problem["transition"]), columns(&problem["emission"]));
    let (hmm, _) = Hmm::normalized(row(&problem["initial"]), parts.0, parts.1).expect("laws");
    let token = |value: &Value| Token(value.as_u64().expect("a token") as usize);
    let word = |value: &Value| value.as_array().expect("a word").iter().map(token).collect();
    let words: Vec<Vec<Token>> = problem["words"].as_array().expect("words").iter().map(word).collect();
    let batch = Batch::new(&hmm);
    let mut found = batch.posteriors(&words);
    let (ms, ()) = timed(budget, || batch.posteriors_into(&words, &mut found));
    let bytes: Vec<u8> = found.iter().flat_map(|value| value.to_ne_bytes()).collect();
    fs::write(answer, bytes).expect("a writable file");
    println!("{}", json!({"operation": "posteriors", "ms": ms}));
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let problem: Value =
        serde_json::from_str(&fs::read_to_string(&arguments[1]).expect("a readable file")).expect("JSON");
    let budget = Duration::from_secs_f64(arguments[2].parse().expect("seconds"));
    if arguments[3] == "posteriors" {
        return posteriors(&problem, budget, &arguments[4]);
    }
    let rationals = matrix(&problem["matrix"]);
    let cleared = Fractions::new(&rationals);
    let rhs = problem.get("rhs").map(matrix);
    for operation in &arguments[3..] {
        let (ms, answer) = match operation.as_str() {
            "rank" => {
                let (ms, rank) = timed(budget, || cleared.rank());
                (ms, json!(rank))
            }
            "rank-from-rationals" => {
                let (ms, rank) = timed(budget, || Fractions::new(&rationals).rank());
                (ms, json!(rank))
            }
            "independence" => {
                let (ms, found) = timed(budget, || cleared.independence());
                (ms, json!(matches!(found, Some(Columns::Independent(_)))))
            }
            "independence-from-rationals" => {
                let (ms, found) = timed(budget, || Fractions::new(&rationals).independence());
                (ms, json!(matches!(found, Some(Columns::Independent(_)))))
            }
            "solve" => {
                let rhs: Vec<_> = rhs.as_ref().expect("a right-hand side").column(0).cloned().collect();
                let (ms, found) = timed(budget, || cleared.solve(&rhs));
                let Some(Alternative::Combination(solution)) = found else { panic!("a solution") };
                (ms, json!(solution.iter().map(ToString::to_string).collect::<Vec<_>>()))
            }
            "solve-many" => {
                let rhs = Fractions::new(rhs.as_ref().expect("right-hand sides"));
                let (ms, found) = timed(budget, || cleared.solve_many(&rhs));
                (ms, strings(&found.expect("a solution")))
            }
            "kernel" => {
                let (ms, found) = timed(budget, || cleared.kernel());
                let kernel = found.expect("a kernel").kernel;
                let rows = kernel.iter().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>());
                (ms, json!(rows.collect::<Vec<_>>()))
            }
            "left-inverse" => {
                let (ms, found) = timed(budget, || cleared.left_inverse());
                (ms, strings(&found.expect("an inverse")))
            }
            other => panic!("unknown operation {other}"),
        };
        println!("{}", json!({"operation": operation, "ms": ms, "answer": answer}));
    }
}
