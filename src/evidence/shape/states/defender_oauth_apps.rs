//! Applications as Defender's app governance lists them, each with its permissions (hunting table `OAuthAppInfo`).

use super::cell;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AppStateRow, GrantStateRow, Rows};
use crate::provenance::SkipReason;

pub(super) const SHAPE: Shape =
    Shape { id: "defender_oauth_apps", title: "OAuth applications (Defender OAuthAppInfo)", made_by: "advanced hunting: OAuthAppInfo", claims, read };

fn claims(record: &Object<'_>) -> bool {
    record.has("appstatus") && record.has("privilegelevel") && (record.has("oauthappid") || record.has("apporigin"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let app_id = cell::lower(record, &["oauthappid"]).filter(|id| !id.is_empty());
    let object_id = cell::lower(record, &["serviceprincipalid"]).filter(|id| !id.is_empty());
    if !record.has("oauthappid") {
        let detail = "a count over applications that names none of them".to_owned();
        return Err(Reject { reason: SkipReason::NotEvidence, detail });
    }
    if app_id.is_none() && object_id.is_none() {
        return Err(cell::missing("application without id"));
    }
    let name = cell::verbatim(record, &["appname"]);
    let admin = cell::flag(record, &["isadminconsented"]);
    let verified = record.get("verifiedpublisher").and_then(|value| value.nested().ok());
    let verified =
        verified.as_deref().and_then(Value::object).map(|object| cell::text(object, &["displayname", "verifiedpublisherid"]).unwrap_or_default());
    let id = app_id.clone().unwrap_or_default();
    let created = cell::time(record, &["addedontime"], place);
    let row = AppStateRow {
        kind: Some("service-principal".to_owned()),
        object_id: object_id.clone(),
        app_id: app_id.clone(),
        name: name.clone(),
        owner_tenant: cell::lower(record, &["appownertenantid"]),
        verified_publisher: verified,
        enabled: cell::filled(record, &["appstatus"]).map(|status| status.eq_ignore_ascii_case("enabled")),
        created,
        last_used: cell::time(record, &["lastusedtime"], place),
        ..AppStateRow::default()
    };
    rows.apps.push(place.source, place.record, &id, row);
    for (kind, scope) in permissions(record) {
        let consent = match (kind, admin) {
            ("application", _) => Some("Application".to_owned()),
            (_, Some(admin)) => Some(if admin { "AllPrincipals" } else { "Principal" }.to_owned()),
            (_, None) => None,
        };
        let grant = GrantStateRow {
            kind: Some(kind.to_owned()),
            client_id: object_id.clone(),
            app_id: app_id.clone(),
            app: name.clone(),
            consent_type: consent,
            scope: Some(scope),
            ..GrantStateRow::default()
        };
        rows.grants.push(place.source, place.record, "", grant);
    }
    Ok(())
}

/// Scopes by kind, blank-joined: `delegated` and `application`. Each permission is JSON text of its own.
fn permissions(record: &Object<'_>) -> Vec<(&'static str, String)> {
    let mut delegated = Vec::new();
    let mut application = Vec::new();
    let list = record.get("permissions").and_then(|value| value.nested().ok());
    for value in list.iter().flat_map(|list| list.elements()).filter_map(|value| value.nested().ok()) {
        let Some(permission) = value.object() else { continue };
        let Some(scope) = cell::filled(permission, &["permissionvalue"]) else { continue };
        let is_application = cell::lower(permission, &["permissiontype"]).is_some_and(|kind| kind == "application");
        if is_application { &mut application } else { &mut delegated }.push(scope);
    }
    let kinds = [("delegated", delegated), ("application", application)];
    kinds.into_iter().filter(|(_, scopes)| !scopes.is_empty()).map(|(kind, scopes)| (kind, scopes.join(" "))).collect()
}
