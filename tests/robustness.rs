//! Radii and repairs, rechecked by code that shares nothing with them: closures of small graphs, elimination with fractions.

mod brute;
mod cases;

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::{collection::vec, prelude::*};
use recoverable::{
    model::{
        Hmm, Model, Names, builtin,
        file::{Options as FileOptions, Source, read, to_toml},
    },
    number::parse,
    question::robustness::{
        ChainRadius, EmissionRepair, RepairedChain, RepairedEmission, Robustness, Standing, decide,
    },
    report::{
        document::{Document, WIDTH},
        robustness::{dependence, value, write},
        text::Options,
    },
    strategies::{BREAKS, Break, model, planted},
    theorem::{Verdict, theorem_3_3},
};
use recoverable_checker::{
    Accepted,
    certificate::{self, Evidence, Outcome, Statement},
    check,
};

fn q(text: &str) -> BigRational {
    parse(text).unwrap()
}

fn integer(value: usize) -> BigRational {
    BigRational::from_integer(value.into())
}

type Rows = Vec<Vec<BigRational>>;

fn rows(text: &[&[&str]]) -> Rows {
    text.iter().map(|row| row.iter().map(|entry| q(entry)).collect()).collect()
}

fn laws(text: &[&str]) -> Vec<BigRational> {
    text.iter().map(|entry| q(entry)).collect()
}

fn named(name: &str, initial: &[&str], transition: &[&[&str]], emission: &[&[&str]]) -> Model {
    let hmm = Hmm::new(laws(initial), rows(transition), rows(emission)).unwrap();
    Model::new(name, hmm, None, Names::default()).unwrap()
}

/// Models from every source that is at hand.
fn all_models() -> Vec<Model> {
    builtin::all().into_iter().chain(cases::all().into_iter().map(|case| case.model)).collect()
}

// ---------------------------------------------------------------------------------------------
// Deciding again

/// `graph[to][from]`
type Graph = Vec<Vec<bool>>;

fn graph(transition: &Rows, keep: impl Fn(&BigRational) -> bool) -> Graph {
    transition.iter().map(|row| row.iter().map(&keep).collect()).collect()
}

fn product(a: &Graph, b: &Graph) -> Graph {
    let n = a.len();
    let entry = |i: usize, j: usize| (0..n).any(|l| a[i][l] && b[l][j]);
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

/// Some power has no zero (Wielandt: the power `n² − 2n + 2`, and then all further ones).
fn primitive(graph: &Graph) -> bool {
    let n = graph.len();
    let power = (1..n * n + 2 - 2 * n).fold(graph.clone(), |power, _| product(&power, graph));
    power.iter().flatten().all(|&positive| positive)
}

/// Whether each state leads to each (each to itself).
fn reach(graph: &Graph) -> Graph {
    let n = graph.len();
    let mut all = graph.clone();
    (0..n).for_each(|state| all[state][state] = true);
    (0..n).fold(all, |all, _| product(&all, &all))
}

fn ergodic(initial: &[BigRational], transition: &Rows) -> bool {
    initial.iter().all(Signed::is_positive) && primitive(&graph(transition, Signed::is_positive))
}

fn assumption_3_2(model: &Model) -> bool {
    ergodic(model.hmm().initial(), &model.hmm().transition().to_rows())
}

fn independent(model: &Model) -> bool {
    brute::rank(model.hmm().emission().to_rows()) == model.hmm().states()
}

/// The largest difference of an entry of `π0` or `A`.
fn chain_change(a: &Model, b: &Model) -> BigRational {
    let entries = |model: &Model| {
        let (initial, transition) =
            (model.hmm().initial().to_vec(), model.hmm().transition().entries().to_vec());
        [initial, transition].concat()
    };
    entries(a).iter().zip(&entries(b)).map(|(x, y)| (x - y).abs()).max().unwrap()
}

fn emission_changes(a: &Model, b: &Model) -> Vec<BigRational> {
    let (a, b) = (a.hmm().emission().entries(), b.hmm().emission().entries());
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).collect()
}

/// What the checker has accepted, reads again, and says about this model.
fn says(accepted: &Accepted, statement: Statement, verdict: Outcome, model: &Model) -> Evidence {
    let again = check(accepted.text()).unwrap();
    assert_eq!((again.claim().statement, again.claim().verdict), (statement, verdict));
    assert_eq!(again.certificate().model, recoverable::model::certificate_model(model));
    let certificate::Model::Hmm(_) = again.certificate().model else { panic!() };
    again.certificate().evidence.clone()
}

