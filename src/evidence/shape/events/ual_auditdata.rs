//! AuditData without a wrapper: Management Activity API and everything built on it.

use super::audit_data;
use crate::evidence::shape::Shape;

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
