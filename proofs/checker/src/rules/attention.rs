//! Theorems 4.3 and 4.6: attention heads, behind a prompt or without one.
//!
//! `φ = Θ_Kᵀ q` decides where the head attends, the rows of `Θ_V` what it reads there.

use num_bigint::BigInt;
use num_traits::Signed;

use super::{ergodic, syntax, syntax::Block};
use crate::{
    certificate::{AttentionEvidence, AttentionHead},
    cleared::{Cleared, clear, dot, is_zero, length},
    failure::Rejection,
    matrix::vector,
    memory::Memory,
    model::{clear_matrix, differences},
    rules::independence::distinct,
};

/// Where a head attends; its lengths are right.
pub(crate) struct Head {
    /// `Θ_Kᵀ q`, over one denominator.
    pub functional: Cleared,
    /// `q·β_1` and `q·β_i` for `i > 1`, over this denominator.
    pub first: BigInt,
    pub other: BigInt,
    pub offset_scale: BigInt,
}

impl Head {
    pub fn new(memory: &Memory, head: &AttentionHead) -> Result<Self, Rejection> {
        let (k, rows) = (memory.emission.height(), head.keys.len());
        head.keys.iter().try_for_each(|row| length("keys", k, row.len()))?;
        let query = vector("query", rows, &head.query)?;
        length("position.first", rows, head.position.first.len())?;
        length("position.other", rows, head.position.other.len())?;
        let (keys, scale) = clear_matrix(&head.keys);
        let column = |token: usize| keys.iter().zip(&query.numerators).map(|(row, q)| &row[token] * q).sum();
        let numerators = (0..k).map(column).collect();
        let functional = Cleared { numerators, denominator: &query.denominator * scale };
        let offsets = clear(head.position.first.iter().chain(&head.position.other));
        let (first, other) = offsets.numerators.split_at(rows);
        let (first, other) = (dot(&query.numerators, first), dot(&query.numerators, other));
        Ok(Self { functional, first, other, offset_scale: query.denominator * offsets.denominator })
    }
}

/// The hypothesis 3.2, the states, and what the head reads: everything but the position of a prompt.
fn reads(block: &Block<'_>, evidence: &AttentionEvidence) -> Result<Head, Rejection> {
    let AttentionEvidence { ergodic, states, head } = evidence;
    ergodic::ergodic(&block.memory.chain, ergodic)?;
    if states.is_empty() {
        return Err(Rejection::NoEvidence { field: "states" });
    }
    let inside = distinct("states", states, block.memory.syntax)?;
    let found = Head::new(block.memory, head)?;
    let n = block.memory.chain.states();
    let addressed = |column: usize| {
        let state = column % n;
        state / block.memory.syntax == block.cell && inside[state % block.memory.syntax]
    };
    block.reads("keys", 0, &found.functional, addressed)?;
    values(block, head, &addressed)?;
    Ok(found)
}

/// The rows of `Θ_V` and the entries of `b`.
fn values(
    block: &Block<'_>,
    head: &AttentionHead,
    addressed: &dyn Fn(usize) -> bool,
) -> Result<(), Rejection> {
    let k = block.memory.emission.height();
    let weights = weights(block, head)?;
    for (column, functional) in head.values.iter().enumerate() {
        let y = vector("values", k, functional)?;
        let read = addressed(column) && block.counts[column];
        if read {
            block.reads("values", column, &y, |other| other == column)?;
        } else if !is_zero(&y.numerators) {
            return Err(Rejection::Unread { row: column });
        }
        let value = column / block.memory.chain.states();
        for (class, (b, task)) in weights.iter().zip(block.tasks).enumerate() {
            let weight = &b.numerators[column] * &task.denominator;
            let expected = if read { &task.numerators[value] * &b.denominator } else { BigInt::ZERO };
            if weight != expected {
                return Err(Rejection::Weight { class: class + 1, column });
            }
        }
    }
    Ok(())
}

