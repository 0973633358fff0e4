//! Which kind of evidence a row of a state export is. What counts is whether the export could answer: a list of mailboxes without forwarding columns
//! is no evidence about forwarding, a group whose members were not asked for none about membership, a report of methods no list of users.

use crate::evidence::Evidence;
use crate::frame::Frames;
use crate::provenance::SourceId;

/// Names the kind and file of every row that answers something.
pub(super) fn each(frames: &Frames, mut add: impl FnMut(Evidence, SourceId)) {
    for row in frames.rules.iter() {
        add(Evidence::InboxRules, row.source());
    }
    for row in frames.mailboxes.iter() {
        if row.forwarding_smtp().is_some() || row.forwarding_address().is_some() {
            add(Evidence::Mailboxes, row.source());
        }
        if row.audit_enabled().is_some() || row.audit_bypass().is_some() || row.audit_actions().is_some() {
            add(Evidence::MailboxAuditing, row.source());
        }
    }
    for row in frames.permissions.iter() {
        add(Evidence::MailboxPermissions, row.source());
    }
    for row in frames.grants.iter() {
        add(Evidence::OauthGrants, row.source());
    }
    for row in frames.apps.iter().filter(|row| row.kind() != Some("activity")) {
        add(Evidence::Applications, row.source());
    }
    for row in frames.methods.iter() {
        add(Evidence::AuthMethods, row.source());
    }
    for row in frames.devices.iter() {
        add(if row.kind() == Some("mobile") { Evidence::MobileDevices } else { Evidence::Devices }, row.source());
    }
    for row in frames.users.iter().filter(|row| row.roles().is_none() && row.methods().is_none()) {
        add(Evidence::Users, row.source());
    }
    for row in frames.members.iter().filter(|row| row.member().is_some() || row.member_id().is_some()) {
        let is_role = matches!(row.kind(), Some("directory-role" | "exchange-role"));
        add(if is_role { Evidence::Roles } else { Evidence::Groups }, row.source());
    }
    for row in frames.policies.iter() {
        add(policy(row.kind()), row.source());
    }
    for row in frames.flows.iter() {
        match row.kind() {
            Some("flow") => add(Evidence::Flows, row.source()),
            Some("app") => add(Evidence::Apps, row.source()),
            _ => {}
        }
    }
}

fn policy(kind: Option<&str>) -> Evidence {
    match kind {
        Some("conditional-access" | "named-location") => Evidence::ConditionalAccess,
        Some("transport-rule") => Evidence::TransportRules,
        Some("inbound-connector" | "outbound-connector") => Evidence::Connectors,
        Some("ediscovery-case" | "ediscovery-search") => Evidence::Ediscovery,
        _ => Evidence::TenantSettings,
    }
}
