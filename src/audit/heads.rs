//! Attention heads on all short inputs: where they attend, what they say, and what is right.

use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::number::Rational;

use super::trial::WorkedInput;
use crate::{
    hypothesis::{RecoverableSet, assumption_4_2, assumption_4_5},
    model::{Attention, AttentionHead, MemoryModel, MemoryTask, Token},
    oracle::{MemoryExact, MemoryPrompt},
    theorem::{theorem_4_3, theorem_4_6},
};

/// Which head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// That of Theorem 4.3.
    Unprompted,
    /// That of Theorem 4.6, with the first position's embedding low enough.
    Corrected,
    /// That of Lemma C.9 as printed: the first position's embedding is −2.
    Printed,
}

/// The longest inputs.
const LONGEST: usize = 3;

/// At most so many inputs.
const INPUTS: usize = 200;

/// A head on a model, ready to be asked.
pub(super) struct Asked<'m> {
    model: &'m MemoryModel,
    task: &'m MemoryTask,
    oracle: MemoryExact,
    set: RecoverableSet,
    head: AttentionHead,
    prompt: Option<MemoryPrompt>,
}

/// What a head does on one input with (4.3).
pub(super) struct Seen {
    /// The input.
    pub word: Vec<Token>,
    /// The positions with (4.3), from 1 as the head counts them.
    pub certain: Vec<usize>,
    /// Whether no condition `X̂_{-i} = x̂_{-i}` is impossible.
    pub conditions_possible: bool,
    /// What the head does.
    pub attention: Attention,
    /// Its label.
    pub head_label: usize,
    /// The task's scores.
    pub scores: Vec<BigRational>,
    /// The task's label.
    pub label: usize,
    outputs: Vec<Vec<BigRational>>,
}

impl<'m> Asked<'m> {
    /// `None` if no syntax state is recoverable, so that there is no head, or the model has no task or is too large.
    pub fn new(model: &'m MemoryModel, which: Which) -> Option<Self> {
        let task = model.task()?;
        let (set, prompt) = match which {
            Which::Unprompted => (assumption_4_2::decide(model, task), None),
            Which::Corrected | Which::Printed => {
                (assumption_4_5::decide(model, task), Some(theorem_4_6::prompt(task)))
            }
        };
        if set.states().is_empty() {
            return None;
        }
        let head = match which {
            Which::Unprompted => theorem_4_3::construct(model.memory(), task, &set),
            Which::Corrected => theorem_4_6::corrected(model.memory(), task, &set),
            Which::Printed => theorem_4_6::printed(model.memory(), task, &set),
        };
        Some(Self { model, task, oracle: MemoryExact::new(model.memory()).ok()?, set, head, prompt })
    }

    /// What the head does on each short possible input with (4.3), shorter ones first; ends where `visit` has found something.
    pub fn find<T>(&self, mut visit: impl FnMut(&Seen) -> Option<T>) -> Option<T> {
        let mut words = vec![Vec::new()];
        for length in 1..=LONGEST {
            if self.model.memory().tokens().pow(u32::try_from(length).unwrap_or(u32::MAX)) > INPUTS {
                return None;
            }
            let longer = |word: &Vec<Token>| {
                let next = |token| [&word[..], &[Token(token)]].concat();
                (0..self.model.memory().tokens()).map(next).collect::<Vec<_>>()
            };
            words = words.iter().flat_map(longer).collect();
            if let Some(found) = words.iter().filter_map(|word| self.see(word)).find_map(|seen| visit(&seen))
            {
                return Some(found);
            }
        }
        None
    }

    /// `None` for an input that is impossible or has no position with (4.3).
    fn see(&self, word: &[Token]) -> Option<Seen> {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let scores = self.oracle.scores(self.task.cell, &self.task.task, &tokens).ok()?;
        let laws = self.oracle.hidden_laws(None, &tokens).ok()?;
        let before = usize::from(self.prompt.is_some());
        let certain: Vec<usize> =
            (0..laws.len()).filter(|&i| self.addresses(&laws[i])).map(|i| i + 1 + before).collect();
        if certain.is_empty() {
            return None;
        }
        let outputs = self.oracle.model_output(self.prompt.as_ref(), &tokens).ok()?;
        let embedded = tokens.iter().map(|&token| self.model.memory().embedding(token));
        let embeddings: Vec<_> =
            self.prompt.iter().map(|prompt| self.embedding(prompt)).chain(embedded).collect();
        let attention = self.head.attend(&outputs, &embeddings);
        Some(Seen {
            word: word.to_vec(),
            certain,
            conditions_possible: outputs.iter().all(|output| output.iter().any(|entry| !entry.is_zero())),
            head_label: self.head.label(&self.task.task, &attention),
            attention,
            label: self.task.task.label(&scores),
            scores,
            outputs,
        })
    }

    /// Whether a law of the hidden state is one of the states that the head addresses.
    fn addresses(&self, law: &[BigRational]) -> bool {
        let shape = self.model.memory().shape();
        let inside =
            |h: usize| shape.cell(h) == self.task.cell && self.set.functionals(h % shape.syntax).is_some();
        law.iter().enumerate().all(|(h, p)| p.is_zero() || inside(h))
    }

    /// The embedding at the prompt's position: the prompt, averaged over the cells that a column does not speak of.
    fn embedding(&self, prompt: &MemoryPrompt) -> Vec<BigRational> {
        let shape = self.model.memory().shape();
        let passing = prompt.passes.iter().filter(|&&passes| passes).count();
        let mean = BigRational::new(passing.into(), shape.values.into());
        let entry = |column: usize| {
            let (value, state) = (column / shape.states(), column % shape.states());
            if shape.cell(state) == prompt.cell {
                BigRational::from_integer(u8::from(prompt.passes[value]).into())
            } else {
                mean.clone()
            }
        };
        (0..shape.columns()).map(entry).collect()
    }

    /// The input with both labels worked out.
    pub fn worked(&self, seen: &Seen) -> WorkedInput {
        let written = |values: &[BigRational]| values.iter().cloned().map(Rational).collect();
        let tokens: Vec<_> = seen.word.iter().copied().map(Some).collect();
        let attended = seen.attention.attended.first().copied().unwrap_or(1);
        WorkedInput {
            tokens: seen.word.iter().map(|token| token.0).collect(),
            probability: self.oracle.probability(&tokens).ok().map(Rational),
            posterior: self
                .oracle
                .posterior(self.task.cell, &tokens)
                .map(|law| written(&law))
                .unwrap_or_default(),
            scores: written(&seen.scores),
            label: Some(seen.label),
            output: written(&seen.outputs[attended - 1]),
            head_scores: written(&seen.attention.value),
            head_label: Some(seen.head_label),
            attended: seen.attention.attended.clone(),
            weight: None,
        }
    }
}

/// The first short input with (4.3) on which a head has the wrong label.
pub(super) fn wrong(model: &MemoryModel, which: Which) -> Option<WorkedInput> {
    let asked = Asked::new(model, which)?;
    asked.find(|seen| (seen.head_label != seen.label).then(|| asked.worked(seen)))
}
