//! The notation of this program as MathML.
//!
//! What reports say in Unicode, `bᵀ W diag(π_1) = (μ⊙π0)ᵀ` or `P[H_0|x] = (1/3, 2/3)`, is read token by token and set as mathematics:
//!
//! | written | set |
//! |---|---|
//! | `x_1`, `x_{-i}`, `π0`, `L₂`, `σ_min` | with an index |
//! | `Wᵀ`, `W†`, `H*`, `s²` | with an exponent |
//! | `12/35`, up to six digits each | a fraction |
//! | a letter, and `Pr`, `supp`, `diag`, … | an identifier |
//! | any other word of two letters or more | a word |
//! | everything else | an operator |
//!
//! Nothing can go wrong: what is not understood is an operator or a word, and every character stays. [`calculation`] breaks a line before its relations, so that
//! long ones can be wrapped.
//!
//! ```
//! use recoverable::report::math::inline;
//! assert_eq!(inline("π0 = 1/2").to_string(), "<math><msub><mi>π</mi><mn>0</mn></msub><mo>=</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math>");
//! ```

use super::{
    document::Line,
    html::{Html, element, text},
};

/// Words that are names of functions.
const FUNCTIONS: [&str; 14] =
    ["Pr", "supp", "diag", "rank", "ker", "span", "argmax", "max", "min", "Attn", "sign", "log", "ln", "dim"];

/// Fractions with more digits than this above or below are written with a slash.
const FRACTION: usize = 6;

/// A piece of notation within a line of words.
pub fn inline(notation: &str) -> Html {
    let characters: Vec<char> = notation.chars().collect();
    element("math").with(row(&characters)).into()
}

/// A line of a calculation: one piece of mathematics for each of its relations; words with notation in between if it is mostly words.
pub fn calculation(line: &str) -> Html {
    if line.split_whitespace().filter(|word| is_word(word)).count() > 2 {
        return element("div").with(prose(line.trim()).to_html()).into();
    }
    let indent = line.chars().take_while(|character| *character == ' ').count();
    let mut parts: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let begins = RELATIONS.contains(&word);
        match parts.last_mut() {
            Some(part) if !begins => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    let parts = parts.iter().enumerate().map(|(at, part)| {
        let mut html = text(if at == 0 { "" } else { " " });
        html.push(inline(part));
        html
    });
    let line = element("div");
    let line = if indent > 0 { line.attr("style", format!("margin-left:{indent}ch")) } else { line };
    line.with_all(parts).into()
}

/// Words with notation in between: `the rows of W` has one piece of it.
///
/// A word is notation if it is a single letter (but no `a`, and no `A` that begins), or has a sign of mathematics in it, or stands within brackets that
/// notation has opened; neighbours are one piece.
pub fn prose(text: &str) -> Line {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut line = Line::new();
    let mut notation = String::new();
    for (at, word) in words.iter().enumerate() {
        let inside = open_brackets(&notation) > 0;
        let open = open_brackets(&format!("{notation}{word}")) > 0;
        let inner = if open { word } else { trimmed(&notation, word) };
        let relation = words.get(at + 1).is_some_and(|next| RELATIONS.contains(next));
        let number = relation && inner.chars().all(|c| c.is_ascii_digit());
        let blank = if at == 0 { "" } else { " " };
        if inside || number || is_notation(inner, at == 0) {
            line = if notation.is_empty() { line.plain(blank) } else { line };
            notation += if notation.is_empty() { "" } else { " " };
            notation += inner;
            if inner.len() < word.len() {
                line = line.math(std::mem::take(&mut notation)).plain(&word[inner.len()..]);
            }
        } else {
            line = if notation.is_empty() { line } else { line.math(std::mem::take(&mut notation)) };
            line = line.plain(format!("{blank}{word}"));
        }
    }
    if notation.is_empty() { line } else { line.math(notation) }
}

/// Where a calculation is broken, and what makes numbers notation.
const RELATIONS: [&str; 12] = ["=", "<", ">", "≤", "≥", "≈", "≠", "∝", "∈", "→", "⊆", "⊇"];

/// How many brackets are open at the end.
fn open_brackets(text: &str) -> i32 {
    text.chars().fold(0, |open, character| match character {
        '(' | '[' => open + 1,
        ')' | ']' => open - 1,
        _ => open,
    })
}

/// A word without the punctuation and the closing bracket of the sentence around it.
fn trimmed<'w>(before: &str, word: &'w str) -> &'w str {
    let inner = word.trim_end_matches(['.', ',', ':', ';']);
    if open_brackets(before) + open_brackets(inner) < 0 { inner.trim_end_matches([')', ']']) } else { inner }
}

