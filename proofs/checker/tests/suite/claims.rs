//! Which rule establishes which claim.

use recoverable_checker::{
    Rejection,
    certificate::{Claim, Outcome, Statement},
};
use serde_json::json;

use crate::support::{CERTIFICATES, certificate, edited, judge, rejection};

use Outcome::{Proved, Refuted};

const STATEMENTS: [Statement; 9] = [
    Statement::Assumption31,
    Statement::Assumption32,
    Statement::Irreducible,
    Statement::Aperiodic,
    Statement::FullSupport,
    Statement::Proposition34,
    Statement::ClaimA1,
    Statement::Theorem33,
    Statement::ProportionalHead,
];

/// What the rule establishes; everything else is refused.
fn claims(rule: &str) -> &'static [(Statement, Outcome)] {
    match rule {
        "independent-columns" => &[(Statement::Assumption31, Proved)],
        "dependent-columns" => &[(Statement::Assumption31, Refuted)],
        "irreducible" => &[(Statement::Irreducible, Proved)],
        "reducible" => &[(Statement::Irreducible, Refuted), (Statement::Assumption32, Refuted)],
        "aperiodic" => &[(Statement::Aperiodic, Proved)],
        "periodic" => &[(Statement::Aperiodic, Refuted), (Statement::Assumption32, Refuted)],
        "full-support" => &[(Statement::FullSupport, Proved)],
        "missing-support" => &[(Statement::FullSupport, Refuted), (Statement::Assumption32, Refuted)],
        "ergodic" => &[(Statement::Assumption32, Proved)],
        "masked-output" => &[(Statement::Proposition34, Proved)],
        "shifted-posterior" => &[(Statement::ClaimA1, Proved)],
        "invertible-head" => &[(Statement::Theorem33, Proved)],
        "proportional-head" => &[(Statement::ProportionalHead, Proved)],
        "no-proportional-head" => &[(Statement::ProportionalHead, Refuted)],
        other => panic!("unknown rule {other}"),
    }
}

fn judge_as(name: &str, statement: Statement, verdict: Outcome) -> Result<Claim, Rejection> {
    let claim = json!({"statement": statement.to_string(), "verdict": verdict.to_string()});
    let certificate = edited(name, [("/claim", claim)]);
    match judge(&certificate) {
        Ok(accepted) => Ok(accepted.claim()),
        Err(_) => Err(rejection(&certificate)),
    }
}

#[test]
fn every_rule_establishes_its_claims_and_no_others() {
    for (name, _) in CERTIFICATES {
        let rule = certificate(name)["evidence"]["rule"].as_str().unwrap().to_owned();
        for statement in STATEMENTS {
            for verdict in [Proved, Refuted] {
                let claim = Claim { statement, verdict };
                let established = claims(&rule).contains(&(statement, verdict));
                let expected = if established { Ok(claim) } else { Err(Rejection::WrongRule(claim)) };
                assert_eq!(judge_as(name, statement, verdict), expected, "{name}: {claim}");
            }
        }
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
