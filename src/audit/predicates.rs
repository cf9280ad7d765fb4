//! The hypotheses and conclusions of the paper, and weaker ones, as predicates.
//!
//! Each is decided exactly. Hypotheses that the checker knows have a certificate for either answer; a conclusion counts as failing only with a
//! reason that can be followed by hand or, where there is a rule for it, by the checker.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    Accepted,
    certificate::{Evidence, Statement, UnequalPromptedPosterior, UnequalShiftedPosterior},
    number::Rational,
};

use super::{
    claim::Predicate,
    heads,
    trial::{Disproof, WorkedInput},
};
use crate::{
    certify::certify_refutation,
    generate::Facet,
    hypothesis::{
        Decision, assumption_3_1, assumption_3_2, assumption_3_5, assumption_4_2, assumption_4_4,
        assumption_4_5,
    },
    linear::Fractions,
    model::{AnyModel, Hmm, MemoryModel, Model, Task, Token},
    oracle::Exact,
    question::{labels, linear_head, prompt},
    search::{BlockFound, Counted, Effort, Reach, Steps, recoverable_blocks, short_words},
};

/// The hidden chain of a model.
fn chain(model: &AnyModel) -> &Hmm {
    match model {
        AnyModel::Hmm(model) => model.hmm(),
        AnyModel::Memory(model) => model.memory().chain(),
    }
}

fn vanilla(model: &AnyModel) -> Option<&Model> {
    match model {
        AnyModel::Hmm(model) => Some(model),
        AnyModel::Memory(_) => None,
    }
}

fn memory(model: &AnyModel) -> Option<&MemoryModel> {
    match model {
        AnyModel::Hmm(_) => None,
        AnyModel::Memory(model) => Some(model),
    }
}

fn certificates(decisions: impl IntoIterator<Item = Decision>) -> Vec<Accepted> {
    decisions.into_iter().filter_map(|decision| decision.accepted().cloned()).collect()
}

const fn hypothesis(
    id: &'static str,
    says: &'static str,
    facet: Facet,
    holds: fn(&AnyModel) -> Option<bool>,
    certify: fn(&AnyModel) -> Vec<Accepted>,
) -> Predicate {
    Predicate { facet: Some(facet), certify, ..Predicate::plain(id, says, holds) }
}

/// Assumption 3.1.
pub const INDEPENDENT: Predicate = hypothesis(
    "independent",
    "the columns of W are linearly independent (3.1)",
    Facet::Independent,
    |model| Some(Fractions::new(vanilla(model)?.hmm().emission()).kernel()?.kernel.is_empty()),
    |model| certificates(vanilla(model).map(assumption_3_1::decide)),
);

/// A part of Assumption 3.2.
pub const IRREDUCIBLE: Predicate = hypothesis(
    "irreducible",
    "every hidden state leads to every other (3.2)",
    Facet::Irreducible,
    |model| Some(matches!(Steps::new(chain(model)).reach(), Reach::Irreducible(_))),
    |model| certificates([assumption_3_2::of_chain(model, chain(model)).irreducible]),
);

/// A part of Assumption 3.2; of a chain that is not irreducible it speaks of the states that can come back.
pub const APERIODIC: Predicate = hypothesis(
    "aperiodic",
    "states that can come back do so at times without a common divisor (3.2)",
    Facet::Aperiodic,
    |model| Some(is_aperiodic(chain(model))),
    |model| certificates(assumption_3_2::of_chain(model, chain(model)).aperiodic),
);

/// A part of Assumption 3.2.
pub const FULL_SUPPORT: Predicate = hypothesis(
    "full-support",
    "π₀ is positive at every state (3.2)",
    Facet::FullSupport,
    |model| Some(!chain(model).initial().iter().any(Zero::is_zero)),
    |model| certificates([assumption_3_2::of_chain(model, chain(model)).full_support]),
);

/// Weaker than irreducible.
pub const NO_ZERO_ROW: Predicate = Predicate {
    facet: Some(Facet::NoZeroRow),
    ..Predicate::plain(
        "no-zero-row",
        "every hidden state is entered from some state (no row of A is zero)",
        |model| {
            let transition = chain(model).transition();
            Some((0..transition.rows()).all(|row| transition.row(row).iter().any(|entry| !entry.is_zero())))
        },
    )
};

