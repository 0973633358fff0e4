//! Grants as they stood at export: permissions that are worth a look although nobody saw them being given.
//!
//! Evidence: OAuth grants and app-role assignments, application lists. Method: the scopes of one application and account are joined and scored with the
//! application's publisher, name and reply URLs (`consent_risk`); reported from `identity.consent_alert`. An application that many accounts granted is
//! one finding for the tenant. A grant carries no date in most exports: then the finding has none. References: detection catalogue 3.C; huntresslabs/rogueapps.

use std::collections::{BTreeMap, BTreeSet};

use super::consent_risk::{Inventory, app_parts, scope_parts, scopes};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::selection::attach;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::GrantState;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "grant-state",
    title: "Application holds permissions worth a look",
    attack: &["T1528", "T1098.003"],
    needs: &[Evidence::OauthGrants],
    signals: &["grant-risky"],
    false_positives: "Backup, CRM and signature products that the company uses.",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let inventory = Inventory::of(case);
    let mut by_app: BTreeMap<(&str, bool), BTreeMap<&str, Vec<GrantState<'_>>>> = BTreeMap::new();
    for row in case.frames.grants.iter() {
        let Some(app) = filled(row.app_id()).or(filled(row.client_id())).or(filled(row.app())) else { continue };
        let for_everybody = row.consent_type().is_some_and(|kind| kind.eq_ignore_ascii_case("AllPrincipals"));
        let application = row.kind() == Some("application");
        let holder = filled(row.account()).or(filled(row.principal_id())).map_or("", |holder| case.identities.resolve(holder));
        let account = if for_everybody || application { "" } else { holder };
        by_app.entry((app, application)).or_default().entry(account).or_default().push(row);
    }
    let mut findings = Vec::new();
    for ((_, application), accounts) in &by_app {
        if accounts.len() > settings.identity.grant_rollout_accounts {
            let all: Vec<GrantState<'_>> = accounts.values().flatten().copied().collect();
            findings.extend(report(settings, &inventory, "", &all, *application, accounts.len()));
            continue;
        }
        for (account, grants) in accounts {
            findings.extend(report(settings, &inventory, account, grants, *application, 1));
        }
    }
    findings
}

fn report(
    settings: &Settings,
    inventory: &Inventory<'_>,
    account: &str,
    grants: &[GrantState<'_>],
    application: bool,
    n_accounts: usize,
) -> Option<Finding> {
    let first = grants.first()?;
    let facts = inventory.facts(&[filled(first.app_id()), filled(first.client_id())]);
    let app_id = filled(first.app_id()).or(facts.app_id);
    if inventory.is_microsoft(app_id, &facts) {
        return None;
    }
    let name = filled(first.app()).or(facts.name).or(app_id).or(filled(first.client_id())).unwrap_or("an unnamed application");
    let granted: BTreeSet<String> = grants.iter().filter_map(|grant| grant.scope()).flat_map(scopes).collect();
    let mut parts = scope_parts(&granted, application);
    if parts.is_empty() {
        return None;
    }
    parts.extend(app_parts(name, app_id, &facts));
    let score: i64 = parts.iter().map(|(points, _)| points).sum();
    if score < settings.identity.consent_alert {
        return None;
    }
    let at = grants.iter().filter_map(|grant| grant.created()).min();
    let mut finding = Finding::new(DETECTOR.id, "grant-risky", account, at.unwrap_or_default(), first.reference());
    finding.severity = if score >= settings.identity.consent_high { Severity::High } else { Severity::Medium };
    finding.confidence = 0.7;
    let for_everybody = first.consent_type().is_some_and(|kind| kind.eq_ignore_ascii_case("AllPrincipals"));
    let whose = match (account, application, n_accounts) {
        (_, true, _) => "everybody's data, acting for itself".to_owned(),
        ("", false, 1) if for_everybody => "all users".to_owned(),
        ("", false, 1) => "an account that the export does not name".to_owned(),
        ("", false, n) => format!("{n} accounts"),
        (account, false, _) => account.to_owned(),
    };
    finding.summary = format!("{name} holds {} for {whose} ({score} points).", granted.iter().cloned().collect::<Vec<_>>().join(" "));
    finding.fact("app", name);
    if let Some(app_id) = app_id {
        finding.fact("app_id", app_id);
        finding.traces.apps.insert(app_id.to_owned());
    }
    finding.fact("scopes", granted.into_iter().collect::<Vec<_>>());
    finding.fact("consent_type", first.consent_type().unwrap_or(""));
    finding.fact("publisher", facts.publisher_words());
    finding.fact("score", score);
    finding.fact("score_parts", parts.iter().map(|(points, why)| format!("{points:+} {why}")).collect::<Vec<_>>());
    finding.fact("n_accounts", n_accounts);
    finding.fact("dated", at.is_some());
    if facts.is_verified() {
        finding.against.push("the publisher is verified".to_owned());
    }
    attach(&mut finding, grants.iter().map(|grant| (grant.created(), grant.reference())));
    let kind = if application { ArtefactKind::AppRoleAssignment } else { ArtefactKind::OauthGrant };
    finding.artefact = Some(Artefact { kind, account: account.to_owned(), key: name.to_owned() });
    Some(finding)
}
