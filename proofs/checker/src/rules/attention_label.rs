//! Rule `wrong-attention-label`: what an attention head says of one input, and what the task says, from the definitions.
//!
//! The memory never changes: with a memory `a` the model is one without memory, of the emissions `W[z, (a_j, h)]`. For each memory of positive probability
//! the chain runs forward, `R_1 = Pr(a) π_1`, `R_{i+1} = A (f_i ⊙ R_i)`, and backward, `B_t = 1`, `B_{i-1} = Aᵀ (f_i ⊙ B_i)`, where `f_i` is what the position
//! `i` lets pass: its token, or its memory if it is the prompt's. `R_i ⊙ B_i`, summed over memories down to the columns of `W`, are the *masses* of the
//! position; `W` times these, over their sum, is the output there. All numbers of a position have one positive factor, which does not matter.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use super::{
    attention::{Head, shape},
    independence::distinct,
    labels::Labels,
    posterior::advance,
};
use crate::{
    backward::{MAX_BITS, MAX_WORD, ones, prepend},
    certificate::{AttentionConstruction, WrongAttentionLabel},
    cleared::{Cleared, below, clear, common, dot},
    failure::Rejection,
    memory::Memory,
    model::clear_matrix,
};

/// The most bits that all numbers of one input may have.
const MAX_WORK: u64 = 1 << 33;

/// The prompt: the cell, and for each of its values whether it passes.
struct Prompt {
    cell: usize,
    passes: Vec<bool>,
}

/// What stands at a position.
enum At<'i> {
    Token(usize),
    Prompt(&'i Prompt),
}

/// An input, perhaps behind a prompt.
struct Input<'e> {
    memory: &'e Memory,
    prompt: Option<Prompt>,
    tokens: &'e [usize],
    /// What brings the rows of `W` to their common denominator.
    factors: Cleared,
}

/// What the passes through the chains find, up to one positive factor each.
struct Found {
    /// For each value of the task's cell, `Pr(M_{j*} = c, X = x)`.
    values: Vec<BigInt>,
    /// The masses of each position, by column.
    masses: Vec<Vec<BigInt>>,
}

/// A number over a positive one, not in lowest terms.
struct Ratio {
    numerator: BigInt,
    denominator: BigInt,
}

impl Ratio {
    fn less(&self, other: &Self) -> bool {
        &self.numerator * &other.denominator < &other.numerator * &self.denominator
    }
}

impl<'e> Input<'e> {
    fn new(memory: &'e Memory, evidence: &'e WrongAttentionLabel) -> Result<Self, Rejection> {
        let (tokens, field) = (&evidence.tokens, "tokens");
        match tokens.len() {
            0 => return Err(Rejection::EmptyWord { field }),
            found if found > MAX_WORD => {
                return Err(Rejection::LongWord { field, found, limit: MAX_WORD });
            }
            _ => {}
        }
        tokens.iter().try_for_each(|&token| below(field, token, memory.emission.height()))?;
        let prompt = prompt(memory, &evidence.construction)?;
        let factors = common(memory.emission.rows.iter().map(|row| &row.denominator));
        Ok(Self { memory, prompt, tokens, factors })
    }

    fn positions(&self) -> usize {
        self.tokens.len() + usize::from(self.prompt.is_some())
    }

