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
    /// Message trace, mail in Defender, quarantine.
    MessageTrace,
    /// Acts and logons in Defender's hunting tables that no other log holds.
    DefenderEvents,
    /// Requests to Microsoft Graph.
    GraphActivity,
    /// Identity Protection risk detections.
    RiskDetections,
    /// Risky users.
    RiskyUsers,
    /// Alerts and incidents of Defender and Sentinel.
    Alerts,
    /// Inbox-rule state.
    InboxRules,
    /// Mailbox state with its forwarding.
    Mailboxes,
    /// Whether mailboxes are audited, and who is exempt.
    MailboxAuditing,
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
    /// Mail clients and phones that synchronise mailboxes.
    MobileDevices,
    /// Users.
    Users,
    /// Members of groups.
    Groups,
    /// Holders of directory and Exchange roles.
    Roles,
    /// Conditional Access policies and named locations.
    ConditionalAccess,
    /// Transport rules.
    TransportRules,
    /// Connectors.
    Connectors,
    /// Settings of the organisation: auditing, forwarding, consent, domains, external access.
    TenantSettings,
    /// Power Automate flows as they stand.
    Flows,
    /// Power Apps as they stand.
    Apps,
    /// eDiscovery cases and searches as they stand.
    Ediscovery,
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
        Self::MessageTrace,
        Self::DefenderEvents,
        Self::GraphActivity,
        Self::RiskDetections,
        Self::RiskyUsers,
        Self::Alerts,
        Self::InboxRules,
        Self::Mailboxes,
        Self::MailboxAuditing,
        Self::MailboxPermissions,
        Self::OauthGrants,
        Self::Applications,
        Self::AuthMethods,
        Self::Devices,
        Self::MobileDevices,
        Self::Users,
        Self::Groups,
        Self::Roles,
        Self::ConditionalAccess,
        Self::TransportRules,
        Self::Connectors,
        Self::TenantSettings,
        Self::Flows,
        Self::Apps,
        Self::Ediscovery,
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
            Self::MessageTrace => "message trace",
            Self::DefenderEvents => "Defender: acts and logons",
            Self::GraphActivity => "Microsoft Graph activity",
            Self::RiskDetections => "risk detections",
            Self::RiskyUsers => "risky users",
            Self::Alerts => "Defender and Sentinel alerts",
            Self::InboxRules => "inbox-rule state",
            Self::Mailboxes => "mailbox state",
            Self::MailboxAuditing => "mailbox audit settings",
            Self::MailboxPermissions => "mailbox permissions",
            Self::OauthGrants => "OAuth grants and app roles",
            Self::Applications => "applications and service principals",
            Self::AuthMethods => "authentication methods",
            Self::Devices => "devices",
            Self::MobileDevices => "mobile devices",
            Self::Users => "users",
            Self::Groups => "group members",
            Self::Roles => "role holders",
            Self::ConditionalAccess => "Conditional Access policies",
            Self::TransportRules => "transport rules",
            Self::Connectors => "connectors",
            Self::TenantSettings => "tenant settings",
            Self::Flows => "flows",
            Self::Apps => "Power Apps as they stand",
            Self::Ediscovery => "eDiscovery cases and searches",
        }
    }
}
