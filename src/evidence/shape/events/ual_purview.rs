//! The export of the Purview portal: `AuditData` as JSON text in a CSV row.

use super::wrapped::read_wrapped;
use crate::evidence::shape::Shape;

/// The portal's search export.
pub(super) const UAL_PURVIEW: Shape = Shape {
    id: "ual_purview",
    title: "Unified audit log (Purview portal)",
    made_by: "Purview portal: audit search, export",
    claims: |record| record.has("auditdata") && (record.has("recordid") || (record.has("creationdate") && record.has("operation"))),
    read: |record, place, rows| read_wrapped(record, &["recordid", "identity"], place, rows),
};
