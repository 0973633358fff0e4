//! The AuthDetails files of the Entra portal: authentication steps of sign-ins that stand in another file.

use crate::evidence::shape::{Reject, Shape};
use crate::provenance::SkipReason;

/// One row per authentication step of a sign-in.
pub(super) const SIGNIN_PORTAL_STEPS: Shape = Shape {
    id: "signin_portal_steps",
    title: "Authentication steps of sign-ins (portal CSV)",
    made_by: "Entra portal: download CSV (InteractiveSignIns_AuthDetails, NonInteractiveSignIns_AuthDetails)",
    claims: |record| record.has("requestid") && record.has("authenticationmethod") && record.has("succeeded"),
    read: |_, _, _| {
        let detail =
            "an authentication step without its sign-in: the CSV download spreads steps over rows of a second file; download the JSON instead";
        Err(Reject { reason: SkipReason::UnknownShape, detail: detail.into() })
    },
};
