//! `recoverable simulate`

use std::{
    fs::{self, OpenOptions},
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    thread,
};

use clap::{Args, Subcommand, ValueEnum};
use recoverable::{
    report::{
        figure3::{
            Point, Series, contradictions, csv, memory_contradictions, memory_points, memory_text, page,
            points, svg, text,
        },
        studies::{
            ablation_contradictions, ablations, ablations_csv, ablations_text, noise, noise_csv, noise_text,
        },
    },
    simulate::{
        ablations::AblationPlan,
        figure3::Plan,
        memory::MemoryPlan,
        noise::NoisePlan,
        study::{Study, run_all},
    },
};

use serde::Serialize;

use super::{
    Exit,
    bound::width,
    error::CliError,
    generate::positive,
    interrupt_sets,
    output::{create_folder, print, write_file},
    pretrain::{self, PretrainArgs},
};

#[derive(Args)]
pub struct SimulateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Heads and prompts on random models of growing size, attention heads on those with memory (the paper's Figure 3)
    Figure3(Figure3Args),
    /// What the released code changes: inputs cut off, lengths of prompts, the posterior of the first state, tasks drawn again
    Ablations(CommonArgs),
    /// How large an error of the model each head survives, against what is predicted
    Noise(CommonArgs),
    /// Pretrain a small masked language model on a model's words, and learn heads and prompts on it beside the exact one (with the feature `pretrain`)
    Pretrain(PretrainArgs),
}

