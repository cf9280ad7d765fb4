//! Contradictions that last: prefixes whose labels no linear head has, whatever continues them.
//!
//! A head compares products of its rows with `W diag(π_1) β(x)`, and `β(w·y) = M_w β(y)`. Where the labels of some prefixes `w` of one length
//! are settled, each of their comparisons (`±`, of a class) is that of every input `w·y`; if weights `λ > 0` exist with
//!
//! `Σ ± λ_w W diag(π_1) M_w = 0`
//!
//! for each class, then the inputs `w·y` contradict every head (theory B2), for every `y`. So what is known of inputs of one length becomes known of
//! all greater ones. Contradictions that share prefixes share their masses `π0 M_w`, state by state.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{Comparison, Functionals, Rows, WeightedComparison};
use crate::{
    linear::{Fractions, Matrix, Separation, motzkin},
    model::{Hmm, Task, Token},
    number::{clear, coprime},
};

/// Contradictions of prefixes of one length.
#[derive(Clone, Debug)]
pub struct Lasting {
    /// The length of the prefixes.
    pub length: usize,
    /// For each contradiction the part of the masses of its prefixes that is its own, state by state, and the comparisons.
    pub contradictions: Vec<(Vec<BigRational>, Vec<WeightedComparison>)>,
}

/// At most this many prefixes of one length.
const PREFIXES: usize = 256;

/// At most this many equations, and contradictions.
const EQUATIONS: usize = 40;
const CONTRADICTIONS: usize = 12;

/// A prefix whose label is settled.
struct Prefix {
    word: Vec<Token>,
    label: usize,
    /// `π0 M_w`: what is left of it.
    masses: Vec<BigInt>,
    /// `W diag(π_1) M_w` in the rows of a basis.
    seen: Vec<BigInt>,
}

impl Lasting {
    /// The probability with which every head errs, at each length from [`length`](Self::length) on.
    pub fn lower(&self) -> BigRational {
        self.contradictions.iter().flat_map(|(shares, _)| shares).sum()
    }
}

/// Contradictions of the shortest prefixes that have some, or of those with one token more if these say more. `None` if none were found.
pub fn lasting_contradictions(hmm: &Hmm, task: &Task) -> Option<Lasting> {
    let search = Search::new(hmm, task)?;
    let few = |length: &u32| hmm.tokens().checked_pow(*length).is_some_and(|count| count <= PREFIXES);
    let mut all = (1..=PREFIXES as u32).take_while(few).map(|length| search.of_length(length as usize));
    let first = all.find(|found| !found.contradictions.is_empty())?;
    let more = BigRational::new(101.into(), 100.into());
    let next = all.next().filter(|next| next.lower() > first.lower() * &more);
    Some(next.unwrap_or(first))
}

struct Search {
    functionals: Functionals,
    /// Masses, scores of the task, and what a head sees of the tokens of a basis.
    root: Rows,
    states: usize,
}

impl Search {
    /// `None` if there are more equations than are looked at.
    fn new(hmm: &Hmm, task: &Task) -> Option<Self> {
        let functionals = Functionals::new(hmm, task, None);
        let basis = Fractions::new(&hmm.emission().transpose()).kernel()?.columns;
        let states = functionals.states();
        if basis.len() * states * functionals.contrasts() > EQUATIONS {
            return None;
        }
        let first = clear(&hmm.first_law()).0;
        let emission = functionals.oracle().matrices().1;
        let seen =
            basis.iter().map(|&token| emission.row(token).iter().zip(&first).map(|(w, p)| w * p).collect());
        let mut root = functionals.root();
        root.0.extend(seen);
        Some(Self { functionals, root, states })
    }

