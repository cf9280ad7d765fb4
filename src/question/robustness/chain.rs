//! Assumption 3.2: which changes of `π0` and `A` it survives, or what would make it true.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use recoverable_checker::{
    Accepted,
    certificate::{Aperiodicity, ClosedSet, ErgodicRadius, Evidence, Periods, Statement, Trees},
    number::Rational,
};

use super::{Broken, ChainRadius, ChainRepair, RepairedChain, Standing, sizes, with_parts};
use crate::{
    certify::{Limit, certify_proof},
    hypothesis::{Decision, assumption_3_2},
    linear::Matrix,
    model::{Hmm, Model},
    question::conditioning::Certified,
    search::{Components, Period, Reach, Steps},
};

/// Where a new step is moved so that no further one is needed: more places than this are not tried.
const PLACES: usize = 256;

/// All of Assumption 3.2.
pub(super) struct Found {
    pub whole: Standing<ChainRadius, ChainRepair>,
    pub irreducible: Standing<BigRational, ClosedSet>,
    pub aperiodic: Option<Standing<BigRational, Periods>>,
    pub full_support: Standing<BigRational, Vec<usize>>,
}

/// Decides Assumption 3.2, with its radius or its repair.
pub(super) fn decide(model: &Model) -> Found {
    let decided = assumption_3_2::decide(model);
    let levels = Levels::new(model.hmm());
    let irreducible = part(decided.irreducible, closed_set, || {
        let (level, trees) = levels.highest(trees)?;
        let evidence = Evidence::Irreducible(trees);
        Some((level, certify_proof(model, Statement::Irreducible, evidence)))
    });
    let aperiodic = decided.aperiodic.map(|decision| {
        part(decision, periods, || {
            let (level, evidence) = levels.highest(walks)?;
            Some((level, certify_proof(model, Statement::Aperiodic, Evidence::Aperiodic(evidence))))
        })
    });
    let initial = model.hmm().initial();
    let missing = || (0..initial.len()).filter(|&state| initial[state].is_zero()).collect();
    let full_support = match decided.full_support {
        Decision::Holds(accepted) => {
            let smallest = initial.iter().min().cloned().unwrap_or_else(BigRational::zero);
            Standing::Holds { accepted, radius: Ok(smallest) }
        }
        Decision::Fails(accepted) => Standing::Fails { accepted, failure: missing() },
        Decision::Undecided(limit) => Standing::Undecided(limit),
    };
    let whole = match decided.whole {
        Decision::Holds(accepted) => Standing::Holds { accepted, radius: chain_radius(model, &levels) },
        Decision::Fails(accepted) => Standing::Fails { accepted, failure: repair(model, missing()) },
        Decision::Undecided(limit) => Standing::Undecided(limit),
    };
    Found { whole, irreducible, aperiodic, full_support }
}

/// A part about the steps: with the evidence of the highest level if it holds, with its witness if it fails.
fn part<F>(
    decision: Decision,
    witness: impl Fn(&Evidence) -> Option<F>,
    highest: impl Fn() -> Option<(BigRational, Result<Accepted, Limit>)>,
) -> Standing<BigRational, F> {
    match decision {
        Decision::Holds(accepted) => match highest() {
            Some((radius, Ok(accepted))) => Standing::Holds { accepted, radius: Ok(radius) },
            Some((_, Err(limit))) => Standing::Holds { accepted, radius: Err(limit) },
            None => Standing::Undecided(unexpected()),
        },
        Decision::Fails(accepted) => match witness(&accepted.certificate().evidence) {
            Some(failure) => Standing::Fails { accepted, failure },
            None => Standing::Undecided(unexpected()),
        },
        Decision::Undecided(limit) => Standing::Undecided(limit),
    }
}

/// What no evidence of this program leads to.
fn unexpected() -> Limit {
    Limit::Refused("the evidence is of another kind".to_owned())
}

fn closed_set(evidence: &Evidence) -> Option<ClosedSet> {
    if let Evidence::Reducible(found) = evidence { Some(found.clone()) } else { None }
}

