//! What an audit act did to somebody's authentication methods. Not a detector.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::act::Act;
use super::change::{Changes, list, text};
use crate::detect::properties::Properties;
use crate::frame::AuditEvent;

const AUTHENTICATOR: &str = "authenticator on ";
const PHONE: &str = "phone ";

/// The bare name or number under which the state export lists a method.
pub(super) fn bare(method: &str) -> &str {
    method.strip_prefix(AUTHENTICATOR).or_else(|| method.strip_prefix(PHONE)).unwrap_or(method)
}

/// The kinds of act on authentication methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A method was added.
    Added,
    /// A temporary access pass was created.
    Pass,
    /// Multi-factor authentication was switched off for a user.
    Disabled,
}

/// The operations that [`kind`] looks into.
pub(super) fn may_concern_methods(operation: &str) -> bool {
    operation == "update user"
        || operation.contains("security info")
        || operation.contains("credential")
        || operation.contains("key")
        || operation.contains("temporary access pass")
        || operation.contains("application password")
        || operation == "disable strong authentication"
}

/// What one record did; `None` for everything else.
pub(super) fn kind(event: &AuditEvent<'_>) -> Option<Kind> {
    let reason = || Properties::parse(event.details()).filled("resultReason").unwrap_or_default().to_lowercase();
    match event.operation()? {
        "user registered security info" | "admin registered security info" => {
            Some(if reason().contains("temporary access pass") { Kind::Pass } else { Kind::Added })
        }
        "add fido2 security key"
        | "add windows hello for business credential"
        | "add passwordless phone sign-in credential"
        | "add platform credential"
        | "create application password for user" => Some(Kind::Added),
        "create temporary access pass method for user" => Some(Kind::Pass),
        "disable strong authentication" => Some(Kind::Disabled),
        "update user" => {
            let changes = Changes::parse(event.changes());
            if !added_methods(&changes).is_empty() {
                Some(Kind::Added)
            } else if requirement_removed(&changes) {
                Some(Kind::Disabled)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// `State` 1 is enabled, 2 enforced; an empty list or 0 means that nothing is required any more.
fn requirement_removed(changes: &Changes) -> bool {
    let required =
        |value: &Value| list(value).iter().any(|one| one.get("State").is_some_and(|state| !matches!(text(state).as_deref(), None | Some("0"))));
    changes.get("StrongAuthenticationRequirement").is_some_and(|change| required(&change.old) && !required(&change.new))
}

/// Names of the methods that one record added.
fn added_methods(changes: &Changes) -> BTreeSet<String> {
    let mut added = BTreeSet::new();
    for device in changes.added("StrongAuthenticationPhoneAppDetail") {
        let name = device.get("DeviceName").and_then(text).unwrap_or_else(|| "unnamed device".to_owned());
        let known = changes.get("StrongAuthenticationPhoneAppDetail").is_some_and(|change| {
            // Every use rewrites the last-used time: a device is new when its id is, or, in records without ids, its name or token.
            let part = |one: &Value, name: &str| one.get(name).and_then(text);
            list(&change.old).iter().any(|old| match (part(old, "Id"), part(device, "Id")) {
                (Some(before), Some(after)) => before == after,
                _ => ["DeviceName", "DeviceToken"].iter().all(|name| part(old, name) == part(device, name)),
            })
        });
        if !known {
            added.insert(format!("{AUTHENTICATOR}{name}"));
        }
    }
    added.extend(added_numbers(changes).into_values().map(|number| format!("{PHONE}{number}")));
    let kind = |value: &Value| value.get("MethodType").and_then(text);
    if let Some(change) = changes.get("StrongAuthenticationMethod") {
        let before: BTreeSet<_> = list(&change.old).iter().filter_map(kind).collect();
        let new = list(&change.new).iter().filter_map(kind).filter(|method| !before.contains(method));
        added.extend(new.map(|method| format!("method type {method} ({})", method_type(&method))));
    }
    if !changes.added("SearchableDeviceKey").is_empty() {
        added.insert("security key or Windows Hello".to_owned());
    }
    added
}

/// Names of Microsoft's codes; those of 1, 3 and 4 are not documented and were not seen.
fn method_type(code: &str) -> &'static str {
    match code {
        "0" => "phone call",
        "2" => "office phone call",
        "5" => "text message",
        "6" => "authenticator notification",
        "7" => "authenticator code",
        _ => "undocumented",
    }
}

/// Phone numbers that one record added: digits and `+` → as recorded.
fn added_numbers(changes: &Changes) -> BTreeMap<String, String> {
    let numbers = |value: &Value| -> BTreeMap<String, String> {
        let fields = ["PhoneNumber", "AlternativePhoneNumber", "VoiceOnlyPhoneNumber"];
        list(value)
            .iter()
            .flat_map(|one| fields.iter().filter_map(|field| one.get(*field).and_then(text)))
            .map(|number| (plain_number(&number), number))
            .collect()
    };
    let Some(change) = changes.get("StrongAuthenticationUserDetails") else { return BTreeMap::new() };
    let before = numbers(&change.old);
    numbers(&change.new).into_iter().filter(|(number, _)| number.len() > 5 && !before.contains_key(number)).collect()
}

/// A phone number without blanks and dashes.
pub(super) fn plain_number(number: &str) -> String {
    number.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect()
}

/// Phone numbers that an act added: digits and `+` → as recorded.
pub(super) fn numbers(act: &Act<'_>) -> BTreeMap<String, String> {
    act.changes.iter().flat_map(added_numbers).collect()
}

/// Methods that an act added, by the most telling name the records have.
pub(super) fn methods(act: &Act<'_>) -> BTreeSet<String> {
    let telling: BTreeSet<String> = act.changes.iter().flat_map(added_methods).collect();
    let specific: BTreeSet<String> = telling.iter().filter(|method| !method.starts_with("method type")).cloned().collect();
    if !specific.is_empty() {
        return specific;
    }
    let words = act.events.iter().filter_map(|event| {
        let reason = Properties::parse(event.details()).filled("resultReason");
        let registered = reason.and_then(|reason| reason.split_once("registered ").map(|(_, method)| method.trim().trim_end_matches('.').to_owned()));
        let names_method = |operation: &str| operation != "update user" && !operation.contains("security info");
        registered.or_else(|| {
            event
                .operation()
                .filter(|operation| names_method(operation))
                .map(|operation| operation.trim_start_matches("add ").trim_start_matches("create ").to_owned())
        })
    });
    let named: BTreeSet<String> = words.collect();
    match (named.is_empty(), telling.is_empty()) {
        (false, _) => named,
        (true, false) => telling,
        (true, true) => ["a method that the record does not name".to_owned()].into(),
    }
}
