//! The artefact ledger: what was left behind, when it was made, whether it was removed, whether it still stands in a state export.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::finding::{Artefact, ArtefactKind, Finding};
use crate::frame::AuditEvent;
use crate::provenance::RecordRef;
use crate::time::Time;

/// One artefact with its fate.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) artefact: Artefact,
    pub(crate) created: Option<Time>,
    pub(crate) removed: Option<Time>,
    pub(crate) state: State,
    pub(crate) attributed: bool,
    pub(crate) finding: String,
    pub(crate) evidence: Vec<RecordRef>,
}

/// Whether it is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Present,
    Removed,
    Unknown,
}

impl State {
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Removed => "removed",
            Self::Unknown => "unknown",
        }
    }
}

/// Merges findings about the same thing and looks up what became of it. `findings` come with whether they are attributed.
pub(crate) fn build(case: &Case, findings: &[(&Finding, bool)]) -> Vec<Entry> {
    let mut entries: BTreeMap<(String, ArtefactKind, String), Entry> = BTreeMap::new();
    for (finding, attributed) in findings {
        let Some(artefact) = &finding.artefact else { continue };
        let key = (artefact.account.clone(), artefact.kind, artefact.key.to_lowercase());
        let entry = entries.entry(key).or_insert_with(|| Entry {
            artefact: artefact.clone(),
            created: None,
            removed: None,
            state: State::Unknown,
            attributed: false,
            finding: finding.id.clone(),
            evidence: Vec::new(),
        });
        if *attributed && !entry.attributed {
            entry.attributed = true;
            finding.id.clone_into(&mut entry.finding);
        }
        entry.evidence.extend(finding.evidence.iter().filter(|record| !entry.evidence.contains(record)).cloned().collect::<Vec<_>>());
    }
    let mut entries: Vec<Entry> = entries.into_values().collect();
    let rows = &case.frames.audit;
    let by_record: BTreeMap<_, _> = rows.iter().filter_map(|row| row.time().map(|at| ((row.source(), row.record()), (at, row)))).collect();
    let mut made: Vec<Option<Time>> = Vec::new();
    for entry in &mut entries {
        let own: Vec<(Time, &AuditEvent<'_>)> =
            entry.evidence.iter().filter_map(|record| by_record.get(&(record.source, record.record))).map(|(at, row)| (*at, row)).collect();
        let first = own.iter().min_by_key(|(at, _)| *at);
        entry.created = first.map(|(at, _)| *at);
        let operation = first.and_then(|(_, row)| row.operation());
        let makes = |row: &AuditEvent<'_>| !removes(row, &entry.artefact) && (row.operation() == operation || restores(entry.artefact.kind, row));
        made.push(own.iter().filter(|(_, row)| makes(row)).map(|(at, _)| *at).max());
    }
    for row in rows.iter() {
        let Some(at) = row.time() else { continue };
        for entry in &mut entries {
            if at > entry.created.unwrap_or(Time(i64::MIN)) && removes(&row, &entry.artefact) {
                entry.removed = Some(entry.removed.map_or(at, |earlier| earlier.max(at)));
                entry.evidence.push(row.reference());
            }
        }
    }
    for (entry, made) in entries.iter_mut().zip(made) {
        let listed = is_listed(case, &entry.artefact);
        // What was made again after its removal was not taken away.
        entry.removed = entry.removed.filter(|removed| made.is_none_or(|made| made <= *removed));
        // Removals of methods seldom say which one: the list decides.
        let certain = !(listed && entry.artefact.kind == ArtefactKind::AuthMethod);
        entry.state = match entry.removed {
            Some(_) if certain => State::Removed,
            _ if listed => State::Present,
            _ => State::Unknown,
        };
        if entry.state == State::Present {
            entry.removed = None;
        }
    }
    entries
}

/// Operations other than the first that bring a kind of artefact back (normalised names).
fn restores(kind: ArtefactKind, row: &AuditEvent<'_>) -> bool {
    let operation = row.operation().unwrap_or_default();
    match kind {
        ArtefactKind::InboxRule => matches!(operation, "new-inboxrule" | "set-inboxrule" | "enable-inboxrule" | "updateinboxrules" | "new-sweeprule"),
        ArtefactKind::TransportRule => matches!(operation, "new-transportrule" | "enable-transportrule"),
        _ => false,
    }
}

/// Operations that take a kind of artefact away (normalised names).
fn removals(kind: ArtefactKind) -> &'static [&'static str] {
    match kind {
        ArtefactKind::InboxRule => &["remove-inboxrule", "disable-inboxrule", "remove-sweeprule"],
        ArtefactKind::MailboxForwarding => &["set-mailbox"],
        ArtefactKind::Delegate => {
            &["remove-mailboxpermission", "remove-recipientpermission", "remove-mailboxfolderpermission", "removefolderpermissions"]
        }
        ArtefactKind::TransportRule => {
            &["remove-transportrule", "disable-transportrule", "remove-inboundconnector", "remove-outboundconnector", "remove-journalrule"]
        }
        ArtefactKind::AuthMethod => &[
            "user deleted security info",
            "admin deleted security info",
            "delete fido2 security key",
            "delete passwordless phone sign-in credential",
            "delete platform credential",
            "delete application password for user",
        ],
        ArtefactKind::Device => &["delete device", "unregister device", "remove registered owner from device", "remove registered users from device"],
        ArtefactKind::OauthGrant => &[
            "remove delegated permission grant",
            "remove oauth2permissiongrant",
            "remove service principal",
            "delete application",
            "hard delete application",
        ],
        ArtefactKind::AppRoleAssignment => {
            &["remove app role assignment from user", "remove app role assignment from service principal", "remove service principal"]
        }
        ArtefactKind::SpCredential => &["remove service principal credentials", "remove service principal", "delete application"],
        ArtefactKind::RoleMember => &["remove member from role", "remove eligible member from role", "remove-rolegroupmember"],
        ArtefactKind::GroupMember => &["remove member from group", "remove owner from group", "remove-distributiongroupmember"],
        ArtefactKind::UserCreated => &["delete user", "hard delete user"],
        ArtefactKind::CaPolicy => &["delete conditional access policy"],
        ArtefactKind::Flow => &["deleteflow"],
        ArtefactKind::App => &["delete application", "remove service principal", "deletepowerapp"],
        ArtefactKind::AuditBypass => &["set-mailboxauditbypassassociation", "set-adminauditlogconfig"],
    }
}

