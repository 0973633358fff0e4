//! On whom or what an operation was carried out, for every workload but Exchange administration.

use super::actor::Parties;
use super::names;
use crate::evidence::container::value::Object;
use crate::evidence::shape::field::{self, identity};
use crate::frame::AuditEventRow;

/// Fills `object`, `target`, `target_id` and `target_kind`.
pub(super) fn fill(row: &mut AuditEventRow, data: &Object<'_>) {
    row.object = field::text(data.get("objectid"));
    if row.mailbox.as_deref().is_some_and(|mailbox| !mailbox.is_empty()) {
        row.target = row.mailbox.clone();
        row.target_id = row.mailbox_id.clone();
        row.target_kind = Some("mailbox".into());
        return;
    }
    if row.record_type == Some(names::DIRECTORY) || data.has("target") {
        fill_directory(row, data);
        return;
    }
    if let Some(person) = field::some_text(data.get("targetuserorgroupname")) {
        row.target = Some(identity::account(&person));
        row.target_kind = field::lower(data.get("targetuserorgrouptype"));
        return;
    }
    if let Some(affected) = affected_user(data) {
        row.target = Some(identity::account(&affected));
        row.target_kind = Some("user".into());
        return;
    }
    let names = ["recipientupn", "teamname", "sourcefilename", "itemname", "appname", "objectid"];
    row.target = names.iter().find_map(|name| field::some_text(data.get(name))).map(|name| identity::account(&name));
    row.target_kind = field::lower(data.get("itemtype")).filter(|kind| !kind.is_empty());
}

/// Directory records: the `Target` list, else the object.
fn fill_directory(row: &mut AuditEventRow, data: &Object<'_>) {
    let target = Parties::of(data.get("target"));
    let named = target.upn.as_deref().or(target.name.as_deref()).or(row.object.as_deref()).or(target.principal_name.as_deref());
    row.target = named.filter(|name| !name.is_empty()).map(identity::account).or_else(|| target.object_id.clone());
    let object_guid = row.object.as_deref().map(|object| identity::typed_guid(object).map_or(object, |(_, guid)| guid));
    row.target_id = target.object_id.or_else(|| object_guid.filter(|guid| identity::is_guid(guid)).map(str::to_ascii_lowercase));
    let category = || field::lower(field::pair(data.get("extendedproperties"), "extendedAuditEventCategory"));
    row.target_kind = target.kind.or_else(category).filter(|kind| !kind.is_empty());
}

/// Alerts act under the name of Microsoft's alert service; the person concerned stands in the entity or in the short-keyed `Data`.
fn affected_user(data: &Object<'_>) -> Option<String> {
    if !data.has("alertid") {
        return None;
    }
    let entity = data.text("entitytype").is_some_and(|kind| kind.eq_ignore_ascii_case("User")).then(|| field::some_text(data.get("alertentityid")));
    entity.flatten().or_else(|| {
        let nested = data.get("data")?.nested().ok()?;
        let short = nested.object()?;
        ["f3u", "suid", "trc", "eid"].iter().filter_map(|key| field::some_text(short.get(key))).find(|name| identity::is_upn(name))
    })
}
