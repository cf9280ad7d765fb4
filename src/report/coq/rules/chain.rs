//! The rules about the hidden chain of a model, with memory or without.

use recoverable_checker::certificate::{Evidence, Statement};

use super::{super::literal::Data, Asked, applied};

/// How the hidden chain is named.
pub struct Chain {
    /// In statements.
    pub model: &'static str,
    /// In checks.
    pub data: String,
    /// The number of states, in checks.
    pub states: String,
    /// One state less.
    pub last: String,
    /// What the names of theorems about it begin with.
    pub prefix: &'static str,
}

impl Chain {
    fn by(&self, statement: &str, theorem: &str) -> Asked {
        Asked::by(statement, &format!("{}{theorem}", self.prefix))
    }

    fn irreducible(&self) -> String {
        format!("irreducible {}", self.model)
    }

    fn aperiodic(&self) -> String {
        format!("irreducible {0} /\\ aperiodic {0}", self.model)
    }

    fn full_support(&self) -> String {
        format!("full_support (init {})", self.model)
    }

    /// A part of Assumption 3.2, the first, second or third, is false, and with it the assumption.
    fn refuted_part(&self, statement: Statement, part: &str, theorem: &str, place: usize) -> Asked {
        let (model, prefix) = (self.model, self.prefix);
        if statement != Statement::Assumption32 {
            return self.by(&format!("~ {part}"), theorem);
        }
        let part = ["left", "right; left", "right; right"][place];
        let proof = applied(&format!("{prefix}{theorem}"));
        Asked::new(
            format!("~ assumption_3_2 {model}"),
            format!("apply: {prefix}not_ergodic; {part}; {proof}"),
        )
    }
}

/// What Coq is asked to check, if the rule is about the hidden chain.
pub fn asked(chain: &Chain, statement: Statement, evidence: &Evidence) -> Option<Asked> {
    let Chain { model, data, states, last, .. } = chain;
    let evidence_of = |check: &str| format!("{check} data_forward data_backward");
    Some(match evidence {
        Evidence::Irreducible(trees) => chain
            .by(&chain.irreducible(), "irreducible_checked")
            .trees(trees)
            .check(evidence_of(&format!("trees_check {states} (steps {data})"))),
        Evidence::Reducible(set) => chain
            .refuted_part(statement, &chain.irreducible(), "reducible_checked", 0)
            .data(Data::naturals("closed", &set.states))
            .check(format!("reducible_check {last} {data} data_closed")),
        Evidence::Aperiodic(evidence) => chain
            .by(&chain.aperiodic(), "aperiodic_checked")
            .aperiodicity(evidence)
            .check(evidence_of(&format!("aperiodic_check {states} (steps {data})")) + " data_walks"),
        Evidence::Periodic(periods) => chain
            .refuted_part(statement, &format!("({})", chain.aperiodic()), "periodic_checked", 1)
            .data(Data::naturals("classes", &periods.classes))
            .check(format!("periodic_check {last} {data} {} data_classes", periods.period)),
        Evidence::FullSupport(_) => chain
            .by(&chain.full_support(), "full_support_checked")
            .check(format!("positivel {states} (initial {data}).2")),
        Evidence::MissingSupport(missing) => chain
            .refuted_part(statement, &chain.full_support(), "missing_support_checked", 2)
            .check(format!("missing_check {last} {data} {}", missing.state)),
        Evidence::Ergodic(evidence) => chain
            .by(&format!("assumption_3_2 {model}"), "ergodic_checked")
            .aperiodicity(evidence)
            .check(evidence_of(&format!("ergodic_check {last} {data}")) + " data_walks"),
        _ => return None,
    })
}
