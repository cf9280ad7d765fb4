//! `V = span{β(x) : |x| ≥ 1, Pr(x) > 0}` and its basis of words, with the proof that it is closed.
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
    linear::{Columns, Echelon, Matrix, Prime, columns, dot, rank_of_integers, residues},
    model::{Hmm, Token},
    oracle::Exact,
};

/// The largest space of squares that is searched: `n(n+1)/2` for 20 states.
const MAX_SQUARES: usize = 210;

/// How many possible words are tried before the squares decide.
const MAX_POSSIBLE: usize = 256;

/// A word, its tokens in order.
pub type Word = Vec<Token>;

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
    pub fn words(&self) -> &[Word] {
        &self.words
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

/// What is known of `V` where it could not be computed: spans below and above it.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Why it could not be computed.
    pub limit: Limit,
    /// Some possible words; their span is inside `V`.
    pub lower: Option<Box<BackwardSpan>>,
    /// Words, impossible ones among them, whose span is proved to contain `V`.
    pub upper: Option<Box<BackwardSpan>>,
}

/// Computes `V` exactly.
///
/// # Errors
/// [`Bounds`] with [`Limit::Dimension`] if `π0` lacks full support, impossible words matter and there are more
/// than 20 states; with [`Limit::Primes`] if no prime serves.
///
/// ```
/// use recoverable::{model::builtin, search::backward_span};
/// let models = builtin::all();
/// assert_eq!(backward_span(models[0].hmm()).unwrap().dimension(), 2);
/// ```
pub fn backward_span(hmm: &Hmm) -> Result<BackwardSpan, Bounds> {
    let chain = Chain { oracle: Exact::new(hmm) };
    let found = Prime::attempts().find_map(|prime| chain.span(prime));
    found.unwrap_or(Err(Bounds { limit: Limit::Primes, lower: None, upper: None }))
}

/// The chain over the integers.
struct Chain {
    oracle: Exact,
}

impl Chain {
    fn states(&self) -> usize {
        self.oracle.states()
    }

    fn vocabulary(&self) -> impl Iterator<Item = Token> + use<> {
        (0..self.oracle.matrices().1.rows()).map(Token)
    }

    fn backward(&self, word: &Word) -> Vec<BigInt> {
        self.oracle.integer_backward(word)
    }

    /// `None` if the prime was unlucky.
    fn span(&self, prime: Prime) -> Option<Result<BackwardSpan, Bounds>> {
        let modulo = Modulo::new(self, prime);
        let all = modulo.closure(false);
        let evidence = if all.len() == self.states() { None } else { Some(self.evidence(false, &all)?) };
        if all.iter().all(|word| self.is_possible(word)) {
            return Some(Ok(self.finish(all, evidence)));
        }
        let possible = modulo.independent(&self.possible_words(), all.len());
        if possible.len() == all.len() {
            return Some(Ok(self.finish(possible, evidence)));
        }
        let dimension = self.states() * (self.states() + 1) / 2;
        if dimension > MAX_SQUARES {
            let limit = Limit::Dimension { dimension, limit: MAX_SQUARES };
            let (lower, upper) = (self.finish(possible, None), self.finish(all, evidence));
            return Some(Err(Bounds { limit, lower: Some(Box::new(lower)), upper: Some(Box::new(upper)) }));
        }
        let squares = modulo.closure(true);
        let possible: Vec<_> = squares.iter().filter(|word| self.is_possible(word)).cloned().collect();
        let basis = modulo.independent(&possible, all.len());
        let evidence = if basis.len() == all.len() { evidence } else { Some(self.evidence(true, &squares)?) };
        Some(Ok(self.finish(basis, evidence)))
    }

    fn is_possible(&self, word: &Word) -> bool {
        self.oracle.is_possible(&self.backward(word))
    }

    /// Possible words, shortest first, until there are [`MAX_POSSIBLE`]: a word is possible only if its prefixes are.
    fn possible_words(&self) -> Vec<Word> {
        let mut words: Vec<Word> = vec![Word::new()];
        let mut next = 0;
        while next < words.len() && words.len() < MAX_POSSIBLE {
            let longer = self.vocabulary().map(|token| [&words[next][..], &[token]].concat());
            let possible: Vec<_> = longer.filter(|word| self.is_possible(word)).collect();
            words.extend(possible);
            next += 1;
        }
        words.split_off(1)
    }

