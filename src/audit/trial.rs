//! What an audit found, as data: no logic, nothing that depends on time or place.
//!
//! | part | what |
//! |---|---|
//! | [`Plan`] | what was asked: the seed, how many models, the limits |
//! | [`Tally`] | for each statement, how often it was proved, refuted, did not apply |
//! | [`Trial`] | a statement, one of its hypotheses, perhaps something weaker in its place: *needed*, *not needed* or *open* |
//! | [`PrintedStep`] | a construction or equation as it is printed, beside the corrected one, and the smallest model on which they part |
//! | [`SimulationRow`] | whether the theorems apply to the models of the paper's simulations, for each size |
//! | [`Standing`] | the same over all sizes: a theorem applies, is vacuous, or is of no use in floating point |
//!
//! States, values, cells and tokens count from 0, positions from 1. Exact numbers are [`Rational`], in JSON `"p/q"`; numbers in `f64` only ever
//! describe. Lists are in an order that the plan fixes, so that equal plans give equal bytes.

use std::collections::BTreeMap;

use recoverable_checker::{certificate::Model, number::Rational};
use serde::{Deserialize, Serialize};

/// The version of the data.
pub const SCHEMA: &str = "recoverable.audit/1";

/// A whole audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program.
    pub tool: Tool,
    /// What was asked.
    pub plan: Plan,
    /// What was examined in all.
    pub campaign: Campaign,
    /// The statements, in the order of the paper.
    pub statements: Vec<Tally>,
    /// Every claim on trial, as it stands and then without each of its hypotheses, with their weakenings after them.
    pub trials: Vec<Trial>,
    /// The paper's text on trial.
    pub printed: Vec<PrintedStep>,
    /// The paper's simulations on trial.
    pub simulations: Vec<SimulationRow>,
    /// What they say of each theorem.
    #[serde(default)]
    pub standings: Vec<Standing>,
}

/// The program that made the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `recoverable`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What an audit does; the same plan gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The seed of everything that is random.
    pub seed: u64,
    /// How many models the campaign examines.
    pub models: usize,
    /// For each trial, how many models are looked at before it is left open.
    pub trial_models: usize,
    /// For each trial, how many changes are tried to make a counterexample smaller.
    pub trial_changes: usize,
    /// Models of each size in the simulations.
    pub simulation_models: usize,
}

/// Totals of the campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// How many models were examined.
    pub models: usize,
    /// How many of each kind (`hmm`, `memory-hmm`).
    pub kinds: BTreeMap<String, usize>,
    /// How many of each family (`planted`, `near-miss-…`, `adversarial`).
    pub families: BTreeMap<String, usize>,
    /// How many with each number of hidden states.
    pub states: BTreeMap<usize, usize>,
    /// How many certificates the checker accepted.
    pub certificates: usize,
    /// Models on which a statement was refuted although all its hypotheses hold: there should be none.
    pub refuted: Vec<Refutation>,
    /// How many answers were left open because a limit was hit.
    pub undecided: usize,
}

/// A statement that is false although its hypotheses hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refutation {
    /// Which model of the campaign, from 0.
    pub index: usize,
    /// The statement's id.
    pub statement: String,
}

/// What the campaign found of one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The statement's id, such as `theorem-3.3`.
    pub id: String,
    /// What it says, in one sentence.
    pub title: String,
    /// How often each verdict was reached.
    pub verdicts: Verdicts,
    /// How often it was proved and speaks about no input.
    pub vacuous: usize,
    /// Its hypotheses and their parts, in the order of the paper.
    pub hypotheses: Vec<HypothesisTally>,
}

/// How often each verdict was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdicts {
    /// It holds for all inputs, with an accepted certificate.
    pub proved: usize,
    /// It is false, with an accepted certificate.
    pub refuted: usize,
    /// A hypothesis fails.
    pub not_applicable: usize,
    /// A limit was hit.
    pub bounded: usize,
}

/// How often a hypothesis held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HypothesisTally {
    /// Its id, such as `assumption-3.1`.
    pub id: String,
    /// How often.
    pub counts: Counts,
}

/// How often something held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// It holds.
    pub holds: usize,
    /// It fails.
    pub fails: usize,
    /// Not known, or the question makes no sense.
    pub undecided: usize,
}

/// A hypothesis or conclusion by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its id, such as `irreducible`.
    pub id: String,
    /// What it says of a model, in a few words (with Unicode mathematics).
    pub says: String,
}

/// One hypothesis of a claim on trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// A name of its own, such as `theorem-3.3.linear-head` (the claim as it stands), `theorem-3.3.linear-head.irreducible` or
    /// `theorem-3.3.linear-head.irreducible.no-zero-row`.
    pub id: String,
    /// The statement that the claim is part of, such as `theorem-3.3`.
    pub statement: String,
    /// The claim's conclusion.
    pub conclusion: Condition,
    /// The hypothesis that is dropped; `None` if all stay: the claim as it stands.
    pub hypothesis: Option<Condition>,
    /// What takes its place; `None` if nothing does.
    pub weakening: Option<Condition>,
    /// The other hypotheses, which stay.
    pub others: Vec<Condition>,
    /// The answer.
    pub finding: Finding,
    /// What was searched for it.
    pub searched: Searched,
}

