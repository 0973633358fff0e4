//! Identities of several people: a shared mailbox signs in itself, an account is enabled and given a password, a kiosk worker signs in elsewhere.
//!
//! Evidence: successful sign-ins together with the mailbox list (recipient type shared, room, equipment); directory audits; the devices and addresses
//! that many accounts share. A shared mailbox has no owner who could sign in: its account should be disabled, so any success is reported, unless it
//! comes from a network the account has long used.
//!
//! False positives: a shared mailbox that is licensed and used as a mailbox of its own (long in use: quiet), onboarding, a worker's first own phone.
//! Reference: Microsoft "Block sign-in for the shared mailbox account", Splunk "Azure AD User Enabled And Password Reset"; read 2026-11.

use std::collections::BTreeMap;

use super::draft::{self, Draft};
use super::record;
use super::standing::{network_of, novelty};
use super::words::{self, counted, listed, origin};
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::profile::{Novelty, Trait};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;

mod enabled_and_reset;
mod off_kiosk;

pub(super) const DETECTOR: Detector = Detector {
    id: "shared-mailbox-sign-in",
    title: "A shared mailbox signs in itself, or an account of several people is used elsewhere",
    attack: &["T1078.004", "T1114.002"],
    needs: &[
        Evidence::InteractiveSignIns,
        Evidence::NonInteractiveSignIns,
        Evidence::UnknownSignIns,
        Evidence::AuditLogons,
        Evidence::AuditDirectory,
        Evidence::DirectoryAudits,
    ],
    signals: &["shared-mailbox-sign-in", "account-enabled-and-reset", "frontline-off-kiosk"],
    false_positives: "a licensed shared mailbox used as a login for long, onboarding, a worker's first own phone",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let shared = shared_mailboxes(case);
    let mut drafts = direct_sign_ins(case, &shared);
    drafts.extend(off_kiosk::detect(case, &settings.access.special));
    let mut findings = draft::finish_all(case, drafts);
    findings.extend(enabled_and_reset::detect(case, &settings.access.special, &shared));
    findings
}

/// Mailboxes without an owner: UPN or address → recipient type.
fn shared_mailboxes(case: &Case) -> BTreeMap<String, String> {
    let mut shared = BTreeMap::new();
    for row in case.frames.mailboxes.iter() {
        let kind = row.kind().unwrap_or_default();
        let lower = kind.to_lowercase();
        if ["shared", "room", "equipment"].iter().any(|word| lower.starts_with(word)) {
            for name in [row.mailbox(), row.primary_address()].into_iter().flatten().filter(|name| !name.is_empty()) {
                shared.insert(case.identities.resolve(name).to_owned(), kind.to_owned());
            }
        }
    }
    shared
}

fn direct_sign_ins(case: &Case, shared: &BTreeMap<String, String>) -> Vec<Draft> {
    if shared.is_empty() {
        return Vec::new();
    }
    let rows = record::select(case, |row| record::succeeded(row) && row.account().is_some_and(|account| shared.contains_key(account)));
    let mut by_network: BTreeMap<(&str, Option<String>), Vec<SignIn<'_>>> = BTreeMap::new();
    for row in rows.iter().copied().filter(|row| novelty(case, row, Trait::Network) != Novelty::Established) {
        by_network.entry((row.account().unwrap_or_default(), network_of(&row))).or_default().push(row);
    }
    by_network
        .into_iter()
        .filter_map(|((account, _), rows)| {
            let first = rows.first()?;
            let kind = shared.get(account)?;
            let mut draft = Draft::new(case, DETECTOR.id, "shared-mailbox-sign-in", first);
            draft.suspect_all(case, &rows);
            let apps = words::apps_of(&rows);
            let finding = &mut draft.finding;
            finding.severity = Severity::High;
            finding.confidence = 0.9;
            finding.summary = format!(
                "the account of a {kind} signed in itself: {} from {} to {}, first at {}",
                counted(record::n_sign_ins(&rows), "success"),
                origin(case, first),
                if apps.is_empty() { "unrecorded applications".to_owned() } else { listed(&apps) },
                first.time()?
            );
            finding.fact("mailbox_kind", kind.as_str());
            finding.fact("n_sign_ins", record::n_sign_ins(&rows));
            finding.fact("apps", apps.into_iter().collect::<Vec<_>>());
            Some(draft)
        })
        .collect()
}
