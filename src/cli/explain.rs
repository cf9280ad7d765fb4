//! `recoverable explain`

use clap::Args;
use recoverable::report::explain::{explanation, topics};
use recoverable_checker::certificate::Statement;

use super::{Exit, check::by_id, error::CliError, output::print};

/// Any statement that a report or a certificate can name.
fn statement(id: &str) -> Result<Statement, String> {
    by_id(&Statement::ALL, id)
}

#[derive(Args)]
pub struct ExplainArgs {
    /// A statement, such as theorem-3.3; without one, the list of them
    #[arg(value_name = "ID", value_parser = statement)]
    statement: Option<Statement>,
}

pub fn run(args: &ExplainArgs) -> Result<Exit, CliError> {
    print(&args.statement.map_or_else(topics, explanation))?;
    Ok(Exit::Proved)
}
