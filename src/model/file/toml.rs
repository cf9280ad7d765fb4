//! TOML to [`Node`]s. Float literals are taken from the raw text, so that no digit is lost.

use toml::de::{DeTable, DeValue};

use super::node::{Entry, Node, SyntaxError, Value};

pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let document = DeTable::parse(text).map_err(|error| {
        let duplicate = error.message().starts_with("duplicate key");
        let written = error.span().filter(|_| duplicate).and_then(|span| text.get(span));
        let key = written.map(|key| key.trim_matches(['"', '\'', '[', ']', ' ']).to_owned());
        SyntaxError { message: error.message().to_owned(), span: error.span(), key }
    })?;
    Ok(Node { span: document.span(), value: table(document.get_ref()) })
}

fn table(entries: &DeTable<'_>) -> Value {
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| Entry {
        key: AsRef::<str>::as_ref(key.get_ref()).to_owned(),
        span: key.span(),
        node: node(value),
    };
    Value::Table(entries.iter().map(entry).collect())
}

fn node(value: &toml::Spanned<DeValue<'_>>) -> Node {
    let content = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Value::Number(number.as_str().to_owned()),
        DeValue::Integer(_) => Value::Other("a number that is not decimal"),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(_) => Value::Other("a boolean"),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::List(items.iter().map(node).collect()),
        DeValue::Table(entries) => table(entries),
    };
    Node { span: value.span(), value: content }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn float_literals_keep_every_digit() {
        let text = "x = [0.1000000000000000000000000000001, 1e-40, 1_000.5, 3]";
        let root = parse(text).unwrap();
        let Value::List(items) = &root.get("x").unwrap().value else { panic!() };
        let raw: Vec<_> = items.iter().map(|item| text[item.span.clone()].to_owned()).collect();
        assert_eq!(raw, ["0.1000000000000000000000000000001", "1e-40", "1_000.5", "3"]);
        for (item, expected) in
            items.iter().zip(["0.1000000000000000000000000000001", "1e-40", "1000.5", "3"])
        {
            let Value::Number(found) = &item.value else { panic!() };
            assert_eq!(found, expected);
        }
    }
}
