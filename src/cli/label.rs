//! `recoverable label`

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use recoverable::{
    certify::Limit,
    model::{
        AnyModel, AttentionConstruction, Cell, Construction, MemoryModel, Model, Task, Token,
        file::{Source, read_attention, read_construction},
    },
    oracle::{Exact, MemoryExact, SequenceError},
    question::wrong_label::{self, Labels},
    report::{
        json::{Constructed, Labelled, MemoryLabelled, label_line, memory_label_line},
        text::{self, label_text, memory_label_text},
    },
    theorem::theorem_4_3,
};
use recoverable_checker::{Accepted, certificate::Statement};
use serde_json::Value;

use super::{
    Exit, ModelOptions, OutputFormat,
    error::{CliError, Place},
    note_correction,
    output::{print, write_certificates},
    stdin_once,
};

#[derive(Args)]
#[command(group(ArgGroup::new("sequences").required(true).args(["tokens", "file"])))]
pub struct LabelArgs {
    /// The model (a file, `-` for JSON from stdin, or a built-in model)
    #[arg(value_name = "MODEL")]
    model: String,
    /// One sequence, such as 0,2,1; `_` is a blank (any token)
    #[arg(long, value_name = "TOKENS")]
    tokens: Option<String>,
    /// Many sequences, one JSON list a line (a blank is null or "_")
    #[arg(long, value_name = "SEQS.jsonl")]
    file: Option<String>,
    /// What this head says as well, behind its prompt if it has one: {"head": [...], "prompt": [[...], ...]}, or the `construction` of a report
    #[arg(long, value_name = "FILE")]
    head: Option<String>,
    /// Write a certificate for each sequence on which the given head is wrong into this folder
    #[arg(long, value_name = "DIR", requires = "head")]
    certificates: Option<PathBuf>,
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
    place: Place,
    tokens: Vec<Option<Token>>,
}

pub fn run(args: &LabelArgs) -> Result<Exit, CliError> {
    stdin_once([&args.model].into_iter().chain(&args.file).chain(&args.head))?;
    let loaded = args.options.read_any(&args.model)?;
    if args.format == OutputFormat::Text {
        note_correction(&loaded);
    }
    let model = loaded.model;
    let sequences = match (&args.tokens, &args.file) {
        (Some(tokens), _) => vec![argument(&model, tokens, args.names)?],
        (None, Some(file)) => lines(&model, &Source::open(file, args.options.max_bytes)?, args.names)?,
        (None, None) => Vec::new(), // clap asks for one of them
    };
    let construction = construction(args, &model)?;
    let labeller = Labeller::new(&model, construction.as_ref())?;
    let (mut report, mut exit) = (String::new(), Exit::Proved);
    for sequence in &sequences {
        let place = || sequence.place.clone();
        let (text, wrong) = labeller
            .report(&sequence.tokens, args)
            .map_err(|why| CliError::Sequence { place: place(), why })?;
        report += &text;
        exit = exit.worse(match &wrong {
            None => Exit::Proved,
            Some(Ok(_)) => Exit::Refuted,
            Some(Err(_)) => Exit::Undecided,
        });
        if let (Some(dir), Some(Ok(accepted))) = (&args.certificates, &wrong) {
            write_certificates(dir, model.name(), [(sequence.certificate(), accepted)])?;
        }
    }
    print(&report)?;
    Ok(exit)
}

impl Sequence {
    /// The name of the certificate that a given head is wrong on it.
    fn certificate(&self) -> String {
        let statement = Statement::HeadRecoversTask.id();
        match &self.place {
            Place::Argument => statement.to_owned(),
            Place::Line { line, .. } => format!("{statement}.{line}"),
        }
    }
}

/// What the checker says of a given head that is wrong on a sequence.
type Wrong = Option<Result<Accepted, Limit>>;

/// The labels and the word, if the labels differ and there is no blank.
fn differ(
    task: Option<usize>,
    head: Option<usize>,
    tokens: &[Option<Token>],
) -> Option<(Labels, Vec<Token>)> {
    let labels = task.zip(head).filter(|(task, head)| task != head);
    let word = tokens.iter().copied().collect::<Option<Vec<_>>>();
    labels.map(|(task, head)| Labels { task, head }).zip(word)
}

