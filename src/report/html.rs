//! HTML, SVG and MathML that cannot be broken by what they say.
//!
//! [`Html`] is a well-formed fragment. It can only be put together from [`Element`]s, whose names and attribute names are literals of the
//! program and are closed by construction, and from text and attribute values, which are escaped on the way in. What comes from a
//! model, such as the name of a state, is therefore always text. The one exception, [`Html::trusted`], takes literals only: style sheets and scripts.
//!
//! | from | written as |
//! |---|---|
//! | `&`, `<`, `>`, `"`, `'` | character references |
//! | control characters, and those that turn the direction of writing | their escapes, as in every [document](super::document) |
//! | a file's path in a link | percent-encoded, after `./` |
//! | a name in an `id` or a link within the page | a [`slug`] |
//!
//! [`page`] is a whole page, [`table`] a table that can be sorted and filtered.
//!
//! ```
//! use recoverable::report::html::element;
//! let state = "<script>alert(1)</script>";
//! let cell = element("td").attr("title", "\"quoted\"").text(state);
//! assert_eq!(cell.to_string(), "<td title=\"&quot;quoted&quot;\">&lt;script&gt;alert(1)&lt;/script&gt;</td>");
//! ```

pub mod page;
pub mod palette;
pub mod table;

use std::fmt::{self, Display, Write as _};

use super::document::visible;

/// A well-formed fragment: text and elements, all of them closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

/// An element that can still be given attributes and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    name: &'static str,
    attributes: String,
    content: Html,
}

/// Elements without content, which HTML writes without an end.
const VOID: [&str; 6] = ["br", "hr", "input", "link", "meta", "wbr"];

/// An element of HTML, SVG or MathML.
pub fn element(name: &'static str) -> Element {
    Element { name, attributes: String::new(), content: Html::new() }
}

/// Text as a fragment.
pub fn text(text: impl Display) -> Html {
    let mut html = Html::new();
    html.text(text);
    html
}

impl Html {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// More text, escaped.
    pub fn text(&mut self, text: impl Display) {
        escape(&mut self.0, &visible(&text.to_string()));
    }

    /// One more element, or all of another fragment.
    pub fn push(&mut self, more: impl Into<Html>) {
        self.0 += &more.into().0;
    }

    /// A style sheet or a script of the program; nothing else may come in unescaped.
    pub fn trusted(source: &'static str) -> Self {
        Self(source.to_owned())
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Element {
    /// An attribute with its value, escaped.
    ///
    /// # Panics
    /// If the attribute could run a script or lead elsewhere: links are made by [`Element::link`] and [`Element::file`].
    #[must_use]
    pub fn attr(self, name: &'static str, value: impl Display) -> Self {
        assert!(!name.starts_with("on") && !matches!(name, "href" | "src"), "{name} is no plain attribute");
        self.attribute(name, &value.to_string())
    }

    fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.attributes += " ";
        self.attributes += name;
        self.attributes += "=\"";
        escape(&mut self.attributes, &visible(value));
        self.attributes += "\"";
        self
    }

    /// The attribute `class`.
    #[must_use]
    pub fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    /// An attribute without a value.
    #[must_use]
    pub fn flag(self, name: &'static str) -> Self {
        self.attr(name, "")
    }

    /// The attribute `id`: the [`slug`] of a name.
    #[must_use]
    pub fn id(self, name: &str) -> Self {
        self.attr("id", slug(name))
    }

    /// A link to the element of this page whose id is the [`slug`] of a name.
    #[must_use]
    pub fn link(self, name: &str) -> Self {
        self.attribute("href", &format!("#{}", slug(name)))
    }

    /// A link to a file beside the page.
    #[must_use]
    pub fn file(self, path: &str) -> Self {
        let mut address = "./".to_owned();
        for byte in path.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    address.push(char::from(byte));
                }
                _ => write!(address, "%{byte:02X}").expect("writing to a string"),
            }
        }
        self.attribute("href", &address)
    }

    /// Text inside, escaped.
    #[must_use]
    pub fn text(mut self, text: impl Display) -> Self {
        self.content.text(text);
        self
    }

    /// Another element or fragment inside.
    #[must_use]
    pub fn with(mut self, more: impl Into<Html>) -> Self {
        self.content.push(more);
        self
    }

    /// Several of them.
    #[must_use]
    pub fn with_all<H: Into<Html>>(self, more: impl IntoIterator<Item = H>) -> Self {
        more.into_iter().fold(self, Self::with)
    }
}

