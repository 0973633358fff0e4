//! Sentinel: the tables `SecurityIncident` and `SecurityAlert`, and incidents of its REST interface.

use super::alerts::{self, Fields, entity, feed};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

/// Incidents, from the table or from the interface.
pub(super) const SENTINEL_INCIDENTS: Shape = Shape {
    id: "sentinel_incidents",
    title: "Sentinel incidents",
    made_by: "Log Analytics or Sentinel: SecurityIncident; Sentinel REST interface and SDKs: incidents",
    claims: |record| {
        let of_interface = || record.text("type").is_some_and(|kind| kind.to_ascii_lowercase().ends_with("securityinsights/incidents"));
        record.has("incidentnumber") && (record.has("incidentname") || record.has("title")) || of_interface()
    },
    read: read_incident,
};

/// Alerts of all products in one table.
pub(super) const SENTINEL_ALERTS: Shape = Shape {
    id: "sentinel_alerts",
    title: "Sentinel alerts (SecurityAlert)",
    made_by: "Log Analytics or Sentinel: SecurityAlert",
    claims: |record| record.has("systemalertid") && (record.has("alertname") || record.has("displayname")),
    read: |record, place, rows| {
        let row = alerts::row(record, feed::ALERT, &ALERT, place)?;
        alerts::push(row, entity::of_list(record.get("entities")), place, rows);
        Ok(())
    },
};

const INCIDENT: Fields = Fields {
    first: &["firstactivitytime", "firstactivitytimeutc"],
    last: &["lastactivitytime", "lastactivitytimeutc"],
    raised: &["createdtime", "createdtimeutc", "timegenerated"],
    updated: &["lastmodifiedtime", "lastmodifiedtimeutc"],
    alert_id: &[],
    incident_id: &["incidentnumber"],
    title: &["title"],
    severity: &["severity"],
    status: &["status"],
    classification: &["classification"],
    category: &[],
    product: &["providername"],
    techniques: &[],
    details: &[
        "description",
        "alertids",
        "owner",
        "classificationcomment",
        "classificationreason",
        "comments",
        "labels",
        "incidentname",
        "name",
        "incidenturl",
        "additionaldata",
    ],
};

const ALERT: Fields = Fields {
    first: &["starttime"],
    last: &["endtime"],
    raised: &["timegenerated"],
    updated: &["processingendtime"],
    alert_id: &["systemalertid"],
    incident_id: &[],
    title: &["displayname", "alertname"],
    severity: &["alertseverity"],
    status: &["status"],
    classification: &[],
    category: &["tactics"],
    product: &["productname", "providername"],
    techniques: &["techniques"],
    details: &["description", "extendedproperties", "compromisedentity", "alertlink", "alerttype", "vendororiginalid", "remediationsteps"],
};

/// The interface nests all facts in `properties`; SDKs do not.
fn read_incident(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let facts = record.get("properties").and_then(Value::object).unwrap_or(record);
    let row = alerts::row(facts, feed::INCIDENT, &INCIDENT, place)?;
    alerts::push(row, Vec::new(), place, rows);
    Ok(())
}
