//! Alerts in Defender's hunting tables: `AlertInfo` (one row per alert) and `AlertEvidence` (one row per entity of an alert).

use super::alerts::{self, Fields, entity, feed};
use super::mail_flow::HUNTING_TIME;
use crate::evidence::container::value::Object;
use crate::evidence::shape::field::Part;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AlertRow, Rows};

/// Both tables.
pub(super) const HUNTING_ALERTS: Shape = Shape {
    id: "hunting_alerts",
    title: "Alerts in Defender (AlertInfo, AlertEvidence)",
    made_by: "Defender advanced hunting or streaming API: AlertInfo, AlertEvidence; Sentinel",
    claims: |record| record.has("alertid") && record.any(HUNTING_TIME).is_some() && (record.has("title") || record.has("entitytype")),
    read,
};

const FIELDS: Fields = Fields {
    first: &[],
    last: &[],
    raised: HUNTING_TIME,
    updated: &[],
    alert_id: &["alertid"],
    incident_id: &[],
    title: &["title"],
    severity: &["severity"],
    status: &[],
    classification: &[],
    category: &["category", "categories"],
    product: &["servicesource"],
    techniques: &["attacktechniques"],
    details: &["detectionsource", "evidencerole", "evidencedirection"],
};

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if !record.has("entitytype") {
        alerts::push(alerts::row(record, feed::ALERT, &FIELDS, place)?, Vec::new(), place, rows);
        return Ok(());
    }
    let alert = alerts::row(record, feed::ENTITY, &FIELDS, place)?;
    let entity = entity::of_object(record);
    let additional = Part::of(record, &["additionalfields"]);
    let session_id = entity.session_id.clone().or_else(|| crate::evidence::shape::field::some_text(additional.get("sessionid", "sessionid")));
    let id = alert.alert_id.clone().unwrap_or_default();
    let row = AlertRow {
        time: alert.time,
        raised: alert.raised,
        alert_id: alert.alert_id,
        title: alert.title,
        severity: alert.severity,
        category: alert.category,
        product: alert.product,
        techniques: alert.techniques,
        session_id,
        ..entity
    };
    rows.alerts.push(place.source, place.record, &id, row);
    Ok(())
}
