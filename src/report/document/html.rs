//! HTML, as a part of a page.

use super::{Align, Block, Document, Line, Mark, Table};
use crate::report::{
    html::{Element, Html, element, page},
    math,
};

/// The title is a heading of the third level, sections are of the fourth, and their parts words that stand out.
pub(super) fn render(document: &Document) -> Html {
    let mut html = Html::from(element("h3").with(line(&document.title)));
    html.push(blocks(document));
    html
}

/// All but the title.
pub(super) fn blocks(document: &Document) -> Html {
    document.blocks.iter().map(block).collect()
}

fn block(block: &Block) -> Html {
    match block {
        Block::Section(heading) => element("h4").with(line(heading)).into(),
        Block::Subsection(heading) => element("p").with(element("strong").with(line(heading))).into(),
        Block::Paragraph(words) => element("p").with(line(words)).into(),
        Block::List(items) => {
            element("ul").with_all(items.iter().map(|item| element("li").with(line(item)))).into()
        }
        Block::Table(found) => table(found),
        Block::Calculation(lines) => calculation(lines),
        Block::Commands(lines) => {
            let item = |line: &String| element("li").with(page::command(line));
            element("ul").class("commands").with_all(lines.iter().map(item)).into()
        }
    }
}

pub(super) fn line(line: &Line) -> Html {
    let span = |(mark, words): (Mark, &str)| -> Html {
        match mark {
            Mark::Plain => words.into(),
            Mark::Strong => element("strong").text(words).into(),
            Mark::Code => element("code").text(words).into(),
            Mark::Math => math::inline(words),
        }
    };
    line.0.iter().map(|found| span((found.mark, &found.text))).collect()
}

/// Mathematics, except for lines with quotation marks, which are a file's.
fn calculation(lines: &[String]) -> Html {
    let set = |line: &String| -> Html {
        if line.contains('"') {
            element("div").with(element("code").text(line)).into()
        } else {
            math::calculation(line)
        }
    };
    let frame = element("div").class("calculation").attr("tabindex", 0).attr("role", "group");
    frame.attr("aria-label", "calculation").with_all(lines.iter().map(set)).into()
}

fn table(table: &Table) -> Html {
    let aligned = |cell: Element, align: Align| match align {
        Align::Left => cell,
        Align::Right => cell.class("number"),
    };
    let heading = |(words, align): &(Line, Align)| {
        aligned(element("th").attr("scope", "col"), *align).with(line(words))
    };
    let row = |cells: &Vec<Line>| {
        let cells = cells.iter().zip(&table.columns).enumerate().map(|(at, (cell, (_, align)))| {
            let name = if at == 0 { element("th").attr("scope", "row") } else { element("td") };
            aligned(name, *align).with(line(cell))
        });
        element("tr").with_all(cells)
    };
    let head = element("thead").with(element("tr").with_all(table.columns.iter().map(heading)));
    let body = element("tbody").with_all(table.rows.iter().map(row));
    let frame = element("div").class("scroll").attr("tabindex", 0).attr("role", "group");
    let frame = frame.attr("aria-label", "table");
    frame.with(element("table").with(head).with(body)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_elements() {
        let mut document = Document::new("Two <dice>");
        document.section("Why");
        document.paragraph(Line::new().plain("It is ").math("x_1").plain(": ").code("a&b"));
        document.calculation(["x = 1", "{\"head\": 1}"]);
        document.commands(["recoverable check"]);
        let html = document.to_html().to_string();
        for part in [
            "<h3>Two &lt;dice&gt;</h3><h4>Why</h4>",
            "<p>It is <math><msub><mi>x</mi><mn>1</mn></msub></math>: <code>a&amp;b</code></p>",
            "<div><math><mi>x</mi></math> <math><mo>=</mo><mn>1</mn></math></div>",
            "<code>{&quot;head&quot;: 1}</code>",
            "<li><span class=\"command\" data-copy=\"\"><code title=\"recoverable check\">recoverable check</code></span></li>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
