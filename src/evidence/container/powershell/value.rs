//! Values as PowerShell writes them on a screen or into a cell: `{a, b…}` for lists, `{[key, value]}` for dictionaries, `@{Name=x; Value=y}` for objects.

use std::borrow::Cow;

use crate::evidence::container::value::{Object, Value};

/// Objects inside objects that are opened. PowerShell itself stops at 2 unless told otherwise.
const DEPTH: usize = 16;

/// The last element of a list that was cut.
const MORE: &str = "…";

/// The value of a field of screen output. Lists and dictionaries are opened; everything else stays text.
pub(crate) fn from_text(text: Cow<'_, str>) -> Value<'_> {
    let trimmed = text.trim();
    let Some(inner) = trimmed.strip_prefix('{').filter(|_| !begins_json(trimmed)) else { return Value::Text(text.into()) };
    let (inner, is_open) = match inner.strip_suffix('}') {
        Some(inner) => (inner, false),
        None if inner.ends_with(['…', '.']) => (inner, true),
        None => return Value::Text(text.into()),
    };
    if inner.trim_start().starts_with('[')
        && let Some(object) = dictionary(inner)
    {
        return Value::Object(object);
    }
    let mut elements: Vec<Value<'static>> = Vec::new();
    for part in split(inner, is_comma) {
        let whole = part.trim_end_matches('…').trim_end_matches("...").trim_end();
        let is_cut = whole.len() < part.len();
        match (whole, is_cut) {
            ("", false) => {}
            ("", true) => elements.push(Value::Text(MORE.into())),
            (part, true) if is_open => elements.push(Value::Text(format!("{part}{MORE}").into())),
            (part, true) => elements.extend([Value::Text(part.to_owned().into()), Value::Text(MORE.into())]),
            (part, false) => elements.push(Value::Text(part.to_owned().into())),
        }
    }
    Value::List(elements.into())
}

/// True for the begin of a JSON object or array, which `{a, b}` and `{"a" [SMTP:a]}` are not.
pub(super) fn begins_json(text: &str) -> bool {
    let text = text.trim_start();
    if text.starts_with('[') {
        return true;
    }
    let Some(key) = text.strip_prefix('{').map(str::trim_start).and_then(|inner| inner.strip_prefix('"')) else { return false };
    key.split_once('"').is_some_and(|(_, behind)| behind.trim_start().starts_with(':'))
}

/// `[@odata.type, #microsoft.graph.phoneAuthenticationMethod], [phoneNumber, +49 …]`; `None` when it is something else in brackets.
fn dictionary(inner: &str) -> Option<Object<'static>> {
    let mut fields = Vec::new();
    for part in split(inner, is_comma) {
        if matches!(part, "…" | "...") {
            continue;
        }
        let (key, value) = part.strip_prefix('[')?.strip_suffix(']')?.split_once(',')?;
        fields.push((Cow::Owned(key.trim().to_owned()), Value::Text(value.trim().to_owned().into())));
    }
    (!fields.is_empty()).then(|| Object::new(fields))
}

/// The fields of `@{Name=x; Value=@{…}}`, what `Export-Csv`, `Format-List` and `ConvertTo-Json` beyond its depth leave of an object; `None` for other text. A value may hold `; ` itself (user agents), so only
/// what looks like a name before `=` begins a field. The result is a best effort: the text does not tell for sure.
pub(crate) fn hash_table(text: &str) -> Option<Object<'static>> {
    object_at(text, 0)
}

fn object_at(text: &str, depth: usize) -> Option<Object<'static>> {
    let inner = text.trim().strip_prefix("@{")?;
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    if depth >= DEPTH {
        return None;
    }
    let mut fields: Vec<(Cow<'static, str>, Value<'static>)> = Vec::new();
    for part in split(inner, begins_field) {
        let Some((name, value)) = part.split_once('=') else { continue };
        let value = value.trim();
        let value = match object_at(value, depth + 1) {
            Some(object) => Value::Object(object),
            None => from_text(Cow::Borrowed(value)).into_owned(),
        };
        fields.push((Cow::Owned(name.trim().to_owned()), value));
    }
    Some(Object::new(fields))
}

