//! Settings of the organisation in Exchange and Purview: whether anything is audited at all, whether mail may be forwarded outside, which old
//! authentication is allowed.

use super::cell;
use super::policy::{self, Setting};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_settings",
    title: "Exchange organisation, audit and forwarding settings",
    made_by: "Get-OrganizationConfig, Get-AdminAuditLogConfig, Get-RemoteDomain, Get-HostedOutboundSpamFilterPolicy, Get-AuthenticationPolicy, Get-TransportConfig, Get-JournalRule, Get-AcceptedDomain, Get-UnifiedAuditLogRetentionPolicy; Hawk OrgConfig, AdminAuditLogConfig, RemoteDomain",
    claims,
    read,
};

const KINDS: &[Setting] = &[
    Setting {
        kind: "audit",
        told_by: &[&["unifiedauditlogingestionenabled"], &["adminauditlogenabled"], &["adminauditlogagelimit"]],
        state: |record| policy::switch(record, &["unifiedauditlogingestionenabled"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "organisation",
        told_by: &[&["auditdisabled"], &["oauth2clientprofileenabled", "isdehydrated"]],
        // The decisive value is whether mailboxes are audited: the setting says it the other way round.
        state: |record| cell::flag(record, &["auditdisabled"]).map(|off| if off { "disabled" } else { "enabled" }.to_owned()),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "remote-domain",
        told_by: &[&["autoforwardenabled", "domainname"], &["autoforwardenabled", "allowedooftype"]],
        state: |record| policy::switch(record, &["autoforwardenabled"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "outbound-spam",
        told_by: &[&["autoforwardingmode"]],
        state: |record| cell::lower(record, &["autoforwardingmode"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "authentication-policy",
        told_by: &[&["allowbasicauthimap"], &["allowbasicauthpop"], &["allowbasicauthsmtp"]],
        state: basic,
        named_by: policy::NAMES,
    },
    Setting {
        kind: "audit-retention",
        told_by: &[&["retentionduration", "recordtypes"], &["retentionduration", "operations", "priority"]],
        state: |record| cell::text(record, &["retentionduration"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "journal-rule",
        told_by: &[&["journalemailaddress"]],
        state: |record| policy::switch(record, &["enabled"]),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "transport-config",
        told_by: &[&["smtpclientauthenticationdisabled", "journalingreportndrto"], &["externalpostmasteraddress"]],
        state: |record| cell::flag(record, &["smtpclientauthenticationdisabled"]).map(|off| if off { "disabled" } else { "enabled" }.to_owned()),
        named_by: policy::NAMES,
    },
    Setting {
        kind: "domain",
        told_by: &[&["domainname", "domaintype"]],
        state: |record| cell::lower(record, &["domaintype"]),
        named_by: &["domainname"],
    },
];

/// Protocols for which a password alone suffices, `;`-joined.
fn basic(record: &Object<'_>) -> Option<String> {
    const PROTOCOLS: &[(&str, &str)] = &[
        ("allowbasicauthactivesync", "activesync"),
        ("allowbasicauthautodiscover", "autodiscover"),
        ("allowbasicauthimap", "imap"),
        ("allowbasicauthmapi", "mapi"),
        ("allowbasicauthpop", "pop"),
        ("allowbasicauthpowershell", "powershell"),
        ("allowbasicauthsmtp", "smtp"),
        ("allowbasicauthwebservices", "ews"),
    ];
    let allowed = PROTOCOLS.iter().filter(|(name, _)| cell::flag(record, &[name]) == Some(true)).map(|(_, protocol)| *protocol);
    Some(allowed.collect::<Vec<_>>().join(";"))
}

fn claims(record: &Object<'_>) -> bool {
    Setting::of(record, KINDS).is_some() && !record.has("operation") && !record.has("auditdata") && !record.has("imapenabled")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    Setting::of(record, KINDS).map_or_else(|| Err(cell::missing("setting without its value")), |kind| kind.push(record, place, rows))
}