    /// Positions count from 0 here.
    fn at(&self, position: usize) -> At<'_> {
        match &self.prompt {
            None => At::Token(self.tokens[position]),
            Some(prompt) => {
                position.checked_sub(1).map_or(At::Prompt(prompt), |slot| At::Token(self.tokens[slot]))
            }
        }
    }

    /// Fails if the numbers of this input with so many pairs, or a product of `several` of them, would be too large; each has so many bits more.
    fn fits(&self, pairs: u64, several: u64, more: u64) -> Result<(), Rejection> {
        let bits = self.memory.chain.transition_scale.bits() + self.factors.denominator.bits();
        let (positions, columns) = (self.positions() as u64, self.memory.emission.width() as u64);
        let longest = bits.saturating_mul(positions).saturating_add(more);
        let all = longest.saturating_mul(positions).saturating_mul(pairs.saturating_add(columns));
        if several.saturating_mul(longest) > MAX_BITS || all > MAX_WORK {
            return Err(Rejection::TooLarge { field: "tokens" });
        }
        Ok(())
    }

    /// What the position lets pass with a memory, for each hidden state.
    fn filter(&self, position: usize, memory: &[usize]) -> Vec<BigInt> {
        let states = 0..self.memory.chain.states();
        match self.at(position) {
            At::Token(token) => {
                let row = &self.memory.emission.rows[token].numerators;
                states.map(|h| row[self.memory.column(memory, h)].clone()).collect()
            }
            At::Prompt(prompt) => states.map(|_| one_if(prompt.passes[memory[prompt.cell]])).collect(),
        }
    }

    /// Adds what one memory contributes.
    fn pass(&self, memory: &[usize], prior: &BigInt, cell: usize, found: &mut Found) {
        let chain = &self.memory.chain;
        let filters: Vec<_> = (0..self.positions()).map(|position| self.filter(position, memory)).collect();
        let mut after = vec![ones(chain)];
        for filter in filters.iter().rev() {
            after.push(prepend(chain, filter, &after[after.len() - 1]));
        }
        let behind = after.len() - 1 - usize::from(self.prompt.is_some());
        found.values[memory[cell]] += dot(&chain.initial, &after[behind]) * prior;
        let mut before: Vec<_> = chain.first().iter().map(|p| p * prior).collect();
        for ((filter, beta), masses) in filters.iter().zip(after.iter().rev().skip(1)).zip(&mut found.masses)
        {
            for (h, (r, b)) in before.iter().zip(beta).enumerate() {
                masses[self.memory.column(memory, h)] += r * b;
            }
            let passed: Vec<_> = filter.iter().zip(&before).map(|(f, r)| f * r).collect();
            before = advance(chain, &passed);
        }
    }

    /// All memories of positive probability, one after the other.
    fn found(&self, cell: usize) -> Result<Found, Rejection> {
        let law = self.memory.law()?;
        let prior = clear(law.iter().map(|(_, probability)| probability));
        let more = prior.denominator.bits() + self.memory.chain.initial_scale.bits();
        self.fits(law.len().saturating_mul(self.memory.chain.states()) as u64, 1, more)?;
        let nothing = vec![BigInt::zero(); self.memory.emission.width()];
        let mut found = Found {
            values: vec![BigInt::zero(); self.memory.values],
            masses: vec![nothing; self.positions()],
        };
        for ((memory, _), probability) in law.iter().zip(&prior.numerators) {
            self.pass(memory, probability, cell, &mut found);
        }
        Ok(found)
    }

    /// The output at a position from its masses, over the sum of its entries; zeros if that is zero.
    fn output(&self, masses: &[BigInt]) -> Vec<BigInt> {
        let rows = self.memory.emission.rows.iter().zip(&self.factors.numerators);
        rows.map(|(row, factor)| dot(&row.numerators, masses) * factor).collect()
    }

    /// `e_i`: the row of `W`, or the mean of the prompt over the cells that a column does not speak of.
    fn embedding(&self, position: usize) -> Cleared {
        let row = |row: &Cleared| (row.numerators.clone(), row.denominator.clone());
        let (numerators, denominator) = match self.at(position) {
            At::Token(token) => row(&self.memory.emission.rows[token]),
            At::Prompt(Prompt { cell, passes }) => {
                let passing = BigInt::from(passes.iter().filter(|&&passes| passes).count());
                let n = self.memory.chain.states();
                let own = |column: usize| column % n / self.memory.syntax == *cell;
                let entry = |column: usize| {
                    if own(column) { one_if(passes[column / n]) * passes.len() } else { passing.clone() }
                };
                ((0..self.memory.emission.width()).map(entry).collect(), passes.len().into())
            }
        };
        Cleared { numerators, denominator }
    }
}

fn one_if(one: bool) -> BigInt {
    if one { BigInt::one() } else { BigInt::zero() }
}

fn prompt(memory: &Memory, construction: &AttentionConstruction) -> Result<Option<Prompt>, Rejection> {
    let Some(prompt) = &construction.memory_prompt else { return Ok(None) };
    below("memory_prompt.cell", prompt.cell, memory.chain.states() / memory.syntax)?;
    let passes = distinct("memory_prompt.values", &prompt.values, memory.values)?;
    Ok(Some(Prompt { cell: prompt.cell, passes }))
}

/// `q·(Θ_K G_i + β_i)` of every position.
fn scores(head: &Head, outputs: &[Vec<BigInt>]) -> Vec<Ratio> {
    let score = |(position, output): (usize, &Vec<BigInt>)| {
        let offset = if position == 0 { &head.first } else { &head.other };
        let total = output.iter().sum::<BigInt>();
        let scale = if total.is_zero() { BigInt::one() } else { total * &head.functional.denominator };
        Ratio {
            numerator: dot(&head.functional.numerators, output) * &head.offset_scale + offset * &scale,
            denominator: scale * &head.offset_scale,
        }
    };
    outputs.iter().enumerate().map(score).collect()
}

