//! What is measured on the models of one size.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, ToPrimitive};
use recoverable_checker::certificate::Statement;

use super::{FamilyPlan, THEOREMS};
use crate::{
    audit::{
        Hypothesis, Selection, Topic, examine, examine_memory,
        trial::{Bin, Counts, SimulationRow, Spread, Verdicts},
    },
    generate::{Random, Stream, dataset::Dataset},
    hypothesis::{RecoverableSet, assumption_3_5},
    model::{MemoryModel, MemoryTask, Model},
    oracle::{Batch, MemoryBatch},
    question::{
        conditioning::{Conditioning, HeadFound},
        histogram::Histogram,
        scope::coverage_within,
    },
    search::smallest_cover,
    theorem::Verdict,
    tuning::{
        Examples,
        attention::{AttentionExamples, Labeller},
    },
};

/// Coverages that take more products than this are not computed.
const PRODUCTS: usize = 1 << 22;

/// Branches of the search for the smallest `H*`.
const BRANCHES: usize = 1 << 16;

/// A head that gets so many of the sampled inputs wrong in `f64` is of no use there.
const HOPELESS: f64 = 0.1;

/// Margins below these are counted.
const SMALL: [(&str, f64); 5] =
    [("1e-12", 1e-12), ("1e-09", 1e-9), ("1e-06", 1e-6), ("1e-03", 1e-3), ("1e-01", 1e-1)];

/// The numbers of all models so far.
pub(super) struct Measured<'p> {
    plan: &'p FamilyPlan,
    /// What is counted.
    row: SimulationRow,
    rank: Vec<f64>,
    sigma_min: Vec<f64>,
    norm: Vec<f64>,
    wrong_in_f64: Vec<f64>,
    margins: Vec<f64>,
    sources: Vec<f64>,
    essential: Vec<f64>,
    smallest: Vec<f64>,
    /// For each theorem, the shares of the sampled inputs that its head gets wrong in `f64`.
    wrong: BTreeMap<&'static str, Vec<f64>>,
    /// For each length, the coverages.
    coverage: BTreeMap<usize, Vec<f64>>,
}

impl<'p> Measured<'p> {
    pub(super) fn new(plan: &'p FamilyPlan) -> Self {
        let none = Vec::new;
        Self {
            plan,
            row: SimulationRow::default(),
            rank: none(),
            sigma_min: none(),
            norm: none(),
            wrong_in_f64: none(),
            margins: none(),
            sources: none(),
            essential: none(),
            smallest: none(),
            wrong: BTreeMap::new(),
            coverage: BTreeMap::new(),
        }
    }

    /// One more model without memory, of which nothing is measured: hypotheses and verdicts alone.
    pub(super) fn decided(&mut self, model: &Model) {
        let found = examine(model, &Selection::only(THEOREMS[0].map(Topic::Statement)));
        found.statements.iter().for_each(|found| self.verdict(found.statement, found.verdict.as_ref()));
        self.hypotheses(found.statements.iter().flat_map(|statement| &statement.hypotheses));
        self.cover(model);
    }

    fn cover(&mut self, model: &Model) {
        let wanted = assumption_3_5::support(task_of(model.task()));
        self.smallest.extend(smallest_cover(model.hmm(), &wanted, BRANCHES).map(|count| count as f64));
    }

