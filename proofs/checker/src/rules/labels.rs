//! The labels of a task and of a given head: where they agree, where they differ, and how often.
//!
//! With `ρ` for the law of the state that the head sees (`π_1`, or what a prompt makes of it), the head's scores on an input
//! `x` are `g·β(x)` up to a factor that is positive or multiplies zeros, with `g = diag(ρ) Wᵀ b`, and those of the task
//! `s·β(x)` up to a positive factor, with `s = μ⊙π0`. With several classes `b_k − b_0` and `μ_k − μ_0` take the places of
//! `b` and `μ` for all `k ≥ 1`, and the score of class 0 is zero.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{head::contrasts, prefix_tree::PrefixTree};
use crate::{
    backward::{MAX_BITS, backward, word},
    certificate::{Bracket, Construction, Disagreement, LabelsAgree, WrongLabel},
    cleared::{Cleared, clear, dot, length},
    failure::Rejection,
    model::{Hmm, clear_matrix},
    number::Rational,
};

/// How scores make a label.
#[derive(Clone, Copy)]
pub(crate) enum Labels {
    /// 1 iff the only score is not negative, else 0.
    Binary,
    /// Of this many classes the first with the largest score, which is 0 for class 0.
    Classes(usize),
}

/// A label against a rival: what is positive, or at least not negative, where the label wins.
pub(crate) struct Comparison {
    /// The score that counts, by its row; none is the score zero.
    pub plus: Option<usize>,
    /// The score that is subtracted.
    pub minus: Option<usize>,
    /// A tie goes to the rival.
    pub strict: bool,
}

impl Labels {
    /// Those of a model's task: of none, a binary one, or one of so many classes.
    pub fn of(task_rows: usize) -> Result<Self, Rejection> {
        match task_rows {
            0 => Err(Rejection::NoTask),
            1 => Ok(Self::Binary),
            classes => Ok(Self::Classes(classes)),
        }
    }

    /// How many labels there are.
    pub fn count(self) -> usize {
        match self {
            Self::Binary => 2,
            Self::Classes(classes) => classes,
        }
    }

    /// The label against one rival.
    pub fn comparison(self, label: usize, rival: usize) -> Comparison {
        match self {
            Self::Binary if label == 1 => Comparison { plus: Some(0), minus: None, strict: false },
            Self::Binary => Comparison { plus: None, minus: Some(0), strict: true },
            Self::Classes(_) => {
                Comparison { plus: label.checked_sub(1), minus: rival.checked_sub(1), strict: rival < label }
            }
        }
    }

    /// The label against every rival, in ascending order.
    pub fn comparisons(self, label: usize) -> impl Iterator<Item = Comparison> {
        let rivals = (0..self.count()).filter(move |&rival| rival != label);
        rivals.map(move |rival| self.comparison(label, rival))
    }

    /// The label of these scores.
    pub fn label<N: Signed + Ord>(self, scores: &[N]) -> usize {
        match self {
            Self::Binary => usize::from(!scores[0].is_negative()),
            Self::Classes(_) => {
                let (mut label, mut best) = (0, &N::zero());
                for (index, score) in scores.iter().enumerate().filter(|(_, score)| score.is_positive()) {
                    if score > best {
                        (label, best) = (index + 1, score);
                    }
                }
                label
            }
        }
    }

    /// The label of all scores between these ends, if it is certain. It has the first of the largest lower ends.
    pub fn certain<N: Signed + Ord + Clone>(self, lower: &[N], upper: &[N]) -> Option<usize> {
        let label = self.label(lower);
        let least =
            |comparison: &Comparison| comparison.least(|row| lower[row].clone(), |row| upper[row].clone());
        self.comparisons(label).all(|comparison| comparison.won(&least(&comparison))).then_some(label)
    }
}

