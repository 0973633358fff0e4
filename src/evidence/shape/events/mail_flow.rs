//! What the shapes of message traces and mail protection share.

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, address, identity, json};
use crate::evidence::shape::{Place, Reject};
use crate::frame::{MessageRow, Rows};
use crate::time::Time;

/// The feeds as they stand in the `feed` column.
pub(super) mod feed {
    pub(in crate::evidence::shape::events) const TRACE: &str = "trace";
    pub(in crate::evidence::shape::events) const SUMMARY: &str = "summary";
    pub(in crate::evidence::shape::events) const TRACKING: &str = "tracking";
    pub(in crate::evidence::shape::events) const DEFENDER: &str = "defender";
    pub(in crate::evidence::shape::events) const QUARANTINE: &str = "quarantine";
}

/// Name of a column in [`MessageRow`] ← names of the field, the first that is there.
pub(super) struct Fields {
    pub(super) time: &'static [&'static str],
    pub(super) sender: &'static [&'static str],
    pub(super) recipient: &'static [&'static str],
    pub(super) subject: &'static [&'static str],
    pub(super) message_id: &'static [&'static str],
    pub(super) network_id: &'static [&'static str],
    pub(super) status: &'static [&'static str],
    pub(super) direction: &'static [&'static str],
    pub(super) event: &'static [&'static str],
    pub(super) address: &'static [&'static str],
    pub(super) to_address: &'static [&'static str],
    pub(super) size: &'static [&'static str],
    pub(super) attachments: &'static [&'static str],
    /// Kept in `details` under their own names.
    pub(super) details: &'static [&'static str],
}

/// Nothing read.
pub(super) const NO_FIELDS: Fields = Fields {
    time: &[],
    sender: &[],
    recipient: &[],
    subject: &[],
    message_id: &[],
    network_id: &[],
    status: &[],
    direction: &[],
    event: &[],
    address: &[],
    to_address: &[],
    size: &[],
    attachments: &[],
    details: &[],
};

/// The row of one record. Fails when no time can be read.
pub(super) fn row(record: &Object<'_>, feed: &str, fields: &Fields, place: &Place<'_>) -> Result<MessageRow, Reject> {
    let when = record.any(fields.time);
    let Some(time) = field::time(when, place.dates) else {
        return Err(Reject::missing(fields.time.first().copied().unwrap_or("time"), when));
    };
    let text = |names: &[&str]| field::text(first_filled(record, names));
    Ok(MessageRow {
        time: Some(time),
        feed: Some(feed.into()),
        sender: mailbox(first_filled(record, fields.sender)),
        recipient: mailbox(first_filled(record, fields.recipient)),
        subject: text(fields.subject),
        message_id: text(fields.message_id),
        network_id: field::lower(record.any(fields.network_id)),
        status: field::word(record.any(fields.status)),
        direction: field::word(record.any(fields.direction)),
        event: field::word(record.any(fields.event)),
        address: fields.address.iter().find_map(|name| address::address(record.get(name))),
        to_address: fields.to_address.iter().find_map(|name| address::address(record.get(name))),
        size: field::int(record.any(fields.size)),
        attachments: text(fields.attachments),
        details: details(record, fields.details),
    })
}

/// Reads one record as one row.
pub(super) fn read(record: &Object<'_>, feed: &str, fields: &Fields, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let row = row(record, feed, fields, place)?;
    rows.messages.push(place.source, place.record, "", row);
    Ok(())
}

/// The first field with a value, else the first that is there.
fn first_filled<'v, 'a>(record: &'v Object<'a>, names: &[&str]) -> Option<&'v Value<'a>> {
    let filled = names.iter().filter_map(|name| record.get(name)).find(|value| field::some_text(Some(value)).is_some());
    filled.or_else(|| record.any(names))
}

/// Lower-case address; several are joined with `;`.
pub(super) fn mailbox(value: Option<&Value<'_>>) -> Option<String> {
    value?;
    Some(field::list(value, &[';', ',']).iter().map(|name| identity::account(name)).collect::<Vec<_>>().join(";"))
}

/// The fields that are there and filled, as compact JSON.
pub(super) fn details(record: &Object<'_>, names: &[&str]) -> Option<String> {
    let mut map = json::Map::default();
    for (key, value) in record.fields() {
        let is_wanted = names.iter().any(|name| crate::evidence::container::value::key_is(key, name));
        if is_wanted && (field::some_text(Some(value)).is_some() || value.object().is_some()) {
            map.add(key.as_ref(), value);
        }
    }
    map.to_text()
}

/// The time of a record of Defender's hunting tables: `Timestamp`, in Log Analytics also `TimeGenerated`.
pub(super) fn hunting_time(record: &Object<'_>, place: &Place<'_>) -> Result<Time, Reject> {
    let when = record.any(HUNTING_TIME);
    field::time(when, place.dates).ok_or_else(|| Reject::missing("Timestamp", when))
}

/// Names of the time of hunting tables.
pub(super) const HUNTING_TIME: &[&str] = &["timestamp", "timegenerated"];
