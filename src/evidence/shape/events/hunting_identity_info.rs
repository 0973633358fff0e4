//! Accounts as Defender's table `IdentityInfo` describes them; in Sentinel also for its behaviour analytics.

use super::mail_flow::HUNTING_TIME;
use crate::evidence::shape::field::{self, identity};
use crate::evidence::shape::{Reject, Shape};
use crate::frame::UserStateRow;

/// See the file's first line.
pub(super) const HUNTING_IDENTITY_INFO: Shape = Shape {
    id: "hunting_identity_info",
    title: "Accounts in Defender (IdentityInfo)",
    made_by: "Defender advanced hunting or streaming API, Sentinel: IdentityInfo",
    claims: |record| {
        record.any(HUNTING_TIME).is_some()
            && record.has("accountupn")
            && (record.has("isaccountenabled") || record.has("emailaddress") || record.has("mailaddress"))
            && !record.has("actiontype")
            && !record.has("errorcode")
    },
    read: |record, place, rows| {
        let account = field::text(record.get("accountupn")).map(|name| identity::account(&name)).filter(|name| !name.is_empty());
        let account_id = field::lower(record.get("accountobjectid"));
        if account.is_none() && account_id.as_deref().is_none_or(str::is_empty) {
            return Err(Reject::missing("AccountUpn", record.get("accountupn")));
        }
        let kind = field::word(record.any(&["usertype", "type"])).filter(|kind| ["member", "guest"].contains(&kind.as_str()));
        let id = account_id.clone().unwrap_or_default();
        let row = UserStateRow {
            account: account.or_else(|| account_id.clone()),
            account_id,
            display_name: field::text(record.get("accountdisplayname")),
            user_type: kind,
            enabled: field::flag(record.get("isaccountenabled")),
            created: field::time(record.any(&["createddatetime", "accountcreationtime"]), place.dates),
            aliases: field::text(record.any(&["emailaddress", "mailaddress"])).map(|mail| identity::account(&mail)),
            department: field::text(record.get("department")),
            ..UserStateRow::default()
        };
        rows.users.push(place.source, place.record, &id, row);
        Ok(())
    },
};