impl Comparison {
    /// The least difference of scores between these ends.
    pub fn least<N: Signed>(&self, lower: impl Fn(usize) -> N, upper: impl Fn(usize) -> N) -> N {
        let plus = self.plus.map_or_else(N::zero, lower);
        match self.minus.map(upper) {
            Some(minus) => plus - minus,
            None => plus,
        }
    }

    /// Whether this difference of scores is large enough.
    pub fn won<N: Signed>(&self, difference: &N) -> bool {
        if self.strict { difference.is_positive() } else { !difference.is_negative() }
    }
}

/// The scores of a task and of a head as functionals of `β(x)`, each kind over its least common denominator.
pub(crate) struct Scores {
    pub labels: Labels,
    pub task: Vec<Vec<BigInt>>,
    pub head: Vec<Vec<BigInt>>,
}

impl Scores {
    fn new(hmm: &Hmm, construction: &Construction) -> Result<Self, Rejection> {
        let labels = Labels::of(hmm.task_rows)?;
        let heads = contrasts(hmm, &construction.head)?;
        let law = seen_law(hmm, construction.prompt.as_deref())?;
        let rows: Vec<Vec<Rational>> = heads.iter().map(|head| head_row(hmm, &law, head)).collect();
        Ok(Self { labels, task: task_scores(hmm), head: clear_matrix(&rows).0 })
    }
}

/// `μ⊙π0` of every class, over the least common denominator of all.
pub(crate) fn task_scores(hmm: &Hmm) -> Vec<Vec<BigInt>> {
    let row = |task: &Cleared| -> Vec<Rational> {
        let denominator = &task.denominator * &hmm.initial_scale;
        let products = task.numerators.iter().zip(&hmm.initial).map(|(mu, p)| mu * p);
        products.map(|value| Rational(BigRational::new(value, denominator.clone()))).collect()
    };
    clear_matrix(&hmm.tasks.iter().map(row).collect::<Vec<_>>()).0
}

/// `diag(ρ) Wᵀ b`.
fn head_row(hmm: &Hmm, law: &Cleared, head: &Cleared) -> Vec<Rational> {
    let denominator = &law.denominator * &hmm.emission_scale * &head.denominator;
    let at = |h: usize| {
        let score: BigInt = hmm.emission.iter().zip(&head.numerators).map(|(row, b)| &row[h] * b).sum();
        Rational(BigRational::new(score * &law.numerators[h], denominator.clone()))
    };
    (0..hmm.states()).map(at).collect()
}

/// `ρ = A D_{u_l} A … D_{u_1} π_1`, which is `π_1` without a prompt.
pub(crate) fn seen_law(hmm: &Hmm, prompt: Option<&[Vec<Rational>]>) -> Result<Cleared, Rejection> {
    let denominator = &hmm.initial_scale * &hmm.transition_scale;
    let mut law = Cleared { numerators: hmm.first(), denominator };
    let Some(prompt) = prompt else { return Ok(law) };
    if prompt.is_empty() {
        return Err(Rejection::NoEvidence { field: "prompt" });
    }
    let mut bits = 0;
    for (row, embedding) in prompt.iter().enumerate() {
        length("prompt", hmm.states(), embedding.len())?;
        let outside = |value: &Rational| value.0.is_negative() || value.0 > BigRational::one();
        if let Some(state) = embedding.iter().position(outside) {
            return Err(Rejection::Embedding { row, state });
        }
        let embedding = clear(embedding.iter());
        bits += hmm.transition_scale.bits() + embedding.denominator.bits();
        if bits > MAX_BITS {
            return Err(Rejection::TooLarge { field: "prompt" });
        }
        let passed: Vec<_> = law.numerators.iter().zip(&embedding.numerators).map(|(p, u)| p * u).collect();
        law.numerators = hmm.transition.iter().map(|row| dot(row, &passed)).collect();
        law.denominator *= embedding.denominator * &hmm.transition_scale;
    }
    Ok(law)
}

