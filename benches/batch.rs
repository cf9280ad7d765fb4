//! Backward vectors in `f64`: many words at once beside one after the other.
//!
//! `cargo bench --bench batch`. 256 words of 128 tokens from models of the paper's Appendix D; divan counts tokens per second.

use divan::{Bencher, black_box, counter::ItemsCount};
use recoverable::{
    generate::{Random, Stream, appendix_d::Family, dataset::sample},
    model::{Model, Token},
    oracle::{Batch, Float},
};

fn main() {
    divan::main();
}

const WORDS: usize = 256;
const LENGTH: usize = 128;
const STATES: [usize; 4] = [4, 10, 30, 100];

fn case(states: usize) -> (Model, Vec<Vec<Token>>) {
    let model = Family { states, tokens: 10, redraw: false }.model(0);
    let words = sample(model.hmm(), WORDS, LENGTH, &mut Random::new(0, Stream::Inputs));
    (model, words)
}

#[divan::bench(args = STATES)]
fn together(bencher: Bencher, states: usize) {
    let (model, words) = case(states);
    let batch = Batch::new(model.hmm());
    let bencher = bencher.counter(ItemsCount::new(WORDS * LENGTH));
    bencher.bench_local(|| batch.backward(black_box(&words)));
}

#[divan::bench(args = STATES)]
fn one_by_one(bencher: Bencher, states: usize) {
    let (model, words) = case(states);
    let oracle = Float::new(model.hmm());
    let words: Vec<Vec<_>> = words.iter().map(|word| word.iter().copied().map(Some).collect()).collect();
    let bencher = bencher.counter(ItemsCount::new(WORDS * LENGTH));
    bencher.bench_local(|| words.iter().map(|word| oracle.posterior(black_box(word))).collect::<Vec<_>>());
}
