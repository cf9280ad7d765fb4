//! `recoverable` checks theorems about why pretrained language models help downstream, on concrete models.
//!
//! Wei, Xie and Ma (NeurIPS 2021) suppose that text comes from a hidden Markov model and show that, under
//! conditions on its matrices, a linear head on top of the exact masked language model recovers the
//! posterior that defines a downstream task. For a given model and task this crate decides every hypothesis exactly,
//! builds the head that the theorem promises, and has a certificate for all inputs of all lengths accepted by an
//! independent checker.
//!
//! # A tour
//!
//! A [`Model`](model::Model) is a hidden Markov model with a task. Four published ones and one of our own are built in; others are read
//! from [files](model::file) or put together from matrices.
//!
//! ```
//! use recoverable::model::builtin;
//! let models = builtin::all();
//! let names: Vec<_> = models.iter().map(|model| model.name()).collect();
//! assert_eq!(names, ["casino", "cpg", "ice-cream", "vowels", "whisper"]);
//! ```
//!
//! [Theorem 3.3](theorem::theorem_3_3) has a file of its own, as every statement has. What it finds are its hypotheses with
//! evidence, the head, and a [`Verdict`](theorem::Verdict).
//!
//! ```
//! # let casino = recoverable::model::builtin::all().remove(0);
//! use recoverable::theorem::{Verdict, theorem_3_3};
//! let found = theorem_3_3::decide(&casino);
//! let head = found.head.as_ref().unwrap();
//! assert_eq!(head.rows()[0].iter().map(|b| b.to_string()).collect::<Vec<_>>(), ["-10", "0", "0", "0", "0", "4"]);
//! let Some(Verdict::Proved(accepted)) = &found.verdict else { panic!("the casino satisfies every hypothesis") };
//! ```
//!
//! `Proved` and `Refuted` hold what only the checker can make, and the text of the certificate with it; anybody can
//! check that text again.
//!
//! ```
//! # use recoverable::theorem::{Verdict, theorem_3_3};
//! # let casino = recoverable::model::builtin::all().remove(0);
//! # let Some(Verdict::Proved(accepted)) = theorem_3_3::decide(&casino).verdict else { panic!() };
//! assert!(recoverable_checker::check(accepted.text()).is_ok());
//! assert!(recoverable_checker::check(&accepted.text().replace("-10", "-11")).is_err());
//! ```
//!
//! The [oracle] is the exact masked language model itself: what it predicts, and what the task says. Here the head
//! looks at the model's output behind a blank, and the posterior comes back from that output alone.
//!
//! ```
//! # use recoverable::theorem::theorem_3_3;
//! # let casino = recoverable::model::builtin::all().remove(0);
//! # let found = theorem_3_3::decide(&casino);
//! use recoverable::{model::Token, oracle::Exact};
//! let oracle = Exact::new(casino.hmm());
//! let sixes = [Some(Token(5)); 20];
//! let output = oracle.head_input(&sixes).unwrap();
//! let task = casino.task().unwrap();
//! assert_eq!(found.head.as_ref().unwrap().label(task, &output), oracle.label(task, &sixes).unwrap());
//! let recovery = found.recovery(casino.hmm()).unwrap();
//! assert_eq!(recovery.posterior(&output), oracle.posterior(&sixes).ok());
//! ```
//!
//! [Theorem 3.6](theorem::theorem_3_6) puts a soft prompt in front of the input and asks for less; the model that it needs reads
//! [embeddings](oracle::extended).
//!
//! Where the theorem does not apply, [`question::linear_head`] decides whether some head still satisfies the identity that
//! its proof rests on, wherever inputs can see it, and [`audit::examine`] asks everything at once, as `recoverable check` does. [`mod@audit`] does so for thousands of random models, and finds
//! out which hypotheses of the paper are needed.
//! Whether what is true exactly survives rounding is the question of [`question::conditioning`]; how much of the model may be wrong before a
//! hypothesis fails, and what repairs one that does, that of [`question::robustness`]. [`question::labels`] asks for a head that has the labels alone, or
//! for inputs that contradict every head; [`mod@question::bound`] how often a given head errs; [`question::counterexample`] puts them together. [`question::prompt`] asks what a prompt in front of the
//! input can do.
//!
//! Models with a [memory](model::MemoryModel) have theorems of their own: [4.3](theorem::theorem_4_3) and [4.6](theorem::theorem_4_6) build attention heads for a
//! task about one cell, and [`question::scope`] says which inputs they speak about. [`audit::examine_memory`] asks everything at once.
//!
//! ```
//! use recoverable::{model::builtin, theorem::{Verdict, theorem_4_3}};
//! let sentences = builtin::memory().remove(0);
//! let found = theorem_4_3::decide(&sentences);
//! assert_eq!(found.assumption_4_2.unwrap().states(), [1]); // words are recoverable, articles are not
//! assert!(matches!(found.verdict, Some(Verdict::Proved(_))));
//! ```
//!
//! [`testing`] has assertions for the tests of other crates, and [`strategies`] (feature `proptest`) makes models that satisfy or break each hypothesis.
//!
//! All of this rests on [exact linear algebra](linear), which can be used on its own; [`question::matrix`] answers questions
//! about any rational matrix with a certificate.
//!
//! ```
//! use recoverable::{linear::Matrix, number::parse, question::matrix::{Question, decide}};
//! use recoverable_checker::certificate::Outcome;
//! let rows = vec![vec!["1/2", "1/3", "5/12"], vec!["1/2", "2/3", "7/12"]];
//! let matrix = Matrix::from_rows(rows).unwrap().map(|entry| parse(entry).unwrap());
//! let accepted = decide(&matrix, &Question::Independent).unwrap();
//! assert_eq!(accepted.claim().verdict, Outcome::Refuted); // the third column is the mean of the others
//! ```
//!
//! # The house
//!
//! Data flows one way, from the ground up; `tests/architecture.rs` sees to it.
//!
//! | floor | modules |
//! |---|---|
//! | reports, and assertions that print them | [`report`], [`testing`] |
//! | many statements, many models | [`audit`], [`simulate`] |
//! | beyond the theorems | [`question`] |
//! | statements | [`theorem`] |
//! | assumptions | [`hypothesis`] |
//! | searches | [`search`] |
//! | message passing, random models, learned heads | [`oracle`], [`generate`], [`tuning`], [`strategies`] |
//! | the door to the checker | [`certify`] |
//! | models | [`model`] |
//! | exact linear algebra, and its numeric twin | [`linear`] |
//! | numbers | [`number`] |
//! | ground | [`recoverable_checker`] |
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(not(feature = "proptest"), allow(rustdoc::broken_intra_doc_links))] // `strategies`

pub mod audit;
pub mod certify;
pub mod generate;
pub mod hypothesis;
pub mod linear;
pub mod model;
pub mod number;
pub mod oracle;
pub mod question;
pub mod report;
pub mod search;
pub mod simulate;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod testing;
pub mod theorem;
pub mod tuning;
