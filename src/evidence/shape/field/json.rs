//! Compact JSON columns, written straight from the record without a second tree. OData sidecars are left out.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::pair_name;
use crate::evidence::container::repair;
use crate::evidence::container::value::{Object, Value, is_sidecar};

/// A field as compact JSON: objects and arrays as they are, text that holds JSON re-written compactly, other text as a JSON string. Absent
/// and lost → `None`; null and blank text → `Some("")`.
pub fn compact(value: Option<&Value<'_>>) -> Option<String> {
    let value = value?;
    if value.text().map_or_else(|| *value == Value::Null, |text| text.is_empty()) {
        return Some(String::new());
    }
    if value.text().is_some_and(|text| super::is_lost(&text)) {
        return None;
    }
    Some(match value.nested() {
        Ok(nested) => to_text(&nested),
        Err(_) => to_text(value),
    })
}

/// Compact JSON of a value.
pub fn to_text(value: &Value<'_>) -> String {
    serialised(&Compact(value))
}

/// Serialising to memory cannot fail for values whose keys are text; an empty text would only mean that this stopped being true.
fn serialised<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Serialises a [`Value`] without its OData sidecars.
struct Compact<'v, 'a>(&'v Value<'a>);

impl Serialize for Compact<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => number.serialize(serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    list.serialize_element(&Compact(element))?;
                }
                list.end()
            }
            Value::Object(object) => {
                let mut map = serializer.serialize_map(None)?;
                for (key, value) in object.iter().filter(|(key, _)| !is_sidecar(key)) {
                    map.serialize_entry(key, &Compact(value))?;
                }
                map.end()
            }
        }
    }
}

/// A JSON object under construction: name → value, a repeated name becomes an array. Order of first appearance.
#[derive(Debug, Default)]
pub struct Map<'v, 'a> {
    entries: Vec<(Cow<'v, str>, Vec<Cow<'v, Value<'a>>>)>,
}

impl<'v, 'a> Map<'v, 'a> {
    /// No entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a value that stands in the record.
    pub fn add(&mut self, name: impl Into<Cow<'v, str>>, value: &'v Value<'a>) {
        self.add_cow(name.into(), Cow::Borrowed(value));
    }

    /// Adds a value that was derived.
    pub fn add_owned(&mut self, name: impl Into<Cow<'v, str>>, value: Value<'a>) {
        self.add_cow(name.into(), Cow::Owned(value));
    }

    fn add_cow(&mut self, name: Cow<'v, str>, value: Cow<'v, Value<'a>>) {
        match self.entries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => self.entries.push((name, vec![value])),
        }
    }

    /// Adds every entry of a list of pairs (`[{"Name": …, "Value": …}]`). An entry without value is there with `null`.
    pub fn add_pairs(&mut self, pairs: Option<&'v Value<'a>>) {
        self.add_pairs_but(pairs, "");
    }

    /// [`Self::add_pairs`] without the entries of one name, which a column holds.
    pub fn add_pairs_but(&mut self, pairs: Option<&'v Value<'a>>, held: &str) {
        for entry in pairs.map(Value::elements).unwrap_or_default().iter().filter_map(Value::object) {
            if let Some(name) = pair_name(entry).filter(|name| name != held) {
                match entry.get("value") {
                    Some(value) => self.add(name, value),
                    None => self.add_owned(name, Value::Null),
                }
            }
        }
    }

    /// Adds a field of the record under the given name when it is there and not null.
    pub fn add_field(&mut self, name: &'static str, record: &'v Object<'a>, key: &str) {
        if let Some(value) = record.get(key).filter(|value| **value != Value::Null) {
            self.add(name, value);
        }
    }

    /// The object as compact JSON text; `None` without entries.
    pub fn to_text(&self) -> Option<String> {
        (!self.is_empty()).then(|| serialised(self))
    }
}

impl Serialize for Map<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (name, values) in &self.entries {
            if let [value] = values.as_slice() {
                map.serialize_entry(name, &Compact(value))?;
            } else {
                map.serialize_entry(name, &values.iter().map(|value| Compact(value)).collect::<Vec<_>>())?;
            }
        }
        map.end()
    }
}

/// One changed property, values unwrapped.
#[derive(Debug, serde::Serialize)]
pub struct Change<'v> {
    /// Property name as recorded.
    pub name: Cow<'v, str>,
    /// Value before; empty when there was none.
    pub old: String,
    /// Value after.
    pub new: String,
}

/// `[{"name","old","new"}]` as compact JSON; `None` without changes.
pub fn changes(changes: &[Change<'_>]) -> Option<String> {
    (!changes.is_empty()).then(|| serialised(&changes))
}

/// A property value as plain text. Entra writes values as JSON text inside JSON: one-element arrays and quotes are taken off, everything larger
/// stays JSON, compact.
pub fn unwrapped(value: Option<&Value<'_>>) -> String {
    let Some(value) = value else { return String::new() };
    let mut text = match value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => to_text(other),
    };
    // Text in quotes in text in brackets: three layers were seen, each pass takes one off.
    for _ in 0..3 {
        if !text.starts_with(['"', '[', '{']) {
            break;
        }
        let inner = match repair::parse(&text).map(|(value, _)| value) {
            Ok(Value::Text(inner)) => inner.trim().to_owned(),
            Ok(Value::List(elements)) => match &*elements {
                [] => String::new(),
                [Value::Text(only)] => only.trim().to_owned(),
                [only] => to_text(only),
                _ => to_text(&Value::List(elements)),
            },
            Ok(other) => to_text(&other),
            Err(_) => break,
        };
        if inner == text {
            break;
        }
        text = inner;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value<'_> {
        serde_json::from_str(json).expect("test JSON")
    }

    #[test]
    fn sidecars_are_left_out_and_nested_text_is_opened() {
        let nested = value(r#""{\"a\": 1,\r\n \"a@odata.type\": \"x\", \"b\": [true, null]}""#);
        assert_eq!(compact(Some(&nested)).as_deref(), Some(r#"{"a":1,"b":[true,null]}"#));
        assert_eq!(compact(Some(&value("\"plain\""))).as_deref(), Some("\"plain\""));
        assert_eq!(compact(Some(&value("\"{cut\""))).as_deref(), Some("\"{cut\""));
        assert_eq!(compact(None), None);
    }

    #[test]
    fn repeated_names_become_arrays() {
        let pairs = value(r#"[{"Name":"A","Value":"1"},{"Name":"B"},{"Name":"A","Value":"2"}]"#);
        let mut map = Map::default();
        map.add_pairs(Some(&pairs));
        assert_eq!(map.to_text().as_deref(), Some(r#"{"A":["1","2"],"B":null}"#));
    }

    #[test]
    fn layers_of_quotes_and_brackets_are_taken_off() {
        for (raw, plain) in [
            (r#""\"Global Administrator\"""#, "Global Administrator"),
            (r#""[\r\n  \"Sans Summit\"\r\n]""#, "Sans Summit"),
            (r#""[\"\\\"x\\\"\"]""#, "x"),
            (r#""[]""#, ""),
            (r#""[true]""#, "true"),
            (r#""plain""#, "plain"),
            (r#""[\"a\",\"b\"]""#, r#"["a","b"]"#),
            (r#""[cut""#, "[cut"),
        ] {
            assert_eq!(unwrapped(Some(&value(raw))), plain, "{raw}");
        }
    }
}
