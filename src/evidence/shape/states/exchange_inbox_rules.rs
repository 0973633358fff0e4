//! Inbox rules of one or all mailboxes as `Get-InboxRule` gives them: JSON, CSV or the REST answer of Exchange Online.

use super::rule;
use crate::evidence::container::value::Object;
use crate::evidence::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_inbox_rules",
    title: "Inbox rules (Get-InboxRule)",
    made_by: "Get-InboxRule | ConvertTo-Json or Export-Csv; Exchange Online REST; Hawk InboxRules; Goose EXO_InboxRules_PowerShell.json",
    claims,
    read: rule::read,
};

const ACTIONS: &[&str] = &["forwardto", "forwardasattachmentto", "redirectto", "movetofolder", "copytofolder", "deletemessage"];

fn claims(record: &Object<'_>) -> bool {
    // Transport rules have `Mode`, sweep rules `KeepForDays`, collectors' tables `RuleName`.
    if record.has("rulename") || record.has("mode") || record.has("keepfordays") || record.has("systemrule") || !record.has("name") {
        return false;
    }
    let n_actions = ACTIONS.iter().filter(|name| record.has(name)).count();
    record.has("ruleidentity") || n_actions > 1 || (record.has("enabled") && (n_actions > 0 || record.has("mailboxownerid")) && !record.has("id"))
}
