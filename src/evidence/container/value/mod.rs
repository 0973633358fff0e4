//! One record as the shapes see it, whether it came from JSON or from a CSV row: fields by name, values borrowed from the block that was read.

mod list;
mod object;
mod reference;
mod slice;
mod text;

use std::borrow::Cow;

pub use self::list::List;
pub use self::object::{Field, Names, Object};
pub(super) use self::object::{Parts, print, print_of_key};
pub use self::text::Text;

/// A JSON value. CSV cells are [`Value::Text`]; text that holds JSON is parsed on demand by [`Value::nested`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number. `RuleIdentity` exceeds `i64`, so the full range of JSON integers is kept.
    Number(serde_json::Number),
    /// Text, escapes resolved.
    Text(Text<'a>),
    /// Array.
    List(List<'a>),
    /// Object.
    Object(Object<'a>),
}

impl<'a> Value<'a> {
    /// Text, number or boolean as text, trimmed; null, lists and objects are `None`. Null-like words stay as they are: see `shape::field`.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text.trim())),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(true) => Some(Cow::Borrowed("true")),
            Self::Bool(false) => Some(Cow::Borrowed("false")),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The object, if it is one.
    pub fn object(&self) -> Option<&Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The elements of a list; a single object or text counts as a list of one (PowerShell drops the brackets of one-element arrays).
    pub fn elements(&self) -> &[Value<'a>] {
        match self {
            Self::List(elements) => elements,
            Self::Null => &[],
            Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => std::slice::from_ref(self),
        }
    }

    /// The value itself, or the value inside a text that holds a JSON object or array (`AuditData`, `Folders`, `additionalInfo` …), or the object that
    /// PowerShell wrote as `@{Name=x; Value=y}`.
    /// `Err` carries the parser's words when such text does not parse: the cell was cut.
    pub fn nested(&self) -> Result<Cow<'_, Value<'_>>, serde_json::Error> {
        let Self::Text(text) = self else { return Ok(Cow::Borrowed(self)) };
        if let Some(document) = text.document() {
            return Ok(Cow::Owned(document));
        }
        let trimmed = text.trim();
        if let Some(object) = super::powershell::hash_table(trimmed) {
            return Ok(Cow::Owned(Value::Object(object)));
        }
        if trimmed.starts_with(['{', '[']) { super::repair::parse(trimmed).map(|(value, _)| Cow::Owned(value)) } else { Ok(Cow::Borrowed(self)) }
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(text.into_owned().into()),
            Self::List(elements) => Value::List(elements.iter().map(|element| element.clone().into_owned()).collect()),
            Self::Object(object) => {
                let fields = object.into_fields().into_iter();
                Value::Object(Object::new(fields.map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))))
            }
        }
    }

    /// Plain `serde_json` value, for the compact JSON columns of the frames. OData sidecars are left out.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => serde_json::Value::Bool(*flag),
            Self::Number(number) => serde_json::Value::Number(number.clone()),
            Self::Text(text) => serde_json::Value::String(text.to_string()),
            Self::List(elements) => elements.iter().map(Value::to_json).collect(),
            Self::Object(object) => {
                object.iter().filter(|(key, _)| !is_sidecar(key)).map(|(key, value)| (key.to_string(), value.to_json())).collect()
            }
        }
    }
}

/// Keys that OData puts beside a value (`RecordType@odata.type`); `@odata.type` of the object itself counts too.
pub fn is_sidecar(key: &str) -> bool {
    key.contains("@odata.") || key.contains("@data.")
}

/// Compares a key of the evidence with a normalised name: case, blanks, `_`, `-`, `.`, parentheses (`Date (UTC)` of the
/// portals) and a trailing ` [UTC]` do not matter.
pub fn key_is(key: &str, normalised: &str) -> bool {
    // A key of the same length has no room for anything that does not matter.
    if key.len() <= normalised.len() {
        return key.eq_ignore_ascii_case(normalised);
    }
    letters(key).eq(normalised.bytes())
}

/// What matters of a key.
fn letters(key: &str) -> impl Iterator<Item = u8> {
    let bytes = key.as_bytes();
    let end = memchr::memmem::find(bytes, b" [").unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default().iter().filter(|byte| !is_filler(**byte)).map(u8::to_ascii_lowercase)
}

fn is_filler(byte: u8) -> bool {
    matches!(byte, b' ' | b'_' | b'-' | b'.' | b'(' | b')' | b'"' | b'\t')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_meet_whatever_the_exporter_put_between_the_letters() {
        for key in ["Date (UTC)", "date_utc", "DateUTC", "\"Date (UTC)\"", "Date-UTC [UTC]"] {
            assert!(key_is(key, "dateutc"), "{key}");
        }
        for key in ["Date", "Date (UTC) 2", "TimeGenerated [UTC]"] {
            assert!(!key_is(key, "dateutc"), "{key}");
        }
    }

    /// [`key_is`] letter by letter.
    fn is_spelling_of(key: &str, normalised: &str) -> bool {
        let end = key.find(" [").unwrap_or(key.len());
        let letters: String = key[..end].chars().filter(|letter| !" _-.()\"\t".contains(*letter)).collect();
        letters.to_ascii_lowercase() == normalised
    }

    proptest! {
        #[test]
        fn fields_are_found_as_if_all_keys_were_compared(keys in proptest::collection::vec("[aAbB1\u{e9}@ _.()\\[-]{0,6}", 0..25), name in "[ab1\u{e9}@]{0,5}") {
            let object = Object::new(keys.iter().enumerate().map(|(nth, key)| (Cow::Borrowed(key.as_str()), Value::Number(nth.into()))));
            let json = object.iter().map(|(key, value)| format!("{}:{}", serde_json::json!(key), value.to_json())).collect::<Vec<_>>().join(",");
            let json = format!("{{{json}}}");
            let parsed = crate::evidence::container::json::record::parse(&json).expect("JSON");
            for name in keys.iter().map(|key| letters(key).map(char::from).collect()).chain([name]).filter(|name: &String| name.is_ascii()) {
                let wanted = keys.iter().position(|key| is_spelling_of(key, &name)).map(|nth| Value::Number(nth.into()));
                prop_assert_eq!(object.get(&name), wanted.as_ref());
                prop_assert_eq!(parsed.object().and_then(|object| object.get(&name)), wanted.as_ref());
            }
            let left: Vec<&Field<'_>> = object.iter().filter(|(key, _)| !["a", "b", "ab", "ba", "a1", "aab", "bb", "1"].iter().any(|name| is_spelling_of(key, name))).collect();
            let names = Names::new(&["a", "b", "ab", "ba", "a1", "aab", "bb", "1"]);
            prop_assert_eq!(object.without(&names).collect::<Vec<_>>(), left);
        }
    }
}