/// By elimination without pivoting: `WᵀW − s²I` has positive pivots, so `σ_min(W) > s`.
fn exceeds(emission: &Rows, bound: &BigRational) -> bool {
    let n = emission[0].len();
    let entry = |i: usize, j: usize| -> BigRational { emission.iter().map(|row| &row[i] * &row[j]).sum() };
    let mut gram: Rows = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
    (0..n).for_each(|i| gram[i][i] -= bound * bound);
    for pivot in 0..n {
        if !gram[pivot][pivot].is_positive() {
            return false;
        }
        for row in pivot + 1..n {
            let factor = &gram[row][pivot] / &gram[pivot][pivot];
            let source = gram[pivot].clone();
            gram[row].iter_mut().zip(&source).for_each(|(entry, from)| *entry -= &factor * from);
        }
    }
    true
}

// ---------------------------------------------------------------------------------------------
// Radii

/// A law that differs by less than the radius in each entry, as far towards another law as that allows.
fn towards(law: &[BigRational], other: &[BigRational], radius: &BigRational) -> Vec<BigRational> {
    let largest = law.iter().zip(other).map(|(x, y)| (x - y).abs()).max().unwrap();
    if largest.is_zero() {
        return law.to_vec();
    }
    let share = (radius * q("0.999999") / largest).min(BigRational::one());
    law.iter().zip(other).map(|(x, y)| x + (y - x) * &share).collect()
}

/// The law with all that is outside a set moved into it, each entry by less than the radius.
fn drawn_into(law: &[BigRational], inside: &dyn Fn(usize) -> bool, radius: &BigRational) -> Vec<BigRational> {
    let most = radius * q("0.999999");
    let members = (0..law.len()).filter(|&state| inside(state)).count();
    if members == 0 {
        return law.to_vec();
    }
    let mut room = &most * integer(members);
    let mut law = law.to_vec();
    let mut moved = BigRational::zero();
    for (state, entry) in law.iter_mut().enumerate() {
        if !inside(state) {
            let taken = entry.clone().min(most.clone()).min(room.clone());
            *entry -= &taken;
            room -= &taken;
            moved += taken;
        }
    }
    let share = moved / integer(members);
    law.iter_mut().enumerate().filter(|(state, _)| inside(*state)).for_each(|(_, entry)| *entry += &share);
    law
}

fn with_columns(model: &Model, initial: Vec<BigRational>, columns: &[Vec<BigRational>]) -> Model {
    let n = columns.len();
    let transition = (0..n).map(|to| columns.iter().map(|column| column[to].clone()).collect()).collect();
    let hmm = Hmm::new(initial, transition, model.hmm().emission().to_rows()).unwrap();
    Model::new(model.name(), hmm, model.task().cloned(), model.names().clone()).unwrap()
}

fn columns(model: &Model) -> Vec<Vec<BigRational>> {
    let n = model.hmm().states();
    (0..n).map(|state| model.hmm().transition().column(state).cloned().collect()).collect()
}

/// Inside the radius 3.2 stays true however `π0` and `A` are drawn: into every set of states, along every division into two
/// classes. The steps above the radius are not ergodic, or `π0` is not above it; and what is given as the nearest failure is one.
fn check_chain_radius(model: &Model, found: &ChainRadius) {
    let hmm = model.hmm();
    let (n, radius) = (hmm.states(), &found.radius.value);
    assert!(radius.is_positive());
    let evidence = says(&found.radius.accepted, Statement::ErgodicRadius, Outcome::Proved, model);
    let Evidence::ErgodicRadius(evidence) = evidence else { panic!() };
    assert_eq!(evidence.radius.0, *radius);
    let transition = hmm.transition().to_rows();
    assert!(
        primitive(&graph(&transition, |entry| entry >= radius))
            && hmm.initial().iter().all(|entry| entry >= radius)
    );
    let above = primitive(&graph(&transition, |entry| entry > radius));
    assert!(!above || hmm.initial().iter().any(|entry| entry <= radius), "a larger one would do");
    for set in 0_usize..1 << n.min(8) {
        let inside = |state: usize| set >> state & 1 == 1;
        let initial = drawn_into(hmm.initial(), &inside, radius);
        let columns = columns(model);
        let closed: Vec<_> = (0..n)
            .map(|from| {
                if inside(from) { drawn_into(&columns[from], &inside, radius) } else { columns[from].clone() }
            })
            .collect();
        let turned: Vec<_> =
            (0..n).map(|from| drawn_into(&columns[from], &|to| inside(to) != inside(from), radius)).collect();
        for columns in [closed, turned] {
            let other = with_columns(model, initial.clone(), &columns);
            assert!(chain_change(model, &other) < *radius && assumption_3_2(&other), "{other:?}");
        }
    }
    if let Some(broken) = &found.nearest {
        assert_eq!(chain_change(model, &broken.model), *radius);
        assert!(!assumption_3_2(&broken.model));
        says(&broken.accepted, Statement::Assumption32, Outcome::Refuted, &broken.model);
        assert_eq!(model.hmm().emission(), broken.model.hmm().emission());
    }
}

