//! Inbox rules as flat rows: what `Get-InboxRule` and the collectors' rule tables have in common. Each fact has several spellings.

use std::collections::BTreeMap;

use super::cell::{self, Elements};
use super::owner::Owner;
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::{Place, Reject};
use crate::frame::{Rows, RuleStateRow};

/// Condition column (normalised) → the name in [`RuleStateRow::conditions`], which is Graph's where Graph has one. Exceptions carry
/// [`EXCEPTION`] before the name.
pub(super) const CONDITIONS: &[(&str, &str)] = &[
    ("from", "fromAddresses"),
    ("sentto", "sentToAddresses"),
    ("fromaddresscontainswords", "senderContains"),
    ("subjectcontainswords", "subjectContains"),
    ("subjectcontains", "subjectContains"),
    ("bodycontainswords", "bodyContains"),
    ("bodycontains", "bodyContains"),
    ("subjectorbodycontainswords", "bodyOrSubjectContains"),
    ("headercontainswords", "headerContains"),
    ("recipientaddresscontainswords", "recipientContains"),
    ("hasattachment", "hasAttachments"),
    ("hasattachments", "hasAttachments"),
    ("withimportance", "importance"),
    ("isimportant", "importance"),
    ("withsensitivity", "sensitivity"),
    ("messagetypematches", "messageType"),
    ("flaggedforaction", "messageActionFlag"),
    ("hasclassification", "hasClassification"),
    ("fromsubscription", "fromSubscription"),
    ("mynameintobox", "sentToMe"),
    ("mynameinccbox", "sentCcMe"),
    ("mynameintoorccbox", "sentToOrCcMe"),
    ("mynamenotintobox", "notSentToMe"),
    ("sentonlytome", "sentOnlyToMe"),
    ("receivedafterdate", "receivedAfter"),
    ("receivedbeforedate", "receivedBefore"),
    ("withinsizerangeminimum", "WithinSizeRangeMinimum"),
    ("withinsizerangemaximum", "WithinSizeRangeMaximum"),
];

/// Begins the name of a condition under which the rule does not act.
pub(super) const EXCEPTION: &str = "ExceptIf.";

/// Reads one flat rule row.
pub(super) fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let owner = Owner::of(record, &["userprincipalname", "username", "mailbox", "primarysmtpaddress", "mailboxownerid"], place);
    let identity = cell::text(record, &["identity"]);
    let (identity_owner, identity_rule) = split_identity(identity.as_deref());
    let rule_id = record.any(&["ruleidentity", "ruleid"]).and_then(Value::text).and_then(|text| rule_number(&text));
    let rule_id = rule_id.or_else(|| identity_rule.and_then(rule_number));
    let name = cell::verbatim(record, &["name", "rulename"]);
    let description = cell::text(record, &["description", "textdescription"]);
    let templates = description.as_deref().unwrap_or_default();
    let or_described =
        |list: Option<String>, phrase: &str| list.clone().filter(|text| !text.is_empty()).or_else(|| described(templates, phrase)).or(list);
    let row = RuleStateRow {
        mailbox: owner.name().or_else(|| identity_owner.map(str::to_lowercase)),
        rule_id: rule_id.clone(),
        enabled: cell::flag(record, &["enabled", "ruleenabled", "isenabled"]),
        hidden: hidden(record),
        forward_to: or_described(cell::list(record, &["forwardto"]), "forward the message to "),
        forward_attachment_to: or_described(
            cell::list(record, &["forwardasattachmentto", "forwardasattachment"]),
            "forward the message as an attachment to ",
        ),
        redirect_to: or_described(cell::list(record, &["redirectto"]), "redirect the message to "),
        move_to: cell::text(record, &["movetofolder"]),
        copy_to: cell::text(record, &["copytofolder"]),
        delete: cell::any_flag(record, &["deletemessage", "softdeletemessage", "delete", "permanentdelete"]),
        mark_read: cell::flag(record, &["markasread"]),
        stop: cell::flag(record, &["stopprocessingrules"]),
        conditions: conditions(record, templates),
        name,
        description,
    };
    if says_nothing(&row) {
        return Err(cell::missing("rule without name, id, description and actions"));
    }
    rows.rules.push(place.source, place.record, rule_id.as_deref().unwrap_or_default(), row);
    Ok(())
}

/// A rule number as unsigned decimal text. The unified audit log writes the same 64 bits signed; Excel's `1.53940E+19` has lost them.
pub(super) fn rule_number(text: &str) -> Option<String> {
    let text = text.trim();
    match (text.parse::<u64>(), text.parse::<i64>()) {
        (Ok(number), _) => Some(number.to_string()),
        (Err(_), Ok(number)) => Some(number.cast_unsigned().to_string()),
        _ if text.is_empty() || text.contains("E+") => None,
        _ => Some(text.to_owned()),
    }
}

