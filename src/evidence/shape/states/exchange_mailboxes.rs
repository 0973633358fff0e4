//! Mailboxes with their forwarding: `Get-Mailbox`, `Get-EXOMailbox`, forwarding reports. `Get-EXOMailbox` without property sets has no forwarding
//! columns at all, which is not "no forwarding".

use super::cell;
use super::owner::Owner;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::identity::strip_prefix_ignoring_case;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MailboxStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_mailboxes",
    title: "Mailboxes and forwarding (Get-Mailbox)",
    made_by: "Get-Mailbox or Get-EXOMailbox | ConvertTo-Json or Export-Csv; Exchange Online REST; Hawk ForwardingReport; Goose EXO_Mailboxes.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    if record.has("forwardto") || record.has("fullaccessusers") {
        return false;
    }
    record.has("forwardingsmtpaddress")
        || record.has("recipienttypedetails")
            && (record.has("exchangeguid") || record.has("emailaddresses") || record.has("primarysmtpaddress"))
            && !record.has("trustee")
            && !record.has("accessrights")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let own = cell::account(record, &["userprincipalname", "primarysmtpaddress", "identity", "alias", "name", "displayname"]);
    // `Get-Mailbox ana@… | fl Forwarding*` shows nothing that names the mailbox: the command or the path of the file does.
    let Some(mailbox) = own.filter(|name| !name.is_empty()).or_else(|| Owner::of(record, &[], place).name()) else {
        return Err(cell::missing("mailbox without user principal name, address, identity and name"));
    };
    let mailbox_id = cell::lower(record, &["exchangeguid", "guid"]);
    let id = mailbox_id.clone().unwrap_or_default();
    let row = MailboxStateRow {
        mailbox: Some(mailbox.to_lowercase()),
        account_id: cell::lower(record, &["externaldirectoryobjectid"]),
        mailbox_id,
        display_name: cell::verbatim(record, &["displayname"]),
        kind: cell::text(record, &["recipienttypedetails"]),
        primary_address: cell::lower(record, &["primarysmtpaddress", "windowsemailaddress"]).map(|text| without_prefix(&text).to_owned()),
        aliases: record.get("emailaddresses").and_then(aliases),
        forwarding_smtp: cell::text(record, &["forwardingsmtpaddress"]).map(|text| without_prefix(&text).to_owned()),
        forwarding_address: cell::list(record, &["forwardingaddress"]),
        deliver_and_forward: cell::flag(record, &["delivertomailboxandforward"]),
        send_on_behalf: cell::list(record, &["grantsendonbehalfto"]),
        audit_enabled: cell::flag(record, &["auditenabled"]),
        audit_bypass: cell::flag(record, &["auditbypassenabled"]),
        created: cell::time(record, &["whenmailboxcreated", "whencreatedutc", "whencreated"], place),
        changed: cell::time(record, &["whenchangedutc", "whenchanged"], place),
    };
    rows.mailboxes.push(place.source, place.record, &id, row);
    Ok(())
}

/// `smtp:a@b` → `a@b`.
fn without_prefix(address: &str) -> &str {
    strip_prefix_ignoring_case(address, "smtp:").unwrap_or(address)
}

/// Mail addresses without `SMTP:`; X.500, SharePoint and other internal address types are left out. Null when the list was lost.
fn aliases(value: &Value<'_>) -> Option<String> {
    let list = cell::Elements::of(value);
    let n_known = list.known.len();
    let known: Vec<_> = list
        .known
        .iter()
        .map(|address| without_prefix(address).to_lowercase())
        .filter(|address| !address.split('@').next().unwrap_or_default().contains(':'))
        .collect();
    if n_known == 0 && list.cut {
        return None;
    }
    Some(known.join(";"))
}
