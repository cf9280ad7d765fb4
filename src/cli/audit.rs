//! `recoverable audit`

use std::{
    fs::{self, OpenOptions},
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use clap::{Args, Subcommand};
use recoverable::{
    audit::{
        run::{Outcome, Part, Parts, assemble, ordered, run_all},
        search::File,
        trial::{Audit, Finding, Plan},
    },
    report::{audit as report, audit_summary},
};
use serde_json::json;

use super::{
    Exit, OutputFormat,
    error::CliError,
    generate::positive,
    interrupt_sets,
    output::{create_folder, print, write_file},
};

/// Puts the whole paper on trial, on random models.
///
/// An audit that finds that hypotheses are needed, or not, or that printed steps fail, is a success. Exit codes: 0 it is complete (or this shard of it) ·
/// 1 a statement is refuted although its hypotheses hold, or a corrected step fails · 2 bad usage or input · 3 it was interrupted, or parts are missing.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: Option<AuditCommand>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Put shards together: the same bytes as one run
    Merge(MergeArgs),
}

#[derive(Args)]
struct MergeArgs {
    /// The folders of all shards
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// The folder of the whole audit
    #[arg(long, value_name = "DIR", default_value = "audit")]
    out: PathBuf,
    /// How to write the summary
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

#[derive(Args)]
struct RunArgs {
    /// The seed of everything that is random
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The folder of the results
    #[arg(long, value_name = "DIR", default_value = "audit")]
    out: PathBuf,
    /// Random models that are examined
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    models: usize,
    /// For each trial, models that are looked at before it is left open
    #[arg(long, value_name = "COUNT", default_value_t = 3000)]
    trial_models: usize,
    /// For each counterexample, changes that are tried to make it smaller
    #[arg(long, value_name = "COUNT", default_value_t = 3000)]
    trial_changes: usize,
    /// Models of each size of the paper's simulations
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    simulation_models: usize,
    /// How many threads; as many as there are processors if absent. The results are the same
    #[arg(long, value_name = "COUNT", value_parser = positive)]
    threads: Option<usize>,
    /// Do only the I-th of N equal shares; `audit merge` puts them together
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Go on with what the folder has of the same audit
    #[arg(long)]
    resume: bool,
    /// How to write the summary
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

/// `I/N` with `1 ≤ I ≤ N`.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    numbers
        .filter(|(i, n)| (1..=*n).contains(i))
        .ok_or_else(|| "expected I/N with 1 <= I <= N, such as 2/8".to_owned())
}

impl AuditArgs {
    pub(super) fn format(&self) -> OutputFormat {
        match &self.command {
            Some(AuditCommand::Merge(args)) => args.format,
            None => self.run.format,
        }
    }
}

impl RunArgs {
    fn plan(&self) -> Plan {
        Plan {
            seed: self.seed,
            models: self.models,
            trial_models: self.trial_models,
            trial_changes: self.trial_changes,
            simulation_models: self.simulation_models,
        }
    }
}

pub fn run(args: &AuditArgs) -> Result<Exit, CliError> {
    match &args.command {
        Some(AuditCommand::Merge(args)) => merge(args),
        None => audit(&args.run),
    }
}

fn audit(args: &RunArgs) -> Result<Exit, CliError> {
    let (plan, start) = (args.plan(), Instant::now());
    create_folder(&args.out.join("certificates"))?;
    let known = if args.resume { resumed(&args.out, &plan)? } else { Vec::new() };
    write_file(&args.out.join("plan.json"), &plan_text(&plan))?;
    let results = args.out.join("results.jsonl");
    write_file(&results, &lines(&known))?;
    let open = open(args, &plan, &known);
    let mut written = Writer::new(&args.out, &results, open.len())?;
    let threads = args.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let stop = Arc::new(AtomicBool::new(false));
    interrupt_sets(&stop)?;
    run_all(&plan, &open, threads, &stop, &mut |outcome, files| written.finished(outcome, files));
    written.end()?;
    write_file(&args.out.join("run.json"), &run_text(args, threads, start))?;
    if stop.load(Ordering::Relaxed) {
        anstream::eprintln!("interrupted; the same command with --resume goes on from there");
        return Ok(Exit::Undecided);
    }
    let outcomes = read_results(&results)?;
    if args.shard.is_some() {
        anstream::eprintln!(
            "{} parts are done; `recoverable audit merge` puts the shards together",
            outcomes.len()
        );
        return Ok(Exit::Proved);
    }
    finish(&args.out, &plan, outcomes, args.format)
}

/// The parts that this run has to do.
fn open(args: &RunArgs, plan: &Plan, known: &[Outcome]) -> Vec<Part> {
    let parts = Parts::of(plan);
    let known: std::collections::BTreeSet<Part> =
        known.iter().filter_map(|outcome| outcome.part(&parts)).collect();
    let (this, shards) = args.shard.unwrap_or((1, 1));
    let mine = parts.all().into_iter().enumerate().filter(|(at, _)| at % shards == this - 1);
    mine.map(|(_, part)| part).filter(|part| !known.contains(part)).collect()
}

fn merge(args: &MergeArgs) -> Result<Exit, CliError> {
    let mut outcomes = Vec::new();
    let mut common: Option<Plan> = None;
    create_folder(&args.out.join("certificates"))?;
    for folder in &args.folders {
        let plan = read_plan(folder)?;
        if common.as_ref().is_some_and(|known| *known != plan) {
            let message =
                format!("{} belongs to another audit than {}", folder.display(), args.folders[0].display());
            return Err(CliError::Usage(message));
        }
        common = Some(plan);
        outcomes.extend(read_results(&folder.join("results.jsonl"))?);
        copy_files(&folder.join("certificates"), &args.out.join("certificates"))?;
    }
    let Some(plan) = common else { return Ok(Exit::Undecided) }; // clap asks for a folder
    write_file(&args.out.join("plan.json"), &plan_text(&plan))?;
    finish(&args.out, &plan, outcomes, args.format)
}

/// Writes the results in the plan's order and the report in each of its forms, and prints the summary.
fn finish(
    folder: &Path,
    plan: &Plan,
    outcomes: Vec<Outcome>,
    format: OutputFormat,
) -> Result<Exit, CliError> {
    let outcomes = match ordered(plan, outcomes) {
        Ok(outcomes) => outcomes,
        Err(missing) => {
            anstream::eprintln!("{missing} parts are missing");
            return Ok(Exit::Undecided);
        }
    };
    write_file(&folder.join("results.jsonl"), &lines(&outcomes))?;
    let audit = assemble(plan, outcomes);
    write_file(&folder.join("report.json"), &report::json(&audit))?;
    write_file(&folder.join("report.md"), &report::markdown(&audit))?;
    write_file(&folder.join("report.tex"), &report::latex(&audit))?;
    write_file(&folder.join("report.html"), &report::html(&audit))?;
    print(&match format {
        OutputFormat::Text => audit_summary::text(&audit),
        OutputFormat::Json => audit_summary::json(&audit),
    })?;
    anstream::eprintln!("the report is {}", folder.join("report.html").display());
    Ok(exit(&audit))
}

/// Whether something is false that should be true.
fn exit(audit: &Audit) -> Exit {
    let claim = audit.trials.iter().any(|trial| matches!(trial.finding, Finding::Refuted(_)));
    let step = audit.printed.iter().any(|step| step.corrected_fails > 0);
    if claim || step || !audit.campaign.refuted.is_empty() { Exit::Refuted } else { Exit::Proved }
}

/// Writes outcomes as they come.
struct Writer<'a> {
    folder: &'a Path,
    results: fs::File,
    name: &'a Path,
    terminal: bool,
    start: Instant,
    done: usize,
    total: usize,
    failed: Result<(), CliError>,
}

