//! AuditData as Filebeat, Elastic Agent and SOF-ELK store it: under `o365.audit`, nested or as flat column names, with some fields moved to the
//! common names of Elastic.

use std::borrow::Cow;

use super::audit_data;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

/// See the file's first lines.
pub(super) const UAL_ELASTIC: Shape = Shape {
    id: "ual_elastic",
    title: "Unified audit log (Elastic)",
    made_by: "Filebeat module o365, Elastic Agent, Kibana and Elasticsearch exports of either",
    claims: |record| record.path(&["o365", "audit"]).is_some() || record.iter().any(|(key, _)| field_of(key).is_some()),
    read,
};

/// Field of AuditData ← where Elastic's pipelines move it. Source: Elastic "O365 module" and "Microsoft Office 365 integration" (read 2026-11).
const MOVED: &[(&str, &[&str])] = &[
    ("CreationTime", &["@timestamp"]),
    ("Id", &["event", "id"]),
    ("Operation", &["event", "action"]),
    ("Workload", &["event", "provider"]),
    ("RecordType", &["event", "code"]),
    ("UserId", &["user", "id"]),
    ("ClientIP", &["client", "ip"]),
    ("ClientIP", &["source", "ip"]),
    ("UserAgent", &["user_agent", "original"]),
    ("OrganizationId", &["organization", "id"]),
];

/// `o365.audit.ClientIP` → `ClientIP`.
fn field_of(key: &str) -> Option<&str> {
    crate::evidence::shape::field::identity::strip_prefix_ignoring_case(key.trim_matches('"'), "o365.audit.")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let nested = record.path(&["o365", "audit"]).and_then(Value::object);
    let mut fields: Vec<(Cow<'_, str>, Value<'_>)> = nested.map(|audit| audit.fields().to_vec()).unwrap_or_default();
    fields.extend(record.iter().filter_map(|(key, value)| Some((Cow::Borrowed(field_of(key)?), value.clone()))));
    let mut data = Object::new(fields);
    for (name, path) in MOVED {
        let flat = || record.iter().find(|(key, _)| key.eq_ignore_ascii_case(&path.join("."))).map(|(_, value)| value);
        let normal = name.to_ascii_lowercase();
        if !data.has(&normal)
            && let Some(value) = record
                .iter()
                .find(|(key, _)| key == path.first().copied().unwrap_or_default())
                .and_then(|(_, value)| inside(value, path))
                .or_else(flat)
        {
            data.push(Cow::Borrowed(*name), value.clone());
        }
    }
    audit_data::read(&data, None, place, rows)
}

/// The value at the rest of a path, by exact names.
fn inside<'v, 'a>(value: &'v Value<'a>, path: &[&str]) -> Option<&'v Value<'a>> {
    path.get(1..)?.iter().try_fold(value, |value, name| value.object()?.iter().find(|(key, _)| key == name).map(|(_, value)| value))
}
