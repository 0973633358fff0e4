//! First sign-in of an account over a protocol that cannot ask for a second factor.
//!
//! Evidence: successful sign-ins whose client is a legacy protocol (IMAP, POP, SMTP AUTH, ActiveSync with a password, EWS, MAPI over HTTP …), whose
//! authentication protocol is ROPC, or whose user agent is the one with which Exchange Online speaks for such clients. Reported when it is new to the
//! account. IMAP and POP hand over whole folders, so such a success counts as synchronised mail.
//!
//! False positives: scanners and printers (long in use: quiet), a mail program set up at the account's own place (quiet).
//! References: Microsoft "Block legacy authentication", Elastic "first occurrence of legacy authentication"; read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{self, Draft};
use super::record;
use super::standing::{self, network_of, novelty};
use super::words::{counted, listed, origin};
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::agent::is_script;
use crate::enrich::network::is_rented;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "legacy-authentication",
    title: "First sign-in over a protocol without a second factor",
    attack: &["T1078.004", "T1556.006"],
    needs: record::SIGN_INS,
    signals: &["legacy-sign-in"],
    false_positives: "scanners and printers, a mail program set up at the usual place",
    detect,
};

/// `clientAppUsed` of legacy protocols, lower case (Microsoft "Block legacy authentication", read 2026-11).
const LEGACY_CLIENTS: &[&str] = &[
    "authenticated smtp",
    "smtp",
    "autodiscover",
    "exchange activesync",
    "exchange online powershell",
    "exchange web services",
    "imap",
    "imap4",
    "mapi over http",
    "offline address book",
    "outlook anywhere (rpc over http)",
    "outlook service",
    "pop",
    "pop3",
    "reporting web services",
    "universal outlook",
];

/// User-agent families with which Exchange Online signs in on behalf of legacy clients.
const LEGACY_AGENTS: &[&str] = &["bav2ropc", "cbainprod", "cbaintar"];

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let rows = record::select(case, |row| record::succeeded(row) && is_legacy(row));
    let mut by_network: BTreeMap<(&str, Option<String>), Vec<SignIn<'_>>> = BTreeMap::new();
    for row in rows.iter().copied() {
        if is_new(case, &row, settings) {
            by_network.entry((row.account().unwrap_or_default(), network_of(&row))).or_default().push(row);
        }
    }
    let drafts = by_network.values().filter_map(|rows| describe(case, rows)).collect();
    draft::finish_all(case, drafts)
}

fn is_legacy(row: SignIn<'_>) -> bool {
    let is = |text: Option<&str>, words: &[&str]| text.is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)));
    let is_other = row.client_app().is_some_and(|client| client.to_lowercase().starts_with("other clients"));
    is_other || is(row.client_app(), LEGACY_CLIENTS) || is(row.protocol(), &["ropc"]) || is(row.agent_family(), LEGACY_AGENTS)
}

/// The protocol in one word.
fn protocol(row: &SignIn<'_>) -> String {
    let client = row.client_app().unwrap_or_default().to_lowercase();
    let is_modern = client.is_empty() || client == "browser" || client.starts_with("mobile apps");
    match (row.protocol(), row.agent_family()) {
        _ if client.starts_with("imap") => "imap".to_owned(),
        _ if client.starts_with("pop") => "pop".to_owned(),
        _ if client.contains("smtp") => "smtp-auth".to_owned(),
        (_, Some("cbainprod")) if is_modern => "imap or pop".to_owned(),
        (Some("ropc"), _) | (_, Some("bav2ropc" | "cbaintar")) if is_modern || client.starts_with("other clients") => "ropc".to_owned(),
        _ => client,
    }
}

/// New to the account, and not from its own place.
fn is_new(case: &Case, row: &SignIn<'_>, settings: &Settings) -> bool {
    let scripted = row.agent_family().is_some_and(is_script);
    let own_place = novelty(case, row, Trait::Network) == Novelty::Established;
    if (own_place && !scripted) || standing::is_company_egress(case, row) || standing::is_own_device(case, row) {
        return false;
    }
    // The unified audit log has no client; there the user agent stands for it.
    let habit = if row.client_app().is_some_and(|client| !client.is_empty()) { Trait::Client } else { Trait::Agent };
    match novelty(case, row, habit) {
        Novelty::Established => false,
        Novelty::New => true,
        Novelty::Unknown => used_otherwise(case, row, habit) && (is_rented(row.network()) || scripted || travelled(case, row, settings)),
    }
}

/// With a short history: most sign-ins of the account were made with something else, so this is not a machine's only habit.
fn used_otherwise(case: &Case, row: &SignIn<'_>, habit: Trait) -> bool {
    let value = if habit == Trait::Client { row.client_app() } else { row.agent_family() }.unwrap_or_default();
    let Some(profile) = row.account().and_then(|account| case.profiles.accounts.get(account)) else {
        return false;
    };
    let this = profile.habits.get(&(habit, value.to_owned())).map_or(0, |seen| seen.n);
    let all: u64 = profile.habits.iter().filter(|((kind, _), _)| *kind == habit).map(|(_, seen)| seen.n).sum();
    this * 2 < all
}

/// The account used other networks on enough days, and this one on few.
fn travelled(case: &Case, row: &SignIn<'_>, settings: &Settings) -> bool {
    let (Some(network), Some(profile)) = (network_of(row), row.account().and_then(|account| case.profiles.accounts.get(account))) else {
        return false;
    };
    let days = profile.habits.get(&(Trait::Network, network)).map_or(0, |seen| seen.days.len());
    profile.days.len() >= settings.access.special.machine_days + days && days < settings.access.origin.hosting_days
}

fn describe(case: &Case, rows: &[SignIn<'_>]) -> Option<Draft> {
    let first = rows.first()?;
    let mut draft = Draft::new(case, DETECTOR.id, "legacy-sign-in", first);
    draft.suspect_all(case, rows);
    let network = novelty(case, first, Trait::Network);
    // The audit log sees the password grant behind the protocol; the protocol says more.
    let protocols: BTreeSet<String> = rows.iter().map(protocol).collect();
    let named: BTreeSet<String> = protocols.iter().filter(|name| *name != "ropc" || protocols.len() == 1).cloned().collect();
    let syncs = named.iter().any(|name| matches!(name.as_str(), "imap" | "pop" | "imap or pop"));
    let n_sign_ins = record::n_sign_ins(rows);
    let finding = &mut draft.finding;
    finding.severity = if network == Novelty::New { Severity::High } else { Severity::Medium };
    finding.confidence = if network == Novelty::New { 0.85 } else { 0.6 };
    let sync = if syncs { "; such a protocol hands over whole folders" } else { "" };
    finding.summary = format!(
        "first sign-in over {} at {} from {}, {} in all{sync}",
        listed(&named),
        first.time()?,
        origin(case, first),
        counted(n_sign_ins, "success")
    );
    finding.fact("protocol", listed(&named));
    finding.fact("sync_class", syncs);
    finding.fact("n_sign_ins", n_sign_ins);
    finding.fact("network_is_new", network == Novelty::New);
    Some(draft)
}
