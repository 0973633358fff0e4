//! Groups, with members and owners where the export expanded them, and administrative units.

use super::{cell, member};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MemberStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_groups",
    title: "Groups and administrative units",
    made_by: "Graph /groups, /directory/administrativeUnits; Get-MgGroup; Get-DistributionGroup, Get-UnifiedGroup; Microsoft-Extractor-Suite Groups.csv, DynamicGroups.csv; Goose groups.json; Entra portal",
    claims,
    read,
};

fn is_unit(record: &Object<'_>) -> bool {
    cell::odata_type(record).is_some_and(|kind| kind == "#microsoft.graph.administrativeUnit")
        || (record.has("ismembermanagementrestricted") && record.has("displayname"))
}

fn claims(record: &Object<'_>) -> bool {
    if cell::odata_type(record).is_some_and(|kind| kind == "#microsoft.graph.group") {
        return true;
    }
    let other =
        ["userprincipalname", "memberid", "memberupn", "operation", "auditdata", "activitydatetime", "roletemplateid", "forwardingsmtpaddress"];
    if other.iter().any(|name| record.has(name)) {
        return false;
    }
    let is_graph = record.has("mailenabled") && record.has("securityenabled");
    let is_collector = record.has("groupid") && record.has("membershiprule");
    let is_portal = record.has("grouptype") && (record.has("membershiptype") || record.has("managedby"));
    let is_exchange = record.has("managedby") && (record.has("groupsku") || record.has("accesstype") || record.has("memberjoinrestriction"));
    is_unit(record) || is_graph || is_collector || is_portal || is_exchange
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let group_id = cell::lower(record, &["groupid", "id", "objectid", "externaldirectoryobjectid", "guid"]);
    let name = cell::verbatim(record, &["displayname", "groupname", "name"]);
    if [&group_id, &name].iter().all(|text| text.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("group without id and name"));
    }
    let group = MemberStateRow {
        kind: Some(if is_unit(record) { "administrative-unit" } else { "group" }.to_owned()),
        group_id,
        group: name,
        rule: cell::text(record, &["membershiprule"]),
        created: cell::time(record, &["createddatetime", "whencreatedutc", "whencreated"], place),
        ..MemberStateRow::default()
    };
    member::push(&group, record, place, rows);
    Ok(())
}
