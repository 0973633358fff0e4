//! Application permissions and assignments of users to applications (appRoleAssignments).

use super::{cell, ids};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{GrantStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_app_role_assignments",
    title: "Application permissions (appRoleAssignments)",
    made_by: "Graph appRoleAssignments, appRoleAssignedTo; Get-MgUserAppRoleAssignment, Get-MgServicePrincipalAppRoleAssignment; Goose servicePrincipals_appRoleAssignments.json",
    claims,
    read,
};

/// The role id of "may use the application, no permission".
const DEFAULT_ACCESS: &str = "00000000-0000-0000-0000-000000000000";

fn claims(record: &Object<'_>) -> bool {
    record.has("approleid") && record.has("principalid") && record.has("resourceid")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let principal = cell::lower(record, &["principalid"]);
    if principal.as_deref().is_none_or(str::is_empty) {
        return Err(cell::missing("app role assignment without principalId"));
    }
    let id = cell::filled(record, &["id"]).unwrap_or_default();
    let role = record.get("approleid").and_then(Value::text).map(std::borrow::Cow::into_owned).unwrap_or_default();
    let scope = match ids::app_role(&role) {
        Some(name) => name.to_owned(),
        None if role == DEFAULT_ACCESS => "default-access".to_owned(),
        None => role.to_lowercase(),
    };
    let to_application = cell::text(record, &["principaltype"]).is_none_or(|kind| kind.eq_ignore_ascii_case("ServicePrincipal"));
    let name = cell::verbatim(record, &["principaldisplayname"]);
    let common = GrantStateRow {
        grant_id: Some(id.clone()),
        kind: Some("application".to_owned()),
        resource_id: cell::lower(record, &["resourceid"]),
        resource: cell::verbatim(record, &["resourcedisplayname"]),
        scope: Some(scope),
        created: cell::time(record, &["createddatetime", "creationtimestamp"], place),
        ..GrantStateRow::default()
    };
    let row = if to_application {
        // The principal is the application that may act without a user; the resource is what it may act on.
        GrantStateRow { client_id: principal, app: name, consent_type: Some("Application".to_owned()), ..common }
    } else {
        // A user or group was assigned to an application: the application is the resource, the user is the principal. No permission is granted.
        GrantStateRow {
            kind: Some("assignment".to_owned()),
            client_id: common.resource_id.clone(),
            app: common.resource.clone(),
            principal_id: principal,
            ..common
        }
    };
    rows.grants.push(place.source, place.record, &id, row);
    Ok(())
}
