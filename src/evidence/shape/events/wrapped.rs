//! Opening the wrappers in which AuditData arrives.

use super::audit_data;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, field};
use crate::frame::Rows;
use crate::provenance::SkipReason;

/// Opens `AuditData` (text or object) and reads it; the wrapper's id stands in for a missing one.
pub(super) fn read_wrapped(record: &Object<'_>, ids: &[&str], place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let outer_id = ids.iter().find_map(|name| field::some_text(record.get(name)));
    match record.get("auditdata") {
        Some(Value::Text(text)) => {
            let parsed = audit_data::parse(text)?;
            let Some(data) = parsed.object() else {
                let detail = "AuditData is JSON but not an object";
                return Err(Reject { reason: SkipReason::Malformed, detail: detail.into() });
            };
            audit_data::read(data, outer_id.as_deref(), place, rows)
        }
        Some(Value::Object(data)) => audit_data::read(data, outer_id.as_deref(), place, rows),
        Some(Value::Null) | None => audit_data::parse("").map(|_| ()),
        Some(Value::Bool(_) | Value::Number(_) | Value::List(_)) => {
            Err(Reject { reason: SkipReason::Malformed, detail: "AuditData is neither text nor an object".into() })
        }
    }
}
