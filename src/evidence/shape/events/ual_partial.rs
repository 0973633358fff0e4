//! Columns picked from `Search-UnifiedAuditLog` without `AuditData`: time, user and operation, nothing else.

use std::borrow::Cow;

use super::audit_data;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

/// See the file's first line.
pub(super) const UAL_PARTIAL: Shape = Shape {
    id: "ual_partial",
    title: "Unified audit log (columns without AuditData)",
    made_by: "Search-UnifiedAuditLog with Select-Object CreationDate, UserIds, Operations",
    claims: |record| {
        record.has("creationdate")
            && (record.has("operations") || record.has("operation"))
            && (record.has("userids") || record.has("userid"))
            && !record.has("auditdata")
    },
    read,
};

/// Column of the wrapper → field of AuditData. `ClientIP` of such files is always empty: the cmdlet's objects have no such property.
const RENAMED: &[(&str, &str)] = &[
    ("identity", "Id"),
    ("recordid", "Id"),
    ("creationdate", "CreationTime"),
    ("operations", "Operation"),
    ("operation", "Operation"),
    ("userids", "UserId"),
    ("userid", "UserId"),
    ("recordtype", "RecordType"),
];

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let present = RENAMED.iter().filter_map(|(column, name)| record.get(column).map(|value| (Cow::Borrowed(*name), value.clone())));
    audit_data::read(&Object::new(present), None, place, rows)
}