/// A head of either kind.
enum Given {
    Linear(Construction),
    Attention(AttentionConstruction),
}

/// The head that was given; for a model with memory otherwise that of Theorem 4.3, if there is one.
fn construction(args: &LabelArgs, model: &AnyModel) -> Result<Option<Given>, CliError> {
    let Some(file) = &args.head else {
        let AnyModel::Memory(model) = model else { return Ok(None) };
        let task = model.task();
        let head = theorem_4_3::decide(model).head.zip(task);
        let found = head.map(|(head, task)| AttentionConstruction::new(model.memory(), task, head, None));
        return Ok(found.and_then(Result::ok).map(Given::Attention));
    };
    let no_task = || CliError::Usage("a head belongs to a task, and the model has none".to_owned());
    let open = || Source::open(file, args.options.max_bytes);
    Ok(Some(match model {
        AnyModel::Hmm(model) => {
            let task = model.task().ok_or_else(no_task)?;
            Given::Linear(read_construction(&open()?, model.hmm(), task)?)
        }
        AnyModel::Memory(model) => {
            let task = model.task().ok_or_else(no_task)?;
            Given::Attention(read_attention(&open()?, model.memory(), task)?)
        }
    }))
}

/// A model of either kind with its oracle.
enum Labeller<'m> {
    Hmm(&'m Model, Exact, Option<&'m Construction>),
    Memory(&'m MemoryModel, MemoryExact, Option<&'m AttentionConstruction>),
}

impl<'m> Labeller<'m> {
    fn new(model: &'m AnyModel, given: Option<&'m Given>) -> Result<Self, CliError> {
        Ok(match model {
            AnyModel::Hmm(model) => {
                let construction = match given {
                    Some(Given::Linear(construction)) => Some(construction),
                    Some(Given::Attention(_)) | None => None,
                };
                Self::Hmm(model, Exact::new(model.hmm()), construction)
            }
            AnyModel::Memory(model) => {
                let oracle = MemoryExact::new(model.memory())
                    .map_err(|why| CliError::Usage(format!("`{}` has {why}", model.name())))?;
                let construction = match given {
                    Some(Given::Attention(construction)) => Some(construction),
                    Some(Given::Linear(_)) | None => None,
                };
                Self::Memory(model, oracle, construction)
            }
        })
    }

    /// The report of one sequence, and whether a given head is wrong on it.
    fn report(&self, tokens: &[Option<Token>], args: &LabelArgs) -> Result<(String, Wrong), SequenceError> {
        let options = text::Options { names: args.names };
        let (mut report, wrong) = match self {
            Self::Hmm(model, oracle, construction) => {
                let found = label(model, oracle, *construction, tokens)?;
                let task = found.label.as_ref().map(|(_, label)| *label);
                let differ = differ(task, found.construction.as_ref().map(|head| head.label), tokens);
                let wrong = construction.zip(differ).map(|(construction, (labels, word))| {
                    wrong_label::certify(model, construction, &word, labels)
                });
                let report = match args.format {
                    OutputFormat::Json => label_line(model, &found) + "\n",
                    OutputFormat::Text => label_text(model, tokens, &found, options),
                };
                (report, wrong)
            }
            Self::Memory(model, oracle, construction) => {
                let found = memory_label(model, oracle, *construction, tokens)?;
                let task = found.label.as_ref().map(|(_, label)| *label);
                let given = found.attention.as_ref().filter(|_| args.head.is_some());
                let differ = differ(task, given.map(|(_, label)| *label), tokens);
                let wrong = construction.zip(differ).map(|(construction, (labels, word))| {
                    wrong_label::certify_attention(model, construction, &word, labels)
                });
                let report = match args.format {
                    OutputFormat::Json => memory_label_line(model, &found) + "\n",
                    OutputFormat::Text => memory_label_text(model, tokens, &found, options),
                };
                (report, wrong)
            }
        };
        if let (Some(Ok(_)), OutputFormat::Text) = (&wrong, args.format) {
            report += "  refuted       the head's label is not the task's\n";
        }
        Ok((report, wrong))
    }
}