/// Two letters or more that are no function.
fn is_word(word: &str) -> bool {
    let letters = word.trim_end_matches([',', ':', ';', '.']);
    letters.len() > 1 && letters.chars().all(|c| c.is_ascii_lowercase()) && !FUNCTIONS.contains(&letters)
}

fn is_notation(word: &str, first: bool) -> bool {
    let sign = |c: char| {
        let operator = "_=<>*≤≥≠⊙⊆⊇∪∩∈∅·‖∝ᵀ†¹²ḠÎ−→|+/≈∧∨⊗∘".contains(c);
        operator || is_greek(c) || is_accent(c) || script(c).is_some()
    };
    let letters = word.chars().count();
    let single =
        letters == 1 && word != "a" && !(first && word == "A") && word.chars().all(char::is_alphabetic);
    let vector = word.starts_with('(') && !word.contains(')') && word.chars().any(|c| c.is_ascii_digit());
    single || vector || word == "supp" || (word.chars().any(sign) && !word.contains("//"))
}

fn is_greek(character: char) -> bool {
    matches!(character, 'α'..='ω' | 'Α'..='Ω')
}

/// Everything up to the end.
fn row(characters: &[char]) -> Html {
    let mut reader = Reader { characters, at: 0 };
    let mut html = Html::new();
    while let Some(base) = reader.base() {
        html.push(reader.scripts(base));
    }
    html
}

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
}

