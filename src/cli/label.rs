//! `recoverable label`

use clap::Args;
use recoverable::{
    model::{Model, Token, file::Source},
    oracle::{Exact, SequenceError},
    report::{
        json::{Labelled, label_line},
        text::{self, label_text},
    },
};
use serde_json::Value;

use super::{Exit, ModelOptions, OutputFormat, error::CliError, output::print};

#[derive(Args)]
pub struct LabelArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// One sequence, such as 0,2,1; `_` is a blank (any token)
    #[arg(long, value_name = "TOKENS", required_unless_present = "file", conflicts_with = "file")]
    tokens: Option<String>,
    /// Many sequences, one JSON list a line (a blank is null or "_")
    #[arg(long, value_name = "SEQS.jsonl")]
    file: Option<String>,
    /// Read and write tokens by their names
    #[arg(long)]
    names: bool,
    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
    #[command(flatten)]
    options: ModelOptions,
}

/// A sequence and where it stands.
struct Sequence {
    place: String,
    tokens: Vec<Option<Token>>,
}

pub fn run(args: &LabelArgs) -> Result<Exit, CliError> {
    let model = args.options.read(&args.model)?.model;
    let sequences = match (&args.tokens, &args.file) {
        (Some(tokens), _) => vec![argument(&model, tokens, args.names)?],
        (None, Some(file)) => lines(&model, &Source::open(file, args.options.max_bytes)?, args.names)?,
        (None, None) => Vec::new(), // clap asks for one of them
    };
    let oracle = Exact::new(model.hmm());
    let mut report = String::new();
    for sequence in &sequences {
        let place = || sequence.place.clone();
        let found = label(&model, &oracle, &sequence.tokens)
            .map_err(|why| CliError::Sequence { place: place(), why })?;
        report += &match args.format {
            OutputFormat::Json => label_line(&model, &found) + "\n",
            OutputFormat::Text => {
                label_text(&model, &sequence.tokens, &found, text::Options { names: args.names })
            }
        };
    }
    print(&report)?;
    Ok(Exit::Proved)
}

fn label(model: &Model, oracle: &Exact, tokens: &[Option<Token>]) -> Result<Labelled, SequenceError> {
    let scores = model.task().map(|task| Ok((task, oracle.scores(task, tokens)?))).transpose()?;
    Ok(Labelled {
        probability: oracle.probability(tokens)?,
        posterior: oracle.posterior(tokens)?,
        label: scores.map(|(task, scores)| {
            let label = task.label(&scores);
            (scores, label)
        }),
        model_output: oracle.model_output(tokens)?,
        head_input: oracle.head_input(tokens)?,
    })
}

fn argument(model: &Model, text: &str, names: bool) -> Result<Sequence, CliError> {
    let place = "--tokens".to_owned();
    if text.trim().is_empty() {
        return Err(CliError::Sequence { place, why: SequenceError::Empty });
    }
    let tokens =
        text.split(',').map(|word| token(model, word.trim(), names, &place)).collect::<Result<_, _>>()?;
    Ok(Sequence { place, tokens })
}

/// A token by its index, or by its name; `_` is a blank.
fn token(model: &Model, word: &str, names: bool, place: &str) -> Result<Option<Token>, CliError> {
    if word == "_" {
        return Ok(None);
    }
    let index = if names {
        model.names().tokens.iter().position(|name| name == word)
    } else {
        word.parse().ok().filter(|&index| index < model.hmm().tokens())
    };
    let expected = || {
        let named = &model.names().tokens;
        match (names, named.is_empty()) {
            (true, true) => "an index (the model names no tokens)".to_owned(),
            (true, false) => format!("one of {}", named.join(" ")),
            (false, true) => format!("an index below {}", model.hmm().tokens()),
            (false, false) => format!("an index below {} (--names reads names)", model.hmm().tokens()),
        }
    };
    index.map(|index| Some(Token(index))).ok_or_else(|| CliError::Token {
        place: place.to_owned(),
        found: word.chars().take(40).collect(),
        expected: expected(),
    })
}

fn lines(model: &Model, source: &Source, names: bool) -> Result<Vec<Sequence>, CliError> {
    let numbered = source.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(index, line)| {
            let place = format!("{}:{}", source.file, index + 1);
            let items: Vec<Value> = serde_json::from_str(line)
                .map_err(|error| CliError::Unreadable { file: place.clone(), why: error.to_string() })?;
            let word = |item: &Value| match item {
                Value::Null => "_".to_owned(),
                Value::String(word) => word.clone(),
                other => other.to_string(),
            };
            let tokens = items
                .iter()
                .map(|item| token(model, &word(item), names, &place))
                .collect::<Result<_, _>>()?;
            Ok(Sequence { place, tokens })
        })
        .collect()
}