#[derive(Args)]
struct Figure3Args {
    /// Vanilla models, those with memory, or both
    #[arg(long, value_enum, default_value = "both")]
    panel: Panel,
    /// Numbers of values of models with memory, such as 2,3,5,7
    #[arg(long, value_name = "M,M,…", value_delimiter = ',', value_parser = positive)]
    values: Option<Vec<usize>>,
    /// Tokens of the learned prompt
    #[arg(long, value_name = "TOKENS", value_parser = positive)]
    prompt: Option<usize>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Panel {
    Vanilla,
    Memory,
    Both,
}

#[derive(Args)]
struct CommonArgs {
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
    /// A bracket of this width is narrow enough
    #[arg(long, value_name = "WIDTH", value_parser = width)]
    target: Option<f64>,
    /// Look at no more than this many prefixes for each bracket
    #[arg(long, value_name = "PREFIXES", value_parser = positive)]
    limit: Option<usize>,
    /// How many threads; as many as there are processors if absent. The results are the same
    #[arg(long, value_name = "COUNT", value_parser = positive)]
    threads: Option<usize>,
    /// The folder of the results, by default that of the study's name; what stands there of the same plan is not done again
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl CommonArgs {
    /// The plan, changed as the arguments say.
    fn plan(&self, mut plan: Plan) -> Plan {
        plan.seed = self.seed;
        if let Some(states) = &self.states {
            plan.states.clone_from(states);
            plan.states.sort_unstable();
            plan.states.dedup();
        }
        plan.seeds = self.seeds.map_or(plan.seeds, |count| count as u64);
        plan.inputs[0] = self.train.unwrap_or(plan.inputs[0]);
        plan.length = self.length.unwrap_or(plan.length);
        plan.width = self.target.unwrap_or(plan.width);
        plan.prefixes = self.limit.unwrap_or(plan.prefixes);
        plan
    }

    fn folder(&self, name: &str) -> Result<PathBuf, CliError> {
        let folder = self.output.clone().unwrap_or_else(|| PathBuf::from(name));
        create_folder(&folder)?;
        Ok(folder)
    }
}

pub fn run(args: &SimulateArgs) -> Result<Exit, CliError> {
    let stop = Arc::new(AtomicBool::new(false));
    interrupt_sets(&stop)?;
    match &args.what {
        What::Figure3(args) => figure3(args, &stop),
        What::Ablations(args) => ablate(args, &stop),
        What::Noise(args) => disturb(args, &stop),
        What::Pretrain(args) => pretrain::run(args, &stop),
    }
}

/// Both panels, one after the other; the page shows what there is of them.
fn figure3(args: &Figure3Args, stop: &AtomicBool) -> Result<Exit, CliError> {
    let folder = args.common.folder("figure3")?;
    let write_page = |vanilla, memory| write_file(&folder.join("figure3.html"), &page::page(vanilla, memory));
    let (mut exit, mut vanilla) = (Exit::Proved, None);
    if args.panel != Panel::Memory {
        let mut plan = args.common.plan(if args.common.quick { Plan::quick() } else { Plan::full() });
        plan.prompt = args.prompt.unwrap_or(plan.prompt);
        let (outcome, points) = vanilla_panel(&args.common, &folder, &plan, stop)?;
        (exit, vanilla) = (outcome, points.map(|points| (plan, points)));
        let shown = vanilla.as_ref().map(|(plan, points)| (plan, points.as_slice()));
        write_page(shown, None)?;
    }
    if args.panel != Panel::Vanilla {
        let plan = if args.common.quick { MemoryPlan::quick() } else { MemoryPlan::full() };
        let common = args.common.plan(plan.common);
        let values = args.values.clone().unwrap_or(plan.values);
        let plan = MemoryPlan::of(values, plan.short, common);
        let (outcome, points) = memory_panel(&args.common, &folder, &plan, stop)?;
        exit = exit.worse(outcome);
        let shown = vanilla.as_ref().map(|(plan, points)| (plan, points.as_slice()));
        write_page(shown, points.as_ref().map(|points| (&plan, points.as_slice())))?;
    }
    Ok(exit)
}

/// What there is to show of a panel; nothing of one that was interrupted.
type Shown = (Exit, Option<Vec<Point>>);

fn vanilla_panel(
    args: &CommonArgs,
    folder: &Path,
    plan: &Plan,
    stop: &AtomicBool,
) -> Result<Shown, CliError> {
    let Some(runs) = complete(args, &folder.join("runs.jsonl"), plan, stop)? else {
        return Ok((Exit::Undecided, None));
    };
    let points = points(plan, &runs);
    write_file(&folder.join("figure3.csv"), &csv(&points))?;
    write_file(&folder.join("figure3.svg"), &svg(&points, &Series::ALL))?;
    print(&text(plan, &points))?;
    let outside = contradictions(plan, &runs).into_iter().map(|run| (run.states, run.seed));
    Ok((outside_brackets(outside.collect()), Some(points)))
}

fn memory_panel(
    args: &CommonArgs,
    folder: &Path,
    plan: &MemoryPlan,
    stop: &AtomicBool,
) -> Result<Shown, CliError> {
    let Some(runs) = complete(args, &folder.join("memory-runs.jsonl"), plan, stop)? else {
        return Ok((Exit::Undecided, None));
    };
    let points = memory_points(plan, &runs);
    write_file(&folder.join("figure3-memory.csv"), &csv(&points))?;
    write_file(&folder.join("figure3-memory.svg"), &svg(&points, &Series::MEMORY))?;
    print(&format!("\n{}", memory_text(plan, &runs, &points)))?;
    let outside = memory_contradictions(plan, &runs).into_iter().map(|run| (4 * run.values, run.seed));
    Ok((outside_brackets(outside.collect()), Some(points)))
}

fn ablate(args: &CommonArgs, stop: &AtomicBool) -> Result<Exit, CliError> {
    let folder = args.folder("ablations")?;
    let plan = if args.quick { AblationPlan::quick() } else { AblationPlan::full() };
    let plan = AblationPlan { common: args.plan(plan.common.clone()), ..plan };
    let Some(runs) = complete(args, &folder.join("runs.jsonl"), &plan, stop)? else {
        return Ok(Exit::Undecided);
    };
    let found = ablations(&plan, &runs);
    write_file(&folder.join("ablations.csv"), &ablations_csv(&found))?;
    print(&ablations_text(&plan, &found))?;
    let outside = ablation_contradictions(&plan, &runs).into_iter().map(|run| (run.states, run.seed));
    Ok(outside_brackets(outside.collect()))
}

fn disturb(args: &CommonArgs, stop: &AtomicBool) -> Result<Exit, CliError> {
    let folder = args.folder("noise")?;
    let plan = if args.quick { NoisePlan::quick() } else { NoisePlan::full() };
    let plan = NoisePlan { common: args.plan(plan.common.clone()), ..plan };
    let Some(runs) = complete(args, &folder.join("runs.jsonl"), &plan, stop)? else {
        return Ok(Exit::Undecided);
    };
    let found = noise(&plan, &runs);
    write_file(&folder.join("noise.csv"), &noise_csv(&found))?;
    print(&noise_text(&plan, &runs, &found))?;
    let wrong: Vec<_> = runs.iter().filter(|run| run.contradicts()).collect();
    for run in &wrong {
        anstream::eprintln!(
            "error: {} states, seed {}: a label that is safe did not survive",
            run.states,
            run.seed
        );
    }
    Ok(if wrong.is_empty() { Exit::Proved } else { Exit::Refuted })
}

/// Reports runs whose sample contradicts its bracket, by the number of states and the seed.
fn outside_brackets(runs: Vec<(usize, u64)>) -> Exit {
    for (states, seed) in &runs {
        anstream::eprintln!(
            "error: {states} states, seed {seed}: the sample lies outside its bracket by more than four standard deviations"
        );
    }
    if runs.is_empty() { Exit::Proved } else { Exit::Refuted }
}

/// Does all runs of a plan, as far as the file does not have them, and adds each to the file at once; `None` if that was interrupted.
fn complete<S: Study>(
    args: &CommonArgs,
    file: &Path,
    plan: &S,
    stop: &AtomicBool,
) -> Result<Option<Vec<S::Run>>, CliError> {
    let done = resume(file, plan)?;
    let fail = |error: std::io::Error| unwritable(file, &error);
    let mut handle = OpenOptions::new().append(true).open(file).map_err(fail)?;
    let threads = args.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let (mut count, total, terminal) = (done.len(), plan.cases().len(), std::io::stderr().is_terminal());
    let mut written = Ok(());
    let runs = run_all(plan, done, threads, stop, &mut |run| {
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
        return Ok(None);
    }
    write_file(file, &whole::<S>(plan, &runs))?; // in the plan's order
    Ok(Some(runs))
}

/// The runs of this plan that a file has; the file is left with these alone.
fn resume<S: Study>(file: &Path, plan: &S) -> Result<Vec<S::Run>, CliError> {
    let mut runs: Vec<S::Run> = Vec::new();
    if file.exists() {
        let text = fs::read_to_string(file).map_err(|error| unwritable(file, &error))?;
        let mut lines = text.lines();
        let found = lines.next().and_then(|line| serde_json::from_str::<S>(line).ok());
        if found.as_ref() != Some(plan) {
            return Err(CliError::Usage(format!(
                "{} belongs to another plan; choose another --output or remove it",
                file.display()
            )));
        }
        // The last line may be half a line, of a run that was ended by force.
        runs.extend(lines.map_while(|line| serde_json::from_str::<S::Run>(line).ok()));
    }
    write_file(file, &whole::<S>(plan, &runs))?;
    Ok(runs)
}

/// The plan and its runs, one a line.
fn whole<S: Study>(plan: &S, runs: &[S::Run]) -> String {
    let plan = serde_json::to_string(plan).expect("numbers and lists always serialise");
    format!("{plan}\n{}", runs.iter().map(line).collect::<String>())
}

fn line(run: &impl Serialize) -> String {
    serde_json::to_string(run).expect("numbers always serialise") + "\n"
}

fn unwritable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::Unwritable { file: file.display().to_string(), why: error.to_string() }
}
