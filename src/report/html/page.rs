//! A whole page: one file that needs no other, no network and no script.
//!
//! | part | what |
//! |---|---|
//! | policy | nothing may be loaded, and only the page's own script (by its SHA-256) may run |
//! | style | light or dark as the reader's system says, or as the switch says; a style for paper; no wider than a phone |
//! | landmarks | a link to the content, banner, contents, main, footer |
//! | sections | each with a heading, in the contents by its title |
//! | script | sorts and filters [tables](super::table), copies commands, remembers the switch; without it all of the page can be read |
//!
//! The same page gives the same bytes.

use sha2::{Digest, Sha256};

use super::{Element, Html, element, palette};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    title: String,
    lead: Html,
    sections: Vec<Section>,
    foot: Html,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    name: &'static str,
    title: String,
    body: Html,
}

impl Page {
    /// A page without sections; `lead` stands below the title.
    pub fn new(title: &str, lead: impl Into<Html>) -> Self {
        Self { title: title.to_owned(), lead: lead.into(), sections: Vec::new(), foot: Html::new() }
    }

    /// One more section.
    pub fn section(&mut self, name: &'static str, title: &str, body: impl Into<Html>) {
        self.sections.push(Section { name, title: title.to_owned(), body: body.into() });
    }

    /// What stands at the end.
    pub fn foot(&mut self, foot: impl Into<Html>) {
        self.foot = foot.into();
    }

    /// The file.
    pub fn render(&self) -> String {
        let body = element("body")
            .with(element("a").class("skip").link("content").text("Skip to the content"))
            .with(self.banner())
            .with(element("div").class("columns").with(self.contents()).with(self.main()))
            .with(element("footer").with(self.foot.clone()))
            .with(element("script").with(Html::trusted(SCRIPT)));
        let page = element("html").attr("lang", "en").with(self.head()).with(body);
        format!("<!doctype html>\n{page}\n")
    }

    fn head(&self) -> Element {
        let meta =
            |name: &'static str, content: &str| element("meta").attr("name", name).attr("content", content);
        element("head")
            .with(element("meta").attr("charset", "utf-8"))
            .with(element("meta").attr("http-equiv", "Content-Security-Policy").attr("content", policy()))
            .with(meta("viewport", "width=device-width, initial-scale=1"))
            .with(meta("color-scheme", "light dark"))
            .with(element("title").text(&self.title))
            .with(element("style").with(Html::trusted(STYLE)).with(colours()))
    }

    fn banner(&self) -> Element {
        element("header")
            .with(theme())
            .with(element("h1").text(&self.title))
            .with(element("div").class("lead").with(self.lead.clone()))
    }

    fn contents(&self) -> Element {
        let item =
            |section: &Section| element("li").with(element("a").link(section.name).text(&section.title));
        element("nav")
            .attr("aria-label", "Contents")
            .with(element("ol").with_all(self.sections.iter().map(item)))
    }

    fn main(&self) -> Element {
        let section = |section: &Section| {
            let heading = format!("{}-heading", section.name);
            element("section")
                .id(section.name)
                .attr("aria-labelledby", &heading)
                .with(element("h2").id(&heading).text(&section.title))
                .with(section.body.clone())
        };
        element("main").id("content").attr("tabindex", -1).with_all(self.sections.iter().map(section))
    }
}

/// Light or dark. It works without a script: the style sheet asks which one is checked.
fn theme() -> Element {
    let choice = |id: &'static str, title: &str| {
        let button = element("input").attr("type", "radio").attr("name", "theme").id(id);
        let button = if id == "theme-system" { button.flag("checked") } else { button };
        element("label").with(button).with(element("span").text(title))
    };
    element("fieldset")
        .class("theme")
        .with(element("legend").text("Colours"))
        .with(choice("theme-system", "system"))
        .with(choice("theme-light", "light"))
        .with(choice("theme-dark", "dark"))
}

/// Nothing from elsewhere; no script but ours.
fn policy() -> String {
    let script = base64(&Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

fn colours() -> Html {
    Html(palette::properties())
}

/// Base64 as in RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        let digit =
            |at: usize| if at > chunk.len() { '=' } else { char::from(DIGITS[bits >> (18 - 6 * at) & 63]) };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// A command in the type of code, which the script gives a button that copies it.
pub fn command(line: &str) -> Html {
    let code = element("code").attr("title", line).text(line);
    element("span").class("command").flag("data-copy").with(code).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("\u{7f}~", "f34="),
        ];
        for (text, expected) in cases {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn a_page_needs_nothing_else() {
        let mut page = Page::new("<t>", "lead");
        page.section("one", "First & last", element("p").text("body"));
        let html = page.render();
        assert_eq!(html, page.render());
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"));
        assert!(html.contains("<title>&lt;t&gt;</title>"));
        assert!(html.contains("<a href=\"#one\">First &amp; last</a>"));
        assert!(html.contains("<h2 id=\"one-heading\">First &amp; last</h2><p>body</p></section>"));
        for foreign in ["http:", "https:", "url(", "@import", " src="] {
            assert!(!html.contains(foreign), "{foreign}");
        }
    }

    /// The elements that hold them would end early.
    #[test]
    fn style_and_script_end_where_they_should() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !palette::properties().contains('<'));
    }
}
