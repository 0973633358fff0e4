//! Named values of an audit record (`parameters`, `details`), read from their JSON text and looked up by name without regard to case.

use std::collections::BTreeMap;

use serde_json::Value;

/// Name → value. Only names that the record carries are present; an empty value is present and empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties(BTreeMap<String, (String, Value)>);

impl Properties {
    /// Reads a JSON object. Anything else, damaged text included, has no properties.
    pub(super) fn parse(text: Option<&str>) -> Self {
        let Some(Ok(Value::Object(object))) = text.map(serde_json::from_str) else {
            return Self::default();
        };
        Self(object.into_iter().map(|(name, value)| (name.to_lowercase(), (name, value))).collect())
    }

    /// The value as recorded.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(&name.to_lowercase()).map(|(_, value)| value)
    }

    /// The value as text: texts as they stand, lists joined with `;`, null as empty, everything else as JSON.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(text_of)
    }

    /// The value as text, when there is one and it is not blank.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// `True`, `true`, `1`, `yes` and JSON true.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| is_true(&text))
    }

    /// `False`, `false`, `0`, `no` and JSON false; an absent or blank value is not false.
    pub(super) fn is_off(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.trim().trim_start_matches('$').to_lowercase().as_str(), "false" | "0" | "no"))
    }

    /// All pairs, with the names as recorded, sorted by lower-case name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.values().map(|(name, value)| (name.as_str(), value))
    }
}

/// See [`Properties::text`].
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text_of).collect::<Vec<_>>().join(";"),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// See [`Properties::flag`].
pub(super) fn is_true(text: &str) -> bool {
    matches!(text.trim().trim_start_matches('$').to_lowercase().as_str(), "true" | "1" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_regard_to_case() {
        let properties = Properties::parse(Some(r#"{"ForwardTo":"a@example.com","List":["x","y"],"Empty":"","Null":null,"On":true,"Off":"False"}"#));
        assert_eq!(properties.text("forwardto").as_deref(), Some("a@example.com"));
        assert_eq!(properties.text("LIST").as_deref(), Some("x;y"));
        assert_eq!(properties.text("Null").as_deref(), Some(""));
        assert_eq!(properties.filled("Empty"), None);
        assert_eq!(properties.text("absent"), None);
        assert!(properties.flag("on") && properties.is_off("off") && !properties.is_off("absent"));
    }

    #[test]
    fn damaged_text_has_no_properties() {
        assert_eq!(Properties::parse(Some("{\"a\":")).iter().count(), 0);
        assert_eq!(Properties::parse(Some("[1]")).iter().count(), 0);
        assert_eq!(Properties::parse(None).iter().count(), 0);
    }
}