/// What full support of `π0` in an irreducible chain is used for.
pub const FIRST_LAW_FULL: Predicate =
    Predicate::plain("first-law-full", "π₁ is positive at every state", |model| {
        Some(!chain(model).first_law().iter().any(Zero::is_zero))
    });

/// Weaker than full support of `π0` in an irreducible chain.
pub const START_COVERED: Predicate = Predicate {
    facet: Some(Facet::StartCovered),
    ..Predicate::plain(
        "start-covered",
        "where π₀ is positive, π₁ is: supp π₀ ⊆ supp π₁",
        |model| Some(covered(chain(model), chain(model).initial())),
    )
};

/// What the proof of Theorem 3.3 uses.
pub const TASK_COVERED: Predicate = Predicate::plain(
    "task-covered",
    "where μ and π₀ are not 0, π₁ is positive: supp(μ ⊙ π₀) ⊆ supp π₁",
    |model| {
        let model = vanilla(model)?;
        let weighed = |mu: &Vec<BigRational>| {
            let row: Vec<_> = mu.iter().zip(model.hmm().initial()).map(|(mu, p)| mu * p).collect();
            covered(model.hmm(), &row)
        };
        Some(model.task()?.contrasts().iter().all(weighed))
    },
);

/// Whether `π_1` is positive where a vector is not 0.
fn covered(hmm: &Hmm, vector: &[BigRational]) -> bool {
    hmm.first_law().iter().zip(vector).all(|(p, entry)| entry.is_zero() || !p.is_zero())
}

/// Assumption 3.5.
pub const ESSENTIAL: Predicate = hypothesis(
    "essential",
    "some states lead to states H* ⊇ supp μ, and to no others, with independent columns of W (3.5)",
    Facet::Essential,
    |model| assumption_3_5::decide(vanilla(model)?)?.decision.holds(),
    |model| certificates(vanilla(model).and_then(assumption_3_5::decide).map(|found| found.decision)),
);

/// Assumption 4.4.
pub const STATIONARY: Predicate = hypothesis(
    "stationary",
    "the chain is stationary, A π₀ = π₀ (4.4)",
    Facet::Stationary,
    |model| Some(chain(model).first_law() == chain(model).initial()),
    |model| certificates(memory(model).map(assumption_4_4::decide)),
);

/// Assumption 4.2.
pub const RECOVERABLE: Predicate = hypothesis(
    "recoverable",
    "some syntax state of the task's cell is recoverable (4.2)",
    Facet::Recoverable,
    |model| recovers(memory(model)?, false, false),
    |model| certificates(memory(model).and_then(|m| Some(assumption_4_2::decide(m, m.task()?).decision))),
);

/// Assumption 4.5 (C.5).
pub const RECOVERABLE_BEHIND_PROMPT: Predicate = hypothesis(
    "recoverable-behind-prompt",
    "some syntax state of the task's cell is recoverable once its value is in supp μ (4.5)",
    Facet::RecoverableBehindPrompt,
    |model| recovers(memory(model)?, true, false),
    |model| certificates(memory(model).and_then(|m| Some(assumption_4_5::decide(m, m.task()?).decision))),
);

/// What the proof of Theorem 4.3 makes of 4.2.
pub const FUNCTIONALS: Predicate = Predicate::plain(
    "functionals",
    "for some syntax states there are keys and values with the identities of the construction",
    |model| assumption_4_2::decide(memory(model)?, memory(model)?.task()?).decision.holds(),
);

/// What the proof of Theorem 4.6 makes of 4.5.
pub const FUNCTIONALS_BEHIND_PROMPT: Predicate = Predicate::plain(
    "functionals-behind-prompt",
    "for some syntax states there are keys and values with the identities of the construction at the columns that the prompt leaves possible",
    |model| assumption_4_5::decide(memory(model)?, memory(model)?.task()?).decision.holds(),
);