fn removes(row: &AuditEvent<'_>, artefact: &Artefact) -> bool {
    let operation = row.operation().unwrap_or_default();
    if row.result() == Some("failure") {
        return false;
    }
    let account = artefact.account.as_str();
    let on_account = account.is_empty() || [row.target(), row.mailbox(), row.account()].contains(&Some(account));
    let parameters = row.parameters().unwrap_or_default();
    if artefact.kind == ArtefactKind::InboxRule && operation == "updateinboxrules" {
        return on_account && parameters.contains("RemoveMailboxRule") && names(row.parameters(), &artefact.key);
    }
    if !removals(artefact.kind).contains(&operation) {
        return false;
    }
    match artefact.kind {
        // An empty forwarding value is the removal.
        ArtefactKind::MailboxForwarding => {
            on_account && (parameters.contains(r#""ForwardingSmtpAddress":"""#) || parameters.contains(r#""ForwardingAddress":"""#))
        }
        ArtefactKind::AuditBypass => {
            on_account && (parameters.contains(r#""AuditBypassEnabled":"False""#) || parameters.contains(r#"Enabled":"True""#))
        }
        ArtefactKind::AuthMethod => on_account && may_be_method(row, &artefact.key),
        ArtefactKind::InboxRule => on_account && row.object().is_some_and(|object| [rule_name(object), object].contains(&artefact.key.as_str())),
        // The key is the trustee and the rights; the record states them apart.
        ArtefactKind::Delegate => on_account && artefact.key.split(' ').all(|word| mentions(row, word)),
        ArtefactKind::RoleMember | ArtefactKind::GroupMember => (on_account || mentions(row, account)) && mentions(row, &artefact.key),
        _ => mentions(row, &artefact.key),
    }
}

/// Words for kinds of authentication methods; records of removal often say no more.
const METHODS: &[&[&str]] = &[
    &["authenticator", "phone app", "phone sign-in"],
    &["phone", "sms", "text message"],
    &["fido2", "passkey", "security key"],
    &["hello", "platform credential"],
    &["email"],
    &["temporary access pass"],
    &["application password", "app password"],
    &["hardware", "oath"],
];

/// A removal may concern the method unless both name a kind and the kinds differ.
fn may_be_method(row: &AuditEvent<'_>, key: &str) -> bool {
    let kind = |text: &str| METHODS.iter().position(|words| words.iter().any(|word| text.contains(word)));
    let details = row.details().unwrap_or_default().to_lowercase();
    let removed = kind(details.split_once("deleted ").map_or("", |(_, method)| method)).or_else(|| kind(row.operation().unwrap_or_default()));
    match (removed, kind(&key.to_lowercase())) {
        (Some(removed), Some(made)) => removed == made,
        _ => true,
    }
}

/// Exchange writes `mailbox\rule name`; the name may be empty or hold backslashes of its own.
fn rule_name(object: &str) -> &str {
    object.rsplit_once('/').map_or(object, |(_, rest)| rest).split_once('\\').map_or(object, |(_, name)| name)
}

fn mentions(row: &AuditEvent<'_>, key: &str) -> bool {
    [row.target(), row.target_id(), row.object(), row.parameters(), row.changes(), row.details()].into_iter().any(|text| names(text, key))
}

/// The text holds the key as a whole name, not as part of a longer one: "Reader" is not named by "Security Reader".
fn names(text: Option<&str>, key: &str) -> bool {
    let (text, key) = (text.unwrap_or_default().to_lowercase(), key.to_lowercase());
    let inside = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '.' | '-' | '_');
    !key.is_empty()
        && text.match_indices(&key).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + key.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(inside) && !after.is_some_and(inside)
        })
}

/// The artefact stands in a state export of the case.
fn is_listed(case: &Case, artefact: &Artefact) -> bool {
    let frames = &case.frames;
    let key = artefact.key.to_lowercase();
    let is = |value: Option<&str>| value.is_some_and(|value| value.to_lowercase() == key);
    let has = |value: Option<&str>| value.is_some_and(|value| !key.is_empty() && value.to_lowercase().contains(&key));
    let own = |value: Option<&str>| value.is_some_and(|value| value == artefact.account);
    match artefact.kind {
        ArtefactKind::InboxRule => frames.rules.iter().any(|row| own(row.mailbox()) && (is(row.name()) || is(row.rule_id()))),
        ArtefactKind::MailboxForwarding => {
            frames.mailboxes.iter().any(|row| own(row.mailbox()) && (is(row.forwarding_smtp()) || is(row.forwarding_address())))
        }
        ArtefactKind::Delegate => frames.permissions.iter().any(|row| {
            own(row.mailbox())
                && row.trustee().is_some_and(|trustee| key.contains(&trustee.to_lowercase()))
                && row.right().is_some_and(|right| key.contains(&right.to_lowercase()))
        }),
        ArtefactKind::TransportRule => {
            let kinds = ["transport-rule", "journal-rule", "inbound-connector", "outbound-connector"];
            frames.policies.iter().any(|row| row.kind().is_some_and(|kind| kinds.contains(&kind)) && (is(row.name()) || is(row.policy_id())))
        }
        ArtefactKind::AuthMethod => frames.methods.iter().any(|row| own(row.account()) && (is(row.method_id()) || is(row.detail()))),
        ArtefactKind::Device => frames.devices.iter().any(|row| is(row.device_id()) || is(row.object_id()) || is(row.name())),
        ArtefactKind::OauthGrant | ArtefactKind::AppRoleAssignment => {
            // Grants name the client by its object id; the list of service principals says which application that is.
            let objects: Vec<&str> = frames.apps.iter().filter(|row| is(row.app_id()) || is(row.name())).filter_map(|row| row.object_id()).collect();
            let by_object = |id: Option<&str>| id.is_some_and(|id| objects.contains(&id));
            frames
                .grants
                .iter()
                .any(|row| is(row.app()) || is(row.app_id()) || is(row.client_id()) || is(row.grant_id()) || by_object(row.client_id()))
        }
        ArtefactKind::SpCredential | ArtefactKind::App => {
            // A report of use says nothing about whether the application is still there.
            let mut applications = frames.apps.iter().filter(|row| row.kind() != Some("activity"));
            applications.any(|row| is(row.app_id()) || is(row.object_id()) || is(row.name()) || has(row.credentials()))
                || artefact.kind == ArtefactKind::App
                    && frames.flows.iter().any(|row| row.kind() == Some("app") && (is(row.flow_id()) || is(row.name())))
        }
        ArtefactKind::CaPolicy => {
            frames.policies.iter().any(|row| row.kind() == Some("conditional-access") && (is(row.name()) || is(row.policy_id())))
        }
        ArtefactKind::UserCreated => frames.users.iter().any(|row| is(row.account()) || is(row.account_id())),
        ArtefactKind::RoleMember | ArtefactKind::GroupMember => {
            let holds = |row: &crate::frame::MemberState<'_>| own(row.member()) && (is(row.group()) || is(row.group_id()));
            frames.members.iter().any(|row| holds(&row))
                || artefact.kind == ArtefactKind::RoleMember && frames.users.iter().any(|row| own(row.account()) && has(row.roles()))
        }
        ArtefactKind::AuditBypass => {
            // The key is the mailbox, or what was switched off for the whole tenant.
            let wide = if key.contains("audit log") { "audit" } else { "organisation" };
            let switched_off = |row: &crate::frame::PolicyState<'_>| row.kind() == Some(wide) && row.state() == Some("disabled");
            let silent = |row: &crate::frame::MailboxState<'_>| row.audit_bypass() == Some(true) || row.audit_enabled() == Some(false);
            frames.mailboxes.iter().any(|row| (own(row.mailbox()) || is(row.mailbox()) || is(row.display_name())) && silent(&row))
                || (key.contains("audit log") || key.contains("organisation")) && frames.policies.iter().any(|row| switched_off(&row))
        }
        ArtefactKind::Flow => frames.flows.iter().any(|row| row.kind() == Some("flow") && (is(row.flow_id()) || is(row.name()))),
    }
}
