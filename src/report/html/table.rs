//! Tables that can be sorted and filtered.
//!
//! Without a script it is a plain table with a caption, headings for columns and rows, and all its rows. The script of a [`page`](super::page) makes the headings of a
//! table that is [`sortable`](Table::sortable) buttons (`aria-sort` says which one is on), puts a field for words above it and, for every column of
//! [choices](Kind::Choice), a list of them.
//!
//! ```
//! use recoverable::report::html::table::{Cell, Column, Kind, Table};
//! let mut table = Table::new("dice", "Two dice", [Column::new("die", Kind::Words), Column::new("sixes", Kind::Number)]).sortable();
//! table.row([Cell::from("fair"), Cell::from("1/6").key(0.1667)]);
//! let html = table.html().to_string();
//! assert!(html.contains("<th scope=\"col\" data-kind=\"number\">sixes</th>"));
//! assert!(html.contains("<td class=\"number\" data-key=\"0.1667\">1/6</td>"));
//! ```

use std::fmt::Display;

use super::{Element, Html, element};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    id: String,
    caption: Html,
    columns: Vec<Column>,
    rows: Vec<Element>,
    sortable: bool,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    heading: Html,
    kind: Kind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words, sorted by letters.
    Words,
    /// Numbers, at the right, sorted by size; their keys are decimals.
    Number,
    /// One of a few words, by which rows can be chosen.
    Choice,
}

/// A cell and what it is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    content: Html,
    key: Option<String>,
    class: &'static str,
}

impl Column {
    /// A column with its heading.
    pub fn new(heading: impl Into<Html>, kind: Kind) -> Self {
        Self { heading: heading.into(), kind }
    }
}

impl Cell {
    /// What the cell is sorted and chosen by, where that is not what it says.
    #[must_use]
    pub fn key(self, key: impl Display) -> Self {
        Self { key: Some(key.to_string()), ..self }
    }

    /// Its style.
    #[must_use]
    pub fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }
}

impl<H: Into<Html>> From<H> for Cell {
    fn from(content: H) -> Self {
        Self { content: content.into(), key: None, class: "" }
    }
}

impl Table {
    /// A table without rows; its id is the slug of a name.
    pub fn new(id: &str, caption: impl Into<Html>, columns: impl IntoIterator<Item = Column>) -> Self {
        let columns = columns.into_iter().collect();
        Self { id: id.to_owned(), caption: caption.into(), columns, rows: Vec::new(), sortable: false }
    }

    /// The same with headings that sort and fields that filter.
    #[must_use]
    pub fn sortable(self) -> Self {
        Self { sortable: true, ..self }
    }

    /// One more row; its first cell is its heading.
    ///
    /// # Panics
    /// If it has not one cell for each column.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let cells: Vec<Cell> = cells.into_iter().map(Into::into).collect();
        assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        let cells = cells.into_iter().zip(&self.columns).enumerate();
        self.rows
            .push(element("tr").with_all(cells.map(|(at, (cell, column))| written(at, cell, column.kind))));
    }

    /// The table in a frame that scrolls by itself where the page is narrower.
    pub fn html(&self) -> Html {
        let caption = format!("{}-caption", self.id);
        let headings = self.columns.iter().map(|column| {
            element("th")
                .attr("scope", "col")
                .attr("data-kind", column.kind.name())
                .with(column.heading.clone())
        });
        let table = element("table").id(&self.id);
        let table = if self.sortable { table.flag("data-sortable") } else { table };
        let table = table
            .with(element("caption").id(&caption).with(element("span").with(self.caption.clone())))
            .with(element("thead").with(element("tr").with_all(headings)))
            .with(element("tbody").with_all(self.rows.iter().cloned()));
        scrolling(&caption, table)
    }
}

/// A frame that scrolls from side to side, with the keyboard too, and is named by another element.
pub fn scrolling(label: &str, content: impl Into<Html>) -> Html {
    let frame = element("div").class("scroll").attr("role", "region").attr("tabindex", 0);
    frame.attr("aria-labelledby", super::slug(label)).with(content).into()
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Number => "number",
            Self::Choice => "choice",
        }
    }
}

fn written(at: usize, cell: Cell, kind: Kind) -> Element {
    let number = if kind == Kind::Number { "number" } else { "" };
    let class = [number, cell.class].join(" ");
    let written = if at == 0 { element("th").attr("scope", "row") } else { element("td") };
    let written = if class.trim().is_empty() { written } else { written.class(class.trim()) };
    let written = match cell.key {
        Some(key) => written.attr("data-key", key),
        None => written,
    };
    written.with(cell.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_captions_are_named() {
        let mut table = Table::new("a b", "<one>", [Column::new("x", Kind::Choice)]);
        table.row([Cell::from("y").class("good")]);
        assert_eq!(
            table.html().to_string(),
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"a_20b-caption\"><table id=\"a_20b\">\
             <caption id=\"a_20b-caption\"><span>&lt;one&gt;</span></caption><thead><tr><th scope=\"col\" data-kind=\"choice\">x</th></tr></thead>\
             <tbody><tr><th scope=\"row\" class=\"good\">y</th></tr></tbody></table></div>"
        );
        assert!(table.sortable().html().as_str().contains("<table id=\"a_20b\" data-sortable=\"\">"));
    }

    #[test]
    #[should_panic(expected = "a cell for each column")]
    fn a_row_has_a_cell_for_each_column() {
        Table::new("t", "t", [Column::new("x", Kind::Words)]).row(["1", "2"]);
    }
}
