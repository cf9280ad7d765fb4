//! `V = span{β(x) : |x| ≥ 1, Pr(x) > 0}` (theory B1), its basis of words, and the proof that it is closed.
//!
//! Words are found breadth first modulo a prime: independent modulo `p` is independent, and what
//! closes too early modulo an unlucky prime fails the exact verification. Where `π0` lacks full
//! support, impossible words do not count, and the closure runs on the squares `β βᵀ`, from which
//! the possible words can be told linearly; see the checker's rule for why.

use num_bigint::BigInt;
use num_traits::Zero;
use recoverable_checker::{
    certificate::{Independence, Span},
    number::Integer,
};

use crate::{
    certify::Limit,
    linear::{Columns, Matrix, columns, dot, modular, rank_of_integers},
    model::{Hmm, Token},
    number::Scalar,
};

/// The largest space of squares that is searched: `n(n+1)/2` for 20 states.
const MAX_SQUARES: usize = 210;

/// A word, its tokens in order.
pub type Word = Vec<usize>;

/// The span of the backward vectors of all possible nonempty words.
#[derive(Clone, Debug)]
pub struct BackwardSpan {
    words: Vec<Word>,
    vectors: Vec<Vec<BigInt>>,
    step_scale: BigInt,
    evidence: Option<Span>,
}

impl BackwardSpan {
    /// `dim V`, at most the number of states.
    pub fn dimension(&self) -> usize {
        self.words.len()
    }

    /// Possible words whose backward vectors are a basis of `V`, shortest first.
    pub fn words(&self) -> impl Iterator<Item = Vec<Token>> {
        self.words.iter().map(|word| word.iter().copied().map(Token).collect())
    }

    /// The basis in integers: `β(word) · step_scale^|word|`.
    pub fn vectors(&self) -> &[Vec<BigInt>] {
        &self.vectors
    }

    /// What [`vectors`](Self::vectors) has as a factor for each token of a word.
    pub fn step_scale(&self) -> &BigInt {
        &self.step_scale
    }

    /// Why no other vector is in the span; `None` if it is the whole space.
    pub fn evidence(&self) -> Option<&Span> {
        self.evidence.as_ref()
    }
}

/// Computes `V` exactly.
///
/// # Errors
/// [`Limit::Dimension`] if `π0` lacks full support, impossible words matter and there are more than 20
/// states; [`Limit::Primes`] if no prime serves.
///
/// ```
/// use recoverable::{model::builtin, search::backward_span};
/// let models = builtin::all();
/// assert_eq!(backward_span(models[0].hmm()).unwrap().dimension(), 2);
/// ```
pub fn backward_span(hmm: &Hmm) -> Result<BackwardSpan, Limit> {
    let chain = Chain::new(hmm);
    let mut limit = Limit::Primes;
    for p in modular::primes().take(8) {
        match chain.span(p) {
            Ok(Some(span)) => return Ok(span),
            Ok(None) => {}
            Err(reached) => {
                limit = reached;
                break;
            }
        }
    }
    Err(limit)
}

/// `A`, `W`, `π0` over the integers.
struct Chain {
    initial: Vec<BigInt>,
    /// `[(current, next)]`
    transposed: Matrix<BigInt>,
    /// `[(token, state)]`
    emission: Matrix<BigInt>,
    step_scale: BigInt,
}

impl Chain {
    fn new(hmm: &Hmm) -> Self {
        let n = hmm.states();
        let (transition, transition_scale) = BigInt::common_scale(hmm.transition().entries());
        let (emission, emission_scale) = BigInt::common_scale(hmm.emission().entries());
        Self {
            initial: BigInt::common_scale(hmm.initial()).0,
            transposed: Matrix::from_fn(n, n, |current, next| transition[next * n + current].clone()),
            emission: Matrix::from_fn(hmm.tokens(), n, |token, state| emission[token * n + state].clone()),
            step_scale: transition_scale * emission_scale,
        }
    }

    fn states(&self) -> usize {
        self.initial.len()
    }

    fn prepend(&self, token: usize, beta: &[BigInt]) -> Vec<BigInt> {
        let filtered: Vec<_> = self.emission.row(token).iter().zip(beta).map(|(w, b)| w * b).collect();
        self.transposed.times(&filtered)
    }

    fn backward(&self, word: &[usize]) -> Vec<BigInt> {
        let ones = vec![BigInt::from(1); self.states()];
        word.iter().rev().fold(ones, |beta, &token| self.prepend(token, &beta))
    }

    fn is_possible(&self, beta: &[BigInt]) -> bool {
        !dot(&self.initial, beta).is_zero()
    }

