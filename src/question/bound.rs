#![doc = include_str!("bound.md")]

mod saved;

use std::ops::ControlFlow;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    Accepted,
    certificate::{self, Disagreement, Evidence, LabelsAgree, ProportionalHead, Statement, Tree},
    number::Rational,
};

pub use saved::{NotResumed, SavedSearch};

use super::{
    histogram::Histogram,
    wrong_label::{self, Labels, certificate_construction},
};
use crate::{
    certify::{Limit, certify_proof},
    model::{Construction, Model, Task, Token},
    search::{
        Ended, Functionals, Limits, PrefixTree, Progress, affordable_length, backward_span,
        exact_disagreements, short_words,
    },
};

/// What is known of a head on all inputs.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Whether its labels are the task's.
    pub answer: Answer,
    /// The bracket for each length, and its certificate.
    pub disagreement: Result<Disagreements, Limit>,
    /// The disagreement at the lengths 1, 2, …, exactly, as far as all inputs were gone through.
    pub exact: Vec<BigRational>,
    /// The margins `μ·P[H_0|x]` of all inputs of one length, the longest in [`exact`](Self::exact).
    pub margins: Option<Histogram>,
    /// The one length that brackets were to be narrow at; all from some length on, if none.
    pub length: Option<usize>,
    /// Prefixes looked at.
    pub prefixes: usize,
    /// Why no more.
    pub ended: Ended,
}

/// Whether a head has the task's label on every possible input.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It has.
    Proved(Accepted),
    /// It has not.
    Refuted(WrongInput),
    /// Neither is known.
    Undecided(Option<Limit>),
}

/// A possible input on which the labels differ.
#[derive(Clone, Debug)]
pub struct WrongInput {
    /// The input.
    pub word: Vec<Token>,
    /// Its certificate.
    pub accepted: Accepted,
}

/// Brackets of the disagreement with their certificate.
#[derive(Clone, Debug)]
pub struct Disagreements {
    /// For the lengths 1, 2, …; the last one holds for every greater length.
    pub brackets: Vec<Bracket>,
    /// The certificate.
    pub accepted: Accepted,
}

/// `lower ≤ p ≤ upper`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// Not negative.
    pub lower: BigRational,
    /// At most 1.
    pub upper: BigRational,
}

impl Bracket {
    /// `upper − lower`
    pub fn width(&self) -> BigRational {
        &self.upper - &self.lower
    }
}

impl Disagreements {
    /// The bracket that holds from [`from_length`](Self::from_length) on.
    pub fn bracket(&self) -> &Bracket {
        &self.brackets[self.brackets.len() - 1]
    }

    /// The bracket of one length.
    pub fn at_length(&self, length: usize) -> &Bracket {
        self.brackets.get(length.saturating_sub(1)).unwrap_or(self.bracket())
    }

    /// The depth of the tree, or a few tokens more.
    pub fn from_length(&self) -> usize {
        self.brackets.len()
    }
}

impl Bound {
    /// The disagreement at a length below that of the last bracket, where it is known exactly.
    pub fn exactly(&self, length: usize) -> Option<&BigRational> {
        let bracket = self.disagreement.as_ref().ok().and_then(|found| found.brackets.get(length - 1));
        let closed = bracket.filter(|bracket| bracket.lower == bracket.upper).map(|bracket| &bracket.lower);
        self.exact.get(length - 1).or(closed)
    }

    /// The certificates of what is certified.
    pub fn accepted(&self) -> impl Iterator<Item = &Accepted> {
        let answer = match &self.answer {
            Answer::Proved(accepted) | Answer::Refuted(WrongInput { accepted, .. }) => Some(accepted),
            Answer::Undecided(_) => None,
        };
        let brackets = self.disagreement.as_ref().ok().map(|found| &found.accepted);
        // A proof is the certificate of its bracket, too.
        answer.into_iter().chain(brackets.filter(|_| !matches!(self.answer, Answer::Proved(_))))
    }
}

/// Inputs are gone through as long as this takes about a hundredth of a second.
const ENUMERATION: f64 = 2e6;

