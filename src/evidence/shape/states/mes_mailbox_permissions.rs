//! `MailboxPermissions.csv` of Microsoft-Extractor-Suite: one row per mailbox, all its trustees inside joined cells.

use super::cell;
use crate::evidence::container::value::Object;
use crate::evidence::shape::field::identity;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{PermissionStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "mes_mailbox_permissions",
    title: "Mailbox permissions (Microsoft-Extractor-Suite)",
    made_by: "Microsoft-Extractor-Suite Get-MailboxPermissions: MailboxPermissions.csv, MailboxDelegatedPermissions.csv",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("fullaccessusers") && record.has("sendasusers")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(mailbox) = cell::account(record, &["userprincipalname", "displayname"]).filter(|name| !name.is_empty()) else {
        return Err(cell::missing("permission row without its mailbox"));
    };
    let mut found = Vec::new();
    found.extend(whole(record, "fullaccesspermissions", "fullaccessusers", "FullAccess"));
    found.extend(whole(record, "sendaspermissions", "sendasusers", "SendAs"));
    found.extend(whole(record, "", "sendonbehalfusers", "SendOnBehalf"));
    found.extend(folder(record, "calendarusers", "Calendar"));
    found.extend(folder(record, "inboxusers", "Inbox"));
    // Most mailboxes have no delegates. Their row says so: the mailbox was looked at.
    if found.is_empty() {
        found.push(PermissionStateRow::default());
    }
    for row in found {
        rows.permissions.push(place.source, place.record, "", PermissionStateRow { mailbox: Some(mailbox.clone()), ..row });
    }
    Ok(())
}

/// Rights on the whole mailbox. The detailed column reads `Name (smtp) - Rights: FullAccess, Deny: False, Inheritance: All` joined by ` | `; where
/// it is missing, the list of users (joined by `;`) still tells who.
fn whole(record: &Object<'_>, detailed: &str, users: &str, right: &'static str) -> Vec<PermissionStateRow> {
    let details = cell::text(record, &[detailed]).unwrap_or_default();
    if !details.is_empty() {
        return details.split(" | ").flat_map(|entry| entry_rows(entry, right)).collect();
    }
    let users = cell::text(record, &[users]).unwrap_or_default();
    users.split(';').filter_map(trustee).map(|trustee| row(trustee, right.to_owned(), None, None)).collect()
}

fn entry_rows(entry: &str, right: &'static str) -> Vec<PermissionStateRow> {
    // A display name may hold ` - ` itself.
    let start = [" - Type: ", " - Rights: "].iter().find_map(|mark| entry.rfind(mark));
    let (name, facts) = start.and_then(|start| Some((entry.get(..start)?, entry.get(start + 3..)?))).unwrap_or((entry, ""));
    let deny = fact(facts, "Deny").and_then(|text| crate::evidence::shape::field::flag_of(&text));
    let deny = deny.or_else(|| fact(facts, "Type").map(|kind| kind.eq_ignore_ascii_case("deny")));
    let rights = fact(facts, "Rights").unwrap_or_else(|| right.to_owned());
    let Some(trustee) = trustee(name) else { return Vec::new() };
    rights.split([',', ' ']).filter(|right| !right.is_empty()).map(|right| row(trustee.clone(), right.to_owned(), None, deny)).collect()
}

/// `Rights: FullAccess,ReadPermission, Deny: False` → the value of one fact, up to the next `Name:`.
fn fact(facts: &str, name: &str) -> Option<String> {
    let start = facts.find(&format!("{name}: "))? + name.len() + 2;
    let rest = facts.get(start..)?;
    let next = rest.find(": ").and_then(|colon| rest.get(..colon)?.rfind(", ")).unwrap_or(rest.len());
    rest.get(..next).map(|value| value.trim().to_owned())
}

/// Folder rights: `Name (smtp) - Reviewer` joined by `;`.
fn folder(record: &Object<'_>, users: &str, folder: &str) -> Vec<PermissionStateRow> {
    let users = cell::text(record, &[users]).unwrap_or_default();
    let entries = users.split(';').filter_map(|entry| entry.rsplit_once(" - "));
    entries
        .filter_map(|(name, rights)| trustee(name).map(|trustee| (trustee, rights)))
        .flat_map(|(trustee, rights)| {
            let rights: Vec<_> = rights.split([',', ' ']).filter(|right| !right.is_empty()).map(|right| format!("folder:{right}")).collect();
            rights.into_iter().map(move |right| row(trustee.clone(), right, Some(folder.to_owned()), None))
        })
        .collect()
}

/// `Jane Doe (jane@contoso.example)` → the address; without one the name as recorded.
fn trustee(text: &str) -> Option<String> {
    let text = text.trim();
    let address =
        text.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(_, address)| address.trim()).filter(|address| !address.is_empty());
    let name = address.unwrap_or_else(|| text.trim_end_matches("()").trim());
    (!name.is_empty()).then(|| identity::account(name))
}

fn row(trustee: String, right: String, folder: Option<String>, deny: Option<bool>) -> PermissionStateRow {
    PermissionStateRow { trustee: Some(trustee), right: Some(right), folder, deny, inherited: Some(false), ..PermissionStateRow::default() }
}
