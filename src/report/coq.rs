//! A certificate as a file that Coq checks by computation, and that ends in the statement about that very model or matrix.
//!
//! The file has three parts: the numbers of the certificate as hexadecimal integers over common denominators (the columns of a model without
//! memory over their own: the common one of thirty columns may have thousands of bits, and products with it take Coq many minutes), one boolean `checked`
//! that Coq computes, and `certificate`, the statement over every real field, which a theorem of `proofs/theory/compute*.v` deduces from the
//! boolean. `literal` writes numbers, `rules` chooses statement, boolean and theorem for each rule. Nothing here is trusted: what is
//! written wrongly is refused by Coq, or states something else, which the last lines of the file show.
//!
//! Binary tasks and heads are written as two classes with the rows `μ` and 0, `b` and 0, whose class 0 is the label 1.

mod literal;
mod rules;

use std::fmt;

use recoverable_checker::certificate::{Certificate, Kind};

use super::model_hash;
use literal::Data;

/// The rules that have an export, by their names in certificates.
pub const EXPORTED: [&str; 51] = [
    "independent-columns",
    "dependent-columns",
    "irreducible",
    "reducible",
    "aperiodic",
    "periodic",
    "full-support",
    "missing-support",
    "ergodic",
    "invertible-head",
    "proportional-head",
    "no-proportional-head",
    "no-linear-head",
    "wrong-label",
    "labels-agree",
    "disagreement",
    "packed-contradictions",
    "lasting-contradictions",
    "masked-output",
    "shifted-posterior",
    "unequal-shifted-posterior",
    "fake-token",
    "prompted-posterior",
    "unequal-prompted-posterior",
    "essential-states",
    "no-essential-states",
    "prompted-head",
    "unseen-combination",
    "no-prompt",
    "least-head",
    "ergodic-radius",
    "rank",
    "singular-value",
    "solution",
    "inconsistency",
    "nonnegative-solution",
    "separating-functional",
    "left-inverse",
    "intersection",
    "block-functionals",
    "block-kernel",
    "halfspace",
    "motzkin",
    "recoverable-states",
    "stationary",
    "not-stationary",
    "attention-head",
    "prompted-attention-head",
    "wrong-attention-label",
    "scope-member",
    "empty-scope",
];

/// A rule that has no export for models of this kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotExported {
    /// The rule's name in certificates.
    pub rule: String,
    /// What the certificate is about.
    pub kind: Kind,
}

impl fmt::Display for NotExported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = match self.kind {
            Kind::Hmm => "a model without memory",
            Kind::MemoryHmm => "a model with memory",
            Kind::Matrix => "a matrix",
        };
        let (rule, exported) = (&self.rule, EXPORTED.join(", "));
        write!(f, "the rule `{rule}` has no export to Coq for {subject}; these rules have one: {exported}")
    }
}

impl std::error::Error for NotExported {}

/// What Coq is asked to check.
struct Proof {
    /// Definitions of numbers, which need nothing but integers and lists.
    data: Vec<Data>,
    /// Definitions that need the theory: the model or the matrix `M`.
    model: String,
    /// The statement about `M`.
    statement: String,
    /// The boolean that is computed.
    check: String,
    /// What deduces the statement from `checked`.
    proof: String,
}

/// The text of the file.
///
/// # Errors
/// [`NotExported`].
///
/// ```
/// let text = std::fs::read_to_string("proofs/checker/tests/certificates/solution.json").unwrap();
/// let file = recoverable::report::coq::coq_file(&recoverable_checker::read(&text).unwrap()).unwrap();
/// assert!(file.contains("Theorem certificate (R : realFieldType) : solvable (M R) (vf R data_rhs)."));
/// ```
pub fn coq_file(certificate: &Certificate) -> Result<String, NotExported> {
    let rule = rule_name(certificate);
    let kind = certificate.model.kind();
    let Some(proof) = rules::proof(certificate) else { return Err(NotExported { rule, kind }) };
    let claim = certificate.claim;
    let hash = model_hash(&certificate.model);
    let data: String = proof.data.iter().map(ToString::to_string).collect();
    let Proof { model, statement, check, proof, .. } = proof;
    Ok(format!(
        "(* {claim}, by the rule {rule}, of the model with the sha256
   {hash}.

   Written by recoverable from a certificate. With the compiled files of proofs/theory in DIR:
   coqc -w none -Q DIR Recoverable THIS_FILE *)

From Coq Require Import ZArith List.
Import ListNotations.
Local Open Scope Z_scope.

(* The numbers: a common denominator, and numerators. *)

{data}
Local Close Scope Z_scope.

From mathcomp Require Import all_ssreflect all_algebra.
From Recoverable Require Import model prediction chain theorem_3_3 extended theorem_3_6 labels columns bounds.
From Recoverable Require Import rules_labels rules_prompt.
From Recoverable Require Import compute compute_columns compute_model compute_heads.
From Recoverable Require Import compute_prompts compute_own compute_spans compute_bounds.
From Recoverable Require Import compute_regions compute_trees compute_disagreement.
From Recoverable Require Import compute_lasting compute_search compute_no_prompt.

{model}
Lemma checked : {check}.
Proof. vm_cast_no_check (erefl true). Qed.

Theorem certificate (R : realFieldType) : {statement}.
Proof. {proof}. Qed.

Print Assumptions certificate.
"
    ))
}

/// The rule's name in certificates.
fn rule_name(certificate: &Certificate) -> String {
    let value = serde_json::to_value(&certificate.evidence).unwrap_or_default();
    value["rule"].as_str().unwrap_or_default().to_owned()
}
