//! Conditional Access policies as Graph gives them.

use super::policy;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "entra_conditional_access",
    title: "Conditional Access policies",
    made_by: "Graph /identity/conditionalAccess/policies; Get-MgIdentityConditionalAccessPolicy; Goose conditionalAccess_policies.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("conditions") && record.has("state") && (record.has("grantcontrols") || record.has("sessioncontrols")) && !record.has("mode")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    policy::push("conditional-access", policy::access_state(record), record, place, rows)
}
