//! Which rule establishes which claim.

use std::collections::BTreeSet;

use recoverable_checker::{
    Rejection,
    certificate::{Claim, Kind, Outcome, Statement},
};
use serde_json::Value;

use crate::support::{CERTIFICATES, accepts, certificate, edited, rejection};

use Outcome::{Proved, Refuted};

/// What the rule establishes; everything else is refused.
fn claims(rule: &str) -> &'static [(Statement, Outcome)] {
    match rule {
        "independent-columns" => {
            &[(Statement::Assumption31, Proved), (Statement::ColumnsIndependent, Proved)]
        }
        "dependent-columns" => &[
            (Statement::Assumption31, Refuted),
            (Statement::ColumnsIndependent, Refuted),
            (Statement::LeftInverse, Refuted),
        ],
        "irreducible" => &[(Statement::Irreducible, Proved)],
        "reducible" => &[(Statement::Irreducible, Refuted), (Statement::Assumption32, Refuted)],
        "aperiodic" => &[(Statement::Aperiodic, Proved)],
        "periodic" => &[(Statement::Aperiodic, Refuted), (Statement::Assumption32, Refuted)],
        "full-support" => &[(Statement::FullSupport, Proved)],
        "missing-support" => &[(Statement::FullSupport, Refuted), (Statement::Assumption32, Refuted)],
        "ergodic" => &[(Statement::Assumption32, Proved)],
        "masked-output" => &[(Statement::Proposition34, Proved)],
        "shifted-posterior" => &[(Statement::ClaimA1, Proved)],
        "unequal-shifted-posterior" => &[(Statement::ClaimA1, Refuted)],
        "invertible-head" => &[(Statement::Theorem33, Proved)],
        "proportional-head" => &[
            (Statement::ProportionalHead, Proved),
            (Statement::LinearHead, Proved),
            (Statement::HeadRecoversTask, Proved),
            (Statement::PromptedProportionalHead, Proved),
            (Statement::SomePromptProportionalHead, Proved),
        ],
        "no-proportional-head" => {
            &[(Statement::ProportionalHead, Refuted), (Statement::PromptedProportionalHead, Refuted)]
        }
        "no-prompt" | "unseen-combination" => &[(Statement::SomePromptProportionalHead, Refuted)],
        "rank" => &[(Statement::EmissionRank, Proved), (Statement::Rank, Proved)],
        "singular-value" => &[(Statement::EmissionSingularValue, Proved), (Statement::SingularValue, Proved)],
        "least-head" => &[(Statement::LeastHead, Proved)],
        "labels-agree" => &[(Statement::LinearHead, Proved), (Statement::HeadRecoversTask, Proved)],
        "no-linear-head" => &[(Statement::LinearHead, Refuted)],
        "wrong-label" | "wrong-attention-label" => &[(Statement::HeadRecoversTask, Refuted)],
        "disagreement" => &[(Statement::HeadDisagreement, Proved)],
        "packed-contradictions" => &[(Statement::AnyHeadDisagreement, Proved)],
        "lasting-contradictions" => &[(Statement::AnyHeadLastingDisagreement, Proved)],
        "ergodic-radius" => &[(Statement::ErgodicRadius, Proved)],
        "essential-states" => &[(Statement::Assumption35, Proved)],
        "no-essential-states" => &[(Statement::Assumption35, Refuted)],
        "prompted-head" => &[(Statement::Theorem36, Proved)],
        "fake-token" => &[(Statement::LemmaB1, Proved)],
        "prompted-posterior" => &[(Statement::LemmaB2, Proved)],
        "unequal-prompted-posterior" => &[(Statement::LemmaB2, Refuted)],
        "recoverable-states" => &[
            (Statement::Assumption42, Proved),
            (Statement::Assumption42, Refuted),
            (Statement::Assumption45, Proved),
            (Statement::Assumption45, Refuted),
        ],
        "stationary" => &[(Statement::Assumption44, Proved)],
        "not-stationary" => &[(Statement::Assumption44, Refuted)],
        "attention-head" => &[(Statement::Theorem43, Proved)],
        "prompted-attention-head" => &[(Statement::Theorem46, Proved)],
        "scope-member" => &[(Statement::Scope43, Proved), (Statement::Scope46, Proved)],
        "empty-scope" => &[(Statement::Scope43, Refuted), (Statement::Scope46, Refuted)],
        "solution" => &[(Statement::SystemSolvable, Proved)],
        "inconsistency" => &[(Statement::SystemSolvable, Refuted)],
        "nonnegative-solution" => &[(Statement::SystemSolvableNonnegative, Proved)],
        "separating-functional" => &[(Statement::SystemSolvableNonnegative, Refuted)],
        "left-inverse" => &[(Statement::LeftInverse, Proved)],
        "intersection" => &[(Statement::SpanIntersection, Proved)],
        "block-functionals" => &[(Statement::BlockRecoverable, Proved)],
        "block-kernel" => &[(Statement::BlockRecoverable, Refuted)],
        "halfspace" => &[(Statement::Halfspace, Proved)],
        "motzkin" => &[(Statement::Halfspace, Refuted)],
        other => panic!("unknown rule {other}"),
    }
}

