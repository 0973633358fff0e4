//! Identity Protection risk detections, as Graph objects, in collectors' CSV files, or inside other records.

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, Part, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{RiskEventRow, Rows};
use crate::time::DateOrder;

/// `identityProtection/riskDetections`.
pub(super) const RISK_DETECTION: Shape = Shape {
    id: "risk_detection",
    title: "Identity Protection risk detections",
    made_by: "Graph identityProtection/riskDetections; Microsoft-Extractor-Suite RiskyDetections; Untitled Goose",
    claims: |record| {
        // `riskType` is the older name.
        let has_type = record.has("riskeventtype") || record.has("risktype") && record.has("riskstate");
        has_type && (record.has("detecteddatetime") || record.has("detectiontimingtype")) && !record.has("creationtime")
    },
    read: read_detection,
};

/// Reads one detection.
pub(super) fn read_detection(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let row = detection_row(record, place.dates);
    if row.time.is_none() {
        return Err(Reject::missing("activityDateTime", record.any(&["activitydatetime", "detecteddatetime"])));
    }
    let id = field::text(record.get("id")).unwrap_or_default();
    rows.risks.push(place.source, place.record, &id, row);
    Ok(())
}

/// The columns of a detection; `time` is `None` when no time can be read.
pub(super) fn detection_row(record: &Object<'_>, dates: DateOrder) -> RiskEventRow {
    let detected = field::time(record.get("detecteddatetime"), dates);
    let mut row = RiskEventRow {
        time: field::time(record.get("activitydatetime"), dates).or(detected),
        detected,
        updated: field::time(record.get("lastupdateddatetime"), dates),
        feed: Some("detection".into()),
        account_id: field::lower(record.get("userid")).filter(|id| identity::is_guid(id)),
        ..RiskEventRow::default()
    };
    fill_verdict(&mut row, record);
    // Cloud App Security's copies of Entra's detections carry a prefix.
    row.event_type = field::text(record.any(&["riskeventtype", "risktype"])).map(|kind| {
        let plain = kind.strip_prefix("mcas").filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()));
        plain.map_or(kind.clone(), |rest| rest.chars().take(1).flat_map(char::to_lowercase).chain(rest.chars().skip(1)).collect())
    });
    row.timing = field::word(record.get("detectiontimingtype"));
    row.address = address::address(record.get("ipaddress"));
    let location = Part::of(record, &["location"]);
    let country = [location.get("countryorregion", "countryorregion"), record.get("country")].into_iter().find_map(field::some_text);
    row.country = country.filter(|code| code.len() == 2).map(|code| code.to_ascii_uppercase());
    row.city = field::text(location.get("city", "city"));
    row.request_id = field::lower(record.get("requestid"));
    row.correlation_id = field::lower(record.get("correlationid"));
    row.activity = field::text(record.get("activity"));
    let additional = record.get("additionalinfo").and_then(|info| info.nested().ok());
    row.user_agent = field::pair(additional.as_deref(), "userAgent").map(|agent| field::text(Some(agent)).unwrap_or_default());
    row
}

/// Account, level, state and detail, which detections and users share.
pub(super) fn fill_verdict(row: &mut RiskEventRow, record: &Object<'_>) {
    let name = record.any(&["userprincipalname", "userid"]).and_then(Value::text).map(|name| identity::account(&name));
    let account =
        name.filter(|name| !name.is_empty()).or_else(|| field::some_text(record.get("serviceprincipalid")).map(|id| identity::principal(&id)));
    row.account = account.or_else(|| row.account_id.clone());
    row.level = field::word(record.get("risklevel"));
    row.state = field::word(record.get("riskstate"));
    row.detail = field::lower(record.get("riskdetail"));
}
