//! Reads one cell of a state export into one column: three-valued text, flags, times and lists, with PowerShell's damage told apart from emptiness.
//!
//! `None` = the export cannot answer: no such field, or the value was lost on the way to the file (`System.Object[]`). An empty text = the field
//! is there without a value. Several names are spellings of one fact; the first that holds something wins.

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, field};
use crate::provenance::SkipReason;
use crate::time::Time;

/// Stands as the last element of a list that PowerShell cut (`{a, b, c...}`): there were more.
pub(super) const MORE: &str = "…";

/// A rejection because `detail` names a field without which the record says nothing.
pub(super) fn missing(detail: &str) -> Reject {
    Reject { reason: SkipReason::MissingField, detail: detail.to_owned() }
}

/// The fact as text; words for "nothing" (`-`, `N/A`, `$null` …) become empty.
pub(super) fn text(record: &Object<'_>, names: &[&str]) -> Option<String> {
    first(record, names, |value| Some(plain(value)).map(|text| if field::is_blank(&text) { String::new() } else { text }))
}

/// The fact as it stands: for names, where `-` is a name that somebody chose.
pub(super) fn verbatim(record: &Object<'_>, names: &[&str]) -> Option<String> {
    first(record, names, |value| Some(plain(value)))
}

/// The fact as lower-case text: addresses, user names, ids.
pub(super) fn lower(record: &Object<'_>, names: &[&str]) -> Option<String> {
    text(record, names).map(|text| text.to_lowercase())
}

/// The fact as an account: see [`field::identity::account`].
pub(super) fn account(record: &Object<'_>, names: &[&str]) -> Option<String> {
    text(record, names).map(|text| field::identity::account(&text))
}

/// The fact when it says something.
pub(super) fn filled(record: &Object<'_>, names: &[&str]) -> Option<String> {
    text(record, names).filter(|text| !text.is_empty())
}

/// The fact as yes or no; null when absent, empty or another word.
pub(super) fn flag(record: &Object<'_>, names: &[&str]) -> Option<bool> {
    names.iter().find_map(|name| field::flag(record.get(name)))
}

/// Yes when one of several fields says yes, no when at least one says no and none says yes.
pub(super) fn any_flag(record: &Object<'_>, names: &[&str]) -> Option<bool> {
    names.iter().filter_map(|name| field::flag(record.get(name))).reduce(|one, other| one || other)
}

/// The fact as a moment.
pub(super) fn time(record: &Object<'_>, names: &[&str], place: &Place<'_>) -> Option<Time> {
    names.iter().find_map(|name| field::time(record.get(name), place.dates))
}

/// The fact as a `;`-joined list; null when it was lost. A cut list ends in [`MORE`].
pub(super) fn list(record: &Object<'_>, names: &[&str]) -> Option<String> {
    first(record, names, |value| Elements::of(value).joined(";"))
}

/// The whole record as compact JSON, OData sidecars left out.
pub(super) fn body(record: &Object<'_>) -> String {
    field::json::to_text(&Value::Object(record.clone()))
}

/// Microsoft's type name of a Graph object (`#microsoft.graph.device`), also from re-exports that renamed the key.
pub(super) fn odata_type(record: &Object<'_>) -> Option<String> {
    record.any(&["@odatatype", "odatatype", "atsignodatatype"]).and_then(Value::text).map(std::borrow::Cow::into_owned)
}

/// The type name that `Export-Csv` writes in place of a list or an object: ``System.Collections.Generic.List`1[System.String]``.
pub(super) fn is_type_name(text: &str) -> bool {
    let name = text.split(['[', '`']).next().unwrap_or_default();
    ["System.", "Microsoft.Graph.", "Microsoft.Exchange.Data.", "Deserialized."].iter().any(|start| name.starts_with(start))
        && !text.contains([' ', '@'])
        && !name.contains([',', ';'])
}

