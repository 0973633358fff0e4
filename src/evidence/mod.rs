//! The many export shapes → the few frames. `container/` turns bytes into records, `shape/` recognises records by content and maps them to rows.

pub mod container;
pub mod export;
pub mod exporter;
pub(crate) mod read;
pub mod shape;

use serde::Serialize;

/// What kinds of evidence a case can hold; the unit in which coverage is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Interactive user sign-ins from Entra.
    InteractiveSignIns,
    /// Non-interactive user sign-ins from Entra.
    NonInteractiveSignIns,
    /// Service-principal sign-ins.
    ServicePrincipalSignIns,
    /// Managed-identity sign-ins.
    ManagedIdentitySignIns,
    /// Sign-ins whose stream the export does not tell.
    UnknownSignIns,
    /// Logons in the unified audit log (record type 15).
    AuditLogons,
    /// Exchange administration in the unified audit log (record type 1).
    ExchangeAdmin,
    /// Mailbox items in the unified audit log (record types 2 and 3).
    MailboxAudit,
    /// MailItemsAccessed.
    MailItemsAccessed,
    /// Directory changes in the unified audit log (record type 8).
    AuditDirectory,
    /// SharePoint and OneDrive.
    SharePoint,
    /// Teams.
    Teams,
    /// Power Automate.
    PowerAutomate,
    /// Power Apps.
    PowerApps,
    /// Everything else in the unified audit log.
    OtherAudit,
    /// Entra directory audits.
    DirectoryAudits,
    /// Identity Protection risk detections.
    RiskDetections,
    /// Risky users.
    RiskyUsers,
    /// Inbox-rule state.
    InboxRules,
    /// Mailbox state (forwarding).
    Mailboxes,
    /// Mailbox permission state.
    MailboxPermissions,
    /// OAuth grant and app-role state.
    OauthGrants,
    /// Service principals and applications.
    Applications,
    /// Authentication-method state.
    AuthMethods,
    /// Device state.
    Devices,
    /// Users.
    Users,
    /// Conditional Access policies and named locations.
    ConditionalAccess,
    /// Transport rules.
    TransportRules,
}

impl Evidence {
    /// All kinds, in the order of reports.
    pub const ALL: &'static [Self] = &[
        Self::InteractiveSignIns,
        Self::NonInteractiveSignIns,
        Self::ServicePrincipalSignIns,
        Self::ManagedIdentitySignIns,
        Self::UnknownSignIns,
        Self::AuditLogons,
        Self::ExchangeAdmin,
        Self::MailboxAudit,
        Self::MailItemsAccessed,
        Self::AuditDirectory,
        Self::SharePoint,
        Self::Teams,
        Self::PowerAutomate,
        Self::PowerApps,
        Self::OtherAudit,
        Self::DirectoryAudits,
        Self::RiskDetections,
        Self::RiskyUsers,
        Self::InboxRules,
        Self::Mailboxes,
        Self::MailboxPermissions,
        Self::OauthGrants,
        Self::Applications,
        Self::AuthMethods,
        Self::Devices,
        Self::Users,
        Self::ConditionalAccess,
        Self::TransportRules,
    ];

    /// Name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::InteractiveSignIns => "interactive sign-ins",
            Self::NonInteractiveSignIns => "non-interactive sign-ins",
            Self::ServicePrincipalSignIns => "service-principal sign-ins",
            Self::ManagedIdentitySignIns => "managed-identity sign-ins",
            Self::UnknownSignIns => "sign-ins of unknown stream",
            Self::AuditLogons => "unified audit log: logons",
            Self::ExchangeAdmin => "unified audit log: Exchange administration",
            Self::MailboxAudit => "unified audit log: mailbox items",
            Self::MailItemsAccessed => "unified audit log: MailItemsAccessed",
            Self::AuditDirectory => "unified audit log: directory changes",
            Self::SharePoint => "unified audit log: SharePoint and OneDrive",
            Self::Teams => "unified audit log: Teams",
            Self::PowerAutomate => "unified audit log: Power Automate",
            Self::PowerApps => "unified audit log: Power Apps",
            Self::OtherAudit => "unified audit log: other workloads",
            Self::DirectoryAudits => "Entra directory audits",
            Self::RiskDetections => "risk detections",
            Self::RiskyUsers => "risky users",
            Self::InboxRules => "inbox-rule state",
            Self::Mailboxes => "mailbox state",
            Self::MailboxPermissions => "mailbox permissions",
            Self::OauthGrants => "OAuth grants and app roles",
            Self::Applications => "applications and service principals",
            Self::AuthMethods => "authentication methods",
            Self::Devices => "devices",
            Self::Users => "users",
            Self::ConditionalAccess => "Conditional Access policies",
            Self::TransportRules => "transport rules",
        }
    }
}
