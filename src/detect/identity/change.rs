//! Reads the JSON columns of audit events: modified properties with old and new value. Not a detector.

use serde_json::Value;

/// One modified property.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::detect) struct Change {
    /// Property name as recorded.
    pub name: String,
    /// Value before; JSON where the record holds JSON.
    pub old: Value,
    /// Value after.
    pub new: Value,
}

/// The modified properties of one event.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::detect) struct Changes(pub Vec<Change>);

impl Changes {
    /// From the `changes` column; damaged or absent JSON is no changes.
    pub(crate) fn parse(column: Option<&str>) -> Self {
        let Some(Value::Array(elements)) = column.and_then(|text| serde_json::from_str(text).ok()) else { return Self::default() };
        let changes = elements.into_iter().filter_map(|mut element| {
            let name = element.get("name")?.as_str()?.to_owned();
            let mut take = |key| unfolded(element.get_mut(key).map(Value::take).unwrap_or_default());
            Some(Change { name, old: take("old"), new: take("new") })
        });
        Self(changes.collect())
    }

    /// The first property of this name, whatever its case.
    pub(crate) fn get(&self, name: &str) -> Option<&Change> {
        self.0.iter().find(|change| change.name.eq_ignore_ascii_case(name))
    }

    /// The new value as text; `None` when absent or empty. Directory audits write some values twice quoted.
    pub(crate) fn new_text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|change| text(&change.new))
    }

    /// True when the new value reads `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.new_text(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Elements of the new list that the old list does not hold.
    pub(crate) fn added(&self, name: &str) -> Vec<&Value> {
        self.get(name).map(|change| list(&change.new).iter().filter(|element| !list(&change.old).contains(element)).collect()).unwrap_or_default()
    }
}

/// A list, or one value that stands for a list of one; null and blank are the empty list.
pub(in crate::detect) fn list(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::String(text) if text.is_empty() || text == "[]" => &[],
        Value::Array(elements) => elements,
        other => std::slice::from_ref(other),
    }
}

/// Text of a plain value, or of a list of one; `None` when empty.
pub(in crate::detect) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim().trim_matches('"').to_owned()).filter(|text| !text.is_empty()),
        Value::Array(elements) if elements.len() == 1 => elements.first().and_then(text),
        Value::Array(elements) if elements.is_empty() => None,
        other => Some(other.to_string()),
    }
}

/// Text that holds JSON becomes that JSON; at most two layers, as Microsoft writes them.
fn unfolded(value: Value) -> Value {
    let mut value = value;
    for _ in 0..2 {
        let Value::String(text) = &value else { break };
        let trimmed = text.trim();
        if !trimmed.starts_with(['{', '[', '"']) {
            break;
        }
        // `[KeyIdentifier=…]` looks like JSON and is not: it stays text.
        let Ok(inner) = serde_json::from_str(trimmed) else { break };
        value = inner;
    }
    if let Value::Array(elements) = &mut value {
        for element in elements {
            *element = unfolded_once(element.take());
        }
    }
    value
}

fn unfolded_once(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim().starts_with('{') => serde_json::from_str(text.trim()).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::Changes;

    #[test]
    fn values_are_read_through_their_quotes() {
        let changes = Changes::parse(Some(
            r#"[{"name":"Role.DisplayName","old":null,"new":"\"Global Administrator\""},{"name":"List","old":"[\"a\"]","new":"[\"a\",\"b\"]"},
                {"name":"KeyDescription","old":"[]","new":["[KeyIdentifier=1,KeyType=Password]"]},{"name":"Flag","old":"[false]","new":"[true]"}]"#,
        ));
        assert_eq!(changes.new_text("role.displayname").as_deref(), Some("Global Administrator"));
        assert_eq!(changes.added("List"), [&serde_json::json!("b")]);
        assert_eq!(changes.added("KeyDescription"), [&serde_json::json!("[KeyIdentifier=1,KeyType=Password]")]);
        assert!(changes.is_true("Flag"));
        assert_eq!(Changes::parse(Some("{cut")), Changes::default());
    }
}
