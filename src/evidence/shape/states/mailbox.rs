//! Single facts about mailboxes that several exports state.

use super::cell::{self, Elements};
use super::owner::Owner;
use crate::evidence::container::value::Object;
use crate::evidence::shape::Place;

/// The mailbox: user principal name, else address, else identity or name, lower case. `Get-Mailbox ana@… | fl Forwarding*` shows nothing that names
/// the mailbox: then the command or the path of the file does.
pub(super) fn owner(record: &Object<'_>, place: &Place<'_>) -> Option<String> {
    const NAMES: &[&str] =
        &["userprincipalname", "primarysmtpaddress", "identity", "mailbox", "alias", "name", "displayname", "objectid", "mailboxownerid"];

    let own = cell::account(record, NAMES).filter(|name| !name.is_empty());
    own.or_else(|| Owner::of(record, &[], place).name()).map(|name| name.to_lowercase())
}

/// What is recorded, with the logon before each action (`owner:MailItemsAccessed`); null when the export has none of the lists. `defaults:Owner`
/// says that Microsoft's own list applies to that logon.
pub(super) fn audit_actions(record: &Object<'_>) -> Option<String> {
    const LISTS: &[(&[&str], &str)] = &[
        (&["auditowner", "ownerauditactions"], "owner"),
        (&["auditdelegate", "delegateauditactions"], "delegate"),
        (&["auditadmin", "adminauditactions"], "admin"),
        (&["defaultauditset"], "defaults"),
    ];
    let mut found = Vec::new();
    let mut is_there = false;
    for (names, logon) in LISTS {
        let Some(value) = names.iter().find_map(|name| record.get(name)) else { continue };
        let Elements { known, cut } = Elements::of(value);
        is_there |= !(cut && known.is_empty());
        found.extend(known.into_iter().map(|action| format!("{logon}:{action}")));
    }
    is_there.then(|| found.join(";"))
}
