//! The OfficeActivity table of Log Analytics and Sentinel, and projections of it: AuditData with some fields renamed and structures as JSON text.

use std::borrow::Cow;

use super::audit_data;
use crate::evidence::container::value::{Object, key_is};
use crate::evidence::shape::field;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

/// See the file's first line.
pub(super) const LA_OFFICEACTIVITY: Shape = Shape {
    id: "la_officeactivity",
    title: "Unified audit log (Log Analytics OfficeActivity)",
    made_by: "Log Analytics or Sentinel: OfficeActivity",
    claims: |record| {
        // A hunt's projection keeps what it needs; the first two and one of the others tell the table.
        let of_table = ["officeworkload", "officeobjectid", "parameters", "userid", "clientip"];
        record.has("operation") && record.has("timegenerated") && of_table.iter().any(|name| record.has(name))
    },
    read,
};

/// Column of the table → field of AuditData. Of several columns for one field the first filled one counts.
const RENAMED: &[(&str, &str)] = &[
    ("officeid", "Id"),
    ("sourcerecordid", "Id"),
    ("starttime", "CreationTime"),
    ("timegenerated", "CreationTime"),
    ("officeworkload", "Workload"),
    ("officeobjectid", "ObjectId"),
    ("aadtarget", "Target"),
];

/// Columns that say where the row was stored, not what happened.
const STORAGE: &[&str] = &["tenantid", "sourcesystem", "type", "officetenantid", "elevationtime", "resourceid"];

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let mut fields = Vec::with_capacity(record.len());
    for (column, name) in RENAMED {
        if let Some(value) = record.get(column).filter(|value| field::some_text(Some(value)).is_some()) {
            fields.push((Cow::Borrowed(*name), value.clone()));
        }
    }
    let is_other = |key: &str| !RENAMED.iter().any(|(column, _)| key_is(key, column)) && !STORAGE.iter().any(|column| key_is(key, column));
    fields.extend(record.iter().filter(|(key, _)| is_other(key)).cloned());
    audit_data::read(&Object::new(fields), None, place, rows)
}
