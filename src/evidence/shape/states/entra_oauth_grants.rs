//! Delegated OAuth grants (oauth2PermissionGrants). A grant carries no time of consent: that stands in the audit logs only.

use super::cell;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{GrantStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_oauth_grants",
    title: "Delegated OAuth grants (oauth2PermissionGrants)",
    made_by: "Graph /oauth2PermissionGrants; Get-MgUserOAuth2PermissionGrant, Get-MgOauth2PermissionGrant; Goose servicePrincipals_oauth2PermissionGrants.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("clientid") && record.has("consenttype") && record.has("scope") && record.has("resourceid")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if cell::filled(record, &["clientid"]).is_none() {
        return Err(cell::missing("grant without clientId"));
    }
    let id = cell::filled(record, &["id", "objectid"]).unwrap_or_default();
    let row = GrantStateRow {
        grant_id: Some(id.clone()),
        kind: Some("delegated".to_owned()),
        client_id: cell::lower(record, &["clientid"]),
        app_id: cell::lower(record, &["appid"]),
        app: cell::verbatim(record, &["appdisplayname", "clientdisplayname"]),
        consent_type: cell::text(record, &["consenttype"]),
        principal_id: cell::lower(record, &["principalid"]),
        account: cell::account(record, &["userprincipalname", "principaluserprincipalname"]),
        resource_id: cell::lower(record, &["resourceid"]),
        resource: cell::verbatim(record, &["resourcedisplayname"]),
        scope: record.get("scope").and_then(scopes),
        // Beta and Get-MgUserOAuth2PermissionGrant have a start time; .NET's year 1 reads as no time.
        created: cell::time(record, &["starttime"], place),
    };
    rows.grants.push(place.source, place.record, &id, row);
    Ok(())
}

/// Scopes joined by one blank; Microsoft often starts the list with one.
pub(super) fn scopes(value: &Value<'_>) -> Option<String> {
    let list = cell::Elements::of(value).joined(" ")?;
    Some(list.split_whitespace().collect::<Vec<_>>().join(" "))
}
