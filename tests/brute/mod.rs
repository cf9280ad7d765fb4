//! Brute force over hidden paths. Shares no code with the library: it imports the model types only and
//! sums the joint law, one path at a time.
#![allow(dead_code)] // each test uses a part

pub mod memory;

use num_rational::BigRational;
use num_traits::{One, Zero};
use recoverable::model::{Hmm, Task, Token};

/// Every list of `length` numbers below `limit`.
pub fn lists(limit: usize, length: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..length {
        all = all
            .into_iter()
            .flat_map(|list| (0..limit).map(move |last| [&list[..], &[last]].concat()))
            .collect();
    }
    all
}

/// `Pr(x, h)` for one hidden path `h_0 … h_t`; a blank emits with probability 1.
pub fn joint(hmm: &Hmm, tokens: &[Option<Token>], path: &[usize]) -> BigRational {
    let mut probability = hmm.initial()[path[0]].clone();
    for (i, token) in tokens.iter().enumerate() {
        probability *= &hmm.transition()[(path[i + 1], path[i])];
        if let Some(token) = token {
            probability *= &hmm.emission()[(token.0, path[i + 1])];
        }
    }
    probability
}

/// `P[H_position = h, X = x]` for every state `h`, position 0 being `H_0`.
pub fn hidden(hmm: &Hmm, tokens: &[Option<Token>], position: usize) -> Vec<BigRational> {
    let mut masses = vec![BigRational::zero(); hmm.states()];
    for path in lists(hmm.states(), tokens.len() + 1) {
        masses[path[position]] += joint(hmm, tokens, &path);
    }
    masses
}

/// `Pr(x)`.
pub fn probability(hmm: &Hmm, tokens: &[Option<Token>]) -> BigRational {
    hidden(hmm, tokens, 0).iter().sum()
}

/// The values over their sum; `None` if that is zero.
pub fn normalised(values: &[BigRational]) -> Option<Vec<BigRational>> {
    let total: BigRational = values.iter().sum();
    (!total.is_zero()).then(|| values.iter().map(|value| value / &total).collect())
}

/// `P[H_0 | x]`.
pub fn posterior(hmm: &Hmm, tokens: &[Option<Token>]) -> Option<Vec<BigRational>> {
    normalised(&hidden(hmm, tokens, 0))
}

/// `G_position(x)`, zeros where its condition is impossible. Positions count from 1.
pub fn masked_output(hmm: &Hmm, tokens: &[Option<Token>], position: usize) -> Vec<BigRational> {
    let with = |token: usize| {
        let mut tokens = tokens.to_vec();
        tokens[position - 1] = Some(Token(token));
        probability(hmm, &tokens)
    };
    let masses: Vec<_> = (0..hmm.tokens()).map(with).collect();
    normalised(&masses).unwrap_or(masses)
}

/// `G_1(∅, x)`.
pub fn head_input(hmm: &Hmm, tokens: &[Option<Token>]) -> Vec<BigRational> {
    masked_output(hmm, &[&[None], tokens].concat(), 1)
}

/// `F*(x)` straight from its definition.
pub fn label(task: &Task, posterior: &[BigRational]) -> usize {
    let score =
        |weights: &[BigRational]| weights.iter().zip(posterior).map(|(w, p)| w * p).sum::<BigRational>();
    match task {
        Task::Binary(weights) => usize::from(score(weights) >= BigRational::zero()),
        Task::Classes(classes) => {
            let scores: Vec<_> = classes.rows().iter().map(|row| score(row)).collect();
            let largest = scores.iter().max().expect("two or more classes");
            scores.iter().position(|score| score == largest).expect("the maximum is one of them")
        }
    }
}

/// `β(x)`, by summing over the paths from each state.
pub fn backward(hmm: &Hmm, tokens: &[Option<Token>]) -> Vec<BigRational> {
    let mut beta = vec![BigRational::zero(); hmm.states()];
    for path in lists(hmm.states(), tokens.len() + 1) {
        let mut probability = BigRational::one();
        for (i, token) in tokens.iter().enumerate() {
            probability *= &hmm.transition()[(path[i + 1], path[i])];
            if let Some(token) = token {
                probability *= &hmm.emission()[(token.0, path[i + 1])];
            }
        }
        beta[path[0]] += probability;
    }
    beta
}

/// The rank of a list of rows, by elimination with fractions.
pub fn rank(mut rows: Vec<Vec<BigRational>>) -> usize {
    let width = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..width {
        let Some(pivot) = (rank..rows.len()).find(|&row| !rows[row][column].is_zero()) else { continue };
        rows.swap(rank, pivot);
        let source = rows[rank].clone();
        for row in &mut rows[rank + 1..] {
            let factor = &row[column] / &source[column];
            row.iter_mut().zip(&source).for_each(|(entry, from)| *entry -= &factor * from);
        }
        rank += 1;
    }
    rank
}

/// The hidden paths through each state at a position (from 1), each with its probability times the entries of the embeddings at all
/// other positions.
pub fn through(hmm: &Hmm, embeddings: &[Vec<BigRational>], position: usize) -> Vec<BigRational> {
    let mut masses = vec![BigRational::zero(); hmm.states()];
    let blanks = vec![None; embeddings.len()];
    for path in lists(hmm.states(), embeddings.len() + 1) {
        let mut mass = joint(hmm, &blanks, &path);
        for (i, embedding) in embeddings.iter().enumerate().filter(|(i, _)| i + 1 != position) {
            mass *= &embedding[path[i + 1]];
        }
        masses[path[position]] += mass;
    }
    masses
}

/// `Ḡ_position` of these embeddings, zeros where no path passes.
pub fn extended_output(hmm: &Hmm, embeddings: &[Vec<BigRational>], position: usize) -> Vec<BigRational> {
    let tau = through(hmm, embeddings, position);
    let token = |z: usize| tau.iter().enumerate().map(|(h, mass)| &hmm.emission()[(z, h)] * mass).sum();
    let masses: Vec<BigRational> = (0..hmm.tokens()).map(token).collect();
    normalised(&masses).unwrap_or(masses)
}

/// The embeddings of a sequence; a blank lets everything pass.
pub fn embeddings(hmm: &Hmm, tokens: &[Option<Token>]) -> Vec<Vec<BigRational>> {
    let entry = |token: &Option<Token>, h| {
        token.map_or_else(BigRational::one, |token| hmm.emission()[(token.0, h)].clone())
    };
    tokens.iter().map(|token| (0..hmm.states()).map(|h| entry(token, h)).collect()).collect()
}

/// `Ḡ_{l+1}(u_1, …, u_l, blank, x)`.
pub fn prompted_head_input(
    hmm: &Hmm,
    prompt: &[Vec<BigRational>],
    tokens: &[Option<Token>],
) -> Vec<BigRational> {
    let rest = embeddings(hmm, &[&[None], tokens].concat());
    extended_output(hmm, &[prompt, &rest].concat(), prompt.len() + 1)
}
