//! Files of a head, and perhaps a prompt: the `construction` of a report.

use super::{
    FileError, Problem, Source,
    node::Value,
    read::{Reader, root},
};
use crate::model::{Construction, Hmm, Task};

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
    reader.table()?;
    if let Some(node) = root.get("attention") {
        let found = node.kind();
        let key = "attention".to_owned();
        return reader.fail(
            node.span.clone(),
            Problem::WrongType { key, expected: "absent: only linear heads are read", found },
        );
    }
    reader.known_keys(&root, "", &KEYS)?;
    let node = reader.required("head")?;
    let items = reader.items(node, "head", "a list of numbers or of rows")?;
    let head = if items.iter().any(|item| matches!(item.value, Value::List(_))) {
        reader.rows(node, "head")?
    } else {
        vec![reader.list(node, "head")?]
    };
    let prompt = match root.get("prompt") {
        Some(node) => {
            let rows = reader.rows(node, "prompt")?;
            if rows.is_empty() {
                return reader.wrong_type(node, "prompt", "a list of one embedding or more");
            }
            rows
        }
        None => Vec::new(),
    };
    Construction::new(hmm, task, head, prompt).or_else(|defect| reader.invalid(defect, None))
}
