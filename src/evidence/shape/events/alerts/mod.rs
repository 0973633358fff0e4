//! What the shapes of alerts and incidents share: the row of the alert, and the rows of the entities that it names.

pub(super) mod entity;

use crate::evidence::container::value::Object;
use crate::evidence::shape::field;
use crate::evidence::shape::{Place, Reject};
use crate::frame::{AlertRow, Rows};

/// The feeds as they stand in the `feed` column.
pub(super) mod feed {
    pub(in crate::evidence::shape::events) const INCIDENT: &str = "incident";
    pub(in crate::evidence::shape::events) const ALERT: &str = "alert";
    pub(in crate::evidence::shape::events) const ENTITY: &str = "entity";
}

/// Name of a column in [`AlertRow`] ← names of the field, the first that is there.
pub(super) struct Fields {
    pub(super) first: &'static [&'static str],
    pub(super) last: &'static [&'static str],
    pub(super) raised: &'static [&'static str],
    pub(super) updated: &'static [&'static str],
    pub(super) alert_id: &'static [&'static str],
    pub(super) incident_id: &'static [&'static str],
    pub(super) title: &'static [&'static str],
    pub(super) severity: &'static [&'static str],
    pub(super) status: &'static [&'static str],
    pub(super) classification: &'static [&'static str],
    pub(super) category: &'static [&'static str],
    pub(super) product: &'static [&'static str],
    pub(super) techniques: &'static [&'static str],
    /// Kept in `details` under their own names.
    pub(super) details: &'static [&'static str],
}

/// The row of one alert or incident. Fails when it has no time at all.
pub(super) fn row(record: &Object<'_>, feed: &str, fields: &Fields, place: &Place<'_>) -> Result<AlertRow, Reject> {
    let time = |names: &[&str]| names.iter().find_map(|name| field::time(record.get(name), place.dates));
    let (first, raised, updated) = (time(fields.first), time(fields.raised), time(fields.updated));
    let Some(when) = first.or(raised).or(updated) else {
        let name = fields.raised.first().or(fields.first.first()).copied().unwrap_or("time");
        return Err(Reject::missing(name, record.any(fields.raised)));
    };
    let text = |names: &[&str]| field::text(record.any(names));
    let list = |names: &[&str]| record.any(names).map(|list| field::list(Some(list), &[',']).join(","));
    Ok(AlertRow {
        time: Some(when),
        last: time(fields.last),
        raised,
        updated,
        feed: Some(feed.into()),
        alert_id: text(fields.alert_id),
        incident_id: text(fields.incident_id),
        title: text(fields.title),
        severity: field::word(record.any(fields.severity)),
        status: field::word(record.any(fields.status)),
        classification: field::word(record.any(fields.classification)),
        category: list(fields.category),
        product: text(fields.product),
        techniques: list(fields.techniques),
        details: super::mail_flow::details(record, fields.details),
        ..AlertRow::default()
    })
}

/// Pushes the alert and what it names. An alert that names one account, address or application carries it itself, so that a reader of alerts alone
/// sees it.
pub(super) fn push(mut alert: AlertRow, entities: Vec<AlertRow>, place: &Place<'_>, rows: &mut Rows) {
    let id = [&alert.alert_id, &alert.incident_id].into_iter().flatten().find(|id| !id.is_empty()).cloned().unwrap_or_default();
    let entities: Vec<AlertRow> = entities.into_iter().map(|entity| entity::of_alert(entity, &alert)).collect();
    let only = |column: fn(&AlertRow) -> &Option<String>| {
        let mut values: Vec<&String> = entities.iter().filter_map(|entity| column(entity).as_ref()).filter(|value| !value.is_empty()).collect();
        values.sort();
        values.dedup();
        if let [value] = values.as_slice() { Some((*value).clone()) } else { None }
    };
    alert.account = alert.account.take().or_else(|| only(|entity| &entity.account));
    alert.account_id = alert.account_id.take().or_else(|| only(|entity| &entity.account_id));
    alert.address = alert.address.take().or_else(|| only(|entity| &entity.address));
    alert.app_id = alert.app_id.take().or_else(|| only(|entity| &entity.app_id));
    rows.alerts.push(place.source, place.record, &id, alert);
    for entity in entities {
        rows.alerts.push(place.source, place.record, &id, entity);
    }
}
