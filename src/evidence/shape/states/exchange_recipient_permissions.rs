//! The right to send as a mailbox (`Get-RecipientPermission`).

use super::{cell, permission};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{PermissionStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_recipient_permissions",
    title: "Send-as permissions (Get-RecipientPermission)",
    made_by: "Get-RecipientPermission or Get-EXORecipientPermission | ConvertTo-Json or Export-Csv; Exchange Online REST",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("accessrights") && record.has("trustee")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let denied = record.get("accesscontroltype").and_then(Value::text).map(|kind| kind.eq_ignore_ascii_case("deny"));
    let row = PermissionStateRow {
        mailbox: permission::mailbox(record, place),
        trustee: permission::trustee(record.get("trustee")),
        deny: denied,
        inherited: cell::flag(record, &["isinherited"]),
        ..PermissionStateRow::default()
    };
    permission::push(&row, &permission::rights(record.get("accessrights")), "", place, rows)
}
