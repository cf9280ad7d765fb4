//! Plain text.

use super::{Align, Block, Document, Line, Table};

/// The most characters in a line of text.
pub const WIDTH: usize = 100;

/// What separates the columns of a table.
const GAP: &str = "  ";

/// Columns are not made narrower than this to fit; a table with too many of them becomes a list.
const NARROWEST: usize = 8;

/// Before each line of a calculation.
const INDENT: &str = "    ";

pub(super) fn render(document: &Document) -> String {
    let mut text = underlined(&document.title, '=');
    for block in &document.blocks {
        text.push('\n');
        text += &match block {
            Block::Section(heading) => underlined(heading, '-'),
            Block::Subsection(heading) | Block::Paragraph(heading) => lines(&wrapped(&words(heading), WIDTH)),
            Block::List(items) => items.iter().map(|item| hanging("- ", &words(item))).collect(),
            Block::Table(found) => table(found),
            Block::Calculation(found) => found.iter().map(|line| calculation(line)).collect(),
            Block::Commands(found) => found.iter().map(|line| format!("{INDENT}{line}\n")).collect(),
        };
    }
    text
}

fn words(line: &Line) -> String {
    line.0.iter().map(|span| span.text.as_str()).collect()
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn underlined(heading: &Line, with: char) -> String {
    let heading = wrapped(&words(heading), WIDTH);
    let width = heading.iter().map(|line| length(line)).max().unwrap_or(0);
    format!("{}{}\n", lines(&heading), with.to_string().repeat(width))
}

/// An item behind its bullet.
fn hanging(bullet: &str, text: &str) -> String {
    let indent = " ".repeat(length(bullet));
    let mut written = String::new();
    for (index, line) in wrapped(text, WIDTH - length(bullet)).iter().enumerate() {
        let before = if index == 0 { bullet } else { &indent };
        written += &lines(&[format!("{before}{line}")]);
    }
    written
}

/// A line of a calculation keeps its blanks; what does not fit goes on in lines that are indented further.
fn calculation(line: &str) -> String {
    if length(INDENT) + length(line) <= WIDTH {
        return lines(&[format!("{INDENT}{line}")]);
    }
    let own: String = line.chars().take_while(|character| *character == ' ').take(WIDTH / 2).collect();
    let mut written = String::new();
    for (index, part) in
        wrapped(line.trim_start(), WIDTH - length(&own) - 2 * length(INDENT)).iter().enumerate()
    {
        let further = if index == 0 { "" } else { INDENT };
        written += &lines(&[format!("{INDENT}{own}{further}{part}")]);
    }
    written
}

/// The number of characters. Those that take no place of their own, or two, are counted as one.
fn length(text: &str) -> usize {
    text.chars().count()
}

/// Lines of at most that many characters, broken at blanks where that is possible; one line at least.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && length(&line) + 1 + length(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut rest = word;
        while length(rest) > width {
            let (at, _) = rest.char_indices().nth(width).unwrap_or((rest.len(), ' '));
            lines.push(rest[..at].to_owned());
            rest = &rest[at..];
        }
        line += rest;
    }
    lines.push(line);
    lines
}

fn table(table: &Table) -> String {
    let headings: Vec<String> = table.columns.iter().map(|(heading, _)| words(heading)).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(words).collect()).collect();
    let natural = |column: usize| {
        let cells = rows.iter().map(|row| length(&row[column]));
        cells.chain([length(&headings[column])]).max().unwrap_or(0)
    };
    let natural: Vec<usize> = (0..headings.len()).map(natural).collect();
    let Some(widths) = fitted(natural) else { return as_list(&headings, &rows) };
    let aligns: Vec<Align> = table.columns.iter().map(|(_, align)| *align).collect();
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let mut text = row(&headings, &widths, &aligns);
    text += &row(&rule, &widths, &aligns);
    rows.iter().for_each(|cells| text += &row(cells, &widths, &aligns));
    text
}

/// The widths that fit into a line, the widest columns made narrower first; `None` if there are too many columns.
fn fitted(mut widths: Vec<usize>) -> Option<Vec<usize>> {
    let room = WIDTH.checked_sub(widths.len().saturating_sub(1) * GAP.len())?;
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter_mut().max()?;
        if *widest <= NARROWEST {
            return None;
        }
        *widest -= 1;
    }
    Some(widths)
}

/// One row, in as many lines as its tallest cell.
fn row(cells: &[String], widths: &[usize], aligns: &[Align]) -> String {
    let cells: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, &width)| wrapped(cell, width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let cells = cells.iter().zip(widths).zip(aligns).map(|((cell, &width), align)| {
            let text = cell.get(at).map_or("", String::as_str);
            match align {
                Align::Left => format!("{text:<width$}"),
                Align::Right => format!("{text:>width$}"),
            }
        });
        cells.collect::<Vec<_>>().join(GAP)
    };
    lines(&(0..height).map(line).collect::<Vec<_>>())
}

/// A table with too many columns: for each row its headings and cells.
fn as_list(headings: &[String], rows: &[Vec<String>]) -> String {
    let cells = |row: &Vec<String>| {
        headings
            .iter()
            .zip(row)
            .map(|(heading, cell)| format!("{heading}: {cell}"))
            .collect::<Vec<_>>()
            .join("; ")
    };
    rows.iter().map(|row| hanging("- ", &cells(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(write: impl Fn(&mut Document)) -> String {
        let mut document = Document::new("t");
        write(&mut document);
        let text = document.to_text();
        assert!(text.lines().all(|line| length(line) <= WIDTH && line.trim_end() == line), "{text}");
        text.trim_start_matches("t\n=\n\n").to_owned()
    }

    #[test]
    fn nothing_is_wider_than_the_page_and_no_word_is_lost() {
        let long = "word ".repeat(60) + &"9".repeat(250) + "/7 end";
        let flat = |text: &str| text.split(|c: char| c.is_whitespace() || c == '-').collect::<String>();
        for text in [
            rendered(|document| document.paragraph(long.as_str())),
            rendered(|document| document.list([long.as_str()])),
            rendered(|document| document.calculation([long.as_str()])),
            rendered(|document| document.subsection(long.as_str())),
        ] {
            assert_eq!(flat(&text), flat(&long));
            assert!(text.lines().count() >= 6, "{text}");
        }
    }

    #[test]
    fn calculations_keep_their_blanks() {
        let text = rendered(|document| document.calculation(["P = (1/3,   2/3)", "  = x"]));
        assert_eq!(text, "    P = (1/3,   2/3)\n      = x\n");
    }

    #[test]
    fn wide_cells_are_wrapped_and_many_columns_become_a_list() {
        let columns = |count: usize| (0..count).map(|index| (format!("column {index}"), Align::Right));
        let mut wide = Table::new(columns(2));
        wide.row(["7".to_owned(), "word ".repeat(30)]);
        let text = rendered(|document| document.table(wide.clone()));
        assert_eq!(text.matches("word").count(), 30);
        assert!(text.starts_with("column 0") && text.lines().count() == 4, "{text}");
        let mut many = Table::new(columns(20));
        many.row((0..20).map(|index| index.to_string()));
        let text = rendered(|document| document.table(many.clone()));
        assert!(text.starts_with("- column 0: 0; column 1: 1; "), "{text}");
    }

    #[test]
    fn names_can_not_break_lines() {
        let text = rendered(|document| document.paragraph("state \"a\u{1b}[31m\n\u{202e}b\""));
        assert_eq!(text, "state \"a\\u{1b}[31m\\n\\u{202e}b\"\n");
    }
}
