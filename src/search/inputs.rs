//! All inputs up to a length, exactly.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::{Functionals, Judged, Rows};
use crate::model::Token;

/// Calls `visit` with every possible input of 1 to `longest` tokens, prefixes before what continues them, in lexicographic order.
///
/// Along the tree of words each prefix costs one product with `A` for each row, and its children share it.
pub fn inputs(functionals: &Functionals, longest: usize, mut visit: impl FnMut(&[Token], &Judged)) {
    if longest > 0 {
        let mut word = Vec::with_capacity(longest);
        descend(functionals, longest, &functionals.root(), &mut word, &mut visit);
    }
}

fn descend(
    functionals: &Functionals,
    longest: usize,
    rows: &Rows,
    word: &mut Vec<Token>,
    visit: &mut impl FnMut(&[Token], &Judged),
) {
    let advanced = functionals.advanced(rows);
    for token in (0..functionals.tokens()).map(Token) {
        word.push(token);
        if word.len() == longest {
            let judged = functionals.judge_child(&advanced, token);
            if !judged.mass.is_zero() {
                visit(word, &judged);
            }
        } else {
            let rows = functionals.child(&advanced, token);
            let judged = functionals.judge(&rows);
            if !judged.mass.is_zero() {
                visit(word, &judged);
                descend(functionals, longest, &rows, word, visit);
            }
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
