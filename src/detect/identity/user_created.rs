//! New users and guests, and what became of them.
//!
//! Evidence: both audit logs. Signals: `user-created`, `guest-invited`. Severity follows the actor's context and what followed within a day: a role for the
//! new user, or its deletion. The finding belongs to the actor; the new user is the artefact. Quiet: synchronisation, provisioning applications and
//! Microsoft; guests invited from the inviter's own place. False positives: the daily work of administrators. References: detection catalogue 6.5.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::act::{Act, Places, Standing, acts, people, state_context};
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::selection::attach;
use crate::detect::session::anchor::anchors;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "user-created",
    title: "User created or guest invited",
    attack: &["T1136.003"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits],
    signals: &["user-created", "guest-invited"],
    false_positives: "Administrators and the personnel system create users every day.",
    detect,
};

const CREATIONS: &[&str] = &["add user", "invite external user", "invite internal user"];
/// What follows a creation within this time belongs to it. The catalogue's proposal.
const FOLLOWS: TimeDelta = TimeDelta::hours(24);

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let wanted = |event: &AuditEvent<'_>| !matches!(event.actor_kind(), Some("system" | "app"));
    let acts = acts(case, |operation| CREATIONS.contains(&operation), wanted, |event| event.target().or(event.object()).unwrap_or("").to_lowercase());
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let later = later_acts(case, &acts);
    let mut findings = Vec::new();
    for act in &acts {
        let (Some(signal), actor) = (signal(act.first()), act.actor()) else { continue };
        if actor.is_empty() || actor.starts_with("sync_") {
            continue;
        }
        let new = new_user(act);
        let place = places.place(act, actor);
        let mut finding = act.finding(DETECTOR.id, signal, actor);
        let standing = state_context(case, settings, &mut finding, &place, &anchors, actor);
        let followed: Vec<&AuditEvent<'_>> = later
            .get(new.as_str())
            .into_iter()
            .flatten()
            .filter(|event| event.time().is_some_and(|time| time >= act.time && time - act.time <= FOLLOWS))
            .collect();
        let guest = signal == "guest-invited";
        finding.severity = match (guest, standing, followed.is_empty()) {
            (true, Standing::Own, true) => continue,
            (true, Standing::Unclear, true) | (false, Standing::Own, true) => Severity::Info,
            (false, Standing::Unclear, true) | (true, Standing::Own | Standing::Unclear, false) => Severity::Low,
            (true, Standing::Strange, _) | (false, Standing::Own | Standing::Unclear, false) => Severity::Medium,
            (false, Standing::Strange, _) => Severity::High,
        };
        finding.confidence = 0.9;
        let how = if guest { "invited the guest" } else { "created the user" };
        let after: Vec<String> =
            followed.iter().map(|event| format!("{} {}", event.time().unwrap_or_default(), event.operation_raw().unwrap_or(""))).collect();
        let rest = if after.is_empty() { String::new() } else { format!("; within a day followed {}", after.join(", ")) };
        finding.summary = format!("{actor} {how} {new}{}{rest}.", place.words(case));
        finding.fact("user", new.as_str());
        finding.fact("followed_by", after);
        attach(&mut finding, followed.iter().map(|event| (event.time(), event.reference())));
        finding.artefact = Some(Artefact { kind: ArtefactKind::UserCreated, account: new.clone(), key: new });
        findings.push(finding);
    }
    findings
}

fn signal(event: &AuditEvent<'_>) -> Option<&'static str> {
    match event.operation().filter(|operation| CREATIONS.contains(operation))? {
        "add user" => Some(if event.target().is_some_and(|name| name.contains("#ext#")) { "guest-invited" } else { "user-created" }),
        _ => Some("guest-invited"),
    }
}

/// The invited address says more than the object's name.
fn new_user(act: &Act<'_>) -> String {
    let invited = act.events.iter().find_map(|event| crate::detect::properties::Properties::parse(event.details()).filled("invitedUserEmailAddress"));
    let named = filled(Some(act.target())).or_else(|| act.text(|event| event.object())).map(str::to_owned);
    invited.or(named).unwrap_or_else(|| "without a recorded name".to_owned()).to_lowercase()
}

/// Roles given to, and deletions of, the new users.
fn later_acts<'a>(case: &'a Case, acts: &[Act<'a>]) -> BTreeMap<String, Vec<AuditEvent<'a>>> {
    let mut later: BTreeMap<String, Vec<AuditEvent<'a>>> = acts.iter().map(|act| (new_user(act), Vec::new())).collect();
    let rows = &case.frames.audit;
    let starts = ["add member to role", "add eligible member to role", "delete user"];
    let matters = |operation: &str| starts.iter().any(|start| operation.starts_with(start));
    for event in rows.at(rows.operation.rows_where(matters)) {
        for name in [event.target(), event.object()].into_iter().flatten().map(str::to_lowercase) {
            if let Some(events) = later.get_mut(&name) {
                let known = events.iter().any(|one| (one.source(), one.record()) == (event.source(), event.record()));
                events.extend((!known).then_some(event));
            }
        }
    }
    later
}
