//! Directory roles with their members, and role assignments.

use super::{cell, entra_users, ids};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Rows, UserStateRow};
use crate::provenance::SkipReason;

pub(super) const SHAPE: Shape = Shape {
    id: "entra_directory_roles",
    title: "Directory roles and their holders (Graph)",
    made_by: "Graph /directoryRoles?$expand=members, /roleManagement/directory/roleAssignments; Get-MgDirectoryRole",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("roletemplateid")
        || (record.has("roledefinitionid") && record.has("principalid"))
        || (record.has("members") && record.get("role").is_some_and(|role| role.object().is_some()))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if record.has("roledefinitionid") {
        return assignment(record, place, rows);
    }
    let role = record.get("role").and_then(Value::object).unwrap_or(record);
    let template = cell::filled(role, &["roletemplateid"]).unwrap_or_default();
    let name = cell::filled(role, &["displayname"]).or_else(|| ids::directory_role(&template).map(str::to_owned));
    let Some(name) = name else { return Err(cell::missing("directory role without name and template id")) };
    let Some(members) = record.get("members") else {
        return Err(cell::missing("directory role without its members: the export did not expand them"));
    };
    if members.elements().is_empty() {
        return Err(Reject { reason: SkipReason::NotEvidence, detail: format!("nobody holds the role {name}") });
    }
    for member in members.elements().iter().filter_map(Value::object) {
        let row = UserStateRow { user_type: member_kind(member), roles: Some(name.clone()), ..entra_users::user(member, place) };
        rows.users.push(place.source, place.record, "", row);
    }
    Ok(())
}

/// `roleAssignments`: principal and role are ids unless the request expanded them.
fn assignment(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let principal_id = cell::lower(record, &["principalid"]);
    if principal_id.as_deref().is_none_or(str::is_empty) {
        return Err(cell::missing("role assignment without principalId"));
    }
    let role_id = cell::filled(record, &["roledefinitionid"]).unwrap_or_default();
    let named = record.path(&["roledefinition", "displayname"]).and_then(Value::text).map(std::borrow::Cow::into_owned);
    let role = named.or_else(|| ids::directory_role(&role_id).map(str::to_owned)).unwrap_or(role_id);
    let base = record.get("principal").and_then(Value::object).map(|principal| entra_users::user(principal, place)).unwrap_or_default();
    let id = cell::filled(record, &["id"]).unwrap_or_default();
    rows.users.push(place.source, place.record, &id, UserStateRow { account_id: principal_id, roles: Some(role), ..base });
    Ok(())
}

/// What holds the role, where it is not a user: `servicePrincipal`, `group`.
fn member_kind(member: &Object<'_>) -> Option<String> {
    match cell::odata_type(member).as_deref().and_then(|kind| kind.strip_prefix("#microsoft.graph.")) {
        None | Some("user") => cell::text(member, &["usertype"]),
        Some(kind) => Some(kind.to_owned()),
    }
}
