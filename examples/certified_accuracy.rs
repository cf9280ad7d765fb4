//! The accuracy of learned heads on models of the paper's Appendix D: certified for all inputs of all lengths, and sampled.
//!
//! `cargo run --release --example certified_accuracy STATES [SEEDS [SECONDS]]` learns a head from 5000 inputs for the first models with both labels, bounds how often it
//! errs until the bracket is 1e-6 wide, and counts its errors on 60,000 inputs. It fails if they are not in the bracket, up to the error of the sample.

use std::{ops::ControlFlow, time::Instant};

use num_traits::ToPrimitive;
use recoverable::{
    generate::{
        Random, Stream,
        appendix_d::{Family, TOKENS},
        dataset::Dataset,
    },
    model::Model,
    oracle::Batch,
    question::bound::bound,
    search::Limits,
    tuning::{Effort, Examples, learn},
};

const INPUTS: usize = 60_000;

fn main() {
    let mut arguments =
        std::env::args().skip(1).map(|argument| argument.parse::<u64>().expect("a whole number"));
    let states = arguments.next().expect("how many states") as usize;
    let (seeds, seconds) = (arguments.next().unwrap_or(5), arguments.next().unwrap_or(30));
    println!("| n | seed | prefixes | seconds | errs at least | errs at most | sampled |");
    println!("|---|---|---|---|---|---|---|");
    for seed in 1..=seeds {
        let family = Family { states, tokens: TOKENS, redraw: true };
        certify(&family.model(seed), seed, seconds);
    }
}

fn certify(model: &Model, seed: u64, seconds: u64) {
    let (hmm, task) = (model.hmm(), model.task().expect("the family has tasks"));
    let batch = Batch::new(hmm);
    let draw = |inputs, length, stream| {
        let mut random = Random::new(seed, stream);
        Examples::new(&batch, &Dataset::draw(hmm, task, inputs, length, &mut random).expect("few inputs"))
    };
    let (training, validation) = (draw(5000, 128, Stream::Training), draw(500, 128, Stream::Validation));
    let effort = Effort { prompt: 0, starts: 3, steps: 200 };
    let mut random = Random::new(seed, Stream::Starts);
    let head = learn(hmm, task, &training, &validation, effort, &mut random).construction;
    let start = Instant::now();
    let limits = Limits { prefixes: 3_000_000, bytes: 8 << 30, target: 1e-6, decide: true };
    let found = bound(model, task, &head, limits, &mut |_| {
        if start.elapsed().as_secs() < seconds { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let elapsed = start.elapsed().as_secs_f64();
    let disagreement = found.disagreement.expect("accepted by the checker");
    let bracket = disagreement.bracket();
    let [lower, upper] = [&bracket.lower, &bracket.upper].map(|end| end.to_f64().expect("a probability"));
    let test = draw(INPUTS, disagreement.from_length().max(128), Stream::Test);
    let errors = 1.0 - test.right(&batch, hmm, task, &head) as f64 / INPUTS as f64;
    let prefixes = found.prefixes;
    println!(
        "| {} | {seed} | {prefixes} | {elapsed:.2} | {lower:.7} | {upper:.7} | {errors:.4} |",
        hmm.states()
    );
    let room = 4.5 * (0.25 / INPUTS as f64).sqrt();
    assert!(lower - room <= errors && errors <= upper + room, "the sample contradicts the bracket");
}
