//! Opening the wrappers in which AuditData arrives.

use super::audit_data;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, field};
use crate::frame::{Cut, Lost, Rows};
use crate::provenance::SkipReason;

/// Opens `AuditData` (text or object) and reads it; the wrapper's id stands in for a missing one.
pub(super) fn read_wrapped(record: &Object<'_>, ids: &[&str], place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if record.has("resultindex") {
        rows.remarks.page(field::some_text(record.get("runspaceid")), field::int(record.get("resultcount")), field::int(record.get("resultindex")));
    }
    let outer_id = ids.iter().find_map(|name| field::some_text(record.get(name)));
    match record.get("auditdata") {
        Some(Value::Text(text)) => {
            let parsed = match text.document() {
                Some(parsed) => parsed,
                None => audit_data::parse(text).inspect_err(|_| rows.remarks.lose(lost(record, text, place)))?,
            };
            let Some(data) = parsed.object() else {
                let detail = "AuditData is JSON but not an object";
                return Err(Reject { reason: SkipReason::Malformed, detail: detail.into() });
            };
            audit_data::read(data, outer_id.as_deref(), place, rows)
        }
        Some(Value::Object(data)) => audit_data::read(data, outer_id.as_deref(), place, rows),
        Some(Value::Null) | None => {
            rows.remarks.lose(lost(record, "", place));
            audit_data::parse("").map(|_| ())
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::List(_)) => {
            Err(Reject { reason: SkipReason::Malformed, detail: "AuditData is neither text nor an object".into() })
        }
    }
}

/// Splunk ends an event after 10,000 bytes by default; the wrapper around AuditData takes some of them.
const SIEM_CUT: std::ops::RangeInclusive<usize> = 9_000..=10_000;

/// What the wrapper tells about a record whose AuditData cannot be read.
fn lost(record: &Object<'_>, text: &str, place: &Place<'_>) -> Lost {
    let cut = match text.chars().count() {
        audit_data::SPREADSHEET_CELL => Cut::Spreadsheet,
        n_characters if n_characters == 0 || SIEM_CUT.contains(&n_characters) => Cut::Siem,
        _ => Cut::Unknown,
    };
    Lost {
        record: place.record,
        time: field::time(record.any(&["creationdate", "createddatetime", "creationtime"]), place.dates),
        record_type: audit_data::record_type(record.any(&["recordtype", "auditlogrecordtype"])),
        operation: field::some_text(record.any(&["operations", "operation"])).map(|operation| field::operation(&operation)),
        account: field::some_text(record.any(&["userids", "userid", "userprincipalname"])).map(|user| user.to_lowercase()),
        cut,
    }
}