impl From<Element> for Html {
    fn from(element: Element) -> Self {
        let Element { name, attributes, content } = element;
        if VOID.contains(&name) {
            return Self(format!("<{name}{attributes}>"));
        }
        Self(format!("<{name}{attributes}>{}</{name}>", content.0))
    }
}

impl From<&str> for Html {
    fn from(words: &str) -> Self {
        text(words)
    }
}

impl From<String> for Html {
    fn from(words: String) -> Self {
        text(words)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Self {
        parts.into_iter().fold(Self::new(), |mut all, part| {
            all.push(part);
            all
        })
    }
}

impl Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Html::from(self.clone()).fmt(f)
    }
}

/// Character references for what has a meaning in markup, in text as well as in attributes.
fn escape(into: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            other => into.push(other),
        }
    }
}

/// A name made fit for an `id`: letters, digits, dots and hyphens as they are, anything else by its code, so that different names stay different.
///
/// ```
/// use recoverable::report::html::slug;
/// assert_eq!(slug("theorem-3.3"), "theorem-3.3");
/// assert_eq!(slug("no zero row"), "no_20zero_20row");
/// ```
pub fn slug(name: &str) -> String {
    name.chars().fold(String::with_capacity(name.len()), |mut slug, character| {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' => slug.push(character),
            other => write!(slug, "_{:x}", u32::from(other)).expect("writing to a string"),
        }
        slug
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a malicious file could call a state.
    const HOSTILE: [&str; 6] = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus='alert(1)",
        "</title><b>&amp;",
        "a\u{202e}b\nc\0",
        "javascript:alert(1)",
    ];

    /// The markup without what stands in quotation marks or between tags: only the program's own words may be left.
    fn skeleton(markup: &str) -> String {
        let (mut left, mut tag, mut quoted) = (String::new(), false, false);
        for character in markup.chars() {
            match character {
                '"' if tag => quoted = !quoted,
                '<' => tag = true,
                '>' if !quoted => {
                    tag = false;
                    left.push('>');
                }
                _ => {}
            }
            if tag && !quoted && character != '"' {
                left.push(character);
            }
        }
        left
    }

    #[test]
    fn no_name_changes_the_structure() {
        let written = |name: &str| {
            let cell = element("td").attr("title", name).class(name).id(name).text(name);
            let link = element("a").link(name).file(name).with(text(name));
            element("tr").with(cell).with(link).to_string()
        };
        let expected = skeleton(&written("harmless"));
        for name in HOSTILE {
            let markup = written(name);
            assert_eq!(skeleton(&markup), expected, "{markup}");
            assert!(!markup.contains(['\0', '\n', '\u{202e}']), "{markup}");
            assert!(!markup.contains("href=\"javascript"), "{markup}");
        }
    }

    #[test]
    #[should_panic(expected = "onclick is no plain attribute")]
    fn handlers_are_no_attributes() {
        let _ = element("p").attr("onclick", "alert(1)");
    }

    #[test]
    #[should_panic(expected = "href is no plain attribute")]
    fn links_are_made_by_methods_of_their_own() {
        let _ = element("a").attr("href", "x");
    }

    #[test]
    fn void_elements_have_no_end() {
        assert_eq!(element("meta").attr("charset", "utf-8").to_string(), "<meta charset=\"utf-8\">");
        assert_eq!(element("p").to_string(), "<p></p>");
    }

    #[test]
    fn different_names_have_different_slugs() {
        let names = ["a b", "a_20b", "a_b", "a-b", "a.b", "ä", "Ä"];
        let slugs: std::collections::BTreeSet<_> = names.iter().map(|name| slug(name)).collect();
        assert_eq!(slugs.len(), names.len());
    }

    #[test]
    fn paths_stay_beside_the_page() {
        let link = element("a").file("//evil.example/%41\"x y").to_string();
        assert_eq!(link, "<a href=\".///evil.example/%2541%22x%20y\"></a>");
    }
}
