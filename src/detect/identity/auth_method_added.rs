//! Authentication methods: added, shared between accounts, replaced by a temporary pass, or switched off.
//!
//! Evidence: both audit logs (the method services and `Update user` of the directory write the same act), method state for phone numbers. Method: acts
//! of one account within two minutes are one; the place comes from the record or its correlation id. A phone number that several accounts registered is
//! reported with all of them. Quiet: a method set from habitual network, client and device; waves in which many accounts enrol on one day.
//! False positives: a new phone; enrolment by the help desk. References: detection catalogue 6.1; Microsoft "audit activity reference" (read 2026-11).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::act::{Act, Place, Places, Standing, acts, people, state_context};
use super::method_change::{Kind, bare, kind, may_concern_methods, methods, numbers, plain_number};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::selection::attach;
use crate::detect::session::anchor::{Anchor, anchors};
use crate::enrich::profile::{Novelty, Trait};
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::AuditEvent;
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::time::Time;

pub(super) const DETECTOR: Detector = Detector {
    id: "auth-method-added",
    title: "Authentication method added, shared or switched off",
    attack: &["T1098.005", "T1556.006", "T1098"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits, Evidence::AuthMethods],
    signals: &["auth-method-added", "auth-method-shared-number", "temporary-access-pass", "mfa-disabled"],
    false_positives: "A new phone, enrolment by the help desk, an enrolment campaign.",
    detect,
};

/// The method service and the directory write one act under two correlation ids, seconds apart.
const ONE_ACT: TimeDelta = TimeDelta::minutes(2);

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let wanted = |event: &AuditEvent<'_>| kind(event).is_some();
    let acts = merged(acts(case, may_concern_methods, wanted, |event| format!("{} {:?}", owner_of(event), kind(event))));
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let mut wave: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
    for act in &acts {
        wave.entry(act.time.day()).or_default().insert(owner(act));
    }
    let is_wave = |act: &Act<'_>| wave.get(&act.time.day()).is_some_and(|accounts| accounts.len() >= settings.identity.enrolment_wave_accounts);
    let mut findings: Vec<Finding> =
        acts.iter().filter_map(|act| act_finding(case, settings, act, &places.place(act, act.actor()), &anchors, is_wave(act))).collect();
    findings.extend(shared_numbers(case, &acts));
    findings
}

fn owner_of<'a>(event: &AuditEvent<'a>) -> &'a str {
    filled(event.target()).filter(|target| target.contains('@')).or(filled(event.account())).unwrap_or("")
}

fn owner<'a>(act: &Act<'a>) -> &'a str {
    owner_of(act.first())
}

