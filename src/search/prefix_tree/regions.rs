//! Leaves that never settle: sets of prefixes with one label that no continuation leaves.
//!
//! A negative column can decay for ever without vanishing, and a label can depend on the next token for ever; then no finite tree of settled leaves proves a head
//! that is right. A *region* knows a few linear facts about masses and scores, and the label that follows from them; each token leads to a region
//! whose facts follow from those before. What is true at a leaf and at the prefixes after it is guessed to be true for ever, and facts that do
//! not follow are dropped until all do (the greatest fixed point of Houdini: Flanagan and Leino 2001). Soundness: `FORMAT.md`, *Prefix trees*.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::{
    certificate::{Next, Region},
    number::Rational,
};

use crate::{
    linear::{ConeMembership, Matrix, cone_membership},
    model::Token,
    search::{Comparison, Functionals, Rows},
};

/// At most this many facts of a region: larger models are beyond this search.
const FACTS: usize = 160;

/// At most this many regions for one leaf.
const REGIONS: usize = 16;

/// Ratios are powers of two with exponents up to this.
const EXPONENT: i64 = 40;

/// Entries of a row or of a fact.
type Row = Vec<BigRational>;

/// What regions are made of.
pub(super) struct Regions<'a> {
    functionals: &'a Functionals,
    /// `M_z = Aᵀ D_z` for each token.
    steps: Vec<Matrix<BigRational>>,
    /// The scores of task and head are integers over these.
    units: [BigInt; 2],
}

/// A region on the way to be one.
struct Draft {
    /// A prefix here.
    rows: Rows,
    /// Masses and scores of the task, and of the head, of all prefixes that were met.
    met: Vec<Row>,
    signature: (usize, Vec<Option<i8>>),
    facts: Vec<Row>,
    next: Vec<usize>,
}

impl<'a> Regions<'a> {
    /// `units` are binary logarithms.
    pub fn new(functionals: &'a Functionals, units: [u64; 2]) -> Self {
        let (n, step) = (functionals.states(), functionals.step_scale());
        let (transposed, emission) = functionals.oracle().matrices();
        let matrix = |token: usize| {
            let entry = |i: usize, j: usize| &transposed.row(i)[j] * &emission.row(token)[j];
            Matrix::from_fn(n, n, |i, j| BigRational::new(entry(i, j), step.clone()))
        };
        let steps = (0..functionals.tokens()).map(matrix).collect();
        Self { functionals, steps, units: units.map(|unit| BigInt::from(1) << unit) }
    }

    /// The first of some regions that a prefix is in.
    pub fn find(&self, regions: &[Region], rows: &Rows) -> Option<usize> {
        let met = self.met(rows);
        let fails = |fact: &Vec<Rational>, row: &Row| {
            let products = fact.iter().zip(row).filter(|(f, _)| !f.0.is_zero()).map(|(f, x)| &f.0 * x);
            products.sum::<BigRational>().is_negative()
        };
        let holds = |region: &Region| !region.facts.iter().any(|fact| met.iter().any(|row| fails(fact, row)));
        regions.iter().position(holds)
    }

    /// Regions that a prefix and its continuations are in, the prefix in the first one, with indices from `base` on; `None` if none were found.
    ///
    /// `questions` are those left to ask whether a fact follows, each of which is a linear program with a column for every fact.
    pub fn search(&self, rows: Rows, base: usize, questions: &mut usize) -> Option<Vec<Region>> {
        let mut drafts = self.drafts(rows)?;
        let excess = self.excess(&drafts);
        for draft in &mut drafts {
            draft.facts = self.facts(draft, &excess)?;
            if draft.facts.len() > FACTS {
                return None;
            }
        }
        self.drop_what_does_not_follow(&mut drafts, questions)?;
        let weights = self.weights(&drafts)?;
        Some(finished(&drafts, &self.needed(&drafts, &weights), &weights, base))
    }

    /// A prefix and its continuations, as far as they differ in their signs.
    fn drafts(&self, rows: Rows) -> Option<Vec<Draft>> {
        let mut drafts: Vec<Draft> = Vec::new();
        self.draft(&mut drafts, rows);
        let mut index = 0;
        while index < drafts.len() {
            let advanced = self.functionals.advanced(&drafts[index].rows);
            for token in 0..self.functionals.tokens() {
                let next = self.draft(&mut drafts, self.functionals.child(&advanced, Token(token)));
                drafts[index].next.push(next);
            }
            if drafts.len() > REGIONS {
                return None;
            }
            index += 1;
        }
        Some(drafts)
    }

