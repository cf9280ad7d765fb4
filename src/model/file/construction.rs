//! Files of a head, and perhaps a prompt: the `construction` of a report.

use super::{
    FileError, Problem, Source,
    node::Node,
    read::{Reader, root},
};
use crate::model::{Construction, Hmm, Prompt, Task};
use num_rational::BigRational;

/// What a construction can have in a report. The sets of states say what it came from and are not looked at.
const KEYS: [&str; 4] = ["head", "prompt", "essential_states", "recoverable_states"];

/// Reads `{"head": [...], "prompt": [[...], ...]}`: the head is a list for a binary task (or that list in a list), a list of rows for several
/// classes; the prompt may be absent and has one embedding for each of its tokens.
///
/// # Errors
/// A [`FileError`] if the text is no construction for this model and task.
///
/// ```
/// use recoverable::model::{builtin, file::{Source, read_construction}};
/// let casino = builtin::all().remove(0);
/// let read = |text| read_construction(&Source::new("head.json", text), casino.hmm(), casino.task().unwrap());
/// assert!(read(r#"{"head": ["-10", 0, 0, 0, 0, "4"]}"#).is_ok());
/// assert_eq!(read(r#"{"head": ["1/0", 0, 0, 0, 0, 0]}"#).unwrap_err().key().unwrap(), "head[0]");
/// ```
pub fn read_construction(source: &Source, hmm: &Hmm, task: &Task) -> Result<Construction, FileError> {
    let root = root(source)?;
    let reader = Reader { source, root: &root };
    check_keys(&reader)?;
    let node = reader.required("head")?;
    let head = reader.one_or_more(node, "head")?;
    let prompt = root.get("prompt").map_or(Ok(Vec::new()), |node| embeddings(&reader, node))?;
    Construction::new(hmm, task, head, prompt).or_else(|defect| reader.invalid(defect, None))
}

/// Reads the prompt of such a file, which has to be there; a head may be, and is not looked at.
///
/// # Errors
/// A [`FileError`] if the text has no prompt for this model.
///
/// ```
/// use recoverable::model::{builtin, file::{Source, read_prompt}};
/// let casino = builtin::all().remove(0);
/// let read = |text| read_prompt(&Source::new("prompt.json", text), casino.hmm());
/// assert_eq!(read(r#"{"prompt": [["1/2", 1]]}"#).unwrap().embeddings().len(), 1);
/// assert_eq!(read(r#"{"prompt": [["1/2", 2]]}"#).unwrap_err().key().unwrap(), "prompt[0][1]");
/// ```
pub fn read_prompt(source: &Source, hmm: &Hmm) -> Result<Prompt, FileError> {
    let root = root(source)?;
    let reader = Reader { source, root: &root };
    check_keys(&reader)?;
    let rows = embeddings(&reader, reader.required("prompt")?)?;
    Prompt::new(hmm, rows).or_else(|defect| reader.invalid(defect, None))
}

/// A table with the keys of a construction, of which attention is not read.
fn check_keys(reader: &Reader<'_>) -> Result<(), FileError> {
    reader.table()?;
    if let Some(node) = reader.root.get("attention") {
        let found = node.kind();
        let key = "attention".to_owned();
        return reader.fail(
            node.span.clone(),
            Problem::WrongType { key, expected: "absent: only linear heads are read", found },
        );
    }
    reader.known_keys(reader.root, "", &KEYS)
}

/// One or more.
fn embeddings(reader: &Reader<'_>, node: &Node) -> Result<Vec<Vec<BigRational>>, FileError> {
    let rows = reader.rows(node, "prompt")?;
    if rows.is_empty() {
        return reader.wrong_type(node, "prompt", "a list of one embedding or more");
    }
    Ok(rows)
}
