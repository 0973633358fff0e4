//! Azure Monitor records: what diagnostic settings write to storage accounts and event hubs, and what Defender's streaming API writes. An envelope
//! around `properties`, which is the Graph object; `category` says which.

use super::sign_in::stream;
use super::{diraudit_graph, graph_activity, risk_detection, risky_user, signin_graph};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape, recognise};
use crate::frame::Rows;
use crate::provenance::SkipReason;

/// See the file's first lines.
pub(super) const AZURE_MONITOR: Shape = Shape {
    id: "azure_monitor",
    title: "Entra logs from diagnostic settings (Azure Monitor)",
    made_by: "Entra diagnostic settings to a storage account (PT1H.json) or an event hub; SIEM forwarders",
    claims: |record| record.has("category") && record.has("properties") && (record.has("operationname") || record.has("time")),
    read,
};

/// Categories whose records this version does not read, so that the reason can be told.
const NOT_READ: &[&str] = &["ProvisioningLogs", "NetworkAccessTrafficLogs", "NetworkAccessAlerts", "B2CRequestLogs"];

/// Hunting tables about machines and Azure resources: no mailbox, account or session of Microsoft 365 is in them.
const OTHER_HUNTING: &[&str] = &["Device", "Cloud", "Behavior", "IdentityQueryEvents", "FileMalicious", "Exposure"];

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let category = record.text("category").unwrap_or_default();
    let nested = record.get("properties").map(Value::nested);
    let properties = match &nested {
        Some(Ok(nested)) => nested.object(),
        Some(Err(error)) => {
            return Err(Reject { reason: SkipReason::Truncated, detail: format!("properties of category {category} do not parse: {error}") });
        }
        None => None,
    };
    let Some(properties) = properties else {
        return Err(Reject { reason: SkipReason::MissingField, detail: format!("properties of category {category} are no object") });
    };
    let sign_in = |stream, rows: &mut Rows| {
        let envelope = signin_graph::Envelope { stream, record: Some(record) };
        signin_graph::read_object(properties, place, &envelope, rows)
    };
    match category.to_ascii_lowercase().as_str() {
        "signinlogs" => sign_in(Some(stream::INTERACTIVE), rows),
        "noninteractiveusersigninlogs" => sign_in(Some(stream::NON_INTERACTIVE), rows),
        "serviceprincipalsigninlogs" | "microsoftserviceprincipalsigninlogs" => sign_in(Some(stream::SERVICE_PRINCIPAL), rows),
        "managedidentitysigninlogs" => sign_in(Some(stream::MANAGED_IDENTITY), rows),
        "adfssigninlogs" => sign_in(None, rows),
        "auditlogs" => diraudit_graph::read_object(properties, Some(record), place, rows),
        "microsoftgraphactivitylogs" => graph_activity::read_request(properties, Some(record), place, rows),
        "userriskevents" | "serviceprincipalriskevents" => risk_detection::read_detection(properties, place, rows),
        "riskyusers" | "riskyserviceprincipals" => risky_user::read_user(properties, place, rows),
        _ => read_unknown(properties, &category, place, rows),
    }
}

/// Some forwarders put the audit category into `category`, and the streaming API keeps the whole unified-audit record in `RawEventData`: the
/// content decides.
fn read_unknown(properties: &Object<'_>, category: &str, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let raw = properties.get("raweventdata").and_then(|raw| raw.nested().ok());
    let candidates = [Some(properties), raw.as_deref().and_then(Value::object)];
    let known = candidates.into_iter().flatten().find_map(|candidate| {
        // An envelope inside an envelope is nobody's format.
        recognise(candidate).filter(|shape| shape.id != AZURE_MONITOR.id).map(|shape| (shape, candidate))
    });
    if let Some((shape, candidate)) = known {
        return (shape.read)(candidate, place, rows);
    }
    if let Some(table) = category.strip_prefix("AdvancedHunting-")
        && (properties.has("initiatingprocessfilename") || OTHER_HUNTING.iter().any(|other| table.starts_with(other)) && table != "CloudAppEvents")
    {
        let detail = format!("category {category}: a table about machines and resources, not about accounts or mail");
        return Err(Reject { reason: SkipReason::NotEvidence, detail });
    }
    let is_known = NOT_READ.iter().any(|known| known.eq_ignore_ascii_case(category));
    let why = if is_known { "this version does not read it" } else { "no shape claims its properties" };
    Err(Reject { reason: SkipReason::UnknownShape, detail: format!("category {category}: {why}") })
}
