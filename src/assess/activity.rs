//! The records that fall into an attacker context, by surface: what the fifteen items, the timeline, the exposure and the sessions are read from.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::codes::{self, Outcome};
use crate::frame::{AuditEvent, SignIn};
use crate::provenance::RecordRef;
use crate::time::Time;

use super::context::Context;

/// A surface on which activity can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Surface {
    InteractiveSignIn,
    OtherSignIn,
    InboxRule,
    Forwarding,
    MailRead,
    MailSent,
    MailChanged,
    Files,
    Teams,
    Consent,
    Flow,
    PowerApp,
    Membership,
    ServicePrincipal,
    NewUser,
    ConditionalAccess,
    Method,
    Device,
    Password,
    OtherDirectory,
    OtherAudit,
}

/// One record in an attacker context.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) at: Time,
    pub(crate) account: String,
    pub(crate) surface: Surface,
    pub(crate) text: String,
    /// The act came through: a token was issued, the operation was not refused.
    pub(crate) succeeded: bool,
    pub(crate) record: RecordRef,
}

/// All records of the case that belong to one of the contexts, by time.
pub(crate) fn collect(case: &Case, contexts: &BTreeMap<String, Context>) -> Vec<Act> {
    let mut acts = Vec::new();
    let by_app: BTreeSet<&str> = contexts.values().flat_map(|context| context.planted_apps.iter().map(String::as_str)).collect();
    for row in case.frames.sign_ins.iter() {
        let Some(at) = row.time() else { continue };
        let context = row.account().and_then(|account| contexts.get(account));
        let owned = context.is_some_and(|context| context.owns(row.address(), row.session_id(), row.token_id(), None));
        let of_app = row.stream() == Some("service-principal") && row.app_id().is_some_and(|app| by_app.contains(app));
        if owned || of_app {
            acts.push(sign_in_act(case, at, &row));
        }
    }
    for row in case.frames.audit.iter() {
        let Some(at) = row.time() else { continue };
        let app = row.client_app_id().or(row.app_id());
        let context = [row.account(), row.mailbox()].into_iter().flatten().filter_map(|account| contexts.get(account));
        let planted = app.is_some_and(|app| by_app.contains(app));
        if planted || context.into_iter().any(|context| context.owns(row.address(), row.session_id(), row.token_id(), app)) {
            let account = row.account().or(row.mailbox()).unwrap_or_default().to_owned();
            let succeeded = row.result() != Some("failure");
            acts.push(Act { at, account, surface: surface(&row), text: audit_text(&row), succeeded, record: row.reference() });
        }
    }
    acts.sort_by(|a, b| (a.at, &a.record).cmp(&(b.at, &b.record)));
    acts
}

fn sign_in_act(case: &Case, at: Time, row: &SignIn<'_>) -> Act {
    let interactive = row.stream() == Some("interactive") || row.feed() == Some("ual");
    let code = row.error_code().unwrap_or(-1);
    let result = match codes::outcome(code) {
        Outcome::Success => "succeeded".to_owned(),
        _ if codes::meaning(code).is_empty() => format!("ended with error {code}"),
        _ => format!("ended with {code} ({})", codes::meaning(code)),
    };
    let origin = format!("{} {}", row.address().unwrap_or("unknown address"), case.networks.describe(row.asn()));
    Act {
        at,
        account: row.account().unwrap_or_default().to_owned(),
        surface: if interactive { Surface::InteractiveSignIn } else { Surface::OtherSignIn },
        text: format!(
            "{} sign-in to {} from {origin} {result}",
            row.stream().unwrap_or("unknown"),
            row.app().or(row.app_id()).unwrap_or("an unnamed app")
        ),
        succeeded: code == 0,
        record: row.reference(),
    }
}

fn audit_text(row: &AuditEvent<'_>) -> String {
    let mut text = row.operation_raw().or(row.operation()).unwrap_or("event").trim().to_owned();
    let what = row.subject().or(row.file()).or(row.folder()).or(row.target()).or(row.object()).unwrap_or_default();
    if !what.is_empty() {
        text = format!("{text}: {what}");
    }
    match row.address() {
        Some(address) => format!("{text} (from {address})"),
        None => text,
    }
}

/// The surface of an audit record, by its normalised operation first and its workload second.
pub(crate) fn surface(row: &AuditEvent<'_>) -> Surface {
    let operation = row.operation().unwrap_or_default();
    let workload = row.workload().unwrap_or_default().to_ascii_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| operation.contains(word));
    if is(&["inboxrule", "sweeprule"]) {
        return Surface::InboxRule;
    }
    if operation == "set-mailbox" && row.parameters().is_some_and(|parameters| parameters.contains("Forwarding")) {
        return Surface::Forwarding;
    }
    if operation == "mailitemsaccessed" || operation == "attachmentaccess" || is(&["searchqueryinitiatedexchange"]) {
        return Surface::MailRead;
    }
    match operation {
        "send" | "sendas" | "sendonbehalf" => return Surface::MailSent,
        "softdelete" | "harddelete" | "movetodeleteditems" | "move" | "copy" | "create" | "update" if workload == "exchange" => {
            return Surface::MailChanged;
        }
        _ => {}
    }
    match workload.as_str() {
        "sharepoint" | "onedrive" => return Surface::Files,
        "microsoftteams" => return Surface::Teams,
        "microsoftflow" => return Surface::Flow,
        "powerapps" => return Surface::PowerApp,
        _ => {}
    }
    if is(&["consent to application", "delegated permission grant", "oauth2permissiongrant", "app role assignment grant to user"]) {
        Surface::Consent
    } else if is(&["member to role", "member to group", "owner to group", "rolegroupmember", "distributiongroupmember"]) {
        Surface::Membership
    } else if is(&["service principal", "application", "certificates and secrets"]) {
        Surface::ServicePrincipal
    } else if is(&["conditional access", "named location", "security defaults"]) || operation.ends_with(" policy") {
        Surface::ConditionalAccess
    } else if is(&["add user", "invite external user", "restore user"]) {
        Surface::NewUser
    } else if is(&["security info", "strong authentication", "temporary access pass", "fido2", "passwordless", "authenticator"]) || strong_auth(row) {
        Surface::Method
    } else if is(&["device"]) {
        Surface::Device
    } else if is(&["password", "stsrefreshtoken"]) {
        Surface::Password
    } else if workload == "azureactivedirectory" {
        Surface::OtherDirectory
    } else {
        Surface::OtherAudit
    }
}

fn strong_auth(row: &AuditEvent<'_>) -> bool {
    row.operation() == Some("update user") && row.changes().is_some_and(|changes| changes.contains("StrongAuthentication"))
}
