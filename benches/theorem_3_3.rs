//! Theorem 3.3 from the text of a model file to an accepted certificate, checker included.
//!
//! `cargo bench`. The models are random, square and dense, with a column denominator of three digits each.

use divan::{Bencher, black_box};
use recoverable::{
    model::file::{Options, Source, read},
    theorem::{Verdict, theorem_3_3},
};

fn main() {
    divan::main();
}

/// A linear congruential generator: the same models on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// Positive fractions over one denominator of three digits, in random proportions.
    fn law(&mut self, length: usize) -> Vec<String> {
        let denominator = 100 + self.below(900);
        let mut shares = vec![1_u64; length];
        for _ in length as u64..denominator {
            let index = usize::try_from(self.below(length as u64)).expect("a small index");
            shares[index] += 1;
        }
        shares.iter().map(|share| format!("{share}/{denominator}")).collect()
    }

    /// A column-stochastic matrix as JSON.
    fn matrix(&mut self, rows: usize, columns: usize) -> String {
        let columns: Vec<_> = (0..columns).map(|_| self.law(rows)).collect();
        let row = |r: usize| {
            columns.iter().map(|column| format!("\"{}\"", column[r])).collect::<Vec<_>>().join(",")
        };
        format!("[{}]", (0..rows).map(|r| format!("[{}]", row(r))).collect::<Vec<_>>().join(","))
    }
}

/// The text of a model file.
fn model_file(states: usize) -> Source {
    let mut random = Random(states as u64);
    let initial: Vec<_> = random.law(states).iter().map(|entry| format!("\"{entry}\"")).collect();
    let (transition, emission) = (random.matrix(states, states), random.matrix(states, states));
    let weights: Vec<_> = (0..states).map(|_| (random.below(19)).to_string()).collect();
    let text = format!(
        "{{\"kind\":\"hmm\",\"initial\":[{}],\"transition\":{transition},\"emission\":{emission},\"task\":{{\"weights\":[{}]}}}}",
        initial.join(","),
        weights.join(","),
    );
    Source::new("random.json", &text)
}

#[divan::bench(args = [4, 10, 30, 60], sample_count = 10, sample_size = 1)]
fn from_file_to_certificate(bencher: Bencher, states: usize) {
    let source = model_file(states);
    bencher.bench(|| {
        let model = read(black_box(&source), Options::default()).expect("a valid model").model;
        let found = theorem_3_3::decide(&model);
        assert!(matches!(found.verdict, Some(Verdict::Proved(_))));
        found
    });
}

#[divan::bench(args = [4, 10, 30, 60], sample_count = 10, sample_size = 1)]
fn checker_alone(bencher: Bencher, states: usize) {
    let model = read(&model_file(states), Options::default()).expect("a valid model").model;
    let Some(Verdict::Proved(accepted)) = theorem_3_3::decide(&model).verdict else {
        panic!("the theorem applies")
    };
    bencher
        .bench(|| recoverable_checker::check(black_box(accepted.text())).expect("an accepted certificate"));
}
