//! Identity Protection's own detections, grouped by what they claim. A vendor's verdict is one family of evidence; its absence is none.
//!
//! Evidence: risk detections, risky users, and the risk event types that sign-ins carry. Method: each event type belongs to one signal; the events of
//! one account and signal that lie less than `session.risk_episode_hours` apart are one finding. What an administrator dismissed stays visible and
//! says so. False positives: travel and new devices (origin detections); tokens of unusual age (token detections).
//! References: Microsoft "risk detections" (read 2026-11). `generic` hides the type for want of a licence and is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::selection::attach;
use crate::detect::session::origins::place;
use crate::detect::session::sighting::counted;
use crate::enrich::agent;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::{RiskEvent, SignIn};
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::time::Time;

pub(super) const DETECTOR: Detector = Detector {
    id: "risk-feed",
    title: "Identity Protection risk detection",
    attack: &["T1078.004"],
    needs: &[Evidence::RiskDetections, Evidence::RiskyUsers, Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns],
    signals: &["risk-near-certain", "risk-token", "risk-origin", "risk-password", "risk-behaviour"],
    false_positives: "Travel, VPNs and new devices for origin detections; detections that an administrator dismissed.",
    detect,
};

/// Event type in lower case, its signal, and its meaning in Microsoft's description. Summaries use the meaning, facts the type.
const KINDS: &[(&str, &str, &str)] = &[
    ("attackerinthemiddle", "risk-near-certain", "a sign-in through an intercepting proxy"),
    ("adminconfirmedusercompromised", "risk-near-certain", "an administrator's confirmation"),
    ("nationstateip", "risk-near-certain", "an address of a state-run group"),
    ("investigationsthreatintelligence", "risk-near-certain", "a pattern known to Microsoft threat intelligence"),
    ("anomaloustoken", "risk-token", "an unusual token"),
    ("tokenissueranomaly", "risk-token", "an unusual token issuer"),
    ("attemptedprtaccess", "risk-token", "an attempt to reach a primary refresh token"),
    ("anonymizedipaddress", "risk-origin", "an anonymising address"),
    ("unlikelytravel", "risk-origin", "atypical travel"),
    ("impossibletravel", "risk-origin", "impossible travel"),
    ("mcasimpossibletravel", "risk-origin", "impossible travel"),
    ("newcountry", "risk-origin", "a new country"),
    ("unfamiliarfeatures", "risk-origin", "unfamiliar sign-in properties"),
    ("riskyipaddress", "risk-origin", "an address under observation"),
    ("maliciousipaddress", "risk-origin", "an address with many failed sign-ins"),
    ("maliciousipaddressvalidcredentialsblockedip", "risk-origin", "a right password from a blocked address"),
    ("suspiciousipaddress", "risk-origin", "an address with many failed sign-ins"),
    ("malwareinfectedipaddress", "risk-origin", "an address linked to malware"),
    ("suspiciousbrowser", "risk-origin", "one browser in several tenants"),
    ("passwordspray", "risk-password", "a password found by spraying"),
    ("leakedcredentials", "risk-password", "a leaked password that is valid"),
    ("mcassuspiciousinboxmanipulationrules", "risk-behaviour", "inbox rules that hide mail"),
    ("suspiciousinboxmanipulationrules", "risk-behaviour", "inbox rules that hide mail"),
    ("suspiciousinboxforwarding", "risk-behaviour", "inbox forwarding"),
    ("suspicioussendingpatterns", "risk-behaviour", "unusual sending"),
    ("mcasfinsuspiciousfileaccess", "risk-behaviour", "mass access to files"),
    ("suspiciousapitraffic", "risk-behaviour", "unusual directory queries"),
    ("anomaloususeractivity", "risk-behaviour", "unusual directory activity"),
];

/// One claim about one account at one time.
struct Claim<'a> {
    time: Time,
    kind: String,
    level: &'a str,
    dismissed: bool,
    address: Option<&'a str>,
    asn: Option<i64>,
    country: Option<&'a str>,
    network: Option<&'a str>,
    agent: Option<&'a str>,
    session: Option<&'a str>,
    reference: RecordRef,
}

fn meaning_of(kind: &str) -> Option<(&'static str, &'static str)> {
    KINDS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(kind)).map(|(_, signal, meaning)| (*signal, *meaning))
}

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let mut claims: BTreeMap<(&str, &str), Vec<Claim<'_>>> = BTreeMap::new();
    for row in case.frames.risks.iter() {
        if let Some((signal, claim)) = risk_claim(&row) {
            claims.entry((row.account().unwrap_or(""), signal)).or_default().push(claim);
        }
    }
    let sign_ins = &case.frames.sign_ins;
    let typed = case.frames.sign_ins.risk_types.rows_where(|types| !types.is_empty());
    for row in typed.into_iter().filter_map(|row| sign_ins.get(row)) {
        for kind in filled(row.risk_types()).unwrap_or("").split(',').map(str::trim) {
            if let (Some((signal, _)), Some(claim)) = (meaning_of(kind), sign_in_claim(&row, kind)) {
                claims.entry((row.account().unwrap_or(""), signal)).or_default().push(claim);
            }
        }
    }
    let apart = chrono::TimeDelta::hours(settings.session.risk_episode_hours);
    let mut findings = Vec::new();
    for ((account, signal), mut claims) in claims {
        claims.sort_by(|a, b| (a.time, &a.reference).cmp(&(b.time, &b.reference)));
        for episode in claims.chunk_by(|earlier, later| later.time - earlier.time < apart) {
            findings.extend(report(case, account, signal, episode));
        }
    }
    findings
}

