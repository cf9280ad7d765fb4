//! A small document, and how it is written: as plain text for the terminal, as Markdown, as a part of a page.
//!
//! A [`Document`] is a title and a list of blocks. What it says is data; the renderers are pure functions of it.
//!
//! | block | text | Markdown (GitHub's) | HTML |
//! |---|---|---|---|
//! | title | underlined with `=` | `#` | `h3` |
//! | section, subsection | underlined with `-`; as it is | `##`, `###` | `h4`, strong |
//! | paragraph | wrapped | escaped, one line | `p` |
//! | list | `- `, wrapped | `- ` | `ul` |
//! | table | aligned columns, wide cells wrapped | a table | `table` |
//! | calculation | indented, long lines continued | a fenced block | [MathML](super::math) |
//! | commands | indented, never broken | a fenced block | with a button that copies |
//!
//! Text is at most [`WIDTH`] characters wide, but for commands. Nothing that a model brings along, such as the name of a state, can
//! change the structure: Markdown is escaped, and control characters are written out.
//!
//! ```
//! use recoverable::report::document::{Align, Document, Line, Table};
//! let mut document = Document::new("Two dice");
//! document.section("Why");
//! document.paragraph(Line::new().plain("The score of ").code("6,6").plain(" is negative."));
//! document.calculation(["P[H_0|x] = (1/3, 2/3)", "μ·P = 1/3 − 2/3 = −1/3 < 0, label 0"]);
//! let mut table = Table::new([("input", Align::Left), ("Pr(x)", Align::Right)]);
//! table.row(["6,6", "1/9"]);
//! document.table(table);
//! assert_eq!(document.to_text(), "\
//! Two dice
//! ========
//!
//! Why
//! ---
//!
//! The score of 6,6 is negative.
//!
//!     P[H_0|x] = (1/3, 2/3)
//!     μ·P = 1/3 − 2/3 = −1/3 < 0, label 0
//!
//! input  Pr(x)
//! -----  -----
//! 6,6      1/9
//! ");
//! assert!(document.to_markdown().contains("| 6,6 | 1/9 |"));
//! ```

mod html;
mod markdown;
mod text;

pub use text::WIDTH;

use super::html::Html;

/// A title and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    title: Line,
    blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Section(Line),
    Subsection(Line),
    Paragraph(Line),
    List(Vec<Line>),
    Table(Table),
    Calculation(Vec<String>),
    Commands(Vec<String>),
}

/// A line of words, some of them marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<Span>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    mark: Mark,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Plain,
    Strong,
    Code,
    Math,
}

impl Line {
    /// No words yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// More words.
    #[must_use]
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.span(Mark::Plain, text.as_ref())
    }

    /// Words that stand out: bold in Markdown.
    #[must_use]
    pub fn strong(self, text: impl AsRef<str>) -> Self {
        self.span(Mark::Strong, text.as_ref())
    }

    /// A command, a file or an input: in the type of code in Markdown.
    #[must_use]
    pub fn code(self, text: impl AsRef<str>) -> Self {
        self.span(Mark::Code, text.as_ref())
    }

    /// Notation of mathematics: as it is in text and Markdown, [set](super::math) in HTML.
    #[must_use]
    pub fn math(self, text: impl AsRef<str>) -> Self {
        self.span(Mark::Math, text.as_ref())
    }

    /// Its words in a page, without a paragraph around them.
    pub fn to_html(&self) -> Html {
        html::line(self)
    }

    /// The words of another line.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn span(mut self, mark: Mark, text: &str) -> Self {
        if !text.is_empty() {
            self.0.push(Span { mark, text: visible(text) });
        }
        self
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new().plain(text)
    }
}

/// Control characters written out, line breaks among them.
pub(super) fn visible(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
        // What turns the direction of writing could hide what stands there.
        let turns =
            matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if breaks || turns {
            written.extend(character.escape_default());
        } else {
            written.push(character);
        }
    }
    written
}

/// On which side the cells of a column are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// For words.
    Left,
    /// For numbers.
    Right,
}

/// A table with a heading for each column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    columns: Vec<(Line, Align)>,
    rows: Vec<Vec<Line>>,
}

impl Table {
    /// A table without rows.
    pub fn new<H: Into<Line>>(columns: impl IntoIterator<Item = (H, Align)>) -> Self {
        let columns = columns.into_iter().map(|(heading, align)| (heading.into(), align)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// One more row.
    ///
    /// # Panics
    /// If it has not one cell for each column.
    pub fn row<C: Into<Line>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let cells: Vec<Line> = cells.into_iter().map(Into::into).collect();
        assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.rows.push(cells);
    }
}

impl Document {
    /// A document with a title and nothing else.
    pub fn new(title: impl Into<Line>) -> Self {
        Self { title: title.into(), blocks: Vec::new() }
    }

    /// Begins a section.
    pub fn section(&mut self, heading: impl Into<Line>) {
        self.blocks.push(Block::Section(heading.into()));
    }

    /// Begins a part of a section.
    pub fn subsection(&mut self, heading: impl Into<Line>) {
        self.blocks.push(Block::Subsection(heading.into()));
    }

    /// A paragraph.
    pub fn paragraph(&mut self, line: impl Into<Line>) {
        self.blocks.push(Block::Paragraph(line.into()));
    }

    /// A bullet list; nothing if there are no items.
    pub fn list<I: Into<Line>>(&mut self, items: impl IntoIterator<Item = I>) {
        let items: Vec<Line> = items.into_iter().map(Into::into).collect();
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// A table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// The lines of a calculation, which stay as they are; nothing if there are none.
    pub fn calculation<L: AsRef<str>>(&mut self, lines: impl IntoIterator<Item = L>) {
        let lines: Vec<String> = lines.into_iter().map(|line| visible(line.as_ref())).collect();
        if !lines.is_empty() {
            self.blocks.push(Block::Calculation(lines));
        }
    }

    /// Commands that can be copied; nothing if there are none.
    pub fn commands<L: AsRef<str>>(&mut self, lines: impl IntoIterator<Item = L>) {
        let lines: Vec<String> = lines.into_iter().map(|line| visible(line.as_ref())).collect();
        if !lines.is_empty() {
            self.blocks.push(Block::Commands(lines));
        }
    }

    /// All blocks of another document behind those of this one; its title becomes a subsection.
    pub fn append(&mut self, other: Self) {
        self.subsection(other.title);
        self.blocks.extend(other.blocks);
    }

    /// Plain text, at most [`WIDTH`] characters wide but for commands, with a line break at the end.
    pub fn to_text(&self) -> String {
        text::render(self)
    }

    /// Markdown as GitHub reads it, with a line break at the end.
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// A part of a page, from its title as a heading of the third level on.
    pub fn to_html(&self) -> Html {
        html::render(self)
    }

    /// The same without the title.
    pub fn blocks_to_html(&self) -> Html {
        html::blocks(self)
    }
}
