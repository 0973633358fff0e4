//! Client protocols of each mailbox (`Get-CASMailbox`): IMAP, POP and authenticated SMTP know no second factor where basic authentication is left.

use super::{cell, mailbox};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MailboxStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_cas_mailboxes",
    title: "Client protocols of mailboxes (Get-CASMailbox)",
    made_by: "Get-CASMailbox, Get-EXOCasMailbox | ConvertTo-Json or Export-Csv; Goose EXO_MailboxCASSettings.json",
    claims,
    read,
};

const PROTOCOLS: &[(&str, &str)] = &[
    ("activesyncenabled", "activesync"),
    ("ewsenabled", "ews"),
    ("imapenabled", "imap"),
    ("mapienabled", "mapi"),
    ("owaenabled", "owa"),
    ("popenabled", "pop"),
];

fn claims(record: &Object<'_>) -> bool {
    record.has("imapenabled") && PROTOCOLS.iter().filter(|(name, _)| record.has(name)).count() > 1 && !record.has("operation")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(owner) = mailbox::owner(record, place) else {
        return Err(cell::missing("client protocols without the mailbox"));
    };
    let on = PROTOCOLS.iter().filter(|(name, _)| cell::flag(record, &[name]) == Some(true)).map(|(_, protocol)| *protocol);
    // Without a value of its own the mailbox follows the tenant's setting, which this export does not show.
    let smtp = (cell::flag(record, &["smtpclientauthenticationdisabled"]) == Some(false)).then_some("smtp");
    let row = MailboxStateRow {
        mailbox: Some(owner),
        account_id: cell::lower(record, &["externaldirectoryobjectid"]),
        mailbox_id: cell::lower(record, &["exchangeguid", "guid"]),
        display_name: cell::verbatim(record, &["displayname"]),
        primary_address: cell::lower(record, &["primarysmtpaddress"]),
        protocols: Some(on.chain(smtp).collect::<Vec<_>>().join(";")),
        changed: cell::time(record, &["whenchangedutc", "whenchanged"], place),
        ..MailboxStateRow::default()
    };
    rows.mailboxes.push(place.source, place.record, "", row);
    Ok(())
}
