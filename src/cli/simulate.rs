//! `recoverable simulate`

use std::{
    fs::{self, OpenOptions},
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    thread,
};

use clap::{Args, Subcommand};
use recoverable::{
    report::figure3::{contradictions, csv, points, svg, text},
    simulate::figure3::{Plan, Run, run_all},
};

use super::{
    Exit,
    bound::width,
    error::CliError,
    generate::positive,
    interrupt_sets,
    output::{create_folder, print, write_file},
};

#[derive(Args)]
pub struct SimulateArgs {
    #[command(subcommand)]
    study: Study,
}

#[derive(Subcommand)]
enum Study {
    /// Heads and prompts on random models of growing size (the paper's Figure 3, vanilla models)
    Figure3(Figure3Args),
}

#[derive(Args)]
struct Figure3Args {
    /// A first look: fewer models, fewer inputs, wider brackets
    #[arg(long)]
    quick: bool,
    /// Numbers of states, such as 4,8,10
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', value_parser = positive)]
    states: Option<Vec<usize>>,
    /// Models of each size
    #[arg(long, value_name = "COUNT", value_parser = positive)]
    seeds: Option<usize>,
    /// The first seed
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Inputs to learn from
    #[arg(long, value_name = "N", value_parser = positive)]
    train: Option<usize>,
    /// Tokens of each input
    #[arg(long, value_name = "T", value_parser = positive)]
    length: Option<usize>,
    /// Tokens of the learned prompt
    #[arg(long, value_name = "TOKENS", value_parser = positive)]
    prompt: Option<usize>,
    /// A bracket of this width is narrow enough
    #[arg(long, value_name = "WIDTH", value_parser = width)]
    target: Option<f64>,
    /// Look at no more than this many prefixes for each bracket
    #[arg(long, value_name = "PREFIXES", value_parser = positive)]
    limit: Option<usize>,
    /// How many threads; as many as there are processors if absent. The results are the same
    #[arg(long, value_name = "COUNT", value_parser = positive)]
    threads: Option<usize>,
    /// The folder of the results; what stands there of the same plan is not done again
    #[arg(long, value_name = "DIR", default_value = "figure3")]
    output: PathBuf,
}

impl Figure3Args {
    fn plan(&self) -> Plan {
        let mut plan = if self.quick { Plan::quick() } else { Plan::full() };
        plan.seed = self.seed;
        if let Some(states) = &self.states {
            plan.states.clone_from(states);
            plan.states.sort_unstable();
            plan.states.dedup();
        }
        plan.seeds = self.seeds.map_or(plan.seeds, |count| count as u64);
        plan.inputs[0] = self.train.unwrap_or(plan.inputs[0]);
        plan.length = self.length.unwrap_or(plan.length);
        plan.prompt = self.prompt.unwrap_or(plan.prompt);
        plan.width = self.target.unwrap_or(plan.width);
        plan.prefixes = self.limit.unwrap_or(plan.prefixes);
        plan
    }
}

pub fn run(args: &SimulateArgs) -> Result<Exit, CliError> {
    match &args.study {
        Study::Figure3(args) => figure3(args),
    }
}

fn figure3(args: &Figure3Args) -> Result<Exit, CliError> {
    let plan = args.plan();
    create_folder(&args.output)?;
    let file = args.output.join("runs.jsonl");
    let done = resume(&file, &plan)?;
    let fail = |error: std::io::Error| unwritable(&file, &error);
    let mut handle = OpenOptions::new().append(true).open(&file).map_err(fail)?;
    let threads = args.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let stop = Arc::new(AtomicBool::new(false));
    interrupt_sets(&stop)?;
    let (mut count, total, terminal) = (done.len(), plan.runs().len(), std::io::stderr().is_terminal());
    let mut written = Ok(());
    let runs = run_all(&plan, done, threads, &stop, &mut |run| {
        let line = line(run);
        written = std::mem::replace(&mut written, Ok(())).and_then(|()| handle.write_all(line.as_bytes()));
        count += 1;
        if terminal {
            let _ = write!(std::io::stderr(), "\r{count} of {total} models");
        }
    });
    if terminal {
        let _ = write!(std::io::stderr(), "\r{:40}\r", "");
    }
    written.map_err(fail)?;
    if runs.len() < total {
        anstream::eprintln!("{} of {total} models are done; the same command goes on from there", runs.len());
        return Ok(Exit::Undecided);
    }
    finish(&args.output, &plan, &runs)
}

/// Writes the results, in the plan's order.
fn finish(folder: &Path, plan: &Plan, runs: &[Run]) -> Result<Exit, CliError> {
    let points = points(plan, runs);
    write_file(&folder.join("runs.jsonl"), &whole(plan, runs))?;
    write_file(&folder.join("figure3.csv"), &csv(&points))?;
    write_file(&folder.join("figure3.svg"), &svg(&points))?;
    print(&text(plan, &points))?;
    let outside = contradictions(plan, runs);
    for run in &outside {
        anstream::eprintln!(
            "error: {} states, seed {}: the sample lies outside its bracket by more than four standard deviations",
            run.states,
            run.seed
        );
    }
    Ok(if outside.is_empty() { Exit::Proved } else { Exit::Refuted })
}

/// The runs of this plan that a file has; the file is left with these alone.
fn resume(file: &Path, plan: &Plan) -> Result<Vec<Run>, CliError> {
    let mut runs: Vec<Run> = Vec::new();
    if file.exists() {
        let text = fs::read_to_string(file).map_err(|error| unwritable(file, &error))?;
        let mut lines = text.lines();
        let found = lines.next().and_then(|line| serde_json::from_str::<Plan>(line).ok());
        if found.as_ref() != Some(plan) {
            return Err(CliError::Usage(format!(
                "{} belongs to another plan; choose another --output or remove it",
                file.display()
            )));
        }
        // The last line may be half a line, of a run that was ended by force.
        runs.extend(lines.map_while(|line| serde_json::from_str::<Run>(line).ok()));
    }
    write_file(file, &whole(plan, &runs))?;
    Ok(runs)
}

/// The plan and its runs, one a line.
fn whole(plan: &Plan, runs: &[Run]) -> String {
    let plan = serde_json::to_string(plan).expect("numbers and lists always serialise");
    format!("{plan}\n{}", runs.iter().map(line).collect::<String>())
}

fn line(run: &Run) -> String {
    serde_json::to_string(run).expect("numbers always serialise") + "\n"
}

fn unwritable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::Unwritable { file: file.display().to_string(), why: error.to_string() }
}
