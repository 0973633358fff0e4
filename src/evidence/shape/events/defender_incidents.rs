//! Incidents of Defender: Graph `security/incidents` and the older incidents interface, both with or without their alerts.

use super::alerts::{self, Fields, entity, feed};
use super::defender_alerts;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

/// Graph `security/incidents`.
pub(super) const DEFENDER_INCIDENTS: Shape = Shape {
    id: "defender_incidents",
    title: "Defender incidents (Graph)",
    made_by: "Graph security/incidents; SIEM forwarders",
    claims: |record| record.has("incidentweburl") && record.has("displayname") && !record.has("provideralertid"),
    read: read_incident,
};

/// `api.security.microsoft.com/api/incidents`.
pub(super) const DEFENDER_INCIDENTS_OLDER: Shape = Shape {
    id: "defender_incidents_older",
    title: "Defender incidents (older interface)",
    made_by: "Microsoft 365 Defender API: api/incidents; Defender portal: incident queue",
    claims: |record| record.has("incidentid") && record.has("incidentname"),
    read: read_older,
};

const INCIDENT: Fields = Fields {
    first: &[],
    last: &[],
    raised: &["createddatetime"],
    updated: &["lastupdatedatetime"],
    alert_id: &[],
    incident_id: &["id"],
    title: &["displayname"],
    severity: &["severity"],
    status: &["status"],
    classification: &["classification"],
    category: &[],
    product: &[],
    techniques: &[],
    details: &[
        "description",
        "summary",
        "determination",
        "assignedto",
        "redirectincidentid",
        "incidentweburl",
        "customtags",
        "systemtags",
        "comments",
        "resolvingcomment",
    ],
};

const OLDER: Fields = Fields {
    first: &["firstactivity"],
    last: &["lastactivity"],
    raised: &["createdtime", "creationtime", "firstactivity"],
    updated: &["lastupdatetime"],
    alert_id: &[],
    incident_id: &["incidentid"],
    title: &["incidentname"],
    severity: &["severity"],
    status: &["status"],
    classification: &["classification"],
    category: &["category", "categories"],
    product: &["servicesources", "productnames"],
    techniques: &[],
    details: &["determination", "assignedto", "redirectincidentid", "tags", "comments", "impactedassets", "activealerts"],
};

const OLDER_ALERT: Fields = Fields {
    first: &["firstactivity"],
    last: &["lastactivity"],
    raised: &["creationtime"],
    updated: &["lastupdatedtime"],
    alert_id: &["alertid"],
    incident_id: &["incidentid"],
    title: &["title"],
    severity: &["severity"],
    status: &["status"],
    classification: &["classification"],
    category: &["category"],
    product: &["servicesource"],
    techniques: &["mitretechniques"],
    details: &["description", "detectionsource", "assignedto", "resolvedtime", "investigationstate", "actorname", "threatfamilyname"],
};

fn read_incident(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let row = alerts::row(record, feed::INCIDENT, &INCIDENT, place)?;
    alerts::push(row, Vec::new(), place, rows);
    let nested = record.get("alerts").and_then(|alerts| alerts.nested().ok());
    for alert in nested.iter().flat_map(|alerts| alerts.elements()).filter_map(Value::object) {
        // An alert without any time is named by the incident all the same.
        let _without_time = defender_alerts::read_alert(alert, place, rows);
    }
    Ok(())
}

fn read_older(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let row = alerts::row(record, feed::INCIDENT, &OLDER, place)?;
    let incident = field::text(record.get("incidentid"));
    alerts::push(row, Vec::new(), place, rows);
    let nested = record.get("alerts").and_then(|alerts| alerts.nested().ok());
    for alert in nested.iter().flat_map(|alerts| alerts.elements()).filter_map(Value::object) {
        if let Ok(mut row) = alerts::row(alert, feed::ALERT, &OLDER_ALERT, place) {
            row.incident_id = row.incident_id.take().or_else(|| incident.clone());
            alerts::push(row, entity::of_list(alert.get("entities")), place, rows);
        }
    }
    Ok(())
}
