//! Writing results: stdout without panics, files without halves.

use std::{
    fmt::Display,
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use recoverable_checker::Accepted;

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

/// Where a certificate of a model stands; its name is that of its statement where a model has one certificate of it.
pub fn certificate_path(dir: &Path, model: &str, name: impl Display) -> PathBuf {
    dir.join(format!("{model}.{name}.cert.json"))
}

/// Makes the folder for certificates.
pub fn create_folder(dir: &Path) -> Result<(), CliError> {
    fs::create_dir_all(dir)
        .map_err(|error| CliError::Unwritable { file: dir.display().to_string(), why: error.to_string() })
}

/// Writes one file for each certificate under its name.
pub fn write_certificates<'a>(
    dir: &Path,
    model: &str,
    certificates: impl IntoIterator<Item = (impl Display, &'a Accepted)>,
) -> Result<(), CliError> {
    create_folder(dir)?;
    let mut certificates = certificates.into_iter();
    certificates.try_for_each(|(name, accepted)| {
        write_file(&certificate_path(dir, model, name), &format!("{}\n", accepted.text()))
    })
}

/// Writes a whole file or nothing: under another name first, then renamed.
pub fn write_file(path: &Path, text: &str) -> Result<(), CliError> {
    write_bytes(path, text.as_bytes())
}

/// The same for what is no text.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let fail = |error: std::io::Error| CliError::Unwritable {
        file: path.display().to_string(),
        why: error.to_string(),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(fail)
}