fn periods(evidence: &Evidence) -> Option<Periods> {
    if let Evidence::Periodic(found) = evidence { Some(found.clone()) } else { None }
}

/// The search trees of an irreducible graph.
fn trees(steps: &Steps) -> Option<Trees> {
    if let Reach::Irreducible(trees) = steps.reach() { Some(trees) } else { None }
}

/// The trees and walks of an irreducible graph of period 1.
fn walks(steps: &Steps) -> Option<Aperiodicity> {
    let trees = trees(steps)?;
    if let Period::Aperiodic(walks) = steps.period() { Some(Aperiodicity { trees, walks }) } else { None }
}

/// The positive entries of `A` in order.
struct Levels {
    /// Distinct, ascending.
    values: Vec<BigRational>,
    /// For each entry how many of the values are at most as large: 0 for a zero.
    ranks: Matrix<usize>,
}

impl Levels {
    fn new(hmm: &Hmm) -> Self {
        let transition = hmm.transition();
        let mut values: Vec<_> =
            transition.entries().iter().filter(|entry| entry.is_positive()).cloned().collect();
        values.sort_unstable();
        values.dedup();
        let ranks = transition.map(|entry| values.partition_point(|value| value <= entry));
        Self { values, ranks }
    }

    /// The steps with at least this rank.
    fn steps(&self, rank: usize) -> Steps {
        Steps::of(self.ranks.columns(), |from, to| self.ranks[(to, from)] >= rank)
    }

    /// The largest value for which the steps of at least that probability have a property, and the evidence of it. Whatever has the
    /// property must keep it when steps are added.
    fn highest<E>(&self, property: impl Fn(&Steps) -> Option<E>) -> Option<(BigRational, E)> {
        let (mut good, mut bad) = (1, self.values.len() + 1);
        let mut evidence = property(&self.steps(good))?;
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            match property(&self.steps(middle)) {
                Some(found) => (good, evidence) = (middle, found),
                None => bad = middle,
            }
        }
        Some((self.values[good - 1].clone(), evidence))
    }

    /// The steps that are more probable than this.
    fn above(&self, value: &BigRational) -> Steps {
        self.steps(self.values.partition_point(|other| other <= value) + 1)
    }
}

/// The radius of a model that satisfies Assumption 3.2.
fn certified_radius(model: &Model, levels: &Levels) -> Result<Certified<BigRational>, Limit> {
    let (level, ergodic) = levels.highest(walks).ok_or_else(unexpected)?;
    let smallest = model.hmm().initial().iter().min().ok_or_else(unexpected)?;
    let value = level.min(smallest.clone());
    let evidence = Evidence::ErgodicRadius(ErgodicRadius { radius: Rational(value.clone()), ergodic });
    let accepted = certify_proof(model, Statement::ErgodicRadius, evidence)?;
    Ok(Certified { value, accepted })
}

fn chain_radius(model: &Model, levels: &Levels) -> Result<ChainRadius, Limit> {
    let radius = certified_radius(model, levels)?;
    let nearest = nearest(model, levels, &radius.value);
    Ok(ChainRadius { radius, nearest })
}

