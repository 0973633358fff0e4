//! Teams messages in Defender's hunting tables: `MessageEvents` and `MessagePostDeliveryEvents`.

use super::mail_flow::{HUNTING_TIME, details, hunting_time};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{AuditEventRow, Rows};
use crate::provenance::SkipReason;

/// See the file's first line.
pub(super) const HUNTING_TEAMS: Shape = Shape {
    id: "hunting_teams",
    title: "Teams messages in Defender (MessageEvents)",
    made_by: "Defender advanced hunting or streaming API: MessageEvents, MessagePostDeliveryEvents, MessageUrlInfo",
    claims: |record| record.has("teamsmessageid") && record.any(HUNTING_TIME).is_some(),
    read,
};

fn read(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let Some(sender) = field::some_text(record.get("senderemailaddress")) else {
        let detail = "a link or a copy without sender: the message stands in MessageEvents";
        return Err(Reject { reason: SkipReason::NotEvidence, detail: detail.into() });
    };
    let time = hunting_time(record, place)?;
    // After delivery nobody sends: the row says what was done with the message.
    let operation = field::some_text(record.get("actiontype")).unwrap_or_else(|| "MessageSent".to_owned());
    let recipients = record.get("recipientdetails").and_then(|list| list.nested().ok());
    let recipient = |details: &Object<'_>| field::some_text(details.get("recipientsmtpaddress")).map(|name| identity::account(&name));
    let recipients = recipients.map(|list| list.elements().iter().filter_map(Value::object).filter_map(recipient).collect::<Vec<_>>().join(";"));
    let row = AuditEventRow {
        time: Some(time),
        account: Some(identity::account(&sender)),
        account_id: field::lower(record.get("senderobjectid")),
        actor_kind: Some("user".into()),
        feed: Some("defender".into()),
        workload: Some("MicrosoftTeams".into()),
        operation: Some(field::operation(&operation)),
        operation_raw: Some(operation),
        recipients,
        subject: field::text(record.any(&["subject", "threadname"])),
        object: field::text(record.get("threadid")),
        details: details(
            record,
            &["teamsmessageid", "isexternalthread", "threadtype", "deliveryaction", "deliverylocation", "threattypes", "action", "actionresult"],
        ),
        ..AuditEventRow::default()
    };
    rows.audit.push(place.source, place.record, &field::text(record.get("reportid")).unwrap_or_default(), row);
    Ok(())
}
