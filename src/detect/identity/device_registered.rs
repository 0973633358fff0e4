//! Device registration: a device that joins the tenant gets a primary refresh token, which outlives sessions and passwords.
//!
//! Evidence: both audit logs (the registration service writes several records under one correlation id), sign-ins with the device id, device state.
//! Signals: `device-registered`, from a network new for the account, soon after a suspicious sign-in, or from nowhere that the records tell;
//! `device-tool-build`, a name and Windows build that registration tools send unchanged. Quiet: registrations from the account's own network, and
//! devices that became compliant or managed. False positives: a new computer on its first day at home.
//! References: Elastic rules on ROADtools and Tycoon2FA device builds (2026-08); detection catalogue 6.2.

use std::collections::{BTreeMap, BTreeSet};

use super::act::{Act, Known, Place, Places, Standing, acts, people, state_context};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::selection::attach;
use crate::detect::session::anchor::{Anchor, anchors, shortly_before};
use crate::detect::session::origins::place;
use crate::detect::session::sighting::Sighting;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "device-registered",
    title: "Device registered",
    attack: &["T1098.005", "T1550.001"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits, Evidence::Devices],
    signals: &["device-registered", "device-tool-build"],
    false_positives: "A new computer on its first day; roll-outs by Autopilot or Intune.",
    detect,
};

const OPERATIONS: &[&str] = &["register device", "add device", "add registered owner to device", "add registered users to device"];
/// Windows builds that registration tools send by default, and the tool (Elastic, 2026-08). Together with a name `DESKTOP-…` only.
const TOOL_BUILDS: &[(&str, &str)] = &[("10.0.19041.928", "ROADtools"), ("10.0.19045.2006", "Tycoon2FA and Kali365")];

/// Names and ids of one registered device.
struct Device {
    name: String,
    id: Option<String>,
    build: Option<(&'static str, &'static str)>,
}

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let acts = acts(case, |operation| OPERATIONS.contains(&operation), |_| true, |_| String::new());
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let trusted = managed_devices(case);
    let mut findings: BTreeMap<(String, String), Finding> = BTreeMap::new();
    for act in &acts {
        let Some(owner) = owner(act) else { continue };
        let device = device(act);
        let place = places.place(act, owner);
        let key = (owner.to_owned(), device.name.to_lowercase());
        if let Some(earlier) = findings.get_mut(&key) {
            attach(earlier, act.events.iter().map(|event| (event.time(), event.reference())));
            continue;
        }
        let known_good = trusted.contains(&device.name.to_lowercase()) || device.id.as_ref().is_some_and(|id| trusted.contains(id));
        findings.extend(report(case, settings, act, owner, &device, &place, &anchors, known_good).map(|finding| (key, finding)));
    }
    let mut findings: Vec<Finding> = findings.into_values().collect();
    findings.extend(state_builds(case, &findings));
    findings
}

/// The person: the registering user, else the user whom the registration service named owner.
fn owner<'a>(act: &Act<'a>) -> Option<&'a str> {
    let names = act.events.iter().flat_map(|event| [event.account(), event.target()]).flatten();
    names.map(str::trim).find(|name| name.contains('@') && !crate::enrich::identity::is_system(name))
}

fn device(act: &Act<'_>) -> Device {
    let of_target = || {
        act.events.iter().filter(|event| matches!(event.operation(), Some("register device" | "add device"))).find_map(|event| filled(event.target()))
    };
    let name = act
        .new_text("Device.DisplayName")
        .or_else(|| act.new_text("DisplayName"))
        .or_else(|| of_target().filter(|name| !name.contains('@')).map(str::to_owned));
    let id = ["Device.DeviceId", "DeviceId"].iter().find_map(|property| act.new_text(property)).map(|id| id.to_lowercase());
    let name = name.or_else(|| id.clone()).unwrap_or_else(|| "an unnamed device".to_owned());
    let texts: Vec<&str> = act.events.iter().flat_map(|event| [event.changes(), event.details()]).flatten().collect();
    let build = TOOL_BUILDS.iter().copied().find(|(build, _)| is_default_name(&name) && texts.iter().any(|text| text.contains(build)));
    Device { name, id, build }
}

fn is_default_name(name: &str) -> bool {
    name.to_ascii_uppercase().starts_with("DESKTOP-")
}

/// Names and ids of devices that the tenant manages or found compliant.
fn managed_devices(case: &Case) -> BTreeSet<String> {
    let rows = &case.frames.devices;
    let good = rows.iter().filter(|row| row.compliant() == Some(true) || row.managed() == Some(true));
    good.flat_map(|row| [filled(row.name()), filled(row.device_id())]).flatten().map(str::to_lowercase).collect()
}