/// Nothing that a detector or a reader could use.
pub(super) fn says_nothing(row: &RuleStateRow) -> bool {
    let texts =
        [&row.name, &row.rule_id, &row.description, &row.forward_to, &row.forward_attachment_to, &row.redirect_to, &row.move_to, &row.copy_to];
    texts.iter().all(|text| text.as_deref().is_none_or(str::is_empty)) && row.delete != Some(true)
}

/// `alias\1659…` or `mailboxguid\1659…` → owner and rule.
fn split_identity(identity: Option<&str>) -> (Option<&str>, Option<&str>) {
    match identity.and_then(|identity| identity.rsplit_once(['\\', '/'])) {
        Some((owner, rule)) => (Some(owner), Some(rule)),
        None => (None, None),
    }
}

/// Priority 0 is the junk-mail rule, which only `-IncludeHidden` lists; other hidden rules carry no mark.
fn hidden(record: &Object<'_>) -> Option<bool> {
    let junk = record.text("priority").is_some_and(|priority| priority == "0");
    cell::flag(record, &["hidden", "ishidden"]).or_else(|| junk.then_some(true))
}

/// All conditions and exceptions that are set. `{}` only when the export shows that there are none: it has every condition column, or Exchange's
/// English description says what the rule does without saying when. Otherwise `None`: a table with a few condition columns cannot tell.
fn conditions(record: &Object<'_>, description: &str) -> Option<String> {
    let mut found = BTreeMap::new();
    for (column, name) in CONDITIONS {
        let exception = format!("exceptif{column}");
        let pairs = [(record.get(column), (*name).to_owned()), (record.get(&exception), format!("{EXCEPTION}{name}"))];
        for (value, name) in pairs {
            if let Some(value) = value {
                add_condition(&mut found, name, value);
            }
        }
    }
    let says_when = description.contains("If the message");
    let has_every_column = record.has("headercontainswords") && record.has("recipientaddresscontainswords");
    let none_for_sure = (has_every_column || description.contains("Take the following actions")) && !says_when;
    (!found.is_empty() || none_for_sure).then(|| serde_json::json!(found).to_string())
}

/// Adds a condition unless it is not set. Lost words stay visible as [`cell::MORE`].
pub(super) fn add_condition(found: &mut BTreeMap<String, Vec<String>>, name: String, value: &Value<'_>) {
    if crate::evidence::shape::field::flag(Some(value)) == Some(false) {
        return;
    }
    let Elements { mut known, cut } = Elements::of(value);
    if cut {
        known.push(cell::MORE.to_owned());
    }
    if !known.is_empty() {
        found.entry(name).or_default().extend(known);
    }
}

/// Quoted names after an action phrase of the English description (`forward the message to 'Jane Doe' and …`). The only trace of recipients when
/// the export lacks or lost their column; other languages keep their description and nothing is guessed from it.
fn described(description: &str, phrase: &str) -> Option<String> {
    let at = description.to_ascii_lowercase().find(phrase)? + phrase.len();
    let mut names = Vec::new();
    let mut rest = description.get(at..)?;
    while let Some(inner) = rest.trim_start().strip_prefix('\'') {
        let Some((name, after)) = inner.split_once('\'') else { break };
        names.push(name);
        let after = after.trim_start();
        rest = ["or ", "and ", ";", ","].iter().find_map(|separator| after.strip_prefix(separator)).unwrap_or_default();
    }
    (!names.is_empty()).then(|| names.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_numbers_meet_across_exports() {
        assert_eq!(rule_number("15394007230974001153").as_deref(), Some("15394007230974001153"));
        assert_eq!(rule_number("-3052736842735550463").as_deref(), Some("15394007230974001153"));
        assert_eq!(rule_number("1.53940E+19"), None);
        assert_eq!(rule_number("AQAAAJ5dZqA=").as_deref(), Some("AQAAAJ5dZqA="));
    }

    #[test]
    fn recipients_are_read_from_an_english_description() {
        let text = "If the message: the message was received from 'x' Take the following actions: forward the message to 'Jane Doe' or \
                    'joe@example.com' and move the message to folder 'RSS Feeds'";
        assert_eq!(described(text, "forward the message to ").as_deref(), Some("Jane Doe;joe@example.com"));
        assert_eq!(described(text, "redirect the message to "), None);
        assert_eq!(described("forward the message to 'cut", "forward the message to "), None);
    }
}