fn recovers(model: &MemoryModel, prompted: bool, all: bool) -> Option<bool> {
    let (memory, task) = (model.memory(), model.task()?);
    let counted = if prompted { Counted::prompted(memory, task) } else { Counted::all(memory, task) };
    let blocks = recoverable_blocks(memory, &counted)?;
    let mut recoverable = blocks.iter().map(|block| matches!(block, BlockFound::Recoverable(_)));
    Some(if all { recoverable.all(|found| found) } else { recoverable.any(|found| found) })
}

/// The conclusion of Theorem 3.3.
pub const LINEAR_HEAD: Predicate = Predicate {
    id: "linear-head",
    says: "some linear head b has the task's label 1(b·G₁(∅, x) ≥ 0) on every possible input x",
    facet: None,
    holds: |model| {
        let model = vanilla(model)?;
        let known = linear_head::decide(model).proportional?.exists();
        if known == Some(true) { known } else { labels::contradiction(model, INPUTS).map(|_| false) }
    },
    certify: |model| {
        let found = vanilla(model).and_then(|model| labels::contradiction(model, INPUTS));
        found.map(|found| found.accepted).into_iter().collect()
    },
    disprove: |model| {
        let model = vanilla(model)?;
        let found = labels::contradiction(model, INPUTS)?;
        let several = matches!(model.task(), Some(Task::Classes(_)));
        let terms = found.terms.iter().map(|term| {
            let input = worked(model, &term.word, Some(&term.weight))?;
            Some(WorkedInput { rival: several.then_some(term.rival), ..input })
        });
        Some(Disproof::NoHead { inputs: terms.collect::<Option<_>>()? })
    },
};

/// Among so many short inputs a contradiction is looked for.
const INPUTS: usize = 60;

/// What the proof of Theorem 3.3 shows.
pub const PROPORTIONAL_HEAD: Predicate = Predicate {
    id: "proportional-head",
    says: "some linear head's score is a positive multiple of μ·P[H₀ | x] on every possible input x",
    facet: None,
    holds: |model| linear_head::decide(vanilla(model)?).proportional?.exists(),
    certify: |model| {
        let found = vanilla(model).and_then(|model| linear_head::decide(model).proportional);
        found.and_then(|found| found.accepted().cloned()).into_iter().collect()
    },
    disprove: |model| {
        let model = vanilla(model)?;
        let found = linear_head::decide(model).proportional?;
        unseen(model, found.accepted()?)
    },
};

/// The words of a combination that no head sees and the task does, where a certificate has one.
fn unseen(model: &Model, accepted: &Accepted) -> Option<Disproof> {
    let (words, weights) = match &accepted.certificate().evidence {
        Evidence::NoProportionalHead(found) => (&found.words, &found.weights),
        Evidence::UnseenCombination(found) => (&found.words, &found.weights),
        _ => return Some(Disproof::Certificate),
    };
    let input = |(word, weight): (&Vec<usize>, &Rational)| {
        let word: Vec<_> = word.iter().copied().map(Token).collect();
        worked(model, &word, Some(&weight.0))
    };
    Some(Disproof::Unseen { inputs: words.iter().zip(weights).map(input).collect::<Option<_>>()? })
}

/// What the proof of Theorem 3.6 shows.
pub const PROMPTED_HEAD: Predicate = Predicate {
    id: "prompted-head",
    says: "behind some prompt some linear head's score is a positive multiple of μ·P[H₀ | x] on every possible input x",
    facet: None,
    holds: |model| {
        let model = vanilla(model)?;
        prompt::search(model, model.task()?, EFFORT).answer.exists()
    },
    certify: |model| {
        let search = |model: &Model| Some(prompt::search(model, model.task()?, EFFORT).answer);
        let found = vanilla(model).and_then(search);
        found.and_then(|answer| answer.accepted().cloned()).into_iter().collect()
    },
    disprove: |model| {
        let model = vanilla(model)?;
        unseen(model, prompt::search(model, model.task()?, EFFORT).answer.accepted()?)
    },
};

/// How long prompts are looked for.
const EFFORT: Effort = Effort { supports: 8, starts: 3, seed: 0 };