/// A model at exactly this distance on which Assumption 3.2 fails: `π0` without the state that it gives the least, or `A` without
/// what leaves a set that no more probable step leaves, or without what is at odds with the classes that all more probable steps keep to.
fn nearest(model: &Model, levels: &Levels, radius: &BigRational) -> Option<Broken> {
    let hmm = model.hmm();
    let n = hmm.states();
    let broken = |hmm: Hmm| {
        let model = with_parts(model, hmm);
        match assumption_3_2::decide(&model).whole {
            Decision::Fails(accepted) => Some(Broken { model, accepted }),
            Decision::Holds(_) | Decision::Undecided(_) => None,
        }
    };
    if let Some(state) = hmm.initial().iter().position(|entry| entry == radius) {
        let other = (0..n).filter(|&other| other != state).max_by_key(|&other| &hmm.initial()[other])?;
        let mut initial = hmm.initial().to_vec();
        let lost = std::mem::replace(&mut initial[state], BigRational::zero());
        initial[other] += lost;
        return broken(changed(hmm, initial, hmm.transition().clone()));
    }
    let confined = |allowed: &dyn Fn(usize, usize) -> bool| {
        let transition = confined(hmm.transition(), allowed, radius)?;
        broken(changed(hmm, hmm.initial().to_vec(), transition))
    };
    let steps = levels.above(radius);
    match steps.reach() {
        Reach::Irreducible(_) => {
            let Period::Periodic(Periods { period, classes }) = steps.period() else { return None };
            confined(&|from, to| (classes[from] + 1) % period == classes[to])
        }
        Reach::Reducible(set) => {
            let components = Components::new(&steps);
            let member = |states: &[usize], inside: bool| -> Vec<bool> {
                (0..n).map(|state| states.contains(&state) == inside).collect()
            };
            let parts = components.parts();
            let without = components.sources().map(|part| member(&parts[part], false));
            let alone = components.sinks().map(|part| member(&parts[part], true));
            let closed = without.chain(alone).chain([member(&set.states, true)]);
            closed.into_iter().find_map(|closed| confined(&|from, to| !closed[from] || closed[to]))
        }
    }
}

fn changed(hmm: &Hmm, initial: Vec<BigRational>, transition: Matrix<BigRational>) -> Hmm {
    Hmm::new(initial, transition.to_rows(), hmm.emission().to_rows()).expect("laws were mixed or shifted")
}

/// Each column of `A` with what is not allowed spread evenly over what is; `None` if some entry would change by more than the radius.
fn confined(
    transition: &Matrix<BigRational>,
    allowed: &dyn Fn(usize, usize) -> bool,
    radius: &BigRational,
) -> Option<Matrix<BigRational>> {
    let n = transition.columns();
    let mut shares = Vec::with_capacity(n);
    for from in 0..n {
        let lost = (0..n).filter(|&to| !allowed(from, to)).map(|to| &transition[(to, from)]);
        if lost.clone().any(|entry| entry > radius) {
            return None;
        }
        let share = lost.sum::<BigRational>()
            / BigRational::from_integer((0..n).filter(|&to| allowed(from, to)).count().into());
        if share > *radius {
            return None;
        }
        shares.push(share);
    }
    let entry = |to: usize, from: usize| match allowed(from, to) {
        true => &transition[(to, from)] + &shares[from],
        false => BigRational::zero(),
    };
    Some(Matrix::from_fn(n, n, entry))
}

/// The fewest new steps between components, a pause if the chain is periodic even so, and the states that `π0` misses.
fn repair(model: &Model, starts: Vec<usize>) -> ChainRepair {
    let hmm = model.hmm();
    let steps = Steps::new(hmm);
    let firmness = firmness(hmm);
    let (joins, pause) = aperiodic_joins(&steps, &firmness);
    let new: Vec<_> = joins.iter().copied().chain(pause.map(|state| (state, state))).collect();
    let sizes = sizes().map(|size| repaired(model, &new, &starts, size)).collect();
    ChainRepair { joins, pause, starts, sizes }
}

/// The least positive entry of each column of `A`: what a new step out of the state makes smaller.
fn firmness(hmm: &Hmm) -> Vec<BigRational> {
    let least =
        |state: usize| hmm.transition().column(state).filter(|entry| entry.is_positive()).min().cloned();
    (0..hmm.states()).map(|state| least(state).unwrap_or_else(BigRational::zero)).collect()
}

/// The firmest of some states, the first on ties.
fn firmest(states: impl Iterator<Item = usize>, firmness: &[BigRational]) -> Option<usize> {
    states.reduce(|best, other| if firmness[other] > firmness[best] { other } else { best })
}