/// Whether a hypothesis is needed, or a claim holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Finding {
    /// A model on which it alone fails, and the conclusion too.
    Needed(Box<Counterexample>),
    /// The conclusion follows without it, for all models.
    NotNeeded(Derivation),
    /// The claim as it stands is false: all hypotheses hold, and the conclusion fails.
    Refuted(Box<Counterexample>),
    /// The claim as it stands follows, for all models.
    Holds(Derivation),
    /// Neither was found.
    Open(Open),
}

/// Why a trial is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// What is missing, in one sentence.
    pub why: String,
}

/// What was searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// Models that were made.
    pub models: usize,
    /// Of these, those on which the hypothesis alone fails (or, for the claim as it stands, all hypotheses hold).
    pub near_misses: usize,
    /// Of these, those on which the conclusion holds.
    pub holds: usize,
    /// Of these, those on which it is not known.
    pub undecided: usize,
    /// Changes that were tried to make the counterexample smaller.
    pub changes: usize,
}

/// A model on which one hypothesis fails, all others hold, and the conclusion is false.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The model, as in a certificate.
    pub model: Model,
    /// The number of hidden states and of tokens.
    pub size: [usize; 2],
    /// How the conclusion fails.
    pub evidence: Disproof,
    /// Files in `certificates/`: of what fails first, then of the other hypotheses.
    pub certificates: Vec<String>,
    /// The model's file, in `certificates/`.
    pub file: String,
    /// Commands that reproduce it, in the folder of the audit.
    pub commands: Vec<String>,
}

/// How a conclusion fails on a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Disproof {
    /// The outputs on these inputs, with these weights, contradict every linear head: the weighted sums of outputs of both labels are equal.
    NoHead {
        /// The inputs.
        inputs: Vec<WorkedInput>,
    },
    /// These words have backward vectors whose combination a head cannot see and the task does (of proportional heads).
    Unseen {
        /// The words with their weights.
        inputs: Vec<WorkedInput>,
    },
    /// The construction's label is wrong on one input.
    WrongLabel {
        /// The input.
        input: Box<WorkedInput>,
    },
    /// Two quantities differ that should be equal.
    Unequal {
        /// The input.
        tokens: Vec<usize>,
        /// What is compared, in a few words.
        quantity: String,
        /// What the statement says.
        claimed: Vec<Rational>,
        /// What is true.
        actual: Vec<Rational>,
    },
    /// A certificate says it; see the file.
    Certificate,
}

/// One input with both sides worked out; what does not apply is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkedInput {
    /// The input `x`.
    pub tokens: Vec<usize>,
    /// `Pr(x)`.
    pub probability: Option<Rational>,
    /// The posterior that the task is about.
    pub posterior: Vec<Rational>,
    /// The task's scores, one for each row of weights.
    pub scores: Vec<Rational>,
    /// The task's label.
    pub label: Option<usize>,
    /// The output of the model that a head reads.
    pub output: Vec<Rational>,
    /// The scores of the head (or attention head).
    pub head_scores: Vec<Rational>,
    /// Its label.
    pub head_label: Option<usize>,
    /// For attention heads, the attended positions (with a prompt its position is 1).
    pub attended: Vec<usize>,
    /// The input's weight in a contradiction.
    pub weight: Option<Rational>,
    /// The label that this one has to beat there, between several classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rival: Option<usize>,
}

/// Why a conclusion follows: each step from what is given or was derived before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// The steps; the last one is the conclusion.
    pub steps: Vec<Step>,
}

/// One implication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The theorem in `proofs/theory`.
    pub lemma: String,
    /// Its file there, without ending.
    pub file: String,
    /// What it rests on.
    pub from: Vec<Condition>,
    /// What follows.
    pub to: Condition,
}

/// A step of the paper as printed, run beside the corrected one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedStep {
    /// A name of its own, such as `lemma-c.9.attended`.
    pub id: String,
    /// Where it stands in the paper.
    pub place: String,
    /// What is printed.
    pub printed: String,
    /// The corrected form.
    pub corrected: String,
    /// How many models were looked at.
    pub models: usize,
    /// On how many of them the printed form fails.
    pub fails: usize,
    /// On how many of them the corrected form fails: there should be none.
    pub corrected_fails: usize,
    /// The smallest failure that was found; `None` if the printed form never failed.
    pub failure: Option<PrintedFailure>,
}