/// Inside the radius of 3.1 columns stay independent, also on the way to the nearest dependent ones, which are at most at the upper
/// bound of `σ_min`.
fn check_emission_radius(model: &Model, found: &Robustness, directions: &[i64]) {
    let radius = found.assumption_3_1.radius().unwrap();
    let emission = model.hmm().emission().to_rows();
    let (k, n) = (emission.len(), emission[0].len());
    let bounds = &radius.singular_value.value;
    assert!(bounds.lower.is_positive() && exceeds(&emission, &(&bounds.lower * q("0.999999999"))));
    let entrywise = &radius.entrywise;
    assert!(entrywise * entrywise * integer(k * n) <= &bounds.lower * &bounds.lower);
    assert!((entrywise * entrywise * integer(k * n)) > &bounds.lower * &bounds.lower * q("0.99999999"));
    let statement = Statement::EmissionSingularValue;
    let evidence = says(&radius.singular_value.accepted, statement, Outcome::Proved, model);
    let Evidence::SingularValue(evidence) = evidence else { panic!() };
    let v: Vec<_> = evidence.vector.iter().map(|v| BigRational::from_integer(v.0.clone())).collect();
    let length: BigRational = v.iter().map(|v| v * v).sum();
    // W − W v vᵀ / ‖v‖² does not see v, and is at the distance ‖W v‖ / ‖v‖.
    let image: Vec<BigRational> =
        emission.iter().map(|row| row.iter().zip(&v).map(|(w, v)| w * v).sum()).collect();
    let worst: Rows = image.iter().map(|image| v.iter().map(|v| -(image * v) / &length).collect()).collect();
    let moved = |change: &Rows, share: &BigRational| -> Rows {
        let row = |(row, change): (&Vec<BigRational>, &Vec<BigRational>)| {
            row.iter().zip(change).map(|(w, d)| w + d * share).collect()
        };
        emission.iter().zip(change).map(row).collect()
    };
    let square = |change: &Rows| change.iter().flatten().map(|d| d * d).sum::<BigRational>();
    assert!(square(&worst) <= &bounds.upper * &bounds.upper);
    assert!(brute::rank(moved(&worst, &BigRational::one())) < n);
    assert_eq!(brute::rank(moved(&worst, &(&bounds.lower / &bounds.upper * q("0.999999")))), n);
    // Entries that all change by nearly the entrywise radius: with the signs of the worst direction, and with any.
    let just_below = entrywise * q("0.999999");
    let signs: Rows =
        worst.iter().map(|row| row.iter().map(|d| d.signum() * &just_below).collect()).collect();
    assert_eq!(brute::rank(moved(&signs, &BigRational::one())), n);
    let direction = |row: usize, column: usize| {
        let size = BigRational::new(directions[(row * n + column) % directions.len()].into(), 100.into());
        size * &just_below
    };
    let any: Rows = (0..k).map(|row| (0..n).map(|column| direction(row, column)).collect()).collect();
    assert_eq!(brute::rank(moved(&any, &BigRational::one())), n);
}