/// Steps that join the components, and a state to pause in if that does not make the chain aperiodic.
fn aperiodic_joins(steps: &Steps, firmness: &[BigRational]) -> (Vec<(usize, usize)>, Option<usize>) {
    let components = Components::new(steps);
    let parts = components.parts();
    let between = components.joined();
    let mut used = vec![0; steps.states()];
    let mut joins = Vec::with_capacity(between.len());
    for &(from, to) in &between {
        let least = parts[from].iter().map(|&state| used[state]).min().unwrap_or(0);
        let fresh = parts[from].iter().copied().filter(|&state| used[state] == least);
        let Some(from) = firmest(fresh, firmness) else { continue };
        used[from] += 1;
        joins.push((from, parts[to][0]));
    }
    let joined = |joins: &[(usize, usize)]| joins.iter().copied().fold(steps.clone(), Steps::with);
    if walks(&joined(&joins)).is_some() {
        return (joins, None);
    }
    let places = between.iter().enumerate().flat_map(|(index, &(from, to))| {
        parts[from].iter().flat_map(move |&from| parts[to].iter().map(move |&to| (index, (from, to))))
    });
    for (index, place) in places.take(PLACES) {
        let mut other = joins.clone();
        other[index] = place;
        if walks(&joined(&other)).is_some() {
            return (other, None);
        }
    }
    let pause = firmest(0..steps.states(), firmness);
    (joins, pause)
}

fn repaired(
    model: &Model,
    new: &[(usize, usize)],
    starts: &[usize],
    size: BigRational,
) -> Result<RepairedChain, Limit> {
    let hmm = model.hmm();
    let targets = |state: usize| -> Vec<usize> {
        new.iter().filter(|(from, _)| *from == state).map(|&(_, to)| to).collect()
    };
    let columns: Vec<_> = (0..hmm.states())
        .map(|state| {
            mixed(&hmm.transition().column(state).cloned().collect::<Vec<_>>(), &targets(state), &size)
        })
        .collect();
    let initial = mixed(hmm.initial(), starts, &size);
    let hmm = changed(hmm, initial, Matrix::from_columns(columns.len(), &columns));
    let changes = hmm.transition().entries().iter().zip(model.hmm().transition().entries());
    let changes = changes.chain(hmm.initial().iter().zip(model.hmm().initial()));
    let largest_change = changes.map(|(after, before)| (after - before).abs()).max();
    let model = with_parts(model, hmm);
    let radius = certified_radius(&model, &Levels::new(model.hmm()))?;
    let accepted = match assumption_3_2::decide(&model).whole {
        Decision::Holds(accepted) => accepted,
        Decision::Fails(_) => return Err(unexpected()),
        Decision::Undecided(limit) => return Err(limit),
    };
    let largest_change = largest_change.unwrap_or_else(BigRational::zero);
    Ok(RepairedChain { size, model, largest_change, radius, accepted })
}

/// `(1 − ε)` of a law, and `ε` shared evenly by these places; the law itself if there are none.
fn mixed(law: &[BigRational], places: &[usize], size: &BigRational) -> Vec<BigRational> {
    if places.is_empty() {
        return law.to_vec();
    }
    let kept = BigRational::one() - size;
    let share = size / BigRational::from_integer(places.len().into());
    let mut law: Vec<BigRational> = law.iter().map(|entry| entry * &kept).collect();
    places.iter().for_each(|&place| law[place] += &share);
    law
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(n: usize, list: &[(usize, usize)]) -> Steps {
        Steps::of(n, |from, to| list.contains(&(from, to)))
    }

    fn flat(n: usize) -> Vec<BigRational> {
        vec![BigRational::one(); n]
    }

    /// Two cycles of length 2: any two steps join them, but only some leave the period at 1.
    #[test]
    fn joins_are_placed_so_that_no_pause_is_needed() {
        let two = steps(4, &[(0, 1), (1, 0), (2, 3), (3, 2)]);
        let (joins, pause) = aperiodic_joins(&two, &flat(4));
        assert_eq!((joins.len(), pause), (2, None));
        assert!(walks(&joins.into_iter().fold(two, Steps::with)).is_some());
    }

    /// A cycle needs a pause, and it is where the least is lost.
    #[test]
    fn the_firmest_state_pauses() {
        let cycle = steps(3, &[(0, 1), (1, 2), (2, 0)]);
        let mut firmness = flat(3);
        firmness[0] = BigRational::new(1.into(), 2.into());
        assert_eq!(aperiodic_joins(&cycle, &firmness), (Vec::new(), Some(1)));
    }
}
