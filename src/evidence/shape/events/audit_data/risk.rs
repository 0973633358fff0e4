//! Risk detections inside the unified audit log (record type 294).

use crate::evidence::container::value::Object;
use crate::frame::RiskEventRow;
use crate::time::{DateOrder, Time};

/// The risk event: the record's fields are those of the Graph object. `logged` counts when the detection itself has no time.
pub(super) fn row(data: &Object<'_>, logged: Time, dates: DateOrder) -> RiskEventRow {
    let mut row = super::super::risk_detection::detection_row(data, dates);
    row.time = row.time.or(Some(logged));
    row
}
