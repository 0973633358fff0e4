//! Who is exempt from mailbox auditing, and which mailboxes are audited: `Get-MailboxAuditBypassAssociation` and collectors' audit-status tables.

use super::{cell, mailbox};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MailboxStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_mailbox_audit",
    title: "Mailbox audit status and bypass",
    made_by: "Get-MailboxAuditBypassAssociation; Microsoft-Extractor-Suite MailboxAuditStatus.csv",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    !record.has("forwardingsmtpaddress")
        && !record.has("exchangeguid")
        && !record.has("emailaddresses")
        && (record.has("auditbypassenabled")
            || (record.has("auditenabled") && ["defaultauditset", "auditowner", "auditdelegate", "auditadmin"].iter().any(|name| record.has(name))))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(owner) = mailbox::owner(record, place) else {
        return Err(cell::missing("audit status without the mailbox it is about"));
    };
    let row = MailboxStateRow {
        mailbox: Some(owner),
        account_id: cell::lower(record, &["externaldirectoryobjectid"]),
        display_name: cell::verbatim(record, &["displayname", "name"]),
        kind: cell::text(record, &["recipienttypedetails"]),
        audit_enabled: cell::flag(record, &["auditenabled"]),
        audit_bypass: cell::flag(record, &["auditbypassenabled"]),
        audit_actions: mailbox::audit_actions(record),
        changed: cell::time(record, &["whenchangedutc", "whenchanged"], place),
        ..MailboxStateRow::default()
    };
    rows.mailboxes.push(place.source, place.record, "", row);
    Ok(())
}
