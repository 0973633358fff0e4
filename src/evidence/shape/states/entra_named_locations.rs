//! Named locations of Conditional Access: trusted address ranges and country lists.

use super::policy;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "entra_named_locations",
    title: "Named locations",
    made_by: "Graph /identity/conditionalAccess/namedLocations; Get-MgIdentityConditionalAccessNamedLocation",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("ipranges") || record.has("countriesandregions")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    policy::push("named-location", None, record, place, rows)
}