/// A comma separates, whatever follows.
fn is_comma(separator: char, _: &str) -> bool {
    separator == ','
}

/// A semicolon separates when a name and `=` follow.
fn begins_field(separator: char, rest: &str) -> bool {
    const NAME_LIMIT: usize = 64;
    let rest = rest.trim_start_matches(' ');
    let n_name = rest.bytes().take(NAME_LIMIT).take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'@')).count();
    separator == ';' && n_name > 0 && rest.as_bytes().get(n_name) == Some(&b'=')
}

/// Parts between separators that stand outside of quotes and brackets. An unclosed quote or bracket is a letter like any other.
fn split(text: &str, separates: fn(char, &str) -> bool) -> impl Iterator<Item = &str> {
    let is_balanced = text.matches('"').count().is_multiple_of(2);
    let mut quoted = false;
    let mut depth = 0_usize;
    let mut from = 0;
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if is_balanced => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' | ';' if !quoted && depth == 0 && separates(letter, text.get(at + 1..).unwrap_or_default()) => {
                cuts.push((from, at));
                from = at + 1;
            }
            _ => {}
        }
    }
    cuts.push((from, text.len()));
    cuts.into_iter().filter_map(move |(start, end)| text.get(start..end)).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &Value<'_>) -> String {
        value.to_json().to_string()
    }

    #[test]
    fn lists_and_dictionaries_are_opened() {
        let of = |text: &'static str| json(&from_text(Cow::Borrowed(text)));
        assert_eq!(of("{}"), "[]");
        assert_eq!(of("{FullAccess, ReadPermission}"), r#"["FullAccess","ReadPermission"]"#);
        assert_eq!(of("{\"Doe, Jane\" [SMTP:jane@x.example], \"Bob\" [EX:/o=x]}"), r#"["\"Doe, Jane\" [SMTP:jane@x.example]","\"Bob\" [EX:/o=x]"]"#);
        assert_eq!(of("{a, b, c, d...}"), r#"["a","b","c","d","…"]"#);
        assert_eq!(of("{a, b, …}"), r#"["a","b","…"]"#);
        assert_eq!(of("{jane@evil.exa..."), r#"["jane@evil.exa…"]"#);
        assert_eq!(
            of("{[@odata.type, #microsoft.graph.phone], [phoneNumber, +49 1]}"),
            r##"{"@odata.type":"#microsoft.graph.phone","phoneNumber":"+49 1"}"##.replace("\"@odata.type\":\"#microsoft.graph.phone\",", "")
        );
        assert_eq!(of("{\"Id\": 1}"), r#""{\"Id\": 1}""#);
        assert_eq!(of("plain"), "\"plain\"");
        assert_eq!(of("{unclosed"), "\"{unclosed\"");
    }

    #[test]
    fn stringified_objects_are_opened() {
        let of = |text| hash_table(text).map(|object| json(&Value::Object(object))).unwrap_or_default();
        assert_eq!(of("@{Name=x; Value=y}"), r#"{"Name":"x","Value":"y"}"#);
        assert_eq!(of("@{emailAddress=}"), r#"{"emailAddress":""}"#);
        assert_eq!(of("@{emailAddress=@{name=A; address=a@x.example}}"), r#"{"emailAddress":{"address":"a@x.example","name":"A"}}"#);
        assert_eq!(
            of("@{agent=Mozilla/5.0 (Windows NT 10.0; Win64; x64) A/1; id=7}"),
            r#"{"agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) A/1","id":"7"}"#
        );
        assert_eq!(of("@{a={x, y}; b=System.Object[]}"), r#"{"a":["x","y"],"b":"System.Object[]"}"#);
        assert_eq!(of("{a}"), "");
        let deep = "@{a=".repeat(100_000);
        assert!(!of(&deep).is_empty());
    }
}
