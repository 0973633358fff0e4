//! What all mailbox permission exports have in common: one record lists several rights of one trustee; every right becomes a row.

use super::cell::Elements;
use super::owner::Owner;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::identity;
use crate::evidence::shape::{Place, Reject};
use crate::frame::{PermissionStateRow, Rows};

/// Splits a rights list. A list may hold one element with several rights: `["FullAccess, ExternalAccount, ReadPermission"]`.
pub(super) fn rights(value: Option<&Value<'_>>) -> Elements {
    let mut rights = value.map(Elements::of).unwrap_or_default();
    rights.known = rights.known.iter().flat_map(|text| text.split(',')).map(|right| right.trim_matches(['{', '}', ' ']).to_owned()).collect();
    rights.known.retain(|right| !right.is_empty());
    rights
}

/// The mailbox of a permission record: what the record says, else the owner in context or path. Null when nothing names it.
pub(super) fn mailbox(record: &Object<'_>, place: &Place<'_>) -> Option<String> {
    Owner::of(record, &["userprincipalname", "mailbox", "identity"], place).name().map(|name| name.to_lowercase())
}

/// Who holds the right: an address in lower case, everything else as recorded.
pub(super) fn trustee(value: Option<&Value<'_>>) -> Option<String> {
    let names = Elements::of(value?).known;
    names.first().map(|name| identity::account(name)).filter(|name| !name.is_empty())
}

/// Pushes one row per right.
pub(super) fn push(row: &PermissionStateRow, rights: &Elements, prefix: &str, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    if row.trustee.is_none() {
        return Err(super::cell::missing("permission without the user who holds it"));
    }
    if rights.known.is_empty() {
        let detail = if rights.cut {
            "the rights were lost when the export was written (a type name stands in their place)"
        } else {
            "permission without rights"
        };
        return Err(super::cell::missing(detail));
    }
    for right in &rights.known {
        rows.permissions.push(place.source, place.record, "", PermissionStateRow { right: Some(format!("{prefix}{right}")), ..row.clone() });
    }
    Ok(())
}
