//! `MailboxRules.csv` of Microsoft-Extractor-Suite, older and newer columns, from Exchange.

use super::rule;
use crate::evidence::container::value::Object;
use crate::evidence::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    id: "mes_inbox_rules",
    title: "Inbox rules (Microsoft-Extractor-Suite)",
    made_by: "Microsoft-Extractor-Suite Get-MailboxRules: MailboxRules.csv, InboxRules.csv",
    claims,
    read: rule::read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("rulename") && record.has("username") && (record.has("forwardto") || record.has("redirectto") || record.has("movetofolder"))
}
