//! The inputs that Theorems 4.3 and 4.6 speak about, as a regular language (theory B5).
//!
//! A *set* is one of pairs `(a, h)` of a memory and a hidden state. While an input is read, `F` are the pairs that are possible. A *survivor
//! set* belongs to a position `i`: the pairs that are possible if `H_i ∉ H*` and the token at `i` is left free. The input satisfies (4.3) if and only if
//! it is possible and some survivor set is empty. Reading a token `z`, every set is advanced by the chain and filtered by `z`; one survivor set
//! is added, what `F` leads to outside of `H*`, not filtered. Only inclusion-minimal survivor sets are kept, and none that contains `F`: it cannot
//! become empty on a possible input. Once a survivor set is empty the input is in the language as long as it is possible.
//!
//! Behind the prompt of Theorem 4.6 survivor sets come from the pairs that the prompt leaves possible, which are a set of their own.
//!
//! What is possible, with these pairs, is a *situation*. A survivor set moves by itself, so whether the language is empty is a question about situations with
//! one survivor set each; only for probabilities all survivor sets of an input have to be known at once, and then only those that can still
//! become empty.

mod coverage;
mod emptiness;
mod prospects;

pub use emptiness::ScopeAnswer;

use num_rational::BigRational;
use num_traits::Signed;

use crate::{
    certify::Limit,
    model::{Cell, MemoryHmm},
    oracle::{MAX_AUGMENTED_STATES, MemoryPrompt},
};

/// States of the automaton for coverage are not searched beyond this number.
pub const MAX_SCOPE_STATES: usize = 20_000;

/// A search ends when it has looked at about this many words of sets.
const MAX_SCOPE_COST: usize = 1 << 32;

/// Pairs of a memory and a hidden state: for each memory as many words as its states need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Set(Vec<u64>);

impl Set {
    fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    fn contains(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| b & !a == 0)
    }

    fn meet(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
        self
    }
}

/// What is possible, and where survivor sets come from: the same without a prompt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Situation {
    possible: Set,
    source: Set,
}

/// What the tokens after a situation share.
struct Advanced {
    situation: Situation,
    /// The survivor set of the new position.
    fresh: Set,
}

/// The language of the inputs with (4.3) for some recoverable states of a cell.
#[derive(Clone, Debug)]
pub struct Scope<'m> {
    memory: &'m MemoryHmm,
    /// `S*`
    states: Vec<usize>,
    prompt: Option<MemoryPrompt>,
    memories: Vec<Vec<usize>>,
    weights: Vec<BigRational>,
    /// Words for each memory.
    width: usize,
    /// For each hidden state where it can go.
    successors: Vec<Vec<u64>>,
    /// For each token what it lets pass.
    filters: Vec<Set>,
    outside: Set,
}

impl<'m> Scope<'m> {
    /// The language for these recoverable states.
    ///
    /// # Errors
    /// [`Limit::Augmented`] for too many pairs of a memory and a hidden state.
    pub fn new(
        memory: &'m MemoryHmm,
        cell: Cell,
        states: &[usize],
        prompt: Option<MemoryPrompt>,
    ) -> Result<Self, Limit> {
        let found = memory.prior().memories().saturating_mul(memory.states());
        if found > MAX_AUGMENTED_STATES {
            return Err(Limit::Augmented { found, limit: MAX_AUGMENTED_STATES });
        }
        let (memories, weights) = memory.prior().support().into_iter().unzip();
        let (n, shape) = (memory.states(), memory.shape());
        let width = n.div_ceil(64);
        let chain = memory.chain().transition();
        let mut successors = vec![vec![0; width]; n];
        for (from, mask) in successors.iter_mut().enumerate() {
            (0..n)
                .filter(|&to| chain[(to, from)].is_positive())
                .for_each(|to| mask[to / 64] |= 1 << (to % 64));
        }
        let empty = Set(Vec::new());
        let mut scope = Self {
            memory,
            states: states.to_vec(),
            prompt,
            memories,
            weights,
            width,
            successors,
            filters: Vec::new(),
            outside: empty,
        };
        let within = |h: usize| shape.cell(h) == cell && states.contains(&(h % shape.syntax));
        scope.outside = scope.set(|_, h| !within(h));
        let emits = |token: usize, a: &[usize], h: usize| {
            memory.emission()[(token, shape.column(a[shape.cell(h).0], h))].is_positive()
        };
        scope.filters = (0..memory.tokens()).map(|token| scope.set(|a, h| emits(token, a, h))).collect();
        Ok(scope)
    }