#[expect(clippy::too_many_arguments, reason = "the parts of one act, gathered once by the only caller")]
fn report(
    case: &Case,
    settings: &Settings,
    act: &Act<'_>,
    owner: &str,
    device: &Device,
    place: &Place<'_>,
    anchors: &BTreeMap<String, Vec<Anchor>>,
    known_good: bool,
) -> Option<Finding> {
    let signal = if device.build.is_some() { "device-tool-build" } else { "device-registered" };
    let mut finding = act.finding(DETECTOR.id, signal, owner);
    let after_sign_in = shortly_before(anchors, owner, act.time, settings.identity.device_after_hours).is_some();
    let standing = state_context(case, settings, &mut finding, place, anchors, owner);
    let strange = standing == Standing::Strange || after_sign_in;
    if device.build.is_none() && !strange && (known_good || standing == Standing::Own || place.known != Known::Unknown) {
        return None;
    }
    finding.severity = match (device.build, strange) {
        (Some(_) | None, true) | (Some((_, "ROADtools")), false) => Severity::High,
        (Some(_), false) => Severity::Medium,
        (None, false) => Severity::Low,
    };
    finding.confidence = if device.build.is_some() { 0.9 } else { 0.75 };
    let tool = device.build.map(|(build, tool)| format!("; its Windows build {build} is what {tool} send by default")).unwrap_or_default();
    let what = if device.name.starts_with("an ") { device.name.clone() } else { format!("the device {}", device.name) };
    finding.summary = format!("{owner} registered {what}{}{tool}.", place.words(case));
    finding.fact("device", device.name.as_str());
    if let Some(id) = &device.id {
        finding.fact("device_id", id.as_str());
        finding.traces.devices.insert(id.clone());
        state_uses(case, id, &mut finding);
    }
    if let Some((build, tool)) = device.build {
        finding.fact("build", build);
        finding.fact("tool", tool);
    }
    if known_good {
        finding.against.push("the device is compliant or managed".to_owned());
    }
    finding.artefact = Some(Artefact { kind: ArtefactKind::Device, account: owner.to_owned(), key: device.name.clone() });
    Some(finding)
}

/// Later sign-ins with the device's id.
fn state_uses(case: &Case, id: &str, finding: &mut Finding) {
    let rows = &case.frames.sign_ins;
    let with_device = case.frames.sign_ins.device_id.rows_where(|device| device == id);
    let successes = with_device.into_iter().filter_map(|row| rows.get(row)).filter(|row| row.error_code() == Some(0));
    let used: Vec<Sighting<'_>> = successes.filter_map(|row| Sighting::of_sign_in(&row)).collect();
    let places: BTreeSet<String> = used.iter().map(|sighting| place(case, sighting.address, sighting.asn, sighting.country)).collect();
    finding.fact("n_sign_ins_with_device", used.len());
    finding.fact("used_from", places.into_iter().collect::<Vec<_>>());
    attach(finding, used.iter().map(|sighting| (Some(sighting.time), sighting.reference())));
}

/// Devices in the state whose build betrays the tool, unless their registration was already reported.
fn state_builds(case: &Case, reported: &[Finding]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in case.frames.devices.iter() {
        let (Some(name), Some(version)) = (filled(row.name()), filled(row.os_version())) else { continue };
        let Some((build, tool)) = TOOL_BUILDS.iter().find(|(build, _)| is_default_name(name) && version == *build) else { continue };
        let known = reported.iter().any(|finding| finding.artefact.as_ref().is_some_and(|artefact| artefact.key.eq_ignore_ascii_case(name)));
        if known || row.managed() == Some(true) || row.compliant() == Some(true) {
            continue;
        }
        let account = filled(row.account()).unwrap_or("");
        let mut finding = Finding::new(DETECTOR.id, "device-tool-build", account, row.registered().unwrap_or_default(), row.reference());
        finding.severity = Severity::High;
        finding.confidence = 0.8;
        let whose = if account.is_empty() { "an unnamed owner" } else { account };
        finding.summary = format!("The device {name} of {whose} has Windows build {build}, which {tool} send by default.");
        finding.fact("device", name);
        finding.fact("build", *build);
        finding.fact("tool", *tool);
        finding.traces.devices.extend(filled(row.device_id()).map(str::to_owned));
        finding.artefact = Some(Artefact { kind: ArtefactKind::Device, account: account.to_owned(), key: name.to_owned() });
        findings.push(finding);
    }
    findings
}
