//! The AuthDetails files of the Entra portal: authentication steps of sign-ins that stand in another file. Loading joins them by request id.

use crate::evidence::shape::field;
use crate::evidence::shape::{Reject, Shape};
use crate::frame::AuthStepRow;

/// One row per authentication step of a sign-in.
pub(super) const SIGNIN_PORTAL_STEPS: Shape = Shape {
    id: "signin_portal_steps",
    title: "Authentication steps of sign-ins (portal CSV)",
    made_by: "Entra portal: download CSV (InteractiveSignIns_AuthDetails, NonInteractiveSignIns_AuthDetails)",
    claims: |record| record.has("requestid") && record.has("authenticationmethod") && record.has("succeeded"),
    read: |record, place, rows| {
        let Some(request_id) = field::some_text(record.get("requestid")) else {
            return Err(Reject::missing("Request ID", record.get("requestid")));
        };
        let row = AuthStepRow {
            time: field::time(record.any(&["dateutc", "date"]), place.dates),
            method: field::text(record.get("authenticationmethod")),
            method_detail: field::text(record.get("authenticationmethoddetail")),
            succeeded: field::flag(record.get("succeeded")),
            result: field::text(record.any(&["resultdetail", "authenticationstepresultdetail"])),
            requirement: field::text(record.any(&["requirement", "authenticationsteprequirement"])),
            request_id: Some(request_id.to_lowercase()),
        };
        rows.steps.push(place.source, place.record, &request_id, row);
        Ok(())
    },
};
