//! Members of groups in tables: one row per member.

use super::{cell, member};
use crate::evidence::container::value::Object;
use crate::evidence::shape::field::identity;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MemberStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "group_members",
    title: "Group members in tables",
    made_by: "Microsoft-Extractor-Suite GroupMembers.csv; Entra portal exportGroupMembers.csv; tables by hand (group, member)",
    claims,
    read,
};

const MEMBER: &[&str] = &["memberupn", "memberuserprincipalname", "userprincipalname", "memberemail", "email", "member", "membername"];

fn claims(record: &Object<'_>) -> bool {
    if ["operation", "auditdata", "roletype", "accessrights", "ipaddress"].iter().any(|name| record.has(name)) {
        return false;
    }
    let is_table = (record.has("groupname") || record.has("groupid")) && (record.has("memberid") || MEMBER.iter().any(|name| record.has(name)));
    let is_portal = record.has("objecttype") && record.has("isuser") && record.has("isgroup");
    is_table || is_portal
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let member_id = cell::lower(record, &["memberid"]).or_else(|| cell::lower(record, &["id"]));
    let named = cell::filled(record, MEMBER).or_else(|| cell::filled(record, &["displayname"])).map(|name| member::named(&name));
    if named.is_none() && member_id.as_deref().is_none_or(str::is_empty) {
        return Err(cell::missing("group member without name and id"));
    }
    let row = MemberStateRow {
        kind: Some("group".to_owned()),
        // The portal's table does not say of which group it is; its file is named by the analyst or by the group's id.
        group_id: cell::lower(record, &["groupid"]).or_else(|| group_in(place.path)),
        group: cell::verbatim(record, &["groupname", "groupdisplayname"]),
        member: named.and_then(|row| row.member),
        member_id,
        member_kind: cell::lower(record, &["objecttype", "membertype"]),
        relation: Some("member".to_owned()),
        // `AddedDate` of the collector is the moment of collection, not of joining.
        ..MemberStateRow::default()
    };
    rows.members.push(place.source, place.record, "", row);
    Ok(())
}

/// An id in the name of the file.
fn group_in(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next()?;
    let windows = name.char_indices().filter_map(|(at, _)| name.get(at..at + 36));
    windows.into_iter().find(|window| identity::is_guid(window)).map(str::to_lowercase)
}