fn memory_label(
    model: &MemoryModel,
    oracle: &MemoryExact,
    construction: Option<&AttentionConstruction>,
    tokens: &[Option<Token>],
) -> Result<MemoryLabelled, SequenceError> {
    let cell = model.task().map_or(Cell(0), |task| task.cell);
    let task = model.task().map(|task| &task.task);
    let found = oracle.read(cell, task, tokens)?;
    let label = task.zip(found.scores).map(|(task, scores)| {
        let label = task.label(&scores);
        (scores, label)
    });
    let attend = |(construction, task): (&AttentionConstruction, _)| {
        let attend = |outputs: &[Vec<_>]| construction.attend(model.memory(), task, outputs, tokens);
        Ok(match construction.prompt() {
            None => attend(&found.model_output),
            prompt => attend(&oracle.model_output(prompt, tokens)?),
        })
    };
    let attention = construction.zip(model.task()).map(attend).transpose()?;
    Ok(MemoryLabelled {
        probability: found.probability,
        posterior: found.posterior,
        label,
        head_input: found.head_input,
        model_output: found.model_output,
        attention,
    })
}

fn label(
    model: &Model,
    oracle: &Exact,
    construction: Option<&Construction>,
    tokens: &[Option<Token>],
) -> Result<Labelled, SequenceError> {
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
        construction: match (construction, model.task()) {
            (Some(construction), Some(task)) => Some(constructed(oracle, task, construction, tokens)?),
            (None, _) | (_, None) => None,
        },
    })
}

fn constructed(
    oracle: &Exact,
    task: &Task,
    construction: &Construction,
    tokens: &[Option<Token>],
) -> Result<Constructed, SequenceError> {
    let (head, prompt) = (construction.head(), construction.prompt());
    let model_output = oracle.constructed_output(construction, tokens)?;
    let head_input = model_output[prompt.len()].clone();
    let scores = head.scores(&head_input);
    Ok(Constructed { prompt: prompt.len(), model_output, label: task.label(&scores), scores, head_input })
}

fn argument(model: &AnyModel, text: &str, names: bool) -> Result<Sequence, CliError> {
    if text.trim().is_empty() {
        return Err(CliError::Sequence { place: Place::Argument, why: SequenceError::Empty });
    }
    sequence(model, text.split(',').map(|word| word.trim().to_owned()), names, Place::Argument)
}

fn sequence(
    model: &AnyModel,
    words: impl Iterator<Item = String>,
    names: bool,
    place: Place,
) -> Result<Sequence, CliError> {
    let token = |(index, word): (usize, String)| {
        token(model, &word, names).ok_or_else(|| CliError::Token {
            place: place.clone(),
            position: index + 1,
            found: word.chars().take(40).collect(),
            expected: expected(model, names),
        })
    };
    let tokens = words.enumerate().map(token).collect::<Result<_, _>>()?;
    Ok(Sequence { tokens, place })
}

/// A token by its name, or by its index where names are not asked for or the model has none; `_` is a blank.
fn token(model: &AnyModel, word: &str, names: bool) -> Option<Option<Token>> {
    let named = &model.names().tokens;
    if word == "_" {
        return Some(None);
    }
    let index = if names && !named.is_empty() {
        named.iter().position(|name| name == word)
    } else {
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        word.parse().ok().filter(|&index| digits && index < model.tokens())
    };
    index.map(|index| Some(Token(index)))
}

/// What a token may be.
fn expected(model: &AnyModel, names: bool) -> String {
    let (named, limit) = (&model.names().tokens, model.tokens());
    match (names, named.is_empty()) {
        (true, false) => format!("one of {}", named.join(" ")),
        (false, false) => format!("an index below {limit} (--names reads names)"),
        (_, true) => format!("an index below {limit}"),
    }
}

fn lines(model: &AnyModel, source: &Source, names: bool) -> Result<Vec<Sequence>, CliError> {
    let numbered = source.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(index, line): (usize, &str)| {
        let place = Place::Line { file: source.file.clone(), line: index + 1 };
        let items: Vec<Value> = serde_json::from_str(line).map_err(|error| {
            let message = error.to_string();
            let why = message.split(" at line 1").next().unwrap_or(&message).to_owned();
            CliError::Line { place: place.clone(), why }
        })?;
        let word = |item: &Value| match item {
            Value::Null => "_".to_owned(),
            Value::String(word) => word.clone(),
            other => other.to_string(),
        };
        sequence(model, items.iter().map(word), names, place)
    };
    numbered.map(read).collect()
}