fn check_parts(model: &Model, found: &Robustness) {
    let hmm = model.hmm();
    let transition = hmm.transition().to_rows();
    let strongly = |graph: &Graph| reach(graph).iter().flatten().all(|&reached| reached);
    assert_eq!(found.irreducible.holds(), Some(strongly(&graph(&transition, Signed::is_positive))));
    assert_eq!(found.assumption_3_2.holds(), Some(assumption_3_2(model)));
    assert_eq!(found.full_support.holds(), Some(hmm.initial().iter().all(Signed::is_positive)));
    assert_eq!(found.aperiodic.is_some(), found.irreducible.holds() == Some(true));
    match &found.irreducible {
        Standing::Holds { accepted, radius } => {
            let radius = radius.as_ref().unwrap();
            let Evidence::Irreducible(trees) = says(accepted, Statement::Irreducible, Outcome::Proved, model)
            else {
                panic!()
            };
            let steps = trees.forward.iter().chain(&trees.backward);
            assert!(steps.into_iter().all(|&(from, to)| transition[to][from] >= *radius));
            assert!(hmm.states() == 1 || !strongly(&graph(&transition, |entry| entry > radius)));
        }
        Standing::Fails { failure, .. } => {
            let inside: BTreeSet<_> = failure.states.iter().copied().collect();
            assert!(!inside.is_empty() && inside.len() < hmm.states());
            for &from in &inside {
                assert!((0..hmm.states()).all(|to| inside.contains(&to) || transition[to][from].is_zero()));
            }
        }
        Standing::Undecided(limit) => panic!("{limit}"),
    }
    match &found.aperiodic {
        None => {}
        Some(Standing::Holds { accepted, radius }) => {
            let radius = radius.as_ref().unwrap();
            let Evidence::Aperiodic(found) = says(accepted, Statement::Aperiodic, Outcome::Proved, model)
            else {
                panic!()
            };
            for walk in &found.walks {
                let steps = walk.iter().zip(walk.iter().cycle().skip(1));
                assert!(steps.into_iter().all(|(&from, &to)| transition[to][from] >= *radius));
            }
            assert!(!primitive(&graph(&transition, |entry| entry > radius)));
        }
        Some(Standing::Fails { failure, .. }) => {
            assert!(failure.period >= 2 && !primitive(&graph(&transition, Signed::is_positive)));
            for (to, row) in transition.iter().enumerate() {
                for (from, entry) in row.iter().enumerate() {
                    let next = (failure.classes[from] + 1) % failure.period;
                    assert!(entry.is_zero() || failure.classes[to] == next);
                }
            }
        }
        Some(Standing::Undecided(limit)) => panic!("{limit}"),
    }
    match &found.full_support {
        Standing::Holds { radius, .. } => {
            assert_eq!(radius.as_ref().unwrap(), hmm.initial().iter().min().unwrap())
        }
        Standing::Fails { failure, .. } => {
            let missing: Vec<_> = (0..hmm.states()).filter(|&state| hmm.initial()[state].is_zero()).collect();
            assert_eq!(*failure, missing);
        }
        Standing::Undecided(limit) => panic!("{limit}"),
    }
}

// ---------------------------------------------------------------------------------------------
// Repairs

fn check_repaired_emission(model: &Model, found: &RepairedEmission) {
    let repaired = &found.model;
    assert!(independent(repaired) && !independent(model));
    says(&found.accepted, Statement::Assumption31, Outcome::Proved, repaired);
    says(&found.singular_value.accepted, Statement::EmissionSingularValue, Outcome::Proved, repaired);
    let bounds = &found.singular_value.value;
    let emission = repaired.hmm().emission().to_rows();
    assert!(bounds.lower.is_positive() && exceeds(&emission, &(&bounds.lower * q("0.999999999"))));
    assert!(!exceeds(&emission, &(&bounds.upper * q("1.000000001"))));
    let changes = emission_changes(model, repaired);
    let square: BigRational = changes.iter().map(|change| change * change).sum();
    assert_eq!(changes.iter().max(), Some(&found.largest_change));
    assert!(found.largest_change <= found.size);
    let distance = &found.distance;
    assert!(&distance.lower * &distance.lower <= square && square <= &distance.upper * &distance.upper);
    assert!(distance.upper <= &distance.lower * q("1.00000001"));
    // Weyl: what was singular is no nearer than the singular value that was reached.
    assert!(bounds.lower <= distance.upper);
    let efficiency = found.efficiency();
    assert!(efficiency.is_positive() && efficiency <= BigRational::one());
    let moved: BTreeSet<_> = found.moved.iter().map(|(state, _)| *state).collect();
    let (before, after) = (model.hmm().emission(), repaired.hmm().emission());
    for state in 0..model.hmm().states() {
        let same = before.column(state).eq(after.column(state));
        assert!(same || moved.contains(&state), "{state}");
    }
    for &(state, token) in &found.moved {
        assert!(after[(token, state)] >= before[(token, state)]);
    }
    assert_eq!(model.hmm().transition(), repaired.hmm().transition());
    assert_eq!(model.hmm().initial(), repaired.hmm().initial());
    assert_eq!((model.task(), model.names()), (repaired.task(), repaired.names()));
}

