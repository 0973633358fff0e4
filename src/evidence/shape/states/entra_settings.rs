//! Settings of the tenant in Entra: security defaults, which methods may be registered, who may consent and invite, which other tenants are trusted,
//! which domains are its own and which of them another identity provider signs in.

use super::cell;
use super::policy::{self, Setting};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{PolicyStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_settings",
    title: "Entra tenant settings",
    made_by: "Graph /policies (identitySecurityDefaultsEnforcementPolicy, authenticationMethodsPolicy, authorizationPolicy, permissionGrantPolicies, adminConsentRequestPolicy, crossTenantAccessPolicy), /domains, /organization, /subscribedSkus; Goose; DFIR-O365RC AADTenant",
    claims,
    read,
};

/// Id of the one policy object that switches security defaults (Microsoft Graph reference, read 2026-11).
const SECURITY_DEFAULTS: &str = "00000000-0000-0000-0000-000000000005";

const KINDS: &[Setting] = &[
    Setting {
        kind: "authentication-methods",
        told_by: &[&["authenticationmethodconfigurations"], &["policymigrationstate", "policyversion"]],
        state: allowed_methods,
        named_by: policy::NAMES,
    },
    Setting {
        kind: "authorization",
        told_by: &[&["defaultuserrolepermissions"], &["allowinvitesfrom", "guestuserroleid"], &["allowedtousesspr", "blockmsolpowershell"]],
        state: user_consent,
        named_by: policy::NAMES,
    },
    Setting {
        kind: "consent-policy",
        told_by: &[&["includes", "excludes"], &["notifyreviewers", "reviewers"]],
        state: |record| policy::switch(record, &["isenabled"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "cross-tenant-access",
        told_by: &[&["b2bcollaborationinbound"], &["inboundtrust", "b2bdirectconnectinbound"], &["allowedcloudendpoints"]],
        state: trust,
        named_by: policy::NAMES,
    },
    Setting {
        kind: "domain",
        told_by: &[&["authenticationtype", "isverified"], &["authenticationtype", "supportedservices"]],
        // A domain that nobody proved to own is only a name.
        state: |record| match cell::flag(record, &["isverified"]) {
            Some(false) => Some("unverified".to_owned()),
            _ => cell::lower(record, &["authenticationtype"]),
        },
        named_by: &["id"],
    },
    Setting {
        kind: "federation",
        told_by: &[&["passivesigninuri", "issueruri"], &["passivelogonuri", "issueruri"]],
        state: |record| cell::text(record, &["federatedidpmfabehavior"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "licence",
        told_by: &[&["skupartnumber", "consumedunits"], &["skupartnumber", "prepaidunits"]],
        state: |record| cell::lower(record, &["capabilitystatus"]),
        named_by: policy::NAMES,
    },
];

/// Methods that users may register, `;`-joined.
fn allowed_methods(record: &Object<'_>) -> Option<String> {
    let list = record.get("authenticationmethodconfigurations")?.nested().ok()?;
    if !matches!(*list, Value::List(_)) {
        return None;
    }
    let enabled = |method: &&Object<'_>| method.text("state").is_some_and(|state| state.eq_ignore_ascii_case("enabled"));
    let methods = list.elements().iter().filter_map(Value::object).filter(enabled).filter_map(|method| method.text("id"));
    Some(methods.map(std::borrow::Cow::into_owned).collect::<Vec<_>>().join(";"))
}

/// Under which policies users may consent to applications themselves; empty = not at all.
fn user_consent(record: &Object<'_>) -> Option<String> {
    let permissions = record.get("defaultuserrolepermissions")?.nested().ok()?;
    cell::list(permissions.object()?, &["permissiongrantpoliciesassigned"])
        .or_else(|| cell::list(record, &["permissiongrantpolicyidsassignedtodefaultuserrole"]))
}

/// What of another tenant's word is believed: `mfa`, `device`.
fn trust(record: &Object<'_>) -> Option<String> {
    let trust = record.get("inboundtrust")?.nested().ok()?;
    let trust = trust.object()?;
    let believed = [("ismfaaccepted", "mfa"), ("iscompliantdeviceaccepted", "device"), ("ishybridazureadjoineddeviceaccepted", "hybrid-device")];
    Some(believed.iter().filter(|(name, _)| cell::flag(trust, &[name]) == Some(true)).map(|(_, word)| *word).collect::<Vec<_>>().join(";"))
}

fn is_security_defaults(record: &Object<'_>) -> bool {
    record.has("isenabled")
        && (record.text("id").as_deref() == Some(SECURITY_DEFAULTS) || record.text("displayname").as_deref() == Some("Security Defaults"))
}

fn is_organisation(record: &Object<'_>) -> bool {
    record.has("verifieddomains")
        && (record.has("tenanttype") || record.has("assignedplans") || record.has("technicalnotificationmails") || record.has("id"))
}

fn claims(record: &Object<'_>) -> bool {
    let event = ["operation", "auditdata", "activitydatetime", "ipaddress"].iter().any(|name| record.has(name));
    !event && (is_security_defaults(record) || is_organisation(record) || Setting::of(record, KINDS).is_some())
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if is_security_defaults(record) {
        return policy::push("security-defaults", policy::switch(record, &["isenabled"]), record, place, rows);
    }
    if let Some(kind) = Setting::of(record, KINDS) {
        return kind.push(record, place, rows);
    }
    let domains = record.get("verifieddomains").and_then(|value| value.nested().ok());
    let domains: Vec<_> = domains.iter().flat_map(|list| list.elements()).filter_map(Value::object).filter_map(domain).collect();
    if domains.is_empty() {
        return Err(cell::missing("organisation without a legible list of its domains"));
    }
    for row in domains {
        rows.policies.push(place.source, place.record, "", row);
    }
    Ok(())
}

/// One of the verified domains inside the organisation object.
fn domain(record: &Object<'_>) -> Option<PolicyStateRow> {
    let name = cell::filled(record, &["name"])?.to_lowercase();
    Some(PolicyStateRow {
        kind: Some("domain".to_owned()),
        name: Some(name),
        state: cell::lower(record, &["type"]),
        body: Some(cell::body(record)),
        ..PolicyStateRow::default()
    })
}
