//! Brute force over hidden paths. Shares no code with the library: it imports the model types only and
//! sums the joint law, one path at a time.
#![allow(dead_code)] // each test uses a part

pub mod memory;

use num_bigint::BigInt;
use num_integer::Integer;
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

/// Whole numbers and the denominator that they share.
fn cleared<'a>(entries: impl Iterator<Item = &'a BigRational> + Clone) -> (Vec<BigInt>, BigInt) {
    let denominator = entries.clone().fold(BigInt::one(), |all, entry| all.lcm(entry.denom()));
    (entries.map(|entry| entry.numer() * (&denominator / entry.denom())).collect(), denominator)
}

/// For every state `h`, the sum over the hidden paths `h_0 … h_t` with `h_position = h` of `first[h_0]` times the transitions times
/// `embeddings[i-1][h_i]`: one path after the other, in whole numbers over one denominator.
fn sum_over_paths(
    hmm: &Hmm,
    first: &[BigRational],
    embeddings: &[Vec<BigRational>],
    position: usize,
) -> Vec<BigRational> {
    struct Paths {
        transition: Vec<BigInt>, // column by column
        embeddings: Vec<Vec<BigInt>>,
        position: usize,
        masses: Vec<BigInt>,
    }
    impl Paths {
        fn walk(&mut self, path: &mut Vec<usize>, weight: &BigInt) {
            if weight.is_zero() {
                return;
            }
            let (step, from) = (path.len() - 1, path[path.len() - 1]);
            if step == self.embeddings.len() {
                self.masses[path[self.position]] += weight;
                return;
            }
            let n = self.masses.len();
            for to in 0..n {
                let next = weight * &self.transition[from * n + to] * &self.embeddings[step][to];
                path.push(to);
                self.walk(path, &next);
                path.pop();
            }
        }
    }
    let n = hmm.states();
    let steps = lists(n, 2);
    let (transition, each_step) = cleared(steps.iter().map(|step| &hmm.transition()[(step[1], step[0])]));
    let (first, mut denominator) = cleared(first.iter());
    let (embeddings, scales): (Vec<_>, Vec<_>) =
        embeddings.iter().map(|embedding| cleared(embedding.iter())).unzip();
    scales.iter().for_each(|scale| denominator *= scale * &each_step);
    let mut paths = Paths { transition, embeddings, position, masses: vec![BigInt::zero(); n] };
    for (state, weight) in first.iter().enumerate() {
        paths.walk(&mut vec![state], weight);
    }
    paths.masses.into_iter().map(|mass| BigRational::new(mass, denominator.clone())).collect()
}

/// `P[H_position = h, X = x]` for every state `h`, position 0 being `H_0`; a blank emits with probability 1.
pub fn hidden(hmm: &Hmm, tokens: &[Option<Token>], position: usize) -> Vec<BigRational> {
    sum_over_paths(hmm, hmm.initial(), &embeddings(hmm, tokens), position)
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
    sum_over_paths(hmm, &vec![BigRational::one(); hmm.states()], &embeddings(hmm, tokens), 0)
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
    let mut free = embeddings.to_vec();
    free[position - 1] = vec![BigRational::one(); hmm.states()];
    sum_over_paths(hmm, hmm.initial(), &free, position)
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
