//! Federated credentials of an application: tokens of a foreign issuer count as its password. They stand apart from secrets and certificates.

use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AppStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_federated_credentials",
    title: "Federated credentials of applications",
    made_by: "Graph /applications/{id}/federatedIdentityCredentials; Get-MgApplicationFederatedIdentityCredential",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("issuer") && record.has("subject") && record.has("audiences") && !record.has("recipients")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let app = cell::lower(record, &["appid"]);
    let object_id = cell::lower(record, &["applicationobjectid", "objectid"]).or_else(|| application(place.context));
    let key_id = cell::text(record, &["id"]).unwrap_or_default();
    let name = cell::verbatim(record, &["name", "displayname"]).unwrap_or_default();
    if key_id.is_empty() && name.is_empty() {
        return Err(cell::missing("federated credential without id and name"));
    }
    let issuer = [cell::text(record, &["issuer"]), cell::text(record, &["subject"])].map(Option::unwrap_or_default).join(" ");
    let credential = serde_json::json!([{"kind": "federated", "key_id": key_id, "name": format!("{name} ({issuer})"), "start": "", "end": ""}]);
    let row = AppStateRow {
        kind: Some("application".to_owned()),
        object_id,
        app_id: app,
        credentials: Some(credential.to_string()),
        ..AppStateRow::default()
    };
    rows.apps.push(place.source, place.record, &key_id, row);
    Ok(())
}

/// `…$metadata#applications('<id>')/federatedIdentityCredentials` → `<id>`.
fn application(context: &str) -> Option<String> {
    let (_, rest) = context.split_once("applications('")?;
    rest.split_once("')").map(|(id, _)| id.to_lowercase())
}
