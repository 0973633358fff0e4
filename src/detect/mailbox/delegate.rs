//! Rights on mailboxes and folders given to somebody else.
//!
//! Evidence: `Add-MailboxPermission`, `Add-RecipientPermission`, `Set-Mailbox -GrantSendOnBehalfTo`, folder permissions, `ApplicationImpersonation` in the
//! unified audit log; exported folder permissions for folders that everybody may read. Method: each grant by a person is reported; a grant to oneself
//! and a folder shared with everybody have signals of their own. Exchange's own grants on system mailboxes (`NT AUTHORITY\SYSTEM`, 47 such records in one
//! public data set) and an owner's shared calendar are ordinary and quiet. False positives: onboarding by the help desk.

use serde_json::Value;

use super::{owner, recipient, words};
use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

const ID: &str = "delegate";
const OPERATIONS: &[&str] = &[
    "add-mailboxpermission",
    "add-recipientpermission",
    "set-mailbox",
    "add-mailboxfolderpermission",
    "set-mailboxfolderpermission",
    "addfolderpermissions",
    "modifyfolderpermissions",
    "updatefolderpermissions",
    "new-managementroleassignment",
];
/// Folder roles and rights that show no content of items.
const HARMLESS: &[&str] =
    &["none", "availabilityonly", "limiteddetails", "freebusytimeonly", "freebusytimeandsubjectandlocation", "foldervisible", "visible"];
const EVERYBODY: &[&str] = &["default", "anonymous", "everyone", "standard"];
/// Exchange's application role of full access to every mailbox, and the import-export role.
const ROLES: &[&str] = &["applicationimpersonation", "mailbox import export", "application mail.", "application exchange full access"];

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Right on a mailbox or folder given to somebody else",
    attack: &["T1098.002"],
    needs: &[Evidence::ExchangeAdmin, Evidence::MailboxAudit, Evidence::MailboxPermissions],
    signals: &["delegate-added", "delegate-self-grant", "folder-shared-with-everyone"],
    false_positives: "onboarding and shared-mailbox administration by the help desk; auto-mapping by Exchange itself",
    detect,
};

/// A right that a record gives.
struct Grant {
    mailbox: String,
    trustee: String,
    right: String,
    folder: Option<String>,
}

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let data = selection::audit(case, OPERATIONS);
    for event in data.iter().filter(|event| event.actor_kind() != Some("system")) {
        for grant in grants(case, event) {
            findings.extend(judge_event(case, event, &grant));
        }
    }
    for state in case.frames.permissions.iter() {
        let grant = Grant {
            mailbox: state.mailbox().unwrap_or_default().to_lowercase(),
            trustee: state.trustee().unwrap_or_default().to_owned(),
            right: state.right().unwrap_or_default().trim_start_matches("folder:").to_owned(),
            folder: filled(state.folder()).map(str::to_owned),
        };
        if state.deny() != Some(true) && grant.folder.is_some() && !grant.is_calendar() && grant.is_for_everybody() && !grant.is_harmless() {
            let mut finding = describe(
                &grant,
                "folder-shared-with-everyone",
                Finding::new(ID, "folder-shared-with-everyone", &grant.mailbox, crate::time::Time::default(), state.reference()),
            );
            finding.severity = Severity::High;
            finding.confidence = 0.9;
            finding.summary = format!("the exported permissions give {} ({}) on {} to everybody", grant.trustee, grant.right, grant.place());
            findings.push(finding);
        }
    }
    findings
}

fn judge_event(case: &Case, event: &AuditEvent<'_>, grant: &Grant) -> Option<Finding> {
    let actor = event.account().unwrap_or_default();
    let trustee = owner::account_of(case, &grant.trustee.to_lowercase()).unwrap_or_else(|| grant.trustee.to_lowercase());
    let by_owner = actor == grant.mailbox;
    if grant.is_harmless() || trustee.is_empty() || trustee == grant.mailbox || trustee.starts_with("nt authority\\") {
        return None;
    }
    let origin = Origin::of_audit(event);
    let outside = recipient::is_external(case, &grant.mailbox, &trustee);
    let (signal, severity) = if grant.is_for_everybody() && grant.folder.is_some() {
        ("folder-shared-with-everyone", if grant.is_calendar() { Severity::Low } else { Severity::High })
    } else if trustee == actor {
        ("delegate-self-grant", Severity::High)
    } else if by_owner && grant.is_calendar() && !outside {
        return None;
    } else {
        ("delegate-added", if outside || origin.is_unusual(case) { Severity::High } else { Severity::Medium })
    };
    // A right on every mailbox is the actor's doing and nobody's mailbox in particular.
    let whose = if grant.mailbox.is_empty() { actor } else { &grant.mailbox };
    let mut finding = describe(grant, signal, Finding::new(ID, signal, whose, event.time().unwrap_or_default(), event.reference()));
    finding.severity = severity;
    finding.confidence = 0.95;
    finding.summary = format!("{actor} gave {} the right {} on {} from {}", grant.trustee, grant.right, grant.place(), origin.describe(case));
    finding.traces = traces_of_audit(event);
    finding.fact("actor", actor);
    finding.fact("operation", event.operation_raw().or(event.operation()).unwrap_or_default());
    finding.fact("trustee_outside", outside);
    finding.fact("parameters", event.parameters().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null));
    if origin.novelty(case) == Novelty::Established {
        finding.against.push("the right was given from a network that is established for the actor".to_owned());
    }
    Some(finding)
}