impl<'a> Writer<'a> {
    fn new(folder: &'a Path, name: &'a Path, total: usize) -> Result<Self, CliError> {
        let results = OpenOptions::new().append(true).open(name).map_err(|error| unwritable(name, &error))?;
        let (terminal, start) = (std::io::stderr().is_terminal(), Instant::now());
        Ok(Self { folder, results, name, terminal, start, done: 0, total, failed: Ok(()) })
    }

    /// Files first: what has a line has its files.
    fn finished(&mut self, outcome: &Outcome, files: &[File]) {
        if self.failed.is_ok() {
            self.failed = self.write(outcome, files);
        }
        self.done += 1;
        if self.terminal && (self.done % 20 == 0 || self.done < 200) {
            let elapsed = self.start.elapsed().as_secs_f64();
            let left = elapsed / self.done as f64 * (self.total - self.done) as f64;
            let _ = write!(
                std::io::stderr(),
                "\r{} of {} parts, about {left:.0} s left   ",
                self.done,
                self.total
            );
        }
    }

    fn write(&mut self, outcome: &Outcome, files: &[File]) -> Result<(), CliError> {
        for (name, text) in files {
            write_file(&self.folder.join("certificates").join(name), text)?;
        }
        self.results.write_all(outcome.line().as_bytes()).map_err(|error| unwritable(self.name, &error))
    }

