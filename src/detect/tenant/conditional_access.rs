//! Conditional Access made weaker, and tenant policies with the same effect.
//!
//! Evidence: both audit logs; a change to a policy is written by two services under one correlation id. Method: the old and new policy are compared by
//! meaning (`policy_diff`); only what the new one demands less is reported: switched off or to report-only, exclusions, narrower coverage, fewer controls.
//! Also: enabled policies deleted, named locations that became trusted, trusted addresses of the old per-user MFA, security defaults switched off, consent
//! to risky applications allowed. Quiet: new policies, report-only to on, renames. False positives: planned work of administrators.
//! References: detection catalogue 6.6; Microsoft Graph conditionalAccessPolicy (read 2026-11).

use std::collections::BTreeSet;

use serde_json::Value;

use super::policy_diff::{newly_exempt, state, weakenings};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::identity::act::{Act, Places, Standing, acts, people, state_context};
use crate::detect::origin::filled;
use crate::detect::session::anchor::anchors;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "conditional-access",
    title: "Conditional Access or tenant policy made weaker",
    attack: &["T1556.009", "T1562.001"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits],
    signals: &["ca-weakened"],
    false_positives: "Planned work on policies; an exclusion for a break-glass account.",
    detect,
};

const OPERATIONS: &[&str] = &[
    "update conditional access policy",
    "delete conditional access policy",
    "update policy",
    "delete policy",
    "add named location",
    "update named location",
    "set company information",
    "update security defaults",
    "disable security defaults",
    "update authorization policy",
];

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let wanted = |event: &AuditEvent<'_>| event.actor_kind() != Some("system");
    // Both services name the policy differently, so the correlation id alone joins them.
    let acts = acts(case, |operation| OPERATIONS.contains(&operation), wanted, |_| String::new());
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let mut findings = Vec::new();
    for act in &acts {
        let weaker = weaker(case, act);
        if weaker.is_empty() {
            continue;
        }
        let actor = act.actor();
        let place = places.place(act, actor);
        let name = policy_name(act);
        let mut finding = act.finding(DETECTOR.id, "ca-weakened", actor);
        let standing = state_context(case, settings, &mut finding, &place, &anchors, actor);
        finding.severity = match standing {
            Standing::Strange => Severity::Critical,
            Standing::Unclear => Severity::High,
            Standing::Own => Severity::Medium,
        };
        finding.confidence = 0.9;
        let who = if actor.is_empty() { "Somebody unnamed" } else { actor };
        finding.summary = format!("{who} changed {name}{}: {}.", place.words(case), weaker.join("; "));
        finding.fact("policy", name.as_str());
        finding.fact("weaker", weaker);
        finding.fact("accounts", exempt_accounts(case, act));
        finding.fact("operations", act.events.iter().filter_map(|event| event.operation_raw()).collect::<Vec<_>>());
        finding.artefact = Some(Artefact { kind: ArtefactKind::CaPolicy, account: String::new(), key: name });
        findings.push(finding);
    }
    findings
}

/// The accounts that the change exempts: the change aims at them, whoever made it.
fn exempt_accounts(case: &Case, act: &Act<'_>) -> Vec<String> {
    let policies = act.changes.iter().flat_map(|changes| &changes.0).filter(|change| change.name.eq_ignore_ascii_case("conditionalaccesspolicy"));
    let accounts: BTreeSet<String> = policies
        .flat_map(|change| newly_exempt(&change.old, &change.new))
        .map(|id| case.identities.resolve(&id).to_owned())
        .filter(|account| account.contains('@'))
        .collect();
    accounts.into_iter().collect()
}

