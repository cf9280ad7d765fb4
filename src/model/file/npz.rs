//! Models of hmmlearn as `.npz` archives: `numpy.savez(file, startprob_=…, transmat_=…, emissionprob_=…)`.
//!
//! | array | shape | meaning | in a model file |
//! |---|---|---|---|
//! | `startprob_` | `n` | the law of the first state that emits, `π_1` | `initial`, with `initial_of = "H1"` |
//! | `transmat_` | `n × n` | rows sum to 1 | `transition`, `orientation = "row-stochastic"` |
//! | `emissionprob_` | `n × k` | rows sum to 1 | `emission` |
//! | `weights` | `n`, or a row for each class | the task; may be absent | `task.weights` |
//!
//! Arrays are read as exactly the numbers that the floats are, and handed to the reader of JSON, whose checks and errors are then those of any model file.
//! The header of an array is so short that it is read here: the crates for it bring a grammar or an array library.

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use serde_json::{Value, json};

use super::{Problem, archive};
use crate::{
    linear::Matrix,
    model::{Model, Task},
};

/// The arrays of an archive, and the keys of a model file.
const ARRAYS: [(&str, &str); 4] = [
    ("startprob_", "initial"),
    ("transmat_", "transition"),
    ("emissionprob_", "emission"),
    ("weights", "weights"),
];

/// The text of the model file that an archive stands for.
pub(super) fn to_text(bytes: &[u8], max_bytes: u64) -> Result<String, Problem> {
    let fail = |found: &str| problem("the archive", found.to_owned(), "a file of numpy.savez");
    let members = archive::read(bytes, max_bytes).map_err(|error| match error {
        archive::Broken::Large => Problem::TooLarge { limit: max_bytes, found: None },
        archive::Broken::Because(why) => fail(why),
    })?;
    let mut keys = json!({"kind": "hmm", "orientation": "row-stochastic", "initial_of": "H1"});
    for (member, content) in members {
        let name = member.strip_suffix(".npy").unwrap_or(&member);
        let Some((array, key)) = ARRAYS.iter().find(|(array, _)| *array == name) else {
            let similar = ARRAYS.iter().map(|(array, _)| (strsim::jaro_winkler(array, name), *array));
            let best =
                similar.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(similarity, _)| *similarity > 0.75);
            let suggestion = best.map(|(_, array)| array.to_owned());
            return Err(Problem::UnknownKey { key: name.to_owned(), suggestion });
        };
        let values = Array::read(array, &content)?.to_json(array)?;
        match *key {
            "weights" => keys["task"] = json!({ "weights": values }),
            key => keys[key] = values,
        }
    }
    for (array, key) in &ARRAYS[..3] {
        if keys.get(key).is_none() {
            return Err(Problem::MissingKey { key: (*array).to_owned() });
        }
    }
    Ok(keys.to_string())
}

fn problem(member: &str, found: String, expected: &'static str) -> Problem {
    Problem::Array { member: member.to_owned(), found, expected }
}

/// A list of numbers or of rows.
struct Array {
    /// One or two lengths.
    shape: Vec<usize>,
    /// Row by row.
    values: Vec<f64>,
}

/// A type of entries.
#[derive(Clone, Copy)]
struct Kind {
    little: bool,
    float: bool,
    bytes: usize,
}

impl Array {
    /// Reads a `.npy` file.
    fn read(array: &str, content: &[u8]) -> Result<Self, Problem> {
        let fail = |found: String, expected| problem(array, found, expected);
        let (header, data) = split(content).ok_or_else(|| fail("no header".to_owned(), "the format .npy"))?;
        let field = |name: &str| {
            let rest = header.split_once(&format!("'{name}':")).map(|(_, rest)| rest.trim_start());
            rest.ok_or_else(|| fail(format!("a header without {name}"), "descr, fortran_order and shape"))
        };
        let quoted = field("descr")?.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
        let name = quoted.map_or("a structure", |(name, _)| name);
        let kind = kind(name).ok_or_else(|| fail(format!("entries of type {name}"), "f8, f4, i8 or i4"))?;
        let columns_first = field("fortran_order")?.starts_with("True");
        let shape =
            shape(field("shape")?).ok_or_else(|| fail("no shape".to_owned(), "one or two lengths"))?;
        if shape.is_empty() || shape.len() > 2 {
            return Err(fail(format!("{} dimensions", shape.len()), "one or two"));
        }
        let bytes = shape.iter().try_fold(kind.bytes, |bytes, &length| bytes.checked_mul(length));
        if bytes != Some(data.len()) {
            return Err(fail(format!("{} bytes of entries", data.len()), "as many as the shape says"));
        }
        let values: Vec<f64> = data.chunks_exact(kind.bytes).map(|bytes| kind.value(bytes)).collect();
        let values = match (&shape[..], columns_first) {
            (&[rows, columns], true) => {
                let place = |at: usize| values[at % columns * rows + at / columns];
                (0..values.len()).map(place).collect()
            }
            _ => values,
        };
        Ok(Self { shape, values })
    }

