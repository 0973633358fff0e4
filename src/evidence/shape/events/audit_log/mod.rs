//! The wrappers in which AuditData arrives: `Search-UnifiedAuditLog`, the Purview portal, Graph audit log queries, and the bare object.

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::events::audit_data;
use crate::evidence::shape::{Place, Reject, Shape, field};
use crate::frame::Rows;
use crate::provenance::SkipReason;

/// Graph `security/auditLog/queries/{id}/records`.
pub(super) const UAL_GRAPH: Shape = Shape {
    id: "ual_graph",
    title: "Unified audit log (Graph audit log query)",
    made_by: "Graph security/auditLog/queries/{id}/records; Microsoft-Extractor-Suite Get-UALGraph",
    claims: |record| record.has("auditdata") && record.has("auditlogrecordtype"),
    read: |record, place, rows| read_wrapped(record, &["id"], place, rows),
};

/// `Search-UnifiedAuditLog`.
pub(super) const UAL_SEARCH: Shape = Shape {
    id: "ual_search",
    title: "Unified audit log (Search-UnifiedAuditLog)",
    made_by: "Search-UnifiedAuditLog to CSV or JSON; Microsoft-Extractor-Suite Get-UAL; Hawk; classic portal download",
    claims: |record| record.has("auditdata") && ["operations", "userids", "resultindex"].iter().any(|name| record.has(name)),
    read: |record, place, rows| read_wrapped(record, &["identity", "id"], place, rows),
};

/// The portal's search export.
pub(super) const UAL_PURVIEW: Shape = Shape {
    id: "ual_purview",
    title: "Unified audit log (Purview portal)",
    made_by: "Purview portal: audit search, export",
    claims: |record| record.has("auditdata") && (record.has("recordid") || (record.has("creationdate") && record.has("operation"))),
    read: |record, place, rows| read_wrapped(record, &["recordid", "identity"], place, rows),
};

/// AuditData without a wrapper.
pub(super) const UAL_AUDITDATA: Shape = Shape {
    id: "ual_auditdata",
    title: "Unified audit log (bare AuditData)",
    made_by: "Office 365 Management Activity API; DFIR-O365RC; Microsoft-Extractor-Suite -AuditDataOnly; Untitled Goose; log forwarders",
    claims: |record| {
        record.has("creationtime")
            && record.has("operation")
            && (record.has("workload") || record.has("recordtype"))
            && ["organizationid", "userkey", "userid"].iter().any(|name| record.has(name))
    },
    read: |record, place, rows| audit_data::read(record, None, place, rows),
};

/// A listing page of the Management Activity API: addresses of blobs, no records.
pub(super) const MANAGEMENT_LISTING: Shape = Shape {
    id: "management_listing",
    title: "Management Activity API listing",
    made_by: "Office 365 Management Activity API: content listing",
    claims: |record| record.has("contenturi") && record.has("contentid") && record.has("contenttype"),
    read: |_, _, _| {
        let detail = "a listing entry of the Management Activity API: it names a blob of records but holds none";
        Err(Reject { reason: SkipReason::NotEvidence, detail: detail.into() })
    },
};

/// Opens `AuditData` (text or object) and reads it; the wrapper's id stands in for a missing one.
fn read_wrapped(record: &Object<'_>, ids: &[&str], place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
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
