//! One record as the shapes see it, whether it came from JSON or from a CSV row: fields by name, values borrowed from the block that was read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

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
    Text(Cow<'a, str>),
    /// Array.
    List(Vec<Value<'a>>),
    /// Object.
    Object(Object<'a>),
}

/// Fields in the order of the file. Looked up by normalised name; the first of two equal names wins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object<'a>(pub Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// The field whose name equals `name` after key normalisation; `name` is given in lower case without blanks, `_`, `-` and `.`.
    /// Empty text is a value here: absent is `None`, null is [`Value::Null`].
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(key, _)| key_is(key, name)).map(|(_, value)| value)
    }

    /// [`Self::get`] through several levels: `["status", "errorcode"]`. Text that holds JSON is not entered; use [`Value::nested`] for that.
    pub fn path(&self, names: &[&str]) -> Option<&Value<'a>> {
        let (first, rest) = names.split_first()?;
        rest.iter().try_fold(self.get(first)?, |value, name| value.object()?.get(name))
    }

    /// The first of several spellings that is present.
    pub fn any(&self, names: &[&str]) -> Option<&Value<'a>> {
        names.iter().find_map(|name| self.get(name))
    }

    /// True when a field of that normalised name is present, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Text of a field: see [`Value::text`]. `Some("")` = present but empty, `None` = absent or null.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).and_then(Value::text)
    }
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
    pub fn nested(&self) -> Result<Cow<'_, Value<'a>>, serde_json::Error> {
        if let Self::Text(text) = self {
            let trimmed = text.trim();
            if let Some(object) = super::powershell::hash_table(trimmed) {
                return Ok(Cow::Owned(Value::Object(object)));
            }
            if trimmed.starts_with(['{', '[']) {
                return super::repair::parse(trimmed).map(|(value, _)| Cow::Owned(value.into_owned()));
            }
        }
        Ok(Cow::Borrowed(self))
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::List(elements) => Value::List(elements.into_iter().map(Value::into_owned).collect()),
            Self::Object(object) => {
                Value::Object(Object(object.0.into_iter().map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned())).collect()))
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
                object.0.iter().filter(|(key, _)| !is_sidecar(key)).map(|(key, value)| (key.to_string(), value.to_json())).collect()
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
    let bytes = key.as_bytes();
    let mut wanted = normalised.bytes();
    for (position, byte) in bytes.iter().enumerate() {
        match byte {
            b' ' if bytes.get(position + 1) == Some(&b'[') => break,
            b' ' | b'_' | b'-' | b'.' | b'(' | b')' | b'"' | b'\t' => {}
            letter if wanted.next() == Some(letter.to_ascii_lowercase()) => {}
            _ => return false,
        }
    }
    wanted.next().is_none()
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number))
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(Key(key)) = access.next_key()? {
            fields.push((key, access.next_value()?));
        }
        Ok(Value::Object(Object(fields)))
    }
}

/// A key that borrows when it has no escapes (`Cow` alone never borrows under serde).
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::key_is;

    #[test]
    fn keys_meet_whatever_the_exporter_put_between_the_letters() {
        for key in ["Date (UTC)", "date_utc", "DateUTC", "\"Date (UTC)\"", "Date-UTC [UTC]"] {
            assert!(key_is(key, "dateutc"), "{key}");
        }
        for key in ["Date", "Date (UTC) 2", "TimeGenerated [UTC]"] {
            assert!(!key_is(key, "dateutc"), "{key}");
        }
    }
}