/// The conclusion of Claim A.1, on short inputs.
pub const SHIFTED_POSTERIOR: Predicate = Predicate {
    id: "shifted-posterior",
    says: "P[Hᵢ | X₍ᵢ₊₁₎…₍ᵢ₊ₜ₎ = x] = r D P[H₀ | X₁…ₜ = x] with D = diag(πᵢ/π₀), entries x/0 = 0",
    facet: None,
    holds: |model| shifted_posterior_fails(vanilla(model)?).map(|_| false),
    certify: |model| {
        refuted(model, Statement::ClaimA1, |model| {
            let Unequal { law, tokens, state, .. } = shifted_posterior_fails(model)?;
            let evidence = UnequalShiftedPosterior { tokens, shift: law + 1, state };
            Some(Evidence::UnequalShiftedPosterior(evidence))
        })
    },
    disprove: |model| shifted_posterior_fails(vanilla(model)?).map(Unequal::disproof),
};

/// The conclusion of Lemma B.2, on short inputs.
pub const PROMPTED_POSTERIOR: Predicate = Predicate {
    id: "prompted-posterior",
    says: "P[H₂ | X̂₁ = z̃, X̂₃…₍ₜ₊₂₎ = x] = r′ diag(1/π₀) (P[X̂₁ = z̃, H₂] ⊙ P[H₀ | x]), entries 1/0 = 0",
    facet: None,
    holds: |model| prompted_posterior_fails(vanilla(model)?).map(|_| false),
    certify: |model| {
        refuted(model, Statement::LemmaB2, |model| {
            let Unequal { law, tokens, state, .. } = prompted_posterior_fails(model)?;
            let embedding = written(&embedding(model.hmm(), EMBEDDINGS[law]));
            Some(Evidence::UnequalPromptedPosterior(UnequalPromptedPosterior { embedding, tokens, state }))
        })
    },
    disprove: |model| prompted_posterior_fails(vanilla(model)?).map(Unequal::disproof),
};

/// Assumption 4.2 for all syntax states of the cell.
pub const WHOLLY_RECOVERABLE: Predicate = hypothesis(
    "wholly-recoverable",
    "every syntax state of the task's cell is recoverable (4.2 with S* = S)",
    Facet::Recoverable,
    |model| recovers(memory(model)?, false, true),
    |model| certificates(memory(model).and_then(|m| Some(assumption_4_2::decide(m, m.task()?).decision))),
);

/// What Theorem 4.3 says for all syntax states of the cell.
pub const SOME_ATTENTION_HEAD: Predicate = Predicate {
    id: "some-attention-head",
    says: "some attention head, whatever its keys, query, positions and values, has the task's label on every possible input with (4.3), for S* = S",
    facet: Some(Facet::Visible),
    holds: |model| heads::no_head(memory(model)?).map(|_| false),
    certify: |model| memory(model).and_then(heads::no_head).map(|found| found.accepted).into_iter().collect(),
    disprove: |model| Some(Disproof::NoHead { inputs: heads::no_head(memory(model)?)?.inputs }),
};

/// The conclusion of Theorem 4.3, on short inputs: without a recoverable syntax state there is no such head, as the identities are what 4.2 says.
pub const ATTENTION_HEAD: Predicate = Predicate {
    id: "attention-head",
    says: "some attention head satisfies the identities of the construction, for some syntax states, and it has the task's label on every possible input with (4.3)",
    facet: None,
    holds: |model| head_fails(model, heads::Which::Unprompted).map(|_| false),
    certify: |model| {
        head_fails(model, heads::Which::Unprompted).and_then(heads::Failure::accepted).into_iter().collect()
    },
    disprove: |model| head_fails(model, heads::Which::Unprompted).map(heads::Failure::disproof),
};

/// The conclusion of Theorem 4.6, on short inputs; as of [`ATTENTION_HEAD`].
pub const PROMPTED_ATTENTION_HEAD: Predicate = Predicate {
    id: "prompted-attention-head",
    says: "behind the prompt some attention head satisfies the identities of the construction, for some syntax states, and it has the task's label on every possible input with (4.3)",
    facet: None,
    holds: |model| head_fails(model, heads::Which::Corrected).map(|_| false),
    certify: |model| {
        head_fails(model, heads::Which::Corrected).and_then(heads::Failure::accepted).into_iter().collect()
    },
    disprove: |model| head_fails(model, heads::Which::Corrected).map(heads::Failure::disproof),
};

