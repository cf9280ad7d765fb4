//! The span of all backward vectors, or of all their squares: a basis of words, and rows that vanish on it.

use num_bigint::BigInt;
use num_traits::Zero;

use super::independence::{independent, shape};
use crate::{
    backward::{backward, ones, prepend_token, word},
    certificate::Span,
    cleared::{dot, length},
    failure::Rejection,
    model::Hmm,
};

/// `β`, or its products `β_i β_j` with `i ≤ j` in lexicographic order.
fn embed(squares: bool, beta: &[BigInt]) -> Vec<BigInt> {
    if !squares {
        return beta.to_vec();
    }
    let pairs = beta.iter().enumerate();
    pairs.flat_map(|(i, x)| beta[i..].iter().map(move |y| x * y)).collect()
}

/// The embedded vectors of the words span those of all nonempty words. Returns `β` of each word.
///
/// # Soundness
/// Let `e(w)` be `β(w)`, or the symmetric matrix `β(w)β(w)ᵀ`; one token in front acts on `e`
/// linearly (`v ↦ AᵀD_z v`, `N ↦ AᵀD_z N D_z A`). The annihilating rows are independent, vanish on
/// the `e(w)` of the basis and are as many as the codimension, so their common kernel is exactly
/// the span of the basis. They vanish on `e(z)` for every token and on `e(z·w)` for every token and
/// every basis word, so this span contains `e(z)` and is closed under one token in front: by
/// induction it contains `e(x)` for every nonempty `x`. A row `f` with `f·β(w) = 0` on the basis
/// then kills all of them. With squares, `x ↦ (f·β(x)) Pr(x)` is linear in `e(x)`; if it vanishes
/// on the basis, then `f·β(x) = 0` for every possible nonempty `x`.
/// Lemmas: `closed_span_sound`, `closed_squares_sound`.
pub(crate) fn closed(hmm: &Hmm, evidence: &Span) -> Result<Vec<Vec<BigInt>>, Rejection> {
    let n = hmm.states();
    let dimension = if evidence.squares { n * (n + 1) / 2 } else { n };
    let found = evidence.words.len().saturating_add(evidence.annihilator.len());
    if found != dimension {
        return Err(Rejection::Dimension { expected: dimension, found });
    }
    shape("words_independent", evidence.words.len(), dimension, &evidence.words_independent)?;
    let rows = annihilator(evidence, dimension)?;
    let mut betas = Vec::with_capacity(evidence.words.len());
    let mut basis = Vec::with_capacity(evidence.words.len());
    extensions(hmm, evidence.squares, &rows, &[], &ones(hmm))?;
    for tokens in &evidence.words {
        word("words", hmm, tokens)?;
        let beta = backward(hmm, tokens);
        let vector = embed(evidence.squares, &beta);
        annihilated(&rows, &vector, || tokens.clone())?;
        extensions(hmm, evidence.squares, &rows, tokens, &beta)?;
        basis.push(vector);
        betas.push(beta);
    }
    independent("words_independent", &basis, dimension, &evidence.words_independent)?;
    Ok(betas)
}

fn annihilator(evidence: &Span, dimension: usize) -> Result<Vec<Vec<BigInt>>, Rejection> {
    let rows = evidence.annihilator.iter().map(|row| row.iter().map(|entry| entry.0.clone()).collect());
    let rows: Vec<Vec<BigInt>> = rows.collect();
    rows.iter().try_for_each(|row| length("annihilator", dimension, row.len()))?;
    independent("annihilator_independent", &rows, dimension, &evidence.annihilator_independent)?;
    Ok(rows)
}

/// Every token in front of the word stays in the common kernel of the rows.
fn extensions(
    hmm: &Hmm,
    squares: bool,
    rows: &[Vec<BigInt>],
    tokens: &[usize],
    beta: &[BigInt],
) -> Result<(), Rejection> {
    if rows.is_empty() {
        return Ok(());
    }
    (0..hmm.tokens()).try_for_each(|token| {
        let longer = embed(squares, &prepend_token(hmm, token, beta));
        annihilated(rows, &longer, || [&[token], tokens].concat())
    })
}

fn annihilated(
    rows: &[Vec<BigInt>],
    vector: &[BigInt],
    word: impl Fn() -> Vec<usize>,
) -> Result<(), Rejection> {
    match rows.iter().position(|row| !dot(row, vector).is_zero()) {
        Some(row) => Err(Rejection::NotAnnihilated { row, word: word() }),
        None => Ok(()),
    }
}
