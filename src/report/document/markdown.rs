//! Markdown as GitHub reads it.

use super::{Align, Block, Document, Line, Mark, Table};

pub(super) fn render(document: &Document) -> String {
    let mut text = format!("# {}\n", line(&document.title));
    for block in &document.blocks {
        text.push('\n');
        text += &match block {
            Block::Section(heading) => format!("## {}\n", line(heading)),
            Block::Subsection(heading) => format!("### {}\n", line(heading)),
            Block::Paragraph(words) => format!("{}\n", beginning(&line(words))),
            Block::List(items) => {
                items.iter().map(|item| format!("- {}\n", beginning(&line(item)))).collect()
            }
            Block::Table(found) => table(found),
            Block::Calculation(lines) => fenced("text", lines),
            Block::Commands(lines) => fenced("sh", lines),
        };
    }
    text
}

fn line(line: &Line) -> String {
    let span = |(mark, text): (Mark, &str)| match mark {
        Mark::Plain | Mark::Math => escaped(text),
        Mark::Strong => around(text, |text| format!("**{}**", escaped(text))),
        Mark::Code => code(text),
    };
    line.0.iter().map(|found| span((found.mark, &found.text))).collect()
}

/// Marks the words but not the blanks around them, which would undo the mark.
fn around(text: &str, marked: impl Fn(&str) -> String) -> String {
    let inner = text.trim();
    if inner.is_empty() {
        return text.to_owned();
    }
    let start = text.len() - text.trim_start().len();
    format!("{}{}{}", &text[..start], marked(inner), &text[start + inner.len()..])
}

/// A backslash before what has a meaning within a line.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$') {
            written.push('\\');
        }
        written.push(character);
    }
    written
}

/// A backslash before what has a meaning at the beginning of a line: headings, lists, rules.
fn beginning(text: &str) -> String {
    let text = text.trim_start();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    match text[digits..].chars().next() {
        Some('#' | '+' | '-' | '=') if digits == 0 => format!("\\{text}"),
        Some('.' | ')') if digits > 0 => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text.to_owned(),
    }
}

/// Code between more backticks than stand in a row within it.
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') || text.trim() != text { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{fence}{language}\n{body}{fence}\n")
}

fn table(table: &Table) -> String {
    let row = |cells: &mut dyn Iterator<Item = String>| {
        let cells: String = cells.map(|cell| format!(" {cell} |")).collect();
        format!("|{cells}\n")
    };
    let rule = |align: Align| match align {
        Align::Left => "---".to_owned(),
        Align::Right => "---:".to_owned(),
    };
    let mut text = row(&mut table.columns.iter().map(|(heading, _)| cell(heading)));
    text += &row(&mut table.columns.iter().map(|(_, align)| rule(*align)));
    for cells in &table.rows {
        text += &row(&mut cells.iter().map(cell));
    }
    text
}

/// Cells are split at bars before anything else is read, in code as well: there a bar needs a backslash.
fn cell(found: &Line) -> String {
    let span = |mark, text: &str| match mark {
        Mark::Code => code(text).replace('|', "\\|"),
        Mark::Plain | Mark::Math => escaped(text),
        Mark::Strong => around(text, |text| format!("**{}**", escaped(text))),
    };
    found.0.iter().map(|found| span(found.mark, &found.text)).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(write: impl Fn(&mut Document)) -> String {
        let mut document = Document::new("t");
        write(&mut document);
        document.to_markdown().trim_start_matches("# t\n\n").to_owned()
    }

    #[test]
    fn words_are_escaped() {
        let cases = [
            ("P[H_0|x] = (1/3)", "P\\[H\\_0\\|x\\] = (1/3)\n"),
            ("# no heading", "\\# no heading\n"),
            ("- no list", "\\- no list\n"),
            ("12. no list", "12\\. no list\n"),
            ("1/3 − 2/3", "1/3 − 2/3\n"),
            ("<b> & $x$ ~~y~~ \\", "\\<b\\> \\& \\$x\\$ \\~\\~y\\~\\~ \\\\\n"),
            ("two\n\nlines", "two\\\\n\\\\nlines\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(rendered(|document| document.paragraph(text)), expected);
        }
    }

    #[test]
    fn code_and_calculations_are_fenced() {
        let line = || Line::new().code("a`b").plain(" ").code("`").plain(" ").strong(" x ");
        assert_eq!(rendered(|document| document.paragraph(line())), "``a`b`` `` ` ``  **x** \n");
        let lines = ["```", "μ·P = −1/3 < 0 |"];
        assert_eq!(
            rendered(|document| document.calculation(lines)),
            "````text\n```\nμ·P = −1/3 < 0 |\n````\n"
        );
    }

    #[test]
    fn tables_split_at_no_bar_of_their_cells() {
        let mut table =
            Table::new([(Line::new().code("a|b"), Align::Left), ("Pr(x|y)".into(), Align::Right)]);
        table.row(["1", "2"]);
        let expected = "| `a\\|b` | Pr(x\\|y) |\n| --- | ---: |\n| 1 | 2 |\n";
        assert_eq!(rendered(|document| document.table(table.clone())), expected);
    }
}