    /// One more model without memory.
    pub(super) fn vanilla(&mut self, model: &Model, seed: u64) {
        let topics = THEOREMS[0].map(Topic::Statement).into_iter().chain([Topic::Conditioning]);
        let found = examine(model, &Selection::only(topics));
        let (hmm, task) = (model.hmm(), task_of(model.task()));
        let random = &mut Random::new(seed, Stream::Test);
        let inputs = Dataset::draw(hmm, task, self.plan.inputs, self.plan.length, random);
        let inputs = inputs.expect("what is drawn is possible");
        self.sampled(&inputs);
        let batch = Batch::new(hmm);
        let examples = Examples::new(&batch, &inputs);
        for statement in &found.statements {
            self.verdict(statement.statement, statement.verdict.as_ref());
            if let (Some(Verdict::Proved(_)), Some(construction)) =
                (&statement.verdict, &statement.construction)
            {
                let right = examples.right(&batch, hmm, task, construction);
                self.in_f64(statement.statement, right);
            }
        }
        self.hypotheses(found.statements.iter().flat_map(|statement| &statement.hypotheses));
        self.cover(model);
        self.conditioning(found.findings.conditioning.as_ref());
    }

    /// One more model with memory.
    pub(super) fn memory(&mut self, model: &MemoryModel, seed: u64) {
        let found = examine_memory(model, &Selection::only(THEOREMS[1].map(Topic::Statement)));
        let (memory, task) = (model.memory(), task_of(model.task()));
        let random = &mut Random::new(seed, Stream::Test);
        let inputs = Dataset::draw_memory(memory, task, self.plan.inputs, self.plan.length, random);
        let inputs = inputs.expect("what is drawn is possible");
        self.sampled(&inputs);
        let batch = MemoryBatch::new(memory).expect("the family has few states");
        let examples = AttentionExamples::new(&batch, inputs);
        for statement in &found.statements {
            let (id, proved) = (statement.statement, matches!(statement.verdict, Some(Verdict::Proved(_))));
            self.verdict(id, statement.verdict.as_ref());
            *self.row.vacuous.entry(id.id().to_owned()).or_default() += usize::from(statement.vacuous);
            if let (true, Some(head), None) = (proved, &statement.head, &statement.prompt) {
                self.in_f64(id, Labeller::new(memory, &task.task, head).estimate(&examples));
            }
            if let (Statement::Theorem43, Some(set)) = (id, &statement.recoverable) {
                self.covered(model, task, set);
            }
        }
        self.hypotheses(found.statements.iter().flat_map(|statement| &statement.hypotheses));
    }

    fn verdict(&mut self, statement: Statement, verdict: Option<&Verdict>) {
        let counts: &mut Verdicts = self.row.verdicts.entry(statement.id().to_owned()).or_default();
        match verdict {
            Some(Verdict::Proved(_)) => counts.proved += 1,
            Some(Verdict::Refuted(_)) => counts.refuted += 1,
            Some(Verdict::NotApplicable { .. }) => counts.not_applicable += 1,
            Some(Verdict::Bounded(_)) | None => counts.bounded += 1,
        }
    }