fn risk_claim<'a>(row: &RiskEvent<'a>) -> Option<(&'static str, Claim<'a>)> {
    let confirmed = row.state() == Some("confirmedcompromised") && row.feed() == Some("user");
    let kind = filled(row.event_type());
    let signal = if confirmed { "risk-near-certain" } else { meaning_of(kind?)?.0 };
    let claim = Claim {
        time: row.time().or(row.detected()).or(row.updated())?,
        kind: kind.unwrap_or("adminConfirmedUserCompromised").to_owned(),
        level: row.level().unwrap_or(""),
        dismissed: is_dismissed(row.state(), row.detail()),
        address: filled(row.address()),
        asn: row.asn(),
        country: filled(row.country()),
        network: filled(row.network()),
        agent: filled(row.user_agent()),
        session: None,
        reference: row.reference(),
    };
    Some((signal, claim))
}

fn sign_in_claim<'a>(row: &SignIn<'a>, kind: &str) -> Option<Claim<'a>> {
    Some(Claim {
        time: row.time()?,
        kind: kind.to_owned(),
        level: row.risk_level().unwrap_or(""),
        dismissed: is_dismissed(row.risk_state(), row.risk_detail()),
        address: filled(row.address()),
        asn: row.asn(),
        country: filled(row.country()),
        network: filled(row.network()),
        agent: filled(row.user_agent()),
        session: filled(row.session_id()).filter(|_| row.error_code() == Some(0)),
        reference: row.reference(),
    })
}

/// Passing a second factor clears nothing: a phished user passes it too.
fn is_dismissed(state: Option<&str>, detail: Option<&str>) -> bool {
    let detail = detail.unwrap_or("");
    matches!(state, Some("dismissed" | "confirmedsafe"))
        || ["aiconfirmedsigninsafe", "adminconfirmedsigninsafe", "admindismissedallriskforuser", "m365dadmindismisseddetection"].contains(&detail)
}

fn report(case: &Case, account: &str, signal: &'static str, episode: &[Claim<'_>]) -> Option<Finding> {
    let live = episode.iter().find(|claim| !claim.dismissed);
    let first = live.or(episode.first())?;
    let mut finding = Finding::new(DETECTOR.id, signal, account, first.time, first.reference.clone());
    finding.severity = match (live.is_some(), signal) {
        (false, _) => Severity::Info,
        (true, "risk-near-certain") => Severity::Critical,
        (true, "risk-token" | "risk-password" | "risk-behaviour") => Severity::High,
        (true, _) => Severity::Medium,
    };
    finding.confidence = if live.is_some() { 0.8 } else { 0.3 };
    let kinds: BTreeSet<&str> = episode.iter().map(|claim| claim.kind.as_str()).collect();
    let kinds = kinds.into_iter().collect::<Vec<_>>();
    let origin = if first.address.is_some() { format!(" at {}", place(case, first.address, first.asn, first.country)) } else { String::new() };
    let meanings: BTreeSet<&str> = episode.iter().filter_map(|claim| meaning_of(&claim.kind)).map(|(_, meaning)| meaning).collect();
    let meanings: Vec<&str> = meanings.into_iter().collect();
    let n_records = episode.iter().map(|claim| &claim.reference).collect::<BTreeSet<_>>().len();
    let whom = if account.is_empty() { "an unnamed account" } else { account };
    finding.summary = format!("Identity Protection reported {} for {whom}{origin} ({}).", meanings.join(", "), counted(n_records, "record"));
    finding.fact("types", kinds);
    finding.fact(
        "levels",
        episode.iter().map(|claim| claim.level).filter(|level| !level.is_empty()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
    );
    finding.fact("n_dismissed", episode.iter().filter(|claim| claim.dismissed).count());
    if episode.iter().any(|claim| claim.dismissed) {
        let share = if live.is_some() { "some of the" } else { "all" };
        finding.against.push(format!("an administrator or Microsoft marked {share} detections as safe or dismissed them"));
    }
    for claim in episode.iter().filter(|claim| !claim.dismissed) {
        trace(case, account, claim, &mut finding);
    }
    attach(&mut finding, episode.iter().map(|claim| (Some(claim.time), claim.reference.clone())));
    Some(finding)
}

fn trace(case: &Case, account: &str, claim: &Claim<'_>, finding: &mut Finding) {
    let own = Profiles::network_key(claim.asn, claim.address)
        .is_some_and(|network| case.profiles.novelty(account, Trait::Network, &network, claim.time) == Novelty::Established);
    if own || claim.network == Some("microsoft") {
        return;
    }
    finding.traces.addresses.extend(claim.address.map(str::to_owned));
    finding.traces.sessions.extend(claim.session.map(str::to_owned));
    finding.traces.agents.extend(claim.agent.filter(|text| agent::is_script(agent::family(text))).map(str::to_owned));
}
