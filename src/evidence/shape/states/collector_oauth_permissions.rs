//! Permission tables of collectors: delegated and application permissions side by side, one row per scope.

use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{GrantStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "collector_oauth_permissions",
    title: "OAuth permission tables of collectors",
    made_by: "Microsoft-Extractor-Suite Get-OAuthPermissions: OAuthPermissions.csv; Hawk Consent_Grants.csv",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("permissiontype") && record.has("clientobjectid") && record.has("permission")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(client) = cell::filled(record, &["clientobjectid", "appid"]) else {
        return Err(cell::missing("permission row without the application that holds it"));
    };
    let is_delegated = cell::text(record, &["permissiontype"]).is_some_and(|kind| kind.to_lowercase().starts_with("delegated"));
    let consent_type = if is_delegated { cell::text(record, &["consenttype"]) } else { Some("Application".to_owned()) };
    let principal = cell::verbatim(record, &["principaluserprincipalname", "principaldisplayname"]);
    let row = GrantStateRow {
        grant_id: None,
        kind: Some(if is_delegated { "delegated" } else { "application" }.to_owned()),
        client_id: Some(client.to_lowercase()),
        app_id: cell::lower(record, &["appid"]),
        app: cell::verbatim(record, &["appdisplayname", "clientdisplayname"]),
        consent_type,
        principal_id: cell::lower(record, &["principalobjectid"]),
        account: principal.filter(|name| name.contains('@')).map(|name| name.to_lowercase()),
        resource_id: cell::lower(record, &["resourceobjectid"]),
        resource: cell::verbatim(record, &["resourcedisplayname"]),
        scope: cell::text(record, &["permission"]),
        // `CreatedDateTime` of these tables is the birth of the service principal, not of the consent.
        created: cell::time(record, &["creationtimestamp"], place),
    };
    rows.grants.push(place.source, place.record, "", row);
    Ok(())
}
