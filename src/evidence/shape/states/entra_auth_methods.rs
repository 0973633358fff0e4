//! Authentication methods of users. Graph tells the kind by `@odata.type` only, and the owner not at all; phone, e-mail and authenticator methods
//! carry no time of registration.

use super::cell;
use super::owner::Owner;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MethodStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_auth_methods",
    title: "Authentication methods (Graph)",
    made_by: "Graph /users/{id}/authentication/methods; Get-MgUserAuthenticationMethod; Goose users_methods.json",
    claims,
    read,
};

/// Fixed ids of methods of which a user has at most one (Microsoft Graph reference, read 2026-11).
const FIXED_IDS: &[(&str, &str)] = &[
    ("28c10230-6103-485e-b985-444c60001490", "password"),
    ("3179e48a-750b-4051-897c-87b9720928f7", "phone"),
    ("b6332ec1-7057-4abe-9331-3d72feddfe41", "phone"),
    ("e37fc753-ff3b-4958-9484-eaa9425c82bc", "phone"),
    ("3ddfcfc8-9383-446f-83cc-3ab9be4be18f", "email"),
];

/// Members that only one kind of method has: for exports that dropped `@odata.type`.
const TELLING_MEMBERS: &[(&str, &str)] = &[
    ("phonenumber", "phone"),
    ("phonetype", "phone"),
    ("aaguid", "fido2"),
    ("attestationlevel", "fido2"),
    ("devicetag", "microsoftAuthenticator"),
    ("phoneappversion", "microsoftAuthenticator"),
    ("keystrength", "windowsHelloForBusiness"),
    ("lifetimeinminutes", "temporaryAccessPass"),
    ("isusableonce", "temporaryAccessPass"),
    ("emailaddress", "email"),
];

fn claims(record: &Object<'_>) -> bool {
    if let Some(kind) = cell::odata_type(record) {
        return kind.ends_with("AuthenticationMethod");
    }
    if !record.has("id") {
        return false;
    }
    if let Some(value) = record.get("additionalproperties") {
        // `DeletedDateTime` marks directory objects, whose properties are lost the same way.
        let is_lost_method = || record.len() <= 4 && !record.has("deleteddatetime") && lost(value);
        return properties_type(value).map_or_else(is_lost_method, |kind| kind.ends_with("AuthenticationMethod"));
    }
    // A bare method has an id, its members and at most owner and times; anything with more names is another kind of object.
    let id = record.text("id").unwrap_or_default();
    let is_fixed = FIXED_IDS.iter().any(|(known, _)| known.eq_ignore_ascii_case(&id));
    record.len() <= 12
        && (is_fixed
            || TELLING_MEMBERS.iter().filter(|(member, _)| *member != "emailaddress").any(|(member, _)| record.has(member))
                && !record.has("deviceid"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let nested = record.get("additionalproperties").and_then(|value| value.nested().ok()).map(std::borrow::Cow::into_owned);
    let dictionary = record.get("additionalproperties").and_then(Value::text).map(|text| dictionary(&text));
    let inner = nested.as_ref().and_then(Value::object).or(dictionary.as_ref()).unwrap_or(record);
    let method_id = cell::text(record, &["id"]);
    let Some(method) = method(record, inner, method_id.as_deref().unwrap_or_default()) else {
        return Err(cell::missing(
            "authentication method without its kind: only the id is left of it (AdditionalProperties was flattened by Export-Csv)",
        ));
    };
    let owner = Owner::of(record, &["userprincipalname", "userid"], place);
    let id = method_id.clone().unwrap_or_default();
    let row = MethodStateRow {
        account: owner.name(),
        account_id: owner.id,
        method: Some(method),
        method_id,
        detail: cell::verbatim(inner, &["phonenumber", "emailaddress", "displayname", "model", "devicetag"]),
        created: cell::time(inner, &["createddatetime", "creationdatetime", "startdatetime"], place)
            .or_else(|| cell::time(record, &["createddatetime"], place)),
    };
    rows.methods.push(place.source, place.record, &id, row);
    Ok(())
}

fn method(record: &Object<'_>, inner: &Object<'_>, id: &str) -> Option<String> {
    let named = cell::odata_type(record).or_else(|| cell::odata_type(inner)).and_then(|kind| short(&kind));
    let fixed = || FIXED_IDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, method)| (*method).to_owned());
    let told = || TELLING_MEMBERS.iter().find(|(member, _)| inner.has(member)).map(|(_, method)| (*method).to_owned());
    named.or_else(fixed).or_else(told)
}

/// `#microsoft.graph.phoneAuthenticationMethod` → `phone`.
fn short(kind: &str) -> Option<String> {
    kind.rsplit(['.', '#']).next()?.strip_suffix("AuthenticationMethod").filter(|kind| !kind.is_empty()).map(str::to_owned)
}

/// The type inside `AdditionalProperties`, whether object, JSON text or PowerShell's dictionary text.
fn properties_type(value: &Value<'_>) -> Option<String> {
    match value.nested().ok().as_deref() {
        Some(Value::Object(object)) => cell::odata_type(object),
        _ => cell::odata_type(&dictionary(&value.text()?)),
    }
}

/// Nothing legible: a type name, or an empty object. An empty cell says nothing about what kind of object lost its properties.
pub(super) fn lost(value: &Value<'_>) -> bool {
    value.text().is_some_and(|text| cell::is_type_name(&text)) || value.object().is_some_and(|object| object.is_empty())
}

/// PowerShell's screen form of a dictionary: `{[@odata.type, #microsoft.graph.…], [phoneNumber, +1 …]}`.
pub(super) fn dictionary(text: &str) -> Object<'static> {
    let pairs = text.split('[').skip(1).filter_map(|pair| pair.split(']').next()?.split_once(", "));
    Object::new(pairs.map(|(key, value)| (key.trim().to_owned().into(), Value::Text(value.trim().to_owned().into()))))
}
