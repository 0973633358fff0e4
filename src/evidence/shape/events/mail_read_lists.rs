//! Lists that Microsoft-Extractor-Suite makes of MailItemsAccessed records: one row per record (`Sessions`), or per message (`MessageIDs`).

use crate::evidence::container::value::Object;
use crate::evidence::shape::field::{self, address, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MailAccessRow, MailItemRow, Rows};
use crate::time::Time;

/// `Get-Sessions`.
pub(super) const MAIL_SESSIONS: Shape = Shape {
    id: "mail_sessions",
    title: "MailItemsAccessed by session",
    made_by: "Microsoft-Extractor-Suite Get-Sessions",
    claims: |record| record.has("timestamp") && record.has("mailaccesstype") && record.has("sessionid") && record.has("operationcount"),
    read: |record, place, rows| {
        rows.mail_access.push(place.source, place.record, "", access(record, place)?);
        Ok(())
    },
};

/// `Get-MessageIDs`.
pub(super) const MAIL_MESSAGE_IDS: Shape = Shape {
    id: "mail_message_ids",
    title: "MailItemsAccessed by message",
    made_by: "Microsoft-Extractor-Suite Get-MessageIDs",
    claims: |record| record.has("timestamp") && record.has("mailaccesstype") && record.has("internetmessageid"),
    read: read_message,
};

fn time(record: &Object<'_>, place: &Place<'_>) -> Result<Time, Reject> {
    let when = record.get("timestamp");
    field::time(when, place.dates).ok_or_else(|| Reject::missing("TimeStamp", when))
}

/// The list names whom the audit record names; whose mailbox it was stands nowhere, and is nearly always the reader's own.
fn access(record: &Object<'_>, place: &Place<'_>) -> Result<MailAccessRow, Reject> {
    let account = field::text(record.get("user")).map(|user| identity::account(&user));
    Ok(MailAccessRow {
        time: Some(time(record, place)?),
        mailbox: account.clone(),
        account,
        access: field::lower(record.get("mailaccesstype")),
        throttled: field::flag(record.get("isthrottled")),
        operation_count: field::int(record.get("operationcount")),
        folder: field::text(record.get("folderpath")),
        address: address::address(record.any(&["clientip", "ipaddress"])),
        session_id: field::lower(record.get("sessionid")),
        ..MailAccessRow::default()
    })
}

/// A row of a synchronised folder names no message but says `N/A (Sync - entire folder)`.
fn read_message(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let access = access(record, place)?;
    let message_id = field::some_text(record.get("internetmessageid")).filter(|id| !id.to_ascii_lowercase().starts_with("n/a"));
    let is_message = message_id.is_some();
    if let Some(message_id) = message_id {
        let item = MailItemRow {
            time: access.time,
            account: access.account.clone(),
            mailbox: access.mailbox.clone(),
            folder: access.folder.clone(),
            message_id: Some(message_id),
            subject: field::text(record.get("subject")),
            size: field::int(record.get("sizeinbytes")),
            session_id: access.session_id.clone(),
            address: access.address.clone(),
            client_app_id: None,
        };
        rows.mail_items.push(place.source, place.record, "", item);
    }
    rows.mail_access.push(place.source, place.record, "", MailAccessRow { messages: is_message.then_some(1), ..access });
    Ok(())
}