    /// The draft for a prefix: one with the same signs, or a new one.
    fn draft(&self, drafts: &mut Vec<Draft>, rows: Rows) -> usize {
        let met = self.met(&rows);
        let judged = self.functionals.judge(&rows);
        let label = if judged.mass.is_zero() { judged.head.unwrap_or(judged.task) } else { judged.task };
        let sign = |x: &BigRational| i8::from(x.is_positive()) - i8::from(x.is_negative());
        let signs = met[0].iter().zip(&met[1]).map(|(s, g)| Some(sign(s)).filter(|found| *found == sign(g)));
        let signature = (label, signs.collect());
        if let Some(known) = drafts.iter().position(|draft| draft.signature == signature) {
            drafts[known].met.extend(met);
            return known;
        }
        drafts.push(Draft { rows, met: met.into(), signature, facts: Vec::new(), next: Vec::new() });
        drafts.len() - 1
    }

    /// Masses and scores of the task, and of the head, in their units, divided by the sum of the masses.
    fn met(&self, rows: &Rows) -> [Row; 2] {
        let total: BigInt = rows.0[0].iter().sum();
        let total = if total.is_zero() { BigInt::one() } else { total };
        let (task, head) = self.functionals.split(&rows.0);
        [(task, &self.units[0]), (head, &self.units[1])].map(|(scores, unit)| {
            let masses = rows.0[0].iter().map(|mass| BigRational::new(mass.clone(), total.clone()));
            let value =
                |score: &BigInt| BigRational::new(score * self.functionals.mass_scale(), &total * unit);
            masses.chain(scores.iter().flatten().map(value)).collect()
        })
    }

    /// How much of the masses a strict comparison is to exceed 0 by: less than what it does anywhere, for what is not tiny.
    fn excess(&self, drafts: &[Draft]) -> BigRational {
        let n = self.functionals.states();
        let tiny = power_of_two(-EXPONENT);
        let ratios = drafts.iter().flat_map(|draft| &draft.met).flat_map(|row| {
            let (masses, scores) = row.split_at(n);
            let totals = scores.chunks(n).map(|block| block.iter().sum::<BigRational>().abs());
            let columns = scores.chunks(n).flat_map(move |block| block.iter().zip(masses));
            let columns = columns.filter(|(_, mass)| mass.is_positive());
            totals.chain(columns.map(|(score, mass)| score.abs() / mass))
        });
        let least = ratios.filter(|ratio| *ratio > tiny).fold(BigRational::one(), BigRational::min);
        below(&least).unwrap_or(tiny)
    }

    /// The functional `x ↦ ± Σ_j v_j score_j − excess Σ_j v_j mass_j` of a comparison and a vector over the states; without excess if ties win.
    fn fact(&self, comparison: &Comparison, excess: &BigRational, v: &[BigRational]) -> Row {
        let masses = v.iter().map(|v| if comparison.strict { -excess * v } else { BigRational::zero() });
        let scores = (0..self.functionals.contrasts()).flat_map(|row| {
            let sign = i8::from(comparison.plus == Some(row)) - i8::from(comparison.minus == Some(row));
            v.iter().map(move |v| v * BigRational::from_integer(sign.into()))
        });
        masses.chain(scores).collect()
    }

