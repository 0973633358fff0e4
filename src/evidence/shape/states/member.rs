//! Members as rows: what lists of groups, roles and administrative units have in common.

use super::cell;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::Place;
use crate::evidence::shape::field::identity;
use crate::frame::{MemberStateRow, Rows};

/// Pushes one row per member and owner of `group`, whose columns about the group itself are filled. Without a list of members one row says that the
/// group is there; an empty list says that nobody is in it.
pub(super) fn push(group: &MemberStateRow, record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) {
    let id = group.group_id.clone().unwrap_or_default();
    let members = lists(record, &["members"], "member");
    let owners = lists(record, &["owners", "managedby"], "owner");
    let listed = members.is_some();
    let mut found: Vec<MemberStateRow> = members.into_iter().chain(owners).flatten().collect();
    if found.is_empty() {
        found.push(MemberStateRow { member: listed.then(String::new), ..MemberStateRow::default() });
    }
    for member in found {
        let row = MemberStateRow {
            member: member.member,
            member_id: member.member_id,
            member_kind: member.member_kind,
            relation: member.relation.or_else(|| group.relation.clone()),
            ..group.clone()
        };
        rows.members.push(place.source, place.record, &id, row);
    }
}

/// The people of the first list that is there and legible; `None` when there is none.
fn lists(record: &Object<'_>, names: &[&str], relation: &str) -> Option<Vec<MemberStateRow>> {
    let value = names.iter().find_map(|name| record.get(name)).filter(|value| **value != Value::Null)?;
    let nested = value.nested().ok()?;
    let with_relation = |row: MemberStateRow| MemberStateRow { relation: Some(relation.to_owned()), ..row };
    let objects: Vec<&Object<'_>> = nested.elements().iter().filter_map(Value::object).filter(|object| !object.has("count")).collect();
    if !objects.is_empty() {
        return Some(objects.into_iter().map(of).map(with_relation).collect());
    }
    let cell::Elements { known, cut } = cell::Elements::of(value);
    if known.is_empty() && cut {
        return None;
    }
    Some(known.iter().map(|name| with_relation(named(name))).collect())
}

/// A member given as an object.
pub(super) fn of(member: &Object<'_>) -> MemberStateRow {
    let kind = cell::odata_type(member).and_then(|kind| kind.strip_prefix("#microsoft.graph.").map(str::to_owned));
    let name = cell::filled(member, &["userprincipalname", "mail", "primarysmtpaddress", "windowsliveid", "displayname", "name"]);
    MemberStateRow {
        member: name.map(|name| identity::account(&name)),
        member_id: cell::lower(member, &["id", "objectid", "externaldirectoryobjectid"]),
        member_kind: kind.or_else(|| cell::filled(member, &["objecttype", "membertype", "recipienttype"]).map(|kind| kind.to_lowercase())),
        ..MemberStateRow::default()
    }
}

/// A member given as a name or an id.
pub(super) fn named(name: &str) -> MemberStateRow {
    let account = identity::account(name);
    let is_id = identity::is_guid(&account);
    MemberStateRow { member: (!is_id).then(|| account.clone()), member_id: is_id.then_some(account), ..MemberStateRow::default() }
}