/// What scripts can be attached to, and whether they are.
struct Base {
    html: Html,
    letter: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.characters[from..self.at].iter().collect()
    }

    /// The next number, identifier, word or operator, without its scripts.
    fn base(&mut self) -> Option<Base> {
        self.take_while(char::is_whitespace);
        let first = self.peek()?;
        if first.is_ascii_digit() {
            return Some(Base { html: self.number(), letter: false });
        }
        if first.is_alphabetic() && script(first).is_none() {
            return Some(self.letters());
        }
        self.at += 1;
        if first == '∅' {
            return Some(Base { html: element("mi").text(first).into(), letter: true });
        }
        let operator = element("mo").attr("stretchy", "false");
        let plain = matches!(first, '(' | ')' | '[' | ']' | '{' | '}' | '|' | '‖');
        let operator = if plain { operator } else { element("mo") };
        Some(Base { html: operator.text(first).into(), letter: matches!(first, ')' | ']' | '‖') })
    }

    /// An integer, a decimal or a fraction of integers.
    fn number(&mut self) -> Html {
        let numerator = self.digits();
        let from = self.at;
        if self.peek() == Some('/') {
            self.at += 1;
            let denominator = self.digits();
            let short = |digits: &str| (1..=FRACTION).contains(&digits.len()) && !digits.contains('.');
            if short(&numerator) && short(&denominator) {
                let fraction = element("mfrac").with(element("mn").text(numerator));
                return fraction.with(element("mn").text(denominator)).into();
            }
            if !denominator.is_empty() {
                return element("mn").text(format!("{numerator}/{denominator}")).into();
            }
            self.at = from;
        }
        element("mn").text(numerator).into()
    }

    /// Digits with at most a decimal point and a decimal exponent.
    fn digits(&mut self) -> String {
        let mut found = self.take_while(|character| character.is_ascii_digit());
        let follows = |reader: &Self, offset: usize| {
            reader.characters.get(reader.at + offset).is_some_and(char::is_ascii_digit)
        };
        if self.peek() == Some('.') && follows(self, 1) {
            self.at += 1;
            found = format!("{found}.{}", self.take_while(|character| character.is_ascii_digit()));
        }
        let sign = usize::from(self.characters.get(self.at + 1) == Some(&'-'));
        if self.peek() == Some('e') && follows(self, 1 + sign) {
            self.at += 1 + sign;
            let minus = if sign == 1 { "-" } else { "" };
            found = format!("{found}e{minus}{}", self.take_while(|character| character.is_ascii_digit()));
        }
        found
    }

    /// A letter with its accents, the name of a function, or a word.
    fn letters(&mut self) -> Base {
        let plain = |character: char| character.is_alphabetic() && script(character).is_none();
        let word = self.take_while(|character| plain(character) || is_accent(character));
        let letters = word.chars().filter(|character| !is_accent(*character)).count();
        if letters == 1 {
            return Base { html: element("mi").text(word).into(), letter: true };
        }
        if FUNCTIONS.contains(&word.as_str()) {
            let apart = self.peek().is_some_and(char::is_whitespace);
            let mut html = Html::from(element("mi").text(word));
            if apart {
                html.push(element("mspace").attr("width", "0.17em"));
            }
            return Base { html, letter: !apart };
        }
        if word.chars().any(is_greek) || (letters == 2 && word.chars().next().is_some_and(char::is_uppercase))
        {
            // Letters that are multiplied, one by one: `Aπ`, `WH`.
            self.at -= word.chars().count() - 1;
            let first = word.chars().next().map(String::from).unwrap_or_default();
            let accents = self.take_while(is_accent);
            return Base { html: element("mi").text(first + &accents).into(), letter: true };
        }
        let before = if self.at == word.chars().count() { "" } else { "\u{a0}" };
        let after = if self.at == self.characters.len() { "" } else { "\u{a0}" };
        Base { html: element("mtext").text(format!("{before}{word}{after}")).into(), letter: false }
    }

    /// The base with the index and exponent that follow it.
    fn scripts(&mut self, base: Base) -> Html {
        if !base.letter {
            return base.html;
        }
        let (below, above) = (self.below(), self.above());
        let (below, above) = match (below, above) {
            (None, above @ Some(_)) => (self.below(), above),
            found => found,
        };
        match (below, above) {
            (None, None) => base.html,
            (Some(below), None) => element("msub").with(base.html).with(below).into(),
            (None, Some(above)) => element("msup").with(base.html).with(above).into(),
            (Some(below), Some(above)) => element("msubsup").with(base.html).with(below).with(above).into(),
        }
    }

    /// `_1`, `_{-i}`, `_min`, `₁`, or the digits that directly follow a Greek letter.
    fn below(&mut self) -> Option<Html> {
        let is_low = |c: char| matches!(script(c), Some((true, _)));
        if self.peek().is_some_and(is_low) {
            // `X₁…ₜ` has one index.
            let lowered = self.take_while(|c| is_low(c) || c == '…');
            let plain: Vec<char> = lowered.chars().map(|c| script(c).map_or(c, |(_, plain)| plain)).collect();
            return Some(grouped(&plain));
        }
        let greek = self.at > 0 && matches!(self.characters[self.at - 1], 'α'..='ω' | 'Θ');
        if greek && self.peek().is_some_and(|character| character.is_ascii_digit()) {
            return Some(element("mn").text(self.take_while(|character| character.is_ascii_digit())).into());
        }
        if self.peek() != Some('_') {
            return None;
        }
        let next = *self.characters.get(self.at + 1)?;
        if next == '{' {
            let length = self.characters[self.at..].iter().position(|character| *character == '}')?;
            let inner = &self.characters[self.at + 2..self.at + length];
            self.at += length + 1;
            return Some(grouped(inner));
        }
        if !next.is_alphanumeric() {
            return None;
        }
        self.at += 1;
        let same = |character: char| character.is_alphanumeric() && script(character).is_none();
        let index = self.take_while(|c| same(c) && c.is_ascii_digit() == next.is_ascii_digit());
        let name = if next.is_ascii_digit() { "mn" } else { "mi" };
        Some(element(name).text(index).into())
    }

    /// `ᵀ`, `†`, `²`, or `*` at an identifier.
    fn above(&mut self) -> Option<Html> {
        let next = self.peek()?;
        if next == '*' {
            self.at += 1;
            return Some(element("mo").text("∗").into());
        }
        let raised: Vec<char> = self.take_while(|c| matches!(script(c), Some((false, _)))).chars().collect();
        let plain: Vec<char> = raised.iter().filter_map(|c| script(*c)).map(|(_, plain)| plain).collect();
        (!plain.is_empty()).then(|| grouped(&plain))
    }
}

fn grouped(characters: &[char]) -> Html {
    element("mrow").with(row(characters)).into()
}

fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// The plain character of an index (true) or exponent.
fn script(character: char) -> Option<(bool, char)> {
    const BELOW: [&str; 2] = ["₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖₙₜₓₕ", "0123456789+−=()ijkntxh"];
    const ABOVE: [&str; 2] = ["⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ†ⁿ′", "0123456789+−T†n′"];
    let plain = |[from, to]: [&str; 2]| {
        let at = from.chars().position(|other| other == character)?;
        to.chars().nth(at)
    };
    let below = plain(BELOW).map(|plain| (true, plain));
    below.or_else(|| plain(ABOVE).map(|plain| (false, plain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The markup without `math` around it.
    fn set(notation: &str) -> String {
        let html = inline(notation).to_string();
        html.trim_start_matches("<math>").trim_end_matches("</math>").to_owned()
    }

    #[test]
    fn indices_and_exponents() {
        let cases = [
            ("H_0", "<msub><mi>H</mi><mn>0</mn></msub>"),
            ("x_{-i}", "<msub><mi>x</mi><mrow><mo>-</mo><mi>i</mi></mrow></msub>"),
            ("σ_min", "<msub><mi>σ</mi><mi>min</mi></msub>"),
            ("π0", "<msub><mi>π</mi><mn>0</mn></msub>"),
            ("Wᵀ", "<msup><mi>W</mi><mrow><mi>T</mi></mrow></msup>"),
            ("S*", "<msup><mi>S</mi><mo>∗</mo></msup>"),
            ("Ḡ_2", "<msub><mi>Ḡ</mi><mn>2</mn></msub>"),
            ("b‖₁", "<mi>b</mi><msub><mo stretchy=\"false\">‖</mo><mrow><mn>1</mn></mrow></msub>"),
            ("Aπ", "<mi>A</mi><mi>π</mi>"),
            ("X₁…ₜ", "<msub><mi>X</mi><mrow><mn>1</mn><mo>…</mo><mi>t</mi></mrow></msub>"),
            ("r′", "<msup><mi>r</mi><mrow><mo>′</mo></mrow></msup>"),
        ];
        for (notation, expected) in cases {
            assert_eq!(set(notation), expected, "{notation}");
        }
    }

    #[test]
    fn numbers() {
        let fraction = "<mfrac><mn>12</mn><mn>35</mn></mfrac>";
        let cases = [
            ("12/35", fraction),
            ("1234567/2", "<mn>1234567/2</mn>"),
            ("0.25", "<mn>0.25</mn>"),
            ("1.5e-30", "<mn>1.5e-30</mn>"),
            ("3/", "<mn>3</mn><mo>/</mo>"),
        ];
        for (notation, expected) in cases {
            assert_eq!(set(notation), expected, "{notation}");
        }
    }

    #[test]
    fn words_stay_words() {
        assert_eq!(
            set("Pr(x)"),
            "<mi>Pr</mi><mo stretchy=\"false\">(</mo><mi>x</mi><mo stretchy=\"false\">)</mo>"
        );
        assert_eq!(set("so 1"), "<mtext>so\u{a0}</mtext><mn>1</mn>");
        assert_eq!(set("<x>&"), "<mo>&lt;</mo><mi>x</mi><mo>&gt;</mo><mo>&amp;</mo>");
    }

    #[test]
    fn no_character_is_lost() {
        for notation in [
            "P[H_{i|X} = (1/3, ",
            "_",
            "x_",
            "x_{",
            "ᵀ",
            "W†W = I_{n}",
            "a_b_c^2",
            "λ_x·g_x ≥ −1/2",
            "\u{300}x",
        ] {
            let mut plain = String::new();
            let mut tag = false;
            for character in set(notation).chars() {
                match character {
                    '<' => tag = true,
                    '>' => tag = false,
                    other if !tag => plain.push(other),
                    _ => {}
                }
            }
            for character in notation.chars().filter(|c| c.is_alphanumeric() && script(*c).is_none()) {
                assert!(plain.contains(character), "{notation}: {plain}");
            }
        }
    }

    #[test]
    fn calculations_break_before_relations() {
        let html = calculation("  Pr(x) = 1/2·3 = 3/2").to_string();
        assert!(html.starts_with("<div style=\"margin-left:2ch\">"));
        assert_eq!(html.matches("<math>").count(), 3);
        assert_eq!(calculation("so the label is 1").to_string(), "<div>so the label is 1</div>");
    }

    #[test]
    fn notation_is_found_among_words() {
        let cases = [
            (
                "the rows of W are free",
                Line::new().plain("the rows of").plain(" ").math("W").plain(" are").plain(" free"),
            ),
            (
                "as P[H₀ | x], 1 < i and (0, …, −2) are",
                Line::new()
                    .plain("as ")
                    .math("P[H₀ | x]")
                    .plain(", ")
                    .math("1 < i")
                    .plain(" and ")
                    .math("(0, …, −2)")
                    .plain(" are"),
            ),
            ("supp π0 ⊆ supp π_1.", Line::new().math("supp π0 ⊆ supp π_1").plain(".")),
            (
                "A head (of W)",
                Line::new().plain("A").plain(" head").plain(" (of").plain(" ").math("W").plain(")"),
            ),
        ];
        let written = |line: &Line| {
            let mut document = crate::report::document::Document::new("t");
            document.paragraph(line.clone());
            document.to_html().to_string()
        };
        for (text, expected) in cases {
            assert_eq!(written(&prose(text)), written(&expected), "{text}");
        }
    }
}
