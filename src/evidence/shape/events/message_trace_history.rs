//! Historical searches of the Exchange admin centre: the enhanced summary (one row per message, recipients in one cell) and the extended report (one
//! row per event), which is also what on-premises tracking logs look like.

use super::mail_flow::{self, Fields, NO_FIELDS, feed};
use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, identity};
use crate::evidence::shape::{Place, Reject, Shape};
use crate::frame::{MessageRow, Rows};

/// The enhanced summary.
pub(super) const MESSAGE_TRACE_SUMMARY: Shape = Shape {
    id: "message_trace_summary",
    title: "Message trace (enhanced summary)",
    made_by: "Exchange admin centre: message trace, enhanced summary report; Start-HistoricalSearch -ReportType MessageTrace",
    claims: |record| record.has("origintimestamputc") && record.has("recipientstatus"),
    read: read_summary,
};

/// The extended report.
pub(super) const MESSAGE_TRACKING: Shape = Shape {
    id: "message_tracking",
    title: "Message trace (extended report, tracking log)",
    made_by: "Exchange admin centre: message trace, extended report; Start-HistoricalSearch -ReportType MessageTraceDetail; on-premises message tracking logs",
    claims: |record| {
        record.any(EVENT_TIME).is_some()
            && record.has("eventid")
            && record.has("recipientaddress")
            && (record.has("internalmessageid") || record.has("messageid"))
    },
    read: |record, place, rows| mail_flow::read(record, feed::TRACKING, &TRACKING, place, rows),
};

const EVENT_TIME: &[&str] = &["datetimeutc", "datetime"];

const SUMMARY: Fields = Fields {
    time: &["origintimestamputc"],
    sender: &["senderaddress"],
    subject: &["messagesubject"],
    message_id: &["messageid"],
    network_id: &["networkmessageid"],
    direction: &["directionality"],
    address: &["originalclientip"],
    size: &["totalbytes"],
    details: &["connectorid", "deliverypriority"],
    ..NO_FIELDS
};

const TRACKING: Fields = Fields {
    time: EVENT_TIME,
    sender: &["senderaddress", "returnpath"],
    recipient: &["recipientaddress"],
    subject: &["messagesubject"],
    message_id: &["messageid"],
    network_id: &["networkmessageid"],
    status: &["recipientstatus"],
    direction: &["directionality"],
    event: &["eventid"],
    address: &["originalclientip", "clientip"],
    to_address: &["serverip"],
    size: &["totalbytes"],
    details: &["source", "sourcecontext", "connectorid", "relatedrecipientaddress", "reference", "messageinfo", "customdata"],
    ..NO_FIELDS
};

/// One row per recipient: `ana@contoso.example##Receive, Deliver;bo@contoso.example##Receive, Fail`. A message without recipients keeps one row.
fn read_summary(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let template = mail_flow::row(record, feed::SUMMARY, &SUMMARY, place)?;
    let recipients = record.text("recipientstatus").unwrap_or_default();
    let mut n_recipients = 0;
    for (recipient, status) in recipients.split(';').filter_map(recipient) {
        let row = MessageRow { recipient: Some(recipient), status: Some(status), ..template.clone() };
        rows.messages.push(place.source, place.record, "", row);
        n_recipients += 1;
    }
    if n_recipients == 0 {
        rows.messages.push(place.source, place.record, "", MessageRow { recipient: Some(String::new()), ..template });
    }
    Ok(())
}

/// Address and final state of one recipient; the last step is where the message stands.
fn recipient(text: &str) -> Option<(String, String)> {
    let (name, steps) = text.split_once("##").unwrap_or((text, ""));
    let name = identity::account(name);
    let last = steps.rsplit(',').map(str::trim).find(|step| !step.is_empty()).unwrap_or_default();
    let status = match last.to_ascii_lowercase().as_str() {
        "deliver" => "delivered".to_owned(),
        "fail" => "failed".to_owned(),
        "send" | "sendexternal" => "sent".to_owned(),
        "expand" => "expanded".to_owned(),
        _ => field::word(Some(&Value::Text(last.into()))).unwrap_or_default(),
    };
    (!name.is_empty()).then_some((name, status))
}

#[cfg(test)]
mod tests {
    use super::recipient;

    #[test]
    fn the_last_step_of_a_recipient_counts() {
        let read = |text| recipient(text).unwrap_or_default();
        assert_eq!(read("Ana@Contoso.example##Receive, Deliver"), ("ana@contoso.example".to_owned(), "delivered".to_owned()));
        assert_eq!(read(" bo@contoso.example##Receive, Expand, Fail"), ("bo@contoso.example".to_owned(), "failed".to_owned()));
        assert_eq!(read("bo@contoso.example"), ("bo@contoso.example".to_owned(), String::new()));
        assert_eq!(recipient(" ## "), None);
    }
}
