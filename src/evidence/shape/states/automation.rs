//! Flows and apps as rows: what the PowerShell objects, the REST answers and hand-made inventories of the Power Platform have in common.

use super::cell::{self, Elements};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::identity;
use crate::evidence::shape::{Place, Reject};
use crate::frame::{FlowStateRow, Rows};

/// The properties of a flow, app or connection: the record itself, or what the administrators' cmdlets put under `Internal` and REST under `properties`.
pub(super) fn properties<'v, 'a>(record: &'v Object<'a>) -> Option<&'v Object<'a>> {
    let inside = |object: &'v Object<'a>| object.get("properties").and_then(Value::object);
    inside(record).or_else(|| record.get("internal").and_then(Value::object).and_then(inside))
}

/// Pushes one flow, app or connection of `kind`.
pub(super) fn push(kind: &str, ids: &[&str], record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let inner = properties(record);
    let both = |names: &[&str]| cell::filled(record, names).or_else(|| inner.and_then(|inner| cell::filled(inner, names)));
    let flow_id = cell::lower(record, ids).filter(|id| !id.is_empty());
    let name = both(&["displayname", "flowdisplayname", "appdisplayname", "title", "flowtitle", "apptitle"]);
    // An inventory that somebody typed has names only.
    let name = name.or_else(|| cell::filled(record, &["flow", "app", "name"]));
    if flow_id.is_none() && name.is_none() {
        return Err(cell::missing("flow or app without id and name"));
    }
    let (account, account_id) = [Some(record), inner].into_iter().flatten().find_map(owner).unwrap_or_default();
    let time = |names: &[&str]| cell::time(record, names, place).or_else(|| inner.and_then(|inner| cell::time(inner, names, place)));
    let id = flow_id.clone().unwrap_or_default();
    let row = FlowStateRow {
        kind: Some(kind.to_owned()),
        flow_id,
        name,
        environment: environment(record).or_else(|| inner.and_then(environment)),
        account,
        account_id,
        enabled: enabled(record).or_else(|| inner.and_then(enabled)),
        connectors: connectors(record).or_else(|| inner.and_then(connectors)),
        steps: steps(record).or_else(|| inner.and_then(steps)),
        created: time(&["createdtime", "createddatetime", "createdat", "createdon", "created"]),
        modified: time(&["lastmodifiedtime", "lastmodifieddatetime", "lastmodifiedat", "modifiedon", "lastmodified", "modified"]),
    };
    rows.flows.push(place.source, place.record, &id, row);
    Ok(())
}

fn environment(record: &Object<'_>) -> Option<String> {
    let nested = || record.path(&["environment", "name"]).and_then(Value::text).map(std::borrow::Cow::into_owned);
    cell::filled(record, &["environmentname", "environmentdisplayname", "environmentid"])
        .or_else(nested)
        .or_else(|| cell::filled(record, &["environment"]))
}

/// Who made or owns it: user name and object id. An object, PowerShell's text of one, or a name.
fn owner(record: &Object<'_>) -> Option<(Option<String>, Option<String>)> {
    const FIELDS: &[&str] =
        &["owner", "createdby", "creator", "maker", "ownername", "owneremail", "owneruserprincipalname", "ownerid", "ownerobjectid"];
    const NAMES: &[&str] = &["userprincipalname", "email", "displayname"];
    const KEYS: &[&str] = &["objectid", "userid", "id"];
    let mut found = (None, None);
    for value in FIELDS.iter().filter_map(|name| record.get(name)) {
        let (name, id) = match value {
            Value::Object(person) => (cell::filled(person, NAMES), cell::filled(person, KEYS)),
            Value::Text(text) if text.trim_start().starts_with("@{") => {
                let member =
                    |names: &[&str]| names.iter().find_map(|name| cell::member(text.trim(), name)).filter(|text| !text.is_empty()).map(str::to_owned);
                (member(NAMES), member(KEYS))
            }
            other => (other.text().filter(|text| !cell::is_type_name(text)).map(std::borrow::Cow::into_owned), None),
        };
        for text in name.into_iter().chain(id) {
            let account = identity::account(&text);
            let place = if identity::is_guid(&account) { &mut found.1 } else { &mut found.0 };
            place.get_or_insert(account);
        }
    }
    let empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    (!empty(&found.0) || !empty(&found.1)).then_some(found)
}

/// `Enabled`, or the state in words: `Started`, `Stopped`, `Suspended`.
fn enabled(record: &Object<'_>) -> Option<bool> {
    let by_word = || {
        let word = cell::lower(record, &["state", "flowstate", "status", "statecode"])?;
        match word.as_str() {
            "started" | "on" | "enabled" | "active" | "activated" => Some(true),
            "stopped" | "suspended" | "off" | "disabled" | "deleted" | "draft" => Some(false),
            _ => None,
        }
    };
    cell::flag(record, &["enabled"]).or_else(by_word)
}

/// Connectors by their API names, from connection references (an object or a list of them) or from a plain list.
fn connectors(record: &Object<'_>) -> Option<String> {
    let api = |reference: &Value<'_>| {
        let Some(reference) = reference.object() else { return reference.text().map(std::borrow::Cow::into_owned) };
        let named = reference.path(&["api", "name"]).and_then(Value::text).map(std::borrow::Cow::into_owned);
        named.or_else(|| cell::filled(reference, &["id", "apiid", "apiname", "connectorname", "displayname"]))
    };
    let value = record.any(&["connectionreferences", "connectors", "flowconnectornames", "connectorname", "apiid"])?;
    let names: Vec<String> = match value.nested().ok()?.as_ref() {
        Value::Object(references) => references.iter().filter_map(|(_, reference)| api(reference)).collect(),
        Value::List(references) => references.iter().filter_map(api).collect(),
        other => Elements::of(other).known,
    };
    // `/providers/Microsoft.PowerApps/apis/shared_office365` is that connector.
    let mut short: Vec<&str> = names.iter().map(|name| name.rsplit('/').next().unwrap_or(name)).filter(|name| !name.is_empty()).collect();
    short.sort_unstable();
    short.dedup();
    Some(short.join(";"))
}

/// What the flow waits for and does: operations in the order of the definition's summary.
fn steps(record: &Object<'_>) -> Option<String> {
    let summary = record.get("definitionsummary")?.nested().ok()?;
    let summary = summary.object()?;
    let step = |step: &Object<'_>| cell::filled(step, &["swaggeroperationid", "operationid", "kind", "type"]);
    let lists = ["triggers", "actions"].iter().filter_map(|name| summary.get(name));
    Some(lists.flat_map(Value::elements).filter_map(Value::object).filter_map(step).collect::<Vec<_>>().join(";"))
}

/// The type of a resource (`Microsoft.ProcessSimple/environments/flows`), lower case.
pub(super) fn resource_type(record: &Object<'_>) -> String {
    record.text("type").unwrap_or_default().to_lowercase()
}

/// Some column says whose it is.
pub(super) fn names_owner(record: &Object<'_>) -> bool {
    ["owner", "createdby", "creator", "maker", "ownername", "owneremail", "ownerid"].iter().any(|name| record.has(name))
}

/// Some column says in which environment it lives.
pub(super) fn names_environment(record: &Object<'_>) -> bool {
    ["environmentname", "environment", "environmentdisplayname", "environmentid"].iter().any(|name| record.has(name))
}