    /// Guesses: what is true of all prefixes of a draft. First the comparisons of its label; `None` if these are not won.
    fn facts(&self, draft: &Draft, excess: &BigRational) -> Option<Vec<Row>> {
        let n = self.functionals.states();
        let comparisons = self.functionals.comparisons();
        let ones = vec![BigRational::one(); n];
        let units: Vec<Row> = (0..n).map(|j| unit(n, j)).collect();
        let won: Vec<Row> =
            comparisons.of(draft.signature.0).iter().map(|c| self.fact(c, excess, &ones)).collect();
        let mut others: Vec<Row> =
            (0..n).map(|j| negative(&unit(n * (1 + self.functionals.contrasts()), j))).collect();
        for comparison in (0..comparisons.labels()).flat_map(|label| comparisons.of(label)) {
            let total = self.fact(comparison, excess, &ones);
            let ahead: Vec<Row> = self.steps.iter().map(|step| ahead(step, &total)).collect();
            let columns: Vec<Row> = units.iter().map(|unit| self.fact(comparison, excess, unit)).collect();
            let signs = columns.iter().chain(&ahead).chain([&total]);
            others.extend(signs.flat_map(|fact| [fact.clone(), negative(fact)]));
        }
        for comparison in comparisons.of(draft.signature.0) {
            let columns: Vec<Row> = units.iter().map(|unit| self.fact(comparison, excess, unit)).collect();
            others.extend(ratios(&columns, &draft.met));
        }
        let holds = |fact: &Row| draft.met.iter().all(|row| !dot(fact, row).is_negative());
        others.retain(holds);
        others.sort();
        others.dedup();
        others.retain(|fact| !won.contains(fact));
        won.iter().all(holds).then(|| won.into_iter().chain(others).collect())
    }

    /// Drops facts that do not follow until all do; `None` if one that a label needs is among them, or that takes too long.
    fn drop_what_does_not_follow(&self, drafts: &mut [Draft], questions: &mut usize) -> Option<()> {
        let mut weakened = vec![true; drafts.len()];
        while weakened.contains(&true) {
            let changed = std::mem::replace(&mut weakened, vec![false; drafts.len()]);
            for index in (0..drafts.len()).filter(|&index| changed[index]) {
                let generators = self.generators(&drafts[index].facts);
                for (token, next) in drafts[index].next.clone().into_iter().enumerate() {
                    let facts = std::mem::take(&mut drafts[next].facts);
                    *questions = questions.checked_sub(facts.len())?;
                    let follows = |fact: &Row| self.follows(&generators, token, fact).is_some();
                    let needed = self.functionals.comparisons().of(drafts[next].signature.0).len();
                    if !facts[..needed].iter().all(follows) {
                        return None; // mostly so, and at once
                    }
                    let kept: Vec<bool> =
                        (0..facts.len()).map(|fact| fact < needed || follows(&facts[fact])).collect();
                    weakened[next] |= kept.contains(&false);
                    drafts[next].facts =
                        facts.into_iter().zip(kept).filter_map(|(fact, kept)| kept.then_some(fact)).collect();
                }
            }
        }
        Some(())
    }

    /// The facts, and that masses are not negative, as columns.
    fn generators(&self, facts: &[Row]) -> Matrix<BigRational> {
        let n = self.functionals.states();
        let height = n * (1 + self.functionals.contrasts());
        Matrix::from_fn(height, facts.len() + n, |row, column| match facts.get(column) {
            Some(fact) => fact[row].clone(),
            None => BigRational::from_integer(u8::from(column - facts.len() == row).into()),
        })
    }

    /// The weights with which a fact after one more token follows, if it does.
    fn follows(&self, generators: &Matrix<BigRational>, token: usize, fact: &Row) -> Option<Row> {
        match cone_membership(generators, &ahead(&self.steps[token], fact)) {
            ConeMembership::Inside(weights) => Some(weights),
            ConeMembership::Outside(_) => None,
        }
    }

    /// For each draft, token and fact of the next one the weights that it follows with.
    fn weights(&self, drafts: &[Draft]) -> Option<Vec<Vec<Vec<Row>>>> {
        let of = |draft: &Draft| -> Option<Vec<Vec<Row>>> {
            let generators = self.generators(&draft.facts);
            let steps = draft.next.iter().enumerate().map(|(token, &next)| {
                drafts[next].facts.iter().map(|fact| self.follows(&generators, token, fact)).collect()
            });
            steps.collect()
        };
        drafts.iter().map(of).collect()
    }

    /// Which facts of each draft others rest on, or its label.
    fn needed(&self, drafts: &[Draft], weights: &[Vec<Vec<Row>>]) -> Vec<Vec<bool>> {
        let labels = |draft: &Draft| self.functionals.comparisons().of(draft.signature.0).len();
        let mut needed: Vec<Vec<bool>> =
            drafts.iter().map(|draft| (0..draft.facts.len()).map(|f| f < labels(draft)).collect()).collect();
        loop {
            let before = needed.clone();
            for (index, draft) in drafts.iter().enumerate() {
                for (token, &next) in draft.next.iter().enumerate() {
                    for fact in (0..before[next].len()).filter(|&fact| before[next][fact]) {
                        let used = weights[index][token][fact].iter().map(Signed::is_positive);
                        needed[index].iter_mut().zip(used).for_each(|(needed, used)| *needed |= used);
                    }
                }
            }
            if needed == before {
                return needed;
            }
        }
    }
}