/// A model and an input on which a printed step fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedFailure {
    /// The model, as in a certificate.
    pub model: Model,
    /// The number of hidden states and of tokens.
    pub size: [usize; 2],
    /// The input; empty where the step is about the model alone.
    pub tokens: Vec<usize>,
    /// The position, from 1 (with a prompt its position is 1).
    pub position: Option<usize>,
    /// What is compared, in a few words.
    pub quantity: String,
    /// Its value by the printed form; empty where that has no value.
    pub printed: Vec<Rational>,
    /// Its value by the corrected form.
    pub corrected: Vec<Rational>,
    /// The input worked out, where a label is wrong.
    pub input: Option<Box<WorkedInput>>,
    /// The model's file, in `certificates/`.
    pub file: String,
    /// Files of certificates there: that a label is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// Commands that reproduce it, in the folder of the audit.
    pub commands: Vec<String>,
}

/// Models of one size of the paper's simulations; see [`simulate::family`](crate::simulate::family).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SimulationRow {
    /// `vanilla`, `memory` or `joint`.
    pub family: String,
    /// The number of hidden states (with memory, of values times states).
    pub states: usize,
    /// The number of values of a memory; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<usize>,
    /// How many models.
    pub models: usize,
    /// For each assumption by its id, how often it holds.
    pub hypotheses: BTreeMap<String, Counts>,
    /// For each statement by its id, how often each verdict was reached.
    pub verdicts: BTreeMap<String, Verdicts>,
    /// How often a statement was proved and speaks about no input.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vacuous: BTreeMap<String, usize>,
    /// How often a statement was proved, and its head, computed in `f64`, has the wrong label on a tenth of the sampled inputs or more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hopeless: BTreeMap<String, usize>,
    /// For each statement, where it was proved, the share of the sampled inputs that its head, computed in `f64`, gets wrong.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub wrong_on_sample: BTreeMap<String, Spread>,
    /// `rank W`, over the models.
    pub rank: Option<Spread>,
    /// The least singular value of `W`.
    pub sigma_min: Option<Spread>,
    /// `‖b‖₁` of a head with scores proportional to the task's, where there is one.
    pub amplification: Option<Spread>,
    /// The margin `|μ·P[H_0 | x]|`, with memory of the posterior of the cell, of all sampled inputs of all models.
    pub margin: Option<Spread>,
    /// The share of all short inputs that the exact head gets wrong in `f64`, over the models that have one.
    pub wrong_in_f64: Option<Spread>,
    /// For each length, the mean probability that an input satisfies (4.3).
    pub coverage: BTreeMap<usize, f64>,
    /// Models that are left out of it, because it would have taken too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub coverage_undecided: usize,
    /// How many of the sampled inputs have their margin in each decade, from ties up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub margins: Vec<Bin>,
    /// For each bound, the share of the sampled inputs whose margin is below it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub small_margins: BTreeMap<String, f64>,
    /// `|B|`: how many states the prompt of Theorem 3.6 lets through, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_support: Option<Spread>,
    /// `|H*|`: how many states it singles out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub essential_states: Option<Spread>,
    /// How many states the smallest `H*` has that a prompt can single out and that the task asks for, whether or not its columns are independent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_cover: Option<Spread>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// What a theorem says about the models of the simulations, over all sizes of a family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The theorem's id.
    pub statement: String,
    /// The family.
    pub family: String,
    /// How many models.
    pub models: usize,
    /// On how many it was proved.
    pub proved: usize,
    /// On how many of these it speaks about no input.
    pub vacuous: usize,
    /// On how many of these its head is of no use in `f64`.
    pub hopeless: usize,
    /// The verdict.
    pub usefulness: Usefulness,
    /// Why, in plain words.
    pub says: String,
}

/// Whether a theorem is of use on models that are to support it, from bad to good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Usefulness {
    /// A hypothesis fails on every model.
    NeverApplies,
    /// Where it was proved, it speaks about no input.
    Vacuous,
    /// On half of the models on which it was proved, or more, its head is of no use in `f64`.
    Hopeless,
    /// It is of use on some models, and a hypothesis fails on others.
    AppliesInPart,
    /// It was proved on all models.
    Applies,
}

/// How often a quantity lies in an interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    /// The interval, such as `1e-03 or more`: up to the next one.
    pub name: String,
    /// How often.
    pub count: usize,
}

/// A quantity over several models, or inputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Over how many.
    pub count: usize,
    /// The least.
    pub least: f64,
    /// The median.
    pub median: f64,
    /// The greatest.
    pub greatest: f64,
}

/// One model of the campaign, a line of `results.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelResult {
    /// Which model, from 0.
    pub index: usize,
    /// `hmm` or `memory-hmm`.
    pub kind: String,
    /// The family it was drawn from.
    pub family: String,
    /// The number of hidden states.
    pub states: usize,
    /// The number of tokens.
    pub tokens: usize,
    /// The SHA-256 of the canonical model.
    pub sha256: String,
    /// For each statement by its id, the verdict (`proved`, `refuted`, `not-applicable`, `bounded`).
    pub verdicts: BTreeMap<String, String>,
    /// Statements that were proved and speak about no input.
    pub vacuous: Vec<String>,
    /// For each hypothesis or part by its id, whether it holds; absent where that is not known.
    pub hypotheses: BTreeMap<String, Option<bool>>,
    /// How many certificates the checker accepted.
    pub certificates: usize,
}
