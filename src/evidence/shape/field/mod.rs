//! Cells → column values. Every shape converts through these functions, so that the same fact reads the same from every export.
//!
//! Three values: a field that the export does not have is `None`, a field that is there without a value is `Some("")`, and what counts as
//! "without a value" is [`is_blank`].

pub mod address;
pub mod identity;
pub mod json;

use crate::evidence::container::value::{Object, Value};
use crate::time::{DateOrder, Time};

/// Words that exporters write for "nothing": .NET, PowerShell, Log Analytics, Exchange and Entra each have their own.
const BLANK_WORDS: &[&str] = &[
    "-",
    "null",
    "<null>",
    "n/a",
    "__null__",
    "not available",
    "not-found",
    "(blank)",
    "{}",
    "[]",
    "$null",
    "00000000-0000-0000-0000-000000000000",
    "$restapitenantid$",
    "errorduringidconversion",
];

/// True for text that stands for "no value".
pub fn is_blank(text: &str) -> bool {
    let text = text.trim();
    match text.as_bytes() {
        [] => true,
        // How the words begin: most texts are told by their first letter.
        [b'-' | b'n' | b'N' | b'<' | b'_' | b'(' | b'{' | b'[' | b'$' | b'0' | b'e' | b'E', ..] => {
            text.len() <= 36 && BLANK_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        }
        _ => false,
    }
}

/// True for what PowerShell leaves of a list or an object in a CSV cell: the type's name. The value is lost, which is not the same as empty.
pub fn is_lost(text: &str) -> bool {
    let names = ["System.", "Microsoft.Graph.PowerShell.", "Microsoft.Exchange.Data.", "Deserialized.Microsoft.", "Selected.System."];
    text.starts_with(['S', 'M', 'D'])
        && names.iter().any(|name| text.starts_with(name))
        && (text.ends_with(']') || text.contains(".Models.") || text.ends_with("Object"))
        && !text.contains(' ')
}

/// Text of a field, trimmed; a list of plain values is joined with `,`. Absent and
/// lost ([`is_lost`]) → `None`; null, blank words and objects → `Some("")`.
pub fn text(value: Option<&Value<'_>>) -> Option<String> {
    Some(match value? {
        Value::List(elements) => {
            let mut joined = String::new();
            for element in elements.iter().filter_map(Value::text).filter(|element| !is_blank(element)) {
                if !joined.is_empty() {
                    joined.push(',');
                }
                joined.push_str(&element);
            }
            joined
        }
        other => match other.text() {
            Some(text) if is_lost(&text) => return None,
            Some(text) if !is_blank(&text) => text.into_owned(),
            _ => String::new(),
        },
    })
}

/// [`text`] in lower case: ids, and words that are compared.
pub fn lower(value: Option<&Value<'_>>) -> Option<String> {
    text(value).map(|mut text| {
        make_lower(&mut text);
        text
    })
}

/// Lower case in place where the text is ASCII, which nearly all of it is.
pub fn make_lower(text: &mut String) {
    if text.is_ascii() {
        text.make_ascii_lowercase();
    } else {
        *text = text.to_lowercase();
    }
}

/// Enumeration words, so that `Single-factor authentication` (portal) and `singleFactorAuthentication` (Graph) meet: lower case, letters, digits
/// and commas only.
pub fn word(value: Option<&Value<'_>>) -> Option<String> {
    text(value).map(|mut text| {
        text.retain(|letter| letter.is_alphanumeric() || letter == ',');
        make_lower(&mut text);
        text
    })
}

/// A value only when there is one: absent, null and blank words are `None`.
pub fn some_text(value: Option<&Value<'_>>) -> Option<String> {
    text(value).filter(|text| !text.is_empty())
}

/// `true/false`, `1/0`, `yes/no`, `$true` in any case; anything else is `None`.
pub fn flag(value: Option<&Value<'_>>) -> Option<bool> {
    if let Value::Bool(flag) = value? {
        return Some(*flag);
    }
    flag_of(&value?.text()?)
}

/// [`flag`] of a text.
pub fn flag_of(text: &str) -> Option<bool> {
    let text = text.trim().trim_start_matches('$');
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_one_of(&["true", "1", "yes", "bound"]) {
        Some(true)
    } else if is_one_of(&["false", "0", "no", "unbound"]) {
        Some(false)
    } else {
        None
    }
}

/// A whole number; `1156492.00` counts as one.
pub fn int(value: Option<&Value<'_>>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Value::Text(text) => int_of(text),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
    }
}

/// [`int`] of a text.
pub fn int_of(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.contains('.').then(|| text.parse().ok()).flatten().and_then(whole))
}

/// Whole part of a number that a 64-bit float holds exactly.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (number.abs() <= EXACT).then_some(number as i64)
}

/// A real number.
pub fn real(value: Option<&Value<'_>>) -> Option<f64> {
    match value? {
        Value::Number(number) => number.as_f64(),
        Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
    }
}

/// A time; PowerShell's decorated `{"value": "/Date(…)/", "DateTime": …}` too.
pub fn time(value: Option<&Value<'_>>, order: DateOrder) -> Option<Time> {
    let value = value?;
    let value = value.object().and_then(|object| object.get("value")).unwrap_or(value);
    crate::time::parse(&value.text()?, order)
}

/// Token identifier: case matters. The all-zero placeholder means "not known" and is `None`; the quote that portals put before `-` and `=` against
/// spreadsheet formulas is taken off.
pub fn token(value: Option<&Value<'_>>) -> Option<String> {
    let mut token = text(value)?;
    if token.starts_with('\'') && token.get(1..).is_some_and(|rest| rest.starts_with(['-', '+', '=', '@'])) {
        token.remove(0);
    }
    let is_placeholder = !token.is_empty() && token.bytes().all(|byte| byte == b'0');
    (!is_placeholder).then_some(token)
}

