//! Reports of when applications and their credentials were last used: a secret that nobody used for a year and that is used today is news.

use super::cell;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AppStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "entra_app_activity",
    title: "Last use of applications and credentials",
    made_by: "Graph beta /reports/servicePrincipalSignInActivities, appCredentialSignInActivities, getAzureADApplicationSignInSummary",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    (record.has("appid") && (record.has("lastsigninactivity") || record.has("delegatedclientsigninactivity")))
        || (record.has("credentialorigin") && record.has("keyid"))
        || (record.has("appdisplayname") && record.has("successfulsignincount") && record.has("failedsignincount"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    // The summary's own id is the application's id.
    let app_id = cell::lower(record, &["appid"]).or_else(|| cell::lower(record, &["id"])).filter(|id| !id.is_empty());
    let Some(app_id) = app_id else {
        return Err(cell::missing("application use without the application"));
    };
    let last_used = ["lastsigninactivity", "signinactivity"].iter().filter_map(|name| record.get(name)).filter_map(Value::object);
    let credential = record.has("keyid").then(|| {
        serde_json::json!([{
            "kind": cell::text(record, &["keytype"]).unwrap_or_default(),
            "key_id": cell::text(record, &["keyid"]).unwrap_or_default(),
            "name": "",
            "start": "",
            "end": cell::time(record, &["expirationdatetime"], place).map(|time| time.to_string()).unwrap_or_default(),
        }])
        .to_string()
    });
    let row = AppStateRow {
        kind: Some("activity".to_owned()),
        object_id: cell::lower(record, &["serviceprincipalobjectid", "appobjectid"]).filter(|id| !id.is_empty()),
        app_id: Some(app_id),
        name: cell::verbatim(record, &["appdisplayname"]),
        created: cell::time(record, &["createddatetime"], place),
        credentials: credential,
        last_used: last_used.filter_map(|activity| cell::time(activity, &["lastsignindatetime"], place)).max(),
        ..AppStateRow::default()
    };
    rows.apps.push(place.source, place.record, "", row);
    Ok(())
}
