//! The audit finds by itself which hypotheses are needed; the same plan gives the same bytes, however it is done.

use std::{collections::BTreeSet, fs, path::Path};

use assert_cmd::cargo::cargo_bin_cmd;
use num_bigint::Sign;
use recoverable::{
    audit::{
        campaign,
        claim::{Claim, Predicate, Subject},
        claims::{base, claims},
        predicates::{
            APERIODIC, FIRST_LAW_FULL, FULL_SUPPORT, INDEPENDENT, IRREDUCIBLE, NO_ZERO_ROW, RECOVERABLE,
            SOME_ATTENTION_HEAD, STATIONARY, TASK_COVERED, WHOLLY_RECOVERABLE,
        },
        search::{Effort, decide},
        trial::{Audit, Disproof, Finding, Trial, WorkedInput},
    },
    generate::{Draft, MemoryDraft, Random},
    model::{AnyModel, Shape},
};
use recoverable_checker::certificate::Model;
use tempfile::TempDir;

/// Enough for small counterexamples.
const EFFORT: Effort = Effort { models: 300, changes: 400 };

fn answers(claim: &Claim) -> Vec<(String, Trial)> {
    let (base, questions) = (base(), claim.trials());
    let decided =
        questions.iter().zip(0..).map(|(question, number)| decide(question, &base, 7, number, EFFORT).trial);
    decided.map(|trial| (trial.id.clone(), trial)).collect()
}

fn word(trial: &Trial) -> &'static str {
    recoverable::report::audit_summary::answer(&trial.finding)
}

fn planted(hypotheses: &[Predicate], conclusion: Predicate) -> Claim {
    Claim {
        statement: "planted",
        subject: Subject::Vanilla,
        hypotheses: hypotheses.to_vec(),
        weakenings: vec![("irreducible", NO_ZERO_ROW)],
        conclusion,
    }
}

/// A true statement with a superfluous hypothesis: the search is told of neither.
#[test]
fn a_superfluous_hypothesis_is_found() {
    let found = answers(&planted(&[IRREDUCIBLE, APERIODIC, FULL_SUPPORT], FIRST_LAW_FULL));
    let words: Vec<_> = found.iter().map(|(id, trial)| (id.as_str(), word(trial))).collect();
    let expected = [
        ("planted.first-law-full", "holds"),
        ("planted.first-law-full.irreducible", "needed"),
        ("planted.first-law-full.irreducible.no-zero-row", "not needed"),
        ("planted.first-law-full.aperiodic", "not needed"),
        ("planted.first-law-full.full-support", "needed"),
    ];
    assert_eq!(words, expected);
    let Finding::NotNeeded(derivation) = &found[3].1.finding else { panic!("a derivation") };
    let lemmas: Vec<_> = derivation.steps.iter().map(|step| step.lemma.as_str()).collect();
    assert_eq!(lemmas, ["irreducible_no_zero_row", "first_law_full"]);
    // The smallest chain that leaves a state for good has two states; one token is enough.
    let Finding::Needed(example) = &found[1].1.finding else { panic!("a counterexample") };
    assert_eq!(example.size, [2, 1]);
}

/// Properties that the search cannot plant.
fn lazy(model: &AnyModel) -> Option<bool> {
    let AnyModel::Hmm(model) = model else { return None };
    Some(model.hmm().has_step(recoverable::model::State(0), recoverable::model::State(0)))
}

/// False statements are refuted as they stand, also where a hypothesis is one that the search knows nothing of.
#[test]
fn false_statements_are_refuted() {
    let stays = Predicate::plain("stays", "state 0 can stay where it is", lazy);
    for claim in [
        planted(&[IRREDUCIBLE, FULL_SUPPORT], APERIODIC),
        planted(&[INDEPENDENT, stays], TASK_COVERED),
        planted(&[STATIONARY], stays),
    ] {
        let found = answers(&claim);
        assert_eq!(word(&found[0].1), "refuted", "{}", found[0].0);
    }
}