/// What a certificate claims.
fn claim_of(certificate: &Value) -> Claim {
    serde_json::from_value(certificate["claim"].clone()).unwrap()
}

/// What is wrong with the claim about this model, whatever the evidence is.
fn misplaced(statement: Statement, model: &Value) -> Option<Rejection> {
    let kind = match model["kind"].as_str() {
        Some("matrix") => Kind::Matrix,
        Some("memory-hmm") => Kind::MemoryHmm,
        _ => Kind::Hmm,
    };
    if !statement.is_about(kind) {
        return Some(Rejection::WrongKind(statement));
    }
    let presence = |field, needed: bool| match (needed, model.get(field).is_some()) {
        (true, false) => Some(Rejection::Missing { field }),
        (false, true) => Some(Rejection::Superfluous { field }),
        _ => None,
    };
    presence("rhs", statement.needs_rhs()).or_else(|| presence("split", statement.needs_split()))
}

#[test]
fn every_rule_establishes_its_claims_and_no_others() {
    for (name, _) in CERTIFICATES {
        let original = certificate(name);
        let established = claims(original["evidence"]["rule"].as_str().unwrap());
        let model_has_memory = original["model"]["kind"] == "memory-hmm";
        let prompts = ["/evidence/construction/prompt", "/evidence/prompt"];
        let prompted = prompts.iter().any(|pointer| original.pointer(pointer).is_some());
        let all_prompts = ["no-prompt", "unseen-combination"].contains(name);
        for statement in Statement::ALL {
            for verdict in [Proved, Refuted] {
                let claim = Claim { statement, verdict };
                let found = edited(name, [("/claim", serde_json::to_value(claim).unwrap())]);
                match misplaced(statement, &original["model"]) {
                    Some(defect) => assert_eq!(rejection(&found), defect, "{name}: {claim}"),
                    None if established.contains(&(statement, verdict)) => match statement {
                        Statement::LinearHead | Statement::ProportionalHead if prompted => {
                            assert_eq!(rejection(&found), Rejection::Prompted, "{name}: {claim}");
                        }
                        // The verdict, and whether there is a prompt, have to fit the evidence.
                        _ if model_has_memory && claim_of(&original) != claim => {}
                        Statement::PromptedProportionalHead | Statement::SomePromptProportionalHead
                            if !prompted && !all_prompts =>
                        {
                            assert_eq!(rejection(&found), Rejection::Unprompted, "{name}: {claim}");
                        }
                        _ => accepts(&found),
                    },
                    None => assert_eq!(rejection(&found), Rejection::WrongRule(claim), "{name}: {claim}"),
                }
            }
        }
    }
}

/// A statement that is left out here, or has another id than its JSON, would escape the tests.
#[test]
fn all_statements_are_listed_once_and_written_as_their_ids() {
    let ids: BTreeSet<_> = Statement::ALL.iter().map(|statement| statement.id()).collect();
    assert_eq!(ids.len(), Statement::ALL.len());
    for statement in Statement::ALL {
        assert_eq!(serde_json::to_value(statement).unwrap(), statement.id());
    }
}

#[test]
fn every_certificate_is_accepted_as_it_stands() {
    for (name, text) in CERTIFICATES {
        let accepted = recoverable_checker::check(text).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(accepted.text(), *text);
        assert_eq!(accepted.statement(), accepted.claim().statement);
    }
}

#[test]
fn every_certificate_survives_being_written_again() {
    for (name, text) in CERTIFICATES {
        let accepted = recoverable_checker::check(text).unwrap();
        let again = recoverable_checker::check(&accepted.certificate().to_json()).unwrap();
        assert_eq!(again.certificate(), accepted.certificate(), "{name}");
        assert_eq!(serde_json::to_value(accepted.certificate()).unwrap(), certificate(name));
    }
}
