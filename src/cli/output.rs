//! Writing results: stdout without panics, files without halves.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::Path,
};

use super::error::CliError;

/// Writes to stdout, without styles where it is not a terminal or `NO_COLOR` is set. A closed pipe is
/// the reader's choice and no error.
pub fn print(text: &str) -> Result<(), CliError> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Unwritable { file: "stdout".to_owned(), why: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// Writes a whole file or nothing: under another name first, then renamed.
pub fn write_file(path: &Path, text: &str) -> Result<(), CliError> {
    let fail = |error: std::io::Error| CliError::Unwritable {
        file: path.display().to_string(),
        why: error.to_string(),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(fail)
}