/// Without a theorem nothing is derived, and where no model refutes a claim it stays open.
#[test]
fn what_is_true_and_not_proved_stays_open() {
    let claim = planted(&[IRREDUCIBLE, APERIODIC, FULL_SUPPORT], FIRST_LAW_FULL);
    let trial = decide(&claim.trials()[0], &[], 7, 0, Effort { models: 100, changes: 0 }).trial;
    assert!(matches!(trial.finding, Finding::Open(_)));
    assert!(trial.searched.near_misses > 20 && trial.searched.holds == trial.searched.near_misses);
}

/// The theorems that answers are derived from: each is proved, or nothing is derived from it; and none is refuted on random models.
#[test]
fn implications_are_theorems_and_hold_on_random_models() {
    let theory = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/theory")).unwrap();
    let sources =
        theory.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "v"));
    let text: String = sources.map(|path| fs::read_to_string(path).unwrap()).collect();
    let stated: BTreeSet<_> =
        text.lines().filter_map(|line| line.strip_prefix("Theorem ")?.split([' ', ':']).next()).collect();
    let mut applied = 0;
    for (rule, number) in base().iter().zip(0..) {
        assert_eq!(rule.file().is_some(), stated.contains(rule.lemma), "{}", rule.lemma);
        for index in 0..60 {
            let mut random = Random::numbered(11, number + 1, index);
            let zeros = random.below(6);
            let with_memory = ["attention", "recoverable", "theorem_4"];
            let mut draft = if with_memory.iter().any(|part| rule.lemma.contains(part)) {
                let shape = Shape { values: 2, cells: 1, syntax: 1 + random.below(2) };
                Draft::with_memory(&mut random, shape, 3, zeros)
            } else {
                let (states, tokens) = (1 + random.below(3), 1 + random.below(3));
                Draft::vanilla(&mut random, states, tokens, zeros)
            };
            if index % 2 == 0 {
                rule.from
                    .iter()
                    .filter_map(|from| from.facet)
                    .for_each(|facet| facet.plant(&mut draft, &mut random));
            }
            let Some(model) = draft.build("attacked") else { continue };
            if rule.from.iter().all(|from| (from.holds)(&model) == Some(true)) {
                applied += 1;
                assert_ne!((rule.to.holds)(&model), Some(false), "{} on {draft:?}", rule.lemma);
            }
        }
    }
    assert!(applied > 250, "the theorems applied to {applied} models only");
}

/// One syntax state, so that every position of a repeated word looks alike; three values seen through two tokens. The labels of the words 0, 00, … begin with
/// 1, 0, 0, 1, and the outputs lie on a line: the checker accepts that no attention head has these labels.
#[test]
fn repeated_words_contradict_every_attention_head() {
    let shape = Shape { values: 3, cells: 1, syntax: 1 };
    let draft = |emission: [[u32; 3]; 3]| Draft {
        initial: vec![1],
        stationary: false,
        transition: vec![vec![1]],
        emission: emission.map(Vec::from).to_vec(),
        task: vec![vec![2, -3, 2]],
        memory: Some(MemoryDraft { shape, prior: vec![vec![8, 3, 1]] }),
    };
    let line = draft([[1, 3, 0], [2, 2, 0], [3, 1, 0]]).build("line").unwrap();
    assert_eq!((SOME_ATTENTION_HEAD.holds)(&line), Some(false));
    let accepted = (SOME_ATTENTION_HEAD.certify)(&line).remove(0);
    assert_eq!(accepted.claim().verdict, recoverable_checker::certificate::Outcome::Refuted);
    let Some(Disproof::NoHead { inputs }) = (SOME_ATTENTION_HEAD.disprove)(&line) else { panic!("inputs") };
    let zeros = inputs.iter().filter(|input| input.label == Some(0)).count();
    assert!((1..inputs.len()).contains(&zeros));
    // With a token of its own for one value the columns are independent, and there is a head.
    let independent = draft([[1, 2, 1], [2, 2, 0], [3, 1, 0]]).build("independent").unwrap();
    assert_eq!((SOME_ATTENTION_HEAD.holds)(&independent), None);
}

