//! Which kind of evidence a row is, and which log the kind belongs to.

use crate::evidence::Evidence;

/// What is exported together: kinds of one log share its holes, its limits and its retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Log {
    /// Interactive sign-ins.
    Interactive,
    /// Non-interactive sign-ins.
    NonInteractive,
    /// Sign-ins of service principals and managed identities.
    Workload,
    /// Sign-ins whose stream the export does not tell.
    SignIns,
    /// The unified audit log.
    Unified,
    /// Entra directory audits.
    Directory,
    /// Message trace and Defender's view of mail.
    MailFlow,
    /// Acts and logons in Defender's hunting tables.
    Defender,
    /// Requests to Microsoft Graph.
    Graph,
    /// Identity Protection.
    Risk,
}

impl Log {
    /// Name for people, as in "no … on these days".
    pub fn title(self) -> &'static str {
        match self {
            Self::Interactive => "interactive sign-ins",
            Self::NonInteractive => "non-interactive sign-ins",
            Self::Workload => "service-principal sign-ins",
            Self::SignIns => "sign-ins",
            Self::Unified => "unified audit records",
            Self::Directory => "directory audits",
            Self::MailFlow => "message traces",
            Self::Defender => "Defender events",
            Self::Graph => "Graph requests",
            Self::Risk => "risk records",
        }
    }

    /// The log of a kind; `None` for state exports, which have no days, and for alerts, which are rare by nature.
    pub fn of(kind: Evidence) -> Option<Self> {
        match kind {
            Evidence::InteractiveSignIns => Some(Self::Interactive),
            Evidence::NonInteractiveSignIns => Some(Self::NonInteractive),
            Evidence::ServicePrincipalSignIns | Evidence::ManagedIdentitySignIns => Some(Self::Workload),
            Evidence::UnknownSignIns => Some(Self::SignIns),
            Evidence::AuditLogons
            | Evidence::ExchangeAdmin
            | Evidence::MailboxAudit
            | Evidence::MailItemsAccessed
            | Evidence::AuditDirectory
            | Evidence::SharePoint
            | Evidence::Teams
            | Evidence::PowerAutomate
            | Evidence::PowerApps
            | Evidence::OtherAudit => Some(Self::Unified),
            Evidence::DirectoryAudits => Some(Self::Directory),
            Evidence::MessageTrace => Some(Self::MailFlow),
            Evidence::DefenderEvents => Some(Self::Defender),
            Evidence::GraphActivity => Some(Self::Graph),
            Evidence::RiskDetections | Evidence::RiskyUsers => Some(Self::Risk),
            Evidence::Alerts
            | Evidence::InboxRules
            | Evidence::Mailboxes
            | Evidence::MailboxPermissions
            | Evidence::OauthGrants
            | Evidence::Applications
            | Evidence::AuthMethods
            | Evidence::Devices
            | Evidence::Users
            | Evidence::MailboxAuditing
            | Evidence::MobileDevices
            | Evidence::Groups
            | Evidence::Roles
            | Evidence::ConditionalAccess
            | Evidence::TransportRules
            | Evidence::Connectors
            | Evidence::TenantSettings
            | Evidence::Flows
            | Evidence::Apps
            | Evidence::Ediscovery => None,
        }
    }
}

/// The kind of a sign-in of Entra.
pub(super) fn sign_in(stream: Option<&str>) -> Evidence {
    match stream {
        Some("interactive") => Evidence::InteractiveSignIns,
        Some("non-interactive") => Evidence::NonInteractiveSignIns,
        Some("service-principal") => Evidence::ServicePrincipalSignIns,
        Some("managed-identity") => Evidence::ManagedIdentitySignIns,
        _ => Evidence::UnknownSignIns,
    }
}

/// The kind of an audit record. Record types: Microsoft, "Office 365 Management Activity API schema", AuditLogRecordType (read 2026-11).
pub(super) fn audit(feed: Option<&str>, record_type: Option<i64>, operation: Option<&str>, workload: Option<&str>) -> Evidence {
    if feed == Some("directory") {
        return Evidence::DirectoryAudits;
    }
    if feed == Some("graph") {
        return Evidence::GraphActivity;
    }
    if operation == Some("mailitemsaccessed") {
        return Evidence::MailItemsAccessed;
    }
    if feed == Some("defender") {
        return Evidence::DefenderEvents;
    }
    match record_type {
        Some(1) => Evidence::ExchangeAdmin,
        Some(2 | 3) => Evidence::MailboxAudit,
        Some(50) => Evidence::MailItemsAccessed,
        Some(4 | 6 | 14 | 36 | 56) => Evidence::SharePoint,
        Some(8) => Evidence::AuditDirectory,
        Some(15) => Evidence::AuditLogons,
        Some(25) => Evidence::Teams,
        Some(30) => Evidence::PowerAutomate,
        Some(45) => Evidence::PowerApps,
        _ => match workload.map(str::to_ascii_lowercase).as_deref() {
            Some("sharepoint" | "onedrive") => Evidence::SharePoint,
            Some("microsoftteams") => Evidence::Teams,
            Some("microsoftflow") => Evidence::PowerAutomate,
            Some("powerapps") => Evidence::PowerApps,
            _ => Evidence::OtherAudit,
        },
    }
}
