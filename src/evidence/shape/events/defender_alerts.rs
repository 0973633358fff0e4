//! Alerts of Defender: Graph `security/alerts_v2`, and the older `security/alerts` with the CSV files that collectors make of it.

use super::alerts::{self, Fields, entity, feed};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AlertRow, Rows};

/// Graph `security/alerts_v2`.
pub(super) const DEFENDER_ALERTS: Shape = Shape {
    id: "defender_alerts",
    title: "Defender alerts (Graph alerts_v2)",
    made_by: "Graph security/alerts_v2, security/incidents?$expand=alerts; Untitled Goose; SIEM forwarders",
    claims: |record| {
        record.has("provideralertid")
            || (record.has("evidence") && record.has("servicesource"))
            || (record.has("servicesource") && record.has("title") && record.has("createddatetime") && !record.has("alertid"))
    },
    read: |record, place, rows| read_alert(record, place, rows),
};

/// Graph `security/alerts`.
pub(super) const SECURITY_ALERTS: Shape = Shape {
    id: "security_alerts",
    title: "Security alerts (Graph alerts, older interface)",
    made_by: "Graph security/alerts; Microsoft-Extractor-Suite SecurityAlerts",
    claims: |record| {
        record.has("vendorinformation") && (record.has("azuretenantid") || record.has("userstates"))
            || record.has("title") && record.has("affecteduser") && record.has("eventdatetime")
    },
    read: read_older,
};

const ALERT: Fields = Fields {
    first: &["firstactivitydatetime"],
    last: &["lastactivitydatetime"],
    raised: &["createddatetime"],
    updated: &["lastupdatedatetime"],
    alert_id: &["id", "provideralertid"],
    incident_id: &["incidentid"],
    title: &["title"],
    severity: &["severity"],
    status: &["status"],
    classification: &["classification"],
    category: &["category"],
    product: &["productname", "servicesource"],
    techniques: &["mitretechniques"],
    details: &[
        "description",
        "determination",
        "detectionsource",
        "alertweburl",
        "assignedto",
        "resolveddatetime",
        "investigationstate",
        "actordisplayname",
    ],
};

const OLDER: Fields = Fields {
    first: &["eventdatetime"],
    last: &["lasteventdatetime"],
    raised: &["createddatetime"],
    updated: &["lastmodifieddatetime"],
    alert_id: &["id"],
    incident_id: &["incidentids"],
    title: &["title"],
    severity: &["severity"],
    status: &["status"],
    classification: &["feedback"],
    category: &["category"],
    product: &["provider"],
    techniques: &[],
    details: &[
        "description",
        "assignedto",
        "comments",
        "sourcematerials",
        "sourceurl",
        "affecteduser",
        "affectedhost",
        "confidence",
        "cloudappstates",
    ],
};

/// Reads one alert of `alerts_v2`, alone or inside an incident.
pub(super) fn read_alert(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let row = alerts::row(record, feed::ALERT, &ALERT, place)?;
    alerts::push(row, entity::of_list(record.get("evidence")), place, rows);
    Ok(())
}

fn read_older(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let mut row = alerts::row(record, feed::ALERT, &OLDER, place)?;
    let vendor = field::Part::of(record, &["vendorinformation"]);
    row.product = field::text(vendor.get("provider", "provider"));
    let states = record.get("userstates").and_then(|states| states.nested().ok());
    let mut entities: Vec<AlertRow> = states.iter().flat_map(|states| states.elements()).filter_map(Value::object).map(of_user_state).collect();
    // `upn/ip; upn/ip`: what the collector's CSV keeps of the list.
    entities.extend(field::list(record.get("affecteduser"), &[';']).iter().map(|text| {
        let (name, ip) = text.split_once('/').unwrap_or((text, ""));
        user(&identity::account(name), address::canonical(ip))
    }));
    alerts::push(row, entities, place, rows);
    Ok(())
}

fn of_user_state(state: &Object<'_>) -> AlertRow {
    let name = field::some_text(state.get("userprincipalname")).map(|name| identity::account(&name)).unwrap_or_default();
    let row = user(&name, address::address(state.get("logonip")));
    AlertRow { account_id: field::lower(state.get("aaduserid")), ..row }
}

fn user(account: &str, address: Option<String>) -> AlertRow {
    AlertRow {
        feed: Some(feed::ENTITY.into()),
        entity_kind: Some("user".into()),
        entity: Some(account.to_owned()),
        account: Some(account.to_owned()),
        address,
        ..AlertRow::default()
    }
}
