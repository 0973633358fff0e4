//! Full access and other rights on whole mailboxes (`Get-MailboxPermission`).

use super::{cell, permission};
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{PermissionStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_mailbox_permissions",
    title: "Mailbox permissions (Get-MailboxPermission)",
    made_by: "Get-MailboxPermission or Get-EXOMailboxPermission | ConvertTo-Json or Export-Csv; Exchange Online REST; Goose EXO_MailboxPermissions.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("accessrights") && record.has("user") && !record.has("foldername") && !record.has("sharingpermissionflags") && !record.has("trustee")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let row = PermissionStateRow {
        mailbox: permission::mailbox(record, place),
        trustee: permission::trustee(record.get("user")),
        deny: cell::flag(record, &["deny"]),
        inherited: cell::flag(record, &["isinherited"]),
        ..PermissionStateRow::default()
    };
    permission::push(&row, &permission::rights(record.get("accessrights")), "", place, rows)
}
