//! Acts that outlive a session, as steps of a chain. Not a detector.

use std::collections::BTreeMap;

use super::anchor::Anchor;
use super::sighting::Sighting;
use crate::case::Case;
use crate::detect::identity::change::Changes;
use crate::detect::mailbox::words::folder_kind;
use crate::detect::origin::filled;
use crate::detect::properties::Properties;
use crate::enrich::profile::{Novelty, Trait};
use crate::frame::AuditEvent;
use crate::provenance::RecordRef;
use crate::time::Time;

/// One act that keeps access or hides something.
#[derive(Debug, Clone)]
pub(super) struct Step<'a> {
    /// When.
    pub time: Time,
    /// What it leaves behind.
    pub kind: &'static str,
    /// The operation and its object.
    pub what: String,
    /// Address, when the record has one that tells a place.
    pub address: Option<&'a str>,
    /// Session id.
    pub session: Option<&'a str>,
    /// Unique token identifier.
    pub token: Option<&'a str>,
    /// Done from a network, and where known with a device, that is habitual for the actor.
    pub own_place: bool,
    /// Done by another person to the account.
    pub by_other: bool,
    /// The record.
    pub reference: RecordRef,
}

/// Acts that could be steps, with what they leave behind, ascending by time.
pub(super) fn acts(case: &Case) -> Vec<(AuditEvent<'_>, &'static str)> {
    let rows = &case.frames.audit;
    let named = case.frames.audit.operation.rows_where(|operation| kind(operation).is_some());
    let done = named.into_iter().filter_map(|row| rows.get(row)).filter(|event| event.result() != Some("failure"));
    done.filter(keeps_access).filter_map(|event| Some((event, kind(event.operation()?)?))).collect()
}

/// Who may be concerned by an act: the actor, unless it is the system, the target, the mailbox.
pub(super) fn concerned<'a>(event: &AuditEvent<'a>) -> impl Iterator<Item = &'a str> {
    let actor = filled(event.account()).filter(|_| event.actor_kind() != Some("system"));
    [actor, filled(event.target()), filled(event.mailbox())].into_iter().flatten()
}

/// Steps of the accounts that have anchors, ascending by time.
pub(super) fn steps<'a>(
    case: &Case,
    acts: &[(AuditEvent<'a>, &'static str)],
    anchors: &BTreeMap<String, Vec<Anchor>>,
) -> BTreeMap<&'a str, Vec<Step<'a>>> {
    let mut steps: BTreeMap<&str, Vec<Step<'_>>> = BTreeMap::new();
    for (event, kind) in acts {
        let Some(sighting) = Sighting::of_audit(event) else { continue };
        let Some(owner) = concerned(event).find(|account| anchors.contains_key(*account)) else { continue };
        let actor = filled(event.account()).filter(|_| event.actor_kind() != Some("system"));
        let by_other = actor.is_some_and(|actor| actor != owner && event.actor_kind() != Some("app"));
        steps.entry(owner).or_default().push(step(case, event, sighting, kind, by_other));
    }
    steps
}

fn step<'a>(case: &Case, event: &AuditEvent<'a>, sighting: Sighting<'a>, kind: &'static str, by_other: bool) -> Step<'a> {
    let own_network = sighting.has_origin() && sighting.network_novelty(&case.profiles) == Novelty::Established;
    let own_device = sighting.device.is_none() || sighting.novelty(&case.profiles, Trait::Device, sighting.device) == Novelty::Established;
    let name = Properties::parse(event.parameters()).filled("Name").or_else(|| filled(event.target()).or(filled(event.object())).map(str::to_owned));
    let operation = filled(event.operation_raw()).or(event.operation()).unwrap_or("");
    Step {
        time: sighting.time,
        kind,
        what: name.map_or_else(|| operation.to_owned(), |name| format!("{operation} [{name}]")),
        address: sighting.address.filter(|_| sighting.has_origin()),
        session: sighting.session,
        token: sighting.token,
        own_place: own_network && own_device,
        by_other,
        reference: event.reference(),
    }
}