/// A walk on a line with three syntax states whose law is the same at each position of a word 33…, with state 0 recoverable and out of reach there: it takes more than a
/// recoverable state for a head on all of them. With a token of its own for one value in state 1 the outputs tell the values apart, and no
/// contradiction is left.
#[test]
fn a_recoverable_state_that_is_never_there_is_of_no_use() {
    let shape = Shape { values: 3, cells: 1, syntax: 3 };
    let draft = |seen: [[u32; 6]; 3]| {
        let own = |value: usize| (0..6).map(|token| u32::from(token == value)).collect();
        let emission = (0..3).flat_map(|value| [own(value), seen[value].to_vec(), own(4)]);
        Draft {
            initial: vec![1; 3],
            stationary: false,
            transition: vec![vec![1, 0, 1], vec![0, 1, 1], vec![1, 1, 0]],
            emission: emission.collect(),
            task: vec![vec![2, -3, 2]],
            memory: Some(MemoryDraft { shape, prior: vec![vec![48, 9, 2]] }),
        }
    };
    let model =
        draft([[0, 0, 0, 1, 3, 0], [0, 0, 0, 2, 2, 0], [0, 0, 0, 3, 1, 0]]).build("out of reach").unwrap();
    for holds in [IRREDUCIBLE, APERIODIC, FULL_SUPPORT, RECOVERABLE] {
        assert_eq!((holds.holds)(&model), Some(true), "{}", holds.id);
    }
    assert_eq!((WHOLLY_RECOVERABLE.holds)(&model), Some(false));
    assert_eq!((SOME_ATTENTION_HEAD.holds)(&model), Some(false));
    let apart = draft([[0, 0, 0, 1, 0, 3], [0, 0, 0, 2, 2, 0], [0, 0, 0, 3, 1, 0]]).build("apart").unwrap();
    assert_eq!((SOME_ATTENTION_HEAD.holds)(&apart), None);
}

/// No statement is refuted where its hypotheses hold, and every kind of answer occurs.
#[test]
fn a_small_campaign_meets_every_verdict() {
    let results: Vec<_> = (0..48).map(|index| campaign::examined(3, index)).collect();
    let (totals, statements) = campaign::summary(&results);
    assert_eq!((totals.models, totals.refuted.len()), (48, 0));
    assert!(totals.states.keys().all(|states| (3..=8).contains(states)) && totals.kinds.len() == 2);
    let tally = |id: &str| statements.iter().find(|tally| tally.id == id).unwrap();
    for id in ["theorem-3.3", "theorem-3.6", "theorem-4.3", "theorem-4.6"] {
        let verdicts = tally(id).verdicts;
        assert!(verdicts.proved > 0 && verdicts.not_applicable > 0, "{id}: {verdicts:?}");
    }
    assert_eq!(tally("proposition-3.4").verdicts.proved, 36);
}

/// A small plan.
const PLAN: [&str; 10] = [
    "--seed",
    "5",
    "--models",
    "12",
    "--trial-models",
    "40",
    "--trial-changes",
    "60",
    "--simulation-models",
    "0",
];

fn audit(folder: &Path, arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = cargo_bin_cmd!("recoverable");
    command.arg("audit").args(PLAN).arg("--out").arg(folder).args(arguments);
    command.assert()
}

