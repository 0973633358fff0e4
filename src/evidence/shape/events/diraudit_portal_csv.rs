//! The Entra portal's audit CSV: Graph objects flattened to at most three targets of five properties, and six details.

use super::directory_audit::{Target, fill_target, listed, new_row, result};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, address, identity, json};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AuditEventRow, Rows};

/// See the file's first line.
pub(super) const DIRAUDIT_PORTAL_CSV: Shape = Shape {
    id: "diraudit_portal_csv",
    title: "Entra directory audits (portal CSV)",
    made_by: "Entra portal: audit logs, download CSV",
    claims: |record| record.any(&["dateutc", "date"]).is_some() && record.has("activity") && record.has("actortype") && record.has("target1type"),
    read,
};

const TARGETS: [&str; 3] = ["target1", "target2", "target3"];
const PROPERTIES: [&str; 5] = ["modifiedproperty1", "modifiedproperty2", "modifiedproperty3", "modifiedproperty4", "modifiedproperty5"];
const DETAILS: [[&str; 2]; 6] = [
    ["additionaldetail1key", "additionaldetail1value"],
    ["additionaldetail2key", "additionaldetail2value"],
    ["additionaldetail3key", "additionaldetail3value"],
    ["additionaldetail4key", "additionaldetail4value"],
    ["additionaldetail5key", "additionaldetail5value"],
    ["additionaldetail6key", "additionaldetail6value"],
];

pub(super) fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let date = record.any(&["dateutc", "date"]);
    let Some(time) = field::time(date, place.dates) else {
        return Err(Reject::missing("Date (UTC)", date));
    };
    let Some(activity) = field::some_text(record.get("activity")) else {
        return Err(Reject::missing("Activity", None));
    };
    let mut row = new_row(time, activity);
    row.result = Some(result(record.get("result")).to_owned());
    row.correlation_id = field::lower(record.get("correlationid"));
    row.address = address::address(record.get("ipaddress"));
    fill_actor(&mut row, record);
    let targets: Vec<Target> = TARGETS.iter().filter_map(|prefix| target(record, prefix)).collect();
    fill_target(&mut row, &targets);
    row.changes = changes(record);
    row.user_agent = field::text(record.get("useragent"));
    if row.user_agent.as_deref().unwrap_or_default().is_empty() {
        let agent = DETAILS.iter().find(|[key, _]| record.text(key).is_some_and(|name| name == "User-Agent"));
        row.user_agent = agent.and_then(|[_, value]| field::text(record.get(value))).or(row.user_agent);
    }
    row.details = details(record, &targets);
    rows.audit.push(place.source, place.record, "", row);
    Ok(())
}

fn fill_actor(row: &mut AuditEventRow, record: &Object<'_>) {
    let principal = field::some_text(record.get("actorserviceprincipalid"));
    let upn = record.text("actoruserprincipalname").map(|name| identity::account(&name)).filter(|name| !name.is_empty());
    let object_id = field::lower(record.get("actorobjectid")).filter(|id| !id.is_empty());
    let is_app = upn.is_none() && (principal.is_some() || field::word(record.get("actortype")).is_some_and(|kind| kind.contains("app")));
    let name = || field::text(record.any(&["actordisplayname", "actorserviceprincipalname"])).unwrap_or_default();
    if is_app {
        let id = principal.map(|id| id.to_lowercase()).or(object_id);
        row.account = Some(id.as_deref().map_or_else(name, identity::principal));
        row.account_id = id;
        row.actor_kind = Some("app".into());
        return;
    }
    let account = upn.or_else(|| object_id.clone()).unwrap_or_else(name);
    let kind = match account.as_str() {
        account if account.is_empty() || identity::is_system(account) => "system",
        account if account.contains("#ext#") => "guest",
        _ => "user",
    };
    row.actor_kind = Some(kind.into());
    row.account_id = object_id;
    row.account = Some(account);
}

/// A column of target or property number n: the header is the prefix with the name behind it.
fn column<'v>(record: &'v Object<'_>, prefix: &str, name: &str) -> Option<&'v Value<'v>> {
    record.get(&[prefix, name].concat())
}

fn target(record: &Object<'_>, prefix: &str) -> Option<Target> {
    let text = |name| field::text(column(record, prefix, name)).unwrap_or_default();
    let target = Target {
        kind: field::word(column(record, prefix, "type")).unwrap_or_default(),
        id: text("objectid"),
        upn: text("userprincipalname"),
        name: text("displayname"),
    };
    (!(target.kind.is_empty() && target.label().is_empty())).then_some(target)
}

fn changes(record: &Object<'_>) -> Option<String> {
    let mut changes = Vec::new();
    for prefix in TARGETS.iter().flat_map(|target| PROPERTIES.iter().map(move |property| [*target, *property].concat())) {
        if let Some(name) = field::some_text(column(record, &prefix, "name")) {
            let value = |name| json::unwrapped(column(record, &prefix, name));
            changes.push(json::Change { name: name.into(), old: value("oldvalue"), new: value("newvalue") });
        }
    }
    json::changes(&changes)
}

fn details(record: &Object<'_>, targets: &[Target]) -> Option<String> {
    let mut map = json::Map::default();
    for [key, value] in DETAILS {
        if let (Some(name), Some(value)) = (field::some_text(record.get(key)).filter(|name| name != "User-Agent"), record.get(value)) {
            map.add(name, value);
        }
    }
    let filled = |key: &str| field::some_text(record.get(key));
    for (name, key) in [("category", "category"), ("loggedByService", "service"), ("resultReason", "resultreason"), ("ActorName", "actordisplayname")]
    {
        if let Some(text) = filled(key) {
            map.add_owned(name, Value::Text(text.into()));
        }
    }
    if let Some(list) = listed(targets) {
        map.add_owned("targets", list);
    }
    map.to_text()
}