    /// The hypotheses of one model, each once.
    fn hypotheses<'h>(&mut self, hypotheses: impl Iterator<Item = &'h Hypothesis>) {
        let mut seen = BTreeMap::new();
        for hypothesis in hypotheses {
            seen.insert(hypothesis.statement.id(), hypothesis.decision.holds());
            if let Some(choice) = &hypothesis.choice {
                self.sources.push(choice.sources.len() as f64);
                self.essential.push(choice.essential.len() as f64);
            }
        }
        for (id, holds) in seen {
            let counts: &mut Counts = self.row.hypotheses.entry(id.to_owned()).or_default();
            match holds {
                Some(true) => counts.holds += 1,
                Some(false) => counts.fails += 1,
                None => counts.undecided += 1,
            }
        }
    }

    fn sampled(&mut self, inputs: &Dataset) {
        self.margins.extend(inputs.labels.iter().map(|labelled| labelled.margin));
    }

    /// So many of the sampled inputs are right.
    fn in_f64(&mut self, statement: Statement, right: usize) {
        if self.plan.inputs == 0 {
            return;
        }
        let wrong = 1.0 - right as f64 / self.plan.inputs as f64;
        *self.row.hopeless.entry(statement.id().to_owned()).or_default() += usize::from(wrong >= HOPELESS);
        self.wrong.entry(statement.id()).or_default().push(wrong);
    }

    fn conditioning(&mut self, found: Option<&Conditioning>) {
        let Some(found) = found else { return };
        self.rank.extend(found.rank.as_ref().ok().map(|rank| rank.value as f64));
        self.sigma_min.extend(found.singular_value.as_ref().ok().map(|bounds| real(&bounds.value.lower)));
        if let HeadFound::Exists(head) = &found.head {
            self.norm.extend(head.norms.iter().max().map(real));
            self.wrong_in_f64.extend(head.margins.as_ref().map(|margins| real(&margins.wrong_in_f64)));
        }
    }

    fn covered(&mut self, model: &MemoryModel, task: &MemoryTask, set: &RecoverableSet) {
        let longest = self.plan.lengths.iter().copied().max().unwrap_or(0);
        let Ok(covered) = coverage_within(model, task, set, longest, PRODUCTS) else {
            self.row.coverage_undecided += 1;
            return;
        };
        for &length in &self.plan.lengths {
            let share = length.checked_sub(1).and_then(|index| covered.get(index));
            self.coverage.entry(length).or_default().extend(share.map(real));
        }
    }

    /// All in all; what kind of models they are is not filled in.
    pub(super) fn row(self) -> SimulationRow {
        let share = |bound: f64| {
            let below = self.margins.iter().filter(|margin| **margin < bound).count();
            rounded(below as f64 / self.margins.len() as f64)
        };
        let small = SMALL.iter().filter(|_| !self.margins.is_empty());
        SimulationRow {
            small_margins: small.map(|(name, bound)| ((*name).to_owned(), share(*bound))).collect(),
            margins: bins(&self.margins),
            margin: spread(self.margins),
            rank: spread(self.rank),
            sigma_min: spread(self.sigma_min),
            amplification: spread(self.norm),
            wrong_in_f64: spread(self.wrong_in_f64),
            prompt_support: spread(self.sources),
            essential_states: spread(self.essential),
            smallest_cover: spread(self.smallest),
            wrong_on_sample: self
                .wrong
                .into_iter()
                .filter_map(|(id, shares)| Some((id.to_owned(), spread(shares)?)))
                .collect(),
            coverage: self
                .coverage
                .into_iter()
                .filter_map(|(length, shares)| Some((length, mean(&shares)?)))
                .collect(),
            ..self.row
        }
    }
}

fn task_of<T>(task: Option<&T>) -> &T {
    task.expect("the families have tasks")
}

fn real(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// How many of them lie in each decade; nothing of nothing.
fn bins(margins: &[f64]) -> Vec<Bin> {
    if margins.is_empty() {
        return Vec::new();
    }
    let exact = margins.iter().filter_map(|margin| BigRational::from_float(*margin));
    let found = Histogram::new(exact.map(|margin| (margin, BigRational::one())));
    found.bins().map(|(name, count)| Bin { name, count: count.to_usize().unwrap_or(usize::MAX) }).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| rounded(values.iter().sum::<f64>() / values.len() as f64))
}

/// The least, the median and the greatest; `None` of nothing.
fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let (least, greatest) = (*values.first()?, *values.last()?);
    let median = rounded(values[(values.len() - 1) / 2]);
    Some(Spread { count: values.len(), least: rounded(least), median, greatest: rounded(greatest) })
}

/// The value to six digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_being_written_and_read() {
        for value in [1.0 / 3.0, 3.721_579_630_866_725_3e25, 1.234_567_89e-31, 0.0, 9.294_517_587e-9] {
            let found = rounded(value);
            assert!((found - value).abs() <= 1e-5 * value.abs());
            let again: f64 = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
            assert_eq!(again.to_bits(), found.to_bits());
        }
        assert_eq!(spread(vec![3.0, f64::NAN, 1.0, 2.0]).unwrap().count, 3);
        assert!(spread(Vec::new()).is_none());
    }
}
