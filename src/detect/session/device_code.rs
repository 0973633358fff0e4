//! Device-code sign-ins: the flow in which a person types a code for a machine that may be somebody else's.
//!
//! Evidence: Entra sign-ins with protocol `deviceCode` or transfer method `deviceCodeFlow`; unified audit and mail access of the same session. Signals:
//! `device-code-first`, the account's first device code although it has a history; `device-code-two-origins`, a session that began with a device code
//! and is used from another network too; `device-code-broker`, the authentication broker gets mail, files or Graph by an interactive device code.
//! The root's address is where the code was typed: the person's own. Only other origins are followed. False positives: meeting-room machines and
//! command-line tools, the former recognised by name, the latter by the account's habit. References: Microsoft on Storm-2372; Elastic rules (2026-08).

use std::collections::{BTreeMap, BTreeSet};

use super::origins::{Origin, origins, place};
use super::sighting::{Sighting, cite, cite_context, counted};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::identity::apps::{BROKER, EXCHANGE, GRAPH, SHAREPOINT, developer_name};
use crate::enrich::profile::{Novelty, Trait};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::{SignIn, Texts};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "device-code",
    title: "Sign-in by device code",
    attack: &["T1528", "T1566.002", "T1550.001"],
    needs: &[Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns],
    signals: &["device-code-first", "device-code-two-origins", "device-code-broker"],
    false_positives: "Meeting-room systems, smart televisions, command-line tools on machines without a browser.",
    detect,
};

/// Applications of machines that have no keyboard (Microsoft "Teams Rooms sign-in", read 2026-11); matched in lower case.
const KEYBOARDLESS: &[&str] = &["teams rooms", "teams room", "teams devices", "teams phone", "surface hub", "company portal for shared"];

/// On which days an account typed device codes for a command-line tool.
type ToolDays<'a> = BTreeMap<(&'a str, &'static str), BTreeSet<i64>>;

/// Days with a device code for the same tool that make it a habit of the account. Proposal: as many as a working week leaves out holidays.
const HABIT_DAYS: usize = 3;

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let rows = tokens_by_code(case);
    let mut first_use: BTreeMap<&str, (SignIn<'_>, Sighting<'_>)> = BTreeMap::new();
    let mut broker: BTreeMap<&str, Vec<(SignIn<'_>, Sighting<'_>)>> = BTreeMap::new();
    let mut sessions: BTreeSet<&str> = BTreeSet::new();
    let mut tool_days: ToolDays<'_> = BTreeMap::new();
    for row in rows {
        let Some(sighting) = Sighting::of_sign_in(&row).filter(|sighting| !sighting.account.is_empty()) else { continue };
        if row.app().is_some_and(|app| KEYBOARDLESS.iter().any(|machine| app.to_ascii_lowercase().contains(machine))) {
            continue;
        }
        sessions.extend(sighting.session);
        if let Some(tool) = sighting.app.filter(|app| *app != BROKER).and_then(developer_name) {
            tool_days.entry((sighting.account, tool)).or_default().insert(sighting.time.day());
        }
        first_use.entry(sighting.account).or_insert((row, sighting));
        let opens_data = row.resource_id().is_some_and(|resource| [EXCHANGE, SHAREPOINT, GRAPH].contains(&resource));
        if row.app_id() == Some(BROKER) && sighting.interactive && opens_data {
            broker.entry(sighting.account).or_default().push((row, sighting));
        }
    }
    let mut findings: Vec<Finding> = first_use.values().filter_map(|(row, sighting)| first_finding(case, settings, row, sighting)).collect();
    findings.extend(broker.values().filter_map(|uses| broker_finding(case, uses)));
    findings.extend(shared_sessions(case, &sessions, &tool_days));
    findings
}

/// Sign-ins that a device code brought about.
fn tokens_by_code(case: &Case) -> impl Iterator<Item = SignIn<'_>> {
    let is_by_code = |row: &SignIn<'_>| row.protocol() == Some("devicecode") || row.transfer_method() == Some("devicecodeflow");
    case.frames.sign_ins.iter().filter(move |row| row.error_code() == Some(0) && is_by_code(row))
}

/// Sessions that began with a device code: two places are in their nature, so that other session detectors leave them to this one.
pub(super) fn sessions_by_code(case: &Case) -> BTreeSet<String> {
    let rows = tokens_by_code(case);
    rows.filter_map(|row| row.session_id().filter(|session| !session.is_empty()).map(str::to_owned)).collect()
}

