//! Enumerations of the unified audit log that arrive as numbers, as numbers in text, or as names (`Search-UnifiedAuditLog -Formatted`, Log
//! Analytics). Source: Microsoft "Office 365 Management Activity API schema", AuditLogRecordType, UserType, LogonType (read 2026-11).

use crate::evidence::container::value::Value;
use crate::evidence::shape::field;

/// ExchangeAdmin.
pub(super) const EXCHANGE_ADMIN: i64 = 1;
/// AzureActiveDirectory.
pub(super) const DIRECTORY: i64 = 8;
/// AzureActiveDirectoryStsLogon.
pub(super) const STS_LOGON: i64 = 15;
/// AadRiskDetection.
pub(super) const RISK_DETECTION: i64 = 294;

const RECORD_TYPES: &[(&str, i64)] = &[
    ("ExchangeAdmin", 1),
    ("ExchangeItem", 2),
    ("ExchangeItemGroup", 3),
    ("SharePoint", 4),
    ("SyntheticProbe", 5),
    ("SharePointFileOperation", 6),
    ("OneDrive", 7),
    ("AzureActiveDirectory", 8),
    ("AzureActiveDirectoryAccountLogon", 9),
    ("DataCenterSecurityCmdlet", 10),
    ("ComplianceDLPSharePoint", 11),
    ("ComplianceDLPExchange", 13),
    ("SharePointSharingOperation", 14),
    ("AzureActiveDirectoryStsLogon", 15),
    ("SkypeForBusinessPSTNUsage", 16),
    ("SkypeForBusinessUsersBlocked", 17),
    ("SecurityComplianceCenterEOPCmdlet", 18),
    ("ExchangeAggregatedOperation", 19),
    ("PowerBIAudit", 20),
    ("CRM", 21),
    ("Yammer", 22),
    ("SkypeForBusinessCmdlets", 23),
    ("Discovery", 24),
    ("MicrosoftTeams", 25),
    ("ThreatIntelligence", 28),
    ("MailSubmission", 29),
    ("MicrosoftFlow", 30),
    ("AeD", 31),
    ("MicrosoftStream", 32),
    ("ComplianceDLPSharePointClassification", 33),
    ("ThreatFinder", 34),
    ("Project", 35),
    ("SharePointListOperation", 36),
    ("SharePointCommentOperation", 37),
    ("DataGovernance", 38),
    ("SecurityComplianceAlerts", 40),
    ("ThreatIntelligenceUrl", 41),
    ("SecurityComplianceInsights", 42),
    ("MIPLabel", 43),
    ("WorkplaceAnalytics", 44),
    ("PowerAppsApp", 45),
    ("PowerAppsPlan", 46),
    ("ThreatIntelligenceAtpContent", 47),
    ("LabelContentExplorer", 48),
    ("TeamsHealthcare", 49),
    ("ExchangeItemAggregated", 50),
    ("HygieneEvent", 51),
    ("DataInsightsRestApiAudit", 52),
    ("InformationBarrierPolicyApplication", 53),
    ("SharePointListItemOperation", 54),
    ("SharePointContentTypeOperation", 55),
    ("SharePointFieldOperation", 56),
    ("MicrosoftTeamsAdmin", 57),
    ("HRSignal", 58),
    ("MicrosoftTeamsDevice", 59),
    ("MicrosoftTeamsAnalytics", 60),
    ("InformationWorkerProtection", 61),
    ("Campaign", 62),
    ("DLPEndpoint", 63),
    ("AirInvestigation", 64),
    ("Quarantine", 65),
    ("MicrosoftForms", 66),
    ("ApplicationAudit", 67),
    ("ComplianceSupervisionExchange", 68),
    ("WDATPAlerts", 78),
    ("MSTIC", 90),
    ("MCASAlerts", 98),
    ("ExchangeSearch", 101),
    ("SharePointSearch", 102),
    ("MS365DCustomDetection", 113),
    ("PowerPlatformAdministratorActivity", 256),
    ("CopilotInteraction", 261),
    ("OWAAuth", 275),
    ("AadRiskDetection", 294),
    ("AuditSearch", 295),
    ("AuditRetentionPolicy", 296),
    ("AuditConfig", 297),
];

const USER_TYPES: &[(&str, i64)] = &[
    ("Regular", 0),
    ("Reserved", 1),
    ("Admin", 2),
    ("DcAdmin", 3),
    ("System", 4),
    ("Application", 5),
    ("ServicePrincipal", 6),
    ("CustomPolicy", 7),
    ("SystemPolicy", 8),
    ("PartnerTechnician", 9),
    ("Guest", 10),
];

const LOGON_TYPES: &[(&str, i64)] = &[
    ("Owner", 0),
    ("Admin", 1),
    ("Delegated", 2),
    ("Delegate", 2),
    ("Transport", 3),
    ("SystemService", 4),
    ("BestAccess", 5),
    ("DelegatedAdmin", 6),
];

/// Record type number; `None` for a name that is not in the table.
pub(in crate::evidence::shape::events) fn record_type(value: Option<&Value<'_>>) -> Option<i64> {
    number(value, RECORD_TYPES)
}

/// User type number.
pub(super) fn user_type(value: Option<&Value<'_>>) -> Option<i64> {
    number(value, USER_TYPES)
}

/// Exchange logon type number.
pub(super) fn logon_type(value: Option<&Value<'_>>) -> Option<i64> {
    number(value, LOGON_TYPES)
}

fn number(value: Option<&Value<'_>>, table: &[(&str, i64)]) -> Option<i64> {
    field::int(value).or_else(|| {
        let name = value?.text()?;
        table.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)).map(|(_, number)| *number)
    })
}
