//! All inputs up to a length, exactly.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::{Functionals, Judged, Rows};
use crate::model::Token;

/// Calls `visit` with every possible input of 1 to `longest` tokens, prefixes before what continues them, in lexicographic order.
///
/// Along the tree of words each prefix costs one product with `A` for each row, and its children share it. The last token costs less: what a row is worth
/// on it is one product with its `β`.
pub fn inputs(functionals: &Functionals, longest: usize, mut visit: impl FnMut(&[Token], &Judged)) {
    if longest > 0 {
        let tokens = (0..functionals.tokens()).map(Token);
        let last: Vec<_> = tokens.map(|token| functionals.oracle().integer_backward(&[token])).collect();
        let mut word = Vec::with_capacity(longest);
        descend(functionals, longest, &last, &functionals.root(), &mut word, &mut visit);
    }
}

fn descend(
    functionals: &Functionals,
    longest: usize,
    last: &[Vec<BigInt>],
    rows: &Rows,
    word: &mut Vec<Token>,
    visit: &mut impl FnMut(&[Token], &Judged),
) {
    let deeper = (word.len() + 1 < longest).then(|| functionals.advanced(rows));
    for token in (0..functionals.tokens()).map(Token) {
        let rows_after = deeper.as_ref().map(|advanced| functionals.child(advanced, token));
        let judged = match &rows_after {
            Some(rows) => functionals.judge(rows),
            None => functionals.judge_before(rows, &last[token.0]),
        };
        if judged.mass.is_zero() {
            continue;
        }
        word.push(token);
        visit(word, &judged);
        if let Some(rows) = &rows_after {
            descend(functionals, longest, last, rows, word, visit);
        }
        word.pop();
    }
}

/// The probability that labels differ, for the lengths 1, 2, …, `longest`. Each input is shown to `visit` on the way.
pub fn exact_disagreements(
    functionals: &Functionals,
    longest: usize,
    mut visit: impl FnMut(&[Token], &Judged),
) -> Vec<BigRational> {
    let mut masses = vec![BigInt::zero(); longest];
    inputs(functionals, longest, |word, judged| {
        visit(word, judged);
        if judged.differs() {
            masses[word.len() - 1] += &judged.mass;
        }
    });
    masses.iter().zip(1..).map(|(mass, length)| functionals.probability(mass, length)).collect()
}

/// The longest length for which going through all inputs takes at most about `budget` products of words of the machine.
pub fn affordable_length(functionals: &Functionals, budget: f64) -> usize {
    let (n, k) = (functionals.states() as f64, functionals.tokens() as f64);
    let rows = functionals.count() as f64;
    let words = |length: i32| (functionals.step_scale().bits() as f64 * f64::from(length) / 64.0).ceil();
    let mut cost = 0.0;
    let fits = |length: &i32| {
        cost += k.powi(*length) * rows * n * (1.0 + n / k) * words(*length);
        cost <= budget
    };
    (1..=64).take_while(fits).last().unwrap_or(0) as usize
}
