//! Automatic replies (`Get-MailboxAutoReplyConfiguration`): attackers write them, and they tell every sender that the owner is away.

use super::{cell, mailbox};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MailboxStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_auto_replies",
    title: "Automatic replies (Get-MailboxAutoReplyConfiguration)",
    made_by: "Get-MailboxAutoReplyConfiguration | ConvertTo-Json or Export-Csv; Hawk AutoReply",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("autoreplystate") && !record.has("operation")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(owner) = mailbox::owner(record, place) else {
        return Err(cell::missing("automatic reply without the mailbox"));
    };
    let state = cell::text(record, &["autoreplystate"]).map(|state| match state.as_str() {
        "0" => "Disabled".to_owned(),
        "1" => "Enabled".to_owned(),
        "2" => "Scheduled".to_owned(),
        _ => state,
    });
    let row = MailboxStateRow { mailbox: Some(owner), auto_reply: state, ..MailboxStateRow::default() };
    rows.mailboxes.push(place.source, place.record, "", row);
    Ok(())
}