/// How many steps have to be added: each component that nothing leaves needs one, each that nothing enters as well.
fn steps_needed(model: &Model) -> usize {
    let n = model.hmm().states();
    let all = reach(&graph(&model.hmm().transition().to_rows(), Signed::is_positive));
    let together = |a: usize, b: usize| all[a][b] && all[b][a];
    let first = |state: usize| (0..state).all(|other| !together(state, other));
    let ends = |state: usize, leads: &dyn Fn(usize) -> bool| {
        first(state) && (0..n).all(|other| !leads(other) || together(state, other))
    };
    let sinks = (0..n).filter(|&state| ends(state, &|other| all[other][state])).count();
    let sources = (0..n).filter(|&state| ends(state, &|other| all[state][other])).count();
    if (0..n).all(|state| together(0, state)) { 0 } else { sinks.max(sources) }
}

fn check_repaired_chain(model: &Model, found: &RepairedChain) {
    let repaired = &found.model;
    assert!(assumption_3_2(repaired) && !assumption_3_2(model));
    says(&found.accepted, Statement::Assumption32, Outcome::Proved, repaired);
    assert_eq!(chain_change(model, repaired), found.largest_change);
    assert!(found.largest_change <= found.size);
    assert!(found.efficiency().is_positive() && found.efficiency() <= BigRational::one());
    assert_eq!(model.hmm().emission(), repaired.hmm().emission());
    assert_eq!((model.task(), model.names()), (repaired.task(), repaired.names()));
    check_chain_radius(repaired, &ChainRadius { radius: found.radius.clone(), nearest: None });
}