/// Every file but that of time and host.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in [folder.to_owned(), folder.join("certificates")] {
        for entry in fs::read_dir(&part).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.file_name().unwrap() != "run.json" {
                found.push((
                    path.strip_prefix(folder).unwrap().display().to_string(),
                    fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    found.sort();
    found
}

/// One run, two shards that are merged, and runs that were ended or interrupted and resumed, on one thread or two: the same bytes, and evidence that the checker accepts.
#[test]
fn shards_and_resumed_runs_give_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    audit(&at("whole"), &["--threads", "2"]).code(0);
    let whole = contents(&at("whole"));
    audit(&at("one"), &["--shard", "1/2", "--threads", "1"]).code(0);
    audit(&at("two"), &["--shard", "2/2"]).code(0);
    let merge = |folders: &[&str], out: &str| {
        let mut command = cargo_bin_cmd!("recoverable");
        command.args(["audit", "merge"]).args(folders.iter().map(|name| at(name))).arg("--out").arg(at(out));
        command.assert()
    };
    merge(&["one"], "half").code(3);
    merge(&["two", "one"], "merged").code(0);
    assert!(contents(&at("merged")) == whole, "shards put together differ from one run");
    // Half of the lines, the last one cut off.
    let results = at("one").join("results.jsonl");
    let text = fs::read_to_string(&results).unwrap();
    fs::write(&results, &text[..text.len() / 2]).unwrap();
    audit(&at("one"), &["--resume"]).code(0);
    assert!(contents(&at("one")) == whole, "a resumed run differs from one that was not ended");
    #[cfg(unix)]
    interrupted_and_resumed(&at("interrupted"), &whole);
    evidence_is_accepted(&whole);
}

/// Ctrl-C ends a run with a message, and what was done is gone on with: the same bytes as a run that was left alone.
#[cfg(unix)]
fn interrupted_and_resumed(folder: &Path, whole: &[(String, String)]) {
    use std::{
        process::{Command, Stdio},
        time::{Duration, Instant},
    };

    let plan = PLAN.iter().chain(&["--threads", "1"]);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("recoverable"));
    command.arg("audit").args(plan).arg("--out").arg(folder).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let results = folder.join("results.jsonl");
    let done = || fs::read_to_string(&results).map_or(0, |text| text.lines().count());
    let (start, patience) = (Instant::now(), Duration::from_secs(60));
    while done() < 3 {
        assert!(start.elapsed() < patience, "no part is done");
        std::thread::sleep(Duration::from_millis(2));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(sent.success() && output.status.code() == Some(3), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("--resume goes on from there"));
    assert!(!folder.join("report.json").exists());
    let early = done();
    audit(folder, &["--resume"]).code(0);
    assert!((3..done()).contains(&early), "{early} parts were done, of {}", done());
    assert!(
        contents(folder) == whole,
        "a run that was interrupted and resumed differs from one that was not"
    );
}

/// Every certificate is accepted, and about the counterexample that names it.
fn evidence_is_accepted(files: &[(String, String)]) {
    let file =
        |name: &str| &files.iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("{name}")).1;
    let audit: Audit = serde_json::from_str(file("report.json")).unwrap();
    let mut needed = 0;
    for trial in &audit.trials {
        let (Finding::Needed(found) | Finding::Refuted(found)) = &trial.finding else { continue };
        needed += 1;
        for certificate in &found.certificates {
            let accepted = recoverable_checker::check(file(&format!("certificates/{certificate}"))).unwrap();
            let about = &accepted.certificate().model;
            assert!(*about == found.model || matches!(about, Model::Matrix(_)), "{certificate}");
        }
        if let Disproof::NoHead { inputs } = &found.evidence {
            let labels: BTreeSet<_> = inputs.iter().map(|input| input.label).collect();
            // Where the output is zero every score is, and the label that wins ties can be wrong by itself.
            let zero =
                |input: &WorkedInput| input.output.iter().all(|entry| entry.0.numer().sign() == Sign::NoSign);
            assert!(labels.len() > 1 || inputs.iter().any(zero), "{}", trial.id);
        }
    }
    assert!(needed >= 4, "{needed} counterexamples");
    for found in audit.printed.iter().filter_map(|step| step.failure.as_ref()) {
        for certificate in &found.certificates {
            let accepted = recoverable_checker::check(file(&format!("certificates/{certificate}"))).unwrap();
            assert_eq!(accepted.certificate().model, found.model, "{certificate}");
        }
    }
}

/// Claims have names of their own, and every weakening belongs to a hypothesis.
#[test]
fn trials_have_names_of_their_own() {
    let claims = claims();
    let ids: Vec<_> =
        claims.iter().flat_map(|claim| claim.trials().iter().map(|q| q.id()).collect::<Vec<_>>()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for claim in &claims {
        for (id, _) in &claim.weakenings {
            assert!(claim.hypotheses.iter().any(|hypothesis| hypothesis.id == *id), "{id}");
        }
    }
}

#[test]
fn bad_usage_is_told() {
    let folder = TempDir::new().unwrap();
    for (arguments, told) in [(["--shard", "3/2"], "I/N"), (["--shard", "0/2"], "I/N")] {
        let found = audit(folder.path(), &arguments).code(2);
        assert!(String::from_utf8_lossy(&found.get_output().stderr).contains(told));
    }
    let mut command = cargo_bin_cmd!("recoverable");
    let found = command.args(["audit", "merge"]).arg(folder.path().join("nothing")).assert().code(2);
    assert!(String::from_utf8_lossy(&found.get_output().stderr).contains("plan.json"));
}
