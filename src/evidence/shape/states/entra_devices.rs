//! Entra devices: registered, joined and hybrid-joined, with owner where the export has one; also Intune's managed devices.

use super::cell;
use super::entra_auth_methods::{dictionary, lost};
use super::owner::Owner;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::identity;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{DeviceStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_devices",
    title: "Entra devices",
    made_by: "Graph /devices, /users/{id}/ownedDevices, registeredDevices; Get-MgDevice, Get-MgUserRegisteredDevice; Microsoft-Extractor-Suite Devices.csv; Goose devices.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    if cell::odata_type(record).is_some_and(|kind| kind == "#microsoft.graph.device") {
        return true;
    }
    if let Some(value) = record.get("additionalproperties") {
        let inner = inner(value);
        return inner.as_ref().and_then(cell::odata_type).is_some_and(|kind| kind == "#microsoft.graph.device")
            || record.has("trusttype")
            || (record.has("deleteddatetime") && record.has("id") && lost(value) && !record.has("userprincipalname"));
    }
    if record.has("ipaddress") || record.has("activitydatetime") || record.has("riskeventtype") {
        return false;
    }
    let is_entra = record.has("deviceid")
        && ["trusttype", "operatingsystemversion", "approximatelastsignindatetime", "registrationtime"].iter().any(|name| record.has(name));
    let is_projection = record.has("id") && record.has("displayname") && record.has("registrationdatetime");
    let is_managed = record.has("azureaddeviceid") && record.has("enrolleddatetime");
    (is_entra || is_projection || is_managed) && !record.has("deviceaccessstate") && !record.has("firstsynctime")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    // Get-MgUser*Device returns directory objects: the values sit in AdditionalProperties, and Export-Csv loses them.
    let properties = record.get("additionalproperties").and_then(inner);
    let inner = properties.as_ref().filter(|inner| inner.has("deviceid") || inner.has("displayname")).unwrap_or(record);
    let device_id = cell::lower(inner, &["deviceid", "azureaddeviceid"]);
    let object_id = cell::lower(record, &["objectid", "id"]);
    let name = cell::verbatim(inner, &["displayname", "devicename"]);
    let is_empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    if is_empty(&device_id) && is_empty(&name) {
        return Err(cell::missing("device without device id and name: its properties were lost when the export was written"));
    }
    let id = object_id.clone().filter(|id| !id.is_empty()).or_else(|| device_id.clone()).unwrap_or_default();
    let row = DeviceStateRow {
        kind: Some(if inner.has("enrolleddatetime") { "intune" } else { "entra" }.to_owned()),
        device_id,
        object_id,
        name,
        account: owner(record, inner, place),
        os: cell::text(inner, &["operatingsystem"]),
        os_version: cell::text(inner, &["operatingsystemversion", "osversion"]),
        trust_type: cell::text(inner, &["trusttype", "jointype"]),
        enabled: cell::flag(inner, &["accountenabled"]),
        compliant: compliant(inner),
        managed: cell::flag(inner, &["ismanaged"]),
        registered: cell::time(inner, &["registrationdatetime", "registrationtime", "enrolleddatetime", "createddatetime"], place),
        last_seen: cell::time(inner, &["approximatelastsignindatetime", "lastsignindatetime", "lastsyncdatetime"], place),
        user_agent: None,
    };
    rows.devices.push(place.source, place.record, &id, row);
    Ok(())
}

/// `AdditionalProperties` as an object, from JSON or from PowerShell's dictionary text.
fn inner(value: &Value<'_>) -> Option<Object<'static>> {
    match value.nested().ok()?.into_owned().into_owned() {
        Value::Object(object) => Some(object),
        Value::Text(text) => Some(dictionary(&text)).filter(|object| !object.is_empty()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
    }
}

fn compliant(record: &Object<'_>) -> Option<bool> {
    cell::flag(record, &["iscompliant"]).or_else(|| cell::text(record, &["compliancestate"]).map(|state| state.eq_ignore_ascii_case("compliant")))
}

/// The first registered owner, else the first registered user, else who the export was made for.
fn owner(record: &Object<'_>, inner: &Object<'_>, place: &Place<'_>) -> Option<String> {
    let listed = ["registeredowners", "registeredusers"].iter().filter_map(|name| inner.get(name)).find_map(|value| {
        let mut objects = value.elements().iter().filter_map(Value::object);
        let named = objects.find_map(|user| cell::filled(user, &["userprincipalname", "displayname", "id"]));
        named.or_else(|| cell::Elements::of(value).known.into_iter().next()).map(|name| identity::account(&name))
    });
    listed.filter(|name| !name.is_empty()).or_else(|| Owner::of(record, &["userprincipalname", "userid", "owner"], place).name())
}