/// The elements of a list field, and whether some of them were lost.
#[derive(Debug, Default)]
pub(super) struct Elements {
    /// What is legible, in the order of the file.
    pub(super) known: Vec<String>,
    /// There were more.
    pub(super) cut: bool,
}

impl Elements {
    /// Reads arrays, single values, joined cells, PowerShell's `{a, b}` and JSON inside text.
    pub(super) fn of(value: &Value<'_>) -> Self {
        let mut elements = Self::default();
        elements.read(value, Spelling::Cell, 0);
        elements
    }

    /// The elements in one text; `None` when nothing of a non-empty list is legible.
    pub(super) fn joined(mut self, separator: &str) -> Option<String> {
        if self.cut {
            if self.known.is_empty() {
                return None;
            }
            self.known.push(MORE.to_owned());
        }
        Some(self.known.join(separator))
    }

    fn read(&mut self, value: &Value<'_>, spelling: Spelling, depth: usize) {
        // Real exports nest lists at most three deep: JSON in text, the 5.1 collection wrapper, the list.
        if depth > 4 {
            self.cut = true;
            return;
        }
        match value {
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) => self.known.push(plain(value)),
            Value::List(elements) => elements.iter().for_each(|element| self.read(element, Spelling::Element, depth + 1)),
            Value::Object(object) => match object.get("value") {
                Some(inner @ Value::List(_)) => self.read(inner, spelling, depth + 1),
                _ => self.known.extend(Some(name_of(object)).filter(|name| !name.is_empty())),
            },
            Value::Text(text) => self.read_text(text.trim(), value, spelling, depth),
        }
    }

    fn read_text(&mut self, text: &str, value: &Value<'_>, spelling: Spelling, depth: usize) {
        if text.is_empty() || (spelling == Spelling::Cell && field::is_blank(text)) {
            return;
        }
        if is_type_name(text) {
            self.cut = true;
            return;
        }
        if text == MORE {
            self.cut = true;
            return;
        }
        if text.starts_with("@{") {
            match member(text, "address").filter(|address| !address.is_empty()) {
                Some(address) => self.known.push(address.to_owned()),
                None => self.cut = true,
            }
            return;
        }
        if spelling == Spelling::Element {
            self.known.push(text.to_owned());
            return;
        }
        if let Ok(nested) = value.nested()
            && !matches!(*nested, Value::Text(_))
        {
            self.read(&nested, Spelling::Cell, depth + 1);
            return;
        }
        let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
        for piece in split(inner) {
            let whole = piece.trim_end_matches('…').trim_end_matches("...").trim();
            self.cut |= whole.len() < piece.len();
            self.known.extend(Some(whole).filter(|whole| !whole.is_empty()).map(str::to_owned));
        }
    }
}

/// Where a text stands: a whole cell may hold several elements, an element of a JSON array is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Cell,
    Element,
}

/// A member of `@{Name=x; Address=y}`, the text PowerShell leaves of an object beyond its depth limit. `name` in lower case.
pub(super) fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let inner = text.strip_prefix("@{")?.trim_end_matches('}');
    inner.split(';').find_map(|pair| pair.split_once('=').filter(|(key, _)| key.trim().eq_ignore_ascii_case(name))).map(|(_, value)| value.trim())
}

/// Pieces of a joined cell. `;`, `,` and line ends separate, but not inside quotes or brackets: `"Doe, Jane" [SMTP:jane@…]` is one recipient.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut bracketed = false;
    text.split(move |letter: char| {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            _ => {}
        }
        matches!(letter, ';' | ',' | '\n' | '\r') && !quoted && !bracketed
    })
    .map(str::trim)
    .filter(|piece| !piece.is_empty())
}