    fn finish(&self, words: Vec<Word>, evidence: Option<Span>) -> BackwardSpan {
        let vectors = words.iter().map(|word| self.backward(word)).collect();
        BackwardSpan { words, vectors, step_scale: self.oracle.step_scale().clone(), evidence }
    }

    /// Evidence that the embedded vectors of the words span those of all nonempty words, verified exactly.
    fn evidence(&self, squares: bool, words: &[Word]) -> Option<Span> {
        let betas: Vec<_> = words.iter().map(|word| self.backward(word)).collect();
        let vectors: Vec<_> = betas.iter().map(|beta| embed(squares, beta, |x, y| x * y)).collect();
        let height = if squares { self.states() * (self.states() + 1) / 2 } else { self.states() };
        let basis = Matrix::from_columns(height, &vectors);
        let annihilator = rank_of_integers(&basis.transpose())?.kernel;
        let ones = self.backward(&Word::new());
        let closed = self.vocabulary().all(|token| {
            betas.iter().chain([&ones]).all(|beta| {
                let longer = embed(squares, &self.oracle.integer_prepend(token, beta.clone()), |x, y| x * y);
                annihilator.iter().all(|row| dot(row, &longer).is_zero())
            })
        });
        let words_independent = independence(&basis).filter(|_| closed)?;
        let annihilator_independent = independence(&Matrix::from_columns(height, &annihilator))?;
        let annihilator = annihilator.into_iter().map(|row| row.into_iter().map(Integer).collect()).collect();
        Some(Span {
            squares,
            words: words.iter().map(|word| word.iter().map(|token| token.0).collect()).collect(),
            words_independent,
            annihilator,
            annihilator_independent,
        })
    }
}

fn independence(matrix: &Matrix<BigInt>) -> Option<Independence> {
    match columns(matrix)? {
        Columns::Independent(evidence) => Some(evidence),
        Columns::Dependent(_) => None,
    }
}

/// `β`, or its products `β_i β_j` with `i ≤ j` in lexicographic order.
fn embed<T: Clone>(squares: bool, beta: &[T], product: impl Fn(&T, &T) -> T) -> Vec<T> {
    if !squares {
        return beta.to_vec();
    }
    let product = &product;
    beta.iter().enumerate().flat_map(|(i, x)| beta[i..].iter().map(move |y| product(x, y))).collect()
}

/// The chain modulo a prime.
struct Modulo<'a> {
    chain: &'a Chain,
    transposed: Matrix<u32>,
    emission: Matrix<u32>,
    prime: Prime,
}

impl<'a> Modulo<'a> {
    fn new(chain: &'a Chain, prime: Prime) -> Self {
        let (transposed, emission) = chain.oracle.matrices();
        Self { chain, transposed: residues(transposed, prime), emission: residues(emission, prime), prime }
    }

    fn prepend(&self, token: Token, beta: &[u32]) -> Vec<u32> {
        let filtered: Vec<_> =
            self.emission.row(token.0).iter().zip(beta).map(|(&w, &b)| self.prime.times(w, b)).collect();
        (0..beta.len()).map(|row| self.prime.dot(self.transposed.row(row), &filtered)).collect()
    }

    /// Words whose embedded vectors span those of all nonempty words modulo `p`, shortest first: if
    /// one token in front of every basis word gives nothing new, nothing gives anything new.
    fn closure(&self, squares: bool) -> Vec<Word> {
        let mut echelon = Echelon::new(self.prime);
        let mut basis: Vec<(Word, Vec<u32>)> = Vec::new();
        let mut next = 0;
        let mut word = (Vec::new(), vec![1; self.chain.states()]);
        loop {
            for token in self.chain.vocabulary() {
                let beta = self.prepend(token, &word.1);
                if echelon.insert(embed(squares, &beta, |x, y| self.prime.times(*x, *y))) {
                    basis.push(([&[token], word.0.as_slice()].concat(), beta));
                }
            }
            let Some(following) = basis.get(next) else { break };
            word = following.clone();
            next += 1;
        }
        basis.into_iter().map(|(word, _)| word).collect()
    }

    /// The words, in order, whose backward vectors are independent of the earlier ones modulo `p`; at
    /// most `enough` of them.
    fn independent(&self, words: &[Word], enough: usize) -> Vec<Word> {
        let mut echelon = Echelon::new(self.prime);
        let ones = || vec![1; self.chain.states()];
        let beta = |word: &Word| word.iter().rev().fold(ones(), |beta, &token| self.prepend(token, &beta));
        words.iter().filter(|word| echelon.insert(beta(word))).take(enough).cloned().collect()
    }
}
