//! Service principals and applications as rows: what both kinds of object have in common.

use super::cell::{self, Elements};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, field};
use crate::frame::{AppStateRow, Rows};

/// Reads one object of `kind`: `service-principal` or `application`.
pub(super) fn read(kind: &str, record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let object_id = cell::lower(record, &["id", "objectid"]);
    let app_id = cell::lower(record, &["appid", "applicationid"]);
    if [&object_id, &app_id].iter().all(|id| id.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("application without object id and application id"));
    }
    let id = object_id.clone().unwrap_or_default();
    let row = AppStateRow {
        kind: Some(kind.to_owned()),
        object_id,
        app_id,
        name: cell::verbatim(record, &["displayname", "appdisplayname", "applicationname"]),
        owner_tenant: cell::lower(record, &["appownerorganizationid", "appownertenantid"]),
        publisher: cell::verbatim(record, &["publishername", "publisherdomain"]),
        verified_publisher: verified_publisher(record),
        reply_urls: reply_urls(record),
        enabled: cell::flag(record, &["accountenabled", "serviceprincipalenabled"]),
        created: cell::time(record, &["createddatetime"], place),
        credentials: credentials(record, place),
        owners: owners(record),
        last_used: None,
    };
    rows.apps.push(place.source, place.record, &id, row);
    Ok(())
}

/// Name of the verified publisher; empty = there is none, null = the export does not say.
fn verified_publisher(record: &Object<'_>) -> Option<String> {
    let Some(value) = record.get("verifiedpublisher") else { return cell::text(record, &["verifiedpublisherid"]) };
    match value.nested().ok()?.object() {
        Some(object) => Some(cell::text(object, &["displayname", "verifiedpublisherid"]).unwrap_or_default()),
        None => cell::list(record, &["verifiedpublisher"]),
    }
}

/// Where sign-ins may be sent, blank-joined: `replyUrls` of service principals, `web.redirectUris` and siblings of applications.
fn reply_urls(record: &Object<'_>) -> Option<String> {
    let nested = ["web", "publicclient", "spa"].iter().filter_map(|platform| record.path(&[platform, "redirecturis"]));
    let flat = ["replyurls", "webredirecturis", "publicclientredirecturis"].iter().filter_map(|name| record.get(name));
    let lists: Vec<_> = nested.chain(flat).map(Elements::of).collect();
    if lists.is_empty() || lists.iter().all(|list| list.cut && list.known.is_empty()) {
        return None;
    }
    Some(lists.into_iter().flat_map(|list| list.known).collect::<Vec<_>>().join(" "))
}

/// Secrets, certificates and federated credentials as `[{"kind","key_id","name","start","end"}]`; null when the export has none of the lists.
fn credentials(record: &Object<'_>, place: &Place<'_>) -> Option<String> {
    const LISTS: &[(&str, &str)] =
        &[("passwordcredentials", "password"), ("keycredentials", "certificate"), ("federatedidentitycredentials", "federated")];
    let mut found = Vec::new();
    let mut has_lists = false;
    for (name, kind) in LISTS {
        let Some(value) = record.get(name).and_then(|value| value.nested().ok()) else { continue };
        // Export-Csv leaves a type name: the credentials were lost.
        if value.text().is_some_and(|text| cell::is_type_name(&text)) {
            continue;
        }
        has_lists = true;
        for credential in value.elements().iter().filter_map(Value::object) {
            found.push(serde_json::json!({
                "kind": kind,
                "key_id": cell::text(credential, &["keyid", "id"]).unwrap_or_default(),
                "name": cell::verbatim(credential, &["displayname", "name"]).unwrap_or_default(),
                "start": moment(credential, "startdatetime", place),
                "end": moment(credential, "enddatetime", place),
            }));
        }
    }
    has_lists.then(|| serde_json::Value::Array(found).to_string())
}

fn moment(credential: &Object<'_>, name: &str, place: &Place<'_>) -> String {
    field::time(credential.get(name), place.dates).map(|time| time.to_string()).unwrap_or_default()
}

/// Owners by user name where there is one, else by the best name.
fn owners(record: &Object<'_>) -> Option<String> {
    let named = |value: &Value<'_>| match value.object() {
        Some(owner) => cell::filled(owner, &["userprincipalname", "displayname", "id"]).map(|name| field::identity::account(&name)),
        None => value.text().map(|text| field::identity::account(&text)),
    };
    match record.get("owners") {
        Some(Value::List(owners)) => Some(owners.iter().filter_map(named).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(";")),
        Some(_) => cell::list(record, &["owners"]),
        None => cell::list(record, &["ownerids", "ownerdisplaynames"]),
    }
}