/// The address of a recipient, else the best name an object has, else the object as JSON.
fn name_of(object: &Object<'_>) -> String {
    let inner = object.get("emailaddress").and_then(Value::object).unwrap_or(object);
    let names = ["address", "primarysmtpaddress", "userprincipalname", "displayname", "name", "emailaddress", "id"];
    names.iter().filter_map(|name| inner.text(name)).find(|text| !text.is_empty()).map_or_else(|| body(object), std::borrow::Cow::into_owned)
}

/// The first spelling that holds something; empty when one is there without a value, `None` when none is there or the value is lost.
fn first(record: &Object<'_>, names: &[&str], read: impl Fn(&Value<'_>) -> Option<String>) -> Option<String> {
    let mut there_but_empty = None;
    for name in names {
        match record.get(name).map(&read) {
            Some(Some(text)) if !text.is_empty() => return Some(text),
            Some(Some(text)) => there_but_empty = Some(text),
            Some(None) | None => {}
        }
    }
    there_but_empty
}

fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => value.text().unwrap_or_default().into_owned(),
        Value::List(_) => Elements::of(value).joined(";").unwrap_or_default(),
        Value::Object(object) => object.get("value").map_or_else(|| name_of(object), |inner| inner.text().unwrap_or_default().into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_list(json: &str) -> Option<String> {
        let value: Value<'_> = serde_json::from_str(json).expect("test JSON");
        Elements::of(&value).joined(";")
    }

    #[test]
    fn lists_survive_every_spelling() {
        assert_eq!(read_list(r#"["a@contoso.example","b@contoso.example"]"#).as_deref(), Some("a@contoso.example;b@contoso.example"));
        assert_eq!(read_list(r#"{"value":["a","b"],"Count":2}"#).as_deref(), Some("a;b"));
        assert_eq!(read_list(r#""{a, b}""#).as_deref(), Some("a;b"));
        assert_eq!(read_list(r#""[\"a\",\"b\"]""#).as_deref(), Some("a;b"));
        assert_eq!(read_list(r#""a@x.example, b@x.example""#).as_deref(), Some("a@x.example;b@x.example"));
        assert_eq!(
            read_list(r#""\"Doe, Jane\" [SMTP:jane@contoso.example]""#).as_deref(),
            Some("\"Doe, Jane\" [SMTP:jane@contoso.example]"),
            "a comma inside quotes does not separate"
        );
        assert_eq!(read_list(r#"[{"emailAddress":{"name":"A","address":"a@x.example"}}]"#).as_deref(), Some("a@x.example"));
        assert_eq!(read_list(r#""{}""#).as_deref(), Some(""));
        assert_eq!(read_list("null").as_deref(), Some(""));
    }

    #[test]
    fn a_lost_list_is_not_an_empty_list() {
        assert_eq!(read_list(r#""System.Object[]""#), None);
        assert_eq!(read_list(r#""System.Collections.Generic.List`1[System.String]""#), None);
        assert_eq!(read_list(r#"["@{emailAddress=}"]"#), None);
        assert_eq!(read_list(r#""Microsoft.Graph.PowerShell.Models.MicrosoftGraphRecipient""#), None);
    }

    #[test]
    fn a_cut_list_keeps_what_is_legible_and_says_so() {
        assert_eq!(read_list(r#""{a, b, c...}""#).as_deref(), Some("a;b;c;…"));
        assert_eq!(read_list(r#""{a, b…}""#).as_deref(), Some("a;b;…"));
    }

    #[test]
    fn absent_empty_and_filled_differ() {
        let record: Value<'_> = serde_json::from_str(r#"{"A":null,"B":"","C":"-","D":"x"}"#).expect("test JSON");
        let record = record.object().expect("an object");
        assert_eq!(text(record, &["z"]), None);
        assert_eq!(text(record, &["a"]).as_deref(), Some(""));
        assert_eq!(text(record, &["c"]).as_deref(), Some(""));
        assert_eq!(verbatim(record, &["c"]).as_deref(), Some("-"), "a name may be a dash");
        assert_eq!(text(record, &["b", "d"]).as_deref(), Some("x"));
    }
}