/// Rule `labels-agree` for `linear-head`: the head is one on `G_1`.
///
/// # Soundness
/// That of [`labels_agree`], for a head without a prompt.
/// Lemma: `linear_head_sound`.
pub(crate) fn linear_head(hmm: &Hmm, evidence: &LabelsAgree) -> Result<(), Rejection> {
    if evidence.construction.prompt.is_some() {
        return Err(Rejection::Prompted);
    }
    labels_agree(hmm, evidence)
}

/// Rule `labels-agree`. The head has the task's label on every possible input.
///
/// # Soundness
/// No node of the tree leaves room for a disagreement of positive probability: see [`PrefixTree`].
/// Lemma: `labels_agree_sound`.
pub(crate) fn labels_agree(hmm: &Hmm, evidence: &LabelsAgree) -> Result<(), Rejection> {
    let scores = Scores::new(hmm, &evidence.construction)?;
    PrefixTree::new(hmm, &scores, &evidence.tree)?.without_doubt()
}

/// Rule `disagreement`. The bounds hold for the probability that the head's label is not the task's, for every length.
///
/// # Soundness
/// Every input of a length from the depth of the tree on continues exactly one leaf; a shorter one does, or is itself a
/// node that is split. The bounds of these nodes, see [`PrefixTree`], add up; those of leaves that look ahead depend on the length for some tokens more.
/// Lemma: `disagreement_sound`.
pub(crate) fn disagreement(hmm: &Hmm, evidence: &Disagreement) -> Result<(), Rejection> {
    let Disagreement { construction, from_length, bracket, shorter, tree } = evidence;
    let scores = Scores::new(hmm, construction)?;
    let tree = PrefixTree::new(hmm, &scores, tree)?;
    let expected = tree.from_length;
    if *from_length != expected {
        return Err(Rejection::FromLength { expected, found: *from_length });
    }
    length("shorter", expected - 1, shorter.len())?;
    let brackets: Vec<_> = shorter.iter().chain([bracket]).collect();
    for Bracket { lower, upper } in &brackets {
        if lower.0.is_negative() || lower.0 > upper.0 {
            return Err(Rejection::Bounds);
        }
    }
    tree.lengths(|length, found, scale| {
        let stated = brackets[length - 1];
        let below = stated.lower.0.numer() * scale <= &found.lower * stated.lower.0.denom();
        // Rounded upper ends may add up to more than 1, and no probability does.
        let above = stated.upper.0 >= BigRational::one()
            || stated.upper.0.numer() * scale >= &found.upper * stated.upper.0.denom();
        if below && above { Ok(()) } else { Err(Rejection::Bracket { length }) }
    })
}

/// Rule `wrong-label`. The head's label is not the task's on a possible input.
///
/// # Soundness
/// Both labels are computed from the definition.
/// Lemma: `wrong_label_sound`.
pub(crate) fn wrong_label(hmm: &Hmm, evidence: &WrongLabel) -> Result<(), Rejection> {
    let WrongLabel { construction, tokens, task, head } = evidence;
    let scores = Scores::new(hmm, construction)?;
    word("tokens", hmm, tokens)?;
    let beta = backward(hmm, tokens);
    if dot(&hmm.initial, &beta).is_zero() {
        return Err(Rejection::ImpossibleInput);
    }
    for (field, rows, found) in [("task", &scores.task, *task), ("head", &scores.head, *head)] {
        let expected = label_at(scores.labels, rows, &beta);
        if found != expected {
            return Err(Rejection::Label { field, expected, found });
        }
    }
    if task == head { Err(Rejection::SameLabel) } else { Ok(()) }
}

/// The label that these scores have at `β(x)`.
pub(crate) fn label_at(labels: Labels, rows: &[Vec<BigInt>], beta: &[BigInt]) -> usize {
    let scores: Vec<_> = rows.iter().map(|row| dot(row, beta)).collect();
    labels.label(&scores)
}
