//! How far labels are from changing: every input of one length, exactly.
//!
//! A head with the scores `b·g` reads `g = G_1(x')`. If what it is given differs from `g` by at most `ε` in every entry, the score
//! moves by at most `ε ‖b‖₁`; so the label of `x` is safe below its **margin**,
//!
//! | task | label | margin of `x` |
//! |---|---|---|
//! | binary | `y = 1(b·g ≥ 0)` | `\|b·g\| / ‖b‖₁` |
//! | several classes | `y = argmax_c b_c·g` | the least `(b_y − b_c)·g / ‖b_y − b_c‖₁` over `c ≠ y` |
//!
//! A class whose row equals that of the label can never win (smaller indices win ties) and does not count. A margin of 0 is an
//! **exact tie**: the smallest error may change the label. Where nothing counts, as for the head 0, no error changes the label.
//!
//! The error is measured in the output of the model; errors in the entries of `W` and `A` are not looked at.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use crate::{
    linear::Fractions,
    model::{Hmm, LinearHead, Task, Token, inner},
    number::clear,
    oracle::{Exact, Float},
};

/// At most this many inputs are enumerated.
const INPUTS: usize = 1024;

/// The longest inputs.
const LONGEST: usize = 10;

/// At most this many products for the backward vectors.
const WORK: usize = 1 << 17;

/// At most this many products of floats where all inputs are tokens.
const FLOAT_WORK: usize = 1 << 30;

/// The margins of all possible inputs of one length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Margins {
    /// The length.
    pub length: usize,
    /// How many inputs of this length are possible.
    pub inputs: usize,
    /// The smallest `m` for which margins up to `m` have probability 1/2 or more; `None` if no error changes that many labels.
    pub median: Option<BigRational>,
    /// The smallest margin that is not 0, if there is one.
    pub smallest: Option<BigRational>,
    /// The probability of exact ties.
    pub ties: BigRational,
    /// The probability of inputs whose label comes out wrong when the head, rounded to `f64`, is applied to what the oracle computes in
    /// `f64`; exact ties included.
    pub wrong_in_f64: BigRational,
    /// The part of it that is not at exact ties.
    pub wrong_off_ties: BigRational,
}

/// What the margins say about evaluating the head in `f64`, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InF64 {
    /// No label off ties came out wrong, and the median margin is `2⁻²⁶` or more: half of the digits are to spare.
    Fine,
    /// Neither fine nor hopeless.
    Fragile,
    /// Labels off ties of probability 1/10 or more came out wrong, or the median margin is below `2⁻⁵²`, the spacing of `f64` at 1.
    Hopeless,
}

impl Margins {
    /// A word for what these numbers say; not a verdict.
    pub fn in_f64(&self) -> InF64 {
        let power = |bits: u32| BigRational::new(1.into(), BigInt::from(1_u64 << bits));
        let below = |bits| self.median.as_ref().is_some_and(|median| *median < power(bits));
        if below(52) || self.wrong_off_ties >= BigRational::new(1.into(), 10.into()) {
            InF64::Hopeless
        } else if below(26) || self.wrong_off_ties.is_positive() {
            InF64::Fragile
        } else {
            InF64::Fine
        }
    }
}

/// The longest length at which there are at most 1024 sequences of tokens, and few enough for the number of states; 1
/// or more, 10 or less.
pub fn enumerated_length(hmm: &Hmm) -> usize {
    let (tokens, step) = (hmm.tokens(), hmm.states() * hmm.states());
    let fits = |length: &usize| {
        let power = |exponent: usize| tokens.checked_pow(u32::try_from(exponent).ok()?);
        let small = |count: Option<usize>, limit| count.is_some_and(|count| count <= limit);
        small(power(*length), INPUTS)
            && small(power(length - 1).and_then(|count| count.checked_mul(step)), WORK)
    };
    (2..=LONGEST).take_while(fits).last().unwrap_or(1)
}