/// `b`, or the differences `b_k − b_0`.
fn weights(block: &Block<'_>, head: &AttentionHead) -> Result<Vec<Cleared>, Rejection> {
    shape(block.memory, head)?;
    Ok(differences(&head.b))
}

/// There is a row of `Θ_V` for each column, with an entry for each token, and a row of `b` for each class, with an entry for each column.
pub(crate) fn shape(memory: &Memory, head: &AttentionHead) -> Result<(), Rejection> {
    let (k, columns) = (memory.emission.height(), memory.emission.width());
    length("values", columns, head.values.len())?;
    head.values.iter().try_for_each(|row| length("values", k, row.len()))?;
    length("b", memory.task_rows, head.b.len())?;
    head.b.iter().try_for_each(|row| length("b", columns, row.len()))
}

/// Rule `attention-head`. Theorem 4.3: its hypotheses, and its conclusion for this head.
///
/// # Soundness
/// `G_i = Σ_{(c,h)} p_i(c, h) W[:, (c, h)]` with `p_i(c, h) = Pr(M_j = c, H_i = h | x_{-i})` (Proposition C.1). By `keys`, `φ·W[:, (c, h)]` is 1 on
/// `H*` and 0 elsewhere, so the score of position `i` is `Pr(H_i ∈ H* | x_{-i})` plus the same offset everywhere: it is largest exactly where that is 1,
/// if (4.3) holds. There the rows of `values` read off `p_i(c, j*, s)` for `s ∈ S*`, all other `p_i` vanish, and with `b_{(c,j*,s)} = μ_c` the value is
/// `Σ_c μ_c Σ_s p_i(c, j*, s) W[x_i, (c, j*, s)] = Pr(X_i = x_i | x_{-i}) · μ·P[M_{j*} | x]`, a positive multiple of the task's score. The same
/// functionals show Assumption 4.2 for `S*`.
/// Lemma: `attention_head_sound`.
pub(crate) fn unprompted(memory: &Memory, evidence: &AttentionEvidence) -> Result<(), Rejection> {
    let head = reads(&Block::unprompted(memory)?, evidence)?;
    if head.first == head.other { Ok(()) } else { Err(Rejection::Offset) }
}

/// Rule `prompted-attention-head`. Theorem 4.6: its hypotheses, and its conclusion for this head behind the prompt
/// `u[(a, h)] = 1(a_{j*} ∈ supp μ)`.
///
/// # Soundness
/// Let `x` satisfy (4.3), or only `R_u`: for some `i > 1` the support of `P[H_i, X̂_{-i} = x̂_{-i}]` is within `H*`. For `i > 1` the output `Ḡ_i` is 0, or
/// the mean of the columns that count, weighted by `Pr(M_j = c, H_i = h | x̂_{-i})`; so its score is in `[0, 1]`, up to the offset of these
/// positions. The offset of position 1 is so far below that it is never attended, since `φ·Ḡ_1 ≤ max φ` or `Ḡ_1 = 0`. If `x̂` is possible, some
/// position has the score 1, and at all those that do the value is `Pr(X_i = x_i | x̂_{-i}) · μ·P[M_{j*} | x̂]`; by stationarity this is a positive
/// multiple of the task's score. If `x̂` is impossible, every value is 0: `Ḡ_i` is, or each of the terms `Pr(M_{j*} = c, H_i = h, X_i = x_i | x̂_{-i})` is.
/// The task's score is 0 as well, since `Pr(M_{j*} ∈ supp μ | x) = 0`.
/// Lemma: `prompted_attention_head_sound`.
pub(crate) fn prompted(memory: &Memory, evidence: &AttentionEvidence) -> Result<(), Rejection> {
    syntax::stationary(&memory.chain)?;
    let head = reads(&Block::prompted(memory)?, evidence)?;
    let largest = head.functional.numerators.iter().max().filter(|largest| largest.is_positive());
    let reach = largest.map_or(BigInt::ZERO, |largest| largest * &head.offset_scale);
    let gap = (head.other - head.first) * &head.functional.denominator;
    if gap > reach { Ok(()) } else { Err(Rejection::Offset) }
}
