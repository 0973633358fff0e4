//! Applications registered in this tenant, with their credentials and owners.

use super::application;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "entra_applications",
    title: "Application registrations",
    made_by: "Graph /applications; Get-MgApplication; Microsoft-Extractor-Suite AppRegistrations.csv, Applications.csv, UserApplications.csv; Goose applications.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    if record.has("serviceprincipaltype") || record.has("appownerorganizationid") || record.has("ipaddress") || record.has("permission") {
        return false;
    }
    let registration = ["passwordcredentials", "keycredentials", "federatedidentitycredentials", "signinaudience", "publisherdomain", "ownerids"];
    (record.has("appid") && record.has("displayname") && (registration.iter().any(|name| record.has(name)) || is_short_table(record)))
        || (record.has("applicationid") && record.has("applicationname") && record.has("hasclientsecrets"))
}

/// `AppRegistrations.csv`: `Id, DisplayName, AppId, CreatedDateTime` and nothing else.
fn is_short_table(record: &Object<'_>) -> bool {
    record.has("createddatetime") && record.has("id") && record.len() <= 6
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    // With `$select`, both kinds of object look the same: the page's context tells them apart.
    let kind = if place.context.to_ascii_lowercase().contains("#serviceprincipals") { "service-principal" } else { "application" };
    application::read(kind, record, place, rows)
}
