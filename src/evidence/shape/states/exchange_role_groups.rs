//! Roles in Exchange and Purview: role groups with their members, and assignments of roles to people. `ApplicationImpersonation` or
//! `Mailbox Import Export` held by a person opens every mailbox.

use super::{cell, member};
use crate::evidence::container::value::Object;
use crate::evidence::shape::field::identity;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MemberStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_role_groups",
    title: "Exchange role groups and role assignments",
    made_by: "Get-RoleGroup, Get-RoleGroupMember, Get-ManagementRoleAssignment; Hawk ExchangeOnlineAdministrators, EDiscoveryRoleAssignments; Goose EXO_RoleGroups.json, EXO_RoleGroupMembers.json",
    claims,
    read,
};

fn is_group(record: &Object<'_>) -> bool {
    record.has("members") && (record.has("roleassignments") || (record.has("roles") && record.has("managedby")) || record.has("linkedgroup"))
}

fn is_assignment(record: &Object<'_>) -> bool {
    record.has("role")
        && (record.has("roleassigneename") || record.has("roleassignee"))
        && record.get("role").is_some_and(|role| role.object().is_none())
}

fn claims(record: &Object<'_>) -> bool {
    if record.has("operation") || record.has("auditdata") {
        return false;
    }
    (record.has("exchangeadmingroup") && record.has("members")) || is_group(record) || is_assignment(record) || is_member(record)
}

/// `Get-RoleGroupMember` gives recipients and does not say of which group; one collector closes each group's list with its name.
fn is_member(record: &Object<'_>) -> bool {
    record.has("windowsliveid") && record.has("recipienttype") && !record.has("forwardingsmtpaddress") && !record.has("recipienttypedetails")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let base = MemberStateRow { kind: Some("exchange-role".to_owned()), relation: Some("member".to_owned()), ..MemberStateRow::default() };
    if is_assignment(record) {
        let role = cell::filled(record, &["role"]);
        let Some(holder) =
            cell::filled(record, &["effectiveusername", "roleassigneename", "roleassignee"]).filter(|name| name != "All Group Members")
        else {
            return match cell::filled(record, &["roleassigneename", "roleassignee"]) {
                Some(group) => push(place, rows, MemberStateRow { group: role, member_kind: Some("group".to_owned()), ..merge(base, &group) }),
                None => Err(cell::missing("role assignment without the one who holds the role")),
            };
        };
        let row = MemberStateRow {
            group: role,
            member_kind: cell::filled(record, &["roleassigneetype"]).map(|kind| kind.to_lowercase()),
            scope: cell::text(record, &["customrecipientwritescope", "recipientwritescope"]),
            created: cell::time(record, &["whencreatedutc", "whencreated"], place),
            ..merge(base, &holder)
        };
        return push(place, rows, row);
    }
    let group = cell::filled(record, &["exchangeadmingroup"]).or_else(|| group_of_page(place.context));
    if let Some(group) = group {
        let Some(member) = cell::filled(record, &["members", "windowsliveid", "primarysmtpaddress", "displayname", "name"]) else {
            return Err(cell::missing("role group row without the member"));
        };
        let kind = cell::filled(record, &["recipienttype"]).map(|kind| kind.to_lowercase());
        return push(place, rows, MemberStateRow { group: Some(group), member_kind: kind, ..merge(base, &member) });
    }
    if !is_group(record) {
        return Err(cell::missing("role group member without the role group: Get-RoleGroupMember does not write it"));
    }
    let name = cell::verbatim(record, &["displayname", "name", "identity"]);
    let group_id = cell::lower(record, &["guid", "exchangeobjectid", "id"]);
    if [&name, &group_id].iter().all(|text| text.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("role group without name and id"));
    }
    let group =
        MemberStateRow { group: name, group_id, created: cell::time(record, &["whencreatedutc", "whencreated"], place), relation: None, ..base };
    member::push(&group, record, place, rows);
    Ok(())
}

fn merge(base: MemberStateRow, holder: &str) -> MemberStateRow {
    let account = identity::account(holder);
    let is_id = identity::is_guid(&account);
    MemberStateRow { member: (!is_id).then(|| account.clone()), member_id: is_id.then_some(account), ..base }
}

fn push(place: &Place<'_>, rows: &mut Rows, row: MemberStateRow) -> Result<(), Reject> {
    rows.members.push(place.source, place.record, "", row);
    Ok(())
}

/// `#rolegroup('Organization Management')` → the name.
fn group_of_page(context: &str) -> Option<String> {
    let name = context.strip_prefix("#rolegroup('")?.strip_suffix("')")?;
    Some(name.replace("''", "'"))
}