    fn of_length(&self, length: usize) -> Lasting {
        let mut prefixes = self.prefixes(length);
        let total = |prefix: &Prefix| prefix.masses.iter().sum::<BigInt>();
        prefixes.sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| a.word.cmp(&b.word)));
        let mut contradictions = Vec::new();
        while contradictions.len() < CONTRADICTIONS {
            let Some(terms) = self.earliest(&prefixes) else { break };
            let mut members: Vec<usize> = terms.iter().map(|term| term.0).collect();
            members.dedup();
            let least = |state: usize| members.iter().map(|&member| &prefixes[member].masses[state]).min();
            let shares: Vec<BigInt> =
                (0..self.states).map(|state| least(state).cloned().unwrap_or_default()).collect();
            let compared =
                |(member, comparison, weight): (usize, Comparison, BigRational)| WeightedComparison {
                    word: prefixes[member].word.clone(),
                    label: prefixes[member].label,
                    rival: comparison.rival,
                    weight,
                };
            let terms = terms.into_iter().map(compared).collect();
            for &member in &members {
                prefixes[member].masses.iter_mut().zip(&shares).for_each(|(mass, share)| *mass -= share);
            }
            let emptiest = members.into_iter().min_by_key(|&member| total(&prefixes[member]));
            emptiest.map(|member| prefixes.remove(member));
            let shares: Vec<_> = shares.iter().map(|share| self.short(share, length)).collect();
            if shares.iter().any(Signed::is_positive) {
                contradictions.push((shares, terms));
            }
        }
        Lasting { length, contradictions }
    }

    /// The probability that a mass stands for, rounded down to a short number.
    fn short(&self, mass: &BigInt, length: usize) -> BigRational {
        let unit = BigInt::one() << 64;
        let probability = self.functionals.probability(&(mass * &unit), length);
        BigRational::new(probability.to_integer(), unit)
    }

    /// The prefixes of one length whose labels are settled.
    fn prefixes(&self, length: usize) -> Vec<Prefix> {
        let mut layer = vec![(Vec::new(), self.root.clone())];
        for _ in 0..length {
            let longer = layer.iter().flat_map(|(word, rows)| {
                let advanced = self.functionals.advanced(rows);
                let child =
                    move |token| ([&word[..], &[token]].concat(), self.functionals.child(&advanced, token));
                (0..self.functionals.tokens()).map(Token).map(child).collect::<Vec<_>>()
            });
            layer = longer.filter(|(_, rows)| rows.0[0].iter().any(|mass| !mass.is_zero())).collect();
        }
        layer.into_iter().filter_map(|(word, rows)| self.settled(word, rows)).collect()
    }

    fn settled(&self, word: Vec<Token>, Rows(mut rows): Rows) -> Option<Prefix> {
        let seen = rows.split_off(1 + self.functionals.contrasts()).concat();
        let scores = rows.split_off(1);
        let masses = rows.pop()?;
        let comparisons = self.functionals.comparisons();
        let label = comparisons.label(&scores.iter().map(|row| row.iter().sum()).collect::<Vec<BigInt>>());
        let lasts = |comparison: &Comparison| {
            (0..self.states).all(|state| {
                let column: Vec<BigInt> = scores.iter().map(|row| row[state].clone()).collect();
                let value = comparison.value(&column);
                value.is_positive() || value.is_zero() && (!comparison.strict || masses[state].is_zero())
            })
        };
        comparisons.of(label).iter().all(lasts).then_some(Prefix { word, label, masses, seen })
    }

    /// A contradiction of prefixes that come as early as possible: those with the comparisons and their weights, in this order.
    fn earliest(&self, prefixes: &[Prefix]) -> Option<Vec<(usize, Comparison, BigRational)>> {
        let (mut fits, mut contradicts) = (0, prefixes.len());
        let mut found = self.contradiction(prefixes)?;
        while fits + 1 < contradicts {
            let middle = fits.midpoint(contradicts);
            match self.contradiction(&prefixes[..middle]) {
                Some(terms) => (contradicts, found) = (middle, terms),
                None => fits = middle,
            }
        }
        Some(found)
    }

    /// Motzkin's alternative for vectors with an entry for each class, token of the basis and state.
    fn contradiction(&self, prefixes: &[Prefix]) -> Option<Vec<(usize, Comparison, BigRational)>> {
        let of = |(index, prefix): (usize, &Prefix)| {
            let comparisons = self.functionals.comparisons().of(prefix.label).to_vec();
            let short = coprime(prefix.seen.clone());
            comparisons.into_iter().map(move |comparison| (index, comparison, short.clone()))
        };
        let columns: Vec<_> = prefixes.iter().enumerate().flat_map(of).collect();
        let (strict, weak): (Vec<_>, Vec<_>) =
            columns.into_iter().partition(|(_, comparison, _)| comparison.strict);
        let matrix = |columns: &[(usize, Comparison, Vec<BigInt>)], sign: i8| {
            let width = self.root.0[1 + self.functionals.contrasts()..].len() * self.states;
            Matrix::from_fn(self.functionals.contrasts() * width, columns.len(), |at, column| {
                let (_, comparison, seen) = &columns[column];
                let of = |row: Option<usize>| i8::from(row == Some(at / width));
                BigRational::from_integer(
                    &seen[at % width] * (sign * (of(comparison.plus) - of(comparison.minus))),
                )
            })
        };
        let Separation::Contradiction { strict: lambda, weak: nu } =
            motzkin(&matrix(&strict, -1), &matrix(&weak, 1))
        else {
            return None;
        };
        let weighted = strict.into_iter().zip(lambda).chain(weak.into_iter().zip(nu));
        let positive = weighted.filter(|(_, weight)| weight.is_positive());
        let mut terms: Vec<_> = positive
            .map(|((index, comparison, short), weight)| {
                (index, comparison, weight / factor(&prefixes[index].seen, &short))
            })
            .collect();
        let total: BigRational = terms.iter().filter(|term| term.1.strict).map(|term| &term.2).sum();
        terms.iter_mut().for_each(|term| term.2 /= &total);
        terms.sort_by_key(|term| (term.0, term.1.rival));
        Some(terms)
    }
}

/// By how much a vector is longer than another one in its direction.
fn factor(long: &[BigInt], short: &[BigInt]) -> BigRational {
    let pair = long.iter().zip(short).find(|(_, short)| !short.is_zero());
    pair.map_or_else(BigRational::one, |(long, short)| BigRational::new(long.clone(), short.clone()))
}