    /// The set of the pairs that satisfy a condition.
    fn set(&self, holds: impl Fn(&[usize], usize) -> bool) -> Set {
        let mut words = vec![0; self.memories.len() * self.width];
        for (memory, block) in self.memories.iter().zip(words.chunks_mut(self.width)) {
            (0..self.memory.states())
                .filter(|&h| holds(memory, h))
                .for_each(|h| block[h / 64] |= 1 << (h % 64));
        }
        Set(words)
    }

    /// The pairs of a set as numbers `memory · n + state`.
    fn indices(&self, set: &Set) -> Vec<usize> {
        let n = self.memory.states();
        let inside = |at: &usize| set.0[at / n * self.width + at % n / 64] >> (at % n % 64) & 1 == 1;
        (0..self.memories.len() * n).filter(inside).collect()
    }

    /// Where the chain can go from a set.
    fn advance(&self, set: &Set) -> Set {
        let mut words = vec![0; set.0.len()];
        for (block, target) in set.0.chunks(self.width).zip(words.chunks_mut(self.width)) {
            for (index, &word) in block.iter().enumerate() {
                let mut rest = word;
                while rest != 0 {
                    let h = index * 64 + rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    target.iter_mut().zip(&self.successors[h]).for_each(|(a, b)| *a |= b);
                }
            }
        }
        Set(words)
    }

    fn start(&self) -> Situation {
        let chain = self.memory.chain();
        let (zeroth, first) = (chain.initial().to_vec(), chain.first_law());
        let possible = self.set(|_, h| zeroth[h].is_positive());
        let source = self.prompt.as_ref().map_or_else(
            || possible.clone(),
            |prompt| self.set(|a, h| prompt.passes[a[prompt.cell.0]] && first[h].is_positive()),
        );
        Situation { possible, source }
    }

    fn advanced(&self, situation: &Situation) -> Advanced {
        let source = self.advance(&situation.source);
        let fresh = source.clone().meet(&self.outside);
        Advanced { situation: Situation { possible: self.advance(&situation.possible), source }, fresh }
    }

    /// The situation after a token; `None` if the token is impossible there.
    fn read(&self, advanced: &Advanced, token: usize) -> Option<Situation> {
        let Situation { possible, source } = advanced.situation.clone();
        let filter = &self.filters[token];
        let after = Situation { possible: possible.meet(filter), source: source.meet(filter) };
        (!after.possible.is_empty()).then_some(after)
    }

    /// About how many words are looked at to find where all tokens lead so many sets.
    fn cost(&self, sets: usize) -> usize {
        self.outside.0.len() * (sets + 3) * (self.filters.len() + self.memory.states())
    }

    /// The first position of (4.3) of an input; behind a prompt positions count from its token. `None` for an input that does not satisfy (4.3).
    pub fn position(&self, tokens: &[usize]) -> Option<usize> {
        let filtered = |set: &Set, token: &usize| self.advance(set).meet(&self.filters[*token]);
        let Situation { possible, mut source } = self.start();
        if tokens.iter().fold(possible, |set, token| filtered(&set, token)).is_empty() {
            return None;
        }
        for (index, token) in tokens.iter().enumerate() {
            let survivor = self.advance(&source).meet(&self.outside);
            if tokens[index + 1..].iter().fold(survivor, |set, token| filtered(&set, token)).is_empty() {
                return Some(index + 1 + usize::from(self.prompt.is_some()));
            }
            source = filtered(&source, token);
        }
        None
    }
}
