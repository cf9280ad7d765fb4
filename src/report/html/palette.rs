//! The colours of pages and figures, each with a light and a dark tone.
//!
//! A page has them as custom properties (`--ink`, `--series-0`, …), a figure that stands alone has the light tones as attributes, which the style
//! sheet of a page overrules. Words have a contrast of at least 4.5 to what they stand on, lines and marks of at least 3 (WCAG 2.2,
//! 1.4.3 and 1.4.11; a test computes it). No colour says anything that a word, a sign or a dash pattern does not say too.

use std::fmt::Write as _;

/// A colour: name, light tone, dark tone.
pub type Colour = (&'static str, &'static str, &'static str);

/// All of them; the first two are behind words, the next are words.
pub const PALETTE: [Colour; 17] = [
    ("paper", "#ffffff", "#14171c"),
    ("panel", "#f4f5f7", "#1d2128"),
    ("ink", "#1b1f24", "#e4e7eb"),
    ("faint", "#586069", "#a3acb8"),
    ("accent", "#0b5c8a", "#7cc0ec"),
    ("good", "#17693a", "#6fcf97"),
    ("bad", "#a4262c", "#f28b82"),
    ("open", "#7a5200", "#e6b450"),
    ("line", "#cfd4da", "#3a414b"),
    ("good-panel", "#e3f3e8", "#16301f"),
    ("bad-panel", "#fbe7e6", "#3a1d1f"),
    ("open-panel", "#faf0d7", "#332a12"),
    ("series-0", "#117733", "#5fbf82"),
    ("series-1", "#857b00", "#cdc24a"),
    ("series-2", "#b5475a", "#ee8a98"),
    ("series-3", "#332288", "#a99bf0"),
    ("series-4", "#1d7f9c", "#66c2dd"),
];

/// Of how many colours lines and marks are.
pub const SERIES: usize = 5;

/// The light tone of a colour; of `ink` if there is none of that name.
pub fn light(name: &str) -> &'static str {
    PALETTE.iter().find(|colour| colour.0 == name).map_or("#1b1f24", |colour| colour.1)
}

/// The custom properties: light, and dark where the reader or the reader's system says so. On paper they are always light.
pub fn properties() -> String {
    let list = |tone: fn(&Colour) -> &'static str| {
        PALETTE.iter().fold(String::new(), |mut text, colour| {
            write!(text, "--{}:{};", colour.0, tone(colour)).expect("writing to a string");
            text
        })
    };
    let (light, dark) = (list(|colour| colour.1), list(|colour| colour.2));
    format!(
        ":root{{color-scheme:light;{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root:not(:has(#theme-light:checked)){{color-scheme:dark;{dark}}}}}\n\
         @media screen{{:root:has(#theme-dark:checked){{color-scheme:dark;{dark}}}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn tones(name: &str) -> [&'static str; 2] {
        let found = PALETTE.iter().find(|colour| colour.0 == name).unwrap();
        [found.1, found.2]
    }

    #[test]
    fn black_on_white_is_twenty_one() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    }

    #[test]
    fn words_can_be_read() {
        for behind in ["paper", "panel"] {
            for words in ["ink", "faint", "accent", "good", "bad", "open"] {
                for tone in 0..2 {
                    let found = contrast(tones(behind)[tone], tones(words)[tone]);
                    assert!(found >= 4.5, "{words} on {behind}: {found:.2}");
                }
            }
        }
        for verdict in ["good", "bad", "open"] {
            for tone in 0..2 {
                let found = contrast(tones(&format!("{verdict}-panel"))[tone], tones(verdict)[tone]);
                assert!(found >= 4.5, "{verdict} on its panel: {found:.2}");
            }
        }
    }

    #[test]
    fn marks_can_be_seen() {
        for series in 0..SERIES {
            for tone in 0..2 {
                let found = contrast(tones("paper")[tone], tones(&format!("series-{series}"))[tone]);
                assert!(found >= 3.0, "series {series}: {found:.2}");
            }
        }
    }
}
