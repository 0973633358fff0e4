//! Transport (mail-flow) rules of the organisation.

use super::{cell, policy};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::Rows;

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_transport_rules",
    title: "Transport rules (Get-TransportRule)",
    made_by: "Get-TransportRule | ConvertTo-Json or Export-Csv; Exchange Online REST; Microsoft-Extractor-Suite TransportRules.csv; Hawk TransportRules",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    if record.has("ruleidentity") || record.has("rulename") || record.has("grantcontrols") || !record.has("name") {
        return false;
    }
    record.has("senderaddresslocation")
        || record.has("ruleerroraction")
        || (record.has("state") && record.has("mode") && record.has("priority"))
        // `Name, Description, CreatedBy, WhenChanged, State` of the older collector.
        || (record.has("state") && record.has("description") && record.has("createdby") && record.has("whenchanged"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    policy::push("transport-rule", state(record), record, place, rows)
}

/// `ConvertTo-Json` of PowerShell 5.1 writes enumerations as numbers: state 0 = Enabled, 1 = Disabled; mode 0 = Audit, 1 = AuditAndNotify,
/// 2 = Enforce (Microsoft `RuleState`, `RuleMode`).
fn state(record: &Object<'_>) -> Option<String> {
    let state = cell::text(record, &["state"])?.to_ascii_lowercase();
    let mode = cell::text(record, &["mode"]).unwrap_or_default().to_ascii_lowercase();
    Some(match (state.as_str(), mode.as_str()) {
        ("disabled" | "1", _) => "disabled".to_owned(),
        ("enabled" | "0", "audit" | "auditandnotify" | "0" | "1") => "report-only".to_owned(),
        ("enabled" | "0", _) => "enabled".to_owned(),
        _ => state,
    })
}
