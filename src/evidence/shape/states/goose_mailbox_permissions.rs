//! Permissions of one mailbox as the Exchange admin centre's REST answers them, all kinds in one object (`$expand=FullAccessPermission, …`).

use super::{cell, mailbox, permission};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{PermissionStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "goose_mailbox_permissions",
    title: "Mailbox permissions of the admin centre (Goose)",
    made_by: "Goose EXO_MailboxPermissions.json; admin.exchange.microsoft.com/beta/Mailbox",
    claims,
    read,
};

const KINDS: &[(&str, &str)] = &[("fullaccesspermission", "FullAccess"), ("sendaspermission", "SendAs"), ("sendonbehalfpermission", "SendOnBehalf")];

fn claims(record: &Object<'_>) -> bool {
    KINDS.iter().filter(|(name, _)| record.has(name)).count() > 1
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(owner) = mailbox::owner(record, place) else {
        return Err(cell::missing("permissions without the mailbox"));
    };
    let mut found = Vec::new();
    for (name, right) in KINDS {
        for holder in record.get(name).map(Value::elements).into_iter().flatten() {
            let named =
                holder.object().map(|object| object.any(&["user", "trustee", "userprincipalname", "primarysmtpaddress", "displayname", "name"]));
            if let Some(trustee) = permission::trustee(named.unwrap_or(Some(holder))) {
                found.push(PermissionStateRow { trustee: Some(trustee), right: Some((*right).to_owned()), ..PermissionStateRow::default() });
            }
        }
    }
    // Most mailboxes have no delegates. Their row says so: the mailbox was looked at.
    if found.is_empty() {
        found.push(PermissionStateRow::default());
    }
    for row in found {
        rows.permissions.push(place.source, place.record, "", PermissionStateRow { mailbox: Some(owner.clone()), ..row });
    }
    Ok(())
}
