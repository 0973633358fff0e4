//! Service principals: the applications as they act in this tenant.

use super::application;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "entra_service_principals",
    title: "Service principals",
    made_by: "Graph /servicePrincipals; Get-MgServicePrincipal; Microsoft-Extractor-Suite ServicePrincipals.csv; Goose servicePrincipals.json; DFIR-O365RC AADApps",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    if record.has("principalid") || record.has("ipaddress") || record.has("permission") {
        return false;
    }
    record.has("serviceprincipaltype")
        || (record.has("appid") && record.has("appownerorganizationid") && !record.has("permissiontype"))
        || (record.has("approles") && record.has("id") && !record.has("signinaudience") && !record.has("passwordcredentials"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    application::read("service-principal", record, place, rows)
}
