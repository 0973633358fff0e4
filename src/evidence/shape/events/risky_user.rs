//! Risky users of Identity Protection.

use super::risk_detection::fill_verdict;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape, field};
use crate::frame::{RiskEventRow, Rows};

/// `identityProtection/riskyUsers`.
pub(super) const RISKY_USER: Shape = Shape {
    id: "risky_user",
    title: "Risky users",
    made_by: "Graph identityProtection/riskyUsers; Microsoft-Extractor-Suite RiskyUsers; Hawk; Untitled Goose",
    claims: |record| record.has("risklastupdateddatetime") && record.has("riskstate") && !record.has("riskeventtype"),
    read: read_user,
};

/// Reads one risky user. The record has no time of an event, only that of the last change of the verdict.
pub(super) fn read_user(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let updated = record.get("risklastupdateddatetime");
    let Some(time) = field::time(updated, place.dates) else {
        return Err(Reject::missing("riskLastUpdatedDateTime", updated));
    };
    let mut row = RiskEventRow { time: Some(time), updated: Some(time), feed: Some("user".into()), ..RiskEventRow::default() };
    let id = field::text(record.get("id")).unwrap_or_default();
    row.account_id = Some(field::lower(record.get("userid")).filter(|id| !id.is_empty()).unwrap_or_else(|| id.to_lowercase()));
    fill_verdict(&mut row, record);
    rows.risks.push(place.source, place.record, &id, row);
    Ok(())
}
