//! Files and arguments that are wrong. Each is refused with exit code 2, an empty stdout and an error
//! that says where it is wrong, what was found there and what was expected; nothing panics or hangs.

use std::{
    fs,
    path::Path,
    process::Output,
    time::{Duration, Instant},
};

use assert_cmd::{Command, cargo::cargo_bin_cmd};
use serde_json::{Value, json};
use tempfile::TempDir;

// ---------------------------------------------------------------------------------------------
// Model files, as tables: one entry = what is wrong, the file, the error expected.

/// A model file that is wrong, and what the program has to say about it.
struct Case {
    name: &'static str,
    text: Text,
    flags: &'static [&'static str],
    code: &'static str,
    key: Option<&'static str>,
    row: Option<u64>,
    column: Option<u64>,
    line: Option<u64>,
    found: Option<&'static str>,
    expected: Option<&'static str>,
    says: Vec<&'static str>,
    says_not: Vec<&'static str>,
}

/// The text of a file.
enum Text {
    /// Keys with values in the notation that TOML and JSON share, one a line: read in both formats.
    Both(Entries),
    Toml(String),
    Json(String),
}

/// A valid model with two states and two tokens, in lines 1 to 4 of a TOML file.
const COIN: [(&str, &str); 4] = [
    ("kind", r#""hmm""#),
    ("initial", r#"["1/2", "1/2"]"#),
    ("transition", r#"[["3/4", "1/3"], ["1/4", "2/3"]]"#),
    ("emission", r#"[["2/3", "1/4"], ["1/3", "3/4"]]"#),
];

type Entries = Vec<(String, String)>;

fn entries() -> Entries {
    COIN.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// The coin with some values replaced; keys that it does not have follow in line 5 and below.
fn coin(changes: &[(&str, &str)]) -> Text {
    let mut entries = entries();
    for &(key, value) in changes {
        match entries.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) => value.clone_into(&mut entry.1),
            None => entries.push((key.to_owned(), value.to_owned())),
        }
    }
    Text::Both(entries)
}

/// The coin without a key.
fn coin_without(key: &str) -> Text {
    Text::Both(entries().into_iter().filter(|entry| entry.0 != key).collect())
}

/// The coin with a key under another name.
fn coin_renamed(key: &str, renamed: &str) -> Text {
    let mut entries = entries();
    let renamed_keys = entries.iter_mut().filter(|entry| entry.0 == key);
    renamed_keys.for_each(|entry| renamed.clone_into(&mut entry.0));
    Text::Both(entries)
}

/// The coin with one more entry in line 5, whether or not it has the key already.
fn coin_and(key: &str, value: &str) -> Text {
    let mut entries = entries();
    entries.push((key.to_owned(), value.to_owned()));
    Text::Both(entries)
}

impl Text {
    /// File name, content and the number of lines above the first key, for each format.
    fn files(&self) -> Vec<(&'static str, String, u64)> {
        match self {
            Self::Toml(text) => vec![("model.toml", text.clone(), 0)],
            Self::Json(text) => vec![("model.json", text.clone(), 0)],
            Self::Both(entries) => {
                let toml = entries.iter().map(|(key, value)| format!("{key} = {value}\n"));
                let json = entries.iter().map(|(key, value)| match key.split_once('.') {
                    Some((table, key)) => format!("  \"{table}\": {{ \"{key}\": {value} }}"),
                    None => format!("  \"{key}\": {value}"),
                });
                let json = json.collect::<Vec<_>>().join(",\n");
                vec![("model.toml", toml.collect(), 0), ("model.json", format!("{{\n{json}\n}}\n"), 1)]
            }
        }
    }
}

/// A case whose error has this code, and no key, row, column or line until they are added.
fn bad(name: &'static str, text: Text, code: &'static str) -> Case {
    let (says, says_not) = (Vec::new(), Vec::new());
    let (key, row, column, line, found, expected) = (None, None, None, None, None, None);
    Case { name, text, flags: &[], code, key, row, column, line, found, expected, says, says_not }
}

impl Case {
    fn flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }

    fn code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    fn key(self, key: &'static str) -> Self {
        Self { key: Some(key), ..self }
    }

    fn row(self, row: u64) -> Self {
        Self { row: Some(row), ..self }
    }

    fn column(self, column: u64) -> Self {
        Self { column: Some(column), ..self }
    }

    /// The line in the TOML file.
    fn line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    fn found(self, found: &'static str) -> Self {
        Self { found: Some(found), ..self }
    }

    fn expected(self, words: &'static str) -> Self {
        Self { expected: Some(words), ..self }
    }

    fn says(mut self, words: &'static str) -> Self {
        self.says.push(words);
        self
    }

    fn says_not(mut self, words: &'static str) -> Self {
        self.says_not.push(words);
        self
    }

    /// What the program gets wrong about this case, in each format.
    fn complaints(&self) -> Vec<String> {
        let files = self.text.files();
        let complaints =
            files.iter().flat_map(|(file, text, above)| self.complaints_about(file, text, *above));
        complaints.collect()
    }

    fn complaints_about(&self, file: &str, text: &str, above: u64) -> Vec<String> {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(file), text).unwrap();
        let run = |format| {
            let mut command = recoverable(&["check", file, "--format", format]);
            command.args(self.flags).current_dir(&folder).output().unwrap()
        };
        let complaints = match refusal(&run("json")) {
            Ok(error) => {
                let position = (error["position"]["line"].as_u64(), error["position"]["character"].as_u64());
                let mut complaints = self.complaints_about_error(&error, file, above);
                complaints.extend(self.complaints_about_text(&run("text"), file, text, position));
                complaints
            }
            Err(complaint) => vec![complaint],
        };
        if complaints.is_empty() {
            return complaints;
        }
        vec![format!("{} ({file}):\n    {}", self.name, complaints.join("\n    "))]
    }

    fn complaints_about_error(&self, error: &Value, file: &str, above: u64) -> Vec<String> {
        let position = &error["position"];
        let line = self.line.map(|line| line + above);
        let exact = [
            ("file", error["file"].clone(), json!(file)),
            ("code", error["code"].clone(), json!(self.code)),
            ("key", error["key"].clone(), json!(self.key)),
            ("row", position["row"].clone(), json!(self.row)),
            ("column", position["column"].clone(), json!(self.column)),
            ("line", position["line"].clone(), json!(line)),
        ];
        let mut complaints: Vec<_> = exact
            .iter()
            .filter(|(_, found, expected)| found != expected)
            .map(|(what, found, expected)| format!("{what} is {found}, expected {expected}"))
            .collect();
        if line.is_some() && position["character"].as_u64().is_none_or(|character| character == 0) {
            complaints.push("no character".to_owned());
        }
        if let Some(found) = self.found.filter(|&found| error["found"] != found) {
            complaints.push(format!("found is {}, expected {found:?}", error["found"]));
        }
        let expected = error["expected"].as_str().unwrap_or_default();
        if let Some(words) = self.expected.filter(|words| !expected.contains(words)) {
            complaints.push(format!("expected is {expected:?}, which should have {words:?}"));
        }
        let message = error["message"].as_str().unwrap_or_default();
        for words in self.says.iter().chain([&file]).filter(|words| !message.contains(**words)) {
            complaints.push(format!("the message {message:?} should have {words:?}"));
        }
        for words in self.says_not.iter().filter(|words| message.contains(**words)) {
            complaints.push(format!("the message {message:?} should not have {words:?}"));
        }
        complaints
    }

    /// The error for people: an excerpt with the offending line, at the place that JSON names.
    fn complaints_about_text(
        &self,
        output: &Output,
        file: &str,
        text: &str,
        position: (Option<u64>, Option<u64>),
    ) -> Vec<String> {
        let message = String::from_utf8_lossy(&output.stderr);
        let mut complaints = Vec::new();
        if output.status.code() != Some(2) || !output.stdout.is_empty() || message.contains("panicked") {
            complaints.push(format!("as text: exit {:?}, {message}", output.status.code()));
        }
        let mut expected = vec!["error: ".to_owned(), file.to_owned()];
        if let (Some(line), Some(character)) = position {
            let source = text.split('\n').nth(usize::try_from(line).unwrap() - 1).unwrap_or_default();
            if source.len() < 100 {
                expected.push(format!("--> {file}:{line}:{character}\n"));
                expected.push(format!("{line} | {source}").trim_end().to_owned());
            }
        }
        expected.extend(self.says.iter().map(|&words| words.to_owned()));
        for words in expected.iter().filter(|words| !message.contains(words.as_str())) {
            complaints.push(format!("the text\n{message}should have {words:?}"));
        }
        complaints
    }
}

/// Every case is refused as it should be; all that are not are listed.
fn assert_refused(cases: &[Case]) {
    let complaints: Vec<_> = cases.iter().flat_map(Case::complaints).collect();
    let (count, cases) = (complaints.len(), cases.len());
    assert!(
        complaints.is_empty(),
        "{count} complaints about {cases} cases:\n\n{}\n",
        complaints.join("\n\n")
    );
}

fn recoverable(args: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("recoverable");
    command.args(args).timeout(Duration::from_secs(20));
    command
}

/// The error object of a run with `--format json` that gave no answer, or what is wrong with the refusal.
fn refusal(output: &Output) -> Result<Value, String> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(2) {
        return Err(format!("exit code {:?}, expected 2; stderr: {stderr}", output.status.code()));
    }
    if !output.stdout.is_empty() {
        return Err(format!("stdout has {} bytes, expected none", output.stdout.len()));
    }
    if stderr.contains("panicked") || stderr.contains('\u{1b}') || stderr.lines().count() != 1 {
        return Err(format!("stderr should be one line of JSON: {stderr}"));
    }
    let line: Value = serde_json::from_str(&stderr).map_err(|error| format!("{error}: {stderr}"))?;
    let error = &line["error"];
    let well_formed = error["code"].is_string() && error["message"].as_str().is_some_and(|it| !it.is_empty());
    if well_formed { Ok(error.clone()) } else { Err(format!("no error object: {line}")) }
}

/// The error object of a command that is run with `--format json`.
fn refused(args: &[&str]) -> Value {
    let output = recoverable(args).args(["--format", "json"]).output().unwrap();
    refusal(&output).unwrap_or_else(|complaint| panic!("{args:?}: {complaint}"))
}

