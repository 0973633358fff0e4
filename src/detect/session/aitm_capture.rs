//! Capture through a sign-in proxy (adversary in the middle): the sign-in that a phishing kit performs with the victim's password and second factor.
//!
//! Evidence: Entra sign-ins. Three signals, from sure to weak:
//! `aitm-kit-agent`, a script's user agent at OfficeHome or as the authentication broker, or a user agent that only a kit has;
//! `aitm-capture-triple`, 50074 (second factor asked), 50140 (stay signed in?) and 0 in one correlation, from a new network or with sign-in risk;
//! `aitm-copied-agent`, the exact user agent that the account has at home, on a rented network new for it, without a device, first at OfficeHome,
//! Office 365 or Exchange. OfficeHome alone is where most people start, and `Client=OWA;Action=ViaProxy` is plain Outlook on the web: neither counts.
//! False positives: developers who sign in by node (other applications), travellers who see the stay-signed-in page.
//! References: Elastic rules on Tycoon2FA and Kali365 (2026-08); Microsoft-Analyzer-Suite (2025-03); reprise99 AiTM query (2024-12).

use std::collections::{BTreeMap, BTreeSet};

use super::origins::place;
use super::sighting::{Sighting, cite, cite_context, counted};
use crate::case::Case;
use crate::codes::{Outcome, outcome};
use crate::detect::Detector;
use crate::detect::identity::apps::{BROKER, EXCHANGE, OFFICE_365, OFFICE_HOME};
use crate::detect::origin::filled;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "aitm-capture",
    title: "Sign-in that looks like a phishing proxy's",
    attack: &["T1557", "T1539", "T1566.002", "T1078.004"],
    needs: &[Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns, Evidence::AuditLogons],
    signals: &["aitm-kit-agent", "aitm-capture-triple", "aitm-copied-agent"],
    false_positives: "Own scripts with other applications; travellers who are asked for a second factor and whether to stay signed in.",
    detect,
};

/// One page of a sign-in flow: code, sign-in risk, record.
type Step<'a> = (i64, bool, Sighting<'a>);

