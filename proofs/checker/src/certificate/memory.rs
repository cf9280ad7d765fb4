//! Memory-augmented hidden Markov models as they stand in certificates.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
};

use super::{Aperiodicity, Weights};
use crate::number::Rational;

/// A hidden Markov model with memory, column-stochastic, with the law of `H_0`, and perhaps a task.
///
/// A hidden state is `h = cell · syntax + s`; a column of `emission` is `(value · cells + cell) · syntax + s`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryHmm {
    /// `m`, how many values a cell can have.
    pub values: usize,
    /// `N`, the number of cells.
    pub cells: usize,
    /// `|S|`, the number of syntax states.
    pub syntax: usize,
    /// `initial[state]`, the law of `H_0`, which emits nothing.
    pub initial: Vec<Rational>,
    /// `transition[next][current]`; every column sums to 1.
    pub transition: Vec<Vec<Rational>>,
    /// `emission[token][column]`; every column sums to 1.
    pub emission: Vec<Vec<Rational>>,
    /// The law of the memory.
    pub memory_prior: MemoryPrior,
    /// The downstream task, where the claim needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<MemoryTask>,
}

/// The law of the memory `(M_0, …, M_{N−1})`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemoryPrior {
    /// Independent cells: one law for each.
    Product(Vec<Vec<Rational>>),
    /// A probability for each memory; 0 for those that are absent.
    Joint(JointLaw),
}

/// Probabilities of whole memories, by the values of all cells: `{"0,1": "1/3", …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointLaw(pub Vec<(Vec<usize>, Rational)>);

/// A downstream task on the value of one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryTask {
    /// The cell `j*`.
    pub cell: usize,
    /// `μ`, one weight for each value.
    pub weights: Weights,
}

impl Serialize for JointLaw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let key = |values: &[usize]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        serializer.collect_map(self.0.iter().map(|(values, probability)| (key(values), probability)))
    }
}

impl<'de> Deserialize<'de> for JointLaw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(JointVisitor)
    }
}

struct JointVisitor;

impl<'de> Visitor<'de> for JointVisitor {
    type Value = JointLaw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of memories such as \"0,1\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<JointLaw, A::Error> {
        let (mut law, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some((key, probability)) = entries.next_entry::<String, Rational>()? {
            let values: Result<Vec<usize>, _> = key.split(',').map(str::parse).collect();
            let values = values.map_err(|_| A::Error::custom(format!("`{key}` is no memory")))?;
            if !seen.insert(values.clone()) {
                return Err(A::Error::custom(format!("`{key}` stands there twice")));
            }
            law.push((values, probability));
        }
        Ok(JointLaw(law))
    }
}

/// Which syntax states of the task's cell are recoverable: each stands in one of the two lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverableStates {
    /// Those that are, in ascending order.
    pub recoverable: Vec<Recoverable>,
    /// Those that are not, in ascending order.
    pub excluded: Vec<Excluded>,
}

/// A recoverable syntax state `s`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recoverable {
    /// The syntax state.
    pub state: usize,
    /// For each value that counts a functional, with an entry for each token, that is 1 on its column and 0 on all others that count.
    pub functionals: Vec<Vec<Rational>>,
}

/// A syntax state `s` that is not recoverable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// The syntax state.
    pub state: usize,
    /// `v` with `W v = 0`, one entry for each column, zero on those that do not count and not zero on the block of this state.
    pub kernel: Vec<Rational>,
}

/// A state of the chain whose probability changes in the first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moving {
    /// The state.
    pub state: usize,
}

/// The hypotheses of Theorem 4.3 or 4.6 and its attention head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentionEvidence {
    /// Assumption 3.2 (with full support, read off the model).
    pub ergodic: Aperiodicity,
    /// `S*`, in ascending order, at least one.
    pub states: Vec<usize>,
    /// The head.
    pub head: AttentionHead,
}

/// `I = argmax_i q·(Θ_K G_i + β_i)`, `Attn` the mean over `I` of `b·((Θ_V G_i) ⊙ e_i)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentionHead {
    /// `Θ_K`, rows with an entry for each token.
    pub keys: Vec<Vec<Rational>>,
    /// `q`, an entry for each row of `keys`.
    pub query: Vec<Rational>,
    /// `β`.
    pub position: Positions,
    /// `Θ_V`, a row for each column of `W`, with an entry for each token.
    pub values: Vec<Vec<Rational>>,
    /// One row `b` for a binary task, else a row for each class; an entry for each column of `W`.
    pub b: Vec<Vec<Rational>>,
}

/// Position embeddings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Positions {
    /// `β_1`.
    pub first: Vec<Rational>,
    /// `β_i` for `i > 1`.
    pub other: Vec<Rational>,
}

/// An attention head, and the prompt in front of the input, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentionConstruction {
    /// The head.
    pub attention: AttentionHead,
    /// The prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_prompt: Option<MemoryPrompt>,
}

/// One soft token `u`, which lets the memories pass that have one of these values in the cell: `u[(a, h)] = 1(a_j ∈ values)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryPrompt {
    /// The cell `j`.
    pub cell: usize,
    /// Distinct values.
    pub values: Vec<usize>,
}

/// A possible input on which an attention head's label is not the task's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongAttentionLabel {
    /// The head.
    pub construction: AttentionConstruction,
    /// The input, at least one token.
    pub tokens: Vec<usize>,
    /// The task's label.
    pub task: usize,
    /// The head's label.
    pub head: usize,
}

/// A possible input with (4.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeMember {
    /// `S*`, distinct syntax states.
    pub states: Vec<usize>,
    /// The input `x`, at least one token.
    pub tokens: Vec<usize>,
    /// Where (4.3) holds, from 1; behind a prompt from 2, as its token counts.
    pub position: usize,
}

/// No possible input satisfies (4.3): what is known while an input is read goes through these states only, and in none of them it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmptyScope {
    /// `S*`, distinct syntax states.
    pub states: Vec<usize>,
    /// Sets of pairs of a memory and a hidden state, as ascending numbers `memory · n + state`, where the memories of positive probability count
    /// from 0 in lexicographic order.
    pub sets: Vec<Vec<usize>>,
    /// State 0 is the start.
    pub automaton: Vec<ScopeState>,
}

/// What is known after a part of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeState {
    /// The possible pairs (an index of a set).
    pub possible: usize,
    /// The pairs that are possible behind the prompt; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<usize>,
    /// Every survivor set contains one of these sets, or `possible`.
    pub survivors: Vec<usize>,
    /// For each token the state that it leads to, `null` if it is impossible.
    pub next: Vec<Option<usize>>,
}