fn head_fails(model: &AnyModel, which: heads::Which) -> Option<heads::Failure> {
    heads::failure(memory(model)?, which)
}

/// Every predicate of this file.
pub const ALL: [Predicate; 23] = [
    INDEPENDENT,
    IRREDUCIBLE,
    APERIODIC,
    FULL_SUPPORT,
    NO_ZERO_ROW,
    FIRST_LAW_FULL,
    START_COVERED,
    TASK_COVERED,
    ESSENTIAL,
    STATIONARY,
    RECOVERABLE,
    RECOVERABLE_BEHIND_PROMPT,
    WHOLLY_RECOVERABLE,
    FUNCTIONALS,
    FUNCTIONALS_BEHIND_PROMPT,
    LINEAR_HEAD,
    PROPORTIONAL_HEAD,
    PROMPTED_HEAD,
    SHIFTED_POSTERIOR,
    PROMPTED_POSTERIOR,
    SOME_ATTENTION_HEAD,
    ATTENTION_HEAD,
    PROMPTED_ATTENTION_HEAD,
];

/// For each state, whether it leads to each other in one step or more.
fn reachable(hmm: &Hmm) -> Vec<Vec<bool>> {
    let n = hmm.states();
    let mut leads: Vec<Vec<bool>> =
        (0..n).map(|from| (0..n).map(|to| !hmm.transition()[(to, from)].is_zero()).collect()).collect();
    for middle in 0..n {
        let onward = leads[middle].clone();
        for row in leads.iter_mut().filter(|row| row[middle]) {
            row.iter_mut().zip(&onward).for_each(|(known, &more)| *known |= more);
        }
    }
    leads
}

/// Whether every state that can come back has the period 1.
fn is_aperiodic(hmm: &Hmm) -> bool {
    let (n, leads) = (hmm.states(), reachable(hmm));
    (0..n).filter(|&state| leads[state][state]).all(|state| period(hmm, &leads, state) == 1)
}

/// The greatest common divisor of the lengths of all closed walks at a state: that of `level(u) + 1 − level(v)` over the steps `u → v` among
/// the states that lead there and back.
fn period(hmm: &Hmm, leads: &[Vec<bool>], start: usize) -> usize {
    let class: Vec<usize> = (0..hmm.states()).filter(|&h| leads[start][h] && leads[h][start]).collect();
    let mut level = vec![None; hmm.states()];
    level[start] = Some(0_usize);
    let mut queue = std::collections::VecDeque::from([start]);
    let mut common = 0;
    while let Some(from) = queue.pop_front() {
        let here = level[from].unwrap_or(0) + 1;
        for &to in class.iter().filter(|&&to| !hmm.transition()[(to, from)].is_zero()) {
            match level[to] {
                None => {
                    level[to] = Some(here);
                    queue.push_back(to);
                }
                Some(there) => common = common.gcd(&here.abs_diff(there)),
            }
        }
    }
    common
}

fn written(values: &[BigRational]) -> Vec<Rational> {
    values.iter().cloned().map(Rational).collect()
}

/// An input of a vanilla model worked out, with its weight in a contradiction.
pub(super) fn worked(model: &Model, word: &[Token], weight: Option<&BigRational>) -> Option<WorkedInput> {
    let (oracle, task): (_, &Task) = (Exact::new(model.hmm()), model.task()?);
    let tokens: Vec<_> = word.iter().copied().map(Some).collect();
    let scores = oracle.scores(task, &tokens).ok()?;
    Some(WorkedInput {
        tokens: word.iter().map(|token| token.0).collect(),
        probability: oracle.probability(&tokens).ok().map(Rational),
        posterior: written(&oracle.posterior(&tokens).ok()?),
        label: Some(task.label(&scores)),
        scores: written(&scores),
        output: written(&oracle.head_input(&tokens).ok()?),
        weight: weight.cloned().map(Rational),
        ..WorkedInput::default()
    })
}