/// The margins of a head on all possible inputs of the [`enumerated_length`]; `None` if the vocabulary is so large that going through it in
/// `f64` would take more than 2³⁰ products.
///
/// # Panics
/// If the head is not over the model's tokens.
pub fn margins(hmm: &Hmm, task: &Task, head: &LinearHead) -> Option<Margins> {
    let length = enumerated_length(hmm);
    hmm.tokens().checked_pow(2)?.checked_mul(hmm.states()).filter(|&work| work <= FLOAT_WORK)?;
    let (evaluation, float) = (Evaluation::new(hmm, task, head), FloatHead::new(hmm, head));
    let mut found = evaluation.inputs(length);
    found.iter_mut().for_each(|input| input.wrong = float.label(task, &input.word) != input.label);
    found.sort_by(|a, b| a.margin.cmp(&b.margin));
    let total: BigInt = found.iter().map(|input| &input.mass).sum();
    let share = |part: &dyn Fn(&&Input<'_>) -> bool| {
        let mass: BigInt = found.iter().filter(part).map(|input| &input.mass).sum();
        BigRational::new(mass, total.clone())
    };
    Some(Margins {
        length,
        inputs: found.len(),
        median: median(&found, &total).and_then(Margin::value),
        smallest: found.iter().find(|input| !input.margin.is_tie()).and_then(|input| input.margin.value()),
        ties: share(&|input| input.margin.is_tie()),
        wrong_in_f64: share(&|input| input.wrong),
        wrong_off_ties: share(&|input| input.wrong && !input.margin.is_tie()),
    })
}

/// The first margin up to which there is half of the mass.
fn median<'a>(sorted: &'a [Input<'a>], total: &BigInt) -> Option<&'a Margin<'a>> {
    let mut below = BigInt::zero();
    let half = |input: &&Input<'_>| {
        below += &input.mass;
        &below * 2 >= *total
    };
    sorted.iter().find(half).map(|input| &input.margin)
}

/// One possible input.
struct Input<'a> {
    word: Vec<Token>,
    /// Its probability on a scale that all inputs share.
    mass: BigInt,
    label: usize,
    margin: Margin<'a>,
    /// Whether `f64` finds another label; filled in later.
    wrong: bool,
}

/// A margin, or none.
enum Margin<'a> {
    /// `difference / (norm · total)`.
    Of { difference: BigInt, total: BigInt, norm: &'a BigRational },
    /// No error changes the label.
    Unlimited,
}

impl Margin<'_> {
    /// Norms may be very long numbers, and are often the same for all margins.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (
                Self::Of { difference: a, total: b, norm },
                Self::Of { difference: c, total: d, norm: other },
            ) => {
                if norm == other {
                    (a * d).cmp(&(c * b))
                } else {
                    (a * d * norm.denom() * other.numer()).cmp(&(c * b * other.denom() * norm.numer()))
                }
            }
            (Self::Of { .. }, Self::Unlimited) => Ordering::Less,
            (Self::Unlimited, Self::Of { .. }) => Ordering::Greater,
            (Self::Unlimited, Self::Unlimited) => Ordering::Equal,
        }
    }

    fn is_tie(&self) -> bool {
        matches!(self, Self::Of { difference, .. } if difference.is_zero())
    }

    fn value(&self) -> Option<BigRational> {
        match self {
            Self::Of { difference, total, norm } => {
                Some(BigRational::new(difference.clone(), total.clone()) / *norm)
            }
            Self::Unlimited => None,
        }
    }
}

/// The functionals of a backward vector that decide about an input, as integers.
struct Evaluation<'a> {
    task: &'a Task,
    oracle: Exact,
    /// `bᵀ W diag(π_1)` for each row of the head, and `π_1` last, on one scale.
    shown: Vec<Vec<BigInt>>,
    /// `π0` on a scale of its own.
    initial: Vec<BigInt>,
    /// `‖b_y − b_c‖₁`, `[y][c]`; for a binary task `‖b‖₁` alone.
    norms: Vec<Vec<BigRational>>,
}

impl<'a> Evaluation<'a> {
    fn new(hmm: &Hmm, task: &'a Task, head: &LinearHead) -> Self {
        let first = hmm.first_law();
        let emission = Fractions::new(hmm.emission());
        let columns = emission.numerators().transpose();
        let image = |row: &Vec<BigRational>| {
            let (integers, scale) = clear(row); // entries are long and share their denominator
            let seen = |h: usize| {
                BigRational::new(inner(&integers, columns.row(h)), &scale * &emission.denominators()[h])
                    * &first[h]
            };
            (0..hmm.states()).map(seen).collect::<Vec<_>>()
        };
        let mut shown: Vec<BigRational> = head.rows().iter().flat_map(image).collect();
        shown.extend(first.iter().cloned());
        let (integers, _) = clear(&shown);
        Self {
            task,
            oracle: Exact::new(hmm),
            shown: integers.chunks(hmm.states()).map(<[BigInt]>::to_vec).collect(),
            initial: clear(hmm.initial()).0,
            norms: norms(task, head),
        }
    }

