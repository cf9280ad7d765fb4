//! `recoverable simulate pretrain`

use std::path::PathBuf;
#[cfg(not(feature = "pretrain"))]
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::{Exit, ModelOptions, error::CliError, generate::positive};

#[derive(Args)]
pub struct PretrainArgs {
    /// The model whose words the network learns from (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// A first look: a narrower network, shorter words, fewer steps
    #[arg(long)]
    quick: bool,
    /// The seed
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Steps of training
    #[arg(long, value_name = "N", value_parser = positive)]
    steps: Option<usize>,
    /// End training after so many seconds; the result then depends on the clock, and says that it was ended early
    #[arg(long, value_name = "S")]
    seconds: Option<u64>,
    /// Width of the network, a multiple of 4
    #[arg(long, value_name = "W", value_parser = positive)]
    width: Option<usize>,
    /// Layers of the network
    #[arg(long, value_name = "L", value_parser = positive)]
    layers: Option<usize>,
    /// Tokens of each input
    #[arg(long, value_name = "T", value_parser = positive)]
    length: Option<usize>,
    /// Inputs to learn heads and prompts from
    #[arg(long, value_name = "N", value_parser = positive)]
    train: Option<usize>,
    /// Tokens of the learned prompt
    #[arg(long, value_name = "TOKENS", value_parser = positive)]
    prompt: Option<usize>,
    /// The folder of the result, `pretrain` if absent
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    options: ModelOptions,
}

/// Pretraining costs many crates, which only this feature brings.
#[cfg(not(feature = "pretrain"))]
pub fn run(_: &PretrainArgs, _: &AtomicBool) -> Result<Exit, CliError> {
    Err(CliError::Usage(
        "this program was built without pretraining; build it with `cargo build --release --features pretrain`"
            .to_owned(),
    ))
}

#[cfg(feature = "pretrain")]
pub use with_feature::run;

#[cfg(feature = "pretrain")]
mod with_feature {
    use std::{
        io::{IsTerminal, Write},
        ops::ControlFlow,
        path::PathBuf,
        sync::atomic::{AtomicBool, Ordering},
        time::{Duration, Instant},
    };

    use recoverable::{
        report::pretrain::{json, text},
        simulate::{
            figure3::Plan,
            pretrain::{PretrainPlan, pretrain, training::Stage},
        },
    };

    use super::{CliError, Exit, PretrainArgs};
    use crate::cli::{
        note_correction,
        output::{create_folder, print, write_file},
    };

    impl PretrainArgs {
        fn plan(&self) -> PretrainPlan {
            let mut plan = if self.quick { PretrainPlan::quick() } else { PretrainPlan::full() };
            plan.training.steps = self.steps.unwrap_or(plan.training.steps);
            plan.width = self.width.unwrap_or(plan.width);
            plan.layers = self.layers.unwrap_or(plan.layers);
            let Plan { length, prompt, inputs, .. } = plan.common;
            plan.common.seed = self.seed;
            plan.common.length = self.length.unwrap_or(length);
            plan.common.prompt = self.prompt.unwrap_or(prompt);
            plan.common.inputs[0] = self.train.unwrap_or(inputs[0]);
            plan
        }
    }

    /// Ctrl-C and `--seconds` end the training; what was learned by then is measured. A second Ctrl-C ends that, too.
    pub fn run(args: &PretrainArgs, stop: &AtomicBool) -> Result<Exit, CliError> {
        let loaded = args.options.read(&args.model)?;
        note_correction(&loaded);
        let plan = args.plan();
        let folder = args.output.clone().unwrap_or_else(|| PathBuf::from("pretrain"));
        create_folder(&folder)?;
        let (start, limit) = (Instant::now(), args.seconds.map(Duration::from_secs));
        let terminal = std::io::stderr().is_terminal();
        let mut observe = |stage: Stage| {
            let late = limit.is_some_and(|limit| start.elapsed() >= limit) || stop.load(Ordering::Relaxed);
            let Stage { steps, loss } = stage;
            if terminal {
                let last = late || steps == plan.training.steps;
                let next = if last { "; now learning heads and prompts" } else { "" };
                let _ = write!(
                    std::io::stderr(),
                    "\r{steps} of {} steps, loss {loss:.4}{next}",
                    plan.training.steps
                );
            }
            if late { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let found = pretrain(&loaded.model, &plan, &mut observe);
        if terminal {
            let _ = write!(std::io::stderr(), "\r{:80}\r", "");
        }
        let run = found.map_err(|error| CliError::Usage(error.to_string()))?;
        write_file(&folder.join("pretrain.json"), &json(&plan, &run))?;
        print(&text(&plan, &run))?;
        if run.contradicts() {
            anstream::eprintln!("error: a label that is safe did not survive");
            return Ok(Exit::Refuted);
        }
        Ok(Exit::Proved)
    }
}