/// Bounds the disagreement of a head with a task. The observer hears how far the search has come and can end it.
pub fn bound(
    model: &Model,
    task: &Task,
    construction: &Construction,
    limits: Limits,
    observe: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Bound {
    bound_tree(model, task, construction, limits, observe).0
}

/// The same with the tree that it rests on.
pub(super) fn bound_tree(
    model: &Model,
    task: &Task,
    construction: &Construction,
    limits: Limits,
    observe: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> (Bound, PrefixTree) {
    let mut search = Search::new(model, task, construction);
    search.run(limits, observe);
    search.finish()
}

/// A search that can be interrupted, saved and gone on with. What comes out does not depend on that.
///
/// ```
/// use std::ops::ControlFlow;
/// use recoverable::{model::{Construction, builtin}, number::parse, question::bound::Search, search::Limits};
/// let casino = builtin::all().remove(0);
/// let task = casino.task().unwrap();
/// let rows = vec![["-1", "-1", "-1", "-1", "-1", "1"].map(|entry| parse(entry).unwrap()).to_vec()];
/// let head = Construction::new(casino.hmm(), task, rows, Vec::new()).unwrap();
/// let limits = |prefixes| Limits { prefixes, bytes: 1 << 28, target: 0.0, decide: false };
/// let mut first = Search::new(&casino, task, &head);
/// first.run(limits(60), &mut |_| ControlFlow::Continue(()));
/// let mut second = Search::resume(&casino, task, &head, first.saved()).unwrap();
/// second.run(limits(300), &mut |_| ControlFlow::Continue(()));
/// let mut whole = Search::new(&casino, task, &head);
/// whole.run(limits(300), &mut |_| ControlFlow::Continue(()));
/// assert_eq!(second.saved(), whole.saved());
/// ```
pub struct Search<'a> {
    model: &'a Model,
    construction: &'a Construction,
    /// The proof that scores are proportional, where they are: there is nothing to search.
    proportional: Option<Accepted>,
    tree: PrefixTree,
    ended: Ended,
}

impl<'a> Search<'a> {
    /// Nothing is done yet.
    pub fn new(model: &'a Model, task: &Task, construction: &'a Construction) -> Self {
        Self::of(
            model,
            construction,
            PrefixTree::new(Functionals::new(model.hmm(), task, Some(construction))),
        )
    }

    /// Goes on where another search ended.
    ///
    /// # Errors
    /// If it was not one of this model and head.
    pub fn resume(
        model: &'a Model,
        task: &Task,
        construction: &'a Construction,
        saved: SavedSearch,
    ) -> Result<Self, NotResumed> {
        Ok(Self::of(model, construction, saved.tree(model, task, construction)?))
    }

    fn of(model: &'a Model, construction: &'a Construction, tree: PrefixTree) -> Self {
        let proportional = proportional(model, construction, tree.functionals());
        let ended = if proportional.is_some() { Ended::Settled } else { Ended::Stopped };
        Self { model, construction, proportional, tree, ended }
    }

    /// For a search that has not begun: it is for a narrow bracket at this length alone. Prefixes are no longer than that, and what continues the longest ones
    /// stays in doubt. Where states look alike for longer than inputs are, only that leads anywhere.
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # use recoverable::{model::{Construction, builtin}, number::parse, question::bound::Search, search::Limits};
    /// # let casino = builtin::all().remove(0);
    /// # let task = casino.task().unwrap();
    /// # let rows = vec![["-1", "-1", "-1", "-1", "-1", "1"].map(|entry| parse(entry).unwrap()).to_vec()];
    /// # let head = Construction::new(casino.hmm(), task, rows, Vec::new()).unwrap();
    /// let mut search = Search::new(&casino, task, &head).at_length(4);
    /// search.run(Limits { prefixes: 2000, bytes: 1 << 28, target: 0.0, decide: false }, &mut |_| ControlFlow::Continue(()));
    /// let bracket = &search.finish().0.disagreement.unwrap().brackets[3];
    /// assert_eq!(bracket.lower, bracket.upper);
    /// ```
    #[must_use]
    pub fn at_length(self, length: usize) -> Self {
        Self { tree: self.tree.at_length(Some(length)), ..self }
    }

    /// Searches until there is a reason to stop. The observer hears how far the search has come and can end it.
    pub fn run(&mut self, limits: Limits, observe: &mut dyn FnMut(Progress) -> ControlFlow<()>) {
        if self.proportional.is_none() {
            self.ended = self.tree.explore(limits, observe);
        }
    }

    /// The search, to go on with it later.
    pub fn saved(&self) -> SavedSearch {
        SavedSearch::new(self.model, self.construction, &self.tree)
    }

    /// What is known, with certificates; and the tree that it rests on.
    pub fn finish(self) -> (Bound, PrefixTree) {
        let Self { model, construction, proportional, mut tree, mut ended } = self;
        if ended == Ended::Limit {
            ended = tree.close();
        }
        let (exact, margins) = enumerated(tree.functionals());
        let answer = proportional.map_or_else(|| answer(model, construction, &tree), Answer::Proved);
        let disagreement = match &answer {
            // Nothing at any length: there is nothing left to bound.
            Answer::Proved(accepted) => {
                let none = Bracket { lower: BigRational::zero(), upper: BigRational::zero() };
                Ok(Disagreements { brackets: vec![none], accepted: accepted.clone() })
            }
            _ => disagreements(model, construction, &tree),
        };
        let prefixes = tree.progress().prefixes;
        (Bound { answer, disagreement, exact, margins, length: tree.length(), prefixes, ended }, tree)
    }
}

/// Goes through all inputs up to a length: the exact disagreement at each, and the margins at the last.
fn enumerated(functionals: &Functionals) -> (Vec<BigRational>, Option<Histogram>) {
    let longest = affordable_length(functionals, ENUMERATION);
    let mut margins = Vec::new();
    let exact = exact_disagreements(functionals, longest, |word, judged| {
        if word.len() == longest {
            margins.push((functionals.margin(judged), functionals.probability(&judged.mass, longest)));
        }
    });
    (exact, (longest > 0).then(|| Histogram::new(margins)))
}

/// The proof that the scores of a head are proportional to those of the task on every input, where they are: its
/// certificate has the multiple of the head whose scores are the task's.
fn proportional(model: &Model, construction: &Construction, functionals: &Functionals) -> Option<Accepted> {
    let oracle = functionals.oracle();
    let short: Vec<_> = short_words(model.hmm()).iter().map(|word| oracle.integer_backward(word)).collect();
    functionals.factor_on(&short)?; // most heads end here
    let whole = functionals.are_proportional(&functionals.root());
    let (factor, span) = if whole {
        let states = model.hmm().states();
        let unit = |h: usize| (0..states).map(|i| BigInt::from(u8::from(i == h))).collect();
        (functionals.factor_on(&(0..states).map(unit).collect::<Vec<_>>())?, None)
    } else {
        let span = backward_span(model.hmm()).ok()?;
        (functionals.factor_on(span.vectors())?, span.evidence().cloned())
    };
    let scaled = |row: &Vec<BigRational>| row.iter().map(|b| Rational(b / &factor)).collect();
    let head = construction.head().rows().iter().map(scaled).collect();
    let evidence = ProportionalHead { head, prompt: certificate_construction(construction).prompt, span };
    certify_proof(model, Statement::HeadRecoversTask, Evidence::ProportionalHead(evidence)).ok()
}

/// What a tree says of the question whether labels ever differ.
fn answer(model: &Model, construction: &Construction, tree: &PrefixTree) -> Answer {
    if let Some(word) = tree.witnesses().into_iter().next() {
        return match wrong_input(model, construction, tree.functionals(), word) {
            Ok(found) => Answer::Refuted(found),
            Err(limit) => Answer::Undecided(Some(limit)),
        };
    }
    if !tree.agrees() {
        return Answer::Undecided(None);
    }
    match certify_tree(model, Statement::HeadRecoversTask, construction, tree) {
        Ok(accepted) => Answer::Proved(accepted),
        Err(limit) => Answer::Undecided(Some(limit)),
    }
}

/// Asks the checker to accept that there is no disagreement.
pub(super) fn certify_tree(
    model: &Model,
    statement: Statement,
    construction: &Construction,
    tree: &PrefixTree,
) -> Result<Accepted, Limit> {
    let mut found = Err(Limit::Digits);
    for rounded in tree.arithmetics() {
        let construction = certificate_construction(construction);
        let evidence = LabelsAgree { construction, tree: tree.certificate(rounded) };
        found = certify_proof(model, statement, Evidence::LabelsAgree(evidence));
        if found.is_ok() {
            break;
        }
    }
    found
}

pub(super) fn disagreements(
    model: &Model,
    construction: &Construction,
    tree: &PrefixTree,
) -> Result<Disagreements, Limit> {
    let mut found = Err(Limit::Digits);
    // The checker's rounding costs far less than the last digit, which may change all the same; where states are compared, which of two sums
    // it takes may depend on it.
    let ways = tree.arithmetics().into_iter().flat_map(|rounded| {
        if rounded { vec![(true, 0), (true, 1), (true, 1_000_000)] } else { vec![(false, 0)] }
    });
    for (rounded, slack) in ways {
        let bracket = |(lower, upper)| Bracket { lower, upper };
        let brackets = tree.brackets(rounded, slack).into_iter().map(bracket).collect();
        found = certify_disagreement(model, construction, brackets, tree.certificate(rounded));
        if found.is_ok() {
            break;
        }
    }
    found
}

/// Asks the checker to accept these brackets.
fn certify_disagreement(
    model: &Model,
    construction: &Construction,
    brackets: Vec<Bracket>,
    tree: Tree,
) -> Result<Disagreements, Limit> {
    let certified = |bracket: &Bracket| certificate::Bracket {
        lower: Rational(bracket.lower.clone()),
        upper: Rational(bracket.upper.clone()),
    };
    let mut shorter: Vec<_> = brackets.iter().map(certified).collect();
    let evidence = Disagreement {
        construction: certificate_construction(construction),
        from_length: brackets.len(),
        bracket: shorter.pop().ok_or(Limit::Digits)?,
        shorter,
        tree,
    };
    let accepted = certify_proof(model, Statement::HeadDisagreement, Evidence::Disagreement(evidence))?;
    Ok(Disagreements { brackets, accepted })
}

/// Certifies that the labels of an input differ.
pub(super) fn wrong_input(
    model: &Model,
    construction: &Construction,
    functionals: &Functionals,
    word: Vec<Token>,
) -> Result<WrongInput, Limit> {
    let judged = functionals.judge(&functionals.of(&word));
    let labels = Labels { task: judged.task, head: judged.head.unwrap_or(judged.task) };
    let accepted = wrong_label::certify(model, construction, &word, labels)?;
    Ok(WrongInput { word, accepted })
}