    /// `Ok(None)` if the prime was unlucky.
    fn span(&self, p: u64) -> Result<Option<BackwardSpan>, Limit> {
        let modulo = Modulo::new(self, p);
        let all = modulo.closure(false);
        let vectors: Vec<_> = all.iter().map(|word| self.backward(word)).collect();
        let evidence = if all.len() == self.states() { None } else { self.evidence(false, &all) };
        if evidence.is_none() && all.len() < self.states() {
            return Ok(None);
        }
        if vectors.iter().all(|beta| self.is_possible(beta)) {
            return Ok(Some(self.finish(all, vectors, evidence)));
        }
        let dimension = self.states() * (self.states() + 1) / 2;
        if dimension > MAX_SQUARES {
            return Err(Limit::Dimension { dimension, limit: MAX_SQUARES });
        }
        let squares = modulo.closure(true);
        let possible = squares.iter().filter(|word| self.is_possible(&self.backward(word)));
        let basis = modulo.independent(possible);
        let vectors = basis.iter().map(|word| self.backward(word)).collect();
        if basis.len() == all.len() {
            return Ok(Some(self.finish(basis, vectors, evidence)));
        }
        Ok(self.evidence(true, &squares).map(|evidence| self.finish(basis, vectors, Some(evidence))))
    }

    fn finish(&self, words: Vec<Word>, vectors: Vec<Vec<BigInt>>, evidence: Option<Span>) -> BackwardSpan {
        BackwardSpan { words, vectors, step_scale: self.step_scale.clone(), evidence }
    }

    /// Evidence that the embedded vectors of the words span those of all nonempty words, verified exactly.
    fn evidence(&self, squares: bool, words: &[Word]) -> Option<Span> {
        let betas: Vec<_> = words.iter().map(|word| self.backward(word)).collect();
        let vectors: Vec<_> = betas.iter().map(|beta| embed(squares, beta)).collect();
        let height = if squares { self.states() * (self.states() + 1) / 2 } else { self.states() };
        let basis = Matrix::from_columns(height, &vectors);
        let annihilator = rank_of_integers(&basis.transpose())?.kernel;
        let closed = (0..self.emission.rows()).all(|token| {
            let ones = vec![BigInt::from(1); self.states()];
            betas.iter().chain([&ones]).all(|beta| {
                let longer = embed(squares, &self.prepend(token, beta));
                annihilator.iter().all(|row| dot(row, &longer).is_zero())
            })
        });
        let words_independent = independence(&basis).filter(|_| closed)?;
        let annihilator_independent = independence(&Matrix::from_columns(height, &annihilator))?;
        let annihilator = annihilator.into_iter().map(|row| row.into_iter().map(Integer).collect()).collect();
        Some(Span { squares, words: words.to_vec(), words_independent, annihilator, annihilator_independent })
    }
}

fn independence(matrix: &Matrix<BigInt>) -> Option<Independence> {
    match columns(matrix)? {
        Columns::Independent(evidence) => Some(evidence),
        Columns::Dependent(_) => None,
    }
}

/// `β`, or its products `β_i β_j` with `i ≤ j` in lexicographic order.
fn embed(squares: bool, beta: &[BigInt]) -> Vec<BigInt> {
    if !squares {
        return beta.to_vec();
    }
    beta.iter().enumerate().flat_map(|(i, x)| beta[i..].iter().map(move |y| x * y)).collect()
}

/// The chain modulo a prime.
struct Modulo<'a> {
    chain: &'a Chain,
    transposed: Matrix<u64>,
    emission: Matrix<u64>,
    p: u64,
}

impl<'a> Modulo<'a> {
    fn new(chain: &'a Chain, p: u64) -> Self {
        let (transposed, emission) =
            (modular::residues(&chain.transposed, p), modular::residues(&chain.emission, p));
        Self { chain, transposed, emission, p }
    }

    fn prepend(&self, token: usize, beta: &[u64]) -> Vec<u64> {
        let filtered: Vec<_> =
            self.emission.row(token).iter().zip(beta).map(|(w, b)| w * b % self.p).collect();
        (0..beta.len()).map(|row| modular::dot(self.transposed.row(row), &filtered, self.p)).collect()
    }

    fn embed(&self, squares: bool, beta: &[u64]) -> Vec<u64> {
        if !squares {
            return beta.to_vec();
        }
        beta.iter().enumerate().flat_map(|(i, x)| beta[i..].iter().map(move |y| x * y % self.p)).collect()
    }

    /// Words whose embedded vectors span those of all nonempty words modulo `p`, shortest first: if
    /// one token in front of every basis word gives nothing new, nothing gives anything new.
    fn closure(&self, squares: bool) -> Vec<Word> {
        let mut echelon = modular::Echelon::new(self.p);
        let mut basis: Vec<(Word, Vec<u64>)> = Vec::new();
        let mut next = 0;
        let mut word = (Vec::new(), vec![1; self.chain.states()]);
        loop {
            for token in 0..self.emission.rows() {
                let beta = self.prepend(token, &word.1);
                if echelon.insert(self.embed(squares, &beta)) {
                    basis.push(([&[token], word.0.as_slice()].concat(), beta));
                }
            }
            let Some(following) = basis.get(next) else { break };
            word = following.clone();
            next += 1;
        }
        basis.into_iter().map(|(word, _)| word).collect()
    }

    /// The words, in order, whose backward vectors are independent of the earlier ones modulo `p`.
    fn independent<'w>(&self, words: impl Iterator<Item = &'w Word>) -> Vec<Word> {
        let mut echelon = modular::Echelon::new(self.p);
        let ones = || vec![1; self.chain.states()];
        let beta = |word: &Word| word.iter().rev().fold(ones(), |beta, &token| self.prepend(token, &beta));
        words.filter(|word| echelon.insert(beta(word))).cloned().collect()
    }
}
