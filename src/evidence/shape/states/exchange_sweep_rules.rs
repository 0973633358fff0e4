//! Sweep rules (`Get-SweepRule`): they move or delete mail of one sender by age. Attackers use them to hide replies.

use serde_json::json;

use super::cell;
use super::owner::Owner;
use crate::evidence::container::value::Object;
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{Rows, RuleStateRow};

pub(super) const SHAPE: Shape = Shape {
    id: "exchange_sweep_rules",
    title: "Sweep rules (Get-SweepRule)",
    made_by: "Get-SweepRule | ConvertTo-Json or Export-Csv; Hawk SweepRules",
    claims,
    read,
};

fn claims(record: &Object<'_>) -> bool {
    (record.has("name") || record.has("rulename"))
        && (record.has("keepfordays") || record.has("keeplatest") || record.has("systemrule"))
        && (record.has("sender") || record.has("sourcefolder") || record.has("destinationfolder") || record.has("provider"))
}

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let owner = Owner::of(record, &["userprincipalname", "mailbox", "mailboxownerid"], place);
    let name = cell::verbatim(record, &["name", "rulename"]);
    let rule_id = cell::text(record, &["ruleid", "identity"]);
    if [&name, &rule_id].iter().all(|text| text.as_deref().is_none_or(str::is_empty)) {
        return Err(cell::missing("sweep rule without name and id"));
    }
    let sender = cell::filled(record, &["sender"]);
    let days = cell::filled(record, &["keepfordays"]);
    let conditions = json!({
        "fromAddresses": sender.into_iter().collect::<Vec<_>>(),
        "olderThanDays": days.into_iter().collect::<Vec<_>>(),
    });
    let id = rule_id.clone().unwrap_or_default();
    let row = RuleStateRow {
        mailbox: owner.name(),
        name,
        rule_id,
        enabled: cell::flag(record, &["enabled"]),
        // A sweep rule cannot send mail on: these are known to be empty.
        forward_to: Some(String::new()),
        forward_attachment_to: Some(String::new()),
        redirect_to: Some(String::new()),
        move_to: cell::text(record, &["destinationfolder"]),
        conditions: Some(conditions.to_string()),
        ..RuleStateRow::default()
    };
    rows.rules.push(place.source, place.record, &id, row);
    Ok(())
}
