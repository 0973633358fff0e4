//! Mailboxes with their forwarding: `Get-Mailbox`, `Get-EXOMailbox`, forwarding reports. `Get-EXOMailbox` without property sets has no forwarding
//! columns at all, which is not "no forwarding".

use super::{cell, mailbox};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::identity::strip_prefix_ignoring_case;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MailboxStateRow, Rows};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_mailboxes",
    title: "Mailboxes and forwarding (Get-Mailbox)",
    made_by: "Get-Mailbox or Get-EXOMailbox | ConvertTo-Json or Export-Csv; Exchange Online REST; Hawk ForwardingReport; Goose EXO_Mailboxes.json, EXO_MailboxForwarding.json",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    let other = ["forwardto", "fullaccessusers", "grouptype", "groupsku", "fullaccesspermission", "imapenabled", "memberjoinrestriction"];
    if other.iter().any(|name| record.has(name)) {
        return false;
    }
    record.has("forwardingsmtpaddress")
        || record.has("forwardingaddress") && record.has("delivertomailboxandforward")
        || record.has("recipienttypedetails")
            && (record.has("exchangeguid") || record.has("emailaddresses") || record.has("primarysmtpaddress"))
            && !record.has("trustee")
            && !record.has("accessrights")
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(owner) = mailbox::owner(record, place) else {
        return Err(cell::missing("mailbox without user principal name, address, identity and name"));
    };
    let mailbox_id = cell::lower(record, &["exchangeguid", "guid"]);
    let id = mailbox_id.clone().unwrap_or_default();
    let row = MailboxStateRow {
        mailbox: Some(owner),
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
        audit_actions: mailbox::audit_actions(record),
        protocols: None,
        auto_reply: None,
        hidden: cell::flag(record, &["hiddenfromaddresslistsenabled"]),
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