fn first_finding(case: &Case, settings: &Settings, row: &SignIn<'_>, sighting: &Sighting<'_>) -> Option<Finding> {
    // Everybody has the broker and Office; only a developer who works with a command-line tool has a reason of his own.
    let is_tool = sighting.app.is_some_and(|app| app != BROKER && developer_name(app).is_some());
    if is_tool && sighting.novelty(&case.profiles, Trait::App, sighting.app) == Novelty::Established {
        return None;
    }
    let days =
        case.profiles.accounts.get(sighting.account).map_or(0, |profile| profile.days.iter().filter(|day| **day < sighting.time.day()).count());
    let has_history = days >= settings.baseline.min_days;
    let app = row.app().or(row.app_id()).unwrap_or("an unnamed application");
    let mut finding = Finding::new(DETECTOR.id, "device-code-first", sighting.account, sighting.time, sighting.reference());
    finding.severity = if has_history { Severity::Medium } else { Severity::Low };
    finding.confidence = if has_history { 0.8 } else { 0.4 };
    finding.summary = format!(
        "{} signed in by device code for the first time in this evidence, for {app}, from {}; {days} earlier days with sign-ins show none.",
        sighting.account,
        place(case, sighting.address, sighting.asn, sighting.country)
    );
    finding.fact("app", app);
    finding.fact("days_before", days);
    finding.fact("resource", row.resource().unwrap_or(""));
    cite(&mut finding, [sighting]);
    Some(finding)
}

fn broker_finding(case: &Case, uses: &[(SignIn<'_>, Sighting<'_>)]) -> Option<Finding> {
    let (row, first) = uses.first()?;
    let mut finding = Finding::new(DETECTOR.id, "device-code-broker", first.account, first.time, first.reference());
    finding.severity = Severity::High;
    finding.confidence = 0.8;
    finding.summary = format!(
        "The authentication broker obtained access to {} for {} by an interactive device code, typed at {}.",
        row.resource().unwrap_or("mail, files or Graph"),
        first.account,
        place(case, first.address, first.asn, first.country)
    );
    finding.fact("resources", uses.iter().filter_map(|(row, _)| row.resource()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    // The session belongs to whoever asked for the code; the address to whoever typed it.
    finding.traces.sessions.extend(uses.iter().filter_map(|(_, use_)| use_.session).map(str::to_owned));
    cite(&mut finding, uses.iter().map(|(_, sighting)| sighting));
    Some(finding)
}

fn shared_sessions(case: &Case, sessions: &BTreeSet<&str>, tool_days: &ToolDays<'_>) -> Vec<Finding> {
    let mut uses: BTreeMap<&str, Vec<Sighting<'_>>> = BTreeMap::new();
    let sign_ins = &case.frames.sign_ins;
    let audit = &case.frames.audit;
    let mail = &case.frames.mail_access;
    let in_sessions = |column: &Texts| column.rows_where(|session| sessions.contains(session));
    let tokens = sign_ins.at(in_sessions(&sign_ins.session_id)).filter(|row| row.error_code() == Some(0));
    let acts = audit.at(in_sessions(&audit.session_id));
    let reads = mail.at(in_sessions(&mail.session_id));
    let all = (tokens.filter_map(|row| Sighting::of_sign_in(&row)))
        .chain(acts.filter_map(|row| Sighting::of_audit(&row)))
        .chain(reads.filter_map(|row| Sighting::of_mail_access(&row)));
    for sighting in all {
        if let Some(session) = sighting.session.filter(|session| sessions.contains(session)) {
            uses.entry(session).or_default().push(sighting);
        }
    }
    let mut findings = Vec::new();
    for (session, sightings) in &mut uses {
        sightings.sort_by_key(|sighting| (sighting.time, sighting.key()));
        sightings.dedup_by_key(|sighting| sighting.key());
        let origins = origins(sightings);
        let Some((root, others)) = origins.split_first() else { continue };
        let known_devices = root.values(|s| s.device);
        let foreign: Vec<&Origin<'_>> = others
            .iter()
            .filter(|other| other.first().network_novelty(&case.profiles) != Novelty::Established)
            .filter(|other| known_devices.is_empty() || known_devices.is_disjoint(&other.values(|s| s.device)))
            .collect();
        let Some(first) = foreign.first() else { continue };
        let mut finding = Finding::new(DETECTOR.id, "device-code-two-origins", root.first().account, first.first().time, first.first().reference());
        finding.severity = Severity::High;
        let strange = foreign.iter().any(|one| one.first().is_rented() || one.first().network_novelty(&case.profiles) == Novelty::New);
        finding.confidence = if strange { 0.9 } else { 0.7 };
        finding.summary = format!(
            "The device code of session {session} was typed at {}; the session was used {} from {}.",
            root.describe(case),
            counted(foreign.iter().map(|one| one.sightings.len()).sum(), "time"),
            foreign.iter().map(|one| one.describe(case)).collect::<Vec<_>>().join(" and ")
        );
        finding.fact("session", *session);
        finding.fact("root_origin", root.describe(case));
        finding.fact("other_origins", foreign.iter().map(|one| one.describe(case)).collect::<Vec<_>>());
        for one in &foreign {
            finding.traces.extend(&one.traces(&case.profiles));
        }
        let tools = root.values(|s| s.app).into_iter().filter(|app| *app != BROKER).filter_map(developer_name);
        for tool in tools.collect::<BTreeSet<_>>() {
            let n_days = tool_days.get(&(root.first().account, tool)).map_or(0, BTreeSet::len);
            if n_days >= HABIT_DAYS {
                finding.against.push(format!(
                    "the account typed device codes for {tool} on {n_days} days: a tool on a machine without a browser looks the same"
                ));
            }
        }
        cite(&mut finding, foreign.iter().flat_map(|one| &one.sightings));
        cite_context(&mut finding, &root.sightings);
        findings.push(finding);
    }
    findings
}
