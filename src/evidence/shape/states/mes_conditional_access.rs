//! `ConditionalAccessPolicies.csv` of Microsoft-Extractor-Suite: one column per condition and control.

use super::policy;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "mes_conditional_access",
    title: "Conditional Access policies (Microsoft-Extractor-Suite)",
    made_by: "Microsoft-Extractor-Suite Get-ConditionalAccessPolicies: ConditionalAccessPolicies.csv, ConditionalAccessPolicy.csv",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("builtincontrols") && record.has("state") && record.has("clientapptypes") && !record.has("grantcontrols")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    policy::push("conditional-access", policy::access_state(record), record, place, rows)
}
