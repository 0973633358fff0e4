//! Secrets, certificates and application permissions: how an application becomes a way in that needs no user.
//!
//! Evidence: both audit logs; service-principal sign-ins for the use of a new key. Signals: `sp-credential-added`, a key that was not there before
//! (`KeyDescription` old and new); `app-role-granted`, an application permission. A sign-in with the new key's id proves its use and shows from where.
//! Quiet: Microsoft's housekeeping, and applications that rotate their keys again and again. False positives: a developer renewing a secret.
//! References: detection catalogue 6.3; Microsoft "audit activity reference" (read 2026-11).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::act::{Act, Places, Standing, acts, people, state_context};
use super::change::text;
use super::consent_risk::{Reach, reach, scopes};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::selection::attach;
use crate::detect::session::anchor::anchors;
use crate::detect::session::origins::place;
use crate::detect::session::sighting::Sighting;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::{AuditEvent, SignIn};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "app-credential",
    title: "Key or permission given to an application",
    attack: &["T1098.001", "T1098.003"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits],
    signals: &["sp-credential-added", "app-role-granted"],
    false_positives: "Developers who renew a secret; deployment tools that rotate keys.",
    detect,
};

/// Actors that maintain keys for Microsoft (detection catalogue 6.3), lower case.
const HOUSEKEEPING: &[&str] = &[
    "managed service identity",
    "jit provisioning",
    "azure ad app management",
    "aad app management",
    "azure ests service",
    "microsoft.azure.syncfabric",
    "windows azure service management api",
];

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let mut findings = credentials(case, settings);
    findings.extend(permissions(case, settings));
    findings
}

fn adds_key(operation: &str) -> bool {
    operation == "add service principal credentials" || operation.ends_with("application - certificates and secrets management")
}

fn by_somebody(event: &AuditEvent<'_>) -> bool {
    event.actor_kind() != Some("system")
}

fn is_housekeeping(act: &Act<'_>) -> bool {
    let named = act.events.iter().flat_map(|event| [event.account(), event.details()]).flatten().map(str::to_lowercase);
    named.into_iter().any(|words| HOUSEKEEPING.iter().any(|actor| words.contains(actor)))
}

fn credentials(case: &Case, settings: &Settings) -> Vec<Finding> {
    let acts: Vec<Act<'_>> = acts(case, adds_key, by_somebody, |event| event.target().unwrap_or("").to_lowercase());
    let acts: Vec<Act<'_>> = acts.into_iter().filter(|act| !is_housekeeping(act)).collect();
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let with_key = with_key(case);
    let mut by_actor: BTreeMap<&str, usize> = BTreeMap::new();
    for act in acts.iter().filter(|act| act.by_app()) {
        *by_actor.entry(act.actor()).or_default() += 1;
    }
    let mut findings = Vec::new();
    for act in &acts {
        let added: BTreeSet<String> = act.changes.iter().flat_map(|changes| changes.added("KeyDescription")).filter_map(text).collect();
        let rotates = by_actor.get(act.actor()).is_some_and(|adds| *adds >= settings.identity.rotation_adds);
        if added.is_empty() || rotates {
            continue;
        }
        let app = if act.target().is_empty() { "an unnamed application" } else { act.target() };
        let place = places.place(act, act.actor());
        let mut finding = act.finding(DETECTOR.id, "sp-credential-added", act.actor());
        finding.confidence = 0.85;
        let keys: Vec<BTreeMap<&str, &str>> = added.iter().map(|key| fields(key)).collect();
        let names: Vec<String> = keys.iter().map(describe_key).collect();
        finding.summary = format!("{} added {} to {app}{}.", act.actor(), names.join(" and "), place.words(case));
        finding.fact("app", app);
        finding.fact("keys", names);
        let used = uses(case, &with_key, &keys, &mut finding);
        let standing = state_context(case, settings, &mut finding, &place, &anchors, act.actor());
        finding.severity = match standing {
            Standing::Strange => Severity::Critical,
            Standing::Unclear => Severity::High,
            Standing::Own => Severity::Medium,
        };
        if used > 0 {
            finding.confidence = 0.95;
        }
        // The key's id tells this key from the application's others, in the state and in the record of its removal.
        let id = keys.iter().find_map(|key| key.get("KeyIdentifier")).copied().unwrap_or(app);
        finding.artefact = Some(Artefact { kind: ArtefactKind::SpCredential, account: String::new(), key: id.to_owned() });
        findings.push(finding);
    }
    findings
}

