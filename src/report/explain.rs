//! Statements explained, from the very text of the documentation.

use std::fmt::Write as _;

use anstyle::Style;
use recoverable_checker::certificate::Statement;

use crate::audit::{Selection, Topic};

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// The documentation of a topic, in Markdown.
fn source(topic: Topic) -> &'static str {
    match topic {
        Topic::Statement(statement) => statement_source(statement),
        Topic::Conditioning => include_str!("../question/conditioning.md"),
        Topic::Robustness => include_str!("../question/robustness.md"),
        Topic::Counterexample => include_str!("../question/counterexample.md"),
        Topic::Prompt => include_str!("../question/prompt.md"),
    }
}

fn statement_source(statement: Statement) -> &'static str {
    match statement {
        Statement::Theorem33 => include_str!("../theorem/theorem_3_3.md"),
        Statement::Proposition34 => include_str!("../theorem/proposition_3_4.md"),
        Statement::ClaimA1 => include_str!("../theorem/claim_a_1.md"),
        Statement::Theorem36 => include_str!("../theorem/theorem_3_6.md"),
        Statement::LemmaB1 => include_str!("../theorem/lemma_b_1.md"),
        Statement::LemmaB2 => include_str!("../theorem/lemma_b_2.md"),
        Statement::Assumption35 => include_str!("../hypothesis/assumption_3_5.md"),
        Statement::Assumption31 => include_str!("../hypothesis/assumption_3_1.md"),
        Statement::Assumption32 | Statement::Irreducible | Statement::Aperiodic | Statement::FullSupport => {
            include_str!("../hypothesis/assumption_3_2.md")
        }
        Statement::Assumption42 => include_str!("../hypothesis/assumption_4_2.md"),
        Statement::Assumption44 => include_str!("../hypothesis/assumption_4_4.md"),
        Statement::Assumption45 => include_str!("../hypothesis/assumption_4_5.md"),
        Statement::Theorem43 => include_str!("../theorem/theorem_4_3.md"),
        Statement::Theorem46 => include_str!("../theorem/theorem_4_6.md"),
        Statement::Scope43 | Statement::Scope46 => include_str!("../question/scope.md"),
        Statement::PromptedProportionalHead | Statement::SomePromptProportionalHead => {
            include_str!("../question/prompt.md")
        }
        Statement::ProportionalHead => include_str!("../question/linear_head.md"),
        Statement::LinearHead | Statement::AnyHeadDisagreement | Statement::AnyHeadLastingDisagreement => {
            include_str!("../question/labels.md")
        }
        Statement::HeadRecoversTask | Statement::HeadDisagreement => {
            concat!(
                include_str!("../question/bound.md"),
                "\n",
                include_str!("../question/attention_bound.md")
            )
        }
        Statement::ErgodicRadius => include_str!("../question/robustness.md"),
        Statement::EmissionRank
        | Statement::EmissionSingularValue
        | Statement::LeastHead
        | Statement::ColumnsIndependent
        | Statement::Rank
        | Statement::SingularValue
        | Statement::SystemSolvable
        | Statement::SystemSolvableNonnegative
        | Statement::LeftInverse
        | Statement::SpanIntersection
        | Statement::BlockRecoverable
        | Statement::Halfspace => include_str!("../certify.md"),
    }
}

/// All topics that `check` can be asked about, and the others that have a page, with their titles.
pub fn topics() -> String {
    let mut text = String::new();
    let others = Topic::EXPLAINED.into_iter().filter(|topic| !Selection::TOPICS.contains(topic));
    for topic in Selection::TOPICS.into_iter().chain(others) {
        let title = source(topic).lines().next().unwrap_or_default().trim_start_matches("# ");
        let _ = writeln!(text, "{:20} {title}", topic.id());
    }
    text
}

/// A topic with its hypotheses, construction, source and worked example.
pub fn explanation(topic: Topic) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in source(topic).lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            let _ = writeln!(text, "    {FAINT}{line}{FAINT:#}");
        } else if let Some(title) = line.strip_prefix("# ") {
            let _ = writeln!(text, "{BOLD}{title}{BOLD:#}");
        } else {
            let _ = writeln!(text, "{}", emphasis(line));
        }
    }
    text
}

/// `**words**` in bold, `*words*` and `` `code` `` without their marks; code is left as it is.
fn emphasis(line: &str) -> String {
    let mut text = String::new();
    for (index, span) in line.split('`').enumerate() {
        if index % 2 == 1 {
            text += span;
            continue;
        }
        for (index, part) in span.split("**").enumerate() {
            let part = part.replace('*', "");
            let _ =
                if index % 2 == 1 { write!(text, "{BOLD}{part}{BOLD:#}") } else { write!(text, "{part}") };
        }
    }
    text
}
