//! Pages: objects that only wrap a list of records (`{"@odata.context":…,"value":[…],"@odata.nextLink":…}`, `{"records":[…]}`).

use crate::evidence::container::value::{Object, Value};

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

/// The key names a page's list.
pub(super) fn is_list(key: &[u8]) -> bool {
    LISTS.iter().any(|list| key.eq_ignore_ascii_case(list.as_bytes()))
}

/// The key belongs to a page: OData's own keys, counters, links.
pub(super) fn is_key(key: &[u8]) -> bool {
    key.starts_with(b"@") || PAGE_KEYS.iter().any(|page_key| key.eq_ignore_ascii_case(page_key.as_bytes()))
}

/// What stands before a page's list.
pub(super) struct Head {
    /// `@odata.context`.
    pub(super) context: Option<String>,
    /// `@odata.nextLink` is there: the export stops before its end.
    pub(super) has_next: bool,
}

impl Head {
    /// Reads the text from the page's bracket to its list's bracket. `is_tail`: it is the stretch between two lists of one page.
    pub(super) fn read(text: &str, is_tail: bool) -> Self {
        let head = if is_tail { String::new() } else { format!("{text}]}}") };
        let has_next = names_next(text);
        let context = match serde_json::from_str::<Value<'_>>(&head) {
            Ok(Value::Object(object)) => context(&object),
            Ok(_) | Err(_) => None,
        };
        Self { context, has_next }
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
