//! `Search-UnifiedAuditLog`: `AuditData` as JSON text in a CSV or JSON row.

use super::wrapped::read_wrapped;
use crate::evidence::shape::Shape;

/// `Search-UnifiedAuditLog`.
pub(super) const UAL_SEARCH: Shape = Shape {
    id: "ual_search",
    title: "Unified audit log (Search-UnifiedAuditLog)",
    made_by: "Search-UnifiedAuditLog to CSV or JSON; Microsoft-Extractor-Suite Get-UAL; Hawk; classic portal download",
    claims: |record| record.has("auditdata") && ["operations", "userids", "resultindex"].iter().any(|name| record.has(name)),
    read: |record, place, rows| read_wrapped(record, &["identity", "id"], place, rows),
};
