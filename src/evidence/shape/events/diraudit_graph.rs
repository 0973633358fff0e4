//! The Graph directory-audit object, `auditLogs/directoryAudits`.

use super::directory_audit::{Target, fill_target, listed, new_row, result};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, Part, address, identity, json};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AuditEventRow, Rows};

/// See the file's first line.
pub(super) const DIRAUDIT_GRAPH: Shape = Shape {
    id: "diraudit_graph",
    title: "Entra directory audits (Graph, portal JSON)",
    made_by: "Entra portal: audit logs, download JSON; Graph auditLogs/directoryAudits; Microsoft-Extractor-Suite; DFIR-O365RC; Untitled Goose; Log Analytics AuditLogs",
    claims: |record| {
        record.has("activitydisplayname") && record.has("activitydatetime") && (record.has("initiatedby") || record.has("targetresources"))
    },
    read: |record, place, rows| read_object(record, None, place, rows),
};

/// Reads one object. `envelope` is the Azure Monitor record around it.
pub(super) fn read_object(record: &Object<'_>, envelope: Option<&Object<'_>>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let outer = |name| envelope.and_then(|envelope| envelope.get(name));
    let when = record.get("activitydatetime").or_else(|| outer("time"));
    let Some(time) = field::time(when, place.dates) else {
        return Err(Reject::missing("activityDateTime", when));
    };
    let Some(activity) = field::some_text(record.get("activitydisplayname").or_else(|| outer("operationname"))) else {
        return Err(Reject::missing("activityDisplayName", None));
    };
    let mut row = new_row(time, activity);
    row.result = Some(result(record.get("result")).to_owned());
    row.correlation_id = field::lower(record.get("correlationid").or_else(|| outer("correlationid")));
    let actor_name = fill_actor(&mut row, record);
    row.address = row.address.or_else(|| address::address(outer("calleripaddress")));
    let additional = record.get("additionaldetails").and_then(|details| details.nested().ok());
    row.user_agent = field::pair(additional.as_deref(), "User-Agent").map(|agent| field::text(Some(agent)).unwrap_or_default());
    let resources = record.get("targetresources").and_then(|targets| targets.nested().ok());
    let targets: Vec<Target> = resources.iter().flat_map(|list| list.elements()).filter_map(Value::object).map(target).collect();
    fill_target(&mut row, &targets);
    row.changes = changes(resources.as_deref());
    row.details = details(record, additional.as_deref(), actor_name, &targets);
    let id = field::text(record.get("id")).unwrap_or_default();
    rows.audit.push(place.source, place.record, &id, row);
    Ok(())
}

/// `initiatedBy` holds a user or an app; neither means that the directory itself acted. Returns the actor's display name.
fn fill_actor(row: &mut AuditEventRow, record: &Object<'_>) -> Option<String> {
    let initiated = Part::of(record, &["initiatedby"]);
    let filled = |value: Option<&Value<'_>>| value.and_then(Value::object).is_some_and(|object| !object.is_empty());
    let user = initiated.get("user", "initiatedbyuser");
    let app = initiated.get("app", "initiatedbyapp");
    if filled(user)
        && let Some(user) = user.and_then(Value::object)
    {
        let upn = user.text("userprincipalname").map(|name| identity::account(&name)).filter(|name| !name.is_empty());
        row.account_id = Some(field::lower(user.get("id")).unwrap_or_default());
        row.account = Some(upn.unwrap_or_else(|| row.account_id.clone().unwrap_or_default()));
        row.address = address::address(user.get("ipaddress"));
        let name = field::some_text(user.get("displayname"));
        let account = row.account.as_deref().unwrap_or_default();
        let is_guest = field::word(user.get("usertype")).as_deref() == Some("guest") || account.contains("#ext#");
        let kind = if account.is_empty() || identity::is_system(account) {
            "system"
        } else if is_guest {
            "guest"
        } else {
            "user"
        };
        row.actor_kind = Some(kind.into());
        return name;
    }
    if filled(app)
        && let Some(app) = app.and_then(Value::object)
    {
        row.account_id = Some(field::lower(app.get("serviceprincipalid")).unwrap_or_default());
        row.app_id = Some(field::lower(app.get("appid")).unwrap_or_default());
        let name = field::some_text(app.get("displayname")).or_else(|| field::some_text(app.get("serviceprincipalname")));
        let principal = row.account_id.as_deref().filter(|id| !id.is_empty()).map(identity::principal);
        row.account = Some(principal.or_else(|| name.clone()).unwrap_or_default());
        row.actor_kind = Some("app".into());
        return name;
    }
    row.account = Some(String::new());
    row.actor_kind = Some("system".into());
    None
}

fn target(resource: &Object<'_>) -> Target {
    Target {
        kind: field::word(resource.get("type")).unwrap_or_default(),
        id: field::text(resource.get("id")).unwrap_or_default(),
        upn: field::text(resource.get("userprincipalname")).unwrap_or_default(),
        name: field::text(resource.get("displayname")).unwrap_or_default(),
    }
}

/// The modified properties of all targets.
fn changes(resources: Option<&Value<'_>>) -> Option<String> {
    let mut changes = Vec::new();
    for resource in resources.map(Value::elements).unwrap_or_default().iter().filter_map(Value::object) {
        for property in resource.get("modifiedproperties").map(Value::elements).unwrap_or_default().iter().filter_map(Value::object) {
            changes.push(json::Change {
                name: property.any(&["displayname", "name"]).and_then(Value::text).unwrap_or_default(),
                old: json::unwrapped(property.get("oldvalue")),
                new: json::unwrapped(property.get("newvalue")),
            });
        }
    }
    json::changes(&changes)
}

/// Additional details, then what says what kind of activity it was, then all targets: one person and one role or group is the usual pair.
fn details(record: &Object<'_>, additional: Option<&Value<'_>>, actor_name: Option<String>, targets: &[Target]) -> Option<String> {
    let mut map = json::Map::default();
    map.add_pairs_but(additional, "User-Agent");
    for (name, key) in
        [("category", "category"), ("loggedByService", "loggedbyservice"), ("operationType", "operationtype"), ("resultReason", "resultreason")]
    {
        map.add_field(name, record, key);
    }
    if let Some(name) = actor_name {
        map.add_owned("ActorName", Value::Text(name.into()));
    }
    if let Some(list) = listed(targets) {
        map.add_owned("targets", list);
    }
    map.to_text()
}
