//! `recoverable-checker FILE...`: 0 all accepted, 1 one rejected, 2 one not readable as a certificate.
#![forbid(unsafe_code)]

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use recoverable_checker::{Failure, check};

/// Larger files are refused unread.
const MAX_BYTES: u64 = 64 << 20;

fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    let size = file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if size as u64 > MAX_BYTES { Err(format!("more than {MAX_BYTES} bytes")) } else { Ok(text) }
}

/// The exit code and the line for one file.
fn verify(path: &Path) -> (u8, String) {
    let (code, path) = (read(path), path.display());
    match code.map(|text| check(&text)) {
        Err(error) => (2, format!("{path}: {error}")),
        Ok(Err(failure @ Failure::Malformed(_))) => (2, format!("{path}: {failure}")),
        Ok(Err(failure @ Failure::Rejected(_))) => (1, format!("{path}: {failure}")),
        Ok(Ok(accepted)) => (0, format!("{path}: accepted: {}", accepted.claim())),
    }
}

fn main() -> ExitCode {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        eprintln!("usage: recoverable-checker FILE...");
        return ExitCode::from(2);
    }
    let mut worst = 0;
    for path in &paths {
        let (code, line) = verify(path);
        worst = worst.max(code);
        if writeln!(std::io::stdout(), "{line}").is_err() {
            return ExitCode::from(2);
        }
    }
    ExitCode::from(worst)
}