/// Everything that is found of a model; whether each hypothesis holds.
fn check_all(model: &Model, directions: &[i64]) -> Robustness {
    let found = decide(model);
    check_parts(model, &found);
    assert_eq!(found.assumption_3_1.holds(), Some(independent(model)));
    match &found.assumption_3_1 {
        Standing::Holds { .. } => check_emission_radius(model, &found, directions),
        Standing::Fails { failure, .. } => {
            let zero = |row: &Vec<BigRational>| {
                let terms = row.iter().zip(&failure.kernel);
                terms.map(|(w, v)| w * BigRational::from_integer(v.clone())).sum::<BigRational>().is_zero()
            };
            assert!(model.hmm().emission().to_rows().iter().all(zero));
            assert!(failure.kernel.iter().any(|weight| !weight.is_zero()));
            match &failure.repair {
                EmissionRepair::TooFewTokens { tokens, states } => {
                    assert!(tokens < states);
                    assert_eq!((*tokens, *states), (model.hmm().tokens(), model.hmm().states()));
                }
                EmissionRepair::Undecided(limit) => panic!("{limit}"),
                EmissionRepair::Sizes(sizes) => {
                    assert!(model.hmm().tokens() >= model.hmm().states());
                    assert_eq!(
                        sizes.iter().map(|found| found.size.clone()).collect::<Vec<_>>(),
                        laws(&["1/1000", "1/100", "1/10"])
                    );
                    sizes.iter().for_each(|found| check_repaired_emission(model, found));
                    let reached = |found: &RepairedEmission| found.singular_value.value.lower.clone();
                    assert!(sizes.windows(2).all(|pair| reached(&pair[0]) <= reached(&pair[1])), "price");
                }
            }
        }
        Standing::Undecided(limit) => panic!("{limit}"),
    }
    match &found.assumption_3_2 {
        Standing::Holds { radius, .. } => check_chain_radius(model, radius.as_ref().unwrap()),
        Standing::Fails { failure, .. } => {
            assert_eq!(failure.joins.len(), steps_needed(model));
            let new = failure.joins.iter().copied().chain(failure.pause.map(|state| (state, state)));
            let new: Vec<_> = new.collect();
            assert!(new.iter().all(|&(from, to)| model.hmm().transition()[(to, from)].is_zero()));
            let sizes = failure.sizes.as_ref().unwrap();
            assert_eq!(sizes.len(), 3);
            for found in sizes {
                check_repaired_chain(model, found);
                for (state, (before, after)) in columns(model).iter().zip(columns(&found.model)).enumerate() {
                    assert!(*before == after || new.iter().any(|(from, _)| *from == state));
                    let added: Vec<_> = (0..after.len())
                        .filter(|&to| before[to].is_zero() && after[to].is_positive())
                        .collect();
                    assert!(added.iter().all(|&to| new.contains(&(state, to))));
                }
                let same = model.hmm().initial() == found.model.hmm().initial();
                assert_eq!(same, failure.starts.is_empty());
            }
            assert!(sizes.windows(2).all(|pair| pair[0].largest_change < pair[1].largest_change));
        }
        Standing::Undecided(limit) => panic!("{limit}"),
    }
    for (size, repaired) in ["1/1000", "1/100", "1/10"].map(|size| (size, found.repaired(&q(size)))) {
        let can_be = model.hmm().tokens() >= model.hmm().states();
        let fails = !independent(model) || !assumption_3_2(model);
        assert_eq!(repaired.is_some(), can_be && fails, "{size}");
        if let Some(repaired) = repaired {
            assert!(independent(&repaired) && assumption_3_2(&repaired));
            assert!(chain_change(model, &repaired) <= q(size));
            assert!(emission_changes(model, &repaired).iter().all(|change| *change <= q(size)));
            let verdict = theorem_3_3::decide(&repaired).verdict;
            assert!(repaired.task().is_none() || matches!(verdict, Some(Verdict::Proved(_))));
        }
    }
    let certificates = found.certificates();
    let names: BTreeSet<_> = certificates.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), certificates.len());
    assert!(certificates.iter().all(|(_, accepted)| check(accepted.text()).is_ok()));
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_model(model in model(), directions in vec(-100_i64..=100, 25)) {
        let found = check_all(&model, &directions);
        check_report(&model, &found);
    }

    #[test]
    fn planted_failures((broken, model) in (0..BREAKS.len()).prop_flat_map(|index| (Just(BREAKS[index]), planted(BREAKS[index]))),
                        directions in vec(-100_i64..=100, 25)) {
        let found = check_all(&model, &directions);
        let fails = |index: Break| Some(broken != index);
        prop_assert_eq!(found.assumption_3_1.holds(), fails(Break::Independence));
        prop_assert_eq!(found.irreducible.holds(), fails(Break::Irreducibility));
        prop_assert_eq!(found.full_support.holds(), fails(Break::FullSupport));
        let aperiodic = found.aperiodic.as_ref().and_then(Standing::holds);
        prop_assert_eq!(aperiodic, (broken != Break::Irreducibility).then_some(broken != Break::Aperiodicity));
    }

    /// Somewhere inside the radius: every law goes towards another one.
    #[test]
    fn random_changes_inside_the_radius(model in planted(Break::Nothing), weights in vec(0_u32..5, 30)) {
        let found = decide(&model);
        let radius = &found.assumption_3_2.radius().unwrap().radius.value;
        let n = model.hmm().states();
        let law = |from: usize| -> Vec<BigRational> {
            let weights: Vec<u32> = (0..n).map(|to| weights[(from * n + to) % weights.len()] + u32::from(to == from % n)).collect();
            let total: u32 = weights.iter().sum();
            weights.iter().map(|&weight| if total == 0 { integer(n).recip() } else { BigRational::new(weight.into(), total.into()) }).collect()
        };
        let columns: Vec<_> = columns(&model).iter().enumerate().map(|(from, column)| towards(column, &law(from), radius)).collect();
        let other = with_columns(&model, towards(model.hmm().initial(), &law(n), radius), &columns);
        prop_assert!(chain_change(&model, &other) < *radius);
        prop_assert!(assumption_3_2(&other));
    }
}

#[test]
fn built_in_models_and_the_corpus() {
    for model in all_models() {
        let found = check_all(&model, &[100, -100, 37, -81, 55, 0, -3]);
        check_report(&model, &found);
    }
}

