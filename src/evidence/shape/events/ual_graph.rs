//! The records of Graph audit log queries: an envelope with `auditData` as an object.

use super::wrapped::read_wrapped;
use crate::evidence::shape::Shape;

/// Graph `security/auditLog/queries/{id}/records`.
pub(super) const UAL_GRAPH: Shape = Shape {
    id: "ual_graph",
    title: "Unified audit log (Graph audit log query)",
    made_by: "Graph security/auditLog/queries/{id}/records; Microsoft-Extractor-Suite Get-UALGraph",
    claims: |record| record.has("auditdata") && record.has("auditlogrecordtype"),
    read: |record, place, rows| read_wrapped(record, &["id"], place, rows),
};