/// The positions with the largest score.
fn attended(scores: &[Ratio]) -> Vec<usize> {
    let mut best = 0;
    for position in 1..scores.len() {
        if scores[best].less(&scores[position]) {
            best = position;
        }
    }
    (0..scores.len()).filter(|&position| !scores[position].less(&scores[best])).collect()
}

/// `Θ_V` and the rows of `b`, each over one denominator.
struct Reading {
    values: Vec<Vec<BigInt>>,
    b: Vec<Vec<BigInt>>,
    scale: BigInt,
}

impl Reading {
    /// `b_k·((Θ_V g) ⊙ e)` for each row of `b`, over the scale, the denominator of `e` and the sum of `g`.
    fn at(&self, output: &[BigInt], embedding: &Cleared) -> Vec<BigInt> {
        let read = self.values.iter().zip(&embedding.numerators).map(|(row, e)| dot(row, output) * e);
        let read: Vec<_> = read.collect();
        self.b.iter().map(|b| dot(b, &read)).collect()
    }
}

/// The head's value for each row of `b`, up to one positive factor: the sum over the positions that it attends to.
fn value(
    input: &Input,
    construction: &AttentionConstruction,
    outputs: &[Vec<BigInt>],
) -> Result<Vec<BigInt>, Rejection> {
    let head = Head::new(input.memory, &construction.attention)?;
    let attended = attended(&scores(&head, outputs));
    let ((values, scale), (b, b_scale)) =
        (clear_matrix(&construction.attention.values), clear_matrix(&construction.attention.b));
    let reading = Reading { values, scale: scale * b_scale, b };
    input.fits(0, attended.len() as u64, reading.scale.bits())?;
    let (mut sums, mut denominator) = (vec![BigInt::zero(); reading.b.len()], BigInt::one());
    for position in attended {
        let (output, embedding) = (&outputs[position], input.embedding(position));
        let total: BigInt = output.iter().sum();
        if total.is_zero() {
            continue; // the output is 0, and so is what is read
        }
        let scale = total * embedding.denominator.clone();
        let read = reading.at(output, &embedding);
        sums = sums.iter().zip(read).map(|(sum, value)| sum * &scale + value * &denominator).collect();
        denominator *= scale;
    }
    Ok(sums)
}

/// The label of values for every class.
fn label(labels: Labels, values: &[BigInt]) -> usize {
    match values {
        [base, others @ ..] if !others.is_empty() => {
            labels.label(&others.iter().map(|value| value - base).collect::<Vec<_>>())
        }
        single => labels.label(single),
    }
}

/// Rule `wrong-attention-label`. The label of an attention head, perhaps behind a prompt, is not the task's on a possible input.
///
/// # Soundness
/// Both labels are computed from the definitions: the masses of a position are `Pr(M_j = c, H_i = h, X_{-i} = x_{-i})`, with `x̂` for `x` behind a prompt
/// and `i > 1` (at the prompt's own position, which lets everything pass in its own masses, that is `Pr(M_j = c, H_1 = h, X̂_{2:} = x)`), times one positive factor for each
/// position; so `W` times the masses over their sum is the output, and 0 if the masses are. Scores are compared exactly, `I` is the set of all largest ones, and the sum over
/// `I` is the mean times `|I|`, for every class.
/// Lemma: `wrong_attention_label_sound`.
pub(crate) fn wrong_label(memory: &Memory, evidence: &WrongAttentionLabel) -> Result<(), Rejection> {
    let WrongAttentionLabel { construction, task, head, .. } = evidence;
    let Some((cell, tasks)) = &memory.task else { return Err(Rejection::NoTask) };
    shape(memory, &construction.attention)?;
    let (labels, input) = (Labels::of(memory.task_rows)?, Input::new(memory, evidence)?);
    let Found { values, masses } = input.found(*cell)?;
    if values.iter().all(Zero::is_zero) {
        return Err(Rejection::ImpossibleInput);
    }
    let outputs: Vec<_> = masses.iter().map(|masses| input.output(masses)).collect();
    let factors = common(tasks.iter().map(|task| &task.denominator));
    let of_task =
        tasks.iter().zip(factors.numerators).map(|(task, factor)| dot(&task.numerators, &values) * factor);
    let found =
        [labels.label(&of_task.collect::<Vec<_>>()), label(labels, &value(&input, construction, &outputs)?)];
    for (field, found, expected) in [("task", *task, found[0]), ("head", *head, found[1])] {
        if found != expected {
            return Err(Rejection::Label { field, expected, found });
        }
    }
    if task == head { Err(Rejection::SameLabel) } else { Ok(()) }
}
