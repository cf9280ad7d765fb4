//! Attention heads on all short inputs: where they attend, what they say, and what is right.

use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    Accepted,
    certificate::{Evidence, Motzkin},
    number::Rational,
};

use super::trial::{Disproof, WorkedInput};
use crate::{
    hypothesis::{RecoverableSet, assumption_4_2, assumption_4_5},
    linear::Matrix,
    model::{Attention, AttentionConstruction, MemoryModel, MemoryTask, Task, Token},
    oracle::MemoryExact,
    question::{
        matrix::{self, Question},
        wrong_label::{Labels, certify_attention},
    },
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

/// The syntax states that are recoverable for this head: those of Assumption 4.2, or of 4.5.
fn recoverable(model: &MemoryModel, task: &MemoryTask, which: Which) -> RecoverableSet {
    match which {
        Which::Unprompted => assumption_4_2::decide(model, task),
        Which::Corrected | Which::Printed => assumption_4_5::decide(model, task),
    }
}

/// A head on a model, ready to be asked.
pub(super) struct Asked<'m> {
    model: &'m MemoryModel,
    task: &'m MemoryTask,
    oracle: MemoryExact,
    set: RecoverableSet,
    construction: AttentionConstruction,
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
        Self::with(model, task, recoverable(model, task, which), which)
    }

    /// The same for the states that have been found to be recoverable.
    fn with(model: &'m MemoryModel, task: &'m MemoryTask, set: RecoverableSet, which: Which) -> Option<Self> {
        let prompt = (which != Which::Unprompted).then(|| theorem_4_6::prompt(task));
        if set.states().is_empty() {
            return None;
        }
        let head = match which {
            Which::Unprompted => theorem_4_3::construct(model.memory(), task, &set),
            Which::Corrected => theorem_4_6::corrected(model.memory(), task, &set),
            Which::Printed => theorem_4_6::printed(model.memory(), task, &set),
        };
        let construction = AttentionConstruction::new(model.memory(), task, head, prompt).ok()?;
        Some(Self { model, task, oracle: MemoryExact::new(model.memory()).ok()?, set, construction })
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
        let prompt = self.construction.prompt();
        let before = usize::from(prompt.is_some());
        let certain: Vec<usize> =
            (0..laws.len()).filter(|&i| self.addresses(&laws[i])).map(|i| i + 1 + before).collect();
        if certain.is_empty() {
            return None;
        }
        let outputs = self.oracle.model_output(prompt, &tokens).ok()?;
        let (attention, head_label) =
            self.construction.attend(self.model.memory(), self.task, &outputs, &tokens);
        Some(Seen {
            word: word.to_vec(),
            certain,
            conditions_possible: outputs.iter().all(|output| output.iter().any(|entry| !entry.is_zero())),
            head_label,
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

    /// Certifies that the head is wrong on an input.
    pub fn certify(&self, seen: &Seen) -> Option<Accepted> {
        let labels = Labels { task: seen.label, head: seen.head_label };
        certify_attention(self.model, &self.construction, &seen.word, labels).ok()
    }

    /// The input with both labels worked out.
    pub fn worked(&self, seen: &Seen) -> WorkedInput {
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
            ..WorkedInput::default()
        }
    }
}

/// Inputs that no attention head gets right: whatever its keys, query and positions are, and wherever it attends.
pub(super) struct NoHead {
    /// The inputs, with their weights.
    pub inputs: Vec<WorkedInput>,
    /// The contradiction, accepted by the checker: about the matrix whose columns are the features of the inputs with these two labels, those first on which the head has to be negative.
    pub accepted: Accepted,
}

/// The longest of the inputs that are looked at for [`no_head`].
const REPEATED: usize = 10;

/// Looks for a contradiction among inputs that look the same at each of their positions: there any head reads one value for each row, `b·((Θ_V g) ⊙ e)` of one output
/// `g` and one embedding `e`, wherever it attends. That is a linear functional of the feature `g ⊗ e`, so that a half-space is asked for: by the value itself for a binary
/// task, by the difference of two rows for two of several classes. The scope is that of (4.3) where every syntax state of the cell counts as recoverable.
pub(super) fn no_head(model: &MemoryModel) -> Option<NoHead> {
    let task = model.task()?;
    let inputs = alike(model, task)?;
    let labels = match task.task {
        Task::Binary(_) => vec![[0, 1]],
        // The smaller index wins ties: the other one has to be strictly better.
        Task::Classes(_) => {
            let count = task.task.scores().len();
            (0..count).flat_map(|winner| (winner + 1..count).map(move |loser| [loser, winner])).collect()
        }
    };
    labels.into_iter().find_map(|[strict, weak]| {
        let of = |label: usize| inputs.iter().filter(move |(_, input)| input.label == Some(label)).cloned();
        contradict(of(strict).collect(), of(weak).collect())
    })
}

/// A feature, and the input that has it at every position.
type Alike = (Vec<BigRational>, WorkedInput);

/// The words of one token that look the same at each of their positions.
fn alike(model: &MemoryModel, task: &MemoryTask) -> Option<Vec<Alike>> {
    let memory = model.memory();
    let oracle = MemoryExact::new(memory).ok()?;
    let inside = |law: &Vec<BigRational>| {
        law.iter().enumerate().all(|(h, p)| p.is_zero() || memory.shape().cell(h) == task.cell)
    };
    let mut found = Vec::new();
    for (token, length) in
        (0..memory.tokens()).flat_map(|token| (1..=REPEATED).map(move |length| (token, length)))
    {
        let tokens = vec![Some(Token(token)); length];
        let Ok(scores) = oracle.scores(task.cell, &task.task, &tokens) else { continue };
        let outputs = oracle.model_output(None, &tokens).ok()?;
        let alike = outputs.iter().all(|output| *output == outputs[0]);
        if !alike || !oracle.hidden_laws(None, &tokens).ok()?.iter().any(inside) {
            continue;
        }
        let embedding = memory.embedding(Some(Token(token)));
        let feature = outputs[0].iter().flat_map(|g| embedding.iter().map(move |e| g * e)).collect();
        let input = WorkedInput {
            tokens: vec![token; length],
            probability: oracle.probability(&tokens).ok().map(Rational),
            posterior: written(&oracle.posterior(task.cell, &tokens).ok()?),
            label: Some(task.task.label(&scores)),
            scores: written(&scores),
            output: written(&outputs[0]),
            attended: (1..=length).collect(),
            ..WorkedInput::default()
        };
        found.push((feature, input));
    }
    Some(found)
}

/// The features of inputs where a head has to be negative in front of those where it must not be, and the weights with which the two sides meet.
fn contradict(strict: Vec<Alike>, weak: Vec<Alike>) -> Option<NoHead> {
    let (split, all) = (strict.len(), strict.into_iter().chain(weak).collect::<Vec<_>>());
    let features: Vec<_> = all.iter().map(|(feature, _)| feature.clone()).collect();
    if split == 0 {
        return None;
    }
    let matrix = Matrix::from_columns(features[0].len(), &features);
    let accepted = matrix::decide(&matrix, &Question::Halfspace(split)).ok()?;
    let Evidence::Motzkin(Motzkin { first, others }) = &accepted.certificate().evidence else { return None };
    let weighted = all.into_iter().zip(first.iter().chain(others)).filter(|(_, weight)| !weight.0.is_zero());
    let inputs = weighted.map(|((_, input), weight)| WorkedInput { weight: Some(weight.clone()), ..input });
    Some(NoHead { inputs: inputs.collect(), accepted })
}

fn written(values: &[BigRational]) -> Vec<Rational> {
    values.iter().cloned().map(Rational).collect()
}

/// Why it is false that some head has the identities of a construction and the right labels.
pub(super) enum Failure {
    /// No syntax state is recoverable, which is what the identities say; with the certificate.
    NoneRecoverable(Option<Accepted>),
    /// The first short input with (4.3) on which the head that there is has the wrong label, as the checker has accepted.
    WrongLabel(Box<WorkedInput>, Accepted),
}

impl Failure {
    /// As it is told.
    pub fn disproof(self) -> Disproof {
        match self {
            Self::NoneRecoverable(_) => Disproof::Certificate,
            Self::WrongLabel(input, _) => Disproof::WrongLabel { input },
        }
    }

    /// The certificate.
    pub fn accepted(self) -> Option<Accepted> {
        match self {
            Self::NoneRecoverable(accepted) => accepted,
            Self::WrongLabel(_, accepted) => Some(accepted),
        }
    }
}

/// `None` if no failure is known.
pub(super) fn failure(model: &MemoryModel, which: Which) -> Option<Failure> {
    let task = model.task()?;
    let set = recoverable(model, task, which);
    if !set.decision.holds()? {
        return Some(Failure::NoneRecoverable(set.decision.accepted().cloned()));
    }
    let asked = Asked::with(model, task, set, which)?;
    asked.find(|seen| {
        let differ = seen.head_label != seen.label;
        let wrong = || Some(Failure::WrongLabel(Box::new(asked.worked(seen)), asked.certify(seen)?));
        differ.then(wrong).flatten()
    })
}