    /// All possible inputs of this length. Only the vectors of their proper suffixes are computed: the last step is
    /// taken by the functionals, `f·β(z·y) = (D_z A f)·β(y)`.
    fn inputs(&self, length: usize) -> Vec<Input<'_>> {
        let tokens = self.oracle.matrices().1.rows();
        let ones = vec![BigInt::from(1); self.initial.len()];
        let mut suffixes = vec![(Vec::new(), ones)];
        for _ in 1..length {
            let longer = suffixes.iter().flat_map(|(word, beta): &(Vec<Token>, Vec<BigInt>)| {
                (0..tokens).map(move |token| {
                    let word = [Token(token)].into_iter().chain(word.iter().copied()).collect();
                    (word, self.oracle.integer_prepend(Token(token), beta.clone()))
                })
            });
            suffixes = longer.filter(|(_, beta)| beta.iter().any(|entry| !entry.is_zero())).collect();
        }
        let stepped: Vec<_> =
            self.shown.iter().chain([&self.initial]).map(|functional| self.step(functional)).collect();
        let input = |(word, beta): &(Vec<Token>, Vec<BigInt>), token: usize| {
            let values: Vec<BigInt> =
                stepped.iter().map(|functional| inner(&functional[token], beta)).collect();
            let [scores @ .., total, mass] = values.as_slice() else { return None };
            let (label, margin) = self.judge(scores, total);
            let word = [Token(token)].into_iter().chain(word.iter().copied()).collect();
            mass.is_positive().then(|| Input { word, mass: mass.clone(), label, margin, wrong: false })
        };
        suffixes
            .iter()
            .flat_map(|suffix| (0..tokens).filter_map(|token| input(suffix, token)).collect::<Vec<_>>())
            .collect()
    }

    /// `D_z A f` for each token `z`.
    fn step(&self, functional: &[BigInt]) -> Vec<Vec<BigInt>> {
        let (transposed, emission) = self.oracle.matrices();
        let moved: Vec<BigInt> = (0..functional.len())
            .map(|next| inner(functional, &transposed.column(next).cloned().collect::<Vec<_>>()))
            .collect();
        let filtered = |token: usize| emission.row(token).iter().zip(&moved).map(|(w, f)| w * f).collect();
        (0..emission.rows()).map(filtered).collect()
    }

    /// The label and its margin from the scores times `total`, which is `π_1·β` on the scale of the scores.
    fn judge(&self, scores: &[BigInt], total: &BigInt) -> (usize, Margin<'_>) {
        let label = self.task.label(scores);
        let one = BigInt::from(1); // where `π_1·β = 0` the model outputs 0, and so are all scores
        let total = if total.is_zero() { &one } else { total };
        let margin = match self.task {
            Task::Binary(_) => against(scores[0].abs(), total, &self.norms[0][0]),
            Task::Classes(_) => {
                let others = (0..scores.len()).filter(|class| *class != label);
                let margins =
                    others.filter_map(|c| against(&scores[label] - &scores[c], total, &self.norms[label][c]));
                margins.min_by(Margin::cmp)
            }
        };
        (label, margin.unwrap_or(Margin::Unlimited))
    }
}

/// The margin against one other answer, if that differs at all.
fn against<'a>(difference: BigInt, total: &BigInt, norm: &'a BigRational) -> Option<Margin<'a>> {
    (!norm.is_zero()).then(|| Margin::Of { difference, total: total.clone(), norm })
}

fn norms(task: &Task, head: &LinearHead) -> Vec<Vec<BigRational>> {
    let rows = head.rows();
    match task {
        Task::Binary(_) => rows.iter().map(|row| vec![norm(row)]).collect(),
        Task::Classes(_) => {
            let difference = |a: &[BigRational], b: &[BigRational]| {
                norm(&a.iter().zip(b).map(|(x, y)| x - y).collect::<Vec<_>>())
            };
            rows.iter().map(|a| rows.iter().map(|b| difference(a, b)).collect()).collect()
        }
    }
}

/// `‖b‖₁`; the entries of a head are long and share their denominator.
pub(super) fn norm(row: &[BigRational]) -> BigRational {
    let (numerators, denominator) = clear(row);
    BigRational::new(numerators.iter().map(Signed::abs).sum(), denominator)
}

/// The head in `f64`.
struct FloatHead {
    oracle: Float,
    rows: Vec<Vec<f64>>,
}

impl FloatHead {
    fn new(hmm: &Hmm, head: &LinearHead) -> Self {
        let round = |row: &Vec<BigRational>| row.iter().map(|b| b.to_f64().unwrap_or(f64::NAN)).collect();
        Self { oracle: Float::new(hmm), rows: head.rows().iter().map(round).collect() }
    }

    fn label(&self, task: &Task, word: &[Token]) -> usize {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let output = self.oracle.head_input(&tokens).unwrap_or_default();
        let scores: Vec<f64> =
            self.rows.iter().map(|row| row.iter().zip(&output).map(|(b, g)| b * g).sum()).collect();
        task.label(&scores)
    }
}