fn detect(case: &Case, _settings: &Settings) -> Vec<Finding> {
    let mut kits: BTreeMap<(&str, &str), Vec<(Sighting<'_>, &str)>> = BTreeMap::new();
    let mut flows: BTreeMap<(&str, &str), Vec<Step<'_>>> = BTreeMap::new();
    let mut first_uses: BTreeMap<(&str, String), (Sighting<'_>, bool)> = BTreeMap::new();
    let mut home_agents: BTreeMap<&str, BTreeMap<&str, Sighting<'_>>> = BTreeMap::new();
    let kept = kept_signed_in(case);
    for row in case.frames.sign_ins.iter() {
        let Some(sighting) = Sighting::of_sign_in(&row).filter(|sighting| !sighting.account.is_empty()) else { continue };
        let Some(code) = row.error_code() else { continue };
        if is_kit(&row, &sighting, code) {
            let app = filled(row.app()).or(sighting.app).unwrap_or("an unnamed application");
            kits.entry((sighting.account, sighting.agent.unwrap_or(""))).or_default().push((sighting, app));
        }
        if let Some(correlation) = row.correlation_id().filter(|id| matches!(code, 0 | 50074 | 50140) && kept.contains(id)) {
            let risky = matches!(row.risk_level(), Some("medium" | "high"));
            flows.entry((sighting.account, correlation)).or_default().push((code, risky, sighting));
        }
        if code != 0 {
            continue;
        }
        if !sighting.is_rented() {
            if let Some(agent) = sighting.agent {
                home_agents.entry(sighting.account).or_default().entry(agent).or_insert(sighting);
            }
        } else if let Some(network) = Profiles::network_key(sighting.asn, sighting.address) {
            let entry_page = row.app_id().is_some_and(|app| [OFFICE_HOME, OFFICE_365, EXCHANGE].contains(&app));
            first_uses.entry((sighting.account, network)).or_insert((sighting, entry_page));
        }
    }
    let mut findings: Vec<Finding> = kits.iter().filter_map(|((account, agent), rows)| kit_finding(case, account, agent, rows)).collect();
    findings.extend(flows.iter().filter_map(|((account, _), steps)| triple_finding(case, account, steps)));
    let copied = first_uses.iter().filter(|(_, (_, entry_page))| *entry_page);
    findings.extend(copied.filter_map(|((account, _), (sighting, _))| copied_finding(case, account, sighting, home_agents.get(account)?)));
    findings
}

/// Correlation ids with a stay-signed-in page: few, so that only their flows are kept.
fn kept_signed_in(case: &Case) -> BTreeSet<&str> {
    case.frames.sign_ins.iter().filter(|row| row.error_code() == Some(50140)).filter_map(|row| filled(row.correlation_id())).collect()
}

/// `kali365-live` has no other use; script agents count at the pages and as the broker that kits go through.
fn is_kit(row: &SignIn<'_>, sighting: &Sighting<'_>, code: i64) -> bool {
    let by_user = !matches!(row.stream(), Some("service-principal" | "managed-identity"));
    let proved = matches!(outcome(code), Outcome::Success | Outcome::PasswordProved | Outcome::MfaRefused | Outcome::Interrupt);
    let named = sighting.agent.is_some_and(|agent| agent.to_ascii_lowercase().contains("kali365"));
    let entry = [row.app_id(), row.resource_id()].into_iter().flatten().any(|id| id == OFFICE_HOME) || row.app_id() == Some(BROKER);
    by_user && proved && (named || (sighting.is_script() && entry))
}

fn kit_finding(case: &Case, account: &str, agent: &str, uses: &[(Sighting<'_>, &str)]) -> Option<Finding> {
    let (first, _) = uses.first()?;
    let novelty = first.novelty(&case.profiles, Trait::Agent, first.family);
    let own_network = first.network_novelty(&case.profiles) == Novelty::Established;
    if novelty == Novelty::Established && own_network {
        return None;
    }
    let mut finding = Finding::new(DETECTOR.id, "aitm-kit-agent", account, first.time, first.reference());
    let named = agent.to_ascii_lowercase().contains("kali365");
    finding.severity = if named { Severity::Critical } else { Severity::High };
    finding.confidence = if named { 0.98 } else { 0.85 };
    let apps: Vec<&str> = uses.iter().map(|(_, app)| *app).collect::<BTreeSet<_>>().into_iter().collect();
    finding.summary = format!(
        "User agent {agent} went through a sign-in of {account} to {} from {} ({}).",
        apps.join(", "),
        place(case, first.address, first.asn, first.country),
        counted(uses.len(), "record")
    );
    finding.fact("agent", agent);
    finding.fact("apps", apps);
    if own_network {
        finding.against.push("the network is habitual for the account".to_owned());
    }
    for (sighting, _) in uses {
        finding.traces.extend(&sighting.traces(&case.profiles));
    }
    cite(&mut finding, uses.iter().map(|(sighting, _)| sighting));
    Some(finding)
}

fn triple_finding(case: &Case, account: &str, steps: &[Step<'_>]) -> Option<Finding> {
    let asked = steps.iter().position(|(code, ..)| *code == 50074)?;
    let kept = asked + steps.iter().skip(asked).position(|(code, ..)| *code == 50140)?;
    let (_, _, success) = steps.iter().skip(kept).find(|(code, ..)| *code == 0)?;
    let novelty = success.network_novelty(&case.profiles);
    let strange = success.has_origin() && (novelty == Novelty::New || (novelty == Novelty::Unknown && success.is_rented()));
    let risky = steps.iter().any(|(_, risky, _)| *risky);
    let known_device = success.novelty(&case.profiles, Trait::Device, success.device) == Novelty::Established;
    if !(strange || risky) || known_device || novelty == Novelty::Established && !risky {
        return None;
    }
    let mut finding = Finding::new(DETECTOR.id, "aitm-capture-triple", account, success.time, success.reference());
    finding.severity = Severity::Medium;
    finding.confidence = if strange && risky { 0.8 } else { 0.6 };
    finding.summary = format!(
        "{account} was asked for a second factor, for staying signed in, and got a token in one flow from {}{}.",
        place(case, success.address, success.asn, success.country),
        if risky { ", with medium or high sign-in risk" } else { ", a network new for the account" }
    );
    finding.fact("codes", steps.iter().map(|(code, ..)| *code).collect::<Vec<_>>());
    finding.fact("risk", risky);
    if success.compliant == Some(true) {
        finding.against.push("the device is compliant".to_owned());
    }
    finding.traces.extend(&success.traces(&case.profiles));
    cite(&mut finding, steps.iter().map(|(_, _, sighting)| sighting));
    Some(finding)
}

fn copied_finding(case: &Case, account: &str, sighting: &Sighting<'_>, home_agents: &BTreeMap<&str, Sighting<'_>>) -> Option<Finding> {
    let agent = sighting.agent?;
    let home = home_agents.get(agent).filter(|home| home.time < sighting.time)?;
    let fits = sighting.is_rented() && sighting.device.is_none() && sighting.network_novelty(&case.profiles) == Novelty::New;
    if !fits || !sighting.entra || sighting.is_script() {
        return None;
    }
    let mut finding = Finding::new(DETECTOR.id, "aitm-copied-agent", account, sighting.time, sighting.reference());
    finding.severity = Severity::Medium;
    finding.confidence = 0.6;
    finding.summary = format!(
        "{account} signed in from {} with exactly the user agent it has at {}, without a device, first at an entry page.",
        place(case, sighting.address, sighting.asn, sighting.country),
        place(case, home.address, home.asn, home.country)
    );
    finding.fact("agent", agent);
    finding.fact("agent_known_since", home.time.to_string());
    if sighting.network == Some("vpn") && home.device.is_none() {
        finding
            .against
            .push("the account shows no device at home either, and the network is a VPN service: the person's own browser looks the same".to_owned());
    }
    finding.traces.extend(&sighting.traces(&case.profiles));
    // The agent is the account's own: it would lead back to the victim.
    finding.traces.agents.clear();
    cite_context(&mut finding, [home]);
    Some(finding)
}
