//! The paper's simulations on trial: do the theorems apply to the models that are to support them?

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, ToPrimitive};
use recoverable_checker::certificate::Statement;

use super::{
    Selection, Topic, examine,
    trial::{Bin, Counts, SimulationRow, Spread, Verdicts},
};
use crate::{
    generate::appendix_d::{Family, TOKENS},
    question::{conditioning::HeadFound, histogram::Histogram},
    theorem::Verdict,
};

/// Numbers of states: those of the paper's Figure 3.
pub const STATES: [usize; 6] = [4, 8, 10, 15, 25, 30];

/// Some models of one size of the vanilla family of [Appendix D](crate::generate::appendix_d).
pub fn vanilla(states: usize, seed: u64, models: usize) -> SimulationRow {
    let family = Family { states, tokens: TOKENS, redraw: true };
    let selection = Selection::only([
        Topic::Statement(Statement::Theorem33),
        Topic::Statement(Statement::Theorem36),
        Topic::Conditioning,
    ]);
    let mut measured = [(); 5].map(|()| Vec::new());
    let (mut medians, mut supports) = (Vec::new(), [(); 2].map(|()| Vec::new()));
    let mut row = SimulationRow {
        family: "vanilla".to_owned(),
        states,
        models,
        hypotheses: BTreeMap::new(),
        verdicts: BTreeMap::new(),
        rank: None,
        sigma_min: None,
        amplification: None,
        margin: None,
        wrong_in_f64: None,
        coverage: BTreeMap::new(),
        margins: Vec::new(),
        prompt_support: None,
        essential_states: None,
    };
    for index in 0..models {
        let found = examine(&family.model(seed.wrapping_add(index as u64)), &selection);
        for statement in &found.statements {
            let verdicts = row.verdicts.entry(statement.statement.id().to_owned()).or_default();
            count(verdicts, statement.verdict.as_ref());
        }
        let mut seen = BTreeMap::new();
        for hypothesis in found.statements.iter().flat_map(|statement| &statement.hypotheses) {
            seen.insert(hypothesis.statement.id(), hypothesis.decision.holds());
            if let Some(choice) = &hypothesis.choice {
                supports[0].push(choice.sources.len() as f64);
                supports[1].push(choice.essential.len() as f64);
            }
        }
        for (id, holds) in seen {
            let counts: &mut Counts = row.hypotheses.entry(id.to_owned()).or_default();
            match holds {
                Some(true) => counts.holds += 1,
                Some(false) => counts.fails += 1,
                None => counts.undecided += 1,
            }
        }
        let Some(conditioning) = found.findings.conditioning else { continue };
        let [rank, sigma, norm, margin, wrong] = &mut measured;
        rank.extend(conditioning.rank.as_ref().ok().map(|rank| rank.value as f64));
        sigma.extend(conditioning.singular_value.as_ref().ok().map(|bounds| real(&bounds.value.lower)));
        if let HeadFound::Exists(head) = &conditioning.head {
            norm.extend(head.norms.iter().max().map(real));
            let margins = head.margins.as_ref();
            medians.extend(margins.and_then(|margins| margins.median.clone()));
            margin.extend(margins.and_then(|margins| margins.median.as_ref()).map(real));
            wrong.extend(margins.map(|margins| real(&margins.wrong_in_f64)));
        }
    }
    let [rank, sigma, norm, margin, wrong] = measured.map(spread);
    let [prompt_support, essential_states] = supports.map(spread);
    let row = SimulationRow { margins: bins(medians), prompt_support, essential_states, ..row };
    SimulationRow { rank, sigma_min: sigma, amplification: norm, margin, wrong_in_f64: wrong, ..row }
}

/// How many of them lie in each decade; nothing of nothing.
fn bins(medians: Vec<BigRational>) -> Vec<Bin> {
    if medians.is_empty() {
        return Vec::new();
    }
    let found = Histogram::new(medians.into_iter().map(|median| (median, BigRational::one())));
    found.bins().map(|(name, count)| Bin { name, count: count.to_usize().unwrap_or(usize::MAX) }).collect()
}

fn count(verdicts: &mut Verdicts, verdict: Option<&Verdict>) {
    match verdict {
        Some(Verdict::Proved(_)) => verdicts.proved += 1,
        Some(Verdict::Refuted(_)) => verdicts.refuted += 1,
        Some(Verdict::NotApplicable { .. }) => verdicts.not_applicable += 1,
        Some(Verdict::Bounded(_)) | None => verdicts.bounded += 1,
    }
}

fn real(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// The least, the median and the greatest; `None` of nothing.
fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let (least, greatest) = (*values.first()?, *values.last()?);
    let median = stable(values[(values.len() - 1) / 2]);
    Some(Spread { count: values.len(), least: stable(least), median, greatest: stable(greatest) })
}

/// The value to six digits, and so that it stays the same however often it is written as JSON and read again.
fn stable(value: f64) -> f64 {
    let read = |text: &str| serde_json::from_str(text).unwrap_or(value);
    let mut value: f64 = read(&format!("{value:.5e}"));
    for _ in 0..8 {
        let again = serde_json::to_string(&value).map_or(value, |text| read(&text));
        if again.to_bits() == value.to_bits() {
            break;
        }
        value = again;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_being_written_and_read() {
        for value in [1.0 / 3.0, 3.721_579_630_866_725_3e25, 1.234_567_89e-31, 0.0, 9.294_517_587e-9] {
            let found = stable(value);
            assert!((found - value).abs() <= 1e-5 * value.abs());
            let again: f64 = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
            assert_eq!(again.to_bits(), found.to_bits());
        }
        assert_eq!(spread(vec![3.0, f64::NAN, 1.0, 2.0]).unwrap().count, 3);
        assert!(spread(Vec::new()).is_none());
    }
}
