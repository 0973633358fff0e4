//! CSV files of the Entra portal in another language than English: the header is translated, the columns are the same.
//!
//! Names that are known are translated back (Spanish: as RVT2's parser of these files carries them, read 2026-11). Otherwise the columns count by their
//! position, when there are exactly as many as in a known layout and their values are what the layout says: a date, ids, an account.

use std::borrow::Cow;

use super::{diraudit_portal_csv, signin_portal_csv};
use crate::evidence::container::value::{Object, Value, key_is};
use crate::evidence::shape::Shape;
use crate::evidence::shape::field::{self, identity};

/// Sign-ins.
pub(super) const SIGNIN_PORTAL_LOCALISED: Shape = Shape {
    id: "signin_portal_localised",
    title: "Entra sign-ins (portal CSV, not in English)",
    made_by: "Entra portal in another language: download CSV of sign-ins",
    claims: |record| sign_in(record).is_some(),
    read: |record, place, rows| {
        let translated = sign_in(record);
        signin_portal_csv::read(translated.as_ref().unwrap_or(record), place, rows)
    },
};

/// Directory audits.
pub(super) const DIRAUDIT_PORTAL_LOCALISED: Shape = Shape {
    id: "diraudit_portal_localised",
    title: "Entra directory audits (portal CSV, not in English)",
    made_by: "Entra portal in another language: download CSV of audit logs",
    claims: |record| audit(record).is_some(),
    read: |record, place, rows| {
        let translated = audit(record);
        diraudit_portal_csv::read(translated.as_ref().unwrap_or(record), place, rows)
    },
};

/// Normalised foreign name → English name.
const NAMES: &[(&str, &str)] = &[
    ("fechautc", "Date (UTC)"),
    ("iddesolicitud", "Request ID"),
    ("agentedeusuario", "User agent"),
    ("iddecorrelación", "Correlation ID"),
    ("iddeusuario", "User ID"),
    ("usuario", "User"),
    ("nombredeusuario", "Username"),
    ("tipodeusuario", "User type"),
    ("protocolodeautenticación", "Authentication Protocol"),
    ("tipodecredencialdecliente", "Client credential type"),
    ("aplicación", "Application"),
    ("iddeaplicación", "Application ID"),
    ("recurso", "Resource"),
    ("iddelrecurso", "Resource ID"),
    ("direcciónip", "IP address"),
    ("ubicación", "Location"),
    ("estado", "Status"),
    ("códigodeerrordeiniciodesesión", "Sign-in error code"),
    ("motivodelerror", "Failure reason"),
    ("aplicacióncliente", "Client app"),
    ("iddedispositivo", "Device ID"),
    ("explorador", "Browser"),
    ("sistemaoperativo", "Operating System"),
    ("requisitodeautenticación", "Authentication requirement"),
    ("iddesesión", "Session ID"),
    ("númerodesistemaautónomo", "Autonomous system number"),
];

/// The sign-in layout of 2024 and later, by position.
const SIGN_INS: &[&str] = &[
    "Date (UTC)",
    "Request ID",
    "User agent",
    "Correlation ID",
    "User ID",
    "User",
    "Username",
    "User type",
    "Cross tenant access type",
    "Incoming token type",
    "Authentication Protocol",
    "Unique token identifier",
    "Original transfer method",
    "Client credential type",
    "Token Protection - Sign In Session",
    "Token Protection - Sign In Session StatusCode",
    "Application",
    "Application ID",
    "App owner tenant ID",
    "Resource",
    "Resource ID",
    "Resource tenant ID",
    "Resource owner tenant ID",
    "Home tenant ID",
    "Home tenant name",
    "IP address",
    "Location",
    "Status",
    "Sign-in error code",
    "Failure reason",
    "Client app",
    "Device ID",
    "Browser",
    "Operating System",
    "Compliant",
    "Managed",
    "Join Type",
    "Multifactor authentication result",
    "Multifactor authentication auth method",
    "Multifactor authentication auth detail",
    "Authentication requirement",
    "Sign-in identifier",
    "Session ID",
    "IP address (seen by resource)",
    "Through Global Secure Access",
    "Global Secure Access IP address",
    "Autonomous system number",
    "Flagged for review",
    "Token issuer type",
    "Incoming token type#2",
    "Token issuer name",
    "Latency",
    "Conditional Access",
    "Managed Identity type",
    "Associated Resource Id",
    "Federated Token Id",
    "Federated Token Issuer",
];

