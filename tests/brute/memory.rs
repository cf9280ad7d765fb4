//! Brute force over memories and hidden paths. Shares no code with the library: it imports the model types only and sums the joint law.
#![allow(dead_code)] // each test uses a part

use num_rational::BigRational;
use num_traits::Zero;
use recoverable::model::{Cell, MemoryHmm, Token};

use super::{lists, normalised};

/// What stands at a position: a token, a blank, or a token that is seen if the cell has one of these values.
#[derive(Clone, Debug)]
pub enum Seen {
    Token(usize),
    Blank,
    Value(Cell, Vec<bool>),
}

/// The input behind a prompt, if there is one.
pub fn seen(prompt: Option<(Cell, &[bool])>, tokens: &[usize]) -> Vec<Seen> {
    let prompt = prompt.map(|(cell, passes)| Seen::Value(cell, passes.to_vec()));
    prompt.into_iter().chain(tokens.iter().map(|&token| Seen::Token(token))).collect()
}

/// Every memory, path and its probability, where that is positive: `visit(memory, path, probability)`.
pub fn paths(model: &MemoryHmm, seen: &[Seen], mut visit: impl FnMut(&[usize], &[usize], BigRational)) {
    let shape = model.shape();
    let (n, syntax) = (shape.cells * shape.syntax, shape.syntax);
    let all = lists(n, seen.len() + 1);
    for memory in lists(shape.values, shape.cells) {
        for path in &all {
            let mut probability = model.prior().probability(&memory) * &model.chain().initial()[path[0]];
            for (i, seen) in seen.iter().enumerate() {
                if probability.is_zero() {
                    break;
                }
                let h = path[i + 1];
                probability *= &model.chain().transition()[(h, path[i])];
                match seen {
                    Seen::Blank => {}
                    Seen::Token(token) => {
                        probability *= &model.emission()[(*token, memory[h / syntax] * n + h)];
                    }
                    Seen::Value(cell, passes) if passes[memory[cell.0]] => {}
                    Seen::Value(..) => probability = BigRational::zero(),
                }
            }
            if !probability.is_zero() {
                visit(&memory, path, probability);
            }
        }
    }
}

/// The probability of what is seen.
pub fn probability(model: &MemoryHmm, seen: &[Seen]) -> BigRational {
    let mut total = BigRational::zero();
    paths(model, seen, |_, _, p| total += p);
    total
}

/// `P[M_cell | seen]`; `None` if what is seen is impossible.
pub fn posterior(model: &MemoryHmm, cell: Cell, seen: &[Seen]) -> Option<Vec<BigRational>> {
    let mut masses = vec![BigRational::zero(); model.shape().values];
    paths(model, seen, |memory, _, p| masses[memory[cell.0]] += p);
    normalised(&masses)
}

/// `P[H_i | seen without position i]`, zeros where that is impossible; `i` from 1.
pub fn hidden(model: &MemoryHmm, seen: &[Seen], position: usize) -> Vec<BigRational> {
    let mut free = seen.to_vec();
    free[position - 1] = Seen::Blank;
    let mut masses = vec![BigRational::zero(); model.shape().cells * model.shape().syntax];
    paths(model, &free, |_, path, p| masses[path[position]] += p);
    normalised(&masses).unwrap_or(masses)
}

/// `G_i`, zeros where its condition is impossible.
pub fn output(model: &MemoryHmm, seen: &[Seen], position: usize) -> Vec<BigRational> {
    let with = |token: usize| {
        let mut seen = seen.to_vec();
        seen[position - 1] = Seen::Token(token);
        probability(model, &seen)
    };
    let masses: Vec<_> = (0..model.tokens()).map(with).collect();
    normalised(&masses).unwrap_or(masses)
}

/// The positions at which the hidden state is known to be one of these, from 1; behind a prompt not its own.
pub fn known_positions(model: &MemoryHmm, seen: &[Seen], states: &[usize]) -> Vec<usize> {
    let first = 1 + usize::from(matches!(seen.first(), Some(Seen::Value(..))));
    let within = |&position: &usize| {
        let law = hidden(model, seen, position);
        law.iter().enumerate().all(|(h, p)| p.is_zero() || states.contains(&h))
    };
    (first..=seen.len()).filter(within).collect()
}

/// Tokens as the library takes them.
pub fn masked(tokens: &[usize]) -> Vec<Option<Token>> {
    tokens.iter().map(|&token| Some(Token(token))).collect()
}
