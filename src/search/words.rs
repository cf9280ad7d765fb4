//! Short possible words.

use num_traits::Zero;

use crate::{
    model::{Hmm, Token},
    oracle::Exact,
};

/// At most this many words of each length, and fewer for large models: recomputing an instance costs
/// a power of the number of states.
const EACH_LENGTH: usize = 6;

/// The longest words.
const LONGEST: usize = 3;

/// A few possible words of lengths 1 to 3, in lexicographic order for each length: instances on which
/// a statement that holds for all inputs is shown as well.
pub fn short_words(hmm: &Hmm) -> Vec<Vec<Token>> {
    short_words_behind(hmm, 0)
}

/// The same of words that are possible behind so many blanks.
pub fn short_words_behind(hmm: &Hmm, blanks: usize) -> Vec<Vec<Token>> {
    let oracle = Exact::new(hmm);
    let possible = |word: &Vec<Token>| {
        let tokens: Vec<_> =
            std::iter::repeat_n(None, blanks).chain(word.iter().copied().map(Some)).collect();
        oracle.probability(&tokens).is_ok_and(|probability| !probability.is_zero())
    };
    let each_length = (60 / hmm.states()).clamp(1, EACH_LENGTH);
    let mut words: Vec<Vec<Token>> = Vec::new();
    let mut shorter = vec![Vec::new()];
    for _ in 0..LONGEST {
        let longer = shorter.iter().flat_map(|word: &Vec<Token>| {
            hmm.vocabulary().map(move |token| word.iter().copied().chain([token]).collect())
        });
        shorter = longer.filter(possible).take(each_length).collect();
        words.extend(shorter.iter().cloned());
    }
    words
}
