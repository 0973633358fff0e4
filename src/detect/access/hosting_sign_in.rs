//! Sign-in from a rented network that the account does not use.
//!
//! Evidence: successful sign-ins from networks of class hosting, VPN, Tor or with a record of abuse. Reported when the network is new to the account
//! (or the history too short to tell, with less confidence), was used on fewer than two earlier days, and is no habit of several other accounts.
//!
//! False positives: virtual desktops (compliant device: quiet), the company's exit in a cloud (several habitual users, trusted location, gateway:
//! quiet), a habitual VPN (quiet), connectors that hold delegated tokens (their application is an established habit: quiet).
//! Reference: networks and thresholds in the detection catalogue 4.2; Microsoft "Token theft playbook"; read 2026-11.

use std::collections::BTreeMap;

use super::draft::{self, Draft};
use super::record;
use super::standing::{self, HabitualUsers, network_of, novelty};
use super::words::{self, counted, listed};
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::agent::is_script;
use crate::enrich::network::is_rented;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Origin;

pub(super) const DETECTOR: Detector = Detector {
    id: "hosting-sign-in",
    title: "Sign-in from a rented network that the account does not use",
    attack: &["T1078.004", "T1090.003"],
    needs: record::SIGN_INS,
    signals: &["hosting-sign-in"],
    false_positives: "virtual desktops, a company exit in a cloud, a habitual VPN, connectors with delegated tokens",
    detect,
};

/// Tenants that own Microsoft's first-party applications.
const MICROSOFT_TENANTS: &[&str] = &["f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"];

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let rows = record::select(case, |row| record::succeeded(row) && is_rented(row.network()));
    let mut by_network: BTreeMap<(&str, String), Vec<SignIn<'_>>> = BTreeMap::new();
    for row in rows {
        if let Some(network) = network_of(&row).filter(|_| !is_explained(case, &row)) {
            by_network.entry((row.account().unwrap_or_default(), network)).or_default().push(row);
        }
    }
    let habitual = HabitualUsers::of(case);
    let mut drafts = Vec::new();
    for ((account, network), rows) in &by_network {
        if habitual.others(network, account) < settings.access.origin.hosting_users {
            drafts.extend(describe(case, network, rows, &settings.access.origin));
        }
    }
    draft::finish_all(case, drafts)
}

/// The row itself shows that the company or the account's own machine stands behind it.
fn is_explained(case: &Case, row: &SignIn<'_>) -> bool {
    let foreign_app = row.app_owner().is_some_and(|owner| !owner.is_empty() && !MICROSOFT_TENANTS.contains(&owner));
    let connector = row.stream() == Some("non-interactive") && foreign_app && novelty(case, row, Trait::App) == Novelty::Established;
    novelty(case, row, Trait::Network) == Novelty::Established
        || standing::is_company_egress(case, row)
        || standing::is_own_device(case, row)
        || (row.compliant() == Some(true) && row.device_id().is_some_and(|device| !device.is_empty()))
        || connector
}

/// With a short history: the account signs in from elsewhere on more days than from here, so this is not simply where it works.
fn mostly_elsewhere(case: &Case, account: &str, network: &str) -> bool {
    let Some(profile) = case.profiles.accounts.get(account) else {
        return false;
    };
    let here = profile.habits.get(&(Trait::Network, network.to_owned())).map_or(0, |seen| seen.days.len());
    let elsewhere = profile.habits.iter().filter(|((kind, value), _)| *kind == Trait::Network && value != network);
    elsewhere.map(|(_, seen)| seen.days.len()).max().is_some_and(|days| days > here)
}

fn describe(case: &Case, network: &str, rows: &[SignIn<'_>], limits: &Origin) -> Option<Draft> {
    let first = rows.first()?;
    let account = first.account()?;
    let key = (Trait::Network, network.to_owned());
    let days = case.profiles.accounts.get(account).and_then(|profile| profile.habits.get(&key)).map_or(&[][..], |seen| seen.days.as_slice());
    let before = days.iter().filter(|day| **day < first.time().unwrap_or_default().day()).count();
    let is_new = novelty(case, first, Trait::Network) == Novelty::New;
    if before >= limits.hosting_days || (!is_new && !mostly_elsewhere(case, account, network)) {
        return None;
    }
    let mut draft = Draft::new(case, DETECTOR.id, "hosting-sign-in", first);
    draft.suspect_all(case, rows);
    let driven = rows.iter().any(|row| row.client_app() == Some("browser") || row.agent_family().is_some_and(is_script));
    let finding = &mut draft.finding;
    finding.severity = if is_new && driven { Severity::Medium } else { Severity::Low };
    finding.confidence = if is_new { 0.75 } else { 0.4 };
    let addresses = words::addresses_of(rows);
    let apps = words::apps_of(rows);
    finding.summary = format!(
        "{} from {} in {}, {}, to {}",
        counted(record::n_sign_ins(rows), "sign-in"),
        words::listed_addresses(&addresses),
        case.networks.describe(first.asn()),
        if is_new { "a network new to the account" } else { "with too little history to tell whether it is new" },
        if apps.is_empty() { "unrecorded applications".to_owned() } else { listed(&apps) }
    );
    finding.fact("network", case.networks.describe(first.asn()));
    finding.fact("class", first.network().unwrap_or_default());
    finding.fact("n_sign_ins", record::n_sign_ins(rows));
    finding.fact("addresses", addresses.into_iter().collect::<Vec<_>>());
    finding.fact("apps", apps.into_iter().collect::<Vec<_>>());
    finding.fact("prior_days", before);
    finding.fact("baseline_sufficient", is_new);
    Some(draft)
}
