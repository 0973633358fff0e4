//! Directory roles with their members, role assignments, and the schedules of Privileged Identity Management: who holds a role and who may take it on.

use super::{cell, entra_users, ids, member};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MemberStateRow, Rows, UserStateRow};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_directory_roles",
    title: "Directory roles and their holders (Graph)",
    made_by: "Graph /directoryRoles?$expand=members, /roleManagement/directory/roleAssignments, roleEligibilityScheduleInstances, roleAssignmentScheduleInstances, scopedRoleMembers; Get-MgDirectoryRole; Hawk EntraIDAdministrators",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("roletemplateid")
        || (record.has("roledefinitionid") && record.has("principalid"))
        || (record.has("members") && record.get("role").is_some_and(|role| role.object().is_some()))
        || (record.has("admingroupname") && record.has("members"))
        || (record.has("rolememberinfo") && record.has("roleid"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if record.has("roledefinitionid") {
        return assignment(record, place, rows);
    }
    if record.has("admingroupname") || record.has("rolememberinfo") {
        return single(record, place, rows);
    }
    let role = record.get("role").and_then(Value::object).unwrap_or(record);
    let template = cell::filled(role, &["roletemplateid"]).unwrap_or_default();
    let name = cell::filled(role, &["displayname"]).or_else(|| ids::directory_role(&template).map(str::to_owned));
    let Some(name) = name else { return Err(cell::missing("directory role without name and template id")) };
    let Some(members) = record.get("members") else {
        return Err(cell::missing("directory role without its members: the export did not expand them"));
    };
    for member in members.elements().iter().filter_map(Value::object) {
        let row = UserStateRow { user_type: member_kind(member), roles: Some(name.clone()), ..entra_users::user(member, place) };
        rows.users.push(place.source, place.record, "", row);
    }
    let group = MemberStateRow {
        kind: Some("directory-role".to_owned()),
        group_id: cell::lower(role, &["id"]),
        group: Some(name),
        relation: Some("member".to_owned()),
        scope: Some("/".to_owned()),
        ..MemberStateRow::default()
    };
    member::push(&group, record, place, rows);
    Ok(())
}

/// `roleAssignments` and schedules: principal and role are ids unless the request expanded them.
fn assignment(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let principal_id = cell::lower(record, &["principalid"]);
    if principal_id.as_deref().is_none_or(str::is_empty) {
        return Err(cell::missing("role assignment without principalId"));
    }
    let role_id = cell::filled(record, &["roledefinitionid"]).unwrap_or_default();
    let named = record.path(&["roledefinition", "displayname"]).and_then(Value::text).map(std::borrow::Cow::into_owned);
    let role = named.or_else(|| ids::directory_role(&role_id).map(str::to_owned)).unwrap_or(role_id.clone());
    let principal = record.get("principal").and_then(Value::object);
    let base = principal.map(|principal| entra_users::user(principal, place)).unwrap_or_default();
    let member = principal.map(member::of).unwrap_or_default();
    let id = cell::filled(record, &["id"]).unwrap_or_default();
    let relation = relation(record, place.context);
    let schedule = record.get("scheduleinfo").and_then(Value::object);
    let starts = cell::time(record, &["startdatetime"], place).or_else(|| schedule.and_then(|info| cell::time(info, &["startdatetime"], place)));
    let ends = schedule
        .and_then(|info| info.path(&["expiration", "enddatetime"]))
        .and_then(|end| crate::evidence::shape::field::time(Some(end), place.dates));
    if relation != "eligible" {
        rows.users.push(place.source, place.record, &id, UserStateRow { account_id: principal_id.clone(), roles: Some(role.clone()), ..base });
    }
    let row = MemberStateRow {
        kind: Some("directory-role".to_owned()),
        group_id: Some(role_id.to_lowercase()),
        group: Some(role),
        member_id: principal_id,
        relation: Some(relation.to_owned()),
        scope: cell::text(record, &["directoryscopeid"]),
        created: starts.or_else(|| cell::time(record, &["createddatetime"], place)),
        ends: cell::time(record, &["enddatetime"], place).or(ends),
        ..member
    };
    rows.members.push(place.source, place.record, &id, row);
    Ok(())
}

/// Of schedules only those of assignments say how they came (`assignmentType`: `Assigned` or `Activated`); those of eligibility do not.
fn relation(record: &Object<'_>, context: &str) -> &'static str {
    let is_schedule = ["membertype", "scheduleinfo", "roleeligibilityscheduleid", "roleassignmentscheduleid"].iter().any(|name| record.has(name));
    let eligible = record.has("roleeligibilityscheduleid") || context.to_ascii_lowercase().contains("roleeligibility");
    match cell::lower(record, &["assignmenttype"]).as_deref() {
        Some("activated") => "active",
        None if eligible || is_schedule && !record.has("roleassignmentscheduleid") => "eligible",
        _ => "member",
    }
}

/// One holder per record: Hawk's table, or the role of one person over one administrative unit.
fn single(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let info = record.get("rolememberinfo").and_then(Value::object);
    let role = match info {
        Some(_) => cell::filled(record, &["roleid"]).map(|id| ids::directory_role(&id).map_or(id, str::to_owned)),
        None => cell::filled(record, &["admingroupname"]),
    };
    let Some(role) = role else { return Err(cell::missing("role holder without the role")) };
    let kind = cell::lower(record, &["membertype"]).filter(|kind| !kind.is_empty());
    let nobody = kind.as_deref() == Some("none");
    let member = match info {
        Some(info) => member::of(info),
        None => member::named(&cell::filled(record, &["members"]).filter(|_| !nobody).unwrap_or_default()),
    };
    let member_id = member.member_id.clone().or_else(|| cell::lower(record, &["objectid"]).filter(|id| !id.is_empty()));
    let holds = !nobody && (member_id.is_some() || member.member.as_deref().is_some_and(|name| !name.is_empty()));
    if !holds && !nobody {
        return Err(cell::missing("role holder without name and id"));
    }
    if holds {
        let row =
            UserStateRow { account: member.member.clone(), account_id: member_id.clone(), roles: Some(role.clone()), ..UserStateRow::default() };
        rows.users.push(place.source, place.record, "", row);
    }
    let row = MemberStateRow {
        kind: Some("directory-role".to_owned()),
        group: Some(role),
        member_id,
        member_kind: kind.filter(|_| holds),
        relation: Some("member".to_owned()),
        scope: cell::filled(record, &["administrativeunitid"]).map(|unit| format!("/administrativeUnits/{unit}")),
        ..member
    };
    rows.members.push(place.source, place.record, "", row);
    Ok(())
}

/// What holds the role, where it is not a user: `servicePrincipal`, `group`.
fn member_kind(member: &Object<'_>) -> Option<String> {
    match cell::odata_type(member).as_deref().and_then(|kind| kind.strip_prefix("#microsoft.graph.")) {
        None | Some("user") => cell::text(member, &["usertype"]),
        Some(kind) => Some(kind.to_owned()),
    }
}