fn describe(grant: &Grant, signal: &'static str, mut finding: Finding) -> Finding {
    let folder = grant.folder.as_ref().map(|folder| format!(" {folder}")).unwrap_or_default();
    finding.signal = signal;
    finding.fact("trustee", grant.trustee.as_str());
    finding.fact("right", grant.right.as_str());
    finding.fact("folder", grant.folder.clone().map_or(Value::Null, Value::from));
    finding.artefact =
        Some(Artefact { kind: ArtefactKind::Delegate, account: grant.mailbox.clone(), key: format!("{} {}{folder}", grant.trustee, grant.right) });
    finding
}

/// The rights that an audit record gives; none when it gives nothing.
fn grants(case: &Case, event: &AuditEvent<'_>) -> Vec<Grant> {
    let parameters = Properties::parse(event.parameters());
    if event.operation() == Some("set-mailbox") && parameters.get("GrantSendOnBehalfTo").is_none() {
        return Vec::new();
    }
    let details = Properties::parse(event.details());
    let mailbox = owner::owner(case, event, &parameters);
    let value = |name: &str| parameters.filled(name).or_else(|| details.filled(name));
    let one = |trustee: Option<String>, right: Option<String>, folder: Option<String>| match (trustee, right) {
        (Some(trustee), Some(right)) => vec![Grant { mailbox: mailbox.clone(), trustee, right, folder }],
        _ => Vec::new(),
    };
    match event.operation().unwrap_or_default() {
        "add-mailboxpermission" => one(value("User"), value("AccessRights"), None),
        "add-recipientpermission" => one(value("Trustee"), value("AccessRights"), None),
        "set-mailbox" => value("GrantSendOnBehalfTo").map_or_else(Vec::new, |names| {
            names.split([';', ',']).filter_map(|name| one(Some(name.trim().to_owned()), Some("SendOnBehalf".to_owned()), None).pop()).collect()
        }),
        "add-mailboxfolderpermission" | "set-mailboxfolderpermission" => {
            let identity = value("Identity").or_else(|| filled(event.object()).map(str::to_owned)).unwrap_or_default();
            let folder = identity.split_once(":\\").or_else(|| identity.split_once('\\')).map(|(_, folder)| folder.to_owned());
            one(value("User"), value("AccessRights"), Some(folder.unwrap_or_else(|| "\\".to_owned())))
        }
        "new-managementroleassignment" => {
            let role = value("Role").filter(|role| ROLES.iter().any(|wide| role.to_lowercase().starts_with(wide)));
            let trustee = ["User", "App", "SecurityGroup", "Computer"].into_iter().find_map(value);
            let mut grants = one(trustee, role, None);
            for grant in &mut grants {
                grant.mailbox.clear();
            }
            grants
        }
        _ => one(value("MemberUpn").or_else(|| value("MemberSid")), value("MemberRights"), Some(event.folder().unwrap_or("\\").to_owned())),
    }
}

impl Grant {
    fn is_for_everybody(&self) -> bool {
        EVERYBODY.contains(&self.trustee.trim().to_lowercase().as_str())
    }

    fn is_harmless(&self) -> bool {
        let rights: Vec<String> =
            self.right.split([',', ';', ' ']).map(|right| right.trim().to_lowercase()).filter(|right| !right.is_empty()).collect();
        rights.iter().all(|right| HARMLESS.contains(&right.as_str()))
    }

    fn is_calendar(&self) -> bool {
        self.folder.as_deref().and_then(words::folder_kind) == Some("calendar")
    }

    fn place(&self) -> String {
        match &self.folder {
            Some(folder) => format!("the folder {folder} of {}", self.mailbox),
            None if self.mailbox.is_empty() => "every mailbox".to_owned(),
            None => format!("the mailbox {}", self.mailbox),
        }
    }
}