/// Most radii are shown to be as large as possible; those that are not belong to laws without room.
#[test]
fn radii_are_exact_where_there_is_room() {
    let exact = |model: &Model| decide(model).assumption_3_2.radius().unwrap().nearest.is_some();
    for model in builtin::all() {
        assert!(exact(&model), "{}", model.name());
    }
    let third: &[&str] = &["1/3", "1/3", "1/3"];
    let uniform = |initial: &[&str]| named("uniform", initial, &[third; 3], &[third; 3]);
    assert!(exact(&uniform(third))); // π0 can be without a state
    let half = named("half", &["1/2", "1/2"], &[&["2/3", "1/3"], &["1/3", "2/3"]], &[&["1", "1"]]);
    let found = decide(&half);
    let nearest = &found.assumption_3_2.radius().unwrap().nearest.as_ref().unwrap().model;
    // State 0 is without the step into it, so that 1 is never left.
    assert_eq!(nearest.hmm().transition().to_rows(), rows(&[&["2/3", "0"], &["1/3", "1"]]));
    // State 0 has two ways out, of 1/4 each: to close both, its stay has to gain twice that.
    let ways: &[&[&str]] = &[&["1/2", "1/2", "1/2"], &["1/4", "0", "1/2"], &["1/4", "1/2", "0"]];
    let ways = named("ways", third, ways, &[third; 3]);
    assert_eq!(decide(&ways).assumption_3_2.radius().unwrap().radius.value, q("1/4"));
    assert!(!exact(&ways));
    let text = reports(&ways, &decide(&ways), false).0;
    assert!(text.replace('\n', " ").contains("A larger radius may be true."), "{text}");
    assert!(!exact(&named("one", &["1"], &[&["1"]], &[&["1"]])));
}

// ---------------------------------------------------------------------------------------------
// Planted prices

/// Two equal columns, and a token that neither state shows.
fn equal_columns() -> Model {
    named(
        "equal columns",
        &["1/2", "1/2"],
        &[&["1/2", "1/2"], &["1/2", "1/2"]],
        &[&["1/2", "1/2"], &["1/2", "1/2"], &["0", "0"]],
    )
}

#[test]
fn equal_columns_are_taken_apart() {
    let model = equal_columns();
    let found = check_all(&model, &[1]);
    let Some(EmissionRepair::Sizes(sizes)) = found.assumption_3_1.failure().map(|found| &found.repair) else {
        panic!()
    };
    for found in sizes {
        // Of all ways to move one or both columns to a token no one reaches more.
        let choices = brute::lists(4, 2).into_iter(); // 3: as it is
        let better = choices.filter(|choice| {
            let entry = |token: usize, state: usize| {
                let own = laws(&["1/2", "1/2", "0"]).swap_remove(token);
                match choice[state] {
                    3 => own,
                    to => {
                        own * (q("1") - &found.size) + if token == to { found.size.clone() } else { q("0") }
                    }
                }
            };
            let emission: Rows = (0..3).map(|token| vec![entry(token, 0), entry(token, 1)]).collect();
            exceeds(&emission, &(&found.singular_value.value.upper * q("1.0000001")))
        });
        assert_eq!(better.count(), 0, "{:?}", found.moved);
        assert!(found.efficiency() > q("1/2"));
    }
}

/// Fewer tokens than states: nothing helps, and the reason is said.
#[test]
fn no_repair_with_too_few_tokens() {
    let cpg = builtin::all().remove(1);
    let found = decide(&cpg);
    let Some(failure) = found.assumption_3_1.failure() else { panic!() };
    assert!(matches!(failure.repair, EmissionRepair::TooFewTokens { tokens: 4, states: 8 }));
    let (text, json) = reports(&cpg, &found, true);
    assert!(text.contains("There is no repair: with 4 tokens the rank of W is at most 4"), "{text}");
    assert_eq!(
        (&json[0]["repair"], &json[0]["no_repair"]),
        (&serde_json::Value::Null, &"fewer tokens than states".into())
    );
    assert!(json[0]["witness"]["kernel"].is_array());
}

/// Two cycles that nothing joins, which never start in state 3: two steps that also end the period, and a share of `π0`.
#[test]
fn several_failures_are_repaired_together() {
    let (one, no) = ("1", "0");
    let model = named(
        "cycles",
        &["1/2", "1/4", "1/4", "0"],
        &[&[no, one, no, no], &[one, no, no, no], &[no, no, no, one], &[no, no, one, no]],
        &[&["1", "0", "0", "0"], &["0", "1", "0", "0"], &["0", "0", "1", "0"], &["0", "0", "0", "1"]],
    );
    let found = check_all(&model, &[1, -1]);
    let repair = found.assumption_3_2.failure().unwrap();
    assert_eq!((repair.joins.len(), repair.pause, &repair.starts[..]), (2, None, &[3][..]));
    for found in repair.sizes.as_ref().unwrap() {
        assert_eq!((&found.largest_change, &found.radius.value), (&found.size, &found.size));
    }
    let (text, _) = reports(&model, &found, false);
    for words in [
        "no step leaves the states 0 and 1",
        "π0 gives the state 3 probability 0",
        "aperiodic is asked of",
        "two of its parts",
    ] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
}

// ---------------------------------------------------------------------------------------------
// Reports

