//! Pages: objects that only wrap a list of records (`{"@odata.context":…,"value":[…],"@odata.nextLink":…}`, `{"records":[…]}`), and the tables of
//! Log Analytics queries (`{"tables":[{"name":…,"columns":[{"name":…}],"rows":[[…]]}]}`).

use crate::evidence::container::value::{Object, Value};

/// What a page's list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Records.
    Records,
    /// Tables, each an object of its own.
    Tables,
    /// Rows of one table: lists of cells.
    Rows,
}

/// Keys whose list holds the records.
const LISTS: &[&str] = &["value", "records", "events", "data", "results", "items", "logs", "entries"];

/// Keys beside the list that say something about the page and nothing about a record. An object with any other key before its list is a record.
const PAGE_KEYS: &[&str] = &[
    "count",
    "total",
    "totalcount",
    "size",
    "limit",
    "offset",
    "page",
    "pagesize",
    "next",
    "nextlink",
    "hasmore",
    "skiptoken",
    "$skiptoken",
    "success",
    "schema",
    "stats",
    "took",
    "timed_out",
];

/// The list that the key names, if it names one.
pub(super) fn list(key: &[u8]) -> Option<List> {
    let is = |name: &str| key.eq_ignore_ascii_case(name.as_bytes());
    match key {
        _ if is("tables") => Some(List::Tables),
        _ if is("rows") => Some(List::Rows),
        _ => LISTS.iter().any(|list| is(list)).then_some(List::Records),
    }
}

/// The key belongs to a page: OData's own keys, counters, links.
pub(super) fn is_key(key: &[u8]) -> bool {
    key.starts_with(b"@") || PAGE_KEYS.iter().any(|page_key| key.eq_ignore_ascii_case(page_key.as_bytes()))
}

/// The key stands before the rows of a table.
pub(super) fn is_table_key(key: &[u8]) -> bool {
    key.eq_ignore_ascii_case(b"name") || key.eq_ignore_ascii_case(b"columns")
}

/// What stands before a page's list.
pub(super) struct Head {
    /// `@odata.context`.
    pub(super) context: Option<String>,
    /// `@odata.nextLink` is there: the export stops before its end.
    pub(super) has_next: bool,
    /// Names of a table's columns.
    pub(super) columns: Vec<String>,
}

impl Head {
    /// Reads the text from the page's bracket to its list's bracket. `is_tail`: it is the stretch between two lists of one page.
    pub(super) fn read(text: &str, is_tail: bool) -> Self {
        let head = if is_tail { String::new() } else { format!("{text}]}}") };
        let has_next = names_next(text);
        let Ok(Value::Object(object)) = serde_json::from_str::<Value<'_>>(&head) else {
            return Self { context: None, has_next, columns: Vec::new() };
        };
        let name = |column: &Value<'_>| column.object().and_then(|column| column.text("name")).unwrap_or_default().into_owned();
        let columns = object.get("columns").map(|columns| columns.elements().iter().map(name).collect()).unwrap_or_default();
        Self { context: context(&object), has_next, columns }
    }
}

/// `@odata.context` of an object.
pub(crate) fn context(object: &Object<'_>) -> Option<String> {
    object.get("@odatacontext").and_then(Value::text).map(std::borrow::Cow::into_owned)
}

/// The text of a page's head or tail names a following page.
pub(super) fn names_next(text: &str) -> bool {
    let Some(at) = text.find("@odata.nextLink") else { return false };
    let value = text.get(at + "@odata.nextLink".len()..).unwrap_or_default().trim_start_matches(['"', ':', ' ', '\t', '\r', '\n']);
    !value.is_empty() && !value.starts_with("null") && !value.starts_with([',', '}'])
}