    fn end(self) -> Result<(), CliError> {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r{:60}\r", "");
        }
        self.failed
    }
}

fn lines(outcomes: &[Outcome]) -> String {
    outcomes.iter().map(Outcome::line).collect()
}

fn plan_text(plan: &Plan) -> String {
    serde_json::to_string(plan).expect("numbers always serialise") + "\n"
}

/// Time and host, which no other file has.
fn run_text(args: &RunArgs, threads: usize, start: Instant) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let host = fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let host = host.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    let shard = args.shard.map(|(this, shards)| format!("{this}/{shards}"));
    let seconds = start.elapsed().as_secs_f64();
    format!(
        "{}\n",
        json!({ "ended": now, "seconds": seconds, "host": host, "threads": threads, "shard": shard })
    )
}

fn read_plan(folder: &Path) -> Result<Plan, CliError> {
    let file = folder.join("plan.json");
    let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| unreadable(&file, &error.to_string()))
}

/// What a folder has of this plan.
fn resumed(folder: &Path, plan: &Plan) -> Result<Vec<Outcome>, CliError> {
    if !folder.join("plan.json").exists() {
        return Ok(Vec::new());
    }
    if read_plan(folder)? != *plan {
        return Err(CliError::Usage(format!(
            "{} belongs to another audit; choose another --out or leave out --resume",
            folder.display()
        )));
    }
    read_results(&folder.join("results.jsonl"))
}

/// The outcomes of a file, each whole line one; the last may be half a line, of a run that was ended by force.
fn read_results(file: &Path) -> Result<Vec<Outcome>, CliError> {
    let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error.to_string()))?;
    let mut outcomes = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        match serde_json::from_str(line) {
            Ok(outcome) => outcomes.push(outcome),
            Err(_) if !line.ends_with('\n') => {}
            Err(error) => return Err(unreadable(file, &format!("line {}: {error}", index + 1))),
        }
    }
    Ok(outcomes)
}

fn copy_files(from: &Path, to: &Path) -> Result<(), CliError> {
    if !from.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(from).map_err(|error| unreadable(from, &error.to_string()))?;
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error.to_string()))?;
        write_file(&to.join(entry.file_name()), &text)?;
    }
    Ok(())
}

fn unreadable(file: &Path, why: &str) -> CliError {
    CliError::Usage(format!("{} cannot be read: {why}", file.display()))
}

fn unwritable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::Unwritable { file: file.display().to_string(), why: error.to_string() }
}