/// What an operation leaves behind; `None` for the rest.
fn kind(operation: &str) -> Option<&'static str> {
    let kind = match operation {
        "new-inboxrule" | "set-inboxrule" | "enable-inboxrule" | "updateinboxrules" | "new-sweeprule" => "inbox rule",
        "set-mailbox" => "forwarding",
        "add-mailboxpermission" | "add-recipientpermission" | "add-mailboxfolderpermission" | "set-mailboxfolderpermission" => "delegate",
        "user registered security info"
        | "user registered all required security info"
        | "admin registered security info"
        | "create temporary access pass method for user"
        | "create application password for user"
        | "add fido2 security key"
        | "add windows hello for business credential"
        | "add passwordless phone sign-in credential"
        | "update user" => "authentication method",
        "consent to application" | "add delegated permission grant" | "add oauth2permissiongrant" => "consent",
        "add app role assignment to service principal" => "application permission",
        "register device" | "add registered owner to device" => "device",
        "add service principal credentials" => "credential",
        "add member to role" | "add eligible member to role" => "role",
        "add conditional access policy" | "update conditional access policy" | "delete conditional access policy" => "conditional access",
        "new-transportrule" | "set-transportrule" => "transport rule",
        other if other.contains("certificates and secrets management") => "credential",
        other if other.starts_with("add member to role") && other.contains("completed") => "role",
        _ => return None,
    };
    Some(kind)
}

/// Some operations do many things; only forwarding, new methods and rules that hide or hand on mail keep access.
fn keeps_access(event: &AuditEvent<'_>) -> bool {
    match event.operation() {
        Some("set-mailbox") => {
            let parameters = Properties::parse(event.parameters());
            ["ForwardingSmtpAddress", "ForwardingAddress"].iter().any(|name| parameters.filled(name).is_some())
        }
        Some("update user") => {
            let changes = Changes::parse(event.changes());
            let methods = ["StrongAuthenticationMethod", "StrongAuthenticationPhoneAppDetail", "SearchableDeviceKey"];
            methods.iter().any(|name| !changes.added(name).is_empty())
        }
        Some("new-inboxrule" | "set-inboxrule" | "enable-inboxrule" | "updateinboxrules") => !only_sorts(&Properties::parse(event.parameters())),
        _ => true,
    }
}

/// A rule that files mail into an ordinary folder or gives it a category: everybody has those. A record without any action says nothing of the kind.
fn only_sorts(rule: &Properties) -> bool {
    let folders: Vec<String> = ["MoveToFolder", "CopyToFolder"].iter().filter_map(|name| rule.filled(name)).collect();
    let hides = folders.iter().any(|folder| folder_kind(folder).is_some());
    let acts = ["ForwardTo", "ForwardAsAttachmentTo", "RedirectTo"].iter().any(|name| rule.filled(name).is_some())
        || ["DeleteMessage", "SoftDeleteMessage", "MarkAsRead"].iter().any(|name| rule.flag(name));
    let sorts = !folders.is_empty() || rule.filled("ApplyCategory").is_some();
    sorts && !hides && !acts
}

/// When accounts were created, as far as the case tells.
pub(super) fn creations(case: &Case) -> BTreeMap<&str, Vec<Time>> {
    let mut creations: BTreeMap<&str, Vec<Time>> = BTreeMap::new();
    for user in case.frames.users.iter() {
        if let (Some(account), Some(created)) = (user.account(), user.created()) {
            creations.entry(account).or_default().push(created);
        }
    }
    let rows = &case.frames.audit;
    let added = case.frames.audit.operation.rows_where(|operation| operation == "add user");
    for event in added.into_iter().filter_map(|row| rows.get(row)) {
        if let (Some(account), Some(time)) = (filled(event.target()), event.time()) {
            creations.entry(account).or_default().push(time);
        }
    }
    creations
}
