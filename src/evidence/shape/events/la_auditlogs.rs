//! The AuditLogs table of Log Analytics and Sentinel in projections that keep other columns than the Graph object needs.

use std::borrow::Cow;

use super::diraudit_graph;
use crate::evidence::container::value::{Object, key_is};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

/// See the file's first line.
pub(super) const LA_AUDITLOGS: Shape = Shape {
    id: "la_auditlogs",
    title: "Entra directory audits (Log Analytics AuditLogs, projected)",
    made_by: "Log Analytics or Sentinel: AuditLogs, queries that project columns",
    claims: |record| {
        record.has("timegenerated")
            && record.any(&["operationname", "activitydisplayname"]).is_some()
            && (record.has("initiatedby") || record.has("targetresources"))
            && !(record.has("activitydisplayname") && record.has("activitydatetime"))
    },
    read,
};

/// Column of the table → field of the Graph object. The table's own time is when the record arrived, minutes after the act.
const RENAMED: &[(&str, &str)] = &[
    ("activitydatetime", "activityDateTime"),
    ("timegenerated", "activityDateTime"),
    ("activitydisplayname", "activityDisplayName"),
    ("operationname", "activityDisplayName"),
    ("aadoperationtype", "operationType"),
    ("resultdescription", "resultReason"),
];

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let renamed = RENAMED.iter().filter_map(|(column, name)| Some((Cow::Borrowed(*name), record.get(column)?.clone())));
    let others = record.iter().filter(|(key, _)| !RENAMED.iter().any(|(column, _)| key_is(key, column))).cloned();
    diraudit_graph::read_object(&Object::new(renamed.chain(others)), None, place, rows)
}
