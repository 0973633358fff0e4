//! Folders synchronised as a whole (`mail-sync`), and the point from which Exchange stopped logging (`mail-throttled`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::reading::{self, Programs};
use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_access};
use crate::detect::selection;
use crate::enrich::profile::{Novelty, Profiles};
use crate::finding::{Finding, Severity};
use crate::frame::MailAccess;
use crate::time::Time;

/// Folders synchronised by a client from an unusual network, or within a session that was also used from another network. A laptop carried from the
/// office home keeps its session: networks of the account's habits stay quiet.
pub(super) fn syncs(case: &Case, programs: &Programs) -> Vec<Finding> {
    let sessions = session_networks(case);
    let rows = &case.frames.mail_access;
    let mut groups: BTreeMap<(&str, &str, String), Vec<MailAccess<'_>>> = BTreeMap::new();
    for access in rows.iter().filter(|access| access.access() == Some("sync") && !reading::is_background(access) && !programs.is_service(access)) {
        let origin = Origin::of_access(&access);
        let elsewhere = origin.session.and_then(|session| sessions.get(session)).is_some_and(|networks| networks.len() > 1);
        if origin.is_unusual(case) || (elsewhere && origin.novelty(case) != Novelty::Established) {
            let place = origin.network_key().or_else(|| origin.session.map(str::to_owned)).unwrap_or_default();
            groups.entry((access.account().unwrap_or_default(), access.mailbox().unwrap_or_default(), place)).or_default().push(access);
        }
    }
    let mut findings = Vec::new();
    for ((account, mailbox, _), accesses) in groups {
        let Some(first) = accesses.first() else { continue };
        let origin = Origin::of_access(first);
        let folders: BTreeSet<&str> = accesses.iter().filter_map(|access| filled(access.folder())).collect();
        let networks = origin.session.and_then(|session| sessions.get(session)).map_or(0, BTreeSet::len);
        let mut finding =
            Finding::new(super::ID, "mail-sync", reading::subject(account, mailbox), first.time().unwrap_or_default(), first.reference());
        let unusual = origin.is_unusual(case);
        finding.severity = if unusual { Severity::High } else { Severity::Medium };
        finding.confidence = if unusual { 0.85 } else { 0.5 };
        finding.against = origin.reasons_against(case);
        finding.summary = format!(
            "{account} synchronised {} folder(s) of {mailbox} as a whole from {}{}",
            folders.len(),
            origin.describe(case),
            if networks > 1 { format!(", in a session seen from {networks} networks") } else { String::new() }
        );
        finding.fact("actor", account);
        finding.fact("mailbox", mailbox);
        finding.fact("folders", folders.into_iter().collect::<serde_json::Value>());
        finding.fact("program", reading::program(first).unwrap_or_default());
        finding.fact("network", origin.novelty_word(case));
        finding.fact("n_session_networks", networks);
        for access in &accesses {
            finding.traces.extend(&traces_of_access(access));
        }
        selection::attach(&mut finding, accesses.iter().map(|access| (access.time(), access.reference())));
        findings.push(finding);
    }
    findings
}

/// One finding per mailbox and day on which Exchange stopped logging opened messages.
pub(super) fn throttled(case: &Case) -> Vec<Finding> {
    let rows = &case.frames.mail_access;
    let mut groups: BTreeMap<(&str, i64), Vec<MailAccess<'_>>> = BTreeMap::new();
    for access in rows.iter().filter(|access| access.throttled() == Some(true)) {
        groups.entry((access.mailbox().unwrap_or_default(), access.time().unwrap_or_default().day())).or_default().push(access);
    }
    let mut findings = Vec::new();
    for ((mailbox, _), accesses) in groups {
        let Some(first) = accesses.first() else { continue };
        let at = first.time().unwrap_or_default();
        let last: Time = accesses.iter().filter_map(|access| access.time()).max().unwrap_or(at);
        let until = last + TimeDelta::hours(24);
        let origin = Origin::of_access(first);
        let unusual = accesses.iter().any(|access| Origin::of_access(access).is_unusual(case));
        let actors: BTreeSet<&str> = accesses.iter().filter_map(|access| filled(access.account())).collect();
        let mut finding = Finding::new(super::ID, "mail-throttled", mailbox, at, first.reference());
        finding.severity = if unusual { Severity::High } else { Severity::Medium };
        finding.confidence = 0.95;
        finding.summary = format!(
            "more than 1,000 reads of {mailbox} within 24 hours: Exchange logged no opened messages from {at} until up to {until}, what was read then is unknown"
        );
        finding.fact("actors", actors.into_iter().collect::<serde_json::Value>());
        finding.fact("from", at.to_string());
        finding.fact("until", until.to_string());
        finding.fact("program", reading::program(first).unwrap_or_default());
        finding.fact("network", origin.novelty_word(case));
        if accesses.iter().all(reading::is_background) {
            finding.against.push("all reads at that point were Exchange's own background reading".to_owned());
        }
        for access in selection::telling(&accesses, |access| Origin::of_access(access).is_unusual(case)) {
            finding.traces.extend(&traces_of_access(access));
        }
        selection::attach(&mut finding, accesses.iter().map(|access| (access.time(), access.reference())));
        findings.push(finding);
    }
    findings
}

/// Session → networks it was used from, over sign-ins, audit and mail access. Microsoft's own network is no origin.
fn session_networks(case: &Case) -> BTreeMap<String, BTreeSet<String>> {
    let mut sessions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |session: Option<&str>, key: Option<String>| {
        if let (Some(session), Some(key)) = (filled(session), key) {
            sessions.entry(session.to_owned()).or_default().insert(key);
        }
    };
    for row in case.frames.sign_ins.iter().filter(|row| row.network() != Some("microsoft")) {
        add(row.session_id(), Profiles::network_key(row.asn(), row.address()));
    }
    for row in case.frames.audit.iter() {
        add(row.session_id(), Origin::of_audit(&row).network_key());
    }
    for row in case.frames.mail_access.iter() {
        add(row.session_id(), Origin::of_access(&row).network_key());
    }
    sessions
}