fn file(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn message(error: &Value) -> &str {
    error["message"].as_str().unwrap()
}

// ---------------------------------------------------------------------------------------------
// Laws and layouts

#[test]
#[rustfmt::skip]
fn laws_that_do_not_sum_to_one() {
    const SUM: &str = "invalid-model";
    assert_refused(&[
        bad("initial", coin(&[("initial", r#"["1/2", "1/3"]"#)]), SUM)
            .key("initial").line(2).found("5/6").expected("1").says("exactly 1").says("--normalize"),
        bad("a column of transition", coin(&[("transition", r#"[["3/4", "1/3"], ["1/4", "1/2"]]"#)]), SUM)
            .key("transition").column(1).line(3).found("5/6").expected("1").says("column 1 of transition"),
        bad("a column of emission", coin(&[("emission", r#"[["2/3", "1/4"], ["1/4", "3/4"]]"#)]), SUM)
            .key("emission").column(0).line(4).found("11/12").expected("1").says("column 0 of emission"),
        bad("a decimal, off by 1e-30", coin(&[("initial", "[0.500000000000000000000000000001, 0.5]")]), SUM)
            .key("initial").line(2).found("1000000000000000000000000000001/1000000000000000000000000000000"),
        bad("thirds as decimals", coin(&[("emission", "[[0.333, 0.5], [0.333, 0.25], [0.333, 0.25]]")]), SUM)
            .key("emission").column(0).line(4).found("999/1000").says("--normalize"),
        bad("a row, in row-stochastic layout", coin(&[
            ("orientation", r#""row-stochastic""#),
            ("transition", r#"[["3/4", "1/4"], ["1/3", "2/3"]]"#),
            ("emission", r#"[["1/2", "1/2"], ["1/2", "1/3"]]"#),
        ]), SUM)
            .key("emission").row(1).line(4).found("5/6").expected("1").says("row 1 of emission"),
        bad("a law of zeros cannot be normalised", coin(&[("initial", "[0, 0]")]), SUM)
            .flags(&["--normalize"]).key("initial").line(2).found("0").expected("positive"),
        bad("a column of zeros cannot be normalised", coin(&[("emission", "[[1, 0], [2, 0]]")]), SUM)
            .flags(&["--normalize"]).key("emission").column(1).line(4).found("0").expected("positive"),
        bad("a row of zeros cannot be normalised", coin(&[
            ("orientation", r#""row-stochastic""#),
            ("transition", r#"[["1/2", "1/2"], [0, 0]]"#),
        ]), SUM)
            .flags(&["--normalize"]).key("transition").row(1).line(3).found("0").expected("positive"),
    ]);
}

#[test]
#[rustfmt::skip]
fn matrices_in_the_other_layout() {
    const ROWS: &str = r#"orientation = "row-stochastic""#;
    const COLUMNS: &str = r#"orientation = "column-stochastic""#;
    let by_rows = ("transition", r#"[["3/4", "1/4"], ["1/3", "2/3"]]"#);
    let square = ("emission", r#"[["2/3", "1/3"], ["1/4", "3/4"]]"#);
    let wide = ("emission", r#"[["1/2", "1/4", "1/4"], ["1/3", "1/3", "1/3"]]"#);
    let high = ("emission", r#"[["1/2", "1/3"], ["1/4", "1/3"], ["1/4", "1/3"]]"#);
    let declared = ("orientation", r#""row-stochastic""#);
    assert_refused(&[
        bad("rows sum to 1, columns do not", coin(&[by_rows, square]), "invalid-model")
            .key("transition").column(0).line(3).found("13/12").expected("1").says(ROWS),
        bad("columns sum to 1, rows do not", coin(&[declared]), "invalid-model")
            .key("transition").row(0).line(3).found("13/12").expected("1").says(COLUMNS),
        bad("an n x k emission by rows", coin(&[by_rows, wide]), "invalid-model")
            .line(4).key("emission[0]").row(0).found("3 entries").expected("2 entries").says(ROWS),
        bad("a k x n emission by columns, declared as rows", coin(&[high, declared]), "invalid-model")
            .line(4).key("emission").found("3 rows").expected("2 rows").says(COLUMNS),
        bad("an n x k emission by rows, of a symmetric chain",
            coin(&[("transition", r#"[["1/2", "1/2"], ["1/2", "1/2"]]"#), wide]), "invalid-model")
            .line(4).key("emission[0]").row(0).found("3 entries").says(ROWS),
    ]);
}

/// Hints that would send the reader the wrong way, or that are missing where they are needed most.
#[test]
#[rustfmt::skip]
fn layout_hints_are_right() {
    let by_rows = ("transition", r#"[["3/4", "1/4"], ["1/3", "2/3"]]"#);
    assert_refused(&[
        // The other orientation would only move the error to emission, whose hint points back.
        bad("transition by rows, emission by columns", coin(&[by_rows]), "invalid-model")
            .key("transition").column(0).line(3).found("13/12").says_not("so add orientation"),
        // What hmmlearn prints: fitted rows, which never sum to exactly 1.
        bad("an n x k emission by rounded rows",
            coin(&[by_rows, ("emission", "[[0.333, 0.333, 0.333], [0.2, 0.3, 0.5]]")]), "invalid-model")
            .line(4).key("emission[0]").row(0).found("3 entries").says(r#"orientation = "row-stochastic""#),
        bad("the same with --normalize",
            coin(&[by_rows, ("emission", "[[0.333, 0.333, 0.333], [0.2, 0.3, 0.5]]")]), "invalid-model")
            .flags(&["--normalize"])
            .line(4).key("emission[0]").row(0).found("3 entries").says(r#"orientation = "row-stochastic""#),
        // Dividing the columns would answer about a model that nobody meant.
        bad("rows that sum to exactly 1 are not normalised by columns",
            coin(&[by_rows, ("emission", r#"[["2/3", "1/3"], ["1/4", "3/4"]]"#)]), "invalid-model")
            .flags(&["--normalize"])
            .key("transition").column(0).line(3).found("13/12").says(r#"orientation = "row-stochastic""#),
    ]);
}

#[test]
#[rustfmt::skip]
fn initial_law_without_a_law_of_h0() {
    assert_refused(&[
        bad("an invertible chain", coin(&[("initial", "[1, 0]"), ("initial_of", r#""H1""#)]), "invalid-model")
            .key("initial").line(2).says("H_0").says("H_1").expected("H_1"),
        bad("a singular chain", coin(&[
            ("initial", "[1, 0]"),
            ("transition", r#"[["1/2", "1/2"], ["1/2", "1/2"]]"#),
            ("initial_of", r#""H1""#),
        ]), "invalid-model")
            .key("initial").line(2).says("H_0").says("H_1").expected("H_1"),
    ]);
}

// ---------------------------------------------------------------------------------------------
// Entries

#[test]
#[rustfmt::skip]
fn entries_that_are_no_probability() {
    const SIGN: &str = "invalid-model";
    assert_refused(&[
        bad("negative in initial", coin(&[("initial", r#"["3/2", "-1/2"]"#)]), SIGN)
            .key("initial[1]").row(1).line(2).found("-1/2").expected("not negative"),
        bad("negative in transition", coin(&[("transition", r#"[["3/4", "4/3"], ["1/4", "-1/3"]]"#)]), SIGN)
            .key("transition[1][1]").row(1).column(1).line(3).found("-1/3").expected("not negative"),
        bad("negative in emission, by rows", coin(&[
            ("orientation", r#""row-stochastic""#),
            ("transition", r#"[["3/4", "1/4"], ["1/3", "2/3"]]"#),
            ("emission", "[[1.25, -0.25], [1, 0]]"),
        ]), SIGN)
            .key("emission[0][1]").row(0).column(1).line(4).found("-1/4").expected("not negative"),
        bad("negative and normalised", coin(&[("initial", "[3, -1]")]), SIGN)
            .flags(&["--normalize"]).key("initial[1]").row(1).line(2).found("-1").expected("not negative"),
    ]);
}

#[test]
#[rustfmt::skip]
fn entries_that_are_no_number() {
    let entry = |name, written: &str, code| {
        let rows = format!(r#"[["3/4", {written}], ["1/4", "2/3"]]"#);
        bad(name, coin(&[("transition", &rows)]), code).key("transition[0][1]").row(0).column(1).line(3)
    };
    let number = |name, written: &'static str| {
        entry(name, written, "bad-number").found(written.trim_matches('"')).says("transition[0][1]")
    };
    assert_refused(&[
        number("a word", r#""abc""#).expected("p/q"),
        number("two fraction bars", r#""1/2/3""#).expected("p/q"),
        number("hexadecimal", r#""0x1""#).expected("p/q"),
        number("nothing", r#""""#).expected("p/q"),
        number("blanks around it", r#"" 1/3 ""#).expected("p/q"),
        number("a decimal comma", r#""0,5""#).expected("p/q"),
        number("a percentage", r#""50%""#).expected("p/q"),
        number("a sign below the bar", r#""1/-3""#).expected("p/q"),
        number("a decimal above the bar", r#""0.5/3""#).expected("p/q"),
        number("a zero denominator", r#""1/0""#).expected("denominator"),
        number("NaN as a string", r#""NaN""#).expected("finite"),
        number("infinity as a string", r#""inf""#).expected("finite"),
        number("minus infinity as a string", r#""-Infinity""#).expected("finite"),
        number("a huge exponent as a string", r#""1e999999999""#).expected("4096"),
        number("a huge exponent", "1e999999999").expected("4096"),
        number("a tiny exponent", "1e-999999999").expected("4096"),
        number("an exponent beyond machine integers", r#""1e99999999999999999999999""#).expected("4096"),
        entry("a boolean", "true", "wrong-type").found("a boolean").expected("a number"),
        entry("a list", r#"["1/3"]"#, "wrong-type").found("a list").expected("a number"),
    ]);
}

#[test]
#[rustfmt::skip]
fn entries_that_only_one_format_has() {
    let toml = |entry: &str| {
        let rest = "transition = [[1]]\nemission = [[1]]\n";
        Text::Toml(format!("kind = \"hmm\"\ninitial = [\"1/2\",\n           {entry}]\n{rest}"))
    };
    let json = |entry: &str| {
        let rest = "\"transition\": [[1]], \"emission\": [[1]]";
        Text::Json(format!("{{\"kind\": \"hmm\",\n\"initial\": [\"1/2\",\n            {entry}],\n{rest}}}\n"))
    };
    let digits = "7".repeat(100_001);
    let case = |name, text, code| bad(name, text, code).key("initial[1]").row(1).line(3);
    assert_refused(&[
        case("NaN in TOML", toml("nan"), "bad-number").found("nan").expected("finite"),
        case("infinity in TOML", toml("inf"), "bad-number").found("inf").expected("finite"),
        case("minus infinity in TOML", toml("-inf"), "bad-number").found("-inf").expected("finite"),
        case("hexadecimal in TOML", toml("0x1"), "wrong-type")
            .found("a number that is not decimal").expected("a number"),
        case("a date in TOML", toml("2020-01-01"), "wrong-type").found("a date").expected("a number"),
        case("a table in TOML", toml("{ p = 1 }"), "wrong-type").found("a table").expected("a number"),
        case("too many digits in TOML", toml(&format!("\"{digits}\"")), "bad-number")
            .expected("100000 digits"),
        case("null in JSON", json("null"), "wrong-type").found("null").expected("a number"),
        case("an object in JSON", json("{}"), "wrong-type").found("a table").expected("a number"),
        case("too many digits in JSON", json(&digits), "bad-number").expected("100000 digits"),
        // A control character in a value is shown, not sent to the terminal.
        case("an escape sequence in JSON", json(r#""\u001b[31m1""#), "bad-number").found("\u{1b}[31m1"),
        bad("NaN in JSON", json("NaN"), "syntax").line(3),
        bad("infinity in JSON", json("-Infinity"), "syntax").line(3),
        bad("a leading zero in JSON", json("00.5"), "syntax").line(3),
    ]);
}

// ---------------------------------------------------------------------------------------------
// Shapes

#[test]
#[rustfmt::skip]
fn shapes_that_do_not_fit() {
    let shape = |name, key, value| bad(name, coin(&[(key, value)]), "invalid-model");
    assert_refused(&[
        shape("no state", "initial", "[]").key("initial").line(2).found("[]").expected("at least one state"),
        shape("no token", "emission", "[]")
            .key("emission").line(4).found("[]").expected("at least one token"),
        shape("a row without entries", "emission", "[[]]")
            .key("emission").line(4).expected("at least one token"),
        shape("rows without entries", "emission", "[[], []]")
            .key("emission").line(4).expected("at least one token"),
        shape("no row of transition", "transition", "[]")
            .key("transition").line(3).found("0 rows").expected("2 rows"),
        shape("a short row of transition", "transition", r#"[["3/4", "1/3"], ["1/4"]]"#)
            .key("transition[1]").row(1).line(3).expected("2 entries").says("row 1 of transition"),
        shape("a long row of transition", "transition", r#"[["3/4", "1/3"], ["1/4", "2/3", 0]]"#)
            .key("transition[1]").row(1).line(3).found("3 entries").expected("2 entries"),
        shape("three rows of transition", "transition", r#"[["3/4", "1/3"], ["1/8", "1/3"], ["1/8", "1/3"]]"#)
            .key("transition").line(3).found("3 rows").expected("2 rows"),
        shape("three columns of transition", "transition", r#"[["3/4", "1/3", 1], ["1/4", "2/3", 0]]"#)
            .key("transition[0]").row(0).line(3).found("3 entries").expected("2 entries"),
        shape("short rows of emission", "emission", r#"[["2/3"], ["1/3"]]"#)
            .key("emission[0]").row(0).line(4).expected("2 entries").says("row 0 of emission"),
        shape("a ragged emission", "emission", r#"[["2/3", "1/4"], ["1/3", "1/2", "1/4"]]"#)
            .key("emission[1]").row(1).line(4).found("3 entries").expected("2 entries"),
        shape("a single row for a matrix", "emission", r#"["2/3", "1/3"]"#).code("wrong-type")
            .key("emission[0]").row(0).line(4).found("a string").expected("a list of numbers"),
    ]);
}

// ---------------------------------------------------------------------------------------------
// Keys and words

#[test]
#[rustfmt::skip]
fn keys_that_are_missing_or_unknown() {
    let missing = |key| bad("a missing key", coin_without(key), "missing-key").key(key).says(key);
    let unknown = |key, renamed| {
        bad("an unknown key", coin_renamed(key, renamed), "unknown-key").key(renamed).found(renamed)
    };
    let added = |key, value| {
        bad("an additional key", coin_and(key, value), "unknown-key").key(key).line(5).found(key)
    };
    assert_refused(&[
        missing("kind"),
        missing("initial"),
        missing("transition"),
        missing("emission"),
        bad("a task without weights", coin(&[("task", "{}")]), "missing-key").key("task.weights").line(5),
        unknown("transition", "transitions").line(3).expected("transition").says("did you mean `transition`"),
        unknown("transition", "Transition").line(3).expected("transition"),
        unknown("initial", "startprob").line(2).expected("initial").says("did you mean `initial`"),
        unknown("transition", "transmat").line(3).expected("transition"),
        unknown("emission", "emissionprob").line(4).expected("emission"),
        unknown("emission", "emmission").line(4).expected("emission"),
        added("weights", "[1, -1]").expected("task.weights").says("did you mean `task.weights`"),
        added("initial_off", r#""H1""#).expected("initial_of"),
        added("zzz", "3").says("unknown key `zzz`").says_not("did you mean"),
        added("task.weight", "[1, -1]").expected("task.weights").says("did you mean `task.weights`"),
        added("task.mu", "[1, -1]").says("task.mu"),
    ]);
}

#[test]
fn a_misspelt_kind_is_suggested() {
    let misspelt = |renamed| {
        let case = bad("kind under another name", coin_renamed("kind", renamed), "unknown-key");
        case.key(renamed).found(renamed).line(1).expected("kind").says("did you mean `kind`")
    };
    assert_refused(&[misspelt("knd"), misspelt("Kind"), misspelt("kinds")]);
}

#[test]
#[rustfmt::skip]
fn keys_that_only_one_format_has() {
    let json = |last: &str| {
        let entries = COIN.map(|(key, value)| format!("\"{key}\": {value}, ")).concat();
        Text::Json(format!("{{{entries}\n{last}}}"))
    };
    let toml = |last: &str| {
        let entries = COIN.map(|(key, value)| format!("{key} = {value}\n")).concat();
        Text::Toml(format!("{entries}{last}"))
    };
    assert_refused(&[
        bad("a key with a quoted letter in TOML", toml("\"β\" = 3\n"), "unknown-key")
            .key("β").line(5).found("β"),
        bad("an unknown table in TOML", toml("[tasks]\nweights = [1, 1]\n"), "unknown-key")
            .key("tasks").line(5).found("tasks").expected("task"),
        bad("a list of tables in TOML", toml("[[task]]\nweights = [1, 1]\n"), "wrong-type")
            .key("task").line(5).found("a list").expected("a table"),
        bad("a colon in a key", json(r#""a:b": 1"#), "unknown-key").key("a:b").line(2).found("a:b"),
        bad("blanks around the colon", json("\"wieghts\"  :\n 1"), "unknown-key").key("wieghts").line(2),
        bad("a Greek letter in JSON", json(r#""β": 1"#), "unknown-key").key("β").line(2).found("β"),
        bad("an empty key", json(r#""": 1"#), "unknown-key").key("").line(2),
    ]);
}

/// A key that stands there twice is refused, and named, in both formats.
#[test]
#[rustfmt::skip]
fn keys_that_stand_there_twice() {
    let toml = |text: &str| Text::Toml(format!("kind = \"hmm\"\n{text}"));
    let json = |text: &str| Text::Json(format!("{{\"kind\": \"hmm\",\n{text}}}"));
    let table = "[task]\nweights = [1]\n[task]\nweights = [1]\n";
    assert_refused(&[
        bad("in TOML", toml("initial = [1]\ninitial = [1]\n"), "syntax").key("initial").line(3),
        bad("a table in TOML", toml(table), "syntax").key("task").line(4),
        bad("in JSON", json("\"initial\": [1],\n\"initial\": [1]"), "syntax").key("initial").line(3),
    ]);
}

/// The mark stands under the whole key, whatever characters it has.
#[test]
fn a_key_with_escapes_is_marked_from_its_start() {
    let folder = TempDir::new().unwrap();
    let model = file(&folder, "model.json", "{\"kind\": \"hmm\",\n\"a\\\"b\": 1}");
    let error = refused(&["check", &model]);
    assert_eq!(error["key"], "a\"b");
    assert_eq!(error["position"], json!({"line": 2, "character": 1}));
}

#[test]
#[rustfmt::skip]
fn values_of_the_wrong_type() {
    let wrong = |name, key, value| bad(name, coin(&[(key, value)]), "wrong-type").key(key);
    assert_refused(&[
        wrong("a string for a matrix", "transition", r#""3/4""#)
            .line(3).found("a string").expected("a list of rows"),
        wrong("a number for a list", "initial", "1").line(2).found("a number").expected("a list of numbers"),
        wrong("a table for a list", "initial", "{}").line(2).found("a table").expected("a list of numbers"),
        wrong("a string for names", "states", r#""sun""#)
            .line(5).found("a string").expected("a list of names"),
        wrong("a number for a task", "task", "1").line(5).found("a number").expected("a table"),
        wrong("a number for a kind", "kind", "1").line(1).found("a number").expected("hmm"),
        wrong("a boolean for an orientation", "orientation", "true")
            .line(5).found("a boolean").expected("row-stochastic"),
        wrong("a number for initial_of", "initial_of", "1").line(5).found("a number").expected("H1"),
    ]);
}

#[test]
#[rustfmt::skip]
fn words_that_are_not_allowed() {
    let word = |name, key, value| bad(name, coin(&[(key, value)]), "bad-choice").key(key);
    assert_refused(&[
        word("a misspelt orientation", "orientation", r#""rows-stochastic""#)
            .line(5).found("rows-stochastic").expected("row-stochastic"),
        word("an orientation in capitals", "orientation", r#""Row-Stochastic""#)
            .line(5).found("Row-Stochastic").expected("row-stochastic"),
        word("initial_of in small letters", "initial_of", r#""h1""#).line(5).found("h1").expected("H1"),
        word("initial_of a later state", "initial_of", r#""H2""#).line(5).found("H2").expected("H1"),
        word("a kind in capitals", "kind", r#""HMM""#).line(1).found("HMM").expected("hmm"),
        word("another kind of model", "kind", r#""gmm""#).line(1).found("gmm").expected("hmm"),
        word("a kind with a blank", "kind", r#""memory hmm""#).line(1).found("memory hmm").expected("memory-hmm"),
    ]);
}

// ---------------------------------------------------------------------------------------------
// Models with memory

/// Two cells of two values, one syntax state, two tokens, in lines 1 to 9 of a TOML file.
fn memory(changes: &[(&str, &str)]) -> Text {
    let mut entries: Entries = [
        ("kind", r#""memory-hmm""#),
        ("values", "2"),
        ("cells", "2"),
        ("syntax", "1"),
        ("initial", r#"["1/2", "1/2"]"#),
        ("transition", r#"[["3/4", "1/3"], ["1/4", "2/3"]]"#),
        ("emission", r#"[["1", "1/2", "0", "1/4"], ["0", "1/2", "1", "3/4"]]"#),
        ("memory_prior.product", r#"[["1/3", "2/3"], ["1/2", "1/2"]]"#),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    for &(key, value) in changes {
        match entries.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) if value.is_empty() => entry.0.clear(),
            Some(entry) => value.clone_into(&mut entry.1),
            None => entries.push((key.to_owned(), value.to_owned())),
        }
    }
    entries.retain(|entry| !entry.0.is_empty());
    Text::Both(entries)
}

#[test]
#[rustfmt::skip]
fn memory_models_that_are_none() {
    let invalid = |name, changes: &[(&str, &str)]| bad(name, memory(changes), "invalid-model");
    let joint = |law| vec![("memory_prior.product", ""), ("memory_prior.joint", law)];
    assert_refused(&[
        bad("no shape", coin(&[("kind", r#""memory-hmm""#)]), "missing-key").key("values"),
        bad("no prior", memory(&[("memory_prior.product", "")]), "missing-key").key("memory_prior"),
        bad("a key of another kind", memory(&[("memory", "1")]), "unknown-key").key("memory").line(9),
        bad("a key of the shape misspelt", memory(&[("cells", ""), ("cell", "2")]), "unknown-key")
            .key("cell").line(8).expected("cells"),
        bad("half a value", memory(&[("values", "2.5")]), "bad-choice")
            .key("values").line(2).found("2.5").expected("a whole number"),
        bad("a negative number of cells", memory(&[("cells", "-1")]), "bad-choice")
            .key("cells").line(3).found("-1").expected("a whole number"),
        bad("a string for a number", memory(&[("syntax", r#""1""#)]), "wrong-type")
            .key("syntax").line(4).found("a string").expected("a whole number"),
        invalid("no value", &[("values", "0")]).key("values").line(2).found("0").expected("at least one value"),
        invalid("too many cells for the states", &[("cells", "3")])
            .key("initial").line(5).found("2 entries").expected("3 entries"),
        invalid("a column of W left out", &[("emission", r#"[["1", "1/2", "0"], ["0", "1/2", "1"]]"#)])
            .key("emission[0]").row(0).line(7).found("3 entries").expected("4 entries"),
        invalid("a column that sums to 3/4", &[("emission", r#"[["1", "1/2", "0", "0"], ["0", "1/2", "1", "3/4"]]"#)])
            .key("emission").column(3).line(7).found("3/4").expected("1").says("--normalize"),
        invalid("a law too few", &[("memory_prior.product", r#"[["1/3", "2/3"]]"#)])
            .key("memory_prior.product").line(8).found("1 row").expected("2 rows"),
        invalid("a law that is too short", &[("memory_prior.product", r#"[["1/3", "2/3"], ["1"]]"#)])
            .key("memory_prior.product[1]").row(1).line(8).found("1 entry").expected("2 entries"),
        invalid("a negative prior", &[("memory_prior.product", r#"[["4/3", "-1/3"], ["1", "0"]]"#)])
            .key("memory_prior.product[0][1]").row(0).column(1).line(8).found("-1/3"),
        invalid("a prior that sums to 5/6", &[("memory_prior.product", r#"[["1/3", "1/2"], ["1", "0"]]"#)])
            .key("memory_prior.product").row(0).line(8).found("5/6").expected("1"),
        bad("another prior", memory(&[("memory_prior.product", ""), ("memory_prior.uniform", "true")]), "unknown-key")
            .key("memory_prior.uniform").line(8),
        bad("a list for memories", memory(&joint("[1]")), "wrong-type")
            .key("memory_prior.joint").line(8).found("a list").expected("a table of memories"),
    ]);
    assert_refused(&[
        bad("two priors", json_memory(r#"{"product": [[1, 0], [1, 0]], "joint": {}}"#), "bad-choice")
            .key("memory_prior").expected("either"),
        bad("a key that is no memory", json_memory(r#"{"joint": {"0;1": 1}}"#), "bad-choice")
            .key("memory_prior.joint").found("0;1").expected("separated by commas"),
        bad("a memory with a leading zero", json_memory(r#"{"joint": {"0,01": 1}}"#), "bad-choice")
            .key("memory_prior.joint").found("0,01"),
        bad("a memory of one cell", json_memory(r#"{"joint": {"0": 1}}"#), "invalid-model")
            .key("memory_prior.joint.0").found("0").expected("2 values below 2"),
        bad("a value that there is not", json_memory(r#"{"joint": {"0,2": 1}}"#), "invalid-model")
            .key("memory_prior.joint.0,2").found("0,2"),
        bad("a negative memory", json_memory(r#"{"joint": {"0,1": -1}}"#), "invalid-model")
            .key("memory_prior.joint.0,1").found("-1").expected("probability"),
        bad("a joint law that sums to 1/2", json_memory(r#"{"joint": {"0,1": "1/2"}}"#), "invalid-model")
            .key("memory_prior.joint").found("1/2").expected("1"),
        bad("a prior that is no number", json_memory(r#"{"joint": {"0,1": "x"}}"#), "bad-number")
            .key("memory_prior.joint.0,1").found("x"),
    ].map(|case| case.line(1)));
}

/// The memory model on one line of JSON, with another prior.
fn json_memory(prior: &str) -> Text {
    Text::Json(format!(
        r#"{{"kind": "memory-hmm", "values": 2, "cells": 2, "syntax": 1, "initial": ["1/2", "1/2"], "transition": [["3/4", "1/3"], ["1/4", "2/3"]], "emission": [["1", "1/2", 0, "1/4"], [0, "1/2", 1, "3/4"]], "memory_prior": {prior}}}"#
    ))
}

#[test]
fn tasks_about_a_memory_that_do_not_fit() {
    let json = |task: &str| {
        let Text::Json(text) = json_memory(r#"{"product": [[1, 0], [1, 0]]}"#) else { unreachable!() };
        Text::Json(format!("{},\n\"task\": {task}}}", &text[..text.len() - 1]))
    };
    assert_refused(&[
        bad("no cell", json(r#"{"weights": [1, -1]}"#), "missing-key").key("task.cell").line(2),
        bad("no weights", json(r#"{"cell": 1}"#), "missing-key").key("task.weights").line(2),
        bad("another cell", json(r#"{"cell": 2, "weights": [1, -1]}"#), "invalid-model")
            .key("task.cell")
            .line(2)
            .found("2")
            .expected("below 2"),
        bad("half a cell", json(r#"{"cell": 0.5, "weights": [1, -1]}"#), "bad-choice")
            .key("task.cell")
            .line(2)
            .found("0.5"),
        bad("a weight too many", json(r#"{"cell": 0, "weights": [1, -1, 0]}"#), "invalid-model")
            .key("task.weights")
            .line(2)
            .found("3 weights")
            .expected("2 weights")
            .says("each of 2 values"),
    ]);
}

/// What is asked of models without memory says so.
#[test]
fn memory_models_where_there_is_no_answer() {
    let folder = TempDir::new().unwrap();
    let Text::Json(text) = json_memory(r#"{"product": [[1, 0], [1, 0]]}"#) else { unreachable!() };
    let model = file(&folder, "model.json", &text);
    let error = refused(&["counterexample", &model]);
    assert_eq!((&error["code"], &error["key"]), (&json!("unsupported-kind"), &json!("kind")));
    assert!(error["message"].as_str().unwrap().contains("without memory"));
    let error = refused(&["bound", &model]);
    assert!(error["message"].as_str().unwrap().contains("has no task"));
    let error = refused(&["bound", "sentences"]);
    assert!(error["message"].as_str().unwrap().contains("`--head FILE`"));
    let error = refused(&["coverage", "casino"]);
    assert!(error["message"].as_str().unwrap().contains("no memory"));
    let error = refused(&["coverage", &model]);
    assert!(error["message"].as_str().unwrap().contains("no task"));
    let error = refused(&["coverage", "sentences", "--lengths", "3..2"]);
    assert_eq!(error["code"], "usage");
}

// ---------------------------------------------------------------------------------------------
// Tasks and names

#[test]
#[rustfmt::skip]
fn tasks_that_do_not_fit() {
    let task = |name, weights| bad(name, coin(&[("task.weights", weights)]), "invalid-model").line(5);
    assert_refused(&[
        task("one row in a list", r#"[["1", "-1"]]"#)
            .key("task.weights").expected("two or more rows").says("binary").says("weights = [...]"),
        task("no weight", "[]").key("task.weights").found("0 weights").expected("2 weights"),
        task("one weight", r#"["1"]"#).key("task.weights").expected("2 weights"),
        task("three weights", "[1, 0, -1]").key("task.weights").found("3 weights").expected("2 weights"),
        task("ragged rows", r#"[["1", "0"], ["1"]]"#).key("task.weights[1]").row(1).expected("2 weights"),
        task("rows that are too long", "[[1, 0, 0], [0, 1, 0]]")
            .key("task.weights[0]").row(0).found("3 weights").expected("2 weights"),
        task("a number among rows", r#"[["1", "0"], "1"]"#).code("wrong-type")
            .key("task.weights[1]").row(1).found("a string").expected("a list of numbers"),
        task("a row among numbers", r#"[1, ["1", "0"]]"#).code("wrong-type")
            .key("task.weights[0]").row(0).found("a number").expected("a list of numbers"),
        task("a number for a list", "1").code("wrong-type")
            .key("task.weights").found("a number").expected("a list of numbers or of rows"),
        task("a weight that is no number", r#"[["1", "0"], ["1", "nan"]]"#).code("bad-number")
            .key("task.weights[1][1]").row(1).column(1).found("nan").expected("finite"),
        task("a matrix of rows of rows", "[[[1, 0]], [[0, 1]]]").code("wrong-type")
            .key("task.weights[0][0]").row(0).column(0).found("a list").expected("a number"),
    ]);
}

#[test]
#[rustfmt::skip]
fn names_that_do_not_fit() {
    let names = |name, key, value| bad(name, coin(&[(key, value)]), "invalid-model").line(5);
    assert_refused(&[
        names("too few states", "states", r#"["sun"]"#).key("states").expected("2 names"),
        names("too many tokens", "tokens", r#"["a", "b", "c"]"#)
            .key("tokens").found("3 names").expected("2 names"),
        names("a state twice", "states", r#"["sun", "sun"]"#)
            .key("states[1]").row(1).found("sun").expected("distinct").says("states[0]"),
        names("a token twice", "tokens", r#"["a", "a"]"#)
            .key("tokens[1]").row(1).found("a").expected("distinct").says("tokens[0]"),
        names("an empty name", "tokens", r#"["a", ""]"#).key("tokens[1]").row(1).expected("a name"),
        names("a number for a name", "tokens", r#"["a", 1]"#).code("wrong-type")
            .key("tokens[1]").row(1).found("a number").expected("a string"),
    ]);
}

// ---------------------------------------------------------------------------------------------
// Texts

#[test]
#[rustfmt::skip]
fn texts_that_are_cut_off_or_no_model() {
    const INVALID: &str = "invalid-model";
    let toml = |text: &str| Text::Toml(text.to_owned());
    let json = |text: &str| Text::Json(text.to_owned());
    assert_refused(&[
        bad("TOML cut off in a list", toml("kind = \"hmm\"\ninitial = [\"1/2\", "), "syntax").line(2),
        bad("TOML cut off in a string", toml("kind = \"hm"), "syntax").line(1),
        bad("TOML cut off behind a key", toml("kind = \"hmm\"\ninitial"), "syntax").line(2),
        bad("TOML with a word for a value", toml("kind = hmm\n"), "syntax").line(1),
        bad("empty TOML", toml(""), "missing-key").key("kind"),
        bad("TOML of comments", toml("# kind = \"hmm\"\n\n"), "missing-key").key("kind"),
        bad("CRLF", toml("kind='hmm'\r\ninitial=[1]\r\ntransition=[[0.5]]\r\nemission=[[1]]\r\n"), INVALID)
            .key("transition").column(0).line(3).found("1/2"),
        bad("TOML in a JSON file", json("kind = \"hmm\"\n"), "syntax").line(1),
        bad("JSON in a TOML file", toml("{\"kind\": \"hmm\"}\n"), "syntax").line(1),
        bad("JSON cut off in a list", json("{\"kind\": \"hmm\",\n \"initial\": [\"1/2\","), "syntax").line(2),
        bad("JSON cut off in a string", json("{\"kind\": \"hm"), "syntax").line(1),
        bad("JSON cut off behind a key", json("{\"kind\""), "syntax").line(1),
        bad("empty JSON", json(""), "syntax").line(1),
        bad("JSON with a comma too many", json("{\"kind\": \"hmm\",\n}"), "syntax").line(2),
        bad("JSON with a comment", json("{ // a model\n\"kind\": \"hmm\"}"), "syntax").line(1),
        bad("JSON with more behind it", json("{\"kind\": \"hmm\"}\n{}"), "syntax").line(2),
        bad("a lone surrogate", json("{\"kind\":\n\"\\ud800\"}"), "syntax").line(2),
    ]);
}

/// The place is said once, and it is the place in the file.
#[test]
fn syntax_errors_name_one_place() {
    let json = |text: &str| Text::Json(text.to_owned());
    let once = |name, text| bad(name, text, "syntax").says_not(" at line ").says_not(" column ");
    assert_refused(&[
        once("JSON cut off", json("{\"kind\": \"hmm\",\n \"initial\": [\"1/2\",")).line(2),
        once("a comma too many", json("{\"kind\": \"hmm\",\n}")).line(2),
        once("a lone surrogate", json("{\"kind\":\n\"\\ud800\"}")).line(2),
    ]);
}

/// The excerpt of a long line is cut, its place is still that of the file.
#[test]
fn an_excerpt_of_a_long_line_names_the_place_of_the_error() {
    let folder = TempDir::new().unwrap();
    let model =
        file(&folder, "model.json", format!("{{\"kind\": \"hmm\",\n{}\"initial\": [3]]", " ".repeat(500)));
    let position = &refused(&["check", &model])["position"];
    let (line, character) = (position["line"].as_u64().unwrap(), position["character"].as_u64().unwrap());
    assert_eq!(line, 2);
    assert!(character > 500);
    let text = String::from_utf8(recoverable(&["check", &model]).output().unwrap().stderr).unwrap();
    assert!(
        text.contains(&format!("{model}:{line}:{character}\n")),
        "expected character {character}:\n{text}"
    );
}

/// What is not a key is not called one.
#[test]
fn a_file_that_is_no_table_has_no_key() {
    let json = |text: &str| Text::Json(text.to_owned());
    let other = |found, text| {
        bad("no table", json(text), "wrong-type").line(1).found(found).expected("a table of keys")
    };
    assert_refused(&[
        other("a list", "[]"),
        other("a list", "[{\"kind\": \"hmm\"}]"),
        other("a string", "\"hmm\""),
        other("a number", "3"),
        other("null", "null"),
    ]);
}

#[test]
#[rustfmt::skip]
fn deep_nesting_is_refused_at_once() {
    let deep = 100_000;
    let (open, close) = ("[".repeat(deep), "]".repeat(deep));
    let started = Instant::now();
    assert_refused(&[
        bad("open lists", Text::Json(open.clone()), "syntax").line(1),
        bad("closed lists", Text::Json(format!("{open}{close}")), "syntax").line(1),
        bad("lists in a key", Text::Json(format!("{{\"a\": 1,\n\"b\": {open}{close}}}")), "syntax").line(2),
        bad("objects", Text::Json("{\"a\":".repeat(deep)), "syntax").line(1),
        bad("lists in TOML", Text::Toml(format!("a = 1\nb = {open}{close}\n")), "syntax").line(2),
        bad("tables in TOML", Text::Toml(format!("a = 1\nb = {}", "{a = ".repeat(deep))), "syntax").line(2),
    ]);
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("keys.toml", format!("{} = 1\n", vec!["a"; deep].join("."))),
        ("table.toml", format!("[{}]\n", vec!["a"; deep].join("."))),
    ] {
        assert_eq!(refused(&["check", &file(&folder, name, text)])["code"], "syntax", "{name}");
    }
    let certificate = file(&folder, "deep.cert.json", format!("{{\"schema\": {open}{close}}}"));
    assert_eq!(refused(&["verify", &certificate])["code"], "malformed-certificate");
    let sequences = file(&folder, "deep.jsonl", format!("{open}{close}\n"));
    refused(&["label", "casino", "--file", &sequences]);
    assert!(started.elapsed() < Duration::from_secs(15));
}

/// What grows with the square of the number of keys would take hours within the limit of 64 MiB.
#[test]
fn many_keys_are_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let entries: Vec<_> = (0..200_000).map(|index| format!("\"key {index}\": 1")).collect();
    let model = file(&folder, "model.json", format!("{{\"kind\": \"hmm\", {}}}", entries.join(", ")));
    let mut command = recoverable(&["check", &model, "--format", "json"]);
    let output = command.timeout(Duration::from_secs(4)).output().unwrap();
    assert_eq!(refusal(&output).expect("an answer within 4 seconds")["code"], "unknown-key");
}

/// A vocabulary of 150,000 tokens, two of which have the same name.
#[test]
fn many_names_are_compared_at_once() {
    let folder = TempDir::new().unwrap();
    let k = 150_000;
    let mut names: Vec<_> = (0..k).map(|index| format!("\"the token with the number {index}\"")).collect();
    names[k - 1] = names[0].clone();
    let emission = vec![format!("[\"1/{k}\"]"); k].join(",");
    let head = r#""kind": "hmm", "initial": [1], "transition": [[1]]"#;
    let text = format!("{{{head}, \"emission\": [{emission}], \"tokens\": [{}]}}", names.join(","));
    let model = file(&folder, "model.json", text);
    let mut command = recoverable(&["check", &model, "--format", "json"]);
    let output = command.timeout(Duration::from_secs(4)).output().unwrap();
    assert_eq!(refusal(&output).expect("an answer within 4 seconds")["key"], "tokens[149999]");
}

// ---------------------------------------------------------------------------------------------
// Files

#[test]
fn files_that_cannot_be_read() {
    let folder = TempDir::new().unwrap();
    let here = folder.path().to_str().unwrap();
    let nowhere = folder.path().join("nowhere.toml");
    let nowhere = nowhere.to_str().unwrap();
    for command in [
        vec!["check"],
        vec!["label", "--tokens", "0"],
        vec!["verify", "--model", "casino"],
        vec!["label", "casino", "--file"],
    ] {
        for (what, words) in [(here, "directory"), (nowhere, "No such file")] {
            let error = refused(&[command.as_slice(), &[what]].concat());
            assert_eq!(error["code"], "unreadable", "{error}");
            assert_eq!(error["file"], what, "{error}");
            assert!(message(&error).contains(what) && message(&error).contains(words), "{error}");
        }
    }
    let output = recoverable(&["convert", nowhere, "--to", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains(nowhere));
}

#[test]
fn a_file_that_is_not_utf8() {
    let folder = TempDir::new().unwrap();
    for (name, content) in [
        ("latin1.toml", b"kind = \"hmm\" # sch\xf6n\n".to_vec()),
        ("utf16.json", b"\xff\xfe{\0".to_vec()),
        ("zeros.toml", b"\x80\0\0\0".to_vec()),
    ] {
        let model = file(&folder, name, content);
        let error = refused(&["check", &model]);
        assert_eq!((&error["code"], &error["file"]), (&json!("not-utf8"), &json!(model)));
        assert_eq!(error["expected"], "UTF-8");
        assert!(message(&error).contains("not UTF-8") && message(&error).contains(name));
    }
    let error = refused(&["check", &file(&folder, "late.toml", b"kind = \"hmm\" # sch\xf6n\n")]);
    assert!(message(&error).contains("byte 18"), "{error}");
}

#[test]
fn a_file_above_the_limit_is_refused_unread() {
    let folder = TempDir::new().unwrap();
    let text = "# a comment that makes the file longer than the limit\n".repeat(3);
    let model = file(&folder, "model.toml", &text);
    let error = refused(&["check", &model, "--max-bytes", "100"]);
    assert_eq!((&error["code"], &error["file"]), (&json!("too-large"), &json!(model)));
    assert_eq!(error["found"], format!("{} bytes", text.len()));
    assert_eq!(error["expected"], "at most 100 bytes");
    assert!(message(&error).contains("--max-bytes"));
    // The limit itself is allowed: the error is another one.
    let error = refused(&["check", &model, "--max-bytes", &text.len().to_string()]);
    assert_eq!(error["code"], "missing-key");

    let huge = folder.path().join("huge.json");
    fs::File::create(&huge).unwrap().set_len(1 << 30).unwrap();
    let huge = huge.to_str().unwrap();
    for command in [vec!["check"], vec!["verify"], vec!["label", "casino", "--file"]] {
        let started = Instant::now();
        let error = refused(&[command.as_slice(), &[huge]].concat());
        assert_eq!(error["code"], "too-large");
        assert_eq!(error["found"], "1073741824 bytes");
        assert!(started.elapsed() < Duration::from_secs(1), "the file was read");
    }
}

#[test]
fn standard_input_is_refused_like_a_file() {
    let refused_input = |args: &[&str], input: &str| {
        let output = recoverable(args).args(["--format", "json"]).write_stdin(input).output().unwrap();
        refusal(&output).unwrap_or_else(|complaint| panic!("{args:?} {input:?}: {complaint}"))
    };
    let error = refused_input(&["check", "-"], "{\"kind\":\n \"hmm\",");
    assert_eq!((&error["code"], &error["file"]), (&json!("syntax"), &json!("stdin")));
    assert_eq!(error["position"]["line"], 2);
    let error = refused_input(&["check", "-"], "");
    assert_eq!((&error["code"], &error["file"]), (&json!("syntax"), &json!("stdin")));
    let error = refused_input(&["check", "-"], "{\"kind\": \"hmm\", \"initial\": [\"x\"]}");
    assert_eq!((&error["code"], &error["key"]), (&json!("bad-number"), &json!("initial[0]")));
    let error = refused_input(&["verify", "-"], "{}");
    assert_eq!((&error["code"], &error["file"]), (&json!("malformed-certificate"), &json!("stdin")));
    let error = refused_input(&["check", "-", "--max-bytes", "10"], "{\"kind\": \"hmm\"}");
    assert_eq!((&error["code"], &error["file"]), (&json!("too-large"), &json!("stdin")));
}

/// The second reader of standard input would find nothing there.
#[test]
fn standard_input_is_read_once() {
    let model = recoverable(&["convert", "casino", "--to", "json"]).output().unwrap().stdout;
    for args in
        [vec!["label", "-", "--file", "-"], vec!["check", "-", "-"], vec!["verify", "-", "--model", "-"]]
    {
        let output =
            recoverable(&args).args(["--format", "json"]).write_stdin(model.clone()).output().unwrap();
        let error = refusal(&output).unwrap_or_else(|complaint| panic!("{args:?}: {complaint}"));
        assert_eq!(error["code"], "usage", "{args:?}: {error}");
    }
}

#[test]
fn every_command_refuses_the_same_model() {
    let folder = TempDir::new().unwrap();
    let model = coin(&[("initial", r#"["1/2", "1/3"]"#)]).files().remove(0).1;
    let model = file(&folder, "model.toml", model);
    let check = refused(&["check", &model]);
    assert_eq!((&check["found"], &check["expected"]), (&json!("5/6"), &json!("1")));
    assert_eq!(refused(&["label", &model, "--tokens", "0"]), check);
    assert_eq!(refused(&["verify", &model, "--model", &model]), check);
    // Nothing is printed of the models before it.
    assert_eq!(refused(&["check", "casino", &model, "cpg"]), check);
    let convert = recoverable(&["convert", &model, "--to", "json"]).output().unwrap();
    assert_eq!(convert.status.code(), Some(2));
    assert!(convert.stdout.is_empty());
    assert!(String::from_utf8_lossy(&convert.stderr).contains("sums to 5/6"));
}

// ---------------------------------------------------------------------------------------------
// Sequences

#[test]
fn sequences_that_are_wrong() {
    for (tokens, code, found, expected) in [
        ("", "empty-sequence", "[]", "at least one token"),
        ("  ", "empty-sequence", "[]", "at least one token"),
        ("0,6", "unknown-token", "6", "below 6"),
        ("0,99999999999999999999999", "unknown-token", "99999999999999999999999", "below 6"),
        ("0,-1", "unknown-token", "-1", "below 6"),
        ("0,,1", "unknown-token", "", "below 6"),
        ("0,1,", "unknown-token", "", "below 6"),
        ("0;1", "unknown-token", "0;1", "below 6"),
        ("0,six", "unknown-token", "six", "--names"),
    ] {
        let error = refused(&["label", "casino", "--tokens", tokens]);
        assert_eq!((&error["code"], &error["found"]), (&json!(code), &json!(found)), "{tokens:?}");
        assert!(error["expected"].as_str().unwrap().contains(expected), "{tokens:?}: {error}");
        assert!(message(&error).contains("--tokens"), "{tokens:?}: {error}");
    }
    let error = refused(&["label", "cpg", "--names", "--tokens", "A,U"]);
    assert_eq!((&error["code"], &error["found"]), (&json!("unknown-token"), &json!("U")));
    assert!(error["expected"].as_str().unwrap().contains("A C G T"));
}

/// `file` names a file; an argument is a `key`. In a long sequence the token alone is not found.
#[test]
fn a_wrong_token_is_located() {
    for tokens in ["0,1,6,2", "0,1,_,6", ""] {
        let error = refused(&["label", "casino", "--tokens", tokens]);
        assert_eq!(error.get("file"), None, "{tokens:?}: {error}");
        assert_eq!(error["key"], "--tokens", "{tokens:?}: {error}");
    }
    let error = refused(&["label", "casino", "--tokens", "0,1,6,2"]);
    assert!(message(&error).contains("position 3"), "{error}");
}

#[test]
fn an_impossible_sequence() {
    let folder = TempDir::new().unwrap();
    // From state 0 the chain never leaves; state 0 never shows token 1.
    let identity = "[[1, 0], [0, 1]]";
    let model = coin(&[("initial", "[1, 0]"), ("transition", identity), ("emission", identity)]);
    let model = file(&folder, "model.toml", model.files().remove(0).1);
    let error = refused(&["label", &model, "--tokens", "0,0,1,0"]);
    assert_eq!((&error["code"], &error["found"]), (&json!("impossible-sequence"), &json!("probability 0")));
    assert!(message(&error).contains("first 3"), "the shortest impossible prefix: {error}");
}

#[test]
fn a_file_of_sequences_with_a_wrong_line() {
    let folder = TempDir::new().unwrap();
    for (name, line, code) in [
        ("cut off", "[0,", "syntax"),
        ("no list", "{\"tokens\": [0]}", ""),
        ("a number", "3", ""),
        ("words", "0,1", "syntax"),
        ("an empty list", "[]", "empty-sequence"),
        ("an unknown token", "[0, 6]", "unknown-token"),
        ("a fraction", "[0.5]", "unknown-token"),
        ("a boolean", "[true]", "unknown-token"),
        ("a list in the list", "[[0]]", "unknown-token"),
    ] {
        let sequences = file(&folder, "sequences.jsonl", format!("[0, 1]\n\n[2]\n{line}\n[3]\n"));
        let error = refused(&["label", "casino", "--file", &sequences]);
        let place = format!("{sequences}:4");
        assert!(message(&error).contains(&place), "{name}: {error}");
        assert!(!message(&error).contains("line 1"), "{name}: another line is named: {error}");
        assert_ne!(error["code"], "unreadable", "{name}: the file was read: {error}");
        assert!(code.is_empty() || error["code"] == code, "{name}: {error}");
        assert_eq!(error["file"], sequences, "{name}: {error}");
        assert_eq!(error["position"]["line"], 4, "{name}: {error}");
    }
}

/// `--tokens` or `--file`: whoever gives neither should hear of both.
#[test]
fn label_without_a_sequence_names_both_ways() {
    let error = refused(&["label", "casino"]);
    assert_eq!(error["code"], "usage");
    assert!(message(&error).contains("--tokens") && message(&error).contains("--file"), "{error}");
    assert_eq!(refused(&["label", "casino", "--tokens", "0", "--file", "x"])["code"], "usage");
}

// ---------------------------------------------------------------------------------------------
// Heads

/// Three classes on three states that are seen as they are.
const WEATHER: &str = r#"
kind = "hmm"
initial = ["1/3", "1/3", "1/3"]
transition = [["1/2", "1/4", "1/4"], ["1/4", "1/2", "1/4"], ["1/4", "1/4", "1/2"]]
emission = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
task.weights = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
"#;

/// What is wrong, the text of the head file, and the error: its code, key, line and character (0: no place), what was found and what was expected (empty: not said).
type WrongHead<'a> = (&'a str, &'a str, &'a str, &'a str, (u64, u64), &'a str, &'a str);

/// Both commands that read a head refuse it in the same way.
fn assert_heads_refused(model: &str, folder: &TempDir, heads: &[WrongHead<'_>]) {
    for &(what, text, code, key, (line, character), found, expected) in heads {
        let head = file(folder, "head.json", text);
        for command in ["bound", "counterexample"] {
            let error = refused(&[command, model, "--head", &head]);
            let place = &error["position"];
            let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let all = (said(&error["code"]), said(&error["key"]), said(&error["found"]));
            assert_eq!(all, (code.to_owned(), key.to_owned(), found.to_owned()), "{what}: {error}");
            assert!(said(&error["expected"]).contains(expected), "{what}: {error}");
            let at = (place["line"].as_u64().unwrap_or(0), place["character"].as_u64().unwrap_or(0));
            assert_eq!(at, (line, character), "{what}: {error}");
            assert_eq!(error["file"], head, "{what}: {error}");
            assert!(message(&error).contains("head.json"), "{what}: {error}");
            let output = recoverable(&[command, model, "--head", &head]).output().unwrap();
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{what}");
            assert!(text.starts_with("error: ") && !text.contains("panicked"), "{what}: {text}");
        }
    }
}

#[test]
#[rustfmt::skip]
fn heads_that_are_wrong() {
    let folder = TempDir::new().unwrap();
    assert_heads_refused("casino", &folder, &[
        ("too short", r#"{"head": [1, 2]}"#, "invalid-model", "head[0]", (1, 11), "2 entries", "6 entries"),
        ("no entry", r#"{"head": []}"#, "invalid-model", "head[0]", (1, 10), "0 entries", "6 entries"),
        ("rows for a binary task", r#"{"head": [[1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]]}"#, "invalid-model", "head", (1, 10), "2 rows", "1 row"),
        ("1/0", "{\n \"head\": [\"1/0\", 0, 0, 0, 0, 1]}", "bad-number", "head[0]", (2, 11), "1/0", "denominator"),
        ("NaN", r#"{"head": [0, 0, NaN, 0, 0, 1]}"#, "syntax", "", (1, 17), "", ""),
        ("nan", r#"{"head": [0, 0, "nan", 0, 0, 1]}"#, "bad-number", "head[2]", (1, 17), "nan", "finite"),
        ("infinity", r#"{"head": [0, 0, "inf", 0, 0, 1]}"#, "bad-number", "head[2]", (1, 17), "inf", "finite"),
        ("a word", r#"{"head": [0, 0, "b", 0, 0, 1]}"#, "bad-number", "head[2]", (1, 17), "b", "a decimal"),
        ("a word for all of it", r#"{"head": "b"}"#, "wrong-type", "head", (1, 10), "a string", "a list of numbers or of rows"),
        ("null", r#"{"head": null}"#, "wrong-type", "head", (1, 10), "null", "a list of numbers or of rows"),
        ("an unknown key", r#"{"heads": [1, 0, 0, 0, 0, 1]}"#, "unknown-key", "heads", (1, 2), "heads", "head"),
        ("a misspelt prompt", r#"{"head": [1, 0, 0, 0, 0, 1], "promt": [[1, 1]]}"#, "unknown-key", "promt", (1, 30), "promt", "prompt"),
        ("no head", r#"{"prompt": [[1, 1]]}"#, "missing-key", "head", (0, 0), "", ""),
        ("a head twice", r#"{"head": [1, 0, 0, 0, 0, 1], "head": [1, 0, 0, 0, 0, 1]}"#, "syntax", "head", (1, 30), "", ""),
        ("an empty prompt", r#"{"head": [1, 0, 0, 0, 0, 1], "prompt": []}"#, "wrong-type", "prompt", (1, 40), "a list", "one embedding or more"),
        ("an entry above 1", r#"{"head": [1, 0, 0, 0, 0, 1], "prompt": [[1, 1], [1, "3/2"]]}"#, "invalid-model", "prompt[1][1]", (1, 53), "3/2", "[0, 1]"),
        ("a negative entry", r#"{"head": [1, 0, 0, 0, 0, 1], "prompt": [[1, -1]]}"#, "invalid-model", "prompt[0][1]", (1, 45), "-1", "[0, 1]"),
        ("a long embedding", r#"{"head": [1, 0, 0, 0, 0, 1], "prompt": [[1, 1, 1]]}"#, "invalid-model", "prompt[0]", (1, 41), "3 entries", "2 entries"),
        ("an embedding for a prompt", r#"{"head": [1, 0, 0, 0, 0, 1], "prompt": [1, 1]}"#, "wrong-type", "prompt[0]", (1, 41), "a number", "a list of numbers"),
        ("an attention head", r#"{"attention": {"keys": [[1]], "query": [1]}}"#, "wrong-type", "attention", (1, 15), "a table", "only linear heads"),
        ("truncated", r#"{"head": [1, 0, 0"#, "syntax", "", (1, 17), "", ""),
        ("empty", "", "syntax", "", (1, 1), "", ""),
        ("a list", "[1, 0, 0, 0, 0, 1]", "wrong-type", "", (1, 1), "a list", "a table of keys"),
    ]);
    let weather = file(&folder, "weather.toml", WEATHER);
    assert_heads_refused(&weather, &folder, &[
        ("one row", r#"{"head": [1, 0, 0]}"#, "invalid-model", "head", (1, 10), "1 row", "3 rows"),
        ("two rows", r#"{"head": [[1, 0, 0], [0, 1, 0]]}"#, "invalid-model", "head", (1, 10), "2 rows", "3 rows"),
        ("a short row", r#"{"head": [[1, 0, 0], [0, 1], [0, 0, 1]]}"#, "invalid-model", "head[1]", (1, 22), "2 entries", "3 entries"),
        ("empty rows", r#"{"head": [[], [], []]}"#, "invalid-model", "head[0]", (1, 11), "0 entries", "3 entries"),
        ("a number among rows", r#"{"head": [[1, 0, 0], 1, [0, 0, 1]]}"#, "wrong-type", "head[1]", (1, 22), "a number", "a list of numbers"),
    ]);
}

/// Two values in one cell, seen as they are: every input is in the scope.
const BARE_MEMORY: &str = r#"{"kind": "memory-hmm", "values": 2, "cells": 1, "syntax": 1, "initial": [1], "transition": [[1]],
    "emission": [[1, 0], [0, 1]], "memory_prior": {"product": [["1/2", "1/2"]]}, "task": {"cell": 0, "weights": [1, -1]}}"#;

#[test]
#[rustfmt::skip]
fn attention_heads_that_are_wrong() {
    let folder = TempDir::new().unwrap();
    let model = file(&folder, "memory.json", BARE_MEMORY);
    let right = r#"{"attention": {"keys": [[1, 1]], "query": [1], "position": {"first": [0], "other": [0]}, "values": [[1, 0], [0, 1]], "b": [1, -1]},
        "memory_prompt": {"cell": 0, "values": [0]}, "prompt": [[1, 0]]}"#;
    for (what, from, to, code, key, found) in [
        ("a misspelt head", "\"attention\"", "\"attentive\"", "unknown-key", "attentive", "attentive"),
        ("a linear head", "\"attention\": {", "\"head\": [1], \"attention\": {", "unknown-key", "head", "head"),
        ("no query", "\"query\": [1], ", "", "missing-key", "attention.query", ""),
        ("a part that is none", "\"query\"", "\"bias\": 1, \"query\"", "unknown-key", "attention.bias", "attention.bias"),
        ("a position that is none", "{\"first\": [0], \"other\": [0]}", "[0]", "wrong-type", "attention.position", "a list"),
        ("no first position", "\"first\": [0], ", "", "missing-key", "attention.position.first", ""),
        ("a long query", "\"query\": [1]", "\"query\": [1, 2]", "invalid-model", "attention.query[0]", "2 entries"),
        ("a short key", "\"keys\": [[1, 1]]", "\"keys\": [[1]]", "invalid-model", "attention.keys[0]", "1 entry"),
        ("another position", "\"other\": [0]", "\"other\": []", "invalid-model", "attention.position.other[0]", "0 entries"),
        ("a row too many", "[[1, 0], [0, 1]]", "[[1, 0], [0, 1], [0, 0]]", "invalid-model", "attention.values", "3 rows"),
        ("a long row", "[[1, 0], [0, 1]]", "[[1, 0], [0, 1, 2]]", "invalid-model", "attention.values[1]", "3 entries"),
        ("rows for a binary task", "\"b\": [1, -1]", "\"b\": [[1, -1], [0, 0]]", "invalid-model", "attention.b", "2 rows"),
        ("a short b", "\"b\": [1, -1]", "\"b\": [1]", "invalid-model", "attention.b[0]", "1 entry"),
        ("1/0", "\"b\": [1, -1]", "\"b\": [1, \"1/0\"]", "bad-number", "attention.b[1]", "1/0"),
        ("a cell that is none", "\"cell\": 0", "\"cell\": 1", "bad-choice", "memory_prompt.cell", "1"),
        ("a value that is none", "\"values\": [0]}", "\"values\": [2]}", "bad-choice", "memory_prompt.values", "2"),
        ("no values", ", \"values\": [0]}", "}", "missing-key", "memory_prompt.values", ""),
        ("a prompt that is a list", "{\"cell\": 0, \"values\": [0]}", "[0]", "wrong-type", "memory_prompt", "a list"),
        ("another embedding", "\"prompt\": [[1, 0]]", "\"prompt\": [[1, 1]]", "wrong-type", "prompt", "a list"),
        ("an embedding alone", "\"memory_prompt\": {\"cell\": 0, \"values\": [0]}, ", "", "wrong-type", "prompt", "a list"),
    ] {
        let text = right.replacen(from, to, 1);
        assert_ne!(text, right, "{what}");
        let head = file(&folder, "head.json", &text);
        let error = refused(&["bound", &model, "--head", &head]);
        let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let all = (said(&error["code"]), said(&error["key"]));
        assert_eq!(all, (code.to_owned(), key.to_owned()), "{what}: {error}");
        assert!(found.is_empty() || said(&error["found"]) == found, "{what}: {error}");
        assert_eq!(error["file"], head, "{what}: {error}");
        assert!(!error["position"].is_null(), "{what}: {error}");
    }
    let head = file(&folder, "head.json", right);
    assert_eq!(recoverable(&["label", &model, "--tokens", "0", "--head", &head]).output().unwrap().status.code(), Some(0));
    let saved = folder.path().join("saved.json").display().to_string();
    for (arguments, says) in [
        (vec!["bound", "sentences"], "an attention head is asked for"),
        (vec!["bound", &model, "--head", &head, "--save", &saved], "are not saved"),
    ] {
        let error = refused(&arguments);
        assert!(message(&error).contains(says), "{error}");
    }
}

#[test]
fn heads_that_cannot_be_read_or_used() {
    let folder = TempDir::new().unwrap();
    let head = file(&folder, "head.json", r#"{"head": [1, 0, 0, 0, 0, 1]}"#);
    let bytes = file(&folder, "bytes.json", b"\xff\xfe");
    let bare = file(&folder, "bare.toml", coin(&[]).files().remove(0).1);
    let nowhere = folder.path().join("nowhere.json").display().to_string();
    for command in ["bound", "counterexample"] {
        let refused = |args: &[&str]| refused(&[&[command], args].concat());
        for (path, code) in [(&nowhere, "unreadable"), (&bytes, "not-utf8")] {
            let error = refused(&["casino", "--head", path]);
            assert_eq!((&error["code"], &error["file"]), (&json!(code), &json!(path)));
        }
        assert_eq!(refused(&["casino", "--head", &head, "--max-bytes", "10"])["code"], "too-large");
        let error = refused(&[&bare, "--head", &head]);
        assert_eq!(error["code"], "usage");
        assert!(message(&error).contains("no task"), "{error}");
        assert!(message(&refused(&["-", "--head", "-"])).contains("twice"));
        for (flag, value) in [
            ("--target", "2"),
            ("--target", "wide"),
            ("--seconds", "NaN"),
            ("--limit", "-1"),
            ("--memory", "x"),
        ] {
            let error = refused(&["casino", "--head", &head, &format!("{flag}={value}")]);
            assert_eq!(error["code"], "usage");
            assert!(message(&error).contains(flag) && message(&error).contains(value), "{error}");
        }
    }
}

// ---------------------------------------------------------------------------------------------
// Certificates

/// The certificate of Theorem 3.3 for the casino, and its text.
fn casino_certificate(folder: &TempDir) -> (String, String) {
    let certificates = folder.path().join("certificates");
    let args =
        ["check", "casino", "--statement", "theorem-3.3", "--certificates", certificates.to_str().unwrap()];
    recoverable(&args).assert().success();
    let path = certificates.join("casino.theorem-3.3.cert.json");
    (path.to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
}

#[test]
fn texts_that_are_no_certificate() {
    let folder = TempDir::new().unwrap();
    let (_, text) = casino_certificate(&folder);
    let half = text[..text.len() / 2].to_owned();
    for (name, text, words) in [
        ("truncated", half, "EOF"),
        ("not JSON", "kind = \"hmm\"\n".to_owned(), "expected"),
        ("empty", String::new(), "EOF"),
        ("another schema", text.replace("certificate/1", "certificate/2"), "recoverable.certificate/2"),
        ("an unknown field", text.replacen('{', "{\"note\": 1,", 1), "note"),
        ("an unknown rule", text.replace("invertible-head", "trust-me"), "trust-me"),
        ("an unknown statement", text.replace("theorem-3.3", "theorem-9.9"), "theorem-9.9"),
        ("an undecided verdict", text.replace("\"proved\"", "\"bounded\""), "bounded"),
        ("a decimal", text.replace("\"4\"", "\"4.0\""), "4.0"),
        ("a zero denominator", text.replace("\"-10\"", "\"-10/0\""), "denominator zero"),
        ("two certificates", format!("{text}{text}"), "trailing"),
        ("a report", recoverable_report(), "recoverable.report/1"),
    ] {
        let certificate = file(&folder, "wrong.cert.json", text);
        let error = refused(&["verify", &certificate]);
        assert_eq!(
            (&error["code"], &error["file"]),
            (&json!("malformed-certificate"), &json!(certificate)),
            "{name}"
        );
        assert!(message(&error).contains(words), "{name}: {error}");
        let output = recoverable(&["verify", &certificate]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{name}");
    }
}

#[test]
fn a_malformed_number_is_shown_as_it_is_written() {
    let folder = TempDir::new().unwrap();
    let (_, text) = casino_certificate(&folder);
    let certificate = file(&folder, "wrong.cert.json", text.replace("\"-10\"", "\"-10.0\""));
    let error = refused(&["verify", &certificate]);
    assert!(message(&error).contains("`-10.0`"), "{error}");
}

/// A certificate has thousands of numbers.
#[test]
fn a_number_that_is_not_in_lowest_terms_is_named() {
    let folder = TempDir::new().unwrap();
    let (_, text) = casino_certificate(&folder);
    let certificate = file(&folder, "wrong.cert.json", text.replace("\"2/3\"", "\"4/6\""));
    let error = refused(&["verify", &certificate]);
    assert_eq!(error["code"], "malformed-certificate");
    assert!(message(&error).contains("4/6"), "{error}");
}

fn recoverable_report() -> String {
    let output = recoverable(&["check", "casino", "--format", "json"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_malformed_certificate_has_a_position() {
    let folder = TempDir::new().unwrap();
    let certificate = file(&folder, "wrong.cert.json", "{\n  \"schema\": \"recoverable.certificate/2\"\n}\n");
    let error = refused(&["verify", &certificate]);
    assert_eq!(error["position"]["line"], 2, "{error}");
    assert!(error["position"]["character"].as_u64().is_some(), "{error}");
}

#[test]
fn certificates_that_are_false_or_about_another_model() {
    let folder = TempDir::new().unwrap();
    let (good, text) = casino_certificate(&folder);
    let forged = file(&folder, "forged.cert.json", text.replace("\"-10\"", "\"-11\""));
    let other_claim = text.replace("{\"statement\":\"theorem-3.3\"", "{\"statement\":\"assumption-3.1\"");
    let other_claim = file(&folder, "claim.cert.json", other_claim);
    let run = |args: &[&str]| {
        let output = recoverable(&[&["verify"], args].concat()).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for args in
        [vec![forged.as_str()], vec![&other_claim], vec![&good, "--model", "ice-cream"], vec![&good, &forged]]
    {
        let (code, stdout, stderr) = run(&args);
        assert_eq!((code, stderr.as_str()), (Some(1), ""), "{args:?}");
        assert!(stdout.contains("rejected"), "{args:?}: {stdout}");
        let (code, stdout, stderr) = run(&[args.as_slice(), &["--format", "json"]].concat());
        assert_eq!((code, stderr.as_str()), (Some(1), ""), "{args:?}");
        let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
        assert_eq!(last["accepted"], false);
        assert!(last["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{last}");
    }
    // What is no certificate outweighs what is a false one, in any order; every file is looked at.
    let broken = file(&folder, "broken.cert.json", "{");
    for files in [[&good, &forged, &broken], [&broken, &forged, &good], [&forged, &broken, &good]] {
        let output = recoverable(&["verify"]).args(files).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("accepted") && stdout.contains("rejected"), "{stdout}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("broken.cert.json"));
    }
}

/// Whoever reads "rejected" wants to know which claim about which model; the certificate says so.
#[test]
fn a_rejection_names_claim_and_model() {
    let folder = TempDir::new().unwrap();
    let (good, text) = casino_certificate(&folder);
    let forged = file(&folder, "forged.cert.json", text.replace("\"-10\"", "\"-11\""));
    for args in [vec!["verify", &forged], vec!["verify", &good, "--model", "ice-cream"]] {
        let output = recoverable(&args).args(["--format", "json"]).output().unwrap();
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(line["claim"], json!({"statement": "theorem-3.3", "verdict": "proved"}), "{line}");
        assert_eq!(line["sha256"].as_str().map(str::len), Some(64), "{line}");
        let text = String::from_utf8(recoverable(&args).output().unwrap().stdout).unwrap();
        assert!(text.contains("theorem-3.3") && text.contains("rejected: "), "{text}");
    }
}

/// Statements have ids; their names in the source are nobody's business.
#[test]
fn a_wrong_rule_is_named_by_the_statements_id() {
    let folder = TempDir::new().unwrap();
    let (_, text) = casino_certificate(&folder);
    let text = text.replace("{\"statement\":\"theorem-3.3\"", "{\"statement\":\"assumption-3.1\"");
    let certificate = file(&folder, "claim.cert.json", text);
    let output = recoverable(&["verify", &certificate, "--format", "json"]).output().unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let reason = line["reason"].as_str().unwrap();
    assert!(reason.contains("assumption-3.1") && !reason.contains("Assumption31"), "{reason}");
}

// ---------------------------------------------------------------------------------------------
// Output files and arguments

#[test]
fn certificates_of_two_models_with_one_name() {
    let folder = TempDir::new().unwrap();
    let model = recoverable(&["convert", "casino", "--to", "json"]).output().unwrap().stdout;
    for place in ["a", "b"] {
        fs::create_dir(folder.path().join(place)).unwrap();
        fs::write(folder.path().join(place).join("coin.json"), &model).unwrap();
    }
    let run =
        |args: &[&str]| recoverable(&[&["check"], args].concat()).current_dir(&folder).output().unwrap();
    let both = ["a/coin.json", "b/coin.json"];
    let error = refusal(&run(&[&both[..], &["--certificates", "out", "--format", "json"]].concat())).unwrap();
    assert_eq!(error["code"], "usage");
    assert!(message(&error).contains("`coin`"));
    assert!(!folder.path().join("out").exists(), "a folder was made for nothing");
    let output = run(&["casino", "casino", "--certificates", "out"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert_eq!(run(&both).status.code(), Some(0), "without certificates there is no conflict");
}

#[test]
fn certificates_that_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    let taken = file(&folder, "taken", "precious");
    for dir in [taken.clone(), format!("{taken}/below")] {
        let error = refused(&["check", "casino", "--certificates", &dir]);
        assert_eq!((&error["code"], &error["file"]), (&json!("unwritable"), &json!(dir)));
    }
    assert_eq!(fs::read_to_string(&taken).unwrap(), "precious");
    // A folder where a certificate should go: an error, and no half-written file beside it.
    let out = folder.path().join("out");
    fs::create_dir_all(out.join("casino.theorem-3.3.cert.json")).unwrap();
    let error = refused(&["check", "casino", "--certificates", out.to_str().unwrap()]);
    assert_eq!(error["code"], "unwritable");
    assert!(error["file"].as_str().unwrap().ends_with("casino.theorem-3.3.cert.json"));
    assert_eq!(names_in(&out), ["casino.theorem-3.3.cert.json"]);
}

fn names_in(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    fs::read_dir(folder).unwrap().map(name).collect()
}

#[test]
fn a_converted_model_that_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    let nowhere = folder.path().join("nowhere/model.json");
    for output in [nowhere.to_str().unwrap(), folder.path().to_str().unwrap()] {
        let result =
            recoverable(&["convert", "casino", "--to", "json", "--output", output]).output().unwrap();
        assert_eq!(result.status.code(), Some(2));
        assert!(result.stdout.is_empty());
        assert!(String::from_utf8_lossy(&result.stderr).contains(output));
    }
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn wrong_usage() {
    for (args, words) in [
        (vec!["check", "--nonsense"], "--nonsense"),
        (vec!["check", "--statement", "theorem-9.9"], "theorem-3.3"),
        (vec!["check", "--require", "3.3"], "theorem-3.3"),
        (vec!["check", "--statement"], "--statement"),
        (vec!["check", "--max-bytes", "many"], "many"),
        (vec!["check", "--max-bytes", "-1"], "-1"),
        (vec!["verify"], "FILE"),
        (vec!["label"], "MODEL"),
        (vec!["chekc"], "check"),
        (vec!["explain", "theorem-9.9"], "theorem-3.3"),
        (vec!["convert", "casino"], "--to"),
        (vec!["convert", "casino", "--to", "yaml"], "toml"),
    ] {
        let output = recoverable(&args).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}");
        assert!(text.starts_with("error: ") && text.contains(words), "{args:?}: {text}");
        assert!(!text.contains("panicked") && !text.contains('\u{1b}'), "{args:?}: {text}");
    }
    for (args, words) in [
        (vec!["check", "--nonsense"], "--nonsense"),
        (vec!["check", "--statement", "theorem-9.9"], "theorem-3.3"),
        (vec!["verify"], "FILE"),
        (vec!["label", "casino", "--nonsense"], "--nonsense"),
    ] {
        let error = refused(&args);
        assert_eq!(error["code"], "usage", "{args:?}");
        assert!(message(&error).contains(words), "{args:?}: {error}");
    }
    let output = recoverable(&["check", "--format=json", "--nonsense"]).output().unwrap();
    assert_eq!(refusal(&output).unwrap()["code"], "usage");
    // A format that does not exist is no wish for JSON.
    let output = recoverable(&["check", "--format", "xml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "));
}

/// `message` of an error object is the message, not a rendering with a heading of its own.
#[test]
fn messages_of_wrong_usage_have_no_heading() {
    for args in [vec!["check", "--nonsense"], vec!["label", "casino", "--tokens", "0", "--file", "x"]] {
        let error = refused(&args);
        assert!(!message(&error).starts_with("error:"), "{error}");
    }
}