fn merged(acts: Vec<Act<'_>>) -> Vec<Act<'_>> {
    let mut merged: Vec<Act<'_>> = Vec::new();
    let mut last: BTreeMap<(&str, Option<Kind>), usize> = BTreeMap::new();
    for act in acts {
        let key = (owner(&act), kind(act.first()));
        let earlier = last.get(&key).and_then(|position| merged.get_mut(*position));
        if let Some(earlier) = earlier.filter(|earlier| act.time.distance(earlier.time) <= ONE_ACT) {
            earlier.events.extend(act.events);
            earlier.changes.extend(act.changes);
        } else {
            last.insert(key, merged.len());
            merged.push(act);
        }
    }
    merged
}

fn act_finding(
    case: &Case,
    settings: &Settings,
    act: &Act<'_>,
    place: &Place<'_>,
    anchors: &BTreeMap<String, Vec<Anchor>>,
    is_wave: bool,
) -> Option<Finding> {
    let (owner, actor, kind) = (owner(act), act.actor(), kind(act.first())?);
    if owner.is_empty() {
        return None;
    }
    let by_other = actor.contains('@') && actor != owner;
    let signal = match kind {
        Kind::Added => "auth-method-added",
        Kind::Pass => "temporary-access-pass",
        Kind::Disabled => "mfa-disabled",
    };
    let mut finding = act.finding(DETECTOR.id, signal, owner);
    let standing = state_context(case, settings, &mut finding, place, anchors, if by_other { actor } else { owner });
    let known_device = place.sighting.is_some_and(|one| one.novelty(&case.profiles, Trait::Device, one.device) == Novelty::Established);
    let harmless = standing == Standing::Own && known_device;
    if kind == Kind::Added && (harmless || (is_wave && standing != Standing::Strange)) {
        return None;
    }
    let methods: Vec<String> = methods(act).into_iter().collect();
    let what = match kind {
        Kind::Added => format!("added {}", methods.join(" and ")),
        Kind::Pass => "created a temporary access pass".to_owned(),
        Kind::Disabled => "switched off multi-factor authentication".to_owned(),
    };
    let who = if actor.is_empty() { "Somebody unnamed" } else { actor };
    let whom = if by_other || actor.is_empty() { format!(" for {owner}") } else { String::new() };
    finding.summary = format!("{who} {what}{whom}{}.", place.words(case));
    finding.confidence = 0.85;
    finding.severity = match (kind, standing) {
        (Kind::Added, Standing::Own) => Severity::Info,
        (Kind::Added, Standing::Unclear) | (Kind::Pass | Kind::Disabled, Standing::Own) => Severity::Medium,
        (Kind::Added, Standing::Strange) | (Kind::Pass | Kind::Disabled, Standing::Unclear | Standing::Strange) => Severity::High,
    };
    if by_other {
        finding.against.push(format!("done by {actor}, not by the account itself"));
    }
    finding.fact("actor", who);
    let key = match kind {
        Kind::Added => methods.first().map_or("unnamed method", |method| bare(method)).to_owned(),
        Kind::Pass => "temporary access pass".to_owned(),
        Kind::Disabled => String::new(),
    };
    finding.fact("methods", methods);
    if kind != Kind::Disabled {
        finding.artefact = Some(Artefact { kind: ArtefactKind::AuthMethod, account: owner.to_owned(), key });
    }
    Some(finding)
}

/// One registration of a phone number.
struct Registration {
    at: Option<Time>,
    account: String,
    number: String,
    reference: RecordRef,
}

fn shared_numbers(case: &Case, acts: &[Act<'_>]) -> Vec<Finding> {
    let mut by_number: BTreeMap<String, Vec<Registration>> = BTreeMap::new();
    for act in acts {
        for (plain, number) in numbers(act) {
            let registration = Registration { at: Some(act.time), account: owner(act).to_owned(), number, reference: act.first().reference() };
            by_number.entry(plain).or_default().push(registration);
        }
    }
    for row in case.frames.methods.iter().filter(|row| row.method().is_some_and(|method| method.to_lowercase().contains("phone"))) {
        let (Some(account), Some(detail)) = (filled(row.account()), filled(row.detail())) else { continue };
        let number = plain_number(detail);
        if number.len() > 5 {
            let account = case.identities.resolve(account).to_owned();
            let registration = Registration { at: row.created(), account, number: detail.to_owned(), reference: row.reference() };
            by_number.entry(number).or_default().push(registration);
        }
    }
    let mut findings = Vec::new();
    for (number, registrations) in &by_number {
        let accounts: BTreeSet<&str> = registrations.iter().map(|one| one.account.as_str()).collect();
        if accounts.len() < 2 {
            continue;
        }
        // Only accounts whose registration is on record get a finding; when none is, all do: the state alone shows it.
        let any_dated = registrations.iter().any(|one| one.at.is_some());
        for account in &accounts {
            let own = registrations.iter().filter(|one| one.account == *account).find(|one| one.at.is_some() || !any_dated);
            let Some(own) = own else { continue };
            let mut finding = Finding::new(DETECTOR.id, "auth-method-shared-number", account, own.at.unwrap_or_default(), own.reference.clone());
            finding.severity = if any_dated { Severity::High } else { Severity::Medium };
            finding.confidence = if any_dated { 0.8 } else { 0.5 };
            let others: Vec<&str> = accounts.iter().copied().filter(|other| other != account).collect();
            finding.summary = format!("The phone number {number} is an authentication method of {account} and of {}.", others.join(", "));
            finding.fact("number", number.as_str());
            finding.fact("n_accounts", accounts.len());
            finding.fact("others", others);
            attach(&mut finding, registrations.iter().map(|one| (None, one.reference.clone())));
            finding.artefact = Some(Artefact { kind: ArtefactKind::AuthMethod, account: (*account).to_owned(), key: own.number.clone() });
            findings.push(finding);
        }
    }
    findings
}