fn weaker(case: &Case, act: &Act<'_>) -> Vec<String> {
    let named = |id: &str| case.identities.resolve(id).to_owned();
    let mut found: Vec<String> = Vec::new();
    for (event, changes) in act.events.iter().zip(&act.changes) {
        let operation = event.operation().unwrap_or("");
        for change in &changes.0 {
            let name = change.name.to_lowercase();
            let new_parts = match name.as_str() {
                "conditionalaccesspolicy" if operation.starts_with("delete") => {
                    if state(&change.old) == "enabled" {
                        vec!["an enabled policy was deleted".to_owned()]
                    } else {
                        Vec::new()
                    }
                }
                "conditionalaccesspolicy" if change.old.is_object() && change.new.is_object() => weakenings(&change.old, &change.new, &named),
                "strongauthenticationpolicy" => trusted_addresses(&change.old, &change.new),
                "isenabled" | "securitydefaultsenabled" if operation.contains("security defaults") => switched_off(&change.new),
                "allowuserconsentforriskyapps" => allowed(&change.new),
                other if operation.ends_with("named location") && (other == "istrusted" || change.new.is_object()) => {
                    trusted(&change.old, &change.new)
                }
                _ => Vec::new(),
            };
            found.extend(new_parts);
        }
        if operation == "delete conditional access policy" && changes.get("ConditionalAccessPolicy").is_none() {
            found.push("a policy was deleted; the record does not hold its state".to_owned());
        }
        if operation == "disable security defaults" {
            found.push("security defaults switched off".to_owned());
        }
    }
    found.sort();
    found.dedup();
    found
}

fn is_word(value: &Value, word: &str) -> bool {
    value.as_bool().map_or_else(|| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(word)), |flag| flag.to_string() == word)
}

fn switched_off(new: &Value) -> Vec<String> {
    if is_word(new, "false") { vec!["security defaults switched off".to_owned()] } else { Vec::new() }
}

fn allowed(new: &Value) -> Vec<String> {
    if is_word(new, "true") { vec!["users may consent to risky applications".to_owned()] } else { Vec::new() }
}

/// A location becomes trusted, or a trusted one gets addresses.
fn trusted(old: &Value, new: &Value) -> Vec<String> {
    let is_trusted = |value: &Value| is_word(value, "true") || value.get("isTrusted").is_some_and(|flag| is_word(flag, "true"));
    let ranges = |value: &Value| -> Vec<String> {
        let list = value.get("ipRanges").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|range| range.get("cidrAddress").and_then(Value::as_str)).map(str::to_owned).collect()
    };
    let before = ranges(old);
    let added: Vec<String> = ranges(new).into_iter().filter(|range| !before.contains(range)).collect();
    match (is_trusted(new), is_trusted(old) && added.is_empty()) {
        (true, false) if added.is_empty() => vec!["a location became trusted".to_owned()],
        (true, false) => vec![format!("addresses became trusted: {}", added.join(", "))],
        _ => Vec::new(),
    }
}

/// Trusted addresses of per-user MFA; the property's grammar differs between versions, so its addresses are compared as words.
fn trusted_addresses(old: &Value, new: &Value) -> Vec<String> {
    let addresses = |value: &Value| -> std::collections::BTreeSet<String> {
        let text = value.to_string();
        let words = text.split(|letter: char| !(letter.is_ascii_hexdigit() || matches!(letter, '.' | ':' | '/')));
        words.filter(|word| word.parse::<crate::enrich::address::Block>().is_ok()).map(str::to_owned).collect()
    };
    let added: Vec<String> = addresses(new).difference(&addresses(old)).cloned().collect();
    if added.is_empty() { Vec::new() } else { vec![format!("addresses exempt from the second factor: {}", added.join(", "))] }
}

fn policy_name(act: &Act<'_>) -> String {
    let in_json = act.changes.iter().flat_map(|changes| &changes.0).flat_map(|change| [&change.new, &change.old]);
    let display = in_json.filter_map(|value| value.get("displayName").and_then(Value::as_str)).find(|name| !name.is_empty());
    let target = act.text(|event| event.target()).or_else(|| act.text(|event| event.object()));
    let first = act.first().operation_raw().and_then(|name| filled(Some(name)));
    display.or(target).or(first).unwrap_or("an unnamed policy").to_owned()
}
