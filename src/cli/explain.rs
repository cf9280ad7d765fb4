//! `recoverable explain`

use clap::Args;
use recoverable::{
    audit::Topic,
    report::explain::{explanation, topics},
};
use recoverable_checker::certificate::Statement;

use super::{Exit, check::by_id, error::CliError, output::print};

/// Any statement that a report or a certificate can name, and what else can be asked.
fn topic(id: &str) -> Result<Topic, String> {
    let statements = Statement::ALL.into_iter().map(Topic::from);
    // `bound` is what the command is called.
    let id = if id == "bound" { Statement::HeadDisagreement.id() } else { id };
    let others = [Topic::Conditioning, Topic::Robustness, Topic::Counterexample, Topic::Prompt];
    by_id(&statements.chain(others).collect::<Vec<_>>(), id)
}

#[derive(Args)]
pub struct ExplainArgs {
    /// A statement, such as theorem-3.3, or `conditioning`, `robustness`, `counterexample`, `bound`, `prompt`; without one, the list of them
    #[arg(value_name = "ID", value_parser = topic)]
    topic: Option<Topic>,
}

pub fn run(args: &ExplainArgs) -> Result<Exit, CliError> {
    print(&args.topic.map_or_else(topics, explanation))?;
    Ok(Exit::Proved)
}