/// `x / y`, and 0 where `y` is 0.
fn ratio(x: &BigRational, y: &BigRational) -> BigRational {
    if y.is_zero() { BigRational::zero() } else { x / y }
}

/// A vector over its sum, if that is not 0.
fn normalised(vector: &[BigRational]) -> Option<Vec<BigRational>> {
    let total: BigRational = vector.iter().sum();
    (!total.is_zero()).then(|| vector.iter().map(|entry| entry / &total).collect())
}

/// Two sides that differ.
struct Unequal {
    /// Which of the laws that were looked at.
    law: usize,
    tokens: Vec<usize>,
    /// Where they differ.
    state: usize,
    quantity: String,
    claimed: Vec<BigRational>,
    actual: Vec<BigRational>,
}

impl Unequal {
    fn disproof(self) -> Disproof {
        let (claimed, actual) = (written(&self.claimed), written(&self.actual));
        Disproof::Unequal { tokens: self.tokens, quantity: self.quantity, claimed, actual }
    }
}

/// The certificate that a statement is false, if there is this evidence.
fn refuted(
    model: &AnyModel,
    statement: Statement,
    evidence: impl Fn(&Model) -> Option<Evidence>,
) -> Vec<Accepted> {
    let accepted =
        vanilla(model).and_then(|model| certify_refutation(model, statement, evidence(model)?).ok());
    accepted.into_iter().collect()
}

/// `law ⊙ β(x)` against the posterior of `H_0` times `law / π0`, both over their sums as far as the ratio `r` says.
fn posterior_fails(model: &Model, laws: &[(Vec<BigRational>, String)]) -> Option<Unequal> {
    let (hmm, oracle) = (model.hmm(), Exact::new(model.hmm()));
    for word in short_words(hmm) {
        let tokens: Vec<_> = word.iter().copied().map(Some).collect();
        let (beta, probability) = (oracle.backward(&tokens).ok()?, oracle.probability(&tokens).ok()?);
        let posterior = oracle.posterior(&tokens).ok()?;
        for (index, (law, quantity)) in laws.iter().enumerate() {
            let joint: Vec<_> = law.iter().zip(&beta).map(|(p, b)| p * b).collect();
            let total: BigRational = joint.iter().sum();
            let Some(actual) = normalised(&joint) else { continue };
            let factors = law.iter().zip(hmm.initial()).map(|(p, start)| ratio(p, start));
            let claimed: Vec<_> =
                factors.zip(&posterior).map(|(d, p)| d * p * &probability / &total).collect();
            if let Some(state) = claimed.iter().zip(&actual).position(|(claimed, actual)| claimed != actual) {
                let tokens = word.iter().map(|token| token.0).collect();
                let quantity = quantity.clone();
                return Some(Unequal { law: index, tokens, state, quantity, claimed, actual });
            }
        }
    }
    None
}

fn shifted_posterior_fails(model: &Model) -> Option<Unequal> {
    let first = model.hmm().first_law();
    let second = model.hmm().advance(&first);
    let name = |shift: usize| format!("P[H_{shift} | X_{}… = x]", shift + 1);
    posterior_fails(model, &[(first, name(1)), (second, name(2))])
}

/// The embeddings that are looked at, by their numbers.
const EMBEDDINGS: [usize; 3] = [2, 1, 0];

/// One of them.
fn embedding(hmm: &Hmm, number: usize) -> Vec<BigRational> {
    (0..hmm.states()).map(|h| BigRational::new(BigInt::from((h + number) % 3), BigInt::from(2))).collect()
}

fn prompted_posterior_fails(model: &Model) -> Option<Unequal> {
    let hmm = model.hmm();
    let law = |number: usize| {
        let embedding = embedding(hmm, number);
        let passed: Vec<_> = hmm.first_law().iter().zip(&embedding).map(|(p, u)| p * u).collect();
        let embedding: Vec<_> = embedding.iter().map(ToString::to_string).collect();
        let quantity = format!("P[H_2 | X̂_1 = z̃, X̂_3… = x] with u = ({})", embedding.join(", "));
        (hmm.advance(&passed), quantity)
    };
    posterior_fails(model, &EMBEDDINGS.map(law))
}