fn reports(model: &Model, found: &Robustness, names: bool) -> (String, serde_json::Value) {
    let mut document = Document::new(model.name());
    write(&mut document, model, found, Options { names });
    (document.to_text(), value(model, found, &|_| None))
}

/// Text that fits the page, Markdown whose tables have as many cells as headings, and JSON that says what was found.
fn check_report(model: &Model, found: &Robustness) {
    let mut document = Document::new(model.name());
    write(&mut document, model, found, Options { names: true });
    let (text, markdown) = (document.to_text(), document.to_markdown());
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let bars: Vec<_> =
        markdown.lines().map(|line| if line.starts_with('|') { cells(line) } else { 0 }).collect();
    assert!(bars.windows(2).all(|pair| pair[0] == pair[1] || pair.contains(&0)), "{markdown}");
    let json = value(model, found, &|_| None);
    let standing = |index: usize| (json[index]["id"].as_str().unwrap(), json[index]["holds"].as_bool());
    assert_eq!(standing(0), ("assumption-3.1", found.assumption_3_1.holds()));
    assert_eq!(standing(1), ("assumption-3.2", found.assumption_3_2.holds()));
    for hypothesis in json.as_array().unwrap() {
        let holds = hypothesis["holds"] == true;
        assert_eq!(hypothesis.get("radius").is_some(), holds, "{hypothesis}");
        let whole = hypothesis["id"] == "assumption-3.2";
        assert_eq!(hypothesis.get("witness").is_some(), !holds && !whole, "{hypothesis}");
        assert!(check(&hypothesis["certificate"].to_string()).is_ok());
    }
    for repair in json[0]["repair"]["sizes"]
        .as_array()
        .into_iter()
        .chain(json[1]["repair"]["sizes"].as_array())
        .flatten()
    {
        let source = Source::new("repaired.json", &repair["model"].to_string());
        let again = read(&source, FileOptions::default()).unwrap().model;
        assert!(check(&repair["certificate"].to_string()).is_ok());
        assert!(again.hmm().states() == model.hmm().states() && again.hmm() != model.hmm());
    }
    if let Some(repaired) = found.repaired(&q("1/100")) {
        let again =
            read(&Source::new("repaired.toml", &to_toml(&repaired)), FileOptions::default()).unwrap().model;
        assert_eq!(again.hmm(), repaired.hmm());
    }
}

#[test]
fn dependences_in_words() {
    let emission: &[&[&str]] = &[&["1/2", "0", "1/4"], &["1/2", "0", "1/4"], &["0", "1", "1/2"]];
    let third = ["1/3"; 3];
    let hmm = Hmm::new(laws(&third), rows(&[&third, &third, &third]), rows(emission)).unwrap();
    let names = ["sun", "rain", "fog"].map(str::to_owned).to_vec();
    let model = Model::new("weather", hmm, None, Names { states: names, tokens: Vec::new() }).unwrap();
    let kernel = &decide(&model).assumption_3_1.failure().unwrap().kernel.clone();
    let said = |kernel: &[i64], names| {
        let kernel: Vec<_> = kernel.iter().map(|&weight| weight.into()).collect();
        dependence(&model, &kernel, Options { names })
    };
    assert_eq!(
        dependence(&model, kernel, Options::default()),
        "column 2 of W is the sum of 1/2 column 0 and 1/2 column 1"
    );
    assert_eq!(said(&[-1, -1, 2], true), "column fog of W is the sum of 1/2 column sun and 1/2 column rain");
    assert_eq!(said(&[1, 0, -1], false), "column 0 of W equals column 2");
    assert_eq!(said(&[1, 1, -2], false), "column 2 of W is the sum of 1/2 column 0 and 1/2 column 1");
    assert_eq!(said(&[2, -1, -1], false), "column 0 of W is the sum of 1/2 column 1 and 1/2 column 2");
}

/// What a person reads, for each kind of finding.
#[test]
fn sections() {
    let mut document = Document::new("Robustness");
    let models = [
        builtin::all().remove(0),
        cases::named("v03_rankdef_no_head").model,
        cases::named("v11_periodic_3cycle").model,
        cases::named("c08_more_states_than_seen").model,
        cases::named("v09_zero_row_unichain").model,
        equal_columns(),
    ];
    for model in models {
        document.section(model.name());
        write(&mut document, &model, &decide(&model), Options { names: true });
    }
    insta::assert_snapshot!("text", document.to_text());
    insta::assert_snapshot!("markdown", document.to_markdown());
}