/// The regions with the facts that are needed.
fn finished(drafts: &[Draft], needed: &[Vec<bool>], weights: &[Vec<Vec<Row>>], base: usize) -> Vec<Region> {
    let kept = |index: usize| (0..needed[index].len()).filter(move |&fact| needed[index][fact]);
    let sparse = |index: usize, weights: &Row| -> Vec<(usize, Rational)> {
        let kept = kept(index).enumerate().filter(|(_, fact)| weights[*fact].is_positive());
        kept.map(|(at, fact)| (at, Rational(weights[fact].clone()))).collect()
    };
    let region = |(index, draft): (usize, &Draft)| {
        let next = |(token, &next): (usize, &usize)| Next {
            region: base + next,
            weights: kept(next).map(|fact| sparse(index, &weights[index][token][fact])).collect(),
        };
        let fact = |fact: usize| draft.facts[fact].iter().cloned().map(Rational).collect();
        Region {
            label: draft.signature.0,
            facts: kept(index).map(fact).collect(),
            next: draft.next.iter().enumerate().map(next).collect(),
        }
    };
    drafts.iter().enumerate().map(region).collect()
}

/// Bounds of the values in columns by those in columns of one sign, with room.
fn ratios(columns: &[Row], met: &[Row]) -> Vec<Row> {
    let values: Vec<Row> =
        met.iter().map(|row| columns.iter().map(|column| dot(column, row)).collect()).collect();
    let mut facts = Vec::new();
    for i in 0..columns.len() {
        let size = if values.iter().all(|value| value[i].is_positive()) {
            columns[i].clone()
        } else if values.iter().all(|value| value[i].is_negative()) {
            negative(&columns[i])
        } else {
            continue;
        };
        for j in (0..columns.len()).filter(|&j| j != i) {
            let ratios = || values.iter().map(|value| &value[j] / value[i].abs());
            let (Some(least), Some(most)) = (ratios().min(), ratios().max()) else { continue };
            facts.extend(below(&least).map(|ratio| plus(&columns[j], &size, &-ratio)));
            facts.extend(below(&-most).map(|ratio| plus(&negative(&columns[j]), &size, &-ratio)));
        }
    }
    facts
}

/// `M_z f`, block by block.
fn ahead(step: &Matrix<BigRational>, fact: &[BigRational]) -> Row {
    let blocks = fact.chunks(step.rows());
    blocks.flat_map(|block| (0..step.rows()).map(|row| dot(step.row(row), block))).collect()
}

fn dot(a: &[BigRational], b: &[BigRational]) -> BigRational {
    a.iter().zip(b).filter(|(x, y)| !x.is_zero() && !y.is_zero()).map(|(x, y)| x * y).sum()
}

fn plus(a: &[BigRational], b: &[BigRational], factor: &BigRational) -> Row {
    a.iter().zip(b).map(|(x, y)| x + y * factor).collect()
}

fn negative(fact: &[BigRational]) -> Row {
    fact.iter().map(|x| -x).collect()
}

fn unit(length: usize, index: usize) -> Row {
    (0..length).map(|i| BigRational::from_integer(u8::from(i == index).into())).collect()
}

fn power_of_two(exponent: i64) -> BigRational {
    let power = BigInt::one() << exponent.unsigned_abs();
    if exponent < 0 { BigRational::new(BigInt::one(), power) } else { BigRational::from_integer(power) }
}

/// A power of two below a number, or minus one, with room of a factor of 2 at least, if it says more than a sign and is not too large.
fn below(value: &BigRational) -> Option<BigRational> {
    let exponent = value.numer().bits() as i64 - value.denom().bits() as i64; // of 2^-1 to 2 times the size
    if value.is_positive() {
        (exponent - 2 > -EXPONENT).then(|| power_of_two((exponent - 2).min(EXPONENT)))
    } else if value.is_negative() {
        (exponent + 2 < EXPONENT).then(|| -power_of_two((exponent + 2).max(-EXPONENT)))
    } else {
        None
    }
}