/// A part of a record that some exporters nest (`status: {errorCode}`), some write as JSON text in a cell, and some flatten (`status.errorCode`).
pub struct Part<'v> {
    record: &'v Object<'v>,
    nested: Option<std::borrow::Cow<'v, Value<'v>>>,
}

impl<'v> Part<'v> {
    /// The part under the first of these names that is an object or holds one as text.
    pub fn of(record: &'v Object<'v>, names: &[&str]) -> Self {
        let nested = names.iter().filter_map(|name| record.get(name)?.nested().ok()).find(|value| value.object().is_some());
        Self { record, nested }
    }

    /// A field of the part by its own name, else by its flattened name on the record.
    pub fn get(&self, name: &str, flattened: &str) -> Option<&Value<'_>> {
        self.nested.as_deref().and_then(Value::object).and_then(|object| object.get(name)).or_else(|| self.record.get(flattened))
    }
}

/// Operation or activity name in the form that all exports share: dashes plain, blanks collapsed, one trailing dot off, lower case.
pub fn operation(raw: &str) -> String {
    let mut name = String::with_capacity(raw.len());
    for part in raw.split_whitespace() {
        if !name.is_empty() {
            name.push(' ');
        }
        for letter in part.chars() {
            match letter {
                '\u{2010}'..='\u{2015}' | '\u{2212}' => name.push('-'),
                letter => name.extend(letter.to_lowercase()),
            }
        }
    }
    if name.ends_with('.') {
        name.pop();
    }
    name
}

/// Elements of a list, from a JSON array, from text that holds one, or from text with separators. Blank elements are left out.
pub fn list(value: Option<&Value<'_>>, separators: &[char]) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    let Ok(nested) = value.nested() else { return Vec::new() };
    let mut elements = Vec::new();
    for element in nested.elements() {
        if let Some(text) = element.text() {
            elements.extend(text.split(separators).map(str::trim).filter(|part| !is_blank(part) && !is_lost(part)).map(str::to_owned));
        }
    }
    elements
}

/// The value of one entry in a list of pairs (`[{"Name": …, "Value": …}]`, `[{"key": …, "value": …}]`), by name without regard to case.
pub fn pair<'v, 'a>(pairs: Option<&'v Value<'a>>, name: &str) -> Option<&'v Value<'a>> {
    pairs?.elements().iter().filter_map(Value::object).find(|entry| pair_name(entry).is_some_and(|key| key.eq_ignore_ascii_case(name)))?.get("value")
}

/// The name in one entry of a list of pairs.
pub fn pair_name<'v>(entry: &'v Object<'_>) -> Option<std::borrow::Cow<'v, str>> {
    entry.any(&["name", "key"]).and_then(Value::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value<'_> {
        serde_json::from_str(json).expect("test JSON")
    }

    #[test]
    fn absent_and_blank_differ() {
        assert_eq!(text(None), None);
        assert_eq!(text(Some(&Value::Null)), Some(String::new()));
        for word in ["", " ", "<null>", "Not Available", "N/A", "__NULL__", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(text(Some(&Value::Text(word.into()))), Some(String::new()), "{word}");
        }
        assert_eq!(some_text(Some(&Value::Text("-".into()))), None);
        for lost in
            ["System.Object[]", "System.Collections.Generic.List`1[System.String]", "Microsoft.Graph.PowerShell.Models.MicrosoftGraphDeviceDetail"]
        {
            assert_eq!(text(Some(&Value::Text(lost.into()))), None, "{lost}");
        }
        assert_eq!(text(Some(&Value::Text("System.Object is a type".into()))).as_deref(), Some("System.Object is a type"));
        assert_eq!(text(Some(&value(r#"["a", null, "b"]"#))), Some("a,b".to_owned()));
    }

    #[test]
    fn every_blank_word_is_blank_in_any_case() {
        for word in BLANK_WORDS {
            assert!(is_blank(word) && is_blank(&word.to_uppercase()) && is_blank(&format!(" {word} ")), "{word}");
        }
    }

    #[test]
    fn numbers_and_flags_are_read_from_text() {
        assert_eq!(int(Some(&value("\"1156492.00\""))), Some(1_156_492));
        assert_eq!(int(Some(&value("50126"))), Some(50_126));
        assert_eq!(int(Some(&value("15394007230974001153"))), None);
        assert_eq!(flag(Some(&value("\"True\""))), Some(true));
        assert_eq!(flag(Some(&value("\"$false\""))), Some(false));
        assert_eq!(flag(Some(&value("\"\""))), None);
    }

    #[test]
    fn operation_spellings_meet() {
        let name = "update application - certificates and secrets management";
        assert_eq!(operation("Update application \u{2013} Certificates and secrets management "), name);
        assert_eq!(operation("Update application - Certificates and  secrets management"), name);
        assert_eq!(operation("Add service principal."), "add service principal");
    }

    #[test]
    fn words_of_portal_and_graph_meet() {
        assert_eq!(word(Some(&value("\"Single-factor authentication\""))), word(Some(&value("\"singleFactorAuthentication\""))));
        assert_eq!(word(Some(&value("\"refreshToken,primaryRefreshToken\""))), Some("refreshtoken,primaryrefreshtoken".to_owned()));
    }

    #[test]
    fn pairs_are_found_by_name() {
        let pairs = value(r#"[{"Name":"UserAgent","Value":"x"},{"Name":"RuleName"}]"#);
        assert_eq!(pair(Some(&pairs), "useragent"), Some(&value("\"x\"")));
        assert_eq!(pair(Some(&pairs), "RuleName"), None);
    }
}
