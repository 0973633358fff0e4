//! Tenant policies as rows: the few facts that all kinds share, and the whole policy as JSON.

use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject};
use crate::frame::{PolicyStateRow, Rows};

/// Pushes one policy of `kind`.
pub(super) fn push(kind: &str, state: Option<String>, record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let name = cell::verbatim(record, &["displayname", "name"]);
    let policy_id = cell::lower(record, &["id", "guid", "immutableid"]);
    if [&name, &policy_id].iter().all(|text| text.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("policy without name and id"));
    }
    let id = policy_id.clone().unwrap_or_default();
    let row = PolicyStateRow {
        kind: Some(kind.to_owned()),
        policy_id,
        name,
        state,
        created: cell::time(record, &["createddatetime", "whencreatedutc", "whencreated"], place),
        modified: cell::time(record, &["modifieddatetime", "whenchangedutc", "whenchanged"], place),
        body: Some(cell::body(record)),
    };
    rows.policies.push(place.source, place.record, &id, row);
    Ok(())
}

/// State of a Conditional Access policy, in our words; others stay as recorded.
pub(super) fn access_state(record: &Object<'_>) -> Option<String> {
    cell::text(record, &["state"]).map(|state| match state.to_ascii_lowercase().as_str() {
        "enabled" => "enabled".to_owned(),
        "disabled" => "disabled".to_owned(),
        "enabledforreportingbutnotenforced" => "report-only".to_owned(),
        _ => state,
    })
}