/// `[KeyIdentifier=…,KeyType=Password,KeyUsage=Verify,DisplayName=…]` as name → value.
fn fields(key: &str) -> BTreeMap<&str, &str> {
    let inner = key.trim().trim_start_matches('[').trim_end_matches(']');
    inner.split(',').filter_map(|field| field.split_once('=')).map(|(name, value)| (name.trim(), value.trim())).collect()
}

fn describe_key(key: &BTreeMap<&str, &str>) -> String {
    let kind = match key.get("KeyType") {
        Some(&"Password") => "a secret",
        Some(_) => "a certificate",
        None => "a credential",
    };
    let name = key.get("DisplayName").filter(|name| !name.is_empty()).map(|name| format!(" named {name}")).unwrap_or_default();
    let id = key.get("KeyIdentifier").map(|id| format!(" ({id})")).unwrap_or_default();
    format!("{kind}{name}{id}")
}

/// Successful sign-ins that name the key they used.
fn with_key(case: &Case) -> Vec<SignIn<'_>> {
    case.frames.sign_ins.iter().filter(|row| row.credential_id().is_some() && row.error_code() == Some(0)).collect()
}

/// Service-principal sign-ins with one of the keys; they are cited, traced and counted.
fn uses(case: &Case, with_key: &[SignIn<'_>], keys: &[BTreeMap<&str, &str>], finding: &mut Finding) -> usize {
    let ids: BTreeSet<String> = keys.iter().filter_map(|key| key.get("KeyIdentifier")).map(|id| id.to_lowercase()).collect();
    let used: Vec<Sighting<'_>> = with_key
        .iter()
        .filter(|row| row.credential_id().is_some_and(|id| ids.contains(&id.to_lowercase())))
        .filter_map(Sighting::of_sign_in)
        .collect();
    if used.is_empty() {
        return 0;
    }
    let places: BTreeSet<String> = used.iter().map(|sighting| place(case, sighting.address, sighting.asn, sighting.country)).collect();
    finding.fact("used_from", places.into_iter().collect::<Vec<_>>());
    finding.fact("n_uses", used.len());
    let origins = used.iter().filter(|sighting| sighting.has_origin());
    finding.traces.addresses.extend(origins.filter_map(|sighting| sighting.address).map(str::to_owned));
    attach(finding, used.iter().map(|sighting| (Some(sighting.time), sighting.reference())));
    used.len()
}

fn permissions(case: &Case, settings: &Settings) -> Vec<Finding> {
    let grants = |operation: &str| operation == "add app role assignment to service principal";
    // One consent grants several permissions under one correlation id: the application is the thing, not the permission.
    let acts: Vec<Act<'_>> = acts(case, grants, by_somebody, |event| event.account().unwrap_or("").to_owned());
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let mut findings = Vec::new();
    for act in acts.iter().filter(|act| !is_housekeeping(act)) {
        let values = act.changes.iter().filter_map(|changes| changes.get("AppRole.Value")).map(|change| &change.new);
        let granted: BTreeSet<String> = values.filter_map(Value::as_str).flat_map(scopes).collect();
        let app = act.new_text("ServicePrincipal.DisplayName").unwrap_or_else(|| act.target().to_owned());
        let place = places.place(act, act.actor());
        let mut finding = act.finding(DETECTOR.id, "app-role-granted", act.actor());
        finding.confidence = 0.85;
        let list = granted.iter().cloned().collect::<Vec<_>>();
        let what = if list.is_empty() { "an application permission".to_owned() } else { format!("the application permissions {}", list.join(" ")) };
        finding.summary = format!("{} gave {app} {what}{}.", act.actor(), place.words(case));
        finding.fact("app", app.as_str());
        finding.fact("permissions", list);
        if let Some(app_id) = act.new_text("ServicePrincipal.AppId") {
            finding.traces.apps.insert(app_id.to_lowercase());
            finding.fact("app_id", app_id);
        }
        if act.by_app() {
            finding.fact("by_application", true);
        }
        let standing = state_context(case, settings, &mut finding, &place, &anchors, act.actor());
        finding.severity = match (reach(&granted, true), standing) {
            (Reach::Everybody | Reach::Writes, Standing::Strange | Standing::Unclear) => Severity::Critical,
            (Reach::Everybody | Reach::Writes, Standing::Own) | (Reach::Basic | Reach::Reads, Standing::Strange) => Severity::High,
            (Reach::Basic | Reach::Reads, Standing::Unclear | Standing::Own) => Severity::Low,
        };
        finding.artefact = Some(Artefact { kind: ArtefactKind::AppRoleAssignment, account: String::new(), key: app });
        findings.push(finding);
    }
    findings
}