/// The first columns of the audit layout; three targets with five properties each and six details follow.
const AUDIT: &[&str] = &[
    "Date (UTC)",
    "CorrelationId",
    "Service",
    "Category",
    "Activity",
    "Result",
    "ResultReason",
    "User Agent",
    "ActorType",
    "ActorDisplayName",
    "ActorObjectId",
    "ActorUserPrincipalName",
    "IPAddress",
    "ActorHomeTenantId",
    "ActorHomeTenantName",
    "ActorServicePrincipalId",
    "ActorServicePrincipalName",
];

fn sign_in<'a>(record: &Object<'a>) -> Option<Object<'a>> {
    if record.has("username") || record.has("requestid") {
        return None;
    }
    if let Some(named) = by_name(record).filter(|named| {
        named.has("dateutc") && named.has("username") && named.has("ipaddress") && (named.has("signinerrorcode") || named.has("status"))
    }) {
        return Some(named);
    }
    let is_layout = record.len() == SIGN_INS.len()
        && is_date(record, 0)
        && is_guid(record, 1)
        && is_guid(record, 3)
        && is_guid(record, 17)
        && text(record, 6).is_some_and(|name| identity::is_upn(&name) || identity::is_guid(&name));
    is_layout.then(|| by_position(record, SIGN_INS.iter().map(|name| Cow::Borrowed(*name))))
}

fn audit<'a>(record: &Object<'a>) -> Option<Object<'a>> {
    let layout = || AUDIT.iter().map(|name| Cow::Borrowed(*name)).chain(audit_rest());
    let is_layout = !record.has("activity") && is_date(record, 0) && is_guid(record, 1) && record.len() == layout().count();
    is_layout.then(|| by_position(record, layout()))
}

/// `Target1Type` … `AdditionalDetail6Value`.
fn audit_rest() -> impl Iterator<Item = Cow<'static, str>> {
    let targets = (1..=3).flat_map(|target| {
        let own = ["Type", "DisplayName", "ObjectId", "UserPrincipalName"].into_iter().map(move |name| format!("Target{target}{name}"));
        let properties = (1..=5).flat_map(move |property| {
            ["Name", "OldValue", "NewValue"].into_iter().map(move |part| format!("Target{target}ModifiedProperty{property}{part}"))
        });
        own.chain(properties)
    });
    let details = (1..=6).flat_map(|detail| ["Key", "Value"].into_iter().map(move |part| format!("AdditionalDetail{detail}{part}")));
    targets.chain(details).map(Cow::Owned)
}

/// The record with the names that are known translated; `None` when its date is called otherwise in every language that is known.
fn by_name<'a>(record: &Object<'a>) -> Option<Object<'a>> {
    if !record.has("fechautc") {
        return None;
    }
    let english = |key: &str| {
        let key = key.to_lowercase();
        NAMES.iter().find(|(name, _)| key_is(&key, name)).map(|(_, english)| *english)
    };
    let translated = record.iter().map(|(key, value)| (english(key).map_or_else(|| key.clone(), Cow::Borrowed), value.clone()));
    Some(Object::new(translated))
}

fn by_position<'a>(record: &Object<'a>, names: impl Iterator<Item = Cow<'static, str>>) -> Object<'a> {
    Object::new(names.zip(record.fields()).map(|(name, (_, value))| (name as Cow<'a, str>, value.clone())))
}

fn text<'r>(record: &'r Object<'_>, position: usize) -> Option<Cow<'r, str>> {
    record.fields().get(position).and_then(|(_, value)| value.text())
}

fn is_guid(record: &Object<'_>, position: usize) -> bool {
    text(record, position).is_some_and(|text| identity::is_guid(&text))
}

/// A date, not a bare number. Files that were saved again by a spreadsheet program have theirs changed.
fn is_date(record: &Object<'_>, position: usize) -> bool {
    let value = record.fields().get(position).map(|(_, value)| value);
    value.and_then(Value::text).is_some_and(|text| text.contains(['-', '/', '.'])) && field::time(value, crate::time::DateOrder::default()).is_some()
}