    /// With fractions for the floats.
    fn to_json(&self, array: &str) -> Result<Value, Problem> {
        let number = |value: &f64| match BigRational::from_float(*value) {
            Some(exact) => Ok(Value::from(exact.to_string())),
            None => Err(problem(array, format!("the entry {value}"), "finite numbers")),
        };
        match self.shape[..] {
            [_, columns] if columns > 0 => {
                let row = |row: &[f64]| row.iter().map(number).collect::<Result<Value, _>>();
                self.values.chunks(columns).map(row).collect()
            }
            _ => self.values.iter().map(number).collect(),
        }
    }
}

impl Kind {
    fn value(self, bytes: &[u8]) -> f64 {
        let mut bytes = bytes.to_vec();
        if !self.little {
            bytes.reverse();
        }
        match (self.float, <[u8; 8]>::try_from(&bytes[..]), <[u8; 4]>::try_from(&bytes[..])) {
            (true, Ok(bytes), _) => f64::from_le_bytes(bytes),
            (true, _, Ok(bytes)) => f32::from_le_bytes(bytes).into(),
            (false, Ok(bytes), _) => i64::from_le_bytes(bytes) as f64,
            (false, _, Ok(bytes)) => i32::from_le_bytes(bytes).into(),
            _ => f64::NAN, // no other length is a kind
        }
    }
}

/// The kind with a name such as `<f8`.
fn kind(name: &str) -> Option<Kind> {
    let (order, kind) = name.split_at_checked(1)?;
    let little = match order {
        "<" | "|" => true,
        ">" => false,
        _ => return None,
    };
    let (float, bytes) = match kind {
        "f8" => (true, 8),
        "f4" => (true, 4),
        "i8" => (false, 8),
        "i4" => (false, 4),
        _ => return None,
    };
    Some(Kind { little, float, bytes })
}

/// The lengths in `(3, 4), …`.
fn shape(text: &str) -> Option<Vec<usize>> {
    let (inside, _) = text.strip_prefix('(')?.split_once(')')?;
    let lengths = inside.split(',').map(str::trim).filter(|length| !length.is_empty());
    lengths.map(|length| length.parse().ok()).collect()
}

/// Header and data of a `.npy` file.
fn split(content: &[u8]) -> Option<(&str, &[u8])> {
    let rest = content.strip_prefix(b"\x93NUMPY")?;
    let (version, rest) = rest.split_at_checked(2)?;
    let (length, rest) = rest.split_at_checked(if version[0] == 1 { 2 } else { 4 })?;
    let length = length.iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte));
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// A model as an archive for hmmlearn, and the largest relative error of rounding entries to floats.
///
/// ```
/// use recoverable::model::{builtin, file::to_npz};
/// let (archive, error) = to_npz(&builtin::all()[0]);
/// assert!(archive.starts_with(b"PK"));
/// assert!(error > 0.0 && error < 1e-15); // 19/20 is no float
/// ```
pub fn to_npz(model: &Model) -> (Vec<u8>, f64) {
    let hmm = model.hmm();
    let first = hmm.first_law();
    let row =
        |entries: &[BigRational]| Matrix::from_fn(1, entries.len(), |_, column| entries[column].clone());
    let mut arrays = vec![
        (ARRAYS[0].0, row(&first), true),
        (ARRAYS[1].0, hmm.transition().transpose(), false),
        (ARRAYS[2].0, hmm.emission().transpose(), false),
    ];
    match model.task() {
        None => {}
        Some(Task::Binary(weights)) => arrays.push((ARRAYS[3].0, row(weights), true)),
        Some(Task::Classes(rows)) => {
            let rows = rows.rows();
            let entry = |class: usize, state: usize| rows[class][state].clone();
            arrays.push((ARRAYS[3].0, Matrix::from_fn(rows.len(), hmm.states(), entry), false));
        }
    }
    let mut error = 0.0_f64;
    let content = |(name, matrix, flat): (&str, Matrix<_>, bool)| {
        (format!("{name}.npy"), npy(&matrix, flat, &mut error))
    };
    let members: Vec<_> = arrays.into_iter().map(content).collect();
    (archive::write(&members), error)
}

/// A `.npy` file; `flat` leaves out the dimension of rows.
fn npy(matrix: &Matrix<BigRational>, flat: bool, error: &mut f64) -> Vec<u8> {
    let (rows, columns) = (matrix.rows(), matrix.columns());
    let shape = if flat { format!("({columns},)") } else { format!("({rows}, {columns})") };
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut content = b"\x93NUMPY\x01\x00".to_vec();
    content.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
    content.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    for exact in matrix.entries() {
        let float = exact.to_f64().unwrap_or(f64::NAN);
        content.extend(float.to_le_bytes());
        if let Some(rounded) = BigRational::from_float(float).filter(|rounded| rounded != exact) {
            *error = error.max(((rounded - exact) / exact).abs().to_f64().unwrap_or(f64::NAN));
        }
    }
    content
}
