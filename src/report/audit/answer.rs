//! The answer of a trial: a sign, a word and a colour, never a colour alone.

use crate::{
    audit::trial::{Finding, Trial},
    report::html::{Element, element},
};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub sign: &'static str,
    pub word: &'static str,
    /// The style of a page.
    pub class: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

pub const NEEDED: Answer = Answer {
    sign: "●",
    word: "needed",
    class: "info",
    meaning: "there is a model on which this hypothesis alone fails, and the conclusion fails with it",
};
pub const NOT_NEEDED: Answer = Answer {
    sign: "✓",
    word: "not needed",
    class: "good",
    meaning: "the conclusion is proved without this hypothesis, for all models",
};
pub const TOO_WEAK: Answer = Answer {
    sign: "●",
    word: "too weak",
    class: "info",
    meaning: "with the weaker hypothesis in its place there is a model on which the conclusion fails",
};
pub const ENOUGH: Answer = Answer {
    sign: "✓",
    word: "enough",
    class: "good",
    meaning: "with the weaker hypothesis in its place the conclusion is proved, for all models",
};
pub const REFUTED: Answer = Answer {
    sign: "✗",
    word: "refuted",
    class: "bad",
    meaning: "the claim as it stands is false: a model satisfies all hypotheses and not the conclusion",
};
pub const HOLDS: Answer = Answer {
    sign: "✓",
    word: "holds",
    class: "good",
    meaning: "the claim as it stands is proved, for all models",
};
pub const OPEN: Answer = Answer {
    sign: "?",
    word: "open",
    class: "open",
    meaning: "neither a proof nor a counterexample was found; the trial says what was searched",
};

/// All of them, as they are explained.
pub const ALL: [Answer; 7] = [NEEDED, NOT_NEEDED, TOO_WEAK, ENOUGH, REFUTED, HOLDS, OPEN];

impl Answer {
    pub fn of(trial: &Trial) -> Self {
        match (&trial.finding, &trial.weakening) {
            (Finding::Needed(_), None) => NEEDED,
            (Finding::Needed(_), Some(_)) => TOO_WEAK,
            (Finding::NotNeeded(_), None) => NOT_NEEDED,
            (Finding::NotNeeded(_), Some(_)) => ENOUGH,
            (Finding::Refuted(_), _) => REFUTED,
            (Finding::Holds(_), _) => HOLDS,
            (Finding::Open(_), _) => OPEN,
        }
    }

    /// `✓ not needed`
    pub fn words(self) -> String {
        format!("{} {}", self.sign, self.word)
    }

    /// The same in a page; the sign is not read aloud.
    pub fn html(self) -> Element {
        verdict(self.class, self.sign, self.word)
    }
}

/// A sign and a word in a coloured frame.
pub fn verdict(class: &str, sign: &str, word: &str) -> Element {
    let sign = element("span").attr("aria-hidden", "true").text(format!("{sign}\u{a0}"));
    element("span").class(&format!("verdict {class}")).with(sign).text(word.replace(' ', "\u{a0}"))
}
