//! Rights on single folders (`Get-MailboxFolderPermission`). `Default` and `Anonymous` hold rights here too.

use super::permission;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{PermissionStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_folder_permissions",
    title: "Folder permissions (Get-MailboxFolderPermission)",
    made_by: "Get-MailboxFolderPermission or Get-EXOMailboxFolderPermission | ConvertTo-Json or Export-Csv",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("accessrights") && (record.has("foldername") || record.has("sharingpermissionflags")) && !record.has("trustee")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    // `Identity` is `mailbox:\folder` where it is there at all.
    let identity = permission::mailbox(record, place).unwrap_or_default();
    let (mailbox, folder) = identity.split_once(":\\").unwrap_or((identity.as_str(), ""));
    let named = record.get("foldername").and_then(Value::text).filter(|name| !name.is_empty());
    let row = PermissionStateRow {
        mailbox: Some(mailbox.to_owned()).filter(|mailbox| !mailbox.is_empty()),
        trustee: permission::trustee(record.get("user")),
        folder: Some(named.map_or_else(|| folder.to_owned(), std::borrow::Cow::into_owned)),
        ..PermissionStateRow::default()
    };
    permission::push(&row, &permission::rights(record.get("accessrights")), "folder:", place, rows)
}
