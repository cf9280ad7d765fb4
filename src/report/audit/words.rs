//! Names of statements and hypotheses, from their ids.

/// `theorem-3.3` as `Theorem 3.3`, `no-zero-row` as `no zero row`.
pub fn title(id: &str) -> String {
    let Some((kind, number)) = id.split_once('-') else { return id.to_owned() };
    let numbered =
        number.chars().next().is_some_and(|c| c.is_ascii_digit()) || number.chars().nth(1) == Some('.');
    if !numbered {
        return id.replace(['-', '.'], " ");
    }
    let mut letters = kind.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let (number, part) = match number.match_indices('.').nth(1) {
        Some((at, _)) => (&number[..at], format!(" ({})", number[at + 1..].replace('-', " "))),
        None => (number, String::new()),
    };
    let mut characters = number.chars();
    let letter = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{} {letter}{}{part}", letters.as_str(), characters.as_str())
}

/// `1 model`, `2 models`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Digits in groups of three: `12,345`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_titles() {
        let cases = [
            ("theorem-3.3", "Theorem 3.3"),
            ("claim-a.1", "Claim A.1"),
            ("lemma-c.9.attended", "Lemma C.9 (attended)"),
            ("assumption-3.2.full-support", "Assumption 3.2 (full support)"),
            ("no-zero-row", "no zero row"),
            ("irreducible", "irreducible"),
        ];
        for (id, expected) in cases {
            assert_eq!(title(id), expected);
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            ["1", "999", "1,000", "1,234,567"],
            [1, 999, 1000, 1_234_567].map(grouped).each_ref().map(String::as_str)
        );
        assert_eq!([counted(1, "model"), counted(0, "model")], ["1 model", "0 models"]);
    }
}
