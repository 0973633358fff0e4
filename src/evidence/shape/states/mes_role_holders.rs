//! Role holders in collectors' tables: one row per user and role.

use super::{cell, entra_users};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MemberStateRow, Rows, UserStateRow};

pub(super) const SHAPE: Shape = Shape {
    id: "mes_role_holders",
    title: "Role holders (Microsoft-Extractor-Suite)",
    made_by: "Microsoft-Extractor-Suite Get-AdminUsers: All-Administrators.csv, All-Roles.csv, <role>.csv; PIM-Assignments.csv",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    (record.has("role") && record.has("username") && record.has("userid") && !record.has("operation") && !record.has("operations"))
        || (record.has("rolename") && record.has("userprincipalname") && (record.has("assignmenttype") || record.has("assignmentstatus")))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let account = cell::account(record, &["userprincipalname", "username"]);
    let account_id = cell::lower(record, &["userid", "principalid"]);
    let role = cell::filled(record, &["role", "rolename"]);
    let is_empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    if role.is_none() || (is_empty(&account) && is_empty(&account_id)) {
        return Err(cell::missing("role row without role or user"));
    }
    // `AssignmentStatus`: `Active` or `Eligible`. Who is only eligible does not hold the role.
    let eligible = cell::lower(record, &["assignmentstatus"]).is_some_and(|status| status == "eligible");
    if !eligible {
        let row = UserStateRow { account: account.clone(), account_id: account_id.clone(), roles: role.clone(), ..entra_users::user(record, place) };
        rows.users.push(place.source, place.record, "", row);
    }
    let row = MemberStateRow {
        kind: Some("directory-role".to_owned()),
        group: role,
        member: account,
        member_id: account_id,
        relation: Some(if eligible { "eligible" } else { "member" }.to_owned()),
        scope: cell::text(record, &["directoryscopeid"]),
        created: cell::time(record, &["startdatetime"], place),
        ends: cell::time(record, &["enddatetime"], place),
        ..MemberStateRow::default()
    };
    rows.members.push(place.source, place.record, "", row);
    Ok(())
}
